"""Coordinates as people wrote them → shapes in the metres of the district, held against it."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from pipeline.config.scenario import Pair, Scenario
from pipeline.coordinates import is_known
from pipeline.errors import ChoiceIsNotAllowed, PlaceIsElsewhere

Floats = npt.NDArray[np.float64]
Shape = TypeVar("Shape", bound=shapely.Geometry)


class Drawing:
    """Draws what a scenario writes, and says of what it cannot draw which change it was."""

    def __init__(self, scenario: Scenario, crs: str, outline: shapely.Geometry) -> None:
        """Take the system that coordinates are written in, and where they must lie.

        Raises
        ------
        ChoiceIsNotAllowed
            If nobody knows that system.
        """
        if not is_known(scenario.crs):
            raise ChoiceIsNotAllowed(
                f"crs: {scenario.crs} is not known; name the system of the coordinates, such as "
                "EPSG:4326 (longitude and latitude) or EPSG:27700."
            )
        self._moved = pyproj.Transformer.from_crs(scenario.crs, crs, always_xy=True)
        self._outline = outline
        shapely.prepare(outline)

    def point(self, where: str, pair: Pair) -> shapely.Point:
        """Draw one point; `where` names the change in a message."""
        return self._inside(where, shapely.Point(self._metres((pair,))[0]))

    def line(self, where: str, pairs: tuple[Pair, ...]) -> shapely.LineString:
        """Draw a line."""
        line = self._inside(where, shapely.LineString(self._metres(pairs)))
        if shapely.length(line) < 1:
            raise ChoiceIsNotAllowed(
                f"{where}: is a line of {shapely.length(line):.1f} m; draw one from street to "
                "street, at least 1 m long."
            )
        return line

    def area(self, where: str, ring: tuple[Pair, ...]) -> shapely.Polygon:
        """Draw the outline of an area, closed where it is not."""
        drawn = shapely.Polygon(self._metres(ring))
        if not shapely.is_valid(drawn) or shapely.area(drawn) < 1:
            why = shapely.is_valid_reason(drawn)
            raise ChoiceIsNotAllowed(
                f"{where}: its outline holds no land ({why}); draw it as one ring that does not "
                "cross itself, at least 1 m² large."
            )
        return self._inside(where, drawn)

    def shape(self, where: str, at: Pair | None, area: tuple[Pair, ...] | None) -> shapely.Geometry:
        """Draw a point or an outline, whichever is given."""
        if area is not None:
            return self.area(where, area)
        assert at is not None
        return self.point(where, at)

    def _metres(self, pairs: tuple[Pair, ...]) -> Floats:
        x, y = np.array(pairs, dtype=float).T
        return np.column_stack(self._moved.transform(x, y))

    def _inside(self, where: str, drawn: Shape) -> Shape:
        """Let through what touches the district."""
        is_finite = np.isfinite(shapely.get_coordinates(drawn)).all()
        if not is_finite or not shapely.intersects(self._outline, drawn):
            raise PlaceIsElsewhere(
                f"{where}: lies outside the district; check its coordinates, first longitude then "
                "latitude, or easting then northing, and the system, `crs`."
            )
        return drawn
