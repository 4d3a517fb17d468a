"""The joint assessment as a page: assets first, needs beside them, neighbourhood by neighbourhood.

The district as a whole opens it, by kind and by way to well-being; then stands one row for each
neighbourhood, in the order of their names; then, where the edition speaks of deprivation, four
named groups with their cut-offs, and why income stands beside the index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from pipeline.config import Domain, State, Way
from pipeline.named_groups import AS_CHOSEN, GROUPS
from pipeline.pages import figures, sketches
from pipeline.pages.clusters import clusters_section
from pipeline.pages.elements import Children, Element, el, named
from pipeline.pages.material import KINDS, Material
from pipeline.pages.overview import about, section
from pipeline.pages.page import Sheet, page
from pipeline.text import clean_text

NUMBERS = (State.OK, State.TRUE_ZERO)


class Cell(NamedTuple):
    """One number of the assessment, as it is stored."""

    value: float
    of: float
    low: float
    high: float
    unit: str
    state: str


@dataclass(frozen=True)
class Column:
    """One column of the table: what it shows, its heading, and out of how many, if all agree."""

    part: str
    item: str
    heading: str
    of: float = np.nan


@dataclass(frozen=True)
class _Assessed:
    """A district with every number by place, part and item."""

    material: Material
    cells: Mapping[tuple[str, str, str], Cell]

    @classmethod
    def of(cls, material: Material) -> _Assessed:
        """Lay the numbers out by their keys."""
        rows = material.assessment
        keys = zip(rows["neighbourhood_id"], rows["part"].astype(str), rows["item"], strict=True)
        columns = [rows[name] for name in Cell._fields]
        return cls(material, dict(zip(keys, map(Cell, *columns), strict=True)))

    def items(self, part: str) -> list[str]:
        """Return the items of a part in the order in which they stand in the table."""
        rows = self.material.assessment
        return [str(item) for item in rows.loc[rows["part"] == part, "item"].unique()]

    def has_figures(self, code: str) -> bool:
        """Tell whether anything is known of what a neighbourhood has within reach."""
        cell = self.cells.get((code, "all", "all"))
        return cell is not None and cell.state in NUMBERS

    def out_of(self, part: str, item: str) -> float:
        """Return out of how many an item is, in most neighbourhoods."""
        rows = self.material.assessment
        ours = rows[(rows["part"] == part) & (rows["item"] == item) & (rows["of"] > 0)]
        return float(ours["of"].mode().iloc[0]) if len(ours) else np.nan

    def number(self, cell: Cell | None, decimals: int = 1) -> str:
        """Return a number as it is shown, or the brief words of its state."""
        words = self.material.words
        if cell is None or cell.state not in NUMBERS:
            state = State.NO_DATA if cell is None else State(cell.state)
            return words(f"states.{state}.brief")
        shown = figures.as_shown(np.array([cell.value]), is_share=False)[0]
        if cell.value > 0 and shown == 0.05:  # noqa: PLR2004 (what rounds to none)
            return words("numbers.under_tenth", tenth=words.number(0.1, decimals=1))
        return words.number(shown, decimals=decimals)


def assessment_page(material: Material) -> str:
    """Return the page of the joint assessment.

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
    held = _Assessed.of(material)
    lede = "deprivation.assessment_lede" if held.items("deprivation") else "assessment.lede"
    sheet = Sheet(
        "assessment",
        words("assessment.title", district=name),
        here="assessment",
        heading=words.parts("assessment.title", district=named(name)),
        lede=words(lede),
    )
    return page(
        material,
        sheet,
        _whole(held),
        _table(held),
        _elsewhere(held),
        _groups(held),
        clusters_section(material),
        _composites(held),
        _why(held),
        _further(held),
    )


# --- the district as a whole ---------------------------------------------------------------------


def _whole(held: _Assessed) -> Element:
    words, minutes = held.material.words, held.material.study.walking.middle
    blocks = [
        ("kind", "assessment.by_kind", [(kind, words(f"kinds.{kind}")) for kind in KINDS]),
        ("way", "assessment.by_way", [(way.value, words(f"ways.{way}")) for way in Way]),
    ]
    lists = [
        el("div", {}, el("h3", {}, words(title)), _bars(held, part, items))
        for part, title, items in blocks
    ]
    return section(
        "whole",
        words("assessment.whole", district=clean_text(held.material.district.name)),
        el("p", {"class": "lede"}, words("assessment.how", minutes=minutes)),
        el("div", {"class": "halves"}, lists),
    )


