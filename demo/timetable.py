"""Write a small bus timetable as operators publish theirs: a GTFS feed, two routes, three months.

Route 1 runs both ways along London Road, Station Road and North Road: from 6:00 every quarter of an
hour, from 19:00 every half, on Sundays every hour from 9:00 to 18:00. Route 2 runs east along
Eastgate every ten minutes from 7:00 until before 19:00, weekdays only, and is written as a
frequency. Nothing calls at Quay Street, which the feed knows. New Year's Day is a holiday.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from demo.grid import to_degrees
from demo.model import Point
from demo.plan.stops import STOPS

MAIN_ROAD = (
    "Southdale", "Crofts School", "Bridge Street", "Park Lane", "Sampleton Station",
    "Nursery Corner", "Jubilee Park", "Motorway View",
)  # fmt: skip
EASTBOUND = ("Sampleton Park", "Tanneries", "Eastgate", "Dockside")
WITHOUT_BUSES = ("Quay Street",)
BETWEEN_STOPS_MIN = 2
WEEKDAY_STARTS = (*range(6 * 60, 19 * 60, 15), *range(19 * 60, 24 * 60, 30))
SUNDAY_STARTS = tuple(range(9 * 60, 18 * 60 + 1, 60))
_DATE = (2026, 1, 1, 0, 0, 0)
_NAMED = {stop.name: stop for stop in STOPS}


def write(path: Path) -> None:
    """Write the feed; the same bytes every time."""
    tables = {
        "agency.txt": _AGENCY,
        "calendar.txt": _CALENDAR,
        "calendar_dates.txt": "service_id,date,exception_type\nWK,20260101,2\nSU,20260101,1\n",
        "frequencies.txt": (
            "trip_id,start_time,end_time,headway_secs\n2-east,07:00:00,19:00:00,600\n"
        ),
        "routes.txt": "route_id,agency_id,route_short_name,route_type\n1,SMP,1,3\n2,SMP,2,3\n",
        "stop_times.txt": "\n".join((_TIMES_HEADER, *_times())) + "\n",
        "stops.txt": "\n".join((_STOPS_HEADER, *_stops())) + "\n",
        "trips.txt": "\n".join((_TRIPS_HEADER, *(row for row, *_ in _trips()))) + "\n",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), text, zipfile.ZIP_DEFLATED)


_AGENCY = (
    "agency_id,agency_name,agency_url,agency_timezone\n"
    "SMP,Sampleton Buses (synthetic),https://example.org,Europe/London\n"
)
_CALENDAR = (
    "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "WK,1,1,1,1,1,1,0,20251229,20260329\nSU,0,0,0,0,0,0,1,20251229,20260329\n"
)
_STOPS_HEADER = "stop_id,stop_name,stop_lat,stop_lon"
_TRIPS_HEADER = "route_id,service_id,trip_id"
_TIMES_HEADER = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type"


def _stops() -> Iterator[str]:
    for name in (*MAIN_ROAD, *EASTBOUND, *WITHOUT_BUSES):
        stop = _NAMED[name]
        places: tuple[Point, Point] = (stop.adjacent, stop.opposite)
        for code, (lon, lat) in zip(stop.codes, to_degrees(places), strict=True):
            yield f"{code},{name},{lat:.6f},{lon:.6f}"


def _trips() -> Iterator[tuple[str, str, int, tuple[str, ...]]]:
    """Yield the row of each trip, its id, the minute in which it begins, and its stops."""
    north = tuple(_NAMED[name].codes[0] for name in MAIN_ROAD)
    south = tuple(_NAMED[name].codes[1] for name in reversed(MAIN_ROAD))
    for service, starts in (("WK", WEEKDAY_STARTS), ("SU", SUNDAY_STARTS)):
        for start in starts:
            for way, codes in (("north", north), ("south", south)):
                trip = f"1-{way}-{service}-{start}"
                yield f"1,{service},{trip}", trip, start, codes
    east = tuple(_NAMED[name].codes[0] for name in EASTBOUND)
    yield "2,WK,2-east", "2-east", 7 * 60, east


def _times() -> Iterator[str]:
    for _, trip, start, codes in _trips():
        for place, code in enumerate(codes):
            minute = start + place * BETWEEN_STOPS_MIN
            time = f"{minute // 60:02d}:{minute % 60:02d}:00"
            yield f"{trip},{time},{time},{code},{place + 1},0"
