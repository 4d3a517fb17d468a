"""A few files kept as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import FileIsDamaged, FileIsMissing
from pipeline.files.bundles import read_bundle, write_bundle

MEMBERS = {"b.svg": b"<svg/>", "a.png": bytes(range(256)) * 9}


def test_what_is_written_is_read_again_and_the_bytes_do_not_depend_on_order(
    tmp_path: Path,
) -> None:
    write_bundle(MEMBERS, tmp_path / "one.zip")
    write_bundle(dict(reversed(MEMBERS.items())), tmp_path / "two.zip")
    assert read_bundle(tmp_path / "one.zip") == MEMBERS
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_one_that_is_missing_cut_or_changed_is_told(tmp_path: Path) -> None:
    path = tmp_path / "one.zip"
    with pytest.raises(FileIsMissing, match="is not there"):
        read_bundle(path)
    write_bundle(MEMBERS, path)
    whole = path.read_bytes()
    for spoilt in (b"", whole[:100], whole.replace(b"<svg/>", b"<gvs/>", 1)):
        path.write_bytes(spoilt)
        with pytest.raises(FileIsDamaged, match="remove it and run make again"):
            read_bundle(path)
