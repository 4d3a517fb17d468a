"""The one place that asks the web: politely, within limits, and whole or not at all.

A request goes only to the hosts that its source declares, also after a redirect, and never to a
private address. What may pass by itself (429, 5xx, a connection that breaks) is asked again after
a pause; everything else is an error at once. One process at a time asks a host. An answer counts
only when its status, type, first bytes and length are what they should be.
"""

from __future__ import annotations

import fcntl
import os
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from pipeline.errors import FileCannotBeWritten, ServiceIsAway, SourceFailed, quoted
from pipeline.sources.addresses import after_redirect, must_be_allowed, shown
from pipeline.sources.answers import (
    Ask,
    Away,
    Passing,
    body_of,
    last_modified,
    length_of,
    offset_of,
)
from pipeline.sources.connections import Adapter, Nobody, Watch, words_of
from pipeline.sources.forms import ENOUGH, Form
from pipeline.sources.keys import Key
from pipeline.sources.parts import Part
from pipeline.sources.progress import Progress

MOST_REDIRECTS = 5
LARGEST_ANSWER = 100_000_000
LARGEST_DOWNLOAD = 3_000_000_000
LONGEST_PAUSE_S = 30.0
SENT_ON = frozenset({301, 302, 303, 307, 308})
KEEPS_METHOD = frozenset({307, 308})
HANDED_ON = frozenset({"Accept", "Accept-Encoding", "Range", "If-Range"})
_TOO_LONG = "it took too long"

Found = TypeVar("Found")


@dataclass(frozen=True)
class Service:
    """Whom to ask, and how patiently.

    `name` is what messages call it. `total_s` bounds one request with all that is tried again,
    `download_s` one for a large file, `idle_s` every wait for the next byte; `pause_s` is kept
    between two requests to a host.
    """

    name: str
    hosts: frozenset[str]
    is_local: bool = False
    attempts: int = 5
    idle_s: float = 60.0
    total_s: float = 900.0
    download_s: float = 3 * 3600.0
    pause_s: float = 0.0


@dataclass(frozen=True)
class Downloaded:
    """What was written: its size and sum, and when the server says that it was made."""

    bytes: int
    sha256: str
    last_modified: datetime | None


