"""What every client of a service is told, and what it hands over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path


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
