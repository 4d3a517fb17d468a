"""The places that people have nearest, by name: which, for how many, and how far they walk.

Of each home the nearest place of each category is known. Over the homes of a neighbourhood these
are few places, each the nearest for some of its people.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.config import State

COLUMNS = (
    "neighbourhood_id", "category", "asset_id", "order", "people", "share_pct", "median_min",
)  # fmt: skip
_PLACE = ["neighbourhood_id", "category"]


def nearby(
    access: pd.DataFrame,
    homes: gpd.GeoDataFrame,
    speed_m_per_min: float,
    fewest_people: int,
    most: int,
) -> pd.DataFrame:
    """List the places that are nearest for the people of each neighbourhood.

    Parameters
    ----------
    access
        A table of `tables.ACCESS`.
    homes
        A table of `tables.HOMES`.
    speed_m_per_min
        How fast people are taken to walk.
    fewest_people
        A place that is the nearest for fewer people is not listed: it would say where they live.
    most
        How many places of a category are listed for a neighbourhood.

    Returns
    -------
    pandas.DataFrame
        A table of `tables.NEARBY`: what is the nearest for most people first, equals by name of
        the asset. Shares are of all people of the neighbourhood who have an answer.
    """
    attached = homes[homes["state"] == State.OK]
    people = attached.set_index("home_id")[["neighbourhood_id", "people"]]
    everybody = people.groupby("neighbourhood_id")["people"].sum()
    rows = access.loc[
        access["nearest_asset"].ne("") & access["nearest_m"].notna(),
        ["home_id", "category", "nearest_asset", "nearest_m"],
    ].join(people, on="home_id", how="inner")
    rows = rows.rename(columns={"nearest_asset": "asset_id"}).sort_values("nearest_m")
    rows["category"] = rows["category"].astype(str)
    groups = rows.groupby([*_PLACE, "asset_id"], observed=True)
    found = groups["people"].sum().reset_index()
    passed = groups["people"].cumsum()
    total = groups["people"].transform("sum")
    # The first home by distance with which half of the people are reached.
    reached = rows[passed >= total / 2 * (1 - 1e-9)].drop_duplicates([*_PLACE, "asset_id"])
    metres = reached.set_index([*_PLACE, "asset_id"])["nearest_m"]
    found["median_min"] = (
        metres.reindex(pd.MultiIndex.from_frame(found[[*_PLACE, "asset_id"]])).to_numpy()
        / speed_m_per_min
    )
    found["share_pct"] = np.clip(
        100 * found["people"] / found["neighbourhood_id"].map(everybody).to_numpy(float), 0, 100
    )
    found = found[found["people"] >= max(fewest_people, 1)]
    found = found.sort_values([*_PLACE, "people", "asset_id"], ascending=[True, True, False, True])
    found["order"] = found.groupby(_PLACE, observed=True).cumcount() + 1
    return found.loc[found["order"] <= most, list(COLUMNS)].reset_index(drop=True)
