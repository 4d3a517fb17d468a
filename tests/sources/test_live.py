"""Each real service is asked for one small thing: as declared, changed or unreachable."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import TypeAdapter

from pipeline.config import MapPlace, NationalTable, Place
from pipeline.config.place import (
    ArcgisLayer,
    GeofabrikRegion,
    NaptanStops,
    NomisTable,
    OgcCollection,
    OsProduct,
    OverpassArea,
    PlanningData,
    WebFile,
    WfsLayer,
)
from pipeline.files.declared import DeclaredInput
from pipeline.sources import http, live, naptan
from pipeline.sources.asking import Area
from pipeline.sources.live import AS_DECLARED, AWAY, CHANGED
from pipeline.sources.services import KINDS as KINDS_OF_SERVICE
from pipeline.sources.services import client_for
from pipeline.steps.keeping import live_check
from tests.servers import arcgis, faulty
from tests.servers import geofabrik as regions
from tests.servers.faulty import Asked, Reply, Server, serving

TYPES = {"FID": "OID", "LSOA21CD": "String", "LSOA21NM": "String", "LAD25CD": "String"}
BOUNDARIES = {
    "kind": "boundaries", "title": "Areas", "publisher": "ONS", "licence": "OGL-UK-3.0",
    "attribution": "ONS", "date": "2021-12-01", "vintage": "lsoa_2021", "code": ["LSOA21CD"],
    "name": ["LSOA21NM"],
}  # fmt: skip
RING = [[[0.0, 0.0], [0.0, 9.0], [9.0, 9.0], [9.0, 0.0], [0.0, 0.0]]]
WFS_HEAD = 'xmlns:wfs="http://www.opengis.net/wfs/2.0" version="2.0.0"'


def layer(types: dict[str, str] = TYPES) -> arcgis.Table:
    cells = dict(zip(types, (1, "E01000001", "One", "E08000037"), strict=True))
    return arcgis.Table([(cells, {"rings": RING})], types, "esriGeometryPolygon", page=1)


@dataclass
class World:
    """All services on one machine, as they are declared; tests change a part of it."""

    layers: dict[str, arcgis.Table] = field(
        default_factory=lambda: {"Areas_BFC_V2": layer(), "Areas_LU_V1": layer()}
    )
    columns: tuple[str, ...] = naptan.COLUMNS
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        parts = urlsplit(asked.path)
        self.asked.append(asked.path)
        for begin, reply in self.replies.items():
            if parts.path.startswith(begin):
                return reply
        if parts.path.startswith(arcgis.ROOT):
            return arcgis.answering(self.layers)(asked)
        return self._of_others(parts.path, parse_qs(parts.query), asked.headers["Host"])

    def _of_others(self, path: str, query: dict[str, list[str]], host: str) -> Reply:
        page = Reply(b"<!doctype html><p>Where the data is", "text/html")
        feature = {
            "type": "Feature",
            "id": 1,
            "properties": {"LSOA21CD": "E1", "LSOA21NM": "One"},
            "geometry": None,
        }
        entity = {"entity": 1, "dataset": "brownfield-land", "entry-date": "", "geometry": "",
                  "point": ""}  # fmt: skip
        url = f"http://{host}/files/wales.osm.pbf"
        known: dict[str, Any] = {
            "/ogc/collections/trees/items": {
                "type": "FeatureCollection", "features": [feature], "numberMatched": 7,
            },
            "/entity.json": {"count": 31_904, "entities": [entity]},
            "/downloads/v1/products/OpenGreenspace/downloads": [
                {"fileName": "gb.zip", "url": "https://api.os.uk/x", "size": 9, "md5": "0" * 32,
                 "format": "GeoPackage", "area": "GB"}],
            "/api/interpreter": {"osm3s": {"timestamp_osm_base": "2026-11-20T00:00:00Z"}},
            "/index.json": {"type": "FeatureCollection", "features": [
                regions.region("wales", (-5.5, 51.3, -2.6, 53.5), url)]},
        }  # fmt: skip
        text = {
            "/files/ranks.csv": ("code,rank\r\nE01000001,1\r\n", "text/csv"),
            "/v1/access-nodes": (",".join(self.columns) + "\r\n" + "x" * 9_000, "text/csv"),
            "/api/v01/dataset/NM_2021_1.data.csv": (
                "GEOGRAPHY_CODE,OBS_VALUE,RECORD_COUNT\r\nE01000001,5,126\r\n", "text/csv"),
            "/api/status": ("Connected as: 1\nRate limit: 2\n2 slots available now.", "text/plain"),
            "/files/wales.osm.pbf.md5": (f"{'0' * 32}  wales.osm.pbf\n", "text/plain"),
        }  # fmt: skip
        if path == "/wfs":
            return Reply(_wfs(query["request"][0]).encode(), "application/xml")
        if path in known:
            return Reply(json.dumps(known[path]).encode())
        if path in text:
            return Reply(text[path][0].encode(), text[path][1])
        return page if path == "/about" else Reply(b"{}", status=404)


def _wfs(request: str) -> str:
    if request == "GetFeature":
        return f'<wfs:FeatureCollection {WFS_HEAD} numberMatched="12" numberReturned="0"/>'
    return (
        f"<wfs:WFS_Capabilities {WFS_HEAD}><wfs:FeatureTypeList><wfs:FeatureType>"
        "<wfs:Name>app:trees</wfs:Name>"
        "</wfs:FeatureType></wfs:FeatureTypeList></wfs:WFS_Capabilities>"
    )


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def server(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(http, "_pause", lambda _: 0.0)
    monkeypatch.setattr(live, "IDLE_S", 0.5)
    with serving(world) as server:
        yield server


def places(at: str) -> dict[str, Place | MapPlace]:
    """Return a place of each kind."""
    return {
        "file": WebFile(url=f"{at}/files/ranks.csv", local=True),
        "arcgis": ArcgisLayer.model_validate({
            "arcgis": f"{at}{arcgis.ROOT}", "service": r"Areas_BFC_V\d+", "local": True,
            "code_field": r"LSOA\d\dCD", "codes": {
                "service": r"Areas_LU_V\d", "where": "LAD25CD = '{code}'", "field": r"LSOA\d\dCD"},
        }),
        "ogc": OgcCollection(ogc_features=f"{at}/ogc", collection="trees", local=True),
        "wfs": WfsLayer(wfs=f"{at}/wfs", type_name="app:trees", local=True),
        "planning": PlanningData(planning_data="brownfield-land", api=at, local=True),
        "naptan": NaptanStops(naptan=("410",), api=at, local=True),
        "nomis": NomisTable(nomis="NM_2021_1", type="TYPE151", api=at, local=True),
        "os": OsProduct(os_downloads="OpenGreenspace", format="GeoPackage", api=at, local=True),
        "overpass": OverpassArea(overpass=f"{at}/api", local=True),
        "geofabrik": GeofabrikRegion(geofabrik="wales", index=f"{at}/index.json", local=True),
    }  # fmt: skip


def look(kind: str, server: Server, folder: Path) -> live.Looked:
    """Look at one place, and at no landing page."""
    table = TypeAdapter(NationalTable).validate_json(json.dumps(BOUNDARIES))
    declared = DeclaredInput(
        kind, places(server.address)[kind], f"The {kind}", "p", "l", "a", None, "t", table
    )
    (looked,) = live.answered(
        live.questions({"town": [declared]}, {"town": "E08000037"}, folder / "locks")
    )
    return looked


KINDS = tuple(places("http://127.0.0.1"))


def test_every_kind_of_place_is_looked_at() -> None:
    assert {type(place) for place in places("http://127.0.0.1").values()} == KINDS_OF_SERVICE.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_that_is_as_declared_is_said_to_be(
    kind: str, server: Server, world: World, tmp_path: Path
) -> None:
    looked = look(kind, server, tmp_path)
    assert looked.state == AS_DECLARED, looked
    assert looked.words
    assert 1 <= len(world.asked) <= 8


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("fault", "state"),
    [(faulty.status(404), CHANGED), (faulty.web_page, CHANGED), (faulty.disguised_page, CHANGED),
     (faulty.status(503), AWAY), (faulty.reset, AWAY), (faulty.hang, AWAY)],
    ids=["404", "page", "page as data", "503", "reset", "hang"],
)  # fmt: skip
def test_a_service_that_is_away_is_told_from_one_that_has_changed(
    kind: str, fault: faulty.Fault, state: str, server: Server, tmp_path: Path
) -> None:
    server.always = fault
    looked = look(kind, server, tmp_path)
    assert looked.state == state, looked
    assert "Traceback" not in looked.words


def test_a_public_overpass_server_says_how_busy_it_is(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = OverpassArea(overpass=f"{server.address}/api", local=True)
    declared = DeclaredInput("osm", place, "The map", "p", "l", "a", None, None, None)
    own = client_for(place, "The map", tmp_path / "locks")
    public = declared.place.model_copy(update={"local": False})
    monkeypatch.setattr("pipeline.sources.live.client_for", lambda *_: own)
    asked = replace(declared, place=public)
    assert live.look_at(asked, Area("E1", 0, 0, 1, 1), tmp_path) == "says how busy it is"
    assert [one.path for one in server.asked] == ["/api/status"]


def _rename_service(world: World) -> None:
    world.layers["Areas_BGC_V3"] = world.layers.pop("Areas_BFC_V2")


def _rename_column(world: World) -> None:
    renamed = {name.replace("LSOA21NM", "LSOA22NM"): kind for name, kind in TYPES.items()}
    world.layers["Areas_BFC_V2"] = layer(renamed)


def _empty(world: World) -> None:
    world.layers["Areas_BFC_V2"].rows = []


def _merge_district(world: World) -> None:
    world.layers["Areas_LU_V1"].rows[0][0]["LAD25CD"] = "E06000099"


def _lose_stop_columns(world: World) -> None:
    world.columns = tuple(name for name in naptan.COLUMNS if name != "Easting")


def _answer(path: str, content: Any) -> Callable[[World], None]:  # noqa: ANN401 (JSON)
    body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
    kind = "application/json" if not isinstance(content, str) else "text/csv"

    def change(world: World) -> None:
        world.replies[path] = Reply(body, kind)

    return change


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("arcgis", _rename_service, "none of its 2 services is called"),
        ("arcgis", _rename_column, "has no column ‘LSOA21NM’"),
        ("arcgis", _empty, "has no row"),
        ("arcgis", _merge_district, "has no row where ‘LAD25CD = 'E08000037'’"),
        ("ogc", _answer("/ogc", {"type": "FeatureCollection", "features": []}), "holds 0 rows"),
        ("planning", _answer("/entity.json", {"count": 3, "entities": [{"entity": 1}]}), "dataset"),
        ("planning", _answer("/entity.json", {"total": 3}), "holds no count"),
        ("planning", _answer("/entity.json", {"count": 1, "entities": [1]}), "a row that is none"),
        ("naptan", _lose_stop_columns, "without the columns ‘Easting’"),
        ("nomis", _answer("/api/v01", "GEO,OBS_VALUE,RECORD_COUNT\r\n1,2,3\r\n"), "GEOGRAPHY_CODE"),
        ("os", _answer("/downloads", [{"fileName": "a", "url": "b", "size": 1}]), "MD5"),
        ("geofabrik", _answer("/files", {"gone": True}), ""),
        ("geofabrik", _answer("/index.json", {"features": [{}]}), "no region"),
    ],
)  # fmt: skip
def test_what_has_changed_is_said(
    kind: str, change: Callable[[World], None], words: str, server: Server, world: World,
    tmp_path: Path,
) -> None:  # fmt: skip
    change(world)
    looked = look(kind, server, tmp_path)
    assert looked.state == CHANGED, looked
    assert words in looked.words


def test_no_word_of_a_server_writes_to_the_terminal() -> None:
    question = live.Question("A", "https://a.example/", lambda: "Wales\x1b[2J\u202e, with its MD5")
    (looked,) = live.answered([question])
    assert looked.words == "Wales[2J, with its MD5"


def test_a_host_that_is_away_is_not_asked_for_the_rest_and_pages_are_looked_at_too(
    server: Server, tmp_path: Path
) -> None:
    gone = "http://127.0.0.1:9"
    inputs = [
        DeclaredInput(kind, place, kind, "p", "l", "a", None, None, None)
        for at in (gone, server.address)
        for kind, place in places(at).items()
    ]
    began = time.monotonic()
    asking = live.questions({"a": inputs, "b": inputs}, {"a": "E1", "b": "E1"}, tmp_path / "locks")
    looked = live.answered(asking)
    assert time.monotonic() - began < 30
    assert len(looked) == len(inputs)  # what two districts share is asked for once
    of_gone = [one for one in looked if one.where.startswith("127.0.0.1:9")]
    assert {one.state for one in of_gone} == {AWAY}
    assert sum("was not asked again" in one.words for one in of_gone) == len(of_gone) - 1
    page = live.Question("Areas", f"{server.address}/about", lambda: live._page(
        f"{server.address}/about", "Areas", tmp_path / "locks"))  # fmt: skip
    data = live.Question("Areas", f"{server.address}/entity.json", lambda: live._page(
        f"{server.address}/entity.json", "Areas", tmp_path / "locks"))  # fmt: skip
    assert [one.state for one in live.answered([page, data])] == [AS_DECLARED, CHANGED]


def test_what_was_seen_says_when(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = live.Looked("The map", "a.example", AS_DECLARED, "says how busy it is")
    monkeypatch.setattr(live, "answered", lambda _: [seen])
    national, out = tmp_path / "national.json", tmp_path / "live-check.json"
    national.write_text("{}", encoding="utf-8")
    live_check(national, out=(out,))
    told = json.loads(out.read_bytes())
    assert datetime.now(UTC) - datetime.fromisoformat(told["asked"]) < timedelta(minutes=5)
    assert told["places"] == [vars(seen)]
