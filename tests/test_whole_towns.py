"""Helsinki as it is mapped and Sampleton as it is made: every measure of every category again.

The real Makefile builds streets, homes and entrances; then each measure of the engine is held
against its formula over the matrix of all walks, which networkx finds.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.full_matrix import Town, must_agree, walks_of
from tests.ring_town import sloping
from tests.whole import built_district

pytestmark = pytest.mark.slow

TABLES = ("network", "homes", "entrances", "assets")
N_HOMES = 400
FEWEST_CATEGORIES = {"helsinki-centre": 15, "sampleton": 20}


@pytest.fixture(scope="module", params=["helsinki-centre", "sampleton"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Build a district, and take some of its homes."""
    made = built_district(tmp_path_factory, request.param).tables
    network, homes, entrances, assets = (
        gpd.read_parquet(made / f"{name}.parquet") for name in TABLES
    )
    sample = homes.sample(min(N_HOMES, len(homes)), random_state=7)
    supply = assets.set_index("asset_id")["area_m2"] / 10_000 + 0.25
    return Town(network, with_passers_by(network, sample), entrances, supply)


def with_passers_by(network: pd.DataFrame, homes: pd.DataFrame) -> pd.DataFrame:
    """Let walks start anywhere on the streets too: the centre of Helsinki maps few homes."""
    rng = np.random.default_rng(7)
    n = N_HOMES // 2
    edge = rng.choice(network["edge_id"].to_numpy(), n)
    length = network.set_index("edge_id")["length_dm"].reindex(edge).to_numpy()
    others = pd.DataFrame(
        {
            "edge_id": edge,
            "along_dm": rng.integers(0, length, endpoint=True),
            "snap_dm": rng.integers(0, 1500, n),
            "state": "ok",
            "people": rng.integers(0, 4, n) * 0.5,
        }
    )
    return pd.concat([homes[others.columns], others], ignore_index=True)


@pytest.mark.parametrize("is_hilly", [False, True])
def test_every_measure_of_every_category_equals_its_formula_over_all_walks(
    town: Town, request: pytest.FixtureRequest, *, is_hilly: bool
) -> None:
    if is_hilly:
        ground = sloping(np.random.default_rng(7), town.network)
        town = Town(town.network, town.homes, town.entrances, town.supply, ground)
    walks = walks_of(town)
    assert np.isfinite(walks.to_numpy()).mean() > 0.7
    categories = town.entrances.groupby("category")
    for _, entrances in categories:
        alone = Town(town.network, town.homes, entrances, town.supply, town.ground)
        must_agree(alone, walks[sorted(set(entrances["asset_id"]))])
    name = next(name for name in FEWEST_CATEGORIES if name in request.node.name)
    assert len(categories) >= FEWEST_CATEGORIES[name]
