"""The page of a scenario: what would be different, and for whom more would be within reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.config import State
from pipeline.config.scenario import Scenario
from pipeline.pages import sketches, what_if
from pipeline.pages.editions import Content
from pipeline.pages.elements import Children, Element, el, named
from pipeline.pages.layers import written
from pipeline.pages.local_map import Drawn, Ground, view_around, view_map
from pipeline.pages.material import Material
from pipeline.pages.overview import about, section
from pipeline.pages.page import Sheet, page
from pipeline.pages.sheets import noted_sheet
from pipeline.pages.wording import Named
from pipeline.text import clean_text

# More people than these have it then: classes of the map, and what they are drawn with.
BOUNDS = (1, 50, 200, 500)
# So many kinds of asset are told in sentences.
MOST_SENTENCES = 6
# A page lies below the edition's folder, in `scenarios/<name>/`.
DEPTH = 2
COLUMNS = (
    "what", "people_of", "name", "category", "minutes", "people_before", "people_after",
    "people_more", "share_before_pct", "share_after_pct", "state", "source", "source_date",
)  # fmt: skip
_SUMS = ("people_before", "people_after", "people_more")


@dataclass(frozen=True)
class Tried:
    """A scenario, what was done for it, and what came of it.

    `told` says of each change what it is about, `shapes` where it is; `table` is one of
    `tables.SCENARIO_DIFFERENCE`.
    """

    scenario: Scenario
    told: Sequence[Mapping[str, Any]]
    shapes: Sequence[shapely.Geometry]
    table: pd.DataFrame


def scenario_files(material: Material, tried: Tried) -> dict[str, Content]:
    """Return the files of a scenario for one edition.

    Parameters
    ----------
    material
        The district, in the edition that they belong to.
    tried
        What came of the scenario.

    Returns
    -------
    dict
        `index.html`, `difference.csv` and `difference.gpkg`. Those of the community edition hold
        no decile, unless the scenario asks for them.
    """
    table = tried.table
    if not _shows_deciles(material, tried):
        table = table[table["what"] != "decile"]
    shown = Tried(tried.scenario, tried.told, tried.shapes, table)
    return {
        "index.html": scenario_page(material, shown),
        "difference.csv": _csv(material, table),
        "difference.gpkg": written(_layers(material, shown), material.district),
    }


def _shows_deciles(material: Material, tried: Tried) -> bool:
    return material.has_deprivation or tried.scenario.deciles_for_community


# --- the page -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    """A scenario on a page."""

    material: Material
    tried: Tried
    minutes: int

    @property
    def all(self) -> pd.DataFrame:
        """The numbers of all people."""
        table = self.tried.table
        return table[table["what"] == "district"]

    def name(self, category: str) -> Named:
        """Return the words of a category."""
        return self.material.words.of_category(category, self.material.looks[category])

    def changed(self) -> list[str]:
        """Return the categories that change at some number of minutes.

        What more people have comes first, and what could be used after what is in use.
        """
        rows = self.all[self.all["state"] == State.OK]
        at_middle = rows[rows["minutes"] == self.minutes].set_index("category")["people_more"]
        more = {c: float(at_middle.get(c, 0.0)) for c in set(rows["category"])}
        looks = self.material.looks
        return sorted(
            more, key=lambda c: (looks[c].status != "actual", more[c] < 0, -abs(more[c]), c)
        )


def scenario_page(material: Material, tried: Tried) -> str:
    """Return the page of a scenario.

    Parameters
    ----------
    material
        The district, in the edition that the page belongs to.
    tried
        What came of the scenario, without what the edition does not show.

    Returns
    -------
    str
        HTML that needs no script.
    """
    words, minutes = material.words, material.study.walking.minutes
    found = _Found(material, tried, minutes[len(minutes) // 2])
    title = clean_text(tried.scenario.title)
    opening = Sheet(
        "scenario",
        words("scenario.title", scenario=title),
        heading=words.parts("scenario.title", scenario=named(title)),
        lede=words.parts("scenario.lede", district=named(clean_text(material.district.name))),
        depth=DEPTH,
        is_brief=True,
    )
    shown = found.changed()
    return page(
        material,
        opening,
        el("p", {"class": "about"}, named(clean_text(tried.scenario.about, most=600))),
        el(
            "div",
            {"class": "first"},
            _map(found, shown),
            el("div", {}, _changes(found), _sentences(found, shown)),
        ),
        _table(found, shown) if shown else None,
        _neighbourhoods(found, shown) if shown else None,
        _deciles(found, shown) if shown and _shows_deciles(material, tried) else None,
        section(
            "further",
            words("scenario.further"),
            el("p", {"class": "note"}, words("scenario.standing")),
            el(
                "ul",
                {},
                el("li", {}, el("a", {"href": "difference.csv"}, words("scenario.to_csv"))),
                el("li", {}, el("a", {"href": "difference.gpkg"}, words("scenario.to_gpkg"))),
                el("li", {}, el("a", {"href": f"../../{what_if.NAME}"}, words("what_if.all"))),
            ),
        ),
    )


def _changes(found: _Found) -> Element:
    words = found.material.words
    items: list[Element] = []
    for told in found.tried.told:
        joined = told.get("ends_joined") if told.get("change") != "open_gate" else None
        more = {1: "scenario.one_end", 2: "scenario.both_ends"}.get(joined or 0)
        sentence = words.parts(
            f"scenario.{told['change']}", what=el("span", {}, _what(found, told))
        )
        items.append(el("li", {}, sentence, [" (", words(more), ")"] if more else None))
    return section("changes", words("scenario.changes"), el("ul", {}, items))


def _what(found: _Found, told: Mapping[str, Any]) -> Children:
    """Name what a change is about."""
    words, name = found.material.words, clean_text(str(told.get("name") or ""))
    parts: list[Children] = [named(name)] if name else []
    category = told.get("category")
    if category:
        label = found.name(str(category))
        parts.append([" (" if name else "", named(clean_text(label.one), label.language),
                      ")" if name else ""])  # fmt: skip
    if told.get("way"):
        parts.append(words("scenario.way", n=str(told["way"])))
    return parts or words("scenario.unnamed")


def _sentences(found: _Found, shown: list[str]) -> Element:
    words = found.material.words
    rows = found.all[found.all["minutes"] == found.minutes].set_index("category")
    told = [
        el("li", {}, _sentence(found, category, rows.loc[category]))
        for category in shown
        if rows["people_more"].to_dict()[category] != 0
    ]
    rest = len(told) - MOST_SENTENCES
    return section(
        "found",
        words("scenario.found"),
        el("p", {"class": "note"}, words("scenario.found_lede")),
        el("ul", {"class": "told"}, told[:MOST_SENTENCES])
        if told
        else el("p", {}, words("scenario.same", minutes=found.minutes)),
        el("p", {"class": "note"}, words("scenario.others", n=rest)) if rest > 0 else None,
    )


def _sentence(found: _Found, category: str, row: Any) -> list[Any]:  # noqa: ANN401 (a row)
    words, label = found.material.words, found.name(category)
    more = float(row["people_more"])
    n = max(1, about(abs(more)))
    return words.parts(
        f"scenario.{'more' if more > 0 else 'fewer'}",
        n=n,
        minutes=found.minutes,
        one=named(clean_text(label.one), label.language),
        **_shares(found, float(row["share_before_pct"]), float(row["share_after_pct"])),
    )


def _shares(found: _Found, before: float, after: float) -> dict[str, str]:
    """Return two shares in whole per cent, or with a decimal where they would look the same."""
    words = found.material.words
    told = {"before": words.share(before, 100), "after": words.share(after, 100)}
    if told["before"] != told["after"]:
        return told
    return {
        name: words("numbers.share", n=words.number(share, decimals=1))
        for name, share in (("before", before), ("after", after))
    }


def _map(found: _Found, shown: list[str]) -> Element:
    """Draw what changes, over neighbourhoods filled by how many people more have it then."""
    material, words = found.material, found.material.words
    ground = Ground.of(material)
    fills = _fills(found, shown[0]) if shown else {}
    drawn = np.array([*found.tried.shapes], dtype=object)
    around = np.concatenate([drawn, ground.areas[sorted(fills)]]) if fills else drawn
    label = clean_text(found.name(shown[0]).label) if shown else ""
    picture = view_map(
        ground,
        view_around(around),
        fills,
        [Drawn(drawn, "halo"), Drawn(drawn, "change")],
        words("scenario.map", category=label, minutes=found.minutes),
    )
    title = words("scenario.map_title", category=label, minutes=found.minutes)
    caption = el("p", {}, title) if shown else None
    return el(
        "figure", {"class": "map"}, picture, el("figcaption", {}, caption, _key(words, fills))
    )


def _fills(found: _Found, category: str) -> dict[int, str]:
    table = found.tried.table
    rows = table[
        (table["what"] == "neighbourhood")
        & (table["category"] == category)
        & (table["minutes"] == found.minutes)
        & (table["state"] == State.OK)
    ].set_index("people_of")["people_more"]
    codes = found.material.neighbourhoods["neighbourhood_id"].tolist()
    return {
        number: "fewer"
        if rows[code] < 0
        else f"more-{np.searchsorted(BOUNDS, rows[code], 'right')}"
        for number, code in enumerate(codes)
        if code in rows.index
    }


def _key(words: Any, fills: Mapping[int, str]) -> Element:  # noqa: ANN401 (words of a language)
    bounds = [*BOUNDS[1:]]
    labels = {
        f"more-{n}": words("scenario.more_between", low=low, high=high - 1)
        for n, (low, high) in enumerate(zip(BOUNDS, bounds, strict=False), start=1)
    }
    labels["more-0"] = words("scenario.more_between", low=0, high=1)
    labels[f"more-{len(BOUNDS)}"] = words("scenario.more_from", low=BOUNDS[-1])
    labels["fewer"] = words("scenario.fewer_any")
    used = sorted(set(fills.values()))
    rows = [el("li", {}, _patch(kind), labels[kind]) for kind in used]
    rows.append(el("li", {}, _patch("change"), words("scenario.what_changes")))
    return el("ul", {"class": "key plain"}, rows)


def _patch(of_class: str) -> Element:
    kind = "change" if of_class == "change" else f"area {of_class}"
    square = el("rect", {"class": kind, "x": 1, "y": 1, "width": 18, "height": 11})
    return el(
        "svg",
        {
            "class": "patch",
            "viewBox": "0 0 20 13",
            "width": 20,
            "height": 13,
            "aria-hidden": "true",
            "focusable": "false",
        },
        square,
    )


# --- tables ---------------------------------------------------------------------------------------


def _number(found: _Found, row: Any, column: str) -> str:  # noqa: ANN401 (a row)
    words, value = found.material.words, row[column]
    if row["state"] == State.SUPPRESSED:
        return words("scenario.too_few")
    if pd.isna(value):
        return words("states.no_data.brief")
    n = about(abs(float(value)))
    if column != "people_more":
        return words.number(n)
    return (
        words("scenario.no_change") if n == 0 else f"{'+' if value > 0 else '−'}{words.number(n)}"
    )


def _heading(found: _Found, category: str) -> Element:
    look, label = found.material.looks[category], found.name(category)
    return el(
        "th",
        {"scope": "row"},
        sketches.symbol(look.symbol, look.colour),
        named(clean_text(label.label), label.language),
    )


def _table(found: _Found, shown: list[str]) -> Element:
    """Return people before and after, of every category that changes and all minutes."""
    words, minutes = found.material.words, found.material.study.walking.minutes
    rows = found.all.set_index(["category", "minutes"])
    heads = [words("scenario.within", minutes=m) for m in minutes]
    body = [
        el(
            "tr",
            {},
            _heading(found, category),
            [
                el(
                    "td",
                    {"class": "number", "data-label": head},
                    el("strong", {}, _number(found, rows.loc[(category, m)], "people_more")),
                    el("small", {}, _from_to(found, rows.loc[(category, m)])),
                )
                for m, head in zip(minutes, heads, strict=True)
            ],
        )
        for category in shown
    ]
    return section(
        "table",
        words("scenario.table"),
        el("p", {"class": "note"}, words("scenario.table_lede")),
        _laid_out([words("map.category"), *heads], body),
    )


def _from_to(found: _Found, row: Any) -> str:  # noqa: ANN401 (a row)
    words = found.material.words
    before, after = (_number(found, row, name) for name in _SUMS[:2])
    return f"{words('scenario.now')} {before}, {words('scenario.then')} {after}"


def _laid_out(heads: list[str], body: list[Element]) -> Element:
    cells = [
        el("th", {"scope": "col", "class": "number" if n else None}, text)
        for n, text in enumerate(heads)
    ]
    return el("table", {}, el("thead", {}, el("tr", {}, cells)), el("tbody", {}, body))


def _neighbourhoods(found: _Found, shown: list[str]) -> Element:
    """Return the neighbourhoods whose numbers change, by name."""
    words, table = found.material.words, found.tried.table
    rows = table[(table["what"] == "neighbourhood") & (table["minutes"] == found.minutes)]
    moves = set(rows.loc[rows["state"] == State.OK, "category"])
    categories = [category for category in shown if category in moves][:MOST_SENTENCES]
    rows = rows[rows["category"].isin(categories)]
    changed = set(rows.loc[rows["state"] == State.OK, "people_of"])
    names = found.material.neighbourhoods.set_index("neighbourhood_id")["name"]
    by_key = rows.set_index(["people_of", "category"])
    labels = [clean_text(found.name(category).label) for category in categories]
    body = [
        el(
            "tr",
            {},
            el("th", {"scope": "row"}, _link(code, clean_text(names[code]))),
            [
                el(
                    "td",
                    {"class": "number", "data-label": label},
                    _number(found, by_key.loc[(code, category)], "people_more"),
                )
                for category, label in zip(categories, labels, strict=True)
            ],
        )
        for code in sorted(changed, key=lambda code: clean_text(names[code]))
    ]
    title = words("scenario.by_neighbourhood")
    if not body:
        return section("neighbourhoods", title, el("p", {}, words("scenario.none_changes")))
    return section(
        "neighbourhoods",
        title,
        el("p", {"class": "note"}, words("scenario.within", minutes=found.minutes), ". ",
           words("scenario.by_neighbourhood_lede")),
        _laid_out([words("scenario.neighbourhood"), *labels], body),
    )  # fmt: skip


def _link(code: str, name: str) -> Element:
    address = f"{'../' * DEPTH}neighbourhoods/{clean_text(code)}.html"
    return el("a", {"href": address}, named(name))


def _deciles(found: _Found, shown: list[str]) -> Element | None:
    """Return the people of each decile before and after, of what changes most."""
    words, label = found.material.words, found.name(shown[0])
    table = found.tried.table
    rows = table[
        (table["what"] == "decile")
        & (table["category"] == shown[0])
        & (table["minutes"] == found.minutes)
    ].set_index("people_of")
    if rows.empty:
        return None
    body = [
        el(
            "tr",
            {},
            el("th", {"scope": "row"}, name),
            [
                el("td", {"class": "number", "data-label": head}, _number(found, rows.loc[key], of))
                for head, of in zip(_heads(words), _SUMS, strict=True)
            ],
        )
        for key, name in _decile_names(words)
        if key in rows.index
    ]
    lede = words.parts(
        "deprivation.scenario_lede",
        minutes=found.minutes,
        one=named(clean_text(label.one), label.language),
        nation=words(f"nations.{found.material.district.nation}"),
    )
    return section(
        "deciles",
        words("deprivation.scenario"),
        el("p", {"class": "note"}, lede),
        _laid_out(["", *_heads(words)], body),
    )


def _heads(words: Any) -> list[str]:  # noqa: ANN401 (words of a language)
    return [words("scenario.now"), words("scenario.then"), words("scenario.difference")]


def _decile_names(words: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    for decile in range(1, 11):
        yield f"decile_{decile}", words("deprivation.scenario_decile", decile=decile)
    yield "no_decile", words("deprivation.scenario_none")


# --- files ----------------------------------------------------------------------------------------


def _csv(material: Material, table: pd.DataFrame) -> bytes:
    sources = material.indicators.drop_duplicates("category")
    names = material.neighbourhoods[["neighbourhood_id", "name"]]
    rows = table.merge(sources[["category", "source", "source_date"]], on="category", how="left")
    rows = rows.merge(
        names.rename(columns={"neighbourhood_id": "people_of"}), on="people_of", how="left"
    )
    return noted_sheet(material, rows[list(COLUMNS)])


def _layers(material: Material, tried: Tried) -> dict[str, Any]:
    """Return neighbourhoods with how many more have what, and the changes."""
    rows = tried.table[tried.table["what"] == "neighbourhood"]
    column = rows["category"] + "_" + rows["minutes"].astype(str) + "_min_people_more"
    wide = rows.assign(column=column).pivot_table(
        index="people_of", columns="column", values="people_more", aggfunc="first", dropna=False
    )
    areas = material.neighbourhoods[["neighbourhood_id", "name", "geometry"]]
    joined = areas.merge(wide, left_on="neighbourhood_id", right_index=True, how="left")
    changes = gpd.GeoDataFrame(
        {
            "change": [told["change"] for told in tried.told],
            "category": [str(told.get("category") or "") for told in tried.told],
            "name": [clean_text(str(told.get("name") or "")) for told in tried.told],
        },
        geometry=list(tried.shapes),
        crs=material.neighbourhoods.crs,
    )
    return {"neighbourhoods": material.noted(joined), "changes": material.noted(changes)}
