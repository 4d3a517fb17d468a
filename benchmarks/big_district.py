"""A district as large as the budgets of the pages speak of, made up from a seed.

150 neighbourhoods of a town that does not exist, with borders, streets, parks, homes and assets as
many and as winding as in a real one. What decides how large a page is (names, opening hours,
figures of every category and measure, ranges, standards) has the lengths that it has in Newport.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry import box

from pipeline import files
from pipeline.config import Category, Possible, UnusedKind, Walker
from pipeline.pages import Material
from pipeline.tables import UNUSED_LAND
from tests.pages.town import CODE, CRS, MEASURES, ROOT, town

WEST, SOUTH = 400_000.0, 300_000.0
NEIGHBOURHOOD_M = 620.0
STREET_M = 62.0
SEED = 20_250_101
WORDS = (
    "Abbey", "Alder", "Beacon", "Bridge", "Castle", "Chapel", "Church", "Coronation", "Dock",
    "East", "Elm", "Farm", "Field", "Glebe", "Green", "Grove", "Hall", "High", "Hill", "Holly",
    "King", "Lake", "Lark", "Lime", "Long", "Market", "Meadow", "Mill", "New", "North", "Oak",
    "Old", "Orchard", "Park", "Pine", "Priory", "Quarry", "Queen", "River", "Rose", "School",
    "South", "Spring", "Station", "Stone", "Victoria", "Water", "Wells", "West", "Wood",
)  # fmt: skip
STREETS = ("Street", "Road", "Avenue", "Close", "Lane", "Way", "Terrace", "Gardens")
KINDS = ("residential", "residential", "footway", "tertiary", "service", "path", "secondary")

Points = npt.NDArray[np.float64]


def big_district(
    neighbourhoods: int = 150,
    homes: int = 60_000,
    assets: int = 6_000,
    *,
    of_one: bool = False,
    has_people: bool = True,
) -> Material:
    """Make up a district.

    Parameters
    ----------
    neighbourhoods, homes, assets
        How many.
    of_one
        Whether all assets are of one category.
    has_people
        Whether anybody lives there.

    Returns
    -------
    Material
        What its pages are made from.
    """
    generator = np.random.default_rng(SEED)
    looks = files.read_configs(sorted((ROOT / "config/categories").glob("*.yaml")), Category)
    across = round((neighbourhoods * 1.5) ** 0.5) or 1
    areas = _neighbourhoods(neighbourhoods, across, has_people=has_people)
    width, height = across * NEIGHBOURHOOD_M, -(-neighbourhoods // across) * NEIGHBOURHOOD_M
    network = _network(generator, width, height)
    found = _assets(generator, looks, assets, width, height, of_one=of_one)
    ids = [*areas["neighbourhood_id"], CODE]
    small = town()
    return replace(
        small,
        looks=looks,
        neighbourhoods=areas,
        localities=_localities(areas),
        coverage=_coverage(areas),
        features=_features(generator, width, height),
        network=network,
        terrain=_terrain(network),
        assets=found,
        entrances=_entrances(generator, found, len(network)),
        homes=_homes(generator, areas, homes, len(network), has_people=has_people),
        indicators=_indicators(generator, looks, ids, has_people=has_people),
        sensitivity=_sensitivity(generator, looks, ids),
        walkers=files.read_configs(sorted((ROOT / "config/walkers").glob("*.yaml")), Walker),
        by_walker=_by_walker(generator, looks, ids, has_people=has_people),
        unused_land=_unused_land(generator, width, height),
        possible=Possible(
            unused=files.read_configs(sorted((ROOT / "config/unused").glob("*.yaml")), UnusedKind),
            uses={},
            cautions={},
        ),
    )


def _warped(points: Points) -> Points:
    """Bend a plane, so that what is straight winds and what touches still touches."""
    x, y = points[:, 0], points[:, 1]
    bent = points.copy()
    for size, length, turn in ((35, 900, 0.3), (8, 170, 1.1), (1.6, 47, 2.3), (0.4, 19, 0.7)):
        bent[:, 0] += size * np.sin((x * np.sin(turn) + y * np.cos(turn)) / length * 6.28)
        bent[:, 1] += size * np.sin((x * np.cos(turn) - y * np.sin(turn)) / length * 6.28 + turn)
    return bent


def _neighbourhoods(n: int, across: int, *, has_people: bool) -> gpd.GeoDataFrame:
    side = NEIGHBOURHOOD_M
    corners = [(WEST + side * (k % across), SOUTH + side * (k // across)) for k in range(n)]
    cells = [shapely.segmentize(box(x, y, x + side, y + side), 12.0) for x, y in corners]
    deciles = np.arange(n) * 7 % 10 + 1.0
    return gpd.GeoDataFrame(
        {
            "neighbourhood_id": [f"E0{1_990_000 + k}" for k in range(n)],
            "name": [f"Bigborough {k // 5 + 1:03}{'ABCDE'[k % 5]}" for k in range(n)],
            "vintage": "lsoa_2021",
            "area_ha": side * side / 10_000,
            "people": 1_600.0 + np.arange(n) * 37 % 400 if has_people else 0.0,
            "people_state": "ok",
            "households": 650.0,
            "children": 300.0,
            "children_state": "ok",
            "deprivation_rank": 200.0 + np.arange(n) * 211,
            "deprivation_decile": deciles,
            "income_decile": deciles,
            "deprivation_index": "English Indices of Deprivation",
            "deprivation_year": 2025.0,
            "deprivation_state": "ok",
            "deprivation_join": "same_code",
        },
        geometry=shapely.transform(np.array(cells), _warped),
        crs=CRS,
    )


def _localities(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Name the part of town of every third neighbourhood, about as many as Newport has."""
    named = areas.iloc[::3]
    rows = pd.DataFrame(
        {
            "neighbourhood_id": named["neighbourhood_id"].to_numpy(),
            "order": 1,
            "name": [f"{WORDS[k % len(WORDS)]}ton" for k in range(len(named))],
            "kind": "suburb",
            "relation": "inside",
            "distance_m": 0.0,
        }
    )
    points = named.geometry.representative_point().to_numpy()
    return gpd.GeoDataFrame(rows, geometry=points, crs=CRS)


