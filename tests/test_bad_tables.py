"""Tables and choices that do not fit stop the step that walks: one sentence, and nothing written.

The tables are those of a built district, spoilt with pandas: each would keep its contract, or
breaks it in a way that the contract alone must see.
"""

from __future__ import annotations

import inspect
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from pipeline import steps
from pipeline.__main__ import main
from tests.tiny import Project, built_once, clean_environment

pytestmark = pytest.mark.slow

Spoil = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return built_once(tmp_path_factory)


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    return built.copy(tmp_path / "project")


def arguments(project: Project) -> list[str]:
    """Find the files of the step by the names of its parameters, as the Makefile does by hand."""
    parameters = inspect.signature(steps.access).parameters.values()
    names = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    return [str(_place(project, name)) for name in names]


def _place(project: Project, name: str) -> Path:
    places = (
        project.folder / "config" / f"{name}.yaml",
        project.made.parent / f"{name}.json",
        project.made / f"{name}.parquet",
    )
    return next(path for path in places if path.is_file())


def spoilt(project: Project, table: str, spoil: Spoil) -> None:
    path = project.made / f"{table}.parquet"
    has_shapes = "geometry" in pq.read_schema(path).names
    rows: pd.DataFrame = gpd.read_parquet(path) if has_shapes else pd.read_parquet(path)
    spoil(rows).to_parquet(path, index=False)


def one_sentence(said: str) -> str:
    lines = [line for line in said.splitlines() if not line.endswith(" …")]
    assert len(lines) == 1, said
    assert lines[0].startswith("✗ ")
    assert "a fault of this program" not in lines[0]
    return lines[0]


def must_stop(project: Project, capsys: pytest.CaptureFixture[str], words: str) -> None:
    before = project.state()
    out = project.made / "access.parquet"
    code = main(["access", *arguments(project), "--out", str(out)])
    sentence = one_sentence(capsys.readouterr().err)
    assert code == 1
    assert re.search(words, sentence), sentence
    assert project.state() == before


def put(column: str, value: float, row: int = 3) -> Spoil:
    def spoil(table: pd.DataFrame) -> pd.DataFrame:
        if not isinstance(value, int):
            table[column] = table[column].astype(float)
        table.loc[row, column] = value
        return table

    return spoil


def beyond_the_end(table: pd.DataFrame) -> pd.DataFrame:
    return put("along_dm", 10_000_000)(table)


