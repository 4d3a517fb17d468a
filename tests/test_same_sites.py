"""Which descriptions of land and buildings not in use are one site: known towns, and pairs."""

from __future__ import annotations

import itertools
import json
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import affinity

from pipeline.config import OsmInput
from pipeline.network import build_network
from pipeline.plots import Ground
from pipeline.unused_land import find_sites
from tests import towns
from tests.made_features import EAST, NORTH, Feature, features_of
from tests.made_records import assets_of, record, spot, square
from tests.planted import FIRST, SECOND
from tests.test_uses import CAUTIONS, CONFIG, KINDS

STREETS = build_network(
    towns.streets(([(1, 0, 0), (2, 1200, 0)], {"highway": "residential", "name": "Long Street"})),
    towns.features(),
    towns.STUDY.snapping,
)[0]
AREA = towns.neighbourhoods(("A", square(0, 0, 9000), 100.0))
MAP = OsmInput.model_validate_json('{"at": {"file": "town.osm"}, "date": "2024-05-01"}')
REGISTER, SURVEY = "brownfield_land_register", "vacant_and_derelict_land_survey"
SPACING_M = 300.0


def sites_of(records: list[dict[str, Any]], features: list[Feature]) -> pd.DataFrame:
    """Return sites by id; every record of a site that went in came out, and once."""
    assets = assets_of(*records)
    mapped = features_of(*features).assign(edited="2019-01-01")
    ground = Ground(STREETS, None, towns.STUDY.slopes)
    found, report = find_sites(assets, mapped, KINDS, CAUTIONS, AREA, ground, MAP)
    went_in = [(r["source"], r["record_id"]) for r in records]
    went_in += [("osm", feature[0]) for feature in features]
    came_out = [key for text in found["records"] for key in keys_of(text)]
    assert sorted(came_out) == sorted(went_in)
    assert report["sites"] == len(found) <= report["descriptions"]
    table: pd.DataFrame = found.set_index("site_id")
    return table


def keys_of(text: str) -> list[tuple[str, str]]:
    return [(each["source"], each["id"]) for each in json.loads(text)]


def grass(number: int, shape: shapely.Geometry, **tags: str) -> Feature:
    return (f"way/{number}", "area", {"landuse": "grass"} | tags, shape)


# --- towns with a known truth ---------------------------------------------------------------------


