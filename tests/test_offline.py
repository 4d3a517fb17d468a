"""A district is built anew from its raw files where nothing can connect, or a sentence says why."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import offline
from tests.servers.faulty import Reply, serving
from tests.tiny import Project, built_once

ASK = "import sys, urllib.request as r; r.urlopen(sys.argv[1], timeout=3).read()"
# Copies what is published, as a make would that builds the same.
COPY = """
import shutil, sys
from pathlib import Path
words = dict(word.split("=", 1) for word in sys.argv[1:] if "=" in word)
shutil.copytree(Path("outputs/tiny"), Path(words["OUT"]) / "tiny")
"""
# One file is another, and the times of the run note are.
CHANGE = """
import json
out = Path(words["OUT"]) / "tiny"
(out / "profiles.csv").write_text("x")
note = json.loads((out / "run.json").read_text())
note["seconds"] = {"osm": 1e9}
(out / "run.json").write_text(json.dumps(note))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return built_once(tmp_path_factory)


def prove(project: Project, monkeypatch: pytest.MonkeyPatch, script: str = COPY) -> int:
    """Ask for a proof with a make that does what a script says."""
    monkeypatch.chdir(project.folder)
    make = [sys.executable, "-c", script]
    return offline.main(["tiny", "--data", "data", "--out", "outputs", "--make", *make])


def left_over(project: Project) -> list[Path]:
    return list((project.folder / "data").glob(".part-*"))


@pytest.mark.slow
def test_a_district_is_the_same_when_it_is_built_without_a_network(
    built: Project, tmp_path: Path
) -> None:
    project = built.copy(tmp_path / "project")
    before = project.state()
    said = project.built("offline", "D=tiny")
    last = said.splitlines()[-1]
    assert last.startswith("✓ tiny: built anew from its 6 raw files ")
    assert "are the same, byte for byte but for the times in run.json" in last
    assert "tiny · catchments" in said
    assert "tiny · fetch" not in said
    assert project.state() == before
    assert left_over(project) == []


@pytest.mark.slow
def test_what_came_out_otherwise_is_named(
    built: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    project = built.copy(tmp_path / "project")
    assert prove(project, monkeypatch) == 0
    note = json.loads((project.out / "run.json").read_text())
    capfd.readouterr()
    assert prove(project, monkeypatch, COPY + CHANGE) == 1
    said = capfd.readouterr().err
    assert f"1 of {len(note['published']) + 1} files came out other" in said
    assert "‘profiles.csv’" in said
    assert "run.json" not in said
    assert prove(project, monkeypatch, "raise SystemExit(2)") == 1
    assert "could not be built from its raw files" in capfd.readouterr().err
    assert left_over(project) == []


@pytest.mark.slow
def test_raw_files_that_are_gone_or_changed_are_said_before_anything_is_built(
    built: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    project = built.copy(tmp_path / "project")
    people = project.raw / "people.csv"
    people.write_bytes(people.read_bytes() + b"\n")
    for words, next_to_go in (
        ("people.csv: is not the file that was fetched", people),
        ("the raw file of people is not there", project.raw / "manifest.json"),
        ("manifest.json: there is no such manifest", None),
    ):
        assert prove(project, monkeypatch, "raise SystemExit(9)") == 1
        assert words in capfd.readouterr().err
        if next_to_go is not None:
            next_to_go.unlink()


@pytest.mark.slow
def test_without_anything_published_there_is_nothing_to_prove(
    built: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    project = built.copy(tmp_path / "project")
    shutil.rmtree(project.out)
    assert prove(project, monkeypatch) == 1
    assert "nothing to compare with; run `make tiny` first" in capfd.readouterr().err


@pytest.mark.parametrize("has_spaces", [True, False])
def test_nothing_connects_where_connections_are_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_spaces: bool
) -> None:
    if not has_spaces:
        monkeypatch.setattr(shutil, "which", lambda _: None)
    cut = offline.way_to_cut(tmp_path)
    if has_spaces and not cut.command:
        pytest.skip("this system allows no network namespace")
    assert ("namespace without any route" in cut.words) == has_spaces
    with serving(lambda _: Reply(b"{}")) as server:
        runs = [
            subprocess.run(
                [*command, sys.executable, "-c", ASK, server.address],
                env=dict(os.environ) | environment, capture_output=True, check=False,
            )
            for command, environment in (((), {}), (cut.command, cut.environment))
        ]  # fmt: skip
        assert [run.returncode for run in runs] == [0, 1]
        assert len(server.asked) == 1
