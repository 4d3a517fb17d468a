"""What a file covers is found from what lies in it, and how far a walk from there is certain."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pipeline import contracts, tables
from pipeline.config import Coverage
from pipeline.coverage import known_within, measure_coverage
from tests.towns import STUDY, Way, features, neighbourhoods, streets

FAR_TREE = features(("node/1", {"natural": "tree"}, shapely.Point(-50_000, 0)))
# Two neighbourhoods of a square kilometre, side by side.
WEST, EAST = shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)
TWO = neighbourhoods(("E1", WEST, 100), ("E2", EAST, 100))
BUFFER_M = 600.0
CHOICES = STUDY.coverage.model_copy(update={"cell_m": 100.0, "gap_m": 600.0})


def lattice(west: float, south: float, east: float, north: float) -> list[Way]:
    """Lay short streets, one in each cell of a hundred metres, within a window."""
    ways: list[Way] = []
    for x in np.arange(west, east, 100):
        for y in np.arange(south, north, 100):
            number = 10 * len(ways) + 1
            ways.append(
                ([(number, x + 20, y + 50), (number + 1, x + 80, y + 50)], {"highway": "footway"})
            )
    return ways


def measured(
    ways: list[Way],
    areas: gpd.GeoDataFrame = TWO,
    marks: gpd.GeoDataFrame = FAR_TREE,
    choices: Coverage = CHOICES,
) -> gpd.GeoDataFrame:
    table, _ = measure_coverage(areas, marks, streets(*ways), choices, "D", BUFFER_M)
    contracts.check(table, tables.COVERAGE, "coverage")
    return table


def shares(table: gpd.GeoDataFrame) -> list[float]:
    return [round(share, 3) for share in table["covered_share"][:2]]


def test_what_lies_in_the_window_is_covered_and_what_lies_beyond_is_not() -> None:
    table = measured(lattice(-600, -600, 1000, 1600))
    assert shares(table) == [1.0, 0.0]
    assert table["state"].tolist() == ["ok", "no_data", "ok", "ok"]
    assert table["covered_share"].iloc[2] == pytest.approx(0.5)


def test_half_a_neighbourhood_is_half_covered_and_has_no_data() -> None:
    table = measured(lattice(-600, -600, 1500, 1600))
    assert shares(table) == [1.0, 0.5]
    assert table["state"].iloc[1] == "no_data"


def test_one_long_way_that_leads_out_of_the_window_covers_nothing() -> None:
    leading_out: Way = ([(9001, 500, 500), (9002, 1950, 510)], {"highway": "trunk"})
    inside = lattice(-600, -600, 1000, 1600)
    assert shares(measured([*inside, leading_out])) == [1.0, 0.0]
    # Short pieces of a road that lead out make a ribbon of a cell or two, which is dropped.
    narrow = CHOICES.model_copy(update={"gap_m": 200.0})
    ribbon = lattice(1000, 500, 2000, 600)
    assert shares(measured([*inside, *ribbon], choices=narrow))[1] < 0.05


def test_fields_and_lakes_within_the_window_are_covered() -> None:
    all_around = lattice(-600, -600, 2600, 1600)
    field = shapely.box(300, 300, 700, 700)
    with_field = [w for w in all_around if not field.contains(shapely.Point(w[0][0][1:]))]
    assert len(with_field) < len(all_around)
    assert shares(measured(with_field)) == [1.0, 1.0]
    # Wider than the gap, and still enclosed on all sides.
    lake = shapely.box(100, 100, 1900, 900)
    with_lake = [w for w in all_around if not lake.contains(shapely.Point(w[0][0][1:]))]
    assert shares(measured(with_lake)) == [1.0, 1.0]


def test_a_file_without_short_ways_near_covers_nothing_and_does_not_break() -> None:
    table = measured([([(1, 0, 0), (2, 900, 0)], {"highway": "residential"})])
    assert shares(table) == [0.0, 0.0]
    assert known_within(np.array([shapely.Point(500, 500)]), table).tolist() == [0.0]


def test_cells_that_only_touch_the_surroundings_are_no_region() -> None:
    # The cells end where the surroundings begin, at x = −600.
    table = measured([*lattice(-1200, 0, -600, 1000), *lattice(600, -600, 2600, 1600)])
    region = table.geometry[table["what"] == "region"].iloc[0]
    assert region.geom_type in ("Polygon", "MultiPolygon")


def test_a_walk_is_certain_up_to_the_nearest_point_of_the_edge() -> None:
    # Covered from −600 to 1500: the home at 1000 is 500 from the edge in the east, the one at
    # 200 is 800 from the edge of the surroundings in the west, the last is beyond the edge.
    table = measured(lattice(-600, -600, 1500, 1600))
    points = np.array([shapely.Point(x, 500) for x in (1000, 200, 1800)])
    assert known_within(points, table).round(6).tolist() == [500.0, 800.0, 0.0]


def test_the_shore_is_no_edge() -> None:
    inside = lattice(-600, -600, 1500, 1600)
    shore = features(
        ("way/9", {"natural": "coastline"}, shapely.LineString([(1500, -700), (1500, 1700)]))
    )
    table = measured(inside, marks=shore)
    # East of the home lies the sea, from which nothing is missing; the surroundings end 1,100 m
    # to the north and south, and at the corners of the shore.
    assert known_within(np.array([shapely.Point(1400, 500)]), table)[0] > 900


def test_a_tiny_district_can_be_measured() -> None:
    areas = neighbourhoods(
        ("E1", shapely.box(0, 0, 30, 30), 5), ("E2", shapely.box(30, 0, 60, 30), 5)
    )
    assert shares(measured(lattice(-600, -600, 700, 700), areas)) == [1.0, 1.0]


def test_the_order_of_rows_does_not_matter() -> None:
    ways = streets(*lattice(-600, -600, 1500, 1600))
    there, report = measure_coverage(TWO, FAR_TREE, ways, CHOICES, "D", BUFFER_M)
    back, other = measure_coverage(
        TWO.iloc[::-1], FAR_TREE, ways.iloc[::-1], CHOICES, "D", BUFFER_M
    )
    assert contracts.ordered(back, tables.COVERAGE).equals(
        contracts.ordered(there, tables.COVERAGE)
    )
    assert report == other
