"""Things that are one: groups that grow link by link, the surest link first.

The order of links is fixed by how sure they are, by distance and then by the records' own order,
so that the groups do not depend on the order in which rows were read.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Link:
    """Two things that may be one. Zero `doubt` joins them whatever else they are."""

    doubt: int
    distance_m: float
    one: int
    other: int


class Groups:
    """Groups of things numbered from 0, each alone at first."""

    def __init__(self, size: int) -> None:
        self._of = list(range(size))
        self._members = {number: [number] for number in range(size)}

    def members(self, number: int) -> list[int]:
        """Return the things in the group of one of them, in no order."""
        return self._members[self._of[number]]

    def join(self, one: int, other: int) -> None:
        """Make one group of two; it is called after the smaller number of the two."""
        first, second = sorted((self._of[one], self._of[other]))
        if first == second:
            return
        for member in self._members[second]:
            self._of[member] = first
        self._members[first] += self._members.pop(second)

    def labels(self) -> list[int]:
        """Return, for every thing, the smallest number in its group."""
        return [min(self._members[group]) for group in self._of]


def grouped(
    size: int, links: Iterable[Link], may_join: Callable[[list[int], list[int]], bool]
) -> Groups:
    """Join things along links, the surest and shortest first.

    Parameters
    ----------
    size
        How many things there are.
    links
        Between which of them; their order does not matter.
    may_join
        Asked with the members of two groups before a doubtful link joins them.

    Returns
    -------
    Groups
        What belongs together.
    """
    groups = Groups(size)
    for link in sorted(links):
        ours, theirs = groups.members(link.one), groups.members(link.other)
        if ours is not theirs and (link.doubt == 0 or may_join(ours, theirs)):
            groups.join(link.one, link.other)
    return groups


def pairs_sharing(identifiers: Iterable[Iterable[str]]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of things that share an identifier.

    Parameters
    ----------
    identifiers
        For each thing, those it has; mostly none.

    Yields
    ------
    tuple of int and int
        The smaller number first.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    for number, ours in enumerate(identifiers):
        for identifier in ours:
            holders[identifier].append(number)
    for numbers in holders.values():
        yield from itertools.combinations(numbers, 2)
