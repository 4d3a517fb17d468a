"""Every row of a layer that is in no asset, with its reason: a row is used or set aside.

Some rows cannot be read as records; others are records, and are still not counted: they stand in
another layer too, lie inside another place, are too small, or lead into nothing that is here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import geopandas as gpd
import pandas as pd

from pipeline import tables
from pipeline.config import RecordsTable
from pipeline.errors import quoted
from pipeline.records import LayerRecords, LayerRows

TWICE, INSIDE, TOO_SMALL, OF_NO_ASSET = "listed_twice", "inside", "too_small", "of_no_asset"
# From which share on it is said aloud that a layer is not used.
MOST_ASIDE = 0.5
MOSTLY_ASIDE = "More than half"
_FAULTS = ("fault", TOO_SMALL, OF_NO_ASSET, "not_matched")
Key = tuple[str, str]


def set_aside(
    read: Mapping[str, LayerRecords],
    layers: Mapping[str, LayerRows],
    records: gpd.GeoDataFrame,
    assets: gpd.GeoDataFrame,
    too_small: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame,
) -> pd.DataFrame:
    """List every row of every layer that became part of no asset.

    Parameters
    ----------
    read, layers
        What was read of each layer, by name, and the layers themselves.
    records
        The records that may be counted, with `source` and `record_id`.
    assets, too_small
        Assets, and those too small to count; their `members` are records.
    points
        Ways in that lead into an asset, by `access_point_id`.

    Returns
    -------
    pandas.DataFrame
        A table of `tables.SET_ASIDE`.
    """
    counted = set(zip(records["source"], records["record_id"], strict=True))
    small = {key for members in too_small["members"] for key in members}
    used = {key for members in assets["members"] for key in members}
    ways_in = set(points["access_point_id"])
    owner: dict[Key, str] = {}
    parts = []
    for name, layer in read.items():
        declared, source = layers[name].declaration, layers[name].table or name
        if isinstance(declared, RecordsTable) and declared.access_points_of is not None:
            parts.append(_of_no_asset(name, layer.records, ways_in))
        else:
            parts.append(_not_counted(name, source, layer.records, owner, (used, small, counted)))
        parts.append(layer.quarantine)
    return with_more(*parts)


def with_more(*parts: pd.DataFrame) -> pd.DataFrame:
    """Return rows that are set aside as one table.

    Parameters
    ----------
    parts
        Any number of tables with the columns of `tables.SET_ASIDE`.

    Returns
    -------
    pandas.DataFrame
        Their rows, sorted by layer and row.
    """
    columns = [column.name for column in tables.SET_ASIDE.columns]
    empty = pd.DataFrame({name: [] for name in columns}).astype("str").astype({"row": "int64"})
    found = pd.concat([empty, *parts], ignore_index=True)[columns]
    texts = dict.fromkeys(("layer", "id", "kind", "reason"), "str")
    found = found.astype({**texts, "row": "int64"})
    return found.sort_values(["layer", "row"], ignore_index=True)


def _of_no_asset(name: str, rows: gpd.GeoDataFrame, ways_in: set[str]) -> pd.DataFrame:
    lost = ~(name + "-" + rows["record_id"]).isin(ways_in)
    reasons = [
        f"leads into {quoted(site)}, which is no asset here" if site else "leads into no place"
        for site in rows.loc[lost, "belongs_to"]
    ]
    return _rows(name, rows[lost], OF_NO_ASSET, reasons)


def _not_counted(
    name: str,
    source: str,
    rows: gpd.GeoDataFrame,
    owner: dict[Key, str],
    known: tuple[set[Key], set[Key], set[Key]],
) -> pd.DataFrame:
    used, small, counted = known
    kinds, reasons = [], []
    for record_id in rows["record_id"]:
        key = (source, record_id)
        first = owner.setdefault(key, name)
        kind, reason = "", ""
        if first != name:
            kind, reason = TWICE, f"stands in the layer {first} as well, and counts there"
        elif key in small:
            kind, reason = TOO_SMALL, "is too small to count as what it is listed as"
        elif key not in counted:
            kind, reason = (
                INSIDE,
                "lies inside a place that it belongs to, and does not count apart",
            )
        elif key not in used:
            kind, reason = OF_NO_ASSET, "became part of no asset"
        kinds.append(kind)
        reasons.append(reason)
    found = _rows(name, rows, kinds, reasons)
    return found[found["kind"] != ""]


def _rows(name: str, rows: pd.DataFrame, kind: str | list[str], reasons: list[str]) -> pd.DataFrame:
    ids, numbers = rows["record_id"].to_numpy(), rows["row"].to_numpy()
    frame = pd.DataFrame({"layer": name, "row": numbers, "id": ids})
    return frame.assign(kind=kind, reason=reasons)


def rows_counted(rows: int, aside: pd.DataFrame) -> dict[str, int]:
    """Count the rows of one layer: all, those used, those set aside, and these by kind.

    Parameters
    ----------
    rows
        How many rows it has.
    aside
        Those that are set aside.

    Returns
    -------
    dict
        `rows`, `used`, `set_aside`, and one entry for each kind that there is.
    """
    kinds = aside["kind"].value_counts().sort_index()
    return {
        "rows": rows,
        "used": rows - len(aside),
        "set_aside": len(aside),
        **{str(kind): int(n) for kind, n in kinds.items()},
    }


def words_on_rows(title: str, rows: int, aside: pd.DataFrame, put_right: int) -> Iterator[str]:
    """Yield what must be said aloud of a layer.

    Parameters
    ----------
    title
        What people call it.
    rows
        How many rows it has.
    aside
        Those that are set aside.
    put_right
        How many of the others had metres that were called degrees.

    Yields
    ------
    str
        Sentences.
    """
    faults = aside[aside["kind"].isin(_FAULTS)]
    if rows and len(faults) > rows * MOST_ASIDE:
        common = faults["reason"].value_counts()
        yield (
            f"{MOSTLY_ASIDE} of “{title}” is not used: {len(faults)} of {rows} rows are set aside. "
            f"The commonest reason is that a row {common.index[0]}; each stands in set_aside.csv."
        )
    if put_right:
        yield (
            f"Of “{title}”, {put_right} of {rows} rows call metres degrees; they lie in the "
            "district as metres of the national grid, and are used so."
        )
