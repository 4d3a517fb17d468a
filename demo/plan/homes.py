"""Homes placed by hand, from which the known answers are walked.

Each stands alone beside its street; the number of a home is the number of its OSM way.
"""

from demo.model import Point

HOME_SIZE = (10, 8)

HOMES: dict[str, Point] = {
    "victoria_street": (1988, 1200),
    "strand": (1300, 1688),
    "inkerman_street": (2388, 1250),
    "motorway_view": (2200, 3938),
    "hill_road": (60, 1088),
    "alma_street": (2212, 1400),
    "new_bridge_road_400": (2612, 1173),
    "new_bridge_road_408": (2612, 1181),
    "london_road_800": (1588, 1173),
    "bridge_street_1200": (1588, 1573),
    "trafalgar_street": (2250, 1312),
    "albion_street": (1812, 1200),
    "nelson_street_chapel": (2500, 1378),
    "nelson_street_pub": (1900, 1378),
    "trafalgar_street_pharmacy": (2060, 1312),
    "holm_cross": (3700, 1758),
    "inkerman_street_fragment": (2412, 1000),
}
