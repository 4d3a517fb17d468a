"""Two runs of a district: what changed in the place, and what only in the maps of it.

Assets of the earlier and the later run are matched by their name in the table, by a record that
both have, or by place and name. What is left over, or differs, is told as a **real** change
(opened, closed, moved, people moved) or as a change of **mapping** (newly mapped, retagged, nudged,
another id, a source added or gone) by the first rule that holds; each row says which. What no rule
can tell is said to be so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.config import CategoryRules
from pipeline.errors import CodesDoNotMatch
from pipeline.lifecycle import CLOSINGS, NO_MORE, NOT_YET, OPENINGS, days_of, stage_of
from pipeline.text import names_agree, normalised_name

REAL, MAPPING, UNKNOWN = "real", "mapping", "cannot_be_told"
# A shape this near to where it was is the same place drawn anew; one this far from it has moved.
NUDGED_M, MOVED_M = 25.0, 100.0
# Shapes that differ by less are the same.
SAME_M = 0.1
# A name that there is only once, before and after, is looked for this far away.
SAME_NAME_WITHIN_M = 2000.0
# Of two records without a name, one stands for the other only this near.
NAMELESS_WITHIN_M = 10.0
# An area that grew or shrank by more than this share may have changed in fact.
REDRAWN_SHARE = 0.25


@dataclass(frozen=True)
class Snapshot:
    """What is kept of a run: tables of `pipeline.tables`, and of which day its map and people are.

    `people_day` is the day of the count of residents, or empty.
    """

    code: str
    day: date
    people_day: str
    neighbourhoods: gpd.GeoDataFrame
    assets: gpd.GeoDataFrame
    features: gpd.GeoDataFrame


class Told(NamedTuple):
    """One change: which of the two it is, its name, and the rule by which it was told."""

    kind: str
    change: str
    rule: str
    before: str = ""
    after: str = ""
    moved_m: float = 0.0


def compared(before: Snapshot, after: Snapshot, rules: Mapping[str, CategoryRules]) -> pd.DataFrame:
    """Tell the changes between two runs apart.

    Parameters
    ----------
    before, after
        The runs, of one district and the same neighbourhoods.
    rules
        How near to each other records of one place lie, by category.

    Returns
    -------
    pandas.DataFrame
        A row a change: `kind`, `change`, `rule`, `asset_before`, `asset_after`, `category`,
        `name`, `neighbourhood_id`, `moved_m`, `people_before`, `people_after`; sorted.

    Raises
    ------
    CodesDoNotMatch
        If the runs are of different districts, or of different neighbourhoods.
    """
    _must_be_alike(before, after)
    runs = _Runs.of(before, after)
    told = [*_of_assets(runs, rules)]
    rows = [_row(runs, each) for each in told]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    people = pd.DataFrame([*_people(before, after)], columns=_COLUMNS)
    parts = [part for part in (table, people) if len(part)]
    found = pd.concat(parts, ignore_index=True) if parts else table
    order = ["kind", "change", "category", "name", "asset_after", "asset_before"]
    numbers = dict.fromkeys(("moved_m", "people_before", "people_after"), "float64")
    return found.astype(numbers).sort_values([*order, "neighbourhood_id"], ignore_index=True)


_COLUMNS = [
    "kind", "change", "rule", "asset_before", "asset_after", "category", "name",
    "neighbourhood_id", "moved_m", "people_before", "people_after",
]  # fmt: skip


def _must_be_alike(before: Snapshot, after: Snapshot) -> None:
    if before.code != after.code:
        raise CodesDoNotMatch(
            f"the baseline is of {before.code} and this run of {after.code}: compare two runs of "
            "one district."
        )
    vintages = [", ".join(sorted(set(run.neighbourhoods["vintage"]))) for run in (before, after)]
    if vintages[0] != vintages[1]:
        raise CodesDoNotMatch(
            f"the baseline has neighbourhoods of {vintages[0]} and this run of {vintages[1]}: "
            "numbers of different areas are not compared; freeze a new baseline, or build the "
            "district with the old boundaries once more."
        )
    codes = [set(run.neighbourhoods["neighbourhood_id"]) for run in (before, after)]
    if codes[0] != codes[1]:
        odd = min(codes[0] ^ codes[1])
        raise CodesDoNotMatch(
            f"the baseline and this run have different neighbourhoods, {odd} is only in one of "
            "them: numbers of different areas are not compared; freeze a new baseline."
        )


# --- what is known of both runs -------------------------------------------------------------------


@dataclass(frozen=True)
class _Runs:
    """Both runs, laid out for looking up."""

    before: Snapshot
    after: Snapshot
    old: dict[str, dict[str, Any]]
    new: dict[str, dict[str, Any]]
    old_tags: dict[str, dict[str, str]]
    new_tags: dict[str, dict[str, str]]
    edited: dict[str, str]

    @classmethod
    def of(cls, before: Snapshot, after: Snapshot) -> _Runs:
        """Lay them out."""
        old, new = _assets(before.assets), _assets(after.assets)
        asked = {
            record["id"]
            for rows in (old, new)
            for row in rows.values()
            for record in row["records"]
            if record["source"] == "osm"
        }
        return cls(
            before, after, old, new, _tags(before.features, asked), _tags(after.features, asked),
            dict(zip(after.features["feature_id"], after.features["edited"], strict=True)),
        )  # fmt: skip


def _assets(table: gpd.GeoDataFrame) -> dict[str, dict[str, Any]]:
    rows: list[dict[Any, Any]] = pd.DataFrame(table.drop(columns="geometry")).to_dict("records")
    shapes = np.asarray(table.geometry.array)
    return {
        str(row["asset_id"]): {
            **row,
            "category": str(row["category"]),
            "records": json.loads(row["records"]),
            "details": json.loads(row["details"]),
            "sources": frozenset(filter(None, str(row["sources"]).split(","))),
            "geometry": shape,
        }
        for row, shape in zip(rows, shapes, strict=True)
    }


def _tags(features: gpd.GeoDataFrame, asked: set[str]) -> dict[str, dict[str, str]]:
    rows = features[features["feature_id"].isin(asked)]
    return {
        str(name): json.loads(tags)
        for name, tags in zip(rows["feature_id"], rows["tags"], strict=True)
    }


# --- which is which -------------------------------------------------------------------------------


def _of_assets(runs: _Runs, rules: Mapping[str, CategoryRules]) -> Iterator[Told]:
    pairs = _pairs(runs, rules)
    for old, new in sorted(pairs.items()):
        yield from _of_pair(runs, old, new)
    moved = _moved_by_name(runs, pairs)
    for old, (new, metres) in sorted(moved.items()):
        rule = f"the only one of its name is gone here and there {metres:,.0f} m away"
        yield Told(REAL, "moved", rule, old, new, metres)
    arrived = {new for new, _ in moved.values()} | set(pairs.values())
    for new in sorted(set(runs.new) - arrived):
        yield _of_appeared(runs, new)
    for old in sorted(set(runs.old) - set(pairs) - set(moved)):
        yield _of_vanished(runs, old)


def _pairs(runs: _Runs, rules: Mapping[str, CategoryRules]) -> dict[str, str]:
    """Match assets of both runs: by name in the table, by a shared record, by place and name."""
    pairs = {name: name for name in runs.old if name in runs.new}
    records = {
        (record["source"], record["id"]): name
        for name, row in runs.new.items()
        if name not in pairs
        for record in row["records"]
    }
    for name in sorted(set(runs.old) - set(pairs)):
        shared = (records.get((r["source"], r["id"])) for r in runs.old[name]["records"])
        other = next((found for found in shared if found and found not in pairs.values()), None)
        if other:
            pairs[name] = other
    taken = set(pairs.values())
    for _, name, other in sorted(_near(runs, rules, pairs)):
        if name not in pairs and other not in taken:
            pairs[name] = other
            taken.add(other)
    return pairs


def _near(
    runs: _Runs, rules: Mapping[str, CategoryRules], pairs: dict[str, str]
) -> Iterator[tuple[float, str, str]]:
    """Yield what may be the same place under another id: how far apart, and both names."""
    taken = set(pairs.values())
    old = [runs.old[name] for name in sorted(set(runs.old) - set(pairs))]
    new = [runs.new[name] for name in sorted(set(runs.new) - taken)]
    if not old or not new:
        return
    shapes = np.array([row["geometry"] for row in new], dtype=object)
    tree = shapely.STRtree(shapes)
    for row in old:
        rule = rules.get(row["category"])
        within = NUDGED_M if rule is None else max(rule.same_within_m, NAMELESS_WITHIN_M)
        for at in tree.query(row["geometry"], predicate="dwithin", distance=within):
            other = new[int(at)]
            metres = float(shapely.distance(row["geometry"], other["geometry"]))
            if row["category"] == other["category"] and _are_called_alike(row, other, metres):
                yield metres, str(row["asset_id"]), str(other["asset_id"])


def _are_called_alike(old: Mapping[str, Any], new: Mapping[str, Any], metres: float) -> bool:
    one, other = normalised_name(old["name"]), normalised_name(new["name"])
    if not (one and other):
        return metres <= NAMELESS_WITHIN_M and (one == other or metres == 0)
    return names_agree(one, other)


def _moved_by_name(runs: _Runs, pairs: dict[str, str]) -> dict[str, tuple[str, float]]:
    """Find names of which there is one before and one after, each elsewhere under another id."""
    taken = set(pairs.values())
    gone = _once(runs.old, set(runs.old) - set(pairs))
    come = _once(runs.new, set(runs.new) - taken)
    found = {}
    for key in sorted(set(gone) & set(come)):
        old, new = gone[key], come[key]
        metres = float(shapely.distance(runs.old[old]["geometry"], runs.new[new]["geometry"]))
        if NUDGED_M < metres <= SAME_NAME_WITHIN_M:
            found[old] = (new, metres)
    return found


def _once(rows: Mapping[str, Mapping[str, Any]], asked: set[str]) -> dict[tuple[str, str], str]:
    """Return, of those asked for, the names that only one asset of its category has."""
    counts: dict[tuple[str, str], list[str]] = {}
    for name, row in rows.items():
        key = (row["category"], normalised_name(row["name"]))
        counts.setdefault(key, []).append(name)
    return {
        key: names[0]
        for key, names in counts.items()
        if key[1] and len(names) == 1 and names[0] in asked
    }


# --- what changed of one that is in both ----------------------------------------------------------


def _of_pair(runs: _Runs, old: str, new: str) -> Iterator[Told]:
    was, now = runs.old[old], runs.new[new]
    if was["category"] != now["category"]:
        rule = f"the same record counted as {was['category']} and counts as {now['category']}"
        yield Told(MAPPING, "retagged", rule, old, new)
    if old != new:
        rule = f"it was {old} and is {new}, at the same place under the same name"
        yield Told(MAPPING, "id_changed", rule, old, new)
    yield from _of_shape(was["geometry"], now["geometry"], old, new)
    yield from _of_name(was["name"], now["name"], old, new)
    for source in sorted(now["sources"] - was["sources"]):
        yield Told(MAPPING, "source_added", f"{source} speaks of it too now", old, new)
    for source in sorted(was["sources"] - now["sources"]):
        yield Told(MAPPING, "source_gone", f"{source} speaks of it no more", old, new)


def _of_shape(was: Any, now: Any, old: str, new: str) -> Iterator[Told]:  # noqa: ANN401 (geometry)
    if shapely.equals(was, now) or shapely.hausdorff_distance(was, now) < SAME_M:
        return
    metres = float(shapely.distance(was, now))
    if metres == 0:
        metres_between = float(shapely.distance(shapely.centroid(was), shapely.centroid(now)))
        yield _redrawn(was, now, old, new, metres_between)
    elif metres <= NUDGED_M:
        rule = f"drawn {metres:.0f} m from where it was; up to {NUDGED_M:g} m is drawing"
        yield Told(MAPPING, "nudged", rule, old, new, metres)
    elif metres >= MOVED_M:
        rule = f"{metres:,.0f} m from where it was; from {MOVED_M:g} m on it is another place"
        yield Told(REAL, "moved", rule, old, new, metres)
    else:
        rule = f"{metres:.0f} m from where it was: a better drawing, or another place nearby"
        yield Told(UNKNOWN, "moved", rule, old, new, metres)


def _redrawn(was: Any, now: Any, old: str, new: str, metres: float) -> Told:  # noqa: ANN401
    before, after = shapely.area(was), shapely.area(now)
    grew = abs(after - before) / max(before, after) if before > 0 and after > 0 else 0.0
    if grew > REDRAWN_SHARE:
        rule = f"its area was {before:,.0f} m² and is {after:,.0f} m²: drawn anew, or changed"
        return Told(UNKNOWN, "resized", rule, old, new, metres)
    return Told(MAPPING, "nudged", "drawn a little differently at the same place", old, new, metres)


def _of_name(was: str, now: str, old: str, new: str) -> Iterator[Told]:
    one, other = normalised_name(was), normalised_name(now)
    if one == other:
        return
    if not one or not other:
        rule = "it has a name now" if other else "its name is no longer given"
        yield Told(MAPPING, "retagged", rule, old, new)
    elif names_agree(one, other):
        yield Told(MAPPING, "retagged", f"its name is written otherwise, before: {was}", old, new)
    else:
        rule = f"it was called {was}: another name for the same, or somebody else"
        yield Told(UNKNOWN, "renamed", rule, old, new)


# --- what is only in one of them ------------------------------------------------------------------


def _of_appeared(runs: _Runs, name: str) -> Told:
    row = runs.new[name]
    told = _opened(runs, row) or _was_there(runs, row)
    if told is not None:
        return told._replace(after=name)
    known = _sources(runs.old)
    if row["sources"] and not row["sources"] & known:
        rule = f"{', '.join(sorted(row['sources']))} was no source of the earlier run"
        return Told(MAPPING, "source_added", rule, "", name)
    edits = [runs.edited.get(r["id"], "") for r in row["records"] if r["source"] == "osm"]
    if edits and all(edits) and max(edits) <= runs.before.day.isoformat():
        rule = (
            f"last edited on {max(edits)}, before the earlier map, of {runs.before.day}, was made"
        )
        return Told(MAPPING, "newly_mapped", rule, "", name)
    rule = "on the map since, without a day of opening: opened, or mapped at last"
    return Told(UNKNOWN, "appeared", rule, "", name)


def _opened(runs: _Runs, row: Mapping[str, Any]) -> Told | None:
    """Read the day of opening, where one is given that lies clearly before or after."""
    for key, text in _said(row, runs.new_tags, OPENINGS):
        days = days_of(text)
        if days and days[0] > runs.before.day:
            rule = f"{key} {text} is after the earlier map, of {runs.before.day}"
            return Told(REAL, "opened", rule)
        if days and days[1] <= runs.before.day:
            rule = f"{key} {text} is before the earlier map, of {runs.before.day}"
            return Told(MAPPING, "newly_mapped", rule)
    return None


def _was_there(runs: _Runs, row: Mapping[str, Any]) -> Told | None:
    """Look for its record on the earlier map, where it counted as nothing."""
    for record in row["records"]:
        tags = runs.old_tags.get(record["id"])
        if tags is None:
            continue
        waiting = stage_of(tags, NOT_YET)
        if waiting:
            return Told(REAL, "opened", f"{record['id']} was mapped as {waiting}")
        same = tags == runs.new_tags.get(record["id"])
        rule = "had the same tags, so what counts has changed" if same else "had other tags"
        return Told(MAPPING, "retagged", f"{record['id']} was on the earlier map and {rule}")
    return None


def _sources(rows: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(source for row in rows.values() for source in row["sources"])


def _of_vanished(runs: _Runs, name: str) -> Told:
    row = runs.old[name]
    for record in row["records"]:
        tags = runs.new_tags.get(record["id"])
        if tags is None:
            continue
        over = stage_of(tags, NO_MORE)
        if over:
            return Told(REAL, "closed", f"{record['id']} is mapped as {over} now", name)
    for key, text in [*_said(row, runs.new_tags, CLOSINGS), *_said(row, runs.old_tags, CLOSINGS)]:
        days = days_of(text)
        if days and days[0] <= runs.after.day:
            return Told(REAL, "closed", f"{key} {text} is past", name)
    for record in row["records"]:
        tags = runs.new_tags.get(record["id"])
        if tags is not None:
            same = tags == runs.old_tags.get(record["id"])
            rule = "has the same tags, so what counts has changed" if same else "has other tags"
            return Told(MAPPING, "retagged", f"{record['id']} is on the map and {rule}", name)
    known = _sources(runs.new)
    if row["sources"] and not row["sources"] & known:
        rule = f"{', '.join(sorted(row['sources']))} is no source of this run"
        return Told(MAPPING, "source_gone", rule, name)
    return Told(UNKNOWN, "gone", "no longer on the map or list: closed, or taken off it", name)


def _said(
    row: Mapping[str, Any], tags: Mapping[str, Mapping[str, str]], keys: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Return what the records of an asset say of its opening or closing."""
    told = [tags.get(record["id"], {}) for record in row["records"]]
    return [
        (key, str(said[key])) for said in (*told, row["details"]) for key in keys if said.get(key)
    ]


