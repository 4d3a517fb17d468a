"""Extracts of regions by Geofabrik, found in its published index, clipped to the district.

An extract is downloaded once for all districts of its region and kept while the sum that is
published for it stays the same; processes that want the same one wait for each other.
"""

from __future__ import annotations

import difflib
import fcntl
import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import shapely

from pipeline.config.place import GeofabrikRegion
from pipeline.errors import FileCannotBeWritten, FileIsDamaged, SourceFailed, listed, quoted
from pipeline.files.declared import DeclaredInput
from pipeline.files.maps import must_be_whole
from pipeline.sources.addresses import shown
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.forms import JSON, OSM_EXTRACT, TEXT
from pipeline.sources.http import Client
from pipeline.sources.kept_files import plain_name
from pipeline.sources.osm_clip import clip
from pipeline.sources.reading import OddAnswer, as_json, read_as

# Where extracts are kept for all districts, in the folder of raw files.
SHARED = ".regions"
# Extracts are issued every day; one that nobody has asked for in so long is of no use any more.
KEPT_FOR_S = 30 * 24 * 3600
# An extract that is issued anew while it is fetched has another sum, once.
_TIMES = 2
# Half of a sum has fewer digits, and half of an extract another sum.
_SUM = replace(TEXT, tells_its_end=True)
_EXTRACT = replace(OSM_EXTRACT, tells_its_end=True)
_MD5 = re.compile(rb"\s*([0-9a-fA-F]{32})\b")
_OTHERS_LOOK_EVERY_S = 0.2
_MOST_NAMED = 5


@dataclass(frozen=True)
class Region:
    """A region of the index: where its extract lies, and its outline in degrees, if it has one."""

    id: str
    name: str
    url: str | None
    shape: Any


def fetch(
    place: GeofabrikRegion, area: Area, client: Client, folder: Path, shared: Path
) -> Fetched:
    """Fetch what the extract of a region holds of a district and its surroundings.

    Parameters
    ----------
    place
        The region, and the index that it stands in.
    area
        The box to keep; what reaches beyond it stays whole.
    client
        Asks the index and the server of the extracts.
    folder
        Where the file is written.
    shared
        Where extracts are kept for all districts.

    Returns
    -------
    Fetched
        The part of the extract; of the day that the extract names.

    Raises
    ------
    SourceFailed
        If the index has no such region, it lies elsewhere, or its extract cannot be had with the
        sum that is published for it.
    """
    region = region_of(place, area, client)
    url = str(region.url)
    target = folder / "clipped.osm.pbf"
    with _lock_of(shared / f"{plain_name(region.id.replace('/', '-'))}.lock", client) as lock:
        extract = _downloaded(url, shared, client)
        fcntl.flock(lock, fcntl.LOCK_SH)  # others may read it now, and nobody replace it
        try:
            must_be_whole(extract)
            as_of = clip(extract, (area.west, area.south, area.east, area.north), target)
        except FileIsDamaged as error:
            extract.unlink(missing_ok=True)
            raise SourceFailed(f"{client.service.name}: {shown(url)}: {error}") from None
    if as_of is None:
        raise SourceFailed(
            f"{client.service.name}: {shown(url)}: the extract does not say of what day its data "
            "is; give its file as `file`, with a `date`."
        )
    return Fetched(target, None, as_of.date(), shown(url))


