"""Cautions on sites: which source draws what there, on how much of it, and what nobody knows."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cautions import (
    CautionRows,
    Marks,
    find_cautions,
    here,
    marks_of_layer,
    most_covered,
    must_be_cautions,
    unknown,
)
from pipeline.config import Caution, CautionLayer
from pipeline.errors import ChoiceIsNotAllowed, PlaceIsElsewhere, TableBreaksItsContract
from pipeline.files.published import read_table_of

CRS = "EPSG:27700"
EAST, NORTH = 330_000.0, 190_000.0
REACH = shapely.box(EAST - 500, NORTH - 500, EAST + 1500, NORTH + 1500)
FLOOD = {"flood": Caution(label="flooding")}
DAY = date(2025, 11, 30)


def declared(**changes: object) -> CautionLayer:
    """Declare a layer of flood zones."""
    told: dict[str, object] = {
        "caution": "flood", "title": "Flood zones", "at": {"file": "zones.gpkg"},
        "publisher": "A council", "licence": "OGL-UK-3.0", "attribution": "A council",
        "date": DAY, "name": "zone",
    }  # fmt: skip
    return CautionLayer.model_validate(told | changes)


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def drawn(*zones: tuple[str, shapely.Geometry | None]) -> gpd.GeoDataFrame:
    """Lay out rows as a file of shapes holds them, numbered from 1."""
    names, shapes = [zone for zone, _ in zones], [shape for _, shape in zones]
    return gpd.GeoDataFrame(
        {"zone": names}, geometry=shapes, crs=CRS, index=range(1, len(zones) + 1)
    )


def marks(
    *zones: tuple[str, shapely.Geometry | None], **changes: object
) -> tuple[Marks, list[str]]:
    rows = drawn(*zones) if zones else pd.DataFrame()
    return marks_of_layer("zones", CautionRows(declared(**changes), rows, DAY), CRS, REACH)


def sites(
    *shapes: shapely.Geometry, is_in_district: bool = True, **details: str
) -> gpd.GeoDataFrame:
    told = {
        "details": json.dumps(details), "sources": "osm,register", "date": "2025-01-01",
        "is_in_district": is_in_district,
    }  # fmt: skip
    return gpd.GeoDataFrame([told] * len(shapes), geometry=list(shapes), crs=CRS)


def flood_on(site: shapely.Geometry, *zones: tuple[str, shapely.Geometry]) -> list[dict[str, Any]]:
    return find_cautions(sites(site), [marks(*zones)[0]], FLOOD)[0]


def test_the_share_is_that_of_the_site_and_zones_that_overlap_count_once() -> None:
    """Zone 3 covers 40 m of 100, zone 2 covers the same and 10 m more: half of the site."""
    found = flood_on(
        box(0, 0, 100, 100), ("Zone 3", box(-50, 0, 40, 100)), ("Zone 2", box(-50, -50, 50, 150))
    )
    assert found == [
        {"caution": "flood", "source": "zones", "is_here": True, "share_pct": 50.0, "state": "ok",
         "date": "2025-11-30", "rows": ["Zone 2", "Zone 3"]}
    ]  # fmt: skip
    assert here(found) == ["flood"]
    assert unknown(found) == []


def test_where_a_layer_draws_nothing_the_share_is_none_of_it_and_that_is_all_it_says() -> None:
    found = flood_on(box(0, 0, 100, 100), ("Zone 3", box(200, 0, 300, 100)))
    assert [(each["is_here"], each["share_pct"], each["state"]) for each in found] == [
        (False, 0.0, "true_zero")
    ]


def test_an_edge_in_common_is_no_flood() -> None:
    found = flood_on(box(0, 0, 100, 100), ("Zone 3", box(100, 0, 200, 100)))
    assert (found[0]["is_here"], found[0]["state"]) == (False, "true_zero")


def test_without_a_layer_it_is_not_known_and_never_none() -> None:
    (found,) = find_cautions(sites(box(0, 0, 9, 9)), [], FLOOD)
    assert [(each["source"], each["share_pct"], each["state"]) for each in found] == [
        ("", None, "no_data")
    ]
    assert unknown(found) == ["flood"]


def test_beyond_the_district_the_silence_of_its_layer_says_nothing() -> None:
    layer = marks(("Zone 3", box(200, 0, 300, 100)))[0]
    (found,) = find_cautions(sites(box(0, 0, 9, 9), is_in_district=False), [layer], FLOOD)
    assert unknown(found) == ["flood"]


def test_a_point_is_on_a_zone_or_not_and_has_no_share() -> None:
    found = flood_on(shapely.Point(EAST + 5, NORTH + 5), ("Zone 3", box(0, 0, 10, 10)))
    assert (found[0]["is_here"], found[0]["share_pct"], found[0]["state"]) == (
        True,
        None,
        "no_data",
    )
    assert np.isnan(most_covered(found, "flood"))


@pytest.mark.parametrize("zones", [(), (("Zone 3", box(90_000, 0, 90_100, 100)),)])
def test_a_layer_that_draws_nothing_here_says_so_and_counts_as_no_word(
    zones: tuple[tuple[str, shapely.Geometry], ...],
) -> None:
    layer, told = marks(*zones)
    assert len(told) == 1
    assert told[0].startswith(
        "Flood zones draws nothing in the district or around it, so it is not"
    )
    (found,) = find_cautions(sites(box(0, 0, 9, 9)), [layer], FLOOD)
    assert unknown(found) == ["flood"]


def test_rows_without_a_shape_are_counted_and_other_zones_left_out() -> None:
    zones: list[tuple[str, shapely.Geometry | None]]
    zones = [("3", box(0, 0, 50, 100)), ("1", box(0, 0, 100, 100)), ("3", None)]
    layer, told = marks(*zones, where={"zone": ("3", "2")})
    why = "row 3 has no shape that can be drawn"
    assert told == [f"1 of 2 rows of Flood zones could not be used; {why}."]
    (found,) = find_cautions(sites(box(0, 0, 100, 100)), [layer], FLOOD)
    assert (found[0]["share_pct"], found[0]["rows"]) == (50.0, ["3"])


def test_zones_in_columns_of_text_are_read_like_any_layer() -> None:
    text = "POLYGON ((330000 190000, 330050 190000, 330050 190100, 330000 190100, 330000 190000))"
    rows = pd.DataFrame({"zone": ["3"], "shape": [text]}, dtype="str")
    layer = declared(geometry="shape", crs=CRS)
    read, _ = marks_of_layer("zones", CautionRows(layer, rows, DAY), CRS, REACH)
    assert find_cautions(sites(box(0, 0, 100, 100)), [read], FLOOD)[0][0]["share_pct"] == 50.0


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"name": "band"}, TableBreaksItsContract, "layers.zones: no column is called ‘band’"),
        ({"where": {"band": "3"}}, TableBreaksItsContract, "no column is called ‘band’"),
    ],
)
def test_a_column_that_is_not_there_stops_with_a_sentence(
    changes: dict[str, object], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        marks(("3", box(0, 0, 9, 9)), **changes)


def test_a_layer_with_its_coordinates_the_other_way_round_stops() -> None:
    turned = shapely.transform(box(0, 0, 9, 9), lambda xy: xy[:, ::-1])
    with pytest.raises(PlaceIsElsewhere, match="the other way round"):
        marks(("3", turned))


def test_a_caution_that_is_not_there_stops_with_what_is_allowed() -> None:
    with pytest.raises(ChoiceIsNotAllowed, match=r"layers\.zones\.caution: .*quake\.yaml; allowed"):
        must_be_cautions({"zones": declared(caution="quake")}, FLOOD)


def test_a_file_without_rows_is_read_as_one_that_draws_nothing(tmp_path: Path) -> None:
    empty = tmp_path / "zones.geojson"
    empty.write_text('{"type": "FeatureCollection", "features": []}')
    assert len(read_table_of(empty, declared(at={"file": "zones.geojson"}))) == 0


SIDE = st.integers(min_value=0, max_value=120)


@given(st.lists(st.tuples(SIDE, SIDE, SIDE, SIDE), min_size=1, max_size=5))
def test_the_share_is_that_of_the_cells_a_zone_covers(corners: list[tuple[int, ...]]) -> None:
    """An oracle that knows no geometry: whole metres of a site of 100 × 100 m, cell by cell."""
    covered = np.zeros((100, 100), dtype=bool)
    zones = []
    for a, b, c, d in corners:
        west, east, south, north = min(a, b), max(a, b) + 1, min(c, d), max(c, d) + 1
        zones.append(("", box(west, south, east, north)))
        covered[south:north, west:east] = True
    (found,) = flood_on(box(0, 0, 100, 100), *zones)
    assert found["share_pct"] == pytest.approx(100 * covered.mean(), abs=1e-3)
    assert found["is_here"] == bool(covered.any())
