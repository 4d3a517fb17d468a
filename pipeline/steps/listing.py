"""Steps for the directory."""

from __future__ import annotations

from pathlib import Path

from pipeline import files
from pipeline.config import CategoryRules, Study
from pipeline.steps.outputs import Outputs
from pipeline.steps.walking import _ground


def walks(
    study: Path,
    rules: Path,
    walkers: Path,
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
    """List how long the walk is from every neighbourhood and many a place to every asset."""
    del note
    from pipeline import tables
    from pipeline.access.walks import measure_walks
    from pipeline.files.choices import read_named

    choices: Study = files.read_choices(study, Study)
    streets = files.read_table(network, tables.NETWORK)
    starts, found = measure_walks(
        files.read_table(neighbourhoods, tables.NEIGHBOURHOODS),
        files.read_table(assets, tables.ASSETS),
        files.read_table(entrances, tables.ENTRANCES),
        files.read_table(homes, tables.HOMES),
        streets,
        read_named(rules, CategoryRules),
        choices,
        _ground(choices, walkers, streets, terrain)[0],
    )
    files.write_table(found, tables.WALKS, out[1], {})
    files.write_table(starts, tables.STARTS, out[0], {})
    return f"{len(found):,} walks from {len(starts):,} places"
