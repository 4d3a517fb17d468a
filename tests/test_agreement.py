"""How far the sources of an asset agree, whose word is taken, and that no word is lost."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from pipeline.agreement import rank
from pipeline.config import SourcesFirst
from pipeline.names import likeness
from tests.made_records import assets_of, record, spot, square

LIST = "os_open_greenspace_sites"


def only(frame: Any) -> dict[str, Any]:  # noqa: ANN401
    (row,) = pd.DataFrame(frame).to_dict("records")
    return {str(key): value for key, value in row.items()}


def test_two_sources_that_agree_corroborate_each_other_and_one_stands_alone() -> None:
    both = assets_of(
        record(1, "park", square(0, 0), name="Belle Vue Park"),
        record(2, "park", square(3, 2), name="Parc Belle Vue", source=LIST),
    )
    alone = assets_of(record(1, "park", square(0, 0), name="Belle Vue Park"))

    assert only(both)["agreement"] == "corroborated"
    assert json.loads(only(both)["differences"]) == {}
    assert json.loads(only(both)["chosen"])["name"] == {"source": "osm", "why": "all_agree"}
    assert only(alone)["agreement"] == "one_source"
    assert json.loads(only(alone)["chosen"])["name"] == {"source": "osm", "why": "only_source"}


def test_two_names_for_one_place_conflict_and_both_are_kept() -> None:
    found = only(
        assets_of(
            record(1, "park", square(0, 0), name="Victoria Park"),
            record(2, "park", square(3, 2), name="Jubilee Fields", source=LIST),
        )
    )

    assert (found["agreement"], found["name"]) == ("conflicting", "Victoria Park")
    assert json.loads(found["differences"]) == {
        "name": [
            {"source": "osm", "id": "way/1", "value": "Victoria Park"},
            {"source": LIST, "id": "2", "value": "Jubilee Fields"},
        ]
    }
    assert json.loads(found["chosen"])["name"] == {"source": "osm", "why": "first_in_order"}


@pytest.mark.parametrize(("side", "agreement"), [(70, "conflicting"), (72, "corroborated")])
def test_an_area_more_than_twice_the_other_conflicts(side: float, agreement: str) -> None:
    found = assets_of(  # 100 m squared is 2.04 times 70 m squared, and 1.93 times 72 m squared
        record(1, "park", square(0, 0), name="Dell"),
        record(2, "park", square(0, 0, side), name="Dell", source=LIST),
    )

    assert only(found)["agreement"] == agreement


@pytest.mark.parametrize(
    ("date", "agreement"), [("2012-12-30", "stale"), ("2013-01-02", "one_source")]
)
def test_what_nobody_has_edited_for_the_years_of_its_category_is_stale(
    date: str, agreement: str
) -> None:
    # A park may lie for 12 years before the map of 2025-01-01: from 2013-01-01 on it is not old.
    assert (
        only(assets_of(record(1, "park", square(0, 0), name="Dell", date=date)))["agreement"]
        == agreement
    )


def test_who_was_there_comes_first_and_what_they_did_not_find_is_said_and_not_taken_away() -> None:
    mapped = record(1, "pub", spot(0, 0), name="The Ship", identifiers=("asked:1",))
    seen = record(
        2, "pub", spot(0, 0), name="The Anchor", source="community", identifiers=("asked:1",),
        details={"still_there": "yes"},
    )  # fmt: skip
    gone = seen | {"name": "", "details": {"still_there": "no"}}

    renamed = only(assets_of(mapped, seen))
    assert (renamed["name"], renamed["agreement"]) == ("The Anchor", "conflicting")
    closed = only(assets_of(mapped, gone))
    assert (closed["name"], closed["agreement"]) == ("The Ship", "conflicting")


def test_hours_that_differ_are_kept_and_the_first_in_order_is_shown() -> None:
    found = only(
        assets_of(
            record(1, "marketplace", spot(0, 0), details={"opening_hours": "Fr"}),
            record(2, "marketplace", spot(5, 0), source="a", details={"opening_hours": "Sa"}),
        )
    )

    assert json.loads(found["details"])["opening_hours"] == "Fr"
    assert [each["value"] for each in json.loads(found["differences"])["opening_hours"]] == [
        "Fr",
        "Sa",
    ]


def test_a_listed_park_that_is_mapped_as_a_reserve_is_one_asset_of_the_mapped_category() -> None:
    found = only(
        assets_of(
            record(1, "nature_space", square(0, 0, 200), name="Dell Wood"),
            record(2, "park", square(4, 4, 200), name="The Dell", source=LIST),
        )
    )

    assert (found["category"], found["agreement"]) == ("nature_space", "corroborated")
    assert json.loads(found["details"])["also"] == "park"


def test_a_small_park_inside_a_large_reserve_stays_a_park() -> None:
    found = assets_of(
        record(1, "nature_space", square(0, 0, 900), name="Dell Wood"),
        record(2, "park", square(300, 300, 100), name="Rose Garden", source=LIST),
    )

    assert sorted(found["category"]) == ["nature_space", "park"]


def test_orders_of_sources_name_everybody() -> None:
    with pytest.raises(ValidationError, match="name `osm`, `lists` and `community`"):
        SourcesFirst(name=("osm", "lists"))
    assert rank("naptan", ("naptan", "osm", "lists", "community")) == 0
    assert rank("markets", ("naptan", "osm", "lists", "community")) == 2


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        ("Llyfrgell Pill / Pill Library", "Pill Library", 1.0),
        ("Bellevue", "Belle Vue", 1.0),
        ("High School, S-bound", "Lliswerry High School", 0.95),
        ("St Mary's Infant School", "St Mary's Junior School", 0.3),
        ("Stand 2", "Stand 3", 0.3),
        (
            "Beechwood Park",
            "Beachwood Park",
            0.9286,
        ),  # one letter of fourteen, once added, once not
        ("", "Dell", None),
    ],
)
def test_names_are_alike_in_letters_words_and_languages(
    one: str, other: str, value: float | None
) -> None:
    assert likeness(one, other) == likeness(other, one) == value
