"""`make doctor`: say in sentences what is missing or odd on this machine.

Runs on the bare Python of the machine, before anything is installed, so it imports nothing that
does not come with Python.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from importlib.machinery import PathFinder
from pathlib import Path

LEAST_MB = 3_000
LEAST_MEMORY_MB = 3_000
OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)
BROWSERS = ("chromium", "chromium-browser", "chromium-headless-shell", "google-chrome")


def main(arguments: list[str] | None = None) -> int:
    """Look at the machine and print what was found.

    Parameters
    ----------
    arguments
        Command line without the program; that of the process by default.

    Returns
    -------
    int
        0 if the demonstration can be built here, else 1.
    """
    parser = argparse.ArgumentParser(prog="python3 -m pipeline.doctor", description=__doc__)
    for name in ("venv", "data", "out", "districts"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    choices = parser.parse_args(arguments)
    faults = [*_python_faults(), *_room_faults(choices)]
    oddities = [*_install_oddities(choices.venv), *_tool_oddities(), *_place_oddities(choices)]
    for sentence in faults:
        sys.stdout.write(f"✗ {sentence}\n")
    for sentence in oddities:
        sys.stdout.write(f"• {sentence}\n")
    if not faults:
        sys.stdout.write("✓ This machine can build the demonstration: make demo\n")
    return 1 if faults else 0


def _python_faults() -> Iterator[str]:
    found = sys.version_info[:2]
    if not OLDEST_PYTHON <= found <= NEWEST_PYTHON:
        if not any(map(_is_suitable, _other_pythons())):
            yield (
                f"python3 is {found[0]}.{found[1]}; 3.11, 3.12 or 3.13 is needed. Install one, or "
                "name it: make setup PYTHON3=/path/to/python3.12."
            )
        return
    for module, package in (("venv", "python3-venv"), ("ensurepip", "python3-venv")):
        if PathFinder.find_spec(module) is None:
            yield f"Python's {module} module is missing (Debian, Ubuntu: apt install {package})."


def _other_pythons() -> list[str]:
    """Name those that `bin/create-venv` falls back on."""
    minors = range(NEWEST_PYTHON[1], OLDEST_PYTHON[1] - 1, -1)
    names = (os.environ.get("PYTHON3", ""), *(f"python3.{minor}" for minor in minors))
    return [path for path in map(shutil.which, names) if path]


def _is_suitable(python: str) -> bool:
    question = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run(  # noqa: S603 (a Python of this machine and a constant)
            [python, "-c", question], capture_output=True, text=True, timeout=60, check=True
        ).stdout.split()
    except (OSError, subprocess.SubprocessError):
        return False
    return OLDEST_PYTHON <= tuple(map(int, answer)) <= NEWEST_PYTHON


def _room_faults(choices: argparse.Namespace) -> Iterator[str]:
    if " " in str(Path.cwd()):
        yield "The path of this folder holds a space, which make cannot handle; move it."
    for folder in (choices.data, choices.out):
        existing = next(p for p in (folder, *folder.absolute().parents) if p.exists())
        try:
            with tempfile.TemporaryFile(dir=existing):
                pass
        except OSError as error:
            yield f"{folder}: cannot be written to ({error.strerror}); choose another, or mend it."
        free_mb = shutil.disk_usage(existing).free // 1_000_000
        if free_mb < LEAST_MB:
            yield f"{folder}: {free_mb:,} MB are free on its disk; {LEAST_MB:,} MB are needed."
    memory_mb = _memory_mb()
    if memory_mb is not None and memory_mb < LEAST_MEMORY_MB:
        yield f"This machine has {memory_mb:,} MB of memory; {LEAST_MEMORY_MB:,} MB are needed."


def _memory_mb() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000
    except (ValueError, OSError):
        return None


def _install_oddities(venv: Path) -> Iterator[str]:
    stamp, lock = venv / ".installed", Path("requirements.lock")
    if not stamp.exists():
        yield "The dependencies are not installed yet; `make setup` does it, and so does any build."
        return
    if lock.exists() and lock.stat().st_mtime > stamp.stat().st_mtime:
        yield "requirements.lock has changed since the installation; the next build installs anew."
    accuracy = _grid_accuracy(venv / "bin" / "python")
    if accuracy:
        yield accuracy


def _grid_accuracy(python: Path) -> str:
    """Ask pyproj how well it turns degrees into British grid metres here."""
    question = (
        "from pyproj.transformer import TransformerGroup as T;"
        "g = T('EPSG:4326', 'EPSG:27700', always_xy=True);"
        "print(g.transformers[0].accuracy, g.best_available)"
    )
    try:
        answer = subprocess.run(  # noqa: S603 (our own interpreter and a constant)
            [python, "-W", "ignore", "-c", question],
            capture_output=True, text=True, timeout=60, check=True,
        ).stdout.split()  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return (
            "The installed Python does not start; delete the folder of --venv and run make setup."
        )
    if answer[1:] == ["False"]:
        return (
            f"PROJ has no OSTN15 grid here, so places are right to {answer[0]} m instead of 0.1 m; "
            "that is fine for walking, and every run.json says it."
        )
    return ""


def _tool_oddities() -> Iterator[str]:
    if shutil.which("git") is None:
        yield "git is not installed; it is needed only to take part in the project."
    if not any(shutil.which(browser) for browser in BROWSERS):
        yield (
            "No Chromium found, so the tests of the pages in a browser are left out of make check "
            "(Debian, Ubuntu: apt install chromium)."
        )


def _place_oddities(choices: argparse.Namespace) -> Iterator[str]:
    if not list(choices.districts.glob("*.yaml")):
        yield f"{choices.districts}: holds no district file (*.yaml)."
    for folder in (choices.data, choices.out):
        parts = list(folder.rglob(".part-*")) if folder.exists() else []
        if parts:
            yield (
                f"{folder}: holds {len(parts)} unfinished files of runs that were killed; they are "
                "swept away by a later run and harm nothing."
            )
    for manifest in sorted(choices.data.glob("raw/*/manifest.json")):
        yield from _old_inputs(manifest)


def _old_inputs(manifest: Path) -> Iterator[str]:
    """Say which raw files are older than they count as good for, as `make` does when it builds."""
    try:
        inputs = json.loads(manifest.read_text(encoding="utf-8"))["inputs"]
        for key, raw in sorted(inputs.items()):
            fetched = raw.get("fetched") if key != "openstreetmap" else None
            since, good_for = fetched or raw["date"], raw.get("good_for_days")
            days = (date.today() - date.fromisoformat(since)).days  # noqa: DTZ011 (of this machine)
            if good_for is not None and days > good_for and key.isascii() and key.isprintable():
                yield (
                    f"{manifest.parent.name}: its input {key} is {days:,} days old and counts as "
                    f"good for {good_for:,}; make refetch D={manifest.parent.name} SOURCE={key}"
                )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        yield f"{manifest}: cannot be read; delete it, and make fetches the raw files again."


if __name__ == "__main__":
    sys.exit(main())