class Town:
    """Sites known from one, two or three sources, and which descriptions are one."""

    def __init__(self, n: int, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        self.records: list[dict[str, Any]] = []
        self.features: list[Feature] = []
        self.place_of: dict[tuple[str, str], int] = {}
        side = int(np.ceil(np.sqrt(n)))
        for place in range(n):
            corner = (place % side * SPACING_M, place // side * SPACING_M)
            wide, tall = self.chance.uniform(30, 110, 2)
            plot = shapely.box(0, 0, wide, tall)
            plot = affinity.rotate(plot, self.chance.uniform(0, 90), origin=(0, 0))
            x, y = EAST + 130 + corner[0], NORTH + 130 + corner[1]
            self.plant(place, affinity.translate(plot, x, y))

    def plant(self, place: int, plot: shapely.Geometry) -> None:
        """Describe a site: mapped, listed or surveyed, its grass, and grass that goes on around."""
        number, fate = 100 * place, self.chance.random(5)
        name = f"{self.chance.choice(FIRST)} {self.chance.choice(SECOND)}" if fate[4] < 0.7 else ""
        if fate[0] < 0.6:
            category = "greenfield" if fate[0] < 0.1 else "brownfield"
            self.add(place, record(number + 1, category, plot, name=name))
        if fate[1] < 0.3 or (fate[0] >= 0.6 and fate[1] >= 0.6):
            where = shapely.point_on_surface(self.redrawn(plot))
            hectares = {"hectares": f"{shapely.area(plot) / 1e4:.2f}"}
            self.add(place, record(number + 2, "brownfield", where, name=self.misspelt(name),
                                   source=REGISTER, details=hectares))  # fmt: skip
        if 0.15 < fate[1] < 0.6 or fate[0] >= 0.9:
            self.add(place, record(number + 3, "brownfield", self.redrawn(plot),
                                   name=self.misspelt(name), source=SURVEY))  # fmt: skip
        if fate[2] < 0.25:
            self.grow(place, number + 4, affinity.scale(plot, 0.95, 0.8))
        if fate[3] < 0.2:
            around = shapely.difference(shapely.buffer(plot, 60), shapely.buffer(plot, 1))
            self.grow(place + 10_000, number + 5, around)

    def add(self, place: int, made: dict[str, Any]) -> None:
        self.records.append(made)
        self.place_of[made["source"], made["record_id"]] = place

    def grow(self, place: int, number: int, shape: shapely.Geometry) -> None:
        self.features.append(grass(number, shape))
        self.place_of["osm", f"way/{number}"] = place

    def redrawn(self, plot: shapely.Geometry) -> shapely.Geometry:
        grown = affinity.scale(plot, *self.chance.uniform(0.92, 1.08, 2))
        return affinity.translate(grown, *self.chance.normal(0, 2, 2))

    def misspelt(self, name: str) -> str:
        at = int(self.chance.integers(1, max(len(name), 2)))
        return name[:at] + name[at + 1 :] if self.chance.random() < 0.2 else name

    def right_and_wrong(self, found: pd.DataFrame) -> tuple[float, float]:
        """Return precision and recall of the pairs of records that are one site."""
        ours = {
            frozenset(pair)
            for text in found["records"]
            for pair in itertools.combinations(keys_of(text), 2)
        }
        truth = {
            frozenset((one, other))
            for one, other in itertools.combinations(self.place_of, 2)
            if self.place_of[one] == self.place_of[other]
        }
        assert len(truth) > 60
        return len(ours & truth) / len(ours), len(ours & truth) / len(truth)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sites_known_from_two_and_three_sources_are_each_one_site(seed: int) -> None:
    town = Town(200, seed)
    known_from = [
        {source for (source, _), at in town.place_of.items() if at == place} for place in range(200)
    ]
    assert {len(sources) for sources in known_from} >= {1, 2, 3}
    precision, recall = town.right_and_wrong(sites_of(town.records, town.features))
    assert precision >= 0.95
    assert recall >= 0.95


def test_neither_the_order_of_records_nor_that_of_features_changes_a_site() -> None:
    town = Town(60, 7)
    first = sites_of(town.records, town.features)
    chance = random.Random(11)
    for _ in range(3):
        chance.shuffle(town.records)
        chance.shuffle(town.features)
        again = sites_of(town.records, town.features)
        pd.testing.assert_frame_equal(
            pd.DataFrame(first.drop(columns="geometry")),
            pd.DataFrame(again.drop(columns="geometry")),
        )
        assert shapely.equals(first.geometry.to_numpy(), again.geometry.to_numpy()).all()


# --- pairs one by one ----------------------------------------------------------------------------


def test_grass_on_brownfield_land_is_part_of_it_and_the_grass_around_it_is_not() -> None:
    plot = record(1, "brownfield", square(0, 0, 100))
    on_it, around = grass(2, square(10, 10, 50)), grass(3, square(-200, -200, 500))

    assert sites_of([plot], [on_it])["area_m2"].to_dict() == {"osm-way-1": 10_000}
    apart = sites_of([plot], [around])
    assert apart["unused_kind"].tolist() == ["brownfield", "open_grass"]
    assert apart["perhaps_same"].tolist() == ["[]", "[]"]


def test_grass_of_which_half_lies_on_it_is_listed_with_how_sure_that_is_and_not_decided() -> None:
    # Half of the smaller: −3 + 7.5 × 0.8 × 0.5 = 0 bits, a confidence of one half.
    plot, half = record(1, "brownfield", square(0, 0, 100)), grass(2, square(80, 0, 40))
    found = sites_of([plot], [half])

    assert json.loads(found["perhaps_same"]["osm-way-1"]) == [["osm-way-2", 0.5]]
    assert json.loads(found["perhaps_same"]["osm-way-2"]) == [["osm-way-1", 0.5]]


def test_a_site_drawn_as_two_by_one_kind_is_one_and_keeps_both_its_parts() -> None:
    halves = [record(1, "brownfield", square(0, 0, 50)), record(2, "brownfield", square(60, 0, 50))]
    whole = ("way/3", "area", {"landuse": "construction"}, shapely.box(
        EAST, NORTH, EAST + 110, NORTH + 50))  # fmt: skip
    (split,) = sites_of(halves, [whole]).to_dict("records")
    assert (split["unused_kind"], split["area_m2"]) == ("brownfield", 5000)

    three = [record(1, "brownfield", square(0, 0, 100)), record(2, "greenfield", square(0, 0, 98))]
    (one,) = sites_of(three, [grass(3, square(0, 0, 100))]).to_dict("records")
    assert len(keys_of(one["records"])) == 3
    assert (one["unused_kind"], one["area_m2"]) == ("brownfield", 10_000)


def test_an_empty_shop_in_an_empty_building_is_one_by_its_address_or_name_else_it_is_listed() -> (
    None
):
    address = {"addr:postcode": "NP20 4DD", "addr:street": "West Street", "addr:housenumber": "39"}
    elsewhere = address | {"addr:housenumber": "41"}

    def both(shop: dict[str, str], pub: dict[str, str], *names: str) -> pd.DataFrame:
        records = [
            record(1, "vacant_shop", square(0, 0, 20), name="".join(names[:1])),
            record(2, "vacant_building", spot(5, 5), name="".join(names[1:])),
        ]
        assets = assets_of(*records)
        mapped = features_of(
            ("way/1", "area", shop, square(0, 0, 20)), ("way/2", "point", pub, spot(5, 5))
        )
        ground = Ground(STREETS, None, towns.STUDY.slopes)
        sites: pd.DataFrame = find_sites(assets, mapped, KINDS, CAUTIONS, AREA, ground, MAP)[0]
        return sites

    assert len(both(address, address)) == 1
    assert len(both({}, {}, "The Angel", "Angel")) == 1
    for shop, pub in (({}, {}), (address, elsewhere)):
        found = both(shop, pub)
        assert len(found) == 2
        assert (found["perhaps_same"] != "[]").all()


def test_two_rows_of_one_register_are_two_sites_even_through_grass_on_both() -> None:
    rows = [
        record(n, "brownfield", square(x, 0, 60), name=name, source=SURVEY)
        for n, x, name in ((1, 0, "Mill Yard"), (2, 62, "Dock Sidings"))
    ]
    strip = grass(3, shapely.box(EAST + 30, NORTH, EAST + 92, NORTH + 30))
    assert (sites_of(rows, [strip])["unused_kind"] == "vacant_and_derelict").sum() == 2


# --- a survey of what is not in use --------------------------------------------------------------


def test_a_surveyed_site_is_of_its_own_kind_with_its_own_reason_and_its_own_words() -> None:
    said = {"hectares": "1", "site_type": "Derelict", "ownership": "Local Authority"}
    surveyed = record(1, "brownfield", square(0, 0, 100), source=SURVEY, details=said)
    row = sites_of([surveyed], []).iloc[0]
    assert (row["unused_kind"], row["status"], row["ownership"]) == (
        "vacant_and_derelict", "derelict", "public",
    )  # fmt: skip
    assert row["confidence"] == "possible"
    assert [name for name, _ in json.loads(row["confidence_because"])] == ["surveyed_as_unused"]

    mapped = record(2, "brownfield", square(2, 2, 100))
    both = sites_of([surveyed, mapped], []).iloc[0]
    assert both["confidence"] == "likely"
    assert [name for name, _ in json.loads(both["confidence_because"])] == [
        "seen_by_mappers", "surveyed_as_unused", "sources_agree",
    ]  # fmt: skip


def test_lists_that_make_a_kind_are_published_tables_and_its_other_kinds_are_there() -> None:
    for kind in KINDS.values():
        assert {*kind.may_be, *kind.holds} <= set(KINDS)
        assert all((CONFIG / "national" / f"{name}.yaml").exists() for name in kind.lists)
