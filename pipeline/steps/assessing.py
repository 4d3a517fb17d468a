"""Steps that set what is within reach beside what is known of need."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline import files
from pipeline.config import (
    Areas,
    CategoryWays,
    Composite,
    District,
    Indicator,
    NationalTable,
    Standard,
    Study,
    Vintage,
)
from pipeline.steps.outputs import Outputs


def gradient(
    study: Path,
    neighbourhoods: Path,
    homes: Path,
    indicators: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Say how access lies across the deciles of deprivation."""
    del note
    from pipeline import tables
    from pipeline.equity import gradient
    from pipeline.headline import attached_people
    from pipeline.places import places_of

    choices: Study = files.read_choices(study, Study)
    areas = files.read_table(neighbourhoods, tables.NEIGHBOURHOODS)
    places = places_of(files.read_table(homes, tables.HOMES), areas, "")
    minutes = choices.walking.minutes
    table = gradient(
        files.read_table(indicators, tables.INDICATORS),
        areas,
        places.by_place(attached_people(places)),
        {f"within_{m}_min_pct": True for m in minutes}
        | {f"mean_count_within_{max(minutes)}_min": False},
        choices.equity,
        choices.fewest_people,
    )
    files.write_table(table, tables.GRADIENT, out[0], {})
    return f"{len(table):,} numbers"


