"""Find the headings, the columns and the numbers of a table of text cells."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.errors import FileIsDamaged, SourceIsEmpty, TableBreaksItsContract, listed, quoted
from pipeline.files.outside import unique_names
from pipeline.text import clean_text

# 1234, 1,234, -0.5 and 1475.0; not 1,23 nor 8e2, which are slips of a spreadsheet.
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?", re.ASCII)


def table_from(rows: pd.DataFrame, path: Path, header_cells: tuple[str, ...] = ()) -> pd.DataFrame:
    """Find the row of headings and return the table below it.

    Parameters
    ----------
    rows
        Cells of text, as `read_rows` gives them.
    path
        The file, for messages.
    header_cells
        What one cell of the row of headings says, in one of several ways; the first row that
        has such a cell is it. Without any, it is the first row that is not blank.

    Returns
    -------
    pandas.DataFrame
        Text under clean, unique headings, without blank rows at the end and columns that are
        blank throughout; the index is the number of the row in the file.

    Raises
    ------
    FileIsDamaged
        If no row has such a cell.
    SourceIsEmpty
        If there is no row below it.
    """
    place = _place_of_headings(rows, path, header_cells)
    body = rows.iloc[place + 1 :]
    body = body[(body != "").any(axis=1)]
    if body.empty:
        raise SourceIsEmpty(f"{path}: has headings in row {place + 1} and no rows below them.")
    headings = [clean_text(name) for name in rows.iloc[place]]
    used = [bool(name) or bool((body[at] != "").any()) for at, name in enumerate(headings)]
    frame = body.set_axis(unique_names(headings), axis=1)
    return frame.loc[:, used]


def _place_of_headings(rows: pd.DataFrame, path: Path, header_cells: tuple[str, ...]) -> int:
    if not header_cells:
        return int((rows != "").any(axis=1).to_numpy().argmax())
    wanted = {_folded(cell) for cell in header_cells}
    for place, row in enumerate(rows.itertuples(index=False)):
        if wanted.intersection(map(_folded, row)):
            return place
    raise FileIsDamaged(
        f"{path}: no row holds a heading {listed(list(dict.fromkeys(header_cells)))}; its first "
        f"row holds {listed([cell for cell in rows.iloc[0] if cell])}. Is it the right table?"
    )


def _folded(text: object) -> str:
    return clean_text(text).casefold()


def column_named(
    frame: pd.DataFrame, names: tuple[str, ...], path: Path, *, in_full: bool = False
) -> str:
    """Find the one column that is published under one of several names.

    Parameters
    ----------
    frame
        A table with clean headings.
    names
        Names it is published under, the likeliest first. A whole name goes before the
        beginning of one; capitals and runs of spaces do not count.
    path
        The file, for messages.
    in_full
        Whether the beginning of a name is not enough: `9` must not be found in `90+`.

    Returns
    -------
    str
        The heading.

    Raises
    ------
    TableBreaksItsContract
        If no column fits, or several do.
    """
    found = column_if_any(frame, names, path, in_full=in_full)
    if found is None:
        raise TableBreaksItsContract(
            f"{path}: no column is called {listed(list(names))}; its columns are "
            f"{listed([str(name) for name in frame.columns], most=12)}. Is it the right table?"
        )
    return found


def column_if_any(
    frame: pd.DataFrame, names: tuple[str, ...], path: Path, *, in_full: bool = False
) -> str | None:
    """Find a column that a table may lack.

    Parameters
    ----------
    frame, names, path, in_full
        As for `column_named`.

    Returns
    -------
    str or None
        The heading, if there is one.

    Raises
    ------
    TableBreaksItsContract
        If several columns fit.
    """
    headings = {str(name): _folded(name) for name in frame.columns}
    for whole in (True,) if in_full else (True, False):
        for name in map(_folded, names):
            fitting = [
                heading
                for heading, folded in headings.items()
                if (folded == name if whole else folded.startswith(name))
            ]
            if len(fitting) > 1:
                raise TableBreaksItsContract(
                    f"{path}: several columns begin with {quoted(name)}: {listed(fitting)}; give "
                    "one of their names in full."
                )
            if fitting:
                return fitting[0]
    return None


def numbers(cells: pd.Series, path: Path, *, may_be_blank: bool = False) -> pd.Series:
    """Return cells of text as numbers; what is not one stops the run, never becomes nothing.

    Parameters
    ----------
    cells
        Text, indexed by row of the file, named by its column.
    path
        The file, for messages.
    may_be_blank
        Whether a blank cell is allowed; it becomes NaN.

    Returns
    -------
    pandas.Series
        Finite numbers of type float.

    Raises
    ------
    FileIsDamaged
        If a cell is not a number; the message names its rows.
    """
    is_blank = cells == ""
    is_number = cells.map(_is_number).astype(bool) | (is_blank & may_be_blank)
    if not is_number.all():
        odd = cells[~is_number]
        raise FileIsDamaged(
            f"{path}: row {odd.index[0]}, column {quoted(cells.name)}: {quoted(odd.iloc[0])} is "
            f"not a number (so in {len(odd)} of {len(cells)} rows); write digits, such as 1,234."
        )
    plain = cells.mask(is_blank, "nan").str.replace(",", "", regex=False)
    values = plain.astype(float)
    if np.isinf(values.to_numpy()).any():
        row = cells.index[np.isinf(values.to_numpy())][0]
        raise FileIsDamaged(f"{path}: row {row}, column {quoted(cells.name)}: is too large.")
    return values


def _is_number(text: str) -> bool:
    return any(c.isdigit() for c in text) and _NUMBER.fullmatch(text) is not None
