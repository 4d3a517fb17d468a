"""Hostile inputs through the command itself: one sentence, exit 1, and nothing else happens.

Each row of the tables below is a fault: what is spoilt, the step that notices it, and what its
sentence must hold. Files that need no making lie in `tests/hostile`.
"""

from __future__ import annotations

import bz2
import gzip
import http.server
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline.__main__ import main
from pipeline.files.maps import _fields
from tests import tiny
from tests.hostile_texts import MARK
from tests.tiny import CODES, EAST, NORTH, ROOT, Project, choices, write_inputs, write_map
from tests.whole import built_hostile

HOSTILE = Path(__file__).parent / "hostile"
STUDY = ROOT / "config/study.yaml"
CHAIN = ("fetch", "neighbourhoods", "osm", "assets")


class Place:
    """A tiny district, and its first four steps as the Makefile calls them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inputs = folder / "inputs"
        self.raw = folder / "data/raw/tiny"
        self.made = folder / "data/interim/tiny"
        self.study = folder / "study.yaml"
        self.district = folder / "districts/tiny.yaml"

    def lay_out(self) -> None:
        """Write raw files and choices, and take every step once."""
        write_inputs(self.inputs)
        shutil.copy(STUDY, self.study)
        self.district.parent.mkdir()
        self.choose(lambda _: None)
        self.made.mkdir(parents=True, exist_ok=True)
        (self.made / "field_checks.json").write_text("{}")
        for name, kind in (("rules", "categories"), ("national", "national")):
            found = sorted((ROOT / "config" / kind).glob("*.yaml"))
            assert run(name, *found, "--out", self.made.parent / f"{name}.json") == 0
        for step in CHAIN:
            assert run(*self.arguments(step)) == 0

    def choose(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Write the district's file, changed."""
        values = choices()
        change(values)
        self.district.write_text(json.dumps(values))

    def replace(self, name: str, content: str | bytes) -> None:
        """Write an input."""
        path = self.inputs / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def give(self, key: str, name: str) -> None:
        """Let the district name another file for an input."""

        def change(values: dict[str, Any]) -> None:
            areas, layers = values["neighbourhoods"], values["layers"]
            entry = values[key] if key in values else (areas if key in areas else layers)[key]
            entry["at"] = {"file": name}

        self.choose(change)

    def arguments(self, step: str) -> list[str]:
        """Return the arguments of a step."""
        national, manifest = self.made.parent / "national.json", self.raw / "manifest.json"
        areas, features = self.made / "neighbourhoods.parquet", self.made / "features.parquet"
        inputs, outputs = {
            "fetch": ((self.district, national), (manifest,)),
            "neighbourhoods": ((self.district, national, manifest), (areas,)),
            "osm": (
                (self.study, self.district, manifest, areas),
                (features, self.made / "streets.parquet", self.made / "coverage.parquet"),
            ),
            "assets": (
                (self.study, self.made.parent / "rules.json", national, self.district, manifest,
                 areas, features, self.made / "field_checks.json"),
                tuple(self.made / f"{table}.parquet" for table in
                      ("assets", "access_points", "set_aside", "records", "ambiguous")),
            ),
        }[step]  # fmt: skip
        return [step, *map(str, inputs), "--out", *map(str, outputs)]

    def state(self) -> dict[str, bytes]:
        """Return every byte under the folder of data."""
        found = (path for path in (self.folder / "data").rglob("*") if path.is_file())
        return {str(p): p.read_bytes() for p in found if not p.name.endswith(".lock")}


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("place") / "place")
    place.lay_out()
    return place


@pytest.fixture
def place(laid_out: Place, tmp_path: Path) -> Place:
    shutil.copytree(laid_out.folder, tmp_path / "place")
    return Place(tmp_path / "place")


def must_stop(place: Place, capsys: pytest.CaptureFixture[str], step: str, words: str) -> str:
    """Take steps up to one that must stop, and hold its sentence against what it must say."""
    if step != "fetch":  # what is hostile is fetched for the first time
        (place.folder / "data/raw/tiny/manifest.json").unlink()
    for earlier in CHAIN[: CHAIN.index(step)]:
        assert run(*place.arguments(earlier)) == 0, capsys.readouterr().err
    capsys.readouterr()
    before = place.state()
    code = run(*place.arguments(step))
    said = capsys.readouterr().err
    lines = [line for line in said.splitlines() if not line.endswith(" …")]
    assert code == 1, f"accepted: {said}"
    assert len(lines) == 1, said
    sentence = lines[0]
    assert sentence.startswith("✗ ")
    assert "Traceback" not in said
    assert "a fault of this program" not in sentence
    assert re.search(words, sentence), sentence
    assert all(character.isprintable() for character in sentence)
    assert place.state() == before
    return sentence


Spoil = Callable[[Place], object]
Row = tuple[str, Spoil, str, str]


