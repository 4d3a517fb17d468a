"""Real registers, with their planted errors: what is used, what is set aside, and why."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

from pipeline.assets import build_assets
from pipeline.config import NationalTable, RecordsTable
from pipeline.files import read_configs
from pipeline.files.published import read_cells
from pipeline.records import LayerRows, read_layer, rows_at_fault
from tests.made_features import CRS, RULES, SOURCE, area, features_of, published

ROOT = Path(__file__).parents[2]
NATIONAL = Path(os.environ.get("REAL_DATA", ROOT.parent / "shared" / "places")) / "national"
CONFIG = ROOT / "config" / "national"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not NATIONAL.is_dir(),
        reason="the real registers are missing: set REAL_DATA to the folder that holds national/",
    ),
]

# --- the real registers --------------------------------------------------------------------------

# Counted by eye, row by row of the file.
WINCHESTER = {"BLR17/01": "‘not-a-geox’, ‘139531’ are not two numbers"}
WINCHESTER_OUTLINE = shapely.box(442_000, 118_000, 466_000, 142_000)


def declared_as(name: str) -> RecordsTable:
    found = read_configs([CONFIG / f"{name}.yaml"], NationalTable)[name]
    assert isinstance(found, RecordsTable)
    return found


def test_the_register_with_planted_errors_is_half_used_and_half_set_aside() -> None:
    rows = read_cells(NATIONAL / "brownfield-register-test-winchester.csv", sets_aside=True)
    declared = declared_as("brownfield_land_register")
    layer = LayerRows(declared, rows, "brownfield_land_register", date(2017, 12, 8))
    found, report = build_assets(
        features_of(area(1, 0, 0, 10, leisure="park", name="Far")),
        RULES,
        {"register": layer},
        WINCHESTER_OUTLINE,
        osm=SOURCE,
        buffer_m=100,
    )

    assets, aside = found.assets, found.set_aside
    assert dict(zip(aside["id"], aside["reason"], strict=True)) == WINCHESTER
    (site,) = assets[assets["category"] == "brownfield"].to_dict("records")
    assert site["asset_id"] == "brownfield_land_register-blr17-02"
    assert (site["geometry"].x, site["geometry"].y) == (447_560, 130_729)
    assert report["layers"]["register"] == {"rows": 2, "used": 1, "set_aside": 1, "fault": 1}
    assert rows_at_fault("register", layer) == 1
    (words,) = report["caveats"]
    assert words.startswith("Of “Brownfield land register”, 1 of 2 rows call metres degrees")
    # Addresses without https, and words in the place of one, are kept out of what is published.
    assert not re.search("not-a-url|http:", site["details"])


def test_the_entities_of_planning_data_are_read_from_well_known_text() -> None:
    declared = published(
        id=("entity",), name=("name",), geometry=("geometry", "point"), easting=(), northing=(),
        crs=None,
    )  # fmt: skip
    everywhere = shapely.box(-1e6, -1e6, 2e6, 2e6)

    def read(name: str) -> Any:  # noqa: ANN401
        rows = read_cells(NATIONAL / name, sets_aside=True)
        layer = LayerRows(declared, rows, "brownfield_land_register")
        return read_layer("entities", layer, RULES, CRS, everywhere)

    found = read("planning-data-entities-test.csv")
    assert (found.rows, len(found.records)) == (25, 13)
    reasons = found.quarantine.groupby("reason")["row"].apply(list).to_dict()
    assert reasons == {
        "has no coordinates": [6, 11, 23, 24, 25, 26],
        "has 13 cells, and the headings have 14": [17, 18, 19, 20, 21, 22],
    }
    assert found.records.geometry.is_valid.all()

    crossed = read("planning-data-invalid_geometry-test.csv")
    assert (crossed.rows, len(crossed.records)) == (4, 4)
    assert crossed.records.geometry.is_valid.all()
    assert set(crossed.records.geom_type) == {"MultiPolygon"}