def _bars(held: _Assessed, part: str, items: Sequence[tuple[str, str]]) -> Element:
    words, code = held.material.words, held.material.district.code
    rows = []
    for item, label in items:
        cell = held.cells.get((code, part, item))
        if cell is None:
            continue
        is_number = cell.state in NUMBERS
        told = (
            words("assessment.of", value=held.number(cell), of=int(cell.of))
            if is_number
            else held.number(cell)
        )
        share = round(100 * cell.value / cell.of, 1) if is_number else 0.0
        rows.append(
            el("tr", {}, el("th", {"scope": "row"}, label), el("td", {"class": "number"}, told),
               el("td", {"class": "bars"}, sketches.bar([share])))
        )  # fmt: skip
    return el("table", {"class": "short"}, el("tbody", {}, rows))


# --- one row a neighbourhood ---------------------------------------------------------------------


def _blocks(held: _Assessed) -> list[tuple[str, list[Column]]]:
    """Return the columns of the table under their headings, assets first."""
    words = held.material.words

    def columns(part: str, labels: Mapping[str, str]) -> list[Column]:
        there = held.items(part)
        return [
            Column(part, item, label, held.out_of(part, item))
            for item, label in labels.items()
            if item in there
        ]

    standards = held.material.published_standards
    labels = {name: clean_text(each.name) for name, each in sorted(standards.items())}
    blocks = [
        (words("assessment.by_kind"), columns("kind", {k: words(f"kinds.{k}") for k in KINDS})),
        (words("assessment.by_way"), columns("way", {w.value: words(f"ways.{w}") for w in Way})),
        (words("assessment.in_all"), columns("all", {"all": words("assessment.all")})),
        (words("assessment.by_standard"), columns("standard", labels)),
        (words("elsewhere.title"), columns("elsewhere", _labels(held, "both"))),
        *_beside(held, columns),
        (words("elsewhere.title"), columns("deprivation_elsewhere", _labels(held, "planner"))),
    ]
    return [(title, found) for title, found in blocks if found]


def _labels(held: _Assessed, edition: str) -> dict[str, str]:
    """Return what indicators from elsewhere are called, with their units."""
    told = held.material.told_elsewhere
    return {
        name: f"{clean_text(each['label'])} ({clean_text(each['unit'])})"
        for name, each in sorted(told.items())
        if each["edition"] == edition
    }


def _beside(held: _Assessed, columns: Any) -> list[tuple[str, list[Column]]]:  # noqa: ANN401 (a function)
    words = held.material.words
    if not held.material.has_deprivation:
        return []
    domains = {d.value: words(f"deprivation.domain_{d.value}") for d in Domain}
    holds = held.material.assessment
    access = set(holds.loc[(holds["part"] == "deprivation_domain") & holds["holds_access"], "item"])
    domains = {name: f"{label}*" if name in access else label for name, label in domains.items()}
    return [
        (
            words("deprivation.beside"),
            [
                *columns("deprivation", {"decile": f"{words('deprivation.whole_index')}*"}),
                *columns("deprivation_domain", domains),
            ],
        )
    ]


def _table(held: _Assessed) -> Element:
    material, words = held.material, held.material.words
    blocks = _blocks(held)
    has_groups, title = bool(len(material.groups)), words("assessment.table")
    leads = {"first": words("tables.neighbourhood"), "number": words("tables.people")}
    tops = [
        el("th", {"rowspan": 2, "scope": "col", "class": name}, text)
        for name, text in leads.items()
    ]
    tops += [
        el("th", {"colspan": len(columns), "scope": "colgroup", "class": "block"}, title)
        for title, columns in blocks
    ]
    if has_groups:
        tops.append(el("th", {"rowspan": 2, "scope": "col", "class": "block"},
                       words("deprivation.in_group")))  # fmt: skip
    heads = [
        _heading(held, column, is_first=not n)
        for _, columns in blocks
        for n, column in enumerate(columns)
    ]
    rows = [_row(held, blocks, row) for row in _ordered(held)]
    table = el(
        "table",
        {"class": "wide"},
        el("caption", {"class": "unseen"}, title),
        el("thead", {}, el("tr", {}, tops), el("tr", {}, heads)),
        el("tbody", {}, rows),
    )
    box = {"class": "scroll", "role": "group", "tabindex": "0", "aria-label": title}
    return section(
        "table", title, el("p", {"class": "note"}, _caption(held)), el("div", box, table)
    )


