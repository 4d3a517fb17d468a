"""Scenarios as people write them, and as they draw them elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.config.scenario import AddAsset, CloseAsset, CloseStreet, OpenWay
from pipeline.errors import PipelineError
from pipeline.files.scenarios import read_scenario

ROOT = Path(__file__).parents[2]
SQUARE = [[-3.0, 51.5], [-2.99, 51.5], [-2.99, 51.51], [-3.0, 51.5]]


def drawn(path: Path, *features: tuple[str, Any, dict[str, Any]]) -> Path:
    """Write a GeoJSON file of shapes and properties."""
    content = [
        {
            "type": "Feature",
            "geometry": {"type": kind, "coordinates": coordinates},
            "properties": properties,
        }
        for kind, coordinates, properties in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": content}))
    return path


def test_a_drawing_is_a_scenario_whose_properties_say_what(tmp_path: Path) -> None:
    path = drawn(
        tmp_path / "new-gate.geojson",
        ("Polygon", [SQUARE], {"change": "add_asset", "category": "park", "stroke": "#f00"}),
        ("LineString", SQUARE[:2], {"change": "open_path", "joins_within_m": 3}),
        ("Point", SQUARE[0], {"change": "close_asset", "asset": "osm-way-1"}),
        ("Point", SQUARE[1], {"change": "close_street", "name": "High Street"}),
        ("Point", SQUARE[1], {"change": "close_street", "way": 7}),
    )
    found = read_scenario(path, "newport")
    assert (found.title, found.district, found.crs) == ("New gate", "newport", "EPSG:4326")
    park, way, asset, street, numbered = found.changes
    assert isinstance(park, AddAsset)
    assert park.area == ((-3.0, 51.5), (-2.99, 51.5), (-2.99, 51.51))
    assert isinstance(way, OpenWay)
    assert (way.line, way.joins_within_m) == (((-3.0, 51.5), (-2.99, 51.5)), 3)
    assert asset == CloseAsset(change="close_asset", asset="osm-way-1")
    assert isinstance(street, CloseStreet)
    assert street.at == (-2.99, 51.5)
    assert isinstance(numbered, CloseStreet)
    assert numbered.way == 7


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        (("Point", [1, 51], {}), "change"),
        (("Point", [1, 51], {"change": "levitate"}), "levitate"),
        (("Point", [1, 51], {"change": "open_path"}), "open_path needs a `line`"),
        (("MultiPoint", [[1, 51], [2, 51]], {"change": "add_asset"}), "in 2 parts"),
        (("Point", [1, 51], {"change": "close_street", "way": "left"}), "‘left’ is no number"),
    ],
)
def test_a_drawing_that_says_nothing_is_one_sentence(
    tmp_path: Path, feature: tuple[str, Any, dict[str, Any]], words: str
) -> None:
    path = drawn(tmp_path / "odd.geojson", feature)
    with pytest.raises(PipelineError, match=r"odd\.geojson") as stop:
        read_scenario(path, "newport")
    assert words in str(stop.value)


def test_a_drawing_is_named_as_a_folder_may_be(tmp_path: Path) -> None:
    path = drawn(tmp_path / "New Gate.geojson", ("Point", [1, 51], {"change": "close_street"}))
    with pytest.raises(PipelineError, match=r"‘New Gate\.geojson’ is not allowed"):
        read_scenario(path, "newport")


def test_a_scenario_of_another_district_is_refused() -> None:
    path = ROOT / "config/scenarios/newport_pocket_park.yaml"
    assert len(read_scenario(path, "newport").changes) == 2
    with pytest.raises(PipelineError, match="is a scenario for newport, and camden was asked for"):
        read_scenario(path, "camden")
