"""Read a timetable: a zip of text tables, as the General Transit Feed Specification has them.

Only the tables that departures depend on are read, within limits, piece by piece. Of the times,
those of trips that call at a stop in the box, or at one that may be there, are kept, each whole.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np
import pandas as pd

from pipeline.errors import FileIsDamaged, FileIsMissing, FileIsNotAllowed, listed, quoted
from pipeline.feeds import BOARDING_AREA, WEEKDAYS, Feed
from pipeline.files.archives import BROKEN, ZIP
from pipeline.files.outside import MEGABYTE, checked_ending
from pipeline.text import clean_text

LARGEST_TABLE_BYTES = 200 * MEGABYTE
LARGEST_TIMES_BYTES = 4_000 * MEGABYTE
MOST_TIMES = 10_000_000
MOST_MEMBERS = 1_000
LONGEST_ID = 200
_CHUNK = 200_000
_TIME = r"^\s*(\d{1,3}):([0-5]?\d):([0-5]?\d)\s*$"
_DAY = r"^\d{8}$"
NO_PICK_UP = "1"
_ADDED, _REMOVED = "1", "2"
Box = tuple[float, float, float, float]


def read_feed(path: Path, box: Box | None = None) -> Feed:
    """Read a timetable.

    Parameters
    ----------
    path
        A `.zip`.
    box
        West, south, east and north in degrees; without it, the times of all stops are kept.

    Returns
    -------
    Feed
        All stops, and the trips that call in the box.

    Raises
    ------
    FileIsMissing, FileIsNotAllowed, FileIsDamaged
        If a table is missing, too large, cut short, or holds what it should not; the message
        names the table and the row.
    """
    checked_ending(path, (ZIP,))
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(_Tables(archive, path), box)
    except BROKEN as error:
        raise FileIsDamaged(
            f"{path}: is cut short or is no zip ({clean_text(error)}); fetch it again."
        ) from None


class _Tables:
    """The tables of a feed, each found by its name at the top of the zip or in its one folder."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive = archive
        self.path = path
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > MOST_MEMBERS:
            raise FileIsNotAllowed(
                f"{path}: holds {len(members):,} files; a timetable has at most {MOST_MEMBERS:,}."
            )
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in members:
            place = PurePosixPath(member.filename)
            if "__MACOSX" in place.parts or len(place.parts) > 2:  # noqa: PLR2004 (one folder)
                continue
            if place.name in self._members:
                raise FileIsNotAllowed(f"{path}: holds {quoted(place.name)} twice.")
            self._members[place.name] = member

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def table(self, name: str, needed: tuple[str, ...], more: tuple[str, ...]) -> pd.DataFrame:
        """Return some columns of a table as clean text; missing ones of `more` are blank."""
        parts = list(self.parts(name, needed, more, LARGEST_TABLE_BYTES))
        return pd.concat(parts) if len(parts) > 1 else parts[0]

    def parts(
        self, name: str, needed: tuple[str, ...], more: tuple[str, ...], largest: int
    ) -> Iterator[pd.DataFrame]:
        """Yield a table piece by piece, indexed by row of the file; the headings are row 1."""
        member = self._members.get(name)
        if member is None:
            raise FileIsMissing(
                f"{self.path}: holds no {name}, which a timetable (GTFS) needs; it holds "
                f"{listed(sorted(self._members))}."
            )
        if member.file_size > largest:
            raise FileIsNotAllowed(
                f"{self.path}: {name} unpacks to {member.file_size:,} bytes; at most {largest:,} "
                "are read. Take the timetable of the region instead of the country."
            )
        try:
            with self._archive.open(member) as file:
                yield from self._pieces(name, file, needed, more)
        except UnicodeDecodeError as error:
            raise FileIsDamaged(f"{self.path}: {name} is not in UTF-8 ({error.reason}).") from None
        except pd.errors.EmptyDataError:
            raise FileIsDamaged(f"{self.path}: {name} is empty, without headings.") from None
        except pd.errors.ParserError as error:
            raise FileIsDamaged(
                f"{self.path}: {name} cannot be read ({clean_text(error)}); it is cut short, or a "
                "quotation mark is not closed."
            ) from None

    def _pieces(
        self, name: str, file: IO[bytes], needed: tuple[str, ...], more: tuple[str, ...]
    ) -> Iterator[pd.DataFrame]:
        reader = pd.read_csv(
            file,
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
            skipinitialspace=True,
            usecols=lambda column: str(column).strip() in needed + more,
            chunksize=_CHUNK,
            index_col=False,
        )
        row = 2
        for piece in reader:
            found = piece.rename(columns=lambda column: str(column).strip())
            missing = [column for column in needed if column not in found]
            if missing:
                raise FileIsDamaged(f"{self.path}: {name} has no column {listed(missing)}.")
            found.index = pd.RangeIndex(row, row + len(found), name="row")
            row += len(found)
            # The zip has sums of its own: a row with too few cells was written so, and is blank.
            yield found.fillna("").reindex(columns=[*needed, *more], fill_value="")


