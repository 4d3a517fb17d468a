"""Headings, columns and numbers of a table of text."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import FileIsDamaged, SourceIsEmpty, TableBreaksItsContract
from pipeline.files.columns import column_if_any, column_named, numbers, table_from

PATH = Path("index.csv")


def rows(*lines: list[str]) -> pd.DataFrame:
    return pd.DataFrame(list(lines), index=range(1, len(lines) + 1), dtype="str")


def test_the_row_of_headings_is_found_by_its_cell_and_blanks_are_dropped() -> None:
    held = rows(
        ["WIMD 2025", "", "", ""],
        ["", "", "", ""],
        ["LSOA  code ", "WIMD 2025 ", "", " "],
        ["W01000003", "570", "", ""],
        ["", "", "", ""],
    )
    table = table_from(held, PATH, ("lsoa code",))
    assert list(table.columns) == ["LSOA code", "WIMD 2025"]
    assert table.index.tolist() == [4]


def test_without_the_cell_the_first_row_is_told() -> None:
    with pytest.raises(FileIsDamaged, match=r"no row holds a heading ‘LSOA code’.*‘area’"):
        table_from(rows(["area", "n"], ["x", "1"]), PATH, ("LSOA code",))
    with pytest.raises(SourceIsEmpty, match=r"headings in row 1 and no rows below"):
        table_from(rows(["area", "n"]), PATH)


def test_a_column_is_found_by_its_whole_name_before_its_beginning() -> None:
    table = rows(["1"] * 3).set_axis(["Income Rank (where 1)", "income", "Income Score"], axis=1)
    assert column_named(table, ("Income",), PATH) == "income"
    assert column_named(table, ("Income rank",), PATH) == "Income Rank (where 1)"
    assert column_named(table, ("Wealth", "Income Sc"), PATH) == "Income Score"
    assert column_if_any(table, ("Crime",), PATH) is None


def test_none_or_several_columns_are_told_with_what_there_is() -> None:
    table = rows(["1"] * 2).set_axis(["Rank A", "Rank B"], axis=1)
    with pytest.raises(TableBreaksItsContract, match=r"several columns begin with ‘rank’"):
        column_named(table, ("Rank",), PATH)
    with pytest.raises(
        TableBreaksItsContract, match=r"index.csv: no column is called ‘Decile’.*‘Rank A’"
    ):
        column_named(table, ("Decile",), PATH)


def test_doubled_headings_are_never_taken_by_chance() -> None:
    table = table_from(rows(["Rank", "Rank"], ["1", "2"]), PATH)
    with pytest.raises(TableBreaksItsContract, match=r"several columns"):
        column_named(table, ("Rank",), PATH)


@pytest.mark.parametrize(
    ("text", "value"), [("1,234", 1234), ("1475.0", 1475), ("-0.5", -0.5), ("+3", 3), (".5", 0.5)]
)
def test_numbers_are_read_as_people_write_them(text: str, value: float) -> None:
    assert numbers(pd.Series([text], name="n"), PATH).tolist() == [value]


@pytest.mark.parametrize(
    "text", ["1,23", "8e2", "n/a", "*", "", "-", "1 234", "٣", "0x1F", "nan", "inf"]
)
def test_what_is_no_number_stops_and_names_its_row(text: str) -> None:
    cells = pd.Series(["5", text], index=[2, 3], name="people", dtype="str")
    with pytest.raises(FileIsDamaged, match=r"index.csv: row 3, column ‘people’.*not a number"):
        numbers(cells, PATH)


def test_a_blank_is_missing_only_where_that_is_allowed() -> None:
    cells = pd.Series(["5", ""], name="score", dtype="str")
    assert numbers(cells, PATH, may_be_blank=True).isna().tolist() == [False, True]
