"""The manifest: raw files are those that were fetched, or the run stops."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.errors import FileIsDamaged, FileIsMissing, RawFileHasChanged
from pipeline.files.raw import (
    Manifest,
    RawFile,
    old_inputs,
    raw_file,
    read_manifest,
    write_manifest,
)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    content = b"code,n\nW1,2\n"
    (tmp_path / "people.csv").write_bytes(content)
    raw = RawFile(
        path="people.csv",
        title="People",
        publisher="ONS",
        licence="OGL-UK-3.0",
        attribution="ONS",
        date=date(2021, 3, 21),
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        rows=1,
        encoding="utf-8-sig",
        table="census_2021_residents",
        original_name="ts001.csv",
        declared_place="0" * 64,
    )
    path = tmp_path / "manifest.json"
    write_manifest(Manifest("pill", tmp_path, {"people": raw}), path)
    return path


def test_a_raw_file_that_is_as_fetched_is_given(manifest: Path) -> None:
    held = read_manifest(manifest)
    assert raw_file(held, "people").read_bytes() == b"code,n\nW1,2\n"


def test_one_changed_byte_stops(manifest: Path) -> None:
    path = manifest.parent / "people.csv"
    path.write_bytes(b"code,n\nW1,3\n")
    with pytest.raises(RawFileHasChanged, match=r"people.csv: is not .*run `make refetch D=pill`"):
        raw_file(read_manifest(manifest), "people")


def test_a_raw_file_that_is_gone_or_a_link_stops(manifest: Path) -> None:
    path = manifest.parent / "people.csv"
    moved = path.rename(manifest.parent / "moved.csv")
    with pytest.raises(RawFileHasChanged, match=r"is not there; run `make refetch D=pill`"):
        raw_file(read_manifest(manifest), "people")
    path.symlink_to(moved)
    with pytest.raises(RawFileHasChanged, match=r"is not there; run `make refetch D=pill`"):
        raw_file(read_manifest(manifest), "people")


def test_an_input_that_was_not_fetched_is_told(manifest: Path) -> None:
    with pytest.raises(RawFileHasChanged, match=r"no input ‘lookup’; it has ‘people’"):
        raw_file(read_manifest(manifest), "lookup")


@pytest.mark.parametrize("name", ["../people.csv", "/etc/passwd", "a/b.csv", ".part-x"])
def test_a_manifest_cannot_name_a_file_elsewhere(manifest: Path, name: str) -> None:
    held = json.loads(manifest.read_text())
    held["inputs"]["people"]["path"] = name
    manifest.write_text(json.dumps(held))
    with pytest.raises(FileIsDamaged, match=r"manifest.json: inputs.people.path: .*Delete it"):
        read_manifest(manifest)


def test_no_manifest_and_half_a_manifest_are_told(manifest: Path) -> None:
    manifest.write_bytes(manifest.read_bytes()[:100])
    with pytest.raises(FileIsDamaged, match=r"manifest.json: .*run `make` again"):
        read_manifest(manifest)
    manifest.unlink()
    with pytest.raises(FileIsMissing, match=r"`make` fetches the raw files"):
        read_manifest(manifest)


def test_what_is_older_than_it_is_good_for_is_named(manifest: Path) -> None:
    held = read_manifest(manifest)
    people = held.inputs["people"]

    def old(key: str, today: date, **changes: object) -> dict[str, str]:
        raw = people.model_copy(update={"good_for_days": 30, **changes})
        return old_inputs(Manifest("pill", manifest.parent, {key: raw}), today)

    # A file is as old as its data; what a service gave is as old as the question; a map is as old
    # as what it shows, whoever was asked.
    day = date(2021, 4, 20)
    assert old("people", day) == {}
    said = old("people", day + timedelta(days=1))["people"]
    assert said == (
        "pill: people (People) is of 2021-03-21, 31 days ago, and counts as good for 30; put a "
        "newer file in its place with its date, then `make refetch D=pill SOURCE=people`."
    )
    asked = date(2026, 1, 1)
    assert old("people", asked + timedelta(days=30), fetched=asked) == {}
    assert (
        "was fetched on 2026-01-01, 31 days ago"
        in (old("people", asked + timedelta(days=31), fetched=asked)["people"])
    )
    assert "is of 2021-03-21" in old("openstreetmap", asked, fetched=asked)["openstreetmap"]
    assert old("people", date(2099, 1, 1), good_for_days=None) == {}
