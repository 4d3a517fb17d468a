"""What the page says in words, colours and tables equals the sheets that lie beside it."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.pages import Material, indicators_csv, map_page, profiles_csv
from tests.browser.opening import BROWSER_MARKS, browser, opened
from tests.pages.town import CODE, IDS, MEASURES, town

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = BROWSER_MARKS
__all__ = ["browser"]

SHARE, WALK, COUNT = "within_10_min_pct", "nearest_median_min", "mean_count_within_15_min"
# On a bound, a hair to either side of it, and where rounding twice would be wrong.
ODD = {
    (IDS[0], "park", SHARE): 59.4962,
    (IDS[1], "park", SHARE): 79.4999,
    (IDS[2], "park", SHARE): 79.5,
    (IDS[4], "park", SHARE): 20.0,
    (CODE, "park", SHARE): 99.97,
    (IDS[0], "park", WALK): 10.0,
    (IDS[1], "park", WALK): 10.05,
    (IDS[2], "park", WALK): 5.0499,
    (IDS[4], "park", WALK): 5.0,
    (IDS[0], "park", COUNT): 0.03,
    (IDS[1], "park", COUNT): 1.15,
    (IDS[2], "park", COUNT): 2.0,
    (IDS[4], "park", COUNT): 9.9499,
    (IDS[0], "bench", SHARE): 0.4,
}
STATES = {
    "no_data": "no data",
    "unreachable": "not reachable on foot",
    "suppressed": "too few people to say",
}


@pytest.fixture(scope="module")
def material() -> Material:
    made = town()
    rows = made.indicators.copy()
    keys = zip(rows["neighbourhood_id"], rows["category"], rows["measure"], strict=True)
    rows["value"] = [ODD.get(key, value) for key, value in zip(keys, rows["value"], strict=True)]
    return dataclasses.replace(made, indicators=rows)


@pytest.fixture(scope="module")
def page(
    browser: Browser, material: Material, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    path: Path = tmp_path_factory.mktemp("figures") / "map.html"
    path.write_text(map_page(material), encoding="utf-8")
    seen = opened(browser, path)
    yield seen.page
    assert seen.errors == []
    seen.page.context.close()


def sheet(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))


def said(value: str, state: str, measure: str) -> str:
    """Return how a cell of a sheet is said, worked out from its digits."""
    if state in STATES:
        return STATES[state]
    number = Decimal(value)
    if measure.endswith("_pct"):
        if 0 < number < 1:
            return "under 1 %"
        if 99 < number < 100:
            return "over 99 %"
        return f"{number.quantize(Decimal(1), ROUND_HALF_UP)} %"
    tenths = number.quantize(Decimal("0.1"), ROUND_HALF_UP)
    if number == 0:
        return "0"
    return "under 0.1" if tenths == 0 else str(tenths)


def cells(page: Page) -> dict[str, list[str]]:
    """Return the table of figures: name of the row → its cells, without the name."""
    rows: list[list[str]] = page.eval_on_selector_all(
        "#figures-table tbody tr",
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))",
    )
    return {row[0]: [text.replace("\u00a0", " ") for text in row[1:]] for row in rows}


def test_every_cell_of_every_table_is_the_sheet_rounded_once(
    page: Page, material: Material
) -> None:
    names = {row["neighbourhood_id"]: row["name"] for row in sheet(profiles_csv(material))}
    shown = {}
    for category in material.categories:
        page.select_option("#category", category)
        for name, texts in cells(page).items():
            for measure, text in zip(material.measures, texts[1:], strict=False):
                shown[name, category, measure] = text
    rows = sheet(indicators_csv(material))
    assert len(shown) == len(rows) == len(names) * len(material.categories) * len(MEASURES)
    for row in rows:
        key = (names[row["neighbourhood_id"]], row["category"], row["measure"])
        assert shown[key] == said(row["value"], row["state"], row["measure"]), key


def test_the_other_table_says_the_same(page: Page, material: Material) -> None:
    rows = {
        (row["neighbourhood_id"], row["category"]): row
        for row in sheet(indicators_csv(material))
        if row["measure"] == SHARE
    }
    page.select_option("#measure", SHARE)
    page.select_option("#table-mode", "all")
    table = cells(page)
    page.select_option("#table-mode", "one")
    for profile in sheet(profiles_csv(material)):
        place = profile["neighbourhood_id"]
        found = table[profile["name"]]
        assert found[0] == f"{Decimal(profile['people']):,}"
        assert found[-1] == (profile["deprivation_decile"] or "–")
        for category, text in zip(material.categories, found[1:-1], strict=True):
            row = rows[place, category]
            assert text == said(row["value"], row["state"], SHARE)


@pytest.mark.parametrize(
    ("measure", "classes"),
    [
        (SHARE, [2, 3, 4, None, 1, None]),
        # A walk on a bound belongs to the nearer class, whose colour is darker.
        (WALK, [3, 2, 4, None, 4, None]),
        (COUNT, [0, 1, 2, None, 3, None]),
    ],
)
def test_colours_are_right_at_the_bounds(
    page: Page, material: Material, measure: str, classes: list[int | None]
) -> None:
    page.select_option("#category", "park")
    page.select_option("#measure", measure)
    fills = page.eval_on_selector_all(
        ".leaflet-areas-pane path", "paths => paths.map(path => path.getAttribute('fill'))"
    )
    colours = material.theme.access_classes
    expected = [None if n is None else colours[n] for n in classes]
    assert [fill if fill.startswith("#") else None for fill in fills] == expected
    counts = page.locator("#legend .plain >> nth=0").locator(".count").all_inner_texts()
    numbers = [int(text.split()[0]) for text in counts]
    assert numbers[:5] == [classes.count(n) for n in (4, 3, 2, 1, 0)]
    assert sum(numbers) == len(IDS)


def test_the_figure_of_the_district_says_whom_it_counts(page: Page) -> None:
    page.select_option("#category", "park")
    page.select_option("#measure", SHARE)
    legend = page.inner_text("#legend").replace("\u00a0", " ")
    plain = "over 99 % of residents of Littleton live within 10 minutes’ walk of at least one park"
    assert plain in legend
    counted = "It counts the 6,328 residents of the neighbourhoods with data, 5 of 6; the rest is"
    assert f"{counted} unknown, not zero." in legend
    caption = page.inner_text("#figures-table caption")
    assert "5 of 6 neighbourhoods have data for this and come first" in caption


def test_neighbourhoods_without_data_come_last_and_have_no_bar(page: Page) -> None:
    rows = list(cells(page))
    assert rows[-2:] == ["Littleton 006A", "Littleton"]
    assert page.locator("#neighbourhood optgroup").count() == 2
    page.select_option("#neighbourhood", label="Littleton 006A")
    assert page.locator("#profile-body .bar").count() == 0
    assert "says nothing about what is there" in page.inner_text("#profile-body").replace("\n", " ")
    page.select_option("#neighbourhood", label="Littleton 004A")
    assert page.locator("#profile-body .bar").count() == 0
    assert "too few people live here" in page.inner_text("#profile-body")
    page.select_option("#neighbourhood", label="Littleton 005A")
    library = page.locator("#profile-body li", has_text="Libraries")
    assert library.locator(".bar").count() == 1
    assert "0\u00a0% within 10\u00a0min" in library.inner_text()


def test_the_sentence_of_a_walk_says_how_many_reach_it(page: Page) -> None:
    page.select_option("#category", "park")
    for measure, who in [
        (WALK, "half of"),
        ("nearest_q25_min", "1 in 4"),
        ("nearest_q75_min", "3 in 4"),
    ]:
        page.select_option("#measure", measure)
        assert f"{who} residents reach one in about" in page.inner_text("#legend")
        assert f"{who} residents reach one in about" in (page.text_content("#said") or "")


def test_a_number_that_is_not_certain_for_all_says_so(page: Page) -> None:
    page.select_option("#measure", SHARE)
    page.locator("#figures-table tbody button", has_text="Littleton 003A").click()
    text = page.inner_text(".leaflet-popup-content").replace("\u00a0", " ")
    assert "80 % of residents within 10 minutes (certain for 96 % of residents)" in text
    assert "“Certain for 60 % of residents” means" in page.inner_text("footer")


def test_a_headline_number_stands_with_what_it_is_under_other_choices(page: Page) -> None:
    page.select_option("#measure", SHARE)
    page.select_option("#category", "library")
    asked = (page.text_content("#legend .sure") or "").replace("\u00a0", " ")
    assert "It would be 31 % to 55 % if people walked more slowly" in asked
    assert "under other choices” is the same number" in page.inner_text("footer")
