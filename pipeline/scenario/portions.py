"""What the difference between two runs is made of: streets, assets and people, adding up.

The earlier town is turned into the later one step by step, and after each step all people who have
a category within reach are counted. A part is what one step changes, so that the parts add up to
the whole exactly: streets that closed, that were described otherwise, that are gone; streets drawn
anew; streets described otherwise, mapped or appeared since, and opened; then assets, with their
ways in; then people and where they live. In another order the parts would be others, and the whole
the same.
What stands apart from all of them (`otherwise`) is that homes and ways in are found anew on the
earlier streets by the code and the choices of today; it is nothing where these are as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.access.nearest import nearest_asset
from pipeline.access.standing import Destinations, Origins
from pipeline.config import State
from pipeline.entrances import find_entrances
from pipeline.routing import as_graph
from pipeline.scenario.streets import Streets, settled
from pipeline.scenario.town import Town
from pipeline.snapping import snap
from pipeline.street_changes import KINDS, NUDGED, OF_THE_EARLIER, OF_THE_LATER, StreetChanges
from pipeline.walkers import ground_of

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Counts = dict[str, Floats]

ASSETS, PEOPLE, OTHERWISE, WHOLE = "assets", "people", "otherwise", "whole"
SEVERAL = "several"
STREETS = tuple(dict.fromkeys((*OF_THE_EARLIER, NUDGED, *OF_THE_LATER)))
PARTS = (*(f"streets_{change}" for change in STREETS), ASSETS, PEOPLE, OTHERWISE, WHOLE)
_A_HAIR = 1e-6
_STANDS = ["edge_id", "along_dm", "snap_dm"]


def portions(old: Town, new: Town, changes: StreetChanges) -> pd.DataFrame:
    """Say what the difference between two runs is made of.

    Parameters
    ----------
    old, new
        The runs, with today's choices, rules and walker in both.
    changes
        What became of each edge of their networks.

    Returns
    -------
    pandas.DataFrame
        A table of `tables.CHANGE_PORTIONS`: for each category the parts in their order, then the
        whole, with how many more people have one within each number of minutes.
    """
    minutes = new.study.walking.minutes
    sums = {part: dict.fromkeys(new.rules, np.zeros(len(minutes))) for part in PARTS}
    first = before = _count(old)
    for part, after in _steps(old, new, changes):
        sums[part] = {name: sums[part][name] + after[name] - before[name] for name in new.rules}
        before = after
    sums[WHOLE] = {name: before[name] - first[name] for name in new.rules}
    columns = [f"people_more_within_{m}_min" for m in minutes]
    rows = [
        {"category": name, "part": part, "kind": KINDS.get(part.removeprefix("streets_"), SEVERAL)}
        | dict(zip(columns, np.round(sums[part][name], 6) + 0.0, strict=True))
        for name in sorted(new.rules)
        for part in PARTS
    ]
    table = pd.DataFrame(rows)
    is_zero = (table[columns] == 0).all(axis="columns")
    return table.assign(state=np.where(is_zero, State.TRUE_ZERO.value, State.OK.value))


def _steps(old: Town, new: Town, changes: StreetChanges) -> Iterator[tuple[str, Counts]]:
    """Yield what each step is called, and what is within reach after it."""
    at_home, streets_differ = old, _differ(old, new)
    if streets_differ:
        found = _standing_on(old, np.zeros(len(old.network), dtype=bool))
        yield OTHERWISE, _count(found)
        shut = np.zeros(len(old.network), dtype=bool)
        for change in OF_THE_EARLIER:
            is_it = changes.before == change
            if is_it.any():
                shut |= is_it
                yield f"streets_{change}", _count(_standing_on(old, shut), shut)
        later = replace(old, network=new.network, terrain=new.terrain, streets=new.streets)
        shut = np.isin(changes.after, list(OF_THE_LATER))
        yield f"streets_{NUDGED}", _count(_standing_on(later, shut), shut)
        for change in OF_THE_LATER:
            is_it = changes.after == change
            if is_it.any():
                shut &= ~is_it
                yield f"streets_{change}", _count(_standing_on(later, shut), shut)
        at_home = _standing_on(later, shut)
    yield ASSETS, _count(replace(new, homes=at_home.homes))
    yield PEOPLE, _count(new)


def _differ(old: Town, new: Town) -> bool:
    """Tell whether anything of the streets differs: lines, tags, barriers, or what they cost."""
    if len(old.network) != len(new.network):
        return True
    one, other = (town.network.sort_values("edge_id", ignore_index=True) for town in (old, new))
    names = ["length_dm", "component", "is_snappable", "tags", "barriers", "start", "end"]
    costs = ["edge_id", "forward_dm", "backward_dm"]
    return not (
        one[names].equals(other[names])
        and bool(one.geometry.geom_equals_exact(other.geometry, 0).all())
        and _sorted(old.terrain, costs).equals(_sorted(new.terrain, costs))
    )


def _sorted(terrain: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return terrain[columns].sort_values("edge_id", ignore_index=True)


def _standing_on(town: Town, is_shut: Flags) -> Town:
    """Find where homes and ways in stand, where some edges (by `edge_id`) are not there."""
    streets = Streets.of(town.network, town.terrain)
    if is_shut.any():
        streets = settled(replace(streets, is_closed=is_shut), town.study.snapping)
    network = streets.network
    stands = snap(np.asarray(town.homes.geometry.array), network, town.study.snapping.home_cap_m)
    homes = town.homes.assign(
        **{name: stands[name].to_numpy() for name in _STANDS},
        state=np.where(stands["edge_id"] >= 0, State.OK, State.UNREACHABLE),
    )
    # A category that is there no more is counted in neither run.
    asked = town.assets[town.assets["category"].isin(list(town.rules))]
    entrances, _ = find_entrances(
        asked, town.access_points, town.features, network, dict(town.rules),
        town.study.snapping,
    )  # fmt: skip
    return replace(town, network=network, terrain=streets.terrain, homes=homes, entrances=entrances)


def _count(town: Town, is_shut: Flags | None = None) -> Counts:
    """Count the people who have each category within each number of minutes."""
    ground, _ = ground_of(town.network, town.terrain, town.walker)
    if is_shut is not None:
        ground["is_open"] &= ~is_shut
    graph = as_graph(town.network, ground)
    origins = Origins.of(graph, town.homes)
    is_attached = (town.homes["state"] == State.OK).to_numpy()
    people = np.where(is_attached, town.homes["people"].to_numpy(float), 0.0)
    walking = town.study.walking
    found: dict[str, Any] = {}
    for category in town.rules:
        ours: gpd.GeoDataFrame = town.entrances[town.entrances["category"] == category]
        metres = nearest_asset(graph, origins, Destinations.of(graph, ours))["nearest_m"]
        away = metres.fillna(np.inf).to_numpy(float)
        found[category] = np.array(
            [people[away <= walking.metres_in(m) + _A_HAIR].sum() for m in walking.minutes]
        )
    return found
