"""How many residents have each kind of asset within reach: one table for a district."""

from __future__ import annotations

from pipeline.pages import sketches
from pipeline.pages.elements import Children, Element, el, named
from pipeline.pages.material import KINDS
from pipeline.pages.overview import Overview, about, section
from pipeline.text import clean_text


def reach(overview: Overview) -> Element:
    """Return the table: a row for each category, by kind.

    On a narrow screen a row is laid out as a card, in which each number bears the heading of its
    column; the roles say that it is still a table.

    Parameters
    ----------
    overview
        The district.

    Returns
    -------
    Element
        A section.
    """
    words = overview.material.words
    cells = [el("th", _HEAD, words("map.category"))]
    cells += [el("th", _HEAD | {"class": "number"}, text) for text in _headings(overview)]
    cells.append(el("th", _HEAD, words("glance.bars")))
    of = len(overview.material.neighbourhoods)
    counted = (
        words("glance.counted", people=about(overview.people), n=overview.with_data, of=of)
        if 0 < overview.with_data < of
        else ""
    )
    table = el(
        "table",
        {"class": "reach", "role": "table"},
        el("caption", {}, words("glance.reach_lede"), " ", counted),
        el("thead", {"role": "rowgroup"}, el("tr", {"role": "row"}, cells)),
        [_kind_rows(overview, kind) for kind in KINDS],
    )
    box = {
        "class": "scroll",
        "role": "group",
        "tabindex": "0",
        "aria-label": words("glance.reach"),
    }
    return section("reach", words("glance.reach"), el("div", box, table))


_HEAD = {"scope": "col", "role": "columnheader"}


def _headings(overview: Overview) -> list[str]:
    """Return the headings of the numbers."""
    words = overview.material.words
    shares = [words("measures.within.short", minutes=m) for m in overview.minutes]
    return [words("glance.mapped"), *shares, words("glance.certain")]


def _kind_rows(overview: Overview, kind: str) -> Element | None:
    words = overview.material.words
    ours = [c for c in overview.material.categories if overview.material.looks[c].kind == kind]
    if not ours:
        return None
    columns = len(overview.minutes) + 4
    head = el(
        "tr",
        {"class": "kind", "role": "row"},
        el(
            "th",
            {"scope": "rowgroup", "role": "rowheader", "colspan": columns},
            words(f"kinds.{kind}"),
        ),
    )
    rows = [_category_row(overview, category) for category in ours]
    return el("tbody", {"role": "rowgroup"}, head, rows)


def _category_row(overview: Overview, category: str) -> Element:
    words, (look, name) = overview.material.words, overview.look(category)
    told: list[tuple[Children, str]] = [
        (words.number(overview.mapped[category]), ""),
        *(_share(overview, category, minutes) for minutes in overview.minutes),
        (_certain(overview, category), ""),
    ]
    shares = [overview.share(category, minutes) for minutes in overview.minutes]
    return el(
        "tr",
        {"role": "row"},
        el(
            "th",
            {"scope": "row", "role": "rowheader"},
            sketches.symbol(look.symbol, look.colour),
            named(clean_text(name.label), name.language),
        ),
        [
            el("td", {"class": f"number{more}", "role": "cell", "data-label": heading}, inside)
            for heading, (inside, more) in zip(_headings(overview), told, strict=True)
        ],
        # An empty bar would say that nobody has one near; what is not known has none.
        el(
            "td",
            {"class": "bars", "role": "cell"},
            None if None in shares else sketches.bar(shares),
        ),
    )


def _share(overview: Overview, category: str, minutes: int) -> tuple[Children, str]:
    """Return what stands in a cell, and the class of one without a number."""
    words = overview.material.words
    share = overview.share(category, minutes)
    text = overview.share_text(category, minutes)
    if share is None:
        return text, " state"
    lines = [words("counts.residents_about", n=about(share / 100 * overview.people))]
    column = overview.figures[category][f"within_{minutes}_min_pct"]
    last = str(len(column["values"]) - 1)
    if last in column.get("range", {}):
        low, high = (words.share(end, 100) for end in column["range"][last])
        lines.append(words("numbers.between", low=low, high=high))
    return [el("strong", {}, text), [el("small", {}, line) for line in lines]], ""


def _certain(overview: Overview, category: str) -> str | None:
    """Return for how many residents the least certain of the shares is certain."""
    words = overview.material.words
    columns = [overview.figures[category][f"within_{m}_min_pct"] for m in overview.minutes]
    found = [
        column["certain"].get(str(len(column["values"]) - 1), 100)
        for column in columns
        if column["values"][-1] is not None
    ]
    return words.share(min(found), 100) if found else None
