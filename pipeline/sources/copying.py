"""One input as a raw file of a district: read once, within limits, then copied byte for byte."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas as gpd

from pipeline.config import (
    BoundariesTable,
    CouncilLayer,
    ElevationTable,
    PeopleRasterTable,
    RecordsTable,
    TimetableTable,
)
from pipeline.errors import FileIsMissing, FileIsNotAllowed, PipelineError
from pipeline.files.archives import ZIP, pack_folder
from pipeline.files.declared import OPENSTREETMAP, DeclaredInput
from pipeline.files.maps import must_be_whole, time_of, ways_in
from pipeline.files.outside import OSM_ENDINGS, ROW_ENDINGS, VECTOR_ENDINGS, checked_ending
from pipeline.files.published import read_table_of
from pipeline.files.rasters import GEOTIFF_ENDINGS
from pipeline.files.raw import RawFile
from pipeline.files.shapefiles import SHAPEFILE, pack_shapefile
from pipeline.files.tiles import ELEVATION_ENDINGS
from pipeline.files.workbooks import encoding_of
from pipeline.records import LayerRows, rows_at_fault
from pipeline.sources.asking import Fetched
from pipeline.sources.staging import cannot_write
from pipeline.units import M2_PER_HA

# In which an area is measured wherever it lies.
EQUAL_AREA = "EPSG:6933"
_CHUNK = 1 << 20


def raw_file_of(declared: DeclaredInput, found: Fetched, staging: Path) -> RawFile:
    """Make an input a raw file of the district: read it as later steps will, then copy it.

    Parameters
    ----------
    declared
        The input.
    found
        Where it lies.
    staging
        The folder that it is copied into.

    Returns
    -------
    RawFile
        What it is, with the sum of its bytes.

    Raises
    ------
    PipelineError
        If it cannot be read, copied, or is not what it is declared to be.
    """
    with _as_one_file(declared, found.path, staging) as source:
        ending = checked_ending(source, _endings(declared))
        (rows, hectares, at_fault), encoding = _measured(declared, source), encoding_of(source)
        target = staging / f"{declared.key}{ending}"
        day = declared.date or found.date or _today(declared, source)
        digest, size = _copy(source, target)
    return RawFile(
        path=target.name,
        title=declared.title,
        publisher=declared.publisher,
        licence=declared.licence,
        attribution=declared.attribution,
        date=day,
        sha256=digest,
        bytes=size,
        rows=rows,
        rows_at_fault=at_fault,
        hectares=hectares,
        encoding=encoding,
        table=declared.table,
        original_name=found.path.name,
        asked=found.asked or None,
        fetched=datetime.now(UTC).date() if found.asked else None,
        good_for_days=declared.good_for_days,
        declared_place=declared.declared_place,
    )


def _today(declared: DeclaredInput, source: Path) -> date:
    """Return the day of data that nobody has said: that of asking, but for OpenStreetMap."""
    if declared.key != OPENSTREETMAP:
        return datetime.now(UTC).date()
    time_said = time_of(source)
    if time_said is None:
        raise FileIsNotAllowed(
            f"{source}: does not say of what day its OpenStreetMap data is; give the `date` of "
            "`openstreetmap` in the district’s file."
        )
    return time_said.date()


@contextmanager
def _as_one_file(declared: DeclaredInput, original: Path, staging: Path) -> Iterator[Path]:
    """Give an input as one file, which has one sum: tiles and parts are packed."""
    is_elevation = isinstance(declared.declared, ElevationTable)
    is_shapefile = original.suffix.lower() == SHAPEFILE or (original.is_dir() and not is_elevation)
    if not (is_shapefile or (is_elevation and original.is_dir())):
        yield original
        return
    packed = staging / f"packed{ZIP}"
    try:
        if is_shapefile:
            pack_shapefile(original, packed)
        else:
            pack_folder(original, ELEVATION_ENDINGS, packed)
        yield packed
    except PipelineError as error:  # people know the folder, not what it was packed into
        raise type(error)(str(error).replace(str(packed), str(original))) from None
    finally:
        packed.unlink(missing_ok=True)


def _endings(declared: DeclaredInput) -> tuple[str, ...]:
    if declared.key == OPENSTREETMAP:
        return OSM_ENDINGS
    if isinstance(declared.declared, ElevationTable):
        return ELEVATION_ENDINGS
    if isinstance(declared.declared, TimetableTable):
        return (ZIP,)
    if isinstance(declared.declared, PeopleRasterTable):
        return GEOTIFF_ENDINGS
    if isinstance(declared.declared, BoundariesTable):
        return VECTOR_ENDINGS
    return VECTOR_ENDINGS + ROW_ENDINGS


def _measured(declared: DeclaredInput, path: Path) -> tuple[int | None, float | None, int | None]:
    """Read an input as later steps will, so that a fault is told now and under its own name."""
    if declared.key == OPENSTREETMAP:
        must_be_whole(path)
        return ways_in(path), None, None
    if declared.declared is None:
        return None, None, None
    table = read_table_of(path, declared.declared)
    at_fault = None
    if isinstance(declared.declared, CouncilLayer | RecordsTable):
        at_fault = rows_at_fault(declared.key, LayerRows(declared.declared, table))
    if not isinstance(table, gpd.GeoDataFrame):
        return len(table), None, at_fault
    square_metres = float(table.to_crs(EQUAL_AREA).area.sum())
    hectares = round(square_metres / M2_PER_HA, 4) if square_metres else None
    return len(table), hectares, at_fault


def _copy(original: Path, target: Path) -> tuple[str, int]:
    """Copy a file and return the SHA-256 and the number of the bytes that were written."""
    digest = hashlib.sha256()
    size = 0
    try:
        source = os.fdopen(os.open(original, os.O_RDONLY | os.O_NOFOLLOW), "rb")
    except OSError as error:
        raise FileIsMissing(f"{original}: cannot be read ({error.strerror}).") from None
    try:
        with source, target.open("wb") as copy:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
    except OSError as error:
        raise cannot_write(target.parent.parent, error) from None
    return digest.hexdigest(), size
