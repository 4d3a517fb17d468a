"""Write down the exact inputs of a district, and read them again."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import TypeAdapter

import pipeline
from pipeline.config import Choice, LocalFile
from pipeline.config.lock import Lock, LockedCode, LockedInput
from pipeline.errors import FileIsMissing
from pipeline.files.choices import read_written
from pipeline.files.declared import DeclaredInput
from pipeline.files.raw import Manifest, raw_file, sha256_of
from pipeline.files.writing import write_json

ENDING = ".lock.json"
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
# Names of variables and of what keys are sent as: nothing that came depends on them.
_OF_KEYS = {"key_from", "key_query", "key_header"}


def lock_of(
    manifest: Manifest,
    inputs: Mapping[str, DeclaredInput],
    code: LockedCode,
    config: Sequence[Path],
) -> Lock:
    """Return what a district's raw files are, after seeing that they are what was fetched.

    Parameters
    ----------
    manifest
        The raw files.
    inputs
        What the district declares.
    code
        What fetched them.
    config
        The files of choices.

    Returns
    -------
    Lock
        With the sum of every file.

    Raises
    ------
    RawFileHasChanged
        If a raw file is not the one that was fetched.
    """
    locked = {}
    for key, raw in manifest.inputs.items():
        raw_file(manifest, key)
        kept = raw.model_dump(include=set(LockedInput.model_fields))
        locked[key] = LockedInput(**kept, place=_place(inputs[key].place))
    sums = {_name(path): sha256_of(path) for path in config}
    return Lock(district=manifest.district, inputs=locked, code=code, config=sums)


def _name(path: Path) -> str:
    """Name a file as others can find it: not by a folder of this machine."""
    is_inside = not path.is_absolute() and ".." not in path.parts
    return path.as_posix() if is_inside else path.name


def _place(place: Choice) -> dict[str, Any]:
    if isinstance(place, LocalFile):  # its folder is one of this machine
        return {"file": PurePosixPath(place.file).name}
    return place.model_dump(mode="json", exclude=_OF_KEYS, exclude_defaults=True)


def code_of(project: Path, requirements: Path, commit: str) -> LockedCode:
    """Return which code this is.

    Parameters
    ----------
    project
        `pyproject.toml`.
    requirements
        The pinned dependencies.
    commit
        The last commit that changed the code, if it is known and nothing has changed since.

    Returns
    -------
    LockedCode
        With one sum over all modules and their files.
    """
    folder, total = Path(pipeline.__file__).parent, hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            total.update(f"{path.relative_to(folder).as_posix()} {sha256_of(path)}\n".encode())
    return LockedCode(
        version=tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"],
        commit=commit if _COMMIT.fullmatch(commit) else None,
        sha256=total.hexdigest(),
        requirements_sha256=sha256_of(requirements),
    )


def write_lock(lock: Lock, path: Path) -> None:
    """Write a lock; the same inputs give the same bytes.

    Parameters
    ----------
    lock
        What to write.
    path
        Where it belongs: beside the district's file.
    """
    write_json(lock.model_dump(mode="json"), path)


def read_lock(path: Path) -> Lock:
    """Read a lock.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Lock
        What it says.

    Raises
    ------
    FileIsMissing, FileIsDamaged
        If there is none, or it is not one.
    """
    if not path.is_file():
        raise FileIsMissing(f"{path}: there is no such lock; `make lock D=<district>` writes it.")
    way_out = "Take it as it was, or write it anew with `make lock`."
    return read_written(path, TypeAdapter(Lock), way_out)
