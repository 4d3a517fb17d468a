"""The gate: what may not be published is not, and what was published before stays."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pipeline import pages
from pipeline.config import Dress
from pipeline.errors import FileCannotBeWritten, PageIsNotSafe
from pipeline.files.writing import as_json
from pipeline.pages import frame
from pipeline.pages.elements import el, html
from pipeline.pages.sheets import INDICATOR_COLUMNS, cell, sheet
from pipeline.publish import check_file, publish, publish_file
from tests.pages.town import CODE, IDS, town, wordings

ORDINARY = frame.filled(
    frame.plain_frame(("index.css",), ("standards.js",)),
    {
        "language": 'lang="en-GB" dir="ltr"',
        "title": "Ordinary",
        "theme": ":root { --ink: #000000; }",
        "top": "",
        "body": html(el("main", {}, el("a", {"href": "map.html"}, "A map"))),
        "bottom": "",
    },
    '{"theme":{},"cards":[]}',
)


def contents(folder: Path) -> dict[str, bytes]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


# --- sheets ---------------------------------------------------------------------------------------

WIDE = tuple(f"{sign}1" for sign in "\uff1d\uff0b\uff0d\uff20")
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", *WIDE)


@pytest.mark.parametrize("text", FORMULAS)
def test_text_cannot_become_a_formula(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize(
    ("value", "written"),
    [(-1.5, "-1.5"), (0.0, "0"), (-0.00001, "0"), (2, "2"), (1 / 3, "0.3333"), (None, ""),
     (float("nan"), ""), (True, "true"), ("plain", "plain"), ("1-2", "1-2")],
)  # fmt: skip
def test_numbers_stay_numbers_and_text_stays_text(value: object, written: str) -> None:
    assert cell(value) == written


def test_quotes_commas_and_line_ends_are_quoted() -> None:
    content = sheet(pd.DataFrame({"a": ['say "hi"', "two\nlines"], "b": ["x, y", "z"]}))
    assert content == b'a,b\n"say ""hi""","x, y"\ntwo lines,z\n'


def test_one_and_true_and_nothing_stay_apart_in_one_column() -> None:
    mixed = pd.DataFrame({"a": pd.Series([True, 1, None, 1.0, "1", float("nan")], dtype=object)})
    assert sheet(mixed).decode().splitlines() == ["a", "true", "1", '""', "1", "1", '""']
    numbers = pd.DataFrame({"a": [0.25, float("nan"), 0.25, float("inf")], "b": list("xyxz")})
    assert sheet(numbers) == b"a,b\n0.25,x\n,y\n0.25,x\n,z\n"


def test_no_cell_of_a_hostile_district_is_a_formula() -> None:
    material = town(is_hostile=True)
    for content in (pages.profiles_csv(material), pages.indicators_csv(material)):
        for row in csv.reader(io.StringIO(content.decode("utf-8"), newline="")):
            for text in row:
                assert text[:1] not in {"=", "+", "@", "\t", "\r"}, text
                assert not text.startswith("-") or text[1:].replace(".", "").isdigit()


def test_indicators_have_exactly_their_columns_and_the_notice_of_the_district() -> None:
    header, *rows = pages.indicators_csv(town()).decode().splitlines()
    assert header == ",".join([*INDICATOR_COLUMNS, "notice"])
    assert header.startswith("neighbourhood_id,category,measure,value,unit,state,low,high,")
    assert all(row.endswith(",Littleton is made up: nobody lives here.") for row in rows)


def test_a_real_district_has_no_notice_column() -> None:
    material = town()
    real = replace(material, district=material.district.model_copy(update={"notice": None}))
    assert pages.indicators_csv(real).decode().splitlines()[0] == ",".join(INDICATOR_COLUMNS)


def test_the_wide_and_the_tidy_sheet_say_the_same() -> None:
    material = town()
    wide = {row["neighbourhood_id"]: row for row in rows_of(pages.profiles_csv(material))}
    tidy = rows_of(pages.indicators_csv(material))
    assert list(wide) == [*IDS, CODE]
    assert len(tidy) == len(material.indicators)
    for row in tidy:
        name = f"{row['category']}__{row['measure']}"
        assert wide[row["neighbourhood_id"]][name] == row["value"]
        assert wide[row["neighbourhood_id"]][f"{name}__state"] == row["state"]


def test_deprivation_stands_beside_and_the_district_has_none() -> None:
    rows = rows_of(pages.profiles_csv(town()))
    assert rows[0]["deprivation_decile"] == "1"
    assert rows[0]["deprivation_year"] == "2025"
    assert (rows[-1]["deprivation_decile"], rows[-1]["deprivation_state"]) == ("", "no_data")


# --- the whole set --------------------------------------------------------------------------------


def both(material: pages.Material) -> dict[str, pages.Content]:
    def note_of(edition: pages.Material) -> bytes:
        return as_json(pages.run_note(edition, {}))

    return pages.editions(material, pages.district_files, note_of, "littleton")


