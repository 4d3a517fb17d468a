"""The kernels agree with a search that shares no line with them."""

import heapq

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.routing import Graph, Stands, as_graph, count_within, nearest

FAR = 10**9


def network_of(edges: list[tuple[int, int, int]]) -> Graph:
    frame = gpd.GeoDataFrame(
        edges, columns=["start", "end", "length_dm"], geometry=[shapely.Point(0, 0)] * len(edges)
    )
    return as_graph(frame.reset_index(names="edge_id"))


def stands(*points: tuple[int, int, int]) -> Stands:
    table = np.array(points, dtype=np.int64).reshape(-1, 3)
    return Stands(table[:, 0], table[:, 1], table[:, 2])


def brute_force(graph: Graph, home: int, homes: Stands, entrances: Stands) -> list[int]:
    """Walk from one home with a textbook search over junctions, then try every entrance."""
    edge, along, leg = homes.edge[home], homes.along[home], homes.snap[home]
    queue = [
        (leg + along, graph.start[edge]),
        (leg + graph.length[edge] - along, graph.end[edge]),
    ]
    heapq.heapify(queue)
    reached: dict[int, int] = {}
    while queue:
        cost, junction = heapq.heappop(queue)
        if junction in reached:
            continue
        reached[junction] = cost
        for e in range(len(graph.length)):
            for here, there in ((graph.start[e], graph.end[e]), (graph.end[e], graph.start[e])):
                if here == junction and there not in reached:
                    heapq.heappush(queue, (cost + graph.length[e], there))
    walks = []
    for e, way, snap in zip(entrances.edge, entrances.along, entrances.snap, strict=True):
        walk = min(
            reached.get(graph.start[e], FAR) + way,
            reached.get(graph.end[e], FAR) + graph.length[e] - way,
        )
        if e == edge:
            walk = min(walk, leg + abs(along - way))
        walks.append(walk + snap)
    return walks


@st.composite
def towns(draw: st.DrawFn) -> tuple[Graph, Stands, Stands, list[int]]:
    n = draw(st.integers(2, 6))
    edges = draw(
        st.lists(
            st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), st.integers(0, 900)),
            min_size=1,
            max_size=9,
        )
    )
    # Numbers of junctions run from 0 without a gap, as in the table.
    used = sorted({junction for start, end, _ in edges for junction in (start, end)})
    edges = [(used.index(start), used.index(end), length) for start, end, length in edges]
    graph = network_of(edges)

    def point() -> tuple[int, int, int]:
        edge = draw(st.integers(0, len(edges) - 1))
        return edge, draw(st.integers(0, edges[edge][2])), draw(st.integers(0, 200))

    homes = stands(*(point() for _ in range(draw(st.integers(1, 4)))))
    entrances = stands(*(point() for _ in range(draw(st.integers(1, 5)))))
    numbers = draw(
        st.lists(st.integers(0, 3), min_size=len(entrances.edge), max_size=len(entrances.edge))
    )
    return graph, homes, entrances, numbers


@settings(max_examples=300, deadline=None)
@given(towns())
def test_nearest_and_counts_equal_a_brute_force_answer(
    town: tuple[Graph, Stands, Stands, list[int]],
) -> None:
    graph, homes, entrances, numbers = town
    asset = np.array(numbers, dtype=np.int64)
    cut_offs = np.array([100, 400, 1200], dtype=np.int64)
    cost, number = nearest(graph, homes, entrances, asset)
    counts = count_within(graph, homes, entrances, asset, cut_offs)
    for home in range(len(homes.edge)):
        walks = brute_force(graph, home, homes, entrances)
        best = min(walks)
        if best >= FAR:
            assert (cost[home], number[home]) == (-1, -1)
        else:
            ties = [a for a, walk in zip(numbers, walks, strict=True) if walk == best]
            assert (cost[home], number[home]) == (best, min(ties))
        per_asset = {a: min(w for b, w in zip(numbers, walks, strict=True) if b == a)
                     for a in numbers}  # fmt: skip
        expected = [sum(walk <= cut for walk in per_asset.values()) for cut in cut_offs]
        assert counts[home].tolist() == expected


@pytest.mark.parametrize(("along", "count"), [(4000, 1), (4001, 0)])
def test_a_walk_of_exactly_the_cut_off_counts_and_a_decimetre_more_does_not(
    along: int, count: int
) -> None:
    graph = network_of([(0, 1, 10_000)])
    counts = count_within(
        graph, stands((0, 0, 0)), stands((0, along, 0)), np.array([0]), np.array([4000])
    )
    assert counts.tolist() == [[count]]


def test_two_points_on_one_edge_walk_straight_to_each_other() -> None:
    graph = network_of([(0, 1, 1000)])
    cost, _ = nearest(graph, stands((0, 300, 5)), stands((0, 450, 7)), np.array([0]))
    assert cost.tolist() == [5 + 150 + 7]


def test_round_a_ring_the_shorter_side_is_walked() -> None:
    graph = network_of([(0, 0, 1000)])
    cost, _ = nearest(graph, stands((0, 100, 0)), stands((0, 950, 0)), np.array([0]))
    assert cost.tolist() == [150]


def test_an_asset_with_two_entrances_counts_once() -> None:
    graph = network_of([(0, 1, 1000)])
    counts = count_within(
        graph,
        stands((0, 500, 0)),
        stands((0, 400, 0), (0, 600, 0)),
        np.array([0, 0]),
        np.array([4000]),
    )
    assert counts.tolist() == [[1]]
