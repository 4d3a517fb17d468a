"""Every row of every layer is used or set aside with a reason: none is lost, none is in both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import contracts, tables
from pipeline.assets import build_assets
from pipeline.files.published import read_cells
from pipeline.records import LayerRows, read_layer
from tests.made_features import (
    CRS,
    EAST,
    NORTH,
    OUTLINE,
    RULES,
    SOURCE,
    area,
    council_list,
    features_of,
    published,
    rows_of,
)

FEATURES = features_of(
    area(1, 0, 0, 120, leisure="park", name="Victoria Park"),
    area(2, 300, 0, 100, amenity="school", name="Crofts School"),
)


def build(**layers: LayerRows) -> tuple[Any, Any, pd.DataFrame, dict[str, Any]]:
    found, report = build_assets(FEATURES, RULES, layers, OUTLINE, osm=SOURCE, buffer_m=100)
    contracts.check(found.set_aside, tables.SET_ASIDE, "set_aside")
    return found.assets, found.access_points, found.set_aside, report


def law_holds(layers: dict[str, LayerRows], built: tuple[Any, Any, pd.DataFrame, Any]) -> None:
    """Rows in = rows used + rows set aside, for each layer; nothing is in both."""
    assets, points, aside, report = built
    for name, layer in layers.items():
        counts, lost = report["layers"][name], aside[aside["layer"] == name]
        assert counts["rows"] == len(layer.rows)
        assert counts["set_aside"] == len(lost)
        assert counts["used"] + counts["set_aside"] == counts["rows"]
        assert set(lost["row"]) <= set(layer.rows.index)
        kinds = {key: n for key, n in counts.items() if key not in ("rows", "used", "set_aside")}
        assert kinds == lost["kind"].value_counts().to_dict()
    assert (aside["reason"] != "").all()
    n_listed = sum(assets["records"].str.count('"source": "(?!osm)')) + len(points)
    assert n_listed == sum(counts["used"] for counts in report["layers"].values())


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["a", "b", "c", "d", "e", ""]),
            "name": st.sampled_from(["Dell", "Quay", ""]),
            "easting": st.sampled_from([str(EAST + x) for x in (10, 350, 99_000)] + ["", "east"]),
            "northing": st.sampled_from([str(NORTH + y) for y in (10, 50)] + ["", "nan"]),
            "StopType": st.sampled_from(["BCT", "RLY", "TXR", ""]),
            "Status": st.sampled_from(["active", "gone"]),
            "site": st.sampled_from(["a", "b", ""]),
            "function": st.sampled_from(["Play Space", "Playing Field", "Garden"]),
        }
    ),
    min_size=1,
    max_size=8,
)


def numbered(rows: list[dict[str, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, dtype="str")
    return frame.set_axis(pd.RangeIndex(2, len(frame) + 2, name="row"))


@given(stops=ROWS, more=ROWS, sites=ROWS, gates=ROWS, markets=ROWS)
@settings(deadline=None, max_examples=25)
def test_rows_in_are_rows_used_and_rows_set_aside(
    stops: list[dict[str, str]],
    more: list[dict[str, str]],
    sites: list[dict[str, str]],
    gates: list[dict[str, str]],
    markets: list[dict[str, str]],
) -> None:
    near = {"id": "m", "name": "Market", "easting": str(EAST + 500), "northing": str(NORTH + 500)}
    lists = published(keep={"Status": "active"})
    layers = {
        "stops": LayerRows(lists, numbered(stops), "naptan"),
        "rail": LayerRows(lists, numbered(more), "naptan"),
        "sites": LayerRows(published(), numbered(sites), "os_open_greenspace_sites"),
        "gates": LayerRows(
            published(
                name=(), access_points_of="os_open_greenspace_sites", belongs_to=("site",)
            ),
            numbered(gates),
            "os_open_greenspace_access_points",
        ),
        "markets": LayerRows(council_list(id="id"), numbered([near, *markets]).fillna("")),
    }  # fmt: skip
    law_holds(layers, build(**layers))


def test_reasons_are_told_for_rows_that_are_places_and_do_not_count() -> None:
    def sites(*squares: tuple[str, str, float, float, float]) -> LayerRows:
        rows = gpd.GeoDataFrame(
            {"id": [row[0] for row in squares], "function": [row[1] for row in squares]},
            geometry=[
                shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)
                for _, _, x, y, side in squares
            ],
            crs=CRS,
        )
        rows.index = pd.RangeIndex(1, len(rows) + 1)
        declared = published(name=(), easting=(), northing=(), crs=None)
        return LayerRows(declared, rows, "os_open_greenspace_sites")

    gates = rows_of({"id": "g1", "site": "s9", "x": 5, "y": 5}, {"id": "g2", "x": 5, "y": 5})
    leading = published(
        name=(), access_points_of="os_open_greenspace_sites", belongs_to=("site",)
    )  # fmt: skip
    layers = {
        "a": sites(("s1", "Play Space", 700, 700, 30), ("s2", "Playing Field", 320, 20, 40)),
        "b": sites(("s1", "Play Space", 700, 700, 30)),
        "gates": LayerRows(leading, gates, "os_open_greenspace_access_points"),
    }
    built = build(**layers)
    law_holds(layers, built)

    assert built[2][["layer", "id", "kind", "reason"]].to_numpy().tolist() == [
        ["a", "s2", "inside", "lies inside a place that it belongs to, and does not count apart"],
        ["b", "s1", "listed_twice", "stands in the layer a as well, and counts there"],
        ["gates", "g1", "of_no_asset", "leads into ‘s9’, which is no asset here"],
        ["gates", "g2", "of_no_asset", "leads into no place"],
    ]


def test_a_layer_that_is_mostly_at_fault_is_told_aloud() -> None:
    rows = rows_of({"name": "Here", "x": 5, "y": 5}, {"name": "Lost"}, {"name": "Gone"})
    report = build(markets=LayerRows(council_list(), rows))[3]

    (text,) = report["mostly_set_aside"]
    assert text == (
        "More than half of “Markets” is not used: 2 of 3 rows are set aside. The commonest reason "
        "is that a row has no coordinates; each stands in set_aside.csv."
    )
    assert text in report["caveats"]
    half = build(markets=LayerRows(council_list(), rows.iloc[:2]))[3]
    assert half["mostly_set_aside"] == []


def test_rows_of_another_width_are_set_aside_and_a_last_one_means_a_cut(tmp_path: Path) -> None:
    path = tmp_path / "markets.csv"
    x, y = EAST + 5, NORTH + 5
    path.write_text(f"name,easting,northing\nA,{x},{y}\nB,{x}\nC, too,{x},{y}\nD,{x},{y}\n")
    found = read_layer(
        "markets",
        LayerRows(council_list(), read_cells(path, sets_aside=True)),
        RULES,
        CRS,
        OUTLINE,
    )
    assert dict(zip(found.quarantine["row"], found.quarantine["reason"], strict=True)) == {
        3: "has 2 cells, and the headings have 3",
        4: "has 4 cells, and the headings have 3",
    }
    assert found.records["name"].tolist() == ["A", "D"]
