"""OpenStreetMap data from an Overpass server, through osmnx, as one file.

The area is asked for square by square, each question by a program of its own
(`overpass_asker`), which is ended when its time is up. Answers that were looked through are kept
beside the raw files until the whole fetch is done, so that one that failed goes on where it
stopped; none is older than a few hours, and none outlives the fetch that asked for it.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from pipeline.config.place import OverpassArea
from pipeline.errors import SourceFailed, quoted
from pipeline.files.declared import DeclaredInput
from pipeline.files.writing import write_json
from pipeline.sources.addresses import must_be_allowed, shown
from pipeline.sources.answers import Away, Passing, asked_to_wait
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.forms import JSON, TEXT
from pipeline.sources.http import LARGEST_ANSWER, Client, user_agent
from pipeline.sources.osm_answers import Piece, joined, piece_of, tiles
from pipeline.sources.reading import HasChanged, OddAnswer, as_json, read_as, tried_anew
from pipeline.wanted import TAGS

# Where answers are kept until the whole fetch is done, in the folder of the district.
KEPT = ".overpass"
KEPT_FOR_S = 6 * 3600.0
# Servers behind one name may be of different days; one that keeps up is minutes behind.
MOST_BETWEEN = timedelta(hours=12)
# A dense city has some 8,000 nodes a square kilometre, of 90 bytes each in an answer.
LARGEST_SIDE_M = 8_000.0
M_PER_DEGREE = 111_000.0
# How long a server may think about one question, by the usage that they recommend.
LONGEST_QUESTION_S = 180.0

_ASKER = Path(__file__).with_name("overpass_asker.py")
_NOTE = "answers.note"
_READ = 1 << 16

Box = tuple[float, float, float, float]


def fetch(place: OverpassArea, area: Area, client: Client, folder: Path, kept: Path) -> Fetched:
    """Fetch what an Overpass server holds of a district and its surroundings.

    Parameters
    ----------
    place
        The server.
    area
        The box to ask for. Areas that enclose all of it and have no corner in it are not sent.
    client
        Whose patience, hosts and locks hold here, too.
    folder
        Where the file is written.
    kept
        Where answers are kept until the whole fetch is done.

    Returns
    -------
    Fetched
        One file with everything in it complete; of the day of the oldest answer.

    Raises
    ------
    SourceFailed
        If it cannot be had whole.
    """
    address = f"{place.overpass.rstrip('/')}/interpreter"
    where = f"{client.service.name}: {shown(address)}"
    hosts = client.service.hosts
    try:
        must_be_allowed(address, hosts, is_local=client.service.is_local)
    except SourceFailed as fault:
        raise SourceFailed(f"{client.service.name}: {fault}") from None
    up = LARGEST_SIDE_M / M_PER_DEGREE
    across = up / math.cos(math.radians(max(abs(area.south), abs(area.north))))
    boxes = list(tiles(area.west, area.south, area.east, area.north, across, up))
    answers = _Answers(kept)

    def once() -> list[Piece]:
        found = _pieces(boxes, folder, address, client, answers, asker)
        times = [piece.as_of for piece in found]
        if max(times) - min(times) > MOST_BETWEEN:
            answers.forget()
            raise HasChanged(
                f"{where}: some of its data is of {min(times):%Y-%m-%d %H:%M} and some of "
                f"{max(times):%Y-%m-%d %H:%M}, which do not fit together."
            )
        return found

    with _Asker(place, client, kept) as asker:
        pieces = tried_anew(once)
    if not any(piece.n for piece in pieces):
        raise SourceFailed(
            f"{where}: it has nothing at all of this place; is it a server for another country?"
        )
    as_of = joined(pieces, folder / "overpass.osm.pbf")
    for piece in pieces:
        piece.path.unlink()
    return Fetched(folder / "overpass.osm.pbf", None, as_of.date(), shown(address))


def look(declared: DeclaredInput, area: Area, client: Client) -> str:
    """Ask for one small thing: how busy it is.

    Parameters
    ----------
    declared
        The input that lies there.
    area
        The district that needs it.
    client
        Asks the service.

    Returns
    -------
    str
        What was seen.

    Raises
    ------
    SourceFailed
        If it is not what config says.
    """
    del area
    place = declared.place
    assert isinstance(place, OverpassArea)
    if place.local:  # a server of one's own need not say how busy it is
        return _own_overpass(place, client)
    address = f"{place.overpass.rstrip('/')}/status"
    body = client.read(address, TEXT)
    if b"slots" not in body and b"Rate limit" not in body:
        raise SourceFailed(f"{shown(address)}: says nothing of a rate limit or slots.")
    return "says how busy it is"


def _own_overpass(place: OverpassArea, client: Client) -> str:
    def read(body: bytes) -> str:
        answer = as_json(body)
        state = answer.get("osm3s") if isinstance(answer, dict) else None
        if not isinstance(state, dict) or answer.get("remark"):
            raise OddAnswer("does not say of what day its data is")
        return f"data of {quoted(str(state.get('timestamp_osm_base', ''))[:10])}"

    params = {"data": "[out:json][timeout:5];out count;"}
    return read_as(client, f"{place.overpass.rstrip('/')}/interpreter", JSON, read, params)


def _pieces(
    boxes: list[Box], folder: Path, address: str, client: Client, answers: _Answers, asker: _Asker
) -> list[Piece]:
    deadline = time.monotonic() + client.service.download_s
    pieces: list[Piece] = []
    for at, box in enumerate(boxes):
        target = folder / f"{at}.osm.pbf"
        pieces.append(_piece(box, target, address, client, answers, asker, deadline))
        client.progress.page(sum(piece.n for piece in pieces), None)
    return pieces


def _piece(
    box: Box,
    target: Path,
    address: str,
    client: Client,
    answers: _Answers,
    asker: _Asker,
    deadline: float,
) -> Piece:
    question = hashlib.sha256(json.dumps([address, box, TAGS]).encode()).hexdigest()
    there = answers.of(question)
    if there is not None:
        with suppress(OddAnswer):
            return piece_of(there, target)
        there.unlink(missing_ok=True)

    def once(until: float) -> Piece:
        answers.sweep()
        answer = asker.ask(box, until)
        try:
            piece = piece_of(answer, target)
        except OddAnswer as fault:
            answer.unlink(missing_ok=True)
            raise Passing(f"it {fault}") from None
        answers.keep(question, answer)
        client.progress.arrived(answer.stat().st_size)
        return piece

    left = deadline - time.monotonic()
    return client.tried(address, once, max(0.0, min(client.service.total_s, left)))


class _Answers:
    """Answers that were looked through, known by their sums; whatever else lies there goes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._known: dict[str, dict[str, str]] = {}
        with suppress(OSError, ValidationError):
            note = (folder / _NOTE).read_bytes()
            self._known = TypeAdapter(dict[str, dict[str, str]]).validate_json(note)
        self._known = {key: held for key, held in self._known.items() if self._is_good(held)}
        self.sweep()

    def sweep(self) -> None:
        """Throw away what was not looked through: a fetch may have been ended meanwhile."""
        names = {held["name"] for held in self._known.values()} | {_NOTE}
        for path in self._folder.iterdir():
            if path.name not in names:
                path.unlink(missing_ok=True)

    def _is_good(self, held: dict[str, str]) -> bool:
        path = self._folder / Path(held.get("name", "")).name
        with suppress(OSError):
            if not path.is_symlink() and 0 <= time.time() - path.stat().st_mtime < KEPT_FOR_S:
                return _sum_of(path) == held.get("sha256")
        return False

    def forget(self) -> None:
        """Throw away all of them."""
        self._known = {}
        self.sweep()

    def of(self, question: str) -> Path | None:
        """Return the answer to a question that was asked before; none if there is none."""
        held = self._known.get(question)
        return None if held is None else self._folder / held["name"]

    def keep(self, question: str, answer: Path) -> None:
        """Note an answer that was looked through."""
        self._known[question] = {"name": answer.name, "sha256": _sum_of(answer)}
        write_json(self._known, self._folder / _NOTE)


