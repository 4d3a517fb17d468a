"""The real Makefile, on a copy of the project with a district of two neighbourhoods."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.terrain import FLAT
from tests.tiny import CHOICES, CODES, STEPS, Project, built_once, steps_run
from tests.whole import built_district, made

PARK = "config/categories/park.yaml"
ACCENT = 'accent: "#.{6}"'
PAGES = ["index", "publish"]
LOGO = '<svg xmlns="http://www.w3.org/2000/svg"><circle r="1"/></svg>'
DRAWN = sorted([*PAGES, "pictures"])
WORDS = sorted([*DRAWN, "looks", "rules", "ways"])


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the project in which everything is built; it is not to be changed."""
    return built_once(tmp_path_factory)


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """Return a copy of the project with everything built."""
    return built.copy(tmp_path / "project")


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    """Return a copy of the project with nothing built."""
    return Project.new(tmp_path / "project")


# --- what needs no step --------------------------------------------------------------------------


def test_help_is_the_default_and_lists_goals_districts_and_categories(bare: Project) -> None:
    said = bare.built("help")
    assert bare.make(*bare.command()[5:]).stdout == said
    for goal in ("demo", "test", "check", "doctor", "clean", "refetch D=<district>", "<district>"):
        assert f"make {goal}" in said
    assert "Districts:  tiny\n" in said
    assert "Categories: allotments arts_venue" in said
    assert not (bare.folder / "data").exists()


@pytest.mark.parametrize("goal", ["clean", "tiny", "help"])
@pytest.mark.parametrize("variable", ["DATA", "OUT", "DISTRICTS_DIR", "VENV"])
def test_a_folder_that_is_nowhere_or_two_words_is_refused(
    bare: Project, goal: str, variable: str
) -> None:
    for value in ("", "/ tmp"):
        run = bare.make(goal, f"{variable}={value}")
        assert run.returncode == 2
        assert f'{variable} must name one folder, without spaces, and is "{value}".' in run.stdout
        assert "rm -rf" not in run.stdout


@pytest.mark.parametrize(
    "name", ["`touch${IFS}pwned`", "$(shell touch pwned)", "a;touch pwned", "-rf", "Tiny", "a b"]
)
def test_a_name_of_a_district_that_is_no_plain_word_is_refused(bare: Project, name: str) -> None:
    (bare.districts / f"{name}.yaml").touch()
    for goal in ("help", "tiny"):
        run = bare.make(goal)
        assert run.returncode == 2
        assert "A name is not allowed in districts or config" in run.stdout
        assert "Use small letters, digits, _ and -" in run.stdout
    assert not (bare.folder / "pwned").exists()


def test_a_district_may_not_be_called_like_a_goal(bare: Project) -> None:
    bare.choose(lambda _: None, name="clean")
    run = bare.make("help")
    assert run.returncode == 2
    assert "districts/clean.yaml: this is the name of a goal of make" in run.stdout


def test_an_old_make_is_refused_in_one_line(bare: Project) -> None:
    run = bare.make("help", ".FEATURES=second-expansion", "MAKE_VERSION=3.81")
    assert run.returncode == 2
    assert "needs GNU Make 4 or newer and is 3.81; on macOS: brew install make" in run.stdout
    assert run.stdout.count("\n") == 1


def test_a_district_that_is_not_known_cannot_be_fetched_again(project: Project) -> None:
    for name in ("D=nowhere", "D="):
        run = project.make("refetch", name)
        assert run.returncode == 2
        assert "make refetch: name a district, D=<one of: tiny>" in run.stdout


def test_a_catchment_is_drawn_of_an_asset_that_is_there(project: Project) -> None:
    said = project.built("catchment", "D=tiny", "ASSET=osm-way-171")
    assert "osm-way-171" in said
    assert "5 minutes: " in said
    assert (project.out / "catchments/osm-way-171.gpkg").is_file()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["ASSET=osm-way-171"], "make catchment: name a district, D=<one of: tiny>"),
        (["D=nowhere", "ASSET=osm-way-171"], "make catchment: name a district"),
        (["D=tiny"], "make catchment: name an asset"),
        (["D=tiny", "ASSET=../../run"], "make catchment: name an asset"),
        (["D=tiny", 'ASSET=x";touch pwned;"'], "make catchment: name an asset"),
        (["D=tiny", "ASSET=osm-way-999999"], "the district has no asset of this name"),
    ],
)
def test_a_catchment_of_nothing_that_is_known_is_refused_in_a_sentence(
    project: Project, asked: list[str], words: str
) -> None:
    run = project.make("catchment", *asked)
    assert run.returncode == 2
    assert words in run.stdout
    assert not (project.folder / "pwned").exists()
    assert not list(project.out.rglob("catchments/*.gpkg"))


