"""What stands around the content of every page: where it belongs, what it does not know, sources.

`page(material, sheet, body…)` makes a whole page from elements; a page module says what is
special to it, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.pages import caveats, frame, looks
from pipeline.pages.elements import Children, Element, el, html, named
from pipeline.pages.material import Material
from pipeline.pages.plain import json_for_page
from pipeline.pages.wording import Words
from pipeline.text import clean_text

# The places of an edition, in reading order. A place is added here when its page is made, so that
# no page links to what is not there.
PLACES = (
    ("glance", "index.html"),
    ("map", "map.html"),
    ("neighbourhoods", "neighbourhoods/index.html"),
    ("directory", "directory.html"),
    ("assessment", "assessment.html"),
    ("unused", "unused-land.html"),
    ("data", "data.html"),
)
OSM_COPYRIGHT = "https://www.openstreetmap.org/copyright"


@dataclass(frozen=True)
class Sheet:
    """What is special to a page beside its content.

    `name` is what its own style (`static/<name>.css`) and script (`static/<name>.js`) are called,
    where it has them. `title` is what browsers show, with the name of the project added; the
    heading is the same unless `heading` says otherwise, and `lede` is the line under it. `here` is
    one of `PLACES`, `say` the groups of `config/words` that the script says, `depth` how many
    folders below the edition the page lies. A brief page names its sources and leaves what to bear
    in mind to others.
    """

    name: str
    title: str
    here: str = ""
    heading: Children = None
    lede: Children = None
    say: tuple[str, ...] = ()
    depth: int = 0
    is_brief: bool = False


def page(
    material: Material, sheet: Sheet, *body: Children, data: Mapping[str, Any] | None = None
) -> str:
    """Return a whole page that can be read without a script.

    Parameters
    ----------
    material
        The district, in the edition that the page belongs to.
    sheet
        What is special to the page.
    body
        What follows the heading.
    data
        What the page's script needs; it is found in `HalfFull.data`, with `language` and `words`
        added.

    Returns
    -------
    str
        HTML.
    """
    own = {ending: f"{sheet.name}.{ending}" for ending in ("css", "js")}
    files = {ending: (name,) if frame.is_static(name) else () for ending, name in own.items()}
    main = el(
        "main",
        {"id": "main", "tabindex": "-1"},
        opening(material, sheet.heading or sheet.title, sheet.lede),
        banner(material),
        body,
    )
    slots = {
        **around(material, sheet.title, here=sheet.here, up="../" * sheet.depth),
        "body": html(main),
        "bottom": html(foot(material, is_brief=sheet.is_brief)),
    }
    carried = None
    if files["js"]:
        carried = json_for_page({**spoken(material.words, *sheet.say), **(data or {})})
    return frame.filled(frame.plain_frame(files["css"], files["js"]), slots, carried)


def opening(material: Material, heading: Children, lede: Children = None) -> Element:
    """Return what a page opens with: its heading, the line under it, the district's notice."""
    return el(
        "div",
        {"class": "head"},
        el("h1", {"id": "title"}, heading),
        None if lede is None else el("p", {"class": "lede", "id": "counts"}, lede),
        notice(material),
    )


def spoken(words: Words, *groups: str) -> dict[str, Any]:
    """Return what a script needs to speak: the language, and what it may say."""
    return {
        "language": {"tag": words.tag, "source": words.source_tag},
        "words": words.for_scripts("numbers", *groups),
    }


def around(material: Material, title: str, *, here: str, up: str = "") -> dict[str, str]:
    """Return what fills the slots of a frame around any page of a district.

    Parameters
    ----------
    material
        The district.
    title
        The title of the page.
    here
        Which of `PLACES` it is.
    up
        The way from the page to the edition's folder.

    Returns
    -------
    dict
        `language`, `title`, `theme`, `top`.
    """
    words = material.words
    return {
        **about_language(words),
        "title": f"{title} – {words('brand')}",
        "theme": looks.style(material.theme),
        "top": html(skip(words), head(material, here, up)),
    }


def about_language(words: Words) -> dict[str, str]:
    """Return the attributes of a page that say its language and direction."""
    return {"language": f'lang="{words.tag}" dir="{words.direction}"'}


