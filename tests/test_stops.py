"""Stops of one name are one place, and every one of them is a way in."""

from __future__ import annotations

from typing import Any

import shapely

from tests.made_features import EAST
from tests.made_records import assets_of, n_assets, record, spot, square


def stop(number: int, x: float, y: float, name: str = "", **said: Any) -> dict[str, Any]:  # noqa: ANN401
    return record(number, "bus_stop", spot(x, y), name=name, record_id=f"node/{number}", **said)


def listed(number: int, x: float, y: float, name: str, **said: Any) -> dict[str, Any]:  # noqa: ANN401
    said = {"source": "naptan", "kind_of_stop": "BCT", "record_id": f"{number}"} | said
    said |= {"identifiers": (f"naptan:{said['record_id']}",)}
    return record(number, "bus_stop", spot(x, y), name=name, **said)


def places(*records: dict[str, Any]) -> dict[str, int]:
    found = assets_of(*records)
    shapes = found.geometry
    return dict(zip(found["name"], shapely.get_num_geometries(shapes).tolist(), strict=True))


def test_the_stops_on_both_sides_of_a_road_are_one_place_with_two_ways_in() -> None:
    assert places(
        stop(1, 0, 0, "Somerton Bridge (N-bound)"),
        stop(2, 40, 20, "Somerton Bridge (S-bound)"),
        stop(3, 60, 20, "Byron Road"),
    ) == {"Somerton Bridge": 2, "Byron Road": 1}


def test_stops_of_one_name_far_apart_are_two_places_and_do_not_chain() -> None:
    found = assets_of(*(stop(n, n * 150.0, 0, "Post Office") for n in range(4)))

    assert len(found) == 2
    assert shapely.get_num_geometries(found.geometry).tolist() == [2, 2]


def test_nameless_stops_opposite_each_other_are_two() -> None:
    assert n_assets(stop(1, 0, 0), stop(2, 12, 0)) == 2


def test_pole_platform_position_and_listed_stop_are_one_stop() -> None:
    found = places(
        stop(1, 0, 0, "The Dell", identifiers=("naptan:77",)),
        stop(2, 2, 0, "The Dell", tags={"public_transport": "platform"}),
        stop(3, 4, 3, "The Dell", tags={"public_transport": "stop_position"}),
        listed(77, 25, 0, "Dell (Opp)"),
    )

    assert found == {"The Dell": 1}


def test_each_pole_takes_the_listed_stop_nearest_to_it() -> None:
    found = assets_of(
        stop(1, 0, 0, "The Dell"),
        stop(2, 14, 0, "The Dell"),
        listed(71, 3, 0, "The Dell"),
        listed(72, 12, 0, "The Dell"),
        listed(73, 120, 0, "The Dell"),
    )

    assert len(found) == 1
    points = shapely.get_coordinates(found.geometry[0])[:, 0] - EAST
    assert sorted(points.tolist()) == [0, 14, 120]


def test_stops_of_one_name_in_two_localities_are_two_places() -> None:
    assert (
        n_assets(
            listed(1, 0, 0, "Church", locality="E001"), listed(2, 90, 0, "Church", locality="E002")
        )
        == 2
    )


def test_the_stands_of_a_bus_station_are_one_place_and_its_middle_is_no_way_in() -> None:
    station = record(
        9, "bus_stop", square(0, 0, 80), name="Market Square Bus Station",
        tags={"amenity": "bus_station"},
    )  # fmt: skip
    stands = [
        stop(
            n, 10.0 * n, 10, f"Market Square {n}", tags={"highway": "bus_stop", "local_ref": f"{n}"}
        )
        for n in (1, 2, 3)
    ]

    assert places(station, *stands) == {"Market Square Bus Station": 3}


def test_a_station_is_one_place_entered_where_it_is_entered() -> None:
    found = assets_of(
        record(1, "station", spot(0, 0), name="Newport", tags={"railway": "station"}),
        record(
            2, "station", spot(10, 5), name="Newport (South Wales) Rail Station", source="naptan",
            kind_of_stop="RLY",
        ),
        record(
            3, "station", spot(80, 5), name="Newport Rail Station", source="naptan",
            kind_of_stop="RSE",
        ),
    )  # fmt: skip

    assert found["name"].tolist() == ["Newport"]
    assert found.geometry[0].equals(spot(80, 5))
