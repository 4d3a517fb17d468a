"""scipy.sparse.csgraph with care: of the tables that searches return, only what is reached counts.

The search is the same as in `scipy`; what is made of the costs is two to four times as fast.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from benchmarks.engines.scipy import answer_of, asked_of, chunks, matrix_of
from benchmarks.jobs import (
    CUT_OFFS_DM,
    LONGEST_DM,
    Job,
    Numbers,
    Setting,
    catchment_weight,
    gravity_weight,
)
from benchmarks.networks import Ints


def within_reach(matrix: sparse.csr_array, nodes: Ints) -> Iterator[tuple[Ints, Ints, Numbers]]:
    """Yield, some sources at a time, their rows, what they reach and at what cost.

    Parameters
    ----------
    matrix
        Costs of edges.
    nodes
        The sources.

    Yields
    ------
    tuple of numpy.ndarray
        Number of the source in `nodes`, junction, and cost within the longest cut-off.
    """
    before = 0
    for chunk in chunks(nodes, matrix.shape[0]):
        cost = csgraph.dijkstra(matrix, indices=chunk, limit=LONGEST_DM)
        row, node = np.nonzero(np.isfinite(cost))
        yield row + before, node, cost[row, node]
        before += len(chunk)


def counts(setting: Setting) -> Job:
    """Search from each asset with a limit, and bin what is reached."""
    town = setting.town()
    matrix = matrix_of(town)
    asked, share = asked_of(town, town.n_nodes)

    def one(category: int) -> Numbers:
        sums = np.zeros((len(CUT_OFFS_DM) + 1, town.n_nodes))
        for _, node, cost in within_reach(matrix, town.asset_node[town.assets_of(category)]):
            band = np.searchsorted(CUT_OFFS_DM, cost)
            flat = np.bincount(band * town.n_nodes + node, minlength=sums[:-1].size)
            sums[:-1] += flat.reshape(-1, town.n_nodes)
            sums[-1] += _added(node, gravity_weight(cost), town.n_nodes)
        sums[:-1] = np.cumsum(sums[:-1], axis=0)
        return sums

    return Job(lambda: {c: one(c) for c in asked}, answer_of(town, town.n_nodes), share)


def e2sfca(setting: Setting) -> Job:
    """Search from each supply with a limit; then two steps over the walks found."""
    town = setting.town()
    matrix = matrix_of(town)
    supplies = town.asset_node[town.assets_of(town.supply_category)]
    people = town.people.astype(float)

    def run() -> Numbers:
        found = [np.stack(part) for part in within_reach(matrix, supplies)]
        row, node, cost = np.concatenate(found, axis=1)
        supply, home = row.astype(np.int64), node.astype(np.int64)
        weight = catchment_weight(cost)
        demand = np.bincount(supply, people[home] * weight, minlength=len(supplies))
        return _added(home, weight / demand[supply], town.n_nodes)

    return Job(run, lambda found: found)


def _added(place: Ints, values: Numbers, size: int) -> Numbers:
    """Add up values by place."""
    sums: Numbers = np.bincount(place, values, minlength=size).astype(float)
    return sums


TASKS = {"counts": counts, "e2sfca": e2sfca}
