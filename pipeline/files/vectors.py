"""Read shapes that came from other people, and ask whether they lie where they should.

GeoJSON is read by shapely, feature by feature: GDAL turns a broken geometry into none and
drops features that it does not know, without a word. GeoPackage is read by pyogrio.
"""

from __future__ import annotations

import json
import sqlite3
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

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
from pipeline.files.outside import (
    VECTOR_ENDINGS,
    as_cell,
    checked_ending,
    unique_names,
)
from pipeline.text import clean_text

MOST_VERTICES_IN_ONE = 200_000
MOST_VERTICES = 20_000_000
# Mending an outline takes time and memory by how often it crosses itself.
MOST_MEETINGS = 20_000
MOST_MEETINGS_PER_VERTEX = 8
MOST_COLUMNS = 200
_SHAPES = frozenset(
    ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
)
_DEGREES = np.array([-180.0, -90.0, 180.0, 90.0])

Mask = npt.NDArray[np.bool_]


def read_vector(path: Path, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read shapes and their attributes, whole or not at all.

    Parameters
    ----------
    path
        A `.geojson`, `.json` or `.gpkg` file.
    layer
        Which layer of a GeoPackage; needed where it has several.

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
    ending = checked_ending(path, VECTOR_ENDINGS)
    frame = _read_geopackage(path, layer) if ending == ".gpkg" else _read_geojson(path)
    if frame.empty:
        raise SourceIsEmpty(f"{path}: holds no features; give a file that has some.")
    _must_be_drawn(frame, path)
    _must_not_be_tangled(frame, path)
    _must_fit_its_system(frame, path)
    return frame


# --- GeoJSON -----------------------------------------------------------------------------------


def _read_geojson(path: Path) -> gpd.GeoDataFrame:
    content = _json_of(path)
    features = content.get("features")
    if content.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise FileIsDamaged(
            f"{path}: is JSON but not a GeoJSON FeatureCollection; export it as GeoJSON."
        )
    crs = _crs_of_geojson(content, path)
    shapes = [_shape(feature, place, path) for place, feature in enumerate(features, start=1)]
    attributes = [{"id": f.get("id"), **(f.get("properties") or {})} for f in features]
    frame = _cells(pd.DataFrame(attributes, dtype=object), path)
    if "id" in frame and (frame["id"] == "").all():
        frame = frame.drop(columns="id")
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="feature")
    return gpd.GeoDataFrame(frame, geometry=shapely.force_2d(np.array(shapes, object)), crs=crs)


def _json_of(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise FileIsDamaged(f"{path}: byte {error.start} is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise FileIsDamaged(
            f"{path}: is cut short or is not JSON (line {error.lineno}, column {error.colno}: "
            f"{error.msg}); fetch it again."
        ) from None
    except (ValueError, RecursionError) as error:
        words = error if isinstance(error, ValueError) else "nested too deep"
        raise FileIsDamaged(f"{path}: is not plain JSON ({words}).") from None
    if not isinstance(content, dict):
        raise FileIsDamaged(f"{path}: is JSON but not a GeoJSON FeatureCollection.")
    return content


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"it holds {word}, which is not a number")


def _crs_of_geojson(content: dict[str, Any], path: Path) -> pyproj.CRS:
    """GeoJSON is in WGS84 longitude and latitude; the older `crs` member is honoured."""
    member = content.get("crs")
    if member is None:
        return pyproj.CRS.from_epsg(4326)
    name = member.get("properties", {}).get("name") if isinstance(member, dict) else None
    try:
        crs = pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError:
        raise FileIsDamaged(
            f"{path}: the coordinate reference system {quoted(name)} is not known; name one such "
            "as urn:ogc:def:crs:EPSG::27700, or leave `crs` out for longitude and latitude."
        ) from None
    # Degrees in GeoJSON are longitude first whatever the named system says.
    return pyproj.CRS.from_epsg(4326) if crs.is_geographic else crs


