"""All rows of an ArcGIS layer, or a sentence: whatever goes wrong, at whichever request."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.config.place import ArcgisLayer, CodesFrom
from pipeline.errors import SourceFailed
from pipeline.files.published import read_cells
from pipeline.files.vectors import read_vector
from pipeline.sources.arcgis import fetch
from pipeline.sources.arcgis_layer import _order
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.http import Client, Service
from tests.servers import faulty
from tests.servers.arcgis import ROOT, Table, answering
from tests.servers.faulty import Asked, Fault, Reply, Server, serving
from tests.servers.proxy import at

AREA = Area("E08000009", -2.48, 53.35, -2.25, 53.48)
FIRST_UPRN = 100_000_000_000
N = 13
FILE = "places-may-2024-uk-bgc.gpkg"
QUICK = Service(
    "the example service", frozenset({"127.0.0.1"}), is_local=True, attempts=3, idle_s=0.1,
    total_s=60,
)  # fmt: skip
TYPES = {"FID": "OID", "UPRN": "Integer", "LSOA21CD": "String", "name": "String", "built": "Date"}
# 13 rows in pages of 5.
PAGES = ("first page", "second page", "last page")
COUNTS = ("count", "count again")
REQUESTS = ("list", "layer", "count", *PAGES, "count again")


def row(number: int) -> tuple[dict[str, Any], Any]:
    """Row 1 has the greatest id, so that the order of the server is not the order of ids."""
    cells = {
        "FID": 40 - number, "UPRN": FIRST_UPRN + number, "LSOA21CD": f"E010{number:05d}",
        "name": f"Place {number}", "built": 86_400_000 * number,
    }  # fmt: skip
    return cells, {"x": 375_000.5 + number, "y": 390_000.25}


def table(**change: Any) -> Table:  # noqa: ANN401
    return Table(**{"rows": [row(number) for number in range(1, N + 1)], "types": TYPES, **change})


@pytest.fixture
def tables() -> dict[str, Table]:
    return {"Places_May_2024_UK_BGC": table()}


@pytest.fixture
def server(tables: dict[str, Table]) -> Iterator[Server]:
    with serving(answering(tables)) as running:
        yield running


@pytest.fixture
def client(tmp_path: Path) -> Client:
    return Client(QUICK, tmp_path / "locks", sleep=lambda _: None)


def fetched(server: Server, client: Client, folder: Path, **change: Any) -> Fetched:  # noqa: ANN401
    place = {"arcgis": server.address + ROOT, "service": r"Places_.*", "local": True, **change}
    return fetch(ArcgisLayer(**place), AREA, client, folder)


def must_be_all(found: Fetched, numbers: list[int] | None = None) -> None:
    rows = read_vector(found.path)
    expected = numbers or list(range(N, 0, -1))
    assert rows["name"].tolist() == [f"Place {number}" for number in expected]
    assert rows["UPRN"].tolist() == [str(FIRST_UPRN + number) for number in expected]
    assert found.rows == len(expected)
    assert rows.crs.to_epsg() == 27700
    assert rows.geometry.x.tolist() == [375_000.5 + number for number in expected]


def test_all_rows_come_in_the_order_of_their_ids_with_long_numbers_whole(
    server: Server, client: Client, tmp_path: Path
) -> None:
    found = fetched(server, client, tmp_path)
    must_be_all(found)
    assert found.date == date(2024, 5, 1)
    assert found.asked.startswith(server.address.removeprefix("http://") + ROOT)
    rows = read_vector(found.path)
    assert rows["built"].iloc[-1] == "1970-01-02T00:00:00+00:00"
    assert len(server.asked) == len(REQUESTS)
    again = fetched(server, client, tmp_path / "again")
    assert again.path.read_bytes() == found.path.read_bytes()


# --- faults --------------------------------------------------------------------------------------


def in_json(change: Callable[[dict[str, Any]], Any]) -> Fault:
    """Change an answer, and leave those alone to which that means nothing."""

    def changed(body: bytes) -> bytes:
        content = json.loads(body)
        change(content)
        return json.dumps(content).encode()

    return faulty.altered(changed)


def features(change: Callable[[list[Any]], Any]) -> Fault:
    return in_json(lambda content: change(content["features"]) if "features" in content else None)


def set_in(name: str, value: object) -> Fault:
    return in_json(lambda content: content.update({name: value}) if name in content else None)


def error(code: int) -> Fault:
    body = {"error": {"code": code, "message": "Error performing query", "details": ["\x1b[2J"]}}
    return faulty.instead(json.dumps(body).encode())


def first_row_again(rows: list[Any]) -> None:
    rows[-1] = rows[0]


def as_web_mercator(content: dict[str, Any]) -> None:
    if "spatialReference" in content:
        content["spatialReference"] = {"wkid": 102100, "latestWkid": 3857}


FAULTS = {
    "500": faulty.status(500), "503": faulty.status(503), "504": faulty.status(504),
    "429": faulty.status(429), "429, wait": faulty.status(429, "0"),
    "429, wait an hour": faulty.status(429, "3600"), "404": faulty.status(404),
    "reset": faulty.reset, "hang": faulty.hang, "cut": faulty.cut(),
    "cut at the end": faulty.cut(0.99), "cut, unannounced": faulty.cut_unannounced(),
    "chunks cut": faulty.cut_chunks, "packing cut": faulty.cut_packed,
    "page": faulty.web_page, "page as data": faulty.disguised_page,
    "error 500 with 200": error(500), "error 429 with 200": error(429),
    "error 400 with 200": error(400), "empty": faulty.instead(b""), "{}": faulty.instead(b"{}"),
    "[]": faulty.instead(b"[]"), "null": faulty.instead(b"null"),
    "to a private address": faulty.redirect("http://10.0.0.7/"),
    "to itself": faulty.redirect("?"),
}  # fmt: skip
FAULTS_OF_PAGES = {
    "short page": features(lambda rows: rows.pop()), "no row": features(lambda rows: rows.clear()),
    "hole in a page": features(lambda rows: rows.pop(0)),
    "row twice": features(first_row_again),
    "page twice": features(lambda rows: rows.extend(rows[:])),
    "no ids": features(lambda rows: rows[0]["attributes"].pop("FID")),
    "text for an id": features(lambda rows: rows[0]["attributes"].update(FID="x")),
    "other fields": features(lambda rows: rows[0]["attributes"].update(other=1)),
    "no attributes": features(lambda rows: rows[0].pop("attributes")),
    "no shape that can be read": features(lambda rows: rows[0].update(geometry={"x": "a", "y": 1})),
    "infinite": features(lambda rows: rows[0]["geometry"].update(x=1e300 * 1e10)),
    "far away": features(lambda rows: rows[0].update(geometry={"x": -2.4, "y": 53.4})),
    "another system": in_json(as_web_mercator), "fields missing": set_in("fields", []),
}  # fmt: skip
FAULTS_OF_COUNTS = {
    "more than there are": set_in("count", N + 1), "fewer than there are": set_in("count", N - 1),
    "count as text": set_in("count", "13"), "no count": set_in("count", None),
}  # fmt: skip


CASES = (
    [(name, request) for name in FAULTS for request in REQUESTS]
    + [(name, request) for name in FAULTS_OF_PAGES for request in PAGES]
    + [(name, request) for name in FAULTS_OF_COUNTS for request in COUNTS]
)
PASSES = frozenset(
    ("500", "503", "504", "429", "429, wait", "reset", "hang", "cut", "cut at the end",
     "chunks cut", "packing cut", "page", "page as data", "error 500 with 200",
     "error 429 with 200", "empty", "{}", "short page",
     "no row", "hole in a page", "row twice", "page twice", "count as text",
     "more than there are", "fewer than there are")
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a fetch in which nothing went wrong."""
    folder = tmp_path_factory.mktemp("whole")
    quiet = Client(QUICK, folder / "locks", sleep=lambda _: None)
    with serving(answering({"Places_May_2024_UK_BGC": table()})) as server:
        found = fetched(server, quiet, folder)
        assert len(server.asked) == len(REQUESTS)
    must_be_all(found)
    return found.path.read_bytes()


