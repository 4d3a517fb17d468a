"""How sure it is that nobody uses a site, what its sources call it, and whose it is.

One of three words, with the reasons beside it: a kind of site has one to begin with, two sources
that agree raise it, and a record that nobody has looked at for years, or planning permission,
lower it. A list of what is fit for homes says nothing of whether land is empty; a survey of land
that is not in use does, on the day on which somebody looked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from pipeline.config import UnusedKind
from pipeline.tags import Tags
from pipeline.units import DAYS_A_YEAR

Reason = tuple[str, dict[str, str | float]]
Record = Mapping[str, str]

OSM = "osm"
# A record that is older says little about today.
OLD_YEARS = 5.0
CONFIDENCES = ("ask_first", "possible", "likely")
LISTED_FOR_HOMES = "listed_for_homes"
_OWNERS = {
    "owned by a public authority": "public",
    "not owned by a public authority": "not_public",
    "mixed ownership": "mixed",
    "unknown ownership": "unknown",
    "unknown": "unknown",
    # As Scotland's survey writes them; what it calls otherwise is not guessed at.
    "local authority": "public",
    "private": "not_public",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def how_sure(
    kind: UnusedKind, records: Sequence[Record], details: Mapping[str, str], today: date
) -> tuple[str, list[Reason]]:
    """Say how sure it is that nobody uses a site, and why.

    Parameters
    ----------
    kind
        Of the site.
    records
        Every record that speaks of it: `source`, `date`.
    details
        What its lists say besides: `planning`, `planning_date`.
    today
        Day of the map.

    Returns
    -------
    tuple of str and list
        One of `CONFIDENCES`, and its reasons: names of sentences with what fills their slots.
    """
    reasons: list[Reason] = []
    level = CONFIDENCES.index(kind.confidence)
    sources = {record["source"] for record in records}
    if OSM in sources:
        reasons += [(word, {}) for word in kind.because]
    said = [kind.lists.get(source, LISTED_FOR_HOMES) for source in sorted(sources - {OSM})]
    reasons += [(word, {}) for word in dict.fromkeys(said)]
    if OSM not in sources and set(said) == {LISTED_FOR_HOMES}:
        level = 0
    if len(sources) > 1:
        reasons.append(("sources_agree", {"n": len(sources)}))
        level += 1
    years = years_between(max(record["date"] for record in records), today)
    if years >= OLD_YEARS and "not_edited_for_long" not in kind.because:
        reasons.append(("old_record", {"n": int(years)}))
        level -= 1
    if details.get("planning", "").casefold() == "permissioned":
        reasons.append(("has_permission", {"day": day_in(details.get("planning_date", ""))}))
        level -= 1
    return CONFIDENCES[min(max(level, 0), len(CONFIDENCES) - 1)], reasons


def status_of(
    kind: UnusedKind,
    records: Iterable[Record],
    details: Mapping[str, str],
    tags: Sequence[Tags],
) -> str:
    """Return what the sources of a site call it.

    Parameters
    ----------
    kind
        Of the site.
    records
        Every record that speaks of it: `source`.
    details
        What its lists say besides: `site_type`, as a survey of vacant and derelict land has it.
    tags
        Of each of its features.

    Returns
    -------
    str
        One of `SITE_STATUSES`.
    """
    if kind.form == "land":
        if any(record["source"] != OSM for record in records):
            word = details.get("site_type", "").casefold().partition(" ")[0]
            return word if word in ("vacant", "derelict") else "listed"
        is_derelict = any(each.get("landuse") in ("derelict", "vacant") for each in tags)
        return "derelict" if is_derelict else str(kind.status)
    words = {key.partition(":")[0] for each in tags for key in each}
    values = {each.get("building", "") for each in tags}
    if words & {"abandoned", "ruins"} or values & {"abandoned", "ruins"}:
        return "abandoned"
    return str(kind.status)


def owner_in(text: str) -> str:
    """Return whose a site is, in the words of a list; nothing where it says something else."""
    return _OWNERS.get(text.strip().casefold(), "")


def day_in(text: str) -> str:
    """Return a day as `2021-06-30`, or nothing where the list writes something else."""
    return text[:10] if _DAY.match(text) else ""


def years_between(day: str, today: date) -> float:
    """Return the years from a day, `2021-06-30`, to another."""
    return (today - date.fromisoformat(day[:10])).days / DAYS_A_YEAR
