"""Who walks: colours, tables, links and minutes of the map are those of the walker chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from pipeline.config import Wording
from pipeline.pages import Material, map_page
from tests.browser.opening import BROWSER_MARKS, Seen, browser, opened
from tests.browser.test_walks import grid_town
from tests.pages.town import CODE, IDS, wordings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = BROWSER_MARKS
__all__ = ["browser"]

HEADLINE = ("nearest_median_min", "within_5_min_pct", "within_10_min_pct", "within_15_min_pct")
SPEED = 51.0


def town_of_walkers() -> Material:
    """Return the town with figures for one more walker, and without any for a third."""
    material = grid_town()
    rows = material.indicators[material.indicators["measure"].isin(HEADLINE)]
    columns = ["neighbourhood_id", "category", "measure", "value", "unit", "state", "coverage_pct"]
    slower = rows[columns].assign(walker="slower")
    is_share = slower["unit"] == "%"
    slower["value"] = slower["value"].where(~is_share, slower["value"] * 0.5)
    slower["value"] = slower["value"].where(is_share, slower["value"] * 80 / SPEED)
    # One place where the slower walker cannot go, and the first walker can.
    is_there = (slower["neighbourhood_id"] == IDS[0]) & (slower["measure"] == HEADLINE[0])
    slower["value"] = slower["value"].mask(is_there)
    slower["state"] = slower["state"].mask(is_there, "unreachable")
    standard = material.walkers["standard"]
    older = standard.model_copy(update={"label": "Older adult", "speed_m_per_min": SPEED})
    own = rows[columns].assign(walker="standard")
    return replace(
        material,
        by_walker=pd.concat([own, slower], ignore_index=True),
        walkers={**material.walkers, "slower": older},
    )


@pytest.fixture(scope="module")
def material() -> Material:
    return town_of_walkers()


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory, material: Material) -> Path:
    path = tmp_path_factory.mktemp("who") / "map.html"
    path.write_text(map_page(material), encoding="utf-8")
    return path


@pytest.fixture
def seen(browser: Browser, page_file: Path) -> Iterator[Seen]:
    found = opened(browser, page_file)
    yield found
    assert [url for url in found.requests if url.split("#")[0] != page_file.as_uri()] == []
    assert found.errors == []
    found.page.context.close()


def fills(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        ".leaflet-areas-pane path", "paths => paths.map(path => path.getAttribute('fill'))"
    )
    return found


def shares(material: Material, category: str, measure: str) -> pd.DataFrame:
    rows = material.by_walker[material.by_walker["walker"] == "slower"]
    rows = rows[(rows["category"] == category) & (rows["measure"] == measure)]
    return rows.set_index("neighbourhood_id").loc[[*IDS, CODE]]


def test_colours_and_tables_are_those_of_the_walker(seen: Seen, material: Material) -> None:
    page = seen.page
    first = fills(page)
    page.select_option("#walker", "slower")
    rows = shares(material, "park", "within_10_min_pct")
    classes, bounds = material.theme.access_classes, material.theme.share_bounds_pct
    expected = [
        classes[sum(round(value) >= bound for bound in bounds)]
        if state in {"ok", "true_zero"}
        else f"url(#state-{state[0]})"
        for value, state in zip(rows["value"][:-1], rows["state"][:-1], strict=True)
    ]
    assert fills(page) == expected != first
    assert "For: Older adult." in page.inner_text("#legend")
    assert "For: Older adult." in page.inner_text("#figures-table caption")
    assert "For: Older adult." in page.inner_text("#profile-body")
    cell = page.inner_text("#figures-table tbody tr:first-child td:nth-child(4)")
    assert cell == f"{round(rows['value'].iloc[0])}\u00a0%"
    page.select_option("#walker", "standard")
    assert fills(page) == first
    assert "For:" not in page.inner_text("#legend")


def test_every_number_of_a_walker_comes_back_as_it_is_shown(seen: Seen, material: Material) -> None:
    """Coded as text and decoded, each is what the sheet rounds to, with its state."""
    seen.page.select_option("#walker", "slower")
    told: Any = seen.page.evaluate(
        """(measures) => Object.fromEntries(HalfFull.data.categories.map(({ id }) => [id,
          measures.map((m) => [...Array(HalfFull.figures.whole + 1).keys()]
            .map((place) => HalfFull.figures.figure(id, m, place)))]))""",
        list(HEADLINE),
    )
    for category in material.categories:
        for column, measure in zip(told[category], HEADLINE, strict=True):
            rows = shares(material, category, measure)
            for found, value, state in zip(column, rows["value"], rows["state"], strict=True):
                letter = {"no_data": "n", "unreachable": "u", "suppressed": "s"}.get(state, "o")
                assert found["state"] == letter
                if letter == "o":
                    assert found["value"] == pytest.approx(
                        value, abs=0.51 if "pct" in measure else 0.051
                    )
                else:
                    assert found["value"] is None


def test_what_is_not_counted_for_a_walker_says_so(seen: Seen) -> None:
    page = seen.page
    page.select_option("#measure", "nearest_q75_min")
    page.select_option("#walker", "slower")
    assert page.input_value("#measure") == "within_10_min_pct"
    about = page.inner_text("#walker-about")
    assert "is not counted for this walker. The map now shows" in about
    assert "only for “Adult at an ordinary pace”" in about
    option = page.locator("#measure option[value=nearest_q75_min]")
    assert option.get_attribute("disabled") is not None
    assert option.inner_text().endswith("(only for: Adult at an ordinary pace)")
    page.select_option("#walker", "standard")
    assert option.get_attribute("disabled") is None


def test_a_walker_without_figures_says_whose_are_shown(seen: Seen) -> None:
    page = seen.page
    first = fills(page)
    page.select_option("#walker", "wheels")
    assert fills(page) == first
    assert "No figures of neighbourhoods are counted" in page.inner_text("#walker-about")


def test_minutes_from_a_point_follow_the_walker(seen: Seen) -> None:
    page = seen.page
    page.focus("#map")
    page.keyboard.press("Enter")
    minutes = "document.querySelector('#walks-list').innerText"
    before = page.evaluate(minutes)
    page.select_option("#walker", "slower")
    assert page.evaluate(minutes) != before
    assert "For: Older adult." in page.inner_text("#walks-about")


def test_a_link_keeps_the_walker(seen: Seen, browser: Browser, page_file: Path) -> None:
    page = seen.page
    page.select_option("#walker", "slower")
    page.select_option("#measure", "nearest_median_min")
    page.wait_for_timeout(700)
    assert "w=slower" in page.url
    again = opened(browser, page_file)
    again.page.goto(page.url)
    again.page.reload()
    assert again.page.input_value("#walker") == "slower"
    assert fills(again.page) == fills(page)
    assert "url(#state-u)" in fills(page)
    again.page.context.close()


def test_a_link_to_what_is_not_counted_shows_the_rest(seen: Seen) -> None:
    page = seen.page
    page.evaluate("location.hash = '#w=slower&m=nearest_q75_min'")
    page.wait_for_selector("#view-note:visible")
    assert page.input_value("#walker") == "slower"
    assert page.input_value("#measure") == "within_10_min_pct"


def test_a_walker_has_words_in_the_language_of_the_page_or_says_which(
    browser: Browser, tmp_path: Path, material: Material
) -> None:
    welsh = replace(material, district=material.district.model_copy(update={"language": "cy"}))
    told: dict[str, Wording] = wordings()
    path = tmp_path / "map.html"
    path.write_text(map_page(welsh), encoding="utf-8")
    found = opened(browser, path)
    options = found.page.eval_on_selector_all(
        "#walker option", "all => all.map((o) => [o.value, o.textContent, o.lang])"
    )
    assert ["standard", told["cy"].walkers["standard"].label, ""] in options
    assert ["slower", "Older adult", "en-GB"] in options
    assert found.errors == []
    found.page.context.close()
