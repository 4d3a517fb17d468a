"""What the sources of an asset say together: whose word counts, where they differ, how sure we are.

Each category declares whose word counts first for the name, the shape and the details
(`sources_first`); what the others say is kept beside it. An asset is `conflicting` where two
sources give names that are not alike or areas of which one is more than twice the other, or where
somebody who was there says that it is gone; `stale` where none of its records is newer than its
category allows; `corroborated` where two sources or more speak of it and none of that holds; else
it is known from `one_source`. Sources that copy from each other, as OpenStreetMap has copied stops
from NaPTAN, corroborate each other no more than a copy does.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.config import Agreement, CategoryRules
from pipeline.names import ALIKE, likenesses
from pipeline.stops import place_name
from pipeline.text import json_text
from pipeline.units import DAYS_A_YEAR

COMMUNITY, LISTS = "community", "lists"
AREAS_DIFFER = 2.0
# What a person who was there says of a place, in the details of a record of the community.
THERE = "still_there"
# Details that are no statements about the place itself.
_NOT_COMPARED = frozenset({"also", "website", "url", "description", "note", "checked_by"})
# Why one source’s word is taken.
ONLY, AGREED, FIRST, LARGEST = "only_source", "all_agree", "first_in_order", "largest_of_source"

Row = Mapping[Any, Any]


def rank(source: str, order: Sequence[str]) -> int:
    """Return how early a source’s word counts.

    Parameters
    ----------
    source
        `osm`, `community`, or the name of a table or layer.
    order
        As a category declares it; `lists` stands for every table and layer that is not named.

    Returns
    -------
    int
        The smaller, the earlier.

    Examples
    --------
    >>> rank("naptan", ("community", "osm", "lists")), rank("naptan", ("naptan", "osm", "lists"))
    (2, 0)
    """
    own = source if source in order else LISTS
    return order.index(own) if own in order else len(order)


@dataclass(frozen=True)
class _Stated:
    """What one source says of one attribute."""

    source: str
    record_id: str
    value: Any


def with_agreement(
    assets: gpd.GeoDataFrame,
    records: gpd.GeoDataFrame,
    rules: Mapping[str, CategoryRules],
    day: date,
) -> gpd.GeoDataFrame:
    """Say of every asset how far its sources agree, and keep what each of them says.

    Parameters
    ----------
    assets
        n assets with `asset_id`, `category`, `name`, `date`.
    records
        Their records, any number each: `asset_id`, `source`, `record_id`, `name`, `date`, `tags`
        and `details` (dictionaries), `geometry` in metres; in their declared order.
    rules
        Rules by category.
    day
        Of the map data; how long ago the last edit was is counted from it.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows with `agreement`, `chosen` (by attribute, which source’s word is taken and
        why) and `differences` (by attribute, what each source says where they differ), the last
        two as JSON.
    """
    plain = pd.DataFrame(records.drop(columns="geometry"))
    plain["area_m2"] = shapely.area(np.asarray(records.geometry.array))
    plain["said_name"] = [
        place_name(name, tags) if rules[category].one_place == "named_place" and name else name
        for name, tags, category in zip(
            plain["name"], plain["tags"], plain["category"], strict=True
        )
    ]
    by_asset: dict[str, list[Row]] = defaultdict(list)
    for row in plain.to_dict("records"):
        by_asset[row["asset_id"]].append(row)
    alike = _Alike(by_asset.values())
    found = [
        _of_asset(by_asset[asset_id], rules[category], newest, day, alike)
        for asset_id, category, newest in zip(
            assets["asset_id"], assets["category"], assets["date"], strict=True
        )
    ]
    columns = ["agreement", "chosen", "differences"]
    new = pd.DataFrame(found, columns=columns, index=assets.index).astype("str")
    return assets.assign(**{column: new[column] for column in columns})


class _Alike:
    """Which names of one asset are alike; all pairs are compared at once."""

    def __init__(self, assets: Iterable[list[Row]]) -> None:
        pairs = set()
        for rows in assets:
            if len({row["source"] for row in rows}) > 1:
                names = sorted({row["said_name"] for row in rows} - {""})
                pairs |= set(itertools.combinations(names, 2))
        ordered = sorted(pairs)
        values = likenesses([one for one, _ in ordered], [other for _, other in ordered])
        self._found = dict(zip(ordered, (values >= ALIKE).tolist(), strict=True))

    def __call__(self, one: str, other: str) -> bool:
        return one == other or self._found.get((min(one, other), max(one, other)), False)


def _of_asset(
    rows: list[Row], rules: CategoryRules, newest: str, day: date, alike: _Alike
) -> tuple[str, str, str]:
    said = _said(rows)
    differing = {key for key, stated in said.items() if _differ(key, stated, alike)}
    agreement = _agreement(rows, differing, newest, day, rules.stale_after_years)
    chosen = {
        key: _choice(key, stated, rules, differ=key in differing) for key, stated in said.items()
    }
    chosen["shape"] = _choice_of_shape(rows, rules)
    differences = {
        key: [
            {"source": each.source, "id": each.record_id, "value": each.value} for each in said[key]
        ]
        for key in sorted(differing)
    }
    return agreement.value, json_text(chosen), json_text(differences)


def _said(rows: list[Row]) -> dict[str, list[_Stated]]:
    """Gather what is said of each attribute: every name, areas by source, first details."""
    said: dict[str, list[_Stated]] = defaultdict(list)
    areas: dict[str, float] = defaultdict(float)
    ids: dict[str, str] = {}
    for row in rows:
        source, record_id = row["source"], row["record_id"]
        ids.setdefault(source, record_id)
        areas[source] += row["area_m2"]
        if row["said_name"]:
            said["name"].append(_Stated(source, record_id, row["said_name"]))
        for key, text in sorted(row["details"].items()):
            if key not in _NOT_COMPARED:
                said[key].append(_Stated(source, record_id, text))
    for source, area in areas.items():
        if area > 0:
            said["area_m2"].append(_Stated(source, ids[source], round(area, 1)))
    return dict(said)


def _differ(key: str, stated: list[_Stated], alike: _Alike) -> bool:
    """Tell whether two sources say different things; parts of one source may."""
    by_source: dict[str, list[Any]] = defaultdict(list)
    for each in stated:
        by_source[each.source].append(each.value)
    for ours, theirs in itertools.combinations(by_source.values(), 2):
        if key == "name":
            if not any(alike(a, b) for a in ours for b in theirs):
                return True
        elif key == "area_m2":
            if max(ours[0], theirs[0]) > AREAS_DIFFER * min(ours[0], theirs[0]):
                return True
        elif {_folded(a) for a in ours}.isdisjoint(_folded(b) for b in theirs):
            return True
    return False


def _folded(value: object) -> str:
    return "".join(str(value).casefold().split())


def _agreement(
    rows: list[Row], differing: set[str], newest: str, day: date, years: float
) -> Agreement:
    is_gone = any(row["details"].get(THERE) == "no" for row in rows)
    if is_gone or differing & {"name", "area_m2"}:
        return Agreement.CONFLICTING
    if (day - date.fromisoformat(newest)).days > years * DAYS_A_YEAR:
        return Agreement.STALE
    if len({row["source"] for row in rows}) > 1:
        return Agreement.CORROBORATED
    return Agreement.ONE_SOURCE


def _choice(
    key: str, stated: list[_Stated], rules: CategoryRules, *, differ: bool
) -> dict[str, str]:
    declared = rules.sources_first
    order = {"name": declared.name, "area_m2": declared.shape}.get(key, declared.details)
    first = min(stated, key=lambda each: rank(each.source, order))
    if len({each.source for each in stated}) == 1:
        return {"source": first.source, "why": ONLY}
    return {"source": first.source, "why": FIRST if differ else AGREED}


def _choice_of_shape(rows: list[Row], rules: CategoryRules) -> dict[str, str]:
    """Name the source that draws the asset: of those that draw it in full, the first in order."""
    drawn = {row["source"] for row in rows if row["area_m2"] > 0} or {row["source"] for row in rows}
    first = min(sorted(drawn), key=lambda source: rank(source, rules.sources_first.shape))
    return {"source": first, "why": FIRST if len(drawn) > 1 else ONLY}
