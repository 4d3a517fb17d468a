"""Main roads, the streets of the Crofts, the motorway, the railway and the river."""

from itertools import pairwise

from demo.model import Point, Street, Tags

_RESIDENTIAL = {"lit": "yes", "surface": "asphalt", "maxspeed": "20 mph"}
_MAIN = {"lit": "yes", "surface": "asphalt", "maxspeed": "30 mph", "sidewalk": "both"}
_LANE = {"surface": "asphalt", "maxspeed": "60 mph", "sidewalk": "no"}


def _road(name: str, kind: str, *points: Point, homes: str = "", **tags: str) -> Street:
    usual = _RESIDENTIAL if kind == "residential" else _MAIN
    return Street(name, kind, points, usual | _colons(tags), homes)


def _lane(name: str, *points: Point, homes: str = "") -> Street:
    return Street(name, "unclassified", points, _LANE, homes)


def _colons(tags: Tags) -> dict[str, str]:
    return {key.replace("__", ":"): value for key, value in tags.items()}


ROADS = (
    # South bank
    _road("Strand", "tertiary", (1000, 1700), (1600, 1700), (2600, 1700), (3000, 1640)),
    _road(
        "Fen Road",
        "tertiary",
        (3000, 1640),
        (3040, 1400),
        (3200, 1100),
        (3300, 450),
        sidewalk="separate",
        homes="semi",
    ),
    _road("Bridge Street", "secondary", (1600, 1500), (1600, 1760), ref="A6998", homes="terrace"),
    _road(
        "London Road",
        "secondary",
        (1600, 1500),
        (1600, 900),
        (1500, 500),
        (1500, 0),
        (1480, -900),
        (1500, -1900),
        ref="A6998",
    ),
    _road(
        "Albert Road",
        "tertiary",
        (1600, 1500),
        (1000, 1500),
        (400, 1450),
        (0, 1500),
        (-500, 1560),
        (-1000, 1480),
        homes="semi",
    ),
    _road(
        "Hill Road",
        "tertiary",
        (1600, 900),
        (1200, 900),
        (950, 1050),
        (650, 1100),
        (-600, 1100),
        (-1000, 1080),
        (-1900, 1000),
    ),
    _road(
        "Beacon Drive",
        "residential",
        (1500, 500),
        (1200, 250),
        (750, 130),
        (300, 300),
        (230, 750),
        (400, 1100),
        homes="villa",
    ),
    _road("Mount Street", "residential", (1000, 1700), (1000, 1500), (950, 1050), homes="semi"),
    _road("Ridge Road", "residential", (400, 1450), (400, 1100), homes="semi"),
    _road("Moor Lane", "tertiary", (1500, 500), (2100, 450), (2800, 600), (2600, 900)),
    _road("Marsh Road", "tertiary", (2800, 600), (3300, 450), (4000, 400), (5900, 300)),
    _road("Crofts Lane", "residential", (2600, 1500), (3040, 1400), homes="semi"),
    _road(
        "Drove Road",
        "residential",
        (750, 130),
        (800, 0),
        (1500, 0),
        (2400, 60),
        (3300, 150),
        (3300, 450),
        homes="semi",
    ),
    # North bank
    _road(
        "Quay Street",
        "tertiary",
        (300, 2000),
        (600, 1890),
        (900, 1900),
        (2600, 1900),
        (3050, 2060),
        (3200, 2300),
    ),
    _road("High Street", "tertiary", (1600, 1850), (1600, 2000), maxspeed="20 mph"),
    _road(
        "Westgate",
        "secondary",
        (1600, 2300),
        (1000, 2300),
        (600, 2380),
        (300, 2350),
        (0, 2300),
        (-1000, 2250),
        (-1900, 2200),
        ref="B9999",
    ),
    _road("Abbey Road", "residential", (300, 2000), (300, 2350), homes="semi"),
    _road("Mill Lane", "residential", (900, 1900), (1000, 2300), (1000, 2700), homes="terrace"),
    _road(
        "Eastgate",
        "secondary",
        (1600, 2300),
        (3200, 2300),
        (3700, 2450),
        (4000, 2500),
        (5000, 2600),
        (5900, 2650),
        ref="B9999",
    ),
    _road(
        "Foundry Road",
        "tertiary",
        (300, 2350),
        (300, 2650),
        (1000, 2700),
        (2600, 2700),
        (3300, 2700),
        (3700, 2450),
    ),
    _road("Station Road", "secondary", (1600, 2300), (1600, 2700), (1600, 3000), ref="A6998"),
    _road("North Road", "secondary", (1600, 3000), (1600, 3300), (1600, 3950), homes="semi"),
    _road(
        "Northfield Road",
        "tertiary",
        (-1900, 3200),
        (-1000, 3220),
        (0, 3250),
        (350, 3300),
        (2600, 3300),
        (3200, 3350),
        (4000, 3300),
        (5000, 3350),
        (5900, 3400),
    ),
    _road("Nursery Lane", "residential", (1000, 3300), (1000, 2960), homes="terrace"),
    _road("Foss Road", "residential", (350, 3300), (450, 3700), (1000, 3950), homes="semi"),
    _road("Orchard Road", "residential", (1000, 3300), (1000, 3950), homes="semi"),
    _road("Motorway View", "residential", (1000, 3950), (2600, 3950), homes="semi"),
    _road(
        "Golf Links Road", "residential", (2600, 3950), (3150, 3800), (3200, 3350), homes="villa"
    ),
    _road(
        "Foss Way",
        "tertiary",
        (-1000, 4300),
        (600, 4250),
        (1200, 4200),
        (2700, 4200),
        (3000, 4200),
        (4000, 4260),
        (5900, 4300),
    ),
    # The second bridge and what leads to it
    _road("New Bridge Road", "secondary", (2600, 900), (2600, 1760), ref="A6997"),
    _road("New Bridge Road", "secondary", (2600, 1860), (2600, 1900), ref="A6997"),
    _road(
        "New Bridge Road", "secondary", (2600, 1900), (2600, 2300), ref="A6997", sidewalk="separate"
    ),
    _road(
        "New Bridge Road",
        "secondary",
        (2600, 2300),
        (2600, 2700),
        (2600, 2900),
        (2600, 3300),
        (2600, 3950),
        ref="A6997",
    ),
    # Roads on bridges
    Street(
        "Old Bridge",
        "secondary",
        ((1600, 1760), (1600, 1850)),
        _MAIN | {"bridge": "yes", "layer": "1", "ref": "A6998"},
        grade=1,
    ),
    Street(
        "New Bridge",
        "secondary",
        ((2600, 1760), (2600, 1860)),
        _MAIN | {"bridge": "yes", "layer": "1", "ref": "A6997"},
        grade=1,
    ),
    _road("Western Way", "tertiary", (300, 2650), (300, 2860)),
    Street(
        "Western Way",
        "tertiary",
        ((300, 2860), (300, 2940)),
        _MAIN | {"bridge": "yes", "layer": "1"},
        grade=1,
    ),
    _road("Western Way", "tertiary", (300, 2940), (350, 3300)),
)

