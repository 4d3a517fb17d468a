"""The extract of a region: found in the index, downloaded once, clipped with all it refers to."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import osmium
import pytest

from pipeline.config.place import GeofabrikRegion
from pipeline.errors import SourceFailed
from pipeline.files.maps import time_of
from pipeline.sources import geofabrik
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.osm_answers import header_of
from pipeline.sources.osm_clip import clip
from tests.osm_files import EAST, NORTH, TO_DEGREES, Drawing
from tests.servers import faulty
from tests.servers import geofabrik as replay
from tests.servers.faulty import Fault, Route, Server, serving
from tests.sources.outcomes import HURRIED, NAME, QUICK, client

WALES, SPAIN = (-5.5, 51.3, -2.6, 53.5), (-9.0, 36.0, 3.0, 43.0)
URL = f"https://here{replay.PBF}"
REGIONS = [
    replay.region("wales", WALES, URL), replay.region("great-britain", (-9, 49, 2, 61), URL),
    replay.region("spain", SPAIN, URL), replay.region("us/wales", (-80.0, 30.0, -79.0, 31.0), URL),
    replay.region("nothing", WALES, None),
]  # fmt: skip


def drawn(path: Path, day: str = "2026-11-20T20:21:22Z") -> Path:
    """Draw streets, and parks that reach far beyond the box; a box of about 1 km is cut out."""
    draft = Drawing()
    for x in (100, 300, 500, 2_500):
        draft.line(1_000 + x, [(x, 0), (x, 300), (x, 600)], highway="residential")
    draft.line(20, [(900, 500), (4_000, 500), (9_000, 500)], highway="footway")
    draft.line(21, [(5_000, 100), (6_000, 100)], highway="footway")
    draft.line(30, [(800, 100), (800, 400), (7_000, 400), (7_000, 100), (800, 100)])
    draft.line(31, [(3_000, 200), (3_200, 200), (3_200, 300), (3_000, 300), (3_000, 200)])
    draft.relation(7, [(30, "outer"), (31, "inner")], type="multipolygon", leisure="park")
    draft.line(40, [(-500, -500), (9_000, -500), (9_000, 9_000), (-500, 9_000), (-500, -500)])
    draft.relation(8, [(40, "outer"), (30, "inner")], type="boundary", boundary="administrative",
                   name="England")  # fmt: skip
    draft.relation(9, [(40, "outer"), (30, "inner")], type="multipolygon", place="island")
    draft.relation(10, [(40, "outer"), (30, "inner")], type="boundary", boundary="political")
    draft.relation(11, [(30, "outer")], type="multipolygon", power="plant")
    draft.relation(12, [(1_100, "")], type="route", route="bus", name="every street")
    plain = path.with_name(f"plain-{path.name}")
    draft.write(plain)
    with osmium.SimpleWriter(
        str(path), header=header_of(datetime.fromisoformat(day)), overwrite=True
    ) as writer:
        for entity in osmium.FileProcessor(str(plain)):
            writer.add(entity)
    return path


WEST, SOUTH = TO_DEGREES.transform(EAST - 200, NORTH - 200)
BOX = (WEST, SOUTH, *TO_DEGREES.transform(EAST + 1_000, NORTH + 700))
AREA = Area("W06000099", *BOX)
KEPT = {"w1100", "w1300", "w1500", "w20", "w30", "w31", "r7", "r11"}


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn(tmp_path_factory.mktemp("extract") / "wales.osm.pbf")


@pytest.fixture
def server(extract: Path) -> Iterator[Server]:
    with serving(replay.serving_extract(extract, REGIONS)) as found:
        yield found


def fetched(server: Server, folder: Path, region: str = "wales", hurried: bool = False) -> Fetched:
    target = folder / "staging"
    target.mkdir(parents=True, exist_ok=True)
    place = GeofabrikRegion(geofabrik=region, index=f"{server.address}{replay.INDEX}", local=True)
    who = client(folder, HURRIED if hurried else QUICK)
    return geofabrik.fetch(place, AREA, who, target, folder / geofabrik.SHARED)


def names_in(path: Path) -> set[str]:
    return {
        f"{entity.type_str()}{entity.id}"
        for entity in osmium.FileProcessor(str(path))
        if not entity.is_node()
    }


# --- the part ------------------------------------------------------------------------------------


def test_streets_and_parks_across_the_edge_stay_whole_and_countries_are_left_out(
    extract: Path, tmp_path: Path
) -> None:
    as_of = clip(extract, BOX, tmp_path / "part.osm.pbf")
    assert as_of is not None
    assert as_of.isoformat() == "2026-11-20T20:21:22+00:00"
    assert time_of(tmp_path / "part.osm.pbf") == as_of
    assert names_in(tmp_path / "part.osm.pbf") == KEPT
    places = {}
    for entity in osmium.FileProcessor(str(tmp_path / "part.osm.pbf")):
        if entity.is_node():
            places[entity.id] = (entity.location.x, entity.location.y)
        elif entity.is_way():
            assert {node.ref for node in entity.nodes} <= places.keys()
    everywhere = {
        node.id: (node.location.x, node.location.y)
        for node in osmium.FileProcessor(str(extract), osmium.osm.NODE)
    }
    assert places.items() < everywhere.items()


def test_what_is_kept_has_the_days_of_its_edits(extract: Path, tmp_path: Path) -> None:
    clip(extract, BOX, tmp_path / "part.osm.pbf")
    days = {
        entity.timestamp.date().isoformat()
        for entity in osmium.FileProcessor(str(tmp_path / "part.osm.pbf"))
    }
    assert days == {"2024-05-06"}


# --- the region ----------------------------------------------------------------------------------


def test_a_region_is_found_downloaded_and_clipped(server: Server, tmp_path: Path) -> None:
    found = fetched(server, tmp_path)
    assert found.date is not None
    assert found.date.isoformat() == "2026-11-20"
    assert names_in(found.path) == KEPT
    assert [asked.path for asked in server.asked] == [
        replay.INDEX, f"{replay.PBF}.md5", replay.PBF,
    ]  # fmt: skip
    assert found.asked == f"{server.address.removeprefix('http://')}{replay.PBF}"


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("walse", "has no region ‘walse’; written like it are ‘wales’"),
        ("atlantis", "no region ‘atlantis’; regions that hold the district are ‘wales’, ‘great-b"),
        ("spain", "the region ‘spain’ lies elsewhere; regions that hold the district are ‘wales’"),
        ("nothing", "‘nothing’: names no extract"),
    ],
)
def test_a_region_that_will_not_do_is_told_with_those_that_would(
    server: Server, tmp_path: Path, region: str, words: str
) -> None:
    with pytest.raises(SourceFailed, match=words):
        fetched(server, tmp_path, region)
    assert [asked.path for asked in server.asked] == [replay.INDEX]


def test_the_extract_is_kept_while_its_published_sum_stays(extract: Path, tmp_path: Path) -> None:
    moving = tmp_path / "now.osm.pbf"
    moving.write_bytes(extract.read_bytes())
    with serving(replay.serving_extract(moving, REGIONS)) as server:
        first = fetched(server, tmp_path).path.read_bytes()
        server.asked.clear()
        assert fetched(server, tmp_path).path.read_bytes() == first
        assert [asked.path for asked in server.asked] == [replay.INDEX, f"{replay.PBF}.md5"]
        (kept,) = (tmp_path / geofabrik.SHARED).glob("*.osm.pbf")
        kept.write_bytes(kept.read_bytes()[:-7])  # spoilt here
        assert fetched(server, tmp_path).path.read_bytes() == first
        drawn(moving, "2026-11-21T20:21:22Z")  # issued anew there
        assert str(fetched(server, tmp_path).date) == "2026-11-21"


def test_extracts_that_nobody_asks_for_any_more_are_swept_and_nothing_else(tmp_path: Path) -> None:
    names = ("old.osm.pbf", "new.osm.pbf", "old.lock", "mine.txt")
    for name in names:
        (tmp_path / name).write_bytes(b"x")
        if name != "new.osm.pbf":
            long_ago = time.time() - geofabrik.KEPT_FOR_S - 60
            os.utime(tmp_path / name, (long_ago, long_ago))
    geofabrik.sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*names} - {"old.osm.pbf"}
    geofabrik.sweep(tmp_path / "nowhere")


def test_an_extract_that_is_asked_for_again_is_not_swept(server: Server, tmp_path: Path) -> None:
    fetched(server, tmp_path)
    (kept,) = (tmp_path / geofabrik.SHARED).glob("*.osm.pbf")
    os.utime(kept, (0, 0))
    fetched(server, tmp_path)
    geofabrik.sweep(tmp_path / geofabrik.SHARED)
    assert kept.is_file()


def test_two_districts_at_a_time_download_their_region_once(server: Server, tmp_path: Path) -> None:
    shared = tmp_path / "raw"
    shared.mkdir()
    with multiprocessing.get_context("fork").Pool(3) as pool:
        sums = pool.starmap(_clip_beside, [(server.address, str(shared), n) for n in range(3)])
    assert len(set(sums)) == 1
    assert [asked.path for asked in server.asked].count(replay.PBF) == 1


def _clip_beside(address: str, folder: str, number: int) -> str:
    target = Path(folder) / f"district-{number}"
    target.mkdir()
    place = GeofabrikRegion(geofabrik="wales", index=f"{address}{replay.INDEX}", local=True)
    who = client(Path(folder))
    found = geofabrik.fetch(place, AREA, who, target, Path(folder) / geofabrik.SHARED)
    return hashlib.sha256(found.path.read_bytes()).hexdigest()


# --- faults --------------------------------------------------------------------------------------

PASSING: dict[str, Fault] = {
    "503": faulty.status(503), "429, wait": faulty.status(429, "0"), "reset": faulty.reset,
    "hang": faulty.hang, "cut": faulty.cut(), "cut, unannounced": faulty.cut_unannounced(),
    "chunks cut": faulty.cut_chunks, "page": faulty.web_page, "nothing": faulty.instead(b""),
    "other bytes": faulty.altered(lambda body: body[:-9] + b"123456789"),
}  # fmt: skip


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("name", PASSING)
def test_a_fault_is_got_over_or_told_and_leaves_no_extract(
    server: Server, tmp_path: Path, name: str, at: int
) -> None:
    """At the index, at the sum, and at the extract itself."""
    right = fetched(server, tmp_path / "right").path.read_bytes()
    server.faults = [*[None] * at, PASSING[name]]
    if name == "other bytes" and at == 1:  # a sum that nobody can tell from the right one
        server.faults = [*[None] * at, faulty.instead(b"0" * 31, "text/plain")]
    assert fetched(server, tmp_path / "got").path.read_bytes() == right
    server.faults, server.always = [None] * at, PASSING[name]
    if name == "other bytes" and at < 2:
        return
    with pytest.raises(SourceFailed, match=NAME):
        fetched(server, tmp_path / "not", hurried=True)
    assert list((tmp_path / "not").rglob("*.osm.pbf")) == []


@pytest.mark.parametrize(
    ("md5", "words"),
    [(None, "md5: answered with status 404"), ("x" * 32, "it holds no MD5"),
     ("0" * 32, "what arrived is not what was published")],
)  # fmt: skip
def test_without_its_right_sum_no_extract_is_kept(
    extract: Path, tmp_path: Path, md5: str | None, words: str
) -> None:
    route: Route = replay.serving_extract(extract, REGIONS, md5)
    with serving(route) as server, pytest.raises(SourceFailed, match=words):
        fetched(server, tmp_path)
    assert list(tmp_path.rglob("*.osm.pbf")) == []


def test_an_extract_with_the_right_sum_that_is_no_map_is_told(
    tmp_path: Path, extract: Path
) -> None:
    half = tmp_path / "half"
    half.write_bytes(extract.read_bytes()[:-20])
    words = "is cut short or is not OpenStreetMap data"
    route = replay.serving_extract(half, REGIONS)
    with serving(route) as server, pytest.raises(SourceFailed, match=words):
        fetched(server, tmp_path)
    assert list(tmp_path.rglob("*.osm.pbf")) == []
