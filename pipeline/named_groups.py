"""Four named groups of neighbourhoods: much or little within reach, more or less deprived.

A way to see the two beside each other, not a ranking: the cut-offs are shown, and so is how many
neighbourhoods would stand elsewhere with others. Much within reach is at least as many categories
of assets as the residents of the whole district have on average; more deprived is the half of the
nation's areas (or another share of them) with the lowest ranks. Where the map data end near, some
categories are not known: a neighbourhood has much if what is known is enough for it, little if all
that is not known could not make it much, and stands in no group between the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.assessment import ALL, COLUMNS, NUMBERS
from pipeline.config import Groups, State

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.str_]

# Much within reach or not, more deprived or not.
GROUPS = {
    (True, True): "build_on",
    (True, False): "share",
    (False, True): "gain",
    (False, False): "add",
}
NONE = "none"
AS_CHOSEN = "as_chosen"


@dataclass(frozen=True)
class Cut:
    """One pair of cut-offs: a number of categories, and a rank."""

    variant: str
    kinds: float
    rank: float
    by: str = "rank"


def name_groups(
    assessment: pd.DataFrame,
    domains: pd.DataFrame,
    people: pd.Series,
    choices: Groups,
    areas: int | None,
    code: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say in which group each neighbourhood stands, and in which it would with other cut-offs.

    Parameters
    ----------
    assessment
        A table of `tables.ASSESSMENT`, with the district's own row.
    domains
        A table of `tables.DOMAINS`, for the income domain.
    people
        By neighbourhood.
    choices
        The cut-offs, and by how much they are moved.
    areas
        How many areas the nation's index ranks; none where there is no index.
    code
        Code of the district.

    Returns
    -------
    tuple of pandas.DataFrame
        Rows of `tables.ASSESSMENT` with the group of each neighbourhood as its item, and the
        table of `tables.GROUPS`. Both are empty where there is no index or no number of reach.
    """
    reach = _part(assessment, ALL, ALL)
    ranks = _part(assessment, "deprivation", "rank")["value"]
    whole = reach["value"].get(code, np.nan), reach["of"].get(code, np.nan)
    if areas is None or ranks.notna().sum() == 0 or not np.isfinite(whole[0]) or not whole[1]:
        return pd.DataFrame(columns=list(COLUMNS)), nothing()
    ids = sorted(set(reach.index) - {code})
    kinds = reach["value"].where(reach["state"].isin(NUMBERS)).reindex(ids)
    income = domains[domains["domain"] == "income"].set_index("neighbourhood_id")["rank"]
    held = pd.DataFrame(
        {
            "kinds": kinds,
            "most": kinds + (whole[1] - reach["of"].reindex(ids)).clip(lower=0),
            "rank": ranks.reindex(ids),
            "income": income.astype("Float64").astype(float).reindex(ids),
            "people": people.reindex(ids).fillna(0.0),
        }
    )
    chosen = Cut(AS_CHOSEN, choices.much_from * whole[0], choices.more_to * areas)
    groups = _groups(held, chosen)
    tables = [
        _counts(held, cut, groups)
        for cut in _cuts(chosen, choices.moved_by, has_income=bool(held["income"].notna().any()))
    ]
    return _rows(ids, groups, assessment), pd.concat(tables, ignore_index=True)


def nothing() -> pd.DataFrame:
    """Return the table of groups without rows.

    Returns
    -------
    pandas.DataFrame
        The columns of `tables.GROUPS`.
    """
    kinds: dict[str, Any] = {
        "variant": "str", "named": "str", "neighbourhoods": "int64", "people": float,
        "came": "int64", "went": "int64", "cut_off_kinds": float, "cut_off_rank": float,
    }  # fmt: skip
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _part(assessment: pd.DataFrame, part: str, item: str) -> pd.DataFrame:
    ours = assessment[(assessment["part"] == part) & (assessment["item"] == item)]
    return ours.set_index("neighbourhood_id")


def _cuts(chosen: Cut, moved_by: float, *, has_income: bool) -> Iterator[Cut]:
    """Yield the cut-offs as chosen, then one of them moved at a time, then another order."""
    yield chosen
    for sign, word in ((-1, "lower"), (1, "higher")):
        yield Cut(f"reach_{word}", chosen.kinds * (1 + sign * moved_by), chosen.rank)
    for sign, word in ((-1, "lower"), (1, "higher")):
        yield Cut(f"rank_{word}", chosen.kinds, chosen.rank * (1 + sign * moved_by))
    if has_income:
        yield Cut("income_alone", chosen.kinds, chosen.rank, by="income")


def _groups(held: pd.DataFrame, cut: Cut) -> Texts:
    """Name the group of each; whoever lacks a number, or of whom too little is known, has none."""
    # A hair of a float less than the cut-off is the cut-off.
    least = cut.kinds * (1 - 1e-9)
    is_much, is_little = (held["kinds"] >= least).to_numpy(), (held["most"] < least).to_numpy()
    is_more = held[cut.by].to_numpy(float) <= cut.rank
    is_known = (is_much | is_little) & held[cut.by].notna().to_numpy()
    return np.select(
        [is_known & (is_much == much) & (is_more == more) for much, more in GROUPS],
        list(GROUPS.values()),
        default=NONE,
    )


def _counts(held: pd.DataFrame, cut: Cut, chosen: Texts) -> pd.DataFrame:
    """Count each group under one pair of cut-offs, and who came and went beside those chosen."""
    ours = _groups(held, cut)
    moved = (ours != chosen) & (ours != NONE) & (chosen != NONE)
    people = held["people"].to_numpy(float)
    names = [*GROUPS.values()]
    return pd.DataFrame(
        {
            "variant": cut.variant,
            "named": names,
            "neighbourhoods": [int((ours == name).sum()) for name in names],
            "people": [float(people[ours == name].sum()) for name in names],
            "came": [int(((ours == name) & moved).sum()) for name in names],
            "went": [int(((chosen == name) & moved).sum()) for name in names],
            "cut_off_kinds": cut.kinds,
            "cut_off_rank": cut.rank,
        }
    )


def _rows(ids: list[str], groups: Texts, assessment: pd.DataFrame) -> pd.DataFrame:
    is_known = groups != NONE
    reach = assessment[assessment["part"] == ALL]
    return pd.DataFrame(
        {
            "neighbourhood_id": ids,
            "part": "deprivation_group",
            "item": groups,
            "value": np.where(is_known, 1.0, np.nan),
            "of": np.nan,
            "low": np.nan,
            "high": np.nan,
            "unit": "group",
            "state": np.where(is_known, State.OK.value, State.NO_DATA.value),
            "coverage_pct": np.nan,
            "holds_access": True,
            "source": f"{reach['source'].iloc[0]},deprivation",
            "source_date": reach["source_date"].iloc[0],
        }
    )
