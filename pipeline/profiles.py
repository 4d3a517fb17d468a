"""Homes → neighbourhoods: every published number, with its state.

Weighted by people, so that a street of flats counts for what it is. A quantile is the smallest
number of minutes within which at least that share of people lives. A home off the network has no
answer and is left out of rates; a home from which no street leads to an asset has one: it is not
within any number of minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config import CategoryRules, State, Study

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

QUANTILES = {"nearest_median_min": 0.5, "nearest_q25_min": 0.25, "nearest_q75_min": 0.75}
# Shares of people are sums of fractions; a hair under one half is one half.
HAIR = 1e-9


@dataclass(frozen=True)
class _Places:
    """Homes laid out by place: each neighbourhood with homes, and last the district."""

    ids: list[str]
    place: Ints
    people: Floats
    is_attached: npt.NDArray[np.bool_]
    known_within_m: Floats
    all_people: Floats

    def sums(self, values: Floats) -> Floats:
        """Add up one value a home over each place and the district; shape (places,)."""
        sums = np.bincount(self.place, weights=values, minlength=len(self.ids) - 1)
        return np.append(sums, sums.sum())


def build_indicators(
    access: pd.DataFrame,
    homes: gpd.GeoDataFrame,
    neighbourhoods: gpd.GeoDataFrame,
    study: Study,
    code: str,
    sources: dict[str, tuple[str, str]],
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Summarise access over the people of each neighbourhood and of the district.

    Parameters
    ----------
    access
        One row a home and category.
    homes
        With people and neighbourhood; only of neighbourhoods that the map data cover.
    neighbourhoods
        All of the district.
    study
        Speed, minutes and the fewest people a rate is published of.
    code
        Code of the district, used as one more `neighbourhood_id`.
    sources
        Category → layers it comes from, and the day of the oldest of them.

    Returns
    -------
    tuple of pandas.DataFrame and dict
        The tidy table of indicators, and how many numbers have each state.
    """
    places = _places(homes, neighbourhoods, code)
    ordered = access.sort_values(["category", "home_id"], kind="stable")
    homes_in_order = homes["home_id"].sort_values().to_numpy()
    tables = []
    for category, rows in ordered.groupby("category", observed=True):
        if not np.array_equal(rows["home_id"].to_numpy(), homes_in_order):
            msg = f"access to {category} does not speak of every home exactly once"
            raise ValueError(msg)
        table = _of_category(rows, places, study)
        source, day = sources.get(str(category), ("", ""))
        tables.append(table.assign(category=str(category), source=source, source_date=day))
    found = pd.concat(tables, ignore_index=True)
    table = pd.concat([found, _without_homes(found, neighbourhoods)], ignore_index=True)
    states = table["state"].value_counts().sort_index()
    return table, {"numbers": {str(k): int(v) for k, v in states.items()}}


def sources_of(
    rules: Mapping[str, CategoryRules],
    inputs: Mapping[str, tuple[str | None, date]],
    council_layers: Mapping[str, str],
) -> dict[str, tuple[str, str]]:
    """Say which inputs each category comes from, and of what day the oldest of them is.

    Parameters
    ----------
    rules
        The categories.
    inputs
        Input → the published table it is, if it is one, and its date.
    council_layers
        A council's own layer → the category of its rows.

    Returns
    -------
    dict
        Category → inputs in sorted order, separated by commas, and the oldest day.
    """
    found = {}
    for category, rule in rules.items():
        tables = {layer.layer for layer in rule.layers}
        names = ["openstreetmap"]
        names += sorted(key for key, (table, _) in inputs.items() if table in tables)
        names += sorted(key for key, own in council_layers.items() if own == category)
        oldest = min(inputs[name][1] for name in names)
        found[category] = (",".join(names), oldest.isoformat())
    return found


def _places(homes: gpd.GeoDataFrame, neighbourhoods: gpd.GeoDataFrame, code: str) -> _Places:
    """Lay homes out in the order of their names."""
    ordered = homes.sort_values("home_id", ignore_index=True)
    ids, place = np.unique(ordered["neighbourhood_id"].to_numpy(dtype=object), return_inverse=True)
    people = ordered["people"].to_numpy(float)
    published = neighbourhoods.set_index("neighbourhood_id")["people"]
    placed = np.bincount(place, weights=people, minlength=len(ids))
    own = published.reindex(ids).to_numpy(float)
    own = np.where(np.isnan(own), placed, own)
    elsewhere = published[~published.index.isin(ids)].sum()
    return _Places(
        [*ids, code],
        place.astype(np.int64),
        people,
        (ordered["state"] == State.OK).to_numpy(),
        ordered["known_within_m"].to_numpy(float),
        np.append(own, own.sum() + elsewhere),
    )


