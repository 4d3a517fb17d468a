"""Steps from raw files to the tables that all others stand on."""

from __future__ import annotations

from pathlib import Path

from pipeline import files
from pipeline.config import Areas, CategoryRules, District, NationalTable, Study
from pipeline.config.place import OverpassArea
from pipeline.steps.outputs import Outputs


def fetch(
    district: Path, national: Path, *more: Path, out: Outputs, note: Path | None = None
) -> str:
    """Fetch the raw files of a district, or one of them by its name; hold them against a lock."""
    del note
    from rich.console import Console

    from pipeline.files import locks
    from pipeline.files.choices import read_named
    from pipeline.sources import fetching, progress

    choices: District = files.read_choices(district, District)
    told: list[str] = []
    one = next((str(name) for name in more if not name.name.endswith(locks.ENDING)), None)
    lock = next((locks.read_lock(path) for path in more if path.name.endswith(locks.ENDING)), None)
    tables = read_named(national, NationalTable)
    watch = progress.on(Console(stderr=True, highlight=False), out[0].parent.parent / ".hosts")
    fetching.fetch(choices, district, tables, out[0], told.append, one, watch, lock)
    return f"{len(told)} raw files{'' if lock is None else ', all as the lock has them'}"


def neighbourhoods(
    district: Path, national: Path, manifest: Path, *, out: Outputs, note: Path | None = None
) -> str:
    """Lay out the neighbourhoods of a district, with people and deprivation."""
    del note
    from pipeline import neighbourhoods as computing
    from pipeline import tables
    from pipeline.files import choices, published, rasters, raw
    from pipeline.nationwide import of_district

    place: District = files.read_choices(district, District)
    declared = choices.read_named(national, NationalTable)
    fetched = raw.read_manifest(manifest)
    raw.must_agree(fetched, place, declared)
    inputs = (
        of_district(published.read_inputs(fetched, place.neighbourhoods, declared), place)
        if isinstance(place.neighbourhoods, Areas)
        else None
    )
    people = rasters.read_people_raster(fetched, place, declared)
    frame, report = computing.build_neighbourhoods(place, inputs, people)
    files.write_table(frame, tables.NEIGHBOURHOODS, out[0], report)
    n = frame["people"].sum()
    return f"{len(frame)} neighbourhoods" + (f", {n:,.0f} people" if n else "")


def osm(
    study: Path,
    district: Path,
    manifest: Path,
    neighbourhoods: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Read features and streets from OpenStreetMap, and find what the file covers."""
    del note
    from pipeline import tables
    from pipeline.coordinates import outline_of
    from pipeline.coverage import measure_coverage
    from pipeline.files import raw
    from pipeline.osm import read_osm

    choices: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    areas = files.read_table(neighbourhoods, tables.NEIGHBOURHOODS)
    path = raw.raw_file(raw.read_manifest(manifest), raw.OPENSTREETMAP)
    buffer_m = choices.walking.buffer_m
    data = read_osm(str(path), place.crs, outline_of(areas), buffer_m)
    coverage, covered = measure_coverage(
        areas, data.features, data.streets, choices.coverage, place.code, buffer_m
    )
    files.write_table(data.streets, tables.STREETS, out[1])
    files.write_table(coverage, tables.COVERAGE, out[2], covered)
    files.write_table(data.features, tables.FEATURES, out[0], data.report)
    known = f"{covered['neighbourhoods_covered']} of {len(areas)} neighbourhoods covered"
    return f"{len(data.features):,} features, {len(data.streets):,} streets, {known}"


def assets(
    study: Path,
    rules: Path,
    national: Path,
    district: Path,
    manifest: Path,
    neighbourhoods: Path,
    features: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Make assets out of OpenStreetMap and the layers of the district."""
    del note
    from pipeline import tables
    from pipeline.assets import build_assets
    from pipeline.coordinates import degrees_around, outline_of
    from pipeline.departures import Timetable
    from pipeline.files import choices, published, raw
    from pipeline.records import LayerRows
    from pipeline.wanted import must_cover

    held: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    fetched = raw.read_manifest(manifest)
    held_rules = choices.read_named(rules, CategoryRules)
    if isinstance(place.openstreetmap.at, OverpassArea):
        must_cover(held_rules)
    declared = choices.read_named(national, NationalTable)
    layers = published.read_layers(fetched, place, declared)
    outline = outline_of(files.read_table(neighbourhoods, tables.NEIGHBOURHOODS))
    box = degrees_around(outline, place.crs, held.walking.buffer_m)
    feeds = published.read_timetables(fetched, place, declared, box)
    found, report = build_assets(
        files.read_table(features, tables.FEATURES),
        held_rules,
        {name: LayerRows(*layer) for name, layer in layers.items()},
        outline,
        osm=raw.dated(place, fetched).openstreetmap,
        buffer_m=held.walking.buffer_m,
        timetables={name: Timetable(*feed) for name, feed in feeds.items()},
    )
    files.write_table(found.ambiguous, tables.AMBIGUOUS, out[4])
    files.write_table(found.records, tables.RECORDS, out[3])
    files.write_table(found.set_aside, tables.SET_ASIDE, out[2])
    files.write_table(found.access_points, tables.ACCESS_POINTS, out[1])
    files.write_table(found.assets, tables.ASSETS, out[0], report)
    aloud = "".join(f". {text}" for text in report["mostly_set_aside"])
    n_aside = len(found.set_aside)
    return f"{len(found.assets):,} assets, {n_aside:,} rows of layers set aside{aloud}"


def network(
    study: Path, streets: Path, features: Path, *, out: Outputs, note: Path | None = None
) -> str:
    """Build the walking network of one district."""
    del note
    from pipeline import tables
    from pipeline.network import build_network

    choices: Study = files.read_choices(study, Study)
    walkable, report = build_network(
        files.read_table(streets, tables.STREETS),
        files.read_table(features, tables.FEATURES),
        choices.snapping,
    )
    files.write_table(walkable, tables.NETWORK, out[0], report)
    return f"{len(walkable):,} edges, {report['length_km']:,.0f} km"


def terrain(
    study: Path,
    district: Path,
    national: Path,
    manifest: Path,
    neighbourhoods: Path,
    network: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Measure what each street costs to walk on the ground it lies on."""
    del note
    from pipeline import tables
    from pipeline.coordinates import outline_of
    from pipeline.files import choices, published, raw
    from pipeline.terrain import measure_terrain

    held: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    declared = choices.read_named(national, NationalTable)
    fetched = raw.read_manifest(manifest)
    raw.must_agree(fetched, place, declared)
    streets = files.read_table(network, tables.NETWORK)
    measured, report = measure_terrain(
        streets,
        published.read_elevation(fetched, place, declared, tuple(streets.total_bounds.tolist())),
        outline_of(files.read_table(neighbourhoods, tables.NEIGHBOURHOODS)),
        held.slopes,
    )
    files.write_table(measured, tables.TERRAIN, out[0], report)
    if not report["has_heights"]:
        return "no elevation data, so the ground is flat"
    longer = report["longer_than_flat_pct"]
    return f"steepest {report['steepest_pct']:.0f} %, {longer:.1f} % longer than on the flat"
