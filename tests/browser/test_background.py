"""Pictures from the internet under a map, in a real browser: only after a tick."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.pages import map_page
from tests.browser.opening import BROWSER_MARKS, browser
from tests.pages.test_background import ORIGIN, with_background
from tests.pages.town import town

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = BROWSER_MARKS
__all__ = ["browser"]

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def opened(browser: Browser, tmp_path: Path, *, answers: bool) -> tuple[Page, list[str]]:
    """Open a map, and answer what it asks for, or cut the line."""
    path = tmp_path / "map.html"
    path.write_text(map_page(with_background(town())), encoding="utf-8")
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if answers:
            route.fulfill(body=PIXEL, content_type="image/png")
        else:
            route.abort()

    page = browser.new_context().new_page()
    page.route("https://**/*", answer)
    page.goto(path.as_uri())
    page.wait_for_selector("#background-choice:not([hidden])", state="attached")
    return page, asked


def tick(page: Page) -> None:
    page.evaluate("document.getElementById('show-background').click()")


def test_nothing_is_asked_for_until_the_reader_says_so_and_then_that_server_alone(
    browser: Browser, tmp_path: Path
) -> None:
    page, asked = opened(browser, tmp_path, answers=True)
    page.wait_for_timeout(300)
    assert asked == []
    assert "tiles.example.org" in (page.text_content("#background-about") or "")
    tick(page)
    page.wait_for_selector(".leaflet-background-pane img.leaflet-tile-loaded", state="attached")
    assert asked
    assert all(url.startswith(f"{ORIGIN}/streets/") for url in asked)
    assert "Example Maps" in (page.text_content("#background-credit") or "")
    assert page.get_attribute("#background-credit", "hidden") is None
    tick(page)
    assert page.locator(".leaflet-background-pane img").count() == 0
    page.context.close()


def test_where_they_do_not_come_the_page_says_so_and_works(
    browser: Browser, tmp_path: Path
) -> None:
    page, _ = opened(browser, tmp_path, answers=False)
    tick(page)
    page.wait_for_selector("#background-said:not(:empty)", state="attached")
    assert "Not all of the pictures came" in (page.text_content("#background-said") or "")
    assert page.locator("#failed").is_hidden()
    page.context.close()
