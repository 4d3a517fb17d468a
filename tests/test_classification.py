"""Tags decide which category a feature has, and whether it counts."""

from __future__ import annotations

import json
import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.classification import INSIDE, NOT_IN_USE, PRIVATE, classify
from pipeline.config import CategoryRules
from pipeline.tags import closed_to, index_of, matching
from tests.made_features import RULES, Feature, area, features_of, line, point

INDEX = index_of(RULES)


def category_of(*rows: Feature) -> dict[str, tuple[str, str]]:
    """Return category and reason against it, by feature."""
    found = classify(features_of(*rows), RULES)
    return {
        feature: (category, reason)
        for feature, category, reason in zip(
            found["feature_id"], found["category"], found["left_out"], strict=True
        )
    }


@pytest.mark.parametrize(
    ("shape", "tags", "category"),
    [
        ("area", {"leisure": "park"}, "park"),
        ("area", {"landuse": "village_green"}, "park"),
        ("area", {"leisure": "recreation_ground"}, "park"),
        ("area", {"leisure": "garden"}, "park"),
        ("area", {"leisure": "garden", "garden:type": "community"}, "community_garden"),
        ("area", {"leisure": "nature_reserve"}, "nature_space"),
        ("area", {"natural": "wood"}, "nature_space"),
        ("area", {"landuse": "allotments"}, "allotments"),
        ("area", {"natural": "water", "water": "lake"}, "water"),
        ("line", {"waterway": "canal"}, "water"),
        ("area", {"landuse": "brownfield"}, "brownfield"),
        ("area", {"landuse": "greenfield"}, "greenfield"),
        ("point", {"shop": "vacant"}, "vacant_shop"),
        ("point", {"disused:shop": "shoes"}, "vacant_shop"),
        ("area", {"abandoned:building": "yes"}, "vacant_building"),
        ("area", {"building": "church", "disused": "yes"}, "vacant_building"),
        ("area", {"building": "yes", "disused:amenity": "pub"}, "vacant_building"),
        ("point", {"amenity": "youth_centre"}, "community_centre"),
        ("point", {"amenity": "public_building"}, "civic_building"),
        ("point", {"healthcare": "doctor"}, "doctors"),
        ("point", {"amenity": "clinic", "healthcare:speciality": "general"}, "doctors"),
        ("line", {"highway": "living_street"}, "pedestrian_street"),
        ("point", {"shop": "bakery;cafe"}, "food_shop"),
        ("point", {"railway": "halt"}, "station"),
        ("point", {"railway": "station", "station": "subway"}, "tram_stop"),
        ("point", {"railway": "tram_stop"}, "tram_stop"),
        ("point", {"highway": "bus_stop"}, "bus_stop"),
        ("point", {"public_transport": "platform", "bus": "yes"}, "bus_stop"),
        ("point", {"amenity": "bicycle_rental"}, "cycle_hire"),
    ],
)
def test_tags_as_mappers_in_britain_use_them_find_their_category(
    shape: str, tags: dict[str, str], category: str
) -> None:
    assert matching(tags, shape, INDEX) == [category]


