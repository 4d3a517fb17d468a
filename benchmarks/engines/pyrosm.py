"""pyrosm: its own reader, in Cython; the network is not contracted.

It decides otherwise than we do about squares, cycle paths and private ways, so that the length of
some kinds of street is compared.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyrosm

from benchmarks.jobs import STREETS, Job, Numbers, Setting


def read(setting: Setting) -> Job:
    """Read nodes and edges of the walking network."""

    def run() -> gpd.GeoDataFrame:
        # Its other backend keeps results on disk: a second reading would read nothing.
        held = pyrosm.OSM(str(setting.place), engine="in_memory")
        return held.get_network("walking", nodes=True)[1]

    def lengths(edges: gpd.GeoDataFrame) -> Numbers:
        metres = np.asarray(edges["length"], dtype=float)
        kind = edges["highway"].to_numpy()
        return np.array([np.nan, *(metres[kind == street].sum() for street in STREETS)])

    return Job(run, lengths)


TASKS = {"read": read}
