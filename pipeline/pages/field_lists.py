"""Lists for a walk: what only one source speaks of, what sources dispute, what nobody has edited.

Each list is a sheet whose last columns are empty: filled in on the spot, it comes back through
`make field-check`. Nobody is asked to prove anything; whoever lives there knows best.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import shapely

from pipeline.config import Agreement
from pipeline.pages.material import Material
from pipeline.pages.places import title_of
from pipeline.pages.sheets import noted_sheet
from pipeline.text import clean_text

FOLDER = "field_lists"
OSM, COMMUNITY = "osm", "community"
ONLY_OSM, ONLY_LISTS = "only_osm", "only_council"
CONFLICTING, NOT_EDITED = "conflicting", "not_edited_for_years"
# In the order in which a walk is best spent.
LISTS = (CONFLICTING, ONLY_LISTS, NOT_EDITED, ONLY_OSM)
# What is written by hand; of these the first is what counts.
ANSWERS = ("still_there", "name_right", "right_name", "open", "note", "seen_on", "licence")
COLUMNS = (
    "asset_id", "category", "kind_of_place", "name", "neighbourhood_id", "neighbourhood",
    "sources", "date", "said", "a_list_of_this_kind", "longitude", "latitude",
)  # fmt: skip
DECIMALS = 6


def field_lists(material: Material) -> dict[str, bytes]:
    """Return the lists of a district, each as CSV and GeoJSON.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    dict
        `field_lists/<list>.csv` and `.geojson` → bytes. The CSV has `COLUMNS`, then the empty
        columns of `ANSWERS`, and the district's notice, if it has one.
    """
    rows = to_look_at(material)
    files = {}
    for name in LISTS:
        ours = rows[rows["list"] == name].reset_index(drop=True)
        answers = pd.DataFrame("", index=ours.index, columns=list(ANSWERS))
        table = pd.concat([ours[list(COLUMNS)], answers], axis=1)
        files[f"{FOLDER}/{name}.csv"] = noted_sheet(material, table)
        files[f"{FOLDER}/{name}.geojson"] = _geojson(material.noted(ours[list(COLUMNS)]))
    return files


def to_look_at(material: Material) -> pd.DataFrame:
    """Return the places of the district that are worth a look, with the reason.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`, `list` (one of `LISTS`, the first that fits) and `x`, `y` in metres; sorted by
        list, then those of whose kind there is a list, then by name. A place that only the map
        has stands here too where no list of its kind exists; `a_list_of_this_kind` tells.
    """
    assets = material.assets
    named = np.array([_sources(text) for text in assets["sources"]], dtype=object)
    listed = _listed_kinds(assets["category"], named)
    frame = pd.DataFrame(assets.drop(columns="geometry"))
    frame["list"] = [
        _list_of(agreement, sources)
        for agreement, sources in zip(frame["agreement"], named, strict=True)
    ]
    frame["a_list_of_this_kind"] = frame["category"].isin(listed)
    frame = _placed(material, frame)
    frame["said"] = [_said(material, text) for text in frame["differences"]]
    frame["kind_of_place"] = [
        clean_text(material.looks[each].one) if each in material.looks else each
        for each in frame["category"]
    ]
    kept = frame[
        (frame["list"] != "") & frame["is_in_district"] & (frame["neighbourhood_id"] != "")
    ]
    order = {name: place for place, name in enumerate(LISTS)}
    kept = kept.assign(place=kept["list"].map(order), later=~kept["a_list_of_this_kind"])
    keys = ["place", "later", "category", "name", "asset_id"]
    found: pd.DataFrame = kept.sort_values(keys, ignore_index=True)
    return found[[*COLUMNS, "list", "x", "y"]]


def _sources(text: str) -> frozenset[str]:
    return frozenset(str(text).split(","))


def _listed_kinds(category: pd.Series, named: Any) -> set[str]:  # noqa: ANN401 (an array of sets)
    return {
        each
        for each, sources in zip(category, named, strict=True)
        if sources - {OSM, COMMUNITY, "openstreetmap"}
    }


def _list_of(agreement: str, sources: frozenset[str]) -> str:
    """Return the first list that an asset belongs on, or nothing."""
    if agreement == Agreement.CONFLICTING:
        return CONFLICTING
    if sources and not sources & {OSM, COMMUNITY, "openstreetmap"}:
        return ONLY_LISTS
    if agreement == Agreement.STALE:
        return NOT_EDITED
    if agreement == Agreement.ONE_SOURCE and sources & {OSM, "openstreetmap"}:
        return ONLY_OSM
    return ""


def _placed(material: Material, frame: pd.DataFrame) -> pd.DataFrame:
    """Add where each asset is, and in which neighbourhood; on a border, in the first."""
    points = shapely.point_on_surface(np.asarray(material.assets.geometry.array))
    areas = material.neighbourhoods
    at = np.full(len(points), -1)
    area, place = shapely.STRtree(points).query(np.asarray(areas.geometry.array), "intersects")
    at[place[::-1]] = area[::-1]
    ids, names = areas["neighbourhood_id"].to_numpy(object), areas["name"].to_numpy(object)
    degrees = material.assets.set_geometry(points, crs=material.assets.crs).to_crs("EPSG:4326")
    return frame.assign(
        neighbourhood_id=np.where(at >= 0, ids[at], ""),
        neighbourhood=np.where(at >= 0, names[at], ""),
        x=shapely.get_x(points),
        y=shapely.get_y(points),
        longitude=degrees.geometry.x.round(DECIMALS).to_numpy(),
        latitude=degrees.geometry.y.round(DECIMALS).to_numpy(),
    )


def _said(material: Material, text: str) -> str:
    """Return what sources say where they differ, in one line."""
    said = json.loads(text) if text else {}
    return "; ".join(
        f"{key.replace('_', ' ')}: "
        + " / ".join(f"{each['value']} ({title_of(material, each['source'])})" for each in entries)
        for key, entries in said.items()
    )


def _geojson(rows: pd.DataFrame) -> bytes:
    """Lay rows out as points in degrees, as RFC 7946 has them."""
    plain = rows.astype(object).where(rows.notna(), None)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]},
            "properties": {
                key: value for key, value in row.items() if key not in {"longitude", "latitude"}
            },
        }
        for row in plain.to_dict("records")
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False).encode("utf-8")
