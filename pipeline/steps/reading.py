"""Steps from raw files to the tables that all others stand on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import files
from pipeline.config import Areas, CategoryRules, District, NationalTable, Study
from pipeline.config.place import OverpassArea
from pipeline.steps.outputs import Outputs

if TYPE_CHECKING:
    from pipeline.assets import Found


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
    from pipeline.files import choices, inputs, rasters, raw
    from pipeline.nationwide import of_district

    place: District = files.read_choices(district, District)
    declared = choices.read_named(national, NationalTable)
    fetched = raw.read_manifest(manifest)
    raw.must_agree(fetched, place, declared)
    held = (
        of_district(inputs.read_inputs(fetched, place.neighbourhoods, declared), place)
        if isinstance(place.neighbourhoods, Areas)
        else None
    )
    people = rasters.read_people_raster(fetched, place, declared)
    frame, report = computing.build_neighbourhoods(place, held, people)
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
    from pipeline.files.declared import OPENSTREETMAP
    from pipeline.osm import read_osm

    choices: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    areas = files.read_table(neighbourhoods, tables.NEIGHBOURHOODS)
    path = raw.raw_file(raw.read_manifest(manifest), OPENSTREETMAP)
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
    field_checks: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Make assets out of OpenStreetMap and the layers of the district."""
    del note
    from pipeline import tables

    paths = (study, rules, national, district, manifest, neighbourhoods, features, field_checks)
    found, report = _found_assets(paths)
    files.write_table(found.ambiguous, tables.AMBIGUOUS, out[4])
    files.write_table(found.records, tables.RECORDS, out[3])
    files.write_table(found.set_aside, tables.SET_ASIDE, out[2])
    files.write_table(found.access_points, tables.ACCESS_POINTS, out[1])
    files.write_table(found.assets, tables.ASSETS, out[0], report)
    aloud = "".join(f". {text}" for text in report["mostly_set_aside"])
    n_aside = len(found.set_aside)
    return f"{len(found.assets):,} assets, {n_aside:,} rows of layers set aside{aloud}"


def _found_assets(paths: tuple[Path, ...], without: str = "") -> tuple[Found, dict[str, Any]]:
    """Read what assets are made from, without the inputs of one licence, and make them."""
    from pipeline import tables
    from pipeline.assets import build_assets
    from pipeline.coordinates import degrees_around, outline_of
    from pipeline.departures import Timetable
    from pipeline.files import choices, inputs, raw
    from pipeline.records import LayerRows
    from pipeline.wanted import must_cover

    study, rules, national, district, manifest, neighbourhoods, features, field_checks = paths
    held: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    fetched = raw.read_manifest(manifest)
    held_rules = choices.read_named(rules, CategoryRules)
    if isinstance(place.openstreetmap.at, OverpassArea):
        must_cover(held_rules)
    declared = choices.read_named(national, NationalTable)
    read = inputs.read_layers(fetched, place, declared)
    layers = {name: LayerRows(*layer) for name, layer in read.items()}
    outline = outline_of(files.read_table(neighbourhoods, tables.NEIGHBOURHOODS))
    box = degrees_around(outline, place.crs, held.walking.buffer_m)
    feeds = inputs.read_timetables(fetched, place, declared, box)
    timetables = {name: Timetable(*feed) for name, feed in feeds.items()}
    osm = raw.dated(place, fetched).openstreetmap
    mapped = files.read_table(features, tables.FEATURES)
    return build_assets(
        mapped.iloc[:0] if osm.licence == without else mapped,
        held_rules,
        {n: each for n, each in layers.items() if each.declaration.licence != without},
        outline,
        osm=osm,
        buffer_m=held.walking.buffer_m,
        timetables={
            n: each for n, each in timetables.items() if each.declaration.licence != without
        },
        answers=[a for a in choices.read_answers(field_checks) if a.licence != without],
    )


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
    from pipeline.files import choices, inputs, raw
    from pipeline.terrain import measure_terrain

    held: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    declared = choices.read_named(national, NationalTable)
    fetched = raw.read_manifest(manifest)
    raw.must_agree(fetched, place, declared)
    streets = files.read_table(network, tables.NETWORK)
    measured, report = measure_terrain(
        streets,
        inputs.read_elevation(fetched, place, declared, tuple(streets.total_bounds.tolist())),
        outline_of(files.read_table(neighbourhoods, tables.NEIGHBOURHOODS)),
        held.slopes,
    )
    files.write_table(measured, tables.TERRAIN, out[0], report)
    if not report["has_heights"]:
        return "no elevation data, so the ground is flat"
    longer = report["longer_than_flat_pct"]
    return f"steepest {report['steepest_pct']:.0f} %, {longer:.1f} % longer than on the flat"


def licence_cut(
    study: Path,
    rules: Path,
    national: Path,
    district: Path,
    manifest: Path,
    neighbourhoods: Path,
    features: Path,
    field_checks: Path,
    streets: Path,
    network: Path,
    licence: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Write the tables of a district without the records of one licence."""
    del note
    from pipeline import licences, tables
    from pipeline import publish as gate
    from pipeline.files import choices, raw
    from pipeline.pages.layers import written
    from pipeline.pages.sheets import sheet

    fetched = raw.read_manifest(manifest)
    place = raw.dated(files.read_choices(district, District), fetched)
    own = {key: file.licence for key, file in fetched.inputs.items()}
    answers = choices.read_answers(field_checks)
    without = licences.the_licence(str(licence), own, [each.licence for each in answers])
    paths = (study, rules, national, district, manifest, neighbourhoods, features, field_checks)
    found, report = _found_assets(paths, without)
    layers = {"assets": found.assets, "records": found.records}
    made: dict[str, Any] = {
        "assets.gpkg": written({n: t for n, t in layers.items() if len(t)}, place),
        "ambiguous.csv": sheet(found.ambiguous),
        "set_aside.csv": sheet(found.set_aside),
    }
    if not len(found.assets):
        del made["assets.gpkg"]
    if len(found.access_points):
        made["access_points.gpkg"] = written({"access_points": found.access_points}, place)
    stored = {
        tables.NEIGHBOURHOODS: neighbourhoods, tables.FEATURES: features,
        tables.STREETS: streets, tables.NETWORK: network,
    }  # fmt: skip
    rests = licences.resting_on([table.name for table in stored], own)
    for table, path in stored.items():
        if without not in rests[table.name]:
            frame = files.read_table(path, table)
            made[f"{table.name}.gpkg"] = written({table.name: frame}, place)
    names = [table.name for table in tables.ALL]
    made["left_out.csv"] = sheet(licences.left_out(names, own, without))
    gate.publish(made, out[0].parent, {"without": without, "categories": report["categories"]})
    return f"{len(found.assets):,} assets without {without}, in {out[0].parent}"
