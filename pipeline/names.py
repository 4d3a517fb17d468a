"""How alike two names of places are: in words, in letters, in Welsh and in English.

A list writes *Parc Belle Vue / Belle Vue Park*, a map *Belle Vue Park*, a third source *Bellevue
Pk*. Names are compared in every form that they are written in, with generic words of Welsh in
English (*parc*, *llyfrgell*) and without regard to the order of words. Two likenesses are taken
from rapidfuzz and the larger counts: of the words in order of the alphabet, letter by letter
(normalised indel distance), and of the whole, letter by letter, without spaces. Where two names
differ in a word that tells neighbours apart (*north* and *south*, *infant* and *junior*, two
numbers), they are not alike, however few letters it has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from rapidfuzz import distance, fuzz, process

from pipeline.text import normalised_name

Floats = npt.NDArray[np.float64]

# From here on two names are taken for one.
ALIKE = 0.85
# What is left of the likeness of names that differ in a word that tells neighbours apart.
TOLD_APART = 0.3
# One name holds all the words of the other: Belle Vue, and Belle Vue Park.
_HOLDS = 0.95
_MOST_FORMS = 4

_BETWEEN_FORMS = re.compile(r"\s*[/|;]\s*|\s+[-–—]\s+|\s*\(([^)]*)\)\s*")
# The side of the road that a stop is on: *High School, S-bound* and *High School*.
_BOUND = re.compile(r",?\s*\(?\b[nsew]{1,2}[ -]?bound\b\)?", re.IGNORECASE)
_NUMBER = re.compile(r"\d+[a-z]?")
# Generic words of Welsh names, in English as they would stand in an English form.
_WELSH = {
    "amgueddfa": "museum", "canolfan": "centre", "capel": "chapel", "castell": "castle",
    "coed": "wood", "coedwig": "forest", "cymunedol": "community", "eglwys": "church",
    "fferyllfa": "pharmacy", "ffordd": "road", "gardd": "garden", "gerddi": "gardens",
    "glan": "bank", "goedwig": "forest", "gorsaf": "station", "gymunedol": "community",
    "heol": "road", "hamdden": "leisure", "iechyd": "health", "llyfrgell": "library",
    "llyn": "lake", "maes": "field", "marchnad": "market", "mynwent": "cemetery",
    "neuadd": "hall", "parc": "park", "pentref": "village", "rhandir": "allotments",
    "rhandiroedd": "allotments", "sgwar": "square", "stryd": "street", "swyddfa": "office",
    "tafarn": "inn", "ysbyty": "hospital", "ysgol": "school",
}  # fmt: skip
_APART = (
    ("north", "south", "east", "west"),
    ("upper", "lower", "middle"),
    ("infant", "infants", "junior", "juniors", "primary", "secondary", "nursery", "high"),
    ("great", "little"), ("old", "new"), ("inner", "outer"),
    ("catholic", "methodist", "baptist", "quaker"),
)  # fmt: skip
_GROUP = {word: number for number, words in enumerate(_APART) for word in words}


@lru_cache(maxsize=200_000)
def forms(name: str) -> tuple[str, ...]:
    """Return the forms in which a name is compared.

    Parameters
    ----------
    name
        As a source writes it, perhaps in two languages.

    Returns
    -------
    tuple of str
        Normalised, the whole name first; with generic words of Welsh in English. Empty where
        there is no name.

    Examples
    --------
    >>> forms("Llyfrgell Casnewydd / Newport Library")
    ('library casnewydd newport library', 'library casnewydd', 'newport library')
    """
    name = _BOUND.sub("", name) or name
    parts = [name, *(part for part in _BETWEEN_FORMS.split(name) if part and part.strip())]
    found = (normalised_name(part) for part in parts)
    english = (" ".join(_WELSH.get(word, word) for word in form.split()) for form in found)
    return tuple(dict.fromkeys(form for form in english if form))[:_MOST_FORMS]


def likeness(one: str, other: str) -> float | None:
    """Return how alike two names are.

    Parameters
    ----------
    one, other
        As their sources write them.

    Returns
    -------
    float or None
        From 0 to 1; none where one of them is missing.

    Examples
    --------
    >>> likeness("Parc Belle Vue", "Belle Vue Park")
    1.0
    >>> likeness("North Street", "South Street")
    0.3
    >>> likeness("", "Tredegar Park") is None
    True
    """
    found = float(likenesses([one], [other])[0])
    return None if np.isnan(found) else found


def likenesses(ones: Sequence[str], others: Sequence[str]) -> Floats:
    """Return how alike the names of many pairs are.

    Parameters
    ----------
    ones, others
        n names each, as their sources write them.

    Returns
    -------
    numpy.ndarray
        Shape (n,), from 0 to 1, the same with the two changed about; NaN where a name is missing.
    """
    pairs = list(zip(ones, others, strict=True))
    number = {pair: place for place, pair in enumerate(dict.fromkeys(pairs))}
    rows, left, right = [], [], []
    for place, (one, other) in enumerate(number):
        for ours in forms(one):
            for theirs in forms(other):
                rows.append(place)
                left.append(ours)
                right.append(theirs)
    best = np.full(len(number), np.nan)
    if rows:
        np.fmax.at(best, np.array(rows), _of_forms(left, right))
    of_pairs: Floats = best[np.array([number[pair] for pair in pairs], dtype=np.int64)]
    return of_pairs


def _of_forms(left: list[str], right: list[str]) -> Floats:
    """Compare normalised names, pair by pair."""
    words = process.cpdist(left, right, scorer=fuzz.token_sort_ratio, dtype=np.float64) / 100
    solid = (
        [text.replace(" ", "") for text in left],
        [text.replace(" ", "") for text in right],
    )
    letters = process.cpdist(
        *solid, scorer=distance.Levenshtein.normalized_similarity, dtype=np.float64
    )
    found = np.maximum(words, letters)
    for place, (one, other) in enumerate(zip(left, right, strict=True)):
        ours, theirs = set(one.split()), set(other.split())
        if ours == theirs:
            found[place] = 1.0
        elif _told_apart(ours - theirs, theirs - ours):
            found[place] = min(found[place], TOLD_APART)
        elif ours <= theirs or theirs <= ours:
            found[place] = max(found[place], _HOLDS)
    rounded: Floats = np.round(found, 4)
    return rounded


def _told_apart(ours: set[str], theirs: set[str]) -> bool:
    """Tell whether what only one or the other name has are words of one kind, or two numbers."""
    kinds = {_GROUP[word] for word in ours if word in _GROUP}
    if any(_GROUP.get(word) in kinds for word in theirs if word in _GROUP):
        return True
    return any(_NUMBER.fullmatch(word) for word in ours) and any(
        _NUMBER.fullmatch(word) for word in theirs
    )
