"""The joint assessment: what is within reach of each neighbourhood first, needs beside it.

Of each kind of green space, of buildings, of all that serves one of the five ways to well-being, a
neighbourhood has the number of categories of assets that its residents have within reach, on
average. For c categories with the shares s of residents who have at least one within so many
minutes that is Σ s ÷ 100, out of c: the mean over residents of how many categories each of them
has within reach, as a mean of sums is the sum of means. It says nothing of how good a place is, or
whether people use it. Index and domains of deprivation stand beside it, never in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import CategoryWays, Domain, Kind, Method, Standard, State, Way
from pipeline.standards import official_method

NUMBERS = (State.OK.value, State.TRUE_ZERO.value)
ALL = "all"
KINDS, CRITERIA, PER_CENT = "kinds of assets", "criteria", "%"
# A criterion counts as met where at least so many of the residents meet it.
MOST_PCT = 50.0
COLUMNS = (
    "neighbourhood_id", "part", "item", "value", "of", "low", "high", "unit", "state",
    "coverage_pct", "holds_access", "source", "source_date",
)  # fmt: skip


@dataclass(frozen=True)
class Beside:
    """What stands beside: the district's tables of deprivation, and of what others have counted."""

    neighbourhoods: pd.DataFrame
    domains: pd.DataFrame
    elsewhere: pd.DataFrame


def assess(
    indicators: pd.DataFrame,
    standards: pd.DataFrame,
    beside: Beside,
    categories: Mapping[str, CategoryWays],
    declared: Mapping[str, Standard],
    minutes: int,
) -> pd.DataFrame:
    """Lay out what each neighbourhood has within reach, and what stands beside it.

    Parameters
    ----------
    indicators
        A table of `tables.INDICATORS`.
    standards
        A table of `tables.STANDARDS`.
    beside
        Deprivation, and indicators from elsewhere.
    categories
        The categories; only assets that are in use are counted.
    declared
        The published standards that the district is held against.
    minutes
        The walk that counts, one of the study's.

    Returns
    -------
    pandas.DataFrame
        A table of `tables.ASSESSMENT` but for groups: one row for each neighbourhood, and the
        district where it has the number, and each thing that is said of it.
    """
    parts = [
        *_within_reach(indicators, categories, minutes),
        *_against_standards(standards, declared),
        *_deprivation(beside),
        _elsewhere(beside.elsewhere),
    ]
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    blank = {"of": np.nan, "low": np.nan, "high": np.nan, "coverage_pct": np.nan}
    missing = {name: value for name, value in blank.items() if name not in table.columns}
    table = table.assign(**missing)
    return table[list(COLUMNS)]


# --- what is within reach ------------------------------------------------------------------------


def members(categories: Mapping[str, CategoryWays]) -> dict[tuple[str, str], list[str]]:
    """Say which categories each sum is over.

    Parameters
    ----------
    categories
        The categories.

    Returns
    -------
    dict
        Part and item → the categories of assets in use, in the order of their names; a kind
        without any is left out.
    """
    used = {name: each for name, each in sorted(categories.items()) if each.status == "actual"}
    found = {("kind", str(kind)): [n for n, c in used.items() if c.kind is kind] for kind in Kind}
    found |= {("way", str(way)): [n for n, c in used.items() if way in c.five_ways] for way in Way}
    found[ALL, ALL] = list(used)
    return {key: names for key, names in found.items() if names}


def _within_reach(
    indicators: pd.DataFrame, categories: Mapping[str, CategoryWays], minutes: int
) -> Iterator[pd.DataFrame]:
    """Yield sums over categories, then the categories themselves."""
    rows = indicators[indicators["measure"] == f"within_{minutes}_min_pct"]
    rows = rows.assign(category=rows["category"].astype(str))
    for (part, item), names in members(categories).items():
        ours = rows[rows["category"].isin(names)]
        if len(ours):
            yield _sums(ours).assign(part=part, item=item, unit=KINDS)
    actual = set(members(categories)[ALL, ALL])
    alone = rows[rows["category"].isin(actual)].rename(columns={"category": "item"})
    yield alone.assign(part="category", holds_access=True).drop(columns="measure")


