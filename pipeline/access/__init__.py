"""Walking access from every home to every category of asset.

One measure is one module: `nearest`, `cumulative`. Each takes homes and entrances that stand on
a network and returns one value a home; here they are gathered into one table.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.access.cumulative import assets_within
from pipeline.access.nearest import nearest_asset
from pipeline.config import CategoryRules, State, Walking
from pipeline.routing import Graph, as_graph

__all__ = ["assets_within", "measure_access", "nearest_asset"]


def measure_access(
    homes: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    rules: dict[str, CategoryRules],
    walking: Walking,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Measure, for every home and category, the nearest walk and what lies within reach.

    Parameters
    ----------
    homes
        Where walks start; n of them.
    entrances
        Where they may end.
    network
        What both stand on.
    rules
        The categories; c of them.
    walking
        Speed and minutes; a walk of exactly so many minutes counts.

    Returns
    -------
    tuple of pandas.DataFrame and dict
        n × c rows. `state` speaks of the nearest walk: `unreachable` where no street leads
        there, `no_data` where nothing of the category is known anywhere near. Counts are
        missing where a home is off the network or the category has no data, and 0 where
        nothing is within reach.
    """
    graph = as_graph(network)

    def one(category: str) -> pd.DataFrame:
        rows = entrances[entrances["category"] == category]
        is_known = len(rows) > 0 or rules[category].none_mapped_means == "none"
        return _of_category(category, graph, homes, rows, walking, is_known=is_known)

    with ThreadPoolExecutor() as pool:
        tables = list(pool.map(one, sorted(rules)))
    table = pd.concat(tables, ignore_index=True)
    for name in ("category", "nearest_asset", "state"):
        table[name] = table[name].astype("category")
    states = table["state"].value_counts()
    return table, {"answers": {str(k): int(v) for k, v in sorted(states.items())}}


def _of_category(
    category: str,
    graph: Graph,
    homes: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    walking: Walking,
    *,
    is_known: bool,
) -> pd.DataFrame:
    """Gather the measures of one category."""
    near = nearest_asset(graph, homes, entrances)
    within = assets_within(graph, homes, entrances, walking)
    is_attached = (homes["state"] == State.OK).to_numpy()
    state = np.where(near["nearest_m"].notna(), State.OK.value, State.UNREACHABLE.value)
    if not is_known:
        state[:] = State.NO_DATA.value
    has_answer = is_attached & is_known
    counts = within.astype(float).where(np.repeat(has_answer[:, None], within.shape[1], axis=1))
    return pd.DataFrame({"home_id": homes["home_id"].to_numpy(), "category": category}).join(
        [near, counts, pd.Series(state, name="state")]
    )
