"""scipy.sparse.csgraph: Dijkstra's search over a sparse matrix, one core.

What is made of the costs is written as its documentation suggests: numpy over the tables that the
searches return, a row a source. `scipy_sparse` touches only what is reached.

Edge costs are whole decimetres held as floating-point numbers, so that sums and the limit are
exact. For homes, assets that stand on an edge become junctions that cut it; a home then lies
between two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from benchmarks.jobs import (
    CUT_OFFS_DM,
    DM_PER_M,
    LONGEST_DM,
    Job,
    LeftOut,
    Numbers,
    Setting,
    catchment_weight,
    gravity_weight,
    missing,
)
from benchmarks.networks import Homes, Ints, Town, homes_of

# Junctions × assets of one search at a time: 32 MB of costs.
AT_ONCE = 4_000_000
# Junctions × assets that counts are made for; beyond, only the rarer categories are asked for.
MOST_WALKS = 4e8


def _matrix(start: Ints, end: Ints, cost: Ints, n: int) -> sparse.csr_array:
    tail, head = np.concatenate([start, end]), np.concatenate([end, start])
    both = np.concatenate([cost, cost]).astype(float)
    return sparse.csr_array((both, (tail.astype(np.int32), head.astype(np.int32))), (n, n))


def matrix_of(town: Town) -> sparse.csr_array:
    """Return the costs of a town's edges, both ways, in decimetres."""
    return _matrix(town.start, town.end, town.length_dm, town.n_nodes)


