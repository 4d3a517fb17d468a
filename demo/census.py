"""Write Census 2021 tables as Nomis publishes them in bulk."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from demo.people import Census
from demo.plan.neighbourhoods import NEIGHBOURHOODS

RESIDENTS_HEADER = (
    "date",
    "geography",
    "geography code",
    "Residence type: Total; measures: Value",
    "Residence type: Lives in a household; measures: Value",
    "Residence type: Lives in a communal establishment; measures: Value",
)
AGES_HEADER = (
    "date",
    "geography",
    "geography code",
    "Age: Total",
    "Age: Aged 4 years and under",
    *(f"Age: Aged {first} to {first + 4} years" for first in range(5, 85, 5)),
    "Age: Aged 85 years and over",
)
HOUSEHOLDS_HEADER = (
    "date",
    "geography",
    "geography code",
    "Number of households: Total; measures: Value",
)
YEAR = 2021


def residents(census: Census) -> str:
    """Return table TS001, usual residents."""
    rows = zip(census.residents, census.in_communal, strict=True)
    return _table(RESIDENTS_HEADER, ((n, n - c, c) for n, c in rows))


def households(census: Census) -> str:
    """Return table TS041, number of households."""
    return _table(HOUSEHOLDS_HEADER, ((n,) for n in census.households))


def ages(census: Census) -> str:
    """Return table TS007A, residents by five-year bands of age."""
    return _table(AGES_HEADER, ((sum(bands), *bands) for bands in census.by_age))


def _table(header: Sequence[str], values: Iterable[Sequence[int]]) -> str:
    buffer = StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(header)
    for area, row in zip(NEIGHBOURHOODS, values, strict=True):
        writer.writerow([YEAR, area.name, area.code, *row])
    return buffer.getvalue()
