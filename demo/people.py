"""Share the people of the district out to its neighbourhoods, to the last person."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demo.boundaries import dwellings_within, shapes
from demo.model import Building
from demo.plan.neighbourhoods import NEIGHBOURHOODS, POPULATION

OCCUPIED_SHARE = 0.965
COMMUNAL_EVERY = 3
COMMUNAL_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Census:
    """Counts of each neighbourhood, in the order of ``NEIGHBOURHOODS``."""

    households: tuple[int, ...]
    residents: tuple[int, ...]
    in_communal: tuple[int, ...]


def count(homes: Sequence[Building]) -> Census:
    """Return the census of the district: residents add up to its population exactly."""
    dwellings = np.array(dwellings_within(shapes(NEIGHBOURHOODS), homes))
    sizes = np.array([area.people_per_home for area in NEIGHBOURHOODS])
    residents = largest_remainder(dwellings * sizes, POPULATION)
    communal = [
        round(n * COMMUNAL_SHARE) if i % COMMUNAL_EVERY == 0 else 0 for i, n in enumerate(residents)
    ]
    households = np.round(dwellings * OCCUPIED_SHARE).astype(int).tolist()
    return Census(tuple(households), tuple(residents), tuple(communal))


def largest_remainder(weights: Sequence[float] | np.ndarray, total: int) -> list[int]:
    """Share a whole number out by weights so that the shares are whole and add up to it."""
    exact = np.asarray(weights, dtype=float) / np.sum(weights) * total
    whole = np.floor(exact).astype(int)
    left = total - int(whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[:left]] += 1
    return [int(n) for n in whole]
