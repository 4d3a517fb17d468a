"""Coordinates as files give them → shapes in the metres of the district.

A file says where its rows lie in one of several systems, and sometimes says it wrongly: metres
called degrees, columns changed about. What cannot be a place here keeps its reason.
"""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from pipeline.errors import ChoiceIsNotAllowed, quoted
from pipeline.text import folded

Texts = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.float64]

# How files say which coordinates a row is in; letters and digits only.
_SYSTEMS = {
    "wgs84": "EPSG:4326",
    "epsg4326": "EPSG:4326",
    "4326": "EPSG:4326",
    "etrs89": "EPSG:4258",
    "epsg4258": "EPSG:4258",
    "osgb": "EPSG:27700",
    "osgb36": "EPSG:27700",
    "bng": "EPSG:27700",
    "britishnationalgrid": "EPSG:27700",
    "epsg27700": "EPSG:27700",
    "27700": "EPSG:27700",
    "u": "EPSG:27700",
    "ukos": "EPSG:27700",
    "i": "EPSG:29903",
    "irishos": "EPSG:29903",
    "irishgrid": "EPSG:29903",
    "epsg29903": "EPSG:29903",
}
_DEGREES = ("EPSG:4326", "EPSG:4258")
_COLLECTION = 7  # shapely's number for shapes of several kinds in one


def outline_of(neighbourhoods: gpd.GeoDataFrame) -> shapely.Geometry:
    """Return the district as one shape.

    Parameters
    ----------
    neighbourhoods
        Its neighbourhoods.

    Returns
    -------
    shapely.Geometry
        What they cover together, in their system.
    """
    outline: shapely.Geometry = neighbourhoods.geometry.union_all()
    return outline


def degrees_around(
    shape: shapely.Geometry, crs: str, within_m: float
) -> tuple[float, float, float, float]:
    """Return the box in degrees that a shape and its surroundings lie in.

    Parameters
    ----------
    shape
        In metres.
    crs
        Its system.
    within_m
        How far the surroundings reach.

    Returns
    -------
    tuple of float
        West, south, east and north.
    """
    wide = gpd.GeoSeries([shapely.buffer(shape, within_m)], crs=crs)
    west, south, east, north = wide.to_crs("EPSG:4326").total_bounds
    return float(west), float(south), float(east), float(north)


def system_called(text: str) -> str:
    """Return the code of a coordinate reference system that a row names in its own way.

    Parameters
    ----------
    text
        Such as `WGS84`, `OSGB36`, or NaPTAN's `U` for the British and `I` for the Irish grid.

    Returns
    -------
    str
        Such as `EPSG:27700`; the text itself where it is not known.
    """
    return _SYSTEMS.get(re.sub(r"[^a-z0-9]", "", folded(text)), text)


def is_known(system: str) -> bool:
    """Tell whether a code is one of a coordinate reference system.

    Parameters
    ----------
    system
        Such as `EPSG:27700`.

    Returns
    -------
    bool
        Whether places can be moved into it.
    """
    try:
        return pyproj.CRS(system).is_geographic or pyproj.CRS(system).is_projected
    except pyproj.exceptions.CRSError:
        return False


def must_be_metric(system: str, where: str) -> None:
    """Stop unless distances in a coordinate reference system are metres.

    Parameters
    ----------
    system
        Its code.
    where
        The key that names it, for the message.

    Raises
    ------
    ChoiceIsNotAllowed
        If it is not known, or is in degrees or feet.
    """
    units = {axis.unit_name for axis in pyproj.CRS(system).axis_info} if is_known(system) else set()
    if units != {"metre"}:
        words = "is not in metres" if units else "is not known"
        raise ChoiceIsNotAllowed(
            f"{where}: {quoted(system)} {words}; name a system in metres, such as EPSG:27700 for "
            "Great Britain or EPSG:29903 for Northern Ireland."
        )


def drawn_shapes(rows: gpd.GeoDataFrame, crs: str) -> tuple[Texts, Texts]:
    """Return the shapes of rows in another system, in two dimensions and valid.

    Parameters
    ----------
    rows
        Rows with a geometry.
    crs
        Metric coordinate reference system of the result.

    Returns
    -------
    tuple of array and array
        Shapes, None where there is none; why not, else empty.
    """
    shapes = shapely.force_2d(np.asarray(rows.to_crs(crs).geometry.array))
    return _made_valid(shapes, np.full(len(rows), "", dtype=object))


def written_shapes(texts: Texts, system: str, crs: str) -> tuple[Texts, Texts]:
    """Return the shapes that well-known text stands for.

    Parameters
    ----------
    texts
        Such as `POINT (-0.33 53.74)`.
    system
        The code of their system; degrees stand longitude first.
    crs
        Metric coordinate reference system of the result.

    Returns
    -------
    tuple of array and array
        Shapes, None where there is none; why not, else empty.
    """
    shapes = shapely.force_2d(shapely.from_wkt(texts, on_invalid="ignore"))
    unread = shapely.is_missing(shapes)
    reasons = np.full(len(texts), "", dtype=object)
    reasons[unread] = "has a shape that cannot be read as well-known text"
    bounds = shapely.bounds(shapes)
    if system in _DEGREES:
        with np.errstate(invalid="ignore"):
            beyond = (np.abs(bounds) > [180, 90, 180, 90]).any(axis=1)
        reasons[beyond] = "has a shape that is not in degrees, and is said to be"
        shapes[beyond] = None
    moved = gpd.GeoSeries(shapes, crs=system).to_crs(crs)
    return _made_valid(np.array(moved.array, dtype=object), reasons)


