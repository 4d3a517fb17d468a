"""WFS 2.0: page through a feature type, and hold what came against the server's own count.

What a server may do without a word is looked for: give fewer rows than were asked for, count no
further than it gives, sort anew between two pages, send an error with status 200, or half a page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.config.place import WfsLayer
from pipeline.errors import SourceFailed, listed, quoted
from pipeline.files.declared import DeclaredInput
from pipeline.sources.addresses import shown
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.forms import JSON, XML, Form
from pipeline.sources.gml import Page, read_pages, walk
from pipeline.sources.http import Client
from pipeline.sources.reading import OddAnswer, as_object, looked_at, read_as, tried_anew
from pipeline.sources.shelf import (
    DEGREES,
    METRIC,
    Row,
    Shelf,
    box_in,
    features_of,
    rows_of,
    system_of,
    with_id,
)
from pipeline.sources.whole import fetch_whole, must_say_the_same
from pipeline.text import slug

_GET_FEATURE = {"service": "WFS", "version": "2.0.0", "request": "GetFeature"}
_JSON_TYPES = ("application/json", "application/geo+json")
# Servers tell what is wrong in XML, whatever was asked for.
_ANSWER = Form("features or an error", JSON.types + XML.types, JSON.begins + XML.begins)
# GeoServer numbers the rows of a table without a key anew with every request.
_NUMBERED_ANEW = re.compile(r"fid-[0-9a-f_-]{8,}", re.IGNORECASE)


def fetch(place: WfsLayer, area: Area, client: Client, folder: Path) -> Fetched:
    """Fetch all rows of a feature type that touch the box of a district.

    Parameters
    ----------
    place
        The server and its feature type.
    area
        The district.
    client
        Asks the server.
    folder
        Where the file belongs.

    Returns
    -------
    Fetched
        A GeoPackage in the declared metres where the server has them, else GeoJSON in degrees.
        The standard has no place for the day of the data, so it has none.

    Raises
    ------
    SourceFailed
        If not all rows come, or not as they should.

    Notes
    -----
    OGC 09-025r2 (Web Feature Service 2.0).
    """

    def once() -> Fetched:
        layer = _Layer.of(place, area, client)
        return fetch_whole(layer, folder, slug(layer.name), shown(place.wfs))

    return tried_anew(once)


# --- what the server says of itself --------------------------------------------------------------


def look(declared: DeclaredInput, area: Area, client: Client) -> str:
    """Ask for one small thing: what the service has, and how many rows.

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
    assert isinstance(place, WfsLayer)
    question = {"service": "WFS", "version": "2.0.0"}

    def read(body: bytes) -> Capabilities:
        can = Capabilities.read(body)
        if can.fault:
            raise OddAnswer(f"is odd: {can.fault}")
        return can

    can = read_as(client, place.wfs, XML, read, question | {"request": "GetCapabilities"})
    name = can.named(place.type_name)
    if name is None or not can.version.startswith("2.0"):
        raise SourceFailed(
            f"{shown(place.wfs)}: version {quoted(can.version)}, with the feature types "
            f"{listed(sorted(can.systems), 20)}, and {quoted(place.type_name)} is declared."
        )

    def hits(body: bytes) -> int | None:
        page = Page(body, is_count=True)
        if page.fault:
            raise OddAnswer(f"is odd: {page.fault}")
        return page.matched

    count = {"request": "GetFeature", "typeNames": name, "resultType": "hits"}
    matched = read_as(client, place.wfs, XML, hits, question | count)
    if matched == 0:
        raise SourceFailed(f"{shown(place.wfs)}: {quoted(name)} has no rows.")
    return "it does not say how many rows" if matched is None else f"{matched:,} rows"


