"""How much an asset still counts at the end of a walk: functions that return functions.

An impedance turns costs into weights between 0 and 1 and never rises with the cost. Costs are in
metres of flat walking, and so are the parameters. Forms and names follow Kwan (1998),
Geographical Analysis 30:191–216, and, for the Gaussian of catchments, Dai (2010), Health & Place
16:1038–1052.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from pipeline.config import study
from pipeline.routing import DM_PER_M

Floats = npt.NDArray[np.float64]
Impedance = Callable[[Floats], Floats]


def binary(cut_off_m: float) -> Impedance:
    """Weigh 1 up to the cut-off, that walk included, and 0 beyond.

    Parameters
    ----------
    cut_off_m
        The longest walk that counts, in metres.

    Returns
    -------
    Impedance
        Costs in metres to weights.

    Examples
    --------
    >>> binary(400)(np.array([0, 400, 400.1])).tolist()
    [1.0, 1.0, 0.0]
    """
    return stepped([cut_off_m], [1.0])


def stepped(cut_offs_m: Sequence[float], weights: Sequence[float]) -> Impedance:
    """Weigh by the first of several cut-offs that the walk does not pass, and 0 beyond the last.

    Parameters
    ----------
    cut_offs_m
        Rising, in metres.
    weights
        As many, never rising.

    Returns
    -------
    Impedance
        Costs in metres to weights.

    Examples
    --------
    >>> stepped([400, 800], [1, 0.68])(np.array([400, 401, 801])).tolist()
    [1.0, 0.68, 0.0]
    """
    edges, steps = np.asarray(cut_offs_m, dtype=float), np.append(np.asarray(weights, float), 0.0)

    def weigh(cost: Floats) -> Floats:
        found: Floats = steps[np.searchsorted(edges, cost)]
        return found

    return weigh


def linear(cut_off_m: float) -> Impedance:
    """Fall evenly from 1 at the door to 0 at the cut-off.

    Parameters
    ----------
    cut_off_m
        Where nothing is left, in metres.

    Returns
    -------
    Impedance
        Costs in metres to weights.

    Examples
    --------
    >>> linear(800)(np.array([0, 200, 900])).tolist()
    [1.0, 0.75, 0.0]
    """
    return lambda cost: np.clip(1 - cost / cut_off_m, 0, 1)


def logistic(half_at_m: float, steepness_per_m: float) -> Impedance:
    """Fall along an S: 1 ÷ (1 + exp(steepness × (cost − half)), scaled to 1 at the door.

    Parameters
    ----------
    half_at_m
        Where the curve bends, in metres.
    steepness_per_m
        How sharply, per metre.

    Returns
    -------
    Impedance
        Costs in metres to weights.

    Examples
    --------
    >>> logistic(400, 0.02)(np.array([0, 400, 800])).round(3).tolist()
    [1.0, 0.5, 0.0]
    """
    at_the_door = 1 + np.exp(-steepness_per_m * half_at_m)

    def weigh(cost: Floats) -> Floats:
        power = np.minimum(steepness_per_m * (cost - half_at_m), 700)
        found: Floats = at_the_door / (1 + np.exp(power))
        return found

    return weigh


def gaussian(cut_off_m: float) -> Impedance:
    """Fall along a bell from 1 at the door to 0 at the cut-off (Dai 2010).

    (exp(−½ (cost ÷ cut-off)²) − exp(−½)) ÷ (1 − exp(−½)), and 0 beyond.

    Parameters
    ----------
    cut_off_m
        Where nothing is left, in metres.

    Returns
    -------
    Impedance
        Costs in metres to weights.

    Examples
    --------
    >>> gaussian(800)(np.array([0, 400, 800])).round(3).tolist()
    [1.0, 0.701, 0.0]
    """
    floor = np.exp(-0.5)

    def weigh(cost: Floats) -> Floats:
        bell = (np.exp(-0.5 * (cost / cut_off_m) ** 2) - floor) / (1 - floor)
        return np.where(cost < cut_off_m, bell, 0.0)

    return weigh


def negative_exponential(half_at_m: float) -> Impedance:
    """Halve with every so many metres.

    Parameters
    ----------
    half_at_m
        The walk after which half is left, in metres.

    Returns
    -------
    Impedance
        Costs in metres to weights.

    Examples
    --------
    >>> negative_exponential(400)(np.array([0, 400, 800])).tolist()
    [1.0, 0.5, 0.25]
    """
    return lambda cost: np.exp2(-cost / half_at_m)


def power(exponent: float, full_within_m: float) -> Impedance:
    """Fall with a power of the cost, from the distance within which all is left.

    Parameters
    ----------
    exponent
        2 for gravity in the strict sense.
    full_within_m
        Up to here the weight is 1, in metres: a bare power has no end at the door.

    Returns
    -------
    Impedance
        Costs in metres to weights.

    Examples
    --------
    >>> power(2, 100)(np.array([0, 100, 200])).tolist()
    [1.0, 1.0, 0.25]
    """
    return lambda cost: (np.maximum(cost, full_within_m) / full_within_m) ** -exponent


def as_table(impedance: Impedance, longest_dm: int) -> Floats:
    """Write out the weights of all costs: they are whole decimetres, so this loses nothing.

    Parameters
    ----------
    impedance
        Costs in metres to weights.
    longest_dm
        The longest walk that is looked at, in decimetres.

    Returns
    -------
    numpy.ndarray
        The weight of 0, 1, 2, … decimetres, that of the longest walk last.
    """
    return impedance(np.arange(longest_dm + 1) / DM_PER_M)


def impedance_of(choice: study.ImpedanceChoice) -> Impedance:
    """Make the impedance that a study asks for.

    Parameters
    ----------
    choice
        Its kind and parameters.

    Returns
    -------
    Impedance
        Costs in metres to weights.
    """
    kinds: dict[str, Callable[..., Impedance]] = {
        "binary": binary,
        "stepped": stepped,
        "linear": linear,
        "logistic": logistic,
        "gaussian": gaussian,
        "negative_exponential": negative_exponential,
        "power": power,
    }
    return kinds[choice.kind](**choice.model_dump(exclude={"kind"}))
