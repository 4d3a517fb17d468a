"""The figures as CSV that a spreadsheet opens without running anything.

UTF-8 without a byte-order mark, RFC 4180 quoting, lines that end in a line feed. Text that a
spreadsheet could take for a formula begins with `'`; numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
import math
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import State
from pipeline.pages.figures import by_place, ids
from pipeline.pages.material import Material
from pipeline.pages.plain import is_formula
from pipeline.text import clean_text

DECIMALS = 4
INDICATOR_COLUMNS = (
    "neighbourhood_id",
    "category",
    "measure",
    "value",
    "unit",
    "state",
    "low",
    "high",
    "coverage_pct",
    "source",
    "source_date",
)
WALKER_COLUMNS = (
    "neighbourhood_id",
    "category",
    "measure",
    "walker",
    "walker_label",
    "value",
    "unit",
    "state",
    "coverage_pct",
)
VARIANT_COLUMNS = ("category", "measure", "variant", "value", "rank_agreement")
DEPRIVATION_COLUMNS = (
    "deprivation_rank",
    "deprivation_decile",
    "income_decile",
    "deprivation_index",
    "deprivation_year",
    "deprivation_state",
)
_WHOLE = {"deprivation_rank", "deprivation_decile", "income_decile", "deprivation_year"}


def cell(value: Any) -> str:  # noqa: ANN401 (text, a number or nothing)
    """Return one cell of a CSV file.

    Parameters
    ----------
    value
        Text, a number, or nothing (none, NaN).

    Returns
    -------
    str
        Text, with `'` before what could be a formula; a number with at most four decimals.

    Examples
    --------
    >>> cell("=1+1"), cell(-1.5), cell(float("nan"))
    ("'=1+1", '-1.5', '')
    """
    if isinstance(value, str):
        return _text(value)
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | float | np.integer | np.floating):
        return _number(float(value))
    return _text(str(value))


def _text(value: str) -> str:
    """Make a text safe."""
    # The ends are kept: a name that is all spaces and a sign is still no formula.
    text = clean_text(value, most=10_000)
    return f"'{text}" if is_formula(text) else text


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def indicators_csv(material: Material) -> bytes:
    """Return every number in one column: `indicators.csv`.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        CSV with `INDICATOR_COLUMNS` and the district's notice, if it has one, sorted by
        neighbourhood, category and measure.
    """
    keys = ["neighbourhood_id", "category", "measure"]
    rows = material.indicators.sort_values(keys).join(material.ranges, on=keys)
    return noted_sheet(material, rows[list(INDICATOR_COLUMNS)])


def by_walker_csv(material: Material) -> bytes:
    """Return the headline numbers of every walker: `by_walker.csv`.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        CSV with `WALKER_COLUMNS` and the district's notice, if it has one.
    """
    keys = ["neighbourhood_id", "category", "measure", "walker"]
    rows = material.by_walker.sort_values(keys)
    labels = {name: walker.label for name, walker in material.walkers.items()}
    rows = rows.assign(walker_label=rows["walker"].map(labels))
    return noted_sheet(material, rows[list(WALKER_COLUMNS)])


def sensitivity_csv(material: Material) -> bytes:
    """Return the headline numbers of the district under every other choice: `sensitivity.csv`.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        CSV with `VARIANT_COLUMNS` and the district's notice, if it has one; what comes of it for
        each neighbourhood stands as `low` and `high` in `indicators.csv`.
    """
    rows = material.sensitivity
    rows = rows[rows["neighbourhood_id"] == material.district.code]
    rows = rows.sort_values(["category", "measure", "variant"])
    return noted_sheet(material, rows[list(VARIANT_COLUMNS)])


def set_aside_csv(material: Material) -> bytes:
    """Return every row of the layers that is not used, with its reason: `set_aside.csv`.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        CSV with the columns of `tables.SET_ASIDE` and the district's notice, if it has one;
        in each layer, rows that could not be used come first.
    """
    rows = material.set_aside
    first = rows.assign(is_other=rows["kind"] != "fault")
    ordered = first.sort_values(["layer", "is_other", "row"]).drop(columns="is_other")
    return noted_sheet(material, ordered)


def profiles_csv(material: Material) -> bytes:
    """Return one row for each neighbourhood, the district last: `profiles.csv`.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        CSV of `wide_table` and the district's notice, if it has one.
    """
    return noted_sheet(material, wide_table(material))


def noted_sheet(material: Material, table: pd.DataFrame) -> bytes:
    """Return a table as CSV, with the district's notice beside each row, if it has one.

    Parameters
    ----------
    material
        The district.
    table
        What is published of it.

    Returns
    -------
    bytes
        As `sheet` writes it.
    """
    return sheet(material.noted(table))


def sheet(table: pd.DataFrame) -> bytes:
    """Return a table as CSV.

    Parameters
    ----------
    table
        What is published.

    Returns
    -------
    bytes
        Its columns, row by row, each value as `cell` writes it; UTF-8.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([cell(name) for name in table.columns])
    writer.writerows(zip(*(_cells(table[name]) for name in table.columns), strict=True))
    return text.getvalue().encode("utf-8")


def _cells(column: pd.Series) -> list[str]:
    """Write the cells of a column, each value once: the same few stand in most of a long sheet."""
    if column.dtype == object:  # where 1 and true may stand together, and are not the same
        return [cell(value) for value in column]
    number, values = pd.factorize(column)
    texts = np.array([*map(cell, values), cell(None)], dtype=object)
    written: list[str] = texts[number].tolist()  # what is missing is number −1, the last
    return written


def wide_table(material: Material) -> pd.DataFrame:
    """Return one row for each neighbourhood and one column for each number.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    pandas.DataFrame
        `neighbourhood_id`, `name`, `people`, `people_state`, the columns of deprivation, then
        `category__measure`, `category__measure__state` and `category__measure__coverage_pct`;
        the district is the last row.
    """
    rows = material.neighbourhoods.drop(columns="geometry").set_index("neighbourhood_id")
    rows = pd.DataFrame(rows).reindex(ids(material))
    whole = material.district.code
    columns: dict[str, Any] = {
        "neighbourhood_id": ids(material),
        "name": [*rows["name"].iloc[:-1], material.district.name],
        "people": [*material.people, material.people.sum()],
        "people_state": [*rows["people_state"].iloc[:-1], _whole_state(material)],
    }
    if material.has_deprivation:
        columns |= _deprivation(rows)
    figures = by_place(material)
    for category in material.categories:
        for measure in material.measures:
            part = figures.get((category, measure))
            if part is not None:
                columns[f"{category}__{measure}"] = np.round(
                    part["value"].to_numpy(float), DECIMALS
                )
                columns[f"{category}__{measure}__state"] = (
                    part["state"].fillna(State.NO_DATA).tolist()
                )
                columns[f"{category}__{measure}__coverage_pct"] = np.round(
                    part["coverage_pct"].fillna(0.0).to_numpy(float), 1
                )
    assert columns["neighbourhood_id"][-1] == whole
    return pd.DataFrame(columns)


def _deprivation(rows: pd.DataFrame) -> dict[str, Any]:
    columns: dict[str, Any] = {
        name: rows[name].to_numpy(dtype=float) if name in _WHOLE else rows[name].tolist()
        for name in DEPRIVATION_COLUMNS
    }
    columns["deprivation_state"] = [*rows["deprivation_state"].iloc[:-1], State.NO_DATA.value]
    columns["deprivation_index"] = rows["deprivation_index"].fillna("").tolist()
    return columns


def _whole_state(material: Material) -> str:
    return State.NO_DATA.value if material.people_are_estimated else State.OK.value
