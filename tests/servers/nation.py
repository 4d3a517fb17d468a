"""What the services of a nation answer for one district: lists of areas, census, files, regions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import osmium
import shapely
import yaml

from tests.servers import arcgis
from tests.servers.faulty import Asked, Reply

TEXT = {".csv": "text/csv", ".zip": "application/zip", ".xlsx": "application/octet-stream",
        ".xls": "application/octet-stream", ".pbf": "application/octet-stream"}  # fmt: skip


@dataclass
class Nation:
    """Tables by the names of their services, numbers by dataset and category, files by name."""

    layers: dict[str, arcgis.Table] = field(default_factory=dict)
    census: Mapping[tuple[str, str], Mapping[Any, Any]] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    regions: Mapping[str, tuple[shapely.Polygon, Path | None]] = field(default_factory=dict)
    # Products of Ordnance Survey: the format and the file of each.
    products: dict[str, tuple[str, Path]] = field(default_factory=dict)
    # Rows of planning.data.gov.uk, all of one dataset and within the district.
    entities: list[dict[str, Any]] = field(default_factory=list)
    district: str = ""
    address: str = ""

    def route(self, asked: Asked) -> Reply:
        """Answer one request."""
        address = urlsplit(asked.path)
        name = address.path.rpartition("/")[2]
        if address.path.startswith(arcgis.ROOT):
            return arcgis.answering(self.layers)(asked)
        if "/dataset/" in address.path:
            return self._counts(name.partition(".")[0], parse_qs(address.query))
        if "/downloads/v1/products/" in address.path:
            return self._product(address.path.split("/products/")[1])
        if name in {"entity.json", "index-v1.json"}:
            rows = {"entities": self.entities, "count": len(self.entities), "links": {}}
            answer = rows if name == "entity.json" else self._index()
            return Reply(json.dumps(answer).encode(), "application/json")
        return self._file(name)

    def _file(self, name: str) -> Reply:
        name = "access-nodes.csv" if name == "access-nodes" else name
        file = self.files.get(name.removesuffix(".md5"))
        if file is None:
            return Reply(b"not here", "text/plain", 404)
        if name.endswith(".md5"):
            digest = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
            return Reply(f"{digest}  {file.name}\n".encode(), "text/plain")
        return Reply(file.read_bytes(), TEXT[file.suffix])

    def _counts(self, dataset: str, question: dict[str, list[str]]) -> Reply:
        category = next(values[0] for name, values in question.items() if name.startswith("c20"))
        is_known = question["geography"][0].startswith(f"{self.district}TYPE")
        counts = self.census[dataset, category] if is_known else {}
        rows = [f'"{code}",{count},{len(counts)}' for code, count in counts.items()]
        head = '"GEOGRAPHY_CODE","OBS_VALUE","RECORD_COUNT"'
        return Reply("\n".join([head, *rows, ""]).encode(), "text/csv")

    def _product(self, path: str) -> Reply:
        """Answer with the version of a product, or with its list of one file."""
        product, _, rest = path.partition("/")
        form, file = self.products[product]
        self.files[file.name] = file
        found: Any = {"id": product, "version": "2026-10"}
        if rest:
            md5 = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
            found = [
                {
                    "url": f"{self.address}/{file.name}",
                    "fileName": file.name,
                    "size": file.stat().st_size,
                    "md5": md5,
                    "format": form,
                    "area": "GB",
                }
            ]
        return Reply(json.dumps(found).encode(), "application/json")

    def _index(self) -> dict[str, Any]:
        features = [
            {
                "type": "Feature",
                "properties": {"id": name, "name": name.title(), "urls": self._urls(file)},
                "geometry": shapely.geometry.mapping(shape),
            }
            for name, (shape, file) in self.regions.items()
        ]
        return {"type": "FeatureCollection", "features": features}

    def _urls(self, file: Path | None) -> dict[str, str]:
        return {"pbf": f"{self.address}/{file.name if file else 'none.osm.pbf'}"}


def layer_of(frame: gpd.GeoDataFrame, shape: str | None = "esriGeometryPolygon") -> arcgis.Table:
    """Serve the rows of a frame in its own system, every outline with its holes."""
    columns = [name for name in frame.columns if name != "geometry"]
    rows = [
        (
            {"FID": n, **{name: getattr(row, name) for name in columns}},
            {"rings": _rings(row.geometry)} if shape else None,
        )
        for n, row in enumerate(frame.itertuples(), 1)
    ]
    types = {"FID": "OID", **dict.fromkeys(columns, "String")}
    return arcgis.Table(rows, types, shape, page=60)


def _rings(outline: shapely.Geometry) -> list[list[list[float]]]:
    """Return outer rings clockwise and holes the other way round, as the servers do."""
    parts = shapely.get_parts(shapely.force_2d(outline))
    found = []
    for part in parts:
        whole = shapely.geometry.polygon.orient(part, sign=-1.0)
        found += [[list(xy) for xy in r.coords] for r in (whole.exterior, *whole.interiors)]
    return found


def dated(source: Path, target: Path, moment: str) -> Path:
    """Copy a map, saying of what moment it is, as extracts do."""
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", moment)
    with osmium.SimpleWriter(str(target), header=header) as writer:
        for thing in osmium.FileProcessor(str(source)):
            writer.add(thing)
    return target


def point_at(folder: Path, address: str, urls: Mapping[str, str]) -> None:
    """Let the tables of a copy of the project lie at a server on this machine.

    `urls` gives the name of the file for each table that is one.
    """
    for path in sorted((folder / "config/national").glob("*.yaml")):
        _change(path, partial(_table_at, address=address, file=urls.get(path.stem)))
    _change(folder / "config/authorities.yaml", partial(_list_at, address=address))


def _change(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(values)
    path.write_text(json.dumps(values, default=str), encoding="utf-8")


def _table_at(values: dict[str, Any], address: str, file: str | None) -> None:
    at = values.get("at")
    if at is None:
        return
    at["local"] = True
    if "arcgis" in at:
        at["arcgis"] = f"{address}{arcgis.ROOT}"
    elif "url" in at:
        at["url"] = f"{address}/{file or 'none.csv'}"
    elif "wfs" in at:
        at["wfs"] = f"{address}/wfs"
    else:
        at["api"] = address


def _list_at(values: dict[str, Any], address: str) -> None:
    values["authorities"] |= {"arcgis": f"{address}{arcgis.ROOT}", "local": True}
    values["regions"] = {"index": f"{address}/index-v1.json", "local": True}
