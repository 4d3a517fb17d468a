"""Rasters: ours are fit for the cloud, and those of others are held to account."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import pytest
import rasterio
from rasterio.transform import Affine, from_origin

from pipeline import files
from pipeline.config import District, Grid, NationalTable, PeopleRasterTable
from pipeline.errors import FileIsDamaged, FileIsNotAllowed, PlaceIsElsewhere, SourceIsEmpty
from pipeline.files.rasters import (
    fault_of_bands,
    read_bands,
    read_head,
    read_people_raster,
    write_bands,
)
from pipeline.files.raw import Manifest, RawFile, sha256_of
from pipeline.rasters import Band, Bands, Cells, Raster

ROOT = Path(__file__).parents[2]
CRS = pyproj.CRS("EPSG:27700")


def bands(rows: int = 300, columns: int = 400) -> Bands:
    """Two bands over a slope, known in the western half only."""
    cells = Cells(400_000.0, 300_000.0, 25.0, 25.0, rows, columns, CRS)
    number = np.flatnonzero(np.arange(rows * columns) % columns < columns // 2)
    minutes = (number % columns / 8).astype(np.float32)
    named = (
        Band("park", "Minutes on foot to the nearest: park", "min", "ok"),
        Band("pub", "Minutes on foot to the nearest: pub", "min", "no_data"),
    )
    return Bands(
        cells, number, named, np.array([minutes, np.full(len(number), np.nan)], np.float32)
    )


# --- written ------------------------------------------------------------------------------------


def test_what_is_written_is_a_cloud_optimised_geotiff_that_says_what_it_holds(
    tmp_path: Path,
) -> None:
    path = tmp_path / "minutes.tif"
    write_bands(bands(), path, {"title": "Minutes", "licence": "ODbL-1.0"})
    with rasterio.open(path) as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.block_shapes == [(128, 128)] * 2
        assert file.overviews(1) == [2, 4]
        assert file.compression.name == "deflate"
        assert file.crs.to_epsg() == 27700
        assert all(np.isnan(nodata) for nodata in file.nodatavals)
        assert file.descriptions == ("park", "pub")
        assert file.units == ("min", "min")
        assert file.tags(2) == {"words": "Minutes on foot to the nearest: pub", "state": "no_data"}
        assert file.tags()["licence"] == "ODbL-1.0"
    assert fault_of_bands(path) == ""


def test_an_overview_is_the_mean_of_the_cells_that_have_a_value(tmp_path: Path) -> None:
    path = tmp_path / "minutes.tif"
    write_bands(bands(), path, {})
    with rasterio.open(path, overview_level=0) as file:
        half = file.read(1)
    # Four cells of 0, 0, 1/8 and 1/8 minutes; half of the raster knows nothing.
    assert half[0, 0] == 0.0625
    assert np.isfinite(half[0, :100]).all()
    assert np.isnan(half[0, 100:]).all()


def test_what_is_read_back_is_what_was_written_and_the_bytes_are_the_same(tmp_path: Path) -> None:
    for name in ("one.tif", "other.tif"):
        write_bands(bands(), tmp_path / name, {"title": "Minutes"})
    assert (tmp_path / "one.tif").read_bytes() == (tmp_path / "other.tif").read_bytes()
    found, wanted = read_bands(tmp_path / "one.tif"), bands()
    assert (found.cells, found.bands) == (wanted.cells, wanted.bands)
    assert np.array_equal(found.number, wanted.number)
    assert np.array_equal(found.value, wanted.value, equal_nan=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.tif", "other.tif"]


def test_a_raster_that_is_not_fit_is_not_published(tmp_path: Path) -> None:
    path = tmp_path / "plain.tif"
    write_people(path, np.ones((40, 40)))
    assert "not laid out for the cloud" in fault_of_bands(path)
    write_bands(bands(), path, {})
    path.write_bytes(path.read_bytes()[:4000])
    assert fault_of_bands(path) == "is not a GeoTIFF, or is damaged"


# --- people, from others --------------------------------------------------------------------------


GRID = Grid(kind="grid", cell_m=200.0, west=24.94, south=60.16, east=24.96, north=60.17)
TABLE = PeopleRasterTable(
    kind="people_raster", title="Made people", publisher="Nobody", licence="CC0",
    attribution="None", date=date(2020, 7, 1), unit="people_per_cell", no_data_means="unknown",
)  # fmt: skip
SIZE = 3 / 3600


def write_people(
    path: Path,
    people: npt.NDArray[Any],
    west: float = 24.92,
    crs: str | None = "EPSG:4326",
    transform: Affine | None = None,
) -> None:
    layers = people if people.ndim == 3 else people[None]
    settings = {
        "driver": "GTiff", "count": len(layers), "height": layers.shape[1], "crs": crs,
        "width": layers.shape[2], "dtype": "float32", "nodata": -99999.0,
        "transform": transform or from_origin(west, 60.19, SIZE, SIZE),
    }  # fmt: skip
    with rasterio.open(path, "w", **settings) as file:
        file.write(layers.astype(np.float32))


def read(path: Path, table: NationalTable = TABLE) -> Raster:
    values = {
        "name": "Made", "code": "X", "nation": "elsewhere", "crs": "EPSG:32635",
        "openstreetmap": {"at": {"file": "map.osm.pbf"}, "date": "2026-01-01"},
        "neighbourhoods": {
            **GRID.model_dump(mode="json", exclude={"people"}),
            "people": {"table": "made", "at": {"file": "people.tif"}},
        },
    }  # fmt: skip
    district = District.model_validate_json(json.dumps(values))
    raw = RawFile(
        path=path.name, title="Made", publisher="Nobody", licence="CC0", attribution="None",
        date=date(2020, 7, 1), sha256=sha256_of(path), bytes=1, rows=1, encoding=None, table="made",
        original_name=path.name, declared_place="0" * 64,
    )  # fmt: skip
    found = read_people_raster(
        Manifest("made", path.parent, {"people": raw}), district, {"made": table}
    )
    assert found is not None
    assert found.title == "Made people"
    return found.raster


def test_the_part_around_the_district_is_read_and_no_data_stays_unknown(tmp_path: Path) -> None:
    people = np.full((60, 90), 2.0)
    people[30, 40] = -99999.0
    write_people(tmp_path / "people.tif", people)
    raster = read(tmp_path / "people.tif")
    west, south, _, north = raster.cells.bounds
    # Half a neighbourhood of 200 m lies beyond the box, and no more than a cell beyond that.
    assert west <= 24.94 - 100 / 60_000 < west + 2 * SIZE
    assert south < 60.16
    assert north > 60.17
    assert np.isnan(raster.value).sum() == 1
    nobody = TABLE.model_copy(update={"no_data_means": "nobody"})
    assert np.nansum(raster.value) == read(tmp_path / "people.tif", nobody).value.sum()


def test_the_declared_rasters_are_people_rasters() -> None:
    for name in ("worldpop_2020", "ghsl_2020"):
        table = files.read_choices(ROOT / f"config/national/{name}.yaml", NationalTable)
        assert isinstance(table, PeopleRasterTable)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"crs": None}, FileIsDamaged, "says no coordinate reference system"),
        ({"west": 25.92}, PlaceIsElsewhere, "does not cover the district"),
        ({"west": 24.945}, PlaceIsElsewhere, "does not cover the district"),
        ({"people": np.full((60, 90), -1.0)}, FileIsDamaged, "-1 people in a cell"),
        ({"people": np.full((60, 90), np.inf)}, FileIsDamaged, "a count is a number"),
        ({"people": np.full((60, 90), -99999.0)}, SourceIsEmpty, "no number in the whole district"),
        ({"people": np.ones((2, 60, 90))}, FileIsNotAllowed, "has 2 bands"),
        ({"transform": from_origin(24.92, 60.13, SIZE, -SIZE)}, FileIsDamaged, "north up"),
    ],
)
def test_a_raster_that_cannot_be_people_of_the_place_is_told_in_a_sentence(
    tmp_path: Path, change: dict[str, Any], error: type[Exception], words: str
) -> None:
    path = tmp_path / "people.tif"
    write_people(path, **({"people": np.ones((60, 90))} | change))
    with pytest.raises(error, match=words):
        read(path)


def test_a_raster_that_is_cut_short_or_something_else_is_told(tmp_path: Path) -> None:
    path = tmp_path / "people.tif"
    write_people(path, np.random.default_rng(1).random((60, 90)))
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(FileIsDamaged, match="cannot be read as GeoTIFF"):
        read(path)
    path.write_bytes(b"<html>")
    with pytest.raises(FileIsNotAllowed, match="begins like a web page"):
        read_head(path)
