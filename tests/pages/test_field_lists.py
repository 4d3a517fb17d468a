"""Lists and sheets for a walk: what is worth a look, on paper and as rows."""

from __future__ import annotations

import csv
import io
import json

import pandas as pd

from pipeline.pages.editions import without_deprivation
from pipeline.pages.field_lists import ANSWERS, LISTS, field_lists, to_look_at
from pipeline.pages.field_sheets import MOST_ROWS, field_sheets
from pipeline.pages.gate import faults_of_page
from pipeline.pages.material import Material
from tests.pages.town import town


def with_sources(material: Material, *sources: str) -> Material:
    """Let the first assets have these sources."""
    assets = material.assets.copy()
    assets.loc[assets.index[: len(sources)], "sources"] = list(sources)
    object.__setattr__(material, "assets", assets)
    return material


def test_each_place_is_on_the_first_list_that_fits() -> None:
    material = with_sources(town(), "osm", "naptan", "naptan,osm")
    assets = material.assets
    assets.loc[assets.index[:3], "agreement"] = ["stale", "one_source", "corroborated"]
    assets.loc[assets.index[:3], "is_in_district"] = True
    found = to_look_at(material).set_index("asset_id")["list"]

    ids = assets["asset_id"].tolist()
    assert found.get(ids[0]) == "not_edited_for_years"
    assert found.get(ids[1]) == "only_council"
    assert ids[2] not in found.index
    disputed = assets.loc[(assets["agreement"] == "conflicting") & assets["is_in_district"]]
    assert set(found[found == "conflicting"].index) <= set(disputed["asset_id"])


def test_each_list_is_a_sheet_to_fill_in_and_points_for_a_map() -> None:
    material = town(is_hostile=True)
    files = field_lists(material)

    assert set(files) == {
        f"field_lists/{name}.{end}" for name in LISTS for end in ("csv", "geojson")
    }
    for name in LISTS:
        rows = list(csv.DictReader(io.StringIO(files[f"field_lists/{name}.csv"].decode())))
        points = json.loads(files[f"field_lists/{name}.geojson"])["features"]
        assert len(rows) == len(points)
        assert all(row[column] == "" for row in rows for column in ANSWERS)
        for row, point in zip(rows, points, strict=True):
            assert point["properties"]["asset_id"] == row["asset_id"].lstrip("'")


def test_there_is_a_sheet_for_each_neighbourhood_and_both_editions_may_have_it() -> None:
    for material in (town(is_hostile=True), without_deprivation(town(is_hostile=True))):
        sheets = field_sheets(material)
        assert set(sheets) == {
            f"field_lists/{code}.html" for code in material.neighbourhoods["neighbourhood_id"]
        }
        for text in sheets.values():
            assert not list(faults_of_page(text))
            assert text.count('class="box"') <= MOST_ROWS * 6


def test_numbers_on_the_map_are_those_of_the_rows() -> None:
    material = town()
    rows = to_look_at(material)
    code, n = rows["neighbourhood_id"].value_counts().index[0], MOST_ROWS
    ours = min(int((rows["neighbourhood_id"] == code).sum()), n)
    text = field_sheets(material)[f"field_lists/{code}.html"]

    drawn = pd.Series(range(1, ours + 1)).astype(str)
    assert all(f">{number}</text>" in text for number in drawn)
    assert all(f'<td class="number">{number}</td>' in text for number in drawn)
