"""From each home to every asset within a longest walk: counted, added up, or shared out."""

from __future__ import annotations

from typing import Literal

import numba
import numpy as np
import numpy.typing as npt

from pipeline.cores import on_all_cores
from pipeline.routing.graph import FAR, Doors, Graph, Homes, Ints, SmallInts
from pipeline.routing.search import BITS, NONE, Queue, settle

Floats = npt.NDArray[np.float64]
Form = Literal["plain", "chosen", "squared"]

# So many assets are shared out by one thread. The same on every machine, so that sums are too:
# numbers that are not whole depend on the order in which they are added up.
SOME_ASSETS = 64


def count_within(graph: Graph, homes: Homes, doors: Doors, cut_offs: Ints) -> Ints:
    """Count the distinct assets within each cut-off of each home.

    Parameters
    ----------
    graph
        The network.
    homes
        Where walks start; n of them.
    doors
        Where they may end: the entrances. An asset counts once, however many it has.
    cut_offs
        Costs in decimetres, rising; a walk of exactly the cut-off counts; shape (k,).

    Returns
    -------
    numpy.ndarray
        Counts of shape (n, k).
    """
    return tally(graph, homes, doors, cut_offs)[0].astype(np.int64)


def tally(
    graph: Graph,
    homes: Homes,
    doors: Doors,
    cut_offs: Ints,
    supply: Floats | None = None,
    weights: Floats | None = None,
) -> tuple[npt.NDArray[np.float64 | np.int32], Floats]:
    """Add up what the assets within each cut-off of each home supply, and what it weighs.

    Parameters
    ----------
    graph, homes, doors
        As for `count_within`; n homes.
    cut_offs
        Costs in decimetres, rising; shape (k,).
    supply
        What each asset supplies; shape (assets,). One each by default.
    weights
        What a walk of 0, 1, 2, … decimetres weighs, up to the longest cut-off.

    Returns
    -------
    tuple of numpy.ndarray
        Sums of supply within each cut-off, of shape (n, k), whole numbers where no supply was
        given; and sums of supply × weight, of shape (n,), 0 where no weights were given.
    """
    n_assets = doors.n_assets
    # A copy: numba compiles anew for an array that may not be written to, as tables give them.
    each = np.ones(n_assets, dtype=np.int32) if supply is None else supply[:n_assets].copy()
    band = np.searchsorted(cut_offs, np.arange(int(cut_offs[-1]) + 1))
    band = band.astype(np.min_scalar_type(len(cut_offs)))
    weighing = np.zeros(0) if weights is None else weights
    laid, sums = _tally(
        graph.ways, homes.met, len(homes), doors, band, len(cut_offs), each, weighing,
        Queue.of(graph, doors.legs),
    )  # fmt: skip
    amounts, weighed = np.empty_like(laid), np.empty_like(sums)
    amounts[homes.order], weighed[homes.order] = laid, sums
    return np.cumsum(amounts, axis=1, dtype=amounts.dtype), weighed


def walks_within(
    graph: Graph, homes: Homes, doors: Doors, limit: int, begin: int = 0, end: int | None = None
) -> tuple[SmallInts, SmallInts, SmallInts]:
    """List every walk from a home to an asset that costs no more than a limit.

    Parameters
    ----------
    graph, homes, doors
        As for `count_within`.
    limit
        The longest walk that counts, itself included, in decimetres.
    begin, end
        Which assets: from number `begin` up to `end`, itself not included; all by default.

    Returns
    -------
    tuple of numpy.ndarray
        Number of the asset, of the home, and the cost of the cheapest walk between them; asset by
        asset, each home once.
    """
    last = doors.n_assets if end is None else min(end, doors.n_assets)

    def of_some(first: int) -> tuple[SmallInts, SmallInts, SmallInts]:
        until, queue = min(first + SOME_ASSETS, last), Queue.of(graph, doors.legs)
        return _list_walks(  # type: ignore[no-any-return]
            graph.ways, homes.met, len(homes), doors, first, until, limit, queue
        )

    found = list(on_all_cores(of_some, range(begin, last, SOME_ASSETS)))
    if not found:
        nothing = np.zeros(0, dtype=np.int32)
        return nothing, nothing, nothing
    asset, row, cost = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return asset, homes.order[row].astype(np.int32), cost


