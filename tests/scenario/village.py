"""A village on a grid of streets, taken through the steps of the pipeline in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from pipeline import files
from pipeline.access import measure_access
from pipeline.assets import build_assets
from pipeline.config import Scenario, Walker
from pipeline.entrances import find_entrances
from pipeline.heights import Heights
from pipeline.homes import build_homes
from pipeline.network import build_network
from pipeline.profiles import build_indicators
from pipeline.scenario import Town
from pipeline.terrain import measure_terrain
from pipeline.walkers import ground_of
from tests import towns
from tests.made_features import EAST, NORTH, RULES, SOURCE, Feature, features_of

CATEGORIES = ("park", "cafe", "bench")
SIDE, STEP = 1000, 100
CORNERS = {  # four quarters, a neighbourhood each
    "SW": (0, 0), "SE": (500, 0), "NW": (0, 500), "NE": (500, 500),
}  # fmt: skip
OUTLINE = shapely.box(EAST, NORTH, EAST + SIDE, NORTH + SIDE)
WALKER: Walker = files.read_choices(towns.ROOT / "config/walkers/standard.yaml", Walker)
RULES_HERE = {name: RULES[name] for name in CATEGORIES}


def line(*points: tuple[float, float], number: int, **tags: str) -> tuple[Any, ...]:
    """Draw a way through points of the grid; nodes are numbered by where they are."""
    return number, points, {"highway": "residential", **tags}


def ways() -> list[tuple[Any, ...]]:
    """Lay streets out: rows from west to east, joined by one column at either end."""
    rows = [
        line(*[(x, y) for x in range(0, SIDE + 1, STEP)], number=n, name=f"Row {y}")
        for n, y in enumerate(range(0, SIDE + 1, 2 * STEP), start=1)
    ]
    return [
        *rows,
        line(*[(0, y) for y in range(0, SIDE + 1, STEP)], number=101, name="West Lane"),
        line(*[(SIDE, y) for y in range(0, SIDE + 1, STEP)], number=102, name="East Lane"),
    ]


def streets_of(drawn: list[tuple[Any, ...]]) -> gpd.GeoDataFrame:
    """Return ways as `tables.STREETS`."""
    return gpd.GeoDataFrame(
        {
            "way_id": [number for number, _, _ in drawn],
            "part": 0,
            "tags": [json.dumps(tags, sort_keys=True) for _, _, tags in drawn],
            "nodes": [
                " ".join(str(10_000 + int(10 * x) * 20_000 + int(10 * y)) for x, y in points)
                for _, points, _ in drawn
            ],
        },
        geometry=[
            shapely.LineString([(EAST + x, NORTH + y) for x, y in points]) for _, points, _ in drawn
        ],
        crs=towns.CRS,
    )


def houses() -> list[Feature]:
    """Put a house on the south of every row, between its junctions."""
    return [
        (
            f"way/{5000 + 100 * r + c}",
            "area",
            {"building": "house"},
            shapely.box(
                EAST + 40.3 + 97 * c, NORTH + 183 + 200 * r,
                EAST + 50.3 + 97 * c, NORTH + 193 + 200 * r,
            ),
        )
        for r in range(5)
        for c in range(10)
    ]  # fmt: skip


def square(number: int, x: float, y: float, side: float, **tags: str) -> Feature:
    """Draw a square area."""
    return (
        f"way/{number}", "area", dict(tags),
        shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side),
    )  # fmt: skip


def point(number: int, x: float, y: float, **tags: str) -> Feature:
    """Draw a point."""
    return f"node/{number}", "point", dict(tags), shapely.Point(EAST + x, NORTH + y)


PARK = square(7001, 20, 20, 120, leisure="park", name="Old Park")
CAFE = point(7002, 905.0, 403.0, amenity="cafe", name="Corner")


def neighbourhoods() -> gpd.GeoDataFrame:
    """Return the quarters as neighbourhoods."""
    areas = towns.neighbourhoods(
        *((name, shapely.box(EAST + x, NORTH + y, EAST + x + 500, NORTH + y + 500), 40 + x / 50)
          for name, (x, y) in CORNERS.items())
    )  # fmt: skip
    return areas.assign(deprivation_decile=pd.array([1, 1, 5, None], dtype="Int64"))


def town(
    more: list[Feature] | None = None,
    drawn: list[tuple[Any, ...]] | None = None,
    heights: Heights | None = None,
) -> Town:
    """Take the village through the steps, with some features more, or with other streets."""
    streets = streets_of(ways() if drawn is None else drawn)
    features = features_of(*houses(), PARK, CAFE, *(more or []))
    areas = neighbourhoods()
    study = towns.STUDY
    network, _ = build_network(streets, features, study.snapping)
    terrain, _ = measure_terrain(network, heights, OUTLINE, study.slopes)
    made, _ = build_assets(
        features, RULES_HERE, {}, OUTLINE, osm=SOURCE, buffer_m=study.walking.buffer_m
    )
    assets, points = made.assets, made.access_points
    entrances, _ = find_entrances(assets, points, features, network, RULES_HERE, study.snapping)
    homes, _ = build_homes(
        areas, towns.covered(areas), features, network, study.dwellings, study.snapping
    )
    return Town(
        study=study, rules=RULES_HERE, walker=WALKER, outline=OUTLINE, assets=assets,
        access_points=points, features=features, streets=streets, network=network,
        terrain=terrain, entrances=entrances, homes=homes, heights=heights,
    )  # fmt: skip


def access_of(place: Town) -> pd.DataFrame:
    """Measure every category."""
    ground, _ = ground_of(place.network, place.terrain, place.walker)
    table, _ = measure_access(
        place.homes, place.entrances, place.assets, place.network, dict(place.rules), place.study,
        ground,
    )  # fmt: skip
    return plain(table)


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Put rows in order, with text as text."""
    texts = {name: table[name].astype(str) for name in ("category", "nearest_asset", "state")}
    return table.assign(**texts).sort_values(["category", "home_id"], ignore_index=True)


def merged(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Put what was measured anew in the place of what was measured before."""
    again = plain(after)
    kept = before[~before["category"].isin(again["category"])]
    return plain(pd.concat([kept, again], ignore_index=True))


def indicators_of(place: Town, access: pd.DataFrame) -> pd.DataFrame:
    """Summarise over neighbourhoods, as the step does."""
    table, _ = build_indicators(
        access, place.homes, neighbourhoods(), place.study, "D", place.rules, {}
    )
    return table


def scenario(*changes: Mapping[str, Any]) -> Scenario:
    """Write a scenario in metres from the corner of the village."""
    values = {
        "district": "village", "title": "What if", "about": "A try.", "crs": towns.CRS,
        "changes": [_placed(change) for change in changes],
    }  # fmt: skip
    return Scenario.model_validate_json(json.dumps(values))


def _placed(change: Mapping[str, Any]) -> dict[str, Any]:
    def at(pair: tuple[float, float]) -> list[float]:
        return [EAST + pair[0], NORTH + pair[1]]

    one: dict[str, Any] = {key: at(change[key]) for key in ("at",) if key in change}
    many: dict[str, Any] = {
        key: [at(pair) for pair in change[key]]
        for key in ("area", "line", "entrances")
        if key in change
    }
    return {**change, **one, **many}
