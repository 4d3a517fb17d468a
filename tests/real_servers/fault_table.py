"""What came of it when services failed, as a table for people: service × fault × outcome."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path

from pipeline.errors import PipelineError, SourceFailed
from pipeline.sources.http import Client, Service
from tests.real_servers.subjects import Subject
from tests.servers import faulty
from tests.servers.faulty import Fault, Reply
from tests.sources.faults import SENT

HOSTS = frozenset({"127.0.0.1", "localhost"})
NAME = "The service"
# Silence is waited for, so these strike at one request only.
SLOW = {"hang", "slow drip"}
PATIENT = {"idle_s": 30.0, "total_s": 120.0, "download_s": 120.0}
HURRIED = {"hang": {"idle_s": 0.6}, "slow drip": {"total_s": 1.2, "download_s": 1.2}}


def _round(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    """Send on to where the question was asked."""
    faulty.redirect(handler.path)(handler, reply)


COMMON: dict[str, Fault] = {
    **{name: SENT[name] for name in ("500", "503", "504", "429")},
    "429, Retry-After: 0": faulty.status(429, "0"),
    "429, Retry-After: 3600": faulty.status(429, "3600"),
    "404": faulty.status(404),
    "connection reset": faulty.reset,
    "hang": faulty.hang,
    "slow drip": faulty.drip,
    "cut, with Content-Length": faulty.cut(),
    "cut, without Content-Length": faulty.cut_unannounced(),
    "cut between chunks": faulty.cut_chunks,
    "cut inside gzip": faulty.cut_packed,
    "nothing with 200": faulty.instead(b""),
    "HTML with 200": faulty.web_page,
    "HTML as data": faulty.disguised_page,
    "{“error”: …} with 200": SENT["error with 200"],
    "redirect to a private address": faulty.redirect("http://10.0.0.7/"),
    "redirect to another host": faulty.redirect("https://example.org/rows"),
    "redirect to itself": _round,
}


@dataclass(frozen=True)
class Line:
    """What a fault led to, in words: when it struck once, and when it stayed."""

    once: str
    stays: str


@dataclass(frozen=True)
class Once:
    """Faults of answers that follow each other, after which all is well."""

    some: tuple[Fault, ...] = ()

    def faults(self) -> list[Fault | None]:
        """Return them anew."""
        return [*self.some]


class PageAgain(Once):
    """An answer, and the same to the next question."""

    def faults(self) -> list[Fault | None]:
        """Return them, with nothing kept yet."""
        kept: list[bytes] = []

        def keep(body: bytes) -> bytes:
            kept.append(body)
            return body

        return [faulty.altered(keep), faulty.altered(lambda _: kept[0])]


def survey(subject: Subject, folder: Path, *, thrifty: bool) -> tuple[int, dict[str, Line]]:
    """Let every fault strike, and note what came of it.

    Parameters
    ----------
    subject
        A service.
    folder
        For its files.
    thrifty
        Whether each fault strikes at some requests only: each request meets faults, and each
        fault meets requests, but not every one every other.

    Returns
    -------
    tuple of int and dict
        How many requests an undisturbed fetch makes, and a line for each fault.
    """
    trial = _Trial(subject, folder)
    n = trial.n
    lines = {}
    for place, (name, fault) in enumerate(COMMON.items()):
        spread = sorted({place % n, (place + n // 2) % n}) if thrifty else range(n)
        once = trial.outcomes([n // 2] if name in SLOW else spread, Once((fault,)), name)
        stays = trial.outcomes([n // 2] if name in SLOW else {0, n // 2, n - 1}, fault, name)
        lines[name] = Line(once, stays)
    # Counts stand at the beginning and the end, pages between them.
    counts, pages = {1, 2, n - 1}, {n // 3, n // 2 - 1, n - 2}
    if n > 1:
        begins = pages if thrifty else range(n - 1)
        lines["page again"] = Line(trial.outcomes(begins, PageAgain(), ""), "does not apply")
    for name, fault in subject.own.items():
        once = trial.outcomes(counts | pages if thrifty else range(n), Once((fault,)), name)
        lines[name] = Line(once, trial.outcomes({0, n // 2}, fault, name))
    return n, lines


class _Trial:
    def __init__(self, subject: Subject, folder: Path) -> None:
        self.subject, self.folder, self._numbers = subject, folder, count()
        self._fetch("")  # after which the answers are kept
        subject.server.asked.clear()
        self.whole = self._fetch("")
        self.n = len(subject.server.asked)

    def outcomes(self, numbers: Iterable[int], fault: Fault | Once, name: str) -> str:
        """Say what came of a fault that strikes once, or stays, at each of some requests."""
        return _together([self._outcome(number, fault, name) for number in sorted(set(numbers))])

    def _fetch(self, fault: str) -> bytes:
        patience = PATIENT | HURRIED.get(fault, {}) | self.subject.patience.get(fault, {})
        service = Service(NAME, HOSTS, is_local=True, attempts=2, **patience)
        to = self.folder / str(next(self._numbers))
        client = Client(service, self.folder / "locks", sleep=lambda _: None)
        try:
            return self.subject.fetch(client, to).path.read_bytes()
        except PipelineError:
            left = [path.name for path in to.rglob("*") if ".part" not in path.name]
            assert left == [], left
            raise

    def _outcome(self, number: int, fault: Fault | Once, name: str) -> str:
        """Say what came of a fault at a request: all rows, or which sentence."""
        server = self.subject.server
        server.asked.clear()
        strikes = fault.faults() if isinstance(fault, Once) else []
        server.faults = [*[None] * number, *strikes]
        server.always = None if isinstance(fault, Once) else fault
        try:
            got = self._fetch(name)
        except SourceFailed as told:
            return plain(str(told))
        finally:
            server.always = None
            server.faults.clear()
        assert got == self.whole, f"{name} at request {number}: the file is another"
        more = len(server.asked) - self.n
        return f"all rows, {more or 'no'} request{'' if more == 1 else 's'} more"


# --- words ---------------------------------------------------------------------------------------


def plain(sentence: str) -> str:
    """Leave out of a sentence what differs from run to run: the address, and lengths."""
    words = sentence.removeprefix(f"{NAME}: ")
    words = re.sub(r"^(http://)?(127\.0\.0\.1|localhost):\d+\S*( \(‘[^’]*’\))?: ", "", words)
    words = re.sub(r"(127\.0\.0\.1|localhost):\d+[^\s,;’]*", "…", words)
    words = re.sub(r"[\d,]+ of [\d,]+ bytes", "some of all bytes", words)
    words = re.sub(r"[0-9a-fA-F]{12,}…?", "…", words)
    words = re.sub(r"ends in ‘.*?’(?=[.;])", "ends in ‘…’", words)
    words = words.removesuffix(" nothing of it is kept. Try again later.").rstrip(";")
    return re.sub(r"\. It was asked (\d) times?$", r" (asked \1 ×)", words)


def _together(outcomes: list[str]) -> str:
    """Say outcomes at several requests in one cell: the good ones as one, then each sentence."""
    good = [int(m[1]) if m[1].isdigit() else 0 for o in outcomes if (m := _GOOD.match(o))]
    # Sentences that differ in a number or a code only are one.
    bad = {re.sub(r"[A-Z]?\d+", "#", o): o for o in reversed(outcomes) if not _GOOD.match(o)}
    parts = []
    if good:
        low, high = min(good), max(good)
        many = f"{low}" if low == high else f"{low} to {high}"
        parts.append(f"all rows (+{many})" if high else "all rows")
    parts += [f"stops: {bad[kind]}" for kind in sorted(bad)]
    return "; or ".join(parts)


_GOOD = re.compile(r"all rows, (\w+) requests? more")


def section(name: str, n: int, lines: dict[str, Line]) -> str:
    """Return the part of the document that is about one service.

    Parameters
    ----------
    name
        Of the service.
    n
        How many requests an undisturbed fetch makes.
    lines
        What each fault led to.

    Returns
    -------
    str
        Markdown, from its heading to its last line.
    """
    requests = "one request" if n == 1 else f"{n} requests"
    rows = [
        f"| {fault} | {_cell(line.once)} | {_cell(line.stays)} |" for fault, line in lines.items()
    ]
    return "\n".join(
        [f"## {name}", "", f"Undisturbed, a fetch makes {requests}.", "",
         "| fault | strikes once | stays |", "|---|---|---|", *rows]
    )  # fmt: skip


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("<", "&lt;")


def sections_of(document: str) -> dict[str, str]:
    """Return the parts of a document by the names of their services.

    Parameters
    ----------
    document
        Markdown as `document_of` writes it.

    Returns
    -------
    dict
        In order.
    """
    parts = re.split(r"^(?=## )", document, flags=re.MULTILINE)[1:]
    found = {part.partition("\n")[0].removeprefix("## "): part.strip() for part in parts}
    found.pop(GLANCE, None)
    return found


GLANCE = "At a glance"
HEAD = """# What services do when they fail, and what comes of it

