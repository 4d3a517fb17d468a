"""The words of the pages: one file a language, the same keys and slots in each, none unwelcome."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import files
from pipeline.config import Category, Unwelcome, Wording
from pipeline.config.words import faults_of_tone, must_agree, must_be_welcome, slots_of
from pipeline.errors import ChoiceIsNotAllowed
from pipeline.pages import frame, map_page
from pipeline.pages.map import SAID
from pipeline.pages.wording import Words
from tests.pages.town import ROOT, town, wordings

PAGES = Path(frame.__file__).parent
WORDINGS = wordings()
ENGLISH = Words(WORDINGS)
UNWELCOME: Unwelcome = files.read_choices(ROOT / "config/words/unwelcome.yaml", Unwelcome)


def made(**words: Any) -> Wording:  # noqa: ANN401
    return Wording.model_validate({"tag": "en-GB", "name": "English", "words": words})


# --- the files ------------------------------------------------------------------------------------


def test_every_language_has_the_keys_and_slots_of_english_and_no_unwelcome_word() -> None:
    must_agree(WORDINGS)
    must_be_welcome(WORDINGS, UNWELCOME)


def used_in_scripts() -> set[str]:
    scripts = "".join(path.read_text() for path in sorted((PAGES / "static").glob("*.js")))
    found = set(re.findall(r'\b(?:say|sayParts)\(\s*"([a-z0-9_.]+)"', scripts))
    return {key for key in found if "." in key}


def test_every_sentence_that_scripts_and_templates_say_is_there() -> None:
    known = WORDINGS["en"].sentences()
    templates = "".join(path.read_text() for path in (PAGES / "templates").glob("*.html"))
    assert used_in_scripts() | set(frame.keys_of(templates)) <= set(known)
    assert {key.partition(".")[0] for key in used_in_scripts()} <= {
        *SAID, "numbers", "deprivation", "directory",
    }  # fmt: skip


def test_scripts_and_templates_have_no_words_of_their_own() -> None:
    """A text in quotes that has two words beginning with a letter would be a sentence."""
    for path in sorted((PAGES / "static").glob("*.js")):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(), flags=re.DOTALL)
        for text in re.findall(r'"([^"\n]*)"', code):
            assert not re.match(r"[A-Z][a-z]+ [a-z]+", text), f"{path.name}: {text}"


def test_every_category_has_its_words_in_every_other_language() -> None:
    names = {path.stem for path in (ROOT / "config/categories").glob("*.yaml")}
    for language, wording in WORDINGS.items():
        assert set(wording.categories) == (set() if language == "en" else names)


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ({"a": {"x": "yes"}}, r"cy\.yaml: words\.a\.y: this key is missing; en\.yaml has ‘{n} of"),
        (
            {"a": {"x": "yes", "z": "no"}},
            r"words\.a\.z: this key is not known.*perhaps meant: ‘a\.y’",
        ),
        (
            {"a": {"x": "yes", "y": "{n} o {nifer}"}},
            r"words\.a\.y: has the slots {n}, {nifer}; .*{n}, {of}",
        ),
    ],
)
def test_a_language_that_differs_is_refused_in_a_sentence(
    theirs: dict[str, Any], said: str
) -> None:
    english = made(a={"x": "yes", "y": "{n} of {of}"})
    with pytest.raises(ChoiceIsNotAllowed, match=said):
        must_agree({"en": english, "cy": made(**theirs)})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("words: {a: 3}", "a must be a sentence"),
        ("words: {a: {}}", "a is empty"),
        ("words: {a: 'x {'}", "brace"),
        ("words: {a: 'x {Name}'}", "brace"),
        ("words: {a: {one: x, other: y}}", "a plural needs the slot"),
        ("words: {A b: x}", "words"),
        ("words: {a: x}\nhello: 1", "not known"),
    ],
)
def test_a_file_that_holds_no_sentences_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "en.yaml"
    path.write_text(f"tag: en-GB\nname: English\n{text}\n")
    with pytest.raises(ChoiceIsNotAllowed, match=said):
        files.read_choices(path, Wording)


def test_a_language_or_a_key_that_is_not_there_is_named() -> None:
    with pytest.raises(ChoiceIsNotAllowed, match=r"config/words/xx\.yaml; allowed are .*en"):
        Words(WORDINGS, "xx")
    with pytest.raises(ChoiceIsNotAllowed, match=r"words\.no\.such: this key is missing"):
        ENGLISH("no.such")
    with pytest.raises(ChoiceIsNotAllowed, match=r"nothing is known to fill {n} with"):
        ENGLISH("numbers.share")


def test_an_unwelcome_word_is_named_with_why_and_what_instead() -> None:
    said = {"x": "Food deserts and the worst of them"}
    first, second = faults_of_tone(said, UNWELCOME)
    assert first.startswith("x: says ‘desert’, and it says that nothing is there")
    assert "worst" in second
    assert list(faults_of_tone({"x": "Deserted is another word; a dessert too."}, UNWELCOME)) == []


def test_names_from_data_are_left_alone() -> None:
    material = town()
    named = material.assets.assign(name="Desert Street, the worst pub")
    page = map_page(replace(material, assets=named))
    assert "Desert Street" in page


def test_what_config_says_of_categories_is_welcome() -> None:
    looks = files.read_configs(sorted((ROOT / "config/categories").glob("*.yaml")), Category)
    said = {f"{name}: {part}": text for name, look in looks.items() for part, text in (
        ("label", look.label), ("one", look.one), ("why", look.why.sentence))}  # fmt: skip
    assert list(faults_of_tone(said, UNWELCOME)) == []


# --- saying ---------------------------------------------------------------------------------------


def test_plurals_and_numbers_are_those_of_the_language() -> None:
    assert ENGLISH("counts.residents", n=1) == "1 resident"
    assert ENGLISH("counts.residents", n=12345) == "12,345 residents"
    welsh = Words(WORDINGS, "cy")
    said = [welsh("counts.neighbourhoods", n=n) for n in (1, 2, 3, 6, 7)]
    assert said == [
        "1 gymdogaeth", "2 gymdogaeth", "3 cymdogaeth", "6 chymdogaeth", "7 cymdogaeth"
    ]  # fmt: skip
    assert welsh.day("2023-06-12") == "12 Mehefin 2023"
    assert ENGLISH.day("2023-06-12") == "12 June 2023"
    assert ENGLISH.day("spring 2023") == "spring 2023"


@given(st.text(max_size=30))
def test_what_fills_a_slot_is_not_looked_at_again(name: str) -> None:
    assert ENGLISH("map.title", district=name) == f"{name}: what is within reach on foot"
    assert ENGLISH.parts("map.title", district=name)[1] == name


def test_a_category_without_translation_is_said_in_english_and_says_so() -> None:
    look = files.read_choices(ROOT / "config/categories/park.yaml", Category)
    other = made(a="b").model_copy(update={"tag": "cy"})
    told = Words({"en": WORDINGS["en"], "xx": other}, "xx").of_category("park", look)
    assert (told.label, told.language, told.why_language) == (look.label, "en-GB", "en-GB")
    assert ENGLISH.of_category("park", look).language == ""
    welsh = Words(WORDINGS, "cy").of_category("park", look)
    assert (welsh.label, welsh.language) == ("Parciau a gerddi", "")


def test_slots_of_a_plural_are_taken_together() -> None:
    assert slots_of({"one": "one {of}", "other": "{n} {of}"}) == {"n", "of"}


def test_a_page_is_in_the_language_and_direction_of_its_district() -> None:
    material = town()
    arabic = WORDINGS["en"].model_copy(update={"tag": "ar", "direction": "rtl"})
    district = material.district.model_copy(update={"language": "ar"})
    page = map_page(replace(material, wordings={**WORDINGS, "ar": arabic}, district=district))
    assert '<html lang="ar" dir="rtl">' in page
    assert '"tag":"ar","source":"en-GB"' in page
    assert '<bdi lang="en-GB">' in page
    assert json.loads(page.split('id="data">')[1].split("</script>")[0])["categories"][0][
        "languages"
    ] == ["en-GB", "en-GB"]


def test_sheets_of_style_know_no_left_and_right() -> None:
    """But for what a map draws on itself, which stays as the map is."""
    for path in (PAGES / "static").glob("*.css"):
        for line in path.read_text().splitlines():
            if "map-credit" in line or line.startswith("/*"):
                continue
            found = re.search(
                r"(margin|padding|border)-(left|right)|text-align: (left|right)", line
            )
            assert not found, f"{path.name}: {line[:80]}"
