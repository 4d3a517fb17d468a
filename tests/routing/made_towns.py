"""Random small towns, and a walker who tries everything, as the answer to hold kernels against."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from pipeline.routing import Doors, Graph, Stands, as_graph

FAR = 10**9
Point = tuple[int, int, int]
Town = tuple[list["Street"], list[Point], list[Point], list[int]]


@dataclass(frozen=True)
class Street:
    """An edge: its ends, its length, what it costs there and back, and whether it is open."""

    start: int
    end: int
    length: int
    forward: int
    backward: int
    is_open: bool = True


def graph_of(streets: list[Street], *, with_ground: bool = True) -> Graph:
    """Lay streets out for searching, with what each costs or by their lengths alone."""
    table = pd.DataFrame([vars(street) for street in streets])
    table.insert(0, "edge_id", range(len(streets)))
    table = table.rename(
        columns={"length": "length_dm", "forward": "forward_dm", "backward": "backward_dm"}
    )
    return as_graph(table, table if with_ground else None)


def flat(*edges: tuple[int, int, int]) -> list[Street]:
    """Make streets that cost their length."""
    return [Street(start, end, length, length, length) for start, end, length in edges]


def stands(*points: Point) -> Stands:
    """Place points by edge, decimetres along it and snap leg."""
    table = np.array(points, dtype=np.int64).reshape(-1, 3)
    return Stands(table[:, 0], table[:, 1], table[:, 2])


def doors_of(graph: Graph, points: list[Point], assets: Sequence[int] | None = None) -> Doors:
    """Lay out entrances, each into an asset of its own unless they are named."""
    numbers = range(len(points)) if assets is None else assets
    return Doors.of(graph, stands(*points), np.array(numbers, dtype=np.int64))


def shared(cost: int, along: int, length: int) -> int:
    """Share a cost out over a part of the length, halves rounded up."""
    return int(Fraction(cost * along, max(length, 1)) + Fraction(1, 2))


def walks_from(streets: list[Street], home: Point, entrances: list[Point]) -> list[int]:
    """Walk from one home with a textbook search forwards, then try every entrance."""
    edge, along, leg = home
    own = streets[edge]
    queue = [
        (leg + shared(own.backward, along, own.length), own.start),
        (leg + own.forward - shared(own.forward, along, own.length), own.end),
    ]
    heapq.heapify(queue)
    reached: dict[int, int] = {}
    while queue:
        cost, junction = heapq.heappop(queue)
        if junction in reached:
            continue
        reached[junction] = cost
        for street in streets:
            if street.is_open and street.start == junction:
                heapq.heappush(queue, (cost + street.forward, street.end))
            if street.is_open and street.end == junction:
                heapq.heappush(queue, (cost + street.backward, street.start))
    walks = []
    for at, way, snap in entrances:
        street = streets[at]
        walk = min(
            reached.get(street.start, FAR) + shared(street.forward, way, street.length),
            reached.get(street.end, FAR)
            + street.backward
            - shared(street.backward, way, street.length),
        )
        if at == edge:
            cost = street.forward if way >= along else street.backward
            part = abs(shared(cost, way, street.length) - shared(cost, along, street.length))
            walk = min(walk, leg + part)
        walks.append(walk + snap)
    return walks


@st.composite
def towns(draw: st.DrawFn, *, is_flat: bool = False) -> Town:
    """Draw streets, homes, entrances and the assets that these lead into."""
    n = draw(st.integers(1, 6))
    ends = st.integers(0, n - 1)
    drawn = draw(
        st.lists(
            st.tuples(ends, ends, st.integers(0, 900), st.integers(0, 900), st.booleans()),
            min_size=1, max_size=9,
        )
    )  # fmt: skip
    # Numbers of junctions run from 0 without a gap, as in the table.
    used = sorted({junction for street in drawn for junction in street[:2]})
    streets = []
    for at, (start, end, length, climb, is_open) in enumerate(drawn):
        there, back = (length, length) if is_flat else (length + climb, length + climb // 3)
        is_open = is_open or is_flat or at == 0  # noqa: PLW2901 (somebody must be able to stand)
        streets.append(Street(used.index(start), used.index(end), length, there, back, is_open))

    open_ones = [at for at, street in enumerate(streets) if street.is_open]

    def point() -> Point:
        edge = draw(st.sampled_from(open_ones))
        return edge, draw(st.integers(0, streets[edge].length)), draw(st.integers(0, 200))

    homes = [point() for _ in range(draw(st.integers(1, 4)))]
    entrances = [point() for _ in range(draw(st.integers(1, 5)))]
    assets = draw(st.lists(st.integers(0, 3), min_size=len(entrances), max_size=len(entrances)))
    return streets, homes, entrances, assets
