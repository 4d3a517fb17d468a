"""Names of parts of town: which lie in a neighbourhood, which near it, and each once."""

from __future__ import annotations

import json

import geopandas as gpd
import shapely

from pipeline import contracts, tables
from pipeline.localities import localities

CRS = "EPSG:27700"
KINDS = ("town", "suburb", "village")


def neighbourhoods(*codes: str) -> gpd.GeoDataFrame:
    """Lay squares of 1 km side by side."""
    squares = [shapely.box(1000 * n, 0, 1000 * n + 1000, 1000) for n in range(len(codes))]
    return gpd.GeoDataFrame({"neighbourhood_id": codes}, geometry=squares, crs=CRS)


def homes(*rows: tuple[str, float, float, float]) -> gpd.GeoDataFrame:
    codes, people, x, y = zip(*rows, strict=True) if rows else ((), (), (), ())
    return gpd.GeoDataFrame(
        {"neighbourhood_id": codes, "people": [float(each) for each in people]},
        geometry=gpd.points_from_xy(x, y),
        crs=CRS,
    )


def features(*rows: tuple[str, str, shapely.Geometry]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "feature_id": [f"node/{n}" for n in range(len(rows))],
            "shape": [
                "point" if isinstance(shape, shapely.Point) else "area" for *_, shape in rows
            ],
            "tags": [json.dumps({"name": name, "place": kind}) for name, kind, _ in rows],
        },
        geometry=[shape for *_, shape in rows],
        crs=CRS,
    )


def at(x: float, y: float) -> shapely.Point:
    return shapely.Point(x, y)


def found(
    where: gpd.GeoDataFrame,
    lived_in: gpd.GeoDataFrame,
    mapped: gpd.GeoDataFrame,
    farthest_m: float = 1000,
) -> list[tuple[str, str, str, float]]:
    table = localities(where, lived_in, mapped, KINDS, farthest_m)
    contracts.check(table, tables.LOCALITIES, "localities")
    columns = (table[name] for name in ("neighbourhood_id", "name", "relation", "distance_m"))
    return list(zip(*columns, strict=True))


def test_what_lies_inside_comes_in_the_order_of_its_distance_from_the_residents() -> None:
    """The middle of 30 people at (100, 100) and 10 at (500, 100) is (200, 100)."""
    where = neighbourhoods("A")
    lived_in = homes(("A", 30, 100, 100), ("A", 10, 500, 100))
    mapped = features(("Far", "suburb", at(200, 900)), ("Near", "village", at(200, 400)))
    assert found(where, lived_in, mapped) == [
        ("A", "Near", "inside", 300.0), ("A", "Far", "inside", 800.0),
    ]  # fmt: skip


def test_where_none_lies_inside_the_nearest_within_reach_is_named() -> None:
    where = neighbourhoods("A", "B", "C")
    lived_in = homes(("B", 5, 1100, 500), ("C", 5, 2900, 500))
    mapped = features(("Alway", "suburb", at(500, 500)))
    assert found(where, lived_in, mapped) == [
        ("A", "Alway", "inside", 0.0), ("B", "Alway", "near", 600.0),
    ]  # fmt: skip
    assert found(where, lived_in, mapped, farthest_m=599) == [("A", "Alway", "inside", 0.0)]


def test_a_village_far_from_where_the_residents_live_names_nothing_and_can_still_be_found() -> None:
    lived_in = homes(("A", 5, 900, 500), ("B", 5, 1100, 500))
    mapped = features(("Nash", "village", at(100, 500)), ("Alway", "suburb", at(1400, 500)))
    assert found(neighbourhoods("A", "B"), lived_in, mapped, farthest_m=399) == [
        ("A", "Nash", "apart", 800.0), ("B", "Alway", "inside", 300.0),
    ]  # fmt: skip
    assert found(neighbourhoods("A", "B"), lived_in, mapped, farthest_m=500)[:2] == [
        ("A", "Nash", "inside", 800.0), ("B", "Alway", "inside", 300.0),
    ]  # fmt: skip


def test_a_name_mapped_as_a_point_and_as_an_area_is_one_and_the_point_is_kept() -> None:
    drawn = shapely.box(300, 0, 900, 900)
    mapped = features(("Alway", "suburb", drawn), ("ALWAY", "suburb", at(100, 500)))
    table = localities(neighbourhoods("A"), homes(), mapped, KINDS, 1000)
    assert table["name"].tolist() == ["ALWAY"]
    assert table.geometry.tolist() == [at(100, 500)]


def test_two_far_apart_of_one_name_are_two() -> None:
    mapped = features(
        ("Pye Corner", "village", at(100, 500)), ("Pye Corner", "village", at(1900, 500))
    )
    assert [code for code, *_ in found(neighbourhoods("A", "B"), homes(), mapped)] == ["A", "B"]


def test_kinds_that_nobody_calls_a_part_of_town_and_nameless_ones_do_not_count() -> None:
    mapped = features(
        ("Berry Hill Farm", "farm", at(500, 500)), ("", "suburb", at(500, 500)),
        ("\u202e", "suburb", at(400, 400)),
    )  # fmt: skip
    assert found(neighbourhoods("A"), homes(), mapped) == []


def test_a_point_on_a_border_lies_in_one_neighbourhood() -> None:
    rows = found(neighbourhoods("A", "B"), homes(), features(("Ridge", "suburb", at(1000, 500))))
    assert [relation for *_, relation, _ in rows] == ["inside", "near"]
