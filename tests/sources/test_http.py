"""An answer comes whole, or not at all and with a sentence; nobody waits for ever."""

from __future__ import annotations

import fcntl
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import FileCannotBeWritten, SourceFailed
from pipeline.sources import http
from pipeline.sources.addresses import must_be_allowed, must_be_public, shown
from pipeline.sources.forms import CSV, JSON, ZIP, Form
from pipeline.sources.http import Client, Service
from pipeline.sources.keys import Key, server_of
from tests.servers import faulty
from tests.servers.faulty import Fault, Reply, Server, serving

ROWS = {"rows": [{"name": f"Place {number}"} for number in range(2000)]}
WHOLE = json.dumps(ROWS).encode()
TABLE = b"code,people\n" + b"".join(b"E%05d,%d\n" % (row, row) for row in range(5000))
QUICK = Service(
    "the example service", frozenset({"127.0.0.1"}), is_local=True, attempts=3, idle_s=0.5,
    total_s=20.0, download_s=20.0,
)  # fmt: skip


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(lambda asked: reply_to(asked.path)) as running:
        yield running


def reply_to(path: str) -> Reply:
    if path.startswith("/table"):
        return Reply(TABLE, "text/csv", headers={"ETag": '"v1"', "Accept-Ranges": "bytes"})
    return Reply(WHOLE)


@pytest.fixture
def client(tmp_path: Path) -> Client:
    return Client(QUICK, tmp_path / "locks", sleep=lambda _: None)


PASSES = {
    "500": faulty.status(500), "503": faulty.status(503), "504": faulty.status(504),
    "429": faulty.status(429), "429, wait": faulty.status(429, "0"), "reset": faulty.reset,
    "cut": faulty.cut(), "cut at the end": faulty.cut(0.999), "chunks cut": faulty.cut_chunks,
    "packing cut": faulty.cut_packed, "page": faulty.web_page, "data": faulty.disguised_page,
    "nothing": faulty.instead(b""), "hang": faulty.hang,
}  # fmt: skip


@pytest.mark.parametrize("fault", PASSES.values(), ids=PASSES)
def test_what_passes_is_asked_again_and_then_all_of_it_is_there(
    fault: Fault, server: Server, client: Client
) -> None:
    server.faults = [fault]
    assert client.read(server.address, JSON) == WHOLE
    assert len(server.asked) == 2


@pytest.mark.parametrize("fault", PASSES.values(), ids=PASSES)
def test_what_does_not_pass_is_an_error_that_names_the_service_and_never_a_part(
    fault: Fault, server: Server, client: Client, tmp_path: Path
) -> None:
    server.always = fault
    with pytest.raises(SourceFailed, match=r"the example service: 127\.0\.0\.1"):
        client.read(server.address, JSON)
    with pytest.raises(SourceFailed):
        client.download(f"{server.address}/table", tmp_path / "table.csv", CSV)
    assert not (tmp_path / "table.csv").exists()


@pytest.mark.parametrize("way", [faulty.whole, faulty.chunked, faulty.packed])
def test_however_it_is_sent_it_arrives(way: Fault, server: Server, client: Client) -> None:
    server.always = way
    assert client.read(server.address, JSON) == WHOLE


def test_a_slow_drip_ends_when_the_time_is_up(server: Server, tmp_path: Path) -> None:
    server.always = faulty.drip
    hurried = Client(replace(QUICK, total_s=1.0, download_s=1.0), tmp_path, sleep=lambda _: None)
    for ask in (
        lambda: hurried.read(server.address, JSON),
        lambda: hurried.download(f"{server.address}/table", tmp_path / "table.csv", CSV),
    ):
        began = time.monotonic()
        with pytest.raises(SourceFailed, match="took too long"):
            ask()
        assert time.monotonic() - began < 5.0


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410])
def test_what_will_not_pass_is_not_asked_again(code: int, server: Server, client: Client) -> None:
    server.always = faulty.status(code)
    with pytest.raises(SourceFailed, match=f"status {code}"):
        client.read(server.address, JSON)
    assert len(server.asked) == 1


def test_a_server_that_wants_an_hour_is_left_alone(server: Server, client: Client) -> None:
    server.always = faulty.status(429, "3600")
    with pytest.raises(SourceFailed, match="3,600 seconds"):
        client.read(server.address, JSON)
    assert len(server.asked) == 1


def test_the_wait_that_a_server_asks_for_is_kept(server: Server, tmp_path: Path) -> None:
    waits: list[float] = []
    patient = Client(replace(QUICK, total_s=60.0), tmp_path, sleep=waits.append)
    server.faults = [faulty.status(503, "7")]
    patient.read(server.address, JSON)
    assert waits == [7.0]


def test_half_a_table_of_which_nobody_says_where_it_ends_is_refused(
    server: Server, client: Client, tmp_path: Path
) -> None:
    server.always = faulty.cut_unannounced()
    with pytest.raises(SourceFailed, match="neither how long"):
        client.download(f"{server.address}/table", tmp_path / "table.csv", CSV)
    assert not (tmp_path / "table.csv").exists()


