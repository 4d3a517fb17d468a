"""What the tasks ask, and what an engine hands over for each: its job.

- `nearest`: cost from every junction to the nearest asset of every category.
- `counts`: assets of every category within four cut-offs of every junction, and the sum of
  exp(−walk ÷ 1,600 m) over those within the longest.
- `e2sfca`: supply per person at every junction, for one category that supplies one an asset.
- `nearest_homes`: the same as `nearest` for homes on edges, after the search over junctions,
  which belongs to the preparation here.
- `counts_homes`: the same as `counts` for as many homes on edges as there are junctions, with
  assets part of the way along edges too, some of them on a home's own.
- `read`: an OpenStreetMap file to the walking network; compared are its length in all, and that
  of some kinds of street.
- `snap`: points to the nearest edge.
- `assign`: points to the neighbourhood they lie in.

Costs are asked for in decimetres of engines that take any unit, so that all add up the same
whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from benchmarks.networks import SEED, Homes, Town, homes_of

Numbers = npt.NDArray[np.float64]

ON_TOWNS = ("nearest", "counts", "e2sfca", "nearest_homes", "counts_homes")
ON_PLACES = ("read", "snap", "assign")
TASKS = ON_TOWNS + ON_PLACES

CUT_OFFS_M = (400, 800, 1200, 1600)
CUT_OFFS_DM = np.array(CUT_OFFS_M, dtype=np.int64) * 10
LONGEST_DM = int(CUT_OFFS_DM[-1])
# Luo and Qi (2009): full weight near by, less in two zones beyond.
CATCHMENT_M = {400: 1.0, 800: 0.68, 1600: 0.22}
# Kinds of street that everybody agrees are walked.
STREETS = ("primary", "secondary", "tertiary", "residential", "unclassified", "steps")
N_POINTS = 100_000
N_NEIGHBOURHOODS = 150
SNAP_CAP_M = 150.0
DM_PER_M = 10


class LeftOut(Exception):
    """An engine cannot be asked this at this size; the message says why."""


@dataclass(frozen=True)
class Job:
    """A prepared piece of work.

    `run` is what is timed; `answer` turns what it returns into numbers that can be compared,
    missing where the engine was not asked. `share` is the part of the task that it does: the
    time is divided by it.
    """

    run: Callable[[], Any]
    answer: Callable[[Any], Numbers]
    share: float = 1.0


@dataclass(frozen=True)
class Setting:
    """Where the inputs of all tasks lie, and how many homes are asked for."""

    town_file: Path
    place: Path
    folder: Path
    n_homes: int

    def town(self) -> Town:
        """Load the town."""
        return Town.load(self.town_file)

    def homes(self, town: Town) -> Homes:
        """Return the homes of `nearest_homes`."""
        return homes_of(town, self.n_homes)

    @property
    def xml(self) -> Path:
        """The streets of the place as XML, for engines that do not read the packed form."""
        return self.folder / "streets.osm"

    @property
    def network_file(self) -> Path:
        """The walking network of the place, as our reader makes it."""
        return self.folder / "network.parquet"


def gravity_weight(dm: Numbers) -> Numbers:
    """Return the weight of walks in decimetres; nothing is beyond the longest."""
    weight: Numbers = np.where(dm <= LONGEST_DM, np.exp(-dm / LONGEST_DM), 0.0)
    return weight


def catchment_weight(dm: Numbers) -> Numbers:
    """Return the weight of walks in decimetres in the catchment of a supply."""
    bounds = np.array(list(CATCHMENT_M)) * DM_PER_M
    weights = np.array([*CATCHMENT_M.values(), 0.0])
    taken: Numbers = weights[np.searchsorted(bounds, dm)]
    return taken


def missing(*shape: int) -> Numbers:
    """Return an answer in which nothing is answered yet."""
    return np.full(shape, np.nan)


# --- points and neighbourhoods of a place ------------------------------------------------------


def points_in(bounds: tuple[float, float, float, float], n: int = N_POINTS) -> Numbers:
    """Scatter points over a rectangle.

    Parameters
    ----------
    bounds
        West, south, east, north.
    n
        How many.

    Returns
    -------
    numpy.ndarray
        The same coordinates whenever they are asked for; shape (n, 2).
    """
    west, south, east, north = bounds
    return np.random.default_rng(SEED).uniform((west, south), (east, north), (n, 2))


def neighbourhoods_in(bounds: tuple[float, float, float, float], crs: object) -> gpd.GeoDataFrame:
    """Divide a rectangle into neighbourhoods with as many corners as official ones have.

    Parameters
    ----------
    bounds
        West, south, east, north, in metres.
    crs
        Their reference system.

    Returns
    -------
    geopandas.GeoDataFrame
        `neighbourhood_id` and a polygon of some hundred vertices.
    """
    sites = shapely.multipoints(points_in(bounds, N_NEIGHBOURHOODS))
    cells = shapely.get_parts(shapely.voronoi_polygons(sites, extend_to=shapely.box(*bounds)))
    step = float(np.sqrt(shapely.area(cells).mean())) / 50
    names = [f"N{number:04}" for number in range(len(cells))]
    return gpd.GeoDataFrame(
        {"neighbourhood_id": names}, geometry=shapely.segmentize(cells, step), crs=crs
    )
