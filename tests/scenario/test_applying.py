"""A scenario: the town that comes of it is the one that the steps make of changed raw data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import PipelineError
from pipeline.heights import Heights
from pipeline.scenario import Town, applied, difference
from pipeline.scenario.applying import Changed
from tests.made_features import EAST, NORTH
from tests.scenario import village
from tests.scenario.village import indicators_of, merged, neighbourhoods, scenario, square

TOWN = village.town()
BEFORE = village.access_of(TOWN)
NUMBERS = [name for name in BEFORE if name != "nearest_asset"]
# In the order in which `square` draws it: the nearest of equally near points is the first drawn.
NEW_PARK = [(790, 805), (790, 895), (700, 895), (700, 805)]


def after(town: Town, *changes: Mapping[str, object]) -> tuple[Changed, pd.DataFrame]:
    """Put changes to a town, and measure."""
    found = applied(town, scenario(*changes), "2024-05-01")
    return found, merged(village.access_of(town), found.access())


def test_an_asset_added_is_the_full_run_with_it_in_the_raw_data() -> None:
    raw = village.town([square(9000, 700, 805, 90, leisure="park", name="New Park")])
    wanted = village.access_of(raw)
    change = {"change": "add_asset", "category": "park", "name": "New Park", "area": NEW_PARK}
    found, access = after(TOWN, change)
    assert found.categories == ("park",)
    pd.testing.assert_frame_equal(access[NUMBERS], wanted[NUMBERS], check_exact=True)
    renamed = access["nearest_asset"].replace("scenario-1", "osm-way-9000")
    assert (renamed == wanted["nearest_asset"]).all()
    assert (access["nearest_asset"] == "scenario-1").sum() > 10
    pd.testing.assert_frame_equal(
        indicators_of(found.town, access), indicators_of(raw, wanted), check_exact=True
    )


def test_an_asset_moved_is_the_full_run_with_it_elsewhere() -> None:
    _, access = after(TOWN, {"change": "move_asset", "asset": "osm-way-7001", "area": NEW_PARK})
    assert set(access["nearest_asset"]) == {"osm-way-7001", "osm-node-7002", ""}
    far = after(TOWN, {"change": "close_asset", "asset": "osm-way-7001"}, {
        "change": "add_asset", "category": "park", "name": "Old Park", "area": NEW_PARK,
    })[1]  # fmt: skip
    pd.testing.assert_frame_equal(access[NUMBERS], far[NUMBERS], check_exact=True)


def test_closing_an_asset_and_opening_it_again_gives_back_every_number() -> None:
    corners = [(140, 20), (140, 140), (20, 140), (20, 20)]
    closed, without = after(TOWN, {"change": "close_asset", "asset": "osm-way-7001"})
    assert (without.loc[without["category"] == "park", "n_within_15_min"] == 0).all()
    again = {"change": "add_asset", "category": "park", "name": "Old Park", "area": corners}
    _, access = after(closed.town, again)
    pd.testing.assert_frame_equal(access[NUMBERS], BEFORE[NUMBERS], check_exact=True)


def test_closing_a_street_and_opening_it_again_gives_back_every_number() -> None:
    closed, without = after(TOWN, {"change": "close_street", "way": 101})
    assert (without["nearest_m"].fillna(1e9) >= BEFORE["nearest_m"].fillna(1e9)).all()
    assert not without["nearest_m"].equals(BEFORE["nearest_m"])
    line = [(0, y) for y in range(0, 1001, 100)]
    pieces = [
        {"change": "open_path", "line": list(pair), "joins_within_m": 1.0}
        for pair in zip(line[::2], line[2::2], strict=False)
    ]
    _, access = after(TOWN, {"change": "close_street", "way": 101}, *pieces)
    pd.testing.assert_frame_equal(access[NUMBERS], BEFORE[NUMBERS], check_exact=True)
    del closed


def test_closing_a_street_is_the_full_run_without_it() -> None:
    raw = village.town(drawn=[way for way in village.ways() if way[0] != 101])
    _, access = after(TOWN, {"change": "close_street", "name": "west lane", "at": (3, 512)})
    pd.testing.assert_frame_equal(
        access[NUMBERS], village.access_of(raw)[NUMBERS], check_exact=True
    )


def test_a_new_path_is_the_full_run_with_it_but_for_rounding() -> None:
    path = [(300, 200), (300, 400)]
    raw = village.town(drawn=[*village.ways(), village.line(*path, number=500, highway="footway")])
    near = [(300, 203), (301, 398)]
    _, access = after(TOWN, {"change": "open_path", "line": path})
    off = access["nearest_m"].to_numpy() - village.access_of(raw)["nearest_m"].to_numpy()
    assert np.nanmax(np.abs(off)) <= 0.2
    assert (access["nearest_m"] < BEFORE["nearest_m"] - 50).any()
    _, joined = after(TOWN, {"change": "open_path", "line": near})
    assert np.nanmax(np.abs(joined["nearest_m"] - access["nearest_m"])) <= 2


def test_a_path_up_a_hill_costs_what_it_costs_in_a_full_run() -> None:
    up = np.tile(np.linspace(200.0, 0.0, 60)[:, None], (1, 60))  # 200 m over 1,500 m, to the north
    heights = Heights(up, EAST - 250, NORTH + 1250, 25.0)
    path = village.line((300, 200), (300, 400), number=500, highway="footway")
    raw = village.town(drawn=[*village.ways(), path], heights=heights)
    town = village.town(heights=heights)
    found, access = after(town, {"change": "open_path", "line": path[1]})
    off = access["nearest_m"].to_numpy() - village.access_of(raw)["nearest_m"].to_numpy()
    assert np.nanmax(np.abs(off)) <= 0.3
    forward, backward = found.town.terrain.iloc[-1][["forward_dm", "backward_dm"]].astype(int)
    assert forward > 2000
    assert forward > backward


def test_neighbourhoods_that_a_path_brings_nothing_are_the_same_to_the_last_bit() -> None:
    found, access = after(TOWN, {"change": "open_path", "line": [(333.37, 201), (331.11, 399)]})
    before, now = indicators_of(TOWN, BEFORE), indicators_of(found.town, access)
    keys = ["neighbourhood_id", "category", "measure"]
    both = before.merge(now, on=keys, suffixes=("", "_now"))
    is_same = (both["value"] == both["value_now"]) | (
        both["value"].isna() & both["value_now"].isna()
    )
    # What a place supplies a head is shared with those who reach it now, wherever they live.
    measured = [name for name in NUMBERS if BEFORE[name].dtype.kind in "fi"]
    measured.remove("supply_per_1000")
    unmoved = access[measured].fillna(-1).to_numpy() == BEFORE[measured].fillna(-1).to_numpy()
    homes = TOWN.homes.set_index("home_id")["neighbourhood_id"]
    where = access["home_id"].map(homes)
    quiet = [name for name in village.CORNERS if unmoved[(where == name).to_numpy()].all()]
    assert quiet == ["SE", "NW", "NE"]
    is_own = both["measure"] != "supply_per_1000"
    assert is_same[both["neighbourhood_id"].isin(quiet) & is_own].all()
    assert not is_same.all()
    table = difference(
        (TOWN.homes, BEFORE), (found.town.homes, access), neighbourhoods(), ["park"], TOWN.study
    )
    rows = table[(table["what"] == "neighbourhood") & table["people_of"].isin(quiet)]
    assert (rows["people_more"] == 0).all()
    assert (rows["state"] == "true_zero").all()


def test_a_path_into_a_park_is_a_way_in() -> None:
    wall = square(7100, 420, 230, 140, leisure="park", name="Walled")
    town = village.town([wall])
    found, access = after(town, {"change": "open_gate", "line": [(500, 200), (500, 300)]})
    ways_in = found.town.entrances[found.town.entrances["asset_id"] == "osm-way-7100"]
    assert list(ways_in["way_in"]) == ["crossing"]
    assert found.told[0]["ends_joined"] == 1
    assert len(access) == len(BEFORE)


def test_a_shut_gate_that_is_opened_lets_people_through() -> None:
    lane = village.line((600, 200), (600, 300), (600, 400), number=600, highway="footway")
    gate = village.point(8000, 600, 300, barrier="gate", access="private")
    nodes = village.streets_of([lane])["nodes"].iloc[0].split()
    shut = (f"node/{nodes[1]}", *gate[1:])
    town = village.town([shut], [*village.ways(), lane])
    free = village.town([], [*village.ways(), lane])
    _, access = after(town, {"change": "open_gate", "at": (601, 299)})
    wanted = village.access_of(free)
    assert np.nanmax(np.abs(access["nearest_m"] - wanted["nearest_m"])) <= 0.2
    assert not access["nearest_m"].equals(village.access_of(town)["nearest_m"])


def test_the_difference_is_counted_by_neighbourhood_decile_and_all() -> None:
    change = {"change": "add_asset", "category": "bench", "at": (905, 905)}
    found, access = after(TOWN, change)
    table = difference(
        (TOWN.homes, BEFORE), (found.town.homes, access), neighbourhoods(), found.categories,
        TOWN.study,
    )  # fmt: skip
    rows = table[table["minutes"] == 15].set_index("people_of")["people_more"]
    homes = found.town.homes.set_index("home_id")
    reached = access[(access["category"] == "bench") & (access["nearest_m"] <= 1200)]["home_id"]
    by_hand = homes.loc[reached].groupby("neighbourhood_id")["people"].sum()
    for name in village.CORNERS:
        assert rows[name] == pytest.approx(by_hand.get(name, 0.0), abs=1e-9)
    assert rows["all"] == pytest.approx(by_hand.sum(), abs=1e-9)
    assert rows["decile_1"] == pytest.approx(rows["SW"] + rows["SE"], abs=1e-9)
    assert rows["no_decile"] == rows["NE"] > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"change": "close_asset", "asset": "osm-way-1"}, "there is no asset ‘osm-way-1’"),
        ({"change": "move_asset", "asset": "nobody", "at": (1, 1)}, "there is no asset ‘nobody’"),
        ({"change": "add_asset", "category": "zoo", "at": (1, 1)}, "there is no category ‘zoo’"),
        ({"change": "add_asset", "category": "cafe", "at": (9999, 1)}, "outside the district"),
        ({"change": "add_asset", "category": "park", "area": [(1, 1), (9, 1), (9, 9)]}, "32 m²"),
        (
            {
                "change": "add_asset",
                "category": "park",
                "area": [(1, 1), (90, 90), (90, 1), (1, 90)],
            },
            "cross itself",
        ),
        ({"change": "open_path", "line": [(500, 280), (500, 330)]}, "touches no street"),
        ({"change": "open_path", "line": [(5, 5), (5.2, 5)]}, "at least 1 m"),
        ({"change": "open_gate", "at": (500, 500)}, "no shut gate"),
        ({"change": "close_street", "way": 4711}, "way 4711"),
        ({"change": "close_street", "name": "High Street", "at": (1, 1)}, "'High Street'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(change: Mapping[str, object], words: str) -> None:
    with pytest.raises(PipelineError) as stop:
        after(TOWN, change)
    said = str(stop.value)
    assert words in said
    assert said.startswith(f"change 1 ({change['change']}): ")
    assert said.count("change 1") == 1
