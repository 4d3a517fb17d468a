"""Scotland and Northern Ireland on their own areas, indices and grids, from raw files to tables.

The nations are made up and have as many areas as the real ones; their services, on this machine,
give them in the forms in which the real ones are published. Each district has two areas side by
side, and a third next to them is another district's.
"""

from __future__ import annotations

import csv
import json
import math
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from demo.write import write_all
from pipeline.files.raw import read_manifest
from pipeline.sources.naptan import COLUMNS
from tests.servers import nation
from tests.servers.faulty import serving
from tests.tiny import EAST, NORTH, Project, write_map

SCOTTISH, IRISH = 6_976, 890
# Where in the nation's list the areas of the district stand, and their ranks: each is the first
# of its decile.
RANKS = {100: 698, 101: 6_279}
IRISH_RANKS = {100: 90, 101: 802}
PEOPLE = {100: 620, 101: 410, 102: 999}
# The same sea at the other coast, where the Irish grids hold.
WEST = -412_000
SAMPLETON = {"name": "Sampleton", "code": "E07099999", "nation": "england"}


def outlines(first: int, codes: list[str], crs: int, shift: int = 0) -> gpd.GeoDataFrame:
    """Draw three squares of the district and its neighbour, and all others far away."""
    places = [
        (EAST + shift + 500 * (n - first), NORTH) if first <= n < first + 3 else
        (EAST + shift - 9_000 - 600 * (n % 60), NORTH - 600 * (n // 60))
        for n in range(len(codes))
    ]  # fmt: skip
    squares = [shapely.box(x, y, x + 500, y + 500).segmentize(100) for x, y in places]
    names = [f"Place {n}" for n in range(len(codes))]
    frame = gpd.GeoDataFrame({"code": codes, "name": names}, geometry=squares, crs=27700)
    return frame.to_crs(crs)


def zipped_shapefile(frame: gpd.GeoDataFrame, target: Path) -> Path:
    """Write a zip of a shapefile, as both nations publish their areas."""
    folder = target.with_suffix("")
    folder.mkdir()
    frame.to_file(folder / f"{folder.name}.shp")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return target


def ranks_of(n_areas: int, chosen: dict[int, int]) -> list[int]:
    """Give each area a rank of its own, and the chosen ones theirs."""
    left = iter(sorted(set(range(1, n_areas + 1)) - set(chosen.values())))
    return [chosen.get(n) or next(left) for n in range(n_areas)]


def scotland(folder: Path) -> nation.Nation:
    """Write the Data Zones, the workbook of ranks, the stops and the map."""
    codes = [f"S01{6506 + n:06d}" for n in range(SCOTTISH)]
    zones = outlines(100, codes, 27700).rename(columns={"code": "DataZone", "name": "Name"})
    archive = zipped_shapefile(zones, folder / "SG_DataZoneBdry_2011.zip")
    ranks = ranks_of(SCOTTISH, RANKS)
    book = openpyxl.Workbook()
    book.active.title = "About"
    sheet = book.create_sheet("SIMD 2020v2 ranks")
    sheet.append(
        ["Data_Zone", "Intermediate_Zone", "Council_area", "Total_population",
         "Working_age_population", "SIMD2020v2_Rank", "SIMD2020v2_Income_Domain_Rank"]
    )  # fmt: skip
    for n, (code, rank) in enumerate(zip(codes, ranks, strict=True)):
        council = "Tiny & Isles" if n in RANKS else "Elsewhere"
        sheet.append([code, "Zone", council, PEOPLE.get(n, 700), 400, rank, SCOTTISH + 1 - rank])
    book.save(folder / "ranks.xlsx")
    stops = [stop("900", EAST + 480, NORTH + 260, "Tiny Street"), stop("910", 1, 1, "Far Station")]
    with (folder / "access-nodes.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *stops])
    surveyed(folder)
    return served(folder, archive, folder / "ranks.xlsx", folder / "access-nodes.csv", shift=0)


def surveyed(folder: Path) -> None:
    """Write the survey of vacant and derelict land as a shapefile, whose names it cuts short."""
    sites = [("GC/1", "Foundry Yard", "Derelict", "0.16", "Local Authority", EAST + 300),
             ("GC/2", None, "Vacant Land", "0.16", "Private", EAST + 700),
             ("GC/3", "Far Yard", "Vacant Land and Buildings", "0.16", "", 400_000)]  # fmt: skip
    columns = ["site_code", "site_name", "site_type", "site_size", "owner_1", "geometry"]
    rows = [(*said, shapely.box(x, NORTH + 300, x + 40, NORTH + 340)) for *said, x in sites]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=27700)
    frame = frame.assign(
        local_auth="Tiny & Isles", previous_u="Manufacturing", developmen="Unknown"
    )
    zipped_shapefile(frame, folder / "Vacant_and_Derelict_Land_-_Scotland.zip")


def stop(area: str, x: int, y: int, name: str) -> list[str]:
    """Return a row of NaPTAN that has no longitude and latitude, as one in twelve has none."""
    cells = dict.fromkeys(COLUMNS, "") | {
        "ATCOCode": f"{area}00000001", "CommonName": name, "Easting": str(x), "Northing": str(y),
        "StopType": "BCT", "Status": "active", "ModificationDateTime": "2026-11-01T00:00:00",
    }  # fmt: skip
    return [cells[name] for name in COLUMNS]


def northern_ireland(folder: Path) -> nation.Nation:
    """Write the Super Output Areas in the Irish Grid, the copy of ranks as text, and the map."""
    codes = [f"95{'ABCDEFGH'[n // 120]}A{n % 120 // 9 + 1:02d}S{n % 9 + 1}" for n in range(IRISH)]
    assert len(set(codes)) == IRISH
    areas = outlines(100, codes, 29902, WEST)
    areas = areas.rename(columns={"code": "SOA_CODE", "name": "SOA_LABEL"})
    archive = zipped_shapefile(areas, folder / "SOA2011_Esri_Shapefile_0.zip")
    ranks = ranks_of(IRISH, IRISH_RANKS)
    rows = [
        ["N09000099" if n in IRISH_RANKS else "N09000001", "Tinyfast", "Urban", code, f"Place {n}",
         rank, IRISH + 1 - rank]
        for n, (code, rank) in enumerate(zip(codes, ranks, strict=True))
    ]  # fmt: skip
    heads = ["LGD2014code", "LGD2014name", "UR2015", "SOA2001", "SOA2001name", "MDM_rank",
             "D1_Income_rank"]  # fmt: skip
    write_rows(folder / "nimdm2017-soa.csv", [heads, *rows])
    counts = [[codes[n], PEOPLE[n]] for n in PEOPLE]
    write_rows(folder / "residents.csv", [["SOA_CODE", "residents"], *counts])
    return served(folder, archive, folder / "nimdm2017-soa.csv", shift=WEST)


def write_rows(path: Path, rows: Iterable[list[Any]]) -> None:
    """Write rows as CSV with the mark of byte order that both nations use."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows(rows)


def served(folder: Path, *files: Path, shift: int) -> nation.Nation:
    """Serve these files, and the map as an extract."""
    write_map(folder / "map.osm.pbf", shift=shift)
    extract = nation.dated(folder / "map.osm.pbf", folder / "x.osm.pbf", "2026-11-01T20:21:00Z")
    regions = {"here": (shapely.box(-10, 49, 3, 61), extract)}
    return nation.Nation(files={path.name: path for path in (*files, extract)}, regions=regions)


def build(
    folder: Path,
    services: nation.Nation,
    urls: dict[str, str],
    choices: dict[str, Any],
    *,
    to_pages: bool = False,
) -> Project:
    """Build a district of a nation by the real Makefile: its tables, or to its pages."""
    project = Project.new(folder / "project")
    with serving(services.route) as server:
        services.address = server.address
        nation.point_at(project.folder, server.address, urls)
        at = {"geofabrik": "here", "index": f"{server.address}/index-v1.json", "local": True}
        values = {"name": "Tiny", **choices, "openstreetmap": {"at": at}}
        (project.districts / "tiny.yaml").write_text(json.dumps(values), encoding="utf-8")
        if to_pages:
            project.built()
        else:
            project.tables()
    return project


def areas_of(project: Project) -> gpd.GeoDataFrame:
    """Return the neighbourhoods by their codes."""
    return gpd.read_parquet(project.made / "neighbourhoods.parquet").set_index("neighbourhood_id")


def lacks(project: Project) -> str:
    """Return what the nation has no data of, as the notes of the district then say."""
    return " ".join(
        json.loads((project.made / "district.json").read_text("utf-8"))["lacks"].values()
    )


def england(folder: Path) -> nation.Nation:
    """Serve what the generator of the demonstration writes in the forms of the publishers."""
    demo = folder / "demo"
    write_all(demo)
    areas = gpd.read_file(demo / "lsoa_2021_boundaries.gpkg")[["LSOA21CD", "LSOA21NM", "geometry"]]
    listed = areas.drop(columns="LSOA21NM").assign(LAD26CD=SAMPLETON["code"], WD26CD="E05000001")
    bands = pd.read_csv(demo / "census2021-ts007a-lsoa.csv").set_index("geography code")
    columns = [name for name in bands.columns if name.startswith("Age: Aged")][:3]
    people, households = (
        pd.read_csv(demo / f"census2021-{table}-lsoa.csv").set_index("geography code").iloc[:, 2]
        for table in ("ts001", "ts041")
    )
    pack(folder / "opgrsp_gpkg_gb.zip", {"Data/opgrsp_gb.gpkg": demo / "os_open_greenspace.gpkg"})
    tiles = {f"data/ta/{path.name}": path for path in demo.glob("terrain50/*/*.zip")}
    pack(folder / "terr50_gagg_gb.zip", tiles)
    stops = (demo / "naptan-stops.csv").read_text(encoding="utf-8-sig").rstrip().splitlines()
    (folder / "access-nodes.csv").write_text(
        "\n".join([*stops, ",".join(stop("910", 1, 1, "Far Station"))]) + "\n", encoding="utf-8"
    )
    extract = nation.dated(demo / "sampleton.osm.pbf", folder / "x.osm.pbf", "2026-11-01T20:21:00Z")
    index = next(demo.glob("File_7*.csv"))
    return nation.Nation(
        layers={
            "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V5": nation.layer_of(
                areas
            ),
            "LSOA21_WD26_LAD26_EW_LU_v1": nation.layer_of(listed, None),
        },
        census={
            ("NM_2021_1", "0"): people.to_dict(),
            ("NM_2063_1", "0"): households.to_dict(),
            **{("NM_2020_1", str(n)): bands[name].to_dict() for n, name in enumerate(columns, 1)},
        },
        files={path.name: path for path in (index, extract, folder / "access-nodes.csv")},
        regions={"here": (shapely.box(-10, 49, 3, 61), extract)},
        products={
            "OpenGreenspace": ("GeoPackage", folder / "opgrsp_gpkg_gb.zip"),
            "Terrain50": ("ASCII Grid and GML (Grid)", folder / "terr50_gagg_gb.zip"),
        },
        entities=list(entities(demo / "brownfield-land-register.csv")),
        district=SAMPLETON["code"],
    )


def pack(target: Path, members: dict[str, Path]) -> None:
    """Write a zip."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in members.items():
            archive.write(path, name)


def entities(register: Path) -> Iterator[dict[str, Any]]:
    """Give the rows of a register as planning.data.gov.uk does; those without a place it has not.

    Its box lets through only what lies in it, so rows far away are left out too.
    """
    rows = pd.read_csv(register, dtype=str, keep_default_na=False)
    for number, row in enumerate(rows.to_dict("records"), start=1_700_000):
        if row["GeoX"] and 0.3 < float(row["GeoX"]) < 0.6 and 54 < float(row["GeoY"]) < 54.3:
            yield {
                "entity": number, "dataset": "brownfield-land", "reference": row["SiteReference"],
                "site-address": row["SiteNameAddress"], "hectares": row["Hectares"],
                "entry-date": row["LastUpdatedDate"] or "2025-01-01", "end-date": row["EndDate"],
                "point": f"POINT ({row['GeoX']} {row['GeoY']})", "geometry": "",
            }  # fmt: skip


@pytest.mark.slow
def test_an_english_district_of_five_lines_has_all_that_is_usual(tmp_path: Path) -> None:
    services = england(tmp_path)
    index = next(name for name in services.files if name.startswith("File_7"))
    project = build(tmp_path, services, {"iod_2025": index}, SAMPLETON)
    found = areas_of(project)
    assert len(found) == 24
    assert found["deprivation_state"].eq("ok").all()
    inputs = read_manifest(project.raw / "manifest.json").inputs
    assert set(inputs) == {
        "openstreetmap", "boundaries", "people", "households", "children", "deprivation",
        "elevation", "stops", "brownfield_register", "greenspace", "greenspace_access",
    }  # fmt: skip
    dates = {key: str(raw.date) for key, raw in inputs.items()}
    # Editions are of their own day, whatever the server says; the others of the server's.
    assert dates["people"] == "2021-03-21"
    assert dates["deprivation"] == "2025-10-30"
    assert dates["elevation"] == dates["greenspace"] == "2026-10-01"
    assets = gpd.read_parquet(project.made / "assets.parquet")
    sources = {name for several in assets["sources"] for name in several.split(",")}
    assert {"naptan", "brownfield_land_register", "os_open_greenspace_sites"} <= sources
    assert pd.read_parquet(project.made / "terrain.parquet")["steepest_pct"].max() > 10


@pytest.mark.slow
def test_a_scottish_district_has_its_zones_its_ranks_and_the_stops_around_it(
    tmp_path: Path,
) -> None:
    project = build(
        tmp_path,
        scotland(tmp_path),
        {"data_zone_2011": "SG_DataZoneBdry_2011.zip", "simd_2020v2": "ranks.xlsx",
         "simd_2020v2_residents": "ranks.xlsx"},
        {"name": "Tiny and Isles", "code": "S12000099", "nation": "scotland",
         "neighbourhoods": {"kind": "usual",
                            "without": ["elevation", "greenspace", "greenspace_access"]},
         "layers": {"vacant_and_derelict": {
             "table": "vacant_and_derelict_land_survey", "date": "2025-06-30",
             "at": {"file": str(tmp_path / "Vacant_and_Derelict_Land_-_Scotland.zip")}}}},
        to_pages=True,
    )  # fmt: skip
    rows = pd.read_csv(project.out / "profiles.csv").set_index("neighbourhood_id")
    assert rows["people"].iloc[-1] == rows["people"].iloc[:-1].sum(), "the last row is the district"
    found = rows.iloc[:-1]
    assert found["people"].to_dict() == {"S01006606": 620, "S01006607": 410}
    assert found["deprivation_rank"].to_dict() == {"S01006606": 698, "S01006607": 6_279}
    deciles = {"S01006606": 2, "S01006607": 10}
    assert found["deprivation_decile"].to_dict() == deciles
    assert deciles == {
        code: math.ceil(10 * rank / SCOTTISH) for code, rank in found["deprivation_rank"].items()
    }
    assert set(found["deprivation_index"]) == {"Scottish Index of Multiple Deprivation 2020v2"}
    raw = pd.read_csv(project.raw / "stops.csv")
    assert raw["CommonName"].tolist() == ["Tiny Street"]
    assert "Tiny Street" in set(gpd.read_parquet(project.made / "assets.parquet")["name"])
    note = json.loads((project.out / "run.json").read_text(encoding="utf-8"))
    assert any("Children are not counted" in caveat for caveat in note["caveats"])
    assert not any("vacant and derelict land needs a key" in text for text in note["caveats"])
    sites = gpd.read_parquet(project.made / "unused_land.parquet")
    sites = sites[sites["unused_kind"] == "vacant_and_derelict"].set_index("name")
    assert sites["status"].to_dict() == {"Foundry Yard": "derelict", "": "vacant"}
    assert sites["ownership"].to_dict() == {"Foundry Yard": "public", "": "not_public"}
    assert sites["area_m2"].tolist() == pytest.approx([1600, 1600])
    assert sites["date"].tolist() == ["2025-06-30", "2025-06-30"]
    page = (project.out / "unused-land.html").read_text(encoding="utf-8")
    assert "Derelict is said of the ground" in page
    assert "A brownfield register lists" not in page
    assert "found it vacant or derelict" in page


@pytest.mark.slow
def test_a_district_of_northern_ireland_stands_on_its_own_areas_and_grid(tmp_path: Path) -> None:
    services = northern_ireland(tmp_path)
    residents = {"table": "residents_super_output_area_2001", "date": "2020-06-30",
                 "at": {"file": str(tmp_path / "residents.csv")}}  # fmt: skip
    project = build(
        tmp_path,
        services,
        {"super_output_area_2001": "SOA2011_Esri_Shapefile_0.zip",
         "nimdm_2017": "nimdm2017-soa.csv"},
        {"name": "Tinyfast", "code": "N09000099", "nation": "northern_ireland",
         "neighbourhoods": {"kind": "usual", "people": residents}},
    )  # fmt: skip
    found = areas_of(project)
    assert found["people"].tolist() == [620, 410]
    assert found["deprivation_rank"].tolist() == [90, 802]
    assert found["deprivation_decile"].tolist() == [2, 10]
    assert [math.ceil(10 * rank / IRISH) for rank in found["deprivation_rank"]] == [2, 10]
    assert found.crs.to_epsg() == 2157
    assert found["area_ha"].between(24.9, 25.1).all()
    assert "NaPTAN, the register of stops, covers Great Britain only" in lacks(project)


@pytest.mark.slow
def test_a_district_that_the_index_does_not_list_is_told_of_those_it_lists(tmp_path: Path) -> None:
    services = northern_ireland(tmp_path)
    with pytest.raises(AssertionError, match=r"lists no area in Nowhere \(N09000098\); it has "):
        build(
            tmp_path,
            services,
            {"super_output_area_2001": "SOA2011_Esri_Shapefile_0.zip",
             "nimdm_2017": "nimdm2017-soa.csv"},
            {"name": "Nowhere", "code": "N09000098", "nation": "northern_ireland",
             "neighbourhoods": {"kind": "usual", "people": {
                 "table": "residents_super_output_area_2001",
                 "at": {"file": str(tmp_path / "residents.csv")}}}},
        )  # fmt: skip
