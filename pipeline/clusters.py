"""Neighbourhoods with much within reach beside others with much, and three kinds more.

Local Moran’s I (Anselin 1995, Local indicators of spatial association: LISA, Geographical Analysis
27, 93-115) of how many categories of assets residents have within reach. For neighbourhood i with
the standard score z_i and k_i neighbours j,

    I_i = (n − 1) ÷ Σ z² × z_i × Σ_j z_j ÷ k_i.

Neighbours touch each other, at a corner too (queen). What I_i would be by chance is told by laying
the other neighbourhoods’ numbers out at random around i, many times (conditional permutations); p
is two-sided. As so many questions are asked at once, those count for which the false discovery rate
stays under a limit (Benjamini and Hochberg 1995; for local statistics Caldas de Castro and Singer
2006, Geographical Analysis 38, 180-208). Every neighbourhood counts once, however many people
live there: statistical areas are made to be alike in people, and the number is a mean over them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.assessment import ALL, COLUMNS, NUMBERS
from pipeline.config import Clusters, State
from pipeline.errors import PackageIsMissing

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Neighbours = dict[int, list[int]]

# Much or less within reach than is usual here, beside others of the same or of the other kind.
CLUSTERS = {
    (True, True): "much_beside_much",
    (True, False): "much_beside_less",
    (False, True): "less_beside_much",
    (False, False): "less_beside_less",
}
NONE, UNKNOWN = "as_by_chance", "none"
PART, NUMBERS_OF = "cluster", "cluster_number"
# Boundaries that are drawn apart by less than this touch.
TOUCHES_WITHIN_M = 1.0
# A pattern among fewer is no pattern.
FEWEST = 10
SEED = 1995
ONE, NO_UNIT = "cluster", "1"


def find_clusters(
    assessment: pd.DataFrame, neighbourhoods: gpd.GeoDataFrame, choices: Clusters, code: str
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Say of each neighbourhood whether it and those around it are alike beyond chance.

    Parameters
    ----------
    assessment
        A table of `tables.ASSESSMENT`, with the district's own row.
    neighbourhoods
        A table of `tables.NEIGHBOURHOODS`, in metres.
    choices
        How many permutations, and which rate of false discoveries is borne.
    code
        Code of the district.

    Returns
    -------
    tuple of pandas.DataFrame and dict
        Rows of `tables.ASSESSMENT`: the cluster of each neighbourhood as its item, and as numbers
        its `local_moran`, its two-sided `p` and how many `neighbours` it has. And a report: what
        was chosen, the largest p that counts, codes of islands and of those of which too little
        is known. Nothing where fewer than `FEWEST` can be compared, or all have the same.

    Raises
    ------
    PackageIsMissing
        If esda is not installed.
    """
    _must_be_installed()
    shapes = neighbourhoods.sort_values("neighbourhood_id").set_index("neighbourhood_id").geometry
    ids = np.array(shapes.index, dtype=object)
    values, is_known = _values(assessment, ids, code)
    around = neighbours_of(np.asarray(shapes.array)[is_known])
    at = np.flatnonzero(is_known)
    is_island = np.zeros(len(ids), dtype=bool)
    is_island[at[[not around[n] for n in range(len(at))]]] = True
    at = at[~is_island[at]]
    report = {
        "permutations": choices.permutations,
        "false_discovery": choices.false_discovery,
        "compared": len(at),
        "islands": ids[is_island].tolist(),
        "not_known": ids[~is_known].tolist(),
        "largest_p": None,
    }
    if len(at) < FEWEST or np.ptp(values[at]) == 0:
        return pd.DataFrame(columns=list(COLUMNS)), report | {"compared": 0}
    near = neighbours_of(np.asarray(shapes.array)[at])
    moran, p, is_much, is_beside_much = _local_moran(values[at], near, choices.permutations)
    largest = largest_p(p, choices.false_discovery)
    found = np.full(len(ids), UNKNOWN, dtype=object)
    names = [CLUSTERS[bool(a), bool(b)] for a, b in zip(is_much, is_beside_much, strict=True)]
    found[at] = np.where(p <= largest, names, NONE)
    numbers = {
        "local_moran": _spread(moran, at, len(ids)),
        "p": _spread(p, at, len(ids)),
        "neighbours": _spread(
            np.array([len(near[n]) for n in range(len(at))], float), at, len(ids)
        ),
    }
    table = pd.concat(_rows(ids, found, numbers, assessment), ignore_index=True)
    return table, report | {"largest_p": float(largest)}


