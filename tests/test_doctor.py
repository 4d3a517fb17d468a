"""`make doctor` on the bare Python of a machine, and what it says of odd machines."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import doctor

ROOT = Path(__file__).parent.parent
READY = "✓ This machine can build the demonstration: make demo\n"


def examine(folder: Path, **changed: Path) -> int:
    """Ask the doctor about folders; all lie in one that is there, unless said otherwise."""
    places = {"venv": folder / "venv", "data": folder, "out": folder, "districts": folder}
    pairs = [(f"--{name}", str(path)) for name, path in (places | changed).items()]
    return doctor.main([word for pair in pairs for word in pair])


def test_the_doctor_needs_nothing_but_python(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "pipeline", tmp_path / "pipeline")
    words = ["--venv", "none", "--data", "d", "--out", "o", "--districts", "none"]
    start = "import sys; sys.path.insert(0, '.'); from pipeline.doctor import main; "
    python = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run(
        [python, "-S", "-I", "-c", f"{start} sys.exit(main({words}))"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert "dependencies are not installed yet; `make setup` does it" in done.stdout
    assert "none: holds no district file" in done.stdout


def test_the_goal_runs_before_anything_is_installed(tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "doctor", f"VENV={tmp_path}/none", f"DATA={tmp_path}", f"OUT={tmp_path}"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "The dependencies are not installed yet" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / "none").exists()


def test_a_machine_that_is_ready_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "LEAST_MB", 0)
    (tmp_path / "tiny.yaml").touch()
    assert examine(tmp_path) == 0
    said = capsys.readouterr().out
    assert said.endswith(READY)
    assert "holds no district file" not in said


def _cut_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_memory_mb", lambda: 900)


def _old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "NEWEST_PYTHON", (3, 10))


def _full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_MB", 10**9)


def _no_venv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.machinery.PathFinder.find_spec", lambda _: None)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_cut_memory, "This machine has 900 MB of memory; 3,000 MB are needed."),
        (_old_python, "3.11, 3.12 or 3.13 is needed. Install one, or name it"),
        (_full_disk, "MB are free on its disk; 1,000,000,000 MB are needed."),
        (_no_venv, "Python's venv module is missing (Debian, Ubuntu: apt install python3-venv)."),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[pytest.MonkeyPatch], None],
    sentence: str,
) -> None:
    spoil(monkeypatch)
    assert examine(tmp_path) == 1
    said = capsys.readouterr().out
    assert [line for line in said.splitlines() if line.startswith("✗") and sentence in line]
    assert READY not in said


def test_an_odd_python_beside_a_suitable_one_is_no_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "LEAST_MB", 0)
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    monkeypatch.setattr(doctor, "_other_pythons", lambda: [sys.executable])
    assert examine(tmp_path) == 0
    monkeypatch.setattr(doctor, "_other_pythons", lambda: [str(tmp_path / "none")])
    assert examine(tmp_path) == 1
    assert "python3 is 3.9; 3.11, 3.12 or 3.13 is needed" in capsys.readouterr().out


def test_a_file_where_a_folder_belongs_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").write_text("x")
    assert examine(tmp_path, data=tmp_path / "data") == 1
    assert f"✗ {tmp_path}/data: cannot be written to (" in capsys.readouterr().out


def test_what_killed_runs_left_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "interim").mkdir()
    (tmp_path / "interim/.part-map-x.html").touch()
    examine(tmp_path)
    assert "holds 1 unfinished files of runs that were killed" in capsys.readouterr().out


def test_an_installation_that_does_not_start_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "venv/bin").mkdir(parents=True)
    (tmp_path / "venv/.installed").touch()
    examine(tmp_path)
    assert "The installed Python does not start; delete" in capsys.readouterr().out
    examine(tmp_path, venv=Path(sys.prefix))
    assert "does not start" not in capsys.readouterr().out


def test_raw_files_that_are_old_are_named_with_what_mends_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC).date()
    long_ago, lately = (str(now - timedelta(days=days)) for days in (31, 30))
    inputs = {
        "stops": {"date": "2001-01-01", "fetched": long_ago, "good_for_days": 30},
        "register": {"date": "2001-01-01", "fetched": lately, "good_for_days": 30},
        "markets": {"date": long_ago, "fetched": None, "good_for_days": 30},
        "people": {"date": "2001-01-01", "fetched": None, "good_for_days": None},
        "openstreetmap": {"date": long_ago, "fetched": lately, "good_for_days": 30},
    }
    for name, content in (("pill", json.dumps({"inputs": inputs})), ("bad", "[]")):
        (tmp_path / "raw" / name).mkdir(parents=True)
        (tmp_path / "raw" / name / "manifest.json").write_text(content)
    examine(tmp_path)
    said = capsys.readouterr().out
    for key in ("stops", "markets", "openstreetmap"):
        assert f"its input {key} is 31 days old and counts as good for 30" in said
        assert f"make refetch D=pill SOURCE={key}" in said
    assert "register" not in said
    assert "people" not in said
    assert "bad/manifest.json: cannot be read" in said