def _file(name: str, of: str | None = None) -> Spoil:
    """Give a named hostile file in the place of an input."""

    def spoil(place: Place) -> None:
        target = {".csv": "people.csv", ".geojson": "areas.geojson"}[Path(name).suffix]
        shutil.copy(HOSTILE / name, place.inputs / (of or target))
        if target.endswith(".geojson"):
            place.give("boundaries", "../inputs/areas.geojson")

    return spoil


def _write(name: str, content: str | bytes) -> Spoil:
    return lambda place: place.replace(name, content)


def _give(key: str, name: str) -> Spoil:
    return lambda place: place.give(key, name)


def _cut(name: str, share: float) -> Spoil:
    def spoil(place: Place) -> None:
        content = (place.inputs / name).read_bytes()
        place.replace(name, content[: int(len(content) * share)])

    return spoil


def _areas(change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame | None]) -> Spoil:
    def spoil(place: Place) -> None:
        path = place.inputs / "areas.gpkg"
        frame = gpd.read_file(path)
        changed = change(frame)
        path.unlink()
        (frame if changed is None else changed).to_file(path, layer="areas")

    return spoil


def _text(name: str, old: str, new: str) -> Spoil:
    def spoil(place: Place) -> None:
        text = (place.inputs / name).read_text()
        assert old in text
        place.replace(name, text.replace(old, new))

    return spoil


def _shape(number: int, shape: shapely.Geometry) -> Spoil:
    def change(frame: gpd.GeoDataFrame) -> None:
        frame.loc[number, "geometry"] = shape

    return _areas(change)


def _square(x: float, y: float, size: float = 500.0) -> shapely.Polygon:
    return shapely.box(EAST + x, NORTH + y, EAST + x + size, NORTH + y + size)


def _as_of_2011(place: Place) -> None:
    _areas(lambda frame: frame.rename(columns={"LSOA21CD": "LSOA11CD", "LSOA21NM": "LSOA11NM"}))(
        place
    )
    place.choose(lambda c: c["neighbourhoods"]["boundaries"].update(table="lsoa_2011"))


BOWTIE = shapely.Polygon(
    [(EAST + x, NORTH + y) for x, y in ((500, 0), (1000, 500), (1000, 0), (500, 500))]
)


# --- files ---------------------------------------------------------------------------------------

