"""The walking network, and homes and entrances on it, laid out in arrays for searching."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.routing.soundness import ground_must_fit, network_must_hold

Ints = npt.NDArray[np.int64]
SmallInts = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

DM_PER_M = 10
# Further than any walk; small enough that a leg can be added without overflow.
FAR = np.int32(2**30)

# What is read together lies together: one look at memory fetches all of a record.
ARC = np.dtype(
    [
        ("neighbour", np.int32),
        ("cost", np.int32),
        ("is_forward", np.bool_),
        ("leads_on", np.bool_),
    ],
    align=True,
)
MEETING = np.dtype(
    [
        ("row", np.int32),
        ("here", np.int32),
        ("there", np.int32),
        ("other", np.int32),
        ("is_forward", np.bool_),
    ],
    align=True,
)
Records = npt.NDArray[np.void]


class Ways(NamedTuple):
    """What leaves each junction n: places `first[n]:first[n + 1]` of `arc`, records of `ARC`.

    The `cost` of an arc is that of walking from its `neighbour` to n: searches run from entrances
    outwards, walks lead inwards. Each edge stands at two places, one for each of its ends;
    `is_forward` says which is that of its start. Where the neighbour is a dead end, an arc does
    not lead on.
    """

    first: SmallInts
    arc: Records


@dataclass(frozen=True)
class Graph:
    """Junctions and edges as arrays.

    `forward` is what an edge costs from its start to its end, `backward` the way back, both in
    decimetres of flat walking; `length` is its length. `at_start` and `at_end` are the places in
    `ways` where it leaves its two ends; −1 for an edge that is closed.
    """

    ways: Ways
    start: SmallInts
    end: SmallInts
    length: SmallInts
    forward: SmallInts
    backward: SmallInts
    at_start: SmallInts
    at_end: SmallInts

    @property
    def n_junctions(self) -> int:
        """Number of junctions."""
        return len(self.ways.first) - 1

    @property
    def is_open(self) -> Bools:
        """Whether each edge may be walked; shape (edges,)."""
        return self.at_start >= 0

    @cached_property
    def dearest(self) -> int:
        """The largest cost of an edge."""
        return int(self.ways.arc["cost"].max(initial=0))


def as_graph(network: gpd.GeoDataFrame, ground: pd.DataFrame | None = None) -> Graph:
    """Lay out a walking network for searching.

    Parameters
    ----------
    network
        The table, `edge_id` counting from 0; its rows in any order.
    ground
        What each edge costs one walker: `edge_id`, `forward_dm`, `backward_dm` and `is_open`,
        one row an edge in any order. Without it every edge is open and costs its length.

    Returns
    -------
    Graph
        Its junctions and edges.

    Raises
    ------
    TablesDoNotFit
        If edges or junctions are not numbered from 0, or a length or cost cannot be walked.
    EveryStreetIsClosed
        If no edge is open.
    """
    ordered = network.sort_values("edge_id")
    network_must_hold(ordered)
    start, end, length = (_small(ordered[name]) for name in ("start", "end", "length_dm"))
    forward = backward = length
    is_open = np.ones(len(length), dtype=bool)
    if ground is not None:
        ground_must_fit(ground, len(length))
        rows = ground.set_index("edge_id").loc[ordered["edge_id"]]
        forward, backward = _small(rows["forward_dm"]), _small(rows["backward_dm"])
        is_open = rows["is_open"].to_numpy(bool)
    edge = np.flatnonzero(is_open)
    tail = np.concatenate([start[edge], end[edge]])
    head = np.concatenate([end[edge], start[edge]])
    order = np.lexsort((head, tail))
    n_junctions = int(max(start.max(), end.max())) + 1
    first = np.zeros(n_junctions + 1, dtype=np.int32)
    np.cumsum(np.bincount(tail, minlength=n_junctions), out=first[1:])
    inwards = np.concatenate([backward[edge], forward[edge]])
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    at_start, at_end = (np.full(len(length), -1, dtype=np.int32) for _ in range(2))
    at_start[edge], at_end[edge] = place[: len(edge)], place[len(edge) :]
    leads_on = np.diff(first)[head[order]] > 1
    arc = _records(ARC, head[order], inwards[order], order < len(edge), leads_on)
    return Graph(Ways(first, arc), start, end, length, forward, backward, at_start, at_end)


def cost_along(cost: SmallInts, along: Ints, length: SmallInts) -> Ints:
    """Share the cost of an edge out over its length, to the nearest decimetre.

    Parameters
    ----------
    cost
        Of walking each edge from the end that `along` counts from; shape (n,).
    along
        Part of the edge that is walked, in decimetres; shape (n,).
    length
        Of each edge; shape (n,).

    Returns
    -------
    numpy.ndarray
        Cost of the part: 0 at the one end, all of it at the other, `along` itself where the cost
        is the length.
    """
    safe = np.maximum(length.astype(np.int64), 1)
    shared: Ints = (2 * cost.astype(np.int64) * along + safe) // (2 * safe)
    return shared


@dataclass(frozen=True)
class Stands:
    """Points on the network, as arrays of the same length: edge, way along it, snap leg."""

    edge: Ints
    along: Ints
    snap: Ints

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Stands:
        """Take the columns `edge_id`, `along_dm` and `snap_dm` of a table.

        Parameters
        ----------
        frame
            Homes or entrances that are attached to the network.

        Returns
        -------
        Stands
            The same points in the same order.
        """
        columns = (frame[name].to_numpy(np.int64) for name in ("edge_id", "along_dm", "snap_dm"))
        return cls(*columns)

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.edge)

    def taken(self, rows: Ints) -> Stands:
        """Return the points of some rows, in that order."""
        return Stands(self.edge[rows], self.along[rows], self.snap[rows])

    def from_start(self, graph: Graph) -> Ints:
        """Return the cost from the start of the edge to the point, without the snap leg."""
        return cost_along(graph.forward[self.edge], self.along, graph.length[self.edge])

    def to_start(self, graph: Graph) -> Ints:
        """Return the cost from the point to the start of its edge, without the snap leg."""
        return cost_along(graph.backward[self.edge], self.along, graph.length[self.edge])


class Met(NamedTuple):
    """Homes where a search meets them: slots `first[p]:first[p + 1]` for the edge of place p.

    What is in a slot is a record of `MEETING`: `row` is the number of the home in the order of
    laying out; `here` the cost from the home to the junction that the place belongs to, `there`
    to the `other` end of the edge, both with the snap leg; `is_forward` is as in `Ways`. Every
    home stands in two slots, and the slots of a junction lie side by side. All are empty where
    the homes are the junctions.
    """

    first: SmallInts
    slot: Records


@dataclass(frozen=True)
class Homes:
    """Homes laid out in the order in which searches meet them.

    The home laid out as number i is home `order[i]` of those given.
    """

    order: Ints
    start: SmallInts
    end: SmallInts
    to_start: SmallInts
    to_end: SmallInts
    met: Met

    @classmethod
    def of(cls, graph: Graph, stands: Stands) -> Homes:
        """Lay out homes along the edges of a network.

        Parameters
        ----------
        graph
            The network.
        stands
            Where the homes stand, none of them on a closed edge; n of them.

        Returns
        -------
        Homes
            The same homes, those on one edge side by side.
        """
        order = np.argsort(graph.at_start[stands.edge], kind="stable")
        laid = stands.taken(order)
        edge = laid.edge
        to_start = laid.snap + laid.to_start(graph)
        to_end = laid.snap + graph.forward[edge] - laid.from_start(graph)
        place = np.concatenate([graph.at_start[edge], graph.at_end[edge]])
        slot = np.argsort(place, kind="stable")
        first = np.searchsorted(place[slot], np.arange(len(graph.ways.arc) + 1))
        row = np.tile(np.arange(len(edge)), 2)[slot]
        here = np.concatenate([to_start, to_end])[slot]
        there = np.concatenate([to_end, to_start])[slot]
        arc = graph.ways.arc[place[slot]]
        slots = _records(MEETING, row, here, there, arc["neighbour"], arc["is_forward"])
        met = Met(_small(first), slots)
        ends = (graph.start[edge], graph.end[edge], _small(to_start), _small(to_end))
        return cls(order, *ends, met)

    @classmethod
    def at_junctions(cls, graph: Graph) -> Homes:
        """Let a home stand at every junction: what is then found is that of the junctions.

        Parameters
        ----------
        graph
            The network.

        Returns
        -------
        Homes
            One a junction, in their order.
        """
        order = np.arange(graph.n_junctions)
        here, at_the_door = _small(order), np.zeros(graph.n_junctions, dtype=np.int32)
        met = Met(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=MEETING))
        return cls(order, here, here, at_the_door, at_the_door, met)

    def __len__(self) -> int:
        """Return the number of homes."""
        return len(self.order)


class Doors(NamedTuple):
    """Entrances, those of one asset side by side: `bounds[a]:bounds[a + 1]` lead into asset a.

    `owner` is the asset of each. Each has two `seeds`, the ends of its edge, with the cost from
    there (`legs`). `place` is where its edge leaves its start, `mirror` where it leaves its end.
    Along its own edge a home with costs `here` to the start and `there` to the end walks to it for
    `max(here - back, there - ahead) + snap`.
    """

    bounds: SmallInts
    owner: SmallInts
    seeds: SmallInts
    legs: SmallInts
    place: SmallInts
    mirror: SmallInts
    back: SmallInts
    ahead: SmallInts
    snap: SmallInts

    @classmethod
    def of(cls, graph: Graph, entrances: Stands, asset: Ints) -> Doors:
        """Lay out entrances by asset.

        Parameters
        ----------
        graph
            The network.
        entrances
            Where they stand, none of them on a closed edge; m of them.
        asset
            Number of the asset that each leads into, from 0; shape (m,).

        Returns
        -------
        Doors
            The same entrances.
        """
        order = np.argsort(asset, kind="stable")
        laid, owner = entrances.taken(order), asset[order]
        edge = laid.edge
        from_start, to_start = laid.from_start(graph), laid.to_start(graph)
        from_end = graph.backward[edge] - to_start
        ends = np.column_stack([graph.start[edge], graph.end[edge]])
        legs = laid.snap[:, None] + np.column_stack([from_start, from_end])
        n_assets = int(asset.max(initial=-1)) + 1
        columns = (
            np.searchsorted(owner, np.arange(n_assets + 1)), owner, ends.ravel(), legs.ravel(),
            graph.at_start[edge], graph.at_end[edge], to_start,
            graph.forward[edge] - from_start, laid.snap,
        )  # fmt: skip
        return cls(*(_small(values) for values in columns))

    @property
    def n_assets(self) -> int:
        """Number of assets that they lead into."""
        return len(self.bounds) - 1


def _records(kind: np.dtype[np.void], *columns: npt.NDArray[np.generic]) -> Records:
    """Lay columns out as records of a kind."""
    laid = np.empty(len(columns[0]), dtype=kind)
    for name, column in zip(kind.names or (), columns, strict=True):
        laid[name] = column
    return laid


def _small(values: npt.ArrayLike) -> SmallInts:
    return np.ascontiguousarray(values, dtype=np.int32)