@pytest.mark.parametrize(("name", "request_"), CASES)
def test_a_fault_at_any_request_loses_no_row(
    name: str, request_: str, whole: bytes, server: Server, client: Client, tmp_path: Path
) -> None:
    fault = {**FAULTS, **FAULTS_OF_PAGES, **FAULTS_OF_COUNTS}[name]
    number = REQUESTS.index(request_)
    for always in (None, fault):
        folder = tmp_path / f"always {always is not None}"
        server.asked.clear()
        server.faults, server.always = at(number, fault), always
        try:
            found, told = fetched(server, client, folder), ""
            assert found.path.read_bytes() == whole
        except SourceFailed as error:
            told = str(error)
        assert told.startswith("the example service: ") or not told
        assert "\x1b" not in told
        assert [file.name for file in folder.glob("*")] == ([] if told else [FILE])
        assert len(server.asked) < 4 * len(REQUESTS)
        assert not told or always or name not in PASSES
        assert told or not always


def test_rows_that_are_counted_otherwise_at_the_end_are_fetched_again(
    server: Server, client: Client, tmp_path: Path
) -> None:
    server.faults = at(REQUESTS.index("count again"), set_in("count", N + 1))
    must_be_all(fetched(server, client, tmp_path))
    assert len(server.asked) == 2 * len(REQUESTS) - len(("list", "layer"))