def _of_category(rows: pd.DataFrame, places: _Places, study: Study) -> pd.DataFrame:
    """Work out every measure of one category."""
    speed = study.walking.speed_m_per_min
    metres = rows["nearest_m"].to_numpy(float)
    metres = np.where(np.isnan(metres), np.inf, metres)
    people = np.where(places.is_attached, places.people, 0.0)
    answered = places.sums(people)
    measures = []
    certain = _coverage(places, (metres <= places.known_within_m) & places.is_attached)
    for name, share in QUANTILES.items():
        value = _quantile(metres, people, places, share) / speed
        measures.append(_measure(name, "min", value, certain, places))
    for minutes in study.walking.minutes:
        is_within = rows[f"n_within_{minutes}_min"].to_numpy(float) > 0
        value = _divided(places.sums(people * is_within), answered) * 100
        known = (is_within | (places.known_within_m >= minutes * speed)) & places.is_attached
        name = f"within_{minutes}_min_pct"
        measures.append(_measure(name, "%", value, _coverage(places, known), places))
    longest = max(study.walking.minutes)
    counts = np.nan_to_num(rows[f"n_within_{longest}_min"].to_numpy(float))
    value = _divided(places.sums(people * counts), answered)
    known = (places.known_within_m >= study.walking.longest_m) & places.is_attached
    name = f"mean_count_within_{longest}_min"
    measures.append(_measure(name, "assets", value, _coverage(places, known), places))
    table = pd.concat(measures, ignore_index=True)
    is_no_data = (rows["state"] == State.NO_DATA).all()
    return _with_states(table, answered, places, study, is_no_data=bool(is_no_data))


def _measure(
    name: str, unit: str, value: Floats, coverage_pct: Floats, places: _Places
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "neighbourhood_id": places.ids,
            "measure": name,
            "value": value,
            "unit": unit,
            "coverage_pct": coverage_pct,
        }
    )


def _divided(sums: Floats, by: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient: Floats = np.divide(sums, by)
    return quotient


def _coverage(places: _Places, is_certain: npt.NDArray[np.bool_]) -> Floats:
    """Return the share of all people, mapped or not, whose answer is certain, in per cent."""
    sums = places.sums(places.people * is_certain)
    return np.clip(np.nan_to_num(_divided(sums, places.all_people) * 100), 0, 100)


def _quantile(metres: Floats, people: Floats, places: _Places, share: float) -> Floats:
    """Return the smallest distance within which at least that share of people lives."""
    last = len(places.ids) - 1
    everyone = np.concatenate([places.place, np.full(len(metres), last)])
    distance, weight = np.tile(metres, 2), np.tile(people, 2)
    order = np.lexsort((distance, everyone))
    table = pd.DataFrame(
        {"place": everyone[order], "metres": distance[order], "people": weight[order]}
    )
    table = table[table["people"] > 0]
    reached = table.groupby("place")["people"].cumsum()
    wanted = table.groupby("place")["people"].transform("sum") * share
    first = table[reached >= wanted * (1 - HAIR)].groupby("place")["metres"].first()
    return first.reindex(range(last + 1)).to_numpy(float)


def _with_states(
    table: pd.DataFrame, answered: Floats, places: _Places, study: Study, *, is_no_data: bool
) -> pd.DataFrame:
    """Say what kind of number each is, and empty those that are none."""
    repeats = len(table) // len(places.ids)
    n_people = np.tile(answered, repeats)
    value = table["value"].to_numpy(float)
    # Nothing found where nobody's answer is certain is unknown, not a zero.
    is_unknown = (value == 0) & (table["coverage_pct"].to_numpy(float) == 0)
    state = np.select(
        [
            np.full(len(table), is_no_data) | (n_people == 0) | np.isnan(value) | is_unknown,
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


def _without_homes(found: pd.DataFrame, neighbourhoods: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give neighbourhoods without homes the same rows, all of them without data."""
    missing = sorted(set(neighbourhoods["neighbourhood_id"]) - set(found["neighbourhood_id"]))
    columns = ["category", "measure", "unit", "source", "source_date"]
    kinds = found[columns].drop_duplicates()
    rows = pd.DataFrame({"neighbourhood_id": missing}).merge(kinds, how="cross")
    return rows.assign(
        value=np.full(len(rows), np.nan), state=State.NO_DATA.value, coverage_pct=0.0
    )