@pytest.mark.parametrize(
    ("shape", "tags"),
    [
        ("area", {"leisure": "garden", "garden:type": "residential"}),
        ("area", {"leisure": "golf_course"}),
        ("area", {"landuse": "grass"}),
        ("area", {"landuse": "farmland"}),
        ("area", {"natural": "water", "water": "wastewater"}),
        ("area", {"natural": "water", "waterway": "dock"}),
        ("line", {"waterway": "stream"}),
        ("line", {"waterway": "canal", "tunnel": "culvert"}),
        ("area", {"demolished:building": "pub"}),
        ("area", {"razed:building": "yes"}),
        ("area", {"building": "church"}),
        ("area", {"building": "apartments", "disused:amenity": "pub"}),
        ("point", {"disused:shop": "shoes", "shop": "books"}),
        ("point", {"disused:shop": "shoes", "amenity": "restaurant"}),
        ("point", {"disused:amenity": "telephone", "amenity": "public_bookcase"}),
        ("point", {"railway": "station", "usage": "tourism"}),
        ("point", {"railway": "station", "station": "miniature"}),
        ("point", {"disused:railway": "station"}),
        ("line", {"highway": "abandoned"}),
        ("point", {"shop": "chemist"}),
        ("point", {"amenity": "clinic", "healthcare:speciality": "dermatology"}),
        ("point", {"amenity": "post_office", "post_office": "sorting_office"}),
        ("point", {"amenity": "drinking_water", "drinking_water": "no"}),
        ("point", {"shop": "no"}),
        ("line", {"leisure": "park"}),
    ],
)
def test_what_is_something_else_or_gone_has_no_category(shape: str, tags: dict[str, str]) -> None:
    assert matching(tags, shape, INDEX) == []


@pytest.mark.parametrize(
    "key", ["disused", "abandoned", "demolished", "razed", "ruins", "proposed"]
)
def test_what_is_out_of_use_is_no_asset_in_use(key: str) -> None:
    assert category_of(area(1, 0, 0, 50, leisure="pitch", **{key: "yes"})) == {
        "way/1": ("sports_ground", NOT_IN_USE)
    }


def test_a_canal_without_boats_is_still_water_to_walk_along() -> None:
    canal = line(1, [(0, 0), (500, 0)], waterway="canal", disused="yes")

    assert category_of(canal) == {"way/1": ("water", "")}


def test_a_building_under_construction_is_not_in_use_yet() -> None:
    found = category_of(area(1, 0, 0, 50, amenity="library", building="construction"))

    assert found == {"way/1": ("library", NOT_IN_USE)}


@pytest.mark.parametrize(
    ("tags", "closed"),
    [
        ({}, 0),
        ({"access": "permissive"}, 0),
        ({"access": "private", "foot": "yes"}, 0),
        ({"access": "no", "foot": "designated"}, 0),
        ({"access": "customers"}, 1),
        ({"access": "yes", "foot": "customers"}, 1),
        ({"access": "private"}, 2),
        ({"access": "members"}, 2),
        ({"access": "permit"}, 2),
        ({"access": "yes", "foot": "private"}, 2),
        ({"access": "something new"}, 2),
    ],
)
def test_foot_says_more_than_access_and_silence_is_open(tags: dict[str, str], closed: int) -> None:
    assert closed_to(tags) == closed


@pytest.mark.parametrize(
    ("tags", "access", "reason"),
    [
        ({"leisure": "park"}, "customers", PRIVATE),
        ({"leisure": "park"}, "private", PRIVATE),
        ({"amenity": "cafe"}, "customers", ""),
        ({"amenity": "cafe"}, "private", PRIVATE),
        ({"landuse": "allotments"}, "private", ""),
        ({"amenity": "school"}, "private", ""),
        ({"landuse": "brownfield"}, "no", ""),
        ({"amenity": "toilets"}, "key", PRIVATE),
    ],
)
def test_each_category_says_whose_way_in_counts(
    tags: dict[str, str], access: str, reason: str
) -> None:
    [(_, found)] = category_of(area(1, 0, 0, 50, access=access, **tags)).values()

    assert found == reason


def test_the_pitch_of_a_school_is_not_public_unless_it_says_so() -> None:
    found = category_of(
        area(1, 0, 0, 200, amenity="school"),
        area(2, 10, 10, 50, leisure="pitch"),
        area(3, 100, 10, 50, leisure="pitch", access="yes"),
        area(4, 300, 10, 50, leisure="pitch"),
    )

    assert found["way/2"] == ("sports_ground", INSIDE)
    assert found["way/3"] == ("sports_ground", "")
    assert found["way/4"] == ("sports_ground", "")
    assert found["way/1"] == ("school", "")


