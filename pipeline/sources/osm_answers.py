"""Answers of an Overpass server → one OpenStreetMap file, as if it had been cut out of the map.

Each answer is looked through before it counts: whole JSON, no remark, a time of the data, and
everything that its ways and relations refer to. What several answers hold is written once, as
the latest of them has it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import osmium

from pipeline.errors import quoted
from pipeline.files.maps import AS_OF
from pipeline.sources.reading import OddAnswer

KINDS = ("node", "way", "relation")
# Versions tell the answers apart while they are gone through: seconds since OpenStreetMap began.
_BEGINNING = datetime(2004, 8, 9, tzinfo=UTC)
_MOST_LAT, _MOST_LON = 90.0, 180.0


@dataclass(frozen=True)
class Piece:
    """One answer as a file: of what time its data is, and how much it holds."""

    path: Path
    as_of: datetime
    n: int


def piece_of(answer: Path, target: Path) -> Piece:
    """Look through an answer and write what it holds, sorted, each thing once.

    Parameters
    ----------
    answer
        JSON as the server sent it.
    target
        The `.osm.pbf` file to write.

    Returns
    -------
    Piece
        The file.

    Raises
    ------
    OddAnswer
        If it is not whole.
    """
    try:
        found = json.loads(answer.read_bytes())
    except (ValueError, RecursionError):
        raise OddAnswer("is cut short or is not JSON") from None
    as_of = _time_of(found)
    held = _sorted(found["elements"])
    _must_be_complete(held)
    version = int((as_of - _BEGINNING).total_seconds())
    with closing(osmium.SimpleWriter(str(target), overwrite=True)) as writer:
        for kind in KINDS:
            for number, element in held[kind].items():
                try:
                    _write(writer, kind, number, element, version)
                except (RuntimeError, ValueError, TypeError, OverflowError):
                    raise OddAnswer(f"has {kind} {number} in a form that no map has") from None
    return Piece(target, as_of, sum(map(len, held.values())))


def _time_of(found: Any) -> datetime:  # noqa: ANN401 (JSON)
    if not isinstance(found, dict) or not isinstance(found.get("elements"), list):
        raise OddAnswer("has no list of elements")
    if "remark" in found:
        raise OddAnswer(f"remarks {quoted(found['remark'])}")
    about = found.get("osm3s")
    try:
        said = datetime.fromisoformat(about["timestamp_osm_base"])  # type: ignore[index]
        is_known = said > _BEGINNING
    except (TypeError, KeyError, ValueError):
        is_known = False
    if not is_known:
        raise OddAnswer("does not say of what time its data is (timestamp_osm_base)")
    return said


def _sorted(elements: list[Any]) -> dict[str, dict[int, dict[str, Any]]]:
    """Return what is in an answer by kind and number, in the order that files have."""
    held: dict[str, dict[int, dict[str, Any]]] = {kind: {} for kind in KINDS}
    for element in elements:
        kind, number = (
            (element.get("type"), element.get("id")) if isinstance(element, dict) else (None, None)
        )
        if kind not in held or not isinstance(number, int) or isinstance(number, bool):
            raise OddAnswer("holds something that is no node, way or relation")
        if held[kind].setdefault(number, element) != element:
            raise OddAnswer(f"holds {kind} {number} twice, and not the same")
    return {kind: dict(sorted(numbered.items())) for kind, numbered in held.items()}


def _must_be_complete(held: dict[str, dict[int, dict[str, Any]]]) -> None:
    """See that all that ways and relations refer to is there, but for relations in relations."""
    for number, way in held["way"].items():
        nodes = way.get("nodes")
        if not isinstance(nodes, list) or not nodes:
            raise OddAnswer(f"sends way {number} without its nodes")
        for node in nodes:
            if not isinstance(node, int) or node not in held["node"]:
                raise OddAnswer(f"sends way {number} without its node {quoted(node)}")
    for number, relation in held["relation"].items():
        members = relation.get("members")
        if not isinstance(members, list) or not members:
            raise OddAnswer(f"sends relation {number} without its members")
        for member in members:
            kind, ref = _member(member, number)
            if kind != "relation" and ref not in held[kind]:
                raise OddAnswer(f"sends relation {number} without its {kind} {ref}")


def _member(member: Any, number: int) -> tuple[str, int]:  # noqa: ANN401 (JSON)
    kind, ref = (member.get("type"), member.get("ref")) if isinstance(member, dict) else (0, 0)
    if kind not in KINDS or not isinstance(ref, int):
        raise OddAnswer(f"has a member of relation {number} that is nothing")
    return str(kind), ref


def _write(
    writer: osmium.SimpleWriter, kind: str, number: int, element: dict[str, Any], version: int
) -> None:
    tags = element.get("tags", {})
    if not isinstance(tags, dict) or not all(isinstance(text, str) for text in tags.values()):
        raise OddAnswer(f"has tags of {kind} {number} that are no text")
    about = {"id": number, "version": version, "tags": tags}
    if kind == "node":
        place = _place_of(element, number)
        writer.add_node(osmium.osm.mutable.Node(location=place, **about))
    elif kind == "way":
        writer.add_way(osmium.osm.mutable.Way(nodes=element["nodes"], **about))
    else:
        members = [(m["type"][0], m["ref"], str(m.get("role", ""))) for m in element["members"]]
        writer.add_relation(osmium.osm.mutable.Relation(members=members, **about))


def _place_of(element: dict[str, Any], number: int) -> tuple[float, float]:
    lon, lat = element.get("lon"), element.get("lat")
    if (
        isinstance(lon, int | float)
        and isinstance(lat, int | float)
        and math.isfinite(lon + lat)
        and abs(lon) <= _MOST_LON
        and abs(lat) <= _MOST_LAT
    ):
        return float(lon), float(lat)
    raise OddAnswer(f"has no place of node {number}")


def joined(pieces: list[Piece], target: Path) -> datetime:
    """Write all that some answers hold as one file.

    Parameters
    ----------
    pieces
        Results of `piece_of`.
    target
        The `.osm.pbf` file to write.

    Returns
    -------
    datetime.datetime
        Of what time the data is: that of the oldest answer.
    """
    as_of = min(piece.as_of for piece in pieces)
    reader = osmium.MergeInputReader()
    for piece in pieces:
        reader.add_file(str(piece.path))
    with closing(osmium.SimpleWriter(str(target), header=header_of(as_of), overwrite=True)) as out:
        reader.apply(_Unversioned(out), simplify=True)
    return as_of


class _Unversioned(osmium.SimpleHandler):  # type: ignore[misc]
    """Writes on what it gets, without the versions that told answers apart."""

    def __init__(self, writer: Any) -> None:  # noqa: ANN401
        super().__init__()
        self._writer = writer

    def node(self, node: Any) -> None:  # noqa: ANN401
        self._writer.add_node(node.replace(version=0))

    def way(self, way: Any) -> None:  # noqa: ANN401
        self._writer.add_way(way.replace(version=0))

    def relation(self, relation: Any) -> None:  # noqa: ANN401
        self._writer.add_relation(relation.replace(version=0))


def header_of(as_of: datetime | None) -> Any:  # noqa: ANN401
    """Return the head of a file of data of some time.

    Parameters
    ----------
    as_of
        Of what time the data is, if that is known.

    Returns
    -------
    osmium.io.Header
        With the time, and what made the file.
    """
    header = osmium.io.Header()
    header.set("generator", "half-full")
    header.set("sorting", "Type_then_ID")
    if as_of is not None:
        header.set(AS_OF, as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return header


def tiles(
    west: float, south: float, east: float, north: float, across: float, up: float
) -> Iterator[tuple[float, float, float, float]]:
    """Divide a box into equal ones no wider and no higher than allowed.

    Parameters
    ----------
    west, south, east, north
        The box.
    across, up
        The largest width and height.

    Yields
    ------
    tuple of float
        West, south, east and north, from the south-west.
    """
    columns, rows = math.ceil((east - west) / across), math.ceil((north - south) / up)
    for row in range(rows):
        for column in range(columns):
            yield (
                west + (east - west) * column / columns,
                south + (north - south) * row / rows,
                west + (east - west) * (column + 1) / columns,
                south + (north - south) * (row + 1) / rows,
            )
