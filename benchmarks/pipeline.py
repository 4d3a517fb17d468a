"""Time a district from raw files to published pages, step by step.

    python benchmarks/pipeline.py [--district newport] [--districts-dir tests/real/districts]

Runs the real Makefile in a temporary folder and prints a table: seconds and peak memory of each
step as the steps noted them, and of the whole build, of a build after a changed theme, and of a
build with nothing to do. Wall seconds depend on the machine; the goals below are for 2 cores.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOALS_S = {"from raw to published": 20.0, "after a changed theme": 6.0, "nothing to do": 1.0}
GOAL_PEAK_MB = 1_200


def main() -> int:
    """Run the benchmark and print its table.

    Returns
    -------
    int
        0; 1 where a goal was missed.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--district", default="newport")
    parser.add_argument("--districts-dir", default="tests/real/districts")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    choices = parser.parse_args()
    os.environ.setdefault("REAL_DATA", "../shared/places")
    with tempfile.TemporaryDirectory() as folder:
        figures = _measure(choices.district, choices.districts_dir, Path(folder))
    if choices.json:
        choices.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return _print(figures)


def _measure(district: str, districts_dir: str, folder: Path) -> dict[str, dict[str, float]]:
    """Build once, then after touching the theme, then with nothing new."""
    variables = [f"DATA={folder}/data", f"OUT={folder}/outputs", f"DISTRICTS_DIR={districts_dir}"]
    _make(variables, "setup")  # compiles the kernels, once after an installation, not once a build
    whole = {"from raw to published": _make(variables, district)}
    steps = _steps(folder / "data/interim" / district / "notes")
    (ROOT / "config/theme.yaml").touch()
    whole["after a changed theme"] = _make(variables, district)
    whole["nothing to do"] = _make(variables, district)
    return {"steps_s": steps["seconds"], "steps_peak_mb": steps["peak_mb"], "whole_s": whole}


def _make(variables: list[str], goal: str) -> float:
    """Run make as a user would, whatever make this runs under."""
    own = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "DATA"}
    environment = {name: value for name, value in os.environ.items() if name not in own}
    began = time.perf_counter()
    done = subprocess.run(
        ["make", goal, *variables], cwd=ROOT, env=environment, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return round(time.perf_counter() - began, 2)


def _steps(notes: Path) -> dict[str, dict[str, float]]:
    found = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(notes.glob("*.json"), key=lambda p: p.stat().st_mtime)
    }
    return {
        key: {step: note[key] for step, note in found.items()} for key in ("seconds", "peak_mb")
    }


def _print(figures: dict[str, dict[str, float]]) -> int:
    print(f"{'step':<24}{'seconds':>9}{'peak MB':>9}")
    for step, seconds in figures["steps_s"].items():
        print(f"{step:<24}{seconds:>9.2f}{figures['steps_peak_mb'][step]:>9.0f}")
    print()
    missed = 0
    for what, seconds in figures["whole_s"].items():
        is_met = seconds <= GOALS_S[what]
        missed += not is_met
        print(
            f"{what:<24}{seconds:>9.2f}   goal ≤ {GOALS_S[what]:g} s{'' if is_met else '  MISSED'}"
        )
    peak = max(figures["steps_peak_mb"].values())
    is_met = peak <= GOAL_PEAK_MB
    verdict = "" if is_met else "  MISSED"
    print(f"{'largest peak, MB':<24}{peak:>9.0f}   goal ≤ {GOAL_PEAK_MB:,}{verdict}")
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{'processor seconds':<24}{children.ru_utime + children.ru_stime:>9.2f}   all builds")
    return 1 if missed or not is_met else 0


if __name__ == "__main__":
    sys.exit(main())