# --- what is built -------------------------------------------------------------------------------


def test_a_build_runs_every_step_once_and_the_next_one_none(project: Project) -> None:
    said = (project.folder / "said.txt").read_text()
    assert steps_run(said) == sorted([*STEPS, "index", *CHOICES])
    assert not _odd_lines(said)
    dates = project.dates()
    assert project.built() == ""
    assert project.dates() == dates


def _odd_lines(said: str) -> list[str]:
    """Return lines that warn: of make's job server, of Python, of libraries."""
    return [line for line in said.splitlines() if "arning" in line or "jobserver" in line]


def test_a_district_without_elevation_says_that_its_walks_are_on_the_flat(built: Project) -> None:
    said = json.loads((built.out / "run.json").read_text())["caveats"]
    assert FLAT in said
    assert FLAT in (built.out / "map.html").read_text()


def test_the_published_files_are_those_that_make_knows(project: Project) -> None:
    rule = "known: ; @echo $(PUBLISHED)"
    known = set(project.make(f"--eval={rule}", "known").stdout.split())
    found = set(json.loads((project.out / "run.json").read_text())["published"]) | {"run.json"}
    # Which pictures there are follows from the theme, and not from the Makefile.
    pictures = {name for name in found if name.split("/")[-1][:4] == "map-"}
    # Nor how many neighbourhoods there are.
    profiles = {name for name in found if "neighbourhoods/" in name and "index" not in name}
    sheets = {name for name in found if "field_lists/" in name and name.endswith(".html")}
    assert len(profiles) == len(sheets) == 2 * len(CODES)
    # Others write these anew between two runs, so that no sum is told of them.
    shared = {"what-if.html", "community/what-if.html"}
    assert known == (found | shared) - pictures - profiles - sheets
    assert "map-assets.png" in pictures
    on_disk = (path for path in project.out.rglob("*") if path.is_file())
    assert {path.relative_to(project.out).as_posix() for path in on_disk} == found | shared


def test_make_knows_by_name_all_that_lies_between_raw_files_and_pages(built: Project) -> None:
    """What only a pattern speaks of costs it seconds, and would be taken away in the end."""
    run = built.make("--eval=known: ; @echo $(WAY)", "known")
    assert set(run.stdout.split()) == {path.name for path in built.made.iterdir() if path.is_file()}


def test_a_dry_run_changes_nothing(project: Project) -> None:
    project.edit("config/theme.yaml", ACCENT, 'accent: "#0b5c64"')
    (project.folder / "data/interim/rules.json").unlink()
    before = _everything(project)
    said = project.built("-n", "tiny")
    assert "-m pipeline publish" in said
    assert _everything(project) == before


def _everything(project: Project) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in project.folder.rglob("*")}


def _touch(path: str) -> Callable[[Project], None]:
    return lambda project: os.utime(project.folder / path)


def _edit(path: str, old: str, new: str) -> Callable[[Project], None]:
    return lambda project: project.edit(path, old, new)


def _write(path: str, text: str) -> Callable[[Project], None]:
    def write(project: Project) -> None:
        (project.folder / path).write_text(text)

    return write


def _unlink(path: str) -> Callable[[Project], None]:
    return lambda project: (project.folder / path).unlink()


