"""Files that services keep as they are: what they are by their names, and what is inside them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipeline.errors import PipelineError, SourceFailed, quoted
from pipeline.files.archives import unpack_member
from pipeline.files.outside import ending_of
from pipeline.sources.forms import (
    CSV,
    GEOPACKAGE,
    JSON,
    OLD_WORKBOOK,
    OSM_EXTRACT,
    XML,
    ZIP,
    Form,
)

_TEXT = replace(CSV, types=(*CSV.types, "text/tab-separated-values"), name="a table of text")
_GEOTIFF = Form("a GeoTIFF", ("image/tiff", "image/geotiff"), (b"II*\x00", b"MM\x00*", b"II+\x00"))
FORMS = {
    ".csv": CSV, ".tsv": _TEXT, ".txt": _TEXT, ".json": JSON, ".geojson": JSON, ".xlsx": ZIP,
    ".ods": ZIP, ".zip": ZIP, ".xls": OLD_WORKBOOK, ".gpkg": GEOPACKAGE, ".gml": XML, ".kml": XML,
    ".osm.pbf": OSM_EXTRACT, ".tif": _GEOTIFF, ".tiff": _GEOTIFF,
}  # fmt: skip


def plain_name(address: str) -> str:
    """Return the last part of an address or path as a file name without anything odd in it.

    Parameters
    ----------
    address
        A web address, or a path with `/`.

    Returns
    -------
    str
        Letters, digits, `.`, `_` and `-`, not beginning with `.` or `-`.

    Examples
    --------
    >>> plain_name("https://example.org/a/SIMD%2B2020%20ranks.xlsx")
    'SIMD_2020_ranks.xlsx'
    """
    last = unquote(urlsplit(address).path).rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9._-]", "_", last)[-120:].lstrip(".-") or "file"


def form_of(name: str, where: str, *, is_proved: bool) -> Form:
    """Return what a file must be by its name.

    Parameters
    ----------
    name
        Of the file.
    where
        Service and address, for the message.
    is_proved
        Whether its sum is known beforehand. If not, half of any file could pass for a whole one
        where a server says neither how long it is nor where it ends, and that is refused.

    Returns
    -------
    Form
        What it must be.

    Raises
    ------
    SourceFailed
        If files of this kind are not fetched.
    """
    ending = ending_of(name, tuple(FORMS))
    if ending is None:
        raise SourceFailed(
            f"{where}: {quoted(name)} does not end in {', '.join(FORMS)}; other files are not "
            "fetched. Of a zip under another name, name the `member`."
        )
    return replace(FORMS[ending], tells_its_end=is_proved)


def taken_out(archive: Path, member: str, folder: Path, where: str) -> Path:
    """Unpack one file of a zip that was downloaded, and remove the zip.

    Parameters
    ----------
    archive
        The zip.
    member
        The file in it; `*` stands for anything.
    folder
        Where it is written.
    where
        Service and address, for the message.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    SourceFailed
        If it is not in the zip, is too large or damaged.
    """
    try:
        return unpack_member(archive, member, folder)
    except PipelineError as error:
        raise SourceFailed(f"{where}: {str(error).removeprefix(f'{archive}: ')}") from None
    finally:
        archive.unlink(missing_ok=True)
