"""The numbers of a page: one column of values and of states for each category and measure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import State
from pipeline.pages.material import Material

# One more than is shown, so that nothing is rounded twice.
DECIMALS = 2
STATE_LETTERS = {
    State.OK: "o",
    State.TRUE_ZERO: "o",
    State.NO_DATA: "n",
    State.UNREACHABLE: "u",
    State.SUPPRESSED: "s",
}
FULL_COVERAGE_PCT = 99.5


def ids(material: Material) -> list[str]:
    """Return the codes of all neighbourhoods in the order of their table, the district last."""
    return [*material.neighbourhoods["neighbourhood_id"].tolist(), material.district.code]


def figures(material: Material) -> dict[str, Any]:
    """Return every number of every category shown.

    Parameters
    ----------
    material
        The district; its indicators are used.

    Returns
    -------
    dict
        Category → measure → `values` (one for each of `ids`, rounded to two decimals, none where
        there is no number), `states` (a letter each: `o` a number, `n` no data, `u`
        unreachable, `s` suppressed) and `certain` (share of people for whom the number is
        certain, by place in the list, where it is not nearly all).
    """
    columns = by_place(material)
    return {
        category: {
            measure: _column(columns[category, measure])
            for measure in material.measures
            if (category, measure) in columns
        }
        for category in material.categories
    }


def by_place(material: Material) -> dict[tuple[str, str], pd.DataFrame]:
    """Return the indicators of each category and measure, one row for each of `ids`."""
    wanted = ids(material)
    rows = material.indicators.set_index("neighbourhood_id")
    return {
        (str(category), str(measure)): part.reindex(wanted)
        for (category, measure), part in rows.groupby(["category", "measure"], observed=True)
    }


def _column(rows: pd.DataFrame) -> dict[str, Any]:
    states = rows["state"].fillna(State.NO_DATA).map(STATE_LETTERS)
    has_number = (states == "o") & rows["value"].notna()
    values = np.round(rows["value"].to_numpy(dtype=float), DECIMALS).tolist()
    coverage = rows["coverage_pct"].to_numpy(dtype=float)
    return {
        "values": [value if has else None for value, has in zip(values, has_number, strict=True)],
        "states": "".join(
            letter if has or letter != "o" else "n"
            for letter, has in zip(states, has_number, strict=True)
        ),
        "certain": {
            str(place): round(float(coverage[place]))
            for place in np.flatnonzero(has_number.to_numpy() & (coverage < FULL_COVERAGE_PCT))
        },
    }


def strengths(material: Material, minutes: int, most: int = 4) -> list[dict[str, Any]]:
    """Return what most residents of the district have within reach, one of each kind at most.

    Parameters
    ----------
    material
        The district.
    minutes
        Which number of minutes to count.
    most
        How many to return.

    Returns
    -------
    list of dict
        `category`, `label`, `share_pct`, the largest share first.
    """
    rows = material.indicators
    is_wanted = (
        (rows["neighbourhood_id"] == material.district.code)
        & (rows["measure"] == f"within_{minutes}_min_pct")
        & rows["value"].notna()
        & rows["category"].isin(material.categories)
    )
    largest_first = rows[is_wanted].sort_values(["value", "category"], ascending=[False, True])
    found: dict[str, dict[str, Any]] = {}
    for category, value in zip(largest_first["category"], largest_first["value"], strict=True):
        look = material.looks[category]
        if look.status == "actual" and look.kind not in found:
            share = round(float(value), DECIMALS)
            found[look.kind] = {"category": category, "label": look.label, "share_pct": share}
    return list(found.values())[:most]
