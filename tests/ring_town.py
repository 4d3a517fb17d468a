"""A town of rings and radials on a hill, with all that a street network has and a grid has not.

Rings of short edges cross radials; crescents lead from a junction back to itself; alleys run beside
streets between the same two junctions; cul-de-sacs end everywhere; flights of steps have no length
on the map; one hamlet lies apart, one road out of town is 50 km long, and some streets are shut.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.full_matrix import Town

RINGS, RADIALS = 4, 9
RING_DM = 5000
COUNTRY_ROAD_DM = 500_000


def ring_town(seed: int, *, is_hilly: bool, n_homes: int = 60, n_assets: int = 12) -> Town:
    """Lay out the same town for the same seed."""
    rng = np.random.default_rng(seed)
    edges = _edges(rng)
    network = pd.DataFrame(edges, columns=["start", "end", "length_dm"])
    network.insert(0, "edge_id", range(len(network)))
    homes = _points(rng, network, n_homes)
    homes["people"] = rng.integers(0, 5, n_homes) * 1.5
    doors = _points(rng, network, 3 * n_assets)
    doors["asset_id"] = [f"a{number:03}" for number in rng.integers(0, n_assets, 3 * n_assets)]
    supply = pd.Series(
        rng.integers(0, 40, n_assets) / 4, index=[f"a{number:03}" for number in range(n_assets)]
    )
    ground = sloping(rng, network) if is_hilly else None
    return Town(network, homes, doors, supply, ground)


def _edges(rng: np.random.Generator) -> list[tuple[int, int, int]]:
    """Number the middle 0, then the junctions of ring after ring, then the ends of cul-de-sacs."""
    at = np.arange(1, 1 + RINGS * RADIALS).reshape(RINGS, RADIALS)
    edges: list[tuple[int, int, int]] = []
    for ring in range(RINGS):
        side = int(RING_DM * (ring + 1) * 2 * np.pi / RADIALS)
        for ray in range(RADIALS):
            inner = 0 if ring == 0 else int(at[ring - 1, ray])
            edges += [
                (inner, int(at[ring, ray]), RING_DM + int(rng.integers(0, 90))),
                (int(at[ring, ray]), int(at[ring, (ray + 1) % RADIALS]), side),
            ]
    last = int(at[-1, -1])
    for junction in rng.choice(at.ravel(), 12, replace=False):
        last += 1
        edges.append((last, int(junction), int(rng.integers(1, 1500))))  # cul-de-sac, drawn inwards
    for start, end, length in [edges[n] for n in rng.choice(len(edges), 6, replace=False)]:
        edges.append(
            (end, start, length + int(rng.integers(0, 3)))
        )  # alley beside it, turned round
    for junction in rng.choice(at.ravel(), 4, replace=False):
        edges.append((int(junction), int(junction), int(rng.integers(100, 3000))))  # crescent
        edges.append((int(junction), last + 1, 0))  # steps down to a court
        last += 1
    edges += [(last + 1, last + 2, 4000), (last + 2, last + 3, 10)]  # the hamlet
    edges += [(int(at[-1, 0]), last + 4, COUNTRY_ROAD_DM), (last + 4, last + 5, 7)]
    return edges


def _points(rng: np.random.Generator, network: pd.DataFrame, n: int) -> pd.DataFrame:
    edge = rng.integers(0, len(network), n)
    length = network["length_dm"].to_numpy()[edge]
    # Many stand at the very ends, and several on one edge.
    along = np.round(length * np.clip(rng.normal(0.5, 0.6, n), 0, 1)).astype(np.int64)
    is_on = rng.random(n) < 0.95
    return pd.DataFrame(
        {
            "edge_id": np.where(is_on, edge, -1),
            "along_dm": np.where(is_on, along, 0),
            "snap_dm": np.where(is_on, rng.integers(0, 300, n), 0),
            "state": np.where(is_on, "ok", "unreachable"),
        }
    )


def sloping(rng: np.random.Generator, network: pd.DataFrame) -> pd.DataFrame:
    """Let every street cost more one way than the other, and shut a few."""
    length = network["length_dm"].to_numpy()
    uphill = 1 + rng.random(len(length))
    table = pd.DataFrame(
        {
            "edge_id": network["edge_id"],
            "forward_dm": np.round(length * uphill).astype(np.int64),
            "backward_dm": np.round(length * (0.9 + 0.3 * rng.random(len(length)))).astype(
                np.int64
            ),
            "is_open": rng.random(len(length)) > 0.07,
        }
    )
    return table.sample(frac=1, random_state=int(rng.integers(1000)))
