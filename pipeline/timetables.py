"""How often one can leave from a stop: on a usual weekday, in its evening, and on a Sunday.

A departure is a call at which people may get on: not the last of a trip, and not one that is for
getting off only. Hours after midnight belong to the day of service before, as in the General
Transit Feed Specification (https://gtfs.org/documentation/schedule/reference/).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.feeds import WEEKDAYS, Feed

WEDNESDAY, SUNDAY = 2, 6
HOUR_S = 3600
MOST_WEEKS = 110


@dataclass(frozen=True)
class Days:
    """The days that are counted, and why these.

    `first` and `last` are the days that the timetable is valid for; `is_over` says that it had
    ended before the day that it is wanted for.
    """

    weekday: date
    sunday: date
    first: date
    last: date
    why: str
    is_over: bool


def usual_days(feed: Feed, wanted: date) -> Days | None:
    """Choose the Wednesday and the Sunday of a usual week.

    Holidays and works are exceptions from a weekly pattern, so a week without any is taken; of
    those, the first that begins on the wanted day or later. Where there is none, as in feeds that
    name every day one by one, it is the first week with the usual number of trips.

    Parameters
    ----------
    feed
        The timetable.
    wanted
        The day of the data.

    Returns
    -------
    Days or None
        None where the timetable holds no Wednesday and Sunday of one week.
    """
    valid = _validity(feed)
    if valid is None:
        return None
    first, last = valid
    weeks = [monday for monday in _mondays(first, last) if _is_within(monday, first, last)]
    whole = [m for m in weeks if m >= first and m + timedelta(days=SUNDAY) <= last]
    later = [m for m in whole or weeks if m >= wanted]
    pool = (later or (whole or weeks)[::-1])[:MOST_WEEKS]
    if not pool:
        return None
    monday, why = _usual_week(feed, pool)
    return Days(
        monday + timedelta(days=WEDNESDAY),
        monday + timedelta(days=SUNDAY),
        first,
        last,
        why,
        last < wanted,
    )


def _validity(feed: Feed) -> tuple[date, date] | None:
    """Return the first and the last day on which anything can run."""
    added = feed.exceptions.loc[feed.exceptions["is_added"], "day"]
    days = pd.concat([feed.calendar["first"], feed.calendar["last"], added])
    if days.empty:
        return None
    first, last = date.fromordinal(int(days.min())), date.fromordinal(int(days.max()))
    first, last = max(first, feed.first or first), min(last, feed.last or last)
    return (first, last) if first <= last else None


def _mondays(first: date, last: date) -> Iterator[date]:
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        yield monday
        monday += timedelta(days=7)


def _is_within(monday: date, first: date, last: date) -> bool:
    return first <= monday + timedelta(days=WEDNESDAY) and monday + timedelta(days=SUNDAY) <= last


def _usual_week(feed: Feed, weeks: list[date]) -> tuple[date, str]:
    """Return the Monday of the week that is counted, and why it is that one."""
    trips = {monday: _trips_in(feed, monday) for monday in weeks}
    quiet = [m for m in weeks if trips[m][0] and not _has_exceptions(feed, m)]
    if len(feed.calendar) and quiet:
        return quiet[0], "the first week without exceptions"
    running = [m for m in weeks if trips[m][0]] or weeks
    (usual, _), *_ = Counter(trips[m] for m in running).most_common(1)
    # Of equally common numbers, the counter keeps the one that came first.
    chosen = next(m for m in running if trips[m] == usual)
    return chosen, "the first week with the usual number of trips, as every week has exceptions"


def _trips_in(feed: Feed, monday: date) -> tuple[int, int]:
    """Count the trips of the Wednesday and of the Sunday of a week."""
    services = feed.trips["service_id"]
    wednesday, sunday = (monday + timedelta(days=days) for days in (WEDNESDAY, SUNDAY))
    return (
        int(services.isin(services_on(feed, wednesday)).sum()),
        int(services.isin(services_on(feed, sunday)).sum()),
    )


def _has_exceptions(feed: Feed, monday: date) -> bool:
    days = feed.exceptions["day"] - monday.toordinal()
    return bool(days.between(0, SUNDAY).any())


def services_on(feed: Feed, day: date) -> set[str]:
    """Return the services that run on a day.

    Parameters
    ----------
    feed
        The timetable.
    day
        A day of service.

    Returns
    -------
    set of str
        Their ids: those of the weekly pattern, without those that the exceptions take away, and
        those that they add.
    """
    number = day.toordinal()
    calendar = feed.calendar
    runs = calendar[WEEKDAYS[day.weekday()]] & calendar["first"].le(number)
    found = set(calendar.loc[runs & calendar["last"].ge(number), "service_id"])
    today = feed.exceptions[feed.exceptions["day"] == number]
    added = set(today.loc[today["is_added"], "service_id"])
    return (found - set(today.loc[~today["is_added"], "service_id"])) | added


def departures(feed: Feed, days: Days, evening: tuple[int, int]) -> pd.DataFrame:
    """Count the departures from each stop.

    Parameters
    ----------
    feed
        The timetable.
    days
        The days to count.
    evening
        The full hours from which and until which an evening lasts.

    Returns
    -------
    pandas.DataFrame
        `weekday`, `evening` (of that weekday) and `sunday`, whole numbers, for every `stop_id` of
        the feed (the index).
    """
    boarding = _boarding(feed)
    weekday = _departing(feed, boarding, days.weekday)
    sunday = _departing(feed, boarding, days.sunday)
    begins, ends = (hour * HOUR_S for hour in evening)
    counts = {
        "weekday": _total(weekday, -np.inf, np.inf),
        "evening": _total(weekday, begins, ends),
        "sunday": _total(sunday, -np.inf, np.inf),
    }
    stops = pd.Index(feed.stops["stop_id"], name="stop_id")
    return pd.DataFrame(counts).reindex(stops).fillna(0).astype("int64")


def _boarding(feed: Feed) -> pd.DataFrame:
    """Return the calls at which people may get on, with the time since the trip began."""
    times = feed.times.sort_values(["trip_id", "sequence"], kind="stable", ignore_index=True)
    times["seconds"] = _filled(times)
    trips = times.groupby("trip_id", sort=False)
    is_last = ~times.duplicated("trip_id", keep="last")
    times["since_s"] = times["seconds"] - trips["seconds"].transform("first")
    return times[times["boards"] & ~is_last]


def _filled(times: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Give a call without a time one between those before and after it, in even steps."""
    seconds = times["seconds"].to_numpy(dtype=np.float64)
    if not np.isnan(seconds).any():
        return seconds
    parts = [
        part.interpolate(limit_area="inside").to_numpy()
        for _, part in times.groupby("trip_id", sort=False)["seconds"]
    ]
    return np.concatenate(parts)


