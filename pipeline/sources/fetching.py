"""Copy what a district declares into its folder of raw files, all of it or nothing.

Each input is read once, within the limits for files from other people, then copied into a
folder beside; only when every one is there do the files take their places, the manifest last.
A fetch that fails leaves what was there before as it was.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from pipeline.config import (
    BoundariesTable,
    District,
    ElevationTable,
    NationalTable,
    PeopleRasterTable,
    Place,
)
from pipeline.errors import ChoiceIsNotAllowed, FileCannotBeWritten, FileIsMissing, PipelineError
from pipeline.files.archives import ZIP, pack_folder
from pipeline.files.maps import must_be_whole
from pipeline.files.outside import (
    OSM_ENDINGS,
    ROW_ENDINGS,
    VECTOR_ENDINGS,
    checked_ending,
)
from pipeline.files.published import read_table_of
from pipeline.files.rasters import GEOTIFF_ENDINGS
from pipeline.files.raw import (
    OPENSTREETMAP,
    DeclaredInput,
    Manifest,
    RawFile,
    inputs_of,
    read_manifest,
    write_manifest,
)
from pipeline.files.tiles import ELEVATION_ENDINGS
from pipeline.files.workbooks import encoding_of
from pipeline.files.writing import ABANDONED_AFTER_S, PARTIAL, write_json
from pipeline.sources.local import local_file
from pipeline.sources.packaged import packaged_file

_CHUNK = 1 << 20


def fetch(
    district: District,
    district_file: Path,
    national: dict[str, NationalTable],
    out: Path,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Fetch every input of a district.

    Parameters
    ----------
    district
        The district.
    district_file
        Its YAML file; paths in it are relative to its folder.
    national
        The national tables.
    out
        The manifest to write; the raw files lie beside it.
    tell
        Called with a line of progress for each input.

    Raises
    ------
    PipelineError
        If an input is missing, refused or damaged; what was there before is untouched.
    """
    try:
        _fetch_all(district, district_file, national, out, tell)
    except PipelineError as error:
        raise type(error)(f"{error}{_what_stays(out)}") from error


def _fetch_all(
    district: District,
    district_file: Path,
    national: dict[str, NationalTable],
    out: Path,
    tell: Callable[[str], None],
) -> None:
    slug = district_file.stem
    inputs = inputs_of(slug, district, national)
    originals = {key: _original(declared, district_file) for key, declared in inputs.items()}
    earlier = _paths_in(out)
    with _staging_for(out) as staging:
        fetched: dict[str, RawFile] = {}
        for key, declared in inputs.items():
            fetched[key] = _fetch_one(declared, originals[key], staging)
            tell(_line(key, fetched[key]))
        for raw in fetched.values():
            write_json(raw.model_dump(mode="json"), staging / f"{raw.path}.provenance.json")
        write_manifest(Manifest(slug, out.parent, fetched), staging / out.name)
        _move_into_place(staging, out)
    _remove(earlier - {raw.path for raw in fetched.values()}, out.parent)


def _what_stays(out: Path) -> str:
    """Say from when the raw files are that a fetch that failed leaves in place."""
    with suppress(PipelineError, OSError):
        osm = read_manifest(out).inputs[OPENSTREETMAP].date
        day = datetime.fromtimestamp(out.stat().st_mtime, tz=UTC).astimezone().date()
        return f" The raw files fetched on {day} (OpenStreetMap of {osm}) stay as they are."
    return ""


def _line(key: str, raw: RawFile) -> str:
    rows = "" if raw.rows is None else f", {raw.rows:,} rows"
    letters = ", read as Windows-1252" if raw.encoding == "cp1252" else ""
    return f"{key}: {raw.title}, {raw.date.isoformat()}, {raw.bytes:,} bytes{rows}{letters}"


def _original(declared: DeclaredInput, district_file: Path) -> Path:
    place: Place = declared.place
    if place.file is not None:
        return local_file(place.file, district_file)
    if place.package is None or place.member is None:
        raise ChoiceIsNotAllowed(
            f"{district_file}: {declared.key}: give either `file`, or `package` and `member`."
        )
    return packaged_file(place.package, place.member)


