"""Every stop of the areas that are asked for comes, cell by cell, or none and a sentence."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.place import NaptanStops
from pipeline.errors import SourceFailed
from pipeline.sources.asking import Fetched
from pipeline.sources.http import Service
from pipeline.sources.naptan import COLUMNS, fetch
from tests.servers import faulty
from tests.servers.faulty import Asked, Fault, Reply, Server, serving
from tests.sources.outcomes import (
    AREA,
    ENDS,
    HURRIED,
    PASSES,
    QUICK,
    altered,
    client,
    must_recover,
    must_refuse,
)

# As the service writes its first line.
HEADER = (
    "ATCOCode,NaptanCode,PlateCode,CleardownCode,CommonName,CommonNameLang,ShortCommonName,"
    "ShortCommonNameLang,Landmark,LandmarkLang,Street,StreetLang,Crossing,CrossingLang,Indicator,"
    "IndicatorLang,Bearing,NptgLocalityCode,LocalityName,ParentLocalityName,"
    "GrandParentLocalityName,Town,TownLang,Suburb,SuburbLang,LocalityCentre,GridType,Easting,"
    "Northing,Longitude,Latitude,StopType,BusStopType,TimingStatus,DefaultWaitTime,Notes,NotesLang,"
    "AdministrativeAreaCode,CreationDateTime,ModificationDateTime,RevisionNumber,Modification,"
    "Status"
)
STOPS = [
    {"ATCOCode": "1800SJ47601", "CommonName": "Abington Road", "StopType": "BCT",
     "BusStopType": "MKD", "Easting": "375800", "Northing": "391500", "Longitude": "-2.36572",
     "Latitude": "53.41671", "ModificationDateTime": "2024-11-05T09:30:11", "Status": "active"},
    {"ATCOCode": "9100ALTRNHM", "CommonName": "Altrincham Rail Station", "StopType": "RLY",
     "Easting": "377014", "Northing": "387996", "ModificationDateTime": "2025-06-30T00:00:00",
     "Status": "active"},
    {"ATCOCode": "1800AMIC001", "CommonName": "Interchange, Stand “A”\nLower deck",
     "StopType": "BCS", "Easting": "377000", "Northing": "387990",
     "ModificationDateTime": "2999-01-01T00:00:00", "Status": "inactive"},
    {"ATCOCode": "9400ZZMAALT1", "NaptanCode": "00123", "CommonName": "Altrincham (Metrolink)",
     "StopType": "PLT", "ModificationDateTime": "not known", "Status": "active"},
]  # fmt: skip


def table(stops: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADER.split(","), restval="")
    writer.writeheader()
    writer.writerows(stops)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def answering(stops: list[dict[str, str]]) -> Callable[[Asked], Reply]:
    def route(asked: Asked) -> Reply:
        query = parse_qs(urlsplit(asked.path).query)
        codes = query["atcoAreaCodes"][0].split(",")
        found = [stop for stop in stops if stop["ATCOCode"][:3] in codes]
        assert query["dataFormat"] == ["csv"]
        return Reply(table(found), "text/csv; charset=utf-8")

    return route


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(answering(STOPS)) as running:
        yield running


def fetching(
    server: Server, tmp_path: Path, codes: tuple[str, ...] = ("180", "910", "940"),
    service: Service = QUICK,
) -> Callable[[Path], Fetched]:  # fmt: skip
    place = NaptanStops(naptan=codes, api=server.address, local=True)
    return lambda folder: fetch(place, AREA, client(tmp_path, service), folder)


def stops_in(fetched: Fetched) -> list[dict[str, str]]:
    with fetched.path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_columns_are_the_forty_three_of_the_service() -> None:
    assert list(COLUMNS) == HEADER.split(",")
    assert len(COLUMNS) == 43


def test_buses_trains_and_trams_come_with_one_question(server: Server, tmp_path: Path) -> None:
    fetched = fetching(server, tmp_path)(tmp_path / "got")
    assert [stop["ATCOCode"] for stop in stops_in(fetched)] == [
        "1800AMIC001", "1800SJ47601", "9100ALTRNHM", "9400ZZMAALT1",
    ]  # fmt: skip
    assert fetched.rows == 4
    assert len(server.asked) == 1
    # Not 2999: that day has not come, so somebody's clock was wrong.
    assert fetched.date == date(2025, 6, 30)
    assert [path.name for path in (tmp_path / "got").iterdir()] == ["naptan.csv"]


def test_a_stop_without_degrees_keeps_its_metres_and_every_cell_is_as_it_came(
    server: Server, tmp_path: Path
) -> None:
    got = {stop["ATCOCode"]: stop for stop in stops_in(fetching(server, tmp_path)(tmp_path))}
    rail = got["9100ALTRNHM"]
    assert (rail["Longitude"], rail["Latitude"]) == ("", "")
    assert (rail["Easting"], rail["Northing"]) == ("377014", "387996")
    assert got["9400ZZMAALT1"]["NaptanCode"] == "00123"
    assert got["1800AMIC001"]["CommonName"] == "Interchange, Stand “A”\nLower deck"
    assert all(got[stop["ATCOCode"]] == dict.fromkeys(COLUMNS, "") | stop for stop in STOPS)


def test_asking_for_the_council_alone_misses_rail_and_metro(server: Server, tmp_path: Path) -> None:
    assert fetching(server, tmp_path, ("180",))(tmp_path).rows == 2


def test_an_area_without_a_stop_is_an_error_that_names_it(server: Server, tmp_path: Path) -> None:
    told = must_refuse(
        fetching(server, tmp_path, ("180", "181")), server, faulty.whole, 0, tmp_path
    )
    assert "no stop in the area ‘181’" in told
    assert len(server.asked) == 1


def test_a_new_column_does_no_harm_and_a_lost_one_is_an_error(
    server: Server, tmp_path: Path
) -> None:
    def wider(body: bytes) -> bytes:
        return b"".join(
            line + (b",Accessible\r\n" if begin == 0 else b",yes\r\n")
            for begin, line in enumerate(body.replace(b"\nLower", b"Lower").split(b"\r\n")[:-1])
        )

    server.faults = [altered(wider)]
    assert stops_in(fetching(server, tmp_path)(tmp_path))[0]["Accessible"] == "yes"
    lost = altered(lambda body: body.replace(b"StopType", b"stop_type", 1))
    told = must_refuse(fetching(server, tmp_path), server, lost, 0, tmp_path / "then")
    assert "without the column ‘StopType’" in told


ODD: dict[str, Fault] = {
    "cut between rows": altered(lambda body: body[: body.index(b"1800SJ")] + b"1800"),
    "cut in quotes": altered(lambda body: body[: body.index(b"Lower")]),
    "cell too many": altered(lambda body: body.replace(b"MKD", b"MKD,")),
    "stop twice": altered(lambda body: body + body.split(b"\r\n")[1] + b"\r\n"),
    "stop without code": altered(lambda body: body.replace(b"1800SJ47601", b"")),
    "not UTF-8": altered(lambda body: body.replace(b"Abington", b"Abingt\xf3n")),
}  # fmt: skip
# Half a table that nobody says the end of is refused at once, so it is not among what passes.
UNANNOUNCED: dict[str, Fault] = {"cut, unannounced": faulty.cut_unannounced()}


@pytest.mark.parametrize("fault", (PASSES | ODD).values(), ids=PASSES | ODD)
def test_a_fault_that_passes_changes_nothing(fault: Fault, server: Server, tmp_path: Path) -> None:
    must_recover(fetching(server, tmp_path), server, fault, 0, tmp_path)


@pytest.mark.parametrize(
    "fault", (PASSES | ODD | ENDS | UNANNOUNCED).values(), ids=PASSES | ODD | ENDS | UNANNOUNCED
)
def test_a_fault_that_stays_is_an_error_and_leaves_no_file(
    fault: Fault, server: Server, tmp_path: Path
) -> None:
    must_refuse(fetching(server, tmp_path), server, fault, 0, tmp_path)


def test_a_slow_drip_ends_when_the_time_is_up(server: Server, tmp_path: Path) -> None:
    hurried = fetching(server, tmp_path, service=HURRIED)
    must_refuse(hurried, server, faulty.drip, 0, tmp_path, "took too long")


@given(cut=st.floats(0.0, 0.999))
@settings(max_examples=40, deadline=None)
def test_a_table_cut_anywhere_is_an_error(
    cut: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    with serving(answering(STOPS)) as server:
        must_refuse(fetching(server, folder), server, faulty.cut(cut), 0, folder)


# --- the whole country ---------------------------------------------------------------------------


def far(code: str, **cells: str) -> dict[str, str]:
    return {"ATCOCode": code, "Easting": "100", "Northing": "100", **cells}


def test_of_the_whole_country_the_stops_around_the_district_are_kept(tmp_path: Path) -> None:
    """By metres where there are no degrees, by degrees where there are no metres."""
    by_degrees = {"ATCOCode": "1800AAAA", "Longitude": "-2.35", "Latitude": "53.40"}
    stops = [*STOPS, by_degrees, far("0100BRS"), far("9100FAR"), {"ATCOCode": "6200NOWHERE"}]

    def route(asked: Asked) -> Reply:
        assert parse_qs(urlsplit(asked.path).query) == {"dataFormat": ["csv"]}
        return Reply(table(stops), "text/csv")

    with serving(route) as server:
        fetched = fetching(server, tmp_path, ())(tmp_path)
    kept = stops_in(fetched)
    assert [stop["ATCOCode"] for stop in kept] == [
        "1800AAAA", "1800AMIC001", "1800SJ47601", "9100ALTRNHM",
    ]  # fmt: skip
    assert kept[2] == dict.fromkeys(COLUMNS, "") | STOPS[0]
    assert fetched.rows == 4


@pytest.mark.parametrize(
    ("stops", "words"),
    [
        ([stop for stop in STOPS if stop["ATCOCode"][:3] != "910"], "holds no railway station"),
        ([*STOPS, STOPS[0]], "‘1800SJ47601’ a second time"),
        ([*STOPS, far("")], "a stop without its code"),
        ([far("9100FAR"), far("0100BRS")], "no stop in or around the district; Northern Ireland"),
    ],
)
def test_a_country_that_is_not_whole_or_not_the_districts_is_refused(
    stops: list[dict[str, str]], words: str, tmp_path: Path
) -> None:
    answer = Reply(table(stops), "text/csv")
    with serving(lambda _: answer) as server, pytest.raises(SourceFailed, match=words):
        fetching(server, tmp_path, ())(tmp_path / "got")
    assert not list((tmp_path / "got").glob("*"))


def test_a_country_cut_in_a_row_is_refused(tmp_path: Path) -> None:
    answer = Reply(table([*STOPS, far("9100LAST")])[:-30], "text/csv")
    with serving(lambda _: answer) as server, pytest.raises(SourceFailed, match="cells in row"):
        fetching(server, tmp_path, ())(tmp_path / "got")
