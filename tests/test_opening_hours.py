"""Opening hours that are simple are read as they are meant; nothing else is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.opening_hours import ALL_DAY, DAYS, read_opening_hours

NINE_TO_FIVE = (("09:00", "17:00"),)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("Mo-Fr 09:00-17:00; Sa 09:00-12:00; Su off",
         [(0, 4, NINE_TO_FIVE), (5, 5, (("09:00", "12:00"),)), (6, 6, ())]),
        ("Mo-Fr 09:00-17:00; We off", [(0, 1, NINE_TO_FIVE), (2, 2, ()), (3, 4, NINE_TO_FIVE)]),
        ("Mo,We 09:00-12:30,13:00-17:00",
         [(0, 0, (("09:00", "12:30"), ("13:00", "17:00"))),
          (2, 2, (("09:00", "12:30"), ("13:00", "17:00")))]),
        ("Mo 09:00-17:00, Tu 09:00-17:00, Sa-Su closed", [(0, 1, NINE_TO_FIVE), (5, 6, ())]),
        ("Fr-Mo 18:00-02:00",
         [(0, 0, (("18:00", "02:00"),)), (4, 6, (("18:00", "02:00"),))]),
        ("09:00-17:00", [(0, 6, NINE_TO_FIVE)]),
        ("24/7", [(0, 6, ALL_DAY)]),
        ("Mo off; Tu 09:00-17:00;", [(0, 0, ()), (1, 1, NINE_TO_FIVE)]),
    ],
)  # fmt: skip
def test_days_and_times_are_read(text: str, runs: list[object]) -> None:
    week = read_opening_hours(text)
    assert week is not None
    assert week.runs == runs


def test_holidays_stand_apart_from_the_week() -> None:
    week = read_opening_hours("Mo-Su,PH 09:00-17:00; PH off")
    assert week is not None
    assert week.holidays == ()
    assert week.runs == [(0, 6, NINE_TO_FIVE)]
    assert not week.is_always
    always = read_opening_hours("24/7")
    assert always is not None
    assert always.is_always


@pytest.mark.parametrize(
    "text",
    [
        "", "sunrise-sunset", "Mo-Su dawn-dusk", "Apr-Sep 09:00-17:00", "SH off", "Mo-Fr 9-5",
        'Mo-Fr 09:00-17:00 || "by appointment"', "Mo-Fr 09:00+", "Mo-Fr 25:00-26:00",
        "Mo-Fr 09:00-09:00", "Mo-PH 09:00-17:00", "Mo-We-Fr 09:00-17:00", "Mo-Fr 09:00-17:0…",
        "Mo-Fr 09:00-12:00,", "week 1-20 Mo 09:00-17:00", "Mo[1] 09:00-17:00", "Mo-Fr 09:60-17:00",
        "<script>", "Mo-Fr 09:00-17:00; off; x",
    ],
)  # fmt: skip
def test_what_is_not_simple_is_not_read(text: str) -> None:
    assert read_opening_hours(text) is None


@given(st.text(alphabet="MoTuWeThFrSaPH0123456789:-,; of/", max_size=40))
def test_no_text_breaks_it_and_what_is_read_is_a_week(text: str) -> None:
    week = read_opening_hours(text)
    if week is not None:
        assert len(week.days) == len(DAYS)
        assert all(len(end) == 5 for times in week.days for span in times or () for end in span)