def nowhere(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = table.geometry.to_list()
    vertices = shapely.get_coordinates(shapes[3]).tolist()
    with np.errstate(invalid="ignore"):
        shapes[3] = shapely.LineString([vertices[0], (math.nan, 0), *vertices[1:]])
    return table.set_geometry(shapes, crs=table.crs)


BAD: list[tuple[str, str, Spoil, str]] = [
    ("a length below nothing", "network", put("length_dm", -5),
     "network.parquet: length_dm holds -5; it must be at least 0"),
    ("a missing length", "network", put("length_dm", math.nan),
     "network.parquet: length_dm should be of type int and is float64"),
    ("a length that 32 bits would wrap", "network", put("length_dm", 2**32 + 7),
     "network.parquet: edge 3 has a length_dm of 4294967303; allowed is 0 to 10,000,000"),
    ("a vertex that is nowhere", "network", nowhere,
     "network.parquet: a geometry has a coordinate that is not a finite number"),
    ("an edge to a junction that is not there", "network", put("end", 99_999),
     "network.parquet: edge 3 leads to junction 99999, which is not there"),
    ("an edge that is gone", "network", lambda table: table.drop(index=2),
     "network.parquet and terrain.parquet: do not speak of the same edges"),
    ("ground that is not known", "terrain", put("forward_dm", math.nan),
     "terrain.parquet: forward_dm should be of type int"),
    ("ground that costs less than nothing", "terrain", put("backward_dm", -1),
     "terrain.parquet: backward_dm holds -1; it must be at least 0"),
    ("ground of an edge that is not there", "terrain", put("edge_id", 99_999),
     "network.parquet and terrain.parquet: do not speak of the same edges"),
    ("an edge twice", "network", put("edge_id", 2), "network.parquet: edge_id must be unique"),
    ("a home on an edge that is not there", "homes", put("edge_id", 99_999),
     "homes.parquet: home ‘.*’ stands on edge 99999, which is not there.*run `make` again"),
    ("a home on the edge before the first", "homes", put("edge_id", -1),
     "homes.parquet: home ‘.*’ stands on edge -1, which is not there"),
    ("a home beyond the end of its edge", "homes", beyond_the_end,
     "homes.parquet: home ‘.*’ stands 10000000 dm along edge .*; allowed is 0 to its length"),
    ("a home before the start of its edge", "homes", put("along_dm", -1),
     "homes.parquet: along_dm holds -1; it must be at least 0"),
    ("a leg longer than any walk", "homes", put("snap_dm", 2**31),
     "homes.parquet: home ‘.*’ has a snap_dm of 2147483648; allowed is 0 to 10,000,000"),
    ("people who are not known", "homes", put("people", math.nan),
     "homes.parquet: people is missing in 1 rows"),
    ("fewer people than none", "homes", put("people", -1.5), "homes.parquet: people holds -1.5"),
    ("an entrance on an edge that is not there", "entrances", put("edge_id", 99_999),
     "entrances.parquet: entrance ‘.*’ stands on edge 99999"),
    ("an entrance beyond the end of its edge", "entrances", beyond_the_end,
     "entrances.parquet: entrance ‘.*’ stands 10000000 dm along edge"),
    ("an entrance into a park that is not there", "assets",
     lambda table: table[table["category"] != "park"],
     "entrances.parquet: leads into asset ‘osm-.*’, which is not in assets.parquet"),
    ("an area below nothing", "assets", put("area_m2", -1.0), "assets.parquet: area_m2 holds -1"),
]  # fmt: skip


@pytest.mark.parametrize("row", BAD, ids=[row[0] for row in BAD])
def test_a_table_that_does_not_fit_is_told_in_one_sentence(
    project: Project, capsys: pytest.CaptureFixture[str], row: tuple[str, str, Spoil, str]
) -> None:
    _, table, spoil, words = row
    spoilt(project, table, spoil)
    must_stop(project, capsys, words)


STUDIES = [
    ("a key that is not known", "^walking:", "strolling: 1\nwalking:", "study.yaml: strolling: "),
    ("minutes that fall", "minutes: .*", "minutes: [10, 5]", "study.yaml: .*minutes must rise"),
    ("minutes twice", "minutes: .*", "minutes: [5, 5]", "study.yaml: .*minutes must rise"),
    ("steps that fall", "400.0, 800.0, 1200.0", "800.0, 400.0, 1200.0",
     "study.yaml: .*cut_offs_m must rise"),
    ("weights that rise", r"\[1.0, 0.68, 0.22\]", "[0.22, 0.68, 1.0]",
     "study.yaml: .*weights may not rise"),
    ("an impedance that is none", "kind: negative_exponential", "kind: gravitas",
     "study.yaml: measures.gravity"),
    ("a form that is none", "form: e2sfca", "form: 4sfca", "study.yaml: .*form"),
    ("a choice of one", "choice_of: .*", "choice_of: 1", "study.yaml: .*choice_of"),
]  # fmt: skip


@pytest.mark.parametrize("row", STUDIES, ids=[row[0] for row in STUDIES])
def test_a_study_that_cannot_be_meant_is_told_in_one_sentence(
    project: Project, capsys: pytest.CaptureFixture[str], row: tuple[str, str, str, str]
) -> None:
    _, old, new, words = row
    path = project.folder / "config/study.yaml"
    text, times = re.subn(old, new, path.read_text("utf-8"), count=1, flags=re.MULTILINE)
    assert times == 1
    path.write_text(text, "utf-8")
    must_stop(project, capsys, words)


def refuse_all(text: str) -> str:
    return text + "\nrefuses: [{highway: [residential, footway]}]\n"


def test_a_walker_to_whom_every_street_is_closed_is_told_in_one_sentence(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    walkers = project.folder / "config/walkers"
    own = walkers / "standard.yaml"
    own.write_text(refuse_all(own.read_text("utf-8")), "utf-8")
    made = project.made.parent / "walkers.json"
    assert main(["walkers", *map(str, sorted(walkers.glob("*.yaml"))), "--out", str(made)]) == 0
    capsys.readouterr()
    must_stop(project, capsys, "a walker may use none of the [0-9]+ streets.*refuse less")


@pytest.mark.parametrize(
    ("step", "folder", "words"),
    [
        ("walkers", "walkers", "config/walkers/.*yaml: gait: this key is not known"),
        ("published_standards", "standards", "config/standards/.*yaml: gait: this key is not kno"),
    ],
)
def test_a_key_that_is_not_known_is_told_wherever_it_stands(
    project: Project, capsys: pytest.CaptureFixture[str], step: str, folder: str, words: str
) -> None:
    choices = sorted((project.folder / "config" / folder).glob("*.yaml"))
    last = choices[-1]
    last.write_text(last.read_text("utf-8") + "\ngait: brisk\n", "utf-8")
    rules = [project.made.parent / "rules.json"] if step == "published_standards" else []
    before = project.state()
    out = next(path for path in project.made.parent.glob("*.json") if path.stem in {step, folder})
    assert main([step, *map(str, (*rules, *choices)), "--out", str(out)]) == 1
    sentence = one_sentence(capsys.readouterr().err)
    assert re.search(words, sentence), sentence
    assert project.state() == before


def test_the_command_says_the_same_and_ends_with_one(project: Project) -> None:
    spoilt(project, "homes", beyond_the_end)
    before = project.state()
    out = project.made / "access.parquet"
    run = subprocess.run(
        [sys.executable, "-m", "pipeline", "access", *arguments(project), "--out", str(out)],
        capture_output=True, text=True, check=False, env=clean_environment(), cwd=project.folder,
    )  # fmt: skip
    assert run.returncode == 1
    assert "homes.parquet: home ‘" in one_sentence(run.stderr)
    assert project.state() == before


def test_make_stops_at_tables_that_do_not_fit_and_leaves_what_was_there(project: Project) -> None:
    spoilt(project, "homes", beyond_the_end)
    before = project.state()
    later = (project.made / "homes.parquet").stat().st_mtime + 1
    os.utime(project.made / "homes.parquet", (later, later))
    run = project.make("tiny")
    assert run.returncode == 2
    # Every step that walks says the same.
    said = {line for line in run.stdout.splitlines() if line.startswith("✗ ")}
    assert len(said) == 1, run.stdout
    assert re.fullmatch(
        "✗ homes.parquet: home ‘.*’ stands .*: delete it and run `make` again.", said.pop()
    )
    assert project.state() == before
    # And the way out that the sentence names leads out.
    (project.made / "homes.parquet").unlink()
    assert project.make("data/interim/tiny/access.parquet").returncode == 0
