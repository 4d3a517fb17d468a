"""The inventory of unused land: each site once, with its records, its area and how sure it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline.config import OsmInput
from pipeline.errors import SiteHasNoArea
from pipeline.heights import Heights
from pipeline.network import build_network
from pipeline.plots import Ground, compactness, frontage
from pipeline.unused_land import find_sites
from tests import towns
from tests.test_uses import CAUTIONS, KINDS

STREETS = build_network(
    towns.streets(([(1, 0, 0), (2, 1200, 0)], {"highway": "residential", "name": "Long Street"})),
    towns.features(),
    towns.STUDY.snapping,
)[0]
AREA = towns.neighbourhoods(("A", shapely.box(0, -200, 1200, 200), 100.0))
MAP = OsmInput.model_validate_json('{"at": {"file": "town.osm"}, "date": "2026-01-01"}')
FLAT = Ground(STREETS, None, towns.STUDY.slopes)


def asset(
    category: str,
    shape: shapely.Geometry,
    name: str = "",
    details: Mapping[str, str] | None = None,
    *records: tuple[str, str, str],
) -> dict[str, Any]:
    """Make an asset of records of (source, id, date)."""
    told = [
        {"source": source, "id": number, "name": name, "date": day,
         "licence": "ODbL-1.0" if source == "osm" else "OGL-UK-3.0"}
        for source, number, day in records
    ]  # fmt: skip
    first = records[0][1].replace("/", "-")
    return {
        "asset_id": f"{records[0][0]}-{first}", "category": category, "name": name,
        "records": json.dumps(told), "details": json.dumps(details or {}), "geometry": shape,
    }  # fmt: skip


def found(
    *assets: dict[str, Any],
    features: gpd.GeoDataFrame | None = None,
    edited: str = "2026-01-01",
    ground: Ground = FLAT,
) -> pd.DataFrame:
    columns = ["asset_id", "category", "name", "records", "details", "geometry"]
    frame = gpd.GeoDataFrame(pd.DataFrame(assets, columns=columns), geometry="geometry", crs=27700)
    mapped = (towns.features() if features is None else features).assign(edited=edited)
    sites, _ = find_sites(frame, mapped, KINDS, CAUTIONS, AREA, ground, MAP)
    table: pd.DataFrame = sites.set_index("site_id")
    return table


OSM = ("osm", "way/1", "2025-06-01")
REGISTER = ("brownfield_land_register", "T/1", "2025-06-01")


def reasons(row: pd.Series) -> list[str]:
    return [name for name, _ in json.loads(row["confidence_because"])]


def test_a_plot_that_is_mapped_and_listed_is_one_site_and_likely_not_in_use() -> None:
    details = {"hectares": "0.2", "ownership": "owned by a public authority",
               "planning": "not permissioned", "first_added": "2017-12-15"}  # fmt: skip
    sites = found(asset("brownfield", shapely.box(0, 5, 40, 45), "Yard", details, OSM, REGISTER))
    (row,) = [row for _, row in sites.iterrows()]
    assert (row["status"], row["confidence"], row["ownership"]) == ("listed", "likely", "public")
    assert (row["area_m2"], row["area_from"], row["area_state"]) == (1600, "drawn", "ok")
    assert (row["listed_since"], row["planning"]) == ("2017-12-15", "not permissioned")
    assert reasons(row) == ["seen_by_mappers", "listed_for_homes", "sources_agree"]
    assert row["compactness"] == pytest.approx(np.pi / 4)
    assert row["neighbourhood_id"] == "A"
    assert row["is_in_district"]
    assert row["beside"] == "Long Street"


def test_a_register_alone_is_a_reason_to_ask_first_and_gives_its_area() -> None:
    sites = found(asset("brownfield", shapely.Point(9, 9), "", {"hectares": "0.26"}, REGISTER))
    row = sites.iloc[0]
    assert (row["confidence"], reasons(row)) == ("ask_first", ["listed_for_homes"])
    assert (row["area_m2"], row["area_from"]) == (2600, "register")
    assert np.isnan(row["compactness"])
    assert np.isnan(row["frontage_m"])


def test_planning_permission_makes_it_less_sure() -> None:
    details = {"planning": "permissioned", "planning_date": "2024-05-14", "hectares": "1"}
    row = found(asset("brownfield", shapely.Point(9, 9), "", details, OSM, REGISTER)).iloc[0]
    assert row["confidence"] == "possible"
    assert row["planning_date"] == "2024-05-14"
    assert ["has_permission", {"day": "2024-05-14"}] in json.loads(row["confidence_because"])


def test_a_record_of_many_years_ago_makes_it_less_sure() -> None:
    old = found(asset("vacant_shop", shapely.Point(9, 9), "", {}, ("osm", "node/1", "2019-01-01")))
    assert old.iloc[0]["confidence"] == "ask_first"
    assert "old_record" in reasons(old.iloc[0])


def test_a_site_without_any_area_is_said_to_have_none_known() -> None:
    row = found(asset("vacant_shop", shapely.Point(9, 9), "", {}, OSM)).iloc[0]
    assert np.isnan(row["area_m2"])
    assert (row["area_from"], row["area_state"]) == ("", "no_data")


@pytest.mark.parametrize("text", ["0", "-1", "large", "0,26"])
def test_an_area_that_is_none_stops_with_a_sentence(text: str) -> None:
    with pytest.raises(SiteHasNoArea) as stop:
        found(asset("brownfield", shapely.Point(9, 9), "", {"hectares": text}, REGISTER))
    assert f"brownfield_land_register: ‘T/1’: gives ‘{text}’ as its hectares" in str(stop.value)


def test_open_grass_counts_from_a_size_on_and_not_in_a_park_or_with_a_name() -> None:
    features = towns.features(
        ("way/1", {"landuse": "grass"}, shapely.box(0, 20, 40, 40)),
        ("way/2", {"landuse": "grass"}, shapely.box(100, 20, 110, 30)),
        ("way/3", {"landuse": "grass", "name": "The Green"}, shapely.box(200, 20, 240, 60)),
        ("way/4", {"leisure": "park"}, shapely.box(300, 20, 400, 120)),
        ("way/5", {"landuse": "grass"}, shapely.box(310, 30, 350, 70)),
    )
    sites = found(features=features)
    assert sites.index.tolist() == ["osm-way-1"]
    assert sites.iloc[0][["unused_kind", "status", "confidence"]].tolist() == [
        "open_grass", "open_grass", "ask_first",
    ]  # fmt: skip


@pytest.mark.parametrize(("edited", "n"), [("2022-12-31", 1), ("2023-01-03", 0)])
def test_a_building_site_counts_once_nobody_has_edited_it_for_years(edited: str, n: int) -> None:
    works = towns.features(("way/1", {"landuse": "construction"}, shapely.box(0, 20, 40, 60)))
    assert len(found(features=works, edited=edited)) == n


def test_land_that_two_kinds_describe_is_one_site_and_what_stands_on_it_another() -> None:
    grass = towns.features(("way/7", {"landuse": "grass"}, shapely.box(0, 0, 40, 38)))
    mill = ("osm", "way/2", "2025-06-01")
    sites = found(
        asset("brownfield", shapely.box(0, 0, 40, 40), "", {}, OSM),
        asset("vacant_building", shapely.box(5, 5, 20, 20), "Mill", {}, mill),
        features=grass,
    )
    assert sites["unused_kind"].to_dict() == {
        "osm-way-1": "brownfield", "osm-way-2": "vacant_building",
    }  # fmt: skip
    ids = {each["id"] for each in json.loads(sites["records"]["osm-way-1"])}
    assert ids == {"way/1", "way/7"}


def test_the_order_of_rows_makes_no_difference() -> None:
    plots = [
        asset(
            "brownfield", shapely.box(n, 5, n + 30, 35), "", {}, ("osm", f"way/{n}", "2025-01-01")
        )
        for n in (0, 10, 100, 112, 300)
    ]
    pd.testing.assert_frame_equal(found(*plots), found(*reversed(plots)))


def test_what_a_site_meets_and_what_its_register_says_are_cautions() -> None:
    wet = towns.features(("way/9", {"natural": "wetland"}, shapely.box(30, 5, 90, 60)))
    details = {"hectares": "0.2", "hazardous": "yes"}
    sites = found(
        asset("brownfield", shapely.box(0, 5, 40, 45), "", details, REGISTER), features=wet
    )
    assert sites.iloc[0]["cautions"] == "contamination,flood"
    told = {(each["caution"], each["source"]): each["share_pct"]
            for each in json.loads(sites.iloc[0]["caution_findings"])}  # fmt: skip
    assert told == {
        ("contamination", "brownfield_land_register"): None,
        ("contamination", ""): None,
        ("flood", "osm"): 25.0,
        ("flood", ""): None,
    }


def test_slopes_are_those_of_the_ground_where_it_is_known() -> None:
    # Up by 1 m in 10 m to the east, all over.
    cells = np.tile(np.arange(60, dtype=float) * 5, (40, 1))
    hill = Heights(cells, west=-500, north=1000, cell_m=50)
    ground = Ground(STREETS, hill, towns.STUDY.slopes)
    sites = found(asset("brownfield", shapely.box(0, 5, 60, 65), "", {}, OSM), ground=ground)
    assert sites.iloc[0]["slope_pct"] == pytest.approx(10)


def test_frontage_is_the_outline_beside_a_street_and_compactness_that_of_the_shape() -> None:
    # The south side runs 5 m from the street's middle, and 10 m of each flank lie within 15 m.
    shapes = np.array(
        [shapely.box(100, 5, 140, 45), shapely.box(100, 60, 140, 90), shapely.Point(5, 5)],
        dtype=object,
    )
    assert frontage(shapes, STREETS)[:2].tolist() == pytest.approx([60, 0])
    assert np.isnan(frontage(shapes, STREETS)[2])
    circle = shapely.Point(0, 0).buffer(10, quad_segs=64)
    assert compactness(np.array([circle], dtype=object))[0] == pytest.approx(1, abs=1e-3)


def test_a_district_where_nothing_is_unused_has_an_empty_inventory() -> None:
    assert found().empty
    assert date.fromisoformat("2026-01-01") == MAP.day
