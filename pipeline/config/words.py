"""The words of the pages, one language a file: `config/words/<language>.yaml`.

English is the measure of all others: each language has the same keys, and each of its sentences
the same slots. A count may have its own sentence for each form of the plural that the language
has (`one`, `two`, `few`, `many`, `other`, as Unicode names them).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator
from typing_extensions import TypeAliasType

from pipeline.config.choice import Choice, Slug
from pipeline.errors import ChoiceIsNotAllowed, listed, quoted

REFERENCE = "en"
PLURALS = ("zero", "one", "two", "few", "many", "other")
COUNT = "n"

Sentence = Annotated[str, StringConstraints(min_length=1, max_length=1200, strip_whitespace=True)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
# A sentence, the forms of a plural, or a group of these.
Tree = TypeAliasType("Tree", "dict[Key, Sentence | Tree]")
Forms = str | Mapping[str, str]

_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class CategoryWords(Choice):
    """The words of one category in another language, as in `config/categories/*.yaml`."""

    label: Sentence
    one: Sentence
    why: Sentence | None = None


class WalkerWords(Choice):
    """The words of one walker in another language, as in `config/walkers/*.yaml`."""

    label: Sentence
    note: Sentence | None = None


class StandardWords(Choice):
    """The words of one standard in another language, as in `config/standards/*.yaml`.

    `criteria` maps the id of a criterion to its label. What a standard and its body are called
    stays as they published it.
    """

    note: Sentence | None = None
    criteria: dict[Slug, Sentence] = {}


class LabelWords(Choice):
    """What something is called in another language, as in `config/uses/*.yaml`."""

    label: Sentence
    one: Sentence | None = None


class Wording(Choice):
    """One language of the pages: `config/words/<language>.yaml`.

    `tag` is the language as browsers name it, and decides how numbers and dates are written.
    `categories`, `walkers`, `standards`, `unused`, `uses` and `cautions` translate the files of
    those folders of `config`; what is missing there is shown in English, and marked as English.
    """

    tag: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")]
    name: Sentence
    direction: Literal["ltr", "rtl"] = "ltr"
    words: Tree
    categories: dict[Slug, CategoryWords] = {}
    walkers: dict[Slug, WalkerWords] = {}
    standards: dict[Slug, StandardWords] = {}
    unused: dict[Slug, LabelWords] = {}
    uses: dict[Slug, LabelWords] = {}
    cautions: dict[Slug, LabelWords] = {}

    @field_validator("words", mode="before")
    @classmethod
    def _words_must_be_sentences_in_groups(cls, value: Any) -> Any:  # noqa: ANN401
        for fault in _faults(value, ""):
            raise ValueError(fault)
        return value

    def sentences(self) -> dict[str, Forms]:
        """Return every sentence, or the forms of a plural, under its whole key.

        Returns
        -------
        dict
            For example ``map.category`` → ``Kind of asset``.
        """
        return dict(_flat(self.words, ""))


class UnwelcomeWord(Choice):
    """A word that has no place here: why, and what to say in its stead."""

    word: Sentence
    why: Sentence
    instead: Sentence


class Unwelcome(Choice):
    """Words that no page may say in its own voice: `config/words/unwelcome.yaml`."""

    words: Annotated[tuple[UnwelcomeWord, ...], Field(min_length=1)]


def slots_of(forms: Forms) -> frozenset[str]:
    """Return the names of the slots of a sentence.

    Parameters
    ----------
    forms
        A sentence, or the forms of a plural, whose slots are taken together.

    Returns
    -------
    frozenset of str
        For example ``{"n", "district"}``.

    Examples
    --------
    >>> sorted(slots_of("{n} of {of}"))
    ['n', 'of']
    """
    texts = [forms] if isinstance(forms, str) else list(forms.values())
    return frozenset(name for text in texts for name in _SLOT.findall(text))


def must_agree(wordings: Mapping[str, Wording], folder: str = "config/words") -> None:
    """Refuse a language that says more, less or something else than English.

    Parameters
    ----------
    wordings
        Name of the file → language. English must be among them.
    folder
        Where the files lie, for the sentence.

    Raises
    ------
    ChoiceIsNotAllowed
        If a key is missing or unknown, or a sentence has other slots; names file and key.
    """
    if REFERENCE not in wordings:
        raise ChoiceIsNotAllowed(
            f"{folder}: {REFERENCE}.yaml is missing; every other language is held against it."
        )
    expected = wordings[REFERENCE].sentences()
    for name, wording in sorted(wordings.items()):
        found = wording.sentences()
        for fault in _differences(expected, found):
            raise ChoiceIsNotAllowed(f"{folder}/{name}.yaml: {fault}")


def must_be_welcome(
    wordings: Mapping[str, Wording], unwelcome: Unwelcome, folder: str = "config/words"
) -> None:
    """Refuse words that pages do not say in their own voice.

    Parameters
    ----------
    wordings
        Name of the file → language. The list is one of English words; it is held against all.
    unwelcome
        The list.
    folder
        Where the files lie, for the sentence.

    Raises
    ------
    ChoiceIsNotAllowed
        With the first found: where it stands, why it is unwelcome, what to say instead.
    """
    for name, wording in sorted(wordings.items()):
        texts = {
            f"{folder}/{name}.yaml: words.{key}": text
            for key, forms in wording.sentences().items()
            for text in ([forms] if isinstance(forms, str) else forms.values())
        }
        for fault in faults_of_tone(texts, unwelcome):
            raise ChoiceIsNotAllowed(fault)


def faults_of_tone(texts: Mapping[str, str], unwelcome: Unwelcome) -> Iterator[str]:
    """Yield each unwelcome word that stands in our own sentences.

    Names from data are not to be given here: a street may be called Desert Street.

    Parameters
    ----------
    texts
        Where it stands → what is said.
    unwelcome
        The words, why, and what to say instead.

    Yields
    ------
    str
        A sentence that says where, what, why, and what to say instead.
    """
    patterns = [(entry, _pattern(entry.word)) for entry in unwelcome.words]
    for where, text in texts.items():
        for entry, pattern in patterns:
            if pattern.search(text):
                yield (f"{where}: says {quoted(entry.word)}, and {entry.why}; say {entry.instead}.")


def _pattern(word: str) -> re.Pattern[str]:
    """Match a word with its endings, over any white space."""
    spaced = r"\s+".join(re.escape(part) for part in word.split())
    return re.compile(rf"(?<!\w){spaced}(?:s|es)?(?!\w)", re.IGNORECASE)


def _differences(expected: Mapping[str, Forms], found: Mapping[str, Forms]) -> Iterator[str]:
    for key in found:
        if key not in expected:
            near = [other for other in expected if other not in found] or list(expected)
            yield (
                f"words.{key}: this key is not known; check its spelling. Missing here, and so "
                f"perhaps meant: {listed(sorted(near))}."
            )
    for key in expected:
        if key not in found:
            yield f"words.{key}: this key is missing; {REFERENCE}.yaml has {_told(expected[key])}."
        elif slots_of(found[key]) != slots_of(expected[key]):
            yield (
                f"words.{key}: has the slots {_slots(found[key])}; as in {REFERENCE}.yaml they "
                f"must be {_slots(expected[key])}."
            )


def _told(forms: Forms) -> str:
    return quoted(forms if isinstance(forms, str) else forms["other"])


def _slots(forms: Forms) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(slots_of(forms))) or "none"


def _is_plural(value: Mapping[str, Any]) -> bool:
    return "other" in value and set(value) <= set(PLURALS)


def _flat(tree: Mapping[str, Any], before: str) -> Iterator[tuple[str, Forms]]:
    for key, value in tree.items():
        if isinstance(value, str) or _is_plural(value):
            yield f"{before}{key}", value
        else:
            yield from _flat(value, f"{before}{key}.")


def _faults(value: object, at: str) -> Iterator[str]:
    """Yield what keeps a tree from being one of sentences, the first place first."""
    if isinstance(value, dict):
        if not value:
            yield f"{at or 'words'} is empty; give it a sentence, or take it away"
        if _is_plural(value) and COUNT not in slots_of(str(value["other"])):
            yield f"{at}: a plural needs the slot {{{COUNT}}} in `other`, for the count"
        for key, inner in value.items():
            yield from _faults(inner, f"{at}.{key}" if at else str(key))
    elif not isinstance(value, str):
        yield f"{at} must be a sentence, in quotes if need be, found {quoted(value)}"
    elif re.search(r"[{}]", _SLOT.sub("", value)):
        yield f"{at} has a brace that is no slot, such as {{{COUNT}}}: {quoted(value)}"
