"""Files from other people: what is refused, in which words, and what comes in clean."""

from __future__ import annotations

import random
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pipeline.errors import (
    FileIsDamaged,
    FileIsMissing,
    FileIsNotAllowed,
    PipelineError,
    PlaceIsElsewhere,
    SourceIsEmpty,
)
from pipeline.files import outside, vectors
from pipeline.files.vectors import must_lie_within, read_vector
from pipeline.files.workbooks import read_rows
from pipeline.text import clean_text

HOSTILE = Path(__file__).parent.parent / "hostile"
NEWPORT = shapely.box(320_000, 180_000, 340_000, 195_000)
OUTLINE = gpd.GeoSeries([NEWPORT], crs="EPSG:27700")

REFUSED = [
    ("vrt-dressed-as.geojson", FileIsNotAllowed, "a GDAL virtual file|it is not read"),
    ("vrt-behind-json.geojson", FileIsNotAllowed, "GDAL virtual file.*not read"),
    ("web-page.geojson", FileIsNotAllowed, "begins like a web page.*real .geojson"),
    ("cut.geojson", FileIsDamaged, "cut short.*line 1.*fetch it again"),
    ("nan-coordinate.geojson", FileIsDamaged, "holds NaN"),
    ("infinite-coordinate.geojson", FileIsDamaged, "feature 2 has coordinates that cannot be read"),
    ("null-geometry.geojson", FileIsDamaged, "feature 2 has no geometry .*mend or remove it"),
    ("empty-geometry.geojson", FileIsDamaged, "feature 2 has no geometry .so in 1 of 2"),
    ("short-coordinates.geojson", FileIsDamaged, "feature 2.*coordinates"),
    ("text-coordinates.geojson", FileIsDamaged, "feature 2.*number"),
    ("unknown-shape.geojson", FileIsDamaged, "feature 2.*‘Circle’; allowed are LineString"),
    ("open-ring.geojson", FileIsDamaged, "feature 2.*closed"),
    ("misspelt-feature.geojson", FileIsDamaged, "feature 2 is not a GeoJSON Feature"),
    ("metres-labelled-degrees.geojson", PlaceIsElsewhere, "331000.*look like metres"),
    ("degrees-labelled-metres.geojson", PlaceIsElsewhere, "EPSG:27700.*look like degrees"),
    ("unknown-system.geojson", FileIsDamaged, "‘Newport grid’ is not known; name one"),
    ("no-features.geojson", SourceIsEmpty, "holds no features"),
    ("topology.geojson", FileIsDamaged, "not a GeoJSON FeatureCollection; export"),
    ("list.json", FileIsNotAllowed, "begins like ‘\\[1,2,3\\]’"),
]


@pytest.mark.parametrize(("name", "error", "words"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_hostile_file_of_shapes_is_refused_with_its_name_and_what_to_do(
    name: str, error: type[PipelineError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        read_vector(HOSTILE / name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def town(count: int = 3) -> gpd.GeoDataFrame:
    points = shapely.points(330_000 + np.arange(count) * 10.0, 188_000.0)
    return gpd.GeoDataFrame(
        {"code": [f"W{n:03}" for n in range(count)], "n": np.arange(count) + 0.0},
        geometry=points,
        crs=27700,
    )


def test_shapes_come_in_flat_with_text_that_is_clean(tmp_path: Path) -> None:
    path = tmp_path / "town.gpkg"
    frame = town().assign(code=[" 007 ", "Pill\u202e", None])
    frame.geometry = shapely.force_3d(np.asarray(frame.geometry.array), 9.0)
    frame.to_file(path, layer="town")
    read = read_vector(path)
    assert read["code"].tolist() == ["007", "Pill", ""]
    assert read["n"].tolist() == ["0", "1", "2"]
    assert not read.has_z.any()
    assert read.crs.to_epsg() == 27700
    assert read.index.tolist() == [1, 2, 3]


def test_the_older_crs_member_of_geojson_is_honoured(tmp_path: Path) -> None:
    path = tmp_path / "town.geojson"
    frame = town()
    frame.to_file(path)
    assert "27700" in path.read_text()
    read = read_vector(path)
    assert read.crs.to_epsg() == 27700
    assert read.geometry.x.tolist() == frame.geometry.x.tolist()


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.95, 0.999])
@pytest.mark.parametrize("ending", [".gpkg", ".geojson"])
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, ending: str, share: float) -> None:
    path = tmp_path / f"town{ending}"
    town(500).to_file(path, layer="town")
    assert len(read_vector(path)) == 500
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises((FileIsDamaged, FileIsNotAllowed), match=re.escape(str(path))):
        read_vector(path)


def test_mutated_geojson_is_refused_or_whole_but_never_half(tmp_path: Path) -> None:
    path = tmp_path / "town.geojson"
    town(30).to_crs(4326).to_file(path)
    whole = path.read_bytes()
    chance = random.Random(11)
    accepted = 0
    for _ in range(300):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] = chance.randrange(1, 256)
        path.write_bytes(bytes(content))
        try:
            read = read_vector(path)
        except PipelineError:
            continue
        accepted += 1
        assert len(read) == 30
        assert np.isfinite(read.get_coordinates().to_numpy()).all()
    assert 0 < accepted < 300


def test_a_geopackage_without_a_system_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "town.gpkg"
    frame = town()
    frame.to_file(path, layer="town")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE gpkg_geometry_columns SET srs_id = -1")
        database.execute("UPDATE gpkg_contents SET srs_id = -1")
    database.close()
    with pytest.raises(FileIsDamaged, match=r"no coordinate reference system; save it with one"):
        read_vector(path)


def test_missing_shapes_are_told_by_their_number(tmp_path: Path) -> None:
    path = tmp_path / "town.gpkg"
    frame = town()
    frame.loc[1, "geometry"] = None
    frame.to_file(path, layer="town")
    with pytest.raises(FileIsDamaged, match=r"feature 2 has no geometry"):
        read_vector(path)


def test_several_layers_ask_which_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "town.gpkg"
    town().to_file(path, layer="sites")
    town(5).to_file(path, layer="gates")
    with pytest.raises(FileIsNotAllowed, match=r"several layers, .*‘gates’.*`layer`"):
        read_vector(path)
    assert len(read_vector(path, "gates")) == 5
    with pytest.raises(FileIsNotAllowed, match=r"no layer ‘doors’; it has .*‘sites’"):
        read_vector(path, "doors")


def test_too_many_vertices_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "MOST_VERTICES_IN_ONE", 100)
    path = tmp_path / "star.geojson"
    circle = shapely.Point(330_000, 188_000).buffer(50, quad_segs=64)
    gpd.GeoDataFrame(geometry=[circle], crs=27700).to_file(path)
    with pytest.raises(FileIsDamaged, match=r"feature 1 has 257 vertices; allowed are 100"):
        read_vector(path)


