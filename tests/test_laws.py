"""Laws that hold whatever the town: from an OpenStreetMap file to published numbers."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import contracts, files, tables
from pipeline.access import measure_access
from pipeline.assets import build_assets
from pipeline.config import CategoryRules, LocalFile, OsmInput, Study
from pipeline.coverage import measure_coverage
from pipeline.entrances import find_entrances
from pipeline.homes import build_homes
from pipeline.network import build_network
from pipeline.osm import OsmData, read_osm
from pipeline.profiles import build_indicators
from tests.made_features import RULES as ALL_RULES
from tests.osm_files import CRS, EAST, NORTH, Drawing
from tests.towns import STUDY, neighbourhoods

CATEGORIES = ("park", "bench", "pub", "school", "bus_stop", "vacant_shop")
RULES: dict[str, CategoryRules] = {name: ALL_RULES[name] for name in CATEGORIES}
# Of one category the map is taken to be whole: none mapped means none.
RULES["bus_stop"] = RULES["bus_stop"].model_copy(update={"none_mapped_means": "none"})
SOURCE = OsmInput(at=LocalFile(file="town.osm"), date=date(2024, 5, 1))
MINUTES = (2, 4, 6)
# Blocks of 100 m from 800 m before the district to 800 m beyond it.
BLOCK, FIRST, LAST = 100, -8, 18
PEOPLE = (401, 302, 203, 97)


def study(buffer_share: float = 1.5, minutes: tuple[int, ...] = MINUTES) -> Study:
    """Shorten walks to 480 m, so that the town may be small."""
    walking = STUDY.walking.model_copy(update={"minutes": minutes, "buffer_share": buffer_share})
    coverage = STUDY.coverage.model_copy(update={"cell_m": 50.0})
    return STUDY.model_copy(update={"walking": walking, "coverage": coverage})


def quarters() -> gpd.GeoDataFrame:
    """Lay out four neighbourhoods of 25 ha."""
    corners = [(x, y) for x in (0, 500) for y in (0, 500)]
    return neighbourhoods(
        *(
            (f"E{at}", shapely.box(EAST + x, NORTH + y, EAST + x + 500, NORTH + y + 500), people)
            for at, ((x, y), people) in enumerate(zip(corners, PEOPLE, strict=True))
        ),
        households=10,
    )


def town() -> Drawing:
    """Draw a town of blocks with gaps in its streets, houses, parks, benches and pubs."""
    rng = np.random.default_rng(11)
    drawing = Drawing()
    spots = range(FIRST, LAST + 1)
    jitter = rng.uniform(-15, 15, (len(spots), len(spots), 2))
    for i in spots:
        for j in spots:
            dx, dy = jitter[i - FIRST, j - FIRST]
            drawing.node(corner(i, j), BLOCK * i + dx, BLOCK * j + dy)
    number = 0
    for i in spots:
        for j in spots:
            for there in ((i + 1, j), (i, j + 1)):
                if max(there) <= LAST and rng.random() > 0.12:
                    number += 1
                    kind = rng.choice(["residential", "footway", "steps"], p=[0.7, 0.2, 0.1])
                    drawing.way(number, [corner(i, j), corner(*there)], highway=str(kind))
    for at in range(1500):
        x, y = rng.uniform(BLOCK * FIRST, BLOCK * LAST, 2)
        drawing.square(10_000 + at, x, y, float(rng.uniform(6, 14)), building="house")
    for at in range(90):
        add_asset(drawing, rng, 20_000 + at)
    return drawing


def corner(i: int, j: int) -> int:
    return 1 + (i - FIRST) * 100 + (j - FIRST)


def add_asset(drawing: Drawing, rng: np.random.Generator, number: int) -> None:
    """Draw a park, a school, a pub, a bench or another thing somewhere."""
    x, y = (float(v) for v in rng.uniform(BLOCK * FIRST + 100, BLOCK * LAST - 100, 2))
    kind = number % 6
    if kind == 0:
        drawing.square(number, x, y, 130, leisure="park", name=f"Park {number}")
    elif kind == 1:
        drawing.square(number, x, y, 90, amenity="school", name=f"School {number}")
    elif kind == 2:
        drawing.square(number, x, y, 20, building="yes", amenity="pub", name=f"Pub {number}")
    else:
        tags = ({"amenity": "bench"}, {"highway": "bus_stop", "name": f"Stop {number}"},
                {"shop": "vacant"})[kind - 3]  # fmt: skip
        drawing.node(100_000 + number, x, y, **tags)


@dataclass(frozen=True)
class Run:
    """Every table of the way from features to indicators."""

    features: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    coverage: gpd.GeoDataFrame
    assets: gpd.GeoDataFrame
    network: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame
    homes: gpd.GeoDataFrame
    access: pd.DataFrame
    indicators: pd.DataFrame


Change = Callable[[Any], Any]


def as_it_is(table: Any) -> Any:  # noqa: ANN401
    return table


def run(
    data: OsmData,
    choices: Study,
    areas: gpd.GeoDataFrame | None = None,
    change: Change = as_it_is,
) -> Run:
    """Go from features and streets to indicators; `change` is done to every table on the way."""
    areas = change(quarters() if areas is None else areas)
    buffer_m = choices.walking.buffer_m
    features, streets = change(data.features), change(data.streets)
    coverage = change(
        measure_coverage(areas, features, streets, choices.coverage, "D", buffer_m)[0]
    )
    outline = shapely.union_all(areas.geometry.to_numpy())
    found, _ = build_assets(features, RULES, {}, outline, osm=SOURCE, buffer_m=buffer_m)
    assets, points = change(found.assets), change(found.access_points)
    network = change(build_network(streets, features, choices.snapping)[0])
    entrances = change(
        find_entrances(assets, points, features, network, RULES, choices.snapping)[0]
    )
    homes = change(
        build_homes(areas, coverage, features, network, choices.dwellings, choices.snapping)[0]
    )
    access = change(measure_access(homes, entrances, assets, network, RULES, choices)[0])
    indicators, _ = build_indicators(access, homes, areas, choices, "D", RULES, {})
    return Run(features, streets, coverage, assets, network, entrances, homes, access, indicators)


@cache
def data_of(buffer_share: float = 1.5) -> OsmData:
    return read(town(), buffer_share)


def read(drawing: Drawing, buffer_share: float = 1.5) -> OsmData:
    outline = shapely.union_all(quarters().geometry.to_numpy())
    with TemporaryDirectory() as folder:
        path = drawing.write(Path(folder) / "town.osm.pbf")
        return read_osm(str(path), CRS, outline, study(buffer_share).walking.buffer_m)


@cache
def base() -> Run:
    return run(data_of(), study())


def answers(found: Run) -> pd.DataFrame:
    """Return access by category and home."""
    return found.access.set_index(["category", "home_id"]).sort_index()


def measured(found: Run, entrances: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure with other entrances; an asset that is new has no area."""
    new = set(entrances["asset_id"]) - set(found.assets["asset_id"])
    areas = pd.DataFrame({"asset_id": sorted(new), "area_m2": 0.0})
    assets = pd.concat([found.assets[["asset_id", "area_m2"]], areas])
    return measure_access(found.homes, entrances, assets, found.network, RULES, study())[0]


