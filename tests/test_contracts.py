"""What a table is held against, beyond its types."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pipeline import contracts, tables
from pipeline.errors import TableBreaksItsContract


def access_points(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    """Lay out so many ways into one asset."""
    names = [f"gates/{at}" for at, _ in enumerate(shapes)]
    return gpd.GeoDataFrame(
        {"access_point_id": names, "asset_id": "osm-way-1"}, geometry=list(shapes), crs="EPSG:27700"
    )


def test_shapes_of_another_kind_are_refused_by_name() -> None:
    line = shapely.LineString([(0, 0), (1, 1)])
    held = access_points(shapely.Point(0, 0), line, line)

    with pytest.raises(
        TableBreaksItsContract, match=r"^gates: geometry holds ‘LineString’; allowed are Point\.$"
    ):
        contracts.check(held, tables.ACCESS_POINTS, "gates")


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("odd", [math.nan, math.inf])
def test_a_vertex_that_is_nowhere_is_told_wherever_it_stands(at: int, odd: float) -> None:
    vertices = [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)]
    vertices[at] = (vertices[at][0], odd)
    with np.errstate(invalid="ignore"):
        held = access_points(shapely.Point(0, 0), shapely.LineString(vertices))
        with pytest.raises(TableBreaksItsContract, match="a coordinate that is not a finite numb"):
            contracts.check(held, tables.ACCESS_POINTS, "gates")


def test_an_empty_shape_is_of_any_kind() -> None:
    held = access_points(shapely.Point(0, 0), shapely.LineString())

    contracts.check(held, tables.ACCESS_POINTS, "gates")
