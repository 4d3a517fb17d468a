"""A profile of each neighbourhood: what is strong first, each number as it is published."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, box

from pipeline.pages import neighbourhood_pages, without_deprivation
from pipeline.pages.elements import html
from pipeline.pages.figures import figures
from pipeline.pages.gate import faults_of_page
from pipeline.pages.local_map import Ground, Place, local_map
from tests.pages.town import HOSTILE, IDS, town


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return neighbourhood_pages(town())


def test_there_is_a_page_for_each_and_one_that_leads_to_all(pages: dict[str, str]) -> None:
    assert set(pages) == {f"neighbourhoods/{name}.html" for name in ("index", *IDS)}
    links = re.findall(r'<a href="(E\d+\.html)">', pages["neighbourhoods/index.html"])
    assert sorted(links) == sorted(f"{code}.html" for code in IDS)


def test_what_half_of_the_residents_have_stands_under_what_is_strong(
    pages: dict[str, str],
) -> None:
    material = town()
    for number, code in enumerate(material.neighbourhoods["neighbourhood_id"]):
        page = pages[f"neighbourhoods/{code}.html"]
        parts = re.split(r'<section id="(strong|longer)"', page)
        shown = dict(zip(parts[1::2], parts[2::2], strict=True))
        for category, columns in figures(material).items():
            look = material.looks[category]
            value = columns["within_10_min_pct"]["values"][number]
            if value is None or look.status != "actual":
                continue
            where = shown["strong" if value >= 50 else "longer"].partition("</section>")[0]
            row = where.partition(look.label)[2].partition("</tr>")[0]
            assert f"<strong>{material.words.share(value, 100)}</strong>" in row, (code, category)


def test_what_is_strong_comes_before_what_is_a_longer_walk_and_deprivation_after_both(
    pages: dict[str, str],
) -> None:
    page = pages[f"neighbourhoods/{IDS[0]}.html"]
    places = [page.find(f'id="{part}"') for part in ("ways", "strong", "longer", "beside", "add")]
    assert [place for place in places if place > 0] == sorted(
        place for place in places if place > 0
    )
    assert places[3] > 0
    assert places[4] > 0


def test_the_edition_for_communities_says_nothing_of_deprivation() -> None:
    for path, page in neighbourhood_pages(without_deprivation(town())).items():
        assert "depriv" not in page.casefold(), path
        assert 'id="beside"' not in page, path


def test_every_page_may_be_published_whatever_the_names() -> None:
    for path, page in neighbourhood_pages(town(is_hostile=True)).items():
        assert list(faults_of_page(page)) == [], path
        assert not any(f"<{text[1:9]}" in page for text in HOSTILE if text.startswith("<img"))


def test_places_nearest_are_named_and_of_those_without_a_name_only_one(
    pages: dict[str, str],
) -> None:
    material = town()
    assets = material.assets.copy()
    assets["name"] = ""
    nameless = neighbourhood_pages(replace(material, assets=assets))
    page = nameless[f"neighbourhoods/{IDS[0]}.html"]
    assert "without a name" in page
    assert all(row.count("without a name") <= 1 for row in page.split("</tr>"))
    named = material.assets.drop_duplicates("category")["name"]
    assert any(name and name in pages[f"neighbourhoods/{IDS[0]}.html"] for name in named)


def test_a_map_keeps_north_up_and_its_bar_true() -> None:
    """A square of 960 m and its margins: 480 units for 1,113.6 m, so that 200 m are 86.2 units."""
    areas = np.array([box(400_000, 300_000, 400_960, 300_960)], dtype=object)
    street = np.array([LineString([(400_000, 300_480), (400_960, 300_480)])], dtype=object)
    ground = Ground(
        "EPSG:27700", areas, shapely.STRtree(shapely.boundary(areas)),
        {name: shapely.STRtree(street[:0]) for name in ("green", "water", "waterways", "railways")}
        | {"major": shapely.STRtree(street)},
    )  # fmt: skip
    north = Place("square", "#112233", 400_480, 300_900)
    drawn = html(local_map(ground, 0, [north], "words"))
    bar = re.search(r'class="on-bar" d="M10 \d+v5h([\d.]+)v-5"', drawn)
    assert bar is not None
    assert float(bar.group(1)) == pytest.approx(200 * 480 / 1113.6, rel=1e-3)
    assert ">200 m</text>" in drawn
    middle = re.search(r'class="on-major" d="M\d+ (\d+)', drawn)
    mark = re.search(r'class="mark" d="M[\d.]+ ([\d.]+)', drawn)
    assert middle is not None
    assert mark is not None
    assert float(mark.group(1)) < float(middle.group(1))


def test_it_leads_to_the_directory_with_walks_from_here_where_any_start(
    pages: dict[str, str],
) -> None:
    link = f'<a href="../directory.html#from={IDS[0]}">'
    assert link in pages[f"neighbourhoods/{IDS[0]}.html"]
    assert "#from=" not in pages[f"neighbourhoods/{IDS[3]}.html"]


def test_a_name_that_only_a_census_uses_is_told_by_the_parts_of_town_that_people_know(
    pages: dict[str, str],
) -> None:
    ledes = [
        re.findall(r'<p class="lede"[^>]*>(.*?)</p>', pages[f"neighbourhoods/{code}.html"])[0]
        for code in IDS[:3]
    ]
    assert "around" not in ledes[0]
    for lede, words in zip(ledes[1:], ("around Alway, Somerton", "near Alway"), strict=True):
        assert lede.endswith(f" · {words}")
        assert f"<bdi>{words}</bdi>" in pages["neighbourhoods/index.html"]
