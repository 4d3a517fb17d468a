"""Write the council's brownfield land register, its list of markets and its flood zones."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

from demo.grid import rectangle, to_degrees, to_national
from demo.model import Point

_COLUMNS = (
    "OrganisationURI,OrganisationLabel,SiteReference,SiteNameAddress,SiteplanURL,GeoX,GeoY,"
    "Hectares,OwnershipStatus,Deliverable,PlanningStatus,PermissionType,PermissionDate,"
    "PlanningHistory,MinNetDwellings,NetDwellingsRangeFrom,NetDwellingsRangeTo,"
    "HazardousSubstances,Notes,FirstAddedDate,LastUpdatedDate,EndDate"
)
BROWNFIELD_HEADER = _COLUMNS.split(",")
MARKETS_HEADER = ("Market name", "Days", "Address", "Easting", "Northing", "Last updated")

_PUBLIC = "owned by a public authority"
_NOT_PUBLIC = "not owned by a public authority"
_NOTE = "Synthetic entry in a synthetic register"

SITES: tuple[tuple[Point, dict[str, str]], ...] = (
    (
        (3020, 2540),
        {
            "SiteReference": "SAM/BLR/001",
            "SiteNameAddress": "Former Sample Vale Foundry, Eastgate",
            "Hectares": "7.68",
            "OwnershipStatus": _NOT_PUBLIC,
            "Deliverable": "yes",
            "PlanningStatus": "permissioned",
            "PermissionType": "outline planning permission",
            "PermissionDate": "2024-05-14",
            "PlanningHistory": "SAM/23/0417/OUT",
            "MinNetDwellings": "180",
            "NetDwellingsRangeFrom": "180",
            "NetDwellingsRangeTo": "240",
            "HazardousSubstances": "yes",
        },
    ),
    (
        (2045, 2795),
        {
            "SiteReference": "SAM/BLR/002",
            "SiteNameAddress": "Goods Yard, Foundry Road",
            "Hectares": "4.29",
            "OwnershipStatus": "mixed ownership",
            "PlanningStatus": "not permissioned",
            "MinNetDwellings": "95",
        },
    ),
    (
        (2310, 2760),
        {
            "SiteReference": "SAM/BLR/003",
            "SiteNameAddress": "Bonded Warehouse, Foundry Road",
            "Hectares": "0.31",
            "OwnershipStatus": _NOT_PUBLIC,
            "PlanningStatus": "pending decision",
            "MinNetDwellings": "12",
        },
    ),
    (
        (2740, 700),
        {
            "SiteReference": "SAM/BLR/004",
            "SiteNameAddress": "Garage court, Moor Lane",
            "Hectares": "0.26",
            "OwnershipStatus": _PUBLIC,
            "Deliverable": "yes",
            "PlanningStatus": "permissioned",
            "PermissionType": "full planning permission",
            "PermissionDate": "2025-03-03",
            "PlanningHistory": "SAM/24/1102/FUL",
            "MinNetDwellings": "9",
        },
    ),
    (
        (1520, 3480),
        {
            "SiteReference": "SAM/BLR/005",
            "SiteNameAddress": "Former depot, North Road",
            "Hectares": "0.40",
            "OwnershipStatus": _PUBLIC,
            "PlanningStatus": "permissioned",
            "PermissionType": "full planning permission",
            "PermissionDate": "2019-11-20",
            "MinNetDwellings": "18",
            "EndDate": "2023-12-31",
        },
    ),
)

MARKETS: tuple[tuple[str, str, str, Point], ...] = (
    ("Sampleton Market (synthetic)", "Tuesday, Friday, Saturday", "Market Place", (1648, 2240)),
    (
        "Northfield Car Boot (synthetic)",
        "Sunday",
        "Northfield Academy, Northfield Road",
        (2390, 3440),
    ),
    (
        "Foss Farmers' Market (synthetic)",
        "First Saturday of the month",
        "Foss Retail Park",
        (2500, 4300),
    ),
)

# Where it may flood: beside the river up to the quays, and where the beck leaves the town.
FLOOD_ZONES: tuple[tuple[str, tuple[Point, ...]], ...] = (
    ("Flood zone 3", ((-300, 1560), (4300, 1440), (4300, 2060), (2800, 2090), (-300, 2040))),
    ("Flood zone 2", ((-300, 1500), (4400, 1380), (4400, 2120), (2600, 2120), (-300, 2080))),
    ("Flood zone 2", rectangle(700, 20, 950, 200)),
)


def flood_zones() -> str:
    """Return the council's own layer of flood zones as GeoJSON."""
    features = [
        {
            "type": "Feature",
            "properties": {"zone": zone, "note": "Synthetic"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [to_degrees([*outline, outline[0]]).tolist()],
            },
        }
        for zone, outline in FLOOD_ZONES
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=1) + "\n"


def brownfield() -> str:
    """Return the statutory register in the columns of the current data standard."""
    return _text(BROWNFIELD_HEADER, (_site(point, facts) for point, facts in SITES))


def markets() -> str:
    """Return the council's own list of markets."""
    rows = []
    for name, days, address, point in MARKETS:
        east, north = to_national([point])[0]
        values = (name, days, address, f"{east:.0f}", f"{north:.0f}", "01/12/2025")
        rows.append(dict(zip(MARKETS_HEADER, values, strict=True)))
    return _text(MARKETS_HEADER, rows)


def _site(point: Point, facts: Mapping[str, str]) -> dict[str, str]:
    lon, lat = to_degrees([point])[0]
    return {
        "OrganisationURI": "http://opendatacommunities.org/id/district-council/sampleton",
        "OrganisationLabel": "Sampleton Borough Council (synthetic)",
        "GeoX": f"{lon:.6f}",
        "GeoY": f"{lat:.6f}",
        "Notes": _NOTE,
        "FirstAddedDate": "2017-12-15",
        "LastUpdatedDate": "2025-12-12",
    } | dict(facts)


def _text(header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    buffer = StringIO(newline="")
    writer = csv.DictWriter(buffer, header, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()
