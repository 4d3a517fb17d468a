"""Four named groups: who stands where, on the cut-off itself, and when a cut-off moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline import contracts, tables
from pipeline.assessment import COLUMNS
from pipeline.config import Groups
from pipeline.named_groups import name_groups

CHOICES = Groups(much_from=1.0, more_to=0.5, moved_by=0.1)
# Kinds within reach of ten, and ranks of a hundred; the district as a whole has 5.
TOWN = {"A": (6.0, 10), "B": (5.0, 50), "C": (7.0, 90), "D": (4.6, 54), "E": (3.0, 20)}


def rows(town: dict[str, tuple[float, int | None]], whole: float = 5.0) -> pd.DataFrame:
    found = []
    for code, (kinds, _) in {**town, "X": (whole, None)}.items():
        state = "ok" if np.isfinite(kinds) else "no_data"
        found.append((code, "all", "all", kinds, 10.0, "kinds of assets", state))
    for code, (_, rank) in town.items():
        state = "ok" if rank else "no_data"
        found.append((code, "deprivation", "rank", rank or np.nan, np.nan, "rank", state))
    names = ["neighbourhood_id", "part", "item", "value", "of", "unit", "state"]
    return pd.DataFrame(found, columns=names).assign(
        low=np.nan, high=np.nan, coverage_pct=np.nan, holds_access=True,
        source="openstreetmap", source_date="2026-01-01",
    )[list(COLUMNS)]  # fmt: skip


def income(ranks: dict[str, int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "neighbourhood_id": list(ranks),
            "domain": "income",
            "rank": pd.array(list(ranks.values()), dtype="Int64"),
        }
    )


def named(
    town: dict[str, tuple[float, int | None]], by_income: dict[str, int] | None = None
) -> tuple[dict[str, str], Any]:
    people = pd.Series(100.0, index=list(town))
    table, counts = name_groups(rows(town), income(by_income or {}), people, CHOICES, 100, "X")
    contracts.check(table, tables.ASSESSMENT, "assessment")
    contracts.check(counts, tables.GROUPS, "groups")
    groups = dict(zip(table["neighbourhood_id"], table["item"], strict=True))
    return groups, counts.set_index(["variant", "named"])


def test_each_stands_in_one_of_four_and_the_cut_off_counts_in() -> None:
    groups, _ = named(dict(TOWN))
    assert groups == {"A": "build_on", "B": "build_on", "C": "share", "D": "add", "E": "gain"}


def test_who_would_stand_elsewhere_is_counted_cut_off_by_cut_off() -> None:
    """With 4.5 kinds D has much; with 5.5 B has little; up to rank 55 D counts as more deprived."""
    _, counts = named(dict(TOWN))
    came = counts["came"].unstack()  # noqa: PD010 (one column of a small table)
    assert came.loc["as_chosen"].sum() == 0
    assert came.loc["reach_lower"].to_dict() == {"add": 0, "build_on": 0, "gain": 0, "share": 1}
    assert came.loc["reach_higher", "gain"] == 1
    assert came.loc["rank_lower"].to_dict() == {"add": 0, "build_on": 0, "gain": 0, "share": 1}
    assert came.loc["rank_higher", "gain"] == 1
    chosen = counts.loc["as_chosen"]
    assert chosen["neighbourhoods"].sum() == 5
    assert chosen["people"].sum() == 500
    assert counts.loc[("reach_higher", "add"), "cut_off_kinds"] == pytest.approx(5.5)


def test_by_income_alone_the_order_is_another() -> None:
    _, counts = named(dict(TOWN), {"A": 80, "B": 50, "C": 90, "D": 54, "E": 20})
    assert counts.loc[("income_alone", "share"), "came"] == 1
    assert counts.loc[("income_alone", "build_on"), "went"] == 1


def test_who_lacks_a_number_stands_in_none() -> None:
    groups, counts = named({"A": (6.0, 10), "B": (np.nan, 20), "C": (3.0, None)})
    assert groups == {"A": "build_on", "B": "none", "C": "none"}
    assert counts.loc["as_chosen", "neighbourhoods"].sum() == 1


def test_what_is_not_known_can_leave_both_open() -> None:
    """With 5 as the cut-off: 4 of 8 known could be 6, 2 of 8 at most 4, and 5 of 5 are enough."""
    table = rows({"A": (4.0, 10), "B": (2.0, 10), "C": (5.0, 10)})
    known = {"A": 8.0, "B": 8.0, "C": 5.0, "X": 10.0}
    ours = table["part"] == "all"
    table.loc[ours, "of"] = table.loc[ours, "neighbourhood_id"].map(known)
    people = pd.Series(100.0, index=list("ABC"))
    named_ones, _ = name_groups(table, income({}), people, CHOICES, 100, "X")
    groups = dict(zip(named_ones["neighbourhood_id"], named_ones["item"], strict=True))
    assert groups == {"A": "none", "B": "gain", "C": "build_on"}


def test_without_an_index_there_are_no_groups() -> None:
    town: dict[str, tuple[float, int | None]] = {
        code: (kinds, None) for code, (kinds, _) in TOWN.items()
    }
    people = pd.Series(100.0, index=list(town))
    table, counts = name_groups(rows(town), income({}), people, CHOICES, None, "X")
    assert table.empty
    assert counts.empty
    contracts.check(counts, tables.GROUPS, "groups")
