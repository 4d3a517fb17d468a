"""Assets → sites: what a person would call one place, however many polygons it is drawn as.

A path, a hedge or a lane cuts a park into polygons, and a wood beside it is a third. Assets no
farther apart than a given distance are one site: buffered by half of it, dissolved, and taken
back by as much (a closing), so that the path between them belongs to it. An asset in several
parts stays one. Hectares are measured on that shape, in the metric reference system.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from pipeline.units import M2_PER_HA

AREA = 2

Shapes = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sites:
    """Sites, and which assets belong to each.

    `shape` is the closed shape of each of m sites and `land` the bare union of its assets, which
    lies inside it; `hectares` is the area of `shape`. `is_whole` is false where the size may be
    larger than known: an asset without an outline belongs to it, or it reaches the edge of the
    map data, beyond which more of it may lie. `site` gives for each asset in `asset_ids` the
    number of its site.
    """

    shape: Shapes
    land: Shapes
    hectares: Floats
    is_whole: Flags
    asset_ids: npt.NDArray[np.object_]
    site: Ints

    def assets_of(self, chosen: Flags) -> npt.NDArray[np.object_]:
        """Return the names of the assets that belong to some of the sites.

        Parameters
        ----------
        chosen
            Whether each site is one of them; shape (m,).

        Returns
        -------
        numpy.ndarray
            Their `asset_id`.
        """
        names: npt.NDArray[np.object_] = self.asset_ids[chosen[self.site]]
        return names


def build_sites(assets: gpd.GeoDataFrame, within_m: float, edge: shapely.Geometry) -> Sites:
    """Gather assets into sites.

    Parameters
    ----------
    assets
        Assets of the categories that belong together; points, lines or areas.
    within_m
        Assets no farther apart than this are one site, in metres.
    edge
        The line beyond which the map data end; empty where there is none.

    Returns
    -------
    Sites
        In the order of the first asset of each, by name.
    """
    ordered = assets.sort_values("asset_id", ignore_index=True)
    shapes = ordered.geometry.to_numpy()
    site = _joined(shapes, within_m)
    n_sites = int(site.max()) + 1 if len(site) else 0
    land = _by_site(shapes, site, n_sites)
    closed = shapely.buffer(shapely.buffer(land, within_m / 2), -within_m / 2)
    # Arcs are drawn with corners, so what is taken back may cut a hair off what was there.
    shape = shapely.union(closed, land)
    has_outline = np.ones(n_sites, dtype=bool)
    has_outline[site[shapely.get_dimensions(shapes) < AREA]] = False
    return Sites(
        shape=shape,
        land=land,
        hectares=shapely.area(shape) / M2_PER_HA,
        is_whole=has_outline & ~shapely.dwithin(shape, edge, within_m),
        asset_ids=ordered["asset_id"].to_numpy(dtype=object),
        site=site,
    )


def _joined(shapes: Shapes, within_m: float) -> Ints:
    """Give each shape the number of the group it hangs together with, by first members."""
    n = len(shapes)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=within_m)
    links = sparse.coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(n, n))
    _, label = csgraph.connected_components(links, directed=False)
    _, first, group = np.unique(label, return_index=True, return_inverse=True)
    rank: Ints = np.argsort(np.argsort(first)).astype(np.int64)[group]
    return rank


def _by_site(shapes: Shapes, site: Ints, n_sites: int) -> Shapes:
    """Unite the shapes of each site."""
    order = np.argsort(site, kind="stable")
    starts = np.searchsorted(site[order], np.arange(1, n_sites))
    groups = np.split(shapes[order], starts) if n_sites else []
    united = np.empty(n_sites, dtype=object)
    united[:] = [shapely.union_all(group) for group in groups]
    return united


def hectares_in(sites: Sites, areas: Shapes, smallest_ha: float) -> tuple[Floats, Flags]:
    """Measure how much land of sites lies in each of some areas.

    Parameters
    ----------
    sites
        Sites; their bare land is measured, without what lies between the polygons.
    areas
        Polygons, n of them.
    smallest_ha
        Only sites that are at least so large as a whole count.

    Returns
    -------
    tuple of numpy.ndarray and numpy.ndarray
        Hectares, and whether nothing without an outline lies there that could add to them; both
        of shape (n,).
    """
    land = sites.land[sites.hectares >= smallest_ha]
    area, at = shapely.STRtree(land).query(areas, predicate="intersects")
    m2 = shapely.area(shapely.intersection(areas[area], land[at]))
    doubtful = sites.land[shapely.area(sites.land) == 0]
    is_exact = np.ones(len(areas), dtype=bool)
    is_exact[shapely.STRtree(doubtful).query(areas, predicate="intersects")[0]] = False
    return np.bincount(area, weights=m2, minlength=len(areas)) / M2_PER_HA, is_exact
