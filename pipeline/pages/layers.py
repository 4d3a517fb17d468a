"""The figures and the assets as GeoPackages for a desktop map."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from pipeline import tables
from pipeline.config import District
from pipeline.pages.material import Material
from pipeline.pages.sheets import wide_table

Writer = Callable[[Path], None]

ASSET_COLUMNS = (
    "asset_id",
    "category",
    "kind",
    "level",
    "status",
    "name",
    "sources",
    "licences",
    "date",
    "area_m2",
    "is_in_district",
    "details",
    "agreement",
    "records",
    "chosen",
    "differences",
    "geometry",
)
RECORD_COLUMNS = tuple(column.name for column in tables.RECORDS.columns)
ENTRANCE_COLUMNS = ("entrance_id", "asset_id", "category", "way_in", "state", "geometry")


def profiles_gpkg(material: Material) -> Writer:
    """Return a writer of `profiles.gpkg`: neighbourhoods with every number beside them.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    callable
        Writes the file, in the CRS of the district, to the path that it is given.
    """
    geometry = material.neighbourhoods.set_index("neighbourhood_id").geometry
    table = wide_table(material).iloc[:-1]
    frame = gpd.GeoDataFrame(
        table, geometry=geometry.reindex(table["neighbourhood_id"]).to_numpy(), crs=geometry.crs
    )
    return written({"neighbourhoods": material.noted(frame)}, material.district)


def assets_gpkg(material: Material) -> Writer:
    """Return a writer of `assets.gpkg`: every asset, the ways into it, and what it is made of.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    callable
        Writes the layers `assets`, `entrances` and, where records are known one by one,
        `records` to the path that it is given. Sites as each source draws them stand only in the
        last.
    """
    layers = {
        "assets": material.noted(material.assets[list(ASSET_COLUMNS)]),
        "entrances": material.noted(material.entrances[list(ENTRANCE_COLUMNS)]),
    }
    if len(material.records):
        layers["records"] = material.noted(material.records[list(RECORD_COLUMNS)])
    return written(layers, material.district)


def written(layers: dict[str, Any], district: District) -> Writer:
    """Return a writer of a GeoPackage, dated by the map data.

    Parameters
    ----------
    layers
        Name of a layer → GeoDataFrame.
    district
        The district.

    Returns
    -------
    callable
        Writes the layers to the path that it is given.
    """

    def write(path: Path) -> None:
        path.unlink(missing_ok=True)
        with _as_of(f"{district.openstreetmap.day:%Y-%m-%d}T00:00:00.000Z"):
            for name, frame in layers.items():
                _write_layer(frame, name, path)

    return write


def _write_layer(frame: Any, name: str, path: Path) -> None:  # noqa: ANN401 (a GeoDataFrame)
    texts = {
        column: frame[column].astype(object).where(frame[column].notna(), None)
        for column in frame.columns
        if isinstance(frame[column].dtype, pd.CategoricalDtype)
    }
    kinds = set(frame.geometry.geom_type)
    pyogrio.write_dataframe(
        frame.assign(**texts),
        path,
        layer=name,
        driver="GPKG",
        geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
        promote_to_multi=False,
    )


@contextmanager
def _as_of(moment: str) -> Iterator[None]:
    """Date a GeoPackage by its data, so that the same inputs give the same bytes."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
