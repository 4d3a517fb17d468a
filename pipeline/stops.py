"""Stops of public transport: which records speak of one stop, and which stops are one place.

A stop may be mapped as a pole, a platform and a position on the road, and listed in NaPTAN; that
is one stop. The stops on both sides of a road, or the stands of a bus station, have one name and
are one place with several ways in.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely

from pipeline.config import CategoryRules
from pipeline.grouping import Groups, Link, grouped, pairs_sharing
from pipeline.text import names_agree, normalised_name

Tags = dict[str, str]

_BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_STAND = re.compile(r"[\s,;-]+(?:bay|gate|platform|stance|stand|stop)\s+\w{1,3}$", re.IGNORECASE)
_RAIL_WORDS = frozenset(
    {"halt", "metro", "metrolink", "rail", "railway", "station", "stop", "train", "tram"}
    | {"underground"}
)
# NaPTAN's types for the middle of a station, as against its entrances, bays and poles.
_CENTRE_TYPES = frozenset({"BST", "MET", "RLY"})
_RAIL_TYPES = frozenset({"MET", "RLY", "RSE", "TMU"})
# How well the point of a record stands for the stop: where one waits or walks in, then where the
# vehicle halts, then the middle of a station.
_WAITING, _HALTING, _CENTRE = 0, 1, 2


def place_name(name: str, tags: Tags) -> str:
    """Return the name of the place that a stop belongs to, as people say it.

    Parameters
    ----------
    name
        Name of the stop.
    tags
        Tags of the stop; empty for an official record.

    Returns
    -------
    str
        The name without directions in brackets and the letter or number of a stand.

    Examples
    --------
    >>> place_name("Somerton Bridge (N-bound)", {})
    'Somerton Bridge'
    >>> place_name("Market Square 23", {"local_ref": "23"})
    'Market Square'
    """
    text = _STAND.sub("", _BRACKETS.sub("", name)).strip()
    stand = tags.get("local_ref", "").split(" ")[-1]
    if stand and text.endswith(f" {stand}"):
        text = text.removesuffix(stand).rstrip(" ,-")
    return text or name


def gather_stops(records: gpd.GeoDataFrame, rules: CategoryRules) -> tuple[list[int], list[int]]:
    """Find which records are of one stop, and which of one place.

    Parameters
    ----------
    records
        Records of one category in their declared order: `name`, `tags`, `identifiers`,
        `source`, `locality`, `kind_of_stop`, `geometry`.
    rules
        Its rules: `same_within_m` for one stop, `named_place_within_m` for one place.

    Returns
    -------
    tuple of list and list
        For each record the number of the first record of its stop, and of its place.
    """
    roles = [_role(row) for row in _rows(records)]
    keys = [_key(row) for row in _rows(records)]
    stops = _one_stop(records, rules, roles, keys)
    places = _one_place(records, rules, stops, roles, keys)
    return stops.labels(), places.labels()


def points_of_place(records: gpd.GeoDataFrame, stops: list[int]) -> shapely.Geometry:
    """Return where one waits at a place: a point for each of its stops.

    Parameters
    ----------
    records
        The records of one place, in their declared order.
    stops
        For each of them the number of its stop.

    Returns
    -------
    shapely.Geometry
        A point, or several. Where a pole, platform or entrance is known, the positions on
        the road and the middle of the station are left out.
    """
    ranks = [_rank(_role(row)) for row in _rows(records)]
    best: dict[int, tuple[int, int]] = {}
    for position, (stop, rank) in enumerate(zip(stops, ranks, strict=True)):
        best[stop] = min(best.get(stop, (rank, position)), (rank, position))
    kept = sorted(position for rank, position in best.values() if rank == min(best.values())[0])
    if min(best.values())[0] == _CENTRE:
        kept = kept[:1]
    points = shapely.point_on_surface(np.asarray(records.geometry.array)[kept])
    return points[0] if len(points) == 1 else shapely.union_all(points)


def _rows(records: gpd.GeoDataFrame) -> Iterator[tuple[str, str, Tags, str]]:
    columns = (records[name] for name in ("source", "name", "tags", "kind_of_stop"))
    return zip(*columns, strict=True)


def _role(row: tuple[str, str, Tags, str]) -> str:
    """Say what a record stands for; one stop has one record of each role."""
    source, _, tags, kind_of_stop = row
    if not tags:
        return f"{'centre' if kind_of_stop in _CENTRE_TYPES else 'listed'} {source}"
    if tags.get("highway") == "bus_stop" or tags.get("railway") == "tram_stop":
        return "pole"
    if tags.get("railway") in ("subway_entrance", "train_station_entrance"):
        return "entrance"
    if tags.get("railway") in ("station", "halt") or tags.get("amenity") == "bus_station":
        return "centre"
    kind = tags.get("public_transport", tags.get("highway", ""))
    return {"stop_position": "position", "station": "centre"}.get(kind, "platform")


def _rank(role: str) -> int:
    word = role.split(" ", maxsplit=1)[0]
    return {"position": _HALTING, "centre": _CENTRE}.get(word, _WAITING)


def _key(row: tuple[str, str, Tags, str]) -> str:
    """Return the name of the place as it is compared; a station loses the word `station`."""
    _, name, tags, kind_of_stop = row
    words = normalised_name(place_name(name, tags)).split()
    if "railway" in tags or "train" in tags or kind_of_stop in _RAIL_TYPES:
        words = [word for word in words if word not in _RAIL_WORDS] or words
    return " ".join(words)


def _one_stop(
    records: gpd.GeoDataFrame, rules: CategoryRules, roles: list[str], keys: list[str]
) -> Groups:
    """Join records of different roles that share an identifier, or lie close under one name."""
    points = shapely.point_on_surface(np.asarray(records.geometry.array))

    def may_join(ours: list[int], theirs: list[int]) -> bool:
        pairs = list(itertools.product(ours, theirs))
        return all(roles[a] != roles[b] and names_agree(keys[a], keys[b]) for a, b in pairs)

    links = [
        Link(0, 0.0, one, other)
        for one, other in pairs_sharing(records["identifiers"])
        if shapely.dwithin(points[one], points[other], rules.named_place_within_m)
    ]
    near = shapely.STRtree(points).query(points, "dwithin", distance=rules.same_within_m)
    links += [
        Link(1, float(shapely.distance(points[one], points[other])), one, other)
        for one, other in near.T.tolist()
        if one < other and roles[one] != roles[other]
    ]
    return grouped(len(records), links, may_join)


def _one_place(
    records: gpd.GeoDataFrame,
    rules: CategoryRules,
    stops: Groups,
    roles: list[str],
    keys: list[str],
) -> Groups:
    """Join stops of one name that lie near each other, and those inside a station's area."""
    points = shapely.point_on_surface(np.asarray(records.geometry.array))
    localities = records["locality"].tolist()

    def may_join(ours: list[int], theirs: list[int]) -> bool:
        here = {localities[number] for number in ours} - {""}
        there = {localities[number] for number in theirs} - {""}
        if here and there and here.isdisjoint(there):
            return False
        apart = shapely.distance(points[ours][:, None], points[theirs])
        return bool(apart.max() <= rules.named_place_within_m)

    links = [
        Link(0, 0.0, number, label) for number, label in enumerate(stops.labels()) if label < number
    ]
    links += [Link(0, 0.0, *pair) for pair in _in_a_station(records, roles)]
    links += _of_one_name(points, keys, rules.named_place_within_m)
    return grouped(len(records), links, may_join)


def _in_a_station(records: gpd.GeoDataFrame, roles: list[str]) -> Iterator[tuple[int, int]]:
    shapes = np.asarray(records.geometry.array)
    is_area = shapely.area(shapes) > 0
    centres = [n for n, role in enumerate(roles) if _rank(role) == _CENTRE and is_area[n]]
    inside = shapely.STRtree(shapes[centres]).query(shapely.point_on_surface(shapes), "within")
    for stop, centre in inside.T.tolist():
        if stop != centres[centre]:
            yield stop, centres[centre]


def _of_one_name(points: np.ndarray, keys: list[str], within_m: float) -> list[Link]:
    named: dict[str, list[int]] = defaultdict(list)
    for number, key in enumerate(keys):
        if key:
            named[key].append(number)
    links = []
    for numbers in named.values():
        for one, other in itertools.combinations(numbers, 2):
            apart = float(shapely.distance(points[one], points[other]))
            if apart <= within_m:
                links.append(Link(1, apart, one, other))
    return links