def nearby(
    study: Path,
    neighbourhoods: Path,
    features: Path,
    homes: Path,
    access: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Name what people have nearest, and the part of town that each neighbourhood lies in."""
    del note
    from pipeline import tables
    from pipeline.localities import localities
    from pipeline.nearby import nearby

    choices: Study = files.read_choices(study, Study)
    lived_in = files.read_table(homes, tables.HOMES)
    areas = files.read_table(neighbourhoods, tables.NEIGHBOURHOODS)
    named = localities(
        areas,
        lived_in,
        files.read_table(features, tables.FEATURES),
        choices.localities.kinds,
        choices.localities.farthest_m,
    )
    table = nearby(
        files.read_table(access, tables.ACCESS),
        lived_in,
        choices.walking.speed_m_per_min,
        choices.fewest_people,
        choices.places_by_name,
    )
    files.write_table(named, tables.LOCALITIES, out[1], {})
    files.write_table(table, tables.NEARBY, out[0], {})
    known = named["neighbourhood_id"].nunique()
    return f"{len(table):,} places by name, {known} of {len(areas)} neighbourhoods by locality"


def domains(
    district: Path,
    national: Path,
    manifest: Path,
    neighbourhoods: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Bring the domains of the index of deprivation to the neighbourhoods."""
    del note
    from pipeline import tables
    from pipeline.domains import nothing, rank_domains
    from pipeline.files import choices, inputs, raw

    place: District = files.read_choices(district, District)
    declared = choices.read_named(national, NationalTable)
    areas = files.read_table(neighbourhoods, tables.NEIGHBOURHOODS)
    found, table = None, nothing()
    if isinstance(place.neighbourhoods, Areas):
        found = inputs.read_index(raw.read_manifest(manifest), place.neighbourhoods, declared)
    if found is not None and isinstance(place.neighbourhoods, Areas):
        vintage = declared[place.neighbourhoods.boundaries.table].vintage
        table = rank_domains(areas["neighbourhood_id"], vintage, *found)
    files.write_table(table, tables.DOMAINS, out[0], {})
    return f"{table['domain'].nunique()} domains"


def indicators_elsewhere(
    study: Path,
    district: Path,
    neighbourhoods: Path,
    *indicators: Path,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Bring what others have counted or asked to the neighbourhoods."""
    del note
    from pipeline import tables
    from pipeline.elsewhere import elsewhere, speaks_of, told_of
    from pipeline.files import published

    choices: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    areas = files.read_table(neighbourhoods, tables.NEIGHBOURHOODS)
    vintage = Vintage(areas["vintage"].iloc[0])
    declared = files.read_configs(list(indicators), Indicator)
    ours = {name: each for name, each in declared.items() if speaks_of(each, place.code, vintage)}
    found = {
        path.stem: published.read_indicator(path, ours[path.stem])
        for path in indicators
        if path.stem in ours
    }
    table = elsewhere(areas["neighbourhood_id"], vintage, ours, found, choices.fewest_people)
    files.write_table(table, tables.ELSEWHERE, out[0], {"indicators": told_of(ours)})
    return f"{len(ours)} of {len(declared)} indicators speak of this district"


def assessment(
    study: Path,
    ways: Path,
    published_standards: Path,
    national: Path,
    district: Path,
    neighbourhoods: Path,
    domains: Path,
    elsewhere: Path,
    homes: Path,
    indicators: Path,
    standards: Path,
    *composites: Path,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Set what is within reach of each neighbourhood beside what is known of need."""
    del note
    import pandas as pd

    from pipeline import tables
    from pipeline.assessment import Beside, assess
    from pipeline.clusters import find_clusters
    from pipeline.composite import composites as made_of_several
    from pipeline.files.choices import read_named
    from pipeline.named_groups import name_groups
    from pipeline.standards import standards_for

    choices: Study = files.read_choices(study, Study)
    place: District = files.read_choices(district, District)
    areas = files.read_table(neighbourhoods, tables.NEIGHBOURHOODS)
    deciles = files.read_table(domains, tables.DOMAINS)
    at_homes = files.read_table(homes, tables.HOMES).groupby("neighbourhood_id")["people"].sum()
    counted = areas.set_index("neighbourhood_id")["people"]
    table = assess(
        files.read_table(indicators, tables.INDICATORS),
        files.read_table(standards, tables.STANDARDS),
        Beside(areas, deciles, files.read_table(elsewhere, tables.ELSEWHERE)),
        read_named(ways, CategoryWays),
        standards_for(place, read_named(published_standards, Standard)),
        choices.walking.middle,
    )
    groups, counts = name_groups(
        table,
        deciles,
        counted.fillna(at_homes.reindex(counted.index)),
        choices.groups,
        _areas_of(place, read_named(national, NationalTable)),
        place.code,
    )
    together: pd.DataFrame = pd.DataFrame()
    held: dict[str, Any] = {}
    if place.clusters:
        together, held = find_clusters(table, areas, choices.clusters, place.code)
    declared = files.read_configs(list(composites), Composite)
    several, told = made_of_several(table, declared)
    parts = [part for part in (table, several, together, groups) if len(part)]
    table = pd.concat(parts, ignore_index=True)
    report = {"indicators": files.read_report(elsewhere).get("indicators", {}), "composites": told}
    report |= {"clusters": held} if held else {}
    files.write_table(table, tables.ASSESSMENT, out[0], report)
    files.write_table(counts, tables.GROUPS, out[1], {})
    return f"{len(table):,} numbers"


def _areas_of(place: District, national: Mapping[str, Any]) -> int | None:
    """Return how many areas the index of a district ranks, if it has one."""
    held = place.neighbourhoods
    if not isinstance(held, Areas) or held.deprivation is None:
        return None
    return int(national[held.deprivation.table].areas)


def similar(
    study: Path,
    neighbourhoods: Path,
    homes: Path,
    indicators: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Find for each neighbourhood those that are most like it."""
    del note
    from pipeline import tables
    from pipeline.similar import similar, traits_of

    choices: Study = files.read_choices(study, Study)
    areas = files.read_table(neighbourhoods, tables.NEIGHBOURHOODS)
    numbers = files.read_table(indicators, tables.INDICATORS)
    has_data = set(numbers.loc[numbers["value"].notna(), "neighbourhood_id"])
    traits = traits_of(areas, files.read_table(homes, tables.HOMES))
    table, report = similar(traits[traits.index.isin(has_data)], choices.similar)
    files.write_table(table, tables.SIMILAR, out[0], report)
    return f"{table['neighbourhood_id'].nunique()} neighbourhoods"