@dataclass
class Client:
    """Asks one service.

    Parameters
    ----------
    service
        Whom.
    locks
        A folder that all processes of the project share.
    progress
        Told of what arrives.
    key
        Sent to the one server that it is for; it never stands in a message or an answer.
    parts
        Where parts of downloads are kept from run to run; beside their targets with none.
    """

    service: Service
    locks: Path
    progress: Progress = field(default_factory=Progress)
    key: Key | None = None
    parts: Path | None = None
    sleep: Callable[[float], None] = time.sleep
    _watched: Watch = field(init=False)
    _session: requests.Session = field(init=False)

    def __post_init__(self) -> None:
        """Open a session that keeps its connections."""
        self._watched = Watch()
        self._session = requests.Session()
        self._session.auth = Nobody()  # else a file in the user's home may be read for one
        self._session.trust_env = not self.service.is_local
        self._session.headers["User-Agent"] = user_agent()
        adapter = Adapter(self._watched, is_checked=not self.service.is_local)
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter)

    def read(
        self,
        address: str,
        form: Form,
        *,
        params: Mapping[str, str] | None = None,
        sent: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        check: Callable[[bytes], str | None] = lambda _: None,
        largest: int = LARGEST_ANSWER,
    ) -> bytes:
        """Return an answer of moderate size, whole.

        Parameters
        ----------
        address
            Whom to ask.
        form
            What the answer must be.
        params
            The query.
        sent
            A form to post; with none it is a GET.
        headers
            More headers, such as a key.
        check
            Told the answer, says what in it is a fault that may pass (an error with status 200),
            or nothing.
        largest
            In bytes.

        Returns
        -------
        bytes
            The answer without any packing.

        Raises
        ------
        SourceFailed
            If it cannot be had whole.
        """
        ask = Ask(address, form, dict(params or {}), sent, dict(headers or {}), largest)
        ask.headers.setdefault("Accept-Encoding", "gzip")

        def once(deadline: float) -> bytes:
            with self._answer(ask, deadline) as (response, _):
                body = b"".join(self._body(response, ask, 0, deadline))
            body = body if self.key is None else self.key.kept_out_of_bytes(body)
            fault = check(body)
            if fault is not None:
                raise Passing(fault)
            return body

        return self.tried(address, once, self.service.total_s)

    def download(
        self,
        address: str,
        target: Path,
        form: Form,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        md5: str | None = None,
        sha256: str | None = None,
        largest: int = LARGEST_DOWNLOAD,
    ) -> Downloaded:
        """Write a large answer to a file that is there only when it is whole.

        What has arrived lies in `<target>.part`, or in `parts` under a name that the address
        gives; where the server can, a later call goes on from there.

        Parameters
        ----------
        address
            Whom to ask.
        target
            Where the file belongs.
        form
            What it must be.
        params, headers
            As for `read`.
        md5, sha256
            The sum that is published for it.
        largest
            In bytes.

        Returns
        -------
        Downloaded
            Its size, sum and date.

        Raises
        ------
        SourceFailed
            If it cannot be had whole, or is not what its sum says.
        FileCannotBeWritten
            If there is no room for it.
        """
        ask = Ask(address, form, dict(params or {}), None, dict(headers or {}), largest)
        ask.headers["Accept-Encoding"] = "identity"
        part = Part(target, f"{address} {sorted(ask.params.items())}", self.parts)

        def once(deadline: float) -> Downloaded:
            begun, validator = part.begun()
            going_on = {"Range": f"bytes={begun}-", "If-Range": validator} if begun else {}
            resumed = replace(ask, headers={**ask.headers, **going_on})
            with self._answer(resumed, deadline, part) as (response, offset):
                self.progress.file(offset, length_of(response))
                part.write(self._body(response, resumed, offset, deadline), offset, response)
                date = last_modified(response)
            if self.key is not None and part.holds(self.key.forms):
                part.forget()
                raise SourceFailed(
                    f"{shown(address)}: the file repeats the key that it was asked "
                    "with; nothing of it is kept. Tell its publisher."
                )
            sums = part.sums()
            for name, wanted in (("md5", md5), ("sha256", sha256)):
                if wanted is not None and sums[name] != wanted.casefold():
                    part.forget()
                    raise Passing(
                        f"what arrived is not what was published ({name} {sums[name][:12]}…, and "
                        f"{quoted(wanted[:12])}… is announced)"
                    )
            size = part.finish()
            return Downloaded(size, sums["sha256"], date)

        try:
            return self.tried(address, once, self.service.download_s)
        finally:
            part.forget_if_useless()

    def beginning(
        self,
        address: str,
        form: Form,
        *,
        params: Mapping[str, str] | None = None,
        least: int = ENOUGH,
    ) -> bytes:
        """Return the first bytes of an answer, and let the rest be.

        Parameters
        ----------
        address
            Whom to ask.
        form
            What the answer must be.
        params
            The query.
        least
            How many bytes to wait for, if there are so many.

        Returns
        -------
        bytes
            Some more than that at most.

        Raises
        ------
        SourceFailed
            If it is not of that form, or does not come.
        """
        ask = Ask(address, form, dict(params or {}), None, {}, LARGEST_DOWNLOAD)
        ask.headers["Accept-Encoding"] = "identity"

        def once(deadline: float) -> bytes:
            with self._answer(ask, deadline) as (response, _):
                first = b""
                for piece in self._body(response, ask, 0, deadline):
                    first += piece
                    if len(first) >= least:
                        break
                return first

        return self.tried(address, once, self.service.total_s)

    # --- trying again ----------------------------------------------------------------------------

    def tried(self, address: str, once: Callable[[float], Found], patience_s: float) -> Found:
        """Try, with growing pauses, until it works, the time is up or the fault will not pass.

        Parameters
        ----------
        address
            Whom it asks; no other process asks the same host meanwhile.
        once
            Does it until a time on the monotonic clock. It raises `Passing` for what is worth
            trying again, `SourceFailed` for what is not.
        patience_s
            How long all that may take.

        Returns
        -------
        Found
            What `once` returns.

        Raises
        ------
        SourceFailed
            If it did not work.
        """
        deadline = time.monotonic() + patience_s
        last, is_away = "it did not answer", True
        for attempt in range(1, self.service.attempts + 1):
            try:
                with self._turn(address) as waited_s:
                    deadline += waited_s
                    with self._watched.until(deadline):
                        return once(deadline)
            except Passing as fault:
                last, wait, is_away = str(fault), fault.wait_s, isinstance(fault, Away)
            except (requests.RequestException, HTTPError, OSError) as fault:
                is_up, is_away = time.monotonic() >= deadline, True
                last, wait = _TOO_LONG if is_up else words_of(fault), None
            except SourceFailed as fault:
                raise type(fault)(self._redacted(f"{self.service.name}: {fault}")) from None
            pause = _pause(attempt) if wait is None else wait
            if attempt == self.service.attempts or time.monotonic() + pause > deadline:
                break
            self.sleep(pause)
        raise (ServiceIsAway if is_away else SourceFailed)(
            self._redacted(
                f"{self.service.name}: {shown(address)}: {last}. It was asked {attempt} "
                f"{'time' if attempt == 1 else 'times'}; nothing of it is kept. Try again later."
            )
        )

    def _redacted(self, words: str) -> str:
        return words if self.key is None else self.key.kept_out_of(words)

    @contextmanager
    def _turn(self, address: str) -> Iterator[float]:
        """Wait until no other process asks the same host, and keep the pause it wants.

        How long that took is given: it does not count as time that the host took. Another process
        may be downloading something large, and is waited for as long as that may take.
        """
        host = urlsplit(address).hostname or "nobody"
        name = re.sub(r"[^a-z0-9.-]", "_", host.casefold())[:100]
        try:
            self.locks.mkdir(parents=True, exist_ok=True)
            file = (self.locks / f"{name}.lock").open("a+b")
        except OSError as error:
            raise FileCannotBeWritten(
                f"{self.locks}: could not be written ({error.strerror or error}); give write "
                "permission, then run again."
            ) from None
        begun = time.monotonic()
        with file as lock:
            while True:
                with suppress(BlockingIOError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                if time.monotonic() > begun + self.service.download_s:
                    raise SourceFailed(
                        f"{shown(address)}: another fetch has been asking {host} all the time; "
                        "wait for it and run again."
                    )
                self.sleep(0.1)
            since = time.time() - os.fstat(lock.fileno()).st_mtime
            if 0 <= since < self.service.pause_s:
                self.sleep(self.service.pause_s - since)
            try:
                yield time.monotonic() - begun
            finally:
                os.utime(lock.fileno())

    # --- one request -----------------------------------------------------------------------------

    @contextmanager
    def _answer(
        self, ask: Ask, deadline: float, part: Part | None = None
    ) -> Iterator[tuple[requests.Response, int]]:
        """Ask, follow redirects that are allowed, and give an answer whose head is good."""
        address, method, sent = ask.address, "POST" if ask.sent is not None else "GET", ask.sent
        params: Mapping[str, str] | None = ask.params
        headers, asked = ask.headers, urlsplit(address).hostname
        for _ in range(MOST_REDIRECTS + 1):
            must_be_allowed(address, self.service.hosts, is_local=self.service.is_local)
            whom, query, signed = self._with_key(address, params, headers)
            with _readable(address):
                response = self._session.request(
                    method, whom, params=query, data=sent, headers=signed, stream=True,
                    allow_redirects=False, timeout=self._timeout(deadline),
                )  # fmt: skip
            try:
                if response.status_code not in SENT_ON:
                    yield response, offset_of(response, ask, part)
                    return
                location = self._redacted(response.headers.get("Location", ""))
            finally:
                response.close()
            if method == "POST" and response.status_code not in KEEPS_METHOD:
                method, sent = "GET", None
            # A redirect carries its own query; a key of ours is not handed on to another host.
            address, params = after_redirect(address, location), None
            if urlsplit(address).hostname != asked:
                headers = {name: text for name, text in headers.items() if name in HANDED_ON}
        raise SourceFailed(f"{shown(address)}: sends on more than {MOST_REDIRECTS} times.")

    def _with_key(
        self, address: str, params: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> tuple[str, Mapping[str, str] | None, Mapping[str, str]]:
        return (
            (address, params, headers)
            if self.key is None
            else self.key.sent_with(address, params, headers)
        )

    def _timeout(self, deadline: float) -> float:
        left = deadline - time.monotonic()
        if left <= 0:
            raise Passing(_TOO_LONG)
        return min(self.service.idle_s, left)

    def _body(
        self, response: requests.Response, ask: Ask, offset: int, deadline: float
    ) -> Iterator[bytes]:
        for piece in body_of(response, ask, offset, lambda: self._timeout(deadline)):
            self.progress.arrived(len(piece))
            yield piece


@contextmanager
def _readable(address: str) -> Iterator[None]:
    """Say so where an answer sends on to what is no address: requests looks, even if not asked."""
    try:
        yield
    except requests.RequestException:
        raise
    except ValueError:
        raise SourceFailed(f"{shown(address)}: sends on to what is not a web address.") from None


def _pause(attempt: int) -> float:
    """Wait longer every time, and not all for the same time, so that crowds come apart."""
    return random.uniform(0, min(LONGEST_PAUSE_S, 2.0**attempt))  # noqa: S311 (nothing secret)


def user_agent() -> str:
    """Return what servers are told about who asks."""
    try:
        version = metadata.version("half-full")
    except metadata.PackageNotFoundError:
        version = "0"
    return f"half-full/{version} (maps of the assets of a place; Python requests)"
