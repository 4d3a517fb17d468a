"""Where a point stands on the walking network: the nearest edge that one can step onto.

The straight pieces of all edges are filed in the squares of a grid. A point looks into its own
square and then into rings of squares around it, until no square further out can hold anything
nearer, so that the answer is exact.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import geopandas as gpd
import numba
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

DM_PER_M = 10
# Distances are compared in whole micrometres: two edges that meet in a junction are equally near
# to a point beyond it, whatever the last binary digits of the two distances say.
UM_PER_M = 1e6
NONE = -1


class Pieces(NamedTuple):
    """The straight pieces of the edges that one can step onto, each edge's in their order."""

    ends: Floats
    edge: Ints
    before_m: Floats


class Grid(NamedTuple):
    """Squares that cover all pieces, and the pieces in each, square after square."""

    x: float
    y: float
    side: float
    columns: int
    rows: int
    first: Ints
    piece: Ints


def snap(points: Shapes, network: gpd.GeoDataFrame, cap_m: float) -> pd.DataFrame:
    """Attach points to the nearest edge that one can step onto.

    Bridges and tunnels are passed over: what lies below or above them is not reached from them;
    so are components too small to matter. Of edges equally near, in whole micrometres, the one
    with the lowest number is taken, so that the answer does not depend on the order of rows.

    Parameters
    ----------
    points
        Points in the reference system of the network; shape (n,).
    network
        The walking network.
    cap_m
        A point further than this from every such edge stays unattached, in metres.

    Returns
    -------
    pandas.DataFrame
        `edge_id` (−1 where unattached), `along_dm`, `snap_dm`; n rows in the order of `points`.
    """
    steps_on = network[network["is_snappable"] & ~network["is_bridge_or_tunnel"]]
    pieces = _pieces(steps_on)
    # Not a number where a point is empty.
    places = np.ascontiguousarray(shapely.bounds(points)[:, :2])
    edge, along_m, away_m = _nearest(places, float(cap_m), pieces, _grid(pieces))
    length = steps_on.set_index("edge_id")["length_dm"].reindex(edge, fill_value=0).to_numpy()
    along = np.rint(along_m * DM_PER_M).astype(np.int64)
    snapped = np.rint(away_m * DM_PER_M).astype(np.int64)
    return pd.DataFrame(
        {"edge_id": edge, "along_dm": np.clip(along, 0, length), "snap_dm": snapped}
    )


def _pieces(edges: gpd.GeoDataFrame) -> Pieces:
    """Take edges apart into straight pieces."""
    lines = edges.geometry.to_numpy()
    places, edge_at = shapely.get_coordinates(lines, return_index=True)
    is_piece = edge_at[:-1] == edge_at[1:]
    ends = np.hstack([places[:-1], places[1:]])[is_piece]
    edge = edges["edge_id"].to_numpy(np.int64)[edge_at[:-1][is_piece]]
    return Pieces(ends, edge, _lengths_before(ends, edge))


def _grid(pieces: Pieces) -> Grid:
    """Lay a grid of which most squares hold a piece or two, or none.

    The side of a square is at least half as long as a piece (in quadratic mean), and there are
    about four squares a piece at most: so the grid takes little memory however the pieces lie.
    """
    n = len(pieces.edge)
    if n == 0:
        return Grid(0.0, 0.0, 1.0, 0, 0, np.zeros(1, np.int64), np.zeros(0, np.int64))
    x, y = pieces.ends[:, 0::2], pieces.ends[:, 1::2]
    west, south = float(x.min()), float(y.min())
    width, height = float(x.max()) - west, float(y.max()) - south
    long = math.sqrt(float(np.mean(np.ptp(x, axis=1) ** 2 + np.ptp(y, axis=1) ** 2)))
    side = max(long, math.sqrt(width * height / n), width / n, height / n) / 2 or 1.0
    columns, rows = int(width / side) + 1, int(height / side) + 1
    west_east = ((np.sort(x, axis=1) - west) / side).astype(np.int64)
    south_north = ((np.sort(y, axis=1) - south) / side).astype(np.int64)
    piece, square = _filed(west_east, south_north, columns)
    order = np.argsort(square, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(square, minlength=columns * rows))])
    return Grid(west, south, side, columns, rows, first, piece[order])


