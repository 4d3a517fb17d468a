"""The numbers of a page: one column of values and of states for each category and measure."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config import State
from pipeline.pages.material import Material, once_for_both

Floats = npt.NDArray[np.float64]

# As in the sheets, whose numbers a page must agree with.
DECIMALS = 4
STATE_LETTERS = {
    State.OK: "o",
    State.TRUE_ZERO: "o",
    State.NO_DATA: "n",
    State.UNREACHABLE: "u",
    State.SUPPRESSED: "s",
}
# What stands for a number that is none, and which state that is.
STATE_OF_LETTER = {letter: state.value for state, letter in STATE_LETTERS.items() if letter != "o"}
FULL_COVERAGE_PCT = 99.0


def ids(material: Material) -> list[str]:
    """Return the codes of all neighbourhoods in the order of their table, the district last."""
    return [*material.neighbourhoods["neighbourhood_id"].tolist(), material.district.code]


@once_for_both
def figures(material: Material) -> dict[str, Any]:
    """Return every number of every category shown.

    Parameters
    ----------
    material
        The district; its indicators are used.

    Returns
    -------
    dict
        Category → measure → `values` (one for each of `ids`, `as_shown`, none where there is no
        number), `states` (a letter each: `o` a number, `n` no data, `u` unreachable, `s`
        suppressed), `certain` (share of people for whom the number is certain, by place in the
        list, where it is not nearly all) and, for headline numbers, `range` (the least and the
        most under other choices, by place, where they differ as shown).
    """
    columns, ranges = by_place(material), _ranges_by_place(material)
    found: dict[str, Any] = {}
    for category in material.categories:
        shown = {m: columns[category, m] for m in material.measures if (category, m) in columns}
        found[category] = {
            measure: column(
                rows, ranges.get((category, measure)), is_share=measure.endswith("_pct")
            )
            for measure, rows in shown.items()
        }
    return found


def _ranges_by_place(material: Material) -> dict[tuple[str, str], pd.DataFrame]:
    """Return the ranges of each category and measure, one row for each of `ids`."""
    rows = material.ranges.reset_index().set_index("neighbourhood_id")
    wanted = ids(material)
    return {
        (str(category), str(measure)): part.reindex(wanted)
        for (category, measure), part in rows.groupby(["category", "measure"], observed=True)
    }


@once_for_both
def by_place(material: Material) -> dict[tuple[str, str], pd.DataFrame]:
    """Return the indicators of each category and measure, one row for each of `ids`."""
    wanted = ids(material)
    rows = material.indicators.set_index("neighbourhood_id")
    return {
        (str(category), str(measure)): part.reindex(wanted)
        for (category, measure), part in rows.groupby(["category", "measure"], observed=True)
    }


def as_shown(values: Floats, *, is_share: bool) -> list[float]:
    """Round numbers once, as people read them; halves go up.

    Colour, words and order on a page all follow from these, so that they cannot disagree. What is
    less than all but rounds to all, or more than none but rounds to none, lies between.

    Parameters
    ----------
    values
        Per cent, minutes or counts.
    is_share
        Whether they are per cent: those are shown whole, others with one decimal.

    Returns
    -------
    list of float
        As many; whole ones as integers, 0.5 for a share under 1, 99.5 for one over 99, and 0.05
        for another number that rounds to none.

    Examples
    --------
    >>> as_shown(np.array([59.4962, 0.2, 99.7, 100.0]), is_share=True)
    [59, 0.5, 99.5, 100]
    >>> as_shown(np.array([1.15, 0.03, 0.0]), is_share=False)
    [1.2, 0.05, 0]
    """
    steps = 1 if is_share else 10
    exact = np.round(values, DECIMALS)
    # A half is a half, also where its product with ten is a hair less.
    shown = np.floor(np.round(exact * steps, DECIMALS) + 0.5) / steps
    if is_share:
        shown = np.where((values > 0) & (exact < 1), 0.5, shown)
        shown = np.where((exact > 99) & (values < 100), 99.5, shown)  # noqa: PLR2004 (per cent)
    else:
        shown = np.where((values > 0) & (shown == 0), 0.05, shown)
    return [int(number) if number.is_integer() else number for number in shown.tolist()]


def column(
    rows: pd.DataFrame, ranges: pd.DataFrame | None = None, *, is_share: bool
) -> dict[str, Any]:
    """Return one column of numbers with their states.

    Parameters
    ----------
    rows
        `value`, `state` and `coverage_pct` of each of `ids`.
    ranges
        `low` and `high` of each, if they are known.
    is_share
        Whether the numbers are per cent.

    Returns
    -------
    dict
        `values`, `states`, `certain` and, with ranges, `range`, as in `figures`.
    """
    states = [STATE_LETTERS[state] for state in rows["state"].fillna(State.NO_DATA).tolist()]
    has_number = np.array([letter == "o" for letter in states]) & rows["value"].notna().to_numpy()
    values = as_shown(rows["value"].to_numpy(dtype=float), is_share=is_share)
    coverage = rows["coverage_pct"].to_numpy(dtype=float)
    certain = as_shown(coverage, is_share=True)
    found: dict[str, Any] = {
        "values": [value if has else None for value, has in zip(values, has_number, strict=True)],
        "states": "".join(
            letter if has or letter != "o" else "n"
            for letter, has in zip(states, has_number, strict=True)
        ),
        "certain": {
            str(place): certain[place]
            for place in np.flatnonzero(has_number & (coverage < FULL_COVERAGE_PCT))
        },
    }
    if ranges is not None:
        found["range"] = _ranges(ranges, has_number, is_share=is_share)
    return found


def _ranges(rows: pd.DataFrame, has_number: Any, *, is_share: bool) -> dict[str, list[float]]:  # noqa: ANN401 (an array of yes and no)
    """Return the least and the most as shown, by place, where they differ."""
    at = np.flatnonzero(has_number & rows["low"].notna().to_numpy())
    low, high = (
        as_shown(rows[name].to_numpy(dtype=float)[at], is_share=is_share)
        for name in ("low", "high")
    )
    return {
        str(place): [least, most]
        for place, least, most in zip(at, low, high, strict=True)
        if least < most
    }


def strengths(material: Material, minutes: int, most: int = 4) -> list[dict[str, Any]]:
    """Return what most residents of the district have within reach, one of each kind at most.

    Parameters
    ----------
    material
        The district.
    minutes
        Which number of minutes to count.
    most
        How many to return.

    Returns
    -------
    list of dict
        `category`, `label`, `share_pct`, the largest share first.
    """
    rows = material.indicators
    is_wanted = (
        (rows["neighbourhood_id"] == material.district.code)
        & (rows["measure"] == f"within_{minutes}_min_pct")
        & (rows["value"] > 0)
        & rows["category"].isin(material.categories)
    )
    largest_first = rows[is_wanted].sort_values(["value", "category"], ascending=[False, True])
    found: dict[str, dict[str, Any]] = {}
    for category, value in zip(largest_first["category"], largest_first["value"], strict=True):
        look = material.looks[category]
        if look.status == "actual" and look.kind not in found:
            share = float(value)
            label = material.words.of_category(category, look).label
            found[look.kind] = {"category": category, "label": label, "share_pct": share}
    return list(found.values())[:most]
