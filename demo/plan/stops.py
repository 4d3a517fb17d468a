"""Bus stops in pairs, tram stops and the railway station's points of access."""

from demo.model import Point, Stop

_NORTH_SOUTH: tuple[tuple[str, str, float, float], ...] = (
    ("Southdale", "London Road", 1500, 250),
    ("Crofts School", "London Road", 1600, 1200),
    ("Bridge Street", "Bridge Street", 1600, 1640),
    ("Park Lane", "Station Road", 1600, 2500),
    ("Sampleton Station", "Station Road", 1600, 2760),
    ("Nursery Corner", "North Road", 1600, 3150),
    ("Jubilee Park", "North Road", 1600, 3550),
    ("Motorway View", "North Road", 1600, 3880),
    ("South Road East", "New Bridge Road", 2600, 1000),
    ("The Dell", "New Bridge Road", 2600, 1400),
    ("New Bridge", "New Bridge Road", 2600, 2100),
    ("Foundry Gates", "New Bridge Road", 2600, 2500),
    ("Hospital Lane", "New Bridge Road", 2600, 3100),
    ("Academy", "New Bridge Road", 2600, 3600),
    ("Drove Road End", "Drove Road", 3300, 300),
    ("West End", "Foundry Road", 300, 2500),
)
_EAST_WEST: tuple[tuple[str, str, float, float], ...] = (
    ("Ridge Road End", "Hill Road", 200, 1100),
    ("The Beacon Inn", "Hill Road", 600, 1100),
    ("Nethercote Green", "Hill Road", -400, 1100),
    ("Hill Foot", "Hill Road", 1400, 900),
    ("South Road", "South Road", 2100, 900),
    ("Crofts Road", "Crofts Road", 2000, 1500),
    ("Albert Road", "Albert Road", 1300, 1500),
    ("Sampleton Park", "Westgate", 1240, 2300),
    ("Tanneries", "Eastgate", 2000, 2300),
    ("Eastgate", "Eastgate", 2400, 2300),
    ("Dockside", "Eastgate", 2900, 2300),
    ("Abbey Gardens", "Quay Street", 1400, 1900),
    ("Quay Street", "Quay Street", 2200, 1900),
    ("Village Hall", "Northfield Road", 700, 3300),
    ("Orchard Road End", "Northfield Road", 1300, 3300),
    ("Health Centre", "Northfield Road", 2000, 3300),
    ("Northfield", "Northfield Road", 2400, 3300),
    ("Foss Retail Park", "Foss Way", 2240, 4200),
    ("Fosscote", "Foss Way", 1560, 4200),
)
_UNMAPPED = {"Academy", "Fosscote", "Southdale"}
_CLOSED = {"Fosscote"}
_APART_M = 20
_KERB_M = 4


def _stop(number: int, name: str, street: str, x: float, y: float, *, is_upright: bool) -> Stop:
    """Place a pair: traffic keeps left, so a bus going north stops on the west side."""
    if is_upright:
        first, second = (x - _KERB_M, y - _APART_M), (x + _KERB_M, y + _APART_M)
    else:
        first, second = (x - _APART_M, y + _KERB_M), (x + _APART_M, y - _KERB_M)
    return Stop(
        number,
        name,
        street,
        first,
        second,
        ("N", "S") if is_upright else ("E", "W"),
        is_mapped=name not in _UNMAPPED,
        is_active=name not in _CLOSED,
    )


STOPS = (
    *(_stop(n, *row, is_upright=True) for n, row in enumerate(_NORTH_SOUTH, 1)),
    *(_stop(n, *row, is_upright=False) for n, row in enumerate(_EAST_WEST, 101)),
)

TRAM_STOPS: dict[str, Point] = {"Market Place": (1760, 2290), "Dockside": (3050, 2290)}

STATION_NAME = "Sampleton Rail Station"
STATION: tuple[tuple[str, str, Point], ...] = (
    ("9100SMPLTON", "RLY", (1760, 2900)),
    ("9100SMPLTON0", "RPL", (1760, 2894)),
    ("9100SMPLTON1", "RSE", (1730, 2876)),
    ("9100SMPLTON2", "RSE", (1780, 3000)),
)
FERRY_NAME = "Gull Holm Ferry"
FERRY: tuple[tuple[str, str, Point], ...] = (
    ("9300SMPHLM1", "FTD", (3345, 2064)),
    ("9300SMPHLM2", "FER", (3660, 1850)),
)
