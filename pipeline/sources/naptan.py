"""NaPTAN: every bus stop, station entrance, tram stop and ferry landing of Great Britain."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipeline.config.place import NaptanStops
from pipeline.errors import SourceFailed, listed, quoted
from pipeline.files.declared import DeclaredInput
from pipeline.files.writing import write_bytes
from pipeline.sources.addresses import shown
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.forms import CSV
from pipeline.sources.http import Client
from pipeline.sources.reading import OddAnswer, as_csv, as_rows, iter_rows, read_as
from pipeline.sources.shelf import box_in

# The first bytes of the file, in which all of its heading is.
HEADING_BYTES = 4_096
COLUMNS = (
    "ATCOCode", "NaptanCode", "PlateCode", "CleardownCode", "CommonName", "CommonNameLang",
    "ShortCommonName", "ShortCommonNameLang", "Landmark", "LandmarkLang", "Street", "StreetLang",
    "Crossing", "CrossingLang", "Indicator", "IndicatorLang", "Bearing", "NptgLocalityCode",
    "LocalityName", "ParentLocalityName", "GrandParentLocalityName", "Town", "TownLang", "Suburb",
    "SuburbLang", "LocalityCentre", "GridType", "Easting", "Northing", "Longitude", "Latitude",
    "StopType", "BusStopType", "TimingStatus", "DefaultWaitTime", "Notes", "NotesLang",
    "AdministrativeAreaCode", "CreationDateTime", "ModificationDateTime", "RevisionNumber",
    "Modification", "Status",
)  # fmt: skip
_AREA_DIGITS = 3
_PLACE = ("Easting", "Northing", "Longitude", "Latitude")
GRID = "EPSG:27700"
RAIL = "910"
# The whole of Great Britain is some 100 MB.
_LARGEST = 300_000_000


def fetch(place: NaptanStops, area: Area, client: Client, folder: Path) -> Fetched:
    """Fetch all stops of some areas, wherever they lie; or all that lie around a district.

    Whatever their status: later steps choose.

    Parameters
    ----------
    place
        The codes of the areas; national ones hold rail, metro and ferries.
    area
        The district, around which stops are kept where no areas are named. It is not asked for:
        the service knows areas by their codes only.
    client
        Asks NaPTAN.
    folder
        Where the file is written.

    Returns
    -------
    Fetched
        A CSV file, cells as they came, in the order of `ATCOCode`; its date is the newest
        `ModificationDateTime`.

    Raises
    ------
    SourceFailed
        If they cannot be had whole, a column is gone, or an area has no stop.
    """
    address = f"{place.api.rstrip('/')}/v1/access-nodes"

    def read(body: bytes) -> tuple[list[str], list[list[str]]]:
        if not place.naptan:
            return _around(body, area, address)
        columns, rows = as_rows(body)
        _must_have_columns(columns, address)
        _must_be_unique(_of(columns, rows, "ATCOCode"))
        return columns, rows

    params = {"dataFormat": "csv"}
    if place.naptan:
        params["atcoAreaCodes"] = ",".join(place.naptan)
    columns, rows = read_as(client, address, CSV, read, params, _LARGEST)
    if not rows:
        raise SourceFailed(
            f"{client.service.name}: {shown(address)}: has no stop in or around the district; "
            "Northern Ireland is not in it."
        )
    codes = _of(columns, rows, "ATCOCode")
    found = {code[:_AREA_DIGITS] for code in codes}
    missing = [code for code in place.naptan if code not in found]
    if missing:
        raise SourceFailed(
            f"{client.service.name}: {shown(address)}: has no stop in the area {listed(missing)}; "
            "check the codes, which are the first three digits of a stop's ATCO code."
        )
    place_of_code = columns.index("ATCOCode")
    path = folder / "naptan.csv"
    write_bytes(as_csv(columns, sorted(rows, key=lambda row: row[place_of_code])), path)
    newest = _newest(_of(columns, rows, "ModificationDateTime"))
    return Fetched(path, len(rows), newest, shown(address))


def look(declared: DeclaredInput, area: Area, client: Client) -> str:
    """Ask for one small thing: the heading of the stops.

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
    del area
    place = declared.place
    assert isinstance(place, NaptanStops)
    address = f"{place.api.rstrip('/')}/v1/access-nodes"
    params = {"dataFormat": "csv"} | ({"atcoAreaCodes": place.naptan[0]} if place.naptan else {})
    first = client.beginning(address, CSV, params=params, least=HEADING_BYTES)
    columns = first.decode("utf-8-sig", "replace").splitlines()[0].replace('"', "").split(",")
    missing = sorted(set(COLUMNS) - set(columns))
    if missing:
        raise SourceFailed(f"{shown(address)}: without the columns {listed(missing, 20)}.")
    return f"{len(columns)} columns"


def _around(body: bytes, area: Area, address: str) -> tuple[list[str], list[list[str]]]:
    """Read the stops of the whole country row by row, and keep those around a district.

    They would fill more than a gigabyte, each cell an object of its own.
    """
    west, south, east, north = box_in(area, GRID)
    kept, codes = [], []
    rows = iter_rows(body)
    columns = next(rows)
    _must_have_columns(columns, address)
    at = {name: columns.index(name) for name in ("ATCOCode", *_PLACE)}
    for row in rows:
        codes.append(row[at["ATCOCode"]])
        x, y, lon, lat = (_number(row[at[name]]) for name in _PLACE)
        is_on_grid = west <= x <= east and south <= y <= north
        if is_on_grid or (area.west <= lon <= area.east and area.south <= lat <= area.north):
            kept.append(row)
    _must_be_unique(codes)
    if not any(code.startswith(RAIL) for code in codes):
        raise OddAnswer("holds no railway station, and so is not the whole country")
    return columns, kept


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan


def _must_have_columns(columns: list[str], address: str) -> None:
    missing = [name for name in COLUMNS if columns.count(name) != 1]
    if missing:
        raise SourceFailed(
            f"{shown(address)}: answers without the column {listed(missing)}, or with two of it; "
            "the service has changed, and this program must be changed with it."
        )


def _must_be_unique(codes: list[str]) -> None:
    if len(set(codes)) != len(codes):
        twice = Counter(codes).most_common(1)[0][0]
        raise OddAnswer(f"holds the stop {quoted(twice)} a second time")
    if "" in codes:
        raise OddAnswer("holds a stop without its code")


def _of(columns: list[str], rows: list[list[str]], name: str) -> list[str]:
    place = columns.index(name)
    return [row[place] for row in rows]


def _newest(times: list[str]) -> date | None:
    """Return the newest day that is not yet to come: some clocks of those who edit are wrong."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    days = []
    for time in times:
        try:
            days.append(date.fromisoformat(time[:10]))
        except ValueError:
            continue
    return max((day for day in days if day <= tomorrow), default=None)
