"""The kernels agree with a walker who shares no line with them."""

import numpy as np
import pytest
from hypothesis import given

from pipeline.routing import (
    Doors,
    Graph,
    Homes,
    count_within,
    k_nearest,
    nearest,
    tally,
    walks_within,
)
from tests.routing.made_towns import (
    FAR,
    Point,
    Street,
    Town,
    doors_of,
    flat,
    graph_of,
    stands,
    towns,
    walks_from,
)

CUT_OFFS = np.array([100, 400, 1200], dtype=np.int64)


def laid_out(town: Town) -> tuple[Graph, Homes, Doors]:
    streets, homes, entrances, assets = town
    graph = graph_of(streets)
    return graph, Homes.of(graph, stands(*homes)), doors_of(graph, entrances, assets)


def by_asset(town: Town, home: Point) -> dict[int, int]:
    """Walk from a home to each asset by its nearest entrance; those out of reach are not named."""
    streets, _, entrances, assets = town
    walks = walks_from(streets, home, entrances)
    best = {a: min(w for b, w in zip(assets, walks, strict=True) if b == a) for a in assets}
    return {a: walk for a, walk in best.items() if walk < FAR}


@given(towns())
def test_the_nearest_few_equal_a_brute_force_answer(town: Town) -> None:
    cost, number = nearest(*laid_out(town))
    costs, numbers = k_nearest(*laid_out(town), k=3)
    for at, home in enumerate(town[1]):
        ranked = sorted((walk, asset) for asset, walk in by_asset(town, home).items())
        assert (cost[at], number[at]) == (ranked[0] if ranked else (-1, -1))
        expected = [*ranked, (-1, -1), (-1, -1), (-1, -1)][:3]
        assert list(zip(costs[at], numbers[at], strict=True)) == expected


@given(towns())
def test_counts_and_sums_equal_a_brute_force_answer(town: Town) -> None:
    graph, homes, doors = laid_out(town)
    supply = np.array([1.0, 2.0, 4.0, 8.0])
    weights = np.arange(int(CUT_OFFS[-1]), -1, -1).astype(float)
    counts = count_within(graph, homes, doors, CUT_OFFS)
    sums, weighed = tally(graph, homes, doors, CUT_OFFS, supply, weights)
    for at, home in enumerate(town[1]):
        best = by_asset(town, home)
        assert counts[at].tolist() == [sum(w <= c for w in best.values()) for c in CUT_OFFS]
        assert sums[at].tolist() == [
            sum(supply[a] for a, w in best.items() if w <= c) for c in CUT_OFFS
        ]
        within = {(at, a, w) for a, w in best.items() if w <= CUT_OFFS[-1]}
        assert weighed[at] == sum(supply[a] * weights[w] for _, a, w in within)


@given(towns())
def test_walks_to_some_assets_are_those_of_all_that_lead_to_them(town: Town) -> None:
    cut_off = int(CUT_OFFS[1])
    whole = walks_within(*laid_out(town), cut_off)
    parts = [walks_within(*laid_out(town), cut_off, begin, begin + 2) for begin in (0, 2)]
    for column, *halves in zip(whole, *parts, strict=True):
        assert np.concatenate(halves).tolist() == column.tolist()


@given(towns(is_flat=True))
def test_over_flat_ground_all_open_the_answers_are_those_without_ground(town: Town) -> None:
    streets, walkers, doors, assets = town
    bare = graph_of(streets, with_ground=False)
    plain = nearest(bare, Homes.of(bare, stands(*walkers)), doors_of(bare, doors, assets))
    for ours, flat_ones in zip(nearest(*laid_out(town)), plain, strict=True):
        assert ours.tolist() == flat_ones.tolist()
    # And on flat ground a walk costs the same both ways.
    for home in walkers:
        there = walks_from(streets, home, doors)
        back = [walks_from(streets, door, [home])[0] for door in doors]
        assert np.minimum(there, FAR).tolist() == np.minimum(back, FAR).tolist()


@given(towns())
def test_closing_a_street_shortens_no_walk(town: Town) -> None:
    streets, homes, entrances, assets = town
    standing = {point[0] for point in (*homes, *entrances)}
    closable = [at for at, street in enumerate(streets) if street.is_open and at not in standing]
    before, _ = nearest(*laid_out(town))
    for at in closable:
        closed = [*streets]
        closed[at] = Street(**{**vars(streets[at]), "is_open": False})
        after, _ = nearest(*laid_out((closed, homes, entrances, assets)))
        was = np.where(before < 0, FAR, before)
        assert (np.where(after < 0, FAR, after) >= was).all()


