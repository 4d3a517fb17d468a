"""Fill a block of land with streets: a grid of them, or a comb of dead ends."""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from demo.model import Block, Point, Street
from demo.plan.estates import STREET_ENDINGS, STREET_NAMES

SHORTEST_M = 45.0
SET_BACK_M = 12.0
DEAD_END_GAP_M = 38.0


class StreetNames:
    """Hands out each name once, in a fixed order."""

    def __init__(self) -> None:
        self._given = 0

    def take(self, style: str) -> str:
        """Return the next name with an ending that suits the style of the homes."""
        endings = STREET_ENDINGS[style]
        turn, number = divmod(self._given * 7, len(STREET_NAMES))
        self._given += 1
        return f"{STREET_NAMES[number]} {endings[(turn + number) % len(endings)]}"


def fill(block: Block, taken: BaseGeometry, names: StreetNames) -> list[Street]:
    """Return the streets of a block, clear of the land that is taken.

    Parameters
    ----------
    block
        Land between main roads, its style and the direction of its streets.
    taken
        Parks, sites, water and railways, in the town's grid.
    names
        Where the names of the streets come from.
    """
    land = Polygon(block.outline)
    free = shapely.difference(land, shapely.buffer(taken, SET_BACK_M))
    level = rotate(land, -block.angle, origin=(0, 0))
    rows, spines = _rows(level, block), _spines(level, block)
    if block.pattern == "comb":
        gaps = _dead_end_gaps(level, block)
        paths = [_snicket(row, level, n) for n, row in enumerate(rows)]
        rows = [shapely.difference(row, gaps) for row in rows]
        return [
            *_streets(spines, block, free, names),
            *_streets(rows, block, free, names),
            *_footways(paths, block, free),
        ]
    return [*_streets(spines, block, free, names), *_streets(rows, block, free, names)]


def _rows(level: Polygon, block: Block) -> list[BaseGeometry]:
    """Parallel streets across the levelled block, bent like a bow if it asks for that."""
    west, south, east, north = level.bounds
    count = max(1, round((north - south) / block.spacing))
    xs = np.linspace(west - 5, east + 5, 13)
    bend = block.bow * np.sin(np.linspace(0, 2 * np.pi, 13))
    heights = south + (north - south) * (np.arange(1, count)) / count
    return [
        shapely.intersection(LineString(np.column_stack([xs, y + bend])), level) for y in heights
    ]


def _spines(level: Polygon, block: Block) -> list[BaseGeometry]:
    west, south, east, north = level.bounds
    count = (
        max(2, round((east - west) / block.cross))
        if block.pattern == "grid"
        else max(1, round((east - west) / block.cross))
    )
    shares = (
        np.arange(1, count) / count if block.pattern == "grid" else (np.arange(count) + 0.5) / count
    )
    return [
        shapely.intersection(LineString([(x, south - 5), (x, north + 5)]), level)
        for x in west + (east - west) * shares
    ]


def _dead_end_gaps(level: Polygon, block: Block) -> BaseGeometry:
    """Where the rows of a comb stop: along the rim, and half-way between two spines."""
    west, south, east, north = level.bounds
    count = max(1, round((east - west) / block.cross))
    midways = [
        LineString([(x, south), (x, north)])
        for x in west + (east - west) * np.arange(1, count) / count
    ]
    rim = shapely.buffer(level.exterior, DEAD_END_GAP_M)
    return shapely.union_all([rim, *(shapely.buffer(m, DEAD_END_GAP_M / 2) for m in midways)])


def _snicket(row: BaseGeometry, level: Polygon, number: int) -> BaseGeometry:
    """Every third dead end lets walkers through to the road behind it."""
    if number % 3 != 1:
        return LineString()
    return shapely.intersection(row, shapely.buffer(level.exterior, DEAD_END_GAP_M))


def _streets(
    lines: Sequence[BaseGeometry], block: Block, free: BaseGeometry, names: StreetNames
) -> Iterator[Street]:
    tags = {"lit": "yes", "surface": "asphalt"}
    for points in _pieces(lines, block, free, SHORTEST_M):
        yield Street(names.take(block.homes), "residential", points, tags, block.homes)


def _footways(lines: Sequence[BaseGeometry], block: Block, free: BaseGeometry) -> Iterator[Street]:
    for points in _pieces(lines, block, free, DEAD_END_GAP_M / 2):
        yield Street("", "footway", points, {"surface": "asphalt"})


def _pieces(
    lines: Sequence[BaseGeometry], block: Block, free: BaseGeometry, shortest: float
) -> Iterator[tuple[Point, ...]]:
    """Turn levelled lines back, cut them to the free land and put them on whole metres."""
    for line in lines:
        if line.is_empty:
            continue
        clipped = shapely.intersection(rotate(line, block.angle, origin=(0, 0)), free)
        for part in shapely.get_parts(shapely.line_merge(clipped)):
            if isinstance(part, LineString) and part.length >= shortest:
                yield _whole_metres(part)


def _whole_metres(line: LineString) -> tuple[Point, ...]:
    rounded = np.round(shapely.get_coordinates(shapely.simplify(line, 0.4)))
    return tuple(dict.fromkeys((float(x), float(y)) for x, y in rounded))
