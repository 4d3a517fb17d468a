"""A folder changes in one step: whoever looks, and whenever it is killed, sees the old or the new.

Every call that touches the disk is a place to be killed at. The control run, which is not killed,
must change the folder.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import FileCannotBeWritten
from pipeline.files import switching
from pipeline.files.switching import exchange, recover, switched

EVENTS = (
    "open",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.remove",
    "os.link",
    "ctypes.call_function",
)
OLD = {"a.txt": b"old", "deep/b.txt": b"old"}
NEW = {"a.txt": b"new", "deep/c.txt": b"new"}
THEIRS = {"theirs/x.gpkg": b"theirs"}


def fill(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def found(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def switch(folder: Path) -> None:
    with switched(folder, OLD) as beside:
        fill(beside, NEW)


def two_renames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switching, "exchange", lambda _one, _other: False)


@pytest.fixture(params=["in one step", "in two renames"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param == "in two renames":
        two_renames(monkeypatch)
    folder = tmp_path / "out" / "town"
    fill(folder, {**OLD, **THEIRS})
    return folder


def test_the_new_folder_has_what_is_new_and_what_others_wrote(place: Path) -> None:
    switch(place)
    assert found(place) == {**NEW, **THEIRS}
    assert list(place.parent.iterdir()) == [place]


def test_a_first_folder_is_put_where_there_was_none(tmp_path: Path) -> None:
    switch(tmp_path / "out" / "town")
    assert found(tmp_path / "out" / "town") == NEW


def test_a_fault_while_filling_changes_nothing(place: Path) -> None:
    def fail(beside: Path) -> None:
        fill(beside, NEW)
        raise OSError(28, "No space left on device")

    with pytest.raises(FileCannotBeWritten, match="No space left"), switched(place, OLD) as beside:
        fail(beside)
    assert found(place) == {**OLD, **THEIRS}
    assert list(place.parent.iterdir()) == [place]


def test_what_others_write_meanwhile_is_not_lost(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swap = switching.exchange

    def late(one: Path, other: Path) -> bool:
        fill(other, {"theirs/late.gpkg": b"late"})
        return swap(one, other)

    monkeypatch.setattr(switching, "exchange", late)
    switch(place)
    assert found(place) == {**NEW, **THEIRS, "theirs/late.gpkg": b"late"}


def killed_at(call: int, act: Callable[[], None]) -> bool:
    """Run something in a process of its own, killed at that call; say whether it was."""
    child = os.fork()
    if child == 0:
        left = [call]

        def count(event: str, _: object) -> None:
            if event in EVENTS or event.startswith("ctypes"):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            act()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_whenever_it_is_killed_the_folder_is_the_old_one_or_the_new_one(place: Path) -> None:
    seen = set()
    for call in range(1, 200):
        fill(place, {**OLD, **THEIRS})
        (place / "deep/c.txt").unlink(missing_ok=True)
        was_killed = killed_at(call, lambda: switch(place))
        if not place.exists():
            # Two renames leave a moment between them; whoever comes next brings it to its end.
            assert switching.exchange(place, place) is False
        recover(place)
        now = found(place)
        assert now in ({**OLD, **THEIRS}, {**NEW, **THEIRS}), call
        seen.add(now["a.txt"])
        if not was_killed:
            break
    assert call > 20
    assert seen == {b"old", b"new"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux exchanges two folders")
def test_where_the_system_can_there_is_no_moment_without_the_folder(tmp_path: Path) -> None:
    fill(tmp_path / "one", OLD)
    fill(tmp_path / "other", NEW)
    if not exchange(tmp_path / "one", tmp_path / "other"):
        pytest.skip("this file system does not exchange folders")
    assert found(tmp_path / "one") == NEW
    assert found(tmp_path / "other") == OLD
    assert not exchange(tmp_path / "one", tmp_path / "none")


def test_a_link_is_replaced_and_what_it_led_to_is_left_alone(tmp_path: Path) -> None:
    fill(tmp_path / "elsewhere", OLD)
    (tmp_path / "town").symlink_to(tmp_path / "elsewhere")
    switch(tmp_path / "town")
    assert found(tmp_path / "elsewhere") == OLD
    assert not (tmp_path / "town").is_symlink()
    assert found(tmp_path / "town") == NEW