def _fetch_one(declared: DeclaredInput, original: Path, staging: Path) -> RawFile:
    with _as_one_file(declared, original, staging) as source:
        ending = checked_ending(source, _endings(declared))
        rows, encoding = _count_rows(declared, source), encoding_of(source)
        target = staging / f"{declared.key}{ending}"
        digest, size = _copy(source, target)
    return RawFile(
        path=target.name,
        title=declared.title,
        publisher=declared.publisher,
        licence=declared.licence,
        attribution=declared.attribution,
        date=declared.date,
        sha256=digest,
        bytes=size,
        rows=rows,
        encoding=encoding,
        table=declared.table,
        original_name=original.name,
        declared_place=declared.declared_place,
    )


@contextmanager
def _as_one_file(declared: DeclaredInput, original: Path, staging: Path) -> Iterator[Path]:
    """Give an input as one file, which has one sum: a folder of tiles is packed."""
    if not (isinstance(declared.declared, ElevationTable) and original.is_dir()):
        yield original
        return
    packed = staging / f"packed{ZIP}"
    try:
        pack_folder(original, ELEVATION_ENDINGS, packed)
        yield packed
    except PipelineError as error:  # people know the folder, not what it was packed into
        raise type(error)(str(error).replace(str(packed), str(original))) from None
    finally:
        packed.unlink(missing_ok=True)


def _endings(declared: DeclaredInput) -> tuple[str, ...]:
    if declared.key == OPENSTREETMAP:
        return OSM_ENDINGS
    if isinstance(declared.declared, ElevationTable):
        return ELEVATION_ENDINGS
    if isinstance(declared.declared, PeopleRasterTable):
        return GEOTIFF_ENDINGS
    if isinstance(declared.declared, BoundariesTable):
        return VECTOR_ENDINGS
    return VECTOR_ENDINGS + ROW_ENDINGS


def _count_rows(declared: DeclaredInput, path: Path) -> int | None:
    """Read an input as later steps will, so that a fault is told now and under its own name."""
    if declared.key == OPENSTREETMAP:
        must_be_whole(path)
    return None if declared.declared is None else len(read_table_of(path, declared.declared))


def _copy(original: Path, target: Path) -> tuple[str, int]:
    """Copy a file and return the SHA-256 and the number of the bytes that were written."""
    digest = hashlib.sha256()
    size = 0
    try:
        source = os.fdopen(os.open(original, os.O_RDONLY | os.O_NOFOLLOW), "rb")
    except OSError as error:
        raise FileIsMissing(f"{original}: cannot be read ({error.strerror}).") from None
    try:
        with source, target.open("wb") as copy:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
    except OSError as error:
        raise _cannot_write(target.parent.parent, error) from None
    return digest.hexdigest(), size


def _cannot_write(folder: Path, error: OSError) -> FileCannotBeWritten:
    return FileCannotBeWritten(
        f"{folder}: raw files could not be written ({error.strerror or error}). The previous ones "
        "are untouched; make room or give write permission, then run again."
    )


@contextmanager
def _staging_for(out: Path) -> Iterator[Path]:
    """Give a folder beside the district's own, on the same disk, and remove it afterwards."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _sweep(out.parent.parent)
        staging = Path(
            tempfile.mkdtemp(prefix=f"{PARTIAL}{out.parent.name}-", dir=out.parent.parent)
        )
    except OSError as error:
        raise _cannot_write(out.parent, error) from None
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove the folders of runs killed long ago."""
    for leftover in folder.glob(f"{PARTIAL}*"):
        if leftover.is_dir() and time.time() - leftover.stat().st_mtime > ABANDONED_AFTER_S:
            shutil.rmtree(leftover, ignore_errors=True)


def _move_into_place(staging: Path, out: Path) -> None:
    """Rename, which needs no room on the disk; the manifest last, as the sign that all stand."""
    try:
        for part in sorted(staging.iterdir(), key=lambda part: (part.name == out.name, part.name)):
            part.replace(out.parent / part.name)
    except OSError as error:
        raise _cannot_write(out.parent, error) from None


def _paths_in(manifest: Path) -> set[str]:
    """Return the raw files of an earlier fetch; none where its manifest cannot be read."""
    with suppress(PipelineError):
        return {raw.path for raw in read_manifest(manifest).inputs.values()}
    return set()


def _remove(paths: set[str], folder: Path) -> None:
    """Raw files of inputs that the district no longer declares would only mislead."""
    for name in sorted(paths):
        (folder / name).unlink(missing_ok=True)
        (folder / f"{name}.provenance.json").unlink(missing_ok=True)
