"""Access across the deciles of deprivation: worked numbers, flat and steep towns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline import contracts, equity, tables
from pipeline.config import Equity, State

CHOICES = Equity(draws=200, interval_pct=95.0, fewest_neighbourhoods=4)
MEASURES = {"within_10_min_pct": True, "mean_count_within_15_min": False}


def neighbourhoods(deciles: list[int | None]) -> pd.DataFrame:
    known = [decile is not None for decile in deciles]
    return pd.DataFrame(
        {
            "neighbourhood_id": [f"N{n:02}" for n in range(len(deciles))],
            "deprivation_rank": pd.array(
                [None if d is None else d * 100 + n for n, d in enumerate(deciles)], dtype="Int64"
            ),
            "deprivation_decile": pd.array(deciles, dtype="Int64"),
            "income_decile": pd.array(deciles, dtype="Int64"),
            "deprivation_state": np.where(known, State.OK.value, State.NO_DATA.value),
        }
    )


def indicators(values: list[float], measure: str = "within_10_min_pct") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "neighbourhood_id": [f"N{n:02}" for n in range(len(values))],
            "category": "park",
            "measure": measure,
            "value": values,
            "unit": "%" if measure.endswith("pct") else "assets",
        }
    )


def table_of(
    values: list[float], deciles: list[int | None], people: list[float], measure: str
) -> dict[tuple[str, str], dict[str, Any]]:
    areas = neighbourhoods(deciles)
    counted = pd.Series(people, index=areas["neighbourhood_id"])
    found = equity.gradient(indicators(values, measure), areas, counted, MEASURES, CHOICES, 10)
    contracts.check(found, tables.GRADIENT, "gradient")
    rows = [{str(key): value for key, value in row.items()} for row in found.to_dict("records")]
    return {(row["against"], row["part"]): row for row in rows}


def test_a_decile_is_the_mean_of_its_people() -> None:
    found = table_of([10, 70, 50, 90], [1, 1, 4, 10], [300, 100, 200, 400], "within_10_min_pct")
    first = found[("index", "decile_01")]
    assert (first["value"], first["people"], first["neighbourhoods"]) == (25, 400, 2)
    assert first["cumulative_people_pct"] == 40
    assert first["cumulative_value_pct"] == pytest.approx(100 * 10_000 / 56_000)
    assert found[("index", "mean")]["value"] == 56
    gap = found[("income", "decile_07")]
    assert (gap["state"], gap["neighbourhoods"]) == (State.NO_DATA, 0)
    assert np.isnan(gap["value"])
    # The curve goes on over deciles that nobody here lives in.
    assert gap["cumulative_people_pct"] == 60


def test_a_flat_town_has_no_slope_and_a_steep_one_has() -> None:
    deciles: list[int | None] = [*range(1, 11)]
    flat = table_of([60.0] * 10, deciles, [100.0] * 10, "within_10_min_pct")
    for part in ("slope_index", "relative_index", "concentration_index"):
        assert (
            flat[("index", part)]["state"] == State.TRUE_ZERO
            or abs(flat[("index", part)]["value"]) < 1e-12
        )
    steep = table_of([5.0 + 10 * n for n in range(10)], deciles, [100.0] * 10, "within_10_min_pct")
    slope = steep[("index", "slope_index")]
    assert slope["value"] == pytest.approx(100)
    assert slope["low"] <= 100 <= slope["high"] + 1e-9
    turned = table_of(
        [95.0 - 10 * n for n in range(10)], deciles, [100.0] * 10, "within_10_min_pct"
    )
    assert turned[("index", "slope_index")]["value"] == pytest.approx(-100)


def test_every_number_of_a_steep_town_by_hand() -> None:
    """Ten people-equal steps from 5 to 95: the variance of the ranks is 99/1200.

    So the covariance is 100 × 99/1200 = 8.25 about a mean of 50.
    """
    deciles: list[int | None] = [*range(1, 11)]
    values, people = [5.0 + 10 * n for n in range(10)], [100.0] * 10
    found = table_of(values, deciles, people, "within_10_min_pct")
    assert found[("index", "mean")]["value"] == pytest.approx(50)
    assert found[("index", "relative_index")]["value"] == pytest.approx(2)
    assert found[("index", "concentration_index")]["value"] == pytest.approx(0.33)
    assert found[("index", "bounded_concentration_index")]["value"] == pytest.approx(0.66)
    # The curve: the five most deprived tenths have 125 of 500.
    assert found[("index", "decile_05")]["cumulative_value_pct"] == pytest.approx(25)
    amounts = table_of(values, deciles, people, "mean_count_within_15_min")
    # In order of deprivation and of the value these are the same queue.
    assert amounts[("value", "gini")]["value"] == pytest.approx(0.33)
    assert amounts[("value", "palma")]["value"] == pytest.approx(95 / (5 + 15 + 25 + 35))


def test_in_a_flat_town_amounts_are_alike_and_no_draw_changes_that() -> None:
    deciles: list[int | None] = [*range(1, 11)]
    found = table_of([4.0] * 10, deciles, [10.0 + n for n in range(10)], "mean_count_within_15_min")
    gini, palma = found[("value", "gini")], found[("value", "palma")]
    assert gini["value"] == pytest.approx(0, abs=1e-12)
    for end in ("value", "low", "high"):
        assert palma[end] == pytest.approx(0.25)
    slope = found[("index", "slope_index")]
    assert max(abs(slope[end]) for end in ("value", "low", "high")) < 1e-9


def test_an_interval_widens_with_neighbourhoods_that_differ() -> None:
    """Alike but for one: the draws that miss it have no slope at all."""
    deciles: list[int | None] = [*range(1, 11)]
    found = table_of([50.0] * 9 + [90.0], deciles, [100.0] * 10, "within_10_min_pct")
    slope = found[("index", "slope_index")]
    assert slope["low"] == pytest.approx(0, abs=1e-9)
    assert slope["high"] > slope["value"] > 0


def test_what_is_too_little_is_not_published() -> None:
    deciles: list[int | None] = [1, 2, None]
    found = table_of([10, 20, 30], deciles, [5, 500, 500], "within_10_min_pct")
    assert found[("index", "decile_01")]["state"] == State.SUPPRESSED
    assert np.isnan(found[("index", "decile_01")]["value"])
    assert found[("index", "slope_index")]["state"] == State.NO_DATA
    assert found[("index", "decile_02")]["people"] == 500


def test_amounts_over_people_need_no_index() -> None:
    values, people = [0.0, 2.0, 4.0, 6.0], [100.0] * 4
    found = table_of(values, [None] * 4, people, "mean_count_within_15_min")
    assert {against for against, _ in found} == {"value"}
    assert found[("value", "gini")]["value"] == pytest.approx(5 / 12)
    # The 40 people with most have 6 each; of the 160 with least, 100 have none and 60 have 2.
    assert found[("value", "palma")]["value"] == pytest.approx(240 / 120)


def test_nobody_and_nothing_are_no_numbers() -> None:
    nan = float("nan")
    found = table_of([nan, nan], [1, 10], [0, 50], "mean_count_within_15_min")
    assert {row["state"] for row in found.values()} == {State.NO_DATA}
