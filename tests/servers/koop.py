"""Esri’s Koop, which answers as an ArcGIS FeatureServer does; `make setup-servers` installs it."""

from __future__ import annotations

import os
import selectors
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = "/file-geojson/rest/services"
MISSING = "Koop is not installed: make setup-servers, which needs Node.js 20 or newer"
_HERE = Path(__file__).parent / "npm"
_STARTS_WITHIN_S = 30.0
_SAYS = "listening on "


def is_installed() -> bool:
    """Say whether the server can be started."""
    return shutil.which("node") is not None and (_HERE / "node_modules/@koopjs/koop-core").is_dir()


@contextmanager
def koop(folder: Path) -> Iterator[str]:
    """Serve the GeoJSON files of a folder, in degrees, as services called like the files.

    A file may have a member `metadata`: `{"idField": …, "maxRecordCount": …}`.

    Parameters
    ----------
    folder
        With files that end in `.geojson`; they are read anew at each request.

    Yields
    ------
    str
        The address of the server; the list of its services is at `ROOT` there.
    """
    environment = {**os.environ, "SUPPRESS_NO_CONFIG_WARNING": "1"}
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(
            ["node", _HERE / "koop.js", folder.resolve()], cwd=_HERE, env=environment,
            stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        try:
            assert server.stdout is not None
            line = _first_line(server.stdout)
            if not line.startswith(_SAYS):
                log.seek(0)
                raise RuntimeError(f"Koop did not start: {line} {log.read()[-1000:]!r}")
            yield f"http://127.0.0.1:{int(line.removeprefix(_SAYS))}"
        finally:
            server.terminate()
            server.communicate(timeout=10)


def _first_line(output: IO[str]) -> str:
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        return output.readline() if selector.select(_STARTS_WITHIN_S) else ""