def _sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Asker:
    """The program that asks: begun when there is a question, ended with all that it began."""

    def __init__(self, place: OverpassArea, client: Client, cache: Path) -> None:
        service = client.service
        self._cache = cache
        self._address = place.overpass
        self._choices = {
            "address": place.overpass.rstrip("/"),
            "hosts": sorted(service.hosts),
            "is_local": service.is_local,
            # A public server is asked for a free slot first; one's own has no limits.
            "limited": not service.is_local,
            "timeout_s": max(1, int(min(LONGEST_QUESTION_S, service.total_s))),
            "user_agent": user_agent(),
            "referer": user_agent(),
            "cache": str(cache),
            "largest": LARGEST_ANSWER,
            "tags": TAGS,
        }
        self._program: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._end()

    def ask(self, box: Box, deadline: float) -> Path:
        """Ask for all in a box, and return the answer as osmnx keeps it."""
        try:
            self._tell(box)
            told = json.loads(self._line(deadline))
        except BaseException:
            self._end()  # also when the user has had enough
            raise
        if "fault" in told:
            self._raise(told)
        if len(told["new"]) != 1:
            raise Passing("osmnx did not take its answer for a good one")
        return self._cache / str(told["new"][0])

    def _raise(self, told: dict[str, Any]) -> None:
        words = quoted(told["fault"])[1:-1]
        if not told["passes"]:
            raise SourceFailed(f"{shown(self._address)}: {words}.")
        wait = asked_to_wait(told["wait"], self._address, told["status"])
        raise (Away if told["is_away"] else Passing)(words, wait)

    def _tell(self, question: object) -> None:
        program = self._program
        if program is None or program.poll() is not None:
            self._end()
            program = self._begin()
        self._write(program, question)

    def _begin(self) -> subprocess.Popen[bytes]:
        about = dict(os.environ)
        if self._choices["is_local"]:  # no proxy stands before a server of one's own
            about = {name: text for name, text in about.items() if "proxy" not in name.casefold()}
        self._program = subprocess.Popen(  # noqa: S603 (a program of ours, without arguments)
            [sys.executable, "-I", "-B", str(_ASKER)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True, env=about,
        )  # fmt: skip
        self._write(self._program, self._choices)
        return self._program

    def _write(self, program: subprocess.Popen[bytes], what: object) -> None:
        assert program.stdin is not None
        try:
            program.stdin.write(json.dumps(what).encode() + b"\n")
            program.stdin.flush()
        except OSError:
            raise Passing("the program that asks has ended") from None

    def _line(self, deadline: float) -> bytes:
        """Wait for a line, and for nothing longer than allowed."""
        assert self._program is not None
        assert self._program.stdout is not None
        found = bytearray()
        while not found.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._program.stdout], [], [], left)[0]:
                raise Away("it took too long")
            piece = os.read(self._program.stdout.fileno(), _READ)
            if not piece:
                raise Passing("the program that asks has ended")
            found += piece
        return bytes(found)

    def _end(self) -> None:
        if self._program is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._program.pid, signal.SIGKILL)
        self._program.wait()
        for pipe in (self._program.stdin, self._program.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._program = None
