"""Measure what a large layer takes: memory and seconds of a fetch, and of a look at the result.

    python benchmarks/layers.py [--megabytes 200] [--json FILE]

Areas of 200 corners are served page by page on this machine, as ArcGIS, OGC API Features, WFS and
as one file; each is fetched in a process of its own, whose greatest memory counts, and that of the
programs it starts. A fetch must stay under 1.5 GB.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    # A script's own folder is searched first, and there `pipeline` is another benchmark.
    sys.path[0] = str(ROOT)

import numpy as np  # noqa: E402

from pipeline.config import place as places  # noqa: E402
from pipeline.files.vectors import read_vector  # noqa: E402
from pipeline.sources.asking import Area  # noqa: E402
from pipeline.sources.services import fetch_from  # noqa: E402
from tests.servers import arcgis  # noqa: E402
from tests.servers.faulty import Asked, Reply, serving  # noqa: E402

MOST_MB = 1_500
CORNERS = 200
PAGE = 1_000
METRIC = "http://www.opengis.net/def/crs/EPSG/0/27700"
AREA = Area("E08000009", -2.9, 53.0, -1.9, 53.9)


def ring(row: int) -> list[list[float]]:
    """Return a round area in metres; no two are the same."""
    turn = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    x, y = 360_000 + row % 200 * 150, 380_000 + row // 200 * 150
    corners = np.column_stack([x + 60.123456 * np.cos(turn), y + 60.654321 * np.sin(turn)])
    found: list[list[float]] = np.round(corners, 4).tolist()
    return [*found, found[0]]


def feature(row: int) -> dict[str, Any]:
    """Return a row as GeoJSON."""
    return {
        "type": "Feature", "id": row + 1, "properties": {"name": f"Area {row}", "ref": str(row)},
        "geometry": {"type": "Polygon", "coordinates": [ring(row)]},
    }  # fmt: skip


def collection(rows: range, **more: object) -> bytes:
    """Return rows as a collection."""
    return json.dumps(
        {"type": "FeatureCollection", "features": [feature(row) for row in rows], **more}
    ).encode()


def ogc(n: int, asked: Asked, query: dict[str, str]) -> Reply:
    """Answer as OGC API Features does."""
    if not asked.path.partition("?")[0].endswith("/items"):
        about = {"id": "areas", "crs": [METRIC], "storageCrs": METRIC}
        return Reply(json.dumps(about).encode())
    begin, limit = int(query.get("offset", "0")), int(query["limit"])
    rows = range(begin, min(n, begin + min(limit, PAGE)))
    following = f"{asked.path.partition('&offset')[0]}&offset={rows.stop}"
    links = [{"rel": "next", "href": following}] if rows.stop < n and limit > 1 else []
    body = collection(rows, numberMatched=n, numberReturned=len(rows), links=links)
    return Reply(body, "application/geo+json")


def wfs(n: int, _: Asked, query: dict[str, str]) -> Reply:
    """Answer as a WFS 2.0 does, in GML."""
    if query["request"] == "GetCapabilities":
        body = (
            '<WFS_Capabilities version="2.0.0" xmlns="http://www.opengis.net/wfs/2.0">'
            "<FeatureTypeList><FeatureType><Name>areas</Name>"
            "<DefaultCRS>urn:ogc:def:crs:EPSG::27700</DefaultCRS></FeatureType></FeatureTypeList>"
            "</WFS_Capabilities>"
        )
        return Reply(body.encode(), "text/xml")
    begin = int(query.get("startIndex", "0"))
    last = begin if query.get("resultType") == "hits" else min(n, begin + int(query["count"]))
    members = "".join(member(row) for row in range(begin, last))
    body = (
        '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" '
        'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:m="http://example.org/m" '
        f'numberMatched="{n}" numberReturned="{last - begin}">{members}</wfs:FeatureCollection>'
    )
    return Reply(body.encode(), "text/xml")


def member(row: int) -> str:
    """Return a row as GML."""
    places_of = " ".join(f"{x} {y}" for x, y in ring(row))
    return (
        f'<wfs:member><m:areas gml:id="a.{row}"><m:geom><gml:Polygon gml:id="g.{row}" '
        'srsName="urn:ogc:def:crs:EPSG::27700"><gml:exterior><gml:LinearRing><gml:posList>'
        f"{places_of}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></m:geom>"
        f"<m:name>Area {row}</m:name></m:areas></wfs:member>"
    )


class Shapes:
    """Rows of the ArcGIS server in small, made when they are asked for."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __call__(self, _: list[Any]) -> list[Any]:
        """Return the rows; their shapes are drawn page by page."""
        return [({"FID": row + 1, "name": f"Area {row}"}, Drawn(row)) for row in range(self.n)]


