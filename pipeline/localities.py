"""What people call the part of town that a neighbourhood lies in, as mappers have named it.

Neighbourhoods of the census carry codes and numbers that nobody who lives there uses. A map knows
suburbs, villages and quarters as points without borders: a name says where a neighbourhood is,
not where a suburb ends.
"""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.names import forms
from pipeline.tags import read_tags
from pipeline.text import clean_text

COLUMNS = ("neighbourhood_id", "order", "name", "kind", "relation", "distance_m", "geometry")
# A village in a wide neighbourhood names it no more where its residents live so many times further
# away than the nearest one may be.
APART = 2.0
# A suburb that is drawn as a point and as an area is one of this name within so many metres.
SAME_NAME_M = 1_500.0


def localities(
    neighbourhoods: gpd.GeoDataFrame,
    homes: gpd.GeoDataFrame,
    features: gpd.GeoDataFrame,
    kinds: Collection[str],
    farthest_m: float,
) -> gpd.GeoDataFrame:
    """Name the localities that lie in each neighbourhood, or else the nearest one.

    Parameters
    ----------
    neighbourhoods
        A table of `tables.NEIGHBOURHOODS`.
    homes
        A table of `tables.HOMES`: distances are from the middle of a neighbourhood's residents,
        and from that of its area where nobody is known to live.
    features
        A table of `tables.FEATURES`.
    kinds
        Values of OpenStreetMap's `place` that count, the larger first.
    farthest_m
        The nearest one further away than this, in metres, names nothing, and neither does one
        inside that is twice as far from the residents.

    Returns
    -------
    geopandas.GeoDataFrame
        A table of `tables.LOCALITIES`; a neighbourhood that nothing names has no row.
    """
    named = _named(features, kinds)
    areas = np.asarray(neighbourhoods.geometry.array)
    codes = neighbourhoods["neighbourhood_id"].to_numpy(dtype=object)
    middles = _middles(neighbourhoods, homes)
    tree = shapely.STRtree(areas)
    points = np.asarray(named.geometry.array)
    point, area = tree.query(points, predicate="intersects")
    away = shapely.distance(middles[area], points[point])
    relation = np.where(away > APART * farthest_m, "apart", "inside")
    inside = pd.DataFrame({"area": area, "point": point, "relation": relation})
    inside = inside.drop_duplicates("point")
    told = inside.loc[inside["relation"] == "inside", "area"]
    near = _nearest(middles, np.setdiff1d(np.arange(len(areas)), told), points, farthest_m)
    pairs = pd.concat([inside, near], ignore_index=True)
    at = pairs["point"].to_numpy(dtype=int)
    rows = named.iloc[at].reset_index(drop=True)
    rows["neighbourhood_id"] = codes[pairs["area"].to_numpy(dtype=int)]
    rows["relation"] = pairs["relation"].to_numpy(dtype=object)
    rows["distance_m"] = shapely.distance(
        middles[pairs["area"].to_numpy(dtype=int)], np.asarray(rows.geometry.array)
    )
    rows = rows.sort_values(["neighbourhood_id", "distance_m", "name"], ignore_index=True)
    rows["order"] = rows.groupby("neighbourhood_id").cumcount() + 1
    return gpd.GeoDataFrame(rows[list(COLUMNS)], geometry="geometry", crs=neighbourhoods.crs)


def _named(features: gpd.GeoDataFrame, kinds: Collection[str]) -> gpd.GeoDataFrame:
    """Return localities with a name, each once: points before areas, larger kinds first."""
    rank = {kind: n for n, kind in enumerate(kinds)}
    may_be = features[features["tags"].str.contains('"place"', regex=False)]
    tags = read_tags(may_be["tags"])
    found = gpd.GeoDataFrame(
        {
            "name": [clean_text(each.get("name", "")) for each in tags],
            "kind": [each.get("place", "") for each in tags],
            "shape": may_be["shape"].to_numpy(dtype=object),
            "feature_id": may_be["feature_id"].to_numpy(dtype=object),
        },
        geometry=shapely.point_on_surface(np.asarray(may_be.geometry.array)),
        crs=features.crs,
    )
    found = found[(found["name"] != "") & found["kind"].isin(rank)]
    found = found.assign(
        rank=found["kind"].map(rank).astype(float), is_drawn=found["shape"] != "point"
    ).sort_values(["is_drawn", "rank", "feature_id"], ignore_index=True)
    return found[_is_first(found)].reset_index(drop=True)


def _is_first(found: gpd.GeoDataFrame) -> np.ndarray:
    """Tell of each whether none of its name comes before it close by."""
    points = np.asarray(found.geometry.array)
    first = np.ones(len(found), dtype=bool)
    keys = [(forms(name) or (name,))[0] for name in found["name"]]
    for _, alike in found.groupby(keys):
        kept: list[int] = []
        for n in alike.index:
            first[n] = not any(shapely.distance(points[n], points[k]) <= SAME_NAME_M for k in kept)
            kept += [n] if first[n] else []
    return first


def _middles(neighbourhoods: gpd.GeoDataFrame, homes: gpd.GeoDataFrame) -> np.ndarray:
    """Return the middle of the residents of each neighbourhood, or else of its area."""
    at = shapely.get_coordinates(np.asarray(homes.geometry.array))
    weighted = pd.DataFrame({
        "people": homes["people"].to_numpy(float),
        "x": at[:, 0] * homes["people"].to_numpy(float),
        "y": at[:, 1] * homes["people"].to_numpy(float),
    }).groupby(homes["neighbourhood_id"].to_numpy(dtype=object)).sum()  # fmt: skip
    known = weighted[weighted["people"] > 0].reindex(neighbourhoods["neighbourhood_id"])
    middles = shapely.point_on_surface(np.asarray(neighbourhoods.geometry.array))
    has = known["people"].notna().to_numpy()
    x, y = (known[axis].to_numpy() / known["people"].to_numpy() for axis in ("x", "y"))
    middles[has] = shapely.points(x[has], y[has])
    return np.asarray(middles, dtype=object)


def _nearest(
    middles: np.ndarray, areas: np.ndarray, points: np.ndarray, farthest_m: float
) -> pd.DataFrame:
    """Pair areas with the nearest point to their middle, where one is near enough."""
    if not len(points):
        areas = areas[:0]
    found = (
        shapely.STRtree(points).query_nearest(
            middles[areas], max_distance=farthest_m, all_matches=False
        )
        if len(areas)
        else np.zeros((2, 0), dtype=int)
    )
    return pd.DataFrame({"area": areas[found[0]], "point": found[1], "relation": "near"})
