"""Clusters: towns whose pattern is known, the formula by hand, and what cannot be compared."""

from __future__ import annotations

import builtins
import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline.clusters import find_clusters, largest_p, neighbours_of
from pipeline.config import Clusters
from pipeline.errors import PackageIsMissing

SIDE = 6
# Loading esda and compiling its kernels takes longer than all that is asked of it.
LOADS = pytest.mark.slow
CHOICES = Clusters(permutations=999)


def areas(side: int = SIDE) -> gpd.GeoDataFrame:
    """Lay out squares of 100 m, row by row from the south-west."""
    squares = [
        shapely.box(100 * x, 100 * y, 100 * x + 100, 100 * y + 100)
        for y in range(side)
        for x in range(side)
    ]
    codes = [f"N{n:02}" for n in range(side * side)]
    return gpd.GeoDataFrame({"neighbourhood_id": codes}, geometry=squares, crs=27700)


def assessed(values: list[float], of: float = 30.0) -> pd.DataFrame:
    """Say how many kinds of assets each square has within reach; all are known of."""
    codes = [*[f"N{n:02}" for n in range(len(values))], "D"]
    return pd.DataFrame(
        {
            "neighbourhood_id": codes, "part": "all", "item": "all", "value": [*values, 10.0],
            "of": of, "low": np.nan, "high": np.nan, "unit": "kinds of assets", "state": "ok",
            "coverage_pct": 100.0, "holds_access": True, "source": "osm", "source_date": "2026",
        }
    )  # fmt: skip


def found(
    values: list[float], table: pd.DataFrame | None = None, where: gpd.GeoDataFrame | None = None
) -> tuple[pd.Series, pd.DataFrame, dict[str, Any]]:
    """Return the cluster of each, its numbers, and the report."""
    rows, report = find_clusters(
        assessed(values) if table is None else table,
        areas() if where is None else where,
        CHOICES,
        "D",
    )
    named = rows[rows["part"] == "cluster"].set_index("neighbourhood_id")["item"]
    told = rows[rows["part"] == "cluster_number"]
    numbers = pd.DataFrame(
        {item: own.set_index("neighbourhood_id")["value"] for item, own in told.groupby("item")}
    )
    return named, numbers, report


def two_blocks() -> list[float]:
    """Give the west of the town much and the east little."""
    return [20.0 + (n % 7) / 10 if n % SIDE < SIDE // 2 else 5.0 + (n % 7) / 10 for n in range(36)]


esda = pytest.importorskip("esda", reason="esda, which finds clusters, is not installed")


@LOADS
def test_of_a_town_of_two_blocks_each_is_a_cluster_of_its_own() -> None:
    named, numbers, _ = found(two_blocks())
    # Squares with eight neighbours, all of their own block.
    west, east = ([f"N{SIDE * y + x:02}" for y in range(1, SIDE - 1)] for x in (1, SIDE - 2))
    assert set(named[west]) == {"much_beside_much"}
    assert set(named[east]) == {"less_beside_less"}
    assert (numbers.loc[west + east, "local_moran"] > 0).all()
    assert {"much_beside_less", "less_beside_much"}.isdisjoint(named)


@LOADS
def test_on_a_board_of_black_and_white_nobody_is_like_those_beside_it() -> None:
    """Of eight that a square touches four differ and four agree; of five at an edge three do."""
    board = [20.0 if (n % SIDE + n // SIDE) % 2 else 5.0 for n in range(36)]
    _, numbers, _ = found(board)
    edge = list(range(1, SIDE - 1))
    assert numbers["local_moran"].iloc[edge].to_numpy() == pytest.approx(np.full(4, -(35 / 36) / 5))
    inner = numbers.loc["N07", "local_moran"]
    assert inner == pytest.approx(0, abs=1e-12)


@LOADS
def test_the_statistic_is_that_of_the_formula_written_out() -> None:
    values = [float(v) for v in np.random.default_rng(7).normal(12, 4, 36)]
    _, numbers, _ = found(values)
    mean = sum(values) / 36
    z = [v - mean for v in values]
    squares = sum(each * each for each in z)
    for n in range(36):
        x, y = n % SIDE, n // SIDE
        around = [
            z[b * SIDE + a]
            for b in range(max(y - 1, 0), min(y + 2, SIDE))
            for a in range(max(x - 1, 0), min(x + 2, SIDE))
            if (a, b) != (x, y)
        ]
        wanted = 35 * z[n] * (sum(around) / len(around)) / squares
        assert math.isclose(numbers["local_moran"].iloc[n], wanted, rel_tol=1e-9)
        assert numbers["neighbours"].iloc[n] == len(around)


@LOADS
def test_the_same_question_has_the_same_answer() -> None:
    one, other = found(two_blocks())[1], found(two_blocks())[1]
    pd.testing.assert_frame_equal(one, other)


@LOADS
def test_chance_names_hardly_anything() -> None:
    values = [float(v) for v in np.random.default_rng(3).normal(12, 4, 36)]
    named, _, report = found(values)
    assert (named != "as_by_chance").sum() <= 2
    assert report["compared"] == 36


@LOADS
def test_islands_and_what_is_not_known_are_left_out_and_said() -> None:
    where = areas()
    far = shapely.box(9000, 9000, 9100, 9100)
    where.loc[35, "geometry"] = far
    table = assessed(two_blocks())
    table.loc[3, "of"] = 20.0  # too little is known of N03
    named, numbers, report = found([], table, where)
    assert (report["islands"], report["not_known"], report["compared"]) == (["N35"], ["N03"], 34)
    assert named[["N03", "N35"]].tolist() == ["none", "none"]
    assert numbers.loc[["N03", "N35"], "p"].isna().all()


def test_where_all_have_the_same_nothing_is_said() -> None:
    rows, report = find_clusters(assessed([7.0] * 36), areas(), CHOICES, "D")
    assert (len(rows), report["compared"]) == (0, 0)


def test_squares_that_meet_in_a_corner_are_neighbours() -> None:
    near = neighbours_of(np.asarray(areas(3).geometry.array))
    assert near[4] == [0, 1, 2, 3, 5, 6, 7, 8]
    assert near[0] == [1, 3, 4]


@pytest.mark.parametrize(
    ("p", "largest"),
    [
        ([0.01, 0.02, 0.03, 0.04], 0.04),  # the fourth: 0.04 ≤ 0.05
        ([0.013, 0.026, 0.038, 0.051], 0.0),
        ([0.001, 0.03, 0.6, 0.9], 0.001),  # 0.03 > 0.025
    ],
)
def test_what_counts_is_told_by_the_rule_of_benjamini_and_hochberg(
    p: list[float], largest: float
) -> None:
    assert largest_p(np.array(p), 0.05) == largest


def test_without_the_package_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:  # noqa: ANN401
        if name.partition(".")[0] == "esda":
            raise ImportError(name)
        return load(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(PackageIsMissing, match="the package esda, which works them out, is not"):
        found(two_blocks())
