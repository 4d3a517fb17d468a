"""The tables of a district that a scenario changes, and what measures are taken with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely

from pipeline.config import CategoryRules, Study, Walker
from pipeline.heights import Heights


@dataclass(frozen=True)
class Town:
    """A district as the earlier steps left it; nothing in it is ever changed in place.

    `streets` are the ways that the network was made from, `outline` the district, `heights` the
    ground, if it is known.
    """

    study: Study
    rules: Mapping[str, CategoryRules]
    walker: Walker
    outline: shapely.Geometry
    assets: gpd.GeoDataFrame
    access_points: gpd.GeoDataFrame
    features: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    network: gpd.GeoDataFrame
    terrain: pd.DataFrame
    entrances: gpd.GeoDataFrame
    homes: gpd.GeoDataFrame
    heights: Heights | None = None
