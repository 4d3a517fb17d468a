"""Every record of a district against those of other sources: how sure each join is, what is open.

Assets are formed in `corroboration`. Here each pair of sources is matched once more, so that every
record bears the confidence with which it belongs to its asset, and so that pairs that may be one
place and are two assets are listed for somebody to look at, not decided.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline import tables
from pipeline.config import CategoryRules
from pipeline.matching import OPEN, weigh
from pipeline.stops import place_name

_SIDES = ("one", "other")


def compare(
    records: gpd.GeoDataFrame, rules: Mapping[str, CategoryRules]
) -> tuple[pd.Series, pd.DataFrame]:
    """Match the records of each two sources.

    Parameters
    ----------
    records
        n records of assets: `asset_id`, `source`, `record_id`, `category`, `name`, `tags`,
        `identifiers`, `geometry` in metres.
    rules
        Rules by category.

    Returns
    -------
    tuple of pandas.Series and pandas.DataFrame
        For each record, in the order of the rows, the confidence with which it and a record of
        another source are one place, missing where no other source speaks of its asset; and a
        table of `tables.AMBIGUOUS`.
    """
    plain = records.reset_index(drop=True)
    said = [
        place_name(name, tags) if rules[category].one_place == "named_place" and name else name
        for name, tags, category in zip(
            plain["name"], plain["tags"], plain["category"], strict=True
        )
    ]
    plain = plain.assign(name=said)
    confidence = np.full(len(plain), np.nan)
    parts = []
    groups = {source: rows.index.to_numpy() for source, rows in plain.groupby("source")}
    for one, other in itertools.combinations(sorted(groups), 2):
        pairs = _pairs(plain, groups[one], groups[other], rules)
        is_one = pairs["one_asset"] == pairs["other_asset"]
        for side in _SIDES:
            np.fmax.at(
                confidence,
                pairs.loc[is_one, side].to_numpy(np.int64),
                pairs.loc[is_one, "confidence"].to_numpy(float),
            )
        # Some that matching alone would decide are two assets, as one code in two far places.
        parts.append(pairs[~is_one & (pairs["decision"] != OPEN)])
    return pd.Series(confidence, name="confidence"), _listed(plain, parts)


def compatible_categories(rules: Mapping[str, CategoryRules]) -> dict[str, frozenset[str]]:
    """Return, by category, what another source may call a place of it."""
    return {category: frozenset(rule.may_be) for category, rule in rules.items()}


def _pairs(
    records: gpd.GeoDataFrame,
    one: np.ndarray,
    other: np.ndarray,
    rules: Mapping[str, CategoryRules],
) -> pd.DataFrame:
    """Weigh the records of two sources, with positions in the table of all, and their assets."""
    found = weigh(
        records.loc[one],
        records.loc[other],
        compatible_categories(rules),
        {category: rule.same_within_m for category, rule in rules.items()},
    )
    found["one"], found["other"] = one[found["one"]], other[found["other"]]
    assets = records["asset_id"].to_numpy(object)
    return found.assign(one_asset=assets[found["one"]], other_asset=assets[found["other"]])


def _listed(records: gpd.GeoDataFrame, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Lay ambiguous pairs out as a table, the likeliest first."""
    columns = [column.name for column in tables.AMBIGUOUS.columns]
    pairs = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if pairs.empty:
        kinds = {c.name: {"text": "str"}.get(c.type, "float64") for c in tables.AMBIGUOUS.columns}
        return pd.DataFrame(columns=columns).astype(kinds)
    for side in _SIDES:
        rows = records.loc[pairs[side]]
        for name in ("source", "record_id", "category", "name"):
            pairs[f"{side}_{name}"] = rows[name].to_numpy()
    pairs = pairs.rename(columns={"name": "name_likeness"})
    keys = list(tables.AMBIGUOUS.key)
    ordered = pairs.sort_values(["confidence", *keys], ascending=[False, *[True] * len(keys)])
    found: pd.DataFrame = ordered[columns].drop_duplicates(keys).reset_index(drop=True)
    return found
