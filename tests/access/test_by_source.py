"""The same headline with what the map alone knows, the lists alone, and both, worked by hand."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from pipeline import contracts, tables
from pipeline.access.by_source import measure_by_source
from pipeline.access.sensitivity import Town
from tests.access.test_sensitivity import AREAS, FLAT, HOMES, STREET, STUDY_HERE, WALKERS
from tests.towns import CRS, entrances_at, rules

# The map has the pharmacy at 1,000 m, a list that at 2,600 m; a library is on no list.
DOORS = pd.concat(
    [
        entrances_at(("mapped", 0, 10_000, 0), ("listed", 0, 26_000, 0), category="pharmacy"),
        entrances_at(("books", 0, 10_000, 0), category="library"),
    ],
    ignore_index=True,
)
ASSETS = gpd.GeoDataFrame(
    {
        "asset_id": ["mapped", "listed", "books"],
        "category": ["pharmacy", "pharmacy", "library"],
        "sources": ["osm", "nhs_list", "osm"],
        "is_in_district": True,
    },
    geometry=[shapely.Point(1000, 0), shapely.Point(2600, 0), shapely.Point(1000, 0)],
    crs=CRS,
)
RULES = {name: rules(none_mapped_means="unknown") for name in ("pharmacy", "library")}


def measured(assets: gpd.GeoDataFrame) -> Any:  # noqa: ANN401 (rows by three keys)
    town = Town(HOMES, DOORS, STREET, AREAS, {"standard": FLAT}, WALKERS)
    table = measure_by_source(town, assets, RULES, STUDY_HERE, "D")
    contracts.check(table, tables.BY_SOURCE, "by_source")
    return table.set_index(["category", "measure", "known_to"]).sort_index()


def test_each_kind_of_source_is_walked_to_by_itself() -> None:
    rows = measured(ASSETS)
    median = rows.loc[("pharmacy", "nearest_median_min")]

    # 30, 70 and 100 people live 600, 800 and 1,000 m from the mapped one, and 2,200, 2,400 and
    # 600 m from the listed one: half of them have reached it after 800, 600 and, of both, 600 m.
    assert median["value"].to_dict() == {"all": 7.5, "lists_alone": 7.5, "osm_alone": 10.0}
    share = rows.loc[("pharmacy", "within_10_min_pct"), "value"].to_dict()
    assert share == {"all": 100.0, "lists_alone": 50.0, "osm_alone": 50.0}
    assert median["assets"].to_dict() == {"all": 2, "lists_alone": 1, "osm_alone": 1}


def test_what_no_list_speaks_of_has_no_data_and_not_none() -> None:
    rows = measured(ASSETS).loc[("library", "within_15_min_pct")]

    assert rows.loc["osm_alone", "value"] == rows.loc["all", "value"] > 0
    assert rows.loc["lists_alone", "state"] == "no_data"


def test_both_together_are_never_farther_than_one() -> None:
    rows = measured(ASSETS)["value"]
    for measure in ("within_5_min_pct", "within_10_min_pct", "within_15_min_pct"):
        share = rows.loc[("pharmacy", measure)]
        assert share["all"] >= max(share["osm_alone"], share["lists_alone"])


def test_an_asset_of_both_counts_for_each() -> None:
    joined = ASSETS.assign(sources=["nhs_list,osm", "nhs_list,osm", "osm"])
    rows = measured(joined)["value"].loc["pharmacy"]

    assert rows.groupby("measure").nunique().eq(1).all()
