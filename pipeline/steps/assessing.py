"""Steps that set what is within reach beside what is known of need."""

from __future__ import annotations

from pathlib import Path

from pipeline import files
from pipeline.config import Study
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
    homes: Path,
    access: Path,
    *,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """List by name the places that the people of each neighbourhood have nearest."""
    del note
    from pipeline import tables
    from pipeline.nearby import nearby

    choices: Study = files.read_choices(study, Study)
    table = nearby(
        files.read_table(access, tables.ACCESS),
        files.read_table(homes, tables.HOMES),
        choices.walking.speed_m_per_min,
        choices.fewest_people,
        choices.places_by_name,
    )
    files.write_table(table, tables.NEARBY, out[0], {})
    return f"{len(table):,} places by name"
