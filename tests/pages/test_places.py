"""Places on a page: which are too many for it, and that this is said."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest

from pipeline.pages import Material, caveats
from pipeline.pages.payload import payload
from pipeline.pages.places import MOST_PLACES, left_out, shared_ids, shown_assets
from tests.pages.town import town


@pytest.fixture(scope="module")
def crowded() -> Material:
    """A town with more benches than a page can carry."""
    material = town()
    bench = material.assets[material.assets["category"] == "bench"].iloc[:1]
    many = gpd.GeoDataFrame(pd.concat([bench] * (MOST_PLACES + 1)), crs=material.assets.crs)
    many["asset_id"] = [f"osm-node-{n:06d}" for n in range(len(many))]
    others = material.assets[material.assets["category"] != "bench"]
    assets = gpd.GeoDataFrame(pd.concat([others, many]), crs=material.assets.crs)
    return replace(material, assets=assets)


def test_the_largest_are_left_out_until_the_others_fit() -> None:
    material = town()
    counts = material.assets["category"].value_counts()
    assert left_out(material) == {}
    largest = min(counts.index, key=lambda name: (-counts[name], name))
    assert left_out(material, len(material.assets) - 1) == {largest: counts[largest]}
    assert set(left_out(material, 0)) == set(counts.index)


def test_a_page_carries_the_others_and_says_which_are_not_there(crowded: Material) -> None:
    assert set(left_out(crowded)) == {"bench"}
    assert set(shown_assets(crowded)["category"]) == set(crowded.categories) - {"bench"}
    banner = " ".join(caveats.banner(crowded))
    assert "Benches: 25,001 places are too many to be shown one by one on this page." in banner
    assert "assets.gpkg" in banner
    told = payload(crowded)
    bench = crowded.categories.index("bench")
    assert told["categories"][bench]["is_left_out"]
    assert bench not in told["places"]["category"]
    assert told["figures"]["bench"]["within_10_min_pct"]["values"][0] is not None


def test_where_nobody_lives_the_page_says_so() -> None:
    material = town()
    nobody = replace(
        material,
        neighbourhoods=material.neighbourhoods.assign(people=0.0),
        homes=material.homes.iloc[:0],
    )
    assert "no residents here" in " ".join(caveats.banner(nobody))
    assert "no residents here" not in " ".join(caveats.banner(material))


def test_ids_are_carried_after_what_they_share_with_the_one_before() -> None:
    assert shared_ids(["osm-way-12", "osm-way-13", "osm-way-13-2", "x"]) == [
        0, "osm-way-12", 9, "3", 10, "-2", 0, "x",
    ]  # fmt: skip
    assert shared_ids([]) == []
