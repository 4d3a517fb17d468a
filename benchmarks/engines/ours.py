"""Our engine, on all cores as `pipeline.access` uses it: a thread a category."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.jobs import (
    CATCHMENT_M,
    CUT_OFFS_DM,
    DM_PER_M,
    LONGEST_DM,
    SNAP_CAP_M,
    STREETS,
    Job,
    Numbers,
    Setting,
    gravity_weight,
    neighbourhoods_in,
    points_in,
)
from benchmarks.networks import Homes, Town, homes_of, walking_network
from pipeline import homes as homes_step
from pipeline import routing
from pipeline.access.floating_catchment import supply_per_person
from pipeline.access.impedance import stepped
from pipeline.access.standing import Destinations, Origins
from pipeline.config import State
from pipeline.cores import on_all_cores
from pipeline.routing import Doors, Graph
from pipeline.snapping import snap

_UPPER_HALF = 32


def _graph(town: Town) -> Graph:
    return routing.as_graph(
        pd.DataFrame(
            {
                "edge_id": np.arange(len(town.start)),
                "start": town.start,
                "end": town.end,
                "length_dm": town.length_dm,
            }
        )
    )


def _at_nodes(town: Town, nodes: routing.Ints) -> routing.Stands:
    """Stand points on junctions: at one end of an edge that meets there."""
    edge, along = np.zeros(town.n_nodes, np.int64), np.zeros(town.n_nodes, np.int64)
    numbers = np.arange(len(town.start))
    edge[town.end], along[town.end] = numbers, town.length_dm
    edge[town.start], along[town.start] = numbers, 0
    return routing.Stands(edge[nodes], along[nodes], np.zeros(len(nodes), np.int64))


def _stands(homes: Homes) -> routing.Stands:
    return routing.Stands(homes.edge, homes.along_dm, homes.snap_dm)


def _all(work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    return list(on_all_cores(work, items))


def _doors(town: Town, graph: Graph, *, on_edges: bool) -> list[Doors]:
    """Return, category by category, where the assets stand."""
    found = []
    for category in range(town.n_categories):
        assets = town.assets_of(category)
        edge, along = town.asset_edge[assets], town.asset_along_dm[assets]
        stands = (
            routing.Stands(edge, along, np.zeros(len(assets), np.int64))
            if on_edges
            else _at_nodes(town, town.asset_node[assets])
        )
        found.append(Doors.of(graph, stands, np.arange(len(assets))))
    return found


def _metres(labels: Iterable[routing.Ints]) -> Numbers:
    cost = np.stack(list(labels)) >> _UPPER_HALF
    return np.where(cost < routing.FAR, cost / DM_PER_M, np.inf)


# --- walking -------------------------------------------------------------------------------------


def nearest(setting: Setting) -> Job:
    """Search once from all assets of a category."""
    town = setting.town()
    graph = _graph(town)
    doors = _doors(town, graph, on_edges=False)
    return Job(lambda: _all(lambda to: routing.search_nearest(graph, to), doors), _metres)


def counts(setting: Setting) -> Job:
    """Search from each asset as far as the longest cut-off, for every junction."""
    town = setting.town()
    graph = _graph(town)
    return _tallied(town, graph, routing.Homes.at_junctions(graph), on_edges=False)


def counts_homes(setting: Setting) -> Job:
    """Search from each asset as far as the longest cut-off, for homes on edges."""
    town = setting.town()
    graph = _graph(town)
    homes = routing.Homes.of(graph, _stands(homes_of(town, town.n_nodes)))
    return _tallied(town, graph, homes, on_edges=True)


def _tallied(town: Town, graph: Graph, homes: routing.Homes, *, on_edges: bool) -> Job:
    doors = _doors(town, graph, on_edges=on_edges)
    weights = gravity_weight(np.arange(LONGEST_DM + 1, dtype=float))

    def one(to: Doors) -> tuple[Any, Any]:
        return routing.tally(graph, homes, to, CUT_OFFS_DM, weights=weights)

    def answer(found: list[tuple[Any, Any]]) -> Numbers:
        return np.stack([np.column_stack(pair).T for pair in found], dtype=float)

    return Job(lambda: _all(one, doors), answer)


def nearest_homes(setting: Setting) -> Job:
    """Take the better of a home's two ends, or an asset on its own edge."""
    town = setting.town()
    graph = _graph(town)
    homes = routing.Homes.of(graph, _stands(setting.homes(town)))
    doors = _doors(town, graph, on_edges=True)
    searched = _all(lambda to: (routing.search_nearest(graph, to), to), doors)

    def answer(found: list[routing.Ints]) -> Numbers:
        laid = _metres(found)
        given = np.empty_like(laid)
        given[:, homes.order] = laid
        return given

    return Job(lambda: _all(lambda to: routing.nearest_at_homes(homes, *to), searched), answer)


