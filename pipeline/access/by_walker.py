"""How far it is for different people: the nearest walk of every walker.

As `access.nearest`, over the ground as it is for each walker: what is closed to them is left out,
and slopes cost what they cost at their pace. In metres on the flat that take as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.access.nearest import nearest_asset
from pipeline.access.standing import Destinations, Origins
from pipeline.config import CategoryRules, Study, Walker
from pipeline.cores import on_all_cores
from pipeline.headline import MEDIAN, Pace, attached_people, headline_numbers, rows_of
from pipeline.places import Floats, places_of, with_states, with_the_rest
from pipeline.routing import as_graph

# Metres to the nearest of each category from each home; infinite where there is none.
Metres = dict[str, Floats]


def nearest_by_walker(
    homes: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    grounds: Mapping[str, pd.DataFrame],
    categories: list[str],
) -> dict[str, Metres]:
    """Walk from every home to the nearest of each category, once for each ground.

    Parameters
    ----------
    homes
        Where walks start; n of them.
    entrances
        Where they may end.
    network
        What both stand on.
    grounds
        Walker → what each edge costs them, as `routing.as_graph` takes it.
    categories
        What is looked for.

    Returns
    -------
    dict
        Walker → category → metres, infinite where there is none or no way out; shape (n,) in the
        order of the homes. Walkers to whom the ground is the same share their arrays.
    """
    by_category = dict(tuple(entrances.groupby("category", observed=True)))
    found: dict[str, Metres] = {}
    for walker, ground in grounds.items():
        same = next((other for other in found if grounds[other].equals(ground)), None)
        if same is not None:
            found[walker] = found[same]
            continue
        graph = as_graph(network, ground)
        origins = Origins.of(graph, homes)

        def one(category: str, graph=graph, origins=origins) -> Floats:  # type: ignore[no-untyped-def]  # noqa: ANN001
            to = Destinations.of(graph, by_category.get(category, entrances[:0]))
            metres = nearest_asset(graph, origins, to)["nearest_m"]
            filled: Floats = metres.fillna(np.inf).to_numpy(float)
            return filled

        found[walker] = dict(zip(categories, on_all_cores(one, categories), strict=True))
    return found


def walkers_table(
    metres: Mapping[str, Metres],
    homes: gpd.GeoDataFrame,
    neighbourhoods: gpd.GeoDataFrame,
    walkers: Mapping[str, Walker],
    unknown: frozenset[str],
    study: Study,
    code: str,
) -> pd.DataFrame:
    """Summarise the walks of every walker over the people of each place.

    Parameters
    ----------
    metres
        Walker → category → metres from each home.
    homes
        In the order of those metres, which is that of their names.
    neighbourhoods
        All of the district.
    walkers
        The walkers.
    unknown
        Categories of which nothing is known here.
    study
        Minutes, and the fewest people a rate is published of.
    code
        Code of the district.

    Returns
    -------
    pandas.DataFrame
        One row a place, category, walker and headline measure. Everybody who stands on the
        network is counted; who cannot leave their street has nothing within reach.
    """
    places = places_of(homes, neighbourhoods, code)

    people = attached_people(places)

    def one(walker: str) -> pd.DataFrame:
        pace = Pace.of(walkers[walker].speed_m_per_min, study.walking.minutes)
        categories = sorted(metres[walker])
        found = [
            list(headline_numbers(metres[walker][category], people, places, pace, MEDIAN))
            for category in categories
        ]
        rows = len(found[0]) * len(places.ids)
        table = rows_of(chain.from_iterable(found), places).assign(
            category=np.repeat(categories, rows), walker=walker
        )
        is_no_data = table["category"].isin(unknown).to_numpy()
        table = with_states(table, places.sums(people), places, study, is_no_data=is_no_data)
        return with_the_rest(table, neighbourhoods)

    return pd.concat([one(walker) for walker in sorted(metres)], ignore_index=True)


def unknown_categories(
    entrances: gpd.GeoDataFrame, rules: Mapping[str, CategoryRules]
) -> frozenset[str]:
    """Name the categories of which nothing is mapped and that may be there all the same.

    Parameters
    ----------
    entrances
        Of all assets, also those that no street is near to.
    rules
        The categories.

    Returns
    -------
    frozenset of str
        Their names.
    """
    mapped = set(entrances["category"].unique())
    return frozenset(
        name
        for name, rule in rules.items()
        if name not in mapped and rule.none_mapped_means == "unknown"
    )
