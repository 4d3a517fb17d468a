"""Land, buildings and shops that sources describe as not in use: an inventory, each site once.

What a place could be is among its physical assets (Foot and Hopkins 2010, A glass half-full). Sites
are assets of categories that `config/unused` names, with the registers that speak of them, and
features that it describes by tags. Those that describe one piece of land are one site
(`same_sites`), and every record is kept in it; those that may are named with it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.cautions import Marks, find_cautions, here, marks_on_map
from pipeline.classification import Walls
from pipeline.config import Caution, OsmInput, State, UnusedKind
from pipeline.disuse import OSM, day_in, how_sure, owner_in, status_of, years_between
from pipeline.errors import SiteHasNoArea, quoted
from pipeline.plots import AREA, Ground, with_ground
from pipeline.same_sites import Joined, same_sites
from pipeline.tags import Tags, described, index_of, matching, read_tags
from pipeline.text import clean_text, json_text, slug
from pipeline.units import M2_PER_HA

Report = dict[str, Any]
# One description of a site: an asset, or a feature.
Row = dict[str, Any]

OSM_PAGE = "https://www.openstreetmap.org/"
_NUMBER = re.compile(r"\d+(\.\d+)?")
# Tags that name one thing wherever it is described.
_IDENTIFIERS = ("wikidata", "ref:GB:uprn")
_ADDRESS = ("addr:postcode", "addr:street", "addr:housenumber", "addr:unit")
_HOUSE = re.compile(r"\d+[A-Za-z]?")


def find_sites(
    assets: gpd.GeoDataFrame,
    features: gpd.GeoDataFrame,
    kinds: Mapping[str, UnusedKind],
    cautions: Mapping[str, Caution],
    neighbourhoods: gpd.GeoDataFrame,
    ground: Ground,
    osm: OsmInput,
    surveys: Sequence[Marks] = (),
) -> tuple[gpd.GeoDataFrame, Report]:
    """Find every site that sources describe as not in use.

    Parameters
    ----------
    assets, features
        Of the district and its surroundings, in metres.
    kinds
        Kinds of sites, by name.
    cautions
        What to be careful of, by name.
    neighbourhoods
        All of the district.
    ground
        Streets, and heights where they are known.
    osm
        Day and licence of the map.
    surveys
        What the layers draw that the district names for cautions.

    Returns
    -------
    tuple of geopandas.GeoDataFrame and dict
        A table of `tables.UNUSED_LAND` without the columns of people and homes, and the report:
        sites by kind, descriptions joined and how, pairs that are not decided, sites without an
        area.

    Raises
    ------
    SiteHasNoArea
        If a site is drawn without an inside, or its register gives an area that is none.
    """
    parsed = read_tags(features["tags"])
    rows = [*_from_assets(assets, kinds, features, parsed), *_from_features(
        features, parsed, kinds, assets, osm
    )]  # fmt: skip
    # Everything below goes by this order, so that nothing hangs on that of the tables.
    rows.sort(key=lambda row: str(row["site_id"]))
    joined = same_sites(_as_descriptions(rows, features.crs), kinds)
    sites = _sites(rows, joined, kinds, osm.day)
    columns = [*_COLUMNS, "geometry"]
    table = gpd.GeoDataFrame(
        pd.DataFrame(sites, columns=columns), geometry="geometry", crs=features.crs
    )
    table = table.sort_values("site_id", ignore_index=True).astype({"area_m2": "float64"})
    table = with_ground(table, ground, neighbourhoods)
    on_map = marks_on_map(features, _marked(features, parsed, cautions), osm.day.isoformat())
    told = find_cautions(table, [*on_map, *surveys], cautions)
    table["cautions"] = [",".join(here(each)) for each in told]
    table["caution_findings"] = [json_text(each) for each in told]
    return table, _report(table, rows, joined)


_COLUMNS = (
    "site_id", "unused_kind", "form", "name", "status", "sources", "licences", "date", "area_m2",
    "area_from", "area_state", "ownership", "planning", "planning_date", "listed_since",
    "confidence", "confidence_because", "perhaps_same", "records", "details",
)  # fmt: skip


# --- what there is ------------------------------------------------------------------------------


def _from_assets(
    assets: gpd.GeoDataFrame,
    kinds: Mapping[str, UnusedKind],
    features: gpd.GeoDataFrame,
    parsed: list[Tags],
) -> Iterator[Row]:
    """Yield the assets that are of a kind of site, each with what its tags say of its state."""
    kind_of = {category: name for name, kind in kinds.items() for category in kind.categories}
    listed_as = {source: name for name, kind in kinds.items() for source in kind.lists}
    ours = assets[assets["category"].isin(kind_of)]
    tags_of = dict(zip(features["feature_id"], parsed, strict=True))
    for row in ours.to_dict("records"):
        records = json.loads(row["records"])
        tags = [tags_of.get(each["id"], {}) for each in records if each["source"] == OSM]
        named = (listed_as[each["source"]] for each in records if each["source"] in listed_as)
        yield {
            "site_id": row["asset_id"],
            "kind": next(named, kind_of[row["category"]]),
            "category": row["category"],
            "name": row["name"],
            "records": records,
            "details": json.loads(row["details"]),
            "tags": tags,
            "geometry": row["geometry"],
        }


def _from_features(
    features: gpd.GeoDataFrame,
    parsed: list[Tags],
    kinds: Mapping[str, UnusedKind],
    assets: gpd.GeoDataFrame,
    osm: OsmInput,
) -> Iterator[Row]:
    """Yield the features that a kind of site describes, and that are part of no asset of one."""
    ours = described(kinds)
    index = index_of(ours)
    shapes, forms = np.asarray(features.geometry.array), features["shape"].tolist()
    found = [
        (at, min(names, key=lambda name: (kinds[name].precedence, name)))
        for at, (tags, form) in enumerate(zip(parsed, forms, strict=True))
        if (names := matching(tags, form, index))
    ]
    walls = Walls(features, parsed, ours)
    at, named = [at for at, _ in found], [name for _, name in found]
    is_inside = walls.around(shapes[at], named, at)
    taken = _taken(assets, kinds)
    ids, edited = features["feature_id"].tolist(), features["edited"].tolist()
    for (number, name), inside in zip(found, is_inside, strict=True):
        kind, day = kinds[name], edited[number] or osm.day.isoformat()
        if inside or ids[number] in taken or not _is_enough(shapes[number], kind, day, osm.day):
            continue
        record = {
            "source": OSM,
            "id": ids[number],
            "name": clean_text(parsed[number].get("name")),
            "date": day,
            "licence": osm.licence,
            "url": OSM_PAGE + ids[number],
        }
        yield {
            "site_id": f"{OSM}-{slug(ids[number], most=80)}",
            "kind": name,
            "category": "",
            "name": record["name"],
            "records": [record],
            "details": {},
            "tags": [parsed[number]],
            "geometry": shapes[number],
        }


def _taken(assets: gpd.GeoDataFrame, kinds: Mapping[str, UnusedKind]) -> frozenset[str]:
    """Return the features that are part of an asset of a kind of site."""
    categories = {category for kind in kinds.values() for category in kind.categories}
    records = assets.loc[assets["category"].isin(categories), "records"]
    return frozenset(
        each["id"] for text in records for each in json.loads(text) if each["source"] == OSM
    )


def _is_enough(shape: shapely.Geometry, kind: UnusedKind, day: str, today: date) -> bool:
    """Tell whether a feature is large enough, and has been left alone for long enough."""
    if shapely.get_dimensions(shape) == AREA and shapely.area(shape) < kind.smallest_m2:
        return False
    return kind.stalled_years is None or years_between(day, today) >= kind.stalled_years


# --- each once ----------------------------------------------------------------------------------


def _as_descriptions(rows: Sequence[Row], crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 (of pyproj)
    """Lay descriptions out for the matching."""
    columns = ["kind", "category", "sources", "name", "identifiers", "area_m2", "geometry"]
    told = [
        row
        | {
            "sources": frozenset(record["source"] for record in row["records"]),
            "identifiers": tuple(sorted(set(_identifiers(row)))),
            "area_m2": _area(row["geometry"], row["details"], row)[0],
        }
        for row in rows
    ]
    return gpd.GeoDataFrame(pd.DataFrame(told, columns=columns), geometry="geometry", crs=crs)


def _identifiers(row: Row) -> Iterator[str]:
    """Yield what one authority calls a place: two of one speak against its being one."""
    for tags in row["tags"]:
        yield from (f"{key}:{tags[key].casefold()}" for key in _IDENTIFIERS if key in tags)
        # One house of a postcode is one place; two addresses tell nothing, as a corner has both.
        if "addr:postcode" in tags and _HOUSE.fullmatch(tags.get("addr:housenumber", "")):
            yield " ".join(tags.get(key, "").casefold() for key in _ADDRESS) + ":"
    for record in row["records"]:
        if record["source"] != OSM:
            yield f"{record['source']}:{record['id']}"


def _sites(
    rows: Sequence[Row], joined: Joined, kinds: Mapping[str, UnusedKind], today: date
) -> Iterator[Row]:
    """Yield each site, with the others that may be the same place."""
    sites: list[Row] = []
    site_of: dict[int, str] = {}
    for members in joined.sites:
        ours = sorted(
            (rows[at] for at in members),
            key=lambda row: (kinds[row["kind"]].precedence, row["site_id"]),
        )
        sites.append(_one_site(ours, kinds, today))
        site_of.update(dict.fromkeys(members, str(ours[0]["site_id"])))
    perhaps: dict[str, dict[str, float]] = {}
    for one, other, sure in joined.perhaps:
        ids = (site_of[one], site_of[other])
        for ours_id, theirs_id in (ids, ids[::-1]):
            known = perhaps.setdefault(ours_id, {})
            known[theirs_id] = max(known.get(theirs_id, 0.0), sure)
    for site in sites:
        found = sorted(perhaps.get(site["site_id"], {}).items(), key=lambda each: (-each[1], each))
        yield site | {"perhaps_same": json_text(found)}


def _one_site(members: list[Row], kinds: Mapping[str, UnusedKind], today: date) -> Row:
    """Make one site out of all that describes it; the kind that keeps it comes first."""
    first, kind = members[0], kinds[members[0]["kind"]]
    records = [record for row in members for record in row["records"]]
    details: dict[str, str] = {}
    for row in members:
        details = row["details"] | details
    shape = _shape(members)
    area, area_from = _area(shape, details, first)
    confidence, reasons = how_sure(kind, records, details, today)
    tags = [each for row in members for each in row["tags"]]
    return {
        "site_id": first["site_id"],
        "unused_kind": first["kind"],
        "form": kind.form,
        "name": next((row["name"] for row in members if row["name"]), ""),
        "status": status_of(kind, records, details, tags),
        "sources": ",".join(sorted({record["source"] for record in records})),
        "licences": ",".join(sorted({record["licence"] for record in records})),
        "date": max(record["date"] for record in records),
        "area_m2": area,
        "area_from": area_from,
        "area_state": (State.OK if area_from else State.NO_DATA).value,
        "ownership": owner_in(details.get("ownership", "")),
        "planning": details.get("planning", ""),
        "planning_date": day_in(details.get("planning_date", "")),
        "listed_since": day_in(details.get("first_added", "")),
        "confidence": confidence,
        "confidence_because": json_text(reasons),
        "records": json_text(records),
        "details": json_text(details),
        "geometry": shape,
    }


def _shape(members: list[Row]) -> shapely.Geometry:
    """Return the shape of a site as the first kind that draws it has it, all its parts together."""
    drawn = [row for row in members if shapely.get_dimensions(row["geometry"]) == AREA]
    if not drawn:
        drawn = members[:1]
    parts = [row["geometry"] for row in drawn if row["kind"] == drawn[0]["kind"]]
    whole: shapely.Geometry = shapely.union_all(parts) if len(parts) > 1 else parts[0]
    return whole


def _area(
    shape: shapely.Geometry, details: Mapping[str, str], row: Mapping[str, Any]
) -> tuple[float, str]:
    """Return an area and who says so; a register that gives an impossible one is not guessed at."""
    where = f"{row['records'][0]['source']}: {quoted(row['records'][0]['id'])}"
    if shapely.get_dimensions(shape) == AREA:
        if shapely.area(shape) <= 0:
            raise SiteHasNoArea(
                f"{where}: is drawn as an area and has none; draw its outline, or give a point."
            )
        return float(shapely.area(shape)), "drawn"
    text = details.get("hectares", "").strip()
    if not text:
        return math.nan, ""
    if not _NUMBER.fullmatch(text) or float(text) <= 0:
        raise SiteHasNoArea(
            f"{where}: gives {quoted(text)} as its hectares; allowed are numbers above 0, such as "
            "0.26, or nothing where nobody knows. Correct the row, or take it out of the file."
        )
    return float(text) * M2_PER_HA, "register"


def _marked(
    features: gpd.GeoDataFrame, parsed: list[Tags], cautions: Mapping[str, Caution]
) -> list[tuple[int, str]]:
    """Return which features speak of something to be careful of, and of what."""
    index, forms = index_of(described(cautions)), features["shape"].tolist()
    return [
        (at, name)
        for at, (tags, form) in enumerate(zip(parsed, forms, strict=True))
        for name in matching(tags, form, index)
    ]


def _report(sites: gpd.GeoDataFrame, rows: Sequence[Row], joined: Joined) -> Report:
    counts = sites["unused_kind"].value_counts().sort_index()
    return {
        "sites": len(sites),
        "by_kind": {str(name): int(n) for name, n in counts.items()},
        "descriptions": len(rows),
        "joined": joined.relations,
        "perhaps_same": len(joined.perhaps),
        "without_area": int((sites["area_state"] != State.OK).sum()),
    }
