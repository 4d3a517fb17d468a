"""Steps about what was fetched: which files exactly, and whether services are as they were."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from pipeline import files
from pipeline.config import District, Nation, NationalTable
from pipeline.steps.outputs import Outputs

COMMIT = "HALF_FULL_COMMIT"
# Columns of the table.
WIDEST, LONGEST_LOOK = 40, 120


def live_check(national: Path, *districts: Path, out: Outputs, note: Path | None = None) -> str:
    """Ask each real service for one small thing: is it still what config says."""
    del note
    from pipeline.errors import SourceFailed
    from pipeline.files.choices import read_named
    from pipeline.files.declared import inputs_of
    from pipeline.sources import live

    declared = read_named(national, NationalTable)
    places: dict[str, District] = {
        path.parent.name: files.read_choices(path, District) for path in districts
    }
    inputs = {
        name: list(inputs_of(name, place, declared).values()) for name, place in places.items()
    }
    codes = {name: place.code for name, place in places.items()}
    # Tables that no district here uses are asked about for one that could.
    english = [name for name, place in places.items() if place.nation == Nation.ENGLAND]
    if english:
        inputs[""], codes[""] = live.tables(declared), codes[english[0]]
    looked = live.answered(live.questions(inputs, codes, out[0].parent / "raw" / ".hosts"))
    asked = datetime.now(UTC).isoformat(timespec="seconds")
    files.write_json({"asked": asked, "places": [vars(one) for one in looked]}, out[0])
    for one in looked:
        what, words = one.what[:WIDEST], one.words[:LONGEST_LOOK]
        sys.stdout.write(
            f"{one.state:<12} {what:<{WIDEST}} {one.where[:WIDEST]:<{WIDEST}} {words}\n"
        )
    counts = {state: sum(one.state == state for one in looked) for state in live.STATES}
    words = ", ".join(f"{n} {state}" for state, n in counts.items())
    if counts[live.AS_DECLARED] < len(looked):
        raise SourceFailed(
            f"live-check: of {len(looked)} places on the web {words}. What each said stands in "
            f"{out[0]}. One that has changed is mended in config/national or in the district’s "
            "file; for one that is unreachable, look at this machine’s connection and ask later."
        )
    return words


def field_check(
    assets: Path, answers: Path, sheet: Path, *, out: Outputs, note: Path | None = None
) -> str:
    """Take a list that somebody filled in on the spot; its answers become records of their own."""
    del note
    from pipeline import tables
    from pipeline.config import FieldChecks
    from pipeline.field_checks import merged, read_answers
    from pipeline.files import choices
    from pipeline.files.published import read_cells

    known = choices.read_answers(answers)
    today = datetime.now(UTC).date()
    rows = read_cells(sheet)
    new = read_answers(str(sheet), rows, files.read_table(assets, tables.ASSETS), today)
    every = FieldChecks(answers=tuple(merged(known, new)))
    files.write_json(every.model_dump(mode="json"), out[0])
    return f"{len(new)} answers taken, {len(every.answers)} in {out[0]}; now make the district"


def lock(
    district: Path,
    national: Path,
    manifest: Path,
    project: Path,
    requirements: Path,
    *config: Path,
    out: Outputs,
    note: Path | None = None,
) -> str:
    """Write down the exact inputs of a district, so that others can fetch and check the same."""
    del note
    from pipeline.files import locks, raw
    from pipeline.files.choices import read_named
    from pipeline.files.declared import inputs_of

    place: District = files.read_choices(district, District)
    declared = read_named(national, NationalTable)
    fetched = raw.read_manifest(manifest)
    raw.must_agree(fetched, place, declared)
    inputs = inputs_of(fetched.district, place, declared)
    code = locks.code_of(project, requirements, os.environ.get(COMMIT, ""))
    locks.write_lock(locks.lock_of(fetched, inputs, code, config), out[0])
    return f"{len(fetched.inputs)} inputs of {fetched.district}, in {out[0]}"
