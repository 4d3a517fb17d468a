"""A full disk or a folder that may not be written to, while services are asked."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.faulty import serving
from tests.sources.test_fetching import ask_services, services
from tests.tiny import Project, clean_environment

pytestmark = pytest.mark.slow

WORDS = ["fetch", "data/interim/tiny/district.json", "data/interim/national.json",
         "--out", "data/raw/tiny/manifest.json"]  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    project = Project.new(tmp_path_factory.mktemp("room") / "project")
    with serving(services(project.inputs)) as server:
        project.choose(lambda values: ask_services(values, server.address))
        project.built("refetch", "D=tiny")
        yield project


def fetch(project: Project, room: int | None = None) -> subprocess.CompletedProcess[str]:
    """Fetch all inputs, no file of which may have more than so many bytes."""

    def limit() -> None:
        if room is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    return subprocess.run(
        [sys.executable, "-B", "-m", "pipeline", *WORDS], cwd=project.folder,
        env=clean_environment(), capture_output=True, text=True, check=False, preexec_fn=limit,
    )  # fmt: skip


def in_a_sentence(run: subprocess.CompletedProcess[str], before: dict[str, bytes],
                  project: Project) -> None:  # fmt: skip
    assert run.returncode == 1, run.stderr
    (line,) = [line for line in run.stderr.splitlines() if line.startswith("✗")]
    assert "could not be written" in line
    assert "give write permission" in line
    assert "stay as they are" in line
    assert "Traceback" not in run.stderr
    assert project.state() == before


@pytest.mark.parametrize("room", [1, 200, 3_000, 30_000])
def test_a_disk_without_room_is_a_sentence_and_the_old_files_stay(
    project: Project, room: int
) -> None:
    before = project.state()
    in_a_sentence(fetch(project, room), before, project)
    assert fetch(project).returncode == 0
    assert project.state() == before
    assert not list((project.raw.parent / ".parts").glob("*"))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to the root user")
def test_a_folder_that_may_not_be_written_to_is_a_sentence(project: Project) -> None:
    before = project.state()
    folder = project.raw.parent
    folder.chmod(0o500)
    try:
        in_a_sentence(fetch(project), before, project)
    finally:
        folder.chmod(0o755)


@pytest.mark.parametrize("name", [".parts", ".hosts"])
def test_a_file_in_the_place_of_a_folder_is_a_sentence(
    project: Project, tmp_path: Path, name: str
) -> None:
    before = project.state()
    folder = project.raw.parent / name
    folder.rename(tmp_path / "away") if folder.exists() else None
    folder.write_text("x")
    try:
        run = fetch(project)
        assert run.returncode == 1, run.stderr
        assert "could not be written" in run.stderr
        assert "Traceback" not in run.stderr
    finally:
        folder.unlink()
    assert {name: content for name, content in project.state().items() if ".hosts" not in name} == {
        name: content for name, content in before.items() if ".hosts" not in name
    }
