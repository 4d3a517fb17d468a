"""How far it is from homes to each site, and how many people live within a walk of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.access.standing import Destinations, Origins, in_decimetres
from pipeline.config import CategoryRules, Snapping, State, Study, Use
from pipeline.entrances import find_entrances
from pipeline.routing import DM_PER_M, Graph, walks_within

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
ALL, NO_DECILE = "all", "no_decile"
# How one walks into a site before it has become anything.
WALK_IN_OF_FORM = {"land": "boundary", "building": "building", "unit": "building"}


@dataclass(frozen=True)
class _WalkedInto:
    """How one walks in, for the finder of entrances."""

    walk_in: str


@dataclass(frozen=True)
class Residents:
    """Who lives where: of each of h homes `people`, the `group` of its neighbourhood, and more.

    `groups` are the names of the groups; without an index of deprivation there are none and all
    are in group 0. `people` are 0 for homes that no street is near, which count neither way.
    """

    origins: Origins
    people: Floats
    group: Ints
    groups: tuple[str, ...]
    known_within_m: Floats

    @classmethod
    def of(
        cls, graph: Graph, homes: gpd.GeoDataFrame, neighbourhoods: gpd.GeoDataFrame
    ) -> Residents:
        """Lay out the homes of a district.

        Parameters
        ----------
        graph
            The walking network.
        homes
            With people and neighbourhood.
        neighbourhoods
            With the decile of deprivation, where there is one.

        Returns
        -------
        Residents
            Homes in the order of the table.
        """
        decile = neighbourhoods.set_index("neighbourhood_id")["deprivation_decile"]
        of_home = decile.fillna(0).astype(np.int64).loc[homes["neighbourhood_id"]].to_numpy()
        found = np.unique(of_home) if decile.notna().any() else np.zeros(1, dtype=np.int64)
        names = [f"decile_{d}" if d else NO_DECILE for d in found] if decile.notna().any() else []
        is_attached = (homes["state"] == State.OK).to_numpy()
        return cls(
            Origins.of(graph, homes),
            np.where(is_attached, homes["people"].to_numpy(float), 0.0),
            np.searchsorted(found, of_home) if names else np.zeros(len(homes), dtype=np.int64),
            tuple(names),
            homes["known_within_m"].to_numpy(float),
        )


@dataclass(frozen=True)
class Walks:
    """Walks from homes to sites within the longest that counts: one a pair, site after site.

    `is_reached` says of each of n sites whether a street leads there at all.
    """

    site: Ints
    home: Ints
    cost: Ints
    is_reached: Flags


def walks_to_sites(
    sites: gpd.GeoDataFrame,
    walk_in: Sequence[str],
    features: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    graph: Graph,
    origins: Origins,
    snapping: Snapping,
    longest_m: float,
) -> Walks:
    """Find every walk from a home to a site that counts.

    Parameters
    ----------
    sites
        With `site_id`, in metres; n of them.
    walk_in
        How each is walked into, as the rules of a category say.
    features
        Mapped gates and entrances are taken from its points.
    network, graph
        The walking network, and what it costs to walk on it.
    origins
        Where walks start.
    snapping
        How far an entrance may lie from a street.
    longest_m
        The longest walk that counts, in metres.

    Returns
    -------
    Walks
        Sites and homes by their rows.
    """
    drawn = gpd.GeoDataFrame(
        {"asset_id": sites["site_id"].to_numpy(dtype=object), "category": list(walk_in)},
        geometry=sites.geometry.to_numpy(),
        crs=sites.crs,
    )
    no_points = gpd.GeoDataFrame({"asset_id": [], "geometry": []}, crs=sites.crs)
    rules = {name: _WalkedInto(name) for name in set(walk_in)}
    entrances, _ = find_entrances(drawn, no_points, features, network, rules, snapping)
    to = Destinations.of(graph, entrances)
    limit = int(in_decimetres(longest_m))
    site, home, cost = walks_within(graph, origins.homes, to.doors, limit)
    row = pd.Index(sites["site_id"]).get_indexer(pd.Index(to.assets)).astype(np.int64)
    is_reached = np.zeros(len(sites), dtype=bool)
    is_reached[row] = True
    return Walks(row[site], origins.rows[home], cost.astype(np.int64), is_reached)


def walks_by_way_in(
    sites: gpd.GeoDataFrame,
    uses: Mapping[str, Use],
    rules: Mapping[str, CategoryRules],
    features: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    graph: Graph,
    origins: Origins,
    study: Study,
) -> dict[str, Walks]:
    """Find the walks to all sites, once for each way in which they could be walked into.

    Parameters
    ----------
    sites, features, network, graph, origins
        As for `walks_to_sites`.
    uses
        What sites could become.
    rules
        Rules by category: how what a use adds is walked into.
    study
        How far one walks, and how far an entrance may lie from a street.

    Returns
    -------
    dict
        Way of walking in, as the rules of a category say → walks.
    """
    ways = {rules[use.adds].walk_in for use in uses.values()} | set(WALK_IN_OF_FORM.values())
    return {
        way: walks_to_sites(
            sites, [way] * len(sites), features, network, graph, origins, study.snapping,
            study.walking.longest_m,
        )
        for way in sorted(ways)
    }  # fmt: skip


def people_within(
    walks: Walks, people: Floats, minutes: Sequence[int], metres: Sequence[float]
) -> pd.DataFrame:
    """Count who lives within each cut-off of each site, and how far the nearest of them walks.

    Parameters
    ----------
    walks
        From homes to n sites.
    people
        Of each home.
    minutes, metres
        Cut-offs, rising.

    Returns
    -------
    pandas.DataFrame
        The columns of `tables.UNUSED_LAND` that speak of people and homes; n rows.
    """
    n, found = len(walks.is_reached), {}
    is_lived_in = people[walks.home] > 0
    for minute, cut_off in zip(minutes, in_decimetres(metres), strict=True):
        is_within = walks.cost <= cut_off
        sums = np.bincount(
            walks.site[is_within], weights=people[walks.home[is_within]], minlength=n
        )
        states = np.where(sums > 0, State.OK.value, State.TRUE_ZERO.value)
        name = f"people_within_{minute}_min"
        found[name] = np.where(walks.is_reached, sums, np.nan)
        found[f"{name}_state"] = np.where(walks.is_reached, states, State.UNREACHABLE.value)
    nearest = np.full(n, np.inf)
    np.minimum.at(nearest, walks.site[is_lived_in], walks.cost[is_lived_in] / DM_PER_M)
    found["nearest_home_m"] = np.where(np.isfinite(nearest), nearest, np.nan)
    return pd.DataFrame(found)


def people_of_sites(
    sites: pd.DataFrame, walks_by_way: Mapping[str, Walks], residents: Residents, study: Study
) -> pd.DataFrame:
    """Count who lives within each cut-off of every site, as its form is walked into.

    Parameters
    ----------
    sites
        With `form`; n of them.
    walks_by_way
        Walks to all sites, by how they are walked into.
    residents
        Who lives where.
    study
        Cut-offs.

    Returns
    -------
    pandas.DataFrame
        As `people_within`; n rows.
    """
    minutes = study.walking.minutes
    metres = [study.walking.metres_in(m) for m in minutes]
    way = sites["form"].map(WALK_IN_OF_FORM).to_numpy()
    parts = [
        people_within(walks, residents.people, minutes, metres)[way == name]
        for name, walks in walks_by_way.items()
        if name in set(way)
    ]
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        nobody = Walks(none, none, none, np.zeros(0, dtype=bool))
        return people_within(nobody, residents.people, minutes, metres)
    found: pd.DataFrame = pd.concat(parts).sort_index()
    return found
