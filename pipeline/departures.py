"""How often one can leave from the stops of a district, as details of the assets that they are.

A stop of a timetable is a stop of the district if both have the same code, or lie close to each
other under names that do not speak against it, or all but touch. An asset may be several stops: the
two sides of a road, the stands of a bus station; its departures are those of all of them. A stop
that no timetable speaks of has no number, which is not the same as none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.config import CategoryRules, State, TimetableTable
from pipeline.feeds import ENTRANCE, STATION, WAY_INSIDE, Feed
from pipeline.records import FAR, FAR_WORDS, FAULT, NOT_ASKED_FOR
from pipeline.stops import place_name
from pipeline.text import clean_text, json_text, names_agree, normalised_name
from pipeline.timetables import Days, departures, unused, usual_days

NOT_MATCHED = "not_matched"
SAME_POLE_M = 12.0
NUMBERS = ("weekday", "evening", "sunday")
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Timetable:
    """One timetable of a district: what it is declared as, its feed, and the day of this copy."""

    declaration: TimetableTable
    feed: Feed
    table: str
    date: date


@dataclass(frozen=True)
class Joined:
    """Assets with their departures, stops of timetables that are of none, and what is said of it.

    `stops` are those that became part of an asset, as `tables.RECORDS` has them. `report` has, by
    layer, the days that were counted and numbers of stops and trips.
    """

    assets: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    quarantine: pd.DataFrame
    report: dict[str, dict[str, Any]]
    caveats: list[str]


@dataclass(frozen=True)
class _Counted:
    """One timetable with the asset of each stop, and the departures from each, if any are known."""

    timetable: Timetable
    days: Days | None
    stops: pd.DataFrame
    counts: pd.DataFrame


def join_departures(
    timetables: Mapping[str, Timetable],
    assets: gpd.GeoDataFrame,
    records: gpd.GeoDataFrame,
    rules: Mapping[str, CategoryRules],
    reach: shapely.Geometry,
) -> Joined:
    """Count departures and write them into the details of assets.

    Parameters
    ----------
    timetables
        By the district's name for them.
    assets
        Assets with `members`: the `(source, record_id)` of every record of each.
    records
        The records that they were made of.
    rules
        Rules by category: how close to each other two records of one stop lie.
    reach
        The district with its buffer, in the system of the assets.

    Returns
    -------
    Joined
        The same assets in the same order. Of those whose categories a timetable speaks of,
        `details` has `departures_state`, `departures_source` and, where the state is not
        `no_data`, `departures_weekday`, `departures_evening` and `departures_sunday`; the stops
        of the timetable are among their `records`.
    """
    asset_of = {
        member: asset
        for asset, members in zip(assets["asset_id"], assets["members"], strict=True)
        for member in members
    }
    counted = {}
    for name, timetable in sorted(timetables.items()):
        stops = _stops(timetable, asset_of, records, rules, reach)
        days = usual_days(timetable.feed, timetable.date)
        hours = (timetable.declaration.evening_from, timetable.declaration.evening_to)
        counts = (
            pd.DataFrame(columns=list(NUMBERS))
            if days is None
            else departures(timetable.feed, days, hours)
        )
        counted[name] = _Counted(timetable, days, stops, counts)
    return Joined(
        _with_departures(assets, list(counted.values())),
        _stop_records(assets, list(counted.values())),
        _quarantine(counted),
        {name: _report(each) for name, each in counted.items()},
        [
            *(text for each in counted.values() for text in _caveats(each)),
            *_in_several(list(counted.values())),
        ],
    )


# --- which stop is which asset -------------------------------------------------------------------


def _stops(
    timetable: Timetable,
    asset_of: Mapping[tuple[str, str], str],
    records: gpd.GeoDataFrame,
    rules: Mapping[str, CategoryRules],
    reach: shapely.Geometry,
) -> pd.DataFrame:
    """Return the stops of a feed with the `asset` of each, and the `why` of those without."""
    declared, stops = timetable.declaration, timetable.feed.stops
    ours = records[records["category"].isin(declared.stops_of)]
    points = gpd.GeoSeries(
        gpd.points_from_xy(stops["longitude"], stops["latitude"]), crs="EPSG:4326"
    ).to_crs(records.crs)
    shapes = np.array(points.array, dtype=object)
    shapes[stops["longitude"].isna() | stops["latitude"].isna()] = None
    near = shapely.intersects(shapes, reach)
    asset = _by_code(stops["stop_id"], declared, ours, asset_of)
    is_open = (asset == "") & near
    asset[is_open] = _by_nearness(stops["name"][is_open], shapes[is_open], ours, asset_of, rules)
    found = dict(zip(stops["stop_id"], asset, strict=True))
    parents = np.array([found.get(parent, "") for parent in stops["parent"]], dtype=object)
    # A platform that is not mapped is at least at its station.
    asset = np.where(asset == "", parents, asset)
    # Of one that is drawn far away not all calls were read: fewer, or none, would be untrue.
    asset[~stops["is_read"].to_numpy(dtype=bool)] = ""
    kinds = stops["kind"].to_numpy()
    is_way = (kinds == ENTRANCE) | (kinds == WAY_INSIDE)
    asset[is_way] = ""
    in_use = set(stops["parent"][asset != ""])
    is_station = (kinds == STATION) & stops["stop_id"].isin(in_use).to_numpy()
    return stops.assign(
        asset=asset,
        kind_of_fault=np.select(
            [(asset != "") | is_station, is_way, shapely.is_missing(shapes), ~near],
            ["", NOT_ASKED_FOR, FAULT, FAR],
            default=NOT_MATCHED,
        ),
    )


def _by_code(
    stop_ids: pd.Series,
    declared: TimetableTable,
    records: gpd.GeoDataFrame,
    asset_of: Mapping[tuple[str, str], str],
) -> Texts:
    known = {
        identifier: asset_of[key]
        for key, identifiers in zip(
            zip(records["source"], records["record_id"], strict=True),
            records["identifiers"],
            strict=True,
        )
        for identifier in identifiers
        if key in asset_of
    }
    found = [known.get(f"{declared.codes}:{stop.casefold()}", "") for stop in stop_ids]
    return np.array(found, dtype=object)


def _by_nearness(
    names: pd.Series,
    shapes: Texts,
    records: gpd.GeoDataFrame,
    asset_of: Mapping[tuple[str, str], str],
    rules: Mapping[str, CategoryRules],
) -> Texts:
    """Find the nearest record within the reach of its category whose name does not object.

    Where there is none, the nearest of any name is taken if it is as close as only one pole is to
    itself: the same stop is called after a church by one source and after its street by another.
    """
    found = np.full(len(shapes), "", dtype=object)
    theirs = np.asarray(records.geometry.array)
    reaches = np.array([rules[c].same_within_m for c in records["category"]], dtype=float)
    if not len(theirs) or not len(shapes):
        return found
    pairs = shapely.STRtree(theirs).query(shapes, "dwithin", distance=float(reaches.max())).T
    apart = shapely.distance(shapes[pairs[:, 0]], theirs[pairs[:, 1]])
    keys = [
        normalised_name(place_name(name, tags))
        for name, tags in zip(records["name"], records["tags"], strict=True)
    ]
    members = list(zip(records["source"], records["record_id"], strict=True))
    ours = [normalised_name(place_name(name, {})) for name in names]
    agrees = np.array([names_agree(ours[stop], keys[record]) for stop, record in pairs], dtype=bool)
    is_near = (apart <= reaches[pairs[:, 1]]) & (agrees | (apart <= SAME_POLE_M))
    for at in np.lexsort([pairs[:, 1], apart, ~agrees]):
        stop, record = pairs[at]
        if found[stop] == "" and is_near[at]:
            found[stop] = asset_of.get(members[record], "")
    return found


# --- what is written of it -----------------------------------------------------------------------


def _with_departures(assets: gpd.GeoDataFrame, counted: list[_Counted]) -> gpd.GeoDataFrame:
    if not counted:
        return assets
    rows = assets[["asset_id", "category", "details", "records", "sources", "licences", "date"]]
    changed = [_changed(row, counted) for row in rows.to_dict("records")]
    columns = ["details", "records", "sources", "licences", "date"]
    new = pd.DataFrame(changed, index=assets.index, columns=columns).astype("str")
    return assets.assign(**{column: new[column] for column in columns})


def _stop_records(assets: gpd.GeoDataFrame, counted: list[_Counted]) -> gpd.GeoDataFrame:
    """Return the stops that became part of an asset, each where its timetable has it."""
    category = dict(zip(assets["asset_id"], assets["category"], strict=True))
    rows = [
        {"asset_id": stop["asset"], "category": category[stop["asset"]]}
        | _record(each.timetable, stop["stop_id"], stop["name"])
        | {"identifier": f"{each.timetable.declaration.codes}:{stop['stop_id'].casefold()}"}
        | {"longitude": stop["longitude"], "latitude": stop["latitude"]}
        for each in counted
        if each.days is not None
        for stop in each.stops[each.stops["asset"] != ""].to_dict("records")
    ]
    columns = ["asset_id", "category", "source", "id", "name", "date", "licence", "identifier"]
    found = pd.DataFrame(rows, columns=[*columns, "longitude", "latitude"])
    degrees = [found.pop("longitude").to_numpy(float), found.pop("latitude").to_numpy(float)]
    drawn = np.isfinite(degrees).all(axis=0)
    places = gpd.GeoSeries(gpd.points_from_xy(*degrees), crs="EPSG:4326").to_crs(assets.crs)
    # A stop that is drawn nowhere stands where its asset does.
    shapes = dict(zip(assets["asset_id"], np.asarray(assets.geometry.array), strict=True))
    known = shapely.point_on_surface(np.array([shapes[a] for a in found["asset_id"]], dtype=object))
    geometry = np.where(drawn, np.asarray(places.array), known)
    frame = found.rename(columns={"id": "record_id"})
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=assets.crs)


def _changed(row: Mapping[Any, Any], counted: list[_Counted]) -> dict[str, str]:
    """Return what changes in an asset: its details, and its records with their sources."""
    speaking = [c for c in counted if row["category"] in c.timetable.declaration.stops_of]
    if not speaking:
        return {str(key): value for key, value in row.items()}
    details, records = json.loads(row["details"]), json.loads(row["records"])
    said, numbers = [], dict.fromkeys(NUMBERS, 0)
    for each in speaking:
        stops = each.stops[each.stops["asset"] == row["asset_id"]]
        if stops.empty or each.days is None:
            continue
        found = each.counts.loc[stops["stop_id"]].sum()
        numbers = {name: n + int(found[name]) for name, n in numbers.items()}
        said.append(_source(each.timetable, each.days))
        records += [_record(each.timetable, *stop) for stop in _named(stops)]
    details["departures_state"] = _state(said, numbers).value
    if said:
        details |= {f"departures_{name}": str(n) for name, n in numbers.items()}
        details["departures_source"] = "; ".join(said)
    return {
        "details": json_text(details),
        "records": json_text(records),
        "sources": ",".join(sorted({record["source"] for record in records})),
        "licences": ",".join(sorted({record["licence"] for record in records})),
        "date": max(record["date"] for record in records),
    }


def _state(said: list[str], numbers: Mapping[str, int]) -> State:
    if not said:
        return State.NO_DATA
    return State.OK if any(numbers.values()) else State.TRUE_ZERO


def _named(stops: pd.DataFrame) -> Iterator[tuple[str, str]]:
    yield from zip(stops["stop_id"], stops["name"], strict=True)


def _record(timetable: Timetable, stop_id: str, name: str) -> dict[str, str]:
    return {
        "source": timetable.table,
        "id": clean_text(stop_id),
        "name": name,
        "date": timetable.date.isoformat(),
        "licence": timetable.declaration.licence,
    }


def _source(timetable: Timetable, days: Days) -> str:
    declared = timetable.declaration
    return (
        f"{declared.title} of {timetable.date.isoformat()}: Wednesday {days.weekday.isoformat()}, "
        f"its evening from {declared.evening_from}:00 to {declared.evening_to}:00, and Sunday "
        f"{days.sunday.isoformat()}"
    )


_REASONS = {
    NOT_ASKED_FOR: "is an entrance or a way inside a station, where nothing departs",
    FAULT: "has no coordinates",
    FAR: FAR_WORDS,
    NOT_MATCHED: "is near no stop of such a name that is mapped or listed here",
}


def _quarantine(counted: Mapping[str, _Counted]) -> pd.DataFrame:
    parts = [pd.DataFrame({"layer": [], "row": [], "id": [], "kind": [], "reason": []})]
    for name, each in counted.items():
        lost = each.stops[each.stops["kind_of_fault"] != ""]
        kinds = lost["kind_of_fault"]
        parts.append(
            pd.DataFrame(
                {
                    "layer": name,
                    "row": lost.index.to_numpy(),
                    "id": lost["stop_id"].map(clean_text).to_numpy(),
                    "kind": kinds.to_numpy(),
                    "reason": kinds.map(_REASONS).to_numpy(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _report(each: _Counted) -> dict[str, Any]:
    days = each.days
    dates = {} if days is None else {
        "weekday": days.weekday.isoformat(),
        "sunday": days.sunday.isoformat(),
        "why": days.why,
        "valid_from": days.first.isoformat(),
        "valid_to": days.last.isoformat(),
    }  # fmt: skip
    joined = each.stops["asset"] != ""
    return {
        **dates,
        "stops": len(each.stops),
        "stops_joined": int(joined.sum()),
        "assets": int(each.stops.loc[joined, "asset"].nunique()),
        **unused(each.timetable.feed),
    }


def _caveats(each: _Counted) -> Iterator[str]:
    declared, days = each.timetable.declaration, each.days
    title = f"“{declared.title}”, a timetable of {each.timetable.date.isoformat()},"
    if days is None:
        yield (
            f"{title} holds no Wednesday and Sunday of one week, so no departures are known from "
            "it; fetch a newer one."
        )
        return
    yield (
        f"Departures are counted from {title} on Wednesday {days.weekday.isoformat()} and Sunday "
        f"{days.sunday.isoformat()}, {days.why}; it is valid from {days.first.isoformat()} to "
        f"{days.last.isoformat()}. A stop without a number is not in it."
    )
    if days.is_over:
        yield (
            f"{title} had ended on {days.last.isoformat()}, before the day that it is declared "
            "for: what runs now may be something else. Fetch a newer one."
        )


def _in_several(counted: list[_Counted]) -> Iterator[str]:
    """Say how many stops more than one timetable speaks of: their feeds may share trips."""
    speaking = [each for each in counted if each.days is not None]
    assets = pd.Series([a for each in speaking for a in set(each.stops["asset"]) if a], dtype="str")
    shared = int((assets.value_counts() > 1).sum())
    if shared:
        titles = " and ".join(f"“{each.timetable.declaration.title}”" for each in speaking)
        yield (
            f"{shared:,} stops are in more than one of {titles}; their departures are added up, so "
            "that one listed in both counts twice."
        )
