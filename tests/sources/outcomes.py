"""What a source may do when its server fails: all rows, or an error and no file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from pipeline.errors import SourceFailed
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.http import Client, Service
from tests.servers import faulty
from tests.servers.faulty import Fault, Reply, Server

NAME = "the example service"
# A pause between two attempts is not waited for here, but counts: the time must have room for it.
QUICK = Service(
    NAME, frozenset({"127.0.0.1"}), is_local=True, attempts=2, idle_s=0.3, total_s=20.0,
    download_s=20.0,
)  # fmt: skip
HURRIED = replace(QUICK, attempts=1, total_s=0.4, download_s=0.4)
AREA = Area("E08000009", -2.5, 53.3, -2.2, 53.5)
ERROR = b'{"error": {"code": 500, "message": "Unable to complete operation."}}'

# Sent once, these pass when it is asked again.
PASSES: dict[str, Fault] = {
    "500": faulty.status(500), "503": faulty.status(503), "504": faulty.status(504),
    "429": faulty.status(429), "429, wait": faulty.status(429, "0"), "reset": faulty.reset,
    "hang": faulty.hang, "cut": faulty.cut(), "cut near its end": faulty.cut(0.999),
    "chunks cut": faulty.cut_chunks, "packing cut": faulty.cut_packed, "page": faulty.web_page,
    "page as data": faulty.disguised_page, "nothing": faulty.instead(b""),
    "error with 200": faulty.instead(ERROR),
}  # fmt: skip
# These do not pass.
ENDS: dict[str, Fault] = {
    "gone": faulty.status(404),
    "sent to a private address": faulty.redirect("http://10.0.0.1/rows"),
    "sent to another host": faulty.redirect("https://example.org/rows"),
    "sent round and round": faulty.redirect("/again"),
}  # fmt: skip


def altered(change: Callable[[bytes], bytes]) -> Fault:
    """Answer as one should, but for one thing."""

    def fault(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        faulty.whole(
            handler, Reply(change(reply.body), reply.content_type, reply.status, reply.headers)
        )

    return fault


def client(folder: Path, service: Service = QUICK) -> Client:
    """Return a client that wastes no time between attempts."""
    return Client(service, folder / "locks", sleep=lambda _: None)


def must_recover(
    fetch: Callable[[Path], Fetched], server: Server, fault: Fault, page: int, folder: Path
) -> None:
    """Assert that a fault on one page, once, changes nothing in the file."""
    right = fetch(folder / "right").path.read_bytes()
    pages = len(server.asked)
    assert page < pages
    server.faults = [*[None] * page, fault]
    assert fetch(folder / "got").path.read_bytes() == right
    assert len(server.asked) > 2 * pages


def must_refuse(
    fetch: Callable[[Path], Fetched], server: Server, fault: Fault, page: int, folder: Path,
    words: str = NAME,
) -> str:  # fmt: skip
    """Assert that a fault that stays is an error in a sentence, and that no file is left."""
    server.faults, server.always = [None] * page, fault
    with pytest.raises(SourceFailed, match=words) as told:
        fetch(folder / "got")
    left = [path.name for path in (folder / "got").rglob("*") if ".part" not in path.name]
    assert left == []
    assert str(told.value).startswith(NAME)
    return str(told.value)
