"""A file is there whole or not at all; every fault has a control run without the fault."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.errors import FileCannotBeWritten, FileIsDamaged
from pipeline.files.writing import (
    ABANDONED_AFTER_S,
    PARTIAL,
    write_bytes,
    write_json,
    write_text,
    written_whole,
)

ROOT = Path(__file__).parent.parent.parent
OLD, NEW = b"old " * 1_000, b"new " * 500_000

FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from pipeline.errors import FileCannotBeWritten
from pipeline.files.writing import write_bytes
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    write_bytes(b"new " * 500_000, Path(sys.argv[1]))
except FileCannotBeWritten as error:
    print(error)
    sys.exit(1)
"""
SLOW = """
import sys, time
from pathlib import Path
from pipeline.files.writing import written_whole
with written_whole(Path(sys.argv[1])) as part:
    with part.open("wb") as file:
        for _ in range(500):
            file.write(b"new " * 1_000)
            file.flush()
            print("written", flush=True)
            time.sleep(float(sys.argv[2]))
"""


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(PARTIAL)]


def child(program: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("room", [1, 1_999_999])
def test_a_full_disk_keeps_the_old_file(tmp_path: Path, room: int) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(OLD)
    with child(FULL_DISK, path, room) as run:
        said, _ = run.communicate()
    assert run.returncode == 1
    assert re.search(
        r"table.csv: could not be written .*previous file.* untouched; make room", said
    )
    assert path.read_bytes() == OLD
    assert leftovers(tmp_path) == []


def test_with_room_enough_the_new_file_is_written(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(OLD)
    with child(FULL_DISK, path, 2_000_000) as run:
        run.communicate()
    assert run.returncode == 0
    assert path.read_bytes() == NEW


@pytest.mark.parametrize("lines", [1, 3, 8])
def test_a_kill_in_the_middle_keeps_the_old_file(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(OLD)
    with child(SLOW, path, 0.01) as run:
        assert run.stdout is not None
        for _ in range(lines):
            run.stdout.readline()
        run.send_signal(signal.SIGKILL)
    assert path.read_bytes() == OLD
    assert len(leftovers(tmp_path)) == 1


def test_without_a_kill_the_new_file_is_written(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(OLD)
    with child(SLOW, path, 0) as run:
        run.communicate()
    assert path.read_bytes() == NEW
    assert leftovers(tmp_path) == []


def test_what_a_killed_run_left_is_swept_after_some_hours(tmp_path: Path) -> None:
    old, young = tmp_path / f"{PARTIAL}old", tmp_path / f"{PARTIAL}young"
    for path in (old, young):
        path.touch()
    long_ago = time.time() - ABANDONED_AFTER_S - 60
    os.utime(old, (long_ago, long_ago))
    write_text("x", tmp_path / "new.txt")
    assert leftovers(tmp_path) == [young.name]


def test_a_link_is_replaced_and_its_target_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "precious.txt"
    target.write_bytes(OLD)
    link = tmp_path / "link.txt"
    link.symlink_to(target)
    write_bytes(b"new", link)
    assert target.read_bytes() == OLD
    assert not link.is_symlink()
    assert link.read_bytes() == b"new"


def test_a_failed_check_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(OLD)

    def refuse(part: Path) -> None:
        raise FileIsDamaged(f"{part.suffix} is not right")

    with (
        pytest.raises(FileIsDamaged, match=r".csv is not right"),
        written_whole(path, refuse) as part,
    ):
        part.write_bytes(NEW)
    assert path.read_bytes() == OLD
    assert leftovers(tmp_path) == []


def test_any_error_while_writing_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(OLD)

    def interrupt(part: Path) -> None:
        part.write_bytes(NEW[:100])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), written_whole(path) as part:
        interrupt(part)
    assert path.read_bytes() == OLD
    assert leftovers(tmp_path) == []


def test_a_folder_that_is_a_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder").write_bytes(OLD)
    with pytest.raises(FileCannotBeWritten, match=r"could not be written .*write permission"):
        write_text("x", tmp_path / "folder" / "table.csv")


def test_json_is_the_same_bytes_whatever_the_order_and_never_nan(tmp_path: Path) -> None:
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    write_json({"b": 1, "a": "ŵ"}, one)
    write_json({"a": "ŵ", "b": 1}, other)
    assert one.read_bytes() == other.read_bytes() == '{\n "a": "ŵ",\n "b": 1\n}\n'.encode()
    with pytest.raises(ValueError, match=r"not JSON compliant"):
        write_json({"a": float("nan")}, one)
    assert one.read_bytes() == other.read_bytes()
