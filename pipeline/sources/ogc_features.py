"""OGC API Features: follow the pages of a collection, and hold what came against its own count.

Pages are followed by their `next` links, as the standard has it; these lead only to hosts that
the source declares. Where the server lists a system in metres (Part 2 of the standard) it is
asked for that, as our own way from degrees to metres is metres off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from pipeline.config.place import OgcCollection
from pipeline.errors import SourceFailed, listed, quoted
from pipeline.files.declared import DeclaredInput
from pipeline.sources.addresses import after_redirect, shown
from pipeline.sources.asking import Area, Fetched, must_have_columns
from pipeline.sources.forms import JSON
from pipeline.sources.http import Client
from pipeline.sources.reading import (
    HasChanged,
    OddAnswer,
    as_json,
    as_object,
    looked_at,
    read_as,
    tried_anew,
)
from pipeline.sources.shelf import (
    DEGREES,
    METRIC,
    Shelf,
    features_of,
    rows_of,
    system_of,
)
from pipeline.sources.whole import fetch_whole, must_say_the_same
from pipeline.text import slug

_ACCEPT = {"Accept": "application/geo+json, application/json"}
_ALL_SYSTEMS = "#/crs"


def fetch(place: OgcCollection, area: Area, client: Client, folder: Path) -> Fetched:
    """Fetch all rows of a collection that touch the box of a district.

    Parameters
    ----------
    place
        The server and its collection.
    area
        The district.
    client
        Asks the server.
    folder
        Where the file belongs.

    Returns
    -------
    Fetched
        A GeoPackage in metres where the server has them, else GeoJSON in degrees. The standard
        has no place for the day of the data, so it has none.

    Raises
    ------
    SourceFailed
        If not all rows come, or not as they should.

    Notes
    -----
    OGC 17-069r4 (OGC API Features Part 1: Core) and 18-058r1 (Part 2: Coordinate Reference
    Systems by Reference).
    """

    def once() -> Fetched:
        collection = _Collection.of(place, area, client)
        return fetch_whole(collection, folder, slug(place.collection), shown(collection.items))

    return tried_anew(once)


def look(declared: DeclaredInput, area: Area, client: Client) -> str:
    """Ask for one small thing: one row.

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
    assert isinstance(place, OgcCollection)
    address = f"{place.ogc_features.rstrip('/')}/collections/{place.collection}/items"

    def row(body: bytes) -> tuple[int | None, list[str]]:
        content = as_json(body)
        features = features_of(content if isinstance(content, dict) else {})
        if isinstance(features, str):
            raise OddAnswer(f"holds no rows ({features})")
        if len(features) != 1:
            raise OddAnswer(f"holds {len(features)} rows, and one was asked for")
        return content.get("numberMatched"), list(features[0].get("properties") or {})

    matched, columns = read_as(client, address, JSON, row, {"f": "json", "limit": "1"})
    must_have_columns(declared, columns, shown(address))
    return f"{matched:,} rows" if isinstance(matched, int) else "a row; it does not say how many"


