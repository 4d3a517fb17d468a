"""The door for files that came from other people.

A file is refused by its ending, size and first bytes before any library opens it, because
libraries guess: a `.geojson` may be a GDAL VRT that reads other files and asks servers for
more, a `.csv` may be the web page of an error.
"""

from __future__ import annotations

import json
import math
import os
import stat
from collections import Counter
from datetime import date, time
from pathlib import Path

from pipeline.errors import FileIsDamaged, FileIsMissing, FileIsNotAllowed, quoted
from pipeline.text import clean_text

# GDAL reads this once, when pyogrio is first imported. Left are the drivers of GeoPackage and
# shapefile, which are read, ESRIJSON, in which ArcGIS servers answer, and GeoJSON, which only tests
# write; others may open files or servers that a file names. pyogrio is imported nowhere at the
# top of a module, so that this comes first.
DRIVERS_LEFT_OUT = (
    "OGR_VRT,GDALG,HTTP,WFS,OAPIF,CSW,Elasticsearch,Carto,GML,KML,LIBKML,GPX,GeoRSS,OSM,SQLite,"
    "PCIDSK,PDS4,VICAR,PDF,MBTiles,EEDA,OGCAPI,MapInfo File,LVBAG,S57,DGN,CSV,GeoJSONSeq,"
    "TopoJSON,OGR_GMT,WAsP,OpenFileGDB,DXF,FlatGeobuf,VFK,PGDUMP,GPSBabel,OGR_PDS,EDIGEO,Idrisi,"
    "ODS,XLSX,AmigoCloud,SXF,Selafin,JML,PLSCENES,VDV,MVT,NGW,MapML,GTFS,PMTiles,JSONFG,"
    "MiraMonVector,ADBC,AVCBin,AVCE00,AIVector"
)
os.environ["OGR_SKIP"] = DRIVERS_LEFT_OUT

MEGABYTE = 1_000_000
# A shape may be written out in a cell; what people read is cut where it is read.
LONGEST_CELL = 5_000_000
SNIFFED_BYTES = 65_536

VECTOR_ENDINGS = (".geojson", ".json", ".gpkg", ".kml", ".kmz", ".gml", ".zip")
_XML_ENDINGS = (".osm", ".kml", ".gml")
TEXT_ENDINGS = (".csv", ".tsv", ".txt")
ROW_ENDINGS = (*TEXT_ENDINGS, ".xlsx", ".ods", ".xls")
OSM_ENDINGS = (".osm.pbf", ".osm", ".osm.gz", ".osm.bz2")
LARGEST_BYTES = {
    ".gpkg": 1_000 * MEGABYTE,
    ".osm.pbf": 3_000 * MEGABYTE,
    ".osm": 1_000 * MEGABYTE,
    ".tif": 1_000 * MEGABYTE,
    ".tiff": 1_000 * MEGABYTE,
    ".zip": 1_000 * MEGABYTE,
    ".osm.gz": 500 * MEGABYTE,
    ".osm.bz2": 500 * MEGABYTE,
}
LARGEST_OTHER_BYTES = 200 * MEGABYTE

_SQLITE = b"SQLite format 3\x00"
# In either order of bytes; 42, or 43 where the file may be larger than 4 GB.
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_FIRST_BYTES = {
    ".geojson": (b"{",),
    ".json": (b"{",),
    ".gpkg": (_SQLITE,),
    ".xlsx": (b"PK\x03\x04",),
    ".ods": (b"PK\x03\x04",),
    ".xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
    ".osm": (b"<?xml", b"<osm"),
    ".kml": (b"<?xml", b"<kml"),
    ".gml": (b"<",),
    ".kmz": (b"PK\x03\x04",),
    ".osm.gz": (b"\x1f\x8b",),
    ".osm.bz2": (b"BZh",),
    ".asc": (b"ncols", b"NCOLS", b"Ncols"),
    ".tif": _TIFF,
    ".tiff": _TIFF,
    ".zip": (b"PK\x03\x04",),
}
_LOOKS_LIKE = (
    (b"<ogrvrtdataset", "a GDAL virtual file, which could open other files"),
    (b"<ogrvrtdatasource", "a GDAL virtual file, which could open other files"),
    (b"<vrtdataset", "a GDAL virtual file, which could open other files"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"version https://git-lfs", "a pointer to a file that was not downloaded with it"),
    (b"<?xml", "XML"),
    (b"pk\x03\x04", "a zip archive"),
    (b"%pdf", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"{", "JSON"),
    (b"<", "XML or a web page"),
)


