"""The services that the table of faults is made of: real servers, and replays of those we lack."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import geopandas as gpd
import pyogrio
import pytest
import shapely

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
from pipeline.sources import (
    arcgis,
    geofabrik,
    gml,
    naptan,
    nomis,
    ogc_features,
    os_downloads,
    overpass,
    planning_data,
    web_file,
    wfs,
)
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.http import Client
from tests.servers import faulty, koop, mapserver, pygeoapi
from tests.servers.faulty import Fault, Server, serving
from tests.servers.proxy import proxy_of
from tests.sources import test_naptan, test_nomis, test_os_downloads, test_planning_data
from tests.sources.faults import WRONG, in_json
from tests.tiny import write_map

AREA = Area("E08000009", -2.55, 53.30, -2.20, 53.55)
# As many pages as 5,000 rows in pages of 1,000, and a tenth of the time.
N, PAGE = 500, 100


@dataclass(frozen=True)
class Subject:
    """A service that runs, and how to fetch from it; `own` are faults that only its kind has."""

    server: Server
    fetch: Callable[[Client, Path], Fetched]
    own: dict[str, Fault] = field(default_factory=dict)
    # How patient to be with a fault, where that differs from what is usual.
    patience: dict[str, dict[str, float]] = field(default_factory=dict)


# --- real servers --------------------------------------------------------------------------------


def points() -> list[tuple[float, float]]:
    """Return where the rows lie, in metres."""
    return [(375_000.25 + row % 100 * 10, 390_000.5 + row // 100 * 10) for row in range(N)]


def _geojson(path: Path, key: str, places: list[tuple[float, float]], **more: object) -> Path:
    rows = [
        {"type": "Feature", "properties": {key: 3 * (N - row), "name": f"No {row}"},
         "geometry": {"type": "Point", "coordinates": place}}
        for row, place in enumerate(places)
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows, **more}))
    return path


def _rows(change: Callable[[list[Any]], object]) -> Fault:
    """Change the rows of a page of either JSON."""
    return in_json(lambda page: change(page["features"]) if page.get("features") else None)


def _counts(name: str) -> Fault:
    def fewer(page: dict[str, Any]) -> None:
        if name in page:
            page[name] -= 1

    return in_json(fewer)


def _again(rows: list[Any]) -> None:
    rows[-1] = rows[0]


PAGES: dict[str, Fault] = {
    "short page": _rows(lambda rows: rows.pop()),
    "no row on the page": _rows(lambda rows: rows.clear()),
    "row twice": _rows(_again),
}


@contextmanager
def koop_subject() -> Iterator[Subject]:
    """Serve through Koop, in degrees; there is no real ArcGIS Server to be had."""
    with tempfile.TemporaryDirectory() as name:
        about = {"idField": "OBJECTID", "maxRecordCount": PAGE}
        degrees = [(-2.5 + row / 2_000, 53.31 + row / 2_500) for row in range(N)]
        _geojson(Path(name) / "rows.geojson", "OBJECTID", degrees, metadata=about)
        with koop.koop(Path(name)) as address, proxy_of(address, {}) as server:
            place = ArcgisLayer(arcgis=server.address + koop.ROOT, service="rows", local=True)
            own = PAGES | {"changed count": _counts("count")}
            yield Subject(server, lambda c, folder: arcgis.fetch(place, AREA, c, folder), own)


@contextmanager
def pygeoapi_subject() -> Iterator[Subject]:
    """Serve through pygeoapi, in metres."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = _geojson(folder / "rows.geojson", "id", points())
        with (
            pygeoapi.pygeoapi(folder, {"rows": file}, PAGE, metric=True) as address,
            proxy_of(address, {}) as server,
        ):
            place = OgcCollection(ogc_features=server.address, collection="rows", local=True)
            own = PAGES | {"changed count": _counts("numberMatched"), "no ids": WRONG["no ids"]}
            yield Subject(server, lambda c, folder: ogc_features.fetch(place, AREA, c, folder), own)


MEMBER, END = b"<wfs:member>", b"</wfs:member>"


def _member_lost(body: bytes) -> bytes:
    """Lose a row and announce no more, as a server does that knows no better."""
    n = body.count(MEMBER)
    said, less = (f'numberReturned="{number}"'.encode() for number in (n, n - 1))
    begin, end = body.find(MEMBER), body.find(END) + len(END)
    return body if n == 0 else (body[:begin] + body[end:]).replace(said, less)


def _member_twice(body: bytes) -> bytes:
    begin, end = body.find(MEMBER), body.find(END) + len(END)
    return body if begin < 0 else body[:end] + body[begin:end] + body[end:]


REPORT = (
    b'<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1"><ows:Exception '
    b'exceptionCode="NoApplicableCode"/></ows:ExceptionReport>'
)
WFS_OWN: dict[str, Fault] = {
    "exception with 200": faulty.instead(REPORT, "text/xml"),
    "short page": faulty.altered(_member_lost),
    "row twice": faulty.altered(_member_twice),
    "changed count": faulty.altered(lambda b: b.replace(b'Matched="100"', b'Matched="101"')),
    "no ids": faulty.altered(lambda body: body.replace(b"gml:id", b"number")),
}


