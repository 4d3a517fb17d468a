"""Small drawings for pages that are read without a script, each as an element.

A drawing says in words what it shows; colour never tells alone, and what a drawing tells is in a
table beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely

from pipeline.pages.elements import Element, el
from pipeline.pages.shapes import Shapes, bordering
from pipeline.pages.symbols import CORNERS

# Of a small map, in its own units; a unit is about a third of a pixel on paper.
MAP_SIZE = 300
# Of a chart of deciles.
CHART = {"width": 220, "height": 120, "left": 30, "right": 8, "top": 8, "bottom": 22}


def symbol(name: str, colour: str) -> Element:
    """Draw the symbol of a category, as the map has it.

    Parameters
    ----------
    name
        Of its shape.
    colour
        Of its fill.

    Returns
    -------
    Element
        16 pixels wide; its name stands in words beside it.
    """
    corners = "L".join(f"{x * 6.4:.2f} {-y * 6.4:.2f}" for x, y in CORNERS[name].tolist())
    return el(
        "svg",
        {"class": "symbol", "viewBox": "-9 -9 18 18", "width": 16, "height": 16, **_SILENT},
        el("path", {"d": f"M{corners}Z", "fill": colour}),
    )


_SILENT = {"aria-hidden": "true", "focusable": "false"}


def neighbourhood_paths(areas: Shapes) -> list[str]:
    """Lay the neighbourhoods of a district out on a small map.

    Parameters
    ----------
    areas
        (Multi)polygons in metres, which share their borders.

    Returns
    -------
    list of str
        For each a path, y downwards, in whole units of a square of `MAP_SIZE`.
    """
    west, south, east, north = shapely.total_bounds(areas)
    scale = MAP_SIZE / max(east - west, north - south, 1.0)
    return [
        "".join(
            _ring(np.column_stack([(xy[:, 0] - west) * scale, (north - xy[:, 1]) * scale]))
            for xy in (shapely.get_coordinates(ring) for ring in shapely.get_rings(area))
        )
        for area in bordering(areas)
    ]


def _ring(points: Any) -> str:  # noqa: ANN401 (an array of points)
    """Return a ring as steps between whole units, without those that are none."""
    units = np.rint(points).astype(int)
    steps = np.diff(units, axis=0)
    moved = steps[(steps != 0).any(axis=1)].tolist()
    if len(moved) < 3:  # noqa: PLR2004 (a ring has three sides)
        return ""
    start = f"M{units[0, 0]} {units[0, 1]}"
    return f"{start}l{' '.join(f'{x} {y}' for x, y in moved[:-1])}z"


def small_map_shapes(paths: Sequence[str]) -> Element:
    """Return what small maps are drawn from, once for a page.

    Parameters
    ----------
    paths
        What `neighbourhood_paths` returned.

    Returns
    -------
    Element
        Not seen itself.
    """
    stripes = el(
        "pattern",
        {"id": "unknown", "width": 8, "height": 8, "patternUnits": "userSpaceOnUse"},
        el("rect", {"class": "unknown-ground", "width": 8, "height": 8}),
        el("path", {"class": "unknown-line", "d": "M0 8L8 0"}),
    )
    shapes = [el("path", {"id": f"n{place}", "d": path}) for place, path in enumerate(paths)]
    return el(
        "svg",
        {"class": "unseen", "width": 0, "height": 0, **_SILENT},
        el("defs", {}, stripes, shapes),
    )


def small_map(classes: Iterable[int | None], words: str) -> Element:
    """Draw one number of each neighbourhood.

    Parameters
    ----------
    classes
        The class of each, the least 0; none where there is no number.
    words
        What the map shows.

    Returns
    -------
    Element
        To stand on a page with `small_map_shapes`.
    """
    drawn = [
        el("use", {"href": f"#n{place}", "class": "fill-none" if n is None else f"fill-{n}"})
        for place, n in enumerate(classes)
    ]
    attributes = {"class": "small-map", "viewBox": f"-2 -2 {MAP_SIZE + 4} {MAP_SIZE + 4}"}
    return el("svg", {**attributes, "role": "img", "aria-label": words}, drawn)


def bar(shares: Sequence[float | None]) -> Element:
    """Draw shares as bars on each other, the largest at the back.

    Parameters
    ----------
    shares
        Per cent, the number that stands in front first.

    Returns
    -------
    Element
        The numbers stand in words beside it.
    """
    steps = [
        el("rect", {"class": f"step-{n + 1}", "width": f"{share:g}", "height": 10})
        for n, share in reversed([*enumerate(shares)])
        if share is not None
    ]
    ground = el("rect", {"class": "step-ground", "width": 100, "height": 10})
    attributes = {"class": "bar", "viewBox": "0 0 100 10", "preserveAspectRatio": "none"}
    return el("svg", {**attributes, **_SILENT}, ground, steps)


def decile_chart(shares: Sequence[float | None], words: str, least: str, most: str) -> Element:
    """Draw a share in each of ten deciles.

    Parameters
    ----------
    shares
        Per cent, decile 1 first; none where the district has no such neighbourhood.
    words
        What the chart shows.
    least, most
        What stands under decile 1 and under decile 10.

    Returns
    -------
    Element
        Points, joined where two stand side by side.
    """
    at = [(_across(place), _up(share)) for place, share in enumerate(shares) if share is not None]
    known = {place for place, share in enumerate(shares) if share is not None}
    spot = dict(zip(sorted(known), at, strict=True))
    lines = [
        el("path", {"class": "joined", "d": f"M{x0:g} {y0:g}L{x1:g} {y1:g}"})
        for place in sorted(known)
        if place + 1 in known
        for (x0, y0), (x1, y1) in [(spot[place], spot[place + 1])]
    ]
    points = [
        el("circle", {"class": "point", "cx": f"{x:g}", "cy": f"{y:g}", "r": 3.6}) for x, y in at
    ]
    return el(
        "svg",
        {
            "class": "tenths",
            "viewBox": f"0 0 {CHART['width']} {CHART['height']}",
            "role": "img",
            "aria-label": words,
        },
        [_grid_line(share) for share in (0, 50, 100)],
        lines,
        points,
        el("text", {"class": "axis", "x": CHART["left"], "y": CHART["height"] - 6}, least),
        el(
            "text",
            {"class": "axis end", "x": CHART["width"] - CHART["right"], "y": CHART["height"] - 6},
            most,
        ),
    )


def _grid_line(share: int) -> list[Element]:
    y, right = _up(share), CHART["width"] - CHART["right"]
    return [
        el("path", {"class": "grid", "d": f"M{CHART['left']} {y:g}H{right}"}),
        el("text", {"class": "axis end", "x": CHART["left"] - 5, "y": f"{y + 3.5:g}"}, share),
    ]


def _across(place: int) -> float:
    inside = CHART["width"] - CHART["left"] - CHART["right"]
    return round(CHART["left"] + inside * (place + 0.5) / 10, 1)


def _up(share: float) -> float:
    inside = CHART["height"] - CHART["top"] - CHART["bottom"]
    return round(CHART["top"] + inside * (1 - share / 100), 1)
