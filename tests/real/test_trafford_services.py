"""Real layers of Trafford, from real servers to the tables: each row is used, or says why not.

Its areas, allotments, schools and sports grounds come from an ArcGIS server (Koop), green spaces
and libraries from OGC API Features (pygeoapi), nature reserves from a WFS (MapServer), stops and
stations, pharmacies, people and the index from replays of their services, and brownfield land
with planted errors from one of planning.data. There is no OpenStreetMap data of Trafford here: a
lattice of streets is drawn instead, and houses along it.
"""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from pipeline.files.raw import read_manifest
from pipeline.files.stored import read_report
from tests.osm_files import Drawing
from tests.servers import koop, mapserver, pygeoapi
from tests.servers.faulty import Asked, Reply, serving
from tests.sources.test_naptan import HEADER
from tests.sources.test_planning_data import answering, entities
from tests.tiny import Project, once

ROOT = Path(__file__).parents[2]
REAL_DATA = Path(os.environ.get("REAL_DATA", ROOT.parent / "shared" / "places")).resolve()
TRAFFORD = REAL_DATA / "trafford"
RESIDENTS = REAL_DATA / "national" / "census2021_residents_lsoa21_ew.csv"
SERVERS = (koop, pygeoapi, mapserver)
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(
        not TRAFFORD.is_dir(), reason="the real places are missing: set REAL_DATA to their folder"
    ),
    *(pytest.mark.skipif(not one.is_installed(), reason=one.MISSING) for one in SERVERS),
]
# Rows of each layer, as its publisher has them; of the libraries of Greater Manchester those that
# lie in the box that is asked for.
ROWS = {
    "allotments": 35, "gates": 893, "greenspace": 427, "libraries": 40, "pharmacies": 631,
    "planning": 6, "register": 12, "reserves": 2, "schools": 103, "sports": 314,
    "stops": 1025 + 18 + 9,
}  # fmt: skip
SOURCES = {
    "greenspace": "os_open_greenspace_sites", "stops": "naptan",
    "register": "brownfield_land_register", "planning": "brownfield_land_register",
}  # fmt: skip


def read(name: str) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(gpd.read_file(TRAFFORD / f"{name}.geojson"))
    return frame.rename(columns={"id": "old_id"})


def save(frame: gpd.GeoDataFrame, path: Path, key: str, page: int = 100) -> Path:
    """Write rows as a server's own file, with a number each."""
    frame = frame.assign(**{key: range(1, len(frame) + 1)})
    content = json.loads(frame.to_json(drop_id=True, default=str))
    content["metadata"] = {"idField": key, "maxRecordCount": page}
    path.write_text(json.dumps(content), "utf-8")
    return path


# --- what is served ------------------------------------------------------------------------------


def for_koop(folder: Path) -> Path:
    folder.mkdir()
    areas = read("lsoa_2021_trafford_lsoa_generalised")
    areas = areas.rename(columns={"area_code": "LSOA21CD", "area_name": "LSOA21NM"})
    save(areas, folder / "LSOA_2021_Boundaries_BGC_V5.geojson", "OBJECTID")
    for name in ("trafford_allotments", "trafford_schools_and_colleges", "sports_facilities"):
        save(read(name), folder / f"{name}.geojson", "OBJECTID")
    return folder


def for_pygeoapi(folder: Path) -> dict[str, Path]:
    """Green spaces under the names of their publisher; which gate is whose is told by the place."""
    folder.mkdir()
    sites = read("trafford_greenspace_sites")
    sites = sites.rename(columns={"site_type": "function", "site_name": "distinctive_name_1"})
    gates = read("trafford_greenspace_access_points")
    metric = sites.to_crs(27700)
    nearest = metric.sindex.nearest(gates.to_crs(27700).geometry, return_all=False)[1]
    gates["ref_to_greenspace_site"] = nearest + 1
    return {
        "sites": save(sites, folder / "sites.geojson", "id"),
        "gates": save(gates, folder / "gates.geojson", "id"),
        "libraries": save(read("gm_libraries"), folder / "libraries.geojson", "id"),
    }