def share_out(
    graph: Graph,
    homes: Homes,
    doors: Doors,
    people: Floats,
    supply: Floats,
    weights: Floats,
    form: Form = "plain",
) -> tuple[Floats, Floats]:
    """Share what each asset supplies out among the people who can walk to it.

    Each asset a gives R(a) = supply(a) ÷ Σ people(h) turn(h, a), summed over the homes h within
    reach, and home h is offered Σ R(a) offer(h, a).

    Parameters
    ----------
    graph, homes, doors
        As for `count_within`; n homes.
    people
        Of each home; shape (n,).
    supply
        Of each asset; shape (assets,).
    weights
        What a walk of 0, 1, 2, … decimetres weighs, up to the longest that counts.
    form
        `plain`: turn and offer are the weight. `chosen`: both are the weight times its share in
        the sum of the home's weights. `squared`: turn is the weight, offer its square.

    Returns
    -------
    tuple of numpy.ndarray
        What each home is offered for each of its people, shape (n,); and how many, weighted, turn
        to each asset, shape (assets,).
    """
    n_assets = doors.n_assets
    drawn = np.zeros(0)
    if form == "chosen":
        cut_offs = np.array([len(weights) - 1])
        drawn = tally(graph, homes, doors, cut_offs, None, weights)[1][homes.order]
    laid, each = people[homes.order].copy(), supply[:n_assets].copy()

    def of_some(begin: int) -> tuple[Floats, Floats]:
        end, queue = min(begin + SOME_ASSETS, n_assets), Queue.of(graph, doors.legs)
        return _share(  # type: ignore[no-any-return]
            graph.ways, homes.met, len(homes), doors, begin, end, laid, each, weights, drawn,
            form == "squared", queue,
        )  # fmt: skip

    in_order, turning = np.zeros(len(homes)), np.zeros(n_assets)
    begins = range(0, n_assets, SOME_ASSETS)
    for begin, (part, people_there) in zip(begins, on_all_cores(of_some, begins), strict=True):
        in_order += part
        turning[begin : begin + SOME_ASSETS] = people_there
    offered = np.empty_like(in_order)
    offered[homes.order] = in_order
    return offered, turning


# --- kernels: plain loops over arrays, compiled once and kept on disk -----------------------------


@numba.njit(cache=True, nogil=True)
def _reach(ways, met, doors, a, limit, walk, reached, own, queue, row, cost):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0912, PLR0913, PLR0917
    """Find the homes that asset a is within reach of; fill `row` and `cost`, return how many.

    `walk` is `FAR` everywhere and is left so; `own` holds of each home the last asset that has an
    entrance on its edge.
    """
    n_reached = 0
    for s in range(2 * doors.bounds[a], 2 * doors.bounds[a + 1]):
        n = doors.seeds[s]
        if doors.legs[s] <= limit and doors.legs[s] < walk[n]:
            if walk[n] == FAR:
                reached[n_reached] = n
                n_reached += 1
            walk[n] = doors.legs[s]
    n_reached = settle(ways, walk, limit, FAR, reached, n_reached, 1, BITS, queue)
    if len(met.first) == 0:  # the homes are the junctions themselves
        for r in range(n_reached):
            row[r], cost[r] = reached[r], walk[reached[r]]
            walk[reached[r]] = FAR
        return n_reached
    n_found = 0
    # Homes on an edge with an entrance of this asset may walk straight to it.
    for k in range(doors.bounds[a], doors.bounds[a + 1]):
        place, mirror = doors.place[k], doors.mirror[k]
        from_start, from_end = walk[ways.arc[mirror].neighbour], walk[ways.arc[place].neighbour]
        for slot in range(met.first[place], met.first[place + 1]):
            if own[met.slot[slot].row] == a:  # met at another entrance on the edge
                continue
            own[met.slot[slot].row] = a
            here, there = met.slot[slot].here, met.slot[slot].there
            least = min(from_start + here, from_end + there)
            for j in range(k, doors.bounds[a + 1]):
                if doors.place[j] == place:
                    least = min(least, max(here - doors.back[j], there - doors.ahead[j])
                                + doors.snap[j])  # fmt: skip
            if least <= limit:
                row[n_found] = met.slot[slot].row
                cost[n_found] = least
                n_found += 1
    # Homes on every other edge are met from its end that was reached; from its start if both were.
    for r in range(n_reached):
        n = reached[r]
        so_far = walk[n]
        for slot in range(met.first[ways.first[n]], met.first[ways.first[n + 1]]):
            from_there = walk[met.slot[slot].other]
            if from_there != FAR and not met.slot[slot].is_forward:
                continue
            least = min(so_far + met.slot[slot].here, from_there + met.slot[slot].there)
            if least <= limit and own[met.slot[slot].row] != a:
                row[n_found] = met.slot[slot].row
                cost[n_found] = least
                n_found += 1
    for r in range(n_reached):
        walk[reached[r]] = FAR
    return n_found