def as_cell(value: object) -> str:
    """Return one value of a workbook or a feature as clean text, whole numbers without `.0`.

    Parameters
    ----------
    value
        Text, number, truth value, date, list, dictionary or `None`.

    Returns
    -------
    str
        Clean text; empty for `None` and for a number that is none.

    Examples
    --------
    >>> [as_cell(v) for v in (570.0, 0.5, True, None, " E01 ")]
    ['570', '0.5', 'true', '', 'E01']
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(float(value))
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, dict | list):
        return clean_text(json.dumps(value, ensure_ascii=False))
    return clean_text(value, most=LONGEST_CELL)


def unique_names(names: list[str]) -> list[str]:
    """Return column names made unique: blank and doubled ones are named by their place too.

    Parameters
    ----------
    names
        Clean column names, as they stand in the file.

    Returns
    -------
    list of str
        As many names, none twice.

    Examples
    --------
    >>> unique_names(["code", "Rank", "Rank", ""])
    ['code', 'Rank (column 2)', 'Rank (column 3)', '(column 4)']
    """
    times = Counter(names)
    return [
        name if name and times[name] == 1 else f"{name} (column {place})".strip()
        for place, name in enumerate(names, start=1)
    ]


def ending_of(name: str, allowed: tuple[str, ...]) -> str | None:
    """Return which of the allowed endings a file name has, the longest that fits.

    Parameters
    ----------
    name
        A file name.
    allowed
        Endings with their dots, in small letters.

    Returns
    -------
    str or None
        The ending, or none.
    """
    fitting = [ending for ending in allowed if name.lower().endswith(ending)]
    return max(fitting, key=len, default=None)


def checked_ending(path: Path, allowed: tuple[str, ...]) -> str:
    """Refuse a file by place, ending, size and first bytes, and return its ending.

    Parameters
    ----------
    path
        The file.
    allowed
        The endings that are read here.

    Returns
    -------
    str
        The ending, in small letters.

    Raises
    ------
    FileIsMissing, FileIsNotAllowed, FileIsDamaged
        If it is not there; is a link, of another kind, or too large; is empty or is not what
        its ending says.
    """
    ending = ending_of(path.name, allowed)
    if ending is None:
        raise FileIsNotAllowed(
            f"{path}: files of this kind are not read here; give one that ends in "
            f"{', '.join(allowed)}."
        )
    size = _size_of_plain_file(path)
    largest = LARGEST_BYTES.get(ending, LARGEST_OTHER_BYTES)
    if size > largest:
        raise FileIsNotAllowed(
            f"{path}: has {size:,} bytes; at most {largest:,} are read. Cut it to the district."
        )
    if size == 0:
        raise FileIsDamaged(f"{path}: is empty (0 bytes); fetch it again.")
    _must_begin_as(ending, path)
    return ending


def _size_of_plain_file(path: Path) -> int:
    try:
        status = path.lstat()
    except (OSError, ValueError):
        raise FileIsMissing(
            f"{path}: there is no such file, or it may not be read; check the path."
        ) from None
    if stat.S_ISLNK(status.st_mode):
        raise FileIsNotAllowed(f"{path}: is a symbolic link; give the file itself.")
    if not stat.S_ISREG(status.st_mode):
        raise FileIsNotAllowed(f"{path}: is not a plain file; give a file.")
    return status.st_size


def first_bytes(path: Path) -> bytes:
    """Return the first bytes of a file that is a file.

    Parameters
    ----------
    path
        The file; a link is refused.

    Returns
    -------
    bytes
        At most 65,536 of them.

    Raises
    ------
    FileIsMissing
        If it may not be read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise FileIsMissing(f"{path}: cannot be read ({error.strerror}).") from None
    with os.fdopen(handle, "rb") as file:
        return file.read(SNIFFED_BYTES)


def _must_begin_as(ending: str, path: Path) -> None:
    head = first_bytes(path)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    expected = _FIRST_BYTES.get(ending)
    lower = head.lower()
    if ending in VECTOR_ENDINGS and (b"<ogrvrt" in lower or b"<vrtdataset" in lower):
        raise FileIsNotAllowed(
            f"{path}: holds a GDAL virtual file, which could open other files; it is not read."
        )
    if expected is not None and not start.startswith(expected):
        raise FileIsNotAllowed(
            f"{path}: is not what its ending says: it begins like {looks_like(start)}. "
            f"Give a real {ending} file."
        )
    if ending in (*_XML_ENDINGS, *TEXT_ENDINGS):
        _must_be_plain_text(ending, start, path)


def _must_be_plain_text(ending: str, start: bytes, path: Path) -> None:
    lower = start.lower()
    if ending in _XML_ENDINGS:
        if lower.startswith((b"<!doctype html", b"<html")):
            raise FileIsNotAllowed(f"{path}: is a web page, not data; download the file itself.")
        if b"<!doctype" in lower or b"<!entity" in lower:
            raise FileIsNotAllowed(f"{path}: holds a DOCTYPE or ENTITY, which is not allowed.")
        return
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start:
        raise FileIsDamaged(f"{path}: holds NUL bytes, as UTF-16 does; save it as CSV in UTF-8.")
    if lower.startswith((b"<", b"{", b"pk\x03\x04", b"%pdf", b"\x1f\x8b", b"version https://git")):
        raise FileIsNotAllowed(
            f"{path}: is not a table of text: it begins like {looks_like(start)}. "
            "Download the table itself."
        )


def looks_like(start: bytes) -> str:
    """Say in words what a file begins like.

    Parameters
    ----------
    start
        Its first bytes.

    Returns
    -------
    str
        Such as `a web page`; the bytes themselves where they are nothing known.
    """
    lower = start[:1000].lower().lstrip()
    for mark, words in _LOOKS_LIKE:
        if lower.startswith(mark):
            return words
    return quoted(start[:20].decode("latin-1"))
