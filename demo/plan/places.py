"""Hand-placed buildings and points: what people walk to."""

from demo.model import Place, Point, Tags

_SHOP = {"building": "retail", "building:levels": "2"}


def _node(x: float, y: float, **tags: str) -> Place:
    return Place((x, y), _colons(tags))


def _building(x: float, y: float, size: Point, door: Point | None = None, **tags: str) -> Place:
    return Place((x, y), {"building": "yes"} | _colons(tags), size, door)


def _colons(tags: Tags) -> dict[str, str]:
    return {key.replace("__", ":"): value for key, value in tags.items()}


COMMUNITY = (
    _building(1780, 1400, (20, 16), (1790, 1400), name="Crofts Library", amenity="library"),
    _building(
        1560,
        2240,
        (24, 30),
        (1572, 2240),
        name="Sampleton Central Library & Archive",
        amenity="library",
        building="civic",
        wheelchair="yes",
    ),
    _building(
        2560,
        3270,
        (30, 20),
        (2560, 3280),
        name="Northfield Community Centre & Library",
        amenity="library",
        building="community_centre",
    ),
    _building(
        2560, 1480, (20, 16), (2560, 1488), name="Crofts Community Hub", amenity="community_centre"
    ),
    _building(
        2480,
        620,
        (24, 16),
        (2480, 612),
        name="Fenside Youth Club",
        amenity="community_centre",
        community_centre="youth_centre",
    ),
    _building(
        640,
        3320,
        (22, 14),
        (640, 3313),
        name="Northfield Village Hall",
        amenity="community_centre",
        community_centre="village_hall",
    ),
    _building(
        1660,
        2330,
        (26, 30),
        (1660, 2315),
        name="Sampleton Town Hall",
        amenity="townhall",
        building="civic",
    ),
    _building(1765, 1930, (40, 28), (1765, 1916), name="Theatre Royal", amenity="theatre"),
    _building(
        1880, 2330, (24, 24), (1880, 2318), name="The Tannery Arts Centre", amenity="arts_centre"
    ),
    _building(1520, 2070, (20, 20), (1530, 2070), name="Café Zoë", amenity="cafe"),
)

WORSHIP = (
    _building(
        2530,
        1316,
        (20, 16),
        (2530, 1308),
        name="Ebenezer Chapel",
        amenity="place_of_worship",
        religion="christian",
        denomination="methodist",
        building="chapel",
    ),
    _building(
        1525,
        2165,
        (50, 22),
        (1550, 2165),
        name="St Hild's Church",
        amenity="place_of_worship",
        religion="christian",
        building="church",
    ),
    _building(
        2150,
        2330,
        (24, 20),
        (2150, 2320),
        name="Masjid an-Noor",
        amenity="place_of_worship",
        religion="muslim",
        building="mosque",
    ),
    _building(
        1180,
        3275,
        (24, 18),
        (1180, 3284),
        name="Our Lady & St Bega",
        amenity="place_of_worship",
        religion="christian",
        building="church",
    ),
    _building(
        1250,
        940,
        (20, 16),
        (1250, 932),
        name="Beacon Gospel Hall",
        amenity="place_of_worship",
        religion="christian",
    ),
)

HEALTH = (
    _node(2330, 1292, amenity="doctors", name="Trafalgar Street Surgery"),
    _building(
        1480, 2330, (24, 20), (1480, 2320), name="Westgate Medical Centre", amenity="doctors"
    ),
    _building(
        1960, 3330, (30, 20), (1960, 3320), name="Northfield Health Centre", amenity="doctors"
    ),
    _building(1400, 465, (20, 16), (1395, 473), name="Moor Lane Practice", amenity="doctors"),
    _building(2100, 1312, (16, 12), (2100, 1306), name="Trafalgar Pharmacy", amenity="pharmacy"),
    _node(2100, 1310, amenity="pharmacy", name="Trafalgar Pharmacy"),
    _building(1920, 3330, (16, 12), (1920, 3324), name="Northfield Pharmacy", amenity="pharmacy"),
    _building(2250, 470, (16, 12), (2250, 464), name="Moor Lane Pharmacy", amenity="pharmacy"),
)

