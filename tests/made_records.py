"""Records made by hand, and the assets that come of them with none lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from pipeline import contracts, tables
from pipeline.agreement import with_agreement
from pipeline.corroboration import corroborate
from tests.made_features import CRS, EAST, NORTH, OUTLINE, RULES


def record(number: int, category: str, shape: shapely.Geometry, **said: Any) -> dict[str, Any]:  # noqa: ANN401
    """Make a record; OpenStreetMap speaks unless `source` says otherwise."""
    source = said.pop("source", "osm")
    record_id = said.pop("record_id", f"way/{number}" if source == "osm" else f"{number}")
    rank = "0" if source == "osm" else "1"
    return {
        "source": source,
        "record_id": record_id,
        "order": f"{rank}|{source}|{number:>20}",
        "category": category,
        "also": "",
        "name": "",
        "date": "2024-01-01",
        "licence": "ODbL-1.0" if source == "osm" else "OGL-UK-3.0",
        "url": "",
        "identifiers": (),
        "locality": "",
        "kind_of_stop": "",
        "tags": {"highway": "bus_stop"} if source == "osm" and category == "bus_stop" else {},
        "details": {},
        "geometry": shape,
    } | said


def square(x: float, y: float, side: float = 100) -> shapely.Geometry:
    return shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)


def spot(x: float, y: float) -> shapely.Geometry:
    return shapely.Point(EAST + x, NORTH + y)


def assets_of(*records: dict[str, Any]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(pd.DataFrame(list(records)), geometry="geometry", crs=CRS)
    found, too_small = corroborate(frame, RULES, OUTLINE)
    kept = [m for members in [*found["members"], *too_small["members"]] for m in members]
    assert sorted(kept) == sorted((r["source"], r["record_id"]) for r in records)
    asset_of = {
        member: asset
        for asset, members in zip(found["asset_id"], found["members"], strict=True)
        for member in members
    }
    keys = zip(frame["source"], frame["record_id"], strict=True)
    stated = frame.assign(asset_id=[asset_of.get(key, "") for key in keys])
    found = with_agreement(found, stated.sort_values("order"), RULES, date(2025, 1, 1))
    contracts.check(found.drop(columns="members"), tables.ASSETS, "assets")
    return found


def n_assets(*records: dict[str, Any]) -> int:
    return len(assets_of(*records))
