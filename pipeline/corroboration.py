"""Records of all sources → assets: one thing, however many records speak of it.

Within one category, two records are one asset where they share an identifier, where one lies in
the other, or where they lie close and their names do not speak against it. Every record is kept
in the asset that it became part of; none is counted twice.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.agreement import rank
from pipeline.comparison import compatible_categories
from pipeline.config import CategoryRules
from pipeline.grouping import Link, grouped, pairs_sharing
from pipeline.matching import DECIDED, match
from pipeline.names import ALIKE, likeness
from pipeline.stops import gather_stops, place_name, points_of_place
from pipeline.text import json_text, names_agree, normalised_name, slug

Shapes = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.float64]
# One record, by column.
Row = dict[Hashable, Any]

OSM = "osm"
# Of the smaller of two shapes, how much lies in the other where they are one, or where records
# of two sources draw the same place a little differently.
INSIDE_SHARE = 0.9
SAME_SHARE = 0.5
# What lies inside such land is part of it, whatever it is called; a shop inside a shop is not.
_LAND = frozenset({"boundary", "shore", "street"})
_CURVE_SEGMENTS = 4
_COLLECTION = 7  # shapely's number for shapes of several kinds in one


def corroborate(
    records: gpd.GeoDataFrame, rules: Mapping[str, CategoryRules], outline: shapely.Geometry
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Make assets out of the records of all sources.

    Parameters
    ----------
    records
        One row a record: `source`, `record_id`, `order` (its place among all records, a text
        that sorts), `category`, `also`, `name`, `date`, `licence`, `url`, `identifiers` (a
        tuple), `locality`, `kind_of_stop`, `tags` and `details` (dictionaries), `geometry`
        in metres. In any order.
    rules
        Rules by category.
    outline
        The district.

    Returns
    -------
    tuple of geopandas.GeoDataFrame and geopandas.GeoDataFrame
        A table of `tables.ASSETS`, sorted by `asset_id`, with one more column, `members`: the
        `(source, record_id)` of every record of the asset; and those that are too small to count.
    """
    rows: list[dict[str, object]] = []
    ordered = _as_the_map_calls_it(records.sort_values("order", ignore_index=True), rules)
    for category, ours in ordered.groupby("category", sort=True):
        of_category = rules[str(category)]
        rows += _assets_of(ours.reset_index(drop=True), str(category), of_category)
    assets = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=_COLUMNS), geometry="geometry", crs=records.crs
    )
    assets = assets.astype({"area_m2": "float64", "is_too_small": "bool"})
    assets["asset_id"] = _unique(assets["asset_id"].tolist(), assets["members"].tolist())
    assets["is_in_district"] = shapely.intersects(np.asarray(assets.geometry.array), outline)
    assets = assets.sort_values("asset_id", ignore_index=True)
    is_too_small = assets.pop("is_too_small")
    return assets[~is_too_small].reset_index(drop=True), assets[is_too_small]


def _as_the_map_calls_it(
    records: gpd.GeoDataFrame, rules: Mapping[str, CategoryRules]
) -> gpd.GeoDataFrame:
    """Put a listed place that the map has in another category there, so that it counts once.

    It must be clear that both are one: most of both is common ground, or their names are alike;
    and nothing in its own category may be it as well.
    """
    is_mapped = (records["source"] == OSM).to_numpy()
    ours, theirs = records[~is_mapped], records[is_mapped]
    if ours.empty or theirs.empty or not any(rule.may_be for rule in rules.values()):
        return records
    within_m = {category: rule.same_within_m for category, rule in rules.items()}
    pairs = match(ours, theirs, compatible_categories(rules), within_m)
    one, other = ours.index[pairs["one"]].to_numpy(), theirs.index[pairs["other"]].to_numpy()
    category = records["category"].to_numpy(object)
    is_other = category[one] != category[other]
    taken = np.isin(one, one[~is_other])
    is_clear = (pairs["overlap"] >= SAME_SHARE) | (pairs["name"] >= ALIKE)
    moved = is_other & ~taken & (pairs["decision"] == DECIDED) & is_clear
    best = pairs.assign(one=one, other=other)[moved].sort_values(
        ["confidence", "other"], ascending=[False, True]
    )
    best = best.drop_duplicates("one")
    also, called = records["also"].tolist(), category.copy()
    identifiers, ids = records["identifiers"].tolist(), records["record_id"].tolist()
    for ours_at, theirs_at in zip(best["one"].tolist(), best["other"].tolist(), strict=True):
        called[ours_at] = category[theirs_at]
        words = {*also[ours_at].split(","), category[ours_at]} - {"", category[theirs_at]}
        also[ours_at] = ",".join(sorted(words))
        for row in (ours_at, theirs_at):
            identifiers[row] = (*identifiers[row], f"matched:{ids[theirs_at]}")
    given = pd.Series(identifiers, index=records.index, dtype=object)
    return records.assign(category=called, also=also, identifiers=given)


_COLUMNS = [
    "asset_id", "category", "kind", "level", "status", "name", "sources", "licences", "date",
    "area_m2", "records", "details", "is_in_district", "geometry", "members", "is_too_small",
]  # fmt: skip


