"""What every home can walk to, category by category: the table of access."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.access.cumulative import assets_within, supply_within
from pipeline.access.floating_catchment import supply_per_person
from pipeline.access.gravity import potential
from pipeline.access.impedance import impedance_of
from pipeline.access.nearest import kth_nearest, nearest_asset
from pipeline.access.standing import Destinations, Origins
from pipeline.config import CategoryRules, State, Study
from pipeline.cores import on_all_cores
from pipeline.routing import Graph, as_graph
from pipeline.routing.soundness import somebody_must_set_out
from pipeline.units import M2_PER_HA

PER_1000 = 1000


@dataclass(frozen=True)
class _Walks:
    """What all categories have in common."""

    graph: Graph
    origins: dict[str, Origins]
    areas: pd.Series
    study: Study


def measure_access(
    homes: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    assets: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    rules: dict[str, CategoryRules],
    study: Study,
    ground: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Measure, for every home and category, all that is published of it.

    Parameters
    ----------
    homes
        Where walks start; n of them.
    entrances
        Where they may end.
    assets
        What lies behind them, with its area.
    network
        What both stand on.
    rules
        The categories; c of them.
    study
        Speed and minutes (a walk of exactly so many minutes counts), impedance and catchment.
    ground
        What the edges cost the walker; without it all are open and cost their length.

    Returns
    -------
    tuple of pandas.DataFrame and dict
        n × c rows. `state` speaks of the nearest walk: `unreachable` where no street leads
        there, `no_data` where nothing of the category is known anywhere near. The others are
        missing where a home is off the network, the category has no data or the measure does
        not apply to it, and 0 where nothing is within reach. And how many answers there are of
        each state, and how much supply was shared out.

    Raises
    ------
    TablesDoNotFit
        If homes or entrances stand on edges that are not there, or beyond their ends.
    EveryStreetIsClosed
        If the walker cannot leave any home.
    """
    graph = as_graph(network, ground)
    people = Origins.of(graph, homes)
    somebody_must_set_out(homes, len(people.rows))
    origins = {"people": people, "children": people.counting(homes, "children")}
    areas = assets.set_index("asset_id")["area_m2"] / M2_PER_HA
    common = _Walks(graph, origins, areas, study)

    def one(category: str) -> tuple[pd.DataFrame, dict[str, float]]:
        rows = entrances[entrances["category"] == category]
        is_known = len(rows) > 0 or rules[category].none_mapped_means == "none"
        table, shared = _of_category(common, rows, rules[category], is_known=is_known)
        table.insert(0, "home_id", homes["home_id"].to_numpy())
        table.insert(1, "category", category)
        return table, shared

    found = dict(zip(sorted(rules), on_all_cores(one, sorted(rules)), strict=True))
    table = pd.concat([rows for rows, _ in found.values()], ignore_index=True)
    for name in ("category", "nearest_asset", "state"):
        table[name] = table[name].astype("category")
    states = table["state"].value_counts()
    report: dict[str, Any] = {"answers": {str(k): int(v) for k, v in sorted(states.items())}}
    report["supply"] = {category: shared for category, (_, shared) in found.items() if shared}
    return table, report


def _of_category(
    walks: _Walks, entrances: gpd.GeoDataFrame, rules: CategoryRules, *, is_known: bool
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Gather the measures of one category."""
    graph, study = walks.graph, walks.study
    origins = walks.origins["people"]
    is_area = rules.supply == "area"
    to = Destinations.of(graph, entrances, walks.areas if is_area else None)
    table = nearest_asset(graph, origins, to)
    table["kth_nearest_m"] = kth_nearest(graph, origins, to, study.measures.choice_of)[
        "kth_nearest_m"
    ]
    cut_offs = [study.walking.metres_in(minutes) for minutes in study.walking.minutes]
    counts = assets_within(graph, origins, to, cut_offs).drop(columns="state")
    table[[f"n_within_{m}_min" for m in study.walking.minutes]] = counts.to_numpy()
    areas = supply_within(graph, origins, to, cut_offs).drop(columns="state")
    table[[f"area_within_{m}_min_ha" for m in study.walking.minutes]] = (
        areas.to_numpy() if is_area else np.nan
    )
    gravity = impedance_of(study.measures.gravity)
    longest_m = study.walking.longest_m
    table["gravity"] = potential(graph, origins, to, gravity, longest_m)["potential"]
    table["supply_per_1000"], shared = _shared_out(walks, to, rules)
    if not is_known:
        table["state"] = State.NO_DATA.value
        table[table.columns.difference(["nearest_asset", "state"])] = np.nan
    return table, shared


def _shared_out(
    walks: _Walks, to: Destinations, rules: CategoryRules
) -> tuple[pd.Series, dict[str, float]]:
    """Share the supply of one category out over those it is for."""
    origins, choice = walks.origins[rules.supply_for], walks.study.measures.floating_catchment
    if rules.supply == "none" or np.isnan(origins.people).all():
        return pd.Series(np.full(origins.n, np.nan)), {}
    table, shared = supply_per_person(
        walks.graph, origins, to, impedance_of(choice.impedance), walks.study.walking.longest_m,
        form=choice.form,
    )  # fmt: skip
    return table["supply_per_person"] * PER_1000, {
        "shared": round(shared.supply_shared, 3),
        "out_of_reach": round(shared.supply_out_of_reach, 3),
    }
