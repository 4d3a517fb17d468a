"""pygeoapi, a server of OGC API Features, on this machine; `make setup-servers` installs it."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import urllib3

from tests.servers.ports import free_port

PROGRAM = Path(".venv-pygeoapi/bin/pygeoapi")
MISSING = "pygeoapi is not installed: make setup-servers"
_STARTS_WITHIN_S = 60.0
_BASE = "http://www.opengis.net/def/crs"


def is_installed() -> bool:
    """Say whether the server can be started."""
    return PROGRAM.exists()


@contextmanager
def pygeoapi(
    folder: Path, collections: dict[str, Path], most: int = 1_000, *, metric: bool = False
) -> Iterator[str]:
    """Serve GeoJSON files as collections.

    Parameters
    ----------
    folder
        For its files.
    collections
        GeoJSON files by the name of the collection; in EPSG:27700 if `metric`, else in degrees.
    most
        How many features the server gives at most, whatever is asked for.
    metric
        Whether the files are in metres.

    Yields
    ------
    str
        The address of its landing page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    config = folder / "pygeoapi.yml"
    config.write_text(json.dumps(_config(address, port, collections, most, metric=metric)))
    openapi = folder / "openapi.yml"
    environment = {
        **os.environ, "PYGEOAPI_CONFIG": str(config.resolve()),
        "PYGEOAPI_OPENAPI": str(openapi.resolve()), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    generate = [str(PROGRAM), "openapi", "generate", str(config), "--output-file", str(openapi)]
    subprocess.run(generate, env=environment, check=True, capture_output=True)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([PROGRAM, "serve"], env=environment, stdout=log, stderr=log)
    try:
        _wait_for(f"{address}/conformance?f=json", server, folder / "log")
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    pool = urllib3.PoolManager()
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until and server.poll() is None:
        try:
            if pool.request("GET", address, retries=False, timeout=5.0).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"pygeoapi did not start: {log.read_text()[-1000:]}")


def _config(
    address: str, port: int, collections: dict[str, Path], most: int, *, metric: bool
) -> dict[str, Any]:
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port}, "url": address, "mimetype":
            "application/json; charset=UTF-8", "encoding": "utf-8", "languages": ["en-GB"],
            "limits": {"default_items": 10, "max_items": most}, "pretty_print": False,
            "map": {"url": "", "attribution": ""}, "gzip": True,
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                "title": "Test", "description": "Test", "keywords": ["test"], "keywords_type":
                "theme", "terms_of_service": "none", "url": address,
            },
            "license": {"name": "none", "url": address},
            "provider": {"name": "Test", "url": address},
            "contact": {"name": "Test", "email": "test@example.org", "url": address},
        },
        "resources": {
            name: _collection(name, path, metric=metric) for name, path in collections.items()
        },
    }  # fmt: skip


def _collection(name: str, path: Path, *, metric: bool) -> dict[str, Any]:
    degrees, metres = f"{_BASE}/OGC/1.3/CRS84", f"{_BASE}/EPSG/0/27700"
    return {
        "type": "collection", "title": name, "description": name, "keywords": ["test"],
        "links": [], "extents": {"spatial": {"bbox": [-9, 49, 3, 61], "crs": degrees}},
        "providers": [
            {
                "type": "feature", "name": "GeoJSON", "data": str(path.resolve()),
                "id_field": "id", "crs": [degrees, metres] if metric else [degrees],
                "storage_crs": metres if metric else degrees,
            }
        ],
    }  # fmt: skip
