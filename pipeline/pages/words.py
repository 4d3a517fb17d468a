"""The words of the pages: plain, appreciative, British English.

What is there comes before what is further away; nobody is ranked; nothing is said to be the
cause of anything. Every sentence that a script on a page shows comes from here.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from pipeline.config import Nation, Theme

KIND_LABELS = {
    "green_space": "Green space",
    "buildings": "Buildings",
    "everyday_places": "Everyday places",
    "markets": "Markets and food",
    "streets": "Streets",
    "transport": "Transport",
    "unused_land": "Unused land and buildings",
}

LEVEL_LABELS = {
    "individual": "individuals",
    "association": "associations",
    "organisation": "organisations",
    "physical": "physical",
    "economic": "economic",
    "cultural": "cultural",
}

WAY_LABELS = {
    "connect": "connect",
    "be_active": "be active",
    "take_notice": "take notice",
    "keep_learning": "keep learning",
    "give": "give",
}

STATE_LABELS = {
    "no_data": "No data",
    "unreachable": "Not reachable on foot",
    "suppressed": "Too few people to say",
}

STATE_SENTENCES = {
    "no_data": "no data: the sources do not tell",
    "unreachable": "not reachable on foot within the walks counted",
    "suppressed": "too few people live here for a figure",
}

NATION_LABELS = {
    Nation.ENGLAND: "England",
    Nation.WALES: "Wales",
    Nation.SCOTLAND: "Scotland",
    Nation.NORTHERN_IRELAND: "Northern Ireland",
    Nation.ELSEWHERE: "its nation",
}

DETAIL_LABELS = {
    "opening_hours": "Open",
    "access": "Access",
    "fee": "Fee",
    "wheelchair": "Wheelchair access",
    "operator": "Run by",
    "lit": "Lit",
    "surface": "Surface",
    "website": "Website",
    "phone": "Telephone",
    "denomination": "Denomination",
    "religion": "Religion",
    "sport": "Sport",
    "status": "Status",
}

WAY_IN_LABELS = {
    "gate": "gate",
    "entrance": "entrance",
    "access_point": "official access point",
    "crossing": "path or street into it",
    "nearest_edge": "nearest street",
    "along": "street or shore it lies along",
    "itself": "the place itself",
}

# What the script shows. A `{slot}` is filled by the script with text, never with markup.
PAGE = {
    "title": "{district}: what is within reach on foot",
    "residents": "{n} residents",
    "residents_estimated": "about {n} residents (estimated from dwellings)",
    "residents_raster": "about {n} residents (people from the {raster} raster)",
    "neighbourhoods": "{n} neighbourhoods",
    "assets": "{n} assets mapped",
    "whole_district": "{district} as a whole",
    "show_places": "Show these {n} places on the map",
    "no_places": "No such place is on the map",
    "deprivation_legend": "{index}: closer lines, more deprived. Decile 1 is the most "
    "deprived tenth in {nation}.",
    "deprivation_group": "Deciles {from} and {to}",
    "deprivation_none": "No index of deprivation is used here.",
    "decile": "Decile {decile} in the {index}",
    "decile_more": "Decile 1 is the most deprived tenth of neighbourhoods in {nation}, "
    "decile 10 the least.",
    "decile_rank": "Rank {rank} in the nation; 1 is the most deprived.",
    "decile_none": "No figure of deprivation for this neighbourhood.",
    "income_decile": "For income alone, which holds no measure of access: decile {decile}.",
    "all_no_data": "No figures here yet: the data do not cover this neighbourhood. That says "
    "nothing about what is there.",
    "counted": "It counts the {people} residents of the neighbourhoods with data, {n} of {of}; the "
    "rest is unknown, not zero.",
    "some_data": "{n} of {of} neighbourhoods have data for this and come first. The last row, "
    "{district}, counts their residents only.",
    "with_data": "With figures",
    "without_data": "Outside the map data",
    "strengths": "Within {minutes} minutes of at least {share} % of residents",
    "profile_button": "See everything within reach",
    "potential": "Not in use at present: what could it become?",
    "source": "Source",
    "entrances": "Ways in",
    "elsewhere": "just outside the district",
    "in_neighbourhood": "Where",
    "and_more": "and {n} more",
    "neighbourhood": "Neighbourhood",
    "people": "Residents",
    "deprivation": "Deprivation decile",
    "name": "Name",
    "show_all": "Show all {n} places",
    "under_one": "under 1 %",
    "over_99": "over 99 %",
    "under_tenth": "under 0.1",
    "certain": "certain for {share} of residents",
    "range": "{low} to {high} under other choices",
    "standard_asks": "What it asks for",
    "standard_walking": "Residents on foot",
    "standard_line": "Residents in a straight line",
    "standard_difference": "Straight line against on foot",
    "standard_own": "The body’s own method",
    "standard_caption": ": residents who live as near as each standard asks. “24 % to 31 %” means "
    "24 % for certain, and 31 % at most, if what the map data do not show is near enough.",
}

LEVELS_BANNER = (
    "This map knows physical assets only: green space, buildings, streets, markets, transport and "
    "unused land. The other levels of an asset map, which are people’s skills, associations, "
    "organisations, the local economy and culture, are for the community to fill in."
)
CERTAIN_CAVEAT = (
    "“Certain for 60 % of residents” means: for the others something nearer may be missing, "
    "because the map data end close to their home, or because no mapped street leads to it."
)
RANGE_CAVEAT = (
    "“40 % to 70 % under other choices” is the same number if people walked more slowly, if the "
    "cut-off were shorter or longer, or if people were shared out over homes and homes attached to "
    "streets otherwise, one choice at a time. sensitivity.csv beside this page says which."
)
STANDING_CAVEAT = (
    "Distances follow streets and paths as mapped; a place that is not mapped is not counted. "
    "Being within reach says nothing about whether people use a place or feel welcome in it, and "
    "a map does not replace the conversation."
)


@dataclass(frozen=True)
class Measure:
    """One measure: its name in tables, its words, and how its classes are bounded."""

    name: str
    kind: Literal["share", "minutes", "count"]
    minutes: int
    label: str
    short: str
    legend: tuple[str, ...]
    bounds: tuple[float, ...]
    who: str = ""


def measures(minutes: tuple[int, ...], theme: Theme) -> list[Measure]:
    """Return the measures that can be chosen on a map, in reading order.

    Parameters
    ----------
    minutes
        The study's minutes, rising.
    theme
        Holds the class bounds.

    Returns
    -------
    list of Measure
        Shares for each number of minutes, the median and quartile walks, the mean number.
    """
    longest = max(minutes)
    return [
        *(_share(m, theme) for m in minutes),
        _walk("nearest_median_min", "Minutes in which half reach one", theme),
        _walk("nearest_q25_min", "Minutes in which 1 in 4 reach one", theme),
        _walk("nearest_q75_min", "Minutes in which 3 in 4 reach one", theme),
        Measure(
            f"mean_count_within_{longest}_min",
            "count",
            longest,
            f"Average number within {longest} minutes",
            f"How many in {longest} min",
            _count_classes(theme.count_bounds, longest),
            theme.count_bounds,
        ),
    ]


def _share(minutes: int, theme: Theme) -> Measure:
    return Measure(
        f"within_{minutes}_min_pct",
        "share",
        minutes,
        f"Share of residents within {minutes} minutes",
        f"Within {minutes} min",
        _share_classes(theme.share_bounds_pct),
        theme.share_bounds_pct,
    )


_WALK_WHO = {
    "nearest_median_min": "half of residents",
    "nearest_q25_min": "1 in 4 residents",
    "nearest_q75_min": "3 in 4 residents",
}
_WALK_SHORT = {
    "nearest_median_min": "Median minutes",
    "nearest_q25_min": "Nearer quarter, minutes",
    "nearest_q75_min": "Further quarter, minutes",
}


def _walk(name: str, label: str, theme: Theme) -> Measure:
    bounds = theme.minutes_bounds
    classes = _walk_classes(bounds)
    return Measure(name, "minutes", 0, label, _WALK_SHORT[name], classes, bounds, _WALK_WHO[name])


def _share_classes(bounds: tuple[float, ...]) -> tuple[str, ...]:
    """Bounds of shares belong to the class above them: 60 % is in “60 to under 80 %”."""
    between = [f"{a:g} to under {b:g} %" for a, b in pairwise(bounds)]
    return (
        f"under {bounds[0]:g} % of residents",
        *between,
        f"{bounds[-1]:g} % or more of residents",
    )


def _walk_classes(bounds: tuple[float, ...]) -> tuple[str, ...]:
    """Bounds of walks belong to the class below them: a walk of 10 minutes is within 10."""
    between = [f"over {a:g} to {b:g} minutes" for a, b in pairwise(bounds)]
    return (f"up to {bounds[0]:g} minutes’ walk", *between, f"over {bounds[-1]:g} minutes’ walk")


def _count_classes(bounds: tuple[float, ...], minutes: int) -> tuple[str, ...]:
    between = [f"{a:g} to under {b:g}" for a, b in pairwise(bounds)]
    return (
        f"fewer than {bounds[0]:g} within {minutes} minutes",
        *between,
        f"{bounds[-1]:g} or more within {minutes} minutes",
    )


def day(text: str) -> str:
    """Return a date as people write it; anything else as it stands.

    Parameters
    ----------
    text
        For example ``2023-06-12``.

    Returns
    -------
    str
        For example ``12 June 2023``.

    Examples
    --------
    >>> day("2023-06-12")
    '12 June 2023'
    """
    try:
        found = dt.date.fromisoformat(text[:10])
    except ValueError:
        return text
    return f"{found.day} {found:%B %Y}"


def number(value: float) -> str:
    """Return a whole number with a comma for every thousand.

    Parameters
    ----------
    value
        Any finite number.

    Returns
    -------
    str
        For example ``12,345``.
    """
    return f"{math.floor(value + 0.5):,}"


def share(part: float, whole: float) -> str:
    """Return a share in whole per cent, never rounded to none or all.

    Parameters
    ----------
    part, whole
        Counts of the same things.

    Returns
    -------
    str
        For example ``62 %``.

    Examples
    --------
    >>> share(1, 1000), share(62, 100)
    ('under 1 %', '62 %')
    """
    per_cent = 100 * part / whole if whole else 0.0
    if 0 < per_cent < 1:
        return PAGE["under_one"]
    if 99 < per_cent < 100:  # noqa: PLR2004 (per cent)
        return PAGE["over_99"]
    # Halves go up, as they do in the scripts of the pages.
    return f"{math.floor(round(per_cent, 4) + 0.5)} %"
