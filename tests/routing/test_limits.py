"""At the edge of what the kernels can hold: long edges, long legs, many doors, endless walks."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.errors import ChoiceIsNotAllowed
from pipeline.routing import Homes, count_within, k_nearest, nearest, tally
from pipeline.routing.search import BITS, Queue
from pipeline.routing.soundness import LONGEST_DM
from tests.routing.made_towns import Point, Street, doors_of, flat, graph_of, stands, walks_from

COUNTRY_ROAD = 500_000
BUCKET = 1 << BITS


def answers(
    streets: list[Street], home: Point, doors: list[Point], cut_off: int
) -> tuple[int, int, int, list[int]]:
    """Return the nearest walk by both searches, and of those within the sum and the number."""
    graph = graph_of(streets)
    homes, to = Homes.of(graph, stands(home)), doors_of(graph, doors)
    cost, _ = nearest(graph, homes, to)
    costs, _ = k_nearest(graph, homes, to, 1)
    longest, dm = np.array([cut_off]), np.arange(cut_off + 1, dtype=float)
    _, total = tally(graph, homes, to, longest, weights=dm)
    counts = count_within(graph, homes, to, longest)
    return int(cost[0]), int(costs[0, 0]), int(total[0]), counts[0].tolist()


@pytest.mark.parametrize("long", [COUNTRY_ROAD, BUCKET - 1, BUCKET, BUCKET + 1, 8 * BUCKET - 1])
@pytest.mark.parametrize("tiny", [0, 1, BUCKET - 1, BUCKET])
def test_one_long_edge_among_tiny_ones_laps_no_bucket(long: int, tiny: int) -> None:
    # A ladder of tiny edges beside the long one, and a way on from both ends of it.
    n = 40
    tiny_ones = [(at, at + 1, tiny) for at in range(n)]
    streets = flat(*tiny_ones, (0, n + 1, long), (n + 1, n + 2, 1), (n, n + 3, long), (n + 3, 0, 1))
    doors = [(n, long, 3), (n + 1, 1, 0), (n + 2, long // 2, 70), (0, 0, 0), (n + 3, 1, 9)]
    for home in ((n - 1, tiny, 5), (n + 3, 0, 0), (n, long // 2, 1), (n + 1, 0, 0)):
        expected = walks_from(streets, home, doors)
        for cut_off in (0, tiny, long, 3 * long + 41 * tiny + 100):
            within = [walk for walk in expected if walk <= cut_off]
            found = answers(streets, home, doors, cut_off)
            assert found == (min(expected), min(expected), sum(within), [len(within)])


@pytest.mark.parametrize("edge", [1, BUCKET - 1, BUCKET, COUNTRY_ROAD])
@pytest.mark.parametrize("leg", [0, 10 * BUCKET, 3 * COUNTRY_ROAD])
def test_the_circle_of_buckets_holds_the_longest_step_and_the_longest_leg(
    edge: int, leg: int
) -> None:
    # Too few would still give right answers, as what comes out early is taken up again, but slowly.
    queue = Queue.of(graph_of(flat((0, 1, 1), (1, 2, edge))), np.array([0, leg], dtype=np.int32))
    n_buckets = len(queue.head)
    assert n_buckets >= max(edge, leg) // BUCKET + 2
    assert n_buckets & (n_buckets - 1) == 0


@pytest.mark.parametrize(("home_leg", "door_leg"), [(401, 0), (0, 401), (300, 101), (2**20, 2**20)])
def test_legs_longer_than_the_cut_off_reach_nothing_but_are_the_nearest(
    home_leg: int, door_leg: int
) -> None:
    for door in ((0, 50, door_leg), (1, 50, door_leg)):
        streets = flat((0, 1, 100), (1, 2, 100))
        home = (0, 50, home_leg)
        walk = walks_from(streets, home, [door])[0]
        assert answers(streets, home, [door], 400) == (walk, walk, 0, [0])
        assert answers(streets, home, [door], walk)[2:] == (walk, [1])


def test_a_leg_of_exactly_the_cut_off_reaches_a_home_at_the_junction_it_ends_at() -> None:
    streets = flat((0, 1, 100), (1, 2, 100))
    assert answers(streets, (0, 100, 0), [(1, 0, 400)], 400) == (400, 400, 400, [1])
    assert answers(streets, (0, 100, 0), [(1, 0, 400)], 399) == (400, 400, 0, [0])


def test_a_leg_longer_than_every_edge_laps_no_bucket() -> None:
    streets = flat(*((at, at + 1, 1) for at in range(30)))
    doors = [(0, 0, 900_000), (29, 1, 0), (15, 0, 64), (15, 0, 5_000)]
    for home in ((0, 0, 0), (29, 0, 77), (14, 1, 900_000)):
        expected = sorted(walks_from(streets, home, doors))
        cost = expected[0]
        assert answers(streets, home, doors, 2_000_000) == (cost, cost, sum(expected), [4])


def test_a_thousand_doors_at_one_junction_are_a_thousand_assets_or_one() -> None:
    graph = graph_of(flat(*((0, leaf, 100) for leaf in range(1, 21))))
    homes = Homes.of(graph, stands((0, 100, 0), (5, 40, 2)))
    entrances = [(door % 20, 0, door // 20) for door in range(1000)]
    doors = doors_of(graph, entrances)
    assert nearest(graph, homes, doors)[1].tolist() == [0, 0]
    costs, numbers = k_nearest(graph, homes, doors, 25)
    assert costs[0].tolist() == [100] * 20 + [101] * 5
    assert numbers[1].tolist() == list(range(25))
    counts = count_within(graph, homes, doors, np.array([41, 42, 100, 1000]))
    assert counts.tolist() == [[0, 0, 20, 1000], [0, 20, 1000, 1000]]
    same = doors_of(graph, entrances, [0] * 1000)
    one = count_within(graph, homes, same, np.array([41, 42, 100]))
    assert one.tolist() == [[0, 0, 1], [0, 1, 1]]


def test_a_walk_beyond_what_a_label_holds_is_no_walk_and_none_overflows() -> None:
    # A hundred and twenty of the longest edges: 2³⁰ dm lie between the 107th and the 108th.
    streets = flat(*((at, at + 1, LONGEST_DM) for at in range(120)))
    graph = graph_of(streets)
    homes = Homes.of(graph, stands(*((at, LONGEST_DM, LONGEST_DM) for at in range(120))))
    door = doors_of(graph, [(0, 0, LONGEST_DM)])
    cost, number = nearest(graph, homes, door)
    costs, _ = k_nearest(graph, homes, door, 2)
    walks = np.arange(3, 123) * LONGEST_DM
    expected = np.where(walks < 2**30, walks, -1)
    assert cost.tolist() == costs[:, 0].tolist() == expected.tolist()
    assert number.tolist() == np.where(expected < 0, -1, 0).tolist()
    assert (expected < 0).sum() == 15


def test_asked_for_more_assets_than_there_are_the_rest_is_missing() -> None:
    graph = graph_of(flat((0, 1, 100), (2, 3, 100)))
    homes = Homes.of(graph, stands((0, 0, 0), (1, 0, 0)))
    costs, numbers = k_nearest(graph, homes, doors_of(graph, [(0, 9, 0), (1, 7, 0)], [1, 0]), 4)
    assert costs.tolist() == [[9, -1, -1, -1], [7, -1, -1, -1]]
    assert numbers.tolist() == [[1, -1, -1, -1], [0, -1, -1, -1]]


@pytest.mark.parametrize("k", [0, -1])
def test_fewer_than_one_nearest_asset_cannot_be_asked_for(k: int) -> None:
    graph = graph_of(flat((0, 1, 100)))
    with pytest.raises(ChoiceIsNotAllowed, match="allowed is 1 or more"):
        k_nearest(graph, Homes.of(graph, stands((0, 0, 0))), doors_of(graph, [(0, 9, 0)]), k)


def test_three_hundred_cut_offs_keep_apart() -> None:
    graph = graph_of(flat((0, 1, 1000)))
    homes = Homes.of(graph, stands((0, 0, 0)))
    doors = doors_of(graph, [(0, along, 0) for along in range(300)])
    counts = count_within(graph, homes, doors, np.arange(300))
    assert counts.tolist() == [list(range(1, 301))]


def test_among_pieces_that_do_not_meet_each_home_knows_only_its_own() -> None:
    streets = flat(*((2 * at, 2 * at + 1, 10) for at in range(50)))
    graph = graph_of(streets)
    homes = Homes.of(graph, stands(*((at, 0, 0) for at in range(50))))
    doors = doors_of(graph, [(at, 10, at) for at in range(0, 50, 2)])
    cost, number = nearest(graph, homes, doors)
    assert cost.tolist() == [10 + at if at % 2 == 0 else -1 for at in range(50)]
    assert number.tolist() == [at // 2 if at % 2 == 0 else -1 for at in range(50)]
    assert count_within(graph, homes, doors, np.array([33]))[:, 0].tolist() == [
        int(at % 2 == 0 and at <= 23) for at in range(50)
    ]
