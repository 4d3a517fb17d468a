"""The best few sites: against every set there is, and against one after another."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from pipeline.best_sets import Cover, best, greedy, weights_of
from tests.test_residents_gained import residents


@st.composite
def covers(draw: st.DrawFn) -> Cover:
    n_sites, n_homes = draw(st.integers(1, 6)), draw(st.integers(1, 8))
    cells = st.lists(st.booleans(), min_size=n_homes, max_size=n_homes)
    reaches = draw(st.lists(cells, min_size=n_sites, max_size=n_sites))
    site, home = np.nonzero(np.array(reaches))
    people = draw(st.lists(st.integers(0, 9), min_size=n_homes, max_size=n_homes))
    return Cover.of(site, home, np.array(people, dtype=float), n_sites)


def by_hand(reaches: list[list[int]], weight: list[float]) -> Cover:
    return Cover(sparse.csr_array(np.array(reaches, dtype=float)), np.array(weight))


def exhausted(cover: Cover, most: int, costs: np.ndarray, budget: float) -> float:
    """Try every set that the budget allows."""
    n = cover.reaches.shape[0]
    sets = (each for k in range(most + 1) for each in itertools.combinations(range(n), k))
    return max(cover.covered(list(each)) for each in sets if costs[list(each)].sum() <= budget)


@given(covers(), st.integers(1, 4))
@settings(max_examples=60)
def test_no_set_of_sites_covers_more_than_the_best(cover: Cover, most: int) -> None:
    costs = np.zeros(cover.reaches.shape[0])
    chosen = best(cover, most, costs, np.inf)
    assert chosen.total == pytest.approx(exhausted(cover, most, costs, np.inf))
    assert chosen.total == pytest.approx(cover.covered(chosen.sites))
    assert len(chosen.sites) <= most
    assert chosen.gap_pct == 0
    first = greedy(cover, most, costs, np.inf)
    assert first.total <= chosen.total + 1e-9
    assert first.total >= (1 - 1 / np.e) * chosen.total - 1e-9


@given(covers(), st.integers(1, 6), st.data())
@settings(max_examples=60)
def test_no_set_within_the_budget_covers_more(cover: Cover, most: int, data: st.DataObject) -> None:
    n = cover.reaches.shape[0]
    costs = np.array(data.draw(st.lists(st.integers(1, 5), min_size=n, max_size=n)), dtype=float)
    budget = float(data.draw(st.integers(1, 9)))
    chosen = best(cover, most, costs, budget)
    assert costs[chosen.sites].sum() <= budget
    assert chosen.total == pytest.approx(exhausted(cover, most, costs, budget))


def test_one_after_another_can_miss_the_best_pair() -> None:
    # The middle one reaches 6; but left and right together reach all 8, and middle and left only 7.
    cover = by_hand([[0, 1, 1, 0], [1, 1, 0, 0], [0, 0, 1, 1]], [1, 3, 3, 1])
    costs = np.zeros(3)
    assert greedy(cover, 2, costs, np.inf).sites == [0, 1]
    assert greedy(cover, 2, costs, np.inf).total == 7
    assert best(cover, 2, costs, np.inf).sites == [1, 2]
    assert best(cover, 2, costs, np.inf).adds == [4, 4]


def test_sites_that_reach_nobody_are_not_taken() -> None:
    cover = by_hand([[1, 0], [0, 0]], [5, 2])
    assert best(cover, 2, np.zeros(2), np.inf).sites == [0]
    assert best(by_hand([[0]], [3]), 1, np.zeros(1), np.inf).sites == []


def test_homes_that_the_same_sites_reach_are_one_group() -> None:
    site, home = np.array([0, 1, 0, 1, 0]), np.array([0, 0, 1, 1, 2])
    cover = Cover.of(site, home, np.array([1.0, 2.0, 4.0, 8.0]), 2)
    assert cover.weight.tolist() == [4, 3]
    assert cover.covered([0]) == 7
    assert cover.covered([1]) == 3


def test_with_an_equity_weight_people_of_decile_1_count_for_more() -> None:
    # 2 people in decile 1, 3 in decile 10: 2 × (1 + 1) and 3 × (1 + 0).
    town = residents(people=[2, 3], deciles=[1, 10])
    assert weights_of(town, 1.0).tolist() == [4, 3]
    assert weights_of(town, 0.0).tolist() == [2, 3]
    assert weights_of(residents(people=[2, 3], deciles=[np.nan, np.nan]), 1.0).tolist() == [2, 3]