# --- rows -----------------------------------------------------------------------------------------


def _row(runs: _Runs, told: Told) -> tuple[Any, ...]:
    row = runs.new[told.after] if told.after else runs.old[told.before]
    where = _place_of(runs.after.neighbourhoods, row["geometry"])
    return (
        told.kind, told.change, told.rule, told.before, told.after, row["category"],
        str(row["name"]), where, round(told.moved_m, 1), np.nan, np.nan,
    )  # fmt: skip


def _place_of(areas: gpd.GeoDataFrame, shape: Any) -> str:  # noqa: ANN401 (a geometry)
    """Return the neighbourhood that a point of an asset lies in, or nothing beyond the district."""
    point = shapely.point_on_surface(shape)
    is_in = shapely.intersects(np.asarray(areas.geometry.array), point)
    codes = sorted(areas["neighbourhood_id"][is_in])
    return str(codes[0]) if codes else ""


def _people(before: Snapshot, after: Snapshot) -> Iterator[tuple[Any, ...]]:
    old = before.neighbourhoods.set_index("neighbourhood_id")["people"]
    new = after.neighbourhoods.set_index("neighbourhood_id")["people"]
    is_newer = before.people_day != after.people_day
    kind, change = (REAL, "people_moved") if is_newer else (MAPPING, "people_counted_anew")
    rule = (
        f"residents of {before.people_day or 'no day'} and of {after.people_day or 'no day'}"
        if is_newer
        else "another number for the same day"
    )
    for code in sorted(old.index):
        if not (old[code] == new[code] or (pd.isna(old[code]) and pd.isna(new[code]))):
            yield (kind, change, rule, "", "", "", "", code, 0.0, old[code], new[code])
