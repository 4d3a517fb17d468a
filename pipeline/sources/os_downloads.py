"""The OS Downloads API: open data of Ordnance Survey as files, each with its published MD5."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.config.place import OsProduct
from pipeline.errors import SourceFailed, listed, quoted
from pipeline.files.declared import DeclaredInput
from pipeline.sources.addresses import shown
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.forms import JSON
from pipeline.sources.http import LARGEST_DOWNLOAD, Client
from pipeline.sources.kept_files import form_of, plain_name, taken_out
from pipeline.sources.reading import HasChanged, OddAnswer, as_json, read_as, tried_anew

_VERSION = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_MD5 = re.compile(r"[0-9a-fA-F]{32}")


@dataclass(frozen=True)
class File:
    """A file of a product, as the API lists it."""

    name: str
    url: str
    size: int
    md5: str
    format: str
    subformat: str
    area: str


def fetch(place: OsProduct, area: Area, client: Client, folder: Path) -> Fetched:
    """Fetch the current file of a product.

    Parameters
    ----------
    place
        The product, its format, and the part of Great Britain.
    area
        Not asked for: the parts that files come in are named in `place`.
    client
        Asks the API, and the host that it sends on to.
    folder
        Where the file is written.

    Returns
    -------
    Fetched
        The file as it is published, or its `member`; of the day that its version names, the first
        of the month where it names a month.

    Raises
    ------
    SourceFailed
        If it cannot be had with the size and sum that are published for it, or not exactly one
        file fits.
    """
    del area
    return tried_anew(lambda: _fetch_once(place, client, folder))


def look(declared: DeclaredInput, area: Area, client: Client) -> str:
    """Ask for one small thing: which file is the newest.

    Parameters
    ----------
    declared
        The input that lies there.
    area
        The district that needs it.
    client
        Asks the service.

    Returns
    -------
    str
        What was seen.

    Raises
    ------
    SourceFailed
        If it is not what config says.
    """
    del area
    place = declared.place
    assert isinstance(place, OsProduct)
    file = file_of(place, client)
    return f"{file.name}, {file.size:,} bytes, with its MD5"


def _fetch_once(place: OsProduct, client: Client, folder: Path) -> Fetched:
    product = f"{place.api.rstrip('/')}/downloads/v1/products/{place.os_downloads}"
    version = read_as(client, product, JSON, lambda body: _version(body, place))
    file = file_of(place, client)
    target = folder / plain_name(file.name)
    where = f"{client.service.name}: {shown(file.url)}"
    done = client.download(
        file.url, target, form_of(target.name, where, is_proved=True), md5=file.md5,
        largest=min(file.size, LARGEST_DOWNLOAD),
    )  # fmt: skip
    try:
        now = read_as(client, product, JSON, lambda body: _version(body, place))
        if done.bytes != file.size or now != version:
            raise HasChanged(
                f"{client.service.name}: {shown(product)}: a new version came out while the file "
                f"was fetched ({quoted(version)} and {quoted(now)}, {file.size:,} and "
                f"{done.bytes:,} bytes); nothing of it is kept. Try again later."
            )
    except SourceFailed:
        target.unlink(missing_ok=True)
        raise
    path = taken_out(target, place.member, folder, where) if place.member else target
    return Fetched(path, None, _day(version), shown(file.url))


def file_of(place: OsProduct, client: Client) -> File:
    """Ask for the one file of a product that fits, with its size and sum.

    Parameters
    ----------
    place
        The product, its format, and the part of Great Britain.
    client
        Asks the API.

    Returns
    -------
    File
        As the API lists it.

    Raises
    ------
    SourceFailed
        If not exactly one fits.
    """
    product = f"{place.api.rstrip('/')}/downloads/v1/products/{place.os_downloads}"
    params = {"area": place.area, "format": place.format}
    files = read_as(client, f"{product}/downloads", JSON, _files, params)
    return _the_one(files, place, f"{client.service.name}: {shown(product)}")


def _version(body: bytes, place: OsProduct) -> str:
    answer = as_json(body)
    version = answer.get("version") if isinstance(answer, dict) else None
    if not isinstance(version, str) or answer.get("id") != place.os_downloads:
        raise OddAnswer(f"does not say of which version {place.os_downloads} is")
    return version


def _day(version: str) -> date | None:
    match = _VERSION.fullmatch(version)
    with suppress(ValueError):
        return date(int(match[1]), int(match[2]), int(match[3] or 1)) if match else None
    return None


def _files(body: bytes) -> list[File]:
    answer = as_json(body)
    if not isinstance(answer, list):
        raise OddAnswer("is no list of files")
    return [_file(item) for item in answer]


def _file(item: Any) -> File:  # noqa: ANN401 (JSON)
    values = item if isinstance(item, dict) else {}
    name, url, size, md5 = (values.get(key) for key in ("fileName", "url", "size", "md5"))
    if not (isinstance(name, str) and isinstance(url, str) and isinstance(size, int)) or size <= 0:
        raise OddAnswer("lists a file without its name, address or size")
    if not isinstance(md5, str) or not _MD5.fullmatch(md5):
        raise OddAnswer(f"lists the file {quoted(name)} without its MD5")
    formats = (str(values.get(key) or "") for key in ("format", "subformat", "area"))
    return File(name, url, size, md5, *formats)


def _the_one(files: list[File], place: OsProduct, where: str) -> File:
    fitting = [
        file
        for file in files
        if file.area.casefold() == place.area.casefold()
        and file.format.casefold() == place.format.casefold()
        and place.subformat in {None, file.subformat}
    ]
    if len(fitting) != 1:
        there = listed(
            sorted({f"{file.name} ({_kind_of(file)}, {file.area})" for file in fitting or files})
        )
        raise SourceFailed(
            f"{where}: {len(fitting) or 'no'} file{'' if len(fitting) == 1 else 's'} in the format "
            f"{quoted(place.format)} for {place.area}, and one is wanted; there is "
            f"{there or 'none'}."
        )
    return fitting[0]


def _kind_of(file: File) -> str:
    return f"{file.format}, {file.subformat}" if file.subformat else file.format
