"""Access across the whole gradient of deprivation: decile after decile, and in single numbers.

Neighbourhoods are put in order from the most to the least deprived and weighted by the people who
have an answer, so that the mean of a decile is the share (or the mean number) of all people who
live in its neighbourhoods, and the mean of all is the district's own number. Nearness is not
quality, and that two things go together does not say that one is the cause of the other. The
single numbers, and where they come from, stand in `pipeline.inequality`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config import Equity, State
from pipeline.inequality import (
    Floats,
    Spread,
    bounded_concentration_index,
    concentration_index,
    fractional_ranks,
    gini,
    palma,
    relative_index,
    slope_index,
)
from pipeline.places import divided

Flags = npt.NDArray[np.bool_]

DECILES = tuple(range(1, 11))
# The same neighbourhoods are drawn for every category, so that two of them can be compared.
_SEED = 2010


@dataclass(frozen=True)
class Order:
    """What neighbourhoods are put in order by, the most deprived first."""

    against: str
    deciles: Floats
    position: Floats


@dataclass(frozen=True)
class Queue:
    """Neighbourhoods with a value and a place in an order, weighted by their people.

    `drawn` are the people of each draw of neighbourhoods, with replacement: (draws, n).
    """

    is_in: Flags
    deciles: Floats
    weights: Floats
    drawn: Floats
    ranks: Floats
    ranks_drawn: Floats

    @classmethod
    def of(cls, is_in: Flags, order: Order, weights: Floats, draws: Floats) -> Queue:
        """Line up those that are in."""
        ours, drawn = weights[is_in], draws[:, is_in] * weights[is_in]
        position = order.position[is_in]
        ranks = [fractional_ranks(each, position) for each in (ours, drawn)]
        return cls(is_in, order.deciles[is_in], ours, drawn, *ranks)


@dataclass(frozen=True)
class Number:
    """One number, the same of every draw, and whom it is about."""

    part: str
    value: float
    again: Floats
    neighbourhoods: int
    people: float
    has_unit: bool = False


def gradient(
    indicators: pd.DataFrame,
    neighbourhoods: pd.DataFrame,
    people: pd.Series,
    measures: Mapping[str, bool],
    choices: Equity,
    fewest_people: int,
) -> pd.DataFrame:
    """Say how each measure lies across the deciles of deprivation, and over all people.

    Parameters
    ----------
    indicators
        A table of `tables.INDICATORS`.
    neighbourhoods
        A table of `tables.NEIGHBOURHOODS`.
    people
        Those with an answer, by `neighbourhood_id`.
    measures
        Means over people, by name, and whether each is a share of them, in per cent.
    choices
        How often neighbourhoods are drawn again, and the fewest that single numbers are given of.
    fewest_people
        Numbers about fewer people are not published.

    Returns
    -------
    pandas.DataFrame
        A table of `tables.GRADIENT`. Deciles are there only where an index is used.
    """
    ids = neighbourhoods["neighbourhood_id"].to_numpy()
    weights = people.reindex(ids).fillna(0.0).to_numpy(float)
    orders, draws = list(_orders(neighbourhoods)), _draws(len(ids), choices.draws)
    rows = _Rows(choices, fewest_people)
    queues: dict[tuple[str, bytes], Queue] = {}
    wanted = indicators[indicators["measure"].isin(list(measures))]
    for (category, measure), ours in wanted.groupby(["category", "measure"], observed=True):
        values = ours.set_index("neighbourhood_id")["value"].reindex(ids).to_numpy(float)
        has_value, is_share = np.isfinite(values) & (weights > 0), measures[str(measure)]
        about = {"category": str(category), "measure": str(measure), "unit": ours["unit"].iloc[0]}
        for order in orders:
            is_in = has_value & np.isfinite(order.deciles)
            key = (order.against, is_in.tobytes())
            if key not in queues:
                queues[key] = Queue.of(is_in, order, weights, draws)
            ordered = about | {"against": order.against}
            rows.add_deciles(ordered, values[is_in], queues[key])
            rows.add(ordered, _across(values[is_in], queues[key], is_share=is_share))
        if not is_share:
            ours_drawn = draws[:, has_value] * weights[has_value]
            numbers = _over_people(values[has_value], weights[has_value], ours_drawn)
            rows.add(about | {"against": "value"}, numbers)
    return pd.DataFrame(rows.found, columns=_COLUMNS).astype({"decile": "Int64"})


_COLUMNS = [
    "category", "measure", "against", "part", "decile", "value", "low", "high", "unit", "state",
    "neighbourhoods", "people", "cumulative_people_pct", "cumulative_value_pct",
]  # fmt: skip


def _orders(neighbourhoods: pd.DataFrame) -> Iterator[Order]:
    """Yield the orders that there are: by the index, and by its income domain."""
    is_known = (neighbourhoods["deprivation_state"] == State.OK).to_numpy()
    for against, decile, position in (
        ("index", "deprivation_decile", "deprivation_rank"),
        ("income", "income_decile", "income_decile"),
    ):
        deciles = np.where(is_known, _numbers_of(neighbourhoods[decile]), np.nan)
        if np.isfinite(deciles).any():
            yield Order(against, deciles, _numbers_of(neighbourhoods[position]))


def _numbers_of(column: pd.Series) -> Floats:
    return np.asarray(column.astype("Float64").to_numpy(na_value=np.nan), dtype=np.float64)


def _draws(n: int, draws: int) -> Floats:
    """Return how often each neighbourhood is drawn; shape (draws, n)."""
    if not n:
        return np.zeros((draws, 0))
    random = np.random.default_rng(_SEED)
    return random.multinomial(n, np.full(n, 1 / n), size=draws).astype(float)


_ACROSS = {
    "slope_index": slope_index,
    "relative_index": relative_index,
    "concentration_index": concentration_index,
}
_OVER_PEOPLE = {"gini": gini, "palma": palma}


def _across(values: Floats, queue: Queue, *, is_share: bool) -> Iterator[Number]:
    """Yield single numbers about a queue."""
    about = len(values), float(queue.weights.sum())
    spread = Spread.of(values, queue.weights, queue.ranks)
    again = Spread.of(values, queue.drawn, queue.ranks_drawn)
    yield Number("mean", float(spread.mean), again.mean, *about, has_unit=True)
    measures = _ACROSS | (
        {"bounded_concentration_index": bounded_concentration_index} if is_share else {}
    )
    for part, measure in measures.items():
        has_unit = part == "slope_index"
        yield Number(part, float(measure(spread)), measure(again), *about, has_unit=has_unit)


def _over_people(values: Floats, weights: Floats, drawn: Floats) -> Iterator[Number]:
    """Yield how unequal an amount is over people, whoever they are."""
    for part, measure in _OVER_PEOPLE.items():
        value, again = float(measure(values, weights)), measure(values, drawn)
        yield Number(part, value, again, len(values), float(weights.sum()))


@dataclass
class _Rows:
    """Rows as they are published, each with its state and its interval."""

    choices: Equity
    fewest_people: int
    found: list[dict[str, Any]] = field(default_factory=list)

    def add(self, about: Mapping[str, Any], numbers: Iterator[Number]) -> None:
        """Add single numbers; of too few neighbourhoods they say nothing."""
        for number in numbers:
            self._add(about, number, self.choices.fewest_neighbourhoods)

    def add_deciles(self, about: Mapping[str, Any], values: Floats, queue: Queue) -> None:
        """Add every decile, those without a neighbourhood here as well."""
        amounts = queue.weights * values
        for decile in DECILES:
            is_ours, is_up_to = queue.deciles == decile, queue.deciles <= decile
            ours, drawn = queue.weights[is_ours], queue.drawn[:, is_ours]
            value = float(divided(amounts[is_ours].sum(), ours.sum()))
            again = divided((drawn * values[is_ours]).sum(axis=1), drawn.sum(axis=1))
            part = f"decile_{decile:02}"
            number = Number(part, value, again, len(ours), float(ours.sum()), has_unit=True)
            shares = {
                "cumulative_people_pct": divided(
                    queue.weights[is_up_to].sum() * 100, queue.weights.sum()
                ),
                "cumulative_value_pct": divided(amounts[is_up_to].sum() * 100, amounts.sum()),
            }
            self._add({**about, "decile": decile, **shares}, number, fewest=1)

    def _add(self, about: Mapping[str, Any], number: Number, fewest: int) -> None:
        state = self._state(number, fewest)
        is_number = state in {State.OK, State.TRUE_ZERO}
        low, high = self._interval(number) if is_number else (np.nan, np.nan)
        row = {
            "part": number.part, "state": state.value, "neighbourhoods": number.neighbourhoods,
            "people": number.people, "value": number.value if is_number else np.nan,
            "low": low, "high": high,
        }  # fmt: skip
        self.found.append({**about, **row} | ({} if number.has_unit else {"unit": ""}))

    def _state(self, number: Number, fewest: int) -> State:
        if number.neighbourhoods < fewest or not np.isfinite(number.value):
            return State.NO_DATA
        if number.people < self.fewest_people:
            return State.SUPPRESSED
        return State.OK if number.value else State.TRUE_ZERO

    def _interval(self, number: Number) -> tuple[float, float]:
        """Return the middle of the draws; one neighbourhood alone does not vary."""
        known = number.again[np.isfinite(number.again)]
        if number.neighbourhoods < 2 or not len(known):  # noqa: PLR2004
            return np.nan, np.nan
        tail = (100 - self.choices.interval_pct) / 2
        low, high = np.percentile(known, [tail, 100 - tail])
        return float(low), float(high)
