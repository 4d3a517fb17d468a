"""What a page says, in the language of its district.

Sentences come from `config/words`; here their slots are filled, the form of a plural is chosen,
and numbers and dates are written as the language writes them.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from babel import Locale
from babel.dates import format_date, get_day_names
from babel.numbers import format_decimal

from pipeline.config import Category, Standard, Walker
from pipeline.config.words import COUNT, REFERENCE, Forms, LabelWords, StandardWords, Wording
from pipeline.errors import ChoiceIsNotAllowed, quoted

Slot = str | int | float

_SLOT = re.compile(r"\{(\w+)\}")


class Named(NamedTuple):
    """What a category is called, and why it helps; `language` where it is not the page's."""

    label: str
    one: str
    why: str
    language: str
    why_language: str


class WalkerNamed(NamedTuple):
    """What a walker is called, and what to know of them; languages where not the page's."""

    label: str
    note: str
    language: str
    note_language: str


class Words:
    """The words of one language, ready to be said."""

    def __init__(self, wordings: Mapping[str, Wording], language: str = REFERENCE) -> None:
        """Take a language, of those that there are.

        Parameters
        ----------
        wordings
            Name of the file → language.
        language
            The name of one of them.

        Raises
        ------
        ChoiceIsNotAllowed
            If there is none of that name.
        """
        if language not in wordings:
            raise ChoiceIsNotAllowed(
                f"language: there is no file config/words/{quoted(language)[1:-1]}.yaml; allowed "
                f"are {', '.join(sorted(wordings))}."
            )
        self._wording = wordings[language]
        self._sentences = self._wording.sentences()
        self._locale = Locale.parse(self._wording.tag, sep="-")
        # A page says the same few numbers and sentences thousands of times.
        self._numbers: dict[float, str] = {}
        self._split: dict[str, list[str | tuple[str]]] = {}
        self.language = language
        self.tag = self._wording.tag
        self.direction = self._wording.direction
        # What is written in config alone, and by earlier steps, is in this language.
        self.source_tag = wordings[REFERENCE].tag if REFERENCE in wordings else self.tag

    @property
    def _theirs(self) -> str:
        """The language of what no translation has been made of, where it is not the page's."""
        return "" if self.tag == self.source_tag else self.source_tag

    def __call__(self, key: str, /, **slots: Slot) -> str:
        """Say one sentence.

        Parameters
        ----------
        key
            Its key, for example ``counts.residents``.
        slots
            What its slots are filled with: text as it is, numbers as the language writes them.
            The form of a plural is chosen by `n`.

        Returns
        -------
        str
            Plain text.

        Raises
        ------
        ChoiceIsNotAllowed
            If there is no such key, or a slot is left empty.
        """
        return "".join(
            part if isinstance(part, str) else self._filled(key, part[0], slots)
            for part in self._parts(key, slots)
        )

    def parts(self, key: str, /, **slots: Any) -> list[Any]:  # noqa: ANN401 (text or elements)
        """Say one sentence in parts, so that a slot may hold an element.

        Parameters
        ----------
        key
            Its key.
        slots
            Elements as they are, text and numbers as in a sentence.

        Returns
        -------
        list
            Text and elements in the order of the sentence.
        """
        return [
            part if isinstance(part, str) else self._filled(key, part[0], slots)
            for part in self._parts(key, slots)
        ]

    def sentence(self, key: str) -> Forms:
        """Return a sentence as it stands in its file, or the forms of a plural."""
        if key not in self._sentences:
            raise ChoiceIsNotAllowed(
                f"config/words/{self.language}.yaml: words.{key}: this key is missing."
            )
        return self._sentences[key]

    def for_scripts(self, *groups: str) -> dict[str, Forms]:
        """Return what the scripts of a page may say.

        Parameters
        ----------
        groups
            First parts of keys, for example ``map``.

        Returns
        -------
        dict
            Whole key → sentence, or the forms of a plural.
        """
        return {
            key: dict(forms) if isinstance(forms, Mapping) else forms
            for key, forms in self._sentences.items()
            if key.partition(".")[0] in groups
        }

    def group(self, name: str) -> dict[str, str]:
        """Return the sentences of one group by the last part of their keys.

        Parameters
        ----------
        name
            First part of their keys, of those without plurals.

        Returns
        -------
        dict
            For example ``gate`` → ``gate`` of the group ``ways_in``.
        """
        return {
            key.partition(".")[2]: forms
            for key, forms in self._sentences.items()
            if key.startswith(f"{name}.") and isinstance(forms, str)
        }

    def of_category(self, name: str, look: Category) -> Named:
        """Return the words of a category, in this language where it has them.

        Parameters
        ----------
        name
            Its name.
        look
            What its own file says, in the language of the reference.

        Returns
        -------
        Named
            Words, each with its language where that is not the language of the page.
        """
        theirs = self._theirs
        found = self._wording.categories.get(name)
        if found is None:
            return Named(look.label, look.one, look.why.sentence, theirs, theirs)
        if found.why is None:
            return Named(found.label, found.one, look.why.sentence, "", theirs)
        return Named(found.label, found.one, found.why, "", "")

    def of_walker(self, name: str, walker: Walker) -> WalkerNamed:
        """Return the words of a walker, in this language where it has them.

        Parameters
        ----------
        name
            Its name.
        walker
            What its own file says, in the language of the reference.

        Returns
        -------
        WalkerNamed
            Words, each with its language where that is not the language of the page.
        """
        theirs = self._theirs
        found = self._wording.walkers.get(name)
        if found is None:
            return WalkerNamed(walker.label, walker.note, theirs, theirs)
        if found.note is None:
            return WalkerNamed(found.label, walker.note, "", theirs)
        return WalkerNamed(found.label, found.note, "", "")

    def of_standard(self, name: str, standard: Standard) -> tuple[Standard, frozenset[str]]:
        """Return a standard with its words in this language where it has them.

        Parameters
        ----------
        name
            Its name.
        standard
            As its own file says it, in the language of the reference.

        Returns
        -------
        tuple of Standard and frozenset of str
            The standard, and what of it stays in the language of the reference: `note` and the
            ids of criteria; nothing where that is the language of the page.
        """
        found = self._wording.standards.get(name) or StandardWords()
        criteria = tuple(
            each.model_copy(update={"label": found.criteria.get(each.id, each.label)})
            for each in standard.criteria
        )
        told = {"criteria": criteria, "method_note": found.note or standard.method_note}
        ids = {"note", *(each.id for each in criteria)}
        said = {*found.criteria, *(["note"] if found.note else [])}
        kept = frozenset(ids - said) if self._theirs else frozenset()
        return standard.model_copy(update=told), kept

    def label(
        self,
        folder: Literal["unused", "uses", "cautions"],
        name: str,
        written: str,
        *,
        is_one: bool = False,
    ) -> tuple[str, str]:
        """Return what something of a folder of `config` is called.

        Parameters
        ----------
        folder
            Where its file lies.
        name
            Its name.
        written
            What its own file says, in the language of the reference.
        is_one
            Whether one of several is meant, as in “an empty shop”.

        Returns
        -------
        tuple of str
            What it is called, and its language where that is not the language of the page.
        """
        found: Mapping[str, LabelWords] = getattr(self._wording, folder)
        if name in found:
            told = found[name]
            return (told.one or told.label) if is_one else told.label, ""
        return written, "" if self.tag == self.source_tag else self.source_tag

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number as the language writes it.

        Parameters
        ----------
        value
            Any finite number.
        decimals
            The most decimals; zeros at the end are left out. Halves go up.

        Returns
        -------
        str
            For example ``12,345``.
        """
        scale = 10**decimals
        rounded = math.floor(round(value * scale, 4) + 0.5) / scale
        told = self._numbers.get(rounded)
        if told is None:
            told = str(format_decimal(rounded, locale=self._locale, decimal_quantization=False))
            self._numbers[rounded] = told
        return told

    def share(self, part: float, whole: float) -> str:
        """Return a share in whole per cent, never rounded to none or all.

        Parameters
        ----------
        part, whole
            Counts of the same things.

        Returns
        -------
        str
            For example ``62 %``.
        """
        per_cent = 100 * part / whole if whole else 0.0
        if 0 < per_cent < 1:
            return self("numbers.under_one")
        if 99 < per_cent < 100:  # noqa: PLR2004 (per cent)
            return self("numbers.over_99")
        # Halves go up, as they do in the scripts of the pages.
        return self("numbers.share", n=math.floor(round(per_cent, 4) + 0.5))

    def distance(self, metres: float) -> str:
        """Return a distance in metres, from a thousand on in kilometres."""
        if metres >= 1000:  # noqa: PLR2004
            return self("numbers.kilometres", n=metres / 1000)
        return self("numbers.metres", n=metres)

    def day(self, text: str) -> str:
        """Return a date as people write it; anything else as it stands.

        Parameters
        ----------
        text
            For example ``2023-06-12``.

        Returns
        -------
        str
            For example ``12 June 2023``.
        """
        try:
            found = dt.date.fromisoformat(text[:10])
        except ValueError:
            return text
        return str(format_date(found, "long", locale=self._locale))

    def weekday(self, number: int) -> str:
        """Return the name of a day of the week; Monday is 0."""
        return str(get_day_names("wide", "stand-alone", self._locale)[number])

    def _parts(self, key: str, slots: Mapping[str, Any]) -> list[str | tuple[str]]:
        """Split a sentence into text and the names of slots, which stand alone in tuples."""
        form = self._form(key, slots)
        found = self._split.get(form)
        if found is None:
            pieces = _SLOT.split(form)
            found = [(piece,) if place % 2 else piece for place, piece in enumerate(pieces)]
            self._split[form] = found
        return found

    def _form(self, key: str, slots: Mapping[str, Any]) -> str:
        forms = self.sentence(key)
        if isinstance(forms, str):
            return forms
        count = slots.get(COUNT, 0)
        chosen = self._locale.plural_form(count) if isinstance(count, int | float) else "other"
        return forms.get(chosen) or forms["other"]

    def _filled(self, key: str, name: str, slots: Mapping[str, Any]) -> Any:  # noqa: ANN401
        if name not in slots:
            raise ChoiceIsNotAllowed(
                f"config/words/{self.language}.yaml: words.{key}: nothing is known to fill "
                f"{{{name}}} with."
            )
        value = slots[name]
        return self.number(value, decimals=2) if isinstance(value, int | float) else value
