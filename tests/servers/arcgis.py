"""An ArcGIS server in small: the questions of ours that a FeatureServer answers, and its habits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers.faulty import Asked, Reply

ROOT = "/org/arcgis/rest/services"


@dataclass
class Table:
    """A layer: rows of attributes and geometry, and how its server hands them out."""

    rows: list[tuple[dict[str, Any], Any]]
    types: dict[str, str]
    shape: str | None = "esriGeometryPoint"
    key: str = "FID"
    page: int = 5
    is_paged: bool = True
    edited: int | None = 1_714_521_600_000
    # Where the server says that there is more: on top, inside `properties`, or nowhere.
    says_so: str = "top"
    change: Callable[[list[tuple[dict[str, Any], Any]]], list[tuple[dict[str, Any], Any]]] = field(
        default=lambda rows: rows
    )


def answering(tables: dict[str, Table]) -> Callable[[Asked], Reply]:
    """Return a route that serves tables under their names.

    Parameters
    ----------
    tables
        By the names of their services.

    Returns
    -------
    callable
        For `faulty.serving`.
    """

    def route(asked: Asked) -> Reply:
        address = urlsplit(asked.path)
        question = {
            name: values[0]
            for name, values in parse_qs(asked.body.decode() or address.query).items()
        }
        path = address.path.removeprefix(ROOT).strip("/")
        if not path:
            names = [{"name": name, "type": "FeatureServer"} for name in tables]
            maps = [{"name": name, "type": "MapServer"} for name in tables]
            return _json({"currentVersion": 11.2, "services": maps + names})
        name, _, rest = path.partition("/FeatureServer/0")
        if name.rpartition("/")[2] not in tables:
            return _json({"error": {"code": 404, "message": "Service not found", "details": []}})
        table = tables[name.rpartition("/")[2]]
        return _json(_answer(table, question) if rest == "/query" else _metadata(table, name))

    return route


def _json(content: Any) -> Reply:  # noqa: ANN401 (JSON)
    return Reply(json.dumps(content).encode(), "application/json; charset=utf-8")


def _fields(table: Table) -> list[dict[str, str]]:
    return [{"name": name, "type": f"esriFieldType{kind}"} for name, kind in table.types.items()]


def _metadata(table: Table, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": name, "type": "Feature Layer" if table.shape else "Table", "fields": _fields(table),
        "objectIdField": table.key, "maxRecordCount": table.page,
        "advancedQueryCapabilities": {"supportsPagination": table.is_paged},
    }  # fmt: skip
    if table.shape:
        found["geometryType"] = table.shape
    if table.edited:
        found["editingInfo"] = {"lastEditDate": table.edited}
    return found


def _answer(table: Table, question: dict[str, str]) -> dict[str, Any]:
    rows = [row for row in table.change(table.rows) if _is_meant(row, question)]
    if question.get("returnCountOnly") == "true":
        return {"count": len(rows)}
    if question.get("returnIdsOnly") == "true":
        return {"objectIdFieldName": table.key, "objectIds": [row[0][table.key] for row in rows]}
    if question.get("orderByFields") == table.key:
        rows = sorted(rows, key=lambda row: row[0][table.key])
    begin = int(question.get("resultOffset", 0)) if table.is_paged else 0
    end = begin + min(table.page, int(question.get("resultRecordCount", table.page)))
    wanted = set(question["outFields"].split(","))
    wanted = set(table.types) if wanted == {"*"} else wanted
    page: dict[str, Any] = {
        "objectIdFieldName": table.key,
        "fields": [one for one in _fields(table) if one["name"] in wanted],
        "features": [
            {"attributes": {name: cells[name] for name in cells if name in wanted}}
            | ({"geometry": shape} if question["returnGeometry"] == "true" else {})
            for cells, shape in rows[begin:end]
        ],
    }
    if question["returnGeometry"] == "true":
        page["geometryType"] = table.shape
        page["spatialReference"] = {"wkid": int(question["outSR"])}
    if end < len(rows) and table.says_so:
        where = page if table.says_so == "top" else page.setdefault("properties", {})
        where["exceededTransferLimit"] = True
    return page


def _is_meant(row: tuple[dict[str, Any], Any], question: dict[str, str]) -> bool:
    cells, shape = row
    if "objectIds" in question:
        return any(str(value) in question["objectIds"].split(",") for value in cells.values())
    x = shape.get("x") if isinstance(shape, dict) else None
    if "geometry" in question and isinstance(x, float):
        west, south, east, north = (float(edge) for edge in question["geometry"].split(","))
        if not (west <= x <= east and south <= shape["y"] <= north):
            return False
    for name, _, among in re.findall(r"(\w+) (IN|=) (\([^)]*\)|'[^']*')", question["where"]):
        if str(cells[name]) not in re.findall(r"'([^']*)'", among):
            return False
    return True
