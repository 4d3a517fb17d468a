"""A run over raw files that are older than they count as good for says so, and goes on."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tests.tiny import built_once

pytestmark = pytest.mark.slow


def test_a_run_over_an_old_map_says_so_on_the_terminal_and_beside_the_source(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    project = built_once(tmp_path_factory)
    said = (project.folder / "said.txt").read_text()
    (line,) = [line for line in said.splitlines() if line.startswith("• tiny: openstreetmap")]
    assert "(OpenStreetMap) is of 2026-01-01, " in line
    assert "counts as good for 90" in line
    assert "`make refetch D=tiny SOURCE=openstreetmap`" in line
    inputs = json.loads((project.out / "run.json").read_text())["inputs"]
    assert inputs["openstreetmap"]["is_old"] is True
    assert inputs["openstreetmap"]["good_for_days"] == 90
    assert inputs["openstreetmap"]["fetched"] is None  # it is a file on this machine
    assert inputs["boundaries"]["is_old"] is False
    assert inputs["boundaries"]["good_for_days"] is None
    assert date.fromisoformat(inputs["markets"]["date"]) == date(2025, 12, 1)
