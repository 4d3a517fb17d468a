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

from pipeline.access.standing import in_decimetres
from pipeline.config import CategoryRules, State, Study, Use
from pipeline.routing import DM_PER_M, FAR
from pipeline.site_walks import ALL, Flags, Floats, Ints, Residents, Walks

SmallInts = npt.NDArray[np.int32]

ALL_PCT = 100.0


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
