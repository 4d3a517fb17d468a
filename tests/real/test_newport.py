"""Newport from raw files to tables by the real Makefile, held against answers of another making.

Nothing here shares code with the kernels: walks are searched for by SciPy on a graph that the
test splits itself at every home and entrance, streets are read again from the file and left in
their single segments, and what is published is compared with the published tables.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import osmium
import pandas as pd
import pytest
import shapely
import yaml
from pyproj import Transformer
from scipy import sparse
from scipy.sparse import csgraph

from pipeline.walkable import blocks_walking, is_walkable
from tests import whole

ROOT = Path(__file__).parents[2]
OSM_FILE, BOUNDARIES, WIMD, CENSUS = whole.NEWPORT
N_HOMES = 300
N_PAIRS = 100
SPEED = 80
MINUTES = (5, 10, 15)
BUFFER_M = 1800.0
NOWHERE = -1
LONGEST_M = 1200.0
CHOICE_OF = 3
RULES = {
    path.stem: yaml.safe_load(path.read_text("utf-8"))
    for path in sorted((ROOT / "config/categories").glob("*.yaml"))
}

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not all(path.is_file() for path in whole.NEWPORT), reason=whole.LACKING),
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Built(whole.Built):
    """Newport, whose tables and note the tests look into."""

    def table(self, name: str) -> Any:  # noqa: ANN401 (with or without geometry)
        path = self.tables / f"{name}.parquet"
        return pd.read_parquet(path) if name in ("access", "indicators") else gpd.read_parquet(path)

    @property
    def run(self) -> dict[str, Any]:
        note: dict[str, Any] = json.loads((self.published / "run.json").read_text("utf-8"))
        return note


@pytest.fixture(scope="session")
def newport(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build Newport once, also where several workers run these tests."""
    found = whole.built_district(tmp_path_factory, "newport")
    return Built(found.tables, found.published, found.said)


# --- walks, by brute force -----------------------------------------------------------------------


class Split(NamedTuple):
    """A graph in which every home and entrance is a node of its own."""

    costs: sparse.csr_array
    homes: Ints
    entrances: Ints


def split_at(network: gpd.GeoDataFrame, homes: pd.DataFrame, entrances: pd.DataFrame) -> Split:
    """Cut every edge where a point stands on it, and hang the point from there by its leg."""
    n_junctions = int(network[["start", "end"]].max().max()) + 1
    points = pd.concat([homes, entrances], ignore_index=True)[["edge_id", "along_dm", "snap_dm"]]
    foot = n_junctions + np.arange(len(points))
    leaf = foot + len(points)
    by_edge = points.assign(foot=foot).sort_values(["edge_id", "along_dm"]).groupby("edge_id")
    feet = {edge: list(zip(on["along_dm"], on["foot"], strict=True)) for edge, on in by_edge}
    links = list(zip(foot, leaf, points["snap_dm"], strict=True))
    for edge in network.itertuples():
        stops = [(0, edge.start), *feet.get(edge.edge_id, []), (edge.length_dm, edge.end)]
        links += [(a, b, there - here) for (here, a), (there, b) in pairwise(stops)]
    costs = pd.DataFrame(links, columns=["a", "b", "cost"])
    assert (costs["cost"] >= 0).all()
    # Of parallel streets the shortest; a cost of 0 would be no link at all, so all are raised by
    # far less than a decimetre adds up to.
    shortest = costs.groupby(["a", "b"], as_index=False)["cost"].min()
    size = n_junctions + 2 * len(points)
    matrix = sparse.coo_array(
        (shortest["cost"] + 1e-6, (shortest["a"], shortest["b"])), (size, size)
    )
    return Split(matrix.tocsr(), leaf[: len(homes)], leaf[len(homes) :])


class Sample(NamedTuple):
    """Some homes, and how far it is from each of them to each entrance, in decimetres."""

    homes: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame
    walks: Floats


@pytest.fixture(scope="session")
def sample(newport: Built) -> Sample:
    homes = newport.table("homes").sample(N_HOMES, random_state=2023).reset_index(drop=True)
    entrances = newport.table("entrances").query("state == 'ok'").reset_index(drop=True)
    standing = homes["edge_id"].to_numpy() != NOWHERE
    split = split_at(newport.table("network"), homes[standing], entrances)
    found = csgraph.dijkstra(split.costs, directed=False, indices=split.homes)
    walks = np.full((len(homes), len(entrances)), np.inf)
    walks[standing] = np.round(found[:, split.entrances])
    return Sample(homes, entrances, walks)


