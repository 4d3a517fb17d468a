"""The networks that engines are measured on: a real place, and tiles of it.

A town holds junctions, edges, and assets that stand on junctions, so that engines which know
only junctions can answer for it; for the tasks about homes the same assets stand part of the way
along an edge. Lengths are whole decimetres. Of edges between the same two junctions the shortest
is kept and edges from a junction to itself are left out, because several peers know neither.

Tiles are laid out in a square, every other one mirrored, so that what lies near a seam faces its
own image; the junctions nearest to a seam are joined to theirs. Junctions are numbered along a
Hilbert curve, as `pipeline.network` numbers them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import osmium
import pandas as pd
import pyproj
import shapely

from pipeline.config import Snapping
from pipeline.network import build_network
from pipeline.osm import OF_NETWORKS, read_osm
from pipeline.walkable import is_walkable

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

DM_PER_M = 10
SEED = 20_250_101
N_CATEGORIES = 20
# So many assets a junction has the rarest category, and the commonest: 10 and 1,250 of 54,647.
RAREST, COMMONEST = 1.8e-4, 2.3e-2
# E2SFCA asks for the category that has about this many a junction, as surgeries and schools have.
SUPPLY = 1.0e-2
# How far round the file's first node to read: a place, however large.
PLACE_M = 200_000.0
SNAPPING = Snapping(home_cap_m=150.0, entrance_cap_m=100.0, smallest_component_m=1000.0)
LONGEST_SNAP_DM = 300


@dataclass(frozen=True)
class Town:
    """Junctions, edges, assets and people.

    Edges lead from `start` to `end` over `length_dm`; junctions lie at `x`, `y` in metres and
    `people` live at each. Assets of `category` stand at `asset_node`, and for tasks about homes
    at `asset_along_dm` of `asset_edge`.
    """

    start: Ints
    end: Ints
    length_dm: Ints
    x: Floats
    y: Floats
    people: Ints
    asset_node: Ints
    asset_edge: Ints
    asset_along_dm: Ints
    category: Ints

    @property
    def n_nodes(self) -> int:
        """Number of junctions."""
        return len(self.x)

    @property
    def n_categories(self) -> int:
        """Number of categories."""
        return int(self.category.max()) + 1

    @cached_property
    def supply_category(self) -> int:
        """The category that E2SFCA is computed for."""
        sizes = np.bincount(self.category, minlength=self.n_categories)
        return int(np.argmin(np.abs(sizes - SUPPLY * self.n_nodes)))

    def assets_of(self, category: int) -> Ints:
        """Return the numbers of the assets of a category."""
        return np.flatnonzero(self.category == category)

    def few_categories(self, most_nodes: float) -> list[int]:
        """Return categories, the commonest last, as many as keep categories × junctions low.

        Parameters
        ----------
        most_nodes
            The largest product; at least one category is returned.
        """
        n = min(self.n_categories, max(1, int(most_nodes / self.n_nodes)))
        return list(np.linspace(0, self.n_categories - 1, n).astype(int)) if n > 1 else [0]

    def save(self, path: Path) -> None:
        """Write every array to a file."""
        np.savez(path, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Town:
        """Read what `save` wrote."""
        with np.load(path) as held:
            return cls(**{field.name: held[field.name] for field in fields(cls)})


@dataclass(frozen=True)
class Homes:
    """Points on edges, with the leg that leads there; whole decimetres."""

    edge: Ints
    along_dm: Ints
    snap_dm: Ints


def homes_of(town: Town, n: int) -> Homes:
    """Scatter homes over a town: as many on an edge as it is long.

    Parameters
    ----------
    town
        The town.
    n
        How many homes.

    Returns
    -------
    Homes
        The same ones whenever they are asked for.
    """
    rng = np.random.default_rng(SEED)
    edge = rng.choice(len(town.length_dm), n, p=town.length_dm / town.length_dm.sum())
    along = rng.integers(0, town.length_dm[edge], endpoint=True)
    return Homes(edge, along, rng.integers(0, LONGEST_SNAP_DM, n, endpoint=True))


# --- a real place --------------------------------------------------------------------------------


def walking_network(place: Path) -> gpd.GeoDataFrame:
    """Read the walking network of an OpenStreetMap file with the project's own reader.

    Parameters
    ----------
    place
        A `.osm.pbf` file.

    Returns
    -------
    geopandas.GeoDataFrame
        As `pipeline.network` builds it, in metres of the place's UTM zone.
    """
    lon, lat = _first_node(place)
    crs = utm_of(lon, lat)
    at = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
    data = read_osm(str(place), crs, shapely.Point(at), PLACE_M, OF_NETWORKS)
    return build_network(data.streets, data.features, SNAPPING)[0]


def write_streets_as_xml(place: Path, out: Path) -> None:
    """Write the ways of a place that may be walked, and their nodes, as OpenStreetMap XML.

    Parameters
    ----------
    place
        A `.osm.pbf` file.
    out
        An `.osm` file.
    """
    things = osmium.FileProcessor(str(place)).with_locations()
    with osmium.BackReferenceWriter(str(out), ref_src=str(place)) as writer:
        for way in things.with_filter(osmium.filter.KeyFilter("highway")):
            if way.is_way() and is_walkable(dict(way.tags)):
                # An extract cuts ways off at its edge; the nodes beyond it are not in the file.
                inside = [node.ref for node in way.nodes if node.location.valid()]
                writer.add(way.replace(nodes=inside))


def _first_node(place: Path) -> tuple[float, float]:
    for thing in osmium.FileProcessor(str(place)):
        if thing.is_node():
            return thing.lon, thing.lat
    raise SystemExit(f"{place}: holds no node; give an OpenStreetMap extract.")


def utm_of(lon: float, lat: float) -> str:
    """Return the code of the UTM zone that a point lies in."""
    zone = int((lon + 180) // 6) + 1
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def town_of(network: gpd.GeoDataFrame) -> Town:
    """Turn a walking network into a town, as yet without assets.

    Parameters
    ----------
    network
        What `walking_network` returned.

    Returns
    -------
    Town
        Its largest connected part and all others, without assets.
    """
    start, end = network["start"].to_numpy(np.int64), network["end"].to_numpy(np.int64)
    lines = network.geometry.to_numpy()
    points = np.empty((max(start.max(), end.max()) + 1, 2))
    points[start] = shapely.get_coordinates(shapely.get_point(lines, 0))
    points[end] = shapely.get_coordinates(shapely.get_point(lines, -1))
    length = network["length_dm"].to_numpy(np.int64)
    return _laid_out(start, end, length, points[:, 0], points[:, 1])


def town_in(path: Path) -> Town:
    """Read a network of which only arrays are known.

    Parameters
    ----------
    path
        An `.npz` file: `u`, `v` (ends of edges), `w` (metres), `x`, `y` (metres) and, where it
        has assets, `anode` and `acat`.

    Returns
    -------
    Town
        With its assets, if it has any.
    """
    with np.load(path) as held:
        length = np.rint(held["w"] * DM_PER_M).astype(np.int64)
        at = (held["anode"], held["acat"]) if "anode" in held else (None, None)
        return _laid_out(held["u"], held["v"], length, held["x"], held["y"], *at)


def _laid_out(
    start: Ints,
    end: Ints,
    length: Ints,
    x: Floats,
    y: Floats,
    asset_node: Ints | None = None,
    category: Ints | None = None,
) -> Town:
    """Give junctions numbers along a Hilbert curve, and keep one edge between any two."""
    used = np.unique(np.concatenate([start, end]))
    along = gpd.GeoSeries(gpd.points_from_xy(x[used], y[used])).hilbert_distance().to_numpy()
    used = used[np.argsort(along, kind="stable")]
    number = np.full(len(x), -1, dtype=np.int64)
    number[used] = np.arange(len(used))
    low, high = np.sort(np.column_stack([number[start], number[end]]), axis=1).T
    order = np.lexsort((length, high, low))
    order = order[low[order] != high[order]]
    _, first = np.unique(low[order] * len(used) + high[order], return_index=True)
    kept = order[first]
    nodes = np.zeros(0, np.int64) if asset_node is None else number[asset_node]
    kinds = np.zeros(0, np.int64) if category is None else category.astype(np.int64)
    apart = _apart(x[used], y[used])
    return _with_assets(
        low[kept], high[kept], np.maximum(length[kept], 1), apart, y[used], nodes, kinds
    )


def _apart(x: Floats, y: Floats) -> Floats:
    """Move junctions that lie in the same place, on two levels, a millimetre apart.

    Some peers find the junction that an asset stands at by its place alone.
    """
    above = pd.DataFrame({"x": x, "y": y}).groupby(["x", "y"]).cumcount().to_numpy()
    moved: Floats = x + above * 0.001
    return moved


def _with_assets(
    start: Ints,
    end: Ints,
    length: Ints,
    x: Floats,
    y: Floats,
    asset_node: Ints,
    category: Ints,
) -> Town:
    """Put people into a town, and assets on an edge of the junction that they stand at."""
    rng = np.random.default_rng(SEED)
    edge_at = np.zeros(len(x), dtype=np.int64)
    edge_at[start] = np.arange(len(start))
    edge_at[end] = np.arange(len(end))
    # A junction whose only edge led to itself is left without one; nothing stands there.
    has_edge = np.isin(asset_node, np.concatenate([start, end]))
    asset_node, category = asset_node[has_edge], category[has_edge]
    edge = edge_at[asset_node]
    along = rng.integers(0, length[edge], endpoint=True) if len(edge) else edge
    people = rng.integers(1, 60, len(x))
    return Town(start, end, length, x, y, people, asset_node, edge, along, category)


# --- tiles of it ---------------------------------------------------------------------------------


def tiled(town: Town, nodes: int) -> Town:
    """Lay a town out side by side until it has about so many junctions.

    Parameters
    ----------
    town
        One tile.
    nodes
        How many junctions are wanted.

    Returns
    -------
    Town
        As many tiles as come nearest, at least one. Assets are those of the tile; where it has
        none, twenty categories from rare to common are scattered over all tiles, as many a
        junction whatever the size.
    """
    n_tiles = max(1, round(nodes / town.n_nodes))
    columns = math.ceil(math.sqrt(n_tiles))
    place = np.arange(n_tiles)
    column, row = place % columns, place // columns
    x = np.concatenate([_beside(town.x, int(c)) for c in column])
    y = np.concatenate([_beside(town.y, int(r)) for r in row])
    shift = np.repeat(place * town.n_nodes, len(town.start))
    seams = _seams(town, column, row)
    start = np.concatenate([np.tile(town.start, n_tiles) + shift, seams[:, 0]])
    end = np.concatenate([np.tile(town.end, n_tiles) + shift, seams[:, 1]])
    apart = np.hypot(x[seams[:, 0]] - x[seams[:, 1]], y[seams[:, 0]] - y[seams[:, 1]])
    length = np.concatenate(
        [np.tile(town.length_dm, n_tiles), np.ceil(apart * DM_PER_M).astype(np.int64)]
    )
    if len(town.asset_node):
        asset = (place[:, None] * town.n_nodes + town.asset_node).ravel()
        category = np.tile(town.category, n_tiles)
    else:
        asset, category = _scattered(len(x), np.concatenate([start, end]))
    return _laid_out(start, end, length, x, y, asset, category)


def _beside(values: Floats, place: int) -> Floats:
    """Move one coordinate to a tile's place; every other tile is mirrored."""
    extent = values.max() - values.min()
    own = values - values.min() if place % 2 == 0 else values.max() - values
    moved: Floats = own + place * (extent + 1.0)
    return moved