def for_mapserver(folder: Path) -> Path:
    folder.mkdir()
    reserves = read("trafford_local_nature_reserves").to_crs(27700)
    reserves["ref"] = [f"reserve-{row}" for row in range(len(reserves))]
    path = folder / "reserves.gpkg"
    pyogrio.write_dataframe(reserves, path, layer="rows", promote_to_multi=True)
    return path


def stops() -> bytes:
    """Bus stops, tram stops and stations in the columns of the register."""
    kinds = {"trafford_bus_stops": ("180", "BCT"), "trafford_metrolink_stops": ("940", "PLT"),
             "trafford_train_stops": ("910", "RLY")}  # fmt: skip
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADER.split(","), restval="")
    writer.writeheader()
    for name, (area, kind) in kinds.items():
        frame = read(name).to_crs(27700)
        codes = frame.get("atco_code", pd.Series([f"{area}0{kind}{row}" for row in frame.index]))
        names = frame["common_name"] if "common_name" in frame else frame["name"]
        for code, title, place in zip(codes, names, frame.geometry, strict=True):
            writer.writerow(
                {"ATCOCode": code, "CommonName": title, "StopType": kind, "Status": "active",
                 "BusStopType": "MKD" if kind == "BCT" else "", "Easting": round(place.x),
                 "Northing": round(place.y)}
            )  # fmt: skip
    return text.getvalue().encode()


# Every second site has an error that real registers have.
ERRORS: list[dict[str, object]] = [
    {"GeoX": "not-a-geox"}, {"GeoX": "", "GeoY": ""}, {"EndDate": "2024-05-01"},
    {"GeoX": 447_560, "GeoY": 130_729}, {"SiteReference": "BLR/00"}, {"GeoX": -1.32, "GeoY": 51.06},
]  # fmt: skip


