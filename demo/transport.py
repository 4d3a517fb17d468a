"""Write the public transport access nodes as NaPTAN publishes them: 43 columns, one row a stop."""

import csv
from collections.abc import Iterator
from io import StringIO

from demo.grid import to_degrees, to_national
from demo.model import Point, Stop
from demo.plan.stops import FERRY, FERRY_NAME, STATION, STATION_NAME, STOPS

_COLUMNS = (
    "ATCOCode,NaptanCode,PlateCode,CleardownCode,CommonName,CommonNameLang,ShortCommonName,"
    "ShortCommonNameLang,Landmark,LandmarkLang,Street,StreetLang,Crossing,CrossingLang,Indicator,"
    "IndicatorLang,Bearing,NptgLocalityCode,LocalityName,ParentLocalityName,"
    "GrandParentLocalityName,Town,TownLang,Suburb,SuburbLang,LocalityCentre,GridType,Easting,"
    "Northing,Longitude,Latitude,StopType,BusStopType,TimingStatus,DefaultWaitTime,Notes,"
    "NotesLang,AdministrativeAreaCode,CreationDateTime,ModificationDateTime,RevisionNumber,"
    "Modification,Status"
)
HEADER = _COLUMNS.split(",")
NOTE = "Synthetic: this stop does not exist"
BLANK_EVERY = 12
"""About one stop in twelve has no longitude and latitude, as in the real file."""


def table() -> str:
    """Return the whole file as text."""
    buffer = StringIO(newline="")
    writer = csv.DictWriter(buffer, HEADER, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_rows())
    return buffer.getvalue()


def _rows() -> Iterator[dict[str, str]]:
    n = 0
    for stop in STOPS:
        for side in (0, 1):
            n += 1
            yield _bus_stop(stop, side, has_degrees=n % BLANK_EVERY != 5)
    for name, group in ((STATION_NAME, STATION), (FERRY_NAME, FERRY)):
        for code, kind, point in group:
            row = {"ATCOCode": code, "CommonName": name, "StopType": kind, "Status": "active"}
            yield _common(point, has_degrees=True) | row


def _bus_stop(stop: Stop, side: int, *, has_degrees: bool) -> dict[str, str]:
    point = (stop.adjacent, stop.opposite)[side]
    return _common(point, has_degrees=has_degrees) | {
        "ATCOCode": stop.codes[side],
        "NaptanCode": f"smp{stop.number:03d}{'ab'[side]}",
        "CommonName": stop.name,
        "Street": stop.street,
        "Indicator": ("adj", "opp")[side],
        "Bearing": stop.bearings[side],
        "StopType": "BCT",
        "BusStopType": "MKD",
        "TimingStatus": "OTH",
        "Status": "active" if stop.is_active else "inactive",
        "Modification": "new" if stop.is_active else "delete",
    }


def _common(point: Point, *, has_degrees: bool) -> dict[str, str]:
    (east, north), (lon, lat) = to_national([point])[0], to_degrees([point])[0]
    return {
        "CommonNameLang": "en",
        "NptgLocalityCode": "E9900001",
        "LocalityName": "Sampleton",
        "Town": "Sampleton",
        "LocalityCentre": "false",
        "GridType": "UKOS",
        "Easting": f"{east:.0f}",
        "Northing": f"{north:.0f}",
        "Longitude": f"{lon:.6f}" if has_degrees else "",
        "Latitude": f"{lat:.6f}" if has_degrees else "",
        "Notes": NOTE,
        "NotesLang": "en",
        "AdministrativeAreaCode": "999",
        "CreationDateTime": "2026-01-01T00:00:00",
        "ModificationDateTime": "2026-01-01T00:00:00",
        "RevisionNumber": "1",
        "Modification": "new",
    }
