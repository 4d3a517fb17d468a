"""Newport as its own file declares it, from services: the same tables as from files.

The services are on this machine and hold the real data: the boundaries, a list of codes, the
census, the index and the map. Children are made up, in bands, as there is no real table here.
Not compared are stops, green space and heights, of which the real data has none for Newport, and
what is made of these tables alone.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import yaml

from pipeline.wanted import is_wanted
from tests.servers import nation
from tests.servers.faulty import serving
from tests.tiny import FROM_RAW, Project, once

ROOT = Path(__file__).parents[2]
REAL_DATA = Path(os.environ.get("REAL_DATA", ROOT.parent / "shared" / "places")).resolve()
NEWPORT, NATIONAL = REAL_DATA / "newport", REAL_DATA / "national"
NEEDED = [
    NEWPORT / "newport-2023-06-13.osm.pbf",
    NEWPORT / "newport_lsoa21_best.gpkg",
    NEWPORT / "oa11.geojson",
    NEWPORT / "wimd-2025-index-and-domain-ranks-by-small-area.csv",
    NATIONAL / "census2021_residents_lsoa21_ew.csv",
    NATIONAL / "census2021_households_lsoa21_ew.csv",
]
OTHERS = 40
BANDS = ("1", "2", "3")
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(
        not all(path.is_file() for path in NEEDED),
        reason="the real places are missing: set REAL_DATA to the folder that holds newport/ and "
        "national/",
    ),
]


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Project]:
    """Build Newport from services, and from files."""
    folder = once(tmp_path_factory, "newport-services", build)
    return Project(folder / "services"), Project(folder / "files")


def build(folder: Path) -> str:
    """Serve what Newport asks for, and build its tables of that and of the files."""
    asked, from_files = (Project.new(folder / name) for name in ("services", "files"))
    wales = newport(folder)
    with serving(wales.route) as server:
        wales.address = server.address
        nation.point_at(asked.folder, server.address, {"wimd_2025": NEEDED[3].name})
        values = yaml.safe_load((ROOT / "config/districts/newport.yaml").read_text("utf-8"))
        values["openstreetmap"]["at"] |= {"index": f"{server.address}/index-v1.json", "local": True}
        values["neighbourhoods"]["without"] = [
            "elevation", "stops", "greenspace", "greenspace_access",
        ]  # fmt: skip
        write(asked, values)
        said = asked.tables("newport")
    values = yaml.safe_load((ROOT / "tests/real/districts/newport.yaml").read_text("utf-8"))
    del values["layers"]  # no service here has timetables
    values["neighbourhoods"] |= {
        "children": {"table": "census_2021_children_by_band",
                     "at": {"file": str(folder / "children.csv")}},
        "census_points": {"table": "output_area_2021", "at": {"file": str(folder / "oa.gpkg")}},
    }  # fmt: skip
    write(from_files, values)
    return said + from_files.tables("newport", REAL_DATA=str(REAL_DATA))


def write(project: Project, values: dict[str, Any]) -> None:
    """Write the district's file."""
    path = project.districts / "newport.yaml"
    path.write_text(json.dumps(values, default=str), encoding="utf-8")


def newport(folder: Path) -> nation.Nation:
    """Serve the real data of Newport, and some of another district beside it."""
    areas = gpd.read_file(NEEDED[1])
    outlines = gpd.GeoDataFrame(
        {"LSOA21CD": areas["lsoa21_code"], "LSOA21NM": areas["lsoa21_name"]},
        geometry=areas.geometry, crs=areas.crs,
    )  # fmt: skip
    shifted = outlines[:OTHERS].assign(
        LSOA21CD=[f"W0100{9000 + n}" for n in range(OTHERS)],
        geometry=outlines[:OTHERS].translate(50_000),
    )
    listed = pd.concat(
        [outlines.assign(LAD25CD="W06000022"), shifted.assign(LAD25CD="W06000021")],
        ignore_index=True,
    ).drop(columns="LSOA21NM")
    listed["WD25CD"] = "W05001500"
    points = gpd.read_file(NEEDED[2]).to_crs(27700)
    points = gpd.GeoDataFrame({"OA21CD": points["OA11CD"]}, geometry=points.geometry, crs=27700)
    points.to_file(folder / "oa.gpkg", layer="oa")
    people, households = (
        pd.read_csv(path).set_index("lsoa21_code").iloc[:, 0].loc[areas["lsoa21_code"]]
        for path in NEEDED[4:]
    )
    bands = {band: people * int(band) // 40 for band in BANDS}
    table = pd.DataFrame({"OBS_VALUE": sum(bands.values())})
    table.rename_axis("GEOGRAPHY_CODE").to_csv(folder / "children.csv")
    extract = nation.dated(NEEDED[0], folder / "wales-latest.osm.pbf", "2023-06-12T20:21:00Z")
    old = gpd.GeoDataFrame(listed.rename(columns={"LAD25CD": "LAD24CD", "WD25CD": "WD24CD"}))
    return nation.Nation(
        layers={
            "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V5": nation.layer_of(
                pd.concat([outlines, shifted], ignore_index=True)
            ),
            "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BSC_V4": nation.layer_of(
                shifted
            ),
            "LSOA21_WD25_LAD25_EW_LU_v2": nation.layer_of(gpd.GeoDataFrame(listed), None),
            "LSOA21_WD24_LAD24_EW_LU": nation.layer_of(old[:OTHERS], None),
            "OA_December_2021_EW_PWC_V4": nation.layer_of(points),
        },
        census={
            ("NM_2021_1", "0"): people.to_dict(),
            ("NM_2063_1", "0"): households.to_dict(),
            **{("NM_2020_1", band): counts.to_dict() for band, counts in bands.items()},
        },
        files={path.name: path for path in (NEEDED[3], extract)},
        regions={"wales": (shapely.box(-5.7, 51.2, -2.5, 53.6), extract)},
        district="W06000022",
    )


def test_tables_of_newport_from_services_are_those_from_files(
    projects: tuple[Project, Project],
) -> None:
    ours, theirs = (
        {
            str(path.relative_to(project.folder)): path.read_bytes()
            for path in sorted((project.folder / "data/interim/newport").glob("*.parquet"))
        }
        for project in projects
    )
    assert len(theirs) == len(FROM_RAW)
    assert ours.keys() == theirs.keys()
    # An extract is cut without the features that no step reads; the report of the assets counts
    # all there were to look through.
    folder = Path("data/interim/newport")
    differing = {name for name in theirs if ours[name] != theirs[name]}
    assert differing <= {str(folder / "features.parquet"), str(folder / "assets.parquet")}
    features, others = (
        gpd.read_parquet(project.folder / folder / "features.parquet") for project in projects
    )
    is_there = others["feature_id"].isin(features["feature_id"])
    assert is_there.sum() == len(features)
    assert not any(is_wanted(json.loads(tags)) for tags in others.loc[~is_there, "tags"])
    assert features.to_wkb().equals(others[is_there].reset_index(drop=True).to_wkb())
    one, other = (gpd.read_parquet(p.folder / folder / "assets.parquet") for p in projects)
    assert one.to_wkb().equals(other.to_wkb())


def test_the_district_knows_what_wales_has_not(projects: tuple[Project, Project]) -> None:
    path = projects[0].folder / "data/interim/newport/district.json"
    told = json.loads(path.read_text("utf-8"))["lacks"]
    assert any("no open register of brownfield land in Wales" in text for text in told.values())
