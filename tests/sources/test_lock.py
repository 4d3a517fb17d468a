"""A lock names the exact inputs of a district, and a fetch can be held against it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.config.lock import Lock
from pipeline.config.place import NaptanStops
from pipeline.errors import FileIsDamaged, FileIsMissing
from pipeline.files import locks
from tests.tiny import Project

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project.new(tmp_path_factory.mktemp("lock") / "project")
    project.built("lock", "D=tiny")
    return project


def lock_file(project: Project) -> Path:
    return project.districts / "tiny.lock.json"


def test_a_lock_names_every_input_and_no_folder_of_this_machine(locked: Project) -> None:
    written = lock_file(locked).read_bytes()
    lock = locks.read_lock(lock_file(locked))
    manifest = json.loads((locked.raw / "manifest.json").read_text())["inputs"]
    assert {key: raw.sha256 for key, raw in lock.inputs.items()} == {
        key: raw["sha256"] for key, raw in manifest.items()
    }
    assert lock.inputs["people"].place == {"file": "people.csv"}
    assert str(locked.folder).encode() not in written
    assert {"config/study.yaml", "districts/tiny.yaml", "config/national/iod_2025.yaml"} <= (
        lock.config.keys()
    )
    assert lock.code.commit is None  # there is no git here
    locked.built("lock", "D=tiny")
    assert lock_file(locked).read_bytes() == written


def test_a_fetch_that_brings_the_same_says_so(locked: Project) -> None:
    said = locked.built("refetch", "D=tiny", "LOCKED=1")
    assert "all as the lock has them" in said


def test_a_fetch_that_brings_other_bytes_stops_and_names_both(
    locked: Project, tmp_path: Path
) -> None:
    project = locked.copy(tmp_path / "project")
    before = project.state()
    for name, old, new in (("people.csv", '"60"', '"61"'), ("markets.csv", "Monday", "Sunday")):
        text = (project.inputs / name).read_text()
        assert old in text
        (project.inputs / name).write_text(text.replace(old, new))
    run = project.make("refetch", "D=tiny", "LOCKED=1")
    (line,) = [line for line in run.stdout.splitlines() if line.startswith("✗")]
    assert run.returncode
    for words in ("markets: is of 2025-12-01 (sha256 ", "people: is of 2021-03-21 (sha256 ",
                  "and the lock has that of 2021-03-21 (", "stay as they are"):  # fmt: skip
        assert words in line, line
    assert project.state() == before
    project.built("refetch", "D=tiny")
    project.built("lock", "D=tiny")
    project.built("refetch", "D=tiny", "LOCKED=1")


def test_inputs_that_only_one_of_them_has_are_named(locked: Project, tmp_path: Path) -> None:
    project = locked.copy(tmp_path / "project")
    note = json.loads(lock_file(project).read_text())
    note["inputs"]["gone"] = note["inputs"].pop("people")
    lock_file(project).write_text(json.dumps(note))
    said = project.make("refetch", "D=tiny", "LOCKED=1").stdout
    assert "gone: the district does not declare this input." in said
    assert "people: the lock does not name this input." in said


def test_a_lock_that_is_not_there_or_is_damaged_is_a_sentence(
    locked: Project, tmp_path: Path
) -> None:
    with pytest.raises(FileIsMissing, match="make lock"):
        locks.read_lock(tmp_path / "none.lock.json")
    half = tmp_path / "half.lock.json"
    half.write_bytes(lock_file(locked).read_bytes()[:-40])
    with pytest.raises(FileIsDamaged, match="the file"):
        locks.read_lock(half)


def test_no_key_stands_in_a_lock() -> None:
    place = NaptanStops(naptan=("240",), key_from="A_KEY", key_query="key")
    assert locks._place(place) == {"naptan": ["240"]}
    assert "place" in Lock.model_json_schema()["$defs"]["LockedInput"]["properties"]
