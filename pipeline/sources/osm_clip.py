"""A part of an OpenStreetMap file: all in a box, with everything that it refers to.

Kept are the nodes in the box, the ways with a node in it, and the relations that draw an area of
which a member is in it. Ways come with all their nodes and those relations with all their
members, as far as they reach: a park across the edge stays whole. Relations that draw no area
(routes, turn restrictions), which no step reads, and the outlines of countries, counties and
islands are left out: they would drag half the country with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import osmium

from pipeline.errors import FileIsDamaged, quoted
from pipeline.files.maps import time_of
from pipeline.osm_file import AREA_RELATIONS
from pipeline.sources.osm_answers import header_of
from pipeline.wanted import is_wanted

# Boundaries of places that people go to; all others divide the country.
LOCAL_BOUNDARIES = frozenset(("forest", "national_park", "protected_area"))
LARGE_PLACES = frozenset(
    ("archipelago", "continent", "country", "county", "district", "island", "municipality",
     "ocean", "province", "region", "sea", "state")
)  # fmt: skip

Box = tuple[float, float, float, float]


def clip(source: Path, box: Box, target: Path) -> datetime | None:
    """Write a part of an OpenStreetMap file.

    Parameters
    ----------
    source
        The file, sorted, with the nodes of all its ways.
    box
        West, south, east and north in degrees.
    target
        The `.osm.pbf` file to write.

    Returns
    -------
    datetime.datetime or None
        Of what time the file says that its data is.

    Raises
    ------
    FileIsDamaged
        If it cannot be read.
    """
    try:
        as_of = time_of(source)
        kept = _kept(str(source), box)
        header = header_of(as_of)
        with closing(osmium.SimpleWriter(str(target), header=header, overwrite=True)) as writer:
            for entity in osmium.FileProcessor(str(source)):
                if entity.id in kept[entity.type_str()]:
                    writer.add(entity)
    except RuntimeError as error:
        raise FileIsDamaged(
            f"{source}: cannot be read as OpenStreetMap data ({quoted(error)}); fetch it again."
        ) from None
    return as_of


def _kept(source: str, box: Box) -> dict[str, set[int]]:
    """Find what belongs to the part, by kind and number.

    Sets of Python grow with the part; those of pyosmium with the largest number, which is more
    than a gigabyte for the nodes of any district.
    """
    inside = set(_nodes_in(source, box))
    nodes = set(inside)
    ways: set[int] = set()
    for way in osmium.FileProcessor(source, osmium.osm.WAY):
        referred = [node.ref for node in way.nodes]
        if not inside.isdisjoint(referred):
            ways.add(way.id)
            nodes.update(referred)
    there = {"n": inside, "w": frozenset(ways), "r": frozenset[int]()}
    relations: set[int] = set()
    for relation in osmium.FileProcessor(source, osmium.osm.RELATION):
        members = [(member.type, member.ref) for member in relation.members]
        if any(ref in there[kind] for kind, ref in members) and _is_read(dict(relation.tags)):
            relations.add(relation.id)
            ways.update(ref for kind, ref in members if kind == "w")
            nodes.update(ref for kind, ref in members if kind == "n")
    further = osmium.filter.IdFilter(ways - there["w"])
    for way in osmium.FileProcessor(source, osmium.osm.WAY).with_filter(further):
        nodes.update(node.ref for node in way.nodes)
    return {"n": nodes, "w": ways, "r": relations}


def _nodes_in(source: str, box: Box) -> Iterator[int]:
    west, south, east, north = box
    for node in osmium.FileProcessor(source, osmium.osm.NODE):
        place = node.location
        if south <= place.lat <= north and west <= place.lon <= east:
            yield node.id


def _is_read(tags: dict[str, str]) -> bool:
    if tags.get("type") not in AREA_RELATIONS or tags.get("boundary") == "administrative":
        return False
    is_local = tags.get("boundary", "protected_area") in LOCAL_BOUNDARIES
    return is_wanted(tags) or (is_local and tags.get("place") not in LARGE_PLACES)
