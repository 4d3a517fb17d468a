"""Tables without the records of one licence: made anew, copied, or left out with a reason."""

from __future__ import annotations

import pytest

from pipeline import tables
from pipeline.assets import build_assets
from pipeline.errors import ChoiceIsNotAllowed
from pipeline.licences import COPIED, MADE_ANEW, left_out, resting_on, the_licence
from pipeline.records import LayerRows
from tests.made_features import (
    OUTLINE,
    RULES,
    SOURCE,
    area,
    council_list,
    features_of,
    rows_of,
)

OWN = {"openstreetmap": "ODbL-1.0", "boundaries": "OGL-UK-3.0", "markets": "CC-BY-4.0"}
ALL = [table.name for table in tables.ALL]


def test_what_rests_on_the_map_goes_with_its_licence_and_boundaries_stay() -> None:
    rests = resting_on(ALL, OWN)

    assert rests["network"] == {"ODbL-1.0"}
    assert rests["neighbourhoods"] == {"OGL-UK-3.0"}
    assert rests["access"] == set(OWN.values())


@pytest.mark.parametrize("without", sorted(set(OWN.values())))
def test_every_table_is_made_anew_copied_or_named_with_its_reason(without: str) -> None:
    gone = set(left_out(ALL, OWN, without)["table"])
    copied = {name for name in COPIED if without not in resting_on([name], OWN)[name]}

    assert gone | copied | set(MADE_ANEW) == set(ALL)
    assert not gone & (copied | set(MADE_ANEW))


def test_a_licence_is_found_by_its_name_and_others_get_a_sentence() -> None:
    assert the_licence("odbl-1.0", OWN) == "ODbL-1.0"
    with pytest.raises(ChoiceIsNotAllowed, match="no input of this district is under it"):
        the_licence("GPL", OWN)


def test_without_the_map_an_asset_is_what_the_list_says_alone() -> None:
    rows = rows_of({"Name": "Victoria Gardens", "Easting": "331060", "Northing": "188060"})
    mapped = features_of(area(1, 0, 0, 120, leisure="park", name="Victoria Park"))
    layer = LayerRows(council_list(category="park", licence="OGL-UK-3.0"), rows)
    both, _ = build_assets(mapped, RULES, {"parks": layer}, OUTLINE, osm=SOURCE, buffer_m=500)
    lists, _ = build_assets(
        mapped.iloc[:0], RULES, {"parks": layer}, OUTLINE, osm=SOURCE, buffer_m=500
    )

    assert set(",".join(both.assets["licences"]).split(",")) == {"ODbL-1.0", "OGL-UK-3.0"}
    assert lists.assets["licences"].tolist() == ["OGL-UK-3.0"]
    assert lists.assets["name"].tolist() == ["Victoria Gardens"]
    assert lists.records["source"].tolist() == ["parks"]
