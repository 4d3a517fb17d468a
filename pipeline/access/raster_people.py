"""Mean minutes of the people of a raster, where nothing says in which houses they live.

The mean of an area is Σ p·f·t ÷ Σ p·f over the cells of the raster of people: p the people of the
cell, f the share of it that lies in the area, t the mean minutes over the walkable land in it, from
the surface. Minutes, weighted by people; missing where nobody lives on walkable land. Shares are
exact, and neither raster is resampled (Baston 2023, exactextract).
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.access.surface import ABOUT_CELLS, TO_STREET
from pipeline.config import State
from pipeline.rasters import Bands, Cells, Floats, Ints, Raster, shares_of_cells


def measure_people(
    surface: Bands,
    people: Raster | None,
    neighbourhoods: gpd.GeoDataFrame,
    code: str,
    fewest: int,
) -> pd.DataFrame:
    """Give the mean minutes of the people of a raster, by neighbourhood and category.

    Parameters
    ----------
    surface
        Minutes to the nearest of each of c categories.
    people
        People per cell, in any system; none where the district names no raster.
    neighbourhoods
        n of them.
    code
        Code of the district, used as one more `neighbourhood_id`.
    fewest
        The fewest people a number is published of.

    Returns
    -------
    pandas.DataFrame
        The table `RASTER_MINUTES`; (n + 1) × c rows, or none without a raster. A mean is over
        those who can walk there, and `coverage_pct` says which share of the people on walkable
        land they are.
    """
    if people is None:
        none, no_state = np.empty(0), np.empty(0, dtype=object)
        return _rows([], none, none, none, no_state).assign(category=np.empty(0, dtype=object))
    minutes, weighed = minutes_of_people(surface, people, neighbourhoods.geometry)
    sums = np.nan_to_num(minutes) * weighed
    with np.errstate(invalid="ignore"):
        means = np.vstack([minutes, sums.sum(axis=0) / weighed.sum(axis=0)])
    counts = np.vstack([weighed, weighed.sum(axis=0)])
    on_land = counts[:, [band.name for band in surface.bands].index(TO_STREET)]
    ids = [*neighbourhoods["neighbourhood_id"], code]
    tables = []
    for at, band in enumerate(surface.bands):
        if band.name not in ABOUT_CELLS:
            state = _states(counts[:, at], on_land, fewest, is_known=band.state == State.OK)
            rows = _rows(ids, means[:, at], counts[:, at], on_land, state)
            tables.append(rows.assign(category=band.name))
    return pd.concat(tables, ignore_index=True)


def _states(
    reached: Floats, on_land: Floats, fewest: int, *, is_known: bool
) -> npt.NDArray[np.object_]:
    conditions = [np.full(len(reached), not is_known) | (on_land == 0), on_land < fewest]
    states = [State.NO_DATA.value, State.SUPPRESSED.value, State.UNREACHABLE.value]
    found = np.select([*conditions, reached == 0], states, default=State.OK.value)
    return found.astype(object)


def _rows(
    ids: list[str],
    means: Floats,
    reached: Floats,
    on_land: Floats,
    state: npt.NDArray[np.object_],
) -> pd.DataFrame:
    with np.errstate(invalid="ignore"):
        covered = np.nan_to_num(reached / on_land * 100)
    return pd.DataFrame(
        {
            "neighbourhood_id": ids,
            "people": on_land,
            "mean_nearest_min": np.where(state == State.OK.value, means, np.nan),
            "state": state,
            "coverage_pct": np.where(state == State.NO_DATA.value, 0.0, np.clip(covered, 0, 100)),
        }
    )


def minutes_of_people(
    surface: Bands, people: Raster, areas: gpd.GeoSeries
) -> tuple[Floats, Floats]:
    """Weigh a surface with the people of a raster.

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
    kept = np.full(surface.cells.rows * surface.cells.columns, -1)
    kept[surface.number] = np.arange(len(surface.number))
    at = kept[found.cell]
    values = surface.value[:, at[at >= 0]].astype(float)
    square = found.area[at >= 0]
    weights = np.where(np.isnan(values), 0.0, found.share[at >= 0])
    sums = _summed(square, np.nan_to_num(values) * weights, len(squares))
    with np.errstate(invalid="ignore"):
        means: Floats = sums / _summed(square, weights, len(squares))
    return means


def _summed(group: Ints, values: Floats, n: int) -> Floats:
    """Add up each row of values over n groups of its columns."""
    return np.array([np.bincount(group, weights=row, minlength=n) for row in values])