def register() -> bytes:
    """Twelve sites in the statutory form."""
    rows = []
    for number in range(12):
        site: dict[str, object] = {
            "SiteReference": f"BLR/{number:02d}", "SiteNameAddress": f"Plot {number}, “Old” Lane",
            "GeoX": round(-2.40 + number / 100, 4), "GeoY": 53.42,
            "CoordinateReferenceSystem": "WGS84", "Hectares": 0.3, "EndDate": "",
        }  # fmt: skip
        rows.append(site | (ERRORS[number // 2] if number % 2 else {}))
    return pd.DataFrame(rows).to_csv(index=False).encode()


def planning_data() -> list[dict[str, Any]]:
    """Six sites as the national service has them, every second no longer on the register."""
    places = [f"POINT ({-2.40 + number / 50} 53.40)" for number in range(6)]
    return [
        row | {"point": place, "end-date": "2024-05-01" if number % 2 else ""}
        for number, (row, place) in enumerate(zip(entities(6), places, strict=True))
    ]


def draw_map(path: Path, areas: gpd.GeoDataFrame) -> Path:
    """Draw streets every 200 m, and ten houses in each area."""
    west, south, east, north = (round(edge, -2) for edge in areas.total_bounds)
    drawing, number = Drawing(west, south), 1
    width, height, step = int(east - west), int(north - south), 200
    for x in range(0, width + step, step):
        for y in range(0, height + step, step):
            for dx, dy in ((step, 0), (0, step)):
                drawing.line(number, [(x, y), (x + dx, y + dy)], highway="residential")
                number += 1
    for area in areas.geometry:
        middle = area.representative_point()
        for house in range(10):
            x, y = round(middle.x - west) + house * 15, round(middle.y - south)
            drawing.square(number, x, y, 10, building="house")
            number += 1
    # A map without any relation is taken for one that was cut short.
    drawing.square(number, 1_000, 1_000, 50)
    drawing.relation(1, [(number, "outer")], type="multipolygon", landuse="grass")
    return drawing.write(path)


# --- the district --------------------------------------------------------------------------------


def district(koop_at: str, pygeoapi_at: str, mapserver_at: str, at: str) -> dict[str, Any]:
    """Return the district's file."""

    def arcgis(service: str) -> dict[str, Any]:
        return {"arcgis": koop_at + koop.ROOT, "service": service, "local": True}

    def ogc(collection: str) -> dict[str, Any]:
        return {"ogc_features": pygeoapi_at, "collection": collection, "local": True}

    def file(name: str) -> dict[str, Any]:
        return {"url": f"{at}/files/{name}", "local": True}

    def council(category: str, title: str, place: dict[str, Any], name: str) -> dict[str, Any]:
        return {
            "category": category, "title": title, "at": place, "name": name, "date": "2026-06-01",
            "publisher": "Trafford Data Lab", "licence": "OGL-UK-3.0",
            "attribution": f"Source: Trafford Data Lab ({title})",
        }  # fmt: skip

    wfs = {"wfs": mapserver_at, "type_name": mapserver.LAYER, "local": True}
    return {
        "name": "Trafford", "code": "E08000009", "nation": "england", "crs": "EPSG:27700",
        "openstreetmap": {"at": file("map.osm.pbf"), "date": "2026-01-01"},
        "neighbourhoods": {
            "kind": "areas",
            "boundaries": {"table": "lsoa_2021", "at": arcgis(r"LSOA_2021_Boundaries_BGC_V\d")},
            "people": {"table": "census_2021_residents", "at": file("residents.csv")},
        },
        "layers": {
            "allotments": council(
                "allotments", "Allotments", arcgis("trafford_allotments"), "name"
            ) | {"licence": "ODbL-1.0"},
            "schools": council(
                "school", "Schools", arcgis("trafford_schools_and_colleges"), "name"
            ),
            "sports": council(
                "sports_ground", "Sports facilities", arcgis("sports_facilities"), "site_name"
            ),
            "libraries": council("library", "Libraries", ogc("libraries"), "Name"),
            "pharmacies": council(
                "pharmacy", "Pharmacies", file("pharmacies.geojson"), "pharmacy_name"
            ),
            "reserves": council("nature_space", "Local nature reserves", wfs, "site_name"),
            "greenspace": {"table": "os_open_greenspace_sites", "at": ogc("sites")},
            "gates": {"table": "os_open_greenspace_access_points", "at": ogc("gates")},
            "stops": {
                "table": "naptan",
                "at": {"naptan": ["180", "910", "940"], "api": at, "local": True},
            },
            "register": {"table": "brownfield_land_register", "at": file("register.csv")},
            "planning": {
                "table": "brownfield_land_register",
                "at": {"planning_data": "brownfield-land", "api": at, "local": True},
            },
        },
    }  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Build Trafford through the real Makefile, once for all processes of the tests."""
    return Project(once(tmp_path_factory, "trafford", build) / "project")


def build(folder: Path) -> str:
    """Serve the layers of Trafford, and build its tables of them."""
    folder.mkdir()
    areas = read("lsoa_2021_trafford_lsoa_generalised").to_crs(27700)
    files = {
        "map.osm.pbf": (draw_map(folder / "map.osm.pbf", areas).read_bytes(), ""),
        "residents.csv": (RESIDENTS.read_bytes(), "text/csv"),
        "pharmacies.geojson": ((TRAFFORD / "gm_pharmacies.geojson").read_bytes(), ""),
        "register.csv": (register(), "text/csv"),
    }  # fmt: skip
    all_stops = stops()

    def route(asked: Asked) -> Reply:
        path = urlsplit(asked.path).path
        if path.startswith("/files/"):
            return Reply(*files[path.rpartition("/")[2]])
        return (
            Reply(all_stops, "text/csv")
            if "access-nodes" in path
            else answering(planning_data())(asked)
        )

    project = Project.new(folder / "project")
    with ExitStack() as running:
        # MapServer runs as an ordinary user, who may not read the folders of pytest.
        open_to_all = Path(running.enter_context(tempfile.TemporaryDirectory()))
        addresses = (
            running.enter_context(koop.koop(for_koop(folder / "koop"))),
            running.enter_context(
                pygeoapi.pygeoapi(folder / "server", for_pygeoapi(folder / "pygeoapi"))
            ),
            running.enter_context(
                mapserver.mapserver(
                    open_to_all / "wfs", for_mapserver(open_to_all / "rows"), kind="POLYGON"
                )
            ),
            running.enter_context(serving(route)).address,
        )
        path = project.districts / "trafford.yaml"
        path.write_text(json.dumps(district(*addresses)), "utf-8")
        return project.tables("trafford")


def assets_of(project: Project) -> gpd.GeoDataFrame:
    return gpd.read_parquet(project.folder / "data/interim/trafford/assets.parquet")


def aside_of(project: Project) -> pd.DataFrame:
    return pd.read_parquet(project.folder / "data/interim/trafford/set_aside.parquet")


def test_every_row_of_every_layer_is_in_an_asset_or_set_aside(built: Project) -> None:
    members = {
        (record["source"], record["id"])
        for records in assets_of(built)["records"]
        for record in json.loads(records)
    }
    points = gpd.read_parquet(built.folder / "data/interim/trafford/access_points.parquet")
    used = Counter(source for source, _ in members) + Counter({"gates": len(points)})
    aside = aside_of(built)
    assert aside["reason"].str.len().min() > 0
    rows: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for layer, count in ROWS.items():
        rows[SOURCES.get(layer, layer)] += count
        left[SOURCES.get(layer, layer)] += int((aside["layer"] == layer).sum())
    assert used + left == rows
    layers = read_report(built.folder / "data/interim/trafford/assets.parquet")["layers"]
    assert {layer: found["rows"] for layer, found in layers.items()} == ROWS
    assert used == {
        "allotments": 35, "brownfield_land_register": 9, "gates": 651, "libraries": 27,
        "naptan": 1034, "os_open_greenspace_sites": 278, "pharmacies": 113, "reserves": 2,
        "schools": 103, "sports": 314,
    }  # fmt: skip


def test_assets_carry_their_sources_and_licences(built: Project) -> None:
    assets = assets_of(built)
    assert set(assets["licences"]) == {"OGL-UK-3.0", "ODbL-1.0", "ODbL-1.0,OGL-UK-3.0"}
    is_allotment = assets["sources"].str.split(",").map(lambda names: "allotments" in names)
    assert assets.loc[is_allotment, "licences"].str.contains("ODbL-1.0").all()
    assert not assets.loc[~is_allotment, "licences"].str.contains("ODbL-1.0").any()
    inputs = read_manifest(built.folder / "data/raw/trafford/manifest.json").inputs
    assert set(ROWS) < set(inputs)
    assert all(inputs[layer].attribution for layer in ROWS)
    assert inputs["allotments"].attribution == "Source: Trafford Data Lab (Allotments)"


def test_libraries_of_trafford_are_all_there_by_name(built: Project) -> None:
    published = read("gm_libraries")
    names = set(published.loc[published["Area name"] == "Trafford", "Name"])
    assets = assets_of(built)
    assert len(names) > 5
    assert names <= set(assets.loc[assets["category"] == "library", "name"])


def test_half_of_the_planted_errors_is_in_use_and_half_set_aside_with_its_reason(
    built: Project,
) -> None:
    aside = aside_of(built)
    reasons = aside[aside["layer"] == "register"].set_index("id")["reason"].to_dict()
    expected = {
        "BLR/01": "not two numbers", "BLR/03": "no coordinates", "BLR/05": "no longer listed",
        "BLR/07": "not degrees", "BLR/00": "more than once", "BLR/11": "beyond the district",
    }  # fmt: skip
    assert reasons.keys() == expected.keys()
    assert all(words in reasons[site] for site, words in expected.items()), reasons
    sites = assets_of(built).query("category == 'brownfield'")["name"]
    plots = {f"Plot {number}, “Old” Lane" for number in range(0, 12, 2)}
    assert plots <= set(sites)
    assert not {f"Plot {number}, “Old” Lane" for number in range(1, 12, 2)} & set(sites)
    ended = aside[aside["layer"] == "planning"]
    assert ended["id"].tolist() == ["BF00001", "BF00003", "BF00005"]
