"""Which descriptions of land and buildings not in use are one site, and which may be.

The records of one category are one asset already, however many sources speak of it
(`corroboration`). What is left are descriptions of several kinds: land that is tagged as brownfield
and as grass, a shop in an empty building. They are held against each other by the same matching as
the records of two sources (`matching`): identifiers, names and what is common to both are added up
as evidence, what is sure enough is joined, and what is not is listed and left as it is.

Which kinds may be one place is declared with them (`config/unused`): `may_be` names kinds that
another may call the same place, of which only what is common to both counts; `holds` names kinds
that may be a part of it, as a stretch of grass on brownfield land is. Land that goes on around a
site is no part of it, so a part is never much larger than what holds it.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.config import UnusedKind
from pipeline.grouping import Groups, Link, grouped
from pipeline.matching import AMBIGUOUS, DECIDED, OPEN, weigh
from pipeline.names import ALIKE, likeness

Floats = npt.NDArray[np.float64]

_AREA = 2
# A register states an area roughly: what is drawn may be so many times as large and be the same.
STATED_ROUGHLY = 2.0
# How finely links are put in order by their confidence; zero is kept for a shared identifier.
_STEPS = 10_000


@dataclass(frozen=True)
class Joined:
    """Sites, each as the positions of its descriptions, and the pairs that are not decided.

    `perhaps` are pairs of positions, of descriptions of two sites, with how sure it is that they
    are one; `relations` counts the pairs that were joined by `one_to_one`, `one_to_many`,
    `many_to_one` and `many_to_many`.
    """

    sites: list[list[int]]
    perhaps: list[tuple[int, int, float]]
    relations: dict[str, int]


def same_sites(found: gpd.GeoDataFrame, kinds: Mapping[str, UnusedKind]) -> Joined:
    """Say which descriptions are one site.

    Parameters
    ----------
    found
        n descriptions in an order of their own: `kind`, `category` (of the asset that it is, or
        empty), `sources` (a frozenset), `name`, `identifiers` (a tuple), `area_m2` (as drawn, or
        as a register says; missing where nobody does) and `geometry` in metres.
    kinds
        Kinds of sites, by name.

    Returns
    -------
    Joined
        Every description is in one site.
    """
    if found.empty:
        return Joined([], [], {})
    pairs = _all_pairs(found.reset_index(drop=True), kinds)
    decided = pairs[pairs["decision"] == DECIDED]
    groups = _groups(found, decided)
    labels = groups.labels()
    members: dict[int, list[int]] = {}
    for at, label in enumerate(labels):
        members.setdefault(label, []).append(at)
    return Joined(
        [members[label] for label in sorted(members)],
        sorted(_perhaps(pairs, labels)),
        dict(sorted(Counter(map(str, decided["relation"])).items())),
    )


# --- pairs ----------------------------------------------------------------------------------------


def _all_pairs(found: gpd.GeoDataFrame, kinds: Mapping[str, UnusedKind]) -> pd.DataFrame:
    """Weigh the descriptions of each two lists that may speak of one place."""
    lists = found.groupby(["kind", "category"], sort=True).indices
    parts = [pd.DataFrame(columns=["one", "other", "decision", "relation", "confidence",
                                   "apart_m", "identifier"])]  # fmt: skip
    for one, other in itertools.combinations_with_replacement(sorted(lists), 2):
        ours, theirs = found.iloc[lists[one]], found.iloc[lists[other]]
        if one == other:
            pairs = _within(ours, kinds[one[0]], is_of_category=bool(one[1]))
        else:
            pairs = _between(ours, theirs, kinds)
        pairs = pairs[pairs["decision"] != OPEN]
        if len(pairs):
            positions = {"one": lists[one][pairs["one"]], "other": lists[other][pairs["other"]]}
            parts.append(pairs.assign(**positions)[parts[0].columns])
    return pd.concat(parts[1:] or parts, ignore_index=True)


def _within(ours: gpd.GeoDataFrame, kind: UnusedKind, *, is_of_category: bool) -> pd.DataFrame:
    """Weigh one list against itself: a place that it has twice.

    Assets of one category are what corroboration has made of their records; where it left two
    apart of which two sources speak, they may be one all the same, and are only listed.
    """
    pairs = _weighed(ours, ours, kind.same_within_m, is_one_kind=True)
    pairs = pairs[pairs["one"] < pairs["other"]]
    if not is_of_category:
        return pairs
    sources = ours["sources"].tolist()
    is_of_two = [
        sources[a].isdisjoint(sources[b]) for a, b in zip(pairs["one"], pairs["other"], strict=True)
    ]
    pairs = pairs[np.array(is_of_two, dtype=bool)]
    return pairs.assign(decision=pairs["decision"].replace(DECIDED, AMBIGUOUS))


def _between(
    ours: gpd.GeoDataFrame, theirs: gpd.GeoDataFrame, kinds: Mapping[str, UnusedKind]
) -> pd.DataFrame:
    """Weigh two lists against each other as their kinds declare it."""
    one, other = ours["kind"].iloc[0], theirs["kind"].iloc[0]
    within_m = max(kinds[one].same_within_m, kinds[other].same_within_m)
    if one == other:
        return _weighed(ours, theirs, within_m, is_one_kind=True)
    if other in kinds[one].holds or one in kinds[other].holds:
        parts = _weighed(ours, theirs, within_m, is_one_kind=True)
        wholes = _weighed(ours, theirs, within_m, is_one_kind=False)
        is_holder_first = other in kinds[one].holds
        fits = [
            _is_no_larger(pairs, ours, theirs, is_holder_first=is_holder_first)
            for pairs in (parts, wholes)
        ]
        return pd.concat([parts[fits[0]], wholes[~fits[1]]], ignore_index=True)
    if other in kinds[one].may_be or one in kinds[other].may_be:
        return _weighed(ours, theirs, within_m, is_one_kind=False)
    return _weighed(ours[:0], theirs[:0], within_m, is_one_kind=True)


def _weighed(
    ours: gpd.GeoDataFrame, theirs: gpd.GeoDataFrame, within_m: float, *, is_one_kind: bool
) -> pd.DataFrame:
    """Weigh two lists; of one kind a part of a place speaks for it, of two only all of it does."""
    here = ours.assign(category="a")
    there = here if theirs is ours else theirs.assign(category="a" if is_one_kind else "b")
    return weigh(here, there, {"a": frozenset({"b"})}, {"a": within_m, "b": within_m})


def _is_no_larger(
    pairs: pd.DataFrame,
    ours: gpd.GeoDataFrame,
    theirs: gpd.GeoDataFrame,
    *,
    is_holder_first: bool,
) -> npt.NDArray[np.bool_]:
    """Mark the pairs of which what may be a part is no larger than what may hold it."""
    sides = [(ours, "one"), (theirs, "other")]
    (holder, first), (part, second) = sides if is_holder_first else sides[::-1]
    at, of = pairs[first].to_numpy(np.int64), pairs[second].to_numpy(np.int64)
    is_drawn = shapely.get_dimensions(np.asarray(holder.geometry.array))[at] == _AREA
    most: Floats = holder["area_m2"].to_numpy(float)[at] * np.where(is_drawn, 1, STATED_ROUGHLY)
    # Of a point whose size nobody knows, nothing says that the land around it is larger.
    return np.asarray(~(part["area_m2"].to_numpy(float)[of] > most))


# --- sites ----------------------------------------------------------------------------------------


def _groups(found: gpd.GeoDataFrame, decided: pd.DataFrame) -> Groups:
    """Join along the pairs that are decided, the surest first.

    Two sites that are one only through a third must not have names that speak against it.
    """
    names = found["name"].tolist()
    direct = {frozenset(pair) for pair in zip(decided["one"], decided["other"], strict=True)}

    def may_join(ours: list[int], theirs: list[int]) -> bool:
        return all(
            frozenset((a, b)) in direct or _may_be_called(names[a], names[b])
            for a, b in itertools.product(ours, theirs)
        )

    return grouped(len(found), _links(decided), may_join)


def _may_be_called(one: str, other: str) -> bool:
    alike = likeness(one, other)
    return alike is None or alike >= ALIKE


def _links(decided: pd.DataFrame) -> Iterator[Link]:
    row: Any  # a named tuple of pandas
    for row in decided.itertuples(index=False):
        doubt = 0 if row.identifier > 0 else 1 + round((1 - row.confidence) * _STEPS)
        one, other = sorted((int(row.one), int(row.other)))
        yield Link(doubt, float(row.apart_m), one, other)


def _perhaps(pairs: pd.DataFrame, labels: list[int]) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs that are not one site and may be."""
    for one, other, sure in zip(pairs["one"], pairs["other"], pairs["confidence"], strict=True):
        if labels[one] != labels[other]:
            yield min(one, other), max(one, other), float(sure)