def test_a_feature_of_two_categories_gets_the_more_specific_and_names_the_other() -> None:
    both = point(1, 5, 5, amenity="library", building="civic", shop="books")
    found = classify(features_of(both), RULES)

    assert found["category"].tolist() == ["library"]
    assert found["also"].tolist() == ["civic_building"]


def test_a_category_that_does_not_let_the_public_in_leaves_the_feature_to_the_next() -> None:
    # A wood where only members may walk is no nature space; the allotments in it are counted.
    found = classify(
        features_of(area(1, 0, 0, 90, natural="wood", landuse="allotments", access="members")),
        RULES,
    )

    assert found["category"].tolist() == ["allotments"]
    assert found["also"].tolist() == [""]


def test_a_closed_way_in_two_shapes_is_one_feature() -> None:
    ring = [(0.0, 0.0), (50.0, 0.0), (50.0, 50.0), (0.0, 0.0)]
    found = classify(
        features_of(
            line(1, ring, highway="pedestrian", area="yes"),
            area(1, 0, 0, 50, highway="pedestrian", area="yes"),
        ),
        RULES,
    )

    assert found["feature_id"].tolist() == ["way/1"]
    assert found.geometry.geom_type.tolist() == ["Polygon"]


def test_prefixes_stand_before_the_keys_of_a_rule() -> None:
    rules = RULES["pub"].model_dump()
    rules["osm"] |= {"any": ({"amenity": "pub"},), "lifecycle": ("disused", "abandoned")}
    index = index_of({"old_pub": CategoryRules.model_validate(only_rules(rules))})

    assert matching({"disused:amenity": "pub"}, "point", index) == ["old_pub"]
    assert matching({"abandoned:amenity": "pub"}, "point", index) == ["old_pub"]
    assert matching({"amenity": "pub"}, "point", index) == []
    assert matching({"disused:amenity": "pub", "amenity": "cafe"}, "point", index) == []


def only_rules(values: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in values.items() if key in CategoryRules.model_fields}


def test_a_table_without_assets_gives_an_empty_one() -> None:
    found = classify(features_of(area(1, 0, 0, 9, building="house")), RULES)

    assert found.empty
    assert found.crs.to_epsg() == 27700


KEYS = st.sampled_from(["leisure", "amenity", "shop", "disused:shop", "access", "foot", "building"])
VALUES = st.sampled_from(["park", "cafe", "vacant", "yes", "no", "private", "pitch;park", ""])


@given(st.dictionaries(KEYS, VALUES, max_size=5), st.sampled_from(["point", "line", "area"]))
@settings(deadline=None)
def test_looking_rules_up_finds_the_same_as_trying_each_of_them(
    tags: dict[str, str], shape: str
) -> None:
    each = {
        rule.category
        for by_value in INDEX.values()
        for rules in by_value.values()
        for rule in rules
        if rule.holds(tags, shape)
    }

    assert set(matching(tags, shape, INDEX)) == each


@pytest.mark.slow
def test_a_hundred_thousand_features_take_little_time() -> None:
    rows = [
        area(n, n % 300 * 3.0, n // 300 * 3.0, 2, **tags)
        for n, tags in enumerate(
            [{"building": "house"}, {"highway": "service"}, {"leisure": "pitch"}] * 3400
        )
    ]
    features = features_of(*rows)
    many = pd.concat([features] * 10, ignore_index=True)
    many["feature_id"] = [f"way/{n}" for n in range(len(many))]
    started = time.perf_counter()
    classify(many, RULES)

    assert len(many) == 102_000
    assert time.perf_counter() - started < 10


def test_tags_are_kept_as_they_are() -> None:
    tags = {"amenity": "pub", "name": "The \u202eFox", "note": "”"}
    found = classify(features_of(point(1, 0, 0, **tags)), RULES)

    assert found["tags"].tolist() == [tags]
    assert found["name"].tolist() == ["The Fox"]
    assert json.dumps(tags)