def _sums(rows: pd.DataFrame) -> pd.DataFrame:
    """Add up shares over categories, of each neighbourhood those that have a number."""
    has = rows["state"].isin(NUMBERS)
    known = rows.assign(
        value=rows["value"].where(has),
        coverage_pct=rows["coverage_pct"].where(has),
        is_hidden=rows["state"] == State.SUPPRESSED,
    )
    by_place = known.groupby("neighbourhood_id", observed=True)
    found = pd.DataFrame(
        {
            "value": by_place["value"].sum(min_count=1) / 100,
            "of": by_place["value"].count().astype(float),
            "coverage_pct": by_place["coverage_pct"].min(),
            "is_hidden": by_place["is_hidden"].any(),
        }
    ).reset_index()
    state = np.select(
        [
            (found["of"] == 0) & found["is_hidden"],
            found["of"] == 0,
            found["value"] == 0,
        ],
        [State.SUPPRESSED.value, State.NO_DATA.value, State.TRUE_ZERO.value],
        default=State.OK.value,
    )
    layers = sorted({layer for source in rows["source"].unique() for layer in source.split(",")})
    return found.drop(columns="is_hidden").assign(
        state=state,
        holds_access=True,
        source=",".join(filter(None, layers)),
        source_date=min(rows["source_date"]),
    )


# --- by standard ---------------------------------------------------------------------------------


def _against_standards(
    standards: pd.DataFrame, declared: Mapping[str, Standard]
) -> Iterator[pd.DataFrame]:
    """Yield of each standard how many criteria most residents meet, then each criterion.

    Shares of people alone, by the body's own method; land per head is about nobody in particular.
    """
    for name, standard in declared.items():
        own = {
            criterion.id: official_method(standard, criterion)
            for criterion in standard.criteria
            if official_method(standard, criterion) is not Method.QUANTITY
        }
        ours = standards[standards["standard"] == name]
        ours = ours[ours["method"].astype(str) == ours["criterion"].map(own).astype(str)]
        if ours.empty:
            continue
        yield _criteria_met(ours).assign(part="standard", item=name, unit=CRITERIA)
        yield ours.assign(
            part="criterion",
            item=f"{name}__" + ours["criterion"].astype(str),
            holds_access=True,
            low=ours["value"],
            high=ours["at_most"],
        ).drop(columns=["standard", "criterion", "method", "at_most"])


def _criteria_met(rows: pd.DataFrame) -> pd.DataFrame:
    """Count the criteria that at least half of the residents are certain to meet."""
    has = rows["state"].isin(NUMBERS)
    known = rows.assign(
        value=(rows["value"] >= MOST_PCT).astype(float).where(has),
        coverage_pct=rows["coverage_pct"].where(has),
        is_hidden=rows["state"] == State.SUPPRESSED,
    )
    return _sums(known).assign(value=lambda found: found["value"] * 100)


# --- beside it -----------------------------------------------------------------------------------


def _deprivation(beside: Beside) -> Iterator[pd.DataFrame]:
    """Yield rank and decile of the index, then the decile of each domain."""
    areas, domains = beside.neighbourhoods, beside.domains
    if not (areas["deprivation_state"] == State.OK).any():
        return
    # All four national indices hold a measure of access; where a domain of it is declared, surely.
    for item in ("rank", "decile"):
        values = areas[f"deprivation_{item}"].astype("Float64").to_numpy(float, na_value=np.nan)
        yield pd.DataFrame(
            {
                "neighbourhood_id": areas["neighbourhood_id"].to_numpy(),
                "part": "deprivation",
                "item": item,
                "value": values,
                "unit": item,
                "state": areas["deprivation_state"].to_numpy(),
                "holds_access": True,
                "source": "deprivation",
                "source_date": _year(areas),
            }
        )
    order = [domain.value for domain in Domain]
    for name in sorted(domains["domain"].unique(), key=order.index):
        ours = domains[domains["domain"] == name]
        yield pd.DataFrame(
            {
                "neighbourhood_id": ours["neighbourhood_id"].to_numpy(),
                "part": "deprivation_domain",
                "item": name,
                "value": ours["decile"].astype("Float64").to_numpy(float, na_value=np.nan),
                "unit": "decile",
                "state": ours["state"].to_numpy(),
                "holds_access": ours["is_access"].to_numpy(bool),
                "source": "deprivation",
                "source_date": _year(areas),
            }
        )


def _year(areas: Any) -> str:  # noqa: ANN401 (a table)
    years = areas["deprivation_year"].dropna()
    return str(int(years.iloc[0])) if len(years) else ""


def _elsewhere(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what others have counted; what communities are not shown stands with deprivation."""
    if rows.empty:
        return pd.DataFrame()
    part = np.where(rows["edition"] == "both", "elsewhere", "deprivation_elsewhere")
    renamed = rows.rename(columns={"indicator": "item", "year": "source_date"})
    return renamed.drop(columns=["edition", "n"]).assign(part=part, holds_access=False)
