"""Read a GML file, versions 2 to 3.2: each feature is a row.

Longitude and latitude stand in either order in GML: an URN or the web address of a definition
means the order of the definition, `EPSG:4326` and the old addresses mean longitude first.
"""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from pipeline.errors import FileIsDamaged, FileIsNotAllowed, SourceIsEmpty, listed, quoted
from pipeline.files.attributes import cells_of, layer_of
from pipeline.files.markup import Element, Reader
from pipeline.files.shapes import NotDrawn, of_most_dimensions
from pipeline.files.systems import is_same, system_named

_MEMBERS = frozenset({"member", "featureMember", "featureMembers"})
_POINTS = ("Point",)
_LINES = ("LineString", "LinearRing", "Ring", "Curve", "CompositeCurve")
_AREAS = ("Polygon", "Surface", "PolygonPatch", "Rectangle", "Triangle")
_MANY = (
    "MultiPoint", "MultiLineString", "MultiPolygon", "MultiCurve", "MultiSurface", "MultiGeometry",
    "CompositeSurface",
)  # fmt: skip
_SHAPES = frozenset((*_POINTS, *_LINES, *_AREAS, *_MANY))
_STRAIGHT = frozenset({"LineStringSegment", "GeodesicString"})
_IN_ORDER_OF_DEFINITION = ("urn:", "http://www.opengis.net/def/crs/", "https://www.opengis.net/def")
_OLD = "http://www.opengis.net/gml/srs/epsg.xml#"
_NORTH_FIRST = frozenset({"north", "south"})
Places = list[tuple[float, float]]


def read_gml(path: Path, layer: str | None, declared: str | None) -> gpd.GeoDataFrame:
    """Read the features of a file.

    Parameters
    ----------
    path
        A `.gml` file.
    layer
        The type of feature that is meant; needed where there are several.
    declared
        The declared system, for a file that does not say its own.

    Returns
    -------
    geopandas.GeoDataFrame
        `gml_id` and the attributes under their own names, as `layer_of` makes it, indexed by the
        number of the feature of its type.

    Raises
    ------
    FileIsDamaged, FileIsNotAllowed, SourceIsEmpty
        If it is no collection, has several types or systems, or holds nothing.
    """
    features = _Features(path, layer, declared)
    if not features.rows:
        raise SourceIsEmpty(f"{path}: {features.why_empty}.")
    cells = cells_of(pd.DataFrame(features.rows, dtype=object), path)
    cells.index = pd.RangeIndex(1, len(cells) + 1, name="feature")
    crs = features.crs or system_named(None, declared, path)
    return layer_of(cells, features.shapes, crs, features.faults)


class _Features:
    """The features of a file, gathered while it streams past."""

    def __init__(self, path: Path, layer: str | None, declared: str | None) -> None:
        self._path = path
        self._declared = declared
        self._names: dict[str, tuple[pyproj.CRS, bool]] = {}
        self.rows: list[dict[str, str]] = []
        self.shapes: list[shapely.Geometry | None] = []
        self.faults: dict[int, str] = {}
        self.crs: pyproj.CRS | None = None
        self.types: list[str] = []
        reader = Reader(path, frozenset({"*"}), _MEMBERS)
        for around, element in reader.elements():
            if element.name not in self.types:
                self.types.append(element.name)
            if layer is None and len(self.types) > 1:
                raise FileIsNotAllowed(
                    f"{path}: has several types of feature, {listed(self.types)}; name the one "
                    "that is meant with `layer`."
                )
            if layer in (None, element.name):
                self._add(around, element)
        self._seen = reader.seen
        self._layer = layer

    @property
    def why_empty(self) -> str:
        """Words on why there are no rows."""
        if self._layer is not None and self.types:
            return f"has no feature of type {quoted(self._layer)}; it has {listed(self.types)}"
        if self._seen & {"Exception", "ExceptionText", "ServiceException"}:
            return "is the report of an error, not data; fetch it again"
        return "holds no features (featureMember or member); give a GML file that has some"

    def _add(self, around: list[Element], element: Element) -> None:
        row: dict[str, str] = {}
        found = element.attributes.get("id") or element.attributes.get("fid")
        if found:
            row["gml_id"] = found
        drawn: list[Element] = []
        for child in element.children:
            inner = [part for part in child.children if part.name in _SHAPES]
            if child.name == "boundedBy":
                continue
            if inner:
                drawn += inner
            else:
                _write(child, row)
        self.rows.append(row)
        try:
            self.shapes.append(self._shape(around, element, drawn))
        except NotDrawn as fault:
            self.shapes.append(None)
            self.faults[len(self.rows)] = str(fault)

    def _shape(
        self, around: list[Element], element: Element, drawn: list[Element]
    ) -> shapely.Geometry:
        if not drawn:
            raise NotDrawn("has no geometry")
        named = _system_of(around, element, drawn)
        is_north_first = False
        if named is None:
            self._must_be_one(system_named(None, self._declared, self._path))
        else:
            if named not in self._names:
                self._names[named] = self._meaning_of(named)
            crs, is_north_first = self._names[named]
            self._must_be_one(crs)
        shape = of_most_dimensions([_drawn(part, 2) for part in drawn])
        return shapely.transform(shape, _turned) if is_north_first else shape

    def _meaning_of(self, named: str) -> tuple[pyproj.CRS, bool]:
        """Return the system that a name means, and whether northings come first in it."""
        code = f"EPSG:{named.removeprefix(_OLD)}" if named.startswith(_OLD) else named
        crs = system_named(code, self._declared, self._path)
        as_defined = named.startswith(_IN_ORDER_OF_DEFINITION)
        return crs, as_defined and crs.axis_info[0].direction in _NORTH_FIRST

    def _must_be_one(self, crs: pyproj.CRS) -> None:
        if self.crs is not None and not is_same(self.crs, crs):
            raise FileIsDamaged(
                f"{self._path}: its features are in several coordinate reference systems, "
                f"{quoted(self.crs.name)} and {quoted(crs.name)}; export it in one."
            )
        self.crs = self.crs or crs


