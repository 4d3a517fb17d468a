"""Every measure equals its formula over the matrix of all walks, and what PySAL makes of it."""

import numpy as np
import pandas as pd
import pytest

from pipeline.access import Origins, nearest_asset
from pipeline.access.standing import Destinations
from pipeline.routing import as_graph
from pipeline.routing.within import SOME_ASSETS
from tests.full_matrix import Town, must_agree, walks_of
from tests.ring_town import COUNTRY_ROAD_DM, ring_town


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("is_hilly", [False, True])
def test_in_a_town_of_rings_and_radials(seed: int, *, is_hilly: bool) -> None:
    walks = must_agree(ring_town(seed, is_hilly=is_hilly))
    reached = np.isfinite(walks.to_numpy())
    # The town is not so small that all or nothing is within reach.
    assert 0.3 < reached.mean() < 1
    assert 0.1 < (walks.to_numpy() <= 1200).mean() < 0.7


def test_with_more_assets_than_one_thread_shares_out() -> None:
    town = ring_town(5, is_hilly=True, n_homes=40, n_assets=3 * SOME_ASSETS - 1)
    assert len(set(town.entrances["asset_id"])) > 2 * SOME_ASSETS
    must_agree(town)


def test_the_country_road_is_as_long_as_it_is() -> None:
    town = ring_town(0, is_hilly=False)
    road = int(town.network["length_dm"].argmax())
    ends = pd.DataFrame({"edge_id": [road], "along_dm": [COUNTRY_ROAD_DM], "snap_dm": [0]})
    home = ends.assign(state="ok", people=1.0)
    at = town.network.iloc[road + 1]
    door = ends.assign(edge_id=int(at["edge_id"]), along_dm=7, state="ok", asset_id="a")
    door = pd.concat([door, door.assign(edge_id=road, along_dm=0)])
    far = Town(town.network, home, door.assign(asset_id=["near", "far"]), pd.Series())
    assert walks_of(far).to_numpy().tolist() == [[50_000.0, 0.7]]
    graph = as_graph(far.network)
    found = nearest_asset(graph, Origins.of(graph, home), Destinations.of(graph, far.entrances))
    assert found["nearest_m"].tolist() == [0.7]


def test_turning_every_street_round_changes_nothing() -> None:
    town = ring_town(3, is_hilly=True)
    assert town.ground is not None
    turned = town.network.rename(columns={"start": "end", "end": "start"})
    swapped = town.ground.rename(columns={"forward_dm": "backward_dm", "backward_dm": "forward_dm"})
    length = turned.set_index("edge_id")["length_dm"].reindex(range(-1, len(turned))).fillna(0)

    def mirrored(points: pd.DataFrame) -> pd.DataFrame:
        along = length[points["edge_id"]].to_numpy() - points["along_dm"]
        return points.assign(along_dm=along.astype(np.int64))

    back = Town(turned, mirrored(town.homes), mirrored(town.entrances), town.supply, swapped)
    # Halves of a decimetre are rounded up from either end, so walks may differ by one at each.
    walks, turned_walks = walks_of(town).to_numpy(), must_agree(back).to_numpy()
    assert (np.isfinite(walks) == np.isfinite(turned_walks)).all()
    both = np.isfinite(walks)
    assert np.abs(walks[both] - turned_walks[both]).max() <= 0.2 + 1e-9
