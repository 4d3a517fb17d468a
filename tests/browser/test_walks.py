"""Minutes and ways from any point of the map are those of the walking engine."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from pipeline import files
from pipeline.config import Study, Walker
from pipeline.pages import Material, map_page
from pipeline.pages import map as of_map
from pipeline.pages.places import shown_assets
from pipeline.snapping import snap
from tests.browser.engine import Streets
from tests.browser.opening import BROWSER_MARKS, Seen, browser, opened
from tests.pages.town import CELL, CRS, SOUTH, WEST, town
from tests.tiny import ROOT
from tests.whole import built_district

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = BROWSER_MARKS
__all__ = ["browser"]

FURTHEST_MIN = 30
# Half a decimetre, to which lengths are rounded.
LEG_M = 0.0501
SIDE = CELL / 6
COLUMNS, ROWS = 18, 12
TO_DEGREES = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
TO_METRES = pyproj.Transformer.from_crs("EPSG:4326", CRS, always_xy=True)


def as_mapped(points: list[tuple[float, float]]) -> shapely.LineString:
    """Return a line through points as OpenStreetMap has them: with seven decimals of a degree."""
    degrees = np.round(TO_DEGREES.transform(*np.array(points).T), 7)
    return shapely.LineString(np.column_stack(TO_METRES.transform(*degrees)))


def street(i: int, j: int, *, is_across: bool) -> dict[str, Any]:
    """Return one street of a grid of streets on a slope."""
    x, y = WEST + i * SIDE, SOUTH + j * SIDE
    far = (x + SIDE, y) if is_across else (x, y + SIDE)
    bend = (x + SIDE / 2, y + 9) if is_across else (x + 5, y + SIDE / 3)
    line = as_mapped([(x, y), bend, far])
    end = (i + 1, j) if is_across else (i, j + 1)
    return {
        "start": i * (ROWS + 1) + j,
        "end": end[0] * (ROWS + 1) + end[1],
        "length_dm": round(line.length * 10),
        "highway": "residential" if is_across else "footway",
        "name": f"Row {j}" if is_across else "",
        "is_steps": False,
        "tags": "{}" if (i + j) % 5 else '{"highway": "steps"}',
        "geometry": line,
    }


def grid_town() -> Material:
    """Return the town on streets that meet, with its doors on them."""
    plain = town()
    across = [street(i, j, is_across=True) for i in range(COLUMNS) for j in range(ROWS + 1)]
    up = [street(i, j, is_across=False) for i in range(COLUMNS + 1) for j in range(ROWS)]
    network = gpd.GeoDataFrame([*across, *up], geometry="geometry", crs=CRS).assign(
        edge_id=range(len(across) + len(up)), component=0, is_snappable=True, barriers=""
    )
    network["is_bridge_or_tunnel"] = network["edge_id"] % 17 == 3
    length = network["length_dm"].to_numpy()
    slope = np.arange(len(network)) % 40
    terrain = pd.DataFrame(
        {
            "edge_id": network["edge_id"],
            "forward_dm": length + 4 * slope,
            "backward_dm": length - slope,
            "steepest_pct": 1.0,
        }
    )
    stands = snap(plain.entrances.geometry.to_numpy(), network, 100.0)
    state = np.where(stands["edge_id"] >= 0, "ok", "unreachable")
    doors = plain.entrances.assign(**stands, state=state)
    standard = plain.walkers["standard"]
    rolling = {"refuses": ({"highway": ("steps",)},), "slopes": "tobler", "speed_m_per_min": 51.0}
    walkers = {"standard": standard, "wheels": standard.model_copy(update=rolling)}
    return replace(plain, network=network, terrain=terrain, entrances=doors, walkers=walkers)


@dataclass(frozen=True)
class Place:
    """A district: its page, its streets and who walks there."""

    page: Path
    streets: Streets
    assets: list[str]
    walkers: dict[str, Walker]
    is_flat: bool


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Place:
    material = grid_town()
    page = tmp_path_factory.mktemp("grid") / "map.html"
    page.write_text(map_page(material), encoding="utf-8")
    streets = Streets(material.network, material.terrain, material.entrances, 150.0)
    assets = shown_assets(material)["asset_id"].tolist()
    return Place(page, streets, assets, dict(material.walkers), is_flat=False)


@pytest.fixture
def seen(browser: Browser, made: Place) -> Iterator[Seen]:
    found = opened(browser, made.page)
    yield found
    assert [url for url in found.requests if url != made.page.as_uri()] == []
    assert found.errors == []
    found.page.context.close()


WALKS = """([points, walker]) => points.map((point) => {
  const { walks } = HalfFull;
  const walk = walks.walkFrom(point, walker);
  const way = (category) => {
    const found = walks.wayTo(walk, category);
    const { total, length, toStreet, toDoor, cost, asset } = found;
    const legs = found.legs.map((leg) => [leg.length, leg.cost, leg.line]);
    return { total, length, toStreet, toDoor, cost, asset, legs };
  };
  return walk && { stand: walk.stand, best: walk.best.map((found, n) => found && way(n)) };
})"""


def categories_of(page: Page) -> list[str]:
    found: list[str] = page.evaluate("HalfFull.data.categories.map(({ id }) => id)")
    return found


def must_be_the_engines(page: Page, place: Place, n: int) -> None:
    """Hold minutes and ways from points anywhere, for every walker, against the engine."""
    points = place.streets.anywhere(n, seed=n)
    categories = categories_of(page)
    for name, walker in place.walkers.items():
        told = page.evaluate(WALKS, [points, name])
        answers = place.streets.answers(points, walker, categories)
        assert [walk is not None for walk in told] == answers.stands.tolist()
        assert n / 4 < answers.stands.sum() < n
        for row in np.flatnonzero(answers.stands):
            home = answers.homes.iloc[row]
            stand = told[row]["stand"]
            assert (stand["along"], stand["snap"]) == (home["along_dm"], home["snap_dm"])
        compared = [
            must_be_its_walk(
                told[row]["best"][k], answers.nearest[category].iloc[row], place, walker
            )
            for k, category in enumerate(categories)
            for row in np.flatnonzero(answers.stands)
        ]
        assert sum(compared) > n


def must_be_its_walk(told: Any, answer: Any, place: Place, walker: Walker) -> bool:  # noqa: ANN401
    """Compare one walk with the engine's; say whether there is one."""
    furthest = math.floor(FURTHEST_MIN * walker.speed_m_per_min * 10)
    cost = None if math.isnan(answer["nearest_m"]) else round(answer["nearest_m"] * 10)
    if cost is None or cost > furthest:
        assert told is None
        return False
    assert (told["cost"], place.assets[told["asset"]]) == (cost, answer["nearest_asset"])
    assert told["total"] == cost
    assert told["length"] == told["toStreet"] + told["toDoor"] + sum(leg[0] for leg in told["legs"])
    if place.is_flat:
        assert told["length"] == cost
    must_be_drawn(told["legs"], place)
    return True


