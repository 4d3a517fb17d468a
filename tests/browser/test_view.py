"""A link to a view of the map, in a real browser: written, opened again, and never trusted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from pipeline.pages import map_page
from pipeline.pages.editions import without_deprivation
from tests.browser.opening import BROWSER_MARKS, Seen, browser, opened
from tests.pages.town import HOSTILE, town

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = BROWSER_MARKS
__all__ = ["browser"]

WRITTEN = "location.hash.includes('at=')"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("view") / "map.html"
    path.write_text(map_page(town()), encoding="utf-8")
    return path


@pytest.fixture
def seen(browser: Browser, page_file: Path) -> Iterator[Seen]:
    found = opened(browser, page_file)
    yield found
    assert [url for url in found.requests if url.split("#")[0] != page_file.as_uri()] == []
    assert found.errors == []
    found.page.context.close()


def view(page: Page) -> dict[str, Any]:
    """Return what a reader sees of a view."""
    found: dict[str, Any] = page.evaluate(
        """() => {
          const text = (selector) => document.querySelector(selector)?.innerText ?? null;
          const { lat, lng } = halfFullMap.getCenter();
          return {
            at: [lat.toFixed(4), lng.toFixed(4)],
            zoom: halfFullMap.getZoom(),
            category: text("#legend h2"),
            measure: document.getElementById("measure").value,
            shows: document.getElementById("show-places").checked,
            layers: [...document.querySelectorAll("#layers input:checked")].map(({ id }) => id),
            beside: document.querySelectorAll(".leaflet-beside-pane path").length,
            walker: document.getElementById("walker").value,
            profile: text("#profile-title"),
            popup: text(".leaflet-popup-content h2"),
            walks: text("#walks-list"),
            way: text("#walks-way"),
            fills: [...document.querySelectorAll(".leaflet-areas-pane path")]
              .map((path) => path.getAttribute("fill")),
          };
        }"""
    )
    return found


def settled(page: Page) -> None:
    """Wait until the map stands still and the address says so."""
    page.wait_for_timeout(700)
    page.wait_for_function(WRITTEN)


def reopened(browser: Browser, url: str) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_offline(True)
    page = context.new_page()
    page.goto(url)
    page.wait_for_timeout(700)
    return page


def parts(page: Page) -> dict[str, str]:
    return {key: found[0] for key, found in parse_qs(page.url.split("#")[1]).items()}


def click_map(page: Page, across: float, down: float) -> None:
    page.locator("#map").scroll_into_view_if_needed()
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])


def choose_much(page: Page) -> None:
    page.select_option("#category", "library")
    page.select_option("#measure", "within_5_min_pct")
    page.uncheck("#show-places")
    page.check("#show-beside")
    page.click(".more summary")
    page.check("#layer-bus_stop")
    page.check("#layer-cafe")


def choose_place(page: Page) -> None:
    page.click("#figures-table tbody button >> text=Littleton 002A")


def choose_asset(page: Page) -> None:
    page.select_option("#category", "cafe")
    page.locator("#list-table tbody button").nth(1).click()


def choose_point(page: Page) -> None:
    click_map(page, 0.45, 0.55)


def choose_point_and_close(page: Page) -> None:
    choose_place(page)
    page.keyboard.press("Escape")
    choose_point(page)
    page.keyboard.press("Escape")
    page.click(".leaflet-control-zoom-in")


@pytest.mark.parametrize(
    "choose", [choose_much, choose_place, choose_asset, choose_point, choose_point_and_close]
)
def test_a_link_opens_the_view_it_was_taken_from(
    seen: Seen,
    browser: Browser,
    choose: Any,  # noqa: ANN401
) -> None:
    page = seen.page
    choose(page)
    settled(page)
    again = reopened(browser, page.url)
    assert view(again) == view(page)
    assert not again.is_visible("#view-note")
    again.context.close()


def test_the_address_says_what_is_chosen_and_is_clean_before_that(seen: Seen) -> None:
    page = seen.page
    page.wait_for_timeout(500)
    assert "#" not in page.url
    choose_much(page)
    settled(page)
    assert parts(page) | {"at": "", "z": ""} == {
        "c": "library", "m": "within_5_min_pct", "s": "0", "l": "bus_stop,cafe", "d": "1",
        "at": "", "z": "",
    }  # fmt: skip
    choose_place(page)
    settled(page)
    assert parts(page)["p"] == "E01999002"
    assert parts(page)["o"] == "p"
    assert re.fullmatch(r"5\d\.\d{5},-\d\.\d{5}", parts(page)["at"])


def test_a_short_link_opens_an_asset_with_its_kind_on_the_map(
    browser: Browser, page_file: Path
) -> None:
    material = town()
    cafe = material.assets[material.assets["category"] == "cafe"].iloc[0]
    page = reopened(browser, f"{page_file.as_uri()}#a={cafe['asset_id']}")
    assert page.locator("#layer-cafe").is_checked()
    assert page.evaluate("halfFullMap.getZoom()") >= 16
    assert page.locator(".leaflet-popup-content").count() == 1
    page.wait_for_function("location.hash.includes('a=')")
    page.evaluate("location.hash = '#p=E01999003'")
    page.wait_for_function("document.getElementById('neighbourhood').value === '2'")
    page.context.close()


@pytest.mark.parametrize(
    "hash_",
    [
        "#main", "#figures", "#", "#c=__proto__", "#c=nothing&m=constructor", "#p=999&a=-1",
        "#at=0,0&z=99", "#at=91,181", "#at=1e9,NaN", "#z=-3", "#from=0,0", "#from=,,", "#o=x",
        "#l=park,%3Cimg%3E", "#d=2", "#w=toString", "#%E0%A4%A", f"#c={'park' * 2000}",
        *(f"#{key}={text[:300]}" for key in ("c", "p", "a", "at") for text in HOSTILE[:8]),
    ],
)  # fmt: skip
def test_a_link_that_the_map_does_not_know_changes_nothing_and_is_not_shown(
    seen: Seen, hash_: str
) -> None:
    page = seen.page
    before, body = view(page), page.inner_text("main")
    page.evaluate("hash => { location.hash = hash; }", hash_)
    page.wait_for_timeout(60)
    after = page.inner_text("main")
    assert view(page) == before
    assert after.replace(page.inner_text("#view-note"), "", 1).split() == body.split()
    assert page.evaluate("window.__pwn") is None


def test_a_link_known_in_part_shows_that_part_and_says_so(seen: Seen) -> None:
    page = seen.page
    page.evaluate("location.hash = '#c=library&m=nonsense'")
    page.wait_for_selector("#view-note:visible")
    assert page.input_value("#category") == "library"
    assert "shows the rest" in page.inner_text("#view-note")
    assert "nonsense" not in page.inner_text("main")


def test_the_button_copies_the_link(browser: Browser, page_file: Path) -> None:
    found = opened(browser, page_file, permissions=["clipboard-read", "clipboard-write"])
    page = found.page
    page.select_option("#category", "library")
    page.click("#share-button")
    page.wait_for_function("document.getElementById('share-said').textContent.length > 0")
    assert "has been copied" in page.inner_text("#share-said")
    assert "send the file" in page.inner_text("#share-said")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert "c=library" in page.url
    page.context.close()


def test_where_the_clipboard_is_closed_the_link_is_shown_selected(
    browser: Browser, page_file: Path
) -> None:
    found = opened(browser, page_file)
    page = found.page
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.click("#share-button")
    page.wait_for_selector("#share-link:visible")
    assert page.evaluate("document.activeElement.id") == "share-link"
    assert page.evaluate("getSelection().toString()") == page.input_value("#share-link")
    assert page.input_value("#share-link").startswith(page_file.as_uri() + "#c=park")
    assert found.errors == []
    page.context.close()


def test_an_edition_without_deprivation_knows_no_such_part(
    browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "map.html"
    path.write_text(map_page(without_deprivation(town())), encoding="utf-8")
    page = reopened(browser, f"{path.as_uri()}#d=1&c=library")
    assert page.input_value("#category") == "library"
    assert page.locator("#show-beside").count() == 0
    page.context.close()
