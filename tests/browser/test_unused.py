"""Land, buildings and shops that are not in use: a layer, a key, a table and words of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
from shapely.geometry import Point, box

from pipeline import files
from pipeline.config import Possible, UnusedKind
from pipeline.pages import Material, map_page
from tests.browser.opening import BROWSER_MARKS, Seen, browser, opened
from tests.pages.town import CRS, HOSTILE, ROOT, SOUTH, WEST, town

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = BROWSER_MARKS
__all__ = ["browser"]


def site(number: int, **what: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return one site: a register's field, unless something else is said."""
    x, y = WEST + 200 + 150 * number, SOUTH + 300
    records = [{"source": "register", "id": str(number), "name": "", "date": "2024-05-01"}]
    return {
        "site_id": f"register-{number}",
        "unused_kind": "brownfield",
        "form": "land",
        "name": "",
        "status": "listed",
        "sources": "register",
        "date": "2024-05-01",
        "area_m2": 10_000.0,
        "ownership": "public",
        "planning": "permissioned",
        "listed_since": "2018-12-31",
        "confidence": "possible",
        "confidence_because": json.dumps([["listed_for_homes", {}]]),
        "perhaps_same": "[]",
        "caution_findings": "[]",
        "people_within_10_min": 1234.0,
        "beside": "",
        "is_in_district": True,
        "records": json.dumps(records),
        "geometry": box(x, y, x + 100, y + 100),
        **what,
    }


def with_sites(rows: list[dict[str, Any]]) -> Material:
    kinds = files.read_configs(sorted((ROOT / "config/unused").glob("*.yaml")), UnusedKind)
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)
    possible = Possible(unused=kinds, uses={}, cautions={})
    return replace(town(), unused_land=table, possible=possible)


FIELD = site(0, name="Gas works")
SHOP = site(
    1, unused_kind="vacant_shop", form="unit", sources="osm", area_m2=float("nan"), ownership="",
    planning="", listed_since="", people_within_10_min=float("nan"), beside="High Street",
    geometry=Point(WEST + 1000, SOUTH + 900),
)  # fmt: skip


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("unused") / "map.html"
    path.write_text(map_page(with_sites([FIELD, SHOP])), encoding="utf-8")
    return path


@pytest.fixture
def seen(browser: Browser, page_file: Path) -> Iterator[Seen]:
    found = opened(browser, page_file)
    yield found
    assert [url for url in found.requests if url.split("#")[0] != page_file.as_uri()] == []
    assert found.errors == []
    found.page.context.close()


def test_the_layer_comes_with_a_key_a_table_and_what_a_register_is(seen: Seen) -> None:
    page = seen.page
    assert "Show 2 sites not in use, or little used" in page.inner_text("#other-choices")
    assert not page.is_visible("#unused")
    page.check("#show-unused")
    legend = page.inner_text("#legend")
    assert "ask the owner" in legend
    assert "it is not a list of all empty land" in legend
    rows = [row.split("\t") for row in page.locator("#unused-table tbody tr").all_inner_texts()]
    field, shop = ([cell.strip() for cell in row] for row in rows)
    assert field[:5] == ["Gas works", "Brownfield land", "Land", "1\u00a0ha", "1,250"]
    assert shop[0] == "Empty shop by High Street"
    assert shop[2:5] == ["Shop or room", "–", "–"]
    # The border of the field, once in white and once in dashes; a shop is a point.
    assert page.locator(".leaflet-outlines-pane path").count() == 2
    page.uncheck("#show-unused")
    assert not page.is_visible("#unused")
    assert page.locator(".leaflet-outlines-pane path").count() == 0
    assert "ask the owner" not in page.inner_text("#legend")


def test_a_site_says_how_sure_it_is_whose_it_is_and_what_is_not_known(seen: Seen) -> None:
    page = seen.page
    page.check("#show-unused")
    buttons = page.locator("#unused-table tbody button")
    buttons.first.focus()
    page.keyboard.press("Enter")
    told = page.inner_text(".leaflet-popup-content")
    assert "may well be: a register lists it as fit for homes" in told
    assert "owned by a public authority" in told
    assert "1,250 people within 10 minutes’ walk" in told
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")
    assert buttons.first.evaluate("button => button === document.activeElement")
    buttons.nth(1).click()
    told = page.inner_text(".leaflet-popup-content")
    assert "not known" in told
    assert "no street leads there" in told


def test_a_symbol_opens_by_pointer_and_a_link_keeps_the_layer(
    seen: Seen, browser: Browser, page_file: Path
) -> None:
    page = seen.page
    page.check("#show-unused")
    page.locator("#map").scroll_into_view_if_needed()
    point = page.evaluate("halfFullMap.latLngToContainerPoint(HalfFull.unused.latLng(0))")
    where = page.locator("#map").bounding_box()
    assert where is not None
    page.mouse.click(where["x"] + point["x"], where["y"] + point["y"])
    assert page.inner_text(".leaflet-popup-content h2") == "Gas works"
    page.wait_for_timeout(500)
    assert "u=1" in page.url
    again = opened(browser, page_file)
    again.page.goto(page.url)
    again.page.reload()
    assert again.page.is_checked("#show-unused")
    again.page.context.close()


def test_where_none_is_known_the_page_says_so(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    path.write_text(map_page(town()), encoding="utf-8")
    found = opened(browser, path)
    assert "which does not say that there is none" in found.page.inner_text("#unused-note")
    assert not found.page.is_visible("#show-unused")
    found.page.goto(f"{path.as_uri()}#u=1")
    found.page.reload()
    assert found.page.is_visible("#view-note")
    assert found.errors == []
    found.page.context.close()


def test_hostile_text_of_a_register_stays_text(browser: Browser, tmp_path: Path) -> None:
    rows = [
        site(n % 8, site_id=f"r-{n}", name=text, planning=text, beside=text)
        for n, text in enumerate(HOSTILE)
    ]
    path = tmp_path / "map.html"
    path.write_text(map_page(with_sites(rows)), encoding="utf-8")
    found = opened(browser, path)
    page = found.page
    page.check("#show-unused")
    shown = page.inner_text("#unused-table")
    for n in range(len(rows)):
        page.locator("#unused-table tbody button").nth(n).evaluate("button => button.click()")
    for text in HOSTILE[:9]:
        assert text in shown, text
    assert page.evaluate("window.__pwn") is None
    assert page.locator("main img, main iframe, main [onerror], main [onload]").count() == 0
    assert found.errors == []
    page.context.close()
