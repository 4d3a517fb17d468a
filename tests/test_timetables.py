"""Departures counted by hand, on small feeds that are files."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import FileIsDamaged, FileIsMissing, FileIsNotAllowed, PipelineError
from pipeline.files import timetables as reading
from pipeline.files.timetables import read_feed
from pipeline.timetables import departures, unused, usual_days

FEEDS = Path(__file__).parent / "timetables"
NAMES = sorted(path.stem for path in FEEDS.glob("*.txt"))
EVENING = (19, 24)


def parts_of(name: str) -> dict[str, str]:
    """Return the parts of a file of ours: what is expected, and the tables of the feed."""
    _, *parts = (FEEDS / f"{name}.txt").read_text(encoding="utf-8").split("\n== ")
    return {part.partition("\n")[0]: part.partition("\n")[2] + "\n" for part in parts}


def zipped(path: Path, tables: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(name, text)
    return path


def write(path: Path, name: str, **changes: str) -> Path:
    """Pack a feed; `changes` are whole tables, `calendar` for `calendar.txt`."""
    tables = {part: text for part, text in parts_of(name).items() if part.endswith(".txt")}
    return zipped(path, tables | {f"{part}.txt": text for part, text in changes.items()})


def test_the_named_feeds_are_there() -> None:
    assert {"calendar-dates-only", "frequencies", "after-midnight", "no-boarding", "ended"} < set(
        NAMES
    )


@pytest.mark.parametrize("name", NAMES)
def test_departures_of_a_small_feed_are_those_counted_by_hand(name: str, tmp_path: Path) -> None:
    parts = parts_of(name)
    feed = read_feed(write(tmp_path / "feed.zip", name))
    days = usual_days(feed, date.fromisoformat(parts["wanted"].strip()))

    assert days is not None
    assert f"{days.weekday} {days.sunday}" == parts["days"].strip()
    found = departures(feed, days, EVENING)
    expected = pd.read_csv(io.StringIO(parts["expected"]), index_col="stop_id")
    pd.testing.assert_frame_equal(found, expected, check_index_type=False)
    assert days.is_over == (name == "ended")


def test_what_never_departs_is_counted(tmp_path: Path) -> None:
    def count(name: str) -> dict[str, int]:
        found = unused(read_feed(write(tmp_path / "feed.zip", name)))
        return {what: n for what, n in found.items() if n}

    assert count("usual-week") == {}
    assert count("trip-without-times") == {"trips_without_times": 1}
    assert count("unknown-service") == {
        "trips_of_unknown_service": 1,
        "times_of_unknown_trips": 2,
        "times_of_unknown_stops": 1,
    }


def test_the_choice_of_days_says_why(tmp_path: Path) -> None:
    def why(name: str, wanted: date) -> str:
        days = usual_days(read_feed(write(tmp_path / "feed.zip", name)), wanted)
        return "" if days is None else days.why

    assert why("usual-week", date(2026, 1, 5)) == "the first week without exceptions"
    assert "usual number of trips" in why("calendar-dates-only", date(2026, 1, 5))


def test_a_feed_without_a_wednesday_and_a_sunday_gives_no_days(tmp_path: Path) -> None:
    one_day = "service_id,date,exception_type\nD1,20260114,1\n"
    feed = read_feed(write(tmp_path / "a.zip", "calendar-dates-only", calendar_dates=one_day))
    assert usual_days(feed, date(2026, 1, 5)) is None


def test_reading_only_what_calls_in_a_box_changes_no_count_there(tmp_path: Path) -> None:
    path = write(tmp_path / "feed.zip", "usual-week")
    whole, near = read_feed(path), read_feed(path, (-2.9905, 51.0, -2.0, 52.0))  # A alone
    days = usual_days(whole, date(2026, 1, 5))
    assert days is not None
    assert usual_days(near, date(2026, 1, 5)) == days
    both = [tuple(departures(feed, days, EVENING).loc["A"]) for feed in (whole, near)]
    assert both[0] == both[1]


def test_a_folder_in_the_zip_and_a_mark_at_the_beginning_do_no_harm(tmp_path: Path) -> None:
    tables = {f: t for f, t in parts_of("usual-week").items() if f.endswith(".txt")}
    inside = {f"google/{name}": "\ufeff" + text for name, text in tables.items()}
    feed = read_feed(zipped(tmp_path / "feed.zip", inside))
    assert feed.stops["stop_id"].tolist() == ["A", "B", "C"]


TIMES = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
WEEK = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "a time that is none": (
        {"stop_times": TIMES + "morning,8.00,8.00,A,1\n"},
        "stop_times.txt, row 2, column ‘departure_time’: ‘8.00’ is not allowed",
    ),
    "a minute too many": (
        {"stop_times": TIMES + "morning,08:60:00,08:60:00,A,1\n"},
        "‘08:60:00’ is not allowed .so in 1 rows.; allowed is a time such as",
    ),
    "no order": (
        {"stop_times": TIMES + "morning,08:00:00,08:00:00,A,first\n"},
        "stop_times.txt, row 2, .*‘first’",
    ),
    "a row that is cut": (
        {"stop_times": TIMES + "morning,08:00:00,08:0"},
        "stop_times.txt, row 2, column ‘stop_sequence’: ‘’ is not allowed",
    ),
    "a column that is not there": (
        {"stop_times": "trip_id,stop_id\nmorning,A\n"},
        "stop_times.txt has no column ‘stop_sequence’",
    ),
    "an empty table": ({"trips": ""}, "trips.txt is empty, without headings"),
    "a doubled trip": (
        {"trips": "service_id,trip_id\nWK,morning\nWK,morning\n"},
        "trips.txt, row 3: the trip_id ‘morning’ is blank, too long, or stands there twice",
    ),
    "a place that is none": (
        {"stops": "stop_id,stop_name,stop_lat,stop_lon\nA,Aldergate,188000,331000\n"},
        "stops.txt, row 2, column ‘stop_lon’: ‘331000’ is not allowed",
    ),
    "a day that is none": (
        {"calendar": WEEK + "WK,1,1,1,1,1,0,0,20260101,20260231\n"},
        "calendar.txt, row 2, column ‘end_date’: ‘20260231’",
    ),
    "an exception of a third kind": (
        {"calendar_dates": "service_id,date,exception_type\nWK,20260105,3\n"},
        "calendar_dates.txt, row 2, column ‘exception_type’: ‘3’",
    ),
    "no time between two": (
        {"frequencies": "trip_id,start_time,end_time,headway_secs\nmorning,07:00:00,08:00:00,0\n"},
        "frequencies.txt, row 2, column ‘headway_secs’: ‘0’",
    ),
    "quotes that stay open": (
        {"trips": 'service_id,trip_id\nWK,"morning\n'},
        "trips.txt cannot be read",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_feed_that_is_spoilt_is_refused_with_its_table_and_row(name: str, tmp_path: Path) -> None:
    changes, words = REFUSED[name]
    path = write(tmp_path / "feed.zip", "usual-week", **changes)
    with pytest.raises(FileIsDamaged, match=words) as caught:
        read_feed(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_feed_that_lacks_a_table_or_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = {f: t for f, t in parts_of("usual-week").items() if f.endswith(".txt")}
    for missing in ("stops.txt", "trips.txt", "stop_times.txt"):
        rest = {name: text for name, text in tables.items() if name != missing}
        with pytest.raises(FileIsMissing, match=f"holds no {missing}, which a timetable"):
            read_feed(zipped(tmp_path / "a.zip", rest))
    rest = {name: text for name, text in tables.items() if not name.startswith("calendar")}
    with pytest.raises(FileIsMissing, match=r"neither calendar\.txt nor calendar_dates\.txt"):
        read_feed(zipped(tmp_path / "a.zip", rest))
    path = write(tmp_path / "a.zip", "usual-week")
    monkeypatch.setattr(reading, "LARGEST_TIMES_BYTES", 100)
    with pytest.raises(FileIsNotAllowed, match=r"stop_times\.txt unpacks to .* at most 100"):
        read_feed(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_zip_that_is_cut_is_refused(share: float, tmp_path: Path) -> None:
    path = write(tmp_path / "feed.zip", "usual-week")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(PipelineError, match=r"feed\.zip: is cut short or is no zip"):
        read_feed(path)
