"""Steps that freeze a run, and compare a later one with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipeline import files
from pipeline.config import CategoryRules, District, NationalTable
from pipeline.steps.keeping import COMMIT
from pipeline.steps.outputs import Outputs
from pipeline.steps.trying import OF_A_TOWN, held_of, list_anew, material_of, town_of


def baseline(
    district: Path,
    national: Path,
    manifest: Path,
    project: Path,
    requirements: Path,
    neighbourhoods: Path,
    assets: Path,
    access_points: Path,
    features: Path,
    entrances: Path,
    homes: Path,
    network: Path,
    indicators: Path,
    streets: Path,
    terrain: Path,
    *config: Path,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Freeze a run, so that later ones can be compared with it."""
    del note
    from pipeline.files import locks, raw
    from pipeline.files.baselines import freeze
    from pipeline.files.choices import read_named
    from pipeline.files.declared import inputs_of

    place: District = files.read_choices(district, District)
    declared, fetched = read_named(national, NationalTable), raw.read_manifest(manifest)
    raw.must_agree(fetched, place, declared)
    inputs = inputs_of(fetched.district, place, declared)
    code = locks.code_of(project, requirements, os.environ.get(COMMIT, ""))
    dated = raw.dated(place, fetched)
    people = fetched.inputs.get("people")
    folder = out[0].parent
    about = {
        "name": folder.name,
        "district": fetched.district,
        "code": place.code,
        "frozen": datetime.now(UTC).date().isoformat(),
        "day": dated.openstreetmap.day.isoformat(),
        "people_day": "" if people is None else people.date.isoformat(),
        "lock": locks.lock_of(fetched, inputs, code, config).model_dump(mode="json"),
    }
    stored = (
        neighbourhoods, assets, access_points, features, entrances, homes, network, indicators,
        streets, terrain,
    )  # fmt: skip
    freeze({path.stem: path for path in stored}, about, folder)
    return f"{len(stored)} tables in {folder}; tell their story in {folder}.yaml"


def _earlier(folder: Path) -> dict[str, Any]:
    """Read the tables of a baseline; one that was frozen before streets were kept has none."""
    from pipeline import tables

    kept = (
        tables.NEIGHBOURHOODS, tables.ASSETS, tables.ACCESS_POINTS, tables.FEATURES,
        tables.ENTRANCES, tables.HOMES, tables.NETWORK, tables.TERRAIN, tables.STREETS,
    )  # fmt: skip
    paths = {table: folder / f"{table.name}.parquet" for table in kept}
    return {
        table.name: files.read_table(path, table) for table, path in paths.items() if path.exists()
    }


def _made_of(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    town: Any,  # noqa: ANN401 (a Town)
    days: tuple[date, date],
) -> tuple[Any, Any]:
    """Say which streets changed, and what the whole difference is made of; nothing if not kept."""
    from dataclasses import replace

    from pipeline import contracts, tables
    from pipeline.scenario import portions
    from pipeline.street_changes import StreetRun, street_changes

    if not {"streets", "terrain"} <= old.keys():
        return None, None
    before, after = (
        StreetRun(day, run["streets"], run["network"])
        for day, run in zip(days, (old, new), strict=True)
    )
    changes = street_changes(before, after, new["neighbourhoods"])
    earlier = replace(town, **{name: old[name] for name in OF_A_TOWN})
    made_of = portions(earlier, town, changes)
    contracts.check(changes.table, tables.STREET_CHANGES, "street_changes")
    contracts.check(made_of, tables.CHANGE_PORTIONS, "change_portions")
    return changes.table, made_of


def compare(
    study: Path,
    theme: Path,
    looks: Path,
    walkers: Path,
    words: Path,
    rules: Path,
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
    indicators: Path,
    with_baseline: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Say what changed since a baseline: in the place itself, or only on the maps of it."""
    del note
    import pandas as pd

    from pipeline import contracts, tables
    from pipeline import publish as gate
    from pipeline.baselines import Snapshot, compared
    from pipeline.files import raw
    from pipeline.files.baselines import read_baseline
    from pipeline.files.choices import read_named
    from pipeline.files.writing import as_json
    from pipeline.pages.changes import Since, changes_files
    from pipeline.pages.editions import without_deprivation
    from pipeline.scenario import effects

    held, reports = held_of(
        neighbourhoods, coverage, features, streets, network, terrain, assets, access_points,
        entrances, homes, indicators,
    )  # fmt: skip
    frozen, story = read_baseline(with_baseline)
    old = _earlier(with_baseline)
    fetched = raw.read_manifest(manifest)
    place = raw.dated(files.read_choices(district, District), fetched)
    people = fetched.inputs.get("people")
    before, after = (
        Snapshot(code, day, people_day, run["neighbourhoods"], run["assets"], run["features"])
        for code, day, people_day, run in (
            (frozen.code, frozen.day, frozen.people_day, old),
            (place.code, place.openstreetmap.day,
             "" if people is None else people.date.isoformat(), held),
        )
    )  # fmt: skip
    table = compared(before, after, read_named(rules, CategoryRules))
    town = town_of(held, study, rules, walkers, None)
    done = effects(town, old["assets"], old["access_points"], table)
    table = pd.concat([table, done], axis="columns")
    contracts.check(table, tables.CHANGES, out[0].name)
    ways, made_of = _made_of(old, held, town, (before.day, after.day))
    files_of = (study, theme, looks, walkers, words)
    material = material_of(held, place, manifest, files_of, reports)
    since = Since(frozen.name, before.day, after.day, story, table, ways, made_of)
    community = out[0].parent.parent / "community" / out[0].parent.name
    editions = {community: without_deprivation(material), out[0].parent: material}
    note_of = {"baseline": frozen.name, "before": frozen.day.isoformat(),
               "after": place.openstreetmap.day.isoformat()}  # fmt: skip
    gate.publish_together(
        {folder / name: content
         for folder, edition in editions.items()
         for name, content in (*changes_files(edition, since).items(),
                               (f"{frozen.name}.json", as_json(note_of)))}
    )  # fmt: skip
    list_anew(out[0].parent.parent, editions[community], material)
    counts = table["kind"].value_counts()
    told = ", ".join(f"{counts.get(kind, 0)} {kind.replace('_', ' ')}" for kind in
                     ("real", "mapping", "cannot_be_told"))  # fmt: skip
    return f"{told}, open {out[0].parent / f'{frozen.name}.html'}"