def _departing(feed: Feed, boarding: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the calls of a day: each once with its time, or as often as its trip is repeated.

    `first_s`, `every_s` and `n` are the time of the first, the time between two, and how many.
    """
    trips = feed.trips[feed.trips["service_id"].isin(services_on(feed, day))]
    calls = boarding[boarding["trip_id"].isin(trips["trip_id"])]
    is_repeated = calls["trip_id"].isin(feed.frequencies["trip_id"])
    once = calls[~is_repeated]
    once = once.assign(first_s=once["seconds"], every_s=1.0, n=1)
    # A trip may be repeated at one interval in the morning and at another later on.
    often = calls[is_repeated].merge(feed.frequencies, on="trip_id")
    lasts = (often["end_s"] - often["first_s"]).clip(lower=0)
    often = often.assign(
        n=np.ceil(lasts / often["every_s"]).astype("int64"),
        first_s=often["first_s"] + often["since_s"],
    )
    columns = ["stop_id", "first_s", "every_s", "n"]
    return pd.concat([once[columns], often[columns]], ignore_index=True)


def _total(calls: pd.DataFrame, begins: float, ends: float) -> pd.Series:
    """Count the departures from each stop between two times, the first counted in."""
    if np.isinf(begins):
        n = calls["n"].to_numpy(dtype=np.float64)
    else:
        first, every = calls["first_s"].to_numpy(), calls["every_s"].to_numpy()
        before = [np.ceil((limit - first) / every) for limit in (begins, ends)]
        low, high = (np.clip(number, 0, calls["n"]) for number in before)
        n = np.nan_to_num(np.asarray(high - low, dtype=np.float64))
    return pd.Series(n, index=calls["stop_id"]).groupby(level=0).sum()


def unused(feed: Feed) -> dict[str, int]:
    """Count what stands in a feed and never departs.

    Parameters
    ----------
    feed
        The timetable.

    Returns
    -------
    dict
        `trips_without_times`, `trips_of_unknown_service`, `times_of_unknown_trips`,
        `times_of_unknown_stops`.
    """
    services = {*feed.calendar["service_id"], *feed.exceptions["service_id"]}
    return {
        "trips_without_times": int((~feed.trips["trip_id"].isin(feed.times["trip_id"])).sum()),
        "trips_of_unknown_service": int((~feed.trips["service_id"].isin(services)).sum()),
        "times_of_unknown_trips": int((~feed.times["trip_id"].isin(feed.trips["trip_id"])).sum()),
        "times_of_unknown_stops": int((~feed.times["stop_id"].isin(feed.stops["stop_id"])).sum()),
    }
