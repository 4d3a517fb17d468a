"""Steps from homes and entrances to numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline import files
from pipeline.config import (
    CategoryRules,
    CouncilLayer,
    District,
    NationalTable,
    Standard,
    Study,
    Walker,
)
from pipeline.steps.outputs import Outputs


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
    from pipeline.files.choices import read_named

    choices: Study = files.read_choices(study, Study)
    found, report = find_entrances(
        files.read_table(assets, tables.ASSETS),
        files.read_table(access_points, tables.ACCESS_POINTS),
        files.read_table(features, tables.FEATURES),
        files.read_table(network, tables.NETWORK),
        read_named(rules, CategoryRules),
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
    from pipeline.files import choices, inputs, raw
    from pipeline.homes import build_homes

    held: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    dwellings = held.dwellings
    if place.largest_unmarked_dwelling_m2 is not None:
        largest = {"largest_unmarked_m2": place.largest_unmarked_dwelling_m2}
        dwellings = dwellings.model_copy(update=largest)
    points = inputs.read_census_points(
        raw.read_manifest(manifest), place, choices.read_named(national, NationalTable)
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
    from pipeline.files.choices import read_named

    choices: Study = files.read_choices(study, Study)
    streets = files.read_table(network, tables.NETWORK)
    ground, walked = _ground(choices, walkers, streets, terrain)
    table, report = measure_access(
        files.read_table(homes, tables.HOMES),
        files.read_table(entrances, tables.ENTRANCES),
        files.read_table(assets, tables.ASSETS),
        streets,
        read_named(rules, CategoryRules),
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
    from pipeline.files.choices import read_named
    from pipeline.walkers import ground_of, must_agree

    choices: Study = files.read_choices(study, Study)
    code = files.read_choices(district, District).code
    who, categories = read_named(walkers, Walker), read_named(rules, CategoryRules)
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


def by_source(
    study: Path,
    rules: Path,
    walkers: Path,
    district: Path,
    neighbourhoods: Path,
    assets: Path,
    entrances: Path,
    homes: Path,
    network: Path,
    terrain: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Work out the headline numbers with what the map alone knows, the lists alone, and both."""
    del note
    from pipeline import tables
    from pipeline.access.by_source import measure_by_source
    from pipeline.access.sensitivity import Town
    from pipeline.files.choices import read_named

    choices: Study = files.read_choices(study, Study)
    streets = files.read_table(network, tables.NETWORK)
    ground, _ = _ground(choices, walkers, streets, terrain)
    town = Town(
        files.read_table(homes, tables.HOMES),
        files.read_table(entrances, tables.ENTRANCES),
        streets,
        files.read_table(neighbourhoods, tables.NEIGHBOURHOODS),
        {choices.walking.walker: ground},
        read_named(walkers, Walker),
    )
    table = measure_by_source(
        town,
        files.read_table(assets, tables.ASSETS),
        read_named(rules, CategoryRules),
        choices,
        files.read_choices(district, District).code,
    )
    files.write_table(table, tables.BY_SOURCE, out[0], {})
    n_listed = table.loc[table["known_to"] == "lists_alone"].groupby("category")["assets"].max()
    return f"{int((n_listed > 0).sum())} categories of which lists speak too"


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
    from pipeline.files.choices import read_named
    from pipeline.profiles import build_indicators

    choices: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    held = read_named(rules, CategoryRules)
    table, report = build_indicators(
        files.read_table(access, tables.ACCESS),
        files.read_table(homes, tables.HOMES),
        files.read_table(neighbourhoods, tables.NEIGHBOURHOODS),
        choices,
        place.code,
        held,
        _sources(held, place, manifest),
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
    from pipeline.files import choices
    from pipeline.standards import standards_for

    place: District = files.read_choices(district, District)
    categories = choices.read_named(rules, CategoryRules)
    chosen = standards_for(place, choices.read_named(standards, Standard))
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
        _sources(categories, place, manifest),
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
    people = rasters.read_people_raster(fetched, place, choices.read_named(national, NationalTable))
    areas = files.read_table(neighbourhoods, tables.NEIGHBOURHOODS)
    streets = files.read_table(network, tables.NETWORK)
    bands, report = computing.measure_surface(
        areas,
        files.read_table(coverage, tables.COVERAGE),
        files.read_table(features, tables.FEATURES),
        streets,
        files.read_table(entrances, tables.ENTRANCES),
        choices.read_named(rules, CategoryRules),
        held,
        _ground(held, walkers, streets, terrain)[0],
    )
    raster = None if people is None else people.raster
    means = raster_people.measure_people(bands, raster, areas, place.code, held.fewest_people)
    # Minutes are not made from the index of deprivation, which the community edition leaves out.
    used = (file for name, file in fetched.inputs.items() if name != "deprivation")
    credit = ((file.attribution, file.licence) for file in used)
    files.write_table(means, tables.RASTER_MINUTES, out[1], report)
    rasters.write_bands(bands, out[0], computing.about_surface(raw.dated(place, fetched), credit))
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
        choices.read_named(rules, CategoryRules),
        held,
        _ground(held, walkers, streets, terrain)[0],
    )
    files.write_table(people, tables.CATCHMENT_PEOPLE, out[1])
    files.write_table(bands, tables.CATCHMENTS, out[0], report)
    return f"{len(bands):,} bands"


def catchment(
    study: Path,
    walkers: Path,
    district: Path,
    manifest: Path,
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
    from pipeline.files import raw
    from pipeline.pages import catchments as pages

    held: Study = files.read_choices(study, Study)
    place = raw.dated(files.read_choices(district, District), raw.read_manifest(manifest))
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
        _ground(held, walkers, streets, terrain)[0],
    )
    asset = known.set_index("asset_id").loc[out[0].stem]
    gate.publish_file(pages.asset_gpkg(bands, people, asset, place), out[0])
    return "\n".join([f"wrote {out[0]}", *pages.spoken(bands, people, asset)])


def _ground(study: Study, walkers: Path, network: Any, terrain: Path) -> Any:  # noqa: ANN401 (tables)
    """Return what each street costs the walker whom the study is about, and how much is open."""
    from pipeline import tables
    from pipeline.files.choices import read_named
    from pipeline.walkers import ground_of, must_agree

    who = read_named(walkers, Walker)
    must_agree(who, study)
    slopes = files.read_table(terrain, tables.TERRAIN)
    return ground_of(network, slopes, who[study.walking.walker])


def _sources(
    rules: dict[str, CategoryRules], district: District, manifest: Path
) -> dict[str, tuple[str, str]]:
    """Say which inputs each category comes from, and of what day the oldest of them is."""
    from pipeline.files import raw
    from pipeline.profiles import sources_of

    fetched = raw.read_manifest(manifest).inputs
    layers = district.layers.items()
    councils = {key: own.category for key, own in layers if isinstance(own, CouncilLayer)}
    inputs = {key: (file.table, file.date) for key, file in fetched.items()}
    return sources_of(rules, inputs, councils)
