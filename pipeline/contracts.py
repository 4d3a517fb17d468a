"""What a table's contract is, and how a table is held against it.

`pipeline.files` checks a table against its contract before writing it and after reading it, so
a step can rely on what it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.errors import TableBreaksItsContract, listed, quoted

Type = Literal["text", "int", "float", "bool", "geometry"]


@dataclass(frozen=True)
class Column:
    """One column: its name, type, unit and what it may hold.

    A `name` with `{minutes}` stands for one column for each number of minutes in the study.
    """

    name: str
    type: Type
    words: str
    unit: str = ""
    may_be_missing: bool = False
    allowed: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    shapes: tuple[str, ...] = ()

    @property
    def pattern(self) -> re.Pattern[str]:
        """The names this column may have."""
        return re.compile(re.escape(self.name).replace(r"\{minutes\}", r"\d+"))


@dataclass(frozen=True)
class Table:
    """A named table: what a row is, what is unique in it, and its columns."""

    name: str
    a_row_is: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    may_be_empty: bool = False
    geometry: bool = field(init=False)

    def __post_init__(self) -> None:
        """Note whether a column holds geometry."""
        object.__setattr__(self, "geometry", any(c.type == "geometry" for c in self.columns))


_KINDS: dict[Type, str] = {"int": "iu", "float": "f", "bool": "b"}


def check(frame: pd.DataFrame, table: Table, where: str) -> None:
    """Hold a table against its contract.

    Parameters
    ----------
    frame
        The table, key as columns, any number of rows.
    table
        Its contract.
    where
        What to call it in a message: a file name.

    Raises
    ------
    TableBreaksItsContract
        If a column is missing, unknown or of another type, a key is missing or doubled, a value
        is not allowed, or there is no row where there must be one.
    """
    for fault in _faults(frame, table):
        raise TableBreaksItsContract(f"{where}: {fault}.")


def _faults(frame: pd.DataFrame, table: Table) -> Iterator[str]:
    """Yield what is wrong, the most basic first."""
    yield from _column_faults(frame, table)
    if not table.may_be_empty and frame.empty:
        yield f"the table of {table.name} is empty; a row is {table.a_row_is}"
    for key in table.key:
        if frame[key].isna().any():
            yield f"{key} is missing in {int(frame[key].isna().sum())} rows; it is part of the key"
    doubled = frame.duplicated(list(table.key))
    if doubled.any():
        keys = frame.loc[doubled, list(table.key)].astype(str).agg(" / ".join, axis=1)
        yield f"{', '.join(table.key)} must be unique, and is not: {listed(keys.tolist())}"
    for column in table.columns:
        for name in _matching(frame, column):
            yield from _value_faults(frame[name], column)
    if table.geometry:
        yield from _geometry_faults(frame)
    for column in table.columns:
        if column.shapes and isinstance(frame, gpd.GeoDataFrame):
            yield from _shape_faults(np.asarray(frame[column.name].array), column)


def _matching(frame: pd.DataFrame, column: Column) -> list[str]:
    return [name for name in frame.columns if column.pattern.fullmatch(name)]


def _column_faults(frame: pd.DataFrame, table: Table) -> Iterator[str]:
    known: set[str] = set()
    for column in table.columns:
        names = _matching(frame, column)
        if not names:
            yield f"the column {column.name} is missing from the table of {table.name}"
        known.update(names)
    unknown = [name for name in frame.columns if name not in known]
    if unknown:
        yield f"the table of {table.name} has columns it should not have: {listed(unknown)}"


def _value_faults(values: pd.Series, column: Column) -> Iterator[str]:
    name = column.name
    if column.type in _KINDS and not _is_of_type(values, column):
        yield f"{name} should be of type {column.type} and is {values.dtype}"
        return
    if column.type == "text" and not _is_text(values):
        yield f"{name} should be text and is {values.dtype}"
        return
    if not column.may_be_missing and values.isna().any():
        yield f"{name} is missing in {int(values.isna().sum())} rows and may not be"
    if column.allowed:
        odd = sorted({str(value) for value in values.dropna().unique()} - set(column.allowed))
        if odd:
            yield f"{name} holds {listed(odd)}; allowed are {', '.join(column.allowed)}"
    if column.type in ("int", "float"):
        yield from _range_faults(values, column)


def _is_of_type(values: pd.Series, column: Column) -> bool:
    kind = getattr(values.dtype, "kind", "O")
    allowed = _KINDS[column.type]
    return kind in allowed or (column.may_be_missing and kind == "f" and column.type == "int")


def _is_text(values: pd.Series) -> bool:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return True
    return pd.api.types.is_string_dtype(values.dtype) or values.empty


def _range_faults(values: pd.Series, column: Column) -> Iterator[str]:
    numbers = values.dropna().to_numpy(dtype=float)
    if not np.isfinite(numbers).all():
        yield f"{column.name} holds an infinite number"
    for limit, is_beyond, words in (
        (column.at_least, np.less, "at least"),
        (column.at_most, np.greater, "at most"),
    ):
        if limit is not None and is_beyond(numbers, limit).any():
            found = numbers[is_beyond(numbers, limit)][0]
            yield f"{column.name} holds {found:g}; it must be {words} {limit:g}"


def _geometry_faults(frame: pd.DataFrame) -> Iterator[str]:
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        yield "the geometry has no coordinate reference system"
        return
    if frame.crs.is_geographic:
        yield f"the geometry is in degrees ({frame.crs.to_string()}); steps compute in metres"
    shapes = np.asarray(frame.geometry.array)
    if shapely.is_missing(shapes).any():
        yield f"{int(shapely.is_missing(shapes).sum())} rows have no geometry"
    # Not the bounds: these pass over a vertex in the middle of a line.
    if not np.isfinite(shapely.get_coordinates(shapes)).all():
        yield "a geometry has a coordinate that is not a finite number"


def _shape_faults(shapes: npt.NDArray[np.object_], column: Column) -> Iterator[str]:
    """Yield which kinds of shape stand there that should not; an empty one is of any kind."""
    drawn = shapes[~shapely.is_empty(shapes) & ~shapely.is_missing(shapes)]
    _, first = np.unique(shapely.get_type_id(drawn), return_index=True)
    odd = sorted({shape.geom_type for shape in drawn[first]} - set(column.shapes))
    if odd:
        yield f"{column.name} holds {listed(odd)}; allowed are {', '.join(column.shapes)}"


def ordered(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return a table with columns and rows in the order of its contract.

    Rows are sorted by the key, so that the same inputs give the same bytes whatever the order
    in which they were read.

    Parameters
    ----------
    frame
        Any table that keeps the contract.
    table
        The contract.

    Returns
    -------
    pandas.DataFrame
        The same rows; a GeoDataFrame stays one.
    """
    names = [name for column in table.columns for name in _matching(frame, column)]
    missing = [key for key in table.key if key not in names]
    if missing:
        raise TableBreaksItsContract(f"{table.name}: the key {quoted(missing[0])} is missing.")
    return frame[names].sort_values(list(table.key), kind="stable").reset_index(drop=True)
