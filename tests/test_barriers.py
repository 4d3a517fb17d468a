"""Gates, stiles and kerbs are noted on the edges that they are in the way of, and on no others."""

import json
from collections.abc import Mapping

import shapely

from pipeline.network import build_network
from tests.towns import STUDY, Way, features, streets

ROAD, PATH, TRACK = ({"highway": kind} for kind in ("residential", "footway", "track"))


def barriers_of(ways: tuple[Way, ...], *nodes: tuple[int, Mapping[str, str], float, float]) -> dict[
    str, list[list[dict[str, str]]]
]:  # fmt: skip
    """Build a network and return what stands on its edges, by their kind."""
    points = features(*((f"node/{n}", tags, shapely.Point(x, y)) for n, tags, x, y in nodes))
    network, _ = build_network(streets(*ways), points, STUDY.snapping)
    found: dict[str, list[list[dict[str, str]]]] = {}
    for highway, text in zip(network["highway"], network["barriers"], strict=True):
        found.setdefault(highway, []).append(json.loads(text or "[]"))
    return found


def test_a_stile_in_the_middle_of_a_path_stands_on_it_with_the_tags_that_matter() -> None:
    path = ([(1, 0, 0), (2, 100.5, 0), (3, 200, 0)], PATH)
    stile = {"barrier": "stile", "wheelchair": "no", "note": "mossy"}
    found = barriers_of((path,), (2, stile, 100.5, 0))
    assert found == {"footway": [[{"barrier": "stile", "wheelchair": "no"}]]}


def test_a_stile_where_a_path_leaves_a_road_or_a_track_is_in_nobodys_way_there() -> None:
    for kind, wide in (("residential", ROAD), ("track", TRACK)):
        street = ([(1, -100, 0), (2, 0, 0), (3, 100, 0)], wide)
        path = ([(2, 0, 0), (4, 0, 100)], PATH)
        found = barriers_of((street, path), (2, {"barrier": "stile"}, 0, 0))
        assert found == {kind: [[], []], "footway": [[{"barrier": "stile"}]]}


def test_a_barrier_on_a_street_alone_stands_on_it_and_a_kerb_does_not() -> None:
    street = ([(1, 0, 0), (2, 100, 0), (3, 200, 0)], ROAD)
    assert barriers_of((street,), (2, {"barrier": "kissing_gate"}, 100, 0)) == {
        "residential": [[{"barrier": "kissing_gate"}]]
    }
    crossing = {"highway": "crossing", "kerb": "raised"}
    assert barriers_of((street,), (2, crossing, 100, 0)) == {"residential": [[]]}


def test_a_kerb_is_in_the_way_of_those_who_cross() -> None:
    street = ([(1, -100, 0), (2, 0, 0), (3, 100, 0)], ROAD)
    crossing = ([(4, 0, -5), (2, 0, 0), (5, 0, 5)], {**PATH, "footway": "crossing"})
    found = barriers_of((street, crossing), (5, {"kerb": "raised"}, 0, 5))
    assert sorted(map(len, found["footway"])) == [0, 1]
    assert found["residential"] == [[], []]
