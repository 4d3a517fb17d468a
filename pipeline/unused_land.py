"""Land, buildings and shops that sources describe as not in use: an inventory, each site once.

What a place could be is among its physical assets (Foot and Hopkins 2010, A glass half-full). Sites
are assets of categories that `config/unused` names, with the registers that speak of them, and
features that it describes by tags. Two that describe one piece of land are one site, and every
record is kept in it. How sure it is that nobody uses a site is one of three words, with the
reasons beside it: a kind of site has one to begin with, two sources that agree raise it, and a
record that nobody has looked at for years, or planning permission, lower it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.cautions import Marks, find_cautions, here, marks_on_map
from pipeline.classification import Walls
from pipeline.config import Caution, OsmInput, OsmRules, Slopes, State, UnusedKind
from pipeline.errors import SiteHasNoArea, quoted
from pipeline.grouping import Link, grouped
from pipeline.heights import Heights
from pipeline.tags import Tags, index_of, matching, read_tags
from pipeline.terrain import slopes_of
from pipeline.text import clean_text, json_text, names_agree, normalised_name, slug
from pipeline.units import DAYS_A_YEAR, M2_PER_HA

Shapes = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Report = dict[str, Any]
Reason = tuple[str, dict[str, str | float]]

OSM = "osm"
OSM_PAGE = "https://www.openstreetmap.org/"
AREA = 2
# Of the smaller of two pieces of land, how much lies in the other where they are one site.
SAME_SHARE = 0.5
# A street's middle lies about so far from the land beside it.
STREET_SIDE_M = 15.0
# A street that is further away does not say where a site is.
NEAR_M = 150.0
# A record that is older says little about today.
OLD_YEARS = 5.0
CONFIDENCES = ("ask_first", "possible", "likely")
_OWNERS = {
    "owned by a public authority": "public",
    "not owned by a public authority": "not_public",
    "mixed ownership": "mixed",
    "unknown ownership": "unknown",
    "unknown": "unknown",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True)
class Ground:
    """What sites lie on and beside: streets that can be walked, heights where they are known."""

    network: gpd.GeoDataFrame
    heights: Heights | None
    slopes: Slopes


@dataclass(frozen=True)
class Described:
    """What tags describe, for the reader of tags."""

    osm: OsmRules


def described(choices: Mapping[str, UnusedKind] | Mapping[str, Caution]) -> dict[str, Described]:
    """Return those of some choices that are described by tags, by name."""
    return {name: Described(each.osm) for name, each in choices.items() if each.osm is not None}


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
        sites by kind, records joined, sites without an area.

    Raises
    ------
    SiteHasNoArea
        If a site is drawn without an inside, or its register gives an area that is none.
    """
    parsed = read_tags(features["tags"])
    day_of_map = osm.day
    rows = [*_from_assets(assets, kinds, features, parsed), *_from_features(
        features, parsed, kinds, assets, osm
    )]  # fmt: skip
    sites = [_one_site(members, kinds, day_of_map) for members in _same_sites(rows, kinds)]
    columns = [*_COLUMNS, "geometry"]
    table = gpd.GeoDataFrame(
        pd.DataFrame(sites, columns=columns), geometry="geometry", crs=features.crs
    )
    table = table.sort_values("site_id", ignore_index=True)
    table = table.astype({"area_m2": "float64"})
    shapes = np.asarray(table.geometry.array)
    table["compactness"] = compactness(shapes)
    table["slope_pct"] = _slopes(shapes, ground)
    table["frontage_m"] = frontage(shapes, ground.network)
    table["beside"] = _beside(shapes, ground.network)
    table["neighbourhood_id"] = _neighbourhood(shapes, neighbourhoods)
    outline = shapely.union_all(np.asarray(neighbourhoods.geometry.array))
    table["is_in_district"] = shapely.intersects(shapes, outline)
    on_map = marks_on_map(features, _marked(features, parsed, cautions), day_of_map.isoformat())
    told = find_cautions(table, [*on_map, *surveys], cautions)
    table["cautions"] = [",".join(here(each)) for each in told]
    table["caution_findings"] = [json_text(each) for each in told]
    return table, _report(table, rows)


_COLUMNS = (
    "site_id", "unused_kind", "form", "name", "status", "sources", "licences", "date", "area_m2",
    "area_from", "area_state", "ownership", "planning", "planning_date", "listed_since",
    "confidence", "confidence_because", "records", "details",
)  # fmt: skip


# --- what there is ------------------------------------------------------------------------------


def _from_assets(
    assets: gpd.GeoDataFrame,
    kinds: Mapping[str, UnusedKind],
    features: gpd.GeoDataFrame,
    parsed: list[Tags],
) -> Iterator[dict[str, Any]]:
    """Yield the assets that are of a kind of site, each with what its tags say of its state."""
    kind_of = {category: name for name, kind in kinds.items() for category in kind.categories}
    ours = assets[assets["category"].isin(kind_of)]
    tags_of = dict(zip(features["feature_id"], parsed, strict=True))
    for row in ours.to_dict("records"):
        records = json.loads(row["records"])
        tags = [tags_of.get(each["id"], {}) for each in records if each["source"] == OSM]
        yield {
            "site_id": row["asset_id"],
            "kind": kind_of[row["category"]],
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
) -> Iterator[dict[str, Any]]:
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
    return kind.stalled_years is None or _years(day, today) >= kind.stalled_years


