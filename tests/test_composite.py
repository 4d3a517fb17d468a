"""A composite by hand, what hangs on its weights, and that nothing else changes with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline import contracts, tables
from pipeline.assessment import Beside, assess
from pipeline.composite import composites
from pipeline.config import Composite
from pipeline.config.composite import Part
from pipeline.elsewhere import nothing
from pipeline.errors import ChoiceIsNotAllowed
from tests.test_assessment import LOOKS, STANDARDS, areas, domains, indicators, standards

TOWN = {
    "A": {"park": 80.0, "water": 40.0, "library": 20.0, "pub": 0.0},
    "B": {"park": 60.0, "water": 40.0, "library": 90.0, "pub": 10.0},
    "C": {"park": 10.0, "water": 10.0, "library": 10.0, "pub": 10.0},
}


def assessed(states: dict[tuple[str, str], str] | None = None) -> pd.DataFrame:
    beside = Beside(areas(dict.fromkeys(TOWN, 3)), domains({}), nothing())
    return assess(indicators(TOWN, states), standards({}), beside, LOOKS, STANDARDS, 10)


def declared(first: float = 1.0, second: float = 1.0, item: str = "library") -> Composite:
    parts = (
        Part(part="kind", item="green_space", weight=first),
        Part(part="category", item=item, weight=second),
    )
    return Composite(label="Green and learning", why="asked for", parts=parts, moved_by=0.5)


def found(composite: Composite, table: pd.DataFrame | None = None) -> tuple[Any, dict[str, Any]]:
    rows, told = composites(assessed() if table is None else table, {"ours": composite})
    contracts.check(rows, tables.ASSESSMENT, "assessment")
    return rows.set_index("neighbourhood_id"), told["ours"]


def test_a_composite_by_hand() -> None:
    """A: green space 60 of 100, library 20: 40. With weights 0.5 to 1 and 1 to 0.5: 33⅓ and 46⅔."""
    rows, told = found(declared())
    assert rows.loc["A", "value"] == pytest.approx(40)
    assert rows.loc["A", "low"] == pytest.approx((0.5 * 60 + 20) / 1.5)
    assert rows.loc["A", "high"] == pytest.approx((60 + 0.5 * 20) / 1.5)
    assert rows.loc["B", "value"] == pytest.approx(70)
    # B, A, C whatever the weights.
    assert told["rank_agreement"] == 1
    assert found(declared(3, 1))[0].loc["A", "value"] == pytest.approx(50)


def test_only_the_proportion_of_weights_counts() -> None:
    pd.testing.assert_frame_equal(found(declared(1, 2))[0], found(declared(10, 20))[0])


def test_an_order_that_leans_on_the_weights_is_told() -> None:
    """Green space 60, 50, 10 and pubs 0, 10, 10: A and B are equal, until a weight moves."""
    _, told = found(declared(item="pub"))
    assert told["rank_agreement"] < 1


def test_who_lacks_a_part_has_no_composite() -> None:
    rows, _ = found(declared(), assessed({("A", "library"): "no_data"}))
    assert rows.loc["A", "state"] == "no_data"
    assert np.isnan(rows.loc["A", ["value", "low", "high"]].to_numpy(float)).all()
    assert rows.loc["B", "state"] == "ok"


def test_a_part_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(ChoiceIsNotAllowed, match="there is no category ‘cinema’ in the assessment"):
        found(declared(item="cinema"))


def test_a_part_may_have_one_weight_only() -> None:
    part = Part(part="kind", item="green_space", weight=1.0)
    with pytest.raises(ValueError, match="stands here twice"):
        Composite(label="a", why="b", parts=(part, part))


def test_without_a_declaration_there_is_none() -> None:
    rows, told = composites(assessed(), {})
    assert rows.empty
    assert told == {}
