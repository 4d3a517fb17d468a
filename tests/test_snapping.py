"""Points are attached to the nearest edge, as a comparison with every edge would have it."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pipeline.network import build_network
from pipeline.snapping import snap
from tests.towns import CROSSROADS, CRS, STUDY, features, streets

NOTHING = features(("node/999", {"natural": "tree"}, shapely.Point(0, 9)))
PATH = {"highway": "footway"}
# Whole metres make many ties and doubled vertices; the others are as in real places.
PLACES = st.integers(-30, 30) | st.floats(-30, 30).map(lambda v: v + 0.1)
VERTICES = st.lists(st.tuples(PLACES, PLACES), min_size=2, max_size=5)


def edges(lines: list[shapely.LineString]) -> gpd.GeoDataFrame:
    """Lay out edges numbered from the last to the first."""
    return gpd.GeoDataFrame(
        {
            "edge_id": np.arange(len(lines))[::-1],
            "length_dm": np.rint(shapely.length(lines) * 10).astype(np.int64),
            "is_snappable": True,
            "is_bridge_or_tunnel": False,
        },
        geometry=lines,
        crs=CRS,
    )


def by_comparing_all(
    points: npt.NDArray[np.object_], network: gpd.GeoDataFrame, cap_m: float
) -> pd.DataFrame:
    """Measure from each point to every edge with shapely."""
    rows = []
    ordered = network.sort_values("edge_id")
    lines = ordered.geometry.to_numpy()
    for point in points:
        away = shapely.distance(lines, point)
        at = int(np.argmin(np.rint(away * 1e6)))  # the first of those equally near
        if np.rint(away[at] * 1e6) > cap_m * 1e6:
            rows.append((-1, 0, 0))
            continue
        along = np.rint(shapely.line_locate_point(lines[at], point) * 10)
        length = ordered["length_dm"].iloc[at]
        rows.append((ordered["edge_id"].iloc[at], min(along, length), np.rint(away[at] * 10)))
    return pd.DataFrame(rows, columns=["edge_id", "along_dm", "snap_dm"]).astype(np.int64)


@given(
    lines=st.lists(VERTICES.map(shapely.LineString), min_size=1, max_size=12),
    places=st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=12),
    stretch=st.sampled_from([1.0, 100.0]),
    cap_m=st.sampled_from([0.0, 3.0, 40.0, 10_000.0]),
)
def test_points_are_attached_as_if_every_edge_were_looked_at(
    lines: list[shapely.LineString],
    places: list[tuple[float, float]],
    stretch: float,
    cap_m: float,
) -> None:
    points = np.array([shapely.Point(x * stretch, y * stretch) for x, y in places])
    network = edges(lines)
    expected = by_comparing_all(points, network, cap_m)
    pd.testing.assert_frame_equal(snap(points, network, cap_m), expected)


def test_of_edges_that_meet_beyond_a_point_the_lowest_number_is_taken() -> None:
    lines = [[(0, 0), (10, 0)], [(10, 0), (20, 0)], [(10, 0), (10, -10)]]
    network = edges([shapely.LineString(line) for line in lines])
    stands = snap(np.array([shapely.Point(10, 3), shapely.Point(9, 3)]), network, 5)
    assert stands.to_numpy().tolist() == [[0, 0, 30], [2, 90, 30]]


def test_no_edge_and_no_point_are_no_trouble() -> None:
    network = edges([shapely.LineString([(0, 0), (10, 0)])])
    nowhere = np.array([shapely.Point(), shapely.Point(5, 1)])
    assert snap(nowhere, network, 5)["edge_id"].tolist() == [-1, 0]
    assert snap(nowhere, network.iloc[:0], 5)["edge_id"].tolist() == [-1, -1]
    assert len(snap(nowhere[:0], network, 5)) == 0


def test_points_are_attached_to_the_nearest_edge_at_a_right_angle() -> None:
    network, _ = build_network(streets(*CROSSROADS), NOTHING, STUDY.snapping)
    points = np.array([shapely.Point(200, 30), shapely.Point(300, 200), shapely.Point(-10, 400)])
    stands = snap(points, network, cap_m=100)
    assert stands["snap_dm"].tolist() == [300, 0, 100]
    assert (stands["edge_id"] >= 0).tolist() == [True, False, True]
    edge = network.set_index("edge_id").loc[stands["edge_id"][0]]
    place = shapely.line_interpolate_point(edge.geometry, stands["along_dm"][0] / 10)
    assert place.equals_exact(shapely.Point(200, 0), 0.05)


def test_nothing_is_attached_to_a_fragment_or_a_bridge() -> None:
    fragment = ([(20, 290, 210), (21, 310, 210)], PATH)
    bridge = ([(3, 500, 0), (22, 900, 0)], {"highway": "footway", "bridge": "yes"})
    network, report = build_network(streets(*CROSSROADS, fragment, bridge), NOTHING, STUDY.snapping)
    assert report["components_large_enough"] == 1
    near_fragment, near_bridge = shapely.Point(300, 205), shapely.Point(700, 5)
    stands = snap(np.array([near_fragment, near_bridge]), network, cap_m=100)
    assert stands["edge_id"].tolist() == [-1, -1]
