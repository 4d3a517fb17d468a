"""Layers in every form become one raw file each, and the rows that cannot be used are counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from pipeline.__main__ import main
from pipeline.files.raw import read_manifest
from tests.files.test_forms import kml, mark
from tests.tiny import EAST, NORTH, ROOT, choices, write_inputs


def layer(file: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "category": "allotments", "title": "Plots", "publisher": "Council", "date": "2025-12-01",
        "licence": "OGL-UK-3.0", "attribution": "Council", "at": {"file": f"../inputs/{file}"},
        "name": "name", **more,
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forms")
    inputs = folder / "inputs"
    write_inputs(inputs)
    squares = [shapely.box(EAST + x, NORTH, EAST + x + 50, NORTH + 50) for x in (0, 100)]
    frame = gpd.GeoDataFrame({"name": ["A", "B", "C"]}, geometry=[*squares, None], crs=27700)
    (inputs / "plots").mkdir()
    frame.to_file(inputs / "plots" / "plots.shp")
    degrees = frame[:2].to_crs(4326).representative_point()
    spots = [f"<Point><coordinates>{p.x},{p.y}</coordinates></Point>" for p in degrees]
    (inputs / "plots.kml").write_text(kml(mark("A", spots[0]) + mark("B", spots[1])))
    values = choices()
    values["layers"] |= {
        "parts": layer("plots/plots.shp"),
        "folder": layer("plots"),
        "drawn": layer("plots.kml", name="name"),
    }
    (folder / "tiny.yaml").write_text(json.dumps(values).replace("../inputs", "inputs"))
    tables = sorted((ROOT / "config/national").glob("*.yaml"))
    assert main(["national", *map(str, tables), "--out", str(folder / "national.json")]) == 0
    return folder


def test_parts_and_folders_of_shapefiles_are_packed_and_kml_stays_as_it_is(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "raw" / "tiny" / "manifest.json"
    district, national = folder / "tiny.yaml", folder / "national.json"
    assert main(["fetch", str(district), str(national), "--out", str(out)]) == 0, capsys
    inputs = read_manifest(out).inputs
    found = {key: inputs[key] for key in ("parts", "folder", "drawn")}

    assert [raw.path for raw in found.values()] == ["parts.zip", "folder.zip", "drawn.kml"]
    assert [raw.rows for raw in found.values()] == [3, 3, 2]
    assert [raw.rows_at_fault for raw in found.values()] == [1, 1, 0]
    assert found["parts"].sha256 == found["folder"].sha256
    note = json.loads((out.parent / "parts.zip.provenance.json").read_text())
    assert (note["rows"], note["rows_at_fault"]) == (3, 1)
