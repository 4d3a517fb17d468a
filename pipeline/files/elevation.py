"""Read heights of the ground from GeoTIFFs and ASCII grids, alone or in zips, with rasterio.

OS Terrain 50 comes as a zip of zips of ASCII grids, Copernicus as GeoTIFFs in degrees. What lies
around the district is put on one grid in its own system: as it is where the file has that system,
else in straight lines between the heights around each point.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import ElevationTable
from pipeline.errors import FileIsDamaged, FileIsNotAllowed, PlaceIsElsewhere, SourceIsEmpty
from pipeline.files.tiles import (
    BRITISH_GRID,
    MOST_CELLS,
    RASTER_ENDINGS,
    Box,
    may_touch,
    must_be_numbers,
    rasters_in,
    told,
)
from pipeline.heights import Floats, Heights

# From the Dead Sea to Everest, with room; heights in feet or a sign for unknown lie beyond.
LOWEST_M, HIGHEST_M = -500.0, 9000.0
# Two rasters of one product agree where they overlap, but for rounding.
LARGEST_GAP_M = 10.0
# Beyond what is asked for, so that the ground can be smoothed up to there.
MARGIN_M = 600.0
SURFACE = (
    "Slopes are taken from a model of the surface, with roofs and trees on it; between buildings "
    "and under trees they are unsure."
)


def read_catalogue(path: Path, table: ElevationTable) -> pd.DataFrame:
    """List the rasters in a file of heights, looking at their heads only.

    Parameters
    ----------
    path
        A GeoTIFF, an ASCII grid, or a zip of them or of zips of them.
    table
        What it is.

    Returns
    -------
    pandas.DataFrame
        `name`, `crs`, `west`, `south`, `east`, `north` in that system; one row a raster.

    Raises
    ------
    FileIsMissing, FileIsNotAllowed, FileIsDamaged
        If the file is not there, is refused unread, or one of its rasters cannot be read.
    SourceIsEmpty
        If there is no raster in it.
    """
    rows: list[dict[str, Any]] = []
    # Closed at once, whatever happens: GDAL's settings hold from opening to closing.
    with closing(rasters_in(path, must_be_numbers)) as rasters:
        for name, raster in rasters:
            sides = zip(("west", "south", "east", "north"), raster.bounds, strict=True)
            rows.append({"name": name, "crs": str(_system_of(raster, table)), **dict(sides)})
    if not rows:
        raise SourceIsEmpty(
            f"{path}: holds no raster; give a file or zip with files that end in "
            f"{', '.join(RASTER_ENDINGS)}."
        )
    return pd.DataFrame(rows)


def read_heights(path: Path, table: ElevationTable, crs: str, box: Box) -> Heights:
    """Read the heights of the ground in and around a box.

    Parameters
    ----------
    path
        A GeoTIFF, an ASCII grid, or a zip of them or of zips of them.
    table
        What it is.
    crs
        The metric reference system of the district.
    box
        West, south, east and north of what is asked for, in `crs`.

    Returns
    -------
    Heights
        On one grid in `crs`; NaN where no raster knows.

    Raises
    ------
    FileIsMissing, FileIsNotAllowed, FileIsDamaged
        If the file is not there, is refused unread, or holds what are no heights in metres.
    PlaceIsElsewhere
        If none of its rasters lies there, or two that overlap disagree.
    """
    wide = (box[0] - MARGIN_M, box[1] - MARGIN_M, box[2] + MARGIN_M, box[3] + MARGIN_M)
    caveats = (SURFACE,) if table.heights_of == "surface" else ()
    ground: Heights | None = None
    is_british = table.crs == BRITISH_GRID
    near = _box_in(BRITISH_GRID, crs, wide) if is_british else wide
    with closing(
        rasters_in(path, among=lambda name: not is_british or may_touch(name, near))
    ) as rasters:
        for name, raster in rasters:
            system = _system_of(raster, table)
            if not _touches(raster, system, crs, wide):
                continue
            if ground is None:
                ground = _empty_grid(raster, system, crs, wide, str(path), caveats)
            _lay(_heights_on(ground, raster, system, crs, name), ground, name)
    if ground is None:
        raise PlaceIsElsewhere(
            f"{path}: none of its rasters lies where the district lies; check that it is of the "
            "place, and its coordinate reference system."
        )
    return ground


# --- reading ------------------------------------------------------------------------------------


def _system_of(raster: Any, table: ElevationTable) -> Any:  # noqa: ANN401
    """Return the reference system of a raster: an ASCII grid has that of its table."""
    from rasterio.crs import CRS

    if raster.crs is not None:
        return raster.crs
    if raster.driver == "AAIGrid":
        return CRS.from_string(table.crs)
    raise FileIsDamaged(
        f"{raster.name}: has no coordinate reference system; save it with its true one."
    )


def _touches(raster: Any, system: Any, crs: str, box: Box) -> bool:  # noqa: ANN401
    """Tell whether a raster lies in a box, both turned into degrees or left as they are."""
    west, south, east, north = _box_in(system, crs, box)
    bounds = raster.bounds
    return bool(
        bounds.left < east and west < bounds.right and bounds.bottom < north and south < bounds.top
    )


def _box_in(system: Any, crs: str, box: Box) -> Box:  # noqa: ANN401
    from rasterio.crs import CRS
    from rasterio.warp import transform_bounds

    if system == CRS.from_string(crs):
        return box
    west, south, east, north = transform_bounds(crs, system, *box)
    return west, south, east, north


def _empty_grid(
    raster: Any,  # noqa: ANN401
    system: Any,  # noqa: ANN401
    crs: str,
    box: Box,
    where: str,
    caveats: tuple[str, ...],
) -> Heights:
    """Lay out a grid of unknown heights over a box, on the cells of a raster if they fit."""
    west, south, east, north = box
    place = raster.transform
    if _fits(raster, system, crs):
        cell, corner = place.a, (place.c, place.f)
    else:
        cell, corner = _cell_of(raster, system, crs), (0.0, 0.0)
    left = int(np.floor((west - corner[0]) / cell))
    top = int(np.ceil((north - corner[1]) / cell))
    columns = int(np.ceil((east - corner[0]) / cell)) - left
    rows = top - int(np.floor((south - corner[1]) / cell))
    if rows * columns > MOST_CELLS:
        raise FileIsNotAllowed(
            f"{where}: has cells of {cell:g} m, and {rows * columns:,} of them lie in and around "
            f"the district; at most {MOST_CELLS:,} are read. Give it with larger cells, such as "
            "10 m."
        )
    unknown = np.full((rows, columns), np.nan)
    return Heights(unknown, corner[0] + left * cell, corner[1] + top * cell, cell, where, caveats)


def _fits(raster: Any, system: Any, crs: str) -> bool:  # noqa: ANN401
    """Tell whether a raster has square cells in a system, rows from north to south."""
    from rasterio.crs import CRS

    place = raster.transform
    is_straight = place.b == 0 and place.d == 0 and place.a > 0
    return bool(is_straight and place.e == -place.a and system == CRS.from_string(crs))


def _cell_of(raster: Any, system: Any, crs: str) -> float:  # noqa: ANN401
    """Return the size of the cells of a raster in another system, in whole metres."""
    from rasterio.warp import calculate_default_transform

    found = calculate_default_transform(system, crs, raster.width, raster.height, *raster.bounds)
    return max(1.0, float(np.round(found[0].a)))


def _heights_on(
    ground: Heights,
    raster: Any,  # noqa: ANN401
    system: Any,  # noqa: ANN401
    crs: str,
    name: str,
) -> Floats:
    """Return the heights of a raster on a grid; NaN where it has none."""
    place = raster.transform
    left, top = (ground.west - place.c) / ground.cell_m, (place.f - ground.north) / ground.cell_m
    is_aligned = (
        _fits(raster, system, crs)
        and place.a == ground.cell_m
        and max(abs(left - round(left)), abs(top - round(top))) < 1e-6  # noqa: PLR2004 (of a cell)
    )
    if is_aligned:
        return _copied(ground, raster, round(left), round(top), name)
    return _turned(ground, raster, system, crs, name)


def _copied(ground: Heights, raster: Any, left: int, top: int, name: str) -> Floats:  # noqa: ANN401
    """Copy the cells that a raster shares with a grid, whose corner is cell (top, left) of it."""
    rows, columns = ground.metres.shape
    found = np.full((rows, columns), np.nan)
    first_row, last_row = max(top, 0), min(top + rows, raster.height)
    first_column, last_column = max(left, 0), min(left + columns, raster.width)
    if first_row < last_row and first_column < last_column:
        window = ((first_row, last_row), (first_column, last_column))
        found[first_row - top : last_row - top, first_column - left : last_column - left] = (
            _plausible(raster, window, name)
        )
    return found


def _turned(
    ground: Heights,
    raster: Any,  # noqa: ANN401
    system: Any,  # noqa: ANN401
    crs: str,
    name: str,
) -> Floats:
    """Take heights from a raster in another system, or on other cells."""
    from rasterio.transform import from_origin
    from rasterio.warp import Resampling, reproject
    from rasterio.windows import Window, from_bounds
    from rasterio.windows import transform as corner_of

    rows, columns = ground.metres.shape
    box = (
        ground.west, ground.north - rows * ground.cell_m,
        ground.west + columns * ground.cell_m, ground.north,
    )  # fmt: skip
    asked = from_bounds(*_box_in(system, crs, box), transform=raster.transform)
    # Two cells more, so that there are heights on all sides of every point.
    first_row, first_column = (max(0, int(o) - 2) for o in (asked.row_off, asked.col_off))
    last_row = min(raster.height, int(asked.row_off + asked.height) + 3)
    last_column = min(raster.width, int(asked.col_off + asked.width) + 3)
    if (last_row - first_row) * (last_column - first_column) > MOST_CELLS:
        raise FileIsNotAllowed(
            f"{name}: {(last_row - first_row) * (last_column - first_column):,} of its cells lie "
            f"in and around the district; at most {MOST_CELLS:,} are read. Give larger cells."
        )
    window = ((first_row, last_row), (first_column, last_column))
    found = np.full((rows, columns), np.nan)
    if first_row < last_row and first_column < last_column:
        reproject(
            _plausible(raster, window, name),
            found,
            src_transform=corner_of(Window.from_slices(*window), raster.transform),
            src_crs=system,
            src_nodata=np.nan,
            dst_transform=from_origin(ground.west, ground.north, ground.cell_m, ground.cell_m),
            dst_crs=crs,
            dst_nodata=np.nan,
            resampling=Resampling.bilinear,
        )
    return found


def _plausible(raster: Any, window: tuple[tuple[int, int], ...], name: str) -> Floats:  # noqa: ANN401
    """Read heights in metres, NaN where the raster says that it knows none."""
    with told(name):
        masked = raster.read(1, window=window, masked=True)
    heights: Floats = np.ma.filled(masked.astype(np.float64), np.nan)
    heights = heights * raster.scales[0] + raster.offsets[0]
    known = heights[~np.isnan(heights)]
    if len(known) and not (known.min() >= LOWEST_M and known.max() <= HIGHEST_M):
        odd = known.min() if known.min() < LOWEST_M else known.max()
        raise FileIsDamaged(
            f"{name}: holds a height of {odd:,.6g} m; on Earth they lie between {LOWEST_M:,.0f} "
            f"and {HIGHEST_M:,.0f} m. If it stands for unknown, save the raster with it as nodata."
        )
    return heights


def _lay(heights: Floats, ground: Heights, name: str) -> None:
    """Add the heights of one more raster to a grid, where there are none yet."""
    gap = np.abs(heights - ground.metres)
    shared = gap[~np.isnan(gap)]
    if len(shared) and shared.max() > LARGEST_GAP_M:
        raise PlaceIsElsewhere(
            f"{name}: is up to {shared.max():,.0f} m higher or lower than another raster at the "
            f"same place; at most {LARGEST_GAP_M:g} m is allowed. Give rasters of one product."
        )
    is_new = np.isnan(ground.metres)
    ground.metres[is_new] = heights[is_new]
