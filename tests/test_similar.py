"""Neighbourhoods that are alike: distances by hand, ties, what is not known, and a slow way."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pipeline import contracts, tables
from pipeline.config import Similar, Trait
from pipeline.similar import WITH, WITHOUT, similar, traits_of

NAN = float("nan")


def choices(*traits: Trait, how_many: int = 2) -> Similar:
    return Similar(how_many=how_many, most_have=1, traits=traits)


def found(table: pd.DataFrame, held: Similar, variant: str = WITHOUT) -> dict[str, list[str]]:
    rows, _ = similar(table, held)
    contracts.check(rows, tables.SIMILAR, "similar")
    ours = rows[rows["variant"] == variant].sort_values(["neighbourhood_id", "order"])
    return {str(c): part["similar_id"].tolist() for c, part in ours.groupby("neighbourhood_id")}


def test_distances_by_hand() -> None:
    """Means 2 and 20, deviations √2 and √200: 1 is √½ of one, 10 is √½ of the other."""
    table = pd.DataFrame(
        {"people": [0.0, 2.0, 2.0, 4.0], "density": [20.0, 0.0, 40.0, 20.0]}, index=list("ABCD")
    )
    rows, _ = similar(table, choices(Trait.PEOPLE, Trait.DENSITY, how_many=3))
    apart = rows.set_index(["neighbourhood_id", "similar_id"])["apart"]
    # A and B: 2 ÷ √2 and 20 ÷ √200, both √2; the root of the mean of two squares of √2 is √2.
    assert apart["A", "B"] == pytest.approx(2**0.5)
    assert apart["A", "C"] == pytest.approx(2**0.5)
    # A and D: 4 ÷ √2 and nothing: √(8 ÷ 2).
    assert apart["A", "D"] == pytest.approx(2)
    # Of B and C, equally far, the one whose code comes first.
    assert rows[rows["neighbourhood_id"] == "A"]["similar_id"].tolist() == ["B", "C", "D"]


def test_with_deprivation_and_without_it() -> None:
    table = pd.DataFrame(
        {"people": [1.0, 1.1, 5.0, 5.2], "deprivation": [1.0, 900.0, 5.0, 950.0]},
        index=list("ABCD"),
    )
    held = choices(Trait.PEOPLE, Trait.DEPRIVATION, how_many=1)
    assert found(table, held)["A"] == ["B"]
    assert found(table.assign(people=[1.0, 3.0, 2.0, 3.1]), held, WITH)["A"] == ["C"]
    rows, report = similar(table.assign(deprivation=NAN), held)
    assert set(rows["variant"]) == {WITHOUT}
    assert report == {"traits_not_known": ["deprivation"]}


def test_what_is_not_known_of_both_does_not_count() -> None:
    table = pd.DataFrame(
        {"people": [1.0, 1.1, 9.0, 5.0], "density": [1.0, NAN, 1.0, 9.0]}, index=list("ABCD")
    )
    assert found(table, choices(Trait.PEOPLE, Trait.DENSITY, how_many=1))["A"] == ["B"]


def test_of_one_neighbourhood_or_of_equals_nothing_is_said() -> None:
    alone = pd.DataFrame({"people": [3.0]}, index=["A"])
    assert similar(alone, choices(Trait.PEOPLE))[0].empty
    equals = pd.DataFrame({"people": [3.0, 3.0]}, index=["A", "B"])
    rows, report = similar(equals, choices(Trait.PEOPLE))
    assert rows.empty
    assert report == {"traits_not_known": ["people"]}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=9))
def test_a_slow_way_finds_the_same_whatever_the_order_of_rows(town: list[tuple[int, int]]) -> None:
    codes = [f"N{n}" for n in range(len(town))]
    table = pd.DataFrame(town, columns=["people", "density"], index=codes).astype(float)
    held = choices(Trait.PEOPLE, Trait.DENSITY, how_many=3)
    used = [name for name in table.columns if np.ptp(table[name]) > 0]
    answer = found(table, held)
    assert answer == found(table.iloc[::-1], held)
    if not used:
        assert answer == {}
        return
    scaled = (table[used] - table[used].mean()) / table[used].std(ddof=0)
    for code, ours in answer.items():
        apart = ((scaled - scaled.loc[code]) ** 2).mean(axis=1).pow(0.5).round(9)
        others = sorted((each for each in codes if each != code), key=lambda c: (apart[c], c))
        assert ours == others[:3]


def test_traits_by_hand() -> None:
    areas = pd.DataFrame(
        {
            "neighbourhood_id": ["A", "B"],
            "people": [100.0, NAN],
            "area_ha": [10.0, 5.0],
            "households": [40.0, NAN],
            "children": [25.0, NAN],
            "deprivation_rank": pd.array([7, None], dtype="Int64"),
        }
    )
    homes = gpd.GeoDataFrame(
        {
            "neighbourhood_id": ["A", "A", "B"],
            "people": [60.0, 40.0, 30.0],
            "made_from": ["building", "building", "census_point"],
        },
        geometry=[shapely.Point(0, 0)] * 3,
    )
    traits = traits_of(areas, homes)
    a = traits.loc["A"]
    assert a["people"] == pytest.approx(np.log(100))
    assert a["density"] == pytest.approx(np.log(10))
    assert a["household_size"] == 2.5
    assert a["children"] == 0.25
    assert a["people_per_building"] == pytest.approx(np.log(50))
    assert a["deprivation"] == 7
    # Where nobody is counted, those at homes are; a census point is no building.
    assert traits.loc["B", "people"] == pytest.approx(np.log(30))
    assert traits.loc["B", ["household_size", "people_per_building"]].isna().all()