def _caption(held: _Assessed) -> str:
    words = held.material.words
    told = [words("assessment.caption", minutes=held.material.study.walking.middle)]
    if held.items("standard"):
        told.append(words("assessment.caption_standards"))
    if held.items("deprivation"):
        told.append(words("deprivation.caption_beside"))
    return " ".join(told)


def _heading(held: _Assessed, column: Column, *, is_first: bool) -> Element:
    out_of = (
        el("small", {}, held.material.words("assessment.out_of", n=int(column.of)))
        if np.isfinite(column.of)
        else None
    )
    classes = "number block" if is_first else "number"
    return el("th", {"scope": "col", "class": classes}, column.heading, out_of)


def _ordered(held: _Assessed) -> list[dict[str, Any]]:
    """Return the neighbourhoods by name, those without figures after them, the district last."""
    material = held.material
    rows = [
        {"code": row["neighbourhood_id"], "name": clean_text(row["name"])}
        for row in material.neighbourhoods.drop(columns="geometry").to_dict("records")
    ]
    whole = {"code": material.district.code, "name": clean_text(material.district.name)}

    def order(row: Mapping[str, Any]) -> tuple[bool, str, str]:
        return (not held.has_figures(row["code"]), row["name"], row["code"])

    return [*sorted(rows, key=order), whole]


def _row(
    held: _Assessed, blocks: Sequence[tuple[str, list[Column]]], row: Mapping[str, Any]
) -> Element:
    material, code = held.material, row["code"]
    is_whole = code == material.district.code
    people = float(material.people.sum()) if is_whole else float(material.people[code])
    label = named(row["name"])
    link = label if is_whole else el("a", {"href": f"neighbourhoods/{code}.html"}, label)
    has_figures = held.has_figures(code)
    shown = [
        (column, not n)
        for _, columns in blocks
        for n, column in enumerate(columns)
        if not (is_whole and column.part.startswith("deprivation"))
        and (has_figures or column.part.startswith("deprivation"))
    ]
    cells: list[Children] = [
        _cell(held, column, held.cells.get((code, column.part, column.item)), is_first=is_first)
        for column, is_first in shown
    ]
    if not has_figures:
        cells.insert(0, _without(held, blocks, code))
    if is_whole:
        left = sum(c.part.startswith("deprivation") for _, columns in blocks for c in columns)
        left += int(bool(len(material.groups)))
        cells.append(el("td", {"colspan": left, "class": "block"}) if left else None)
    elif len(material.groups):
        cells.append(el("td", {"class": "block named"}, _group_name(held, code)))
    return el(
        "tr",
        {"class": "kind" if is_whole else None},
        el("th", {"scope": "row", "class": "first"}, link),
        el("td", {"class": "number"}, material.words.number(round(people))),
        cells,
    )


def _without(held: _Assessed, blocks: Sequence[tuple[str, list[Column]]], code: str) -> Element:
    """Return one wide cell in place of all that is not known of a neighbourhood."""
    cell = held.cells.get((code, "all", "all"))
    width = sum(not c.part.startswith("deprivation") for _, columns in blocks for c in columns)
    state = State.NO_DATA if cell is None else State(cell.state)
    text = held.material.words(f"states.{state}.sentence")
    return el("td", {"colspan": width, "class": "state block"}, text)


def _cell(held: _Assessed, column: Column, cell: Cell | None, *, is_first: bool) -> Element:
    is_number = cell is not None and cell.state in NUMBERS
    classes = " ".join(
        name
        for name, applies in (("number", True), ("block", is_first), ("state", not is_number))
        if applies
    )
    other = (
        el("small", {}, held.material.words("assessment.out_of", n=int(cell.of)))
        if cell is not None and is_number and np.isfinite(column.of) and cell.of != column.of
        else None
    )
    interval = None
    if cell is not None and is_number and column.part.endswith("elsewhere"):
        interval = _interval(held, cell)
    return el("td", {"class": classes}, held.number(cell), other, interval)