def test_nearest_walks_and_counts_equal_a_brute_force_answer(
    newport: Built, sample: Sample
) -> None:
    access = newport.table("access").set_index(["category", "home_id"]).sort_index()
    categories = sorted(set(access.index.get_level_values("category")))
    compared = 0
    for category in categories:
        engine = access.loc[category].loc[sample.homes["home_id"]]
        of_category = (sample.entrances["category"] == category).to_numpy()
        assets = sample.entrances["asset_id"][of_category].to_numpy()
        walks = pd.DataFrame(sample.walks[:, of_category].T).groupby(assets).min().T
        if walks.shape[1] == 0:
            assert engine["nearest_m"].isna().all()
            continue
        nearest = walks.min(axis=1).to_numpy()
        is_reached = np.isfinite(nearest)
        assert (engine["nearest_m"].notna().to_numpy() == is_reached).all(), category
        gap = np.abs(engine["nearest_m"].to_numpy()[is_reached] - nearest[is_reached] / 10)
        assert (gap < 1e-6).all(), (category, gap.max())  # the same decimetre
        named = engine["nearest_asset"].to_numpy()[is_reached].astype(str)
        column = walks.columns.get_indexer(named)
        assert (walks.to_numpy()[is_reached, column] == nearest[is_reached]).all(), category
        is_on = sample.homes["edge_id"].to_numpy() != NOWHERE
        for minutes in MINUTES:
            within = (walks.to_numpy() <= minutes * SPEED * 10).sum(axis=1)
            counted = engine[f"n_within_{minutes}_min"].to_numpy()
            assert (counted[is_on] == within[is_on]).all(), (category, minutes)
        compared += int(is_reached.sum())
    assert len(categories) >= 30
    assert compared > 25 * N_HOMES


def test_choice_area_and_gravity_equal_their_formulas_over_all_walks(
    newport: Built, sample: Sample
) -> None:
    access = newport.table("access").set_index(["category", "home_id"]).sort_index()
    hectares = newport.table("assets").set_index("asset_id")["area_m2"] / 10_000
    is_on = sample.homes["edge_id"].to_numpy() != NOWHERE
    compared = 0
    for category in sorted(set(sample.entrances["category"])):
        engine = access.loc[category].loc[sample.homes["home_id"]][is_on]
        of_category = (sample.entrances["category"] == category).to_numpy()
        assets = sample.entrances["asset_id"][of_category].to_numpy()
        walks = pd.DataFrame(sample.walks[is_on][:, of_category].T).groupby(assets).min().T
        metres = walks.to_numpy() / 10
        ranked = np.sort(np.column_stack([metres, np.full((len(metres), 3), np.inf)]), axis=1)
        np.testing.assert_allclose(
            engine["kth_nearest_m"].fillna(np.inf), ranked[:, CHOICE_OF - 1], rtol=1e-9
        )
        is_area = RULES[category].get("supply") == "area"
        supply = hectares[walks.columns].to_numpy() if is_area else np.ones(walks.shape[1])
        for minutes in MINUTES if is_area else ():
            within = (metres <= minutes * SPEED) @ supply
            np.testing.assert_allclose(engine[f"area_within_{minutes}_min_ha"], within, atol=1e-9)
        weight = np.where(metres <= LONGEST_M, 0.5 ** (metres / 400), 0)
        np.testing.assert_allclose(engine["gravity"], weight @ supply, rtol=1e-9, atol=1e-12)
        compared += walks.shape[1]
    assert compared > 500