def _years(day: str, today: date) -> float:
    return (today - date.fromisoformat(day[:10])).days / DAYS_A_YEAR


# --- each once ----------------------------------------------------------------------------------


def _same_sites(
    rows: Sequence[dict[str, Any]], kinds: Mapping[str, UnusedKind]
) -> Iterator[list[dict[str, Any]]]:
    """Yield rows that describe one site, the kind that keeps it first.

    Land and what stands on it stay apart: a mill on brownfield land can become something while the
    land around it waits.
    """
    if not rows:
        return
    is_land = np.array([kinds[row["kind"]].form == "land" for row in rows])
    keys = [normalised_name(row["name"]) for row in rows]
    shapes = np.array([row["geometry"] for row in rows], dtype=object)
    links = _links(shapes, is_land, keys)

    def may_join(ours: list[int], theirs: list[int]) -> bool:
        return all(names_agree(keys[a], keys[b]) for a in ours for b in theirs)

    labels = grouped(len(rows), links, may_join).labels()
    for _, members in sorted(pd.Series(range(len(rows))).groupby(labels).indices.items()):
        ours = [rows[int(at)] for at in members]
        yield sorted(ours, key=lambda row: (kinds[row["kind"]].precedence, row["site_id"]))


def _links(shapes: Shapes, is_land: npt.NDArray[np.bool_], keys: list[str]) -> Iterator[Link]:
    """Yield which shapes lie mostly in each other; of buildings, those whose names speak for it."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        if a >= b or is_land[a] != is_land[b] or share_inside(shapes[a], shapes[b]) < SAME_SHARE:
            continue
        if is_land[a]:
            yield Link(0, 0.0, a, b)
        elif keys[a] and names_agree(keys[a], keys[b]) and keys[b]:
            yield Link(1, 0.0, a, b)


def share_inside(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """Return how much of the smaller of two shapes lies in the other, from 0 to 1.

    Parameters
    ----------
    one, other
        Points or areas.

    Returns
    -------
    float
        1 for a point in an area; 0 for two that only touch.
    """
    smaller, larger = sorted((one, other), key=shapely.area)
    if shapely.area(smaller) == 0:
        return float(shapely.intersects(smaller, larger))
    return float(shapely.area(shapely.intersection(one, other)) / shapely.area(smaller))


def _one_site(
    members: list[dict[str, Any]], kinds: Mapping[str, UnusedKind], today: date
) -> dict[str, Any]:
    """Make one site out of all that describes it."""
    first, kind = members[0], kinds[members[0]["kind"]]
    records = [record for row in members for record in row["records"]]
    details: dict[str, str] = {}
    for row in members:
        details = row["details"] | details
    drawn = [row["geometry"] for row in members if shapely.get_dimensions(row["geometry"]) == AREA]
    shape = drawn[0] if drawn else first["geometry"]
    area, area_from = _area(shape, details, first)
    confidence, reasons = _confidence(kind, records, details, today)
    return {
        "site_id": first["site_id"],
        "unused_kind": first["kind"],
        "form": kind.form,
        "name": next((row["name"] for row in members if row["name"]), ""),
        "status": _status(kind, records, [tags for row in members for tags in row["tags"]]),
        "sources": ",".join(sorted({record["source"] for record in records})),
        "licences": ",".join(sorted({record["licence"] for record in records})),
        "date": max(record["date"] for record in records),
        "area_m2": area,
        "area_from": area_from,
        "area_state": (State.OK if area_from else State.NO_DATA).value,
        "ownership": _OWNERS.get(details.get("ownership", "").casefold(), ""),
        "planning": details.get("planning", ""),
        "planning_date": _day(details.get("planning_date", "")),
        "listed_since": _day(details.get("first_added", "")),
        "confidence": confidence,
        "confidence_because": json_text(reasons),
        "records": json_text(records),
        "details": json_text(details),
        "geometry": shape,
    }


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


def _status(kind: UnusedKind, records: list[dict[str, str]], tags: list[Tags]) -> str:
    if kind.form == "land":
        if any(record["source"] != OSM for record in records):
            return "listed"
        is_derelict = any(each.get("landuse") in ("derelict", "vacant") for each in tags)
        return "derelict" if is_derelict else str(kind.status)
    words = {key.partition(":")[0] for each in tags for key in each}
    values = {each.get("building", "") for each in tags}
    if words & {"abandoned", "ruins"} or values & {"abandoned", "ruins"}:
        return "abandoned"
    return str(kind.status)


def _confidence(
    kind: UnusedKind, records: list[dict[str, str]], details: Mapping[str, str], today: date
) -> tuple[str, list[Reason]]:
    """Say how sure it is that nobody uses a site, and why."""
    reasons: list[Reason] = []
    level = CONFIDENCES.index(kind.confidence)
    sources = {record["source"] for record in records}
    if OSM in sources:
        reasons += [(word, {}) for word in kind.because]
    if sources != {OSM}:
        reasons.append(("listed_for_homes", {}))
        level = min(level, 0 if OSM not in sources else level)
    if len(sources) > 1:
        reasons.append(("sources_agree", {"n": len(sources)}))
        level += 1
    years = _years(max(record["date"] for record in records), today)
    if years >= OLD_YEARS and "not_edited_for_long" not in kind.because:
        reasons.append(("old_record", {"n": int(years)}))
        level -= 1
    if details.get("planning", "").casefold() == "permissioned":
        reasons.append(("has_permission", {"day": _day(details.get("planning_date", ""))}))
        level -= 1
    return CONFIDENCES[min(max(level, 0), len(CONFIDENCES) - 1)], reasons


def _day(text: str) -> str:
    """Return a day as `2021-06-30`, or nothing where the register writes something else."""
    return text[:10] if _DAY.match(text) else ""


# --- what it is like ----------------------------------------------------------------------------


def compactness(shapes: Shapes) -> Floats:
    """Return how compact shapes are: 4π × area ÷ outline².

    Polsby, D. D. and Popper, R. D. (1991) The third criterion: compactness as a procedural
    safeguard against partisan gerrymandering. Yale Law and Policy Review 9, 301-353.

    Parameters
    ----------
    shapes
        Areas; anything else has none.

    Returns
    -------
    numpy.ndarray
        From 0 to 1, a circle; missing for what is no area.

    Examples
    --------
    >>> square = np.array([shapely.box(0, 0, 10, 10)], dtype=object)
    >>> round(float(compactness(square)[0]), 4)  # π ÷ 4
    0.7854
    """
    area, around = shapely.area(shapes), shapely.length(shapes)
    found = np.full(len(shapes), np.nan)
    is_area = area > 0
    found[is_area] = np.minimum(4 * math.pi * area[is_area] / around[is_area] ** 2, 1.0)
    return found


def frontage(shapes: Shapes, network: gpd.GeoDataFrame) -> Floats:
    """Return how much of the outline of shapes runs along streets and paths on the ground.

    Parameters
    ----------
    shapes
        Areas; anything else has none.
    network
        The walking network.

    Returns
    -------
    numpy.ndarray
        Metres of outline no further than `STREET_SIDE_M` from the middle of one; missing for what
        is no area.
    """
    ground = network[network["is_snappable"] & ~network["is_bridge_or_tunnel"]]
    lines = np.asarray(ground.geometry.array)
    at = np.flatnonzero(shapely.get_dimensions(shapes) == AREA)
    found = np.full(len(shapes), np.nan)
    outlines = shapely.boundary(shapes[at])
    site, line = shapely.STRtree(lines).query(outlines, "dwithin", STREET_SIDE_M)
    for number, outline in enumerate(outlines):
        beside = lines[line[site == number]]
        strip = shapely.union_all(shapely.buffer(beside, STREET_SIDE_M)) if len(beside) else None
        length = 0.0 if strip is None else shapely.length(shapely.intersection(outline, strip))
        found[at[number]] = length
    return found


def _beside(shapes: Shapes, network: gpd.GeoDataFrame) -> list[str]:
    """Name the nearest street that has a name, if one is near: it says where to look."""
    named = network[network["name"] != ""].sort_values("edge_id")
    names = named["name"].tolist()
    tree = shapely.STRtree(np.asarray(named.geometry.array))
    site, line = tree.query_nearest(shapes, max_distance=NEAR_M)
    found = [""] * len(shapes)
    for number, street in sorted(zip(site.tolist(), line.tolist(), strict=True), reverse=True):
        found[number] = names[street]
    return found


def _slopes(shapes: Shapes, ground: Ground) -> Floats:
    if ground.heights is None:
        return np.full(len(shapes), np.nan)
    return slopes_of(shapes, ground.heights, ground.slopes)


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


def _neighbourhood(shapes: Shapes, neighbourhoods: gpd.GeoDataFrame) -> list[str]:
    """Name the neighbourhood that a point in each site lies in; of two, the first by its code."""
    ordered = neighbourhoods.sort_values("neighbourhood_id", ignore_index=True)
    tree = shapely.STRtree(np.asarray(ordered.geometry.array))
    site, area = tree.query(shapely.point_on_surface(shapes), "intersects")
    codes = ordered["neighbourhood_id"].tolist()
    found = [""] * len(shapes)
    for number, code in sorted(zip(site.tolist(), area.tolist(), strict=True), reverse=True):
        found[number] = codes[code]
    return found


def _report(sites: gpd.GeoDataFrame, rows: Sequence[object]) -> Report:
    counts = sites["unused_kind"].value_counts().sort_index()
    return {
        "sites": len(sites),
        "by_kind": {str(name): int(n) for name, n in counts.items()},
        "descriptions": len(rows),
        "without_area": int((sites["area_state"] != State.OK).sum()),
    }
