"""networkx: Dijkstra's search in Python."""

from __future__ import annotations

import networkx as nx
import numpy as np

from benchmarks.jobs import (
    CUT_OFFS_DM,
    LONGEST_DM,
    Job,
    Numbers,
    Setting,
    gravity_weight,
    missing,
)
from benchmarks.networks import Town
from benchmarks.supersource import in_metres

MOST_NODES = 1.2e6
# Searches that counts are made from; beyond, only the rarer categories are asked for.
MOST_SEARCHES = 500


def _graph(town: Town) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(range(town.n_nodes))
    graph.add_weighted_edges_from(
        zip(town.start.tolist(), town.end.tolist(), town.length_dm.tolist(), strict=True)
    )
    return graph


def nearest(setting: Setting) -> Job:
    """Search once from all assets of a category."""
    town = setting.town()
    graph, asked = _graph(town), town.few_categories(MOST_NODES)
    nodes = {c: set(town.asset_node[town.assets_of(c)].tolist()) for c in asked}

    def answer(found: dict[int, dict[int, float]]) -> Numbers:
        table = {}
        for category, lengths in found.items():
            table[category] = np.full(town.n_nodes, np.inf)
            table[category][list(lengths)] = list(lengths.values())
        return in_metres(town, table)

    return Job(
        lambda: {c: nx.multi_source_dijkstra_path_length(graph, to) for c, to in nodes.items()},
        answer,
        len(asked) / town.n_categories,
    )


def counts(setting: Setting) -> Job:
    """Search from each asset with a cut-off, and bin what is reached."""
    town = setting.town()
    graph = _graph(town)
    sizes = np.bincount(town.category, minlength=town.n_categories)
    order = np.argsort(sizes, kind="stable")
    asked = order[np.cumsum(sizes[order]) <= MOST_SEARCHES].tolist() or [int(order[0])]

    def one(category: int) -> Numbers:
        sums = np.zeros((len(CUT_OFFS_DM) + 1, town.n_nodes))
        for asset in town.asset_node[town.assets_of(category)].tolist():
            lengths = nx.single_source_dijkstra_path_length(graph, asset, cutoff=LONGEST_DM)
            node, cost = np.array(list(lengths)), np.array(list(lengths.values()))
            np.add.at(sums, (np.searchsorted(CUT_OFFS_DM, cost), node), 1)
            sums[-1, node] += gravity_weight(cost)
        sums[:-1] = np.cumsum(sums[:-1], axis=0)
        return sums

    def answer(found: dict[int, Numbers]) -> Numbers:
        table = missing(town.n_categories, len(CUT_OFFS_DM) + 1, town.n_nodes)
        for category, sums in found.items():
            table[category] = sums
        return table

    share = float(sizes[asked].sum() / sizes.sum())
    return Job(lambda: {c: one(c) for c in asked}, answer, share)


TASKS = {"nearest": nearest, "counts": counts}
