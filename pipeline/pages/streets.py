"""The walking network as a page carries it, so that a map can say how far it is from anywhere.

What the page answers must be what the engine answers. So costs are carried in whole decimetres,
as the engine has them, and streets with every bend and to the last digit of OpenStreetMap's
coordinates. Where so much does not fit into a page, bends that hardly show are left out and
coordinates rounded; the page then says that its minutes may be out by one. Where even that does
not fit, it says that it cannot show ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from pipeline.pages.backdrop import MAJOR, MINOR
from pipeline.pages.coding import coded
from pipeline.pages.material import Material
from pipeline.pages.places import left_out, ways_in
from pipeline.pages.shapes import Coder
from pipeline.pages.who import who_walks
from pipeline.text import clean_text
from pipeline.walkers import ground_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Longer walks are not counted out: “further than 30 minutes’ walk”.
FURTHEST_MIN = 30
DM_PER_M = 10

# Of a polynomial in longitude and latitude: over 50 km it is within a micrometre of a projection.
DEGREE = 4
# Where the data end is carried to within this, and distances to it are given as so much shorter.
EDGE_TOLERANCE_M = 15.0
PATHS = ("bridleway", "cycleway", "footway", "path", "track")
# What streets without a name are called, by number; names come after these.
NAMELESS = ("street", "path", "steps")


class Detail(NamedTuple):
    """How finely streets are carried: parts of a degree, and how far a bend may be cut off."""

    units_per_degree: int
    tolerance_m: float

    @property
    def is_exact(self) -> bool:
        """Whether what the page answers is what the engine answers."""
        return self.tolerance_m == 0


# OpenStreetMap has seven decimals.
DETAILS = (
    Detail(10_000_000, 0.0),
    Detail(1_000_000, 1.0),
    Detail(500_000, 1.5),
    Detail(100_000, 3.0),
)


def streets(material: Material) -> Iterator[dict[str, Any]]:
    """Yield the streets of a district as a page carries them, the finest first.

    Parameters
    ----------
    material
        The district; its network, terrain, walkers, entrances and coverage are used.

    Yields
    ------
    dict
        One for each of `DETAILS`, if there is a street; at last one that only says why there are
        none: `why` is `no_room` or `no_streets`.
    """
    network = _reachable(material)
    if len(network):
        common = {
            "furthest_min": FURTHEST_MIN,
            "cap_m": material.study.snapping.home_cap_m,
            "doors": _doors(material, network),
            "walkers": _walkers(material, network),
            "nothing": _nothing(material),
            "paths": coded(_steps(np.flatnonzero(~network["highway"].isin(MAJOR | MINOR)))),
            **_named(network),
            **_known(material),
        }
        for detail in DETAILS:
            yield {**common, **_costs_and_lines(network, detail)}
    yield {"why": "no_room" if len(network) else "no_streets"}


def _reachable(material: Material) -> gpd.GeoDataFrame:
    """Return the edges that a walk can come to, with their costs.

    Nothing stands on edges of components too small to matter, so that no walk comes to them.
    """
    ordered = material.network.sort_values("edge_id", ignore_index=True)
    costs = material.terrain.set_index("edge_id").loc[ordered["edge_id"]]
    with_costs = ordered.assign(
        forward_dm=costs["forward_dm"].to_numpy(np.int64),
        backward_dm=costs["backward_dm"].to_numpy(np.int64),
    )
    return with_costs[with_costs["is_snappable"]].reset_index(drop=True)


# --- lines and costs ------------------------------------------------------------------------------


class _Lines(NamedTuple):
    """Vertices of lines in whole parts of a degree, and where each line begins and ends."""

    units: Ints
    first: Ints
    last: Ints


class _Projection(NamedTuple):
    """A polynomial that turns degrees into the metres of a district.

    Over a district any projection is so smooth that one of the fourth degree follows it to a
    fraction of a millimetre; so a page need know nothing of projections.
    """

    middle: Floats
    half: Floats
    x: Floats
    y: Floats

    @classmethod
    def over(cls, degrees: Floats, crs: Any) -> _Projection:  # noqa: ANN401 (a pyproj CRS or its name)
        """Fit the way from degrees to metres over the box around some points."""
        low, high = degrees.min(axis=0), degrees.max(axis=0)
        middle, half = (low + high) / 2, np.maximum((high - low) / 2, 0.01)
        # Chebyshev's places, at which a fit is best everywhere between.
        side = np.cos(np.linspace(0, np.pi, 2 * DEGREE + 1))
        u, v = (axis.ravel() for axis in np.meshgrid(side, side))
        to_metres = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        metres = to_metres.transform(middle[0] + u * half[0], middle[1] + v * half[1])
        of_x, of_y = (np.linalg.lstsq(_terms(u, v), axis, rcond=None)[0] for axis in metres)
        return cls(middle, half, of_x, of_y)

    def metres(self, degrees: Floats) -> Floats:
        """Return where points lie in metres, as the page works it out."""
        terms = _terms(*((degrees - self.middle) / self.half).T)
        return np.column_stack([terms @ self.x, terms @ self.y])

    def as_plain(self) -> dict[str, list[float]]:
        """Return what the page is given."""
        return {name: values.tolist() for name, values in self._asdict().items()}


def _terms(u: Floats, v: Floats) -> Floats:
    """Return 1, v, v² … u, uv … u⁴ of each point."""
    powers = [u**i * v**j for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)]
    return np.column_stack(powers)


def _costs_and_lines(network: gpd.GeoDataFrame, detail: Detail) -> dict[str, Any]:
    """Return where streets run and what they cost, in one detail."""
    lines = _lines(network, detail)
    degrees = lines.units / detail.units_per_degree
    projection = _Projection.over(degrees, network.crs)
    drawn = _lengths_dm(projection.metres(degrees), lines)
    length, forward, backward = (
        network[name].to_numpy(np.int64) for name in ("length_dm", "forward_dm", "backward_dm")
    )
    return {
        "is_exact": detail.is_exact,
        "units": detail.units_per_degree,
        "projection": projection.as_plain(),
        **_coded_lines(network, lines),
        "length": _unless_none(length - drawn),
        "forward": _unless_none(forward - length),
        "backward": _unless_none(backward - length),
        "over": coded(_steps(np.flatnonzero(network["is_bridge_or_tunnel"]))),
    }


def _lines(network: gpd.GeoDataFrame, detail: Detail) -> _Lines:
    geometry = network.geometry.to_numpy()
    shown = geometry if detail.is_exact else shapely.simplify(geometry, detail.tolerance_m)
    metres, owner = shapely.get_coordinates(shown, return_index=True)
    to_degrees = pyproj.Transformer.from_crs(network.crs, "EPSG:4326", always_xy=True)
    degrees = np.column_stack(to_degrees.transform(metres[:, 0], metres[:, 1]))
    units = np.rint(degrees * detail.units_per_degree).astype(np.int64)
    sizes = np.bincount(owner, minlength=len(geometry))
    last = np.cumsum(sizes) - 1
    return _Lines(units, last - sizes + 1, last)


def _coded_lines(network: gpd.GeoDataFrame, lines: _Lines) -> dict[str, Any]:
    """Code where junctions lie, which of them each edge joins, and the bends between them."""
    ends = network[["start", "end"]].to_numpy(np.int64)
    # Numbered anew without gaps; their order, in which near ones follow each other, is kept.
    known, numbers = np.unique(ends, return_inverse=True)
    start, end = numbers.reshape(ends.shape).T
    junctions = np.zeros((len(known), 2), dtype=np.int64)
    junctions[start], junctions[end] = lines.units[lines.first], lines.units[lines.last]
    is_bend = np.ones(len(lines.units), dtype=bool)
    is_bend[lines.first] = is_bend[lines.last] = False
    origin = lines.units.min(axis=0)
    steps = np.diff(lines.units, axis=0, prepend=0)[is_bend]
    return {
        "origin": origin.tolist(),
        "junctions": [coded(_steps(column)) for column in (junctions - origin).T],
        "start": coded(start - np.concatenate([[0], end[:-1]])),
        "end": coded(end - start),
        "bends": coded(lines.last - lines.first - 1),
        "steps": [coded(column) for column in steps.T],
    }


def _lengths_dm(metres: Floats, lines: _Lines) -> Ints:
    """Return the length of each line as the page draws it, in whole decimetres."""
    pieces = np.hypot(*np.diff(metres, axis=0).T)
    so_far = np.concatenate([[0.0], np.cumsum(pieces)])
    length = so_far[lines.last] - so_far[lines.first]
    decimetres: Ints = np.rint(length * DM_PER_M).astype(np.int64)
    return decimetres


# --- what stands beside them ----------------------------------------------------------------------


def _named(network: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return names, each once, and which each edge has; most have that of the edge before."""
    names = network["name"].map(clean_text)
    number, distinct = pd.factorize(names.where(names != ""))
    highway = network["highway"]
    nameless = np.where(highway.isin(PATHS), NAMELESS.index("path"), NAMELESS.index("street"))
    nameless = np.where(network["is_steps"], NAMELESS.index("steps"), nameless)
    called = np.where(number < 0, nameless, number + len(NAMELESS))
    same = np.concatenate([[False], called[1:] == called[:-1]])
    return {"names": distinct.tolist(), "called": coded(np.where(same, 0, called + 1))}


