"""The one gate that every public file passes.

`publish(files, folder, note)` writes all files of a district into a folder beside its place,
checks each, and only then lets the two folders change places, in one step. If one file is not fit
to be published none is: what was published before stays as it was. `publish_file` does the same
for a file that stands alone.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

from pyogrio.errors import DataLayerError, DataSourceError

from pipeline import files as disk
from pipeline.cores import on_all_cores
from pipeline.errors import FileCannotBeWritten, PageIsNotSafe, quoted
from pipeline.files.packing import faults_of_archive, write_archive
from pipeline.files.rasters import fault_of_bands
from pipeline.files.raw import sha256_of
from pipeline.files.switching import switched
from pipeline.files.writing import as_json
from pipeline.pages import Asking, Content, Packed, Shared
from pipeline.pages.gate import faults_of_page
from pipeline.pages.picture_gate import faults_of_png, faults_of_svg
from pipeline.pages.plain import is_formula

RUN_NOTE = "run.json"
LARGEST_BYTES = {
    ".html": 25_000_000,
    ".csv": 200_000_000,
    ".geojson": 100_000_000,
    ".gpkg": 1_000_000_000,
    ".json": 50_000_000,
    ".png": 10_000_000,
    ".svg": 10_000_000,
    ".tif": 1_000_000_000,
    ".zip": 2_000_000_000,
}

_NAME = re.compile(r"(?:[a-z0-9][a-z0-9_-]*/){0,2}[A-Za-z0-9][A-Za-z0-9_-]*\.[a-z]+")
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def publish(files: Mapping[str, Content], folder: Path, note: Mapping[str, Any]) -> None:
    """Publish a set of files: all of them, or none.

    Parameters
    ----------
    files
        Path from the folder → text, bytes, a callable that writes the file to the path it is
        given, an archive of others, or a page that others write anew. Paths have at most two
        folders.
    folder
        Where they belong. What others wrote there is kept; what the last run published and this
        one does not is gone.
    note
        What is known of the run. It becomes `run.json`, with the sha256 of every other file
        that is not shared added as `published`.

    Raises
    ------
    PageIsNotSafe
        If a file could make a request, run what it should not, is damaged, too large, or names
        a folder of this machine. Nothing in `folder` has changed then.
    FileCannotBeWritten
        If the disk is full, or the folder may not be written to.
    """
    for name in files:
        _must_be_a_name(name)
    with switched(folder, _published_before(folder)) as new:
        made = partial(_made, files, new, set())
        archives = sorted(name for name in files if isinstance(files[name], Packed))
        hashes = dict(map(made, sorted(files.keys() - {*archives})))
        # Archives last, as they hold the others; packing lets go of Python's lock.
        hashes |= dict(on_all_cores(made, archives))
        ours = {each: hashes[each] for each in hashes if not isinstance(files[each], Shared)}
        _write(as_json({**note, "published": ours}), new / RUN_NOTE, RUN_NOTE)
        check_file(new / RUN_NOTE, RUN_NOTE)


def _made(
    files: Mapping[str, Content], folder: Path, fit: set[tuple[str, str, str]], name: str
) -> tuple[str, str]:
    """Write one of some files into a folder, hold it against the rules, and sum it up.

    `fit` has the endings, whom they may ask, and the sums of those that were looked through: many
    files are the same in both editions, and are looked through once.
    """
    part = folder / name
    part.parent.mkdir(parents=True, exist_ok=True)
    _write(files[name], part, name, files)
    _remove_sidecars(part)
    content, digest = files[name], sha256_of(part)
    may_ask = content.origin if isinstance(content, Asking) else ""
    if (part.suffix, may_ask, digest) not in fit:
        check_file(part, name, may_ask)
        fit.add((part.suffix, may_ask, digest))
    return name, digest


def publish_file(content: Content, path: Path) -> None:
    """Publish one file that stands alone, whole or not at all.

    Parameters
    ----------
    content
        As for `publish`.
    path
        Where it belongs.

    Raises
    ------
    PageIsNotSafe, FileCannotBeWritten
        As for `publish`.
    """
    _must_be_a_name(path.name)
    with disk.written_whole(path) as part:
        _write(content, part, path.name)
        check_file(part, path.name)


def publish_together(contents: Mapping[Path, Content]) -> None:
    """Publish files that belong together, in folders that hold others too: all, or none.

    Parameters
    ----------
    contents
        Where each belongs → as for `publish`.

    Raises
    ------
    PageIsNotSafe, FileCannotBeWritten
        As for `publish`.
    """
    with ExitStack() as written:
        for path, content in contents.items():
            _must_be_a_name(path.name)
            part = written.enter_context(disk.written_whole(path))
            _write(content, part, path.name)
            check_file(part, path.name)


def _must_be_a_name(name: str) -> None:
    if not _NAME.fullmatch(name) or name == RUN_NOTE:
        raise PageIsNotSafe(
            f"{quoted(name)}: is not a name for a published file; use letters, digits, `_`, `-` "
            "and one ending, in at most two folders of small letters, and leave run.json to the "
            "run note."
        )


def _published_before(folder: Path) -> frozenset[str]:
    """Return what the last run put there, as its note tells; nothing where there is no note."""
    try:
        note = json.loads((folder / RUN_NOTE).read_bytes())
        return frozenset((RUN_NOTE, *note["published"]))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return frozenset((RUN_NOTE,))


def _remove_sidecars(part: Path) -> None:
    """GDAL may leave a journal beside what it wrote."""
    for leftover in part.parent.glob(f"{part.name}?*"):
        leftover.unlink()


def _packed(packed: Packed, part: Path, files: Mapping[str, Content]) -> dict[str, Path | bytes]:
    """Return what belongs into an archive: the files of its edition, but for archives."""
    base = part.parent
    up = len(packed.folder.split("/")) if packed.folder else 0
    found: dict[str, Path | bytes] = {}
    if packed.note:
        found[f"{packed.name}/{RUN_NOTE}"] = packed.note
    for name, content in files.items():
        if isinstance(content, Packed) or _edition_of(name, files) != packed.folder:
            continue
        inner = name.split("/", up)[-1]
        held = content.packed.encode("utf-8") if isinstance(content, Shared) else base / inner
        found[f"{packed.name}/{inner}"] = held
    return found


def _edition_of(name: str, files: Mapping[str, Content]) -> str:
    """Return the folder of the innermost archive that a file belongs into."""
    folders = (content.folder for content in files.values() if isinstance(content, Packed))
    around = [folder for folder in folders if not folder or name.startswith(f"{folder}/")]
    return max(around, key=len, default="")


def _write(
    content: Content, part: Path, name: str, files: Mapping[str, Content] | None = None
) -> None:
    if isinstance(content, Packed):
        write_archive(_packed(content, part, files or {}), part)
    elif isinstance(content, Shared):
        _write(content.packed, part, name)
        check_file(part, name)
        _write(content.here, part, name)
    elif isinstance(content, Asking):
        _write(content.text, part, name)
    elif isinstance(content, str):
        part.write_bytes(content.encode("utf-8", errors="surrogatepass"))
    elif isinstance(content, bytes):
        part.write_bytes(content)
    else:
        try:
            content(part)
        except (DataLayerError, DataSourceError) as error:
            raise FileCannotBeWritten(
                f"{name}: could not be written ({quoted(error)}). What was published before is "
                "untouched; make room or give write permission, then run again."
            ) from error


def check_file(path: Path, name: str, may_ask: str = "") -> None:
    """Hold one file against what a published file must be.

    Parameters
    ----------
    path
        Where it is for now.
    name
        The name it will have; its ending says what it must be.
    may_ask
        The one server that a page may ask for pictures, as `https://` and its host; usually none.

    Raises
    ------
    PageIsNotSafe
        With the first thing found, in a sentence.
    """
    ending = Path(name).suffix
    if ending not in LARGEST_BYTES:
        raise PageIsNotSafe(
            f"{name}: files that end in {quoted(ending)} are not published; allowed are "
            f"{', '.join(LARGEST_BYTES)}."
        )
    size = path.stat().st_size
    if not 0 < size <= LARGEST_BYTES[ending]:
        raise PageIsNotSafe(
            f"{name}: has {size:,} bytes; from 1 to {LARGEST_BYTES[ending]:,} are allowed. It was "
            "not published."
        )
    checks = _CHECKS | {".html": partial(_page_fault, may_ask=may_ask)}
    fault = _machine_fault(path.read_bytes()) or checks[ending](path)
    if fault:
        raise PageIsNotSafe(f"{name}: {fault}. It was not published; the previous one stays.")


def _machine_fault(content: bytes) -> str:
    """Say whether a folder of this machine is named; those of one part are too common a word."""
    for folder in {Path.cwd(), Path.home(), Path(sys.prefix), Path(__file__).parent.parent}:
        parts = folder.resolve().parts
        if len(parts) > 2 and f"{folder.resolve()}/".encode() in content:  # noqa: PLR2004
            return "names a folder of the machine that built it"
    return ""


def _page_fault(path: Path, may_ask: str = "") -> str:
    try:
        return next(faults_of_page(path.read_bytes().decode("utf-8"), may_ask), "")
    except UnicodeDecodeError as error:
        return f"byte {error.start} is not UTF-8"


def _drawing_fault(path: Path) -> str:
    return next(faults_of_svg(path.read_bytes()), "")


def _image_fault(path: Path) -> str:
    return next(faults_of_png(path.read_bytes()), "")


def _sheet_fault(path: Path) -> str:
    """Say what is wrong with a CSV file: encoding, form, or a cell that could be run."""
    try:
        text = path.read_bytes().decode("utf-8")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError as error:
        return f"byte {error.start} is not UTF-8"
    except csv.Error as error:
        return f"is not well-formed CSV ({error})"
    looked_at: set[str] = set()
    for line, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            return f"row {line} has {len(row)} cells and the header {len(rows[0])}"
        for text in sorted(set(row) - looked_at):
            if is_formula(text) and not _PLAIN_NUMBER.fullmatch(text):
                return f"row {line} has a cell a spreadsheet could run: {quoted(text)}"
        looked_at.update(row)
    return ""


def _layer_fault(path: Path) -> str:
    """Say what is wrong with a GeoPackage."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            healthy = database.execute("PRAGMA quick_check").fetchone() == ("ok",)
            layers = database.execute("SELECT count(*) FROM gpkg_contents").fetchone()[0]
    except sqlite3.Error as error:
        return f"is not a GeoPackage ({error})"
    return "" if healthy and layers else "is a damaged or empty GeoPackage"


def _note_fault(path: Path) -> str:
    try:
        json.loads(path.read_bytes().decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        return f"is not JSON ({type(error).__name__})"
    return ""


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


_CHECKS: dict[str, Callable[[Path], str]] = {
    ".html": _page_fault,
    ".csv": _sheet_fault,
    ".geojson": _note_fault,
    ".gpkg": _layer_fault,
    ".json": _note_fault,
    ".png": _image_fault,
    ".svg": _drawing_fault,
    ".tif": fault_of_bands,
    ".zip": lambda path: next(faults_of_archive(path), ""),
}