def gather(records: gpd.GeoDataFrame, rules: CategoryRules) -> list[int]:
    """Find which records of one category are one asset.

    Parameters
    ----------
    records
        In their declared order.
    rules
        The rules of their category.

    Returns
    -------
    list of int
        For each record, the number of the first record of its asset.
    """
    keys = [normalised_name(name) for name in records["name"]]
    agree = _Agree(keys, records["name"].tolist(), records["source"].tolist())

    def may_join(ours: list[int], theirs: list[int]) -> bool:
        return all(agree(a, b) for a, b in itertools.product(ours, theirs))

    return grouped(len(records), _links(records, agree, rules), may_join).labels()


class _Agree:
    """Whether the names of two records can be those of one place.

    Of one source its words must agree; two sources may spell a name differently, or each in its
    own language.
    """

    def __init__(self, keys: list[str], names: list[str], sources: list[str]) -> None:
        self.keys, self.sources = keys, sources
        self._names = names

    def __call__(self, a: int, b: int) -> bool:
        if names_agree(self.keys[a], self.keys[b]):
            return True
        if self.sources[a] == self.sources[b]:
            return False
        return (likeness(self._names[a], self._names[b]) or 0.0) >= ALIKE


def _links(records: gpd.GeoDataFrame, agree: _Agree, rules: CategoryRules) -> Iterator[Link]:
    for a, b in pairs_sharing(records["identifiers"]):
        yield Link(0, 0.0, a, b)
    shapes = np.asarray(records.geometry.array)
    keys, sources = agree.keys, agree.sources
    tree = shapely.STRtree(shapes)
    near = tree.query(shapes, predicate="dwithin", distance=rules.same_within_m)
    one, other = near[:, near[0] < near[1]]
    apart = shapely.distance(shapes[one], shapes[other])
    shares = _shares(shapes[one], shapes[other])
    is_coast = _is_coast(shapes, keys, rules)
    for a, b, metres, share in zip(
        one.tolist(), other.tolist(), apart.tolist(), shares.tolist(), strict=True
    ):
        if is_coast[a] != is_coast[b]:
            continue
        names = (keys[a], keys[b], agree(a, b))
        doubt = _doubt(names, metres, share, rules, is_across=sources[a] != sources[b])
        if doubt is not None:
            yield Link(doubt, metres, a, b)


def _is_coast(shapes: Shapes, keys: list[str], rules: CategoryRules) -> list[bool]:
    """Mark shore lines without a name; a river that runs into the sea does not name the coast."""
    if rules.walk_in != "shore":
        return [False] * len(keys)
    is_line = (shapely.get_dimensions(shapes) == 1).tolist()
    return [line and not key for line, key in zip(is_line, keys, strict=True)]


def _doubt(
    names: tuple[str, str, bool],
    metres: float,
    share: float,
    rules: CategoryRules,
    *,
    is_across: bool,
) -> int | None:
    """Say how doubtful it is that two records are one asset; None is that they are not."""
    one, other, agree = names
    is_land = rules.walk_in in _LAND
    if share >= INSIDE_SHARE and (is_across or is_land or agree):
        return 0
    if is_across and share >= SAME_SHARE:
        return 0
    if not agree:
        return None
    if one and other:
        # One source that gives two names to neighbouring land means two places.
        may_abridge = is_across or not is_land
        return (1 if metres == 0 else 2) if one == other or may_abridge else None
    return (1 if metres == 0 else 3) if is_across or rules.nameless_joins else None


def _shares(one: Shapes, other: Shapes) -> Numbers:
    """Return how much of the smaller of two shapes lies in the other, from 0 to 1."""
    dimensions = np.column_stack([shapely.get_dimensions(one), shapely.get_dimensions(other)])
    shares = np.zeros(len(one))
    for lower in (0, 1, 2):
        rows = dimensions.min(axis=1, initial=2) == lower
        rows &= dimensions.max(axis=1, initial=0) == 2  # noqa: PLR2004 (an area holds something)
        if rows.any():
            common = shapely.intersection(one[rows], other[rows])
            parts = np.where(shapely.is_empty(common), 0.0, _size(common, lower))
            ours, theirs = _size(one[rows], lower), _size(other[rows], lower)
            is_first = dimensions[rows, 0] == lower
            is_second = dimensions[rows, 1] == lower
            smaller = np.minimum(
                np.where(is_first, ours, np.inf), np.where(is_second, theirs, np.inf)
            )
            shares[rows] = np.divide(parts, smaller, out=np.zeros_like(parts), where=smaller > 0)
    return shares


def _size(shapes: Shapes, dimension: int) -> Numbers:
    if dimension == 0:
        return np.ones(len(shapes))
    return shapely.length(shapes) if dimension == 1 else shapely.area(shapes)


# --- one asset out of its records ----------------------------------------------------------------


