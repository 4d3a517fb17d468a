"""Who is asked for a place, and how patiently."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.config.place import NomisTable, OnTheWeb, PlanningData, WebFile
from pipeline.sources.services import client_for


@pytest.mark.parametrize(
    ("place", "pause_s"),
    [
        (PlanningData(planning_data="brownfield-land"), 1.0),
        (NomisTable(nomis="NM_2021_1", type="TYPE151"), 1.0),
        (NomisTable(nomis="NM_2021_1", type="TYPE151", api="http://127.0.0.1:80", local=True), 0.0),
        (WebFile(url="https://example.org/table.csv?d=PEOPLE&v=DZ21"), 0.0),
    ],
)
def test_services_that_many_ask_are_not_hurried(
    place: OnTheWeb, pause_s: float, tmp_path: Path
) -> None:
    assert client_for(place, "a table", tmp_path).service.pause_s == pause_s


@pytest.mark.parametrize("url", ["https://a.org/x#y", "https://me@a.org/x", "https://a.org/a?b?c"])
def test_an_address_has_one_question_at_most_and_no_user(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        WebFile(url=url)
