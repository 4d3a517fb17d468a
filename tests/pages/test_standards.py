"""Standards in words and in a sheet: two ways side by side, and what is not certain said."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace

import pytest

from pipeline import files
from pipeline.config import Standard
from pipeline.pages import Material, standards_csv
from pipeline.pages.standards import asks_for, spoken_points, spoken_share, standards_of_page
from pipeline.pages.wording import Words
from tests.pages.town import CODE, IDS, ROOT, town, wordings
from tests.test_standards import DECLARED

WORDS = Words(wordings())


@pytest.fixture(scope="module")
def material() -> Material:
    return town()


def words_of(name: str) -> dict[str, str]:
    standard: Standard = DECLARED[name]
    return {each.id: asks_for(WORDS, standard, each) for each in standard.criteria}


def test_what_is_asked_for_is_said_in_words() -> None:
    england = words_of("natural_england_2023")
    assert england["local"] == "2 ha or more within 300 m, about 5 min"
    assert england["district"] == "100 ha or more within 5 km"
    assert england["doorstep_or_local"] == "any of: Doorstep greenspace; Local natural greenspace"
    assert england["capacity"] == "3 ha for every 1,000 people"
    wales = words_of("wales_greenspace_toolkit")
    assert wales["nearest"] == "within 400 m, drawn as 300 m, about 5 min"


@pytest.mark.parametrize(
    ("state", "value", "at_most", "said"),
    [
        ("ok", 24.4, 24.4, "24 %"),
        ("ok", 24.2, 24.44, "24 %"),
        ("ok", 24, 31, "24 % to 31 %"),
        ("ok", 72, 100, "72 % or more"),
        ("ok", 0, 3.6, "up to 4 %"),
        ("ok", 100, 100, "100 %"),
        ("ok", 99.6, 100, "over 99 %"),
        ("true_zero", 0, 0, "0 %"),
        ("no_data", math.nan, math.nan, "No data"),
        ("suppressed", math.nan, math.nan, "Too few people to say"),
    ],
)
def test_a_share_is_said_with_both_its_ends_where_they_differ(
    state: str, value: float, at_most: float, said: str
) -> None:
    assert spoken_share(WORDS, state, value, at_most) == said


def test_the_page_shows_each_standard_of_the_district_with_its_own_method(
    material: Material,
) -> None:
    england, transport, _ = standards_of_page(material)
    assert england["by"] == "Natural England, 2023"
    doorstep, local, either = england["rows"][:3]
    # The district is certain: 10 % on foot and 30 % in a straight line, then 10 more.
    assert (doorstep["walking"], doorstep["line"]) == ("10 %", "30 %")
    assert doorstep["difference"] == "20 points more"
    assert (local["walking"], local["line"]) == ("20 %", "40 %")
    assert {doorstep["own"], either["own"]} == {"straight line"}
    assert {row["own"] for row in transport["rows"]} == {"on foot"}
    assert either["evidence"] == "numbers to be checked"
    land = england["rows"][-1]
    assert land["land"] == "10 ha for every 1,000 people"
    assert land["own"] == "land per head"


def test_the_sheet_has_a_row_for_each_place_and_criterion_and_the_district_last(
    material: Material,
) -> None:
    rows = list(csv.DictReader(io.StringIO(standards_csv(material).decode())))
    n_criteria = sum(len(each.criteria) for each in material.published_standards.values())
    assert len(rows) == 7 * n_criteria
    assert {row["neighbourhood_id"] for row in rows[-n_criteria:]} == {CODE}
    row = next(
        r for r in rows if r["neighbourhood_id"] == IDS[0] and r["criterion"].startswith("Door")
    )
    assert row["name"] == "Littleton 001A"
    assert row["asks_for"] == "0.5 ha or more within 200 m, about 5 min"
    assert (row["walking_pct"], row["straight_line_pct"], row["official_pct"]) == ("10", "30", "30")
    assert (row["difference_points_at_least"], row["difference_points_at_most"]) == ("20", "20")
    assert row["official_method"] == "straight line"
    assert (row["walking_state"], row["walking_certain_pct"]) == ("ok", "88")
    assert row["ha_per_1000"] == row["ha_per_1000_state"] == ""
    assert "made up" in row["notice"]


def test_a_difference_has_two_ends_where_a_share_has(material: Material) -> None:
    rows = list(csv.DictReader(io.StringIO(standards_csv(material).decode())))
    found = {
        row["neighbourhood_id"]: (
            row["difference_points_at_least"],
            row["difference_points_at_most"],
        )
        for row in rows
        if row["criterion"] == "Bus stop"
    }
    # 10 to 25 % on foot and 30 to 45 % in a straight line differ by 5 to 35 points.
    certain, between, none = ("20", "20"), ("5", "35"), ("", "")
    assert found == {
        IDS[0]: certain, IDS[1]: between, IDS[2]: certain, IDS[3]: none, IDS[4]: certain,
        IDS[5]: none, CODE: certain,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("least", "most", "said"),
    [
        (20, 20.4, "20 points more"),
        (0.6, 1.4, "1 point more"),
        (9.6, 16.7, "10 to 17 points more"),
        (0, 16.7, "0 to 17 points more"),
        (-0.2, 0.3, "none"),
        (-9, -4, "4 to 9 points fewer"),
        (-3, 8, "not certain"),
        (math.nan, math.nan, "not certain"),
    ],
)
def test_a_difference_is_said_in_words(least: float, most: float, said: str) -> None:
    assert spoken_points(WORDS, least, most) == said


def test_without_standards_the_sheet_has_its_heading_only(material: Material) -> None:
    none = material.standards.iloc[:0]
    bare = replace(material, standards=none, published_standards={})
    assert standards_of_page(bare) == []
    assert standards_csv(bare).decode().count("\n") == 1


def test_a_language_says_what_it_has_words_for_and_marks_the_rest() -> None:
    """Welsh has words for the walk to public transport, and none for England's own standards."""
    material = town()
    welsh = replace(material, district=material.district.model_copy(update={"language": "cy"}))
    england, transport, _ = standards_of_page(welsh)
    assert {row["language"] for row in england["rows"]} == {"en-GB"}
    assert {row["language"] for row in transport["rows"]} == {""}
    assert (transport["note_language"], transport["rows"][0]["label"]) == ("", "Safle bws")
    assert {row["language"] for one in standards_of_page(material) for row in one["rows"]} == {""}


def test_every_standard_and_walker_that_a_language_names_is_there() -> None:
    """A misspelt id would leave its words unsaid, and nobody would know."""
    for wording in wordings().values():
        for name, words in wording.standards.items():
            standard = files.read_choices(ROOT / f"config/standards/{name}.yaml", Standard)
            assert set(words.criteria) <= {each.id for each in standard.criteria}, name
        for name in wording.walkers:
            assert (ROOT / f"config/walkers/{name}.yaml").is_file(), name
