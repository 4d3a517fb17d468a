"""The map page: what it carries is what was computed, and it can neither fetch nor run."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely.geometry import LineString, Polygon, box

from pipeline import files
from pipeline.config import Category, Dress, Unwelcome
from pipeline.config.words import faults_of_tone
from pipeline.pages import Material, frame, index_page, map_page, run_note, shapes
from pipeline.pages.caveats import caveats
from pipeline.pages.figures import as_shown, strengths
from pipeline.pages.page import PLACES
from pipeline.pages.payload import payload
from pipeline.pages.shapes import Coder
from pipeline.pages.wording import Words
from pipeline.tables import PLACES_IN
from tests.pages.town import CODE, CRS, HOSTILE, IDS, ROOT, town, wordings

STATIC = Path(frame.__file__).parent / "static"
TEMPLATES = Path(frame.__file__).parent / "templates"
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def material() -> Material:
    return town()


@pytest.fixture(scope="module")
def hostile_material() -> Material:
    return town(is_hostile=True)


def data_of(page: str) -> dict[str, Any]:
    found = DATA.findall(page)
    assert len(found) == 1
    read: dict[str, Any] = json.loads(found[0])
    return read


def without_data(page: str) -> str:
    return DATA.sub("", page)


class Addresses(HTMLParser):
    """Every address a browser could ask for, but for links that people follow."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"src", "srcset", "data", "poster", "action"} or (
                name == "href" and tag != "a"
            ):
                self.found.append((tag, name, value or ""))


# --- exactness ------------------------------------------------------------------------------------


def test_every_number_of_the_page_is_the_indicator_as_shown(material: Material) -> None:
    carried = data_of(map_page(material))["figures"]
    rows = material.indicators.set_index(["category", "measure", "neighbourhood_id"])
    for (category, measure, place), value, state in zip(
        rows.index.tolist(), rows["value"], rows["state"], strict=True
    ):
        column = carried[category][measure]
        n = [*IDS, CODE].index(place)
        if state in {"ok", "true_zero"}:
            (shown,) = as_shown(np.array([value]), is_share=measure.endswith("_pct"))
            assert column["values"][n] == shown
            assert column["states"][n] == "o"
        else:
            assert column["values"][n] is None
            assert (
                column["states"][n]
                == {"no_data": "n", "unreachable": "u", "suppressed": "s"}[state]
            )


def test_a_zero_and_no_data_are_two_things(material: Material) -> None:
    column = payload(material)["figures"]["library"]["within_10_min_pct"]
    assert column["values"][4] == 0.0
    assert column["states"][4] == "o"
    assert column["values"][5] is None
    assert column["states"][5] == "n"


def test_numbers_that_are_not_certain_for_all_say_for_how_many(material: Material) -> None:
    assert payload(material)["figures"]["park"]["within_5_min_pct"]["certain"] == {"2": 96}


def test_a_headline_number_carries_the_least_and_the_most_it_is_under_other_choices(
    material: Material,
) -> None:
    column = payload(material)["figures"]["library"]["within_10_min_pct"]
    assert column["range"] == {"6": [31, 55]}
    assert "range" not in payload(material)["figures"]["park"]["within_10_min_pct"]


def test_every_asset_and_entrance_is_where_the_table_says(material: Material) -> None:
    places = payload(material)["places"]
    coder = Coder(CRS)
    assert len(places["category"]) == len(material.assets)
    expected = coder.points(np.asarray(material.assets.geometry.representative_point().array))
    assert places["at"] == expected.ravel().tolist()
    first = material.entrances[
        material.entrances["asset_id"] == material.assets["asset_id"].iloc[0]
    ]
    steps = np.array(places["entrances"]["0"]).reshape(-1, 3)[:, :2]
    at = coder.points(np.asarray(first.geometry.array))
    np.testing.assert_array_equal(steps + expected[0], at)


def test_entrances_without_a_street_are_not_drawn(material: Material) -> None:
    off = material.entrances.index[material.entrances["state"] != "ok"]
    asset = material.entrances.loc[off[0], "asset_id"]
    number = material.assets["asset_id"].tolist().index(asset)
    assert str(number) not in payload(material)["places"]["entrances"]


def test_deprivation_is_none_where_the_table_has_none(material: Material) -> None:
    found = [row["deprivation"] for row in payload(material)["neighbourhoods"]]
    assert [row and row["decile"] for row in found] == [1, 2, 3, 5, 10, None]