AFTER_RULES = [
    "access", "assessment", "assets", "by_source", "catchments", "entrances", "gradient", "nearby",
    "profiles", "published_standards", "sensitivity", "similar", "standards", "surface",
    "unused_land", "uses", "walks",
]  # fmt: skip
BEFORE_THEM = ["homes", "indicators_elsewhere", "network", "osm", "terrain"]
# What a change touches. A study or a district is an argument of nearly every step; a step whose
# result is the same rewrites it all the same, because it was made from other choices.
TOUCHED: dict[str, tuple[Callable[[Project], None], list[str]]] = {
    "a colour of the theme": (
        _edit("config/theme.yaml", ACCENT, 'accent: "#0b5c64"'),
        sorted([*DRAWN, "theme"]),
    ),
    "the colour of a category": (_edit(PARK, 'colour: "#.{6}"', 'colour: "#2e7d33"'), WORDS),
    "why a category helps": (_edit(PARK, "sentence: ", "sentence: All "), WORDS),
    "an OSM rule of a category": (
        _edit(PARK, "  any:\n", "  any:\n    - leisure: hedge\n"),
        sorted({*WORDS, *AFTER_RULES}),
    ),
    "a category taken away": (
        _unlink("config/categories/cycle_hire.yaml"),
        sorted({*WORDS, *AFTER_RULES}),
    ),
    "the longest walk": (
        _edit("config/study.yaml", r"minutes: \[.*\]", "minutes: [5, 10, 12]"),
        sorted({*DRAWN, *AFTER_RULES, *BEFORE_THEM} - {"published_standards", "uses"}),
    ),
    "the words of a national table": (_touch("config/national/iod_2019.yaml"), ["national"]),
    "the code of profiles": (
        _touch("pipeline/profiles.py"),
        sorted([*DRAWN, "assessment", "gradient", "profiles", "similar", "standards"]),
    ),
    "a word of a page": (
        _edit("config/words/en.yaml", "brand: Half Full", "brand: Half full"),
        sorted([*PAGES, "picture_words", "words"]),
    ),
    "a word on a picture": (
        _edit("config/words/en.yaml", "all_legend: .*", "all_legend: What there is"),
        sorted([*DRAWN, "picture_words", "words"]),
    ),
    "a logo": (
        _write("config/logo.svg", LOGO),
        sorted([*PAGES, "theme"]),
    ),
    "the code of pages": (_touch("pipeline/pages/static/map.css"), PAGES),
    "a published page that is gone": (_unlink("outputs/tiny/map.html"), PAGES),
    "the index that is gone": (_unlink("outputs/index.html"), ["index"]),
    "a run note that is gone": (_unlink("outputs/tiny/run.json"), PAGES),
}  # fmt: skip
FAST = ("a colour of the theme", "the colour of a category", "a published page that is gone")
# Steps that are really run; for the others it is enough to know which these would be.
REALLY = (
    "an OSM rule of a category", "a published page that is gone", "the index that is gone",
    "a run note that is gone",
)  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [name if name in FAST else pytest.param(name, marks=pytest.mark.slow) for name in TOUCHED],
)
def test_a_change_rebuilds_exactly_what_it_touches(project: Project, change: str) -> None:
    spoil, steps = TOUCHED[change]
    spoil(project)
    make = project.built if change in REALLY else project.pretended
    said = make()
    assert steps_run(said) == steps
    assert not _odd_lines(said)
    assert make() == ""


@pytest.mark.slow
def test_a_title_of_a_district_fetches_nothing(project: Project) -> None:
    raw = {path: path.stat().st_mtime_ns for path in project.raw.iterdir()}
    project.choose(lambda choices: choices.update(name="Tinyham"))
    ran = steps_run(project.pretended())
    assert "fetch" not in ran
    assert {"district", "publish"} < set(ran)
    assert {path: path.stat().st_mtime_ns for path in project.raw.iterdir()} == raw
    assert "Tinyham" in (project.made / "district.json").read_text()


@pytest.mark.slow
def test_a_category_put_in_and_taken_out_again_gives_the_bytes_from_before(
    project: Project,
) -> None:
    before = project.state()
    added = project.folder / "config/categories/hedge.yaml"
    words = re.sub("precedence: .*", "precedence: 999", (project.folder / PARK).read_text())
    added.write_text(words)
    project.built("data/interim/tiny/indicators.parquet")
    categories = pd.read_parquet(project.made / "indicators.parquet")["category"]
    assert "hedge" in set(categories)
    added.unlink()
    project.built()
    after = project.state()
    assert {name for name in before if before[name] != after[name]} == set()


@pytest.mark.slow
def test_data_and_outputs_may_lie_elsewhere_and_say_the_same(
    project: Project, tmp_path: Path
) -> None:
    """The towns of other tests are built elsewhere from their raw files on; here what is there is
    moved, and some of it made again.
    """
    shutil.copytree(project.folder / "data", tmp_path / "d")
    shutil.copytree(project.folder / "outputs", tmp_path / "o")
    for number, (data, out) in enumerate((("..", tmp_path), (tmp_path, ".."))):
        os.utime(project.folder / "pipeline/nearby.py")
        places = (f"DATA={data}/d", f"OUT={out}/o")
        said = project.built("-j4", "tiny", *places)
        assert steps_run(said) == sorted([*PAGES, "nearby"]), number
        assert not _odd_lines(said)
        assert project.built("tiny", *places) == ""
        for name in ("map.html", "indicators.csv", "assets.gpkg"):
            made_there = (tmp_path / "o" / "tiny" / name).read_bytes()
            assert made_there == (project.out / name).read_bytes()


@pytest.mark.slow
def test_two_districts_stand_side_by_side_and_one_can_go(project: Project) -> None:
    project.choose(lambda choices: choices.update(name="Twinton"), name="twin")
    said = project.built("tiny", "twin")
    assert steps_run(said) == sorted([*STEPS, "index"])
    assert not _odd_lines(said)
    index = project.folder / "outputs/index.html"
    assert "Twinton" in index.read_text()
    (project.districts / "twin.yaml").unlink()
    shutil.rmtree(project.folder / "outputs/twin")
    assert steps_run(project.built()) == ["index"]
    assert "Twinton" not in index.read_text()