def _coverage(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    whole = shapely.union_all(np.asarray(areas.geometry.array))
    n = len(areas)
    return gpd.GeoDataFrame(
        {
            "neighbourhood_id": [*areas["neighbourhood_id"], CODE, CODE],
            "what": ["neighbourhood"] * n + ["region", "edge"],
            "covered_share": 1.0,
            "state": "ok",
        },
        geometry=[*areas.geometry, whole, whole.buffer(2_000.0).exterior],
        crs=CRS,
    )


def _network(generator: np.random.Generator, width: float, height: float) -> gpd.GeoDataFrame:
    """Lay out streets and paths around and in the district, one in six left out."""
    columns, rows = int(width / STREET_M) + 20, int(height / STREET_M) + 20
    at = [(c, r) for c in range(columns) for r in range(rows)]
    pairs = [(a, (a[0] + 1, a[1])) for a in at if a[0] + 1 < columns]
    pairs += [(a, (a[0], a[1] + 1)) for a in at if a[1] + 1 < rows]
    kept = [pairs[k] for k in np.flatnonzero(generator.random(len(pairs)) > 1 / 6)]
    corner = np.array([WEST, SOUTH]) - 10 * STREET_M
    ends = corner + STREET_M * np.array(kept, dtype=float)
    straight = shapely.segmentize(shapely.linestrings(ends), 21.0)
    lines = shapely.transform(straight, _warped)
    n = len(kept)
    ways = [sorted(pair) for pair in kept]
    along = [a[1] if a[1] == b[1] else 1000 + a[0] for a, b in ways]
    # A street runs on for seven blocks under one name and as one kind.
    block = [
        7919 * line + 104_729 * ((a[0] + a[1]) // 7)
        for line, (a, _) in zip(along, ways, strict=True)
    ]
    kind = [KINDS[each % len(KINDS)] for each in block]
    return gpd.GeoDataFrame(
        {
            "edge_id": np.arange(n),
            "start": [a[0] * rows + a[1] for a, _ in kept],
            "end": [b[0] * rows + b[1] for _, b in kept],
            "length_dm": np.maximum(1, np.round(10 * shapely.length(lines))).astype(int),
            "component": 0,
            "is_snappable": True,
            "highway": kind,
            "name": [
                f"{WORDS[each % 50]} {STREETS[each // 50 % 8]}"
                if each // 400 % 5 and kind != "footway"
                else ""
                for each, kind in zip(block, kind, strict=True)
            ],
            "is_steps": False,
            "is_bridge_or_tunnel": False,
            "tags": "{}",
            "barriers": "",
        },
        geometry=lines,
        crs=CRS,
    )


def _terrain(network: gpd.GeoDataFrame) -> pd.DataFrame:
    length = network["length_dm"].to_numpy()
    return pd.DataFrame(
        {
            "edge_id": network["edge_id"].to_numpy(),
            "forward_dm": length,
            "backward_dm": length + length // 40,
            "climb_m": 1.0,
            "descent_m": 1.0,
            "steepest_pct": 3.0,
            "state": "ok",
        }
    )


def _patches(generator: np.random.Generator, n: int, width: float, height: float) -> Any:  # noqa: ANN401
    """Return round areas with winding borders, some hundred square metres to some hectares."""
    middles = shapely.points(
        WEST + generator.uniform(0, width, n), SOUTH + generator.uniform(0, height, n)
    )
    radius = generator.lognormal(3.6, 0.6, n)
    return shapely.transform(shapely.buffer(middles, radius, quad_segs=8), _warped)


def _features(generator: np.random.Generator, width: float, height: float) -> gpd.GeoDataFrame:
    green = _patches(generator, 900, width, height)
    water = _patches(generator, 60, width, height)
    river = shapely.segmentize(
        shapely.linestrings([(WEST - 900, SOUTH + height / 3), (WEST + width + 900, SOUTH)]), 15.0
    )
    rows: list[tuple[str, dict[str, str], Any]] = [
        *(("area", {"leisure": "park"}, each) for each in green),
        *(("area", {"natural": "water"}, each) for each in water),
        ("area", {"natural": "water"}, shapely.buffer(shapely.transform(river, _warped), 40.0)),
        ("line", {"waterway": "river"}, shapely.transform(river, _warped)),
    ]
    return gpd.GeoDataFrame(
        {
            "feature_id": [f"way/{n}" for n in range(len(rows))],
            "shape": [row[0] for row in rows],
            "tags": [json.dumps(row[1]) for row in rows],
            "edited": "",
            "was_repaired": False,
        },
        geometry=[row[2] for row in rows],
        crs=CRS,
    )


def _assets(
    generator: np.random.Generator,
    looks: dict[str, Category],
    n: int,
    width: float,
    height: float,
    *,
    of_one: bool,
) -> gpd.GeoDataFrame:
    names = sorted(looks)
    category = ["bench"] * n if of_one else [names[k] for k in generator.integers(0, len(names), n)]
    is_area = np.array([looks[each].supply == "area" for each in category])
    areas = _patches(generator, n, width, height)
    geometry = np.where(is_area, areas, shapely.centroid(areas))
    word = generator.integers(0, len(WORDS), (n, 2))
    called = [
        f"{WORDS[a]} {WORDS[b]} {looks[c].one}" for (a, b), c in zip(word, category, strict=True)
    ]
    has_name = generator.random(n) < (0.02 if of_one else 0.7)
    details = [_details(generator, k) if has else "" for k, has in enumerate(has_name)]
    return gpd.GeoDataFrame(
        {
            "asset_id": [f"osm-way-{k:06d}" for k in range(n)],
            "category": category,
            "kind": [str(looks[each].kind) for each in category],
            "level": "physical",
            "status": [looks[each].status for each in category],
            "name": [name if has else "" for name, has in zip(called, has_name, strict=True)],
            "sources": "openstreetmap",
            "licences": "ODbL-1.0",
            "date": [f"20{10 + k % 15}-{k % 12 + 1:02}-{k % 28 + 1:02}" for k in range(n)],
            "area_m2": shapely.area(geometry),
            "records": [_record(k) for k in range(n)],
            "agreement": "one_source",
            "chosen": "{}",
            "differences": "{}",
            "details": details,
            "is_in_district": True,
        },
        geometry=geometry,
        crs=CRS,
    )  # fmt: skip


def _record(k: int) -> str:
    day = f"20{10 + k % 15}-05-06"
    record = {"source": "openstreetmap", "id": f"way/{k}", "name": "", "date": day}
    return json.dumps([{**record, "licence": "ODbL-1.0"}])


def _details(generator: np.random.Generator, k: int) -> str:
    """Return what a third of named places have: hours, and some a telephone and a website."""
    chosen = generator.random(3)
    found = {}
    if chosen[0] < 0.35:
        found["opening_hours"] = (
            f"Mo-Fr {7 + k % 4:02}:{k % 4 * 15:02}-{16 + k % 5}:00; Sa 09:00-13:00"
        )
    if chosen[1] < 0.2:
        found["phone"] = f"+44 1632 {960_000 + k}"
        found["website"] = f"https://www.{WORDS[k % 50].lower()}{k}.example"
    if chosen[2] < 0.2:
        found["wheelchair"] = ("yes", "limited", "no")[k % 3]
    return json.dumps(found) if found else ""


def _entrances(
    generator: np.random.Generator, assets: gpd.GeoDataFrame, n_edges: int
) -> gpd.GeoDataFrame:
    """Give each area a few gates, and each other place one way in."""
    is_area = assets["area_m2"].to_numpy() > 0
    ways = np.where(is_area, generator.integers(2, 8, len(assets)), 1)
    owner = np.repeat(np.arange(len(assets)), ways)
    middles = shapely.get_coordinates(shapely.centroid(np.asarray(assets.geometry.array)))[owner]
    gates = middles + generator.uniform(-40, 40, middles.shape) * is_area[owner, None]
    n = len(owner)
    number = np.arange(n) - np.repeat(np.cumsum(ways) - ways, ways)
    ids = assets["asset_id"].to_numpy()[owner]
    return gpd.GeoDataFrame(
        {
            "entrance_id": [f"{each}/{k}" for each, k in zip(ids, number, strict=True)],
            "asset_id": ids,
            "category": assets["category"].to_numpy()[owner],
            "way_in": np.where(is_area, "gate", "itself")[owner],
            "edge_id": generator.integers(0, n_edges, n),
            "along_dm": generator.integers(0, 500, n),
            "snap_dm": generator.integers(0, 300, n),
            "state": "ok",
        },
        geometry=shapely.points(gates),
        crs=CRS,
    )


def _homes(
    generator: np.random.Generator,
    areas: gpd.GeoDataFrame,
    n: int,
    n_edges: int,
    *,
    has_people: bool,
) -> gpd.GeoDataFrame:
    n = n if has_people else 0
    west, south, east, north = areas.total_bounds
    points = shapely.points(generator.uniform(west, east, n), generator.uniform(south, north, n))
    ids = areas["neighbourhood_id"].to_numpy()
    return gpd.GeoDataFrame(
        {
            "home_id": [f"way/{k}" for k in range(n)],
            "neighbourhood_id": ids[np.arange(n) % len(ids)],
            "people": 4.0,
            "children": 0.8,
            "made_from": "building",
            "floor_m2": 90.0,
            "edge_id": generator.integers(0, n_edges, n),
            "along_dm": 0,
            "snap_dm": 0,
            "known_within_m": 5_000.0,
            "state": "ok",
        },
        geometry=points,
        crs=CRS,
    )


def _indicators(
    generator: np.random.Generator, looks: dict[str, Category], ids: list[str], *, has_people: bool
) -> pd.DataFrame:
    rows = pd.DataFrame(list(product(sorted(looks), ids)), columns=["category", "neighbourhood_id"])
    share = generator.uniform(0, 100, len(rows))
    numbers = {
        "nearest_median_min": 22.0 - share / 5,
        "nearest_q25_min": 17.0 - share / 7,
        "nearest_q75_min": 26.0 - share / 6,
        "within_5_min_pct": share / 3,
        "within_10_min_pct": share,
        "within_15_min_pct": np.minimum(100.0, share * 1.4),
        "mean_count_within_15_min": share / 11,
    }
    return pd.concat(
        rows.assign(
            measure=measure,
            value=numbers[measure] if has_people else np.nan,
            unit=unit,
            state="ok" if has_people else "no_data",
            coverage_pct=np.where(share < 90, 100.0, 93.0),
            source="openstreetmap",
            source_date="2026-03-01",
        )
        for measure, unit in MEASURES.items()
    )


def _unused_land(
    generator: np.random.Generator, width: float, height: float, n: int = 300
) -> gpd.GeoDataFrame:
    """Make up sites that are not in use: fields, buildings and shops, some of a register."""
    x = WEST + generator.uniform(0, width, n)
    y = SOUTH + generator.uniform(0, height, n)
    fields = [
        shapely.segmentize(box(a, b, a + 70, b + 90), 12.0) for a, b in zip(x, y, strict=True)
    ]
    is_field = np.arange(n) % 3 == 0
    shapes = shapely.transform(np.array(fields), _warped)
    shapes[~is_field] = shapely.centroid(shapes[~is_field])
    because = '[["listed_for_homes", {}]]'
    found = gpd.GeoDataFrame(
        {
            "site_id": [f"osm-way-{100_000 + k}" for k in range(n)],
            "unused_kind": np.where(is_field, "brownfield", "vacant_shop"),
            "form": np.where(is_field, "land", "unit"),
            "name": [f"{WORDS[k % len(WORDS)]} Works" if k % 4 == 0 else "" for k in range(n)],
            "sources": np.where(is_field, "brownfield_land_register", "osm"),
            "date": "2024-05-01",
            "area_m2": np.where(is_field, 6_300.0, np.nan),
            "ownership": np.where(is_field, "public", ""),
            "planning": np.where(is_field, "permissioned", ""),
            "listed_since": np.where(is_field, "2018-12-31", ""),
            "confidence": "possible",
            "confidence_because": because,
            "perhaps_same": "[]",
            "people_within_10_min": np.rint(generator.uniform(100, 6_000, n)),
            "beside": [
                f"{WORDS[k * 7 % len(WORDS)]} {STREETS[k % len(STREETS)]}" for k in range(n)
            ],
            "is_in_district": True,
            "records": [
                f'[{{"source": "osm", "id": "{k}", "date": "2024-05-01"}}]' for k in range(n)
            ],
        },
        geometry=shapes,
        crs=CRS,
    )
    # What a site has nothing to say of is empty, whatever columns there come to be.
    blank = {
        column.name: "" if column.type == "text" else np.nan
        for column in UNUSED_LAND.columns
        if column.name not in {*found, "caution_findings"}
    }
    return found.assign(**blank, caution_findings="[]")


def _by_walker(
    generator: np.random.Generator, looks: dict[str, Category], ids: list[str], *, has_people: bool
) -> pd.DataFrame:
    """Make up the headline numbers of every walker, as far from each other as real ones."""
    rows = pd.DataFrame(list(product(sorted(looks), ids)), columns=["category", "neighbourhood_id"])
    share = generator.uniform(0, 100, len(rows))
    walkers = sorted(path.stem for path in (ROOT / "config/walkers").glob("*.yaml"))
    found = []
    for slower, walker in enumerate(walkers):
        less = share * (1 - 0.07 * slower) * generator.uniform(0.97, 1, len(rows))
        numbers = {
            "nearest_median_min": 22.0 - less / 5,
            "within_5_min_pct": less / 3,
            "within_10_min_pct": less,
            "within_15_min_pct": np.minimum(100.0, less * 1.4),
        }
        found += [
            rows.assign(
                measure=measure,
                walker=walker,
                value=value if has_people else np.nan,
                unit=MEASURES[measure],
                state="ok" if has_people else "no_data",
                coverage_pct=np.where(share < 90, 100.0, 93.0),
            )
            for measure, value in numbers.items()
        ]
    return pd.concat(found, ignore_index=True)


def _sensitivity(
    generator: np.random.Generator, looks: dict[str, Category], ids: list[str]
) -> pd.DataFrame:
    """Return the headline share of every neighbourhood, as chosen and under two other choices."""
    rows = pd.DataFrame(list(product(sorted(looks), ids)), columns=["category", "neighbourhood_id"])
    share = generator.uniform(10, 90, len(rows))
    variants = {"as_chosen": share, "cut_off_x_0.8": share - 8.4, "cut_off_x_1.2": share + 7.3}
    return pd.concat(
        rows.assign(measure="within_10_min_pct", variant=name, value=values, rank_agreement=np.nan)
        for name, values in variants.items()
    )