def test_a_district_is_published_with_a_note_that_names_every_hash(tmp_path: Path) -> None:
    material = town(is_hostile=True)
    publish(both(material), tmp_path / "d", pages.run_note(material, {}))
    found = contents(tmp_path / "d")
    edition = {
        "assets.gpkg", "by_walker.csv", "catchments.csv", "catchments.gpkg", "indicators.csv",
        "map.html", "minutes_to_nearest.tif", "profiles.csv", "profiles.gpkg", "run.json",
        "sensitivity.csv", "set_aside.csv", "standards.csv",
    }  # fmt: skip
    assert edition <= set(found)
    assert {f"community/{name}" for name in (*edition, "community.zip")} <= set(found)
    assert "planner.zip" in found
    published = json.loads(found.pop("run.json"))["published"]
    assert published == {name: hashlib.sha256(text).hexdigest() for name, text in found.items()}


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        material = town()
        publish(both(material), tmp_path / folder, pages.run_note(material, {}))
    assert contents(tmp_path / "one") == contents(tmp_path / "other")


def test_the_layers_hold_what_the_tables_hold(tmp_path: Path) -> None:
    material = town()
    pages.assets_gpkg(material)(tmp_path / "assets.gpkg")
    pages.profiles_gpkg(material)(tmp_path / "profiles.gpkg")
    with closing(sqlite3.connect(tmp_path / "assets.gpkg")) as database:
        assert database.execute("SELECT count(*) FROM assets").fetchone() == (40,)
        counted = database.execute("SELECT count(*) FROM entrances").fetchone()
        assert counted == (len(material.entrances),)
    with closing(sqlite3.connect(tmp_path / "profiles.gpkg")) as database:
        value = database.execute(
            "SELECT park__within_10_min_pct FROM neighbourhoods WHERE neighbourhood_id = ?",
            (IDS[0],),
        ).fetchone()
        assert value == (pytest.approx(62.38),)


def test_what_others_wrote_stays_and_what_is_no_longer_published_goes(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    publish({"a.html": ORDINARY, "neighbourhoods/E01.csv": b"a\n1\n"}, folder, {"x": 1})
    (folder / "catchments").mkdir()
    (folder / "catchments/osm-1.gpkg").write_bytes(b"theirs")
    publish({"a.html": ORDINARY, "neighbourhoods/E02.csv": b"a\n1\n"}, folder, {"x": 2})
    assert sorted(contents(tmp_path)) == [
        "d/a.html", "d/catchments/osm-1.gpkg", "d/neighbourhoods/E02.csv", "d/run.json",
    ]  # fmt: skip
    assert (folder / "catchments/osm-1.gpkg").read_bytes() == b"theirs"


def test_files_of_the_same_bytes_are_looked_through_once_and_others_always(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []

    def look(path: Path, name: str, may_ask: str = "") -> None:
        looked_at.append(name)
        check_file(path, name, may_ask)

    monkeypatch.setattr("pipeline.publish.check_file", look)
    same, other = b'{"a":1}\n', b'{"a":2}\n'
    given = {"a.json": same, "b.json": same, "c.csv": same, "d.json": other}
    publish(given, tmp_path / "town", {})
    assert looked_at == ["a.json", "c.csv", "d.json", "run.json"]
    with pytest.raises(PageIsNotSafe, match=r"b\.json: is not JSON"):
        publish({"a.csv": b"{\n", "b.json": b"{\n", "c.json": b"{\n"}, tmp_path / "town", {})
    assert contents(tmp_path / "town").keys() == {*given, "run.json"}


def test_an_edition_is_packed_whole_and_the_same_twice(tmp_path: Path) -> None:
    material = town()
    for folder in ("one", "other"):
        publish(both(material), tmp_path / folder, pages.run_note(material, {}))
    one = contents(tmp_path / "one")
    with zipfile.ZipFile(tmp_path / "one/community/community.zip") as archive:
        for name in archive.namelist():
            assert archive.read(name) == one[name.replace("littleton-", "", 1)]
        assert len(archive.namelist()) == len([n for n in one if n.startswith("community/")]) - 1
    with zipfile.ZipFile(tmp_path / "one/planner.zip") as archive:
        assert "littleton/map.html" in archive.namelist()
        # Its own, which tells no sums: the sum of the archive would be among them.
        assert "published" not in json.loads(archive.read("littleton/run.json"))
        assert not [name for name in archive.namelist() if "community" in name]
    for name in ("planner.zip", "community/community.zip"):
        assert one[name] == (tmp_path / "other" / name).read_bytes()


# --- refusals -------------------------------------------------------------------------------------


def with_body(markup: str) -> str:
    return ORDINARY.replace("<main>", f"<main>{markup}")


UNSAFE_PAGES = {
    "image": with_body('<img src="https://example.org/x.png">'),
    "image set": with_body('<img srcset="//example.org/x.png 2x">'),
    "script": with_body('<script src="https://example.org/x.js"></script>'),
    "own script": with_body("<script>alert(1)</script>"),
    "module": with_body('<script type="module">alert(1)</script>'),
    "import map": with_body('<script type="importmap">{}</script>'),
    "stylesheet": with_body('<link rel="stylesheet" href="x.css">'),
    "style import": with_body("<style>@import 'x.css';</style>"),
    "frame": with_body('<iframe srcdoc="x"></iframe>'),
    "object": with_body('<object data="x.swf"></object>'),
    "form": with_body('<form action="https://example.org"></form>'),
    "handler": with_body('<p onclick="x()">x</p>'),
    "style attribute": with_body('<p style="background: url(https://example.org)">x</p>'),
    "script link": with_body('<a href="javascript:x()">x</a>'),
    "link to any host": with_body('<a href="//example.org/x">x</a>'),
    "link from the root": with_body('<a href="/etc/passwd">x</a>'),
    "data link": with_body('<a href="data:text/html,x">x</a>'),
    "plain http link": with_body('<a href="http://example.org">x</a>'),
    "ping": with_body('<a href="#x" ping="https://example.org">x</a>'),
    "svg image": with_body('<svg><image href="https://example.org/x.svg"></image></svg>'),
    "base": ORDINARY.replace("<head>", '<head><base href="https://example.org">'),
    "refresh": ORDINARY.replace("<head>", '<head><meta http-equiv="refresh" content="0">'),
    "no policy": ORDINARY.replace("Content-Security-Policy", "X-Nothing"),
    "loose policy": ORDINARY.replace("script-src ", "script-src 'unsafe-inline' "),
    "host in policy": ORDINARY.replace("script-src ", "script-src https: "),
    "two policies": ORDINARY.replace(
        "<head>", '<head><meta http-equiv="Content-Security-Policy" content="default-src *">'
    ),
    "changed script": ORDINARY.replace('"use strict";', '"use strict"; alert(1);', 1),
    "data that end early": ORDINARY.replace('"cards":[]', '"cards":["<b>"]'),
    "data that are not JSON": ORDINARY.replace('"cards":[]', '"cards":['),
    "folder of this machine": ORDINARY.replace("<main>", f"<main>{Path(__file__).parents[1]}/x"),
    "nothing": "",
}


@pytest.mark.parametrize("name", UNSAFE_PAGES)
def test_an_unsafe_page_is_refused_and_what_was_there_stays(name: str, tmp_path: Path) -> None:
    publish({"a.html": ORDINARY, "b.csv": b"a\n1\n"}, tmp_path / "d", {"x": 1})
    before = contents(tmp_path)
    with pytest.raises(PageIsNotSafe, match=r"^a\.html: .+\.$"):
        publish({"a.html": UNSAFE_PAGES[name], "b.csv": b"a\n2\n"}, tmp_path / "d", {"x": 2})
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n=1,2\n",
        b"a,b\n\tx,2\n",
        b"a\n-x\n",
        "a\n\uff1d1\n".encode(),
        b"a,b\n1\n",
        b"a\n\xff\n",
        b'a\n"x\n',
    ],
)
def test_an_unsafe_sheet_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(PageIsNotSafe):
        publish({"a.csv": content}, tmp_path / "d", {})
    assert contents(tmp_path) == {}