def must_be_drawn(legs: list[Any], place: Place) -> None:
    """Hold the line of each leg against its length, and each end against the next beginning."""
    sizes = [len(line) for _, _, line in legs]
    points = place.streets.moved([tuple(point) for _, _, line in legs for point in line])
    places = np.split(shapely.get_coordinates(points), np.cumsum(sizes)[:-1])
    drawn = np.array([np.hypot(*np.diff(line, axis=0).T).sum() for line in places])
    assert np.abs(drawn - [length / 10 for length, _, _ in legs]).max() < LEG_M
    gaps = [np.hypot(*(after[0] - before[-1])) for before, after in pairwise(places)]
    assert max(gaps, default=0.0) < LEG_M


def test_from_anywhere_the_page_says_what_the_engine_says(seen: Seen, made: Place) -> None:
    must_be_the_engines(seen.page, made, 200)


# --- what people see ------------------------------------------------------------------------------


def click(page: Page, x_m: float, y_m: float) -> tuple[float, float]:
    """Click on a point of the map, given in metres from the corner of the town."""
    lng, lat = TO_DEGREES.transform(WEST + x_m, SOUTH + y_m)
    page.evaluate("document.getElementById('map').scrollIntoView({ block: 'center' })")
    page.evaluate("(at) => halfFullMap.setView(at, 16, { animate: false })", [lat, lng])
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    found: list[float] = page.evaluate("HalfFull.routes.point()")
    return (found[0], found[1])


def popup_of(page: Page) -> str:
    """Return what the pop-up says; one that closes may still be fading."""
    return page.locator(".leaflet-popup-content").last.inner_text()


def minutes_of(page: Page, made: Place, point: tuple[float, float], walker: str) -> dict[str, str]:
    """Return what the page should say, by category."""
    who = made.walkers[walker]
    nearest = made.streets.answers([point], who, categories_of(page)).nearest
    found = {}
    for category, answer in nearest.items():
        minutes = answer["nearest_m"].iloc[0] / who.speed_m_per_min
        if minutes <= FURTHEST_MIN:
            found[category] = f"{max(1, math.floor(minutes + 0.5))}\u00a0min"
    return found


