"""One row a home and category, and a state that says what a missing number means."""

import math
from typing import Any

import pandas as pd
import pytest

from pipeline import contracts, tables
from pipeline.access import measure_access
from pipeline.errors import EveryStreetIsClosed
from tests.towns import STUDY, entrances_at, homes_at, line_of_streets, rules

NETWORK = line_of_streets(10_000, 10_000, apart=(20_000,))
# Two homes on the long street, one on the street apart, one that no street is near to.
HOMES = homes_at((0, 0, 0), (1, 9000, 0), (2, 0, 0), (-1, 0, 0), people=[30, 10, 5, 5])
RULES = {
    "park": rules().model_copy(update={"supply": "area"}),
    "play_space": rules().model_copy(update={"supply": "one", "supply_for": "children"}),
    "tram_stop": rules(none_mapped_means="none"),
    "vacant_shop": rules(none_mapped_means="unknown"),
}
DOORS = entrances_at(("a", 0, 4000, 0), ("b", 1, 0, 0), category="park")
AREAS = pd.DataFrame({"asset_id": ["a", "b"], "area_m2": [60_000.0, 20_000.0]})


def measured(doors: pd.DataFrame = DOORS) -> Any:  # noqa: ANN401 (rows by two keys)
    table, report = measure_access(HOMES, doors, AREAS, NETWORK, RULES, STUDY)
    contracts.check(table, tables.ACCESS, "access")
    assert sum(report["answers"].values()) == len(table) == len(HOMES) * len(RULES)
    return table.set_index(["category", "home_id"]).sort_index()


def test_what_is_mapped_is_measured_from_every_home() -> None:
    parks = measured().loc["park"]
    assert parks["nearest_m"].tolist()[:2] == [400.0, 900.0]
    assert parks["nearest_asset"].tolist() == ["a", "b", "", ""]
    assert parks["n_within_5_min"].tolist()[:3] == [1, 0, 0]
    assert parks["n_within_15_min"].tolist()[:3] == [2, 1, 0]


def test_every_other_measure_of_the_study_stands_beside_it() -> None:
    parks = measured().loc["park"]
    # Park a (6 ha) is 400 m and 1,500 m away, park b (2 ha) 1,000 m and 900 m.
    assert parks["area_within_5_min_ha"].tolist()[:3] == [6, 0, 0]
    assert parks["area_within_15_min_ha"].tolist()[:3] == [8, 2, 0]
    # Halving every 400 m: 6 × ½ + 2 × 2^−2.5 and 2 × 2^−2.25.
    assert parks["gravity"].tolist()[:3] == pytest.approx([3.353553, 0.420448, 0.0], abs=1e-6)
    # a is shared by 30 people at weight 1; b by 30 and 10 at 0.22.
    each_b = 2 / (30 * 0.22 + 10 * 0.22)
    per_1000 = [1000 * (6 / 30 + 0.22 * each_b), 1000 * 0.22 * each_b, 0.0]
    assert parks["supply_per_1000"].tolist()[:3] == pytest.approx(per_1000)
    assert parks.drop(columns="nearest_asset").loc["h3"].drop("state").isna().all()
    assert parks["kth_nearest_m"].isna().all()  # there are two parks, and the choice is of three


def test_what_is_for_children_is_not_shared_out_where_nobody_counted_them() -> None:
    assert measured().loc["play_space", "supply_per_1000"].isna().all()
    assert measured().loc["tram_stop", "supply_per_1000"].isna().all()


def test_the_ground_is_walked_as_it_is_for_the_walker() -> None:
    # Park a is uphill from home 0 and downhill from home 1; the street apart is closed.
    ground = pd.DataFrame(
        {
            "edge_id": [0, 1, 2],
            "forward_dm": [15_000, 10_000, 20_000],
            "backward_dm": [10_000, 10_000, 20_000],
            "is_open": [True, True, False],
        }
    )
    table, _ = measure_access(HOMES, DOORS, AREAS, NETWORK, RULES, STUDY, ground)
    parks = table[table["category"] == "park"].set_index("home_id")
    assert parks["nearest_m"].tolist()[:2] == [600.0, 900.0]
    assert parks["n_within_5_min"].tolist()[:2] == [0, 0]
    assert parks["state"].tolist() == ["ok", "ok", "unreachable", "unreachable"]


def test_a_walker_who_can_leave_no_home_gets_no_table() -> None:
    network = line_of_streets(10_000, 10_000, 500, apart=(20_000,))
    ground = network[["edge_id"]].assign(forward_dm=1, backward_dm=1, is_open=[0, 0, 1, 0])
    homes = homes_at((0, 0, 0), (1, 9000, 0), (-1, 0, 0))
    with pytest.raises(EveryStreetIsClosed, match=r"of 2 homes none stands on a street"):
        measure_access(homes, DOORS, AREAS, network, RULES, STUDY, ground)


def test_supply_is_shared_out_in_the_form_that_the_study_names() -> None:
    catchment = STUDY.measures.floating_catchment.model_copy(update={"form": "m2sfca"})
    measures = STUDY.measures.model_copy(update={"floating_catchment": catchment})
    study = STUDY.model_copy(update={"measures": measures})
    table, _ = measure_access(HOMES, DOORS, AREAS, NETWORK, RULES, study)
    parks = table[table["category"] == "park"].set_index("home_id")
    # Park a is shared by 30 people at weight 1, b by 40 at 0.22, and M2SFCA loses the rest of b.
    per_1000 = [1000 * (6 / 30 + 0.22 * 2 / 40), 1000 * 0.22 * 2 / 40]
    assert parks["supply_per_1000"].tolist()[:2] == pytest.approx(per_1000)


def test_where_no_street_leads_there_it_is_unreachable_and_none_is_within_reach() -> None:
    park = measured().loc[("park", "h2")]
    assert (park["state"], park["n_within_15_min"]) == ("unreachable", 0)
    assert math.isnan(park["nearest_m"])


def test_a_home_off_the_network_has_no_count() -> None:
    park = measured().loc[("park", "h3")]
    assert park["state"] == "unreachable"
    assert math.isnan(park["n_within_15_min"])


def test_none_mapped_means_none_or_unknown_as_the_category_says() -> None:
    table = measured()
    none, unknown = table.loc["tram_stop"], table.loc["vacant_shop"]
    assert none["state"].tolist() == ["unreachable"] * 4
    assert none["n_within_15_min"].tolist()[:3] == [0, 0, 0]
    assert unknown["state"].tolist() == ["no_data"] * 4
    assert unknown["n_within_15_min"].isna().all()
    assert unknown["nearest_m"].isna().all()


def test_one_that_is_mapped_and_that_no_street_is_near_to_is_known() -> None:
    shop = entrances_at(("s", -1, 0, 0), category="vacant_shop")
    shops = measured(pd.concat([DOORS, shop])).loc["vacant_shop"]
    assert shops["state"].tolist() == ["unreachable"] * 4
    assert shops["n_within_15_min"].tolist()[:3] == [0, 0, 0]


def test_a_district_without_any_asset_is_measured() -> None:
    table = measured(DOORS[:0])
    assert set(table.loc["park", "state"]) == {"unreachable"}


def test_the_order_of_rows_does_not_matter() -> None:
    there, _ = measure_access(HOMES, DOORS, AREAS, NETWORK, RULES, STUDY)
    back, _ = measure_access(HOMES[::-1], DOORS[::-1], AREAS[::-1], NETWORK[::-1], RULES, STUDY)
    assert contracts.ordered(back, tables.ACCESS).equals(contracts.ordered(there, tables.ACCESS))
