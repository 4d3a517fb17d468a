"""Local authorities, their outlines, and the regions of the map, as services give them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely

from pipeline.authorities import Authority, Region
from pipeline.config.authorities import Authorities
from pipeline.config.place import ArcgisLayer
from pipeline.errors import SourceFailed, quoted
from pipeline.files.vectors import read_vector
from pipeline.sources import arcgis
from pipeline.sources.asking import Area
from pipeline.sources.forms import JSON
from pipeline.sources.geofabrik import regions_of
from pipeline.sources.http import Client
from pipeline.sources.reading import read_as
from pipeline.sources.services import UNITED_KINGDOM, client_for
from pipeline.text import clean_text

DEGREES = "EPSG:4326"
EQUAL_LENGTHS = "EPSG:3035"


def known_authorities(choices: Authorities, locks: Path) -> tuple[list[Authority], str]:
    """Ask for all local authorities there are now.

    Parameters
    ----------
    choices
        Where the list is.
    locks
        A folder that all processes of the project share.

    Returns
    -------
    tuple of list of Authority and str
        In the order of their codes, and the name of the list, which says of what year it is.

    Raises
    ------
    SourceFailed
        If they cannot be had whole, or a code is there twice.
    """
    place = choices.authorities
    client = _client(place, locks)
    fields = (choices.code_field, choices.name_field)
    also = (choices.welsh_name_field,) if choices.welsh_name_field else ()
    edition, rows = arcgis.cells(client, place.arcgis, place.service, place.layer, fields, also)
    found = [
        Authority(*(clean_text(cell) for cell in (code, name, *welsh)))
        for code, name, *welsh in rows
    ]
    if len({one.code for one in found}) != len(found) or not found:
        fault = "holds a code twice" if found else "is empty"
        raise SourceFailed(
            f"{client.service.name}: {quoted(edition)}: {fault}; check what the place says of it."
        )
    return sorted(found, key=lambda one: one.code), edition


def outline_of(
    authority: Authority, choices: Authorities, reach_m: float, locks: Path, folder: Path
) -> shapely.Geometry:
    """Ask for the outline of an authority, and widen it.

    Parameters
    ----------
    authority
        The authority.
    choices
        Where its outline is.
    reach_m
        How far around it people walk.
    locks
        A folder that all processes of the project share.
    folder
        An empty folder to work in.

    Returns
    -------
    shapely.Geometry
        The authority and its surroundings, in degrees.

    Raises
    ------
    SourceFailed
        If it cannot be had.
    """
    place = choices.authorities
    area = Area(authority.code, *UNITED_KINGDOM)
    path = arcgis.fetch(place, area, _client(place, locks), folder).path
    shapes = gpd.GeoSeries(read_vector(path).geometry).make_valid()
    around = gpd.GeoSeries([shapes.to_crs(EQUAL_LENGTHS).union_all().buffer(reach_m)])
    place_and_around: shapely.Geometry = around.set_crs(EQUAL_LENGTHS).to_crs(DEGREES).iloc[0]
    return place_and_around


def known_regions(choices: Authorities, locks: Path) -> list[Region]:
    """Ask for all regions that there are extracts of.

    Parameters
    ----------
    choices
        Where their index is.
    locks
        A folder that all processes of the project share.

    Returns
    -------
    list of Region
        Those with an outline.

    Raises
    ------
    SourceFailed
        If the index cannot be had.
    """
    client = client_for(choices.regions, "Index of extracts of OpenStreetMap", locks)
    found = read_as(client, choices.regions.index, JSON, regions_of)
    return [Region(one.id, one.shape) for one in found if one.shape is not None and one.url]


def _client(place: ArcgisLayer, locks: Path) -> Client:
    return client_for(place, "List of local authorities", locks)
