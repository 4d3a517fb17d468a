"""Nomis: the census, for the small areas of a district.

The service ends an answer after 25,000 rows without a word; RECORD_COUNT says how many there are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from pathlib import Path

from pipeline.config.place import NomisTable
from pipeline.errors import SourceFailed, listed, quoted
from pipeline.files.declared import DeclaredInput
from pipeline.files.writing import write_bytes
from pipeline.sources.addresses import shown
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.forms import CSV
from pipeline.sources.http import Client
from pipeline.sources.reading import (
    HasChanged,
    OddAnswer,
    as_csv,
    as_rows,
    must_be_unchanged,
    read_as,
    tried_anew,
)

CODE, VALUE, COUNT = "GEOGRAPHY_CODE", "OBS_VALUE", "RECORD_COUNT"
PAGE = 25_000
# The counts of persons or households, not shares of them.
NUMBERS = "20100"
_CODE = re.compile(r"[A-Z0-9]{1,12}")


@dataclass(frozen=True)
class _Page:
    count: int
    values: dict[str, str]


def fetch(place: NomisTable, area: Area, client: Client, folder: Path) -> Fetched:
    """Fetch the newest number of a census table for every small area of a district.

    Where several categories count, each is asked for by itself and whole, then added.

    Parameters
    ----------
    place
        The table, the type of the areas, and what else chooses one number for each.
    area
        The district, by its code.
    client
        Asks Nomis.
    folder
        Where the file is written.

    Returns
    -------
    Fetched
        A CSV file of `GEOGRAPHY_CODE` and `OBS_VALUE`, in the order of codes. Its date is not
        known: the service does not say when a table was made.

    Raises
    ------
    SourceFailed
        If they cannot be had whole, there are none, or an area has more than one number.
    """
    if not _CODE.fullmatch(area.code):
        raise SourceFailed(
            f"{client.service.name}: {quoted(area.code)} is not the code of an area."
        )
    address = f"{place.api.rstrip('/')}/api/v01/dataset/{place.nomis}.data.csv"
    values = tried_anew(lambda: _sums(place, area, client, address))
    path = folder / f"{place.nomis.lower()}.csv"
    write_bytes(as_csv([CODE, VALUE], [[code, values[code]] for code in sorted(values)]), path)
    return Fetched(path, len(values), None, shown(address))


def look(declared: DeclaredInput, area: Area, client: Client) -> str:
    """Ask for one small thing: the number of one area.

    Parameters
    ----------
    declared
        The input that lies there.
    area
        The district that needs it.
    client
        Asks the service.

    Returns
    -------
    str
        What was seen.

    Raises
    ------
    SourceFailed
        If it is not what config says.
    """
    place = declared.place
    assert isinstance(place, NomisTable)
    address = f"{place.api.rstrip('/')}/api/v01/dataset/{place.nomis}.data.csv"
    wanted = (CODE, VALUE, COUNT)

    def read(body: bytes) -> int:
        columns, rows = as_rows(body)
        columns = [name.strip().upper() for name in columns]
        missing = [name for name in wanted if name not in columns]
        if missing:
            raise SourceFailed(f"{shown(address)}: without the columns {listed(missing)}.")
        if len(rows) != 1 or not rows[0][columns.index(COUNT)].isdecimal():
            raise OddAnswer(f"holds {len(rows)} rows, and one with the number of all was asked for")
        return int(rows[0][columns.index(COUNT)])

    one_each = {
        name: value if isinstance(value, str) else value[0]
        for name, value in place.dimensions.items()
    }
    params = {
        "date": "latest", "geography": f"{area.code}{place.type}", **one_each,
        "measures": NUMBERS, "select": ",".join(wanted), "recordlimit": "1",
    }  # fmt: skip
    return f"{read_as(client, address, CSV, read, params):,} areas in {area.code}"


def _sums(place: NomisTable, area: Area, client: Client, address: str) -> dict[str, str]:
    """Ask for each category that counts, and add their numbers up for every area."""
    chosen = {
        name: (value,) if isinstance(value, str) else value
        for name, value in place.dimensions.items()
    }
    found = [
        _all_values(place, area, client, address, dict(zip(chosen, one, strict=True)))
        for one in product(*chosen.values())
    ]
    if len(found) == 1:
        return found[0]
    if any(values.keys() != found[0].keys() for values in found):
        raise HasChanged(
            f"{client.service.name}: {shown(address)}: gives some areas in one category and not in "
            "another; nothing of it is kept."
        )
    return {code: str(sum(Decimal(values[code]) for values in found)) for code in found[0]}


def _all_values(
    place: NomisTable, area: Area, client: Client, address: str, dimensions: dict[str, str]
) -> dict[str, str]:
    query = {
        "date": "latest",
        "geography": f"{area.code}{place.type}",
        **dimensions,
        "measures": NUMBERS,
        "select": f"{CODE},{VALUE},{COUNT}",
    }
    values: dict[str, str] = {}
    first: int | None = None
    while first is None or len(values) < first:
        asked = query | ({"recordoffset": str(len(values))} if values else {})
        page = read_as(client, address, CSV, _reader(place, area, values, PAGE), asked)
        first = page.count if first is None else first
        must_be_unchanged(first, page.count, client, address)
        values |= page.values
        client.progress.page(len(values), first)
    if first > PAGE:
        asked = query | {"recordlimit": "1"}
        again = read_as(client, address, CSV, _reader(place, area, {}, 1), asked)
        must_be_unchanged(first, again.count, client, address)
    return values


def _reader(
    place: NomisTable, area: Area, earlier: dict[str, str], limit: int
) -> Callable[[bytes], _Page]:
    where = f"{place.nomis} for {area.code}{place.type}"

    def read(body: bytes) -> _Page:
        columns, rows = as_rows(body)
        columns = [name.strip().upper() for name in columns]
        if any(columns.count(name) != 1 for name in (CODE, VALUE, COUNT)):
            raise OddAnswer(
                f"has the columns {quoted(', '.join(columns))}, and {CODE}, {VALUE} and {COUNT} "
                "were asked for"
            )
        if not rows and not earlier and limit > 1:
            raise SourceFailed(
                f"{where}: there is nothing; check the table, the type of the areas and the code "
                "of the district, which may be younger than the census."
            )
        cells = [dict(zip(columns, row, strict=True)) for row in rows]
        counts = {row[COUNT] for row in cells}
        count = (
            int(next(iter(counts))) if len(counts) == 1 and next(iter(counts)).isdecimal() else -1
        )
        due = max(0, min(limit, count - len(earlier)))
        if count < 0 or len(cells) != due:
            raise OddAnswer(
                f"holds {len(cells):,} rows from row {len(earlier):,}, says that there are "
                f"{quoted(', '.join(sorted(counts)) or 'none')}, and {due:,} were due"
            )
        return _Page(count, _values(cells, earlier, where))

    return read


def _values(cells: list[dict[str, str]], earlier: dict[str, str], where: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for row in cells:
        code, value = row[CODE].strip(), row[VALUE].strip()
        if not _CODE.fullmatch(code) or not _is_number(value):
            raise OddAnswer(f"holds the number {quoted(value)} for the area {quoted(code)}")
        if code in values:
            raise SourceFailed(
                f"{where}: has more than one number for the area {quoted(code)}; choose one of "
                "each further dimension of the table, under `dimensions`."
            )
        if code in earlier:
            raise OddAnswer(f"holds the area {quoted(code)} a second time")
        values[code] = value
    return values


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
