"""Who may walk where: each rule of a walker closes what it should, and silence closes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import files
from pipeline.access import nearest_asset
from pipeline.access.standing import Destinations, Origins
from pipeline.config import Walker
from pipeline.errors import EveryStreetIsClosed
from pipeline.files.choices import read_named, write_named
from pipeline.routing import as_graph
from pipeline.walkers import ground_of
from tests.towns import CRS, ROOT, entrances_at, homes_at

WALKERS: dict[str, Walker] = files.read_configs(
    sorted((ROOT / "config/walkers").glob("*.yaml")), Walker
)
STANDARD, STEP_FREE = WALKERS["standard"], WALKERS["step_free"]
MANY = settings(max_examples=100, deadline=None)

Tags = Mapping[str, str]


def streets(*tags: Tags, barriers: tuple[str, ...] = ()) -> gpd.GeoDataFrame:
    """Lay out streets of 100 m in a row, from junction 0 to 1 and so on."""
    n = len(tags)
    return gpd.GeoDataFrame(
        {
            "edge_id": range(n),
            "start": range(n),
            "end": range(1, n + 1),
            "length_dm": 1000,
            "tags": [json.dumps({"highway": "footway", **t}, sort_keys=True) for t in tags],
            "barriers": [*barriers, *[""] * (n - len(barriers))],
        },
        geometry=[shapely.Point(0, 0)] * n,
        crs=CRS,
    )


def terrain(
    network: gpd.GeoDataFrame, up: float = 1.0, down: float = 1.0, steepest_pct: float = 0.0
) -> pd.DataFrame:
    """Lay out ground on which each street costs so many times its length."""
    return pd.DataFrame(
        {
            "edge_id": network["edge_id"],
            "forward_dm": np.rint(network["length_dm"] * up).astype(np.int64),
            "backward_dm": np.rint(network["length_dm"] * down).astype(np.int64),
            "steepest_pct": steepest_pct,
        }
    )


def is_open(walker: Walker, tags: Tags, barriers: str = "", steepest_pct: float = 0.0) -> bool:
    network = streets(tags, barriers=(barriers,))
    ground, _ = ground_of(network, terrain(network, steepest_pct=steepest_pct), walker)
    return bool(ground["is_open"].iloc[0])


def test_there_are_five_walkers_each_with_a_speed_and_where_it_comes_from() -> None:
    speeds = {name: walker.speed_m_per_min for name, walker in WALKERS.items()}
    assert speeds == {
        "natural_england": 66.6667, "older_adult": 51.0, "standard": 80.0, "step_free": 51.0,
        "with_young_child": 60.0,
    }  # fmt: skip
    # Natural England's fifteen minutes are a kilometre, the last metre counted in.
    assert 1000 <= 15 * WALKERS["natural_england"].speed_m_per_min < 1000.1
    assert all(len(walker.reference) > 20 for walker in WALKERS.values())


CLOSED: list[Tags] = [
    {"highway": "steps"},
    {"wheelchair": "no"},
    {"surface": "gravel"},
    {"surface": "asphalt;gravel"},
    {"smoothness": "very_bad"},
    {"highway": "track", "tracktype": "grade4"},
    {"kerb": "raised"},
    {"width": "0.75"},
    {"width": "75 cm"},
    {"incline": "10%"},
    {"incline": "-12 %"},
    {"incline": "8°"},
]
OPEN: list[Tags] = [
    {},
    {"surface": "paving_stones", "smoothness": "good"},
    {"surface": "sett"},
    {"kerb": "lowered"},
    {"width": "0.9"},
    {"width": "narrow"},
    {"incline": "8%"},
    {"incline": "up"},
    {"highway": "steps", "ramp:wheelchair": "yes"},
    {"surface": "gravel", "wheelchair": "yes"},
    {"incline": "12%", "wheelchair": "designated"},
    {"wheelchair": "limited"},
]


@pytest.mark.parametrize("tags", CLOSED, ids=str)
def test_step_free_walkers_are_stopped_and_others_are_not(tags: Tags) -> None:
    assert not is_open(STEP_FREE, tags)
    assert is_open(STANDARD, tags)


@pytest.mark.parametrize("tags", OPEN, ids=str)
def test_what_says_nothing_or_says_that_wheels_pass_is_open(tags: Tags) -> None:
    assert is_open(STEP_FREE, tags)


@pytest.mark.parametrize(
    ("barriers", "passes"),
    [
        ('[{"barrier": "kissing_gate"}]', False),
        ('[{"barrier": "stile"}]', False),
        ('[{"barrier": "gate"}]', True),
        ('[{"barrier": "bollard"}]', True),
        ('[{"barrier": "bollard", "maxwidth:physical": "0.8"}]', False),
        ('[{"kerb": "raised"}]', False),
        ('[{"barrier": "kissing_gate", "wheelchair": "yes"}]', True),
        ('[{"barrier": "gate", "wheelchair": "no"}]', False),
        ('[{"barrier": "gate"}, {"barrier": "stile"}]', False),
    ],
)
def test_gates_stiles_and_kerbs_stop_whom_they_stop(barriers: str, *, passes: bool) -> None:
    assert is_open(STEP_FREE, {}, barriers) is passes
    # What a way says of itself does not open the gate on it.
    assert is_open(STEP_FREE, {"wheelchair": "yes"}, barriers) is passes
    assert is_open(STANDARD, {}, barriers)


def test_a_slope_closes_a_street_unless_its_tags_know_better() -> None:
    assert is_open(STEP_FREE, {}, steepest_pct=8.33)
    assert not is_open(STEP_FREE, {}, steepest_pct=8.5)
    assert is_open(STEP_FREE, {"incline": "4%"}, steepest_pct=8.5)
    assert is_open(STEP_FREE, {}, steepest_pct=float("nan"))
    assert is_open(STANDARD, {}, steepest_pct=60)


def test_costs_are_those_of_the_ground_or_the_length_where_slopes_do_not_count() -> None:
    network = streets({}, {})
    shuffled = terrain(network, up=1.4, down=0.9).iloc[::-1]
    ground, _ = ground_of(network, shuffled, STANDARD)
    assert ground[["forward_dm", "backward_dm"]].to_numpy().tolist() == [[1400, 900]] * 2
    level = STANDARD.model_copy(update={"slopes": "flat"})
    ground, _ = ground_of(network, shuffled, level)
    assert ground[["forward_dm", "backward_dm"]].to_numpy().tolist() == [[1000, 1000]] * 2


def test_how_much_is_open_and_how_little_is_known_is_told() -> None:
    network = streets({"surface": "asphalt"}, {"highway": "steps"}, {"surface": "grass"}, {})
    _, report = ground_of(network, terrain(network), STEP_FREE)
    assert report["share_open"] == 0.5
    assert report["share_closed_by"] == {"barriers": 0, "slope": 0, "tags": 0.5, "width": 0}
    assert report["share_with_unknown_surface"] == 0.5


def test_walkers_that_are_gathered_are_read_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "walkers.json"
    assert write_named(WALKERS, path)
    assert read_named(path, Walker) == WALKERS
    assert not write_named(WALKERS, path)


def test_a_town_that_is_closed_to_somebody_stops_in_words() -> None:
    network = streets({"highway": "steps"})
    ground, _ = ground_of(network, terrain(network), STEP_FREE)
    with pytest.raises(EveryStreetIsClosed):
        as_graph(network, ground)


# --- laws ----------------------------------------------------------------------------------------

KINDS = st.sampled_from(
    [*CLOSED, *OPEN, {"highway": "residential"}, {"surface": "mud", "wheelchair": "yes"}]
)
GATES = st.sampled_from(["", "", "", '[{"barrier": "stile"}]', '[{"barrier": "gate"}]'])


@st.composite
def towns(draw: st.DrawFn) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Draw a small town with one or more streets between its junctions, on hilly ground."""
    n = draw(st.integers(2, 7))
    pairs = draw(
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), min_size=2, max_size=14)
    )
    network = streets(*(draw(KINDS) for _ in pairs), barriers=tuple(draw(GATES) for _ in pairs))
    ends = np.unique(np.array(pairs), return_inverse=True)[1].reshape(-1, 2)
    network["start"], network["end"] = ends[:, 0], ends[:, 1]
    network["length_dm"] = [draw(st.integers(1, 900)) for _ in pairs]
    ground = terrain(network)
    for column in ("forward_dm", "backward_dm"):
        factors = [draw(st.floats(0.84, 3.4)) for _ in pairs]
        ground[column] = np.rint(network["length_dm"] * factors).astype(np.int64)
    ground["steepest_pct"] = [draw(st.floats(0, 20)) for _ in pairs]
    return network, ground


