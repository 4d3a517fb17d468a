"""Which way north is on a map, and how long a kilometre is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pyproj

# A scale bar reads as one of these times a power of ten.
ROUND = (1, 2, 5)
STEP_DEG = 0.01


@dataclass(frozen=True)
class ScaleBar:
    """A length on the ground in metres, and how many units of the map it takes."""

    ground_m: float
    drawn_m: float


def drawn_per_metre(crs: Any, x: float, y: float) -> float:  # noqa: ANN401 (a pyproj CRS or its name)
    """Return how many units of a map a metre of the ground takes, measured from west to east.

    National grids are true to a few in ten thousand; others are not.

    Parameters
    ----------
    crs
        A projected system of coordinates.
    x, y
        Where, in its units.

    Returns
    -------
    float
        About 1 in a national grid.
    """
    system = pyproj.CRS.from_user_input(crs)
    to_degrees = pyproj.Transformer.from_crs(system, system.geodetic_crs, always_xy=True)
    half = 500.0
    longitude, latitude = to_degrees.transform([x - half, x + half], [y, y])
    ellipsoid = system.get_geod() or pyproj.Geod(ellps="WGS84")
    _, _, metres = ellipsoid.inv(longitude[0], latitude[0], longitude[1], latitude[1])
    return 2 * half / float(metres)


def scale_bar(drawn_per_m: float, longest_drawn: float) -> ScaleBar:
    """Return the longest round length that fits.

    Parameters
    ----------
    drawn_per_m
        What `drawn_per_metre` returned.
    longest_drawn
        The room for it, in units of the map.

    Returns
    -------
    ScaleBar
        1, 2 or 5 times a power of ten in metres.

    Examples
    --------
    >>> scale_bar(1.0, 730.0)
    ScaleBar(ground_m=500.0, drawn_m=500.0)
    """
    longest_m = longest_drawn / drawn_per_m
    power = 10.0 ** math.floor(math.log10(longest_m))
    ground_m = max(step * power for step in ROUND if step * power <= longest_m)
    return ScaleBar(ground_m, ground_m * drawn_per_m)


def true_north_deg(crs: Any, x: float, y: float) -> float:  # noqa: ANN401
    """Return how far true north lies clockwise of the top of a map.

    Parameters
    ----------
    crs
        A projected system of coordinates whose second axis points up.
    x, y
        Where, in its units.

    Returns
    -------
    float
        Degrees; negative to the left.
    """
    system = pyproj.CRS.from_user_input(crs)
    to_degrees = pyproj.Transformer.from_crs(system, system.geodetic_crs, always_xy=True)
    longitude, latitude = to_degrees.transform(x, y)
    towards = STEP_DEG if latitude < 90 - STEP_DEG else -STEP_DEG
    east, north = to_degrees.transform(longitude, latitude + towards, direction="INVERSE")
    return math.degrees(math.atan2(east - x, north - y)) if towards > 0 else 0.0
