"""A local authority is found by its name or code, never by what is only like it."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from pipeline.authorities import Authority, Region, choose, nation_of, smallest_region, written
from pipeline.config import DistrictFile, NationDefaults
from pipeline.districts import complete
from pipeline.errors import ChoiceIsNotAllowed
from pipeline.files.choices import read_choices, read_configs

ROOT = Path(__file__).parent.parent
NATIONS: dict[str, NationDefaults] = read_configs(
    sorted((ROOT / "config/nations").glob("*.yaml")), NationDefaults
)
KNOWN = [
    Authority("E06000010", "Kingston upon Hull, City of"),
    Authority("E06000019", "Herefordshire, County of"),
    Authority("E07000126", "South Ribble"),
    Authority("E07000195", "Newcastle-under-Lyme"),
    Authority("E08000013", "St. Helens"),
    Authority("E08000021", "Newcastle upon Tyne"),
    Authority("E09000013", "Hammersmith and Fulham"),
    Authority("N09000003", "Belfast"),
    Authority("S12000049", "Glasgow City"),
    Authority("W06000001", "Isle of Anglesey", "Ynys Môn"),
    Authority("W06000022", "Newport", "Casnewydd"),
]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("South Ribble", "E07000126"),
        ("  south   RIBBLE ", "E07000126"),
        ("Hammersmith & Fulham", "E09000013"),
        ("Saint Helens", "E08000013"),
        ("st helens", "E08000013"),
        ("Kingston upon Hull", "E06000010"),
        ("Kingston-upon-Hull, City of", "E06000010"),
        ("Newcastle under Lyme", "E07000195"),
        ("Casnewydd", "W06000022"),
        ("ynys mon", "W06000001"),
        ("Ynys Mo\u0302n", "W06000001"),
        ("s12000049", "S12000049"),
    ],
)
def test_an_authority_is_found_by_its_name_or_code(wanted: str, code: str) -> None:
    assert choose(wanted, KNOWN, "May 2026").code == code


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("Newcastle", r"2 have it in their name: ‘Newcastle-under-Lyme’ \(E07000195\) and ‘Newc"),
        (
            "South Rible",
            r"none of the 11 .* like it is ‘South Ribble’ \(E07000126\)\. Give the name",
        ),
        ("Glasgow", r"like it is ‘Glasgow City’ \(S12000049\)"),
        ("Atlantis", r"in ‘May 2026’ is called so\. Give the name as it is listed"),
        ("and", r"like it is ‘Hammersmith and Fulham’"),
        ("&&", "is called so"),
        ("E07000029", "has this code: it has the form of one, and may have been abolished"),
        ("E05000001", "has this code: codes of local authorities begin with E06, E07, E08, E09, N"),
        ("\x1b[2J", r"NAME=‘\\x1b\[2J’"),
    ],
)
def test_what_is_no_name_of_one_authority_is_refused_with_those_it_may_mean(
    wanted: str, words: str
) -> None:
    with pytest.raises(ChoiceIsNotAllowed, match=words):
        choose(wanted, KNOWN, "May 2026")


def test_two_authorities_of_one_name_are_told_apart_by_code_only() -> None:
    twins = [Authority("E06000001", "Twin"), Authority("W06000099", "twin")]
    with pytest.raises(ChoiceIsNotAllowed, match=r"2 of the 2 .* are called so: .*E06000001.*W06"):
        choose("Twin", twins, "May 2026")
    assert choose("W06000099", twins, "May 2026") is twins[1]


def test_the_smallest_region_that_holds_all_of_a_place_is_chosen() -> None:
    country, county = shapely.box(-6, 49, 2, 56), shapely.box(-3, 53, -2, 54)
    regions = [Region("england", country), Region("lancashire", county)]
    inside, across = shapely.box(-2.8, 53.6, -2.6, 53.8), shapely.box(-2.1, 53.6, -1.9, 53.8)
    assert smallest_region(inside, regions, "South Ribble") == "lancashire"
    assert smallest_region(across, regions, "Pendle") == "england"
    with pytest.raises(ChoiceIsNotAllowed, match=r"none of the 2 regions .* holds the district"):
        smallest_region(shapely.box(-7, 53, -6.5, 54), regions, "Elsewhere")


@pytest.mark.parametrize("authority", KNOWN, ids=lambda one: one.code)
def test_the_file_that_is_written_is_whole_with_its_nation(
    authority: Authority, tmp_path: Path
) -> None:
    nation = nation_of(authority, NATIONS)
    key, text = written(authority, nation, NATIONS[nation], "a-region")
    (tmp_path / f"{key}.yaml").write_text(text, encoding="utf-8")
    found = complete(key, read_choices(tmp_path / f"{key}.yaml", DistrictFile), NATIONS)
    assert (found.code, found.nation) == (authority.code, nation)
    assert authority.name in {found.name, *found.also_called}
    assert found.crs == ("EPSG:2157" if nation == "northern_ireland" else "EPSG:27700")


def test_a_new_scottish_file_shows_how_its_survey_is_brought(tmp_path: Path) -> None:
    glasgow = next(one for one in KNOWN if one.name == "Glasgow City")
    key, text = written(glasgow, "scotland", NATIONS["scotland"], "scotland")
    head, _, shown = text.partition("# layers:")
    brought = "layers:" + shown.replace("\n# ", "\n")
    (tmp_path / f"{key}.yaml").write_text(head + brought, encoding="utf-8")
    found = complete(key, read_choices(tmp_path / f"{key}.yaml", DistrictFile), NATIONS)
    assert found.layers["vacant_and_derelict"].model_dump(mode="json")["table"] == (
        "vacant_and_derelict_land_survey"
    )
    assert "vacant_and_derelict" not in found.lacks


def test_a_name_with_signs_of_yaml_stays_a_name(tmp_path: Path) -> None:
    odd = Authority("E06000010", 'Hull: {a} "b" # c')
    key, text = written(odd, "england", NATIONS["england"], "england")
    assert key == "hull-a-b-c"
    (tmp_path / f"{key}.yaml").write_text(text, encoding="utf-8")
    assert read_choices(tmp_path / f"{key}.yaml", DistrictFile).name == odd.name


def test_a_code_of_no_nation_is_refused() -> None:
    with pytest.raises(ChoiceIsNotAllowed, match="no nations of config/nations have codes"):
        nation_of(Authority("K02000001", "United Kingdom"), NATIONS)