def test_an_answer_may_be_checked_for_errors_that_are_sent_with_status_200(
    server: Server, client: Client
) -> None:
    server.faults = [faulty.instead(b'{"error": {"code": 500}}')]

    def check(body: bytes) -> str | None:
        return "it says that it failed" if b"error" in body else None

    assert client.read(server.address, JSON, check=check) == WHOLE


# --- downloads -----------------------------------------------------------------------------------


def test_a_download_that_breaks_goes_on_where_it_broke(
    server: Server, client: Client, tmp_path: Path
) -> None:
    server.faults, server.always = [faulty.cut()], faulty.ranged
    done = client.download(f"{server.address}/table", tmp_path / "table.csv", CSV)
    assert (tmp_path / "table.csv").read_bytes() == TABLE
    assert done.sha256 == hashlib.sha256(TABLE).hexdigest()
    assert done.bytes == len(TABLE)
    assert server.asked[1].headers["Range"] == f"bytes={len(TABLE) // 2}-"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["locks", "table.csv"]


def test_a_download_begins_anew_when_the_file_has_changed_meanwhile(
    client: Client, tmp_path: Path
) -> None:
    versions = iter([b"a,b\n" * 999, TABLE, TABLE])
    tags = iter(['"v1"', '"v2"', '"v2"'])

    def route(_: object) -> Reply:
        headers = {"ETag": next(tags), "Accept-Ranges": "bytes"}
        return Reply(next(versions), "text/csv", headers=headers)

    with serving(route) as server:
        server.faults, server.always = [faulty.cut()], faulty.ranged
        client.download(server.address, tmp_path / "table.csv", CSV)
    assert (tmp_path / "table.csv").read_bytes() == TABLE


def test_a_later_run_goes_on_with_what_an_earlier_one_left(
    server: Server, client: Client, tmp_path: Path
) -> None:
    server.always = faulty.cut()
    with pytest.raises(SourceFailed):
        client.download(f"{server.address}/table", tmp_path / "table.csv", CSV)
    server.always = faulty.ranged
    client.download(f"{server.address}/table", tmp_path / "table.csv", CSV)
    assert (tmp_path / "table.csv").read_bytes() == TABLE
    assert "Range" in server.asked[-1].headers


@pytest.mark.parametrize("kind", ["md5", "sha256"])
def test_a_file_with_another_sum_than_the_published_one_is_not_kept(
    kind: str, server: Server, client: Client, tmp_path: Path
) -> None:
    wrong, right = (
        {kind: hashlib.new(kind, data).hexdigest().upper()} for data in (b"else", TABLE)
    )
    target = tmp_path / "table.csv"
    with pytest.raises(SourceFailed, match="not what was published"):
        client.download(
            f"{server.address}/table", target, CSV, md5=wrong.get("md5"), sha256=wrong.get("sha256")
        )
    assert not target.exists()
    client.download(
        f"{server.address}/table", target, CSV, md5=right.get("md5"), sha256=right.get("sha256")
    )
    assert target.read_bytes() == TABLE


def test_the_good_file_stays_when_a_later_download_fails(
    server: Server, client: Client, tmp_path: Path
) -> None:
    target = tmp_path / "table.csv"
    client.download(f"{server.address}/table", target, CSV)
    server.always = faulty.cut()
    with pytest.raises(SourceFailed):
        client.download(f"{server.address}/table", target, CSV)
    assert target.read_bytes() == TABLE


def test_where_nothing_can_be_written_it_is_said(
    server: Server, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "folder").write_text("a file is in the way")
    with pytest.raises(FileCannotBeWritten, match=r"folder/table\.csv: could not be written"):
        client.download(f"{server.address}/table", tmp_path / "folder" / "table.csv", CSV)
    with pytest.raises(FileCannotBeWritten, match="folder: could not be written"):
        Client(QUICK, tmp_path / "folder").read(server.address, JSON)


def test_a_key_is_not_handed_on_to_another_host(tmp_path: Path) -> None:
    with serving(lambda _: Reply(WHOLE)) as other, serving(lambda _: Reply(WHOLE)) as first:
        service = replace(QUICK, hosts=frozenset({"127.0.0.1", "localhost"}))
        elsewhere = other.address.replace("127.0.0.1", "localhost")
        first.always = faulty.redirect(f"{elsewhere}/x")
        keyed = Client(service, tmp_path, sleep=lambda _: None)
        keyed.read(first.address, JSON, params={"key": "s3cret"}, headers={"X-Key": "s3cret"})
        assert first.asked[0].headers["X-Key"] == "s3cret"
        assert "X-Key" not in other.asked[0].headers
        assert other.asked[0].path == "/x"


@pytest.mark.parametrize("way", [faulty.whole, faulty.chunked, faulty.packed])
def test_no_answer_is_larger_than_allowed(way: Fault, server: Server, client: Client) -> None:
    server.always = way
    with pytest.raises(SourceFailed, match="larger than 1,000 bytes"):
        client.read(server.address, JSON, largest=1000)
    assert len(server.asked) == 1


