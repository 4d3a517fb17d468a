"""What lies within reach, as a sheet, as a layer, and in lines for a terminal."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pyogrio
import pytest

from pipeline.pages import Material
from pipeline.pages.catchments import (
    asset_gpkg,
    catchments_csv,
    catchments_gpkg,
    people_of_raster,
    spoken,
    wide_bands,
)
from tests.pages.town import town


@pytest.fixture(scope="module", name="material")
def _material() -> Material:
    return town()


def test_each_number_of_the_sheet_stands_with_its_state_land_and_source(material: Material) -> None:
    rows = list(csv.DictReader(io.StringIO(catchments_csv(material).decode())))
    assert len(rows) == 8 * 3 * 4
    found = next(
        r
        for r in rows
        if (r["category"], r["minutes"], r["people_of"]) == ("park", "10", "decile_1")
    )
    assert (found["people"], found["share_pct"], found["state"]) == ("1000", "20", "ok")
    assert found["area_ha"] == "98"
    assert (found["source"], found["source_date"]) == ("openstreetmap", "2026-03-01")


def test_the_layer_has_a_band_a_row_the_largest_first_and_groups_in_order(
    material: Material,
) -> None:
    bands = wide_bands(material.catchments, material.catchment_people)
    assert bands["minutes"].tolist()[:3] == [15, 10, 5]
    names = [name for name in bands.columns if name.startswith("people")]
    assert names == [
        "people", "people_state", "people_decile_1", "people_decile_10", "people_no_decile"
    ]  # fmt: skip
    assert bands["people"].tolist()[:3] == [1500, 1000, 500]


def test_the_file_is_in_the_system_of_the_district_and_the_same_twice(
    material: Material, tmp_path: Path
) -> None:
    for name in ("one.gpkg", "other.gpkg"):
        catchments_gpkg(material)(tmp_path / name)
    assert (tmp_path / "one.gpkg").read_bytes() == (tmp_path / "other.gpkg").read_bytes()
    layer = pyogrio.read_dataframe(tmp_path / "one.gpkg", layer="catchments")
    assert layer.crs == material.catchments.crs
    assert len(layer) == 8 * 3


def test_one_asset_is_written_with_its_name_and_said_in_lines(
    material: Material, tmp_path: Path
) -> None:
    asset = pd.Series({"name": "Belle Vue", "category": "park"}, name="osm-way-1")
    bands = material.catchments[material.catchments["category"] == "park"]
    people = material.catchment_people[material.catchment_people["category"] == "park"].copy()
    people["state"] = people["state"].mask(people["people_of"] == "decile_1", "suppressed")
    asset_gpkg(bands, people, asset, material.district)(tmp_path / "osm-way-1.gpkg")
    layer = pyogrio.read_dataframe(tmp_path / "osm-way-1.gpkg")
    assert set(layer["asset_id"]) == {"osm-way-1"}
    assert set(layer["name"]) == {"Belle Vue"}
    lines = list(spoken(bands, people, asset))
    assert lines[0] == "osm-way-1: Belle Vue (park)"
    assert lines[1] == "5 minutes: 49 ha, 500 people (10 %)"
    assert lines[2].startswith("  decile 1: suppressed; decile 10: 500 people (10 %); no decile")


def test_where_people_come_from_no_raster_there_is_no_sheet_of_them(material: Material) -> None:
    assert people_of_raster(material) == {}
