"""The step that tries a scenario out, and what it shares with others that ask what if."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline import files
from pipeline.config import (
    Category,
    CategoryRules,
    District,
    Dress,
    NationalTable,
    Study,
    Walker,
    Wording,
)
from pipeline.errors import PipelineError
from pipeline.steps.outputs import Outputs

# The tables of a run that a scenario is tried on, or that another run is turned into.
OF_A_TOWN = (
    "assets", "access_points", "features", "streets", "network", "terrain", "entrances", "homes",
)  # fmt: skip


def scenario(
    study: Path,
    theme: Path,
    looks: Path,
    walkers: Path,
    words: Path,
    rules: Path,
    national: Path,
    district: Path,
    manifest: Path,
    neighbourhoods: Path,
    coverage: Path,
    features: Path,
    streets: Path,
    network: Path,
    terrain: Path,
    assets: Path,
    access_points: Path,
    entrances: Path,
    homes: Path,
    access: Path,
    indicators: Path,
    wanted: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Try a scenario out, and publish what it would change beside the district's other pages."""
    del note
    from pipeline import publish as gate
    from pipeline import tables
    from pipeline.files import raw
    from pipeline.files.scenarios import read_scenario
    from pipeline.pages.editions import without_deprivation
    from pipeline.pages.scenario import Tried, scenario_files
    from pipeline.scenario import applied, difference

    tried_out = read_scenario(wanted, district.parent.name)
    held, reports = held_of(
        neighbourhoods, coverage, features, streets, network, terrain, assets, access_points,
        entrances, homes, indicators,
    )  # fmt: skip
    place = raw.dated(files.read_choices(district, District), raw.read_manifest(manifest))
    town = town_of(held, study, rules, walkers, _heights(place, national, manifest, held))
    try:
        changed = applied(town, tried_out, place.openstreetmap.day.isoformat())
    except PipelineError as error:
        raise type(error)(f"{wanted}: {error}") from None
    table = difference(
        (town.homes, files.read_table(access, tables.ACCESS)),
        (changed.town.homes, changed.access()),
        held["neighbourhoods"],
        changed.categories,
        town.study,
    )
    files_of = (study, theme, looks, walkers, words)
    material = material_of(held, place, manifest, files_of, reports)
    tried = Tried(tried_out, changed.told, changed.shapes, table)
    folder = out[0].parent
    day = place.openstreetmap.day.isoformat()
    about = {"district": place.name, "day": day, "scenario": tried_out.model_dump(mode="json")}
    community = folder.parent.parent / "community" / "scenarios" / folder.name
    shown = tried_out.model_dump(mode="json", exclude_defaults=True)
    theirs = without_deprivation(material)
    gate.publish(scenario_files(theirs, tried), community, {**about, "scenario": shown})
    gate.publish(scenario_files(material, tried), folder, about)
    list_anew(folder.parent.parent, theirs, material)
    more = table[(table["what"] == "district") & (table["state"] == "ok")]
    return f"{more['category'].nunique()} kinds of asset differ, open {folder / 'index.html'}"


def list_anew(folder: Path, community: Any, planner: Any) -> None:  # noqa: ANN401
    """Write the pages anew that list what was tried out and compared, of both editions."""
    from pipeline import publish as gate
    from pipeline.steps.publishing import listings

    pages = listings(folder, community, planner)
    gate.publish_together({folder / name: page.here for name, page in pages.items()})


def town_of(
    held: Mapping[str, Any],
    study: Path,
    rules: Path,
    walkers: Path,
    heights: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401 (a Town)
    """Put together what a scenario is tried on."""
    from pipeline.coordinates import outline_of
    from pipeline.files.choices import read_named
    from pipeline.scenario import Town
    from pipeline.walkers import must_agree

    choices: Study = files.read_choices(study, Study)
    who = read_named(walkers, Walker)
    must_agree(who, choices)
    return Town(
        study=choices,
        rules=read_named(rules, CategoryRules),
        walker=who[choices.walking.walker],
        outline=outline_of(held["neighbourhoods"]),
        heights=heights,
        **{name: held[name] for name in OF_A_TOWN},
    )


def _heights(place: District, national: Path, manifest: Path, held: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Read the ground, where the district has it."""
    from pipeline.files import inputs, raw
    from pipeline.files.choices import read_named

    box = tuple(held["network"].total_bounds.tolist())
    declared = read_named(national, NationalTable)
    return inputs.read_elevation(raw.read_manifest(manifest), place, declared, box)


def held_of(*stored: Path) -> tuple[dict[str, Any], dict[str, Mapping[str, Any]]]:
    """Read the tables that a town and the pages about it are made of, and what their steps said.

    They come in the order of the rules of Make that ask what if.
    """
    from pipeline import tables

    kinds = (
        tables.NEIGHBOURHOODS, tables.COVERAGE, tables.FEATURES, tables.STREETS, tables.NETWORK,
        tables.TERRAIN, tables.ASSETS, tables.ACCESS_POINTS, tables.ENTRANCES, tables.HOMES,
        tables.INDICATORS,
    )  # fmt: skip
    paths = dict(zip(kinds, stored, strict=True))
    held = {table.name: files.read_table(path, table) for table, path in paths.items()}
    return held, {table.name: files.read_report(path) for table, path in paths.items()}


def material_of(
    held: Mapping[str, Any],
    place: District,
    manifest: Path,
    files_of: tuple[Path, Path, Path, Path, Path],
    reports: Mapping[str, Mapping[str, Any]],
) -> Any:  # noqa: ANN401 (a Material)
    """Put together what stands around every page; tables that were not read are empty."""
    from dataclasses import fields

    import pandas as pd

    from pipeline import pages, tables
    from pipeline.files import raw
    from pipeline.files.choices import read_named

    study, theme, looks, walkers, words = files_of
    fetched = raw.read_manifest(manifest)
    old = raw.old_inputs(fetched, datetime.now(UTC).date())
    dress: Dress = read_named(theme, Dress)["theme"]
    wanted = {field.name for field in fields(pages.Material)}
    empty = {
        table.name: pd.DataFrame(columns=[column.name for column in table.columns])
        for table in tables.ALL
        if table.name in wanted
    }
    return pages.Material(
        study=files.read_choices(study, Study),
        theme=dress.theme,
        logo=dress.logo or "",
        looks=read_named(looks, Category),
        district=place,
        walkers=read_named(walkers, Walker),
        wordings=read_named(words, Wording),
        published_standards={},
        manifest={
            key: file.model_dump(mode="json") | {"is_old": key in old}
            for key, file in fetched.inputs.items()
        },
        surface=b"",
        reports=reports,
        **empty | {name: frame for name, frame in held.items() if name in wanted},
    )
