"""Newport against standards: every home of a sample to every site with a ruler, and on foot.

Sites are put together in another way, homes are held against every one of them, and walks are
searched for on the graph that `test_newport` splits itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from itertools import combinations
from typing import Any, NamedTuple

import geopandas as gpd
import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import shapely

from pipeline import files
from pipeline.access.standards import meet_standard
from pipeline.attainment import ALL_PCT
from pipeline.config import Method, Standard, Within
from pipeline.routing import as_graph
from pipeline.sites import build_sites
from tests.real.test_newport import ROOT, Built, Sample, newport, pytestmark, sample

__all__ = ["newport", "pytestmark", "sample"]

CODE = "W06000022"
WITHIN_M = 20.0
STANDARDS = ("natural_england_2023", "wales_greenspace_toolkit", "fields_in_trust")


class Site(NamedTuple):
    """One site, put together with a ruler."""

    assets: set[str]
    shape: Any
    may_be_larger: bool


def sites_by_ruler(
    assets: gpd.GeoDataFrame, categories: tuple[str, ...], edge: shapely.Geometry
) -> list[Site]:
    """Join what is no farther apart than 20 m, pair by pair; close each group alone."""
    rows = assets[assets["category"].isin(categories)].set_index("asset_id").geometry.to_dict()
    links = nx.Graph()
    links.add_nodes_from(rows)
    links.add_edges_from(
        (a, b) for a, b in combinations(rows, 2) if rows[a].distance(rows[b]) <= WITHIN_M
    )
    found = []
    for names in nx.connected_components(links):
        land = shapely.unary_union([rows[name] for name in names])
        shape = land.buffer(WITHIN_M / 2).buffer(-WITHIN_M / 2).union(land)
        has_outline = all(rows[name].area > 0 for name in names)
        found.append(Site(names, shape, not has_outline or shape.distance(edge) <= WITHIN_M))
    return found


class Ruled(NamedTuple):
    """Metres from each home of the sample to each site, and what the sites are."""

    hectares: npt.NDArray[np.float64]
    may_be_larger: npt.NDArray[np.bool_]
    line: npt.NDArray[np.float64]
    walk: npt.NDArray[np.float64]


def ruled(newport: Built, sample: Sample, categories: tuple[str, ...]) -> Ruled:
    coverage = newport.table("coverage")
    edge = coverage.geometry[coverage["what"] == "edge"].iloc[0]
    sites = sites_by_ruler(newport.table("assets"), categories, edge)
    doors = sample.entrances["asset_id"].to_numpy()
    walk = np.full((len(sample.homes), len(sites)), np.inf)
    for n, site in enumerate(sites):
        into = np.isin(doors, sorted(site.assets))
        if into.any():
            walk[:, n] = sample.walks[:, into].min(axis=1) / 10
    return Ruled(
        np.array([site.shape.area for site in sites]) / 10_000,
        np.array([site.may_be_larger for site in sites]),
        np.array([[home.distance(site.shape) for site in sites] for home in sample.homes.geometry]),
        walk,
    )


@pytest.fixture(scope="session")
def rulings(newport: Built, sample: Sample) -> Callable[[tuple[str, ...]], Ruled]:
    """Measure each set of categories once."""
    return cache(partial(ruled, newport, sample))


def near(metres: npt.NDArray[np.float64], distance_m: float) -> npt.NDArray[np.bool_]:
    return np.asarray((metres <= distance_m + 1e-6).any(axis=1))


@pytest.mark.parametrize("name", STANDARDS)
def test_each_home_meets_what_a_ruler_and_another_search_say(
    newport: Built,
    sample: Sample,
    rulings: Callable[[tuple[str, ...]], Ruled],
    name: str,
) -> None:
    standard: Standard = files.read_choices(ROOT / f"config/standards/{name}.yaml", Standard)
    assets, coverage = newport.table("assets"), newport.table("coverage")
    edge = coverage.geometry[coverage["what"] == "edge"].iloc[0]
    found = meet_standard(
        standard,
        as_graph(newport.table("network")),
        sample.homes,
        newport.table("entrances"),
        lambda names: build_sites(assets[assets["category"].isin(names)], WITHIN_M, edge),
    )
    known = sample.homes["known_within_m"].to_numpy()
    met = 0
    for criterion in standard.criteria:
        if not isinstance(criterion, Within):
            continue
        sites = rulings(criterion.categories)
        is_enough = sites.hectares >= criterion.smallest_ha
        may_be = ~is_enough & sites.may_be_larger
        for method, metres, distance in (
            (Method.WALKING, sites.walk, criterion.distance_m),
            (Method.STRAIGHT_LINE, sites.line, criterion.line_m),
        ):
            answer = found[criterion.id][method]
            is_within = near(metres[:, is_enough], distance)
            is_open = (known < distance) | near(sites.line[:, may_be], distance)
            assert (answer.is_within == is_within).all(), (criterion.id, method)
            assert (answer.may_be == (is_within | is_open)).all(), (criterion.id, method)
            met += int(is_within.sum())
    assert met > len(sample.homes)


def numbers(newport: Built) -> Any:  # noqa: ANN401 (rows by three keys)
    table = pd.read_parquet(newport.tables / "standards.parquet")
    return table.set_index(["standard", "criterion", "method", "neighbourhood_id"]).sort_index()


def test_newport_is_held_against_welsh_standards_and_those_of_everywhere(newport: Built) -> None:
    held = set(numbers(newport).index.get_level_values("standard"))
    assert held == {
        "fields_in_trust", "public_transport", "twenty_minute_neighbourhood",
        "wales_greenspace_toolkit", "who_europe",
    }  # fmt: skip


def test_what_reaches_beyond_the_map_is_open_and_shares_stay_between_their_ends(
    newport: Built,
) -> None:
    table = numbers(newport)
    # No site of 500 ha is known, and the data end before 10 km everywhere.
    assert set(table.loc[("wales_greenspace_toolkit", "five_hundred_hectares"), "state"]) == {
        "no_data"
    }
    assert table.loc[("wales_greenspace_toolkit", "hundred_hectares", "straight_line", CODE),
                     "at_most"] == ALL_PCT  # fmt: skip
    shares = table[(table["unit"] == "%") & table["value"].notna()]
    assert (shares["value"] <= shares["at_most"]).all()
    assert len(shares) > 1000


def test_on_foot_nobody_is_nearer_than_in_a_straight_line(newport: Built) -> None:
    table = numbers(newport)["value"].reset_index()
    values = table.pivot_table(
        index=["standard", "criterion", "neighbourhood_id"], columns="method", values="value"
    )
    same = values.drop(index="fields_in_trust", level="standard").drop(
        index="nearest", level="criterion"
    )
    gap = (same["straight_line"] - same["walking"]).dropna()
    assert len(gap) > 500
    # Lengths are rounded to decimetres, and a gate may stand 2 m outside its park.
    assert gap.min() > -0.5


def test_most_people_live_near_green_space_and_fewer_walk_there_as_soon(newport: Built) -> None:
    who = numbers(newport)["value"].loc[("who_europe", "half_hectare")]
    assert 20 < who["walking", CODE] < 45
    assert 55 < who["straight_line", CODE] < 85
