"""Counts by statistical area (residents, households, children), joined to neighbourhoods by code.

A count is taken as published or not at all: areas that a table does not hold stop the run, and
nobody is moved between vintages.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.codes import WORDS, CodedTable, must_all_be_in, must_be_of
from pipeline.config import PeopleTable, State, Vintage
from pipeline.errors import CodesDoNotMatch, listed

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.str_]


def counted(codes: pd.Series, vintage: Vintage, table: CodedTable) -> Floats:
    """Look up the count of each neighbourhood.

    Parameters
    ----------
    codes
        Of n neighbourhoods.
    vintage
        Of those codes.
    table
        `code` and `count`; areas beyond the district do no harm.

    Returns
    -------
    numpy.ndarray
        n counts, in the order of the codes.

    Raises
    ------
    CodesDoNotMatch
        If the table counts by areas of another vintage, doubles a code, or lacks one.
    """
    declared = table.declared
    if not isinstance(declared, PeopleTable) or declared.vintage is not vintage:
        words = WORDS[declared.vintage] if isinstance(declared, PeopleTable) else "no"
        raise CodesDoNotMatch(
            f"{table.where}: {declared.title} counts by {words} areas and the boundaries are "
            f"{WORDS[vintage]}; people are not moved between vintages. Give a table of that one."
        )
    must_be_of(table.rows["code"], vintage, table.where)
    must_all_be_in(codes, table, table.rows["code"], vintage)
    counts = table.rows.set_index("code")["count"].loc[codes.tolist()]
    return counts.to_numpy(dtype=float)


def states_of(counts: Floats) -> Texts:
    """Say what kind of number each count is.

    Parameters
    ----------
    counts
        n counts; NaN where nobody has counted.

    Returns
    -------
    numpy.ndarray
        `no_data`, `true_zero` or `ok`.

    Examples
    --------
    >>> states_of(np.array([3.0, 0.0, np.nan])).tolist()
    ['ok', 'true_zero', 'no_data']
    """
    kinds = [str(State.NO_DATA), str(State.TRUE_ZERO)]
    return np.select([np.isnan(counts), counts == 0], kinds, str(State.OK))


def told_of_children(rows: pd.DataFrame, table: CodedTable | None) -> dict[str, Any]:
    """Report how many children there are and of which ages, and where that looks odd.

    Two tables may differ by more than age: the census changes small counts a little to protect
    people and does not publish by how much, and estimates are of another year. So children above
    the number of residents are told, whatever the difference, and both stay as published.

    Parameters
    ----------
    rows
        `neighbourhood_id`, `people` and `children`.
    table
        The table of children, if there is one.

    Returns
    -------
    dict
        `children`, `children_aged` such as `0–14`, and `caveats`; nothing without a table.
    """
    if table is None or not isinstance(table.declared, PeopleTable) or not table.declared.ages:
        return {}
    aged = table.declared.ages.words
    odd = rows["neighbourhood_id"][rows["children"] > rows["people"]].tolist()
    caveat = (
        f"More children (aged {aged}) than residents are counted in {listed(sorted(odd))}: the two "
        "tables are of different days, or were changed a little to protect people. Both are used "
        "as published."
    )
    return {
        "children": int(rows["children"].sum()),
        "children_aged": aged,
        "caveats": [caveat] if odd else [],
    }
