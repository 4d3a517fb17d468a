"""Every published number, worked out by hand over a handful of homes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import contracts, tables
from pipeline.config import CategoryRules
from pipeline.profiles import build_indicators
from tests.towns import CRS, STUDY, neighbourhoods, rules

MINUTES = STUDY.walking.minutes
FAR = math.inf
PARK = rules().model_copy(update={"supply": "area"})
RULES = {"park": PARK, "pub": rules()}
AREAS = neighbourhoods(
    ("E1", shapely.box(0, 0, 1, 1), 100),
    ("E2", shapely.box(1, 0, 2, 1), 300),
    ("E3", shapely.box(2, 0, 3, 1), 50),
)
# Neighbourhood, people, metres to the nearest of a category, metres known around the home.
Home = tuple[str, float, float, float]
WALKS: list[Home] = [
    ("E1", 10, 80, 5000),
    ("E1", 40, 400, 300),
    ("E1", 50, 401, 5000),
    ("E2", 150, 800, 5000),
    ("E2", 150, 2400, 2000),
]


def homes_of(rows: Sequence[Home], off: frozenset[int] = frozenset()) -> gpd.GeoDataFrame:
    """Lay out homes; those in `off` are off the network."""
    return gpd.GeoDataFrame(
        {
            "home_id": [f"h{at:04}" for at in range(len(rows))],
            "neighbourhood_id": [row[0] for row in rows],
            "people": [float(row[1]) for row in rows],
            "known_within_m": [float(row[3]) for row in rows],
            "state": ["unreachable" if at in off else "ok" for at in range(len(rows))],
        },
        geometry=[shapely.Point(0, 0)] * len(rows),
        crs=CRS,
    )


def walks_of(
    rows: Sequence[Home],
    off: frozenset[int] = frozenset(),
    category: str = "park",
    known: bool = True,
) -> pd.DataFrame:
    """Lay out access: one asset, at the distance of each home."""
    metres = np.array([math.inf if at in off else row[2] for at, row in enumerate(rows)])
    is_off = np.array([at in off for at in range(len(rows))])
    state = np.where(np.isfinite(metres), "ok", "unreachable") if known else "no_data"
    counts = {
        f"n_within_{m}_min": np.where(is_off | (not known), np.nan, metres <= 80 * m)
        for m in MINUTES
    }
    return pd.DataFrame(
        {
            "home_id": [f"h{at:04}" for at in range(len(rows))],
            "category": category,
            "nearest_m": np.where(np.isfinite(metres) & known, metres, np.nan),
            "nearest_asset": "a",
            **counts,
            "kth_nearest_m": np.where(np.isfinite(metres) & known, metres + 80, np.nan),
            "area_within_15_min_ha": np.where(is_off | (not known), np.nan, 2.5 * (metres <= 1200)),
            "gravity": np.where(is_off | (not known), np.nan, np.exp2(-metres / 400)),
            "supply_per_1000": np.where(is_off | (not known), np.nan, 4.0 * (metres <= 1200)),
            "state": state,
        }
    )


def indicators(
    rows: Sequence[Home],
    off: frozenset[int] = frozenset(),
    access: pd.DataFrame | None = None,
    areas: gpd.GeoDataFrame = AREAS,
) -> Any:  # noqa: ANN401 (rows by three keys)
    access = walks_of(rows, off) if access is None else access
    table, report = build_indicators(
        access,
        homes_of(rows, off),
        areas,
        STUDY,
        "D",
        RULES,
        {"park": ("openstreetmap", "2026-01-01")},
    )
    contracts.check(table, tables.INDICATORS, "indicators")
    assert sum(report["numbers"].values()) == len(table)
    return table.set_index(["category", "neighbourhood_id", "measure"]).sort_index()


def value(table: Any, code: str, measure: str, column: str = "value") -> Any:  # noqa: ANN401
    return table.loc[("park", code, measure), column]


def test_quantiles_are_weighted_by_people() -> None:
    table = indicators(WALKS)
    # E1: 10 people at 1 minute, 40 at 5, 50 at 401 m. A quarter is 25 people, a half is 50
    # (reached with the second home), three quarters are 75.
    assert value(table, "E1", "nearest_q25_min") == 5
    assert value(table, "E1", "nearest_median_min") == 5
    assert value(table, "E1", "nearest_q75_min") == 401 / 80
    assert value(table, "E2", "nearest_median_min") == 10
    assert value(table, "E2", "nearest_q75_min") == 30


def test_a_hair_under_one_half_is_one_half() -> None:
    thirds = [("E1", 0.1, 80, 9e3)] * 3 + [("E1", 0.3, 800, 9e3), ("E2", 300, 80, 9e3)]
    areas = neighbourhoods(
        ("E1", shapely.box(0, 0, 1, 1), 0.6), ("E2", shapely.box(1, 0, 2, 1), 300)
    )
    study = STUDY.model_copy(update={"fewest_people": 0})
    table, _ = build_indicators(walks_of(thirds), homes_of(thirds), areas, study, "D", RULES, {})
    found = table.set_index(["neighbourhood_id", "measure"])["value"]
    assert found["E1", "nearest_median_min"] == 1


def test_shares_are_of_people_and_the_last_metre_counts() -> None:
    table = indicators(WALKS)
    assert [value(table, "E1", f"within_{m}_min_pct") for m in MINUTES] == [50, 100, 100]
    assert [value(table, "E2", f"within_{m}_min_pct") for m in MINUTES] == [0, 50, 50]
    assert value(table, "E2", "within_5_min_pct", "state") == "true_zero"
    assert value(table, "E1", "mean_count_within_15_min") == 1
    assert value(table, "E2", "mean_count_within_15_min") == 0.5


def test_means_are_weighted_by_people_and_say_their_unit() -> None:
    table = indicators(WALKS)
    # Half of the 300 people of E2 have 2.5 ha within reach; the other half, none.
    assert value(table, "E2", "mean_area_within_15_min_ha") == 1.25
    assert value(table, "E2", "mean_area_within_15_min_ha", "unit") == "ha"
    assert value(table, "E2", "supply_per_1000") == 2
    assert value(table, "E2", "supply_per_1000", "unit") == "ha per 1,000"
    assert value(table, "E2", "mean_gravity") == (2**-2 + 2**-6) / 2
    assert value(table, "E2", "nearest_3_median_min") == 11


def test_who_has_no_number_is_left_out_of_the_mean_and_of_who_is_certain() -> None:
    # Of E1's 100 people half reach something of which nobody knows how many share it.
    access = walks_of(WALKS)
    access.loc[[0, 1], "supply_per_1000"] = math.nan
    table = indicators(WALKS, access=access)
    assert value(table, "E1", "supply_per_1000") == 4
    assert value(table, "E1", "supply_per_1000", "coverage_pct") == 50
    assert value(table, "D", "supply_per_1000") == pytest.approx(4 * 200 / 350)
    access["supply_per_1000"] = math.nan
    table = indicators(WALKS, access=access)
    assert value(table, "E1", "supply_per_1000", "state") == "no_data"


def test_a_category_without_supply_has_no_number_of_it_and_children_count_alone() -> None:
    def measured(park: CategoryRules, children: list[float] | None = None) -> Any:  # noqa: ANN401
        homes = homes_of(WALKS)
        homes = homes if children is None else homes.assign(children=children)
        table, _ = build_indicators(walks_of(WALKS), homes, AREAS, STUDY, "D", {"park": park}, {})
        return table.set_index(["neighbourhood_id", "measure"])["value"]

    assert "supply_per_1000" not in measured(rules()).index.get_level_values("measure")
    play = rules().model_copy(update={"supply": "one", "supply_for": "children"})
    assert measured(play, [1, 1, 1, 30, 10])["E2", "supply_per_1000"] == 3
    assert math.isnan(measured(play)["E2", "supply_per_1000"])


def test_the_district_is_of_all_its_people_not_the_mean_of_its_neighbourhoods() -> None:
    table = indicators(WALKS)
    # 50 + 0 of 400 people; the mean of 50 % and 0 % would be 25 %.
    assert value(table, "D", "within_5_min_pct") == 12.5
    assert value(table, "D", "within_10_min_pct") == pytest.approx(100 * 250 / 400)
    # 100 people within 401 m, the next 150 within 800 m.
    assert value(table, "D", "nearest_median_min") == 10
    assert value(table, "D", "nearest_q25_min") == 401 / 80


def test_coverage_is_the_share_of_all_people_whose_answer_is_certain() -> None:
    table = indicators(WALKS)
    # The second home of E1 has walked 400 m and knows 300: something nearer may lie beyond.
    assert value(table, "E1", "nearest_median_min", "coverage_pct") == 60
    # That it has one within 5 minutes is certain all the same.
    assert value(table, "E1", "within_5_min_pct", "coverage_pct") == 100
    # How many there are within 1,200 m is not.
    assert value(table, "E1", "mean_count_within_15_min", "coverage_pct") == 60
    # The second home of E2 has none within 15 minutes, and knows 2,000 m around.
    assert value(table, "E2", "within_15_min_pct", "coverage_pct") == 100
    assert value(table, "E2", "nearest_median_min", "coverage_pct") == 50
    # All people of the district, those of E3 too: 60 + 150 of 450.
    assert value(table, "D", "nearest_median_min", "coverage_pct") == pytest.approx(100 * 210 / 450)


def test_nothing_found_where_nobody_is_certain_is_no_zero() -> None:
    # E1 has none within 15 minutes and the map ends 300 m away; E2 knows far enough.
    table = indicators([("E1", 100, 1300, 300), ("E2", 300, 1300, 5000)])
    for measure in ("within_10_min_pct", "within_15_min_pct", "mean_count_within_15_min"):
        assert value(table, "E1", measure, "state") == "no_data"
        assert math.isnan(value(table, "E1", measure))
        assert value(table, "E2", measure, "state") == "true_zero"
    assert value(table, "E1", "nearest_median_min") == 1300 / 80


def test_a_neighbourhood_without_homes_has_no_data_in_every_number() -> None:
    table = indicators(WALKS).xs("E3", level="neighbourhood_id")
    assert len(table) == len(indicators(WALKS).xs("E1", level="neighbourhood_id"))
    assert set(table["state"]) == {"no_data"}
    assert table["value"].isna().all()
    assert set(table["coverage_pct"]) == {0}
    assert set(table["source_date"]) == {"2026-01-01"}


def test_homes_off_the_network_are_left_out_of_rates_and_lower_the_coverage() -> None:
    table = indicators(WALKS, off=frozenset({2}))
    assert value(table, "E1", "within_5_min_pct") == 100  # 50 of the 50 who have an answer
    assert value(table, "E1", "within_5_min_pct", "coverage_pct") == 50
    assert value(table, "E1", "nearest_q75_min") == 5


def test_where_most_people_cannot_walk_there_the_walk_is_unreachable() -> None:
    rows = [("E1", 30, 80, 9e3), ("E1", 70, FAR, 9e3), ("E2", 300, 80, 9e3)]
    table = indicators(rows)
    assert value(table, "E1", "nearest_q25_min") == 1
    assert value(table, "E1", "nearest_median_min", "state") == "unreachable"
    assert math.isnan(value(table, "E1", "nearest_median_min"))
    assert value(table, "E1", "within_15_min_pct") == 30


def test_a_category_of_which_nothing_is_known_has_no_data() -> None:
    table = indicators(WALKS, access=walks_of(WALKS, known=False))
    assert set(table["state"]) == {"no_data"}
    assert table["value"].isna().all()
    assert set(table["coverage_pct"]) == {0}


def test_rates_of_few_people_are_suppressed_and_the_district_is_not() -> None:
    rows = [("E1", 9.9, 80, 9e3), ("E2", 10, 80, 9e3)]
    areas = neighbourhoods(
        ("E1", shapely.box(0, 0, 1, 1), 9.9), ("E2", shapely.box(1, 0, 2, 1), 10)
    )
    table = indicators(rows, areas=areas)
    assert set(table.xs("E1", level="neighbourhood_id")["state"]) == {"suppressed"}
    assert table.xs("E1", level="neighbourhood_id")["value"].isna().all()
    assert set(table.xs("E2", level="neighbourhood_id")["state"]) == {"ok"}
    assert set(table.xs("D", level="neighbourhood_id")["state"]) == {"ok"}


def test_a_neighbourhood_all_of_whose_homes_are_off_the_network_has_no_data() -> None:
    table = indicators(WALKS, off=frozenset({0, 1, 2}))
    assert set(table.xs("E1", level="neighbourhood_id")["state"]) == {"no_data"}


def test_people_estimated_from_floor_area_are_their_own_total() -> None:
    areas = AREAS.assign(people=math.nan)
    table = indicators(WALKS, areas=areas)
    assert value(table, "D", "nearest_median_min", "coverage_pct") == pytest.approx(100 * 210 / 400)


def test_access_that_does_not_speak_of_every_home_once_is_refused() -> None:
    for rows in (walks_of(WALKS)[:-1], pd.concat([walks_of(WALKS), walks_of(WALKS)[:1]])):
        with pytest.raises(ValueError, match="every home exactly once"):
            indicators(WALKS, access=rows)


HOMES = st.lists(
    st.tuples(
        st.sampled_from(["E1", "E2", "E3"]),
        st.floats(0.01, 50),
        st.one_of(st.integers(0, 20_000).map(lambda dm: dm / 10), st.just(FAR)),
        st.floats(0, 3000),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(HOMES)
def test_laws_of_shares_and_quantiles(rows: Sequence[Home]) -> None:
    people = {code: math.fsum(r[1] for r in rows if r[0] == code) for code in ("E1", "E2", "E3")}
    areas = AREAS.assign(people=[people[code] for code in AREAS["neighbourhood_id"]])
    table = indicators(rows, areas=areas)
    assert table["coverage_pct"].between(0, 100).all()
    numbers = table["value"].unstack("measure").loc["park"]  # noqa: PD010
    shares = numbers[[f"within_{m}_min_pct" for m in MINUTES]].dropna()
    # More minutes never reach fewer people.
    assert (np.diff(shares.to_numpy(), axis=1) >= 0).all()
    assert ((shares >= 0) & (shares <= 100)).all(axis=None)
    walks = numbers[["nearest_q25_min", "nearest_median_min", "nearest_q75_min"]].fillna(FAR)
    given_up = numbers["mean_count_within_15_min"].isna()
    assert (np.diff(walks[~given_up].replace(FAR, 1e9).to_numpy(), axis=1) >= 0).all()


def test_the_order_of_rows_does_not_matter() -> None:
    rng = np.random.default_rng(7)
    rows: Sequence[Home] = [
        (f"E{1 + at % 3}", float(rng.uniform(1, 9)), float(rng.integers(0, 2000)), 5000)
        for at in range(60)
    ]
    both = pd.concat([walks_of(rows), walks_of(rows, category="pub")])
    there, _ = build_indicators(both, homes_of(rows), AREAS, STUDY, "D", RULES, {})
    shuffled = both.sample(frac=1, random_state=1), homes_of(rows).sample(frac=1, random_state=2)
    back, _ = build_indicators(*shuffled, AREAS[::-1], STUDY, "D", RULES, {})
    assert contracts.ordered(back, tables.INDICATORS).equals(
        contracts.ordered(there, tables.INDICATORS)
    )
