"""Homes → places: sums, shares and quantiles over the people of each neighbourhood.

Weighted by people, so that a street of flats counts for what it is. A quantile is the smallest
distance within which at least that share of people lives. A home off the network has no answer
and is left out of rates; a home from which no street leads to an asset has one: it is not within
any number of minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config import State, Study

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Shares of people are sums of fractions; a hair under one half is one half.
HAIR = 1e-9


@dataclass(frozen=True)
class Places:
    """Homes laid out by place: each neighbourhood with homes, and last the district."""

    ids: list[str]
    place: Ints
    people: Floats
    children: Floats
    is_attached: npt.NDArray[np.bool_]
    known_within_m: Floats
    all_people: Floats

    def sums(self, values: Floats) -> Floats:
        """Add up one value a home over each place and the district; shape (places,)."""
        sums = np.bincount(self.place, weights=values, minlength=len(self.ids) - 1)
        return np.append(sums, sums.sum())

    def by_place(self, values: Floats) -> pd.Series:
        """Add up one value a home over each place, by its code and without the district."""
        return pd.Series(self.sums(values)[:-1], index=self.ids[:-1])


def places_of(homes: gpd.GeoDataFrame, neighbourhoods: gpd.GeoDataFrame, code: str) -> Places:
    """Lay homes out by place, in the order of their names.

    Parameters
    ----------
    homes
        With `home_id`, people and neighbourhood; only of neighbourhoods that the map data cover.
    neighbourhoods
        All of the district.
    code
        Code of the district.

    Returns
    -------
    Places
        Each neighbourhood with homes, and the district.
    """
    ordered = homes.sort_values("home_id", ignore_index=True)
    ids, place = np.unique(ordered["neighbourhood_id"].to_numpy(dtype=object), return_inverse=True)
    people = ordered["people"].to_numpy(float)
    published = neighbourhoods.set_index("neighbourhood_id")["people"]
    placed = np.bincount(place, weights=people, minlength=len(ids))
    own = published.reindex(ids).to_numpy(float)
    own = np.where(np.isnan(own), placed, own)
    elsewhere = published[~published.index.isin(ids)].sum()
    return Places(
        [*ids, code],
        place.astype(np.int64),
        people,
        ordered["children"].to_numpy(float) if "children" in ordered else people * np.nan,
        (ordered["state"] == State.OK).to_numpy(),
        ordered["known_within_m"].to_numpy(float),
        np.append(own, own.sum() + elsewhere),
    )


def divided(sums: Floats, by: Floats) -> Floats:
    """Divide; what is divided by nothing is missing or infinite.

    Parameters
    ----------
    sums, by
        Of the same shape.

    Returns
    -------
    numpy.ndarray
        The quotients.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient: Floats = np.divide(sums, by)
    return quotient


def certain_pct(places: Places, is_certain: npt.NDArray[np.bool_]) -> Floats:
    """Return the share of all people, mapped or not, whose answer is certain.

    Parameters
    ----------
    places
        Homes laid out.
    is_certain
        One for each home, in their order.

    Returns
    -------
    numpy.ndarray
        Per cent of the people of each place.
    """
    sums = places.sums(places.people * is_certain)
    return np.clip(np.nan_to_num(divided(sums, places.all_people) * 100), 0, 100)


def quantiles_of(
    metres: Floats, people: Floats, places: Places, shares: Sequence[float]
) -> list[Floats]:
    """Return the smallest distance within which at least each share of people lives.

    Parameters
    ----------
    metres
        One for each home, in their order; infinite where nothing is reached.
    people
        Of each home, 0 for those that have no answer.
    places
        Homes laid out.
    shares
        From 0 to 1.

    Returns
    -------
    list of numpy.ndarray
        For each share, metres for each place; missing where nobody has an answer.
    """
    by_distance = np.argsort(metres, kind="stable")
    # Small integers are sorted by counting.
    place = places.place.astype(np.min_scalar_type(len(places.ids)))
    by_place = by_distance[np.argsort(place[by_distance], kind="stable")]
    counts = np.bincount(places.place, minlength=len(places.ids) - 1)
    begins = np.concatenate([[0], np.cumsum(counts)])
    of_places = _firsts_that_reach(metres[by_place], people[by_place], begins, shares)
    of_all = _firsts_that_reach(metres[by_distance], people[by_distance], begins[[0, -1]], shares)
    return [np.concatenate(pair) for pair in zip(of_places, of_all, strict=True)]


def _firsts_that_reach(
    metres: Floats, people: Floats, begins: Ints, shares: Sequence[float]
) -> Iterator[Floats]:
    """Yield, of each stretch of sorted homes, the distance at which each share is reached."""
    passed = np.concatenate([[0.0], np.cumsum(people)])
    before, after = passed[begins[:-1]], passed[begins[1:]]
    for share in shares:
        wanted = before + (after - before) * share * (1 - HAIR)
        at = np.searchsorted(passed[1:], wanted)
        yield np.where(after > before, metres[np.minimum(at, len(metres) - 1)], np.nan)


def with_states(
    table: pd.DataFrame, answered: Floats, places: Places, study: Study, *, is_no_data: bool | Flags
) -> pd.DataFrame:
    """Say what kind of number each is, and empty those that are none.

    Parameters
    ----------
    table
        `value` and `coverage_pct`, place after place, any number of times over.
    answered
        People with an answer in each place.
    places
        Homes laid out.
    study
        The fewest people a rate is published of.
    is_no_data
        Whether nothing of the category is known: of all rows, or of each.

    Returns
    -------
    pandas.DataFrame
        The same rows with `state`; `value` missing unless it is a number.
    """
    repeats = len(table) // len(places.ids)
    n_people = np.tile(answered, repeats)
    value = table["value"].to_numpy(float)
    # Nothing found where nobody's answer is certain is unknown, not a zero.
    is_unknown = (value == 0) & (table["coverage_pct"].to_numpy(float) == 0)
    is_unknown |= np.broadcast_to(is_no_data, len(table))
    state = np.select(
        [
            is_unknown | (n_people == 0) | np.isnan(value),
            n_people < study.fewest_people,
            np.isinf(value),
            value == 0,
        ],
        [State.NO_DATA.value, State.SUPPRESSED.value, State.UNREACHABLE.value,
         State.TRUE_ZERO.value],
        default=State.OK.value,
    )  # fmt: skip
    is_number = np.isin(state, [State.OK.value, State.TRUE_ZERO.value])
    coverage = np.where(state == State.NO_DATA.value, 0.0, table["coverage_pct"])
    return table.assign(
        value=np.where(is_number, value, np.nan), state=state, coverage_pct=coverage
    )


def with_the_rest(found: pd.DataFrame, neighbourhoods: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give neighbourhoods without homes the same rows, all of them without data.

    Parameters
    ----------
    found
        Rows of the places with homes, each `measure` of each `category` in each place.
    neighbourhoods
        All of the district.

    Returns
    -------
    pandas.DataFrame
        Those rows and theirs.
    """
    missing = sorted(set(neighbourhoods["neighbourhood_id"]) - set(found["neighbourhood_id"]))
    kinds = found.drop(
        columns=["neighbourhood_id", "value", "state", "coverage_pct"]
    ).drop_duplicates()
    rows = pd.DataFrame({"neighbourhood_id": missing}).merge(kinds, how="cross")
    unknown = rows.assign(
        value=np.full(len(rows), np.nan), state=State.NO_DATA.value, coverage_pct=0.0
    )
    return pd.concat([found, unknown], ignore_index=True)