def _doors(material: Material, network: gpd.GeoDataFrame) -> dict[str, str]:
    """Return where the ways into places stand, in the order of `ways_in`; −1 for no edge."""
    rows, _ = ways_in(material)
    number = pd.Series(np.arange(len(network)), index=network["edge_id"])
    edge = number.reindex(rows["edge_id"], fill_value=-1).to_numpy(np.int64)
    return {
        "edge": coded(_steps(edge)),
        "along": coded(rows["along_dm"].to_numpy(np.int64)),
        "snap": coded(rows["snap_dm"].to_numpy(np.int64)),
    }


def _walkers(material: Material, network: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return how fast each walks and which streets are closed to them."""
    found = []
    for name in who_walks(material):
        walker = material.walkers[name]
        ground = ground_of(material.network, material.terrain, walker)[0].set_index("edge_id")
        is_open = ground.loc[network["edge_id"], "is_open"].to_numpy(bool)
        entry = {
            "id": name,
            "speed": walker.speed_m_per_min,
            "is_hilly": walker.slopes == "tobler",
            "closed": coded(_steps(np.flatnonzero(~is_open))),
        }
        found.append(entry)
    return found


def _nothing(material: Material) -> dict[str, str]:
    """Say of the categories that no walk leads to why that is so, by their number.

    `u`: no street leads to those that are mapped; `z`: there are none; `n`: none is mapped, which
    does not mean that there are none; `l`: they are too many for a page.
    """
    attached = set(ways_in(material)[0]["category"])
    mapped = set(material.entrances["category"])
    too_many = left_out(material)
    found = {}
    for number, category in enumerate(material.categories):
        if category in attached:
            continue
        if category in too_many:
            found[str(number)] = "l"
            continue
        is_none = material.looks[category].none_mapped_means == "none"
        found[str(number)] = "u" if category in mapped else "z" if is_none else "n"
    return found


def _known(material: Material) -> dict[str, Any]:
    """Return the land that the data cover, and where they end."""
    coder = Coder(material.neighbourhoods.crs)
    rows = material.coverage
    return {
        "region": coder.areas(_simplified(rows.loc[rows["what"] == "region"])),
        "edge": coder.lines(_simplified(rows.loc[rows["what"] == "edge"])),
        "edge_tolerance_m": EDGE_TOLERANCE_M,
    }


def _simplified(rows: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    found: npt.NDArray[np.object_] = shapely.simplify(rows.geometry.to_numpy(), EDGE_TOLERANCE_M)
    return found


# --- numbers as text ------------------------------------------------------------------------------


def _unless_none(values: Ints) -> str:
    """Code numbers, or nothing where all are 0."""
    return coded(values) if values.any() else ""


def _steps(values: Ints) -> Ints:
    """Return the differences from each number to the one before; the first is its own."""
    return np.diff(values, prepend=0)
