"""What sites, uses and reasons are called, in the language of a district."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from pipeline.config import Possible
from pipeline.pages.wording import Words
from pipeline.text import clean_text
from pipeline.units import M2_PER_HA

Column = Literal["because", "to_check", "ruled_out_by", "would_rule_out"]


class Told(NamedTuple):
    """A text, and its language where that is not the language of the page."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class SiteWords:
    """The words for sites: `words` says sentences, `possible` has the files they name."""

    words: Words
    possible: Possible
    # The same few reasons hold for most sites.
    said: dict[str, list[str]] = field(default_factory=dict)

    def kind(self, name: str, *, is_one: bool = False) -> Told:
        """Return what a kind of site is called."""
        kind = self.possible.unused[name]
        written = kind.one if is_one else kind.label
        text, language = self.words.label("unused", name, written, is_one=is_one)
        return Told(clean_text(text), language)

    def use(self, name: str) -> Told:
        """Return what a use is called."""
        text, language = self.words.label("uses", name, self.possible.uses[name].label)
        return Told(clean_text(text), language)

    def caution(self, name: str) -> Told:
        """Return what there is to be careful of."""
        text, language = self.words.label("cautions", name, self.possible.cautions[name].label)
        return Told(clean_text(text), language)

    def findings(self, text: str, titles: Mapping[str, str]) -> list[str]:
        """Say what each source says of what to be careful of; what nobody has looked for, too."""
        found = json.loads(text)
        told = [self._finding(each, titles) for each in found if each["source"]]
        is_here = {each["caution"] for each in found if each["is_here"]}
        unknown = [
            self.caution(each["caution"]).text
            for each in found
            if not each["source"] and each["caution"] not in is_here
        ]
        if unknown:
            told.append(self.words("sites.caution_unknown", cautions="; ".join(unknown)))
        return told

    def _finding(self, each: Mapping[str, Any], titles: Mapping[str, str]) -> str:
        words = self.words
        slots = {
            "caution": self.caution(each["caution"]).text,
            "source": titles.get(each["source"], each["source"]),
            "day": words.day(each["date"]),
        }
        if not each["is_here"]:
            return words("sites.caution_not_drawn", **slots)
        slots["source"] = ": ".join((slots["source"], *map(clean_text, each["rows"][:1])))
        if each["rows"][1:]:
            slots["source"] += ", " + ", ".join(map(clean_text, each["rows"][1:]))
        if each["share_pct"] is None:
            return words("sites.caution_here", **slots)
        return words("sites.caution_share", share=words.share(each["share_pct"], 100), **slots)

    def area(self, m2: float) -> str:
        """Return an area in square metres, or in hectares from one on."""
        if m2 >= M2_PER_HA:
            return self.words("sites.hectares", n=self.words.number(m2 / M2_PER_HA, decimals=1))
        return self.words("sites.square_metres", n=self.words.number(m2))

    def reasons(self, text: str) -> list[str]:
        """Say the reasons of one cell of `tables.SITE_USES`."""
        if text not in self.said:
            self.said[text] = [self._reason(name, slots) for name, slots in json.loads(text)]
        return self.said[text]

    def sure_because(self, text: str) -> list[str]:
        """Say why it is so sure that nobody uses a site."""
        return [self.words(f"because.{name}", **slots) for name, slots in json.loads(text)]

    def _reason(self, name: str, slots: dict[str, Any]) -> str:
        if "caution" in slots:
            filled = {"caution": self.caution(slots["caution"]).text}
            if "rest" in slots:
                filled["rest"] = self.area(float(slots["rest"]))
                filled["share"] = self.words.share(float(slots["share"]), 100)
            return self.words(f"reasons.{name}", **filled)
        need = name.partition("_")[0]
        filled = {key: self._measured(need, float(value)) for key, value in slots.items()}
        return self.words(f"reasons.{name}", **filled)

    def _measured(self, need: str, value: float) -> str:
        if need == "area":
            return self.area(value)
        if need == "compactness":
            return self.words.number(value, decimals=2)
        if need == "slope":
            return self.words("numbers.share", n=self.words.number(value, decimals=1))
        return self.words.distance(round(value))

    def name(self, site: Any) -> str:  # noqa: ANN401 (a named tuple of pandas)
        """Return what to call a site: its name, or what it is and where."""
        name, street = clean_text(site.name), clean_text(site.beside)
        if name:
            says_where = not street or street.casefold() in name.casefold()
            key = "sites.named_beside"
            return name if says_where else self.words(key, name=name, street=street)
        one = self.kind(site.unused_kind, is_one=True).text
        one = one[:1].upper() + one[1:]
        return self.words("sites.beside", one=one, street=street) if street else one

    def names(self, sites: Iterable[Any]) -> dict[str, str]:
        """Return what to call each of some sites, by `site_id`; those of one name are numbered."""
        ordered = sorted(sites, key=lambda site: str(site.site_id))
        names = [self.name(site) for site in ordered]
        alike, so_far = Counter(names), Counter[str]()
        found = {}
        for site, name in zip(ordered, names, strict=True):
            so_far[name] += 1
            found[str(site.site_id)] = f"{name} ({so_far[name]})" if alike[name] > 1 else name
        return found
