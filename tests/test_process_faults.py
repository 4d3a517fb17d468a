"""Kills, full disks and two runs at once: no half file is believed, and every fault is survived.

Every fault has a control run without it, which must write: a writer that never writes would pass
every one of these tests. Fifty kills in all: 38 over the writers, 12 over make.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.test_hostile import Place
from tests.tiny import ROOT, Project, built_once, clean_environment

pytestmark = pytest.mark.slow

CHANCE = 20_261_121
MOST_MISSES = 8
KILLS = {"table": 8, "bytes": 14, "published": 8, "fetch": 8}
KILLS_OF_MAKE = 12
# What the steps make that run kernels.
WALKED = (
    "entrances", "homes", "by_source", "sensitivity", "catchments", "walks", "standards",
    "unused_land",
)  # fmt: skip

# Writes the old and the new version in turn until it is killed, or one of them once; says `ready`
# before it begins and `written` after each.
WRITERS = """
import sys
from pathlib import Path
kind, folder, only = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]

def table():
    import geopandas as gpd
    import pandas as pd
    import shapely
    from pipeline import files, tables
    def write(version):
        n = 20_000
        frame = gpd.GeoDataFrame({
            "way_id": range(n), "part": 0, "tags": f'{{"v": "{version}"}}', "nodes": "1 2",
        }, geometry=[shapely.LineString([(0, 0), (k, version + 1)]) for k in range(n)], crs=27700)
        return lambda: files.write_table(frame, tables.STREETS, folder / "a.parquet")
    return write

def some_bytes():
    from pipeline import files
    def write(version):
        content = str(version).encode() * 20_000_000
        return lambda: files.write_bytes(content, folder / "a.bin")
    return write

def published():
    import geopandas as gpd
    import numpy as np
    import shapely
    from pipeline.publish import publish
    def write(version):
        rows = gpd.GeoDataFrame({"v": np.full(3_000, version)},
                                geometry=shapely.points(np.arange(3_000.0), version), crs=27700)
        import pyogrio
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
        files = {
            "a.csv": "n,v\\n" + "".join(f"{n},{version}\\n" for n in range(200_000)),
            "a.gpkg": lambda path: pyogrio.write_dataframe(rows, path, layer="a", driver="GPKG"),
        }
        return lambda: publish(files, folder, {"version": version})
    return write

def fetch():
    from pipeline.config import District, NationalTable
    from pipeline.files import read_choices
    from pipeline.files.choices import read_named
    from pipeline.sources.fetching import fetch as fetch_all
    national = read_named(folder / "data/interim/national.json", NationalTable)
    district = folder / "districts/tiny.yaml"
    def write(version):
        def once():
            people = folder / "inputs/people.csv"
            text = people.read_text().replace(f'"6{1 - version}"', f'"6{version}"')
            people.with_suffix(".new").write_text(text)
            people.with_suffix(".new").replace(people)
            fetch_all(read_choices(district, District), district, national,
                      folder / "data/raw/tiny/manifest.json")
        return once
    return write

makers = {"table": table, "bytes": some_bytes, "published": published, "fetch": fetch}
make = makers[kind]()
writes = [make(int(version)) for version in only or ("0", "1")]
print("ready", flush=True)
while True:
    for write in writes:
        write()
        print("written", flush=True)
    if only:
        break
"""


def _writer(kind: str, folder: Path, *only: str) -> subprocess.Popen[str]:
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-c", WRITERS, kind, str(folder), *only],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def _write_once(kind: str, folder: Path, version: str) -> None:
    with _writer(kind, folder, version) as run:
        said, _ = run.communicate(timeout=60)
    assert said == "ready\nwritten\n"


def _wait(run: subprocess.Popen[str], times: int) -> float:
    """Wait until a writer has written so often; return how long the last time took."""
    assert run.stdout is not None
    assert run.stdout.readline() == "ready\n"
    began = time.monotonic()
    for _ in range(times):
        began = time.monotonic()
        assert run.stdout.readline() == "written\n"
    return time.monotonic() - began


def _whole_files(folder: Path) -> dict[str, bytes]:
    """Return the files that a reader would take for whole."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".part-") for part in path.parts)
    }


