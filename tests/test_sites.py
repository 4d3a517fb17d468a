"""What a path divides is one site; hectares are of the whole, and of what is known of it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sites import build_sites, hectares_in
from tests.towns import assets

NO_EDGE = shapely.LineString()
WITHIN_M = 20.0


def lawn(x: float, y: float, width: float = 100, height: float = 100) -> shapely.Polygon:
    return shapely.box(x, y, x + width, y + height)


def test_two_lawns_that_a_path_divides_are_one_site_of_two_point_one_hectares() -> None:
    town = assets(("a", "park", lawn(0, 0)), ("b", "park", lawn(110, 0)))
    sites = build_sites(town, WITHIN_M, NO_EDGE)
    assert sites.site.tolist() == [0, 0]
    # 100 × 100, a path of 10 × 100 and 100 × 100 m; where the path leaves, an arc of 10 m is left
    # out: twice 10² ÷ 2 × (π ÷ 3 − sin(π ÷ 3)) = 18.1 m².
    assert sites.hectares[0] * 10_000 == pytest.approx(21_000 - 18.1, abs=0.5)
    assert sites.hectares.round(1).tolist() == [2.1]
    assert shapely.area(sites.land).tolist() == [20_000]


@pytest.mark.parametrize(("gap", "n_sites"), [(20.0, 1), (20.1, 2)])
def test_exactly_so_far_apart_is_one_site_and_a_hair_more_is_two(gap: float, n_sites: int) -> None:
    town = assets(("a", "park", lawn(0, 0)), ("b", "nature_space", lawn(100 + gap, 0)))
    assert len(build_sites(town, WITHIN_M, NO_EDGE).hectares) == n_sites


def test_sites_grow_from_one_to_the_next() -> None:
    town = assets(
        ("c", "park", lawn(230, 0)), ("a", "park", lawn(0, 0)), ("b", "park", lawn(115, 0)),
        ("d", "park", lawn(0, 500)),
    )  # fmt: skip
    sites = build_sites(town, WITHIN_M, NO_EDGE)
    assert sites.asset_ids.tolist() == ["a", "b", "c", "d"]
    assert sites.site.tolist() == [0, 0, 0, 1]
    assert sites.assets_of(np.array([False, True])).tolist() == ["d"]


def test_an_asset_in_two_parts_is_one_site_however_far_apart_they_are() -> None:
    both = shapely.union(lawn(0, 0), lawn(500, 0))
    assert build_sites(assets(("a", "park", both)), WITHIN_M, NO_EDGE).hectares.tolist() == [2.0]


def test_what_has_no_outline_or_reaches_the_edge_of_the_data_may_be_larger() -> None:
    town = assets(
        ("inside", "park", lawn(0, 0)),
        ("near the edge", "park", lawn(980, 0, 1)),
        ("point", "park", shapely.Point(0, 500)),
        ("point beside a lawn", "park", shapely.Point(505, 500)),
        ("the lawn", "park", lawn(400, 450)),
    )
    edge = shapely.LineString([(1000, -500), (1000, 900)])
    sites = build_sites(town, WITHIN_M, edge)
    whole = dict(zip(sites.asset_ids, sites.is_whole[sites.site], strict=True))
    assert whole == {
        "inside": True, "near the edge": False, "point": False, "point beside a lawn": False,
        "the lawn": False,
    }  # fmt: skip


def test_no_assets_are_no_sites() -> None:
    assert len(build_sites(assets(), WITHIN_M, NO_EDGE).hectares) == 0


def test_land_is_shared_out_by_where_it_lies_and_a_point_adds_none_that_is_known() -> None:
    town = assets(("a", "park", lawn(0, 0, 200)), ("b", "park", shapely.Point(450, 50)))
    areas = np.array([lawn(0, 0, 50), lawn(50, 0, 250), lawn(400, 0), lawn(900, 0)])
    hectares, is_exact = hectares_in(build_sites(town, WITHIN_M, NO_EDGE), areas, 0)
    assert hectares.tolist() == [0.5, 1.5, 0.0, 0.0]
    assert is_exact.tolist() == [True, True, False, True]
    assert hectares_in(build_sites(town, WITHIN_M, NO_EDGE), areas, 2.1)[0].sum() == 0


places = st.lists(
    st.tuples(
        *[st.integers(0, 60).map(lambda n: n * 10.0)] * 2, *[st.sampled_from([10, 30, 90])] * 2
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(places, st.sampled_from([0.0, 6.0, 20.0]))
def test_a_site_holds_its_land_and_sites_lie_apart(
    rows: list[tuple[float, float, int, int]], within_m: float
) -> None:
    town = assets(*((f"a{n}", "park", lawn(*row)) for n, row in enumerate(rows)))
    sites = build_sites(town, within_m, NO_EDGE)
    assert shapely.covers(shapely.buffer(sites.shape, 1e-6), sites.land).all()
    assert (sites.hectares * 10_000 >= shapely.area(sites.land) - 1e-6).all()
    for one, other in zip(*np.triu_indices(len(sites.land), 1), strict=True):
        assert shapely.distance(sites.land[one], sites.land[other]) > within_m
    united = shapely.union_all(town.geometry.to_numpy())
    assert shapely.area(sites.land).sum() == pytest.approx(united.area, abs=1e-6)