@dataclass(frozen=True)
class _Collection:
    """A collection, the question that is asked of it, and who asks."""

    address: str
    client: Client
    area: Area
    system: str
    asked_in: dict[str, str]

    @classmethod
    def of(cls, place: OgcCollection, area: Area, client: Client) -> _Collection:
        landing = place.ogc_features.rstrip("/")
        address = f"{landing}/collections/{quote(place.collection, safe='')}"
        who = f"{client.service.name}: {shown(address)}"

        def fault(content: dict[str, Any]) -> str | None:
            return None if content.get("id") == place.collection else _not_the_one(content)

        content = _asked(client, address, {"f": "json"}, fault)
        known = _texts(content.get("crs"))
        if _ALL_SYSTEMS in known:
            every = _asked(client, f"{landing}/collections", {"f": "json"}, lambda _: None)
            known += _texts(every.get("crs"))
        metric = {system_of(uri): uri for uri in reversed(known) if system_of(uri) in METRIC}
        stored = system_of(content.get("storageCrs") or "")
        kind = content.get("itemType", "feature")
        if kind != "feature":
            raise SourceFailed(
                f"{who}: holds {quoted(kind)}, and features are wanted; name another."
            )
        for system in (stored, *METRIC):
            if system in metric and system is not None:
                return cls(address, client, area, system, {"crs": metric[system]})
        return cls(address, client, area, DEGREES, {})

    @property
    def who(self) -> str:
        return f"{self.client.service.name}: {shown(self.items)}"

    @property
    def items(self) -> str:
        return f"{self.address}/items"

    def count(self) -> int | None:
        return _matched(self._page(self.items, self._question(1)))

    def _question(self, limit: int) -> dict[str, str]:
        """Ask for the box in degrees, which every server knows, and for answers in metres."""
        box = ",".join(
            f"{edge:.7f}"
            for edge in (self.area.west, self.area.south, self.area.east, self.area.north)
        )
        return {"f": "json", "bbox": box, "limit": str(limit), **self.asked_in}

    def fill(self, shelf: Shelf, limit: int, expected: int | None) -> None:
        address, params = self.items, self._question(limit)
        seen: set[str] = set()
        while True:
            content = self._page(address, params)
            must_say_the_same(self, _matched(content), expected)
            features = features_of(content)
            assert isinstance(features, list)  # `_page` has looked
            try:
                shelf.put(rows_of(features, lambda feature: str(feature["id"])))
            except ValueError as fault:
                raise SourceFailed(f"{self.who}: {fault}; tell its publisher.") from None
            self.client.progress.page(shelf.size, expected)
            following = self._next(content)
            if following is None:
                return
            if not features or following in seen:
                raise HasChanged(
                    f"{self.who}: its pages lead nowhere: after one comes the same again."
                )
            seen.add(following)
            address, params = following, {}

    def _page(self, address: str, params: dict[str, str]) -> dict[str, Any]:
        return _asked(self.client, address, params, _fault_of_page)

    def _next(self, content: dict[str, Any]) -> str | None:
        links = content.get("links") or []
        found = [
            str(link.get("href", ""))
            for link in links
            if isinstance(link, dict) and link.get("rel") == "next"
        ]
        if not found:
            return None
        address = after_redirect(self.items, found[0])
        # Servers behind another that speaks for them often do not know that it is encrypted.
        ours, theirs = urlsplit(self.address), urlsplit(address)
        if theirs.scheme == "http" and ours.scheme == "https" and theirs.netloc == ours.netloc:
            return theirs._replace(scheme="https").geturl()
        return address


def _asked(
    client: Client,
    address: str,
    params: dict[str, str],
    fault: Callable[[dict[str, Any]], str | None],
) -> dict[str, Any]:
    """Ask for an object of JSON that `fault` finds nothing wrong with."""

    def look(body: bytes) -> tuple[dict[str, Any], str | None]:
        content = as_object(body)
        return ({}, content) if isinstance(content, str) else (content, fault(content))

    _, content = looked_at(client, address, JSON, look, params=params, headers=_ACCEPT)
    return content


def _fault_of_page(content: dict[str, Any]) -> str | None:
    features = features_of(content)
    if isinstance(features, str):
        return features
    bare = [str(place) for place, feature in enumerate(features, 1) if feature.get("id") is None]
    if bare:
        return f"rows {listed(bare)} of the page have no id, and without one none can be missed"
    if not isinstance(content.get("links") or [], list):
        return "the links of the page are no list"
    return None


def _not_the_one(content: dict[str, Any]) -> str:
    return f"the answer describes {quoted(content.get('id'))} and not the collection"


def _texts(values: object) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _matched(content: dict[str, Any]) -> int | None:
    """Return how many rows the server counts; a truth value is none."""
    number = content.get("numberMatched")
    return number if isinstance(number, int) and not isinstance(number, bool) else None
