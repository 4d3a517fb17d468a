"""The manifest of a district's raw files: what each is, and how to tell that it still is."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, TypeAdapter

from pipeline.config import (
    Choice,
    District,
    NationalTable,
    Slug,
    Words,
)
from pipeline.config.choice import Day, Days
from pipeline.errors import (
    FileIsMissing,
    RawFileHasChanged,
    listed,
    quoted,
)
from pipeline.files.choices import read_written
from pipeline.files.declared import OPENSTREETMAP, inputs_of
from pipeline.files.writing import write_json
from pipeline.text import clean_text


class RawFile(Choice):
    """One raw file: what it is, whose, of what date, and its bytes.

    `rows_at_fault` of the rows of a layer cannot be used wherever the district lies.
    `hectares` is the area of what it holds, where that has one. `asked` says which service was,
    and `fetched` on what day; `good_for_days` how long it may be used without a word.
    """

    path: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]*$", max_length=60)]
    title: Words
    publisher: Words
    licence: Words
    attribution: Words
    date: date
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    bytes: Annotated[int, Field(gt=0)]
    rows: Annotated[int, Field(ge=0)] | None
    rows_at_fault: Annotated[int, Field(ge=0)] | None = None
    hectares: Annotated[float, Field(ge=0)] | None = None
    encoding: str | None
    table: Slug | None
    original_name: str
    asked: str | None = None
    fetched: Day | None = None
    good_for_days: Days | None = None
    declared_place: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True)
class Manifest:
    """The raw files of one district, by input key, and the folder they lie in."""

    district: str
    folder: Path
    inputs: dict[str, RawFile]


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write a manifest; the step `fetch` does so last.

    Parameters
    ----------
    manifest
        The raw files.
    path
        Where it belongs, beside them.
    """
    inputs = {key: raw.model_dump(mode="json") for key, raw in manifest.inputs.items()}
    write_json({"district": manifest.district, "inputs": inputs}, path)


class _Stored(Choice):
    district: Slug
    inputs: dict[Slug, RawFile]


def ready_for(manifest: Path) -> Path:
    """Return where raw files wait, all of them whole, that are about to take their places.

    Parameters
    ----------
    manifest
        The manifest of the district.

    Returns
    -------
    pathlib.Path
        A folder, which is there only while they do.
    """
    return manifest.parent.with_name(f".ready-{manifest.parent.name}")


def bring_to_end(manifest: Path) -> None:
    """Let raw files that are ready take their places; several processes may do so at once.

    Parameters
    ----------
    manifest
        The manifest of the district, which is renamed last.
    """
    ready = ready_for(manifest)
    try:
        waiting = sorted(ready.iterdir(), key=lambda part: (part.name == manifest.name, part.name))
    except FileNotFoundError:  # nothing waits, or another process has just ended it
        return
    for part in waiting:
        if part.is_file():
            with suppress(FileNotFoundError):  # another process was first
                part.replace(manifest.parent / part.name)
    shutil.rmtree(ready, ignore_errors=True)


def read_manifest(path: Path) -> Manifest:
    """Read a manifest, after a fetch that was killed while its files took their places is ended.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Manifest
        The raw files; they are not opened yet.

    Raises
    ------
    FileIsMissing, FileIsDamaged
        If there is none, or it is not one.
    """
    with suppress(OSError):
        bring_to_end(path)
    if not path.is_file():
        raise FileIsMissing(f"{path}: there is no such manifest; `make` fetches the raw files.")
    stored = read_written(path, TypeAdapter(_Stored), "Delete it and run `make` again.")
    return Manifest(stored.district, path.parent, stored.inputs)