def look(declared: DeclaredInput, area: Area, client: Client) -> str:
    """Ask for one small thing: where the region is, and its sum.

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
    place = declared.place
    assert isinstance(place, GeofabrikRegion)
    region = region_of(place, area, client)
    md5 = published_sum(str(region.url), client)
    return f"{region.name}, with its MD5 {md5[:8]}…"


def region_of(place: GeofabrikRegion, area: Area, client: Client) -> Region:
    """Find the region in the index.

    Parameters
    ----------
    place
        The region, and the index that it stands in.
    area
        Where it must lie.
    client
        Asks the index.

    Returns
    -------
    Region
        With the address of its extract.

    Raises
    ------
    SourceFailed
        If there is none, it lies elsewhere, or has no extract.
    """
    where = f"{client.service.name}: {shown(place.index)}"
    return _the_one(read_as(client, place.index, JSON, regions_of), place, area, where)


def published_sum(url: str, client: Client) -> str:
    """Ask for the sum that is published for an extract.

    Parameters
    ----------
    url
        The address of the extract.
    client
        Asks its server.

    Returns
    -------
    str
        Its MD5.

    Raises
    ------
    SourceFailed
        If there is none.
    """
    return read_as(client, f"{url}.md5", TEXT, _sum)


# --- the index -----------------------------------------------------------------------------------


def regions_of(body: bytes) -> list[Region]:
    """Read the index of regions.

    Parameters
    ----------
    body
        A whole answer.

    Returns
    -------
    list of Region
        All of them, with an extract or without.

    Raises
    ------
    OddAnswer
        If it is no list of regions.
    """
    answer = as_json(body)
    features = answer.get("features") if isinstance(answer, dict) else None
    if not isinstance(features, list) or not features:
        raise OddAnswer("is no list of regions")
    return [region for region in map(_region, features) if region is not None]


def _region(feature: Any) -> Region | None:  # noqa: ANN401 (JSON)
    about = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(about, dict) or not isinstance(about.get("id"), str):
        return None
    urls = about.get("urls")
    url = urls.get("pbf") if isinstance(urls, dict) else None
    shape = None
    with suppress(shapely.GEOSException, ValueError, TypeError, KeyError, AttributeError):
        shape = shapely.make_valid(shapely.geometry.shape(feature["geometry"]))
    name = about.get("name")
    return Region(
        about["id"],
        name if isinstance(name, str) else about["id"],
        url if isinstance(url, str) else None,
        shape,
    )


def _the_one(regions: list[Region], place: GeofabrikRegion, area: Area, where: str) -> Region:
    box = shapely.box(area.west, area.south, area.east, area.north)
    found = [region for region in regions if region.id == place.geofabrik]
    if len(found) != 1:
        near = difflib.get_close_matches(place.geofabrik, [region.id for region in regions])
        words = f"; written like it are {listed(near)}" if near else ""
        raise SourceFailed(
            f"{where}: it has {len(found) or 'no'} region{'s' if found else ''} "
            f"{quoted(place.geofabrik)}{words}{_around(regions, box)}."
        )
    region = found[0]
    if region.url is None:
        raise SourceFailed(f"{where}: {quoted(region.id)}: names no extract (urls.pbf) of it.")
    if region.shape is not None and not region.shape.intersects(box):
        raise SourceFailed(
            f"{where}: the region {quoted(region.id)} lies elsewhere{_around(regions, box)}."
        )
    return region


def _around(regions: list[Region], box: shapely.Geometry) -> str:
    """Name the smallest regions that hold a place."""
    holding = [region for region in regions if region.shape is not None and region.url is not None]
    holding = [region for region in holding if region.shape.covers(box)]
    holding.sort(key=lambda region: float(region.shape.area))
    names = listed([region.id for region in holding[:_MOST_NAMED]])
    return f"; regions that hold the district are {names}" if names else ""


# --- the extract ---------------------------------------------------------------------------------


def _downloaded(url: str, shared: Path, client: Client) -> Path:
    """Return the extract with the sum that is published for it now."""
    target = shared / plain_name(url)
    for at in range(_TIMES):
        md5 = read_as(client, f"{url}.md5", _SUM, _sum)
        if target.is_file() and not target.is_symlink() and _md5_of(target) == md5:
            target.touch()  # it was asked for today
            return target
        try:
            client.download(url, target, _EXTRACT, md5=md5)
        except SourceFailed:
            if at + 1 == _TIMES or read_as(client, f"{url}.md5", _SUM, _sum) == md5:
                raise
        else:
            return target
    raise AssertionError  # the last time it was returned or raised


def sweep(shared: Path) -> None:
    """Remove extracts that nobody has asked for in long: a few would fill a small disk.

    Parameters
    ----------
    shared
        Where extracts are kept for all districts.
    """
    for extract in shared.glob("*.osm.pbf"):
        with suppress(OSError):
            if time.time() - extract.stat().st_mtime > KEPT_FOR_S:
                extract.unlink()


def _sum(body: bytes) -> str:
    match = _MD5.match(body)
    if match is None:
        raise OddAnswer("holds no MD5")
    return match[1].decode().casefold()


def _md5_of(path: Path) -> str:
    with path.open("rb") as file:
        md5 = hashlib.md5(usedforsecurity=False)
        while chunk := file.read(1 << 20):
            md5.update(chunk)
    return md5.hexdigest()


@contextmanager
def _lock_of(path: Path, client: Client) -> Iterator[BinaryIO]:
    """Wait until no other process fetches the same extract."""
    deadline = time.monotonic() + client.service.download_s
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        raise FileCannotBeWritten(
            f"{path.parent}: could not be written ({error.strerror or error}); give write "
            "permission, then run again."
        ) from None
    with file as lock:
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if time.monotonic() > deadline:
                raise SourceFailed(
                    f"{client.service.name}: another process has been fetching {path.stem} all "
                    "the time; wait for it and run again."
                )
            client.sleep(_OTHERS_LOOK_EVERY_S)
        yield lock
