"""What a reader can do with the map: measure, be located, print it on one sheet, go back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import pytest

from pipeline.pages import Material, map_page
from tests.browser.opening import BROWSER_MARKS, Seen, browser, opened
from tests.browser.test_walks import grid_town
from tests.pages.town import CRS, SOUTH, WEST, town

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = BROWSER_MARKS
__all__ = ["browser"]

TO_DEGREES = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
A4_POINTS = (595, 842)


@pytest.fixture(scope="module")
def material() -> Material:
    return grid_town()


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory, material: Material) -> Path:
    path = tmp_path_factory.mktemp("tools") / "map.html"
    path.write_text(map_page(material), encoding="utf-8")
    return path


@pytest.fixture
def seen(browser: Browser, page_file: Path) -> Iterator[Seen]:
    found = opened(browser, page_file)
    yield found
    assert [url for url in found.requests if url.split("#")[0] != page_file.as_uri()] == []
    assert found.errors == []
    found.page.context.close()


def at(x: float, y: float) -> list[float]:
    """Return latitude and longitude of a point of the town."""
    longitude, latitude = TO_DEGREES.transform(WEST + x, SOUTH + y)
    return [latitude, longitude]


def click(page: Page, latlng: list[float]) -> None:
    page.locator("#map").scroll_into_view_if_needed()
    point = page.evaluate("p => halfFullMap.latLngToContainerPoint(p)", latlng)
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + point["x"], box["y"] + point["y"])


def metres(text: str) -> int:
    found = re.search(r"([\d,]+)\u00a0m\b", text)
    assert found is not None, text
    return int(found[1].replace(",", ""))


# --- measuring ------------------------------------------------------------------------------------


def test_two_clicks_measure_a_straight_line_and_the_way_on_foot(seen: Seen) -> None:
    page = seen.page
    page.click("#measure-button")
    assert "Choose where to measure from" in page.inner_text("#measuring-said")
    click(page, at(300, 300))
    assert "where to measure to" in page.inner_text("#measuring-said")
    click(page, at(1100, 900))
    line, on_foot = page.locator("#measuring-said strong").all_inner_texts()
    # A click is as exact as a pixel of the map.
    assert metres(line) == pytest.approx(1000, abs=12)
    assert metres(on_foot) >= metres(line)
    assert "Row" in page.inner_text("#measuring-said")
    assert page.locator(".leaflet-popup").count() == 0
    click(page, at(300, 300))
    assert "where to measure to" in page.inner_text("#measuring-said")
    page.click("#measuring-end")
    assert page.evaluate("document.activeElement.id") == "measure-button"
    assert not page.is_visible("#measuring")


def test_the_straight_line_is_that_of_the_ellipsoid(seen: Seen) -> None:
    geod = pyproj.Geod(ellps="WGS84")
    for latitude in (-54.8, 0.0, 36.1, 51.6, 60.2):
        one, other = [latitude, -3.0], [latitude + 0.031, -2.94]
        expected = geod.inv(one[1], one[0], other[1], other[0])[2]
        told = seen.page.evaluate("([a, b]) => HalfFull.measuring.straight(a, b)", [one, other])
        assert told == pytest.approx(expected, rel=1e-5)


def test_ways_between_points_are_the_same_there_and_back_on_the_flat_and_never_shorter(
    seen: Seen,
) -> None:
    """A way costs no more than by any point between, and as much as its legs together."""
    generator = np.random.default_rng(7)
    points = [at(*generator.uniform((50, 50), (2050, 1350))) for _ in range(24)]
    told: Any = seen.page.evaluate(
        """(points) => points.map((a) => points.map((b) => {
          const way = HalfFull.walks.wayBetween(a, b);
          return way && { cost: way.cost, total: way.total, length: way.length };
        }))""",
        points,
    )
    assert sum(way is not None for row in told for way in row) > 300
    for i, row in enumerate(told):
        for j, way in enumerate(row):
            if way is None or i == j:
                continue
            assert way["total"] == way["cost"]
            assert told[j][i]["length"] > 0
            for k in range(len(points)):
                if row[k] and told[k][j]:
                    assert way["cost"] <= row[k]["cost"] + told[k][j]["cost"]


def test_a_way_to_the_door_of_a_place_is_the_walk_to_it(seen: Seen) -> None:
    """Measured to its door, the nearest place is as far as the walk that finds it says."""
    told: Any = seen.page.evaluate(
        """(points) => points.flatMap((point) => {
          const { walks, streets } = HalfFull;
          const walk = walks.walkFrom(point);
          if (!walk) return [];
          return walk.best.filter(Boolean).map((found) => {
            const { doors } = streets.laid();
            const way = walks.wayBetween(point, walks.doorAt(found));
            const stand = walks.attach(walks.doorAt(found));
            const isNear = stand && Math.abs(stand.along - doors.along[found.door]) < 15;
            const isSame = isNear && stand.edge === doors.edge[found.door];
            return [found.cost - doors.snap[found.door], isSame ? way.cost - stand.snap : null];
          });
        })""",
        [at(x, y) for x in (200, 700, 1300, 1900) for y in (150, 650, 1200)],
    )
    compared = [(cost, other) for cost, other in told if other is not None]
    assert len(compared) > 20
    # Doors travel to a metre, and where two pieces of a street are as near that is elsewhere on it.
    assert max(abs(cost - other) for cost, other in compared) <= 20


def test_by_keyboard_points_are_taken_at_the_cross_and_by_search(seen: Seen) -> None:
    page = seen.page
    page.focus("#measure-button")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "measuring-title"
    page.focus("#map")
    page.keyboard.press("Enter")
    assert "the point" in page.inner_text("#measuring-ends")
    page.fill("#search-text", "Littleton 002A")
    page.keyboard.press("Enter")
    assert "Littleton 002A" in page.inner_text("#measuring-ends")
    assert "straight line" in page.inner_text("#measuring-said")
    assert page.locator(".leaflet-popup").count() == 0
    page.click("#measuring-again")
    page.click("#measuring-middle")
    page.click("#measuring-middle")
    assert page.inner_text("#measuring-said").startswith("0\u00a0m in a straight line")


def test_without_streets_the_straight_line_is_measured_all_the_same(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.pages.map.LARGEST_BYTES", 1)
    path = tmp_path / "map.html"
    path.write_text(map_page(town()), encoding="utf-8")
    found = opened(browser, path)
    page = found.page
    page.click("#measure-button")
    click(page, at(300, 300))
    click(page, at(1100, 900))
    said = page.inner_text("#measuring-said")
    assert metres(said) == pytest.approx(1000, abs=12)
    assert "do not fit into one page" in said
    assert found.errors == []
    page.context.close()


# --- where the reader is --------------------------------------------------------------------------

# A browser that opens files may know no place; the answers are those of the standard.
ANSWER = """(answer) => {
  const told = JSON.parse(answer);
  Object.defineProperty(navigator, "geolocation", { value: told && {
    getCurrentPosition: (found, failed) => (told.coords ? found(told) : failed(told)),
  } });
}"""


def located(page: Page, answer: Any) -> str:  # noqa: ANN401
    page.evaluate(ANSWER, json.dumps(answer))
    page.click("#locate-button")
    return page.inner_text("#locate-said")


def test_where_i_am_is_shown_with_the_minutes_from_there_and_no_link_tells_it(seen: Seen) -> None:
    latitude, longitude = at(800, 700)
    coords = {"latitude": latitude, "longitude": longitude, "accuracy": 23.4}
    said = located(seen.page, {"coords": coords})
    assert "within about 23" in said
    assert "stays in this page" in said
    assert seen.page.inner_text(".leaflet-popup-content h2") == "From here on foot"
    seen.page.wait_for_timeout(500)
    assert "from=" not in seen.page.url


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"code": 1}, "does not let this page know"),
        ({"code": 2}, "could not find out"),
        ({"code": 3}, "could not find out"),
        (None, "does not let this page know"),
        ({"coords": {"latitude": 0, "longitude": 0, "accuracy": 5}}, "outside the land"),
    ],
)
def test_where_the_browser_does_not_say_the_page_says_so(
    seen: Seen,
    answer: Any,  # noqa: ANN401
    words: str,
) -> None:
    before = seen.page.evaluate("[halfFullMap.getCenter(), halfFullMap.getZoom()]")
    assert words in located(seen.page, answer)
    assert seen.page.evaluate("[halfFullMap.getCenter(), halfFullMap.getZoom()]") == before


# --- on paper -------------------------------------------------------------------------------------


def test_the_map_prints_on_one_sheet_across_with_title_legend_and_credits(
    browser: Browser, page_file: Path
) -> None:
    found = opened(browser, page_file, color_scheme="dark")
    page = found.page
    before = page.evaluate("[halfFullMap.getCenter(), halfFullMap.getZoom()]")
    bounds = page.evaluate("halfFullMap.getBounds().toBBoxString()")
    page.evaluate("window.print = () => { window.printed = document.body.className; }")
    page.click("#print-button")
    page.wait_for_timeout(600)
    assert page.evaluate("window.printed") == "sheet"
    for shown in ("#title", "#map", "#legend", "#map-credit"):
        assert page.is_visible(shown), shown
    for hidden in ("#category", "#profile", "#figures", ".places"):
        assert not page.is_visible(hidden), hidden
    held = """(text) => {
      const [west, south, east, north] = text.split(",").map(Number);
      return halfFullMap.getBounds().pad(0.001).contains([[south, west], [north, east]]);
    }"""
    assert page.evaluate(held, bounds)
    pdf = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert len(boxes) == 1
    width, height = (float(side) for side in boxes[0])
    assert (round(width), round(height)) == pytest.approx(A4_POINTS[::-1], abs=1)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.wait_for_timeout(300)
    assert page.evaluate("[halfFullMap.getCenter(), halfFullMap.getZoom()]") == before
    assert page.is_visible("#category")
    assert page.evaluate("document.documentElement.getAttribute('data-looks')") is None
    assert found.errors == []
    page.context.close()


# --- back -----------------------------------------------------------------------------------------


def test_the_back_button_undoes_choices_one_by_one(seen: Seen) -> None:
    page = seen.page

    def chosen() -> tuple[str, str]:
        return page.input_value("#category"), page.input_value("#measure")

    def settle() -> None:
        page.wait_for_timeout(450)

    settle()
    page.select_option("#category", "library")
    settle()
    page.select_option("#measure", "within_5_min_pct")
    settle()
    page.click(".leaflet-control-zoom-in")
    settle()
    assert chosen() == ("library", "within_5_min_pct")
    page.go_back()
    settle()
    assert chosen() == ("library", "within_10_min_pct")
    page.go_back()
    settle()
    assert chosen() == ("park", "within_10_min_pct")
    page.go_forward()
    settle()
    assert chosen() == ("library", "within_10_min_pct")
    page.go_forward()
    settle()
    assert chosen() == ("library", "within_5_min_pct")
    assert not page.is_visible("#view-note")
