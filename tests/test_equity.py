"""Access across deprivation: worked numbers, laws, and slow ways to the same answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import contracts, equity, tables
from pipeline.config import Equity, State
from pipeline.equity import Spread, fractional_ranks, gini, palma

CHOICES = Equity(draws=200, interval_pct=95.0, fewest_neighbourhoods=4)
MEASURES = {"within_10_min_pct": True, "mean_count_within_15_min": False}


def spread(values: list[float], people: list[float], position: list[float]) -> Spread:
    weights = np.array(people, dtype=float)
    return Spread.of(np.array(values, dtype=float), weights, fractional_ranks(weights, position))


def test_four_neighbourhoods_by_hand() -> None:
    """Ranks 1/8, 3/8, 5/8, 7/8 about one half: their variance is 5/64.

    The values 20, 40, 40, 60 lie 50 apart along the line: the covariance is 250/64.
    """
    town = spread([20, 40, 40, 60], [100] * 4, [1, 2, 3, 4])
    assert float(town.ranks_alone) == pytest.approx(5 / 64)
    assert float(town.together) == pytest.approx((0.375 * 40 + 0.125 * 0) / 4)
    assert float(equity.slope_index(town)) == pytest.approx(48)
    assert float(equity.relative_index(town)) == pytest.approx(48 / 40)
    assert float(equity.concentration_index(town)) == pytest.approx(2 * 3.75 / 40)
    assert float(equity.bounded_concentration_index(town)) == pytest.approx(8 * 3.75 / 100)


def test_those_who_stand_at_the_same_place_share_its_middle() -> None:
    ranks = fractional_ranks(np.array([10.0, 30.0, 40.0, 20.0]), [5, 2, 2, 9])
    assert ranks.tolist() == pytest.approx([0.75, 0.35, 0.35, 0.9])


def test_gini_and_palma_by_hand() -> None:
    """A tenth of the people has half of all: 5 of 10; the others 5/9 each."""
    people, values = np.array([10.0, 90.0]), np.array([5.0, 5 / 9])
    assert float(gini(values, people)) == pytest.approx(0.4)
    assert float(palma(values, people)) == pytest.approx(50 / (40 * 5 / 9))
    assert float(palma(np.array([2.0, 2.0]), people)) == pytest.approx(0.25)


towns = st.lists(
    st.tuples(
        st.integers(0, 50).map(float), st.integers(1, 500).map(float), st.integers(1, 20).map(float)
    ),
    min_size=2,
    max_size=12,
)


@given(towns)
@settings(deadline=None)
def test_a_slow_way_comes_to_the_same(town: list[tuple[float, float, float]]) -> None:
    """Gini by the difference of each pair of people; the slope by least squares over people."""
    values, people, position = (np.array(column) for column in zip(*town, strict=True))
    mean = (values * people).sum() / people.sum()
    apart = np.abs(values[:, None] - values[None, :])
    pairs = (people[:, None] * people[None, :] * apart).sum() / people.sum() ** 2
    if mean > 0:
        assert float(gini(values, people)) == pytest.approx(pairs / (2 * mean), abs=1e-9)
    ranks = np.array(
        [(people[position < p].sum() + people[position == p].sum() / 2) for p in position]
    )
    ranks /= people.sum()
    found = spread(values.tolist(), people.tolist(), position.tolist())
    if np.ptp(ranks) > 0:
        slope = np.polyfit(ranks, values, 1, w=np.sqrt(people))[0]
        assert float(equity.slope_index(found)) == pytest.approx(slope, abs=1e-6)


@given(towns, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_rows_is_of_no_account(
    town: list[tuple[float, float, float]], random: object
) -> None:
    shuffled = list(town)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (
        float(spread(*map(list, zip(*rows, strict=True))).together) for rows in (town, shuffled)
    )
    assert one == pytest.approx(other, abs=1e-9)


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