CODE = "neighbourhoods"
RANGE = "deprivation.csv: row 3: the .* must be from 1 to"
FILES: list[Row] = [
    # Other things than their name says.
    ("a VRT as GeoJSON", _file("vrt-dressed-as.geojson"), "fetch", "areas.geojson: .*virtual file"),
    ("a VRT behind JSON", _file("vrt-behind-json.geojson"), "fetch", "virtual file"),
    ("a web page as GeoJSON", _file("web-page.geojson"), "fetch", "begins like a web page"),
    ("a web page as CSV", _file("web-page.csv"), "fetch", "people.csv: .* a web page"),
    ("a web page as PBF", _write("map.osm.pbf", "<!doctype html><html></html>"), "fetch",
     "map.osm.pbf: is cut short or is not OpenStreetMap data .no block begins at byte 0"),
    ("a pointer to a file", _file("pointer.csv"), "fetch", "not downloaded"),
    ("the password file", _give("people", "../../../../../../../../etc/passwd"), "fetch",
     r"etc/passwd: files of this kind are not read here; give one that ends in \.geojson"),
    ("a path of GDAL", _give("boundaries", "/vsicurl/http://127.0.0.1:9/a.geojson"), "fetch",
     "a.geojson: there is no such file"),
    ("an address", _give("people", "http://127.0.0.1:9/a.csv"), "fetch", "on the web"),
    ("a path of a database", _give("boundaries", "PG:dbname=x.gpkg"), "fetch", "no such file"),
    ("a device", _give("people", "/dev/zero"), "fetch", "files of this kind are not read"),
    ("a file inside a zip", _give("boundaries", "/vsizip/x.zip/a.geojson"), "fetch", "no such"),
    # Places and shapes.
    ("degrees called metres", _file("degrees-labelled-metres.geojson"), "fetch", "look like deg"),
    ("metres called degrees", _file("metres-labelled-degrees.geojson"), "fetch", "like metres"),
    ("an unknown system", _file("unknown-system.geojson"), "fetch", "‘Newport grid’ is not known"),
    ("NaN", _file("nan-coordinate.geojson"), "fetch", "areas.geojson: .*NaN"),
    ("infinity", _file("infinite-coordinate.geojson"), "fetch", "feature 2"),
    ("text for coordinates", _file("text-coordinates.geojson"), "fetch", "feature 2"),
    ("no shape", _file("null-geometry.geojson"), "fetch", "feature 2 has no geometry"),
    ("an empty shape", _file("empty-geometry.geojson"), "fetch", "feature 2 has no geometry"),
    ("an open ring", _file("open-ring.geojson"), "fetch", "feature 2"),
    ("a point for an area", _shape(1, shapely.Point(EAST, NORTH)), "fetch", "1 features are"),
    ("a bowtie", _shape(1, BOWTIE), CODE, rf"boundaries.gpkg: .*‘{CODES[1]}’ crosses itself"),
    ("areas that overlap", _shape(1, _square(200, 0)), CODE, rf"{CODES[0]}.*{CODES[1]}|overlap"),
    ("another place's boundaries", _areas(lambda f: f.set_crs(3857, allow_override=True)), CODE,
     "boundaries.gpkg: .*EPSG:3857.*outside.*EPSG:27700 holds: give the true"),
    # Codes and counts.
    ("a doubled code", _areas(lambda f: f.assign(LSOA21CD=CODES[0])), CODE, f"‘{CODES[0]}’"),
    ("a code without people", _text("people.csv", CODES[1], "E01099899"), CODE,
     rf"people.csv.*{CODES[1]}|{CODES[1]}.*people.csv"),
    ("boundaries of 2011 with ranks of 2025",
     _as_of_2011, CODE, "LSOA 2011"),
    ("a path for a code", _text("people.csv", CODES[1], "../../x"), "fetch", "x’ is no code"),
    ("fewer than nobody", _text("people.csv", '"40"', '"-40"'), "fetch", "row 3 counts -40 people"),
    ("no count", _text("people.csv", '"40"', '""'), "fetch", "row 3.*‘’ is not a number"),
    ("not a count", _text("people.csv", '"40"', '"1e3"'), "fetch", "row 3.*‘1e3’ is not a number"),
    ("NaN people", _text("people.csv", '"40"', '"nan"'), "fetch", "row 3.*‘nan’ is not a number"),
    ("endless people", _text("people.csv", '"40"', '"' + "9" * 400 + '"'), "fetch", "row 3"),
    ("a rank of nobody", _text("ranks.csv", '"33000"', '"0"'), CODE, RANGE),
    ("a rank beyond all", _text("ranks.csv", '"33000"', '"33756"'), CODE, RANGE),
    ("a decile that is none", _text("ranks.csv", '"10"', '"11"'), CODE, RANGE),
    # Cut short.
    *[
        (f"GeoPackage cut at {share}", _cut("areas.gpkg", share), "fetch", "areas.gpkg: .*cut sh")
        for share in (0.1, 0.5, 0.99)
    ],
    *[
        (f"PBF cut at {share}", _cut("map.osm.pbf", share), "fetch", "map.osm.pbf: is cut sh")
        for share in (0.02, 0.3, 0.5, 0.8, 0.99)
    ],
    ("CSV cut in a cell", _cut("people.csv", 0.97), "fetch", "people.csv: row 3"),
    ("CSV cut in a row", _cut("ranks.csv", 0.9), "fetch", "ranks.csv: row 3"),
    ("CSV cut after its headings", _cut("people.csv", 0.42), "fetch", "people.csv"),
    ("an empty CSV", _write("people.csv", ""), "fetch", "people.csv: is empty"),
    ("NUL bytes", _file("nul.csv"), "fetch", "NUL"),
    # Maps.
    ("the map of another place", lambda p: write_map(p.inputs / "map.osm.pbf", shift=90_000),
     "osm", "holds no street within .* of the district; is it the extract of another place"),
]  # fmt: skip


@pytest.mark.parametrize("row", FILES, ids=[row[0] for row in FILES])
def test_a_hostile_file_is_told_in_one_sentence(
    place: Place, capsys: pytest.CaptureFixture[str], row: Row
) -> None:
    _, spoil, step, words = row
    spoil(place)
    must_stop(place, capsys, step, words)


# --- maps ----------------------------------------------------------------------------------------


def _map(name: str, content: str | bytes) -> Spoil:
    def spoil(place: Place) -> None:
        place.replace(name, content)
        place.give("openstreetmap", f"../inputs/{name}")

    return spoil


def _xml(body: str, head: str = "<?xml version='1.0'?>") -> str:
    return f"{head}\n<osm version='0.6'>{body}</osm>\n"


def _as(ending: str, pack: Callable[[bytes], bytes], share: float) -> Spoil:
    """Write the map in another format and cut it."""

    def spoil(place: Place) -> None:
        plain = place.inputs / "plain.osm"
        write_map(plain)
        packed = pack(plain.read_bytes())
        _map(f"map{ending}", packed[: int(len(packed) * share)])(place)

    return spoil


def _twice(pattern: str) -> Spoil:
    """Write the map as text with a part of it standing there twice."""

    def spoil(place: Place) -> None:
        plain = place.inputs / "plain.osm"
        write_map(plain)
        text = plain.read_text()
        found = re.search(pattern, text, re.DOTALL)
        assert found
        _map("map.osm", text.replace(found[0], found[0] * 2, 1))(place)

    return spoil


ENTITIES = "<?xml version='1.0'?><!DOCTYPE osm [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]>"


