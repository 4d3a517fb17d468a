"""A server on this machine that answers as told, faults and all: one behaviour a request."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HANG_S = 30.0


@dataclass(frozen=True)
class Reply:
    """A whole answer, before any fault."""

    body: bytes
    content_type: str = "application/json"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Route = Callable[["Asked"], Reply]
Fault = Callable[[BaseHTTPRequestHandler, Reply], None]


@dataclass(frozen=True)
class Asked:
    """A request: method, path with its query, what was posted, and its headers."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]


@dataclass
class Server:
    """A running server: where it is, what it was asked, and which faults are still to come."""

    address: str
    asked: list[Asked] = field(default_factory=list)
    faults: list[Fault | None] = field(default_factory=list)
    always: Fault | None = None


@contextmanager
def serving(route: Route) -> Iterator[Server]:
    """Serve on 127.0.0.1 until the end.

    Parameters
    ----------
    route
        Answers a request.

    Yields
    ------
    Server
        Its `faults` are taken one a request, first come first served, none standing for a whole
        answer; then `always` holds.
    """
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else every answer waits 40 ms for an acknowledgement

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = Asked(method, self.path, body, dict(self.headers.items()))
            with lock:
                server.asked.append(asked)
                fault = server.faults.pop(0) if server.faults else server.always
            reply = route(asked)
            try:
                (fault or whole)(self, reply)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass

    with Quiet(("127.0.0.1", 0), Handler) as program:
        server = Server(f"http://127.0.0.1:{program.server_address[1]}")
        thread = threading.Thread(target=program.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            program.shutdown()
            thread.join()


# --- what can go wrong ---------------------------------------------------------------------------


def whole(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    """Answer as one should."""
    _head(handler, reply, {"Content-Length": str(len(reply.body))})
    handler.wfile.write(reply.body)


def ranged(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    """Answer as one should, from the byte that is asked for."""
    wanted = handler.headers.get("Range", "")
    if not wanted or handler.headers.get("If-Range") != reply.headers.get("ETag"):
        return whole(handler, reply)
    begin, size = int(wanted.removeprefix("bytes=").rstrip("-")), len(reply.body)
    rest = Reply(reply.body[begin:], reply.content_type, 206, {
        **reply.headers, "Content-Range": f"bytes {begin}-{size - 1}/{size}"})  # fmt: skip
    return whole(handler, rest)


def chunked(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    """Answer in chunks, without saying how much there is."""
    _head(handler, reply, {"Transfer-Encoding": "chunked"})
    for begin in range(0, len(reply.body), 1000):
        piece = reply.body[begin : begin + 1000]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")


def packed(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    """Answer packed with gzip."""
    body = gzip.compress(reply.body)
    headers = {**reply.headers, "Content-Encoding": "gzip"}
    whole(handler, Reply(body, reply.content_type, reply.status, headers))


def status(code: int, retry_after: str | None = None) -> Fault:
    """Refuse with a status."""

    def fault(handler: BaseHTTPRequestHandler, _: Reply) -> None:
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        whole(handler, Reply(b"{}", "application/json", code, headers))

    return fault


def reset(handler: BaseHTTPRequestHandler, _: Reply) -> None:
    """Break the connection without a word."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def hang(_: BaseHTTPRequestHandler, __: Reply) -> None:
    """Say nothing at all."""
    time.sleep(HANG_S)


def drip(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    """Send a byte now and then, so that no single wait is long."""
    _head(handler, reply, {"Content-Length": str(len(reply.body))})
    for begin in range(len(reply.body)):
        handler.wfile.write(reply.body[begin : begin + 1])
        handler.wfile.flush()
        time.sleep(0.05)


def cut(share: float = 0.5) -> Fault:
    """Announce all and send a part."""

    def fault(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        _head(handler, reply, {"Content-Length": str(len(reply.body))})
        handler.wfile.write(reply.body[: int(len(reply.body) * share)])
        _end(handler)

    return fault


def cut_unannounced(share: float = 0.5) -> Fault:
    """Announce nothing, send a part and end."""

    def fault(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        _head(handler, reply, {"Connection": "close"})
        handler.wfile.write(reply.body[: int(len(reply.body) * share)])
        _end(handler)

    return fault


def cut_chunks(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    """Announce chunks and leave out the last."""
    _head(handler, reply, {"Transfer-Encoding": "chunked"})
    piece = reply.body[: len(reply.body) // 2]
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    _end(handler)


def cut_packed(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    """Pack the answer, and send half of the packing as if it were all."""
    body = gzip.compress(reply.body)
    headers = {**reply.headers, "Content-Encoding": "gzip"}
    half = Reply(body[: len(body) // 2], reply.content_type, 200, headers)
    whole(handler, half)


def web_page(handler: BaseHTTPRequestHandler, _: Reply) -> None:
    """Send a web page with status 200."""
    whole(handler, Reply(b"<!DOCTYPE html><html><p>Back soon</html>", "text/html"))


def disguised_page(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    """Send a web page under the type of the data."""
    whole(handler, Reply(b"<html><p>Please sign in</html>", reply.content_type))


def instead(body: bytes, content_type: str = "application/json", code: int = 200) -> Fault:
    """Send something else."""

    def fault(handler: BaseHTTPRequestHandler, _: Reply) -> None:
        whole(handler, Reply(body, content_type, code))

    return fault


def altered(change: Callable[[bytes], bytes]) -> Fault:
    """Send the answer changed, as a server that is wrong about its own data does."""

    def fault(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        whole(handler, replace(reply, body=change(reply.body)))

    return fault


def redirect(location: str, code: int = 302) -> Fault:
    """Send on."""

    def fault(handler: BaseHTTPRequestHandler, _: Reply) -> None:
        whole(handler, Reply(b"", "text/plain", code, {"Location": location}))

    return fault


def _head(handler: BaseHTTPRequestHandler, reply: Reply, headers: dict[str, str]) -> None:
    handler.send_response(reply.status)
    handler.send_header("Content-Type", reply.content_type)
    for name, value in {**reply.headers, **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()


def _end(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True
