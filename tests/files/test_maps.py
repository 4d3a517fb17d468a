"""A packed map is unpacked only as far as a map would be."""

import bz2
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import FileIsDamaged
from pipeline.files.maps import must_be_whole

BEGIN, END = b"<osm version='0.6'>", b"</osm>"
PACKERS: dict[str, Callable[[bytes], bytes]] = {".osm.gz": gzip.compress, ".osm.bz2": bz2.compress}


@pytest.mark.parametrize("ending", PACKERS)
def test_a_packed_map_that_is_mostly_air_is_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"map{ending}"
    path.write_bytes(PACKERS[ending](BEGIN + b" " * 50_000_000 + END))
    with pytest.raises(FileIsDamaged, match="more than 200 times its size"):
        must_be_whole(path)


@pytest.mark.parametrize("ending", PACKERS)
def test_a_packed_map_of_the_usual_kind_is_let_in(tmp_path: Path, ending: str) -> None:
    nodes = b"".join(b"<node id='%d' lat='51.%d' lon='-3.%d'/>" % (n, n, n) for n in range(9999))
    path = tmp_path / f"map{ending}"
    path.write_bytes(PACKERS[ending](BEGIN + nodes + END))
    must_be_whole(path)


@pytest.mark.parametrize("ending", PACKERS)
def test_a_packed_map_that_is_cut_is_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"map{ending}"
    path.write_bytes(PACKERS[ending](BEGIN + bytes(range(256)) * 99 + END)[:-20])
    with pytest.raises(FileIsDamaged, match="cut short"):
        must_be_whole(path)
