"""What tags and lists say of the days on which something opens and closes, and of its stage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

OPENINGS = ("start_date", "opening_date", "opened", "open_date")
CLOSINGS = ("end_date", "closed", "close_date")
NOT_YET = ("construction:", "proposed:", "planned:", "disused:", "abandoned:")
NO_MORE = ("disused:", "abandoned:", "demolished:", "razed:", "removed:", "destroyed:", "was:")

_VACANT = {"shop": "vacant", "building": "construction", "landuse": "construction"}
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_DECEMBER = 12


def days_of(text: str) -> tuple[date, date] | None:
    """Return the first and the last day that a date may mean.

    Parameters
    ----------
    text
        For example ``2024``, ``2024-05`` or ``2024-05-01``.

    Returns
    -------
    tuple of datetime.date and datetime.date, or None
        None where it is no such date.

    Examples
    --------
    >>> days_of("2024-02")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    match = _DAY.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day = (int(part or 0) for part in match.groups())
    try:
        first = date(year, month or 1, day or 1)
        if day:
            return first, first
        last_month = month or _DECEMBER
        following = date(year + (last_month == _DECEMBER), last_month % _DECEMBER + 1, 1)
    except ValueError:
        return None
    return first, following - timedelta(days=1)


def stage_of(tags: Mapping[str, str], prefixes: tuple[str, ...]) -> str:
    """Return the tag that says that something is not in use yet, or no more.

    Parameters
    ----------
    tags
        OpenStreetMap tags.
    prefixes
        `NOT_YET` or `NO_MORE`.

    Returns
    -------
    str
        For example ``disused:shop=bakery``; empty where no tag says so.
    """
    for key, value in sorted(tags.items()):
        if key.startswith(prefixes) or _VACANT.get(key) == value:
            return f"{key}={value}"
    return ""
