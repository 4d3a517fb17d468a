"""Read a shapefile from a zip that holds its parts, whole or not at all.

GDAL takes a shapefile that is cut for one with rows that draw nothing, and letters of unknown
encoding for Latin-1; what the parts say of their lengths and letters is asked here first.
"""

from __future__ import annotations

import os
import tempfile
import warnings
import zipfile
from pathlib import Path, PurePosixPath

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.errors import (
    FileIsDamaged,
    FileIsMissing,
    FileIsNotAllowed,
    SourceIsEmpty,
    listed,
    quoted,
)
from pipeline.files.archives import ZIP, members_of
from pipeline.files.attributes import cells_of, layer_of
from pipeline.files.systems import must_be_as_declared
from pipeline.text import clean_text

SHAPEFILE = ".shp"
PARTS = (SHAPEFILE, ".shx", ".dbf", ".prj", ".cpg")
_NEEDED = (SHAPEFILE, ".shx", ".dbf")
_MAGIC = (9994).to_bytes(4, "big")
_DATE = (1980, 1, 1, 0, 0, 0)
# What the language byte of a DBF file means, where it is not one of the many for DOS.
_LANGUAGES = {0x03: "cp1252", 0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252", 0x01: "cp437",
              0x02: "cp850"}  # fmt: skip
_CODE_PAGES = {"ansi 1252": "cp1252", "1252": "cp1252", "88591": "iso-8859-1", "65001": "utf-8"}


def pack_shapefile(path: Path, target: Path) -> None:
    """Pack a shapefile, or a folder that holds one or several, into a zip.

    The same files give the same bytes, whatever their dates.

    Parameters
    ----------
    path
        A `.shp` file with its parts beside it, or a folder.
    target
        The zip to write.

    Raises
    ------
    FileIsMissing
        If it is not there, or lacks a part.
    FileIsNotAllowed
        If a part is a link.
    """
    folder = path if path.is_dir() else path.parent
    try:
        beside = sorted(folder.iterdir())
    except OSError as error:
        raise FileIsMissing(f"{folder}: cannot be read ({error.strerror}).") from None
    found = [
        part
        for part in beside
        if part.suffix.lower() in PARTS and (path.is_dir() or part.stem == path.stem)
    ]
    if not any(part.suffix.lower() == SHAPEFILE for part in found):
        raise FileIsMissing(f"{path}: there is no shapefile (.shp); check the path.")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in found:
            if part.is_symlink() or not part.is_file():
                raise FileIsNotAllowed(f"{part}: is not a plain file; give the file itself.")
            member = zipfile.ZipInfo(part.name, _DATE)
            archive.writestr(member, part.read_bytes(), zipfile.ZIP_DEFLATED)


def read_shapefile(path: Path, layer: str | None, declared: str | None) -> gpd.GeoDataFrame:
    """Read a shapefile.

    Parameters
    ----------
    path
        A zip that holds it.
    layer
        Which of several is meant: its name without ending.
    declared
        The declared system, for one without `.prj`.

    Returns
    -------
    geopandas.GeoDataFrame
        As `layer_of` makes it, indexed by the number of the row, from 1.

    Raises
    ------
    FileIsMissing, FileIsNotAllowed, FileIsDamaged, SourceIsEmpty
        If a part is missing, cut short or does not fit the others, or it is unclear which is
        meant.
    """
    parts = _parts_of(path, layer)
    _must_be_whole(parts, path)
    with tempfile.TemporaryDirectory() as folder:
        for ending in (*_NEEDED, ".prj"):
            if ending in parts:
                (Path(folder) / f"layer{ending}").write_bytes(parts[ending])
        frame = _read(Path(folder) / f"layer{SHAPEFILE}", path)
    crs = must_be_as_declared(frame.crs, declared, path)
    encoding = _encoding_of(parts, frame, path)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name)).astype(object)
    cells = cells_of(_decoded(attributes, encoding), path)
    cells.index = pd.RangeIndex(1, len(cells) + 1, name="row")
    faults = {
        row: "has no geometry, or one that cannot be read"
        for row, shape in enumerate(shapes, start=1)
        if shape is None
    }
    return layer_of(cells, shapes, crs, faults)


