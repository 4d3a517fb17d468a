"""Geometry and symbols as matplotlib draws them; the symbols are those of the page."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.path import Path as Outline

from pipeline.pages.shapes import Shapes

Points = npt.NDArray[np.float64]


def outline_of(shapes: Shapes) -> Outline | None:
    """Return areas, whose holes turn the other way, or lines, as one outline.

    Parameters
    ----------
    shapes
        All of them areas, or all of them lines.

    Returns
    -------
    matplotlib.path.Path or None
        None for no shapes.
    """
    turned = shapely.orient_polygons(shapely.get_parts(shapes))
    is_area = np.isin(shapely.get_type_id(turned), (3, 6))
    parts = np.r_[shapely.get_rings(turned[is_area]), turned[~is_area]]
    corners = [shapely.get_coordinates(part) for part in parts]
    if not corners:
        return None
    codes = np.full(sum(map(len, corners)), Outline.LINETO, dtype=Outline.code_type)
    ends = np.cumsum([len(part) for part in corners])
    codes[np.r_[0, ends[:-1]]] = Outline.MOVETO
    if is_area.all():
        codes[ends - 1] = Outline.CLOSEPOLY
    return Outline(np.concatenate(corners), codes)


# --- symbols, as on the page ----------------------------------------------------------------------


def _even(sides: int, turn: float, size: float = 1.0) -> Points:
    angle = 2 * math.pi * np.arange(sides) / sides + turn
    return size * np.column_stack([np.cos(angle), np.sin(angle)])


def _star() -> Points:
    radius = np.tile([1.2, 0.576], 5)
    angle = math.pi * np.arange(10) / 5 + math.pi / 2
    corners: Points = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return corners


def _plus(turn: float) -> Points:
    bar = 0.36
    arm = np.array([(-bar, 1), (bar, 1), (bar, bar)])
    turns = [
        np.array([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]])
        for a in (turn - math.pi / 2 * n for n in range(4))
    ]
    return np.concatenate([arm @ matrix for matrix in turns])


# On a circle of radius one, y upwards.
CORNERS = {
    "circle": _even(24, 0.0),
    "square": 0.86 * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]),
    "triangle": np.array([(0, 1.05), (1.05, -0.8), (-1.05, -0.8)]),
    "diamond": _even(4, 0.0, 1.12),
    "star": _star(),
    "cross": _plus(math.pi / 4),
    "plus": _plus(0.0),
    "hexagon": _even(6, 0.0),
}


def marker(symbol: str) -> Outline:
    """Return a symbol as matplotlib draws many of them.

    Parameters
    ----------
    symbol
        One of `CORNERS`.

    Returns
    -------
    matplotlib.path.Path
        Of the size that matplotlib expects.
    """
    corners = 0.5 * CORNERS[symbol]
    return Outline(np.r_[corners, corners[:1]], closed=True)
