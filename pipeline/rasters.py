"""A grid of numbers: where its cells lie, and which share of each lies in an area.

Shares are exact (Baston 2023, exactextract): a cell on a border is split by its area, so that
people in a raster are neither lost nor counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

Floats = npt.NDArray[np.float64]
SmallFloats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Cells:
    """Where the cells of a raster lie.

    Rows count from the north, columns from the west; cell 0 is the most north-western one, and
    cells are numbered along rows. `width` and `height` are of one cell, in the units of `crs`.
    """

    west: float
    north: float
    width: float
    height: float
    rows: int
    columns: int
    crs: pyproj.CRS

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return self.rows, self.columns

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        south = self.north - self.rows * self.height
        return self.west, south, self.west + self.columns * self.width, self.north

    @cached_property
    def transform(self) -> Any:  # noqa: ANN401 (affine has no types)
        """From column and row to coordinates, as rasterio wants it."""
        from rasterio.transform import from_origin

        return from_origin(self.west, self.north, self.width, self.height)

    def middles(self, numbers: Ints) -> Shapes:
        """Return the middles of some cells.

        Parameters
        ----------
        numbers
            Of the cells; shape (n,).

        Returns
        -------
        numpy.ndarray
            Points; shape (n,).
        """
        row, column = np.divmod(numbers, self.columns)
        east = self.west + (column + 0.5) * self.width
        return np.asarray(shapely.points(east, self.north - (row + 0.5) * self.height), object)

    def boxes(self, numbers: Ints) -> Shapes:
        """Return some cells as squares.

        Parameters
        ----------
        numbers
            Of the cells; shape (n,).

        Returns
        -------
        numpy.ndarray
            Polygons; shape (n,).
        """
        row, column = np.divmod(numbers, self.columns)
        west, north = self.west + column * self.width, self.north - row * self.height
        squares = shapely.box(west, north - self.height, west + self.width, north)
        return np.asarray(squares, object)

    def holding(self, points: Shapes) -> Ints:
        """Say in which cell each point lies.

        Parameters
        ----------
        points
            In the system of the cells; shape (n,).

        Returns
        -------
        numpy.ndarray
            Numbers of cells, −1 for a point outside; shape (n,).
        """
        column = np.floor((shapely.get_x(points) - self.west) / self.width).astype(np.int64)
        row = np.floor((self.north - shapely.get_y(points)) / self.height).astype(np.int64)
        is_inside = (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)
        return np.where(is_inside, row * self.columns + column, -1)


@dataclass(frozen=True)
class Raster:
    """One number a cell, missing where nothing is known; `value` has the shape of `cells`."""

    cells: Cells
    value: Floats


class PeopleRaster(NamedTuple):
    """People per cell, and what the raster is called."""

    raster: Raster
    title: str


@dataclass(frozen=True)
class Band:
    """One of several rasters over the same cells: its name, what it says, its unit and state.

    The state is `no_data` where nothing is known of the whole band, else `ok`.
    """

    name: str
    words: str
    unit: str
    state: str


@dataclass(frozen=True)
class Bands:
    """Several rasters over the same cells, kept only where there is anything to say.

    `number` are the cells that are kept, rising, shape (n,); `value` what they hold, missing
    where there is nothing, shape (bands, n).
    """

    cells: Cells
    number: Ints
    bands: tuple[Band, ...]
    value: SmallFloats

    def named(self, name: str) -> SmallFloats:
        """Return the values of one band, by its name; shape (n,)."""
        found: SmallFloats = self.value[[band.name for band in self.bands].index(name)]
        return found

    def whole(self, at: int) -> SmallFloats:
        """Return one band in the shape of the cells, missing where a cell is not kept."""
        image = np.full(self.cells.shape, np.nan, dtype=np.float32)
        image.ravel()[self.number] = self.value[at]
        return image


class Shares(NamedTuple):
    """Which share of a cell lies in an area, for each pair of which any does."""

    area: Ints
    cell: Ints
    share: Floats


def shares_of_cells(cells: Cells, areas: gpd.GeoSeries) -> Shares:
    """Find which share of each cell lies in each area.

    Parameters
    ----------
    cells
        The cells.
    areas
        Polygons in the system of the cells; n of them, numbered from 0.

    Returns
    -------
    Shares
        In the order of areas, then cells; shares are above 0 and at most 1.
    """
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    west, south, east, north = cells.bounds
    wkt = cells.crs.to_wkt()
    every = NumPyRasterSource(np.zeros(cells.shape), west, south, east, north, srs_wkt=wkt)
    drawn = gpd.GeoDataFrame(geometry=areas.to_numpy(), crs=cells.crs)
    found = exact_extract(every, drawn, ["cell_id", "coverage"], output="pandas")
    counts = [len(numbers) for numbers in found["cell_id"]]
    return Shares(
        np.repeat(np.arange(len(areas)), counts),
        np.concatenate([np.empty(0), *found["cell_id"]]).astype(np.int64),
        np.concatenate([np.empty(0), *found["coverage"]]),
    )


def people_in(people: Raster, areas: gpd.GeoSeries) -> tuple[Floats, Floats]:
    """Add up the people of a raster who live in each area.

    Parameters
    ----------
    people
        People per cell, spread evenly over it.
    areas
        Polygons in any system; n of them. They are brought into the system of the raster, not
        the other way round: resampling would make or lose people.

    Returns
    -------
    tuple of numpy.ndarray
        People, and the share of each area for which the raster has a number; both of shape
        (n,), people missing where it has none at all.
    """
    found = shares_of_cells(people.cells, areas.to_crs(people.cells.crs))
    values = people.value.ravel()[found.cell]
    is_known = ~np.isnan(values)
    n = len(areas)
    covered = np.bincount(found.area, weights=found.share * is_known, minlength=n)
    of_area = shapely.area(areas.to_crs(people.cells.crs).to_numpy())
    share = covered * people.cells.width * people.cells.height / of_area
    counts = np.bincount(
        found.area, weights=np.where(is_known, values, 0.0) * found.share, minlength=n
    )
    return np.where(covered > 0, counts, np.nan), np.clip(share, 0, 1)
