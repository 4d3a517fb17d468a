"""The page over all districts: one card each, with a line of what is strong there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.config import Theme
from pipeline.pages import frame
from pipeline.pages.plain import json_for_page
from pipeline.text import clean_text


def index_page(notes: Mapping[str, Mapping[str, Any]], theme: Theme) -> str:
    """Return the page that links to every district's map.

    Parameters
    ----------
    notes
        Name of a district's folder → its `run.json`.
    theme
        The looks.

    Returns
    -------
    str
        The page.
    """
    cards = [_card(folder, notes[folder]) for folder in sorted(notes)]
    cards.sort(key=lambda card: (str(card["name"]).casefold(), card["folder"]))
    return frame.with_data(
        frame.plain_frame("index"),
        json_for_page({"theme": theme.model_dump(mode="json"), "cards": cards}),
    )


def _card(folder: str, note: Mapping[str, Any]) -> dict[str, Any]:
    district = note.get("district", {})
    glance = note.get("at_a_glance", {})
    return {
        "folder": folder,
        "name": clean_text(district.get("name", folder)),
        "notice": clean_text(district.get("notice") or "", most=600),
        "counts": [clean_text(text) for text in glance.get("counts", [])],
        "strengths": [clean_text(text) for text in glance.get("strengths", [])],
        "date": clean_text(glance.get("date", "")),
    }
