"""The neighbourhoods: codes that are not in use, names, deprivation ranks and household sizes.

A rank counts from 1 (most deprived) to 33,755. Two of them stand on either side of the border
between the first and the second tenth.
"""

from demo.model import Neighbourhood, Point

DISTRICT_CODE = "E07099999"
DISTRICT_NAME = "Sampleton"
POPULATION = 35_000
RANKS_IN_ENGLAND = 33_755

_FIRST_CODE = 1_099_901
_TABLE: tuple[tuple[str, int, float, tuple[Point, ...]], ...] = (
    # Beacon Hill and Westfield
    ("001A", 32_950, 2.35, ((531, 425), (1249, 550), (205, 1275))),
    # Southdale
    ("001B", 28_411, 2.45, ((1812, 227), (1238, 190))),
    # Moorside
    ("001C", 26_120, 2.50, ((3068, 249),)),
    # South Road
    ("001D", 24_602, 2.40, ((2131, 750),)),
    # Mount and Albert Road west
    ("001E", 22_009, 2.40, ((688, 1275), (501, 1600))),
    # Albert and Strand
    ("002A", 18_275, 2.35, ((1283, 1200), (1300, 1638))),
    # The Crofts
    ("002B", 3_376, 2.45, ((2100, 1000),)),
    ("002C", 8_190, 2.30, ((1900, 1200), (1900, 1400))),
    ("002D", 5_044, 2.35, ((2400, 1200), (2400, 1400))),
    ("002E", 9_871, 2.25, ((2100, 1650),)),
    # Fenside
    ("003A", 412, 2.75, ((2908, 1000), (3575, 1250))),
    # The old town, the Tanneries, the docks and Gull Holm
    ("003B", 11_530, 2.05, ((1850, 2064),)),
    ("003C", 12_866, 2.00, ((2350, 2064),)),
    ("003D", 15_702, 2.15, ((3349, 1952), (3295, 2700), (2330, 2600))),
    ("003E", 16_533, 2.20, ((1275, 2100),)),
    # Abbey and the west end
    ("004A", 25_377, 2.40, ((650, 2100), (153, 2075), (148, 2575))),
    # Mill Lane, the park and Foundry Road
    ("004B", 6_150, 2.40, ((650, 2640),)),
    ("004C", 7_248, 2.30, ((1300, 2600), (1830, 2600))),
    # North of the railway
    ("004D", 13_204, 2.30, ((1300, 3100),)),
    ("004E", 9_215, 2.35, ((1850, 3100), (2350, 3100))),
    ("005A", 19_940, 2.45, ((499, 3076), (506, 3725))),
    ("005B", 21_317, 2.45, ((1300, 3625),)),
    ("005C", 3_375, 2.70, ((1850, 3675), (2350, 3675), (2002, 4185))),
    ("005D", 29_800, 2.45, ((3290, 3200), (3306, 3525))),
)

NEIGHBOURHOODS = tuple(
    Neighbourhood(f"E0{_FIRST_CODE + n}", f"{DISTRICT_NAME} {suffix}", seeds, rank, size)
    for n, (suffix, rank, size, seeds) in enumerate(_TABLE)
)
