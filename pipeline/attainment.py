"""Published standards → how many people meet them: of each neighbourhood, and of the district.

The share of people whose home meets a criterion, on foot and in a straight line, of the same
people both ways, so that the two differ by the method alone: those whose homes are attached to
the network. A share is what is certain; beside it stands the most it could be, as if everybody
whose "no" is not certain met it. Land per head is the hectares of the sites that lie in the
place, for every 1,000 of its people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.access.standards import Answers, SitesOf, meet_standard
from pipeline.config import (
    CategoryRules,
    Method,
    Quantity,
    Standard,
    State,
    Study,
    Together,
    Within,
)
from pipeline.places import HAIR, Places, certain_pct, divided, places_of
from pipeline.routing import as_graph
from pipeline.sites import Sites, build_sites, hectares_in

SHARE, LAND = "%", "ha per 1,000 people"
ALL_PCT = 100.0

KEYS = ("neighbourhood_id", "standard", "criterion", "method")

Criterion = Within | Together | Quantity


@dataclass(frozen=True)
class Town:
    """The tables of a district that its people and places are read from."""

    assets: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame
    homes: gpd.GeoDataFrame
    network: gpd.GeoDataFrame
    neighbourhoods: gpd.GeoDataFrame
    coverage: gpd.GeoDataFrame


def measure_standards(
    standards: Mapping[str, Standard],
    town: Town,
    rules: Mapping[str, CategoryRules],
    study: Study,
    code: str,
    sources: Mapping[str, tuple[str, str]],
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Hold the homes of a district against published standards.

    Parameters
    ----------
    standards
        Those that apply, by name.
    town
        The tables of the district.
    rules
        The categories; they say what it means that none is mapped.
    study
        The fewest people that a share is published of.
    code
        Code of the district, used as one more `neighbourhood_id`.
    sources
        Category → layers it comes from, and the day of the oldest of them.

    Returns
    -------
    tuple of pandas.DataFrame and dict
        The table of standards, and how many numbers have each state.
    """
    homes = town.homes.sort_values("home_id", ignore_index=True)
    places = places_of(homes, town.neighbourhoods, code)
    graph = as_graph(town.network)
    gathered = _sites_of(town, rules)
    found = [_nothing()]
    for name, standard in standards.items():
        sites_of = partial(gathered, standard.one_site_within_m)
        answers = meet_standard(standard, graph, homes, town.entrances, sites_of)
        for criterion in standard.criteria:
            source, day = _source(standard, criterion, sources)
            for method, rows in _numbers(criterion, answers, sites_of, places, town):
                names = {"standard": name, "criterion": criterion.id, "method": method.value}
                stated = _with_states(rows, study.fewest_people)
                found.append(stated.assign(**names, source=source, source_date=day))
    table = pd.concat(found, ignore_index=True)
    table = pd.concat([table, _without_homes(table, town.neighbourhoods)], ignore_index=True)
    states = table["state"].value_counts().sort_index()
    return table, {"numbers": {str(k): int(v) for k, v in states.items()}}


def _sites_of(
    town: Town, rules: Mapping[str, CategoryRules]
) -> Callable[[float, frozenset[str]], Sites | None]:
    """Return what gathers the assets of some categories into sites, each set of them once."""
    edge = town.coverage.geometry[town.coverage["what"] == "edge"].iloc[0]

    @cache
    def sites_of(within_m: float, categories: frozenset[str]) -> Sites | None:
        chosen = town.assets[town.assets["category"].isin(categories)]
        if chosen.empty and any(rules[name].none_mapped_means == "unknown" for name in categories):
            return None
        return build_sites(chosen, within_m, edge)

    return sites_of


def _source(
    standard: Standard, criterion: Criterion, sources: Mapping[str, tuple[str, str]]
) -> tuple[str, str]:
    """Return the layers that a criterion draws on, and the day of the oldest."""
    parts = [criterion]
    if isinstance(criterion, Together):
        parts = [part for part in standard.criteria if part.id in criterion.of]
    named = {name for part in parts if not isinstance(part, Together) for name in part.categories}
    layers = {layer for name in named for layer in sources[name][0].split(",")}
    return ",".join(sorted(layers)), min((sources[name][1] for name in named), default="")


def _numbers(
    criterion: Criterion,
    answers: Mapping[str, Mapping[Method, Answers]],
    sites_of: SitesOf,
    places: Places,
    town: Town,
) -> Iterator[tuple[Method, pd.DataFrame]]:
    """Yield the numbers of one criterion, by method, before they have states."""
    if isinstance(criterion, Quantity):
        yield Method.QUANTITY, _land_per_head(criterion, sites_of, places, town)
        return
    for method, answer in answers[criterion.id].items():
        yield method, _shares(answer, places)


