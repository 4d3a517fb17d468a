"""What lies within reach, and who lives there: `catchments.gpkg` and `catchments.csv`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.config import District, State
from pipeline.pages.layers import Writer, written
from pipeline.pages.material import Material
from pipeline.pages.sheets import noted_sheet
from pipeline.text import clean_text

ALL = "all"
LAYER = "catchments"
# Without this, a reader of one file would not know what the other numbers are of.
SHEET_COLUMNS = (
    "category",
    "minutes",
    "people_of",
    "people",
    "share_pct",
    "state",
    "coverage_pct",
    "area_ha",
    "source",
    "source_date",
)


def catchments_csv(material: Material) -> bytes:
    """Return who lives within reach of each category, one number a row: `catchments.csv`.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    bytes
        CSV with `SHEET_COLUMNS` and the district's notice, if it has one. `area_ha` is that of the
        whole band, in every row of it.
    """
    areas = material.catchments[["category", "minutes", "area_ha"]]
    sources = material.indicators.drop_duplicates("category")
    rows = material.catchment_people.merge(areas, on=["category", "minutes"], how="left")
    rows = rows.merge(sources[["category", "source", "source_date"]], on="category", how="left")
    return noted_sheet(material, rows[list(SHEET_COLUMNS)])


def catchments_gpkg(material: Material) -> Writer:
    """Return a writer of `catchments.gpkg`: the bands of each category, with who lives in them.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    callable
        Writes the layer `catchments`, in the CRS of the district, to the path that it is given.
    """
    bands = wide_bands(material.catchments, material.catchment_people)
    return written({LAYER: material.noted(bands)}, material.district)


def people_of_raster(material: Material) -> dict[str, bytes]:
    """Return the mean minutes of the people of a raster, where they come from one.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    dict
        `minutes_of_people.csv` and its bytes, or nothing.
    """
    rows = material.raster_minutes
    if rows.empty:
        return {}
    titled = rows.assign(people_from=f"people from the {material.people_raster} raster")
    return {"minutes_of_people.csv": noted_sheet(material, titled)}


def asset_gpkg(
    bands: gpd.GeoDataFrame, people: pd.DataFrame, asset: pd.Series, district: District
) -> Writer:
    """Return a writer of the bands of one asset.

    Parameters
    ----------
    bands, people
        `CATCHMENTS` and `CATCHMENT_PEOPLE` of that asset.
    asset
        Its row, named by its id.
    district
        The district.

    Returns
    -------
    callable
        Writes the layer `catchments` to the path that it is given.
    """
    wide = wide_bands(bands, people)
    wide.insert(0, "asset_id", str(asset.name))
    wide.insert(1, "name", clean_text(asset["name"]))
    notice = {} if district.notice is None else {"notice": " ".join(district.notice.split())}
    return written({LAYER: wide.assign(**notice)}, district)


def wide_bands(bands: gpd.GeoDataFrame, people: pd.DataFrame) -> gpd.GeoDataFrame:
    """Put who lives in each band beside it, largest bands first so that all can be seen.

    Parameters
    ----------
    bands, people
        `CATCHMENTS` and `CATCHMENT_PEOPLE`.

    Returns
    -------
    geopandas.GeoDataFrame
        Keys, `area_ha` and `state` of the band, then `people`, `share_pct`, `people_state` and
        `coverage_pct` of all, and `people_decile_1`, `share_pct_decile_1`, `state_decile_1` … of
        each group.
    """
    key = ["category", "minutes"]
    wide = bands.sort_values(["category", "minutes"], ascending=[True, False], ignore_index=True)
    geometry = wide.pop("geometry")
    for group in _in_order(people["people_of"].unique()):
        rows = (
            people[people["people_of"] == group]
            .set_index(key)
            .loc[list(zip(*map(wide.get, key), strict=True))]
        )
        names = _names(group)
        for column, name in names.items():
            wide[name] = rows[column].to_numpy()
    return gpd.GeoDataFrame(wide, geometry=geometry.to_numpy(), crs=bands.crs)


def _names(group: str) -> dict[str, str]:
    if group == ALL:
        same = {column: column for column in ("people", "share_pct", "coverage_pct")}
        return same | {"state": "people_state"}
    return {column: f"{column}_{group}" for column in ("people", "share_pct", "state")}


def _in_order(groups: Any) -> list[str]:  # noqa: ANN401 (an array of text)
    """Return the groups: all first, deciles by number, then those without."""

    def place(group: str) -> tuple[int, int]:
        last = group.rpartition("_")[2]
        return (0, 0) if group == ALL else (1, int(last)) if last.isdigit() else (2, 0)

    return sorted(map(str, groups), key=place)


def spoken(bands: gpd.GeoDataFrame, people: pd.DataFrame, asset: pd.Series) -> Iterator[str]:
    """Say the catchment of one asset in lines for a terminal.

    Parameters
    ----------
    bands, people
        `CATCHMENTS` and `CATCHMENT_PEOPLE` of that asset.
    asset
        Its row, named by its id.

    Yields
    ------
    str
        What it is; then, for each number of minutes, its land, its people, and those of each
        decile.
    """
    name = clean_text(asset["name"]) or "without a name"
    yield f"{asset.name}: {name} ({str(asset['category']).replace('_', ' ')})"
    for band in bands.itertuples():
        rows = people[people["people_of"] == ALL].set_index("minutes")
        yield f"{band.minutes} minutes: {band.area_ha:,.0f} ha, {_said(rows.loc[band.minutes])}"
        groups = people[(people["minutes"] == band.minutes) & (people["people_of"] != ALL)]
        found = groups.set_index("people_of")
        told = [f"{g.replace('_', ' ')}: {_said(found.loc[g])}" for g in _in_order(found.index)]
        if told:
            yield "  " + "; ".join(told)


def _said(row: pd.Series) -> str:
    if row["state"] in (State.OK, State.TRUE_ZERO):
        return f"{np.rint(row['people']):,.0f} people ({row['share_pct']:.0f} %)"
    return str(row["state"]).replace("_", " ")