def _interval(held: _Assessed, cell: Cell) -> Element | None:
    """Return between what a number from elsewhere lies, where its table says so."""
    if not np.isfinite([cell.low, cell.high]).all():
        return None
    words = held.material.words
    low, high = (words.number(end, decimals=1) for end in (cell.low, cell.high))
    return el("small", {}, words("numbers.between", low=low, high=high))


# --- four named groups ---------------------------------------------------------------------------


def _group_name(held: _Assessed, code: str) -> str:
    words = held.material.words
    for name in GROUPS.values():
        if (code, "deprivation_group", name) in held.cells:
            return words(f"deprivation.group_{name}")
    return words("deprivation.group_none" if held.has_figures(code) else "states.no_data.brief")


def _groups(held: _Assessed) -> Element | None:
    material, words = held.material, held.material.words
    if material.groups.empty:
        return None
    chosen = material.groups[material.groups["variant"] == AS_CHOSEN].set_index("named")
    of = held.cells[material.district.code, "all", "all"].of
    areas = np.asarray(material.neighbourhoods.geometry.array)
    return section(
        "groups",
        words("deprivation.groups"),
        el("p", {"class": "lede"}, words("deprivation.groups_lede")),
        el("p", {"class": "note"}, words(
            "deprivation.groups_cuts",
            kinds=words.number(float(chosen["cut_off_kinds"].iloc[0]), decimals=1),
            of=int(of),
            minutes=material.study.walking.middle,
            district=clean_text(material.district.name),
            rank=words.number(float(np.floor(chosen["cut_off_rank"].iloc[0]))),
            share=words.share(material.study.groups.more_to, 1),
            nation=words(f"nations.{material.district.nation}"),
        )),
        _in_none(held),
        sketches.small_map_shapes(sketches.neighbourhood_paths(areas)),
        el("ul", {"class": "cards plain"},
           [_group_card(held, name) for name in GROUPS.values()]),
        _moved(held),
    )  # fmt: skip


def _in_none(held: _Assessed) -> Element | None:
    """Say how many stand in no group, although something is known of them."""
    codes = held.material.neighbourhoods["neighbourhood_id"]
    n = sum((c, "deprivation_group", "none") in held.cells and held.has_figures(c) for c in codes)
    text = held.material.words("deprivation.groups_none", n=n)
    return el("p", {"class": "note"}, text) if n else None


def _group_card(held: _Assessed, name: str) -> Element:
    material, words = held.material, held.material.words
    chosen = _counts(material, AS_CHOSEN)[name]
    codes = material.neighbourhoods["neighbourhood_id"].tolist()
    members = [code for code in codes if (code, "deprivation_group", name) in held.cells]
    known = {place for place, part, item in held.cells
             if part == "deprivation_group" and item != "none"}  # fmt: skip
    classes = [(5 if code in set(members) else 0) if code in known else None for code in codes]
    title = words(f"deprivation.group_{name}")
    links = [
        el("li", {}, el("a", {"href": f"neighbourhoods/{each['code']}.html"}, named(each["name"])))
        for each in _ordered(held)
        if each["code"] in set(members)
    ]
    return el(
        "li",
        {"class": "card"},
        sketches.small_map(classes, words("deprivation.group_map", group=title, n=len(members))),
        el("h3", {}, title),
        el("p", {}, words(f"deprivation.group_{name}_means")),
        el("p", {"class": "note"}, words("counts.neighbourhoods", n=chosen["neighbourhoods"]),
           " · ", words("counts.residents_about", n=about(chosen["people"]))),
        el("details", {}, el("summary", {}, words("deprivation.group_which")),
           el("ul", {"class": "plain"}, links)) if links else None,
    )  # fmt: skip


def _counts(material: Material, variant: str) -> dict[str, dict[str, Any]]:
    """Return the rows of one variant by the name of the group."""
    ours = material.groups[material.groups["variant"] == variant]
    return {str(row["named"]): {str(k): v for k, v in row.items()}
            for row in ours.to_dict("records")}  # fmt: skip


