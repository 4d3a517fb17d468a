"""Nearer counts for more."""

import numpy as np
import pandas as pd
import pytest

from pipeline.access import Destinations, Origins, assets_within, potential
from pipeline.access.impedance import binary, negative_exponential
from pipeline.routing import as_graph
from tests.towns import entrances_at, homes_at, line_of_streets

GRAPH = as_graph(line_of_streets(10_000, 10_000, apart=(2000,)))
DOORS = entrances_at(("a", 0, 4000, 0), ("a", 0, 9000, 0), ("b", 1, 2000, 0), ("c", 2, 0, 0))
HOMES = homes_at((0, 0, 0), (2, 1000, 0), (-1, 0, 0))


def test_a_worked_example() -> None:
    hectares = pd.Series({"a": 8.0, "b": 2.0, "c": 1.0})
    to = Destinations.of(GRAPH, DOORS, hectares)
    found = potential(GRAPH, Origins.of(GRAPH, HOMES), to, negative_exponential(400), 1200)
    # Home 0: 8 ha at 400 m are worth 4; 2 ha at 1,200 m are worth ¼. Home 1: 1 ha at 100 m.
    assert found["potential"].tolist()[:2] == pytest.approx([4.25, 2**-0.25])
    assert found["state"].tolist() == ["ok", "ok", "unreachable"]
    assert np.isnan(found["potential"][2])


def test_with_a_binary_impedance_it_is_the_number_within_reach() -> None:
    origins, to = Origins.of(GRAPH, HOMES), Destinations.of(GRAPH, DOORS)
    found = potential(GRAPH, origins, to, binary(400), 1200)["potential"]
    counted = assets_within(GRAPH, origins, to, [400])["n_within_400_m"]
    assert found.equals(counted)


def test_nothing_within_the_longest_walk_is_a_true_zero() -> None:
    to = Destinations.of(GRAPH, DOORS)
    found = potential(GRAPH, Origins.of(GRAPH, HOMES), to, negative_exponential(400), 50)
    assert found["potential"].tolist()[:2] == [0, 0]
    assert found["state"].tolist() == ["true_zero", "true_zero", "unreachable"]
