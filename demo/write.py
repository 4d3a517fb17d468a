"""Write every file of the district beside its place, then move all of them in."""

import tempfile
from pathlib import Path

from demo import (
    census,
    deprivation,
    land,
    openstreetmap,
    packages,
    people,
    terrain,
    timetable,
    transport,
)
from demo.town import draw

LAST_FILE = "README.md"
README = """\
# Sampleton: a district that does not exist

Everything in this folder is synthetic. Sampleton lies in the North Sea off Yorkshire; its area
codes (E07099999, E01099901 and on), its bus stop codes (999...) and its OpenStreetMap numbers
(nodes from 90,000,000,001) are not in use. No figure here says anything about a real place.

The files have the formats in which the real ones are published:

| file | format |
|---|---|
| `sampleton.osm.pbf` | OpenStreetMap extract |
| `lsoa_2021_boundaries.gpkg` | ONS LSOA 2021 boundaries, generalised and clipped, EPSG:27700 |
| `File_7_IoD2025_...csv` | English Indices of Deprivation 2025, File 7 |
| `census2021-ts001-lsoa.csv`, `census2021-ts041-lsoa.csv` | Census 2021 residents and households |
| `census2021-ts007a-lsoa.csv` | Census 2021 residents by five-year bands of age |
| `brownfield-land-register.csv` | statutory brownfield land register |
| `naptan-stops.csv` | NaPTAN access nodes |
| `os_open_greenspace.gpkg` | OS Open Greenspace sites and access points, EPSG:27700 |
| `council_markets.csv` | a council's own list of markets |
| `council_flood_zones.geojson` | a council's own layer of flood zones, GeoJSON |
| `council_allotments.zip` | a council's own layer of allotments, a shapefile, EPSG:27700 |
| `bus_timetables.zip` | bus timetables, General Transit Feed Specification |
| `terrain50/` | OS Terrain 50 grid tiles |

The same version of the generator on the same machine writes the same bytes every time.
"""


def write_all(folder: Path) -> dict[str, int]:
    """Write the district's raw files and return the way number of each hand-placed home.

    Files are built beside ``folder`` and renamed into it one by one, so that no file in it is
    ever half written; a file that stood there before is replaced. The note comes last, so that
    where it stands everything stands.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.tmp") as scratch:
        built = Path(scratch)
        homes = _build(built)
        paths = (p for p in built.rglob("*") if p.is_file())
        for path in sorted(paths, key=lambda p: (p.name == LAST_FILE, p)):
            target = folder / path.relative_to(built)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
    return homes


def _build(folder: Path) -> dict[str, int]:
    town = draw()
    counts = people.count([*town.homes, *town.known_homes.values()])
    homes = openstreetmap.write(town, folder / "sampleton.osm.pbf")
    packages.write_boundaries(folder / "lsoa_2021_boundaries.gpkg")
    packages.write_greenspace(folder / "os_open_greenspace.gpkg")
    packages.write_allotments(folder / "council_allotments.zip")
    timetable.write(folder / "bus_timetables.zip")
    terrain.write(folder / "terrain50")
    texts = {
        deprivation.FILE_NAME: "\ufeff" + deprivation.table(counts.residents),
        "census2021-ts001-lsoa.csv": census.residents(counts),
        "census2021-ts007a-lsoa.csv": census.ages(counts),
        "census2021-ts041-lsoa.csv": census.households(counts),
        "brownfield-land-register.csv": land.brownfield(),
        "naptan-stops.csv": transport.table(),
        "council_markets.csv": land.markets(),
        "council_flood_zones.geojson": land.flood_zones(),
        LAST_FILE: README,
    }
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode("utf-8"))
    return homes