def test_the_page_opens_where_the_data_cover_the_district(material: Material) -> None:
    west, south, east, north = payload(material)["district"]["bounds"]
    coder = Coder(CRS)
    everywhere = coder.units(np.array([material.neighbourhoods.total_bounds[2:]]))[0]
    assert west < east
    assert south < north
    assert east <= everywhere[0]


def test_off_network_counts_stand_in_the_caveats(material: Material) -> None:
    text = " ".join(told.text for told in caveats(material))
    assert "1 % of residents (70 people)" in text
    assert "5 of 6 neighbourhoods" in text
    assert "physical assets only" in text


# --- geometry -------------------------------------------------------------------------------------


def decoded(coded: list[int]) -> list[tuple[int, int]]:
    return [tuple(row) for row in np.cumsum(np.array(coded).reshape(-1, 2), axis=0).tolist()]


def test_a_line_survives_coding_to_the_unit() -> None:
    line = LineString([(460_000, 520_000), (460_500, 520_100), (460_700, 519_000)])
    coder = Coder(CRS)
    (coded,) = coder.lines(np.array([line]))
    expected = coder.units(np.array(line.coords))
    assert decoded(coded) == [tuple(row) for row in expected.tolist()]


def test_holes_and_parts_are_kept() -> None:
    holed = box(460_000, 520_000, 461_000, 521_000) - box(460_400, 520_400, 460_600, 520_600)
    both = holed.union(box(462_000, 520_000, 463_000, 521_000))
    (coded,) = Coder(CRS).areas(np.array([both]))
    assert sorted(len(rings) for rings in coded) == [1, 2]


def test_neighbours_still_share_their_border_after_simplifying() -> None:
    wiggle = [(460_000 + (n % 2) * 2, 520_000 + 50 * n) for n in range(20)]
    left = Polygon([(459_000, 520_000), *wiggle, (459_000, 520_950)])
    right = Polygon([(461_000, 520_000), *wiggle, (461_000, 520_950)])
    one, other = shapes.bordering(np.array([left, right]))
    assert one.intersection(other).length == pytest.approx(950, abs=5)
    assert one.intersection(other).area == 0
    assert len(one.exterior.coords) < len(left.exterior.coords) / 2


# --- safety ---------------------------------------------------------------------------------------


def test_the_page_is_the_same_for_every_district_but_for_its_data(
    material: Material, hostile_material: Material
) -> None:
    """Its head and foot name the district and its sources; they are made of elements."""
    ordinary, hostile = (without_data(map_page(each)) for each in (material, hostile_material))
    changing = re.compile(
        r"<title>.*?</title>|<header.*?</header>|<div class=\"head\">.*?</div>|<footer.*?</footer>|"
        r"<p class=\"map-credit\".*?</p>|<div class=\"banner\".*?</div>",
        re.DOTALL,
    )
    assert changing.sub("", ordinary) == changing.sub("", hostile)


def test_the_same_inputs_give_the_same_bytes(hostile_material: Material) -> None:
    again = town(is_hostile=True)
    assert map_page(hostile_material) == map_page(again)


def test_row_order_does_not_matter_to_the_figures(material: Material) -> None:
    shuffled = Material(
        **{**vars_of(material), "indicators": material.indicators.sample(frac=1, random_state=3)}
    )
    assert map_page(shuffled) == map_page(material)


def vars_of(material: Material) -> dict[str, Any]:
    return {name: getattr(material, name) for name in Material.__dataclass_fields__}


def test_nothing_in_the_page_can_be_asked_for(hostile_material: Material) -> None:
    parser = Addresses()
    parser.feed(map_page(hostile_material))
    assert parser.found == []


def test_data_cannot_leave_its_block(hostile_material: Material) -> None:
    block = DATA.findall(map_page(hostile_material))[0]
    assert not set("<>&\u2028\u2029") & set(block)
    assert data_of(map_page(hostile_material))["district"]["name"] == HOSTILE[1]


def test_no_data_passes_through_a_template(
    hostile_material: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    frame.map_frame.cache_clear()
    page = map_page(hostile_material)
    assert "cycler.__init__" in DATA.findall(page)[0]
    assert list(tmp_path.iterdir()) == []


def test_the_policy_allows_only_the_scripts_and_styles_of_the_page(material: Material) -> None:
    policy = re.findall(r'Content-Security-Policy" content="([^"]*)"', map_page(material))
    assert len(policy) == 1
    assert policy[0].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy[0]
    assert "http" not in policy[0]


def test_our_scripts_parse_no_markup_and_run_no_text() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|DOMParser|\beval\b|new Function|"
        r"createContextualFragment|srcdoc|setTimeout\(\s*[\"'`]|fetch\(|XMLHttpRequest|import\(|"
        r"WebSocket|sendBeacon"
    )
    scripts = sorted(STATIC.glob("*.js"))
    assert scripts
    for script in scripts:
        assert forbidden.findall(script.read_text()) == [], script.name


