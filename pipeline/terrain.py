"""Streets on the ground → what walking each of them costs, up and down.

Heights become the slope S = dh/dx of short pieces of an edge, and Tobler's function gives the
speed on them: W(S) = 6·exp(−3.5·|S + 0.05|) km/h, 5.04 on the flat, fastest down a gentle slope
(Tobler 1993, Three presentations on geographical analysis and modeling, NCGIA technical report
93-1). A piece of length d costs as many metres of flat walking as take the same time,
d·W(0)/W(S), whatever the walker's own speed on the flat. Up and down differ, so each edge has two
costs; without slope both are its length.

The ground is smoothed before it is sampled, not each edge by itself: then a place has one height
whatever street it is reached by, a street cut in two climbs as much as before, and an edge of a
few metres takes the slope of its surroundings instead of the noise between two heights. Bridges
and tunnels lead straight from one end to the other.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.config import Slopes, State
from pipeline.errors import PlaceIsElsewhere
from pipeline.heights import Floats, Heights

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

STEEPNESS, OFFSET = 3.5, 0.05
FLAT = (
    "Walks are measured as if the ground were flat: no elevation data is named for this district."
)


def tobler(slope: Floats) -> Floats:
    """Return the walking speed on a slope.

    Parameters
    ----------
    slope
        Rise over run, negative downhill; any shape.

    Returns
    -------
    numpy.ndarray
        Kilometres an hour; of the same shape.

    Examples
    --------
    >>> [round(float(speed), 2) for speed in tobler(np.array([0, -0.05, 0.05, 0.10]))]
    [5.04, 6.0, 4.23, 3.55]
    """
    speed: Floats = 6 * np.exp(-STEEPNESS * np.abs(slope + OFFSET))
    return speed


def measure_terrain(
    network: gpd.GeoDataFrame,
    heights: Heights | None,
    outline: shapely.Geometry,
    choices: Slopes,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Measure what each edge costs to walk, from its start and from its end.

    Parameters
    ----------
    network
        The walking network; n edges.
    heights
        The ground, or none: then every edge is flat.
    outline
        The district, in the system of the network.
    choices
        How the ground is sampled and smoothed, and how steep a slope counts.

    Returns
    -------
    tuple of pandas.DataFrame and dict
        The table `TERRAIN`, n rows in the order of the network, and counts and caveats. An edge
        that heights are not known of all along is flat and has the state `no_data`.

    Raises
    ------
    PlaceIsElsewhere
        If heights are known of too little of the streets in the district.
    """
    if heights is None:
        return _flat(network), {"has_heights": False, "caveats": [FLAT]}
    lines = network.geometry.to_numpy()
    lengths = shapely.length(lines)
    n_pieces = np.maximum(1, np.ceil(lengths / choices.sample_m)).astype(np.int64)
    n_pieces[network["is_bridge_or_tunnel"].to_numpy()] = 1
    edge, rises = _rises(lines, n_pieces, _smoothed(heights, choices.smooth_m))
    table = _table(network, edge, rises, lengths / n_pieces, choices)
    is_inside = shapely.intersects(_prepared(outline), lines)
    _must_cover(table["state"] == State.OK, lengths, is_inside, heights.where, choices)
    return table, _report(table, lengths, is_inside, heights)


def _prepared(outline: shapely.Geometry) -> shapely.Geometry:
    shapely.prepare(outline)
    return outline


def _flat(network: gpd.GeoDataFrame) -> pd.DataFrame:
    length = network["length_dm"].to_numpy(np.int64)
    return pd.DataFrame(
        {
            "edge_id": network["edge_id"].to_numpy(np.int64),
            "forward_dm": length,
            "backward_dm": length,
            "climb_m": np.nan,
            "descent_m": np.nan,
            "steepest_pct": np.nan,
            "state": State.NO_DATA.value,
        }
    )


def slopes_of(shapes: npt.NDArray[np.object_], heights: Heights, choices: Slopes) -> Floats:
    """Return how steep the ground is on some shapes.

    At points a sample apart, all that lie on a shape and one in it at least, the slope is that of
    the smoothed ground over one sample each way: √((dh/dx)² + (dh/dy)²).

    Parameters
    ----------
    shapes
        Points, lines or areas in the system of the heights; n of them.
    heights
        The ground.
    choices
        How the ground is sampled and smoothed.

    Returns
    -------
    numpy.ndarray
        Per cent, the mean over the points of each shape; missing where heights are not known of
        all of them; shape (n,).
    """
    ground, step = _smoothed(heights, choices.smooth_m), choices.sample_m
    found = np.full(len(shapes), np.nan)
    for at, shape in enumerate(shapes):
        x, y = _points_on(shape, step)
        across = _at(ground, x + step / 2, y) - _at(ground, x - step / 2, y)
        up = _at(ground, x, y + step / 2) - _at(ground, x, y - step / 2)
        found[at] = np.hypot(across, up).mean() / step * 100
    return found


