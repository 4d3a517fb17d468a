"""What pages cannot be made from, and what they say where there is too little or too much.

Through the real Makefile: a sentence and everything as it was, or pages that say what they lack.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tiny import CODES, Project, built_once, clean_environment

pytestmark = pytest.mark.slow

NOBODY = (
    "The sources know of no residents here, so that there are no shares of residents and no walks "
    "from home to show."
)


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Project:
    """Return a copy of the built project, to be spoilt."""
    return built_once(tmp_path_factory).copy(tmp_path / "project")


def made(project: Project) -> dict[str, bytes]:
    """Return what was built, without the lists of the names of inputs."""
    return {name: text for name, text in project.state().items() if not name.endswith(".names")}


def pale(project: Project) -> None:
    project.edit("config/theme.yaml", r'(?m)^( +)ink: "#[0-9a-f]{6}"', r'\1ink: "#fafafa"')


def unknown_key(project: Project) -> None:
    project.edit("config/words/cy.yaml", r"(?m)^( +)strong_lede: ", r"\1strong_sentence: ")


def no_image(project: Project) -> None:
    (project.folder / "config/logo.png").write_text("This is no picture.")


SPOILT: dict[str, tuple[Callable[[Project], None], str]] = {
    "a theme that cannot be read": (pale, r"config/theme\.yaml: .*contrast"),
    "a word that is not known": (unknown_key, r"config/words/cy\.yaml: .*strong_(lede|sentence)"),
    "a logo that is no picture": (no_image, r"config/logo\.png: "),
}


@pytest.mark.parametrize("name", SPOILT)
def test_what_pages_cannot_be_made_from_is_one_sentence_and_all_stays_as_it_was(
    project: Project, name: str
) -> None:
    spoil, words = SPOILT[name]
    before = made(project)
    spoil(project)
    run = project.make("tiny")
    assert run.returncode == 2
    said = [line for line in run.stdout.splitlines() if line.startswith("✗ ")]
    assert len(said) == 1, run.stdout
    assert re.search(words, said[0]), said
    assert "Traceback" not in run.stdout
    assert made(project) == before


def test_a_table_that_is_missing_stops_publishing_and_pages_stay(project: Project) -> None:
    """Make would make it anew; whoever runs the step by hand is told."""
    os.utime(project.folder / "pipeline/publish.py")
    planned = project.built("-n", "tiny")
    command = next(line for line in planned.splitlines() if "-m pipeline publish " in line)
    before = {name: text for name, text in project.state().items() if name.startswith("outputs")}
    (project.made / "gradient.parquet").unlink()
    run = subprocess.run(
        shlex.split(command), cwd=project.folder, env=clean_environment(), text=True, check=False,
        capture_output=True,
    )  # fmt: skip
    assert run.returncode == 1
    assert re.search(r"✗ .*gradient\.parquet: .+", run.stderr), run.stderr
    assert "Traceback" not in run.stderr
    after = {name: text for name, text in project.state().items() if name.startswith("outputs")}
    assert after == before


def test_where_nobody_lives_the_pages_of_both_editions_say_so(tmp_path: Path) -> None:
    project = Project.new(tmp_path / "project")
    people = project.inputs / "people.csv"
    people.write_text(re.sub(r'"(60|40)"', '"0"', people.read_text()))
    project.built()
    for folder in (project.out, project.out / "community"):
        assert NOBODY in (folder / "index.html").read_text("utf-8")
        assert NOBODY in (folder / "map.html").read_text("utf-8")
        opening = (folder / "index.html").read_text("utf-8")
        assert 'class="step-1"' not in opening
        assert "0 of 2" not in opening


def test_a_district_of_one_neighbourhood_has_all_its_pages(tmp_path: Path) -> None:
    project = Project.new(tmp_path / "project")
    for name, code in (("people.csv", CODES[1]), ("ranks.csv", CODES[1])):
        path = project.inputs / name
        rows = [line for line in path.read_text().splitlines(keepends=True) if code not in line]
        path.write_text("".join(rows))
    _only_first_area(project)
    project.built()
    for folder in (project.out, project.out / "community"):
        assert [path.stem for path in sorted((folder / "neighbourhoods").glob("E*.html"))] == [
            CODES[0]
        ]
        assert "1 neighbourhood" in (folder / "index.html").read_text("utf-8")


def _only_first_area(project: Project) -> None:
    import geopandas as gpd

    path = project.inputs / "areas.gpkg"
    first = gpd.read_file(path).iloc[:1]
    path.unlink()
    first.to_file(path, layer="areas")