@dataclass
class Capabilities:
    """What a server says that it can: its version, and of each feature type the systems."""

    version: str = ""
    systems: dict[str, list[str]] = field(default_factory=dict)
    formats: list[str] = field(default_factory=list)
    most: int | None = None
    pages: bool = True
    fault: str | None = None
    latest: str = ""

    @classmethod
    def read(cls, body: bytes) -> Capabilities:
        """Read the answer to GetCapabilities; `fault` says what is wrong with it, if anything."""
        found = cls()
        stack: list[tuple[str, str]] = []

        def started(depth: int, element: str, attributes: dict[str, str]) -> None:
            stack.append((element, attributes.get("name", "")))
            if depth == 0:
                found.version = attributes.get("version", "")
                found.fault = None if element == "WFS_Capabilities" else _not_capabilities(element)

        def ended(_: int, element: str, text: str) -> None:
            stack.pop()
            parent = stack[-1][0] if stack else ""
            if parent == "FeatureType" and element == "Name":
                found.systems[text] = []
                found.latest = text
            elif parent == "FeatureType" and element in {"DefaultCRS", "OtherCRS"}:
                found.systems.get(found.latest, []).append(text)
            elif element in {"Value", "DefaultValue"}:
                found.note(dict(stack), text)

        found.fault = walk(body, started, ended) or found.fault
        return found

    def note(self, around: dict[str, str], text: str) -> None:
        """Note a value that stands inside elements with these names."""
        asked, parameter = around.get("Operation"), around.get("Parameter")
        constraint = around.get("Constraint")
        if asked == "GetFeature" and parameter == "outputFormat":
            self.formats.append(text)
        if constraint == "CountDefault" and text.isascii() and text.isdecimal():
            self.most = int(text) or None
        if constraint == "ImplementsResultPaging":
            self.pages = text.casefold() != "false"

    def named(self, wanted: str) -> str | None:
        """Return the full name of a feature type that may be given without its prefix."""
        if wanted in self.systems:
            return wanted
        fitting = [name for name in self.systems if name.rpartition(":")[2] == wanted]
        return fitting[0] if len(fitting) == 1 else None


def _not_capabilities(element: str) -> str:
    return f"the answer is {quoted(element)} and not the capabilities of a WFS"