def _points_on(shape: shapely.Geometry, step: float) -> tuple[Floats, Floats]:
    """Return points in rows and columns on a shape, and one that is surely on it."""
    west, south, east, north = shapely.bounds(shape)
    x, y = (
        each.ravel()
        for each in np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
    )
    is_on = shapely.contains_xy(shape, x, y)
    middle = shapely.point_on_surface(shape)
    return np.append(x[is_on], shapely.get_x(middle)), np.append(y[is_on], shapely.get_y(middle))


# --- heights ------------------------------------------------------------------------------------


def _rises(lines: npt.NDArray[np.object_], n_pieces: Ints, ground: Heights) -> tuple[Ints, Floats]:
    """Cut edges into pieces of equal length; return the edge of each, and how far it rises."""
    edge = np.repeat(np.arange(len(lines)), n_pieces)
    first = np.cumsum(n_pieces) - n_pieces
    place = np.arange(len(edge)) - first[edge]
    share = np.stack([place, place + 1]) / n_pieces[edge]
    points = shapely.line_interpolate_point(lines[edge], share, normalized=True)
    height = _at(ground, shapely.get_x(points), shapely.get_y(points))
    return edge, height[1] - height[0]


def _at(ground: Heights, x: Floats, y: Floats) -> Floats:
    """Return heights at points, from the four cells around each; NaN where one is unknown."""
    n_rows, n_columns = ground.metres.shape
    column = (x - ground.west) / ground.cell_m
    row = (ground.north - y) / ground.cell_m
    is_inside = (column >= 0) & (column <= n_columns) & (row >= 0) & (row <= n_rows)
    # Values stand in the middle of cells; the outer half of the outermost is as its middle.
    column = np.clip(np.where(is_inside, column, 0) - 0.5, 0, n_columns - 1)
    row = np.clip(np.where(is_inside, row, 0) - 0.5, 0, n_rows - 1)
    left, top = np.floor(column).astype(np.int64), np.floor(row).astype(np.int64)
    height = np.where(is_inside, 0.0, np.nan)
    for down in (0, 1):
        for right in (0, 1):
            weight = np.abs(1 - down - (row - top)) * np.abs(1 - right - (column - left))
            value = ground.metres[
                np.minimum(top + down, n_rows - 1), np.minimum(left + right, n_columns - 1)
            ]
            height += np.where(weight > 0, weight * value, 0.0)
    return height


