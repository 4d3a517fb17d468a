"""Draw the whole town: the hand-placed parts first, then what fills the land between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from demo.buildings import block_building, build_homes
from demo.grid import rectangle
from demo.layout import StreetNames, fill
from demo.model import Area, Block, Building, Place, Point, Street, Tags
from demo.noding import join
from demo.plan.areas import AREAS
from demo.plan.estates import BLOCKS
from demo.plan.homes import HOME_SIZE, HOMES
from demo.plan.paths import NODE_TAGS, PATHS
from demo.plan.places import HIGH_STREET, HIGH_STREET_PLOTS, PLACES
from demo.plan.streets import CROFTS, LANES, MOTORWAY, ROADS
from demo.water import ground_taken, river_area

SEED = 20260101
HOME_MARGIN_M = 3.0
PLACE_MARGIN_M = 2.0
PLOT_TAGS = {"building": "retail", "building:levels": "3"}


@dataclass(frozen=True, slots=True)
class Town:
    """Everything drawn, in whole metres of the town's own grid."""

    streets: tuple[Street, ...]
    areas: tuple[Area, ...]
    known_homes: dict[str, Building]
    homes: tuple[Building, ...]
    other_buildings: tuple[Building, ...]
    places: tuple[Place, ...]
    node_tags: dict[Point, Tags]


def draw() -> Town:
    """Return the town; two calls return equal towns."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    shops, shop_places = _high_street()
    known = {name: _known_home(at) for name, at in HOMES.items()}
    taken = _ground(shops, known)
    streets = _street_net(taken)
    drawn = build_homes([s for s in streets if s.grade == 0], taken, rng)
    return Town(
        streets=tuple(streets),
        areas=(river_area(), *AREAS, *_residential()),
        known_homes=known,
        homes=tuple(b for b in drawn if b.dwellings),
        other_buildings=(*shops, *(b for b in drawn if not b.dwellings)),
        places=(*PLACES, *shop_places),
        node_tags={(float(x), float(y)): tags for (x, y), tags in NODE_TAGS.items()},
    )


def _residential() -> list[Area]:
    """Return the land on which each estate stands."""
    outlines = [*(block.outline for block in BLOCKS), rectangle(1600, 900, 2600, 1700)]
    return [Area("", outline, {"landuse": "residential"}) for outline in outlines]


def _known_home(at: Point) -> Building:
    tags = {"building": "house", "building:levels": "2"}
    return block_building(at, HOME_SIZE, tags, dwellings=1)


def _ground(shops: Iterable[Building], known: dict[str, Building]) -> BaseGeometry:
    """Land on which no estate may be built."""
    blocks = [shapely.buffer(Polygon(shop.outline), PLACE_MARGIN_M) for shop in shops]
    yards = [shapely.buffer(Polygon(home.outline), HOME_MARGIN_M) for home in known.values()]
    return shapely.union_all([ground_taken(), _sites(), *blocks, *yards])


def _footprint(place: Place) -> BaseGeometry:
    (x, y), (width, depth) = place.centre, place.size
    box = shapely.box(x - width / 2, y - depth / 2, x + width / 2, y + depth / 2)
    return shapely.buffer(box, PLACE_MARGIN_M, join_style="mitre")


def _street_net(taken: BaseGeometry) -> list[Street]:
    """Return all ways, joined where they meet, without those that lead nowhere."""
    placed = [*ROADS, *CROFTS, *LANES, *MOTORWAY, *PATHS]
    placed = [_with_tagged_vertices(street) for street in placed]
    names = StreetNames()
    cells = shapely.union_all(
        [taken, *(LineString(s.points).buffer(14) for s in PATHS if s.grade == 0)]
    )
    filled = [street for block in BLOCKS for street in fill(block, _keep_off(block, cells), names)]
    return _connected(join([*placed, *filled]), len(placed))


def _keep_off(block: Block, cells: BaseGeometry) -> BaseGeometry:
    return shapely.intersection(cells, shapely.buffer(Polygon(block.outline), 50))


def _with_tagged_vertices(street: Street) -> Street:
    """Make sure that gates and crossings are vertices of the street they stand on."""
    if street.grade != 0:
        return street
    points = list(street.points)
    for gate in NODE_TAGS:
        for number, (a, b) in enumerate(pairwise(points)):
            if gate not in points and LineString([a, b]).distance(shapely.Point(gate)) == 0:
                points.insert(number + 1, gate)
                break
    return replace(street, points=tuple(points))


def _connected(streets: Sequence[Street], n_placed: int) -> list[Street]:
    """Drop filled-in streets that no other street leads to."""
    groups: dict[Point, Point] = {}

    def root(point: Point) -> Point:
        while groups.setdefault(point, point) != point:
            groups[point] = point = groups[groups[point]]
        return point

    for street in streets:
        if street.grade < 2:
            for a, b in pairwise([root((float(x), float(y))) for x, y in street.points]):
                groups[root(a)] = root(b)
    main = root((1600.0, 1900.0))
    return [
        s
        for n, s in enumerate(streets)
        if n < n_placed or root((float(s.points[0][0]), float(s.points[0][1]))) == main
    ]


def _high_street() -> tuple[list[Building], list[Place]]:
    """Return the plots of the High Street, every second one with the shop that is in it."""
    tenants = iter(HIGH_STREET)
    taken = _sites()
    buildings, places = [], []
    for number, (y, side) in enumerate(product(HIGH_STREET_PLOTS, (-1, 1))):
        plot = block_building((1600 + side * 15.0, float(y)), (12, 8), PLOT_TAGS)
        if shapely.intersects(taken, Polygon(plot.outline)):
            continue
        buildings.append(plot)
        if number % 4 in {0, 3} and (tags := next(tenants, None)):
            places.append(Place((1600 + side * 10.0, float(y)), tags))
    return buildings, places


def _sites() -> BaseGeometry:
    """Return the ground of everything placed by hand."""
    clear = [shapely.make_valid(Polygon(a.outline)) for a in AREAS if a.keep_clear]
    return shapely.union_all([*clear, *(_footprint(place) for place in PLACES)])
