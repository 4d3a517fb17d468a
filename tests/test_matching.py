"""Which records of two sources are one place: known pairs, laws, and pairs worked out by hand."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.matching import match, weigh
from tests.planted import planted

WITHIN = {"park": 20.0, "nature_space": 20.0, "bus_stop": 30.0, "library": 50.0}
MAY_BE = {"park": frozenset({"nature_space"})}


def table(*rows: tuple[str, str, shapely.Geometry, str]) -> gpd.GeoDataFrame:
    columns = ["category", "name", "geometry", "identifiers"]
    frame = pd.DataFrame(list(rows), columns=columns)
    frame["identifiers"] = [tuple(text.split()) for text in frame["identifiers"]]
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=27700)


def found(ours: gpd.GeoDataFrame, theirs: gpd.GeoDataFrame) -> list[tuple[Any, ...]]:
    pairs = match(ours, theirs, MAY_BE, WITHIN)
    return list(
        zip(pairs["one"], pairs["other"], pairs["decision"], pairs["relation"], strict=True)
    )


@pytest.mark.parametrize("kind", ["park", "bus_stop", "library"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_known_pairs_are_found_and_no_others(kind: str, seed: int) -> None:
    town = planted(kind, 600, seed)
    pairs = match(town.ours, town.theirs, {}, WITHIN)
    decided = pairs[pairs["decision"] == "same"]
    ours = set(zip(decided["one"], decided["other"], strict=True))

    assert len(ours & town.pairs) / len(ours) >= 0.95
    assert len(ours & town.pairs) / len(town.pairs) >= 0.95


def test_confidence_is_that_of_the_bits_worked_out_by_hand() -> None:
    # Two points 15 m apart of 30 are 0 bits, the same name 3: 1 / (1 + 2^-3) = 8/9.
    ours = table(("bus_stop", "Mill Lane", shapely.Point(0, 0), ""))
    theirs = table(("bus_stop", "Mill Lane", shapely.Point(15, 0), ""))
    (row,) = match(ours, theirs, {}, WITHIN).to_dict("records")

    assert row["confidence"] == pytest.approx(8 / 9, abs=1e-4)
    assert (row["apart_m"], row["name"], row["identifier"]) == (15.0, 1.0, 0.0)
    # Without names nothing speaks for either: 0 bits, one half, which nobody decides.
    (open_,) = match(ours.assign(name=""), theirs, {}, WITHIN).to_dict("records")
    assert (open_["confidence"], open_["decision"]) == (0.5, "ambiguous")


def test_a_site_that_one_source_draws_as_two_is_one_to_many_and_back_many_to_one() -> None:
    whole = table(("park", "Belle Vue", shapely.box(0, 0, 200, 100), ""))
    parts = table(
        ("park", "Belle Vue", shapely.box(0, 0, 98, 100), ""),
        ("park", "Parc Belle Vue", shapely.box(102, 0, 200, 100), ""),
    )

    assert found(whole, parts) == [(0, 0, "same", "one_to_many"), (0, 1, "same", "one_to_many")]
    assert found(parts, whole) == [(0, 0, "same", "many_to_one"), (1, 0, "same", "many_to_one")]


def test_two_stops_between_which_nothing_decides_are_listed_and_not_decided() -> None:
    ours = table(("bus_stop", "Mill Lane", shapely.Point(0, 0), ""))
    theirs = table(
        ("bus_stop", "Mill Lane", shapely.Point(10, 0), ""),
        ("bus_stop", "Mill Lane", shapely.Point(-10, 0), ""),
    )

    assert {decision for _, _, decision, _ in found(ours, theirs)} == {"ambiguous"}


def test_a_shared_code_decides_over_names_and_two_codes_of_one_authority_speak_against() -> None:
    here, there = shapely.Point(0, 0), shapely.Point(12, 0)
    ours = table(("bus_stop", "St Mary's Church", here, "naptan:5320aa"))
    same = table(("bus_stop", "High Street", there, "naptan:5320aa"))
    other = table(("bus_stop", "St Mary's Church", there, "naptan:5320ab"))

    assert found(ours, same) == [(0, 0, "same", "one_to_one")]
    assert found(ours, other) == []


def test_a_listed_park_may_be_a_mapped_reserve_and_a_library_may_not() -> None:
    shape = shapely.box(0, 0, 100, 100)
    listed = table(("park", "The Dell", shape, ""))

    assert found(listed, table(("nature_space", "Dell Wood", shape, ""))) == [
        (0, 0, "same", "one_to_one")
    ]
    assert found(listed, table(("library", "The Dell", shape, ""))) == []


def test_a_wood_inside_a_park_is_in_it_and_is_not_the_park() -> None:
    park = table(("park", "Denzell Gardens", shapely.box(0, 0, 200, 200), ""))
    wood = table(("nature_space", "", shapely.box(10, 10, 60, 60), ""))

    assert found(park, wood) == []
    # Of one kind, a part of it is the same site, drawn as several.
    assert found(park, wood.assign(category="park")) == [(0, 0, "same", "one_to_one")]


def test_a_table_against_itself_finds_what_it_has_twice_and_no_record_is_its_own_fellow() -> None:
    drawn = table(
        ("park", "", shapely.box(0, 0, 100, 100), ""),
        ("park", "", shapely.box(2, 2, 100, 100), ""),
        ("park", "", shapely.box(90, 0, 190, 100), ""),
        ("park", "", shapely.box(140, 0, 240, 100), ""),
    )
    pairs = weigh(drawn, drawn, {}, WITHIN)

    assert (pairs["one"] != pairs["other"]).all()
    found = {(row.one, row.other): row.decision for row in pairs.itertuples() if row.decision}
    # Half of the third lies in the fourth: 0 bits, which nobody decides.
    assert found == {
        (0, 1): "same", (1, 0): "same", (2, 3): "ambiguous", (3, 2): "ambiguous",
    }  # fmt: skip


def test_nothing_is_held_against_nothing() -> None:
    assert found(table(), table(("park", "", shapely.box(0, 0, 1, 1), ""))) == []


Drawn = tuple[str, str, int, int, bool, str]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["park", "nature_space", "bus_stop", "library"]),
        st.sampled_from(["", "Dell", "Dell Park", "Hill", "Parc Dell"]),
        st.integers(0, 8),
        st.integers(0, 8),
        st.booleans(),
        st.sampled_from(["", "", "a:1", "a:2", "b:1"]),
    ),
    max_size=8,
)


def rows_of(drawn: list[Drawn]) -> gpd.GeoDataFrame:
    return table(
        *(
            (
                category, name,
                shapely.box(x * 12, y * 12, x * 12 + 30, y * 12 + 30)
                if is_area else shapely.Point(x * 12, y * 12),
                identifier,
            )
            for category, name, x, y, is_area, identifier in drawn
        )
    )  # fmt: skip


@given(ROWS, ROWS, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=60)
def test_neither_order_nor_direction_changes_a_pair(
    ours: list[Drawn], theirs: list[Drawn], chance: random.Random
) -> None:
    one, other = rows_of(ours), rows_of(theirs)
    pairs = match(one, other, MAY_BE, WITHIN)
    back = match(other, one, MAY_BE, WITHIN)
    order = list(range(len(one)))
    chance.shuffle(order)
    turned = match(one.iloc[order], other, MAY_BE, WITHIN)

    def as_set(
        frame: pd.DataFrame, left: Iterable[int], right: Iterable[int]
    ) -> set[tuple[Any, ...]]:
        values = (left, right, frame["decision"], frame["confidence"])
        return set(zip(*values, strict=True))

    expected = as_set(pairs, pairs["one"], pairs["other"])
    assert as_set(back, back["other"], back["one"]) == expected
    original = np.array(order, dtype=int)[turned["one"].to_numpy(int)] if order else []
    assert as_set(turned, original, turned["other"]) == expected
    assert ((pairs["confidence"] >= 0) & (pairs["confidence"] <= 1)).all()
