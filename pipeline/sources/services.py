"""Which module asks which kind of service, and the box around a district that they ask for."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.config import OnTheWeb
from pipeline.config.place import (
    ArcgisLayer,
    NaptanStops,
    NomisTable,
    OgcCollection,
    OsProduct,
    PlanningData,
    WebFile,
    WfsLayer,
)
from pipeline.sources import (
    arcgis,
    naptan,
    nomis,
    ogc_features,
    os_downloads,
    planning_data,
    web_file,
    wfs,
)
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.http import Client, Service

# Assets and streets outside a district are within reach of those who live at its edge: half as
# much again as anybody is taken to walk.
SURROUNDINGS_M = 3_000.0
# What is asked for before it is known where the district lies: its own boundaries, by their codes.
M_PER_DEGREE = 111_000.0
UNITED_KINGDOM = (-8.7, 49.8, 1.8, 60.9)

_ASK: dict[type[OnTheWeb], Callable[..., Fetched]] = {
    WebFile: web_file.fetch,
    ArcgisLayer: arcgis.fetch,
    OgcCollection: ogc_features.fetch,
    WfsLayer: wfs.fetch,
    PlanningData: planning_data.fetch,
    NaptanStops: naptan.fetch,
    NomisTable: nomis.fetch,
    OsProduct: os_downloads.fetch,
}


def fetch_from(
    place: OnTheWeb,
    title: str,
    area: Area,
    locks: Path,
    folder: Path,
    landing_page: str | None = None,
) -> Fetched:
    """Fetch an input from the service that it is declared to lie at.

    Parameters
    ----------
    place
        The service, and what of it.
    title
        What messages call it.
    area
        The district.
    locks
        A folder that all fetches of the project share, so that one at a time asks a host.
    folder
        Where the file is written.
    landing_page
        Where people find the data if it has moved.

    Returns
    -------
    Fetched
        The file, whole.

    Raises
    ------
    SourceFailed
        If it cannot be had whole.
    """
    hosts = frozenset({urlsplit(address_of(place)).hostname or "", *place.also})
    client = Client(Service(title, hosts, is_local=place.local), locks)
    more: dict[str, Any] = {"landing_page": landing_page} if isinstance(place, WebFile) else {}
    return _ASK[type(place)](place, area, client, folder, **more)


def address_of(place: OnTheWeb) -> str:
    """Return the address that a place is asked at.

    Parameters
    ----------
    place
        The service.

    Returns
    -------
    str
        Its address, as the district's file gives it.
    """
    for name in ("url", "arcgis", "ogc_features", "wfs", "api"):
        address: str | None = getattr(place, name, None)
        if address is not None:
            return address
    raise TypeError(place)


def area_around(code: str, west: float, south: float, east: float, north: float) -> Area:
    """Return the box around a district, and as far beyond as anybody walks.

    Parameters
    ----------
    code
        Of the district.
    west, south, east, north
        Its bounds in degrees.

    Returns
    -------
    Area
        In degrees.
    """
    up = SURROUNDINGS_M / M_PER_DEGREE
    across = up / math.cos(math.radians(max(abs(south), abs(north))))
    return Area(code, west - across, south - up, east + across, north + up)
