"""Departures of a real timetable, counted by hand."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from pipeline.feeds import Feed
from pipeline.files.timetables import read_feed
from pipeline.timetables import departures, usual_days

PLACES = Path(__file__).parents[3] / "shared" / "places"
NEWPORT = Path(os.environ.get("REAL_DATA", PLACES)) / "newport" / "newport-20230613_gtfs.zip"
EVENING = (19, 24)
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not NEWPORT.is_file(),
        reason="the real timetable is missing: set REAL_DATA to the folder that holds newport/",
    ),
]

# Counted once with plain csv and SQLite, without this project: calls of trips whose service runs on
# the day (calendar.txt; calendar_dates.txt and frequencies.txt are empty in this feed), without
# pick-up type 1 and without the last call of each trip; in the evening those that leave from
# 19:00:00 to 23:59:59. Wednesday 21 June 2023, its evening, Sunday 25 June 2023.
BY_HAND = {
    "5340AWB30067": (225, 21, 0),  # Llantarnam Grange
    "5310AWB30512": (193, 18, 0),  # Newport Castle
    "5310AWB30617": (183, 22, 2),  # Clarence Place
    "5310AWB30514": (175, 18, 0),  # Barrack Hill Footbridge
    "5310AWB30515": (174, 20, 0),  # Edwin Street
    "5310AWB30513": (166, 20, 0),  # Newport Castle, the other side
    "5310WDB47947": (55, 7, 22),  # Kingsway K12
    "5310AWB30328": (91, 16, 18),  # Queensway Q1
    "5710WDB48476": (44, 8, 17),  # Sophia Gardens
    "490008016S": (12, 2, 11),  # Heathrow Central Bus Station
}


def test_departures_in_newport_are_those_counted_by_hand() -> None:
    feed: Feed = read_feed(NEWPORT)
    days = usual_days(feed, date(2023, 6, 13))
    assert days is not None
    assert (days.weekday, days.sunday) == (date(2023, 6, 21), date(2023, 6, 25))
    found = departures(feed, days, EVENING)
    for stop, numbers in BY_HAND.items():
        assert tuple(found.loc[stop]) == numbers, stop
    assert found["weekday"].sum() == 41_569
    assert found["sunday"].sum() == 302
    assert (found["weekday"] > 0).sum() == 1_555
    assert (found["sunday"] > 0).sum() == 79