def test_links_folders_devices_and_large_files_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tmp_path / "real.geojson"
    town().to_crs(4326).to_file(real)
    link = tmp_path / "link.geojson"
    link.symlink_to(real)
    folder = tmp_path / "folder.geojson"
    folder.mkdir()
    for path, words in ((link, "symbolic link"), (folder, "not a plain file")):
        with pytest.raises(FileIsNotAllowed, match=words):
            read_vector(path)
    with pytest.raises(FileIsMissing, match=r"no such file"):
        read_vector(tmp_path / "none.geojson")
    with pytest.raises(FileIsNotAllowed, match=r"ends in .geojson, .json, .gpkg"):
        read_vector(tmp_path / "town.vrt")
    monkeypatch.setattr(outside, "LARGEST_OTHER_BYTES", 100)
    with pytest.raises(FileIsNotAllowed, match=r"at most 100 are read"):
        read_vector(real)


def test_gdal_never_learns_of_the_virtual_format() -> None:
    words = "from pipeline.files import vectors; import pyogrio; print(*pyogrio.list_drivers())"
    run = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert "OGR_VRT" not in run.stdout
    assert "GPKG" in run.stdout
    assert run.stderr == ""


def test_swapped_columns_are_called_swapped() -> None:
    frame = read_vector(HOSTILE / "swapped-axes.geojson")
    with pytest.raises(PlaceIsElsewhere, match=r"columns look swapped in 1 rows .*‘2’.*Swap them"):
        must_lie_within(frame, OUTLINE, Path("swapped-axes.geojson"), least_share=0)


def test_rows_far_away_are_counted_or_refused_by_share() -> None:
    frame = town(4)
    frame.loc[3, "geometry"] = shapely.Point(530_000, 180_000)
    inside = must_lie_within(frame, OUTLINE, Path("town.gpkg"), least_share=0.7)
    assert inside.tolist() == [True, True, True, False]
    with pytest.raises(PlaceIsElsewhere, match=r"1 of 4 rows lie outside.*‘3’.*95% must"):
        must_lie_within(frame, OUTLINE, Path("town.gpkg"))


def test_a_national_file_needs_but_one_row_in_the_district() -> None:
    frame = town(4)
    frame.geometry = [shapely.Point(530_000, 180_000 + n) for n in range(4)]
    with pytest.raises(PlaceIsElsewhere, match=r"4 of 4 rows lie outside"):
        must_lie_within(frame, OUTLINE, Path("town.gpkg"), least_share=0)


def test_text_loses_what_cannot_be_seen_and_keeps_what_can() -> None:
    assert clean_text("Caffi\u0302\u200b  Y\tWê\x00n \u2028🌳") == "Caffî Y Wên 🌳"
    assert clean_text("\ud800x") == "x"
    assert len(clean_text("a" * 5000)) == 200
    assert clean_text("a" * 5000).endswith("…")
    assert clean_text(None) == ""


def test_hostile_names_come_in_as_the_text_they_are() -> None:
    names = read_rows(HOSTILE / "hostile-names.csv")[1].tolist()
    assert names[1] == "{{ cycler.__init__.__globals__.os.mkdir(1) }}"
    assert names[2] == "<img src=x onerror=alert(1)>${7*7}`x`"
    assert names[3] == "gnol[2J 🌳"
