"""Read and write rasters as GeoTIFF.

What is published is cloud-optimised: a desktop map or a web page that reads it over the network
fetches only the tiles that it shows, at the scale that it shows. The same numbers give the same
bytes. Rasters from other people are read by the GeoTIFF driver alone, and no file beside the one
that is meant is looked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from pipeline.config import District, Grid, NationalTable, PeopleRasterTable
from pipeline.errors import (
    FileIsDamaged,
    FileIsNotAllowed,
    PageIsNotSafe,
    PlaceIsElsewhere,
    SourceIsEmpty,
)
from pipeline.files.outside import checked_ending
from pipeline.files.raw import Manifest, raw_file
from pipeline.files.writing import written_whole
from pipeline.rasters import Band, Bands, Cells, Floats, PeopleRaster, Raster
from pipeline.text import clean_text

GEOTIFF_ENDINGS = (".tif", ".tiff")
# All bands of a tile stand side by side: 34 of them in tiles of this size are 2 MB before packing.
TILE = 128
# So many cells around a district are read of a raster of people.
MOST_CELLS = 25_000_000

_SETTINGS = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO"}


# --- what the project writes ----------------------------------------------------------------------


def write_bands(bands: Bands, path: Path, about: Mapping[str, str]) -> None:
    """Write rasters as one cloud-optimised GeoTIFF, whole or not at all.

    Tiles are packed with deflate without loss; overviews are means over the cells that have a
    value; NaN is declared as no data.

    Parameters
    ----------
    bands
        Rasters over the same cells.
    path
        Where they belong.
    about
        What is said of the file as a whole: title, credit, licence.

    Raises
    ------
    FileCannotBeWritten, PageIsNotSafe
        If the disk is full, or what was written is not what it should be.
    """
    import rasterio

    cells = bands.cells
    profile = {
        "driver": "COG", "count": len(bands.bands), "dtype": "float32", "nodata": np.nan,
        "height": cells.rows, "width": cells.columns, "crs": cells.crs.to_wkt(),
        "transform": cells.transform, "compress": "DEFLATE", "predictor": "YES",
        "blocksize": TILE, "overview_resampling": "AVERAGE", "bigtiff": "IF_SAFER",
    }  # fmt: skip
    with (
        written_whole(path, _must_be_fit) as part,
        rasterio.Env(**_SETTINGS),
        rasterio.open(part, "w", **profile) as file,
    ):
        file.update_tags(**about)
        file.units = [band.unit for band in bands.bands]
        for at, band in enumerate(bands.bands):
            file.write(bands.whole(at), at + 1)
            file.set_band_description(at + 1, band.name)
            file.update_tags(at + 1, words=band.words, state=band.state)


def _must_be_fit(path: Path) -> None:
    fault = fault_of_bands(path)
    if fault:
        raise PageIsNotSafe(f"{path.name}: {fault}. It was not written; please report this.")


def read_bands(path: Path) -> Bands:
    """Read rasters that `write_bands` wrote.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Bands
        The cells of which any band says anything.

    Raises
    ------
    FileIsMissing, FileIsDamaged
        If it is not there or is not such a file.
    """
    checked_ending(path, GEOTIFF_ENDINGS)
    with _opened(path) as file:
        cells = _cells_of(file)
        strips = [
            _kept(file, row, min(row + TILE, cells.rows)) for row in range(0, cells.rows, TILE)
        ]
        number, value = (np.concatenate(parts, axis=-1) for parts in zip(*strips, strict=True))
        named = zip(file.descriptions, file.units, range(1, file.count + 1), strict=True)
        bands = tuple(
            Band(name, file.tags(at)["words"], unit, file.tags(at)["state"])
            for name, unit, at in named
        )
    return Bands(cells, number, bands, value)


def _kept(file: Any, first: int, last: int) -> tuple[Any, Any]:  # noqa: ANN401 (rasterio is untyped)
    """Read some rows, and keep the cells of which any band says anything."""
    values = file.read(window=((first, last), (0, file.width))).reshape(file.count, -1)
    at = np.flatnonzero(np.isfinite(values).any(axis=0))
    return at + first * file.width, values[:, at]


def fault_of_bands(path: Path) -> str:
    """Say what is wrong with a raster that is to be published.

    Parameters
    ----------
    path
        Where it is.

    Returns
    -------
    str
        A fault, or nothing.
    """
    try:
        with _opened(path) as file:
            return _fault_of(file)
    except FileIsDamaged:
        return "is not a GeoTIFF, or is damaged"


def _fault_of(file: Any) -> str:  # noqa: ANN401
    if file.crs is None or file.tags(ns="IMAGE_STRUCTURE").get("LAYOUT") != "COG":
        return "has no coordinate reference system, or is not laid out for the cloud"
    if not all(file.descriptions) or not all(file.units):
        return "has a band without a name or unit"
    if any(nodata is None for nodata in file.nodatavals):
        return "has a band that does not say which value stands for no data"
    for _, window in file.block_windows(1):  # damage shows when a tile is unpacked
        file.read(window=window)
    return ""


# --- people, from other people --------------------------------------------------------------------


def read_people_raster(
    manifest: Manifest, district: District, national: Mapping[str, NationalTable]
) -> PeopleRaster | None:
    """Read how many people live in each cell around a district.

    Parameters
    ----------
    manifest
        The raw files.
    district
        The district.
    national
        The national tables.

    Returns
    -------
    PeopleRaster or None
        People per cell in the raster's own system, missing where nobody knows; none where the
        district names no raster.

    Raises
    ------
    PipelineError
        If the raw file is not the one that was fetched, cannot be read, does not cover the
        district, or holds what cannot be people.
    """
    grid = district.neighbourhoods
    if not isinstance(grid, Grid) or grid.people is None:
        return None
    table = national[grid.people.table]
    assert isinstance(table, PeopleRasterTable)
    path = raw_file(manifest, "people")
    with _opened(path) as file:
        _must_hold_people(file, path)
        cells, window = _part_of(file, _box_of(grid, district.crs), path)
        people = file.read(1, window=window, masked=True)
    return PeopleRaster(Raster(cells, _checked_people(people, table, path)), table.title)


def read_head(path: Path) -> pd.DataFrame:
    """Look at the head of a raster of people, whatever place it is of.

    Parameters
    ----------
    path
        A GeoTIFF.

    Returns
    -------
    pandas.DataFrame
        `crs`, `west`, `south`, `east`, `north` in that system; one row.

    Raises
    ------
    FileIsMissing, FileIsNotAllowed, FileIsDamaged
        If it is not there, is refused unread, or cannot be read.
    """
    checked_ending(path, GEOTIFF_ENDINGS)
    with _opened(path) as file:
        _must_hold_people(file, path)
        cells = _cells_of(file)
    bounds = dict(zip(("west", "south", "east", "north"), cells.bounds, strict=True))
    return pd.DataFrame([{"crs": cells.crs.to_string(), **bounds}])


def _must_hold_people(file: Any, path: Path) -> None:  # noqa: ANN401
    """Refuse a raster by what its head says."""
    if file.count != 1 or np.dtype(file.dtypes[0]).kind not in "iuf":
        raise FileIsNotAllowed(
            f"{path}: has {file.count} bands of {file.dtypes[0]}; people are one band of numbers. "
            "Save the band that counts all people by itself."
        )
    if file.crs is None or not (file.crs.is_projected or file.crs.is_geographic):
        raise FileIsDamaged(
            f"{path}: says no coordinate reference system; save it with its true one."
        )
    place = file.transform
    if place.is_identity or place.b or place.d or place.a <= 0 or place.e >= 0:
        raise FileIsDamaged(
            f"{path}: its rows do not run from west to east and north to south, or it does not "
            "say where on the ground it lies; save it north up, with its place."
        )


def _box_of(grid: Grid, crs: str) -> gpd.GeoSeries:
    """Return the box that the neighbourhoods of a grid lie in.

    A neighbourhood of which only the middle lies in the declared box reaches half its size beyond.
    """
    declared = shapely.box(grid.west, grid.south, grid.east, grid.north).segmentize(0.01)
    beyond = np.array([-1, -1, 1, 1]) * grid.cell_m / 2
    bounds = gpd.GeoSeries([declared], crs=4326).to_crs(crs).total_bounds + beyond
    return gpd.GeoSeries([shapely.box(*bounds)], crs=crs).segmentize(1000)


def _part_of(file: Any, box: gpd.GeoSeries, path: Path) -> tuple[Cells, Any]:  # noqa: ANN401
    """Return the cells of a raster that a district touches, and the window to read them."""
    whole = _cells_of(file)
    wanted = box.to_crs(whole.crs).total_bounds
    if not _covers(whole.bounds, wanted):
        raise PlaceIsElsewhere(
            f"{path}: does not cover the district: it reaches from {_shown(whole.bounds)} and the "
            f"district from {_shown(wanted)} ({whole.crs.to_string()}: west, south, east, north). "
            "Give the raster of the right place, or one that reaches further."
        )
    west, south, east, north = wanted
    left = int((west - whole.west) // whole.width)
    top = int((whole.north - north) // whole.height)
    right = min(int((east - whole.west) // whole.width) + 1, whole.columns)
    bottom = min(int((whole.north - south) // whole.height) + 1, whole.rows)
    if (right - left) * (bottom - top) > MOST_CELLS:
        raise FileIsNotAllowed(
            f"{path}: has {(right - left) * (bottom - top):,} cells in the district; at most "
            f"{MOST_CELLS:,} are read. Give one of larger cells, such as 100 m."
        )
    cells = Cells(
        whole.west + left * whole.width, whole.north - top * whole.height,
        whole.width, whole.height, bottom - top, right - left, whole.crs,
    )  # fmt: skip
    return cells, ((top, bottom), (left, right))


def _covers(whole: tuple[float, ...], wanted: Any) -> bool:  # noqa: ANN401
    west, south, east, north = wanted
    is_inside = whole[0] <= west and whole[1] <= south and whole[2] >= east and whole[3] >= north
    return bool(np.isfinite(wanted).all() and is_inside)


def _checked_people(people: Any, table: PeopleRasterTable, path: Path) -> Floats:  # noqa: ANN401
    """Return people per cell; what stands for no data becomes nobody or unknown."""
    counts: Floats = np.ma.filled(people.astype(np.float64), np.nan)
    if np.isnan(counts).all():
        raise SourceIsEmpty(
            f"{path}: holds no number in the whole district; give the raster of the right place."
        )
    known = counts[~np.isnan(counts)]
    if not np.isfinite(known).all() or known.min() < 0:
        raise FileIsDamaged(
            f"{path}: holds {known.min():g} people in a cell; a count is a number of 0 or more. If "
            "it stands for no data, save the raster with it declared as nodata."
        )
    return np.nan_to_num(counts) if table.no_data_means == "nobody" else counts


# --- both -----------------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    import rasterio

    # An absolute path cannot be taken for one of GDAL's own (`/vsi…`) by its beginning.
    place = path.resolve()
    try:
        with rasterio.Env(**_SETTINGS), rasterio.open(place, driver="GTiff") as file:
            yield file
    except rasterio.errors.RasterioError as error:
        words = clean_text(error.__cause__ or error, most=120)
        raise FileIsDamaged(
            f"{path}: cannot be read as GeoTIFF ({words}); it is cut short or is something else. "
            "Fetch it again."
        ) from None


def _cells_of(file: Any) -> Cells:  # noqa: ANN401
    place = file.transform
    crs = pyproj.CRS.from_wkt(file.crs.to_wkt())
    return Cells(place.c, place.f, place.a, -place.e, file.height, file.width, crs)


def _shown(bounds: Any) -> str:  # noqa: ANN401
    return ", ".join(f"{number:g}" for number in bounds)
