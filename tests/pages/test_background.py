"""Pictures from the internet under a map: never without a choice, from one server, for planners."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from pipeline.config import Background
from pipeline.pages import Asking, Material, district_files, map_page, without_deprivation
from pipeline.pages.gate import faults_of_page
from tests.pages.town import town

GIVEN = {
    "tiles": "https://tiles.example.org/streets/{z}/{x}/{y}.png",
    "provider": "Example Maps",
    "attribution": "© Example Maps",
    "terms": "https://example.org/terms",
}
ORIGIN = "https://tiles.example.org"


def with_background(material: Material) -> Material:
    theme = material.theme.model_copy(update={"background": Background.model_validate(GIVEN)})
    return replace(material, theme=theme)


def test_a_map_with_a_background_may_ask_that_server_for_pictures_and_nobody_else() -> None:
    page = map_page(with_background(town()))
    assert f"img-src data: {ORIGIN};" in page
    assert "fetches nothing but the pictures under its map" in page
    assert "This page fetches nothing; it works without a network." not in page
    assert list(faults_of_page(page, ORIGIN)) == []
    assert any("content security policy" in fault for fault in faults_of_page(page))
    assert any(
        "content security policy" in fault
        for fault in faults_of_page(page, "https://other.example.org")
    )


def test_the_gate_is_told_of_the_map_alone() -> None:
    files = district_files(with_background(town()))
    asking = {name: each.origin for name, each in files.items() if isinstance(each, Asking)}
    assert asking == {"map.html": ORIGIN}


def test_without_one_and_in_the_edition_for_communities_nobody_is_asked() -> None:
    theirs = without_deprivation(with_background(town()))
    assert not any(isinstance(each, Asking) for each in district_files(theirs).values())
    for page in (map_page(town()), map_page(theirs)):
        assert list(faults_of_page(page)) == []
        assert "show-background" not in page.partition("<script")[0]
        assert "tiles.example.org" not in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"tiles": "http://tiles.example.org/{z}/{x}/{y}.png"}, "must be an https address"),
        ({"tiles": "https://tiles.example.org/{z}/{x}.png"}, "{z}, {x} and {y} once each"),
        ({"tiles": "https://tiles.example.org/{z}/{x}/{y}/{y}.png"}, "once each"),
        ({"tiles": "https://{s}.example.org/{z}/{x}/{y}.png"}, "on one host"),
        ({"tiles": "https://tiles.example.org/{z}/{x}/{y}.png?key=1"}, "would be published"),
        ({"tiles": "https://me:pw@example.org/{z}/{x}/{y}.png"}, "on one host"),
        ({"tiles": "https://a.example;script-src/{z}/{x}/{y}"}, "on one host"),
        ({"tiles": "https://tile.openstreetmap.org/{z}/{x}/{y}.png"}, "by which page it is used"),
        ({"terms": "javascript:alert(1)"}, "terms must be the https address"),
        ({"attribution": ""}, "attribution"),
        ({"deepest": 40}, "deepest"),
    ],
)
def test_what_could_leak_or_is_not_allowed_gets_a_sentence(
    change: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence.replace("{", r"\{")):
        Background.model_validate(GIVEN | change)
