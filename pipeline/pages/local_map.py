"""A small map of one neighbourhood, drawn without a script: its streets, its green, its places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from pipeline.pages import backdrop, shapes
from pipeline.pages.compass import ScaleBar, drawn_per_metre, scale_bar
from pipeline.pages.elements import Children, Element, el
from pipeline.pages.material import Material, once_for_both
from pipeline.pages.shapes import Shapes
from pipeline.pages.symbols import CORNERS

WIDTH = 480
# Around a neighbourhood, of its larger side; and the least ground that a map shows.
MARGIN_SHARE = 0.08
SMALLEST_VIEW_M = 500.0
# Streets are bent by less than this, in units of the drawing.
TOLERANCE = 0.6
LONGEST_BAR = 110.0
SYMBOL_RADIUS = 5.0
CIRCLE_RADIUS = 6

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Ground:
    """What local maps of a district are drawn from, found once."""

    crs: Any
    areas: Shapes
    borders: shapely.STRtree
    layers: Mapping[str, shapely.STRtree]
    # What each neighbourhood's map has under its marks and over them, by its number, once drawn.
    drawn: dict[int, tuple[list[Element | None], list[Element]]] = field(default_factory=dict)

    @classmethod
    def of(cls, material: Material) -> Ground:
        """Gather streets, green and water of a district and around it."""
        return _ground_of(material)


@once_for_both
def _ground_of(material: Material) -> Ground:
    areas = np.asarray(material.neighbourhoods.geometry.array)
    around = backdrop.surroundings(areas)
    on_the_ground = backdrop.ground(material.features, around)
    streets = backdrop.streets_by_size(material.network, around)
    layers = {**on_the_ground, **streets}
    return Ground(
        material.neighbourhoods.crs,
        areas,
        shapely.STRtree(shapely.boundary(shapes.bordering(areas))),
        {name: shapely.STRtree(found) for name, found in layers.items()},
    )


@dataclass(frozen=True)
class Place:
    """Something to mark: its symbol, where it stands in metres, and its number on a sheet."""

    symbol: str
    colour: str
    x: float
    y: float
    number: str = ""


def local_map(ground: Ground, number: int, places: Sequence[Place], words: str) -> Element:
    """Draw one neighbourhood.

    Parameters
    ----------
    ground
        The district.
    number
        Of the neighbourhood, in the order of its table.
    places
        What to mark.
    words
        What the map shows.

    Returns
    -------
    Element
        North is up, as in the grid of the district.
    """
    view = _view(ground.areas[number])
    scale = WIDTH / (view[2] - view[0])
    sheet = _Sheet(view, scale)
    height = round((view[3] - view[1]) * scale)
    if number not in ground.drawn:
        own = sheet.path(shapely.boundary(ground.areas[number : number + 1]), "on-own")
        bar = _bar(_scale_bar(ground, view, scale), scale, height)
        ground.drawn[number] = [*_under(ground, sheet, {}), own], bar
    under, bar = ground.drawn[number]
    drawn: list[Children] = [
        under,
        [_mark(sheet, place) for place in places],
        [_number(sheet, place) for place in places if place.number],
        bar,
    ]
    attributes = {"class": "local-map", "viewBox": f"0 0 {WIDTH} {height}"}
    return el("svg", {**attributes, "role": "img", "aria-label": words}, drawn)


@dataclass(frozen=True)
class Drawn:
    """Shapes to draw over a map, points as circles, with the class that they are styled by."""

    shapes: Shapes
    of_class: str


def view_map(
    ground: Ground, view: Box, fills: Mapping[int, str], over: Sequence[Drawn], words: str
) -> Element:
    """Draw a part of a district: neighbourhoods filled by class, and shapes over them.

    Parameters
    ----------
    ground
        The district.
    view
        What to show, in metres: west, south, east, north.
    fills
        Number of a neighbourhood → the class of its fill; the others are left clear.
    over
        Drawn in this order, over everything else.
    words
        What the map shows.

    Returns
    -------
    Element
        North is up, as in the grid of the district.
    """
    scale = WIDTH / (view[2] - view[0])
    sheet = _Sheet(view, scale)
    height = round((view[3] - view[1]) * scale)
    drawn = [
        *_under(ground, sheet, fills),
        [sheet.marked(each) for each in over],
        _bar(_scale_bar(ground, view, scale), scale, height),
    ]
    attributes = {"class": "local-map", "viewBox": f"0 0 {WIDTH} {height}"}
    return el("svg", {**attributes, "role": "img", "aria-label": words}, drawn)


def _under(ground: Ground, sheet: _Sheet, fills: Mapping[int, str]) -> list[Element | None]:
    """Draw what lies under everything else: green, water, fills, lines and borders."""
    streets = {f"on-{name}": tree for name, tree in ground.layers.items() if name in _SIZES}
    return [
        *(sheet.paths(ground.layers[name], f"on-{name}") for name in ("green", "water")),
        *(sheet.path(ground.areas[n : n + 1], f"area {kind}") for n, kind in sorted(fills.items())),
        *(sheet.paths(ground.layers[name], f"on-{name}") for name in ("waterways", "railways")),
        *(sheet.paths(tree, of_class) for of_class, tree in streets.items()),
        sheet.paths(ground.borders, "on-border"),
    ]


def view_around(found: Shapes) -> Box:
    """Return a view, not too flat nor too tall, that shows some shapes with a margin.

    Parameters
    ----------
    found
        Shapes in metres; at least one.

    Returns
    -------
    tuple
        West, south, east, north.
    """
    west, south, east, north = shapely.total_bounds(found)
    half = max(east - west, north - south, SMALLEST_VIEW_M) * (0.5 + MARGIN_SHARE)
    x, y = (west + east) / 2, (south + north) / 2
    tall = max((north - south) / 2 + 2 * half * MARGIN_SHARE, half * 0.55)
    return x - half, y - tall, x + half, y + tall


_SIZES = ("path", "minor", "major")


def _view(area: Any) -> Box:  # noqa: ANN401 (a shapely geometry)
    return view_around(np.array([area], dtype=object))


@dataclass(frozen=True)
class _Sheet:
    view: Box
    scale: float

    def paths(self, tree: shapely.STRtree, of_class: str) -> Element | None:
        """Draw what of a layer lies in view."""
        found = tree.query(shapely.box(*self.view), predicate="intersects")
        return self.path(tree.geometries.take(np.sort(found)), of_class)

    def path(self, found: Shapes, of_class: str) -> Element | None:
        """Draw shapes as one path."""
        cut = shapely.intersection(found, shapely.box(*self.view))
        simple = shapely.simplify(cut[~shapely.is_empty(cut)], TOLERANCE / self.scale)
        steps = [step for part in shapely.get_parts(simple) for step in self._of_part(part)]
        return el("path", {"class": of_class, "d": "".join(steps)}) if steps else None

    def marked(self, drawn: Drawn) -> list[Element | None]:
        """Draw shapes of any kind; a point is a circle."""
        is_point = shapely.get_dimensions(drawn.shapes) == 0
        points = [self.at(*xy) for xy in shapely.get_coordinates(drawn.shapes[is_point])]
        circles: list[Element | None] = [
            el("circle", {"class": drawn.of_class, "cx": x, "cy": y, "r": CIRCLE_RADIUS})
            for x, y in points
        ]
        return [self.path(drawn.shapes[~is_point], drawn.of_class), *circles]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point is drawn."""
        return round((x - self.view[0]) * self.scale, 1), round((self.view[3] - y) * self.scale, 1)

    def _of_part(self, part: Any) -> list[str]:  # noqa: ANN401 (a shapely geometry)
        if shapely.get_dimensions(part) < 1:
            return []
        is_area = shapely.get_dimensions(part) > 1
        lines = shapely.get_rings(part) if is_area else [part]
        return [self._line(shapely.get_coordinates(line), is_area=is_area) for line in lines]

    def _line(self, points: Any, *, is_area: bool) -> str:  # noqa: ANN401 (an array of points)
        west, north = self.view[0], self.view[3]
        xy = np.column_stack([points[:, 0] - west, north - points[:, 1]]) * self.scale
        units = np.rint(xy).astype(int)
        steps = np.diff(units, axis=0)
        moved = steps[(steps != 0).any(axis=1)].tolist()
        if not moved:
            return ""
        start = f"M{units[0, 0]} {units[0, 1]}l"
        end = "z" if is_area else ""
        return f"{start}{' '.join(f'{x} {y}' for x, y in moved)}{end}"


