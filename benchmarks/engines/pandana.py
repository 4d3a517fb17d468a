"""pandana: contraction hierarchies in C++, a query a junction.

It cuts costs to thousandths of their unit, so whole decimetres lose nothing. It never looks
further than a distance fixed beforehand, and where it finds nothing it returns that distance.
"""

from __future__ import annotations

import numpy as np
import pandana
import pandas as pd

from benchmarks.jobs import CUT_OFFS_DM, DM_PER_M, LONGEST_DM, Job, Numbers, Setting, missing
from benchmarks.networks import Town

MOST_NODES = 1.2e6
# Up to here the junctions within reach of each fit in memory and are found beforehand.
PRECOMPUTED = 100_000


def _network(town: Town) -> pandana.Network:
    return pandana.Network(
        pd.Series(town.x), pd.Series(town.y), pd.Series(town.start), pd.Series(town.end),
        pd.DataFrame({"cost": town.length_dm.astype(float)}),
    )  # fmt: skip


def nearest(setting: Setting) -> Job:
    """Ask for the nearest point of interest within 1,600 m."""
    town = setting.town()
    network, asked = _network(town), town.few_categories(MOST_NODES)
    for category in asked:
        at = town.asset_node[town.assets_of(category)]
        network.set_pois(str(category), LONGEST_DM, 1, pd.Series(town.x[at]), pd.Series(town.y[at]))

    def answer(found: dict[int, pd.DataFrame]) -> Numbers:
        table = missing(town.n_categories, town.n_nodes)
        for category, frame in found.items():
            table[category] = frame[1].to_numpy() / DM_PER_M
        return table

    return Job(
        lambda: {c: network.nearest_pois(LONGEST_DM, str(c), num_pois=1) for c in asked},
        answer,
        len(asked) / town.n_categories,
    )


def counts(setting: Setting) -> Job:
    """Add up ones within each cut-off, and with its exponential decay within the longest."""
    town = setting.town()
    network, asked = _network(town), town.few_categories(MOST_NODES)
    for category in asked:
        network.set(pd.Series(town.asset_node[town.assets_of(category)]), name=str(category))
    if town.n_nodes <= PRECOMPUTED:
        network.precompute(LONGEST_DM)

    def one(category: int) -> Numbers:
        name = str(category)
        sums = [network.aggregate(c, type="sum", decay="flat", name=name) for c in CUT_OFFS_DM]
        sums.append(network.aggregate(LONGEST_DM, type="sum", decay="exp", name=name))
        return np.stack([column.to_numpy() for column in sums])

    def answer(found: dict[int, Numbers]) -> Numbers:
        table = missing(town.n_categories, len(CUT_OFFS_DM) + 1, town.n_nodes)
        for category, sums in found.items():
            table[category] = sums
        return table

    return Job(lambda: {c: one(c) for c in asked}, answer, len(asked) / town.n_categories)


TASKS = {"nearest": nearest, "counts": counts}
