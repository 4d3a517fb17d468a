"""One function for each kind of target: read, compute, write.

A step knows no paths of its own: the Makefile hands it its prerequisites in order and the files
to write. It returns a line that says what came of it. Libraries are imported by the step that
needs them, because each step is a process and importing all of them costs more than most steps.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline import files
from pipeline.config import (
    Areas,
    Category,
    CouncilLayer,
    District,
    NationalTable,
    Standard,
    Study,
    Theme,
)

Outputs = tuple[Path, ...]


# --- choices --------------------------------------------------------------------------------------


def rules(*categories: Path, out: Outputs, note: Path | None = None) -> str:
    """Gather what decides which assets there are; rewritten only when that has changed."""
    del note
    from pipeline.files import choices

    found = files.read_configs(list(categories), Category)
    changed = choices.write_rules(found, out[0])
    return f"{len(found)} categories{'' if changed else ', rules unchanged'}"


def looks(*categories: Path, out: Outputs, note: Path | None = None) -> str:
    """Gather categories with their words and looks."""
    del note
    from pipeline.files import choices

    found = files.read_configs(list(categories), Category)
    choices.write_looks(found, out[0])
    return f"{len(found)} categories"


def national(*tables: Path, out: Outputs, note: Path | None = None) -> str:
    """Gather the declarations of published tables."""
    del note
    from pipeline.files import choices

    found = files.read_configs(list(tables), NationalTable)
    changed = choices.write_national(found, out[0])
    return f"{len(found)} published tables{'' if changed else ', unchanged'}"


def published_standards(
    rules: Path, *standards: Path, out: Outputs, note: Path | None = None
) -> str:
    """Gather the standards of access that public bodies have published."""
    del note
    from pipeline.files import choices
    from pipeline.standards import categories_must_be_known

    found = files.read_configs(list(standards), Standard)
    categories_must_be_known(found, choices.read_rules(rules))
    changed = choices.write_standards(found, out[0])
    return f"{len(found)} published standards{'' if changed else ', unchanged'}"


def walkers(*profiles: Path, out: Outputs, note: Path | None = None) -> str:
    """Gather who walks, how fast, and over what."""
    del note
    from pipeline.config import Walker
    from pipeline.files import choices

    found = files.read_configs(list(profiles), Walker)
    changed = choices.write_walkers(found, out[0])
    return f"{len(found)} walkers{'' if changed else ', unchanged'}"


# --- the machine ----------------------------------------------------------------------------------


def kernels(*modules: Path, out: Outputs, note: Path | None = None) -> str:
    """Compile what snaps and walks, so that no other step waits for it."""
    del note
    from pipeline.files.compiled import forget_outdated
    from pipeline.kernels import compile_kernels

    forget_outdated(modules)
    compile_kernels()
    files.write_text("", out[0])
    return f"{len(modules)} modules"


# --- raw files ------------------------------------------------------------------------------------


def fetch(district: Path, national: Path, *, out: Outputs, note: Path | None = None) -> str:
    """Fetch the raw files of a district."""
    del note
    from pipeline.files.choices import read_national
    from pipeline.sources import fetching

    choices: District = files.read_choices(district, District)
    told: list[str] = []
    fetching.fetch(choices, district, read_national(national), out[0], told.append)
    return f"{len(told)} raw files"


def neighbourhoods(
    district: Path, national: Path, manifest: Path, *, out: Outputs, note: Path | None = None
) -> str:
    """Lay out the neighbourhoods of a district, with people and deprivation."""
    del note
    from pipeline import neighbourhoods as computing
    from pipeline import tables
    from pipeline.files import choices, published, rasters, raw

    place: District = files.read_choices(district, District)
    declared = choices.read_national(national)
    fetched = raw.read_manifest(manifest)
    raw.must_agree(fetched, place, declared)
    inputs = (
        published.read_inputs(fetched, place.neighbourhoods, declared)
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


# --- what there is, and how one gets there --------------------------------------------------------


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
    from pipeline.coordinates import outline_of
    from pipeline.files import choices, published, raw
    from pipeline.records import LayerRows

    held: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    layers = published.read_layers(
        raw.read_manifest(manifest), place, choices.read_national(national)
    )
    found, points, aside, report = build_assets(
        files.read_table(features, tables.FEATURES),
        choices.read_rules(rules),
        {name: LayerRows(*layer) for name, layer in layers.items()},
        outline_of(files.read_table(neighbourhoods, tables.NEIGHBOURHOODS)),
        osm=place.openstreetmap,
        buffer_m=held.walking.buffer_m,
    )
    files.write_text(aside.to_csv(index=False), out[2])
    files.write_table(points, tables.ACCESS_POINTS, out[1])
    files.write_table(found, tables.ASSETS, out[0], report)
    return f"{len(found):,} assets, {len(aside)} rows of layers set aside"


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
    declared = choices.read_national(national)
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


def entrances(
    study: Path,
    rules: Path,
    assets: Path,
    access_points: Path,
    features: Path,
    network: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Find where one walks into each asset."""
    del note
    from pipeline import tables
    from pipeline.entrances import find_entrances
    from pipeline.files.choices import read_rules

    choices: Study = files.read_choices(study, Study)
    found, report = find_entrances(
        files.read_table(assets, tables.ASSETS),
        files.read_table(access_points, tables.ACCESS_POINTS),
        files.read_table(features, tables.FEATURES),
        files.read_table(network, tables.NETWORK),
        read_rules(rules),
        choices.snapping,
    )
    files.write_table(found, tables.ENTRANCES, out[0], report)
    lost = report["assets_out_of_reach"]
    return f"{report['entrances']:,} entrances, {lost} assets with no street near"


