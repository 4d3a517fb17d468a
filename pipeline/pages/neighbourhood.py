"""A profile of each neighbourhood, to be read on a screen or printed on two sides of paper.

What is strong comes first, with the names of places; then what is a longer walk, beside the
district as a whole; deprivation beside it, where the edition speaks of it; then what only the
people who live there can add.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from pipeline.config import State, Way
from pipeline.pages import figures, places, sketches, whereabouts
from pipeline.pages.alike import Alike
from pipeline.pages.elements import Children, Element, el, named
from pipeline.pages.field_lists import FOLDER as FIELD_LISTS
from pipeline.pages.learning import domains_of, elsewhere, learning
from pipeline.pages.local_map import Ground, Place, inside_view, local_map
from pipeline.pages.material import KINDS, Material
from pipeline.pages.overview import Overview, section
from pipeline.pages.page import Sheet, page
from pipeline.text import clean_text

FOLDER = "neighbourhoods"
# Strong is what at least half of the residents have within the middle number of minutes.
STRONG_PCT = 50
# On a small map more would hide each other; those of the categories with fewest come first.
MOST_MARKS = 90
# Lines to write on.
EMPTY_LINES = 2


def neighbourhood_pages(material: Material) -> dict[str, str]:
    """Return a page for each neighbourhood, and one that lists them all.

    Parameters
    ----------
    material
        The district, in the edition that the pages belong to.

    Returns
    -------
    dict
        Path below the edition's folder → HTML; nothing in it needs a script.
    """
    district = _District.of(material)
    rows = material.neighbourhoods.drop(columns="geometry").to_dict("records")
    pages = {
        f"{FOLDER}/{clean_text(row['neighbourhood_id'])}.html": _page(district, number, row)
        for number, row in enumerate(rows)
    }
    return {f"{FOLDER}/index.html": _list(district, rows), **pages}


@dataclass(frozen=True)
class _District:
    """What all pages are made from, found once."""

    overview: Overview
    ground: Ground
    named: Mapping[tuple[str, str], list[tuple[str, float]]]
    categories: Any
    points: Any
    is_covered: frozenset[str]
    alike: Alike

    @classmethod
    def of(cls, material: Material) -> _District:
        """Gather names, places and the ground."""
        assets = places.shown_assets(material)
        names = dict(zip(assets["asset_id"], assets["name"], strict=True))
        listed: dict[tuple[str, str], list[tuple[str, float]]] = {}
        columns = material.nearby.sort_values("order")[
            ["neighbourhood_id", "category", "asset_id", "median_min"]
        ]
        for area, category, asset, minutes in columns.itertuples(index=False, name=None):
            told = clean_text(names.get(asset, ""))
            listed.setdefault((area, str(category)), []).append((told, minutes))
        rows = material.coverage
        covered = rows[(rows["what"] == "neighbourhood") & (rows["state"] == State.OK)]
        return cls(
            Overview.of(material),
            Ground.of(material),
            listed,
            assets["category"].astype(str).to_numpy(dtype=object),
            shapely.point_on_surface(np.asarray(assets.geometry.array)),
            frozenset(covered["neighbourhood_id"]),
            Alike.of(material),
        )

    @property
    def material(self) -> Material:
        """The district."""
        return self.overview.material


def _page(district: _District, number: int, row: Mapping[Any, Any]) -> str:
    material, words = district.material, district.material.words
    name, of = clean_text(row["name"]), clean_text(material.district.name)
    people = round(float(material.people[row["neighbourhood_id"]]))
    residents = "residents_about" if material.people_are_estimated else "residents"
    lede = [
        words(f"counts.{residents}", n=people),
        words("neighbourhood.hectares", n=round(float(row["area_ha"]))),
        whereabouts.said(material, row["neighbourhood_id"]),
    ]
    sheet = Sheet(
        "neighbourhood",
        words("neighbourhood.title", neighbourhood=name, district=of),
        here=FOLDER,
        heading=named(name),
        lede=" · ".join(filter(None, lede)),
        depth=1,
        is_brief=True,
    )
    strong, longer = _sorted(district, number)
    code = row["neighbourhood_id"]
    is_known = code in district.is_covered and (strong or longer)
    unknown = el("p", {"class": "notice", "role": "note"}, words("profile.all_no_data"))
    return page(
        material,
        sheet,
        None if is_known else unknown,
        el(
            "div",
            {"class": "first"},
            _map(district, number, name),
            _ways(district, strong) if is_known else None,
        ),
        _to_directory(material, code),
        _reach(district, number, code, strong, "strong", words("glance.strong")),
        _reach(district, number, code, longer, "longer", words("neighbourhood.longer")),
        learning(district.overview, district.alike, code),
        _beside(material, row) if material.has_deprivation else None,
        elsewhere(material, code),
        _add(material, code),
    )


def _to_directory(material: Material, code: str) -> Element | None:
    """Return the way to the directory with walks from here, where any start here."""
    starts = material.starts
    is_start = (starts["place_id"] == code) & (starts["state"] == State.OK)
    if not is_start.any():
        return None
    link = el(
        "a",
        {"href": f"../directory.html#from={clean_text(code)}"},
        material.words("neighbourhood.to_directory"),
    )
    return el("p", {"class": "to-directory"}, link)


# --- what is within reach ------------------------------------------------------------------------


def _column(district: _District, category: str, minutes: int) -> Mapping[str, Any]:
    found: Mapping[str, Any] = district.overview.figures[category][f"within_{minutes}_min_pct"]
    return found


def _sorted(district: _District, number: int) -> tuple[list[str], list[str]]:
    """Return the categories that most residents have, and the others with a number."""
    strong: list[str] = []
    longer: list[str] = []
    for kind in KINDS:
        for category in district.material.categories:
            look = district.material.looks[category]
            value = _column(district, category, district.overview.middle)["values"][number]
            if look.kind != kind or look.status != "actual" or value is None:
                continue
            (strong if value >= STRONG_PCT else longer).append(category)
    return strong, longer


def _ways(district: _District, strong: list[str]) -> Element:
    """Return the five ways to well-being, each with what serves it here."""
    words = district.material.words
    items: list[Children] = []
    for way in Way:
        ours = [c for c in strong if way in district.material.looks[c].five_ways]
        labels = [_label(district, category) for category in ours]
        told: Children = [
            [label, "; " if n < len(labels) else ""] for n, label in enumerate(labels, 1)
        ]
        items.append(el("dt", {}, words(f"ways.{way}")))
        items.append(el("dd", {}, told if ours else words("neighbourhood.way_none")))
    return section(
        "ways",
        words("neighbourhood.ways"),
        el(
            "p",
            {"class": "note"},
            words("neighbourhood.ways_lede", minutes=district.overview.middle),
        ),
        el("dl", {"class": "ways"}, items),
    )


def _label(district: _District, category: str) -> Element:
    _, name = district.overview.look(category)
    return named(clean_text(name.label), name.language)


def _reach(
    district: _District, number: int, code: str, categories: list[str], part: str, title: str
) -> Element | None:
    """Return one part of what is within reach: its heading, what it means, its table."""
    if not categories:
        return None
    lede = district.material.words(f"neighbourhood.{part}_lede", minutes=district.overview.middle)
    table = _table(district, number, code, categories)
    return section(part, title, el("p", {"class": "note"}, lede), table)


def _table(district: _District, number: int, code: str, categories: list[str]) -> Element:
    words, overview = district.material.words, district.overview
    heads = [
        words("map.category"),
        words("measures.within.short", minutes=overview.middle),
        words("neighbourhood.half"),
        words("neighbourhood.district"),
        words("neighbourhood.places"),
    ]
    head = [
        el("th", {"scope": "col", "class": "number" if 0 < n < 4 else None}, text)  # noqa: PLR2004
        for n, text in enumerate(heads)
    ]
    rows = [_row(district, number, code, category, heads) for category in categories]
    return el(
        "table",
        {"class": "reach"},
        el("thead", {}, el("tr", {}, head)),
        el("tbody", {}, rows),
    )


def _row(district: _District, number: int, code: str, category: str, heads: list[str]) -> Element:
    words, (look, name) = district.material.words, district.overview.look(category)
    column = _column(district, category, district.overview.middle)
    share = [el("strong", {}, words.share(column["values"][number], 100))]
    certain = column["certain"].get(str(number))
    if certain is not None:
        share.append(el("small", {}, words("figures.certain", share=words.share(certain, 100))))
    cells: list[Children] = [
        share,
        _half(district, number, category),
        district.overview.share_text(category, district.overview.middle),
    ]
    label = named(clean_text(name.label), name.language)
    return el(
        "tr",
        {},
        el("th", {"scope": "row"}, sketches.symbol(look.symbol, look.colour), label),
        [
            el("td", {"class": "number", "data-label": head}, cell)
            for head, cell in zip(heads[1:], cells, strict=False)
        ],
        el("td", {"class": "names"}, _names(district, code, category)),
    )


def _half(district: _District, number: int, category: str) -> str:
    """Return the minutes in which half of the residents reach one."""
    words = district.material.words
    column = district.overview.figures[category]["nearest_median_min"]
    value = column["values"][number]
    if value is None:
        state = figures.STATE_OF_LETTER[column["states"][number]]
        return words(f"states.{state}.brief")
    return words("numbers.minutes", n=words.number(value, decimals=1))


def _names(district: _District, code: str, category: str) -> Children:
    """Return the places that most residents have nearest, with the minutes to each."""
    words, (_, name) = district.material.words, district.overview.look(category)
    found: list[Children] = []
    listed = district.named.get((code, category), [])
    # Of those without a name one is enough: they cannot be told apart by it.
    nameless = [place for place in listed if not place[0]][:1]
    for told, minutes in [place for place in listed if place[0]] + nameless:
        without = words.parts(
            "neighbourhood.unnamed", one=named(clean_text(name.one), name.language)
        )
        walk = words("numbers.minutes", n=words.number(minutes))
        found.append([named(told) if told else without, f" ({walk})"])
    return [[each, "; " if n < len(found) else ""] for n, each in enumerate(found, 1)]


# --- the map, deprivation beside it, and what is to be added --------------------------------------


def _map(district: _District, number: int, name: str) -> Element:
    material, words = district.material, district.material.words
    is_shown = inside_view(district.ground, number, district.points)
    counts = Counter(district.categories[is_shown].tolist())
    chosen: list[str] = []
    for category in sorted(counts, key=lambda each: (counts[each], each)):
        if sum(counts[each] for each in chosen) + counts[category] <= MOST_MARKS:
            chosen.append(category)
    order = [category for category in material.categories if category in chosen]
    marks = [
        Place(look.symbol, look.colour, shapely.get_x(point), shapely.get_y(point))
        for category in reversed(order)
        for look in [material.looks[category]]
        for point in district.points[is_shown & (district.categories == category)]
    ]
    key = [
        el(
            "li",
            {},
            sketches.symbol(material.looks[category].symbol, material.looks[category].colour),
            _label(district, category),
            f" ({words.number(counts[category])})",
        )
        for category in order
    ]
    drawn = local_map(
        district.ground, number, marks, words("neighbourhood.map", neighbourhood=name)
    )
    left = len(counts) - len(order)
    more = el("p", {"class": "note"}, words("neighbourhood.map_left_out", n=left)) if left else None
    return el(
        "figure",
        {"class": "map"},
        drawn,
        el("figcaption", {}, el("ul", {"class": "key plain"}, key), more),
    )


def _beside(material: Material, row: Mapping[Any, Any]) -> Element:
    words = material.words
    lines: list[str] = []
    if row["deprivation_state"] != State.OK or pd.isna(row["deprivation_decile"]):
        lines.append(words("deprivation.decile_none"))
    else:
        index = clean_text(row["deprivation_index"])
        nation = words(f"nations.{material.district.nation}")
        lines.append(
            words("deprivation.decile", decile=int(row["deprivation_decile"]), index=index) + "."
        )
        lines.append(words("deprivation.decile_more", nation=nation))
        if not pd.isna(row["income_decile"]):
            lines.append(words("deprivation.income_decile", decile=int(row["income_decile"])))
        lines += domains_of(material, row["neighbourhood_id"])
    return section("beside", words("deprivation.beside"), el("p", {}, " ".join(lines)))


def _add(material: Material, code: str) -> Element:
    """Return lines to write on, for the levels of an asset map that no data hold."""
    words = material.words
    lines = [el("span", {"class": "line"}, "\u00a0") for _ in range(EMPTY_LINES)]
    items = [
        el("li", {}, el("strong", {}, level), lines)
        for key, level in words.group("levels").items()
        if key != "physical"
    ]
    return section(
        "add",
        words("neighbourhood.add"),
        el("p", {}, words("neighbourhood.add_lede")),
        el("ul", {"class": "to-fill plain"}, items),
        el(
            "p",
            {},
            el(
                "a",
                {"href": f"../{FIELD_LISTS}/{clean_text(code)}.html"},
                words("field.link"),
            ),
        ),
    )


# --- the list ------------------------------------------------------------------------------------


def _list(district: _District, rows: list[dict[Any, Any]]) -> str:
    material, words = district.material, district.material.words
    of = clean_text(material.district.name)
    sheet = Sheet(
        "neighbourhood",
        words("neighbourhood.list_title", district=of),
        here=FOLDER,
        heading=words.parts("neighbourhood.list_title", district=named(of)),
        lede=words("neighbourhood.list_lede"),
        depth=1,
        is_brief=True,
    )
    numbered = sorted(enumerate(rows), key=lambda pair: clean_text(pair[1]["name"]))
    items = [el("li", {}, list(_line(district, number, row))) for number, row in numbered]
    return page(material, sheet, el("ul", {"class": "list plain"}, items))


def _line(district: _District, number: int, row: Mapping[Any, Any]) -> Iterator[Children]:
    material, code = district.material, clean_text(row["neighbourhood_id"])
    words = material.words
    yield el("a", {"href": f"{code}.html"}, named(clean_text(row["name"])))
    yield whereabouts.beside_name(material, code)
    strong, longer = _sorted(district, number)
    if row["neighbourhood_id"] not in district.is_covered or not (strong or longer):
        yield el("small", {}, words("neighbourhood.list_no_data"))
    else:
        text = words("neighbourhood.list_strong", n=len(strong), minutes=district.overview.middle)
        yield el("small", {}, text)
