"""How many assets lie within so many minutes: each once, the last metre included."""

import geopandas as gpd
import pandas as pd
import pytest

from pipeline.access import Destinations, Origins, supply_within
from pipeline.access import assets_within as measured
from pipeline.routing import Graph, as_graph
from tests.towns import entrances_at, homes_at, line_of_streets

GRAPH = as_graph(line_of_streets(10_000, 10_000, apart=(2000,)))
CUT_OFFS = (400.0, 800.0, 1200.0)


def assets_within(
    graph: Graph,
    homes: gpd.GeoDataFrame,
    doors: gpd.GeoDataFrame,
    cut_offs_m: tuple[float, ...] = CUT_OFFS,
) -> pd.DataFrame:
    origins, to = Origins.of(graph, homes), Destinations.of(graph, doors)
    return measured(graph, origins, to, cut_offs_m).drop(columns="state")


@pytest.mark.parametrize(
    ("along", "counts"),
    [(4000, [1, 1, 1]), (4001, [0, 1, 1]), (8000, [0, 1, 1]), (8001, [0, 0, 1])],
)
def test_a_walk_of_exactly_so_many_minutes_counts(along: int, counts: list[int]) -> None:
    within = assets_within(GRAPH, homes_at((0, 0, 0)), entrances_at(("a", 0, along, 0)))
    assert within.columns.tolist() == ["n_within_400_m", "n_within_800_m", "n_within_1200_m"]
    assert within.to_numpy().tolist() == [counts]


@pytest.mark.parametrize(
    ("speed", "longest_dm"),
    [
        (66.6, 3330),  # 5 × 66.6 is 333.0 and no hair less
        (66.66, 3333),  # 333.30
        (66.67, 3333),  # 333.35 does not let in 333.4
        (72.3, 3615),
        (0.1 + 66.6, 3335),  # 66.69999999999999
    ],
)
def test_with_a_speed_that_is_not_round_the_cut_off_is_still_inclusive(
    speed: float, longest_dm: int
) -> None:
    doors = entrances_at(("a", 0, longest_dm, 0), ("b", 0, longest_dm + 1, 0))
    within = assets_within(GRAPH, homes_at((0, 0, 0)), doors, (5 * speed,))
    assert within.to_numpy().tolist() == [[1]]


def test_both_snap_legs_are_part_of_the_walk() -> None:
    doors = entrances_at(("in", 0, 3900, 60), ("out", 0, 3900, 61))
    within = assets_within(GRAPH, homes_at((0, 0, 40)), doors)
    assert within["n_within_400_m"].tolist() == [1]


def test_an_asset_counts_once_however_many_entrances_it_has() -> None:
    doors = entrances_at(("a", 0, 100, 0), ("a", 1, 100, 0), ("b", 1, 0, 0), ("a", 2, 0, 0))
    within = assets_within(GRAPH, homes_at((0, 5000, 0)), doors)
    assert within["n_within_1200_m"].tolist() == [2]


def test_nothing_in_reach_is_a_true_zero_and_off_the_network_there_is_no_number() -> None:
    doors = entrances_at(("a", 2, 0, 0), ("b", -1, 0, 0))
    within = measured(
        GRAPH,
        Origins.of(GRAPH, homes_at((0, 0, 0), (-1, 0, 0), (2, 0, 0))),
        Destinations.of(GRAPH, doors),
        CUT_OFFS,
    )
    assert within["n_within_400_m"].fillna(-1).tolist() == [0, -1, 1]
    assert within["state"].tolist() == ["true_zero", "unreachable", "ok"]
    none = assets_within(GRAPH, homes_at((0, 0, 0)), entrances_at())
    assert none.to_numpy().tolist() == [[0, 0, 0]]
    assert assets_within(GRAPH, homes_at(), doors).empty


def test_hectares_within_reach_count_each_site_once_however_many_gates_it_has() -> None:
    doors = entrances_at(("a", 0, 100, 0), ("a", 0, 300, 0), ("b", 0, 9000, 0), ("c", 2, 0, 0))
    hectares = pd.Series({"a": 1.5, "b": 20.0, "c": 300.0})
    table = supply_within(
        GRAPH,
        Origins.of(GRAPH, homes_at((0, 0, 0))),
        Destinations.of(GRAPH, doors, hectares),
        CUT_OFFS,
    )
    assert table.drop(columns="state").to_numpy().tolist() == [[1.5, 1.5, 21.5]]
