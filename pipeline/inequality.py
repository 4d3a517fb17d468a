"""How unequal something is over people: a handful of single numbers, each with its source.

What is measured is a value of each neighbourhood, weighted by its people. Numbers along a
gradient take people in an order, such as from the most to the least deprived; Gini and Palma take
them by the value itself.

References
----------
Pamuk, E. (1985) Social class inequality in mortality from 1921 to 1972 in England and Wales.
Population Studies 39(1): slope and relative index.
Kakwani, N., Wagstaff, A. and van Doorslaer, E. (1997) Socioeconomic inequalities in health:
measurement, computation, and statistical inference. Journal of Econometrics 77(1): concentration.
Erreygers, G. (2009) Correcting the concentration index. Journal of Health Economics 28(2).
Lerman, R. I. and Yitzhaki, S. (1984) A note on the calculation and interpretation of the Gini
index. Economics Letters 15(3-4): Gini by covariance with fractional ranks.
Cobham, A., Schlogl, L. and Sumner, A. (2016) Inequality and the tails: the Palma proposition and
ratio. Global Policy 7(1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.places import divided

Floats = npt.NDArray[np.float64]

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
    return divided(spread.together, spread.ranks_alone)


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
    return divided(slope_index(spread), spread.mean)


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
    return divided(2 * spread.together, spread.mean)


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
        found[n] = divided(had[-1] - below_top, bottom)
    return found.reshape(np.shape(weights)[:-1])
