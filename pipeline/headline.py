"""The numbers that are read first: how long the walk is, and how many people have it in reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.places import Floats, Places, certain_pct, divided, quantiles_of

QUARTILES = {"nearest_median_min": 0.5, "nearest_q25_min": 0.25, "nearest_q75_min": 0.75}
MEDIAN = {"nearest_median_min": 0.5}


class Measured(NamedTuple):
    """One measure of one category: its value in each place, and how much of it is certain."""

    name: str
    unit: str
    value: Floats
    coverage_pct: Floats


@dataclass(frozen=True)
class Pace:
    """How fast somebody walks, and how far they get in each number of minutes."""

    speed_m_per_min: float
    within_m: Mapping[int, float]

    @classmethod
    def of(cls, speed_m_per_min: float, minutes: tuple[int, ...], longer: float = 1.0) -> Pace:
        """Lay out cut-offs.

        Parameters
        ----------
        speed_m_per_min
            On the flat.
        minutes
            Rising.
        longer
            What the cut-offs are multiplied by.

        Returns
        -------
        Pace
            Each number of minutes with its metres.
        """
        return cls(speed_m_per_min, {m: m * speed_m_per_min * longer for m in minutes})


def headline_numbers(
    metres: Floats,
    people: Floats,
    places: Places,
    pace: Pace,
    quantiles: Mapping[str, float] = QUARTILES,
) -> Iterator[Measured]:
    """Work out the headline numbers of one category in every place.

    Parameters
    ----------
    metres
        To the nearest from each home, in the order of `places`; infinite where there is none.
    people
        Of each home, 0 for those that have no answer.
    places
        Homes laid out.
    pace
        Speed and cut-offs; a walk of exactly the cut-off counts.
    quantiles
        Measures of minutes, with the share of people who have reached one by then.

    Yields
    ------
    Measured
        The quantiles, then the shares.
    """
    certain = certain_pct(places, (metres <= places.known_within_m) & places.is_attached)
    found = quantiles_of(metres, people, places, list(quantiles.values()))
    for name, distance in zip(quantiles, found, strict=True):
        yield Measured(name, "min", distance / pace.speed_m_per_min, certain)
    everybody = places.sums(people)
    for minutes, cut_off_m in pace.within_m.items():
        # Walks are whole decimetres; a hair of a float more than the cut-off is the cut-off.
        is_within = metres <= cut_off_m + 1e-6
        value = divided(places.sums(people * is_within), everybody) * 100
        is_certain = (is_within | (places.known_within_m >= cut_off_m)) & places.is_attached
        certain = certain_pct(places, is_certain)
        yield Measured(f"within_{minutes}_min_pct", "%", value, certain)


def rows_of(found: Iterable[Measured], places: Places) -> pd.DataFrame:
    """Lay measures out as rows.

    Parameters
    ----------
    found
        Any number of measures.
    places
        Homes laid out.

    Returns
    -------
    pandas.DataFrame
        `neighbourhood_id`, `measure`, `value`, `unit`, `coverage_pct`: a row a place, measure
        after measure.
    """
    measures, n = list(found), len(places.ids)
    return pd.DataFrame(
        {
            "neighbourhood_id": np.tile(np.array(places.ids, dtype=object), len(measures)),
            "measure": np.repeat([m.name for m in measures], n),
            "value": np.concatenate([m.value for m in measures]),
            "unit": np.repeat([m.unit for m in measures], n),
            "coverage_pct": np.concatenate([m.coverage_pct for m in measures]),
        }
    )


def attached_people(places: Places) -> Floats:
    """Return the people of each home that has an answer, and 0 for the others."""
    return np.where(places.is_attached, places.people, 0.0)


def ranges(table: pd.DataFrame) -> pd.DataFrame:
    """Return the smallest and the largest variant of each number.

    Parameters
    ----------
    table
        `neighbourhood_id`, `category`, `measure` and `value`, one row a variant.

    Returns
    -------
    pandas.DataFrame
        `low` and `high`, by neighbourhood, category and measure.
    """
    keys = ["neighbourhood_id", "category", "measure"]
    values = table.groupby(keys, observed=True)["value"]
    return pd.DataFrame({"low": values.min(), "high": values.max()})
