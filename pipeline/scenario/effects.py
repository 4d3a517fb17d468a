"""What each single change between two runs does to who has what within reach.

Every change is measured on the streets and homes of the later run: the nearest walk of every home
with the asset as it is, and with it as it was (or without it). So what the change of one asset does
stands apart from all other changes; the effects of several do not add up where they reach the same
people.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.access.nearest import nearest_asset
from pipeline.access.standing import Destinations, Origins
from pipeline.config import State
from pipeline.entrances import find_entrances
from pipeline.routing import Graph, as_graph
from pipeline.scenario.town import Town
from pipeline.walkers import ground_of

Floats = npt.NDArray[np.float64]

# Changes that neither open, close nor move a way in.
IN_NAME_ONLY = frozenset(("id_changed", "renamed", "source_added", "source_gone"))
_A_HAIR = 1e-6
_BEFORE = "/before"


def effects(
    town: Town,
    old_assets: gpd.GeoDataFrame,
    old_points: gpd.GeoDataFrame,
    changes: pd.DataFrame,
) -> pd.DataFrame:
    """Say of each change how many more people have one of its category within reach.

    Parameters
    ----------
    town
        The later run.
    old_assets, old_points
        Assets and official ways in of the earlier run.
    changes
        Rows with `change`, `category`, `asset_before` and `asset_after`.

    Returns
    -------
    pandas.DataFrame
        `people_more_within_{minutes}_min` for each number of minutes, missing for changes of
        people, and `effect_state`; one row a change, in their order.
    """
    walks = _Walks.of(town, _old_ways_in(town, old_assets, old_points, changes))
    minutes = town.study.walking.minutes
    names = [f"people_more_within_{m}_min" for m in minutes]
    rows = [walks.effect(row) for row in changes.to_dict("records")]
    table = pd.DataFrame(np.array(rows).reshape(len(rows), len(names)), columns=names)
    values = table.to_numpy()
    state = np.where(
        np.isnan(values).any(axis=1),
        State.NO_DATA.value,
        np.where((values == 0).all(axis=1), State.TRUE_ZERO.value, State.OK.value),
    )
    return table.assign(effect_state=state.astype(object))


def _old_ways_in(
    town: Town, assets: gpd.GeoDataFrame, points: gpd.GeoDataFrame, changes: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Find where one walked into what is gone or was elsewhere, on the streets of today."""
    is_asked = ~changes["change"].isin(list(IN_NAME_ONLY)) & (changes["asset_before"] != "")
    asked = set(changes.loc[is_asked, "asset_before"])
    here = assets[assets["asset_id"].isin(asked) & assets["category"].isin(list(town.rules))]
    found, _ = find_entrances(
        here, points, town.features, town.network, dict(town.rules), town.study.snapping
    )
    return found.assign(asset_id=found["asset_id"] + _BEFORE)


@dataclass(frozen=True)
class _Walks:
    """Homes and ways in of today, those of before, and what has been walked already."""

    graph: Graph
    origins: Origins
    people: Floats
    now: gpd.GeoDataFrame
    before: gpd.GeoDataFrame
    cut_offs_m: tuple[float, ...]
    walked: dict[str, Floats]

    @classmethod
    def of(cls, town: Town, before: gpd.GeoDataFrame) -> _Walks:
        """Lay the town out."""
        ground, _ = ground_of(town.network, town.terrain, town.walker)
        graph = as_graph(town.network, ground)
        is_attached = (town.homes["state"] == State.OK).to_numpy()
        people = np.where(is_attached, town.homes["people"].to_numpy(float), 0.0)
        walking = town.study.walking
        cut_offs = tuple(walking.metres_in(m) for m in walking.minutes)
        origins = Origins.of(graph, town.homes)
        return cls(graph, origins, people, town.entrances, before, cut_offs, {})

    def effect(self, row: Mapping[Hashable, Any]) -> Sequence[float]:
        """Return how many more people have one within each number of minutes."""
        if not row["category"]:
            return [np.nan] * len(self.cut_offs_m)
        if row["change"] in IN_NAME_ONLY and row["asset_before"]:
            return [0.0] * len(self.cut_offs_m)
        category = row["category"]
        ours = self.now[self.now["category"] == category]
        if category not in self.walked:
            self.walked[category] = self._metres(ours)
        was = self.before[
            (self.before["asset_id"] == f"{row['asset_before']}{_BEFORE}")
            & (self.before["category"] == category)
        ]
        others = ours[ours["asset_id"] != row["asset_after"]]
        without = self._metres(pd.concat([others, was]) if len(was) else others)
        return [
            float(self.people[self.walked[category] <= cut_off + _A_HAIR].sum())
            - float(self.people[without <= cut_off + _A_HAIR].sum())
            for cut_off in self.cut_offs_m
        ]

    def _metres(self, entrances: pd.DataFrame) -> Floats:
        to = Destinations.of(self.graph, entrances)
        found = nearest_asset(self.graph, self.origins, to)["nearest_m"]
        return found.fillna(np.inf).to_numpy(float)
