"""Indicators from elsewhere: what others have counted or asked, brought to the neighbourhoods.

They stand beside the numbers of access with their unit, year, interval and source, and are never
blended with them. A neighbourhood that a table does not hold has no data, which is not zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.codes import WORDS, must_be_of
from pipeline.config import Indicator, State, Vintage
from pipeline.errors import CodesDoNotMatch, TableBreaksItsContract, listed

COLUMNS = ("code", "value", "low", "high", "n")


def speaks_of(indicator: Indicator, code: str, vintage: Vintage) -> bool:
    """Tell whether an indicator is of a district.

    Parameters
    ----------
    indicator
        Its declaration.
    code
        Of the district.
    vintage
        Of its neighbourhoods.

    Returns
    -------
    bool
        True of those that name it, and of a nation's that go by the same areas.
    """
    if indicator.districts:
        return code in indicator.districts
    return indicator.vintage is vintage


def elsewhere(
    codes: pd.Series,
    vintage: Vintage,
    declared: Mapping[str, Indicator],
    found: Mapping[str, tuple[pd.DataFrame, str]],
    fewest: int,
) -> pd.DataFrame:
    """Bring indicators to the neighbourhoods of a district.

    Parameters
    ----------
    codes
        Of the neighbourhoods, each once.
    vintage
        Of those codes.
    declared
        The indicators, by name.
    found
        Of each that speaks of this district: its rows (`COLUMNS`, numbers missing where there are
        none), indexed by row of the file, and the file, for messages.
    fewest
        Where fewer were asked, the number is suppressed.

    Returns
    -------
    pandas.DataFrame
        A table of `tables.ELSEWHERE`: one row for each neighbourhood and indicator.

    Raises
    ------
    CodesDoNotMatch
        If codes are of another vintage, doubled, or of no neighbourhood of the district.
    TableBreaksItsContract
        If a number lies outside of what it may be, or outside of its own interval.
    """
    parts = [nothing()]
    for name, (rows, where) in found.items():
        _codes_must_fit(rows["code"], declared[name], codes, vintage, where)
        _numbers_must_fit(rows, declared[name], where)
        parts.append(_joined(rows, name, declared[name], codes, fewest))
    return pd.concat(parts, ignore_index=True)


def told_of(declared: Mapping[str, Indicator]) -> dict[str, dict[str, Any]]:
    """Return what pages say of each indicator.

    Parameters
    ----------
    declared
        Those that speak of the district, by name.

    Returns
    -------
    dict
        Name → plain values.
    """
    kept = {
        "label", "definition", "better", "unit", "title", "publisher", "licence", "attribution",
        "year", "n", "edition",
    }  # fmt: skip
    told = {name: each.model_dump(mode="json", include=kept) for name, each in declared.items()}
    for name, each in declared.items():
        told[name]["interval_pct"] = each.interval.pct if each.interval else None
    return told


def nothing() -> pd.DataFrame:
    """Return the table without rows.

    Returns
    -------
    pandas.DataFrame
        The columns of `tables.ELSEWHERE`.
    """
    texts = ("neighbourhood_id", "indicator", "edition", "unit", "state", "source", "year")
    numbers = ("value", "low", "high", "n")
    kinds = dict.fromkeys(texts, "str") | dict.fromkeys(numbers, "float64")
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _codes_must_fit(
    given: pd.Series, indicator: Indicator, codes: pd.Series, vintage: Vintage, where: str
) -> None:
    if indicator.vintage is not vintage:
        raise CodesDoNotMatch(
            f"{where}: {indicator.label} is of {WORDS[indicator.vintage]} areas and the "
            f"neighbourhoods are {WORDS[vintage]}; numbers are not moved between vintages. Give "
            "it by the same areas."
        )
    must_be_of(given, vintage, where)
    known = given.isin(codes)
    # With several districts named, rows may be of the others; with one, all are of this one.
    if len(indicator.districts) == 1 and not known.all():
        unknown = given[~known]
        raise CodesDoNotMatch(
            f"{where}: row {unknown.index[0]}: {len(unknown)} of {len(given)} codes are of no "
            f"neighbourhood of {indicator.districts[0]}: {listed(unknown.tolist())}. Mend them, "
            "or name every district that the file is of under `districts`."
        )
    if not known.any():
        raise CodesDoNotMatch(
            f"{where}: holds none of the {len(codes)} neighbourhoods, such as "
            f"{listed(codes.tolist(), 2)}. Is it the right file? Name the districts that it is of "
            "under `districts`."
        )


def _numbers_must_fit(rows: pd.DataFrame, indicator: Indicator, where: str) -> None:
    value = rows["value"]
    least = -np.inf if indicator.at_least is None else indicator.at_least
    most = np.inf if indicator.at_most is None else indicator.at_most
    beyond = value[(value < least) | (value > most)]
    if len(beyond):
        raise TableBreaksItsContract(
            f"{where}: row {beyond.index[0]}: {indicator.label} is {beyond.iloc[0]:g}; it must be "
            f"from {least:g} to {most:g}. Is it the right column and unit?"
        )
    outside = value[(value < rows["low"]) | (value > rows["high"])]
    if len(outside):
        at = outside.index[0]
        raise TableBreaksItsContract(
            f"{where}: row {at}: {indicator.label} is {value[at]:g} and lies outside of its own "
            f"interval, {rows.loc[at, 'low']:g} to {rows.loc[at, 'high']:g}. Are the columns of "
            "`interval` the right ones?"
        )


def _joined(
    rows: pd.DataFrame, name: str, indicator: Indicator, codes: pd.Series, fewest: int
) -> pd.DataFrame:
    found = rows.set_index("code").reindex(codes.tolist())
    asked = found["n"].to_numpy(float)
    value = found["value"].to_numpy(float)
    state = np.select(
        [np.isnan(value), asked < fewest, value == 0],
        [State.NO_DATA.value, State.SUPPRESSED.value, State.TRUE_ZERO.value],
        default=State.OK.value,
    )
    is_number = np.isin(state, [State.OK.value, State.TRUE_ZERO.value])
    return pd.DataFrame(
        {
            "neighbourhood_id": codes.tolist(),
            "indicator": name,
            "edition": indicator.edition,
            "unit": indicator.unit,
            "state": state,
            "source": indicator.publisher,
            "year": str(indicator.year),
            "value": np.where(is_number, value, np.nan),
            "low": np.where(is_number, found["low"], np.nan),
            "high": np.where(is_number, found["high"], np.nan),
            "n": np.where(state == State.SUPPRESSED.value, np.nan, asked),
        }
    )
