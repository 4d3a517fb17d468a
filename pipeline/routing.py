"""Walking cost between homes and entrances: the kernels.

All costs are whole decimetres. A home or entrance stands on an edge, `along_dm` from its start,
with a snap leg `snap_dm` that is part of the walk. A walk leads from the home along its edge to
one of the two ends, from junction to junction, and along the entrance's edge from one of its
ends; or, on a shared edge, straight from one to the other.

Two searches answer everything. *Nearest*: one search from all entrances of a category at once
finds the cheapest entrance of each junction (Dijkstra 1959; several sources as one: Erwig 2000).
*Counts*: one search for each asset, cut off at the longest walk, then every home on the edges
that were touched is tested; this is right because walking costs the same both ways.

Both keep the junctions still to be settled in buckets of a few metres, laid in a circle (Dial
1969). Within a bucket the order does not matter: a junction that a shorter way reaches later is
taken up again. Each junction stands in one bucket at most, in a doubly linked list, so that
moving it costs a handful of array writes and the memory is fixed.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
SmallInts = npt.NDArray[np.int32]

DM_PER_M = 10
# Further than any walk; small enough that a leg can be added without overflow.
FAR = np.int32(2**30)
NONE = np.int32(-1)
# A label holds the cost in its upper half and the number of an asset in its lower one.
UNREACHED = np.int64(FAR) << 32
LOW_BITS = np.int64(2**32 - 1)
# A bucket holds costs that agree but for their last six bits: 6.4 m.
BITS = 6


@dataclass(frozen=True)
class Graph:
    """Junctions and edges as arrays.

    `first[n]:first[n + 1]` are the places in `neighbour`, `cost` and `edge` of what leaves
    junction n; each edge stands there from both of its ends, and `is_forward` says where from its
    start.
    """

    first: SmallInts
    neighbour: SmallInts
    cost: SmallInts
    edge: SmallInts
    is_forward: npt.NDArray[np.bool_]
    start: SmallInts
    end: SmallInts
    length: SmallInts

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
        ordered[name].to_numpy(np.int32) for name in ("start", "end", "length_dm")
    )
    tail, head = np.concatenate([start, end]), np.concatenate([end, start])
    order = np.lexsort((head, tail))
    n_junctions = int(tail.max()) + 1
    first = np.zeros(n_junctions + 1, dtype=np.int32)
    np.cumsum(np.bincount(tail, minlength=n_junctions), out=first[1:])
    edge = np.tile(np.arange(len(start), dtype=np.int32), 2)[order]
    return Graph(
        first, head[order], np.tile(length, 2)[order], edge, order < len(start), start, end, length
    )


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
    seeds, legs = _seeds(graph, entrances)
    owners = np.repeat(asset, 2).astype(np.int32)
    labels = _search_all(
        graph.first, graph.neighbour, graph.cost, seeds, legs, owners, _circle(graph, legs)
    )
    best = _at_homes(
        graph.start, graph.end, graph.length, labels, *_as_small(homes),
        *_grouped(entrances.edge, len(graph.length)), *_as_small(entrances)[1:],
        asset.astype(np.int32),
    )  # fmt: skip
    is_reached = best < UNREACHED
    return np.where(is_reached, best >> 32, -1), np.where(is_reached, best & LOW_BITS, -1)


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
    ordered = Stands(entrances.edge[order], entrances.along[order], entrances.snap[order])
    seeds, legs = _seeds(graph, ordered)
    n_assets = int(asset.max()) + 1 if len(asset) else 0
    bounds = np.searchsorted(asset[order], np.arange(n_assets + 1)).astype(np.int32)
    forward, backward = _places_of_edges(graph)
    first_home, home, from_here, snap = _homes_by_place(graph, homes, forward, backward)
    twice = _count(
        graph.first, graph.neighbour, graph.cost, graph.is_forward, seeds, legs,
        forward[ordered.edge], backward[ordered.edge], *_as_small(ordered)[1:], bounds,
        first_home, from_here, snap, cut_offs.astype(np.int32), _circle(graph, legs),
    )  # fmt: skip
    counts = np.zeros((len(homes.edge), len(cut_offs)), dtype=np.int64)
    np.add.at(counts, home, twice)
    return np.cumsum(counts, axis=1)


def _places_of_edges(graph: Graph) -> tuple[SmallInts, SmallInts]:
    """Return where each edge stands from its start, and where from its end."""
    places = np.argsort(graph.edge, kind="stable").reshape(-1, 2)
    is_first_forward = graph.is_forward[places[:, 0]]
    forward = np.where(is_first_forward, places[:, 0], places[:, 1])
    return forward.astype(np.int32), (places.sum(axis=1) - forward).astype(np.int32)


def _homes_by_place(
    graph: Graph, homes: Stands, forward: SmallInts, backward: SmallInts
) -> tuple[SmallInts, Ints, SmallInts, SmallInts]:
    """List each home at both places of its edge, with the way to it from there.

    Homes then lie in memory in the order in which a search meets them.
    """
    place = np.concatenate([forward[homes.edge], backward[homes.edge]])
    from_here = np.concatenate([homes.along, graph.length[homes.edge] - homes.along])
    order = np.argsort(place, kind="stable")
    first = np.searchsorted(place[order], np.arange(len(graph.neighbour) + 1))
    home = np.tile(np.arange(len(homes.edge)), 2)[order]
    return (
        first.astype(np.int32),
        home,
        from_here[order].astype(np.int32),
        homes.snap[home].astype(np.int32),
    )


def _seeds(graph: Graph, entrances: Stands) -> tuple[SmallInts, SmallInts]:
    """List both ends of each entrance's edge, and what it costs to walk there from it."""
    edge, along, snap = entrances.edge, entrances.along, entrances.snap
    ends = np.column_stack([graph.start[edge], graph.end[edge]])
    legs = np.column_stack([snap + along, snap + graph.length[edge] - along])
    return ends.ravel().astype(np.int32), legs.ravel().astype(np.int32)


