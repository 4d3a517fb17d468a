"""The measures again, by other means: networkx on streets cut at every point, then a full matrix.

No line is shared with the engine. A street is cut where a home or an entrance stands on it, each
point hangs from there by its leg, and networkx walks from there to everywhere. The measures are
then their formulas, written over the matrix of all walks.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from access.fca import three_stage_fca, two_stage_fca

from pipeline.access import (
    Destinations,
    Origins,
    assets_within,
    kth_nearest,
    nearest_asset,
    potential,
    supply_per_person,
    supply_within,
)
from pipeline.access.floating_catchment import Form
from pipeline.access.impedance import gaussian, negative_exponential, stepped
from pipeline.routing import as_graph

Floats = npt.NDArray[np.float64]
Weigh = Callable[[Floats], Floats]

CUT_OFFS = (400.0, 800.0, 1200.0)
LONGEST = 1200.0
STEPS = {400.0: 1.0, 800.0: 0.68, 1200.0: 0.22}


def part_of(cost: int, along: int, length: int) -> int:
    """Share a cost out over a part of a street, halves rounded up."""
    return int(Fraction(cost * along, max(length, 1)) + Fraction(1, 2))


@dataclass(frozen=True)
class Town:
    """Tables as the steps leave them; `homes` have `people`, `supply` is by `asset_id`."""

    network: pd.DataFrame
    homes: pd.DataFrame
    entrances: pd.DataFrame
    supply: pd.Series
    ground: pd.DataFrame | None = None


def whole(table: pd.DataFrame, *columns: str) -> list[list[int]]:
    """Take rows as plain whole numbers."""
    rows: list[list[int]] = table[list(columns)].to_numpy().astype(np.int64).tolist()
    return rows


def cut(town: Town) -> nx.DiGraph:
    """Cut streets at all points; every link costs decimetres in the direction that it leads."""
    streets = town.network.set_index("edge_id")
    costs = streets.assign(
        forward_dm=streets["length_dm"], backward_dm=streets["length_dm"], is_open=True
    )
    if town.ground is not None:
        costs.update(town.ground.set_index("edge_id"))
    costs = costs[costs["is_open"].astype(bool)].reset_index()
    graph = nx.DiGraph()
    feet = _hang(town, graph, set(costs["edge_id"]))
    columns = ("edge_id", "start", "end", "length_dm", "forward_dm", "backward_dm")
    for edge, start, end, length, there, back in whole(costs, *columns):
        stops: list[tuple[Any, int, int]] = [(start, 0, 0)]
        for along in sorted(feet.get(edge, set())):
            ways = part_of(there, along, length), part_of(back, along, length)
            stops.append((("foot", edge, along), *ways))
        stops.append((end, there, back))
        for (a, out_a, back_a), (b, out_b, back_b) in pairwise(stops):
            _link(graph, a, b, out_b - out_a)
            _link(graph, b, a, back_b - back_a)
    return graph


def _hang(town: Town, graph: nx.DiGraph, open_edges: set[int]) -> dict[int, set[int]]:
    """Hang homes and doors by their legs; return where they stand on each street."""
    feet: dict[int, set[int]] = {}
    for kind, points in (("home", town.homes), ("door", town.entrances)):
        for at, (edge, along, snap) in enumerate(whole(points, "edge_id", "along_dm", "snap_dm")):
            if edge in open_edges:
                feet.setdefault(edge, set()).add(along)
                leaf, foot = (kind, at), ("foot", edge, along)
                here, there = (leaf, foot) if kind == "home" else (foot, leaf)
                _link(graph, here, there, snap)
    return feet


def _link(graph: nx.DiGraph, a: object, b: object, cost: int) -> None:
    """Of two ways between the same places keep the cheaper."""
    if not graph.has_edge(a, b) or graph[a][b]["cost"] > cost:
        graph.add_edge(a, b, cost=cost)


def walks_of(town: Town, assets: Sequence[str] | None = None) -> pd.DataFrame:
    """Walk from every home (rows) to every asset (columns): metres, endless where none leads."""
    against = cut(town).reverse(copy=False)
    columns = {}
    names = town.entrances["asset_id"].to_numpy()
    for asset in sorted(set(names) if assets is None else set(assets)):
        doors = [("door", at) for at in np.flatnonzero(names == asset) if ("door", at) in against]
        reached = (
            nx.multi_source_dijkstra_path_length(against, doors, weight="cost") if doors else {}
        )
        columns[asset] = [reached.get(("home", at), np.inf) / 10 for at in range(len(town.homes))]
    return pd.DataFrame(columns, index=range(len(town.homes)), dtype=float)


# --- formulas over the matrix ---------------------------------------------------------------------


def catchment(
    walks: pd.DataFrame, form: Form, weigh: Weigh, people: Floats, supply: Floats
) -> Floats:
    """Share supply out as the papers write it, home by home and asset by asset."""
    metres = walks.to_numpy()
    is_near = metres <= LONGEST
    f = np.where(is_near, 1.0 if form == "2sfca" else weigh(np.where(is_near, metres, 0.0)), 0.0)
    g = np.ones_like(f)
    if form == "3sfca":
        total = f.sum(axis=1, keepdims=True)
        g = np.divide(f, total, out=np.zeros_like(f), where=total > 0)
    demand = (people[:, None] * f * g).sum(axis=0)
    ratio = np.divide(supply, demand, out=np.zeros_like(demand), where=demand > 0)
    answers: Floats = (ratio * f * (f if form == "m2sfca" else g)).sum(axis=1)
    return answers


def catchment_by_pysal(
    walks: pd.DataFrame, form: Form, weigh: Weigh, people: Floats, supply: Floats
) -> Floats:
    """Let the `access` package share supply out, from the same walks.

    Where nobody lives who might share it the package divides by nothing and says that supply is
    endless; we say that none of it is shared. There it is given nothing to share.
    """
    supply = np.where(people @ (walks.to_numpy() <= LONGEST) > 0, supply, 0)
    cost = walks.rename_axis(index="origin", columns="dest").reset_index()
    cost = cost.melt("origin", var_name="dest", value_name="cost")
    cost = cost[cost["cost"] <= LONGEST].reset_index(drop=True)
    demand = pd.DataFrame({"demand": people}, index=pd.Index(walks.index, name="geoid"))
    offers = pd.DataFrame({"supply": supply}, index=pd.Index(walks.columns, name="geoid"))
    share = three_stage_fca if form == "3sfca" else two_stage_fca
    one = None if form == "2sfca" else lambda metres: float(weigh(np.array([metres]))[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # words of pandas that are leaving its language
        found = share(demand, offers, cost, max_cost=LONGEST, weight_fn=one)
    answers: Floats = found.reindex(walks.index).fillna(0).to_numpy(float)
    return answers


def must_agree(town: Town, walks: pd.DataFrame | None = None) -> pd.DataFrame:
    """Hold every measure of the engine against the matrix; return the matrix."""
    graph = as_graph(town.network, town.ground)
    origins = Origins.of(graph, town.homes)
    to, of = Destinations.of(graph, town.entrances), Destinations.of(
        graph, town.entrances, town.supply
    )  # fmt: skip
    walks = walks_of(town) if walks is None else walks
    metres = walks.to_numpy()
    ranked = np.sort(np.column_stack([metres, np.full((len(metres), 5), np.inf)]), axis=1)
    is_on = np.isin(np.arange(origins.n), origins.rows)

    near = nearest_asset(graph, origins, to)
    np.testing.assert_array_equal(near["nearest_m"].fillna(np.inf), ranked[:, 0])
    first = walks.columns.to_numpy()[np.argmin(metres, axis=1)]
    expected = np.where(np.isfinite(ranked[:, 0]), first, "")
    assert near["nearest_asset"].tolist() == expected.tolist()
    for k in (1, 2, 3, 5):
        kth = kth_nearest(graph, origins, to, k)["kth_nearest_m"]
        np.testing.assert_array_equal(kth.fillna(np.inf), ranked[:, k - 1])

    supply = town.supply[walks.columns].to_numpy(float)
    counted = assets_within(graph, origins, to, CUT_OFFS).drop(columns="state").to_numpy()
    added = supply_within(graph, origins, of, CUT_OFFS).drop(columns="state").to_numpy()
    for at, cut_off in enumerate(CUT_OFFS):
        within = metres <= cut_off
        np.testing.assert_array_equal(counted[is_on, at], within.sum(axis=1)[is_on])
        np.testing.assert_allclose(added[is_on, at], (within @ supply)[is_on], rtol=1e-12)
    assert np.isnan(counted[~is_on]).all()

    half = negative_exponential(400)
    weights = np.where(metres <= LONGEST, half(np.minimum(metres, LONGEST)), 0)
    gravity = potential(graph, origins, of, half, LONGEST)["potential"]
    np.testing.assert_allclose(gravity[is_on], (weights @ supply)[is_on], rtol=1e-9)
    _catchments_must_agree(town, walks, is_on)
    return walks


def _catchments_must_agree(town: Town, walks: pd.DataFrame, is_on: npt.NDArray[np.bool_]) -> None:
    graph = as_graph(town.network, town.ground)
    origins = Origins.of(graph, town.homes)
    of = Destinations.of(graph, town.entrances, town.supply)
    people = np.where(is_on, town.homes["people"].to_numpy(float), 0)
    supply = town.supply[walks.columns].to_numpy(float)
    somebody_near = people @ (walks.to_numpy() <= LONGEST) > 0
    forms: tuple[Form, ...] = ("2sfca", "e2sfca", "3sfca", "m2sfca")
    for form in forms:
        for weigh in (stepped(list(STEPS), list(STEPS.values())), gaussian(LONGEST + 1)):
            table, shared = supply_per_person(graph, origins, of, weigh, LONGEST, form=form)
            found = table["supply_per_person"].to_numpy()
            expected = catchment(walks, form, weigh, people, supply)
            np.testing.assert_allclose(found[is_on], expected[is_on], rtol=1e-9, atol=1e-15)
            assert shared.supply_shared == pytest.approx(supply[somebody_near].sum())
            assert shared.supply_shared + shared.supply_out_of_reach <= supply.sum() * (1 + 1e-9)
            if form != "m2sfca":  # the package does not know it
                theirs = catchment_by_pysal(walks, form, weigh, people, supply)
                np.testing.assert_allclose(found[is_on], theirs[is_on], rtol=1e-9, atol=1e-15)