def _shares(answer: Answers, places: Places) -> pd.DataFrame:
    """Return the share of people who meet a criterion, and the most it could be."""
    people = np.where(places.is_attached, places.people, 0.0)
    answered = places.sums(people)
    is_certain = (answer.is_within == answer.may_be) & places.is_attached
    return pd.DataFrame(
        {
            "neighbourhood_id": places.ids,
            "value": divided(places.sums(people * answer.is_within), answered) * ALL_PCT,
            "at_most": divided(places.sums(people * answer.may_be), answered) * ALL_PCT,
            "unit": SHARE,
            "coverage_pct": certain_pct(places, is_certain),
            "counted": answered,
        }
    )


def _land_per_head(
    criterion: Quantity, sites_of: SitesOf, places: Places, town: Town
) -> pd.DataFrame:
    """Return the hectares of sites in each place for every 1,000 of its people.

    The district is the sum of the neighbourhoods that have data, and of their people alone.
    """
    ids = places.ids[:-1]
    areas = town.neighbourhoods.set_index("neighbourhood_id").geometry.loc[ids].to_numpy()
    covered = _covered_shares(town.coverage).loc[ids].to_numpy(float)
    sites = sites_of(frozenset(criterion.categories))
    if sites is None:
        hectares, is_exact = np.full(len(ids), np.nan), np.zeros(len(ids), dtype=bool)
    else:
        hectares, is_exact = hectares_in(sites, areas, criterion.smallest_ha)
        is_exact &= covered > 1 - HAIR
    people = places.all_people[:-1]
    counted = np.append(people, people.sum())
    value = divided(np.append(hectares, hectares.sum()), counted / 1000)
    known = np.append(people * covered, (people * covered).sum())
    coverage_pct = np.nan_to_num(divided(known, places.all_people) * ALL_PCT)
    return pd.DataFrame(
        {
            "neighbourhood_id": places.ids,
            "value": value,
            "at_most": np.where(np.append(is_exact, is_exact.all()), value, np.nan),
            "unit": LAND,
            "coverage_pct": coverage_pct,
            "counted": counted,
        }
    )


def _covered_shares(coverage: gpd.GeoDataFrame) -> pd.Series:
    rows = coverage[coverage["what"] == "neighbourhood"]
    shares: pd.Series = rows.set_index("neighbourhood_id")["covered_share"]
    return shares


def _with_states(rows: pd.DataFrame, fewest_people: int) -> pd.DataFrame:
    """Say what kind of number each is, and empty those that are none.

    A share of none of which nothing is certain is unknown; a zero is true where it can be no more.
    """
    value, at_most = rows["value"].to_numpy(float), rows["at_most"].to_numpy(float)
    counted = rows["counted"].to_numpy(float)
    is_share = (rows["unit"] == SHARE).to_numpy()
    is_open = is_share & (value == 0) & (at_most >= ALL_PCT - HAIR)
    state = np.select(
        [
            (counted == 0) | np.isnan(value) | is_open,
            counted < fewest_people,
            (value == 0) & (at_most == 0),
        ],
        [State.NO_DATA.value, State.SUPPRESSED.value, State.TRUE_ZERO.value],
        default=State.OK.value,
    )
    is_number = np.isin(state, [State.OK.value, State.TRUE_ZERO.value])
    most = np.where(is_share, ALL_PCT, np.inf)
    return rows.drop(columns="counted").assign(
        value=np.where(is_number, np.minimum(value, most), np.nan),
        at_most=np.where(is_number, np.minimum(at_most, most), np.nan),
        state=state,
        coverage_pct=np.where(
            state == State.NO_DATA.value, 0.0, rows["coverage_pct"].clip(0, ALL_PCT)
        ),
    )


def _nothing() -> pd.DataFrame:
    """Return the table without rows: in some districts no standard applies."""
    kinds = {"value": float, "at_most": float, "coverage_pct": float}
    names = (*KEYS, *kinds, "unit", "state", "source", "source_date")
    return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, "str")) for name in names})


def _without_homes(found: pd.DataFrame, neighbourhoods: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give neighbourhoods without homes the same rows, all of them without data."""
    missing = sorted(set(neighbourhoods["neighbourhood_id"]) - set(found["neighbourhood_id"]))
    columns = ["standard", "criterion", "method", "unit", "source", "source_date"]
    kinds = found[columns].drop_duplicates()
    rows = pd.DataFrame({"neighbourhood_id": missing}, dtype="str").merge(kinds, how="cross")
    nothing = np.full(len(rows), np.nan)
    return rows.assign(value=nothing, at_most=nothing, state=State.NO_DATA.value, coverage_pct=0.0)
