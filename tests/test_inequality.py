"""Inequality in single numbers: worked by hand, laws, and slow ways to the same answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import inequality
from pipeline.inequality import Spread, fractional_ranks, gini, palma


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
    assert float(inequality.slope_index(town)) == pytest.approx(48)
    assert float(inequality.relative_index(town)) == pytest.approx(48 / 40)
    assert float(inequality.concentration_index(town)) == pytest.approx(2 * 3.75 / 40)
    assert float(inequality.bounded_concentration_index(town)) == pytest.approx(8 * 3.75 / 100)


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
        assert float(inequality.slope_index(found)) == pytest.approx(slope, abs=1e-6)


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