def _must_be_installed() -> None:
    try:
        import esda  # noqa: F401
    except ImportError:
        raise PackageIsMissing(
            "clusters: true is asked for in the district’s file, and the package esda, which "
            "works them out, is not installed; run `pip install esda`, or take the line away."
        ) from None


def _values(
    assessment: pd.DataFrame, ids: npt.NDArray[np.object_], code: str
) -> tuple[Floats, Flags]:
    """Return how many categories are within reach, and where as many are known as of the whole."""
    rows = assessment[(assessment["part"] == ALL) & (assessment["item"] == ALL)]
    rows = rows.set_index("neighbourhood_id")
    of_all = rows["of"].get(code, np.nan)
    ours = rows.reindex(ids)
    is_known = (ours["state"].isin(NUMBERS) & (ours["of"] >= of_all)).to_numpy(dtype=bool)
    return ours["value"].to_numpy(dtype=float), is_known


def neighbours_of(shapes: npt.NDArray[np.object_]) -> Neighbours:
    """Return which areas touch each other, at a corner too.

    Parameters
    ----------
    shapes
        Areas in metres, n of them.

    Returns
    -------
    dict
        Area → the others, in order; none where it is an island.
    """
    one, other = shapely.STRtree(shapes).query(shapes, "dwithin", TOUCHES_WITHIN_M)
    found: Neighbours = {n: [] for n in range(len(shapes))}
    for a, b in sorted(zip(one.tolist(), other.tolist(), strict=True)):
        if a != b:
            found[a].append(b)
    return found


def _local_moran(
    values: Floats, near: Neighbours, permutations: int
) -> tuple[Floats, Floats, Flags, Flags]:
    """Return the statistic, its two-sided p, and whether each and its surroundings have much."""
    from esda.moran import Moran_Local
    from libpysal.weights import W

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that hang together, and of its own changes
        weights = W(near, silence_warnings=True)
        found = Moran_Local(
            values, weights, transformation="r", permutations=permutations, seed=SEED, n_jobs=1
        )
    scores = values - values.mean()
    around = np.array([scores[near[n]].mean() for n in range(len(values))])
    p = np.minimum(2 * np.asarray(found.p_sim, dtype=float), 1.0)
    return np.asarray(found.Is, dtype=float), p, scores > 0, around > 0


def largest_p(p: Floats, rate: float) -> float:
    """Return the largest p that counts, so that false discoveries stay under a rate.

    Benjamini, Y. and Hochberg, Y. (1995) Controlling the false discovery rate. Journal of the
    Royal Statistical Society B 57, 289-300: the largest p_(k) with p_(k) ≤ k ÷ n × rate.

    Parameters
    ----------
    p
        One for each question; shape (n,).
    rate
        The share of what is found that may be chance.

    Returns
    -------
    float
        0 where none counts.

    Examples
    --------
    >>> largest_p(np.array([0.01, 0.04, 0.03, 0.5]), 0.05)  # 0.01 ≤ 0.0125, 0.04 > 0.0375
    0.01
    """
    ordered = np.sort(p)
    holds = ordered <= np.arange(1, len(p) + 1) / len(p) * rate
    return float(ordered[holds].max()) if holds.any() else 0.0


def _spread(numbers: Floats, at: npt.NDArray[np.intp], n: int) -> Floats:
    found = np.full(n, np.nan)
    found[at] = numbers
    return found


def _rows(
    ids: npt.NDArray[np.object_],
    clusters: npt.NDArray[np.object_],
    numbers: Mapping[str, Floats],
    assessment: pd.DataFrame,
) -> Iterator[pd.DataFrame]:
    """Yield rows of the assessment: the cluster of each, then each of its numbers."""
    is_known = clusters != UNKNOWN
    reach = assessment[assessment["part"] == ALL]
    blank = {"of": np.nan, "low": np.nan, "high": np.nan, "coverage_pct": np.nan}
    told = {
        "neighbourhood_id": ids,
        "holds_access": True,
        "source": reach["source"].iloc[0],
        "source_date": reach["source_date"].iloc[0],
        **blank,
    }
    ones = np.where(is_known, 1.0, np.nan)
    state = np.where(is_known, State.OK.value, State.NO_DATA.value)
    parts = [(PART, clusters, ones, ONE, state)]
    for name, values in numbers.items():
        states = np.where(is_known & (values == 0), State.TRUE_ZERO.value, state)
        parts.append((NUMBERS_OF, np.full(len(ids), name, dtype=object), values, NO_UNIT, states))
    for part, items, values, unit, states in parts:
        frame = pd.DataFrame(
            {**told, "part": part, "item": items, "value": values, "unit": unit, "state": states}
        )
        yield frame[list(COLUMNS)]
