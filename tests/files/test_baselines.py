"""A baseline is frozen whole or not at all, and never written over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import FileCannotBeWritten, PipelineError
from pipeline.files.baselines import freeze, read_baseline, story_of

ABOUT: dict[str, Any] = {
    "name": "spring", "district": "pill", "code": "W06000022", "frozen": "2025-05-02",
    "day": "2025-05-01", "people_day": "",
    "lock": {
        "district": "pill", "inputs": {}, "config": {},
        "code": {"version": "0", "commit": None, "sha256": "0" * 64,
                 "requirements_sha256": "0" * 64},
    },
}  # fmt: skip


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, Path]:
    """Write two tables."""
    found = {}
    for name in ("assets", "homes"):
        found[name] = tmp_path / f"{name}.parquet"
        found[name].write_bytes(name.encode())
    return found


def test_what_is_frozen_is_read_again_with_its_story(
    tmp_path: Path, tables: dict[str, Path]
) -> None:
    folder = tmp_path / "baselines/pill/spring"
    freeze(tables, ABOUT, folder)
    found, story = read_baseline(folder)
    assert (found.name, str(found.day), story) == ("spring", "2025-05-01", "")
    assert set(found.files) == {"assets.parquet", "homes.parquet"}
    story_of(folder).write_text("story: The market moved indoors.\n")
    assert read_baseline(folder)[1] == "The market moved indoors."
    assert sorted(path.name for path in folder.parent.iterdir()) == ["spring", "spring.yaml"]


def test_a_baseline_is_never_written_over(tmp_path: Path, tables: dict[str, Path]) -> None:
    folder = tmp_path / "spring"
    freeze(tables, ABOUT, folder)
    before = (folder / "assets.parquet").read_bytes()
    tables["assets"].write_bytes(b"other")
    with pytest.raises(PipelineError, match="frozen already"):
        freeze(tables, ABOUT, folder)
    assert (folder / "assets.parquet").read_bytes() == before


def test_what_cannot_be_copied_leaves_nothing(tmp_path: Path, tables: dict[str, Path]) -> None:
    folder = tmp_path / "new/spring"
    tables["network"] = tmp_path / "nowhere.parquet"
    with pytest.raises(FileCannotBeWritten):
        freeze(tables, ABOUT, folder)
    assert list(folder.parent.iterdir()) == []


def test_a_baseline_that_is_not_there_or_was_changed_is_one_sentence(
    tmp_path: Path, tables: dict[str, Path]
) -> None:
    folder = tmp_path / "pill/spring"
    with pytest.raises(PipelineError, match="make baseline D=pill NAME=spring"):
        read_baseline(folder)
    freeze(tables, ABOUT, folder)
    (folder / "homes.parquet").write_bytes(b"changed")
    with pytest.raises(PipelineError, match="is not the file that was frozen on 2025-05-02"):
        read_baseline(folder)
    (folder / "baseline.json").write_text(json.dumps({"name": 1}))
    with pytest.raises(PipelineError, match="is not what was frozen"):
        read_baseline(folder)
