"""Neighbourhoods: joins that lose nobody, outlines that are whole, grids that cover the box."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import shapely

from pipeline import contracts, tables
from pipeline.codes import CodedTable
from pipeline.config import Ages, BoundariesTable, District, Grid, PeopleTable, Vintage
from pipeline.coordinates import outline_of
from pipeline.errors import (
    ChoiceIsNotAllowed,
    CodesDoNotMatch,
    PlaceIsElsewhere,
    TableBreaksItsContract,
)
from pipeline.neighbourhoods import build_neighbourhoods, from_areas, from_grid

SAID: dict[str, Any] = {
    "title": "A table", "publisher": "ONS", "licence": "OGL-UK-3.0", "attribution": "ONS",
    "date": date(2021, 3, 21),
}  # fmt: skip
Points = npt.NDArray[np.float64]
CODES = ["W01000001", "W01000002", "W01000003"]


def boundaries(
    shapes: list[Any] | None = None, codes: list[str] = CODES, crs: str = "EPSG:27700"
) -> CodedTable:
    squares = [shapely.box(x, 188_000, x + 500, 188_400) for x in (330_000, 330_500, 331_000)]
    frame = gpd.GeoDataFrame(
        {"code": codes, "name": [f"Pill {n}" for n in range(len(codes))]},
        geometry=squares if shapes is None else shapes,
        crs="EPSG:27700",
        index=range(1, len(codes) + 1),
    ).to_crs(crs)
    declared = BoundariesTable(
        kind="boundaries", vintage=Vintage.LSOA_2021, code=("c",), name=("n",), **SAID
    )
    return CodedTable(frame, declared, "areas.gpkg")


def people(
    rows: list[tuple[str, float]] | None = None, vintage: Vintage = Vintage.LSOA_2021
) -> CodedTable:
    held = rows or [("E01000001", 9.0), *zip(CODES[::-1], (30.0, 0.0, 10.0), strict=True)]
    frame = pd.DataFrame(held, columns=["code", "count"], index=range(2, len(held) + 2))
    declared = PeopleTable(
        kind="people", vintage=vintage, counts="people", code=("c",), count=("n",), **SAID
    )
    return CodedTable(frame.astype({"code": "str"}), declared, "people.csv")


def built(
    areas: CodedTable, counts: CodedTable, children: CodedTable | None = None
) -> gpd.GeoDataFrame:
    frame, _ = from_areas(areas, counts, None, None, "EPSG:27700", children)
    contracts.check(frame, tables.NEIGHBOURHOODS, "test")
    return frame


def children(
    *rows: tuple[str, float], vintage: Vintage = Vintage.LSOA_2021, oldest: int = 14
) -> CodedTable:
    held = rows or (("W01000003", 7.0), ("E01000001", 5.0), ("W01000001", 2.0), ("W01000002", 0.0))
    frame = pd.DataFrame(held, columns=["code", "count"], index=range(2, len(held) + 2))
    declared = PeopleTable(
        kind="people", vintage=vintage, counts="children", code=("c",), add_up=(("a",), ("b",)),
        ages=Ages(youngest=0, oldest=oldest), **SAID,
    )  # fmt: skip
    return CodedTable(frame.astype({"code": "str"}), declared, "children.csv")


def test_people_reach_their_neighbourhood_whatever_the_order() -> None:
    frame = built(boundaries(), people()).set_index("neighbourhood_id")
    assert frame["people"].to_dict() == {"W01000001": 10, "W01000002": 0, "W01000003": 30}
    assert frame["people_state"].tolist() == ["ok", "true_zero", "ok"]
    assert frame["area_ha"].tolist() == [20.0, 20.0, 20.0]
    assert frame["deprivation_state"].unique().tolist() == ["no_data"]
    assert frame["households"].isna().all()
    assert shapely.area(outline_of(frame)) == 3 * 200_000


def test_children_stand_beside_people_whatever_the_order() -> None:
    frame, report = from_areas(boundaries(), people(), None, None, "EPSG:27700", children())
    contracts.check(frame, tables.NEIGHBOURHOODS, "test")
    by_code = frame.set_index("neighbourhood_id")
    assert by_code["people"].to_dict() == {"W01000001": 10, "W01000002": 0, "W01000003": 30}
    assert by_code["children"].to_dict() == {"W01000001": 2, "W01000002": 0, "W01000003": 7}
    assert by_code["children_state"].tolist() == ["ok", "true_zero", "ok"]
    # Children beyond the district are not counted in it.
    assert (report["children"], report["children_aged"]) == (9, "0–14")
    assert report["caveats"] == []


def test_without_a_table_of_children_there_are_none_and_nothing_is_said() -> None:
    frame, report = from_areas(boundaries(), people(), None, None, "EPSG:27700")
    assert frame["children"].isna().all()
    assert frame["children_state"].unique().tolist() == ["no_data"]
    assert not [key for key in report if "children" in key]


def test_an_area_without_children_in_their_table_stops_with_its_code() -> None:
    counts = children(("W01000001", 1.0), ("W01000003", 2.0))
    with pytest.raises(CodesDoNotMatch, match=r"children.csv: 2 of the 3 .*‘W01000002’ are not"):
        built(boundaries(), people(), counts)


def test_children_of_another_vintage_are_not_taken() -> None:
    with pytest.raises(CodesDoNotMatch, match=r"children.csv: .*counts by LSOA 2011 areas"):
        built(boundaries(), people(), children(vintage=Vintage.LSOA_2011))


def test_more_children_than_residents_are_told_and_kept() -> None:
    # W01000002 has no residents, and W01000001 ten.
    counts = children(("W01000001", 10.0), ("W01000002", 1.0), ("W01000003", 7.0), oldest=15)
    frame, report = from_areas(boundaries(), people(), None, None, "EPSG:27700", counts)
    assert frame["children"].tolist() == [10, 1, 7]
    (told,) = report["caveats"]
    assert told.startswith(
        "More children (aged 0–15) than residents are counted in ‘W01000002’: the two tables"
    )


def test_the_order_of_rows_changes_nothing() -> None:
    areas, counts = boundaries(), people()
    turned = CodedTable(areas.rows.iloc[::-1], areas.declared, areas.where)
    shuffled = CodedTable(counts.rows.iloc[[2, 0, 3, 1]], counts.declared, counts.where)
    one = contracts.ordered(built(areas, counts), tables.NEIGHBOURHOODS)
    other = contracts.ordered(built(turned, shuffled), tables.NEIGHBOURHOODS)
    pd.testing.assert_frame_equal(one, other)


def test_degrees_come_in_longitude_first_and_leave_in_metres() -> None:
    frame = built(boundaries(crs="EPSG:4326"), people())
    assert frame.crs.to_epsg() == 27700
    assert frame.total_bounds == pytest.approx([330_000, 188_000, 331_500, 188_400], abs=0.01)


def test_a_neighbourhood_without_people_stops_with_its_code() -> None:
    counts = people([("W01000001", 1.0), ("W01000003", 2.0), ("E01000001", 9.0)])
    with pytest.raises(CodesDoNotMatch, match=r"people.csv: 2 of the 3 .*‘W01000002’ are not"):
        built(boundaries(), counts)


def test_a_table_that_knows_none_of_the_codes_stops() -> None:
    with pytest.raises(CodesDoNotMatch, match=r"people.csv: none of the 3 neighbourhoods are in"):
        built(boundaries(), people([("E01000001", 9.0)]))


def test_doubled_codes_stop_on_either_side() -> None:
    with pytest.raises(CodesDoNotMatch, match=r"people.csv: row 3: 1 codes stand .*‘W01000001’"):
        built(boundaries(), people([("W01000001", 1.0), ("W01000001", 2.0)]))
    with pytest.raises(CodesDoNotMatch, match=r"areas.gpkg: row 2: 1 codes stand"):
        built(boundaries(codes=["W01000001", "W01000001", "W01000003"]), people())


def test_people_of_another_vintage_are_not_taken() -> None:
    with pytest.raises(
        CodesDoNotMatch, match=r"counts by LSOA 2011 areas .*boundaries are LSOA 2021"
    ):
        built(boundaries(), people(vintage=Vintage.LSOA_2011))


def test_boundaries_that_are_not_what_they_say_stop() -> None:
    codes = ["S01006506", "S01006507", "S01006508"]
    with pytest.raises(CodesDoNotMatch, match=r"areas.gpkg: row 1: 3 of 3 codes are not LSOA 2021"):
        built(boundaries(codes=codes), people())


def elsewhere(change: Callable[[Points], Points], crs: str) -> CodedTable:
    areas = boundaries(crs="EPSG:4326")
    shapes = areas.rows.geometry.transform(change)
    moved = gpd.GeoDataFrame(areas.rows.drop(columns="geometry"), geometry=list(shapes), crs=crs)
    return CodedTable(moved, areas.declared, areas.where)


def test_boundaries_with_swapped_columns_are_called_swapped() -> None:
    swapped = elsewhere(lambda points: points[:, ::-1], "EPSG:4326")
    with pytest.raises(PlaceIsElsewhere, match=r"areas.gpkg: .*51\.\d+, -3.*columns look swapped"):
        built(swapped, people())


def test_boundaries_in_a_wrong_system_are_told() -> None:
    wrong = elsewhere(lambda points: points * 20_000, "EPSG:32635")
    with pytest.raises(PlaceIsElsewhere, match=r"EPSG:32635.*outside.*EPSG:27700 holds: give the"):
        built(wrong, people())
    with pytest.raises(PlaceIsElsewhere, match=r"neighbourhoods: .*EPSG:27700 holds"):
        from_grid(grid(), "EPSG:27700")


def test_a_small_fault_of_an_outline_is_mended_and_counted() -> None:
    areas = boundaries()
    shapes = list(areas.rows.geometry)
    # A knot a metre wide in the upper edge.
    knot = [(330_250, 188_400), (330_251, 188_401), (330_251, 188_400), (330_250, 188_401)]
    corners = [(330_500, 188_400), (330_500, 188_000), (330_000, 188_000)]
    shapes[0] = shapely.Polygon([(330_000, 188_400), *knot, *corners])
    assert not shapes[0].is_valid
    frame, report = from_areas(boundaries(shapes), people(), None, None, "EPSG:27700")
    assert report["outlines_repaired"] == 1
    assert frame.geometry.is_valid.all()
    assert frame["area_ha"].iloc[0] == pytest.approx(20, rel=0.01)


def test_a_bow_tie_is_not_mended_but_told() -> None:
    areas = boundaries()
    shapes = list(areas.rows.geometry)
    shapes[1] = shapely.Polygon(
        [(330_500, 188_000), (331_000, 188_400), (331_000, 188_000), (330_500, 188_400)]
    )
    with pytest.raises(TableBreaksItsContract, match=r"outline of ‘W01000002’ crosses itself.*1%"):
        built(boundaries(shapes), people())


@pytest.mark.parametrize("shift", [0, 250])
def test_neighbourhoods_that_share_land_stop(shift: float) -> None:
    shapes = list(boundaries().rows.geometry)
    shapes[1] = shapely.box(330_000 + shift, 188_000, 330_500, 188_400)
    with pytest.raises(TableBreaksItsContract, match=r"1 pairs .*‘W01000001 / W01000002’"):
        built(boundaries(shapes), people())


# --- grid ----------------------------------------------------------------------------------------


def grid(**change: float) -> Grid:
    box: dict[str, Any] = {
        "west": 24.9,
        "south": 60.16,
        "east": 24.93,
        "north": 60.18,
        "cell_m": 250.0,
    }
    return Grid(kind="grid", **{**box, **change})


def test_a_grid_covers_its_box_with_whole_cells_and_no_people() -> None:
    frame, report = from_grid(grid(), "EPSG:3067")
    contracts.check(frame, tables.NEIGHBOURHOODS, "test")
    assert (frame["area_ha"] == 6.25).all()
    assert frame["people"].isna().all()
    assert frame["people_state"].unique().tolist() == ["no_data"]
    assert frame["children"].isna().all()
    assert frame["children_state"].unique().tolist() == ["no_data"]
    assert frame["neighbourhood_id"].is_unique
    first = frame.iloc[0]
    assert first["neighbourhood_id"] == "grid-{:.0f}-{:.0f}".format(*first.geometry.bounds[:2])
    assert np.mod(frame.bounds.to_numpy(), 250).max() == 0
    box = gpd.GeoSeries([shapely.box(24.9, 60.16, 24.93, 60.18)], crs=4326).to_crs(3067).iloc[0]
    assert frame.geometry.union_all().area == pytest.approx(box.area, rel=0.05)
    assert "without census and without an index of deprivation" in report["caveats"][0]


def test_a_box_too_small_or_too_large_for_its_cells_is_told() -> None:
    with pytest.raises(ChoiceIsNotAllowed, match=r"no cell of 250 m has its middle"):
        from_grid(grid(east=24.9001, north=60.1601), "EPSG:3067")
    with pytest.raises(ChoiceIsNotAllowed, match=r"cells of 5 m; at most 50,000 are allowed"):
        from_grid(grid(cell_m=5.0), "EPSG:3067")


def test_a_district_of_cells_needs_no_tables() -> None:
    district = District.model_validate_json(
        '{"name": "H", "code": "FI-H", "nation": "elsewhere", "crs": "EPSG:3067",'
        '"openstreetmap": {"at": {"file": "h.osm.pbf"}, "date": "2019-04-21"},'
        f'"neighbourhoods": {grid().model_dump_json()}}}'
    )
    frame, _ = build_neighbourhoods(district, None)
    assert len(frame) > 50
