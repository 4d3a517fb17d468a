"""Where raw files wait until all of them are there, and how they take their places together."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import FileCannotBeWritten
from pipeline.files.raw import bring_to_end, ready_for
from pipeline.files.writing import ABANDONED_AFTER_S, PARTIAL
from pipeline.sources import geofabrik
from pipeline.sources.parts import sweep
from pipeline.sources.services import PARTS


@contextmanager
def staging_for(out: Path) -> Iterator[Path]:
    """Give a folder beside the district's own, on the same disk, and remove it afterwards.

    Parameters
    ----------
    out
        The manifest of the district.

    Yields
    ------
    pathlib.Path
        An empty folder.

    Raises
    ------
    FileCannotBeWritten
        If none can be made.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _sweep(out.parent.parent)
        staging = Path(
            tempfile.mkdtemp(prefix=f"{PARTIAL}{out.parent.name}-", dir=out.parent.parent)
        )
    except OSError as error:
        raise cannot_write(out.parent, error) from None
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove the folders of runs killed long ago."""
    for leftover in folder.glob(f"{PARTIAL}*"):
        if leftover.is_dir() and time.time() - leftover.stat().st_mtime > ABANDONED_AFTER_S:
            shutil.rmtree(leftover, ignore_errors=True)
    sweep(folder / PARTS)
    geofabrik.sweep(folder / geofabrik.SHARED)


def move_into_place(staging: Path, out: Path) -> None:
    """Rename, which needs no room on the disk.

    From the first rename on, all of it is sure to take its place: what a kill leaves in the middle
    is brought to its end by whoever reads the manifest next.

    Parameters
    ----------
    staging
        The folder in which all files are, whole.
    out
        The manifest of the district.

    Raises
    ------
    FileCannotBeWritten
        If they cannot be renamed.
    """
    try:
        bring_to_end(out)
        staging.rename(ready_for(out))
        bring_to_end(out)
    except OSError as error:
        raise cannot_write(out.parent, error) from None


def cannot_write(folder: Path, error: OSError) -> FileCannotBeWritten:
    """Say that raw files could not be written, and that the previous ones stay."""
    return FileCannotBeWritten(
        f"{folder}: raw files could not be written ({error.strerror or error}). The previous ones "
        "are untouched; make room or give write permission, then run again."
    )


def remove(paths: set[str], folder: Path) -> None:
    """Remove raw files of inputs that the district no longer declares: they would only mislead.

    Parameters
    ----------
    paths
        Their names.
    folder
        Where they lie.
    """
    for name in sorted(paths):
        (folder / name).unlink(missing_ok=True)
        (folder / f"{name}.provenance.json").unlink(missing_ok=True)
