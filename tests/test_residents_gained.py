"""Residents gained: by hand, and equal to a run of the whole with the asset added."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given

from pipeline.access import Destinations, Origins, measure_access, nearest_asset
from pipeline.config import Study
from pipeline.entrances import find_entrances
from pipeline.network import build_network
from pipeline.residents_gained import gained, nearest_now
from pipeline.routing import FAR, Graph, as_graph, walks_within
from pipeline.site_walks import Residents, Walks, walks_to_sites
from pipeline.snapping import snap
from tests import towns
from tests.routing.made_towns import Town, doors_of, graph_of, stands
from tests.routing.made_towns import towns as made_towns
from tests.routing.test_routing import by_asset, laid_out

STUDY: Study = towns.STUDY
MINUTES = STUDY.walking.minutes
METRES = [STUDY.walking.metres_in(m) for m in MINUTES]
# One straight street of 2,000 m along y = 0.
STREETS = build_network(
    towns.streets(([(1, 0, 0), (2, 2000, 0)], {"highway": "residential"})),
    towns.features(),
    STUDY.snapping,
)[0]


def homes(*rows: tuple[float, float]) -> gpd.GeoDataFrame:
    """Place homes on the street: x and people; the west is neighbourhood A."""
    points = np.array([shapely.Point(x, 0) for x, _ in rows])
    frame = gpd.GeoDataFrame({"people": [float(n) for _, n in rows]}, geometry=points, crs=27700)
    frame["home_id"] = [f"h{at}" for at in range(len(rows))]
    frame["neighbourhood_id"] = ["A" if x < 1000 else "B" for x, _ in rows]
    frame["known_within_m"] = 5000.0
    return frame.assign(state="ok").join(snap(points, STREETS, 100))


def areas(*deciles: float) -> pd.DataFrame:
    return pd.DataFrame({"neighbourhood_id": ["A", "B"], "deprivation_decile": list(deciles)})


def sites(*rows: tuple[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    names, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame({"site_id": list(names)}, geometry=list(shapes), crs=27700)


def residents(people: Sequence[float], deciles: Sequence[float]) -> Residents:
    """Let people live in the west and in the east."""
    found = homes(*zip((0.0, 1500.0), people, strict=True))
    return Residents.of(as_graph(STREETS), found, areas(*deciles))


def walked(
    where: gpd.GeoDataFrame, graph: Graph, people: Residents, way: str = "boundary"
) -> Walks:
    return walks_to_sites(
        where, [way] * len(where), towns.features(), STREETS, graph, people.origins,
        STUDY.snapping, STUDY.walking.longest_m,
    )  # fmt: skip


def test_who_has_none_as_near_and_would_have_one_is_gained() -> None:
    # Homes at 0, 300, 700 and 1,500 m; a park at 0 m; a plot that touches the street from 690 to
    # 710 m. Its gates are where it meets the street: nothing crosses it, so the nearest point.
    found = homes((0, 1), (300, 2), (700, 4), (1500, 8))
    graph = as_graph(STREETS)
    people = Residents.of(graph, found, areas(1, 10))
    plot = sites(("plot", shapely.box(690, 2, 710, 22)))
    walks = walked(plot, graph, people)
    now = np.array([0, 3000, 7000, 15_000])
    table = gained(walks, np.array([True]), people, now, MINUTES, METRES)
    numbers = {name: rows["gained"].tolist() for name, rows in table.groupby("people_of")}
    # 5 minutes are 400 m: 300 m has the park as near; 700 m has nothing and would. 10 minutes are
    # 800 m: 700 m has the park, and 1,500 m would have the plot (about 792 m). 15: 1,200 m, same.
    assert numbers["all"] == [4, 8, 8]
    assert numbers["decile_1"] == [4, 0, 0]
    assert numbers["decile_10"] == [0, 8, 8]
    assert set(table["state"]) == {"ok", "true_zero"}


def test_where_nobody_knows_who_has_one_nobody_is_said_to_gain() -> None:
    people = residents([2, 3], [1, 10])
    walks = walked(sites(("plot", shapely.Point(100, 5))), as_graph(STREETS), people)
    table = gained(walks, np.array([True]), people, None, MINUTES, METRES)
    assert set(table["state"]) == {"no_data"}
    assert table["gained"].isna().all()
    assert table["people_within"].max() == 2


def test_what_lies_beyond_the_map_data_makes_a_gain_less_certain() -> None:
    found = homes((100, 3), (200, 1)).assign(known_within_m=[300.0, 5000.0])
    people = Residents.of(as_graph(STREETS), found, areas(np.nan, np.nan))
    walks = walked(sites(("plot", shapely.Point(150, 5))), as_graph(STREETS), people)
    nowhere = np.full(2, int(FAR))
    table = gained(walks, np.array([True]), people, nowhere, MINUTES, METRES)
    assert table["gained"].tolist() == [4, 4, 4]
    assert table["coverage_pct"].tolist() == [25, 25, 25]


# --- equal to a run of the whole ----------------------------------------------------------------


@given(made_towns())
def test_the_walks_listed_are_those_of_a_walker_who_tries_everything(town: Town) -> None:
    limit = 1200
    asset, home, cost = walks_within(*laid_out(town), limit)
    found = dict(zip(zip(home.tolist(), asset.tolist(), strict=True), cost.tolist(), strict=True))
    assert len(found) == len(cost)
    assert found == {
        (at, number): walk
        for at, point in enumerate(town[1])
        for number, walk in by_asset(town, point).items()
        if walk <= limit
    }


@given(made_towns())
def test_a_gain_equals_that_of_a_run_with_the_asset_added(town: Town) -> None:
    streets, points, doors, numbers = town
    graph = graph_of(streets)
    frame = _standing(points).assign(home_id=[f"h{n}" for n in range(len(points))])
    frame = frame.assign(people=1.0 + np.arange(len(points)), neighbourhood_id="A")
    people = Residents.of(graph, frame.assign(known_within_m=1e6), areas(3, 3))
    last = max(numbers)
    is_site = np.array(numbers) == last
    before = _nearest(graph, people.origins, doors, numbers, ~is_site)
    after = _nearest(graph, people.origins, doors, numbers, is_site | ~is_site)
    own = [door for door, ours in zip(doors, is_site, strict=True) if ours]
    to_site = doors_of(graph, own, [0] * len(own))
    site, home, cost = walks_within(graph, people.origins.homes, to_site, 12_000)
    walks = Walks(
        site.astype(np.int64), people.origins.rows[home], cost.astype(np.int64), np.array([True])
    )
    table = gained(walks, np.array([True]), people, before, MINUTES, METRES)
    for minutes, metres in zip(MINUTES, METRES, strict=True):
        cut_off = int(metres * 10)
        rerun = people.people[after <= cut_off].sum() - people.people[before <= cut_off].sum()
        mine = table[(table["minutes"] == minutes) & (table["people_of"] == "all")]
        assert mine["gained"].tolist() == [rerun]


def _standing(points: Sequence[tuple[int, int, int]]) -> pd.DataFrame:
    stood = stands(*points)
    return pd.DataFrame(
        {"edge_id": stood.edge, "along_dm": stood.along, "snap_dm": stood.snap, "state": "ok"}
    )


def _nearest(
    graph: Graph, origins: Origins, doors: list[tuple[int, int, int]], numbers: Sequence[int],
    chosen: np.ndarray,
) -> np.ndarray:  # fmt: skip
    frame = _standing(doors).assign(asset_id=[f"a{n}" for n in numbers])[chosen]
    metres = nearest_asset(graph, origins, Destinations.of(graph, frame))["nearest_m"]
    dm = np.rint(metres.to_numpy(float) * 10)
    return np.where(np.isnan(dm), int(FAR), dm).astype(np.int64)


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(730, 30),
        shapely.box(690, 2, 710, 22),  # beside the street
        shapely.box(650, -30, 720, 30),  # over it: two ways in
        shapely.box(690, 80, 710, 120),  # back from it
    ],
)
def test_a_drawn_site_gains_what_the_steps_find_with_it_among_the_assets(
    shape: shapely.Geometry,
) -> None:
    found = homes(*((float(x), 1 + x / 100) for x in range(0, 2000, 90)))
    graph = as_graph(STREETS)
    people = Residents.of(graph, found, areas(1, 10))
    assets = towns.assets(("old", "park", shapely.box(0, 5, 40, 45)), ("new", "park", shape))
    assets = assets.assign(area_m2=1.0)
    reached = []
    for some in (assets.iloc[:1], assets):
        points = gpd.GeoDataFrame({"asset_id": [], "geometry": []}, crs=27700)
        doors, _ = find_entrances(
            some, points, towns.features(), STREETS, {"park": towns.rules()}, STUDY.snapping
        )
        reached.append(
            measure_access(found, doors, some, STREETS, {"park": towns.rules()}, STUDY)[0]
        )
    walks = walked(sites(("new", shape)), graph, people)
    now = nearest_now(reached[0], found, "park")
    table = gained(walks, np.array([True]), people, now, MINUTES, METRES)
    for minutes in MINUTES:
        has = [rows[f"n_within_{minutes}_min"].to_numpy() > 0 for rows in reached]
        for group, in_group in (
            ("all", slice(None)),
            ("decile_1", found["neighbourhood_id"] == "A"),
        ):
            rerun = people.people[has[1]].sum() - people.people[has[0]].sum()
            if group != "all":
                new = has[1] & ~has[0] & np.asarray(in_group)
                rerun = people.people[new].sum()
            mine = table[(table["minutes"] == minutes) & (table["people_of"] == group)]
            assert mine["gained"].tolist() == pytest.approx([rerun], abs=1e-9)
