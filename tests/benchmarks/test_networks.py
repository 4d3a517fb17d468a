"""Towns made of tiles: the same place again and again, joined, as dense at any size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse import csgraph

from benchmarks.networks import Town, homes_of, tiled, town_in


@pytest.fixture
def tile(tmp_path: Path) -> Town:
    """Make a ring of four junctions round a square of 100 m, with a short cut and a blind loop."""
    path = tmp_path / "ring.npz"
    np.savez(
        path, u=[0, 1, 2, 3, 0, 0, 2], v=[1, 2, 3, 0, 2, 1, 2],
        w=[100.0, 100, 100, 100, 150, 120, 70], x=[0.0, 100, 100, 0], y=[0.0, 0, 100, 100],
        anode=[1, 3], acat=[0, 1],
    )  # fmt: skip
    return town_in(path)


def parts(town: Town) -> int:
    joined = sparse.coo_array(
        (np.ones(len(town.start)), (town.start, town.end)), (town.n_nodes, town.n_nodes)
    )
    return int(csgraph.connected_components(joined, directed=False)[0])


def test_of_two_edges_between_the_same_junctions_the_shorter_stays_and_loops_go(
    tile: Town,
) -> None:
    assert sorted(tile.length_dm.tolist()) == [1000, 1000, 1000, 1000, 1500]
    assert (tile.start != tile.end).all()


@pytest.mark.parametrize("n_tiles", [1, 2, 5, 9])
def test_tiles_are_joined_at_their_seams_and_bring_their_assets_along(
    tile: Town, n_tiles: int
) -> None:
    town = tiled(tile, 4 * n_tiles)
    assert town.n_nodes == 4 * n_tiles
    assert parts(town) == 1
    assert np.bincount(town.category).tolist() == [n_tiles, n_tiles]


def test_a_seam_joins_images_across_a_gap_of_a_metre(tile: Town) -> None:
    town = tiled(tile, 8)
    crossing = np.sign(town.x[town.start] - 100.5) != np.sign(town.x[town.end] - 100.5)
    assert town.length_dm[crossing].tolist() == [10, 10]
    assert (town.y[town.start[crossing]] == town.y[town.end[crossing]]).all()


def test_no_edge_is_shorter_than_the_straight_line(tile: Town) -> None:
    town = tiled(tile, 100)
    straight = np.hypot(
        town.x[town.start] - town.x[town.end], town.y[town.start] - town.y[town.end]
    )
    assert (town.length_dm >= 10 * straight - 1e-6).all()


def test_a_place_without_assets_gets_as_many_a_junction_at_any_size(tmp_path: Path) -> None:
    side = np.arange(99.0)
    np.savez(tmp_path / "row.npz", u=side[:-1].astype(int), v=side[1:].astype(int),
             w=np.full(98, 10.0), x=side * 10, y=np.zeros(99))  # fmt: skip
    small, large = (tiled(town_in(tmp_path / "row.npz"), n) for n in (9_900, 39_600))
    assert small.n_categories == large.n_categories == 20
    assert len(large.category) / len(small.category) == pytest.approx(4, rel=0.01)


def test_homes_stand_on_their_edges_and_are_the_same_each_time(tile: Town) -> None:
    homes, again = homes_of(tile, 500), homes_of(tile, 500)
    assert (homes.along_dm >= 0).all()
    assert (homes.along_dm <= tile.length_dm[homes.edge]).all()
    assert (homes.edge == again.edge).all()


def test_a_town_is_read_back_as_it_was_written(tile: Town, tmp_path: Path) -> None:
    tile.save(tmp_path / "town.npz")
    read = Town.load(tmp_path / "town.npz")
    assert (read.length_dm == tile.length_dm).all()
    assert (read.asset_node == tile.asset_node).all()
