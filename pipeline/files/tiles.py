"""Open elevation data from other people: GeoTIFFs and ASCII grids, alone or in zips.

rasterio opens only the two formats that are meant, and looks for no file beside them.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import FileIsDamaged, FileIsNotAllowed, quoted
from pipeline.files.archives import members_of
from pipeline.files.outside import checked_ending, ending_of
from pipeline.text import clean_text

RASTER_ENDINGS = (".asc", ".tif", ".tiff")
ELEVATION_ENDINGS = (*RASTER_ENDINGS, ".zip")
MOST_CELLS = 25_000_000
BRITISH_GRID = "EPSG:27700"

Box = tuple[float, float, float, float]
_DRIVERS = {".asc": "AAIGrid", ".tif": "GTiff", ".tiff": "GTiff"}
# No file beside the one that is meant is looked for, and none is written.
_SETTINGS = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GTIFF_IGNORE_READ_ERRORS": "NO",
}
# What the head of an ASCII grid may hold, each key with its value.
_KEYS = frozenset(
    (b"ncols", b"nrows", b"xllcorner", b"yllcorner", b"xllcenter", b"yllcenter", b"cellsize",
     b"dx", b"dy", b"nodata_value")
)  # fmt: skip
_LONGEST_NUMBER = 8
_OF_NUMBERS = b"0123456789+-.eE \t\r\n"
# A tile of OS Terrain 50, named for its square of 10 km: `data/su/su41_ost50grid_20260518.zip`.
_SQUARE = re.compile(r"(?:.*/)?([a-hj-z])([a-hj-z])(\d)(\d)_ost50grid[^/]*\.zip", re.IGNORECASE)
_LETTERS = "abcdefghjklmnopqrstuvwxyz"


def rasters_in(
    path: Path,
    look: Callable[[bytes, str], None] = lambda *_: None,
    among: Callable[[str], bool] = lambda _: True,
) -> Generator[tuple[str, Any]]:
    """Open the rasters of a file one after the other.

    Close the generator as soon as it is done with: GDAL's settings hold from opening to closing.

    Parameters
    ----------
    path
        A GeoTIFF, an ASCII grid, or a zip of them or of zips of them.
    look
        Called with the bytes of an ASCII grid, and its name for messages, before it is opened.
    among
        Tells by its name which part of a zip is to be unpacked.

    Yields
    ------
    tuple of str and rasterio.DatasetReader
        What to call it in a message, and the raster.

    Raises
    ------
    FileIsMissing, FileIsNotAllowed, FileIsDamaged
        If it is not there, is refused unread, cannot be opened, or is no plain grid of heights.
    """
    ending = checked_ending(path, ELEVATION_ENDINGS)
    if ending in (".tif", ".tiff"):
        with _opened(path, str(path), ending) as raster:
            yield str(path), raster
        return
    is_zip = ending == ".zip"
    grids = members_of(path, RASTER_ENDINGS, among) if is_zip else [("", path.read_bytes())]
    for member, content in grids:
        name = f"{path}: {quoted(member)}" if member else str(path)
        of = ending_of(member or path.name, RASTER_ENDINGS) or ".asc"
        if of == ".asc":
            look(content, name)
        with _opened(content, name, of) as raster:
            yield name, raster


@contextmanager
def _opened(content: bytes | Path, name: str, ending: str) -> Iterator[Any]:
    import rasterio
    from rasterio.io import MemoryFile

    options = {"driver": _DRIVERS[ending]}
    if ending == ".asc":
        options["DATATYPE"] = "Float64"
    with rasterio.Env(**_SETTINGS), warnings.catch_warnings(), told(name):
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        if isinstance(content, Path):
            with rasterio.open(content, **options) as raster:
                yield _checked(raster, name)
        else:
            with MemoryFile(content, ext=ending) as memory, memory.open(**options) as raster:
                yield _checked(raster, name)


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turn what rasterio says into a sentence.

    Parameters
    ----------
    name
        What to call the raster.

    Raises
    ------
    FileIsDamaged
        If it cannot be read.
    """
    import rasterio

    try:
        yield
    except rasterio.errors.RasterioError as error:
        raise FileIsDamaged(
            f"{name}: cannot be read as a raster ({clean_text(error.__cause__ or error, 120)}); it "
            "is cut short or is something else. Fetch it again."
        ) from None


