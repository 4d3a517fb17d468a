"""Which share of each cell lies in an area, and the people who live there."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rasters import Cells, Raster, people_in, shares_of_cells

CRS = pyproj.CRS("EPSG:27700")
# Two rows of three cells of 100 m; cell 0 reaches from (0, 100) to (100, 200).
CELLS = Cells(0.0, 200.0, 100.0, 100.0, 2, 3, CRS)


def areas(*boxes: tuple[float, float, float, float]) -> gpd.GeoSeries:
    return gpd.GeoSeries([shapely.box(*box) for box in boxes], crs=CRS)


def test_a_point_lies_in_the_cell_around_it_and_outside_in_none() -> None:
    points = np.array([shapely.Point(xy) for xy in ((0, 199), (250, 50), (300, 50), (-1, 50))])
    assert CELLS.holding(points).tolist() == [0, 5, -1, -1]
    assert CELLS.holding(CELLS.middles(np.arange(6))).tolist() == list(range(6))


def test_a_cell_on_a_border_is_split_by_its_area() -> None:
    found = shares_of_cells(CELLS, areas((50, 50, 150, 125)))
    assert dict(zip(found.cell, found.share, strict=True)) == pytest.approx(
        {0: 0.125, 1: 0.125, 3: 0.25, 4: 0.25}
    )


def test_people_are_those_of_the_cells_by_share() -> None:
    people = Raster(CELLS, np.array([[8.0, 16.0, 0.0], [4.0, 40.0, np.nan]]))
    counts, known = people_in(
        people, areas((50, 50, 150, 125), (200, 0, 300, 100), (150, 0, 250, 50))
    )
    # 8/8 + 16/8 + 4/4 + 40/4; nobody knows; half of the third area is known and holds a quarter.
    assert counts == pytest.approx([14.0, np.nan, 10.0], nan_ok=True)
    assert known == pytest.approx([1.0, 0.0, 0.5])


@given(
    st.lists(st.floats(0, 1e6), min_size=6, max_size=6),
    st.floats(1, 299),
    st.floats(1, 199),
)
def test_areas_that_tile_the_raster_hold_all_its_people(
    counts: list[float], x: float, y: float
) -> None:
    people = Raster(CELLS, np.reshape(counts, (2, 3)))
    tiles = areas((0, 0, x, y), (x, 0, 300, y), (0, y, x, 200), (x, y, 300, 200))
    # Shares are held as single numbers inside the library.
    assert people_in(people, tiles)[0].sum() == pytest.approx(sum(counts), rel=1e-5, abs=1e-6)


def test_people_in_another_system_are_neither_lost_nor_made() -> None:
    degrees = gpd.GeoSeries([shapely.box(-3.1, 51.5, -3.0, 51.6).segmentize(0.001)], crs=4326)
    around = Cells(-3.15, 51.65, 0.01, 0.01, 20, 20, pyproj.CRS("EPSG:4326"))
    people = Raster(around, np.full((20, 20), 7.0))
    halves = degrees.to_crs(CRS).iloc[0]
    west, south, east, north = halves.bounds
    middle = (west + east) / 2
    parts = gpd.GeoSeries(
        [
            halves.intersection(shapely.box(west, south, middle, north)),
            halves.intersection(shapely.box(middle, south, east, north)),
        ],
        crs=CRS,
    )
    # The box holds ten by ten cells of seven people.
    assert people_in(people, parts)[0].sum() == pytest.approx(700, rel=1e-4)
