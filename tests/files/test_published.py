"""Published tables in the forms in which they are really published."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pydantic import ValidationError

from pipeline.config import DeprivationTable, LookupTable, NationalTable, PeopleTable
from pipeline.errors import (
    CodesDoNotMatch,
    FileIsDamaged,
    SourceIsEmpty,
    TableBreaksItsContract,
)
from pipeline.files import read_configs
from pipeline.files.published import read_deprivation, read_lookup, read_people

ROOT = Path(__file__).parent.parent.parent
HOSTILE = ROOT / "tests" / "hostile"
NATIONAL = read_configs(sorted((ROOT / "config" / "national").glob("*.yaml")), NationalTable)

IOD_HEAD = (
    "LSOA code ({v}),LSOA name ({v}),Index of Multiple Deprivation (IMD) Score,"
    "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived),"
    "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs),"
    "Income Score (rate),Income Rank (where 1 is most deprived),"
    "Income Decile (where 1 is most deprived 10% of LSOAs),"
    "Income Deprivation Affecting Children Index (IDACI) Rank (where 1 is most deprived),"
    "Children and Young People Sub-domain Decile (where 1 is most deprived 10% of LSO,"
    "Total population: mid {p} (excluding prisoners)\n"
)
IOD_ROW = 'E01000001,City of London 001A,6.208,"29,199",9,0.007,32831,10,30000,9,1296\n'


def index(name: str) -> DeprivationTable:
    table = NATIONAL[name]
    assert isinstance(table, DeprivationTable)
    return table


def sheet(path: Path, title: str, rows: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "Notes"
    held = book.create_sheet(title)
    for row in rows:
        held.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("name", "vintage", "people"), [("iod_2019", 2011, 2015), ("iod_2025", 2021, 2022)]
)
def test_the_english_indices_are_read_from_file_7(
    tmp_path: Path, name: str, vintage: int, people: int
) -> None:
    path = tmp_path / "File_7.csv"
    path.write_text("\ufeff" + IOD_HEAD.format(v=vintage, p=people) + IOD_ROW, encoding="utf-8")
    (row,) = read_deprivation(path, index(name)).to_dict("records")
    assert row == {
        "code": "E01000001",
        "rank": 29_199,
        "decile": 9,
        "income_rank": 32_831,
        "score": 6.208,
        "population": 1_296,
        "domain_income": 32_831,
    }


def test_the_welsh_index_is_read_under_its_title_and_padded_headings(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["WIMD 2025: ranks"],
        ["Source: Welsh Government"],
        [],
        [
            "LSOA code",
            "LSOA name (Eng)",
            "Local Authority name (Eng)",
            "WIMD 2025 ",
            "Income ",
            " ",
        ],
        ["W01000003", "Amlwch Port", "Isle of Anglesey", 570, 407, None],
        [None, None, None, None, None, None],
    ]
    path = sheet(tmp_path / "wimd.xlsx", "WIMD_2025_ranks", rows)
    (row,) = read_deprivation(path, index("wimd_2025")).to_dict("records")
    assert (row["code"], row["rank"], row["income_rank"]) == ("W01000003", 570, 407)


def test_the_scottish_index_is_read_as_ranks_and_with_deciles(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Data_Zone", "SIMD2020v2_Rank", "SIMD2020v2_Income_Domain_Rank"],
        ["S01006506", 4691, 3936.5],
    ]
    path = sheet(tmp_path / "simd.xlsx", "SIMD 2020v2 ranks", rows)
    (row,) = read_deprivation(path, index("simd_2020v2")).to_dict("records")
    assert (row["code"], row["rank"], row["income_rank"]) == ("S01006506", 4691, 3936.5)
    path = tmp_path / "simd.csv"
    path.write_text(
        "\ufeffDataZone,IntZone,SIMD2020V2Rank,SIMD2020V2CountryDecile,SIMD2020V2HBDecile\n"
        "S01006506,S02001236,4691,7,6\n",
        encoding="utf-8",
    )
    (row,) = read_deprivation(path, index("simd_2020v2")).to_dict("records")
    assert (row["rank"], row["decile"]) == (4691, 7)


def test_the_measure_of_northern_ireland_is_read_with_line_breaks_in_headings() -> None:
    path = Path(__file__).parent / "nimdm-2017-form.xls"
    row = read_deprivation(path, index("nimdm_2017")).iloc[0]
    assert (row["code"], row["rank"], row["income_rank"]) == ("95AA01S1", 516, 611)


def people() -> PeopleTable:
    table = NATIONAL["census_2021_residents"]
    assert isinstance(table, PeopleTable)
    return table


def test_residents_are_read_as_bulk_file_and_as_query(tmp_path: Path) -> None:
    bulk = tmp_path / "bulk.csv"
    bulk.write_text(
        '"date","geography","geography code","Residence type: Total; measures: Value",'
        '"Residence type: Lives in a household; measures: Value"\n'
        '2021,"City of London 001A","E01000001",1475,1474\n'
    )
    query = tmp_path / "query.csv"
    query.write_text('"GEOGRAPHY_CODE","C2021_RESTYPE_3","OBS_VALUE"\n"E01000001",0,1475\n')
    for path in (bulk, query):
        assert read_people(path, people()).to_numpy().tolist() == [["E01000001", 1475]]


def children(name: str) -> PeopleTable:
    table = NATIONAL[name]
    assert isinstance(table, PeopleTable)
    assert table.counts == "children"
    return table


# The bulk file of TS007A with its bands of five years, of which three are children.
TS007A = (
    '"date","geography","geography code","Age: Total","Age: Aged 4 years and under",'
    '"Age: Aged 5 to 9 years","Age: Aged 10 to 14 years","Age: Aged 15 to 19 years"\n'
    '2021,"City of London 001A","E01000001",1473,41,36,45,32\n'
)


def test_children_of_the_census_are_the_sum_of_three_bands(tmp_path: Path) -> None:
    path = tmp_path / "census2021-ts007a-lsoa.csv"
    path.write_text(TS007A)
    table = children("census_2021_children")
    assert read_people(path, table).to_numpy().tolist() == [["E01000001", 41 + 36 + 45]]
    assert table.whom == "children aged 0–14"


def test_a_band_that_is_missing_stops_and_no_other_stands_in_for_it(tmp_path: Path) -> None:
    path = tmp_path / "census2021-ts007a-lsoa.csv"
    # By single years the bands are others: 10 to 15 is not taken for 10 to 14.
    path.write_text(TS007A.replace("10 to 14", "10 to 15"))
    with pytest.raises(
        TableBreaksItsContract, match=r"no column is called ‘Age: Aged 10 to 14 years’"
    ):
        read_people(path, children("census_2021_children"))
    # Nor is a column whose name only begins alike.
    table = children("census_2021_children").model_copy(update={"add_up": (("8",), ("9",))})
    path.write_text("geography code,8,90+\nE01000001,3,700\n")
    with pytest.raises(TableBreaksItsContract, match=r"no column is called ‘9’"):
        read_people(path, table)


@pytest.mark.parametrize("row", ["E01000001,-3,90", "E01000001,90,-3"])
def test_a_negative_band_is_told_though_the_sum_is_positive(tmp_path: Path, row: str) -> None:
    path = tmp_path / "bands.csv"
    path.write_text(f"geography code,a,b\n{row}\n")
    table = children("census_2021_children").model_copy(update={"add_up": (("a",), ("b",))})
    with pytest.raises(FileIsDamaged, match=r"row 2 counts -3 children; a count is 0 or more"):
        read_people(path, table)


def test_mid_year_children_are_read_from_the_workbook_of_broad_ages(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Mid-2024 population estimates for Lower layer Super Output Areas"],
        ["This worksheet contains one table."],
        ["Source: Office for National Statistics"],
        ["LAD 2023 Code", "LAD 2023 Name", "LSOA 2021 Code", "LSOA 2021 Name", "Total",
         "F0 to 15", "F16 to 29", "F65 and over", "M0 to 15", "M16 to 29", "M65 and over"],
        ["E08000009", "Trafford", "E01006074", "Trafford 025A", 1634, 158, 120, 192, 209, 110, 147],
    ]  # fmt: skip
    path = sheet(tmp_path / "sapelsoabroadage20222024.xlsx", "Mid-2024 LSOA 2021", rows)
    found = read_people(path, children("mid_year_2024_children"))
    assert found.to_numpy().tolist() == [["E01006074", 158 + 209]]


SEXES = "area_code,sex,aged_0_to_15\nE01006074,Persons,367\nE01006074,Females,158\n"


def test_of_persons_and_sexes_only_persons_count(tmp_path: Path) -> None:
    path = tmp_path / "estimates.csv"
    path.write_text(SEXES)
    table = children("mid_year_2024_children_trafford")
    assert read_people(path, table).to_numpy().tolist() == [["E01006074", 367]]
    path.write_text(SEXES.replace("Persons", "All"))
    with pytest.raises(
        SourceIsEmpty, match=r"no row has ‘Persons’ in the column ‘sex’; it holds ‘All’, ‘Females’"
    ):
        read_people(path, table)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ages": None}, r"give `ages` with `counts: children`, and only there"),
        ({"counts": "people"}, r"give `ages` with `counts: children`, and only there"),
        ({"count": ["n"]}, r"give either `count`.* or `add_up`"),
        ({"add_up": []}, r"give either `count`.* or `add_up`"),
        ({"add_up": [["a", "b"], ["B"]]}, r"names a column twice"),
        ({"ages": {"youngest": 15, "oldest": 0}}, r"`youngest` may not be above `oldest`"),
    ],
)
def test_a_declaration_says_whom_it_counts_and_where_once(
    change: dict[str, Any], words: str
) -> None:
    plain = json.loads(children("census_2021_children").model_dump_json())
    with pytest.raises(ValidationError, match=words):
        PeopleTable.model_validate_json(json.dumps(plain | change))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "not-a-number.csv",
            r"row 3, column ‘people’: ‘n/a’ is not a number \(so in 2 of 3 rows\)",
        ),
        ("negative-count.csv", r"row 2 counts -3 people; a count is 0 or more"),
        ("path-as-code.csv", r"row 2, column ‘code’: ‘../../etc/passwd’ is no code"),
    ],
)
def test_a_count_or_code_that_is_none_stops_with_its_row(name: str, words: str) -> None:
    table = people().model_copy(update={"code": ("code",), "count": ("people",)})
    with pytest.raises(FileIsDamaged, match=words):
        read_people(HOSTILE / name, table)


def test_a_change_that_is_not_declared_stops(tmp_path: Path) -> None:
    table = NATIONAL["lsoa_2011_to_2021"]
    assert isinstance(table, LookupTable)
    path = tmp_path / "lookup.csv"
    path.write_text("LSOA11CD,LSOA21CD,CHGIND\nE01000001,E01000001,U\nE01000002,E01000002,Q\n")
    with pytest.raises(CodesDoNotMatch, match=r"row 3 .*‘Q’; allowed are U, S, M, X"):
        read_lookup(path, table)


def test_every_national_table_says_licence_attribution_and_date() -> None:
    assert len(NATIONAL) >= 17
    abroad = {"copernicus_dem_30", "ghsl_2020", "worldpop_2020"}
    for name, table in NATIONAL.items():
        assert (table.licence == "OGL-UK-3.0") is (name not in abroad)
        assert name in abroad or "ontains" in table.attribution or "Source" in table.attribution
        assert len(table.attribution) > 10
        assert table.date.year >= 2001
    areas = {name: t.areas for name, t in NATIONAL.items() if isinstance(t, DeprivationTable)}
    assert areas == {
        "iod_2019": 32_844,
        "iod_2025": 33_755,
        "nimdm_2017": 890,
        "simd_2020v2": 6_976,
        "wimd_2019": 1_909,
        "wimd_2025": 1_917,
    }
