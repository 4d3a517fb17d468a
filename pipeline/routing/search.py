"""The one search that everything rests on.

Junctions still to be settled wait in buckets of a few metres, laid in a circle (Dial 1969).
Within a bucket the order does not matter: a junction that a shorter way reaches later is taken up
again. Each junction stands in one bucket at most, in a doubly linked list, so that moving it costs
a handful of array writes and the memory is fixed.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from pipeline.routing.graph import Graph, SmallInts

NONE = np.int32(-1)
# A bucket holds costs that agree but for their last six bits: 6.4 m.
BITS = 6


class Queue(NamedTuple):
    """Buckets: the first junction in each, and of each junction its bucket and its neighbours."""

    head: SmallInts
    following: SmallInts
    leading: SmallInts
    bucket_of: SmallInts

    @classmethod
    def of(cls, graph: Graph, legs: SmallInts) -> Queue:
        """Make empty buckets for a network and the costs that a search starts with.

        Parameters
        ----------
        graph
            The network.
        legs
            Costs of the seeds.

        Returns
        -------
        Queue
            As many buckets, a power of two, as keep the costs in waiting from lapping.
        """
        widest = max(graph.dearest, int(legs.max(initial=0)))
        n_buckets = 1 << ((widest >> BITS) + 2).bit_length()
        sizes = (n_buckets, graph.n_junctions, graph.n_junctions, graph.n_junctions)
        return cls(*(np.full(size, NONE) for size in sizes))


@numba.njit(cache=True, nogil=True)
def settle(ways, label, limit, far, reached, n_reached, unit, shift, queue):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, C901, PLR0912, PLR0913, PLR0915, PLR0917
    """Label all junctions that can be reached within a limit.

    Parameters
    ----------
    ways
        The network.
    label
        Costs so far: of the seeds what it costs to start there, of all others `far`.
    limit
        The largest label given.
    far
        The label of what is not reached.
    reached
        Room for the junctions that are; the first `n_reached` are the seeds.
    n_reached
        How many seeds there are.
    unit, shift
        A label is cost × `unit` plus what is carried along, and is in bucket `label >> shift`.
    queue
        Empty buckets; they are left empty.

    Returns
    -------
    int
        How many junctions are reached.
    """
    first, neighbour, cost = ways.first, ways.neighbour, ways.cost
    head, following, leading = queue.head, queue.following, queue.leading
    bucket_of = queue.bucket_of
    last = len(head) - 1  # of a circle whose size is a power of two
    for r in range(n_reached):
        n = reached[r]
        target = np.int32((label[n] >> shift) & last)
        after = head[target]
        following[n] = after
        leading[n] = NONE
        if after >= 0:
            leading[after] = n
        head[target] = n
        bucket_of[n] = target
    waiting = n_reached
    bucket = 0
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
            candidate = so_far + cost[place] * unit
            known = label[m]
            if candidate >= known or candidate > limit:
                continue
            if known == far:
                reached[n_reached] = m
                n_reached += 1
            label[m] = candidate
            target = np.int32((candidate >> shift) & last)
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
    return n_reached
