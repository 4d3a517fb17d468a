"""A sheet for a walk through one neighbourhood: a small map, places to look at, boxes to tick."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.config import State
from pipeline.pages import sketches
from pipeline.pages.elements import Children, Element, el, named
from pipeline.pages.field_lists import FOLDER, to_look_at
from pipeline.pages.local_map import Ground, Place, local_map
from pipeline.pages.material import Material, once
from pipeline.pages.overview import section
from pipeline.pages.page import Sheet, page
from pipeline.text import clean_text

# What fits on two sides of paper, and what a walk of an hour or two can hold.
MOST_ROWS = 24
EMPTY_ROWS = 5


def field_sheets(material: Material) -> dict[str, str]:
    """Return a sheet for each neighbourhood.

    Parameters
    ----------
    material
        The district, in the edition that the sheets belong to.

    Returns
    -------
    dict
        `field_lists/<code>.html` → HTML; nothing in it needs a script.
    """
    ground = Ground.of(material)
    rows = to_look_at(material)
    by_area = dict(tuple(rows.groupby("neighbourhood_id")))
    return {
        f"{FOLDER}/{clean_text(area['neighbourhood_id'])}.html": _page(
            material, ground, number, area, by_area.get(area["neighbourhood_id"], rows.iloc[:0])
        )
        for number, area in enumerate(
            material.neighbourhoods.drop(columns="geometry").to_dict("records")
        )
    }


def _page(
    material: Material, ground: Ground, number: int, area: Mapping[Any, Any], rows: pd.DataFrame
) -> str:
    words, name = material.words, clean_text(area["name"])
    shown = rows.head(MOST_ROWS).to_dict("records")
    opening = Sheet(
        "field_sheets",
        words("field.title", neighbourhood=name),
        here="neighbourhoods",
        heading=words.parts("field.title", neighbourhood=named(name)),
        lede=words("field.lede"),
        depth=1,
        is_brief=True,
    )
    places = [
        Place(look.symbol, look.colour, row["x"], row["y"], str(place))
        for place, row in enumerate(shown, 1)
        for look in [material.looks[row["category"]]]
    ]
    left = len(rows) - len(shown)
    return page(
        material,
        opening,
        el(
            "div",
            {"class": "first"},
            el("figure", {"class": "map"}, local_map(
                ground, number, places, words("neighbourhood.map", neighbourhood=name)
            )),
            _how(material),
        ),
        _places(material, shown, left, is_known=area["neighbourhood_id"] in covered(material)),
        _missing(material),
    )  # fmt: skip


def _how(material: Material) -> Element:
    words = material.words
    steps = [el("li", {}, text) for text in words.group("field_steps").values()]
    lines = [
        el("p", {"class": "fill"}, words(f"field.{key}"), el("span", {"class": "line"}, "\u00a0"))
        for key in ("who", "day")
    ]
    return section("how", words("field.how"), el("ol", {}, steps), lines)


@once
def covered(material: Material) -> frozenset[str]:
    """Return the neighbourhoods that the map data cover."""
    rows = material.coverage
    ours = (rows["what"] == "neighbourhood") & (rows["state"] == State.OK)
    return frozenset(rows.loc[ours, "neighbourhood_id"])


def _places(
    material: Material, shown: list[dict[Any, Any]], left: int, *, is_known: bool
) -> Element:
    words = material.words
    if not shown:
        told = words("field.none" if is_known else "field.unknown")
        return section("places", words("field.places"), el("p", {}, told))
    heads = [words(f"field.{key}") for key in ("place", "why", "there", "right", "open", "notes")]
    head = el("tr", {}, [el("th", {"scope": "col"}, text) for text in ["", *heads]])
    body = [_row(material, place, row, heads) for place, row in enumerate(shown, 1)]
    more = el("p", {"class": "note"}, words("field.more", n=left)) if left else None
    return section(
        "places",
        words("field.places"),
        el("table", {"class": "tick"}, el("thead", {}, head), el("tbody", {}, body)),
        more,
    )


def _row(material: Material, place: int, row: Mapping[str, Any], heads: list[str]) -> Element:
    words, look = material.words, material.looks[row["category"]]
    told = words.of_category(row["category"], look)
    kind = named(clean_text(told.one), told.language)
    name = clean_text(row["name"])
    told_name: Children = [named(name), el("small", {}, kind)] if name else kind
    why: Children = words(f"field.list_{row['list']}")
    said = el("small", {}, named(clean_text(row["said"]))) if row["said"] else None
    boxes = [_boxes(words("field.yes"), words("field.no")) for _ in range(3)]
    cells: list[Children] = [[why, said], *boxes, el("span", {"class": "line"}, "\u00a0")]
    return el(
        "tr",
        {},
        el("td", {"class": "number"}, str(place)),
        el(
            "th", {"scope": "row"}, sketches.symbol(look.symbol, look.colour),
            el("span", {}, told_name),
        ),
        [
            el("td", {"data-label": label}, cell)
            for label, cell in zip(heads[1:], cells, strict=True)
        ],
    )  # fmt: skip


def _boxes(yes: str, no: str) -> list[Element]:
    """Return two boxes to tick with a pen."""
    return [
        el("span", {"class": "box"}, el("span", {"class": "square", "aria-hidden": "true"}), text)
        for text in (yes, no)
    ]


def _missing(material: Material) -> Element:
    words = material.words
    lines = [el("span", {"class": "line"}, "\u00a0") for _ in range(EMPTY_ROWS)]
    return section(
        "missing",
        words("field.missing"),
        el("p", {}, words("field.missing_lede")),
        lines,
        el("p", {"class": "note"}, words("field.back")),
    )
