"""The places that people have nearest: worked numbers, and no place that tells where few live."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from pipeline import contracts, tables
from pipeline.nearby import nearby


def homes(*rows: tuple[str, str, float, str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=["home_id", "neighbourhood_id", "people", "state"]).astype(
            {"people": float}
        )
    )


def access(*rows: tuple[str, str, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["home_id", "nearest_asset", "nearest_m"])
    return frame.assign(category="park", nearest_m=frame["nearest_m"].astype(float))


TOWN = homes(
    ("a", "N1", 30, "ok"), ("b", "N1", 30, "ok"), ("c", "N1", 20, "ok"), ("d", "N1", 20, "ok"),
    ("e", "N1", 500, "no_data"), ("f", "N2", 40, "ok"), ("g", "N2", 8, "ok"),
)  # fmt: skip
WALKS = access(
    ("a", "east", 160), ("b", "east", 400), ("c", "west", 80), ("d", "east", 240),
    ("e", "west", 1), ("f", "west", 800), ("g", "east", 80),
)  # fmt: skip


def test_the_nearest_for_most_people_comes_first() -> None:
    """East is the nearest for 80 of 100: 30 at 2 minutes, 20 at 3, 30 at 5; half of them by 3."""
    found = nearby(WALKS, TOWN, 80, 10, 5)
    contracts.check(found, tables.NEARBY, "nearby")
    first, second = found[found["neighbourhood_id"] == "N1"].to_dict("records")
    assert (first["asset_id"], first["order"], first["people"]) == ("east", 1, 80)
    assert (first["share_pct"], first["median_min"]) == (80, 3)
    assert (second["asset_id"], second["people"], second["median_min"]) == ("west", 20, 1)


def test_a_place_that_few_people_have_nearest_is_not_listed() -> None:
    found = nearby(WALKS, TOWN, 80, 10, 5)
    assert found.loc[found["neighbourhood_id"] == "N2", "asset_id"].tolist() == ["west"]
    assert found.loc[found["neighbourhood_id"] == "N2", "share_pct"].item() == pytest.approx(
        100 * 40 / 48
    )


def test_no_more_are_listed_than_asked_for_and_none_where_nothing_is_reached() -> None:
    assert nearby(WALKS, TOWN, 80, 10, 1)["order"].tolist() == [1, 1]
    nothing = access(("a", "", None), ("f", "", None))
    assert nearby(nothing, TOWN, 80, 10, 5).empty