@numba.njit(cache=True, nogil=True)
def _tally(ways, met, n_homes, doors, band, n_bands, supply, weights, queue):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913, PLR0917
    """Add up supply by the band that the cost is in, and supply × weight."""
    n_junctions = len(ways.first) - 1
    walk = np.full(n_junctions, FAR)
    reached = np.empty(n_junctions, dtype=np.int32)
    own = np.full(n_homes, NONE)
    row, cost = np.empty(n_homes, dtype=np.int32), np.empty(n_homes, dtype=np.int32)
    amounts = np.zeros((n_homes, n_bands), dtype=supply.dtype)
    sums = np.zeros(n_homes)
    for a in range(len(doors.bounds) - 1):
        n_found = _reach(ways, met, doors, a, len(band) - 1, walk, reached, own, queue, row, cost)
        for i in range(n_found):
            amounts[row[i], band[cost[i]]] += supply[a]
        if len(weights) > 0:
            for i in range(n_found):
                sums[row[i]] += supply[a] * weights[cost[i]]
    return amounts, sums


@numba.njit(cache=True, nogil=True)
def _list_walks(ways, met, n_homes, doors, begin, end, limit, queue):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """List the walks to some of the assets, in arrays that grow as they fill."""
    n_junctions = len(ways.first) - 1
    walk = np.full(n_junctions, FAR)
    reached = np.empty(n_junctions, dtype=np.int32)
    own = np.full(n_homes, NONE)
    row, cost = np.empty(n_homes, dtype=np.int32), np.empty(n_homes, dtype=np.int32)
    room, n = max(n_homes, 1), 0
    assets, rows = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    costs = np.empty(room, dtype=np.int32)
    for a in range(begin, end):
        n_found = _reach(ways, met, doors, a, limit, walk, reached, own, queue, row, cost)
        if n + n_found > room:
            room = 2 * (n + n_found)
            more_assets, more_rows = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
            more_costs = np.empty(room, dtype=np.int32)
            more_assets[:n], more_rows[:n], more_costs[:n] = assets[:n], rows[:n], costs[:n]
            assets, rows, costs = more_assets, more_rows, more_costs
        assets[n : n + n_found] = a
        rows[n : n + n_found] = row[:n_found]
        costs[n : n + n_found] = cost[:n_found]
        n += n_found
    return assets[:n].copy(), rows[:n].copy(), costs[:n].copy()


@numba.njit(cache=True, nogil=True)
def _share(  # type: ignore[no-untyped-def]  # noqa: ANN202, PLR0913, PLR0917
    ways, met, n_homes, doors, begin, end, people, supply, weights, drawn, is_squared, queue,  # noqa: ANN001
):  # fmt: skip
    """Share out what some of the assets supply; `drawn` is empty, or the sum of each home."""
    n_junctions = len(ways.first) - 1
    walk = np.full(n_junctions, FAR)
    reached = np.empty(n_junctions, dtype=np.int32)
    own = np.full(n_homes, NONE)
    row, cost = np.empty(n_homes, dtype=np.int32), np.empty(n_homes, dtype=np.int32)
    turn = np.empty(n_homes)
    offered, turning = np.zeros(n_homes), np.zeros(end - begin)
    for a in range(begin, end):
        n_found = _reach(
            ways, met, doors, a, len(weights) - 1, walk, reached, own, queue, row, cost
        )
        total = 0.0
        for i in range(n_found):
            weight = weights[cost[i]]
            turn[i] = weight
            if len(drawn) > 0 and weight > 0:
                turn[i] = weight * weight / drawn[row[i]]
            total += people[row[i]] * turn[i]
        turning[a - begin] = total
        if total == 0:
            continue
        ratio = supply[a] / total
        for i in range(n_found):
            offer = turn[i] * turn[i] if is_squared else turn[i]
            offered[row[i]] += ratio * offer
    return offered, turning