def listed(page: Page) -> dict[str, str]:
    """Return the minutes that the list gives, by category."""
    rows: list[list[str]] = page.eval_on_selector_all(
        "#walks-list li",
        """rows => rows.map((row) => [
          row.querySelector(".row-label").textContent,
          row.querySelector(".walk-minutes")?.textContent ?? "",
        ])""",
    )
    labels: dict[str, str] = dict(
        page.evaluate("HalfFull.data.categories.map(({ id, label }) => [label, id])")
    )
    return {labels[label]: minutes for label, minutes in rows if minutes}


def without_or_less(minutes: dict[str, str]) -> dict[str, str]:
    return {key: text.removesuffix(" or less") for key, text in minutes.items()}


def test_a_click_says_the_minutes_first_and_lists_them_all(seen: Seen, made: Place) -> None:
    page = seen.page
    point = click(page, 760, 640)
    expected = minutes_of(page, made, point, "standard")
    assert without_or_less(listed(page)) == expected
    popup = popup_of(page)
    assert popup.startswith("From here on foot")
    assert expected["park"] in popup.split("\n")[2:4]
    assert "All residents of Littleton 002A" in popup
    heard = page.text_content("#walks-said") or ""
    assert heard.startswith("From here on foot: Parks and gardens")
    assert expected["park"] in heard


def test_the_way_is_drawn_and_told(seen: Seen) -> None:
    page = seen.page
    click(page, 760, 640)
    way = page.inner_text("#walks-way")
    assert way.startswith("The way to ")
    assert re.search(r"\d\smin.*, \d+\sm\. Along .*Row \d+ \d+\sm", way)
    drawn = page.locator(".leaflet-ways-pane path").count()
    assert drawn >= 4
    page.select_option("#category", "library")
    assert page.inner_text("#walks-way") != way
    button = page.locator("#walks-list button").first
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    assert page.locator("#walks-list [aria-pressed=true]").count() == 1
    assert page.inner_text("#walks-way") == page.text_content("#walks-said")
    page.click("#walks-clear")
    assert page.locator(".leaflet-ways-pane path").count() == 0
    assert page.locator("#walks-list li").count() == 0
    assert page.evaluate("document.activeElement.id") == "walks-title"


def test_the_neighbourhood_and_the_whole_list_are_a_step_away(seen: Seen) -> None:
    page = seen.page
    click(page, 760, 640)
    page.click(".leaflet-popup-content >> text=All minutes from here")
    assert page.evaluate("document.activeElement.id") == "walks-title"
    click(page, 760, 640)
    page.click(".leaflet-popup-content >> text=All residents of")
    assert popup_of(page).startswith("Littleton 002A")


def test_with_the_keyboard_the_middle_of_the_map_is_the_point(seen: Seen, made: Place) -> None:
    page = seen.page
    page.focus("#map")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    middle = page.evaluate("[halfFullMap.getCenter().lat, halfFullMap.getCenter().lng]")
    point = tuple(page.evaluate("HalfFull.routes.point()"))
    assert point == pytest.approx(middle, abs=0.02)
    assert without_or_less(listed(page)) == minutes_of(page, made, point, "standard")
    assert page.evaluate("document.activeElement.className") == "pop"
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")
    assert page.evaluate("document.activeElement.id") == "map"
    page.click("#walks-middle")
    assert popup_of(page).startswith("From here on foot")


def test_from_a_place_one_sets_out_at_its_way_in(seen: Seen, made: Place) -> None:
    page = seen.page
    page.select_option("#category", "library")
    page.locator("#list-table tbody button").first.click()
    page.click(".leaflet-popup-content >> text=Minutes on foot from here")
    point = tuple(page.evaluate("HalfFull.routes.point()"))
    expected = minutes_of(page, made, point, "standard")
    assert without_or_less(listed(page)) == expected
    assert expected["library"] == "1\u00a0min"


def test_another_walker_takes_other_minutes_and_streets(seen: Seen, made: Place) -> None:
    page = seen.page
    point = click(page, 1200, 640)
    before = listed(page)
    page.select_option("#walker", "wheels")
    assert without_or_less(listed(page)) == minutes_of(page, made, point, "wheels")
    assert listed(page) != before
    closed = (
        made.streets.network.query("tags != '{}'")
        .geometry.iloc[0]
        .interpolate(0.5, normalized=True)
    )
    click(page, closed.x - WEST, closed.y - SOUTH)
    assert "cannot be walked by" in popup_of(page)
    assert "cannot be walked by" in page.inner_text("#walks-about")


def test_where_there_is_no_street_that_is_said(seen: Seen) -> None:
    page = seen.page
    click(page, -900, 640)
    assert "The map of streets ends here" in popup_of(page)
    assert "outside the district" in page.inner_text("#walks-about")
    assert page.locator("#walks-list li").count() == 0
    click(page, 760, 640)
    assert page.locator("#walks-list li").count() == 8


