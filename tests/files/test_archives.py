"""One file is taken out of a zip whole, under a plain name, or not at all."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import FileIsDamaged, FileIsMissing, FileIsNotAllowed
from pipeline.files import archives
from pipeline.files.archives import unpack_member

CONTENT = bytes(range(256)) * 9000


def archive_of(folder: Path, *names: str) -> Path:
    path = folder / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), CONTENT)
    return path


def test_a_large_file_comes_out_piece_by_piece(tmp_path: Path) -> None:
    path = archive_of(tmp_path, "Data/a.csv", "Data/b.csv")
    out = unpack_member(path, "Data/b.csv", tmp_path / "out")
    assert (out.name, out.read_bytes()) == ("unpacked-b.csv", CONTENT)


@pytest.mark.parametrize(
    "name", ["../../etc/out.csv", "/etc/out.csv", "a/..\\..\\out.csv", "a/-rf; out.csv"]
)
def test_no_name_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    out = unpack_member(archive_of(tmp_path, name), "*out.csv", tmp_path / "out")
    assert out.parent == tmp_path / "out"
    assert [path.name for path in (tmp_path / "out").iterdir()] == [out.name]
    assert " " not in out.name


def test_a_star_stands_for_anything_and_nothing_else_does(tmp_path: Path) -> None:
    path = archive_of(tmp_path, "osopenuprn_202510.csv", "versions.txt")
    assert unpack_member(path, "osopenuprn_*.csv", tmp_path / "out").read_bytes() == CONTENT
    for wanted in ("osopenuprn_......\\.csv", "osopenuprn_??????.csv", "*", "", "OSOPENUPRN_*.csv"):
        with pytest.raises(FileIsMissing, match="must fit one"):
            unpack_member(path, wanted, tmp_path / "out")


def test_what_unpacks_to_too_much_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive_of(tmp_path, "a.csv")
    monkeypatch.setattr(archives, "LARGEST_UNPACKED_BYTES", len(CONTENT) - 1)
    with pytest.raises(FileIsNotAllowed, match="unpacks to 2,304,000 bytes"):
        unpack_member(path, "a.csv", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def shorter(body: bytes) -> bytes:
    """Announce fewer bytes than there are, in both places where a zip does."""
    return body.replace(
        len(CONTENT).to_bytes(4, "little"), (len(CONTENT) - 9).to_bytes(4, "little")
    )


@pytest.mark.parametrize(
    "harm", [shorter, lambda body: body[:-40], lambda body: body[:2000], lambda _: b"PK\x03\x04"],
    ids=["lies about its length", "cut at its end", "cut", "no more than a beginning"],
)  # fmt: skip
def test_a_damaged_zip_leaves_no_file(harm: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = archive_of(tmp_path, "a.csv")
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(FileIsDamaged, match="fetch it again"):
        unpack_member(path, "a.csv", tmp_path / "out")
    assert not [*(tmp_path / "out").glob("*"), *(tmp_path / "out").glob(".*")]


def test_a_bit_changed_anywhere_is_an_error_or_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("a.csv"), CONTENT[:600])
    body = path.read_bytes()
    refused = 0
    for place in range(len(body)):
        path.write_bytes(body[:place] + bytes([body[place] ^ 1 << place % 8]) + body[place + 1 :])
        try:
            out = unpack_member(path, "a.csv", tmp_path / "out")
        except (FileIsDamaged, FileIsMissing, FileIsNotAllowed):
            refused += 1
        else:
            assert out.read_bytes() == CONTENT[:600]
            out.unlink()
        assert not list((tmp_path / "out").glob("*"))
    assert refused > 300
