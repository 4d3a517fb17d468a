"""Copy what a district declares into its folder of raw files, all of it or nothing.

Each input is read once, within the limits for files from other people, then copied into a
folder beside; only when every one is there do the files take their places, the manifest last.
A fetch that fails leaves what was there before as it was.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

import geopandas as gpd

from pipeline.codes import CodedTable
from pipeline.config import (
    BoundariesTable,
    DeprivationTable,
    District,
    Grid,
    LocalFile,
    NationalTable,
    OnTheWeb,
    PackagedFile,
)
from pipeline.config.lock import Lock
from pipeline.config.place import OsProduct, WebFile
from pipeline.errors import (
    ChoiceIsNotAllowed,
    PipelineError,
    RawFileHasChanged,
    SourceFailed,
    listed,
    quoted,
)
from pipeline.files.declared import OPENSTREETMAP, DeclaredInput, inputs_of
from pipeline.files.published import read_table_of
from pipeline.files.raw import Manifest, RawFile, raw_file, read_manifest, write_manifest
from pipeline.files.writing import PARTIAL, write_json
from pipeline.nationwide import BOUNDARIES, DEPRIVATION, is_nationwide, of_district
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.copying import raw_file_of
from pipeline.sources.local import local_file
from pipeline.sources.overpass import KEPT
from pipeline.sources.packaged import packaged_file
from pipeline.sources.progress import Watch, quietly
from pipeline.sources.services import UNITED_KINGDOM, area_around, fetch_from, key_for
from pipeline.sources.staging import move_into_place, remove, staging_for

# More than this since the last fetch is rather a fault of the source than a change of the place.
MOST_ROWS_LOST = 0.10
MOST_AREA_LOST = 0.20


def fetch(
    district: District,
    district_file: Path,
    national: dict[str, NationalTable],
    out: Path,
    tell: Callable[[str], None] = lambda _: None,
    only: str | None = None,
    watch: Watch = quietly,
    lock: Lock | None = None,
) -> None:
    """Fetch every input of a district, or one of them.

    Parameters
    ----------
    district
        The district.
    district_file
        Its YAML file; paths in it are relative to its folder.
    national
        The national tables.
    out
        The manifest to write; the raw files lie beside it.
    tell
        Called with a line of progress for each input.
    only
        The one input to fetch; the others stay as they were fetched.
    watch
        Shows how the fetch of each input comes on.
    lock
        What every input must be, byte for byte.

    Raises
    ------
    PipelineError
        If an input is missing, refused or damaged; what was there before is untouched.
    """
    try:
        _fetch_all(district, district_file, national, out, tell, only, watch, lock)
    except PipelineError as error:
        raise type(error)(f"{error}{_what_stays(out)}") from error


def _fetch_all(
    district: District,
    district_file: Path,
    national: dict[str, NationalTable],
    out: Path,
    tell: Callable[[str], None],
    only: str | None,
    watch: Watch,
    lock: Lock | None,
) -> None:
    slug = out.parent.name
    inputs = inputs_of(slug, district, national)
    # Files on this machine are looked for before any service is asked.
    here = {key: _file_here(slug, each, district_file) for key, each in inputs.items()}
    _must_have_keys(inputs.values())
    earlier = _inputs_in(out)
    kept = {} if only is None else _others(inputs, only, out)
    with staging_for(out) as staging:
        fetched: dict[str, RawFile] = {}
        read: dict[str, Path] = {}
        area = _area_of(district)
        given = _Given(inputs[key] for key in inputs.keys() - kept.keys())
        for key in _in_order(inputs):
            if key in kept:
                fetched[key], read[key] = kept[key], out.parent / kept[key].path
            else:
                found = here[key] or given.of(inputs[key])
                if found is None:
                    found = _from_service(inputs[key], area, out, staging, watch)
                fetched[key] = raw_file_of(inputs[key], found, staging)
                given.keep(inputs[key], found)
                read[key] = staging / fetched[key].path
                before = earlier.get(key)
                _must_not_have_shrunk(fetched[key], before, slug, key, district.has_shrunk)
                tell(_line(key, fetched[key]))
            if key == BOUNDARIES:
                area = _area_of(district, read, inputs)
        fetched = {key: fetched[key] for key in inputs}
        if lock is not None:
            _must_be_locked(slug, fetched, lock)
        for raw in fetched.values():
            write_json(raw.model_dump(mode="json"), staging / f"{raw.path}.provenance.json")
        write_manifest(Manifest(slug, out.parent, fetched), staging / out.name)
        move_into_place(staging, out)
    # Answers that a fetch kept for going on are of no use once it is done.
    shutil.rmtree(out.parent / KEPT, ignore_errors=True)
    paths = {raw.path for raw in earlier.values()} - {raw.path for raw in fetched.values()}
    remove(paths, out.parent)


class _Given:
    """Files of services while several inputs are made of one: it comes once, of one edition."""

    def __init__(self, inputs: Iterable[DeclaredInput]) -> None:
        self._left = Counter(map(_whole_file, inputs))
        self._files: dict[str, Fetched] = {}

    def of(self, declared: DeclaredInput) -> Fetched | None:
        """Return the file that an input is made of, if another was made of it before."""
        return self._files.get(_whole_file(declared))

    def keep(self, declared: DeclaredInput, found: Fetched) -> None:
        """Keep what a service gave for the next input that is made of it, else clear it away."""
        name = _whole_file(declared)
        self._left[name] -= 1
        if name and self._left[name]:
            self._files.setdefault(name, found)
        elif found.asked:
            shutil.rmtree(found.path.parent, ignore_errors=True)


def _whole_file(declared: DeclaredInput) -> str:
    """Tell files that are the same wherever a district lies; nothing of other inputs."""
    place = declared.place
    return place.model_dump_json() if isinstance(place, OsProduct | WebFile) else ""


def _others(inputs: dict[str, DeclaredInput], only: str, out: Path) -> dict[str, RawFile]:
    """Return the raw files that stay while one input is asked for again, if they are as declared.

    Inputs that are made of the same file are asked for together: half of an edition fits no other.
    """
    if only not in inputs:
        raise ChoiceIsNotAllowed(
            f"SOURCE={quoted(only)}: the district has no such input; it has "
            f"{listed([*inputs], 20)}."
        )
    manifest = read_manifest(out)
    kept = {}
    file = _whole_file(inputs[only])
    asked = {key for key, each in inputs.items() if file and _whole_file(each) == file} | {only}
    for key in inputs.keys() - asked:
        raw_file(manifest, key)
        kept[key] = manifest.inputs[key]
        if kept[key].declared_place != inputs[key].declared_place:
            raise RawFileHasChanged(
                f"{manifest.district}: the place of the input {key} has changed since it was "
                "fetched; run `make refetch` without SOURCE."
            )
    return kept


def _what_stays(out: Path) -> str:
    """Say from when the raw files are that a fetch that failed leaves in place.

    Those that were asked for again one by one are younger than the others.
    """
    with suppress(PipelineError, OSError):
        inputs = read_manifest(out).inputs
        days = sorted(raw.fetched or _placed_on(out.parent / raw.path) for raw in inputs.values())
        on = f"on {days[0]}" if days[0] == days[-1] else f"from {days[0]} to {days[-1]}"
        osm = inputs[OPENSTREETMAP].date
        return f" The raw files fetched {on} (OpenStreetMap of {osm}) stay as they are."
    return ""


def _placed_on(path: Path) -> date:
    """Return the day on which a raw file came here."""
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).astimezone().date()


def _line(key: str, raw: RawFile) -> str:
    rows = "" if raw.rows is None else f", {raw.rows:,} {_counted(key)}"
    if raw.rows and raw.rows_at_fault:
        rows += f", {raw.rows_at_fault:,} of which cannot be used"
        rows += " (MORE THAN HALF)" if raw.rows_at_fault > raw.rows / 2 else ""
    letters = ", read as Windows-1252" if raw.encoding == "cp1252" else ""
    return f"{key}: {raw.title}, {raw.date.isoformat()}, {raw.bytes:,} bytes{rows}{letters}"


def _counted(key: str) -> str:
    return "ways" if key == OPENSTREETMAP else "rows"


def _file_here(slug: str, declared: DeclaredInput, district_file: Path) -> Fetched | None:
    """Return the file of an input that lies on this machine; none of one that a service has."""
    match declared.place:
        case LocalFile(file=text):
            try:
                path = local_file(text, district_file)
            except ChoiceIsNotAllowed as error:  # people wrote the path in another file than this
                words = str(error).removeprefix(f"{district_file}: ")
                raise ChoiceIsNotAllowed(f"{slug}: {declared.key}: {words}") from None
        case PackagedFile(package=package, member=member):
            path = packaged_file(package, member)
        case _:
            return None
    return Fetched(path, None, declared.date, "")


def _must_have_keys(inputs: Iterable[DeclaredInput]) -> None:
    """Look for the keys of all services before any of them is asked."""
    for declared in inputs:
        if isinstance(declared.place, OnTheWeb):
            key_for(declared.place, declared.title)


def _from_service(
    declared: DeclaredInput, area: Area, out: Path, staging: Path, watch: Watch
) -> Fetched:
    assert isinstance(declared.place, OnTheWeb)
    folder = staging / f"{PARTIAL}{declared.key}"
    folder.mkdir()
    page = getattr(declared.declared, "landing_page", None)
    locks = out.parent.parent / ".hosts"
    with watch(f"{out.parent.name} · {declared.key}: {declared.title}") as progress:
        return fetch_from(
            declared.place, declared.title, area, locks, folder, page, progress, out.parent
        )


def _in_order(inputs: dict[str, DeclaredInput]) -> list[str]:
    """Put boundaries first, as they say which area the services are asked for.

    Before those of a whole nation comes the index that says which of them are the district's.
    """
    first = {BOUNDARIES: 1}
    if is_nationwide(inputs[BOUNDARIES].declared if BOUNDARIES in inputs else None):
        first[DEPRIVATION] = 0
    return sorted(inputs, key=lambda name: first.get(name, 2))


def _area_of(
    district: District,
    paths: Mapping[str, Path] = MappingProxyType({}),
    inputs: Mapping[str, DeclaredInput] = MappingProxyType({}),
) -> Area:
    """Return the area that services are asked for: that of the boundaries, once they are there."""
    areas = district.neighbourhoods
    if isinstance(areas, Grid):
        return area_around(district.code, areas.west, areas.south, areas.east, areas.north)
    read = {
        key: CodedTable(read_table_of(paths[key], table), table, str(paths[key]))
        for key in (BOUNDARIES, DEPRIVATION)
        if key in paths
        and isinstance(table := inputs[key].declared, BoundariesTable | DeprivationTable)
    }
    if BOUNDARIES not in read:
        return Area(district.code, *UNITED_KINGDOM)
    frame = gpd.GeoDataFrame(of_district(read, district)[BOUNDARIES].rows)
    return area_around(district.code, *map(float, frame.to_crs("EPSG:4326").total_bounds))


def _must_not_have_shrunk(
    raw: RawFile, earlier: RawFile | None, slug: str, key: str, reasons: Mapping[str, str]
) -> None:
    """Stop where an input has far fewer rows or far less area than when it was last fetched."""
    if earlier is None or raw.table != earlier.table or key in reasons:
        return
    if key == OPENSTREETMAP and raw.declared_place != earlier.declared_place:
        return  # a part of a map after the whole of it
    for word, now, before, most in (
        (_counted(key), raw.rows, earlier.rows, MOST_ROWS_LOST),
        ("hectares", raw.hectares, earlier.hectares, MOST_AREA_LOST),
    ):
        # What is not there at all, as areas of which points are left, is less than anything.
        if before is not None and (now or 0) < before * (1 - most):
            raise SourceFailed(
                f"{slug}: {key}: {raw.title} has {now or 0:,.0f} {word} now, and had {before:,.0f} "
                f"when it was last fetched (data of {earlier.date}); more than {most:.0%} less is "
                f"not taken for granted. If it is right, say so in the district’s file: "
                f"`has_shrunk: {{{key}: <the reason>}}`."
            )


def _must_be_locked(slug: str, fetched: Mapping[str, RawFile], lock: Lock) -> None:
    """Hold what came against the lock, input by input; each that differs is a sentence."""
    wrong = [] if lock.district == slug else [f"the lock is of {lock.district}."]
    for key in sorted(fetched.keys() | lock.inputs.keys()):
        raw, locked = fetched.get(key), lock.inputs.get(key)
        if raw is None or locked is None:
            has = "the lock does not name" if locked is None else "the district does not declare"
            wrong.append(f"{key}: {has} this input.")
        elif raw.sha256 != locked.sha256:
            wrong.append(
                f"{key}: is of {_days(raw.date, raw.fetched)} (sha256 {raw.sha256[:12]}…), and the "
                f"lock has that of {_days(locked.date, locked.fetched)} ({locked.sha256[:12]}…)."
            )
    if wrong:
        raise RawFileHasChanged(
            f"{slug}: {' '.join(wrong)} Nothing of it is kept. Ask whoever wrote the lock for "
            f"their copies, or fetch without LOCKED and write a new one with `make lock D={slug}`."
        )


def _days(day: date, fetched: date | None) -> str:
    return f"{day}" if fetched is None else f"{day}, fetched on {fetched}"


def _inputs_in(manifest: Path) -> dict[str, RawFile]:
    """Return the raw files of an earlier fetch; none where its manifest cannot be read."""
    with suppress(PipelineError):
        return read_manifest(manifest).inputs
    return {}
