"""How far it is to the nearest asset, which one that is, and how far to the k-th nearest.

The value of a home is min over all entrances e of walk(home, e), in metres, both snap legs
included; the asset is the one that entrance leads into. Of two assets equally near, the one whose
name comes first. The k-th nearest asset is the k-th smallest of the assets' own minima: it says
whether there is a choice. Missing where the home is off the network or no entrance, or fewer
than k assets, can be reached. See Geurs and van Wee (2004), Journal of Transport Geography
12:127–140, on distance measures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.access.standing import Destinations, Floats, Origins, Texts
from pipeline.config import State
from pipeline.routing import DM_PER_M, Graph, Ints, k_nearest, nearest


def nearest_asset(graph: Graph, origins: Origins, destinations: Destinations) -> pd.DataFrame:
    """Find the nearest asset of each home.

    Parameters
    ----------
    graph
        The walking network.
    origins
        Where walks start; n rows.
    destinations
        Where they may end.

    Returns
    -------
    pandas.DataFrame
        `nearest_m` in metres (missing where there is none), `nearest_asset` (empty where there
        is none) and `state` (`ok` or `unreachable`); n rows in the order of the homes.
    """
    metres = np.full(origins.n, np.nan)
    names = np.full(origins.n, "", dtype=object)
    if len(destinations.assets):
        cost, number = nearest(graph, origins.homes, destinations.doors)
        is_reached = cost >= 0
        rows = origins.rows[is_reached]
        metres[rows] = cost[is_reached] / DM_PER_M
        names[rows] = destinations.assets[number[is_reached]]
    return pd.DataFrame(
        {"nearest_m": metres, "nearest_asset": names, "state": _reached_or_not(metres)}
    )


def kth_nearest(graph: Graph, origins: Origins, destinations: Destinations, k: int) -> pd.DataFrame:
    """Find how far the k-th nearest asset of each home is.

    Parameters
    ----------
    graph
        The walking network.
    origins
        Where walks start; n rows.
    destinations
        Where they may end.
    k
        1 for the nearest.

    Returns
    -------
    pandas.DataFrame
        `kth_nearest_m` in metres (missing where fewer than k can be reached) and `state`; n rows
        in the order of the homes.
    """
    metres = np.full(origins.n, np.nan)
    if len(destinations.assets) >= k:
        costs = _costs(graph, origins, destinations, k)
        metres[origins.rows] = np.where(costs >= 0, costs / DM_PER_M, np.nan)
    return pd.DataFrame({"kth_nearest_m": metres, "state": _reached_or_not(metres)})


def _costs(graph: Graph, origins: Origins, destinations: Destinations, k: int) -> Ints:
    costs, _ = k_nearest(graph, origins.homes, destinations.doors, k)
    last: Ints = costs[:, k - 1]
    return last


def _reached_or_not(metres: Floats) -> Texts:
    return np.where(np.isnan(metres), State.UNREACHABLE.value, State.OK.value).astype(object)
