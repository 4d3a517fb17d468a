"""Read tables that came from other people, as cells of text; nobody's types are guessed.

Workbooks are read by calamine, from what `unpacking` has read first.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.errors import FileIsDamaged, FileIsNotAllowed, SourceIsEmpty, listed, quoted
from pipeline.files.outside import (
    LONGEST_CELL,
    ROW_ENDINGS,
    TEXT_ENDINGS,
    as_cell,
    checked_ending,
    ending_of,
)
from pipeline.files.unpacking import MOST_COLUMNS, must_not_be_larger, unpacked_within_limits
from pipeline.text import clean_text

MOST_ROWS_OF_TEXT = 1_000_000
_CHUNK = 50_000


def read_rows(path: Path, sheet: str | None = None, *, sets_aside: bool = False) -> pd.DataFrame:
    """Read every row of a table as cells of clean text, headings and all.

    Parameters
    ----------
    path
        A `.csv`, `.tsv`, `.txt`, `.xlsx`, `.ods` or `.xls` file.
    sheet
        Which sheet of a workbook; needed where it has several, and of no use in a text file.
    sets_aside
        Whether a row of a text file with too few or too many cells stays, and its `attrs` say
        under `faults` what is wrong with it. The last row must be whole all the same: where it
        is not, the file is cut short.

    Returns
    -------
    pandas.DataFrame
        Text, columns 0, 1, …, indexed by the number of the row in the file, from 1; its
        `attrs["encoding"]` says how the letters of a text file were read.

    Raises
    ------
    FileIsMissing, FileIsNotAllowed, FileIsDamaged
        If the file is not there, is refused unread, too large, or cut short; the message names
        the row.
    SourceIsEmpty
        If it has no cells.
    """
    ending = checked_ending(path, ROW_ENDINGS)
    if ending in TEXT_ENDINGS:
        frame = _read_text(path, sets_aside=sets_aside)
    else:
        frame = _frame(_rows_of_workbook(path, ending, sheet))
    if frame.empty:
        raise SourceIsEmpty(f"{path}: holds no cells; give a table that has some.")
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    return frame


def encoding_of(path: Path) -> str | None:
    """Return how the letters of a file of text are read.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    str or None
        `utf-8-sig`, or `cp1252` where it is not UTF-8; none for other kinds of file.
    """
    return _decoded(path)[1] if ending_of(path.name, TEXT_ENDINGS) else None


def _frame(rows: list[list[str]]) -> pd.DataFrame:
    width = max((len(row) for row in rows), default=0)
    columns = {
        place: pd.array([row[place] if place < len(row) else "" for row in rows], dtype="str")
        for place in range(width)
    }
    return pd.DataFrame(columns)


# --- comma-separated text ----------------------------------------------------------------------


def _read_text(path: Path, *, sets_aside: bool) -> pd.DataFrame:
    text, encoding = _decoded(path)
    parts: list[pd.DataFrame] = []
    chunk: list[list[str]] = []
    faults: dict[int, str] = {}
    for row in _rows_of_text(text, path, faults if sets_aside else None):
        chunk.append([clean_text(cell, most=LONGEST_CELL) for cell in row])
        if len(chunk) == _CHUNK:
            parts.append(_frame(chunk))
            chunk = []
    parts.append(_frame(chunk))
    frame = pd.concat(parts, ignore_index=True).fillna("") if len(parts) > 1 else parts[0]
    frame.attrs.update(encoding=encoding, faults=faults)
    return frame


def _decoded(path: Path) -> tuple[str, str]:
    raw = path.read_bytes()
    if b"\x00" in raw:
        raise FileIsDamaged(
            f"{path}: byte {raw.index(0):,} is NUL, which text never holds; save it as CSV in "
            "UTF-8."
        )
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError as error:
            place = error.start
    raise FileIsDamaged(
        f"{path}: byte {place:,} is neither UTF-8 nor Windows-1252; save it as CSV in UTF-8."
    )


def _rows_of_text(text: str, path: Path, faults: dict[int, str] | None) -> Iterator[list[str]]:
    """Yield rows of one width: that of the first row with two cells, titles may be shorter.

    Where faults are gathered, rows of another width are cut or filled, but for the last.
    """
    csv.field_size_limit(LONGEST_CELL)
    head = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    separator = max(",\t|;", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    width = 0
    odd: tuple[int, int] | None = None
    for number, row in enumerate(_safely(reader, path), start=1):
        filled = sum(1 for cell in row if cell.strip())
        width = width or (len(row) if filled > 1 else 0)
        if number > MOST_ROWS_OF_TEXT or len(row) > MOST_COLUMNS:
            raise FileIsNotAllowed(
                f"{path}: row {number:,} has {len(row):,} columns; at most {MOST_ROWS_OF_TEXT:,} "
                f"rows and {MOST_COLUMNS} columns are read."
            )
        if odd:
            number_of_odd, cells = odd
            if faults is None:
                raise _odd_row(path, number_of_odd, cells, width)
            faults[number_of_odd] = f"has {cells} cells, and the headings have {width}"
            odd = None
        if width and filled and len(row) != width:
            odd = (number, len(row))
            yield (row + [""] * width)[:width]
        else:
            yield row if filled else []
    if odd:
        raise _odd_row(path, *odd, width)


def _odd_row(path: Path, number: int, cells: int, width: int) -> FileIsDamaged:
    return FileIsDamaged(
        f"{path}: row {number:,} has {cells} columns where the rows above have {width}; the file "
        "is cut short, or a cell with a separator in it lacks its quotes."
    )


def _safely(rows: Iterator[list[str]], path: Path) -> Iterator[list[str]]:
    number = 0
    try:
        for number, row in enumerate(rows, start=1):  # noqa: B007 (told in the message)
            yield row
    except csv.Error as error:
        raise FileIsDamaged(
            f"{path}: row {number + 1} cannot be read ({error}); a quotation mark is not closed, "
            "or the file is cut short."
        ) from None


# --- workbooks ---------------------------------------------------------------------------------


def _rows_of_workbook(path: Path, ending: str, sheet: str | None) -> list[list[str]]:
    import python_calamine as calamine

    content = io.BytesIO(path.read_bytes() if ending == ".xls" else unpacked_within_limits(path))
    try:
        workbook = calamine.load_workbook(content)
        table = workbook.get_sheet_by_name(_sheet_of(list(workbook.sheet_names), sheet, path))
        rows: list[list[Any]] = table.to_python(skip_empty_area=False)
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise FileIsDamaged(
            f"{path}: cannot be read as a workbook ({clean_text(error)}); save it again as "
            f"{ending}."
        ) from None
    must_not_be_larger(len(rows), max(map(len, rows), default=0), path)
    return [[as_cell(cell) for cell in row] for row in rows]


def _sheet_of(sheets: list[str], wanted: str | None, path: Path) -> str:
    folded = {clean_text(name).casefold(): name for name in sheets}
    if wanted is not None and clean_text(wanted).casefold() not in folded:
        raise FileIsNotAllowed(f"{path}: has no sheet {quoted(wanted)}; it has {listed(sheets)}.")
    if wanted is None and len(sheets) != 1:
        raise FileIsNotAllowed(
            f"{path}: has {len(sheets)} sheets ({listed(sheets)}); name the one that is meant."
        )
    return sheets[0] if wanted is None else folded[clean_text(wanted).casefold()]
