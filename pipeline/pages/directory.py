"""The directory: places by theme and kind, with the walk from where somebody is.

Without a script it is a list for each kind, under the five ways to well-being that it serves. The
script joins the lists into one table that can be narrowed, sorted, and measured from a chosen
place. Places without a name are one entry for each kind and neighbourhood: nobody looks for one of
seven hundred benches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from pipeline.config import Agreement, State, Way
from pipeline.pages import places, sketches
from pipeline.pages.elements import Children, Element, el, named
from pipeline.pages.listing import Listed, listed, look_of, spoken_hours, told, where
from pipeline.pages.material import Material
from pipeline.pages.overview import section
from pipeline.pages.page import Sheet, page
from pipeline.pages.whereabouts import said
from pipeline.text import clean_text

# With more, a telephone would take long to open the page; the largest categories are left out.
MOST_PLACES = 6_000
# A walk of 0 minutes is written as this letter, of 1 as the next; numbers skip so many entries.
NO_MINUTES = ord("A")
WITHIN_MINUTES = (5, 10, 15, 20)
OTHER = "other"
# A time is not told on two lines.
UNBROKEN_DASH = "\u2060–\u2060"


@dataclass(frozen=True)
class Entry:
    """One line of the directory: a place with a name, or all without one of a kind and where."""

    members: tuple[Listed, ...]

    @property
    def first(self) -> Listed:
        """The first of its places."""
        return self.members[0]

    @property
    def newest(self) -> Listed:
        """That of its places which was looked at last."""
        return max(self.members, key=lambda each: each.date)

    @property
    def is_nameless(self) -> bool:
        """Whether its places have no name."""
        return not self.first.name


def directory_page(material: Material) -> str:
    """Return the directory of a district.

    Parameters
    ----------
    material
        The district, in the edition that the page belongs to.

    Returns
    -------
    str
        HTML that can be read without a script.
    """
    words, found = material.words, entries(material)
    name = clean_text(material.district.name)
    sheet = Sheet(
        "directory",
        words("directory.title", district=name),
        here="directory",
        heading=words.parts("directory.title", district=named(name)),
        lede=words("directory.lede"),
        say=("directory",),
        is_brief=True,
    )
    longest = material.study.directory.longest_min
    reach = words.distance(material.study.walking.buffer_m)
    return page(
        material,
        sheet,
        el("p", {"class": "note"}, words("directory.about")),
        _choices(material, found),
        el(
            "p",
            {"class": "note when-scripted", "hidden": True},
            words("directory.how", minutes=longest),
        ),
        el("noscript", {}, el("p", {"class": "note"}, words("frame.no_script"))),
        el("p", {"class": "note"}, words("directory.reach", distance=reach)),
        [el("p", {"class": "note"}, text) for text in _left_out(material)],
        el("p", {"id": "said", "role": "status", "class": "said"}),
        _themes(material, found),
        el("div", {"id": "lists"}, list(_lists(material, found))),
        el(
            "p",
            {"id": "nothing", "class": "notice", "hidden": bool(found)},
            words("directory.nothing" if found else "map.no_places"),
        ),
        _files(material),
        data={
            "walks": coded_walks(material, found),
            "starts": material.starts["place_id"].tolist(),
            "longest": longest,
        },
    )


def entries(material: Material) -> list[Entry]:
    """Return the lines of the directory, in their order.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    list of Entry
        By category; in it those with a name, then those without one by neighbourhood.
    """
    gone = set(places.left_out(material, MOST_PLACES))
    found: list[Entry] = []
    rows = [each for each in listed(material) if each.category not in gone]
    for _, group in groupby(rows, key=lambda each: each.category):
        ours = list(group)
        found += [Entry((each,)) for each in ours if each.name]
        nameless = sorted((each for each in ours if not each.name), key=lambda each: each.area)
        for _, alike in groupby(nameless, key=lambda each: each.area):
            found.append(Entry(tuple(alike)))
    return found


def coded_walks(material: Material, found: list[Entry]) -> list[str]:
    """Return the minutes from every place that walks start from, as short as a page needs them.

    Parameters
    ----------
    material
        The district; its starts and walks are used.
    found
        The lines of the directory.

    Returns
    -------
    list of str
        One for each start, entry by entry: a letter for the minutes to the nearest of its places
        (`A` is 0, and a walk is never told to be less than 1), or how many entries are passed over
        because they are further than the longest walk. What is left out at the end is further.
    """
    number = {each.asset_id: n for n, entry in enumerate(found) for each in entry.members}
    starts = {place: n for n, place in enumerate(material.starts["place_id"])}
    nearest: list[dict[int, float]] = [{} for _ in starts]
    columns = (material.walks[name].tolist() for name in ("place_id", "asset_id", "walk_min"))
    for place, asset, minutes in zip(*columns, strict=True):
        entry = number.get(asset)
        if entry is not None:
            mine = nearest[starts[place]]
            mine[entry] = min(minutes, mine.get(entry, minutes))
    return [_coded(mine) for mine in nearest]


def _coded(minutes: Mapping[int, float]) -> str:
    coded, expected = [], 0
    for entry in sorted(minutes):
        skipped = str(entry - expected) if entry > expected else ""
        coded.append(f"{skipped}{chr(NO_MINUTES + as_told(minutes[entry]))}")
        expected = entry + 1
    return "".join(coded)


def as_told(minutes: float) -> int:
    """Round a walk as the page tells it: whole minutes, halves up, never less than one."""
    return max(1, int(np.floor(round(minutes, 6) + 0.5)))


# --- choosing ------------------------------------------------------------------------------------


def _choices(material: Material, found: list[Entry]) -> Element:
    """Return what a list is narrowed with; it is shown where scripts run."""
    words = material.words
    kinds = dict.fromkeys(entry.first.category for entry in found)
    longest = material.study.directory.longest_min
    minutes = [*(m for m in WITHIN_MINUTES if m < longest), longest]
    walks = [(str(m), words("directory.minute", n=m)) for m in minutes]
    return el(
        "search",
        {
            "id": "choices",
            "class": "choices",
            "hidden": True,
            "aria-label": words("directory.choose"),
        },
        _choice("from", words("directory.from"), list(_starts(material))),
        _choice(
            "theme",
            words("directory.theme"),
            _options(words("directory.any_theme"), _themes_of(material)),
        ),
        _choice("kind", words("directory.kind"), _options(words("directory.any_kind"), [
            (category, clean_text(look_of(material, category)[1].label)) for category in kinds
        ])),
        _choice("within", words("directory.within"), _options(words("directory.any_walk"), walks)),
        el(
            "div",
            {"class": "choice"},
            el("label", {"for": "find"}, words("directory.find")),
            el("input", {"id": "find", "type": "search", "autocomplete": "off"}),
        ),
        el(
            "div",
            {"class": "buttons"},
            el("button", {"id": "clear", "type": "button"}, words("directory.clear")),
            el("button", {"id": "print", "type": "button"}, words("directory.print")),
        ),
    )  # fmt: skip


def _choice(name: str, label: str, options: list[Children]) -> Element:
    return el(
        "div",
        {"class": "choice"},
        el("label", {"for": name}, label),
        el("select", {"id": name}, options),
    )


def _options(first: str, others: list[tuple[str, str]]) -> list[Children]:
    return [
        el("option", {"value": ""}, first),
        [el("option", {"value": value}, text) for value, text in others],
    ]


def _starts(material: Material) -> Iterator[Children]:
    """Yield the places that walks start from, those of a kind together."""
    words = material.words
    yield el("option", {"value": ""}, words("directory.from_nowhere"))
    rows = [
        (
            str(row.category),
            n,
            _start_name(material, str(row.place_id), clean_text(row.name)),
            str(row.state),
        )
        for n, row in enumerate(material.starts.itertuples(index=False))
    ]
    for category, group in groupby(rows, key=lambda row: row[0]):
        label = words("directory.from_neighbourhoods")
        if category:
            label = clean_text(look_of(material, category)[1].label)
        ordered = sorted(group, key=lambda row: row[2].casefold())
        yield el("optgroup", {"label": label}, [_start(material, *row[1:]) for row in ordered])


def _start_name(material: Material, place: str, name: str) -> str:
    """Return the name of a place that walks start from; of a neighbourhood, where it is, too."""
    where = said(material, place)
    return material.words("whereabouts.name", name=name, where=where) if where else name


def _start(material: Material, number: int, name: str, state: str) -> Element:
    if state == State.OK:
        return el("option", {"value": number}, name)
    text = material.words(f"directory.state_{state}", name=name)
    return el("option", {"value": number, "disabled": True}, text)


def _themes_of(material: Material) -> list[tuple[str, str]]:
    """Return the five ways to well-being and, last, what serves none of them, with their words."""
    words = material.words
    ways = [(way.value, words(f"ways.{way}")) for way in Way]
    return [*ways, (OTHER, words("directory.other_theme"))]


def _served(material: Material, category: str) -> tuple[str, ...]:
    """Return the themes of a category."""
    return tuple(way.value for way in material.looks[category].five_ways) or (OTHER,)


def _themes(material: Material, found: list[Entry]) -> Element:
    """Return the kinds of places that serve each of the five ways, for those without a script."""
    words = material.words
    kinds = list(dict.fromkeys(entry.first.category for entry in found))
    items: list[Children] = []
    for way, name in _themes_of(material):
        ours = [kind for kind in kinds if way in _served(material, kind)]
        if ours:
            links = [_link(material, kind, is_last=kind == ours[-1]) for kind in ours]
            items += [el("dt", {}, name), el("dd", {}, links)]
    return el(
        "div",
        {"id": "themes"},
        section(
            "by-theme",
            words("directory.themes"),
            el("p", {"class": "note"}, words("directory.themes_lede")),
            el("dl", {"class": "ways"}, items),
        ),
    )


def _link(material: Material, category: str, *, is_last: bool) -> Children:
    name = look_of(material, category)[1]
    label = named(clean_text(name.label), name.language)
    return [el("a", {"href": f"#kind-{category}"}, label), "" if is_last else "; "]


# --- the list ------------------------------------------------------------------------------------

HEADS = ("name", "kind", "where", "walk", "open", "access", "contact", "source")


def _lists(material: Material, found: list[Entry]) -> Iterator[Element]:
    """Yield a list for each kind, each with a table."""
    for category, group in groupby(found, key=lambda entry: entry.first.category):
        look, name = look_of(material, category)
        label = named(clean_text(name.label), name.language)
        yield section(
            f"kind-{category}",
            [sketches.symbol(look.symbol, look.colour), label],
            el("p", {"class": "note"}, _ways(material, category)),
            el(
                "table",
                {"role": "table"},
                el(
                    "thead",
                    {"role": "rowgroup"},
                    el("tr", {"role": "row"}, [_head(material, key) for key in HEADS]),
                ),
                el("tbody", {"role": "rowgroup"}, [_row(material, entry) for entry in group]),
            ),
        )


def _head(material: Material, key: str) -> Element:
    is_hidden = key in {"kind", "walk"}
    words = material.words(f"directory.{key}")
    attributes = {"scope": "col", "role": "columnheader", "class": key}
    return el("th", {**attributes, "hidden": is_hidden}, words)


def _ways(material: Material, category: str) -> str:
    return ", ".join(material.words(f"ways.{way}") for way in material.looks[category].five_ways)


def _row(material: Material, entry: Entry) -> Element:
    words, each = material.words, entry.first
    cells: dict[str, Children] = {
        "kind": named(clean_text(look_of(material, each.category)[1].label)),
        "where": named(where(material, each)),
        "walk": "",
        "open": "" if entry.is_nameless else _open(material, each),
        "access": "" if entry.is_nameless else _access(material, each),
        "contact": "" if entry.is_nameless else _contact(each),
        "source": _source(material, entry),
    }
    return el(
        "tr",
        {
            "role": "row",
            "data-id": None if entry.is_nameless else each.asset_id,
            "data-kind": each.category,
            "data-ways": " ".join(_served(material, each.category)),
        },
        el("th", {"scope": "row", "role": "rowheader"}, _name(material, entry)),
        [
            el(
                "td",
                {
                    "class": key,
                    "role": "cell",
                    "data-label": words(f"directory.{key}"),
                    "hidden": key in {"kind", "walk"},
                },
                cell or (words("directory.unsaid") if key != "walk" else None),
            )
            for key, cell in cells.items()
        ],
    )


def _name(material: Material, entry: Entry) -> Children:
    each = entry.first
    if entry.is_nameless:
        one = look_of(material, each.category)[1]
        return material.words.parts(
            "directory.nameless",
            n=len(entry.members),
            one=named(clean_text(one.one), one.language),
        )
    note = each.details.get("description", "")
    return [named(each.name), el("small", {}, named(note)) if note else None]


def _open(material: Material, each: Listed) -> Children:
    words, text = material.words, each.details.get("opening_hours", "")
    found: list[Children] = []
    if each.hours is not None:
        told_so = spoken_hours(words, each.hours).replace("–", UNBROKEN_DASH)
        found.append([el("p", {}, part) for part in told_so.split("; ")])
    elif text:
        found.append(el("code", {}, named(text)))
    departures = each.details.get("departures_weekday", "")
    if departures.isdigit() and each.details.get("departures_state") != State.NO_DATA:
        found.append(el("p", {}, words("directory.departures", n=int(departures))))
    return found


def _access(material: Material, each: Listed) -> Children:
    texts = (told(material.words, each, key) for key in ("access", "fee", "wheelchair"))
    return [el("p", {}, named(text)) for text in texts if text]


def _contact(each: Listed) -> Children:
    texts = (each.details.get(key, "") for key in ("operator", "website"))
    return [el("p", {}, named(text)) for text in texts if text]


def _source(material: Material, entry: Entry) -> Children:
    """Return where it is known from; whether its sources agree, where there is something to say."""
    texts = list(entry.newest.sources)
    if not entry.is_nameless and entry.first.agreement != Agreement.ONE_SOURCE:
        texts.append(material.words(f"agreement.{entry.first.agreement}"))
    return [el("p", {}, text) for text in texts]


def _left_out(material: Material) -> list[str]:
    words = material.words
    return [
        words("directory.left_out", category=clean_text(look_of(material, name)[1].label), n=n)
        for name, n in places.left_out(material, MOST_PLACES).items()
        if material.looks[name].status == "actual"
    ]


def _files(material: Material) -> Element:
    words = material.words
    links = (
        ("directory.csv", "files_csv"), ("walks.csv", "files_walks"),
        ("directory.json", "files_json"),
    )  # fmt: skip
    items = [
        el("li", {}, el("a", {"href": where}, words(f"directory.{key}"))) for where, key in links
    ]
    return section(
        "files",
        words("directory.files"),
        el("ul", {}, items),
        el("p", {"class": "note"}, words("directory.files_json_note")),
    )
