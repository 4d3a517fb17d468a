"""The page about the data: the main figures as tables, every file, and what all of it means."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from pipeline import VERSION, reference
from pipeline.config import State
from pipeline.pages import caveats, figures
from pipeline.pages.editions import Content, speaks_of_deprivation
from pipeline.pages.elements import Children, Element, el, named
from pipeline.pages.field_lists import FOLDER as FIELD_LISTS
from pipeline.pages.listing import look_of
from pipeline.pages.material import KINDS, Material
from pipeline.pages.note import config_hash
from pipeline.pages.overview import Overview, section
from pipeline.pages.page import Sheet, page
from pipeline.text import clean_text

# Files of an edition that a person does not take for themselves: pages, and what lies in folders,
# but for lists to fill in.
NOT_LISTED = re.compile(rf".*\.html|(?!{FIELD_LISTS}/).*/.*")
# What is told of a file whose size and sum are known only when it is written.
LATER = ("run.json",)
BY_BEGINNING = {"map-": "holds_picture", "field_lists/": "holds_field_list"}
# So much of the sum of the choices is enough to tell two runs apart.
SHORT_SUM = 12
CODE = re.compile(r"`([^`]*)`")
KILO = 1000


def data_page(material: Material, files: Mapping[str, Content]) -> str:
    """Return the page about the data of a district.

    Parameters
    ----------
    material
        The district, in the edition that the page belongs to.
    files
        All other files of the edition; size and sum are told of those that are made already.

    Returns
    -------
    str
        HTML; nothing in it needs a script.
    """
    words = material.words
    name = clean_text(material.district.name)
    sheet = Sheet(
        "data",
        words("data.title", district=name),
        here="data",
        heading=words.parts("data.title", district=named(name)),
        lede=words("data.lede"),
    )
    return page(
        material,
        sheet,
        _figures(Overview.of(material)),
        _downloads(material, files),
        _licences(material),
        _made(material),
        _cite(material),
        _wrong(material),
        _dictionary(material),
    )


# --- the main figures ----------------------------------------------------------------------------


def _figures(overview: Overview) -> Element:
    words = overview.material.words
    states = [
        el("li", {}, el("strong", {}, words(f"states.{state}.label")), ": ",
           words(f"states.{state}.sentence"))
        for state in (State.NO_DATA, State.UNREACHABLE, State.SUPPRESSED)
    ]  # fmt: skip
    return section(
        "figures",
        words("data.figures"),
        el("p", {"class": "note"}, words("data.figures_lede", minutes=overview.middle)),
        [_of_kind(overview, kind) for kind in KINDS],
        el("p", {"class": "note"}, words("data.states")),
        el("ul", {"class": "note"}, states),
    )


def _of_kind(overview: Overview, kind: str) -> Element | None:
    """Return the shares of one kind of assets, in a part that can be opened."""
    material, words = overview.material, overview.material.words
    ours = [c for c in material.categories if material.looks[c].kind == kind]
    if not ours:
        return None
    title = words(f"kinds.{kind}")
    caption = words("data.figures_caption", kind=title, minutes=overview.middle)
    heads: list[Children] = [words("tables.neighbourhood"), words("data.people")]
    for category in ours:
        name = look_of(material, category)[1]
        heads.append(named(clean_text(name.label), name.language))
    if material.has_deprivation:
        heads.append(words("deprivation.column"))
    table = el(
        "table",
        {},
        el("caption", {}, caption),
        el("thead", {}, el("tr", {}, [_head(head, n) for n, head in enumerate(heads)])),
        el("tbody", {}, list(_rows(overview, ours))),
    )
    return el(
        "details",
        {},
        el("summary", {}, title),
        el(
            "div",
            {"class": "scroll", "role": "group", "tabindex": "0", "aria-label": caption},
            table,
        ),
    )


def _head(words: Children, place: int) -> Element:
    return el("th", {"scope": "col", "class": "number" if place else None}, words)


def _rows(overview: Overview, categories: list[str]) -> Iterator[Element]:
    """Yield a row for each neighbourhood by name, and one for the district."""
    material, words = overview.material, overview.material.words
    areas = material.neighbourhoods.drop(columns="geometry").to_dict("records")
    order = sorted(range(len(areas)), key=lambda n: clean_text(areas[n]["name"]))
    measure = f"within_{overview.middle}_min_pct"
    columns = [overview.figures[category].get(measure) for category in categories]
    for n in order:
        row = areas[n]
        cells: list[Children] = [words.number(float(material.people[row["neighbourhood_id"]]))]
        cells += [_cell(overview, column, n) for column in columns]
        if material.has_deprivation:
            decile = row["deprivation_decile"]
            cells.append("–" if pd.isna(decile) else words.number(float(decile)))
        yield _row(named(clean_text(row["name"])), cells)
    whole: list[Children] = [words.number(float(material.people.sum()))]
    whole += [_cell(overview, column, len(areas)) for column in columns]
    title = words("data.whole", district=clean_text(material.district.name))
    yield _row(title, [*whole, *(["–"] if material.has_deprivation else [])], "whole")


def _row(head: Children, cells: list[Children], of_class: str | None = None) -> Element:
    return el(
        "tr",
        {"class": of_class},
        el("th", {"scope": "row"}, head),
        [el("td", {"class": "number"}, cell) for cell in cells],
    )


def _cell(overview: Overview, column: Mapping[str, Any] | None, place: int) -> str:
    words = overview.material.words
    if column is None:
        return words("states.no_data.brief")
    value = column["values"][place]
    if value is not None:
        return words.share(value, 100)
    return words(f"states.{figures.STATE_OF_LETTER[column['states'][place]]}.brief")


# --- files and licences --------------------------------------------------------------------------


def _downloads(material: Material, files: Mapping[str, Content]) -> Element:
    words = material.words
    names = sorted({name for name in files if not NOT_LISTED.fullmatch(name)} | {*LATER})
    names.sort(key=lambda name: ("/" in name, not name.endswith(".csv")))
    heads = [words(f"data.{key}") for key in ("file", "holds", "size", "sum")]
    return section(
        "downloads",
        words("data.downloads"),
        el("p", {"class": "note"}, words("data.downloads_lede")),
        el(
            "div",
            {
                "class": "scroll",
                "role": "group",
                "tabindex": "0",
                "aria-label": words("data.downloads_caption"),
            },
            el(
                "table",
                {},
                el("caption", {"class": "unseen"}, words("data.downloads_caption")),
                el("thead", {}, el("tr", {}, [el("th", {"scope": "col"}, head) for head in heads])),
                el("tbody", {}, [_file(material, name, files.get(name)) for name in names]),
            ),
        ),
    )


def _file(material: Material, name: str, content: Content | None) -> Element:
    words = material.words
    known = content.encode("utf-8") if isinstance(content, str) else content
    size, digest = words("data.later"), words("data.later")
    if isinstance(known, bytes):
        size, digest = _size(material, len(known)), hashlib.sha256(known).hexdigest()
    if name in LATER:
        size = digest = "–"
    return el(
        "tr",
        {},
        el("th", {"scope": "row"}, el("a", {"href": name}, name)),
        el("td", {}, _holds(material, name)),
        el("td", {"class": "number"}, size),
        el("td", {}, el("code", {}, digest)),
    )


def _holds(material: Material, name: str) -> str:
    known = material.words.group("data")
    for beginning, key in BY_BEGINNING.items():
        if name.startswith(beginning):
            return known[key]
    if name.startswith(f"{FIELD_LISTS}/"):
        return known[f"holds_{FIELD_LISTS}_{name.rpartition('.')[2]}"]
    return known.get(f"holds_{name.replace('.', '_')}", known["holds_other"])


def _size(material: Material, n: int) -> str:
    words = material.words
    if n < KILO:
        return words("data.bytes", n=words.number(n))
    if n < KILO * KILO:
        return words("data.kilobytes", n=words.number(n / KILO))
    return words("data.megabytes", n=words.number(n / KILO / KILO, decimals=1))


def _licences(material: Material) -> Element:
    """Say under which licence each source stands, and how many places are listed under it."""
    words = material.words
    titles: dict[str, list[str]] = {}
    for entry in material.manifest.values():
        licence = clean_text(entry.get("licence") or "")
        title = clean_text(entry.get("title") or "")
        if title not in titles.setdefault(licence, []):
            titles[licence].append(title)
    listed = material.assets["licences"].str.split(",")
    rows = [
        el(
            "tr",
            {},
            el("th", {"scope": "row"}, named(licence)),
            el("td", {}, named("; ".join(sorted(titles[licence])))),
            el("td", {}, words("data.rows_under", n=sum(licence in each for each in listed))),
        )
        for licence in sorted(titles)
    ]
    return section(
        "licences",
        words("data.licences"),
        el("p", {}, words("data.licences_lede")),
        el("table", {"class": "licences"}, el("tbody", {}, rows)),
    )


# --- how it was made, and what to do with it -----------------------------------------------------


def _made(material: Material) -> Element:
    words = material.words
    lines = [
        words("data.made_walks", speed=material.study.walking.speed_m_per_min),
        words("data.made_people", people=material.study.fewest_people),
        words("data.made_dates", date=_date(material)),
        words("data.made_names", version=VERSION, choices=config_hash(material)[:SHORT_SUM]),
    ]
    return section("made", words("data.made"), [el("p", {}, line) for line in lines])


def _date(material: Material) -> str:
    return material.words.day(str(material.district.openstreetmap.day))


def _cite(material: Material) -> Element:
    words = material.words
    whose = dict.fromkeys(entry["attribution"] for entry in caveats.credits(material))
    text = words.parts(
        "data.cite_text",
        version=VERSION,
        district=named(clean_text(material.district.name)),
        date=_date(material),
        sources=named("; ".join(filter(None, whose))),
    )
    return section("cite", words("data.cite"), el("p", {"class": "cite"}, text))


def _wrong(material: Material) -> Element:
    words = material.words
    keys = ("wrong_map", "wrong_layer", "wrong_number")
    items = [el("li", {}, words(f"data.{key}")) for key in keys]
    return section("wrong", words("data.wrong"), el("ul", {}, items))


# --- the dictionary ------------------------------------------------------------------------------


def _dictionary(material: Material) -> Element:
    """Return the data dictionary, without what an edition does not speak of."""
    words = material.words
    theirs = None if words.tag == words.source_tag else words.source_tag
    return section(
        "dictionary",
        words("data.dictionary"),
        el("p", {"class": "note"}, words("data.dictionary_lede")),
        el("div", {"lang": theirs}, [_described(material, part) for part in reference.described()]),
    )


def _described(material: Material, part: reference.Described) -> Element | None:
    rows = part.rows
    if not material.has_deprivation:
        if speaks_of_deprivation(f"{part.title} {part.words}"):
            return None
        rows = tuple(row for row in rows if not any(speaks_of_deprivation(cell) for cell in row))
    table = el(
        "table",
        {},
        el("thead", {}, el("tr", {}, [el("th", {"scope": "col"}, head) for head in part.heads])),
        el(
            "tbody",
            {},
            [
                el(
                    "tr",
                    {},
                    el("th", {"scope": "row"}, el("code", {}, row[0])),
                    [el("td", {}, _marked(cell)) for cell in row[1:]],
                )
                for row in rows
            ],
        ),
    )
    box = {"class": "scroll", "role": "group", "tabindex": "0", "aria-label": part.title}
    return el(
        "details",
        {},
        el("summary", {}, part.title),
        el("p", {"class": "note"}, _marked(part.words)) if part.words else None,
        el("div", box, table),
    )


def _marked(text: str) -> Children:
    """Return a text with what stands in backticks as code."""
    pieces = CODE.split(text)
    return [el("code", {}, piece) if n % 2 else piece for n, piece in enumerate(pieces) if piece]
