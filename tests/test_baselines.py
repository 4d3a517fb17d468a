"""Two runs of a village with planted changes: each is found, told by its rule, and no other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline import contracts, tables
from pipeline.baselines import Snapshot, compared
from pipeline.errors import CodesDoNotMatch
from pipeline.scenario import Town, effects
from tests.made_features import EAST, NORTH, Feature
from tests.scenario import village
from tests.scenario.village import point, square

EARLIER, LATER = date(2024, 5, 1), date(2025, 5, 1)
CAFE = {"amenity": "cafe"}
SHUT = {"disused:amenity": "cafe", "name": "Old Cup"}
Change = tuple[str, str]


def snapshot(day: date, town: Town, **more: Any) -> Snapshot:  # noqa: ANN401
    """Keep what a baseline keeps."""
    areas = village.neighbourhoods().assign(vintage="lsoa_2021")
    kept = Snapshot("D", day, "2021-03-21", areas, town.assets, town.features)
    return replace(kept, **more)


def edited(town: Town, *names: str) -> Town:
    """Say of some features that they were edited since the earlier run."""
    days = town.features["edited"].where(~town.features["feature_id"].isin(names), "2025-02-02")
    return replace(town, features=town.features.assign(edited=days))


def told(before: list[Feature], after: list[Feature], *new: str) -> pd.DataFrame:
    """Compare two villages that differ in some features."""
    later = edited(village.town(after), *new)
    return compared(
        snapshot(EARLIER, village.town(before)), snapshot(LATER, later), village.RULES_HERE
    )


def at(number: int, x: float, **tags: str) -> Feature:
    return point(number, x, 603, amenity="cafe", **tags)


PLANTED: Mapping[str, tuple[list[Feature], list[Feature], list[Change]]] = {
    "opened, by its day": (
        [], [at(1, 300, name="New", start_date="2024-09")], [("real", "opened")]),
    "opened, where building went on": (
        [point(1, 300, 603, **{"construction:amenity": "cafe"})], [at(1, 300)],
        [("real", "opened")]),
    "closed, by its tags": (
        [at(1, 300, name="Old Cup")], [point(1, 300, 603, **SHUT)], [("real", "closed")]),
    "closed, by its last day": (
        [at(1, 300, end_date="2025-01-31")], [], [("real", "closed")]),
    "moved": (
        [at(1, 300, name="Cup")], [at(1, 500, name="Cup")], [("real", "moved")]),
    "moved, and mapped under another id": (
        [at(1, 300, name="Cup")], [at(2, 700, name="Cup")], [("real", "moved")]),
    "newly mapped, by its day": (
        [], [at(1, 300, start_date="1987")], [("mapping", "newly_mapped")]),
    "newly mapped, by its last edit": ([], [at(2, 300)], [("mapping", "newly_mapped")]),
    "retagged": (
        [point(1, 300, 603, shop="bakery")], [at(1, 300)], [("mapping", "retagged")]),
    "retagged away": (
        [at(1, 300)], [point(1, 300, 603, amenity="bar")], [("mapping", "retagged")]),
    "given a name": ([at(1, 300)], [at(1, 300, name="Cup")], [("mapping", "retagged")]),
    "nudged": ([at(1, 300)], [at(1, 312)], [("mapping", "nudged")]),
    "under another id": (
        [at(1, 300, name="Cup")], [at(2, 302, name="The Cup")],
        [("mapping", "id_changed"), ("mapping", "nudged")]),
    "a point that becomes an outline": (
        [point(1, 305, 605, amenity="cafe", name="Cup")],
        [square(1, 300, 600, 10, amenity="cafe", name="Cup")],
        [("mapping", "id_changed"), ("mapping", "nudged")]),
    "moved a little": ([at(1, 300)], [at(1, 360)], [("cannot_be_told", "moved")]),
    "of another size": (
        [square(1, 300, 620, 60, leisure="park")], [square(1, 300, 620, 90, leisure="park")],
        [("cannot_be_told", "resized")]),
    "of another name": (
        [at(1, 300, name="Cup")], [at(1, 300, name="Saucer")], [("cannot_be_told", "renamed")]),
    "gone": ([at(1, 300)], [], [("cannot_be_told", "gone")]),
    "nothing": ([at(1, 300)], [at(1, 300, wheelchair="yes")], []),
}  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED)
def test_what_was_planted_is_found_and_nothing_else(planted: str) -> None:
    before, after, wanted = PLANTED[planted]
    table = told(before, after)
    assert list(zip(table["kind"], table["change"], strict=True)) == wanted
    assert (table["rule"].str.len() > 10).all()


def test_all_planted_together_are_told_apart() -> None:
    """Each stands on a row of its own, so that no two can be taken for each other."""
    before: list[Feature] = []
    after: list[Feature] = []
    wanted: list[Change] = []
    for n, (old, new, changes) in enumerate(PLANTED.values()):
        before += [_raised(n, feature) for feature in old]
        after += [_raised(n, feature) for feature in new]
        wanted += changes
    table = told(before, after)
    assert sorted(zip(table["kind"], table["change"], strict=True)) == sorted(wanted)


def _raised(n: int, feature: Feature) -> Feature:
    name, shape, tags, geometry = feature
    kind, _, number = name.partition("/")
    if "name" in tags:
        tags = {**tags, "name": f"{tags['name']} {'abcdefghijklmnopqrstuvwxyz'[n] * 3}"}
    moved = shapely.transform(geometry, lambda xy: xy + np.array([0.0, n * 400.0]))
    return f"{kind}/{number}{n:03}", shape, tags, moved


def test_what_came_without_a_day_since_the_last_run_cannot_be_told() -> None:
    table = told([], [at(1, 300)], "node/1")
    assert list(table["change"]) == ["appeared"]
    assert list(table["kind"]) == ["cannot_be_told"]


def test_sources_that_come_and_go_are_changes_of_the_map() -> None:
    one = village.town([at(1, 300, name="Cup")])
    both = one.assets.copy()
    both.loc[both["name"] == "Cup", "sources"] = "council,osm"
    later = snapshot(LATER, one, assets=both)
    for before, after, change in (
        (snapshot(EARLIER, one), later, "source_added"),
        (replace(later, day=EARLIER), snapshot(LATER, one), "source_gone"),
    ):
        table = compared(before, after, village.RULES_HERE)
        assert list(zip(table["kind"], table["change"], strict=True)) == [("mapping", change)]
    alone = both[both["name"] == "Cup"].assign(
        asset_id="council-9", sources="council", geometry=[shapely.Point(EAST + 700, NORTH + 700)],
        name="Tea", records=json.dumps([{"source": "council", "id": "9"}]),
    )  # fmt: skip
    more = gpd.GeoDataFrame(pd.concat([one.assets, alone]), crs=one.assets.crs)
    table = compared(snapshot(EARLIER, one), snapshot(LATER, one, assets=more), village.RULES_HERE)
    assert list(table["change"]) == ["source_added"]
    table = compared(snapshot(EARLIER, one, assets=more), snapshot(LATER, one), village.RULES_HERE)
    assert list(table["change"]) == ["source_gone"]


def test_people_moved_only_where_they_were_counted_on_another_day() -> None:
    town = village.town()
    areas = village.neighbourhoods().assign(vintage="lsoa_2021")
    more = areas.assign(people=areas["people"] + [0, 5, 0, 0])
    for day, kind, change in (
        ("2021-03-21", "mapping", "people_counted_anew"),
        ("2024-06-30", "real", "people_moved"),
    ):
        later = snapshot(LATER, town, neighbourhoods=more, people_day=day)
        table = compared(snapshot(EARLIER, town), later, village.RULES_HERE)
        (row,) = table.to_dict("records")
        assert (row["kind"], row["change"], row["neighbourhood_id"]) == (kind, change, "SE")
        assert row["people_after"] - row["people_before"] == 5


def test_the_effect_of_each_change_is_that_of_a_run_without_it() -> None:
    old = village.town([at(1, 300, name="Old Cup")])
    new = village.town([at(2, 700, start_date="2024-09"), point(1, 300, 603, **SHUT)])
    table = compared(snapshot(EARLIER, old), snapshot(LATER, new), village.RULES_HERE)
    found = table.join(effects(new, old.assets, old.access_points, table))
    contracts.check(found, tables.CHANGES, "changes")
    rows = found.set_index("change").to_dict("index")
    now = _within(new)
    without = _within(village.town())
    with_both = _within(village.town([at(2, 700), at(1, 300)]))
    for minutes in (5, 10, 15):
        column = f"people_more_within_{minutes}_min"
        assert rows["opened"][column] == pytest.approx(now[minutes] - without[minutes])
        assert rows["closed"][column] == pytest.approx(now[minutes] - with_both[minutes])
    assert rows["opened"]["people_more_within_5_min"] > 0
    assert rows["closed"]["people_more_within_5_min"] < 0


def _within(town: Town) -> dict[int, float]:
    access = village.access_of(town)
    cafes = access[access["category"] == "cafe"].set_index("home_id")
    people = town.homes.set_index("home_id")["people"]
    return {m: float(people[cafes[f"n_within_{m}_min"] > 0].sum()) for m in (5, 10, 15)}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "E"}, "the baseline is of E and this run of D"),
        ({"vintage": "lsoa_2011"}, "neighbourhoods of lsoa_2011 and this run of lsoa_2021"),
        ({"neighbourhood_id": ["SW", "SE", "NW", "XX"]}, "NE is only in one of them"),
    ],
)
def test_runs_of_other_districts_vintages_or_areas_are_not_compared(
    change: dict[str, Any], words: str
) -> None:
    town = village.town()
    areas = village.neighbourhoods().assign(vintage="lsoa_2021")
    code = change.get("code", "D")
    columns = {key: value for key, value in change.items() if key != "code"}
    before = snapshot(EARLIER, town, code=code, neighbourhoods=areas.assign(**columns))
    with pytest.raises(CodesDoNotMatch, match=words):
        compared(before, snapshot(LATER, town), village.RULES_HERE)


def test_the_same_run_twice_has_no_change() -> None:
    town = village.town([at(1, 300), square(5, 300, 620, 60, leisure="park")])
    table = compared(snapshot(EARLIER, town), snapshot(LATER, town), village.RULES_HERE)
    assert table.empty
    done = effects(town, town.assets, town.access_points, table)
    contracts.check(table.join(done), tables.CHANGES, "changes")
    assert done.empty
