"""What is near for one is far for another."""

from typing import Any

import numpy as np
import pandas as pd

from pipeline import contracts, tables
from pipeline.access import by_walker
from tests.access.test_sensitivity import AREAS, DOOR, FLAT, HOMES, STREET, STUDY_HERE, WALKERS
from tests.towns import entrances_at, rules

CLOSED = FLAT.assign(is_open=[False, True])
UPHILL = FLAT.assign(forward_dm=[60_000, 10_000])


def test_walkers_over_the_same_ground_share_their_walks_and_others_have_their_own() -> None:
    grounds = {"a": FLAT, "b": FLAT.copy(), "up": UPHILL, "none": CLOSED}
    found = by_walker.nearest_by_walker(HOMES, DOOR, STREET, grounds, ["library", "pharmacy"])
    assert found["a"]["pharmacy"].tolist() == [600, 800, 1000]
    assert found["b"] is found["a"]
    # From the west it is uphill and twice as far; from the east, downhill.
    assert found["up"]["pharmacy"].tolist() == [1200, 1600, 1000]
    assert np.isinf(found["none"]["pharmacy"]).all()
    assert np.isinf(found["a"]["library"]).all()


def test_who_cannot_leave_their_street_is_counted_and_has_nothing_within_reach() -> None:
    grounds = {"standard": FLAT, "older_adult": CLOSED}
    metres = by_walker.nearest_by_walker(HOMES, DOOR, STREET, grounds, ["library", "pharmacy"])
    table = by_walker.walkers_table(
        metres, HOMES, AREAS, WALKERS, frozenset({"library"}), STUDY_HERE, "D"
    )
    contracts.check(table, tables.BY_WALKER, "by_walker")
    rows: Any = table.set_index(["walker", "category", "measure", "neighbourhood_id"]).sort_index()
    share = rows.loc[("standard", "pharmacy", "within_10_min_pct")]
    assert share["value"].to_dict() == {"D": 50, "E": 0, "W": 100}
    shut_in = rows.loc[("older_adult", "pharmacy", "within_10_min_pct")]
    assert shut_in["value"].tolist() == [0, 0, 0]
    median = rows.loc[("older_adult", "pharmacy", "nearest_median_min", "D")]
    assert (median["state"], bool(pd.isna(median["value"]))) == ("unreachable", True)
    assert set(rows.loc[("standard", "library"), "state"]) == {"no_data"}


def test_what_is_not_mapped_is_unknown_only_where_the_category_says_so() -> None:
    doors = entrances_at(("a", -1, 0, 0), category="pharmacy")
    categories = {
        "pharmacy": rules(none_mapped_means="unknown"),
        "library": rules(none_mapped_means="unknown"),
        "tram_stop": rules(none_mapped_means="none"),
    }
    assert by_walker.unknown_categories(doors, categories) == {"library"}
