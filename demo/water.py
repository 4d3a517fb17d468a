"""The river, its broad with the island, and the ground that railways and roads take."""

from functools import cache

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from demo.grid import ellipse
from demo.model import Area, Point
from demo.plan.areas import ISLAND
from demo.plan.streets import BECK_LINE, MOTORWAY_LINE, RAIL_LINE, RIVER_LINE, TRAM_LINE

RIVER_HALF_WIDTH_M = 18
BROAD = ellipse((3660, 1750), (430, 290), 48, 0.14)


@cache
def _river() -> Polygon:
    """Return the water between both banks, with the island still in it."""
    smooth = shapely.buffer(LineString(RIVER_LINE), RIVER_HALF_WIDTH_M, quad_segs=3)
    both = shapely.union(smooth, Polygon(BROAD))
    assert isinstance(both, Polygon)
    return Polygon(both.exterior)


def river_area() -> Area:
    """Return the river as a multipolygon whose bank is drawn in several ways."""
    ring = np.round(shapely.get_coordinates(_river())[:-1])
    outline = tuple(dict.fromkeys((float(x), float(y)) for x, y in ring))
    tags = {"type": "multipolygon", "natural": "water", "water": "river"}
    return Area(
        "River Sample",
        outline,
        tags,
        (ISLAND,),
        outer_parts=4,
        hole_tags={"place": "islet", "name": "Gull Holm"},
    )


def ground_taken() -> BaseGeometry:
    """Return water, railway and motorway with the margins on which nothing is built."""
    wet = shapely.difference(shapely.buffer(_river(), 8), shapely.buffer(Polygon(ISLAND), -12))
    corridors = [(RAIL_LINE, 18), (MOTORWAY_LINE, 45), (TRAM_LINE, 3), (BECK_LINE, 8)]
    return shapely.union_all([wet, *(_corridor(line, width) for line, width in corridors)])


def _corridor(line: tuple[Point, ...], half_width: float) -> BaseGeometry:
    return shapely.buffer(LineString(line), half_width, cap_style="flat")
