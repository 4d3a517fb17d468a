"""From each home to the nearest entrance, and to the nearest few assets."""

from __future__ import annotations

import heapq

import numba
import numpy as np

from pipeline.errors import ChoiceIsNotAllowed
from pipeline.routing.graph import FAR, Doors, Graph, Homes, Ints
from pipeline.routing.search import BITS, Queue, settle

# A label holds the cost in its upper half and the number of an asset in its lower one, so that one
# comparison finds the cheaper way and, of equally cheap ones, the asset with the lower number.
UPPER_HALF = 32
UNREACHED = np.int64(FAR) << UPPER_HALF
ONE = np.int64(1) << UPPER_HALF
LOWER_HALF = ONE - 1


def nearest(graph: Graph, homes: Homes, doors: Doors) -> tuple[Ints, Ints]:
    """Find the cheapest walk from each home to any entrance.

    Parameters
    ----------
    graph
        The network.
    homes
        Where walks start; n of them.
    doors
        Where they may end: the entrances.

    Returns
    -------
    tuple of numpy.ndarray
        Cost in decimetres, and number of the asset; both of shape (n,), −1 where no entrance
        can be reached. Of equally near assets the lowest number.
    """
    labels = nearest_at_homes(homes, search_nearest(graph, doors), doors)
    best = np.empty_like(labels)
    best[homes.order] = labels
    return _costs_and_numbers(best)


def search_nearest(graph: Graph, doors: Doors) -> Ints:
    """Label every junction with the cost to its cheapest entrance, and whose that is.

    Parameters
    ----------
    graph
        The network.
    doors
        The entrances.

    Returns
    -------
    numpy.ndarray
        Cost × 2³² + number of the asset; `UNREACHED` where there is no way; shape (junctions,).
    """
    queue = Queue.of(graph, doors.legs)
    return _search(graph.ways, doors, queue)  # type: ignore[no-any-return]


def nearest_at_homes(homes: Homes, labels: Ints, doors: Doors) -> Ints:
    """Label homes: the better of their two ends, or of an entrance on their own edge.

    Parameters
    ----------
    homes
        Where walks start; n of them.
    labels
        Of the junctions.
    doors
        The entrances.

    Returns
    -------
    numpy.ndarray
        Labels of the homes in the order in which they are laid out; shape (n,).
    """
    return _at_homes(  # type: ignore[no-any-return]
        homes.start, homes.end, homes.to_start, homes.to_end, homes.met, labels, doors
    )


def k_nearest(graph: Graph, homes: Homes, doors: Doors, k: int) -> tuple[Ints, Ints]:
    """Find the k nearest assets of each home, each by its nearest entrance.

    Parameters
    ----------
    graph, homes, doors
        As for `nearest`; n homes.
    k
        How many assets.

    Returns
    -------
    tuple of numpy.ndarray
        Costs in decimetres and numbers of the assets, rising by cost and then by number; both of
        shape (n, k), −1 where fewer can be reached.

    Raises
    ------
    ChoiceIsNotAllowed
        If k is less than 1.
    """
    if k < 1:
        raise ChoiceIsNotAllowed(f"The {k} nearest assets cannot be found; allowed is 1 or more.")
    labels = _search_several(graph.ways, doors, k)
    found = _several_at_homes(
        homes.start, homes.end, homes.to_start, homes.to_end, homes.met, labels, doors
    )
    best = np.empty_like(found)
    best[homes.order] = found
    return _costs_and_numbers(best)


def _costs_and_numbers(labels: Ints) -> tuple[Ints, Ints]:
    is_reached = labels < UNREACHED
    cost = np.where(is_reached, labels >> UPPER_HALF, -1)
    return cost, np.where(is_reached, labels & LOWER_HALF, -1)


# --- kernels: plain loops over arrays, compiled once and kept on disk -----------------------------