def must_be_numbers(content: bytes, name: str) -> None:
    """Ask whether an ASCII grid is whole: GDAL reads a word that is no number as 0.

    Parameters
    ----------
    content
        Its bytes.
    name
        What to call it.

    Raises
    ------
    FileIsDamaged
        If it holds fewer or more heights than it says, or a word that is none.
    """
    words = content.split()
    at = next((at for at in range(0, len(words), 2) if words[at].lower() not in _KEYS), 0)
    head = {key.lower(): value for key, value in zip(words[:at:2], words[1:at:2], strict=True)}
    sizes = (head.get(b"ncols", b""), head.get(b"nrows", b""))
    if not all(size.isdigit() and len(size) < _LONGEST_NUMBER for size in sizes):
        raise FileIsDamaged(
            f"{name}: is no ASCII grid: its head must give ncols and nrows as whole numbers."
        )
    heights = words[at:]
    wanted = int(sizes[0]) * int(sizes[1])
    if len(heights) != wanted:
        raise FileIsDamaged(
            f"{name}: holds {len(heights):,} heights and says it holds {wanted:,}; it is cut short "
            "or its head is wrong. Fetch it again."
        )
    odd = _odd_one(heights) if content.translate(None, _OF_NUMBERS) else None
    if odd is not None:
        raise FileIsDamaged(
            f"{name}: {quoted(odd.decode('latin-1'))} stands where a height should; fetch it again."
        )


def _odd_one(words: list[bytes]) -> bytes | None:
    """Return the first word that is no number."""
    for word in words:
        try:
            float(word)
        except ValueError:
            return word
    return None


def _checked(raster: Any, name: str) -> Any:  # noqa: ANN401 (an open rasterio dataset)
    """Refuse a raster that is no plain grid of heights, before its heights are read."""
    if raster.count != 1 or np.dtype(raster.dtypes[0]).kind not in "iuf":
        raise FileIsNotAllowed(
            f"{name}: has {raster.count} bands of {raster.dtypes[0]}; heights are one band of "
            "numbers."
        )
    rows, columns = raster.block_shapes[0]
    if rows * columns > MOST_CELLS:
        raise FileIsNotAllowed(
            f"{name}: is stored in blocks of {rows:,} by {columns:,} cells; at most "
            f"{MOST_CELLS:,} are read at once. Save it in tiles."
        )
    if raster.transform.is_identity or raster.transform.determinant == 0:
        raise FileIsDamaged(
            f"{name}: does not say where on the ground it lies; save it with its place."
        )
    if str(raster.units[0] or "m").lower().startswith(("f", "us")):
        raise FileIsNotAllowed(
            f"{name}: gives heights in {quoted(raster.units[0])}; give them in metres."
        )
    return raster


def may_touch(name: str, box: Box) -> bool:
    """Tell whether a tile may lie in a box, where its name says its square of the British grid.

    The whole of Great Britain is 2,858 tiles, of which a district needs a few.

    Parameters
    ----------
    name
        The name of a part of a zip.
    box
        West, south, east and north in the British grid.

    Returns
    -------
    bool
        True where the name says nothing.
    """
    square = _SQUARE.fullmatch(name)
    if square is None:
        return True
    first, second = (_LETTERS.index(letter.lower()) for letter in square.group(1, 2))
    # Letters run along rows of five from the north-west; S, T, N, H are squares of 500 km.
    west = (first % 5 - 2) * 500_000 + second % 5 * 100_000 + int(square[3]) * 10_000
    south = (3 - first // 5) * 500_000 + (4 - second // 5) * 100_000 + int(square[4]) * 10_000
    return west < box[2] and box[0] < west + 10_000 and south < box[3] and box[1] < south + 10_000
