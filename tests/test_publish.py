"""The gate: what may not be published is not, and what was published before stays."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pipeline import pages
from pipeline.errors import FileCannotBeWritten, PageIsNotSafe
from pipeline.pages import frame
from pipeline.pages.sheets import INDICATOR_COLUMNS, cell, sheet
from pipeline.publish import check_file, publish
from tests.pages.town import CODE, IDS, town

ORDINARY = frame.with_data(frame.plain_frame("index"), '{"theme":{},"cards":[]}')


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


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


def test_a_district_is_published_with_a_note_that_names_every_hash(tmp_path: Path) -> None:
    material = town(is_hostile=True)
    publish(pages.district_files(material), tmp_path, pages.run_note(material, {}))
    found = contents(tmp_path)
    assert sorted(found) == [
        "assets.gpkg", "by_walker.csv", "catchments.csv", "catchments.gpkg", "indicators.csv",
        "map.html", "minutes_to_nearest.tif", "profiles.csv", "profiles.gpkg", "run.json",
        "sensitivity.csv", "standards.csv",
    ]  # fmt: skip
    published = json.loads(found.pop("run.json"))["published"]
    assert published == {name: hashlib.sha256(text).hexdigest() for name, text in found.items()}


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        material = town()
        publish(pages.district_files(material), tmp_path / folder, pages.run_note(material, {}))
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


def test_the_run_note_is_put_in_place_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    rename = Path.replace

    def noted(self: Path, target: Path) -> Path:
        order.append(Path(target).name)
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", noted)
    publish({"a.html": ORDINARY, "b.csv": b"a\n1\n"}, tmp_path, {"x": 1})
    assert sorted(order[:-1]) == ["a.html", "b.csv"]
    assert order[-1] == "run.json"


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
    publish({"a.html": ORDINARY, "b.csv": b"a\n1\n"}, tmp_path, {"x": 1})
    before = contents(tmp_path)
    with pytest.raises(PageIsNotSafe, match=r"^a\.html: .+\.$"):
        publish({"a.html": UNSAFE_PAGES[name], "b.csv": b"a\n2\n"}, tmp_path, {"x": 2})
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
        publish({"a.csv": content}, tmp_path)
    assert contents(tmp_path) == {}


@pytest.mark.parametrize(
    "name", ["../a.html", "A.html", "a.exe", "run.json", ".hidden.html", "a/b.csv"]
)
def test_odd_names_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(PageIsNotSafe):
        publish({name: b"a\n1\n"}, tmp_path / "out")


def test_a_damaged_layer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PageIsNotSafe, match="GeoPackage"):
        publish({"a.gpkg": b"SQLite format 3\x00 and no more"}, tmp_path)
    pages.assets_gpkg(town())(tmp_path / "whole.gpkg")
    cut = (tmp_path / "whole.gpkg").read_bytes()[:50_000]
    with pytest.raises(PageIsNotSafe, match="GeoPackage"):
        publish({"a.gpkg": cut}, tmp_path)


def test_a_note_must_be_finite(tmp_path: Path) -> None:
    with pytest.raises((PageIsNotSafe, ValueError)):
        publish({"b.csv": b"a\n1\n"}, tmp_path, {"x": float("nan")})
    assert contents(tmp_path) == {}


def test_a_file_that_cannot_be_written_leaves_all_as_it_was(tmp_path: Path) -> None:
    publish({"a.csv": b"a\n1\n", "b.csv": b"a\n1\n"}, tmp_path, {"x": 1})
    before = contents(tmp_path)

    def full(path: Path) -> None:
        path.write_bytes(b"a\n")
        raise OSError(28, "No space left on device")

    with pytest.raises(FileCannotBeWritten, match="No space left"):
        publish({"a.csv": b"a\n2\n", "b.csv": full}, tmp_path, {"x": 2})
    assert contents(tmp_path) == before


def test_every_page_of_ours_passes(tmp_path: Path) -> None:
    material = town(is_hostile=True)
    note = pages.run_note(material, {})
    path = tmp_path / "x.html"
    for page in (pages.map_page(material), pages.index_page({"littleton": note}, material.theme)):
        path.write_text(page, encoding="utf-8")
        check_file(path, "x.html")
