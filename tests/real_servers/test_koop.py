"""Layers from Koop, a real FeatureServer, through a proxy that spoils what it answers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from pipeline.config.place import ArcgisLayer
from pipeline.files.vectors import read_vector
from pipeline.sources.arcgis import fetch
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.http import Client, Service
from tests.servers.faulty import Server
from tests.servers.koop import MISSING, ROOT, is_installed, koop
from tests.servers.proxy import Kept, proxy_of
from tests.sources.faults import one_each

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


@pytest.fixture(scope="module")
def kept() -> Kept:
    return {}


@pytest.fixture
def proxy(address: str, kept: Kept) -> Iterator[Server]:
    with proxy_of(address, kept) as server:
        yield server


def fetched(address: str, service: str, folder: Path) -> Fetched:
    koop_here = Service("Koop", frozenset({"127.0.0.1"}), is_local=True, attempts=3)
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


@pytest.mark.parametrize("first", [0, 6, 12])
def test_another_fault_at_every_request_is_got_over(
    first: int, proxy: Server, whole: bytes, tmp_path: Path
) -> None:
    proxy.faults = one_each(len(REQUESTS), first)
    found = fetched(proxy.address, "five_thousand", tmp_path / "raw")
    assert found.path.read_bytes() == whole
    assert [file.name for file in found.path.parent.iterdir()] == [found.path.name]
    assert len(proxy.asked) == 2 * len(REQUESTS)
