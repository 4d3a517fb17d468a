"""The page over all districts: one card each, with a line of what is strong there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.config import Dress, Wording
from pipeline.pages import frame, looks
from pipeline.pages.elements import Element, el, html, named
from pipeline.pages.page import OSM_COPYRIGHT, PLACES, about_language, brand, owner, skip, switch
from pipeline.pages.wording import Words
from pipeline.text import clean_text


def index_page(
    notes: Mapping[str, Mapping[str, Any]], dress: Dress, wordings: Mapping[str, Wording]
) -> str:
    """Return the page that links to every district.

    Parameters
    ----------
    notes
        Name of a district's folder → its `run.json`.
    dress
        The looks, and whose pages these are.
    wordings
        The words of the pages; this one speaks the language that all are held against.

    Returns
    -------
    str
        The page.
    """
    words = Words(wordings)
    ordered = sorted(notes, key=lambda folder: (_name(folder, notes[folder]).casefold(), folder))
    cards = [_card(words, folder, notes[folder]) for folder in ordered]
    main = el(
        "main",
        {"id": "main", "tabindex": "-1"},
        el(
            "div",
            {"class": "head"},
            el("h1", {}, words("index.name")),
            el("p", {"class": "lede"}, words("index.lede")),
        ),
        el("ul", {"class": "plain cards"}, cards or el("li", {}, words("index.none"))),
    )
    osm = el("a", {"href": OSM_COPYRIGHT}, words("map.osm_contributors"))
    foot = el(
        "footer",
        {"class": "foot brief"},
        el("p", {"class": "note"}, "© ", osm, " ", words("index.and_others")),
    )
    bar = el(
        "div",
        {"class": "masthead"},
        brand(words),
        owner(words, dress.theme.council or "", dress.logo or ""),
        switch(words),
    )
    slots = {
        **about_language(words),
        "title": words("index.title"),
        "theme": looks.style(dress.theme),
        "top": html(skip(words), el("header", {"class": "top"}, bar)),
        "body": html(main),
        "bottom": html(foot),
    }
    return frame.filled(frame.plain_frame(("index.css",)), slots)


def _name(folder: str, note: Mapping[str, Any]) -> str:
    return clean_text(note.get("district", {}).get("name", folder))


def _card(words: Words, folder: str, note: Mapping[str, Any]) -> Element:
    glance = note.get("at_a_glance", {})
    notice = clean_text(note.get("district", {}).get("notice") or "", most=600)
    date = clean_text(glance.get("date", ""))
    theirs = clean_text(glance.get("language", words.tag))
    language = {"lang": None if theirs == words.tag else theirs}
    strengths = [clean_text(text) for text in glance.get("strengths", [])]
    counts = [clean_text(text) for text in glance.get("counts", [])]
    return el(
        "li",
        {"class": "card"},
        el("h2", {}, el("a", {"href": f"{folder}/{PLACES[0][1]}"}, named(_name(folder, note)))),
        el("p", {"class": "lede", **language}, " · ".join(counts)),
        el("p", {"class": "notice"}, named(notice)) if notice else None,
        el("ul", {"class": "strong", **language}, [el("li", {}, named(t)) for t in strengths]),
        el("p", {"class": "note"}, words("index.map_data_of", date=date)) if date else None,
    )
