"""Access across all deciles of deprivation: a chart for each category, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import State
from pipeline.pages import figures, sketches
from pipeline.pages.elements import Element, el, named
from pipeline.pages.overview import Overview, section
from pipeline.text import clean_text


def gradient(overview: Overview) -> Element | None:
    """Return access over all deciles; nothing where no index is known."""
    material, words = overview.material, overview.material.words
    rows = material.gradient
    measure = f"within_{overview.middle}_min_pct"
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
    cards = [_chart(overview, category, by_category[category]) for category in shown]
    return section(
        "gradient",
        words("deprivation.gradient"),
        el("p", {"class": "lede"}, words("deprivation.gradient_lede", minutes=overview.middle)),
        el("p", {"class": "note"},
           words("deprivation.index_note", index=clean_text(index), nation=nation), " ",
           words("deprivation.gradient_income")),
        el("ul", {"class": "charts plain"}, cards),
        el("details", {}, el("summary", {}, words("deprivation.gradient_table")),
           _decile_table(overview, shown, by_category)),
    )  # fmt: skip


def _against(rows: pd.DataFrame, against: str) -> dict[str, dict[str, Any]]:
    ours = rows[rows["against"] == against]
    return {
        str(row["part"]): {str(k): v for k, v in row.items()} for row in ours.to_dict("records")
    }


def _deciles(rows: pd.DataFrame, against: str = "index") -> list[dict[str, Any]]:
    found = _against(rows, against)
    return [found[part] for part in sorted(found) if part.startswith("decile_")]


def _chart(overview: Overview, category: str, rows: pd.DataFrame) -> Element:
    words, (look, name) = overview.material.words, overview.look(category)
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
        el("p", {"class": "note"}, _slope_words(overview, rows)),
    )  # fmt: skip


def _shown(values: Iterator[float]) -> list[float | None]:
    numbers = np.array([np.nan if pd.isna(value) else value for value in values], dtype=float)
    shown = figures.as_shown(np.nan_to_num(numbers), is_share=True)
    return [None if np.isnan(n) else share for n, share in zip(numbers, shown, strict=True)]


def _slope_words(overview: Overview, rows: pd.DataFrame) -> str:
    """Say in words how a share changes from one end to the other, and how sure that is."""
    words = overview.material.words
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
    overview: Overview, shown: Sequence[str], by_category: Mapping[str, pd.DataFrame]
) -> Element:
    words = overview.material.words
    head = el("tr", {}, el("th", {"scope": "col"}, words("map.category")),
              [el("th", {"scope": "col", "class": "number"}, n) for n in range(1, 11)])  # fmt: skip
    widest = max((_deciles(by_category[c]) for c in shown), key=lambda rows: sum(
        row["neighbourhoods"] for row in rows))  # fmt: skip
    cells = [el("td", {"class": "number"}, int(row["neighbourhoods"])) for row in widest]
    title = el("th", {"scope": "row"}, words("map.legend_count"))
    counts = el("tr", {"class": "kind"}, title, cells)
    rows = []
    for category in shown:
        _, name = overview.look(category)
        shares = _shown(row["value"] for row in _deciles(by_category[category]))
        cells = [
            el("td", {"class": "number"},
               words.share(share, 100) if share is not None else words("states.no_data.brief"))
            for share in shares
        ]  # fmt: skip
        what = named(clean_text(name.label), name.language)
        rows.append(el("tr", {}, el("th", {"scope": "row"}, what), cells))
    caption = el("caption", {}, words("deprivation.gradient_caption", minutes=overview.middle))
    table = el("table", {}, caption, el("thead", {}, head, counts), el("tbody", {}, rows))
    label = words("deprivation.gradient_table")
    return el(
        "div", {"class": "scroll", "role": "region", "tabindex": "0", "aria-label": label}, table
    )
