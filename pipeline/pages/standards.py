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
from pipeline.pages import words
from pipeline.pages.figures import ids
from pipeline.pages.material import Material
from pipeline.pages.sheets import sheet
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

METHOD_LABELS = {
    Method.WALKING: "on foot",
    Method.STRAIGHT_LINE: "straight line",
    Method.QUANTITY: "land per head",
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
EVIDENCE_WORDS = {
    Evidence.VERIFIED: "",
    Evidence.DOCUMENTED_ONCE: "numbers from one source",
    Evidence.TO_BE_CHECKED: "numbers to be checked",
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
    return sheet(material.noted(_sheet_rows(material)))


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
                **_criterion_row(standard, criterion, numbers, place),
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
    standard: Standard, criterion: Criterion, numbers: Numbers, place: str
) -> dict[str, Any]:
    """Lay out one criterion in one place."""
    own = official_method(standard, criterion)
    row: dict[str, Any] = {
        "standard": standard.name,
        "body": standard.body,
        "year": standard.year,
        "criterion": criterion.label,
        "asks_for": asks_for(standard, criterion),
        "official_method": METHOD_LABELS[own],
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


def official_method(standard: Standard, criterion: Criterion) -> Method:
    """Return how the body itself evaluates a criterion.

    Parameters
    ----------
    standard
        The standard.
    criterion
        One of its criteria.

    Returns
    -------
    Method
        Of criteria that are joined, the method of the first.
    """
    if isinstance(criterion, Quantity):
        return Method.QUANTITY
    if isinstance(criterion, Within):
        return Method(criterion.official_method)
    first = next(each for each in standard.criteria if each.id == criterion.of[0])
    return official_method(standard, first)


def asks_for(standard: Standard, criterion: Criterion) -> str:
    """Return what a criterion asks for, in words.

    Parameters
    ----------
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
        return f"{criterion.hectares_per_1000:g} ha for every 1,000 people"
    if isinstance(criterion, Together):
        labels = [each.label for each in standard.criteria if each.id in criterion.of]
        return f"{criterion.needs} of: {'; '.join(labels)}"
    size = f"{criterion.smallest_ha:g} ha or more " if criterion.smallest_ha else ""
    drawn = f", drawn as {_metres(criterion.line_m)}" * (criterion.line_m != criterion.distance_m)
    time = f", about {criterion.minutes:g} min" if criterion.minutes else ""
    return f"{size}within {_metres(criterion.distance_m)}{drawn}{time}"


def _metres(metres: float) -> str:
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"  # noqa: PLR2004


def spoken_share(state: str, value: float, at_most: float) -> str:
    """Return a share in words: one number, or both its ends.

    Parameters
    ----------
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

    Examples
    --------
    >>> spoken_share("ok", 24.2, 24.4), spoken_share("ok", 24.2, 30.6)
    ('24 %', '24 % to 31 %')
    >>> spoken_share("ok", 71.7, 100.0), spoken_share("ok", 0.0, 3.6)
    ('72 % or more', 'up to 4 %')
    """
    if state not in NUMBERS:
        return words.STATE_LABELS[state]
    low, high = words.share(value, ALL_PCT), words.share(at_most, ALL_PCT)
    if low in (high, words.PAGE["over_99"]):
        return low
    if at_most == ALL_PCT:
        return f"{low} or more"
    return f"up to {high}" if value == 0 else f"{low} to {high}"


def spoken_points(least: float, most: float) -> str:
    """Say by how many points the straight line shows more people than the walk.

    Parameters
    ----------
    least, most
        The ends of the difference, in percentage points.

    Returns
    -------
    str
        For example ``20 points more``, ``10 to 17 points more``, ``none`` or ``not certain``.

    Examples
    --------
    >>> spoken_points(9.6, 16.7), spoken_points(20.0, 20.0), spoken_points(-3.0, 8.0)
    ('10 to 17 points more', '20 points more', 'not certain')
    """
    if math.isnan(least):
        return "not certain"
    low, high = sorted((_whole(least), _whole(most)), key=abs)
    if low == high == 0:
        return "none"
    if low * high < 0:
        return "not certain"
    more = "more" if high > 0 else "fewer"
    ends = f"{abs(low)}" if low == high else f"{abs(low)} to {abs(high)}"
    return f"{ends} {'point' if ends == '1' else 'points'} {more}"


def _whole(points: float) -> int:
    return math.floor(points + 0.5)


def _spoken_land(number: Number) -> str:
    if number.state not in NUMBERS:
        return words.STATE_LABELS[number.state]
    more = "" if number.at_most == number.value else " or more"
    hectares = f"{number.value:.1f}" if number.value >= 1 else f"{number.value:.2f}"
    return f"{hectares} ha{more} for every 1,000 people"


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
        One for each standard: `name`, `by`, `note`, `reference` and `rows`, each with its words;
        a row of land per head has `land` in place of the shares.
    """
    found: dict[str, dict[str, Any]] = {}
    place = material.district.code
    for standard, criterion, numbers in _held(material):
        key = f"{standard.name} {standard.body} {standard.year}"
        entry = found.setdefault(key, _standard_words(standard))
        entry["rows"].append(_row_words(standard, criterion, numbers, place))
    return list(found.values())


def _standard_words(standard: Standard) -> dict[str, Any]:
    return {
        "name": clean_text(standard.name),
        "by": clean_text(f"{standard.body}, {standard.year}"),
        "note": clean_text(standard.method_note, most=600),
        "reference": clean_text(standard.reference, most=600),
        "rows": [],
    }


def _row_words(
    standard: Standard, criterion: Criterion, numbers: Numbers, place: str
) -> dict[str, str]:
    row = {
        "label": clean_text(criterion.label),
        "asks": clean_text(asks_for(standard, criterion), most=600),
        "evidence": EVIDENCE_WORDS[criterion.evidence],
        "own": METHOD_LABELS[official_method(standard, criterion)],
    }
    if isinstance(criterion, Quantity):
        return {**row, "land": _spoken_land(numbers[Method.QUANTITY, place])}
    return {
        **row,
        "walking": _spoken(numbers[Method.WALKING, place]),
        "line": _spoken(numbers[Method.STRAIGHT_LINE, place]),
        "difference": spoken_points(*_points(numbers, place)),
    }


def _spoken(number: Number) -> str:
    return spoken_share(number.state, number.value, number.at_most)
