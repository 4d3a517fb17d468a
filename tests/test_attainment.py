"""Shares of people, what they could be at most, and land per head: worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pipeline import contracts, tables
from pipeline.attainment import Town, measure_standards
from pipeline.config import Standard
from tests.access.test_standards import gates, standard
from tests.towns import CRS, STUDY, assets, covered, line_of_streets, neighbourhoods, rules

AREAS = neighbourhoods(
    ("E1", shapely.box(-100, -100, 500, 500), 100),
    ("E2", shapely.box(500, -100, 1000, 500), 300),
    ("E3", shapely.box(1000, -100, 1500, 500), 50),
)
# A park of 2 ha from 280 m to 480 m east; its gate is at 420 m. A play space nobody has drawn.
PARKS = assets(
    ("a0", "park", shapely.box(280, 0, 480, 100)), ("a1", "play_space", shapely.Point(900, 0))
)
GATES = gates(("a0", 420, 0), ("a1", 900, 0))
RULES = {
    "park": rules(none_mapped_means="unknown"),
    "play_space": rules(none_mapped_means="unknown"),
    "station": rules(none_mapped_means="none"),
    "market": rules(none_mapped_means="unknown"),
}
SOURCES = {
    "park": ("greenspace,openstreetmap", "2025-01-01"),
    "play_space": ("openstreetmap", "2026-01-01"),
    "station": ("naptan,openstreetmap", "2024-01-01"),
    "market": ("openstreetmap", "2026-01-01"),
}
# Neighbourhood, metres along the street, people, metres known around the home, on the network.
Home = tuple[str, float, float, float, bool]
HOMES: list[Home] = [
    ("E1", 0, 60, 9e3, True),
    ("E1", 130, 30, 9e3, True),
    ("E1", 400, 10, 9e3, True),
    ("E2", 700, 200, 9e3, True),
    ("E2", 800, 100, 150, True),
]


def homes_of(rows: Sequence[Home]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "home_id": [f"h{n:03}" for n in range(len(rows))],
            "neighbourhood_id": [row[0] for row in rows],
            "people": [float(row[2]) for row in rows],
            "known_within_m": [float(row[3]) for row in rows],
            "edge_id": [0 if row[4] else -1 for row in rows],
            "along_dm": [round(10 * row[1]) for row in rows],
            "snap_dm": 0,
            "state": ["ok" if row[4] else "unreachable" for row in rows],
        },
        geometry=[shapely.Point(row[1], 0) for row in rows],
        crs=CRS,
    )


def measured(asked: Standard, rows: Sequence[Home] = HOMES, areas: gpd.GeoDataFrame = AREAS) -> Any:  # noqa: ANN401 (rows by three keys)
    town = Town(PARKS, GATES, homes_of(rows), line_of_streets(20_000), areas, covered(areas))
    table, report = measure_standards({"ours": asked}, town, RULES, STUDY, "D", SOURCES)
    ordered = contracts.ordered(table, tables.STANDARDS)
    contracts.check(ordered, tables.STANDARDS, "standards")
    assert sum(report["numbers"].values()) == len(table)
    return ordered.set_index(["criterion", "method", "neighbourhood_id"]).sort_index()


def test_shares_are_of_people_both_ways_and_the_district_is_one_more_row() -> None:
    table = measured(standard({"distance_m": 290}))
    # On foot within 290 m of the gate at 420 m: the homes at 130, 400 and 700 m, so 40 of 100
    # people in E1, 200 of 300 in E2, 240 of 400 of the district. In a straight line all of E1
    # (0 m is 280 m from the boundary) and the home at 700 m.
    on_foot, in_line = table.loc[("c0", "walking")], table.loc[("c0", "straight_line")]
    assert on_foot["value"].round(6).to_dict() == pytest.approx(
        {"D": 60, "E1": 40, "E2": 66.666667, "E3": math.nan}, nan_ok=True
    )
    assert in_line["value"].round(6).to_dict() == pytest.approx(
        {"D": 75, "E1": 100, "E2": 66.666667, "E3": math.nan}, nan_ok=True
    )
    assert set(table["unit"]) == {"%"}
    assert set(table["standard"]) == {"ours"}


def test_beyond_the_map_data_a_share_has_a_lower_and_an_upper_end() -> None:
    table = measured(standard({"distance_m": 290}))
    # The home at 800 m is not within, and the data end 150 m from it: 100 people are open. E3 has
    # no homes, so its 50 people are uncertain too: (100 + 200) of 450 are certain.
    row = table.loc[("c0", "walking", "D")]
    assert (row["value"], row["at_most"]) == pytest.approx((60, 85))
    assert row["coverage_pct"] == pytest.approx(100 * 300 / 450)
    assert table.loc[("c0", "walking", "E1"), "at_most"] == pytest.approx(40)
    assert table.loc[("c0", "walking", "E1"), "coverage_pct"] == 100


@pytest.mark.parametrize(
    ("known_within_m", "state", "value", "at_most"),
    [
        (9e3, "true_zero", 0, 0),  # nobody, for certain
        (100, "no_data", math.nan, math.nan),  # nobody that is known, and nobody for certain
    ],
)
def test_a_zero_is_true_only_where_it_can_be_no_more(
    known_within_m: float, state: str, value: float, at_most: float
) -> None:
    rows: list[Home] = [("E2", 900, 20, known_within_m, True), ("E1", 400, 20, 9e3, True)]
    row = measured(standard({"distance_m": 200}), rows).loc[("c0", "walking", "E2")]
    assert row["state"] == state
    assert [row["value"], row["at_most"]] == pytest.approx([value, at_most], nan_ok=True)
    assert (row["coverage_pct"] > 0) == (state == "true_zero")


def test_a_zero_that_is_certain_for_some_only_is_a_number_with_an_upper_end() -> None:
    rows: list[Home] = [("E2", 900, 15, 9e3, True), ("E2", 950, 5, 100, True)]
    row = measured(standard({"distance_m": 200}), rows).loc[("c0", "walking", "E2")]
    assert (row["state"], row["value"], row["at_most"]) == ("ok", 0, 25)


def test_five_kilometres_is_not_answered_with_no_from_a_map_that_ends_before() -> None:
    rows: list[Home] = [("E1", 400, 50, 1800, True)]
    table = measured(standard({"distance_m": 5000, "smallest_ha": 100}), rows)
    for method in ("walking", "straight_line"):
        row = table.loc[("c0", method, "D")]
        assert (row["state"], row["coverage_pct"]) == ("no_data", 0)


def test_homes_off_the_network_are_left_out_of_both_ways_alike() -> None:
    rows = [*HOMES, ("E1", 390.0, 500.0, 9e3, False)]
    table = measured(standard({"distance_m": 290}), rows)
    assert table.loc[("c0", "walking", "E1"), "value"] == pytest.approx(40)
    assert table.loc[("c0", "straight_line", "E1"), "value"] == pytest.approx(100)


def test_too_few_people_are_not_published() -> None:
    rows: list[Home] = [("E1", 400, 9, 9e3, True), ("E2", 400, 10, 9e3, True)]
    table = measured(standard({"distance_m": 290})).loc[("c0", "walking")]
    few = measured(standard({"distance_m": 290}), rows).loc[("c0", "walking")]
    assert few["state"].to_dict() == {
        "D": "ok", "E1": "suppressed", "E2": "ok", "E3": "no_data",
    }  # fmt: skip
    assert math.isnan(few.loc["E1", "value"])
    assert table["state"].to_dict() == {"D": "ok", "E1": "ok", "E2": "ok", "E3": "no_data"}


def test_none_mapped_is_unknown_or_none_as_the_category_says() -> None:
    asked = standard(
        {"distance_m": 290, "categories": ["station"]},
        {"distance_m": 290, "categories": ["market"]},
        {"distance_m": 290, "categories": ["park", "market"]},
    )
    table = measured(asked)
    assert table.loc[("c0", "walking", "E1"), "state"] == "true_zero"
    assert table.loc[("c1", "walking", "E1"), "state"] == "no_data"
    assert table.loc[("c2", "walking", "E1"), "value"] == pytest.approx(40)


def test_a_play_space_without_an_outline_may_be_large_enough() -> None:
    asked = standard({"distance_m": 290, "smallest_ha": 0.1, "categories": ["play_space"]})
    table = measured(asked).loc[("c0", "walking")]
    # Both homes of E2 are within 290 m of the point at 900 m.
    assert table["state"].to_dict() == {
        "D": "ok", "E1": "true_zero", "E2": "no_data", "E3": "no_data",
    }  # fmt: skip
    assert (table.loc["D", "value"], table.loc["D", "at_most"]) == (0, 75)


def test_land_per_head_is_of_the_place_it_lies_in() -> None:
    asked = standard(
        {"kind": "quantity", "categories": ["park"], "hectares_per_1000": 3},
        {"kind": "quantity", "categories": ["park", "play_space"], "hectares_per_1000": 3},
        {"kind": "quantity", "categories": ["market"], "hectares_per_1000": 3},
        {"kind": "quantity", "categories": ["park"], "smallest_ha": 3, "hectares_per_1000": 3},
    )
    table = measured(asked)
    # 2 ha for 100 people in E1, none for the 300 of E2; 2 ha for the 400 whose homes are known.
    parks = table.loc[("c0", "quantity")]
    assert parks["value"].to_dict() == pytest.approx(
        {"D": 5, "E1": 20, "E2": 0, "E3": math.nan}, nan_ok=True
    )
    assert parks["state"].to_dict() == {
        "D": "ok", "E1": "ok", "E2": "true_zero", "E3": "no_data",
    }  # fmt: skip
    assert set(parks["unit"]) == {"ha per 1,000 people"}
    assert parks.loc["D", "at_most"] == 5
    assert parks.loc["D", "coverage_pct"] == pytest.approx(100 * 400 / 450)
    # With a play space that nobody has drawn there are 2 ha or more.
    assert math.isnan(table.loc[("c1", "quantity", "D"), "at_most"])
    assert table.loc[("c1", "quantity", "E2"), "state"] == "ok"
    assert set(table.loc[("c2", "quantity"), "state"]) == {"no_data"}
    assert table.loc[("c3", "quantity", "E1"), "state"] == "true_zero"


def test_a_number_names_the_layers_it_draws_on_and_the_oldest_day() -> None:
    both = {"kind": "together", "of": ["c0", "c1"], "needs": "all"}
    asked = standard(
        {"distance_m": 290}, {"distance_m": 290, "categories": ["station", "play_space"]}, both
    )
    found = measured(asked).groupby("criterion")[["source", "source_date"]].first()
    assert found.loc["c0"].tolist() == ["greenspace,openstreetmap", "2025-01-01"]
    assert found.loc["c1"].tolist() == ["naptan,openstreetmap", "2024-01-01"]
    assert found.loc["c2"].tolist() == ["greenspace,naptan,openstreetmap", "2024-01-01"]


def test_without_standards_the_table_is_empty_and_keeps_its_contract() -> None:
    areas = AREAS
    town = Town(PARKS, GATES, homes_of(HOMES), line_of_streets(20_000), areas, covered(areas))
    table, _ = measure_standards({}, town, RULES, STUDY, "D", SOURCES)
    contracts.check(contracts.ordered(table, tables.STANDARDS), tables.STANDARDS, "standards")
    assert table.empty


def test_the_order_of_rows_does_not_matter() -> None:
    asked = standard({"distance_m": 290}, {"distance_m": 400, "smallest_ha": 2})
    town = Town(PARKS, GATES, homes_of(HOMES), line_of_streets(20_000), AREAS, covered(AREAS))
    turned = Town(
        PARKS[::-1], GATES[::-1], homes_of(HOMES)[::-1], town.network, AREAS[::-1], town.coverage
    )
    one, other = (
        contracts.ordered(
            measure_standards({"ours": asked}, each, RULES, STUDY, "D", SOURCES)[0],
            tables.STANDARDS,
        )
        for each in (town, turned)
    )
    assert one.equals(other)
    assert np.isfinite(one["value"]).any()