@pytest.mark.slow
def test_clean_takes_what_was_built_and_leaves_raw_files(project: Project) -> None:
    (project.folder / "outputs/mine.txt").touch()
    raw = sorted(project.raw.iterdir())
    project.built("clean")
    assert sorted(project.raw.iterdir()) == raw
    assert [path.name for path in (project.folder / "outputs").iterdir()] == ["mine.txt"]
    would = project.built("-n", "tiny")
    assert "-m pipeline fetch" not in would
    assert "-m pipeline neighbourhoods" in would


# --- what goes wrong -----------------------------------------------------------------------------


def _one_sentence(said: str) -> str:
    found = [line for line in said.splitlines() if line.startswith("✗ ")]
    assert len(found) == 1, said
    assert "Traceback" not in said
    return found[0]


def test_a_step_that_fails_leaves_what_was_there_and_the_next_make_goes_on(
    project: Project,
) -> None:
    before = project.state()
    theme = project.folder / "config/theme.yaml"
    words = theme.read_text()
    project.edit("config/theme.yaml", ACCENT, "accent: blue")
    run = project.make("tiny")
    assert run.returncode == 2
    assert "config/theme.yaml: light.accent" in _one_sentence(run.stdout)
    assert project.state() == before
    theme.write_text(words)
    assert steps_run(project.built()) == sorted([*DRAWN, "theme"])
    assert project.state() == before
    assert project.built() == ""


def test_a_raw_file_changed_by_hand_stops_the_next_build_that_uses_it(project: Project) -> None:
    before = project.state()
    people = project.raw / "people.csv"
    people.write_bytes(people.read_bytes().replace(b"60", b"61"))
    os.utime(project.folder / "pipeline/neighbourhoods.py")
    run = project.make("tiny")
    assert run.returncode == 2
    sentence = _one_sentence(run.stdout)
    assert "data/raw/tiny/people.csv: is not the file that was fetched" in sentence
    assert "make refetch D=tiny" in sentence
    people.write_bytes(people.read_bytes().replace(b"61", b"60"))
    assert project.state() == before


def test_a_fetch_that_fails_keeps_the_old_files_and_says_of_when_they_are(
    project: Project,
) -> None:
    before = project.state()
    (project.inputs / "people.csv").write_text("<!doctype html><html>not found</html>")
    run = project.make("refetch", "D=tiny")
    assert run.returncode == 2
    sentence = _one_sentence(run.stdout)
    assert "inputs/people.csv: is not a table of text: it begins like a web page" in sentence
    today = datetime.now().astimezone().date()
    assert f"The raw files fetched on {today} (OpenStreetMap of 2026-01-01)" in sentence
    assert sentence.endswith("stay as they are.")
    assert project.state() == before
    assert project.built() == ""


def test_an_environment_variable_that_is_not_set_is_told(project: Project) -> None:
    def change(choices: dict[str, Any]) -> None:
        choices["openstreetmap"]["at"]["file"] = "${WHERE_TINY_IS}/map.osm.pbf"

    project.choose(change)
    run = project.make("refetch", "D=tiny")
    assert run.returncode == 2
    assert "the environment variable WHERE_TINY_IS, which is not set" in run.stdout
    project.built("refetch", "D=tiny", WHERE_TINY_IS="inputs")


@pytest.mark.slow
def test_a_stop_by_the_keyboard_is_quiet_and_the_next_make_finishes(
    project: Project, built: Project
) -> None:
    os.utime(project.folder / "pipeline/similar.py")
    run = project.start("tiny")
    assert run.stdout is not None
    run.stdout.readline()
    time.sleep(0.3)
    os.killpg(run.pid, signal.SIGINT)
    said, _ = run.communicate(timeout=30)
    assert run.returncode != 0
    assert "Traceback" not in said
    project.built()
    assert project.state() == built.state()


@pytest.mark.slow
def test_sampleton_is_written_and_built_by_one_goal_and_then_nothing_is_left_to_do(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    sampleton = built_district(tmp_path_factory, "sampleton")
    assert len(pd.read_parquet(sampleton.tables / "neighbourhoods.parquet")) == 24
    assert not _odd_lines(sampleton.said)
    note = json.loads((sampleton.published / "run.json").read_text())
    assert {"map.html", "indicators.csv", "standards.csv"} <= set(note["published"])
    assert made(sampleton.tables.parents[2], "sampleton") == ""
