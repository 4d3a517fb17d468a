"""The page of a scenario: what it says, what it leaves out, and that nothing gets through."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest
import shapely

from pipeline.config import Scenario
from pipeline.pages.editions import without_deprivation
from pipeline.pages.gate import faults_of_page
from pipeline.pages.scenario import Tried, scenario_files
from pipeline.publish import publish
from tests.pages.town import HOSTILE, IDS, SOUTH, WEST, town

ROWS = {  # whose: what, before, after, of
    "all": ("district", 300.0, 420.0, 600.0),
    "decile_1": ("decile", 100.0, 220.0, 300.0),
    IDS[0]: ("neighbourhood", 40.0, 160.0, 200.0),
    IDS[1]: ("neighbourhood", 70.0, 70.0, 200.0),
}


def tried(title: str = "A park", *, shows_deciles: bool = False) -> Tried:
    """Make up what came of a scenario."""
    scenario = Scenario.model_validate_json(
        json.dumps(
            {
                "district": "town", "title": title, "about": title,
                "deciles_for_community": shows_deciles,
                "changes": [{"change": "add_asset", "category": "park", "at": [0, 0]}],
            }
        )
    )  # fmt: skip
    rows = [
        (what, whose, "park", minutes, before, after, after - before, before / of, after / of,
         "ok" if after > before else "true_zero")
        for whose, (what, before, after, of) in ROWS.items()
        for minutes in (5, 10, 15)
    ]  # fmt: skip
    columns = ["what", "people_of", "category", "minutes", "people_before", "people_after",
               "people_more", "share_before_pct", "share_after_pct", "state"]  # fmt: skip
    told = {"change": "add_asset", "category": "park", "name": title}
    return Tried(
        scenario,
        [told],
        [shapely.Point(WEST + 200, SOUTH + 200)],
        pd.DataFrame(rows, columns=columns),
    )


def test_the_page_says_how_many_more_people_and_where() -> None:
    page = str(scenario_files(town(), tried())["index.html"])
    assert list(faults_of_page(page)) == []
    assert "About 120 more people would live within 10 minutes’ walk" in page
    assert "+120" in page
    named = page.partition('id="neighbourhoods"')[2]
    assert f"{IDS[0]}.html" in named
    assert f"{IDS[1]}.html" not in named
    assert "deciles of deprivation" in page


@pytest.mark.parametrize("is_asked", [False, True])
def test_the_community_edition_has_no_decile_unless_it_is_asked_for(*, is_asked: bool) -> None:
    files = scenario_files(without_deprivation(town()), tried(shows_deciles=is_asked))
    whole = "".join(
        content if isinstance(content, str) else content.decode()
        for content in files.values()
        if isinstance(content, str | bytes)
    )
    assert ("decile" in whole.lower()) == is_asked
    assert ("depriv" in whole.lower()) == is_asked


def test_all_files_pass_the_gate_together_whatever_people_write(tmp_path: Path) -> None:
    for text in HOSTILE[:-1:4]:
        publish(scenario_files(town(is_hostile=True), tried(text)), tmp_path / "try", {"a": 1})
    rows = list(csv.DictReader(io.StringIO((tmp_path / "try/difference.csv").read_text())))
    assert len(rows) == 12
    assert {row["people_more"] for row in rows} == {"120", "0"}
    assert (tmp_path / "try/difference.gpkg").stat().st_size > 10_000
