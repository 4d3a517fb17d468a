"""One walks into an asset where there is a way in, and nowhere else."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from pipeline import contracts, tables
from pipeline.entrances import find_entrances
from pipeline.network import build_network
from tests.towns import CROSSROADS, CRS, STUDY, Way, assets, features, rules, streets

TREE = ("node/999", {"natural": "tree"}, shapely.Point(0, 9))
PATH = {"highway": "footway"}
# North-east of the crossroads: its south side lies 20 m from the Long Street.
PARK = shapely.box(100, 20, 300, 220)
# From the Long Street north through the park and on to the High Street.
THROUGH: Way = ([(10, 200, 0), (11, 200, 20), (12, 200, 220), (13, 200, 300), (16, 0, 300)], PATH)
LONG_STREET: Way = (
    [(2, -500, 0), (1, 0, 0), (10, 200, 0), (3, 500, 0)],
    {"highway": "residential", "name": "Long Street"},
)
HIGH_STREET: Way = (
    [(4, 0, -500), (1, 0, 0), (16, 0, 300), (5, 0, 500)],
    {"highway": "residential", "name": "High Street"},
)
NO_POINTS = gpd.GeoDataFrame({"access_point_id": [], "asset_id": []}, geometry=[], crs=CRS).astype(
    {"access_point_id": "str", "asset_id": "str"}
)

Feature = tuple[str, dict[str, str], shapely.Geometry]


def gate(number: int, x: float, y: float, **tags: str) -> Feature:
    return (f"node/{number}", {"barrier": "gate"} | tags, shapely.Point(x, y))


def door(number: int, x: float, y: float, value: str = "main") -> Feature:
    return (f"node/{number}", {"entrance": value}, shapely.Point(x, y))


def official(*points: tuple[str, float, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"access_point_id": [f"gate/{n}" for n in range(len(points))],
         "asset_id": [p[0] for p in points]},
        geometry=[shapely.Point(p[1:]) for p in points], crs=CRS,
    )  # fmt: skip


def found(
    shape: shapely.Geometry,
    *marks: Feature,
    paths: tuple[Way, ...] = (),
    walk_in: str = "boundary",
    points: gpd.GeoDataFrame = NO_POINTS,
) -> gpd.GeoDataFrame:
    """Find the entrances of one asset beside the crossroads."""
    mapped = features(TREE, *marks)
    network, _ = build_network(streets(LONG_STREET, HIGH_STREET, *paths), mapped, STUDY.snapping)
    table, _ = find_entrances(
        assets(("a", "park", shape)), points, mapped, network, {"park": rules(walk_in)},
        STUDY.snapping,
    )  # fmt: skip
    contracts.check(table, tables.ENTRANCES, "entrances")
    return table


def ways_in(table: gpd.GeoDataFrame) -> list[tuple[str, float, float]]:
    return [
        (way_in, round(point.x, 3), round(point.y, 3))
        for way_in, point in zip(table["way_in"], table.geometry, strict=True)
    ]


def test_a_mapped_gate_is_the_way_in_and_paths_elsewhere_are_not() -> None:
    table = found(PARK, gate(50, 100, 100), paths=(THROUGH,))
    assert ways_in(table) == [("gate", 100, 100)]
    # 100 m west of it runs the High Street: exactly at the cap.
    assert table["snap_dm"].tolist() == [1000]


def test_a_gate_counts_up_to_two_metres_from_the_boundary() -> None:
    assert ways_in(found(PARK, gate(50, 150, 18))) == [("gate", 150, 18)]
    assert ways_in(found(PARK, gate(50, 150, 17.9)))[0][0] == "nearest_edge"


@pytest.mark.parametrize("barrier", ["kissing_gate", "stile", "cycle_barrier", "entrance"])
def test_every_kind_of_gate_that_people_pass_counts(barrier: str) -> None:
    assert ways_in(found(PARK, gate(50, 150, 20, barrier=barrier))) == [("gate", 150, 20)]


@pytest.mark.parametrize("tags", [{"barrier": "bollard"}, {"barrier": "wall"}])
def test_a_barrier_that_is_no_gate_is_no_way_in(tags: dict[str, str]) -> None:
    assert ways_in(found(PARK, gate(50, 150, 20, **tags)))[0][0] == "nearest_edge"


def test_an_official_access_point_stands_beside_mapped_gates() -> None:
    table = found(PARK, gate(50, 150, 20), points=official(("a", 250, 21), ("other", 260, 20)))
    assert ways_in(table) == [("gate", 150, 20), ("access_point", 250, 21)]


def test_without_gates_one_walks_in_where_paths_cross_the_boundary() -> None:
    assert ways_in(found(PARK, paths=(THROUGH,))) == [
        ("crossing", 200, 20), ("crossing", 200, 220),
    ]  # fmt: skip


SHUT = [{"locked": "yes"}, {"access": "private"}, {"access": "no"}, {"foot": "no"}]


@pytest.mark.parametrize("tags", SHUT)
def test_a_shut_gate_is_no_way_in_even_where_a_path_leads_through_it(tags: dict[str, str]) -> None:
    # Node 11, where the path enters from the south, is the gate.
    table = found(PARK, gate(11, 200, 20, **tags), paths=(THROUGH,))
    assert ways_in(table) == [("crossing", 200, 220)]


def test_a_park_with_a_shut_gate_only_is_walked_to_along_another_street() -> None:
    # The path from the street ends at the gate; it comes nearest, and leads nowhere.
    dead_end: Way = (THROUGH[0][:2], PATH)
    [(way_in, x, y)] = ways_in(found(PARK, gate(11, 200, 20, locked="yes"), paths=(dead_end,)))
    assert (way_in, y) == ("nearest_edge", 20)
    assert abs(x - 200) > 3


def test_beside_a_shut_gate_the_open_one_is_used() -> None:
    table = found(PARK, gate(11, 200, 20, locked="yes"), gate(12, 200, 220), paths=(THROUGH,))
    assert ways_in(table) == [("gate", 200, 220)]


@pytest.mark.parametrize("tags", [{"bridge": "yes"}, {"tunnel": "yes"}, {"tunnel": "culvert"}])
def test_what_passes_over_or_under_the_boundary_does_not_cross_it(tags: dict[str, str]) -> None:
    over: Way = (THROUGH[0], PATH | tags)
    table = found(PARK, paths=(over,))
    assert [row[0] for row in ways_in(table)] == ["nearest_edge"]
    assert table["snap_dm"].tolist() == [200]  # from the Long Street, not from the bridge


def test_a_path_that_ends_on_the_boundary_leads_in() -> None:
    ending: Way = (THROUGH[0][:2], PATH)
    assert ways_in(found(PARK, paths=(ending,))) == [("crossing", 200, 20)]


def test_along_a_street_on_the_boundary_one_walks_in_anywhere() -> None:
    beside: Way = ([(10, 200, 0), (14, 200, 20), (15, 300, 20)], PATH)
    table = found(PARK, paths=(beside,))
    # Ends and every 50 m of the 100 m they share.
    assert ways_in(table) == [("crossing", x, 20) for x in (200, 250, 300)]


def test_each_part_of_an_asset_in_two_parts_has_its_ways_in() -> None:
    parts = shapely.union_all([shapely.box(150, 20, 250, 80), shapely.box(150, 120, 250, 200)])
    table = found(parts, paths=(THROUGH,))
    assert ways_in(table) == [("crossing", 200, y) for y in (20, 80, 120, 200)]


def test_a_hole_is_no_boundary() -> None:
    pond = shapely.box(150, 80, 250, 160)
    table = found(shapely.difference(PARK, pond), paths=(THROUGH,))
    assert ways_in(table) == [("crossing", 200, 20), ("crossing", 200, 220)]


def test_without_any_way_in_the_nearest_street_is_the_way_in() -> None:
    table = found(shapely.box(100, 20, 300, 120))
    [(way_in, _, y)] = ways_in(table)
    assert (way_in, y) == ("nearest_edge", 20)
    assert table["snap_dm"].tolist() == [200]


def test_an_asset_that_no_street_comes_near_is_unreachable() -> None:
    table = found(shapely.box(201, 201, 400, 400))
    assert table[["state", "edge_id", "snap_dm"]].to_numpy().tolist() == [["unreachable", -1, 0]]
    # Just within the cap of 100 m it is not.
    assert found(shapely.box(99, 99, 400, 400))["snap_dm"].tolist() == [990]


def test_a_gate_that_no_street_comes_near_leaves_the_other_ways_in() -> None:
    table = found(PARK, gate(50, 300, 150), paths=((THROUGH[0][:2], PATH),))
    assert ways_in(table)[0] == ("crossing", 200, 20)


def test_a_scrap_of_path_is_no_way_in() -> None:
    scrap: Way = ([(80, 200, 200), (81, 200, 240)], PATH)
    assert ways_in(found(PARK, paths=(scrap,)))[0][0] == "nearest_edge"


def test_one_walks_into_a_building_by_its_door() -> None:
    hall = shapely.box(20, 20, 60, 40)
    table = found(hall, door(60, 60, 30), walk_in="building")
    assert ways_in(table) == [("entrance", 60, 30)]
    assert table["snap_dm"].tolist() == [300]


@pytest.mark.parametrize("value", ["no", "emergency", "exit", "service", "garage"])
def test_a_door_that_is_not_for_visitors_does_not_count(value: str) -> None:
    table = found(shapely.box(20, 20, 60, 40), door(60, 60, 30, value), walk_in="building")
    assert [row[0] for row in ways_in(table)] == ["nearest_edge"]


def test_one_walks_into_a_building_without_doors_from_the_nearest_street() -> None:
    table = found(shapely.box(15, 40, 60, 60), walk_in="building")
    assert ways_in(table)[0][:2] == ("nearest_edge", 15)
    assert table["snap_dm"].tolist() == [150]


def test_a_way_through_a_building_is_no_door() -> None:
    table = found(shapely.box(150, 20, 250, 80), paths=(THROUGH,), walk_in="building")
    assert [row[0] for row in ways_in(table)] == ["nearest_edge"]


@pytest.mark.parametrize("walk_in", ["point", "boundary", "building"])
def test_one_walks_to_a_point_whatever_its_category(walk_in: str) -> None:
    table = found(shapely.Point(200, 30), walk_in=walk_in)
    assert ways_in(table) == [("itself", 200, 30)]
    assert table["snap_dm"].tolist() == [300]


def test_the_two_sides_of_a_stop_are_two_ways_to_one_asset() -> None:
    table = found(shapely.MultiPoint([(200, 8), (240, -8)]), walk_in="point")
    assert ways_in(table) == [("itself", 200, 8), ("itself", 240, -8)]
    assert set(table["asset_id"]) == {"a"}


def test_onto_a_pedestrian_street_one_steps_anywhere() -> None:
    # The Long Street from the crossroads to node 10: 200 m.
    table = found(shapely.LineString([(0, 0), (200, 0)]), walk_in="street")
    assert ways_in(table) == [("along", x, 0) for x in (0, 50, 100, 150, 200)]
    assert table["snap_dm"].tolist() == [0] * 5


def test_to_a_shore_one_walks_where_a_path_runs_within_its_banks() -> None:
    banks = shapely.buffer(shapely.LineString([(100, 30), (300, 30)]), 30, cap_style="flat")
    table = found(banks, walk_in="shore")
    assert ways_in(table) == [("along", x, 0) for x in (100, 150, 200, 250, 300)]


def test_the_middle_of_an_area_is_never_where_one_walks_to() -> None:
    # A ring of park around a lake: the middle lies in the water, the ways in lie on the rim.
    ring = shapely.difference(
        shapely.Point(200, 150).buffer(120), shapely.Point(200, 150).buffer(90)
    )
    for walk_in in ("boundary", "building", "street", "shore"):
        for point in found(ring, walk_in=walk_in).geometry:
            assert point.distance(shapely.Point(200, 150)) > 80


def test_two_points_in_one_square_metre_are_one() -> None:
    table = found(PARK, gate(50, 150, 20), gate(51, 150.2, 20), gate(52, 152, 20))
    assert ways_in(table) == [("gate", 150, 20), ("gate", 152, 20)]


def test_a_district_without_assets_has_no_entrances() -> None:
    network, _ = build_network(streets(*CROSSROADS), features(TREE), STUDY.snapping)
    none = assets(("a", "park", PARK)).iloc[:0]
    table, report = find_entrances(
        none, NO_POINTS, features(TREE), network, {"park": rules()}, STUDY.snapping
    )
    contracts.check(table, tables.ENTRANCES, "entrances")
    assert (len(table), report["entrances"]) == (0, 0)


def test_where_every_street_is_a_scrap_every_asset_is_out_of_reach() -> None:
    network, _ = build_network(
        streets(([(1, 0, 0), (2, 300, 0)], PATH)), features(TREE), STUDY.snapping
    )
    table, report = find_entrances(
        assets(("a", "park", PARK)), NO_POINTS, features(TREE), network, {"park": rules()},
        STUDY.snapping,
    )  # fmt: skip
    assert table["state"].tolist() == ["unreachable"]
    assert report["assets_out_of_reach_by_category"] == {"park": 1}


def test_the_order_of_rows_does_not_matter() -> None:
    marks = [gate(50, 150, 20), gate(51, 150.3, 20), gate(52, 100, 60), door(53, 30, 30)]
    mapped = features(TREE, *marks)
    network, _ = build_network(streets(LONG_STREET, HIGH_STREET, THROUGH), mapped, STUDY.snapping)
    things = assets(
        ("a", "park", PARK), ("b", "park", shapely.box(310, 20, 400, 80)),
        ("c", "park", shapely.box(20, 20, 30, 40)), ("d", "park", shapely.Point(5, 5)),
    )  # fmt: skip
    points = official(("a", 250, 20), ("a", 250.3, 20))
    several = {"park": rules()}
    there, _ = find_entrances(things, points, mapped, network, several, STUDY.snapping)
    back, _ = find_entrances(
        things[::-1], points[::-1], mapped[::-1], network[::-1], several, STUDY.snapping
    )
    assert back.equals(there)
