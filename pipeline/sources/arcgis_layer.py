"""What an ArcGIS server says of its services and layers, and how its rows are to be read."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from urllib.parse import quote

import numpy as np
import shapely

from pipeline.errors import SourceFailed, listed, quoted
from pipeline.sources.addresses import shown
from pipeline.sources.forms import JSON
from pipeline.sources.http import Client
from pipeline.sources.reading import OddAnswer, as_json, read_as
from pipeline.sources.shelf import Row

TOO_BUSY = 429
SERVER_FAULTS = range(500, 600)
USUAL_PAGE = 1000
# Ten shapes of a megabyte would still be little for GDAL, which needs many times their size.
_SHAPES_AT_ONCE = 200
# Where the coordinates of each kind of geometry stand.
_COORDINATES = {
    "esriGeometryPoint": "x",
    "esriGeometryMultipoint": "points",
    "esriGeometryPolyline": "paths",
    "esriGeometryPolygon": "rings",
}
_GENERALISED = re.compile(
    r"(?:^|_)(?:BSC|BUC)(?:_|$)|(?:super|ultra)[ _-]?generali[sz]ed", re.IGNORECASE
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EDITION = re.compile(rf"(?:^|_)({'|'.join(_MONTHS)})[a-z]*_(\d{{4}})(?=_|$)", re.IGNORECASE)

Meaning = TypeVar("Meaning")


@dataclass(frozen=True)
class Layer:
    """A layer as its server describes it.

    `fields` gives the type of each field, `key` is the field of the object ids, `shape` the kind
    of geometry, if there is one; `page` is how many rows the server gives at most, `is_paged`
    whether it can go on where a page ended.
    """

    address: str
    name: str
    fields: dict[str, str]
    key: str
    shape: str | None
    page: int
    is_paged: bool
    date: date | None


def asked(
    client: Client,
    address: str,
    params: Mapping[str, str],
    meaning: Callable[[dict[str, Any]], Meaning],
    *,
    is_posted: bool = False,
) -> Meaning:
    """Ask an ArcGIS server, whose errors come with status 200.

    Parameters
    ----------
    client
        Asks the server.
    address
        Where.
    params
        The question.
    meaning
        Reads the answer; raises `OddAnswer` if it is not what it should be.
    is_posted
        Whether the question is too long for an address.

    Returns
    -------
    Meaning
        What the answer means.

    Raises
    ------
    SourceFailed
        If the server says that it failed, or its answer has no meaning.
    """
    question = {"f": "json", **params}

    def read(body: bytes) -> Meaning:
        content = as_json(body)
        if not isinstance(content, dict):
            raise OddAnswer("is JSON but not an object")
        if "error" in content:
            _must_pass(content["error"], address)
        return meaning(content)

    if is_posted:
        return read_as(client, address, JSON, read, sent=question)
    return read_as(client, address, JSON, read, question)


def _must_pass(error: object, address: str) -> None:
    """Say what failed: with `OddAnswer` if it may work in a while."""
    known: dict[str, Any] = error if isinstance(error, dict) else {}
    code, details = known.get("code"), known.get("details")
    words = [known.get("message") or error, *(details if isinstance(details, list) else [])]
    said = f"says that it failed (code {quoted(code)}: {', '.join(quoted(w) for w in words if w)})"
    if code == TOO_BUSY or code in SERVER_FAULTS:
        raise OddAnswer(said)
    raise SourceFailed(f"{shown(address)}: {said}; check what the place says of it.")


# --- services and layers -------------------------------------------------------------------------


def find_layer(client: Client, root: str, service: str, number: int) -> Layer:
    """Find a layer of the newest service whose name fits.

    Parameters
    ----------
    client
        Asks the server.
    root
        The address of its list of services.
    service
        A regular expression for the whole name, without the folder.
    number
        The layer.

    Returns
    -------
    Layer
        As the server describes it now.

    Raises
    ------
    SourceFailed
        If no service fits, or the layer is none of rows.
    """
    fits = re.compile(service)
    names = asked(client, root, {}, _service_names)
    found = sorted((name for name in names if fits.fullmatch(name)), key=_order)
    if not found:
        raise SourceFailed(
            f"{client.service.name}: {shown(root)}: none of its {len(names):,} services is called "
            f"{quoted(service)}{_alike(names, service)}. It may have been renamed; mend `service`."
        )
    address = f"{root.rstrip('/')}/{quote(found[-1], safe='')}/FeatureServer/{number}"
    return asked(client, address, {}, lambda content: _layer(content, address, found[-1]))


def _service_names(content: dict[str, Any]) -> list[str]:
    services = content.get("services")
    if not isinstance(services, list) or not all(isinstance(s, dict) for s in services):
        raise OddAnswer("holds no list of services")
    return [
        str(service.get("name", "")).rpartition("/")[2]
        for service in services
        if service.get("type") == "FeatureServer"
    ]


def _alike(names: list[str], pattern: str) -> str:
    begin = re.split(r"\W|_", pattern, maxsplit=1)[0].casefold()
    alike = sorted((n for n in names if begin and n.casefold().startswith(begin)), key=_order)
    return f"; there are {listed(alike[::-1])}" if alike else ""


def _order(name: str) -> tuple[tuple[int, int], list[str | int]]:
    """Order by edition, May 2024 before December 2024, then with 9 before 10."""
    found = _EDITION.search(name)
    edition = (int(found[2]), _MONTHS.index(found[1].casefold()[:3])) if found else (0, 0)
    parts = re.split(r"(\d+)", name)
    return edition, [int(part) if place % 2 else part for place, part in enumerate(parts)]


def is_generalised(layer: Layer) -> bool:
    """Say whether a layer has outlines for show only, up to 200 or 500 m from the true ones.

    Parameters
    ----------
    layer
        The layer.

    Returns
    -------
    bool
        Whether it names itself so.
    """
    return bool(layer.shape and _GENERALISED.search(layer.name))


def _layer(content: dict[str, Any], address: str, name: str) -> Layer:
    fields = content.get("fields")
    if not isinstance(fields, list) or not all(_is_field(field) for field in fields):
        raise OddAnswer("holds no list of fields")
    types = {field["name"]: field["type"] for field in fields}
    keys = [content.get("objectIdField"), *(n for n in types if types[n] == "esriFieldTypeOID")]
    key = next((key for key in keys if key in types), None)
    if key is None:
        raise SourceFailed(f"{shown(address)}: names no field of object ids to tell its rows by.")
    shape = content.get("geometryType") or None
    if shape is not None and shape not in _COORDINATES:
        raise SourceFailed(
            f"{shown(address)}: has shapes of the kind {quoted(shape)}; read are points, lines "
            "and areas."
        )
    can = content.get("advancedQueryCapabilities")
    can = {**content, **(can if isinstance(can, dict) else {})}
    return Layer(
        address, name, {n: t for n, t in types.items() if t != "esriFieldTypeGeometry"}, key, shape,
        _page(content.get("maxRecordCount")),
        can.get("supportsPagination") is True and can.get("supportsOrderBy") is not False,
        _changed_on(content.get("editingInfo")),
    )  # fmt: skip


def _is_field(field: object) -> bool:
    return isinstance(field, dict) and all(isinstance(field.get(k), str) for k in ("name", "type"))


def _page(most: object) -> int:
    return most if isinstance(most, int) and most > 0 else USUAL_PAGE


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def _changed_on(editing: object) -> date | None:
    known = editing if isinstance(editing, dict) else {}
    moment = _moment(known.get("dataLastEditDate") or known.get("lastEditDate"))
    return None if moment is None else moment.date()


def _moment(milliseconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(milliseconds) / 1000, UTC)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def field_named(layer: Layer, pattern: str) -> str:
    r"""Return the one field of a layer whose whole name fits a regular expression.

    Parameters
    ----------
    layer
        The layer.
    pattern
        Such as `LAD\d\dCD`: names change with every edition.

    Returns
    -------
    str
        Its name.

    Raises
    ------
    SourceFailed
        If none or several fit.
    """
    fits = re.compile(pattern)
    found = [name for name in layer.fields if fits.fullmatch(name)]
    if len(found) == 1:
        return found[0]
    has = f"several fit ({listed(found)})" if found else f"it has {listed(list(layer.fields), 20)}"
    raise SourceFailed(
        f"{shown(layer.address)}: needs one field called {quoted(pattern)}, and {has}."
    )


# --- rows ----------------------------------------------------------------------------------------


def rows_of(
    content: dict[str, Any], layer: Layer, fields: list[str], system: str | None
) -> list[Row]:
    """Read a page of rows.

    Parameters
    ----------
    content
        The page.
    layer
        The layer.
    fields
        The fields that were asked for.
    system
        The system of coordinates that was asked for; without one there are no shapes.

    Returns
    -------
    list of Row
        In order.

    Raises
    ------
    OddAnswer
        If it is no page, or lacks what was asked for.
    """
    features = content.get("features")
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise OddAnswer("holds no rows")
    if not features:
        return []
    _must_have(fields, content.get("fields"))
    cells = [_attributes(feature, layer, fields) for feature in features]
    shapes: list[bytes | None] = [None] * len(features)
    if system is not None and layer.shape is not None:
        _must_be_in(system, content, layer.shape)
        shapes = _shapes([feature.get("geometry") for feature in features], layer.shape)
    return [
        Row(str(attributes[layer.key]), attributes, shape)
        for attributes, shape in zip(cells, shapes, strict=True)
    ]


def _must_have(wanted: list[str], fields: object) -> None:
    if not isinstance(fields, list) or not all(_is_field(field) for field in fields):
        raise OddAnswer("does not say which fields it has")
    missing = sorted(set(wanted) - {field["name"] for field in fields})
    if missing:
        raise OddAnswer(f"lacks the fields {listed(missing)}")


def _attributes(feature: dict[str, Any], layer: Layer, fields: list[str]) -> dict[str, Any]:
    attributes = feature.get("attributes")
    if not isinstance(attributes, dict) or not _is_whole(attributes.get(layer.key)):
        raise OddAnswer(f"holds a row without its object id {quoted(layer.key)}")
    odd = sorted(set(attributes) - set(fields))
    if odd:
        raise OddAnswer(f"holds fields that the layer does not have ({listed(odd)})")
    return {name: _value(attributes.get(name), layer.fields[name]) for name in fields}


def _value(value: object, kind: str) -> object:
    """Write a moment as one; it comes in milliseconds since 1970."""
    moment = _moment(value) if kind == "esriFieldTypeDate" and _is_whole(value) else None
    return value if moment is None else moment.isoformat()


def _must_be_in(system: str, content: dict[str, Any], shape: str) -> None:
    said = content.get("spatialReference")
    known = {said.get("wkid"), said.get("latestWkid")} if isinstance(said, dict) else set()
    if int(system.rpartition(":")[2]) not in known:
        raise OddAnswer(f"is in the system {quoted(said)}, and {system} was asked for")
    if content.get("geometryType", shape) != shape:
        raise OddAnswer(
            f"has shapes of the kind {quoted(content.get('geometryType'))}, not {shape}"
        )


def _shapes(geometries: list[Any], kind: str) -> list[bytes | None]:
    drawn: list[bytes | None] = [None] * len(geometries)
    filled = [place for place, geometry in enumerate(geometries) if not _is_blank(geometry, kind)]
    for begin in range(0, len(filled), _SHAPES_AT_ONCE):
        places = filled[begin : begin + _SHAPES_AT_ONCE]
        for place, shape in zip(places, _read([geometries[p] for p in places], kind), strict=True):
            if (
                shape is None
                or shape.is_empty
                or not np.isfinite(shapely.get_coordinates(shape)).all()
            ):
                raise OddAnswer(
                    f"holds a shape that cannot be read, of row {place + 1:,} of the page"
                )
            drawn[place] = shapely.to_wkb(shapely.force_2d(shape))
    return drawn


def _is_blank(geometry: object, kind: str) -> bool:
    """Say whether a row has no shape, in one of the ways in which servers say so."""
    if geometry is None or geometry == {}:
        return True
    name = _COORDINATES[kind]
    return isinstance(geometry, dict) and name in geometry and geometry[name] in (None, [], "NaN")


def _read(geometries: list[Any], kind: str) -> Any:  # noqa: ANN401 (an array of shapes)
    """Let GDAL draw: which ring is a hole in which area is not for us to find out.

    It is given shapes alone, as it would cut a long number in an attribute to 2,147,483,647.
    """
    import pyogrio

    page = {
        "geometryType": kind,
        "fields": [{"name": "place", "type": "esriFieldTypeInteger"}],
        "features": [
            {"attributes": {"place": place}, "geometry": geometry}
            for place, geometry in enumerate(geometries)
        ],
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            frame = pyogrio.read_dataframe(json.dumps(page).encode())
    except (pyogrio.errors.DataSourceError, RuntimeError, ValueError, Warning):
        raise OddAnswer("holds shapes that cannot be read") from None
    if frame["place"].tolist() != list(range(len(geometries))):
        raise OddAnswer("holds shapes that cannot be read one by one")
    return np.asarray(frame.geometry.array)
