"""What people found who went and looked becomes records of its own, and nothing else."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
import pytest

from pipeline.assets import build_assets
from pipeline.config import FieldAnswer
from pipeline.errors import TableBreaksItsContract
from pipeline.field_checks import merged, read_answers
from tests.made_features import OUTLINE, RULES, SOURCE, area, features_of, point

TODAY = date(2026, 11, 22)
FEATURES = features_of(
    area(1, 0, 0, 120, leisure="park", name="Victoria Park"),
    point(2, 300, 0, amenity="pub", name="The Ship"),
)


def built(*answers: FieldAnswer) -> tuple[pd.DataFrame, dict[str, Any]]:
    found, report = build_assets(
        FEATURES, RULES, {}, OUTLINE, osm=SOURCE, buffer_m=100, answers=answers
    )
    return found.assets, report


def asset(name: str, *answers: FieldAnswer) -> dict[str, Any]:
    rows, _ = built(*answers)
    (row,) = rows[rows["name"] == name].to_dict("records")
    return {str(key): value for key, value in row.items()}


def answered(**said: str) -> list[FieldAnswer]:
    row = {"asset_id": "osm-node-2", "still_there": "yes", "seen_on": "2026-11-01"}
    frame = pd.DataFrame([row | {"licence": "CC0-1.0"} | said], index=[2]).astype("str")
    return read_answers("sheet.csv", frame, built()[0], TODAY)


def test_a_place_that_was_seen_is_corroborated_by_those_who_saw_it() -> None:
    found = asset("The Ship", *answered(name_right="yes", open="y", note="ask for Ann"))

    assert (found["sources"], found["agreement"]) == ("community,osm", "corroborated")
    assert (found["date"], found["licences"]) == ("2026-11-01", "CC0-1.0,ODbL-1.0")
    assert json.loads(found["details"]) == {"still_there": "yes", "was_open": "yes"}
    assert "Ann" not in json.dumps(found, default=str)


def test_the_name_that_people_use_comes_first_and_the_other_is_kept() -> None:
    found = asset("The Anchor", *answered(name_right="no", right_name="The Anchor"))

    assert found["agreement"] == "conflicting"
    assert [each["value"] for each in json.loads(found["differences"])["name"]] == [
        "The Ship",
        "The Anchor",
    ]


def test_a_place_that_was_not_found_stays_and_is_disputed() -> None:
    assert asset("The Ship", *answered(still_there="no"))["agreement"] == "conflicting"


def test_an_answer_about_a_place_that_is_gone_from_all_sources_is_counted_and_not_lost() -> None:
    (seen,) = answered()
    gone = seen.model_copy(update={"record_id": "node/99", "still_there": "no"})
    alone = seen.model_copy(update={"record_id": "node/99", "name": "The Bell"})

    _, report = built(gone)
    assert report["field_answers"] == {"used": 0, "of_no_place": 1}
    assert asset("The Bell", alone)["sources"] == "community"


def test_of_one_place_and_day_the_newer_answer_stands() -> None:
    (first,), (second,) = answered(), answered(still_there="no")
    (later,) = answered(seen_on="2/11/2026")

    assert merged([first], [second, later]) == [second, later]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"asset_id": "=HYPERLINK()"}, "row 2: ‘=HYPERLINK()’ is no asset of this district"),
        ({"still_there": "maybe"}, "still_there is ‘maybe’; write `yes` or `no`"),
        ({"seen_on": "last week"}, "seen_on is ‘last week’; write the day"),
        ({"seen_on": "2026-11-23"}, "none that is still to come"),
        ({"licence": ""}, "licence is ‘’; say under which of"),
        ({"licence": "mine\x1b[2J"}, "licence is ‘mine"),
        (
            {"still_there": "", "seen_on": "", "licence": ""},
            "none of its 1 rows has an answer",
        ),
    ],
)
def test_a_sheet_that_cannot_be_used_gets_a_sentence(said: dict[str, str], sentence: str) -> None:
    with pytest.raises(TableBreaksItsContract) as caught:
        answered(**said)
    assert sentence in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_a_sheet_without_its_columns_gets_a_sentence() -> None:
    with pytest.raises(TableBreaksItsContract, match="asset_id"):
        read_answers("sheet.csv", pd.DataFrame({"a": ["x"]}), built()[0], TODAY)
