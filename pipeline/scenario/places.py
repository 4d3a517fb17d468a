"""Assets that are added, moved or closed, made by the same functions as all others."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.affinity import translate

from pipeline import tables
from pipeline.config import Agreement, CategoryRules
from pipeline.config.scenario import AddAsset
from pipeline.corroboration import corroborate
from pipeline.errors import ChoiceIsNotAllowed, listed, quoted

SOURCE = "scenario"
_NEAREST_NAMES = 3


def must_be_there(assets: gpd.GeoDataFrame, asset_id: str) -> None:
    """Stop where a scenario speaks of an asset that is not there.

    Raises
    ------
    ChoiceIsNotAllowed
        With names that are a little alike, if there are some.
    """
    if (assets["asset_id"] == asset_id).any():
        return
    beginning = asset_id[: len("osm-way-") + 2]
    alike = assets["asset_id"][assets["asset_id"].str.startswith(beginning)].head(_NEAREST_NAMES)
    hint = f", for example {listed(list(alike))}" if len(alike) else ""
    raise ChoiceIsNotAllowed(
        f"there is no asset {quoted(asset_id)} here; take an `asset_id` from assets.gpkg or the "
        f"map{hint}."
    )


def new_asset(
    change: AddAsset,
    number: int,
    shape: shapely.Geometry,
    rules: Mapping[str, CategoryRules],
    outline: shapely.Geometry,
    crs: object,
    day: str,
) -> gpd.GeoDataFrame:
    """Make an asset of one record, as every other asset is made of its records.

    Parameters
    ----------
    change
        What is added.
    number
        Of the change, from 1; the asset is called after it.
    shape
        Where it is, in metres.
    rules
        Rules by category.
    outline
        The district.
    crs
        System of the shape.
    day
        Of the map data.

    Returns
    -------
    geopandas.GeoDataFrame
        One row of `tables.ASSETS`.

    Raises
    ------
    ChoiceIsNotAllowed
        If its category is not known, or it is smaller than what counts as one.
    """
    if change.category not in rules:
        raise ChoiceIsNotAllowed(
            f"category: there is no category {quoted(change.category)}; there are "
            f"{', '.join(sorted(rules))}."
        )
    record = {
        # What is drawn alone must be as large as what OpenStreetMap draws alone.
        "source": "osm", "record_id": str(number), "order": f"{number:06}",
        "category": change.category, "also": "", "left_out": "", "name": change.name, "date": day,
        "licence": "", "url": "", "identifiers": (), "locality": "", "kind_of_stop": "",
        "tags": {}, "details": {},
    }  # fmt: skip
    frame = pd.DataFrame({key: [value] for key, value in record.items()})
    records = gpd.GeoDataFrame(frame, geometry=[shape], crs=crs)
    found, too_small = corroborate(records, rules, outline)
    if len(too_small):
        of_category = rules[change.category]
        least = max(of_category.smallest_m2, of_category.smallest_unnamed_m2)
        raise ChoiceIsNotAllowed(
            f"area: has {shapely.area(shape):,.0f} m², and what counts as {change.category} has "
            f"at least {least:,.0f} m²; draw it larger, or choose another category."
        )
    named = found.assign(
        asset_id=f"{SOURCE}-{number}", sources=SOURCE, records="[]",
        agreement=Agreement.ONE_SOURCE.value, chosen="{}", differences="{}",
    )  # fmt: skip
    return named[[column.name for column in tables.ASSETS.columns]]


def moved(asset: gpd.GeoDataFrame, shape: shapely.Geometry) -> gpd.GeoDataFrame:
    """Put one asset elsewhere: a point takes it by its middle, an outline replaces its own.

    Parameters
    ----------
    asset
        One row.
    shape
        Where it goes.

    Returns
    -------
    geopandas.GeoDataFrame
        The same row elsewhere, of the source of scenarios too.
    """
    old = asset.geometry.iloc[0]
    if shapely.get_dimensions(shape) == 0:
        middle = shapely.centroid(old)
        east = shapely.get_x(shape) - shapely.get_x(middle)
        shape = translate(old, east, shapely.get_y(shape) - shapely.get_y(middle))
    return asset.assign(area_m2=float(shapely.area(shape)), geometry=[shape])


def ways_in(asset_id: str, points: list[shapely.Point], crs: object) -> gpd.GeoDataFrame:
    """Return the ways in that a scenario gives of an asset, as `tables.ACCESS_POINTS`."""
    names = [f"{asset_id}-{n}" for n in range(1, len(points) + 1)]
    return gpd.GeoDataFrame(
        {
            "access_point_id": pd.Series(names, dtype="str"),
            "asset_id": pd.Series([asset_id] * len(points), dtype="str"),
        },
        geometry=gpd.GeoSeries(np.array(points, dtype=object), crs=crs),
        crs=crs,
    )
