"""The command `python -m pipeline`: one step, one line, one sentence when something is wrong."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import steps
from pipeline.__main__ import main
from pipeline.steps import STEPS, outputs_of

ROOT = Path(__file__).parent.parent
NATIONAL = sorted((ROOT / "config/national").glob("*.yaml"))
THEME = ROOT / "config/theme.yaml"


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "pipeline", *map(str, arguments)]


def _fail_with(monkeypatch: pytest.MonkeyPatch, fault: BaseException) -> None:
    """Let the step `index` fail."""

    def index(theme: Path, *, out: tuple[Path, ...], note: Path | None = None) -> str:
        del theme, out, note
        raise fault

    monkeypatch.setitem(steps.STEPS, "index", index)


def test_a_step_writes_its_file_its_note_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, note = tmp_path / "interim/national.json", tmp_path / "interim/notes/national.json"
    assert run("national", *NATIONAL, "--out", out, "--note", note) == 0
    assert len(json.loads(out.read_text())) == len(NATIONAL)
    noted = json.loads(note.read_text())
    assert noted["seconds"] > 0
    assert noted["peak_mb"] > 10
    printed = capsys.readouterr()
    assert printed.out == ""
    began, ended = printed.err.splitlines()
    assert began == "national …"
    assert re.fullmatch(r"national +\d+\.\d s  \d+ published tables", ended)


def test_a_line_names_the_district_but_for_steps_that_have_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "pill/network.parquet"
    assert run("network", *["missing"] * 3, "--out", out) == 1
    assert run("national", *NATIONAL[:1], "--out", tmp_path / "pill/national.json") == 0
    printed = capsys.readouterr().err
    assert "pill · network …" in printed
    assert "\nnational …" in printed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("network", "a", "--out", "b"), "network: was given 1 files and takes 3: study, streets"),
        (("network", *"abcd", "--out", "b"), "network: was given 4 files and takes 3"),
        (("index", "--out", "b"), "index: was given 0 files and takes 2: theme, words"),
        (("osm", *"abcd", "--out", "b"), "osm: was given 1 files to write and writes 3"),
        (("rules", "--out", "b", "c"), "rules: was given 2 files to write and writes 1"),
    ],
)
def test_too_few_or_too_many_files_are_counted(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 1
    assert capsys.readouterr().err.startswith(f"✗ {sentence}")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_step_is_told_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run("teleport", "--out", "b")
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert "teleport" in said
    assert all(step in said for step in STEPS)


def test_every_step_says_how_many_files_it_writes() -> None:
    assert {step: outputs_of(step) for step in STEPS if outputs_of(step) != 1} == {
        "osm": 3,
        "assets": 5,
        "sensitivity": 2,
        "surface": 2,
        "catchments": 2,
        "walks": 2,
        "nearby": 2,
        "unused_land": 4,
        "reference": 20,
        "assessment": 2,
    }


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (MemoryError(), "this machine has too little memory"),
        (RuntimeError("odd\n\x1b[2J\nthing"), "a fault of this program, not of your files"),
        (RecursionError(), "a fault of this program"),
        (OSError(28, "No space left on device"), "a fault of this program"),
    ],
)
def test_what_nobody_foresaw_is_one_sentence_too(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
    words: str,
) -> None:
    _fail_with(monkeypatch, fault)
    out = tmp_path / "outputs/index.html"
    assert run("index", THEME, "--out", out) == 1
    (sentence,) = [line for line in capsys.readouterr().err.splitlines() if line[:1] != "i"]
    assert sentence.startswith("✗ index: ")
    assert words in sentence
    assert "\x1b[2J" not in sentence
    assert not out.exists()


def test_whoever_wants_to_see_where_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fail_with(monkeypatch, RuntimeError())
    monkeypatch.setenv("HALF_FULL_TRACEBACK", "1")
    with pytest.raises(RuntimeError):
        run("index", THEME, "--out", tmp_path / "index.html")


def test_a_stop_by_the_keyboard_says_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail_with(monkeypatch, KeyboardInterrupt())
    assert run("index", THEME, "--out", tmp_path / "outputs/index.html") == 130
    assert capsys.readouterr().err == "index …\n"


def test_a_step_waits_for_another_that_makes_the_same(tmp_path: Path) -> None:
    out = tmp_path / "interim/national.json"
    out.parent.mkdir()
    with (out.parent / ".national.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen(
            command("national", *NATIONAL, "--out", out),
            cwd=ROOT, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert second.stderr is not None
        assert second.stderr.readline() == f"{out}: another run is making it; waiting.\n"
        time.sleep(0.1)
        assert second.poll() is None
        assert not out.exists()
    with second:
        second.communicate(timeout=30)
    assert second.returncode == 0
    assert out.exists()


def test_who_is_stopped_while_waiting_goes_quietly(tmp_path: Path) -> None:
    with (tmp_path / ".national.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = subprocess.Popen(
            command("national", *NATIONAL, "--out", tmp_path / "national.json"),
            cwd=ROOT, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert waiting.stderr is not None
        waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        with waiting:
            _, said = waiting.communicate(timeout=30)
    assert waiting.returncode == 130
    assert said == ""


def test_a_folder_that_cannot_be_is_told_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "interim").write_text("a file where a folder belongs")
    assert run("national", *NATIONAL, "--out", tmp_path / "interim/national.json") == 1
    said = capsys.readouterr().err
    assert said.startswith(f"✗ {tmp_path}/interim: cannot be written to (")
    assert said.count("\n") == 1
    assert (tmp_path / "interim").read_text() == "a file where a folder belongs"


def test_colours_and_wheels_stay_out_of_a_log(tmp_path: Path) -> None:
    environment = dict(os.environ, TERM="xterm-256color", COLUMNS="40")
    environment.pop("FORCE_COLOR", None)
    done = subprocess.run(
        command("network", *[tmp_path / "none.yaml"] * 3, "--out", tmp_path / "network.parquet"),
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[1].startswith(f"✗ {tmp_path}/none.yaml: there is no such file")
    assert "\x1b" not in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_a_step_that_only_gathers_choices_does_not_wait_for_geopandas() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import pipeline.__main__, sys; print('pandas' in sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert said.stdout == "False\n"
