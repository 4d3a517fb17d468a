"""A district is the same wherever its raw files come from; a failed fetch changes nothing."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from pipeline.config import LocalFile
from pipeline.errors import ChoiceIsNotAllowed, SourceFailed
from pipeline.files.declared import DeclaredInput
from pipeline.files.raw import Manifest, RawFile, read_manifest, write_manifest
from pipeline.sources import fetching
from tests.servers import arcgis, faulty
from tests.servers.faulty import Asked, Reply, Server, serving
from tests.tiny import CODES, Project, built_once

TYPES = {"FID": "OID", "LSOA21CD": "String", "LSOA21NM": "String", "LAD25CD": "String"}
FILES = {"map.osm.pbf": "application/octet-stream", "ranks.csv": "text/csv",
         "brownfield.csv": "text/csv", "markets.csv": "text/csv"}  # fmt: skip
NOMIS_HEAD = b'"GEOGRAPHY_CODE","OBS_VALUE","RECORD_COUNT"\n'


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, Server]]:
    """Build the district from services, all on this machine."""
    project = Project.new(tmp_path_factory.mktemp("services") / "project")
    with serving(services(project.inputs)) as server:
        project.choose(lambda values: ask_services(values, server.address))
        project.built()
        server.asked.clear()
        yield project, server


def services(inputs: Path) -> faulty.Route:
    """Serve what the files of the district hold, as real services do."""
    areas = gpd.read_file(inputs / "areas.gpkg")
    rows = [
        ({"FID": n, "LSOA21CD": row.LSOA21CD, "LSOA21NM": row.LSOA21NM, "LAD25CD": "E07099998"},
         {"rings": [list(map(list, row.geometry.exterior.coords))[::-1]]})
        for n, row in enumerate(areas.itertuples(), 1)
    ]  # fmt: skip
    layers = arcgis.answering(
        {"Areas_BFC_V2": arcgis.Table(rows, TYPES, "esriGeometryPolygon", page=1),
         "Areas_LU_V1": arcgis.Table([(cells, None) for cells, _ in rows], TYPES, None, page=1)}
    )  # fmt: skip

    def route(asked: Asked) -> Reply:
        name = asked.path.rpartition("/")[2].partition("?")[0]
        if name in FILES:
            return Reply((inputs / name).read_bytes(), FILES[name])
        if "NM_2021_1" in asked.path:
            counts = zip(CODES, (60, 40), strict=True)
            lines = [f'"{code}",{count},2\n'.encode() for code, count in counts]
            return Reply(NOMIS_HEAD + b"".join(lines), "text/csv")
        return layers(asked)

    return route


def ask_services(values: dict[str, Any], address: str) -> None:
    """Let the district name services for its inputs, and the days of their data."""

    def file_at(name: str) -> dict[str, Any]:
        return {"url": f"{address}/files/{name}", "local": True}

    areas, layers = values["neighbourhoods"], values["layers"]
    values["openstreetmap"]["at"] = file_at("map.osm.pbf")
    areas["boundaries"] |= {
        "date": "2021-12-01",
        "at": {
            "arcgis": f"{address}{arcgis.ROOT}", "service": r"Areas_BFC_V\d+", "local": True,
            "codes": {"service": r"Areas_LU_V\d", "where": "LAD25CD = '{code}'",
                      "field": r"LSOA\d\dCD"},
            "code_field": r"LSOA\d\dCD",
        },
    }  # fmt: skip
    areas["people"] |= {
        "date": "2021-03-21",
        "at": {"nomis": "NM_2021_1", "type": "TYPE151", "dimensions": {"c2021_restype_3": "0"},
               "api": address, "local": True},
    }  # fmt: skip
    areas["deprivation"] |= {"date": "2025-10-30", "at": file_at("ranks.csv")}
    layers["register"] |= {"date": "2026-11-01", "at": file_at("brownfield.csv")}
    layers["markets"]["at"] = file_at("markets.csv")


@pytest.mark.slow
def test_tables_and_pages_from_services_are_those_from_files(
    built: tuple[Project, Server], tmp_path_factory: pytest.TempPathFactory
) -> None:
    from_files = built_once(tmp_path_factory)
    ours, theirs = built[0].state(), from_files.state()
    made = {name for name in theirs if name.startswith(("data/interim", "outputs"))}
    assert len(made) > 20
    differing = {name for name in made if ours[name] != theirs[name]}
    # What names the place itself: the district's choices, and of each edition its note and its page
    # about the data.
    names_it = ("data.html", "run.json")
    notes = {f"outputs/tiny/{where}{name}" for where in ("", "community/") for name in names_it}
    packed = {name for name in differing if name.endswith(".zip")}
    assert differing - packed == notes | {"data/interim/tiny/district.json"}
    for name in packed:
        ways = [zipfile.ZipFile(project.folder / name) for project in (built[0], from_files)]
        names = ways[0].namelist()
        assert names == ways[1].namelist()
        odd = [inside for inside in names if ways[0].read(inside) != ways[1].read(inside)]
        assert [inside.rpartition("/")[2] for inside in odd] == list(names_it), name


@pytest.mark.slow
def test_one_fault_at_any_request_leaves_all_raw_files_as_they_were_or_passes(
    built: tuple[Project, Server],
) -> None:
    project, server = built
    before = project.state()
    faults = [faulty.status(404), faulty.cut_packed, faulty.instead(b"")]
    n_failed = at = 0
    while not server.faults:
        server.faults = [*[None] * at, faults[at % len(faults)]]
        run = project.make("refetch", "D=tiny")
        if run.returncode:
            n_failed += 1
            (line,) = [line for line in run.stdout.splitlines() if line.startswith("✗")]
            assert "stay as they are" in line, line
        assert project.state() == before, f"request {at}: {run.stdout}"
        at += 1
    server.faults.clear()
    assert at > 10
    assert (at - 1) / 3 <= n_failed < at - 1


@pytest.mark.slow
def test_what_has_shrunk_stops_the_run_unless_the_district_says_why(
    built: tuple[Project, Server], tmp_path: Path
) -> None:
    project = built[0].copy(tmp_path / "project")
    before = _but_for_choices(project)
    address = built[1].address
    half = gpd.read_file(project.inputs / "areas.gpkg")[:1]
    half.to_file(project.inputs / "half.gpkg", layer="areas")

    def change(values: dict[str, Any]) -> None:
        ask_services(values, address)
        values["neighbourhoods"]["boundaries"]["at"] = {"file": "../inputs/half.gpkg"}

    project.choose(change)
    run = project.make("refetch", "D=tiny")
    assert run.returncode
    assert "has 1 rows now, and had 2 when it was last fetched" in run.stdout
    assert _but_for_choices(project) == before

    def explain(values: dict[str, Any]) -> None:
        change(values)
        values["has_shrunk"] = {"boundaries": "Half of the town was merged with its neighbour."}

    project.choose(explain)
    project.built("refetch", "D=tiny")


def _but_for_choices(project: Project) -> dict[str, bytes]:
    """Return what was made, without what repeats the district’s own file."""
    return {name: content for name, content in project.state().items() if "district." not in name}


@pytest.mark.parametrize("word", ["ways", "hectares"])
def test_what_is_not_there_at_all_has_shrunk_too(word: str) -> None:
    """A map without a street, or the middles of parks instead of their outlines."""
    key = "openstreetmap" if word == "ways" else "parks"
    before = RawFile(
        path="a.gpkg", title="A", publisher="p", licence="l", attribution="a",
        date=date(2026, 1, 1), sha256="0" * 64, bytes=1, rows=900, hectares=12.0, encoding=None,
        table=None, original_name="a.gpkg", declared_place="0" * 64,
    )  # fmt: skip
    now = before.model_copy(update={"rows" if word == "ways" else "hectares": None})
    with pytest.raises(SourceFailed, match=f"A has 0 {word} now, and had"):
        fetching._must_not_have_shrunk(now, before, "town", key, {})
    fetching._must_not_have_shrunk(now, before, "town", key, {key: "It is so."})
    fetching._must_not_have_shrunk(before, now, "town", key, {})


def test_what_stays_is_of_as_many_days_as_it_came_on(tmp_path: Path) -> None:
    osm = RawFile(
        path="openstreetmap.osm.pbf", title="A", publisher="p", licence="l", attribution="a",
        date=date(2026, 1, 1), sha256="0" * 64, bytes=1, rows=9, encoding=None, table=None,
        original_name="a.osm.pbf", declared_place="0" * 64, fetched=date(2026, 1, 2),
    )  # fmt: skip
    people = osm.model_copy(update={"path": "people.csv", "fetched": None})
    (tmp_path / "people.csv").write_bytes(b"x")
    os.utime(tmp_path / "people.csv", (noon := datetime(2026, 3, 4, 12).timestamp(), noon))  # noqa: DTZ001 (where this runs)
    out = tmp_path / "manifest.json"
    for inputs, days in (
        ({}, "on 2026-01-02"),
        ({"people": people}, "from 2026-01-02 to 2026-03-04"),
    ):
        write_manifest(Manifest("town", tmp_path, {"openstreetmap": osm, **inputs}), out)
        assert fetching._what_stays(out) == (
            f" The raw files fetched {days} (OpenStreetMap of 2026-01-01) stay as they are."
        )
    out.unlink()
    assert not fetching._what_stays(out)


def test_a_path_that_is_not_allowed_is_named_as_people_know_it(tmp_path: Path) -> None:
    """They wrote it in YAML, from which the file that is read here is made."""
    place = LocalFile(file="${NOWHERE_AT_ALL}/people.csv")
    declared = DeclaredInput("people", place, "People", "p", "l", "a", None, "t", None)
    with pytest.raises(ChoiceIsNotAllowed, match=r"^town: people: the path ‘\$") as it:
        fetching._file_here("town", declared, tmp_path / "town" / "district.json")
    assert "district.json" not in str(it.value)


@pytest.mark.slow
def test_a_file_that_two_inputs_are_made_of_is_asked_for_once(
    built: tuple[Project, Server], tmp_path: Path
) -> None:
    """Both are then of one edition, and each of the day that is declared for it."""
    project, server = built[0].copy(tmp_path / "project"), built[1]

    def change(values: dict[str, Any]) -> None:
        ask_services(values, server.address)
        layers = values["layers"]
        layers["again"] = {**layers["markets"], "date": "2024-02-29"}

    project.choose(change)
    server.asked.clear()
    project.built("refetch", "D=tiny")
    asked = [one.path for one in server.asked]
    assert asked.count("/files/markets.csv") == 1
    assert asked.count("/files/brownfield.csv") == 1
    raw = {
        key: read_manifest(project.raw / "manifest.json").inputs[key]
        for key in ("markets", "again")
    }
    assert raw["markets"].sha256 == raw["again"].sha256
    assert str(raw["again"].date) == "2024-02-29" != str(raw["markets"].date)
    assert not [path for path in project.raw.iterdir() if path.is_dir()]

    # Whoever asks for one of them again gets both, or they would be of two editions.
    before = {key: (project.raw / each.path).stat().st_ino for key, each in raw.items()}
    server.asked.clear()
    project.built("refetch", "D=tiny", "SOURCE=again")
    assert [one.path for one in server.asked] == ["/files/markets.csv"]
    for key, inode in before.items():
        assert (project.raw / raw[key].path).stat().st_ino != inode


@pytest.mark.slow
def test_one_input_is_asked_for_again_and_the_others_stay(
    built: tuple[Project, Server],
) -> None:
    project, server = built
    before = project.state()
    server.asked.clear()
    project.built("refetch", "D=tiny", "SOURCE=people")
    assert {asked.path.partition("?")[0] for asked in server.asked} == {
        "/api/v01/dataset/NM_2021_1.data.csv"
    }
    assert project.state() == before
    for name, words in (("else", "no such input; it has"), ("x; touch bad", "name an input")):
        run = project.make("refetch", "D=tiny", f"SOURCE={name}")
        assert run.returncode
        assert words in run.stdout
    assert project.state() == before
    assert not (project.folder / "bad").exists()


@pytest.mark.slow
def test_a_service_that_is_not_there_is_named_with_the_day_of_what_stays(
    built: tuple[Project, Server], tmp_path: Path
) -> None:
    project = built[0].copy(tmp_path / "project")
    project.choose(lambda values: ask_services(values, "http://127.0.0.1:9"))
    run = project.make("refetch", "D=tiny")
    (line,) = [line for line in run.stdout.splitlines() if line.startswith("✗")]
    assert "the connection broke" in line
    assert "The raw files fetched on" in line
