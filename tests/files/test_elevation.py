"""Heights come out of zips, ASCII grids and GeoTIFFs as they are; what is none stops in words."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio
from pydantic import TypeAdapter
from rasterio.transform import from_origin

from pipeline.config import ElevationTable, NationalTable
from pipeline.errors import (
    FileIsDamaged,
    FileIsNotAllowed,
    PipelineError,
    PlaceIsElsewhere,
    SourceIsEmpty,
)
from pipeline.files import archives
from pipeline.files.archives import pack_folder
from pipeline.files.elevation import SURFACE, read_catalogue, read_heights
from pipeline.files.tiles import ELEVATION_ENDINGS
from pipeline.heights import Heights

BNG = "EPSG:27700"
BOX = (331_500.0, 188_500.0, 332_500.0, 189_500.0)


def table_of(heights_of: str = "ground", crs: str = BNG) -> ElevationTable:
    values = {
        "kind": "elevation", "title": "Heights", "publisher": "OS", "licence": "OGL-UK-3.0",
        "attribution": "OS", "date": "2026-01-01", "crs": crs, "heights_of": heights_of,
    }  # fmt: skip
    found = TypeAdapter(NationalTable).validate_json(json.dumps(values))
    assert isinstance(found, ElevationTable)
    return found


TABLE = table_of()


def height_at(x: Any, y: Any) -> Any:  # noqa: ANN401
    """Return the height of a plane that leans to the east and north."""
    return np.round((np.asarray(x) - 330_000) * 0.02 + (np.asarray(y) - 185_000) * 0.01, 1)


def grid(west: int, south: int, cells: int = 60, cell: int = 50, nodata: str = "") -> str:
    """Write the plane as an ASCII grid."""
    steps = np.arange(cells) * cell + cell / 2
    x, y = np.meshgrid(west + steps, south + steps[::-1])
    rows = "\n".join(" ".join(map(str, row)) for row in height_at(x, y).tolist())
    return (
        f"ncols {cells}\nnrows {cells}\nxllcorner {west}\nyllcorner {south}\ncellsize {cell}\n"
        f"{nodata}{rows}\n"
    )


def zipped(*members: tuple[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def tiff(path: Path, values: Any, west: float, north: float, cell: float, **how: Any) -> Path:  # noqa: ANN401
    """Write a GeoTIFF; `how` says what is odd about it."""
    bands = values if values.ndim == 3 else values[None]
    units = how.pop("units", None)
    settings = {"crs": BNG, "dtype": "float32", "nodata": None} | how
    with rasterio.open(
        path, "w", driver="GTiff", count=len(bands), height=bands.shape[1], width=bands.shape[2],
        transform=from_origin(west, north, cell, cell), **settings,
    ) as file:  # fmt: skip
        file.write(bands.astype(settings["dtype"]))
        if units:
            file.units = [units]
    return path


def known(heights: Heights) -> tuple[Any, Any, Any]:
    """Return the middles of known cells and their heights."""
    rows, columns = np.nonzero(np.isfinite(heights.metres))
    x = heights.west + (columns + 0.5) * heights.cell_m
    y = heights.north - (rows + 0.5) * heights.cell_m
    return x, y, heights.metres[rows, columns]


def covers(heights: Heights) -> bool:
    """Tell whether heights are known of every cell in the box."""
    rows, columns = heights.metres.shape
    x = heights.west + (np.arange(columns) + 0.5) * heights.cell_m
    y = heights.north - (np.arange(rows) + 0.5) * heights.cell_m
    inside = np.ix_((y > BOX[1]) & (y < BOX[3]), (x > BOX[0]) & (x < BOX[2]))
    found = heights.metres[inside]
    return found.size > 1000**2 / heights.cell_m**2 * 0.9 and bool(np.isfinite(found).all())


def test_tiles_in_zips_in_a_zip_come_out_on_one_grid_to_the_digit(tmp_path: Path) -> None:
    path = tmp_path / "terr50.zip"
    near = [
        (f"data/st/st{n}.zip", zipped((f"ST{n}.asc", grid(w, s)), ("ST.xml", "<odd/>")))
        for n, (w, s) in enumerate(
            [(329_000, 186_000), (332_000, 186_000), (329_000, 189_000), (332_000, 189_000)]
        )
    ]
    far = ("data/nn/nn1.zip", zipped(("NN1.asc", grid(210_000, 710_000))))
    path.write_bytes(zipped(("readme.txt", "tiles"), far, *near))
    assert len(read_catalogue(path, TABLE)) == 5
    heights = read_heights(path, TABLE, BNG, BOX)
    x, y, found = known(heights)
    assert found.tolist() == height_at(x, y).tolist()
    assert heights.cell_m == 50
    assert covers(heights)
    assert heights.caveats == ()


@pytest.mark.parametrize(
    ("name", "is_here"),
    [("st/ST38", True), ("st/st37", False), ("SU/su38", False), ("tq/tq38", False)],
)
def test_a_tile_of_the_country_is_unpacked_only_if_its_name_says_that_it_is_near(
    name: str, *, is_here: bool, tmp_path: Path
) -> None:
    # ST38 is the square from 330,000 east and 180,000 north. What others hold is never looked at.
    path = tmp_path / "terr50.zip"
    tile = zipped(("tile.asc", grid(330_000, 187_000)))
    path.write_bytes(zipped((f"data/{name}_OST50GRID_20260101.zip", tile)))
    if is_here:
        assert covers(read_heights(path, TABLE, BNG, BOX))
    else:
        with pytest.raises(PlaceIsElsewhere):
            read_heights(path, TABLE, BNG, BOX)


def test_a_folder_of_tiles_is_packed_and_read_like_a_zip_of_them(tmp_path: Path) -> None:
    folder = tmp_path / "terrain50" / "st"
    folder.mkdir(parents=True)
    (folder / "st18.zip").write_bytes(zipped(("ST18.asc", grid(330_000, 187_000))))
    (folder / "notes.txt").write_text("not a tile")
    (tmp_path / "terrain50" / "ST19.asc").write_text(grid(333_000, 187_000))
    packed = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for path in packed:
        pack_folder(tmp_path / "terrain50", ELEVATION_ENDINGS, path)
    assert packed[0].read_bytes() == packed[1].read_bytes()
    catalogue = read_catalogue(packed[0], TABLE)
    assert catalogue["west"].tolist() == [333_000, 330_000]
    assert set(catalogue["crs"]) == {BNG}
    assert covers(read_heights(packed[0], TABLE, BNG, BOX))


def test_an_ascii_grid_and_a_geotiff_say_the_same(tmp_path: Path) -> None:
    text = tmp_path / "st18.asc"
    text.write_text(grid(330_000, 187_000))
    steps = np.arange(60) * 50 + 25
    x, y = np.meshgrid(330_000 + steps, 187_000 + steps[::-1])
    raster = tiff(tmp_path / "st18.tif", height_at(x, y), 330_000, 190_000, 50, dtype="float64")
    one, other = (read_heights(path, TABLE, BNG, BOX) for path in (text, raster))
    assert np.array_equal(one.metres, other.metres, equal_nan=True)
    assert (one.west, one.north) == (other.west, other.north)


def test_a_geotiff_in_degrees_is_turned_into_the_metres_of_the_district(tmp_path: Path) -> None:
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", BNG, always_xy=True)
    step = 1 / 3600
    lon, lat = np.meshgrid(-3.05 + (np.arange(400) + 0.5) * step, 51.65 - (np.arange(300) + 0.5)
                           * step)  # fmt: skip
    x, y = to_metres.transform(lon, lat)
    path = tiff(tmp_path / "dem.tif", height_at(x, y), -3.05, 51.65, step, crs="EPSG:4326")
    heights = read_heights(path, table_of("surface", "EPSG:4326"), BNG, BOX)
    assert covers(heights)
    assert 15 <= heights.cell_m <= 35
    x, y, found = known(heights)
    assert np.abs(found - height_at(x, y)).max() < 0.2
    assert heights.caveats == (SURFACE,)


def test_what_a_raster_says_it_does_not_know_is_unknown(tmp_path: Path) -> None:
    values = np.full((60, 60), 20.0)
    values[20:40, 20:40] = -9999
    path = tiff(tmp_path / "gap.tif", values, 330_000, 190_000, 50, nodata=-9999)
    heights = read_heights(path, TABLE, BNG, BOX)
    assert np.isnan(heights.metres).any()
    assert set(known(heights)[2]) == {20.0}
    text = tmp_path / "gap.asc"
    text.write_text(grid(330_000, 187_000, nodata="NODATA_value 40\n"))
    assert 40 not in known(read_heights(text, TABLE, BNG, BOX))[2]


# --- what is no elevation data -------------------------------------------------------------------


def _text(content: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / "odd.asc"
        path.write_text(content)
        return path

    return write


def _zip(content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / "odd.zip"
        path.write_bytes(content)
        return path

    return write


def _tiff(values: Any = None, cell: float = 50, **how: Any) -> Callable[[Path], Path]:  # noqa: ANN401
    flat = np.full((60, 60), 20.0) if values is None else values
    return lambda folder: tiff(folder / "odd.tif", flat, 330_000, 190_000, cell, **how)


def _cut_tiff(folder: Path) -> Path:
    path = _tiff(np.random.default_rng(1).uniform(0, 90, (60, 60)))(folder)
    path.write_bytes(path.read_bytes()[:4000])
    return path


def _without_place(folder: Path) -> Path:
    path = folder / "odd.tif"
    with (
        pytest.warns(rasterio.errors.NotGeoreferencedWarning),
        rasterio.open(path, "w", driver="GTiff", count=1, height=9, width=9, dtype="int16") as file,
    ):
        file.write(np.zeros((1, 9, 9), dtype=np.int16))
    return path


def _not_a_tiff(folder: Path) -> Path:
    path = folder / "odd.tif"
    path.write_text("<VRTDataset><SourceFilename>/etc/passwd</SourceFilename></VRTDataset>")
    return path


def _link(folder: Path) -> Path:
    path = folder / "odd.tif"
    path.symlink_to(_tiff()(folder).rename(folder / "real.tif"))
    return path


GRID = grid(330_000, 187_000)
WHOLE = zipped(("a.asc", GRID))
HOSTILE: dict[str, tuple[Callable[[Path], Path], type[PipelineError], str]] = {
    "no system": (_tiff(crs=None), FileIsDamaged, "has no coordinate reference system"),
    "no place": (_without_place, FileIsDamaged, "does not say where on the ground it lies"),
    "two bands": (_tiff(np.zeros((2, 60, 60))), FileIsNotAllowed, "has 2 bands"),
    "complex": (_tiff(dtype="complex64"), FileIsNotAllowed, "bands of complex64"),
    "feet": (_tiff(units="feet"), FileIsNotAllowed, "heights in ‘feet’; give them in metres"),
    "cut": (_cut_tiff, FileIsDamaged, "cannot be read as a raster"),
    "a virtual file": (_not_a_tiff, FileIsNotAllowed, "is not what its ending says"),
    "a link": (_link, FileIsNotAllowed, "is a symbolic link"),
    "a sign for unknown": (
        _tiff(np.full((60, 60), -32768.0)),
        FileIsDamaged,
        "holds a height of -32,768 m; .* save the raster with it as nodata",
    ),
    "infinite": (_text(GRID.replace(" 70.8 ", " inf ")), FileIsDamaged, "a height of inf m"),
    "elsewhere": (
        _text(grid(430_000, 187_000)),
        PlaceIsElsewhere,
        "none of its rasters lies where the district lies",
    ),
    "its system wrong": (
        _tiff(cell=0.01, crs="EPSG:3857"),
        PlaceIsElsewhere,
        "none of its rasters lies where the district lies",
    ),
    "cut text": (
        _text(GRID[: len(GRID) // 2]),
        FileIsDamaged,
        r"holds 1,\d\d\d heights and says it holds 3,600; it is cut short",
    ),
    "a word": (
        _text(GRID.replace(" 70.8 ", " sea ", 1)),
        FileIsDamaged,
        "‘sea’ stands where a height should",
    ),
    "a wrong head": (
        _text(GRID.replace("nrows 60", "nrows sixty")),
        FileIsDamaged,
        "its head must give ncols and nrows as whole numbers",
    ),
    "no size": (_text(GRID.replace("cellsize 50\n", "")), FileIsDamaged, "cannot be read"),
    "a web page": (_text("<!doctype html>"), FileIsNotAllowed, "begins like a web page"),
    "a cut zip": (_zip(WHOLE[:-200]), FileIsDamaged, "is cut short or is no zip"),
    "a spoilt zip": (
        _zip(WHOLE[:99] + bytes(9) + WHOLE[108:]),
        FileIsDamaged,
        "is cut short or is no zip",
    ),
    "zips in zips in zips": (
        _zip(zipped(("b.zip", zipped(("c.zip", WHOLE))))),
        FileIsNotAllowed,
        "‘b.zip’ holds the zip ‘c.zip’",
    ),
    "a bomb": (
        _zip(zipped(("a.asc", bytes(archives.LARGEST_MEMBER_BYTES + 1)))),
        FileIsNotAllowed,
        "‘a.asc’ unpacks to 200,000,001 bytes",
    ),
    "nothing in it": (_zip(zipped(("readme.txt", "x"))), SourceIsEmpty, "holds no raster"),
    "two that disagree": (
        _zip(zipped(("a.asc", GRID), ("b.asc", GRID.replace(" 60.", " 90.")))),
        PlaceIsElsewhere,
        "‘b.asc’: is up to 30 m higher or lower than another raster",
    ),
    "cells too small": (
        _tiff(np.zeros((60, 60)), cell=0.2),
        FileIsNotAllowed,
        "has cells of 0.2 m, and .* Give it with larger cells",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_no_elevation_data_stops_in_words(case: str, tmp_path: Path) -> None:
    write, error, words = HOSTILE[case]
    path = write(tmp_path)
    box = (330_001.0, 189_990.0, 330_009.0, 189_999.0) if case == "cells too small" else BOX

    def read() -> Heights:
        read_catalogue(path, TABLE)
        return read_heights(path, TABLE, BNG, box)

    with pytest.raises(error, match=words) as caught:
        read()
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_more_files_than_any_country_has_tiles_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 3)
    path = _zip(zipped(*((f"{n}.asc", GRID) for n in range(4))))(tmp_path)
    monkeypatch.setattr(archives._Budget.__init__, "__defaults__", (3, 10**9))
    with pytest.raises(FileIsNotAllowed, match=r"holds more than 3 files"):
        read_catalogue(path, TABLE)


def test_a_folder_with_nothing_or_a_link_in_it_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "tiles"
    folder.mkdir()
    with pytest.raises(SourceIsEmpty, match="tiles: holds no file that ends in"):
        pack_folder(folder, ELEVATION_ENDINGS, tmp_path / "out.zip")
    (tmp_path / "real.asc").write_text(GRID)
    (folder / "a.asc").symlink_to(tmp_path / "real.asc")
    with pytest.raises(FileIsNotAllowed, match=r"a.asc: is a symbolic link"):
        pack_folder(folder, ELEVATION_ENDINGS, tmp_path / "out.zip")
