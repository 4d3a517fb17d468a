"""The same headline under other choices, one at a time, worked by hand on one long street."""

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline import contracts, tables
from pipeline.access import by_walker
from pipeline.access.sensitivity import AS_CHOSEN, Town, measure_sensitivity
from pipeline.config import Walker
from pipeline.headline import ranges
from tests.towns import CRS, STUDY, entrances_at, neighbourhoods

# A street of 3 km from west to east; its only pharmacy stands at 1,000 m. Another
# on which nobody lives.
STREET = gpd.GeoDataFrame(
    {
        "edge_id": [0, 1],
        "start": [0, 2],
        "end": [1, 3],
        "length_dm": [30_000, 10_000],
        "is_snappable": True,
        "is_bridge_or_tunnel": False,
    },
    geometry=[shapely.LineString([(0, y), (3000, y)]) for y in (0, 9000)],
    crs=CRS,
)
DOOR = entrances_at(("p", 0, 10_000, 0), category="pharmacy")
AREAS = neighbourhoods(("W", shapely.box(0, -500, 1000, 500), 100),
                       ("E", shapely.box(1000, -500, 3000, 500), 100))  # fmt: skip
STUDY_HERE = STUDY.model_copy(update={"fewest_people": 0})


def walker(speed: float) -> Walker:
    return Walker(
        label="w", speed_m_per_min=speed, slopes="flat", reference="none", note="none"
    )  # fmt: skip


WALKERS = {"standard": walker(80), "natural_england": walker(200 / 3), "older_adult": walker(51)}
FLAT = pd.DataFrame(
    {
        "edge_id": [0, 1],
        "forward_dm": [30_000, 10_000],
        "backward_dm": [30_000, 10_000],
        "is_open": True,
    }
)


def homes(*rows: tuple[str, float, float, float]) -> gpd.GeoDataFrame:
    """Place homes by neighbourhood, metres along the street, people and metres from the street."""
    cap_m = STUDY.snapping.home_cap_m
    is_near = [row[3] <= cap_m for row in rows]
    return gpd.GeoDataFrame(
        {
            "home_id": [f"h{at}" for at in range(len(rows))],
            "neighbourhood_id": [row[0] for row in rows],
            "people": [float(row[2]) for row in rows],
            "edge_id": np.where(is_near, 0, -1),
            "along_dm": np.where(is_near, [round(row[1] * 10) for row in rows], 0),
            "snap_dm": np.where(is_near, [round(row[3] * 10) for row in rows], 0),
            "known_within_m": 9999.0,
            "state": np.where(is_near, "ok", "unreachable"),
        },
        geometry=[shapely.Point(row[1], row[3]) for row in rows],
        crs=CRS,
    )


def measured(town_homes: gpd.GeoDataFrame) -> pd.DataFrame:
    grounds = dict.fromkeys(WALKERS, FLAT)
    town = Town(town_homes, DOOR, STREET, AREAS, grounds, WALKERS)
    metres = by_walker.nearest_by_walker(town_homes, DOOR, STREET, grounds, ["pharmacy"])
    table = measure_sensitivity(town, metres, frozenset(), STUDY_HERE, "D")
    contracts.check(table, tables.SENSITIVITY, "sensitivity")
    return table


def values(table: pd.DataFrame, place: str, measure: str) -> dict[str, float]:
    rows = table[(table["neighbourhood_id"] == place) & (table["measure"] == measure)]
    return dict(zip(rows["variant"], rows["value"], strict=True))


# West: 30 people 600 m from the pharmacy, 70 people 800 m. East: 100 people 1,000 m.
HOMES = homes(("W", 400, 30, 0), ("W", 200, 70, 0), ("E", 2000, 100, 0))


def test_a_cut_off_a_fifth_shorter_or_longer_moves_the_share() -> None:
    west = values(measured(HOMES), "W", "within_10_min_pct")
    # 800 m as chosen, the last metre included; 640 m and 960 m.
    assert west[AS_CHOSEN] == 100
    assert (west["cut_off_x_0.8"], west["cut_off_x_1.2"]) == (30, 100)


def test_a_slower_walker_takes_longer_and_gets_less_far() -> None:
    table = measured(HOMES)
    minutes = values(table, "W", "nearest_median_min")
    assert minutes[AS_CHOSEN] == 10
    assert minutes["walker_older_adult"] == pytest.approx(800 / 51)
    assert minutes["walker_natural_england"] == pytest.approx(12)
    share = values(table, "W", "within_10_min_pct")
    assert (share["walker_natural_england"], share["walker_older_adult"]) == (30, 0)


