"""rustworkx: Dijkstra's search in Rust; it asks Python for the cost of every edge."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import rustworkx as rx

from benchmarks.jobs import Job, Numbers, Setting
from benchmarks.supersource import in_metres, with_sources

MOST_NODES = 1.2e6


def nearest(setting: Setting) -> Job:
    """Search from a junction that leads to all assets of a category."""
    town = setting.town()
    tail, head, cost, n = with_sources(town)
    graph = rx.PyDiGraph(multigraph=True)
    graph.add_nodes_from(range(n))
    graph.add_edges_from(list(zip(tail.tolist(), head.tolist(), cost.astype(float).tolist(),
                                  strict=True)))  # fmt: skip
    asked = town.few_categories(MOST_NODES)

    def one(category: int) -> Mapping[int, float]:
        source = town.n_nodes + category
        lengths: Mapping[int, float] = rx.dijkstra_shortest_path_lengths(graph, source, float)
        return lengths

    def answer(found: dict[int, Mapping[int, float]]) -> Numbers:
        table = {}
        for category, lengths in found.items():
            table[category] = np.full(n, np.inf)
            table[category][list(lengths.keys())] = list(lengths.values())
        return in_metres(town, table)

    return Job(lambda: {c: one(c) for c in asked}, answer, len(asked) / town.n_categories)


TASKS = {"nearest": nearest}