@pytest.mark.parametrize(("along", "count"), [(4000, 1), (4001, 0)])
def test_a_walk_of_exactly_the_cut_off_counts_and_a_decimetre_more_does_not(
    along: int, count: int
) -> None:
    graph = graph_of(flat((0, 1, 10_000)))
    homes = Homes.of(graph, stands((0, 0, 0)))
    counts = count_within(graph, homes, doors_of(graph, [(0, along, 0)]), np.array([4000]))
    assert counts.tolist() == [[count]]


def cost_between(streets: list[Street], home: Point, door: Point) -> int:
    graph = graph_of(streets)
    cost, _ = nearest(graph, Homes.of(graph, stands(home)), doors_of(graph, [door]))
    return int(cost[0])


def test_two_points_on_one_edge_walk_straight_to_each_other() -> None:
    assert cost_between(flat((0, 1, 1000)), (0, 300, 5), (0, 450, 7)) == 5 + 150 + 7


def test_round_a_ring_the_shorter_side_is_walked() -> None:
    assert cost_between(flat((0, 0, 1000)), (0, 100, 0), (0, 950, 0)) == 150


def test_in_a_town_of_one_junction_and_a_street_without_length_all_are_at_the_door() -> None:
    assert cost_between(flat((0, 0, 0)), (0, 0, 3), (0, 0, 4)) == 7


def test_up_the_hill_costs_more_than_down() -> None:
    hill = [Street(0, 1, 1000, forward=1500, backward=900)]
    assert cost_between(hill, (0, 200, 0), (0, 600, 0)) == 600  # 0.4 of 1500
    assert cost_between(hill, (0, 600, 0), (0, 200, 0)) == 360  # 0.4 of 900


def test_of_two_ways_the_one_that_is_cheaper_in_that_direction_is_walked() -> None:
    ways = [
        Street(0, 1, 100, 100, 100), Street(1, 2, 1000, 2000, 500),
        Street(1, 2, 1200, 1200, 1200), Street(2, 3, 100, 100, 100),
    ]  # fmt: skip
    assert cost_between(ways, (0, 0, 0), (3, 100, 0)) == 100 + 1200 + 100
    assert cost_between(ways, (3, 100, 0), (0, 0, 0)) == 100 + 500 + 100


def test_a_closed_street_is_walked_round() -> None:
    ways = [
        *flat((0, 1, 100)),
        Street(1, 2, 10, 10, 10, is_open=False),
        *flat((1, 2, 700), (2, 3, 100)),
    ]
    assert cost_between(ways, (0, 0, 0), (3, 100, 0)) == 900


def test_an_asset_with_two_entrances_counts_once() -> None:
    graph = graph_of(flat((0, 1, 1000)))
    homes = Homes.of(graph, stands((0, 500, 0)))
    doors = doors_of(graph, [(0, 400, 0), (0, 600, 0)], [0, 0])
    counts = count_within(graph, homes, doors, np.array([4000]))
    assert counts.tolist() == [[1]]


@given(towns())
def test_a_home_at_every_junction_finds_what_one_that_stands_there_finds(town: Town) -> None:
    streets, _, entrances, assets = town
    graph = graph_of(streets)
    doors = doors_of(graph, entrances, assets)
    there = [
        (edge, 0) if junction == street.start else (edge, street.length)
        for junction in range(graph.n_junctions)
        for edge, street in enumerate(streets)
        if street.is_open and junction in (street.start, street.end)
    ]
    junctions = [streets[edge].start if along == 0 else streets[edge].end for edge, along in there]
    standing = Homes.of(graph, stands(*((edge, along, 0) for edge, along in there)))
    everywhere = Homes.at_junctions(graph)
    weights = np.linspace(1, 0, int(CUT_OFFS[-1]) + 1)
    for measured in (
        lambda homes: nearest(graph, homes, doors)[0],
        lambda homes: nearest(graph, homes, doors)[1],
        lambda homes: k_nearest(graph, homes, doors, 2)[0],
        lambda homes: count_within(graph, homes, doors, CUT_OFFS),
        lambda homes: tally(graph, homes, doors, CUT_OFFS, weights=weights)[1],
    ):
        assert measured(standing).tolist() == measured(everywhere)[junctions].tolist()
