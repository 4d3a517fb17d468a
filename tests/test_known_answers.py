"""Sampleton from its raw files to numbers: what was worked out by hand comes out, to the digit."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
import yaml

from demo.grid import ORIGIN
from demo.terrain import heights
from demo.write import write_all
from pipeline import files, steps, tables
from pipeline.access import measure_access, nearest_asset
from pipeline.access.standing import Destinations, Origins
from pipeline.config import Category, CategoryRules, Study, Walker
from pipeline.contracts import Table
from pipeline.entrances import find_entrances
from pipeline.routing import as_graph
from pipeline.terrain import tobler
from pipeline.walkers import ground_of

ROOT = Path(__file__).parents[1]
ANSWERS = yaml.safe_load((ROOT / "tests/known_answers/sampleton.yaml").read_text("utf-8"))
DISTRICT = ROOT / "config/districts/sampleton.yaml"
STUDY = ROOT / "config/study.yaml"
CATEGORIES = sorted((ROOT / "config/categories").glob("*.yaml"))
WALKERS = sorted((ROOT / "config/walkers").glob("*.yaml"))
USES = sorted(
    path for name in ("unused", "uses", "cautions") for path in (ROOT / "config" / name).glob("*")
)
NATIONAL = sorted((ROOT / "config/national").glob("*.yaml"))
WHO = files.read_configs(WALKERS, Walker)
WHOLE_RULES: dict[str, CategoryRules] = files.read_configs(CATEGORIES, Category)


class Made:
    """The tables of a district, in the folder where the steps have left them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, table: Table) -> Path:
        return self.folder / f"{table.name}.parquet"

    def __getitem__(self, table: Table) -> Any:  # noqa: ANN401 (with or without geometry)
        return files.read_table(self.path(table), table)


