"""What an OpenStreetMap file holds of a district → tagged features and streets, in metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from pipeline.errors import SourceIsEmpty
from pipeline.osm_file import OsmFile, read_file

Shapes = npt.NDArray[np.object_]

# Streets and what stands on them: enough to build a network, without what lies around it.
OF_NETWORKS = ("highway", "barrier", "entrance", "kerb")
# Overpass is asked through osmnx, which asks for no days; extracts without them are common, too.
WITHOUT_DAYS = (
    "The OpenStreetMap data does not say on what day each thing was last edited; its assets bear "
    "the day of the data as a whole."
)


@dataclass
class OsmData:
    """What one file holds of a district and its surroundings."""

    features: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    report: dict[str, Any]


def read_osm(
    path: str,
    crs: str,
    outline: shapely.Geometry,
    buffer_m: float,
    keys: Sequence[str] = (),
) -> OsmData:
    """Read what an OpenStreetMap file holds of a district and its surroundings.

    Parameters
    ----------
    path
        A `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2` file.
    crs
        Metric coordinate reference system to compute in.
    outline
        The district, in `crs`.
    buffer_m
        How far around it to read, in metres.
    keys
        Only what carries one of these tags is read, such as `OF_NETWORKS`; by default all that
        has a tag.

    Returns
    -------
    OsmData
        Features and streets that touch the surroundings, whole, and what was counted.

    Raises
    ------
    FileIsDamaged
        If the file is cut short or is not OpenStreetMap data.
    SourceIsEmpty
        If it holds no street near the district.
    """
    found = read_file(path, keys)
    if not found.street_wkb:
        raise SourceIsEmpty(f"{path}: holds no street; give an extract that has streets.")
    project = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    near = shapely.box(*shapely.buffer(shapely.box(*shapely.bounds(outline)), buffer_m).bounds)
    features = _features(found, project, crs, near)
    streets = _streets(found, project, crs, near)
    if streets.empty:
        raise SourceIsEmpty(
            f"{path}: holds no street within {buffer_m:,.0f} m of the district; is it the extract "
            "of another place?"
        )
    return OsmData(features, streets, _report(found, features, streets))


def _features(
    found: OsmFile, project: pyproj.Transformer, crs: str, near: shapely.Geometry
) -> gpd.GeoDataFrame:
    shapes = _projected(found.wkb, project)
    is_area = np.asarray(found.shapes) == "area"
    invalid = is_area & ~shapely.is_valid(shapes)
    shapes[invalid] = shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
    repaired = np.asarray([name in found.repaired for name in found.ids]) | invalid
    frame = gpd.GeoDataFrame(
        {
            "feature_id": found.ids,
            "shape": found.shapes,
            "tags": found.tags,
            "edited": found.edited,
            "was_repaired": repaired,
        },
        geometry=_simple(shapes),
        crs=crs,
    )
    return frame[_touches(shapes, near)].reset_index(drop=True)


def _streets(
    found: OsmFile, project: pyproj.Transformer, crs: str, near: shapely.Geometry
) -> gpd.GeoDataFrame:
    shapes = _projected(found.street_wkb, project)
    frame = gpd.GeoDataFrame(
        {
            "way_id": found.street_ids,
            "part": found.street_parts,
            "tags": found.street_tags,
            "nodes": found.street_nodes,
        },
        geometry=shapes,
        crs=crs,
    )
    return frame[_touches(shapes, near)].reset_index(drop=True)


def _projected(wkb: list[str], project: pyproj.Transformer) -> Shapes:
    # Bytes are read several times as fast as the hexadecimal digits that pyosmium gives.
    shapes: Shapes = shapely.from_wkb(np.array([bytes.fromhex(digits) for digits in wkb], object))
    if not len(shapes):
        return shapes
    return shapely.transform(
        shapes, lambda points: np.column_stack(project.transform(points[:, 0], points[:, 1]))
    )


def _simple(shapes: Shapes) -> Shapes:
    """Turn collections of one part into that part."""
    single = shapely.get_num_geometries(shapes) == 1
    result = shapes.copy()
    result[single] = shapely.get_geometry(shapes[single], 0)
    return result


def _touches(shapes: Shapes, near: shapely.Geometry) -> npt.NDArray[np.bool_]:
    shapely.prepare(near)
    kept: npt.NDArray[np.bool_] = shapely.intersects(near, shapes) & ~shapely.is_empty(shapes)
    return kept


def _report(
    found: OsmFile, features: gpd.GeoDataFrame, streets: gpd.GeoDataFrame
) -> dict[str, Any]:
    without_day = int((features["edited"] == "").sum())
    return {
        "tagged_nodes_seen": found.n_nodes,
        "tagged_ways_seen": found.n_ways,
        "relations_seen": found.n_relations,
        "area_relations_built": len(found.built),
        "area_relations_repaired": sum(name.startswith("relation/") for name in found.repaired),
        "area_relations_not_built": found.unbuilt,
        "closed_ways_repaired": sum(name.startswith("way/") for name in found.repaired),
        "closed_ways_without_area": len(found.flat_ways),
        "areas_repaired_near": int(features["was_repaired"].sum()),
        "ways_cut_at_the_border": len(found.cut_ways),
        "ways_without_place": len(found.without_place),
        "features_near": len(features),
        "features_without_day_of_edit": without_day,
        "streets_near": len(streets),
        "caveats": [WITHOUT_DAYS] if len(features) and without_day == len(features) else [],
    }