@pytest.mark.parametrize(
    "name",
    [
        "../a.html",
        "a.exe",
        "run.json",
        ".hidden.html",
        "a/b/c/d.csv",
        "/a.csv",
        "a//b.csv",
        "A/b.csv",
    ],
)
def test_odd_names_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(PageIsNotSafe):
        publish({name: b"a\n1\n"}, tmp_path / "out", {})
    assert contents(tmp_path) == {}


def test_a_damaged_layer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PageIsNotSafe, match="GeoPackage"):
        publish_file(b"SQLite format 3\x00 and no more", tmp_path / "a.gpkg")
    pages.assets_gpkg(town())(tmp_path / "whole.gpkg")
    cut = (tmp_path / "whole.gpkg").read_bytes()[:50_000]
    with pytest.raises(PageIsNotSafe, match="GeoPackage"):
        publish_file(cut, tmp_path / "a.gpkg")


def test_a_note_must_be_finite(tmp_path: Path) -> None:
    with pytest.raises((PageIsNotSafe, ValueError)):
        publish({"b.csv": b"a\n1\n"}, tmp_path / "d", {"x": float("nan")})
    assert contents(tmp_path) == {}


def test_a_file_that_cannot_be_written_leaves_all_as_it_was(tmp_path: Path) -> None:
    publish({"a.csv": b"a\n1\n", "b.csv": b"a\n1\n"}, tmp_path / "d", {"x": 1})
    before = contents(tmp_path)

    def full(path: Path) -> None:
        path.write_bytes(b"a\n")
        raise OSError(28, "No space left on device")

    with pytest.raises(FileCannotBeWritten, match="No space left"):
        publish({"a.csv": b"a\n2\n", "b.csv": full}, tmp_path / "d", {"x": 2})
    assert contents(tmp_path) == before


def test_every_page_of_ours_passes(tmp_path: Path) -> None:
    material = town(is_hostile=True)
    note = pages.run_note(material, {})
    path = tmp_path / "x.html"
    for page in (
        pages.map_page(material),
        pages.index_page({"littleton": note}, Dress(theme=material.theme), wordings()),
    ):
        path.write_text(page, encoding="utf-8")
        check_file(path, "x.html")