def test_a_slow_drip_ends_when_the_time_is_up(server: Server, tmp_path: Path) -> None:
    hasty = Client(replace(QUICK, total_s=0.3), tmp_path / "locks", sleep=lambda _: None)
    for number in range(len(REQUESTS)):
        server.faults = at(number, faulty.drip)
        began = time.monotonic()
        with pytest.raises(SourceFailed, match="took too long"):
            fetched(server, hasty, tmp_path / "drip")
        assert time.monotonic() - began < 2
    assert not list((tmp_path / "drip").glob("*"))


def test_a_layer_that_changes_all_the_time_is_fetched_twice_and_then_refused(
    server: Server, client: Client, tables: dict[str, Table], tmp_path: Path
) -> None:
    tables["Places_May_2024_UK_BGC"].change = lambda rows: rows[: 3 + len(server.asked)]
    with pytest.raises(SourceFailed, match="fetched twice from the beginning"):
        fetched(server, client, tmp_path)
    assert not list(tmp_path.glob("*.gpkg"))


# --- habits of servers ---------------------------------------------------------------------------


@pytest.mark.parametrize("says_so", ["top", "properties", ""])
@pytest.mark.parametrize("page", [1, 3, 12, 13, 14])
@pytest.mark.parametrize("is_paged", [True, False])
def test_however_a_server_hands_out_its_pages_all_rows_come(
    says_so: str, page: int, is_paged: bool, client: Client, tmp_path: Path
) -> None:
    layer = table(says_so=says_so, page=page, is_paged=is_paged)
    with serving(answering({"Places": layer})) as server:
        must_be_all(fetched(server, client, tmp_path, service="Places"))


@pytest.mark.parametrize("change", [lambda ids: ids.pop(), lambda ids: ids.append(ids[0])])
def test_object_ids_that_are_too_few_or_twice_are_not_believed(
    change: Callable[[list[int]], Any], client: Client, tmp_path: Path
) -> None:
    def spoil(content: dict[str, Any]) -> None:
        if "objectIds" in content:
            change(content["objectIds"])

    with serving(answering({"Places": table(is_paged=False)})) as server:
        server.always = in_json(spoil)
        with pytest.raises(SourceFailed, match="object id"):
            fetched(server, client, tmp_path, service="Places")


def test_a_layer_without_rows_in_the_district_has_none(client: Client, tmp_path: Path) -> None:
    far = [(cells, {"x": 200_000.0, "y": 200_000.0}) for cells, _ in table().rows]
    with serving(answering({"Places": table(rows=far)})) as server:
        found = fetched(server, client, tmp_path, service="Places")
    assert found.rows == 0


def test_a_row_without_a_shape_is_a_row(client: Client, tmp_path: Path) -> None:
    import pyogrio

    rows = table().rows
    for number, blank in enumerate((None, {}, {"x": "NaN", "y": "NaN"}, {"x": None, "y": None})):
        rows[number] = (rows[number][0], blank)
    with serving(answering({"Places": table(rows=rows)})) as server:
        found = fetched(server, client, tmp_path, service="Places")
    assert found.rows == N
    assert pyogrio.read_dataframe(found.path).geometry.isna().sum() == 4


def test_an_area_keeps_its_hole_and_its_island(client: Client, tmp_path: Path) -> None:
    outer, hole = square(376_000, 1000), square(376_200, 100)[::-1]
    shape = {"rings": [hole, outer, square(378_000, 50)]}
    layer = table(rows=[(row(1)[0], shape)], shape="esriGeometryPolygon")
    with serving(answering({"Places": layer})) as server:
        found = fetched(server, client, tmp_path, service="Places")
    assert read_vector(found.path).area.tolist() == [1000**2 - 100**2 + 50**2]


def square(corner: float, side: float) -> list[list[float]]:
    """Clockwise, as the outside of an area goes there."""
    steps = ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))
    return [[corner + x * side, corner + y * side + 14_000] for x, y in steps]


