"""Coordinates wait as text until they are drawn, and nothing else is changed by that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import shapely

from pipeline.files.vectors import read_vector


def written(path: Path, *rows: tuple[Any, dict[str, Any]]) -> Path:
    features = [
        {"type": "Feature", "properties": properties, "geometry": geometry}
        for geometry, properties in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_attributes_that_look_like_shapes_stay_as_they_are(tmp_path: Path) -> None:
    place = {"type": "Point", "coordinates": [-2.123456789012345, 53.4]}
    odd = {"near": {"type": "Point", "coordinates": [1.5, 2]}, "coordinates": [3, 4]}
    both = {"type": "GeometryCollection", "geometries": [place, place]}
    rows = read_vector(written(tmp_path / "rows.geojson", (place, odd), (both, odd)))
    assert json.loads(rows["near"].iloc[0]) == odd["near"]
    assert json.loads(rows["coordinates"].iloc[1]) == [3, 4]
    assert shapely.get_coordinates(rows.geometry.iloc[0]).tolist() == [[-2.123456789012345, 53.4]]
