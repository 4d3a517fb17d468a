"""Read shapes that came from other people, and ask whether they lie where they should.

Each form has its own reader: GeoPackage and shapefile are read by pyogrio, GeoJSON, KML and GML
without GDAL, which is not to be trusted with them. What they give is held against the same limits
here.
"""

from __future__ import annotations

import sqlite3
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from pipeline.errors import (
    FileIsDamaged,
    FileIsNotAllowed,
    PlaceIsElsewhere,
    SourceIsEmpty,
    listed,
    quoted,
)
from pipeline.files.attributes import cells_of, faults_of, layer_of
from pipeline.files.geojson import read_geojson
from pipeline.files.gml import read_gml
from pipeline.files.kml import read_kml
from pipeline.files.outside import VECTOR_ENDINGS, checked_ending
from pipeline.files.shapefiles import read_shapefile
from pipeline.files.systems import must_be_as_declared
from pipeline.text import clean_text

MOST_VERTICES_IN_ONE = 200_000
MOST_VERTICES = 20_000_000
# Mending an outline takes time and memory by how often it crosses itself.
MOST_MEETINGS = 20_000
MOST_MEETINGS_PER_VERTEX = 8
_DEGREES = np.array([-180.0, -90.0, 180.0, 90.0])

Mask = npt.NDArray[np.bool_]


def read_vector(
    path: Path, layer: str | None = None, crs: str | None = None, *, sets_aside: bool = False
) -> gpd.GeoDataFrame:
    """Read shapes and their attributes, whole or not at all.

    Parameters
    ----------
    path
        A `.geojson`, `.json`, `.gpkg`, `.kml`, `.kmz` or `.gml` file, or a `.zip` that holds a
        shapefile.
    layer
        Which layer is meant; needed where a file has several.
    crs
        The system that is declared, for a file that does not say its own; one that says another
        is refused.
    sets_aside
        Whether a row whose shape is missing, cannot be read or cannot be used stays in the
        layer without a shape, with its reason in `faults_of`. Otherwise the file is refused.

    Returns
    -------
    geopandas.GeoDataFrame
        Attributes as clean text, two-dimensional geometry in the file's own system, indexed by
        the number of the feature (from 1) or its fid.

    Raises
    ------
    FileIsMissing, FileIsNotAllowed, FileIsDamaged
        If the file is not there, is refused unread, or is cut short or malformed; the message
        names the feature.
    SourceIsEmpty
        If it holds no feature.
    PlaceIsElsewhere
        If the coordinates cannot be of the system that the file names.
    """
    frame = _read(path, layer, crs)
    if frame.empty:
        raise SourceIsEmpty(f"{path}: holds no features; give a file that has some.")
    _must_not_be_too_large(frame, path)
    faults = _all_faults(frame)
    if faults and not sets_aside:
        row = min(faults)
        raise FileIsDamaged(
            f"{path}: feature {row} {faults[row]} (so in {len(faults)} of {len(frame)} features); "
            "mend or remove it."
        )
    if faults:
        frame = _without_shapes(frame, faults)
    _must_fit_its_system(frame, path)
    return frame


def _read(path: Path, layer: str | None, crs: str | None) -> gpd.GeoDataFrame:
    match checked_ending(path, VECTOR_ENDINGS):
        case ".gpkg":
            return _read_geopackage(path, layer, crs)
        case ".zip":
            return read_shapefile(path, layer, crs)
        case ".kml" | ".kmz":
            return read_kml(path, layer, crs)
        case ".gml":
            return read_gml(path, layer, crs)
    return read_geojson(path, crs)


# --- GeoPackage --------------------------------------------------------------------------------