@contextmanager
def mapserver_subject() -> Iterator[Subject]:
    """Serve through MapServer, which counts no further than it gives on one page."""
    with tempfile.TemporaryDirectory() as name:
        folder, path = Path(name), Path(name) / "rows.gpkg"
        frame = gpd.GeoDataFrame(
            {"ref": [f"r{row:05d}" for row in range(N)]}, geometry=shapely.points(points()),
            crs=27700,
        )  # fmt: skip
        pyogrio.write_dataframe(frame, path, layer="rows")
        with (
            mapserver.mapserver(folder / "server", path, PAGE) as address,
            proxy_of(address.removesuffix("/wfs"), {}) as server,
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setattr(gml, "_run_reader", _reading_each_page_once())
            at = f"{server.address}/wfs"
            place = WfsLayer(wfs=at, type_name=mapserver.LAYER, local=True)
            yield Subject(server, lambda c, to: wfs.fetch(place, AREA, c, to), WFS_OWN)


def _reading_each_page_once() -> Callable[[list[Path], str], None]:
    """Keep what was read of each page: the reader’s start takes most of a fetch."""
    read, kept = gml._run_reader, {}

    def run(pages: list[Path], who: str) -> None:
        new = [page for page in pages if page.read_bytes() not in kept]
        if new:
            read(new, who)
        for page in new:
            kept[page.read_bytes()] = Path(f"{page}.rows").read_bytes()
        for page in pages:
            Path(f"{page}.rows").write_bytes(kept[page.read_bytes()])

    return run


# --- replays -------------------------------------------------------------------------------------


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Fault:
    return faulty.altered(lambda body: b"".join(change(body.splitlines(keepends=True))))


@contextmanager
def planning_data_subject() -> Iterator[Subject]:
    """Replay planning.data.gov.uk, five rows a page."""
    rows = test_planning_data.entities(test_planning_data.ROWS)

    def change(of: Callable[[list[Any]], object]) -> Fault:
        return in_json(lambda page: of(page["entities"]) if page["entities"] else None)

    own = {
        "short page": change(lambda page: page.pop()), "row twice": change(_again),
        "no row on the page": change(lambda page: page.clear()), "changed count": _counts("count"),
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch, serving(test_planning_data.answering(rows)) as s:
        patch.setattr(planning_data, "PAGE", test_planning_data.PAGE)
        place = PlanningData(planning_data="brownfield-land", api=s.address, local=True)
        yield Subject(s, lambda c, folder: planning_data.fetch(place, AREA, c, folder), own)


@contextmanager
def nomis_subject() -> Iterator[Subject]:
    """Replay Nomis, five rows an answer."""
    own = {
        "short page": _lines(lambda lines: lines[:-1]),
        "row twice": _lines(lambda lines: [*lines[:-1], lines[1]]),
        "changed count": faulty.altered(lambda body: body.replace(b",13\r\n", b",14\r\n")),
    }
    answers = test_nomis.answering(test_nomis.ROWS, test_nomis.PAGE)
    with pytest.MonkeyPatch.context() as patch, serving(answers) as server:
        patch.setattr(nomis, "PAGE", test_nomis.PAGE)
        place = NomisTable(
            nomis="NM_2021_1", type="TYPE151", dimensions={"c2021_restype_3": "0"},
            api=server.address, local=True,
        )  # fmt: skip
        yield Subject(server, lambda c, folder: nomis.fetch(place, AREA, c, folder), own)


@contextmanager
def naptan_subject() -> Iterator[Subject]:
    """Replay NaPTAN, which gives everything at once."""
    own = {"row twice": _lines(lambda lines: [*lines, lines[1]])}
    with serving(test_naptan.answering(test_naptan.STOPS)) as server:
        place = NaptanStops(naptan=("180", "910", "940"), api=server.address, local=True)
        yield Subject(server, lambda c, folder: naptan.fetch(place, AREA, c, folder), own)


@contextmanager
def os_downloads_subject() -> Iterator[Subject]:
    """Replay the OS Downloads API, which sends on to another host and publishes sums."""
    own = {
        "half of the file": faulty.altered(lambda body: body[: len(body) // 2]),
        "new version": faulty.altered(lambda body: body.replace(b"2025-10", b"2026-04")),
    }
    with serving(test_os_downloads.Shop().route) as server:
        place = OsProduct(
            os_downloads="OpenGreenspace", format="GeoPackage", api=server.address, local=True,
            also=("localhost",),
        )  # fmt: skip
        yield Subject(server, lambda c, folder: os_downloads.fetch(place, AREA, c, folder), own)


@contextmanager
def web_file_subject() -> Iterator[Subject]:
    """Serve a table at an address, whose sum is declared."""
    from tests.sources.test_web_file import SUM, route

    own = {
        "half of the file": faulty.altered(lambda body: body[: len(body) // 2]),
        "other numbers": faulty.altered(lambda body: body.replace(b",7\r\n", b",8\r\n")),
    }
    with serving(route) as server:
        place = WebFile(url=f"{server.address}/File_7.csv", sha256=SUM, local=True)
        yield Subject(server, lambda c, folder: web_file.fetch(place, AREA, c, folder), own)


@contextmanager
def overpass_subject() -> Iterator[Subject]:
    """Replay Overpass, which reports its faults in a remark under a good status."""
    from tests.servers.overpass import Town, serving_town, whole

    remark = {**whole([]), "remark": 'runtime error: Query timed out in "query" at line 3'}
    half = in_json(lambda page: page.update(elements=page["elements"][:50], remark="timed out"))
    own = {
        "remark, and no row": faulty.instead(json.dumps(remark).encode()),
        "remark, and some rows": half,
        "no remark, and half of the nodes": in_json(_fewer_nodes),
    }
    with tempfile.TemporaryDirectory() as name:
        write_map(Path(name) / "map.osm.pbf")
        town = Town.of(Path(name) / "map.osm.pbf")
        with pytest.MonkeyPatch.context() as patch, serving(serving_town(town)) as server:
            patch.setattr(overpass, "_Asker", _LastingAsker)
            place = OverpassArea(overpass=f"{server.address}/api", local=True)
            area = Area("E07099998", 0.40, 54.10, 0.45, 54.13)

            def fetch(client: Client, folder: Path) -> Fetched:
                folder.mkdir()
                kept = folder.with_name("kept")
                shutil.rmtree(kept, ignore_errors=True)
                return overpass.fetch(place, area, client, folder, kept)

            try:
                yield Subject(server, fetch, own, {"hang": {"total_s": 4.0}})
            finally:
                _LastingAsker.end_all()


class _LastingAsker(overpass._Asker):
    """Goes on from fetch to fetch with one program, whose start takes most of each."""

    programs: ClassVar[dict[str, _LastingAsker]] = {}

    def __enter__(self) -> _LastingAsker:  # noqa: PYI034 (it may be an earlier one)
        key = json.dumps(self._choices)
        return self.programs.setdefault(key, self)

    def __exit__(self, *_: object) -> None:
        pass

    @classmethod
    def end_all(cls) -> None:
        for asker in cls.programs.values():
            asker._end()
        cls.programs.clear()


def _fewer_nodes(page: dict[str, Any]) -> None:
    """Lose nodes that ways refer to, as servers do that ran out of time."""
    page["elements"] = [row for row in page["elements"] if row["type"] != "node" or row["id"] % 2]


@contextmanager
def geofabrik_subject() -> Iterator[Subject]:
    """Replay Geofabrik: its index, the sum of an extract, and the extract."""
    from tests.servers import geofabrik as replay
    from tests.sources.test_geofabrik import AREA as AROUND
    from tests.sources.test_geofabrik import REGIONS, drawn

    own = {
        "half of the file": faulty.altered(lambda body: body[: len(body) // 2]),
        "other sum": faulty.instead(b"0" * 32 + b"  wales-latest.osm.pbf\n", "text/plain"),
    }
    with tempfile.TemporaryDirectory() as name:
        extract = drawn(Path(name) / "wales.osm.pbf")
        with serving(replay.serving_extract(extract, REGIONS)) as server:
            index = f"{server.address}{replay.INDEX}"
            place = GeofabrikRegion(geofabrik="wales", index=index, local=True)

            def fetch(client: Client, folder: Path) -> Fetched:
                folder.mkdir()
                shared = folder.with_name(f"{folder.name}-shared")
                return geofabrik.fetch(place, AROUND, client, folder, shared)

            yield Subject(server, fetch, own)


Running = Callable[[], AbstractContextManager[Subject]]
SUBJECTS: dict[str, Running] = {
    "ArcGIS FeatureServer (Koop)": koop_subject,
    "OGC API Features (pygeoapi)": pygeoapi_subject,
    "WFS 2.0 (MapServer)": mapserver_subject,
    "planning.data.gov.uk (replayed)": planning_data_subject,
    "NaPTAN (replayed)": naptan_subject,
    "Nomis (replayed)": nomis_subject,
    "OS Downloads API (replayed)": os_downloads_subject,
    "A file at an address (replayed)": web_file_subject,
    "Overpass (replayed)": overpass_subject,
    "Geofabrik (replayed)": geofabrik_subject,
}
REAL: dict[Running, tuple[Callable[[], bool], str]] = {
    koop_subject: (koop.is_installed, koop.MISSING),
    pygeoapi_subject: (pygeoapi.is_installed, pygeoapi.MISSING),
    mapserver_subject: (mapserver.is_installed, mapserver.MISSING),
}
