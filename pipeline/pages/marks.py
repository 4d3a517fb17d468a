"""Geometry and symbols as matplotlib draws them; the symbols are those of the page."""

from __future__ import annotations

import numpy as np
import shapely
from matplotlib.path import Path as Outline

from pipeline.pages.shapes import Shapes
from pipeline.pages.symbols import CORNERS


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
