"""Steps that freeze a run, and compare a later one with it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline import files
from pipeline.config import CategoryRules, District, NationalTable
from pipeline.steps.keeping import COMMIT
from pipeline.steps.outputs import Outputs
from pipeline.steps.trying import list_anew, material_of, reports_of, town_of


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
    *config: Path,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Freeze a run, so that later ones can be compared with it."""
    del note
    from pipeline.files import locks, raw
    from pipeline.files.baselines import freeze
    from pipeline.files.choices import read_named

    place: District = files.read_choices(district, District)
    declared, fetched = read_named(national, NationalTable), raw.read_manifest(manifest)
    raw.must_agree(fetched, place, declared)
    inputs = raw.inputs_of(fetched.district, place, declared)
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
    )  # fmt: skip
    freeze({path.stem: path for path in stored}, about, folder)
    return f"{len(stored)} tables in {folder}; tell their story in {folder}.yaml"


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

    stored = {
        tables.NEIGHBOURHOODS: neighbourhoods,
        tables.COVERAGE: coverage,
        tables.FEATURES: features,
        tables.STREETS: streets,
        tables.NETWORK: network,
        tables.TERRAIN: terrain,
        tables.ASSETS: assets,
        tables.ACCESS_POINTS: access_points,
        tables.ENTRANCES: entrances,
        tables.HOMES: homes,
        tables.INDICATORS: indicators,
    }
    frozen, story = read_baseline(with_baseline)
    held = {table.name: files.read_table(path, table) for table, path in stored.items()}
    kept = (tables.NEIGHBOURHOODS, tables.ASSETS, tables.ACCESS_POINTS, tables.FEATURES)
    old: dict[str, Any] = {
        table.name: files.read_table(with_baseline / f"{table.name}.parquet", table)
        for table in kept
    }
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
    files_of = (study, theme, looks, walkers, words)
    material = material_of(held, place, manifest, files_of, reports_of(stored))
    since = Since(frozen.name, before.day, after.day, story, table)
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
