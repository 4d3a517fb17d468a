"""Footpaths, squares, steps, service roads and the ways on which nobody may walk."""

from demo.grid import ellipse
from demo.model import Point, Street

_FOOT = {"surface": "asphalt"}
_PUBLIC = {"access": "private", "designation": "public_footpath"}


def _foot(*points: Point, name: str = "", grade: int = 0, **tags: str) -> Street:
    return Street(name, "footway", points, _FOOT | tags, grade=grade)


def _bridge(*points: Point, name: str = "") -> Street:
    return _foot(*points, name=name, grade=1, bridge="yes", layer="1")


def _tunnel(*points: Point) -> Street:
    return _foot(*points, grade=-1, tunnel="yes", layer="-1", lit="yes")


def _service(*points: Point, **tags: str) -> Street:
    return Street("", "service", points, tags)


CENTRE = (
    Street(
        "High Street",
        "pedestrian",
        ((1600, 2000), (1600, 2200), (1600, 2280), (1600, 2300)),
        {"surface": "paving_stones", "lit": "yes"},
    ),
    Street(
        "Market Place",
        "pedestrian",
        ((1600, 2200), (1690, 2200), (1690, 2280), (1600, 2280), (1600, 2200)),
        {"area": "yes", "surface": "sett"},
    ),
    _foot((1690, 2240), (1760, 2240), (1760, 2300), name="Butter Passage"),
    Street(
        "Corn Street",
        "living_street",
        ((1600, 2100), (1800, 2100), (1800, 2300)),
        {"surface": "sett"},
        homes="terrace",
    ),
    Street("Tanner Row", "residential", ((1800, 2100), (1800, 1900)), {}, homes="terrace"),
    Street(
        "Friar Street",
        "residential",
        ((1600, 2100), (1400, 2100), (1400, 2300)),
        {},
        homes="terrace",
    ),
    Street("Canon Street", "residential", ((1400, 2100), (1400, 1900)), {}, homes="terrace"),
    Street("Park Lane", "residential", ((1440, 2300), (1440, 2700)), {"lit": "yes"}, homes="villa"),
    _foot((2608, 1900), (2608, 2300), footway="sidewalk"),
    Street(
        "Riverside Path",
        "cycleway",
        ((1600, 1740), (2600, 1740)),
        {"foot": "designated", "segregated": "yes", "surface": "asphalt"},
    ),
    Street(
        "Station Approach",
        "service",
        ((1600, 2800), (1700, 2850), (1780, 2862)),
        {"sidewalk": "both"},
    ),
    _bridge((1780, 2862), (1780, 2938), name="Station footbridge"),
    _foot((1780, 2938), (1780, 3000)),
    _foot((1600, 3000), (1780, 3000), (1900, 3010)),
    _foot((1000, 2700), (1000, 2860)),
    _tunnel((1000, 2860), (1000, 2940)),
    _foot((1000, 2940), (1000, 2960)),
    Street(
        "", "busway", ((1700, 2700), (1700, 2600), (1600, 2560)), {"access": "no", "bus": "yes"}
    ),
    Street("Abbey Line Path", "cycleway", ((600, 1890), (620, 2130), (600, 2380)), {}),
)

PARKS = (
    # Victoria Park: a gate in the north wall, a locked one in the west wall
    _foot((2100, 1300), (2100, 1290), (2100, 1230), (2100, 1200), (2010, 1200), (2000, 1200)),
    _foot((2100, 1230), (2140, 1230)),
    # The Dell: one path leads in, a footbridge passes over it and a tunnel under it
    _foot((2500, 1100), (2500, 1180)),
    _foot((2400, 1250), (2405, 1250)),
    _bridge((2405, 1250), (2595, 1250), name="Dell Bridge"),
    _foot((2595, 1250), (2600, 1250)),
    _foot((2450, 1100), (2450, 1108)),
    _tunnel((2450, 1108), (2450, 1292)),
    _foot((2450, 1292), (2450, 1300)),
    # Abbey Gardens
    _foot((1300, 1900), (1300, 1885), (1300, 1850)),
    # Sampleton Park, round the lake
    _foot(
        (1240, 2300),
        (1240, 2360),
        (1240, 2430),
        (1170, 2520),
        (1240, 2610),
        (1240, 2660),
        (1240, 2700),
    ),
    _foot((1240, 2430), (1370, 2450), (1370, 2500), (1370, 2590), (1240, 2610)),
    _foot((1370, 2500), (1420, 2500), (1440, 2500)),
    # Nethercote Green, just over the border
    _foot((-200, 1100), (-200, 1110), (-200, 1180)),
    # Jubilee Park and its play space
    _foot((1600, 3500), (1660, 3500), (1800, 3500), (1940, 3520), (2000, 3520)),
    _foot((1800, 3500), (1800, 3450)),
    # Orchard Park, Moor Park, Dock Green
    _foot((1000, 3620), (1060, 3620), (1120, 3640)),
    _foot((2100, 450), (2100, 400), (2090, 300)),
    _foot((2700, 2300), (2700, 2280), (2700, 2200)),
    # Beacon Hill: steps to the top
    Street("Beacon Path", "path", ((650, 1100), (680, 960), (700, 820)), {"surface": "gravel"}),
    Street("Jacob's Ladder", "steps", ((700, 820), (705, 740)), {"step_count": "96"}),
    Street(
        "Beacon Path",
        "path",
        ((705, 740), (710, 600), (880, 460), (1200, 250)),
        {"surface": "gravel"},
    ),
    Street("Beacon Path", "path", ((710, 600), (480, 560), (253, 600)), {"surface": "ground"}),
    # Allotments, the ball court, the community garden, Foss Wood
    _foot((2300, 1100), (2300, 1085), (2300, 1000)),
    _foot((2200, 1200), (2215, 1200)),
    _foot((1000, 3160), (975, 3160)),
    _foot((3500, 436), (3500, 480), (3600, 700)),
    Street("", "path", ((600, 4250), (560, 4330), (420, 4400)), {"surface": "ground"}),
    _foot((3183, 3500), (3250, 3500), (3600, 3600)),
)

