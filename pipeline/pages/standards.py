"""Published standards, in a sheet for every neighbourhood and on the page for the district.

On foot and in a straight line stand side by side, with the difference between them, and which of
the two is the body's own method. A share that is not certain for everybody is given with both
its ends.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import pandas as pd

from pipeline.config import Evidence, Method, Quantity, Standard, State, Together, Within
from pipeline.pages.figures import ids
from pipeline.pages.material import Material
from pipeline.pages.sheets import noted_sheet
from pipeline.pages.wording import Words
from pipeline.standards import official_method
from pipeline.text import clean_text

Criterion = Within | Together | Quantity


class Number(NamedTuple):
    """One number of the table of standards."""

    value: float
    at_most: float
    state: str
    coverage_pct: float
    source: str
    source_date: str


# Of one criterion, by method and place.
Numbers = dict[tuple[Method, str], Number]

NUMBERS = (State.OK, State.TRUE_ZERO)
ALL_PCT = 100.0

METHOD_KEYS = {
    Method.WALKING: "standards.on_foot",
    Method.STRAIGHT_LINE: "standards.straight_line",
    Method.QUANTITY: "standards.per_head",
}
_PREFIXES = {
    Method.WALKING: ("walking", "_pct"),
    Method.STRAIGHT_LINE: ("straight_line", "_pct"),
    Method.QUANTITY: ("ha_per_1000", ""),
}
SHEET_COLUMNS = (
    "neighbourhood_id", "name", "people", "standard", "body", "year", "criterion", "asks_for",
    "walking_pct", "walking_at_most_pct", "walking_state", "walking_certain_pct",
    "straight_line_pct", "straight_line_at_most_pct", "straight_line_state",
    "straight_line_certain_pct", "difference_points_at_least",
    "difference_points_at_most", "official_method", "official_pct",
    "ha_per_1000", "ha_per_1000_at_most", "ha_per_1000_state", "ha_per_1000_certain_pct",
    "evidence", "source", "source_date",
)  # fmt: skip
EVIDENCE_KEYS = {
    Evidence.DOCUMENTED_ONCE: "standards.one_source",
    Evidence.TO_BE_CHECKED: "standards.to_be_checked",
}


def standards_csv(material: Material) -> bytes:
    """Return how far each neighbourhood and the district meet each criterion: `standards.csv`.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        CSV: one row for each neighbourhood and criterion, the district's own rows last.
    """
    return noted_sheet(material, _sheet_rows(material))


def _sheet_rows(material: Material) -> pd.DataFrame:
    names = material.neighbourhoods.set_index("neighbourhood_id")["name"].to_dict()
    names[material.district.code] = material.district.name
    people = {**material.people.to_dict(), material.district.code: float(material.people.sum())}
    held = _held(material)
    return pd.DataFrame(
        [
            {
                "neighbourhood_id": place,
                "name": names[place],
                "people": people[place],
                **_criterion_row(material.words, standard, criterion, numbers, place),
            }
            for place in ids(material)
            for standard, criterion, numbers in held
        ],
        columns=list(SHEET_COLUMNS),
    )


def _held(material: Material) -> list[tuple[Standard, Criterion, Numbers]]:
    """List what the district was held against, in the order of its files, with the numbers."""
    found: dict[tuple[str, str], Numbers] = {}
    row: Any  # a named tuple of pandas
    for row in material.standards.itertuples(index=False):
        numbers = found.setdefault((row.standard, row.criterion), {})
        numbers[Method(row.method), row.neighbourhood_id] = Number(
            row.value, row.at_most, row.state, row.coverage_pct, row.source, row.source_date
        )
    return [
        (standard, criterion, found[name, criterion.id])
        for name, standard in sorted(material.published_standards.items())
        for criterion in standard.criteria
        if (name, criterion.id) in found
    ]


def _criterion_row(
    words: Words, standard: Standard, criterion: Criterion, numbers: Numbers, place: str
) -> dict[str, Any]:
    """Lay out one criterion in one place."""
    own = official_method(standard, criterion)
    row: dict[str, Any] = {
        "standard": standard.name,
        "body": standard.body,
        "year": standard.year,
        "criterion": criterion.label,
        "asks_for": asks_for(words, standard, criterion),
        "official_method": words(METHOD_KEYS[own]),
        "evidence": criterion.evidence.value,
        "source": next(iter(numbers.values())).source,
        "source_date": next(iter(numbers.values())).source_date,
    }
    for method, (prefix, ending) in _PREFIXES.items():
        if (number := numbers.get((method, place))) is not None:
            row |= {
                f"{prefix}{ending}": number.value,
                f"{prefix}_at_most{ending}": number.at_most,
                f"{prefix}_state": number.state,
                f"{prefix}_certain_pct": number.coverage_pct,
            }
    if not isinstance(criterion, Quantity):
        row["official_pct"] = numbers[own, place].value
        least, most = _points(numbers, place)
        row |= {"difference_points_at_least": least, "difference_points_at_most": most}
    return row


def _points(numbers: Numbers, place: str) -> tuple[float, float]:
    """Return the straight line's share less that on foot: the least and the most it can be."""
    walking, line = numbers[Method.WALKING, place], numbers[Method.STRAIGHT_LINE, place]
    if not {walking.state, line.state} <= set(NUMBERS):
        return math.nan, math.nan
    return line.value - walking.at_most, line.at_most - walking.value


# --- in words -------------------------------------------------------------------------------------