def test_supply_for_each_thousand_people_equals_the_two_steps_over_all_walks(
    newport: Built, sample: Sample
) -> None:
    """Walk from each asset to every home of the district, and write the two steps down."""
    access = newport.table("access").set_index(["category", "home_id"]).sort_index()
    hectares = newport.table("assets").set_index("asset_id")["area_m2"] / 10_000
    homes = newport.table("homes").query("edge_id >= 0").reset_index(drop=True)
    split = split_at(newport.table("network"), homes, sample.entrances)
    people = homes["people"].to_numpy()
    shared = {c: r["supply"] for c, r in RULES.items() if r.get("supply", "none") != "none"}
    for category in (c for c in shared if RULES[c].get("supply_for", "people") == "people"):
        doors = sample.entrances.query("category == @category").groupby("asset_id").indices
        at = np.flatnonzero(sample.entrances["category"] == category)
        walks = np.array(
            [
                csgraph.dijkstra(
                    split.costs, directed=False, min_only=True, limit=LONGEST_M * 10 + 1,
                    indices=split.entrances[at[rows]],
                )[split.homes]
                for rows in doors.values()
            ]
        )  # fmt: skip
        metres = np.round(walks) / 10
        weight = np.select([metres <= 400, metres <= 800, metres <= LONGEST_M], [1, 0.68, 0.22])
        supply = hectares[list(doors)].to_numpy() if shared[category] == "area" else 1.0
        demand = weight @ people
        ratio = np.divide(supply, demand, out=np.zeros(len(doors)), where=demand > 0)
        engine = access.loc[category].loc[homes["home_id"], "supply_per_1000"]
        np.testing.assert_allclose(engine, 1000 * ratio @ weight, rtol=1e-9, atol=1e-12)
        # What is shared out adds up to what there is within anybody's reach.
        there = float((supply * (demand > 0)).sum())
        assert float(people @ engine) == pytest.approx(1000 * there)
    assert len(shared) >= 6


def test_homes_and_entrances_stand_on_the_edge_nearest_to_them(
    newport: Built, sample: Sample
) -> None:
    network = newport.table("network").set_index("edge_id").sort_index()
    eligible = network[network["is_snappable"] & ~network["is_bridge_or_tunnel"]]
    lines = eligible.geometry.to_numpy()
    for points, cap in ((sample.homes, 150), (sample.entrances.sample(300, random_state=1), 100)):
        for point in points.query("edge_id >= 0").itertuples():
            own = network.geometry[point.edge_id]
            leg = shapely.distance(lines, point.geometry).min()
            assert point.snap_dm / 10 == pytest.approx(leg, abs=0.0501)
            assert point.snap_dm / 10 <= cap + 0.05
            foot = shapely.line_interpolate_point(own, point.along_dm / 10)
            assert foot.distance(point.geometry) == pytest.approx(leg, abs=0.11)


def test_no_walk_is_shorter_than_the_straight_line(sample: Sample) -> None:
    homes = shapely.get_coordinates(sample.homes.geometry.to_numpy())
    doors = shapely.get_coordinates(sample.entrances.geometry.to_numpy())
    straight = np.hypot(*(homes[:, None, :] - doors[None, :, :]).T).T
    # Lengths, ways along edges and legs are rounded to 0.1 m, so a walk over n edges may be
    # short by 0.05 × (n + 4); no walk of the sample has two hundred.
    assert (sample.walks / 10 - straight).min() > -10
    assert np.quantile(sample.walks / 10 - straight, 0.001) > -0.2


# --- streets, read again --------------------------------------------------------------------------


class Streets(NamedTuple):
    """Single segments between vertices, in metres, and how long they are in all."""

    number: dict[int, int]
    places: dict[int, tuple[float, float]]
    costs: sparse.csr_array
    length_m: float
    shut: set[int]


@pytest.fixture(scope="session")
def streets(newport: Built) -> Streets:
    """Read the streets of the file again, with no joining and no cutting."""
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    west, south, east, north = gpd.read_file(BOUNDARIES).total_bounds
    window = shapely.box(west - BUFFER_M, south - BUFFER_M, east + BUFFER_M, north + BUFFER_M)
    shut: set[int] = set()
    ways: list[list[int]] = []
    places: dict[int, tuple[float, float]] = {}
    for entity in osmium.FileProcessor(str(OSM_FILE)).with_locations():
        tags = dict(entity.tags)
        if entity.is_node() and tags and blocks_walking(tags):
            shut.add(entity.id)
        if not entity.is_way() or "highway" not in tags or not is_walkable(tags):
            continue
        refs = [node.ref for node in entity.nodes]
        x, y = to_metres.transform(
            [node.location.lon for node in entity.nodes],
            [node.location.lat for node in entity.nodes],
        )
        if not shapely.LineString(list(zip(x, y, strict=True))).intersects(window):
            continue
        places.update(zip(refs, zip(x, y, strict=True), strict=True))
        ways.append(refs)
    number = {ref: at for at, ref in enumerate(sorted(places))}
    rows = [(a, b) for refs in ways for a, b in pairwise(refs) if a != b]
    length = [float(np.hypot(*np.subtract(places[a], places[b]))) for a, b in rows]
    # A shut node lets nobody pass: it is left out with the segments that touch it.
    open_rows = [
        (number[a], number[b], metres)
        for (a, b), metres in zip(rows, length, strict=True)
        if a not in shut and b not in shut
    ]
    table = pd.DataFrame(open_rows, columns=["a", "b", "metres"])
    shortest = table.groupby(["a", "b"], as_index=False)["metres"].min()
    costs = sparse.coo_array(
        (shortest["metres"] + 1e-9, (shortest["a"], shortest["b"])), (len(number),) * 2
    )
    del newport
    return Streets(number, places, costs.tocsr(), sum(length), shut & set(places))


