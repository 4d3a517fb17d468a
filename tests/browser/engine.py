"""What the walking engine says of points of a map: the answers that the page is held against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from pipeline.access import Destinations, Origins, nearest_asset
from pipeline.config import Walker
from pipeline.routing import as_graph
from pipeline.snapping import snap
from pipeline.walkers import ground_of

LatLng = tuple[float, float]


@dataclass(frozen=True)
class Streets:
    """Streets, what they cost, and the doors on them, as earlier steps left them."""

    network: gpd.GeoDataFrame
    terrain: pd.DataFrame
    entrances: gpd.GeoDataFrame
    cap_m: float

    @cached_property
    def to_metres(self) -> pyproj.Transformer:
        """The way from degrees to the metres of the network."""
        return pyproj.Transformer.from_crs("EPSG:4326", self.network.crs, always_xy=True)

    def moved(self, points: list[LatLng]) -> npt.NDArray[np.object_]:
        """Return latitudes and longitudes as points in metres."""
        latitude, longitude = np.array(points).T
        metres = self.to_metres.transform(longitude, latitude)
        found: npt.NDArray[np.object_] = shapely.points(*metres)
        return found

    def anywhere(self, n: int, seed: int, margin_m: float = 400.0) -> list[LatLng]:
        """Return points anywhere on and around the streets."""
        generator = np.random.default_rng(seed)
        west, south, east, north = self.network.total_bounds
        x = generator.uniform(west - margin_m, east + margin_m, n)
        y = generator.uniform(south - margin_m, north + margin_m, n)
        to_degrees = pyproj.Transformer.from_crs(self.network.crs, "EPSG:4326", always_xy=True)
        longitude, latitude = to_degrees.transform(x, y)
        return list(zip(latitude.tolist(), longitude.tolist(), strict=True))

    def homes(self, points: list[LatLng]) -> pd.DataFrame:
        """Let homes stand at some points."""
        stands = snap(self.moved(points), self.network, self.cap_m)
        state = np.where(stands["edge_id"] >= 0, "ok", "unreachable")
        return stands.assign(home_id=[f"home/{n}" for n in range(len(points))], state=state)

    def answers(self, points: list[LatLng], walker: Walker, categories: list[str]) -> Answers:
        """Walk from some points to the nearest of each category."""
        ground, _ = ground_of(self.network, self.terrain, walker)
        graph = as_graph(self.network, ground)
        homes = self.homes(points)
        origins = Origins.of(graph, homes)
        found = {}
        for category in categories:
            doors = self.entrances[self.entrances["category"] == category]
            found[category] = nearest_asset(graph, origins, Destinations.of(graph, doors))
        stands = np.zeros(len(points), dtype=bool)
        stands[origins.rows] = True
        return Answers(homes, stands, found)


@dataclass(frozen=True)
class Answers:
    """Where points stand, whether a walk may begin there, and the nearest of each category."""

    homes: pd.DataFrame
    stands: npt.NDArray[np.bool_]
    nearest: dict[str, Any]
