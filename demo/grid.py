"""The town's own grid, the British National Grid and longitudes: how one becomes the other.

The transformation is written out instead of being looked up, so that the files do not depend on
which correction grids happen to be installed on a machine. It is the one that pyproj itself
chooses for EPSG:27700 where the Ordnance Survey's grid file is absent (EPSG:1314, 2 m).
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
from pyproj import Transformer

from demo.model import Point

ORIGIN = (558_000, 472_000)
"""Easting and northing of the town's point (0, 0), 32 km out at sea."""

EXTENT = (-1900, -1900, 5900, 6400)
"""West, south, east and north of everything drawn, in metres of the town's own grid."""

DEGREE_DIGITS = 7
"""OpenStreetMap keeps coordinates as whole ten-millionths of a degree."""

_PIPELINE = (
    "proj=pipeline"
    " step inv proj=tmerc lat_0=49 lon_0=-2 k=0.9996012717 x_0=400000 y_0=-100000 ellps=airy"
    " step proj=push v_3 step proj=cart ellps=airy"
    " step proj=helmert x=446.448 y=-125.157 z=542.06 rx=0.15 ry=0.247 rz=0.842 s=-20.489"
    " convention=position_vector"
    " step inv proj=cart ellps=WGS84 step proj=pop v_3"
    " step proj=unitconvert xy_in=rad xy_out=deg"
)


@cache
def _transformer() -> Transformer:
    return Transformer.from_pipeline(_PIPELINE)


def to_national(points: Sequence[Point]) -> npt.NDArray[np.float64]:
    """Eastings and northings (n, 2) in metres of EPSG:27700."""
    national: npt.NDArray[np.float64] = np.asarray(points, dtype=float).reshape(-1, 2) + ORIGIN
    return national


def to_degrees(points: Sequence[Point]) -> npt.NDArray[np.float64]:
    """Longitudes and latitudes (n, 2), rounded as OpenStreetMap stores them."""
    national = to_national(points)
    lon, lat = _transformer().transform(national[:, 0], national[:, 1])
    return np.round(np.column_stack([lon, lat]), DEGREE_DIGITS)


def rectangle(west: float, south: float, east: float, north: float) -> tuple[Point, ...]:
    """Return the four corners, anticlockwise from the south-west."""
    return ((west, south), (east, south), (east, north), (west, north))


def ellipse(
    centre: Point, radii: Point, corners: int = 24, wobble: float = 0.0
) -> tuple[Point, ...]:
    """Corners of a rounded figure on whole metres, anticlockwise from the east.

    ``wobble`` is the share of the radius by which the figure bulges and narrows.
    """
    angles = np.arange(corners) * 2 * np.pi / corners
    bulge = 1 + wobble * (np.sin(3 * angles + 1) + 0.6 * np.cos(5 * angles)) / 1.6
    xs = np.round(centre[0] + radii[0] * bulge * np.cos(angles))
    ys = np.round(centre[1] + radii[1] * bulge * np.sin(angles))
    return tuple((float(x), float(y)) for x, y in zip(xs, ys, strict=True))