@pytest.mark.parametrize("name", ["fid", "geom", "geometry", "rowid", "name "])
def test_a_field_may_have_any_name(name: str, client: Client, tmp_path: Path) -> None:
    rows = [
        ({"OBJECTID": cells["FID"], name: cells["name"]}, shape) for cells, shape in table().rows
    ]
    layer = table(rows=rows, types={"OBJECTID": "OID", name: "String"}, key="OBJECTID")
    with serving(answering({"Places": layer})) as server:
        found = fetched(server, client, tmp_path, service="Places")
    assert f"Place {N}" in read_vector(found.path).iloc[0].tolist()


def test_a_table_without_shapes_becomes_csv(client: Client, tmp_path: Path) -> None:
    rows = [({**cells, "name": 'a "b",\nc'}, None) for cells, _ in table().rows]
    with serving(answering({"LSOA21_WD25": table(rows=rows, shape=None)})) as server:
        found = fetched(
            server, client, tmp_path, service="LSOA21_WD25", where="LSOA21CD = 'E01000007'"
        )
        cells = read_cells(found.path)
        assert cells["UPRN"].tolist() == [str(FIRST_UPRN + 7)] == ["100000000007"]
        assert cells["name"].tolist() == ['a "b", c']
        assert fetched(server, client, tmp_path, service="LSOA21_WD25").rows == N


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    ids=st.lists(st.integers(0, 2**53), unique=True, max_size=12),
    page=st.integers(1, 5),
    is_paged=st.booleans(),
)
def test_whatever_the_ids_each_comes_once_and_in_order(
    ids: list[int], page: int, is_paged: bool, tmp_path: Path
) -> None:
    rows = [({**row(1)[0], "FID": number}, row(1)[1]) for number in ids]
    client = Client(replace(QUICK, total_s=5), tmp_path / "locks", sleep=lambda _: None)
    layer = table(rows=rows, page=page, is_paged=is_paged)
    with serving(answering({"Places": layer})) as server:
        found = fetched(server, client, tmp_path, service="Places")
    assert found.rows == len(ids)
    if ids:
        assert read_vector(found.path)["FID"].tolist() == [str(number) for number in sorted(ids)]


# --- which service -------------------------------------------------------------------------------


def test_of_several_editions_the_newest_is_taken(client: Client, tmp_path: Path) -> None:
    names = ("Wards_May_2024_BGC", "Wards_December_2024_BGC_V9", "Wards_December_2024_BGC_V10")
    with serving(
        answering({f"Folder/{name}": table() for name in names} | {n: table() for n in names})
    ) as server:
        found = fetched(server, client, tmp_path, service=r"Wards_\w+_\d{4}_BGC(_V\d+)?")
    assert found.path.stem == "wards-december-2024-bgc-v10"


def test_editions_are_ordered_by_month_and_number() -> None:
    names = [
        "WD_MAY_2026_UK_BGC", "Wards_May_2025_Boundaries_UK_BGC", "LSOA21_WD24_LAD24_EW_LU",
        "LSOA21_WD25_LAD25_EW_LU_v2", "LSOA21_WD25_LAD25_EW_LU_v10", "Wards_December_2024_UK_BGC",
    ]  # fmt: skip
    assert sorted(names, key=_order) == [
        "LSOA21_WD24_LAD24_EW_LU", "LSOA21_WD25_LAD25_EW_LU_v2", "LSOA21_WD25_LAD25_EW_LU_v10",
        "Wards_December_2024_UK_BGC", "Wards_May_2025_Boundaries_UK_BGC", "WD_MAY_2026_UK_BGC",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["Lower_Areas_EW_BSC_V4", "Districts_UK_BUC", "Areas_Super_Generalised_EW"]
)
def test_outlines_for_show_are_not_measured_by(name: str, client: Client, tmp_path: Path) -> None:
    told = pytest.raises(SourceFailed, match="generalised for display")
    with serving(answering({name: table()})) as server, told:
        fetched(server, client, tmp_path, service=r".*")


def test_a_service_that_was_renamed_is_named_with_those_alike(
    server: Server, client: Client, tmp_path: Path
) -> None:
    with pytest.raises(SourceFailed, match=r"‘Places_2023’; there are ‘Places_May_2024_UK_BGC’"):
        fetched(server, client, tmp_path, service="Places_2023")


# --- by codes ------------------------------------------------------------------------------------

