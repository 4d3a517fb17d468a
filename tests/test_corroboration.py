"""Records that speak of one thing become one asset, and every record is kept in it."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.grouping import Link, grouped
from tests.made_features import EAST, NORTH
from tests.made_records import assets_of, n_assets, record, spot, square

# --- land ----------------------------------------------------------------------------------------


def test_a_playing_field_inside_a_park_is_part_of_it_whatever_its_name() -> None:
    found = assets_of(
        record(1, "park", square(0, 0), name="Belle Vue Park"),
        record(2, "park", square(10, 10, 20), name="Rose Garden"),
    )

    assert found["name"].tolist() == ["Belle Vue Park"]
    assert found["area_m2"].tolist() == [10_000]


def test_parts_of_a_park_on_both_sides_of_a_path_are_one_park() -> None:
    found = assets_of(
        record(1, "park", square(0, 0), name="The Dell"), record(2, "park", square(104, 0))
    )

    assert len(found) == 1
    assert found["area_m2"].tolist() == [20_000]
    assert found.geometry.geom_type.tolist() == ["MultiPolygon"]


def test_neighbouring_parks_of_two_names_are_two_even_through_a_nameless_strip() -> None:
    names = assets_of(
        record(1, "park", square(0, 0), name="North Park"),
        record(2, "park", square(100, 0), name=""),
        record(3, "park", square(200, 0), name="Hill Gardens"),
    )["name"]

    assert sorted(names) == ["Hill Gardens", "North Park"]


def test_neighbours_to_which_one_source_gives_two_names_are_two_and_two_sources_may_abridge() -> (
    None
):
    park = record(1, "park", square(0, 0), name="Tredegar Park")
    bowl = record(2, "park", square(100, 0), name="Tredegar Park Bowl")

    assert n_assets(park, bowl) == 2
    assert n_assets(park, bowl | {"source": "council", "record_id": "9"}) == 1


def test_an_area_repaired_into_pieces_keeps_its_areas_only() -> None:
    stray = shapely.LineString([(EAST, NORTH), (EAST - 50, NORTH)])
    found = assets_of(record(1, "park", shapely.GeometryCollection([square(0, 0), stray])))

    assert found.geometry.geom_type.tolist() == ["Polygon"]
    assert found["area_m2"].tolist() == [10_000]


def test_blocks_of_a_school_near_each_other_are_one_school_and_the_next_school_is_another() -> None:
    found = assets_of(
        record(1, "school", square(0, 0, 20)),
        record(2, "school", square(50, 0, 20)),
        record(3, "school", square(100, 0, 20), name="Dyffryn School"),
        record(4, "school", square(125, 0, 20), name="St Mary's School"),
    )

    assert sorted(found["name"]) == ["Dyffryn School", "St Mary's School"]
    assert sorted(len(json.loads(records)) for records in found["records"]) == [1, 3]


def test_small_nameless_land_is_left_out_and_small_named_land_is_not() -> None:
    found = assets_of(
        record(1, "park", square(0, 0, 30)),
        record(2, "park", square(500, 0, 30), name="Pocket Park"),
        record(3, "park", square(0, 500, 30), source="os_open_greenspace_sites"),
    )

    assert sorted(found["sources"]) == ["os_open_greenspace_sites", "osm"]


def test_the_bank_belongs_to_the_water_and_its_area_does_not() -> None:
    found = assets_of(record(1, "water", square(0, 0), name="Boating Lake"))

    assert found["area_m2"].tolist() == [10_000]
    assert found.geometry.area[0] == pytest.approx(10_000 + 4 * 100 * 25 + 3.14159 * 625, rel=0.01)


def test_a_river_does_not_name_the_coast_that_it_runs_into() -> None:
    coast = shapely.LineString([(EAST, NORTH), (EAST + 500, NORTH)])
    river = shapely.LineString([(EAST + 250, NORTH), (EAST + 250, NORTH + 500)])

    assert sorted(
        assets_of(record(1, "water", coast), record(2, "water", river, name="River Usk"))["name"]
    ) == ["", "River Usk"]


# --- buildings, streets and points ---------------------------------------------------------------


def test_a_point_in_its_own_building_is_one_asset_with_the_shape_of_the_building() -> None:
    found = assets_of(
        record(1, "pharmacy", square(0, 0, 10), record_id="way/1"),
        record(2, "pharmacy", spot(5, 5), record_id="node/2", name="Well Pharmacy"),
    )

    assert found["name"].tolist() == ["Well Pharmacy"]
    assert found.geometry.geom_type.tolist() == ["Polygon"]


def test_two_shops_in_one_building_and_two_empty_shops_side_by_side_stay_two() -> None:
    assert (
        n_assets(
            record(1, "food_shop", square(0, 0, 60), name="Asda"),
            record(2, "food_shop", spot(5, 5), name="Greggs"),
        )
        == 2
    )
    assert (
        n_assets(
            record(1, "vacant_shop", square(0, 0, 10)), record(2, "vacant_shop", square(10, 0, 10))
        )
        == 2
    )


def test_a_nameless_block_beside_a_surgery_is_part_of_it_and_beside_a_shop_it_is_not() -> None:
    for category, assets in (("doctors", 1), ("food_shop", 2)):
        named = record(1, category, square(0, 0, 10), name="The Corner")
        assert n_assets(named, record(2, category, spot(15, 5))) == assets


def test_benches_side_by_side_are_two_and_toilet_doors_side_by_side_are_one() -> None:
    assert n_assets(record(1, "bench", spot(0, 0)), record(2, "bench", spot(1, 0))) == 2
    assert n_assets(record(1, "toilets", spot(0, 0)), record(2, "toilets", spot(3, 0))) == 1


def test_stretches_of_a_street_of_one_name_are_one_street() -> None:
    one = shapely.LineString([(EAST, NORTH), (EAST + 50, NORTH)])
    two = shapely.LineString([(EAST + 50, NORTH), (EAST + 90, NORTH)])
    across = shapely.LineString([(EAST + 50, NORTH), (EAST + 50, NORTH + 90)])
    found = assets_of(
        record(1, "pedestrian_street", one, name="High Street"),
        record(2, "pedestrian_street", two, name="High Street"),
        record(3, "pedestrian_street", across, name="Corn Street"),
    )

    assert sorted(found["name"]) == ["Corn Street", "High Street"]


# --- sources -------------------------------------------------------------------------------------


def test_a_council_site_and_a_mapped_one_are_one_asset_drawn_as_mapped() -> None:
    found = assets_of(
        record(7, "park", square(0, 0), name="Victoria Park", date="2020-05-05"),
        record(1, "park", square(3, 2), source="os_open_greenspace_sites", name="Victoria Gardens"),
    )

    assert found["asset_id"].tolist() == ["osm-way-7"]
    assert found["sources"].tolist() == ["os_open_greenspace_sites,osm"]
    assert found["licences"].tolist() == ["ODbL-1.0,OGL-UK-3.0"]
    assert found["area_m2"].tolist() == [10_000]
    assert found["date"].tolist() == ["2024-01-01"]
    names = {entry["source"]: entry["name"] for entry in json.loads(found["records"][0])}
    assert names == {"osm": "Victoria Park", "os_open_greenspace_sites": "Victoria Gardens"}


def test_a_shared_border_does_not_make_one_asset_of_two_sources() -> None:
    assert (
        n_assets(
            record(1, "park", square(0, 0), name="North Park"),
            record(
                2, "park", square(99, 0), source="os_open_greenspace_sites", name="Hill Gardens"
            ),
        )
        == 2
    )


def test_a_register_point_inside_a_mapped_site_is_that_site() -> None:
    found = assets_of(
        record(1, "brownfield", square(0, 0), name="Foundry"),
        record(2, "brownfield", spot(50, 50), source="brownfield_land_register", name="12 Mill St"),
        record(3, "brownfield", spot(300, 50), source="brownfield_land_register", name="Depot"),
    )

    assert sorted(found["name"]) == ["Depot", "Foundry"]


@pytest.mark.parametrize(("apart", "assets"), [(25, 1), (35, 2)])
def test_a_listed_market_is_the_mapped_one_within_the_declared_distance(
    apart: float, assets: int
) -> None:
    assert (
        n_assets(
            record(1, "marketplace", spot(0, 0), name="City Market"),
            record(2, "marketplace", spot(apart, 0), source="markets", name="The City Market"),
        )
        == assets
    )


def test_what_was_said_first_stands_and_the_rest_is_added() -> None:
    found = assets_of(
        record(1, "marketplace", spot(0, 0), details={"opening_hours": "Fr"}, also="food_shop"),
        record(
            2, "marketplace", spot(5, 0), source="markets",
            details={"opening_hours": "Sa", "days": "2"},
        ),
    )  # fmt: skip

    assert json.loads(found["details"][0]) == {
        "opening_hours": "Fr",
        "days": "2",
        "also": "food_shop",
    }


def test_ids_that_differ_only_in_signs_make_two_asset_ids() -> None:
    found = assets_of(
        record(1, "brownfield", spot(0, 0), source="register", record_id="A/1", name="One"),
        record(2, "brownfield", spot(500, 0), source="register", record_id="A-1", name="Two"),
    )

    assert found["asset_id"].is_unique
    assert found["asset_id"].str.startswith("register-a-1-").all()


# --- laws ----------------------------------------------------------------------------------------

SOME = st.tuples(
    st.sampled_from(["park", "bus_stop", "pub", "toilets", "school"]),
    st.integers(0, 12),
    st.integers(0, 12),
    st.sampled_from(["", "Dell", "Dell Park", "Hill"]),
    st.sampled_from(["osm", "osm", "naptan", "markets"]),
    st.booleans(),
)


@given(st.lists(SOME, max_size=14), st.permutations(range(14)))
@settings(deadline=None, max_examples=80)
def test_the_order_of_records_changes_nothing_and_none_is_lost(
    rows: list[tuple[str, int, int, str, str, bool]], order: list[int]
) -> None:
    records = [
        record(
            number, category, square(x * 15, y * 15, 40) if is_area else spot(x * 15, y * 15),
            name=name, source=source,
        )
        for number, (category, x, y, name, source, is_area) in enumerate(rows)
    ]  # fmt: skip
    if not records:
        return
    first = assets_of(*records)
    turned = assets_of(*(records[n] for n in order if n < len(records)))

    columns = [column for column in first.columns if column != "geometry"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(first[columns]), pd.DataFrame(turned[columns]), check_like=False
    )
    assert shapely.equals_exact(first.geometry.to_numpy(), turned.geometry.to_numpy()).all()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(0, 9)), max_size=20))
def test_groups_do_not_depend_on_the_order_of_links(links: list[tuple[int, int, float]]) -> None:
    made = [Link(1, apart, min(a, b), max(a, b)) for a, b, apart in links if a != b]

    def may_join(ours: list[int], theirs: list[int]) -> bool:
        return len(ours) + len(theirs) <= 3

    labels = grouped(10, made, may_join).labels()
    assert labels == grouped(10, reversed(made), may_join).labels()
    assert max(labels.count(label) for label in labels) <= 3