def _smoothed(ground: Heights, over_m: float) -> Heights:
    """Replace each height by the mean of the ground over a square of so many metres around it.

    The ground is what lies between the middles of cells in straight lines, so a plane stays as it
    is, and cells larger than the square are smoothed a little too. Unknown cells stay unknown and
    are left out of the means of others.
    """
    weights = _mean_of_hats(over_m / ground.cell_m)
    is_known = np.isfinite(ground.metres)
    total = _both_ways(np.where(is_known, ground.metres, 0.0), weights)
    share = _both_ways(is_known.astype(np.float64), weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        metres = np.where(is_known, total / share, np.nan)
    return Heights(metres, ground.west, ground.north, ground.cell_m, ground.where)


def _both_ways(values: Floats, weights: Floats) -> Floats:
    half = len(weights) // 2
    for axis in (0, 1):
        wide = np.pad(values, [(half, half) if at == axis else (0, 0) for at in (0, 1)])
        windows = np.lib.stride_tricks.sliding_window_view(wide, len(weights), axis=axis)
        values = windows @ weights
    return values


def _mean_of_hats(width: float) -> Floats:
    """Return how much each cell counts in the mean of straight lines over a width, in cells.

    A cell counts with the mean over the width of the hat that is 1 in its middle and 0 in the
    middles of its neighbours.
    """
    half = int(np.ceil(width / 2))
    at = np.arange(-half, half + 1, dtype=np.float64)
    area = _area_of_hat(width / 2 - at) - _area_of_hat(-width / 2 - at)
    weights: Floats = area / area.sum()
    return weights


def _area_of_hat(up_to: Floats) -> Floats:
    """Return the area under a hat from −1 to 1, up to some place."""
    x = np.clip(up_to, -1, 1)
    area: Floats = np.where(x < 0, (1 + x) ** 2 / 2, 1 - (1 - x) ** 2 / 2)
    return area


# --- costs --------------------------------------------------------------------------------------


def _table(
    network: gpd.GeoDataFrame, edge: Ints, rises: Floats, piece_m: Floats, choices: Slopes
) -> pd.DataFrame:
    n = len(network)
    run = piece_m[edge]
    slope = np.divide(rises, run, out=np.zeros_like(rises), where=run > 0)
    is_known = np.bincount(edge, ~np.isfinite(rises), n) == 0
    steepest = np.zeros(n)
    np.maximum.at(steepest, edge, np.nan_to_num(np.abs(slope)))
    clamped = np.clip(np.nan_to_num(slope), -choices.steepest_share, choices.steepest_share)
    length = network["length_dm"].to_numpy(np.int64)

    def cost(slopes: Floats) -> Ints:
        pace = np.bincount(edge, tobler(np.zeros(1)) / tobler(slopes), n) / np.bincount(edge)
        # Rounded twice, so that a sum that ends in a half does not fall to either side by chance.
        decimetres: Ints = np.rint(np.round(length * pace, 6)).astype(np.int64)
        decimetres[~is_known] = length[~is_known]
        return decimetres

    def metres(up: Floats) -> Floats:
        found = np.bincount(edge, np.nan_to_num(np.maximum(up, 0)), n)
        return np.where(is_known, np.round(found, 2), np.nan)

    return pd.DataFrame(
        {
            "edge_id": network["edge_id"].to_numpy(np.int64),
            "forward_dm": cost(clamped),
            "backward_dm": cost(-clamped),
            "climb_m": metres(rises),
            "descent_m": metres(-rises),
            "steepest_pct": np.where(is_known, np.round(steepest * 100, 2), np.nan),
            "state": np.where(is_known, State.OK.value, State.NO_DATA.value),
        }
    )


def _must_cover(
    is_known: pd.Series, lengths: Floats, is_inside: Mask, where: str, choices: Slopes
) -> None:
    share = _share(lengths, is_inside & is_known.to_numpy(), is_inside)
    if share < choices.smallest_share:
        raise PlaceIsElsewhere(
            f"{where}: heights are known of {share:.1%} of the length of the streets in the "
            f"district, and at least {choices.smallest_share:.0%} is needed; give the tiles that "
            "cover the district, or name no elevation, and the ground counts as flat."
        )


def _share(lengths: Floats, part: Mask, whole: Mask) -> float:
    total = float(lengths[whole].sum())
    return float(lengths[part].sum()) / total if total else 1.0


def _report(
    table: pd.DataFrame, lengths: Floats, is_inside: Mask, heights: Heights
) -> dict[str, Any]:
    is_known = (table["state"] == State.OK).to_numpy()
    everywhere = np.ones(len(table), dtype=bool)
    unknown = int((~is_known).sum())
    km = float(lengths[~is_known].sum()) / 1000
    told = (
        f"Heights are not known of {unknown:,} streets and paths ({km:,.1f} km) in and around the "
        "district; they are walked as if they were flat."
    )
    return {
        "has_heights": True,
        "share_with_heights": round(_share(lengths, is_known, everywhere), 4),
        "share_in_district_with_heights": round(
            _share(lengths, is_known & is_inside, is_inside), 4
        ),
        "edges_without_heights": unknown,
        "biggest_climb_m": _largest(table[["climb_m", "descent_m"]].max(axis=1)),
        "steepest_pct": _largest(table["steepest_pct"]),
        "longer_than_flat_pct": round(_longer_pct(table, lengths), 2),
        "caveats": [*heights.caveats, *([told] if unknown else [])],
    }


def _largest(values: pd.Series) -> float | None:
    largest = values.max()
    return None if pd.isna(largest) else float(largest)


def _longer_pct(table: pd.DataFrame, lengths: Floats) -> float:
    """Return by how much the ground lengthens walks, there and back on every street."""
    flat = 20 * float(lengths.sum())
    both = float((table["forward_dm"] + table["backward_dm"]).sum())
    return 100 * (both / flat - 1) if flat else 0.0
