"""The map in a real browser, opened from the disk with the network cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.config import Dress
from pipeline.pages import Material, index_page, map_page, run_note
from pipeline.pages.page import PLACES
from tests.browser.opening import BROWSER_MARKS, Seen, browser, opened
from tests.pages.town import HOSTILE, IDS, town, wordings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = BROWSER_MARKS
__all__ = ["browser"]


@pytest.fixture(scope="module")
def material() -> Material:
    return town()


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory, material: Material) -> Path:
    path = tmp_path_factory.mktemp("ordinary") / "map.html"
    path.write_text(map_page(material), encoding="utf-8")
    return path


@pytest.fixture
def seen(browser: Browser, ordinary: Path) -> Iterator[Seen]:
    found = opened(browser, ordinary)
    yield found
    assert [url for url in found.requests if url != ordinary.as_uri()] == []
    assert found.errors == []
    found.page.context.close()


def fills(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        ".leaflet-areas-pane path", "paths => paths.map(path => path.getAttribute('fill'))"
    )
    return found


def expected_fills(material: Material, category: str, measure: str) -> list[str]:
    rows = material.indicators.set_index(["category", "measure", "neighbourhood_id"])
    bounds = material.theme.share_bounds_pct
    found = []
    for place in IDS:
        value = rows["value"].to_dict()[category, measure, place]
        state = rows["state"].to_dict()[category, measure, place]
        if state in {"ok", "true_zero"}:
            place_in = sum(round(value) >= bound for bound in bounds)
            found.append(material.theme.access_classes[place_in])
        else:
            found.append(f"url(#state-{state[0]})")
    return found


def test_the_title_the_notice_and_the_banner_stand_there(seen: Seen) -> None:
    page = seen.page
    assert page.inner_text("h1") == "Littleton: what is within reach on foot"
    assert page.title() == "Littleton: what is within reach on foot – Half Full"
    assert "made up" in page.inner_text(".notice[role=note]")
    assert "physical assets only" in page.inner_text(".banner")
    assert "5 of 6" in page.inner_text(".banner")


@pytest.mark.parametrize("category", ["park", "library", "bench"])
def test_a_category_changes_colours_legend_and_table(
    seen: Seen, material: Material, category: str
) -> None:
    page = seen.page
    page.select_option("#category", category)
    assert fills(page) == expected_fills(material, category, "within_10_min_pct")
    label = material.looks[category].label
    assert page.inner_text("#legend h2").startswith(label)
    assert label in page.inner_text("#figures-table caption")
    assert label in page.inner_text("#list-title")


def test_a_measure_changes_colours_and_legend(seen: Seen, material: Material) -> None:
    page = seen.page
    page.select_option("#measure", "within_5_min_pct")
    assert fills(page) == expected_fills(material, "park", "within_5_min_pct")
    assert "60 to under 80\u00a0%" in page.inner_text("#legend")
    page.select_option("#measure", "nearest_median_min")
    assert "over 5 to 10 minutes" in page.inner_text("#legend")
    page.select_option("#measure", "mean_count_within_15_min")
    assert "2 to under 5" in page.inner_text("#legend")


def test_states_are_shown_and_said(seen: Seen) -> None:
    page = seen.page
    page.select_option("#category", "library")
    page.select_option("#measure", "nearest_median_min")
    legend = page.inner_text("#legend")
    assert "No data" in legend
    assert "Not reachable on foot" in legend
    assert "Too few people" in legend
    assert {"url(#state-n)", "url(#state-u)", "url(#state-s)"} <= set(fills(page))
    for letter in "nus":
        assert page.locator(f"#state-{letter}").count() == 1


def test_the_table_says_what_the_sheet_says(seen: Seen, material: Material) -> None:
    page = seen.page
    page.select_option("#category", "bus_stop")
    row = page.locator("#figures-table tbody tr").first.inner_text().split("\t")
    rows = material.indicators.set_index(["neighbourhood_id", "category", "measure"])["value"]
    share = rows[IDS[0], "bus_stop", "within_10_min_pct"]
    assert row[0].strip() == "Littleton 001A"
    assert f"{round(share)}\u00a0%" in row[3]
    assert f"{rows[IDS[0], 'bus_stop', 'nearest_median_min']:.1f}" in row[5]
    page.select_option("#table-mode", "all")
    assert page.locator("#figures-table thead th").count() == 3 + len(material.categories)


def test_the_keyboard_goes_through_the_neighbourhoods_and_opens_one(seen: Seen) -> None:
    page = seen.page
    areas = page.locator(".leaflet-areas-pane path")
    names = [areas.nth(n).get_attribute("aria-label") for n in range(areas.count())]
    listed = page.locator("#neighbourhood option").all_inner_texts()[-len(names) :]
    assert names == [text.split(", ")[0] for text in listed]
    areas.first.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == names[1]
    assert page.evaluate("parseFloat(getComputedStyle(document.activeElement).strokeWidth)") >= 4
    page.keyboard.press("Enter")
    assert page.inner_text(".leaflet-popup-content h2").startswith(names[1] or "?")
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup-content", state="detached")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == names[1]


def test_tables_are_sorted_by_buttons(seen: Seen) -> None:
    page = seen.page
    button = page.locator("#figures-table thead button").nth(1)
    button.focus()
    page.keyboard.press("Enter")
    people = page.eval_on_selector_all(
        "#figures-table tbody tr:not(.whole) td:nth-child(2)",
        "cells => cells.map(c => c.innerText)",
    )
    assert people == ["8", "1,490", "1,500", "1,533", "1,620", "1,710"]
    assert page.get_attribute("#figures-table thead th:nth-child(2)", "aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert page.get_attribute("#figures-table thead th:nth-child(2)", "aria-sort") == "descending"


def test_deprivation_is_laid_over_and_taken_away(seen: Seen) -> None:
    page = seen.page
    before = fills(page)
    page.check("#show-beside")
    assert page.locator(".leaflet-beside-pane path").count() == 5
    assert fills(page) == before
    assert "1 is the most deprived tenth in England" in page.inner_text("#legend")
    assert "English Indices of Deprivation 2025" in page.inner_text("#legend")
    page.uncheck("#show-beside")
    assert page.locator(".leaflet-beside-pane path").count() == 0


def test_a_neighbourhood_says_its_strengths_before_its_deprivation(seen: Seen) -> None:
    page = seen.page
    page.click("#figures-table tbody button >> text=Littleton 002A")
    text = page.inner_text(".leaflet-popup-content")
    assert text.startswith("Littleton 002A")
    assert text.index("Within 10 minutes of at least 80\u00a0%") < text.index("Decile 2")
    page.click(".leaflet-popup-content button")
    assert "Littleton 002A" in page.inner_text("#profile-title")
    assert page.evaluate("document.activeElement.id") == "profile-title"
    cards = page.locator("#profile-body .card h3").all_inner_texts()
    assert cards[-1] == "Deprivation, beside it"


def test_a_place_opens_by_keyboard_and_gives_the_focus_back(seen: Seen) -> None:
    page = seen.page
    page.select_option("#category", "library")
    button = page.locator("#list-table tbody button").first
    button.focus()
    page.keyboard.press("Enter")
    text = page.inner_text(".leaflet-popup-content")
    assert "Library" in text
    assert "OpenStreetMap (6 May 2024)" in text
    assert page.evaluate("document.activeElement.className") == "pop"
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")
    assert button.evaluate("button => button === document.activeElement")


def test_a_symbol_opens_by_pointer(seen: Seen) -> None:
    page = seen.page
    page.select_option("#category", "library")
    place = page.evaluate(
        """() => {
          const { at, category } = HalfFull.data.places;
          const wanted = HalfFull.data.categories.findIndex(({ id }) => id === 'library');
          for (let n = 0; n < category.length; n += 1) {
            const latLng = [at[2 * n + 1] / 1e5, at[2 * n] / 1e5];
            const inside = halfFullMap.getBounds().contains(latLng);
            if (category[n] === wanted && inside) return halfFullMap.latLngToContainerPoint(latLng);
          }
        }"""
    )
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + place["x"], box["y"] + place["y"])
    assert "Library" in page.inner_text(".leaflet-popup-content")


def test_every_choice_is_reached_by_the_keyboard(seen: Seen) -> None:
    page = seen.page
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.id || String(document.activeElement.className)")
        )
    wanted = ["skip", "category", "map", "measure", "show-places", "show-beside"]
    assert [name for name in reached if name in wanted][: len(wanted)] == wanted
    assert {"neighbourhood", "table-mode", "figures-table"} <= set(reached)


def test_the_map_opens_with_one_choice_one_sentence_and_its_legend(
    browser: Browser, ordinary: Path
) -> None:
    found = opened(browser, ordinary, is_unfolded=False)
    page = found.page
    assert page.is_visible("#category")
    plain = page.inner_text("#legend .plain-words").replace("\u00a0", " ")
    assert re.match(
        r"Where the map data reach, \d+ % of residents of Littleton live within 10 minutes’ walk "
        r"of at least one park or garden\. It counts",
        " ".join(plain.split()),
    )
    folded = ("#measure", "#walker", "#show-beside", "#print-button", "#legend .sure p >> nth=0")
    assert [name for name in folded if page.is_visible(name)] == []
    for summary in ("#other-choices", "#tools", "#legend .sure"):
        page.focus(f"{summary} > summary")
        page.keyboard.press("Enter")
    assert [name for name in folded if not page.is_visible(name)] == []
    # Another kind leaves open what a reader has opened.
    page.select_option("#category", "library")
    assert page.is_visible("#legend .sure p >> nth=0")
    page.context.close()


@pytest.mark.parametrize(
    ("link", "is_open"),
    [("#c=library", False), ("#m=within_10_min_pct", False), ("#m=within_5_min_pct", True),
     ("#d=1", True), ("#l=cafe", True)],
)  # fmt: skip
def test_a_link_that_has_made_a_folded_choice_unfolds_it(
    browser: Browser, ordinary: Path, link: str, *, is_open: bool
) -> None:
    found = opened(browser, ordinary, is_unfolded=False)
    found.page.evaluate("(link) => { location.hash = link; }", link)
    found.page.wait_for_timeout(300)
    assert found.page.is_visible("#measure") is is_open
    assert found.errors == []
    found.page.context.close()


def test_the_skip_link_goes_past_the_map(seen: Seen) -> None:
    seen.page.focus("a.skip.inline")
    seen.page.keyboard.press("Enter")
    assert seen.page.evaluate("document.activeElement.id") == "figures"


def test_the_first_link_goes_past_the_head_of_the_page(seen: Seen) -> None:
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Enter")
    assert seen.page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_looks_are_those_of_the_device_until_one_is_chosen(
    browser: Browser, ordinary: Path, scheme: str
) -> None:
    found = opened(browser, ordinary, color_scheme=scheme)
    ground = "getComputedStyle(document.body).backgroundColor"
    on_map = "getComputedStyle(document.querySelector('.map-credit')).color"
    own, of_map = found.page.evaluate(ground), found.page.evaluate(on_map)
    other = "dark" if scheme == "light" else "light"
    found.page.select_option("#looks", other)
    assert found.page.evaluate(ground) != own
    assert found.page.evaluate(on_map) == of_map
    found.page.select_option("#looks", "auto")
    assert found.page.evaluate(ground) == own
    assert found.errors == []
    found.page.context.close()


@pytest.mark.parametrize("width", [320, 390, 768])
def test_narrow_pages_do_not_scroll_sideways(browser: Browser, ordinary: Path, width: int) -> None:
    found = opened(browser, ordinary, viewport={"width": width, "height": 800})
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    assert found.errors == []
    found.page.context.close()


def test_without_scripts_the_sheet_is_named(browser: Browser, ordinary: Path) -> None:
    found = opened(browser, ordinary, java_script_enabled=False)
    assert "profiles.csv" in found.page.inner_text("noscript")
    found.page.context.close()


def test_a_page_that_fails_says_where_the_figures_are(
    browser: Browser, ordinary: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "map.html"
    broken.write_text(ordinary.read_text(encoding="utf-8").replace('"figures":', '"figurez":', 1))
    found = opened(browser, broken)
    assert "profiles.csv" in found.page.inner_text("#failed")
    assert not opened(browser, ordinary).page.is_visible("#failed")
    found.page.context.close()


def test_print_keeps_the_whole_map_and_leaves_the_choices_out(
    browser: Browser, ordinary: Path
) -> None:
    found = opened(browser, ordinary)
    page = found.page
    before = page.locator("#map").bounding_box()
    zoom = page.evaluate("halfFullMap.getZoom()")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.set_viewport_size({"width": 690, "height": 1000})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 690
    paper = page.locator("#map").bounding_box()
    assert paper is not None
    assert paper["width"] <= 672
    assert paper["height"] <= 440
    assert page.evaluate("halfFullMap.getZoom()") == zoom
    assert not page.is_visible("#category")
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("#map").bounding_box() == before
    assert page.pdf(format="A4").count(b"/Type /Page\n") <= 8
    page.context.close()


def test_the_wheel_scrolls_the_page_until_the_map_is_chosen(seen: Seen) -> None:
    page = seen.page
    assert not page.evaluate("halfFullMap.scrollWheelZoom.enabled()")
    page.focus("#map")
    assert page.evaluate("halfFullMap.scrollWheelZoom.enabled()")
    page.focus("#category")
    assert not page.evaluate("halfFullMap.scrollWheelZoom.enabled()")


def test_a_neighbourhood_is_reached_without_the_map(seen: Seen) -> None:
    page = seen.page
    page.focus("#neighbourhood")
    page.keyboard.press("ArrowDown")
    assert page.inner_text("#profile-title").endswith("Littleton 001A")
    button = page.locator("#figures-table tbody button").nth(1)
    button.focus()
    page.keyboard.press("Enter")
    title = page.locator(".leaflet-popup-content h2").last.inner_text()
    assert title.startswith("Littleton 002A")
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")
    assert button.evaluate("button => button === document.activeElement")


def test_websites_and_other_data_never_become_links(seen: Seen) -> None:
    addresses = seen.page.eval_on_selector_all("a", "all => all.map(a => a.getAttribute('href'))")
    places = {where for _, where in PLACES}
    allowed = {"#figures", "#main", "#", "https://www.openstreetmap.org/copyright", *places}
    assert set(addresses) <= allowed


# --- hostile text in every slot -------------------------------------------------------------------


def test_hostile_text_is_shown_as_text_and_nothing_runs(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "map.html"
    path.write_text(map_page(town(is_hostile=True)), encoding="utf-8")
    found = opened(browser, path)
    page = found.page
    assert HOSTILE[1] in page.inner_text("h1")
    assert HOSTILE[0] in page.inner_text(".notice[role=note]")
    page.check("#show-beside")
    page.click("summary")
    shown = ""
    for category in page.eval_on_selector_all("#category option", "all => all.map(o => o.value)"):
        page.select_option("#category", category)
        shown += page.inner_text("#list-table")
        for n in range(min(5, page.locator("#list-table tbody button").count())):
            page.locator("#list-table tbody button").nth(n).evaluate("button => button.click()")
            assert page.locator(".leaflet-popup-content h2").count() >= 1
    for n in range(len(IDS)):
        page.locator("#figures-table tbody button").nth(n).evaluate("button => button.click()")
        page.hover(".leaflet-areas-pane path >> nth=0", force=True)
    page.select_option("#table-mode", "all")
    shown += page.inner_text("body")
    for text in HOSTILE[:12]:
        assert text in shown, text
    assert page.evaluate("window.__pwn") is None
    assert page.locator("body img, body iframe, body [onerror], body [onload]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert found.requests == [path.as_uri()]
    assert found.errors == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["map.html"]
    page.context.close()


def test_the_index_shows_its_cards(browser: Browser, tmp_path: Path) -> None:
    material = town(is_hostile=True)
    path = tmp_path / "index.html"
    notes = {"hostile": run_note(material, {}), "littleton": run_note(town(), {})}
    page = index_page(notes, Dress(theme=material.theme), wordings())
    path.write_text(page, encoding="utf-8")
    found = opened(browser, path)
    links = found.page.eval_on_selector_all(
        ".cards a", "all => all.map(a => a.getAttribute('href'))"
    )
    assert sorted(links) == [f"{folder}/{PLACES[0][1]}" for folder in ("hostile", "littleton")]
    assert re.search(r"within 10 minutes of \d+\s% of residents", found.page.inner_text(".cards"))
    assert found.page.evaluate("window.__pwn") is None
    assert found.errors == []
    found.page.context.close()


def test_paths_come_in_close_up_from_the_streets_that_walks_go_along(seen: Seen) -> None:
    told = """() => {
      let paths = 0;
      halfFullMap.eachLayer((layer) => {
        if (layer.options.pane === "streets" && layer.options.dashArray === "3 3") paths += 1;
      });
      return [paths, HalfFull.streets.pathLines().every((line) => line.length > 1)];
    }"""
    seen.page.evaluate("halfFullMap.setZoom(13, { animate: false })")
    assert seen.page.evaluate(told) == [0, True]
    seen.page.evaluate("halfFullMap.setZoom(15, { animate: false })")
    assert seen.page.evaluate(told) == [1, True]