FOOD = (
    _building(
        2200,
        4250,
        (120, 40),
        (2200, 4230),
        name="Foss Superstore",
        shop="supermarket",
        building="retail",
    ),
    _building(2420, 4255, (80, 40), None, name="Foss DIY", shop="doityourself", building="retail"),
    _building(
        2560,
        1078,
        (20, 14),
        (2560, 1085),
        name="Park Street Stores",
        shop="convenience",
        building="retail",
    ),
    _building(
        1700, 1484, (16, 12), (1700, 1490), name="Bailey's Bakery", shop="bakery", building="retail"
    ),
    _building(
        1580,
        3265,
        (18, 14),
        (1589, 3265),
        name="North Road Food Store",
        shop="convenience",
        building="retail",
    ),
    _building(
        1580,
        3245,
        (18, 14),
        (1589, 3245),
        name="North Road Post Office",
        amenity="post_office",
        building="retail",
    ),
    _building(
        1420, 960, (16, 12), None, name="Beacon Stores", shop="convenience", building="retail"
    ),
    _building(
        2700, 640, (30, 20), None, name="Fenside Foods", shop="supermarket", building="retail"
    ),
    _building(
        560, 2420, (18, 14), None, name="Abbey Mini Market", shop="convenience", building="retail"
    ),
    _building(
        2720, 2120, (30, 20), None, name="Quayside Grocer", shop="greengrocer", building="retail"
    ),
    _building(
        -940, 1140, (18, 14), None, name="Nethercote Village Shop", shop="farm", building="retail"
    ),
)

PUBS = (
    _node(1910, 1292, amenity="pub", name="The Lord Nelson"),
    _building(1570, 1960, (24, 16), (1582, 1960), name="The Fox & Hounds", amenity="pub"),
    _building(1640, 2960, (22, 16), None, name="The Railway", amenity="pub"),
    _building(2560, 3330, (22, 16), None, name="The Jubilee", amenity="pub"),
    _building(660, 1070, (22, 16), None, name="The Beacon Inn", amenity="pub"),
    _building(-960, 1180, (22, 16), None, name="The Plough", amenity="pub"),
    _building(2520, 930, (20, 14), (2520, 923), name="Drovers' Café", amenity="cafe"),
    _node(1395, 2500, amenity="cafe", name="Pavilion Café"),
)

EMPTY = (
    _building(2060, 1935, (50, 24), None, name="Corn Mill", disused__building="industrial"),
    _building(2300, 2750, (40, 30), None, abandoned__building="warehouse", building="ruins"),
    _building(920, 2750, (40, 24), None, name="Former Empire Cinema", disused__amenity="cinema"),
    Place(
        (3040, 2470), {"demolished:building": "industrial", "name": "Foundry Shed No. 3"}, (60, 30)
    ),
)

TRANSPORT = (
    _building(
        1730, 2882, (70, 12), (1730, 2876), name="Sampleton Station", building="train_station"
    ),
    _node(
        1760,
        2900,
        railway="station",
        public_transport="station",
        name="Sampleton",
        naptan__AtcoCode="9100SMPLTON",
    ),
    _node(1600, 2735, amenity="bicycle_rental", name="Station Cycle Hire", capacity="16"),
    _node(1630, 1892, amenity="bicycle_rental", name="Old Bridge Cycle Hire", capacity="10"),
    _node(2592, 1692, amenity="bicycle_rental", name="New Bridge Cycle Hire", capacity="12"),
    _node(3345, 2064, amenity="ferry_terminal", name="Holm Ferry"),
    _node(3660, 1850, amenity="ferry_terminal", name="Gull Holm Landing"),
)

