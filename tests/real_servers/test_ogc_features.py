"""Collections of pygeoapi, a real server, through a proxy that spoils what it answers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from pipeline.config.place import OgcCollection
from pipeline.files.vectors import read_vector
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.http import Client, Service
from pipeline.sources.ogc_features import fetch
from tests.servers.faulty import Server
from tests.servers.proxy import Kept, proxy_of
from tests.servers.pygeoapi import MISSING, is_installed, pygeoapi
from tests.sources.faults import one_each

CHECKOUT = Path(__file__).parents[2]
TRAFFORD = Path(os.environ.get("REAL_DATA", CHECKOUT.parent / "shared" / "places")) / "trafford"
LAYERS = {"trafford_bus_stops": 1025, "trafford_greenspace_sites": 427}
AREA = Area("E08000009", -2.55, 53.30, -2.20, 53.55)
N = 5_000
FIRST_UPRN = 100_000_000_000
# Collection, count, five pages, one beyond them that the last one names, count.
REQUESTS = ("collection", "count", *(f"page {page}" for page in range(1, 7)), "count again")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not is_installed(), reason=MISSING)]


def where(row: int) -> tuple[float, float]:
    return 375_000.25 + row % 100 * 10, 390_000.5 + row // 100 * 10


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve 5,000 points in metres."""
    folder = tmp_path_factory.mktemp("pygeoapi")
    rows: list[dict[str, object]] = [
        {
            "type": "Feature",
            "properties": {"id": 3 * (N - row), "uprn": FIRST_UPRN + row, "name": f"No {row}"},
            "geometry": {"type": "Point", "coordinates": where(row)},
        }
        for row in range(N)
    ]
    with pygeoapi(folder, {"stops": saved(folder / "stops.geojson", rows)}, metric=True) as server:
        yield server


@pytest.fixture(scope="module")
def kept() -> Kept:
    return {}


@pytest.fixture
def proxy(address: str, kept: Kept) -> Iterator[Server]:
    with proxy_of(address, kept) as server:
        yield server


def saved(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    return path


def fetched(address: str, folder: Path, name: str = "stops") -> Fetched:
    service = Service("pygeoapi", frozenset({"127.0.0.1"}), is_local=True, attempts=3)
    client = Client(service, folder.parent / "locks", sleep=lambda _: None)
    place = OgcCollection(ogc_features=address, collection=name, local=True)
    return fetch(place, AREA, client, folder)


@pytest.fixture(scope="module")
def whole(address: str, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a fetch in which nothing went wrong."""
    return fetched(address, tmp_path_factory.mktemp("whole") / "raw").path.read_bytes()


def test_five_thousand_rows_come_in_metres_with_their_uprns_whole(
    proxy: Server, whole: bytes, tmp_path: Path
) -> None:
    found = fetched(proxy.address, tmp_path / "raw")
    rows = read_vector(found.path)
    assert found.rows == len(rows) == N
    assert rows["uprn"].tolist() == [str(FIRST_UPRN + row) for row in reversed(range(N))]
    assert rows.crs.to_epsg() == 27700
    points = shapely.get_coordinates(rows.geometry).tolist()
    assert points == [list(where(row)) for row in reversed(range(N))]
    assert len(proxy.asked) == len(REQUESTS)
    assert found.path.read_bytes() == whole


@pytest.mark.parametrize("first", [0, 6, 12])
def test_another_fault_at_every_request_is_got_over(
    first: int, proxy: Server, whole: bytes, tmp_path: Path
) -> None:
    proxy.faults = one_each(len(REQUESTS), first)
    assert fetched(proxy.address, tmp_path / "raw").path.read_bytes() == whole
    assert len(proxy.asked) == 2 * len(REQUESTS)


@pytest.mark.parametrize(("name", "count"), LAYERS.items())
def test_layers_of_trafford_come_as_they_are_published(
    name: str, count: int, tmp_path: Path
) -> None:
    path = TRAFFORD / f"{name}.geojson"
    if not path.is_file():
        pytest.skip(f"the real places are missing: set REAL_DATA (looked for {path})")
    rows = json.loads(path.read_text("utf-8-sig"))["features"]
    for number, row in enumerate(rows):
        row["properties"] = {"id": number, **row["properties"]}
    with pygeoapi(
        tmp_path / "server", {name: saved(tmp_path / "rows.geojson", rows)}, 100
    ) as server:
        found = fetched(server, tmp_path / "raw", name)
    here, published = read_vector(found.path), read_vector(path)
    assert found.rows == len(here) == len(published) == count
    for column in published.columns.drop(["geometry", "id"], errors="ignore"):
        assert here[column].tolist() == published[column].tolist()
    ours = gpd.GeoSeries(here.geometry.to_numpy(), crs=4326)
    assert ours.equals(gpd.GeoSeries(published.geometry.to_numpy(), crs=4326))
