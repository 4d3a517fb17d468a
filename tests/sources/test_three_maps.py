"""Overpass, an extract of Geofabrik and a file: of one place and day, the same tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import osmium
import pandas as pd
import pytest

from pipeline.files import read_report
from pipeline.files.maps import time_of
from pipeline.osm import WITHOUT_DAYS
from pipeline.sources.osm_answers import header_of
from tests.servers import faulty, geofabrik, overpass
from tests.servers.faulty import Server, serving
from tests.sources.faults import in_json
from tests.tiny import Project

DAY = "2026-01-01"
# What is made of a map and of nothing else that could differ.
MADE = ("coverage", "assets", "access_points", "network", "entrances", "homes", "access")
# This names the place itself.
OF_THE_PLACE = {"data/interim/tiny/district.json"}


def said_of_its_time(path: Path) -> None:
    """Let a map say of what day it is, as every extract does."""
    plain = path.with_name("plain.osm.pbf")
    path.rename(plain)
    as_of = datetime(2026, 1, 1, 10, tzinfo=UTC)
    with osmium.SimpleWriter(str(path), header=header_of(as_of)) as writer:
        for entity in osmium.FileProcessor(str(plain)):
            writer.add(entity)
    assert time_of(path) == as_of


def at(project: Project, place: dict[str, Any]) -> None:
    """Let the district have its map from a place, and leave the day to it."""
    project.choose(lambda values: values.update(openstreetmap={"at": place}))


@pytest.fixture(scope="module")
def three(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[dict[str, Project], dict[str, Server]]]:
    """Build one district three times, side by side."""
    folder = tmp_path_factory.mktemp("three")
    projects = {"file": Project.new(folder / "file")}
    said_of_its_time(projects["file"].inputs / "map.osm.pbf")
    at(projects["file"], {"file": "../inputs/map.osm.pbf"})
    for name in ("overpass", "geofabrik"):
        projects[name] = projects["file"].copy(folder / name)
    pbf = projects["file"].inputs / "map.osm.pbf"
    town = overpass.Town.of(pbf)
    region = geofabrik.region("wales", (-1.0, 53.0, 1.0, 55.0), f"https://here{geofabrik.PBF}")
    with (
        serving(overpass.serving_town(town, as_of=f"{DAY}T10:00:00Z")) as live,
        serving(geofabrik.serving_extract(pbf, [region])) as extracts,
    ):
        at(projects["overpass"], {"overpass": f"{live.address}/api", "local": True})
        index = f"{extracts.address}{geofabrik.INDEX}"
        at(projects["geofabrik"], {"geofabrik": "wales", "index": index, "local": True})
        for project in projects.values():
            project.built(*(f"data/interim/tiny/{name}.parquet" for name in MADE))
        yield projects, {"overpass": live, "geofabrik": extracts}


@pytest.mark.slow
def test_the_extract_of_a_region_gives_every_byte_that_the_file_gives(
    three: tuple[dict[str, Project], dict[str, Server]],
) -> None:
    differing = _differing(three[0]["geofabrik"], three[0]["file"])
    assert differing == OF_THE_PLACE


@pytest.mark.slow
def test_overpass_gives_the_same_but_for_the_days_of_edits_and_says_so(
    three: tuple[dict[str, Project], dict[str, Server]],
) -> None:
    ours, theirs = three[0]["overpass"], three[0]["file"]
    for name in ("streets", *MADE):
        ours_frame, theirs_frame = (
            pd.read_parquet(p.made / f"{name}.parquet") for p in (ours, theirs)
        )
        pd.testing.assert_frame_equal(ours_frame, theirs_frame)
    features = pd.read_parquet(ours.made / "features.parquet")
    assert set(features["edited"]) == {""}
    pd.testing.assert_frame_equal(
        features.drop(columns="edited"),
        pd.read_parquet(theirs.made / "features.parquet").drop(columns="edited"),
    )
    assets = pd.read_parquet(ours.made / "assets.parquet")
    assert len(assets) > 5
    pd.testing.assert_frame_equal(assets, pd.read_parquet(theirs.made / "assets.parquet"))
    assert read_report(ours.made / "features.parquet")["caveats"] == [WITHOUT_DAYS]
    assert read_report(theirs.made / "features.parquet")["caveats"] == []


@pytest.mark.slow
def test_all_three_are_of_the_day_of_the_data(
    three: tuple[dict[str, Project], dict[str, Server]],
) -> None:
    for project in three[0].values():
        manifest = json.loads((project.raw / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["inputs"]["openstreetmap"]["date"] == DAY


@pytest.mark.slow
def test_the_map_alone_is_asked_for_again_and_a_failure_leaves_the_old_one(
    three: tuple[dict[str, Project], dict[str, Server]],
) -> None:
    project, server = three[0]["overpass"], three[1]["overpass"]
    before = project.state()
    server.asked.clear()
    project.built("refetch", "D=tiny", "SOURCE=openstreetmap")
    assert len(server.asked) == 1
    assert project.state() == before
    server.always = faulty.status(404)
    run = project.make("refetch", "D=tiny", "SOURCE=openstreetmap")
    server.always = None
    assert run.returncode
    assert "it answered with status 404" in run.stdout
    assert f"(OpenStreetMap of {DAY}) stay as they are" in run.stdout
    assert "Traceback" not in run.stdout
    assert {name for name in project.state() if ".overpass" not in name} == set(before)


@pytest.mark.slow
def test_a_map_that_has_shrunk_is_not_taken_for_granted(
    three: tuple[dict[str, Project], dict[str, Server]],
) -> None:
    project, server = three[0]["overpass"], three[1]["overpass"]
    server.always = in_json(_half_the_buildings)
    run = project.make("refetch", "D=tiny", "SOURCE=openstreetmap")
    server.always = None
    assert run.returncode
    assert "has 155 ways now, and had 175 when it was last fetched" in run.stdout


def _half_the_buildings(answer: dict[str, Any]) -> None:
    """Send fewer ways, and nothing that tells: the places of their nodes come, too."""
    houses = [one for one in answer["elements"] if "addr:street" in one.get("tags", {})]
    answer["elements"] = [one for one in answer["elements"] if one not in houses]


def _differing(one: Project, other: Project) -> set[str]:
    ours, theirs = one.state(), other.state()
    made = {name for name in theirs if name.startswith("data/interim")}
    assert len(made) > 10
    return {name for name in made if ours[name] != theirs[name]}
