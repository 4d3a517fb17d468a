"""Minutes to the nearest for every cell of land: by hand, by brute force, by its laws."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely

from pipeline.access.surface import CERTAIN_WITHIN, TO_STREET, cells_over, measure_surface
from pipeline.config import Study
from pipeline.network import build_network
from pipeline.rasters import Bands
from pipeline.snapping import snap
from tests import towns

SPEED = towns.STUDY.walking.speed_m_per_min


def study(cell_m: float = 25.0) -> Study:
    surface = towns.STUDY.surface.model_copy(update={"cell_m": cell_m})
    return towns.STUDY.model_copy(update={"surface": surface})


def network(*ways: towns.Way) -> gpd.GeoDataFrame:
    return build_network(towns.streets(*ways), towns.features(), towns.STUDY.snapping)[0]


def doors(streets: gpd.GeoDataFrame, *points: tuple[str, float, float]) -> gpd.GeoDataFrame:
    shapes = np.array([shapely.Point(x, y) for _, x, y in points])
    frame = gpd.GeoDataFrame({"asset_id": [p[0] for p in points]}, geometry=shapes, crs=towns.CRS)
    return frame.assign(category="park", state="ok").join(snap(shapes, streets, 100))


def surface(
    streets: gpd.GeoDataFrame,
    land: shapely.Geometry,
    *points: tuple[str, float, float],
    features: gpd.GeoDataFrame | None = None,
    state: str = "ok",
    margin_m: float = 5000,
    none_mapped_means: str = "none",
) -> Bands:
    areas = towns.neighbourhoods(("A", land, 10))
    known = {"park": towns.rules(none_mapped_means=none_mapped_means)}
    bands, _ = measure_surface(
        areas,
        towns.covered(areas, state, margin_m),
        towns.features() if features is None else features,
        streets,
        doors(streets, *points) if points else doors(streets, ("x", 0, 0)).iloc[:0],
        known,
        study(),
    )
    return bands


def by_place(bands: Bands, name: str = "park") -> dict[tuple[float, float], float]:
    middles = bands.cells.middles(bands.number)
    return {(p.x, p.y): float(v) for p, v in zip(middles, bands.named(name), strict=True)}


# One straight street of 1,200 m along y = 0, with the only park at its western end.
STRAIGHT = network(([(1, 0, 0), (2, 1200, 0)], {"highway": "residential"}))
STRIP = shapely.box(0, -50, 1200, 50)


def test_minutes_are_the_leg_to_the_street_and_the_way_along_it() -> None:
    minutes = by_place(surface(STRAIGHT, STRIP, ("park", 0, 0)))
    assert len(minutes) == 48 * 4
    assert minutes[12.5, 12.5] == 25 / 80
    assert minutes[387.5, -12.5] == 5.0
    assert minutes[1187.5, 37.5] == np.float32(1225 / 80)


def test_bands_say_how_far_the_street_is_and_what_is_certain() -> None:
    bands = surface(STRAIGHT, STRIP, ("park", 0, 0), margin_m=1000)
    assert [band.name for band in bands.bands] == ["park", TO_STREET, CERTAIN_WITHIN]
    assert by_place(bands, TO_STREET)[612.5, 37.5] == np.float32(37.5 / 80)
    # The map data end 1,000 m beyond the strip, which reaches to y = 50.
    assert by_place(bands, CERTAIN_WITHIN)[612.5, 37.5] == pytest.approx(1012.5 / 80)


def test_land_is_dry_covered_near_a_street_and_in_the_district() -> None:
    wide = shapely.box(0, -300, 1200, 50)
    lake = towns.features(("way/1", {"natural": "water"}, shapely.box(0, 0, 100, 50)))
    places = by_place(surface(STRAIGHT, wide, ("park", 0, 0), features=lake))
    assert (87.5, 12.5) not in places
    assert (112.5, 12.5) in places
    assert min(y for _, y in places) == -137.5  # the cap is 150 m
    assert max(y for _, y in places) == 37.5
    assert len(surface(STRAIGHT, wide, ("park", 0, 0), state="no_data").number) == 0


def test_no_value_is_no_number_and_the_bands_say_why() -> None:
    unreachable = surface(STRAIGHT, STRIP)
    assert np.isnan(unreachable.named("park")).all()
    assert np.isfinite(unreachable.named(TO_STREET)).all()
    assert unreachable.bands[0].state == "ok"
    assert surface(STRAIGHT, STRIP, none_mapped_means="unknown").bands[0].state == "no_data"


def test_cells_stand_on_whole_multiples_and_grow_where_there_would_be_too_many() -> None:
    areas = towns.neighbourhoods(("A", shapely.box(37, 41, 120, 160), 1))
    cells = cells_over(areas, 25.0)
    assert cells.bounds == (25, 25, 125, 175)
    huge = towns.neighbourhoods(("A", shapely.box(0, 0, 100_000, 100_000), 1))
    assert cells_over(huge, 25.0).width == 50.0


# Two blocks with a missing corner, two parks, and one street that ends.
NODES = {n: (x * 400.0, y * 400.0) for n, (x, y) in enumerate([
    (0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1), (0, 2), (1, 2), (2.6, 2)
])}  # fmt: skip
LINKS = ((0, 1), (1, 2), (0, 3), (1, 4), (2, 5), (3, 4), (3, 6), (6, 7), (4, 7), (7, 8))


def blocks() -> gpd.GeoDataFrame:
    ways = [([(a, *NODES[a]), (b, *NODES[b])], {"highway": "footway"}) for a, b in LINKS]
    return network(*ways)


def test_every_cell_has_the_walk_that_networkx_finds_from_its_middle() -> None:
    streets = blocks()
    parks = (("p", 400.0, 130.0), ("q", 790.0, 800.0))
    bands = surface(streets, shapely.box(-100, -100, 1100, 900), *parks)
    middles = bands.cells.middles(bands.number)
    rng = np.random.default_rng(7)
    for at in rng.choice(len(middles), 60, replace=False):
        wanted = min(brute(streets, middles[at], shapely.Point(x, y)) for _, x, y in parks)
        assert bands.named("park")[at] * SPEED == pytest.approx(wanted, abs=0.35)


def brute(streets: gpd.GeoDataFrame, start: shapely.Point, end: shapely.Point) -> float:
    """Walk from point to point over streets that are cut where both step onto them."""
    graph = nx.Graph()
    feet: dict[int, list[tuple[str, float]]] = {}
    for name, point in (("start", start), ("end", end)):
        at = int(streets.distance(point).argmin())
        feet.setdefault(at, []).append((name, streets.geometry.iloc[at].project(point)))
        graph.add_edge(name, f"{name} foot", weight=streets.geometry.iloc[at].distance(point))
    for at, row in enumerate(streets.itertuples()):
        stops = [(0.0, row.start), *((d, f"{n} foot") for n, d in feet.get(at, []))]
        stops = [*sorted(stops, key=lambda stop: stop[0]), (row.geometry.length, row.end)]
        for (here, one), (there, other) in pairwise(stops):
            if not graph.has_edge(one, other) or graph[one][other]["weight"] > there - here:
                graph.add_edge(one, other, weight=there - here)
    return float(nx.shortest_path_length(graph, "start", "end", weight="weight"))


def test_neighbouring_cells_by_one_street_differ_by_no_more_than_their_distance() -> None:
    minutes = by_place(surface(STRAIGHT, STRIP, ("park", 300, 0), ("other", 910, 0)))
    for (x, y), value in minutes.items():
        for step in ((25, 0), (0, 25)):
            beside = minutes.get((x + step[0], y + step[1]))
            assert beside is None or abs(beside - value) <= (25 + 0.2) / SPEED


def test_one_more_park_makes_no_walk_longer() -> None:
    streets = blocks()
    land = shapely.box(-100, -100, 1100, 900)
    few = surface(streets, land, ("p", 400, 130))
    more = surface(streets, land, ("p", 400, 130), ("q", 790, 800))
    assert (more.named("park") <= few.named("park")).all()
    assert (more.named("park") < few.named("park")).any()
