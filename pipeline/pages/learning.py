"""What stands on a profile beside a neighbourhood's own numbers: its like, and what others know.

What neighbourhoods like it have within reach and it has not, by name, is something to learn from;
what others have counted or asked there stands with its unit, source and year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.config import Domain, Trait
from pipeline.pages.alike import Alike, Lesson
from pipeline.pages.elements import Children, Element, el, named
from pipeline.pages.material import Material, once
from pipeline.pages.overview import Overview, section
from pipeline.text import clean_text

# So many kinds and names stand on two sides of paper.
MOST_LESSONS = 4
MOST_PLACES = 3


def learning(overview: Overview, alike: Alike, code: str) -> Element | None:
    """Return what neighbourhoods like one have within reach and it has not.

    Parameters
    ----------
    overview
        The district.
    alike
        Who is like whom.
    code
        Of the neighbourhood.

    Returns
    -------
    Element or None
        A section; nothing where none are known to be like it.
    """
    words, peers = overview.material.words, alike.similar.get(code, [])
    if not peers:
        return None
    names = _names(overview.material)
    links: list[Children] = [
        el("a", {"href": f"{peer}.html"}, named(names.get(peer, peer))) for peer in peers
    ]
    like = words.parts(
        "neighbourhood.alike_like", names=el("span", {}, _joined(links)), traits=_traits(alike)
    )
    lessons = alike.lessons(code)[:MOST_LESSONS]
    most = overview.material.study.similar.most_have
    told = (
        words("neighbourhood.alike_lede", most=most, minutes=overview.middle)
        if lessons
        else words("neighbourhood.alike_none", most=most, minutes=overview.middle)
    )
    items = [_item(overview, lesson, names) for lesson in lessons]
    return section(
        "alike",
        words("neighbourhood.alike"),
        el("p", {"class": "note"}, like, " ", told),
        el("ul", {"class": "alike plain"}, items) if items else None,
    )


def _names(material: Material) -> Mapping[str, str]:
    rows = material.neighbourhoods
    return dict(zip(rows["neighbourhood_id"], rows["name"].map(clean_text), strict=True))


def _traits(alike: Alike) -> str:
    """Say what neighbourhoods are compared by; one of the words is of one edition alone."""
    words = alike.material.words
    return ", ".join(
        words("deprivation.trait" if trait == Trait.DEPRIVATION else f"traits.{trait}")
        for trait in alike.traits
    )


def _item(overview: Overview, lesson: Lesson, names: Mapping[str, str]) -> Element:
    _, look = overview.look(lesson.category)
    label = el("strong", {}, named(clean_text(look.label), look.language))
    return el("li", {}, label, ": ", _places(overview, lesson, names))


def _places(overview: Overview, lesson: Lesson, names: Mapping[str, str]) -> Children:
    """Name the places, and whose they are; each place once, with the first that has it."""
    once: dict[str, str] = {}
    for name, peer in lesson.places:
        once.setdefault(name, peer)
    told: list[Children] = [
        [named(name), " (", named(names.get(peer, peer)), ")"]
        for name, peer in [*once.items()][:MOST_PLACES]
    ]
    return _joined(told) if told else overview.material.words("neighbourhood.alike_nameless")


def _joined(found: Sequence[Children]) -> Children:
    return [[each, "; " if n < len(found) else ""] for n, each in enumerate(found, 1)]


def elsewhere(material: Material, code: str) -> Element | None:
    """Return what others have counted or asked in a neighbourhood.

    Parameters
    ----------
    material
        The district.
    code
        Of the neighbourhood.

    Returns
    -------
    Element or None
        A section; nothing where nobody has.
    """
    words = material.words
    items = [
        el("li", {}, _line(material, row)) for row in _counted_elsewhere(material).get(code, [])
    ]
    if not items:
        return None
    return section("elsewhere", words("elsewhere.title"), el("ul", {"class": "plain"}, items))


@once
def _counted_elsewhere(material: Material) -> dict[str, list[dict[str, Any]]]:
    """Return by neighbourhood the numbers that others have counted or asked."""
    rows = material.assessment
    wanted = rows["item"].isin(list(material.told_elsewhere)) & rows["value"].notna()
    wanted &= rows["part"].astype(str).str.endswith("elsewhere")
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows[wanted].sort_values("item", kind="stable").to_dict("records"):
        found.setdefault(row["neighbourhood_id"], []).append({str(k): v for k, v in row.items()})
    return found


def _line(material: Material, row: Mapping[str, Any]) -> Children:
    words = material.words
    slots = {
        "label": named(clean_text(material.told_elsewhere[row["item"]]["label"])),
        "unit": named(clean_text(row["unit"])),
        "source": named(clean_text(row["source"])),
        "year": clean_text(row["source_date"]),
        "value": words.number(row["value"], decimals=1),
    }
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return words.parts("elsewhere.line", **slots)
    ends = {end: words.number(row[end], decimals=1) for end in ("low", "high")}
    return words.parts("elsewhere.line_between", **slots, **ends)


def domains_of(material: Material, code: str) -> list[str]:
    """Return the decile of a neighbourhood in each domain of the index, in words.

    Parameters
    ----------
    material
        The district, in an edition that speaks of deprivation.
    code
        Of the neighbourhood.

    Returns
    -------
    list of str
        Sentences; none where no domain is known.
    """
    rows, words = material.assessment, material.words
    ours = rows[(rows["neighbourhood_id"] == code) & (rows["part"] == "deprivation_domain")]
    known = {row["item"]: row for row in ours.to_dict("records") if not pd.isna(row["value"])}
    told = [
        f"{words(f'deprivation.domain_{name}')}{'*' if known[name]['holds_access'] else ''} "
        f"{int(known[name]['value'])}"
        for name in (domain.value for domain in Domain)
        if name in known
    ]
    if not told:
        return []
    return [words("deprivation.domains", domains="; ".join(told)),
            words("deprivation.domains_access")]  # fmt: skip
