"""A file at an address, as publishers put their tables on the web: pinned by its sum if possible.

Such addresses hold an edition, and change when one is issued anew: the message of a failure names
the page of the publisher on which the new one is found.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.config.place import WebFile
from pipeline.errors import SourceFailed
from pipeline.files.declared import DeclaredInput
from pipeline.sources.addresses import shown
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.http import Client, Downloaded
from pipeline.sources.kept_files import form_of, plain_name, taken_out

# A file with another sum may have been damaged on the way, once.
_TIMES = 2


def fetch(
    place: WebFile, area: Area, client: Client, folder: Path, landing_page: str | None = None
) -> Fetched:
    """Fetch a file.

    Parameters
    ----------
    place
        Its address and, if known, its sum; the file in it, if it is a zip.
    area
        Not asked for: the file is as it is.
    client
        Asks the host.
    folder
        Where the file is written.
    landing_page
        The page of the publisher, which people are sent to when the file has moved.

    Returns
    -------
    Fetched
        The file, or its `member`; of the day on which the server says it was last changed.

    Raises
    ------
    SourceFailed
        If it cannot be had whole, is not there any more, or has another sum.
    """
    del area
    try:
        where = f"{client.service.name}: {shown(place.url)}"
        target, done = _downloaded(place, client, folder, where)
        path = taken_out(target, place.member, folder, where) if place.member else target
    except SourceFailed as fault:
        raise SourceFailed(f"{fault}{_advice(landing_page)}") from None
    day = done.last_modified.date() if done.last_modified else None
    return Fetched(path, None, day, shown(place.url))


def look(declared: DeclaredInput, area: Area, client: Client) -> str:
    """Ask for one small thing: the first bytes of the file.

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
    assert isinstance(place, WebFile)
    name = plain_name(place.url)
    name = name if place.member is None else f"{name.removesuffix('.zip')}.zip"
    form = form_of(name, f"{client.service.name}: {shown(place.url)}", is_proved=True)
    client.beginning(place.url, form)
    return f"begins as {form.name} does"


def _downloaded(
    place: WebFile, client: Client, folder: Path, where: str
) -> tuple[Path, Downloaded]:
    name = plain_name(place.url)
    if place.ends_in is not None and not name.endswith(place.ends_in):
        name += place.ends_in
    is_proved = place.sha256 is not None
    # What a member is taken out of is a zip, whatever its address ends in.
    if place.member is not None:
        name = f"{name.removesuffix('.zip')}.zip"
    form = form_of(name, where, is_proved=is_proved)
    target = folder / name
    for _ in range(_TIMES):
        done = client.download(place.url, target, form)
        if place.sha256 in {None, done.sha256}:
            return target, done
        target.unlink(missing_ok=True)
    raise SourceFailed(
        f"{where}: this is another file than the one that was "
        f"declared (sha256 {done.sha256}, and {place.sha256} is wanted); nothing of it is kept. "
        "Where it was issued anew, look at what changed, then declare its new sum."
    )


def _advice(landing_page: str | None) -> str:
    if landing_page is None:
        return ""
    return f" If it has moved, its new address is found on {landing_page}."
