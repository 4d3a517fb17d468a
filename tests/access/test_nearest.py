"""The nearest walk, snap legs included, and which asset it leads to."""

import math

import geopandas as gpd
import pandas as pd
import pytest

from pipeline.access import Destinations, Origins, kth_nearest
from pipeline.access import nearest_asset as measured
from pipeline.routing import Graph, as_graph
from tests.towns import entrances_at, homes_at, line_of_streets

# Three junctions in a row: 0 —300 m— 1 —500 m— 2, and a street apart from them.
GRAPH = as_graph(line_of_streets(3000, 5000, apart=(2000,)))


def nearest_asset(graph: Graph, homes: gpd.GeoDataFrame, doors: gpd.GeoDataFrame) -> pd.DataFrame:
    return measured(graph, Origins.of(graph, homes), Destinations.of(graph, doors))


def test_a_walk_is_both_snap_legs_and_what_lies_between() -> None:
    # 12.3 + (300 − 100) + 250 + 4.1 m.
    near = nearest_asset(GRAPH, homes_at((0, 1000, 123)), entrances_at(("a", 1, 2500, 41)))
    assert near["nearest_m"].tolist() == [466.4]
    assert near["nearest_asset"].tolist() == ["a"]


def test_on_one_street_one_walks_straight_and_the_snap_legs_still_count() -> None:
    near = nearest_asset(GRAPH, homes_at((1, 1000, 10)), entrances_at(("a", 1, 1200, 30)))
    assert near["nearest_m"].tolist() == [24.0]


def test_the_nearest_of_several_entrances_and_assets_is_taken() -> None:
    doors = entrances_at(("far", 1, 5000, 0), ("near", 1, 4000, 0), ("near", 0, 2500, 0))
    near = nearest_asset(GRAPH, homes_at((0, 2000, 0), (1, 4900, 0)), doors)
    assert near["nearest_m"].tolist() == [50.0, 10.0]
    assert near["nearest_asset"].tolist() == ["near", "far"]


def test_of_two_assets_equally_near_the_first_name_is_given_whatever_the_order() -> None:
    doors = entrances_at(("b", 0, 500, 0), ("a", 0, 1500, 0))
    for rows in (doors, doors[::-1]):
        near = nearest_asset(GRAPH, homes_at((0, 1000, 0)), rows)
        assert near["nearest_asset"].tolist() == ["a"]


def test_no_street_no_answer() -> None:
    doors = entrances_at(("a", 2, 100, 0))
    homes = homes_at((0, 0, 0), (2, 100, 7), (-1, 0, 0))
    near = nearest_asset(GRAPH, homes, doors)
    assert [math.isnan(metres) for metres in near["nearest_m"]] == [True, False, True]
    assert near["nearest_asset"].tolist() == ["", "a", ""]
    assert near["state"].tolist() == ["unreachable", "ok", "unreachable"]
    assert near["nearest_m"][1] == pytest.approx(0.7)


def test_an_entrance_off_the_network_is_no_entrance() -> None:
    near = nearest_asset(GRAPH, homes_at((0, 0, 0)), entrances_at(("a", -1, 0, 0), ("b", 1, 0, 0)))
    assert near["nearest_asset"].tolist() == ["b"]


def test_no_entrances_and_no_homes_are_no_fault() -> None:
    near = nearest_asset(GRAPH, homes_at((0, 0, 0)), entrances_at())
    assert near["nearest_m"].isna().tolist() == [True]
    assert nearest_asset(GRAPH, homes_at(), entrances_at(("a", 0, 0, 0))).empty


def test_the_second_nearest_is_another_asset_not_another_gate() -> None:
    doors = entrances_at(("a", 0, 1100, 0), ("a", 0, 1200, 0), ("b", 1, 500, 10), ("c", 2, 0, 0))
    origins = Origins.of(GRAPH, homes_at((0, 1000, 0), (-1, 0, 0)))
    for k, metres in ((1, 10.0), (2, 251.0), (3, math.nan), (4, math.nan)):
        found = kth_nearest(GRAPH, origins, Destinations.of(GRAPH, doors), k)
        assert found["kth_nearest_m"].to_list() == pytest.approx([metres, math.nan], nan_ok=True)
        assert found["state"][0] == ("unreachable" if math.isnan(metres) else "ok")
