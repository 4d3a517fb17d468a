"""What tags and dates say of opening and closing."""

from datetime import date

import pytest

from pipeline.lifecycle import NO_MORE, NOT_YET, days_of, stage_of


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-12", "2024-12-01", "2024-12-31"),
        ("2024-05-09", "2024-05-09", "2024-05-09"),
    ],
)
def test_a_date_is_as_wide_as_it_is_written(text: str, first: str, last: str) -> None:
    assert days_of(text) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("text", ["C18", "2024-13", "soon", "2024-02-30", "~1850", "9999-99"])
def test_a_date_that_is_none_says_nothing(text: str) -> None:
    assert days_of(text) is None


def test_a_stage_is_told_by_its_tag() -> None:
    assert stage_of({"construction:shop": "yes"}, NOT_YET) == "construction:shop=yes"
    assert stage_of({"construction:shop": "yes"}, NO_MORE) == ""
    assert stage_of({"shop": "vacant", "name": "was: here"}, NO_MORE) == "shop=vacant"
    assert stage_of({"amenity": "cafe"}, NO_MORE) == ""
