"""The table of published standards in a real browser: by keyboard, and with hostile words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.pages import map_page
from tests.browser.opening import BROWSER_MARKS, browser, opened
from tests.pages.town import town

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = BROWSER_MARKS
__all__ = ["browser"]


def test_the_table_opens_with_a_key_and_shows_every_standard(
    browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "map.html"
    path.write_text(map_page(town()), encoding="utf-8")
    seen = opened(browser, path)
    page = seen.page
    assert not page.is_visible("#standards-table")
    page.focus("#standards summary")
    page.keyboard.press("Enter")
    assert page.is_visible("#standards-table")
    assert page.locator("#standards-table tr.standard").count() == 3
    doorstep = page.locator("#standards-table tbody tr").nth(1)
    assert doorstep.locator("td").all_inner_texts() == [
        "10\u00a0%", "30\u00a0%", "20 points more", "straight line",
    ]  # fmt: skip
    assert "0.5\u00a0ha or more within 200\u00a0m" in doorstep.inner_text()
    assert page.get_attribute("#standards-table", "tabindex") == "0"
    assert seen.errors == []
    page.context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_hostile_words_stay_words_and_the_page_no_wider_than_the_screen(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    path = tmp_path / "map.html"
    path.write_text(map_page(town(is_hostile=True)), encoding="utf-8")
    seen = opened(browser, path, viewport={"width": width, "height": 800})
    page = seen.page
    page.click("#standards summary")
    assert page.evaluate("window.__pwn") is None
    assert page.locator("#standards-table img, #standards-table script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert seen.errors == []
    page.context.close()
