"""A district of two neighbourhoods in real formats, and a copy of the project that builds it.

Everything a test changes lies in a temporary folder: the copy has its own Makefile, code and
choices, so that no test touches the checkout, its raw files or its outputs.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import pyproj
import pytest
import shapely
from osmium.osm import mutable

ROOT = Path(__file__).parent.parent
EAST, NORTH = 558_000, 472_000
CODES = ("E01099801", "E01099802")
STEPS = (
    "district", "fetch", "neighbourhoods", "osm", "assets", "network", "terrain", "entrances",
    "homes", "access", "by_source", "sensitivity", "surface", "catchments", "profiles", "gradient",
    "nearby", "walks", "standards", "unused_land", "domains", "indicators_elsewhere", "assessment",
    "similar",
    "pictures", "publish",
)  # fmt: skip

# Steps whose result is rewritten only where it has changed; that of a district is too.
CHOICES = (
    "looks", "national", "picture_words", "published_standards", "rules", "theme", "uses",
    "walkers", "ways", "words",
)  # fmt: skip
# What is made with the raw files in hand, and with it all that walks are measured from; whatever
# comes later is made of these tables alone.
FROM_RAW = (
    "neighbourhoods", "features", "streets", "coverage", "assets", "access_points", "set_aside",
    "records", "ambiguous", "network", "terrain", "entrances", "homes", "domains", "access",
    "indicators",
)  # fmt: skip

Text = Callable[[str], str]
Tags = Mapping[str, str]
_PARTS = ("Makefile", "requirements.lock", "pyproject.toml", "pipeline", "config", "demo", "bin")
# In the place of Python: choices are really made; what any other step would make is there, and is
# given another date.
_PRETENDED = """#!/bin/sh
step=$3
case $step in
  {choices}) exec {python} -B "$@" ;;
esac
is_made=
for word; do
  case $word in
    --out) is_made=1 ;;
    --note) is_made= ;;
    *) [ -z "$is_made" ] || touch -c "$word"
       [ -z "$is_made" ] || [ "$step" != publish ] ||
         find "${{word%/*}}" -type f -exec touch {{}} + ;;
  esac
done
echo "$step  0.0 s  as it was" >&2
"""
_DEGREES = pyproj.Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)


def plain(text: str) -> str:
    """Leave a text as it is."""
    return text


# --- its raw files -------------------------------------------------------------------------------


def write_inputs(folder: Path, text: Text = plain) -> None:
    """Write the raw files of the district; every free text passes through `text`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_map(folder / "map.osm.pbf", text)
    squares = [
        shapely.box(EAST + x, NORTH, EAST + x + 500, NORTH + 500).segmentize(100) for x in (0, 500)
    ]
    names = [text(f"Tinyton 00{n}A") for n in (1, 2)]
    areas = {"LSOA21CD": CODES, "LSOA21NM": names, text("Note"): text("none")}
    gpd.GeoDataFrame(areas, geometry=squares, crs=27700).to_file(
        folder / "areas.gpkg", layer="areas"
    )
    _write_rows(
        folder / "people.csv",
        ["date", "geography", "geography code", "Residence type: Total; measures: Value"],
        *[["2021", name, code, n] for name, code, n in zip(names, CODES, (60, 40), strict=True)],
    )
    _write_rows(
        folder / "ranks.csv",
        ["LSOA code (2021)", "LSOA name (2021)", text("Notes"),
         "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)",
         "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)"],
        [CODES[0], names[0], text("x"), 120, 1],
        [CODES[1], names[1], text("y"), 33_000, 10],
    )  # fmt: skip
    _write_rows(
        folder / "markets.csv",
        ["Market", "Easting", "Northing", "Days", text("Other")],
        [text("Tiny Market"), EAST + 480, NORTH + 260, text("Monday"), text("z")],
    )
    _write_rows(
        folder / "brownfield.csv",
        ["SiteReference", "SiteNameAddress", "GeoX", "GeoY", "CoordinateReferenceSystem",
         "Hectares", "EndDate", text("Extra")],
        ["T/1", text("Old Works"), *_place(700, 100), "WGS84", "0.3", "", text("w")],
    )  # fmt: skip


