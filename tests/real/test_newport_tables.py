"""The published tables of Newport, Wales, as they really are."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from pipeline import contracts, tables
from pipeline.config import (
    BoundariesTable,
    DeprivationTable,
    District,
    LookupTable,
    NationalTable,
    Vintage,
)
from pipeline.files import read_choices, read_configs
from pipeline.files.inputs import read_inputs
from pipeline.files.published import read_boundaries, read_deprivation, read_lookup
from pipeline.files.raw import must_agree, read_manifest
from pipeline.files.vectors import read_vector
from pipeline.neighbourhoods import build_neighbourhoods
from pipeline.sources.fetching import fetch

ROOT = Path(__file__).parent.parent.parent
REAL_DATA = Path(os.environ.get("REAL_DATA", ROOT.parent / "shared" / "places"))
NATIONAL: dict[str, NationalTable] = read_configs(
    sorted((ROOT / "config" / "national").glob("*.yaml")), NationalTable
)
GEOPACKAGE = REAL_DATA / "newport" / "newport_lsoa21_best.gpkg"
WIMD_2025 = REAL_DATA / "newport" / "wimd-2025-index-and-domain-ranks-by-small-area.csv"
WIMD_2019 = REAL_DATA / "newport" / "wimd-2019.csv"
LOOKUP = REAL_DATA / "national" / "lsoa11_lsoa21_ltla22.csv"
IOD_2025 = REAL_DATA / "national" / "imd2025_england_lsoa21.csv"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not GEOPACKAGE.is_file(),
        reason=f"the real places are missing: set REAL_DATA to the folder that holds newport/ and "
        f"national/ (looked for {GEOPACKAGE.name} there)",
    ),
]


def index(name: str) -> DeprivationTable:
    table = NATIONAL[name]
    assert isinstance(table, DeprivationTable)
    return table


def test_the_hundred_neighbourhoods_of_newport_are_read() -> None:
    table = NATIONAL["lsoa_2021"]
    assert isinstance(table, BoundariesTable)
    areas = read_boundaries(GEOPACKAGE, table)
    assert len(areas) == 100
    assert areas["code"].is_unique
    assert areas.crs.to_epsg() == 27700
    assert areas.is_valid.all()


def test_the_index_as_published_has_the_ranks_of_the_geopackage() -> None:
    areas = read_vector(GEOPACKAGE).set_index("lsoa21_code")
    published = read_deprivation(WIMD_2025, index("wimd_2025")).set_index("code")
    assert len(published) == 1_917
    assert sorted(published["rank"]) == list(range(1, 1_918))
    matched = published.loc[areas.index, "rank"]
    assert matched.tolist() == areas["IMD_rank"].astype(float).tolist()


def test_the_lookup_counts_how_areas_changed() -> None:
    table = NATIONAL["lsoa_2011_to_2021"]
    assert isinstance(table, LookupTable)
    changes = read_lookup(LOOKUP, table)
    assert changes["from_code"].nunique() == 34_753
    assert changes["to_code"].nunique() == 35_672
    # ONS publishes ten irregular pairs; this copy of the file has nine of them.
    assert changes["change"].value_counts().to_dict() == {
        "unchanged": 33_647,
        "split": 1_900,
        "merged": 239,
        "irregular": 9,
    }


def newport(folder: Path, deprivation: str, file: Path) -> pd.DataFrame:
    """Fetch Newport's tables with an index and build its neighbourhoods."""
    real = REAL_DATA.resolve()
    path = folder / "newport.yaml"
    path.write_text(
        f"""
name: Newport
code: W06000022
nation: wales
crs: EPSG:27700
openstreetmap:
  at: {{file: {real}/newport/newport-2023-06-13.osm.pbf}}
  date: 2023-06-12
neighbourhoods:
  kind: areas
  boundaries: {{table: lsoa_2021, at: {{file: {real}/newport/newport_lsoa21_best.gpkg}}}}
  people:
    table: census_2021_residents
    at: {{file: {real}/national/census2021_residents_lsoa21_ew.csv}}
  households:
    table: census_2021_households
    at: {{file: {real}/national/census2021_households_lsoa21_ew.csv}}
  deprivation: {{table: {deprivation}, at: {{file: {file.resolve()}}}}}
  lookup: {{table: lsoa_2011_to_2021, at: {{file: {real}/national/lsoa11_lsoa21_ltla22.csv}}}}
"""
    )
    manifest = folder / "raw" / "manifest.json"
    district: District = read_choices(path, District)
    fetch(district, path, NATIONAL, manifest)
    held = read_manifest(manifest)
    must_agree(held, district, NATIONAL)
    assert district.neighbourhoods.kind == "areas"
    inputs = read_inputs(held, district.neighbourhoods, NATIONAL)
    frame, _ = build_neighbourhoods(district, inputs)
    contracts.check(frame, tables.NEIGHBOURHOODS, "newport")
    by_code: pd.DataFrame = frame.set_index("neighbourhood_id")
    return by_code


def test_newport_has_its_people_households_and_deciles(tmp_path: Path) -> None:
    built = newport(tmp_path, "wimd_2025", WIMD_2025)
    areas = read_vector(GEOPACKAGE).set_index("lsoa21_code").loc[built.index]
    for column, known in (
        ("people", "total_residents"),
        ("households", "total_households"),
        ("deprivation_rank", "IMD_rank"),
        ("deprivation_decile", "IMD_decile"),
    ):
        assert built[column].astype(float).tolist() == areas[known].astype(float).tolist()
    assert built["people"].sum() == 159_596
    assert built["deprivation_join"].unique().tolist() == ["same_code"]


def test_the_index_of_2019_reaches_areas_of_2021_through_the_lookup(tmp_path: Path) -> None:
    built = newport(tmp_path, "wimd_2019", WIMD_2019)
    assert built["deprivation_join"].value_counts().to_dict() == {"unchanged": 90, "split": 10}
    source = pd.read_csv(WIMD_2019, dtype=str).set_index("lsoa11_code")
    changes = pd.read_csv(LOOKUP, dtype=str).set_index("lsoa21_code")
    parents = changes.loc[built.index, "lsoa11_code"]
    assert (
        built["deprivation_rank"].tolist() == source.loc[parents, "IMD_rank"].astype(float).tolist()
    )
    assert (
        built["deprivation_decile"].tolist()
        == source.loc[parents, "IMD_decile"].astype(int).tolist()
    )


def test_the_english_index_keeps_every_rule_of_an_index() -> None:
    from pipeline.deprivation import check_index

    table = index("iod_2025")
    checked, caveats = check_index(read_deprivation(IOD_2025, table), table, IOD_2025.name)
    assert len(checked) == table.areas == 33_755
    assert table.vintage is Vintage.LSOA_2021
    assert caveats == []