_CROFTS_ACROSS = {
    900: ("South Road", 1600, 2600),
    966: ("Balaclava Street", 1600, 2200),
    1033: ("Nightingale Street", 1600, 2200),
    1100: ("Park Street", 1600, 2600),
    1300: ("Trafalgar Street", 1600, 2600),
    1366: ("Nelson Street", 1600, 2600),
    1433: ("Collingwood Street", 1600, 2600),
    1500: ("Crofts Road", 1600, 2600),
}
_CROFTS_PIECES = (
    ("Raglan Street", 1166, 1800, 2000),
    ("Cardigan Street", 1233, 1800, 2000),
    ("Lucan Street", 1166, 2200, 2400),
    ("Scarlett Street", 1233, 2200, 2400),
    ("Codrington Street", 966, 2400, 2600),
    ("Saumarez Street", 1033, 2400, 2600),
    ("Hardy Street", 1566, 1600, 2600),
    ("Fremantle Street", 1633, 1600, 2600),
)
_CROFTS_DOWN = {
    1800: "Albion Street",
    2000: "Victoria Street",
    2200: "Alma Street",
    2400: "Inkerman Street",
}

CROFTS = (
    *(
        _road(name, "residential", (west, y), (east, y), homes="terrace", sidewalk="both")
        for y, (name, west, east) in _CROFTS_ACROSS.items()
    ),
    *(
        _road(name, "residential", (west, y), (east, y), homes="terrace", sidewalk="both")
        for name, y, west, east in _CROFTS_PIECES
    ),
    *(
        _road(name, "residential", (x, 900), (x, 1700), sidewalk="both")
        for x, name in _CROFTS_DOWN.items()
    ),
)

