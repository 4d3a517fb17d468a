"""Divide the district into its neighbourhoods along roads, railway and river."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from demo.model import Building, Neighbourhood
from demo.plan.divisions import BORDER, LINES

GRID_M = 0.01


def district() -> Polygon:
    """Return the district, in the town's own grid."""
    return Polygon(BORDER)


@cache
def faces() -> tuple[BaseGeometry, ...]:
    """Pieces of the district between the dividing lines, in a fixed order."""
    border = district()
    lines = [border.exterior, *(LineString(line) for line in LINES)]
    noded = shapely.union_all(shapely.set_precision(lines, GRID_M), grid_size=GRID_M)
    pieces = shapely.get_parts(shapely.polygonize([noded]))
    inside = [p for p in pieces if border.contains(p.representative_point())]
    return tuple(sorted(inside, key=lambda p: p.bounds))


def shapes(neighbourhoods: Sequence[Neighbourhood]) -> list[BaseGeometry]:
    """Return the polygon of each neighbourhood: the faces in which its seeds lie.

    Raises
    ------
    ValueError
        If a face has no seed, or seeds of two neighbourhoods.
    """
    seeds = [(n, shapely.Point(p)) for n, area in enumerate(neighbourhoods) for p in area.seeds]
    parts: list[list[BaseGeometry]] = [[] for _ in neighbourhoods]
    for face in faces():
        owners = {n for n, seed in seeds if face.contains(seed)}
        if len(owners) != 1:
            middle = face.representative_point()
            raise ValueError(f"The face round {middle.wkt} has {len(owners)} owners, not one.")
        parts[owners.pop()].append(face)
    return [shapely.union_all(p, grid_size=GRID_M) for p in parts]


def dwellings_within(polygons: Sequence[BaseGeometry], homes: Sequence[Building]) -> list[int]:
    """Count the dwellings whose buildings have their centre in each polygon."""
    rings = [[*home.outline, home.outline[0]] for home in homes]
    centres = shapely.centroid(shapely.polygons(np.asarray(rings)))
    counts = np.array([home.dwellings for home in homes])
    home, area = shapely.STRtree(np.asarray(polygons)).query(centres, predicate="within")
    totals = np.bincount(area, weights=counts[home], minlength=len(polygons))
    return [int(n) for n in totals]
