"""The static twins of the maps: what is on them, what is said of them, and that they are true."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from pipeline.errors import ChoiceIsNotAllowed
from pipeline.pages import Material
from pipeline.pages.drawing import DOTS_PER_INCH, PANEL_MM, Ground, drawn
from pipeline.pages.lettering import POINTS_PER_MM, _width_mm, fitting, typeface, wrapped
from pipeline.pages.material import CAPTIONS
from pipeline.pages.picture_gate import SVG, faults_of_png, faults_of_svg
from pipeline.pages.pictures import categories_must_be_known, described, pictures
from pipeline.pages.scene import Scene, ground_of
from tests.pages.town import IDS, town


def scene(material: Material) -> Scene:
    return Scene(
        study=material.study,
        theme=material.theme,
        looks=material.looks,
        words=material.words,
        district=material.district,
        manifest=material.manifest,
        neighbourhoods=material.neighbourhoods,
        coverage=material.coverage,
        features=material.features,
        network=material.network,
        assets=material.assets,
        indicators=material.indicators,
    )


@pytest.fixture(scope="module")
def ordinary() -> Scene:
    return scene(town())


@pytest.fixture(scope="module")
def ground(ordinary: Scene) -> Ground:
    return ground_of(ordinary)


@pytest.fixture(scope="module")
def made(ordinary: Scene) -> dict[str, bytes]:
    return pictures(ordinary)


def groups(svg: bytes) -> list[str]:
    return [element.get("id", "") for element in ET.fromstring(svg).iter(f"{SVG}g")]


def text_of(svg: bytes, name: str) -> str:
    found = ET.fromstring(svg).find(f"{SVG}{name}")
    assert found is not None
    return found.text or ""


# --- which there are, and that they are fit to be published ---------------------------------------


def test_there_is_one_of_all_assets_and_one_of_each_pictured_category_with_figures(
    made: dict[str, bytes],
) -> None:
    layers = ["assets", "park", "cafe", "food-shop", "bench", "bus-stop"]
    both = {f"map-{layer}.{ending}" for layer in layers for ending in ("png", "svg")}
    assert set(made) == both | {CAPTIONS}
    assert [caption["layer"] for caption in json.loads(made[CAPTIONS])] == layers


def test_the_gate_finds_nothing_even_where_every_text_is_hostile() -> None:
    for name, content in pictures(scene(town(is_hostile=True))).items():
        if name != CAPTIONS:
            gate = faults_of_svg if name.endswith(".svg") else faults_of_png
            assert list(gate(content)) == [], name


def test_the_same_district_gives_the_same_bytes(made: dict[str, bytes]) -> None:
    again = pictures(scene(town()))
    assert {name for name in made if made[name] != again[name]} == set()


def test_settings_of_matplotlib_elsewhere_change_nothing(
    made: dict[str, bytes], ordinary: Scene, ground: Ground
) -> None:
    with mpl.rc_context({"lines.linewidth": 9, "font.size": 30, "svg.fonttype": "none"}):
        png, svg = drawn(described(ordinary, ground)["park"], ground)
        assert mpl.rcParams["font.size"] == 30
    assert (png, svg) == (made["map-park.png"], made["map-park.svg"])


def test_a_theme_may_picture_known_categories_only(ordinary: Scene) -> None:
    theme = ordinary.theme.model_copy(update={"pictured": ("park", "prak")})
    with pytest.raises(ChoiceIsNotAllowed, match=r"theme\.yaml: pictured: ‘prak’ is no category"):
        categories_must_be_known(theme, ordinary.looks, "config/theme.yaml")


# --- classes, states and words --------------------------------------------------------------------


def test_as_many_areas_are_in_a_class_as_its_row_of_the_legend_says(
    made: dict[str, bytes], ordinary: Scene, ground: Ground
) -> None:
    for layer, picture in described(ordinary, ground).items():
        if layer == "assets":
            continue
        shown = Counter(
            name.partition(".")[0]
            for name in groups(made[f"map-{layer}.svg"])
            if re.fullmatch(r"(class|state)-\w\.\d+", name)
        )
        rows = {row.key: row.count for row in picture.legend if row.count}
        assert {key: str(shown[key]) for key in rows} == rows
        assert sum(shown.values()) == len(IDS)


def test_classes_are_those_of_the_figures(ordinary: Scene, ground: Ground) -> None:
    rows = ordinary.indicators
    rows = rows[(rows["category"] == "park") & (rows["measure"] == "within_10_min_pct")]
    bounds = np.array(ordinary.theme.share_bounds_pct)
    by_place = rows.set_index("neighbourhood_id")
    for place, fill in zip(IDS, described(ordinary, ground)["park"].fills, strict=True):
        row = by_place.loc[place]
        if row["state"] in {"ok", "true_zero"}:
            assert fill == f"class-{int((round(row['value']) >= bounds).sum())}"
        else:
            assert fill == f"state-{row['state'][0]}"


def test_what_is_not_known_is_hatched_and_said(ordinary: Scene, ground: Ground) -> None:
    picture = described(ordinary, ground)["assets"]
    assert picture.fills == ("plain",) * 5 + ("state-n",)
    said = [row.words for row in picture.legend]
    assert "No data: 1 of 6 neighbourhoods" in said
    assert "Here the map data end; the place goes on" in said


def test_a_picture_says_in_a_sentence_what_it_shows(made: dict[str, bytes]) -> None:
    captions = {each["layer"]: each for each in json.loads(made[CAPTIONS])}
    for layer, caption in captions.items():
        svg = made[f"map-{layer}.svg"]
        png = Image.open(io.BytesIO(made[f"map-{layer}.png"]))
        assert text_of(svg, "title") == caption["title"] == png.info["Title"]
        assert text_of(svg, "desc") == caption["alt"] == png.info["Description"]
        assert "Littleton is made up" in caption["alt"]
    said = captions["park"]["alt"]
    assert "Parks and gardens within 10 minutes’ walk in Littleton" in said
    assert re.search(r"\d+ % of residents where the map data reach live within 10 minutes", said)
    assert "80 % or more of residents: " in said


def test_who_made_the_data_stands_on_it_and_deprivation_does_not(
    ordinary: Scene, ground: Ground
) -> None:
    manifest = {
        **ordinary.manifest,
        "deprivation": {"attribution": "The index", "publisher": "", "licence": "", "date": ""},
    }
    notes = described(replace(ordinary, manifest=manifest), ground)["park"].notes
    assert "© OpenStreetMap contributors (1 March 2026, ODbL-1.0)" in notes[-1]
    assert "Office for National Statistics" in notes[-1]
    assert "The index" not in " ".join(notes)


def test_no_text_from_data_is_read_as_mathematics_or_markup(
    ordinary: Scene, ground: Ground
) -> None:
    nasty = r"$\frac{1}{$ <script>alert(1)</script> & {{ x }}"
    district = ordinary.district.model_copy(update={"name": nasty, "notice": nasty})
    picture = described(replace(ordinary, district=district), ground)["park"]
    assert nasty in picture.title
    _, svg = drawn(picture, ground)
    assert list(faults_of_svg(svg)) == []
    assert text_of(svg, "title") == picture.title


# --- places where there is little to show ---------------------------------------------------------


def test_without_people_nothing_is_classed_and_the_picture_says_so(ordinary: Scene) -> None:
    nobody = ordinary.indicators.assign(value=np.nan, state="no_data")
    bare = replace(ordinary, indicators=nobody)
    picture = described(bare, ground_of(bare))["park"]
    assert set(picture.fills) == {"state-n"}
    assert picture.statement == "Littleton as a whole: no data: the sources do not tell."


def test_kinds_that_are_too_many_to_draw_are_named_and_the_others_drawn(
    ordinary: Scene, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = ordinary.inside["category"].value_counts()
    most = int(counts.sum() - counts.iloc[0])
    monkeypatch.setattr("pipeline.pages.pictures.MOST_SYMBOLS", most)
    gone = min(counts.index[counts == counts.iloc[0]])
    picture = described(ordinary, ground)["assets"]
    assert sum(len(each.at) for each in picture.symbols) == most
    label = ordinary.words.of_category(gone, ordinary.looks[gone]).label
    told = f"{label}: {counts.iloc[0]}, too many to be drawn one by one."
    assert told in picture.statement
    assert told in picture.alt
    monkeypatch.setattr("pipeline.pages.pictures.MOST_SYMBOLS", 0)
    park = described(ordinary, ground)["park"]
    assert park.symbols == ()
    assert "too many to be drawn one by one" in park.statement


def test_one_neighbourhood_without_assets_streets_or_figures_is_drawn(ordinary: Scene) -> None:
    one = replace(
        ordinary,
        neighbourhoods=ordinary.neighbourhoods.iloc[:1],
        coverage=ordinary.coverage.iloc[:1],
        features=ordinary.features.iloc[:0],
        network=ordinary.network.iloc[:0],
        assets=ordinary.assets.iloc[:0],
        indicators=ordinary.indicators.iloc[:0],
    )
    made = pictures(one)
    assert sorted(made) == [CAPTIONS, "map-assets.png", "map-assets.svg"]
    assert "0 places and features" in text_of(made["map-assets.svg"], "desc")


# --- true to scale, in order without colour -------------------------------------------------------


def test_the_bar_is_as_long_as_it_says_on_the_sheet(
    made: dict[str, bytes], ground: Ground, ordinary: Scene
) -> None:
    root = ET.fromstring(made["map-park.svg"])
    ends = [
        float(number)
        for group in root.iter(f"{SVG}g")
        if group.get("id") in {"scale-0", "scale-1"}
        for path in group.iter(f"{SVG}path")
        for number in re.findall(r"[ML] ?(-?[\d.]+) -?[\d.]+", path.get("d", ""))
    ]
    bar_mm = (max(ends) - min(ends)) / POINTS_PER_MM
    map_m_per_mm = (ground.box[2] - ground.box[0]) / PANEL_MM[2]
    # The grid is true to the ground within a thousandth here.
    assert bar_mm * map_m_per_mm == pytest.approx(ground.bar.ground_m, rel=2e-3)
    assert described(ordinary, ground)["park"].scale == ("0", "250", "500 m")


def test_a_png_prints_as_a4_without_being_scaled(made: dict[str, bytes]) -> None:
    picture = Image.open(io.BytesIO(made["map-park.png"]))
    dots = picture.info["dpi"]
    assert dots == pytest.approx((DOTS_PER_INCH, DOTS_PER_INCH), rel=1e-3)
    size_mm = [25.4 * pixels / each for pixels, each in zip(picture.size, dots, strict=True)]
    assert size_mm == pytest.approx([297, 210], abs=0.2)
    root = ET.fromstring(made["map-park.svg"])
    assert float(root.get("width", "").removesuffix("pt")) / POINTS_PER_MM == pytest.approx(297)


def test_in_greyscale_more_is_darker(made: dict[str, bytes], ordinary: Scene) -> None:
    """Looked up in the drawing itself: the keys of the legend, from least to most."""
    root = ET.fromstring(made["map-park.svg"])
    fills = {
        group.get("id"): re.findall(r"fill: (#[0-9a-f]{6})", path.get("style", ""))
        for group in root.iter(f"{SVG}g")
        if (group.get("id") or "").startswith("key-class")
        for path in group.iter(f"{SVG}path")
    }
    shown = [fills[f"key-class-{n}"][0] for n in range(5)]
    assert shown == list(ordinary.theme.access_classes)
    grey = [Image.new("RGB", (1, 1), colour).convert("L").tobytes()[0] for colour in shown]
    assert grey == sorted(grey, reverse=True)
    # Steps that a black and white printer keeps.
    assert min(-np.diff(grey)) > 20
    png = Image.open(io.BytesIO(made["map-park.png"])).convert("RGB")
    colours = {colour for _, colour in png.getcolors(1 << 24) or []}
    assert png.getpixel((0, 0)) == (255, 255, 255)
    # A rare colour that means something is not blended with a usual one.
    meant = {*shown, ordinary.looks["park"].colour, ordinary.theme.no_data}
    assert {tuple(int(c[k : k + 2], 16) for k in (1, 3, 5)) for c in meant} <= colours


def test_long_texts_stay_on_the_sheet() -> None:
    """Nothing is drawn beyond the margins, whatever a title is."""
    face = typeface(10)
    for text in ("x" * 700, "word " * 200, ""):
        lines = wrapped(text, face, 80.0, 3)
        assert 1 <= len(lines) <= 3
        assert max(_width_mm(line, face) for line in lines) <= 80.0
    assert wrapped("word " * 200, face, 80.0, 3)[-1].endswith("…")
    credit = "; ".join(f"Contains data of body {n} under a licence" for n in range(30))
    lines = [line for line, _ in fitting((credit,), 273.0, 18.0)]
    assert " ".join(lines) == credit
    assert [line for line, _ in fitting((credit * 5,), 273.0, 18.0)][-1].endswith("…")


def test_the_pictures_of_a_planner_and_of_a_community_are_the_same(ordinary: Scene) -> None:
    """No picture needs a deprivation column, so none can show one."""
    rows = ordinary.neighbourhoods
    without = rows.drop(columns=[name for name in rows if "depriv" in name or "income" in name])
    bare = replace(ordinary, neighbourhoods=without)
    assert pictures(bare) == pictures(ordinary)