@numba.njit(cache=True, nogil=True)
def _search(ways, doors, queue):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Search from all seeds at once."""
    n_junctions = len(ways.first) - 1
    label = np.full(n_junctions, UNREACHED)
    seeds, legs = doors.seeds, doors.legs
    reached = np.empty(len(seeds), dtype=np.int32)
    n_reached = 0
    for s in range(len(seeds)):
        n = seeds[s]
        if label[n] == UNREACHED:
            reached[n_reached] = n
            n_reached += 1
        label[n] = min(label[n], (np.int64(legs[s]) << UPPER_HALF) | doors.owner[s // 2])
    settle(ways, label, None, None, reached, n_reached, ONE, UPPER_HALF + BITS, queue)
    return label


@numba.njit(cache=True, nogil=True)
def _at_homes(start, end, to_start, to_end, met, label, doors):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    best = np.empty(len(start), dtype=np.int64)
    for h in range(len(start)):
        through_start = label[start[h]] + (np.int64(to_start[h]) << UPPER_HALF)
        through_end = label[end[h]] + (np.int64(to_end[h]) << UPPER_HALF)
        best[h] = min(through_start, through_end)
    if len(met.first) == 0:  # the homes are the junctions themselves
        return best
    for k in range(len(doors.owner)):
        place = doors.place[k]
        for slot in range(met.first[place], met.first[place + 1]):
            h = met.slot[slot].row
            walk = max(met.slot[slot].here - doors.back[k], met.slot[slot].there - doors.ahead[k])
            best[h] = min(best[h], (np.int64(walk + doors.snap[k]) << UPPER_HALF) | doors.owner[k])
    return best


@numba.njit(cache=True, nogil=True)
def _insert(labels, label):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Put a label among the best few, sorted, one an asset; say whether it has changed them."""
    k = len(labels)
    if label >= labels[k - 1]:
        return False
    owner = label & LOWER_HALF
    at = k - 1
    for j in range(k):
        if labels[j] < UNREACHED and labels[j] & LOWER_HALF == owner:
            if labels[j] <= label:
                return False
            at = j
            break
    while at > 0 and labels[at - 1] > label:
        labels[at] = labels[at - 1]
        at -= 1
    labels[at] = label
    return True


@numba.njit(cache=True, nogil=True)
def _search_several(ways, doors, k):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Label every junction with its k nearest assets, taking up the cheapest label first."""
    labels = np.full((len(ways.first) - 1, k), UNREACHED)
    queue = [(UNREACHED, np.int32(0))]
    queue.clear()
    for s in range(len(doors.seeds)):
        label = (np.int64(doors.legs[s]) << UPPER_HALF) | doors.owner[s // 2]
        if _insert(labels[doors.seeds[s]], label):
            heapq.heappush(queue, (label, doors.seeds[s]))
    while len(queue) > 0:
        label, n = heapq.heappop(queue)
        is_still_good = False
        for j in range(k):
            is_still_good |= labels[n, j] == label
        if not is_still_good:
            continue
        for place in range(ways.first[n], ways.first[n + 1]):
            m = ways.arc[place].neighbour
            candidate = label + (np.int64(ways.arc[place].cost) << UPPER_HALF)
            if candidate < labels[m, k - 1] and _insert(labels[m], candidate):
                heapq.heappush(queue, (candidate, m))
    return labels


@numba.njit(cache=True, nogil=True)
def _several_at_homes(start, end, to_start, to_end, met, labels, doors):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    k = labels.shape[1]
    best = np.full((len(start), k), UNREACHED)
    for h in range(len(start)):
        for j in range(k):
            if labels[start[h], j] < UNREACHED:
                _insert(best[h], labels[start[h], j] + (np.int64(to_start[h]) << UPPER_HALF))
            if labels[end[h], j] < UNREACHED:
                _insert(best[h], labels[end[h], j] + (np.int64(to_end[h]) << UPPER_HALF))
    if len(met.first) == 0:  # the homes are the junctions themselves
        return best
    for e in range(len(doors.owner)):
        place = doors.place[e]
        for slot in range(met.first[place], met.first[place + 1]):
            walk = max(met.slot[slot].here - doors.back[e], met.slot[slot].there - doors.ahead[e])
            label = (np.int64(walk + doors.snap[e]) << UPPER_HALF) | doors.owner[e]
            _insert(best[met.slot[slot].row], label)
    return best
