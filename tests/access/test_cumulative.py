"""How many assets lie within so many minutes: each once, the last metre included."""

import pytest

from pipeline.access import assets_within
from pipeline.config import Walking
from pipeline.routing import as_graph
from tests.towns import STUDY, entrances_at, homes_at, line_of_streets

GRAPH = as_graph(line_of_streets(10_000, 10_000, apart=(2000,)))


def at_speed(metres_a_minute: float) -> Walking:
    return STUDY.walking.model_copy(update={"speed_m_per_min": metres_a_minute})


@pytest.mark.parametrize(
    ("along", "counts"),
    [(4000, [1, 1, 1]), (4001, [0, 1, 1]), (8000, [0, 1, 1]), (8001, [0, 0, 1])],
)
def test_a_walk_of_exactly_so_many_minutes_counts(along: int, counts: list[int]) -> None:
    within = assets_within(
        GRAPH, homes_at((0, 0, 0)), entrances_at(("a", 0, along, 0)), STUDY.walking
    )
    assert within.columns.tolist() == ["n_within_5_min", "n_within_10_min", "n_within_15_min"]
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
    within = assets_within(GRAPH, homes_at((0, 0, 0)), doors, at_speed(speed))
    assert within["n_within_5_min"].tolist() == [1]


def test_both_snap_legs_are_part_of_the_walk() -> None:
    doors = entrances_at(("in", 0, 3900, 60), ("out", 0, 3900, 61))
    within = assets_within(GRAPH, homes_at((0, 0, 40)), doors, STUDY.walking)
    assert within["n_within_5_min"].tolist() == [1]


def test_an_asset_counts_once_however_many_entrances_it_has() -> None:
    doors = entrances_at(("a", 0, 100, 0), ("a", 1, 100, 0), ("b", 1, 0, 0), ("a", 2, 0, 0))
    within = assets_within(GRAPH, homes_at((0, 5000, 0)), doors, STUDY.walking)
    assert within["n_within_15_min"].tolist() == [2]


def test_nothing_in_reach_is_none() -> None:
    doors = entrances_at(("a", 2, 0, 0), ("b", -1, 0, 0))
    within = assets_within(GRAPH, homes_at((0, 0, 0), (-1, 0, 0)), doors, STUDY.walking)
    assert within.to_numpy().tolist() == [[0, 0, 0], [0, 0, 0]]
    none = assets_within(GRAPH, homes_at((0, 0, 0)), entrances_at(), STUDY.walking)
    assert none.to_numpy().tolist() == [[0, 0, 0]]
    assert assets_within(GRAPH, homes_at(), doors, STUDY.walking).empty
