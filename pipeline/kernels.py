"""Compile the kernels, so that no step waits for it: each is used once, on a town of one street.

numba keeps what it has compiled beside the code and takes it from there ever after. It looks at
the module of a kernel alone to see whether that has changed, never at kernels in other modules
that it calls: what was kept is thrown away as a whole when one of these modules has changed.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from pipeline.errors import FileCannotBeWritten
from pipeline.routing import (
    Doors,
    Homes,
    Stands,
    as_graph,
    count_within,
    k_nearest,
    nearest,
    share_out,
    tally,
    walks_within,
)
from pipeline.snapping import snap


def compile_kernels() -> None:
    """Use every kernel as the steps use it; those that are kept on the disk are read from there.

    Raises
    ------
    FileCannotBeWritten
        If they cannot be kept, mostly because the disk is full.
    """
    try:
        _walk_one_street()
    except OSError as error:
        raise FileCannotBeWritten(
            f"The compiled kernels could not be written ({error.strerror or error}). Nothing else "
            "was touched; make room on the disk that holds the program."
        ) from error


def _walk_one_street() -> None:
    street = gpd.GeoDataFrame(
        {
            "edge_id": [0],
            "start": [0],
            "end": [1],
            "length_dm": [100],
            "is_snappable": [True],
            "is_bridge_or_tunnel": [False],
        },
        geometry=[shapely.LineString([(0, 0), (10, 0)])],
    )
    stands = Stands.of(snap(np.array([shapely.Point(5, 1)]), street, cap_m=5.0))
    graph = as_graph(street)
    town = graph, Homes.of(graph, stands), Doors.of(graph, stands, np.zeros(1, dtype=np.int64))
    nearest(*town)
    k_nearest(*town, k=1)
    count_within(*town, cut_offs=np.array([100]))
    tally(*town, cut_offs=np.array([100]), supply=np.ones(1), weights=np.ones(101))
    walks_within(*town, limit=100)
    one = np.ones(1)
    share_out(*town, people=one, supply=one, weights=np.ones(101))
