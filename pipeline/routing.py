"""Walking cost between homes and entrances: the kernels.

All costs are whole decimetres. A home or entrance stands on an edge, `along_dm` from its start,
with a snap leg `snap_dm` that is part of the walk. A walk leads from the home along its edge to
one of the two ends, from junction to junction, and along the entrance's edge from one of its
ends; or, on a shared edge, straight from one to the other.

Two searches answer everything. *Nearest*: one search from all entrances of a category at once
labels each junction with its cheapest entrance (Dijkstra 1959; several sources as one: Erwig
2000). *Counts*: one search for each asset, cut off at the longest walk, then every home on the
edges that were touched is tested; this is right because walking costs the same both ways.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import geopandas as gpd
import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]

DM_PER_M = 10
NEVER = np.int64(2**62)
# A label is cost × LABELS + number of the asset, so that of equally near assets the one with the
# lowest number wins everywhere, whatever the order of the search.
LABELS = np.int64(2**24)


@dataclass(frozen=True)
class Graph:
    """Junctions and edges as arrays.

    `first[n]:first[n + 1]` are the places in `neighbour`, `cost` and `edge` of what leaves
    junction n; each edge stands there from both of its ends.
    """

    first: Ints
    neighbour: Ints
    cost: Ints
    edge: Ints
    start: Ints
    end: Ints
    length: Ints

    @property
    def n_junctions(self) -> int:
        """Number of junctions."""
        return len(self.first) - 1


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


def as_graph(network: gpd.GeoDataFrame) -> Graph:
    """Lay out a walking network for searching.

    Parameters
    ----------
    network
        The table, `edge_id` counting from 0; its rows in any order.

    Returns
    -------
    Graph
        Its junctions and edges.
    """
    ordered = network.sort_values("edge_id")
    start, end, length = (
        ordered[name].to_numpy(np.int64) for name in ("start", "end", "length_dm")
    )
    tail, head = np.concatenate([start, end]), np.concatenate([end, start])
    order = np.argsort(tail, kind="stable")
    n_junctions = int(tail.max()) + 1
    first = np.zeros(n_junctions + 1, dtype=np.int64)
    np.cumsum(np.bincount(tail, minlength=n_junctions), out=first[1:])
    edge = np.tile(np.arange(len(start), dtype=np.int64), 2)
    return Graph(first, head[order], np.tile(length, 2)[order], edge[order], start, end, length)


def nearest(graph: Graph, homes: Stands, entrances: Stands, asset: Ints) -> tuple[Ints, Ints]:
    """Find the cheapest walk from each home to any entrance.

    Parameters
    ----------
    graph
        The network.
    homes
        Where walks start; n of them.
    entrances
        Where they may end; m of them.
    asset
        Number of the asset that each entrance leads into, from 0; shape (m,).

    Returns
    -------
    tuple of numpy.ndarray
        Cost in decimetres, and number of the asset; both of shape (n,), −1 where no entrance
        can be reached. Of equally near assets the lowest number.
    """
    labels = _search_all(
        graph.first, graph.neighbour, graph.cost, graph.start, graph.end, graph.length,
        entrances.edge, entrances.along, entrances.snap, asset,
    )  # fmt: skip
    by_edge = _grouped(entrances.edge, len(graph.length))
    best = _at_homes(
        graph.start, graph.end, graph.length, labels, homes.edge, homes.along, homes.snap,
        *by_edge, entrances.along, entrances.snap, asset,
    )  # fmt: skip
    is_reached = best < NEVER
    return np.where(is_reached, best // LABELS, -1), np.where(is_reached, best % LABELS, -1)


def count_within(
    graph: Graph, homes: Stands, entrances: Stands, asset: Ints, cut_offs: Ints
) -> Ints:
    """Count the distinct assets within each cut-off of each home.

    Parameters
    ----------
    graph
        The network.
    homes
        Where walks start; n of them.
    entrances
        Where they may end; m of them. An asset counts once, however many it has.
    asset
        Number of the asset that each entrance leads into, from 0; shape (m,).
    cut_offs
        Costs in decimetres, rising; a walk of exactly the cut-off counts; shape (k,).

    Returns
    -------
    numpy.ndarray
        Counts of shape (n, k).
    """
    order = np.argsort(asset, kind="stable")
    n_assets = int(asset.max()) + 1 if len(asset) else 0
    bounds = np.searchsorted(asset[order], np.arange(n_assets + 1))
    counts: Ints = _count(
        graph.first, graph.neighbour, graph.cost, graph.edge, graph.start, graph.end,
        graph.length, entrances.edge[order], entrances.along[order], entrances.snap[order],
        bounds.astype(np.int64), *_grouped(homes.edge, len(graph.length)), homes.along,
        homes.snap, cut_offs,
    )  # fmt: skip
    return counts


def _grouped(edge: Ints, n_edges: int) -> tuple[Ints, Ints]:
    """List the points on each edge: places `first[e]:first[e + 1]` of `order`."""
    order = np.argsort(edge, kind="stable")
    first = np.searchsorted(edge[order], np.arange(n_edges + 1))
    return first.astype(np.int64), order.astype(np.int64)


# --- kernels: plain loops over arrays, compiled once and kept on disk -----------------------------


@numba.njit(cache=True, nogil=True)
def _search_all(first, neighbour, cost, start, end, length, edge, along, snap, asset):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913, PLR0917
    """Label every junction with its cheapest entrance."""
    label = np.full(len(first) - 1, NEVER)
    queue = [(NEVER, np.int64(-1))]
    # Both ends of an entrance's edge are reached from it at once.
    for e in range(len(edge)):
        for junction, leg in (
            (start[edge[e]], along[e]),
            (end[edge[e]], length[edge[e]] - along[e]),
        ):
            candidate = (snap[e] + leg) * LABELS + asset[e]
            if candidate < label[junction]:
                label[junction] = candidate
                heapq.heappush(queue, (candidate, junction))
    while len(queue) > 1:
        reached, junction = heapq.heappop(queue)
        if reached > label[junction]:
            continue  # a cheaper way here was found meanwhile
        for place in range(first[junction], first[junction + 1]):
            candidate = reached + cost[place] * LABELS
            if candidate < label[neighbour[place]]:
                label[neighbour[place]] = candidate
                heapq.heappush(queue, (candidate, neighbour[place]))
    return label


@numba.njit(cache=True, nogil=True)
def _at_homes(  # type: ignore[no-untyped-def]  # noqa: ANN202, PLR0913, PLR0917
    start, end, length, label, home_edge, home_along, home_snap,  # noqa: ANN001
    first_on, on, along, snap, asset,  # noqa: ANN001
):  # fmt: skip
    """Take the better of a home's two ends, or of an entrance on its own edge."""
    best = np.full(len(home_edge), NEVER)
    for h in range(len(home_edge)):
        e = home_edge[h]
        for junction, leg in (
            (start[e], home_along[h]),
            (end[e], length[e] - home_along[h]),
        ):
            if label[junction] < NEVER:
                best[h] = min(best[h], label[junction] + (home_snap[h] + leg) * LABELS)
        for place in range(first_on[e], first_on[e + 1]):
            k = on[place]
            walk = home_snap[h] + abs(home_along[h] - along[k]) + snap[k]
            best[h] = min(best[h], walk * LABELS + asset[k])
    return best


