"""A few files kept as one between steps, so that they are there whole or not at all."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import FileIsDamaged, FileIsMissing
from pipeline.files.archives import BROKEN, FIRST_DAY
from pipeline.files.writing import written_whole


def write_bundle(members: Mapping[str, bytes], path: Path) -> None:
    """Write files into one, whole or not at all.

    Parameters
    ----------
    members
        Name → content; packed by whoever made them, so not packed again.
    path
        Where it belongs: a zip.

    Raises
    ------
    FileCannotBeWritten
        If the disk is full or the folder cannot be written to.
    """
    with written_whole(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), members[name])


def read_bundle(path: Path) -> dict[str, bytes]:
    """Read what `write_bundle` wrote.

    Parameters
    ----------
    path
        The zip.

    Returns
    -------
    dict
        Name → content, sorted by name.

    Raises
    ------
    FileIsMissing
        If it is not there.
    FileIsDamaged
        If it is cut short or changed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in sorted(archive.namelist())}
    except FileNotFoundError:
        raise FileIsMissing(f"{path}: is not there; run make again.") from None
    except (*BROKEN, OSError) as error:
        raise FileIsDamaged(
            f"{path}: cannot be read ({error}); remove it and run make again."
        ) from error