def _seams(town: Town, column: Ints, row: Ints) -> Ints:
    """Pair junctions near a seam with their images on the other side of it."""
    n, band = town.n_nodes, math.isqrt(town.n_nodes)
    tile = {(int(c), int(r)): t for t, (c, r) in enumerate(zip(column, row, strict=True))}
    east, north = np.argsort(town.x, kind="stable"), np.argsort(town.y, kind="stable")
    pairs = []
    for (c, r), here in tile.items():
        for order, at, beside in ((east, c, (c + 1, r)), (north, r, (c, r + 1))):
            if (there := tile.get(beside)) is not None:
                # The far side of a mirrored tile is what the near side is of others.
                facing = order[-band:] if at % 2 == 0 else order[:band]
                pairs.append(np.column_stack([here * n + facing, there * n + facing]))
    return np.concatenate(pairs) if pairs else np.zeros((0, 2), dtype=np.int64)


def _scattered(n_nodes: int, ends: Ints) -> tuple[Ints, Ints]:
    """Scatter categories of assets, from rare to common, over junctions that have an edge."""
    rng = np.random.default_rng(SEED)
    sizes = np.geomspace(RAREST, COMMONEST, N_CATEGORIES) * n_nodes
    n_each = np.maximum(1, np.rint(sizes)).astype(np.int64)
    return rng.choice(np.unique(ends), int(n_each.sum())), np.repeat(np.arange(len(n_each)), n_each)
