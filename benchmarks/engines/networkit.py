"""NetworKit: Dijkstra's search in C++, one core a search."""

from __future__ import annotations

import networkit as nk
import numpy as np

from benchmarks.jobs import Job, Numbers, Setting
from benchmarks.supersource import in_metres, with_sources

# What it returns for junctions that cannot be reached.
UNREACHED = np.finfo(float).max


def nearest(setting: Setting) -> Job:
    """Search from a junction that leads to all assets of a category."""
    town = setting.town()
    tail, head, cost, n = with_sources(town)
    graph = nk.GraphFromCoo((cost.astype(float), (tail, head)), n=n, weighted=True, directed=True)

    def one(category: int) -> Numbers:
        search = nk.distance.Dijkstra(graph, town.n_nodes + category, storePaths=False)
        search.run()
        return np.asarray(search.getDistances(asarray=True))

    def answer(found: dict[int, Numbers]) -> Numbers:
        known = {c: np.where(cost < UNREACHED, cost, np.inf) for c, cost in found.items()}
        return in_metres(town, known)

    return Job(lambda: {c: one(c) for c in range(town.n_categories)}, answer)


TASKS = {"nearest": nearest}
