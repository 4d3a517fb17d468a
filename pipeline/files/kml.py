"""Read KML, and KML in a zip (KMZ): each Placemark is a row."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from pipeline.errors import FileIsDamaged, FileIsNotAllowed, SourceIsEmpty, listed, quoted
from pipeline.files.archives import members_of
from pipeline.files.attributes import cells_of, layer_of
from pipeline.files.markup import Element, Reader, plain_words
from pipeline.files.shapes import NotDrawn, of_most_dimensions
from pipeline.files.systems import is_same
from pipeline.text import clean_text

_SHAPES = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry")
_OTHERS = ("Model", "Track", "MultiTrack")
_FOLDERS = ("Folder", "Document")
_DEGREES = 4326
Placemarks = tuple[list[dict[str, str]], list[shapely.Geometry | None], dict[int, str]]


def read_kml(path: Path, layer: str | None, declared: str | None) -> gpd.GeoDataFrame:
    """Read the placemarks of a file.

    Parameters
    ----------
    path
        A `.kml` or `.kmz` file.
    layer
        The folder that is meant; all, if none is named.
    declared
        The declared system, which can only be WGS84.

    Returns
    -------
    geopandas.GeoDataFrame
        `id`, `name`, `description` (the words of its HTML), `folder`, and what stands in
        `ExtendedData`, as `layer_of` makes it, indexed by the number of the placemark.

    Raises
    ------
    FileIsDamaged, FileIsNotAllowed, SourceIsEmpty
        If it is no KML, holds no placemark of its own, or has no such folder.
    """
    crs = pyproj.CRS.from_epsg(_DEGREES)
    if declared is not None and not is_same(crs, pyproj.CRS(declared)):
        raise FileIsNotAllowed(
            f"{path}: is KML, which is in longitude and latitude (EPSG:{_DEGREES}), and `crs: "
            f"{declared}` is declared; leave `crs` out."
        )
    if path.suffix.lower() == ".kmz":
        rows, shapes, faults = _packed(path, layer)
    else:
        rows, shapes, faults = _placemarks(path, layer)
    cells = cells_of(pd.DataFrame(rows, dtype=object), path)
    cells.index = pd.RangeIndex(1, len(cells) + 1, name="feature")
    return layer_of(cells, shapes, crs, faults)


def _packed(path: Path, layer: str | None) -> Placemarks:
    """Read the one KML file in a zip, which may be no larger than one that is not packed."""
    found = list(members_of(path, (".kml",)))
    if len(found) != 1:
        raise FileIsNotAllowed(
            f"{path}: holds {len(found) or 'no'} KML files, and one is read; pack one by itself."
        )
    with tempfile.TemporaryDirectory() as folder:
        inner = Path(folder) / "doc.kml"
        inner.write_bytes(found[0][1])
        try:
            return _placemarks(inner, layer)
        except (FileIsDamaged, FileIsNotAllowed, SourceIsEmpty) as error:
            # People know the file that they gave, not what was unpacked from it.
            raise type(error)(f"{path}: {str(error).partition(': ')[2]}") from None


def _placemarks(path: Path, layer: str | None) -> Placemarks:
    reader = Reader(path, frozenset({"Placemark"}), frozenset())
    rows: list[dict[str, str]] = []
    shapes: list[shapely.Geometry | None] = []
    faults: dict[int, str] = {}
    folders: set[str] = set()
    for around, mark in reader.elements():
        names = [_named(element) for element in around if element.name in _FOLDERS]
        folders.update(name for name in names if name)
        if layer is not None and layer not in names:
            continue
        rows.append(_row(mark, names))
        try:
            shapes.append(_shape_of(mark))
        except NotDrawn as fault:
            shapes.append(None)
            faults[len(rows)] = str(fault)
    if not rows:
        raise SourceIsEmpty(f"{path}: {_why_empty(reader, layer, folders)}.")
    return rows, shapes, faults


def _why_empty(reader: Reader, layer: str | None, folders: set[str]) -> str:
    if layer is not None and folders:
        return f"has no folder {quoted(layer)} with placemarks; it has {listed(sorted(folders))}"
    if "NetworkLink" in reader.seen:
        return "only points to another file (NetworkLink), which is not followed; give that file"
    return "holds no placemarks; give a KML file that has some"


def _named(element: Element) -> str:
    name = element.first("name")
    return "" if name is None else clean_text(name.text)


def _row(mark: Element, folders: list[str]) -> dict[str, str]:
    row = {
        "id": mark.attributes.get("id", ""),
        "name": _named(mark),
        "description": "",
        "folder": next((name for name in reversed(folders) if name), ""),
    }
    for element in mark.all("description"):
        row["description"] = plain_words(element.text)
    for element in mark.all("address"):
        row["address"] = element.text
    for data in mark.all("ExtendedData", "Data"):
        value = data.first("value")
        row[data.attributes.get("name", "")] = "" if value is None else value.text
    for data in mark.all("ExtendedData", "SchemaData", "SimpleData"):
        row[data.attributes.get("name", "")] = data.text
    return row


def _shape_of(mark: Element) -> shapely.Geometry:
    found = [child for child in mark.children if child.name in _SHAPES + _OTHERS]
    if not found:
        raise NotDrawn("has no geometry")
    return of_most_dimensions([_shape(element) for element in found])


def _shape(element: Element) -> shapely.Geometry:
    match element.name:
        case "Point":
            points = _points(element)
            if len(points) != 1:
                raise NotDrawn(f"is a point with {len(points)} places")
            return shapely.Point(points[0])
        case "LineString" | "LinearRing":
            return _line(_points(element))
        case "Polygon":
            return _polygon(element)
        case "MultiGeometry":
            parts = [_shape(child) for child in element.children if child.name in _SHAPES + _OTHERS]
            return of_most_dimensions(parts)
    raise NotDrawn(
        f"has a geometry of type {quoted(element.name)}; allowed are {listed([*_SHAPES])}"
    )


def _line(points: list[tuple[float, float]]) -> shapely.Geometry:
    if len(points) < 2:  # noqa: PLR2004 (a line has two ends)
        raise NotDrawn("is a line with fewer than two places")
    return shapely.LineString(points)


def _polygon(element: Element) -> shapely.Geometry:
    outer = element.first("outerBoundaryIs", "LinearRing")
    if outer is None:
        raise NotDrawn("is a polygon without an outer boundary")
    holes = [_ring(ring) for ring in element.all("innerBoundaryIs", "LinearRing")]
    return shapely.Polygon(_ring(outer), holes)


def _ring(element: Element) -> list[tuple[float, float]]:
    points = _points(element)
    if len(points) < 4 or points[0] != points[-1]:  # noqa: PLR2004 (a triangle, closed)
        raise NotDrawn("has a boundary that is not closed, or of fewer than four places")
    return points


def _points(element: Element) -> list[tuple[float, float]]:
    found = element.first("coordinates")
    text = "" if found is None else found.text
    points = []
    for place in text.split():
        try:
            x, y = [float(number) for number in place.split(",")[:2]]
        except ValueError:
            raise NotDrawn(f"has coordinates that cannot be read ({quoted(place)})") from None
        if not (math.isfinite(x) and math.isfinite(y)):
            raise NotDrawn(f"has coordinates that are not finite numbers ({quoted(place)})")
        points.append((x, y))
    return points
