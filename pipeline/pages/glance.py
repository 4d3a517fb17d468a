"""A district at a glance: what is strong, who has what within reach, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.pages import caveats, figures, sketches, what_if
from pipeline.pages.elements import Children, Element, el, named
from pipeline.pages.gradient import gradient
from pipeline.pages.material import Material
from pipeline.pages.measures import measures
from pipeline.pages.overview import Overview, section
from pipeline.pages.page import Sheet, page
from pipeline.pages.reach import reach
from pipeline.pages.wording import Named
from pipeline.text import clean_text

MOST_STRENGTHS = 6
# Strong is what at least half of the residents have.
LEAST_STRENGTH_PCT = 50
# What nearly a third have is named as well, in a line each.
LEAST_NAMED_PCT = 30
MOST_NAMED = 12


def glance_page(material: Material) -> str:
    """Return the page that a district opens with.

    Parameters
    ----------
    material
        The district, in the edition that the page belongs to.

    Returns
    -------
    str
        HTML; nothing in it needs a script.
    """
    words = material.words
    name = clean_text(material.district.name)
    title = words("glance.title", district=name)
    sheet = Sheet(
        "glance",
        title,
        here="glance",
        heading=words.parts("glance.title", district=named(name)),
        lede=" · ".join(caveats.opening(material)),
    )
    overview = Overview.of(material)
    return page(
        material,
        sheet,
        _strong(overview),
        reach(overview),
        gradient(overview),
        _levels(overview),
        _further(material),
    )


def _strong(overview: Overview) -> Element | None:
    material, words = overview.material, overview.material.words
    found = [
        strength
        for strength in figures.strengths(material, overview.middle, MOST_STRENGTHS)
        if strength["share_pct"] >= LEAST_STRENGTH_PCT
    ]
    rest = _also(overview, {each["category"] for each in found})
    if not found:
        return section("strong", words("glance.within_reach"), rest) if rest else None
    areas = np.asarray(material.neighbourhoods.geometry.array)
    cards = [_card(overview, each["category"]) for each in found]
    return section(
        "strong",
        words("glance.strong"),
        el("p", {"class": "lede"}, words("glance.strong_lede")),
        sketches.small_map_shapes(sketches.neighbourhood_paths(areas)),
        el("ul", {"class": "cards plain"}, cards),
        _key(overview),
        rest,
    )


def _also(overview: Overview, shown: set[str]) -> Element | None:
    """Name what else many residents have near them, the largest share first."""
    material, words = overview.material, overview.material.words
    shares = {
        category: overview.share(category, overview.middle)
        for category in material.categories
        if material.looks[category].status == "actual" and category not in shown
    }
    many = {name: share for name, share in shares.items() if share and share >= LEAST_NAMED_PCT}
    if not many:
        return None
    order = sorted(many, key=lambda name: (-many[name], name))[:MOST_NAMED]
    lead = words("glance.also", minutes=overview.middle, share=words.share(LEAST_NAMED_PCT, 100))
    return el(
        "div",
        {"class": "also"},
        el("h3", {}, lead),
        el("ul", {"class": "plain"}, [_named_share(overview, category) for category in order]),
    )


def _named_share(overview: Overview, category: str) -> Element:
    look, name = overview.look(category)
    return el(
        "li",
        {},
        sketches.symbol(look.symbol, look.colour),
        named(clean_text(name.label), name.language),
        " ",
        el("strong", {}, overview.share_text(category, overview.middle)),
    )


def _card(overview: Overview, category: str) -> Element:
    words, (look, name) = overview.material.words, overview.look(category)
    language = {"lang": name.language or None}
    share = overview.share_text(category, overview.middle)
    sentence = words.parts(
        "glance.strong_within",
        minutes=overview.middle,
        one=named(clean_text(name.one), name.language),
    )
    classes = _classes(overview, category)
    return el(
        "li",
        {"class": "card"},
        sketches.small_map(classes, _map_words(overview, name, classes)),
        el("h3", {**language}, sketches.symbol(look.symbol, look.colour), clean_text(name.label)),
        el("p", {"class": "big"}, el("strong", {}, share), " ", sentence),
        el("p", {"class": "note"}, named(clean_text(name.why, most=600), name.why_language)),
    )


def _classes(overview: Overview, category: str) -> list[int | None]:
    column = overview.figures[category][f"within_{overview.middle}_min_pct"]
    bounds = overview.material.theme.share_bounds_pct
    return [
        None if value is None else int(np.searchsorted(bounds, value, side="right"))
        for value in column["values"][:-1]
    ]


def _map_words(overview: Overview, name: Named, classes: Sequence[int | None]) -> str:
    words = overview.material.words
    named_classes = _share_classes(overview)
    counts = [
        f"{text}: {classes.count(n)}"
        for n, text in reversed([*enumerate(named_classes)])
        if n in classes
    ]
    if None in classes:
        counts.append(f"{words('states.no_data.label')}: {classes.count(None)}")
    return words("glance.small_map", category=clean_text(name.label), counts="; ".join(counts))


def _share_classes(overview: Overview) -> tuple[str, ...]:
    found = measures(overview.material.words, overview.minutes, overview.material.theme)
    return found[0].legend


def _key(overview: Overview) -> Element:
    """Return what the colours of the small maps mean."""
    words = overview.material.words
    rows = [
        el("li", {}, _patch(f"fill-{n}"), text)
        for n, text in reversed([*enumerate(_share_classes(overview))])
    ]
    if overview.with_data < len(overview.material.neighbourhoods):
        rows.append(el("li", {}, _patch("fill-none"), words("states.no_data.label")))
    title = words("glance.key", minutes=overview.middle)
    return el("div", {"class": "key"}, el("p", {}, title), el("ul", {"class": "plain"}, rows))


def _patch(of_class: str) -> Element:
    square = el("rect", {"class": of_class, "width": 18, "height": 12})
    return el(
        "svg", {"viewBox": "0 0 18 12", "width": 18, "height": 12, "aria-hidden": "true"}, square
    )


def _levels(overview: Overview) -> Element:
    """Say of each level of an asset map what this one knows of it."""
    words = overview.material.words
    counts = caveats.district_counts(overview.material)
    kinds = sum(1 for n in counts["categories"].values() if n)
    rows = [
        el("tr", {}, el("th", {"scope": "row"}, level),
           el("td", {}, words("glance.level_physical", n=counts["assets"], kinds=kinds)
              if key == "physical" else words("glance.level_unknown")))
        for key, level in words.group("levels").items()
    ]  # fmt: skip
    return section(
        "levels",
        words("glance.levels"),
        el("p", {"class": "lede"}, words("glance.levels_lede")),
        el("table", {"class": "levels"}, el("tbody", {}, rows)),
    )


def _further(material: Material) -> Element:
    words = material.words
    pictures = sorted(name for name in material.pictures if name.endswith(".png"))
    links = [("map.html", "glance.to_map"), ("directory.html", "glance.to_directory"),
             ("unused-land.html", "glance.to_unused"),
             ("assessment.html", "glance.to_assessment"),
             (what_if.NAME, "glance.to_what_if"),
             ("data.html", "glance.to_data"),
             ("profiles.csv", "glance.to_profiles"),
             ("indicators.csv", "glance.to_indicators")]  # fmt: skip
    items = [el("li", {}, el("a", {"href": where}, words(key))) for where, key in links]
    if pictures:
        found: list[Children] = [[el("a", {"href": name}, name), " "] for name in pictures]
        items.append(el("li", {}, words("glance.to_pictures"), " ", found))
    return section("further", words("glance.further"), el("ul", {}, items))