def numbers(found: Run) -> pd.DataFrame:
    return contracts.ordered(found.indicators, tables.INDICATORS)


# --- nobody is lost -------------------------------------------------------------------------------


def test_the_town_has_something_to_measure() -> None:
    found = base()
    assert len(found.homes) > 100
    assert set(found.access["state"]) == {"ok"}
    assert found.network["component"].nunique() < 10
    assert set(found.coverage["state"]) == {"ok"}
    assert set(found.access["category"]) == set(CATEGORIES)
    assert found.access[f"n_within_{MINUTES[-1]}_min"].max() >= 3


def test_people_are_conserved_from_the_census_to_the_homes() -> None:
    placed = base().homes.groupby("neighbourhood_id")["people"].agg(math.fsum)
    assert placed.tolist() == list(PEOPLE)


# --- monotone -------------------------------------------------------------------------------------


def test_a_longer_walk_never_reaches_fewer() -> None:
    found = base()
    longer = measure_access(
        found.homes, found.entrances, found.assets, found.network, RULES,
        study(minutes=(1, 2, 3, 4, 5, 6, 7)),
    )[0]  # fmt: skip
    counts = longer.filter(like="n_within").to_numpy()
    assert (np.diff(counts, axis=1) >= 0).all()
    same = answers(replace(found, access=longer))["n_within_4_min"]
    assert same.equals(answers(found)["n_within_4_min"])


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_another_asset_never_lengthens_a_walk_and_never_lowers_a_count(seed: int) -> None:
    found = base()
    rng = np.random.default_rng(seed)
    edge = found.network.iloc[int(rng.integers(len(found.network)))]
    extra = found.entrances.iloc[[0]].assign(
        asset_id="osm-new", entrance_id="osm-new/1", category=str(rng.choice(CATEGORIES)),
        edge_id=edge["edge_id"], along_dm=int(rng.integers(edge["length_dm"] + 1)),
        snap_dm=int(rng.integers(200)), state="ok",
    )  # fmt: skip
    with_it = pd.concat([found.entrances, extra], ignore_index=True)
    more = measured(found, with_it)
    before, after = answers(found), answers(replace(found, access=more))
    assert (after["nearest_m"] <= before["nearest_m"]).all()
    for minutes in MINUTES:
        gained = after[f"n_within_{minutes}_min"] - before[f"n_within_{minutes}_min"]
        assert gained.isin([0, 1]).all()


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_one_asset_less_never_shortens_a_walk(seed: int) -> None:
    found = base()
    gone = np.random.default_rng(seed).choice(found.entrances["asset_id"].unique())
    without = found.entrances[found.entrances["asset_id"] != gone]
    fewer = measured(found, without)
    before, after = answers(found), answers(replace(found, access=fewer))
    assert (after["nearest_m"].fillna(math.inf) >= before["nearest_m"]).all()
    counts = [f"n_within_{minutes}_min" for minutes in MINUTES]
    assert (after[counts].fillna(0) <= before[counts]).all(axis=None)
    others = before["nearest_asset"] != gone
    assert after["nearest_m"][others].equals(before["nearest_m"][others])


