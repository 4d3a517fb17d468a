"""cityseer: searches in Rust from every junction, on all cores.

It measures edges by their geometry and holds costs in single precision. So each edge is drawn
with a bend that gives it the length it should have (in a town at half its size, where no edge is
shorter than the straight line), and all lengths are made three hundred-thousandths shorter: a
walk of exactly 1,600 m then counts, and one of 1,600.1 m does not, whatever the rounding.
"""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely
from cityseer import config
from cityseer.metrics import layers
from cityseer.tools import io

from benchmarks.jobs import CUT_OFFS_M, DM_PER_M, SNAP_CAP_M, Job, Numbers, Setting, missing
from benchmarks.networks import Town

SHORTER = 1.0 - 3e-5
HALF = 0.5
CRS = "EPSG:32635"
# Junctions that are asked for; all are on the way.
MOST_ORIGINS = 60_000


def _bent(town: Town) -> list[shapely.LineString]:
    """Draw each edge as two straight pieces of the right length together."""
    ends = np.stack([town.start, town.end], axis=1)
    points = HALF * np.stack([town.x[ends], town.y[ends]], axis=2)
    across = points[:, 1] - points[:, 0]
    straight = np.hypot(across[:, 0], across[:, 1])
    length = town.length_dm / DM_PER_M * SHORTER
    rise = np.sqrt(np.maximum(length**2 - straight**2, 0.0)) / 2
    normal = np.column_stack([-across[:, 1], across[:, 0]])
    unit = normal / np.maximum(straight, 1e-9)[:, None]
    middle = points.mean(axis=1) + rise[:, None] * unit
    drawn = shapely.linestrings(np.stack([points[:, 0], middle, points[:, 1]], axis=1))
    return list(np.array(drawn))


def _graph(town: Town, origins: set[int]) -> nx.MultiGraph:
    graph = nx.MultiGraph()
    graph.graph["crs"] = CRS
    for node, (x, y) in enumerate(zip(town.x * HALF, town.y * HALF, strict=True)):
        graph.add_node(str(node), x=x, y=y, live=node in origins)
    for start, end, line in zip(town.start, town.end, _bent(town), strict=True):
        graph.add_edge(str(start), str(end), geom=line)
    return graph


def counts(setting: Setting) -> Job:
    """Ask for accessibilities, flat and decaying, for all categories in one pass."""
    config.QUIET_MODE = True
    town = setting.town()
    asked = np.arange(min(town.n_nodes, MOST_ORIGINS))
    nodes, _, structure = io.network_structure_from_nx(_graph(town, set(asked.tolist())))
    at = town.asset_node
    assets = gpd.GeoDataFrame(
        {"kind": [f"c{c}" for c in town.category]},
        geometry=gpd.points_from_xy(town.x[at] * HALF, town.y[at] * HALF), crs=CRS,
    )  # fmt: skip
    kinds = [f"c{c}" for c in range(town.n_categories)]

    def run() -> gpd.GeoDataFrame:
        return layers.compute_accessibilities(
            assets, "kind", kinds, nodes, structure, max_netw_assign_dist=SNAP_CAP_M,
            distances=list(CUT_OFFS_M), decay_fn={"flat": "1", "gravity": "exp(-p)"},
        )  # fmt: skip

    def answer(found: gpd.GeoDataFrame) -> Numbers:
        table = missing(town.n_categories, len(CUT_OFFS_M) + 1, town.n_nodes)
        ordered = found.loc[[str(node) for node in asked]]
        columns = [(c, "flat") for c in CUT_OFFS_M] + [(CUT_OFFS_M[-1], "gravity")]
        for category, kind in enumerate(kinds):
            for place, (cut_off, label) in enumerate(columns):
                table[category, place, asked] = ordered[f"cc_{kind}_{label}_{cut_off}"].to_numpy()
        return table

    return Job(run, answer, len(asked) / town.n_nodes)


TASKS = {"counts": counts}
