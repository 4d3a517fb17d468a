"""Homes → neighbourhoods: every published number, with its state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.config import CategoryRules, State, Study
from pipeline.places import (
    Floats,
    Places,
    certain_pct,
    divided,
    places_of,
    quantile,
    with_states,
    with_the_rest,
)

QUANTILES = {"nearest_median_min": 0.5, "nearest_q25_min": 0.25, "nearest_q75_min": 0.75}


def build_indicators(
    access: pd.DataFrame,
    homes: gpd.GeoDataFrame,
    neighbourhoods: gpd.GeoDataFrame,
    study: Study,
    code: str,
    rules: Mapping[str, CategoryRules],
    sources: Mapping[str, tuple[str, str]],
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
    rules
        The categories.
    sources
        Category → layers it comes from, and the day of the oldest of them.

    Returns
    -------
    tuple of pandas.DataFrame and dict
        The tidy table of indicators, and how many numbers have each state.
    """
    places = places_of(homes, neighbourhoods, code)
    ordered = access.sort_values(["category", "home_id"], kind="stable")
    homes_in_order = homes["home_id"].sort_values().to_numpy()
    tables = []
    for category, rows in ordered.groupby("category", observed=True):
        if not np.array_equal(rows["home_id"].to_numpy(), homes_in_order):
            msg = f"access to {category} does not speak of every home exactly once"
            raise ValueError(msg)
        table = _of_category(rows, places, study, rules[str(category)])
        source, day = sources.get(str(category), ("", ""))
        tables.append(table.assign(category=str(category), source=source, source_date=day))
    table = with_the_rest(pd.concat(tables, ignore_index=True), neighbourhoods)
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


def _of_category(
    rows: pd.DataFrame, places: Places, study: Study, rules: CategoryRules
) -> pd.DataFrame:
    """Work out every measure of one category."""
    people = np.where(places.is_attached, places.people, 0.0)
    measures = [
        *_walks(rows, places, people, study),
        *_shares(rows, places, people, study),
        *_means(rows, places, people, study, rules),
    ]
    table = pd.concat(measures, ignore_index=True)
    is_no_data = bool((rows["state"] == State.NO_DATA).all())
    return with_states(table, places.sums(people), places, study, is_no_data=is_no_data)


def _walks(
    rows: pd.DataFrame, places: Places, people: Floats, study: Study
) -> Iterator[pd.DataFrame]:
    """Minutes within which a share of people reaches the nearest, and half have a choice."""
    choice = f"nearest_{study.measures.choice_of}_median_min"
    wanted = [(name, "nearest_m", share) for name, share in QUANTILES.items()]
    for name, column, share in (*wanted, (choice, "kth_nearest_m", 0.5)):
        metres = rows[column].fillna(np.inf).to_numpy(float)
        value = quantile(metres, people, places, share) / study.walking.speed_m_per_min
        is_certain = (metres <= places.known_within_m) & places.is_attached
        yield _measure(name, "min", value, certain_pct(places, is_certain), places)


def _shares(
    rows: pd.DataFrame, places: Places, people: Floats, study: Study
) -> Iterator[pd.DataFrame]:
    """Shares of people with one within so many minutes."""
    for minutes in study.walking.minutes:
        is_within = rows[f"n_within_{minutes}_min"].to_numpy(float) > 0
        value = divided(places.sums(people * is_within), places.sums(people)) * 100
        reaches = places.known_within_m >= study.walking.metres_in(minutes)
        certain = certain_pct(places, (is_within | reaches) & places.is_attached)
        yield _measure(f"within_{minutes}_min_pct", "%", value, certain, places)


def _means(
    rows: pd.DataFrame, places: Places, people: Floats, study: Study, rules: CategoryRules
) -> Iterator[pd.DataFrame]:
    """Means over people of what lies within reach, and of what each has of it."""
    longest = max(study.walking.minutes)
    unit = "ha" if rules.supply == "area" else "assets"
    wanted = [
        (f"mean_count_within_{longest}_min", f"n_within_{longest}_min", "assets", people, 1),
        ("mean_gravity", "gravity", unit, people, 1),
    ]
    if rules.supply == "area":
        area = f"area_within_{longest}_min_ha"
        wanted.append((f"mean_{area}", area, unit, people, 1))
    if rules.supply != "none":
        # What there is for each depends on who else walks there, from as far again.
        sharers = people
        if rules.supply_for == "children":
            sharers = np.where(places.is_attached, places.children, 0.0)
        wanted.append(("supply_per_1000", "supply_per_1000", f"{unit} per 1,000", sharers, 2))
    for name, column, its_unit, weights, reach in wanted:
        values = np.nan_to_num(rows[column].to_numpy(float))
        mean = divided(places.sums(weights * values), places.sums(weights))
        is_certain = places.known_within_m >= study.walking.longest_m * reach
        certain = certain_pct(places, is_certain & places.is_attached)
        yield _measure(name, its_unit, mean, certain, places)


def _measure(
    name: str, unit: str, value: Floats, coverage_pct: Floats, places: Places
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
