"""Unused land → how many more people would have each kind of asset within reach.

For a site s, a use that adds the category c, and a cut-off of m minutes, the people gained are

    Σ people(h) over homes h with walk(h, s) ≤ m × speed < nearest(h, c),

where walk(h, s) is that of the walking engine to the site, walked into as assets of the category
are, and nearest(h, c) the walk to the nearest asset of the category as there are now. It is the
difference between a run of the whole with the asset added and one without it, exactly: adding an
asset shortens a walk to walk(h, s) or leaves it as it is. Homes that no street is near count
neither way. Contour measures as in Geurs and van Wee (2004), Journal of Transport Geography
12:127–140; the difference of two of them is nobody's gain in use, only in what is near.
"""

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
from pipeline.routing import DM_PER_M, FAR, Graph, walks_within

Ints = npt.NDArray[np.int64]
SmallInts = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ALL, NO_DECILE = "all", "no_decile"
ALL_PCT = 100.0
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


def nearest_now(access: pd.DataFrame, homes: pd.DataFrame, category: str) -> Ints | None:
    """Return the walk from each home to the nearest asset of a category as there are now.

    Parameters
    ----------
    access
        The table of access.
    homes
        The homes, in the order that is wanted; h of them.
    category
        One of those in the table.

    Returns
    -------
    numpy.ndarray or None
        Decimetres, `FAR` where none can be reached, shape (h,); none where nothing is known of
        such assets.
    """
    rows = access[access["category"] == category].set_index("home_id").loc[homes["home_id"]]
    if (rows["state"] == State.NO_DATA).all():
        return None
    metres = rows["nearest_m"].to_numpy(float)
    dm = np.where(np.isnan(metres), float(FAR), np.rint(metres * DM_PER_M))
    found: Ints = dm.astype(np.int64)
    return found


def gained(
    walks: Walks,
    asked: Flags,
    residents: Residents,
    now: Ints | None,
    minutes: Sequence[int],
    metres: Sequence[float],
) -> pd.DataFrame:
    """Count who would have a category within reach that has it not, site by site.

    Parameters
    ----------
    walks
        From homes to n sites.
    asked
        Which sites; shape (n,).
    residents
        Who lives where.
    now
        Walk to the nearest as there are now, in decimetres, of each home; none where it is not
        known.
    minutes, metres
        Cut-offs, rising.

    Returns
    -------
    pandas.DataFrame
        `site` (its row), `minutes`, `people_of`, `people_within`, `gained`, `state` and
        `coverage_pct`; for each site asked for and cut-off a row for all and for each group.
    """
    chosen = asked[walks.site]
    site, home, cost = walks.site[chosen], walks.home[chosen], walks.cost[chosen]
    rows = np.flatnonzero(asked)
    place = np.cumsum(asked) - 1
    n_groups = len(residents.groups) or 1
    key = place[site] * n_groups + residents.group[home]
    shape = (len(rows), n_groups)

    def sums(which: Flags) -> Floats:
        weights = residents.people[home[which]]
        by_group = np.bincount(key[which], weights=weights, minlength=shape[0] * shape[1])
        by_group = by_group.reshape(shape)
        total = by_group.sum(axis=1, keepdims=True)
        found: Floats = np.hstack([total, by_group])[:, : 1 + len(residents.groups)]
        return found

    parts = []
    for minute, metre, cut_off in zip(minutes, metres, in_decimetres(metres), strict=True):
        is_within = cost <= cut_off
        is_new = is_within & (now[home] > cut_off) if now is not None else is_within & False
        is_certain = is_new & (residents.known_within_m[home] >= metre)
        within, more, certain = sums(is_within), sums(is_new), sums(is_certain)
        parts.append(
            _rows_of(
                rows, minute, residents.groups, (within, more, certain), walks.is_reached,
                is_known=now is not None,
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _rows_of(
    rows: Ints,
    minute: int,
    groups: tuple[str, ...],
    sums: tuple[Floats, Floats, Floats],
    is_reached: Flags,
    *,
    is_known: bool,
) -> pd.DataFrame:
    """Lay out one cut-off: a row for each site and group."""
    within, more, certain = (each.ravel() for each in sums)
    names = np.array([ALL, *groups], dtype=object)
    site = np.repeat(rows, len(names))
    with np.errstate(invalid="ignore", divide="ignore"):
        coverage = np.where(more > 0, np.clip(certain / more * ALL_PCT, 0, ALL_PCT), ALL_PCT)
    state = np.select(
        [~is_reached[site], np.full(len(site), not is_known), more == 0],
        [State.UNREACHABLE.value, State.NO_DATA.value, State.TRUE_ZERO.value],
        State.OK.value,
    )
    is_number = np.isin(state, [State.OK.value, State.TRUE_ZERO.value])
    return pd.DataFrame(
        {
            "site": site,
            "minutes": np.int64(minute),
            "people_of": np.tile(names, len(rows)),
            "people_within": within,
            "gained": np.where(is_number, more, np.nan),
            "state": state.astype(object),
            "coverage_pct": np.where(is_number, coverage, 0.0),
        }
    )


@dataclass(frozen=True)
class Possibilities:
    """What sites could become, and whom that would reach.

    `fits` is `tables.SITE_USES`; `walks` are to all sites, by how they are walked into; `now` is
    the walk to the nearest of each category that a use adds, as `nearest_now` gives it.
    """

    sites: gpd.GeoDataFrame
    fits: pd.DataFrame
    uses: Mapping[str, Use]
    rules: Mapping[str, CategoryRules]
    walks: Mapping[str, Walks]
    residents: Residents
    now: Mapping[str, Ints | None]

    def asked(self, use: str) -> Flags:
        """Return which sites a use fits, or might."""
        rows = (self.fits["use"] == use) & (self.fits["fits"] != "no")
        found: Flags = self.sites["site_id"].isin(self.fits.loc[rows, "site_id"]).to_numpy()
        return found

    def walks_for(self, use: str) -> Walks:
        """Return the walks to sites as what a use adds is walked into."""
        return self.walks[self.rules[self.uses[use].adds].walk_in]


def measure_gains(possible: Possibilities, study: Study) -> pd.DataFrame:
    """Count the people gained by every use that a site may have.

    Parameters
    ----------
    possible
        Sites and uses.
    study
        Cut-offs.

    Returns
    -------
    pandas.DataFrame
        `tables.RESIDENTS_GAINED`, for all uses that fit or might.
    """
    minutes = study.walking.minutes
    metres = [study.walking.metres_in(m) for m in minutes]
    ids = possible.sites["site_id"].to_numpy(dtype=object)
    found = []
    for name, use in sorted(possible.uses.items()):
        asked = possible.asked(name)
        if not asked.any():
            continue
        walks, now = possible.walks_for(name), possible.now[use.adds]
        rows = gained(walks, asked, possible.residents, now, minutes, metres)
        rows.insert(0, "site_id", ids[rows.pop("site").to_numpy()])
        rows.insert(1, "use", name)
        found.append(rows)
    return pd.concat(found, ignore_index=True) if found else _nothing()


def _nothing() -> pd.DataFrame:
    kinds = {
        "site_id": "str", "use": "str", "minutes": "int64", "people_of": "str",
        "people_within": "float64", "gained": "float64", "state": "str", "coverage_pct": "float64",
    }  # fmt: skip
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
