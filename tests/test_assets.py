"""A small town by hand: what is an asset in it, what is not, and why."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from pipeline import contracts, tables
from pipeline.assets import build_assets
from pipeline.records import LayerRows
from tests.made_features import (
    CRS,
    EAST,
    NORTH,
    OUTLINE,
    RULES,
    SOURCE,
    Feature,
    area,
    council_list,
    features_of,
    line,
    point,
    published,
    rows_of,
)

TOWN: tuple[Feature, ...] = (
    area(1, 0, 0, 120, leisure="park", name="Victoria Park", opening_hours="dawn-dusk"),
    area(2, 20, 20, 30, leisure="playground"),
    area(3, 60, 20, 40, landuse="recreation_ground"),  # inside the park: part of it
    area(4, 200, 0, 20, leisure="garden"),  # someone's garden: small and nameless
    area(5, 230, 0, 90, leisure="garden", garden__type="residential"),
    area(6, 0, 300, 100, amenity="school", name="Crofts Primary School", access="private"),
    area(7, 10, 310, 30, leisure="pitch"),  # inside the school
    area(8, 200, 300, 40, leisure="pitch", access="private"),
    area(9, 300, 300, 40, leisure="pitch", sport="soccer"),
    area(10, 341, 300, 40, leisure="pitch", sport="cricket"),  # side by side: one ground
    area(11, 400, 0, 60, landuse="allotments", access="private"),
    area(12, 500, 0, 50, landuse="brownfield", name="Foundry"),
    area(13, 600, 0, 20, building="yes", amenity="library", name="Library", wheelchair="yes"),
    point(14, 610, 10, amenity="library", name="The Library", website="https://example.org/l"),
    area(15, 650, 0, 20, building="church", disused="yes", name="St Paul's"),
    point(16, 660, 10, disused__amenity="place_of_worship", disused="yes"),
    point(17, 700, 0, shop="vacant"),
    point(18, 700, 20, amenity="pub", name="The Fox", access="private"),
    point(19, 720, 20, amenity="pub", name="The Lion", phone="01633 000000"),
    point(20, 750, 0, amenity="toilets", access="customers"),
    point(21, 750, 20, amenity="toilets", access="yes", fee="no"),
    point(22, 800, 0, highway="bus_stop", name="Mill Road (E-bound)"),
    point(23, 820, 30, highway="bus_stop", name="Mill Road (W-bound)"),
    line(24, [(800, 100), (900, 100)], highway="pedestrian", name="High Street"),
    line(25, [(900, 100), (950, 100)], highway="pedestrian", name="High Street"),
    point(26, 850, 200, amenity="marketplace", name="Friday Market"),
    point(27, 900, 900, railway="station", name="Sampleton", usage="tourism"),
    point(28, 1300, 500, amenity="cafe", name="Beyond the Border"),
    area(29, 500, 500, 120, natural="wood"),  # 1.44 ha without a name: too small
    area(30, 0, 800, 20, building="house"),
)
IN_TOWN = {
    "allotments": 1,
    "brownfield": 1,
    "bus_stop": 1,
    "cafe": 1,
    "library": 1,
    "marketplace": 1,
    "park": 1,
    "pedestrian_street": 1,
    "play_space": 1,
    "pub": 1,
    "school": 1,
    "sports_ground": 1,
    "toilets": 1,
    "vacant_building": 1,
    "vacant_shop": 1,
}

Built = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame, dict[str, Any]]


def build(*rows: Feature, **layers: LayerRows) -> Built:
    features = features_of(*rows)
    found, report = build_assets(features, RULES, layers, OUTLINE, osm=SOURCE, buffer_m=500)
    assets, points, aside = found.assets, found.access_points, found.set_aside
    contracts.check(found.records, tables.RECORDS, "records")
    assert len(found.records) == sum(len(json.loads(text)) for text in assets["records"])
    contracts.check(assets, tables.ASSETS, "assets")
    contracts.check(points, tables.ACCESS_POINTS, "access points")
    must_add_up(assets, report)
    return assets, points, aside, report


def must_add_up(assets: gpd.GeoDataFrame, report: dict[str, Any]) -> None:
    """Hold that every record is in one asset, or left out for a reason that is counted."""
    entries = [
        (entry["source"], entry["id"]) for text in assets["records"] for entry in json.loads(text)
    ]
    left_out = sum(sum(by_category.values()) for by_category in report["left_out"].values())
    assert len(entries) == len(set(entries))
    assert report["records"] == len(entries) + left_out
    assert sum(c["records"] for c in report["categories"].values()) == len(entries)
    assert sum(c["assets"] for c in report["categories"].values()) == len(assets)


def test_the_town_has_the_assets_that_were_drawn_into_it() -> None:
    assets, _, _, report = build(*TOWN)

    assert assets["category"].value_counts().to_dict() == IN_TOWN
    assert report["left_out"] == {
        "private": {"pub": 1, "sports_ground": 1, "toilets": 1},
        "not_in_use": {},
        "inside": {"sports_ground": 1},
        "too_small": {"park": 1, "nature_space": 1},
    }
    assert report["features"] == 30
    assert report["categories"]["tram_stop"] == {
        "records": 0, "assets": 0, "in_district": 0, "joined": 0,
    }  # fmt: skip


def test_an_asset_says_what_it_is_and_where_it_comes_from() -> None:
    assets = build(*TOWN)[0].set_index("category")
    park = assets.loc["park"]

    assert park["asset_id"] == "osm-way-1"
    assert (park["kind"], park["level"], park["status"]) == ("green_space", "physical", "actual")
    assert park["area_m2"] == 14_400
    assert park["licences"] == "ODbL-1.0"
    assert json.loads(park["details"]) == {"opening_hours": "dawn-dusk"}
    assert json.loads(park["records"])[0] == {
        "source": "osm",
        "id": "way/1",
        "name": "Victoria Park",
        "date": "2023-01-02",
        "licence": "ODbL-1.0",
        "url": "https://www.openstreetmap.org/way/1",
    }
    assert assets.loc["brownfield", "status"] == "potential"


def test_details_come_from_all_records_and_telephone_numbers_from_none() -> None:
    assets = build(*TOWN)[0].set_index("category")

    assert json.loads(assets.loc["library", "details"]) == {
        "wheelchair": "yes",
        "website": "https://example.org/l",
    }
    assert assets.loc["pub", "details"] == "{}"


def test_an_asset_beyond_the_border_is_kept_and_marked() -> None:
    assets = build(*TOWN)[0].set_index("category")

    assert not assets.loc["cafe", "is_in_district"]
    assert assets["is_in_district"].sum() == len(IN_TOWN) - 1


def test_the_order_of_features_changes_nothing() -> None:
    first, turned = build(*TOWN)[0], build(*reversed(TOWN))[0]

    pd.testing.assert_frame_equal(
        pd.DataFrame(first.drop(columns="geometry")), pd.DataFrame(turned.drop(columns="geometry"))
    )
    assert first.geometry.geom_equals(turned.geometry).all()


@pytest.mark.parametrize(
    "private",
    [
        area(90, 130, 0, 500, leisure="park", access="private", name="Victoria Park"),
        area(90, 120, 0, 50, leisure="park", foot="no"),
        point(90, 610, 10, amenity="cafe", access="private", name="Staff Canteen"),
        area(90, 300, 340, 50, leisure="pitch", access="members"),
        point(90, 800, 10, highway="bus_stop", name="Mill Road", disused="yes"),
    ],
)
def test_a_private_or_disused_feature_more_changes_nothing(private: Feature) -> None:
    before, after = build(*TOWN)[0], build(*TOWN, private)[0]

    pd.testing.assert_frame_equal(
        pd.DataFrame(before.drop(columns="geometry")), pd.DataFrame(after.drop(columns="geometry"))
    )


def test_names_in_a_file_stay_text() -> None:
    name = "{{ 7*7 }}</script>\u202e\x1b]8;;"
    assets = build(point(1, 5, 5, amenity="pub", name=name, website="javascript:alert(1)"))[0]

    assert assets["name"].tolist() == ["{{ 7*7 }}</script>]8;;"]
    assert assets["details"].tolist() == ["{}"]


def test_a_place_without_any_asset_gives_empty_tables() -> None:
    assets, points, aside, report = build(area(1, 0, 0, 10, building="house"))

    assert assets.empty
    assert points.empty
    assert aside.empty
    assert report["records"] == 0


# --- layers --------------------------------------------------------------------------------------


def greenspace() -> LayerRows:
    """Return four official sites: the park, a play space, a golf course, a school's field."""
    shapes = [
        shapely.box(EAST + 2, NORTH + 1, EAST + 121, NORTH + 119),
        shapely.box(EAST + 700, NORTH + 700, EAST + 720, NORTH + 720),
        shapely.box(EAST + 800, NORTH + 800, EAST + 900, NORTH + 900),
        shapely.box(EAST + 20, NORTH + 320, EAST + 60, NORTH + 360),
    ]
    rows = gpd.GeoDataFrame(
        {
            "id": ["S1", "S2", "S3", "S4"],
            "function": ["Public Park Or Garden", "Play Space", "Golf Course", "Playing Field"],
            "distinctive_name_1": ["", "", "The Links", ""],
        },
        geometry=shapes,
        crs=CRS,
    )
    declared = published(name=("distinctive_name_1",), easting=(), northing=(), crs=None)
    return LayerRows(declared, rows, "os_open_greenspace_sites")


