"""Tables from other people: rows, sheets and bombs."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from pipeline.errors import FileIsDamaged, FileIsNotAllowed, PipelineError, SourceIsEmpty
from pipeline.files import unpacking, workbooks
from pipeline.files.workbooks import read_rows

HOSTILE = Path(__file__).parent.parent / "hostile"

REFUSED = [
    ("web-page.csv", FileIsNotAllowed, "begins like a web page. Download the table itself"),
    ("pointer.csv", FileIsNotAllowed, "pointer to a file that was not downloaded"),
    ("cut-mid-row.csv", FileIsDamaged, "row 3 has 2 columns where the rows above have 3; the file"),
    ("cut-in-quotes.csv", FileIsDamaged, "row 3 cannot be read.*cut short"),
    ("comma-in-a-name.csv", FileIsDamaged, "row 2 has 4 columns.*lacks its quotes"),
    ("one-cell-more.csv", FileIsDamaged, "row 3 has 3 columns where the rows above have 2"),
    ("nul.csv", FileIsDamaged, "NUL bytes.*save it as CSV in UTF-8"),
    ("empty.csv", FileIsDamaged, "is empty"),
]


@pytest.mark.parametrize(("name", "error", "words"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_hostile_table_is_refused_with_its_name_and_row(
    name: str, error: type[PipelineError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        read_rows(HOSTILE / name)
    assert name in str(caught.value)


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_cells_keep_their_zeros_and_lose_their_padding(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", '\ufeffcode , n\n 007,"1,475"\n,\n')
    rows = read_rows(path)
    assert rows.to_numpy().tolist() == [["code", "n"], ["007", "1,475"], ["", ""]]
    assert rows.index.tolist() == [1, 2, 3]


def test_letters_of_windows_are_read_and_it_is_said(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", "name,n\nCafé – Pill,1\n", "cp1252")
    rows = read_rows(path)
    assert rows.loc[2, 0] == "Café – Pill"
    assert rows.attrs["encoding"] == "cp1252"
    assert read_rows(written(path, "name,n\nCafé,1\n")).attrs["encoding"] == "utf-8-sig"


@pytest.mark.parametrize("separator", [",", "\t", "|", ";"])
def test_separators_are_told_from_the_headings(tmp_path: Path, separator: str) -> None:
    lines = [["code", "name", "n"], ["1", "a b", "2"]]
    text = "\n".join(separator.join(line) for line in lines)
    assert read_rows(written(tmp_path / "t.txt", text)).to_numpy().tolist() == lines


def test_a_title_may_stand_above_the_table_and_blank_rows_below(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", "Residents of Newport\n\ncode,n\nW1,2\n\n,,,\n")
    rows = read_rows(path)
    assert rows.iloc[2].tolist() == ["code", "n"]
    assert rows.shape == (6, 2)


def test_too_many_columns_or_rows_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = written(tmp_path / "wide.csv", ",".join(["x"] * 201))
    with pytest.raises(FileIsNotAllowed, match=r"row 1 has 201 columns"):
        read_rows(wide)
    monkeypatch.setattr(workbooks, "MOST_ROWS_OF_TEXT", 10)
    with pytest.raises(FileIsNotAllowed, match=r"at most 10 rows"):
        read_rows(written(tmp_path / "long.csv", "a,b\n" * 11))


# --- workbooks ---------------------------------------------------------------------------------


def workbook(path: Path, cells: dict[str, object], sheet: str = "Data") -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = sheet
    for place, value in cells.items():
        book.active[place] = value
    book.save(path)
    return path


def repacked(path: Path, member: str, change: tuple[str, str]) -> Path:
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    assert change[0].encode() in parts[member]
    parts[member] = parts[member].replace(change[0].encode(), change[1].encode(), 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return path


def test_a_workbook_gives_text_with_whole_numbers(tmp_path: Path) -> None:
    cells = {"A1": "Rank \n(where 1 is most)", "A2": 570, "B2": 0.5, "C3": "=1+1", "A3": "007"}
    rows = read_rows(workbook(tmp_path / "t.xlsx", cells))
    assert rows.iloc[:, :2].to_numpy().tolist() == [
        ["Rank (where 1 is most)", ""],
        ["570", "0.5"],
        ["007", ""],
    ]


def test_the_sheet_is_named_or_the_only_one(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", {"A1": "x"})
    book = openpyxl.load_workbook(path)
    book.create_sheet("Notes ")["A1"] = "y"
    book.save(path)
    assert read_rows(path, "notes").to_numpy().tolist() == [["y"]]
    with pytest.raises(FileIsNotAllowed, match=r"2 sheets .*‘Data’.*; name the one"):
        read_rows(path)
    with pytest.raises(FileIsNotAllowed, match=r"no sheet ‘MDM’; it has ‘Data’"):
        read_rows(path, "MDM")


def test_one_cell_far_out_is_refused_before_the_table_is_built(tmp_path: Path) -> None:
    path = workbook(tmp_path / "bomb.xlsx", {"A1": "x", "XFD1048576": "y"})
    assert path.stat().st_size < 6_000
    with pytest.raises(FileIsNotAllowed, match=r"1,048,576 rows and 16,384 columns; at most"):
        read_rows(path)


def test_a_document_type_in_a_workbook_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "bomb.xlsx", {"A1": "x"})
    repacked(
        path,
        "xl/worksheets/sheet1.xml",
        ("<worksheet", '<!DOCTYPE w [<!ENTITY a "aaaa">]><worksheet'),
    )
    with pytest.raises(FileIsNotAllowed, match=r"DOCTYPE or ENTITY"):
        read_rows(path)


def test_a_zip_that_grows_a_hundredfold_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "bomb.xlsx", {"A1": "x"})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 30_000_000)
    with pytest.raises(FileIsNotAllowed, match=r"unpacks to 30,\d{3},\d{3} bytes, \d+ times"):
        read_rows(path)


def test_too_many_parts_and_doubled_parts_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "bomb.xlsx", {"A1": "x"})
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(1_000):
            archive.writestr(f"xl/extra{number}.xml", b"<x/>")
    with pytest.raises(FileIsNotAllowed, match=r"holds 1,0\d\d parts"):
        read_rows(path)
    path = workbook(tmp_path / "twice.xlsx", {"A1": "x"})
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match=r"Duplicate"):
        archive.writestr("xl/workbook.xml", b"<x/>")
    with pytest.raises(FileIsNotAllowed, match=r"none twice"):
        read_rows(path)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.99])
def test_a_workbook_cut_anywhere_is_refused(tmp_path: Path, share: float) -> None:
    path = workbook(tmp_path / "t.xlsx", {f"A{n}": f"value {n}" for n in range(1, 300)})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(FileIsDamaged, match=re.escape(str(path))):
        read_rows(path)


def open_document(path: Path, rows: list[list[str]], empty_after: bool = True) -> Path:
    document = OpenDocumentSpreadsheet()
    table = Table(name="WIMD_2025_ranks")
    for cells in rows:
        row = TableRow()
        for cell in cells:
            held = TableCell(valuetype="string")
            held.addElement(P(text=cell))
            row.addElement(held)
        if empty_after:
            row.addElement(TableCell(numbercolumnsrepeated=16_000))
        table.addElement(row)
    if empty_after:
        rest = TableRow(numberrowsrepeated=1_048_000)
        rest.addElement(TableCell(numbercolumnsrepeated=16_384))
        table.addElement(rest)
    document.spreadsheet.addElement(table)
    document.save(path)
    return path


def test_an_open_document_may_end_in_a_million_empty_rows(tmp_path: Path) -> None:
    path = open_document(tmp_path / "t.ods", [["Title", ""], ["LSOA code ", "WIMD 2025 "]])
    rows = read_rows(path, "WIMD_2025_ranks")
    assert rows.iloc[1].tolist() == ["LSOA code", "WIMD 2025"]


@pytest.mark.parametrize("way", ["rows", "columns"])
def test_a_repeated_full_cell_is_refused(tmp_path: Path, way: str) -> None:
    path = open_document(tmp_path / "bomb.ods", [["x"]], empty_after=False)
    change = {
        "rows": ("<table:table-row", '<table:table-row table:number-rows-repeated="999999"'),
        "columns": ("<table:table-cell", '<table:table-cell table:number-columns-repeated="999"'),
    }[way]
    repacked(path, "content.xml", change)
    with pytest.raises(FileIsNotAllowed, match=r"a sheet reaches"):
        read_rows(path)


def sharing(path: Path, cells: int) -> Path:
    """A workbook all of whose cells refer to one text of a hundred letters."""
    workbook(path, {f"A{n}": "y" for n in range(1, cells + 1)})
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name).decode() for name in source.namelist()}
    held = 't="inlineStr"><is><t>y</t></is>'
    sheet = "xl/worksheets/sheet1.xml"
    assert parts[sheet].count(held) == cells
    parts[sheet] = parts[sheet].replace(held, 't="s"><v>0</v>')
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{main}"><si><t>{"x" * 100}</t></si></sst>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return path


def test_one_long_text_a_million_times_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MOST_LETTERS", 10_000)
    assert len(read_rows(sharing(tmp_path / "t.xlsx", cells=99))) == 99
    with pytest.raises(FileIsNotAllowed, match=r"a sheet holds 19,900 letters; at most 10,000"):
        read_rows(sharing(tmp_path / "bomb.xlsx", cells=199))
    document = open_document(tmp_path / "bomb.ods", [["x" * 100]], empty_after=False)
    change = ("<table:table-row", '<table:table-row table:number-rows-repeated="200"')
    with pytest.raises(FileIsNotAllowed, match=r"a sheet holds 20,000 letters"):
        read_rows(repacked(document, "content.xml", change))


def test_the_older_binary_workbook_is_read() -> None:
    rows = read_rows(Path(__file__).parent / "nimdm-2017-form.xls", "MDM")
    assert rows.shape == (3, 6)
    assert rows.iloc[1, 2:].tolist() == ["95AA01S1", "Aldergrove_1", "516", "611"]


def test_an_empty_workbook_is_empty(tmp_path: Path) -> None:
    with pytest.raises(SourceIsEmpty, match=r"holds no cells"):
        read_rows(workbook(tmp_path / "t.xlsx", {}))
