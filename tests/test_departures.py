"""Stops of a timetable find the stops of a town by code or nearness, and bring their departures."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyproj
import pytest

from pipeline import contracts, tables
from pipeline.assets import build_assets
from pipeline.config import TimetableTable
from pipeline.departures import Timetable
from pipeline.files.timetables import read_feed
from pipeline.records import LayerRows
from tests.made_features import (
    EAST,
    NORTH,
    OUTLINE,
    RULES,
    SOURCE,
    Feature,
    features_of,
    point,
    published,
    rows_of,
)
from tests.test_timetables import WEEK, write

_DEGREES = pyproj.Transformer.from_crs(27700, 4326, always_xy=True)
DAY = date(2026, 1, 5)


def declared(**changes: object) -> TimetableTable:
    values = {
        "kind": "timetable", "title": "Buses", "publisher": "A body", "licence": "OGL-UK-3.0",
        "attribution": "A body", "date": date(2026, 1, 1), "stops_of": ("bus_stop",),
        "codes": "naptan",
    }  # fmt: skip
    return TimetableTable.model_validate(values | changes)


def stops_at(**places: tuple[str, float, float]) -> str:
    """Write stops.txt: id → name and metres from the corner of the town."""
    rows = []
    for stop, (name, x, y) in places.items():
        lon, lat = _DEGREES.transform(EAST + x, NORTH + y)
        rows.append(f"{stop},{name},{lat:.8f},{lon:.8f}")
    return "stop_id,stop_name,stop_lat,stop_lon\n" + "\n".join(rows) + "\n"


def timetable(folder: Path, name: str = "usual-week", **tables_: str) -> Timetable:
    """Pack one of the small feeds with other stops."""
    feed = read_feed(write(folder / f"{name}.zip", name, **tables_))
    return Timetable(declared(), feed, "bus_timetables", DAY)


def build(
    *features: Feature, layers: dict[str, LayerRows] | None = None, **timetables: Timetable
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, dict[str, Any]]:
    built, report = build_assets(
        features_of(*features), RULES, layers or {}, OUTLINE,
        osm=SOURCE, buffer_m=100, timetables=timetables,
    )  # fmt: skip
    found, aside = built.assets, built.set_aside
    contracts.check(found, tables.ASSETS, "assets")
    contracts.check(built.records, tables.RECORDS, "records")
    entries = {(e["source"], e["id"]) for text in found["records"] for e in json.loads(text)}
    assert set(zip(built.records["source"], built.records["record_id"], strict=True)) == entries
    contracts.check(aside, tables.SET_ASIDE, "set_aside")
    return found, aside, report


def details_of(assets: gpd.GeoDataFrame, name: str) -> dict[str, str]:
    (text,) = assets.loc[assets["name"] == name, "details"]
    found: dict[str, str] = json.loads(text)
    return found


def test_departures_of_both_sides_of_a_road_are_added_and_say_where_they_are_from(
    tmp_path: Path,
) -> None:
    """From A leave 3 on the weekday, 1 in its evening, none on Sunday; from B 3, 2 and 1."""
    poles = (
        point(1, 500, 500, highway="bus_stop", name="Mill Road", naptan__AtcoCode="a"),
        point(2, 520, 510, highway="bus_stop", name="Mill Road"),
    )
    places = {"A": ("Mill Rd opp", 100, 900), "B": ("Mill Road", 525, 512), "C": ("Far", 9e4, 0)}
    feed = timetable(tmp_path, stops=stops_at(**places))
    assets, aside, report = build(*poles, buses=feed)

    details = details_of(assets, "Mill Road")
    assert details == {
        "departures_state": "ok",
        "departures_weekday": "6",
        "departures_evening": "3",
        "departures_sunday": "1",
        "departures_source": "Buses of 2026-01-05: Wednesday 2026-01-14, its evening from 19:00 to "
        "24:00, and Sunday 2026-01-18",
    }
    assert assets["sources"].tolist() == ["bus_timetables,osm"]
    assert assets["licences"].tolist() == ["ODbL-1.0,OGL-UK-3.0"]
    assert assets["date"].tolist() == ["2026-01-05"]
    assert aside[["id", "kind"]].to_numpy().tolist() == [["C", "elsewhere"]]
    assert report["layers"]["buses"] == {"rows": 3, "used": 2, "set_aside": 1, "elsewhere": 1}
    assert report["timetables"]["buses"]["weekday"] == "2026-01-14"


def test_a_listed_stop_is_found_by_its_code_however_far_the_timetable_draws_it(
    tmp_path: Path,
) -> None:
    rows = rows_of({"id": "A", "name": "Quay", "StopType": "BCT", "x": 100, "y": 100})
    layers = {"stops": LayerRows(published(), rows, "naptan")}
    feed = timetable(tmp_path, stops=stops_at(A=("Harbour", 400, 400)))
    assert details_of(build(layers=layers, buses=feed)[0], "Quay")["departures_weekday"] == "3"


def test_a_stop_that_no_timetable_speaks_of_has_no_number_and_one_without_buses_has_0(
    tmp_path: Path,
) -> None:
    poles = (
        point(1, 100, 100, highway="bus_stop", name="Served"),
        point(2, 500, 500, highway="bus_stop", name="Unknown"),
        point(3, 900, 900, highway="bus_stop", name="Left Alone"),
    )
    places = {"A": ("Served", 101, 100), "Z": ("Left Alone", 901, 900)}
    assets, _, report = build(*poles, buses=timetable(tmp_path, stops=stops_at(**places)))

    assert details_of(assets, "Unknown") == {"departures_state": "no_data"}
    alone = details_of(assets, "Left Alone")
    assert alone["departures_state"] == "true_zero"
    assert alone["departures_weekday"] == alone["departures_sunday"] == "0"
    assert report["timetables"]["buses"]["stops_joined"] == 2


@pytest.mark.parametrize(
    ("name", "metres", "is_found"),
    [("Mill Road", 25, True), ("Mill Road", 40, False), ("Castle", 25, False), ("Castle", 8, True)],
)
def test_stops_are_near_by_place_and_name(
    name: str, metres: float, is_found: bool, tmp_path: Path
) -> None:
    pole = point(1, 500, 500, highway="bus_stop", name="Mill Road")
    feed = timetable(tmp_path, stops=stops_at(A=(name, 500 + metres, 500)))
    assets, aside, _ = build(pole, buses=feed)

    assert ("departures_weekday" in details_of(assets, "Mill Road")) == is_found
    assert aside["kind"].tolist() == ([] if is_found else ["not_matched"])


@pytest.mark.parametrize(("drawn", "said"), [("", "3"), ("0,0", None)])
def test_a_stop_that_is_drawn_nowhere_has_its_number_and_one_drawn_far_away_none(
    drawn: str, said: str | None, tmp_path: Path
) -> None:
    """Only what calls near is read of a timetable; nothing read is not nothing that departs."""
    pole = point(1, 500, 500, highway="bus_stop", name="Quay", naptan__AtcoCode="a")
    lat, lon = drawn.split(",") if drawn else ("", "")
    stops = f"stop_id,stop_name,stop_lat,stop_lon\nA,Quay,{lat},{lon}\nB,B,1,1\nC,C,1,1\n"
    path = write(tmp_path / "feed.zip", "usual-week", stops=stops)
    west, south = _DEGREES.transform(EAST, NORTH)
    feed = read_feed(path, (west, south, west + 0.05, south + 0.05))
    assets, aside, _ = build(pole, buses=Timetable(declared(), feed, "bus_timetables", DAY))
    details = details_of(assets, "Quay")
    assert details.get("departures_weekday") == said
    assert details["departures_state"] == ("no_data" if said is None else "ok")
    assert ("A" in aside["id"].tolist()) == (said is None)


def test_codes_of_stops_reach_no_table_with_what_cannot_be_seen(tmp_path: Path) -> None:
    pole = point(1, 500, 500, highway="bus_stop", name="Quay")
    stops = stops_at(**{"A\x1b[2J": ("Quay", 500, 500), "Z\u202e": ("Far", 9e4, 0)})
    assets, aside, _ = build(pole, buses=timetable(tmp_path, stops=stops))
    (records,) = assets["records"]
    assert {record["id"] for record in json.loads(records)} >= {"A[2J"}
    assert aside["id"].tolist() == ["Z"]


def test_other_assets_say_nothing_of_departures(tmp_path: Path) -> None:
    pub = point(1, 500, 500, amenity="pub", name="The Lion")
    feed = timetable(tmp_path, stops=stops_at(A=("The Lion", 500, 500)))
    assert details_of(build(pub, buses=feed)[0], "The Lion") == {}


def test_platforms_of_a_station_join_it_and_its_entrances_do_not(tmp_path: Path) -> None:
    station = point(1, 500, 500, highway="bus_stop", name="Bus Station", naptan__AtcoCode="S")
    lon, lat = _DEGREES.transform(EAST + 600, NORTH + 500)
    head = "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    stops = head + "".join(
        f"{stop},Bay {stop},{lat},{lon},{kind},{parent}\n"
        for stop, kind, parent in (("S", 1, ""), ("A", 0, "S"), ("B", "", "S"), ("E", 2, "S"))
    )
    assets, aside, _ = build(station, buses=timetable(tmp_path, stops=stops))

    assert details_of(assets, "Bus Station")["departures_weekday"] == "6"
    assert aside[["id", "kind"]].to_numpy().tolist() == [["E", "not_asked_for"]]


def test_a_timetable_that_is_over_or_holds_no_week_is_told(tmp_path: Path) -> None:
    pole = point(1, 500, 500, highway="bus_stop", name="Mill Road")
    places = stops_at(A=("Mill Road", 500, 500))
    report = build(pole, buses=timetable(tmp_path, "ended", stops=places))[2]
    assert "had ended on 2025-12-14, before the day" in report["caveats"][1]

    holiday = WEEK + "WK,1,1,1,1,1,0,0,20260105,20260106\n"
    none = "service_id,date,exception_type\n"
    short = timetable(tmp_path, stops=places, calendar=holiday, calendar_dates=none)
    assets, _, report = build(pole, buses=short)
    assert details_of(assets, "Mill Road") == {"departures_state": "no_data"}
    assert "holds no Wednesday and Sunday of one week" in report["caveats"][0]


def test_departures_of_two_timetables_are_added(tmp_path: Path) -> None:
    pole = point(1, 500, 500, highway="bus_stop", name="Mill Road")
    places = stops_at(A=("Mill Road", 500, 500))
    one = timetable(tmp_path, stops=places)
    other = timetable(tmp_path, "frequencies", stops=places)
    assets, _, report = build(pole, buses=one, coaches=other)
    details = details_of(assets, "Mill Road")

    assert details["departures_weekday"] == str(3 + 7)
    assert details["departures_sunday"] == str(0 + 7)
    assert details["departures_source"].count("Buses of 2026-01-05") == 2
    shared = "1 stops are in more than one of “Buses” and “Buses”; their departures are added up, "
    assert any(text.startswith(shared) for text in report["caveats"])
    assert not any("more than one of" in text for text in build(pole, buses=one)[2]["caveats"])
