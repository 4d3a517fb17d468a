"""Put homes along streets, with garages and sheds beside and behind some of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from demo.model import Building, Point, Street, Tags

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

STREET_CLEARANCE_M = 3.5
JUNCTION_M = 9.0
SHRINK_M = 0.3


@dataclass(frozen=True, slots=True)
class Style:
    """How homes of one kind stand along a street, in metres."""

    frontage: float
    depth: float
    set_back: float
    per_row: int
    gap: float
    levels: int
    kind: str
    dwellings: int = 1


STYLES = {
    "terrace": Style(6, 9, 8, 8, 8, 2, "terrace"),
    "semi": Style(8, 9, 13, 2, 12, 2, "semidetached_house"),
    "council": Style(7, 8.5, 12, 4, 12, 2, "terrace"),
    "villa": Style(12, 11, 15, 1, 14, 2, "house"),
    "cottage": Style(10, 8, 10, 1, 24, 2, "house"),
    "farm": Style(12, 9, 24, 1, 210, 2, "farm"),
    "flats": Style(12, 12, 12, 3, 10, 3, "apartments", 3),
    "slab": Style(34, 13, 14, 1, 26, 3, "apartments", 12),
}


@dataclass(frozen=True, slots=True)
class Candidates:
    """Outlines that might be built, with the street and style of each and its along-vector."""

    shapes: Geometries
    street: npt.NDArray[np.int64]
    centre: Floats
    along: Floats

    def keep(self, mask: npt.NDArray[np.bool_]) -> "Candidates":
        """Return those that a mask selects."""
        return Candidates(self.shapes[mask], self.street[mask], self.centre[mask], self.along[mask])


def build_homes(
    streets: Sequence[Street], taken: BaseGeometry, rng: np.random.Generator
) -> list[Building]:
    """Return homes along every street that asks for them, and their outbuildings.

    Homes stand clear of every street, of the land that is taken and of each other.
    """
    lines = np.array([LineString(street.points) for street in streets])
    homes = _concatenate([_along(street, n) for n, street in enumerate(streets) if street.homes])
    homes = homes.keep(_is_clear(homes.shapes, lines, taken))
    homes = homes.keep(_without_overlaps(homes.shapes))
    sheds = _outbuildings(homes, streets, rng)
    others = np.concatenate([homes.shapes, sheds])
    is_free = _is_clear(sheds, lines, taken) & _without_overlaps(others)[len(homes.shapes) :]
    return [*_named_homes(homes, streets), *_named_sheds(sheds, is_free)]


def _along(street: Street, number: int) -> Candidates:
    """Candidates on both sides of a street, from its start to its end."""
    style, line = STYLES[street.homes], LineString(street.points)
    stations = _stations(line.length, style)
    at = shapely.get_coordinates(shapely.line_interpolate_point(line, stations))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(line, stations - 2))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, stations + 2))
    along = (ahead - behind) / np.hypot(*(ahead - behind).T)[:, None]
    aside = np.column_stack([-along[:, 1], along[:, 0]]) * (style.set_back + style.depth / 2)
    centres = np.concatenate([at + aside, at - aside])
    vectors = np.concatenate([along, along])
    shapes = _rectangles(centres, vectors, style.frontage, style.depth)
    return Candidates(shapes, np.full(len(centres), number), centres, vectors)


def _stations(length: float, style: Style) -> Floats:
    """Distances along a street at which houses are centred, in rows with gaps."""
    row = style.per_row * style.frontage + style.gap
    count = int((length - 2 * JUNCTION_M) // style.frontage) + 1
    rows, places = np.divmod(np.arange(max(count, 0)), style.per_row)
    stations = JUNCTION_M + style.frontage / 2 + rows * row + places * style.frontage
    return np.asarray(stations[stations < length - JUNCTION_M], dtype=float)


def _rectangles(centres: Floats, along: Floats, width: float, depth: float) -> Geometries:
    across = np.column_stack([-along[:, 1], along[:, 0]])
    half_w, half_d = along * width / 2, across * depth / 2
    corners = [
        centres - half_w - half_d,
        centres + half_w - half_d,
        centres + half_w + half_d,
        centres - half_w + half_d,
    ]
    rings = np.round(np.stack([*corners, corners[0]], axis=1), 2)
    return np.asarray(shapely.polygons(rings), dtype=object)


def _concatenate(parts: Sequence[Candidates]) -> Candidates:
    return Candidates(
        np.concatenate([p.shapes for p in parts]),
        np.concatenate([p.street for p in parts]),
        np.concatenate([p.centre for p in parts]),
        np.concatenate([p.along for p in parts]),
    )


def _is_clear(shapes: Geometries, lines: Geometries, taken: BaseGeometry) -> npt.NDArray[np.bool_]:
    """Whether each shape keeps away from all streets and from land that is taken."""
    clear = np.ones(len(shapes), dtype=bool)
    near, _ = shapely.STRtree(lines).query(shapes, predicate="dwithin", distance=STREET_CLEARANCE_M)
    clear[near] = False
    blocked, _ = shapely.STRtree(shapely.get_parts(taken)).query(shapes, predicate="intersects")
    clear[blocked] = False
    return clear


def _without_overlaps(shapes: Geometries) -> npt.NDArray[np.bool_]:
    """First come, first served: a shape falls away if it overlaps an earlier one that stays."""
    shrunk = shapely.buffer(shapes, -SHRINK_M, join_style="mitre")
    left, right = shapely.STRtree(shrunk).query(shrunk, predicate="intersects")
    pairs = np.column_stack([left, right])[left < right]
    stays = np.ones(len(shapes), dtype=bool)
    for earlier, later in pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))]:
        if stays[earlier]:
            stays[later] = False
    return stays


def _outbuildings(
    homes: Candidates, streets: Sequence[Street], rng: np.random.Generator
) -> Geometries:
    """Sheds behind terraces, garages beside villas and semis: not homes."""
    draws = rng.random(len(homes.shapes))
    styles = np.array([streets[n].homes for n in homes.street])
    wants = ((styles == "semi") & (draws < 0.22)) | ((styles == "villa") & (draws < 0.5))
    garages = _rectangles(homes.centre[wants] + homes.along[wants] * 9, homes.along[wants], 3, 5.5)
    wants = (styles == "council") & (draws < 0.15) | (styles == "cottage") & (draws < 0.4)
    across = np.column_stack([-homes.along[:, 1], homes.along[:, 0]])
    sheds = _rectangles(homes.centre[wants] + across[wants] * 9, homes.along[wants], 2, 3)
    return np.concatenate([garages, sheds])


def _named_homes(homes: Candidates, streets: Sequence[Street]) -> list[Building]:
    """Tag each home; every third one has an address, numbered along its street."""
    counts: dict[int, int] = {}
    built = []
    for shape, number in zip(homes.shapes, homes.street.tolist(), strict=True):
        counts[number] = counts.get(number, 0) + 1
        street = streets[number]
        style = STYLES[street.homes]
        tags = {"building": style.kind, "building:levels": str(style.levels)}
        if style.dwellings > 1:
            tags["building:flats"] = str(style.dwellings)
        if street.name and counts[number] % 3 == 1:
            tags |= {"addr:street": street.name, "addr:housenumber": str(counts[number])}
        built.append(Building(_outline(shape), tags, style.dwellings))
    return built


def _named_sheds(sheds: Geometries, is_free: npt.NDArray[np.bool_]) -> list[Building]:
    names = {True: "garage", False: "shed"}
    return [
        Building(_outline(shape), {"building": names[bool(shape.area > 10)]})
        for shape in sheds[is_free]
    ]


def _outline(shape: BaseGeometry) -> tuple[Point, ...]:
    return tuple((float(x), float(y)) for x, y in shapely.get_coordinates(shape)[:-1])


def block_building(centre: Point, size: Point, tags: Tags, dwellings: int = 0) -> Building:
    """Return a building whose walls follow the grid."""
    (x, y), (w, d) = centre, (size[0] / 2, size[1] / 2)
    corners = ((x - w, y - d), (x + w, y - d), (x + w, y + d), (x - w, y + d))
    return Building(corners, tags, dwellings)
