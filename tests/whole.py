"""Whole districts, built by the real Makefile once for all tests and all their processes."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tiny import ROOT, clean_environment

REAL_DATA = Path(os.environ.get("REAL_DATA", ROOT.parent / "shared" / "places")).resolve()
NEWPORT = (
    REAL_DATA / "newport/newport-2023-06-13.osm.pbf",
    REAL_DATA / "newport/newport_lsoa21_best.gpkg",
    REAL_DATA / "newport/wimd-2025-index-and-domain-ranks-by-small-area.csv",
    REAL_DATA / "national/census2021_residents_lsoa21_ew.csv",
)
LACKING = (
    "the real places are missing: set REAL_DATA to the folder that holds newport/ and national/ "
    f"(looked for {', '.join(path.name for path in NEWPORT)} there)"
)


@dataclass(frozen=True)
class Built:
    """What `make <district>` has left: tables, published files, and what it said."""

    tables: Path
    published: Path
    said: str


def built_district(tmp_path_factory: pytest.TempPathFactory, name: str) -> Built:
    """Build a district; whoever comes first does it, and nobody may change it."""
    is_real = name == "newport"
    if is_real and not all(path.is_file() for path in NEWPORT):
        pytest.skip(LACKING)
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"whole-{name}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = folder / "said.txt"
        if not said.is_file():
            said.write_text(_make(folder, name, is_real=is_real), "utf-8")
    made = folder / "data/interim" / name
    return Built(made, folder / "out" / name, said.read_text("utf-8"))


def _make(folder: Path, name: str, *, is_real: bool) -> str:
    (folder / "installed").touch()
    choice = ["DISTRICTS_DIR=tests/real/districts"] if is_real else []
    run = subprocess.run(
        ["make", name, f"VENV={sys.prefix}", f"INSTALLED={folder / 'installed'}",
         f"DATA={folder / 'data'}", f"OUT={folder / 'out'}", *choice],
        cwd=ROOT, env=clean_environment() | {"REAL_DATA": str(REAL_DATA)}, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    return run.stdout
