"""Numbers as people read them: rounded once, the same as in the sheets."""

from __future__ import annotations

import csv
import io
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest

from pipeline.pages import (
    Material,
    by_walker_csv,
    indicators_csv,
    profiles_csv,
    sensitivity_csv,
)
from pipeline.pages.figures import as_shown, figures, ids
from tests.pages.town import CODE, IDS, town


@pytest.fixture(scope="module")
def material() -> Material:
    return town()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, 0), (0.00001, 0.5), (0.2, 0.5), (0.9999, 0.5), (1.0, 1), (1.49, 1), (1.5, 2),
        (19.4999, 19), (19.5, 20), (59.4962, 59), (79.5, 80), (99.0, 99), (99.0001, 99.5),
        (99.99999, 99.5), (100.0, 100),
    ],
)  # fmt: skip
def test_a_share_is_shown_whole_and_neither_none_nor_all_unless_it_is(
    value: float, shown: float
) -> None:
    assert as_shown(np.array([value]), is_share=True) == [shown]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, 0), (0.001, 0.05), (0.0499, 0.05), (0.05, 0.1), (1.15, 1.2), (1.1462, 1.1), (10.04, 10),
     (16.05, 16.1), (8.35, 8.4), (10.05, 10.1)],
)  # fmt: skip
def test_minutes_and_counts_have_one_decimal(value: float, shown: float) -> None:
    assert as_shown(np.array([value]), is_share=False) == [shown]


def test_rounding_agrees_with_decimals_written_out() -> None:
    values = np.round(np.random.default_rng(5).uniform(0.1, 100, 5000), 2)
    tenth = Decimal("0.1")
    expected = [Decimal(str(v)).quantize(tenth, ROUND_HALF_UP) for v in values.tolist()]
    found = as_shown(values, is_share=False)
    assert [Decimal(str(number)).quantize(tenth) for number in found] == expected


def sheet(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))


def test_the_page_shows_what_both_sheets_hold(material: Material) -> None:
    shown = figures(material)
    wide = {row["neighbourhood_id"]: row for row in sheet(profiles_csv(material))}
    letters = {"ok": "o", "true_zero": "o", "no_data": "n", "unreachable": "u", "suppressed": "s"}
    rows = sheet(indicators_csv(material))
    assert len(rows) == len(material.indicators)
    for row in rows:
        place, column = row["neighbourhood_id"], f"{row['category']}__{row['measure']}"
        assert wide[place][column] == row["value"]
        assert wide[place][f"{column}__state"] == row["state"]
        carried = shown[row["category"]][row["measure"]]
        n = ids(material).index(place)
        assert carried["states"][n] == letters[row["state"]]
        if row["value"]:
            number = np.array([float(row["value"])])
            is_share = row["measure"].endswith("_pct")
            assert [carried["values"][n]] == as_shown(number, is_share=is_share)
        else:
            assert carried["values"][n] is None


def test_people_and_deciles_of_the_sheet_are_those_of_the_town(material: Material) -> None:
    rows = sheet(profiles_csv(material))
    assert [row["neighbourhood_id"] for row in rows] == [*IDS, CODE]
    assert rows[-1]["people"] == "7861"
    assert [row["deprivation_decile"] for row in rows] == ["1", "2", "3", "5", "10", "", ""]


def test_the_sheets_hold_every_walker_and_every_other_choice(material: Material) -> None:
    (first, *_) = sheet(by_walker_csv(material))
    assert (first["walker_label"], first["value"]) == ("Adult at an ordinary pace", "10")
    variants = {row["variant"]: row for row in sheet(sensitivity_csv(material))}
    assert variants["cut_off_x_0.8"]["value"] == "31.2"
    assert variants["cut_off_x_1.2"]["rank_agreement"] == ""
    ranged = [row for row in sheet(indicators_csv(material)) if row["low"]]
    assert [(row["neighbourhood_id"], row["low"], row["high"]) for row in ranged] == [
        (CODE, "31.2", "55.07")
    ]