def gates() -> LayerRows:
    rows = rows_of(
        {"id": "A1", "access_type": "Pedestrian", "site": "S1", "x": 60, "y": 0},
        {"id": "A2", "access_type": "Motor Vehicle", "site": "S1", "x": 0, "y": 60},
        {
            "id": "A3",
            "access_type": "Motor Vehicle And Pedestrian",
            "site": "S3",
            "x": 800,
            "y": 850,
        },
        {"id": "A4", "access_type": "Pedestrian", "site": "S2", "x": 700, "y": 710},
    )
    declared = published(
        name=(),
        keep={"access_type": ("Pedestrian", "Motor Vehicle And Pedestrian")},
        access_points_of="os_open_greenspace_sites",
        belongs_to=("site",),
    )
    return LayerRows(declared, rows, "os_open_greenspace_access_points")


def test_official_sites_are_joined_to_mapped_ones_or_added() -> None:
    assets, _, _, report = build(*TOWN, greenspace=greenspace())
    park = assets[assets["category"] == "park"].iloc[0]

    assert park["sources"] == "os_open_greenspace_sites,osm"
    assert park["area_m2"] == 14_400
    assert (assets["category"] == "play_space").sum() == 2
    assert report["layers"]["greenspace"] == {
        "rows": 4, "used": 2, "set_aside": 2, "inside": 1, "of_no_category": 1,
    }  # fmt: skip
    assert report["left_out"]["inside"] == {"sports_ground": 2}