def _circle(graph: Graph, legs: SmallInts) -> int:
    """Return a number of buckets, a power of two, that no two costs in waiting lap."""
    widest = max(int(graph.cost.max(initial=0)), int(legs.max(initial=0)))
    return 1 << ((widest >> BITS) + 2).bit_length()


def _as_small(stands: Stands) -> tuple[SmallInts, SmallInts, SmallInts]:
    edge, along, snap = (a.astype(np.int32) for a in (stands.edge, stands.along, stands.snap))
    return edge, along, snap


def _grouped(edge: Ints, n_edges: int) -> tuple[SmallInts, Ints]:
    """List the points on each edge: places `first[e]:first[e + 1]` of `order`."""
    order = np.argsort(edge, kind="stable")
    first = np.searchsorted(edge[order], np.arange(n_edges + 1))
    return first.astype(np.int32), order.astype(np.int64)


# --- kernels: plain loops over arrays, compiled once and kept on disk -----------------------------


# Taking a junction out of its bucket and putting it into another is written out in each kernel: a
# call with arrays would cost more than the four writes that it makes.


@numba.njit(cache=True, nogil=True)
def _search_all(first, neighbour, cost, seeds, legs, owners, n_buckets):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0912, PLR0915
    """Label every junction with the cost from its cheapest entrance, and whose that is.

    A label is cost × 2³² + owner, so that one comparison finds the cheaper way and, of equally
    cheap ones, the owner with the lower number, in whatever order they arrive.
    """
    n_junctions = len(first) - 1
    label = np.full(n_junctions, UNREACHED)
    head = np.full(n_buckets, NONE)
    following = np.empty(n_junctions, dtype=np.int32)
    leading = np.empty(n_junctions, dtype=np.int32)
    bucket_of = np.full(n_junctions, NONE)
    last = np.int64(n_buckets - 1)  # of a circle whose size is a power of two
    for s in range(len(seeds)):
        seed = (np.int64(legs[s]) << 32) | np.int64(owners[s])
        label[seeds[s]] = min(label[seeds[s]], seed)
    waiting = 0
    for s in range(len(seeds)):
        n = seeds[s]
        if bucket_of[n] < 0:
            target = np.int32((label[n] >> (32 + BITS)) & last)
            after = head[target]
            following[n] = after
            leading[n] = NONE
            if after >= 0:
                leading[after] = n
            head[target] = n
            bucket_of[n] = target
            waiting += 1
    bucket = np.int64(0)
    while waiting > 0:
        while head[bucket] < 0:
            bucket = (bucket + 1) & last
        n = head[bucket]
        after = following[n]
        head[bucket] = after
        if after >= 0:
            leading[after] = NONE
        bucket_of[n] = NONE
        waiting -= 1
        so_far = label[n]
        for place in range(first[n], first[n + 1]):
            m = neighbour[place]
            candidate = so_far + (np.int64(cost[place]) << 32)
            if candidate >= label[m]:
                continue
            label[m] = candidate
            target = np.int32((candidate >> (32 + BITS)) & last)
            held = bucket_of[m]
            if held == target:
                continue
            if held >= 0:  # take it out
                before, after = leading[m], following[m]
                if before >= 0:
                    following[before] = after
                else:
                    head[held] = after
                if after >= 0:
                    leading[after] = before
            else:
                waiting += 1
            after = head[target]  # put it in
            following[m] = after
            leading[m] = NONE
            if after >= 0:
                leading[after] = m
            head[target] = m
            bucket_of[m] = target
    return label


