"""People are placed where they live, and none of them is lost or made up."""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pipeline import contracts, tables
from pipeline.errors import SourceIsEmpty
from pipeline.homes import build_homes, conserved_shares
from pipeline.network import build_network
from tests.towns import CROSSROADS, CRS, STUDY, covered, features, neighbourhoods, streets

Row = tuple[str, dict[str, str], shapely.Geometry]
NETWORK, _ = build_network(
    streets(*CROSSROADS),
    features(("node/999", {"natural": "tree"}, shapely.Point(0, 9))),
    STUDY.snapping,
)
# West and east of the High Street, which runs along x = 0.
WEST, EAST = shapely.box(-500, -500, 0, 500), shapely.box(0, -500, 500, 500)


def both() -> gpd.GeoDataFrame:
    return neighbourhoods(("E1", WEST, 100), ("E2", EAST, 50), households=3)


def house(number: int, x: float, y: float, side: float = 10, **tags: str) -> Row:
    """Draw a square building around a point."""
    named = {key.replace("__", ":"): value for key, value in ({"building": "house"} | tags).items()}
    half = side / 2
    return (f"way/{number}", named, shapely.box(x - half, y - half, x + half, y + half))


def built(
    *rows: Row,
    areas: gpd.GeoDataFrame | None = None,
    coverage: gpd.GeoDataFrame | None = None,
    census: gpd.GeoDataFrame | None = None,
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Build the homes of two neighbourhoods in which one building is enough."""
    areas = both() if areas is None else areas
    coverage = covered(areas) if coverage is None else coverage
    homes, report = build_homes(
        areas, coverage, features(*rows), NETWORK, STUDY.dwellings, STUDY.snapping, census
    )
    contracts.check(homes, tables.HOMES, "homes")
    return homes.set_index("home_id"), report


def census_points(*rows: tuple[str, float, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"id": [r[0] for r in rows]}, geometry=[shapely.Point(r[1:]) for r in rows], crs=CRS
    )


def test_people_are_shared_out_by_floor_area_times_storeys() -> None:
    # 100 m² × 2 storeys, 100 m² × 6, 200 m² × 1: 200, 600 and 200 of 1,000 m².
    homes, _ = built(
        house(1, -100, 20),
        house(2, -200, 20, building="apartments", building__levels="6"),
        house(3, -300, 20, side=math.sqrt(200), building="bungalow"),
        house(4, 100, 20),
        house(5, 200, 20),
    )
    assert homes["people"].round(9).to_dict() == {
        "way/1": 20, "way/2": 60, "way/3": 20, "way/4": 25, "way/5": 25,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("levels", "storeys"), [("3", 3), ("2.5", 2.5), ("", 2), ("0", 2), ("-1", 2), ("nan", 2),
                            ("inf", 2), ("61", 2), ("two", 2)]
)  # fmt: skip
def test_storeys_are_believed_only_when_they_are_a_sensible_number(
    levels: str, storeys: float
) -> None:
    homes, _ = built(house(1, -100, 20, building__levels=levels), house(2, 100, 20))
    assert homes.loc["way/1", "floor_m2"] == pytest.approx(100 * storeys)


@given(
    st.integers(0, 10_000),
    st.lists(st.floats(0.001, 1e6), min_size=1, max_size=60),
)
def test_shares_add_up_to_the_total_to_the_last_digit(total: int, weights: list[float]) -> None:
    shares = conserved_shares(float(total), np.array(weights))
    assert math.fsum(shares) == total
    assert (shares >= 0).all()


def test_every_neighbourhood_keeps_exactly_its_people() -> None:
    rows = [house(n, -490 + 7 * n, 20, side=5.1 + n / 100) for n in range(1, 65)]
    rows += [house(100 + n, 9 * n, -20, side=5.1 + n / 77) for n in range(1, 50)]
    areas = neighbourhoods(("E1", WEST, 1237), ("E2", EAST, 771), households=3)
    homes, report = built(*rows, areas=areas)
    for code, people in (("E1", 1237), ("E2", 771)):
        assert math.fsum(homes["people"][homes["neighbourhood_id"] == code]) == people
    assert report["people"] == 1237 + 771
    assert report["people_without_homes"] == 0


def test_children_follow_people_and_every_neighbourhood_keeps_exactly_its_children() -> None:
    rows = [house(n, -490 + 7 * n, 20, side=5.1 + n / 100) for n in range(1, 65)]
    rows += [house(100 + n, 9 * n, -20, side=5.1 + n / 77) for n in range(1, 50)]
    areas = neighbourhoods(("E1", WEST, 1237), ("E2", EAST, 771), households=3)
    areas["children"] = [211.0, 163.0]
    homes, report = built(*rows, areas=areas)
    for code, people, children in (("E1", 1237, 211), ("E2", 771, 163)):
        held = homes[homes["neighbourhood_id"] == code]
        assert math.fsum(held["children"]) == children
        assert math.fsum(held["people"]) == people
        assert held["children"].to_numpy() * people == pytest.approx(
            held["people"].to_numpy() * children
        )
    assert (report["children"], report["children_without_homes"]) == (211 + 163, 0)


def test_people_are_the_same_whether_or_not_children_are_counted() -> None:
    rows = [house(n, -480 + 19 * n, 20, side=5.1 + n / 10) for n in range(1, 50)]
    without, report = built(*rows)
    assert without["children"].isna().all()
    areas = both().assign(children=[30.0, 9.0])
    with_them, other = built(*rows, areas=areas)
    assert with_them.drop(columns="children").equals(without.drop(columns="children"))
    assert other == report | {"children": 39.0, "children_without_homes": 0.0}


def test_where_nobody_has_counted_children_they_are_missing_not_none() -> None:
    areas = both().assign(children=[math.nan, 0.0])
    homes, report = built(house(1, -100, 20), house(2, 100, 20), areas=areas)
    assert math.isnan(homes.loc["way/1", "children"])
    assert homes.loc["way/2", "children"] == 0
    assert report["children"] == 0


def test_children_start_from_census_points_and_without_homes_are_counted() -> None:
    areas = both().assign(children=[30.0, 9.0])
    rows = [house(2, 100, 20)]
    homes, _ = built(*rows, areas=areas, census=census_points(("a", -100, 50), ("b", -200, 50)))
    assert homes["children"].to_dict() == {"way/2": 9, "census/a": 15, "census/b": 15}
    _, report = built(*rows, areas=areas)
    assert (report["children"], report["children_without_homes"]) == (9, 30)


NOT_HOMES = {
    "a garage": house(9, -50, 20, building="garage"),
    "a row of garages": house(9, -50, 20, building="garages"),
    "a shed": house(9, -50, 20, building="shed"),
    "a church": house(9, -50, 20, building="church"),
    "a house smaller than any": house(9, -50, 20, side=4.9),
    "a plain building that is a shop": house(9, -50, 20, building="yes", shop="bakery"),
    "a plain building of great size": house(9, -50, 20, side=20.1, building="yes"),
    "a part of a building": ("way/9", {"building:part": "yes"}, shapely.box(-55, 15, -45, 25)),
}


@pytest.mark.parametrize("case", NOT_HOMES)
def test_what_nobody_lives_in_is_no_home(case: str) -> None:
    homes, _ = built(house(1, -100, 20), house(2, 100, 20), NOT_HOMES[case])
    assert sorted(homes.index) == ["way/1", "way/2"]


def test_a_plain_building_is_a_home_but_not_on_land_used_for_something_else() -> None:
    yard = ("way/20", {"landuse": "industrial"}, shapely.box(-90, 10, -70, 30))
    school = ("way/21", {"amenity": "school"}, shapely.box(-65, 10, -45, 30))
    homes, _ = built(
        house(1, -100, 20, building="yes"),
        house(2, 100, 20),
        house(3, -80, 20, building="yes"),
        house(4, -55, 20, building="yes"),
        house(5, -75, 20, building="house"),  # says that it is a house, wherever it stands
        yard,
        school,
    )
    assert sorted(homes.index) == ["way/1", "way/2", "way/5"]


def test_where_buildings_are_badly_mapped_census_points_stand_for_people() -> None:
    # 40 households and a share of 0.3 ask for 12 buildings in each neighbourhood.
    areas = neighbourhoods(("E1", WEST, 90), ("E2", EAST, 50), households=40)
    rows = [house(n, -400 + 20 * n, 20) for n in range(1, 12)]
    rows += [house(100 + n, 20 * n, 20) for n in range(1, 13)]
    census = census_points(("a", -100, 50), ("b", -200, 50), ("c", -300, -50), ("d", 100, 50))
    homes, report = built(*rows, areas=areas, census=census)
    west = homes.query("neighbourhood_id == 'E1'")
    assert west["people"].to_dict() == {"census/a": 30, "census/b": 30, "census/c": 30}
    assert set(west["made_from"]) == {"census_point"}
    assert set(homes.query("neighbourhood_id == 'E2'")["made_from"]) == {"building"}
    assert report["neighbourhoods_on_census_points"] == ["E1"]
    (told,) = report["caveats"]
    assert told.endswith("walks start from census points instead: E1.")


@pytest.mark.parametrize("census", [None, census_points(("d", 100, 50))])
def test_badly_mapped_without_census_points_is_listed_and_has_no_homes(
    census: gpd.GeoDataFrame | None,
) -> None:
    homes, report = built(house(2, 100, 20), census=census)
    assert set(homes["neighbourhood_id"]) == {"E2"}
    assert report["neighbourhoods_without_homes"] == ["E1"]
    assert report["people_without_homes"] == 100
    assert report["neighbourhoods_on_census_points"] == []
    (told,) = report["caveats"]
    assert told.endswith("Their 100 residents are left out of every figure: E1.")


def test_a_building_on_a_shared_boundary_belongs_to_the_lowest_code() -> None:
    areas = both().iloc[::-1]
    homes, _ = built(house(1, 0, 20), house(2, 100, 20), areas=areas)
    assert homes.loc["way/1", "neighbourhood_id"] == "E1"


def test_buildings_beyond_the_district_are_left_out() -> None:
    homes, _ = built(house(1, -100, 20), house(2, 100, 20), house(3, 600, 20))
    assert "way/3" not in homes.index


def test_a_neighbourhood_that_the_map_does_not_cover_gets_no_homes() -> None:
    areas = both()
    coverage = covered(areas)
    coverage.loc[coverage["neighbourhood_id"] == "E2", "state"] = "no_data"
    homes, report = built(house(1, -100, 20), house(2, 100, 20), areas=areas, coverage=coverage)
    assert homes["people"].to_dict() == {"way/1": 100}
    # It is the coverage that says why they are missing, not the mapping of buildings.
    assert report["neighbourhoods_without_homes"] == []


def test_without_a_census_people_follow_floor_area() -> None:
    areas = neighbourhoods(("E1", WEST, math.nan), ("E2", EAST, math.nan), households=math.nan)
    homes, report = built(house(1, -100, 20), house(2, 100, 20, building__levels="9"), areas=areas)
    assert homes["people"].round(9).to_dict() == {
        "way/1": round(200 / 45, 9),
        "way/2": round(900 / 45, 9),
    }
    assert report["is_estimated_from_floor_area"]


def test_homes_stand_on_the_nearest_street_and_know_how_far_the_map_reaches() -> None:
    coverage = covered(both(), margin_m=1000)
    homes, _ = built(house(1, -100, 20), house(2, 100, 20), coverage=coverage)
    assert homes["snap_dm"].tolist() == [200, 200]
    assert homes["state"].tolist() == ["ok", "ok"]
    # 400 m to the neighbourhood's border and 1,000 m on.
    assert homes["known_within_m"].tolist() == pytest.approx([1400, 1400])


def test_a_home_beyond_the_cap_is_unreachable_and_its_people_are_counted() -> None:
    # From (-300, 400) it is 300 m to the High Street and 400 m to the Long Street.
    homes, report = built(house(1, -300, 400), house(2, 100, 20))
    assert homes.loc["way/1", ["state", "edge_id"]].tolist() == ["unreachable", -1]
    assert report["homes_off_the_network"] == 1
    assert report["people_off_the_network"] == 100


def test_a_district_with_one_home_and_one_without_any() -> None:
    homes, _ = built(house(1, -100, 20))
    assert homes["people"].to_dict() == {"way/1": 100}
    areas = neighbourhoods(("E1", WEST, 100))
    with pytest.raises(SourceIsEmpty, match=r"no home in the 1 of 1 neighbourhoods"):
        build_homes(
            areas,
            covered(areas),
            features(("node/1", {"natural": "tree"}, shapely.Point(0, 0))),
            NETWORK,
            STUDY.dwellings,
            STUDY.snapping,
        )


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [house(n, -480 + 19 * n, 20, side=5.1 + n / 10) for n in range(1, 50)]
    there, report = built(*rows)
    areas = both().iloc[::-1]
    back, other = built(*rows[::-1], areas=areas)
    assert back.sort_index().equals(there.sort_index())
    assert report == other
