"""igraph: Dijkstra's search in C."""

from __future__ import annotations

import igraph
import numpy as np

from benchmarks.jobs import Job, Numbers, Setting
from benchmarks.supersource import in_metres, with_sources

MOST_NODES = 1.2e6


def nearest(setting: Setting) -> Job:
    """Search from a junction that leads to all assets of a category."""
    town = setting.town()
    tail, head, cost, n = with_sources(town)
    graph = igraph.Graph(n, np.column_stack([tail, head]).tolist(), directed=True)
    graph.es["cost"] = cost.tolist()
    asked = town.few_categories(MOST_NODES)

    def one(category: int) -> list[float]:
        found: list[float] = graph.distances(town.n_nodes + category, weights="cost")[0]
        return found

    def answer(found: dict[int, list[float]]) -> Numbers:
        return in_metres(town, {c: np.array(cost, dtype=float) for c, cost in found.items()})

    return Job(lambda: {c: one(c) for c in asked}, answer, len(asked) / town.n_categories)


TASKS = {"nearest": nearest}
