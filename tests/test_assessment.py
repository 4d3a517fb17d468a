"""The joint assessment: sums over kinds and ways worked by hand, states, and what is beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline import contracts, files, tables
from pipeline.assessment import Beside, assess, members
from pipeline.config import Category, Standard

ROOT = Path(__file__).parent.parent
LOOKS: dict[str, Category] = files.read_configs(
    [ROOT / f"config/categories/{name}.yaml" for name in ("park", "water", "library", "pub")],
    Category,
)
STANDARDS: dict[str, Standard] = files.read_configs(
    [ROOT / "config/standards/public_transport.yaml"], Standard
)
ALL_HOME = {"park": 80.0, "water": 50.0, "library": 25.0, "pub": 100.0}


def indicators(
    shares: dict[str, dict[str, float]], states: dict[tuple[str, str], str] | None = None
) -> pd.DataFrame:
    rows = [
        {
            "neighbourhood_id": code,
            "category": category,
            "measure": measure,
            "value": value if (states or {}).get((code, category), "ok") == "ok" else np.nan,
            "unit": "%",
            "state": (states or {}).get((code, category), "ok" if value else "true_zero"),
            "coverage_pct": {"park": 90.0, "pub": 60.0}.get(category, 100.0),
            "source": "openstreetmap" if category != "park" else "greenspace,openstreetmap",
            "source_date": "2025-01-01" if category == "park" else "2026-01-01",
        }
        for code, ours in shares.items()
        for category, value in ours.items()
        for measure in ("within_5_min_pct", "within_10_min_pct")
    ]
    return pd.DataFrame(rows)


def areas(deciles: dict[str, int | None]) -> pd.DataFrame:
    known = [decile is not None for decile in deciles.values()]
    return pd.DataFrame(
        {
            "neighbourhood_id": list(deciles),
            "deprivation_rank": pd.array(
                [None if d is None else 100 * d for d in deciles.values()], dtype="Int64"
            ),
            "deprivation_decile": pd.array(list(deciles.values()), dtype="Int64"),
            "deprivation_year": pd.array([2025 if each else None for each in known], dtype="Int64"),
            "deprivation_state": np.where(known, "ok", "no_data"),
        }
    )


def domains(deciles: dict[str, dict[str, int]]) -> pd.DataFrame:
    rows = [
        {"neighbourhood_id": code, "domain": domain, "rank": 10 * decile, "decile": decile,
         "is_access": domain == "access", "state": "ok"}
        for code, ours in deciles.items()
        for domain, decile in ours.items()
    ]  # fmt: skip
    table = pd.DataFrame(
        rows, columns=["neighbourhood_id", "domain", "rank", "decile", "is_access", "state"]
    )
    return table.astype({"rank": "Int64", "decile": "Int64", "is_access": bool})


def standards(shares: dict[str, tuple[float, float]]) -> pd.DataFrame:
    """One neighbourhood: what is certain and at most on foot; in a straight line all meet it."""
    rows = [
        {"neighbourhood_id": "A", "standard": "public_transport", "criterion": criterion,
         "method": method, "value": low if method == "walking" else 100.0,
         "at_most": high if method == "walking" else 100.0, "unit": "%", "state": "ok",
         "coverage_pct": 70.0, "source": "openstreetmap", "source_date": "2026-01-01"}
        for criterion, (low, high) in shares.items()
        for method in ("walking", "straight_line")
    ]  # fmt: skip
    names = ["neighbourhood_id", "standard", "criterion", "method", "value", "at_most", "unit",
             "state", "coverage_pct", "source", "source_date"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def assessed(
    table: pd.DataFrame,
    held: pd.DataFrame | None = None,
    beside: Beside | None = None,
) -> dict[tuple[str, str, str], dict[str, Any]]:
    nobody = Beside(areas({"A": None}), domains({}), pd.DataFrame())
    found = assess(
        table, standards({}) if held is None else held, beside or nobody, LOOKS, STANDARDS, 10
    )
    contracts.check(found, tables.ASSESSMENT, "assessment")
    rows = found.to_dict("records")
    return {
        (row["neighbourhood_id"], row["part"], row["item"]): {str(k): v for k, v in row.items()}
        for row in rows
    }


def test_kinds_and_ways_are_sums_of_shares() -> None:
    """Of green space 0.8 parks and 0.5 waters are within reach: 1.3 of 2 kinds."""
    found = assessed(indicators({"A": ALL_HOME}))
    green = found["A", "kind", "green_space"]
    assert (green["value"], green["of"], green["unit"]) == (1.3, 2, "kinds of assets")
    assert found["A", "kind", "buildings"]["value"] == 0.25
    assert found["A", "all", "all"]["value"] == pytest.approx(2.55)
    assert found["A", "all", "all"]["of"] == 4
    learn = [name for name, look in LOOKS.items() if "keep_learning" in look.five_ways]
    expected = sum(ALL_HOME[name] for name in learn) / 100
    assert found["A", "way", "keep_learning"]["value"] == pytest.approx(expected)
    assert found["A", "category", "pub"]["value"] == 100


def test_a_sum_is_the_mean_over_people_of_how_many_each_has() -> None:
    """Ten people, each with their own set of kinds, counted one by one."""
    random = np.random.default_rng(7)
    has = random.random((10, 4)) < [0.8, 0.5, 0.2, 0.6]
    shares = dict(zip(ALL_HOME, (100 * has.mean(axis=0)).tolist(), strict=True))
    found = assessed(indicators({"A": shares}))
    assert found["A", "all", "all"]["value"] == pytest.approx(has.sum(axis=1).mean())


def test_what_is_not_known_is_left_out_of_both_sides() -> None:
    table = indicators(
        {"A": ALL_HOME, "B": ALL_HOME, "C": ALL_HOME},
        {("A", "water"): "no_data", **{("B", c): "no_data" for c in ALL_HOME},
         **{("C", c): "suppressed" for c in ALL_HOME}},
    )  # fmt: skip
    found = assessed(table)
    green = found["A", "kind", "green_space"]
    assert (green["value"], green["of"], green["state"]) == (0.8, 1, "ok")
    assert found["B", "all", "all"]["state"] == "no_data"
    assert np.isnan(found["B", "all", "all"]["value"])
    assert found["C", "all", "all"]["state"] == "suppressed"
    nothing = assessed(indicators({"A": dict.fromkeys(ALL_HOME, 0.0)}))
    assert nothing["A", "all", "all"]["state"] == "true_zero"


def test_a_sum_is_as_certain_as_its_least_certain_part_and_as_old_as_its_oldest() -> None:
    found = assessed(indicators({"A": ALL_HOME}))["A", "all", "all"]
    assert found["coverage_pct"] == 60
    assert found["source"] == "greenspace,openstreetmap"
    assert found["source_date"] == "2025-01-01"


def test_of_a_standard_criteria_count_that_half_of_the_residents_are_certain_to_meet() -> None:
    """By the body's own method, which for stops and stations is on foot."""
    criteria = [each.id for each in STANDARDS["public_transport"].criteria]
    held = standards({criteria[0]: (50.0, 60.0), criteria[1]: (20.0, 90.0)})
    found = assessed(indicators({"A": ALL_HOME}), held)
    met = found["A", "standard", "public_transport"]
    assert (met["value"], met["of"]) == (1, 2)
    one = found["A", "criterion", f"public_transport__{criteria[1]}"]
    assert (one["value"], one["low"], one["high"]) == (20, 20, 90)


def test_deprivation_stands_beside_and_says_what_holds_access() -> None:
    beside = Beside(
        areas({"A": 3, "B": None}),
        domains({"A": {"income": 2, "access": 9}, "B": {"income": 4, "access": 5}}),
        pd.DataFrame(),
    )
    found = assessed(indicators({"A": ALL_HOME, "B": ALL_HOME}), beside=beside)
    assert found["A", "deprivation", "decile"]["value"] == 3
    assert found["B", "deprivation", "decile"]["state"] == "no_data"
    assert found["A", "deprivation_domain", "access"]["holds_access"]
    assert not found["A", "deprivation_domain", "income"]["holds_access"]
    assert found["A", "deprivation_domain", "income"]["source_date"] == "2025"


def test_only_what_is_in_use_is_counted() -> None:
    looks = LOOKS | files.read_configs([ROOT / "config/categories/vacant_shop.yaml"], Category)
    assert "vacant_shop" not in members(looks)["all", "all"]
    assert ("kind", "unused_land") not in members(looks)
