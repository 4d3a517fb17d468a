"""The files of Sampleton look like the published ones, add up, and stay at sea."""

import csv
import hashlib
import io
import math
import sqlite3
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import pyogrio
import pytest
from pyproj import Transformer

from demo import deprivation, land, transport
from demo.grid import EXTENT, ORIGIN, to_degrees, to_national
from demo.people import largest_remainder
from demo.plan.neighbourhoods import NEIGHBOURHOODS, POPULATION, RANKS_IN_ENGLAND
from demo.plan.streets import CROFTS
from demo.write import write_all

HIGHEST_REAL_NODE = 20_000_000_000
HIGHEST_REAL_WAY = 3_000_000_000
HIGHEST_REAL_RELATION = 100_000_000
HIGHEST_REAL_LSOA = "E01040000"
LAYER = "LSOA_2021_EW_BGC_V5"


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def digests(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_two_runs_write_the_same_bytes(demo_files: Path, tmp_path: Path) -> None:
    write_all(tmp_path / "again")
    assert digests(tmp_path / "again") == digests(demo_files)
    assert [p.name for p in tmp_path.iterdir()] == ["again"]


def test_every_file_is_there(demo_files: Path) -> None:
    assert sorted(digests(demo_files)) == [
        "File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators.csv",
        "README.md",
        "brownfield-land-register.csv",
        "bus_timetables.zip",
        "census2021-ts001-lsoa.csv",
        "census2021-ts007a-lsoa.csv",
        "census2021-ts041-lsoa.csv",
        "council_allotments.zip",
        "council_flood_zones.geojson",
        "council_markets.csv",
        "lsoa_2021_boundaries.gpkg",
        "naptan-stops.csv",
        "os_open_greenspace.gpkg",
        "sampleton.osm.pbf",
        "terrain50/ta/ta57_OST50GRID_20260101.zip",
        "terrain50/ta/ta67_OST50GRID_20260101.zip",
    ]


def test_people_add_up_to_the_population_of_the_district(demo_files: Path) -> None:
    table = rows(demo_files / "census2021-ts001-lsoa.csv")
    total, private, communal = (
        [int(row[f"Residence type: {kind}; measures: Value"]) for row in table]
        for kind in ("Total", "Lives in a household", "Lives in a communal establishment")
    )
    assert sum(total) == POPULATION == 35_000
    assert [p + c for p, c in zip(private, communal, strict=True)] == total
    assert min(total) >= 900


def test_households_hold_a_plausible_number_of_people(demo_files: Path) -> None:
    homes = rows(demo_files / "census2021-ts041-lsoa.csv")
    people = rows(demo_files / "census2021-ts001-lsoa.csv")
    counts = [int(row["Number of households: Total; measures: Value"]) for row in homes]
    assert [r["geography code"] for r in homes] == [r["geography code"] for r in people]
    assert 2.2 < POPULATION / sum(counts) < 2.6
    assert all(400 <= n <= 1200 for n in counts)


def test_ages_add_up_and_a_plausible_share_are_children(demo_files: Path) -> None:
    table = rows(demo_files / "census2021-ts007a-lsoa.csv")
    people = rows(demo_files / "census2021-ts001-lsoa.csv")
    bands = [name for name in table[0] if name.startswith("Age: Aged")]
    assert len(bands) == 18
    totals, children = [], []
    for row, whole in zip(table, people, strict=True):
        assert row["geography code"] == whole["geography code"]
        counts = [int(row[band]) for band in bands]
        assert sum(counts) == int(row["Age: Total"])
        totals.append(sum(counts) - int(whole["Residence type: Total; measures: Value"]))
        children.append(sum(counts[:3]) / sum(counts))
    # Tables are perturbed each on its own: their totals differ, by little.
    assert 0 < max(map(abs, totals)) <= 2
    assert 0.17 < sum(children) / len(children) < 0.20
    assert 0.12 < min(children) < 0.15
    assert 0.21 < max(children) < 0.25


def test_whole_shares_add_up() -> None:
    assert largest_remainder([1, 1, 1], 10) == [4, 3, 3]
    assert sum(largest_remainder(np.linspace(0.1, 9.7, 37), 1009)) == 1009


def test_the_index_has_the_published_headers_with_one_cut_short(demo_files: Path) -> None:
    raw = (demo_files / deprivation.FILE_NAME).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    header = next(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert len(header) == 4 + 16 * 3 + 4
    assert header[4:7] == [
        "Index of Multiple Deprivation (IMD) Score",
        "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)",
        "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)",
    ]
    cut = "Children and Young People Sub-domain Decile (where 1 is most deprived 10% of LSO"
    assert [name for name in header if name.endswith("LSO")] == [cut]


def test_ranks_cover_all_ten_deciles_and_agree_with_them(demo_files: Path) -> None:
    table = rows(demo_files / deprivation.FILE_NAME)
    name = "Index of Multiple Deprivation (IMD) {} (where 1 is most deprived{})"
    ranks = [int(row[name.format("Rank", "")]) for row in table]
    deciles = [int(row[name.format("Decile", " 10% of LSOAs")]) for row in table]
    assert deciles == [math.ceil(10 * rank / RANKS_IN_ENGLAND) for rank in ranks]
    assert set(deciles) == set(range(1, 11))
    assert len(set(ranks)) == len(NEIGHBOURHOODS) == 24
    assert dict(zip(ranks, deciles, strict=True)).items() >= {(3375, 1), (3376, 2)}


def test_boundaries_have_the_fields_of_the_statistics_office(demo_files: Path) -> None:
    path = demo_files / "lsoa_2021_boundaries.gpkg"
    frame = pyogrio.read_dataframe(path)
    with sqlite3.connect(path) as database:
        fields = database.execute(f"SELECT name FROM pragma_table_info('{LAYER}')").fetchall()
    database.close()
    assert [name for (name,) in fields if name != "geom"] == [
        "FID", "LSOA21CD", "LSOA21NM", "LSOA21NMW", "BNG_E", "BNG_N", "LAT", "LONG", "GlobalID",
    ]  # fmt: skip
    assert frame.crs.to_epsg() == 27700
    assert frame.is_valid.all()
    assert frame.area.sum() == pytest.approx(frame.union_all().area)
    assert min(frame["LSOA21CD"]) > HIGHEST_REAL_LSOA
    assert set(frame["LSOA21CD"]) == {
        r["LSOA code (2021)"] for r in rows(demo_files / deprivation.FILE_NAME)
    }


def test_green_space_has_the_layers_and_fields_of_the_survey(demo_files: Path) -> None:
    path = demo_files / "os_open_greenspace.gpkg"
    sites = pyogrio.read_dataframe(path, layer="greenspace_site")
    points = pyogrio.read_dataframe(path, layer="access_point")
    assert list(sites.columns)[:3] == ["id", "function", "distinctive_name_1"]
    assert list(points.columns)[:3] == ["id", "access_type", "ref_to_greenspace_site"]
    assert set(points["ref_to_greenspace_site"]) <= set(sites["id"])
    assert set(sites.geom_type) == {"MultiPolygon"}
    locked = to_national([(2010, 1200)])[0]
    assert not ((points.geometry.x == locked[0]) & (points.geometry.y == locked[1])).any()


def test_packages_carry_one_fixed_date(demo_files: Path) -> None:
    for path in demo_files.glob("*.gpkg"):
        with sqlite3.connect(path) as database:
            dates = database.execute("SELECT DISTINCT last_change FROM gpkg_contents").fetchall()
        database.close()
        assert dates == [("2026-01-01T00:00:00.000Z",)]


def test_stops_have_the_43_published_columns(demo_files: Path) -> None:
    table = rows(demo_files / "naptan-stops.csv")
    assert list(table[0]) == transport.HEADER
    assert len(transport.HEADER) == 43
    assert {row["Status"] for row in table} == {"active", "inactive"}
    assert {"BCT", "RLY", "RSE", "RPL", "FTD", "FER"} == {row["StopType"] for row in table}
    blank = [row for row in table if not row["Longitude"]]
    assert blank
    assert all(row["Easting"] and row["Northing"] for row in table)
    codes = [row["ATCOCode"] for row in table]
    assert len(set(codes)) == len(codes)


def test_bus_stops_come_in_pairs_of_one_name(demo_files: Path) -> None:
    table = [r for r in rows(demo_files / "naptan-stops.csv") if r["StopType"] == "BCT"]
    names = {row["CommonName"] for row in table}
    for name in names:
        pair = [row for row in table if row["CommonName"] == name]
        assert [row["Indicator"] for row in pair] == ["adj", "opp"]
        assert all(row["ATCOCode"].startswith("999") for row in pair)


def test_the_register_has_the_current_columns_and_an_ended_site(demo_files: Path) -> None:
    table = rows(demo_files / "brownfield-land-register.csv")
    assert list(table[0]) == land.BROWNFIELD_HEADER
    assert len([row for row in table if row["EndDate"]]) == 1
    assert {row["PlanningStatus"] for row in table} == {
        "permissioned", "not permissioned", "pending decision",
    }  # fmt: skip


def test_terrain_tiles_have_200_by_200_cells_and_a_hill(demo_files: Path) -> None:
    path = demo_files / "terrain50" / "ta" / "ta57_OST50GRID_20260101.zip"
    with zipfile.ZipFile(path) as archive:
        text = archive.read("TA57.asc").decode("ascii").splitlines()
    assert text[:5] == [
        "ncols 200", "nrows 200", "xllcorner 550000", "yllcorner 470000", "cellsize 50",
    ]  # fmt: skip
    grid = np.array([line.split() for line in text[5:]], dtype=float)
    assert grid.shape == (200, 200)
    row, column = np.unravel_index(grid.argmax(), grid.shape)
    summit = (550_000 + 50 * column + 25, 480_000 - 50 * row - 25)
    assert math.dist(summit, (ORIGIN[0] + 710, ORIGIN[1] + 620)) < 75
    assert grid.max() > 90


def test_the_district_lies_at_sea() -> None:
    corners = to_degrees([EXTENT[:2], EXTENT[2:]])
    (west, south), (east, north) = corners
    assert 0.3 < west < east < 0.6
    assert 54.05 < south < north < 54.25


def test_coordinates_come_back_within_two_centimetres() -> None:
    drawn = np.random.Generator(np.random.PCG64(1)).uniform(-1900, 5900, (5000, 2)).round()
    points = [(float(x), float(y)) for x, y in drawn]
    degrees = to_degrees(points)
    back = Transformer.from_crs(4326, 27700, always_xy=True)
    east, north = back.transform(degrees[:, 0], degrees[:, 1])
    gap = np.hypot(*(np.column_stack([east, north]) - to_national(points)).T)
    assert gap.max() < 0.02


def test_streets_of_the_crofts_stand_on_whole_metres() -> None:
    for street in CROFTS:
        for a, b in pairwise(street.points):
            assert a == tuple(map(round, a))
            assert math.dist(a, b).is_integer()


def test_numbers_of_the_map_are_sorted_and_not_in_use(demo_files: Path) -> None:
    kinds: dict[str, list[int]] = {"n": [], "w": [], "r": []}
    for item in osmium.FileProcessor(str(demo_files / "sampleton.osm.pbf")):
        kinds[item.type_str()].append(item.id)
        assert item.version == 1
    assert all(numbers == sorted(set(numbers)) for numbers in kinds.values())
    assert kinds["n"][0] > HIGHEST_REAL_NODE
    assert kinds["w"][0] > HIGHEST_REAL_WAY
    assert kinds["r"][0] > HIGHEST_REAL_RELATION


def test_the_map_says_that_it_is_synthetic_and_what_it_covers(demo_files: Path) -> None:
    reader = osmium.io.Reader(str(demo_files / "sampleton.osm.pbf"))
    header = reader.header()
    assert "synthetic" in header.get("generator")
    assert header.box().valid()
    reader.close()
    assert "synthetic" in (demo_files / "README.md").read_text(encoding="utf-8")
