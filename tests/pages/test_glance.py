"""The page that a district opens with: its numbers, its gradient, what it does not know."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from shapely.geometry import box

from pipeline.pages import glance_page, profiles_csv, without_deprivation
from pipeline.pages.elements import html
from pipeline.pages.gate import faults_of_page
from pipeline.pages.sketches import decile_chart, neighbourhood_paths
from tests.pages.town import HOSTILE, town


class Text(HTMLParser):
    """What a reader sees, with what stands in a row of a table kept together."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = [[]]
        self.hidden = 0
        self.feed(page)

    def handle_starttag(self, tag: str, _: object) -> None:
        self.hidden += tag in {"script", "style"}
        if tag in {"tr", "p", "li", "h2", "h3"}:
            self.rows.append([])

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self.hidden and data.strip():
            self.rows[-1].append(data.strip())

    def row(self, name: str) -> list[str]:
        return next(row for row in self.rows if row and row[0] == name and len(row) > 2)


@pytest.fixture(scope="module")
def page() -> str:
    return glance_page(town())


def test_the_table_agrees_with_profiles_csv(page: str) -> None:
    material = town()
    table = list(csv.DictReader(io.StringIO(profiles_csv(material).decode("utf-8-sig"))))
    district = next(row for row in table if row["neighbourhood_id"] == material.district.code)
    told = Text(page)
    for category in material.categories:
        row = told.row(material.looks[category].label)
        shares = [text for text in row if re.fullmatch(r"[\d.]+ %|under 1 %|over 99 %", text)]
        for minutes in material.study.walking.minutes:
            value = district[f"{category}__within_{minutes}_min_pct"]
            if value:
                near = [
                    abs(float(share.rstrip(" %").split()[-1]) - float(value)) for share in shares
                ]
                assert min(near) <= 1, (category, minutes, value, row)
            else:
                assert len(shares) < len(material.study.walking.minutes)


def test_every_level_of_an_asset_map_is_named_and_one_of_them_known(page: str) -> None:
    told = [" ".join(row) for row in Text(page).rows]
    levels = ["individuals", "associations", "organisations", "economic", "cultural"]
    for level in levels:
        assert f"{level} not known to this map; for the community to fill in" in told
    assert any(row.startswith("physical") and "assets mapped" in row for row in told)


def test_the_edition_for_communities_says_nothing_of_deprivation(page: str) -> None:
    assert 'id="gradient"' in page
    theirs = glance_page(without_deprivation(town()))
    assert 'id="gradient"' not in theirs
    assert "depriv" not in theirs.casefold()
    assert "decile" not in re.sub(r"<style>.*?</style>", "", theirs, flags=re.DOTALL).casefold()


def test_it_may_be_published_whatever_the_names() -> None:
    for material in (town(), town(is_hostile=True), without_deprivation(town(is_hostile=True))):
        page = glance_page(material)
        assert list(faults_of_page(page)) == []
    told = "\n".join("".join(row) for row in Text(glance_page(town(is_hostile=True))).rows)
    assert any(text[:20] in told for text in HOSTILE)


def test_a_decile_without_neighbourhoods_is_a_gap() -> None:
    shares: list[float | None] = [10, 20, None, 40, None, None, None, None, 90, 100]
    drawn = html(decile_chart(shares, "words", "most", "least"))
    assert drawn.count("<circle") == 5
    # Only those side by side are joined: 1 and 2, 9 and 10.
    assert drawn.count('class="joined"') == 2


def test_paths_keep_the_way_north_and_leave_no_slit() -> None:
    """Two squares of 1 km on each other: one unit is 2000 m over 300."""
    areas = np.array([box(0, 1000, 1000, 2000), box(0, 0, 1000, 1000)], dtype=object)
    upper, lower = neighbourhood_paths(areas)
    assert set(re.findall(r"\d+", upper)) <= {"0", "150"}
    assert lower.startswith(("M0 300", "M150 300", "M0 150", "M150 150"))