def _filed(west_east: Ints, south_north: Ints, columns: int) -> tuple[Ints, Ints]:
    """Pair each piece with every square that its upright bounding box touches."""
    across = west_east[:, 1] - west_east[:, 0] + 1
    size = across * (south_north[:, 1] - south_north[:, 0] + 1)
    piece = np.repeat(np.arange(len(size)), size)
    at = np.arange(len(piece)) - np.repeat(np.cumsum(size) - size, size)
    row = south_north[piece, 0] + at // across[piece]
    column = west_east[piece, 0] + at % across[piece]
    return piece, row * columns + column


# --- kernels --------------------------------------------------------------------------------------


@numba.njit(cache=True, nogil=True)
def _lengths_before(ends, edge):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return how far along its edge each piece begins."""
    before = np.zeros(len(edge))
    for p in range(1, len(edge)):
        if edge[p] == edge[p - 1]:
            x0, y0, x1, y1 = ends[p - 1]
            before[p] = before[p - 1] + math.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2)
    return before


@numba.njit(cache=True, nogil=True)
def _away(x, y, ends):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return how far a point is from a piece, and how far along the piece that is."""
    x0, y0, x1, y1 = ends[0], ends[1], ends[2], ends[3]
    dx, dy = x1 - x0, y1 - y0
    squared = dx * dx + dy * dy
    share = ((x - x0) * dx + (y - y0) * dy) / squared if squared > 0.0 else 0.0
    if share <= 0.0:
        return math.sqrt((x - x0) ** 2 + (y - y0) ** 2), 0.0
    length = math.sqrt(squared)
    if share >= 1.0:
        return math.sqrt((x - x1) ** 2 + (y - y1) ** 2), length
    return abs(((y0 - y) * dx - (x0 - x) * dy) / squared) * length, share * length


@numba.njit(cache=True, nogil=True)
def _nearest_piece(x, y, cap_m, pieces, grid):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the nearest piece within a cap, of the edge with the lowest number; or none."""
    across, up = (x - grid.x) / grid.side, (y - grid.y) / grid.side
    column, row = math.floor(across), math.floor(up)
    within = min(across - column, up - row, column + 1 - across, row + 1 - up)
    # The first ring of squares that has some in the grid, and the last.
    ring = max(0, -column, -row, column - grid.columns + 1, row - grid.rows + 1)
    last = max(column, row, grid.columns - 1 - column, grid.rows - 1 - row)
    least = (np.int64(np.rint(cap_m * UM_PER_M)) + 1, 0, 0.0, NONE)
    # Between a point and a ring lie what is left of its own square, and whole ones.
    while ring <= last and (ring - 1 + within) * grid.side * UM_PER_M <= least[0] + 1:
        for r in range(max(0, row - ring), min(grid.rows, row + ring + 1)):
            # Rows between the first and the last of a ring have only its two ends.
            step = 1 if abs(r - row) == ring else 2 * ring
            for c in range(column - ring, column + ring + 1, step):
                if c < 0 or c >= grid.columns:
                    continue
                square = r * grid.columns + c
                for place in range(grid.first[square], grid.first[square + 1]):
                    p = grid.piece[place]
                    away = _away(x, y, pieces.ends[p])[0]
                    candidate = (np.int64(np.rint(away * UM_PER_M)), pieces.edge[p], away, p)
                    if candidate < least:  # noqa: PLR1730 (numba has no min of these)
                        least = candidate
        ring += 1
    return least[3]


@numba.njit(cache=True, nogil=True)
def _nearest(places, cap_m, pieces, grid):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the nearest edge of each point, how far along it that is and how far away."""
    edge = np.full(len(places), NONE)
    along = np.zeros(len(places))
    away = np.zeros(len(places))
    for n in range(len(places)):
        x, y = places[n]
        if math.isnan(x):
            continue
        p = _nearest_piece(x, y, cap_m, pieces, grid)
        if p != NONE:
            edge[n] = pieces.edge[p]
            away[n], on = _away(x, y, pieces.ends[p])
            along[n] = pieces.before_m[p] + on
    return edge, along, away
