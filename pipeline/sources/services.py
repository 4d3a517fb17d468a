"""Which module asks which kind of service, and the box around a district that they ask for."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.config import OnTheWeb
from pipeline.config.place import (
    ArcgisLayer,
    GeofabrikRegion,
    NaptanStops,
    NomisTable,
    OgcCollection,
    OsProduct,
    OverpassArea,
    PlanningData,
    WebFile,
    WfsLayer,
)
from pipeline.errors import PipelineError
from pipeline.files.declared import DeclaredInput
from pipeline.sources import (
    arcgis,
    geofabrik,
    naptan,
    nomis,
    ogc_features,
    os_downloads,
    overpass,
    planning_data,
    web_file,
    wfs,
)
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.http import Client, Service
from pipeline.sources.keys import Key, key_of
from pipeline.sources.progress import Progress

# Assets and streets outside a district are within reach of those who live at its edge: half as
# much again as anybody is taken to walk.
SURROUNDINGS_M = 3_000.0
# Where parts of downloads are kept from run to run, in the folder of raw files.
PARTS = ".parts"
# What is asked for before it is known where the district lies: its own boundaries, by their codes.
M_PER_DEGREE = 111_000.0
UNITED_KINGDOM = (-8.7, 49.8, 1.8, 60.9)


@dataclass(frozen=True)
class Kind:
    """How a kind of service is asked for all that a district needs, and for one small thing.

    `pause_s` is how long to wait between two questions: of public services that many ask, and
    that ask not to be hurried.
    """

    fetch: Callable[..., Fetched]
    look: Callable[[DeclaredInput, Area, Client], str]
    pause_s: float = 0.0


KINDS: dict[type[OnTheWeb], Kind] = {
    WebFile: Kind(web_file.fetch, web_file.look),
    ArcgisLayer: Kind(arcgis.fetch, arcgis.look),
    OgcCollection: Kind(ogc_features.fetch, ogc_features.look),
    WfsLayer: Kind(wfs.fetch, wfs.look),
    PlanningData: Kind(planning_data.fetch, planning_data.look, pause_s=1.0),
    NaptanStops: Kind(naptan.fetch, naptan.look),
    NomisTable: Kind(nomis.fetch, nomis.look, pause_s=1.0),
    OsProduct: Kind(os_downloads.fetch, os_downloads.look),
    OverpassArea: Kind(overpass.fetch, overpass.look),
    GeofabrikRegion: Kind(geofabrik.fetch, geofabrik.look),
}


def fetch_from(
    place: OnTheWeb,
    title: str,
    area: Area,
    locks: Path,
    folder: Path,
    landing_page: str | None = None,
    progress: Progress | None = None,
    kept: Path | None = None,
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
    progress
        Told of what arrives.
    kept
        The folder of the district's raw files, where answers are kept until a fetch is done.

    Returns
    -------
    Fetched
        The file, whole.

    Raises
    ------
    SourceFailed
        If it cannot be had whole.
    """
    client = client_for(place, title, locks, progress)
    more: dict[str, Any] = {}
    if isinstance(place, WebFile):
        more = {"landing_page": landing_page}
    elif isinstance(place, OverpassArea):
        more = {"kept": (kept or folder) / overpass.KEPT}
    elif isinstance(place, GeofabrikRegion):
        more = {"shared": locks.parent / geofabrik.SHARED}
    try:
        return KINDS[type(place)].fetch(place, area, client, folder, **more)
    except PipelineError as error:
        if client.key is None:
            raise
        raise type(error)(client.key.kept_out_of(str(error))) from None


def client_for(
    place: OnTheWeb, title: str, locks: Path, progress: Progress | None = None
) -> Client:
    """Return who asks a service.

    Parameters
    ----------
    place
        The service.
    title
        What messages call it.
    locks
        A folder that all fetches of the project share.
    progress
        Told of what arrives.

    Returns
    -------
    Client
        May ask the host of its address, and those that the place names beside.

    Raises
    ------
    ChoiceIsNotAllowed
        If the place wants a key and the environment has none.
    """
    hosts = frozenset({urlsplit(address_of(place)).hostname or "", *place.also})
    pause_s = 0.0 if place.local else KINDS[type(place)].pause_s
    service = Service(title, hosts, is_local=place.local, pause_s=pause_s)
    return Client(
        service, locks, progress or Progress(), key_for(place, title), locks.parent / PARTS
    )


def key_for(place: OnTheWeb, title: str) -> Key | None:
    """Return the key of a place, from the environment; none where it declares none.

    Parameters
    ----------
    place
        The service.
    title
        What messages call it.

    Returns
    -------
    Key or None
        It stands in no message.

    Raises
    ------
    ChoiceIsNotAllowed
        If the environment has none.
    """
    return key_of(place, address_of(place), title, os.environ)


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
    for name in ("url", "arcgis", "ogc_features", "wfs", "overpass", "index", "api"):
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