def _read_geopackage(path: Path, layer: str | None, declared: str | None) -> gpd.GeoDataFrame:
    import pyogrio

    _must_not_be_cut(path)
    # An absolute path cannot be taken for one of GDAL's own (`/vsi…`, `PG:…`) by its beginning.
    place = str(path.resolve())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", message="Measured")
            chosen = _layer_of(pyogrio.list_layers(place), layer, path)
            frame = pyogrio.read_dataframe(
                place, layer=chosen, fid_as_index=True, on_invalid="ignore"
            )
    except (pyogrio.errors.DataSourceError, OSError, RuntimeError, ValueError, Warning) as error:
        raise FileIsDamaged(
            f"{path}: cannot be read as a GeoPackage ({clean_text(error)}); fetch it again."
        ) from None
    crs = must_be_as_declared(frame.crs, declared, path)
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name)).astype(object)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    is_missing = shapely.is_missing(shapes)
    faults = dict.fromkeys(
        frame.index[is_missing].tolist(), "has no geometry, or one that cannot be read"
    )
    return layer_of(cells_of(attributes, path), shapes, crs, faults)


def _must_not_be_cut(path: Path) -> None:
    """Hold the size of a GeoPackage against the number of pages in its header."""
    with path.open("rb") as file:
        head = file.read(100)
    page = int.from_bytes(head[16:18], "big")
    expected = int.from_bytes(head[28:32], "big") * (65_536 if page == 1 else page)
    if len(head) < 100 or path.stat().st_size < expected:  # noqa: PLR2004 (SQLite's header)
        raise FileIsDamaged(
            f"{path}: is cut short: {path.stat().st_size:,} of {expected:,} bytes; fetch it again."
        )
    try:
        address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as database:
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        verdict = str(error)
    if verdict != "ok":
        raise FileIsDamaged(f"{path}: is damaged ({clean_text(verdict)}); fetch it again.")


def _layer_of(layers: npt.NDArray[Any], wanted: str | None, path: Path) -> str:
    drawn = [str(name) for name, kind in layers if kind is not None]
    if wanted is not None and wanted not in drawn:
        raise FileIsNotAllowed(
            f"{path}: has no layer {quoted(wanted)}; it has {listed(drawn) or 'none with shapes'}."
        )
    if not drawn:
        raise SourceIsEmpty(f"{path}: holds no layer with shapes.")
    if wanted is None and len(drawn) > 1:
        raise FileIsNotAllowed(
            f"{path}: has several layers, {listed(drawn)}; name the one that is meant with `layer`."
        )
    return wanted or drawn[0]


# --- what every layer must keep ----------------------------------------------------------------


def _must_not_be_too_large(frame: gpd.GeoDataFrame, path: Path) -> None:
    vertices = int(shapely.get_num_coordinates(np.asarray(frame.geometry.array)).sum())
    if vertices > MOST_VERTICES:
        raise FileIsNotAllowed(
            f"{path}: has {vertices:,} vertices; allowed are {MOST_VERTICES:,}. Simplify it."
        )


def _all_faults(frame: gpd.GeoDataFrame) -> dict[int, str]:
    """Say of each row that cannot be drawn why not."""
    shapes = np.asarray(frame.geometry.array)
    found: dict[int, str] = {}
    rows = frame.index
    for row in rows[shapely.is_missing(shapes) | shapely.is_empty(shapes)].tolist():
        found[row] = "has no geometry"
    vertices = shapely.get_num_coordinates(shapes)
    for place in np.flatnonzero(vertices > MOST_VERTICES_IN_ONE):
        found[rows[place]] = (
            f"has {vertices[place]:,} vertices; allowed are {MOST_VERTICES_IN_ONE:,}"
        )
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    for place in np.unique(owner[~np.isfinite(points).all(axis=1)]):
        found[rows[place]] = "has a coordinate that is not a finite number"
    sound = np.flatnonzero(~rows.isin(list(found)))
    for place in sound[~shapely.is_valid(shapes[sound])]:
        if _is_tangled(shapes[place]):
            found[rows[place]] = (
                "has an outline that crosses itself so often that it cannot be mended"
            )
    return found | faults_of(frame)


def _without_shapes(frame: gpd.GeoDataFrame, faults: dict[int, str]) -> gpd.GeoDataFrame:
    shapes = np.array(frame.geometry.array, dtype=object)
    shapes[frame.index.isin(list(faults))] = None
    return layer_of(pd.DataFrame(frame.drop(columns="geometry")), shapes, frame.crs, faults)


