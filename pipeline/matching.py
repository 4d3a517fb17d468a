"""Which records of one source are the same place as which of another, and how sure that is.

Two records are held against each other where their categories are compatible and they share an
identifier or lie within the distance of their categories. What speaks for and against their being
one place is added up as weights of evidence in bits, as Fellegi and Sunter (1969, A theory for
record linkage, Journal of the American Statistical Association 64, 1183-1210) have it, and stated
as a confidence: bits b are a confidence of 1 ÷ (1 + 2⁻ᵇ). The weights are not fitted to anything;
they are set by hand, stand below, and are held against towns with known pairs and against pairs
that were read one by one (docs/methods.md).

From `SAME` on a pair is decided; from `PERHAPS` on it is listed for somebody to look at, and so is
every pair of points that has a rival less than `CLEAR_BITS` behind. A point is one place of the
other source at most; an area may be several, as a site that one source draws as two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.names import ALIKE, likenesses

SAME, PERHAPS = 0.75, 0.4
CLEAR_BITS = 0.5
# A part of a larger site lies in it, by this share of its area.
PART_SHARE = 0.5
DECIDED, AMBIGUOUS, OPEN = "same", "ambiguous", ""

# Bits for geometry. Areas: from none in common to all. `_PART` is what counts of the share of the
# smaller that lies in the larger, beside the share of both that is common to both.
_AREAS_APART, _AREAS_ONE, _PART = -3.0, 4.5, 0.8
_POINT_IN_AREA = 3.0
# Two sources call it by different kinds, which are declared to be compatible.
_OTHER_KIND = -1.5
_AT_ONE_SPOT, _AT_THE_LIMIT = 3.0, -3.0
# Bits for names: unlike, and the same; neither from `_NEUTRAL` on. Points of one kind stand in twos
# under one name, as the stops on both sides of a road do, so that it tells less of them.
_UNLIKE, _UNLIKE_AREAS, _SAME_NAME, _SAME_NAME_AREAS = -3.0, -1.5, 3.0, 5.0
_NEUTRAL = 0.7
_UNLIKE_FROM = 0.4
# Bits for an identifier that both have, and for two that one authority gave to two things.
_SHARED, _NOT_SHARED = 8.0, -6.0
_AREA = 2

Shapes = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Pairs:
    """Candidates: the position of each in its own table, and what is known of the two together."""

    one: Ints
    other: Ints
    apart_m: Floats
    within_m: Floats
    overlap: Floats
    part: Floats
    name: Floats
    identifier: Floats
    has_area: Flags
    are_areas: Flags
    of_one_kind: Flags


def match(
    ours: gpd.GeoDataFrame,
    theirs: gpd.GeoDataFrame,
    compatible: Mapping[str, frozenset[str]],
    within_m: Mapping[str, float],
) -> pd.DataFrame:
    """Say which records of two sources are one place.

    Parameters
    ----------
    ours, theirs
        n and m records with `category`, `name`, `identifiers` (texts such as `naptan:5320…`,
        the authority before the colon) and `geometry` in metres.
    compatible
        Category → the categories that the other source may call it, itself among them or not;
        read both ways.
    within_m
        Category → how far apart two records of one place may lie; of two categories, the larger.

    Returns
    -------
    pandas.DataFrame
        One row a pair that is decided or ambiguous: `one` and `other` (positions in `ours` and
        `theirs`), `decision` (`same`, `ambiguous`), `relation` (`one_to_one`, `one_to_many`,
        `many_to_one`, `many_to_many`; of ambiguous pairs empty), `confidence` (0 to 1), and its
        parts: `overlap` (area in common ÷ area of both), `part` (÷ the smaller area), `apart_m`,
        `name` (likeness, missing where one has none), `identifier` (1 shared, −1 contradicting,
        0 neither). Sorted by `one` and `other`. With the two tables changed about the same pairs
        come back, changed about.
    """
    pairs = weigh(ours, theirs, compatible, within_m)
    return pairs[pairs["decision"] != OPEN].reset_index(drop=True)


def weigh(
    ours: gpd.GeoDataFrame,
    theirs: gpd.GeoDataFrame,
    compatible: Mapping[str, frozenset[str]],
    within_m: Mapping[str, float],
) -> pd.DataFrame:
    """Weigh every pair of records that could be one place.

    Parameters
    ----------
    ours, theirs, compatible, within_m
        As for `match`. One table given as both is weighed against itself, each pair of its
        records both ways and no record against itself.

    Returns
    -------
    pandas.DataFrame
        As `match` returns it, with the pairs that are not one place or decided elsewhere, whose
        `decision` is empty.
    """
    pairs = _candidates(ours, theirs, compatible, within_m)
    bits = _evidence(pairs)
    confidence = 1 / (1 + np.exp2(-bits))
    decided = _decided(pairs, bits, confidence)
    # What two records have decided between them is no question any more.
    is_open = (confidence >= PERHAPS) & ~decided & ~_settled(pairs, decided)
    found = pd.DataFrame(
        {
            "one": pairs.one,
            "other": pairs.other,
            "decision": np.select([decided, is_open], [DECIDED, AMBIGUOUS], OPEN),
            "relation": _relations(pairs, decided),
            "confidence": np.round(confidence, 4),
            "overlap": np.round(pairs.overlap, 4),
            "part": np.round(pairs.part, 4),
            "apart_m": np.round(pairs.apart_m, 1),
            "name": pairs.name,
            "identifier": pairs.identifier,
        }
    )
    return found.sort_values(["one", "other"], ignore_index=True)


# --- candidates -----------------------------------------------------------------------------------


def _candidates(
    ours: gpd.GeoDataFrame,
    theirs: gpd.GeoDataFrame,
    compatible: Mapping[str, frozenset[str]],
    within_m: Mapping[str, float],
) -> _Pairs:
    here, there = np.asarray(ours.geometry.array), np.asarray(theirs.geometry.array)
    of_one, of_other = ours["category"].to_numpy(object), theirs["category"].to_numpy(object)
    one, other = _near(here, there, of_one, of_other, (compatible, within_m))
    one, other = _with_shared(one, other, ours["identifiers"], theirs["identifiers"])
    if ours is theirs:
        one, other = one[one != other], other[one != other]
    limit = _limits(of_one[one], of_other[other], within_m)
    overlap, part = _overlaps(here[one], there[other])
    areas = (
        shapely.get_dimensions(here)[one] == _AREA,
        shapely.get_dimensions(there)[other] == _AREA,
    )
    names = ours["name"].to_numpy(object)[one], theirs["name"].to_numpy(object)[other]
    return _Pairs(
        one, other, shapely.distance(here[one], there[other]), limit, overlap, part,
        likenesses(names[0].tolist(), names[1].tolist()),
        _identifiers(ours["identifiers"], theirs["identifiers"], one, other),
        areas[0] | areas[1], areas[0] & areas[1],
        of_one[one] == of_other[other],
    )  # fmt: skip


def _near(
    here: Shapes,
    there: Shapes,
    of_one: Shapes,
    of_other: Shapes,
    rules: tuple[Mapping[str, frozenset[str]], Mapping[str, float]],
) -> tuple[Ints, Ints]:
    """Return the pairs of compatible categories that lie within the distance of theirs."""
    compatible, within_m = rules
    ones, others = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    rows_of = {category: np.flatnonzero(of_other == category) for category in set(of_other)}
    for category in sorted(set(of_one)):
        rows = np.flatnonzero(of_one == category)
        for their in sorted(rows_of):
            if not _may_be(category, their, compatible):
                continue
            limit = max(within_m[category], within_m[their])
            tree = shapely.STRtree(there[rows_of[their]])
            left, right = tree.query(here[rows], predicate="dwithin", distance=limit)
            ones.append(rows[left])
            others.append(rows_of[their][right])
    return np.concatenate(ones), np.concatenate(others)


def _may_be(one: str, other: str, compatible: Mapping[str, frozenset[str]]) -> bool:
    return (
        one == other
        or other in compatible.get(one, frozenset())
        or one in compatible.get(other, frozenset())
    )


def _with_shared(
    one: Ints, other: Ints, ours: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]]
) -> tuple[Ints, Ints]:
    """Add the pairs that share an identifier, wherever they lie."""
    holders: dict[str, list[int]] = {}
    for place, identifiers in enumerate(theirs):
        for identifier in identifiers:
            holders.setdefault(identifier, []).append(place)
    shared = [
        (place, their)
        for place, identifiers in enumerate(ours)
        for identifier in identifiers
        for their in holders.get(identifier, ())
    ]
    pairs = np.column_stack([one, other])
    if shared:
        pairs = np.vstack([pairs, np.array(shared, dtype=np.int64)])
    pairs = np.unique(pairs, axis=0)
    return pairs[:, 0], pairs[:, 1]


def _limits(one: Shapes, other: Shapes, within_m: Mapping[str, float]) -> Floats:
    ours, theirs = (
        np.array([within_m[category] for category in side], dtype=np.float64)
        for side in (one, other)
    )
    return np.asarray(np.maximum(ours, theirs))


def _overlaps(one: Shapes, other: Shapes) -> tuple[Floats, Floats]:
    """Return what two areas have in common, over both and over the smaller.

    A point or a line is in an area or it is not.
    """
    both, part = np.zeros(len(one)), np.zeros(len(one))
    dimensions = np.column_stack([shapely.get_dimensions(one), shapely.get_dimensions(other)])
    areas = (dimensions == _AREA).all(axis=1)
    areas &= shapely.intersects(one, other)
    common = shapely.area(shapely.intersection(one[areas], other[areas]))
    ours, theirs = shapely.area(one[areas]), shapely.area(other[areas])
    both[areas] = common / np.maximum(ours + theirs - common, 1e-9)
    part[areas] = common / np.maximum(np.minimum(ours, theirs), 1e-9)
    mixed = (dimensions == _AREA).any(axis=1) & (dimensions < _AREA).any(axis=1)
    part[mixed] = shapely.intersects(one[mixed], other[mixed])
    return both, np.minimum(part, 1.0)


def _identifiers(
    ours: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]], one: Ints, other: Ints
) -> Floats:
    """Return 1 where an identifier is shared, −1 where one authority gave each its own, else 0."""
    left, right = [frozenset(each) for each in ours], [frozenset(each) for each in theirs]
    given = [frozenset(i.partition(":")[0] for i in each) for each in left]
    taken = [frozenset(i.partition(":")[0] for i in each) for each in right]
    found = np.zeros(len(one))
    for place, (a, b) in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
        if left[a] and right[b]:
            found[place] = 1.0 if left[a] & right[b] else -1.0 if given[a] & taken[b] else 0.0
    return found


# --- evidence -------------------------------------------------------------------------------------


def _evidence(pairs: _Pairs) -> Floats:
    """Add up what speaks for and against each pair, in bits."""
    # Rounded, so that the order in which shapes are cut with each other tells nothing.
    bits = _of_geometry(pairs) + _of_names(pairs) + _of_identifiers(pairs)
    return np.asarray(np.round(bits, 6))


def _of_geometry(pairs: _Pairs) -> Floats:
    beyond = np.divide(
        pairs.apart_m, pairs.within_m, out=np.zeros_like(pairs.apart_m), where=pairs.within_m > 0
    )
    # A code that both have holds however far one of them is drawn away, by a slip perhaps.
    points = _AT_ONE_SPOT + (_AT_THE_LIMIT - _AT_ONE_SPOT) * np.minimum(beyond, 1.0)
    # A wood in a park is in it and is not the park: of two kinds only what is common to both tells.
    common = np.where(
        pairs.of_one_kind, np.maximum(pairs.overlap, _PART * pairs.part), pairs.overlap
    )
    areas = _AREAS_APART + (_AREAS_ONE - _AREAS_APART) * common - np.minimum(beyond, 1.0)
    mixed = np.where(pairs.part > 0, _POINT_IN_AREA, points)
    found = np.where(pairs.are_areas, areas, np.where(pairs.has_area, mixed, points))
    return np.asarray(found + np.where(pairs.of_one_kind, 0.0, _OTHER_KIND))


def _of_names(pairs: _Pairs) -> Floats:
    worst = np.where(pairs.has_area, _UNLIKE_AREAS, _UNLIKE)
    below = worst * np.clip((_NEUTRAL - pairs.name) / (_NEUTRAL - _UNLIKE_FROM), 0, 1)
    best = np.where(pairs.has_area, _SAME_NAME_AREAS, _SAME_NAME)
    above = best * np.clip((pairs.name - _NEUTRAL) / (1 - _NEUTRAL), 0, 1)
    return np.where(np.isnan(pairs.name), 0.0, below + above)


def _of_identifiers(pairs: _Pairs) -> Floats:
    return np.where(pairs.identifier > 0, _SHARED, np.where(pairs.identifier < 0, _NOT_SHARED, 0.0))


# --- decisions ------------------------------------------------------------------------------------


def _decided(pairs: _Pairs, bits: Floats, confidence: Floats) -> Flags:
    """Decide pairs of areas each by itself, and pairs with a point one to one."""
    sure = confidence >= SAME
    is_part = pairs.are_areas & ((pairs.part >= PART_SHARE) | (pairs.name >= ALIKE))
    is_part &= pairs.of_one_kind
    return (sure & is_part) | _one_to_one(pairs, bits, sure & ~is_part)


def _one_to_one(pairs: _Pairs, bits: Floats, open_: Flags) -> Flags:
    """Take, again and again, each pair that is clearly the best that both of its records have."""
    decided = np.zeros(len(bits), dtype=bool)
    left = np.flatnonzero(open_)
    while len(left):
        best = _clearly_best(pairs.one[left], bits[left]) & _clearly_best(
            pairs.other[left], bits[left]
        )
        if not best.any():
            break
        taken = left[best]
        decided[taken] = True
        gone = np.isin(pairs.one[left], pairs.one[taken]) | np.isin(
            pairs.other[left], pairs.other[taken]
        )
        left = left[~gone]
    return decided


def _clearly_best(record: Ints, bits: Floats) -> Flags:
    """Mark the pairs that lead all others of their record by enough."""
    order = np.lexsort((-bits, record))
    ours, value = record[order], bits[order]
    first = np.r_[True, ours[1:] != ours[:-1]]
    behind = np.r_[np.where(ours[1:] == ours[:-1], value[1:], -np.inf), -np.inf]
    clear = np.zeros(len(record), dtype=bool)
    clear[order] = first & (value - behind >= CLEAR_BITS)
    return clear


def _settled(pairs: _Pairs, decided: Flags) -> Flags:
    """Mark the pairs of which both records are decided elsewhere, or that only echo such a one."""
    ours, theirs = pairs.one[decided], pairs.other[decided]
    is_one = np.isin(pairs.one, ours)
    is_other = np.isin(pairs.other, theirs)
    return np.asarray(np.where(pairs.are_areas, is_one & is_other, is_one | is_other))


def _relations(pairs: _Pairs, decided: Flags) -> npt.NDArray[np.object_]:
    """Say how many records of each side are one place, from the pairs that are decided."""
    ours = pd.Series(pairs.one[decided]).value_counts()
    theirs = pd.Series(pairs.other[decided]).value_counts()
    n_others = ours.reindex(pairs.one, fill_value=0).to_numpy()
    n_ones = theirs.reindex(pairs.other, fill_value=0).to_numpy()
    words = np.array([["one_to_one", "many_to_one"], ["one_to_many", "many_to_many"]], dtype=object)
    found = words[(n_others > 1).astype(int), (n_ones > 1).astype(int)]
    return np.where(decided, found, "")