def test_official_gates_lead_into_the_asset_that_their_site_became_part_of() -> None:
    _, points, _, report = build(*TOWN, greenspace=greenspace(), gates=gates())

    assert dict(zip(points["access_point_id"], points["asset_id"], strict=True)) == {
        "gates-A1": "osm-way-1",
        "gates-A4": "os_open_greenspace_sites-s2",
    }
    assert report["access_points"] == {"used": 2, "of_no_asset": 1}


def test_listed_stops_join_mapped_stops_by_their_code_and_add_those_not_mapped() -> None:
    rows = rows_of(
        {"id": "531A", "name": "Mill Rd", "StopType": "BCT", "x": 801, "y": 5},
        {"id": "531B", "name": "Quay", "StopType": "BCT", "x": 100, "y": 900},
    )
    pole = point(40, 795, 60, highway="bus_stop", name="Mill Road", naptan__AtcoCode="531a")
    assets = build(*TOWN, pole, stops=LayerRows(published(), rows, "naptan"))[0]
    stops = assets[assets["category"] == "bus_stop"].set_index("name")

    assert sorted(stops.index) == ["Mill Road", "Quay"]
    assert stops.loc["Mill Road", "sources"] == "naptan,osm"
    assert shapely.get_num_geometries(stops.loc["Mill Road", "geometry"]) == 3


def test_what_a_layer_lists_is_of_the_day_of_its_copy_and_else_of_its_declaration() -> None:
    rows = rows_of({"id": "531B", "name": "Quay", "StopType": "BCT", "x": 100, "y": 900})
    for day in (None, date(2026, 2, 1)):
        assets = build(*TOWN, stops=LayerRows(published(), rows, "naptan", day))[0]
        stop = assets.set_index("name").loc["Quay"]
        assert stop["date"] == (day or published().date).isoformat()


def test_a_councils_market_is_the_mapped_one_and_not_counted_twice() -> None:
    rows = rows_of(
        {"name": "Friday market", "x": 855, "y": 205, "days": "Fr"},
        {"name": "Farmers' Market", "x": 400, "y": 900, "days": "Sa"},
        {"name": "Lost Market"},
    )
    layer = LayerRows(council_list(details={"days": "days"}), rows)
    assets, _, aside, report = build(*TOWN, council_markets=layer)
    markets = assets[assets["category"] == "marketplace"].set_index("name")

    assert sorted(markets.index) == ["Farmers' Market", "Friday Market"]
    assert json.loads(markets.loc["Friday Market", "details"]) == {"days": "Fr"}
    assert markets.loc["Farmers' Market", "sources"] == "council_markets"
    assert aside[["layer", "row", "reason"]].to_numpy().tolist() == [
        ["council_markets", 4, "has no coordinates"]
    ]
    assert report["set_aside"] == 1


def test_a_row_that_two_files_of_one_table_hold_is_one_record() -> None:
    rows = rows_of({"id": "910A", "name": "Sampleton", "StopType": "RLY", "x": 300, "y": 900})
    layer = LayerRows(published(), rows, "naptan")
    assets = build(*TOWN, stops=layer, rail=layer)[0]
    station = assets[assets["category"] == "station"].iloc[0]

    assert len(json.loads(station["records"])) == 1


def test_the_order_of_rows_and_of_layers_changes_nothing() -> None:
    sites, access = greenspace(), gates()
    turned = LayerRows(sites.declaration, sites.rows.iloc[::-1].reset_index(drop=True), sites.table)
    first = build(*TOWN, greenspace=sites, gates=access)
    second = build(*TOWN, gates=access, greenspace=turned)

    for one, other in zip(first[:2], second[:2], strict=True):
        pd.testing.assert_frame_equal(
            pd.DataFrame(one.drop(columns="geometry")), pd.DataFrame(other.drop(columns="geometry"))
        )
    assert first[3] == second[3]
