"""Neighbourhoods that are alike: in people, density, deprivation and kind of place.

Something to learn from, not a ranking: what a neighbourhood like this one has within reach, this
one could have. Alike is told by a few declared traits, none of which is access itself, or the
answer would be put into the question. Each trait is put in standard deviations of the district's
own neighbourhoods (amounts by their logarithms, as a town has many small and few large), and two
neighbourhoods lie as far apart as the root of the mean of their squared differences, over the
traits that are known of both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config import Similar, Trait

Floats = npt.NDArray[np.float64]

WITH, WITHOUT = "with_deprivation", "plain"
COLUMNS = ("neighbourhood_id", "variant", "order", "similar_id", "apart", "traits")
# Of a trait that fewer know of, nothing is said.
_KNOWN_SHARE = 0.5
# Distances that differ by less are the same; the code then decides.
_DIGITS = 9


def traits_of(neighbourhoods: pd.DataFrame, homes: pd.DataFrame) -> pd.DataFrame:
    """Work out every trait of every neighbourhood.

    Parameters
    ----------
    neighbourhoods
        A table of `tables.NEIGHBOURHOODS`.
    homes
        A table of `tables.HOMES`; where nobody is counted their people are.

    Returns
    -------
    pandas.DataFrame
        One column a `Trait`, by code; missing where it is not known.
    """
    rows = neighbourhoods.set_index("neighbourhood_id")
    at_homes = homes.groupby("neighbourhood_id")["people"].sum().reindex(rows.index)
    people = _numbers(rows["people"]).fillna(at_homes)
    buildings = homes[(homes["made_from"] == "building") & (homes["people"] > 0)]
    per_building = buildings.groupby("neighbourhood_id")["people"].mean().reindex(rows.index)
    found: dict[Trait, Callable[[], pd.Series]] = {
        Trait.PEOPLE: lambda: _logarithm(people),
        Trait.DENSITY: lambda: _logarithm(people / rows["area_ha"]),
        Trait.HOUSEHOLD_SIZE: lambda: people / _numbers(rows["households"]),
        Trait.CHILDREN: lambda: _numbers(rows["children"]) / people,
        Trait.PEOPLE_PER_BUILDING: lambda: _logarithm(per_building),
        Trait.DEPRIVATION: lambda: _numbers(rows["deprivation_rank"]),
    }
    table = pd.DataFrame({trait.value: column() for trait, column in found.items()})
    return table.where(np.isfinite(table))


def _numbers(column: pd.Series) -> pd.Series:
    values = column.astype("Float64").to_numpy(float, na_value=np.nan)
    return pd.Series(values, index=column.index)


def _logarithm(values: pd.Series) -> pd.Series:
    logarithms: pd.Series = np.log(values.where(values > 0))
    return logarithms


def similar(traits: pd.DataFrame, choices: Similar) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Find for each neighbourhood those that are most alike.

    Parameters
    ----------
    traits
        What `traits_of` returns, of the neighbourhoods that have data.
    choices
        Which traits, and how many neighbourhoods.

    Returns
    -------
    tuple of pandas.DataFrame and dict
        A table of `tables.SIMILAR`, once with deprivation, where it is known and declared, and
        once without; and which traits could not be used.
    """
    declared = [trait.value for trait in choices.traits]
    known = [name for name in declared if _is_of_use(traits[name])]
    plain = [name for name in known if name != Trait.DEPRIVATION.value]
    variants = {WITHOUT: plain} | ({WITH: known} if known != plain else {})
    found = [
        _nearest(traits[names], choices.how_many, variant)
        for variant, names in variants.items()
        if names
    ]
    table = pd.concat([nothing(), *found], ignore_index=True)
    return table, {"traits_not_known": [name for name in declared if name not in known]}


def nothing() -> pd.DataFrame:
    """Return the table without rows.

    Returns
    -------
    pandas.DataFrame
        The columns of `tables.SIMILAR`.
    """
    kinds = dict(zip(COLUMNS, ("str", "str", "int64", "str", "float64", "str"), strict=True))
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _is_of_use(values: pd.Series) -> bool:
    """Tell whether enough know of a trait, and whether any two differ in it."""
    known = values.dropna()
    return len(known) > _KNOWN_SHARE * len(values) and bool((known != known.iloc[0]).any())


def standardised(values: Floats) -> Floats:
    """Put each column in its own standard deviations from its mean.

    Parameters
    ----------
    values
        Shape (neighbourhoods, traits), each known of some.

    Returns
    -------
    numpy.ndarray
        Of the same shape; a column in which all are alike is 0.

    Examples
    --------
    >>> standardised(np.array([[1.0], [3.0]])).tolist()
    [[-1.0], [1.0]]
    """
    spread = np.nanstd(values, axis=0)
    scaled: Floats = (values - np.nanmean(values, axis=0)) / np.where(spread > 0, spread, 1.0)
    return scaled


def _nearest(traits: pd.DataFrame, how_many: int, variant: str) -> pd.DataFrame:
    """List the nearest of each, equals in the order of their codes."""
    ordered = traits.sort_index()
    ids: Sequence[str] = ordered.index.tolist()
    scaled = standardised(ordered.to_numpy(float))
    rows = []
    for place, code in enumerate(ids):
        apart = _apart(scaled, scaled[place])
        apart[place] = np.inf
        order = np.argsort(apart, kind="stable")[:how_many]
        rows += [
            (code, variant, number, ids[at], float(apart[at]), ",".join(ordered.columns))
            for number, at in enumerate(order, start=1)
            if np.isfinite(apart[at])
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _apart(scaled: Floats, one: Floats) -> Floats:
    """Return how far each lies from one, over the traits that both know at least half of."""
    squares = (scaled - one) ** 2
    known = np.isfinite(squares).sum(axis=1)
    enough = known >= scaled.shape[1] / 2
    mean = np.nansum(squares, axis=1) / np.maximum(known, 1)
    apart: Floats = np.where(enough, np.sqrt(mean).round(_DIGITS), np.inf)
    return apart