@pytest.fixture(scope="module")
def sampleton(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Run every step but the last, in this process and in the order of the Makefile."""
    data = tmp_path_factory.mktemp("data")
    write_all(data / "demo" / "sampleton")
    made = Made(data)
    rules, national, manifest, walkers = (
        data / f"{n}.json" for n in ("rules", "national", "manifest", "walkers")
    )
    (
        places, coverage, features, streets, assets, points, network, entrances, homes, terrain,
        access,
    ) = (
        made.path(table)
        for table in (
            tables.NEIGHBOURHOODS, tables.COVERAGE, tables.FEATURES, tables.STREETS,
            tables.ASSETS, tables.ACCESS_POINTS, tables.NETWORK, tables.ENTRANCES, tables.HOMES,
            tables.TERRAIN, tables.ACCESS,
        )
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA", str(data))
        steps.rules(*CATEGORIES, out=(rules,))
        steps.national(*NATIONAL, out=(national,))
        steps.walkers(*WALKERS, out=(walkers,))
        steps.fetch(DISTRICT, national, out=(manifest,))
        steps.neighbourhoods(DISTRICT, national, manifest, out=(places,))
        steps.osm(STUDY, DISTRICT, manifest, places, out=(features, streets, coverage))
        (data / "field_checks.json").write_text("{}")
        steps.assets(
            STUDY, rules, national, DISTRICT, manifest, places, features,
            data / "field_checks.json",
            out=(
                assets, points, data / "set_aside.parquet", made.path(tables.RECORDS),
                made.path(tables.AMBIGUOUS),
            ),
        )  # fmt: skip
        steps.network(STUDY, streets, features, out=(network,))
        steps.entrances(STUDY, rules, assets, points, features, network, out=(entrances,))
        steps.homes(
            STUDY, DISTRICT, national, manifest, places, coverage, features, network, out=(homes,)
        )
        steps.terrain(STUDY, DISTRICT, national, manifest, places, network, out=(terrain,))
        steps.access(
            STUDY, rules, walkers, assets, entrances, homes, network, terrain, out=(access,)
        )
        steps.profiles(
            STUDY, rules, DISTRICT, manifest, places, homes, access,
            out=(made.path(tables.INDICATORS),),
        )  # fmt: skip
        steps.uses(rules, *USES, out=(data / "uses.json",))
        steps.unused_land(
            STUDY, rules, walkers, data / "uses.json", DISTRICT, national, manifest, places, assets,
            features, network, terrain, homes, access,
            out=tuple(
                made.path(table)
                for table in (
                    tables.UNUSED_LAND, tables.SITE_USES, tables.RESIDENTS_GAINED, tables.BEST_SETS,
                )
            ),
        )  # fmt: skip
    return made


@pytest.fixture(scope="module")
def walks(sampleton: Made) -> pd.DataFrame:
    access: pd.DataFrame = sampleton[tables.ACCESS]
    return access.set_index(["home_id", "category"]).sort_index()


@pytest.mark.parametrize("answer", ANSWERS["answers"], ids=lambda answer: answer["sentence"])
def test_what_was_worked_out_by_hand_comes_out(answer: dict[str, Any], walks: Any) -> None:  # noqa: ANN401
    found = walks.loc[(f"way/{answer['home']}", answer["category"])]
    if "state" in answer:
        assert found["state"] == answer["state"]
        assert math.isnan(found[answer["measure"]])
    else:
        assert found["state"] == "ok"
        assert found[answer["measure"]] == answer["value"]


@pytest.mark.parametrize("answer", ANSWERS["departures"], ids=lambda answer: answer["sentence"])
def test_departures_are_those_worked_out_by_hand(answer: dict[str, Any], sampleton: Made) -> None:
    assets = sampleton[tables.ASSETS]
    is_stop = (assets["category"] == "bus_stop") & (assets["name"] == answer["stop"])
    (text,) = assets.loc[is_stop, "details"]
    details = json.loads(text)
    names = ("departures_weekday", "departures_evening", "departures_sunday")
    assert details["departures_state"] == answer["state"]
    assert [int(details[name]) for name in names if name in details] == answer["numbers"]
    assert ("2026-01-07" in details.get("departures_source", "")) == bool(answer["numbers"])


def test_a_councils_shapefile_joins_the_allotments_that_are_mapped(sampleton: Made) -> None:
    plots = sampleton[tables.ASSETS].query("category == 'allotments'").set_index("name")
    assert [json.loads(text)["plots"] for text in plots["details"]] == ["96", "92"]
    assert plots["sources"].str.contains("council_allotments").all()
    counts = files.read_report(sampleton.path(tables.ASSETS))["layers"]["council_allotments"]
    assert counts == {"rows": 3, "used": 2, "set_aside": 1, "fault": 1}


def test_a_flood_zone_lies_on_as_much_of_a_site_as_was_drawn(sampleton: Made) -> None:
    """Beck Fields are 250 m long, and the zone ends 50 m from their west end: a fifth.

    The foundry lies 300 m north of the nearest zone.
    """
    sites = sampleton[tables.UNUSED_LAND].set_index("name")["caution_findings"]
    told = {name: {each["caution"]: each for each in json.loads(sites[name])} for name in
            ("Beck Fields", "Former Sample Vale Foundry")}  # fmt: skip
    beck = told["Beck Fields"]["flood"]
    assert beck["share_pct"] == pytest.approx(20, abs=0.01)
    assert (beck["source"], beck["date"], beck["rows"]) == (
        "council_flood_zones", "2025-11-30", ["Flood zone 2"],
    )  # fmt: skip
    foundry = told["Former Sample Vale Foundry"]["flood"]
    assert (foundry["is_here"], foundry["share_pct"], foundry["state"]) == (False, 0, "true_zero")
    uses = sampleton[tables.SITE_USES].set_index(["site_id", "use"])
    site = sampleton[tables.UNUSED_LAND].set_index("name")["site_id"]["Beck Fields"]
    garden = uses.loc[(site, "community_garden")]
    assert garden["fits"] == "to_check"
    assert json.loads(garden["to_check"])[0][0] == "caution_partly"


def nearest_for(walker: Walker, category: str, made: Made) -> pd.Series:
    """Return how far it is for one walker from every home to the nearest of a category."""
    network, doors, homes = made[tables.NETWORK], made[tables.ENTRANCES], made[tables.HOMES]
    ground, _ = ground_of(network, made[tables.TERRAIN], walker)
    graph = as_graph(network, ground)
    to = Destinations.of(graph, doors[doors["category"] == category])
    found = nearest_asset(graph, Origins.of(graph, homes), to)
    walk: pd.Series = found.set_index(homes["home_id"])["nearest_m"]
    return walk


@pytest.mark.parametrize("answer", ANSWERS["walkers"], ids=lambda answer: answer["sentence"])
def test_what_was_worked_out_by_hand_for_a_walker_comes_out(
    answer: dict[str, Any], sampleton: Made
) -> None:
    on_the_flat = {"slopes": "flat", "steepest_pct": None}
    walker = WHO[answer["walker"]].model_copy(update=on_the_flat)
    found = nearest_for(walker, answer["category"], sampleton)
    assert found[f"way/{answer['home']}"] == answer["nearest_m"]


def test_beacon_hill_costs_what_it_was_drawn_to_cost(sampleton: Made) -> None:
    # From Hill Road up to the foot of Jacob's Ladder and up its steps, on the hill that the
    # generator draws, without its raster. Smoothing over 50 m takes something off the top.
    network, terrain = sampleton[tables.NETWORK], sampleton[tables.TERRAIN]
    bends = [(650, 1100), (680, 960), (700, 820), (705, 740)]
    foot = shapely.Point(np.add(ORIGIN, bends[0]))
    is_path = (network["name"] == "Beacon Path") & (network.distance(foot) < 1)
    on_it = terrain.merge(network.loc[network["is_steps"] | is_path, ["edge_id", "length_dm"]])
    up = down = climb = 0.0
    for a, b in itertools.pairwise(bends):
        places = np.linspace(a, b, 9)
        run = math.dist(a, b) / 8
        rise = np.diff(heights(places[:, 0], places[:, 1]))
        up += float((run / tobler(rise / run)).sum())
        down += float((run / tobler(-rise / run)).sum())
        climb += float(rise.sum())
    flat = tobler(np.zeros(1))[0]
    found = on_it[["forward_dm", "backward_dm"]].to_numpy() / 10
    assert len(on_it) == 2
    assert on_it["length_dm"].sum() == pytest.approx(3648, abs=2)
    assert found.max(axis=1).sum() == pytest.approx(up * flat, rel=0.02)
    assert found.min(axis=1).sum() == pytest.approx(down * flat, rel=0.02)
    assert on_it["climb_m"].clip(on_it["descent_m"]).sum() == pytest.approx(climb, abs=2.5)
    assert up * flat > 1.5 * 364.8


def test_the_hill_lengthens_the_walk_to_the_inn_below_it(sampleton: Made) -> None:
    walks = {
        name: nearest_for(WHO["standard"].model_copy(update={"slopes": name}), "pub", sampleton)
        for name in ("flat", "tobler")
    }
    home = "way/9000000005"
    assert walks["flat"][home] == 640.9
    assert 700 < walks["tobler"][home] < 800


@pytest.mark.parametrize("category", ["bench", "nature_space", "pub", "community_garden"])
def test_nobody_walks_further_than_those_who_need_a_way_without_steps(
    category: str, sampleton: Made
) -> None:
    standard, step_free = (
        nearest_for(WHO[name], category, sampleton).fillna(math.inf)
        for name in ("standard", "step_free")
    )
    assert (step_free >= standard).all()
    assert (step_free > standard).any()


def test_the_answers_are_at_the_speed_of_the_study() -> None:
    study = yaml.safe_load(STUDY.read_text("utf-8"))
    assert study["walking"]["speed_m_per_min"] == ANSWERS["speed_m_per_min"]


def test_everyone_in_sampleton_is_placed_in_their_neighbourhood(sampleton: Made) -> None:
    areas = sampleton[tables.NEIGHBOURHOODS].set_index("neighbourhood_id")
    homes = sampleton[tables.HOMES]
    placed = homes.groupby("neighbourhood_id")["people"].agg(math.fsum)
    assert placed.to_dict() == areas["people"].to_dict()
    assert math.fsum(homes["people"]) == areas["people"].sum() > 34_000
    inside = areas.geometry.reindex(homes["neighbourhood_id"]).to_numpy()
    assert shapely.covers(inside, homes.geometry.to_numpy()).all()


def test_everyone_is_on_the_network_or_counted_as_off_it(sampleton: Made) -> None:
    homes = sampleton[tables.HOMES]
    report = files.read_report(sampleton.path(tables.HOMES))
    off = homes[homes["state"] != "ok"]
    assert report["homes_off_the_network"] == len(off)
    assert report["people_off_the_network"] == pytest.approx(off["people"].sum(), abs=0.05)
    assert report["people_without_homes"] == 0


def test_islanders_reach_what_is_on_their_island_and_nothing_else(
    sampleton: Made,
    walks: Any,  # noqa: ANN401
) -> None:
    network = sampleton[tables.NETWORK].set_index("edge_id")["component"]
    homes = sampleton[tables.HOMES].query("state == 'ok'").set_index("home_id")
    doors = sampleton[tables.ENTRANCES].query("state == 'ok'")
    on = network.reindex(homes["edge_id"]).set_axis(homes.index)
    islanders = on.index[on == 1]
    assert 0 < len(islanders) < 100
    on_island = set(doors["category"][network.reindex(doors["edge_id"]).to_numpy() == 1])
    mainland_only = set(doors["category"]) - on_island
    assert {"library", "allotments", "station"} <= mainland_only
    table = walks.reset_index().set_index("home_id").loc[islanders]
    away = table[table["category"].isin(mainland_only)]
    assert set(away["state"]) == {"unreachable"}
    assert away["n_within_15_min"].eq(0).all()
    assert set(table[table["category"].isin(on_island)]["state"]) <= {"ok"}


def test_every_number_has_its_state_and_only_then_a_value(sampleton: Made) -> None:
    table = sampleton[tables.INDICATORS]
    is_number = table["state"].isin(["ok", "true_zero"])
    assert (table["value"].notna() == is_number).all()
    assert (table.loc[table["state"] == "true_zero", "value"] == 0).all()
    n_places = len(sampleton[tables.NEIGHBOURHOODS]) + 1
    supplies = [yaml.safe_load(path.read_text("utf-8")).get("supply") for path in CATEGORIES]
    # Nine of each; the area within reach of what supplies land, and a share of what is shared.
    measures = sum(9 + (supply == "area") + (supply is not None) for supply in supplies)
    assert len(table) == n_places * measures
    shares = table[table["unit"] == "%"].pivot_table(
        index=["neighbourhood_id", "category"], columns="measure", values="value"
    )
    assert (shares["within_5_min_pct"] <= shares["within_10_min_pct"]).all()
    assert (shares["within_10_min_pct"] <= shares["within_15_min_pct"]).all()


def test_the_figures_of_the_district_are_those_of_all_its_people(sampleton: Made) -> None:
    # Worked out again from homes and walks, without the code that makes profiles.
    homes = sampleton[tables.HOMES].query("state == 'ok'")[["home_id", "people"]]
    table = sampleton[tables.INDICATORS].query("neighbourhood_id == 'E07099999'")
    published = table.set_index(["category", "measure"])["value"]
    access = sampleton[tables.ACCESS].merge(homes, on="home_id")
    for category, rows in access.groupby("category", observed=True):
        if (rows["state"] == "no_data").all():
            continue
        people = rows["people"].sum()
        within = rows.loc[rows["nearest_m"] <= 800, "people"].sum() / people * 100
        assert published[category, "within_10_min_pct"] == pytest.approx(within, abs=1e-9)
        mean = (rows["n_within_15_min"] * rows["people"]).sum() / people
        assert published[category, "mean_count_within_15_min"] == pytest.approx(mean, abs=1e-9)
        ordered = rows.sort_values("nearest_m", na_position="last")
        middle = ordered["people"].cumsum().searchsorted(people / 2 * (1 - 1e-9))
        median = ordered["nearest_m"].iloc[middle] / 80
        assert published[category, "nearest_median_min"] == pytest.approx(median, nan_ok=True)


@pytest.mark.parametrize(
    ("site", "use"),
    [("Garage court, Moor Lane", "pocket_park"), ("Goods Yard", "woodland"),
     ("Corn Mill", "meeting_place")],
)  # fmt: skip
def test_a_use_gains_the_people_whom_a_run_with_it_added_has_more(
    site: str, use: str, sampleton: Made
) -> None:
    sites, uses = sampleton[tables.UNUSED_LAND], sampleton[tables.SITE_USES]
    row = sites[sites["name"] == site].iloc[0]
    chosen = uses[(uses["site_id"] == row["site_id"]) & (uses["use"] == use)].iloc[0]
    rules = {chosen["category"]: WHOLE_RULES[chosen["category"]]}
    assets = sampleton[tables.ASSETS]
    ours = assets[assets["category"] == chosen["category"]]
    added = ours.iloc[:1].assign(
        asset_id="new", geometry=[row["geometry"]], area_m2=max(row["area_m2"], 1.0)
    )
    homes, streets = sampleton[tables.HOMES], sampleton[tables.NETWORK]
    study = files.read_choices(STUDY, Study)
    ground, _ = ground_of(streets, sampleton[tables.TERRAIN], WHO[study.walking.walker])
    reached = []
    for some in (ours, pd.concat([ours, added], ignore_index=True)):
        doors, _ = find_entrances(
            some, _points_of(sampleton, ours), sampleton[tables.FEATURES], streets, rules,
            study.snapping,
        )  # fmt: skip
        reached.append(measure_access(homes, doors, some, streets, rules, study, ground)[0])
    gains = sampleton[tables.RESIDENTS_GAINED]
    ours_gained = gains[
        (gains["site_id"] == row["site_id"]) & (gains["use"] == use) & (gains["people_of"] == "all")
    ].set_index("minutes")["gained"]
    assert (ours_gained > 0).any()
    for minutes in study.walking.minutes:
        before, after = (table[f"n_within_{minutes}_min"].to_numpy() > 0 for table in reached)
        assert not (before & ~after).any()
        people = homes["people"].to_numpy()[after & ~before].sum()
        assert ours_gained[minutes] == pytest.approx(people, abs=1e-9)


def _points_of(sampleton: Made, assets: Any) -> Any:  # noqa: ANN401 (tables)
    points = sampleton[tables.ACCESS_POINTS]
    return points[points["asset_id"].isin(assets["asset_id"])]
