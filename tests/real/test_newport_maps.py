"""Newport's map from Overpass and from an extract: the network and the features of the file."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import osmium
import pandas as pd
import pytest

from pipeline.config import Snapping
from pipeline.config.place import GeofabrikRegion, OverpassArea
from pipeline.network import build_network
from pipeline.osm import OsmData, read_osm
from pipeline.sources import geofabrik, overpass
from pipeline.sources.http import Client, Service
from pipeline.sources.osm_answers import header_of
from pipeline.sources.services import area_around
from pipeline.wanted import is_wanted
from tests.servers import geofabrik as extracts
from tests.servers import overpass as live
from tests.servers.faulty import serving

REAL = Path(os.environ.get("REAL_DATA", ""))
MAP = REAL / "newport/newport-2023-06-13.osm.pbf"
BUFFER_M = 1_800.0
SNAPPING = Snapping(home_cap_m=150.0, entrance_cap_m=100.0, smallest_component_m=1_000.0)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.real,
    pytest.mark.skipif(
        not os.environ.get("REAL_DATA") or not MAP.is_file(),
        reason="REAL_DATA names no folder with newport/newport-2023-06-13.osm.pbf",
    ),
]


def completed(source: Path, target: Path) -> Path:
    """Leave out the relations whose members the extract lacks; the whole map lacks none."""
    there: dict[str, set[int]] = {"n": set(), "w": set(), "r": set()}
    for entity in osmium.FileProcessor(str(source)):
        there[entity.type_str()].add(entity.id)
    header = header_of(datetime(2023, 6, 12, 20, tzinfo=UTC))
    with osmium.SimpleWriter(str(target), header=header) as writer:
        for entity in osmium.FileProcessor(str(source)):
            if not entity.is_relation() or all(
                member.type == "r" or member.ref in there[member.type] for member in entity.members
            ):
                writer.add(entity)
    return target


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, OsmData]:
    """Read Newport's map as it comes each way."""
    folder = tmp_path_factory.mktemp("maps")
    pbf = completed(MAP, folder / "newport.osm.pbf")
    areas = gpd.read_file(REAL / "newport/newport_lsoa21_best.gpkg")
    area = area_around("W06000022", *map(float, areas.to_crs("EPSG:4326").total_bounds))
    service = Service("OpenStreetMap", frozenset({"127.0.0.1"}), is_local=True)
    who = Client(service, folder / "locks")
    (folder / "o").mkdir()
    (folder / "g").mkdir()
    as_of = "2023-06-12T20:00:00Z"
    with serving(live.serving_town(live.Town.of(pbf), as_of=as_of)) as server:
        place = OverpassArea(overpass=f"{server.address}/api", local=True)
        by_overpass = overpass.fetch(place, area, who, folder / "o", folder / "kept")
        assert len(server.asked) == len(list((folder / "kept").glob("*.json"))) > 4
    region = extracts.region("wales", (-5.5, 51.2, -2.5, 53.5), f"https://here{extracts.PBF}")
    with serving(extracts.serving_extract(pbf, [region])) as server:
        index = f"{server.address}{extracts.INDEX}"
        found = GeofabrikRegion(geofabrik="wales", index=index, local=True)
        by_extract = geofabrik.fetch(found, area, who, folder / "g", folder / "regions")
    assert by_overpass.date == by_extract.date == datetime(2023, 6, 12, tzinfo=UTC).date()
    outline = areas.to_crs("EPSG:27700").union_all()
    paths = {"file": pbf, "overpass": by_overpass.path, "extract": by_extract.path}
    return {
        name: _in_order(read_osm(str(path), "EPSG:27700", outline, BUFFER_M))
        for name, path in paths.items()
    }


def _in_order(data: OsmData) -> OsmData:
    """Sort as the tables are when they are written."""
    features = data.features.sort_values(["feature_id", "shape"], ignore_index=True)
    streets = data.streets.sort_values(["way_id", "part"], ignore_index=True)
    return OsmData(features, streets, data.report)


@pytest.mark.parametrize("way", ["overpass", "extract"])
def test_streets_and_network_are_those_of_the_file(maps: dict[str, OsmData], way: str) -> None:
    pd.testing.assert_frame_equal(maps[way].streets, maps["file"].streets)
    ours, theirs = (
        build_network(maps[name].streets, maps[name].features, SNAPPING)[0]
        for name in (way, "file")
    )
    assert len(theirs) > 15_000
    pd.testing.assert_frame_equal(ours, theirs)


def test_features_of_the_extract_are_those_of_the_file(maps: dict[str, OsmData]) -> None:
    pd.testing.assert_frame_equal(maps["extract"].features, maps["file"].features)


def test_features_of_overpass_are_all_that_any_step_reads(maps: dict[str, OsmData]) -> None:
    theirs = maps["file"].features
    is_read = theirs["tags"].map(json.loads).map(is_wanted)
    ours = maps["overpass"].features.drop(columns="edited")
    there = ours["feature_id"].isin(theirs.loc[is_read, "feature_id"])
    wanted = theirs[is_read].drop(columns="edited").reset_index(drop=True)
    assert len(wanted) > 50_000
    pd.testing.assert_frame_equal(ours[there].reset_index(drop=True), wanted)
