"""Layers from Koop, a real FeatureServer, through a proxy that spoils what it answers."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from pipeline.config.place import ArcgisLayer
from pipeline.errors import SourceFailed
from pipeline.files.vectors import read_vector
from pipeline.sources.arcgis import fetch
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.http import Client, Service
from tests.servers import faulty
from tests.servers.faulty import Fault, Server
from tests.servers.koop import MISSING, ROOT, is_installed, koop
from tests.servers.proxy import at, proxy_of

CHECKOUT = Path(__file__).parents[2]
REAL_DATA = Path(os.environ.get("REAL_DATA", CHECKOUT.parent / "shared" / "places"))
TRAFFORD = REAL_DATA / "trafford"
LAYERS = {
    "trafford_greenspace_sites": 427, "trafford_greenspace_access_points": 893,
    "trafford_allotments": 35, "trafford_conservation_areas": 21,
    "lsoa_2021_trafford_lsoa_generalised": 139,
}  # fmt: skip
AREA = Area("E08000009", -2.55, 53.30, -2.20, 53.55)
N, PAGE = 5_000, 1_000
FIRST_UPRN = 100_000_000_000
SLOWEST_FETCH_S = 20.0
WHERE = np.column_stack([-2.5 + np.arange(N) / 20_000, 53.31 + np.arange(N) / 25_000])
# List, layer, count, five pages, count.
REQUESTS = ("list", "layer", "count", *(f"page {page}" for page in range(1, 6)), "count again")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not is_installed(), reason=MISSING)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """5,000 points, and layers of Trafford where they are."""
    folder = tmp_path_factory.mktemp("served")
    rows: list[dict[str, object]] = [
        {
            "type": "Feature",
            "properties": {
                "OBJECTID": 3 * (N - row),
                "uprn": FIRST_UPRN + row,
                "name": f"No {row}",
            },
            "geometry": {"type": "Point", "coordinates": WHERE[row].tolist()},
        }
        for row in range(N)
    ]
    save(folder / "five_thousand.geojson", rows, PAGE)
    for name in LAYERS:
        if (TRAFFORD / f"{name}.geojson").is_file():
            save(folder / f"{name}.geojson", features_of(TRAFFORD / f"{name}.geojson"), 100)
    return folder


def features_of(path: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(path.read_text("utf-8-sig"))["features"]
    for number, feature in enumerate(found, start=1):
        properties = feature["properties"]
        assert isinstance(properties, dict)
        properties["row"] = number
    return found


def save(path: Path, features: list[dict[str, object]], page: int) -> None:
    key = "OBJECTID" if page == PAGE else "row"
    about = {"idField": key, "maxRecordCount": page}
    content = {"type": "FeatureCollection", "metadata": about, "features": features}
    path.write_text(json.dumps(content), "utf-8")


@pytest.fixture(scope="module")
def address(served: Path) -> Iterator[str]:
    with koop(served) as running:
        yield running


@pytest.fixture
def proxy(address: str) -> Iterator[Server]:
    with proxy_of(address) as server:
        yield server


def fetched(
    address: str, service: str, folder: Path, attempts: int = 3, idle_s: float = 10.0
) -> Fetched:
    koop_here = Service(
        "Koop", frozenset({"127.0.0.1"}), is_local=True, attempts=attempts, idle_s=idle_s
    )
    client = Client(koop_here, folder.parent / "locks", sleep=lambda _: None)
    place = ArcgisLayer(arcgis=address + ROOT, service=service, local=True)
    return fetch(place, AREA, client, folder)


@pytest.fixture(scope="module")
def whole(address: str, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a fetch in which nothing went wrong."""
    found = fetched(address, "five_thousand", tmp_path_factory.mktemp("whole") / "raw")
    return found.path.read_bytes()


def test_five_thousand_rows_come_in_five_pages_with_their_uprns_whole(
    proxy: Server, whole: bytes, tmp_path: Path
) -> None:
    found = fetched(proxy.address, "five_thousand", tmp_path / "raw")
    rows = read_vector(found.path)
    assert found.rows == len(rows) == N
    assert rows["uprn"].tolist() == [str(FIRST_UPRN + row) for row in reversed(range(N))]
    assert len(proxy.asked) == len(REQUESTS)
    assert found.path.read_bytes() == whole
    expected = gpd.GeoSeries(gpd.points_from_xy(*WHERE[::-1].T), crs=4326).to_crs(27700)
    away = expected.distance(rows.geometry.reset_index(drop=True), align=False)
    assert away.max() < 5  # the two sides may differ by the grid shift that one of them lacks


