"""What is read and told apart by colour, held against WCAG 2.2 AA before a page is made."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import files
from pipeline.config import Category, Theme
from pipeline.errors import ChoiceIsNotAllowed
from pipeline.pages import frame
from pipeline.pages.contrast import (
    EDGE_OPACITY,
    GRAPHICS,
    contrast,
    deuteranopia,
    difference,
    faults_of_theme,
    rgb,
)
from pipeline.pages.looks import LARGEST_LOGO_BYTES, logo_of, style
from tests.pages.town import ROOT

STATIC = Path(frame.__file__).parent / "static"


@pytest.fixture(scope="module")
def theme() -> Theme:
    found: Theme = files.read_choices(ROOT / "config/theme.yaml", Theme)
    return found


def test_the_theme_of_the_project_passes(theme: Theme) -> None:
    assert list(faults_of_theme(theme)) == []


def test_black_on_white_is_21_and_grey_that_web_pages_know_is_known() -> None:
    assert contrast(rgb("#000000"), rgb("#ffffff")) == pytest.approx(21)
    assert contrast(rgb("#767676"), rgb("#ffffff")) == pytest.approx(4.54, abs=0.01)


def test_greys_look_the_same_to_all_and_red_and_green_do_not() -> None:
    grey = rgb("#808080")
    assert difference(deuteranopia(grey), grey) < 1
    red, green = rgb("#b04a3a"), rgb("#7a7a24")
    assert difference(deuteranopia(red), deuteranopia(green)) < difference(red, green) / 2


@given(st.integers(0, 0xFFFFFF), st.integers(0, 0xFFFFFF))
def test_contrast_is_the_same_both_ways_and_between_1_and_21(one: int, other: int) -> None:
    first, second = rgb(f"#{one:06x}"), rgb(f"#{other:06x}")
    assert contrast(first, second) == contrast(second, first)
    assert 1 <= contrast(first, second) <= 21.000001


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "pale text": ({"light": {"quiet": "#b9c2c4"}}, r"^light\.quiet \(#b9c2c4\) on light\.paper"),
    "a bright accent": ({"light": {"accent": "#ffd400"}}, r"^light\.accent .* 4\.5"),
    "dark on dark": ({"dark": {"ink": "#333333"}}, r"^dark\.ink"),
    "frames that fade": ({"light": {"edge": "#dddddd"}}, r"^light\.edge .* must have 3"),
    "bars alike": ({"light": {"middle": "#0e5b67"}}, r"^light\.near .* and must"),
    "classes that swap": (
        {"access_classes": ["#eef4dc", "#7fc1b0", "#bcddc2", "#36938f", "#0d5a66"]},
        "must be darker than",
    ),
    "classes alike without green": (
        {"access_classes": ["#eef4dc", "#ecdfd8", "#7fc1b0", "#36938f", "#0d5a66"]},
        "contrast of 1",
    ),
    "an outline that fades": ({"outline": "#c0c0c0"}, "^outline"),
    "pale lines": ({"deprivation_classes": ["#cccccc"] * 10}, r"^deprivation_classes\[1\]"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_theme_that_cannot_be_read_is_refused_in_a_sentence(theme: Theme, name: str) -> None:
    change, said = BAD[name]
    dump = theme.model_dump(mode="json")
    for key, value in change.items():
        dump[key] = {**dump[key], **value} if isinstance(value, dict) else value
    changed = Theme.model_validate_json(json.dumps(dump))
    faults = list(faults_of_theme(changed))
    assert any(re.search(said, fault) for fault in faults), faults


def test_every_colour_of_the_sheets_is_a_variable_that_the_theme_sets(theme: Theme) -> None:
    """But for white paper, what lies on the map, and shadows."""
    set_by_theme = set(re.findall(r"--([\w-]+):", style(theme)))
    for sheet in ("page.css", "map.css", "deprivation.css", "index.css"):
        text = (STATIC / sheet).read_text()
        own = set(re.findall(r"--([\w-]+):", text))
        assert set(re.findall(r"var\(--([\w-]+)", text)) <= set_by_theme | own, sheet
        assert set(re.findall(r"#[0-9a-f]{6}\b", text)) <= {"#ffffff", "#f1f0ea", "#33254f"}, sheet


def test_by_night_and_on_paper_the_map_keeps_its_colours(theme: Theme) -> None:
    sheet = style(theme)
    assert f":root, .map-box {{ --ink: {theme.light.ink};" in sheet
    assert sheet.rindex(theme.light.paper) > sheet.rindex(theme.dark.paper)
    assert '[data-looks="dark"]' in sheet


def test_lines_of_deprivation_have_the_edge_that_was_reckoned_with() -> None:
    assert f'"stroke-opacity": {EDGE_OPACITY}' in (STATIC / "deprivation.js").read_text()


def test_symbols_stand_out_from_their_white_edge_and_from_a_list() -> None:
    looks = files.read_configs(sorted((ROOT / "config/categories").glob("*.yaml")), Category)
    for name, look in looks.items():
        assert contrast(rgb(look.colour), rgb("#ffffff")) >= GRAPHICS, name


def test_what_is_not_known_is_drawn_to_be_seen(theme: Theme) -> None:
    found = re.search(r'const stroke = "(#[0-9a-f]{6})"', (STATIC / "layers.js").read_text())
    assert found
    assert contrast(rgb(found[1]), rgb(theme.no_data)) >= GRAPHICS


# --- logos ----------------------------------------------------------------------------------------

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><circle r="1"/></svg>'


def test_a_logo_becomes_a_picture_inside_the_page() -> None:
    assert logo_of("config/logo.svg", SVG).startswith("data:image/svg+xml;base64,PHN2")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("logo.svg", SVG.replace(b"<circle", b"<script>x()</script><circle"), "script"),
        ("logo.svg", SVG.replace(b"<circle", b'<circle onload="x()"'), "handler"),
        (
            "logo.svg",
            SVG.replace(b"<circle", b'<a href="https://x.example">y</a><circle'),
            "shapes",
        ),
        ("logo.svg", b"GIF89a", "XML"),
        ("logo.png", b"\x89PNG\r\n\x1a\n and no more", "PNG"),
        ("logo.png", SVG, "PNG"),
        ("logo.gif", b"GIF89a", "a PNG or an SVG"),
        ("logo.svg", SVG + b" " * LARGEST_LOGO_BYTES, "bytes"),
    ],
)
def test_what_is_no_plain_picture_is_no_logo(name: str, content: bytes, said: str) -> None:
    with pytest.raises(ChoiceIsNotAllowed, match=said):
        logo_of(name, content)