def write_map(path: Path, text: Text = plain, shift: float = 0.0, n_homes: int = 20) -> None:
    """Write streets, houses and a few places, all moved east by so many metres."""
    path.unlink(missing_ok=True)
    draft = _Draft(shift)
    for y in (-250, 50, 250, 450, 750):  # short ways, as these show what an extract covers
        for x in range(-300, 1300, 100):
            draft.way([(x, y), (x + 50, y), (x + 100, y)], {"highway": "residential"})
    for x in (-300, 50, 250, 500, 750, 950, 1250):
        for y in range(-250, 750, 100):
            draft.way([(x, y), (x, y + 50), (x, y + 100)], {"highway": "footway"})
    for n in range(n_homes):
        x, y = 70 + 45 * n, 60 if n % 2 else 260
        draft.ring(x, y, 10, 10, {"building": "house", "addr:street": text("Long Street")})
    draft.ring(550, 300, 150, 120, {"leisure": "park", "name": text("Tiny Park")})
    draft.ring(300, 60, 20, 20, {"amenity": "library", "building": "public", "name": text("Books")})
    draft.ring(760, 300, 90, 90, {"landuse": "brownfield", "name": text("The Yard")})
    draft.node(252, 120, {"amenity": "cafe", "name": text("Café"), text("odd key"): text("odd")})
    draft.node(600, 450, {"highway": "bus_stop", "name": text("Tiny Stop")})
    draft.node(952, 200, {"shop": "greengrocer", "name": text("Fruit"), "opening_hours": text("9")})
    outer = draft.ring(300, 300, 150, 100, {})
    inner = draft.ring(340, 330, 30, 30, {"natural": "water"})
    members = [("w", outer, "outer"), ("w", inner, "inner")]
    marsh = {"type": "multipolygon", "leisure": "nature_reserve", "name": text("Marsh")}
    draft.relation(members, marsh)
    draft.save(path)


class _Draft:
    def __init__(self, shift: float) -> None:
        self.shift = shift
        self.nodes: dict[tuple[float, float], tuple[int, Tags]] = {}
        self.ways: list[tuple[list[int], Tags]] = []
        self.relations: list[tuple[list[tuple[str, int, str]], Tags]] = []

    def node(self, x: float, y: float, tags: Tags | None = None) -> int:
        number, _ = self.nodes.setdefault((x, y), (1 + len(self.nodes), tags or {}))
        return number

    def way(self, points: list[tuple[float, float]], tags: Tags) -> int:
        self.ways.append(([self.node(x, y) for x, y in points], tags))
        return len(self.ways)

    def ring(self, x: float, y: float, width: float, height: float, tags: Tags) -> int:
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
        return self.way(corners, tags)

    def relation(self, members: list[tuple[str, int, str]], tags: Tags) -> None:
        self.relations.append((members, tags))

    def save(self, path: Path) -> None:
        fixed = {"version": 1, "timestamp": "2026-01-01T00:00:00Z", "visible": True}
        with osmium.SimpleWriter(str(path)) as writer:
            for (x, y), (number, tags) in self.nodes.items():
                place = _DEGREES.transform(EAST + x + self.shift, NORTH + y)
                writer.add_node(mutable.Node(id=number, location=place, tags=dict(tags), **fixed))
            for number, (nodes, tags) in enumerate(self.ways, 1):
                writer.add_way(mutable.Way(id=number, nodes=nodes, tags=dict(tags), **fixed))
            for number, (members, tags) in enumerate(self.relations, 1):
                writer.add_relation(
                    mutable.Relation(id=number, members=members, tags=dict(tags), **fixed)
                )


def _place(x: float, y: float) -> tuple[str, str]:
    lon, lat = _DEGREES.transform(EAST + x, NORTH + y)
    return f"{lon:.6f}", f"{lat:.6f}"


def _write_rows(path: Path, *rows: list[Any]) -> None:
    cells = [['"{}"'.format(str(cell).replace('"', '""')) for cell in row] for row in rows]
    path.write_bytes("".join(",".join(row) + "\r\n" for row in cells).encode("utf-8"))


def choices(text: Text = plain) -> dict[str, Any]:
    """Return the district's file as plain values."""
    return {
        "name": text("Tinyton"), "code": "E07099998", "nation": "england", "crs": "EPSG:27700",
        "notice": text("Tinyton does not exist."),
        "openstreetmap": {"at": {"file": "../inputs/map.osm.pbf"}, "date": "2026-01-01"},
        "neighbourhoods": {
            "kind": "areas",
            "boundaries": {"table": "lsoa_2021", "at": {"file": "../inputs/areas.gpkg"}},
            "people": {"table": "census_2021_residents", "at": {"file": "../inputs/people.csv"}},
            "deprivation": {"table": "iod_2025", "at": {"file": "../inputs/ranks.csv"}},
        },
        "layers": {
            "register": {
                "table": "brownfield_land_register", "at": {"file": "../inputs/brownfield.csv"},
            },
            "markets": {
                "category": "marketplace", "title": text("Markets"), "publisher": text("Council"),
                "licence": "OGL-UK-3.0", "attribution": text("Council"), "date": "2025-12-01",
                "at": {"file": "../inputs/markets.csv"}, "name": "Market", "easting": "Easting",
                "northing": "Northing", "crs": "EPSG:27700", "details": {"opening_hours": "Days"},
            },
        },
    }  # fmt: skip


# --- a copy of the project -----------------------------------------------------------------------


