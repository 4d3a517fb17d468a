"""A surface weighted by the people of a raster: by hand, and against a census of the cells."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from pipeline.access.raster_people import measure_people, minutes_of_people
from pipeline.rasters import Band, Bands, Cells, Raster
from tests import towns

CRS = pyproj.CRS(towns.CRS)
# Four cells of 25 m in a row, of which the last is no land; minutes rise from the west.
CELLS = Cells(0.0, 25.0, 25.0, 25.0, 1, 4, CRS)
NAMES = ("park", "pub", "to_street", "certain_within")


def surface(pub: float = np.nan, pub_state: str = "ok") -> Bands:
    bands = tuple(Band(name, name, "min", pub_state if name == "pub" else "ok") for name in NAMES)
    value = [[1, 2, 6], [pub, np.nan, np.nan], [0.1] * 3, [60.0] * 3]
    return Bands(CELLS, np.arange(3), bands, np.array(value, np.float32))


# Cells of 50 m over that row and as far south of it: 30 people in the west, 90 in the east.
PEOPLE = Raster(Cells(0.0, 25.0, 50.0, 50.0, 1, 2, CRS), np.array([[30.0, 90.0]]))


def places(*boxes: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    return towns.neighbourhoods(*((f"N{at}", shapely.box(*box), 0) for at, box in enumerate(boxes)))


def test_a_mean_weighs_the_minutes_of_the_land_in_each_cell_of_people() -> None:
    # West of x = 75: all 30 people at 1.5 minutes, and half of the 90 at the 6 minutes of the only
    # land in their cell: (30 × 1.5 + 45 × 6) ÷ 75.
    minutes, weighed = minutes_of_people(surface(), PEOPLE, places((0, -25, 75, 25)).geometry)
    assert weighed[0].tolist() == [75, 0, 75, 75]
    assert minutes[0, 0] == pytest.approx((30 * 1.5 + 45 * 6) / 75)
    assert np.isnan(minutes[0, 1])


def test_every_number_has_its_state_and_the_district_is_one_more_row() -> None:
    areas = places((0, -25, 50, 25), (50, -25, 100, 25), (0, 900, 50, 950), (0, -25, 10, 25))
    table = measure_people(surface(pub=4.0), PEOPLE, areas, "D", fewest=10)
    park = table[table["category"] == "park"].set_index("neighbourhood_id")
    assert park["state"].tolist() == ["ok", "ok", "no_data", "suppressed", "ok"]
    assert park["mean_nearest_min"].round(6).tolist()[:2] == [1.5, 6.0]
    assert park.loc["D", "mean_nearest_min"] == pytest.approx((36 * 1.5 + 90 * 6) / 126)
    assert table[table["category"] == "pub"]["state"].tolist()[1] == "unreachable"
    assert set(table["category"]) == {"park", "pub"}
    unknown = measure_people(surface(pub_state="no_data"), PEOPLE, areas, "D", fewest=10)
    assert set(unknown[unknown["category"] == "pub"]["state"]) == {"no_data"}


def test_without_a_raster_there_are_no_rows() -> None:
    assert measure_people(surface(), None, places((0, 0, 50, 25)), "D", fewest=10).empty
