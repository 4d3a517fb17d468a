"""Rows of official layers become records, or say why they do not; none is lost."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import CouncilLayer, RecordsTable
from pipeline.errors import ChoiceIsNotAllowed, PlaceIsElsewhere, TableBreaksItsContract
from pipeline.records import LayerRecords, LayerRows, read_layer
from tests.made_features import (
    CRS,
    EAST,
    NORTH,
    OUTLINE,
    RULES,
    council_list,
    published,
    rows_of,
)

STOPS = {"id": ("ATCOCode",), "name": ("CommonName",), "keep": {"Status": ("active", "act")}}


def read(
    rows: pd.DataFrame, declared: RecordsTable | CouncilLayer, table: str | None = None
) -> LayerRecords:
    found = read_layer("layer", LayerRows(declared, rows, table), RULES, CRS, OUTLINE)
    numbers = sorted([*found.records["row"], *found.quarantine["row"]])
    assert numbers == sorted(rows.index + (rows.index.min() == 0))
    assert (found.quarantine["reason"] != "").all()
    return found


def kinds(found: LayerRecords) -> dict[str, int]:
    return {str(kind): n for kind, n in found.quarantine["kind"].value_counts().items()}


def reasons(found: LayerRecords) -> dict[int, str]:
    return dict(zip(found.quarantine["row"], found.quarantine["reason"], strict=True))


def test_stops_are_told_apart_by_their_type() -> None:
    rows = rows_of(
        {"ATCOCode": "5310A", "CommonName": "Dell", "StopType": "BCT", "Status": "active",
         "x": 10, "y": 20},
        {"ATCOCode": "9100B", "CommonName": "Sampleton", "StopType": "RLY", "Status": "act",
         "x": 30, "y": 40},
        {"ATCOCode": "9400C", "CommonName": "Quay", "StopType": "TMU", "Status": "active",
         "x": 50, "y": 60},
        {"ATCOCode": "5310D", "CommonName": "Rank", "StopType": "TXR", "Status": "active",
         "x": 70, "y": 80},
        {"ATCOCode": "5310E", "CommonName": "Gone", "StopType": "BCT", "Status": "inactive",
         "x": 90, "y": 90},
    )  # fmt: skip
    found = read(rows, published(**STOPS), table="naptan")

    assert dict(zip(found.records["record_id"], found.records["category"], strict=True)) == {
        "5310A": "bus_stop",
        "9100B": "station",
        "9400C": "tram_stop",
    }
    assert found.records.geometry[0].equals(shapely.Point(EAST + 10, NORTH + 20))
    assert reasons(found) == {
        5: "is of a kind that no category asks for",
        6: "has the Status ‘inactive’, not ‘active’, ‘act’",
    }


def test_places_come_from_grid_coordinates_and_else_from_longitude_and_latitude() -> None:
    rows = rows_of(
        {"id": "grid", "x": 10, "y": 10, "lon": "0", "lat": "0"},
        {"id": "degrees", "lon": "-2.99", "lat": "51.59"},
        {"id": "neither"},
    )
    declared = published(longitude=("lon",), latitude=("lat",), name=())
    wide = OUTLINE.buffer(5000)
    layer = LayerRows(declared, rows.assign(StopType="BCT"), "naptan")
    found = read_layer("stops", layer, RULES, CRS, wide)

    assert sorted(found.records["record_id"]) == ["degrees", "grid"]
    assert reasons(found) == {4: "has no coordinates"}


def test_each_row_of_a_register_may_say_its_own_system() -> None:
    lon, lat = (
        gpd.GeoSeries([shapely.Point(EAST + 5, NORTH + 5)], crs=CRS).to_crs(4326)[0].coords[0]
    )
    rows = rows_of(
        {"id": "1", "X": lon, "Y": lat, "System": "WGS84"},
        {"id": "2", "X": EAST + 6, "Y": NORTH + 6, "System": "OSGB36"},
        {"id": "3", "X": lon, "Y": lat, "System": ""},
        {"id": "4", "X": "447560", "Y": "130729", "System": "WGS84"},
        {"id": "5", "X": "not-a-geox", "Y": "139531", "System": "WGS84"},
        {"id": "6", "X": lon, "Y": lat, "System": "Mars"},
        {"id": "7", "X": lat, "Y": lon, "System": "WGS84"},
    )
    declared = published(
        name=(), easting=(), northing=(), longitude=("X",), latitude=("Y",),
        crs_column=("System",),
    )  # fmt: skip
    found = read(rows, declared, table="brownfield_land_register")

    assert found.records["record_id"].tolist() == ["1", "2", "3"]
    assert reasons(found) == {
        5: "447560, 130729 are not degrees, and the row says they are",
        6: "‘not-a-geox’, ‘139531’ are not two numbers",
        7: "says that it is in ‘Mars’ its coordinates are; known are WGS84, ETRS89, OSGB36",
        8: "has its two coordinates changed about",
    }


def test_metres_called_degrees_are_used_where_they_lie_in_the_district_as_metres() -> None:
    rows = rows_of(
        {"id": "1", "X": EAST + 6, "Y": NORTH + 6, "System": "WGS84"},
        {"id": "2", "X": EAST + 90_006, "Y": NORTH + 6, "System": "WGS84"},
        {"id": "3", "X": NORTH + 6, "Y": EAST + 6, "System": "WGS84"},
    )
    declared = published(
        name=(), easting=(), northing=(), longitude=("X",), latitude=("Y",),
        crs_column=("System",),
    )  # fmt: skip
    found = read(rows, declared, table="brownfield_land_register")

    assert found.records.geometry.tolist() == [shapely.Point(EAST + 6, NORTH + 6)]
    assert found.put_right == 1
    assert set(reasons(found)) == {3, 4}


def test_shapes_written_as_text_are_drawn_and_the_first_column_that_is_filled_counts() -> None:
    lon, lat = (
        gpd.GeoSeries([shapely.Point(EAST + 5, NORTH + 5)], crs=CRS).to_crs(4326)[0].coords[0]
    )
    spot, d = f"POINT ({lon} {lat})", 0.0001
    bowtie = (
        f"MULTIPOLYGON (((({lon} {lat}, {lon + d} {lat + d}, {lon + d} {lat}, {lon} {lat + d}, "
        f"{lon} {lat}))))".replace("((((", "(((").replace("))))", ")))")
    )
    rows = rows_of(
        {"id": "drawn", "shape": bowtie, "point": spot},
        {"id": "point", "shape": "", "point": spot},
        {"id": "none", "shape": "", "point": ""},
        {"id": "cut", "shape": bowtie[:40], "point": spot},
        {"id": "metres", "shape": f"POINT ({EAST} {NORTH})", "point": ""},
        {"id": "empty", "shape": "POLYGON EMPTY", "point": ""},
    )
    declared = published(geometry=("shape", "point"), name=())
    found = read(rows, declared, table="brownfield_land_register")

    assert found.records["record_id"].tolist() == ["drawn", "point"]
    assert found.records.geometry.is_valid.all()
    assert found.records.geometry.area[0] > 10
    assert reasons(found) == {
        4: "has no coordinates",
        5: "has a shape that cannot be read as well-known text",
        6: "has a shape that is not in degrees, and is said to be",
        7: "has no shape that can be drawn",
    }


def test_rows_without_an_id_and_rows_with_the_same_id_are_set_aside() -> None:
    rows = rows_of(
        {"id": "A", "x": 500, "y": 5},
        {"id": "A", "x": 100, "y": 5},
        {"id": "", "x": 200, "y": 5},
    )
    found = read(rows, published(name=()), table="brownfield_land_register")

    assert found.records.geometry.x.tolist() == [EAST + 100]
    assert reasons(found) == {2: "has an id that stands here more than once", 4: "has no id"}


def test_rows_whose_leaving_date_is_filled_are_not_asked_for() -> None:
    rows = rows_of(
        {"id": "A", "x": 1, "y": 5, "EndDate": ""},
        {"id": "B", "x": 2, "y": 5, "EndDate": "2020-01-01"},
    )
    found = read(rows, published(leave_out=("EndDate",), name=()), "brownfield_land_register")

    assert found.records["record_id"].tolist() == ["A"]
    assert reasons(found) == {3: "has the EndDate ‘2020-01-01’, so it is no longer listed"}


def test_a_national_list_may_lie_elsewhere_and_is_counted() -> None:
    rows = rows_of({"id": "far", "x": 90_000, "y": 5})
    found = read(rows, published(name=()), table="brownfield_land_register")

    assert kinds(found) == {"elsewhere": 1}
    assert found.records.empty


def test_a_councils_own_list_that_lies_elsewhere_stops_the_run() -> None:
    rows = rows_of({"name": "Far Market", "x": 90_000, "y": 5})

    with pytest.raises(PlaceIsElsewhere, match=r"^layers\.layer: none of its 1 places"):
        read(rows, council_list())


def test_a_council_list_without_ids_is_numbered_by_what_its_rows_say() -> None:
    one = {"name": "Friday Market", "x": 10, "y": 10, "days": "Fr"}
    other = {"name": "Friday Market", "x": 600, "y": 10, "days": "Fr"}
    ids = read(rows_of(one, other), council_list()).records["record_id"].tolist()

    assert len(set(ids)) == 2
    assert all(record_id.startswith("friday-market-") for record_id in ids)
    assert read(rows_of(other, one), council_list()).records["record_id"].tolist() == ids


def test_details_are_plain_and_hold_nothing_personal() -> None:
    rows = rows_of(
        {
            "name": "Market",
            "x": 1,
            "y": 1,
            "web": "http://a.example",
            "tel": "01633",
            "d": "Mo\u202e",
        },
        {"name": "Fair", "x": 2, "y": 1, "web": "https://b.example", "tel": "", "d": ""},
    )
    declared = council_list(details={"website": "web", "phone": "tel", "days": "d"})
    found = read(rows, declared).records.set_index("name")["details"]

    assert found["Market"] == {"days": "Mo"}
    assert found["Fair"] == {"website": "https://b.example"}


def test_a_category_that_there_is_not_stops_the_run_and_is_named() -> None:
    rows = rows_of({"name": "X", "x": 1, "y": 1})

    with pytest.raises(ChoiceIsNotAllowed, match=r"layers\.layer\.category: ‘funfair’ is no cat"):
        read(rows, council_list(category="funfair"))


def test_a_missing_column_stops_the_run_and_says_what_there_is() -> None:
    rows = rows_of({"name": "X", "x": 1, "y": 1})

    with pytest.raises(TableBreaksItsContract, match=r"‘id’ \(id\); the file has .*‘name’"):
        read(rows, published())


def test_a_list_that_does_not_say_where_its_places_are_stops_the_run() -> None:
    rows = rows_of({"name": "X"})

    with pytest.raises(ChoiceIsNotAllowed, match="neither `easting` and `northing` nor"):
        read(rows, council_list(easting=None, northing=None, crs=None))


def test_drawn_shapes_are_made_valid_and_moved_to_metres() -> None:
    bowtie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    drawn = shapely.affinity.translate(bowtie, EAST, NORTH)
    rows = gpd.GeoDataFrame({"id": ["A"], "function": ["Play Space"]}, geometry=[drawn], crs=CRS)
    declared = published(easting=(), northing=(), crs=None, name=())
    found = read(rows.to_crs(4326), declared, table="os_open_greenspace_sites")

    assert found.records["category"].tolist() == ["play_space"]
    assert found.records.geometry.is_valid.all()
    assert found.records.geometry.area[0] == pytest.approx(50, rel=0.01)


def test_a_name_that_a_shapefile_has_cut_to_ten_letters_is_found_if_only_one_can_be_meant() -> None:
    cut = rows_of({"Allotment_": "Dell", "x": 1, "y": 1})
    declared = council_list(name="Allotment_Name", category="allotments")
    assert read(cut, declared).records["name"].tolist() == ["Dell"]

    two = cut.assign(Allotmen_1="7")
    with pytest.raises(TableBreaksItsContract, match=r"‘Allotment_’, ‘Allotmen_1’, whose names"):
        read(two, declared)


def test_columns_are_found_whatever_their_case_and_spaces() -> None:
    rows = rows_of({"id": "A", "name": "N", "x": 1, "y": 1})
    renamed = rows.set_axis(["\ufeffID ", "na_me", "Easting", "NORTHING"], axis=1)
    found = read(renamed, published(), table="brownfield_land_register")

    assert found.records["name"].tolist() == ["N"]


ROWS = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["a", "b", "c", "", "d"]),
        "easting": st.sampled_from(["331010", "331,900", "12", "", "NaN", "inf", "east"]),
        "northing": st.sampled_from(["188010", "188900", "-5", "", "1e999"]),
        "Status": st.sampled_from(["active", "gone", ""]),
        "StopType": st.sampled_from(["BCT", "TXR", ""]),
    }
)


@given(st.lists(ROWS, min_size=1, max_size=12))
@settings(deadline=None, max_examples=150)
def test_no_row_is_lost_and_the_order_of_rows_does_not_matter(rows: list[dict[str, str]]) -> None:
    declared = published(name=(), keep={"Status": "active"})
    frame = pd.DataFrame(rows, dtype="str")
    found = read(frame, declared, table="naptan")
    turned = read(frame.iloc[::-1].reset_index(drop=True), declared, table="naptan")

    assert kinds(found) == kinds(turned)
    pd.testing.assert_frame_equal(
        pd.DataFrame(found.records.drop(columns=["geometry", "row"])),
        pd.DataFrame(turned.records.drop(columns=["geometry", "row"])),
    )
    assert found.records.geometry.geom_equals(turned.records.geometry).all()
