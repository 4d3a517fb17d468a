"""A part of an OpenStreetMap file: all in a box, with everything that it refers to.

Kept are the nodes in the box, the ways with a node in it, and the relations that draw an area
any step reads, of those in the box. Ways come with all their nodes and those relations with all
their members, as far as they reach: a park across the edge stays whole. Relations that nobody
reads (routes, turn restrictions) and the outlines of countries, counties and islands are left
out: they would drag half the country with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import osmium

from pipeline.errors import FileIsDamaged, quoted
from pipeline.osm_file import AREA_RELATIONS
from pipeline.sources.osm_answers import AS_OF, header_of
from pipeline.wanted import is_wanted

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
        everything = osmium.FileProcessor(str(source)).with_filter(kept.id_filter())
        header = header_of(as_of)
        with closing(osmium.SimpleWriter(str(target), header=header, overwrite=True)) as writer:
            for entity in everything:
                writer.add(entity)
    except RuntimeError as error:
        raise FileIsDamaged(
            f"{source}: cannot be read as OpenStreetMap data ({quoted(error)}); fetch it again."
        ) from None
    return as_of


def time_of(source: Path) -> datetime | None:
    """Return of what time an OpenStreetMap file says that its data is.

    Parameters
    ----------
    source
        The file.

    Returns
    -------
    datetime.datetime or None
        None where it does not say.
    """
    said = osmium.io.Reader(str(source), osmium.osm.NOTHING).header().get(AS_OF)
    try:
        return datetime.fromisoformat(said).astimezone(UTC)
    except ValueError:
        return None


def _kept(source: str, box: Box) -> Any:  # noqa: ANN401 (a tracker of pyosmium)
    """Find what belongs to the part, by number."""
    there, kept = osmium.IdTracker(), osmium.IdTracker()
    for node in _nodes_in(source, box):
        there.add_node(node)
        kept.add_node(node)
    ways = osmium.FileProcessor(source, osmium.osm.WAY).with_filter(there.contains_filter())
    for way in ways:
        there.add_way(way.id)
        kept.add_way(way.id)
    for relation in osmium.FileProcessor(source, osmium.osm.RELATION):
        if there.contains_any_references(relation) and _is_read(dict(relation.tags)):
            kept.add_relation(relation.id)
    kept.complete_backward_references(source)
    return kept


def _nodes_in(source: str, box: Box) -> Iterator[int]:
    west, south, east, north = box
    for node in osmium.FileProcessor(source, osmium.osm.NODE):
        place = node.location
        if south <= place.lat <= north and west <= place.lon <= east:
            yield node.id


def _is_read(tags: dict[str, str]) -> bool:
    is_area = tags.get("type") in AREA_RELATIONS and tags.get("boundary") != "administrative"
    return is_area and is_wanted(tags)
