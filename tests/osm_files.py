"""OpenStreetMap files drawn by hand, in metres from a corner of the British grid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import osmium
import shapely
from osmium.osm import mutable
from pyproj import Transformer

from pipeline.osm import OsmData, read_osm

CRS = "EPSG:27700"
# A corner that is land, so that longitudes and latitudes are ordinary.
EAST, NORTH = 331_000.0, 188_000.0
TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
STAMP = "2024-05-06T07:08:09Z"
OUTLINE = shapely.box(EAST, NORTH, EAST + 1000, NORTH + 1000)

Tags = Mapping[str, str]
Place = tuple[float, float]


@dataclass
class Drawing:
    """Nodes, ways and relations by number; a node without a place is one the file lacks."""

    east: float = EAST
    north: float = NORTH
    places: dict[int, Place] = field(default_factory=dict)
    highest: int = 0
    at_place: dict[Place, int] = field(default_factory=dict)
    node_tags: dict[int, Tags] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], Tags]] = field(default_factory=dict)
    relations: dict[int, tuple[list[tuple[str, int, str]], Tags]] = field(default_factory=dict)

    def node(self, number: int, x: float, y: float, **tags: str) -> None:
        self.places[number] = (x, y)
        self.at_place.setdefault((x, y), number)
        self.highest = max(self.highest, number)
        self.node_tags[number] = named(tags)

    def way(self, number: int, refs: Iterable[int], **tags: str) -> None:
        self.ways[number] = (list(refs), named(tags))

    def line(self, number: int, places: Iterable[Place], **tags: str) -> list[int]:
        """Draw a way through places; a place drawn before is the same node."""
        refs = [self._at(place) for place in places]
        self.way(number, refs, **tags)
        return refs

    def square(self, number: int, x: float, y: float, side: float, **tags: str) -> list[int]:
        """Draw a closed way with its lower left corner at a place."""
        corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
        return self.line(number, corners, **tags)

    def relation(self, number: int, members: Iterable[tuple[int, str]], **tags: str) -> None:
        self.relations[number] = ([("w", ref, role) for ref, role in members], named(tags))

    def _at(self, place: Place) -> int:
        if place not in self.at_place:
            self.node(self.highest + 1, *place)
        return self.at_place[place]

    def write(self, path: Path) -> Path:
        """Write the file in the format that its name says."""
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:
            for number, (x, y) in sorted(self.places.items()):
                place = TO_DEGREES.transform(self.east + x, self.north + y)
                tags = dict(self.node_tags[number])
                writer.add_node(
                    mutable.Node(id=number, version=1, timestamp=STAMP, location=place, tags=tags)
                )
            for number, (refs, way_tags) in sorted(self.ways.items()):
                writer.add_way(
                    mutable.Way(
                        id=number, version=1, timestamp=STAMP, nodes=refs, tags=dict(way_tags)
                    )
                )
            for number, (members, relation_tags) in sorted(self.relations.items()):
                writer.add_relation(
                    mutable.Relation(
                        id=number,
                        version=1,
                        timestamp=STAMP,
                        members=members,
                        tags=dict(relation_tags),
                    )
                )
        return path

    def read(self, folder: Path, name: str = "town.osm.pbf", buffer_m: float = 500) -> OsmData:
        """Write the file and read it as a district of a square kilometre."""
        return read_osm(str(self.write(folder / name)), CRS, OUTLINE, buffer_m)


def named(tags: Mapping[str, str]) -> dict[str, str]:
    """Spell keys as OpenStreetMap does; `__` stands for `:`."""
    return {key.replace("__", ":"): value for key, value in tags.items()}
