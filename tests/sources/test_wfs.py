"""All rows of a feature type, or a sentence: whatever goes wrong, at whichever request."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config.place import WfsLayer
from pipeline.errors import SourceFailed
from pipeline.files.vectors import read_vector
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.gml import Page
from pipeline.sources.http import Client, Service
from pipeline.sources.wfs import Capabilities, fetch
from tests.servers import faulty
from tests.servers.faulty import Asked, Fault, Reply, Server, serving
from tests.servers.proxy import at
from tests.sources.faults import FAULTS, WRONG
from tests.sources.faults import PASSES as PASS

AREA = Area("E08000009", -2.48, 53.35, -2.25, 53.48)
FIRST_UPRN = 100_000_000_000
N = 7
QUICK = Service(
    "the example service", frozenset({"127.0.0.1"}), is_local=True, attempts=3, idle_s=0.1,
    total_s=0.4,
)  # fmt: skip
PATIENT = replace(QUICK, total_s=60.0)
# 7 rows in pages of 3: capabilities, hits, 3 pages, the empty one beyond, hits.
REQUESTS = ("capabilities", "hits", "page 1", "page 2", "page 3", "page beyond", "hits again")
METRES = "urn:ogc:def:crs:EPSG::27700"
NAMES = (
    'xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" '
    'xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:app="http://example.org/app"'
)
XML_TYPE = "application/gml+xml; version=3.2"
REFUSAL = (
    f'<?xml version="1.0"?><ows:ExceptionReport {NAMES} version="2.0.0"><ows:Exception '
    'exceptionCode="NoApplicableCode"><ows:ExceptionText>Out of memory</ows:ExceptionText>'
    "</ows:Exception></ows:ExceptionReport>"
).encode()


@dataclass
class Wfs:
    """A server of one feature type, in the order of its rows, which is not that of their ids."""

    rows: int = N
    page: int = 3
    formats: tuple[str, ...] = (XML_TYPE, "application/json")
    systems: tuple[str, ...] = ("urn:ogc:def:crs:EPSG::4326", METRES)
    constraints: dict[str, str] = field(default_factory=dict)
    # What hits and pages say of all rows; a page may hold no more than `page` whatever is asked.
    hits: str = "all"
    identity: str = "stop.{}"
    version: str = "2.0.0"
    is_turned: bool = False
    is_paged: bool = True

    def answer(self, asked: Asked) -> Reply:
        query = {name.casefold(): value for name, value in parse_qsl(urlsplit(asked.path).query)}
        if query["request"] == "GetCapabilities":
            return Reply(self.capabilities(), "text/xml")
        assert query["version"] == "2.0.0"
        assert query["typenames"] == "app:stops"
        if query.get("resulttype") == "hits":
            said = str(self.rows) if self.hits == "all" else self.hits
            return self.collection([], said)
        is_metric = METRES in self.systems
        box = [float(edge) for edge in query["bbox"].split(",")[:4]]
        assert query["bbox"].endswith(METRES if is_metric else "urn:ogc:def:crs:EPSG::4326")
        assert box[0] < (375_000 if is_metric else 53.4) < box[2]
        begin = int(query["startindex"]) if self.is_paged else 0
        numbers = range(1, self.rows + 1)[begin : begin + min(int(query["count"]), self.page)]
        said = "unknown" if self.hits != "all" else str(self.rows)
        if "json" in query.get("outputformat", ""):
            return self.as_json([*numbers], said)
        return self.collection([*numbers], said)

    def where(self, number: int) -> tuple[float, float]:
        metric = METRES in self.systems
        x, y = (375_000.5 + number, 390_000.25) if metric else (-2.4 + number / 1000, 53.4)
        return (y, x) if self.is_turned else (x, y)

    def as_json(self, numbers: list[int], said: str) -> Reply:
        features = [
            {
                "type": "Feature", "id": self.identity.format(40 - number),
                "geometry": {"type": "Point", "coordinates": list(self.where(number))},
                "properties": {"uprn": FIRST_UPRN + number, "name": f"Place {number}"},
            }
            for number in numbers
        ]  # fmt: skip
        content: dict[str, Any] = {
            "type": "FeatureCollection", "features": features, "numberReturned": len(features),
        }  # fmt: skip
        if said.isdecimal():
            content["numberMatched"] = int(said)
        return Reply(json.dumps(content).encode(), "application/json;charset=UTF-8")

    def collection(self, numbers: list[int], said: str) -> Reply:
        members = "".join(self.member(number) for number in numbers)
        return Reply(
            f'<?xml version="1.0" encoding="UTF-8"?><wfs:FeatureCollection {NAMES} numberMatched='
            f'"{said}" numberReturned="{len(numbers)}">{members}</wfs:FeatureCollection>'.encode(),
            XML_TYPE,
        )

    def member(self, number: int) -> str:
        x, y = self.where(number)
        identity, degrees = escape(self.identity.format(40 - number)), METRES not in self.systems
        place = f"{y} {x}" if degrees else f"{x} {y}"
        system = "urn:ogc:def:crs:EPSG::4326" if degrees else METRES
        return (
            f'<wfs:member><app:stops gml:id="{identity}"><app:geom><gml:Point gml:id="g{identity}" '
            f'srsName="{system}"><gml:pos>{place}</gml:pos></gml:Point></app:geom>'
            f"<app:uprn>{FIRST_UPRN + number}</app:uprn><app:name>Place {number}</app:name>"
            f"<app:code>00{number}</app:code></app:stops></wfs:member>"
        )

    def capabilities(self) -> bytes:
        values = "".join(f"<ows:Value>{name}</ows:Value>" for name in self.formats)
        limits = "".join(
            f'<ows:Constraint name="{name}"><ows:NoValues/><ows:DefaultValue>{value}'
            "</ows:DefaultValue></ows:Constraint>"
            for name, value in self.constraints.items()
        )
        tags = ("DefaultCRS", *["OtherCRS"] * len(self.systems))
        systems = "".join(
            f"<wfs:{tag}>{name}</wfs:{tag}>" for tag, name in zip(tags, self.systems, strict=False)
        )
        return (
            f'<wfs:WFS_Capabilities {NAMES} version="{self.version}"><ows:OperationsMetadata>'
            f'<ows:Operation name="GetFeature"><ows:Parameter name="outputFormat">{values}'
            f"</ows:Parameter></ows:Operation>{limits}</ows:OperationsMetadata><wfs:FeatureTypeList>"
            f"<wfs:FeatureType><wfs:Name>app:stops</wfs:Name>{systems}</wfs:FeatureType>"
            "</wfs:FeatureTypeList></wfs:WFS_Capabilities>"
        ).encode()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Wfs().answer) as running:
        yield running


@pytest.fixture
def client(tmp_path: Path) -> Client:
    return Client(PATIENT, tmp_path / "locks", sleep=lambda _: None)


def fetched(server: Server, client: Client, folder: Path, **change: Any) -> Fetched:  # noqa: ANN401
    place = {"wfs": f"{server.address}/ows", "type_name": "stops", "local": True, **change}
    return fetch(WfsLayer(**place), AREA, client, folder)


def must_be_all(found: Fetched) -> None:
    rows = read_vector(found.path)
    expected = list(range(N, 0, -1))
    assert rows["id"].tolist() == [f"stop.{40 - number}" for number in expected]
    assert rows["uprn"].tolist() == [str(FIRST_UPRN + number) for number in expected]
    assert found.rows == N
    assert rows.crs.to_epsg() == 27700
    assert rows.geometry.x.tolist() == [375_000.5 + number for number in expected]


@pytest.mark.parametrize("formats", [(XML_TYPE,), (XML_TYPE, "application/json")])
def test_all_rows_come_in_metres_and_in_the_order_of_their_ids(
    formats: tuple[str, ...], client: Client, tmp_path: Path
) -> None:
    with serving(Wfs(formats=formats).answer) as server:
        found = fetched(server, client, tmp_path)
        must_be_all(found)
        assert found.path.name == "app-stops.gpkg"
        assert len(server.asked) == len(REQUESTS)
        again = fetched(server, client, tmp_path / "again")
    assert again.path.read_bytes() == found.path.read_bytes()


PASSES = (*PASS, "exception report", "bomb", "other xml")
ALL_FAULTS = FAULTS | {
    "exception report": faulty.instead(REFUSAL, "application/xml"),
    "bomb": faulty.instead(
        b'<!DOCTYPE x [<!ENTITY a "b">]><wfs:FeatureCollection/>', "application/xml"
    ),
    "other xml": faulty.instead(b"<ok/>", "text/xml"),
}


def for_either(fault: Fault, name: str) -> Fault:
    """Faults that change JSON leave answers in XML as they are."""

    def strikes(handler: Any, reply: Reply) -> None:  # noqa: ANN401
        is_json = reply.content_type.startswith("application/json")
        (faulty.whole if name in WRONG and not is_json else fault)(handler, reply)

    return strikes


@pytest.mark.parametrize("name", ALL_FAULTS)
def test_a_fault_at_any_request_loses_no_row(name: str, server: Server, tmp_path: Path) -> None:
    hasty = Client(QUICK, tmp_path / "locks", sleep=lambda _: None)
    patient = hasty if name == "drip" else Client(PATIENT, tmp_path / "locks", sleep=lambda _: None)
    fault = for_either(ALL_FAULTS[name], name)
    for number, request in enumerate(REQUESTS):
        server.asked.clear()
        server.faults = at(number, fault)
        must_be_whole_or_told(server, patient, tmp_path / request, passes=name in PASSES)
    for number in (0, 3):
        server.asked.clear()
        server.faults, server.always = [None] * number, fault
        must_be_whole_or_told(server, hasty, tmp_path / f"{number}", passes=False)


def must_be_whole_or_told(server: Server, client: Client, folder: Path, *, passes: bool) -> None:
    began = time.monotonic()
    try:
        found = fetched(server, client, folder)
        with closing(sqlite3.connect(found.path)) as database:
            rows = database.execute("SELECT id, uprn, geom FROM rows ORDER BY fid").fetchall()
        assert [(row[0], int(row[1]) - FIRST_UPRN) for row in rows] == [
            (f"stop.{40 - number}", number) for number in range(N, 0, -1)
        ]
        assert all(row[2] for row in rows)
        expected = ["app-stops.gpkg"]
        words = ""
    except SourceFailed as error:
        expected, words = [], str(error)
    assert words == "" or (words.startswith("the example service: ") and not passes)
    assert "\x1b" not in words
    assert time.monotonic() - began < 4
    assert [file.name for file in folder.glob("*")] == expected
    assert len(server.asked) < 5 * len(REQUESTS)


@pytest.mark.parametrize("number", [2, 4])
@pytest.mark.parametrize(
    "change",
    [
        lambda body: body[: len(body) // 2],
        lambda body: body.replace(b"<wfs:member>", b"<!--", 1).replace(b"</wfs:member>", b"-->", 1),
        lambda body: body.replace(b'numberMatched="7"', b'numberMatched="8"'),
        lambda body: body.replace(b"gml:id", b"id_", 1),
        lambda body: body.replace(b"375", b"975"),
        lambda body: body.replace(b"::27700", b"::3857"),
        lambda body: body.replace(b"<gml:pos>", b"<gml:pos>x"),
    ],
)
def test_gml_that_is_wrong_loses_no_row_either(
    number: int,
    change: Callable[[bytes], bytes],
    client: Client,
    tmp_path: Path,
) -> None:
    with serving(Wfs(formats=(XML_TYPE,)).answer) as server:
        server.faults = at(number, faulty.altered(change))
        try:
            must_be_all(fetched(server, client, tmp_path))
            words = ""
        except SourceFailed as error:
            words = str(error)
    assert words == "" or words.startswith("the example service: ")
    assert not words or not list(tmp_path.glob("app*"))


# --- habits of servers ---------------------------------------------------------------------------


@pytest.mark.parametrize("page", [1, 6, 7, 8])
@pytest.mark.parametrize("hits", ["all", "unknown", "1", "6"])
def test_however_a_server_counts_and_hands_out_its_pages_all_rows_come(
    page: int, hits: str, client: Client, tmp_path: Path
) -> None:
    with serving(Wfs(page=page, hits=hits).answer) as server:
        must_be_all(fetched(server, client, tmp_path))


def test_a_server_that_counts_more_than_it_gives_is_refused(client: Client, tmp_path: Path) -> None:
    with (
        serving(Wfs(hits="8").answer) as server,
        pytest.raises(SourceFailed, match="7 rows came, and the server counts 8"),
    ):
        fetched(server, client, tmp_path)
    assert not list(tmp_path.glob("app*"))


def test_a_server_without_pages_gives_all_at_once_or_fails(client: Client, tmp_path: Path) -> None:
    limits = {"ImplementsResultPaging": "FALSE", "CountDefault": "2000"}
    with serving(Wfs(page=10, constraints=limits, is_paged=False).answer) as server:
        must_be_all(fetched(server, client, tmp_path / "whole"))
    with (
        serving(Wfs(page=5, constraints=limits, is_paged=False).answer) as server,
        pytest.raises(SourceFailed, match="5 rows came"),
    ):
        fetched(server, client, tmp_path)
    # And one that says nothing of it, and begins again with every page.
    with (
        serving(Wfs(page=5, is_paged=False).answer) as server,
        pytest.raises(SourceFailed, match="came twice"),
    ):
        fetched(server, client, tmp_path)
    assert not list(tmp_path.glob("app*"))


@pytest.mark.parametrize("formats", [(XML_TYPE,), ("application/json",)])
def test_without_metres_degrees_come_longitude_first(
    formats: tuple[str, ...], client: Client, tmp_path: Path
) -> None:
    wfs = Wfs(formats=formats, systems=("urn:ogc:def:crs:EPSG::4326",))
    with serving(wfs.answer) as server:
        found = fetched(server, client, tmp_path)
    content = json.loads(found.path.read_text())
    assert content["features"][0]["geometry"]["coordinates"] == [
        pytest.approx(-2.4 + N / 1000),
        53.4,
    ]
    assert len(read_vector(found.path)) == N


@pytest.mark.parametrize("formats", [(XML_TYPE,), ("application/json",)])
@pytest.mark.parametrize("systems", [(METRES,), ("urn:ogc:def:crs:EPSG::4326",)])
def test_axes_in_the_wrong_order_are_noticed(
    formats: tuple[str, ...], systems: tuple[str, ...], client: Client, tmp_path: Path
) -> None:
    with (
        serving(Wfs(formats=formats, systems=systems, is_turned=True).answer) as server,
        pytest.raises(SourceFailed, match="outside the box"),
    ):
        fetched(server, client, tmp_path)


def test_values_of_gml_stay_as_they_stand(client: Client, tmp_path: Path) -> None:
    with serving(Wfs(formats=(XML_TYPE,)).answer) as server:
        found = fetched(server, client, tmp_path)
    assert read_vector(found.path)["code"].tolist() == [f"00{number}" for number in range(N, 0, -1)]


@pytest.mark.parametrize("formats", [(XML_TYPE,), ("application/json",)])
def test_rows_numbered_anew_are_told_apart_by_a_declared_attribute_only(
    formats: tuple[str, ...], client: Client, tmp_path: Path
) -> None:
    with serving(Wfs(formats=formats, identity="fid--1a2b3c_{}0").answer) as server:
        with pytest.raises(SourceFailed, match="sort_by"):
            fetched(server, client, tmp_path)
        found = fetched(server, client, tmp_path, sort_by="uprn")
        assert read_vector(found.path)["uprn"].tolist() == [
            str(FIRST_UPRN + number) for number in range(1, N + 1)
        ]
        with pytest.raises(SourceFailed, match="has no ‘height’"):
            fetched(server, client, tmp_path, sort_by="height")


def test_an_old_server_and_an_unknown_type_are_refused_by_name(
    client: Client, server: Server, tmp_path: Path
) -> None:
    with pytest.raises(SourceFailed, match="no feature type ‘parks’; it has ‘app:stops’"):
        fetched(server, client, tmp_path, type_name="parks")
    with (
        serving(Wfs(version="1.1.0").answer) as old,
        pytest.raises(SourceFailed, match=r"version ‘1\.1\.0’"),
    ):
        fetched(old, client, tmp_path)


def test_an_error_with_status_200_is_told_in_the_words_of_the_server(
    server: Server, client: Client, tmp_path: Path
) -> None:
    server.faults, server.always = [None, None], faulty.instead(REFUSAL, "application/xml")
    with pytest.raises(SourceFailed, match="‘NoApplicableCode Out of memory’"):
        fetched(server, client, tmp_path)


# --- answers, looked through ---------------------------------------------------------------------

BODY = Wfs().collection([1, 2, 3], "7").body


@given(st.integers(0, len(BODY) - 1))
def test_no_part_of_a_page_of_gml_passes_for_a_page(length: int) -> None:
    assert Page(BODY[:length]).fault is not None


def test_a_whole_page_of_gml_is_looked_through() -> None:
    page = Page(BODY)
    assert page.fault is None
    assert page.ids == ["stop.39", "stop.38", "stop.37"]
    assert page.matched == 7


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_doctypes_are_refused_in_any_encoding(encoding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'
    )
    assert "DOCTYPE" in str(Page(text.encode(encoding)).fault)
    assert "nested" in str(Page(b"<a>" * 300 + b"</a>" * 300).fault)


def test_capabilities_are_read_as_servers_write_them() -> None:
    wfs = Wfs(constraints={"CountDefault": "1000", "ImplementsResultPaging": "TRUE"})
    can = Capabilities.read(wfs.capabilities())
    assert can.fault is None
    assert can.version == "2.0.0"
    assert can.systems == {"app:stops": ["urn:ogc:def:crs:EPSG::4326", METRES]}
    assert can.formats == [XML_TYPE, "application/json"]
    assert (can.most, can.pages) == (1000, True)