class Drawn(dict[str, Any]):
    """A shape that is drawn when it is written."""

    def __init__(self, row: int) -> None:
        super().__init__(rings=None)
        self.row = row

    def items(self) -> Any:  # noqa: ANN401 (what the encoder of JSON asks for)
        """Draw it."""
        return {"rings": [ring(self.row)[::-1]]}.items()


def route(n: int, whole: bytes) -> Callable[[Asked], Reply]:
    """Answer all four protocols."""
    table = arcgis.Table(
        [], {"FID": "OID", "name": "String"}, "esriGeometryPolygon", page=PAGE, change=Shapes(n)
    )
    layers = arcgis.answering({"Areas": table})

    def answer(asked: Asked) -> Reply:
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}
        if asked.path.startswith(arcgis.ROOT):
            return layers(asked)
        if asked.path.startswith("/ogc"):
            return ogc(n, asked, query)
        if asked.path.startswith("/wfs"):
            return wfs(n, asked, query)
        return Reply(whole, "application/geo+json")

    return answer


def of(protocol: str, address: str) -> places.OnTheWeb:
    """Return where the layer lies."""
    match protocol:
        case "ArcGIS":
            return places.ArcgisLayer(arcgis=address + arcgis.ROOT, service="Areas", local=True)
        case "OGC API Features":
            return places.OgcCollection(
                ogc_features=f"{address}/ogc", collection="areas", local=True
            )
        case "WFS":
            return places.WfsLayer(wfs=f"{address}/wfs", type_name="areas", local=True)
        case _:
            return places.WebFile(url=f"{address}/areas.geojson", local=True)


def fetch(protocol: str, address: str, folder: str, answer: Any) -> None:  # noqa: ANN401 (a queue)
    """Fetch, in a process of its own, and tell its greatest memory in MB."""
    begun = time.perf_counter()
    found = fetch_from(of(protocol, address), protocol, AREA, Path(folder) / "locks", Path(folder))
    rows = len(read_vector(found.path))
    seconds = time.perf_counter() - begun
    answer.put((rows, peak_mb(), seconds))


def peak_mb() -> float:
    """Return the greatest memory of this process, or of a program that it ran.

    That which the system reports for a process holds also what its parent had when it began.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def main() -> int:
    """Measure, and print.

    Returns
    -------
    int
        0; 1 where a fetch took more memory than it may, or lost rows.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    n = chosen.megabytes * 1_000_000 // (len(collection(range(1_000))) // 1_000)
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    whole = collection(range(n), crs=named)
    print(f"{n:,} areas, {len(whole) / 1e6:,.0f} MB as GeoJSON")
    start = multiprocessing.get_context("spawn")
    measured, is_good = {}, True
    with serving(route(n, whole)) as server:
        for protocol in ("ArcGIS", "OGC API Features", "WFS", "web file"):
            with tempfile.TemporaryDirectory() as folder:
                answer = start.Queue()
                own = start.Process(target=fetch, args=(protocol, server.address, folder, answer))
                own.start()
                own.join()
                rows, peak, seconds = answer.get(timeout=10)
            is_good &= rows == n and peak < MOST_MB
            measured[protocol] = {
                "rows": rows,
                "peak_mb": round(peak),
                "seconds": round(seconds, 1),
            }
            print(f"{protocol:18} {peak:7,.0f} MB {seconds:7.1f} s", flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    return 0 if is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
