"""Files inside zips inside zips, as Ordnance Survey publishes its tiles, within limits.

A zip of a few kilobytes can unpack to more than any disk holds. What a member says of its size is
held against the limits before it is unpacked, and unpacking stops where it said it would.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.errors import (
    FileIsDamaged,
    FileIsMissing,
    FileIsNotAllowed,
    SourceIsEmpty,
    listed,
    quoted,
)
from pipeline.files.outside import MEGABYTE, checked_ending, ending_of
from pipeline.files.writing import written_whole
from pipeline.text import clean_text

MOST_MEMBERS = 20_000
LARGEST_MEMBER_BYTES = 200 * MEGABYTE
LARGEST_UNPACKED_BYTES = 3_000 * MEGABYTE
ZIP = ".zip"
# What zipfile raises of a zip that is cut short, damaged, locked or packed in an unknown way.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_PIECE = 1 << 20
# The first day that a zip can name: the same files give the same bytes, whenever they are packed.
FIRST_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass
class _Budget:
    """What may still be unpacked of one file."""

    members: int = MOST_MEMBERS
    size: int = LARGEST_UNPACKED_BYTES

    def take(self, member: zipfile.ZipInfo, path: Path) -> None:
        """Refuse a member that is too large, or one too many."""
        self.members -= 1
        self.size -= member.file_size
        if member.file_size > LARGEST_MEMBER_BYTES:
            raise FileIsNotAllowed(
                f"{path}: {quoted(member.filename)} unpacks to {member.file_size:,} bytes; at most "
                f"{LARGEST_MEMBER_BYTES:,} are read."
            )
        if self.members < 0 or self.size < 0:
            raise FileIsNotAllowed(
                f"{path}: holds more than {MOST_MEMBERS:,} files or {LARGEST_UNPACKED_BYTES:,} "
                "bytes unpacked; leave out what lies far from the district."
            )


def members_of(
    path: Path, wanted: tuple[str, ...], among: Callable[[str], bool] = lambda _: True
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of some kinds in a zip, and in zips inside it.

    Parameters
    ----------
    path
        A zip.
    wanted
        Endings of the files to unpack, in small letters; others are passed over.
    among
        Tells by its name whether a file, or a zip of files, is to be unpacked.

    Yields
    ------
    tuple of str and bytes
        Name, with the name of the zip around it, and content; in the order of names.

    Raises
    ------
    FileIsNotAllowed
        If it holds too many files or too much, or zips inside zips inside zips.
    FileIsDamaged
        If it is cut short or is no zip.
    """
    budget = _Budget()
    with path.open("rb") as file:
        for name, content in _unpacked(file, wanted, among, budget, path):
            if not name.lower().endswith(ZIP):
                yield name, content
                continue
            for inner, deeper in _unpacked(io.BytesIO(content), wanted, among, budget, path):
                if inner.lower().endswith(ZIP):
                    raise FileIsNotAllowed(
                        f"{path}: {quoted(name)} holds the zip {quoted(inner)}; zips inside zips "
                        "inside zips are not read."
                    )
                yield f"{name}/{inner}", deeper


def _unpacked(
    file: io.BufferedIOBase,
    wanted: tuple[str, ...],
    among: Callable[[str], bool],
    budget: _Budget,
    path: Path,
) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(file) as archive:
            for member in sorted(archive.infolist(), key=lambda member: member.filename):
                name = member.filename
                if not (ending_of(name, (*wanted, ZIP)) and among(name)):
                    continue
                budget.take(member, path)
                with archive.open(member) as part:
                    content = part.read(member.file_size + 1)
                if len(content) != member.file_size:
                    raise FileIsDamaged(
                        f"{path}: {quoted(member.filename)} is not as long as it says."
                    )
                yield member.filename, content
    except BROKEN as error:
        raise FileIsDamaged(
            f"{path}: is cut short or is no zip ({clean_text(error)}); fetch it again."
        ) from None


def unpack_member(path: Path, wanted: str, folder: Path) -> Path:
    """Write one file of a zip into a folder, piece by piece, so that it may be large.

    Parameters
    ----------
    path
        A zip.
    wanted
        The name of the file in it, with `/`; a `*` stands for anything, as some names hold the
        month they are from. Exactly one file must fit.
    folder
        Where it is written, under the last part of its name.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    FileIsMissing
        If none fits, or several do.
    FileIsNotAllowed
        If it unpacks to too much.
    FileIsDamaged
        If the zip is cut short, is none, or the file in it does not have its sum.
    """
    fits = re.compile(".*".join(re.escape(part) for part in wanted.split("*")))
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            found = [member for member in members if fits.fullmatch(member.filename)]
            if len(found) != 1:
                there = listed([member.filename for member in found or members])
                raise FileIsMissing(
                    f"{path}: {quoted(wanted)} fits {len(found) or 'none'} of the files in it, "
                    f"and must fit one; it holds {there}."
                )
            if found[0].file_size > LARGEST_UNPACKED_BYTES:
                raise FileIsNotAllowed(
                    f"{path}: {quoted(wanted)} unpacks to {found[0].file_size:,} bytes; at most "
                    f"{LARGEST_UNPACKED_BYTES:,} are unpacked."
                )
            name = re.sub(r"[^A-Za-z0-9._-]", "_", PurePosixPath(found[0].filename).name)
            target = folder / f"unpacked-{name}"
            with written_whole(target) as part:
                _unpack_to(archive, found[0], part)
    except BROKEN as error:
        raise FileIsDamaged(
            f"{path}: is cut short or is no zip ({clean_text(error)}); fetch it again."
        ) from None
    return target


def _unpack_to(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Unpack no more than is announced; zipfile itself checks the sum at the end."""
    left = member.file_size
    with target.open("wb") as file:
        for piece in _pieces(archive, member):
            left -= len(piece)
            if left < 0:
                break
            file.write(piece)
    if left != 0:
        raise zipfile.BadZipFile("a file in it is not as long as it says")


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(member) as source:
            while piece := source.read(_PIECE):
                yield piece
    except OSError as error:  # a wrong place in the file, not a disk that is full
        raise zipfile.BadZipFile(str(error)) from None


def pack_folder(folder: Path, wanted: tuple[str, ...], target: Path) -> None:
    """Pack the files of some kinds in a folder, and below it, into a zip.

    The same files give the same bytes, whatever their dates.

    Parameters
    ----------
    folder
        The folder.
    wanted
        Endings of the files to pack, in small letters; others are passed over.
    target
        The zip to write.

    Raises
    ------
    SourceIsEmpty
        If there is no such file in it.
    FileIsNotAllowed
        If one is a link, is not what its ending says, or all are too many or too large.
    """
    found = sorted(path for path in folder.rglob("*") if ending_of(path.name, wanted))
    if not found:
        raise SourceIsEmpty(
            f"{folder}: holds no file that ends in {', '.join(wanted)}; give the folder of the "
            "tiles."
        )
    budget = _Budget()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in found:
            if path.is_symlink() or any(p.is_symlink() for p in _between(path, folder)):
                raise FileIsNotAllowed(f"{path}: is a symbolic link; give the file itself.")
            checked_ending(path, wanted)
            member = zipfile.ZipInfo(str(PurePosixPath(*path.relative_to(folder).parts)), FIRST_DAY)
            member.file_size = path.stat().st_size
            budget.take(member, folder)
            archive.writestr(member, path.read_bytes(), zipfile.ZIP_DEFLATED)


def _between(path: Path, folder: Path) -> list[Path]:
    return [parent for parent in path.parents if folder in parent.parents]
