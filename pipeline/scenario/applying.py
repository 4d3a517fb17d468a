"""A scenario put to a town: streets first, then assets, then where homes and ways in stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.access import measure_access
from pipeline.barriers import barriers_on
from pipeline.config import State
from pipeline.config.scenario import (
    AddAsset,
    Change,
    CloseAsset,
    CloseStreet,
    MoveAsset,
    OpenWay,
    Scenario,
)
from pipeline.entrances import find_entrances
from pipeline.errors import PipelineError
from pipeline.scenario import places, streets
from pipeline.scenario.drawing import Drawing
from pipeline.scenario.streets import Streets
from pipeline.scenario.town import Town
from pipeline.snapping import snap
from pipeline.walkers import ground_of

STANDS = ["edge_id", "along_dm", "snap_dm"]


@dataclass(frozen=True)
class Changed:
    """A town after a scenario.

    `categories` are those whose numbers may differ, `known` those of which something was mapped
    before; `shapes` what each change draws on a map, in
    the order of the scenario; `ends_joined` says of each new way how many of its ends are.
    """

    town: Town
    is_closed: np.ndarray[Any, np.dtype[np.bool_]]
    categories: tuple[str, ...]
    known: frozenset[str]
    shapes: tuple[shapely.Geometry, ...]
    told: tuple[dict[str, Any], ...]

    def access(self) -> pd.DataFrame:
        """Measure anew what may differ.

        Returns
        -------
        pandas.DataFrame
            Rows of `tables.ACCESS`, of `categories` alone.
        """
        town = self.town
        ground, _ = ground_of(town.network, town.terrain, town.walker)
        ground["is_open"] &= ~self.is_closed
        # Where the last of a category is closed, it is known that there is none.
        known = {"none_mapped_means": "none"}
        rules = {
            name: town.rules[name].model_copy(update=known if name in self.known else {})
            for name in self.categories
        }
        table, _ = measure_access(
            town.homes, town.entrances, town.assets, town.network, rules, town.study, ground
        )
        return table


def applied(town: Town, scenario: Scenario, day: str) -> Changed:
    """Put a scenario to a town.

    Parameters
    ----------
    town
        As it is.
    scenario
        What is to change, in order.
    day
        Of the map data.

    Returns
    -------
    Changed
        The town after all changes.

    Raises
    ------
    ChoiceIsNotAllowed, PlaceIsElsewhere
        If a change cannot be made; the message begins with its number in the scenario.
    """
    work = _Work(town, scenario, day)
    for number, change in enumerate(scenario.changes, start=1):
        try:
            work.do(number, change)
        except PipelineError as error:
            where = f"change {number} ({change.change})"
            said = str(error).removeprefix(f"{where}: ")
            raise type(error)(f"{where}: {said}") from None
    return work.done()


class _Work:
    """A scenario as it is being put to a town, change after change."""

    def __init__(self, town: Town, scenario: Scenario, day: str) -> None:
        self.before = town
        self.day = day
        self.drawing = Drawing(scenario, town.network.crs, town.outline)
        self.streets = Streets.of(town.network, town.terrain)
        self.features = town.features
        self.assets = town.assets
        self.access_points = town.access_points
        self.touched: dict[str, str] = {}  # asset → category
        self.has_new_streets = False
        self.shapes: list[shapely.Geometry] = []
        self.told: list[dict[str, Any]] = []

    def do(self, number: int, change: Change) -> None:
        """Make one change."""
        match change:
            case AddAsset():
                told = self._add(number, change)
            case MoveAsset():
                told = self._move(number, change)
            case CloseAsset():
                told = self._close(change)
            case OpenWay():
                told = self._open_way(number, change)
            case CloseStreet():
                told = self._close_street(number, change)
        self.told.append({"change": change.change, **told})

    # --- assets ---

    def _add(self, number: int, change: AddAsset) -> dict[str, Any]:
        where = f"change {number} ({change.change})"
        shape = self.drawing.shape(where, change.at, change.area)
        rules, crs = self.before.rules, self.before.network.crs
        row = places.new_asset(change, number, shape, rules, self.before.outline, crs, self.day)
        asset_id = str(row["asset_id"].iloc[0])
        points = [self.drawing.point(where, pair) for pair in change.entrances]
        self._put(row, places.ways_in(asset_id, points, crs))
        return {"category": change.category, "name": change.name, "asset": asset_id}

    def _move(self, number: int, change: MoveAsset) -> dict[str, Any]:
        places.must_be_there(self.assets, change.asset)
        where = f"change {number} ({change.change})"
        row = self._take(change.asset)
        shape = self.drawing.shape(where, change.at, change.area)
        self._put(places.moved(row, shape), places.ways_in(change.asset, [], row.crs))
        return _named(row)

    def _close(self, change: CloseAsset) -> dict[str, Any]:
        places.must_be_there(self.assets, change.asset)
        row = self._take(change.asset)
        self.shapes.append(row.geometry.iloc[0])
        return _named(row)

    def _take(self, asset_id: str) -> gpd.GeoDataFrame:
        is_it = self.assets["asset_id"] == asset_id
        row = self.assets[is_it]
        self.assets = self.assets[~is_it]
        self.access_points = self.access_points[self.access_points["asset_id"] != asset_id]
        self.touched[asset_id] = str(row["category"].iloc[0])
        return row

    def _put(self, row: gpd.GeoDataFrame, points: gpd.GeoDataFrame) -> None:
        self.assets = _sorted(_together(self.assets, row), "asset_id")
        self.access_points = _together(self.access_points, points)
        self.touched[str(row["asset_id"].iloc[0])] = str(row["category"].iloc[0])
        self.shapes.append(row.geometry.iloc[0])

    # --- streets ---

    def _open_way(self, number: int, change: OpenWay) -> dict[str, Any]:
        self.has_new_streets = True
        where = f"change {number} ({change.change})"
        if change.line is None:
            assert change.at is not None
            point = self.drawing.point(where, change.at)
            self.streets, self.features = streets.with_open_gate(
                self.streets, self.features, point, change.joins_within_m
            )
            self.shapes.append(point)
            return {"name": change.name, "ends_joined": 2}
        line = self.drawing.line(where, change.line)
        tags = {"highway": "footway"}
        tags |= {"bridge": "yes"} if change.change == "open_bridge" else {}
        tags |= {"name": change.name} if change.name else {}
        self.streets, joined = streets.with_way(
            self.streets, line, tags, change.joins_within_m, self.before.heights,
            self.before.study.slopes,
        )  # fmt: skip
        self.shapes.append(self.streets.network.geometry.iloc[-1])
        return {"name": change.name, "ends_joined": joined}

    def _close_street(self, number: int, change: CloseStreet) -> dict[str, Any]:
        self.has_new_streets = True
        where = f"change {number} ({change.change})"
        at = None if change.at is None else self.drawing.point(where, change.at)
        lines = streets.ways_called(self.before.streets, change.way, change.name, at)
        self.streets = streets.without_ways(self.streets, lines)
        self.shapes.append(shapely.union_all(lines))
        return {"name": change.name, "way": change.way}

    # --- when all is done ---

    def done(self) -> Changed:
        """Find where homes and ways in stand now."""
        found = self._on_old_streets() if not self.has_new_streets else self._on_new_streets()
        categories = set(self.touched.values())
        if self.has_new_streets:
            categories = set(self.before.rules)
        return Changed(
            found,
            self.streets.is_closed,
            tuple(sorted(categories)),
            frozenset(self.before.entrances["category"]),
            tuple(self.shapes),
            tuple(self.told),
        )

    def _on_old_streets(self) -> Town:
        entrances = self.before.entrances
        kept = entrances[~entrances["asset_id"].isin(list(self.touched))]
        asked = self.assets[self.assets["asset_id"].isin(list(self.touched))]
        if len(asked):
            kept = _sorted(_together(kept, self._entrances(asked)), "entrance_id")
        return replace(
            self.before, assets=self.assets, access_points=self.access_points, entrances=kept
        )

    def _on_new_streets(self) -> Town:
        before = self.before
        self.streets = streets.settled(self.streets, before.study.snapping)
        network = self.streets.network
        network = network.assign(barriers=barriers_on(network, self.features))
        self.streets = replace(self.streets, network=network)
        cap = before.study.snapping.home_cap_m
        stands = snap(np.asarray(before.homes.geometry.array), network, cap)
        kept = streets.kept_where_same(self.streets, before.homes[STANDS], stands)
        homes = before.homes.assign(
            **{name: kept[name].to_numpy() for name in STANDS},
            state=np.where(kept["edge_id"] >= 0, State.OK, State.UNREACHABLE),
        )
        return replace(
            before,
            assets=self.assets,
            access_points=self.access_points,
            features=self.features,
            network=network,
            terrain=self.streets.terrain,
            entrances=self._standing(self._entrances(self.assets)),
            homes=homes,
        )

    def _entrances(self, assets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        found, _ = find_entrances(
            assets,
            self.access_points,
            self.features,
            self.streets.network,
            dict(self.before.rules),
            self.before.study.snapping,
        )
        return found

    def _standing(self, found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Let the ways in of an asset that are the same as before stand where they stood."""
        before = self.before.entrances
        mine = before[~before["asset_id"].isin(list(self.touched))]
        old_kinds, new_kinds = _kinds_of(mine, mine["edge_id"]), self._kinds_now(found)
        same = {name for name, kinds in new_kinds.items() if old_kinds.get(name) == kinds}
        is_same = found["asset_id"].isin(same)
        old = mine[mine["asset_id"].isin(same)].sort_values("entrance_id", ignore_index=True)
        new = found[is_same].sort_values("entrance_id", ignore_index=True)
        kept = streets.kept_where_same(self.streets, old[STANDS], new[STANDS])
        old = old.assign(**{name: kept[name].to_numpy() for name in STANDS})
        return _sorted(_together(found[~is_same], old), "entrance_id")

    def _kinds_now(self, found: gpd.GeoDataFrame) -> dict[str, list[tuple[str, str, int]]]:
        edge = found["edge_id"].to_numpy(np.int64)
        base = np.where(edge >= 0, self.streets.base[np.maximum(edge, 0)], -1)
        is_new = (edge >= 0) & (base == streets.NEW)
        return _kinds_of(found, pd.Series(np.where(is_new, -2, base), index=found.index))


def _kinds_of(
    entrances: gpd.GeoDataFrame, edges: pd.Series
) -> dict[str, list[tuple[str, str, int]]]:
    """Say of each asset which ways in it has, and which edges they stand on, in their order."""
    rows = zip(
        entrances["asset_id"], entrances["entrance_id"], entrances["way_in"], edges, strict=True
    )
    found: dict[str, list[tuple[str, str, int]]] = {}
    for asset, entrance, kind, edge in rows:
        found.setdefault(str(asset), []).append((str(entrance), str(kind), int(edge)))
    return {asset: sorted(kinds) for asset, kinds in found.items()}


def _named(row: gpd.GeoDataFrame) -> dict[str, Any]:
    return {key: str(row[key].iloc[0]) for key in ("category", "name")}


def _together(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put rows under each other; a table without rows has no types to keep."""
    if one.empty or other.empty:
        return (other if one.empty else one).copy()
    both = pd.concat([one, other[one.columns]], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry="geometry", crs=one.crs)


def _sorted(rows: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    return rows.sort_values(key, ignore_index=True)
