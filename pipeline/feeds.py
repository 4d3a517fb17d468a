"""A timetable as `pipeline.files` reads it and `pipeline.timetables` counts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Of a stop: where one boards, a station of such, an entrance, a way inside, a boarding area.
STOP, STATION, ENTRANCE, WAY_INSIDE, BOARDING_AREA = range(5)


@dataclass(frozen=True)
class Feed:
    """The tables of a feed that departures depend on.

    `stops` has `stop_id`, `name`, `longitude`, `latitude` (NaN where it has none), `kind` (one of
    the numbers above), `parent` and `is_read` (whether all that calls there was read), indexed by
    row of its file. `trips` has `trip_id` and
    `service_id`. `times` has `trip_id`, `stop_id`, `sequence`, `seconds` since the beginning of
    the day of service (NaN where the feed says no time), and `boards`. `calendar` has
    `service_id`, a truth value for each of `monday` to `sunday`, `first` and `last` day.
    `exceptions` has `service_id`, `day`, `is_added`; `frequencies` has `trip_id`, `first_s`,
    `end_s` and `every_s`. Days are numbers as `date.toordinal` gives them. `first` and `last` are
    the days that the feed says it is valid for, if it says so.
    """

    stops: pd.DataFrame
    trips: pd.DataFrame
    times: pd.DataFrame
    calendar: pd.DataFrame
    exceptions: pd.DataFrame
    frequencies: pd.DataFrame
    first: date | None = None
    last: date | None = None