def _unsorted(place: Place) -> None:
    plain = place.inputs / "plain.osm"
    write_map(plain)
    text = plain.read_text()
    nodes = re.findall(r"<node.*?(?:/>\n|</node>\n)", text, re.DOTALL)
    rest = text
    for node in nodes:
        rest = rest.replace(node, "", 1)
    _map("map.osm", rest.replace("</osm>", "".join(nodes) + "</osm>"))(place)


CUT = r"map\.osm(\.gz|\.bz2|\.pbf)?: is cut short or is not OpenStreetMap data.*; fetch it again"
MAPS: list[Row] = [
    ("an empty map", _map("map.osm", _xml("")), "osm", "holds no tagged way; it is empty"),
    ("entities", _map("map.osm", _xml("<note>&b;</note>", ENTITIES)), "fetch", "DOCTYPE or ENTITY"),
    ("entities far below", _map("map.osm", _xml("", "<?xml version='1.0'?>" + " " * 70_000
     + ENTITIES[21:])), "osm", "map.osm|openstreetmap.osm"),
    ("XML that is no map", _map("map.osm", "<?xml version='1.0'?><gpx></gpx>"), "fetch", CUT),
    ("XML cut short", _as(".osm", bytes, 0.6), "fetch", CUT),
    ("gzip cut short", _as(".osm.gz", gzip.compress, 0.6), "fetch", CUT),
    ("gzip cut at its end", _as(".osm.gz", gzip.compress, 0.999), "fetch", CUT),
    ("bzip2 cut short", _as(".osm.bz2", bz2.compress, 0.9), "fetch", CUT),
    ("gzip that is none", _map("map.osm.gz", b"\x1f\x8bnonsense"), "fetch", CUT),
    ("XML within XML", _map("map.osm", _xml("<osm><gpx></gpx></osm>")), "osm", "cannot be read as"),
    ("ways without places", _map("map.osm", _xml(
        "<way id='1'><nd ref='1'/><nd ref='2'/><tag k='highway' v='path'/></way>")), "osm",
     "openstreetmap.osm"),
    ("a place beyond the globe", _map("map.osm", _xml(
        "<node id='1' lat='999' lon='0'/><node id='2' lat='nan' lon='inf'/>"
        "<way id='1'><nd ref='1'/><nd ref='2'/><tag k='highway' v='path'/></way>")), "osm",
     "openstreetmap.osm"),
    ("a way that stands twice", _twice(r"<way id=\"1\".*?</way>"), "osm", "way/1|twice|more than"),
    ("a node that stands twice", _twice(r"<node id=\"\d+\"[^>]*[^/]>.*?</node>"), "osm",
     "openstreetmap.osm: node/.* stands there more than once.*of one day"),
    ("ways before their places", _unsorted, "osm", "openstreetmap.osm"),
    ("a number that is none", _map("map.osm", _xml(
        "<node id='99999999999999999999' lat='0' lon='0'/>")), "osm", "openstreetmap.osm"),
]  # fmt: skip


@pytest.mark.parametrize("row", MAPS, ids=[row[0] for row in MAPS])
def test_a_hostile_map_is_told_in_one_sentence(
    place: Place, capsys: pytest.CaptureFixture[str], row: Row
) -> None:
    _, spoil, step, words = row
    spoil(place)
    must_stop(place, capsys, step, words)


# --- choices -------------------------------------------------------------------------------------


def _yaml(old: str, new: str) -> Spoil:
    """Change the text of the district's file, written as YAML."""

    def spoil(place: Place) -> None:
        text = place.district.read_text()
        assert old in text, old
        place.district.write_text(text.replace(old, new, 1), errors="surrogatepass")

    return spoil


def _study(pattern: str, new: str) -> Spoil:
    def spoil(place: Place) -> None:
        text, times = re.subn(pattern, new, place.study.read_text(), count=1)
        assert times == 1
        place.study.write_text(text)

    return spoil


def _whole(content: bytes) -> Spoil:
    return lambda place: place.district.write_bytes(content)


def _grid(**changed: object) -> Spoil:
    """Let the district's neighbourhoods be a grid."""
    west, south = map(float, tiny._place(0, 0))
    grid = {"kind": "grid", "cell_m": 100.0, "west": west, "east": west + 0.01,
            "south": south, "north": south + 0.01}  # fmt: skip
    return lambda place: place.choose(lambda c: c.update(neighbourhoods={**grid, **changed}))