def test_no_walk_is_shorter_than_the_straight_line() -> None:
    found = base()
    doors = found.entrances.dissolve("asset_id").geometry
    rows = found.access.merge(found.homes[["home_id", "geometry"]], on="home_id")
    nearest = doors.reindex(rows["nearest_asset"].astype(str)).to_numpy()
    straight = shapely.distance(rows["geometry"].to_numpy(), nearest)
    # Two legs, two ways along an edge and each edge between are rounded to 0.1 m, so a walk
    # over n edges may be short by 0.05 × (n + 4); blocks here are 70 m or longer.
    bound = 0.05 * (rows["nearest_m"].to_numpy() / 70 + 4)
    assert (rows["nearest_m"].to_numpy() - straight >= -bound).all()


# --- what must not matter -------------------------------------------------------------------------


def test_what_lies_far_away_changes_nothing_here() -> None:
    drawing = town()
    rng = np.random.default_rng(5)
    # A village three kilometres off, the road to it, and a wood beside the road.
    beyond = BLOCK * LAST
    for at in range(40):
        x, y = (float(v) for v in rng.uniform(4000, 4500, 2))
        drawing.square(50_000 + at, x, y, 10, building="house")
        drawing.node(200_000 + at, x + 20, y, amenity="bench")
    drawing.line(60_000, [(beyond + 100, 500), (4200, 500), (4200, 4200)], highway="residential")
    drawing.square(60_001, 4100, 4100, 200, leisure="park", name="Village green")
    far = read(drawing)
    assert far.features.equals(data_of().features)
    assert far.streets.equals(data_of().streets)
    assert numbers(run(far, study())).equals(numbers(base()))