def _parts_of(path: Path, layer: str | None) -> dict[str, bytes]:
    """Return the parts of the one shapefile that is meant, by ending."""

    def is_ours(name: str) -> bool:
        place = PurePosixPath(name)
        is_shadow = place.name.startswith("._") or "__MACOSX" in place.parts
        return not is_shadow and not name.lower().endswith(ZIP)

    found: dict[str, dict[str, bytes]] = {}
    for name, content in members_of(path, PARTS, is_ours):
        place = PurePosixPath(name)
        found.setdefault(str(place.with_suffix("")), {})[place.suffix.lower()] = content
    drawn = {stem: parts for stem, parts in found.items() if SHAPEFILE in parts}
    if not drawn:
        raise FileIsNotAllowed(
            f"{path}: is a zip without a shapefile; of other files in a zip, unpack the one that "
            "is meant, or name it as `member` of an address."
        )
    names = [PurePosixPath(stem).name for stem in drawn]
    wanted = [stem for stem in drawn if layer in (None, PurePosixPath(stem).name)]
    if len(wanted) != 1:
        raise FileIsNotAllowed(
            f"{path}: holds the shapefiles {listed(names)}; name the one that is meant with "
            "`layer`."
        )
    parts = drawn[wanted[0]]
    missing = [ending for ending in _NEEDED if ending not in parts]
    if missing:
        raise FileIsMissing(
            f"{path}: the shapefile {quoted(names[0])} lacks its part {', '.join(missing)}; pack "
            "all its parts."
        )
    return parts


def _must_be_whole(parts: dict[str, bytes], path: Path) -> None:
    """Hold the lengths that the parts say they have against those they have, and each other."""
    shapes, index, table = (parts[ending] for ending in _NEEDED)
    for ending, content in ((SHAPEFILE, shapes), (".shx", index)):
        if len(content) < 100 or content[:4] != _MAGIC:  # noqa: PLR2004 (its header)
            raise FileIsDamaged(f"{path}: its {ending} is not that of a shapefile; fetch it again.")
        said = 2 * int.from_bytes(content[24:28], "big")
        if said != len(content):
            raise FileIsDamaged(
                f"{path}: its {ending} has {len(content):,} bytes and says {said:,}; it is cut "
                "short. Fetch it again."
            )
    if len(table) < 32:  # noqa: PLR2004 (its header)
        raise FileIsDamaged(f"{path}: its .dbf is cut short; fetch it again.")
    rows, head, width = (
        int.from_bytes(table[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12))
    )
    drawn = (len(index) - 100) // 8
    if len(table) < head + rows * width or rows != drawn:
        raise FileIsDamaged(
            f"{path}: its .dbf has {max(0, len(table) - head) // max(width, 1):,} rows and says "
            f"{rows:,}, and its .shx counts {drawn:,} shapes; it is cut short, or its parts are of "
            "different files."
        )
    if rows == 0:
        raise SourceIsEmpty(f"{path}: holds no features; give a file that has some.")


def _read(place: Path, path: Path) -> gpd.GeoDataFrame:
    import pyogrio

    try:
        with warnings.catch_warnings():
            # What GDAL mumbles of single shapes is told by their rows, which have none then.
            warnings.simplefilter("ignore")
            # Latin-1 keeps every byte, so that the letters can be read afterwards.
            return pyogrio.read_dataframe(place, encoding="ISO-8859-1", on_invalid="ignore")
    except (pyogrio.errors.DataSourceError, OSError, RuntimeError, ValueError) as error:
        words = clean_text(error).replace(f"{place.parent}{os.sep}", "")
        raise FileIsDamaged(
            f"{path}: cannot be read as a shapefile ({words}); fetch it again."
        ) from None


def _encoding_of(parts: dict[str, bytes], frame: pd.DataFrame, path: Path) -> str:
    """Return how the letters are written: as a part says, else as they can be read."""
    texts = _texts(frame)
    said = _said(parts)
    for encoding in [said] if said else ["utf-8", "cp1252"]:
        try:
            for text in texts:
                text.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        return encoding
    words = f"says that its letters are {quoted(said)}, and they are not" if said else (
        "has letters that are neither UTF-8 nor Windows-1252"
    )  # fmt: skip
    raise FileIsDamaged(f"{path}: {words}; export it anew, with a .cpg file.")


def _said(parts: dict[str, bytes]) -> str | None:
    page = clean_text(parts.get(".cpg", b"").decode("ascii", "replace")).casefold()
    if page:
        return _CODE_PAGES.get(page, page)
    # Many programs write UTF-8 and leave the byte for Windows-1252 as it was.
    return None if parts[".dbf"][29] in (0, 0x57) else _LANGUAGES.get(parts[".dbf"][29])


def _texts(frame: pd.DataFrame) -> list[bytes]:
    cells = [
        value
        for name in frame.columns
        for value in (name, *(frame[name] if frame[name].dtype.kind in "OU" else ()))
        if isinstance(value, str)
    ]
    text_columns = frame.select_dtypes(include=["str"])
    cells += [value for name in text_columns for value in frame[name] if isinstance(value, str)]
    return [value.encode("latin-1") for value in dict.fromkeys(cells)]


def _decoded(frame: pd.DataFrame, encoding: str) -> pd.DataFrame:
    def read(value: object) -> object:
        return value.encode("latin-1").decode(encoding) if isinstance(value, str) else value

    columns = {read(name): frame[name].map(read) for name in frame.columns}
    return pd.DataFrame(columns, index=frame.index)
