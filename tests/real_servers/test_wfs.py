"""Feature types of MapServer, a real WFS that caps what it gives and counts, through a proxy."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
import shapely
import urllib3

from pipeline.config.place import WfsLayer
from pipeline.errors import SourceFailed
from pipeline.files.vectors import read_vector
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.http import Client, Service
from pipeline.sources.wfs import fetch
from tests.servers.faulty import Server
from tests.servers.mapserver import LAYER, MISSING, is_installed, mapserver
from tests.servers.proxy import Kept, proxy_of
from tests.sources.faults import one_each

CHECKOUT = Path(__file__).parents[2]
TRAFFORD = Path(os.environ.get("REAL_DATA", CHECKOUT.parent / "shared" / "places")) / "trafford"
AREA = Area("E08000009", -2.55, 53.30, -2.20, 53.55)
N, MOST = 5_000, 1_000
FIRST_UPRN = 100_000_000_000
# Capabilities, hits, five pages and one beyond, hits; as these count to 1,000 only, it is asked
# for all again, in eight pages of 700 and one beyond.
REQUESTS = 1 + 1 + 6 + 1 + 9

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not is_installed(), reason=MISSING)]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that an ordinary user may read, which those of pytest are not."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture(scope="module")
def data(folder: Path) -> Path:
    """5,000 points in metres."""
    rows = range(N)
    columns = {
        "ref": [f"r{N - row:05d}" for row in rows], "uprn": [FIRST_UPRN + row for row in rows],
        "name": [f"Nº {row} & <more>" for row in rows], "code": [f"00{row}" for row in rows],
    }  # fmt: skip
    points = shapely.points([(375_000.25 + row % 100 * 10, 390_000.5 + row // 100) for row in rows])
    path = folder / "five_thousand.gpkg"
    pyogrio.write_dataframe(
        gpd.GeoDataFrame(columns, geometry=points, crs=27700), path, layer="rows"
    )
    return path


@pytest.fixture(scope="module")
def address(folder: Path, data: Path) -> Iterator[str]:
    with mapserver(folder / "server", data, MOST) as server:
        yield server


@pytest.fixture(scope="module")
def kept() -> Kept:
    return {}


@pytest.fixture
def proxy(address: str, kept: Kept) -> Iterator[Server]:
    with proxy_of(address.removesuffix("/wfs"), kept) as server:
        yield server


def fetched(address: str, folder: Path, *, sort_by: str | None = None) -> Fetched:
    service = Service("MapServer", frozenset({"127.0.0.1"}), is_local=True, attempts=3)
    client = Client(service, folder.parent / "locks", sleep=lambda _: None)
    place = WfsLayer(wfs=address, type_name=LAYER, sort_by=sort_by, local=True)
    return fetch(place, AREA, client, folder)


@pytest.fixture(scope="module")
def whole(address: str, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a fetch in which nothing went wrong."""
    return fetched(address, tmp_path_factory.mktemp("whole") / "raw").path.read_bytes()


def must_be_all(found: Fetched) -> None:
    rows = read_vector(found.path)
    assert found.rows == len(rows) == N
    assert rows["ref"].tolist() == [f"r{row:05d}" for row in range(1, N + 1)]
    assert rows["uprn"].tolist() == [str(FIRST_UPRN + row) for row in reversed(range(N))]
    assert rows["name"].iloc[0] == f"Nº {N - 1} & <more>"
    assert rows["code"].tolist() == [f"00{row}" for row in reversed(range(N))]
    assert rows.crs.to_epsg() == 27700
    assert rows.geometry.x.tolist() == [375_000.25 + row % 100 * 10 for row in reversed(range(N))]


def test_five_thousand_rows_come_from_a_server_that_counts_to_one_thousand(
    proxy: Server, whole: bytes, tmp_path: Path
) -> None:
    found = fetched(f"{proxy.address}/wfs", tmp_path / "raw")
    must_be_all(found)
    assert len(proxy.asked) == REQUESTS
    assert found.path.read_bytes() == whole


def test_a_single_question_brings_one_thousand_of_the_five(address: str) -> None:
    question = f"{address}?service=WFS&version=2.0.0&request=GetFeature&typeNames={LAYER}"
    answer = urllib3.PoolManager().request("GET", question).data
    assert answer.count(b"<wfs:member>") == MOST


def test_json_without_ids_needs_an_attribute_to_tell_rows_apart(
    folder: Path, data: Path, tmp_path: Path
) -> None:
    with mapserver(folder / "json", data, MOST, json=True) as server:
        must_be_all(fetched(server, tmp_path / "raw", sort_by="ref"))
        with pytest.raises(SourceFailed, match="sort_by"):
            fetched(server, tmp_path / "other")
    assert not list((tmp_path / "other").glob("*"))


@pytest.mark.parametrize("first", [0, 9])
def test_another_fault_at_every_request_is_got_over(
    first: int, proxy: Server, whole: bytes, tmp_path: Path
) -> None:
    proxy.faults = one_each(REQUESTS, first)
    assert fetched(f"{proxy.address}/wfs", tmp_path / "raw").path.read_bytes() == whole
    assert len(proxy.asked) == 2 * REQUESTS


def test_green_spaces_of_trafford_keep_their_shapes(folder: Path, tmp_path: Path) -> None:
    path = TRAFFORD / "trafford_greenspace_sites.geojson"
    if not path.is_file():
        pytest.skip(f"the real places are missing: set REAL_DATA (looked for {path})")
    published: Any = read_vector(path)
    sites = published.to_crs(27700).reset_index(drop=True)
    sites["ref"] = [f"s{row:04d}" for row in range(len(sites))]
    served = folder / "sites.gpkg"
    pyogrio.write_dataframe(sites, served, layer="rows", promote_to_multi=True)
    with mapserver(folder / "sites", served, 100, "POLYGON") as server:
        found = fetched(server, tmp_path / "raw")
    here = read_vector(found.path)
    assert found.rows == len(here) == 427
    away = here.geometry.reset_index(drop=True).hausdorff_distance(sites.geometry, align=False)
    assert away.max() < 1e-5  # MapServer writes six decimals
    assert here.area.sum() == pytest.approx(sites.area.sum(), rel=1e-6)
    for column in sites.columns.drop("geometry"):
        assert here[column].tolist() == sites[column].tolist()
