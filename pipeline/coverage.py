"""What an OpenStreetMap file really covers, found from what is in it.

The header of an extract may name no box, and the box of its nodes is no help: one long route
reaches from Newport to Dublin. So the district and its surroundings are laid out in cells; a
cell that holds a vertex of a street or a building is covered, gaps narrower than the study
allows are closed (fields, reservoirs), and thin spurs (ways that the extract kept whole) are
dropped. The shore is not an edge: there is nothing beyond it to be missing.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import shapely.geometry

from pipeline.config import Coverage, State

Mask = npt.NDArray[np.bool_]

# This much of beach may lie between the last street and the sea.
SHORE_M = 200.0


def measure_coverage(
    neighbourhoods: gpd.GeoDataFrame,
    features: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    choices: Coverage,
    code: str,
    buffer_m: float,
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Find which part of each neighbourhood the OpenStreetMap file covers.

    Parameters
    ----------
    neighbourhoods
        The district's neighbourhoods.
    features, streets
        What the file holds of the district and its surroundings.
    choices
        Cell size, gap and smallest share.
    code
        Code of the district, for the rows that speak of all of it.
    buffer_m
        How far around the district data were read, in metres: the data end there too.

    Returns
    -------
    tuple of geopandas.GeoDataFrame and dict
        The table of coverage, and how much of the district is covered.
    """
    outline = shapely.union_all(neighbourhoods.geometry.to_numpy())
    around = shapely.buffer(outline, buffer_m)
    region = _areas_of(shapely.intersection(_covered(features, streets, choices, around), around))
    edge = _edge(region, features)
    parts = shapely.intersection(neighbourhoods.geometry.to_numpy(), region)
    shares = np.clip(shapely.area(parts) / shapely.area(neighbourhoods.geometry.to_numpy()), 0, 1)
    is_known = shares >= choices.smallest_share
    table = gpd.GeoDataFrame(
        {
            "neighbourhood_id": [*neighbourhoods["neighbourhood_id"], code, code],
            "what": ["neighbourhood"] * len(neighbourhoods) + ["region", "edge"],
            "covered_share": [*shares, *[_share(parts, outline)] * 2],
            "state": [*np.where(is_known, State.OK, State.NO_DATA), State.OK, State.OK],
        },
        geometry=[*parts, region, edge],
        crs=neighbourhoods.crs,
    )
    report = {
        "covered_share_of_area": round(_share(parts, outline), 4),
        "neighbourhoods_covered": int(is_known.sum()),
        "neighbourhoods_without_data": sorted(neighbourhoods["neighbourhood_id"][~is_known]),
    }
    return table, report


def known_within(points: npt.NDArray[np.object_], coverage: gpd.GeoDataFrame) -> pd.Series:
    """Return how far from each point the map data end.

    No asset and no street nearer than this, in a straight line, can be missing; so a walk of up
    to this length is certain.

    Parameters
    ----------
    points
        Points in the metric reference system of `coverage`.
    coverage
        The table of coverage.

    Returns
    -------
    pandas.Series
        Metres; 0 outside the region, at most 100 km where there is no edge.
    """
    region = coverage.geometry[coverage["what"] == "region"].iloc[0]
    edge = coverage.geometry[coverage["what"] == "edge"].iloc[0]
    far = np.full(len(points), 100_000.0)
    metres = far if shapely.is_empty(edge) else shapely.distance(points, edge)
    shapely.prepare(region)
    return pd.Series(np.where(shapely.intersects(region, points), metres, 0.0))


def _areas_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Drop the lines and points in which cells merely touch what they are cut to."""
    parts = shapely.get_parts(shape)
    areas = parts[shapely.get_dimensions(parts) == 2]  # noqa: PLR2004
    return shapely.union_all(areas) if len(areas) else shapely.Polygon()


def _share(parts: npt.NDArray[np.object_], outline: shapely.Geometry) -> float:
    return float(min(1.0, shapely.area(parts).sum() / shapely.area(outline)))


def _covered(
    features: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame,
    choices: Coverage,
    around: shapely.Geometry,
) -> shapely.Geometry:
    """Return the covered cells as one area."""
    import rasterio.features
    from rasterio import transform

    west, south, east, north = shapely.bounds(around)
    cell = choices.cell_m
    margin = int(np.ceil(choices.gap_m / cell)) + 1
    origin = np.array([west, south]) - margin * cell
    size = np.ceil((np.array([east, north]) - origin) / cell).astype(int) + margin
    places = np.floor((_witnesses(features, streets, choices) - origin) / cell).astype(int)
    inside = ((places >= 0) & (places < size)).all(axis=1)
    mask = np.zeros(tuple(size), dtype=bool)
    mask[tuple(places[inside].T)] = True
    # rasterio counts rows from the north.
    image = _closed(mask, choices).T[::-1].astype(np.uint8)
    place = transform.from_origin(origin[0], origin[1] + cell * size[1], cell, cell)
    found = rasterio.features.shapes(image, mask=image == 1, transform=place)
    return shapely.union_all([shapely.geometry.shape(area) for area, _ in found])


def _witnesses(
    features: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, choices: Coverage
) -> npt.NDArray[np.float64]:
    """Return the vertices of short ways and small areas, mostly buildings."""
    shapes = np.concatenate(
        [features.geometry.to_numpy()[features["shape"] == "area"], streets.geometry.to_numpy()]
    )
    bounds = shapely.bounds(shapes)
    extent = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    coordinates: npt.NDArray[np.float64] = shapely.get_coordinates(
        shapes[extent <= choices.longest_witness_m]
    )
    return coordinates


def _closed(mask: Mask, choices: Coverage) -> Mask:
    """Close gaps up to `gap_m`, drop spurs up to two cells wide, fill what is enclosed."""
    from scipy import ndimage

    reach = choices.gap_m / choices.cell_m / 2
    # Distances to the nearest cell stand in for a structuring element of any size.
    grown = ndimage.distance_transform_edt(~mask) <= reach if mask.any() else mask
    closed = ndimage.distance_transform_edt(grown) > reach if not grown.all() else grown
    opened = ndimage.binary_opening(closed | mask, structure=np.ones((3, 3), dtype=bool))
    filled: Mask = ndimage.binary_fill_holes(opened)
    return filled


def _edge(region: shapely.Geometry, features: gpd.GeoDataFrame) -> shapely.Geometry:
    """Return the outline of the region, without what runs along the shore."""
    shores = features.geometry[
        (features["shape"] == "line") & features["tags"].str.contains('"natural": "coastline"')
    ]
    if shores.empty:
        return shapely.boundary(region)
    near_shore = shapely.buffer(shapely.union_all(shores.to_numpy()), SHORE_M)
    return shapely.difference(shapely.boundary(region), near_shore)
