"""Every page of whole districts, as people open them: by day and night, on a telephone, on paper.

The districts are built by the real Makefile. Sampleton is made up, Newport is real, and the third
has hostile text wherever there is text. A page type that is added is looked at without a change
here: the pages are those that were published.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

from pipeline.pages.page import OSM_COPYRIGHT
from tests.browser.opening import BROWSER_MARKS, Seen, browser, opened
from tests.browser.test_axe import AXE, found
from tests.hostile_texts import ALL, MARK
from tests.whole import built_district, built_hostile

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [*BROWSER_MARKS, pytest.mark.slow]
__all__ = ["browser"]

EDITIONS = ("planner", "community")
# Of pages that there are many of, as many are looked at in every condition.
ENOUGH = 2
CONDITIONS: dict[str, dict[str, Any]] = {
    "day": {"viewport": {"width": 1280, "height": 900}},
    "night on a telephone": {"viewport": {"width": 360, "height": 720}, "color_scheme": "dark"},
    "twice as large": {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
    "no scripts": {"viewport": {"width": 1280, "height": 900}, "java_script_enabled": False},
}
# The planners' edition of Newport has all that the other has, and more.
OF_NEWPORT = {
    "planner": ("day", "night on a telephone", "axe", "links", "print"),
    "community": ("night on a telephone", "links"),
}
# What a program says that has lost a value; words of people are not looked at for it.
LOST = re.compile(r"\b(undefined|NaN|null|None|nan|Infinity)\b|\[object |\{\w+\}")


@dataclass(frozen=True)
class Edition:
    """What was published of a district for some of its readers."""

    district: str
    name: str
    folder: Path

    def pages(self) -> list[Path]:
        """Return all pages of this edition, in order."""
        found = sorted(self.folder.rglob("*.html"))
        if self.name == "planner":
            found = [path for path in found if "community" not in path.parts]
        return found

    def looked_at(self, look: str) -> list[Path]:
        """Return pages of every kind: where a folder has many alike, its first and its last."""
        if self.district == "newport" and look not in OF_NEWPORT[self.name]:
            pytest.skip("Newport's pages are of the kinds of Sampleton's, only longer")
        chosen: list[Path] = []
        for folder in sorted({page.parent for page in self.pages()}):
            pages = [page for page in self.pages() if page.parent == folder]
            alike = [page for page in pages if re.fullmatch(r"[A-Z0-9_-]+", page.stem)]
            chosen += [page for page in pages if page not in alike]
            chosen += alike[:1] + alike[1:][-(ENOUGH - 1) :]
        return chosen


@pytest.fixture(scope="module", params=["hostile", "sampleton", "newport"])
def editions(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[Edition]:
    """Build a district, and return both its editions."""
    if request.param == "hostile":
        folder = built_hostile(tmp_path_factory).out
    else:
        folder = built_district(tmp_path_factory, request.param).published
    places = (folder, folder / "community")
    return [Edition(request.param, name, at) for name, at in zip(EDITIONS, places, strict=True)]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder for what the pages looked like; SCREENSHOTS may name another."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def must_be_sound(seen: Seen, path: Path, where: str) -> None:
    """Hold what every page in every condition must be."""
    assert seen.errors == [], where
    assert [url for url in seen.requests if url != path.as_uri()] == [], where
    assert seen.page.locator("h1").count() == 1, where
    assert seen.page.title().strip(), where
    assert re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", seen.page.get_attribute("html", "lang") or "")
    assert len(seen.page.locator("main").inner_text()) > 100, where


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("edition", range(len(EDITIONS)), ids=EDITIONS)
def test_every_page_is_whole_in_every_condition(
    browser: Browser, editions: list[Edition], pictures: Path, edition: int, condition: str
) -> None:
    ours, choices = editions[edition], CONDITIONS[condition]
    for path in ours.looked_at(condition):
        where = f"{ours.district} {ours.name} {path.relative_to(ours.folder)} {condition}"
        seen = opened(browser, path, **choices, reduced_motion="reduce")
        must_be_sound(seen, path, where)
        if condition != "no scripts":
            wide, ran = seen.page.evaluate(
                "[document.documentElement.scrollWidth, window.__pwn ?? null]"
            )
            assert (wide, ran) == (choices["viewport"]["width"], None), where
        if ours.district != "hostile":
            lost = LOST.search(seen.page.locator("body").inner_text())
            assert lost is None, (where, lost)
        seen.page.screenshot(path=pictures / (re.sub(r"\W+", "-", where) + ".png"))
        seen.page.context.close()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is missing: make setup-browser installs it")
@pytest.mark.parametrize("edition", range(len(EDITIONS)), ids=EDITIONS)
def test_axe_finds_nothing_on_any_page(
    browser: Browser, editions: list[Edition], edition: int
) -> None:
    for path in editions[edition].looked_at("axe"):
        for scheme, width in (("light", 1280), ("dark", 360)):
            viewport = {"width": width, "height": 900}
            seen = opened(
                browser, path, viewport=viewport, color_scheme=scheme, bypass_csp=True,
                reduced_motion="reduce",
            )  # fmt: skip
            assert found(seen.page) == [], (path.name, scheme)
            seen.page.context.close()


@pytest.mark.parametrize("edition", range(len(EDITIONS)), ids=EDITIONS)
def test_every_link_leads_to_something_that_is_there(
    browser: Browser, editions: list[Edition], edition: int
) -> None:
    ours = editions[edition]
    for path in ours.looked_at("links"):
        seen = opened(browser, path)
        links: list[str] = seen.page.eval_on_selector_all(
            "a[href]", "all => all.map((each) => each.getAttribute('href'))"
        )
        seen.page.context.close()
        for link in set(links):
            parts = urlsplit(link)
            if parts.scheme:
                assert link == OSM_COPYRIGHT, (path.name, link)
            elif parts.path:
                target = (path.parent / unquote(parts.path)).resolve()
                # The way up to the list of districts, which is made last.
                is_up = (
                    target == ours.folder.resolve().parents[ours.name == "community"] / "index.html"
                )
                assert is_up or target.exists(), (path.name, link)


@pytest.mark.parametrize("edition", range(len(EDITIONS)), ids=EDITIONS)
def test_every_page_can_be_printed_and_a_profile_takes_two_sides(
    browser: Browser, editions: list[Edition], edition: int
) -> None:
    ours = editions[edition]
    for path in ours.looked_at("print"):
        seen = opened(browser, path)
        seen.page.emulate_media(media="print")
        printed = seen.page.pdf(prefer_css_page_size=True)
        sides = len(re.findall(rb"/Type\s*/Page\b", printed))
        assert sides >= 1
        if path.parent.name == "neighbourhoods" and path.stem != "index":
            assert sides <= 2, path.name
        assert seen.errors == []
        seen.page.context.close()


@pytest.mark.parametrize("edition", range(len(EDITIONS)), ids=EDITIONS)
def test_the_keyboard_reaches_all_of_a_page_and_leaves_it_again(
    browser: Browser, editions: list[Edition], edition: int
) -> None:
    ours = editions[edition]
    for path in ours.looked_at("keyboard"):
        seen = opened(browser, path)
        n_reached = 0
        for _ in range(1500):
            seen.page.keyboard.press("Tab")
            is_new, is_seen = seen.page.evaluate(
                """() => {
                  const here = document.activeElement;
                  if (here === document.body) return [null, true];
                  const style = getComputedStyle(here);
                  const isRing = style.outlineStyle !== "none" &&
                    parseFloat(style.outlineWidth) >= 2;
                  const isLine = here.tagName === "path" && style.stroke !== "none" &&
                    parseFloat(style.strokeWidth) >= 4;
                  window.__passed ??= new Set();
                  const isNew = !window.__passed.has(here);
                  window.__passed.add(here);
                  return [isNew, isRing || isLine];
                }"""
            )
            where = (path.name, n_reached)
            assert is_seen, where
            if is_new is None:
                break
            assert is_new, where
            n_reached += 1
        assert is_new is None, f"{path.name} does not let go of the keyboard"
        assert n_reached >= 5, path.name
        seen.page.context.close()


def test_hostile_names_stand_on_the_pages_as_they_are(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    seen = opened(browser, built_hostile(tmp_path_factory).out / "map.html")
    assert MARK in seen.page.inner_text("h1")
    held: int = seen.page.evaluate(f"JSON.stringify(HalfFull.data).split({MARK!r}).length - 1")
    assert held >= len(ALL)
    seen.page.context.close()
