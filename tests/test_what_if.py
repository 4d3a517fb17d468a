"""Scenarios and baselines through the real Makefile, on the tiny district."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.tiny import EAST, NORTH, Project, built_once, steps_run

pytestmark = pytest.mark.slow

BENCH = f"""\
district: tiny
title: A bench
about: Somewhere to sit.
crs: EPSG:27700
changes:
  - {{change: add_asset, category: bench, at: [{EAST + 210}, {NORTH + 255}]}}
  - {{change: close_asset, asset: osm-way-1}}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a copy of the built project, for all tests here."""
    project = built_once(tmp_path_factory).copy(tmp_path_factory.mktemp("what-if") / "project")
    for name, text in (("bench", BENCH.replace("  - {change: close", "  # - {")), ("odd", BENCH)):
        (project.folder / f"config/scenarios/{name}.yaml").write_text(text)
    return project


def published(project: Project) -> dict[str, bytes]:
    """Return all that is published, but for what scenarios and comparisons write."""
    theirs = {"scenarios", "compare", "what-if.html"}
    state = project.state()
    return {
        name: content
        for name, content in state.items()
        if name.startswith("outputs") and not theirs & set(Path(name).parts)
    }


def test_a_scenario_lies_beside_what_is_published_and_outlives_the_next_run(
    project: Project,
) -> None:
    before = published(project)
    said = project.built("scenario", "D=tiny", "S=bench")
    assert steps_run(said) == ["scenario"]
    assert published(project) == before
    folders = [project.out / "scenarios/bench", project.out / "community/scenarios/bench"]
    for folder in folders:
        names = {path.name for path in folder.iterdir()}
        assert names == {"index.html", "difference.csv", "difference.gpkg", "run.json"}
    assert b"decile" not in b"".join(path.read_bytes() for path in folders[1].iterdir())
    text = (folders[0] / "difference.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["category"] for row in rows} == {"bench"}
    people = {row["minutes"]: row["people_after"] for row in rows if row["people_of"] == "all"}
    assert float(people["15"]) > 0
    (project.out / "index.html").unlink()
    assert "publish" in steps_run(project.built())
    assert all((folder / "index.html").exists() for folder in folders)
    for folder in (project.out, project.out / "community"):
        assert 'href="scenarios/bench/index.html"' in (folder / "what-if.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("scenario", "D=tiny", "S=odd"), "change 2 (close_asset): there is no asset ‘osm-way-1’"),
        (
            ("scenario", "D=tiny", "S=nothing"),
            "S=<one of: bench newport_pocket_park odd sampleton_footbridge>",
        ),
        (("scenario", "D=tiny", "S=newport_pocket_park"), "is a scenario for newport, and tiny"),
        (("scenario", "D=nowhere", "S=bench"), "D=<one of: tiny>"),
        (("baseline", "D=tiny", "NAME=../../etc"), "give it a name of small letters"),
        (("compare", "D=tiny", "WITH=nothing"), "there is no baseline of this name"),
        (("compare", "D=tiny", "WITH=$(echo odd)"), "name a baseline, WITH="),
    ],
)
def test_what_cannot_be_tried_is_one_sentence_and_writes_nothing(
    project: Project, arguments: tuple[str, ...], words: str
) -> None:
    before = sorted(project.folder.rglob("*.html"))
    run = project.make(*arguments)
    assert run.returncode != 0
    assert words in run.stdout
    assert "Traceback" not in run.stdout
    assert sorted(project.folder.rglob("*.html")) == before


def test_a_run_compared_with_itself_has_not_changed_and_is_never_written_over(
    project: Project,
) -> None:
    project.built("baseline", "D=tiny", "NAME=spring")
    said = project.built("compare", "D=tiny", "WITH=spring")
    assert "0 real, 0 mapping, 0 cannot be told" in said
    for folder in (project.out, project.out / "community"):
        assert (folder / "compare/spring.html").stat().st_size > 10_000
        assert len((folder / "compare/spring.csv").read_text().splitlines()) == 1
        assert 'href="compare/spring.html"' in (folder / "what-if.html").read_text("utf-8")
    again = project.make("baseline", "D=tiny", "NAME=spring")
    assert again.returncode != 0
    assert "is frozen already" in again.stdout
