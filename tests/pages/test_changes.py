"""The page of what has changed since a baseline."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import tables
from pipeline.pages.changes import Since, changes_files
from pipeline.pages.editions import without_deprivation
from pipeline.pages.gate import faults_of_page
from pipeline.publish import publish_together
from tests.pages.town import HOSTILE, IDS, town


def since(text: str = "Corner") -> Since:
    """Make up what has changed: a café that opened, one that was drawn, people who came."""
    rows = [
        ("real", "opened", text, "", "osm-node-1", "cafe", text, IDS[0], 0.0, None, None, 90.0),
        ("mapping", "nudged", text, "a", "a", "cafe", "", "", 3.0, None, None, 0.0),
        ("real", "people_moved", text, "", "", "", "", IDS[1], 0.0, 200.0, 230.0, None),
    ]
    columns = [
        "kind", "change", "rule", "asset_before", "asset_after", "category", "name",
        "neighbourhood_id", "moved_m", "people_before", "people_after",
        "people_more_within_10_min",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    more = table["people_more_within_10_min"].astype(float)
    state = np.where(more.isna(), "no_data", np.where(more == 0, "true_zero", "ok"))
    table = table.assign(
        effect_state=state, people_more_within_5_min=more, people_more_within_15_min=more
    )
    return Since("spring-2024", date(2024, 5, 1), date(2025, 5, 1), text, table, *made_of(text))


def made_of(text: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make up a path that opened: 120 people more by it, 30 fewer by an asset, 90 in all."""
    street = ("real", "opened", text, 7, text, IDS[0], 1540.0)
    streets = pd.DataFrame([street], columns=[c.name for c in tables.STREET_CHANGES.columns])
    numbers = {"streets_opened": 120.0, "streets_closed": 0.0, "assets": -30.0, "people": 0.0,
               "otherwise": 0.0, "whole": 90.0}  # fmt: skip
    rows = [
        {"category": "cafe", "part": part, "kind": "several", "state": "ok" if n else "true_zero",
         **{f"people_more_within_{minutes}_min": n for minutes in (5, 10, 15)}}
        for part, n in numbers.items()
    ]  # fmt: skip
    return streets, pd.DataFrame(rows)


def test_the_page_tells_the_place_from_its_maps() -> None:
    page = str(changes_files(town(), since("Market moved"))["spring-2024.html"])
    assert list(faults_of_page(page)) == []
    real, mapping = page.index('id="real"'), page.index('id="mapping"')
    assert real < page.index("opened: 1") < mapping < page.index("drawn otherwise: 1")
    assert "+90" in page[real:mapping]
    assert "residents: 230, before 200" in page[real:mapping]
    assert "Nothing of this kind was found." in page[page.index('id="cannot_be_told"') :]
    assert page.index("Market moved") < real


def test_the_parts_of_the_difference_add_up_before_the_eye() -> None:
    page = str(changes_files(town(), since())["spring-2024.html"])
    section = page[page.index('id="made-of"') : page.index('id="further"')]
    assert 'href="spring-2024_parts.csv"' in page
    assert "opened: 1.5 km" in re.sub(r"<[^>]+>", "", section)
    assert re.findall(r'<td class="number"[^>]*>([^<]*)</td>', section) == [
        "+120", "−30", "0", "+90",
    ]  # fmt: skip


def test_a_baseline_without_streets_says_that_they_are_not_known() -> None:
    files = changes_files(town(), replace(since(), streets=None, portions=None))
    assert sorted(files) == ["spring-2024.csv", "spring-2024.html"]
    assert "was frozen before streets were kept with it" in str(files["spring-2024.html"])


def test_both_editions_pass_the_gate_whatever_names_hold(tmp_path: Path) -> None:
    for text in HOSTILE[:-1:4]:
        for folder, material in (
            (tmp_path / "planner", town(is_hostile=True)),
            (tmp_path / "community", without_deprivation(town(is_hostile=True))),
        ):
            files = changes_files(material, since(text))
            publish_together({folder / name: content for name, content in files.items()})
    names = [path.name for path in sorted((tmp_path / "community").iterdir())]
    more = ["spring-2024_parts.csv", "spring-2024_streets.csv"]
    assert names == ["spring-2024.csv", "spring-2024.html", *more]
    assert b"decile" not in (tmp_path / "community/spring-2024.html").read_bytes().lower()