def raw_file(manifest: Manifest, key: str) -> Path:
    """Return where a raw file lies, after seeing that it is the one that was fetched.

    Parameters
    ----------
    manifest
        The raw files.
    key
        The input.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    RawFileHasChanged
        If it is gone or its bytes are others.
    """
    raw = manifest.inputs.get(key)
    refetch = f"run `make refetch D={manifest.district}`"
    if raw is None:
        raise RawFileHasChanged(
            f"{manifest.folder / 'manifest.json'}: holds no input {quoted(key)}; it has "
            f"{listed(sorted(manifest.inputs))}; {refetch}."
        )
    path = manifest.folder / raw.path
    if path.is_symlink() or not path.is_file():
        raise RawFileHasChanged(f"{path}: the raw file of {key} is not there; {refetch}.")
    found = sha256_of(path)
    if found != raw.sha256:
        raise RawFileHasChanged(
            f"{path}: is not the file that was fetched (sha256 {found[:12]}…, and its provenance "
            f"note says {raw.sha256[:12]}…); {refetch}."
        )
    return path


def old_inputs(manifest: Manifest, today: date) -> dict[str, str]:
    """Find the raw files that are older than they are taken to be good for.

    Parameters
    ----------
    manifest
        The raw files.
    today
        The day to count from.

    Returns
    -------
    dict
        Key of an input → a sentence.
    """
    found = {}
    for key, raw in sorted(manifest.inputs.items()):
        # The map is as old as what it shows; of other services, our copy is as old as our question.
        is_asked = raw.fetched is not None and key != OPENSTREETMAP
        since = raw.fetched if is_asked and raw.fetched is not None else raw.date
        days = (today - since).days
        if raw.good_for_days is None or days <= raw.good_for_days:
            continue
        was = "was fetched on" if is_asked else "is of"
        how = "" if raw.fetched else "put a newer file in its place with its date, then "
        found[key] = (
            f"{manifest.district}: {key} ({clean_text(raw.title)}) {was} {since}, {days:,} days "
            f"ago, and counts as good for {raw.good_for_days:,}; {how}"
            f"`make refetch D={manifest.district} SOURCE={key}`."
        )
    return found


def dated(district: District, manifest: Manifest) -> District:
    """Return a district whose OpenStreetMap data is of the day found when it was fetched.

    Parameters
    ----------
    district
        As its file declares it.
    manifest
        Its raw files.

    Returns
    -------
    District
        The same, with a day.

    Raises
    ------
    RawFileHasChanged
        If there is no OpenStreetMap data among the raw files.
    """
    raw = manifest.inputs.get(OPENSTREETMAP)
    if raw is None:
        raise RawFileHasChanged(
            f"{manifest.folder / 'manifest.json'}: holds no input {quoted(OPENSTREETMAP)}; run "
            f"`make refetch D={manifest.district}`."
        )
    osm = district.openstreetmap.model_copy(update={"date": raw.date})
    return district.model_copy(update={"openstreetmap": osm})


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def must_agree(manifest: Manifest, district: District, national: dict[str, NationalTable]) -> None:
    """Hold the raw files against what the district declares now.

    Changed titles and words ask for nothing; another table, date or place does.

    Parameters
    ----------
    manifest
        The raw files.
    district
        The district as its file stands.
    national
        The national tables.

    Raises
    ------
    RawFileHasChanged
        If an input is missing, or is of another table, date or place than declared.
    """
    refetch = f"run `make refetch D={manifest.district}`"
    for key, declared in inputs_of(manifest.district, district, national).items():
        raw = manifest.inputs.get(key)
        if raw is None:
            raise RawFileHasChanged(
                f"{manifest.district}: the input {key} has been declared since the raw files were "
                f"fetched; {refetch}."
            )
        for word, found, wanted in (
            ("the table", raw.table, declared.table),
            ("the date", raw.date.isoformat(), (declared.date or raw.date).isoformat()),
            ("the place", raw.declared_place, declared.declared_place),
        ):
            if found != wanted:
                raise RawFileHasChanged(
                    f"{manifest.district}: {word} of the input {key} has changed since it was "
                    f"fetched (from {_short(found)} to {_short(wanted)}); {refetch}."
                )


def _short(value: str | None) -> str:
    return "none" if value is None else quoted(value[:16])
