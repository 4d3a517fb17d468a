"""Read tables that came from other people, as cells of text; nobody's types are guessed.

A workbook is a zip of XML in which 5 KB can stand for 17 thousand million cells. Every part of
it is read here first, within limits; only what was read is handed on to calamine.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

import pandas as pd

from pipeline.errors import FileIsDamaged, FileIsNotAllowed, SourceIsEmpty, listed, quoted
from pipeline.files.outside import (
    LARGEST_OTHER_BYTES,
    ROW_ENDINGS,
    as_cell,
    checked_ending,
)
from pipeline.text import clean_text

MOST_COLUMNS = 200
MOST_ROWS_OF_TEXT = 1_000_000
MOST_ROWS_OF_WORKBOOK = 100_000
MOST_MEMBERS = 1_000
LARGEST_RATIO = 100
SMALLEST_SUSPECT_BYTES = 1_000_000
LONGEST_FIELD = 1_000_000
_CHUNK = 50_000
_READ = 1 << 20


def read_rows(path: Path, sheet: str | None = None) -> pd.DataFrame:
    """Read every row of a table as cells of clean text, headings and all.

    Parameters
    ----------
    path
        A `.csv`, `.tsv`, `.txt`, `.xlsx`, `.ods` or `.xls` file.
    sheet
        Which sheet of a workbook; needed where it has several.

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
    if ending in (".csv", ".tsv", ".txt"):
        frame = _read_text(path)
    else:
        frame = _frame(_rows_of_workbook(path, ending, sheet))
    if frame.empty:
        raise SourceIsEmpty(f"{path}: holds no cells; give a table that has some.")
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    return frame


def _frame(rows: list[list[str]]) -> pd.DataFrame:
    width = max((len(row) for row in rows), default=0)
    columns = {
        place: pd.array([row[place] if place < len(row) else "" for row in rows], dtype="str")
        for place in range(width)
    }
    return pd.DataFrame(columns)


# --- comma-separated text ----------------------------------------------------------------------


def _read_text(path: Path) -> pd.DataFrame:
    text, encoding = _decoded(path)
    parts: list[pd.DataFrame] = []
    chunk: list[list[str]] = []
    for row in _rows_of_text(text, path):
        chunk.append([clean_text(cell) for cell in row])
        if len(chunk) == _CHUNK:
            parts.append(_frame(chunk))
            chunk = []
    parts.append(_frame(chunk))
    frame = pd.concat(parts, ignore_index=True).fillna("") if len(parts) > 1 else parts[0]
    frame.attrs["encoding"] = encoding
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