Made by `make fault-table` from what was seen, and held against what is seen whenever the tests
run. Each fault strikes an answer once, at one request after the other, and then again and again
from a request on. Then there is the whole file, the same byte for byte, or a sentence and no file;
never a part of it. Every service was asked two times at most before it counted as failed, where a
real fetch is more patient.

*all rows (+2)* means that the whole file came, with two requests more than without the fault.
*stops* comes with what the person reads, without the name and address of the service in front.
Koop, pygeoapi and MapServer are real servers behind a proxy that spoils what they answer; of the
others, which exist only once, a small server replays the documented answers.

One thing nobody could tell from an answer: a table with rows missing that is announced and sent as
if it were whole, from a service that counts nothing and publishes no sum. Against that a run holds
each input against the last good fetch, and stops where it has far fewer rows or far less area.
"""


def document_of(sections: dict[str, str]) -> str:
    """Return the whole document.

    Parameters
    ----------
    sections
        The parts by the names of their services.

    Returns
    -------
    str
        Markdown.
    """
    parts = [HEAD, glance_of(sections), *sections.values()]
    return "\n".join(f"{part.strip()}\n" for part in parts)


def glance_of(sections: dict[str, str]) -> str:
    """Return the table of all services at a glance.

    Parameters
    ----------
    sections
        The parts by the names of their services.

    Returns
    -------
    str
        Markdown: one row a fault, one column a service, `once / stays` in each cell.
    """
    cells = {name: _cells(part) for name, part in sections.items()}
    faults = list(dict.fromkeys(fault for column in cells.values() for fault in column))
    heads = [name.removesuffix(" (replayed)") for name in sections]
    rows = [
        f"| {fault} | {' | '.join(cells[name].get(fault, '') for name in sections)} |"
        for fault in faults
    ]
    return "\n".join(
        [f"## {GLANCE}", "", "When it strikes once / when it stays:", "",
         f"| fault | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}", *rows]
    )  # fmt: skip


def _cells(part: str) -> dict[str, str]:
    found = {}
    for row in part.splitlines():
        if row.startswith("| ") and not row.startswith("| fault |"):
            fault, once, stays = re.split(r"(?<!\\)\|", row.strip("|"))
            found[fault.strip()] = f"{_short(once)} / {_short(stays)}"
    return found


def _short(outcome: str) -> str:
    words = outcome.strip()
    if words == "does not apply":
        return "–"
    rows, stops = words.startswith("all rows"), "stops: " in words
    return "all rows or stops" if rows and stops else "all rows" if rows else "stops"
