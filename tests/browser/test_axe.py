"""What people with disabilities would stumble over: axe-core on every page, and what it cannot see.

axe-core is never part of a page. The policy of the pages forbids every script but their own, so
it is set aside here, and in these tests alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.config import Dress
from pipeline.pages import (
    assessment_page,
    data_page,
    directory_page,
    glance_page,
    index_page,
    map_page,
    neighbourhood_pages,
    run_note,
    without_deprivation,
)
from tests.browser.opening import BROWSER_MARKS, browser, opened
from tests.pages.town import IDS, town, wordings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = Path(__file__).parent / "npm/node_modules/axe-core/axe.min.js"
needs_axe = pytest.mark.skipif(
    not AXE.exists(), reason="axe-core is missing: make setup-browser installs it"
)
pytestmark = BROWSER_MARKS
__all__ = ["browser"]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A map clips the areas that reach beyond it; axe-core takes what is clipped for something that lies
# over the buttons beside the map.
FOUND = """async (tags) => {
  const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  const map = document.querySelector("#map")?.getBoundingClientRect();
  const isBeside = ({ target }) => {
    const box = document.querySelector(target.join(" ")).getBoundingClientRect();
    return box.left >= map.right || box.right <= map.left ||
      box.top >= map.bottom || box.bottom <= map.top;
  };
  const isClipped = (node) => map && isBeside(node) && node.any.every(({ relatedNodes }) =>
    relatedNodes.some(({ html }) => html.startsWith('<path class="leaflet-interactive"')));
  return violations.map(({ id, tags, nodes }) => ({
    id, tags,
    where: nodes.filter((node) => id !== "target-size" || !isClipped(node))
      .map(({ target }) => target.join(" ")),
  })).filter(({ where }) => where.length);
}"""
PROFILE = f"neighbourhoods/{IDS[0]}.html"
WITHIN = (
    "index.html",
    "map.html",
    "directory.html",
    "data.html",
    "assessment.html",
    "neighbourhoods/index.html",
    PROFILE,
)
PAGES = ("index.html", *(f"{edition}/{path}" for edition in ("planner", "community")
                         for path in WITHIN))  # fmt: skip
WIDTHS = (1280, 360)
# The pages of both editions are made by the same code: each scheme is seen in each width, of one.
LOOKS = [
    (path, scheme, width)
    for path in PAGES
    for scheme, width in zip(
        ("dark", "light") if path.startswith("community") else ("light", "dark"),
        WIDTHS,
        strict=True,
    )
]
# A window of 1280 pixels that is seen at 200 % is 640 wide.
SMALL: tuple[dict[str, Any], ...] = (
    {"viewport": {"width": 320, "height": 640}},
    {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    planner = town()
    notes = {"planner": run_note(planner, {})}
    pages = {"index.html": index_page(notes, Dress(theme=planner.theme), wordings())}
    for edition, material in (("planner", planner), ("community", without_deprivation(planner))):
        theirs = {
            "index.html": glance_page(material),
            "map.html": map_page(material),
            "directory.html": directory_page(material),
            "data.html": data_page(material, {"profiles.csv": b"1"}),
            "assessment.html": assessment_page(material),
            **neighbourhood_pages(material),
        }
        pages |= {f"{edition}/{path}": page for path, page in theirs.items()}
    for path, page in pages.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(page, encoding="utf-8")
    return folder


def found(page: Page) -> list[dict[str, Any]]:
    """Ask axe-core; return what it finds, with what is only its advice printed."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    all_found: list[dict[str, Any]] = page.evaluate(FOUND, RULES)
    for each in all_found:
        if "best-practice" in each["tags"]:
            print("axe-core advises:", each["id"], each["where"])  # noqa: T201
    return [each for each in all_found if "best-practice" not in each["tags"]]


def fill(page: Page, mode: str) -> None:
    """Show all that a map can show at once: what is laid over it, a pop-up, every table."""
    if page.locator("#show-beside").count():
        page.check("#show-beside")
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    page.select_option("#table-mode", mode)
    page.locator("#figures-table tbody button").first.click()
    page.wait_for_selector(".leaflet-popup-content")


@needs_axe
@pytest.mark.parametrize(("path", "scheme", "width"), LOOKS)
def test_axe_finds_nothing(
    browser: Browser, folder: Path, path: str, scheme: str, width: int
) -> None:
    seen = opened(
        browser,
        folder / path,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        bypass_csp=True,
        # What is still fading in is too pale for a moment.
        reduced_motion="reduce",
    )
    if path.endswith("map.html"):
        fill(seen.page, "one" if width == WIDTHS[0] else "all")
    else:
        if path.endswith("directory.html"):
            seen.page.select_option("#from", "0")
        seen.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = 1")
    assert found(seen.page) == []
    seen.page.context.close()


@needs_axe
def test_axe_finds_what_is_put_in_its_way(browser: Browser, folder: Path) -> None:
    seen = opened(browser, folder / "planner/index.html", bypass_csp=True)
    seen.page.evaluate(
        """() => {
          document.documentElement.removeAttribute("lang");
          document.querySelector(".lede").style.color = "#cccccc";
        }"""
    )
    assert {each["id"] for each in found(seen.page)} == {"html-has-lang", "color-contrast"}
    seen.page.context.close()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("choices", SMALL, ids=["320 px", "200 %"])
def test_no_page_is_wider_than_its_window(
    browser: Browser, folder: Path, path: str, choices: dict[str, Any]
) -> None:
    seen = opened(browser, folder / path, **choices)
    if path.endswith("map.html"):
        fill(seen.page, "all")
    wide: int = seen.page.evaluate("document.documentElement.scrollWidth")
    assert wide == choices["viewport"]["width"]
    seen.page.context.close()


def test_the_keyboard_passes_all_of_a_page_in_reading_order_and_is_seen(
    browser: Browser, folder: Path
) -> None:
    seen = opened(browser, folder / "planner/index.html")
    page = seen.page
    wanted = page.evaluate(
        """() => [...document.querySelectorAll("a, button, select, summary, [tabindex='0']")]
          .filter((each) => each.checkVisibility()).length"""
    )
    passed: list[int] = []
    for _ in range(wanted):
        page.keyboard.press("Tab")
        place, is_seen = page.evaluate(
            """() => {
              const here = document.activeElement;
              const { outlineStyle, outlineWidth } = getComputedStyle(here);
              const place = [...document.querySelectorAll("*")].indexOf(here);
              return [place, outlineStyle !== "none" && parseFloat(outlineWidth) >= 2];
            }"""
        )
        assert is_seen
        passed.append(place)
    assert passed == sorted(set(passed))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement === document.body")
    seen.page.context.close()


def test_the_button_that_closes_a_pop_up_says_so_in_the_language_of_the_page(
    browser: Browser, folder: Path
) -> None:
    seen = opened(browser, folder / "planner/map.html")
    fill(seen.page, "one")
    button = seen.page.locator(".leaflet-popup-close-button")
    assert button.get_attribute("aria-label") == "Close"
    seen.page.context.close()
