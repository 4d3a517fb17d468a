"""How long a kilometre is drawn and which way north is, held against the ellipsoid."""

from __future__ import annotations

import math

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.pages.compass import drawn_per_metre, scale_bar, true_north_deg

BRITISH = "EPSG:27700"
# Newport, in the grid of Great Britain.
NEWPORT = (331_000.0, 187_000.0)


@pytest.mark.parametrize(
    ("crs", "x", "y", "drawn"),
    [
        (BRITISH, *NEWPORT, 0.9997),
        # On the central meridian of a UTM zone lengths are drawn four ten-thousandths too short.
        ("EPSG:32630", 500_000.0, 5_700_000.0, 0.9996),
        # Web maps draw everything twice as long at 60 degrees.
        ("EPSG:3857", 0.0, 8_399_738.0, 2.0),
    ],
)
def test_a_bar_is_as_long_as_the_ellipsoid_says(crs: str, x: float, y: float, drawn: float) -> None:
    ratio = drawn_per_metre(crs, x, y)
    assert ratio == pytest.approx(drawn, rel=4e-3 if crs == "EPSG:3857" else 2e-4)
    bar = scale_bar(ratio, 2_500.0)
    system = pyproj.CRS(crs)
    back = pyproj.Transformer.from_crs(system, system.geodetic_crs, always_xy=True)
    (west, east), (south, north) = back.transform([x, x + bar.drawn_m], [y, y])
    ellipsoid = system.get_geod()
    assert ellipsoid is not None
    assert ellipsoid.inv(west, south, east, north)[2] == pytest.approx(bar.ground_m, rel=1e-4)


@given(st.floats(min_value=3.0, max_value=1e6), st.floats(min_value=0.3, max_value=3.0))
def test_a_bar_is_round_fits_and_is_no_shorter_than_it_must_be(room: float, ratio: float) -> None:
    bar = scale_bar(ratio, room)
    digits = f"{bar.ground_m:.6e}"
    assert digits[:8] in {"1.000000", "2.000000", "5.000000"}
    assert bar.drawn_m <= room * (1 + 1e-9)
    assert bar.drawn_m * 2.5 >= room * (1 - 1e-9)


def test_true_north_leans_right_in_the_west_of_a_grid_and_left_in_its_east() -> None:
    """In the grid of Great Britain the meridian 2 degrees west points straight up."""
    assert true_north_deg(BRITISH, 400_000.0, 300_000.0) == pytest.approx(0, abs=1e-6)
    west, east = true_north_deg(BRITISH, *NEWPORT), true_north_deg(BRITISH, 600_000.0, 150_000.0)
    assert west > 0 > east
    # Meridians converge by the difference in longitude times the sine of the latitude.
    assert west == pytest.approx((3.0 - 2.0) * math.sin(math.radians(51.6)), abs=0.01)
