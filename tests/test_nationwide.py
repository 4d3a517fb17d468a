"""A district is picked out of a nation's areas by its index, each area once."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from pipeline.codes import CodedTable
from pipeline.config import District, NationalTable
from pipeline.errors import CodesDoNotMatch
from pipeline.files.choices import read_configs
from pipeline.nationwide import of_district

ROOT = Path(__file__).parent.parent
NATIONAL = read_configs(sorted((ROOT / "config/national").glob("*.yaml")), NationalTable)
CODES = ["S01006506", "S01006507", "S01006508"]


def tables(districts: list[str], codes: list[str] = CODES) -> dict[str, CodedTable]:
    squares = [shapely.box(n, 0, n + 1, 1) for n in range(len(codes))]
    outlines = gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=squares, crs=27700)
    ranks = pd.DataFrame({"code": CODES, "rank": [1, 2, 3], "district": districts})
    return {
        "boundaries": CodedTable(outlines, NATIONAL["data_zone_2011"], "zones.zip"),
        "deprivation": CodedTable(ranks, NATIONAL["simd_2020v2"], "ranks.xlsx"),
    }


def district(*also: str) -> District:
    return District.model_validate_json(
        '{"name": "Argyll and Bute", "code": "S12000035", "nation": "scotland", "crs": '
        '"EPSG:27700", "openstreetmap": {"at": {"geofabrik": "scotland"}}, "neighbourhoods": '
        '{"kind": "areas", "boundaries": {"table": "data_zone_2011"}, "people": '
        '{"table": "simd_2020v2_residents"}}, "also_called": ['
        + ", ".join(f'"{name}"' for name in also)
        + "]}"
    )


@pytest.mark.parametrize(
    "name", ["Argyll and Bute", "ARGYLL & BUTE", "S12000035", " Argyll  and Bute"]
)
def test_the_areas_listed_under_its_name_or_code_are_the_districts(name: str) -> None:
    found = of_district(tables([name, "Moray", name]), district())
    assert found["boundaries"].rows["code"].tolist() == [CODES[0], CODES[2]]
    assert len(found["deprivation"].rows) == 3


def test_each_area_is_of_one_district_and_none_is_lost() -> None:
    inputs = tables(["Moray", "Argyll and Bute", "Moray"])
    moray = district().model_copy(update={"name": "Moray", "code": "S12000020"})
    parts = [of_district(inputs, one)["boundaries"].rows["code"] for one in (moray, district())]
    assert sorted(pd.concat(parts)) == CODES


def test_a_district_under_another_name_is_found_once_it_says_so() -> None:
    inputs = tables(["Earra-Ghàidheal", "Moray", "Moray"])
    words = r"ranks.xlsx: lists no area in Argyll and Bute \(S12000035\); it has ‘Earra-Gh.*‘Moray’"
    with pytest.raises(CodesDoNotMatch, match=words):
        of_district(inputs, district())
    assert len(of_district(inputs, district("Earra-Ghàidheal"))["boundaries"].rows) == 1


def test_an_area_without_an_outline_is_told() -> None:
    words = r"zones.zip: has no outline of 1 of the 2 areas .* Argyll and Bute \(‘S01006508’\)"
    with pytest.raises(CodesDoNotMatch, match=words):
        of_district(tables(["Argyll and Bute", "Moray", "Argyll and Bute"], CODES[:2]), district())


def test_without_an_index_that_names_districts_nothing_is_picked() -> None:
    inputs = tables(["Moray"] * 3)
    with pytest.raises(CodesDoNotMatch, match="without an index of deprivation nothing says"):
        of_district({"boundaries": inputs["boundaries"]}, district())
    bare = inputs["deprivation"]
    bare = CodedTable(bare.rows.drop(columns="district"), bare.declared, bare.where)
    with pytest.raises(CodesDoNotMatch, match="no column that names the local authority"):
        of_district({**inputs, "deprivation": bare}, district())


def test_outlines_of_one_district_are_left_as_they_are() -> None:
    inputs = tables(["Moray"] * 3)
    outlines = inputs["boundaries"]
    whole = CodedTable(outlines.rows, NATIONAL["lsoa_2021"], outlines.where)
    assert of_district({"boundaries": whole}, district())["boundaries"] is whole