def _read(tables: _Tables, box: Box | None) -> Feed:
    if "calendar.txt" not in tables and "calendar_dates.txt" not in tables:
        raise FileIsMissing(
            f"{tables.path}: holds neither calendar.txt nor calendar_dates.txt, so it does not "
            "say on which days anything runs."
        )
    stops = _stops(tables)
    trips = tables.table("trips.txt", ("trip_id", "service_id"), ())
    _must_be_unique(trips["trip_id"], "trips.txt", tables.path)
    near = None if box is None else _near(stops, box)
    times = _times(tables, near)
    if near is not None:
        stops["is_read"] = stops["stop_id"].isin(near)
        # Trips that call nowhere near are of no interest, but those that call nowhere are told.
        known = times.attrs["trips"]
        trips = trips[trips["trip_id"].isin(times["trip_id"]) | ~trips["trip_id"].isin(known)]
    first, last = _valid(tables)
    return Feed(
        stops, trips.reset_index(drop=True), times, _calendar(tables), _exceptions(tables),
        _frequencies(tables), first, last,
    )  # fmt: skip


def _stops(tables: _Tables) -> pd.DataFrame:
    more = ("stop_name", "stop_lat", "stop_lon", "location_type", "parent_station")
    raw = tables.table("stops.txt", ("stop_id",), more)
    _must_be_unique(raw["stop_id"], "stops.txt", tables.path)
    kind = raw["location_type"].str.strip().replace("", "0")
    _must_fit(kind.isin([str(n) for n in range(BOARDING_AREA + 1)]), raw["location_type"],
              "stops.txt", tables.path, "0 to 4")  # fmt: skip
    degrees = {}
    for column, name, most in (("stop_lon", "longitude", 180), ("stop_lat", "latitude", 90)):
        numbers = pd.to_numeric(raw[column].str.strip().replace("", "nan"), errors="coerce")
        fits = (numbers.abs() <= most) | (raw[column].str.strip() == "")
        _must_fit(fits, raw[column], "stops.txt", tables.path, f"degrees up to {most}")
        degrees[name] = numbers.astype("float64")
    return pd.DataFrame(
        {
            "stop_id": raw["stop_id"],
            "name": raw["stop_name"].map(clean_text),
            **degrees,
            "kind": kind.astype("int64"),
            "parent": raw["parent_station"],
            "is_read": True,
        }
    )


def _near(stops: pd.DataFrame, box: Box) -> set[str]:
    west, south, east, north = box
    inside = stops["longitude"].between(west, east) & stops["latitude"].between(south, north)
    # One that is drawn nowhere may be near by its code; platforms are where their station is.
    nowhere = stops["longitude"].isna() | stops["latitude"].isna()
    of_station = stops["parent"].isin(set(stops.loc[inside, "stop_id"]))
    return set(stops.loc[inside | nowhere | of_station, "stop_id"])


def _times(tables: _Tables, near: set[str] | None) -> pd.DataFrame:
    """Return the calls of the trips that call near, in two passes, so that little is held."""
    wanted: set[str] | None = None
    known: set[str] = set()
    if near is not None:
        wanted = set()
        for piece in _calls(tables):
            known.update(piece["trip_id"])
            wanted.update(piece.loc[piece["stop_id"].isin(near), "trip_id"])
    kept, n = [], 0
    for piece in _calls(tables):
        ours = piece if wanted is None else piece[piece["trip_id"].isin(wanted)]
        n += len(ours)
        if n > MOST_TIMES:
            raise FileIsNotAllowed(
                f"{tables.path}: more than {MOST_TIMES:,} calls are at stops near the district; "
                "take the timetable of a smaller region."
            )
        kept.append(_parsed(ours, tables.path))
    times = pd.concat(kept, ignore_index=True)
    times.attrs["trips"] = known
    return times


def _calls(tables: _Tables) -> Iterator[pd.DataFrame]:
    return tables.parts(
        "stop_times.txt",
        ("trip_id", "stop_id", "stop_sequence"),
        ("arrival_time", "departure_time", "pickup_type"),
        LARGEST_TIMES_BYTES,
    )


def _parsed(calls: pd.DataFrame, path: Path) -> pd.DataFrame:
    said = calls["departure_time"].where(calls["departure_time"].str.strip() != "",
                                         calls["arrival_time"])  # fmt: skip
    sequence = calls["stop_sequence"].str.strip()
    _must_fit(sequence.str.fullmatch(r"\d{1,9}"), sequence, "stop_times.txt", path, "a number")
    return pd.DataFrame(
        {
            "trip_id": calls["trip_id"],
            "stop_id": calls["stop_id"],
            "sequence": sequence.astype("int64"),
            "seconds": _seconds(said, "stop_times.txt", path),
            "boards": calls["pickup_type"].str.strip() != NO_PICK_UP,
        }
    )


