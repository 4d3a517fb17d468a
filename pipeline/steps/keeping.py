"""Steps about what was fetched: which files exactly, and whether services are as they were."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline import files
from pipeline.config import District, NationalTable
from pipeline.steps.outputs import Outputs

COMMIT = "HALF_FULL_COMMIT"


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

    place: District = files.read_choices(district, District)
    declared = read_named(national, NationalTable)
    fetched = raw.read_manifest(manifest)
    raw.must_agree(fetched, place, declared)
    inputs = raw.inputs_of(fetched.district, place, declared)
    code = locks.code_of(project, requirements, os.environ.get(COMMIT, ""))
    locks.write_lock(locks.lock_of(fetched, inputs, code, config), out[0])
    return f"{len(fetched.inputs)} inputs of {fetched.district}, in {out[0]}"
