"""Read the raw files of a district, each as what the district declares it to be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import geopandas as gpd
import pandas as pd

from pipeline.codes import CodedTable
from pipeline.config import (
    Areas,
    CautionLayer,
    CouncilLayer,
    District,
    ElevationTable,
    NationalTable,
    RecordsTable,
    TableInput,
    TimetableTable,
)
from pipeline.feeds import Feed
from pipeline.files import elevation
from pipeline.files.declared import ELEVATION
from pipeline.files.published import read_table_of
from pipeline.files.raw import Manifest, raw_file
from pipeline.files.tiles import Box
from pipeline.files.timetables import read_feed
from pipeline.files.vectors import must_lie_within, read_vector
from pipeline.heights import Heights


def read_inputs(
    manifest: Manifest, areas: Areas, national: dict[str, NationalTable]
) -> dict[str, CodedTable]:
    """Read every table that a district's neighbourhoods are made from.

    Parameters
    ----------
    manifest
        The raw files.
    areas
        What the district declares of its neighbourhoods.
    national
        The national tables.

    Returns
    -------
    dict
        `boundaries`, `people`, and `households`, `children`, `deprivation` and `lookup` where
        declared.

    Raises
    ------
    PipelineError
        If a raw file is not the one that was fetched, or cannot be read.
    """
    keys = ("boundaries", "people", "households", "children", "deprivation", "lookup")
    return _coded_tables(manifest, areas, national, keys)


def read_index(
    manifest: Manifest, areas: Areas, national: dict[str, NationalTable]
) -> tuple[CodedTable, CodedTable | None] | None:
    """Read the index of deprivation of a district, and the lookup that leads to its areas.

    Parameters
    ----------
    manifest
        The raw files.
    areas
        What the district declares of its neighbourhoods.
    national
        The national tables.

    Returns
    -------
    tuple or None
        Both as read; no lookup where none is declared, and none at all without an index.

    Raises
    ------
    PipelineError
        If a raw file is not the one that was fetched, or cannot be read.
    """
    found = _coded_tables(manifest, areas, national, ("deprivation", "lookup"))
    return (found["deprivation"], found.get("lookup")) if "deprivation" in found else None


def _coded_tables(
    manifest: Manifest, areas: Areas, national: dict[str, NationalTable], keys: Iterable[str]
) -> dict[str, CodedTable]:
    """Read those of some tables that a district declares of its neighbourhoods."""
    found: dict[str, CodedTable] = {}
    for key in keys:
        entry: TableInput | None = getattr(areas, key)
        if entry is not None:
            path, table = raw_file(manifest, key), national[entry.table]
            found[key] = CodedTable(read_table_of(path, table), table, str(path))
    return found


def read_census_points(
    manifest: Manifest, district: District, national: dict[str, NationalTable]
) -> gpd.GeoDataFrame | None:
    """Read where people live in places whose buildings are badly mapped.

    Parameters
    ----------
    manifest
        The raw files.
    district
        The district.
    national
        The national tables.

    Returns
    -------
    geopandas.GeoDataFrame or None
        `id` and `geometry`, points or areas, in the district's system; none where it declares
        none.

    Raises
    ------
    PlaceIsElsewhere
        If none of them lies in the district.
    """
    areas = district.neighbourhoods
    if not isinstance(areas, Areas) or areas.census_points is None:
        return None
    table = national[areas.census_points.table]
    path = raw_file(manifest, "census_points")
    points = gpd.GeoDataFrame(read_table_of(path, table)).rename(columns={"code": "id"})
    boundaries = read_vector(raw_file(manifest, "boundaries")).to_crs(district.crs)
    must_lie_within(points, boundaries.make_valid(), path, least_share=0)
    return points[["id", "geometry"]].to_crs(district.crs)


def read_elevation(
    manifest: Manifest,
    district: District,
    national: dict[str, NationalTable],
    box: Box,
) -> Heights | None:
    """Read the heights of the ground in and around a box.

    Parameters
    ----------
    manifest
        The raw files.
    district
        The district.
    national
        The national tables.
    box
        West, south, east and north, in the district's system.

    Returns
    -------
    Heights or None
        On one grid in the district's system; none where it declares none.

    Raises
    ------
    PipelineError
        If the raw file is not the one that was fetched, or its heights are none.
    """
    if district.elevation is None:
        return None
    table = national[district.elevation.table]
    assert isinstance(table, ElevationTable)
    return elevation.read_heights(raw_file(manifest, ELEVATION), table, district.crs, box)


def read_layers(
    manifest: Manifest, district: District, national: dict[str, NationalTable]
) -> dict[str, tuple[RecordsTable | CouncilLayer, pd.DataFrame, str | None, date]]:
    """Read the layers of a district as their files hold them.

    Parameters
    ----------
    manifest
        The raw files.
    district
        The district.
    national
        The national tables.

    Returns
    -------
    dict
        By the district's name for the layer: its declaration, its rows, the name of the
        published table it is, which a council's own layer has not, and the day of this copy.
    """
    found = {}
    for key, layer in district.layers.items():
        path = raw_file(manifest, key)
        table = layer.table if isinstance(layer, TableInput) else None
        declared = layer if table is None else national[table]
        if isinstance(declared, TimetableTable | CautionLayer):
            continue
        assert isinstance(declared, CouncilLayer | RecordsTable)
        day = manifest.inputs[key].date
        found[key] = (declared, read_table_of(path, declared), table, day)
    return found


def read_caution_layers(
    manifest: Manifest, district: District
) -> dict[str, tuple[CautionLayer, pd.DataFrame, date]]:
    """Read the layers of what to be careful of, as their files hold them.

    Parameters
    ----------
    manifest
        The raw files.
    district
        The district.

    Returns
    -------
    dict
        By the district's name for the layer: its declaration, its rows, and the day of this copy.
    """
    return {
        key: (layer, read_table_of(raw_file(manifest, key), layer), manifest.inputs[key].date)
        for key, layer in sorted(district.layers.items())
        if isinstance(layer, CautionLayer)
    }


def read_timetables(
    manifest: Manifest, district: District, national: dict[str, NationalTable], box: Box
) -> dict[str, tuple[TimetableTable, Feed, str, date]]:
    """Read the timetables of a district.

    Parameters
    ----------
    manifest
        The raw files.
    district
        The district.
    national
        The national tables.
    box
        West, south, east and north of the district and its surroundings, in degrees.

    Returns
    -------
    dict
        By the district's name for the layer: its declaration, the trips that call in the box, the
        name of the published table it is, and the day of this copy.
    """
    found = {}
    for key, layer in district.layers.items():
        table = layer.table if isinstance(layer, TableInput) else ""
        declared = national.get(table)
        if isinstance(declared, TimetableTable):
            day = manifest.inputs[key].date
            found[key] = (declared, read_feed(raw_file(manifest, key), box), table, day)
    return found
