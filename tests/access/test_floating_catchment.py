"""Supply is shared out whole among the people who can walk to it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.access import Destinations, Origins, supply_per_person
from pipeline.access.floating_catchment import Form
from pipeline.access.impedance import gaussian, stepped
from pipeline.routing import Homes, as_graph
from tests.routing.made_towns import FAR, Town, doors_of, graph_of, stands, towns, walks_from
from tests.towns import entrances_at, homes_at, line_of_streets

GRAPH = as_graph(line_of_streets(10_000, 10_000, apart=(2000,)))
STEPS = stepped([400, 800, 1200], [1.0, 0.68, 0.22])
# 100 people 400 m from the surgery a and 700 m from b; 300 people 500 m from a and 200 m from b.
HOMES = homes_at((0, 0, 0), (0, 9000, 0), (-1, 0, 0), people=[100, 300, 7])
DOORS = entrances_at(("a", 0, 4000, 0), ("b", 0, 7000, 0), ("c", 2, 0, 0))
SURGERIES = pd.Series({"a": 4.0, "b": 2.0, "c": 5.0})


def shared(form: Form) -> tuple[list[float], float, float]:
    to = Destinations.of(GRAPH, DOORS, SURGERIES)
    table, report = supply_per_person(GRAPH, Origins.of(GRAPH, HOMES), to, STEPS, 1200, form=form)
    assert table["state"].tolist() == ["ok", "ok", "unreachable"]
    assert np.isnan(table["supply_per_person"][2])
    found = table["supply_per_person"].tolist()[:2]
    return found, report.supply_shared, report.supply_out_of_reach


def test_two_steps_by_hand() -> None:
    # All 400 people reach both: 4/400 + 2/400.
    each, shared_out, out_of_reach = shared("2sfca")
    assert each == pytest.approx([0.015, 0.015])
    assert (shared_out, out_of_reach) == (6.0, 5.0)


def test_enhanced_by_hand() -> None:
    a = 4 / (100 * 1 + 300 * 0.68)
    b = 2 / (100 * 0.68 + 300 * 1)
    assert shared("e2sfca")[0] == pytest.approx([a + 0.68 * b, 0.68 * a + b])


def test_three_steps_by_hand() -> None:
    # Both homes weigh one asset 1 and the other 0.68, so they turn to them 1/1.68 and 0.68/1.68.
    near, far = 1 / 1.68, 0.68 * 0.68 / 1.68
    a, b = 4 / (100 * near + 300 * far), 2 / (100 * far + 300 * near)
    assert shared("3sfca")[0] == pytest.approx([near * a + far * b, far * a + near * b])


def test_modified_by_hand() -> None:
    a, b = 4 / (100 + 300 * 0.68), 2 / (100 * 0.68 + 300)
    assert shared("m2sfca")[0] == pytest.approx([a + 0.68**2 * b, 0.68**2 * a + b])


def test_twice_the_people_have_half_as_much_each() -> None:
    to = Destinations.of(GRAPH, DOORS, SURGERIES)
    one, _ = supply_per_person(GRAPH, Origins.of(GRAPH, HOMES), to, STEPS, 1200)
    twice = HOMES.assign(people=HOMES["people"] * 2)
    two, _ = supply_per_person(GRAPH, Origins.of(GRAPH, twice), to, STEPS, 1200)
    np.testing.assert_allclose(two["supply_per_person"] * 2, one["supply_per_person"])


def origins_and_destinations(
    town: Town, people: list[int], supply: list[int]
) -> tuple[Origins, Destinations]:
    streets, homes, entrances, assets = town
    graph = graph_of(streets)
    n = len(homes)
    names, number = np.unique(assets, return_inverse=True)
    return (
        Origins(Homes.of(graph, stands(*homes)), np.arange(n), n, np.array(people[:n], float)),
        Destinations(
            doors_of(graph, entrances, number.tolist()),
            names.astype(object),
            np.array(supply[: len(names)], float),
        ),
    )


FORMS = st.sampled_from(["2sfca", "e2sfca", "3sfca", "m2sfca"])
NUMBERS = st.lists(st.integers(1, 50), min_size=5, max_size=5)


@given(towns(), FORMS, NUMBERS, NUMBERS)
def test_what_people_are_offered_adds_up_to_what_there_is_and_equals_the_full_matrix(
    town: Town, form: Form, people: list[int], supply: list[int]
) -> None:
    origins, to = origins_and_destinations(town, people, supply)
    bell = gaussian(120)
    table, report = supply_per_person(graph_of(town[0]), origins, to, bell, 110, form=form)
    found = table["supply_per_person"].to_numpy()
    # The matrix of weights, walked by brute force.
    streets, homes, entrances, assets = town
    weight = np.zeros((len(homes), len(to.assets)))
    for at, home in enumerate(homes):
        walks = walks_from(streets, home, entrances)
        for j, name in enumerate(to.assets):
            best = min(w for a, w in zip(assets, walks, strict=True) if a == name)
            if best < FAR and best <= 1100:
                weight[at, j] = 1 if form == "2sfca" else bell(np.array([best / 10]))[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        pull = np.nan_to_num(weight / weight.sum(axis=1, keepdims=True))
        turning = weight * pull if form == "3sfca" else weight
        ratio = np.where((o := origins.people @ turning) > 0, to.supply / o, 0)
    offered = weight**2 if form == "m2sfca" else turning
    np.testing.assert_allclose(found, offered @ ratio, rtol=1e-9)
    shared_out = float(origins.people @ found)
    if form == "m2sfca":
        assert shared_out <= report.supply_shared * (1 + 1e-9)
    else:
        assert shared_out == pytest.approx(report.supply_shared, rel=1e-9)
    assert report.supply_shared + report.supply_out_of_reach == pytest.approx(to.supply.sum())


FORMS_BY_NAME: list[Form] = ["2sfca", "e2sfca", "3sfca", "m2sfca"]


@pytest.mark.parametrize("form", FORMS_BY_NAME)
def test_where_nobody_lives_nothing_is_shared_and_nothing_is_endless(form: Form) -> None:
    empty = Origins.of(GRAPH, HOMES.assign(people=0.0))
    to = Destinations.of(GRAPH, DOORS, SURGERIES)
    table, report = supply_per_person(GRAPH, empty, to, STEPS, 1200, form=form)
    assert table["supply_per_person"].tolist()[:2] == [0, 0]
    assert (report.supply_shared, report.supply_out_of_reach) == (0, 11)


@pytest.mark.parametrize("form", FORMS_BY_NAME)
def test_what_has_no_supply_is_a_true_zero_for_all_who_reach_it(form: Form) -> None:
    to = Destinations.of(GRAPH, DOORS, SURGERIES * 0)
    table, report = supply_per_person(GRAPH, Origins.of(GRAPH, HOMES), to, STEPS, 1200, form=form)
    assert table["supply_per_person"].tolist()[:2] == [0, 0]
    assert table["state"].tolist() == ["true_zero", "true_zero", "unreachable"]
    assert (report.supply_shared, report.supply_out_of_reach) == (0, 0)


def test_where_it_is_not_known_how_many_share_there_is_no_number() -> None:
    # Surgery a is within 400 m of the unknown home; b, on the street apart, is not.
    homes = homes_at((0, 0, 0), (0, 3000, 0), (2, 100, 0), people=[100, np.nan, 50])
    doors = entrances_at(("a", 0, 4000, 0), ("b", 2, 0, 0))
    to = Destinations.of(GRAPH, doors, pd.Series({"a": 4.0, "b": 2.0}))
    table, report = supply_per_person(GRAPH, Origins.of(GRAPH, homes), to, STEPS, 1200)
    assert table["state"].tolist() == ["no_data", "no_data", "ok"]
    assert table["supply_per_person"].isna().tolist() == [True, True, False]
    assert table["supply_per_person"][2] == 2 / 50
    assert report.supply_shared == 2


@pytest.mark.parametrize("longest_m", [5 * 66.7, 333.5, 333.54])
def test_a_walk_of_exactly_the_longest_shares_whatever_the_last_bits_say(longest_m: float) -> None:
    # 5 × 66.7 is 333.49999999999994 to a computer.
    homes = homes_at((0, 0, 0), people=[10])
    doors = entrances_at(("in", 0, 3335, 0), ("out", 0, 3336, 0))
    to = Destinations.of(GRAPH, doors, pd.Series({"in": 1.0, "out": 1.0}))
    origins = Origins.of(GRAPH, homes)
    table, report = supply_per_person(GRAPH, origins, to, STEPS, longest_m, form="2sfca")
    assert table["supply_per_person"].tolist() == [0.1]
    assert (report.supply_shared, report.supply_out_of_reach) == (1, 1)
