"""A district's file is filled from its nation, and nothing that is said there is changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Areas, District, DistrictFile, NationalTable, NationDefaults
from pipeline.config.place import NomisTable
from pipeline.districts import complete
from pipeline.errors import ChoiceIsNotAllowed
from pipeline.files.choices import read_choices, read_configs, write_choices
from pipeline.files.declared import inputs_of

ROOT = Path(__file__).parent.parent
NATIONS: dict[str, NationDefaults] = read_configs(
    sorted((ROOT / "config/nations").glob("*.yaml")), NationDefaults
)
NATIONAL: dict[str, Any] = read_configs(
    sorted((ROOT / "config/national").glob("*.yaml")), NationalTable
)
SHORT = {
    "name": "Tiny", "code": "E07099998", "nation": "england",
    "openstreetmap": {"at": {"geofabrik": "england"}},
}  # fmt: skip
OWN = {"table": "census_2021_residents", "at": {"file": "../raw/people.csv"}}


def completed(folder: Path, **more: object) -> District:
    """Read a short file, with more in it, and fill it."""
    path = folder / "tiny.yaml"
    path.write_text(json.dumps({**SHORT, **more}), encoding="utf-8")
    return complete("tiny", read_choices(path, DistrictFile), NATIONS)


@pytest.mark.parametrize("path", sorted((ROOT / "config/districts").glob("*.yaml")), ids=str)
def test_every_input_of_every_district_has_a_place(path: Path) -> None:
    district = complete(path.stem, read_choices(path, DistrictFile), NATIONS)
    inputs = inputs_of(path.stem, district, NATIONAL)
    assert all(declared.place is not None for declared in inputs.values())


def test_a_district_of_five_lines_has_all_that_is_usual_in_england(tmp_path: Path) -> None:
    found = completed(tmp_path)
    assert found.crs == "EPSG:27700"
    assert isinstance(found.neighbourhoods, Areas)
    assert found.neighbourhoods.deprivation is not None
    assert found.neighbourhoods.deprivation.table == "iod_2025"
    assert found.elevation is not None
    assert set(found.layers) == {
        "stops", "brownfield_register", "greenspace", "greenspace_access",
    }  # fmt: skip
    inputs = inputs_of("tiny", found, NATIONAL)
    assert isinstance(inputs["people"].place, NomisTable)
    # An edition is of its own day, whenever it is asked for; what is renewed is of its service's.
    assert str(inputs["people"].date) == "2021-03-21"
    assert inputs["stops"].date is None


@pytest.mark.parametrize("nation", sorted(NATIONS))
def test_what_is_usual_in_a_nation_is_declared_and_fits_together(
    nation: str, tmp_path: Path
) -> None:
    usual = NATIONS[nation]
    areas: dict[str, Any] = {"kind": "usual"}
    if usual.people is None:
        areas["people"] = {"table": usual.people_to_bring, "at": {"file": "people.csv"}}
    found = completed(tmp_path, nation=nation, neighbourhoods=areas)
    inputs = inputs_of("tiny", found, NATIONAL)
    vintages = {
        getattr(inputs[key].declared, "vintage", None)
        for key in ("boundaries", "people", "deprivation")
    }
    assert len(vintages) == 1
    assert usual.deprivation is not None
    index = NATIONAL[usual.deprivation]
    assert index.nation == nation
    newest = max(
        table.year for table in NATIONAL.values()
        if table.kind == "deprivation" and table.nation == nation
    )  # fmt: skip
    assert index.year == newest
    # What picks a district out of a nation's areas must be there.
    assert not NATIONAL[usual.boundaries].is_nationwide or index.district
    assert not set(usual.lacks) & set(usual.layers)


def test_a_table_of_its_own_takes_the_place_of_the_nations(tmp_path: Path) -> None:
    areas = {"kind": "usual", "people": OWN, "without": ["stops", "children", "elevation"]}
    layers = {"greenspace": {"table": "naptan", "at": {"naptan": ["450"]}}}
    found = completed(tmp_path, crs="EPSG:32630", neighbourhoods=areas, layers=layers)
    assert found.crs == "EPSG:32630"
    assert isinstance(found.neighbourhoods, Areas)
    assert found.neighbourhoods.people.at is not None
    assert found.neighbourhoods.people.at.model_dump() == {
        "file": "${DISTRICTS_DIR}/../raw/people.csv"
    }
    assert found.neighbourhoods.children is None
    assert found.elevation is None
    assert set(found.layers) == {"greenspace", "brownfield_register", "greenspace_access"}
    assert found.layers["greenspace"].table == "naptan"  # type: ignore[union-attr]


def test_a_district_that_brings_what_its_nation_lacks_is_not_said_to_lack_it(
    tmp_path: Path,
) -> None:
    own = {"table": "mid_year_2024_children", "at": {"file": "children.csv"}}
    areas = {"kind": "usual", "children": own}
    assert "children" in completed(tmp_path, nation="scotland", code="S12000049").lacks
    found = completed(tmp_path, nation="scotland", code="S12000049", neighbourhoods=areas)
    assert set(found.lacks) == {"vacant_and_derelict"}
    survey = {"table": "vacant_and_derelict_land_survey", "at": {"file": "survey.zip"}}
    found = completed(
        tmp_path, nation="scotland", code="S12000049", layers={"vacant_and_derelict": survey}
    )
    assert set(found.lacks) == {"children"}


def test_a_district_that_describes_its_areas_is_left_as_it_is(tmp_path: Path) -> None:
    areas = {"kind": "areas", "boundaries": {"table": "lsoa_2021", "at": {"file": "/a.gpkg"}},
             "people": OWN}  # fmt: skip
    found = completed(tmp_path, neighbourhoods=areas)
    assert found.layers == {}
    assert found.elevation is None
    assert found.lacks == {}
    assert isinstance(found.neighbourhoods, Areas)
    assert found.neighbourhoods.deprivation is None
    assert found.neighbourhoods.boundaries.at is not None
    assert found.neighbourhoods.boundaries.at.model_dump() == {"file": "/a.gpkg"}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"nation": "elsewhere"}, "tiny: crs: this key is missing, and nothing is usual in"),
        ({"nation": "elsewhere", "crs": "EPSG:32635"}, "neighbourhoods: this key is missing"),
        ({"neighbourhoods": {"kind": "usual", "without": ["stop"]}}, "‘stop’ is not usual in Eng"),
        ({"neighbourhoods": {"kind": "usual", "without": ["people"]}}, "people: must be there, a"),
        ({"nation": "northern_ireland"}, "people: must be there, and in Northern Ireland no tab"),
    ],
)
def test_what_is_missing_and_not_usual_is_told(
    more: dict[str, Any], words: str, tmp_path: Path
) -> None:
    with pytest.raises(ChoiceIsNotAllowed, match=words):
        completed(tmp_path, **more)


def test_a_table_without_a_usual_place_must_be_given_one(tmp_path: Path) -> None:
    people = {"table": "residents_lsoa_2011"}
    found = completed(tmp_path, neighbourhoods={"kind": "usual", "people": people})
    words = r"neighbourhoods\.people: the table ‘residents_lsoa_2011’ has no usual place; say where"
    with pytest.raises(ChoiceIsNotAllowed, match=words):
        inputs_of("tiny", found, NATIONAL)


def test_a_filled_district_is_read_back_as_it_was_and_left_alone(tmp_path: Path) -> None:
    found = completed(tmp_path)
    path = tmp_path / "district.json"
    assert write_choices(found, path)
    assert read_choices(path, District) == found
    assert not write_choices(found, path)