SPEED = "speed_m_per_min: .*"
CHOICES: list[Row] = [
    ("a word that was false", _yaml('"england"', "NO"), "fetch", "tiny.yaml: nation: .*found ‘NO’"),
    ("a number for a code", _yaml('"E07099998"', "7099998"), "fetch", "tiny.yaml: code: "),
    ("minutes and seconds", _yaml('"E07099998"', "1:30"), "fetch", "tiny.yaml: code: .*‘1:30’"),
    ("a doubled key", _yaml('"nation"', '"name": "x", "nation"'), "fetch", "‘name’ stands here tw"),
    ("a misspelt key", _yaml('"notice"', '"notise"'), "fetch", "tiny.yaml: notise: .* not known"),
    ("a missing key", _yaml('"crs": "EPSG:27700", "notice"', '"notice"'), "fetch", "crs: .*missin"),
    ("an alias", _yaml('"Tinyton"', '[&a "x", *a]'), "fetch", "aliases"),
    ("code of Python", _yaml('"Tinyton"', "!!python/object/apply:os.mkdir [pwned]"), "fetch",
     "tiny.yaml: line 1"),
    ("a path as a layer's name", _yaml('"register"', '"../../register"'), "fetch",
     "tiny.yaml: layers"),
    ("a path as a table", _yaml('"iod_2025"', '"../../etc/passwd"'), "fetch", "tiny.yaml: "),
    ("a step out of a package", _yaml('{"file": "../inputs/map.osm.pbf"}',
     '{"package": "numpy", "member": "../../etc/x.osm"}'), "fetch", "leads out of the package"),
    ("a package that is a path", _yaml('{"file": "../inputs/map.osm.pbf"}',
     '{"package": "../numpy", "member": "a.osm"}'), "fetch", "tiny.yaml: openstreetmap.at.package"),
    ("a file and a package", _yaml('"../inputs/map.osm.pbf"',
     '"../inputs/map.osm.pbf", "package": "numpy"'), "fetch", "name one place"),
    ("a date that is none", _yaml('"2026-01-01"', '"2026-02-30"'), "fetch", "openstreetmap.date"),
    ("degrees to compute in", _yaml('"EPSG:27700"', '"EPSG:4326"'), "neighbourhoods",
     "tiny.yaml: crs|EPSG:4326"),
    ("a system that is none", _yaml('"EPSG:27700"', '"EPSG:99999"'), "neighbourhoods",
     "tiny.yaml: crs|EPSG:99999"),
    ("the system of a layer that is none", _yaml('"Northing", "crs": "EPSG:27700"',
     '"Northing", "crs": "EPSG:99999"'), "fetch", "markets.*EPSG:99999|EPSG:99999.*markets"),
    ("a name of 5,000 letters", _yaml('"Tinyton"', f'"{"x" * 5000}"'), "fetch", "tiny.yaml: name"),
    ("half a letter", _yaml('"Tinyton"', r'"\ud800"'), "fetch", "tiny.yaml"),
    ("NUL in a path", _yaml('"../inputs/people.csv"', r'"../inputs/peo\u0000ple.csv"'), "fetch",
     "tiny: .*path"),
    ("letters of Windows", _whole(b"name: Caf\xe9\n"), "fetch", "byte 9 is not UTF-8"),
    ("nothing", _whole(b""), "fetch", "tiny.yaml: "),
    ("a list", _whole(b"- a\n- b\n"), "fetch", "tiny.yaml: the file"),
    ("two documents", _whole(b"a: 1\n---\nb: 2\n"), "fetch", "tiny.yaml: "),
    ("a thousand brackets", _whole(b"[" * 10_000), "fetch", "tiny.yaml: "),
    ("two megabytes", _whole(b"a: " + b"x" * 2_000_000), "fetch", "larger than 1,000,000 bytes"),
    ("NUL bytes in YAML", _whole(b"name: \x00\n"), "fetch", "tiny.yaml: "),
    ("a grid of a hair's breadth", _grid(cell_m=0.01), CODE, "cells"),
    ("a grid of the world", _grid(west=-179.0, east=179.0, south=-80.0), CODE, "outside"),
    ("a grid turned round", _grid(west=1.0, east=0.5), "fetch", "`west` must be less than"),
    ("a cell of no size", _grid(cell_m=0.0), "fetch", "grid.cell_m: .*greater than 0"),
    ("a true cell", _grid(cell_m=True), "fetch", "grid.cell_m: "),
    ("no speed", _study(SPEED, "speed_m_per_min: .nan"), "osm", "walking.speed_m_per_min"),
    ("endless speed", _study(SPEED, "speed_m_per_min: .inf"), "osm", "walking.speed_m_per_min"),
    ("huge speed", _study(SPEED, "speed_m_per_min: 1.0e+999"), "osm", "study.yaml: "),
    ("backwards", _study(SPEED, "speed_m_per_min: -1.0"), "osm", "speed_m_per_min: .*greater.*-1"),
    ("true speed", _study(SPEED, "speed_m_per_min: true"), "osm", "speed_m_per_min: .*[Tt]rue"),
    ("speed in words", _study(SPEED, 'speed_m_per_min: "80"'), "osm", "speed_m_per_min: .*‘80’"),
    ("minutes that fall", _study("minutes: .*", "minutes: [10, 5]"), "osm", "minutes must rise"),
    ("no minutes", _study("minutes: .*", "minutes: []"), "osm", "walking.minutes"),
    ("a share above all", _study("smallest_share: .*", "smallest_share: 1.5"), "osm",
     "coverage.smallest_share"),
]  # fmt: skip


