"""Whole districts, built by the real Makefile once for all tests and all their processes."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import hostile_texts
from tests.tiny import EAST, NORTH, ROOT, Project, clean_environment, once

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
    """What `make <district>` has left: tables, published files, and what it said as it ran."""

    tables: Path
    published: Path
    said: str


def built_district(tmp_path_factory: pytest.TempPathFactory, name: str) -> Built:
    """Build a district; whoever comes first does it, and nobody may change it."""
    is_real = name == "newport"
    if is_real and not all(path.is_file() for path in NEWPORT):
        pytest.skip(LACKING)

    def make(folder: Path) -> str:
        _begin(folder, name, is_real=is_real)
        return made(folder, name, is_real=is_real)

    folder = once(tmp_path_factory, f"whole-{name}", make)
    said = (folder / "said.txt").read_text("utf-8")
    return Built(folder / "data/interim" / name, folder / "out" / name, said)


def _begin(folder: Path, name: str, *, is_real: bool) -> None:
    """Take over what `make demo` has left in this checkout; make renews whatever is outdated."""
    folder.mkdir()
    _stamp(folder / "installed")
    if is_real or not (ROOT / "outputs" / name / "run.json").is_file():
        return
    for kind in ("demo", "raw", "interim"):
        if (ROOT / "data" / kind / name).is_dir():
            shutil.copytree(ROOT / "data" / kind / name, folder / "data" / kind / name)
    shutil.copytree(ROOT / "outputs" / name, folder / "out" / name)
    for path in (ROOT / "data/interim").iterdir():
        if path.is_file():
            shutil.copy2(path, folder / "data/interim")


def _stamp(installed: Path) -> None:
    """Say since when all is installed; kernels that were compiled since then need not be again."""
    installed.touch()
    ours = Path(sys.prefix) / ".installed"
    if ours.is_file():
        since = max(ours.stat().st_mtime, (ROOT / "requirements.lock").stat().st_mtime)
        os.utime(installed, (since, since))


def made(folder: Path, name: str, *, is_real: bool = False) -> str:
    """Run make for a district in a folder of its own, and return what it says."""
    choice = ["DISTRICTS_DIR=tests/real/districts"] if is_real else []
    run = subprocess.run(
        ["make", name, f"VENV={sys.prefix}", f"INSTALLED={folder / 'installed'}",
         f"DATA={folder / 'data'}", f"OUT={folder / 'out'}", *choice],
        cwd=ROOT, env=clean_environment() | {"REAL_DATA": str(REAL_DATA)}, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    return run.stdout


def built_hostile(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Build the tiny district with hostile text wherever there is text; nobody may change it."""
    return Project(
        once(tmp_path_factory, "hostile", lambda folder: _poisoned(Project(folder)).built())
    )


def _poisoned(project: Project) -> Project:
    """Lay out the district with payloads in its map, its tables, its choices and categories."""
    Project.new(project.folder, hostile_texts.poison())
    poison = hostile_texts.poison()
    for name in ("park", "cafe", "marketplace", "brownfield"):
        for key in ("label", "one", "  sentence"):
            words = json.dumps(poison("words"))
            project.edit(
                f"config/categories/{name}.yaml",
                rf"(?m)^{key}: (>-\n(    .*\n)+|.*\n)",
                f"{key}: {words}\n".replace("\\", r"\\"),
            )
    markets = project.inputs / "markets.csv"
    with markets.open("a", encoding="utf-8", newline="") as file:
        for n, text in enumerate(hostile_texts.ALL):
            place = (EAST + 60 + 20 * n, NORTH + 255)
            row = [f"{hostile_texts.MARK} {text}", *place, text, text]
            csv.writer(file, quoting=csv.QUOTE_ALL).writerow(row)
    return project
