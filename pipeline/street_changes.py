"""Two runs of a district: which streets and paths opened or closed, and which were only mapped.

Edges of the earlier and of the later walking network are held against each other by where they
lie: one of which more than half lies further than `NUDGED_M` from every edge of the other run is
there in one run alone. What became of it is told by its way, by the first rule that holds; what no
rule can tell is said to be so. All others are the same streets, if drawn a little otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.lifecycle import CLOSINGS, NO_MORE, OPENINGS, days_of, stage_of

Shapes = npt.NDArray[np.object_]
Texts = npt.NDArray[np.object_]

# A street this near to where it was is the same street drawn anew: a pavement beside its road, too.
NUDGED_M = 15.0
# So much of an edge must lie elsewhere.
ELSEWHERE_SHARE = 0.5
# The middle of an edge lies on the way that it was made from.
ON_ITS_WAY_M = 0.5
# Lines that differ by less are the same.
SAME_M = 0.1
KEPT, NUDGED = "kept", "nudged"
KINDS: Mapping[str, str] = {
    "opened": "real", "closed": "real", "newly_mapped": "mapping", "retagged": "mapping",
    NUDGED: "mapping", "appeared": "cannot_be_told", "gone": "cannot_be_told",
}  # fmt: skip
# In the order in which they are put to the earlier streets; `nudged` comes between the two.
OF_THE_EARLIER, OF_THE_LATER = ("closed", "retagged", "gone"), (
    "retagged", "newly_mapped", "appeared", "opened",
)  # fmt: skip
_WAITING = frozenset({"construction", "proposed", "planned"})
_OVER = frozenset({"abandoned", "disused", "razed", "demolished", "removed", "construction"})
COLUMNS = ("kind", "change", "rule", "way_id", "name", "neighbourhood_id", "metres")


@dataclass(frozen=True)
class StreetRun:
    """The ways of a run, the network made from them, and of which day its map is."""

    day: date
    streets: gpd.GeoDataFrame
    network: gpd.GeoDataFrame


class _Told(NamedTuple):
    change: str
    rule: str


@dataclass(frozen=True)
class StreetChanges:
    """What became of every edge: `before` and `after` have one word an edge, by `edge_id`.

    `table` is one of `tables.STREET_CHANGES`.
    """

    before: Texts
    after: Texts
    table: pd.DataFrame


def street_changes(
    before: StreetRun, after: StreetRun, neighbourhoods: gpd.GeoDataFrame
) -> StreetChanges:
    """Tell changes of streets and paths apart.

    Parameters
    ----------
    before, after
        The runs.
    neighbourhoods
        All of the district.

    Returns
    -------
    StreetChanges
        Every edge with what became of it, and a row for each way that changed.
    """
    one, other = (run.network.sort_values("edge_id", ignore_index=True) for run in (before, after))
    old, new = (np.asarray(each.geometry.array) for each in (one, other))
    ways = tuple({int(w): json.loads(t) for w, t in zip(run.streets["way_id"], run.streets["tags"],
                  strict=True)} for run in (before, after))  # fmt: skip
    gone, come = lies_elsewhere(old, new), lies_elsewhere(new, old)
    of_old, of_new = _ways_of(old, gone, before.streets), _ways_of(new, come, after.streets)
    told_old = {edge: _of_gone(way, ways, after.day) for edge, way in of_old.items()}
    told_new = {edge: _of_come(way, ways, before.day) for edge, way in of_new.items()}
    words_old, words_new = (np.full(len(lines), KEPT, dtype=object) for lines in (old, new))
    for words, told in ((words_old, told_old), (words_new, told_new)):
        for edge, each in told.items():
            words[edge] = each.change
    nudged = ~come & ~_is_there(new, old)
    words_new[nudged] = NUDGED
    rows = [
        *_rows(one, of_old, told_old, neighbourhoods),
        *_rows(other, of_new, told_new, neighbourhoods),
        *_redrawn(other, nudged, neighbourhoods),
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    keys = ["kind", "change", "rule", "way_id", "name", "neighbourhood_id"]
    lengths = table.groupby(keys)["metres"].sum().reset_index()
    return StreetChanges(words_old, words_new, lengths.astype({"metres": float, "way_id": "int64"}))


def lies_elsewhere(edges: Shapes, others: Shapes) -> npt.NDArray[np.bool_]:
    """Say which edges lie for the most part away from all others.

    Parameters
    ----------
    edges
        Lines in metres, n of them.
    others
        Lines of the other run.

    Returns
    -------
    numpy.ndarray
        Of shape (n,).
    """
    found = ~_is_there(edges, others)
    asked = np.flatnonzero(found)
    tree = shapely.STRtree(others)
    edge, other = tree.query(edges[asked], "dwithin", NUDGED_M)
    for number, at in enumerate(asked.tolist()):
        near = others[other[edge == number]]
        if not len(near):
            continue
        strip = shapely.buffer(shapely.union_all(near), NUDGED_M)
        away = shapely.length(shapely.difference(edges[at], strip))
        found[at] = away > ELSEWHERE_SHARE * shapely.length(edges[at])
    return found


def _is_there(edges: Shapes, others: Shapes) -> npt.NDArray[np.bool_]:
    """Say which edges lie on edges of the other run, whole, however those are cut."""
    found = np.zeros(len(edges), dtype=bool)
    edge, other = shapely.STRtree(others).query(edges, "intersects")
    if len(edge):
        same = shapely.equals_exact(
            shapely.normalize(edges[edge]), shapely.normalize(others[other]), tolerance=SAME_M
        )
        found[edge[same]] = True
    for at in np.flatnonzero(~found).tolist():
        beside = others[other[edge == at]]
        if len(beside):
            strip = shapely.buffer(shapely.union_all(beside), SAME_M)
            found[at] = bool(shapely.covers(strip, edges[at]))
    return found


def _ways_of(
    edges: Shapes, asked: npt.NDArray[np.bool_], streets: gpd.GeoDataFrame
) -> dict[int, int]:
    """Return the way that each edge asked for was made from, or 0."""
    at = np.flatnonzero(asked)
    middles = shapely.line_interpolate_point(edges[at], 0.5, normalized=True)
    tree = shapely.STRtree(np.asarray(streets.geometry.array))
    edge, way = tree.query_nearest(middles, max_distance=ON_ITS_WAY_M)
    numbers = streets["way_id"].to_numpy(np.int64)
    found = dict.fromkeys(at.tolist(), 0)
    for number, row in sorted(zip(edge.tolist(), way.tolist(), strict=True), reverse=True):
        found[int(at[number])] = int(numbers[row])
    return found


def _of_come(way: int, ways: tuple[Mapping[int, Any], ...], earlier: date) -> _Told:
    was, now = ways[0].get(way), ways[1].get(way, {})
    for key in OPENINGS:
        days = days_of(str(now.get(key, "")))
        if days and days[0] > earlier:
            return _Told("opened", f"{key} {now[key]} is after the earlier map, of {earlier}")
        if days and days[1] <= earlier:
            return _Told("newly_mapped", f"{key} {now[key]} is before that map, of {earlier}")
    if was is None:
        return _Told("appeared", "on the map since, without a day: opened, or mapped at last")
    if was.get("highway") in _WAITING:
        return _Told("opened", f"way {way} was mapped as highway={was['highway']}")
    if was != now:
        return _Told("retagged", f"way {way} was on the earlier map and had other tags")
    return _Told("appeared", f"way {way} lies elsewhere, or is let through, with the same tags")


def _of_gone(way: int, ways: tuple[Mapping[int, Any], ...], later: date) -> _Told:
    was, now = ways[0].get(way, {}), ways[1].get(way)
    over = "" if now is None else stage_of(now, NO_MORE)
    if now is not None and (over or now.get("highway") in _OVER):
        return _Told("closed", f"way {way} is mapped as {over or 'highway=' + now['highway']} now")
    for key in CLOSINGS:
        days = days_of(str((now or was).get(key, "")))
        if days and days[0] <= later:
            return _Told("closed", f"{key} {(now or was)[key]} is past")
    if now is not None and now != was:
        return _Told("retagged", f"way {way} is on the map and has other tags")
    return _Told("gone", "no longer on the map: closed, or taken off it")


def _rows(
    network: gpd.GeoDataFrame,
    of: Mapping[int, int],
    told: Mapping[int, _Told],
    areas: gpd.GeoDataFrame,
) -> list[tuple[Any, ...]]:
    edges = sorted(told)
    lines = np.asarray(network.geometry.array)[edges]
    where = _places_of(areas, lines)
    names = network["name"].to_numpy()[edges]
    return [
        (KINDS[told[edge].change], told[edge].change, told[edge].rule, of[edge], str(name), code,
         round(float(shapely.length(line)), 1))
        for edge, name, code, line in zip(edges, names, where, lines, strict=True)
    ]  # fmt: skip


def _redrawn(
    network: gpd.GeoDataFrame, nudged: npt.NDArray[np.bool_], areas: gpd.GeoDataFrame
) -> list[tuple[Any, ...]]:
    edges = np.flatnonzero(nudged)
    lines = np.asarray(network.geometry.array)[edges]
    rule = f"drawn otherwise, for the most part within {NUDGED_M:g} m of where it was"
    return [
        (KINDS[NUDGED], NUDGED, rule, 0, str(name), code, round(float(shapely.length(line)), 1))
        for name, code, line in zip(
            network["name"].to_numpy()[edges], _places_of(areas, lines), lines, strict=True
        )
    ]


def _places_of(areas: gpd.GeoDataFrame, lines: Shapes) -> list[str]:
    """Return the neighbourhood that the middle of each line lies in, or nothing."""
    ordered = areas.sort_values("neighbourhood_id", ignore_index=True)
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    line, area = shapely.STRtree(np.asarray(ordered.geometry.array)).query(middles, "intersects")
    found = [""] * len(lines)
    for number, at in sorted(zip(line.tolist(), area.tolist(), strict=True), reverse=True):
        found[number] = str(ordered["neighbourhood_id"].iloc[at])
    return found
