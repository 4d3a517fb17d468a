"""What does not fit is told in one sentence, before anybody walks on it."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from pipeline.access import Destinations, Origins, assets_within
from pipeline.access.standing import in_decimetres
from pipeline.errors import ChoiceIsNotAllowed, EveryStreetIsClosed, TablesDoNotFit
from pipeline.routing import as_graph
from pipeline.routing.soundness import somebody_must_set_out
from tests.towns import entrances_at, homes_at, line_of_streets

NETWORK = pd.DataFrame(line_of_streets(3000, 5000, apart=(2000,)).drop(columns="geometry"))
GROUND = pd.DataFrame(
    {"edge_id": [2, 0, 1], "forward_dm": [2000, 3300, 5000], "backward_dm": 2000, "is_open": True}
)
GRAPH = as_graph(NETWORK)


def changed(table: pd.DataFrame, row: int, column: str, value: float) -> pd.DataFrame:
    copy = table.astype({column: type(value)})
    copy.loc[row, column] = value
    return copy


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("length_dm", -5, "edge 1 has a length_dm of -5; allowed is 0 to 10,000,000"),
        ("length_dm", math.nan, "edge 1 has a length_dm of nan"),
        ("length_dm", math.inf, "edge 1 has a length_dm of inf"),
        ("length_dm", 2**32 + 5, "edge 1 has a length_dm of 4294967301"),  # 5 in 32 bits
        ("end", 5, "edge 1 leads to junction 5, which is not there; its 5 junctions are numbered"),
        ("start", -1, "edge 1 leads to junction -1, which is not there"),
        ("end", 10**12, "edge 1 leads to junction 1000000000000, which is not there"),
        ("end", math.nan, "edge 1 leads to junction nan"),
        ("edge_id", 7, "edge_id holds 2 where 1 should follow; edges are numbered from 0 to 2"),
        ("edge_id", 0, "edge_id holds 0 where 1 should follow"),
    ],
)
def test_a_network_that_does_not_hold_is_told(column: str, value: float, words: str) -> None:
    with pytest.raises(TablesDoNotFit, match=f"^network.parquet: {words}.*run `make` again\\.$"):
        as_graph(changed(NETWORK, 1, column, value))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("forward_dm", -1, "edge 0 has a forward_dm of -1"),
        ("backward_dm", math.nan, "edge 0 has a backward_dm of nan"),
        ("backward_dm", 2**31, "edge 0 has a backward_dm of 2147483648"),
        ("edge_id", 3, "speaks of 3 edges where network.parquet has 3, or of others"),
        ("edge_id", 1, "speaks of 3 edges where network.parquet has 3, or of others"),
    ],
)
def test_ground_that_does_not_fit_the_network_is_told(
    column: str, value: float, words: str
) -> None:
    with pytest.raises(TablesDoNotFit, match=f"^terrain.parquet: {words}.*run `make` again\\.$"):
        as_graph(NETWORK, changed(GROUND, 1, column, value))


def test_ground_of_fewer_edges_is_told() -> None:
    with pytest.raises(TablesDoNotFit, match=r"speaks of 2 edges where network.parquet has 3"):
        as_graph(NETWORK, GROUND[1:])


def test_a_walker_who_can_leave_no_home_is_told() -> None:
    homes = homes_at((0, 0, 0), (1, 0, 0), (-1, 0, 0))

    def set_out(ground: pd.DataFrame, who: pd.DataFrame = homes) -> int:
        n_out = len(Origins.of(as_graph(NETWORK, ground), who).rows)
        somebody_must_set_out(who, n_out)
        return n_out

    shut = GROUND.assign(is_open=GROUND["edge_id"] == 2)
    with pytest.raises(EveryStreetIsClosed, match=r"of 2 homes none stands on a street"):
        set_out(shut)
    with pytest.raises(EveryStreetIsClosed, match=r"may use none of the 3 streets"):
        set_out(GROUND.assign(is_open=False))
    assert set_out(GROUND.assign(is_open=GROUND["edge_id"] == 1)) == 1
    # Where no home is attached it is not the walker who keeps them in.
    assert set_out(shut, homes_at((-1, 0, 0))) == 0


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((3, 0, 0), "stands on edge 3, which is not there; network.parquet has edges 0 to 2"),
        ((-1, 0, 0), "stands on edge -1, which is not there"),
        ((1, 5001, 0), "stands 5001 dm along edge 1; allowed is 0 to its length .* 5000"),
        ((1, -1, 0), "stands -1 dm along edge 1"),
        ((1, 0, -1), "has a snap_dm of -1; allowed is 0 to 10,000,000"),
        ((1, 0, 2**32), "has a snap_dm of 4294967296"),
    ],
)
def test_a_home_or_entrance_that_stands_nowhere_is_told_by_its_name(
    row: tuple[int, int, int], words: str
) -> None:
    homes = homes_at((0, 3000, 0), row).assign(state="ok")
    with pytest.raises(TablesDoNotFit, match=f"^homes.parquet: home ‘h1’ {words}"):
        Origins.of(GRAPH, homes)
    doors = entrances_at(("a", 1, 5000, 0), ("b", *row)).assign(entrance_id=["a/0", "b/0"])
    with pytest.raises(TablesDoNotFit, match=f"^entrances.parquet: entrance ‘b/0’ {words}"):
        Destinations.of(GRAPH, doors.assign(state="ok"))
    with pytest.raises(TablesDoNotFit, match=f"^Row 1 of the points {words}"):
        Origins.of(GRAPH, homes.drop(columns="home_id"))


def test_where_one_that_is_not_attached_would_stand_does_not_matter() -> None:
    assert len(Origins.of(GRAPH, homes_at((-1, 9, 9), (1, 5000, 0))).rows) == 1


@pytest.mark.parametrize(
    ("supply", "words"),
    [
        ({"a": 1.0}, "^entrances.parquet: leads into asset ‘b’, which is not in assets.parquet"),
        ({"a": 1.0, "b": -2.0}, "^assets.parquet: asset ‘b’ supplies -2; allowed is 0 or more"),
        ({"a": math.nan, "b": 2.0}, "asset ‘a’ supplies nan"),
        ({"a": math.inf, "b": 2.0}, "asset ‘a’ supplies inf"),
    ],
)
def test_an_asset_of_which_nobody_knows_what_it_supplies_is_told(
    supply: dict[str, float], words: str
) -> None:
    doors = entrances_at(("a", 0, 0, 0), ("b", 0, 0, 0))
    with pytest.raises(TablesDoNotFit, match=words):
        Destinations.of(GRAPH, doors, pd.Series(supply))


@pytest.mark.parametrize(
    "cut_offs", [(800, 400), (400, 400), (-1, 400), (math.nan,), (math.inf,), ()]
)
def test_cut_offs_that_do_not_rise_are_told(cut_offs: tuple[float, ...]) -> None:
    origins = Origins.of(GRAPH, homes_at((0, 0, 0)))
    to = Destinations.of(GRAPH, entrances_at(("a", 0, 0, 0)))
    with pytest.raises(ChoiceIsNotAllowed, match=r"^Cut-offs of .* m: they must rise"):
        assets_within(GRAPH, origins, to, cut_offs)


def test_a_walk_of_nothing_may_be_a_cut_off() -> None:
    assert in_decimetres([0, 0.1]).tolist() == [0, 1]


def test_rows_may_come_in_any_order() -> None:
    network = line_of_streets(*range(100)).drop(columns="geometry")
    assert as_graph(network[::-1]).length.tolist() == list(range(100))
    assert len(Origins.of(as_graph(network[::-1]), homes_at((99, 99, 0), (0, 0, 0))).rows) == 2
