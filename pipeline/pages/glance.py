"""A district at a glance: what is strong, who has what within reach, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import Category, State
from pipeline.headline import attached_people
from pipeline.pages import caveats, figures, sketches
from pipeline.pages.elements import Children, Element, el, named
from pipeline.pages.material import KINDS, Material
from pipeline.pages.page import Sheet, page
from pipeline.pages.wording import Named, measures
from pipeline.places import places_of
from pipeline.text import clean_text

MOST_STRENGTHS = 6
# Strong is what at least half of the residents have.
LEAST_STRENGTH_PCT = 50
# Numbers of people are told to two figures or so: the census and the map know no better.
_ROUNDED = ((10_000, 100), (1_000, 50), (100, 10), (0, 1))
_STATE_NAMES = {"n": "no_data", "u": "unreachable", "s": "suppressed"}


def glance_page(material: Material) -> str:
    """Return the page that a district opens with.

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
    title = words("glance.title", district=name)
    sheet = Sheet(
        "glance",
        title,
        here="glance",
        heading=words.parts("glance.title", district=named(name)),
        lede=" · ".join(caveats.opening(material)),
    )
    district = _District.of(material)
    return page(
        material,
        sheet,
        _strong(district),
        _reach(district),
        _gradient(district),
        _levels(district),
        _further(material),
    )