@pytest.mark.parametrize("row", CHOICES, ids=[row[0] for row in CHOICES])
def test_a_hostile_choice_is_told_in_one_sentence(
    place: Place, capsys: pytest.CaptureFixture[str], row: Row
) -> None:
    _, spoil, step, words = row
    spoil(place)
    must_stop(place, capsys, step, words)
    assert not Path("pwned").exists()


# --- what is cut, linked or asked for elsewhere --------------------------------------------------


def _after_blob(content: bytes, number: int) -> bytes:
    """Return an OpenStreetMap file up to the end of one of its blobs."""
    place = 0
    for _ in range(number):
        length = int.from_bytes(content[place : place + 4], "big")
        size = dict(_fields(content[place + 4 : place + 4 + length]))[3]
        assert isinstance(size, int)
        place += 4 + length + size
    return content[:place]


@pytest.mark.parametrize("blobs", [1, 2])
def test_a_map_cut_between_its_blobs_is_told(
    place: Place, capsys: pytest.CaptureFixture[str], blobs: int
) -> None:
    whole = (place.inputs / "map.osm.pbf").read_bytes()
    place.replace("map.osm.pbf", _after_blob(whole, blobs))
    must_stop(place, capsys, "osm", "openstreetmap.osm.pbf: holds no tagged way; it is empty, or")