COMFORTS = (
    _node(2504, 1180, amenity="bench"),
    _node(2108, 1250, amenity="bench", backrest="yes"),
    _node(1304, 1860, amenity="bench"),
    _node(1236, 2440, amenity="bench"),
    _node(1662, 2230, amenity="bench"),
    _node(1668, 2230, amenity="bench"),
    _node(1804, 3490, amenity="bench"),
    _node(712, 612, amenity="bench", name="In memory of Ann O'Hara"),
    _node(1900, 1736, amenity="bench"),
    _node(1694, 2206, amenity="toilets", name="Market Place Toilets", fee="no"),
    _node(1360, 2452, amenity="toilets", fee="no"),
    _node(2210, 4238, amenity="toilets", access="customers"),
    _node(1670, 2264, amenity="drinking_water"),
    _node(1232, 2432, amenity="drinking_water"),
    _node(1806, 3502, amenity="drinking_water"),
    _node(1646, 2244, tourism="artwork", name="The Glass", artwork_type="sculpture"),
)

SMALL = (
    _building(3660, 1768, (14, 10), None, name="Holm Reading Room", building="hall"),
    _node(1608, 2730, amenity="taxi"),
    _node(1652, 2204, amenity="post_box"),
)

GROUNDS = (
    _building(1700, 1240, (90, 40), (1700, 1220), name="Crofts Primary School", building="school"),
    _building(2440, 3480, (80, 60), None, building="school"),
    _building(710, 2500, (60, 30), None, building="school"),
    _building(2880, 1070, (70, 30), None, building="school"),
    _building(1200, 1150, (70, 30), None, building="school"),
    _building(1440, 1370, (100, 60), None, building="school"),
    _building(560, 3150, (80, 50), None, building="college"),
    _building(2150, 3100, (120, 70), None, building="hospital"),
    _building(2740, 2400, (120, 60), None, building="industrial"),
    _building(2740, 2520, (120, 60), None, building="industrial"),
    _building(2200, 2540, (160, 80), None, building="industrial"),
    _building(2440, 2540, (160, 80), None, building="warehouse"),
    _building(900, 2610, (80, 50), None, building="warehouse"),
    _building(3080, 2350, (120, 40), None, building="office"),
)

PLACES = (
    *COMMUNITY,
    *WORSHIP,
    *HEALTH,
    *FOOD,
    *PUBS,
    *EMPTY,
    *TRANSPORT,
    *COMFORTS,
    *SMALL,
    *GROUNDS,
)

HIGH_STREET: tuple[Tags, ...] = (
    {"shop": "bakery", "name": "Bailey's of Sampleton"},
    {"shop": "clothes", "name": "Threads"},
    {"shop": "vacant"},
    {"amenity": "cafe", "name": "The Copper Kettle"},
    {"shop": "butcher", "name": "J. Ness & Daughters"},
    {"disused:shop": "shoes", "name": "Cobb's"},
    {"amenity": "bank", "name": "Ridings Bank"},
    {"shop": "greengrocer", "name": "Peel & Core"},
    {"shop": "charity", "name": "Hospice Shop"},
    {"shop": "vacant"},
    {"amenity": "pharmacy", "name": "High Street Chemist"},
    {"shop": "books", "name": "The Book Nook"},
    {"amenity": "post_office", "name": "Sampleton Post Office"},
    {"shop": "hairdresser", "name": "Curl Up & Dye"},
    {"disused:shop": "department_store", "name": "Former Hartley's"},
    {"amenity": "cafe", "name": "Crème Brew-lée"},
    {"shop": "optician", "name": "Clearview"},
    {"shop": "vacant"},
    {"shop": "convenience", "name": "High Street Express"},
    {"amenity": "pub", "name": "The King's Arms"},
    {"shop": "florist", "name": "Bloomin' Lovely"},
    {"shop": "vacant", "note": "let agreed"},
    {"amenity": "restaurant", "name": "Jalapeño"},
    {"shop": "jewelry", "name": "Argent"},
)
"""What is in the shops of the High Street, from south to north."""

HIGH_STREET_PLOTS = (*range(1914, 2086, 8), *range(2118, 2190, 8))
"""How far north each plot stands; Friar Street and Corn Street pass between the two rows."""
