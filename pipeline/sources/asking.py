"""What every client of a service is told, and what it hands over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.config import BoundariesTable, CautionLayer, CouncilLayer, RecordsTable
from pipeline.errors import SourceFailed, listed, quoted
from pipeline.files.declared import DeclaredInput


@dataclass(frozen=True)
class Area:
    """The district that is asked for: its code, and the box around it in degrees.

    The box reaches beyond the district as far as anybody walks.
    """

    code: str
    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Fetched:
    """A whole file: where it lies, how many rows it has, of what day it is, who was asked.

    `date` is the day on which the server says the data was last changed, if it says; `asked` is
    an address as notes may show it.
    """

    path: Path
    rows: int | None
    date: date | None
    asked: str


def must_have_columns(declared: DeclaredInput, columns: list[str], where: str) -> None:
    """Hold the columns of a layer against those that the declaration lists.

    Parameters
    ----------
    declared
        The input.
    columns
        Those that the layer has.
    where
        What a message calls the layer.

    Raises
    ------
    SourceFailed
        If one is not there.
    """
    table, there = declared.declared, {name.strip().casefold() for name in columns}
    wanted: list[tuple[str, ...]] = []
    if isinstance(table, BoundariesTable):
        wanted = [table.code, table.name]
    elif isinstance(table, RecordsTable):
        wanted = [table.id, table.name]
    elif isinstance(table, CouncilLayer):
        wanted = [(table.name,)]
    elif isinstance(table, CautionLayer):
        wanted = [(name,) for name in (table.name, *table.where) if name]
    for names in wanted:
        if names and not {name.casefold() for name in names} & there:
            raise SourceFailed(
                f"{where}: has no column {' or '.join(map(quoted, names))}; it has "
                f"{listed(columns, 20)}."
            )