def _seconds(texts: pd.Series, name: str, path: Path) -> pd.Series:
    """Return times of a day of service, which may lie after 24:00, in seconds; blank is NaN."""
    parts = texts.str.extract(_TIME)
    is_blank = texts.str.strip() == ""
    _must_fit(parts[0].notna() | is_blank, texts, name, path, "a time such as 07:05:00")
    hours, minutes, seconds = (pd.to_numeric(parts[n]) for n in range(3))
    found: pd.Series = (hours * 3600 + minutes * 60 + seconds).astype("float64")
    return found


def _days(texts: pd.Series, name: str, path: Path) -> pd.Series:
    plain = texts.str.strip()
    found = pd.to_datetime(plain.where(plain.str.fullmatch(_DAY)), format="%Y%m%d", errors="coerce")
    _must_fit(found.notna(), texts, name, path, "a day such as 20260131")
    return pd.Series([day.toordinal() for day in found], index=texts.index, dtype="int64")


def _calendar(tables: _Tables) -> pd.DataFrame:
    name = "calendar.txt"
    needed = ("service_id", *WEEKDAYS, "start_date", "end_date")
    if name not in tables:
        flags = {day: pd.Series(dtype=bool) for day in WEEKDAYS}
        empty = {"service_id": pd.Series(dtype="str"), **flags}
        return pd.DataFrame(empty | {d: pd.Series(dtype="int64") for d in ("first", "last")})
    raw = tables.table(name, needed, ())
    _must_be_unique(raw["service_id"], name, tables.path)
    for day in WEEKDAYS:
        _must_fit(raw[day].str.strip().isin(["0", "1"]), raw[day], name, tables.path, "0 and 1")
    return pd.DataFrame(
        {
            "service_id": raw["service_id"],
            **{day: raw[day].str.strip() == "1" for day in WEEKDAYS},
            "first": _days(raw["start_date"], name, tables.path),
            "last": _days(raw["end_date"], name, tables.path),
        }
    ).reset_index(drop=True)


def _exceptions(tables: _Tables) -> pd.DataFrame:
    name = "calendar_dates.txt"
    if name not in tables:
        empty = pd.DataFrame({"service_id": [], "day": [], "is_added": []})
        return empty.astype({"service_id": "str", "day": "int64", "is_added": "bool"})
    raw = tables.table(name, ("service_id", "date", "exception_type"), ())
    kind = raw["exception_type"].str.strip()
    _must_fit(kind.isin([_ADDED, _REMOVED]), kind, name, tables.path, "1 and 2")
    days = _days(raw["date"], name, tables.path)
    return pd.DataFrame(
        {"service_id": raw["service_id"], "day": days, "is_added": kind == _ADDED}
    ).reset_index(drop=True)


def _frequencies(tables: _Tables) -> pd.DataFrame:
    name = "frequencies.txt"
    if name not in tables:
        columns = ("first_s", "end_s", "every_s")
        numbers = {column: pd.Series(dtype="float64") for column in columns}
        return pd.DataFrame({"trip_id": pd.Series(dtype="str"), **numbers})
    raw = tables.table(name, ("trip_id", "start_time", "end_time", "headway_secs"), ())
    every = pd.to_numeric(raw["headway_secs"].str.strip(), errors="coerce").astype("float64")
    _must_fit(every >= 1, raw["headway_secs"], name, tables.path, "seconds, 1 or more")
    first, end = (_seconds(raw[c], name, tables.path) for c in ("start_time", "end_time"))
    _must_fit(end >= first, raw["end_time"], name, tables.path, "a time after the first")
    return pd.DataFrame(
        {"trip_id": raw["trip_id"], "first_s": first, "end_s": end, "every_s": every}
    ).reset_index(drop=True)


def _valid(tables: _Tables) -> tuple[date | None, date | None]:
    name, columns = "feed_info.txt", ("feed_start_date", "feed_end_date")
    if name not in tables:
        return None, None
    raw = tables.table(name, (), columns)
    if raw.empty:
        return None, None
    found = [
        None if raw[column].iloc[0].strip() == "" else
        date.fromordinal(int(_days(raw[column].iloc[:1], name, tables.path).iloc[0]))
        for column in columns
    ]  # fmt: skip
    return found[0], found[1]


def _must_be_unique(ids: pd.Series, name: str, path: Path) -> None:
    odd = ids.duplicated() | (ids.str.strip() == "") | (ids.str.len() > LONGEST_ID)
    if odd.any():
        raise FileIsDamaged(
            f"{path}: {name}, row {ids.index[odd.to_numpy()][0]}: the {ids.name} "
            f"{quoted(ids[odd].iloc[0])} is blank, too long, or stands there twice."
        )


def _must_fit(fits: pd.Series, texts: pd.Series, name: str, path: Path, allowed: str) -> None:
    odd = ~fits.to_numpy(dtype=bool, na_value=False)
    if odd.any():
        raise FileIsDamaged(
            f"{path}: {name}, row {texts.index[odd][0]}, column {quoted(texts.name)}: "
            f"{quoted(texts[odd].iloc[0])} is not allowed (so in {int(np.sum(odd)):,} rows); "
            f"allowed is {allowed}."
        )
