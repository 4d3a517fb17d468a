"""OpenStreetMap features → which of them are assets, each of one category.

A feature that matches a category and is not counted keeps the reason why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.config import CategoryRules
from pipeline.tags import (
    Condition,
    DescribedByTags,
    Tags,
    closed_to,
    conditions,
    holds_one_of,
    index_of,
    is_out_of_use,
    matching,
    read_tags,
)
from pipeline.text import clean_text

PRIVATE = "private"
NOT_IN_USE = "not_in_use"
INSIDE = "inside"
TOO_SMALL = "too_small"
REASONS = (PRIVATE, NOT_IN_USE, INSIDE, TOO_SMALL)

_LET_IN = {"open": 0, "customers": 1, "listed": 2}


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
    index = index_of(rules)
    matched = [
        (position, category)
        for position, (tags, shape) in enumerate(zip(parsed, shapes, strict=True))
        for category in matching(tags, shape, index)
    ]
    chosen = pd.DataFrame(matched, columns=["position", "category"])
    chosen["left_out"] = [
        reason_against(parsed[position], rules[category]) for position, category in matched
    ]
    _mark_inside(chosen, features, parsed, rules)
    return _one_category_each(chosen, features, parsed, rules)


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


class Walls:
    """Areas that keep what is inside them from the public, such as schools."""

    def __init__(
        self, features: gpd.GeoDataFrame, parsed: list[Tags], rules: Mapping[str, DescribedByTags]
    ) -> None:
        self._walls = {name: conditions(rule.osm.not_inside) for name, rule in rules.items()}
        values = _values_by_key(wall for walls in self._walls.values() for wall in walls)
        is_area = (features["shape"] == "area").to_numpy()
        self._positions = [
            position
            for position in np.flatnonzero(is_area).tolist()
            if _could_be_one(parsed[position], values)
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


def _could_be_one(tags: Tags, values: dict[str, set[str] | None]) -> bool:
    return any(
        (allowed := values[key]) is None or tags[key] in allowed
        for key in tags.keys() & values.keys()
    )


def _values_by_key(walls: Iterable[Condition]) -> dict[str, set[str] | None]:
    """Return the values that could make a wall, by key; None is any value."""
    values: dict[str, set[str] | None] = {}
    for wall in walls:
        for key, allowed in wall:
            known = values.setdefault(key, set())
            values[key] = None if allowed is None or known is None else known | allowed
    return values


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
