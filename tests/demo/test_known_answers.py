"""Walk the known answers independently: every figure of the file is true of the written data."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import networkx as nx
import numpy as np
import osmium
import pytest
import shapely
import yaml
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

Tags: TypeAlias = Mapping[str, str]
ANSWERS = Path(__file__).parents[1] / "known_answers" / "sampleton.yaml"
METRES_PER_MINUTE = 80
SMALLEST_COMPONENT_M = 1000
NO_ROADS = {"motorway", "motorway_link", "busway", "platform", "construction"}
FOOTPATHS = {"public_footpath", "public_bridleway"}
PARK = {"leisure": {"park", "recreation_ground"}, "landuse": {"recreation_ground"}}
CATEGORIES: dict[str, dict[str, set[str]]] = {
    "park": PARK,
    "play_space": {"leisure": {"playground"}},
    "allotments": {"landuse": {"allotments"}},
    "sports_ground": {"leisure": {"pitch"}},
    "food_shop": {"shop": {"supermarket", "convenience", "bakery", "butcher", "farm",
                           "greengrocer"}},
    "library": {"amenity": {"library"}},
    "doctors": {"amenity": {"doctors"}},
    "pharmacy": {"amenity": {"pharmacy"}},
    "place_of_worship": {"amenity": {"place_of_worship"}},
    "pub": {"amenity": {"pub"}},
    "bus_stop": {"highway": {"bus_stop"}},
}  # fmt: skip


@dataclass
class Map:
    """What the file holds, in metres of EPSG:27700."""

    at: dict[int, tuple[float, float]] = field(default_factory=dict)
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], dict[str, str]]] = field(default_factory=dict)
    areas: list[tuple[BaseGeometry, dict[str, str]]] = field(default_factory=list)


@dataclass
class Network:
    """Straight pieces between vertices, and the graph of their ends."""

    graph: nx.Graph
    ends: list[tuple[Any, Any]]
    lines: list[shapely.LineString]
    on_ground: list[bool]

    def __post_init__(self) -> None:
        self.tree = shapely.STRtree(self.lines)


def dm(metres: float) -> int:
    return round(metres * 10)


@pytest.fixture(scope="module")
def town(demo_files: Path) -> Map:
    back = Transformer.from_crs(4326, 27700, always_xy=True)
    result = Map()
    factory = osmium.geom.WKBFactory()
    for item in osmium.FileProcessor(str(demo_files / "sampleton.osm.pbf")).with_areas():
        tags = {t.k: t.v for t in item.tags}
        if item.is_node():
            result.at[item.id] = back.transform(item.lon, item.lat)
            result.node_tags[item.id] = tags
        elif item.is_way():
            result.ways[item.id] = ([n.ref for n in item.nodes], tags)
        elif item.is_area() and CATEGORY_KEYS & tags.keys():
            shape = shapely.from_wkb(bytes.fromhex(factory.create_multipolygon(item)))
            moved = shapely.transform(shape, lambda xy: np.column_stack(back.transform(*xy.T)))
            result.areas.append((moved, tags))
    return result


CATEGORY_KEYS = {"leisure", "landuse", "amenity", "shop"}


def is_walkable(tags: Tags) -> bool:
    kind = tags.get("highway")
    if kind is None or kind in NO_ROADS or tags.get("foot") in {"no", "private"}:
        return False
    if tags.get("tidal") == "yes":
        return False
    may_walk = tags.get("foot") in {"yes", "designated"} or tags.get("designation") in FOOTPATHS
    return may_walk or tags.get("access") not in {"no", "private"}


@pytest.fixture(scope="module")
def network(town: Map) -> Network:
    graph = nx.Graph()
    ends: list[tuple[Any, Any]] = []
    lines: list[shapely.LineString] = []
    ground: list[bool] = []
    shut = {n for n, tags in town.node_tags.items() if tags.get("locked") == "yes"}
    for number, (nodes, tags) in town.ways.items():
        if not is_walkable(tags):
            continue
        for place, (a, b) in enumerate(pairwise(nodes)):
            u = (a, number, place) if a in shut else a
            v = (b, number, place + 0.5) if b in shut else b
            line = shapely.LineString([town.at[a], town.at[b]])
            graph.add_edge(u, v, dm=dm(line.length))
            ends.append((u, v))
            lines.append(line)
            ground.append("bridge" not in tags and "tunnel" not in tags)
    kept = set[Any]()
    for nodes_of in nx.connected_components(graph):
        if graph.subgraph(nodes_of).size("dm") >= SMALLEST_COMPONENT_M * 10:
            kept |= nodes_of
    keep = [n for n, (u, _) in enumerate(ends) if u in kept]
    return Network(graph, [ends[n] for n in keep], [lines[n] for n in keep],
                   [ground[n] for n in keep])  # fmt: skip


@dataclass(frozen=True)
class Snap:
    piece: int
    leg: int
    along: int
    rest: int


def snap(network: Network, point: BaseGeometry, cap: float = 150) -> Snap | None:
    piece = int(network.tree.nearest(point))
    line = network.lines[piece]
    if line.distance(point) > cap:
        return None
    assert isinstance(point, shapely.Point)
    along = line.project(point)
    return Snap(piece, dm(line.distance(point)), dm(along), dm(line.length - along))


def walk(network: Network, start: Snap) -> dict[Any, int]:
    """Decimetres from a home to every vertex, its own leg included."""
    u, v = network.ends[start.piece]
    graph = network.graph.copy()
    graph.add_edge("home", u, dm=start.leg + start.along)
    graph.add_edge("home", v, dm=start.leg + start.rest)
    found: dict[Any, int] = nx.single_source_dijkstra_path_length(graph, "home", weight="dm")
    return found


def reach(
    network: Network, start: Snap, costs: dict[Any, int], points: Iterable[BaseGeometry]
) -> float:
    """Metres to the nearest of some points, their own legs included."""
    best = math.inf
    for point in points:
        end = snap(network, point, 100)
        if end is None:
            continue
        u, v = network.ends[end.piece]
        best = min(best, costs.get(u, math.inf) + end.along + end.leg)
        best = min(best, costs.get(v, math.inf) + end.rest + end.leg)
        if end.piece == start.piece:
            best = min(best, start.leg + abs(start.along - end.along) + end.leg)
    return best / 10


def distances(town: Map, network: Network, home_way: int, category: str) -> dict[str, float]:
    """Metres from a home to each asset of a category."""
    nodes, _ = town.ways[home_way]
    start = snap(network, shapely.Polygon([town.at[n] for n in nodes]).centroid)
    assert start is not None
    costs = walk(network, start)
    found = assets(town, network, category).items()
    return {name: reach(network, start, costs, points) for name, points in found}


def ways_in(town: Map, network: Network, outline: BaseGeometry) -> list[BaseGeometry]:
    """Open gates and doors, else crossings on the ground, else the nearest street."""
    gates: list[BaseGeometry] = [
        shapely.Point(town.at[n])
        for n, tags in town.node_tags.items()
        if {"barrier", "entrance"} & tags.keys() and tags.get("locked") != "yes"
    ]
    found = [gate for gate in gates if gate.distance(outline) < 0.5]
    if found:
        return found
    for piece in network.tree.query(outline, predicate="intersects"):
        if network.on_ground[piece]:
            found += shapely.get_parts(outline.intersection(network.lines[piece])).tolist()
    if found:
        return found
    nearest = network.lines[int(network.tree.nearest(outline))]
    return [shapely.shortest_line(outline, nearest).interpolate(0)]


def assets(town: Map, network: Network, category: str) -> dict[str, list[BaseGeometry]]:
    """Ways in of each asset in use; what has one name is one asset."""
    wanted = CATEGORIES[category]
    schools = [shape for shape, tags in town.areas if tags.get("amenity") in {"school", "college"}]
    found: dict[str, list[BaseGeometry]] = {}
    for shape, tags in town.areas:
        is_one = any(tags.get(key) in values for key, values in wanted.items())
        if not is_one or tags.get("access") == "private":
            continue
        if category == "sports_ground" and any(s.contains(shape) for s in schools):
            continue
        key = tags.get("name", str(shape.centroid))
        outline = shapely.union_all(
            [shapely.get_exterior_ring(p) for p in shapely.get_parts(shape)]
        )
        found.setdefault(key, []).extend(ways_in(town, network, outline))
    for number, tags in town.node_tags.items():
        if any(tags.get(key) in values for key, values in wanted.items()):
            found.setdefault(tags.get("name", str(number)), []).append(
                shapely.Point(town.at[number])
            )
    return found


def answers() -> list[dict[str, Any]]:
    loaded = yaml.safe_load(ANSWERS.read_text(encoding="utf-8"))
    return list(loaded["answers"])


@pytest.mark.parametrize("answer", answers(), ids=lambda a: f"{a['category']}-{a['home'] % 100}")
def test_an_independent_walk_agrees(answer: dict[str, Any], town: Map, network: Network) -> None:
    by_name = distances(town, network, answer["home"], answer["category"])
    nearest = min(by_name.values())
    if answer.get("state") == "unreachable":
        assert nearest == math.inf
    elif answer["measure"] == "nearest_m":
        assert nearest == pytest.approx(answer["value"], abs=1e-6)
    else:
        minutes = int(answer["measure"].split("_")[2])
        n_within = sum(d <= minutes * METRES_PER_MINUTE for d in by_name.values())
        assert n_within == answer["value"], sorted(by_name.items(), key=lambda i: i[1])[:5]


def test_inclusive_answers_lie_exactly_on_the_limit(town: Map, network: Network) -> None:
    homes = (9_000_000_007, 9_000_000_008, 9_000_000_009, 9_000_000_010)
    found = [min(distances(town, network, home, "allotments").values()) for home in homes]
    assert found == [400.0, 408.0, 800.0, 1200.0]


def test_every_answer_has_its_home_and_its_arithmetic(town: Map) -> None:
    for answer in answers():
        assert "building" in town.ways[answer["home"]][1]
        assert answer["arithmetic"].strip()
        assert ("value" in answer) != ("state" in answer)
    assert len(answers()) >= 14
    assert np.unique([a["sentence"] for a in answers()]).size == len(answers())


def test_the_mainland_is_one_network_beside_the_island_and_a_fragment(network: Network) -> None:
    parts = sorted(nx.connected_components(network.graph), key=len, reverse=True)
    lengths = [network.graph.subgraph(nodes).size("dm") / 10 for nodes in parts]
    mainland, island, fragment = lengths
    assert mainland > 200_000
    assert SMALLEST_COMPONENT_M < island < 2000
    assert fragment == 16.0
