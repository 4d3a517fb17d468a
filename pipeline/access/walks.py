"""Walks by name: from where people are to each asset, as a directory lists them.

From an asset the walk is the shortest from any of its entrances to any of the other's. From a
neighbourhood it is that of the middle resident: the least m such that at least half of the
residents whose homes stand on the network walk there in m or less. Both follow streets, both snap
legs included, as every other walk does; those longer than a cut-off are not listed.
"""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.access.standing import Destinations, Floats, Origins, in_decimetres
from pipeline.config import State, Study
from pipeline.errors import ChoiceIsNotAllowed, listed
from pipeline.places import HAIR
from pipeline.routing import DM_PER_M, Graph, Ints, SmallInts, as_graph, walks_within

# So many assets are listed at once: all walks to them must fit into memory.
MANY_ASSETS = 512
START_COLUMNS = ["place_id", "what", "name", "category", "people", "state"]
WALK_COLUMNS = ["place_id", "asset_id", "walk_min"]


def measure_walks(
    neighbourhoods: gpd.GeoDataFrame,
    assets: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    homes: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    categories: Collection[str],
    study: Study,
    ground: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """List the walks of a directory, and where they start.

    Parameters
    ----------
    neighbourhoods, homes
        Where people live.
    assets, entrances
        Where they may go: to assets in use. Those of the categories that the study names are
        where they may start, too, if they have a name and lie in the district.
    network
        What one walks on.
    categories
        Every category there is.
    study
        Speed, the longest walk, and the fewest people a number is published of.
    ground
        What the edges cost the walker; without it all are open and cost their length.

    Returns
    -------
    tuple of pandas.DataFrame
        Tables of `tables.STARTS` and `tables.WALKS`, each in the order of its key's places.

    Raises
    ------
    ChoiceIsNotAllowed
        If the study names a category that there is not.
    """
    _must_be_known(study, categories)
    graph = as_graph(network, ground)
    ways_in = entrances[
        entrances["asset_id"].isin(assets["asset_id"][assets["status"] == "actual"])
    ]
    doors = _doors_of_starts(assets, entrances, study)
    starts = pd.concat(
        [_areas(neighbourhoods, homes, study.fewest_people), _named(assets, doors, study)],
        ignore_index=True,
    )
    starting = pd.concat([_from_homes(homes), _from_doors(doors)], ignore_index=True)
    number = pd.Series(np.arange(len(starts)), starts["place_id"])
    is_start = (starts["state"] == State.OK).to_numpy()[number.loc[starting["place_id"]]]
    starting = starting[is_start].reset_index(drop=True)
    place = number.loc[starting["place_id"]].to_numpy(np.int64)
    metres = _middle_walks(graph, starting, place, len(starts), ways_in, study)
    walks = metres.assign(
        place_id=starts["place_id"].to_numpy()[metres["place"]],
        walk_min=metres["metres"] / study.walking.speed_m_per_min,
    )
    walks = walks[walks["place_id"] != walks["asset_id"]]
    walks = walks.sort_values(["place", "walk_min", "asset_id"], ignore_index=True)
    return starts[START_COLUMNS], walks[WALK_COLUMNS]


def _must_be_known(study: Study, categories: Collection[str]) -> None:
    for name in study.directory.walks_from:
        if name not in categories:
            raise ChoiceIsNotAllowed(
                f"config/study.yaml: directory.walks_from: names {name}, and there is no "
                f"config/categories/{name}.yaml; there are {listed(sorted(categories), most=40)}."
            )


# --- where walks start ---------------------------------------------------------------------------


def _areas(
    neighbourhoods: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, fewest_people: int
) -> pd.DataFrame:
    """List the neighbourhoods, and say from which of them somebody can walk."""
    ids = neighbourhoods["neighbourhood_id"]
    attached = homes[homes["state"] == State.OK]
    people = attached.groupby("neighbourhood_id")["people"].sum().reindex(ids).fillna(0.0)
    has_homes = ids.isin(homes["neighbourhood_id"]).to_numpy()
    counted = people.to_numpy(float)
    states = np.select(
        [~has_homes, counted == 0, counted < fewest_people],
        [State.NO_DATA.value, State.UNREACHABLE.value, State.SUPPRESSED.value],
        State.OK.value,
    )
    return pd.DataFrame(
        {
            "place_id": ids.to_numpy(),
            "what": "neighbourhood",
            "name": neighbourhoods["name"].to_numpy(),
            "category": "",
            "people": np.where(states == State.OK, counted, np.nan),
            "state": states.astype(object),
        }
    )


def _doors_of_starts(
    assets: gpd.GeoDataFrame, entrances: gpd.GeoDataFrame, study: Study
) -> gpd.GeoDataFrame:
    """Return the entrances of the assets that people start from."""
    is_start = (
        assets["category"].isin(study.directory.walks_from)
        & assets["is_in_district"]
        & (assets["name"] != "")
    )
    return entrances[entrances["asset_id"].isin(assets.loc[is_start, "asset_id"])]


def _named(assets: gpd.GeoDataFrame, doors: gpd.GeoDataFrame, study: Study) -> pd.DataFrame:
    """List the assets that people start from, by category and name."""
    order = {name: at for at, name in enumerate(study.directory.walks_from)}
    rows = assets[assets["asset_id"].isin(doors["asset_id"])]
    rows = rows.assign(order=rows["category"].astype(str).map(order))
    rows = rows.sort_values(["order", "name", "asset_id"])
    is_reached = rows["asset_id"].isin(doors.loc[doors["state"] == State.OK, "asset_id"])
    return pd.DataFrame(
        {
            "place_id": rows["asset_id"].to_numpy(),
            "what": "asset",
            "name": rows["name"].to_numpy(),
            "category": rows["category"].astype(str).to_numpy(),
            "people": np.nan,
            "state": np.where(is_reached, State.OK.value, State.UNREACHABLE.value).astype(object),
        }
    )


def _from_homes(homes: gpd.GeoDataFrame) -> pd.DataFrame:
    standing = homes[["home_id", "edge_id", "along_dm", "snap_dm", "state", "people"]]
    return pd.DataFrame(standing).assign(place_id=homes["neighbourhood_id"])


def _from_doors(doors: gpd.GeoDataFrame) -> pd.DataFrame:
    """Let nobody in particular start at each door: then the nearest door is the middle one."""
    standing = doors[["edge_id", "along_dm", "snap_dm", "state"]]
    return pd.DataFrame(standing).assign(
        home_id=doors["entrance_id"], people=0.0, place_id=doors["asset_id"]
    )


# --- walks ---------------------------------------------------------------------------------------


def _middle_walks(
    graph: Graph,
    starting: pd.DataFrame,
    place: Ints,
    n_places: int,
    ways_in: gpd.GeoDataFrame,
    study: Study,
) -> pd.DataFrame:
    """Return `place`, `asset_id` and `metres` of every walk that is short enough to be listed."""
    origins = Origins.of(graph, starting)
    to = Destinations.of(graph, ways_in)
    people, of = origins.people[origins.rows], place[origins.rows]
    half = np.bincount(of, weights=people, minlength=n_places) / 2 * (1 - HAIR)
    limit = int(in_decimetres([study.directory.longest_min * study.walking.speed_m_per_min])[0])

    def some(begin: int) -> pd.DataFrame:
        asset, home, cost = walks_within(
            graph, origins.homes, to.doors, limit, begin, begin + MANY_ASSETS
        )
        return _first_half(of[home], asset, cost, people[home], half)

    begins = range(0, len(to.assets), MANY_ASSETS)
    found = pd.concat([_NONE, *map(some, begins)], ignore_index=True)
    return found.assign(
        asset_id=to.assets[found["asset"].to_numpy(np.int64)], metres=found["cost"] / DM_PER_M
    )


_NONE = pd.DataFrame({name: np.zeros(0, dtype=np.int64) for name in ("place", "asset", "cost")})


def _first_half(
    place: Ints, asset: SmallInts, cost: SmallInts, people: Floats, half: Floats
) -> pd.DataFrame:
    """Of the walks between each place and asset, keep the one by which half of the people walk."""
    order = np.lexsort((cost, place, asset))
    place, asset, cost = place[order], asset[order], cost[order]
    begins = np.ones(len(place), dtype=bool)
    begins[1:] = (place[1:] != place[:-1]) | (asset[1:] != asset[:-1])
    group = np.cumsum(begins) - 1
    running = np.cumsum(people[order])
    before = (running - people[order])[np.flatnonzero(begins)]
    is_half = running - before[group] >= half[place] if len(group) else begins
    rows = np.flatnonzero(is_half)
    first = rows[np.unique(group[rows], return_index=True)[1]]
    return pd.DataFrame({"place": place[first], "asset": asset[first], "cost": cost[first]})
