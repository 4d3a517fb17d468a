"""Parks, water, land in waiting and everything else that covers ground."""

from demo.grid import ellipse, rectangle
from demo.model import Area, Point

_GATE = {"barrier": "gate"}
_OPEN = {"barrier": "entrance"}
_LOCKED = {"barrier": "gate", "locked": "yes", "access": "private"}
ISLAND = ellipse((3660, 1750), (205, 108), 32, 0.06)


def _park(
    name: str, outline: tuple[Point, ...], gates: dict[Point, dict[str, str]], **tags: str
) -> Area:
    return Area(name, outline, {"leisure": "park"} | tags, gates=gates)


PARKS = (
    _park(
        "Victoria Park",
        ((2010, 1110), (2190, 1110), (2190, 1290), (2100, 1290), (2010, 1290), (2010, 1200)),
        {(2100, 1290): _GATE, (2010, 1200): _LOCKED},
        opening_hours="dawn-dusk",
    ),
    _park("The Dell", rectangle(2415, 1115, 2585, 1285), {}),
    _park(
        "Abbey Gardens",
        ((1200, 1832), (1400, 1834), (1400, 1885), (1300, 1885), (1200, 1885)),
        {(1300, 1885): _GATE},
    ),
    Area(
        "Sampleton Park",
        (
            (1060, 2360),
            (1240, 2360),
            (1390, 2360),
            (1420, 2390),
            (1420, 2500),
            (1420, 2660),
            (1240, 2660),
            (1100, 2660),
            (1060, 2620),
        ),
        {"type": "multipolygon", "leisure": "park"},
        (ellipse((1285, 2520), (60, 38), 20),),
        {(1240, 2360): _GATE, (1420, 2500): _OPEN, (1240, 2660): _GATE},
        outer_parts=2,
        hole_tags={"natural": "water", "water": "lake", "name": "Boating Lake"},
    ),
    _park(
        "Nethercote Green",
        ((-300, 1110), (-200, 1110), (-120, 1110), (-120, 1250), (-300, 1250)),
        {(-200, 1110): _OPEN},
    ),
    _park(
        "Jubilee Park",
        ((1660, 3400), (1940, 3400), (1940, 3520), (1940, 3620), (1660, 3620), (1660, 3500)),
        {(1660, 3500): _GATE, (1940, 3520): _GATE},
    ),
    _park(
        "Orchard Park",
        ((1060, 3540), (1250, 3540), (1250, 3700), (1060, 3700), (1060, 3620)),
        {(1060, 3620): _GATE},
    ),
    _park(
        "Moor Park",
        ((1980, 400), (2100, 400), (2230, 400), (2230, 230), (1980, 250)),
        {(2100, 400): _GATE},
    ),
    _park(
        "Dock Green",
        ((2640, 2280), (2700, 2280), (2780, 2280), (2780, 2150), (2640, 2150)),
        {(2700, 2280): _GATE},
    ),
    _park("Eastholme Park", rectangle(4700, 2640, 4940, 2800), {}),
    _park("Beacon Lodge Grounds", rectangle(1230, 560, 1420, 760), {}, access="private"),
    Area(
        "Canon's Garden",
        rectangle(1250, 2130, 1360, 2210),
        {"leisure": "garden", "garden:type": "private", "access": "private"},
    ),
)

