"""The same work on many things, on all cores at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Thing = TypeVar("Thing")
Found = TypeVar("Found")


def on_all_cores(work: Callable[[Thing], Found], things: Iterable[Thing]) -> Iterator[Found]:
    """Do the same work on each of some things, a thread a core.

    More threads than cores would take turns and push one another's arrays out of the cache. What
    gains by it are compiled kernels and libraries that let go of Python's lock meanwhile.

    Parameters
    ----------
    work
        What to do with one.
    things
        All of them.

    Yields
    ------
    Found
        What was found of each, in the order of the things, whoever is ready first.
    """
    with ThreadPoolExecutor(_cores()) as pool:
        yield from pool.map(work, things)


def _cores() -> int:
    """Return how many cores this process may use; not every system says."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
