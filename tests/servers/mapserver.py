"""MapServer as WFS 2.0 behind lighttpd, on this machine; `make setup-servers` installs both."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

from tests.servers.ports import free_port

MAPSERV = Path("/usr/lib/cgi-bin/mapserv")
LIGHTTPD = Path("/usr/sbin/lighttpd")
MISSING = "MapServer or lighttpd is not installed: make setup-servers"
LAYER = "stops"
_NOBODY = 65534
_STARTS_WITHIN_S = 20.0


def is_installed() -> bool:
    """Say whether the server can be started."""
    return MAPSERV.exists() and LIGHTTPD.exists()


@contextmanager
def mapserver(
    folder: Path, data: Path, most: int = 1_000, kind: str = "POINT", *, json: bool = False
) -> Iterator[str]:
    """Serve a GeoPackage in EPSG:27700 as the feature type `stops`.

    Parameters
    ----------
    folder
        For its files.
    data
        The GeoPackage; its layer `rows` has a unique column `ref`.
    most
        How many features the server gives at most, whatever is asked for.
    kind
        `POINT` or `POLYGON`.
    json
        Whether it can answer in JSON too.

    Yields
    ------
    str
        The address of the WFS.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    address = f"http://127.0.0.1:{port}/wfs"
    script = _write_files(folder.resolve(), data.resolve(), address, most, kind, json=json)
    script.chmod(0o755)
    uploads = folder.resolve() / "uploads"
    uploads.mkdir(exist_ok=True)
    config = folder.resolve() / "lighttpd.conf"
    config.write_text(
        f'server.modules = ("mod_cgi")\nserver.bind = "127.0.0.1"\nserver.port = {port}\n'
        f'server.document-root = "{script.parent}"\ncgi.assign = ("wfs" => "")\n'
        f'server.upload-dirs = ("{uploads}")\n'
    )
    user = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    if user:
        _let_in(folder.resolve())
        os.chown(uploads, _NOBODY, _NOBODY)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [LIGHTTPD, "-D", "-f", config], stdout=log, stderr=log, cwd="/", **user
        )  # type: ignore[call-overload]
    try:
        _wait_for(f"{address}?service=WFS&request=GetCapabilities", server, folder / "log")
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _let_in(folder: Path) -> None:
    """Let an ordinary user read what a test of root has written."""
    for inner in (folder, *folder.parents):
        if inner.stat().st_uid == 0 and inner != Path("/"):
            inner.chmod(inner.stat().st_mode | 0o055)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    pool = urllib3.PoolManager()
    until = time.monotonic() + _STARTS_WITHIN_S
    said = b""
    while time.monotonic() < until and server.poll() is None:
        try:
            said = pool.request("GET", address, retries=False, timeout=5.0).data
            if b"WFS_Capabilities" in said:
                return
        except urllib3.exceptions.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"MapServer did not start: {log.read_text()[-1000:]} {said[:500]!r}")


def _write_files(
    folder: Path, data: Path, address: str, most: int, kind: str, *, json: bool
) -> Path:
    formats = "gml32,geojson" if json else "gml32"
    (folder / "wfs.map").write_text(f"""MAP
  NAME "test"
  EXTENT 0 0 700000 1300000
  PROJECTION "init=epsg:27700" END
  OUTPUTFORMAT
    NAME "geojson"
    DRIVER "OGR/GEOJSON"
    MIMETYPE "application/json; subtype=geojson"
    FORMATOPTION "STORAGE=stream"
    FORMATOPTION "FORM=SIMPLE"
  END
  WEB METADATA
    "wfs_title" "Test"
    "wfs_onlineresource" "{address}"
    "wfs_enable_request" "*"
    "wfs_srs" "EPSG:27700 EPSG:4326"
    "wfs_maxfeatures" "{most}"
    "wfs_getfeature_formatlist" "{formats}"
  END END
  LAYER
    NAME "{LAYER}"
    TYPE {kind}
    STATUS ON
    CONNECTIONTYPE OGR
    CONNECTION "{data}"
    DATA "rows"
    PROJECTION "init=epsg:27700" END
    METADATA
      "wfs_title" "Stops"
      "wfs_srs" "EPSG:27700 EPSG:4326"
      "wfs_getfeature_formatlist" "{formats}"
      "gml_include_items" "all"
      "gml_featureid" "ref"
      "gml_types" "auto"
    END
  END
END
""")
    (folder / "mapserver.conf").write_text('CONFIG\n  ENV\n    MS_MAP_PATTERN "."\n  END\nEND\n')
    scripts = folder / "scripts"
    scripts.mkdir(exist_ok=True)
    script = scripts / "wfs"
    script.write_text(
        f'#!/bin/sh\nMAPSERVER_CONFIG_FILE="{folder}/mapserver.conf" MS_MAPFILE="{folder}/wfs.map" '
        f"exec {MAPSERV}\n"
    )
    return script
