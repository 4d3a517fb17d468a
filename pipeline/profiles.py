"""Homes → neighbourhoods: every published number, with its state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.config import CategoryRules, State, Study
from pipeline.headline import Measured, Pace, attached_people, headline_numbers, rows_of
from pipeline.places import (
    Floats,
    Places,
    certain_pct,
    divided,
    places_of,
    quantiles_of,
    with_states,
    with_the_rest,
)


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
    people = attached_people(places)
    metres = rows["nearest_m"].fillna(np.inf).to_numpy(float)
    pace = Pace.of(study.walking.speed_m_per_min, study.walking.minutes)
    measures = [
        *headline_numbers(metres, people, places, pace),
        *_choice(rows, places, people, study),
        *_means(rows, places, people, study, rules),
    ]
    table = rows_of(measures, places)
    is_no_data = bool((rows["state"] == State.NO_DATA).all())
    return with_states(table, places.sums(people), places, study, is_no_data=is_no_data)


def _choice(rows: pd.DataFrame, places: Places, people: Floats, study: Study) -> Iterator[Measured]:
    """Minutes within which half of the people have a choice of several."""
    metres = rows["kth_nearest_m"].fillna(np.inf).to_numpy(float)
    value = quantiles_of(metres, people, places, [0.5])[0] / study.walking.speed_m_per_min
    is_certain = (metres <= places.known_within_m) & places.is_attached
    name = f"nearest_{study.measures.choice_of}_median_min"
    yield Measured(name, "min", value, certain_pct(places, is_certain))


def _means(
    rows: pd.DataFrame, places: Places, people: Floats, study: Study, rules: CategoryRules
) -> Iterator[Measured]:
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
        sharers, whom = people, ""
        if rules.supply_for == "children":
            sharers, whom = np.where(places.is_attached, places.children, 0.0), " children"
        its_unit = f"{unit} per 1,000{whom}"
        wanted.append(("supply_per_1000", "supply_per_1000", its_unit, sharers, 2))
    for name, column, its_unit, weights, reach in wanted:
        values = rows[column].to_numpy(float)
        # Who has no number, or how many it stands for, counts neither as one with nothing.
        is_known = places.is_attached & ~np.isnan(values) & ~np.isnan(weights)
        counted = np.where(is_known, weights, 0.0)
        mean = divided(places.sums(counted * np.nan_to_num(values)), places.sums(counted))
        is_certain = places.known_within_m >= study.walking.longest_m * reach
        certain = certain_pct(places, is_certain & is_known)
        yield Measured(name, its_unit, mean, certain)