def test_near_the_edge_of_the_data_minutes_are_at_most(seen: Seen) -> None:
    page = seen.page
    click(page, 2.6 * CELL, 640)
    assert any(text.endswith(" or less") for text in listed(page).values())
    assert "The map data end about 1\u00a0min from here" in page.inner_text("#walks-about")


def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser, made: Place) -> None:
    found = opened(browser, made.page, viewport={"width": 320, "height": 700}, has_touch=True)
    page = found.page
    click(page, 760, 640)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    popup = page.locator(".leaflet-popup").bounding_box()
    assert popup is not None
    assert popup["x"] >= 0
    assert popup["x"] + popup["width"] <= 320
    assert found.errors == []
    page.context.close()


def test_on_paper_the_list_stands_and_the_buttons_do_not(browser: Browser, made: Place) -> None:
    found = opened(browser, made.page)
    page = found.page
    page.emulate_media(media="print")
    assert not page.is_visible("#walks-title")
    page.emulate_media(media="screen")
    click(page, 760, 640)
    page.emulate_media(media="print")
    assert page.is_visible("#walks-list")
    assert page.is_visible("#walks-way")
    assert not page.is_visible("#walks-middle")
    page.context.close()


# --- districts that a page cannot carry -----------------------------------------------------------


def test_coarser_streets_are_out_by_a_minute_at_most_and_say_so(
    browser: Browser, made: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = len(made.page.read_bytes())
    monkeypatch.setattr(of_map, "LARGEST_BYTES", exact - 1)
    path = tmp_path / "map.html"
    path.write_text(map_page(grid_town()), encoding="utf-8")
    found = opened(browser, path)
    points = made.streets.anywhere(60, seed=3)
    told = found.page.evaluate(WALKS, [points, "standard"])
    answers = made.streets.answers(points, made.walkers["standard"], categories_of(found.page))
    for k, (_, answer) in enumerate(answers.nearest.items()):
        for row in np.flatnonzero(answers.stands):
            if told[row] and told[row]["best"][k]:
                metres = answer["nearest_m"].iloc[row]
                assert told[row]["best"][k]["cost"] / 10 == pytest.approx(metres, abs=40)
    click(found.page, 760, 640)
    assert "may be out by one" in found.page.inner_text("#walks-about")
    found.page.context.close()


@pytest.mark.parametrize("why", ["no_room", "no_streets"])
def test_without_streets_the_page_says_so_and_opens_neighbourhoods(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    material = grid_town()
    if why == "no_room":
        monkeypatch.setattr(of_map, "LARGEST_BYTES", 1)
    else:
        material = replace(material, network=material.network.assign(is_snappable=False))
    path = tmp_path / "map.html"
    path.write_text(map_page(material), encoding="utf-8")
    found = opened(browser, path)
    page = found.page
    said = {"no_room": "do not fit into one page", "no_streets": "no streets in the map data"}
    assert said[why] in page.inner_text("#walks")
    assert not page.is_visible("#walks-middle")
    page.click(".leaflet-areas-pane path >> nth=1", force=True)
    assert popup_of(page).startswith("Littleton 002A")
    assert found.errors == []
    page.context.close()


# --- real and demonstration districts -------------------------------------------------------------


@pytest.fixture(scope="module", params=["sampleton", "newport"])
def district(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Build a district with the real Makefile."""
    found = built_district(tmp_path_factory, request.param)
    return place_of(found.tables, found.published / "map.html")


def place_of(tables: Path, page: Path) -> Place:
    """Return a district from what the Makefile has left."""
    study: Study = files.read_choices(ROOT / "config/study.yaml", Study)
    walkers: dict[str, Walker] = files.read_configs(
        sorted((ROOT / "config/walkers").glob("*.yaml")), Walker
    )
    network, entrances = (
        gpd.read_parquet(tables / f"{name}.parquet") for name in ("network", "entrances")
    )
    terrain, assets = (
        pd.read_parquet(tables / f"{name}.parquet") for name in ("terrain", "assets")
    )
    is_flat = bool((terrain["forward_dm"].to_numpy() == network["length_dm"].to_numpy()).all())
    streets = Streets(network, terrain, entrances, study.snapping.home_cap_m)
    return Place(page, streets, assets["asset_id"].tolist(), walkers, is_flat)


@pytest.mark.slow
def test_from_anywhere_in_a_district_the_page_says_what_the_engine_says(
    browser: Browser, district: Place
) -> None:
    found = opened(browser, district.page)
    assert found.page.evaluate("HalfFull.streets.isExact")
    must_be_the_engines(found.page, district, 200)
    assert found.errors == []
    found.page.context.close()
