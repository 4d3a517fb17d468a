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

from pipeline.routing.graph import Graph, Records, SmallInts

NONE = np.int32(-1)
# A bucket holds costs that agree but for their last six bits: 6.4 m.
BITS = 6

# The bucket a junction waits in, or none, and its neighbours there.
WAITING = np.dtype([("bucket", np.int32), ("following", np.int32), ("leading", np.int32)])


class Queue(NamedTuple):
    """Buckets: the first junction in each, and of each junction where it waits (`WAITING`)."""

    head: SmallInts
    wait: Records

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
        nowhere = np.full((graph.n_junctions, len(WAITING.names or ())), NONE)
        return cls(np.full(n_buckets, NONE), nowhere.view(WAITING)[:, 0])


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
        The largest label given; None if there is no limit.
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
    first, arc = ways.first, ways.arc
    head, wait = queue.head, queue.wait
    last = len(head) - 1  # of a circle whose size is a power of two
    for r in range(n_reached):
        n = reached[r]
        target = np.int32((label[n] >> shift) & last)
        after = head[target]
        wait[n].following = after
        wait[n].leading = NONE
        if after >= 0:
            wait[after].leading = n
        head[target] = n
        wait[n].bucket = target
    waiting = n_reached
    bucket = 0
    while waiting > 0:
        while head[bucket] < 0:
            bucket = (bucket + 1) & last
        n = head[bucket]
        after = wait[n].following
        head[bucket] = after
        if after >= 0:
            wait[after].leading = NONE
        wait[n].bucket = NONE
        waiting -= 1
        so_far = label[n]
        for place in range(first[n], first[n + 1]):
            m = arc[place].neighbour
            candidate = so_far + arc[place].cost * unit
            known = label[m]
            if candidate >= known or (limit is not None and candidate > limit):
                continue
            if far is not None and known == far:
                reached[n_reached] = m
                n_reached += 1
            label[m] = candidate
            if not arc[place].leads_on:
                continue  # there is nothing to settle beyond a dead end
            target = np.int32((candidate >> shift) & last)
            held = wait[m].bucket
            if held == target:
                continue
            if held >= 0:  # take it out
                before, after = wait[m].leading, wait[m].following
                if before >= 0:
                    wait[before].following = after
                else:
                    head[held] = after
                if after >= 0:
                    wait[after].leading = before
            else:
                waiting += 1
            after = head[target]  # put it in
            wait[m].following = after
            wait[m].leading = NONE
            if after >= 0:
                wait[after].leading = m
            head[target] = m
            wait[m].bucket = target
    return n_reached
