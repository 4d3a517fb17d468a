"""A district's map: one page that works with the network cut off."""

from __future__ import annotations

import gzip
from typing import Any

from pipeline.config import Background
from pipeline.pages import caveats, frame
from pipeline.pages.elements import Element, el, html, named
from pipeline.pages.material import Material
from pipeline.pages.page import OSM_COPYRIGHT, around, banner, foot, opening, spoken
from pipeline.pages.payload import payload
from pipeline.pages.plain import json_for_page
from pipeline.pages.streets import streets
from pipeline.text import clean_text

# A map is carried about on sticks and sent by post: on disk, and compressed as it is sent.
LARGEST_BYTES = 2_500_000
LARGEST_SENT_BYTES = 700_000
# Groups of words that the scripts of the map say.
SAID = (
    "background", "counts", "figures", "locating", "map", "measuring", "profile", "search",
    "standards", "states", "tables", "unused", "view", "walks", "whereabouts", "who",
)  # fmt: skip


def map_page(material: Material) -> str:
    """Return a district's map as one HTML page.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    str
        The page. Apart from its head, its foot and one block of JSON it is the same for every
        district. It carries the streets as finely as a page may be large; where not even the
        coarsest fit, it says so.
    """
    beside = material.has_deprivation
    said = (*SAID, "deprivation") if beside else SAID
    shown = {**spoken(material.words, *said), **payload(material)}
    slots = _slots(material)
    page, may_ask = "", material.background.origin if material.background else ""
    for carried in streets(material):
        data = json_for_page(_with_streets(shown, carried))
        page = frame.filled(frame.map_frame(is_beside=beside), slots, data, may_ask)
        if _fits(page):
            break
    return page


def _with_streets(shown: dict[str, Any], carried: dict[str, Any]) -> dict[str, Any]:
    """Put streets into what a page shows; paths are drawn from them, and need no lines."""
    if "why" in carried:
        return {**shown, "streets": carried}
    drawn = {size: lines for size, lines in shown["backdrop"]["streets"].items() if size != "path"}
    return {**shown, "backdrop": {**shown["backdrop"], "streets": drawn}, "streets": carried}


def _slots(material: Material) -> dict[str, str]:
    words, name = material.words, clean_text(material.district.name)
    title = words("map.title", district=name)
    inner = {
        "head": html(
            opening(
                material,
                words.parts("map.title", district=named(name)),
                " · ".join(caveats.opening(material)),
            )
        ),
        "credit": html(_credit(material)),
        "beside": html(_beside(material)) if material.has_deprivation else "",
        "background": _shown(material),
        "banner": html(banner(material)),
    }
    template = frame.static("map.html")
    said = {key: words(key) for key in frame.keys_of(template)}
    return {
        **around(material, title, here="map"),
        "body": frame.fill_slots(frame.worded(template, said), inner),
        "bottom": html(foot(material, may_ask=material.background is not None)),
    }


def _beside(material: Material) -> Element:
    """Return the choices that bring in deprivation; a script shows them where it may."""
    choices = [("show-beside", "lay_over"), ("show-two-way", "two_way.show")]
    checks = [
        el(
            "div",
            {"class": "check"},
            el("input", {"type": "checkbox", "id": name}),
            el("label", {"for": name}, material.words(f"deprivation.{key}")),
        )
        for name, key in choices
    ]
    return el("div", {"id": "beside-choice", "hidden": True}, checks)


def _shown(material: Material) -> str:
    background = material.background
    return "" if background is None else html(_background(material, background))


def _background(material: Material, background: Background) -> Element:
    """Return the choice of a background, with what it tells to whom; a script shows it."""
    words, host = material.words, background.origin.removeprefix("https://")
    terms = el("a", {"href": background.terms}, words("background.terms"))
    return el(
        "div",
        {"id": "background-choice", "hidden": True},
        el(
            "div",
            {"class": "check"},
            el("input", {"type": "checkbox", "id": "show-background",
                         "aria-describedby": "background-about"}),
            el("label", {"for": "show-background"},
               words.parts("background.show", provider=named(background.provider))),
        ),
        el("p", {"class": "note", "id": "background-about"},
           words.parts("background.about", host=named(host))),
        el("p", {"class": "note", "id": "background-credit", "hidden": True},
           named(background.attribution), " · ", terms),
        el("p", {"class": "note", "id": "background-said", "role": "status"}),
    )  # fmt: skip


def _credit(material: Material) -> Element:
    """Credit what the map is drawn from, on the map itself."""
    drawn_from = [credit for credit in caveats.credits(material) if credit["is_map"]]
    if drawn_from and not drawn_from[0]["is_osm"]:
        said: list[Element | str] = [named(drawn_from[0]["attribution"])]
    else:
        osm = material.words("map.osm_contributors")
        said = ["© ", el("a", {"href": OSM_COPYRIGHT}, osm)]
    return el("p", {"class": "map-credit", "id": "map-credit"}, said)


def _fits(page: str) -> bool:
    as_bytes = page.encode("utf-8", errors="surrogatepass")
    return len(as_bytes) <= LARGEST_BYTES and len(gzip.compress(as_bytes)) <= LARGEST_SENT_BYTES
