"""Children of Trafford, England, as its open data publish the estimates of mid-2024."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from pipeline import contracts, tables
from pipeline.codes import CodedTable
from pipeline.config import NationalTable
from pipeline.files import read_configs
from pipeline.files.published import read_table_of
from pipeline.neighbourhoods import from_areas

ROOT = Path(__file__).parent.parent.parent
REAL_DATA = Path(os.environ.get("REAL_DATA", ROOT.parent / "shared" / "places"))
NATIONAL: dict[str, NationalTable] = read_configs(
    sorted((ROOT / "config" / "national").glob("*.yaml")), NationalTable
)
ESTIMATES = REAL_DATA / "trafford" / "mid-year_2024_population_estimates_lsoa.csv"
BOUNDARIES = REAL_DATA / "trafford" / "lsoa_2021_trafford_lsoa_generalised.geojson"
RESIDENTS = REAL_DATA / "national" / "census2021_residents_lsoa21_ew.csv"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not ESTIMATES.is_file(),
        reason="the real places are missing: set REAL_DATA to the folder that holds trafford/ and "
        f"national/ (looked for {ESTIMATES.name} there)",
    ),
]


def read(declared: str, path: Path, **change: tuple[str, ...]) -> CodedTable:
    table = NATIONAL[declared].model_copy(update=change)
    return CodedTable(read_table_of(path, table), table, path.name)


def by_single_years() -> dict[str, int]:
    """Add up the years of age 0 to 15 of all persons, from the cells of the file."""
    with ESTIMATES.open(encoding="utf-8-sig", newline="") as file:
        return {
            row["area_code"]: sum(int(row[str(age)]) for age in range(16))
            for row in csv.DictReader(file)
            if row["sex"] == "Persons"
        }


def test_children_of_trafford_are_those_of_its_sixteen_years_of_age() -> None:
    children = read("mid_year_2024_children_trafford", ESTIMATES)
    known = by_single_years()
    assert len(known) == len(children.rows) == 139
    assert children.rows.set_index("code")["count"].to_dict() == known
    years = tuple((str(age),) for age in range(16))
    table = children.declared.model_copy(update={"count": (), "add_up": years})
    added_up = read_table_of(ESTIMATES, table).set_index("code")["count"]
    assert added_up.to_dict() == known


def test_children_of_trafford_stand_beside_its_people() -> None:
    children = read("mid_year_2024_children_trafford", ESTIMATES)
    areas = read("lsoa_2021", BOUNDARIES, code=("area_code",), name=("area_name",))
    people = read("census_2021_residents", RESIDENTS)
    frame, report = from_areas(areas, people, None, None, "EPSG:27700", children)
    contracts.check(frame, tables.NEIGHBOURHOODS, "trafford")
    assert (report["children"], report["children_aged"]) == (50_230, "0–15")
    shares = frame["children"] / frame["people"]
    assert shares.between(0.1, 0.35).all()
    assert not [told for told in report["caveats"] if "children" in told]
