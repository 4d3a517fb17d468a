"""How many assets lie within so many minutes: cumulative opportunities.

The value of a home is the number of distinct assets a with min over their entrances e of
walk(home, e) ≤ minutes × speed. An asset counts once, however many entrances it has; a walk of
exactly the cut-off counts. See Geurs and van Wee (2004), Journal of Transport Geography
12:127–140, on contour measures.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.access.standing import Standing
from pipeline.config import Walking
from pipeline.routing import DM_PER_M, Graph, count_within


def assets_within(
    graph: Graph, homes: gpd.GeoDataFrame, entrances: gpd.GeoDataFrame, walking: Walking
) -> pd.DataFrame:
    """Count the distinct assets within each number of minutes of each home.

    Parameters
    ----------
    graph
        The walking network.
    homes
        Where walks start; n of them.
    entrances
        The entrances of one category.
    walking
        Speed and minutes.

    Returns
    -------
    pandas.DataFrame
        One column `n_within_{minutes}_min` for each number of minutes; n rows in the order of
        `homes`; 0 for homes that are off the network.
    """
    at = Standing.of(homes, entrances)
    counts = np.zeros((len(homes), len(walking.minutes)), dtype=np.int64)
    if len(at.assets):
        metres = np.array(walking.minutes) * walking.speed_m_per_min
        # Rounded down: a cut-off of 333.33 m does not let in a walk of 333.4 m.
        cut_offs = np.floor(np.round(metres * DM_PER_M, 6)).astype(np.int64)
        counts[at.home_rows] = count_within(graph, at.homes, at.entrances, at.asset, cut_offs)
    return pd.DataFrame(counts, columns=[f"n_within_{m}_min" for m in walking.minutes])
