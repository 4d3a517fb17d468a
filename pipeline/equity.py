"""Access across the whole gradient of deprivation: decile after decile, and in single numbers.

Neighbourhoods are put in order from the most to the least deprived and weighted by the people who
have an answer, so that the mean of a decile is the share (or the mean number) of all people who
live in its neighbourhoods, and the mean of all is the district's own number. Nearness is not
quality, and that two things go together does not say that one is the cause of the other.

References
----------
Pamuk, E. (1985) Social class inequality in mortality from 1921 to 1972 in England and Wales.
Population Studies 39(1): slope and relative index.
Kakwani, N., Wagstaff, A. and van Doorslaer, E. (1997) Socioeconomic inequalities in health:
measurement, computation, and statistical inference. Journal of Econometrics 77(1): concentration.
Erreygers, G. (2009) Correcting the concentration index. Journal of Health Economics 28(2).
Cobham, A., Schlogl, L. and Sumner, A. (2016) Inequality and the tails: the Palma proposition and
ratio. Global Policy 7(1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config import Equity, State

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DECILES = tuple(range(1, 11))
# The same neighbourhoods are drawn for every category, so that two of them can be compared.
_SEED = 2010
# Where what is spread over people has an upper bound, as shares do, in its unit.
_MOST_SHARE = 100.0
_TOP, _BOTTOM = 0.1, 0.4


def fractional_ranks(weights: Floats, order: npt.ArrayLike) -> Floats:
    """Return how far along everybody's queue the middle of each neighbourhood's people stands.

    Parameters
    ----------
    weights
        People of each neighbourhood, shape (n,); or of each draw, shape (draws, n).
    order
        What they are put in order by, rising, shape (n,). Neighbourhoods with the same value
        stand beside each other, and share the middle of all their people.

    Returns
    -------
    numpy.ndarray
        From 0 to 1, of the shape of `weights`.

    Examples
    --------
    >>> fractional_ranks(np.array([10.0, 30.0, 60.0]), [3, 1, 1])
    array([0.95, 0.45, 0.45])
    """
    _, group = np.unique(np.asarray(order), return_inverse=True)
    rows = np.atleast_2d(weights).astype(float)
    if not rows.shape[1]:
        return np.zeros(np.shape(weights))
    by_group = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[by_group], prepend=-1))
    people = np.add.reduceat(rows[:, by_group], starts, axis=1)
    middle = np.cumsum(people, axis=1) - people / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        ranks: Floats = (middle / people.sum(axis=1, keepdims=True))[:, group]
    return ranks.reshape(np.shape(weights))


@dataclass(frozen=True)
class Spread:
    """How something is spread over people in an order: sums that all numbers come from.

    Each is of one draw or of many: shape () or (draws,).
    """

    mean: Floats
    together: Floats  # the covariance of the values and the ranks
    ranks_alone: Floats  # the variance of the ranks

    @classmethod
    def of(cls, values: Floats, weights: Floats, ranks: Floats) -> Spread:
        """Sum up values (n,) with weights and fractional ranks of shape (n,) or (draws, n)."""
        total = weights.sum(axis=-1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = (weights * values).sum(axis=-1) / total
            middle = (weights * ranks).sum(axis=-1) / total
            off = ranks - middle[..., None]
            together = (weights * off * values).sum(axis=-1) / total
            alone = (weights * off * off).sum(axis=-1) / total
        return cls(mean, together, alone)


def slope_index(spread: Spread) -> Floats:
    """Slope index of inequality: the straight line's end less its beginning (Pamuk 1985).

    The line is fitted by least squares, weighted by people, to the values over the fractional
    ranks. Above 0 the least deprived have more of it, below 0 the most deprived.

    Parameters
    ----------
    spread
        Over people from the most to the least deprived.

    Returns
    -------
    numpy.ndarray
        In the unit of the values.
    """
    return _over(spread.together, spread.ranks_alone)


def relative_index(spread: Spread) -> Floats:
    """Relative index of inequality: the slope index over the mean (Pamuk 1985).

    Parameters
    ----------
    spread
        Over people from the most to the least deprived.

    Returns
    -------
    numpy.ndarray
        Without a unit.
    """
    return _over(slope_index(spread), spread.mean)


def concentration_index(spread: Spread) -> Floats:
    """Concentration index: 2 cov(value, rank) / mean (Kakwani and others 1997).

    Twice the area between the diagonal and the curve of cumulative shares. Above 0 it gathers
    among the least deprived, below 0 among the most deprived.

    Parameters
    ----------
    spread
        Over people from the most to the least deprived.

    Returns
    -------
    numpy.ndarray
        From -1 to 1.
    """
    return _over(2 * spread.together, spread.mean)


def bounded_concentration_index(spread: Spread, most: float = _MOST_SHARE) -> Floats:
    """Concentration index of what cannot be more than so much (Erreygers 2009).

    8 cov(value, rank) / most: it says the same of those within reach and of those beyond, which
    the plain index does not.

    Parameters
    ----------
    spread
        Over people from the most to the least deprived.
    most
        The upper bound of the values, whose lower one is 0.

    Returns
    -------
    numpy.ndarray
        From -1 to 1.
    """
    return 8 * spread.together / most


def gini(values: Floats, weights: Floats) -> Floats:
    """Gini coefficient over people, each with the value of their neighbourhood.

    It makes sense of what can be had more or less of without end, such as a number of places;
    not of shares, nor of minutes.

    Parameters
    ----------
    values
        Shape (n,), none below 0.
    weights
        People, shape (n,) or (draws, n).

    Returns
    -------
    numpy.ndarray
        From 0, all have the same, to 1.
    """
    ranks = fractional_ranks(weights, values)
    return concentration_index(Spread.of(values, weights, ranks))


def palma(values: Floats, weights: Floats) -> Floats:
    """Palma ratio: what the tenth with most has over what the four tenths with least have.

    Parameters
    ----------
    values
        Shape (n,), none below 0.
    weights
        People, shape (n,) or (draws, n).

    Returns
    -------
    numpy.ndarray
        0.25 where all have the same; infinite where the four tenths have nothing.
    """
    rows = np.atleast_2d(weights).astype(float)
    if not rows.shape[1]:
        return np.full(np.shape(weights)[:-1], np.nan)
    by_value = np.argsort(values, kind="stable")
    people = np.cumsum(rows[:, by_value], axis=1)
    amount = np.cumsum(rows[:, by_value] * values[by_value], axis=1)
    found = np.empty(len(rows))
    for n, (passed, had) in enumerate(zip(people, amount, strict=True)):
        bottom, below_top = np.interp(
            passed[-1] * np.array([_BOTTOM, 1 - _TOP]), [0.0, *passed], [0.0, *had]
        )
        found[n] = _over(had[-1] - below_top, bottom)
    return found.reshape(np.shape(weights)[:-1])


def _over(part: Floats, whole: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient: Floats = np.divide(part, whole)
    return quotient


# --- the table -----------------------------------------------------------------------------------


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
            value = float(_over(amounts[is_ours].sum(), ours.sum()))
            again = _over((drawn * values[is_ours]).sum(axis=1), drawn.sum(axis=1))
            part = f"decile_{decile:02}"
            number = Number(part, value, again, len(ours), float(ours.sum()), has_unit=True)
            shares = {
                "cumulative_people_pct": _over(
                    queue.weights[is_up_to].sum() * 100, queue.weights.sum()
                ),
                "cumulative_value_pct": _over(amounts[is_up_to].sum() * 100, amounts.sum()),
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