@dataclass(frozen=True)
class _District:
    """What the parts of the page have in common."""

    material: Material
    figures: Mapping[str, Any]
    people: float
    with_data: int

    @classmethod
    def of(cls, material: Material) -> _District:
        """Count who has an answer."""
        places = places_of(material.homes, material.neighbourhoods, material.district.code)
        people = places.by_place(attached_people(places))
        return cls(
            material, figures.figures(material), float(people.sum()), int((people > 0).sum())
        )

    @property
    def minutes(self) -> tuple[int, ...]:
        """The study's minutes, rising."""
        return self.material.study.walking.minutes

    @property
    def middle(self) -> int:
        """Those that words speak of first."""
        return self.minutes[len(self.minutes) // 2]

    def look(self, category: str) -> tuple[Category, Named]:
        """Return the looks and the words of a category."""
        look = self.material.looks[category]
        return look, self.material.words.of_category(category, look)

    def share(self, category: str, minutes: int) -> float | None:
        """Return the share of the district as it is shown, if there is one."""
        column = self.figures[category].get(f"within_{minutes}_min_pct")
        return None if column is None else column["values"][-1]


# --- what is strong ------------------------------------------------------------------------------


def _strong(district: _District) -> Element | None:
    material, words = district.material, district.material.words
    found = [
        strength
        for strength in figures.strengths(material, district.middle, MOST_STRENGTHS)
        if strength["share_pct"] >= LEAST_STRENGTH_PCT
    ]
    if not found:
        return None
    areas = np.asarray(material.neighbourhoods.geometry.array)
    cards = [_card(district, each["category"]) for each in found]
    return _section(
        "strong",
        words("glance.strong"),
        el("p", {"class": "lede"}, words("glance.strong_lede")),
        sketches.small_map_shapes(sketches.neighbourhood_paths(areas)),
        el("ul", {"class": "cards plain"}, cards),
        _key(district),
    )


def _card(district: _District, category: str) -> Element:
    words, (look, name) = district.material.words, district.look(category)
    language = {"lang": name.language or None}
    share = _share_text(district, category, district.middle)
    sentence = words.parts(
        "glance.strong_within",
        minutes=district.middle,
        one=named(clean_text(name.one), name.language),
    )
    classes = _classes(district, category)
    return el(
        "li",
        {"class": "card"},
        sketches.small_map(classes, _map_words(district, name, classes)),
        el("h3", {**language}, sketches.symbol(look.symbol, look.colour), clean_text(name.label)),
        el("p", {"class": "big"}, el("strong", {}, share), " ", sentence),
        el("p", {"class": "note"}, named(clean_text(name.why, most=600), name.why_language)),
    )


def _classes(district: _District, category: str) -> list[int | None]:
    column = district.figures[category][f"within_{district.middle}_min_pct"]
    bounds = district.material.theme.share_bounds_pct
    return [
        None if value is None else int(np.searchsorted(bounds, value, side="right"))
        for value in column["values"][:-1]
    ]


def _map_words(district: _District, name: Named, classes: Sequence[int | None]) -> str:
    words = district.material.words
    named_classes = _share_classes(district)
    counts = [
        f"{text}: {classes.count(n)}"
        for n, text in reversed([*enumerate(named_classes)])
        if n in classes
    ]
    if None in classes:
        counts.append(f"{words('states.no_data.label')}: {classes.count(None)}")
    return words("glance.small_map", category=clean_text(name.label), counts="; ".join(counts))


def _share_classes(district: _District) -> tuple[str, ...]:
    found = measures(district.material.words, district.minutes, district.material.theme)
    return found[0].legend


def _key(district: _District) -> Element:
    """Return what the colours of the small maps mean."""
    words = district.material.words
    rows = [
        el("li", {}, _patch(f"fill-{n}"), text)
        for n, text in reversed([*enumerate(_share_classes(district))])
    ]
    if district.with_data < len(district.material.neighbourhoods):
        rows.append(el("li", {}, _patch("fill-none"), words("states.no_data.label")))
    title = words("glance.key", minutes=district.middle)
    return el("div", {"class": "key"}, el("p", {}, title), el("ul", {"class": "plain"}, rows))


def _patch(of_class: str) -> Element:
    square = el("rect", {"class": of_class, "width": 18, "height": 12})
    return el(
        "svg", {"viewBox": "0 0 18 12", "width": 18, "height": 12, "aria-hidden": "true"}, square
    )


# --- who has what within reach -------------------------------------------------------------------


def _reach(district: _District) -> Element:
    words = district.material.words
    heads = [words("measures.within.short", minutes=m) for m in district.minutes]
    head = el(
        "tr",
        {},
        el("th", {"scope": "col"}, words("map.category")),
        el("th", {"scope": "col", "class": "number"}, words("glance.mapped")),
        [el("th", {"scope": "col", "class": "number"}, text) for text in heads],
        el("th", {"scope": "col", "class": "number"}, words("glance.certain")),
        el("th", {"scope": "col"}, words("glance.bars")),
    )
    of = len(district.material.neighbourhoods)
    counted = (
        words("glance.counted", people=_about(district.people), n=district.with_data, of=of)
        if district.with_data < of
        else ""
    )
    table = el(
        "table",
        {"class": "reach"},
        el("caption", {}, words("glance.reach_lede"), " ", counted),
        el("thead", {}, head),
        [_kind_rows(district, kind) for kind in KINDS],
    )
    return _section(
        "reach",
        words("glance.reach"),
        el("div", {"class": "scroll", "role": "region", "tabindex": "0",
                   "aria-label": words("glance.reach")}, table),
    )  # fmt: skip


def _kind_rows(district: _District, kind: str) -> Element | None:
    words = district.material.words
    ours = [c for c in district.material.categories if district.material.looks[c].kind == kind]
    if not ours:
        return None
    columns = len(district.minutes) + 4
    head = el("th", {"scope": "rowgroup", "colspan": columns}, words(f"kinds.{kind}"))
    rows = [_category_row(district, category) for category in ours]
    return el("tbody", {}, el("tr", {"class": "kind"}, head), rows)


def _category_row(district: _District, category: str) -> Element:
    words, (look, name) = district.material.words, district.look(category)
    mapped = caveats.district_counts(district.material)["categories"][category]
    shares = [district.share(category, minutes) for minutes in district.minutes]
    return el(
        "tr",
        {},
        el(
            "th",
            {"scope": "row"},
            sketches.symbol(look.symbol, look.colour),
            named(clean_text(name.label), name.language),
        ),
        el("td", {"class": "number"}, words.number(mapped)),
        [_cell(district, category, minutes) for minutes in district.minutes],
        el("td", {"class": "number"}, _certain(district, category)),
        el("td", {"class": "bars"}, sketches.bar(shares)),
    )


def _cell(district: _District, category: str, minutes: int) -> Element:
    words = district.material.words
    share = district.share(category, minutes)
    text = _share_text(district, category, minutes)
    if share is None:
        return el("td", {"class": "number state"}, text)
    people = _about(share / 100 * district.people)
    lines = [words("counts.residents_about", n=people)]
    column = district.figures[category][f"within_{minutes}_min_pct"]
    last = str(len(column["values"]) - 1)
    if last in column.get("range", {}):
        low, high = (words.share(end, 100) for end in column["range"][last])
        lines.append(words("numbers.between", low=low, high=high))
    small = [el("small", {}, line) for line in lines]
    return el("td", {"class": "number"}, el("strong", {}, text), small)


def _certain(district: _District, category: str) -> str | None:
    """Return for how many residents the least certain of the shares is certain."""
    words = district.material.words
    columns = [district.figures[category][f"within_{m}_min_pct"] for m in district.minutes]
    found = [
        column["certain"].get(str(len(column["values"]) - 1), 100)
        for column in columns
        if column["values"][-1] is not None
    ]
    return words.share(min(found), 100) if found else None


def _share_text(district: _District, category: str, minutes: int) -> str:
    """Return a share as it is shown, or its state in words."""
    words = district.material.words
    column = district.figures[category][f"within_{minutes}_min_pct"]
    value = column["values"][-1]
    if value is not None:
        return words.share(value, 100)
    return words(f"states.{_STATE_NAMES[column['states'][-1]]}.label")


def _about(people: float) -> int:
    step = next(step for least, step in _ROUNDED if people >= least)
    return round(people / step) * step


# --- the whole gradient --------------------------------------------------------------------------


def _gradient(district: _District) -> Element | None:
    """Return access over all deciles; nothing where no index is known."""
    material, words = district.material, district.material.words
    rows = material.gradient
    measure = f"within_{district.middle}_min_pct"
    ours = rows[(rows["measure"] == measure) & rows["against"].isin(["index", "income"])]
    if not len(ours):
        return None
    by_category = {
        str(category): part for category, part in ours.groupby("category", observed=True)
    }
    shown = [
        category
        for category in material.categories
        if category in by_category
        and material.looks[category].status == "actual"
        and (by_category[category]["value"] > 0).any()
    ]
    if not shown:
        return None
    index = str(material.neighbourhoods["deprivation_index"].replace("", np.nan).dropna().iloc[0])
    nation = words(f"nations.{material.district.nation}")
    cards = [_chart(district, category, by_category[category]) for category in shown]
    return _section(
        "gradient",
        words("deprivation.gradient"),
        el("p", {"class": "lede"}, words("deprivation.gradient_lede", minutes=district.middle)),
        el("p", {"class": "note"},
           words("deprivation.index_note", index=clean_text(index), nation=nation), " ",
           words("deprivation.gradient_income")),
        el("ul", {"class": "charts plain"}, cards),
        el("details", {}, el("summary", {}, words("deprivation.gradient_table")),
           _decile_table(district, shown, by_category)),
    )  # fmt: skip


def _against(rows: pd.DataFrame, against: str) -> dict[str, dict[str, Any]]:
    ours = rows[rows["against"] == against]
    return {
        str(row["part"]): {str(k): v for k, v in row.items()} for row in ours.to_dict("records")
    }


def _deciles(rows: pd.DataFrame, against: str = "index") -> list[dict[str, Any]]:
    found = _against(rows, against)
    return [found[part] for part in sorted(found) if part.startswith("decile_")]


def _chart(district: _District, category: str, rows: pd.DataFrame) -> Element:
    words, (look, name) = district.material.words, district.look(category)
    shares = _shown(row["value"] for row in _deciles(rows))
    told = [
        words("deprivation.gradient_point", decile=n, share=words.share(share, 100))
        for n, share in enumerate(shares, start=1)
        if share is not None
    ]
    label = words(
        "deprivation.gradient_chart", category=clean_text(name.label), points="; ".join(told)
    )
    return el(
        "li",
        {"class": "chart"},
        el("h3", {"lang": name.language or None},
           sketches.symbol(look.symbol, look.colour), clean_text(name.label)),
        sketches.decile_chart(
            shares, label, words("deprivation.most_deprived"), words("deprivation.least_deprived")
        ),
        el("p", {"class": "note"}, _slope_words(district, rows)),
    )  # fmt: skip


def _shown(values: Iterator[float]) -> list[float | None]:
    numbers = np.array([np.nan if pd.isna(value) else value for value in values], dtype=float)
    shown = figures.as_shown(np.nan_to_num(numbers), is_share=True)
    return [None if np.isnan(n) else share for n, share in zip(numbers, shown, strict=True)]


def _slope_words(district: _District, rows: pd.DataFrame) -> str:
    """Say in words how a share changes from one end to the other, and how sure that is."""
    words = district.material.words
    slope = _against(rows, "index")["slope_index"]
    if slope["state"] == State.NO_DATA or pd.isna(slope["low"]):
        return words("deprivation.slope_unknown")
    income = _against(rows, "income").get("slope_index")
    sentence = words(f"deprivation.{_direction(slope)}", **_points(slope))
    if income is None or pd.isna(income["low"]):
        return sentence
    return f"{sentence} {words(f'deprivation.{_direction(income)}_income', **_points(income))}"


def _direction(slope: Mapping[str, Any]) -> str:
    if slope["low"] > 0:
        return "slope_least"
    return "slope_most" if slope["high"] < 0 else "slope_none"


def _points(slope: Mapping[str, Any]) -> dict[str, Any]:
    """Return percentage points, whole and without a sign: the words say which way they go."""
    if _direction(slope) == "slope_none":
        ends = (round(slope["low"]), round(slope["high"]))
        return dict(zip(("low", "high"), (f"{n}".replace("-", "−") for n in ends), strict=True))
    low, high = sorted((abs(round(slope["low"])), abs(round(slope["high"]))))
    return {"n": abs(round(slope["value"])), "low": low, "high": high}


def _decile_table(
    district: _District, shown: Sequence[str], by_category: Mapping[str, pd.DataFrame]
) -> Element:
    words = district.material.words
    head = el("tr", {}, el("th", {"scope": "col"}, words("map.category")),
              [el("th", {"scope": "col", "class": "number"}, n) for n in range(1, 11)])  # fmt: skip
    widest = max((_deciles(by_category[c]) for c in shown), key=lambda rows: sum(
        row["neighbourhoods"] for row in rows))  # fmt: skip
    cells = [el("td", {"class": "number"}, int(row["neighbourhoods"])) for row in widest]
    title = el("th", {"scope": "row"}, words("map.legend_count"))
    counts = el("tr", {"class": "kind"}, title, cells)
    rows = []
    for category in shown:
        _, name = district.look(category)
        shares = _shown(row["value"] for row in _deciles(by_category[category]))
        cells = [
            el("td", {"class": "number"},
               words.share(share, 100) if share is not None else words("states.no_data.brief"))
            for share in shares
        ]  # fmt: skip
        what = named(clean_text(name.label), name.language)
        rows.append(el("tr", {}, el("th", {"scope": "row"}, what), cells))
    caption = el("caption", {}, words("deprivation.gradient_caption", minutes=district.middle))
    table = el("table", {}, caption, el("thead", {}, head, counts), el("tbody", {}, rows))
    label = words("deprivation.gradient_table")
    return el(
        "div", {"class": "scroll", "role": "region", "tabindex": "0", "aria-label": label}, table
    )


# --- what is not known, and where to go on -------------------------------------------------------


def _levels(district: _District) -> Element:
    """Say of each level of an asset map what this one knows of it."""
    words = district.material.words
    counts = caveats.district_counts(district.material)
    kinds = sum(1 for n in counts["categories"].values() if n)
    rows = [
        el("tr", {}, el("th", {"scope": "row"}, level),
           el("td", {}, words("glance.level_physical", n=counts["assets"], kinds=kinds)
              if key == "physical" else words("glance.level_unknown")))
        for key, level in words.group("levels").items()
    ]  # fmt: skip
    return _section(
        "levels",
        words("glance.levels"),
        el("p", {"class": "lede"}, words("glance.levels_lede")),
        el("table", {"class": "levels"}, el("tbody", {}, rows)),
    )


def _further(material: Material) -> Element:
    words = material.words
    pictures = sorted(name for name in material.pictures if name.endswith(".png"))
    links = [("map.html", "glance.to_map"), ("profiles.csv", "glance.to_profiles"),
             ("indicators.csv", "glance.to_indicators")]  # fmt: skip
    items = [el("li", {}, el("a", {"href": where}, words(key))) for where, key in links]
    if pictures:
        found: list[Children] = [[el("a", {"href": name}, name), " "] for name in pictures]
        items.append(el("li", {}, words("glance.to_pictures"), " ", found))
    return _section("further", words("glance.further"), el("ul", {}, items))


def _section(name: str, title: str, *inside: Children) -> Element:
    return el(
        "section",
        {"id": name, "class": "part", "aria-labelledby": f"{name}-title"},
        el("h2", {"id": f"{name}-title"}, title),
        inside,
    )
