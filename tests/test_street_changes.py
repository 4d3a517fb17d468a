"""Streets between two runs of a village: each planted change is found, told by its rule, alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from pipeline import contracts, tables
from pipeline.scenario import Town, portions
from pipeline.street_changes import StreetChanges, StreetRun, street_changes
from tests.made_features import Feature
from tests.scenario import village
from tests.scenario.village import line, point

EARLIER, LATER = date(2024, 5, 1), date(2025, 5, 1)
MINUTES = (5, 10, 15)
Way = tuple[Any, ...]


def middle(number: int = 201, x: float = 500, **tags: str) -> Way:
    """Draw a path up the middle of the village, joined to every row."""
    return line(*[(x, y) for y in range(0, village.SIDE + 1, 200)], number=number, **tags)


def rows_with(*more: Way, without: int = 0, **others: Way) -> list[Way]:
    """Lay the streets out, with some more and one taken away, or drawn another way."""
    drawn = [way for way in village.ways() if way[0] != without]
    return [*drawn, *more, *others.values()]


def bent(number: int, y: float) -> Way:
    """Draw a row whose middle lies 6 m further north."""
    points = [(x, y + (6 if 100 <= x <= 900 else 0)) for x in range(0, village.SIDE + 1, 100)]
    return line(*points, number=number, name=f"Row {y:g}")


PLANTED: Mapping[str, tuple[list[Way], list[Way], tuple[str, str]]] = {
    "opened, by its day": (
        rows_with(), rows_with(middle(start_date="2024-09")), ("real", "opened")),
    "opened, where it was being built": (
        rows_with(middle(highway="construction")), rows_with(middle()), ("real", "opened")),
    "closed, by its tags": (
        rows_with(middle()), rows_with(middle(highway="construction")), ("real", "closed")),
    "newly mapped, by its day": (
        rows_with(), rows_with(middle(start_date="1990")), ("mapping", "newly_mapped")),
    "let in by other tags": (
        rows_with(middle(access="private")), rows_with(middle(access="yes")),
        ("mapping", "retagged")),
    "let out by other tags": (
        rows_with(middle()), rows_with(middle(access="private")), ("mapping", "retagged")),
    "there since, without a day": (
        rows_with(), rows_with(middle()), ("cannot_be_told", "appeared")),
    "there no longer": (rows_with(middle()), rows_with(), ("cannot_be_told", "gone")),
    "drawn a little otherwise": (
        rows_with(), rows_with(bent(3, 400), without=3), ("mapping", "nudged")),
}  # fmt: skip


def told(old: Town, new: Town) -> StreetChanges:
    before, after = (
        StreetRun(day, town.streets, town.network) for day, town in ((EARLIER, old), (LATER, new))
    )
    found = street_changes(before, after, village.neighbourhoods())
    contracts.check(found.table, tables.STREET_CHANGES, "street_changes")
    return found


def made_of(old: Town, new: Town) -> pd.DataFrame:
    table = portions(old, new, told(old, new))
    contracts.check(table, tables.CHANGE_PORTIONS, "change_portions")
    return table.set_index(["category", "part"])


@pytest.mark.parametrize("planted", PLANTED)
def test_what_was_planted_is_told_and_nothing_else_and_its_part_is_the_whole(planted: str) -> None:
    before, after, wanted = PLANTED[planted]
    old, new = village.town(drawn=before), village.town(drawn=after)
    found = told(old, new)
    assert set(zip(found.table["kind"], found.table["change"], strict=True)) == {wanted}
    parts = made_of(old, new)
    own = f"streets_{wanted[1]}"
    for category in village.CATEGORIES:
        is_within = [within(town, category) for town in (old, new)]
        for minutes in MINUTES:
            column = f"people_more_within_{minutes}_min"
            ours = parts.loc[category][column]
            whole = is_within[1][minutes] - is_within[0][minutes]
            assert ours["whole"] == pytest.approx(whole)
            assert ours[own] == pytest.approx(whole)
            assert ours.drop(["whole", own]).abs().max() == 0


def test_a_path_of_a_kilometre_is_a_kilometre_by_neighbourhood() -> None:
    found = told(village.town(), village.town(drawn=rows_with(middle(x=400)))).table
    assert found["metres"].sum() == pytest.approx(1000)
    assert found.set_index("neighbourhood_id")["metres"].to_dict() == pytest.approx(
        {"SW": 400, "NW": 600}  # five edges of 200 m; the middle of one lies on the border
    )


def test_streets_assets_and_people_together_add_up_to_the_whole() -> None:
    old = village.town(drawn=rows_with(middle(), middle(301, 250)))
    cup = point(1, 300, 603, amenity="cafe")
    drawn = rows_with(
        middle(highway="construction"), middle(302, 750, start_date="2024-09"), bent(3, 400),
        without=3,
    )  # fmt: skip
    later = village.town([cup], drawn)
    new_homes = later.homes.assign(people=later.homes["people"] * 1.5)
    new = Town(**{**vars(later), "homes": new_homes})
    parts = made_of(old, new)
    some = 0
    for category in village.CATEGORIES:
        before, after = within(old, category), within(new, category)
        for minutes in MINUTES:
            ours = parts.loc[category][f"people_more_within_{minutes}_min"]
            assert ours["whole"] == pytest.approx(after[minutes] - before[minutes], abs=1e-5)
            assert ours.drop("whole").sum() == pytest.approx(ours["whole"], abs=1e-5)
        some += int((parts.loc[category]["state"] == "ok").sum())
    by_part = parts.loc["cafe"]
    assert by_part["people_more_within_5_min"]["assets"] > 0
    assert by_part["state"]["otherwise"] == "true_zero"
    assert some > 5


def test_the_part_of_a_closed_path_is_that_of_networkx() -> None:
    """Walks from every house along the streets, by another library and from the drawn lines."""
    old = village.town(drawn=rows_with(middle()))
    new = village.town(drawn=rows_with(middle(highway="construction")))
    parts = made_of(old, new).loc["cafe"]
    before, after = by_networkx(old), by_networkx(new)
    people = old.homes["people"].to_numpy(float)
    for minutes in MINUTES:
        reach = old.study.walking.metres_in(minutes)
        wanted = people[after <= reach].sum() - people[before <= reach].sum()
        assert parts.loc["streets_closed", f"people_more_within_{minutes}_min"] == pytest.approx(
            wanted
        )
    assert (after >= before - 0.2).all()
    assert (after > before + 1).any()


def test_the_same_streets_twice_have_no_part_and_no_row() -> None:
    cup: list[Feature] = [point(1, 300, 603, amenity="cafe")]
    old, new = village.town(), village.town(cup)
    assert told(old, new).table.empty
    parts = made_of(old, new)
    is_some = parts.index[parts["state"] != "true_zero"].tolist()
    assert is_some == [("cafe", "assets"), ("cafe", "whole")]


def test_a_category_that_is_there_no_more_is_counted_in_neither_run() -> None:
    old, new = village.town(drawn=rows_with(middle())), village.town()
    category = old.assets["category"].astype(str).replace("cafe", "telephone_box")
    old = replace(old, assets=old.assets.assign(category=category))
    found = made_of(old, new)
    assert set(found.index.get_level_values("category")) == set(village.CATEGORIES)


def within(town: Town, category: str) -> dict[int, float]:
    """Count people by the measures of a full run."""
    access = village.access_of(town)
    rows = access[access["category"] == category].set_index("home_id")
    people = town.homes.set_index("home_id")["people"]
    return {m: float(people[rows[f"n_within_{m}_min"] > 0].sum()) for m in MINUTES}


def by_networkx(town: Town) -> npt.NDArray[np.float64]:
    """Return metres from every home to the nearest café."""
    graph = nx.MultiGraph()
    edges = town.network.set_index("edge_id")
    for number, edge in edges.iterrows():
        graph.add_edge(edge["start"], edge["end"], key=number, metres=edge["length_dm"] / 10)
    cafes = town.entrances[town.entrances["category"] == "cafe"]
    found = []
    for home in town.homes.itertuples(index=False):
        best = np.inf
        near = ends_of(edges, home)
        for cafe in cafes.itertuples(index=False):
            legs = (home.snap_dm + cafe.snap_dm) / 10
            if home.edge_id == cafe.edge_id:
                best = min(best, legs + abs(home.along_dm - cafe.along_dm) / 10)
            for one, to_one in near:
                away = nx.single_source_dijkstra_path_length(graph, one, weight="metres")
                for other, to_other in ends_of(edges, cafe):
                    best = min(best, legs + to_one + away.get(other, np.inf) + to_other)
        found.append(best)
    return np.array(found)


def ends_of(edges: pd.DataFrame, stand: Any) -> list[tuple[int, float]]:  # noqa: ANN401
    edge = edges.loc[stand.edge_id]
    rest = edge["length_dm"] - stand.along_dm
    return [(edge["start"], stand.along_dm / 10), (edge["end"], rest / 10)]