def homes(
    study: Path,
    district: Path,
    national: Path,
    manifest: Path,
    neighbourhoods: Path,
    coverage: Path,
    features: Path,
    network: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Place people where they live, and attach them to the network."""
    del note
    from pipeline import tables
    from pipeline.files import choices, published, raw
    from pipeline.homes import build_homes

    held: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    dwellings = held.dwellings
    if place.largest_unmarked_dwelling_m2 is not None:
        largest = {"largest_unmarked_m2": place.largest_unmarked_dwelling_m2}
        dwellings = dwellings.model_copy(update=largest)
    points = published.read_census_points(
        raw.read_manifest(manifest), place, choices.read_national(national)
    )
    found, report = build_homes(
        files.read_table(neighbourhoods, tables.NEIGHBOURHOODS),
        files.read_table(coverage, tables.COVERAGE),
        files.read_table(features, tables.FEATURES),
        files.read_table(network, tables.NETWORK),
        dwellings,
        held.snapping,
        points,
    )
    files.write_table(found, tables.HOMES, out[0], report)
    return f"{len(found):,} homes, {report['people']:,.0f} people"


def access(
    study: Path,
    rules: Path,
    walkers: Path,
    assets: Path,
    entrances: Path,
    homes: Path,
    network: Path,
    terrain: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Walk from every home to every category."""
    del note
    from pipeline import tables
    from pipeline.access import measure_access
    from pipeline.files.choices import read_rules, read_walkers
    from pipeline.walkers import ground_of, must_agree

    choices: Study = files.read_choices(study, Study)
    who = read_walkers(walkers)
    must_agree(who, choices)
    streets = files.read_table(network, tables.NETWORK)
    slopes = files.read_table(terrain, tables.TERRAIN)
    ground, walked = ground_of(streets, slopes, who[choices.walking.walker])
    table, report = measure_access(
        files.read_table(homes, tables.HOMES),
        files.read_table(entrances, tables.ENTRANCES),
        files.read_table(assets, tables.ASSETS),
        streets,
        read_rules(rules),
        choices,
        ground,
    )
    files.write_table(table, tables.ACCESS, out[0], {**report, "walker": walked})
    return f"{len(table):,} answers"


def sensitivity(
    study: Path,
    rules: Path,
    walkers: Path,
    district: Path,
    neighbourhoods: Path,
    entrances: Path,
    homes: Path,
    network: Path,
    terrain: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Work out the headline numbers for other walkers, and under other choices."""
    del note
    from pipeline import tables
    from pipeline.access import by_walker
    from pipeline.access.sensitivity import Town, measure_sensitivity
    from pipeline.files.choices import read_rules, read_walkers
    from pipeline.walkers import ground_of, must_agree

    choices: Study = files.read_choices(study, Study)
    code = files.read_choices(district, District).code
    who, categories = read_walkers(walkers), read_rules(rules)
    must_agree(who, choices)
    streets = files.read_table(network, tables.NETWORK)
    slopes = files.read_table(terrain, tables.TERRAIN)
    found = {name: ground_of(streets, slopes, walker) for name, walker in sorted(who.items())}
    grounds = {name: ground for name, (ground, _) in found.items()}
    town = Town(
        files.read_table(homes, tables.HOMES),
        files.read_table(entrances, tables.ENTRANCES),
        streets,
        files.read_table(neighbourhoods, tables.NEIGHBOURHOODS),
        grounds,
        who,
    )
    unknown = by_walker.unknown_categories(town.entrances, categories)
    metres = by_walker.nearest_by_walker(
        town.homes, town.entrances, streets, grounds, sorted(categories)
    )
    table = by_walker.walkers_table(
        metres, town.homes, town.neighbourhoods, who, unknown, choices, code
    )
    variants = measure_sensitivity(town, metres, unknown, choices, code)
    # What there is to say of the ground stands with those who walk on it.
    report = {
        "walkers": {name: walked for name, (_, walked) in found.items()},
        "caveats": files.read_report(terrain).get("caveats", []),
    }
    files.write_table(table, tables.BY_WALKER, out[1], report)
    files.write_table(variants, tables.SENSITIVITY, out[0])
    return f"{len(who)} walkers, {variants['variant'].nunique()} ways to choose"


def profiles(
    study: Path,
    rules: Path,
    district: Path,
    manifest: Path,
    neighbourhoods: Path,
    homes: Path,
    access: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Summarise access over the people of each neighbourhood."""
    del note
    from pipeline import tables
    from pipeline.files import raw
    from pipeline.files.choices import read_rules
    from pipeline.profiles import build_indicators, sources_of

    choices: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    fetched = raw.read_manifest(manifest)
    councils = {k: v.category for k, v in place.layers.items() if isinstance(v, CouncilLayer)}
    inputs = {key: (file.table, file.date) for key, file in fetched.inputs.items()}
    held = read_rules(rules)
    table, report = build_indicators(
        files.read_table(access, tables.ACCESS),
        files.read_table(homes, tables.HOMES),
        files.read_table(neighbourhoods, tables.NEIGHBOURHOODS),
        choices,
        place.code,
        held,
        sources_of(held, inputs, councils),
    )
    files.write_table(table, tables.INDICATORS, out[0], report)
    return f"{len(table):,} numbers"


def standards(
    study: Path,
    rules: Path,
    standards: Path,
    district: Path,
    manifest: Path,
    neighbourhoods: Path,
    coverage: Path,
    assets: Path,
    entrances: Path,
    homes: Path,
    network: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Hold a district against published standards, on foot and in a straight line."""
    del note
    from pipeline import tables
    from pipeline.attainment import Town, measure_standards
    from pipeline.files import choices, raw
    from pipeline.profiles import sources_of
    from pipeline.standards import standards_for

    place: District = files.read_choices(district, District)
    fetched = raw.read_manifest(manifest)
    councils = {k: v.category for k, v in place.layers.items() if isinstance(v, CouncilLayer)}
    inputs = {key: (raw.table, raw.date) for key, raw in fetched.inputs.items()}
    categories = choices.read_rules(rules)
    chosen = standards_for(place, choices.read_standards(standards))
    town = Town(
        files.read_table(assets, tables.ASSETS),
        files.read_table(entrances, tables.ENTRANCES),
        files.read_table(homes, tables.HOMES),
        files.read_table(network, tables.NETWORK),
        files.read_table(neighbourhoods, tables.NEIGHBOURHOODS),
        files.read_table(coverage, tables.COVERAGE),
    )
    table, report = measure_standards(
        chosen,
        town,
        categories,
        files.read_choices(study, Study),
        place.code,
        sources_of(categories, inputs, councils),
    )
    files.write_table(table, tables.STANDARDS, out[0], report)
    return f"{len(chosen)} published standards, {len(table):,} numbers"


def surface(
    study: Path,
    rules: Path,
    walkers: Path,
    district: Path,
    national: Path,
    manifest: Path,
    neighbourhoods: Path,
    coverage: Path,
    features: Path,
    network: Path,
    terrain: Path,
    entrances: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Draw the minutes to the nearest of every category over the land."""
    del note
    from pipeline import tables
    from pipeline.access import raster_people
    from pipeline.access import surface as computing
    from pipeline.files import choices, rasters, raw

    held: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    fetched = raw.read_manifest(manifest)
    people = rasters.read_people_raster(fetched, place, choices.read_national(national))
    areas = files.read_table(neighbourhoods, tables.NEIGHBOURHOODS)
    streets = files.read_table(network, tables.NETWORK)
    bands, report = computing.measure_surface(
        areas,
        files.read_table(coverage, tables.COVERAGE),
        files.read_table(features, tables.FEATURES),
        streets,
        files.read_table(entrances, tables.ENTRANCES),
        choices.read_rules(rules),
        held,
        _ground(held, walkers, streets, terrain),
    )
    raster = None if people is None else people.raster
    means = raster_people.measure_people(bands, raster, areas, place.code, held.fewest_people)
    credit = ((file.attribution, file.licence) for file in fetched.inputs.values())
    files.write_table(means, tables.RASTER_MINUTES, out[1], report)
    rasters.write_bands(bands, out[0], computing.about_surface(place, credit))
    cells = f"{report['cells_of_walkable_land']:,} cells of {report['cell_m']:g} m"
    return f"{cells}, {len(bands.bands)} bands"


def catchments(
    study: Path,
    rules: Path,
    walkers: Path,
    surface: Path,
    neighbourhoods: Path,
    homes: Path,
    entrances: Path,
    network: Path,
    terrain: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Draw the land within reach of every category, and count who lives there."""
    del note
    from pipeline import tables
    from pipeline.access.catchments import measure_catchments
    from pipeline.files import choices, rasters

    held: Study = files.read_choices(study, Study)
    streets = files.read_table(network, tables.NETWORK)
    bands, people, report = measure_catchments(
        rasters.read_bands(surface),
        files.read_table(homes, tables.HOMES),
        files.read_table(entrances, tables.ENTRANCES),
        streets,
        files.read_table(neighbourhoods, tables.NEIGHBOURHOODS),
        choices.read_rules(rules),
        held,
        _ground(held, walkers, streets, terrain),
    )
    files.write_table(people, tables.CATCHMENT_PEOPLE, out[1])
    files.write_table(bands, tables.CATCHMENTS, out[0], report)
    return f"{len(bands):,} bands"


def catchment(
    study: Path,
    walkers: Path,
    district: Path,
    neighbourhoods: Path,
    coverage: Path,
    features: Path,
    network: Path,
    terrain: Path,
    homes: Path,
    assets: Path,
    entrances: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Draw the land within reach of one asset: the one that the file to write is named after."""
    del note
    from pipeline import publish as gate
    from pipeline import tables
    from pipeline.access.catchments import entrances_of, measure_asset
    from pipeline.access.surface import walkable_land
    from pipeline.pages import catchments as pages

    held: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    known = files.read_table(assets, tables.ASSETS)
    ways_in = entrances_of(out[0].stem, known, files.read_table(entrances, tables.ENTRANCES))
    areas = files.read_table(neighbourhoods, tables.NEIGHBOURHOODS)
    streets = files.read_table(network, tables.NETWORK)
    land = walkable_land(
        areas,
        files.read_table(coverage, tables.COVERAGE),
        files.read_table(features, tables.FEATURES),
        streets,
        held,
    )
    bands, people = measure_asset(
        land,
        files.read_table(homes, tables.HOMES),
        ways_in,
        streets,
        areas,
        held,
        _ground(held, walkers, streets, terrain),
    )
    asset = known.set_index("asset_id").loc[out[0].stem]
    gate.publish({out[0].name: pages.asset_gpkg(bands, people, asset, place)}, out[0].parent)
    return "\n".join([f"wrote {out[0]}", *pages.spoken(bands, people, asset)])


def _ground(study: Study, walkers: Path, network: Any, terrain: Path) -> Any:  # noqa: ANN401 (tables)
    """Return what each street costs the walker whom the study is about."""
    from pipeline import tables
    from pipeline.files.choices import read_walkers
    from pipeline.walkers import ground_of, must_agree

    who = read_walkers(walkers)
    must_agree(who, study)
    slopes = files.read_table(terrain, tables.TERRAIN)
    return ground_of(network, slopes, who[study.walking.walker])[0]


# --- what people see ------------------------------------------------------------------------------


def publish(
    study: Path,
    theme: Path,
    looks: Path,
    walkers: Path,
    published_standards: Path,
    district: Path,
    manifest: Path,
    neighbourhoods: Path,
    coverage: Path,
    features: Path,
    network: Path,
    assets: Path,
    entrances: Path,
    homes: Path,
    indicators: Path,
    by_walker: Path,
    sensitivity: Path,
    standards: Path,
    catchments: Path,
    catchment_people: Path,
    raster_minutes: Path,
    surface: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Make the pages and files of one district, and put them in place together."""
    from pipeline import pages, tables
    from pipeline import publish as gate
    from pipeline.files import raw
    from pipeline.files.choices import read_looks, read_standards, read_walkers
    from pipeline.standards import standards_for

    stored = {
        tables.NEIGHBOURHOODS: neighbourhoods,
        tables.COVERAGE: coverage,
        tables.FEATURES: features,
        tables.NETWORK: network,
        tables.ASSETS: assets,
        tables.ENTRANCES: entrances,
        tables.HOMES: homes,
        tables.INDICATORS: indicators,
        tables.BY_WALKER: by_walker,
        tables.SENSITIVITY: sensitivity,
        tables.STANDARDS: standards,
        tables.CATCHMENTS: catchments,
        tables.CATCHMENT_PEOPLE: catchment_people,
        tables.RASTER_MINUTES: raster_minutes,
    }
    fetched = raw.read_manifest(manifest)
    place: District = files.read_choices(district, District)
    material = pages.Material(
        study=files.read_choices(study, Study),
        theme=files.read_choices(theme, Theme),
        looks=read_looks(looks),
        district=place,
        walkers=read_walkers(walkers),
        published_standards=standards_for(place, read_standards(published_standards)),
        manifest={key: file.model_dump(mode="json") for key, file in fetched.inputs.items()},
        surface=surface.read_bytes(),
        reports={table.name: files.read_report(path) for table, path in stored.items()},
        **{table.name: files.read_table(path, table) for table, path in stored.items()},
    )
    run = pages.run_note(material, _seconds(note))
    gate.publish(pages.district_files(material), out[0].parent, run)
    return f"open {out[0].parent / 'map.html'}"


def _seconds(note: Path | None) -> dict[str, float]:
    """Gather what each earlier step noted of its time."""
    if note is None:
        return {}
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))["seconds"]
        for path in sorted(note.parent.glob("*.json"))
    }


def index(theme: Path, *notes: Path, out: Outputs, note: Path | None = None) -> str:
    """Make the page over all districts."""
    del note
    from pipeline import pages
    from pipeline import publish as gate

    found = {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in notes}
    page = pages.index_page(found, files.read_choices(theme, Theme))
    gate.publish({out[0].name: page}, out[0].parent)
    return f"{len(found)} districts, open {out[0]}"


def reference(*tables: Path, out: Outputs, note: Path | None = None) -> str:
    """Write what is generated about the project itself."""
    del note
    from pipeline import reference as making

    written = {
        "data-dictionary": making.data_dictionary(),
        "data-sources": making.data_sources(files.read_configs(list(tables), NationalTable)),
        **making.schemas(),
    }
    for path in out:
        files.write_text(written[path.stem], path)
    return f"{len(out)} files"


STEPS: dict[str, Callable[..., str]] = {
    step.__name__: step
    for step in (
        rules, looks, national, walkers, kernels, fetch, neighbourhoods, osm, assets, network,
        terrain, entrances, homes, access, sensitivity, surface, catchments, catchment, profiles,
        standards, publish, index, reference, published_standards,
    )
}  # fmt: skip
OF_NO_DISTRICT = frozenset(
    (
        "kernels",
        "rules",
        "looks",
        "national",
        "walkers",
        "published_standards",
        "catchment",
        "index",
        "reference",
    )
)
SEVERAL_OUTPUTS: dict[str, int] = {
    "osm": 3, "sensitivity": 2, "surface": 2, "catchments": 2, "assets": 3, "reference": 9,
}  # fmt: skip


def outputs_of(step: str) -> int:
    """Return how many files a step writes.

    Parameters
    ----------
    step
        Its name.

    Returns
    -------
    int
        One for most.
    """
    return SEVERAL_OUTPUTS.get(step, 1)