def test_no_other_file_is_read_and_no_server_asked(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    sentinel = place.inputs / "sentinel.geojson"
    point = {"type": "Feature", "properties": {"n": "SENTINEL"}, "geometry": None}
    sentinel.write_text(json.dumps({"type": "FeatureCollection", "features": [point]}))
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/a.geojson"
        for source in (str(sentinel), f"/vsicurl/{address}", address):
            vrt = (
                f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{source}"
                "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
            )
            for name in ("a.geojson", "a.gpkg", "a.json", "a.csv", "a.osm", "a.osm.pbf"):
                place.replace(name, vrt)
                key = (
                    "openstreetmap"
                    if "osm" in name
                    else "people"
                    if "csv" in name
                    else "boundaries"
                )
                place.give(key, f"../inputs/{name}")
                sentence = must_stop(place, capsys, "fetch", rf"inputs/{name}: ")
                assert "SENTINEL" not in sentence
        for path in (address, f"/vsicurl/{address}", f"/vsizip//vsicurl/{address}"):
            place.give("boundaries", path)
            must_stop(place, capsys, "fetch", "there is no such file|is an address on the web")
        server.shutdown()
    assert asked == []


@pytest.mark.parametrize("name", ["people.csv", "areas.gpkg", "map.osm.pbf"])
def test_a_link_in_the_place_of_an_input_is_not_followed(
    place: Place, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = place.inputs / name
    path.rename(place.inputs / f"real-{name}")
    path.symlink_to(place.inputs / f"real-{name}")
    must_stop(place, capsys, "fetch", f"{name}: is a symbolic link; give the file itself")


def test_a_link_in_the_place_of_a_raw_file_is_not_followed(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    people = place.raw / "people.csv"
    people.rename(place.raw / "real.csv")
    people.symlink_to(place.raw / "real.csv")
    before = place.state()
    assert run(*place.arguments("neighbourhoods")) == 1
    assert "people.csv: the raw file of people is not there" in capsys.readouterr().err
    assert place.state() == before


def test_a_link_in_the_place_of_an_output_is_replaced_and_its_target_left(place: Place) -> None:
    precious = place.folder / "precious"
    precious.write_text("mine")
    for path in (place.made / "neighbourhoods.parquet", place.raw / "people.csv"):
        path.unlink()
        path.symlink_to(precious)
    assert run(*place.arguments("fetch")) == 0
    assert run(*place.arguments("neighbourhoods")) == 0
    assert precious.read_text() == "mine"
    assert not (place.made / "neighbourhoods.parquet").is_symlink()


# --- what is odd and yet right -------------------------------------------------------------------


def _flat(place: Place) -> None:
    def raised(frame: gpd.GeoDataFrame) -> None:
        frame.geometry = shapely.force_3d(np.asarray(frame.geometry.array), 7.0)

    _areas(raised)(place)


ODD: dict[str, Spoil] = {
    "heights": _flat,
    "padded codes": _areas(lambda frame: frame.assign(LSOA21CD=frame["LSOA21CD"] + "  ")),
    "a mark at the beginning": _text("people.csv", '"date"', '\ufeff"date"'),
    "thousands": _text("people.csv", '"40"', '" 0,040.0 "'),
    "blank rows at the end": lambda p: p.replace(
        "ranks.csv", (p.inputs / "ranks.csv").read_bytes() + b",,,,\r\n,,,,\r\n"
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_and_right_gives_the_same_neighbourhoods(place: Place, name: str) -> None:
    before = pd.read_parquet(place.made / "neighbourhoods.parquet")
    ODD[name](place)
    for step in ("fetch", "neighbourhoods"):
        assert run(*place.arguments(step)) == 0
    after = pd.read_parquet(place.made / "neighbourhoods.parquet")
    pd.testing.assert_frame_equal(before, after)


def test_rows_of_a_register_that_cannot_be_used_are_set_aside_with_their_reasons(
    place: Place,
) -> None:
    rows = list(_register())
    head = '"SiteReference","SiteNameAddress","GeoX","GeoY","CoordinateReferenceSystem","EndDate"'
    place.replace("brownfield.csv", "\r\n".join([head, *rows]) + "\r\n")
    for step in CHAIN:
        assert run(*place.arguments(step)) == 0
    aside = pd.read_parquet(place.made / "set_aside.parquet")
    aside = aside[aside["kind"] == "fault"].set_index("id")
    assert {name: text for name, text in aside["reason"].items() if str(name).startswith("R/")} == {
        "R/1": f"{EAST + 90_700}, {NORTH + 100} are not degrees, and the row says they are",
        "R/2": "‘see map’, ‘54.13’ are not two numbers",
        "R/3": "has its two coordinates changed about",
        "R/4": "says that it is in ‘EPSG:99999’ its coordinates are; known are WGS84, ETRS89, "
        "OSGB36",
        "R/5": "has no coordinates",
        "R/6": "has an id that stands here more than once",
    }
    found = gpd.read_parquet(place.made / "assets.parquet")
    assert not found["name"].str.startswith("Spoilt").any()


def _register() -> Iterator[str]:
    longitude, latitude = tiny._place(700, 100)
    for number, x, y, system in (
        (1, EAST + 90_700, NORTH + 100, "WGS84"),
        (2, "see map", "54.13", "WGS84"),
        (3, latitude, longitude, "WGS84"),
        (4, longitude, latitude, "EPSG:99999"),
        (5, "", "", "WGS84"),
    ):
        yield f'"R/{number}","Spoilt {number}","{x}","{y}","{system}",""'
    yield f'"R/6","Works","{longitude}","{latitude}","WGS84",""'
    yield f'"R/6","Works again","{longitude}","{latitude}","",""'


# --- what would eat memory or time ---------------------------------------------------------------

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3_000_000_000,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (25, 25))
from pipeline.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
SHEET = '<?xml version="1.0"?><worksheet><sheetData>{}</sheetData></worksheet>'
FAR_CELL = SHEET.format('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
RING = np.linspace(0, 2 * np.pi, 300_000)


def _workbook(path: Path, sheet: str, *, parts: int = 0, filler: int = 0) -> None:
    """Write a workbook of one sheet, perhaps with many parts or with one that swells."""
    book = '<workbook><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for number in range(parts):
            archive.writestr(f"xl/part{number}.xml", "<a/>")
        if filler:
            with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
                for _ in range(filler):
                    part.write(b" " * 1_000_000)


def _polygons(path: Path, spikes: bool) -> None:
    radius = 200 + (RING * 1e6 % 100 if spikes else 0)
    points = np.column_stack([EAST + radius * np.cos(RING), NORTH + radius * np.sin(RING)])
    ring = [*points.round(2).tolist(), points[0].round(2).tolist()]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"LSOA21CD": CODES[0]}, "geometry": shape}
    crs = {"type": "name", "properties": {"name": "EPSG:27700"}}
    content = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    path.write_text(json.dumps(content))


BOMBS: dict[str, tuple[str, str, Callable[[Path], object], str]] = {
    "a zip that swells": (
        "people", "a.xlsx", lambda p: _workbook(p, SHEET.format(""), filler=400),
        "a.xlsx: unpacks to .* times its size; allowed",
    ),
    "one cell far out": (
        "people", "a.xlsx", lambda p: _workbook(p, FAR_CELL),
        "a.xlsx: a sheet reaches 1,048,576 rows and 16,384 columns; at most",
    ),
    "a thousand parts": (
        "people", "a.xlsx", lambda p: _workbook(p, SHEET.format(""), parts=2000),
        r"a.xlsx: holds 2,\d+ parts",
    ),
    "a million columns": (
        "people", "a.csv", lambda p: p.write_text("a,b\n" + "x," * 1_000_000 + "\n"),
        "a.csv: row .* 1,000,00. columns; at most",
    ),
    "a million headings": (
        "people", "a.csv", lambda p: p.write_text("x," * 1_000_000 + "\n"),
        "a.csv: row 1 has 1,000,001 columns; at most",
    ),
    "a cell of ten megabytes": (
        "people", "a.csv", lambda p: p.write_text("a,b\n1," + "x" * 10_000_000 + "\n"),
        "a.csv: row 2",
    ),
    "a file of one line": (
        "people", "a.csv", lambda p: p.write_text("x" * 10_000_000), "a.csv: ",
    ),
    "a ring of too many corners": (
        "boundaries", "a.geojson", lambda p: _polygons(p, spikes=True),
        "a.geojson: feature 1 has 300,001 vertices",
    ),
    "a thousand brackets": (
        "boundaries", "a.geojson", lambda p: p.write_text('{"features":' + "[" * 100_000),
        "a.geojson: ",
    ),
    "a feature of many properties": (
        "boundaries", "a.geojson",
        lambda p: p.write_text(json.dumps({"type": "FeatureCollection", "features": [{
            "type": "Feature", "properties": {f"p{n}": n for n in range(100_000)},
            "geometry": {"type": "Point", "coordinates": [0, 53]}}]})),
        "a.geojson: has 100,00. columns",
    ),
    "a map that swells": (
        "openstreetmap", "a.osm.gz",
        lambda p: p.write_bytes(gzip.compress(
            b"<?xml version='1.0'?><osm version='0.6'>" + b" " * 300_000_000 + b"</osm>", 1)),
        "a.osm.gz: is cut short or is not OpenStreetMap data .it unpacks to more than 200 times",
    ),
    "a map whose head is huge": (
        "openstreetmap", "a.osm.pbf", lambda p: p.write_bytes(b"\x7f\xff\xff\xff" + b"x" * 100),
        "a.osm.pbf: is cut short",
    ),
    "a ring of spikes": (
        "boundaries", "a.gpkg",
        lambda p: gpd.GeoDataFrame(
            {"LSOA21CD": [CODES[0]], "LSOA21NM": ["x"]},
            geometry=[shapely.Polygon(np.column_stack([
                EAST + (200 + RING[::2] * 1e6 % 100) * np.cos(RING[::2] * 50),
                NORTH + (200 + RING[::2] * 1e6 % 100) * np.sin(RING[::2] * 50)]))],
            crs=27700).to_file(p, layer="a"),
        "a.gpkg: feature 1 has an outline that crosses itself so often that it cannot be mended",
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_what_would_eat_memory_or_time_is_refused_within_limits(place: Place, name: str) -> None:
    key, file, write, words = BOMBS[name]
    write(place.inputs / file)
    place.give(key, f"../inputs/{file}")
    before = place.state()
    said = ""
    for step in ("fetch", "osm" if key == "openstreetmap" else "neighbourhoods"):
        before = place.state()
        done = subprocess.run(
            [sys.executable, "-c", LIMITED, *place.arguments(step)],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        said = done.stderr
        if done.returncode:
            break
    assert done.returncode == 1, said
    (sentence,) = [line for line in said.splitlines() if not line.endswith(" …")]
    assert sentence.startswith("✗ ")
    assert "a fault of this program" not in sentence
    assert re.search(words, sentence), sentence
    assert place.state() == before


# --- text from outside, everywhere at once -------------------------------------------------------


@pytest.mark.slow
def test_hostile_text_in_every_place_stays_text(tmp_path_factory: pytest.TempPathFactory) -> None:
    project = built_hostile(tmp_path_factory)
    assert "\x1b" not in (project.folder / "said.txt").read_text("utf-8")
    assert not list(project.folder.rglob("pwned"))
    pages = [*project.folder.glob("outputs/*.html"), *project.out.rglob("*.html")]
    assert len(pages) > 10
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert MARK in html
        for mark in ("<img", "<script>window", "<svg onload", "\u2028", "\u202e", "\u200b"):
            assert mark not in html, (page.name, mark)
    assert "cycler.__init__.__globals__" in (project.out / "map.html").read_text(encoding="utf-8")
    for path in project.out.rglob("*.csv"):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        cells = pd.Series([*frame.columns, *frame.to_numpy().ravel()])
        odd = cells[
            cells.str.match(r"^\s*[=+@\-\uff1d\uff0b\uff0d\uff20\t\r]")
            & ~cells.str.match(r"^-?[\d.]+$")
        ]
        assert odd.tolist() == [], path.name
    with sqlite3.connect(project.out / "assets.gpkg") as database:
        names = [row[0] for row in database.execute("SELECT name FROM assets")]
    database.close()
    assert sum(MARK in (name or "") for name in names) >= 6


@pytest.mark.slow
@pytest.mark.parametrize("is_covered", [True, False])
def test_a_map_without_homes_stops_and_says_what_to_give(tmp_path: Path, is_covered: bool) -> None:
    project = Project.new(tmp_path / "project")
    write_map(project.inputs / "map.osm.pbf", shift=0 if is_covered else 2_000, n_homes=0)
    run = project.make("tiny")
    assert run.returncode == 2
    (sentence,) = [line for line in run.stdout.splitlines() if line.startswith("✗")]
    covered = 2 if is_covered else 0
    assert f"OpenStreetMap shows no home in the {covered} of 2 neighbourhoods" in sentence
    assert "or declare `census_points`" in sentence
    assert not project.out.exists()