LOOKUP_TYPES = {"ObjectId": "OID", "LSOA21CD": "String", "LAD25CD": "String"}
BY_CODES = {
    "service": "LSOA.*BGC", "code_field": r"LSOA\d\dCD",
    "codes": CodesFrom(
        service="LSOA21_WD25_LAD25_EW_LU(_v\\d+)?", where="LAD25CD = '{code}'", field=r"LSOA\d\dCD"
    ),
}  # fmt: skip


def lookup(codes: list[str]) -> Table:
    """Each code twice, as where an area is in two wards; and as many of another district."""
    rows = [
        ({"ObjectId": place, "LSOA21CD": code, "LAD25CD": district}, None)
        for place, (code, district) in enumerate(
            [*((code, AREA.code) for code in codes * 2), ("E01999999", "E08000001")], start=1
        )
    ]
    return Table(rows=rows, types=LOOKUP_TYPES, shape=None, key="ObjectId", page=4)


def codes_of(numbers: list[int]) -> list[str]:
    return [f"E010{number:05d}" for number in numbers]


def test_the_areas_of_a_district_are_those_of_its_codes(client: Client, tmp_path: Path) -> None:
    wanted = [11, 3, 5, 8, 2]
    tables = {
        "LSOA_2021_EW_BGC": table(page=2),
        "LSOA21_WD25_LAD25_EW_LU_v2": lookup(codes_of(wanted)),
    }
    with serving(answering(tables)) as server:
        must_be_all(fetched(server, client, tmp_path, **BY_CODES), [11, 8, 5, 3, 2])


def test_the_field_of_the_district_is_found_whatever_year_it_is_of(
    client: Client, tmp_path: Path
) -> None:
    """In the table of codes, and in a layer that names the district of each row itself."""
    codes = CodesFrom(service="LSOA21_.*", district_field=r"LAD\d\dCD", field="LSOA21CD")
    newer = lookup(codes_of([11, 3]))
    newer.types = {"ObjectId": "OID", "LSOA21CD": "String", "LAD26CD": "String"}
    newer.rows = [
        ({name.replace("LAD25", "LAD26"): cell for name, cell in cells.items()}, None)
        for cells, _ in newer.rows
    ]
    wards = table(types={**TYPES, "LAD24CD": "String"})
    wards.rows = [
        ({**cells, "LAD24CD": AREA.code if cells["FID"] > 36 else "E08000001"}, shape)
        for cells, shape in wards.rows
    ]
    tables = {"LSOA_EW_BGC": table(), "LSOA21_WD25_LAD25_EW_LU": lookup(codes_of([1])),
              "LSOA21_WD26_LAD26_EW_LU": newer, "Wards_UK_BGC": wards}  # fmt: skip
    with serving(answering(tables)) as server:
        must_be_all(fetched(server, client, tmp_path, **BY_CODES | {"codes": codes}), [11, 3])
        of_district = {"service": "Wards.*", "district_field": r"LAD\d\dCD"}
        found = fetched(server, client, tmp_path / "wards", **of_district)
        assert read_vector(found.path)["name"].tolist() == ["Place 3", "Place 2", "Place 1"]
        with pytest.raises(SourceFailed, match="CTY"):
            fetched(server, client, tmp_path / "none", service="Wards.*", district_field="CTY.*")
    with pytest.raises(ValueError, match="give `district_field`, or a condition"):
        CodesFrom(service="LSOA21_.*", field="LSOA21CD")


def test_many_codes_are_posted_in_batches_and_none_is_lost(client: Client, tmp_path: Path) -> None:
    numbers = list(range(1, 251))
    rows = [row(number) for number in range(1, 301)]
    for cells, _ in rows:
        cells["FID"] += 300
    tables = {
        "LSOA_EW_BGC": table(rows=rows, page=30),
        "LSOA21_WD25_LAD25_EW_LU": lookup(codes_of(numbers)),
    }
    with serving(answering(tables)) as server:
        found = fetched(server, client, tmp_path, **BY_CODES)
        posted = [asked for asked in server.asked if asked.method == "POST"]
    must_be_all(found, numbers[::-1])
    # Twice 100 codes: a count, four pages of at most 30, a count. The last 50 fit into an address.
    assert len(posted) == 2 * (1 + 4 + 1)
    assert max(asked.body.count(b"E010") for asked in posted) == 100


