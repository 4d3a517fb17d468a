"""How far it is to the nearest asset, and which one that is.

The value of a home is min over all entrances e of walk(home, e), in metres, both snap legs
included; the asset is the one that entrance leads into. Of two assets equally near, the one whose
name comes first. Missing where the home is off the network or no entrance can be reached. See
Geurs and van Wee (2004), Journal of Transport Geography 12:127–140, on distance measures.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.access.standing import Standing
from pipeline.routing import DM_PER_M, Graph, nearest


def nearest_asset(
    graph: Graph, homes: gpd.GeoDataFrame, entrances: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Find the nearest asset of each home.

    Parameters
    ----------
    graph
        The walking network.
    homes
        Where walks start; n of them.
    entrances
        The entrances of one category.

    Returns
    -------
    pandas.DataFrame
        `nearest_m` in metres (missing where there is none) and `nearest_asset` (empty where
        there is none); n rows in the order of `homes`.
    """
    at = Standing.of(homes, entrances)
    metres = np.full(len(homes), np.nan)
    names = np.full(len(homes), "", dtype=object)
    if len(at.assets):
        cost, number = nearest(graph, at.homes, at.entrances, at.asset)
        is_reached = cost >= 0
        rows = at.home_rows[is_reached]
        metres[rows] = cost[is_reached] / DM_PER_M
        names[rows] = at.assets[number[is_reached]]
    return pd.DataFrame({"nearest_m": metres, "nearest_asset": names})
