"""Records of all sources → assets: one thing, however many records speak of it.

Within one category, two records are one asset where they share an identifier, where one lies in
the other, or where they lie close and their names do not speak against it. Every record is kept
in the asset that it became part of; none is counted twice.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.config import CategoryRules
from pipeline.grouping import Link, grouped, pairs_sharing
from pipeline.stops import gather_stops, place_name, points_of_place
from pipeline.text import names_agree, normalised_name, slug

Shapes = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.float64]

# Of the smaller of two shapes, how much lies in the other where they are one, or where records
# of two sources draw the same place a little differently.
INSIDE_SHARE = 0.9
SAME_SHARE = 0.5
# Land and streets may be mapped in pieces without names; buildings may not.
_IN_PIECES = frozenset({"boundary", "shore", "street"})
_CURVE_SEGMENTS = 4


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
    ordered = records.sort_values("order", ignore_index=True)
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

    def may_join(ours: list[int], theirs: list[int]) -> bool:
        return all(names_agree(keys[a], keys[b]) for a, b in itertools.product(ours, theirs))

    return grouped(len(records), _links(records, keys, rules), may_join).labels()


def _links(records: gpd.GeoDataFrame, keys: list[str], rules: CategoryRules) -> Iterator[Link]:
    for a, b in pairs_sharing(records["identifiers"]):
        yield Link(0, 0.0, a, b)
    shapes = np.asarray(records.geometry.array)
    sources = records["source"].tolist()
    tree = shapely.STRtree(shapes)
    near = tree.query(shapes, predicate="dwithin", distance=rules.same_within_m)
    one, other = near[:, near[0] < near[1]]
    apart = shapely.distance(shapes[one], shapes[other])
    shares = _shares(shapes[one], shapes[other])
    in_pieces = rules.walk_in in _IN_PIECES
    for a, b, metres, share in zip(
        one.tolist(), other.tolist(), apart.tolist(), shares.tolist(), strict=True
    ):
        is_across = sources[a] != sources[b]
        doubt = _doubt(keys[a], keys[b], metres, share, is_across=is_across, in_pieces=in_pieces)
        if rules.walk_in == "point" and doubt is None and not (keys[a] and keys[b]):
            doubt = 4
        if doubt is not None:
            yield Link(doubt, metres, a, b)


def _doubt(
    one: str, other: str, metres: float, share: float, *, is_across: bool, in_pieces: bool
) -> int | None:
    """Say how doubtful it is that two records are one asset; None is that they are not."""
    agree = names_agree(one, other)
    may_differ = is_across or in_pieces
    if share >= INSIDE_SHARE and (may_differ or agree):
        return 0
    if is_across and share >= SAME_SHARE:
        return 0
    if not agree:
        return None
    if one and one == other:
        return 1 if metres == 0 else 2
    if may_differ:
        return 1 if metres == 0 else 3
    return None


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
    groups = pd.Series(range(len(records))).groupby(np.asarray(labels)).indices
    for _, members in sorted(groups.items()):
        ours = records.iloc[members]
        if is_place:
            shape = points_of_place(ours, [stops[number] for number in members])
        else:
            shape = _shape(ours, rules)
        yield _asset(ours, shape, category, rules)


def _asset(
    records: gpd.GeoDataFrame, shape: shapely.Geometry, category: str, rules: CategoryRules
) -> dict[str, object]:
    first = records.iloc[0]
    banks = rules.banks_m
    return {
        "asset_id": f"{first['source']}-{slug(first['record_id'], most=80)}",
        "category": category,
        "kind": rules.kind.value,
        "level": rules.level.value,
        "status": rules.status,
        "name": _name(records, rules),
        "sources": ",".join(sorted(set(records["source"]))),
        "licences": ",".join(sorted(set(records["licence"]))),
        "date": max(records["date"]),
        "area_m2": float(shapely.area(shape)),
        "records": _plain([_record(row) for _, row in records.iterrows()]),
        "details": _plain(_details(records)),
        "geometry": shapely.buffer(shape, banks, quad_segs=_CURVE_SEGMENTS) if banks else shape,
        "members": tuple(zip(records["source"], records["record_id"], strict=True)),
        "is_too_small": _is_too_small(records, shape, rules),
    }


def _shape(records: gpd.GeoDataFrame, rules: CategoryRules) -> shapely.Geometry:
    """Return the shape of an asset: as the first source that draws it in full has it.

    Sources draw the same park a little differently; the sum of both would be of neither.
    """
    shapes = np.asarray(records.geometry.array)
    dimensions = shapely.get_dimensions(shapes)
    most = dimensions.max()
    if rules.walk_in == "street" and most == 2 and (dimensions == 1).any():  # noqa: PLR2004
        lines = np.where(dimensions == most, shapely.boundary(shapes), shapes)
        shape: shapely.Geometry = shapely.union_all(lines[dimensions > 0])
        return shape
    sources = records["source"].to_numpy()
    first = sources[dimensions == most][0]
    ours = shapes[(dimensions == most) & (sources == first)]
    return shapely.union_all(ours) if most > 0 or rules.walk_in == "point" else ours[0]


def _is_too_small(records: gpd.GeoDataFrame, shape: shapely.Geometry, rules: CategoryRules) -> bool:
    """Tell whether a site is too small to count; what an official list names is not."""
    if shapely.get_dimensions(shape) == 1:
        return False
    area = shapely.area(shape)
    is_unnamed = not any(records["name"]) and bool((records["source"] == "osm").all())
    return bool(0 < area < rules.smallest_m2 or (is_unnamed and area < rules.smallest_unnamed_m2))


def _name(records: gpd.GeoDataFrame, rules: CategoryRules) -> str:
    """Return the name of the largest record that has one, the first among equals."""
    is_named = (records["name"] != "").to_numpy()
    if not is_named.any():
        return ""
    areas = np.where(is_named, shapely.area(np.asarray(records.geometry.array)), -1.0)
    chosen = records.iloc[int(areas.argmax())]
    name = str(chosen["name"])
    return place_name(name, chosen["tags"]) if rules.one_place == "named_place" else name


def _record(row: pd.Series) -> dict[str, str]:
    record = {
        "source": row["source"],
        "id": row["record_id"],
        "name": row["name"],
        "date": row["date"],
        "licence": row["licence"],
    }
    return record | {"url": row["url"]} if row["url"] else record


def _details(records: gpd.GeoDataFrame) -> dict[str, str]:
    """Return what the records say beside their names; where several do, the first."""
    details: dict[str, str] = {}
    for said in records["details"]:
        details = said | details
    also = {word for words in records["also"] for word in words.split(",") if word}
    return details | {"also": ",".join(sorted(also))} if also else details


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _unique(ids: list[str], members: list[tuple[tuple[str, str], ...]]) -> list[str]:
    """Tell apart ids that differ only in what a plain name cannot hold."""
    doubled = pd.Series(ids).duplicated(keep=False).tolist()
    return [
        f"{plain}-{hashlib.sha256('|'.join(ours[0]).encode()).hexdigest()[:8]}" if twice else plain
        for plain, ours, twice in zip(ids, members, doubled, strict=True)
    ]