def test_not_a_metre_of_street_is_lost_in_joining_and_cutting(
    newport: Built, streets: Streets
) -> None:
    network = newport.table("network")
    table = newport.table("streets")
    # Rings of squares that are drawn as relations stand beside the ways.
    rings_m = table[table["way_id"] < 0].geometry.length.sum()
    total_m = network["length_dm"].sum() / 10
    assert total_m == pytest.approx(streets.length_m + rings_m, abs=0.05 * len(network))
    assert total_m == pytest.approx(network.geometry.length.sum(), abs=0.05 * len(network))
    assert newport.run["reports"]["network"]["ways_left_out"]["path_beside_it"] == 0


def test_the_network_leads_where_the_single_segments_lead_and_as_far(
    newport: Built, streets: Streets
) -> None:
    network = newport.table("network")
    junctions = junctions_of(network, streets)
    rng = np.random.default_rng(27)
    here = rng.choice(np.array(sorted(junctions)), N_PAIRS, replace=False)
    there = rng.choice(np.array(sorted(junctions)), N_PAIRS, replace=False)
    size = int(network[["start", "end"]].max().max()) + 1
    shortest = network.groupby(["start", "end"], as_index=False)["length_dm"].min()
    costs = sparse.coo_array(
        (shortest["length_dm"] + 1e-6, (shortest["start"], shortest["end"])), (size, size)
    ).tocsr()
    walks, before = csgraph.dijkstra(costs, directed=False, indices=here, return_predecessors=True)
    refs = [streets.number[junctions[at]] for at in here]
    expected = csgraph.dijkstra(streets.costs, directed=False, indices=refs)
    n_reached = 0
    for row, (a, b) in enumerate(zip(here, there, strict=True)):
        metres = expected[row, streets.number[junctions[b]]]
        walk = walks[row, b] / 10
        assert np.isfinite(walk) == np.isfinite(metres), (a, b)
        if np.isfinite(walk):
            n_edges = steps_back(before[row], b)
            assert abs(walk - metres) <= 0.05 * n_edges + 0.01, (a, b)
            n_reached += 1
    assert n_reached > N_PAIRS / 2


def junctions_of(network: gpd.GeoDataFrame, streets: Streets) -> dict[int, int]:
    """Match junctions to the nodes they stand on, by place; shut gates are left out."""
    at_place: dict[tuple[float, float], int] = {}
    for ref, (x, y) in streets.places.items():
        at_place[round(x, 4), round(y, 4)] = ref
    found: dict[int, int] = {}
    for edge in network.itertuples():
        ends = shapely.get_coordinates(edge.geometry)[[0, -1]]
        for junction, (x, y) in zip((edge.start, edge.end), ends, strict=True):
            node = at_place.get((round(x, 4), round(y, 4)))
            if node is not None and node not in streets.shut:
                found[junction] = node
    return found


def steps_back(before: npt.NDArray[np.int32], at: int) -> int:
    steps = 0
    while before[at] >= 0:
        at, steps = int(before[at]), steps + 1
    return steps


# --- what is covered, and who lives there ---------------------------------------------------------


@pytest.fixture(scope="session")
def official() -> gpd.GeoDataFrame:
    return gpd.read_file(BOUNDARIES).set_index("lsoa21_code")


def test_neighbourhoods_that_the_file_does_not_cover_have_no_data_in_every_number(
    newport: Built, official: gpd.GeoDataFrame
) -> None:
    indicators = newport.table("indicators")
    share = indicators["neighbourhood_id"].map(official["osm_window_share"])
    uncovered, covered = indicators[share < 0.5], indicators[share >= 0.97]
    assert set(uncovered["state"]) == {"no_data"}
    assert uncovered["neighbourhood_id"].nunique() == 44
    assert covered["neighbourhood_id"].nunique() == 46
    parks = covered.query("category == 'park' and measure == 'within_15_min_pct'")
    assert set(parks["state"]) <= {"ok", "true_zero"}
    # Half the district is published as it is: unknown, not far away.
    table = pd.read_csv(newport.published / "indicators.csv", dtype=str, keep_default_na=False)
    assert set(table[table["neighbourhood_id"].isin(uncovered["neighbourhood_id"])]["value"]) == {
        ""
    }


