"""The category files: complete, in appreciative words, and told apart by colour and symbol."""

from __future__ import annotations

import re

import pytest

from pipeline.config import Category, Kind, Level, Way
from pipeline.files import read_choices
from pipeline.tags import conditions
from tests.made_features import CATEGORIES, FOLDER

EXPECTED = {
    Kind.GREEN_SPACE: (
        "allotments", "community_garden", "nature_space", "park", "play_space", "sports_ground",
        "water",
    ),
    Kind.UNUSED_LAND: ("brownfield", "greenfield", "vacant_building", "vacant_shop"),
    Kind.BUILDINGS: (
        "arts_venue", "civic_building", "community_centre", "doctors", "library", "pharmacy",
        "place_of_worship", "school",
    ),
    Kind.STREETS: ("bench", "drinking_water", "pedestrian_street", "toilets"),
    Kind.MARKETS: ("food_shop", "marketplace"),
    Kind.TRANSPORT: ("bus_stop", "cycle_hire", "station", "tram_stop"),
    Kind.EVERYDAY_PLACES: ("cafe", "post_office", "pub"),
}  # fmt: skip
NOT_SAID = re.compile(r"\b(desert|deprived|failing|worst|lack|lacks|lacking)\b", re.IGNORECASE)
LAYERS = {
    "naptan", "brownfield_land_register", "os_open_greenspace_sites",
    "vacant_and_derelict_land_survey",
}  # fmt: skip


def test_every_kind_of_physical_asset_has_its_categories() -> None:
    found = {
        kind: tuple(name for name, category in CATEGORIES.items() if category.kind is kind)
        for kind in Kind
    }

    assert found == EXPECTED
    assert len(CATEGORIES) == 32


@pytest.mark.parametrize("name", sorted(CATEGORIES))
def test_every_category_says_why_it_helps_and_on_whose_word(name: str) -> None:
    category = CATEGORIES[name]

    assert category.why.sentence.endswith(".")
    assert category.why.sentence.count(". ") == 0
    assert re.search(r"\b(19|20)\d\d\b", category.why.reference)
    assert category.level is Level.PHYSICAL
    assert category.label[0].isupper()
    assert category.one[0].islower()


@pytest.mark.parametrize("name", sorted(CATEGORIES))
def test_every_category_affords_a_way_to_well_being_but_land_and_transport(name: str) -> None:
    category = CATEGORIES[name]
    may_be_none = category.kind in (Kind.UNUSED_LAND, Kind.TRANSPORT)

    assert bool(category.five_ways) != may_be_none
    assert len(set(category.five_ways)) == len(category.five_ways)


def test_every_way_to_well_being_is_afforded_by_something() -> None:
    assert {way for category in CATEGORIES.values() for way in category.five_ways} == set(Way)


@pytest.mark.parametrize("name", sorted(CATEGORIES))
def test_words_start_from_what_is_strong(name: str) -> None:
    category = CATEGORIES[name]

    assert not NOT_SAID.search(f"{category.label} {category.one} {category.why.sentence}")


@pytest.mark.parametrize("name", sorted(CATEGORIES))
def test_only_unused_land_is_potential(name: str) -> None:
    category = CATEGORIES[name]
    is_potential = category.status == "potential"

    assert is_potential == (category.kind is Kind.UNUSED_LAND)
    assert not is_potential or category.public_access == "listed"
    assert not is_potential or category.none_mapped_means == "unknown"


def test_each_category_has_its_own_colour_precedence_and_symbol_in_its_kind() -> None:
    every = CATEGORIES.values()

    assert len({category.colour for category in every}) == 32
    assert len({category.precedence for category in every}) == 32
    assert len({category.label for category in every}) == 32
    assert len({(category.kind, category.symbol) for category in every}) == 32


def test_of_two_categories_that_can_meet_the_more_specific_comes_first() -> None:
    def comes_before(one: str, other: str) -> bool:
        return CATEGORIES[one].precedence < CATEGORIES[other].precedence

    assert comes_before("library", "community_centre")
    assert comes_before("marketplace", "food_shop")
    assert comes_before("play_space", "park")
    assert comes_before("community_centre", "civic_building")
    assert comes_before("post_office", "food_shop")
    assert comes_before("vacant_shop", "vacant_building")
    assert comes_before("community_garden", "park")
    assert comes_before("tram_stop", "station")


def test_layers_are_called_by_the_names_of_their_tables() -> None:
    named = {layer.layer for category in CATEGORIES.values() for layer in category.layers}

    assert named == LAYERS
    folder = FOLDER.parent / "national"
    assert {name for name in LAYERS if (folder / f"{name}.yaml").is_file()} == LAYERS


@pytest.mark.parametrize("name", sorted(CATEGORIES))
def test_a_category_can_be_read_by_itself_and_its_rules_looked_up(name: str) -> None:
    category = read_choices(FOLDER / f"{name}.yaml", Category)

    assert category == CATEGORIES[name]
    for entries in (category.osm.any, category.osm.all, category.osm.none):
        assert len(conditions(entries)) == len(entries)


@pytest.mark.parametrize("name", sorted(CATEGORIES))
def test_what_a_category_looks_for_it_does_not_also_rule_out(name: str) -> None:
    osm = CATEGORIES[name].osm

    assert not [entry for entry in osm.any if entry in osm.none]