SHORT_CUTS = (
    # A public footpath over private land, and three ways that are none
    Street("Chapel Passage", "footway", ((2500, 1300), (2500, 1366)), _PUBLIC),
    _service((1900, 1300), (1900, 1366), access="no"),
    _service((1950, 1366), (1950, 1433), foot="private"),
    _foot((2300, 1366), (2300, 1400), (2300, 1433), name="Cannon Passage"),
    Street(
        "Moor Farm Track",
        "track",
        ((2900, 110), (2850, -200), (2860, -822)),
        {"access": "private", "foot": "designated", "designation": "public_bridleway"},
    ),
    Street("", "track", ((3309, -1000), (2900, -1200), (2500, -1500)), {"access": "private"}),
    Street("Beck Path", "bridleway", ((1490, -450), (1000, -500), (600, -600), (200, -800)), {}),
    # Service roads
    *(
        _service((west, y), (west + 200, y), service="alley")
        for west, y in ((1600, 933), (1800, 933), (1600, 1333), (2000, 1333), (2200, 1466))
    ),
    *(_service((1440, y), (1424, y), service="driveway") for y in (2340, 2420, 2560, 2640)),
    _service((2600, 1440), (2616, 1440), service="driveway", access="private"),
    # Towards the motorway and across it
    _foot((1900, 3950), (1900, 3990)),
    _bridge((1900, 3990), (1900, 4110), name="Foss Footbridge"),
    _foot((1900, 4110), (1900, 4200)),
    _foot((2200, 4200), (2200, 4230)),
    _service((2320, 4200), (2320, 4300), (2480, 4300), (2480, 4200), service="parking_aisle"),
    _service((2060, 4200), (2060, 4300), (2140, 4340), service="drive-through", foot="no"),
)

WATERSIDE = (
    _foot((3200, 2300), (3270, 2130), (3340, 2070), name="Ferry Walk"),
    Street("", "path", ((3200, 1100), (3440, 1300), (3560, 1440)), {"surface": "ground"}),
    Street(
        "Gull Causeway",
        "path",
        ((3560, 1440), (3640, 1660)),
        {"tidal": "yes", "ford": "yes", "surface": "mud"},
    ),
    Street("", "footway", ((3640, 1660), (3660, 1675)), _FOOT),
    # Gull Holm has its own network, longer than a mapping fragment
    Street(
        "Holm Walk",
        "footway",
        (*ellipse((3660, 1750), (160, 75), 16), (3820, 1750)),
        _FOOT,
        homes="cottage",
    ),
    Street(
        "Holm Cross",
        "footway",
        ((3500, 1750), (3660, 1750), (3820, 1750)),
        _FOOT,
        homes="cottage",
    ),
    Street("Landing Path", "footway", ((3660, 1675), (3660, 1825), (3660, 1840)), _FOOT),
    # A fragment that leads nowhere and must not catch anybody
    _foot((2420, 996), (2420, 1004), (2428, 1004)),
)

PATHS = CENTRE + PARKS + SHORT_CUTS + WATERSIDE

NODE_TAGS: dict[Point, dict[str, str]] = {
    (2010, 1200): {"barrier": "gate", "locked": "yes", "access": "private"},
    (2100, 1290): {"barrier": "gate"},
    (2300, 1400): {"barrier": "gate", "locked": "yes"},
    (2600, 2900): {"railway": "level_crossing"},
    (1600, 2290): {"highway": "crossing", "crossing": "zebra"},
    (1600, 2010): {"barrier": "bollard"},
    (1000, 2945): {"barrier": "cycle_barrier"},
    (180, 1100): {"public_transport": "stop_position", "bus": "yes", "name": "Ridge Road End"},
    (220, 1100): {"public_transport": "stop_position", "bus": "yes", "name": "Ridge Road End"},
}
"""Tags of points on streets; a point that is not yet a vertex of its street becomes one."""
