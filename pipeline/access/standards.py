"""Which homes meet a criterion of a published standard, on foot and in a straight line.

A criterion asks for a site of at least so many hectares within a distance d of home.

- *walking*: min over the entrances e of the sites that are large enough of walk(home, e) ≤ d, in
  metres on the flat, both snap legs included.
- *straight line*: distance(home, boundary of such a site) ≤ d, and 0 inside it: the buffer that
  Natural England and others draw. It needs no street, and knows no river.

A distance of exactly d counts in. As a walk to a point of the site is never shorter than the
line to its boundary, nobody meets a criterion on foot who does not meet it in a straight line of
the same length; gates mapped up to two metres outside the boundary, and lengths that are rounded
to decimetres, are all that can disturb this.

"No" is said only where it is certain: not where the map data end nearer to the home than d, and
not where a site within d may be larger than known. Method: Natural England (2023), Green
Infrastructure Framework, mapping analysis; walks as in Geurs and van Wee (2004), Journal of
Transport Geography 12:127–140.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import KDTree

from pipeline.access.nearest import nearest_asset
from pipeline.access.standing import Destinations, Origins, in_decimetres
from pipeline.config import Method, Quantity, Standard, Together, Within
from pipeline.routing import DM_PER_M, Graph
from pipeline.sites import Flags, Shapes, Sites

# The last bits of a float do not decide whether a straight line is short enough.
HALF_MM = 0.0005


@dataclass(frozen=True)
class Answers:
    """For each home, whether it meets a criterion, and whether it might; both of shape (n,).

    `may_be` holds all of `is_within`, and the homes whose "no" is not certain.
    """

    is_within: Flags
    may_be: Flags


SitesOf = Callable[[frozenset[str]], Sites | None]


def meet_standard(
    standard: Standard,
    graph: Graph,
    homes: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    sites_of: SitesOf,
) -> dict[str, dict[Method, Answers]]:
    """Say of every home which criteria of distance it meets.

    Parameters
    ----------
    standard
        What is asked for.
    graph
        The walking network, flat: a standard speaks of metres.
    homes
        Points with `edge_id`, `along_dm`, `snap_dm`, `state` and `known_within_m`; n of them.
    entrances
        Of all assets.
    sites_of
        Gives the sites of some categories; none where nothing is known of them, and then nobody
        is said to be without.

    Returns
    -------
    dict
        Criterion → method → answers, in the order of the homes. Homes off the network are not
        within a walk, and their answer on foot means nothing. Criteria of quantity are not here.
    """
    ground = _Ground(graph, Origins.of(graph, homes), homes, entrances, sites_of)
    found: dict[str, dict[Method, Answers]] = {}
    for criterion in standard.criteria:
        if isinstance(criterion, Within):
            found[criterion.id] = ground.held_against(criterion)
        elif isinstance(criterion, Together):
            parts = [found[name] for name in criterion.of]
            found[criterion.id] = {
                method: _together([part[method] for part in parts], criterion.needs)
                for method in parts[0]
            }
        else:
            assert isinstance(criterion, Quantity)
    return found


@dataclass(frozen=True)
class _Ground:
    """What criteria are held against: the homes, and where they can walk to."""

    graph: Graph
    origins: Origins
    homes: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame
    sites_of: SitesOf

    def held_against(self, criterion: Within) -> dict[Method, Answers]:
        """Answer both ways."""
        sites = self.sites_of(frozenset(criterion.categories))
        if sites is None:
            nobody = np.zeros(self.origins.n, dtype=bool)
            unknown = Answers(nobody, ~nobody)
            return {Method.WALKING: unknown, Method.STRAIGHT_LINE: unknown}
        is_enough = sites.hectares >= criterion.smallest_ha
        may_be_enough = sites.shape[~is_enough & ~sites.is_whole]
        on_foot = self._on_foot(sites.assets_of(is_enough), criterion.distance_m)
        in_line = self._in_line(sites.shape[is_enough], criterion.line_m)
        return {
            Method.WALKING: self._answers(on_foot, may_be_enough, criterion.distance_m),
            Method.STRAIGHT_LINE: self._answers(in_line, may_be_enough, criterion.line_m),
        }

    def _on_foot(self, assets: Shapes, distance_m: float) -> Flags:
        """Find the homes from which a walk leads into one of some assets."""
        ways_in = self.entrances[self.entrances["asset_id"].isin(assets)]
        near = nearest_asset(self.graph, self.origins, Destinations.of(self.graph, ways_in))
        walk_dm = np.rint(near["nearest_m"].to_numpy(float) * DM_PER_M)
        is_within: Flags = walk_dm <= in_decimetres(distance_m)
        return is_within

    def _in_line(self, shapes: Shapes, distance_m: float, asked: Flags | None = None) -> Flags:
        """Find the homes, of all or of those asked, that lie in or near one of some shapes."""
        is_within = np.zeros(self.origins.n, dtype=bool)
        rows = np.arange(self.origins.n) if asked is None else np.flatnonzero(asked)
        if len(shapes) == 0 or len(rows) == 0:
            return is_within
        # Most are near a corner of a site, which is quick to see; the rest may be near its side.
        corners = KDTree(shapely.get_coordinates(shapes))
        homes = self.homes.geometry.to_numpy()
        away, _ = corners.query(shapely.get_coordinates(homes[rows]))
        is_within[rows[away <= distance_m]] = True
        rows = rows[away > distance_m]
        tree = shapely.STRtree(homes[rows])
        near = tree.query(shapes, predicate="dwithin", distance=distance_m + HALF_MM)
        is_within[rows[near[1]]] = True
        return is_within

    def _answers(self, is_within: Flags, may_be_enough: Shapes, distance_m: float) -> Answers:
        """Say "no" where no site within the distance, seen or unseen, can be large enough.

        What can be walked to within a distance lies within it in a straight line, too.
        """
        may_be = is_within | (self.homes["known_within_m"].to_numpy(float) < distance_m)
        return Answers(is_within, may_be | self._in_line(may_be_enough, distance_m, ~may_be))


def _together(parts: list[Answers], needs: str) -> Answers:
    """Join answers: all of them, or any."""
    join = np.logical_and if needs == "all" else np.logical_or
    return Answers(
        reduce(join, [part.is_within for part in parts]),
        reduce(join, [part.may_be for part in parts]),
    )