def _moved(held: _Assessed) -> Element:
    """Return how many neighbourhoods would stand in another group with other cut-offs."""
    material, words = held.material, held.material.words
    names = [*GROUPS.values()]
    head = [words("deprivation.cut_off"), *(words(f"deprivation.group_{n}") for n in names),
            words("deprivation.elsewhere")]  # fmt: skip
    rows = []
    moved_by = words.share(material.study.groups.moved_by, 1)
    for variant in ("as_chosen", "reach_lower", "reach_higher", "rank_lower", "rank_higher",
                    "income_alone"):  # fmt: skip
        ours = _counts(material, variant)
        if not ours:
            continue
        told = [int(ours[name]["neighbourhoods"]) for name in names]
        told.append(sum(int(ours[name]["came"]) for name in names))
        label = words(f"deprivation.cut_{variant}", share=moved_by)
        rows.append(el("tr", {}, el("th", {"scope": "row"}, label),
                       [el("td", {"class": "number"}, n) for n in told]))  # fmt: skip
    heads = [el("th", {"scope": "col", "class": "number" if n else None}, text)
             for n, text in enumerate(head)]  # fmt: skip
    title = words("deprivation.moved")
    table = el("table", {}, el("caption", {}, words("deprivation.moved_lede")),
               el("thead", {}, el("tr", {}, heads)), el("tbody", {}, rows))  # fmt: skip
    box = {"class": "scroll low", "role": "group", "tabindex": "0", "aria-label": title}
    return el("div", {}, el("h3", {}, title), el("div", box, table))


def _composites(held: _Assessed) -> Element | None:
    """Say what each composite that was asked for is made of, and how far its order holds."""
    words = held.material.words
    told = held.material.reports.get("assessment", {}).get("composites", {})
    if not told:
        return None
    items: list[Children] = []
    for name, each in sorted(told.items()):
        parts = [f"{clean_text(part['item'])} × {part['weight']:g}" for part in each["parts"]]
        holds = each["rank_agreement"]
        items.append(el("dt", {}, named(clean_text(each["label"]))))
        items.append(el("dd", {}, named(clean_text(each["why"], most=600)), " ",
                        el("small", {}, words("assessment.composite", parts="; ".join(parts),
                           share=words.share(each["moved_by"], 1),
                           holds="–" if holds is None else words.number(holds, decimals=2),
                           column=f"composite_{name}"))))  # fmt: skip
    return section(
        "composites",
        words("assessment.composites"),
        el("p", {"class": "lede"}, words("assessment.composites_lede")),
        el("dl", {"class": "told"}, items),
    )


def _why(held: _Assessed) -> Element | None:
    words = held.material.words
    if not held.items("deprivation"):
        return None
    return section(
        "why",
        words("deprivation.why_income"),
        el("p", {}, words("deprivation.why_income_lede")),
        el("p", {}, words("deprivation.why_not_cause")),
    )


def _elsewhere(held: _Assessed) -> Element | None:
    """Return what each indicator from elsewhere is, whose, of when and of how many."""
    words, told = held.material.words, held.material.told_elsewhere
    if not told:
        return None
    items: list[Children] = []
    for _, each in sorted(told.items()):
        items.append(el("dt", {}, named(clean_text(each["label"]))))
        items.append(el("dd", {}, named(clean_text(each["definition"], most=600)), " ",
                        _about_indicator(held, each)))  # fmt: skip
    return section(
        "elsewhere",
        words("elsewhere.title"),
        el("p", {"class": "lede"}, words("elsewhere.lede")),
        el("dl", {"class": "told"}, items),
    )


def _about_indicator(held: _Assessed, each: Mapping[str, Any]) -> Element:
    words = held.material.words
    lines = [
        words(f"elsewhere.better_{each['better']}"),
        None if each["n"] is None else words("elsewhere.asked", n=int(each["n"])),
        None
        if each["interval_pct"] is None
        else words("elsewhere.interval", share=words.share(each["interval_pct"], 100)),
    ]
    source = ", ".join(
        clean_text(str(each[name]), most=300) for name in ("title", "publisher", "year", "licence")
    )
    said = " ".join(filter(None, lines))
    return el("small", {}, said, " ", named(source), ". ",
              named(clean_text(each["attribution"], most=300)))  # fmt: skip


def _further(held: _Assessed) -> Element:
    words = held.material.words
    links = [("assessment.csv", "assessment.to_csv"), ("assessment.gpkg", "assessment.to_gpkg")]
    if len(held.material.groups):
        links.append(("groups.csv", "deprivation.to_groups"))
    items = [el("li", {}, el("a", {"href": where}, words(key))) for where, key in links]
    return section("further", words("glance.further"), el("ul", {}, items))
