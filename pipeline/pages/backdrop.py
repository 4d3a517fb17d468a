"""The quiet drawing under a map: water, green, railways and streets around a district."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import shapely

from pipeline.pages import shapes
from pipeline.pages.coding import coded_lines
from pipeline.pages.material import Material
from pipeline.pages.shapes import Coder, Shapes

MARGIN_M = 600.0
SMALLEST_AREA_M2 = 1_500.0
SHORTEST_PATH_M = 40.0
SHORTEST_WATERWAY_M = 100.0

GREEN = {
    "leisure": {"park", "garden", "nature_reserve", "golf_course", "recreation_ground", "common"},
    "landuse": {
        "allotments",
        "cemetery",
        "forest",
        "grass",
        "meadow",
        "recreation_ground",
        "village_green",
    },
    "natural": {"wood", "scrub", "heath", "grassland", "fell", "moor"},
}
WATER = {
    "natural": {"water", "bay", "strait"},
    "waterway": {"riverbank", "dock", "river", "canal"},
    "landuse": {"reservoir", "basin"},
}
WATERWAYS = {"waterway": {"river", "canal", "stream"}}
RAILWAYS = {"railway": {"rail", "light_rail", "tram"}}

MAJOR = {
    f"{road}{link}"
    for road in ("trunk", "primary", "secondary", "tertiary")
    for link in ("", "_link")
}
MINOR = {"residential", "unclassified", "living_street", "pedestrian", "road"}

# Only rows that name one of these keys are parsed: most features are buildings.
_WORTH_PARSING = '"(?:leisure|landuse|natural|waterway|railway)": ?"'


def backdrop(material: Material, coder: Coder) -> dict[str, Any]:
    """Return what lies under the map, for a district and a margin around it.

    Parameters
    ----------
    material
        The district; its features and network are used.
    coder
        Turns metres into whole numbers.

    Returns
    -------
    dict
        Areas of `green` and `water`; lines of `waterways` and `railways`; by size, lines of streets
        as text, as `pipeline.pages.coding.coded_lines` writes them.
    """
    around = surroundings(np.asarray(material.neighbourhoods.geometry.array))
    on_the_ground = ground(material.features, around)
    streets = streets_by_size(material.network, around)
    return {
        **{name: coder.areas(on_the_ground[name]) for name in ("green", "water")},
        **{name: coder.lines(on_the_ground[name]) for name in ("waterways", "railways")},
        "streets": {size: coded_lines(coder.lines(lines)) for size, lines in streets.items()},
    }


def surroundings(areas: Shapes, margin_m: float = MARGIN_M) -> Any:  # noqa: ANN401 (a shapely geometry)
    """Return a district and a margin around it, prepared to be asked what it meets.

    Parameters
    ----------
    areas
        Its neighbourhoods, in metres.
    margin_m
        How far around it.

    Returns
    -------
    shapely.Geometry
        One area.
    """
    everything = shapely.union_all(shapely.simplify(areas, 30.0))
    area = shapely.buffer(everything, margin_m, quad_segs=4)
    shapely.prepare(area)
    return area


def ground(features: Any, around: Any) -> dict[str, Shapes]:  # noqa: ANN401 (a GeoDataFrame, a geometry)
    """Return water, green and railways, simplified to be looked at.

    Parameters
    ----------
    features
        What was read from the map, with `tags` and `shape`.
    around
        What meets this is returned.

    Returns
    -------
    dict
        `green` and `water`: areas; `waterways` and `railways`: lines.
    """
    worth = features[features["tags"].str.contains(_WORTH_PARSING, regex=True)]
    worth = worth[shapely.intersects(around, np.asarray(worth.geometry.array))]
    tags = [json.loads(text) for text in worth["tags"]]
    shape = worth["shape"].to_numpy(dtype=object)
    geometry = np.asarray(worth.geometry.array)

    def chosen(rules: dict[str, set[str]], of: str) -> Shapes:
        has = np.fromiter((_has(t, rules) for t in tags), dtype=bool, count=len(tags))
        found: Shapes = geometry[has & (shape == of)]
        return found

    return {
        "green": _large(chosen(GREEN, "area")),
        "water": _large(chosen(WATER, "area")),
        "waterways": _long(chosen(WATERWAYS, "line"), SHORTEST_WATERWAY_M),
        "railways": _long(chosen(RAILWAYS, "line"), SHORTEST_WATERWAY_M),
    }


def _has(tags: dict[str, str], rules: dict[str, set[str]]) -> bool:
    return any(tags.get(key) in values for key, values in rules.items())


def _large(areas: Shapes) -> Shapes:
    return shapes.simpler(areas[shapely.area(areas) >= SMALLEST_AREA_M2], shapes.AREA_TOLERANCE_M)


def _long(lines: Shapes, shortest_m: float) -> Shapes:
    """Join lines end to end where they meet, then leave out those that stay short."""
    joined = shapely.get_parts(
        shapely.line_merge(shapely.multilinestrings(shapely.get_parts(lines)))
    )
    kept = joined[shapely.length(joined) >= shortest_m]
    return shapes.simpler(kept, shapes.LINE_TOLERANCE_M)


def streets_by_size(network: Any, around: Any) -> dict[str, Shapes]:  # noqa: ANN401 (a GeoDataFrame, a geometry)
    """Return streets and paths, joined end to end and simplified to be looked at.

    Parameters
    ----------
    network
        The walking network.
    around
        What meets this is returned.

    Returns
    -------
    dict
        `major`, `minor` and `path`: lines.
    """
    geometry = np.asarray(network.geometry.array)
    is_near = shapely.intersects(around, geometry)
    highway = network["highway"].to_numpy(dtype=object)
    is_major = np.isin(highway, sorted(MAJOR))
    is_minor = np.isin(highway, sorted(MINOR))
    return {
        "major": _long(geometry[is_near & is_major], 0.0),
        "minor": _long(geometry[is_near & is_minor], 0.0),
        "path": _long(geometry[is_near & ~is_major & ~is_minor], SHORTEST_PATH_M),
    }
