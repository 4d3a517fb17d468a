"""Small towns drawn by hand, for tests that know the answer."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import shapely

from pipeline import files
from pipeline.config import CategoryRules, Study

ROOT = Path(__file__).parent.parent
CRS = "EPSG:27700"
STUDY: Study = files.read_choices(ROOT / "config/study.yaml", Study)

Node = tuple[int, float, float]
Way = tuple[Sequence[Node], Mapping[str, str]]


def streets(*ways: Way) -> gpd.GeoDataFrame:
    """Lay out streets; nodes are (number, x, y), and ways meet where they share a number."""
    return gpd.GeoDataFrame(
        {
            "way_id": range(1, len(ways) + 1),
            "part": 0,
            "tags": [json.dumps(dict(tags), sort_keys=True) for _, tags in ways],
            "nodes": [" ".join(str(number) for number, _, _ in nodes) for nodes, _ in ways],
        },
        geometry=[shapely.LineString([(x, y) for _, x, y in nodes]) for nodes, _ in ways],
        crs=CRS,
    )


def features(*rows: tuple[str, Mapping[str, str], shapely.Geometry]) -> gpd.GeoDataFrame:
    """Lay out features: name such as `way/1`, tags, shape."""
    shapes = [shape for _, _, shape in rows]
    return gpd.GeoDataFrame(
        {
            "feature_id": [name for name, _, _ in rows],
            "shape": [("point", "line", "area")[shapely.get_dimensions(s)] for s in shapes],
            "tags": [json.dumps(dict(tags), sort_keys=True) for _, tags, _ in rows],
            "edited": "2026-01-01",
            "was_repaired": False,
        },
        geometry=shapes,
        crs=CRS,
    ).astype({"feature_id": "str", "shape": "str", "tags": "str"})


def assets(*rows: tuple[str, str, shapely.Geometry]) -> gpd.GeoDataFrame:
    """Lay out assets: name, category, shape."""
    return gpd.GeoDataFrame(
        {"asset_id": [r[0] for r in rows], "category": [r[1] for r in rows]},
        geometry=[r[2] for r in rows],
        crs=CRS,
    )


def neighbourhoods(
    *rows: tuple[str, shapely.Geometry, float], households: float = 4.0
) -> gpd.GeoDataFrame:
    """Lay out neighbourhoods: code, boundary, people; nobody has counted children."""
    return gpd.GeoDataFrame(
        {
            "neighbourhood_id": [r[0] for r in rows],
            "people": [float(r[2]) for r in rows],
            "households": households,
            "children": math.nan,
        },
        geometry=[r[1] for r in rows],
        crs=CRS,
    )


def covered(areas: gpd.GeoDataFrame, state: str = "ok", margin_m: float = 5000) -> gpd.GeoDataFrame:
    """Say that the map data cover neighbourhoods, and so many metres around them."""
    around = shapely.buffer(shapely.union_all(areas.geometry.to_numpy()), margin_m)
    n = len(areas)
    return gpd.GeoDataFrame(
        {
            "neighbourhood_id": [*areas["neighbourhood_id"], "D", "D"],
            "what": ["neighbourhood"] * n + ["region", "edge"],
            "covered_share": 1.0,
            "state": [state] * n + ["ok", "ok"],
        },
        geometry=[*areas.geometry, around, shapely.boundary(around)],
        crs=CRS,
    )


def rules(walk_in: str = "boundary", none_mapped_means: str = "none") -> CategoryRules:
    """Give a category its rules."""
    return CategoryRules.model_validate_json(
        json.dumps(
            {
                "kind": "green_space",
                "level": "physical",
                "osm": {"any": [{"leisure": "park"}]},
                "public_access": "open",
                "walk_in": walk_in,
                "none_mapped_means": none_mapped_means,
                "precedence": 10,
            }
        )
    )


# A crossroads: four arms of 500 m, meeting in node 1 at the origin. Ways are long enough that the
# network is one component of 2,000 m.
CROSSROADS: tuple[Way, ...] = (
    ([(2, -500, 0), (1, 0, 0), (3, 500, 0)], {"highway": "residential", "name": "Long Street"}),
    ([(4, 0, -500), (1, 0, 0), (5, 0, 500)], {"highway": "residential", "name": "High Street"}),
)


# --- points that stand on a network without being drawn -----------------------------------------


def line_of_streets(*lengths_dm: int, apart: tuple[int, ...] = ()) -> gpd.GeoDataFrame:
    """Lay out streets in a row, edge 0 from junction 0 to 1 and so on; then streets apart."""
    n = len(lengths_dm)
    starts = [*range(n), *(n + 1 + 2 * at for at in range(len(apart)))]
    return gpd.GeoDataFrame(
        {
            "edge_id": range(n + len(apart)),
            "start": starts,
            "end": [start + 1 for start in starts],
            "length_dm": [*lengths_dm, *apart],
        },
        geometry=[shapely.Point(0, 0)] * (n + len(apart)),
        crs=CRS,
    )


def homes_at(
    *rows: tuple[int, int, int], people: float | Sequence[float] = 1.0
) -> gpd.GeoDataFrame:
    """Place homes `h0`, `h1`, … by edge, decimetres along it and snap leg; edge −1 is off."""
    names = {"home_id": [f"h{at}" for at in range(len(rows))], "people": people}
    return _standing(names, rows)


def entrances_at(*rows: tuple[str, int, int, int], category: str = "park") -> gpd.GeoDataFrame:
    """Place entrances by asset, edge, decimetres along it and snap leg; edge −1 is off."""
    names = {"asset_id": [row[0] for row in rows], "category": category}
    return _standing(names, [row[1:] for row in rows])


def _standing(
    names: Mapping[str, object], rows: Sequence[tuple[int, int, int]]
) -> gpd.GeoDataFrame:
    edges = [row[0] for row in rows]
    frame = gpd.GeoDataFrame(
        {
            **names,
            "edge_id": edges,
            "along_dm": [row[1] for row in rows],
            "snap_dm": [row[2] for row in rows],
            "state": ["ok" if edge >= 0 else "unreachable" for edge in edges],
        },
        geometry=[shapely.Point(0, 0)] * len(rows),
        crs=CRS,
    )
    return frame.astype({"edge_id": "int64", "along_dm": "int64", "snap_dm": "int64"})
