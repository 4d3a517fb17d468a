"""The directory in a real browser: narrowed, sorted by keyboard, measured from a chosen place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.pages import data_page, directory_page
from pipeline.pages.directory import as_told, entries
from tests.browser.opening import BROWSER_MARKS, Seen, browser, opened
from tests.pages.town import IDS, town

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = BROWSER_MARKS
__all__ = ["browser"]
SMALL = {"width": 320, "height": 640}


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "hostile"])
def any_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("directory")
    material = town(is_hostile=request.param)
    (folder / "directory.html").write_text(directory_page(material), encoding="utf-8")
    (folder / "data.html").write_text(data_page(material, {}), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("directory") / "directory.html"
    path.write_text(directory_page(town()), encoding="utf-8")
    return path


@pytest.fixture
def seen(browser: Browser, page_file: Path) -> Iterator[Seen]:
    found = opened(browser, page_file)
    yield found
    assert found.errors == []
    assert found.requests == [page_file.as_uri()]
    found.page.context.close()


def shown(page: Page, column: str = "th") -> list[str]:
    """Return a column of the rows that are to be seen, from top to bottom."""
    found: list[str] = page.eval_on_selector_all(
        "#lists tbody tr",
        """(all, column) => all.filter((row) => row.checkVisibility())
          .map((row) => row.querySelector(column).innerText)""",
        column,
    )
    return found


def test_lists_become_one_table_and_the_number_of_entries_is_said(seen: Seen) -> None:
    number = len(entries(town()))
    assert seen.page.locator("#lists table").count() == 1
    assert len(shown(seen.page)) == number
    assert seen.page.inner_text("#said") == f"{number} entries."
    assert not seen.page.locator("td.walk").first.is_visible()


def test_theme_kind_and_words_narrow_it_together(seen: Seen) -> None:
    page = seen.page
    page.select_option("#theme", "keep_learning")
    assert set(shown(page, "td.kind")) == {"Allotments", "Libraries"}
    page.select_option("#theme", "")
    page.select_option("#kind", "park")
    page.fill("#find", "littlèton 005a")
    assert set(shown(page, "td.where")) == {"Littleton 005A"}
    assert set(shown(page, "td.kind")) == {"Parks and gardens"}
    said = page.inner_text("#said")
    assert said.startswith(f"{len(shown(page))} of ")
    assert said.endswith("Kind: Parks and gardens. With “littlèton 005a”.")
    page.fill("#find", "no such place")
    assert shown(page) == []
    assert page.is_visible("#nothing")
    page.click("#clear")
    assert len(shown(page)) == len(entries(town()))
    assert page.evaluate("document.activeElement.id") == "from"


def test_headings_sort_by_keyboard_and_say_so(seen: Seen) -> None:
    page = seen.page
    page.focus("#lists th.where button")
    page.keyboard.press("Enter")
    assert page.get_attribute("#lists th.where", "aria-sort") == "ascending"
    rising = shown(page, "td.where")
    assert rising == sorted(rising, key=str.casefold)
    assert page.inner_text("#said").endswith("Sorted by Where, rising.")
    page.keyboard.press("Space")
    assert page.get_attribute("#lists th.where", "aria-sort") == "descending"
    assert shown(page, "td.where") == sorted(rising, key=str.casefold, reverse=True)
    assert page.evaluate("document.activeElement.closest('th').className") == "where"


@pytest.mark.parametrize("place", [0, 6], ids=["neighbourhood", "library"])
def test_the_minutes_from_a_chosen_place_are_those_of_the_table(seen: Seen, place: int) -> None:
    page, material = seen.page, town()
    start = material.starts.iloc[place]
    page.select_option("#from", str(place))
    walks = material.walks[material.walks["place_id"] == start["place_id"]]
    minutes = walks.set_index("asset_id")["walk_min"].to_dict()
    expected = []
    for entry in entries(material):
        ways = [minutes[each.asset_id] for each in entry.members if each.asset_id in minutes]
        if entry.first.asset_id == start["place_id"]:
            expected.append("it starts here")
        else:
            expected.append(f"{as_told(min(ways))} min" if ways else "over 30 min")
    told = [text.replace("\u00a0", " ") for text in shown(page, "td.walk")]
    assert sorted(told) == sorted(expected)
    near = [int(text.split()[0]) for text in told if text[0].isdigit()]
    assert near == sorted(near)
    assert page.inner_text("#said").endswith(f"On foot from {start['name']}, the nearest first.")
    page.select_option("#within", "10")
    assert len(shown(page)) == sum(n <= 10 for n in near) + told.count("it starts here")


def test_a_link_opens_the_same_list_and_what_it_does_not_know_is_passed_over(
    browser: Browser, page_file: Path
) -> None:
    seen = opened(browser, page_file)
    seen.page.select_option("#from", label="Littleton 002A, around Alway, Somerton")
    seen.page.select_option("#kind", "library")
    link, rows = seen.page.evaluate("location.hash"), shown(seen.page, "td.walk")
    assert link == f"#from={IDS[1]}&kind=library"
    seen.page.evaluate("h => { location.hash = '' }", link)
    seen.page.evaluate("h => { location.hash = h }", link)
    seen.page.wait_for_function("document.querySelector('#kind').value === 'library'")
    assert shown(seen.page, "td.walk") == rows
    seen.page.evaluate("location.hash = '#from=<img>&kind=__proto__&find=%22%3E&theme=%FF'")
    seen.page.wait_for_function("document.querySelector('#kind').value === ''")
    assert seen.errors == []
    seen.page.context.close()


@pytest.mark.parametrize("path", ["directory.html", "data.html"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_page_fits_a_small_telephone_and_does_nothing_by_itself(
    browser: Browser, any_folder: Path, path: str, scripts: bool
) -> None:
    seen = opened(browser, any_folder / path, viewport=SMALL, java_script_enabled=scripts)
    if scripts:
        if path == "directory.html":
            seen.page.select_option("#from", "0")
        asked = "[document.documentElement.scrollWidth, window.__pwn]"
        assert seen.page.evaluate(asked) in ([320, None], [320])
    else:
        assert seen.page.locator("#choices, td.walk").first.is_hidden()
    assert len(seen.page.locator("main").inner_text()) > 1000
    assert seen.errors == []
    assert seen.requests == [(any_folder / path).as_uri()]
    seen.page.context.close()


def test_without_scripts_each_theme_leads_to_the_kinds_that_serve_it(
    browser: Browser, page_file: Path
) -> None:
    seen = opened(browser, page_file, java_script_enabled=False)
    links = seen.page.locator("#themes dd").nth(3).locator("a")
    assert links.all_inner_texts() == ["Allotments", "Libraries"]
    assert seen.page.locator("#kind-library tbody tr").count() == 5
    seen.page.context.close()
