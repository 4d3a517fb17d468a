"""Streets become a network that is cut where people can turn or must stop, and nowhere else."""

import pytest
import shapely

from pipeline import contracts, tables
from pipeline.errors import SourceIsEmpty
from pipeline.network import build_network
from tests.towns import CROSSROADS, STUDY, features, streets

NOTHING = features(("node/999", {"natural": "tree"}, shapely.Point(0, 9)))
PATH = {"highway": "footway"}


def test_a_crossroads_is_four_edges_and_five_junctions() -> None:
    network, report = build_network(streets(*CROSSROADS), NOTHING, STUDY.snapping)
    contracts.check(network, tables.NETWORK, "crossroads")
    assert network["length_dm"].tolist() == [5000] * 4
    assert report["junctions"] == 5


def test_ways_that_cross_without_sharing_a_node_do_not_meet() -> None:
    over = ([(10, -500, 0), (11, 500, 0)], {"highway": "footway", "bridge": "yes"})
    under = ([(12, 0, -500), (13, 0, 500)], PATH)
    network, _ = build_network(streets(over, under), NOTHING, STUDY.snapping)
    assert network["component"].nunique() == 2


def test_two_ways_of_one_kind_are_joined_and_their_length_rounded_once() -> None:
    # 100.04 + 100.04 m: rounded apart 1000 + 1000 dm, together 2001 dm.
    first = ([(1, 0, 0), (2, 100.04, 0)], PATH)
    second = ([(2, 100.04, 0), (3, 200.08, 0)], PATH)
    network, _ = build_network(streets(first, second), NOTHING, STUDY.snapping)
    assert network["length_dm"].tolist() == [2001]


def test_a_way_is_not_joined_to_one_that_walks_differently() -> None:
    first = ([(1, 0, 0), (2, 100, 0)], PATH)
    second = ([(2, 100, 0), (3, 200, 0)], {"highway": "steps"})
    network, _ = build_network(streets(first, second), NOTHING, STUDY.snapping)
    assert sorted(network["is_steps"]) == [False, True]


def test_a_locked_gate_on_a_way_stops_everyone() -> None:
    way = ([(1, 0, 0), (2, 100, 0), (3, 200, 0)], PATH)
    gate = features(("node/2", {"barrier": "gate", "locked": "yes"}, shapely.Point(100, 0)))
    network, report = build_network(streets(way), gate, STUDY.snapping)
    assert report["nodes_that_block"] == 1
    assert network["component"].nunique() == 2


def test_a_locked_gate_at_a_crossing_of_ways_parts_all_of_them() -> None:
    gate = features(("node/1", {"barrier": "gate", "access": "private"}, shapely.Point(0, 0)))
    network, _ = build_network(streets(*CROSSROADS), gate, STUDY.snapping)
    assert network["component"].nunique() == 4


def test_a_carriageway_gives_way_to_a_pavement_only_where_there_is_one() -> None:
    asks = {"highway": "residential", "sidewalk": "separate"}
    with_pavement = ([(1, 0, 0), (2, 400, 0)], asks)
    without = ([(3, 0, 300), (4, 400, 300)], asks)
    pavement = ([(5, 0, 8), (6, 400, 8)], {"highway": "footway", "footway": "sidewalk"})
    network, report = build_network(
        streets(with_pavement, without, pavement), NOTHING, STUDY.snapping
    )
    assert report["ways_left_out"]["path_beside_it"] == 1
    assert sorted(network["highway"]) == ["footway", "residential"]


def test_a_cycle_path_that_asks_for_the_path_beside_it_does_not_take_itself_for_it() -> None:
    alone = ([(1, 0, 0), (2, 400, 0)], {"highway": "cycleway", "foot": "use_sidepath"})
    _, report = build_network(streets(alone), NOTHING, STUDY.snapping)
    assert report["ways_left_out"]["path_beside_it"] == 0


def test_a_side_street_that_joins_only_the_carriageway_is_not_cut_off() -> None:
    asks = {"highway": "residential", "sidewalk": "separate"}
    # Two stretches of a main road, a pavement that joins it at the far end of the second, and a
    # side street that joins the first and not the pavement.
    first = ([(1, 0, 0), (2, 200, 0), (3, 400, 0)], asks)
    second = ([(3, 400, 0), (4, 800, 0)], {**asks, "name": "Main Road"})
    pavement = ([(5, 0, 8), (6, 800, 8), (4, 800, 0)], {"highway": "footway"})
    beyond = ([(4, 800, 0), (8, 1200, 0)], {"highway": "residential"})
    side_street = ([(2, 200, 0), (7, 200, 300)], {"highway": "residential"})
    network, report = build_network(
        streets(first, second, pavement, beyond, side_street), NOTHING, STUDY.snapping
    )
    assert network["component"].nunique() == 1
    assert report["ways_left_out"]["path_beside_it"] == 0
    # Where the side street crosses the pavement in a node, the carriageway is not needed.
    joined = ([(2, 200, 0), (9, 200, 8), (7, 200, 300)], {"highway": "residential"})
    pavement = ([(5, 0, 8), (9, 200, 8), (6, 800, 8), (4, 800, 0)], {"highway": "footway"})
    network, report = build_network(
        streets(first, second, pavement, beyond, joined), NOTHING, STUDY.snapping
    )
    assert network["component"].nunique() == 1
    assert report["ways_left_out"]["path_beside_it"] == 2


def test_a_ring_keeps_its_length() -> None:
    ring = ([(1, 0, 0), (2, 100, 0), (3, 100, 100), (4, 0, 100), (1, 0, 0)], PATH)
    network, _ = build_network(streets(ring), NOTHING, STUDY.snapping)
    assert network["length_dm"].tolist() == [4000]
    assert (network["start"] == network["end"]).all()


def test_a_place_without_walkable_streets_is_refused() -> None:
    with pytest.raises(SourceIsEmpty, match="not one may be walked"):
        build_network(
            streets(([(1, 0, 0), (2, 9, 0)], {"highway": "motorway"})), NOTHING, STUDY.snapping
        )


def test_the_order_of_ways_does_not_matter() -> None:
    town = streets(*CROSSROADS)
    there, _ = build_network(town, NOTHING, STUDY.snapping)
    back, _ = build_network(town.iloc[::-1], NOTHING, STUDY.snapping)
    assert there.equals(back)
