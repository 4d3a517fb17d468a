"""The page of land and buildings not in use: reasons in words, and names that stay text."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from pipeline import contracts, files, tables
from pipeline.config import Caution, Possible, UnusedKind, Use
from pipeline.pages import (
    Material,
    best_sets_csv,
    site_uses_csv,
    unused_land_csv,
    unused_land_gpkg,
    unused_land_page,
    without_deprivation,
)
from pipeline.pages.gate import faults_of_page
from pipeline.pages.sheets import noted_sheet
from pipeline.uses import fit_uses
from tests.pages.town import CRS, HOSTILE, IDS, SOUTH, WEST, town, wordings
from tests.test_uses import finding, findings

CONFIG = Path(__file__).parents[2] / "config"


def _read(folder: str, kind: Any) -> dict[str, Any]:  # noqa: ANN401 (a type)
    return files.read_configs(sorted((CONFIG / folder).glob("*.yaml")), kind)


POSSIBLE = Possible(
    unused=_read("unused", UnusedKind), uses=_read("uses", Use), cautions=_read("cautions", Caution)
)


WET = findings(
    finding("contamination", 0.0, "survey_of_ground"),
    finding("flood", 40.0) | {"rows": ["Zone <3>", "Zone 2"]},
    finding("flood", None, "osm"),
)
SILENT = findings(finding("contamination", None, ""), finding("flood", None, ""))


def _site(name: str, form: str, kind: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "site_id": f"osm-way-{name[:4].strip() or 'none'}-{form}", "unused_kind": kind,
        "form": form, "name": name, "status": "vacant", "sources": "osm", "licences": "ODbL-1.0",
        "date": "2024-05-01", "area_m2": 1600.0, "area_from": "drawn", "area_state": "ok",
        "compactness": 0.8, "slope_pct": float("nan"), "frontage_m": 40.0, "cautions": "flood",
        "caution_findings": WET,
        "ownership": "public", "planning": "permissioned", "planning_date": "2024-05-14",
        "listed_since": "2017-12-15", "confidence": "possible",
        "confidence_because": json.dumps([["seen_by_mappers", {}], ["old_record", {"n": 6}]]),
        "perhaps_same": "[]",
        "people_within_5_min": 120.0, "people_within_10_min": 900.0,
        "people_within_15_min": 2000.0, "people_within_5_min_state": "ok",
        "people_within_10_min_state": "ok", "people_within_15_min_state": "ok",
        "nearest_home_m": 55.0, "neighbourhood_id": IDS[0], "beside": "Mill Lane",
        "is_in_district": True, "records": "[]", "details": "{}",
        "geometry": shapely.box(WEST, SOUTH, WEST + 40, SOUTH + 40),
    } | changes  # fmt: skip


def _material(name: str = "Old Yard") -> Material:
    """Put a yard, and a shop without a name or a size, into the small town."""
    sites = gpd.GeoDataFrame(
        [
            _site(name, "land", "brownfield", sources="brownfield_land_register,osm"),
            _site("", "unit", "vacant_shop", area_m2=float("nan"), area_from="",
                  area_state="no_data", cautions="", caution_findings=SILENT, planning="",
                  planning_date="", listed_since="", ownership=""),
        ],
        crs=CRS,
    )  # fmt: skip
    fits, _ = fit_uses(sites, POSSIBLE.uses, longest_m=1200)
    gains = [
        (row.site_id, row.use, minutes, of, 900.0, n, "ok", 80.0)
        for row in fits.itertuples()
        for minutes in (5, 10, 15)
        for of, n in (("all", 321.0), ("decile_2", 123.0))
        if row.fits != "no" and row.use != "community_garden"
    ]
    columns = [column.name for column in tables.RESIDENTS_GAINED.columns]
    best = [
        ("pocket_park", 10, 3, method, sites["site_id"][0], 1, 321.0, 321.0, 0.0, 62.0, 0.0)
        for method in ("best", "greedy")
    ]
    return replace(
        town(),
        unused_land=sites,
        site_uses=fits,
        residents_gained=pd.DataFrame(gains, columns=columns),
        best_sets=pd.DataFrame(best, columns=[c.name for c in tables.BEST_SETS.columns]),
        possible=POSSIBLE,
    )


@pytest.fixture(scope="module")
def material() -> Material:
    return _material()


def rows(sheet: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sheet.decode("utf-8"))))


def test_the_tables_of_this_test_keep_their_contracts(material: Material) -> None:
    for table in (tables.UNUSED_LAND, tables.SITE_USES, tables.RESIDENTS_GAINED, tables.BEST_SETS):
        contracts.check(getattr(material, table.name), table, table.name)


def test_each_site_says_what_it_could_become_why_and_what_would_rule_it_out(
    material: Material,
) -> None:
    page = unused_land_page(material)
    assert list(faults_of_page(page)) == []
    assert "Old Yard, by Mill Lane" in page
    assert "Empty shop by Mill Lane" in page
    assert "Why it fits: 1,600 m² of room; a compact shape (0.8 of 1); 40 m of it along" in page
    assert "Pocket park" in page
    assert "5 min: 320 (certain for 80 %)" in page
    assert "known here: flooding, or ground that stands wet" in page
    assert "somebody already uses it, in whatever way" in page
    assert "A brownfield register lists land that a council judges fit for homes" in page
    assert "It is not known who has one already" in page
    assert "permissioned, 14 May 2024" in page
    assert "320<small>certain for 62 %</small>" in page


def test_sites_that_may_be_one_place_name_each_other_and_a_survey_speaks_for_itself(
    material: Material,
) -> None:
    land, shop = material.unused_land["site_id"]
    perhaps = [json.dumps([[shop, 0.739], ["osm-elsewhere", 0.5]]), "[]"]
    changed = replace(material, unused_land=material.unused_land.assign(perhaps_same=perhaps))
    page = unused_land_page(changed)
    assert f'<a href="#site-{shop}"><bdi>Empty shop by Mill Lane</bdi></a> (74 % sure)' in page
    assert "osm-elsewhere" not in page
    listed = {row["site_id"]: row["perhaps_same"] for row in rows(unused_land_csv(changed))}
    assert listed == {land: f"{shop} (0.74); osm-elsewhere (0.50)", shop: ""}

    survey = material.unused_land.assign(sources="vacant_and_derelict_land_survey")
    page = unused_land_page(replace(material, unused_land=survey))
    assert "Derelict is said of the ground" in page
    assert "A brownfield register lists" not in page


def test_uses_that_are_ruled_out_say_by_what(material: Material) -> None:
    found = {
        row["use"]: row for row in rows(site_uses_csv(material)) if row["site_id"].endswith("land")
    }
    assert found["play_space"]["fits"] == "no"
    assert found["play_space"]["ruled_out_by"].startswith("known here: flooding")
    assert (
        found["woodland"]["ruled_out_by"] == "1,600 m² of room, and 2,000 m² or more is asked for"
    )
    assert found["pocket_park"]["gained_within_10_min"] == "321"


def test_the_community_edition_has_all_of_it_but_deprivation(material: Material) -> None:
    community = without_deprivation(material)
    page = unused_land_page(community)
    assert "Old Yard" in page
    assert "decile" not in page.lower()
    assert "decile" in unused_land_page(material)
    assert b"decile" not in noted_sheet(community, community.residents_gained)
    assert b"decile_2" in noted_sheet(material, material.residents_gained)
    assert len(rows(unused_land_csv(community))) == 2
    assert "equity_weight" not in rows(best_sets_csv(community))[0]


def test_sets_that_were_weighted_by_deprivation_stay_with_the_planners(material: Material) -> None:
    weighted = replace(material, best_sets=material.best_sets.assign(equity_weight=1.0))
    assert len(rows(best_sets_csv(weighted))) == 2
    assert rows(best_sets_csv(without_deprivation(weighted))) == []


def test_a_welsh_page_says_it_in_welsh(material: Material) -> None:
    welsh = replace(material, district=material.district.model_copy(update={"language": "cy"}))
    assert "cy" in wordings()
    page = unused_land_page(welsh)
    assert "Parc poced" in page
    assert "Siop wag ger Mill Lane" in page
    assert "Pocket park" not in page


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_site_is_called_it_stays_text(text: str, tmp_path: Path) -> None:
    material = _material(text)
    for page in (unused_land_page(material), unused_land_page(without_deprivation(material))):
        assert list(faults_of_page(page)) == []
        assert "<script>window" not in page
        assert "<img src=x" not in page
    unused_land_csv(material)
    unused_land_gpkg(material)(tmp_path / "unused_land.gpkg")


def test_a_district_without_any_says_so() -> None:
    page = unused_land_page(town())
    assert "The sources name no land or building here that is not in use." in page
    assert list(faults_of_page(page)) == []