def _rows_of_text(text: str, path: Path) -> Iterator[list[str]]:
    """Yield rows of one width: that of the first row with two cells, titles may be shorter."""
    csv.field_size_limit(LONGEST_FIELD)
    head = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    separator = max(",\t|;", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    width = 0
    for number, row in enumerate(_safely(reader, path), start=1):
        filled = sum(1 for cell in row if cell.strip())
        width = width or (len(row) if filled > 1 else 0)
        if number > MOST_ROWS_OF_TEXT or len(row) > MOST_COLUMNS:
            raise FileIsNotAllowed(
                f"{path}: row {number:,} has {len(row):,} columns; at most {MOST_ROWS_OF_TEXT:,} "
                f"rows and {MOST_COLUMNS} columns are read."
            )
        if width and filled and len(row) != width:
            raise FileIsDamaged(
                f"{path}: row {number:,} has {len(row)} columns where the rows above have {width}; "
                "the file is cut short, or a cell with a separator in it lacks its quotes."
            )
        yield row if filled else []


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

    content = io.BytesIO(path.read_bytes() if ending == ".xls" else _checked_zip(path))
    try:
        workbook = calamine.load_workbook(content)
        table = workbook.get_sheet_by_name(_sheet_of(list(workbook.sheet_names), sheet, path))
        rows: list[list[Any]] = table.to_python(skip_empty_area=False)
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise FileIsDamaged(
            f"{path}: cannot be read as a workbook ({clean_text(error)}); save it again as "
            f"{ending}."
        ) from None
    _must_not_be_larger(len(rows), max(map(len, rows), default=0), path)
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


def _must_not_be_larger(rows: int, columns: int, path: Path) -> None:
    if columns > MOST_COLUMNS or rows > MOST_ROWS_OF_WORKBOOK:
        raise FileIsNotAllowed(
            f"{path}: a sheet reaches {rows:,} rows and {columns:,} columns; at most "
            f"{MOST_ROWS_OF_WORKBOOK:,} and {MOST_COLUMNS} are read. Clear stray cells far out, or "
            "save the one table as CSV."
        )


def _checked_zip(path: Path) -> bytes:
    """Return the workbook packed anew, with only the XML that was read here, within limits."""
    packed = io.BytesIO()
    try:
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(packed, "w") as target:
            for member in _members(source, path):
                content = _unpacked(source, member, path)
                if member.filename.lower().endswith((".xml", ".rels")):
                    _must_be_small_table(content, path)
                target.writestr(zipfile.ZipInfo(member.filename), content)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise FileIsDamaged(
            f"{path}: is cut short or is not a workbook ({clean_text(error)}); fetch it again."
        ) from None
    return packed.getvalue()


def _members(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    members = archive.infolist()
    names = [member.filename for member in members]
    unpacked = sum(member.file_size for member in members)
    ratio = unpacked / max(sum(member.compress_size for member in members), 1)
    if len(members) > MOST_MEMBERS or len(set(names)) != len(names):
        raise FileIsNotAllowed(
            f"{path}: holds {len(members):,} parts, {len(set(names)):,} by name; a workbook has at "
            f"most {MOST_MEMBERS:,} and none twice."
        )
    if unpacked > LARGEST_OTHER_BYTES or (
        ratio > LARGEST_RATIO and unpacked > SMALLEST_SUSPECT_BYTES
    ):
        raise FileIsNotAllowed(
            f"{path}: unpacks to {unpacked:,} bytes, {ratio:.0f} times its size; allowed are "
            f"{LARGEST_OTHER_BYTES:,} bytes and {LARGEST_RATIO} times."
        )
    kept = (".xml", ".rels", "mimetype")
    return [member for member in members if member.filename.lower().endswith(kept)]


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> bytes:
    with archive.open(member) as part:
        content = part.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise FileIsDamaged(f"{path}: {quoted(member.filename)} is not as long as it says.")
    return content


def _must_be_small_table(content: bytes, path: Path) -> None:
    extent = _Extent()
    try:
        extent.read(content)
    except expat.ExpatError as error:
        raise FileIsDamaged(f"{path}: is not a workbook ({clean_text(error)}).") from None
    except _DoctypeError:
        raise FileIsNotAllowed(
            f"{path}: holds a DOCTYPE or ENTITY, which no workbook needs; it is not read."
        ) from None
    _must_not_be_larger(extent.rows, extent.columns, path)


class _DoctypeError(Exception):
    """The XML declares a document type."""


_CELL = re.compile(r"([A-Z]{1,7})([0-9]{1,10})", re.ASCII)

_HOLDS_A_VALUE = frozenset(
    ("value", "value-type", "string-value", "date-value", "time-value", "boolean-value", "formula")
)


class _Extent:
    """How far the cells of a sheet reach, found while its XML streams past.

    In Office Open XML a cell names its place; in OpenDocument a cell or row may say how often
    it is repeated, and long empty repetitions at the end are normal.
    """

    def __init__(self) -> None:
        self.rows = self.columns = 0
        self._row = self._column = self._repeated = 0
        self._filled_to = 0

    def read(self, content: bytes) -> None:
        """Read one XML part."""
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        for place in range(0, len(content), _READ):
            parser.Parse(content[place : place + _READ])
        parser.Parse(b"", True)  # noqa: FBT003 (expat's own signature)

    def _refuse(self, *_: object) -> None:
        raise _DoctypeError

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        short = name.rpartition(":")[2]
        if short == "row":
            self._row = _number(attributes.get("r"), self._row + 1)
            self._column = 0
        elif short == "c":
            self._office_cell(attributes.get("r", ""))
        elif short == "p":
            self._filled_to = self._column
        elif short in ("table", "table-row", "table-cell", "covered-table-cell"):
            plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
            self._open_document(short, plain)

    def _open_document(self, short: str, attributes: dict[str, str]) -> None:
        if short == "table":
            self._row = 0
        elif short == "table-row":
            self._repeated = _number(attributes.get("number-rows-repeated"), 1)
            self._column = self._filled_to = 0
        else:
            self._column += _number(attributes.get("number-columns-repeated"), 1)
            if not _HOLDS_A_VALUE.isdisjoint(attributes):
                self._filled_to = self._column

    def _office_cell(self, place: str) -> None:
        named = _CELL.fullmatch(place.upper())
        self._column = _letters(named[1]) if named else self._column + 1
        row = int(named[2]) if named else self._row
        self.columns = max(self.columns, self._column)
        self.rows = max(self.rows, row)

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] != "table-row":
            return
        self._row += self._repeated
        if self._filled_to:
            self.rows = max(self.rows, self._row)
            self.columns = max(self.columns, self._filled_to)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 12 else otherwise  # noqa: PLR2004


def _letters(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column
