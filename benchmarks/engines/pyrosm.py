"""pyrosm: its own reader, in Cython, and its own contraction into a graph of igraph.

It decides otherwise than we do about squares, cycle paths and private ways, so that the length of
some kinds of street is compared.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyrosm

from benchmarks.jobs import STREETS, Job, Numbers, Setting


def read(setting: Setting) -> Job:
    """Read nodes and edges of the walking network, and contract it."""

    def run() -> tuple[gpd.GeoDataFrame, object]:
        # Its other backend keeps results on disk: a second reading would read nothing.
        held = pyrosm.OSM(str(setting.place), engine="in_memory")
        nodes, edges = held.get_network("walking", nodes=True)
        return edges, held.to_graph(nodes, edges, network_type="walking", retain_all=True)

    def lengths(found: tuple[gpd.GeoDataFrame, object]) -> Numbers:
        edges, _ = found
        metres = np.asarray(edges["length"], dtype=float)
        kind = edges["highway"].to_numpy()
        return np.array([np.nan, *(metres[kind == street].sum() for street in STREETS)])

    return Job(run, lengths)


TASKS = {"read": read}
