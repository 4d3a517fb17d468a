"""Indicators from elsewhere: joined by code alone, with a sentence for each thing that is odd."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline import contracts, files, tables
from pipeline.assessment import Beside, assess
from pipeline.config import Indicator, Vintage
from pipeline.elsewhere import elsewhere, nothing, speaks_of, told_of
from pipeline.errors import ChoiceIsNotAllowed, PipelineError
from pipeline.files.published import read_indicator
from tests.test_assessment import ALL_HOME, LOOKS, STANDARDS, areas, domains, indicators, standards

CODES = pd.Series(["E01099901", "E01099902", "E01099903"])
DECLARATION = """
label: Feel that they belong
definition: Share of adults who say so.
better: more
unit: "%"
title: Survey
publisher: Council
licence: OGL-UK-3.0
attribution: Council survey
year: 2024
n: 300
vintage: lsoa_2021
districts: [E07099999]
file: belong.csv
code: [LSOA]
value: [Share]
n_column: [Asked]
interval: {low: [Low], high: [High], pct: 95.0}
at_least: 0.0
at_most: 100.0
"""
ROWS = """LSOA,Share,Low,High,Asked
E01099901,61.5,50,70,80
E01099902,40,30,50,9
"""


def read(folder: Path, rows: str = ROWS, declaration: str = DECLARATION) -> Any:  # noqa: ANN401
    (folder / "belong.csv").write_text(rows, encoding="utf-8")
    (folder / "belong.yaml").write_text(declaration, encoding="utf-8")
    path = folder / "belong.yaml"
    declared: Indicator = files.read_choices(path, Indicator)
    found = {"belong": read_indicator(path, declared)}
    table = elsewhere(CODES, Vintage.LSOA_2021, {"belong": declared}, found, 10)
    contracts.check(table, tables.ELSEWHERE, "elsewhere")
    return table.set_index("neighbourhood_id")


def test_each_neighbourhood_has_its_number_or_says_why_not(tmp_path: Path) -> None:
    table = read(tmp_path)
    assert table["state"].tolist() == ["ok", "suppressed", "no_data"]
    first = table.loc["E01099901"]
    assert (first["value"], first["low"], first["high"], first["n"]) == (61.5, 50, 70, 80)
    assert table["value"].isna().tolist() == [False, True, True]
    assert table["low"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("E01099902", "E01099999", "row 3: 1 of 2 codes are of no neighbourhood of E07099999"),
        ("E01099902", "E02000001", "row 3: 1 of 2 codes are not LSOA 2021 codes"),
        ("E01099902", "E01099901", "row 3: 1 codes stand there more than once"),
        ("61.5,50,70", "161.5,50,170", "row 2: Feel that they belong is 161.5; it must be from 0"),
        ("61.5,50,70", "61.5,70,50", "row 2: Feel that they belong is 61.5 and lies outside of"),
        ("61.5", "many", "row 2, column ‘Share’: ‘many’ is not a number"),
        ("Share", "Shares", "no column is called ‘Share’"),
    ],
)
def test_what_is_odd_in_the_table_is_one_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(PipelineError, match=sentence):
        read(tmp_path, ROWS.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("better: more", "better: up", "better: Input should be 'more', 'less' or 'neither'"),
        ("file: belong.csv", "file: ../belong.csv", "file: "),
        ("at_least: 0.0", "at_least: 200.0", "`at_least` may not be above `at_most`"),
    ],
)
def test_what_is_odd_in_the_declaration_is_one_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(ChoiceIsNotAllowed, match=sentence):
        read(tmp_path, declaration=DECLARATION.replace(old, new))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"other\.csv"):
        read(tmp_path, declaration=DECLARATION.replace("belong.csv", "other.csv"))


def test_a_nations_table_may_hold_others_and_areas_of_another_vintage_are_not_moved(
    tmp_path: Path,
) -> None:
    nations = DECLARATION.replace("districts: [E07099999]\n", "")
    table = read(tmp_path, ROWS + "E01000001,1,0,2,50\n", nations)
    assert table["state"].tolist() == ["ok", "suppressed", "no_data"]
    older = nations.replace("lsoa_2021", "lsoa_2011")
    with pytest.raises(PipelineError, match="LSOA 2011 areas and the neighbourhoods are LSOA 2021"):
        read(tmp_path, declaration=older)
    declared: Indicator = files.read_choices(tmp_path / "belong.yaml", Indicator)
    assert not speaks_of(declared, "E07099999", Vintage.LSOA_2021)
    assert speaks_of(declared, "E07099999", Vintage.LSOA_2011)


def test_nothing_is_blended(tmp_path: Path) -> None:
    """The assessment holds it as a part of its own; every other number is as without it."""
    table = read(tmp_path).reset_index()
    rows = indicators({"E01099901": ALL_HOME})
    bare = Beside(areas({"E01099901": 3}), domains({}), nothing())
    with_it = Beside(bare.neighbourhoods, bare.domains, table)
    one, other = (
        assess(rows, standards({}), beside, LOOKS, STANDARDS, 10) for beside in (bare, with_it)
    )
    contracts.check(other, tables.ASSESSMENT, "assessment")
    ours = other["part"] == "deprivation_elsewhere"
    assert other.loc[ours, "item"].unique().tolist() == ["belong"]
    pd.testing.assert_frame_equal(one, other[~ours].reset_index(drop=True)[one.columns])
    declared: Indicator = files.read_choices(tmp_path / "belong.yaml", Indicator)
    assert told_of({"belong": declared})["belong"]["interval_pct"] == 95


def test_one_is_for_communities_only_where_it_says_so(tmp_path: Path) -> None:
    both = read(tmp_path, declaration=DECLARATION + "edition: both\n").reset_index()
    beside = Beside(areas({"E01099901": 3}), domains({}), both)
    table = assess(indicators({"E01099901": ALL_HOME}), standards({}), beside, LOOKS, STANDARDS, 10)
    assert "elsewhere" in set(table["part"])
