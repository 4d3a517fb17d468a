"""A replay of Geofabrik's download server: its index, an extract, and the sum of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import shapely

from tests.servers.faulty import Asked, Reply, Route

INDEX = "/index-v1.json"
PBF = "/europe/united-kingdom/wales-latest.osm.pbf"


def region(number: str, box: tuple[float, float, float, float], url: str | None) -> dict[str, Any]:
    """Return a region as the index holds it."""
    return {
        "type": "Feature",
        "properties": {
            "id": number, "parent": "united-kingdom", "name": number.title(),
            "urls": {} if url is None else {"pbf": url},
        },
        "geometry": shapely.geometry.mapping(shapely.MultiPolygon([shapely.box(*box)])),
    }  # fmt: skip


def serving_extract(extract: Path, regions: list[dict[str, Any]], md5: str | None = "") -> Route:
    """Return the route; `md5` is published instead of the right one, none not at all."""

    def route(asked: Asked) -> Reply:
        if asked.path == INDEX:
            index = {"type": "FeatureCollection", "features": regions}
            text = json.dumps(index).replace("https://here", f"http://{asked.headers['Host']}")
            return Reply(text.encode())
        body = extract.read_bytes()
        if asked.path == PBF:
            return Reply(body, "application/octet-stream")
        if asked.path == f"{PBF}.md5" and md5 is not None:
            digest = md5 or hashlib.md5(body).hexdigest()
            return Reply(f"{digest}  wales-latest.osm.pbf\n".encode(), "text/plain")
        return Reply(b"<html>not found</html>", "text/html", 404)

    return route
