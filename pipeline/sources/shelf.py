"""Rows of a layer that come page by page, in any order → one file, in the order of their keys.

Rows lie in a small database on the disk meanwhile, so that a large layer needs little memory. A
key that comes twice, and a row that lies elsewhere than asked for, are told at once.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from pipeline.errors import FileCannotBeWritten, SourceFailed, quoted
from pipeline.files.outside import as_cell
from pipeline.sources.asking import Area
from pipeline.sources.reading import HasChanged
from pipeline.text import clean_text

DEGREES = "EPSG:4326"
# Grids of these islands in which one unit is a metre and the first axis points east.
METRIC = ("EPSG:27700", "EPSG:29903", "EPSG:29902", "EPSG:2157")
MOST_ROWS = 5_000_000
# A server may work with another shift between the systems than we do; none differs by more.
MARGIN = {True: 25.0, False: 0.0005}
_BATCH = 5_000
_DATED = "2000-01-01T00:00:00.000Z"
_EPSG = re.compile(r"epsg\W(?:.*\W)?(\d{4,5})$", re.IGNORECASE)
_CRS84 = re.compile(r"CRS:?84h?$", re.IGNORECASE)

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Row:
    """A row: what it is told from others by, its attributes as they came, its shape as WKB."""

    key: str
    properties: dict[str, Any]
    shape: bytes | None


def system_of(name: object) -> str | None:
    """Return the code of a coordinate reference system that a server names in any of its ways.

    Parameters
    ----------
    name
        A URN, URI or short name.

    Returns
    -------
    str or None
        Such as `EPSG:27700`; longitude and latitude are `EPSG:4326`; nothing if it is not known.

    Examples
    --------
    >>> [system_of(n) for n in ("urn:ogc:def:crs:EPSG::27700", "EPSG:27700", "mine")]
    ['EPSG:27700', 'EPSG:27700', None]
    >>> system_of("http://www.opengis.net/def/crs/OGC/1.3/CRS84")
    'EPSG:4326'
    """
    text = str(name).strip()
    if _CRS84.search(text):
        return DEGREES
    found = _EPSG.search(text)
    return f"EPSG:{found[1]}" if found else None


def box_in(area: Area, system: str) -> Box:
    """Return the box of a district in another system, none of it left out.

    Parameters
    ----------
    area
        The district.
    system
        Such as `EPSG:27700`; for degrees the box is longitude first.

    Returns
    -------
    tuple of float
        Least x, least y, greatest x, greatest y.
    """
    box = (area.west, area.south, area.east, area.north)
    if system == DEGREES:
        return box
    west, south, east, north = _from_degrees(system).transform_bounds(*box)
    margin = MARGIN[True]
    return west - margin, south - margin, east + margin, north + margin


@cache
def _from_degrees(system: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(DEGREES, system, always_xy=True)


def features_of(content: dict[str, Any]) -> list[dict[str, Any]] | str:
    """Return the features of a page of GeoJSON, or say what is wrong with it.

    Parameters
    ----------
    content
        A FeatureCollection, as it should be.

    Returns
    -------
    list or str
        The features, each with an `id`, `properties` and `geometry`.
    """
    features = content.get("features")
    if content.get("type") != "FeatureCollection" or not isinstance(features, list):
        words = content.get("description") or content.get("error") or content.get("exceptions")
        said = f": {quoted(words)}" if words else ""
        return f"the answer holds no features{said}"
    for place, feature in enumerate(features, start=1):
        is_one = isinstance(feature, dict) and feature.get("type") == "Feature"
        if not is_one or not isinstance(feature.get("properties") or {}, dict):
            return f"feature {place} of the page is not one"
        if not isinstance(feature.get("geometry"), dict | None):
            return f"the geometry of feature {place} of the page is not one"
    returned = content.get("numberReturned")
    if isinstance(returned, int) and returned != len(features):
        return f"{returned:,} rows are announced for a page that has {len(features):,}"
    return features


def rows_of(features: list[dict[str, Any]], key: Callable[[dict[str, Any]], str]) -> list[Row]:
    """Turn the features of a page into rows.

    Parameters
    ----------
    features
        As `features_of` returns them.
    key
        What a feature is told from others by.

    Returns
    -------
    list of Row
        As many, in order.

    Raises
    ------
    ValueError
        If a geometry cannot be read; the words name the row.
    """
    return [
        Row(key(feature), with_id(feature.get("id"), feature.get("properties") or {}), shape)
        for feature, shape in zip(features, _shapes(features), strict=True)
    ]


def with_id(identity: object, properties: dict[str, Any]) -> dict[str, Any]:
    """Put the id of a row before its attributes, unless one of them is called so.

    Parameters
    ----------
    identity
        The id, if there is one.
    properties
        The attributes.

    Returns
    -------
    dict
        Both.
    """
    if identity is None or any(name.casefold() == "id" for name in properties):
        return properties
    return {"id": identity, **properties}


def _shapes(features: list[dict[str, Any]]) -> list[bytes | None]:
    shapes: list[bytes | None] = []
    for feature in features:
        geometry = feature.get("geometry")
        try:
            drawn = None if geometry is None else shapely.from_geojson(json.dumps(geometry))
        except (shapely.errors.GEOSException, ValueError):
            drawn = shapely.Point()
        if drawn is not None and (
            drawn.is_empty or not np.isfinite(shapely.get_coordinates(drawn)).all()
        ):
            raise ValueError(f"the geometry of row {quoted(feature.get('id'))} cannot be read")
        shapes.append(None if drawn is None else shapely.to_wkb(shapely.force_2d(drawn)))
    return shapes


@contextmanager
def shelf_in(folder: Path, system: str, box: Box, who: str) -> Iterator[Shelf]:
    """Give a shelf, and clear it away at the end.

    Parameters
    ----------
    folder
        Where there is room.
    system
        The system of all shapes.
    box
        Where they lie.
    who
        The service and its address, for messages.

    Yields
    ------
    Shelf
        An empty one.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".part-shelf-", dir=folder) as corner:
            shelf = Shelf(Path(corner), system, box, who)
            try:
                yield shelf
            finally:
                shelf.close()
    except (OSError, sqlite3.OperationalError) as error:
        raise FileCannotBeWritten(
            f"{folder}: could not be written ({error}); make room or give write permission, then "
            "run again."
        ) from None


