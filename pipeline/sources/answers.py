"""One answer of a server: whether it may be taken, and its bytes, all of them."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import requests

from pipeline.errors import SourceFailed, quoted
from pipeline.sources.addresses import shown
from pipeline.sources.forms import ENOUGH, Form
from pipeline.sources.parts import Part

CHUNK = 1 << 16
# What a server may ask us to wait before we rather stop and say so.
LONGEST_WAIT_S = 120.0
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
OK, PARTIAL_CONTENT, NOT_SATISFIABLE = 200, 206, 416
_GZIP_WBITS = 31
# No file has a length of more digits than that.
_LENGTH = re.compile(r"[0-9]{1,18}")
_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")


class Passing(Exception):
    """Something that may be gone when it is tried again."""

    def __init__(self, words: str, wait_s: float | None = None) -> None:
        super().__init__(words)
        self.wait_s = wait_s


class Away(Passing):
    """The server is too busy or broken to answer, whatever is asked of it."""


@dataclass(frozen=True)
class Ask:
    """What is asked: whom, for what form of answer, and how large it may be."""

    address: str
    form: Form
    params: dict[str, str]
    sent: Mapping[str, str] | None
    headers: dict[str, str]
    largest: int


def _too_large(ask: Ask) -> str:
    return f"{shown(ask.address)}: the answer is larger than {ask.largest:,} bytes."


def offset_of(response: requests.Response, ask: Ask, part: Part | None) -> int:
    """Look at the status, and return where in the file the answer begins.

    Parameters
    ----------
    response
        The head of the answer.
    ask
        What was asked for.
    part
        What had arrived before, if it may go on from there.

    Returns
    -------
    int
        0, or the number of the byte that was asked for.

    Raises
    ------
    Passing
        If the status may be another when it is asked again.
    SourceFailed
        If it will not.
    """
    status = response.status_code
    if status == OK:
        return 0
    if status == PARTIAL_CONTENT and "Range" in ask.headers and part is not None:
        match = _RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
        begun = part.begun()[0]
        is_the_rest = match and int(match[1]) == begun and int(match[2]) == int(match[3]) - 1
        if match and is_the_rest and part.goes_on_in(response, int(match[3])):
            return begun
        part.forget()
        changed = "it has other bytes now than when the download began"
        raise Passing(changed if is_the_rest else "it went on at another byte than asked for")
    if status == NOT_SATISFIABLE and part is not None:
        part.forget()
        raise Passing("it has other bytes now than when the download began")
    if status in PASSING:
        wait = asked_to_wait(response.headers.get("Retry-After", ""), response.url, status)
        raise Away(f"it answered with status {status}", wait)
    raise SourceFailed(f"{shown(ask.address)}: answered with status {status}{_meaning(status)}.")


def _meaning(status: int) -> str:
    return {
        400: ", which means that it did not understand the question",
        401: ", which means that it wants a key",
        403: ", which means that it does not let us in",
        404: ", which means that there is nothing at this address any more",
        410: ", which means that this has been taken away",
    }.get(status, "")


def asked_to_wait(text: str, address: str, status: int) -> float | None:
    """Return how many seconds a server wants us to wait, if it says.

    Parameters
    ----------
    text
        Its `Retry-After`.
    address
        What was asked.
    status
        Of its answer.

    Returns
    -------
    float or None
        Seconds from now, not below 0.

    Raises
    ------
    SourceFailed
        If it is longer than anybody waits.
    """
    text = text.strip()
    if text.isdecimal():
        wait = float(text)
    else:
        try:
            wait = parsedate_to_datetime(text).timestamp() - time.time()
        except (TypeError, ValueError, OverflowError):
            return None
    if wait > LONGEST_WAIT_S:
        raise SourceFailed(
            f"{shown(address)}: is busy (status {status}) and asks to be left alone for "
            f"{wait:,.0f} seconds; try again then."
        )
    return max(0.0, wait)


def length_of(response: requests.Response) -> int | None:
    """Return how many bytes of an answer are announced.

    Parameters
    ----------
    response
        The head of the answer.

    Returns
    -------
    int or None
        If it says, and not in chunks.
    """
    text = response.headers.get("Content-Length", "").strip()
    return int(text) if _LENGTH.fullmatch(text) and not _is_chunked(response) else None


def _is_chunked(response: requests.Response) -> bool:
    return "chunked" in response.headers.get("Transfer-Encoding", "").casefold()


def last_modified(response: requests.Response) -> datetime | None:
    """Return when the server says that the file was last changed.

    Parameters
    ----------
    response
        The head of the answer.

    Returns
    -------
    datetime or None
        If it says.
    """
    with suppress(TypeError, ValueError, OverflowError):
        return parsedate_to_datetime(response.headers.get("Last-Modified", ""))
    return None


def body_of(
    response: requests.Response, ask: Ask, offset: int, must_go_on: Callable[[], object]
) -> Iterator[bytes]:
    """Yield the bytes of an answer without any packing, and raise unless all of them came.

    Parameters
    ----------
    response
        Its head is here, its body is not read yet.
    ask
        What was asked for.
    offset
        Where in the file the answer begins; the beginning of a file is looked at.
    must_go_on
        Raises when the time is up.

    Yields
    ------
    bytes
        Some at a time.

    Raises
    ------
    Passing
        If it breaks off, or is not what was asked for.
    SourceFailed
        If it is too large, or nobody can tell whether it is whole.
    """
    announced = length_of(response)
    if announced is not None and offset + announced > ask.largest:
        raise SourceFailed(_too_large(ask))
    unpacked = _Unpacked(response.headers.get("Content-Encoding", ""))
    knows_its_end = announced is not None or _is_chunked(response) or unpacked.is_packed
    pieces = _pieces(response, unpacked, announced, must_go_on)
    if offset == 0:
        pieces = _looked_at(pieces, ask, response.headers.get("Content-Type", ""))
    size = offset
    for piece in pieces:
        size += len(piece)
        if size > ask.largest:
            raise SourceFailed(_too_large(ask))
        yield piece
    if not (knows_its_end or ask.form.tells_its_end):
        raise SourceFailed(
            f"{shown(ask.address)}: the server says neither how long its answer is nor where it "
            f"ends, and half of {ask.form.name} cannot be told from a whole one."
        )


def _pieces(
    response: requests.Response,
    unpacked: _Unpacked,
    announced: int | None,
    must_go_on: Callable[[], object],
) -> Iterator[bytes]:
    """Yield what arrives, and raise if less arrives than was announced."""
    arrived = 0
    while True:
        must_go_on()
        # Not more than is there already: a piece of a slow answer is not waited for.
        chunk = response.raw.read1(CHUNK, decode_content=False)
        if not chunk:
            break
        arrived += len(chunk)
        yield unpacked.fed(chunk)
    must_go_on()
    if announced is not None and arrived != announced:
        raise Passing(f"{arrived:,} of {announced:,} bytes arrived")
    if not unpacked.is_whole:
        raise Passing("the packed answer ends in the middle")


def _looked_at(pieces: Iterator[bytes], ask: Ask, content_type: str) -> Iterator[bytes]:
    """Hold back the first bytes until they are seen to be of the form that is wanted."""
    first = b""
    for piece in pieces:
        first += piece
        if len(first) >= ENOUGH:
            break
    fault = ask.form.fault(content_type, first[:ENOUGH])
    if fault is not None:  # overloaded servers and sign-in walls send pages; they may pass
        raise Passing(f"the answer {fault}")
    yield first
    yield from pieces


class _Unpacked:
    """Unpacks what arrives, and knows whether the packing came to its end.

    A packed answer may have several parts, each packed for itself, and all of them count.
    """

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().casefold()
        if name not in {"identity", "", "gzip", "x-gzip"}:
            raise SourceFailed(f"the answer is packed as {quoted(name)}, which nobody asked for.")
        self.is_packed = name.endswith("gzip")
        self._decoder = zlib.decompressobj(_GZIP_WBITS)

    def fed(self, chunk: bytes) -> bytes:
        if not self.is_packed:
            return chunk
        pieces = []
        try:
            while chunk:
                if self._decoder.eof:
                    self._decoder = zlib.decompressobj(_GZIP_WBITS)
                pieces.append(self._decoder.decompress(chunk))
                chunk = self._decoder.unused_data
        except zlib.error:
            raise Passing("the packed answer is damaged") from None
        return b"".join(pieces)

    @property
    def is_whole(self) -> bool:
        return not self.is_packed or self._decoder.eof
