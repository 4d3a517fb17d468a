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

# Per mille of residents in each band of five years, the last from 85 on: about those of England and
# Wales in 2021. Larger households are larger by their children, the first three bands.
AGES = (54, 59, 60, 57, 60, 66, 70, 67, 63, 64, 69, 68, 58, 49, 50, 36, 25, 25)
BANDS_OF_CHILDREN = 3
USUAL_HOUSEHOLD = 2.35
# Tables are each perturbed a little, so that their totals differ: by so many, area by area.
PERTURBED_BY = (0, 1, -2, 0, 2, -1)


@dataclass(frozen=True, slots=True)
class Census:
    """Counts of each neighbourhood, in the order of ``NEIGHBOURHOODS``."""

    households: tuple[int, ...]
    residents: tuple[int, ...]
    in_communal: tuple[int, ...]
    by_age: tuple[tuple[int, ...], ...]


def count(homes: Sequence[Building]) -> Census:
    """Return the census of the district: residents add up to its population exactly."""
    dwellings = np.array(dwellings_within(shapes(NEIGHBOURHOODS), homes))
    sizes = np.array([area.people_per_home for area in NEIGHBOURHOODS])
    residents = largest_remainder(dwellings * sizes, POPULATION)
    communal = [
        round(n * COMMUNAL_SHARE) if i % COMMUNAL_EVERY == 0 else 0 for i, n in enumerate(residents)
    ]
    households = np.round(dwellings * OCCUPIED_SHARE).astype(int).tolist()
    by_age = [
        _by_age(n + PERTURBED_BY[i % len(PERTURBED_BY)], size)
        for i, (n, size) in enumerate(zip(residents, sizes, strict=True))
    ]
    return Census(tuple(households), tuple(residents), tuple(communal), tuple(by_age))


def _by_age(people: int, household: float) -> tuple[int, ...]:
    """Return how many residents of a neighbourhood are of each band of ages."""
    weights = np.array(AGES, dtype=float)
    weights[:BANDS_OF_CHILDREN] *= (household / USUAL_HOUSEHOLD) ** 2
    return tuple(largest_remainder(weights, people))


def largest_remainder(weights: Sequence[float] | np.ndarray, total: int) -> list[int]:
    """Share a whole number out by weights so that the shares are whole and add up to it."""
    exact = np.asarray(weights, dtype=float) / np.sum(weights) * total
    whole = np.floor(exact).astype(int)
    left = total - int(whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[:left]] += 1
    return [int(n) for n in whole]
