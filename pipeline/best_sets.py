"""Which few sites together bring a use to as many more people as can be.

The maximal covering location problem (Church, R. and ReVelle, C. 1974, Papers of the Regional
Science Association 32:101–118): choose sites x under a budget so that the weighted people z who
have at least one of them within the cut-off, and none of the kind now, are as many as can be:

    maximise Σ w(g) z(g)  subject to  z(g) ≤ Σ x(s) over sites s that reach g,  Σ cost(s) x(s) ≤ B,

with x of 0 or 1. Homes that the same sites reach are one group g, so that the problem stays small;
z need not be asked to be whole, as it is so by itself where x is. HiGHS solves it, by way of
SciPy (Huangfu and Hall 2018, Mathematical Programming Computation 10:119–142), and says how far
from proved the answer is. Beside it stands the greedy set, one site after another, which is
never worse than 1 − 1/e of the best where all sites cost the same (Nemhauser, Wolsey and Fisher
1978, Mathematical Programming 14:265–294).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from pipeline.access.standing import in_decimetres
from pipeline.config import BestSets, Study
from pipeline.residents_gained import Possibilities
from pipeline.site_walks import NO_DECILE, Residents
from pipeline.units import M2_PER_HA

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

DECILES = 10
ALL_PCT = 100.0
# Of people; sums of fractions differ by less.
HAIR = 1e-6
# So many branches are looked into; a count, not a time, so that every machine answers the same.
MOST_BRANCHES = 2_000


class Chosen(NamedTuple):
    """Some sites by number, first things first, what each adds, and how much better any can be."""

    sites: list[int]
    adds: list[float]
    gap_pct: float

    @property
    def total(self) -> float:
        """What all of them cover."""
        return float(sum(self.adds))


@dataclass(frozen=True)
class Cover:
    """Who is reached from where: `reaches[s, g]` is true where site s reaches group g.

    `weight` is what each group counts; shape (groups,).
    """

    reaches: sparse.csr_array
    weight: Floats

    @classmethod
    def of(cls, site: Ints, home: Ints, weight: Floats, n_sites: int) -> Cover:
        """Gather homes that the same sites reach into groups.

        Parameters
        ----------
        site, home
            Pairs of a site and a home that it reaches, each pair once.
        weight
            Of each home.
        n_sites
            Number of sites.

        Returns
        -------
        Cover
            Groups in the order of their sites.
        """
        order = np.lexsort((site, home))
        home, site = home[order], site[order]
        first = np.flatnonzero(np.diff(home, prepend=-1))
        parts = np.split(site, first[1:]) if len(first) else []
        sums: dict[tuple[int, ...], float] = {}
        for begin, some in zip(first.tolist(), parts, strict=True):
            key = tuple(some.tolist())
            sums[key] = sums.get(key, 0.0) + float(weight[home[begin]])
        groups = sorted(key for key, total in sums.items() if total > 0)
        rows = [number for key in groups for number in key]
        columns = np.repeat(np.arange(len(groups)), [len(key) for key in groups])
        shape = (n_sites, len(groups))
        ones = np.ones(len(rows))
        return cls(
            sparse.csr_array((ones, (rows, columns)), shape=shape),
            np.array([sums[key] for key in groups]),
        )

    def covered(self, sites: list[int]) -> float:
        """Add up what some sites cover together."""
        is_reached = np.asarray(self.reaches[sites].sum(axis=0)).ravel() > 0
        return float(self.weight[is_reached].sum())


def greedy(cover: Cover, most: int, costs: Floats, budget: float) -> Chosen:
    """Take the site that adds most, then the next, until none is left or the budget is spent.

    Parameters
    ----------
    cover
        Who is reached from where; n sites.
    most
        How many sites may be taken.
    costs
        Of each site, shape (n,).
    budget
        What they may cost together.

    Returns
    -------
    Chosen
        Of sites that add as much, the first. Its gap is not known here and is 0.
    """
    left, spent = cover.weight.copy(), 0.0
    sites: list[int] = []
    adds: list[float] = []
    while len(sites) < most:
        gains = cover.reaches @ left
        gains[(costs + spent > budget + HAIR)] = 0.0
        gains[sites] = 0.0
        best = int(np.argmax(np.round(gains, 6))) if len(gains) else 0
        if not len(gains) or gains[best] <= HAIR:
            break
        sites.append(best)
        adds.append(float(gains[best]))
        spent += float(costs[best])
        left[cover.reaches[[best]].indices] = 0.0
    return Chosen(sites, adds, 0.0)


def best(cover: Cover, most: int, costs: Floats, budget: float) -> Chosen:
    """Choose the sites that cover most together.

    Parameters
    ----------
    cover, most, costs, budget
        As for `greedy`.

    Returns
    -------
    Chosen
        The sites in the order of what they add; the greedy ones where the solver finds none that
        are better. `gap_pct` is 0 where it is proved that no others are better.
    """
    first = greedy(cover, most, costs, budget)
    n_sites, n_groups = cover.reaches.shape
    if not first.sites:
        return first
    ones = sparse.csr_array(np.ones((1, n_sites)))
    rows = sparse.vstack(
        [
            sparse.hstack([cover.reaches.T, -sparse.eye_array(n_groups)]),
            sparse.hstack([ones, sparse.csr_array((1, n_groups))]),
            sparse.hstack([sparse.csr_array(costs[None, :]), sparse.csr_array((1, n_groups))]),
        ],
        format="csr",
    )
    low = np.concatenate([np.zeros(n_groups), [0, 0]])
    high = np.concatenate([np.full(n_groups, np.inf), [most, budget]])
    found = milp(
        np.concatenate([np.zeros(n_sites), -cover.weight]),
        integrality=np.concatenate([np.ones(n_sites), np.zeros(n_groups)]),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(rows, low, high),
        options={"node_limit": MOST_BRANCHES, "mip_rel_gap": 0.0},
    )
    bound = float(-found.mip_dual_bound) if found.mip_dual_bound is not None else np.inf
    chosen = first
    if found.x is not None:
        taken = np.flatnonzero(found.x[:n_sites] > 0.5).tolist()  # noqa: PLR2004 (0 or 1)
        if cover.covered(taken) > first.total + HAIR:
            chosen = _in_order(cover, taken)
    gap = max(bound - chosen.total, 0.0)
    return chosen._replace(gap_pct=gap / chosen.total * ALL_PCT if gap > HAIR else 0.0)


def _in_order(cover: Cover, sites: list[int]) -> Chosen:
    """Put chosen sites in the order of what each adds to those before it."""
    left, waiting = cover.weight.copy(), sorted(sites)
    order: list[int] = []
    adds: list[float] = []
    while waiting:
        gains = cover.reaches[waiting] @ left
        at = int(np.argmax(np.round(gains, 6)))
        if gains[at] <= HAIR:
            break
        order.append(waiting.pop(at))
        adds.append(float(gains[at]))
        left[cover.reaches[[order[-1]]].indices] = 0.0
    return Chosen(order, adds, 0.0)


def weights_of(residents: Residents, equity_weight: float) -> Floats:
    """Return what the people of each home count.

    Parameters
    ----------
    residents
        Who lives where.
    equity_weight
        A person in decile d counts 1 + weight × (10 − d) ÷ 9; where there is no decile, 1.

    Returns
    -------
    numpy.ndarray
        One for each home.
    """
    share = np.zeros(max(len(residents.groups), 1))
    for at, name in enumerate(residents.groups):
        if name != NO_DECILE:
            share[at] = (DECILES - int(name.rpartition("_")[2])) / (DECILES - 1)
    weights: Floats = residents.people * (1 + equity_weight * share[residents.group])
    return weights


def choose_sets(possible: Possibilities, study: Study) -> pd.DataFrame:
    """Choose the best sites for every use, for each number of sites that the study names.

    Parameters
    ----------
    possible
        Sites and uses.
    study
        The cut-off, the numbers of sites, and how much more the people of deprived neighbourhoods
        count.

    Returns
    -------
    pandas.DataFrame
        `tables.BEST_SETS`: of sites in the district; nothing of a use of which it is not known who
        has one now.
    """
    choice, sites = study.best_sets, possible.sites
    cut_off = int(in_decimetres(study.walking.metres_in(choice.minutes)))
    ids = sites["site_id"].to_numpy(dtype=object)
    weights = weights_of(possible.residents, choice.equity_weight)
    is_certain = possible.residents.known_within_m >= study.walking.metres_in(choice.minutes)
    costs = _costs(sites, choice)
    found: list[dict[str, object]] = []
    for name, use in sorted(possible.uses.items()):
        now, walks = possible.now[use.adds], possible.walks_for(name)
        may = possible.asked(name) & sites["is_in_district"].to_numpy(bool)
        if now is None or not may.any():
            continue
        keep = may[walks.site] & (walks.cost <= cut_off) & (now[walks.home] > cut_off)
        site, home = walks.site[keep], walks.home[keep]
        cover = Cover.of(site, home, weights, len(ids))
        certain_of = partial(_certain_pct, site, home, weights, is_certain)
        found += [
            {"use": name, "minutes": choice.minutes, **row, "equity_weight": choice.equity_weight}
            for row in _sets(cover, costs, choice, ids, certain_of)
        ]
    return pd.DataFrame(found, columns=list(_COLUMNS)).astype(_COLUMNS)


_COLUMNS = {
    "use": "str", "minutes": "int64", "most_sites": "int64", "method": "str", "site_id": "str",
    "place": "int64", "adds": "float64", "people": "float64", "gap_pct": "float64",
    "coverage_pct": "float64", "equity_weight": "float64",
}  # fmt: skip


def _costs(sites: pd.DataFrame, choice: BestSets) -> Floats:
    """Return what each site takes of the budget: its hectares, or nothing where there is none."""
    if choice.most_hectares is None:
        return np.zeros(len(sites))
    hectares: Floats = sites["area_m2"].fillna(0.0).to_numpy(float) / M2_PER_HA
    return hectares


def _certain_pct(
    site: Ints, home: Ints, weights: Floats, is_certain: npt.NDArray[np.bool_], chosen: list[int]
) -> float:
    """Return the share of those whom some sites reach around whom the map reaches far enough."""
    homes = np.unique(home[np.isin(site, chosen)])
    total = float(weights[homes].sum())
    return float(weights[homes][is_certain[homes]].sum()) / total * ALL_PCT if total else ALL_PCT


def _sets(
    cover: Cover,
    costs: Floats,
    choice: BestSets,
    ids: npt.NDArray[np.object_],
    certain_of: Callable[[list[int]], float],
) -> Iterator[dict[str, object]]:
    """Yield a row for each site of each set, the best and the greedy ones."""
    budget = np.inf if choice.most_hectares is None else choice.most_hectares
    for most in choice.sites:
        for method, solve in (("best", best), ("greedy", greedy)):
            chosen = solve(cover, most, costs, budget)
            if method == "best":
                at_best = chosen.total * (1 + chosen.gap_pct / ALL_PCT)
            gap = max(at_best / chosen.total - 1, 0.0) * ALL_PCT if chosen.total else 0.0
            for place, (site, adds) in enumerate(zip(chosen.sites, chosen.adds, strict=True), 1):
                yield {
                    "most_sites": most, "method": method, "site_id": ids[site], "place": place,
                    "adds": adds, "people": chosen.total, "gap_pct": gap if gap > HAIR else 0.0,
                    "coverage_pct": certain_of(chosen.sites),
                }  # fmt: skip
