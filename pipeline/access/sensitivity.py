"""How much a headline number depends on what was chosen: the same number, otherwise chosen.

Each variant changes one choice and leaves the others: who walks, the cut-off, how far a home may
lie from its street, how people are shared out over homes, or whether they all start at the middle
of their neighbourhood, as many published measures have it. One at a time, because the question is
which choice matters; together they may matter more (Saltelli et al. 2008, Global Sensitivity
Analysis: The Primer, chapter 1). The range of a number runs from the smallest to the largest of
its variants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.access.by_walker import Metres, nearest_by_walker
from pipeline.config import State, Study, Walker
from pipeline.headline import MEDIAN, Pace, attached_people, headline_numbers
from pipeline.places import Floats, Ints, Places, places_of
from pipeline.snapping import snap

AS_CHOSEN = "as_chosen"
ALIKE = "homes_alike"
CENTRES = "centre_of_neighbourhood"
DM_PER_M = 10


@dataclass(frozen=True)
class Town:
    """Where walks start, where they may end, and over what.

    `grounds` and `walkers` are by the name of the walker; homes are in the order of their names.
    """

    homes: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame
    network: gpd.GeoDataFrame
    neighbourhoods: gpd.GeoDataFrame
    grounds: Mapping[str, pd.DataFrame]
    walkers: Mapping[str, Walker]


@dataclass(frozen=True)
class _Variant:
    """One way to choose: who starts where, how far it is from there, and what counts as near."""

    name: str
    places: Places
    metres: Metres
    pace: Pace


def measure_sensitivity(
    town: Town, metres: Mapping[str, Metres], unknown: frozenset[str], study: Study, code: str
) -> pd.DataFrame:
    """Work out the headline numbers of every place under other choices.

    Parameters
    ----------
    town
        Homes, entrances, network and walkers.
    metres
        Walker → category → metres from each home to the nearest.
    unknown
        Categories of which nothing is known here.
    study
        What was chosen, and what is tried beside it.
    code
        Code of the district.

    Returns
    -------
    pandas.DataFrame
        One row a place, category, headline measure and variant, where that is a number: `value`;
        and in the rows of the district `rank_agreement`, Spearman's correlation between its
        neighbourhoods in that variant and as chosen, missing where there are fewer than three.
    """
    places = places_of(town.homes, town.neighbourhoods, code)
    tables = [_numbers(variant, study, code) for variant in _variants(town, metres, places, study)]
    table = pd.concat(tables, ignore_index=True)
    table = table[~table["category"].isin(unknown)]
    return _with_rank_agreement(table, code)


# --- the variants ---------------------------------------------------------------------------------


def _variants(
    town: Town, metres: Mapping[str, Metres], places: Places, study: Study
) -> Iterator[_Variant]:
    """Yield the choices of the study, then those that are tried beside them."""
    chosen, minutes = study.walking.walker, study.walking.minutes
    speed = town.walkers[chosen].speed_m_per_min
    pace, walks = Pace.of(speed, minutes), metres[chosen]
    yield _Variant(AS_CHOSEN, places, walks, pace)
    for name in study.sensitivity.walkers:
        own = Pace.of(town.walkers[name].speed_m_per_min, minutes)
        yield _Variant(f"walker_{name}", places, metres[name], own)
    for share in study.sensitivity.cut_off_shares:
        longer = Pace.of(speed, minutes, share)
        yield _Variant(f"cut_off_x_{share:g}", places, walks, longer)
    for share in study.sensitivity.snapping_shares:
        cap_m = study.snapping.home_cap_m * share
        attached, reached = _attached_within(town, walks, places, cap_m, chosen)
        yield _Variant(f"snapping_{cap_m:g}_m", attached, reached, pace)
    yield _Variant(ALIKE, replace(places, people=_alike(places)), walks, pace)
    middle = _middles(town.homes, places)[places.place]
    yield _Variant(CENTRES, places, {name: walk[middle] for name, walk in walks.items()}, pace)


def _attached_within(
    town: Town, walks: Metres, places: Places, cap_m: float, walker: str
) -> tuple[Places, Metres]:
    """Attach homes no further than so far from their street, and walk from those that are new."""
    near = town.homes["snap_dm"].to_numpy() <= cap_m * DM_PER_M
    lost = np.flatnonzero(~places.is_attached)
    points = np.asarray(town.homes.geometry.array)[lost]
    standing = snap(points, town.network, cap_m) if len(lost) else pd.DataFrame()
    standing = standing[standing["edge_id"] >= 0] if len(lost) else standing
    found = lost[standing.index.to_numpy(np.int64)]
    attached = places.is_attached & near
    if not len(found):
        return replace(places, is_attached=attached), walks
    new = town.homes.iloc[found].assign(state=State.OK.value)
    new[["edge_id", "along_dm", "snap_dm"]] = standing.to_numpy()
    grounds = {walker: town.grounds[walker]}
    more = nearest_by_walker(new, town.entrances, town.network, grounds, sorted(walks))[walker]
    attached[found] = True
    reached = {name: walk.copy() for name, walk in walks.items()}
    for name, walk in more.items():
        reached[name][found] = walk
    return replace(places, is_attached=attached), reached


def _alike(places: Places) -> Floats:
    """Share the people of each neighbourhood out evenly over its homes."""
    homes = np.bincount(places.place, minlength=len(places.ids) - 1)
    people = np.bincount(places.place, weights=places.people, minlength=len(places.ids) - 1)
    return (people / homes)[places.place]


def _middles(homes: gpd.GeoDataFrame, places: Places) -> Ints:
    """Return, of each neighbourhood, the home nearest to the middle of its people."""
    points = shapely.get_coordinates(np.asarray(homes.geometry.array))
    people = attached_people(places)
    weight = places.sums(people)[:-1]
    safe = np.where(weight > 0, weight, 1)
    middle = np.column_stack([places.sums(people * points[:, axis])[:-1] / safe for axis in (0, 1)])
    away = np.hypot(*(points - middle[places.place]).T)
    away = np.where(places.is_attached, away, np.inf)
    order = np.lexsort((away, places.place))
    _, first = np.unique(places.place[order], return_index=True)
    nearest: Ints = order[first]
    return nearest


# --- their numbers --------------------------------------------------------------------------------


def _numbers(variant: _Variant, study: Study, code: str) -> pd.DataFrame:
    """Work out the headline numbers of one variant, those that are numbers."""
    places, people = variant.places, attached_people(variant.places)
    found = [
        (category, measure.name, measure.value)
        for category, metres in sorted(variant.metres.items())
        for measure in headline_numbers(metres, people, places, variant.pace, MEDIAN)
    ]
    n = len(places.ids)
    table = pd.DataFrame(
        {
            "neighbourhood_id": np.tile(np.array(places.ids, dtype=object), len(found)),
            "category": np.repeat([category for category, _, _ in found], n),
            "measure": np.repeat([measure for _, measure, _ in found], n),
            "variant": variant.name,
            "value": np.concatenate([value for _, _, value in found]),
        }
    )
    enough = np.tile(places.sums(people) >= max(study.fewest_people, 1e-9), len(found))
    table = table[enough & np.isfinite(table["value"].to_numpy())]
    if variant.name == CENTRES:
        # Within a neighbourhood all start at one door: its share would be all or none.
        is_share = table["measure"].str.startswith("within_")
        table = table[~is_share | (table["neighbourhood_id"] == code)]
    kept: pd.DataFrame = table
    return kept


def _with_rank_agreement(table: pd.DataFrame, code: str) -> pd.DataFrame:
    """Correlate the neighbourhoods' ranks in each variant with those as chosen."""
    keys = ["category", "measure"]
    parts = table[table["neighbourhood_id"] != code]
    chosen = parts.loc[parts["variant"] == AS_CHOSEN, [*keys, "neighbourhood_id", "value"]]
    both = parts.merge(chosen, on=[*keys, "neighbourhood_id"], suffixes=("", "_chosen"))
    if both.empty:  # nobody lives here, or too few
        return table.assign(rank_agreement=np.nan)
    groups = both.groupby([*keys, "variant"], observed=True)
    for name in ("value", "value_chosen"):
        both[f"{name}_rank"] = groups[name].rank()
    groups = both.groupby([*keys, "variant"], observed=True)
    agreement = groups[["value_rank", "value_chosen_rank"]].apply(_correlation)
    found = agreement.rename("rank_agreement").reset_index()
    found["neighbourhood_id"] = code
    with_it: pd.DataFrame = table.merge(
        found, on=[*keys, "variant", "neighbourhood_id"], how="left"
    )
    return with_it


def _correlation(ranks: pd.DataFrame) -> float:
    """Correlate two columns; missing where there is too little or nothing varies."""
    there, here = ranks.to_numpy(float).T
    fewest = 3
    if len(there) < fewest or np.ptp(there) == 0 or np.ptp(here) == 0:
        return np.nan
    return float(np.corrcoef(there, here)[0, 1])
