"""Access and deprivation in one view: nine colours with letters, their key and their column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pipeline.pages import Material, map_page
from pipeline.pages.editions import without_deprivation
from tests.browser.opening import BROWSER_MARKS, Seen, browser, opened
from tests.pages.town import IDS, town

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = BROWSER_MARKS
__all__ = ["browser"]


@pytest.fixture(scope="module")
def material() -> Material:
    return town()


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory, material: Material) -> Path:
    path = tmp_path_factory.mktemp("two_way") / "map.html"
    path.write_text(map_page(material), encoding="utf-8")
    return path


@pytest.fixture
def seen(browser: Browser, page_file: Path) -> Iterator[Seen]:
    found = opened(browser, page_file)
    yield found
    assert [url for url in found.requests if url.split("#")[0] != page_file.as_uri()] == []
    assert found.errors == []
    found.page.context.close()


def cells(material: Material, category: str, measure: str) -> list[str]:
    """Work out each neighbourhood's letters from the tables, by the cuts that the methods name."""
    rows = material.indicators.set_index(["category", "measure", "neighbourhood_id"])
    areas = material.neighbourhoods.set_index("neighbourhood_id")
    found = []
    for place in IDS:
        value = float(rows["value"].to_dict()[category, measure, place])
        state = rows["state"].to_dict()[category, measure, place]
        decile = float(str(areas.loc[place, "deprivation_decile"]))
        if state not in {"ok", "true_zero"} or pd.isna(decile):
            found.append("")
        elif measure.endswith("pct"):
            letter = "A" if round(value) >= 80 else "B" if round(value) >= 40 else "C"
            found.append(letter + str(1 + (decile > 3) + (decile > 7)))
        else:
            letter = "A" if value <= 5 else "B" if value <= 10 else "C"
            found.append(letter + str(1 + (decile > 3) + (decile > 7)))
    return found


def column(page: Page) -> list[str]:
    texts: list[list[str]] = page.eval_on_selector_all(
        "#figures-table tbody tr:not(.whole)",
        "rows => rows.map((row) => [row.cells[0].innerText, row.lastElementChild.innerText])",
    )
    return [letters.replace("–", "") for _, letters in sorted(texts)]


@pytest.mark.parametrize(
    ("category", "measure"),
    [
        ("park", "within_10_min_pct"),
        ("bus_stop", "nearest_median_min"),
        ("bench", "within_5_min_pct"),
    ],
)
def test_colour_letters_and_table_are_worked_out_from_the_same_two_numbers(
    seen: Seen, material: Material, category: str, measure: str
) -> None:
    page = seen.page
    page.select_option("#category", category)
    page.select_option("#measure", measure)
    page.check("#show-two-way")
    expected = cells(material, category, measure)
    assert column(page) == expected
    colours = material.theme.two_way_classes
    painted = page.eval_on_selector_all(
        ".leaflet-areas-pane path", "paths => paths.map((path) => path.getAttribute('fill'))"
    )
    for letters, fill in zip(expected, painted, strict=True):
        if letters:
            assert fill == colours[3 * "ABC".index(letters[0]) + int(letters[1]) - 1]
        else:
            assert fill not in colours
    on_map = page.locator(".leaflet-beside-numbers-pane .decile").all_inner_texts()
    assert sorted(on_map) == sorted(filter(None, expected))


def test_the_key_is_a_table_in_words_that_counts_everybody(seen: Seen, material: Material) -> None:
    page = seen.page
    page.check("#show-two-way")
    legend = page.inner_text("#legend")
    assert "1: deciles 1 to 3" in legend
    assert "A: 80\u00a0% or more within reach" in legend
    assert page.locator(".two-way tbody td").count() == 9
    letters = [each for each in cells(material, "park", "within_10_min_pct") if each]
    counts = page.locator(".two-way-neighbourhoods").all_inner_texts()
    assert sum(int(text.split()[0]) for text in counts) == len(letters)
    assert f"{len(IDS) - len(letters)} neighbourhood" in legend
    people = sum(
        int(text.split()[0].replace(",", ""))
        for text in page.locator(".two-way-residents").all_inner_texts()
    )
    known = [
        place
        for place, each in zip(IDS, cells(material, "park", "within_10_min_pct"), strict=True)
        if each
    ]
    assert people == sum(round(material.people[place]) for place in known)


def test_lines_and_the_view_of_both_take_turns(seen: Seen) -> None:
    page = seen.page
    page.check("#show-beside")
    page.check("#show-two-way")
    assert not page.is_checked("#show-beside")
    assert page.locator(".leaflet-beside-pane path").count() == 0
    page.check("#show-beside")
    assert not page.is_checked("#show-two-way")
    assert page.locator(".two-way").count() == 0


def test_a_link_keeps_the_view_of_both(seen: Seen, browser: Browser, page_file: Path) -> None:
    seen.page.check("#show-two-way")
    seen.page.wait_for_timeout(700)
    assert "t=1" in seen.page.url
    again = opened(browser, page_file)
    again.page.goto(seen.page.url)
    again.page.reload()
    assert again.page.is_checked("#show-two-way")
    again.page.context.close()


def test_the_community_edition_has_neither_the_choice_nor_the_colours(
    browser: Browser, tmp_path: Path, material: Material
) -> None:
    text = map_page(without_deprivation(material))
    for trace in ("two_way", "nine colours", "within reach where", *material.theme.two_way_classes):
        assert trace not in text, trace
    path = tmp_path / "map.html"
    path.write_text(text, encoding="utf-8")
    found = opened(browser, path)
    found.page.goto(f"{path.as_uri()}#t=1&c=library")
    found.page.reload()
    assert found.page.input_value("#category") == "library"
    assert found.errors == []
    found.page.context.close()


def test_where_no_index_is_known_there_is_no_choice(browser: Browser, tmp_path: Path) -> None:
    material = town()
    areas = material.neighbourhoods.assign(
        deprivation_decile=float("nan"), deprivation_state="no_data"
    )
    path = tmp_path / "map.html"
    path.write_text(map_page(replace(material, neighbourhoods=areas)), encoding="utf-8")
    found = opened(browser, path)
    assert not found.page.is_visible("#show-two-way")
    assert found.errors == []
    found.page.context.close()
