"""Ask whether an OpenStreetMap file is whole, before it takes the place of an earlier one.

Only its framing is looked at: the step that reads it finds the rest. A file that was cut exactly
between two blocks looks whole here.
"""

from __future__ import annotations

import bz2
import gzip
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

import osmium

from pipeline.errors import FileIsDamaged
from pipeline.files.outside import OSM_ENDINGS, ending_of

# The limits that the format itself sets.
LARGEST_HEAD = 64 * 1024
LARGEST_BLOB = 32 * 1024 * 1024
# Maps written as XML shrink to a tenth or a thirtieth; what shrinks more is meant to fill a disk.
LARGEST_RATIO = 200
# Where a file says of what time it is.
AS_OF = "osmosis_replication_timestamp"

_READ = 1 << 20
_END = b"</osm>"
_LENGTH, _BYTES = 0, 2  # kinds of protobuf fields
_TYPE, _SIZE = 1, 3  # fields of the head of a blob


def must_be_whole(path: Path) -> None:
    """Stop if an OpenStreetMap file is cut short.

    Parameters
    ----------
    path
        A `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2` file.

    Raises
    ------
    FileIsDamaged
        If it ends in the middle, or is something else.
    """
    ending = ending_of(path.name, OSM_ENDINGS)
    try:
        if ending == ".osm.pbf":
            with path.open("rb") as file:
                _walk_blobs(file, path.stat().st_size)
        else:
            _must_end_in_osm(path, ending)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        words = f" ({error})" if str(error) else ""
        raise FileIsDamaged(
            f"{path}: is cut short or is not OpenStreetMap data{words}; fetch it again."
        ) from None


def time_of(path: Path) -> datetime | None:
    """Return of what time an OpenStreetMap file says that its data is.

    Parameters
    ----------
    path
        A whole file.

    Returns
    -------
    datetime.datetime or None
        In UTC; none where the file does not say.

    Raises
    ------
    FileIsDamaged
        If its head cannot be read.
    """
    try:
        header = osmium.io.Reader(str(path), osmium.osm.NOTHING).header()
    except RuntimeError:
        raise FileIsDamaged(f"{path}: its head cannot be read; fetch it again.") from None
    try:
        return datetime.fromisoformat(header.get(AS_OF)).astimezone(UTC)
    except ValueError:
        return None


def ways_in(path: Path) -> int | None:
    """Count the ways of an OpenStreetMap file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    int or None
        None where there are none, or where the file cannot be read: the step that reads all of
        it says why.
    """
    try:
        return sum(1 for _ in osmium.FileProcessor(str(path), osmium.osm.WAY)) or None
    except RuntimeError:
        return None


def _walk_blobs(file: IO[bytes], size: int) -> None:
    wanted = b"OSMHeader"
    place = 0
    while place < size:
        length = int.from_bytes(file.read(4), "big")
        if not 0 < length <= LARGEST_HEAD:
            raise ValueError(f"no block begins at byte {place:,}")
        fields = dict(_fields(file.read(length)))
        data = fields.get(_SIZE)
        if fields.get(_TYPE) != wanted or not isinstance(data, int) or data > LARGEST_BLOB:
            raise ValueError(f"no block begins at byte {place:,}")
        place += 4 + length + data
        file.seek(place)
        wanted = b"OSMData"
    if place != size or not size:
        raise ValueError(f"its last block should end at byte {place:,} and the file has {size:,}")


def _fields(head: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Read the fields of a protobuf message that has numbers and bytes only."""
    place = 0
    while place < len(head):
        key, place = _varint(head, place)
        value, place = _varint(head, place)
        if key & 7 == _LENGTH:
            yield key >> 3, value
        elif key & 7 == _BYTES:
            yield key >> 3, head[place : place + value]
            place += value
        else:
            raise ValueError("its blocks have heads of another kind")


def _varint(head: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(head):
        byte = head[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004 (the bit that says that more follow)
            return value, place
    raise ValueError("the head of a block is cut short")


def _must_end_in_osm(path: Path, ending: str | None) -> None:
    tail = b""
    unpacked = 0
    largest = LARGEST_RATIO * path.stat().st_size + _READ
    with _unpacked(path, ending) as file:
        while chunk := file.read(_READ):
            tail = (tail + chunk)[-200:]
            unpacked += len(chunk)
            if unpacked > largest:
                raise ValueError(
                    f"it unpacks to more than {LARGEST_RATIO} times its size, as no map does"
                )
    if not tail.rstrip().endswith(_END):
        raise ValueError("it does not end in </osm>")


def _unpacked(path: Path, ending: str | None) -> IO[bytes]:
    if ending == ".osm.gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return cast("IO[bytes]", bz2.open(path, "rb")) if ending == ".osm.bz2" else path.open("rb")
