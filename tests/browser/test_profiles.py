"""The pages that are read without a script: on a phone, on paper, with hostile names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.pages import glance_page, neighbourhood_pages
from tests.browser.opening import BROWSER_MARKS, browser, opened
from tests.pages.town import IDS, town

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = BROWSER_MARKS
__all__ = ["browser"]
SMALL = {"width": 320, "height": 640}
ASKED = "[document.documentElement.scrollWidth, window.__pwn]"


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "hostile"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "neighbourhoods").mkdir()
    material = town(is_hostile=request.param)
    for path, page in {
        "index.html": glance_page(material),
        **neighbourhood_pages(material),
    }.items():
        (folder / path).write_text(page, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "path", ["index.html", "neighbourhoods/index.html", f"neighbourhoods/{IDS[0]}.html"]
)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_page_fits_a_small_telephone_and_does_nothing_by_itself(
    browser: Browser,
    folder: Path,
    path: str,
    scripts: bool,
) -> None:
    seen = opened(browser, folder / path, viewport=SMALL, java_script_enabled=scripts)
    if scripts:
        assert seen.page.evaluate(ASKED) in ([320, None], [320])
    assert len(seen.page.locator("main").inner_text()) > 100
    assert seen.errors == []
    assert seen.requests == [(folder / path).as_uri()]
    seen.page.context.close()


def test_a_profile_takes_two_sides_of_paper_and_the_list_leads_to_it(
    browser: Browser, folder: Path
) -> None:
    seen = opened(browser, folder / "neighbourhoods/index.html")
    for number in range(len(IDS)):
        seen.page.locator("main .list a").nth(number).click()
        printed = seen.page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
        seen.page.go_back()
    assert seen.errors == []
    seen.page.context.close()
