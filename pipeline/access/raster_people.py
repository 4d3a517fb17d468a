"""Mean minutes of the people of a raster, where nothing says in which houses they live.

The mean of an area is Σ p·f·t ÷ Σ p·f over the cells of the raster of people: p the people of the
cell, f the share of it that lies in the area, t the mean minutes over the walkable land in it, from
the surface. Minutes, weighted by people; missing where nobody lives in reach of a street. Shares
are exact, and neither raster is resampled (Baston 2023, exactextract).
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from pipeline.rasters import Bands, Cells, Floats, Ints, Raster, shares_of_cells


def minutes_of_people(
    surface: Bands, people: Raster, areas: gpd.GeoSeries
) -> tuple[Floats, Floats]:
    """Weigh a surface with the people of a raster, where nothing says in which houses they live.

    The mean of an area is Σ p·f·t ÷ Σ p·f over the cells of the raster of people: p the people
    of the cell, f the share of it that lies in the area, t the mean minutes of the walkable land
    in it. A cell without walkable land, or without a value on any of it, is left out.

    Parameters
    ----------
    surface
        Minutes to the nearest; b bands.
    people
        People per cell, in any system.
    areas
        Polygons in the system of the surface; n of them.

    Returns
    -------
    tuple of numpy.ndarray
        Mean minutes, missing where there is nobody to weigh with, and the people they were
        weighed with; both of shape (n, b).
    """
    found = shares_of_cells(people.cells, areas.to_crs(people.cells.crs))
    counts = np.nan_to_num(people.value.ravel()[found.cell]) * found.share
    squares, place = np.unique(found.cell, return_inverse=True)
    minutes = _means_over(surface, people.cells, squares)[:, place]
    weights = np.where(np.isnan(minutes), 0.0, counts)
    sums = _summed(found.area, np.nan_to_num(minutes) * weights, len(areas))
    weighed = _summed(found.area, weights, len(areas))
    with np.errstate(invalid="ignore"):
        return (sums / weighed).T, weighed.T


def _means_over(surface: Bands, cells: Cells, squares: Ints) -> Floats:
    """Return the mean of each band over the land in some cells of another raster."""
    boxes = gpd.GeoSeries(cells.boxes(squares), crs=cells.crs).to_crs(surface.cells.crs)
    found = shares_of_cells(surface.cells, boxes)
    at = np.searchsorted(surface.number, found.cell).clip(max=max(len(surface.number) - 1, 0))
    is_land = surface.number[at] == found.cell if len(surface.number) else np.zeros(len(at), bool)
    values = surface.value[:, at[is_land]].astype(float)
    weights = np.where(np.isnan(values), 0.0, found.share[is_land])
    sums = _summed(found.area[is_land], np.nan_to_num(values) * weights, len(squares))
    with np.errstate(invalid="ignore"):
        means: Floats = sums / _summed(found.area[is_land], weights, len(squares))
    return means


def _summed(group: Ints, values: Floats, n: int) -> Floats:
    """Add up each row of values over n groups of its columns."""
    return np.array([np.bincount(group, weights=row, minlength=n) for row in values])