@pytest.mark.parametrize("is_where", [True, False])
def test_a_code_without_an_area_is_named(is_where: bool, client: Client, tmp_path: Path) -> None:
    tables = {"LSOA_EW_BGC": table(), "LSOA21_WD25_LAD25_EW_LU": lookup(codes_of([3, 77]))}
    more = {"where": "name IN ('Place 3','Place 4')"} if is_where else {}
    told = pytest.raises(SourceFailed, match=r"lacks 1 of 2 codes \(‘E01000077’\) in LSOA21CD")
    with serving(answering(tables)) as server, told:
        fetched(server, client, tmp_path, **BY_CODES, **more)
    assert not list(tmp_path.glob("*.gpkg"))


def test_a_server_that_takes_no_notice_of_the_codes_is_found_out(
    client: Client, tmp_path: Path
) -> None:
    tables = {"LSOA_EW_BGC": table(), "LSOA21_WD25_LAD25_EW_LU": lookup(codes_of([3]))}
    answer = answering(tables)

    def route(asked: Any) -> Any:  # noqa: ANN401
        return answer(replace(asked, path=asked.path.replace("LSOA21CD+IN", "name+LIKE")))

    with serving(route) as server, pytest.raises(SourceFailed, match="not asked for"):
        fetched(server, client, tmp_path, **BY_CODES)


def test_a_district_without_codes_and_a_code_that_is_none_are_refused(
    client: Client, tmp_path: Path
) -> None:
    for codes, words in (([], "has no row where"), (["E01'; DROP"], "which is no code")):
        tables = {"LSOA_EW_BGC": table(), "LSOA21_WD25_LAD25_EW_LU": lookup(codes)}
        with serving(answering(tables)) as server, pytest.raises(SourceFailed, match=words):
            fetched(server, client, tmp_path, **BY_CODES)


def test_a_field_that_fits_none_or_several_is_named(client: Client, tmp_path: Path) -> None:
    tables = {"LSOA_EW_BGC": table(), "LSOA21_WD25_LAD25_EW_LU": lookup(codes_of([3]))}
    with serving(answering(tables)) as server:
        for pattern, words in ((r"MSOA\d\dCD", "it has ‘FID’"), (".*", "several fit")):
            with pytest.raises(SourceFailed, match=words):
                fetched(server, client, tmp_path, **{**BY_CODES, "code_field": pattern})


def test_the_sum_of_a_file_is_the_same_however_its_rows_came(
    client: Client, tmp_path: Path
) -> None:
    sums = set()
    for page, is_paged in ((2, True), (5, False), (100, True)):
        with serving(answering({"Places": table(page=page, is_paged=is_paged)})) as server:
            found = fetched(server, client, tmp_path, service="Places")
        sums.add(hashlib.sha256(found.path.read_bytes()).hexdigest())
    assert len(sums) == 1


@pytest.mark.slow
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="memory is looked up in /proc, which is missing"
)
def test_a_layer_of_200_megabytes_needs_less_than_a_gigabyte_and_a_half(tmp_path: Path) -> None:
    """Rings of 4,000 corners; the fetch runs alone in a process, whose memory is looked up."""
    turns = np.linspace(0, 2 * np.pi, 4_000)
    ring = np.column_stack([np.cos(turns), -np.sin(turns)]) * 100 + (375_000, 390_000)
    rings = [(ring + row / 7).tolist() for row in range(1_250)]
    rows = [({"FID": row}, {"rings": [[*ring[:-1], ring[0]]]}) for row, ring in enumerate(rings)]
    layer = Table(rows=rows, types={"FID": "OID"}, shape="esriGeometryPolygon", page=2_000)
    program = (
        # Not ru_maxrss: that of a program begins with what its parent had.
        "import re, sys\nfrom pathlib import Path\n"
        "from tests.sources.test_arcgis import QUICK, Client, Server, fetched, replace\n"
        "client = Client(replace(QUICK, idle_s=60), Path(sys.argv[2]) / 'locks')\n"
        "found = fetched(Server(sys.argv[1]), client, Path(sys.argv[2]), service='Places')\n"
        "status = Path('/proc/self/status').read_text()\n"
        "print(found.rows, re.search(r'VmHWM:\\s+(\\d+) kB', status).group(1))\n"
    )
    sent: list[int] = []
    answer = answering({"Places": layer})

    def route(asked: Asked) -> Reply:
        reply = answer(asked)
        sent.append(len(reply.body))
        return reply

    with serving(route) as server:
        done = subprocess.run(
            [sys.executable, "-B", "-c", program, server.address, tmp_path], capture_output=True,
            text=True, check=False, cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": "."},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    count, kilobytes = (int(word) for word in done.stdout.split())
    assert count == 1_250
    assert sum(sent) > 200e6
    assert kilobytes * 1024 < 1.5e9