def test_reading_more_around_the_district_changes_no_count_and_no_walk_within_reach() -> None:
    # With 1.0 the buffer is exactly the longest walk, 480 m; with 1.5 it is 720 m.
    near = run(data_of(1.0), study(1.0))
    assert len(near.streets) < len(base().streets)
    here, wide = answers(near), answers(base())
    for minutes in MINUTES:
        name = f"n_within_{minutes}_min"
        assert here[name].equals(wide[name])
    in_reach = wide["nearest_m"] <= study().walking.longest_m
    assert in_reach.mean() > 0.5
    assert here["nearest_m"][in_reach].equals(wide["nearest_m"][in_reach])
    assert (here["nearest_m"].fillna(math.inf) >= wide["nearest_m"]).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_never_matters(seed: int) -> None:
    def shuffled(table: Any) -> Any:  # noqa: ANN401
        return table.sample(frac=1, random_state=seed)

    found = run(data_of(), study(), change=shuffled)
    for contract, name in ((tables.NETWORK, "network"), (tables.ENTRANCES, "entrances"),
                           (tables.HOMES, "homes"), (tables.ACCESS, "access"),
                           (tables.INDICATORS, "indicators")):  # fmt: skip
        here = contracts.ordered(getattr(base(), name), contract)
        there = contracts.ordered(getattr(found, name), contract)
        pd.testing.assert_frame_equal(pd.DataFrame(there), pd.DataFrame(here), obj=name)


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    sums = []
    for at in range(2):
        found = base() if at == 0 else run(read(town()), study())
        for contract, frame in (
            (tables.FEATURES, found.features), (tables.STREETS, found.streets),
            (tables.COVERAGE, found.coverage), (tables.ASSETS, found.assets),
            (tables.NETWORK, found.network), (tables.ENTRANCES, found.entrances),
            (tables.HOMES, found.homes), (tables.ACCESS, found.access),
            (tables.INDICATORS, found.indicators),
        ):  # fmt: skip
            path = tmp_path / f"{contract.name}-{at}.parquet"
            files.write_table(frame, contract, path)
            sums.append((contract.name, hashlib.sha256(path.read_bytes()).hexdigest()))
    assert sums[: len(sums) // 2] == sums[len(sums) // 2 :]


def test_a_town_moved_by_whole_metres_has_the_same_numbers() -> None:
    def moved(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return table.set_geometry(table.geometry.translate(137, -59))

    there = OsmData(moved(data_of().features), moved(data_of().streets), {})
    found = run(there, study(), moved(quarters()))
    assert answers(found).equals(answers(base()))
    pd.testing.assert_frame_equal(numbers(found), numbers(base()), rtol=1e-9)


def test_a_street_cut_by_a_node_in_its_middle_is_as_long_as_before() -> None:
    streets = data_of().streets
    split = streets.assign(
        nodes=[
            " ".join(insert_between(nodes.split(), 5_000_000 + 10 * at))
            for at, nodes in enumerate(streets["nodes"])
        ],
        geometry=[shapely.LineString(midpoints(list(line.coords))) for line in streets.geometry],
    )
    found = run(OsmData(data_of().features, split, {}), study())
    assert len(found.network) == len(base().network)
    before, after = answers(base()), answers(found)
    # The sum of two halves differs from the whole by a hair, which can turn a rounding.
    gap = (after["nearest_m"] - before["nearest_m"]).abs()
    assert gap.max() <= 0.1 * (before["nearest_m"].max() / 70 + 4)
    assert (gap > 1e-9).mean() < 0.01


def insert_between(refs: list[str], first: int) -> list[str]:
    rest = [[str(first + at), ref] for at, ref in enumerate(refs[1:])]
    return [refs[0], *(ref for pair in rest for ref in pair)]


def midpoints(places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    result = [places[0]]
    for (x, y), (u, v) in pairwise(places):
        result += [((x + u) / 2, (y + v) / 2), (u, v)]
    return result


# --- what is not known is said --------------------------------------------------------------------


def test_a_category_whose_source_is_taken_away_has_no_data_and_never_none() -> None:
    for category in CATEGORIES:
        if RULES[category].none_mapped_means != "unknown":
            continue
        left = base().entrances[base().entrances["category"] != category]
        access = measured(base(), left)
        found, _ = build_indicators(access, base().homes, quarters(), study(), "D", RULES, {})
        rows = found[found["category"] == category]
        assert set(rows["state"]) == {"no_data"}
        assert rows["value"].isna().all()
        assert set(rows["coverage_pct"]) == {0}
        # Others are as they were.
        others = found[found["category"] != category].reset_index(drop=True)
        kept = base().indicators.query("category != @category").reset_index(drop=True)
        assert others.equals(kept)


def test_a_town_without_a_single_asset_is_measured_all_the_same() -> None:
    features = data_of().features
    houses = features[features["tags"].str.contains('"building": "house"')]
    found = run(OsmData(houses.reset_index(drop=True), data_of().streets, {}), study())
    assert found.assets.empty
    assert found.entrances.empty
    states = found.indicators.groupby("category")["state"].agg(set)
    for category in CATEGORIES:
        if RULES[category].none_mapped_means == "unknown":
            assert states[category] == {"no_data"}
        else:
            assert states[category] == {"unreachable", "true_zero"}
