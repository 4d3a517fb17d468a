"""The page about the data: the same figures, sums that are true, a dictionary that cannot drift."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tomllib
from html import unescape
from typing import Any

import pytest

from pipeline import VERSION, reference
from pipeline.pages import (
    Material,
    data_page,
    district_files,
    profiles_csv,
    without_deprivation,
)
from pipeline.pages.gate import faults_of_page
from tests.pages.town import IDS, ROOT, town


@pytest.fixture(scope="module")
def files() -> dict[str, Any]:
    return dict(district_files(town()))


def text_of(page: str) -> str:
    return unescape(
        re.sub(r"<[^>]+>", "\n", re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL))
    )


def test_the_tables_agree_with_profiles_csv(files: dict[str, Any]) -> None:
    rows = csv.DictReader(io.StringIO(files["profiles.csv"].decode("utf-8")))
    exact = {row["neighbourhood_id"]: row for row in rows}
    table = re.search(r"<caption>Green space: .*?</table>", files["data.html"], re.DOTALL)
    assert table is not None
    shown = re.findall(
        r"<tr><th scope=\"row\"><bdi>Littleton 00(\d)A</bdi></th>(.*?)</tr>", table[0]
    )
    assert [number for number, _ in shown] == ["1", "2", "3", "4", "5", "6"]
    for number, cells in shown:
        _, _, park, _ = re.findall(r"<td class=\"number\">(.*?)</td>", cells)
        value = exact[IDS[int(number) - 1]]["park__within_10_min_pct"]
        if value:
            assert abs(float(park.removesuffix(" %")) - float(value)) <= 0.5
        else:
            assert park in {"too few people to say", "no data"}


def test_every_file_is_listed_and_the_sums_are_true(files: dict[str, Any]) -> None:
    page = files["data.html"]
    for name, content in files.items():
        if name.endswith(".html"):
            continue
        row = re.search(rf'<a href="{re.escape(name)}">.*?</tr>', page)
        assert row is not None, name
        is_known = isinstance(content, bytes)
        assert (hashlib.sha256(content).hexdigest() if is_known else "in run.json") in row[0]
    assert "a file of this edition" not in page


def test_the_dictionary_is_that_of_the_reference(files: dict[str, Any]) -> None:
    text = text_of(files["data.html"])
    stored = (ROOT / "docs/data-dictionary.md").read_text(encoding="utf-8")
    for part in reference.described():
        assert f"## {part.title}\n" in stored
        for row in part.rows:
            assert row[0] in text
            assert row[-1].split("`")[0].strip() in text


def test_it_may_be_published_in_both_editions_whatever_the_names() -> None:
    for material in (town(), town(is_hostile=True)):
        for edition in (material, without_deprivation(material)):
            assert list(faults_of_page(data_page(edition, {}))) == []


def test_the_edition_for_communities_has_no_word_of_deprivation_in_its_dictionary() -> None:
    page = data_page(without_deprivation(town()), {})
    assert not re.search(r"(?i)depriv|decile|income_|index of multiple|\bimd\b", page)
    assert "neighbourhood_id" in page


def test_it_says_how_to_cite_it_and_where_the_licences_part(files: dict[str, Any]) -> None:
    text = " ".join(text_of(files["data.html"]).split())
    assert f"Half Full {VERSION}, “ Littleton ”, map data of 1 March 2026." in text
    assert "ODbL-1.0 OpenStreetMap 40 places listed under it" in text
    assert "OGL-UK-3.0 LSOA boundaries 2021 0 places listed under it" in text


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == VERSION
    assert f"\nversion: {VERSION}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_what_is_worked_out_is_kept_and_belongs_to_one_material() -> None:
    material = town()
    assert profiles_csv(material) == profiles_csv(town())
    other: Material = without_deprivation(material)
    assert "_found" not in vars(other)