def _made_valid(shapes: Texts, reasons: Texts) -> tuple[Texts, Texts]:
    """Mend shapes that cross themselves, and say of those that cannot be drawn that they are so."""
    broken = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    broken |= ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    shapes[broken] = None
    invalid = ~broken & ~shapely.is_valid(shapes)
    shapes[invalid] = [_of_one_kind(s) for s in shapely.make_valid(shapes[invalid])]
    unsaid = broken & (reasons == "")
    return shapes, np.where(unsaid, "has no shape that can be drawn", reasons).astype(object)


def _of_one_kind(shape: shapely.Geometry) -> shapely.Geometry:
    """Drop the stray lines and points that mending leaves beside an area."""
    parts = shapely.get_parts(shape)
    if shapely.get_type_id(shape) != _COLLECTION or not len(parts):
        return shape
    dimensions = shapely.get_dimensions(parts)
    kept: shapely.Geometry = shapely.union_all(parts[dimensions == dimensions.max()])
    return kept


def are_beyond_degrees(x: Texts, y: Texts, systems: Texts) -> npt.NDArray[np.bool_]:
    """Mark pairs that are said to be degrees and cannot be, being numbers beyond the globe.

    Parameters
    ----------
    x, y, systems
        As for `points_from`.

    Returns
    -------
    numpy.ndarray
        One for each pair.
    """
    xs, ys = _numbers(x), _numbers(y)
    said = np.isin(systems, _DEGREES)
    with np.errstate(invalid="ignore"):
        return np.array(said & ((np.abs(xs) > 180) | (np.abs(ys) > 90)), dtype=bool)  # noqa: PLR2004


def points_from(
    x: Texts, y: Texts, systems: Texts, crs: str, reach: shapely.Geometry
) -> tuple[Texts, Texts]:
    """Return the points that pairs of coordinates stand for.

    Parameters
    ----------
    x, y
        Text: eastings and northings, or longitudes and latitudes.
    systems
        The code of the system of each pair.
    crs
        Metric coordinate reference system of the result.
    reach
        Where places are expected, in `crs`: tells whether x and y have been changed about.

    Returns
    -------
    tuple of array and array
        Points, None where there is none; why not, else empty.
    """
    xs, ys = _numbers(x), _numbers(y)
    reasons = np.full(len(x), "", dtype=object)
    points = np.full(len(x), None, dtype=object)
    for system in sorted(set(systems)):
        rows = systems == system
        reasons[rows] = _why_not(system, xs[rows], ys[rows], x[rows], y[rows])
        good = rows & (reasons == "")
        if good.any():
            points[good], reasons[good] = _moved(system, crs, xs[good], ys[good], reach)
    return points, reasons


def _moved(
    system: str, crs: str, xs: Numbers, ys: Numbers, reach: shapely.Geometry
) -> tuple[Texts, Texts]:
    to_metres = pyproj.Transformer.from_crs(system, crs, always_xy=True)
    points = _where_finite(*to_metres.transform(xs, ys))
    changed_about = _where_finite(*to_metres.transform(ys, xs))
    is_swapped = ~shapely.intersects(points, reach) & shapely.intersects(changed_about, reach)
    reasons = np.full(len(xs), "", dtype=object)
    reasons[shapely.is_missing(points)] = "lies where its coordinate system does not reach"
    reasons[is_swapped] = "has its two coordinates changed about"
    points[is_swapped] = None
    return points, reasons


def _where_finite(xs: Numbers, ys: Numbers) -> Texts:
    points = np.full(len(xs), None, dtype=object)
    finite = np.isfinite(xs) & np.isfinite(ys)
    points[finite] = shapely.points(xs[finite], ys[finite])
    return points


def _numbers(texts: Texts) -> Numbers:
    plain = pd.Series(texts, dtype=object).str.replace(r"[,\s]", "", regex=True)
    values = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _why_not(system: str, xs: Numbers, ys: Numbers, x: Texts, y: Texts) -> list[str]:
    is_code = system in _SYSTEMS.values() or re.fullmatch(r"EPSG:\d{4,5}", system) is not None
    if not (is_code and is_known(system)):
        words = f"says that it is in {quoted(system)}" if system else "does not say in which system"
        return [f"{words} its coordinates are; known are WGS84, ETRS89, OSGB36"] * len(xs)
    is_degrees = system in _DEGREES
    reasons = []
    for east, north, east_text, north_text in zip(xs, ys, x, y, strict=True):
        if np.isnan(east) or np.isnan(north):
            reasons.append(f"{quoted(east_text)}, {quoted(north_text)} are not two numbers")
        elif is_degrees and (abs(east) > 180 or abs(north) > 90):  # noqa: PLR2004 (the globe)
            reasons.append(f"{east_text}, {north_text} are not degrees, and the row says they are")
        else:
            reasons.append("")
    return reasons
