"""What is asked for where only a part of the map is sent: all that any step reads."""

from __future__ import annotations

import pytest

from pipeline.config import CategoryRules, OsmRules
from pipeline.errors import ChoiceIsNotAllowed
from pipeline.homes import OTHER_LAND
from pipeline.osm import OF_NETWORKS
from pipeline.pages.backdrop import GREEN, RAILWAYS, WATER, WATERWAYS
from pipeline.wanted import TAGS, is_wanted, must_cover
from tests.made_features import RULES
from tests.tiny import ROOT


def rules_of(**osm: object) -> dict[str, CategoryRules]:
    rules = next(iter(RULES.values()))
    return {"fountain": rules.model_copy(update={"osm": OsmRules(**osm)})}  # type: ignore[arg-type]


def test_every_category_is_asked_for() -> None:
    must_cover(RULES)
    assert len(RULES) == len(list((ROOT / "config/categories").glob("*.yaml")))


def test_what_steps_read_beside_categories_is_asked_for() -> None:
    for key in (*OF_NETWORKS, *OTHER_LAND, *GREEN, *WATER, *WATERWAYS, *RAILWAYS, "building"):
        assert TAGS[key] is True


@pytest.mark.parametrize(
    "osm",
    [
        {"any": ({"club": "scout"},)},
        {"any": ({"designation": ("local_nature_reserve", "common")},)},
        {"any": ({"designation": "*"},)},
        {"any": ({"amenity": "pub"},), "lifecycle": ("", "ruins")},
        {"any": ({"amenity": "pub"},), "not_inside": ({"boundary": "prison"},)},
    ],
)
def test_a_category_of_things_that_are_not_asked_for_is_refused(osm: dict[str, object]) -> None:
    with pytest.raises(ChoiceIsNotAllowed, match=r"fountain.yaml: .* is not asked for this"):
        must_cover(rules_of(**osm))


def test_of_several_tags_that_must_meet_one_that_is_asked_for_is_enough() -> None:
    must_cover(rules_of(any=({"amenity": "pub", "real_ale": "yes"},)))


def test_countries_and_islands_are_not_asked_for() -> None:
    for tags in ({"boundary": "administrative"}, {"place": "island"}, {"type": "route"}):
        assert not is_wanted(tags)
