"""Answers with an odd head, or packed oddly: all of it comes, or a sentence; never other bytes."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceFailed
from pipeline.sources.addresses import must_be_public
from pipeline.sources.forms import CSV, JSON
from pipeline.sources.reading import as_json, read_as
from tests.servers import faulty
from tests.servers.faulty import Fault, Reply, serving
from tests.sources.outcomes import QUICK, client

TABLE = b"code,people\n" + b"".join(b"E%05d,%d\n" % (row, row) for row in range(5_000))
HALF = TABLE.index(b"\n", len(TABLE) // 2) + 1


def packed_as(body: bytes) -> Fault:
    """Send bytes as the packed answer."""

    def fault(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        headers = {**reply.headers, "Content-Encoding": "gzip"}
        faulty.whole(handler, Reply(body, reply.content_type, headers=headers))

    return fault


def test_an_answer_packed_in_several_parts_is_unpacked_to_its_end(tmp_path: Path) -> None:
    parts = gzip.compress(TABLE[:HALF]) + gzip.compress(TABLE[HALF:])
    with serving(lambda _: Reply(TABLE, "text/csv")) as server:
        server.always = packed_as(parts)
        assert client(tmp_path).read(server.address, CSV) == TABLE
        server.always = packed_as(parts[:-20])
        with pytest.raises(SourceFailed, match="ends in the middle"):
            client(tmp_path).read(server.address, CSV)
        server.always = packed_as(parts + b"and more")
        with pytest.raises(SourceFailed, match="is damaged"):
            client(tmp_path).read(server.address, CSV)


def going_on(body: bytes, **headers: str) -> Fault:
    """Send the rest of another file than the one that was begun, whatever `If-Range` says."""

    def fault(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        wanted = handler.headers.get("Range")
        if not wanted:
            return faulty.whole(handler, replace(reply, body=body, headers=headers))
        begin = int(wanted.removeprefix("bytes=").rstrip("-"))
        there = {"Content-Range": f"bytes {begin}-{len(body) - 1}/{len(body)}", **headers}
        return faulty.whole(handler, Reply(body[begin:], reply.content_type, 206, there))

    return fault


OTHER = TABLE.replace(b",1", b",7")
LONGER = OTHER + b"E99999,1\n"


@pytest.mark.parametrize(
    ("body", "headers"),
    [(OTHER, {"ETag": '"v2"', "Accept-Ranges": "bytes"}), (LONGER, {}), (LONGER, {"ETag": '"v2"'})],
)
def test_halves_of_two_files_are_never_put_together(
    body: bytes, headers: dict[str, str], tmp_path: Path
) -> None:
    head = {"ETag": '"v1"', "Accept-Ranges": "bytes"}
    with serving(lambda _: Reply(TABLE, "text/csv", headers=head)) as server:
        server.faults, server.always = [faulty.cut()], going_on(body, **headers)
        service = replace(QUICK, attempts=3)
        client(tmp_path, service).download(server.address, tmp_path / "table.csv", CSV)
    assert (tmp_path / "table.csv").read_bytes() == body


def test_a_packed_download_that_breaks_is_begun_anew(tmp_path: Path) -> None:
    head = {"ETag": '"v1"', "Accept-Ranges": "bytes"}
    squeezed = gzip.compress(TABLE)

    def cut_packed(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        headers = {**reply.headers, "Content-Encoding": "gzip"}
        faulty.cut(0.7)(handler, replace(reply, body=squeezed, headers=headers))

    with serving(lambda _: Reply(TABLE, "text/csv", headers=head)) as server:
        server.faults, server.always = [cut_packed], faulty.ranged
        client(tmp_path).download(server.address, tmp_path / "table.csv", CSV)
        assert "Range" not in server.asked[1].headers
    assert (tmp_path / "table.csv").read_bytes() == TABLE


LONG = "9" * 5_000
DAYS = ["Mon, 01 Jan 0100 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:59 -2359", "never", LONG, "-1"]


def headed(code: int, headers: dict[str, str]) -> Fault:
    def fault(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        faulty.whole(handler, Reply(reply.body, reply.content_type, code, headers))

    return fault


@pytest.mark.parametrize(
    ("code", "headers"),
    [
        *((code, {"Retry-After": day}) for code in (429, 503) for day in DAYS),
        *((200, {"Last-Modified": day, "ETag": day, "Accept-Ranges": "bytes"}) for day in DAYS),
        *((206, {"Content-Range": f"bytes {n}-{n}/{n}"}) for n in (LONG, "0", "x", "²")),
        *((302, {"Location": to}) for to in ("http://[::1", "http://a:b/", "//\\", "", LONG)),
        (200, {"Content-Encoding": "gzip, gzip"}), (200, {"Content-Type": LONG}),
        (416, {"Content-Range": LONG}), (204, {}), (999, {}),
    ],
)  # fmt: skip
def test_an_odd_head_is_no_more_than_a_sentence(
    code: int, headers: dict[str, str], tmp_path: Path
) -> None:
    target = tmp_path / "table.csv"
    with serving(lambda _: Reply(TABLE, "text/csv")) as server:
        server.always = headed(code, headers)
        for fetch in (
            lambda: client(tmp_path).read(server.address, CSV),
            lambda: client(tmp_path).download(server.address, target, CSV),
        ):
            _must_be_right(fetch)
    assert not target.exists() or target.read_bytes() == TABLE


def _must_be_right(fetch: Callable[[], object]) -> None:
    with suppress(SourceFailed):
        got = fetch()
        assert not isinstance(got, bytes) or got == TABLE


def test_a_head_with_a_length_that_is_no_number_is_a_sentence(tmp_path: Path) -> None:
    def odd(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", reply.content_type)
        handler.send_header("Content-Length", LONG)
        handler.end_headers()
        handler.wfile.write(reply.body)
        handler.close_connection = True

    with serving(lambda _: Reply(TABLE, "text/csv")) as server:
        server.always = odd
        with pytest.raises(SourceFailed):
            client(tmp_path).read(server.address, CSV)


@pytest.mark.parametrize("body", [b'{"count": %s}' % (b"9" * 5_000), b'{"count": 1e999}'])
def test_a_number_that_is_none_is_a_sentence(body: bytes, tmp_path: Path) -> None:
    with serving(lambda _: Reply(body)) as server, pytest.raises(SourceFailed, match="number"):
        read_as(client(tmp_path), server.address, JSON, as_json)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(head=st.binary(max_size=300))
def test_whatever_bytes_a_server_sends_first_there_is_a_sentence(
    head: bytes, tmp_path: Path
) -> None:
    def raw(handler: BaseHTTPRequestHandler, _: Reply) -> None:
        handler.wfile.write(head)
        handler.close_connection = True

    with serving(lambda _: Reply(TABLE, "text/csv")) as server:
        server.always = raw
        with pytest.raises(SourceFailed):
            client(tmp_path, replace(QUICK, attempts=1)).read(server.address, CSV)


@pytest.mark.parametrize(
    "peer",
    ["64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:a00:1::", "2002:7f00:1::1", "::127.0.0.1",
     "::ffff:10.0.0.1", "fec0::1", "224.0.0.1", "ff02::1"],
)  # fmt: skip
def test_a_private_address_inside_another_is_known(peer: str) -> None:
    with pytest.raises(SourceFailed, match="private network"):
        must_be_public(peer, "example.org")


@pytest.mark.parametrize("peer", ["64:ff9b::808:808", "2002:808:808::", "2a00:1450::1", "8.8.8.8"])
def test_a_public_address_inside_another_is_let_through(peer: str) -> None:
    must_be_public(peer, "example.org")
