"""What is read and told apart by colour, held against WCAG 2.2 AA."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from pipeline import files
from pipeline.config import Category, Theme
from pipeline.pages import frame
from tests.pages.town import ROOT

STATIC = Path(frame.__file__).parent / "static"
TEXT, GRAPHICS = 4.5, 3.0
EDGE_OPACITY = 0.7

Colour = tuple[float, float, float]


@pytest.fixture(scope="module")
def theme() -> Theme:
    found: Theme = files.read_choices(ROOT / "config/theme.yaml", Theme)
    return found


def rgb(text: str) -> Colour:
    red, green, blue = (int(text[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue


def luminance(colour: Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, as WCAG defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def white_over(under: Colour, opacity: float) -> Colour:
    red, green, blue = (opacity + (1 - opacity) * c for c in under)
    return red, green, blue


def css_variables() -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", (STATIC / "page.css").read_text()))


def backgrounds() -> set[str]:
    """Every colour that text may stand on: those of the sheets, but for bars."""
    text = (STATIC / "page.css").read_text() + (STATIC / "map.css").read_text()
    bars = {"#6d5f95", "#ecebe4"}
    return set(re.findall(r"background: (#[0-9a-f]{6})", text)) - bars


@pytest.mark.parametrize("name", ["ink", "quiet", "accent"])
def test_text_can_be_read_on_every_ground(theme: Theme, name: str) -> None:
    variables = {**css_variables(), "ink": theme.ink, "accent": theme.accent}
    grounds = {variables["paper"], variables["card"], theme.paper, *backgrounds()}
    assert len(grounds) > 5
    for ground in grounds:
        assert contrast(rgb(variables[name]), rgb(ground)) >= TEXT, ground


def test_deciles_can_be_seen_over_every_class(theme: Theme) -> None:
    """A dark line with a pale edge: one of the two stands out from any class."""
    for under in (*theme.access_classes, theme.no_data):
        edge = white_over(rgb(under), EDGE_OPACITY)
        for line in theme.deprivation_classes:
            assert contrast(rgb(line), edge) >= GRAPHICS, (line, under)
    assert f'"stroke-opacity": {EDGE_OPACITY}' in (STATIC / "layers.js").read_text()


def test_classes_get_darker_by_steps_that_greyscale_keeps(theme: Theme) -> None:
    colours = [rgb(text) for text in theme.access_classes]
    for lighter, darker in itertools.pairwise(colours):
        assert luminance(darker) < luminance(lighter)
        assert contrast(lighter, darker) >= 1.25
    assert contrast(colours[0], colours[-1]) >= TEXT


def test_the_edge_of_the_district_stands_out_from_ground_and_classes(theme: Theme) -> None:
    for beside in ("#f1f0ea", theme.access_classes[0], theme.access_classes[1], theme.no_data):
        assert contrast(rgb(theme.outline), rgb(beside)) >= GRAPHICS


def test_symbols_stand_out_from_their_white_edge_and_from_a_list() -> None:
    looks = files.read_configs(sorted((ROOT / "config/categories").glob("*.yaml")), Category)
    for name, look in looks.items():
        assert contrast(rgb(look.colour), rgb("#ffffff")) >= GRAPHICS, name


def test_what_is_not_known_is_drawn_to_be_seen(theme: Theme) -> None:
    found = re.search(r'const stroke = "(#[0-9a-f]{6})"', (STATIC / "layers.js").read_text())
    assert found
    assert contrast(rgb(found[1]), rgb(theme.no_data)) >= GRAPHICS


def test_frames_of_choices_can_be_seen() -> None:
    found = re.search(
        r"select \{.*?border: 1px solid (#[0-9a-f]{6})", (STATIC / "map.css").read_text()
    )
    assert found
    assert contrast(rgb(found[1]), rgb("#ffffff")) >= GRAPHICS
