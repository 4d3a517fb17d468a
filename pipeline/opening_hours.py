"""Opening hours as OpenStreetMap writes them → a week, where they are simple enough.

Simple are rules of days and times, such as `Mo-Fr 09:00-17:30; Sa 09:00-12:30; Su off`: of days
that two rules name, the later one holds. Seasons, weeks, school holidays, sunrise, comments and
whatever else the notation can say are not read: half of what they mean would be worse than none.
See https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Times = tuple[tuple[str, str], ...]

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
HOLIDAYS = "PH"
ALL_DAY: Times = (("00:00", "24:00"),)
LATEST = 24 * 60

_SEPARATOR = re.compile(r"\s*;\s*|\s*,\s+(?=(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)\b)")
_RULE = re.compile(
    r"(?P<days>(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)(?:\s*[-,]\s*(?:Mo|Tu|We|Th|Fr|Sa|Su|PH))*)?\s*"
    r"(?P<times>off|closed|24/7|\d\d:\d\d.*)",
    re.IGNORECASE,
)
_SPAN = re.compile(r"(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)")


@dataclass(frozen=True)
class Week:
    """When a place is open: of each day, from Monday on, its times.

    No times means closed; none means that nothing is said of the day. A time that ends no later
    than it begins ends on the next day.
    """

    days: tuple[Times | None, ...]
    holidays: Times | None = None

    @property
    def is_always(self) -> bool:
        """Whether it never closes."""
        return set(self.days) == {ALL_DAY} and self.holidays in (None, ALL_DAY)

    @property
    def runs(self) -> list[tuple[int, int, Times]]:
        """First and last day of each run of days that are alike, and their times."""
        found: list[tuple[int, int, Times]] = []
        for day, times in enumerate(self.days):
            if times is None:
                continue
            if found and found[-1][1:] == (day - 1, times):
                found[-1] = (found[-1][0], day, times)
            else:
                found.append((day, day, times))
        return found


def read_opening_hours(text: str) -> Week | None:
    """Read opening hours.

    Parameters
    ----------
    text
        As tagged.

    Returns
    -------
    Week or None
        None where they say anything that is not read.

    Examples
    --------
    >>> read_opening_hours("Mo-Fr 09:00-17:00; We off").runs[1]
    (2, 2, ())
    >>> read_opening_hours("sunrise-sunset") is None
    True
    """
    days: list[Times | None] = [None] * len(DAYS)
    holidays: Times | None = None
    for rule in _SEPARATOR.split(text.strip().rstrip("; ")):
        read = _rule(rule)
        if read is None:
            return None
        chosen, times = read
        for name in chosen:
            if name == HOLIDAYS:
                holidays = times
            else:
                days[DAYS.index(name)] = times
    return Week(tuple(days), holidays)


def _rule(text: str) -> tuple[list[str], Times] | None:
    found = _RULE.fullmatch(text)
    if found is None:
        return None
    chosen = _days(found["days"]) if found["days"] else list(DAYS)
    times = _times(found["times"])
    return None if chosen is None or times is None else (chosen, times)


def _days(text: str) -> list[str] | None:
    """Write a list of days out; a run may go round the end of the week."""
    found: list[str] = []
    for part in text.split(","):
        ends = [end.strip().title() for end in part.split("-")]
        ends = [HOLIDAYS if end == HOLIDAYS.title() else end for end in ends]
        if len(ends) == 1:
            found += ends
        elif HOLIDAYS in ends or len(ends) > 2:  # noqa: PLR2004 (two ends)
            return None
        else:
            first, last = (DAYS.index(end) for end in ends)
            length = (last - first) % len(DAYS)
            found += [DAYS[(first + n) % len(DAYS)] for n in range(length + 1)]
    return found


def _times(text: str) -> Times | None:
    if text.lower() in {"off", "closed"}:
        return ()
    if text == "24/7":
        return ALL_DAY
    spans = [_SPAN.fullmatch(part.strip()) for part in text.split(",")]
    found = [_span(span.groups()) for span in spans if span]
    if len(found) < len(spans) or None in found:
        return None
    return tuple(span for span in found if span)


def _span(parts: tuple[str, ...]) -> tuple[str, str] | None:
    hour, minute, to_hour, to_minute = (int(part) for part in parts)
    begins, ends = 60 * hour + minute, 60 * to_hour + to_minute
    is_time = max(minute, to_minute) < 60 and begins < LATEST and ends <= LATEST  # noqa: PLR2004
    if not is_time or begins == ends:
        return None
    return f"{hour:02}:{minute:02}", f"{to_hour:02}:{to_minute:02}"
