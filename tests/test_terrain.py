"""What a street costs on a slope: Tobler's numbers, planes of known slope, and laws."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import contracts, tables
from pipeline.errors import PlaceIsElsewhere
from pipeline.heights import Floats, Heights
from pipeline.terrain import FLAT, measure_terrain, tobler
from tests.towns import CRS, STUDY

SLOPES = STUDY.slopes
EVERYWHERE = shapely.box(-10_000, -10_000, 10_000, 10_000)
MANY = settings(max_examples=100, deadline=None)

Line = list[tuple[float, float]]


def network(*lines: Line, bridges: tuple[int, ...] = ()) -> gpd.GeoDataFrame:
    """Lay out streets, each by itself."""
    shapes = [shapely.LineString(line) for line in lines]
    return gpd.GeoDataFrame(
        {
            "edge_id": range(len(shapes)),
            "length_dm": np.rint(10 * shapely.length(shapes)).astype(np.int64),
            "is_bridge_or_tunnel": [at in bridges for at in range(len(shapes))],
        },
        geometry=shapes,
        crs=CRS,
    )


def ground(height: Floats | float, cell_m: float = 50.0) -> Heights:
    """Lay out 2 km × 2 km of ground from a corner at (−500, −500)."""
    n = int(2000 / cell_m)
    return Heights(np.full((n, n), height), -500.0, 1500.0, cell_m)


def plane(east: float, north: float = 0.0, cell_m: float = 50.0) -> Heights:
    """Lay out ground that rises so much a metre to the east and to the north."""
    n = int(2000 / cell_m)
    middle = (np.arange(n) + 0.5) * cell_m
    x, y = np.meshgrid(-500 + middle, 1500 - middle)
    return Heights(100 + east * x + north * y, -500.0, 1500.0, cell_m)


def costs(streets: gpd.GeoDataFrame, heights: Heights) -> list[tuple[int, int]]:
    table, _ = measure_terrain(streets, heights, EVERYWHERE, SLOPES)
    contracts.check(table, tables.TERRAIN, "terrain")
    return list(zip(table["forward_dm"].tolist(), table["backward_dm"].tolist(), strict=True))


def test_speeds_on_slopes_are_those_that_tobler_published() -> None:
    slopes = np.array([0, 0.05, 0.10, 0.20, -0.05, -0.10])
    assert np.round(tobler(slopes), 2).tolist() == [5.04, 4.23, 3.55, 2.50, 6.00, 5.04]


# Up: 10,000 dm × exp(3.5 × S). Down: × exp(3.5 × (|0.05 − S| − 0.05)).
@pytest.mark.parametrize(
    ("slope", "up", "down"),
    [
        (0.05, 11_912, 8_395),  # exp(0.175), exp(−0.175)
        (0.10, 14_191, 10_000),  # exp(0.35), exp(0)
        (0.20, 20_138, 14_191),  # exp(0.7), exp(0.35)
        (0.35, 34_042, 23_989),  # exp(1.225), exp(0.875)
        (0.80, 34_042, 23_989),  # steeper slopes count as 35 %
    ],
)
@pytest.mark.parametrize("cell_m", [10.0, 50.0, 100.0])
def test_a_kilometre_up_a_plane_costs_what_tobler_says(
    slope: float, up: int, down: int, cell_m: float
) -> None:
    street: Line = [(0, 10), (400, 10), (1000, 10)]
    assert costs(network(street), plane(slope, cell_m=cell_m)) == [(up, down)]
    across: Line = [(10, 0), (10, 1000)]
    assert costs(network(across), plane(slope, cell_m=cell_m)) == [(10_000, 10_000)]


def test_climbs_and_the_steepest_piece_are_told() -> None:
    streets = network([(0, 0), (300, 0)], [(300, 0), (0, 0)])
    table, report = measure_terrain(streets, plane(0.1), EVERYWHERE, SLOPES)
    assert table["climb_m"].tolist() == [30, 0]
    assert table["descent_m"].tolist() == [0, 30]
    assert table["steepest_pct"].tolist() == [10, 10]
    assert (report["biggest_climb_m"], report["steepest_pct"]) == (30, 10)
    assert report["share_with_heights"] == 1


@MANY
@given(
    height=st.floats(-400, 8000),
    ends=st.lists(st.tuples(st.floats(0, 900), st.floats(0, 900)), min_size=2, max_size=6),
)
def test_on_flat_ground_every_street_costs_its_length(height: float, ends: Line) -> None:
    streets = network(ends)
    length = int(streets["length_dm"].iloc[0])
    assert costs(streets, ground(height)) == [(length, length)]


@MANY
@given(slope=st.floats(0, 1), length=st.floats(0, 900))
def test_uphill_is_never_faster_than_flat(slope: float, length: float) -> None:
    streets = network([(0, 0), (length, 0)])
    up, down = costs(streets, plane(slope))[0]
    assert up >= streets["length_dm"].iloc[0]
    assert up >= down


def hills(seed: int, cell_m: float = 50.0) -> Heights:
    """Lay out hills and dips of some tens of metres."""
    rng = np.random.default_rng(seed)
    n = int(2000 / cell_m)
    return Heights(rng.uniform(0, 40, (n, n)), -500.0, 1500.0, cell_m)


@MANY
@given(
    seed=st.integers(0, 50),
    line=st.lists(st.tuples(st.floats(0, 900), st.floats(0, 900)), min_size=2, max_size=5),
)
def test_the_way_back_costs_what_the_street_drawn_the_other_way_costs(
    seed: int, line: Line
) -> None:
    (there, back), (there_again, back_again) = costs(network(line, line[::-1]), hills(seed))
    assert (there, back) == (back_again, there_again)


@MANY
@given(seed=st.integers(0, 50), share=st.floats(0.01, 0.99))
def test_a_street_cut_in_two_rises_as_much_as_before(seed: int, share: float) -> None:
    middle = 37 + 800 * share
    whole = network([(37, 90), (837, 90)], [(37, 90), (middle, 90)], [(middle, 90), (837, 90)])
    table, _ = measure_terrain(whole, hills(seed), EVERYWHERE, SLOPES)
    rise = (table["climb_m"] - table["descent_m"]).tolist()
    assert rise[0] == pytest.approx(rise[1] + rise[2], abs=0.03)


def test_a_bridge_over_a_valley_is_flat_and_the_street_through_it_is_not() -> None:
    x = -500 + (np.arange(40) + 0.5) * 50
    valley = Heights(np.tile(np.abs(x - 300) / 5, (40, 1)), -500.0, 1500.0, 50.0)
    line: Line = [(100, 0), (500, 0)]
    bridge, street = costs(network(line, line, bridges=(0,)), valley)
    assert bridge == (4000, 4000)
    assert min(street) > 4500


def test_a_bridge_between_two_heights_rises_evenly() -> None:
    line: Line = [(0, 0), (1000, 0)]
    assert costs(network(line, bridges=(0,)), plane(0.05)) == [(11_912, 8_395)]


def test_a_street_of_two_metres_takes_the_slope_of_its_surroundings() -> None:
    # One cell of 10 m stands 10 m above the plain: a slope of 100 % that nobody has built.
    spiky = ground(50.0, cell_m=10.0)
    spiky.metres[100, 100] += 10
    middle = (spiky.west + 1005, spiky.north - 1005)
    short: Line = [(middle[0] + 4, middle[1]), (middle[0] + 6, middle[1])]
    table, _ = measure_terrain(network(short), spiky, EVERYWHERE, SLOPES)
    assert table["steepest_pct"].iloc[0] < 4


def test_where_heights_are_not_known_streets_are_flat_and_counted() -> None:
    half = plane(0.1)
    half.metres[:, 20:] = np.nan  # from x = 500 on
    streets = network([(0, 0), (400, 0)], [(400, 0), (800, 0)], [(800, 0), (900, 0)])
    west = shapely.box(0, -100, 300, 100)
    table, report = measure_terrain(streets, half, west, SLOPES)
    assert table["state"].tolist() == ["ok", "no_data", "no_data"]
    assert table.loc[1:, ["forward_dm", "backward_dm"]].to_numpy().tolist() == [
        [4000, 4000],
        [1000, 1000],
    ]
    told = "Heights are not known of 2 streets and paths (0.5 km) in and around the district"
    assert report["caveats"] == [f"{told}; they are walked as if they were flat."]
    contracts.check(table, tables.TERRAIN, "terrain")


def test_a_district_without_heights_on_all_its_streets_stops() -> None:
    half = replace(plane(0.1), where="tiles.zip")
    half.metres[:, 20:] = np.nan
    streets = network([(0, 0), (400, 0)], [(400, 0), (800, 0)])
    with pytest.raises(PlaceIsElsewhere, match=r"tiles.zip: heights are known of 50.0% .* 99%"):
        measure_terrain(streets, half, EVERYWHERE, SLOPES)


def test_streets_beyond_the_grid_have_no_heights() -> None:
    streets = network([(1400, 0), (1600, 0)], [(1400, 0), (1499, 0)])
    inside = shapely.box(1300, -100, 1390, 100)
    table, _ = measure_terrain(streets, plane(0.1), inside, SLOPES)
    assert table["state"].tolist() == ["no_data", "ok"]


def test_without_elevation_the_ground_is_flat_and_the_page_says_so() -> None:
    streets = network([(0, 0), (400, 0)])
    table, report = measure_terrain(streets, None, EVERYWHERE, SLOPES)
    contracts.check(table, tables.TERRAIN, "terrain")
    assert table[["forward_dm", "backward_dm"]].to_numpy().tolist() == [[4000, 4000]]
    assert table["climb_m"].isna().all()
    assert report == {"has_heights": False, "caveats": [FLAT]}