def e2sfca(setting: Setting) -> Job:
    """Share one category out over the people who reach it."""
    town = setting.town()
    graph, everywhere = _graph(town), np.arange(town.n_nodes)
    origins = Origins(
        routing.Homes.at_junctions(graph), everywhere, town.n_nodes, np.asarray(town.people, float)
    )
    assets = town.asset_node[town.assets_of(town.supply_category)]
    names = [f"{number:06}" for number in range(len(assets))]
    to = Destinations.of(graph, _table(_at_nodes(town, assets)).assign(asset_id=names))
    impedance, longest_m = (
        stepped(list(CATCHMENT_M), list(CATCHMENT_M.values())),
        LONGEST_DM / DM_PER_M,
    )
    return Job(
        lambda: supply_per_person(graph, origins, to, impedance, longest_m)[0],
        lambda found: found["supply_per_person"].to_numpy(float),
    )


def _table(stands: routing.Stands) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "edge_id": stands.edge,
            "along_dm": stands.along,
            "snap_dm": stands.snap,
            "state": State.OK.value,
        }
    )


# --- reading, snapping, assigning ----------------------------------------------------------------


def read(setting: Setting) -> Job:
    """Read an OpenStreetMap file and contract its walking network."""

    def lengths(network: gpd.GeoDataFrame) -> Numbers:
        by_kind = network.groupby("highway")["length_dm"].sum().reindex(STREETS, fill_value=0)
        return np.array([network["length_dm"].sum(), *by_kind]) / DM_PER_M

    return Job(lambda: walking_network(setting.place), lengths)


def snapping(setting: Setting) -> Job:
    """Attach points to the network."""
    network = gpd.read_parquet(setting.network_file)
    points = np.array(shapely.points(points_in(network.total_bounds)))

    def answer(found: pd.DataFrame) -> Numbers:
        away = found["snap_dm"].to_numpy(float) / DM_PER_M
        return np.where(found["edge_id"] >= 0, away, np.inf)

    return Job(lambda: snap(points, network, SNAP_CAP_M), answer)


def assign(setting: Setting) -> Job:
    """Find the neighbourhood of each home as the homes step does."""
    network = gpd.read_parquet(setting.network_file)
    bounds = network.total_bounds
    points = gpd.GeoDataFrame(
        {"number": np.arange(len(points_in(bounds)))},
        geometry=shapely.points(points_in(bounds)), crs=network.crs,
    )  # fmt: skip
    areas = neighbourhoods_in(bounds, network.crs)

    def answer(found: gpd.GeoDataFrame) -> Numbers:
        numbers = np.full(len(points), np.nan)
        numbers[found["number"]] = found["neighbourhood_id"].str[1:].astype(float)
        return numbers

    return Job(lambda: homes_step._in_neighbourhoods(points, areas), answer)  # noqa: SLF001


TASKS = {
    "nearest": nearest,
    "counts": counts,
    "e2sfca": e2sfca,
    "nearest_homes": nearest_homes,
    "counts_homes": counts_homes,
    "read": read,
    "snap": snapping,
    "assign": assign,
}
