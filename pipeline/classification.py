"""OpenStreetMap features → which of them are assets, each of one category.

Rules are looked up by key and value, so that a feature meets only the few rules that could
hold for it. A feature that matches a category and is not counted keeps the reason why.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.config import CategoryRules, OsmRules, TagConditions
from pipeline.text import clean_text

Tags = dict[str, str]
# One entry of `any`, `all` or `none`: every key must hold one of the values; None is any value.
Condition = tuple[tuple[str, frozenset[str] | None], ...]

PRIVATE = "private"
NOT_IN_USE = "not_in_use"
INSIDE = "inside"
TOO_SMALL = "too_small"
REASONS = (PRIVATE, NOT_IN_USE, INSIDE, TOO_SMALL)

# Who is let in, from everyone to hardly anyone; every value not named here lets in hardly anyone.
_EVERYONE = frozenset(
    {"yes", "permissive", "designated", "public", "destination", "official", "unknown"}
)
_CUSTOMERS = frozenset({"customers", "ticket"})
_LET_IN = {"open": 0, "customers": 1, "listed": 2}

_LIFECYCLE = ("disused:", "abandoned:", "ruins:", "construction:")
# Uses of a building: where one of them goes on, what it once was does not make it empty.
_USES = ("amenity", "shop", "office", "leisure", "tourism", "craft", "healthcare", "club")
_NO_USE = frozenset({"no", "vacant", "disused", "abandoned"})
_GONE_KEYS = (
    "disused", "abandoned", "ruins", "demolished", "razed", "removed", "proposed", "construction",
)  # fmt: skip
_GONE_BUILDINGS = frozenset(
    {"ruins", "collapsed", "construction", "demolished", "disused", "abandoned"}
)


@dataclass(frozen=True)
class _Rule:
    """One way of belonging to a category: an entry of `any`, with what else must hold."""

    category: str
    first: Condition
    all: tuple[Condition, ...]
    none: tuple[Condition, ...]
    shapes: frozenset[str]

    def holds(self, tags: Tags, shape: str) -> bool:
        """Tell whether a feature with these tags, in this shape, belongs."""
        return (
            shape in self.shapes
            and _holds(self.first, tags)
            and all(_holds(condition, tags) for condition in self.all)
            and not any(_holds(condition, tags) for condition in self.none)
        )


_Index = dict[str, dict[str | None, list[_Rule]]]


def conditions(entries: TagConditions) -> tuple[Condition, ...]:
    """Return tag conditions in the form in which they are looked up.

    Parameters
    ----------
    entries
        As a category file has them.

    Returns
    -------
    tuple
        One condition an entry.
    """
    return tuple(
        tuple((key, _allowed(values)) for key, values in entry.items()) for entry in entries
    )


def holds_one_of(entries: Iterable[Condition], tags: Tags) -> bool:
    """Tell whether one of several conditions holds.

    Parameters
    ----------
    entries
        Results of `conditions`.
    tags
        The tags of one feature.

    Returns
    -------
    bool
        False where there is no condition.
    """
    return any(_holds(condition, tags) for condition in entries)


def classify(features: gpd.GeoDataFrame, rules: Mapping[str, CategoryRules]) -> gpd.GeoDataFrame:
    """Give every feature that is an asset its category.

    Parameters
    ----------
    features
        A table of `tables.FEATURES`, in any order, in metres.
    rules
        Rules by category.

    Returns
    -------
    geopandas.GeoDataFrame
        One row for each feature that matches a category, sorted by `feature_id`: `feature_id`,
        `category`, `also` (other categories it matches, separated by commas), `left_out` (empty,
        or why it is not counted), `name`, `edited`, `tags` (a dictionary) and `geometry`.
    """
    parsed = read_tags(features["tags"])
    shapes = features["shape"].to_numpy()
    index = _index_of(rules)
    matched = [
        (position, category)
        for position, (tags, shape) in enumerate(zip(parsed, shapes, strict=True))
        for category in _matching(tags, shape, index)
    ]
    chosen = pd.DataFrame(matched, columns=["position", "category"])
    chosen["left_out"] = [
        reason_against(parsed[position], rules[category]) for position, category in matched
    ]
    _mark_inside(chosen, features, parsed, rules)
    return _one_category_each(chosen, features, parsed, rules)


def read_tags(texts: pd.Series) -> list[Tags]:
    """Return tags as dictionaries.

    Parameters
    ----------
    texts
        JSON objects, one a row; read in one go, which is several times faster than one by one.

    Returns
    -------
    list of dict
        As many as there are rows.
    """
    tags: list[Tags] = json.loads(f"[{','.join(texts)}]")
    return tags


def reason_against(tags: Tags, rules: CategoryRules) -> str:
    """Return why a feature that matches a category by its tags does not count in it.

    Parameters
    ----------
    tags
        Its tags.
    rules
        The rules of the category.

    Returns
    -------
    str
        `not_in_use`, `private`, or empty.
    """
    if rules.status == "actual" and is_out_of_use(tags):
        return NOT_IN_USE
    return PRIVATE if closed_to(tags) > _LET_IN[rules.public_access] else ""


def is_out_of_use(tags: Tags) -> bool:
    """Tell whether a feature says that it is disused, ruined, gone, or not yet there.

    Parameters
    ----------
    tags
        Its tags.

    Returns
    -------
    bool
        False where it says nothing.
    """
    return tags.get("building") in _GONE_BUILDINGS or any(
        tags.get(key, "no") not in ("no", "minor") for key in _GONE_KEYS
    )


def closed_to(tags: Tags) -> int:
    """Return how few people may walk in: 0 everyone, 1 customers, 2 hardly anyone.

    `foot` says more than `access`; a place that says nothing is open to everyone.

    Parameters
    ----------
    tags
        The tags of one feature.

    Returns
    -------
    int
        From 0 to 2.
    """
    value = tags.get("foot", tags.get("access", "yes"))
    if value in _EVERYONE:
        return 0
    return 1 if value in _CUSTOMERS else 2


def _allowed(values: str | tuple[str, ...]) -> frozenset[str] | None:
    if values == "*":
        return None
    return frozenset((values,) if isinstance(values, str) else values)


def _holds(condition: Condition, tags: Tags) -> bool:
    return all(_key_holds(key, allowed, tags) for key, allowed in condition)


def _key_holds(key: str, allowed: frozenset[str] | None, tags: Tags) -> bool:
    value = tags.get(key)
    if value is None or (key.startswith(_LIFECYCLE) and _is_in_use_again(key, tags)):
        return False
    if allowed is None:
        return value != "no"
    if value in allowed:
        return True
    return ";" in value and any(part.strip() in allowed for part in value.split(";"))


def _is_in_use_again(key: str, tags: Tags) -> bool:
    """Tell whether a place, such as a café with `disused:shop`, has found another use."""
    bare = key.partition(":")[2]
    if bare == "building":
        return False
    keys = _USES if bare in _USES else (bare,)
    return any(tags.get(use, "no") not in _NO_USE for use in keys)


def _index_of(rules: Mapping[str, CategoryRules]) -> _Index:
    """Return the rules by the key and value that a feature must have to meet them."""
    index: _Index = {}
    for category, category_rules in rules.items():
        for rule in _rules_of(category, category_rules.osm):
            key, values = min(rule.first, key=lambda pair: len(pair[1] or range(10_000)))
            for value in values if values is not None else (None,):
                index.setdefault(key, {}).setdefault(value, []).append(rule)
    return index


def _rules_of(category: str, osm: OsmRules) -> Iterator[_Rule]:
    for prefix in osm.lifecycle:
        for entry in osm.any:
            keys = {f"{prefix}:{key}" if prefix else key: value for key, value in entry.items()}
            yield _Rule(
                category,
                first=conditions((keys,))[0],
                all=conditions(osm.all),
                none=conditions(osm.none),
                shapes=frozenset(osm.shapes),
            )


def _matching(tags: Tags, shape: str, index: _Index) -> list[str]:
    """Return the categories that a feature belongs to by its tags, each once."""
    found: dict[str, None] = {}
    for key in tags.keys() & index.keys():
        by_value = index[key]
        for value in (None, *_parts(tags[key])):
            for rule in by_value.get(value, ()):
                if rule.category not in found and rule.holds(tags, shape):
                    found[rule.category] = None
    return list(found)


def _parts(value: str) -> tuple[str, ...]:
    if ";" not in value:
        return (value,)
    return (value, *(part.strip() for part in value.split(";")))


class Walls:
    """Areas that keep what is inside them from the public, such as schools."""

    def __init__(
        self, features: gpd.GeoDataFrame, parsed: list[Tags], rules: Mapping[str, CategoryRules]
    ) -> None:
        self._walls = {name: conditions(rule.osm.not_inside) for name, rule in rules.items()}
        every = tuple({wall for walls in self._walls.values() for wall in walls})
        keys = {key for wall in every for key, _ in wall}
        is_area = (features["shape"] == "area").to_numpy()
        self._positions = [
            position
            for position in np.flatnonzero(is_area).tolist()
            if not keys.isdisjoint(parsed[position]) and holds_one_of(every, parsed[position])
        ]
        self._tags = [parsed[position] for position in self._positions]
        self._tree = shapely.STRtree(np.asarray(features.geometry.array)[self._positions])

    def around(self, shapes: np.ndarray, categories: list[str], own: list[int]) -> list[bool]:
        """Tell which shapes lie inside an area that their category must not lie in.

        Parameters
        ----------
        shapes
            Shapes in metres; what counts is a point in each.
        categories
            The category of each.
        own
            The position of each among the features, which is no wall to itself; −1 for none.

        Returns
        -------
        list of bool
            One a shape.
        """
        inside = [False] * len(shapes)
        points = shapely.point_on_surface(shapes)
        for row, wall in self._tree.query(points, predicate="within").T.tolist():
            if own[row] != self._positions[wall] and not inside[row]:
                inside[row] = holds_one_of(self._walls[categories[row]], self._tags[wall])
        return inside


def _mark_inside(
    chosen: pd.DataFrame,
    features: gpd.GeoDataFrame,
    parsed: list[Tags],
    rules: Mapping[str, CategoryRules],
) -> None:
    """Leave out what lies inside a school and the like, unless it says that it is open to all."""
    reasons = chosen["left_out"].to_numpy(dtype=object, copy=True)
    positions = chosen["position"].tolist()
    asked = np.array(
        [
            not reason and not _invites(parsed[position])
            for reason, position in zip(reasons, positions, strict=True)
        ],
        dtype=bool,
    )
    at = chosen.loc[asked, "position"].tolist()
    shapes = np.asarray(features.geometry.array)[at]
    walls = Walls(features, parsed, rules)
    inside = walls.around(shapes, chosen.loc[asked, "category"].tolist(), at)
    reasons[np.flatnonzero(asked)[inside]] = INSIDE
    chosen["left_out"] = reasons


def _invites(tags: Tags) -> bool:
    return ("foot" in tags or "access" in tags) and closed_to(tags) <= _LET_IN["customers"]


def _one_category_each(
    chosen: pd.DataFrame,
    features: gpd.GeoDataFrame,
    parsed: list[Tags],
    rules: Mapping[str, CategoryRules],
) -> gpd.GeoDataFrame:
    """Keep, for each feature, the first category that takes it; the others are named in `also`.

    A closed way can stand in the table as a line and as an area; the area is kept.
    """
    order = {name: category.precedence for name, category in rules.items()}
    taken = features.iloc[chosen["position"]]
    chosen = chosen.assign(
        feature_id=taken["feature_id"].to_numpy(),
        shape=taken["shape"].to_numpy(),
        is_left_out=chosen["left_out"] != "",
        order=chosen["category"].map(order),
    ).sort_values(["feature_id", "is_left_out", "shape", "order", "category"], kind="stable")
    counted = chosen[~chosen["is_left_out"]].groupby("feature_id")["category"].unique()
    kept = chosen.drop_duplicates("feature_id").reset_index(drop=True)
    tags = [parsed[position] for position in kept["position"]]
    return gpd.GeoDataFrame(
        {
            "feature_id": kept["feature_id"],
            "category": kept["category"],
            "also": [
                ",".join(sorted(set(counted.get(feature, ())) - {category}))
                for feature, category in zip(kept["feature_id"], kept["category"], strict=True)
            ],
            "left_out": kept["left_out"],
            "name": [clean_text(tag.get("name")) for tag in tags],
            "edited": features["edited"].to_numpy()[kept["position"]],
            "tags": tags,
        },
        geometry=np.asarray(features.geometry.array)[kept["position"]],
        crs=features.crs,
    )
