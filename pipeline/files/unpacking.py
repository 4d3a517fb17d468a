"""Unpack a workbook within limits, before any library builds a table of it.

A workbook is a zip of XML in which 5 KB can stand for 17 thousand million cells, or for one
long text a million times. Every part is read here first; only what was read is handed on, packed
anew, so that no library sees anything else.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from xml.parsers import expat

from pipeline.errors import FileIsDamaged, FileIsNotAllowed, quoted
from pipeline.files.archives import BROKEN
from pipeline.files.outside import LARGEST_OTHER_BYTES
from pipeline.text import clean_text

MOST_COLUMNS = 200
MOST_ROWS = 100_000
MOST_CELLS = 5_000_000
MOST_LETTERS = 500_000_000
MOST_MEMBERS = 1_000
LARGEST_RATIO = 100
SMALLEST_SUSPECT_BYTES = 1_000_000
_READ = 1 << 20


def unpacked_within_limits(path: Path) -> bytes:
    """Return a workbook packed anew, with only the XML that was read and is within limits.

    Parameters
    ----------
    path
        An `.xlsx` or `.ods` file.

    Returns
    -------
    bytes
        A zip archive.

    Raises
    ------
    FileIsNotAllowed
        If it has too many parts, grows too much, or holds more cells, letters, rows or columns
        than are read, or declares a document type.
    FileIsDamaged
        If it is cut short or is not a workbook.
    """
    packed = io.BytesIO()
    extent = _Extent()
    try:
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(packed, "w") as target:
            for member in _members(source, path):
                content = _content(source, member, path)
                if member.filename.lower().endswith((".xml", ".rels")):
                    _measure(extent, content, path)
                target.writestr(zipfile.ZipInfo(member.filename), content)
    except BROKEN as error:
        raise FileIsDamaged(
            f"{path}: is cut short or is not a workbook ({clean_text(error)}); fetch it again."
        ) from None
    return packed.getvalue()


def must_not_be_larger(rows: int, columns: int, path: Path, letters: int = 0) -> None:
    """Refuse a sheet that is larger than what is read.

    Parameters
    ----------
    rows, columns
        How far its cells reach.
    path
        The file, for the message.
    letters
        How much text they hold together.

    Raises
    ------
    FileIsNotAllowed
        If it is larger.
    """
    if columns > MOST_COLUMNS or rows > MOST_ROWS or rows * columns > MOST_CELLS:
        raise FileIsNotAllowed(
            f"{path}: a sheet reaches {rows:,} rows and {columns:,} columns; at most "
            f"{MOST_ROWS:,}, {MOST_COLUMNS} and together {MOST_CELLS:,} cells are read. Clear "
            "stray cells far out, or save the one table as CSV."
        )
    if letters > MOST_LETTERS:
        raise FileIsNotAllowed(
            f"{path}: a sheet holds {letters:,} letters; at most {MOST_LETTERS:,} are read. Save "
            "the columns that are needed as CSV."
        )


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
    wanted = [member for member in members if member.filename.lower().endswith(kept)]
    # Shared texts go first, so that their lengths are known when cells refer to them.
    return sorted(wanted, key=lambda member: "sharedstrings" not in member.filename.lower())


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> bytes:
    with archive.open(member) as part:
        content = part.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise FileIsDamaged(f"{path}: {quoted(member.filename)} is not as long as it says.")
    return content


def _measure(extent: _Extent, content: bytes, path: Path) -> None:
    try:
        extent.read(content)
    except expat.ExpatError as error:
        raise FileIsDamaged(f"{path}: is not a workbook ({clean_text(error)}).") from None
    except _DoctypeError:
        raise FileIsNotAllowed(
            f"{path}: holds a DOCTYPE or ENTITY, which no workbook needs; it is not read."
        ) from None
    must_not_be_larger(extent.rows, extent.columns, path, extent.letters)


class _DoctypeError(Exception):
    """The XML declares a document type."""


_CELL = re.compile(r"([A-Z]{1,7})([0-9]{1,10})", re.ASCII)
_HOLDS_A_VALUE = frozenset(
    ("value", "value-type", "string-value", "date-value", "time-value", "boolean-value", "formula")
)


class _Extent:
    """How far the cells of the sheets reach and how much text they hold.

    It is found while the XML streams past. In Office Open XML a cell names its place and may
    refer to a shared text; in OpenDocument a cell or row may say how often it is repeated, and
    long empty repetitions at the end are normal.
    """

    def __init__(self) -> None:
        self.rows = self.columns = self.letters = 0
        self._row = self._column = self._filled_to = 0
        self._row_repeated = self._cell_repeated = 1
        self._row_letters = self._text_letters = 0
        self._shared: list[int] = []
        self._refers = False
        self._digits = ""

    def read(self, content: bytes) -> None:
        """Read one part."""
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
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
            self._office_cell(attributes)
        elif short == "si":
            self._text_letters = 0
        elif short == "p":
            self._filled_to = self._column
        elif short in ("table", "table-row", "table-cell", "covered-table-cell"):
            plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
            self._open_document(short, plain)

    def _office_cell(self, attributes: dict[str, str]) -> None:
        named = _CELL.fullmatch(attributes.get("r", "").upper())
        self._column = _letters(named[1]) if named else self._column + 1
        row = int(named[2]) if named else self._row
        self.columns = max(self.columns, self._column)
        self.rows = max(self.rows, row)
        self._refers = attributes.get("t") == "s"
        self._digits = ""

    def _open_document(self, short: str, attributes: dict[str, str]) -> None:
        if short == "table":
            self._row = 0
        elif short == "table-row":
            self._row_repeated = _number(attributes.get("number-rows-repeated"), 1)
            self._column = self._filled_to = self._row_letters = 0
        else:
            self._cell_repeated = _number(attributes.get("number-columns-repeated"), 1)
            self._column += self._cell_repeated
            self._text_letters = len(attributes.get("string-value", ""))
            if not _HOLDS_A_VALUE.isdisjoint(attributes):
                self._filled_to = self._column

    def _text(self, text: str) -> None:
        self._text_letters += len(text)
        if self._refers:
            self._digits += text.strip()[:12]

    def _end(self, name: str) -> None:
        short = name.rpartition(":")[2]
        if short == "si":
            self._shared.append(self._text_letters)
        elif short == "c":
            self._end_office_cell()
        elif short in ("table-cell", "covered-table-cell"):
            self._row_letters += self._cell_repeated * self._text_letters
        elif short == "table-row":
            self._end_row()

    def _end_office_cell(self) -> None:
        place = _number(self._digits, -1) if self._refers else -1
        if 0 <= place < len(self._shared):
            self.letters += self._shared[place]
        self._refers = False

    def _end_row(self) -> None:
        self._row += self._row_repeated
        self.letters += self._row_repeated * self._row_letters
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
