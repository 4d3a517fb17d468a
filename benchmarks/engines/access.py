"""The PySAL package `access`: floating catchments over a table of costs.

It searches no network: the costs are found beforehand with scipy and are no part of its time.
"""

from __future__ import annotations

import access
import numpy as np
import pandas as pd

from benchmarks.engines.scipy import matrix_of
from benchmarks.engines.scipy_sparse import within_reach
from benchmarks.jobs import CATCHMENT_M, DM_PER_M, LONGEST_DM, Job, LeftOut, Numbers, Setting

MOST_WALKS = 10_000_000


def e2sfca(setting: Setting) -> Job:
    """Ask for the enhanced two-step measure with the same stepped weights."""
    town = setting.town()
    supplies = town.asset_node[town.assets_of(town.supply_category)]
    found = [np.stack(part) for part in within_reach(matrix_of(town), supplies)]
    row, node, cost = np.concatenate(found, axis=1)
    if len(cost) > MOST_WALKS:
        raise LeftOut(f"a table of {len(cost):,} walks takes minutes")
    costs = pd.DataFrame(
        {"home": node.astype(np.int64), "supply": row.astype(np.int64), "cost": cost / DM_PER_M}
    )
    demand = pd.DataFrame({"home": np.arange(town.n_nodes), "people": town.people})
    supply = pd.DataFrame({"supply": np.arange(len(supplies)), "places": 1.0})
    held = access.Access(
        demand_df=demand, demand_index="home", demand_value="people", supply_df=supply,
        supply_index="supply", supply_value=["places"], cost_df=costs, cost_origin="home",
        cost_dest="supply", cost_name="cost",
    )  # fmt: skip
    steps = access.weights.step_fn(CATCHMENT_M)

    def run() -> pd.DataFrame:
        frame: pd.DataFrame = held.enhanced_two_stage_fca(
            name="e2sfca", max_cost=LONGEST_DM / DM_PER_M, weight_fn=steps
        )
        return frame

    def answer(frame: pd.DataFrame) -> Numbers:
        return frame["e2sfca_places"].reindex(range(town.n_nodes)).fillna(0.0).to_numpy()

    return Job(run, answer)


TASKS = {"e2sfca": e2sfca}
