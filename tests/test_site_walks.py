"""Walks to sites, and the people who live within one: numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import shapely

from pipeline.routing import as_graph
from pipeline.site_walks import Residents, people_within
from tests.test_residents_gained import METRES, MINUTES, STREETS, areas, homes, sites, walked


def test_people_within_are_counted_and_the_nearest_home_is_measured() -> None:
    found = homes((0, 1), (300, 0), (700, 4))
    people = Residents.of(as_graph(STREETS), found, areas(np.nan, np.nan))
    spots = sites(("a", shapely.Point(300, 10)), ("b", shapely.Point(300, 900)))
    walks = walked(spots, as_graph(STREETS), people)
    table = people_within(walks, people.people, MINUTES, METRES)
    # Nobody lives at 300 m; the others walk 300 m and 400 m, and 10 m to the spot. No street is
    # near the other one.
    assert table["people_within_5_min"].tolist()[:1] == [1]
    assert table["people_within_10_min"].tolist()[:1] == [5]
    assert table["nearest_home_m"].tolist()[:1] == [310]
    assert table["people_within_5_min_state"].tolist() == ["ok", "unreachable"]
    assert table["people_within_5_min"].isna().tolist() == [False, True]
