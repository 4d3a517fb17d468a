"""Walks of the directory: hand-worked minutes, and a walker who tries everything."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given

from pipeline import contracts, tables
from pipeline.access.walks import measure_walks
from pipeline.errors import ChoiceIsNotAllowed
from tests.routing.made_towns import FAR, Town, towns, walks_from
from tests.towns import CRS, STUDY, entrances_at, homes_at, line_of_streets

NONE = {"category": "park", "status": "actual", "is_in_district": True, "name": ""}


def areas(*codes: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"neighbourhood_id": list(codes), "name": [f"Area {code}" for code in codes]},
        geometry=[shapely.Point(0, 0)] * len(codes), crs=CRS,
    )  # fmt: skip


def assets(**rows: Mapping[str, object]) -> gpd.GeoDataFrame:
    table = pd.DataFrame([{"asset_id": name, **NONE, **row} for name, row in rows.items()])
    return gpd.GeoDataFrame(table, geometry=[shapely.Point(0, 0)] * len(table), crs=CRS)


def doors_at(*rows: tuple[str, int, int, int]) -> gpd.GeoDataFrame:
    found = entrances_at(*rows)
    return found.assign(entrance_id=[f"{name}/{n}" for n, name in enumerate(found["asset_id"])])


LIBRARY = {"category": "library", "name": "Central Library"}
STREETS = line_of_streets(20_000, 20_000)


def measured(
    homes: gpd.GeoDataFrame, places: gpd.GeoDataFrame, doors: gpd.GeoDataFrame, *codes: str
) -> tuple[pd.DataFrame, dict[tuple[str, str], float]]:
    known = {"park", "vacant_shop", *STUDY.directory.walks_from}
    starts, walks = measure_walks(areas(*codes), places, doors, homes, STREETS, known, STUDY)
    contracts.check(starts, tables.STARTS, "starts")
    contracts.check(walks, tables.WALKS, "walks")
    keys = zip(walks["place_id"], walks["asset_id"], strict=True)
    return starts, dict(zip(keys, walks["walk_min"].round(6).tolist(), strict=True))


def test_of_a_neighbourhood_it_is_the_walk_by_which_half_of_the_people_are_there() -> None:
    """30, 20 and 50 of 100 people live 4, 2 and 0 minutes from the park: half are there in 0."""
    homes = homes_at((0, 0, 0), (0, 1600, 0), (0, 3200, 0), people=[30.0, 20.0, 50.0])
    homes["neighbourhood_id"] = "A"
    doors = doors_at(("park", 0, 3200, 0), ("far", 1, 20_000, 0))
    _, walks = measured(homes, assets(park={}, far={}), doors, "A")
    assert walks == {("A", "park"): 0.0}
    # With one fewer at the park, those two minutes away make up the half.
    homes["people"] = [31.0, 20.0, 49.0]
    assert measured(homes, assets(park={}, far={}), doors, "A")[1] == {("A", "park"): 2.0}


def test_of_an_asset_it_is_the_shortest_between_any_two_doors() -> None:
    homes = homes_at((0, 0, 0), people=[20.0])
    homes["neighbourhood_id"] = "A"
    doors = doors_at(
        ("books", 0, 0, 8), ("books", 0, 4000, 0), ("park", 0, 8000, 0), ("park", 1, 0, 0)
    )
    starts, walks = measured(homes, assets(books=LIBRARY, park={}), doors, "A")
    assert starts["place_id"].tolist() == ["A", "books"]
    assert starts["name"].tolist() == ["Area A", "Central Library"]
    assert walks == {("A", "books"): 0.01, ("A", "park"): 10.0, ("books", "park"): 5.0}


def test_thirty_minutes_are_listed_and_a_decimetre_more_is_not() -> None:
    homes = homes_at((0, 0, 0), people=[20.0])
    homes["neighbourhood_id"] = "A"
    doors = doors_at(("at", 1, 4000, 0), ("beyond", 1, 4001, 0))
    assert measured(homes, assets(at={}, beyond={}), doors, "A")[1] == {("A", "at"): 30.0}


def test_where_nobody_starts_says_why_and_nothing_that_is_not_in_use_is_listed() -> None:
    homes = homes_at((0, 0, 0), (0, 0, 0), (-1, 0, 0), people=[20.0, 9.0, 80.0])
    homes["neighbourhood_id"] = ["ok", "few", "off"]
    doors = doors_at(("park", 0, 800, 0), ("shop", 0, 800, 0), ("lost", -1, 0, 0))
    places = assets(
        park={},
        shop={"category": "vacant_shop", "status": "potential"},
        lost=LIBRARY,
        nameless={"category": "library"},
        outside={**LIBRARY, "is_in_district": False},
    )
    starts, walks = measured(homes, places, doors, "ok", "few", "off", "empty")
    states = dict(zip(starts["place_id"], starts["state"], strict=True))
    assert states == {
        "ok": "ok", "few": "suppressed", "off": "unreachable", "empty": "no_data",
        "lost": "unreachable",
    }  # fmt: skip
    assert walks == {("ok", "park"): 1.0}


def test_without_homes_or_ways_in_nothing_is_listed_and_nothing_breaks() -> None:
    nobody = homes_at().assign(neighbourhood_id=[])
    starts, walks = measured(nobody, assets(park={}), doors_at(("park", 0, 0, 0)), "A")
    assert starts["state"].tolist() == ["no_data"]
    assert walks == {}
    someone = homes_at((0, 0, 0), people=[20.0]).assign(neighbourhood_id="A")
    assert measured(someone, assets(park={}), doors_at(), "A")[1] == {}


def test_a_category_that_there_is_not_is_named() -> None:
    homes = homes_at((0, 0, 0)).assign(neighbourhood_id="A")
    with pytest.raises(ChoiceIsNotAllowed, match="walks_from: names community_centre, and there"):
        measure_walks(areas("A"), assets(park={}), doors_at(), homes, STREETS, {"park"}, STUDY)


@given(towns())
def test_they_equal_a_brute_force_answer(town: Town) -> None:
    streets, people, entrances, owners = town
    table = pd.DataFrame([vars(street) for street in streets])
    table = table.rename(
        columns={"length": "length_dm", "forward": "forward_dm", "backward": "backward_dm"}
    )
    table.insert(0, "edge_id", range(len(streets)))
    homes = homes_at(*people, people=[10.0 + n for n in range(len(people))])
    homes["neighbourhood_id"] = [f"N{n % 2}" for n in range(len(people))]
    names = sorted({f"a{owner}" for owner in owners})
    places = assets(**{name: LIBRARY if name == "a0" else {} for name in names})
    doors = doors_at(*((f"a{o}", *at) for o, at in zip(owners, entrances, strict=True)))
    _, walks = measure_walks(
        areas("N0", "N1"), places, doors, homes, table, {"park", *STUDY.directory.walks_from},
        STUDY, table,
    )  # fmt: skip
    found = {
        (place, asset): round(minutes * 800)
        for place, asset, minutes in walks.itertuples(index=False, name=None)
    }
    expected: dict[tuple[str, str], int] = {}
    for asset in names:
        to = [at for o, at in zip(owners, entrances, strict=True) if f"a{o}" == asset]
        for code in ("N0", "N1"):
            rows = [n for n in range(len(people)) if f"N{n % 2}" == code]
            ranked = sorted((min(walks_from(streets, people[n], to)), 10.0 + n) for n in rows)
            total = sum(weight for _, weight in ranked)
            reached = np.cumsum([weight for _, weight in ranked])
            if rows and (middle := ranked[int(np.argmax(reached >= total / 2))][0]) < FAR:
                expected[code, asset] = middle
        own = [at for o, at in zip(owners, entrances, strict=True) if o == 0]
        if own and asset != "a0":
            best = min(min(walks_from(streets, door, to)) for door in own)
            if best < FAR:
                expected["a0", asset] = best
    assert found == {pair: walk for pair, walk in expected.items() if walk <= 24_000}
