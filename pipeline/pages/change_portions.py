"""What the difference since a baseline is made of: streets, assets and people, adding up."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pipeline.pages.elements import Children, Element, el, named
from pipeline.pages.material import Material
from pipeline.pages.overview import section
from pipeline.text import clean_text

STREETS, ASSETS, PEOPLE, OTHERWISE, WHOLE = "streets", "assets", "people", "otherwise", "whole"
M_PER_KM = 1000


def portions_section(
    material: Material, streets: pd.DataFrame | None, portions: pd.DataFrame | None
) -> Element:
    """Return the section of what the difference is made of.

    Parameters
    ----------
    material
        The district as it is now.
    streets, portions
        `tables.STREET_CHANGES` and `tables.CHANGE_PORTIONS`; None where the baseline has no
        streets.

    Returns
    -------
    Element
        How much of the streets changed, then a row for each category that differs.
    """
    words = material.words
    title = words("changes.made_of")
    if streets is None or portions is None:
        return section("made-of", title, el("p", {"class": "note"}, words("changes.no_streets")))
    return section(
        "made-of",
        title,
        el("p", {"class": "note"}, words("changes.made_of_lede")),
        el("h3", {}, words("changes.streets")),
        _streets(material, streets),
        _table(material, portions),
    )


def _streets(material: Material, streets: pd.DataFrame) -> Element:
    """Say how many kilometres changed, and in which way."""
    words = material.words
    if streets.empty:
        return el("p", {}, words("changes.streets_none"))
    lengths = streets.groupby("change")["metres"].sum()
    items = [
        el("li", {}, f"{words(f'changes.street_names.{change}')}: ",
           words("changes.km", n=words.number(metres / M_PER_KM, decimals=1))
           if metres >= M_PER_KM else words.distance(round(metres)))
        for change, metres in lengths.items()
    ]  # fmt: skip
    return el("ul", {"class": "counts plain"}, items)


def _table(material: Material, portions: pd.DataFrame) -> Element:
    words, study = material.words, material.study
    minutes = study.walking.minutes[len(study.walking.minutes) // 2]
    column = f"people_more_within_{minutes}_min"
    group = portions["part"].where(~portions["part"].str.startswith(STREETS), STREETS)
    sums = portions.assign(group=group).groupby(["category", "group"])[column].sum().unstack()  # noqa: PD010
    names = [STREETS, ASSETS, PEOPLE, *([OTHERWISE] if (sums[OTHERWISE] != 0).any() else []), WHOLE]
    shown = sums[(sums[names].round() != 0).any(axis="columns")]
    shown = shown[shown.index.isin(list(material.looks))]
    if shown.empty:
        return el("p", {}, words("changes.parts_none", minutes=minutes))
    heads = [words("changes.what"), *(words(f"changes.parts.{name}") for name in names)]
    cells = [el("th", {"scope": "col", "class": "number" if n else None}, head)
             for n, head in enumerate(heads)]  # fmt: skip
    rows = [
        _row(material, str(category), numbers, heads[1:])
        for category, numbers in zip(
            shown.index, shown[names].to_numpy(float).tolist(), strict=True
        )
    ]
    caption = words("changes.parts_caption", minutes=minutes)
    table = el(
        "table",
        {"class": "changes"},
        el("caption", {"class": "unseen"}, caption),
        el("thead", {}, el("tr", {}, cells)),
        el("tbody", {}, rows),
    )
    return el("div", {}, el("h3", {}, words("changes.who")), el("p", {"class": "note"}, caption),
              table)  # fmt: skip


def _row(
    material: Material, category: str, numbers: Sequence[float], heads: Sequence[str]
) -> Element:
    label = material.words.of_category(category, material.looks[category])
    what: Children = named(clean_text(label.label), label.language)
    return el(
        "tr",
        {},
        el("th", {"scope": "row"}, what),
        [el("td", {"class": "number", "data-label": head}, _signed(material, number))
         for head, number in zip(heads, numbers, strict=True)],
    )  # fmt: skip


def _signed(material: Material, number: float) -> str:
    """Return whole people with their sign, so that the parts of a row add up before the eye."""
    n = round(number)
    if n == 0:
        return material.words.number(0)
    return f"{'+' if n > 0 else '−'}{material.words.number(abs(n))}"
