"""One shape out of the parts that a file gives, and words on why a row has none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

_COLLECTION = 7  # shapely's number for shapes of several kinds in one


class NotDrawn(Exception):
    """A row has no shape, or none that can be read; the text follows “it”."""


def of_most_dimensions(parts: Sequence[shapely.Geometry]) -> shapely.Geometry:
    """Return one shape of one kind: areas before lines, lines before points.

    A site is often drawn as its outline together with the point of its label.

    Parameters
    ----------
    parts
        Shapes, which may themselves be of several kinds in one.

    Returns
    -------
    shapely.Geometry
        The one shape, or all of the highest kind as a multiple one.

    Raises
    ------
    NotDrawn
        If there are none.
    """
    flat = np.array([piece for part in parts for piece in _pieces(part)], dtype=object)
    flat = flat[~shapely.is_empty(flat)] if len(flat) else flat
    if not len(flat):
        raise NotDrawn("has no geometry")
    dimensions = shapely.get_dimensions(flat)
    kept = flat[dimensions == dimensions.max()]
    if len(kept) == 1:
        only: shapely.Geometry = kept[0]
        return only
    many = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    together: shapely.Geometry = many[int(dimensions.max())](kept)
    return together


def of_one_kind(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape, of a collection of several kinds only the highest.

    Parameters
    ----------
    shape
        Any shape.

    Returns
    -------
    shapely.Geometry
        The shape itself, unless it is a collection.
    """
    return of_most_dimensions([shape]) if shapely.get_type_id(shape) == _COLLECTION else shape


def _pieces(shape: shapely.Geometry) -> list[shapely.Geometry]:
    parts = list(shapely.get_parts(shape))
    if len(parts) == 1 and shapely.get_type_id(parts[0]) == shapely.get_type_id(shape):
        return parts
    return [piece for part in parts for piece in _pieces(part)]