# --- a feature type ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Layer:
    """A feature type, the question that is asked of it, and who asks."""

    place: WfsLayer
    client: Client
    area: Area
    name: str
    system: str
    system_name: str
    json_type: str | None
    most: int | None
    pages: bool

    @classmethod
    def of(cls, place: WfsLayer, area: Area, client: Client) -> _Layer:
        question = {"service": "WFS", "version": "2.0.0", "request": "GetCapabilities"}

        def look(body: bytes) -> tuple[Capabilities, str | None]:
            found = Capabilities.read(body)
            return found, found.fault

        _, can = looked_at(client, place.wfs, XML, look, params=question)
        who = f"{client.service.name}: {shown(place.wfs)}"
        if not can.version.startswith("2.0"):
            raise SourceFailed(
                f"{who}: speaks version {quoted(can.version)} of WFS, and 2.0 is needed; look for "
                "another address of it."
            )
        name = can.named(place.type_name)
        if name is None:
            raise SourceFailed(
                f"{who}: has no feature type {quoted(place.type_name)}; it has "
                f"{listed(sorted(can.systems)) or 'none'}. Mend `type_name`."
            )
        known = {system_of(uri): uri for uri in reversed(can.systems[name])}
        system = place.crs if place.crs in known and place.crs in METRIC else DEGREES
        default = f"urn:ogc:def:crs:EPSG::{DEGREES.rpartition(':')[2]}"
        types = [kind for kind in can.formats if kind.partition(";")[0].strip() in _JSON_TYPES]
        return cls(
            place, client, area, name, system, known.get(system, default),
            types[0] if types else None, can.most, can.pages,
        )  # fmt: skip

    @property
    def who(self) -> str:
        return f"{self.client.service.name}: {shown(self.place.wfs)} ({quoted(self.name)})"

    # --- questions -------------------------------------------------------------------------------

    def _question(self, more: dict[str, str]) -> dict[str, str]:
        """Ask for a box in the system of the answers, its axes in the order of that system."""
        west, south, east, north = box_in(self.area, self.system)
        edges = (
            (f"{south:.7f}", f"{west:.7f}", f"{north:.7f}", f"{east:.7f}")
            if self.system == DEGREES
            else (f"{west:.1f}", f"{south:.1f}", f"{east:.1f}", f"{north:.1f}")
        )
        code = self.system.rpartition(":")[2]
        box = ",".join((*edges, f"urn:ogc:def:crs:EPSG::{code}"))
        return {
            **_GET_FEATURE, "typeNames": self.name, "srsName": self.system_name, "bbox": box, **more
        }  # fmt: skip

    def count(self) -> int | None:
        """Ask how many rows there are; nothing if the server does not say."""
        _, page = self._gml({"resultType": "hits"}, is_count=True)
        return page.matched

    def _gml(self, more: dict[str, str], *, is_count: bool = False) -> tuple[bytes, Page]:
        def look(body: bytes) -> tuple[Page, str | None]:
            page = Page(body, is_count=is_count)
            return page, page.fault

        return looked_at(self.client, self.place.wfs, XML, look, params=self._question(more))

    def fill(self, shelf: Shelf, size: int, expected: int | None) -> None:
        """Put the rows of all pages on a shelf; each begins where the last one ended.

        Pages are asked for until one is empty, whatever the server counts: MapServer counts no
        further than it gives on one page, and says so nowhere.
        """
        size = min(size, self.most or size)
        if not self.pages:
            if expected is None:
                raise SourceFailed(
                    f"{self.who}: gives no pages and does not say how many rows it has, so that "
                    "nobody can tell whether all came."
                )
            size = expected + 1
        files: list[Path] = []
        begin = 0
        while True:
            rows, said = self._page(begin, size, shelf, files)
            begin += rows
            must_say_the_same(self, said, expected, rows, begin)
            self.client.progress.page(begin, expected)
            if rows == 0 or not self.pages:
                break
        for system, read in read_pages(files, self.who):
            self._must_be_in(system)
            shelf.put([self._row(row["properties"], row["shape"]) for row in read])

    def _page(
        self, begin: int, size: int, shelf: Shelf, files: list[Path]
    ) -> tuple[int, int | None]:
        """Ask for a page, keep it, and return how many rows it has, and how many it says of all."""
        more = {"count": str(size), "startIndex": str(begin)}
        if self.place.sort_by is not None:
            more["sortBy"] = self.place.sort_by
        if self.json_type is not None:
            return self._json_page({**more, "outputFormat": self.json_type}, shelf)
        body, page = self._gml(more)
        if self.place.sort_by is None:
            self._must_be_told_apart(page.ids)
        if page.ids:
            file = shelf.corner / f"page-{begin:09d}.gml"
            file.write_bytes(body)
            files.append(file)
        return len(page.ids), page.matched

    def _must_be_told_apart(self, ids: list[str | None]) -> None:
        if any(not identity or _NUMBERED_ANEW.fullmatch(identity) for identity in ids):
            raise SourceFailed(
                f"{self.who}: its rows have no ids that stay, so that a missing one could not be "
                "told; name an attribute that is unique with `sort_by`."
            )

    # --- rows ------------------------------------------------------------------------------------

    def _json_page(self, more: dict[str, str], shelf: Shelf) -> tuple[int, int | None]:
        _, (content, features) = looked_at(
            self.client, self.place.wfs, _ANSWER, _look_at_json, params=self._question(more)
        )
        named = content.get("crs")
        if features and isinstance(named, dict) and isinstance(named.get("properties"), dict):
            self._must_be_in(system_of(named["properties"].get("name", "")))
        if self.place.sort_by is None:
            self._must_be_told_apart([_text(feature.get("id")) for feature in features])
        try:
            shelf.put(
                rows_of(features, lambda one: self._key(one.get("id"), one.get("properties") or {}))
            )
        except ValueError as fault:
            raise SourceFailed(f"{self.who}: {fault}; tell its publisher.") from None
        matched = content.get("numberMatched")
        return len(features), matched if type(matched) is int else None

    def _row(self, properties: dict[str, Any], shape: str | None) -> Row:
        identity = properties.pop("gml_id", None) or properties.pop("fid", None)
        key = self._key(identity, properties)
        return Row(
            key, with_id(identity, properties), None if shape is None else bytes.fromhex(shape)
        )

    def _must_be_in(self, system: str | None) -> None:
        """Hold the system that an answer names against the one that was asked for."""
        if system is not None and system != self.system:
            raise SourceFailed(
                f"{self.who}: answers in {quoted(system)}, and {self.system} was asked for; ask "
                "its publisher."
            )

    def _key(self, identity: object, properties: dict[str, Any]) -> str:
        if self.place.sort_by is None:
            return str(identity)
        value = properties.get(self.place.sort_by.rpartition(":")[2])
        if value is None or value == "":
            raise SourceFailed(
                f"{self.who}: row {quoted(identity)} has no {quoted(self.place.sort_by)}; name an "
                "attribute with `sort_by` that every row has."
            )
        return str(value)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


_Content = tuple[dict[str, Any], list[dict[str, Any]]]


def _look_at_json(body: bytes) -> tuple[_Content, str | None]:
    """Read a page and its features; nothing of one that something is wrong with."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return ({}, []), Page(body).fault or "the answer is XML, and JSON was asked for"
    content = as_object(body)
    if isinstance(content, str):
        return ({}, []), content
    features = features_of(content)
    return (({}, []), features) if isinstance(features, str) else ((content, features), None)
