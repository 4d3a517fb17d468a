"""What has changed since a baseline: the place itself, its maps, and what cannot be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from pipeline.config import State
from pipeline.pages import sketches, what_if
from pipeline.pages.change_portions import portions_section
from pipeline.pages.editions import Content
from pipeline.pages.elements import Children, Element, el, named
from pipeline.pages.material import Material
from pipeline.pages.overview import about, section
from pipeline.pages.page import Sheet, page
from pipeline.pages.sheets import noted_sheet
from pipeline.text import clean_text

KINDS = ("real", "mapping", "cannot_be_told")
# More rows than these are counted on the page, and stand in the table.
MOST_ROWS = 150


@dataclass(frozen=True)
class Since:
    """A baseline's name, the days of both maps, its story, and a table of `tables.CHANGES`.

    `streets` and `portions` are `tables.STREET_CHANGES` and `tables.CHANGE_PORTIONS`, or None where
    the baseline was frozen before streets were kept.
    """

    name: str
    before: date
    after: date
    story: str
    table: pd.DataFrame
    streets: pd.DataFrame | None = None
    portions: pd.DataFrame | None = None


def changes_files(material: Material, since: Since) -> dict[str, Content]:
    """Return the page and the table of what has changed, named after the baseline.

    Parameters
    ----------
    material
        The district as it is now, in the edition that they belong to.
    since
        What has changed.

    Returns
    -------
    dict
        `<name>.html` and `<name>.csv`; `<name>_streets.csv` and `<name>_parts.csv` where the
        baseline has streets.
    """
    more = {"streets": since.streets, "parts": since.portions}
    return {
        **{
            f"{since.name}_{name}.csv": noted_sheet(material, table)
            for name, table in more.items()
            if table is not None
        },
        f"{since.name}.csv": noted_sheet(material, since.table),
        f"{since.name}.html": changes_page(material, since),
    }


def changes_page(material: Material, since: Since) -> str:
    """Return the page of what has changed since a baseline.

    Parameters
    ----------
    material
        The district as it is now.
    since
        What has changed.

    Returns
    -------
    str
        HTML that needs no script.
    """
    words = material.words
    days = {"before": words.day(str(since.before)), "after": words.day(str(since.after))}
    of = clean_text(material.district.name)
    opening = Sheet(
        "scenario",
        words("changes.title", district=of, baseline=since.name),
        heading=words.parts("changes.title", district=named(of), baseline=named(since.name)),
        lede=words("changes.lede", **days),
        depth=1,
        is_brief=True,
    )
    story = clean_text(since.story, most=6000)
    more = [] if since.streets is None else [
        (f"{since.name}_{name}.csv", f"changes.to_{name}") for name in ("parts", "streets")
    ]  # fmt: skip
    links = [(f"{since.name}.csv", "scenario.to_csv"), *more,
             (f"../{what_if.NAME}", "what_if.all")]  # fmt: skip
    return page(
        material,
        opening,
        section(
            "story",
            words("changes.story"),
            el("p", {"class": "about"}, named(story)) if story
            else el("p", {"class": "note"}, words("changes.no_story")),
        ),
        [_part(material, since, kind) for kind in KINDS],
        portions_section(material, since.streets, since.portions),
        section(
            "further",
            words("scenario.further"),
            el("p", {"class": "note"}, words("changes.standing")),
            el("ul", {}, [
                el("li", {}, el("a", {"href": where}, words(key)))
                for where, key in links
            ]),
        ),
    )  # fmt: skip


def _part(material: Material, since: Since, kind: str) -> Element:
    """Return the changes of one kind: counted, and those with the largest effect by name."""
    words = material.words
    rows = since.table[since.table["kind"] == kind]
    title, lede = words(f"changes.{kind}"), words(f"changes.{kind}_lede")
    note = el("p", {"class": "note"}, lede)
    if rows.empty:
        return section(kind, title, note, el("p", {}, words("changes.none")))
    counts = rows["change"].value_counts().sort_index()
    items = [
        el("li", {}, f"{words(f'changes.names.{change}')}: {words.number(n)}")
        for change, n in counts.items()
    ]
    middle = material.study.walking.minutes[len(material.study.walking.minutes) // 2]
    column = f"people_more_within_{middle}_min"
    order = rows[column].abs().fillna(0).sort_values(ascending=False, kind="stable").index
    shown = rows.loc[order].head(MOST_ROWS)
    heads = [words(f"changes.{key}") for key in ("what", "change", "where", "rule")]
    heads.append(words("changes.effect", minutes=middle))
    rest = len(rows) - len(shown)
    names = material.neighbourhoods.set_index("neighbourhood_id")["name"].to_dict()
    body = [_row(material, row, names, heads, column) for row in shown.to_dict("records")]
    cells = [el("th", {"scope": "col", "class": "number" if n == len(heads) - 1 else None}, head)
             for n, head in enumerate(heads)]  # fmt: skip
    return section(
        kind,
        title,
        note,
        el("ul", {"class": "counts plain"}, items),
        el("table", {"class": "changes"}, el("thead", {}, el("tr", {}, cells)),
           el("tbody", {}, body)),
        el("p", {"class": "note"}, words("changes.rest", n=rest)) if rest else None,
    )  # fmt: skip


def _row(
    material: Material,
    row: Mapping[Any, Any],
    names: Mapping[str, str],
    heads: list[str],
    column: str,
) -> Element:
    words = material.words
    rule_language = "" if words.tag == words.source_tag else words.source_tag
    code = clean_text(row["neighbourhood_id"])
    where: Children = words("changes.beyond")
    if row["neighbourhood_id"] in names:
        name = named(clean_text(names[row["neighbourhood_id"]]))
        where = el("a", {"href": f"../neighbourhoods/{code}.html"}, name)
    cells: list[Children] = [
        words(f"changes.names.{row['change']}"),
        where,
        named(clean_text(row["rule"]), rule_language),
    ]
    return el(
        "tr",
        {},
        el("th", {"scope": "row"}, _what(material, row)),
        [el("td", {"data-label": head}, cell)
         for head, cell in zip(heads[1:], cells, strict=False)],
        el("td", {"class": "number", "data-label": heads[-1]}, _effect(material, row, column)),
    )  # fmt: skip


def _what(material: Material, row: Mapping[Any, Any]) -> Children:
    words = material.words
    if not row["category"]:
        slots = {"before": _people(material, row["people_before"]),
                 "after": _people(material, row["people_after"])}  # fmt: skip
        return words("changes.residents", **slots)
    look = material.looks[row["category"]]
    label = words.of_category(row["category"], look)
    name = clean_text(row["name"])
    one = named(clean_text(label.one), label.language)
    return [
        sketches.symbol(look.symbol, look.colour),
        [named(name), " (", one, ")"] if name else one,
    ]


def _people(material: Material, n: float) -> str:
    return material.words("states.no_data.brief") if pd.isna(n) else material.words.number(n)


def _effect(material: Material, row: Mapping[Any, Any], column: str) -> str:
    words = material.words
    if row["effect_state"] not in (State.OK, State.TRUE_ZERO):
        return "–"
    n = about(abs(float(row[column])))
    if n == 0:
        return words("scenario.no_change")
    return f"{'+' if row[column] > 0 else '−'}{words.number(n)}"
