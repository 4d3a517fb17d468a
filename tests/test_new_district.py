"""`make new-district`, by the real Makefile, against services on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from tests.servers import arcgis, faulty, nation
from tests.servers.faulty import Server, serving
from tests.tiny import Project

KNOWN = {
    "E07000126": ("South Ribble", ""),
    "E07000195": ("Newcastle-under-Lyme", ""),
    "E08000021": ("Newcastle upon Tyne", ""),
    "E06000023": ("Bristol, City of", ""),
    "N09000003": ("Belfast", ""),
    "W06000022": ("Newport", "Casnewydd"),
}
# Where they lie in this test, in metres of the British grid.
WEST = {"E07000126": 350_000, "W06000022": 330_000}
RIBBLE = """\
name: South Ribble
code: E07000126
nation: england
openstreetmap:
  at: {geofabrik: lancashire}
"""


def services(year: int = 26) -> nation.Nation:
    """Serve two editions of the list of authorities, the older of which has one more."""

    def edition(year: int, codes: list[str]) -> arcgis.Table:
        cells = {
            f"LAD{year}CD": codes,
            f"LAD{year}NM": [KNOWN.get(code, ("Gone", ""))[0] for code in codes],
            f"LAD{year}NMW": [KNOWN.get(code, ("", "Wedi mynd"))[1] for code in codes],
        }
        west = [WEST.get(code, 100_000) for code in codes]
        squares = [shapely.box(x, 420_000, x + 9_000, 430_000) for x in west]
        return nation.layer_of(gpd.GeoDataFrame(cells, geometry=squares, crs=27700))

    names = {n: f"Local_Authority_Districts_May_20{n}_Boundaries_UK_BGC" for n in (year - 1, year)}
    layers = {
        names[year - 1]: edition(year - 1, [*KNOWN, "E07000029"]),
        names[year]: edition(year, [*KNOWN]),
        names[year].replace("BGC", "BUC"): edition(year, ["E07000029"]),
    }
    regions = {
        "united-kingdom": (shapely.box(-9, 49, 3, 61), Path("u.osm.pbf")),
        "lancashire": (shapely.box(-3.08, 53.4, -2.0, 54.3), Path("l.osm.pbf")),
        "somewhere-small": (shapely.box(-2.75, 53.68, -2.74, 53.69), Path("s.osm.pbf")),
    }
    return nation.Nation(layers=layers, regions=regions)


@pytest.fixture
def founded(tmp_path: Path) -> Iterator[tuple[Project, Server]]:
    """Give a copy of the project whose services are on this machine."""
    project = Project.new(tmp_path / "project")
    with serving(services().route) as server:
        nation.point_at(project.folder, server.address, {})
        yield project, server


def found(project: Project, name: str) -> str:
    """Found a district and return what is said."""
    run = project.make("new-district", NAME=name)
    assert run.returncode == 0, run.stdout
    return run.stdout


@pytest.mark.slow
def test_a_district_is_written_by_name_and_by_code_and_never_over_another(
    founded: tuple[Project, Server],
) -> None:
    project, server = founded
    said = found(project, "south ribble")
    assert "South Ribble (E07000126), map of lancashire; now `make south-ribble`" in said
    path = project.districts / "south-ribble.yaml"
    assert path.read_text(encoding="utf-8") == RIBBLE
    assert not any("BUC" in asked.path for asked in server.asked)
    path.write_text(RIBBLE + "notice: Ours.\n", encoding="utf-8")
    run = project.make("new-district", NAME="E07000126")
    assert run.returncode
    assert "south-ribble.yaml: is there already, and is not written over" in run.stdout
    assert path.read_text(encoding="utf-8").endswith("notice: Ours.\n")
    found(project, "Casnewydd")
    newport = (project.districts / "newport.yaml").read_text(encoding="utf-8")
    assert "code: W06000022\nnation: wales\n" in newport
    assert "geofabrik: united-kingdom" in newport  # the land around it lies in two
    found(project, "Bristol")
    assert "City of" in (project.districts / "bristol.yaml").read_text(encoding="utf-8")
    assert "south-ribble" in project.built("help")
    for name in ("south-ribble", "newport", "bristol"):
        project.built(f"data/interim/{name}/district.json")


@pytest.mark.slow
def test_a_name_that_is_not_of_one_authority_writes_nothing(
    founded: tuple[Project, Server],
) -> None:
    project, _ = founded
    before = sorted(project.districts.iterdir())
    for name, words in {
        "Newcastle": "2 have it in their name: ‘Newcastle-under-Lyme’ (E07000195) and ‘Newcastle",
        "South Rible": "like it is ‘South Ribble’ (E07000126)",
        "E07000029": "may have been abolished or given a new code",
        "": "name a local authority",
        "-x": "name a local authority",
        "x; touch bad": "‘x; touch bad’: none of the 6 local authorities",
        '"; touch bad; "': "none of the 6 local authorities",
        "../../escape": "none of the 6 local authorities",
    }.items():
        run = project.make("new-district", NAME=name)
        assert run.returncode, name
        assert words in run.stdout, run.stdout
        assert "Traceback" not in run.stdout
    assert sorted(project.districts.iterdir()) == before
    assert not (project.folder / "bad").exists()


@pytest.mark.slow
def test_a_fault_at_any_request_passes_or_writes_nothing(founded: tuple[Project, Server]) -> None:
    project, server = founded
    faults = [faulty.status(404), faulty.cut_packed, faulty.instead(b"{}")]
    path = project.districts / "south-ribble.yaml"
    at = n_failed = 0
    while not server.faults:
        server.faults = [*[None] * at, faults[at % len(faults)]]
        run = project.make("new-district", NAME="South Ribble")
        assert (run.returncode == 0) == path.exists(), run.stdout
        n_failed += run.returncode != 0
        if path.exists():
            assert path.read_text(encoding="utf-8") == RIBBLE
            path.unlink()
        at += 1
    assert at > n_failed > 0
