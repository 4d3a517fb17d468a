"""Who walks: the walkers that a map can be read for, and what is within reach of each.

The figures of the study's own walker are those of every page. Of the others the headline numbers
are counted, too; they travel as text, because there are as many of them again for each walker.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.pages import figures
from pipeline.pages.coding import coded
from pipeline.pages.material import Material, once_for_both
from pipeline.text import clean_text

# Numbers as shown have halves (99.5 %) or twentieths (0.05 minutes) at the finest.
PARTS = {True: 2, False: 20}


def who_walks(material: Material) -> tuple[str, ...]:
    """Return whom the figures are of first, then the others by their label.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    tuple of str
        Names of walkers.
    """
    chosen = material.study.walking.walker
    others = sorted(set(material.walkers) - {chosen}, key=lambda w: material.walkers[w].label)
    return (chosen, *others)


@once_for_both
def walkers_of_page(material: Material) -> list[dict[str, Any]]:
    """Return every walker with their words and what is within their reach.

    Parameters
    ----------
    material
        The district.

    Returns
    -------
    list of dict
        `id`, `label`, `note`, `languages` of both where they are not the page's, `speed` in whole
        metres a minute, and `measures`, which there are figures of. All but the first have
        `figures`: category → a list in the order of `measures` of `values` (whole parts of a
        number as shown, coded), and, where they are others than those of the first walker,
        `states` and `certain`, as in `figures.figures`.
    """
    found = []
    for place, name in enumerate(who_walks(material)):
        walker = material.walkers[name]
        told = material.words.of_walker(name, walker)
        entry: dict[str, Any] = {
            "id": name,
            "label": clean_text(told.label),
            "note": clean_text(told.note, most=600),
            "languages": [told.language, told.note_language],
            "speed": round(walker.speed_m_per_min),
            "measures": list(material.measures),
        }
        found.append({**entry, **_figures(material, name)} if place else entry)
    return found


def _figures(material: Material, walker: str) -> dict[str, Any]:
    """Return which measures there are of a walker, and the figures."""
    columns = _columns(material.by_walker[material.by_walker["walker"] == walker], material)
    measures = [
        name
        for name in material.measures
        if all((category, name) in columns for category in material.categories)
    ]
    own = figures.figures(material)
    counted = {
        category: [
            _told(columns[category, measure], own[category].get(measure, {}), measure)
            for measure in measures
        ]
        for category in material.categories
        if measures
    }
    return {"measures": measures, "figures": counted}


def _columns(rows: pd.DataFrame, material: Material) -> dict[tuple[str, str], pd.DataFrame]:
    wanted = figures.ids(material)
    rows = rows.set_index("neighbourhood_id")
    return {
        (str(category), str(measure)): part.reindex(wanted)
        for (category, measure), part in rows.groupby(["category", "measure"], observed=True)
    }


def _told(rows: pd.DataFrame, first: dict[str, Any], measure: str) -> dict[str, Any]:
    """Code one column, without what is as for the first walker."""
    is_share = measure.endswith("_pct")
    column = figures.column(rows, is_share=is_share)
    numbers = np.array([0.0 if value is None else value for value in column["values"]])
    parts = np.rint(numbers * PARTS[is_share]).astype(np.int64)
    same = {key: column[key] for key in ("states", "certain") if column[key] != first.get(key)}
    return {"values": coded(parts), **same}
