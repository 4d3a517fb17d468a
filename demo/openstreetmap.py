"""Write the town as an OpenStreetMap file, with numbers far above those in use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
from osmium.osm import mutable

from demo.grid import EXTENT, rectangle, to_degrees
from demo.model import Area, Building, Place, Point, Tags
from demo.plan.localities import LOCALITIES
from demo.plan.stops import STOPS, TRAM_STOPS
from demo.plan.streets import BECK_LINE, RIVER_LINE, TRAM_LINE, rail_pieces
from demo.town import Town

FIRST_NODE = 90_000_000_001
FIRST_KNOWN_WAY = 9_000_000_001
FIRST_WAY = 9_000_001_001
FIRST_RELATION = 900_000_001
MISSING_WAY = 9_099_999_999
TIMESTAMP = "2026-01-01T00:00:00Z"
GENERATOR = "Half Full demo: Sampleton, a synthetic district that does not exist"
FERRY_LINE: tuple[Point, ...] = ((3345, 2064), (3500, 1950), (3660, 1850))

Key = tuple[int, int, int]


@dataclass(slots=True)
class Draft:
    """Nodes, ways and relations in the order in which they were drawn."""

    nodes: dict[Key, int] = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    ways: list[tuple[int, list[int], Tags]] = field(default_factory=list)
    relations: list[tuple[list[tuple[str, int, str]], Tags]] = field(default_factory=list)
    next_way: int = FIRST_WAY

    def node(self, point: Point, tags: Tags | None = None, layer: int = 0) -> int:
        """Return the number of the node at a point, adding it or its tags where needed."""
        key = (round(point[0] * 100), round(point[1] * 100), layer)
        number = self.nodes.setdefault(key, FIRST_NODE + len(self.nodes))
        if number == FIRST_NODE + len(self.points):
            self.points.append(point)
        if tags:
            self.node_tags.setdefault(number, {}).update(tags)
        return number

    def way(self, nodes: Sequence[int], tags: Tags, number: int | None = None) -> int:
        """Add a way and return its number."""
        if number is None:
            number, self.next_way = self.next_way, self.next_way + 1
        self.ways.append((number, list(nodes), tags))
        return number

    def ring(self, points: Sequence[Point], tags: Tags, number: int | None = None) -> int:
        """Add a closed way."""
        nodes = [self.node(p) for p in points]
        return self.way([*nodes, nodes[0]], tags, number)


def write(town: Town, path: Path) -> dict[str, int]:
    """Write the town to ``path`` and return the way number of each hand-placed home."""
    draft = Draft()
    known = {
        name: draft.ring(home.outline, home.tags, FIRST_KNOWN_WAY + n)
        for n, (name, home) in enumerate(town.known_homes.items())
    }
    _add_streets(draft, town)
    _add_lines(draft)
    for area in town.areas:
        _add_area(draft, area)
    _add_places(draft, town.places)
    _add_stops(draft)
    _add_buildings(draft, [*town.homes, *town.other_buildings])
    _add_incomplete_relation(draft)
    for name, (kind, point) in LOCALITIES.items():
        draft.node(point, {"name": name, "place": kind})
    _save(draft, path)
    return known


def _add_streets(draft: Draft, town: Town) -> None:
    for street in town.streets:
        ends = (0, len(street.points) - 1)
        nodes = [
            draft.node(point, layer=street.grade if street.grade and n not in ends else 0)
            for n, point in enumerate(street.points)
        ]
        name = {"name": street.name} if street.name else {}
        draft.way(nodes, {"highway": street.kind} | name | dict(street.tags))
    for point, tags in town.node_tags.items():
        draft.node(point, tags)


def _add_lines(draft: Draft) -> None:
    """Add railway, tram, river, beck and ferry."""
    for (a, b), is_bridge in rail_pieces():
        bridge = {"bridge": "yes", "layer": "1"} if is_bridge else {}
        draft.way([draft.node(a), draft.node(b)], {"railway": "rail", "usage": "main"} | bridge)
    draft.way([draft.node(p) for p in TRAM_LINE], {"railway": "tram", "name": "Dock Line"})
    draft.way([draft.node(p) for p in RIVER_LINE], {"waterway": "river", "name": "River Sample"})
    draft.way([draft.node(p) for p in BECK_LINE], {"waterway": "stream", "name": "Moor Beck"})
    draft.way(
        [draft.node(p) for p in FERRY_LINE], {"route": "ferry", "name": "Holm Ferry", "foot": "yes"}
    )


def _add_area(draft: Draft, area: Area) -> None:
    name = {"name": area.name} if area.name else {}
    if area.outer_parts > 1 or area.holes:
        _add_multipolygon(draft, area, name | dict(area.tags))
    else:
        draft.ring(area.outline, name | dict(area.tags))
    for point, tags in area.gates.items():
        draft.node(point, tags)


def _add_multipolygon(draft: Draft, area: Area, tags: Tags) -> None:
    ring = [draft.node(p) for p in (*area.outline, area.outline[0])]
    cuts = np.linspace(0, len(ring) - 1, area.outer_parts + 1).astype(int)
    members = [("w", draft.way(ring[a : b + 1], {}), "outer") for a, b in pairwise(cuts.tolist())]
    members += [("w", draft.ring(hole, area.hole_tags), "inner") for hole in area.holes]
    draft.relations.append((members, tags))


def _add_places(draft: Draft, places: Iterable[Place]) -> None:
    for place in places:
        if place.size == (0, 0):
            draft.node(place.centre, place.tags)
            continue
        outline = _outline(place)
        draft.ring(outline, place.tags)
        if place.door:
            draft.node(place.door, {"entrance": "main"})


def _outline(place: Place) -> list[Point]:
    """Corners of a placed building, with its door in the wall where it belongs."""
    (x, y), (w, d) = place.centre, (place.size[0] / 2, place.size[1] / 2)
    corners = list(rectangle(x - w, y - d, x + w, y + d))
    if place.door is None or place.door in corners:
        return corners
    dx, dy = place.door[0] - x, place.door[1] - y
    if abs(dy) == d:
        side = 0 if dy < 0 else 2
    elif abs(dx) == w:
        side = 1 if dx > 0 else 3
    else:
        raise ValueError(f"The door {place.door} is not in a wall of {dict(place.tags)}.")
    return [*corners[: side + 1], place.door, *corners[side + 1 :]]


def _add_stops(draft: Draft) -> None:
    """Add mapped bus stops, every fifth pair with platforms too, and tram stops."""
    for n, stop in enumerate(s for s in STOPS if s.is_mapped):
        for code, point in zip(stop.codes, (stop.adjacent, stop.opposite), strict=True):
            tags = {"highway": "bus_stop", "public_transport": "platform", "name": stop.name}
            if n % 3 != 2:
                tags["naptan:AtcoCode"] = code
            draft.node(point, tags)
            if n % 5 == 0:
                _add_platform(draft, point, stop.name)
    for name, point in TRAM_STOPS.items():
        draft.node(
            point, {"railway": "tram_stop", "public_transport": "stop_position", "name": name}
        )


def _add_platform(draft: Draft, pole: Point, name: str) -> None:
    x, y = pole
    tags = {"public_transport": "platform", "bus": "yes", "name": name}
    draft.way([draft.node((x - 6, y)), draft.node((x, y)), draft.node((x + 6, y))], tags)


def _add_buildings(draft: Draft, buildings: Iterable[Building]) -> None:
    for building in buildings:
        draft.ring(building.outline, building.tags)


def _add_incomplete_relation(draft: Draft) -> None:
    """Add a wood of which one bank is missing from the file."""
    half = draft.way([draft.node(p) for p in ((-700, 1650), (-500, 1600), (-300, 1650))], {})
    draft.relations.append(
        (
            [("w", half, "outer"), ("w", MISSING_WAY, "outer")],
            {"type": "multipolygon", "natural": "wood", "name": "Torn Wood"},
        )
    )


def _save(draft: Draft, path: Path) -> None:
    corners = to_degrees([EXTENT[:2], EXTENT[2:]])
    header = osmium.io.Header()
    header.set("generator", GENERATOR)
    header.set("osmosis_replication_timestamp", TIMESTAMP)
    header.add_box(osmium.osm.Box(*corners[0].tolist(), *corners[1].tolist()))
    fixed = {"version": 1, "timestamp": TIMESTAMP, "visible": True}
    with osmium.SimpleWriter(str(path), header=header) as writer:
        degrees = to_degrees(draft.points).tolist()
        for number, location in enumerate(degrees, FIRST_NODE):
            tags = draft.node_tags.get(number, {})
            writer.add_node(mutable.Node(id=number, location=tuple(location), tags=tags, **fixed))
        for number, nodes, way_tags in sorted(draft.ways, key=lambda way: way[0]):
            writer.add_way(mutable.Way(id=number, nodes=nodes, tags=dict(way_tags), **fixed))
        for number, (members, relation_tags) in enumerate(draft.relations, FIRST_RELATION):
            writer.add_relation(
                mutable.Relation(id=number, members=members, tags=dict(relation_tags), **fixed)
            )
