"""A replay of Overpass: answers what osmnx asks out of one OpenStreetMap file, as Overpass would.

Understood is the form of question that osmnx sends: the union of nodes, ways and relations with a
tag in a polygon, each with what it refers to, `(._;>;);`. A way is in a polygon if a node of it is
or if it crosses it, a relation if one of its nodes or ways is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import osmium
import shapely

from tests.servers.faulty import Asked, Reply, Route

AS_OF = "2026-11-20T10:00:00Z"
FREE = (
    "Connected as: 1\nCurrent time: 2026-11-22T10:00:00Z\nAnnounced endpoint: none\n"
    "Rate limit: 2\n2 slots available now.\nCurrently running queries:\n"
)
UNLIMITED = (
    "Connected as: 1\nCurrent time: 2026-11-22T10:00:00Z\nAnnounced endpoint: none\n"
    "Rate limit: 0\nCurrently running queries (pid, space limit, time limit, start time):\n"
)
_PART = re.compile(
    r"\((node|way|relation)\['((?:[^']|\\')+)'(?:='((?:[^']|\\')*)')?\]"
    r"\(poly:'([-0-9. ]+)'\);\(\._;>;\);\);"
)
_FORM = re.compile(r"\[out:json\]\[timeout:\d+\];\((.*)\);out;")


@dataclass
class Town:
    """Everything in a file: as Overpass sends it, and its shapes."""

    elements: dict[str, dict[int, dict[str, Any]]] = field(
        default_factory=lambda: {"node": {}, "way": {}, "relation": {}}
    )
    with_key: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    shapes: dict[str, dict[int, Any]] = field(default_factory=lambda: {"node": {}, "way": {}})

    @classmethod
    def of(cls, path: Path) -> Town:
        town = cls()
        for entity in osmium.FileProcessor(str(path)).with_locations():
            town._take(entity)
        return town

    def _take(self, entity: Any) -> None:  # noqa: ANN401 (of pyosmium)
        kind = {"n": "node", "w": "way", "r": "relation"}[entity.type_str()]
        element: dict[str, Any] = {"type": kind, "id": entity.id}
        if kind == "node":
            place = entity.location
            element |= {"lat": round(place.lat, 7), "lon": round(place.lon, 7)}
            self.shapes["node"][entity.id] = shapely.Point(place.lon, place.lat)
        elif kind == "way":
            element["nodes"] = [node.ref for node in entity.nodes]
            points = [(n.lon, n.lat) for n in entity.nodes if n.location.valid()]
            line = shapely.LineString(points) if len(points) > 1 else shapely.MultiPoint(points)
            self.shapes["way"][entity.id] = line
        else:
            kinds = {"n": "node", "w": "way", "r": "relation"}
            element["members"] = [
                {"type": kinds[m.type], "ref": m.ref, "role": m.role} for m in entity.members
            ]
        tags = dict(entity.tags)
        if tags:
            element["tags"] = tags
        self.elements[kind][entity.id] = element
        for key in tags:
            self.with_key.setdefault((kind, key), []).append(entity.id)

    def answer(self, query: str) -> list[dict[str, Any]]:
        """Return what a query asks for, each once, in Overpass' order."""
        form = _FORM.fullmatch(query)
        assert form is not None, query[:200]
        assert _PART.sub("", form[1]) == "", _PART.sub("", form[1])[:200]
        wanted: dict[str, set[int]] = {"node": set(), "way": set(), "relation": set()}
        there: dict[str, dict[str, set[int]]] = {}
        for kind, key, value, poly in _PART.findall(form[1]):
            if poly not in there:
                there[poly] = self._there(poly)
            for number in self.with_key.get((kind, key), ()):
                text = self.elements[kind][number]["tags"][key]
                if number in there[poly][kind] and value in ("", text):
                    wanted[kind].add(number)
        self._go_down(wanted)
        return [
            self.elements[kind][number]
            for kind, numbers in wanted.items()
            for number in sorted(numbers)
        ]

    def _there(self, poly: str) -> dict[str, set[int]]:
        numbers = [float(text) for text in poly.split()]
        area = shapely.Polygon(list(zip(numbers[1::2], numbers[::2], strict=True)))
        shapely.prepare(area)
        found = {}
        for kind, shapes in self.shapes.items():
            hits = shapely.intersects(area, list(shapes.values()))
            found[kind] = {number for number, hit in zip(shapes, hits, strict=True) if hit}
        found["relation"] = {
            number
            for number, relation in self.elements["relation"].items()
            if any(m["ref"] in found.get(m["type"], ()) for m in relation["members"]
                   if m["type"] != "relation")
        }  # fmt: skip
        return found

    def _go_down(self, wanted: dict[str, set[int]]) -> None:
        for number in wanted["relation"]:
            for member in self.elements["relation"][number]["members"]:
                if member["type"] != "relation" and member["ref"] in self.elements[member["type"]]:
                    wanted[member["type"]].add(member["ref"])
        for number in wanted["way"]:
            wanted["node"].update(
                node for node in self.elements["way"][number]["nodes"]
                if node in self.elements["node"]
            )  # fmt: skip


def serving_town(town: Town, status: str = FREE, as_of: str = AS_OF) -> Route:
    """Return the route of an Overpass server, below `/api`."""

    def route(asked: Asked) -> Reply:
        if asked.path == "/api/status":
            return Reply(status.encode(), "text/plain")
        assert asked.path == "/api/interpreter"
        (query,) = parse_qs(asked.body.decode())["data"]
        return Reply(json.dumps(whole(town.answer(query), as_of)).encode())

    return route


def whole(elements: list[dict[str, Any]], as_of: str = AS_OF) -> dict[str, Any]:
    """Return an answer that holds some elements."""
    about = {"timestamp_osm_base": as_of, "copyright": "The data included in this document is from "
             "www.openstreetmap.org. The data is made available under ODbL."}  # fmt: skip
    return {"version": 0.6, "generator": "Overpass API", "osm3s": about, "elements": elements}


def questions(server_asked: list[Asked]) -> Iterator[Asked]:
    """Leave out the questions how busy the server is."""
    return (asked for asked in server_asked if asked.path == "/api/interpreter")