LANES = (
    _lane("Broad Lane", (4700, 363), (4620, 1100), (4400, 1560), homes="farm"),
    _lane("Reed Lane", (4620, 2100), (4400, 2220), (4230, 2220), homes="farm"),
    _lane("Ings Lane", (-600, 2270), (-620, 2560), (-560, 2780), homes="farm"),
    _lane("Intake Lane", (-400, 1100), (-420, 600), (-380, 100), homes="farm"),
    _lane("Common Lane", (-400, 3238), (-450, 3600), (-420, 3960), homes="farm"),
    _lane(
        "Nethercote Lane", (-1000, -1500), (-1000, 1080), (-1000, 1480), (-980, 1560), homes="farm"
    ),
    _lane("Long Lane", (-1900, -700), (-1000, -700), (200, -800), (1480, -900), homes="farm"),
    _lane("Southmoor Lane", (1480, -900), (2600, -850), (4000, -700), (5900, -750), homes="farm"),
    _lane("Drain Road", (4700, 363), (4700, -750), (4700, -1900), homes="farm"),
    _lane("Carr Lane", (3300, 150), (3300, -790), (3350, -1900)),
    _lane("Hodge Lane", (200, -800), (150, -1900)),
    _lane("Western Lane", (-1000, 2250), (-1000, 3220), (-1050, 4000)),
    _lane("Western Lane", (-1040, 4230), (-1000, 4300), (-900, 5500), (-950, 6400)),
    _lane("Eastholme Lane", (5000, 2600), (5000, 3350), (4950, 3800), homes="farm"),
    _lane("Holme Road", (4600, 2560), (4620, 2100), (5300, 2050), (5900, 2100), homes="farm"),
    _lane("North Foss Lane", (1200, 4200), (1200, 5300), (1250, 6400), homes="farm"),
    _lane("Cross Foss Lane", (-900, 5300), (1200, 5300), (3000, 5250), (5900, 5200), homes="farm"),
    _lane("Thorpe Lane", (4400, 4268), (4400, 5215), (4450, 6400), homes="farm"),
    Street(
        "Western Lane",
        "unclassified",
        ((-1050, 4000), (-1040, 4230)),
        _LANE | {"bridge": "yes", "layer": "1"},
        grade=1,
    ),
)

_M_TAGS = {"ref": "M999", "oneway": "yes", "lanes": "3", "maxspeed": "70 mph"}
_SLIP = {"oneway": "yes", "maxspeed": "70 mph"}
MOTORWAY_LINE = ((-1900, 4130), (0, 4070), (1500, 4050), (2600, 4050), (4000, 4020), (5900, 3920))
MOTORWAY = (
    Street("", "motorway", tuple((x, y - 10) for x, y in MOTORWAY_LINE), _M_TAGS, grade=2),
    Street(
        "", "motorway", tuple((x, y + 10) for x, y in reversed(MOTORWAY_LINE)), _M_TAGS, grade=2
    ),
    Street("", "motorway_link", ((4000, 4030), (3500, 4070), (3000, 4200)), _SLIP, grade=2),
    Street("", "motorway_link", ((3000, 4200), (2800, 4090), (2600, 4060)), _SLIP, grade=2),
    Street(
        "Northern Way",
        "trunk",
        ((3000, 4200), (3000, 5250), (2950, 6400)),
        {"ref": "A6999", "foot": "no", "maxspeed": "60 mph", "surface": "asphalt"},
    ),
)

RAIL_LINE: tuple[Point, ...] = (
    (-1900, 2800),
    (-500, 2890),
    (300, 2900),
    (1000, 2900),
    (1580, 2900),
    (1620, 2900),
    (2600, 2900),
    (3500, 2900),
    (5900, 3050),
)
TRAM_LINE: tuple[Point, ...] = (
    (1700, 2290),
    (1760, 2290),
    (2300, 2290),
    (3050, 2290),
    (3120, 2290),
)

RIVER_LINE: tuple[Point, ...] = (
    (-1900, 1600),
    (-1650, 1820),
    (-1300, 1900),
    (-1000, 1780),
    (-600, 1690),
    (-300, 1740),
    (0, 1850),
    (300, 1840),
    (550, 1765),
    (800, 1755),
    (1100, 1785),
    (1600, 1800),
    (1850, 1822),
    (2100, 1828),
    (2350, 1815),
    (2600, 1805),
    (2850, 1770),
    (3100, 1765),
    (3300, 1760),
    (4000, 1740),
    (4300, 1800),
    (4600, 1850),
    (4900, 1760),
    (5200, 1640),
    (5500, 1660),
    (5900, 1780),
)
BECK_LINE: tuple[Point, ...] = ((520, 120), (420, -200), (600, -600), (560, -1100), (700, -1900))


def rail_pieces() -> list[tuple[tuple[Point, Point], bool]]:
    """Consecutive pieces of the railway, each with whether it stands on a bridge."""
    return [(piece, piece[0][0] == 1580) for piece in pairwise(RAIL_LINE)]
