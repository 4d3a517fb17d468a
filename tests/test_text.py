"""Text from outside becomes plain, comparable, and fit for a name."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import clean_text, names_agree, normalised_name, slug


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("  The   Dell \t\n", "The Dell"),
        ("Pill\x00\x1b[2J", "Pill[2J"),
        ("a\u202eb\u2066c\ufeffd\u200be", "abcde"),
        ("Cafe\u0301", "Café"),
        ("one\u00a0two\u2003three", "one two three"),
        ("\ud800lone", "lone"),
        ("{{ 7 * 7 }}<script>", "{{ 7 * 7 }}<script>"),
        (12, "12"),
    ],
)
def test_text_loses_what_cannot_be_seen_and_keeps_what_can(dirty: object, clean: str) -> None:
    assert clean_text(dirty) == clean


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA, pd.NaT, "", " \n "])
def test_what_is_missing_is_empty_text(nothing: object) -> None:
    assert clean_text(nothing) == ""


def test_long_text_is_cut_and_says_so() -> None:
    assert clean_text("x" * 5000) == "x" * 199 + "…"
    assert clean_text("x" * 200) == "x" * 200


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_clean_text_is_short_plain_and_stays_as_it_is(text: str, most: int) -> None:
    clean = clean_text(text, most)

    assert len(clean) <= most
    assert clean == clean_text(clean, most)
    assert not any(unicodedata.category(character).startswith("C") for character in clean)
    assert unicodedata.is_normalized("NFC", clean)


@given(st.text())
def test_a_slug_is_safe_in_a_file_name(text: str) -> None:
    made = slug(text)

    assert len(made) <= 40
    assert all(character in "abcdefghijklmnopqrstuvwxyz0123456789-" for character in made)
    assert not made.startswith("-")
    assert not made.endswith("-")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St. Mary's Church", "ST MARYS CHURCH"),
        ("The Fox & Hounds", "Fox and Hounds"),
        ("Café Zoë", "Cafe Zoe"),
        ("Saint Julian’s Park", "St Julian's Park"),
        ("Station Rd", "Station Road"),
        ("St Patrick's R.C. School", "St Patricks RC School"),
    ],
)
def test_names_that_people_take_for_one_compare_as_one(one: str, other: str) -> None:
    assert normalised_name(one) == normalised_name(other)


def test_a_name_of_common_words_alone_keeps_them() -> None:
    assert normalised_name("The And") == "the and"


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("belle vue park", "belle vue", True),
        ("", "belle vue", True),
        ("st marys infant school", "st marys junior school", False),
        ("kemp park", "lysaghts park", False),
    ],
)
def test_names_agree_when_one_says_no_more_than_the_other(
    one: str, other: str, agree: bool
) -> None:
    assert names_agree(one, other) is agree
    assert names_agree(other, one) is agree


@given(st.text(), st.text())
def test_agreement_of_names_is_symmetric(one: str, other: str) -> None:
    ours, theirs = normalised_name(one), normalised_name(other)

    assert names_agree(ours, theirs) == names_agree(theirs, ours)
    assert names_agree(ours, ours)