@pytest.mark.parametrize("kind", ["table", "bytes", "published"])
def test_a_writer_that_is_killed_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, kind: str
) -> None:
    chance = random.Random(f"{CHANCE} {kind}")
    for version in ("0", "1"):
        _write_once(kind, tmp_path / version, version)
    old, new = _whole_files(tmp_path / "0"), _whole_files(tmp_path / "1")
    assert old.keys() == new.keys()
    assert all(old[name] != new[name] for name in old)
    with _writer(kind, tmp_path / "timed") as run:
        takes = _wait(run, times=3)
        run.kill()
    hit = 0
    # On a busy machine more of them miss; then there are more.
    for number in range(MOST_MISSES * KILLS[kind]):
        if number >= KILLS[kind] and hit >= KILLS[kind] // 3:
            break
        folder = tmp_path / f"killed-{number}"
        with _writer(kind, folder) as run:
            _wait(run, times=1)
            time.sleep(chance.uniform(0, 2 * takes))
            run.send_signal(signal.SIGKILL)
        found = _whole_files(folder)
        assert found.keys() == old.keys()
        assert all(content in (old[name], new[name]) for name, content in found.items())
        if kind == "published":  # a folder changes as a whole
            assert found in (old, new)
        hit += any(folder.glob(".part-*")) or any(tmp_path.glob(f".part-{folder.name}-*"))
        if number % 4 == 0:
            _write_once(kind, folder, "1")
            assert _whole_files(folder) == new
    assert hit >= KILLS[kind] // 3, "too few kills hit a writer at work"


def test_a_fetch_that_is_killed_is_made_good_by_the_next(tmp_path: Path) -> None:
    chance = random.Random(CHANCE)
    origin = Place(tmp_path / "origin")
    origin.lay_out()
    control = _copy(origin, tmp_path / "control")
    _write_once("fetch", control.folder, "1")
    good = _whole_files(control.raw)
    assert good != _whole_files(origin.raw)
    hit = 0
    # On a busy machine more of them miss; then there are more.
    for number in range(MOST_MISSES * KILLS["fetch"]):
        if number >= KILLS["fetch"] and hit >= KILLS["fetch"] // 3:
            break
        place = _copy(origin, tmp_path / str(number))
        with _writer("fetch", place.folder) as run:
            takes = _wait(run, times=2)
            time.sleep(chance.uniform(0, takes))
            run.send_signal(signal.SIGKILL)
        hit += any(place.raw.parent.glob(".part-*"))
        _write_once("fetch", place.folder, "1")
        assert _whole_files(place.raw) == good
    assert hit >= KILLS["fetch"] // 3, "too few kills hit a fetch at work"


def _copy(place: Place, folder: Path) -> Place:
    shutil.copytree(place.folder, folder)
    return Place(folder)


# --- make ----------------------------------------------------------------------------------------


@pytest.fixture
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the project in which everything was built without a fault; it is not to be changed."""
    return built_once(tmp_path_factory)


def _unbuilt(built: Project, folder: Path) -> Project:
    project = built.copy(folder)
    shutil.rmtree(project.folder / "data")
    shutil.rmtree(project.folder / "outputs")
    return project


def test_make_killed_anywhere_ends_in_the_same_bytes(built: Project, tmp_path: Path) -> None:
    good = built.state()
    chance = random.Random(CHANCE)
    project = _unbuilt(built, tmp_path / "project")
    killed = 0
    while killed < KILLS_OF_MAKE:
        run = project.start("tiny")
        time.sleep(chance.uniform(0.2, 3.5))
        is_at_work = run.poll() is None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        run.communicate(timeout=30)
        killed += is_at_work
        if not is_at_work:  # all is built: begin again, with nothing or with old tables
            assert project.state() == good
            if chance.random() < 0.5:
                shutil.rmtree(project.folder / "data/interim")
            else:
                os.utime(project.folder / "config/study.yaml")
    said = project.built()
    assert "waiting" not in said
    assert project.state() == good
    assert project.built() == ""


def test_two_makes_of_one_district_at_once_both_succeed_with_the_same_bytes(
    built: Project, tmp_path: Path
) -> None:
    good = built.state()
    project = _unbuilt(built, tmp_path / "project")
    runs = [project.start("tiny") for _ in range(2)]
    said = [run.communicate(timeout=900)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    assert "another run is making it; waiting." in "".join(said)
    assert "Traceback" not in "".join(said)
    assert project.state() == good


def _make_with_room(project: Project, goal: str, room: int) -> subprocess.CompletedProcess[str]:
    """Run make where no file may grow beyond so many bytes."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    return subprocess.run(
        project.command(goal), cwd=project.folder, env=clean_environment(),
        preexec_fn=limit, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip


@pytest.mark.parametrize("step", ["publish", "network"])
def test_a_full_disk_is_one_sentence_and_leaves_what_was_there(
    built: Project, tmp_path: Path, step: str
) -> None:
    good = built.state()
    project = built.copy(tmp_path / "project")
    os.utime(project.folder / f"pipeline/{step}.py")
    goal = "tiny" if step == "publish" else f"data/interim/tiny/{step}.parquet"
    for room in (1, 4_000):
        fault = _make_with_room(project, goal, room)
        assert fault.returncode == 2
        (sentence,) = [line for line in fault.stderr.splitlines() if line.startswith("✗ ")]
        assert "could not be written" in sentence, sentence
        assert "untouched; make room" in sentence
        assert "Traceback" not in fault.stderr
        assert project.state() == good
    assert _make_with_room(project, goal, 100_000_000).returncode == 0
    assert project.state() == good


def test_kernels_are_compiled_once_by_two_makes_and_not_at_all_on_a_full_disk(
    built: Project, tmp_path: Path
) -> None:
    project = built.copy(tmp_path / "project")
    (project.folder / "compiled").unlink()
    os.utime(project.folder / "pipeline/routing/search.py")
    full = _make_with_room(project, "compiled", 1)
    assert full.returncode == 2
    assert "✗ The compiled kernels could not be written (File too large)" in full.stderr
    assert "Traceback" not in full.stderr
    runs = [project.start("compiled") for _ in range(2)]
    said = [run.communicate(timeout=900)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    assert "another run is making it; waiting." in "".join(said)
    assert project.built("compiled") == "make: 'compiled' is up to date.\n"
    kept = sorted(project.folder.rglob("*.nbc"))
    project.built(*(f"data/interim/tiny/{name}.parquet" for name in WALKED))
    assert sorted(project.folder.rglob("*.nbc")) == kept, "a step compiles what was not compiled"


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_disk_that_is_really_full_keeps_what_was_published(
    built: Project, tmp_path: Path
) -> None:
    good = built.state()
    project = built.copy(tmp_path / "project")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", str(disk)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        shutil.copytree(project.folder / "outputs", disk / "outputs")
        (disk / "filler").write_bytes(b"x" * (shutil.disk_usage(disk).free - 100_000))
        before = {p: p.read_bytes() for p in disk.rglob("*") if p.is_file()}
        os.utime(project.folder / "pipeline/publish.py")
        fault = project.make("tiny", f"OUT={disk}/outputs")
        assert fault.returncode == 2
        assert "could not be written (" in fault.stdout
        assert "untouched; make room" in fault.stdout
        names = f"{disk}/outputs/published.names"
        for path, content in before.items():
            assert path.read_bytes() == content or str(path) == names
        (disk / "filler").unlink()
        project.built("tiny", f"OUT={disk}/outputs")
        for name, content in good.items():
            if name.startswith("outputs/tiny/") and not name.endswith("run.json"):
                assert (disk / name).read_bytes() == content
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_file_in_the_place_of_a_folder_is_one_sentence(built: Project, tmp_path: Path) -> None:
    project = built.copy(tmp_path / "project")
    (project.folder / "elsewhere").write_text("mine")
    run = project.make("tiny", "OUT=elsewhere")
    assert run.returncode == 2
    assert "Traceback" not in run.stdout
    assert (project.folder / "elsewhere").read_text() == "mine"


def test_a_lock_that_a_killed_run_left_does_not_hold_up_the_next(
    built: Project, tmp_path: Path
) -> None:
    project = built.copy(tmp_path / "project")
    locks = list((project.folder / "data").rglob(".*.lock"))
    assert len(locks) >= 10
    os.utime(project.folder / "pipeline/publish.py")
    assert "waiting" not in project.built()
    with locks[0].open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
