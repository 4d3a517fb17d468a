"""Pack files into one archive whose bytes depend on nothing but theirs."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.files.archives import BROKEN, FIRST_DAY

_MODE = 0o100644 << 16


def write_archive(files: Mapping[str, Path | bytes], path: Path) -> None:
    """Pack files.

    Parameters
    ----------
    files
        Name in the archive → where the file lies, or what it holds.
    path
        The archive.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _MODE
            entry.create_system = 3
            content = files[name]
            held = content if isinstance(content, bytes) else content.read_bytes()
            archive.writestr(entry, held, compresslevel=9)


def faults_of_archive(path: Path) -> Iterator[str]:
    """Yield what makes an archive unfit to be published, each in words.

    Parameters
    ----------
    path
        The archive.

    Yields
    ------
    str
        For example ``is a damaged archive``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            damaged = archive.testzip()
    except (*BROKEN, OSError):
        yield "is no archive, or a damaged one"
        return
    if damaged is not None or not names:
        yield "is a damaged or empty archive"
    if len(set(names)) != len(names) or any(_is_odd(name) for name in names):
        yield "is an archive with a name that stands twice, or leads elsewhere"


def _is_odd(name: str) -> bool:
    parts = name.split("/")
    return name.startswith("/") or "\\" in name or any(part in {"", ".", ".."} for part in parts)
