"""Standards are data: what is declared, which apply where, and what is refused in a sentence."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline import files
from pipeline.config import (
    Category,
    Chosen,
    District,
    Evidence,
    Nation,
    Quantity,
    Standard,
    Together,
    Within,
)
from pipeline.errors import ChoiceIsNotAllowed
from pipeline.standards import categories_must_be_known, standards_for

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "config/standards").glob("*.yaml"))
DECLARED: dict[str, Standard] = files.read_configs(FILES, Standard)
CATEGORIES: dict[str, Category] = files.read_configs(
    sorted((ROOT / "config/categories").glob("*.yaml")), Category
)
SAMPLETON: District = files.read_choices(ROOT / "config/districts/sampleton.yaml", District)


def of(name: str, criterion: str) -> Any:  # noqa: ANN401 (one of three kinds)
    return next(each for each in DECLARED[name].criteria if each.id == criterion)


# Hectares, metres and metres drawn of each criterion of distance, from the bodies' own documents.
@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        (
            "natural_england_2023",
            [(0.5, 200, 200), (2, 300, 300), (10, 1000, 1000), (20, 2000, 2000),
             (100, 5000, 5000), (500, 10_000, 10_000)],
        ),
        (
            "angst_2010",
            [(2, 300, 300), (20, 2000, 2000), (100, 5000, 5000), (500, 10_000, 10_000)],
        ),
        (
            "wales_greenspace_toolkit",
            [(0, 400, 300), (20, 2000, 2000), (100, 5000, 5000), (500, 10_000, 10_000)],
        ),
        ("who_europe", [(0.5, 300, 300)]),
        ("public_transport", [(0, 400, 400), (0, 800, 800)]),
        ("twenty_minute_neighbourhood", [(0, 800, 800)] * 7),
    ],
)  # fmt: skip
def test_each_standard_asks_for_what_its_body_asks_for(
    name: str, numbers: list[tuple[float, float, float]]
) -> None:
    criteria = [each for each in DECLARED[name].criteria if isinstance(each, Within)]
    assert [(c.smallest_ha, c.distance_m, c.line_m) for c in criteria] == numbers


def test_land_per_head_is_asked_for_in_hectares() -> None:
    asked = {
        name: [c.hectares_per_1000 for c in each.criteria if isinstance(c, Quantity)]
        for name, each in DECLARED.items()
    }
    assert {name: found for name, found in asked.items() if found} == {
        "fields_in_trust": [0.8, 1.8, 0.25, 1.6],
        "natural_england_2023": [3],
        "wales_greenspace_toolkit": [2],
    }


def test_each_says_how_its_body_measures_and_how_sure_its_numbers_are() -> None:
    assert of("natural_england_2023", "local").official_method == "straight_line"
    assert of("public_transport", "bus_stop").official_method == "walking"
    assert of("fields_in_trust", "parks").evidence is Evidence.TO_BE_CHECKED
    assert of("natural_england_2023", "doorstep").evidence is Evidence.VERIFIED
    for standard in DECLARED.values():
        assert standard.reference.endswith(".")
        assert standard.method_note.endswith(".")


def test_every_category_that_a_standard_speaks_of_is_there() -> None:
    categories_must_be_known(DECLARED, CATEGORIES)
    assert isinstance(of("natural_england_2023", "doorstep_or_local"), Together)


# --- which apply ----------------------------------------------------------------------------------


def applied(nation: Nation, **chosen: tuple[str, ...]) -> set[str]:
    district = SAMPLETON.model_copy(update={"nation": nation, "standards": Chosen(**chosen)})
    return set(standards_for(district, DECLARED))


EVERYWHERE = {"public_transport", "twenty_minute_neighbourhood", "who_europe"}


def test_a_nation_has_its_own_standards_and_those_of_everywhere() -> None:
    british = EVERYWHERE | {"fields_in_trust"}
    assert applied(Nation.ENGLAND) == british | {"angst_2010", "natural_england_2023"}
    assert applied(Nation.WALES) == british | {"wales_greenspace_toolkit"}
    assert applied(Nation.SCOTLAND) == british
    assert applied(Nation.ELSEWHERE) == EVERYWHERE


def test_a_district_may_add_a_standard_and_leave_one_out() -> None:
    found = applied(Nation.WALES, also=("angst_2010",), without=("who_europe",))
    assert "angst_2010" in found
    assert "who_europe" not in found


def test_a_councils_own_standard_applies_where_it_is_named() -> None:
    ours = DECLARED["who_europe"].model_copy(update={"applies": "where_named"})
    declared = {**DECLARED, "local_plan": ours}
    naming = SAMPLETON.model_copy(update={"standards": Chosen(also=("local_plan",))})
    assert "local_plan" not in standards_for(SAMPLETON, declared)
    assert "local_plan" in standards_for(naming, declared)


@pytest.mark.parametrize("key", ["also", "without"])
def test_a_standard_that_is_not_there_is_named(key: str) -> None:
    naming = SAMPLETON.model_copy(update={"standards": Chosen(**{key: ("anxt",)})})
    with pytest.raises(ChoiceIsNotAllowed, match="‘Sampleton’ names the standard ‘anxt’"):
        standards_for(naming, DECLARED)


# --- what is refused ------------------------------------------------------------------------------

GOOD: dict[str, Any] = yaml.safe_load((ROOT / "config/standards/who_europe.yaml").read_text())
CRITERION = GOOD["criteria"][0]
BOTH = {"kind": "together", "id": "both", "label": "Both", "needs": "all", "evidence": "verified"}


def refusal(tmp_path: Path, criteria: list[dict[str, Any]], **changes: object) -> str:
    path = tmp_path / "ours.yaml"
    path.write_text(yaml.safe_dump({**GOOD, "criteria": criteria, **changes}), encoding="utf-8")
    with pytest.raises(ChoiceIsNotAllowed) as found:
        files.read_choices(path, Standard)
    sentence = str(found.value)
    assert "ours.yaml: " in sentence
    assert "\n" not in sentence
    return sentence.split("ours.yaml: ")[1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"distance_m": 0}, "distance_m: Input should be greater than 0, found ‘0’."),
        ({"distance_m": -300}, "distance_m: Input should be greater than 0, found ‘-300’."),
        ({"distance_m": "far"}, "distance_m: Input should be a valid number, found ‘far’."),
        ({"straight_line_m": 0}, "straight_line_m: Input should be greater than 0, found ‘0’."),
        ({"smallest_ha": -1}, "smallest_ha: Input should be greater than or equal to 0"),
        ({"categories": []}, "categories: Tuple should have at least 1 item"),
        ({"official_method": "crow"}, "official_method: Input should be 'walking' or"),
        ({"evidence": "sure"}, "evidence: Input should be 'verified', 'documented_once' or"),
        ({"distanc_m": 300}, "distanc_m: this key is not known; check its spelling"),
    ],
)
def test_what_a_criterion_may_not_hold_is_said_in_a_sentence(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    found = refusal(tmp_path, [{**CRITERION, **change}])
    assert found.startswith("criteria.0.within.")
    assert words in found


def test_a_doubled_criterion_a_doubled_category_and_a_part_that_is_not_there_are_named(
    tmp_path: Path,
) -> None:
    assert "two criteria have the id half_hectare; give each its own" in refusal(
        tmp_path, [CRITERION, deepcopy(CRITERION)]
    )
    assert "half_hectare names the category park twice; once is enough" in refusal(
        tmp_path, [{**CRITERION, "categories": ["park", "park"]}]
    )
    assert "both is of quarter, which is no criterion of distance above it" in refusal(
        tmp_path, [CRITERION, {**BOTH, "of": ["half_hectare", "quarter"]}]
    )


def test_a_nation_that_is_none_and_a_year_that_is_none_are_refused(tmp_path: Path) -> None:
    assert "applies" in refusal(tmp_path, [CRITERION], applies=["atlantis"])
    assert "year: Input should be less than or equal to 2100" in refusal(
        tmp_path, [CRITERION], year=20_230
    )


def test_an_unknown_category_is_named_with_file_and_criterion() -> None:
    odd = DECLARED["who_europe"].criteria[0].model_copy(update={"categories": ("parks",)})
    declared = {"ours": DECLARED["who_europe"].model_copy(update={"criteria": (odd,)})}
    with pytest.raises(ChoiceIsNotAllowed) as found:
        categories_must_be_known(declared, CATEGORIES)
    assert str(found.value).startswith(
        "config/standards/ours.yaml: half_hectare: there is no category ‘parks’; allowed are "
    )