@pytest.mark.parametrize(("name", "count"), LAYERS.items())
def test_layers_of_trafford_come_as_they_are_published(
    name: str, count: int, address: str, tmp_path: Path
) -> None:
    if not (TRAFFORD / f"{name}.geojson").is_file():
        pytest.skip(f"the real places are missing: set REAL_DATA (looked for {name} in {TRAFFORD})")
    found = fetched(address, name, tmp_path / "raw")
    rows = read_vector(found.path).reset_index(drop=True)
    published = read_vector(TRAFFORD / f"{name}.geojson").reset_index(drop=True)
    assert found.rows == len(rows) == len(published) == count
    for column in published.columns.drop(["geometry", "id"], errors="ignore"):
        # What looks like a day is one to Koop, and travels as a moment.
        came = rows[column].str.removesuffix("T00:00:00+00:00")
        assert came.tolist() == published[column].tolist()
    there = published.geometry.to_crs(27700).make_valid()
    here = rows.geometry.make_valid()
    assert here.hausdorff_distance(there, align=False).max() < 5
    if there.area.max() > 0:
        assert (here.area / there.area - 1).abs().max() < 0.001


def error(code: int) -> Fault:
    return faulty.instead(json.dumps({"error": {"code": code, "message": "Failed"}}).encode())


def in_json(change: object) -> Fault:
    def changed(body: bytes) -> bytes:
        content = json.loads(body)
        change(content)  # type: ignore[operator]
        return json.dumps(content).encode()

    return faulty.altered(changed)


def pop(content: dict[str, list[object]]) -> None:
    if content.get("features"):
        content["features"].pop(0)


def double(content: dict[str, list[object]]) -> None:
    if content.get("features"):
        content["features"] += content["features"]


def fewer(content: dict[str, int]) -> None:
    if "count" in content:
        content["count"] -= 1


PASSES = {
    "500": faulty.status(500), "503": faulty.status(503), "504": faulty.status(504),
    "429": faulty.status(429), "429, wait": faulty.status(429, "0"), "reset": faulty.reset,
    "cut": faulty.cut(), "chunks cut": faulty.cut_chunks, "packing cut": faulty.cut_packed,
    "cut, unannounced": faulty.cut_unannounced(), "page": faulty.web_page,
    "page as data": faulty.disguised_page, "error with 200": error(503),
}  # fmt: skip
BEGINS_AGAIN = {"short page": in_json(pop), "page twice": in_json(double)}
STAYS = {"error 400": error(400), "private address": faulty.redirect("http://10.0.0.7/")}


@pytest.mark.parametrize("name", PASSES)
def test_what_passes_is_got_over_at_every_request(
    name: str, proxy: Server, whole: bytes, tmp_path: Path
) -> None:
    proxy.faults = [PASSES[name], None] * len(REQUESTS)
    found = fetched(proxy.address, "five_thousand", tmp_path / "raw")
    assert found.path.read_bytes() == whole
    assert [file.name for file in found.path.parent.iterdir()] == [found.path.name]
    assert len(proxy.asked) == 2 * len(REQUESTS)


@pytest.mark.parametrize(
    ("number", "fault"),
    [*((page, fault) for page in (3, 5, 7) for fault in BEGINS_AGAIN.values()),
     (2, in_json(fewer)), (8, in_json(fewer))],
)  # fmt: skip
def test_pages_and_counts_that_do_not_fit_are_asked_for_from_the_beginning(
    number: int, fault: Fault, proxy: Server, whole: bytes, tmp_path: Path
) -> None:
    proxy.faults = at(number, fault)
    found = fetched(proxy.address, "five_thousand", tmp_path / "raw")
    assert found.path.read_bytes() == whole
    assert len(REQUESTS) < len(proxy.asked) < 2 * len(REQUESTS)


@pytest.mark.parametrize("name", STAYS)
def test_what_stays_is_an_error_at_every_request_and_leaves_nothing(
    name: str, proxy: Server, tmp_path: Path
) -> None:
    for number, request in enumerate(REQUESTS):
        proxy.faults = at(number, STAYS[name])
        with pytest.raises(SourceFailed, match=r"^Koop: "):
            fetched(proxy.address, "five_thousand", tmp_path / request)
        assert not list((tmp_path / request).glob("*"))


def test_nobody_waits_for_a_server_that_hangs(proxy: Server, tmp_path: Path) -> None:
    for number, request in ((2, "count"), (3, "page 1"), (7, "page 5")):
        proxy.faults = at(number, faulty.hang)
        began = time.monotonic()
        with pytest.raises(SourceFailed, match="kept silent for too long"):
            fetched(proxy.address, "five_thousand", tmp_path / request, attempts=1, idle_s=2.0)
        assert time.monotonic() - began < 2 + SLOWEST_FETCH_S
        assert not list((tmp_path / request).glob("*"))