def test_templates_hold_constants_only() -> None:
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text()
        assert not re.search(r"\{\{|\{%|\{#", text), template.name
        between = re.sub(r"\[\[[a-z0-9_.]+\]\]|<[^>]*>", "", text)
        assert not between.strip(), f"{template.name} has words of its own"


def test_scripts_fit_in_their_block() -> None:
    for script in STATIC.glob("*.js"):
        assert "</script" not in script.read_text().lower()
        assert len(script.read_text().splitlines()) < 450


def test_long_text_is_cut(hostile_material: Material) -> None:
    assert "x" * 601 not in map_page(hostile_material)


# --- words ----------------------------------------------------------------------------------------


LOOKS: dict[str, Category] = files.read_configs(
    sorted((ROOT / "config/categories").glob("*.yaml")), Category
)


def test_no_unwelcome_words(material: Material) -> None:
    texts = {f"caveat {n}": told.text for n, told in enumerate(caveats(material))}
    texts |= {f"{name}: why": look.why.sentence for name, look in LOOKS.items()}
    texts |= {f"{name}: label": look.label for name, look in LOOKS.items()}
    unwelcome = files.read_choices(ROOT / "config/words/unwelcome.yaml", Unwelcome)
    assert list(faults_of_tone(texts, unwelcome)) == []


def test_class_words_say_the_bounds(material: Material) -> None:
    measures = {m["name"]: m for m in payload(material)["measures"]}
    assert measures["within_10_min_pct"]["legend"] == (
        "under 20 % of residents",
        "20 to under 40 %",
        "40 to under 60 %",
        "60 to under 80 %",
        "80 % or more of residents",
    )
    assert measures["nearest_median_min"]["legend"][1] == "over 5 to 10 minutes"


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 10, "0 %"), (1, 1000, "under 1 %"), (999, 1000, "over 99 %"), (10, 10, "100 %")],
)
def test_shares_are_never_rounded_to_none_or_all(part: float, whole: float, said: str) -> None:
    assert Words(wordings()).share(part, whole) == said


# --- other pages ----------------------------------------------------------------------------------


def test_the_index_links_each_district_and_names_its_strengths(material: Material) -> None:
    page = index_page(
        {"littleton": run_note(material, {})}, Dress(theme=material.theme), wordings()
    )
    assert f'<a href="littleton/{PLACES[0][1]}"><bdi>Littleton</bdi></a>' in page
    said = "Bus stops: within 10 minutes of 90 % of residents where the data reach"
    assert f"<bdi>{said}</bdi>" in page


def test_what_nobody_reaches_is_no_strength(material: Material) -> None:
    nobody = replace(material, indicators=material.indicators.assign(value=0.0))
    assert strengths(material, 10)
    assert strengths(nobody, 10) == []


def test_streets_that_miss_assets_alone_say_nothing_of_homes(material: Material) -> None:
    attached = replace(material, homes=material.homes.assign(state="ok"))
    (told,) = [text for text, _ in caveats(attached) if text.startswith("Streets and")]
    assert "assets" in told
    assert "residents" not in told


def test_figures_of_some_residents_only_say_so(material: Material) -> None:
    reach = material.coverage.assign(state="ok")
    homes = material.homes.assign(people=1.0)
    (strength, *_) = run_note(replace(material, coverage=reach, homes=homes), {})["at_a_glance"][
        "strengths"
    ]
    assert strength.endswith("where the data reach")


def test_the_run_note_says_how_degrees_became_metres(material: Material) -> None:
    note = run_note(material, {"osm": 1.234})
    assert note["transformation"]["to"] == CRS
    assert note["transformation"]["accuracy_m"] > 0
    assert isinstance(note["transformation"]["is_the_best_known"], bool)
    assert note["seconds"] == {"osm": 1.23}
    assert {"python", "GDAL", "PROJ", "GEOS", "folium"} <= set(note["versions"])
    json.dumps(note, allow_nan=False)


def test_every_way_in_has_words() -> None:
    assert set(Words(wordings()).group("ways_in")) == set(PLACES_IN)
