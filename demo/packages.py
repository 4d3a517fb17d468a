"""Write boundaries and green space as GeoPackages, and a layer as a shapefile."""

import tempfile
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from demo.boundaries import shapes
from demo.grid import ORIGIN, to_degrees
from demo.model import Area, Point
from demo.plan.areas import AREAS
from demo.plan.greenspace import FUNCTIONS, ONLY_IN_REGISTER, VEHICLE_GATES
from demo.plan.neighbourhoods import NEIGHBOURHOODS

CRS = "EPSG:27700"
BOUNDARY_LAYER = "LSOA_2021_EW_BGC_V5"
NOTE = "Synthetic: a demonstration district that does not exist"
WRITTEN = "2026-01-01T00:00:00.000Z"
_NAMESPACE = uuid.UUID("5a3b1e0c-0000-4000-8000-5a3b1e0c5a3b")


def write_boundaries(path: Path) -> None:
    """Write the neighbourhoods with the fields of the ONS boundary files."""
    polygons = [_national(shape) for shape in shapes(NEIGHBOURHOODS)]
    inner = [shape.representative_point() for shape in polygons]
    east, north = (np.array([[p.x, p.y] for p in inner])).T
    degrees = to_degrees([(x - ORIGIN[0], y - ORIGIN[1]) for x, y in zip(east, north, strict=True)])
    columns = {
        "FID": np.arange(1, len(polygons) + 1, dtype=np.int32),
        "LSOA21CD": [area.code for area in NEIGHBOURHOODS],
        "LSOA21NM": [area.name for area in NEIGHBOURHOODS],
        "LSOA21NMW": [" " for _ in NEIGHBOURHOODS],
        "BNG_E": np.round(east).astype(np.int32),
        "BNG_N": np.round(north).astype(np.int32),
        "LAT": degrees[:, 1],
        "LONG": degrees[:, 0],
        "GlobalID": [_identifier(area.code) for area in NEIGHBOURHOODS],
    }
    _write(gpd.GeoDataFrame(columns, geometry=polygons, crs=CRS), path, BOUNDARY_LAYER, key="FID")


def write_greenspace(path: Path) -> None:
    """Write sites and access points with the fields of OS Open Greenspace."""
    sites = [(area, FUNCTIONS[area.name]) for area in AREAS if area.name in FUNCTIONS]
    sites += [(area, "Playing Field") for area in ONLY_IN_REGISTER]
    polygons = [
        _national(shapely.MultiPolygon([shapely.Polygon(a.outline, a.holes)])) for a, _ in sites
    ]
    names = [None if area.tags.get("amenity") == "school" else area.name for area, _ in sites]
    columns = {
        "id": [_identifier(area.name) for area, _ in sites],
        "function": [function for _, function in sites],
        "distinctive_name_1": names,
        **{f"distinctive_name_{n}": np.full(len(sites), None, dtype=object) for n in (2, 3, 4)},
    }
    _write(gpd.GeoDataFrame(columns, geometry=polygons, crs=CRS), path, "greenspace_site")
    _write(_access_points([area for area, _ in sites]), path, "access_point", append=True)


def write_allotments(path: Path) -> None:
    """Write the council's own layer of allotments as a zipped shapefile.

    As such layers do, it cuts `Allotment_Name` to ten letters, and lists a site that nobody drew.
    """
    sites = [area for area in AREAS if area.tags.get("landuse") == "allotments"]
    columns = {
        "Allotment_": [*(area.name for area in sites), "Dock Lane Allotments"],
        "UPRN": [100_099_000_001 + place for place in range(len(sites) + 1)],
        "Plots": [round(shapely.Polygon(area.outline).area / 300) for area in sites] + [12],
    }
    outlines = [_national(shapely.Polygon(area.outline)) for area in sites]
    frame = gpd.GeoDataFrame(columns, geometry=[*outlines, None], crs=CRS)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / f"{path.stem}.shp"
        pyogrio.write_dataframe(
            frame, place, driver="ESRI Shapefile", encoding="UTF-8", geometry_type="Polygon",
            DBF_DATE_LAST_UPDATE=WRITTEN[:10],
        )  # fmt: skip
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(place.parent.iterdir()):
                member = zipfile.ZipInfo(part.name, (2026, 1, 1, 0, 0, 0))
                archive.writestr(member, part.read_bytes(), zipfile.ZIP_DEFLATED)


def _access_points(sites: list[Area]) -> gpd.GeoDataFrame:
    rows = [(area.name, point, kind) for area in sites for point, kind in _ways_in(area)]
    columns = {
        "id": [_identifier(f"{name} {point}") for name, point, _ in rows],
        "access_type": [kind for _, _, kind in rows],
        "ref_to_greenspace_site": [_identifier(name) for name, _, _ in rows],
    }
    points = [_national(shapely.Point(point)) for _, point, _ in rows]
    return gpd.GeoDataFrame(columns, geometry=points, crs=CRS)


def _ways_in(area: Area) -> Iterator[tuple[Point, str]]:
    """Yield every mapped gate that is not locked, and gates for vehicles."""
    for point, tags in area.gates.items():
        if tags.get("locked") != "yes":
            yield point, "Pedestrian"
    yield from VEHICLE_GATES.get(area.name, ())


def _national(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, lambda xy: xy + np.asarray(ORIGIN, dtype=float))


def _identifier(text: str) -> str:
    return "{" + str(uuid.uuid5(_NAMESPACE, text)).upper() + "}"


def _write(
    frame: gpd.GeoDataFrame, path: Path, layer: str, *, append: bool = False, key: str = "fid"
) -> None:
    with _fixed_date():
        pyogrio.write_dataframe(
            frame, path, layer=layer, driver="GPKG", append=append, DESCRIPTION=NOTE, FID=key
        )


@contextmanager
def _fixed_date() -> Iterator[None]:
    """Let GDAL write one date into the file instead of the time of day."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": WRITTEN})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
