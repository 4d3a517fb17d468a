"""Gates, stiles and kerbs that stand on streets → which edges of the network they stand on.

A locked gate cuts the network for everyone and is not dealt with here. What stands here lets most
people pass and stops some: who that is, the walkers say (`config/walkers`).
"""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.tags import Tags, read_tags

Floats = npt.NDArray[np.float64]

# What walkers may ask of a node. Not its width: that of a bollard is not that of the gap beside it.
KEPT_TAGS = ("barrier", "kerb", "maxwidth:physical", "stile", "wheelchair")
# Of ways that meet in a node, it stands on those of the highest rank; all others are streets, 0.
RANKS = {
    "cycleway": 1, "pedestrian": 1, "track": 1, "bridleway": 2, "footway": 2, "path": 2, "steps": 2,
}  # fmt: skip
# Places of nodes agree to the last digit; whole millimetres make that sure.
_PER_M = 1000


def barriers_on(network: gpd.GeoDataFrame, features: gpd.GeoDataFrame) -> list[str]:
    """Note on every edge of a network the barriers and kerbs that stand on it.

    A stile where a footpath leaves a road or a track is in the way of those who take the path and
    of nobody else, so a node that ways share stands on the narrowest kind of them. A kerb is in
    the way of those who cross a carriageway, never of those who walk along it.

    Parameters
    ----------
    network
        Edges with `highway` and `geometry`; n of them.
    features
        Tagged features; the points among them are looked at.

    Returns
    -------
    list of str
        Tags of what stands on each edge, as a JSON list of objects without repetition, or empty;
        n of them in the order of the edges.
    """
    found = _nodes(features).merge(_vertices(network), on=["x", "y"])
    highest = found.groupby(["x", "y"])["rank"].transform("max")
    is_kept = (found["rank"] == highest) & (found["has_barrier"] | (found["rank"] > 0))
    on_edge = found[is_kept].drop_duplicates(["edge", "tags"]).sort_values(["edge", "tags"])
    texts = on_edge.groupby("edge")["tags"].agg(lambda tags: f"[{', '.join(tags)}]")
    result = np.full(len(network), "", dtype=object)
    result[texts.index.to_numpy(dtype=np.int64)] = texts.to_numpy()
    return list(result)


def _nodes(features: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return where barriers and kerbs stand, in whole millimetres, with what is kept of them."""
    is_here = (features["shape"] == "point") & features["tags"].str.contains('"barrier"|"kerb"')
    points = features[is_here]
    tags = read_tags(points["tags"])
    return _in_millimetres(shapely.get_coordinates(points.geometry.to_numpy())).assign(
        has_barrier=["barrier" in t for t in tags], tags=[_kept(t) for t in tags]
    )


def _vertices(network: gpd.GeoDataFrame) -> pd.DataFrame:
    points, edge = shapely.get_coordinates(network.geometry.to_numpy(), return_index=True)
    rank = network["highway"].map(RANKS).fillna(0).to_numpy(dtype=np.int64)
    return _in_millimetres(points).assign(edge=edge, rank=rank[edge])


def _in_millimetres(points: Floats) -> pd.DataFrame:
    return pd.DataFrame(np.rint(points * _PER_M).astype(np.int64), columns=["x", "y"])


def _kept(tags: Tags) -> str:
    return json.dumps({k: tags[k] for k in KEPT_TAGS if k in tags}, ensure_ascii=False)
