"""Features and layers made by hand, for tests of what becomes of them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from pipeline.config import Category, CategoryRules, CouncilLayer, LocalFile, OsmInput, RecordsTable
from pipeline.files import read_configs

CRS = "EPSG:27700"
# A corner of the British grid that is land, so that longitudes and latitudes are ordinary.
EAST, NORTH = 331_000.0, 188_000.0
OUTLINE = shapely.box(EAST, NORTH, EAST + 1000, NORTH + 1000)
SOURCE = OsmInput(at=LocalFile(file="town.osm"), date=date(2024, 5, 1))

FOLDER = Path(__file__).parents[1] / "config" / "categories"
CATEGORIES: dict[str, Category] = read_configs(sorted(FOLDER.glob("*.yaml")), Category)
RULES: dict[str, CategoryRules] = dict(CATEGORIES)

Feature = tuple[str, str, dict[str, str], shapely.Geometry]


def point(number: int, x: float, y: float, **tags: str) -> Feature:
    """Make a node at so many metres from the corner; `__` in a key stands for `:`."""
    return (f"node/{number}", "point", _tags(tags), shapely.Point(EAST + x, NORTH + y))


def area(number: int, x: float, y: float, side: float, **tags: str) -> Feature:
    """Make a square way with its lower left corner at so many metres from the corner."""
    left, low = EAST + x, NORTH + y
    return (f"way/{number}", "area", _tags(tags), shapely.box(left, low, left + side, low + side))


def line(number: int, xy: list[tuple[float, float]], **tags: str) -> Feature:
    """Make an open way."""
    placed = [(EAST + x, NORTH + y) for x, y in xy]
    return (f"way/{number}", "line", _tags(tags), shapely.LineString(placed))


def _tags(tags: dict[str, str]) -> dict[str, str]:
    return {key.replace("__", ":"): value for key, value in tags.items()}


def features_of(*rows: Feature) -> gpd.GeoDataFrame:
    """Return features as the table of `tables.FEATURES`."""
    return gpd.GeoDataFrame(
        {
            "feature_id": pd.Series([row[0] for row in rows], dtype="str"),
            "shape": pd.Series([row[1] for row in rows], dtype="str"),
            "tags": pd.Series([json.dumps(row[2], sort_keys=True) for row in rows], dtype="str"),
            "edited": pd.Series(["2023-01-02"] * len(rows), dtype="str"),
            "was_repaired": pd.Series([False] * len(rows), dtype=bool),
        },
        geometry=[row[3] for row in rows],
        crs=CRS,
    )


def published(**changes: object) -> RecordsTable:
    """Return what is declared of a published list of places in British grid coordinates."""
    declared: dict[str, object] = {
        "kind": "records",
        "title": "A list",
        "publisher": "A body",
        "licence": "OGL-UK-3.0",
        "attribution": "A body",
        "date": date(2024, 1, 31),
        "id": ("id",),
        "name": ("name",),
        "easting": ("easting",),
        "northing": ("northing",),
        "crs": CRS,
    }
    return RecordsTable.model_validate(declared | changes)


def council_list(**changes: object) -> CouncilLayer:
    """Return what is declared of a council's own list of markets."""
    declared: dict[str, object] = {
        "category": "marketplace",
        "title": "Markets",
        "at": LocalFile(file="markets.csv"),
        "publisher": "A council",
        "licence": "OGL-UK-3.0",
        "attribution": "A council",
        "date": date(2024, 2, 29),
        "name": "name",
        "easting": "easting",
        "northing": "northing",
        "crs": CRS,
    }
    return CouncilLayer.model_validate(declared | changes)


def rows_of(*rows: dict[str, object]) -> pd.DataFrame:
    """Return rows as a file of text holds them; `x` and `y` become grid coordinates."""
    placed = []
    for row in rows:
        cells = {key: str(value) for key, value in row.items() if key not in ("x", "y")}
        if "x" in row:
            cells["easting"] = str(EAST + float(str(row["x"])))
            cells["northing"] = str(NORTH + float(str(row["y"])))
        placed.append(cells)
    frame = pd.DataFrame(placed, dtype="str").fillna("")
    return frame.set_axis(pd.RangeIndex(2, len(frame) + 2, name="row"))
