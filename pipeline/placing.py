"""Where the rows of a layer lie: drawn, written as text, or in columns of coordinates."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely

from pipeline.cells import Cells, Flags, Texts, names_in
from pipeline.config import CautionLayer, CouncilLayer, RecordsTable
from pipeline.coordinates import (
    are_beyond_degrees,
    drawn_shapes,
    is_known,
    points_from,
    system_called,
    written_shapes,
)
from pipeline.errors import ChoiceIsNotAllowed, quoted


def places_of(
    cells: Cells,
    declared: RecordsTable | CouncilLayer | CautionLayer,
    crs: str,
    reach: shapely.Geometry,
) -> tuple[Texts, Texts, Flags]:
    """Find the shape of each row.

    Parameters
    ----------
    cells
        The rows.
    declared
        What is declared of them.
    crs
        Metric coordinate reference system of the result.
    reach
        Where places are expected, in `crs`.

    Returns
    -------
    tuple of array, array and array
        Shapes, None where there is none; why not, else empty; whether metres that were called
        degrees have been read as metres.

    Raises
    ------
    ChoiceIsNotAllowed
        If nothing says where the rows lie, or in which system.
    """
    mended = np.zeros(len(cells), dtype=bool)
    if isinstance(cells.rows, gpd.GeoDataFrame):
        return *drawn_shapes(cells.rows, crs), mended
    geometry = np.full(len(cells), None, dtype=object)
    reasons = np.full(len(cells), "has no coordinates", dtype=object)
    if declared.crs is not None and not is_known(declared.crs):
        raise ChoiceIsNotAllowed(
            f"layers.{cells.name}.crs: {quoted(declared.crs)} is not known; name the system of its "
            "coordinates, such as EPSG:27700 or EPSG:4326."
        )
    written = [cells.in_full(name) for name in names_in(declared.geometry)]
    pairs = list(_pairs(cells, declared))
    if not pairs and not any(texts is not None for texts in written):
        raise ChoiceIsNotAllowed(
            f"layers.{cells.name}: the file draws nothing, and neither `easting` and `northing` "
            "nor `longitude` and `latitude` are declared, nor a `geometry`, which the file has; "
            "name its columns of coordinates."
        )
    is_drawn = np.zeros(len(cells), dtype=bool)
    for texts in written:
        if texts is not None:
            is_open = ~is_drawn & (texts != "")
            is_drawn |= is_open
            geometry[is_open], reasons[is_open] = written_shapes(
                texts[is_open], _system_of_shapes(declared), crs
            )
    for x, y, systems in pairs:
        is_open = ~is_drawn & shapely.is_missing(geometry) & (x != "") & (y != "")
        found, why = points_from(x, y, systems, crs, reach)
        if declared.crs is not None:
            odd = is_open & are_beyond_degrees(x, y, systems)
            found[odd], why[odd] = _as_declared(x[odd], y[odd], why[odd], declared.crs, crs, reach)
            mended[odd] |= why[odd] == ""
        geometry = np.where(is_open, found, geometry)
        reasons = np.where(is_open, why, reasons)
    return geometry, reasons, mended


def _system_of_shapes(declared: RecordsTable | CouncilLayer | CautionLayer) -> str:
    """Return the system of well-known text: what is declared, unless that is of other columns."""
    return "EPSG:4326" if declared.easting or declared.crs is None else declared.crs


def _as_declared(
    x: Texts, y: Texts, why: Texts, system: str, crs: str, reach: shapely.Geometry
) -> tuple[Texts, Texts]:
    """Read metres that their rows call degrees in the declared system, if they lie here so.

    Registers are kept by hand, and say WGS84 of eastings and northings. Nothing else than metres
    in the district could be meant by such a pair; one that lies anywhere else stays aside.
    """
    points, faults = points_from(x, y, np.full(len(x), system, dtype=object), crs, reach)
    lies_here = (faults == "") & shapely.intersects(points, reach)
    points[~lies_here] = None
    return points, np.where(lies_here, "", why).astype(object)


def _pairs(
    cells: Cells, declared: RecordsTable | CouncilLayer | CautionLayer
) -> Iterator[tuple[Texts, Texts, Texts]]:
    """Yield columns of coordinates with the system of each row, grid coordinates first.

    `crs_column` speaks of the grid coordinates where there are any, else of the others.
    """
    said = None
    if isinstance(declared, RecordsTable):
        said = cells.texts_if_any(declared.crs_column)
    for x_names, y_names, usual in (
        (names_in(declared.easting), names_in(declared.northing), declared.crs or ""),
        (names_in(declared.longitude), names_in(declared.latitude), "EPSG:4326"),
    ):
        x, y = cells.texts_if_any(x_names), cells.texts_if_any(y_names)
        if x is None or y is None:
            continue
        systems = np.full(len(cells), usual, dtype=object)
        if said is not None:
            named = np.array([system_called(text) for text in said], dtype=object)
            systems = np.where(said == "", systems, named)
            said = None
        yield x, y, systems


def turned_about(geometry: Texts, reach: shapely.Geometry) -> str:
    """Say so where places would lie in the district with their coordinates changed about.

    Parameters
    ----------
    geometry
        Shapes that lie elsewhere.
    reach
        Where places are expected, in their system.

    Returns
    -------
    str
        The end of a sentence, or nothing.
    """
    turned = shapely.transform(geometry, lambda places: places[:, ::-1])
    return (
        ", and they would with their coordinates the other way round"
        if shapely.intersects(turned, reach).any()
        else ""
    )
