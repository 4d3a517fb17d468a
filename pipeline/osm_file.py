"""An OpenStreetMap file → what is in it, as it is written there.

Read once with pyosmium, which assembles multipolygons. A closed way or a relation whose rings
cross is repaired with shapely; a relation that cannot be built, mostly because the extract lacks
one of its members, is listed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import osmium
import shapely

from pipeline.errors import FileIsDamaged, SourceIsEmpty, quoted

# A closed way with one of these keys is an area even without `area=yes`.
AREA_KEYS = frozenset(
    (
        "amenity", "building", "building:part", "craft", "garden:type", "healthcare", "historic",
        "landuse", "leisure", "man_made", "military", "office", "place", "public_transport",
        "shop", "sport", "tourism", "water", "wetland",
    )
)  # fmt: skip
# With these, it depends on the value.
AREA_VALUES = {
    "boundary": frozenset(("protected_area",)),
    "designation": frozenset(("local_nature_reserve", "national_nature_reserve")),
    "railway": frozenset(("halt", "platform", "station")),
    "waterway": frozenset(("dock", "riverbank")),
}
AREA_PREFIXES = ("disused:", "abandoned:", "ruins:", "construction:")
# `natural` is an area but for these values.
LINEAR_NATURAL = frozenset(("coastline", "cliff", "ridge", "arete", "tree_row", "valley"))
AREA_RELATIONS = frozenset(("multipolygon", "boundary"))
# A file with so many ways and not one relation has been cut between two blocks: OpenStreetMap
# files hold nodes, then ways, then relations, and readers accept the cut without a word.
WAYS_WITHOUT_RELATIONS = 10_000

# Hexadecimal digits of a line in well-known binary before its points, and of each point.
WKB_HEAD = 18
WKB_POINT = 32

Tags = dict[str, str]
# An encoder is slower to make than to use.
as_json = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode
# Files without days of edits have the day on which computers began to count.
UNKNOWN_UNTIL = datetime(1971, 1, 1, tzinfo=UTC)


@dataclass
class OsmFile:
    """What a file holds, in its own order.

    Features stand in `ids`, `shapes`, `tags`, `edited` and `wkb`, streets in the lists that begin
    with `street`; tags are JSON with sorted keys, shapes hexadecimal well-known binary in degrees.
    """

    ids: list[str] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    wkb: list[str] = field(default_factory=list)
    repaired: set[str] = field(default_factory=set)
    street_ids: list[int] = field(default_factory=list)
    street_parts: list[int] = field(default_factory=list)
    street_tags: list[str] = field(default_factory=list)
    street_nodes: list[str] = field(default_factory=list)
    street_wkb: list[str] = field(default_factory=list)
    closed_ways: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    relations: dict[int, tuple[Tags, str]] = field(default_factory=dict)
    built: set[str] = field(default_factory=set)
    without_place: list[str] = field(default_factory=list)
    cut_ways: list[str] = field(default_factory=list)
    flat_ways: list[str] = field(default_factory=list)
    unbuilt: list[str] = field(default_factory=list)
    n_nodes: int = 0
    n_ways: int = 0
    n_relations: int = 0


def read_file(path: str, keys: Sequence[str] = ()) -> OsmFile:
    """Read an OpenStreetMap file.

    Parameters
    ----------
    path
        A `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2` file.
    keys
        Only what carries one of these tags is read; by default all that has a tag.

    Returns
    -------
    OsmFile
        Its features and streets in degrees, as well-known binary, and what was counted.

    Raises
    ------
    FileIsDamaged
        If the file is cut short or is not OpenStreetMap data.
    SourceIsEmpty
        If it holds no way.
    """
    found = _collect(path, keys)
    _must_be_whole(found, path, is_all=not keys)
    _repair(found, path)
    return found


# --- reading ----------------------------------------------------------------------------------


def _collect(path: str, keys: Sequence[str]) -> OsmFile:
    """Read the file once; pyosmium makes an extra pass for the members of relations."""
    found = OsmFile()
    factory = osmium.geom.WKBFactory()
    try:
        for entity in _entities(path, keys):
            if entity.is_node():
                _take_node(found, entity, factory)
            elif entity.is_way():
                _take_way(found, entity, factory)
            elif entity.is_relation():
                _take_relation(found, entity)
            else:
                _take_area(found, entity, factory)
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise FileIsDamaged(
            f"{path}: cannot be read as OpenStreetMap data ({quoted(error)}); it is cut short or "
            "is something else. Fetch it again."
        ) from error
    return found


def _entities(path: str, keys: Sequence[str]) -> Iterator[Any]:
    wanted = osmium.filter.KeyFilter(*keys) if keys else osmium.filter.EmptyTagFilter()
    return iter(osmium.FileProcessor(path).with_locations().with_areas(wanted).with_filter(wanted))


def _take_node(found: OsmFile, node: Any, factory: Any) -> None:  # noqa: ANN401
    found.n_nodes += 1
    tags = as_json(_tags_of(node))
    _add(found, f"node/{node.id}", "point", tags, _day(node.timestamp), factory.create_point(node))


def _take_way(found: OsmFile, way: Any, factory: Any) -> None:  # noqa: ANN401
    found.n_ways += 1
    tags = _tags_of(way)
    is_area = way.is_closed() and is_area_by_tags(tags)
    try:
        line = factory.create_linestring(way)
    except (RuntimeError, osmium.InvalidLocationError):
        line = ""
    # The factory passes over nodes that the file lacks, and over repeated places.
    is_whole = (len(line) - WKB_HEAD) // WKB_POINT == len(way.nodes)
    if not is_whole and not all(node.location.valid() for node in way.nodes):
        _take_cut_way(found, way, tags)
        return
    if not line:  # fewer than two places
        found.without_place.append(f"way/{way.id}")
        return
    text, day = as_json(tags), _day(way.timestamp)
    if "highway" in tags:
        _take_street(found, way.id, text, list(way.nodes), line if is_whole else None)
    if is_area:  # comes again as an area, if its ring is valid
        found.closed_ways[way.id] = (text, day, line)
    else:
        _add(found, f"way/{way.id}", "line", text, day, line)


def _take_cut_way(found: OsmFile, way: Any, tags: Tags) -> None:  # noqa: ANN401
    """Take what an extract that cuts ways at its border has left of one."""
    runs: list[list[Any]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            runs[-1].append(node)
        elif runs[-1]:
            runs.append([])
    drawn = [(run, line) for run in runs if len(run) > 1 and (line := _line_through(run))]
    if not drawn:
        found.without_place.append(f"way/{way.id}")
        return
    found.cut_ways.append(f"way/{way.id}")
    if "highway" in tags:
        for part, (run, line) in enumerate(drawn):
            _take_street(found, way.id, as_json(tags), run, line, part)
    lines = shapely.multilinestrings([shapely.from_wkb(line) for _, line in drawn])
    wkb = str(shapely.to_wkb(lines, hex=True))
    _add(found, f"way/{way.id}", "line", as_json(tags), _day(way.timestamp), wkb)


def _take_street(
    found: OsmFile, number: int, tags: str, nodes: list[Any], line: str | None, part: int = 0
) -> None:
    """Take a street; a node stands for each vertex, also where two nodes share one place."""
    distinct = _without_repeats(nodes)
    found.street_ids.append(number)
    found.street_parts.append(part)
    found.street_tags.append(tags)
    found.street_nodes.append(" ".join(str(node.ref) for node in distinct))
    found.street_wkb.append(line or _line_through(distinct))


def _without_repeats(nodes: Any) -> list[Any]:  # noqa: ANN401
    """Leave out a node that comes right after itself."""
    listed = list(nodes)
    return [node for at, node in enumerate(listed) if at == 0 or node.ref != listed[at - 1].ref]


def _take_relation(found: OsmFile, relation: Any) -> None:  # noqa: ANN401
    found.n_relations += 1
    tags = _tags_of(relation)
    if _is_area_relation(tags):
        found.relations[relation.id] = (tags, _day(relation.timestamp))


def _take_area(found: OsmFile, area: Any, factory: Any) -> None:  # noqa: ANN401
    """Take an area: after its way, but before or after its relation."""
    number = area.orig_id()
    if area.from_way() and number not in found.closed_ways:
        return
    try:
        shape = factory.create_multipolygon(area)
    except RuntimeError:
        return  # its rings cross; it is built from its lines when the file has been read
    if area.from_way():
        tags, day, _ = found.closed_ways.pop(number)
        _add(found, f"way/{number}", "area", tags, day, shape)
        return
    relation_tags = _tags_of(area)
    if relation_tags.get("boundary") == "administrative":
        return
    name = f"relation/{number}"
    found.built.add(name)
    _add(found, name, "area", as_json(relation_tags), _day(area.timestamp), shape)
    if "highway" in relation_tags:
        _take_rings(found, area, relation_tags)


def _is_area_relation(tags: Tags) -> bool:
    return tags.get("type") in AREA_RELATIONS and tags.get("boundary") != "administrative"


def _take_rings(found: OsmFile, area: Any, tags: Tags) -> None:  # noqa: ANN401
    """Take the rings of a square drawn as a relation as streets: one walks around it."""
    rings = [ring for outer in area.outer_rings() for ring in (outer, *area.inner_rings(outer))]
    for part, ring in enumerate(rings):
        line = _line_through(ring)
        if line:
            _take_street(found, -area.orig_id(), as_json(tags), list(ring), line, part)


def _line_through(nodes: Any) -> str:  # noqa: ANN401
    """Write nodes as a line; empty where all of them are at one place."""
    points = [(node.location.lon, node.location.lat) for node in _without_repeats(nodes)]
    if len(set(points)) == 1:
        return ""
    return str(shapely.to_wkb(shapely.linestrings(points), hex=True))


def _add(found: OsmFile, name: str, shape: str, tags: str, day: str, wkb: str) -> None:
    found.ids.append(name)
    found.shapes.append(shape)
    found.tags.append(tags)
    found.edited.append(day)
    found.wkb.append(wkb)


def is_area_by_tags(tags: Tags) -> bool:
    """Say whether a closed way is an area, as the OpenStreetMap community reads it.

    Parameters
    ----------
    tags
        Its tags.

    Returns
    -------
    bool
        True for an area, false for a ring-shaped line such as a roundabout.

    Examples
    --------
    >>> is_area_by_tags({"leisure": "park", "barrier": "fence"})
    True
    >>> is_area_by_tags({"highway": "pedestrian"})
    False
    >>> is_area_by_tags({"highway": "pedestrian", "area": "yes"})
    True
    """
    if "area" in tags:
        return tags["area"] != "no"
    if tags.get("natural", "coastline") not in LINEAR_NATURAL:
        return True
    if any(tags.get(key) in values for key, values in AREA_VALUES.items()):
        return True
    if tags.get("leisure") in ("track", "slipway") and "highway" in tags:
        return False
    return not AREA_KEYS.isdisjoint(tags) or any(key.startswith(AREA_PREFIXES) for key in tags)


def _tags_of(entity: Any) -> Tags:  # noqa: ANN401
    """Return the tags of an entity.

    They are counted off: the end of the list is an exception, which takes pyosmium longer to
    raise than all tags to read.
    """
    return dict(islice(entity.tags, len(entity.tags)))


def _day(stamp: datetime) -> str:
    return "" if stamp <= UNKNOWN_UNTIL else stamp.date().isoformat()


def _must_be_whole(found: OsmFile, path: str, *, is_all: bool) -> None:
    seen: set[tuple[str, str]] = set()
    for pair in zip(found.ids, found.shapes, strict=True):
        if pair in seen:
            raise FileIsDamaged(
                f"{path}: {pair[0]} stands there more than once, as in a file of changes or of "
                "history; give an extract of one day."
            )
        seen.add(pair)
    if found.n_ways == 0:
        raise SourceIsEmpty(f"{path}: holds no tagged way; it is empty, or cut after its nodes.")
    if is_all and found.n_relations == 0 and found.n_ways >= WAYS_WITHOUT_RELATIONS:
        raise FileIsDamaged(
            f"{path}: holds {found.n_ways:,} tagged ways and no relation, so it has been cut short "
            "between two blocks. Fetch it again."
        )


# --- what the single pass could not build -----------------------------------------------------


def _repair(found: OsmFile, path: str) -> None:
    """Build areas whose rings cross from their lines; list what cannot be built."""
    for number, (tags, day, line) in found.closed_ways.items():
        name = f"way/{number}"
        if not _add_repaired(found, name, tags, day, [shapely.from_wkb(line)]):
            found.flat_ways.append(name)
            _add(found, name, "line", tags, day, line)
    missing = {n for n in found.relations if f"relation/{n}" not in found.built}
    lines = _member_lines(path, missing)
    for number in sorted(missing):
        relation_tags, day = found.relations[number]
        name = f"relation/{number}"
        tags = as_json(relation_tags)
        if lines[number] is None or not _add_repaired(found, name, tags, day, lines[number] or []):
            found.unbuilt.append(name)


def _add_repaired(
    found: OsmFile, name: str, tags: str, day: str, lines: list[shapely.Geometry]
) -> bool:
    """Add the area that some lines enclose, whatever way their rings cross."""
    shape = shapely.build_area(shapely.node(shapely.GeometryCollection(lines)))
    if shapely.is_empty(shape):
        return False
    _add(found, name, "area", tags, day, shapely.to_wkb(shape, hex=True))
    found.repaired.add(name)
    return True


def _member_lines(path: str, numbers: set[int]) -> dict[int, list[shapely.Geometry] | None]:
    """Collect the member ways of some relations; None where the file lacks one."""
    if not numbers:
        return {}
    members: dict[int, list[int]] = {}
    for relation in osmium.FileProcessor(path, osmium.osm.RELATION).with_filter(
        osmium.filter.IdFilter(numbers)
    ):
        members[relation.id] = [m.ref for m in relation.members if m.type == "w"]
    wanted = {ref for refs in members.values() for ref in refs}
    ways = {
        way.id: shapely.from_wkb(line)
        for way in osmium.FileProcessor(path, osmium.osm.NODE | osmium.osm.WAY)
        .with_locations()
        .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        .with_filter(osmium.filter.IdFilter(wanted))
        if all(node.location.valid() for node in way.nodes) and (line := _line_through(way.nodes))
    }
    return {
        number: [ways[ref] for ref in refs] if all(ref in ways for ref in refs) else None
        for number, refs in members.items()
    }
