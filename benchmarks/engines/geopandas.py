"""geopandas: its own spatial join."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from benchmarks.jobs import Job, Numbers, Setting, neighbourhoods_in, points_in


def assign(setting: Setting) -> Job:
    """Join points to the neighbourhoods that they lie in."""
    network = gpd.read_parquet(setting.network_file)
    bounds = network.total_bounds
    at = points_in(bounds)
    points = gpd.GeoDataFrame(
        {"number": np.arange(len(at))},
        geometry=gpd.points_from_xy(at[:, 0], at[:, 1]), crs=network.crs,
    )  # fmt: skip
    areas = neighbourhoods_in(bounds, network.crs)

    def answer(found: gpd.GeoDataFrame) -> Numbers:
        # On a shared boundary a point is joined to both; the lowest code is the one meant.
        lowest = found.groupby("number")["neighbourhood_id"].min()
        numbers = np.full(len(points), np.nan)
        numbers[lowest.index] = lowest.str[1:].astype(float)
        return numbers

    return Job(lambda: gpd.sjoin(points, areas, predicate="intersects"), answer)


TASKS = {"assign": assign}