def test_homes_alike_share_people_out_evenly() -> None:
    # 600 m is within ten minutes, 900 m is not: 30 of 100 people, one of two homes.
    table = measured(homes(("W", 400, 30, 0), ("W", 100, 70, 0), ("E", 2000, 100, 0)))
    share = values(table, "W", "within_10_min_pct")
    assert (share[AS_CHOSEN], share["homes_alike"]) == (30, 50)


def test_all_at_the_home_nearest_to_the_middle_of_their_neighbourhood() -> None:
    # The middle of the west's people is at 260 m along the street; the home at 200 m is nearest.
    table = measured(HOMES)
    assert values(table, "W", "nearest_median_min")["centre_of_neighbourhood"] == 10
    assert "centre_of_neighbourhood" not in values(table, "W", "within_10_min_pct")
    assert values(table, "D", "within_10_min_pct")["centre_of_neighbourhood"] == 50


def test_a_home_far_from_its_street_is_counted_or_left_out_by_the_cap() -> None:
    # 100 m and 250 m from the street: the first is lost at 75 m, the second found at 300 m.
    table = measured(
        homes(("W", 900, 10, 0), ("W", 100, 30, 100), ("W", 900, 60, 250), ("E", 2000, 9, 0))
    )
    share = values(table, "W", "within_5_min_pct")
    assert share[AS_CHOSEN] == pytest.approx(100 * 10 / 40)
    assert share["snapping_75_m"] == 100
    assert share["snapping_300_m"] == pytest.approx(100 * 70 / 100)


def test_the_range_holds_what_was_chosen_and_runs_from_the_smallest_to_the_largest() -> None:
    table = measured(HOMES)
    found: Any = ranges(table).loc[("W", "pharmacy", "within_10_min_pct"), :]
    assert (found["low"], found["high"]) == (0, 100)
    chosen = table[table["variant"] == AS_CHOSEN].set_index(
        ["neighbourhood_id", "category", "measure"]
    )["value"]
    every = ranges(table).reindex(chosen.index)
    assert ((every["low"] <= chosen) & (chosen <= every["high"])).all()


def test_ranks_agree_wholly_with_themselves_and_are_not_asked_of_two_places() -> None:
    assert measured(HOMES)["rank_agreement"].isna().all()
    third = neighbourhoods(("N", shapely.box(0, 500, 3000, 900), 10))
    areas = gpd.GeoDataFrame(pd.concat([AREAS, third], ignore_index=True), crs=CRS)
    more = gpd.GeoDataFrame(
        pd.concat([HOMES, homes(("N", 2900, 10, 0)).assign(home_id="h9")], ignore_index=True),
        crs=CRS,
    )
    grounds = dict.fromkeys(WALKERS, FLAT)
    town = Town(more, DOOR, STREET, areas, grounds, WALKERS)
    metres = by_walker.nearest_by_walker(more, DOOR, STREET, grounds, ["pharmacy"])
    table = measure_sensitivity(town, metres, frozenset(), STUDY_HERE, "D")
    district: Any = table[table["neighbourhood_id"] == "D"].set_index(["measure", "variant"])
    assert district.loc[("nearest_median_min", AS_CHOSEN), "rank_agreement"] == 1
    assert district.loc[("nearest_median_min", "walker_older_adult"), "rank_agreement"] == 1
    # Nobody is within five minutes anywhere: no ranks, and so no agreement of ranks.
    assert math.isnan(district.loc[("within_5_min_pct", AS_CHOSEN), "rank_agreement"])
    assert table.loc[table["neighbourhood_id"] != "D", "rank_agreement"].isna().all()


def test_what_is_unknown_has_no_variants() -> None:
    grounds = dict.fromkeys(WALKERS, FLAT)
    town = Town(HOMES, DOOR, STREET, AREAS, grounds, WALKERS)
    metres = by_walker.nearest_by_walker(HOMES, DOOR, STREET, grounds, ["library", "pharmacy"])
    table = measure_sensitivity(town, metres, frozenset({"library"}), STUDY_HERE, "D")
    assert set(table["category"]) == {"pharmacy"}


def test_where_nobody_lives_no_choice_has_a_number() -> None:
    nobody = HOMES.assign(people=0.0)
    grounds = dict.fromkeys(WALKERS, FLAT)
    town = Town(nobody, DOOR, STREET, AREAS, grounds, WALKERS)
    metres = by_walker.nearest_by_walker(nobody, DOOR, STREET, grounds, ["pharmacy"])
    table = measure_sensitivity(town, metres, frozenset(), STUDY_HERE, "D")
    assert table.empty
    assert "rank_agreement" in table.columns