GREEN = (
    Area(
        "Victoria Park Playground",
        ((2140, 1220), (2165, 1220), (2165, 1240), (2140, 1240), (2140, 1230)),
        {"leisure": "playground"},
        gates={(2140, 1230): _GATE},
        keep_clear=False,
    ),
    Area(
        "Jubilee Play Area",
        ((1785, 3450), (1800, 3450), (1815, 3450), (1815, 3425), (1785, 3425)),
        {"leisure": "playground"},
        gates={(1800, 3450): _OPEN},
        keep_clear=False,
    ),
    Area(
        "Park Street Allotments",
        ((2215, 915), (2385, 915), (2385, 1085), (2300, 1085), (2215, 1085)),
        {"landuse": "allotments"},
        gates={(2300, 1085): _GATE},
    ),
    Area(
        "Foss Beck Allotments",
        ((430, 3480), (560, 3420), (640, 3600), (500, 3650)),
        {"landuse": "allotments"},
    ),
    Area(
        "Nursery Lane Community Garden",
        ((935, 3130), (975, 3130), (975, 3160), (975, 3190), (935, 3190)),
        {"leisure": "garden", "garden:type": "community"},
        gates={(975, 3160): _GATE},
    ),
    Area(
        "Alma Street Ball Court",
        ((2215, 1185), (2245, 1185), (2245, 1215), (2215, 1215), (2215, 1200)),
        {"leisure": "pitch", "sport": "multi"},
        gates={(2215, 1200): _OPEN},
    ),
    Area(
        "Jubilee Football Pitch",
        rectangle(1840, 3540, 1930, 3600),
        {"leisure": "pitch", "sport": "soccer"},
        keep_clear=False,
    ),
    Area(
        "Fenside Recreation Ground",
        rectangle(3300, 680, 3390, 860),
        {"landuse": "recreation_ground"},
    ),
    Area(
        "Fenside Cricket Ground",
        rectangle(3306, 690, 3384, 850),
        {"leisure": "pitch", "sport": "cricket"},
        keep_clear=False,
    ),
    Area(
        "Beacon Hill",
        (
            (500, 380),
            (760, 330),
            (960, 480),
            (960, 720),
            (800, 900),
            (560, 920),
            (430, 760),
            (420, 520),
        ),
        {"leisure": "nature_reserve", "natural": "wood"},
    ),
    Area("Foss Wood", ((300, 4290), (700, 4320), (680, 4460), (320, 4450)), {"natural": "wood"}),
    Area(
        "Fen Reserve",
        ((3420, 520), (3940, 480), (3960, 980), (3600, 1060), (3400, 900)),
        {"leisure": "nature_reserve", "natural": "wetland"},
    ),
    Area(
        "Sampleton Golf Club",
        ((3250, 3440), (3950, 3420), (3930, 3960), (3300, 3960)),
        {"leisure": "golf_course"},
    ),
    Area(
        "Cemetery Road Cemetery",
        ((380, 2710), (880, 2740), (860, 2850), (380, 2850)),
        {"landuse": "cemetery"},
    ),
    Area(
        "St Hild's Churchyard",
        rectangle(1470, 2130, 1580, 2200),
        {"amenity": "grave_yard", "religion": "christian"},
    ),
    Area("Bow Wood", ((2480, -300), (2760, -480), (2760, -300), (2480, -480)), {"natural": "wood"}),
    Area("Carr Meadow", rectangle(3000, -560, 3250, -300), {"landuse": "meadow"}),
)

UNUSED = (
    Area(
        "Former Sample Vale Foundry", rectangle(2860, 2420, 3180, 2660), {"landuse": "brownfield"}
    ),
    Area("Goods Yard", rectangle(1850, 2740, 2240, 2850), {"landuse": "brownfield"}),
    Area(
        "Fenside Phase 2",
        ((3080, 520), (3240, 500), (3190, 800), (3020, 800)),
        {"landuse": "greenfield"},
    ),
    Area("Beck Fields", rectangle(900, 60, 1150, 120), {"landuse": "greenfield"}),
    Area("Quayside Works", rectangle(2880, 2080, 2960, 2180), {"landuse": "construction"}),
)

