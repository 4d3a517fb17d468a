"""How much lies within reach when nearer counts for more: potential accessibility.

The value of a home is Σ supply(a) × f(walk(home, a)) over all assets a no further away than the
longest walk, where walk is the cheapest over the entrances of a, and f the impedance. In units of
the supply: assets, or hectares, "as good as at the door". See Hansen (1959), Journal of the
American Institute of Planners 25:73–76.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.access.impedance import Impedance, as_table
from pipeline.access.standing import Destinations, Origins, in_decimetres, states_of
from pipeline.routing import Graph, tally


def potential(
    graph: Graph,
    origins: Origins,
    destinations: Destinations,
    impedance: Impedance,
    longest_m: float,
) -> pd.DataFrame:
    """Add up what lies within reach of each home, weighted by how far it is.

    Parameters
    ----------
    graph
        The walking network.
    origins
        Where walks start; n rows.
    destinations
        Where they may end, and what each asset supplies.
    impedance
        Costs in metres to weights.
    longest_m
        Walks longer than this are not looked at, in metres.

    Returns
    -------
    pandas.DataFrame
        `potential` in the unit of the supply, missing for homes off the network, and `state`:
        `ok`, `true_zero`, or `unreachable` off the network; n rows in the order of the homes.
    """
    sums = np.zeros(len(origins.rows))
    if len(destinations.assets):
        cut_offs = in_decimetres([longest_m])
        _, sums = tally(
            graph, origins.homes, destinations.doors, cut_offs,
            destinations.supply, as_table(impedance, int(cut_offs[-1])),
        )  # fmt: skip
    values = origins.spread(sums, np.nan)
    return pd.DataFrame({"potential": values, "state": states_of(origins, values)})
