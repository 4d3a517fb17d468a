"""A product of Ordnance Survey comes with its published size and sum, or there is a sentence."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.config.place import OsProduct
from pipeline.errors import SourceFailed
from pipeline.sources.asking import Fetched
from pipeline.sources.http import Service
from pipeline.sources.os_downloads import fetch
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

LAYER = b"SQLite format 3\x00" + bytes(range(256)) * 40
# The version, the list of files, where to, the file, and the version once more.
REQUESTS, FILE = 5, 3
# The file is on another host, as the real ones are.
SENT_ON = replace(QUICK, hosts=frozenset({"127.0.0.1", "localhost"}))
PRODUCT = "/downloads/v1/products/OpenGreenspace"


def packed(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


ARCHIVE = packed({"Data/opgrsp_gb.gpkg": LAYER, "Docs/licence.txt": b"OGL", "Data/": b""})


@dataclass
class Shop:
    """What the service has, which tests may change."""

    version: str = "2025-10"
    archive: bytes = ARCHIVE
    md5: str = hashlib.md5(ARCHIVE).hexdigest().upper()  # as the service writes it
    size: int = len(ARCHIVE)

    def listed(self, address: str) -> list[dict[str, Any]]:
        url = f"{address}{PRODUCT}/downloads?area={{}}&format={{}}&redirect"
        return [
            {"md5": self.md5, "size": self.size, "url": url.format(area, form),
             "format": form, "area": area,
             "fileName": f"opgrsp_{form[:4].lower()}_{area.lower()}.zip"}
            for area in ("GB", "SJ") for form in ("GeoPackage", "ESRI® Shapefile")
        ]  # fmt: skip

    def route(self, asked: Asked) -> Reply:
        parts = urlsplit(asked.path)
        address = f"http://{asked.headers['Host']}"
        query = parse_qs(parts.query, keep_blank_values=True)
        if "redirect" in query:
            port = address.rpartition(":")[2]
            to = f"http://localhost:{port}/blob/opgrsp_gpkg_gb.zip?sig=s3cret"
            return Reply(b"", "text/plain", 307, {"Location": to})
        if parts.path.startswith("/blob/"):
            return Reply(
                self.archive,
                "application/zip",
                headers={"ETag": f'"{self.md5}"', "Accept-Ranges": "bytes"},
            )
        if parts.path == f"{PRODUCT}/downloads":
            return Reply(json.dumps(self.listed(address)).encode())
        product = {"id": "OpenGreenspace", "version": self.version, "url": f"{address}{PRODUCT}"}
        return Reply(json.dumps(product).encode())


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def server(shop: Shop) -> Iterator[Server]:
    with serving(shop.route) as running:
        yield running


def fetching(
    server: Server, tmp_path: Path, choices: dict[str, str] | None = None,
    service: Service = SENT_ON,
) -> Callable[[Path], Fetched]:  # fmt: skip
    place = OsProduct.model_validate(
        {"os_downloads": "OpenGreenspace", "format": "GeoPackage", "api": server.address,
         "local": True, "also": ("localhost",)} | (choices or {})
    )  # fmt: skip
    return lambda folder: fetch(place, AREA, client(tmp_path, service), folder)


def test_the_file_comes_whole_with_the_month_of_its_version(server: Server, tmp_path: Path) -> None:
    fetched = fetching(server, tmp_path)(tmp_path / "got")
    assert fetched.path.read_bytes() == ARCHIVE
    assert (fetched.path.name, fetched.rows) == ("opgrsp_geop_gb.zip", None)
    assert fetched.date == date(2025, 10, 1)
    assert fetched.asked.endswith(f"{PRODUCT}/downloads")
    assert len(server.asked) == REQUESTS
    assert [path.name for path in (tmp_path / "got").iterdir()] == [fetched.path.name]


def test_one_file_is_taken_out_of_the_zip(server: Server, tmp_path: Path) -> None:
    for member in ("Data/opgrsp_gb.gpkg", "Data/opgrsp_*.gpkg"):
        fetched = fetching(server, tmp_path, {"member": member})(tmp_path / "got")
        assert fetched.path.read_bytes() == LAYER
        assert [path.name for path in (tmp_path / "got").iterdir()] == ["unpacked-opgrsp_gb.gpkg"]


@pytest.mark.parametrize("member", ["opgrsp_gb.gpkg", "*", "../Data/opgrsp_gb.gpkg"])
def test_a_member_that_is_not_there_or_is_several_is_an_error(
    member: str, server: Server, tmp_path: Path
) -> None:
    told = must_refuse(
        fetching(server, tmp_path, {"member": member}), server, faulty.whole, 0, tmp_path
    )
    assert "must fit one" in told
    assert "‘Data/opgrsp_gb.gpkg’" in told


@pytest.mark.parametrize(
    ("choices", "words"),
    [({"format": "GeoTIFF"}, "no files in the format ‘GeoTIFF’ for GB"), ({"area": "TQ"}, "for TQ"),
     ({"os_downloads": "OpenRoads"}, "version OpenRoads")],
)  # fmt: skip
def test_what_is_not_offered_is_an_error_that_says_what_is(
    choices: dict[str, str], words: str, server: Server, tmp_path: Path
) -> None:
    must_refuse(fetching(server, tmp_path, choices), server, faulty.whole, 0, tmp_path, words)


def test_two_files_that_fit_are_one_too_many(server: Server, tmp_path: Path) -> None:
    def doubled(body: bytes) -> bytes:
        found = json.loads(body)
        return json.dumps([*found, found[0] | {"fileName": "second.zip"}]).encode()

    told = must_refuse(
        fetching(server, tmp_path), server, altered(doubled), 1, tmp_path, "2 files in the format"
    )
    assert "second.zip" in told


def test_a_download_goes_to_declared_hosts_only_and_no_message_holds_its_key(
    server: Server, tmp_path: Path
) -> None:
    told = must_refuse(fetching(server, tmp_path, service=QUICK), server, faulty.whole, 0, tmp_path)
    assert "‘localhost’ is not one that this source declares" in told
    assert "s3cret" not in told


def test_a_file_with_another_sum_than_its_md5_is_not_kept(
    shop: Shop, server: Server, tmp_path: Path
) -> None:
    shop.archive = ARCHIVE[:-30] + bytes(1) + ARCHIVE[-29:]
    told = must_refuse(fetching(server, tmp_path), server, faulty.whole, 0, tmp_path)
    assert "not what was published" in told


def test_a_file_longer_than_announced_is_not_kept(
    shop: Shop, server: Server, tmp_path: Path
) -> None:
    shop.size -= 1
    must_refuse(fetching(server, tmp_path), server, faulty.whole, 0, tmp_path, "larger than")


def test_a_download_that_breaks_goes_on_where_it_broke(server: Server, tmp_path: Path) -> None:
    server.faults, server.always = [None] * FILE + [faulty.cut()], faulty.ranged
    fetched = fetching(server, tmp_path)(tmp_path / "got")
    assert fetched.path.read_bytes() == ARCHIVE
    assert [asked.headers["Range"] for asked in server.asked if "Range" in asked.headers] == [
        f"bytes={len(ARCHIVE) // 2}-"
    ] * 2  # to where it is sent on from, and to where it is


def test_a_version_that_changes_meanwhile_is_begun_anew_once(
    server: Server, tmp_path: Path
) -> None:
    newer = altered(lambda body: body.replace(b"2025-10", b"2026-04"))
    must_recover(fetching(server, tmp_path), server, newer, REQUESTS - 1, tmp_path)
    server.faults = [*[None] * 4, newer, *[None] * 4, newer]
    with pytest.raises(SourceFailed, match="‘2025-10’ and ‘2026-04’"):
        fetching(server, tmp_path)(tmp_path / "anew")
    assert not list((tmp_path / "anew").iterdir())


ODD: dict[str, Fault] = {
    "odd version": altered(lambda body: body.replace(b'"version": "2', b'"version": 2, "was": "2')),
    "no list": faulty.instead(b'{"downloads": []}'),
    "no md5": altered(lambda body: body.replace(b'"md5": "', b'"md5": "x')),
    "no size": altered(lambda body: body.replace(b'"size": ', b'"size": -')),
}  # fmt: skip
WHERE = {"odd version": (0, 4), "no list": (1,), "no md5": (1,), "no size": (1,)}
ODD_AT = [(name, number) for name, numbers in WHERE.items() for number in numbers]


@pytest.mark.parametrize(("name", "number"), ODD_AT)
def test_an_odd_answer_passes_or_is_an_error(
    name: str, number: int, server: Server, tmp_path: Path
) -> None:
    must_recover(fetching(server, tmp_path), server, ODD[name], number, tmp_path)
    must_refuse(fetching(server, tmp_path), server, ODD[name], number, tmp_path / "then")


# Where it is sent on, the answer has no body that could be cut.
PASSES_AT = [
    (name, number) for name in PASSES for number in range(REQUESTS)
    if number != FILE - 1 or name not in {"cut", "cut near its end", "chunks cut"}
]  # fmt: skip
ENDS_AT = [*[(name, number) for name in ENDS for number in range(REQUESTS)], ("hang", FILE)]


@pytest.mark.parametrize(("name", "number"), PASSES_AT)
def test_a_fault_that_passes_changes_nothing(
    name: str, number: int, server: Server, tmp_path: Path
) -> None:
    must_recover(fetching(server, tmp_path), server, PASSES[name], number, tmp_path)


@pytest.mark.parametrize(
    ("name", "number"), [*[(name, at) for name, at in PASSES_AT if name != "hang"], *ENDS_AT]
)
def test_a_fault_that_stays_is_an_error_and_leaves_no_file(
    name: str, number: int, server: Server, tmp_path: Path
) -> None:
    must_refuse(fetching(server, tmp_path), server, (PASSES | ENDS)[name], number, tmp_path)


@pytest.mark.parametrize("number", [0, 1, 3, 4])
def test_a_slow_drip_ends_when_the_time_is_up(number: int, server: Server, tmp_path: Path) -> None:
    hurried = fetching(server, tmp_path, service=replace(HURRIED, hosts=SENT_ON.hosts))
    must_refuse(hurried, server, faulty.drip, number, tmp_path, "took too long")


def test_a_part_of_a_format_is_chosen_by_its_own_name(tmp_path: Path) -> None:
    """Two files of one format differ in their subformat; without it none is guessed."""
    shop = Shop()

    def route(asked: Asked) -> Reply:
        reply = shop.route(asked)
        if not asked.path.partition("?")[0].endswith("/downloads") or "redirect" in asked.path:
            return reply
        files = [{**one, "subformat": part} for one in json.loads(reply.body) for part in "23"]
        return Reply(json.dumps(files).encode())

    with serving(route) as server:
        for part, n_found in (("3", 1), (None, 2), ("4", 0)):
            place = OsProduct(
                os_downloads="OpenGreenspace", format="GeoPackage", subformat=part,
                api=server.address, local=True,
            )  # fmt: skip
            asking = client(tmp_path, SENT_ON)
            if n_found == 1:
                assert fetch(place, AREA, asking, tmp_path / "got").path.is_file()
                continue
            words = f"{n_found or 'no'} files? in the format ‘GeoPackage’ for GB, and one is wanted"
            with pytest.raises(SourceFailed, match=words):
                fetch(place, AREA, asking, tmp_path / "got")
