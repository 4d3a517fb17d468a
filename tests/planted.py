"""Towns whose truth is known: each place once, and what two sources make of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import affinity

CRS = 27700
FIRST = (
    "Belle Vue", "Tredegar", "Beechwood", "Castle", "Mill", "Orchard", "Victoria", "Bridge",
    "Dock", "Rose", "Abbey", "Priory", "Station", "Coronation", "Glebe", "Quarry",
)  # fmt: skip
SECOND = ("Hill", "Vale", "Green", "Lane", "Field", "Cross", "Bank", "End", "Gate", "Court")
ENGLISH = {"park": "Park", "bus_stop": "Road", "library": "Library"}
WELSH = {"park": "Parc", "bus_stop": "Heol", "library": "Llyfrgell"}


@dataclass(frozen=True)
class Planted:
    """Two sources, and the pairs of rows (in the first, in the second) that are one place."""

    ours: gpd.GeoDataFrame
    theirs: gpd.GeoDataFrame
    pairs: frozenset[tuple[int, int]]


def planted(kind: str, n: int, seed: int) -> Planted:
    """Plant n places, of which a tenth is in one source only and a tenth in the other only.

    Sources draw them a few metres off, misspell a tenth of the names, leave out a tenth, and give
    one in seven in Welsh. One green space in twelve is two areas in the second source. A stop has
    a neighbour of the same name across the road, and a building one of another name beside it.
    """
    chance = np.random.default_rng(seed)
    spacing = {"park": 320.0, "bus_stop": 90.0, "library": 120.0}[kind]
    side = int(np.ceil(np.sqrt(n)))
    ours: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    pairs = set()
    for place in range(n):
        x, y = (place % side) * spacing, (place // side) * spacing
        x, y = x + chance.uniform(0, spacing / 3), y + chance.uniform(0, spacing / 3)
        name = f"{chance.choice(FIRST)} {chance.choice(SECOND)}"
        for shape in _shapes(kind, x, y, chance):
            fate, one = chance.random(), len(ours)
            if fate > 0.1:
                ours.append(_row(kind, name, shape, chance))
            if fate < 0.9:
                for part in _redrawn(kind, shape, chance):
                    if fate > 0.1:
                        pairs.add((one, len(theirs)))
                    theirs.append(_row(kind, name, part, chance))
    return Planted(_frame(ours), _frame(theirs), frozenset(pairs))


def _shapes(kind: str, x: float, y: float, chance: np.random.Generator) -> list[shapely.Geometry]:
    if kind == "bus_stop":
        return [shapely.Point(x, y), shapely.Point(x + 22, y + 12)]
    if kind == "library":
        block = shapely.box(x, y, x + chance.uniform(12, 40), y + chance.uniform(12, 30))
        return [affinity.rotate(block, chance.uniform(0, 90))]
    wide, tall = chance.uniform(60, 180, 2)
    green = shapely.box(x, y, x + wide, y + tall).segmentize(30)
    wobble: npt.NDArray[np.float64] = chance.normal(0, 3, shapely.get_coordinates(green).shape)
    wobble[-1] = wobble[0]
    return [shapely.set_coordinates(green, shapely.get_coordinates(green) + wobble).buffer(0)]


def _redrawn(
    kind: str, shape: shapely.Geometry, chance: np.random.Generator
) -> list[shapely.Geometry]:
    """Draw it as the second source has it: a little off, perhaps as a point or in two parts."""
    off = chance.normal(0, 2.5, 2)
    moved = affinity.translate(shape, *off)
    if kind == "library" and chance.random() < 0.4:
        return [shapely.centroid(moved)]
    if kind != "park":
        return [moved]
    grown = affinity.scale(moved, *chance.uniform(0.9, 1.1, 2))
    if chance.random() > 1 / 12:
        return [grown]
    west, south, east, north = shapely.bounds(grown)
    middle = (west + east) / 2
    halves = (
        shapely.box(west, south, middle - 2, north),
        shapely.box(middle + 2, south, east, north),
    )
    return [shapely.intersection(grown, half) for half in halves]


def _row(
    kind: str, name: str, shape: shapely.Geometry, chance: np.random.Generator
) -> dict[str, Any]:
    fate = chance.random()
    said = f"{name} {ENGLISH[kind]}"
    if fate < 0.1:
        said = ""
    elif fate < 0.2:
        letters = list(said)
        del letters[chance.integers(1, len(letters) - 1)]
        said = "".join(letters)
    elif fate < 0.35:
        said = f"{WELSH[kind]} {name}"
    return {"category": kind, "name": said, "identifiers": (), "geometry": shape}


def _frame(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=CRS)
