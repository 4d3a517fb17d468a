"""osmnx: streets from XML, contracted; points to the nearest edge through a tree of edges.

It does not read the packed form: the streets of the file are turned into XML beforehand, which is
no part of its time, and neither is leaving out what is not walked.
"""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx

from benchmarks.jobs import SNAP_CAP_M, STREETS, Job, Numbers, Setting, missing, points_in


def read(setting: Setting) -> Job:
    """Read the streets and simplify their graph; all connected parts are kept."""

    def length(graph: nx.MultiDiGraph) -> Numbers:
        undirected = osmnx.convert.to_undirected(graph)
        total = sum(metres for *_, metres in undirected.edges(data="length"))
        return np.array([total, *missing(len(STREETS))])

    return Job(
        lambda: osmnx.graph_from_xml(setting.xml, bidirectional=True, retain_all=True), length
    )


def snap(setting: Setting) -> Job:
    """Find the nearest edges of a graph that holds what one can step onto."""
    network = gpd.read_parquet(setting.network_file)
    points = points_in(network.total_bounds)
    graph = nx.MultiDiGraph(crs=network.crs)
    steps_on = network[network["is_snappable"] & ~network["is_bridge_or_tunnel"]]
    for start, end, line in zip(steps_on["start"], steps_on["end"], steps_on.geometry, strict=True):
        (x, y), (to_x, to_y) = line.coords[0], line.coords[-1]
        graph.add_node(start, x=x, y=y)
        graph.add_node(end, x=to_x, y=to_y)
        graph.add_edge(start, end, geometry=line, length=line.length)

    def run() -> Numbers:
        away: Numbers = osmnx.distance.nearest_edges(
            graph, points[:, 0], points[:, 1], return_dist=True
        )[1]
        return away

    return Job(run, lambda away: np.where(away <= SNAP_CAP_M, away, np.inf))


TASKS = {"read": read, "snap": snap}