def chunks(nodes: Ints, size: int) -> Iterator[Ints]:
    """Divide sources so that a table of their costs has a few million entries."""
    step = max(1, AT_ONCE // size)
    for begin in range(0, len(nodes), step):
        yield nodes[begin : begin + step]


def nearest(setting: Setting) -> Job:
    """Search once from all assets of a category, by `min_only`."""
    town = setting.town()
    matrix = matrix_of(town)
    nodes = [town.asset_node[town.assets_of(c)] for c in range(town.n_categories)]

    def run() -> list[Numbers]:
        return [csgraph.dijkstra(matrix, indices=to, min_only=True) for to in nodes]

    return Job(run, lambda found: np.stack(found) / DM_PER_M)


def counts(setting: Setting) -> Job:
    """Search from each asset with a limit, and compare the table of costs with each cut-off."""
    town = setting.town()
    matrix = matrix_of(town)
    asked, share = asked_of(town, town.n_nodes)

    def one(category: int) -> Numbers:
        return added_up(
            csgraph.dijkstra(matrix, indices=chunk, limit=LONGEST_DM)
            for chunk in chunks(town.asset_node[town.assets_of(category)], town.n_nodes)
        )

    return Job(lambda: {c: one(c) for c in asked}, answer_of(town, town.n_nodes), share)


def added_up(tables: Iterable[Numbers]) -> Numbers:
    """Add up, over the rows of tables of costs, what is within each cut-off, and weights.

    Parameters
    ----------
    tables
        Costs in decimetres, a row an asset; infinite where nothing is reached.

    Returns
    -------
    numpy.ndarray
        One row a cut-off, and one for the sums of weights.
    """
    rows = (
        np.stack([*((cost <= cut_off).sum(axis=0) for cut_off in CUT_OFFS_DM),
                  gravity_weight(cost).sum(axis=0)])
        for cost in tables
    )  # fmt: skip
    return sum(rows, start=np.zeros(1))


def asked_of(town: Town, n_origins: int) -> tuple[list[int], float]:
    """Return the categories that counts are made for, and their share of all assets."""
    sizes = np.bincount(town.category, minlength=town.n_categories)
    order = np.argsort(sizes, kind="stable")
    few = order[np.cumsum(sizes[order]) * n_origins <= MOST_WALKS].tolist() or [int(order[0])]
    return few, float(sizes[few].sum() / sizes.sum())


def answer_of(town: Town, n_origins: int) -> Callable[[dict[int, Numbers]], Numbers]:
    """Return what makes an answer of sums by category."""

    def answer(found: dict[int, Numbers]) -> Numbers:
        table = missing(town.n_categories, len(CUT_OFFS_DM) + 1, n_origins)
        for category, sums in found.items():
            table[category] = sums
        return table

    return answer


def e2sfca(setting: Setting) -> Job:
    """Search from each supply with a limit; each shares itself out over a row of weights."""
    town = setting.town()
    matrix = matrix_of(town)
    supplies = town.asset_node[town.assets_of(town.supply_category)]
    if len(supplies) * town.n_nodes > MOST_WALKS:
        raise LeftOut(f"a table of {len(supplies):,} × {town.n_nodes:,} costs takes minutes")
    people = town.people.astype(float)

    def run() -> Numbers:
        each = np.zeros(town.n_nodes)
        for chunk in chunks(supplies, town.n_nodes):
            weight = catchment_weight(csgraph.dijkstra(matrix, indices=chunk, limit=LONGEST_DM))
            each += (1.0 / (weight @ people)) @ weight
        return each

    return Job(run, lambda found: found)


# --- homes ---------------------------------------------------------------------------------------


class _Cut:
    """A town whose edges are cut where assets stand on them, and homes between two cuts."""

    def __init__(self, town: Town, homes: Homes) -> None:
        n, length = town.n_nodes, town.length_dm
        edges = np.arange(len(length))
        edge = np.concatenate([edges, town.asset_edge, edges])
        along = np.concatenate([np.zeros(len(edges), np.int64), town.asset_along_dm, length])
        node = np.concatenate([town.start, n + np.arange(len(town.asset_edge)), town.end])
        # Along each edge: its start, the assets, its end.
        rank = np.repeat([0, 1, 2], [len(edges), len(town.asset_edge), len(edges)])
        order = np.lexsort((rank, along, edge))
        edge, along, node = edge[order], along[order], node[order]
        on_same = edge[:-1] == edge[1:]
        # Where an asset stands on a junction, or on another asset, there is no way between them,
        # and a cost of nothing is no entry of a sparse matrix: both are one junction.
        step = np.diff(along)[on_same]
        tail, head = node[:-1][on_same], node[1:][on_same]
        size = n + len(town.asset_edge)
        self.same = _merged(tail[step == 0], head[step == 0], size)
        tail, head = self.same[tail], self.same[head]
        self.matrix = _shortest(tail[step > 0], head[step > 0], step[step > 0], size)
        self.asset = self.same[n + np.arange(len(town.asset_edge))]
        key, longest = edge * (length.max() + 1) + along, length.max() + 1
        after = np.searchsorted(key, homes.edge * longest + homes.along_dm, side="right")
        after = np.minimum(after, np.searchsorted(edge, homes.edge, side="right") - 1)
        self.before, self.after = self.same[node[after - 1]], self.same[node[after]]
        self.back = homes.along_dm - along[after - 1] + homes.snap_dm
        self.ahead = along[after] - homes.along_dm + homes.snap_dm

    def costs(self, at_junctions: Numbers) -> Numbers:
        """Return the costs of homes, given those of junctions on the last axis."""
        best: Numbers = np.minimum(
            at_junctions[..., self.before] + self.back, at_junctions[..., self.after] + self.ahead
        )
        return best


def _merged(one: Ints, other: Ints, size: int) -> Ints:
    """Give junctions with no way between them one number."""
    joined = sparse.coo_array((np.ones(len(one), np.int8), (one, other)), (size, size))
    _, label = csgraph.connected_components(joined, directed=False)
    lowest = np.full(int(label.max()) + 1, size)
    np.minimum.at(lowest, label, np.arange(size))
    numbers: Ints = lowest[label]
    return numbers


def _shortest(tail: Ints, head: Ints, cost: Ints, size: int) -> sparse.csr_array:
    """Keep the cheapest of edges between the same two junctions; a matrix would add them up."""
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    order = np.lexsort((cost, high, low))
    _, first = np.unique(low[order] * size + high[order], return_index=True)
    kept = order[first]
    return _matrix(low[kept], high[kept], cost[kept], size)


def nearest_homes(setting: Setting) -> Job:
    """Take the better of the two junctions or assets that a home lies between."""
    town = setting.town()
    cut = _Cut(town, setting.homes(town))
    assets = [cut.asset[town.assets_of(c)] for c in range(town.n_categories)]
    searched = [csgraph.dijkstra(cut.matrix, indices=to, min_only=True) for to in assets]
    return Job(
        lambda: [cut.costs(cost) for cost in searched], lambda found: np.stack(found) / DM_PER_M
    )


def counts_homes(setting: Setting) -> Job:
    """Search from each asset with a limit, and test every home."""
    town = setting.town()
    homes = homes_of(town, town.n_nodes)
    cut = _Cut(town, homes)
    asked, share = asked_of(town, len(homes.edge))

    def one(category: int) -> Numbers:
        return added_up(
            cut.costs(csgraph.dijkstra(cut.matrix, indices=chunk, limit=LONGEST_DM))
            for chunk in chunks(cut.asset[town.assets_of(category)], cut.matrix.shape[0])
        )

    return Job(lambda: {c: one(c) for c in asked}, answer_of(town, len(homes.edge)), share)


TASKS = {
    "nearest": nearest,
    "counts": counts,
    "e2sfca": e2sfca,
    "nearest_homes": nearest_homes,
    "counts_homes": counts_homes,
}
