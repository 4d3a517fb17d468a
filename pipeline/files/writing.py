"""Put bytes on the disk whole or not at all.

A file is written beside its place, checked, flushed to the disk and then renamed; a reader, a
second run or a power cut sees the old file or the new one, never a half. GNU make alone trusts
half files after a SIGKILL, even with `.DELETE_ON_ERROR`.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pipeline.errors import FileCannotBeWritten

PARTIAL = ".part-"
ABANDONED_AFTER_S = 6 * 3600


@contextmanager
def written_whole(path: Path, check: Callable[[Path], None] | None = None) -> Iterator[Path]:
    """Give a place to write to, and rename it to `path` when all went well.

    Parameters
    ----------
    path
        Where the file belongs. Its folder is made. If it is a symbolic link, the link itself
        is replaced and what it points to is left alone.
    check
        Called with the finished file before it is renamed; raises to keep the old one.

    Yields
    ------
    pathlib.Path
        A new, empty file beside `path`, with the same ending.

    Raises
    ------
    FileCannotBeWritten
        If the disk is full or the folder may not be written to.
    """
    part: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        part = _empty_file_beside(path)
        yield part
        if check is not None:
            check(part)
        _flush(part)
        part.replace(path)
    except OSError as error:
        raise FileCannotBeWritten(
            f"{path}: could not be written ({error.strerror or error}). The previous file, if "
            "there was one, is untouched; make room or give write permission, then run again."
        ) from error
    finally:
        if part is not None:
            _remove_with_sidecars(part)


def _empty_file_beside(path: Path) -> Path:
    handle, name = tempfile.mkstemp(
        prefix=f"{PARTIAL}{path.stem[:40]}-", suffix="".join(path.suffixes[-2:]), dir=path.parent
    )
    os.fchmod(handle, 0o644)
    os.close(handle)
    return Path(name)


def _flush(path: Path) -> None:
    """Make sure that a full disk or a power cut is noticed before the rename, not after."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _remove_with_sidecars(part: Path) -> None:
    """GDAL leaves `-journal` and `.tmp_rtree_*.db` files when it is stopped."""
    for leftover in part.parent.glob(f"{part.name}*"):
        with suppress(OSError):
            leftover.unlink()


def _sweep(folder: Path) -> None:
    """Remove what runs killed long ago left behind."""
    for leftover in folder.glob(f"{PARTIAL}*"):
        with suppress(OSError):
            if time.time() - leftover.stat().st_mtime > ABANDONED_AFTER_S:
                leftover.unlink()


def write_bytes(content: bytes, path: Path) -> None:
    """Write bytes whole or not at all.

    Parameters
    ----------
    content
        The whole content.
    path
        Where it belongs.
    """
    with written_whole(path) as part:
        part.write_bytes(content)


def write_text(content: str, path: Path) -> None:
    """Write text as UTF-8 with line feeds, whole or not at all.

    Parameters
    ----------
    content
        The whole content.
    path
        Where it belongs.
    """
    write_bytes(content.encode("utf-8"), path)


def write_json(content: Any, path: Path) -> None:  # noqa: ANN401 (JSON is any plain value)
    """Write plain values as JSON with sorted keys, whole or not at all.

    Parameters
    ----------
    content
        Dictionaries, lists, text, finite numbers, true, false, none.
    path
        Where it belongs.
    """
    write_bytes(as_json(content), path)


def as_json(content: Any) -> bytes:  # noqa: ANN401
    """Return plain values as the bytes that `write_json` writes.

    Parameters
    ----------
    content
        As for `write_json`.

    Returns
    -------
    bytes
        UTF-8, keys sorted, a line feed at the end.
    """
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return f"{text}\n".encode()
