"""A walking network with ways opened and closed, every other walk equal to the decimetre.

An edge that is cut keeps its number for its first part; both parts together are exactly as long
and cost exactly as much as before. A closed edge stays in the table and is walked by nobody. So
homes and entrances that have nothing to do with a change stand where they stood, and what is
measured from them is the same to the last bit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import substring

from pipeline.config import Slopes, Snapping
from pipeline.errors import ChoiceIsNotAllowed
from pipeline.heights import Heights
from pipeline.network import with_components
from pipeline.routing.graph import cost_along
from pipeline.snapping import DM_PER_M, snap
from pipeline.terrain import measure_terrain
from pipeline.walkable import blocks_walking

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Shapes that come from the same vertices lie this near to each other.
SAME_M = 0.02
# A street that is named by a place on it is no further from that place.
NAMED_WITHIN_M = 100.0
NEW = -1
# Of a stand that is kept, both legs agree but for rounding.
ROUNDING_DM = 1


@dataclass(frozen=True)
class Streets:
    """A network and its ground, and what became of the edges of the one that it was made from.

    Edge e was part of edge `base[e]` (`NEW` where it was none), from `offset_dm[e]` on.
    """

    network: gpd.GeoDataFrame
    terrain: pd.DataFrame
    base: Ints
    offset_dm: Ints
    is_closed: Flags

    @classmethod
    def of(cls, network: gpd.GeoDataFrame, terrain: pd.DataFrame) -> Streets:
        """Take a network as it is."""
        ordered = network.sort_values("edge_id", ignore_index=True)
        ground = terrain.set_index("edge_id").loc[ordered["edge_id"]].reset_index()
        n = len(ordered)
        unchanged = np.arange(n, dtype=np.int64)
        return cls(ordered, ground, unchanged, np.zeros(n, np.int64), np.zeros(n, dtype=bool))


# --- opening --------------------------------------------------------------------------------------


def with_way(
    streets: Streets,
    line: shapely.LineString,
    tags: dict[str, str],
    within_m: float,
    heights: Heights | None,
    slopes: Slopes,
) -> tuple[Streets, int]:
    """Add a way that is joined to the streets at its ends.

    Parameters
    ----------
    streets
        What there is.
    line
        The way, in metres.
    tags
        What OpenStreetMap would say of it.
    within_m
        An end no further than this from a street is joined to the nearest one, on the ground.
    heights, slopes
        The ground, if it is known, and how it is sampled.

    Returns
    -------
    tuple of Streets and int
        With one more edge, and how many of its ends are joined.

    Raises
    ------
    ChoiceIsNotAllowed
        If no end is.
    """
    points = shapely.get_coordinates(line)
    joined = 0
    ends: list[int] = []
    for place in (0, -1):
        streets, junction, at = _joined(streets, shapely.points(points[place]), within_m)
        ends.append(junction)
        if at is not None:
            points[place] = shapely.get_coordinates(at)[0]
            joined += 1
    if not joined:
        raise ChoiceIsNotAllowed(
            f"touches no street: its ends are further than {within_m:g} m from every street that "
            "is walked; draw it from street to street, or raise `joins_within_m`."
        )
    if ends[1] == NEW:
        ends[1] = _free_junction(streets)
    if ends[0] == NEW:
        ends[0] = max(_free_junction(streets), ends[1] + 1)
    return _added(streets, shapely.LineString(points), ends, tags, heights, slopes), joined


def _joined(
    streets: Streets, point: shapely.Point, within_m: float
) -> tuple[Streets, int, shapely.Point | None]:
    """Find the junction that an end is joined to; one is made where it meets a street."""
    # A path to nowhere else may be joined too: that is what a new gate is for.
    anywhere = streets.network.assign(is_snappable=~streets.is_closed)
    stand = snap(np.array([point], dtype=object), anywhere, within_m).iloc[0]
    if stand["edge_id"] < 0:
        return streets, NEW, None
    edge = int(stand["edge_id"])
    line = streets.network.geometry.iloc[edge]
    streets, junction = _cut(streets, edge, line.project(point))
    return streets, junction, line.interpolate(line.project(point))


def _free_junction(streets: Streets) -> int:
    return int(streets.network[["start", "end"]].to_numpy().max()) + 1


def _cut(streets: Streets, edge: int, along_m: float) -> tuple[Streets, int]:
    """Cut an edge in two, or take its end where it would be cut there; return the junction."""
    row, ground = streets.network.iloc[edge], streets.terrain.iloc[edge]
    length = int(row["length_dm"])
    at = round(along_m * DM_PER_M)
    if at <= 0 or at >= length:
        return streets, int(row["start"] if at <= 0 else row["end"])
    junction, new = _free_junction(streets), len(streets.network)
    line = row.geometry
    network = pd.concat([streets.network, streets.network.iloc[[edge]]], ignore_index=True)
    first, second = substring(line, 0, along_m), substring(line, along_m, line.length)
    network.loc[edge, ["end", "length_dm"]] = [junction, at]
    network.loc[new, ["edge_id", "start", "length_dm"]] = [new, junction, length - at]
    lines = np.array(network.geometry.array)
    lines[edge], lines[new] = first, second
    network = network.set_geometry(gpd.GeoSeries(lines, index=network.index, crs=network.crs))
    terrain = pd.concat([streets.terrain, streets.terrain.iloc[[edge]]], ignore_index=True)
    for name in ("forward_dm", "backward_dm"):
        cost = np.array([int(ground[name])])
        part = int(cost_along(cost, np.array([at]), np.array([length]))[0])
        terrain.loc[edge, name], terrain.loc[new, name] = part, int(cost[0]) - part
    terrain.loc[new, "edge_id"] = new
    return replace(
        streets,
        network=network,
        terrain=terrain,
        base=np.append(streets.base, streets.base[edge]),
        offset_dm=np.append(streets.offset_dm, streets.offset_dm[edge] + at),
        is_closed=np.append(streets.is_closed, streets.is_closed[edge]),
    ), junction


def _added(
    streets: Streets,
    line: shapely.LineString,
    ends: list[int],
    tags: dict[str, str],
    heights: Heights | None,
    slopes: Slopes,
) -> Streets:
    new = len(streets.network)
    row = gpd.GeoDataFrame(
        {
            "edge_id": [new],
            "start": [ends[0]],
            "end": [ends[1]],
            "length_dm": [round(shapely.length(line) * DM_PER_M)],
            "component": [0],
            "is_snappable": [True],
            "highway": [tags["highway"]],
            "name": [tags.get("name", "")],
            "is_steps": [False],
            "is_bridge_or_tunnel": ["bridge" in tags],
            "tags": [json.dumps(tags, sort_keys=True, ensure_ascii=False)],
            "barriers": [""],
        },
        geometry=[line],
        crs=streets.network.crs,
    )
    nowhere = slopes.model_copy(update={"smallest_share": 0.0})
    ground, _ = measure_terrain(row, heights, shapely.box(0, 0, 1, 1), nowhere)
    return replace(
        streets,
        network=pd.concat([streets.network, row[streets.network.columns]], ignore_index=True),
        terrain=pd.concat([streets.terrain, ground], ignore_index=True),
        base=np.append(streets.base, NEW),
        offset_dm=np.append(streets.offset_dm, 0),
        is_closed=np.append(streets.is_closed, False),
    )


def with_open_gate(
    streets: Streets, features: gpd.GeoDataFrame, point: shapely.Point, within_m: float
) -> tuple[Streets, gpd.GeoDataFrame]:
    """Open a mapped gate that is shut: what ends at it on both sides is joined.

    Parameters
    ----------
    streets
        What there is.
    features
        Mapped gates are among them.
    point
        Where the gate is.
    within_m
        How far from there it may be mapped.

    Returns
    -------
    tuple of Streets and geopandas.GeoDataFrame
        Streets through the gate, and features in which it is open.

    Raises
    ------
    ChoiceIsNotAllowed
        If no shut gate is mapped there.
    """
    is_near = shapely.dwithin(np.asarray(features.geometry.array), point, within_m)
    is_point = (features["shape"] == "point").to_numpy()
    shut = [
        at
        for at in np.flatnonzero(is_near & is_point)
        if blocks_walking(json.loads(features["tags"].iloc[at]))
    ]
    if not shut:
        raise ChoiceIsNotAllowed(
            f"no shut gate is mapped within {within_m:g} m of it; draw the new gate as a `line` "
            "from the street to the path behind it."
        )
    gate = min(shut, key=lambda at: features.geometry.iloc[at].distance(point))
    opened = features.copy()
    opened.iloc[gate, opened.columns.get_loc("tags")] = json.dumps({"barrier": "gate"})
    return _through(streets, features.geometry.iloc[gate]), opened


def _through(streets: Streets, gate: shapely.Point) -> Streets:
    """Make one junction of all that lie at a gate, and number junctions anew without a gap."""
    network = streets.network.copy()
    lines = np.asarray(network.geometry.array)
    is_here = {
        name: shapely.dwithin(shapely.get_point(lines, end), gate, SAME_M)
        for name, end in (("start", 0), ("end", -1))
    }
    here = np.concatenate([network[name].to_numpy()[flags] for name, flags in is_here.items()])
    if len(here):
        for name in is_here:
            is_one = network[name].isin(here)
            network.loc[is_one, name] = int(here.min())
    ends = network[["start", "end"]].to_numpy()
    numbers = np.unique(ends, return_inverse=True)[1].reshape(ends.shape)
    return replace(streets, network=network.assign(start=numbers[:, 0], end=numbers[:, 1]))


# --- closing --------------------------------------------------------------------------------------


def without_ways(streets: Streets, lines: npt.NDArray[np.object_]) -> Streets:
    """Close what lies along some ways.

    Parameters
    ----------
    streets
        What there is.
    lines
        The ways, as the network was made from them.

    Returns
    -------
    Streets
        With as many edges or more, some of them closed.

    Raises
    ------
    ChoiceIsNotAllowed
        If none of them is walked.
    """
    way = shapely.union_all(lines)
    ends = [shapely.get_point(line, end) for line in lines for end in (0, -1)]
    for edge in _beside(streets, way):
        line = streets.network.geometry.iloc[edge]
        at = {line.project(point) for point in ends if line.distance(point) < SAME_M}
        for along_m in sorted(at, reverse=True):  # the first part keeps the number of the edge
            streets, _ = _cut(streets, int(edge), along_m)
    near = _beside(streets, way)
    strip = shapely.buffer(way, SAME_M)
    shapely.prepare(strip)
    shapes = np.asarray(streets.network.geometry.array)[near]
    along = near[shapely.covers(strip, shapes) & ~streets.is_closed[near]]
    if not len(along):
        raise ChoiceIsNotAllowed(
            "is no part of the walking network, so nobody's walk would change; name a street that "
            "is walked."
        )
    is_closed = streets.is_closed.copy()
    is_closed[along] = True
    return replace(streets, is_closed=is_closed)


def _beside(streets: Streets, way: shapely.Geometry) -> Ints:
    tree = shapely.STRtree(np.asarray(streets.network.geometry.array))
    found: Ints = np.sort(tree.query(way, predicate="dwithin", distance=SAME_M))
    return found


def ways_called(
    ways: gpd.GeoDataFrame, number: int | None, name: str, at: shapely.Point | None
) -> npt.NDArray[np.object_]:
    """Find the lines of a way by its number, or of the way of a name that is nearest to a place.

    Parameters
    ----------
    ways
        The streets of the district.
    number
        Of the way in OpenStreetMap, if that is given.
    name, at
        Else its name, and a place on it.

    Returns
    -------
    numpy.ndarray
        Its lines.

    Raises
    ------
    ChoiceIsNotAllowed
        If there is no such way.
    """
    if number is None:
        assert at is not None
        number = _nearest_called(ways, name, at)
    lines = np.asarray(ways.geometry[ways["way_id"] == number].array)
    if not len(lines):
        raise ChoiceIsNotAllowed(
            f"way {number} is not among the streets of the district; look its number up on "
            "openstreetmap.org, and whether the map data of the district has it."
        )
    return lines


def _nearest_called(ways: gpd.GeoDataFrame, name: str, at: shapely.Point) -> int:
    wanted = name.casefold()
    is_called = [json.loads(tags).get("name", "").casefold() == wanted for tags in ways["tags"]]
    found = ways[np.array(is_called, dtype=bool)]
    away = shapely.distance(np.asarray(found.geometry.array), at)
    if not len(found) or away.min() > NAMED_WITHIN_M:
        raise ChoiceIsNotAllowed(
            f"no street called {name!r} lies within {NAMED_WITHIN_M:g} m of the place that is "
            "given; check its name as OpenStreetMap has it, or give the number of the way."
        )
    return int(found["way_id"].iloc[int(away.argmin())])


# --- when all is done -----------------------------------------------------------------------------


def settled(streets: Streets, snapping: Snapping) -> Streets:
    """Find anew which streets hang together, and which are large enough to step onto.

    Parameters
    ----------
    streets
        After all changes.
    snapping
        From which length on a connected part is large enough.

    Returns
    -------
    Streets
        Nothing is attached to a closed edge.
    """
    network = streets.network
    is_open = ~streets.is_closed
    found = with_components(network[is_open], snapping.smallest_component_m)
    component = np.full(len(network), int(found["component"].max()) + 1)
    component[is_open] = found["component"]
    snappable = np.zeros(len(network), dtype=bool)
    snappable[is_open] = found["is_snappable"]
    return replace(streets, network=network.assign(component=component, is_snappable=snappable))


def kept_where_same(streets: Streets, before: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Let points stand where they stood, unless another street is nearer now, or theirs is gone.

    Parameters
    ----------
    streets
        After all changes.
    before
        `edge_id`, `along_dm` and `snap_dm` of n points on the network as it was.
    found
        The same of the same points, found on the new network.

    Returns
    -------
    pandas.DataFrame
        n rows in the same order.
    """
    old, new = (
        {name: table[name].to_numpy(np.int64) for name in ("edge_id", "along_dm", "snap_dm")}
        for table in (before, found)
    )
    edge = np.maximum(new["edge_id"], 0)
    along = old["along_dm"] - streets.offset_dm[edge]
    is_same = (new["edge_id"] >= 0) & (streets.base[edge] == old["edge_id"])
    is_same &= np.abs(new["snap_dm"] - old["snap_dm"]) <= ROUNDING_DM
    is_same &= np.abs(new["along_dm"] - along) <= ROUNDING_DM
    length = streets.network["length_dm"].to_numpy(np.int64)[edge]
    return pd.DataFrame(
        {
            "edge_id": new["edge_id"],
            "along_dm": np.where(is_same, np.clip(along, 0, length), new["along_dm"]),
            "snap_dm": np.where(is_same, old["snap_dm"], new["snap_dm"]),
        }
    )
