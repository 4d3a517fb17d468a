"""Geometry made small enough for a page: simplified for display, rounded, as differences.

A line is one flat list of whole numbers: longitude and latitude of its first vertex in units of
10⁻⁵ degree (about a metre), then for each further vertex the difference to the one before.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

UNITS_PER_DEGREE = 100_000
# A backdrop is looked at, not measured; half a street's width goes unseen.
# The square root of the area that a corner may lose.
BORDER_TOLERANCE_M = 12.0
LINE_TOLERANCE_M = 5.0
AREA_TOLERANCE_M = 6.0
# Neighbourhoods as published leave slits between them, no wider than twice this.
SLIT_M = 15.0
FEWEST_VALUES = {"line": 4, "ring": 8}

Shapes = npt.NDArray[np.object_]
Units = npt.NDArray[np.int64]
Coded = list[int]


class Coder:
    """Turns geometry in a district's CRS into whole numbers for a page."""

    def __init__(self, crs: Any) -> None:  # noqa: ANN401 (a pyproj CRS or its name)
        """Prepare the way from metres to degrees."""
        self._to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)

    def units(self, metres: npt.NDArray[np.float64]) -> Units:
        """Return an (n, 2) array of metres as whole units of longitude and latitude."""
        if not len(metres):
            return np.empty((0, 2), dtype=np.int64)
        longitude, latitude = self._to_degrees.transform(metres[:, 0], metres[:, 1])
        degrees = np.column_stack([longitude, latitude])
        units: Units = np.rint(degrees * UNITS_PER_DEGREE).astype(np.int64)
        return units

    def points(self, shapes: Shapes) -> Units:
        """Return points, one each, as an (n, 2) array of units."""
        return self.units(np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)]))

    def lines(self, shapes: Shapes) -> list[Coded]:
        """Return every line of any line geometry; those shorter than a unit are left out."""
        parts = shapely.get_parts(shapes)
        coded = self._sequences(parts)
        return [line for line in coded if len(line) >= FEWEST_VALUES["line"]]

    def areas(self, shapes: Shapes) -> list[list[list[Coded]]]:
        """Return for each (multi)polygon its parts, for each part its rings, outer first."""
        parts, of_shape = shapely.get_parts(shapes, return_index=True)
        rings, of_part = shapely.get_rings(parts, return_index=True)
        coded = self._sequences(rings)
        in_parts: list[list[Coded]] = [[] for _ in parts]
        for ring, part in zip(coded, of_part, strict=True):
            if len(ring) >= FEWEST_VALUES["ring"]:
                in_parts[part].append(ring)
        in_shapes: list[list[list[Coded]]] = [[] for _ in shapes]
        for rings_of_part, shape in zip(in_parts, of_shape, strict=True):
            if rings_of_part:
                in_shapes[shape].append(rings_of_part)
        return in_shapes

    def _sequences(self, shapes: Shapes) -> list[Coded]:
        if not len(shapes):
            return []
        coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
        units = self.units(coordinates)
        starts = np.r_[True, np.diff(owner) != 0] if len(owner) else np.zeros(0, dtype=bool)
        steps = np.diff(units, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
        steps[starts] = units[starts]
        kept = starts | (steps != 0).any(axis=1)
        counts = np.bincount(owner[kept], minlength=len(shapes))
        flat = steps[kept].ravel()
        return [part.tolist() for part in np.split(flat, 2 * np.cumsum(counts)[:-1])]


def bordering(shapes: Shapes) -> Shapes:
    """Simplify areas that share borders so that they still share them.

    Parameters
    ----------
    shapes
        (Multi)polygons in metres that cover a district.

    Returns
    -------
    numpy.ndarray
        As many; one that would vanish stays as it was.
    """
    simplified = shapely.coverage_simplify(shapes, BORDER_TOLERANCE_M)
    return np.where(shapely.is_empty(simplified), shapes, simplified)


def outline(areas: Shapes) -> Shapes:
    """Return the outer border of areas that lie side by side, without the slits between them.

    Parameters
    ----------
    areas
        (Multi)polygons in metres that cover a district, if not quite exactly.

    Returns
    -------
    numpy.ndarray
        Lines, one around each part.
    """
    closed = shapely.buffer(shapely.union_all(shapely.buffer(areas, SLIT_M)), -SLIT_M)
    return simpler(shapely.get_exterior_ring(shapely.get_parts(closed)), BORDER_TOLERANCE_M)


def simpler(shapes: Shapes, tolerance_m: float) -> Shapes:
    """Simplify shapes each by itself, and drop those that vanish.

    Parameters
    ----------
    shapes
        Lines or areas in metres.
    tolerance_m
        How far the new shape may lie from the old one.

    Returns
    -------
    numpy.ndarray
        The shapes that are left.
    """
    simplified = shapely.simplify(shapes, tolerance_m, preserve_topology=True)
    kept: Shapes = simplified[~shapely.is_empty(simplified)]
    return kept


def middles(areas: Shapes) -> Shapes:
    """Return a point well inside each area, for a label.

    Parameters
    ----------
    areas
        (Multi)polygons in metres.

    Returns
    -------
    numpy.ndarray
        As many points.
    """
    circles = shapely.maximum_inscribed_circle(shapely.simplify(areas, 20.0), 25.0)
    found: Shapes = shapely.get_point(circles, 0)
    return np.where(shapely.is_missing(found), shapely.point_on_surface(areas), found)
