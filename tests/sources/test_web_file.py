"""A file at an address comes whole and is the one that was declared, or not and with a sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from pipeline.config.place import WebFile
from pipeline.errors import SourceFailed
from pipeline.sources.asking import Fetched
from pipeline.sources.http import Service
from pipeline.sources.kept_files import form_of, plain_name
from pipeline.sources.web_file import fetch
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
from tests.sources.test_os_downloads import packed

TABLE = b"LSOA code (2021),Rank\r\n" + b"".join(
    b"E0100%04d,%d\r\n" % (row, row) for row in range(900)
)
SUM = hashlib.sha256(TABLE).hexdigest()
ARCHIVE = packed({"lookup/File 7 (ranks).csv": TABLE, "lookup/notes.txt": b"as issued"})
LANDING = "https://www.gov.uk/government/statistics/english-indices-of-deprivation-2025"
KINDS = {
    ".csv": (TABLE, "text/csv"), ".xlsx": (ARCHIVE, "application/octet-stream"),
    ".zip": (ARCHIVE, "application/zip"), ".gpkg": (b"SQLite format 3\x00" * 90, ""),
    ".geojson": (b'{"type": "FeatureCollection", "features": []}', "application/geo+json"),
    ".xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 90, "application/vnd.ms-excel"),
    ".osm.pbf": (b"\x00\x00\x00\x0d" * 90, "application/x-protobuf"),
    ".tif": (b"II*\x00" * 90, "image/tiff"), ".gml": (b"<?xml version='1.0'?><a/>", "text/xml"),
}  # fmt: skip
CHANGED = {
    "Last-Modified": "Thu, 30 Oct 2025 09:30:00 GMT",
    "ETag": '"1"',
    "Accept-Ranges": "bytes",
}


def route(asked: Asked) -> Reply:
    ending = next((known for known in KINDS if asked.path.endswith(known)), None)
    content, kind = KINDS[ending] if ending else (ARCHIVE, "application/zip")
    return Reply(content, kind, headers=CHANGED)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(route) as running:
        yield running


def fetching(
    server: Server, tmp_path: Path, path: str = "media/691ded/File_7.csv",
    choices: dict[str, str] | None = None, service: Service = QUICK,
) -> Callable[[Path], Fetched]:  # fmt: skip
    place = WebFile.model_validate(
        {"url": f"{server.address}/{path}", "local": True} | (choices or {})
    )
    return lambda folder: fetch(place, AREA, client(tmp_path, service), folder, LANDING)


def test_a_file_is_what_is_declared_where_its_address_does_not_say(
    server: Server, tmp_path: Path
) -> None:
    path = "timetable/download/gtfs-file/north_east/"
    with pytest.raises(SourceFailed, match=r"does not end in"):
        fetching(server, tmp_path, path)(tmp_path)
    found = fetching(server, tmp_path, path, {"ends_in": ".zip"})(tmp_path)
    assert found.path.name == "file.zip"
    assert found.path.read_bytes() == ARCHIVE


@pytest.mark.parametrize("ending", KINDS)
def test_files_of_every_kind_come_as_they_are(ending: str, server: Server, tmp_path: Path) -> None:
    fetched = fetching(server, tmp_path, f"some/File%207{ending}")(tmp_path / "got")
    assert fetched.path.read_bytes() == KINDS[ending][0]
    assert fetched.path.name == f"File_7{ending}"
    assert (fetched.rows, fetched.date) == (None, date(2025, 10, 30))
    assert fetched.asked.endswith(f"/some/File%207{ending}")
    assert [path.name for path in (tmp_path / "got").iterdir()] == [fetched.path.name]


def test_the_file_that_was_declared_is_known_by_its_sum(server: Server, tmp_path: Path) -> None:
    assert (
        fetching(server, tmp_path, choices={"sha256": SUM})(tmp_path / "got").path.read_bytes()
        == TABLE
    )


def test_a_file_that_was_issued_anew_names_its_sum_and_the_page_of_the_publisher(
    server: Server, tmp_path: Path
) -> None:
    pinned = fetching(server, tmp_path, choices={"sha256": "0" * 64})
    told = must_refuse(pinned, server, faulty.whole, 0, tmp_path, "another file than the one")
    assert SUM in told
    assert told.endswith(f"found on {LANDING}.")
    assert len(server.asked) == 2


@pytest.mark.parametrize("code", [404, 410, 403, 500])
def test_a_file_that_moved_names_the_page_of_the_publisher(
    code: int, server: Server, tmp_path: Path
) -> None:
    told = must_refuse(fetching(server, tmp_path), server, faulty.status(code), 0, tmp_path)
    assert f"status {code}" in told
    assert told.endswith(f"its new address is found on {LANDING}.")
    place = WebFile(url=f"{server.address}/a.csv", local=True)
    with pytest.raises(SourceFailed) as bare:
        fetch(place, AREA, client(tmp_path), tmp_path / "got")
    assert "moved" not in str(bare.value)


def test_the_page_that_says_so_in_place_of_the_file_is_no_file(
    server: Server, tmp_path: Path
) -> None:
    for fault in (faulty.web_page, faulty.disguised_page):
        for path in ("a.csv", "a.xlsx", "a.gpkg", "a.geojson", "data"):
            choices = {"member": "lookup/notes.txt"} if path == "data" else {}
            moved = fetching(server, tmp_path, path, choices)
            assert LANDING in must_refuse(moved, server, fault, 0, tmp_path, "wanted|begin as")


@pytest.mark.parametrize("path", ["items/6fb8941d/data", "some/lookup.zip"])
def test_a_member_is_taken_out_of_a_zip_whatever_its_address_ends_in(
    path: str, server: Server, tmp_path: Path
) -> None:
    for member in ("lookup/File 7 (ranks).csv", "lookup/File*.csv"):
        fetched = fetching(server, tmp_path, path, {"member": member})(tmp_path / "got")
        assert fetched.path.read_bytes() == TABLE
        assert [file.name for file in (tmp_path / "got").iterdir()] == [
            "unpacked-File_7__ranks_.csv"
        ]


def test_a_member_that_is_damaged_or_missing_is_an_error(server: Server, tmp_path: Path) -> None:
    place = ARCHIVE.index(b"File 7") + 60
    damaged = altered(lambda body: body[:place] + bytes([body[place] ^ 255]) + body[place + 1 :])
    member = fetching(server, tmp_path, "a.zip", {"member": "lookup/File*.csv"})
    told = must_refuse(member, server, damaged, 0, tmp_path, "is cut short or is no zip")
    assert str(tmp_path) not in told
    other = fetching(server, tmp_path, "a.zip", {"member": "lookup/File_8.csv"})
    assert "notes.txt" in must_refuse(other, server, faulty.whole, 0, tmp_path, "fits none")


def test_an_address_that_does_not_say_what_it_holds_is_not_asked(
    server: Server, tmp_path: Path
) -> None:
    for path in ("items/6fb8941d/data", "index.html", "a.docx"):
        with pytest.raises(SourceFailed, match=r"^the example service: .* does not end in"):
            fetching(server, tmp_path, path)(tmp_path / "got")
    assert server.asked == []


@pytest.mark.parametrize("ending", KINDS)
def test_half_a_file_of_which_nobody_says_where_it_ends_is_refused(
    ending: str, server: Server, tmp_path: Path
) -> None:
    half = faulty.cut_unannounced()
    must_refuse(fetching(server, tmp_path, f"a{ending}"), server, half, 0, tmp_path, "neither how")


def test_half_a_file_whose_sum_is_known_is_not_it(server: Server, tmp_path: Path) -> None:
    pinned = fetching(server, tmp_path, choices={"sha256": SUM})
    must_recover(pinned, server, faulty.cut_unannounced(), 0, tmp_path)
    must_refuse(pinned, server, faulty.cut_unannounced(), 0, tmp_path / "then", "another file")


@pytest.mark.parametrize("fault", PASSES.values(), ids=PASSES)
def test_a_fault_that_passes_changes_nothing(fault: Fault, server: Server, tmp_path: Path) -> None:
    must_recover(fetching(server, tmp_path), server, fault, 0, tmp_path)


@pytest.mark.parametrize("fault", (PASSES | ENDS).values(), ids=PASSES | ENDS)
def test_a_fault_that_stays_is_an_error_and_leaves_no_file(
    fault: Fault, server: Server, tmp_path: Path
) -> None:
    must_refuse(fetching(server, tmp_path), server, fault, 0, tmp_path)


def test_a_slow_drip_ends_when_the_time_is_up(server: Server, tmp_path: Path) -> None:
    hurried = fetching(server, tmp_path, service=HURRIED)
    must_refuse(hurried, server, faulty.drip, 0, tmp_path, "took too long")


@pytest.mark.parametrize(
    ("address", "name"),
    [("https://example.org/a/../..%2F..%2Fetc%2Fpasswd.csv", "passwd.csv"),
     ("https://example.org/-rf.csv", "rf.csv"), ("https://example.org/..", "file"),
     ("https://example.org/%F0%9F%8C%B3%00.csv", "__.csv"),
     ("https://www.gov.scot/x/govscot%3Adocument/SIMD%2B2020v2%2B-%2Branks.xlsx",
      "SIMD_2020v2_-_ranks.xlsx")],
)  # fmt: skip
def test_a_name_from_the_web_is_made_plain(address: str, name: str) -> None:
    assert plain_name(address) == name


def test_only_a_sum_lets_a_file_do_without_its_length() -> None:
    assert form_of("a.json", "here", is_proved=True).tells_its_end
    assert not form_of("a.json", "here", is_proved=False).tells_its_end
