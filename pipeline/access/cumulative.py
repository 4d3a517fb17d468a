"""How much lies within so long a walk: cumulative opportunities.

The value of a home is Σ supply(a) over the distinct assets a with min over their entrances e of
walk(home, e) ≤ cut-off. With a supply of one each it is a number of assets; with hectares, the
area within reach. An asset counts once, however many entrances it has; a walk of exactly the
cut-off counts. See Geurs and van Wee (2004), Journal of Transport Geography 12:127–140, on
contour measures.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.access.standing import (
    Destinations,
    Floats,
    Origins,
    in_decimetres,
    states_of,
)
from pipeline.routing import Graph, tally


def assets_within(
    graph: Graph, origins: Origins, destinations: Destinations, cut_offs_m: Sequence[float]
) -> pd.DataFrame:
    """Count the distinct assets within each cut-off of each home.

    Parameters
    ----------
    graph
        The walking network.
    origins
        Where walks start; n rows.
    destinations
        Where they may end.
    cut_offs_m
        Rising, in metres; k of them.

    Returns
    -------
    pandas.DataFrame
        One column `n_within_{cut_off}_m` a cut-off, missing for homes off the network, and `state`
        of the last: `ok`, `true_zero`, or `unreachable` off the network; n rows.
    """
    return _within(graph, origins, destinations, cut_offs_m, "n_within", supply=None)


def supply_within(
    graph: Graph, origins: Origins, destinations: Destinations, cut_offs_m: Sequence[float]
) -> pd.DataFrame:
    """Add up what the assets within each cut-off of each home supply, such as hectares.

    Parameters
    ----------
    graph
        The walking network.
    origins
        Where walks start; n rows.
    destinations
        Where they may end, and what each asset supplies.
    cut_offs_m
        Rising, in metres; k of them.

    Returns
    -------
    pandas.DataFrame
        One column `supply_within_{cut_off}_m` a cut-off in the unit of the supply, missing for
        homes off the network, and `state`, as for `assets_within`; n rows.
    """
    return _within(
        graph, origins, destinations, cut_offs_m, "supply_within", supply=destinations.supply
    )


def _within(
    graph: Graph,
    origins: Origins,
    destinations: Destinations,
    cut_offs_m: Sequence[float],
    name: str,
    *,
    supply: Floats | None,
) -> pd.DataFrame:
    sums = np.zeros((len(origins.rows), len(cut_offs_m)))
    if len(destinations.assets):
        found, _ = tally(
            graph, origins.homes, destinations.doors,
            in_decimetres(cut_offs_m), supply,
        )  # fmt: skip
        sums = found.astype(float)
    values = origins.spread(sums, np.nan)
    table = pd.DataFrame(values, columns=[f"{name}_{cut_off:g}_m" for cut_off in cut_offs_m])
    return table.assign(state=states_of(origins, values[:, -1]))
