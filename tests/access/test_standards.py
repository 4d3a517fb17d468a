"""A criterion is met on foot by the gate, in a straight line by the boundary; "no" must be sure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.access.standards import Answers, meet_standard
from pipeline.config import Method, Standard
from pipeline.routing import Graph, as_graph
from pipeline.sites import Sites, build_sites
from tests.towns import CRS, line_of_streets

FOOT, LINE = Method.WALKING, Method.STRAIGHT_LINE
NO_EDGE = shapely.LineString()
# One street of 2 km from west to east, drawn in metres from the origin.
STREET = as_graph(line_of_streets(20_000))
Home = tuple[float, float]


def standard(*criteria: dict[str, Any]) -> Standard:
    """Ask for parks; what a criterion leaves open is filled in."""
    whole = {"label": "A park", "evidence": "verified"}
    within = {"kind": "within", "categories": ["park"], "official_method": "straight_line"}
    filled = [
        {**whole, **(within if "distance_m" in criterion else {}), "id": f"c{n}", **criterion}
        for n, criterion in enumerate(criteria)
    ]
    words = dict.fromkeys(("name", "body", "reference", "method_note"), "Words")
    return Standard.model_validate_json(
        json.dumps({**words, "year": 2026, "applies": "everywhere", "criteria": filled})
    )


def homes(*rows: Home, known_within_m: float = 9e9) -> gpd.GeoDataFrame:
    """Place homes at (x, y), attached straight down to the street."""
    return gpd.GeoDataFrame(
        {
            "home_id": [f"h{n:03}" for n in range(len(rows))],
            "edge_id": 0,
            "along_dm": [round(10 * x) for x, _ in rows],
            "snap_dm": [round(10 * abs(y)) for _, y in rows],
            "state": "ok",
            "known_within_m": known_within_m,
        },
        geometry=[shapely.Point(row) for row in rows],
        crs=CRS,
    )


def gates(*rows: tuple[str, float, float]) -> pd.DataFrame:
    """Place gates of assets at (x, y)."""
    return pd.DataFrame(
        {
            "asset_id": [name for name, _, _ in rows],
            "edge_id": 0,
            "along_dm": [round(10 * x) for _, x, _ in rows],
            "snap_dm": [round(10 * abs(y)) for _, _, y in rows],
            "state": "ok",
        }
    )


def parks(
    *shapes: shapely.Geometry, edge: shapely.Geometry = NO_EDGE, within_m: float = 20
) -> Sites:
    """Lay out parks a0, a1, …"""
    names = [f"a{n}" for n in range(len(shapes))]
    frame = gpd.GeoDataFrame({"asset_id": names}, geometry=list(shapes), crs=CRS)
    return build_sites(frame, within_m, edge)


def held(
    asked: Standard,
    people: gpd.GeoDataFrame,
    ways_in: pd.DataFrame,
    sites: Sites | None,
    graph: Graph = STREET,
) -> dict[str, dict[Method, Answers]]:
    return meet_standard(asked, graph, people, ways_in, lambda _: sites)


def test_a_boundary_280_metres_away_may_have_its_gate_420_metres_away() -> None:
    # The park begins 280 m east of the home; its only gate is on the street, 140 m further on.
    park, way_in = parks(shapely.box(280, 0, 480, 100)), gates(("a0", 420, 0))
    for distance, on_foot, in_line in ((279.9, 0, 0), (280, 0, 1), (419.9, 0, 1), (420, 1, 1)):
        answer = held(standard({"distance_m": distance}), homes((0, 0)), way_in, park)["c0"]
        assert answer[FOOT].is_within.tolist() == [bool(on_foot)], distance
        assert answer[LINE].is_within.tolist() == [bool(in_line)], distance


def test_both_snap_legs_are_walked_and_inside_a_site_the_line_has_no_length() -> None:
    park, way_in = parks(shapely.box(100, 0, 300, 100)), gates(("a0", 100, 0))
    inside, beside = (200.0, 30.0), (60.0, 30.0)
    answer = held(standard({"distance_m": 50}), homes(inside, beside), way_in, park)["c0"]
    # 30 + 100 m from inside the park to its gate, 30 + 40 m from beside it; 50 m and 0 m in line:
    # 40 m east of the second home lies the boundary.
    assert answer[FOOT].is_within.tolist() == [False, False]
    assert answer[LINE].is_within.tolist() == [True, True]


def test_the_drawn_distance_may_differ_from_the_walk() -> None:
    asked = standard({"distance_m": 400, "straight_line_m": 300})
    park, way_in = parks(shapely.box(350, 0, 450, 100)), gates(("a0", 390, 0))
    answer = held(asked, homes((0, 0)), way_in, park)["c0"]
    assert (answer[FOOT].is_within[0], answer[LINE].is_within[0]) == (True, False)


def test_size_is_that_of_the_whole_site_and_every_gate_of_it_counts() -> None:
    # Two lawns of a hectare with a path between them: 2.1 ha, entered by the gate of either.
    lawns = parks(shapely.box(300, 0, 400, 100), shapely.box(410, 0, 510, 100))
    way_in = gates(("a0", 300, 0), ("a1", 500, 0))
    asked = standard(*({"distance_m": 350, "smallest_ha": ha} for ha in (0.5, 2, 2.2)))
    found = held(asked, homes((0, 0)), way_in, lawns)
    assert [found[c][FOOT].is_within[0] for c in ("c0", "c1", "c2")] == [True, True, False]
    assert [found[c][LINE].is_within[0] for c in ("c0", "c1", "c2")] == [True, True, False]


def test_no_is_certain_only_where_the_map_data_reach_as_far() -> None:
    park, way_in = parks(shapely.box(280, 0, 480, 100)), gates(("a0", 420, 0))
    asked = standard({"distance_m": 300}, {"distance_m": 200})
    found = held(asked, homes((0, 0), (300, 0), known_within_m=250), way_in, park)
    # Within 300 m on foot: the first home may have a gate that the data do not show.
    assert found["c0"][FOOT].is_within.tolist() == [False, True]
    assert found["c0"][FOOT].may_be.tolist() == [True, True]
    assert found["c1"][FOOT].is_within.tolist() == [False, True]
    assert found["c1"][FOOT].may_be.tolist() == [False, True]


def test_a_site_that_may_be_larger_than_known_leaves_it_open_to_those_near_it() -> None:
    edge = shapely.LineString([(1000, -900), (1000, 900)])
    cut = parks(shapely.box(900, 0, 1000, 100), edge=edge)
    asked = standard({"distance_m": 300, "smallest_ha": 2})
    answer = held(asked, homes((600, 0), (500, 0)), gates(("a0", 900, 0)), cut)["c0"]
    for method in (FOOT, LINE):
        assert answer[method].is_within.tolist() == [False, False]
        assert answer[method].may_be.tolist() == [True, False]


def test_where_nothing_is_known_of_a_category_nobody_is_said_to_be_without() -> None:
    answer = held(standard({"distance_m": 300}), homes((0, 0)), gates(), None)["c0"]
    assert answer[FOOT].is_within.tolist() == [False]
    assert answer[FOOT].may_be.tolist() == answer[LINE].may_be.tolist() == [True]


def test_criteria_are_joined_by_all_and_by_any_and_what_is_open_stays_open() -> None:
    park, way_in = parks(shapely.box(280, 0, 480, 100)), gates(("a0", 280, 0))
    both = {"kind": "together", "of": ["c0", "c1"]}
    asked = standard(
        {"distance_m": 300}, {"distance_m": 100}, {**both, "needs": "all"}, {**both, "needs": "any"}
    )
    people = homes((0, 0), (200, 0), (600, 0), known_within_m=200)
    found = held(asked, people, way_in, park)
    within = {name: both[FOOT].is_within.tolist() for name, both in found.items()}
    may_be = {name: both[FOOT].may_be.tolist() for name, both in found.items()}
    assert within == {
        "c0": [True, True, False],
        "c1": [False, True, False],
        "c2": [False, True, False],
        "c3": [True, True, False],
    }
    # The third home may have a park within 300 m beyond the data, but none within 100 m.
    assert may_be == {**within, "c0": [True] * 3, "c3": [True] * 3}


def test_a_home_off_the_network_is_within_no_walk() -> None:
    people = homes((0, 0)).assign(edge_id=-1, state="unreachable")
    park = parks(shapely.box(10, 0, 200, 100))
    answer = held(standard({"distance_m": 300}), people, gates(("a0", 10, 0)), park)["c0"]
    assert (answer[FOOT].is_within[0], answer[LINE].is_within[0]) == (False, True)


# --- laws -----------------------------------------------------------------------------------------

metres = st.integers(0, 2000).map(float)
rows_of_parks = st.lists(st.tuples(metres, st.integers(1, 40).map(lambda n: n * 10.0)), max_size=6)
rows_of_homes = st.lists(st.tuples(metres, st.integers(-100, 0).map(float)), min_size=1, max_size=8)


def town(
    rows: Sequence[tuple[float, float]], people: Sequence[Home], known_within_m: float
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, Sites]:
    """Lay out parks along the street, each with a gate where it begins."""
    shapes = [shapely.box(x, 0, x + size, size) for x, size in rows]
    ways_in = gates(*((f"a{n}", x, 0.0) for n, (x, _) in enumerate(rows)))
    within = ways_in["along_dm"] <= 20_000
    return homes(*people, known_within_m=known_within_m), ways_in[within], parks(*shapes)


@settings(max_examples=300, deadline=None)
@given(rows_of_parks, rows_of_homes, st.sampled_from([0.0, 150.0, 9e9]))
def test_laws(rows: list[tuple[float, float]], people: list[Home], known_within_m: float) -> None:
    steps = (50.0, 200.0, 400.0)
    sizes = (0.0, 0.5, 2.0)
    asked = standard(
        *({"distance_m": d, "smallest_ha": ha} for d in steps for ha in sizes),
    )
    found = list(held(asked, *town(rows, people, known_within_m)).values())
    within = np.array([[both[m].is_within for m in (FOOT, LINE)] for both in found])
    may_be = np.array([[both[m].may_be for m in (FOOT, LINE)] for both in found])
    within = within.reshape(3, 3, 2, -1)
    assert (may_be.reshape(within.shape) >= within).all()
    assert (np.diff(within.astype(int), axis=0) >= 0).all(), "a longer distance loses nobody"
    assert (np.diff(within.astype(int), axis=1) <= 0).all(), "a larger size gains nobody"
    # Gates lie on the boundary here, and lengths are whole metres: no walk beats the line.
    assert (within[:, :, 0] <= within[:, :, 1]).all()


@settings(max_examples=300, deadline=None)
@given(rows_of_parks, rows_of_homes, st.sampled_from([100.0, 250.0, 700.0]))
def test_both_ways_are_what_a_ruler_says(
    rows: list[tuple[float, float]], people: list[Home], distance_m: float
) -> None:
    asked = standard({"distance_m": distance_m, "smallest_ha": 1})
    places, ways_in, sites = town(rows, people, 9e9)
    answer = held(asked, places, ways_in, sites)["c0"]
    large = set(sites.assets_of(sites.hectares >= 1))
    for n, (x, y) in enumerate(people):
        gates_dm = ways_in.loc[ways_in["asset_id"].isin(large), "along_dm"]
        walks = [abs(x - along / 10) - y for along in gates_dm]
        lines = [shape.distance(shapely.Point(x, y)) for shape in sites.shape[sites.hectares >= 1]]
        assert answer[FOOT].is_within[n] == any(walk <= distance_m for walk in walks)
        assert answer[LINE].is_within[n] == any(line <= distance_m + 1e-9 for line in lines)


@pytest.mark.parametrize("distance_m", [333.3, 333.33])
def test_a_cut_off_that_is_no_whole_decimetre_lets_in_no_longer_walk(distance_m: float) -> None:
    park = parks(shapely.box(300, 0, 400, 100))
    people = homes((0, 0), (0.1, 0))
    answer = held(standard({"distance_m": distance_m}), people, gates(("a0", 333.4, 0)), park)
    assert answer["c0"][FOOT].is_within.tolist() == [False, True]
