"""How much the headline numbers depend on who drew the map: the map alone, the lists alone, both.

The same walks over the same streets, to the assets of which one kind of source has a record. An
asset is walked into where it is, however many sources draw it, so that what changes is only whether
a source knows that it is there. Streets and homes are OpenStreetMap's throughout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.access.by_walker import Metres, nearest_by_walker, unknown_categories
from pipeline.access.sensitivity import Town
from pipeline.config import CategoryRules, Study
from pipeline.headline import MEDIAN, Pace, attached_people, headline_numbers, rows_of
from pipeline.places import Floats, Places, places_of, with_states

OSM, COMMUNITY = "osm", "community"
ALL, MAP_ALONE, LISTS_ALONE = "all", "osm_alone", "lists_alone"
KINDS = (ALL, MAP_ALONE, LISTS_ALONE)


def known_to(sources: str, kind: str) -> bool:
    """Tell whether one kind of source has a record of an asset.

    Parameters
    ----------
    sources
        Its sources, separated by commas.
    kind
        One of `KINDS`.

    Returns
    -------
    bool
        Whether it has.

    Examples
    --------
    >>> known_to("naptan,osm", "lists_alone"), known_to("osm", "lists_alone")
    (True, False)
    """
    names = set(sources.split(","))
    if kind == MAP_ALONE:
        return OSM in names
    return kind == ALL or bool(names - {OSM, COMMUNITY})


def measure_by_source(
    town: Town,
    assets: gpd.GeoDataFrame,
    rules: Mapping[str, CategoryRules],
    study: Study,
    code: str,
) -> pd.DataFrame:
    """Work out the headline numbers of the district with each kind of source.

    Parameters
    ----------
    town
        Homes, entrances, network and the ground of the study's walker.
    assets
        What the entrances lead into, with their sources.
    rules
        Rules by category.
    study
        Minutes, speed, and the fewest people a rate is published of.
    code
        Code of the district.

    Returns
    -------
    pandas.DataFrame
        A table of `tables.BY_SOURCE`. Where no list speaks of a category, lists have no data of
        it, which is not none; where only the map does, it alone is the same as both.
    """
    places = places_of(town.homes, town.neighbourhoods, code)
    grounds = {study.walking.walker: town.grounds[study.walking.walker]}
    pace = Pace.of(study.walking.speed_m_per_min, study.walking.minutes)
    is_known = {
        kind: np.array([known_to(text, kind) for text in assets["sources"]], dtype=bool)
        for kind in KINDS
    }
    counts = {
        kind: assets.loc[known & assets["is_in_district"].to_numpy()].groupby("category").size()
        for kind, known in is_known.items()
    }
    parts: dict[str, Metres] = {}
    for kind in KINDS:
        known = set(assets.loc[is_known[kind], "asset_id"])
        ours = town.entrances[town.entrances["asset_id"].isin(known)]
        anew = [c for c in sorted(rules) if kind == ALL or _differs(assets, is_known[kind], c)]
        found = nearest_by_walker(town.homes, ours, town.network, grounds, anew)
        parts[kind] = {**parts.get(ALL, {}), **found[study.walking.walker]}
    unknown = unknown_categories(town.entrances, rules)
    listed = set(assets.loc[is_known[LISTS_ALONE], "category"])
    rows = [
        _rows(kind, parts[kind], places, pace, study, _no_data(kind, rules, unknown, listed))
        for kind in KINDS
    ]
    table = pd.concat(rows, ignore_index=True)
    table["assets"] = [
        int(counts[kind].get(category, 0))
        for kind, category in zip(table["known_to"], table["category"], strict=True)
    ]
    keys = ["category", "measure", "known_to"]
    return table.sort_values(keys, ignore_index=True)


def _differs(assets: gpd.GeoDataFrame, known: Any, category: str) -> bool:  # noqa: ANN401
    """Tell whether a kind of source knows less of a category than all together."""
    ours = (assets["category"] == category).to_numpy()
    return bool((ours & ~known).any())


def _no_data(
    kind: str, rules: Mapping[str, CategoryRules], unknown: frozenset[str], listed: set[str]
) -> frozenset[str]:
    """Name the categories of which a kind of source says nothing at all."""
    return unknown | (frozenset(rules) - listed if kind == LISTS_ALONE else frozenset())


def _rows(
    kind: str,
    metres: Metres,
    places: Places,
    pace: Pace,
    study: Study,
    no_data: frozenset[str],
) -> pd.DataFrame:
    people = attached_people(places)
    found = list(_of_categories(metres, people, places, pace))
    table = pd.concat(found, ignore_index=True)
    is_no_data = table["category"].isin(no_data).to_numpy()
    stated = with_states(table, places.sums(people), places, study, is_no_data=is_no_data)
    ours = stated[stated["neighbourhood_id"] == places.ids[-1]]
    return ours.drop(columns="neighbourhood_id").assign(known_to=kind)


def _of_categories(
    metres: Metres, people: Floats, places: Places, pace: Pace
) -> Iterator[pd.DataFrame]:
    for category in sorted(metres):
        numbers = headline_numbers(metres[category], people, places, pace, MEDIAN)
        yield rows_of(numbers, places).assign(category=category)
