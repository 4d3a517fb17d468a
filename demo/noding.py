"""Let the streets of one level meet: every crossing becomes a vertex that both streets share."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely import LineString
from shapely import Point as ShapelyPoint

from demo.model import Point, Street

WELD_M = 1.5
"""A vertex this close to another street lies on it."""

CLEARANCE_M = 4.0
"""A crossing this close to a vertex of either street happens at that vertex."""


def join(streets: Sequence[Street]) -> list[Street]:
    """Return the streets with shared vertices wherever those of grade 0 meet.

    Bridges, tunnels and motorways get no vertex of their own, but give their two ends to the
    streets on the ground.
    """
    lines = [LineString(street.points) for street in streets]
    cuts: dict[int, list[Point]] = defaultdict(list)
    tree = shapely.STRtree(lines)
    first, second = tree.query(lines, predicate="dwithin", distance=WELD_M)
    pairs = sorted((int(i), int(j)) for i, j in zip(first, second, strict=True) if i != j)
    for i, j in pairs:
        if streets[j].grade == 0 and streets[i].grade <= 1:
            cuts[j].extend(_touching(streets[i], lines[j]))
    for i, j in pairs:
        if i < j and streets[i].grade == streets[j].grade == 0:
            for point in _crossings(lines[i], lines[j]):
                _cut_both(cuts, streets, (i, j), point)
    return [
        _with_vertices(s, line, cuts[n])
        for n, (s, line) in enumerate(zip(streets, lines, strict=True))
    ]


def _touching(street: Street, line: LineString) -> list[Point]:
    """Vertices of a street that lie on the line of another."""
    points = street.points if street.grade == 0 else (street.points[0], street.points[-1])
    return [p for p in points if line.distance(ShapelyPoint(p)) <= WELD_M]


def _crossings(line: LineString, other: LineString) -> list[Point]:
    parts = shapely.get_parts(shapely.intersection(line, other))
    return [(float(round(p.x)), float(round(p.y))) for p in parts if isinstance(p, ShapelyPoint)]


def _cut_both(
    cuts: dict[int, list[Point]], streets: Sequence[Street], pair: tuple[int, int], point: Point
) -> None:
    """Give a crossing to both streets, at a vertex that one of them already has if it is near."""
    known = [p for n in pair for p in (*streets[n].points, *cuts[n])]
    gaps = np.linalg.norm(np.asarray(known, dtype=float) - point, axis=1)
    nearest = int(gaps.argmin())
    at = known[nearest] if gaps[nearest] <= CLEARANCE_M else point
    for n in pair:
        cuts[n].append(at)


def _with_vertices(street: Street, line: LineString, cuts: Sequence[Point]) -> Street:
    """Insert points into a street in the order in which one walks past them."""
    points = list(street.points)
    fresh = sorted(
        {(float(x), float(y)) for x, y in cuts} - {(float(x), float(y)) for x, y in points}
    )
    if not fresh:
        return street
    stations = [line.project(ShapelyPoint(p)) for p in fresh]
    own = np.concatenate(
        [[0.0], np.cumsum(np.linalg.norm(np.diff(np.asarray(points, dtype=float), axis=0), axis=1))]
    )
    merged = sorted(
        [
            *zip(own, range(len(points)), points, strict=True),
            *((s, -1, p) for s, p in zip(stations, fresh, strict=True)),
        ],
        key=lambda item: (item[0], item[1]),
    )
    return replace(street, points=tuple(point for _, _, point in merged))