def _shape(feature: Any, place: int, path: Path) -> Any:  # noqa: ANN401 (JSON in, geometry out)
    where = f"{path}: feature {place}"
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise FileIsDamaged(f"{where} is not a GeoJSON Feature; mend or remove it.")
    if not isinstance(feature.get("properties") or {}, dict):
        raise FileIsDamaged(f"{where}: its properties are not keys and values; mend it.")
    geometry = feature.get("geometry")
    if geometry is None:
        raise FileIsDamaged(f"{where} has no geometry; draw it or remove it.")
    kind = geometry.get("type") if isinstance(geometry, dict) else geometry
    if not isinstance(kind, str) or kind not in _SHAPES:
        raise FileIsDamaged(
            f"{where} has a geometry of type {quoted(kind)}; allowed are "
            f"{', '.join(sorted(_SHAPES))}."
        )
    try:
        return shapely.from_geojson(json.dumps(geometry, allow_nan=False))
    except (shapely.GEOSException, ValueError) as error:
        raise FileIsDamaged(f"{where}: its coordinates cannot be read ({error}).") from None


# --- GeoPackage --------------------------------------------------------------------------------


def _read_geopackage(path: Path, layer: str | None) -> gpd.GeoDataFrame:
    import pyogrio

    _must_not_be_cut(path)
    # An absolute path cannot be taken for one of GDAL's own (`/vsi…`, `PG:…`) by its beginning.
    place = str(path.resolve())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            chosen = _layer_of(pyogrio.list_layers(place), layer, path)
            frame = pyogrio.read_dataframe(place, layer=chosen, fid_as_index=True)
    except (pyogrio.errors.DataSourceError, OSError, RuntimeError, ValueError, Warning) as error:
        raise FileIsDamaged(
            f"{path}: cannot be read as a GeoPackage ({clean_text(error)}); fetch it again."
        ) from None
    if frame.crs is None or not (frame.crs.is_projected or frame.crs.is_geographic):
        raise FileIsDamaged(
            f"{path}: says no coordinate reference system; save it with one, such as EPSG:27700."
        )
    cells = _cells(pd.DataFrame(frame.drop(columns=frame.geometry.name)).astype(object), path)
    shapes = shapely.force_2d(np.asarray(frame.geometry.array))
    return gpd.GeoDataFrame(cells, geometry=shapes, crs=frame.crs.to_2d())


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


def _cells(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    if frame.shape[1] > MOST_COLUMNS:
        raise FileIsNotAllowed(
            f"{path}: has {frame.shape[1]:,} columns; at most {MOST_COLUMNS} are read."
        )
    names = unique_names([clean_text(name) for name in frame.columns])
    columns = {
        name: pd.Series([as_cell(v) for v in frame.iloc[:, place]], frame.index, dtype="str")
        for place, name in enumerate(names)
    }
    # The shape always stands under `geometry`; an attribute of that name keeps its words.
    columns = {("geometry_text" if n == "geometry" else n): v for n, v in columns.items()}
    return pd.DataFrame(columns, index=frame.index)


def _must_be_drawn(frame: gpd.GeoDataFrame, path: Path) -> None:
    shapes = np.asarray(frame.geometry.array)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if missing.any():
        raise FileIsDamaged(
            f"{path}: {int(missing.sum())} features have no geometry (feature "
            f"{listed([str(n) for n in frame.index[missing]])}); draw or remove them."
        )
    vertices = shapely.get_num_coordinates(shapes)
    if vertices.max() > MOST_VERTICES_IN_ONE or vertices.sum() > MOST_VERTICES:
        raise FileIsNotAllowed(
            f"{path}: feature {frame.index[vertices.argmax()]} has {int(vertices.max()):,} "
            f"vertices and the file {int(vertices.sum()):,}; allowed are {MOST_VERTICES_IN_ONE:,} "
            f"and {MOST_VERTICES:,}. Simplify it."
        )
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    odd = np.unique(owner[~np.isfinite(points).all(axis=1)])
    if odd.size:
        raise FileIsDamaged(
            f"{path}: feature {listed([str(n) for n in frame.index[odd]])} has a coordinate that "
            "is not a finite number; mend it."
        )


def _must_not_be_tangled(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Refuse an outline that crosses itself so often that nobody could have drawn it."""
    shapes = np.asarray(frame.geometry.array)
    for place in np.flatnonzero(~shapely.is_valid(shapes)):
        rings = shapely.get_rings(shapely.get_parts(shapes[place]))
        if len(rings) and _meets_itself_too_often(rings):
            raise FileIsNotAllowed(
                f"{path}: the outline of feature {frame.index[place]} crosses itself so often that "
                "it cannot be mended; draw it again, or remove it."
            )


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