class Shelf:
    """Rows in the order of their keys, each of them once."""

    def __init__(self, corner: Path, system: str, box: Box, who: str) -> None:
        """Begin with no rows; `shelf_in` says what the parts mean."""
        self.corner, self.system, self.who = corner, system, who
        margin = MARGIN[system != DEGREES]
        west, south, east, north = box
        self._box = (west - margin, south - margin, east + margin, north + margin)
        self._rows = sqlite3.connect(corner / "rows.sqlite")
        self._rows.execute("PRAGMA synchronous = OFF")
        self._rows.execute("PRAGMA journal_mode = OFF")
        self._rows.execute("CREATE TABLE rows (key TEXT PRIMARY KEY, properties TEXT, shape BLOB)")
        self.size = 0

    def close(self) -> None:
        """Let go of the database."""
        self._rows.close()

    def put(self, rows: list[Row]) -> None:
        """Add the rows of a page.

        Parameters
        ----------
        rows
            The rows.

        Raises
        ------
        HasChanged
            If one of them is there already.
        SourceFailed
            If one lies elsewhere, or there are too many.
        """
        self._must_lie_in_the_box(rows)
        for row in rows:
            cells = (clean_text(row.key), json.dumps(row.properties), row.shape)
            try:
                self._rows.execute("INSERT INTO rows VALUES (?, ?, ?)", cells)
            except sqlite3.IntegrityError:
                raise HasChanged(
                    f"{self.who}: the row {quoted(row.key)} came twice, and every row must come "
                    "once."
                ) from None
        self.size += len(rows)
        if self.size > MOST_ROWS:
            raise SourceFailed(
                f"{self.who}: has more than {MOST_ROWS:,} rows for one district, which is the most "
                "that is read; check the layer."
            )

    def _must_lie_in_the_box(self, rows: list[Row]) -> None:
        bounds = shapely.bounds(shapely.from_wkb(np.array([row.shape for row in rows], object)))
        if not len(rows):
            return
        west, south, east, north = self._box
        with np.errstate(invalid="ignore"):
            outside = (
                (bounds[:, 0] > east) | (bounds[:, 2] < west)
                | (bounds[:, 1] > north) | (bounds[:, 3] < south)
            )  # fmt: skip
        if outside.any():
            first = int(outside.argmax())
            raise SourceFailed(
                f"{self.who}: {int(outside.sum()):,} of {len(rows):,} rows of a page lie outside "
                f"the box that was asked for; row {quoted(rows[first].key)} begins at "
                f"{bounds[first, 0]:g}, {bounds[first, 1]:g} in {self.system}. The server takes "
                "another system or order of axes, or no box at all; ask its publisher."
            )

    def rows(self) -> Iterator[Row]:
        """Yield all rows in the order of their keys, numbers in them as numbers go.

        Yields
        ------
        Row
            One after the other.
        """
        for key, properties, shape in self._rows.execute(
            "SELECT key, properties, shape FROM rows ORDER BY length(key), key"
        ):
            yield Row(key, json.loads(properties), shape)

    def sum(self) -> str:
        """Return what two shelves with the same rows have in common, and no others.

        Returns
        -------
        str
            A SHA-256.
        """
        total = hashlib.sha256()
        for row in self.rows():
            cells = (row.key, sorted(row.properties.items(), key=lambda item: item[0]))
            total.update(json.dumps(cells).encode() + b"\n" + (row.shape or b"") + b"\n")
        return total.hexdigest()

    def write(self, folder: Path, name: str) -> Path:
        """Write all rows to a file: GeoPackage in metres, GeoJSON in degrees.

        Parameters
        ----------
        folder
            Where it belongs.
        name
            What it is called, without ending.

        Returns
        -------
        pathlib.Path
            The file, there only when it is whole.

        Raises
        ------
        SourceFailed
            If two attributes have one name.
        """
        names = self._names()
        ending, write = (
            (".geojson", self._geojson) if self.system == DEGREES else (".gpkg", self._package)
        )
        part, target = self.corner / f"whole{ending}", folder / f"{name}{ending}"
        write(part, names)
        part.replace(target)
        return target

    def _names(self) -> list[str]:
        names: dict[str, None] = {}
        for row in self.rows():
            names.update(dict.fromkeys(row.properties))
        clean = [clean_text(name).casefold() for name in names]
        if len(set(clean)) < len(clean):
            twice = next(name for name in names if clean.count(clean_text(name).casefold()) > 1)
            raise SourceFailed(
                f"{self.who}: two attributes of its rows are called {quoted(twice)}, apart "
                "from case; no table can hold both. Ask its publisher."
            )
        return list(names)

    def _geojson(self, part: Path, _: list[str]) -> None:
        with part.open("w", encoding="utf-8") as file:
            file.write('{"type": "FeatureCollection", "features": [')
            for place, row in enumerate(self.rows()):
                shape = (
                    None if row.shape is None else shapely.to_geojson(shapely.from_wkb(row.shape))
                )
                feature = {
                    "type": "Feature", "id": row.key, "properties": row.properties,
                    "geometry": None if shape is None else json.loads(shape),
                }  # fmt: skip
                file.write(("," if place else "") + "\n" + json.dumps(feature))
            file.write("\n]}\n")

    def _package(self, part: Path, names: list[str]) -> None:
        import pyogrio

        options = _free_names(names)
        before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
        # Else the same rows would give other bytes tomorrow.
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _DATED})
        try:
            for place, batch in enumerate(_batches(self.rows())):
                pyogrio.write_dataframe(
                    _frame(batch, names, self.system), part, layer="rows", driver="GPKG",
                    geometry_type="Unknown", promote_to_multi=False, append=place > 0,
                    layer_options=options,
                )  # fmt: skip
            held = pyogrio.read_info(part, layer="rows", force_feature_count=True)["features"]
        except (pyogrio.errors.DataLayerError, pyogrio.errors.DataSourceError) as error:
            raise OSError(quoted(error)) from None  # GDAL's words for a full disk
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
        if held != self.size:
            raise OSError(f"{held:,} of {self.size:,} rows were written")


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Cut into batches; there is always a first, be it empty."""
    yield list(islice(rows, _BATCH))
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _frame(batch: list[Row], names: list[str], system: str) -> gpd.GeoDataFrame:
    """All attributes become text: a number that is guessed on one page may be none on the next."""
    columns = {
        _heading(name): pd.Series([_cell(row.properties.get(name)) for row in batch], dtype="str")
        for name in names
    }
    shapes = shapely.from_wkb(np.array([row.shape for row in batch], dtype=object))
    return gpd.GeoDataFrame(
        pd.DataFrame(columns, index=range(len(batch))), geometry=shapes, crs=system
    )


def _heading(name: str) -> str:
    """Whoever reads the file calls its shapes so, and would lose an attribute of that name."""
    heading = clean_text(name)
    return f"{heading} (attribute)" if heading == "geometry" else heading


def _cell(value: object) -> str | None:
    return None if value is None else as_cell(value)


def _free_names(names: Iterable[str]) -> dict[str, str]:
    """GeoPackage adds two columns of its own; attributes keep their names."""
    taken = {clean_text(name).casefold() for name in names}
    free = {}
    for option, name in (("FID", "fid"), ("GEOMETRY_NAME", "geom")):
        while name in taken:
            name = f"{name}_"  # noqa: PLW2901
        free[option] = name
    return free