def skip(words: Words) -> Element:
    """Return the link that takes keyboards past the head of the page."""
    return el("a", {"class": "skip", "href": "#main"}, words("frame.skip"))


def head(material: Material, here: str, up: str) -> Element:
    """Return the head of a page: whose it is, and where else to go."""
    words = material.words
    name = clean_text(material.district.name)
    links = [
        el(
            "li",
            {},
            el(
                "a",
                {"href": f"{up}{where}", "aria-current": "page" if place == here else None},
                words(f"pages.{place}"),
            ),
        )
        for place, where in PLACES
    ]
    return el(
        "header",
        {"class": "top"},
        el(
            "div",
            {"class": "masthead"},
            brand(words),
            owner(words, material.theme.council or "", material.logo),
            el("p", {"class": "district"}, named(name)),
            switch(words),
            el(
                "nav",
                {"aria-label": words("frame.pages", district=name)},
                el("ul", {"class": "places"}, links),
            ),
        ),
    )


def brand(words: Words) -> Element:
    """Return the name of the project, with its glass."""
    glass = el(
        "svg",
        {
            "class": "glass",
            "viewBox": "0 0 20 24",
            "width": 20,
            "height": 24,
            "aria-hidden": "true",
            "focusable": "false",
        },
        el("path", {"class": "glass-fill", "d": "M4 12.5h12l-1 9H5z"}),
        el("path", {"class": "glass-line", "d": "M2.5 2h15l-2 20h-11z"}),
    )
    return el("p", {"class": "brand"}, glass, words("brand"))


def owner(words: Words, council: str, logo: str) -> Element | None:
    """Return whose pages these are, by logo or by name, if they are anybody's."""
    if not (council or logo):
        return None
    name = clean_text(council)
    alt = words("frame.logo", name=name) if name else ""
    mark = el("img", {"src": logo, "alt": alt, "class": "logo"}) if logo else None
    return el("p", {"class": "owner"}, mark, None if logo else named(name))


def switch(words: Words) -> Element:
    """Return the choice between light and dark, which is shown where scripts run."""
    options = [
        el("option", {"value": value}, words(f"frame.theme_{value}"))
        for value in ("auto", "light", "dark")
    ]
    return el(
        "div",
        {"class": "switch", "hidden": True},
        el("label", {"for": "looks"}, words("frame.theme")),
        el("select", {"id": "looks"}, options),
    )


def notice(material: Material) -> Element | None:
    """Return what the district says of itself on every page, if it says anything."""
    text = clean_text(material.district.notice or "", most=600)
    return el("p", {"class": "notice", "role": "note"}, named(text)) if text else None


def banner(material: Material) -> Element:
    """Return what the map does not know; it cannot be switched off."""
    words = material.words
    lines = [el("p", {}, text) for text in caveats.banner(material)]
    return el(
        "div", {"class": "banner", "role": "note", "aria-label": words("frame.unknown")}, lines
    )


def foot(material: Material, *, is_brief: bool = False, may_ask: bool = False) -> Element:
    """Return the foot of a page: what to bear in mind, sources and licences, what it fetches."""
    words = material.words
    sources = el(
        "div",
        {},
        el("h2", {}, words("frame.sources")),
        el("ul", {}, [_source(credit) for credit in caveats.credits(material)]),
        el("p", {"class": "note"}, words("background.offline" if may_ask else "frame.offline")),
    )
    return el(
        "footer",
        {"class": "foot brief" if is_brief else "foot", "id": "about"},
        None if is_brief else _mind(material),
        sources,
    )


def _mind(material: Material) -> Element:
    """Return what to bear in mind."""
    told = [el("li", {}, named(each.text, each.language)) for each in caveats.caveats(material)]
    return el("div", {}, el("h2", {}, material.words("frame.bear_in_mind")), el("ul", {}, told))


def _source(credit: Mapping[str, Any]) -> Element:
    about = ", ".join(filter(None, (credit["publisher"], credit["date"], credit["licence"])))
    attribution = named(credit["attribution"])
    return el(
        "li",
        {},
        el("strong", {}, named(credit["title"])),
        [": ", named(about)] if about else None,
        ". ",
        el("a", {"href": OSM_COPYRIGHT}, attribution) if credit["is_osm"] else attribution,
        ".",
    )