@numba.njit(cache=True, nogil=True)
def _count(  # type: ignore[no-untyped-def]  # noqa: ANN202, C901, PLR0912, PLR0913, PLR0917
    first, neighbour, cost, edge_at, start, end, length,  # noqa: ANN001
    edge, along, snap, bounds,  # noqa: ANN001
    first_home, home, home_along, home_snap, cut_offs,  # noqa: ANN001
):  # fmt: skip
    """Search from each asset as far as the longest cut-off, and test the homes on the way."""
    counts = np.zeros((len(home), len(cut_offs)), dtype=np.int64)
    longest = cut_offs[-1]
    walk_to = np.full(len(first) - 1, NEVER)  # from the asset to each junction
    best = np.full(len(home), NEVER)  # from the asset to each home
    seen = np.full(len(length), np.int64(-1))  # last asset whose search touched the edge
    for a in range(len(bounds) - 1):
        queue = [(NEVER, np.int64(-1))]
        touched_edges = [np.int64(-1)]
        touched_junctions = [np.int64(-1)]
        for k in range(bounds[a], bounds[a + 1]):
            e = edge[k]
            if seen[e] != a:
                seen[e] = a
                touched_edges.append(e)
            # Homes on the entrance's own edge need not go by a junction.
            for place in range(first_home[e], first_home[e + 1]):
                h = home[place]
                walk = home_snap[h] + abs(home_along[h] - along[k]) + snap[k]
                best[h] = min(best[h], walk)
            for junction, leg in ((start[e], along[k]), (end[e], length[e] - along[k])):
                candidate = snap[k] + leg
                if candidate <= longest and candidate < walk_to[junction]:
                    walk_to[junction] = candidate
                    heapq.heappush(queue, (candidate, junction))
        while len(queue) > 1:
            reached, junction = heapq.heappop(queue)
            if reached > walk_to[junction]:
                continue
            touched_junctions.append(junction)
            for place in range(first[junction], first[junction + 1]):
                e = edge_at[place]
                if seen[e] != a:
                    seen[e] = a
                    touched_edges.append(e)
                candidate = reached + cost[place]
                if candidate <= longest and candidate < walk_to[neighbour[place]]:
                    walk_to[neighbour[place]] = candidate
                    heapq.heappush(queue, (candidate, neighbour[place]))
        for e in touched_edges[1:]:
            for place in range(first_home[e], first_home[e + 1]):
                h = home[place]
                from_start = walk_to[start[e]] + home_along[h]
                from_end = walk_to[end[e]] + length[e] - home_along[h]
                walk = min(best[h], home_snap[h] + min(from_start, from_end))
                for c in range(len(cut_offs)):
                    if walk <= cut_offs[c]:
                        counts[h, c] += 1
                best[h] = NEVER
        for junction in touched_junctions[1:]:
            walk_to[junction] = NEVER
    return counts
