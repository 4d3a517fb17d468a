"""A composite that somebody declares: a weighted mean, with what hangs on its weights beside it.

C = Σ w x ÷ Σ w over parts x of the assessment, each from 0 to 100. There is none by default: to add
up a park and a pharmacy is to say how many of one are worth the other, which no data tell. So each
comes with the least and the most that it becomes when one weight at a time is moved up or down, and
with how well the order of neighbourhoods holds (the least of Spearman's correlations with the order
as declared; OECD and JRC 2008, Handbook on Constructing Composite Indicators, step 7).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.assessment import COLUMNS, NUMBERS, PER_CENT
from pipeline.config import Composite, State
from pipeline.errors import ChoiceIsNotAllowed, listed, quoted

Floats = npt.NDArray[np.float64]
PART = "composite"


def composites(
    assessment: pd.DataFrame, declared: Mapping[str, Composite]
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Work out every composite that is declared.

    Parameters
    ----------
    assessment
        A table of `tables.ASSESSMENT`.
    declared
        The composites, by name.

    Returns
    -------
    tuple of pandas.DataFrame and dict
        Rows of `tables.ASSESSMENT`, with the least and the most under other weights; a place that
        lacks a part has no data. And, by name, what pages say of each with its `rank_agreement`.

    Raises
    ------
    ChoiceIsNotAllowed
        If a part is named that the assessment does not have.
    """
    tables, told = [pd.DataFrame(columns=list(COLUMNS))], {}
    for name, composite in declared.items():
        parts, sources = _parts(assessment, name, composite)
        weights = _weights(composite)
        values = parts.to_numpy(float) @ weights.T  # places × ways to weigh
        tables.append(_rows(parts.index, name, values, sources))
        told[name] = {
            **composite.model_dump(mode="json"), "rank_agreement": _agreement(values)
        }  # fmt: skip
    found = [table for table in tables if len(table)] or tables
    return pd.concat(found, ignore_index=True), told


def _parts(
    assessment: pd.DataFrame, name: str, composite: Composite
) -> tuple[pd.DataFrame, tuple[str, str]]:
    """Return one column from 0 to 100 for each part, by place, and where they come from."""
    columns, sources = {}, []
    for each in composite.parts:
        is_ours = (assessment["part"] == each.part) & (assessment["item"] == each.item)
        rows = assessment[is_ours].set_index("neighbourhood_id")
        if rows.empty:
            there = assessment.loc[assessment["part"] == each.part, "item"].unique().tolist()
            raise ChoiceIsNotAllowed(
                f"config/composites/{name}.yaml: there is no {each.part} {quoted(each.item)} in "
                f"the assessment; there are {listed(sorted(there), 12)}."
            )
        values = rows["value"].where(rows["state"].isin(NUMBERS))
        is_share = each.part in {"category", "criterion"}
        columns[each.part, each.item] = values if is_share else 100 * values / rows["of"]
        sources.append((rows["source"].iloc[0], rows["source_date"].min()))
    layers = sorted({layer for source, _ in sources for layer in source.split(",")})
    return pd.DataFrame(columns), (",".join(layers), min(day for _, day in sources))


def _weights(composite: Composite) -> Floats:
    """Return the weights as declared, then each of them moved down and up; rows sum to one."""
    declared = np.array([each.weight for each in composite.parts])
    ways = [declared]
    for at in range(len(declared)):
        for factor in (1 - composite.moved_by, 1 + composite.moved_by):
            moved = declared.copy()
            moved[at] *= factor
            ways.append(moved)
    stacked = np.array(ways)
    scaled: Floats = stacked / stacked.sum(axis=1, keepdims=True)
    return scaled


def _agreement(values: Floats) -> float | None:
    """Return the least correlation of ranks between the declared weights and any other."""
    known = pd.DataFrame(values).dropna().rank()
    if len(known) < 3 or (known[0] == known[0].iloc[0]).all():  # noqa: PLR2004
        return None
    least = known.drop(columns=0).corrwith(known[0]).min()
    return None if pd.isna(least) else round(float(least), 4)


def _rows(places: pd.Index, name: str, values: Floats, sources: tuple[str, str]) -> pd.DataFrame:
    own = values[:, 0]
    is_known = np.isfinite(own)
    state = np.where(is_known, np.where(own == 0, State.TRUE_ZERO, State.OK), State.NO_DATA)
    return pd.DataFrame(
        {
            "neighbourhood_id": places, "part": PART, "item": name, "value": own, "of": np.nan,
            "low": values.min(axis=1), "high": values.max(axis=1), "unit": PER_CENT,
            "state": state.astype(str), "coverage_pct": np.nan, "holds_access": True,
            "source": sources[0], "source_date": sources[1],
        }
    )[list(COLUMNS)]  # fmt: skip