def _mark(sheet: _Sheet, place: Place) -> Element:
    x, y = sheet.at(place.x, place.y)
    corners = "L".join(
        f"{x + SYMBOL_RADIUS * a:.1f} {y - SYMBOL_RADIUS * b:.1f}"
        for a, b in CORNERS[place.symbol].tolist()
    )
    return el("path", {"class": "mark", "d": f"M{corners}Z", "fill": place.colour})


def _number(sheet: _Sheet, place: Place) -> Element:
    x, y = sheet.at(place.x, place.y)
    return el("text", {"class": "axis", "x": x + SYMBOL_RADIUS, "y": y - 2}, place.number)


def _scale_bar(ground: Ground, view: Box, scale: float) -> ScaleBar:
    ratio = drawn_per_metre(ground.crs, (view[0] + view[2]) / 2, (view[1] + view[3]) / 2)
    return scale_bar(ratio, LONGEST_BAR / scale)


def _bar(bar: ScaleBar, scale: float, height: int) -> list[Element]:
    long = round(bar.drawn_m * scale, 1)
    metres = f"{bar.ground_m / 1000:g} km" if bar.ground_m >= 1000 else f"{bar.ground_m:g} m"  # noqa: PLR2004
    return [
        el("path", {"class": "on-bar", "d": f"M10 {height - 14}v5h{long:g}v-5"}),
        el("text", {"class": "axis", "x": 12, "y": height - 15}, metres),
    ]


def inside_view(ground: Ground, number: int, points: Shapes) -> Any:  # noqa: ANN401 (an array of flags)
    """Return which points a local map shows."""
    return shapely.intersects(shapely.box(*_view(ground.areas[number])), points)