@pytest.mark.parametrize("form", [ZIP, CSV])
def test_json_is_no_other_kind_of_file(form: Form, server: Server, client: Client) -> None:
    with pytest.raises(SourceFailed, match=form.name):
        client.read(server.address, form)


# --- where to ----------------------------------------------------------------------------------


def test_a_redirect_is_followed_to_hosts_that_are_declared_only(
    server: Server, client: Client
) -> None:
    server.faults = [faulty.redirect(f"{server.address}/elsewhere")]
    assert client.read(server.address, JSON) == WHOLE
    for location in ("https://example.org/", "file:///etc/passwd", "//localhost/"):
        server.faults = [faulty.redirect(location)]
        with pytest.raises(SourceFailed, match=r"allowed|not one that this source declares"):
            client.read(server.address, JSON)


def test_redirects_without_end_are_not_followed(server: Server, client: Client) -> None:
    server.always = faulty.redirect("/again")
    with pytest.raises(SourceFailed, match="more than 5 times"):
        client.read(server.address, JSON)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_a_public_source_never_reaches_this_machine(
    name: str, server: Server, tmp_path: Path
) -> None:
    public = Client(
        replace(QUICK, hosts=frozenset({name}), is_local=False), tmp_path, sleep=lambda _: None
    )
    port = server.address.rpartition(":")[2]
    with pytest.raises(SourceFailed, match="private network"):
        public.read(f"https://{name}:{port}/", JSON)
    with pytest.raises(SourceFailed, match="allowed is https"):
        public.read(f"http://{name}:{port}/", JSON)
    assert server.asked == []


@pytest.mark.parametrize(
    "peer", ["127.0.0.1", "10.0.0.7", "192.168.1.1", "169.254.169.254", "::1", "fe80::1%eth0",
             "fd00::1", "0.0.0.0", "100.64.0.1", "::ffff:127.0.0.1"],
)  # fmt: skip
def test_private_addresses_are_known_by_their_numbers(peer: str) -> None:
    with pytest.raises(SourceFailed, match="private network"):
        must_be_public(peer, "data.example.org")


def test_public_addresses_are_let_through() -> None:
    must_be_public("8.8.8.8", "data.example.org")
    assert must_be_allowed("https://data.example.org/x", {"data.example.org"}, is_local=False)


@pytest.mark.parametrize(
    "address", ["https://me:word@data.example.org/", "ftp://data.example.org/", "https://[bad/",
                "https://data.example.org.evil.net/", "https:/data.example.org"],
)  # fmt: skip
def test_odd_addresses_are_refused(address: str) -> None:
    with pytest.raises(SourceFailed):
        must_be_allowed(address, {"data.example.org"}, is_local=False)


def test_no_key_stands_in_a_message(server: Server, tmp_path: Path) -> None:
    key = Key("s3cret-s3cret", server_of(server.address), query="key")
    secret = Client(QUICK, tmp_path, key=key, sleep=lambda _: None)
    for fault in (
        faulty.status(404),
        faulty.status(500),
        faulty.reset,
        faulty.redirect("https://s3cret-s3cret.example/"),
    ):
        server.always = fault
        with pytest.raises(SourceFailed) as told:
            secret.read(f"{server.address}/s3cret-s3cret?key=s3cret-s3cret", JSON)
        assert "s3cret" not in str(told.value)
        assert told.value.__cause__ is None
    assert shown("https://a:b@example.org/p?key=1") == "example.org/p"


def test_a_host_that_nobody_knows_is_said_to_be_unknown(tmp_path: Path) -> None:
    nowhere = Client(
        replace(QUICK, hosts=frozenset({"nowhere.invalid"})), tmp_path, sleep=lambda _: None
    )
    with pytest.raises(SourceFailed, match="name is not known"):
        nowhere.read("http://nowhere.invalid/", JSON)


def test_one_asks_a_host_while_others_wait(server: Server, tmp_path: Path) -> None:
    hurried = replace(QUICK, total_s=1.0, download_s=1.0)
    client = Client(hurried, tmp_path / "locks", sleep=lambda _: None)
    lock = tmp_path / "locks" / "127.0.0.1.lock"
    lock.parent.mkdir()
    with lock.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(SourceFailed, match="another fetch"):
            client.read(server.address, JSON)
    assert server.asked == []
    assert client.read(server.address, JSON) == WHOLE


def test_waiting_for_others_is_not_time_that_the_host_took(server: Server, tmp_path: Path) -> None:
    client = Client(replace(QUICK, total_s=0.5), tmp_path / "locks")
    lock = tmp_path / "locks" / "127.0.0.1.lock"
    lock.parent.mkdir()
    with lock.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        threading.Timer(1.0, fcntl.flock, (held, fcntl.LOCK_UN)).start()
        assert client.read(server.address, JSON) == WHOLE
    assert len(server.asked) == 1


def test_servers_are_told_who_asks(server: Server, client: Client) -> None:
    client.read(server.address, JSON)
    assert server.asked[0].headers["User-Agent"] == http.user_agent()
    assert http.user_agent().startswith("half-full/")
