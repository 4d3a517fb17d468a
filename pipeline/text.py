"""Text from outside: made plain, made comparable, made a name.

Names, opening hours and the like are written by anyone. Before a word of it is kept it loses
what cannot be seen; before two names are compared they lose what does not tell places apart.
"""

from __future__ import annotations

import json
import re
import unicodedata

import pandas as pd

LONGEST_TEXT = 200
LONGEST_SLUG = 40

# Words that say nothing about which place is meant.
_COMMON = frozenset({"a", "an", "and", "at", "in", "of", "on", "the", "y", "yr"})
_SHORT_FORMS = {
    "ave": "avenue",
    "cty": "county",
    "ctr": "centre",
    "center": "centre",
    "jct": "junction",
    "jn": "junction",
    "ln": "lane",
    "pk": "park",
    "rd": "road",
    "rec": "recreation",
    "saint": "st",
    "sch": "school",
    "sq": "square",
    "stn": "station",
}
# Apostrophes vanish (`St Mary's` is `St Marys`); all other punctuation parts words.
_APOSTROPHES = re.compile("['’ʼ‘`´]")  # noqa: RUF001 (the look-alikes are the point)
_NOT_A_WORD = re.compile(r"[^\w]+|_")
_INITIALS = re.compile(r"\b(\w)\.(?=\w\b)")
_SPACES = re.compile(r"\s+")


def clean_text(value: object, most: int = LONGEST_TEXT) -> str:
    r"""Return text from outside as plain text on one line.

    Control, direction, zero-width and unassigned characters and lone surrogates go, any run of
    white space becomes one space, composed letters are used (NFC), long text is cut.

    Parameters
    ----------
    value
        Anything that came from a file; missing values give an empty text.
    most
        Most characters to keep, the `…` of a cut text included.

    Returns
    -------
    str
        Plain text, perhaps empty.

    Examples
    --------
    >>> clean_text("  Caf\u0065\u0301\n\u202eround\x00 ")
    'Café round'
    >>> clean_text(None)
    ''
    >>> clean_text("Recreation Ground", most=8)
    'Recreat…'
    """
    if not isinstance(value, str):
        if value is None or value is pd.NA or value != value:  # noqa: PLR0124 (NaN and NaT)
            return ""
        value = str(value)
    text = value
    is_plain = text.isascii() and text.isprintable()
    if is_plain and " " not in text and len(text) <= most:
        return text
    if not is_plain:
        spaced = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
        text = "".join(c for c in spaced if not unicodedata.category(c).startswith("C"))
    text = _SPACES.sub(" ", text).strip()
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def folded(value: str) -> str:
    """Return text without case and accents, ligatures and wide letters spelt out.

    Parameters
    ----------
    value
        Any text.

    Returns
    -------
    str
        For example `ysgol gymraeg` for `Ysgol Gymraeg`.
    """
    spelt = unicodedata.normalize("NFKD", value.casefold())
    return "".join(c for c in spelt if not unicodedata.combining(c))


def slug(value: object, most: int = LONGEST_SLUG) -> str:
    """Return a name of small letters, digits and hyphens, fit for a file or an identifier.

    Parameters
    ----------
    value
        Anything that came from a file.
    most
        Most characters to keep.

    Returns
    -------
    str
        Perhaps empty.

    Examples
    --------
    >>> slug("../St. Mary’s & Café")
    'st-mary-s-cafe'
    """
    words = re.findall(r"[a-z0-9]+", folded(clean_text(value, most=1000)))
    return "-".join(words)[:most].strip("-")


def normalised_name(value: object) -> str:
    """Return a name as it is compared with another.

    Case, accents, punctuation, apostrophes and words such as `the` go; `&` and common short
    forms are spelt out; `Saint` becomes `St`.

    Parameters
    ----------
    value
        A name as written, or anything missing.

    Returns
    -------
    str
        Words parted by single spaces; empty where nothing tells.

    Examples
    --------
    >>> normalised_name("The Church of Saint Mary & All Angels")
    'church st mary all angels'
    >>> normalised_name("St. Mary's R.C. Primary Sch")
    'st marys rc primary school'
    """
    text = _APOSTROPHES.sub("", folded(clean_text(value))).replace("&", " and ")
    words = _NOT_A_WORD.sub(" ", _INITIALS.sub(r"\1", text)).split()
    spelt = [_SHORT_FORMS.get(word, word) for word in words]
    return " ".join([word for word in spelt if word not in _COMMON] or spelt)


def names_agree(one: str, other: str) -> bool:
    """Tell whether two normalised names can be those of one place.

    Parameters
    ----------
    one, other
        Results of `normalised_name`.

    Returns
    -------
    bool
        Whether they are equal, one is empty, or one holds all the words of the other.

    Examples
    --------
    >>> names_agree("belle vue park", "belle vue")
    True
    >>> names_agree("st marys infant school", "st marys junior school")
    False
    """
    if one == other or not one or not other:
        return True
    ours, theirs = set(one.split()), set(other.split())
    return ours <= theirs or theirs <= ours


def json_text(value: object) -> str:
    """Write a value as JSON for one cell of a table: the same value is always the same text.

    Parameters
    ----------
    value
        Texts, numbers, lists and dictionaries of such.

    Returns
    -------
    str
        One line, its keys sorted.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