@numba.njit(cache=True, nogil=True)
def _at_homes(  # type: ignore[no-untyped-def]  # noqa: ANN202, PLR0913, PLR0917
    start, end, length, label, home_edge, home_along, home_snap,  # noqa: ANN001
    first_on, on, along, snap, asset,  # noqa: ANN001
):  # fmt: skip
    """Label homes: the better of their two ends, or of an entrance on their own edge."""
    best = np.full(len(home_edge), UNREACHED)
    for h in range(len(home_edge)):
        e = home_edge[h]
        least = min(
            label[start[e]] + (np.int64(home_along[h]) << 32),
            label[end[e]] + (np.int64(length[e] - home_along[h]) << 32),
        )
        for place in range(first_on[e], first_on[e + 1]):
            k = on[place]
            walk = np.int64(abs(home_along[h] - along[k]) + snap[k])
            least = min(least, (walk << 32) | np.int64(asset[k]))
        if least < UNREACHED:
            best[h] = least + (np.int64(home_snap[h]) << 32)
    return best


@numba.njit(cache=True, nogil=True)
def _count(  # type: ignore[no-untyped-def]  # noqa: ANN202, C901, PLR0912, PLR0913, PLR0915, PLR0917
    first, neighbour, cost, is_forward, seeds, legs,  # noqa: ANN001
    forward, backward, along, snap, bounds,  # noqa: ANN001
    first_home, from_here, home_snap, cut_offs, n_buckets,  # noqa: ANN001
):  # fmt: skip
    """Count each asset in the first cut-off that reaches a home, at one place of its edge."""
    n_junctions = len(first) - 1
    longest = cut_offs[-1]
    counts = np.zeros((len(from_here), len(cut_offs)), dtype=np.int32)
    walk = np.full(n_junctions, FAR)
    head = np.full(n_buckets, NONE)
    following = np.full(n_junctions, NONE)
    leading = np.full(n_junctions, NONE)
    bucket_of = np.full(n_junctions, NONE)
    reached = np.empty(n_junctions, dtype=np.int32)
    own = np.full(len(neighbour), NONE)  # last asset with an entrance on the edge of a place
    last = np.int32(n_buckets - 1)
    for a in range(len(bounds) - 1):
        n_reached = 0
        for s in range(2 * bounds[a], 2 * bounds[a + 1]):
            n = seeds[s]
            if legs[s] <= longest and legs[s] < walk[n]:
                if walk[n] == FAR:
                    reached[n_reached] = n
                    n_reached += 1
                walk[n] = legs[s]
        waiting = n_reached
        for r in range(n_reached):
            n = reached[r]
            target = np.int32((walk[n] >> BITS) & last)
            after = head[target]
            following[n] = after
            leading[n] = NONE
            if after >= 0:
                leading[after] = n
            head[target] = n
            bucket_of[n] = target
        bucket = np.int32(0)
        while waiting > 0:
            while head[bucket] < 0:
                bucket = (bucket + 1) & last
            n = head[bucket]
            after = following[n]
            head[bucket] = after
            if after >= 0:
                leading[after] = NONE
            bucket_of[n] = NONE
            waiting -= 1
            so_far = walk[n]
            for place in range(first[n], first[n + 1]):
                candidate = so_far + cost[place]
                m = neighbour[place]
                known = walk[m]
                if candidate > longest or candidate >= known:
                    continue
                if known == FAR:
                    reached[n_reached] = m
                    n_reached += 1
                walk[m] = candidate
                target = np.int32((candidate >> BITS) & last)
                held = bucket_of[m]
                if held == target:
                    continue
                if held >= 0:  # take it out
                    before, after = leading[m], following[m]
                    if before >= 0:
                        following[before] = after
                    else:
                        head[held] = after
                    if after >= 0:
                        leading[after] = before
                else:
                    waiting += 1
                after = head[target]  # put it in
                following[m] = after
                leading[m] = NONE
                if after >= 0:
                    leading[after] = m
                head[target] = m
                bucket_of[m] = target
        # Homes on an edge with an entrance of this asset may walk straight to it.
        for k in range(bounds[a], bounds[a + 1]):
            place = forward[k]
            if own[place] == a:
                continue
            own[place] = own[backward[k]] = a
            here = walk[neighbour[backward[k]]]
            there = walk[neighbour[place]] + cost[place]
            for h in range(first_home[place], first_home[place + 1]):
                least = min(here + from_here[h], there - from_here[h])
                for j in range(k, bounds[a + 1]):
                    if forward[j] == place:
                        least = min(least, abs(from_here[h] - along[j]) + snap[j])
                for c in range(len(cut_offs)):
                    if least + home_snap[h] <= cut_offs[c]:
                        counts[h, c] += 1
                        break
        # Every other edge is met from its end that was reached; from its start if both were.
        for r in range(n_reached):
            n = reached[r]
            here = walk[n]
            for place in range(first[n], first[n + 1]):
                begin, end = first_home[place], first_home[place + 1]
                if begin == end or own[place] == a:
                    continue
                there = walk[neighbour[place]]
                if there != FAR and not is_forward[place]:
                    continue
                there += cost[place]
                for h in range(begin, end):
                    least = min(here + from_here[h], there - from_here[h]) + home_snap[h]
                    for c in range(len(cut_offs)):
                        if least <= cut_offs[c]:
                            counts[h, c] += 1
                            break
        for r in range(n_reached):
            walk[reached[r]] = FAR
    return counts