def walks(network: gpd.GeoDataFrame, ground: pd.DataFrame) -> list[float]:
    """Walk from the start of every street to the start of the first one."""
    graph = as_graph(network, ground)
    homes = homes_at(*((int(edge), 0, 0) for edge in network["edge_id"]))
    to = Destinations.of(graph, entrances_at(("park", 0, 0, 0)))
    found = nearest_asset(graph, Origins.of(graph, homes), to)
    return list(found["nearest_m"].fillna(np.inf))


@MANY
@given(towns())
def test_what_is_open_without_steps_is_open_to_all_and_never_nearer(
    town: tuple[gpd.GeoDataFrame, pd.DataFrame],
) -> None:
    network, heights = town
    standard, step_free = (ground_of(network, heights, w)[0] for w in (STANDARD, STEP_FREE))
    assert standard["is_open"].all()
    assert (step_free["forward_dm"] == standard["forward_dm"]).all()
    if step_free["is_open"].any():
        pairs = zip(walks(network, step_free), walks(network, standard), strict=True)
        assert all(there >= here for there, here in pairs)


@MANY
@given(towns(), st.data())
def test_closing_a_street_never_shortens_a_walk(
    town: tuple[gpd.GeoDataFrame, pd.DataFrame], data: st.DataObject
) -> None:
    network, heights = town
    ground, _ = ground_of(network, heights, STANDARD)
    shut = data.draw(st.integers(1, len(ground) - 1))
    fewer = ground.assign(is_open=ground["edge_id"] != shut)
    pairs = zip(walks(network, fewer), walks(network, ground), strict=True)
    assert all(there >= here for there, here in pairs)


@MANY
@given(towns())
def test_up_and_down_walks_are_those_of_an_independent_search(
    town: tuple[gpd.GeoDataFrame, pd.DataFrame],
) -> None:
    network, heights = town
    ground, _ = ground_of(network, heights, STANDARD)
    graph = nx.MultiDiGraph()
    for row in network.merge(ground, on="edge_id").itertuples():
        graph.add_edge(row.start, row.end, cost=row.forward_dm)
        graph.add_edge(row.end, row.start, cost=row.backward_dm)
    goal = int(network["start"].iloc[0])
    from_goal = nx.single_source_dijkstra_path_length(graph.reverse(), goal, weight="cost")
    expected = [from_goal.get(start, np.inf) / 10 for start in network["start"]]
    assert walks(network, ground) == expected
