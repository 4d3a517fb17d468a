"""NaPTAN: every bus stop, station entrance, tram stop and ferry landing of Great Britain."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipeline.config.place import NaptanStops
from pipeline.errors import SourceFailed, listed, quoted
from pipeline.files.writing import write_bytes
from pipeline.sources.addresses import shown
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.forms import CSV
from pipeline.sources.http import Client
from pipeline.sources.reading import OddAnswer, as_csv, as_rows, read_as

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
# The whole of Great Britain is some 100 MB.
_LARGEST = 300_000_000


def fetch(place: NaptanStops, area: Area, client: Client, folder: Path) -> Fetched:
    """Fetch all stops of some areas, wherever they lie and whatever their status.

    Parameters
    ----------
    place
        The codes of the areas; national ones hold rail, metro and ferries.
    area
        Not asked for: the service knows areas by their codes only, and later steps clip.
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
    del area
    address = f"{place.api.rstrip('/')}/v1/access-nodes"

    def read(body: bytes) -> tuple[list[str], list[list[str]]]:
        columns, rows = as_rows(body)
        _must_have_columns(columns, address)
        _must_be_unique(_of(columns, rows, "ATCOCode"))
        return columns, rows

    params = {"dataFormat": "csv", "atcoAreaCodes": ",".join(place.naptan)}
    columns, rows = read_as(client, address, CSV, read, params, _LARGEST)
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
