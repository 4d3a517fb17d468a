"""What fits a site: each need answered apart, and choices that contradict themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pipeline import files
from pipeline.config import Caution, UnusedKind, Use
from pipeline.errors import ChoiceIsNotAllowed
from pipeline.tags import described
from pipeline.uses import fit_uses, must_agree
from pipeline.wanted import must_cover
from tests.made_features import RULES

CONFIG = Path(__file__).parents[1] / "config"
USES: dict[str, Use] = files.read_configs(sorted((CONFIG / "uses").glob("*.yaml")), Use)
KINDS: dict[str, UnusedKind] = files.read_configs(
    sorted((CONFIG / "unused").glob("*.yaml")), UnusedKind
)
CAUTIONS: dict[str, Caution] = files.read_configs(
    sorted((CONFIG / "cautions").glob("*.yaml")), Caution
)


def finding(caution: str, share_pct: float | None, source: str = "flood_map") -> dict[str, Any]:
    """Say that a layer draws a caution on so much of a site; on none of it with 0."""
    state = "no_data" if share_pct is None else "ok" if share_pct else "true_zero"
    return {
        "caution": caution, "source": source, "is_here": bool(source) and share_pct != 0,
        "share_pct": share_pct, "state": state, "date": "2026-01-01" if source else "", "rows": [],
    }  # fmt: skip


def findings(*found: dict[str, Any]) -> str:
    return json.dumps(found)


CLEAR = findings(finding("contamination", 0.0), finding("flood", 0.0))
WET = findings(finding("contamination", 0.0), finding("flood", 100.0))


def site(**changes: object) -> gpd.GeoDataFrame:
    """Lay out a plot on which anything small could be."""
    row = {
        "site_id": "plot", "form": "land", "area_m2": 1600.0, "compactness": 0.785,
        "slope_pct": 2.0, "frontage_m": 40.0, "nearest_home_m": 120.0,
        "caution_findings": CLEAR, "planning": "", "status": "brownfield",
        "people_within_5_min_state": "ok",
    } | changes  # fmt: skip
    return gpd.GeoDataFrame([row], geometry=[shapely.box(0, 0, 40, 40)], crs=27700)


def judged(use: str, **changes: object) -> tuple[str, list[str], list[str], list[str], list[str]]:
    table, _ = fit_uses(site(**changes), {use: USES[use]}, longest_m=1200)
    row = table.iloc[0]
    names = [
        [name for name, _ in json.loads(row[column])]
        for column in ("because", "to_check", "ruled_out_by", "would_rule_out")
    ]
    return row["fits"], names[0], names[1], names[2], names[3]


def test_a_use_fits_where_every_need_is_met_and_each_says_so() -> None:
    fits, met, unknown, failed, bears_on = judged("play_space")
    assert (fits, unknown, failed) == ("yes", [], [])
    assert met == ["area_met", "compactness_met", "slope_met", "frontage_met", "homes_met"]
    assert bears_on == ["caution_if", "caution_if", "in_use", "owner"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"area_m2": 399.0}, "area_low"),
        ({"area_m2": 10_001.0}, "area_high"),
        ({"compactness": 0.2}, "compactness_low"),
        ({"slope_pct": 10.5}, "slope_high"),
        ({"frontage_m": 0.0}, "frontage_low"),
        ({"nearest_home_m": 401.0}, "homes_high"),
        ({"nearest_home_m": np.nan}, "homes_far"),
        ({"nearest_home_m": np.nan, "people_within_5_min_state": "unreachable"}, "no_street"),
        ({"caution_findings": WET}, "caution"),
    ],
)
def test_one_need_that_is_not_met_rules_a_use_out_and_says_why(
    change: dict[str, Any], reason: str
) -> None:
    fits, _, _, failed, _ = judged("play_space", **change)
    assert (fits, failed) == ("no", [reason])


@pytest.mark.parametrize("change", [{"area_m2": 400.0}, {"area_m2": 10_000.0}, {"slope_pct": 10.0}])
def test_exactly_what_is_asked_for_is_enough(change: dict[str, Any]) -> None:
    assert judged("play_space", **change)[0] == "yes"


def test_what_is_not_known_is_to_be_checked_and_a_slope_only_where_heights_are_known() -> None:
    fits, _, unknown, _, _ = judged("play_space", area_m2=np.nan, frontage_m=np.nan)
    assert (fits, unknown) == ("to_check", ["area_unknown", "frontage_unknown"])
    fits, _, unknown, _, bears_on = judged("play_space", slope_pct=np.nan)
    assert (fits, unknown) == ("yes", [])
    assert "slope_unknown" in bears_on


def test_a_caution_that_a_use_does_not_mind_is_said_all_the_same() -> None:
    fits, _, _, _, bears_on = judged("pocket_park", caution_findings=WET)
    assert fits == "yes"
    assert bears_on[:2] == ["caution_if", "caution_known"]


def test_what_nobody_has_looked_for_is_never_said_not_to_be_there() -> None:
    silent = findings(finding("contamination", None, ""), finding("flood", None, ""))
    fits, _, _, _, bears_on = judged("play_space", caution_findings=silent)
    assert fits == "yes"
    assert bears_on[:2] == ["caution_unknown", "caution_unknown"]


@pytest.mark.parametrize(
    ("share", "fits", "reason"),
    [(75.0, "to_check", "caution_partly"), (75.1, "no", "caution"), (None, "no", "caution")],
)
def test_a_use_stays_possible_where_what_a_flood_leaves_is_room_enough(
    share: float | None, fits: str, reason: str
) -> None:
    """A play space asks for 400 m², a quarter of the plot of 1600 m²."""
    found = judged("play_space", caution_findings=findings(finding("flood", share)))
    assert found[0] == fits
    assert reason in (*found[2], *found[3])


def test_buildings_are_offered_what_goes_into_buildings_alone() -> None:
    table, counted = fit_uses(site(form="unit"), USES, longest_m=1200)
    assert set(table["use"]) == {name for name, use in USES.items() if "unit" in use.on}
    assert counted["sites_by_use"] == dict.fromkeys(sorted(set(table["use"])), 1)


def test_the_choices_agree_with_the_categories_and_with_what_overpass_is_asked() -> None:
    must_agree(USES, KINDS, CAUTIONS, RULES)
    must_cover(described(KINDS), "unused")
    must_cover(described(CAUTIONS), "cautions")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("area_m2: {at_least: 500.0, at_most: 400.0}", "at_least is 500 and at_most is 400"),
        ("area_m2: {}", "needs at_least, at_most or both"),
        ("compactness: {at_least: 1.2}", "no shape has more than 1"),
        ("colour: red", "colour: this key is not known"),
    ],
)
def test_contradictory_needs_get_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "garden.yaml"
    plain = "label: Garden\none: garden\nadds: park\non: [land]\nwho: neighbours\nreference: none\n"
    path.write_text(plain + text)
    with pytest.raises(ChoiceIsNotAllowed, match=sentence) as stop:
        files.read_configs([path], Use)
    assert str(stop.value).startswith(f"{path}: ")


def test_needs_of_land_are_not_asked_of_buildings(tmp_path: Path) -> None:
    path = tmp_path / "hall.yaml"
    path.write_text(
        "label: Hall\none: hall\nadds: park\non: [unit]\nwho: service\nreference: none\n"
        "slope_pct: {at_most: 3.0}"
    )
    with pytest.raises(ChoiceIsNotAllowed, match="slope_pct is a need of open land"):
        files.read_configs([path], Use)


def test_uses_that_could_bring_nothing_to_anybody_get_a_sentence() -> None:
    wood = USES["woodland"].model_copy(update={"area_m2": None})
    with pytest.raises(ChoiceIsNotAllowed, match="nature_space counts from 2000 m² only"):
        must_agree({"woodland": wood}, {}, CAUTIONS, RULES)
    lost = USES["woodland"].model_copy(update={"adds": "forest"})
    with pytest.raises(ChoiceIsNotAllowed, match=r"no file config/categories/forest\.yaml"):
        must_agree({"woodland": lost}, {}, CAUTIONS, RULES)
    wary = USES["woodland"].model_copy(update={"not_where": ("quake",)})
    with pytest.raises(ChoiceIsNotAllowed, match=r"no file config/cautions/quake\.yaml"):
        must_agree({"woodland": wary}, {}, CAUTIONS, RULES)
