"""The page that lists scenarios and comparisons: what it names, what it leaves out, dead links."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

from pipeline import pages
from pipeline.files.trials import read_trials
from pipeline.pages.editions import Packed, without_deprivation
from pipeline.pages.gate import faults_of_page
from pipeline.pages.what_if import NAME, what_if_page, what_if_shared
from pipeline.publish import publish
from tests.pages.town import HOSTILE, town

LINK = re.compile(r'<a href="((?:scenarios|compare)/[^"]*)"')


def laid_out(folder: Path, title: str = "A footbridge", about: str = "Over the river.") -> Path:
    """Lay out one scenario and one comparison with notes, and one of each without."""
    scenario = {"day": "2026-03-01", "scenario": {"title": title, "about": about}}
    days = {"before": "2025-03-01", "after": "2026-03-01"}
    for path, text in {
        "scenarios/bridge/index.html": "x",
        "scenarios/bridge/run.json": json.dumps(scenario),
        "scenarios/lost/index.html": "x",
        "scenarios/lost/run.json": "{",
        "scenarios/begun/run.json": "{}",
        "compare/spring.html": "x",
        "compare/spring.json": json.dumps(days),
        "compare/old.html": "x",
        "compare/Not ours.html": "x",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def test_every_page_that_is_there_is_listed_with_what_its_note_says(tmp_path: Path) -> None:
    page = what_if_page(town(), read_trials(laid_out(tmp_path)))
    assert list(faults_of_page(page)) == []
    assert LINK.findall(page) == [
        "scenarios/bridge/index.html", "scenarios/lost/index.html", "compare/old.html",
        "compare/spring.html",
    ]  # fmt: skip
    assert all((tmp_path / link).is_file() for link in LINK.findall(page))
    assert "A footbridge" in page
    assert "Tried out on the map of 1 March 2026." in page
    assert "The map of 1 March 2025 beside that of 1 March 2026." in page


def test_where_nothing_was_tried_the_page_says_so_and_planners_read_how() -> None:
    planner, community = town(), without_deprivation(town())
    for material in (planner, community):
        page = what_if_page(material, {})
        assert "Nothing has been tried out yet." in page
        assert "No earlier run has been compared" in page
        assert ("make scenario" in page) == (material is planner)


def test_communities_read_of_no_scenario_that_speaks_of_deprivation(tmp_path: Path) -> None:
    held = {"scenarios/a/index.html": {"scenario": {"title": "A", "deciles_for_community": True}}}
    told = read_trials(laid_out(tmp_path, about="For the most deprived decile."))
    theirs = what_if_page(without_deprivation(town()), {**held, **told})
    assert LINK.findall(theirs) == [
        "scenarios/lost/index.html", "compare/old.html", "compare/spring.html",
    ]  # fmt: skip
    assert "decile" not in theirs.lower()
    assert len(LINK.findall(what_if_page(town(), {**held, **told}))) == 5


def test_what_people_write_in_a_scenario_stays_text(tmp_path: Path) -> None:
    for text in HOSTILE[:-1:4]:
        page = what_if_page(town(is_hostile=True), read_trials(laid_out(tmp_path, text, text)))
        assert list(faults_of_page(page)) == []


def test_an_archive_holds_a_page_that_leads_nowhere_and_no_sum_is_told_of_either(
    tmp_path: Path,
) -> None:
    folder = laid_out(tmp_path / "d")
    for _ in range(2):  # and the second run keeps what the first one found
        shared = what_if_shared(town(), read_trials(folder))
        opening = pages.glance_page(town())
        packed = Packed("", "littleton")
        publish({"index.html": opening, NAME: shared, "planner.zip": packed}, folder, {})
    assert f'href="{NAME}"' in opening
    assert LINK.findall((folder / NAME).read_text()) == LINK.findall(shared.here) != []
    assert NAME not in json.loads((folder / "run.json").read_text())["published"]
    with zipfile.ZipFile(folder / "planner.zip") as archive:
        assert sorted(archive.namelist()) == ["littleton/index.html", f"littleton/{NAME}"]
        copied = archive.read(f"littleton/{NAME}").decode()
    assert LINK.findall(copied) == []
    assert "It stands beside the pages that this copy was made from." in copied