def _assets_of(
    records: gpd.GeoDataFrame, category: str, rules: CategoryRules
) -> Iterator[dict[str, object]]:
    is_place = rules.one_place == "named_place"
    stops, labels = gather_stops(records, rules) if is_place else ([], gather(records, rules))
    shapes = np.asarray(records.geometry.array)
    rows: list[Row] = pd.DataFrame(records.drop(columns="geometry")).to_dict("records")
    groups = pd.Series(range(len(records))).groupby(np.asarray(labels)).indices
    for _, members in sorted(groups.items()):
        ours = [rows[number] for number in members]
        if is_place:
            place = records.iloc[members]
            shape = points_of_place(place, [stops[number] for number in members])
        else:
            shape = _shape(ours, shapes[members], rules)
        yield _asset(ours, shapes[members], shape, category, rules)


def _asset(
    rows: list[Row], shapes: Shapes, shape: shapely.Geometry, category: str, rules: CategoryRules
) -> dict[str, object]:
    banks = rules.banks_m
    return {
        "asset_id": f"{rows[0]['source']}-{slug(rows[0]['record_id'], most=80)}",
        "category": category,
        "kind": rules.kind.value,
        "level": rules.level.value,
        "status": rules.status,
        "name": _name(rows, shapes, rules),
        "sources": ",".join(sorted({row["source"] for row in rows})),
        "licences": ",".join(sorted({row["licence"] for row in rows})),
        "date": max(row["date"] for row in rows),
        "area_m2": float(shapely.area(shape)),
        "records": json_text([_record(row) for row in rows]),
        "details": json_text(_details(rows, rules)),
        "geometry": shapely.buffer(shape, banks, quad_segs=_CURVE_SEGMENTS) if banks else shape,
        "members": tuple((row["source"], row["record_id"]) for row in rows),
        "is_too_small": _is_too_small(rows, shape, rules),
    }


def _shape(rows: list[Row], shapes: Shapes, rules: CategoryRules) -> shapely.Geometry:
    """Return the shape of an asset: as the first source that draws it in full has it.

    Sources draw the same park a little differently; the sum of both would be of neither. Which of
    them comes first is declared with the category.
    """
    dimensions = shapely.get_dimensions(shapes)
    most = dimensions.max()
    if rules.walk_in == "street" and most == 2 and (dimensions == 1).any():  # noqa: PLR2004
        lines = np.where(dimensions == most, shapely.boundary(shapes), shapes)
        shape: shapely.Geometry = shapely.union_all(lines[dimensions > 0])
        return shape
    sources = np.array([row["source"] for row in rows], dtype=object)
    drawn = sources[dimensions == most]
    first = min(drawn, key=lambda source: rank(source, rules.sources_first.shape))
    ours = shapes[(dimensions == most) & (sources == first)]
    is_union = len(ours) > 1 and (most > 0 or rules.walk_in == "point")
    return _of_one_kind(shapely.union_all(ours) if is_union else ours[0], most)


def _of_one_kind(shape: shapely.Geometry, dimension: int) -> shapely.Geometry:
    """Drop the stray lines and points that repairing a crossed boundary leaves beside an area."""
    if shapely.get_type_id(shape) != _COLLECTION:
        return shape
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == dimension])


def _is_too_small(rows: list[Row], shape: shapely.Geometry, rules: CategoryRules) -> bool:
    """Tell whether a site is too small to count; what an official list holds needs no name."""
    if shapely.get_dimensions(shape) == 1:
        return False
    area = shapely.area(shape)
    is_only_drawn = not any(row["name"] or row["source"] != "osm" for row in rows)
    return bool(
        0 < area < rules.smallest_m2 or (is_only_drawn and area < rules.smallest_unnamed_m2)
    )


def _name(rows: list[Row], shapes: Shapes, rules: CategoryRules) -> str:
    """Return the name that the first source in order gives, of its largest record that has one."""
    order, areas = rules.sources_first.name, shapely.area(shapes)
    chosen, _ = min(
        zip(rows, areas.tolist(), strict=True),
        key=lambda pair: (not pair[0]["name"], rank(pair[0]["source"], order), -pair[1]),
    )
    if rules.one_place == "named_place" and chosen["name"]:
        return place_name(chosen["name"], chosen["tags"])
    return str(chosen["name"])


def _record(row: Row) -> dict[str, str]:
    record = {
        "source": row["source"],
        "id": row["record_id"],
        "name": row["name"],
        "date": row["date"],
        "licence": row["licence"],
    }
    return record | {"url": row["url"]} if row["url"] else record


def _details(rows: list[Row], rules: CategoryRules) -> dict[str, str]:
    """Return what the records say beside their names; where several do, the first in order."""
    details: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: rank(row["source"], rules.sources_first.details)):
        details = row["details"] | details
    also = {word for row in rows for word in row["also"].split(",") if word}
    return details | {"also": ",".join(sorted(also))} if also else details


def _unique(ids: list[str], members: list[tuple[tuple[str, str], ...]]) -> list[str]:
    """Tell apart ids that differ only in what a plain name cannot hold."""
    doubled = pd.Series(ids).duplicated(keep=False).tolist()
    return [
        f"{plain}-{hashlib.sha256('|'.join(ours[0]).encode()).hexdigest()[:8]}" if twice else plain
        for plain, ours, twice in zip(ids, members, doubled, strict=True)
    ]
