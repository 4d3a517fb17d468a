"""Every impedance is 1 at the door, never rises, and is written out decimetre by decimetre."""

import doctest

import numpy as np
import pytest

from pipeline.access import impedance
from pipeline.config.study import Gaussian, ImpedanceChoice, Power

ALL = {
    "binary": impedance.binary(400),
    "stepped": impedance.stepped([400, 800, 1200], [1.0, 0.68, 0.22]),
    "linear": impedance.linear(800),
    "logistic": impedance.logistic(400, 0.02),
    "gaussian": impedance.gaussian(800),
    "negative_exponential": impedance.negative_exponential(400),
    "power": impedance.power(2, 100),
}


@pytest.mark.parametrize("name", ALL)
def test_the_weight_is_one_at_the_door_and_never_rises_or_leaves_its_bounds(name: str) -> None:
    weights = ALL[name](np.linspace(0, 100_000, 20_001))
    assert weights[0] == pytest.approx(1)
    assert (np.diff(weights) <= 1e-15).all()
    assert ((weights >= 0) & (weights <= 1 + 1e-12)).all()


@pytest.mark.parametrize("name", ["linear", "gaussian"])
def test_what_ends_at_a_cut_off_ends_there(name: str) -> None:
    assert ALL[name](np.array([799.9, 800.0, 800.1])).round(6).tolist()[1:] == [0, 0]


def test_the_examples_in_the_text_are_true() -> None:
    assert doctest.testmod(impedance).failed == 0
    assert doctest.testmod(impedance).attempted >= len(ALL)


def test_the_table_holds_the_weight_of_every_decimetre() -> None:
    table = impedance.as_table(ALL["binary"], 4002)
    assert table.tolist() == [1.0] * 4001 + [0.0] * 2


CHOICES = {
    "gaussian": Gaussian(kind="gaussian", cut_off_m=800.0),
    "power": Power(kind="power", exponent=2.0, full_within_m=100.0),
}


@pytest.mark.parametrize("choice", CHOICES.values(), ids=str)
def test_a_choice_in_the_study_gives_the_same_function(choice: ImpedanceChoice) -> None:
    cost = np.array([0.0, 50, 123.4, 800, 900])
    found = impedance.impedance_of(choice)(cost)
    assert found.tolist() == ALL[choice.kind](cost).tolist()
