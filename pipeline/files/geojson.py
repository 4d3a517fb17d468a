"""Read GeoJSON with shapely, feature by feature.

GDAL turns a broken geometry into none and drops features that it does not know, without a word.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from pipeline.errors import FileIsDamaged, quoted
from pipeline.files.attributes import cells_of, layer_of
from pipeline.files.shapes import NotDrawn, of_one_kind
from pipeline.files.systems import system_named

_SHAPES = frozenset(
    ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
)
_COLLECTION = "GeometryCollection"
_DEGREES = 4326


def read_geojson(path: Path, declared: str | None) -> gpd.GeoDataFrame:
    """Read a FeatureCollection.

    Parameters
    ----------
    path
        The file.
    declared
        The system that the district's file declares, for a file that does not say its own; by
        the standard such a file is in longitude and latitude.

    Returns
    -------
    geopandas.GeoDataFrame
        As `layer_of` makes it, indexed by the number of the feature, from 1.

    Raises
    ------
    FileIsDamaged
        If it is no FeatureCollection, or holds what is no feature.
    """
    content = _json_of(path)
    features = content.get("features")
    if content.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise FileIsDamaged(
            f"{path}: is JSON but not a GeoJSON FeatureCollection; export it as GeoJSON."
        )
    crs = _crs_of(content, declared, path)
    shapes, faults = [], {}
    for place, feature in enumerate(features, start=1):
        _must_be_a_feature(feature, f"{path}: feature {place}")
        try:
            shapes.append(_shape(feature.pop("geometry", None)))
        except NotDrawn as fault:
            shapes.append(None)
            faults[place] = str(fault)
    attributes = [{"id": f.get("id"), **_unpacked(f.get("properties") or {})} for f in features]
    frame = cells_of(pd.DataFrame(attributes, dtype=object), path)
    if "id" in frame and (frame["id"] == "").all():
        frame = frame.drop(columns="id")
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="feature")
    return layer_of(frame, shapes, crs, faults)


def _json_of(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(
            path.read_bytes().decode("utf-8-sig"), parse_constant=_refuse_constant,
            object_hook=_packed,
        )  # fmt: skip
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


class _Packed(str):
    """Coordinates as text: as lists of numbers they take eight times the room."""

    __slots__ = ()


def _packed(found: dict[str, Any]) -> dict[str, Any]:
    """Pack the coordinates of what may be a geometry, as soon as it is read."""
    if isinstance(found.get("coordinates"), list):
        with suppress(ValueError):  # what is no number is told where the shape is drawn
            found["coordinates"] = _Packed(json.dumps(found["coordinates"], allow_nan=False))
    return found


def _unpacked(value: Any) -> Any:  # noqa: ANN401 (JSON)
    """Give back what was packed and is no geometry of a feature."""
    if isinstance(value, dict):
        return {key: _unpacked(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_unpacked(inner) for inner in value]
    return json.loads(value) if isinstance(value, _Packed) else value


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"it holds {word}, which is not a number")


def _crs_of(content: dict[str, Any], declared: str | None, path: Path) -> pyproj.CRS:
    """GeoJSON is in WGS84 longitude and latitude; the older `crs` member is honoured."""
    member = content.get("crs")
    if member is None:
        return system_named(None, declared or f"EPSG:{_DEGREES}", path)
    name = member.get("properties", {}).get("name") if isinstance(member, dict) else None
    crs = system_named(name, declared, path)
    # Degrees in GeoJSON are longitude first whatever the named system says.
    return pyproj.CRS.from_epsg(_DEGREES) if crs.is_geographic else crs


def _must_be_a_feature(feature: Any, where: str) -> None:  # noqa: ANN401 (JSON)
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise FileIsDamaged(f"{where} is not a GeoJSON Feature; mend or remove it.")
    if not isinstance(feature.get("properties") or {}, dict):
        raise FileIsDamaged(f"{where}: its properties are not keys and values; mend it.")


def _shape(geometry: Any) -> Any:  # noqa: ANN401 (JSON in, geometry out)
    if geometry is None:
        raise NotDrawn("has no geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else geometry
    if not isinstance(kind, str) or kind not in _SHAPES | {_COLLECTION}:
        raise NotDrawn(
            f"has a geometry of type {quoted(kind)}; allowed are {', '.join(sorted(_SHAPES))}"
        )
    try:
        return of_one_kind(shapely.from_geojson(_text_of(geometry, kind)))
    except (shapely.GEOSException, ValueError) as error:
        raise NotDrawn(f"has coordinates that cannot be read ({error})") from None


def _text_of(geometry: dict[str, Any], kind: str) -> str:
    coordinates = geometry.get("coordinates")
    if kind in _SHAPES and isinstance(coordinates, _Packed):
        return f'{{"type": "{kind}", "coordinates": {coordinates}}}'
    return json.dumps(_unpacked(geometry), allow_nan=False)