def _is_tangled(shape: shapely.Geometry) -> bool:
    """Tell an outline that crosses itself so often that nobody could have drawn it."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    return bool(len(rings)) and _meets_itself_too_often(rings)


def _meets_itself_too_often(rings: npt.NDArray[np.object_]) -> bool:
    """Count, a few at a time, which boxes around the segments of rings meet others."""
    ends = [shapely.get_coordinates(ring) for ring in rings]
    pairs = np.concatenate([np.stack([points[:-1], points[1:]], axis=1) for points in ends])
    segments = np.asarray(shapely.linestrings(pairs), dtype=object)
    most = MOST_MEETINGS + MOST_MEETINGS_PER_VERTEX * len(segments)
    tree = shapely.STRtree(segments)
    few = max(1, most // len(segments))
    met = 0
    for start in range(0, len(segments), few):
        met += tree.query(segments[start : start + few]).shape[1]
        if met > most:
            return True
    return False


def _must_fit_its_system(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Tell metres from degrees; a wrong label moves a place without any other sign."""
    bounds = frame.total_bounds
    if not np.isfinite(bounds).all():  # nothing is drawn
        return
    in_degrees = (np.abs(bounds) <= np.abs(_DEGREES)).all()
    shown = ", ".join(f"{number:g}" for number in bounds)
    if frame.crs.is_geographic and not in_degrees:
        raise PlaceIsElsewhere(
            f"{path}: coordinates reach from {shown}, beyond ±180 and ±90 degrees; they look like "
            "metres. Save it with its true coordinate reference system."
        )
    if not frame.crs.is_geographic and in_degrees:
        raise PlaceIsElsewhere(
            f"{path}: coordinates reach from {shown} and are said to be metres "
            f"({frame.crs.to_string()}); they look like degrees. Save it with its true system."
        )


def must_lie_within(
    frame: gpd.GeoDataFrame, outline: gpd.GeoSeries, path: Path, least_share: float = 0.95
) -> Mask:
    """Ask whether shapes lie where the district lies, and say why where they do not.

    Parameters
    ----------
    frame
        Shapes in any system.
    outline
        The district with its buffer, as one or more polygons in metres.
    path
        The file they came from, for the message.
    least_share
        Share of them that must touch the outline; 0 for a national file, of which one is
        enough.

    Returns
    -------
    numpy.ndarray
        Which of them do, in order.

    Raises
    ------
    PlaceIsElsewhere
        If too few do, or if rows that do not would with their columns swapped.
    """
    area = outline.union_all()
    inside = _touches(frame.geometry, outline.crs, area)
    enough = inside.any() and inside.mean() >= least_share
    if enough and inside.all():
        return inside
    swapped = frame.geometry[~inside].transform(lambda points: points[:, ::-1])
    turned = _touches(swapped, outline.crs, area)
    rows = frame.index[~inside]
    if turned.any():
        raise PlaceIsElsewhere(
            f"{path}: the columns look swapped in {int(turned.sum())} rows "
            f"({listed([str(r) for r in rows[turned]])}): longitude and latitude, or easting and "
            "northing, the other way round would lie in the district. Swap them."
        )
    if not enough:
        raise PlaceIsElsewhere(
            f"{path}: {int((~inside).sum())} of {len(inside)} rows lie outside the district and "
            f"its buffer ({listed([str(r) for r in rows])}); at least {max(least_share, 0):.0%} "
            "must lie in it. Check the coordinate reference system and the place."
        )
    return inside


def _touches(shapes: gpd.GeoSeries, crs: pyproj.CRS, area: shapely.Geometry) -> Mask:
    moved = np.asarray(shapes.to_crs(crs).array)
    found: Mask = np.array(np.isfinite(shapely.bounds(moved)).all(axis=1), dtype=bool)
    shapely.prepare(area)
    found[found] = shapely.intersects(moved[found], area)
    return found