SITES = (
    Area("Crofts Primary School", rectangle(1615, 1115, 1785, 1285), {"amenity": "school"}),
    Area(
        "School Pitch",
        rectangle(1630, 1130, 1730, 1190),
        {"leisure": "pitch", "sport": "soccer"},
        keep_clear=False,
    ),
    Area("Northfield Academy", rectangle(2280, 3420, 2500, 3640), {"amenity": "school"}),
    Area(
        "Academy Pitch",
        rectangle(2300, 3520, 2420, 3620),
        {"leisure": "pitch", "sport": "soccer", "access": "private"},
        keep_clear=False,
    ),
    Area("St Hild's C of E Primary School", rectangle(640, 2440, 780, 2540), {"amenity": "school"}),
    Area("Fenside Primary School", rectangle(2800, 1000, 2960, 1120), {"amenity": "school"}),
    Area("Beacon Primary School", rectangle(1120, 1080, 1280, 1200), {"amenity": "school"}),
    Area("Sampleton High School", rectangle(1330, 1210, 1540, 1430), {"amenity": "school"}),
    Area("Sample Vale College", rectangle(480, 3060, 640, 3200), {"amenity": "college"}),
    Area("Sample Mills", rectangle(2060, 2440, 2590, 2640), {"landuse": "industrial"}),
    Area("Mill Lane Depot", rectangle(820, 2560, 980, 2660), {"landuse": "industrial"}),
    Area("Foss Retail Park", rectangle(2020, 4215, 2560, 4400), {"landuse": "retail"}),
    Area("Foundry Estate", rectangle(2640, 2320, 2840, 2680), {"landuse": "industrial"}),
    Area(
        "Dockside", rectangle(2980, 2320, 3180, 2400), {"landuse": "commercial"}, keep_clear=False
    ),
    Area(
        "Market Square",
        rectangle(1615, 2210, 1680, 2270),
        {"amenity": "marketplace", "opening_hours": "Tu,Fr,Sa 08:00-15:00"},
    ),
    Area("Sampleton General Hospital", rectangle(2050, 3000, 2250, 3180), {"amenity": "hospital"}),
)

FIELDS = (
    Area("", rectangle(1615, 2810, 1690, 2835), {"amenity": "parking"}),
    Area("", rectangle(1000, 2882, 1845, 2918), {"landuse": "railway"}, keep_clear=False),
    Area("", rectangle(1000, 1715, 1570, 1750), {"landuse": "grass"}, keep_clear=False),
    Area("", rectangle(1660, 1745, 2560, 1780), {"landuse": "grass"}, keep_clear=False),
    Area("", rectangle(-1850, 3300, -1100, 4000), {"landuse": "farmland"}, keep_clear=False),
    Area("", rectangle(-900, 2320, -60, 2780), {"landuse": "farmland"}, keep_clear=False),
    Area("", rectangle(-900, 100, -100, 1000), {"landuse": "farmland"}, keep_clear=False),
    Area("", rectangle(-900, -1800, 100, -900), {"landuse": "farmland"}, keep_clear=False),
    Area("", rectangle(1600, -1800, 3200, -960), {"landuse": "farmland"}, keep_clear=False),
    Area("", rectangle(3450, -1800, 4600, -800), {"landuse": "farmland"}, keep_clear=False),
    Area("", rectangle(4150, 450, 5800, 1500), {"landuse": "farmland"}, keep_clear=False),
    Area("", rectangle(1350, 4420, 2900, 5150), {"landuse": "farmland"}, keep_clear=False),
    Area("", rectangle(3150, 4350, 4300, 5100), {"landuse": "farmland"}, keep_clear=False),
    Area("", rectangle(-800, 4400, 1100, 5200), {"landuse": "farmland"}, keep_clear=False),
    Area("", rectangle(1350, 5380, 2850, 6300), {"landuse": "farmland"}, keep_clear=False),
    Area("", rectangle(20, 2680, 270, 2860), {"landuse": "farmland"}, keep_clear=False),
    Area(
        "",
        ((20, 2950), (280, 2950), (320, 3260), (20, 3230)),
        {"landuse": "farmland"},
        keep_clear=False,
    ),
    Area(
        "",
        ((20, 3280), (330, 3320), (420, 3700), (900, 4020), (20, 4030)),
        {"landuse": "farmland"},
        keep_clear=False,
    ),
    Area(
        "",
        ((3280, 2780), (3900, 2500), (3980, 2860), (3400, 2870)),
        {"landuse": "farmland"},
        keep_clear=False,
    ),
    Area("", rectangle(20, 60, 210, 1060), {"landuse": "farmland"}, keep_clear=False),
    Area(
        "",
        ((3100, 1200), (3280, 1250), (3500, 1400), (3900, 1420), (3980, 1100), (3300, 1080)),
        {"landuse": "meadow"},
        keep_clear=False,
    ),
    Area("Holme Carr", rectangle(5200, 2150, 5800, 2560), {"natural": "wood"}),
    Area("Long Plantation", rectangle(-1800, -600, -1150, -420), {"natural": "wood"}),
)

AREAS = PARKS + GREEN + UNUSED + SITES + FIELDS
