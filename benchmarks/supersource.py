"""Nearest of several assets for engines that search from one junction only.

Each category gets a junction of its own, from which one-way edges of no length lead to its
assets; a search from there is a search from all of them at once.
"""

from __future__ import annotations

import numpy as np

from benchmarks.jobs import DM_PER_M, Numbers
from benchmarks.networks import Ints, Town


def with_sources(town: Town) -> tuple[Ints, Ints, Ints, int]:
    """Add the junctions that searches start from.

    Parameters
    ----------
    town
        The town; n junctions.

    Returns
    -------
    tuple
        Tail, head and cost of every one-way edge, and the number of junctions; category c starts
        from junction n + c.
    """
    sources = town.n_nodes + town.category
    tail = np.concatenate([town.start, town.end, sources])
    head = np.concatenate([town.end, town.start, town.asset_node])
    cost = np.concatenate([town.length_dm, town.length_dm, np.zeros(len(sources), np.int64)])
    return tail, head, cost, town.n_nodes + town.n_categories


def in_metres(town: Town, found: dict[int, Numbers]) -> Numbers:
    """Turn costs in decimetres, by category, into an answer in metres.

    Parameters
    ----------
    town
        The town.
    found
        Costs of all junctions by category.

    Returns
    -------
    numpy.ndarray
        Infinite where nothing can be reached, missing for categories that were not asked for.
    """
    table = np.full((town.n_categories, town.n_nodes), np.nan)
    for category, cost in found.items():
        table[category] = cost[: town.n_nodes] / DM_PER_M
    return table
