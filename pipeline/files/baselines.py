"""Frozen runs: a folder of tables that is written once, whole, and never again."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pipeline.config.baseline import Baseline, Story
from pipeline.errors import (
    ChoiceIsNotAllowed,
    FileCannotBeWritten,
    FileIsMissing,
    RawFileHasChanged,
)
from pipeline.files.choices import read_choices, read_written
from pipeline.files.raw import sha256_of
from pipeline.files.writing import PARTIAL, write_json, write_text

NOTE = "baseline.json"
_BLANK = """\
# The story behind the numbers of this baseline: what was going on here, what was planned, what the
# figures do not tell. It stands on the pages that later runs are compared on.
story: ""
"""


def freeze(tables: Mapping[str, Path], about: Mapping[str, Any], folder: Path) -> None:
    """Copy tables into a new folder, whole or not at all.

    Parameters
    ----------
    tables
        Name → file.
    about
        What is known of the run, as `Baseline` has it, but for the sums of the files.
    folder
        Where it belongs; there must be nothing yet.

    Raises
    ------
    ChoiceIsNotAllowed
        If there is a baseline of that name: none is ever written over.
    FileCannotBeWritten
        If the disk is full, or the folder may not be written to.
    """
    _must_be_new(folder)
    part: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f"{PARTIAL}{folder.name[:40]}-", dir=folder.parent))
        for name, path in tables.items():
            shutil.copyfile(path, part / f"{name}.parquet")
        sums = {path.name: sha256_of(path) for path in sorted(part.iterdir())}
        write_json({**about, "files": sums}, part / NOTE)
        part.chmod(0o755)
        _must_be_new(folder)
        os.rename(part, folder)  # noqa: PTH104 (fails where something is)
    except OSError as error:
        raise FileCannotBeWritten(
            f"{folder}: could not be written ({error.strerror or error}); nothing was frozen. Make "
            "room or give write permission, then again."
        ) from error
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
    if not story_of(folder).exists():
        write_text(_BLANK, story_of(folder))


def _must_be_new(folder: Path) -> None:
    if os.path.lexists(folder):
        raise ChoiceIsNotAllowed(
            f"{folder}: is frozen already, and a baseline is never written over; give another "
            "NAME, or take that folder away by hand."
        )


def story_of(folder: Path) -> Path:
    """Return the file beside a baseline in which people write."""
    return folder.parent / f"{folder.name}.yaml"


def read_baseline(folder: Path) -> tuple[Baseline, str]:
    """Read what a baseline is, and the story that people wrote to it.

    Parameters
    ----------
    folder
        Where it lies.

    Returns
    -------
    tuple of Baseline and str
        The story is empty where nobody wrote one.

    Raises
    ------
    FileIsMissing, FileIsDamaged, RawFileHasChanged
        If there is none, or a file of it is not the one that was frozen.
    """
    note = folder / NOTE
    if not note.is_file():
        raise FileIsMissing(
            f"{folder}: there is no baseline of this name; `make baseline D={folder.parent.name} "
            f"NAME={folder.name}` freezes the run as it is now."
        )
    way_out = "It is not what was frozen; put the whole folder back from a copy."
    found = read_written(note, TypeAdapter(Baseline), way_out)
    for name, total in found.files.items():
        path = folder / name
        if not path.is_file() or sha256_of(path) != total:
            raise RawFileHasChanged(
                f"{path}: is not the file that was frozen on {found.frozen}; put the whole folder "
                "back from a copy."
            )
    story = story_of(folder)
    told: Story = read_choices(story, Story) if story.is_file() else Story()
    return found, told.story
