"""What a piece of land is like: its shape and slope, the streets beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from pipeline.config import Slopes
from pipeline.heights import Heights
from pipeline.terrain import slopes_of

Shapes = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]

AREA = 2
# A street's middle lies about so far from the land beside it.
STREET_SIDE_M = 15.0
# A street that is further away does not say where a site is.
NEAR_M = 150.0


@dataclass(frozen=True)
class Ground:
    """What sites lie on and beside: streets that can be walked, heights where they are known."""

    network: gpd.GeoDataFrame
    heights: Heights | None
    slopes: Slopes


def with_ground(
    sites: gpd.GeoDataFrame, ground: Ground, neighbourhoods: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Say of every site what its ground is like and where it lies.

    Parameters
    ----------
    sites
        n sites, in metres.
    ground
        Streets, and heights where they are known.
    neighbourhoods
        All of the district.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows with `compactness`, `slope_pct`, `frontage_m`, `beside` (name of the nearest
        street), `neighbourhood_id` and `is_in_district`.
    """
    shapes = np.asarray(sites.geometry.array)
    outline = shapely.union_all(np.asarray(neighbourhoods.geometry.array))
    found: gpd.GeoDataFrame = sites.assign(
        compactness=compactness(shapes),
        slope_pct=_slopes(shapes, ground),
        frontage_m=frontage(shapes, ground.network),
        beside=_beside(shapes, ground.network),
        neighbourhood_id=_neighbourhood(shapes, neighbourhoods),
        is_in_district=shapely.intersects(shapes, outline),
    )
    return found


def compactness(shapes: Shapes) -> Floats:
    """Return how compact shapes are: 4π × area ÷ outline².

    Polsby, D. D. and Popper, R. D. (1991) The third criterion: compactness as a procedural
    safeguard against partisan gerrymandering. Yale Law and Policy Review 9, 301-353.

    Parameters
    ----------
    shapes
        Areas; anything else has none.

    Returns
    -------
    numpy.ndarray
        From 0 to 1, a circle; missing for what is no area.

    Examples
    --------
    >>> square = np.array([shapely.box(0, 0, 10, 10)], dtype=object)
    >>> round(float(compactness(square)[0]), 4)  # π ÷ 4
    0.7854
    """
    area, around = shapely.area(shapes), shapely.length(shapes)
    found = np.full(len(shapes), np.nan)
    is_area = area > 0
    found[is_area] = np.minimum(4 * math.pi * area[is_area] / around[is_area] ** 2, 1.0)
    return found


def frontage(shapes: Shapes, network: gpd.GeoDataFrame) -> Floats:
    """Return how much of the outline of shapes runs along streets and paths on the ground.

    Parameters
    ----------
    shapes
        Areas; anything else has none.
    network
        The walking network.

    Returns
    -------
    numpy.ndarray
        Metres of outline no further than `STREET_SIDE_M` from the middle of one; missing for what
        is no area.
    """
    ground = network[network["is_snappable"] & ~network["is_bridge_or_tunnel"]]
    lines = np.asarray(ground.geometry.array)
    at = np.flatnonzero(shapely.get_dimensions(shapes) == AREA)
    found = np.full(len(shapes), np.nan)
    outlines = shapely.boundary(shapes[at])
    site, line = shapely.STRtree(lines).query(outlines, "dwithin", STREET_SIDE_M)
    for number, outline in enumerate(outlines):
        beside = lines[line[site == number]]
        strip = shapely.union_all(shapely.buffer(beside, STREET_SIDE_M)) if len(beside) else None
        length = 0.0 if strip is None else shapely.length(shapely.intersection(outline, strip))
        found[at[number]] = length
    return found


def _beside(shapes: Shapes, network: gpd.GeoDataFrame) -> list[str]:
    """Name the nearest street that has a name, if one is near: it says where to look."""
    named = network[network["name"] != ""].sort_values("edge_id")
    names = named["name"].tolist()
    tree = shapely.STRtree(np.asarray(named.geometry.array))
    site, line = tree.query_nearest(shapes, max_distance=NEAR_M)
    found = [""] * len(shapes)
    for number, street in sorted(zip(site.tolist(), line.tolist(), strict=True), reverse=True):
        found[number] = names[street]
    return found


def _slopes(shapes: Shapes, ground: Ground) -> Floats:
    if ground.heights is None:
        return np.full(len(shapes), np.nan)
    return slopes_of(shapes, ground.heights, ground.slopes)


def _neighbourhood(shapes: Shapes, neighbourhoods: gpd.GeoDataFrame) -> list[str]:
    """Name the neighbourhood that a point in each site lies in; of two, the first by its code."""
    ordered = neighbourhoods.sort_values("neighbourhood_id", ignore_index=True)
    tree = shapely.STRtree(np.asarray(ordered.geometry.array))
    site, area = tree.query(shapely.point_on_surface(shapes), "intersects")
    codes = ordered["neighbourhood_id"].tolist()
    found = [""] * len(shapes)
    for number, code in sorted(zip(site.tolist(), area.tolist(), strict=True), reverse=True):
        found[number] = codes[code]
    return found