def _write(element: Element, row: dict[str, str]) -> None:
    """Write an attribute; of one that holds others, those, each under its own name."""
    if element.children:
        for child in element.children:
            _write(child, row)
        return
    text = element.text
    if element.name in row and text:
        text = f"{row[element.name]}, {text}" if row[element.name] else text
    if text or element.name not in row:
        row[element.name] = text


def _system_of(around: list[Element], element: Element, drawn: list[Element]) -> str | None:
    """Return the system that shapes are in: their own word, else that of what they stand in."""
    for part in drawn:
        for inner in part.everything():
            if "srsName" in inner.attributes:
                return inner.attributes["srsName"]
    for outer in (element, *reversed(around)):
        if "srsName" in outer.attributes:
            return outer.attributes["srsName"]
        for box in outer.all("boundedBy", "*"):
            if "srsName" in box.attributes:
                return box.attributes["srsName"]
    return None


def _turned(places: np.ndarray) -> np.ndarray:
    return places[:, ::-1]


# --- shapes --------------------------------------------------------------------------------------


def _drawn(element: Element, dimension: int) -> shapely.Geometry:
    own = element.attributes.get("srsDimension", "")
    dimension = int(own) if own in ("2", "3") else dimension
    if element.name in _POINTS:
        places = _places(element, dimension)
        if len(places) != 1:
            raise NotDrawn(f"is a point with {len(places)} places")
        return shapely.Point(places[0])
    if element.name in _LINES:
        return _line(_along(element, dimension))
    if element.name in ("Polygon", "PolygonPatch", "Rectangle", "Triangle"):
        return _polygon(element, dimension)
    holder = "patches" if element.name == "Surface" else "*"
    parts = list(element.all(holder, "*"))
    return of_most_dimensions([_drawn(part, dimension) for part in _known(parts)])


def _known(parts: list[Element]) -> list[Element]:
    odd = sorted({part.name for part in parts if part.name not in _SHAPES})
    if odd:
        raise NotDrawn(f"has a geometry of a kind that is not read ({listed(odd)})")
    return parts


def _line(places: Places) -> shapely.Geometry:
    if len(places) < 2:  # noqa: PLR2004 (a line has two ends)
        raise NotDrawn("is a line with fewer than two places")
    return shapely.LineString(places)


def _polygon(element: Element, dimension: int) -> shapely.Geometry:
    def rings(*names: str) -> list[Places]:
        return [
            _closed(_along(ring, dimension)) for name in names for ring in element.all(name, "*")
        ]

    outer = rings("exterior", "outerBoundaryIs")
    if len(outer) != 1:
        raise NotDrawn("is a polygon without one outer boundary")
    return shapely.Polygon(outer[0], rings("interior", "innerBoundaryIs"))


def _closed(places: Places) -> Places:
    if len(places) < 4 or places[0] != places[-1]:  # noqa: PLR2004 (a triangle, closed)
        raise NotDrawn("has a boundary that is not closed, or of fewer than four places")
    return places


def _along(element: Element, dimension: int) -> Places:
    """Return the places along a line, a ring, or a curve of straight pieces."""
    own = element.attributes.get("srsDimension", "")
    dimension = int(own) if own in ("2", "3") else dimension
    if element.name in ("LineString", "LinearRing", "LineStringSegment", "GeodesicString"):
        return _places(element, dimension)
    pieces = [*element.all("segments", "*"), *element.all("curveMember", "*")]
    odd = sorted({p.name for p in pieces if p.name not in _STRAIGHT and p.name not in _LINES})
    if odd or not pieces:
        raise NotDrawn(f"has a curve that is not read ({listed(odd or [element.name])})")
    places: Places = []
    for piece in pieces:
        found = _along(piece, dimension)
        places += found[1:] if places and found and places[-1] == found[0] else found
    return places


def _places(element: Element, dimension: int) -> Places:
    """Return the places of one element, in any of the ways that versions of GML write them."""
    for found in element.all("posList"):
        own = found.attributes.get("srsDimension") or found.attributes.get("dimension") or ""
        return _pairs(found.text.split(), int(own) if own in ("2", "3") else dimension)
    places: Places = []
    for found in [*element.all("pos"), *element.all("pointProperty", "Point", "pos")]:
        numbers = found.text.split()
        places += _pairs(numbers, len(numbers))
    for found in element.all("coordinates"):
        places += _of_coordinates(found)
    for found in element.all("coord"):
        places += _pairs([part.text for part in found.children if part.name in "XY"], 2)
    return places


def _of_coordinates(element: Element) -> Places:
    comma, apart = element.attributes.get("cs", ","), element.attributes.get("ts", " ")
    tuples = element.text.split() if apart.isspace() else element.text.split(apart)
    return [
        pair
        for place in tuples
        for pair in _pairs(place.strip().split(comma), place.count(comma) + 1)
    ]


def _pairs(texts: list[str], dimension: int) -> Places:
    if dimension not in (2, 3) or len(texts) % dimension:
        raise NotDrawn(f"has {len(texts)} coordinates, which are not places of {dimension} each")
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        raise NotDrawn(
            f"has coordinates that cannot be read ({quoted(' '.join(texts[:4]))})"
        ) from None
    if not all(map(math.isfinite, numbers)):
        raise NotDrawn("has coordinates that are not finite numbers")
    return list(zip(numbers[::dimension], numbers[1::dimension], strict=True))