def test_the_edge_found_from_the_data_is_the_edge_of_the_window(
    newport: Built, official: gpd.GeoDataFrame
) -> None:
    coverage = newport.table("coverage").query("what == 'neighbourhood'")
    found = coverage.set_index("neighbourhood_id")
    is_in_window = official["osm_window_share"].reindex(found.index) >= 0.9
    assert (found["state"].eq("ok") == is_in_window).all()
    assert is_in_window.sum() == 50
    gap = (found["covered_share"] - official["osm_window_share"].reindex(found.index)).abs()
    assert gap.mean() < 0.02


def test_coverage_is_printed_and_published(newport: Built) -> None:
    assert "50 of 100 neighbourhoods covered" in newport.said
    assert newport.run["reports"]["coverage"]["neighbourhoods_covered"] == 50
    assert len(newport.run["reports"]["coverage"]["neighbourhoods_without_data"]) == 50


def test_everyone_of_the_census_is_at_home_or_in_a_neighbourhood_without_data(
    newport: Built,
) -> None:
    census = pd.read_csv(CENSUS, dtype=str).set_index("lsoa21_code")
    people = census.iloc[:, -1].str.replace(",", "").astype(float)
    areas = newport.table("neighbourhoods").set_index("neighbourhood_id")
    assert areas["people"].sum() == people.reindex(areas.index).sum() == 159_596
    homes = newport.table("homes")
    placed = homes.groupby("neighbourhood_id")["people"].sum()
    # To the last digit, neighbourhood by neighbourhood.
    assert placed.equals(areas["people"].reindex(placed.index).astype(float))
    without_data = newport.run["reports"]["coverage"]["neighbourhoods_without_data"]
    assert set(placed.index) | set(without_data) == set(areas.index)
    assert placed.sum() + areas["people"][without_data].sum() == 159_596


def test_deprivation_ranks_are_those_that_were_published(newport: Built) -> None:
    published = pd.read_csv(WIMD, dtype=str, skipinitialspace=True)
    published.columns = published.columns.str.strip()
    code = next(name for name in published.columns if "code" in name.lower())
    rank = next(name for name in published.columns if name.lower().startswith("wimd"))
    ranks = pd.Series(published[rank].str.strip().to_numpy(), published[code].str.strip())
    profiles = pd.read_csv(newport.published / "profiles.csv", dtype=str)
    rows = profiles[profiles["neighbourhood_id"].str.startswith("W01")]
    assert len(rows) == 100
    own = rows["deprivation_rank"].astype(float).astype(int)
    assert own.tolist() == ranks[rows["neighbourhood_id"]].astype(int).tolist()


BOUNDS = {
    "bus_stop": (200, 400), "school": (20, 80), "park": (30, 120), "place_of_worship": (30, 120),
    "pharmacy": (5, 30), "library": (3, 15), "station": (1, 5), "food_shop": (60, 250),
    "pub": (30, 120), "allotments": (8, 40), "play_space": (20, 90), "post_office": (5, 30),
}  # fmt: skip


def test_there_are_as_many_assets_as_a_town_of_this_size_has(newport: Built) -> None:
    counts = newport.run["counts"]["categories"]
    for category, (fewest, most) in BOUNDS.items():
        assert fewest <= counts[category] <= most, category


def test_relations_that_were_not_built_are_listed(newport: Built) -> None:
    report = newport.run["reports"]["osm" if "osm" in newport.run["reports"] else "features"]
    members = missing_members()
    assert report["area_relations_not_built"] == [f"relation/{n}" for n in members]
    assert report["relations_seen"] == 286
    assert len(members) == 5


def missing_members() -> list[int]:
    """List area relations of which the file lacks a way."""
    ways = {way.id for way in osmium.FileProcessor(str(OSM_FILE), osmium.osm.WAY)}
    return sorted(
        relation.id
        for relation in osmium.FileProcessor(str(OSM_FILE), osmium.osm.RELATION)
        if relation.tags.get("type") in ("multipolygon", "boundary")
        and relation.tags.get("boundary") != "administrative"
        and any(member.type == "w" and member.ref not in ways for member in relation.members)
    )