class Project:
    """A copy of Makefile, code and choices, with one tiny district, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inputs = folder / "inputs"
        self.districts = folder / "districts"
        self.raw = folder / "data" / "raw" / "tiny"
        self.made = folder / "data" / "interim" / "tiny"
        self.out = folder / "outputs" / "tiny"

    @classmethod
    def new(cls, folder: Path, text: Text = plain) -> Project:
        """Lay out the copy and the raw files of its district."""
        project = cls(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for part in _PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, folder / part)
            else:
                shutil.copy2(ROOT / part, folder / part)
        write_inputs(project.inputs, text)
        project.choose(lambda _: None, text)
        (folder / "installed").touch()
        (folder / "compiled").touch()
        return project

    def copy(self, folder: Path) -> Project:
        """Copy it as it is, with the dates of its files."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Project(folder)

    def choose(
        self, change: Callable[[dict[str, Any]], object], text: Text = plain, name: str = "tiny"
    ) -> None:
        """Write the district's file, changed."""
        values = choices(text)
        change(values)
        self.districts.mkdir(exist_ok=True)
        (self.districts / f"{name}.yaml").write_text(json.dumps(values, ensure_ascii=False))

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of make; later arguments override earlier ones."""
        return [
            "make", f"VENV={sys.prefix}", "INSTALLED=installed", "COMPILED=compiled",
            "DISTRICTS_DIR=districts", *arguments,
        ]  # fmt: skip

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start make in a process group of its own."""
        return subprocess.Popen(
            self.command(*arguments), cwd=self.folder, env=clean_environment() | environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip

    def make(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run make to its end; what it says on both channels is in `stdout`."""
        with self.start(*arguments, **environment) as run:
            try:
                said, _ = run.communicate(timeout=900)
            except BaseException:
                os.killpg(run.pid, signal.SIGKILL)
                raise
        return subprocess.CompletedProcess(run.args, run.returncode, said)

    def built(self, *arguments: str, **environment: str) -> str:
        """Run make, which must succeed, and return what it says."""
        run = self.make(*arguments or ("tiny",), **environment)
        assert run.returncode == 0, run.stdout
        return run.stdout

    def tables(self, name: str = "tiny", **environment: str) -> str:
        """Build the tables of a district that need its raw files, and no page."""
        goals = [f"data/interim/{name}/{table}.parquet" for table in FROM_RAW]
        return self.built(*goals, **environment)

    def pretended(self) -> str:
        """Run make where all is built; steps that compute only give their files another date."""
        python = self.folder / "pretended"
        choices = "|".join(("district", *CHOICES))
        words = _PRETENDED.format(python=shlex.quote(sys.executable), choices=choices)
        python.write_text(words)
        python.chmod(0o755)
        return self.built("tiny", f"PYTHON={python}")

    def edit(self, path: str, pattern: str, new: str) -> None:
        """Replace the first text that a pattern fits in a file."""
        file = self.folder / path
        text, times = re.subn(pattern, new, file.read_text(encoding="utf-8"), count=1)
        assert times == 1, path
        file.write_text(text, encoding="utf-8")

    def dates(self) -> dict[str, int]:
        """Return when each made file was last written."""
        return {name: path.stat().st_mtime_ns for name, path in self._made()}

    def state(self) -> dict[str, bytes]:
        """Return every byte of what was made, but for how long it took."""
        return {name: without_seconds(path) for name, path in self._made()}

    def _made(self) -> Iterator[tuple[str, Path]]:
        for top in ("data", "outputs"):
            for path in sorted((self.folder / top).rglob("*")):
                is_note = "notes" in path.parts or path.name.endswith(".lock")
                if path.is_file() and not is_note and not path.name.startswith(".part-"):
                    yield str(path.relative_to(self.folder)), path


def built_once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Build the district once for all processes of the tests; whoever comes first does it."""
    return Project(once(tmp_path_factory, "built", lambda folder: Project.new(folder).built()))


def once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], str]) -> Path:
    """Let whoever comes first fill a folder for all processes of the tests.

    What `make` returns, the words of a build, stands in `said.txt` there when it is done.
    """
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder = base / name
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "said.txt").exists():
            shutil.rmtree(folder, ignore_errors=True)
            said = make(folder)
            (folder / "said.txt").write_text(said, "utf-8")
    return folder


def without_seconds(path: Path) -> bytes:
    """Return the bytes of a file; of a run note without what differs from run to run."""
    if path.name != "run.json":
        return path.read_bytes()
    note = json.loads(path.read_text(encoding="utf-8"))
    note.pop("seconds", None)
    return json.dumps(note, sort_keys=True).encode()


def clean_environment() -> dict[str, str]:
    """Return the environment without what an outer make, or a tidy developer, has put there.

    A user's Python keeps its compiled modules beside the code, in folders that make sees.
    """
    own = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "DATA", "OUT", "DISTRICTS_DIR", "VENV"}
    return {
        key: value
        for key, value in os.environ.items()
        if key not in own | {"PYTHONDONTWRITEBYTECODE"}
    }


def steps_run(said: str) -> list[str]:
    """Return the steps that make says have ended, sorted."""
    found = []
    for line in said.splitlines():
        words = line.split()
        if len(words) > 2 and "s" in words and "…" not in words:
            at = words.index("s")
            if at > 1 and words[at - 1].replace(".", "").isdigit():
                found.append(words[at - 2])
    return sorted(found)