def asks_for(words: Words, standard: Standard, criterion: Criterion) -> str:
    """Return what a criterion asks for, in words.

    Parameters
    ----------
    words
        The language.
    standard
        The standard.
    criterion
        One of its criteria.

    Returns
    -------
    str
        For example ``2 ha or more within 300 m, about 5 minutes``.
    """
    if isinstance(criterion, Quantity):
        return words("standards.quantity", hectares=criterion.hectares_per_1000, people=1000)
    if isinstance(criterion, Together):
        labels = [each.label for each in standard.criteria if each.id in criterion.of]
        return words(f"standards.{criterion.needs}_of", criteria="; ".join(labels))
    distance = words.distance(criterion.distance_m)
    told = words("standards.within", distance=distance)
    if criterion.smallest_ha:
        told = words("standards.size_within", hectares=criterion.smallest_ha, distance=distance)
    if criterion.line_m != criterion.distance_m:
        told = words("standards.drawn_as", within=told, line=words.distance(criterion.line_m))
    if criterion.minutes:
        told = words("standards.about_minutes", within=told, minutes=criterion.minutes)
    return told


def spoken_share(words: Words, state: str, value: float, at_most: float) -> str:
    """Return a share in words: one number, or both its ends.

    Parameters
    ----------
    words
        The language.
    state
        What kind of number it is.
    value
        What is certain, in per cent.
    at_most
        The most it could be.

    Returns
    -------
    str
        For example ``62 %``, ``24 % to 31 %``, ``72 % or more`` or ``up to 4 %``.
    """
    if state not in NUMBERS:
        return words(f"states.{state}.label")
    low, high = words.share(value, ALL_PCT), words.share(at_most, ALL_PCT)
    if low in (high, words("numbers.over_99")):
        return low
    if at_most == ALL_PCT:
        return words("numbers.or_more", low=low)
    if value == 0:
        return words("numbers.up_to", high=high)
    return words("numbers.between", low=low, high=high)


def spoken_points(words: Words, least: float, most: float) -> str:
    """Say by how many points the straight line shows more people than the walk.

    Parameters
    ----------
    words
        The language.
    least, most
        The ends of the difference, in percentage points.

    Returns
    -------
    str
        For example ``20 points more``, ``10 to 17 points more``, ``none`` or ``not certain``.
    """
    if math.isnan(least):
        return words("standards.not_certain")
    low, high = sorted((_whole(least), _whole(most)), key=abs)
    if low == high == 0:
        return words("standards.none")
    if low * high < 0:
        return words("standards.not_certain")
    more = "more" if high > 0 else "fewer"
    if low == high:
        return words(f"standards.points_{more}", n=abs(low))
    return words(f"standards.range_{more}", low=abs(low), high=abs(high))


def _whole(points: float) -> int:
    return math.floor(points + 0.5)


def _spoken_land(words: Words, number: Number) -> str:
    if number.state not in NUMBERS:
        return words(f"states.{number.state}.label")
    more = "" if number.at_most == number.value else "_or_more"
    hectares = words.number(number.value, decimals=1 if number.value >= 1 else 2)
    return words(f"standards.land{more}", hectares=hectares, people=1000)


# --- on the page ----------------------------------------------------------------------------------


def standards_of_page(material: Material) -> list[dict[str, Any]]:
    """Return what the page shows of the district as a whole.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    list of dict
        One for each standard: `name`, `by`, `note`, `reference` and `rows`, each with its words
        and, where that is not the page's, its `language` (`note_language`); a row of land per head
        has `land` in place of the shares.
    """
    found: dict[str, dict[str, Any]] = {}
    place = material.district.code
    names = {id(standard): name for name, standard in material.published_standards.items()}
    for standard, criterion, numbers in _held(material):
        told, kept = material.words.of_standard(names[id(standard)], standard)
        ours = next(each for each in told.criteria if each.id == criterion.id)
        key = f"{standard.name} {standard.body} {standard.year}"
        entry = found.setdefault(key, _standard_words(material.words, told, kept))
        row = _row_words(material.words, told, ours, numbers, place)
        entry["rows"].append({**row, "language": _language(material.words, criterion.id, kept)})
    return list(found.values())


def _language(words: Words, part: str, kept: frozenset[str]) -> str:
    """Return the language of a part of a standard, where it is not that of the page."""
    return words.source_tag if part in kept else ""


def _standard_words(words: Words, standard: Standard, kept: frozenset[str]) -> dict[str, Any]:
    return {
        "name": clean_text(standard.name),
        "by": clean_text(words("standards.by", body=standard.body, year=str(standard.year))),
        "note": clean_text(standard.method_note, most=600),
        "note_language": _language(words, "note", kept),
        "reference": clean_text(standard.reference, most=600),
        "rows": [],
    }


def _row_words(
    words: Words, standard: Standard, criterion: Criterion, numbers: Numbers, place: str
) -> dict[str, str]:
    evidence = EVIDENCE_KEYS.get(criterion.evidence)
    row = {
        "label": clean_text(criterion.label),
        "asks": clean_text(asks_for(words, standard, criterion), most=600),
        "evidence": words(evidence) if evidence else "",
        "own": words(METHOD_KEYS[official_method(standard, criterion)]),
    }
    if isinstance(criterion, Quantity):
        return {**row, "land": _spoken_land(words, numbers[Method.QUANTITY, place])}
    return {
        **row,
        "walking": _spoken(words, numbers[Method.WALKING, place]),
        "line": _spoken(words, numbers[Method.STRAIGHT_LINE, place]),
        "difference": spoken_points(words, *_points(numbers, place)),
    }


def _spoken(words: Words, number: Number) -> str:
    return spoken_share(words, number.state, number.value, number.at_most)
