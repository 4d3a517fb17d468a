"""Put a whole folder in its place in one step.

A folder is filled beside its place and checked; then the two change places. A reader, a second
run or a power cut sees the old folder or the new one, whole. Where the system cannot exchange two
folders the old one is moved aside first, and whoever comes next finishes what was begun.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import FileCannotBeWritten
from pipeline.files.writing import ABANDONED_AFTER_S, PARTIAL

ASIDE = ".aside-"
_HERE = -100  # AT_FDCWD: paths as they stand
_EXCHANGE = 2  # RENAME_EXCHANGE


@contextmanager
def switched(folder: Path, ours: Collection[str]) -> Iterator[Path]:
    """Give an empty folder to fill, and put it in the place of another when all went well.

    Parameters
    ----------
    folder
        Where it belongs.
    ours
        What the last run put there, as paths from the folder. Whatever else lies there, which
        others wrote, is taken over.

    Yields
    ------
    pathlib.Path
        A new, empty folder beside `folder`.

    Raises
    ------
    FileCannotBeWritten
        If the disk is full, or folders may not be made or moved there. Nothing has changed then.
    """
    beside: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        recover(folder)
        beside = Path(tempfile.mkdtemp(prefix=f"{PARTIAL}{folder.name[:40]}-", dir=folder.parent))
        beside.chmod(0o755)
        yield beside
        _take_over(folder, beside, ours)
        _flush_all(beside)
        _put_in_place(beside, folder, ours)
        _flush_folder(folder.parent)
        if beside.is_dir() and not beside.is_symlink():
            # What others wrote while the two changed places.
            _take_over(beside, folder, ours)
    except OSError as error:
        raise FileCannotBeWritten(
            f"{folder}: could not be written ({error.strerror or error}). What was published "
            "before is untouched; make room or give write permission, then run again."
        ) from error
    finally:
        if beside is not None:
            _remove(beside)


def recover(folder: Path) -> None:
    """Bring a change that was killed to its end, and sweep what runs killed long ago left.

    Parameters
    ----------
    folder
        The folder that was to be changed.
    """
    aside = _aside(folder)
    if os.path.lexists(aside):
        if os.path.lexists(folder):
            _remove(aside)
        else:
            aside.rename(folder)
    for leftover in folder.parent.glob(f"{PARTIAL}{folder.name[:40]}-*"):
        with suppress(OSError):
            if leftover.is_dir() and time.time() - leftover.stat().st_mtime > ABANDONED_AFTER_S:
                _remove(leftover)


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step, where the system can.

    Parameters
    ----------
    one, other
        Folders on one file system.

    Returns
    -------
    bool
        Whether they did; if not, nothing has changed.
    """
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    done: int = call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
    return done == 0


def _put_in_place(beside: Path, folder: Path, ours: Collection[str]) -> None:
    if not os.path.lexists(folder):
        beside.rename(folder)
    elif not exchange(beside, folder):
        aside = _aside(folder)
        folder.rename(aside)
        beside.rename(folder)
        _take_over(aside, folder, ours)
        _remove(aside)


def _aside(folder: Path) -> Path:
    return folder.parent / f"{ASIDE}{folder.name}"


def _take_over(old: Path, new: Path, ours: Collection[str]) -> None:
    """Link what others wrote from one folder into another, or copy it where links cannot be."""
    if not old.is_dir():
        return
    for inside, folders, names in os.walk(old):
        folders[:] = [name for name in folders if not name.startswith((PARTIAL, ASIDE))]
        links = [name for name in folders if Path(inside, name).is_symlink()]
        for name in (*names, *links):
            path = Path(inside, name)
            where = path.relative_to(old)
            target = new / where
            if where.as_posix() in ours or name.startswith(PARTIAL) or os.path.lexists(target):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, target, follow_symlinks=False)
            except OSError:
                shutil.copy2(path, target, follow_symlinks=False)


def _flush_all(folder: Path) -> None:
    for inside, _, names in os.walk(folder):
        for name in names:
            path = Path(inside, name)
            if not path.is_symlink():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
        _flush_folder(Path(inside))


def _flush_folder(folder: Path) -> None:
    with suppress(OSError):  # some file systems cannot
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink(missing_ok=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
