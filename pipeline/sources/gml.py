"""Answers of a WFS in XML: what they hold, told before any library reads their shapes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from pipeline.errors import SourceFailed, quoted

_READER = Path(__file__).with_name("gml_reader.py")
_LONGEST_READ_S = 900.0
_MOST_DEPTH = 200
_MEMBERS = frozenset({"member", "featureMember"})
_MANY_MEMBERS = frozenset({"featureMembers"})
Started = Callable[[int, str, dict[str, str]], None]
Ended = Callable[[int, str, str], None]


class _Refused(Exception):
    """The answer holds what may not be in it."""


def walk(body: bytes, started: Started, ended: Ended) -> str | None:
    """Go through XML from its beginning to its end.

    Parameters
    ----------
    body
        The XML.
    started, ended
        Called at the beginning of each element with its depth from 0, local name and attributes,
        and at its end with depth, local name and text.

    Returns
    -------
    str or None
        Words on what is wrong with it, or nothing.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    names: list[str] = []
    texts: list[list[str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(names) >= _MOST_DEPTH:
            raise _Refused
        started(len(names), local(name), {local(key): value for key, value in attributes.items()})
        names.append(local(name))
        texts.append([])

    def end(_: str) -> None:
        name, text = names.pop(), "".join(texts.pop())
        ended(len(names), name, text.strip())

    def refuse(*_: object) -> None:
        raise _Refused

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: texts[-1].append(text) if texts else None
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(body, True)  # noqa: FBT003 (expat takes no keyword)
    except _Refused:
        return "the answer holds a DOCTYPE or ENTITY, or is nested too deep, which is not allowed"
    except (expat.ExpatError, ValueError):
        return "the answer is cut short or is not XML"
    return None


def local(name: str) -> str:
    """Return the name of an element or attribute without its namespace.

    Parameters
    ----------
    name
        Such as `http://www.opengis.net/wfs/2.0}member`, or a name with a prefix.

    Returns
    -------
    str
        Such as `member`.
    """
    return name.rpartition("}")[2].rpartition(":")[2]


class Page:
    """A page of GML, looked through: how many rows it announces, and which it has."""

    def __init__(self, body: bytes, *, is_count: bool = False) -> None:
        """Look through a page, or what only counts; `fault` says what is wrong, if anything."""
        self._is_count = is_count
        self.root = ""
        self.attributes: dict[str, str] = {}
        self.ids: list[str | None] = []
        self._said: list[str] = []
        self._stack: list[str] = []
        self.fault = walk(body, self._started, self._ended) or self._wrong()

    @property
    def matched(self) -> int | None:
        """How many rows fit the question, if the server says so."""
        return _number(self.attributes.get("numberMatched", ""))

    def _started(self, depth: int, name: str, attributes: dict[str, str]) -> None:
        if depth == 0:
            self.root, self.attributes = name, attributes
        parent = self._stack[-1] if self._stack else ""
        if (depth == 2 and parent in _MEMBERS | _MANY_MEMBERS) and self._is_collection:  # noqa: PLR2004
            self.ids.append(attributes.get("id") or attributes.get("fid"))
        if name in {"Exception", "ServiceException"}:
            code = attributes.get("exceptionCode") or attributes.get("code") or ""
            self._said.append(code)
        self._stack.append(name)

    def _ended(self, _: int, name: str, text: str) -> None:
        self._stack.pop()
        if name in {"ExceptionText", "ServiceException"} and text:
            self._said.append(text)

    @property
    def _is_collection(self) -> bool:
        return self.root == "FeatureCollection"

    def _wrong(self) -> str | None:
        if self._said or "Exception" in self.root:
            return f"it reports an error: {quoted(' '.join(word for word in self._said if word))}"
        if not self._is_collection:
            return f"the answer is {quoted(self.root)}, and a FeatureCollection is wanted"
        returned = _number(self.attributes.get("numberReturned", ""))
        if self._is_count:  # some servers announce all rows there, and send none
            return "rows came, and only their number was asked for" if self.ids else None
        if returned is not None and returned != len(self.ids):
            return f"{returned:,} rows are announced for a page that has {len(self.ids):,}"
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


def read_pages(pages: list[Path], who: str) -> Iterator[tuple[str | None, list[dict[str, Any]]]]:
    """Read pages of GML that were looked through.

    Parameters
    ----------
    pages
        Files; what is read from each lies beside it.
    who
        The service and its address, for messages.

    Yields
    ------
    tuple
        For each page the system of its shapes, as the server calls it, and its rows: `properties`
        as text, and `shape` as WKB in hexadecimal.

    Raises
    ------
    SourceFailed
        If a page cannot be read.
    """
    few = 200  # a command line may not be too long
    for begin in range(0, len(pages), few):
        some = pages[begin : begin + few]
        _run_reader(some, who)
        for page in some:
            with Path(f"{page}.rows").open(encoding="utf-8") as file:
                head = json.loads(file.readline())
                rows = [json.loads(line) for line in file]
            if len(rows) != head["rows"]:
                raise SourceFailed(f"{who}: a page of GML was read in part only; run again.")
            yield head["system"], rows
            Path(f"{page}.rows").unlink()
            page.unlink()


def _run_reader(pages: list[Path], who: str) -> None:
    command = [sys.executable, "-I", "-B", str(_READER), *map(str, pages)]
    try:
        done = subprocess.run(  # noqa: S603 (a program of ours, and files that we named)
            command, capture_output=True, check=False, timeout=_LONGEST_READ_S
        )
    except subprocess.TimeoutExpired:
        raise SourceFailed(
            f"{who}: its shapes could not be read within {_LONGEST_READ_S:g} seconds; tell its "
            "publisher."
        ) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SourceFailed(
            f"{who}: the GML that it sends cannot be read ({quoted(said[-1] if said else '')}); "
            "tell its publisher."
        )
