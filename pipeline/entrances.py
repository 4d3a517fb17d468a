"""An asset → the points where one walks into it.

Never the centroid: a park may be kilometres around, and its centroid may lie in its lake. The
order is: mapped gates and entrances, and the access points of official layers; else where
walkable ways cross the boundary on the ground; else the nearest street within a cap. A locked or
private gate is no way in, and what passes over or under a boundary does not cross it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline import walkable
from pipeline.config import Snapping, State
from pipeline.snapping import snap

Shapes = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]

# A mapped gate belongs to a boundary that is no further from it than this.
ON_BOUNDARY_M = 2.0
# Two ways in within a square of this side are one.
SAME_POINT_M = 1.0
# A crossing this near to a locked gate is that gate.
AT_LOCKED_GATE_M = 3.0
# Along a street or shore one may step in anywhere; this is how often it is tested.
EVERY_M = 50.0
WAYS_THROUGH = frozenset(
    (
        "cattle_grid", "cycle_barrier", "entrance", "full-height_turnstile", "gate",
        "hampshire_gate", "horse_stile", "kissing_gate", "lift_gate", "motorcycle_barrier",
        "sally_port", "stile", "swing_gate", "turnstile", "wicket_gate",
    )
)  # fmt: skip
NOT_FOR_VISITORS = frozenset(("no", "emergency", "exit", "garage", "service", "staircase"))


class WalkedInto(Protocol):
    """Anything that says how one walks in: the rules of a category."""

    @property
    def walk_in(self) -> str:
        """One of those of `CategoryRules`."""


def find_entrances(
    assets: gpd.GeoDataFrame,
    access_points: gpd.GeoDataFrame,
    features: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    rules: Mapping[str, WalkedInto],
    choices: Snapping,
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Find where one walks into each asset, and attach it to the network.

    Parameters
    ----------
    assets
        Points, lines and areas.
    access_points
        Ways in that official layers give, by `asset_id`.
    features
        Mapped gates and entrances are taken from its points.
    network
        The walking network.
    rules
        How one walks into each category.
    choices
        How far an entrance may lie from a street.

    Returns
    -------
    tuple of geopandas.GeoDataFrame and dict
        Entrances, at least one row an asset (with state `unreachable` where no street is near),
        and how they were found.
    """
    ordered = assets.sort_values("asset_id", ignore_index=True)
    gates = _gates(features)
    ground = network[network["is_snappable"] & ~network["is_bridge_or_tunnel"]]
    finders = _finders(ordered, access_points, gates, ground, choices.entrance_cap_m)
    walk_in = _walk_in(ordered, rules)
    pending = np.ones(len(ordered), dtype=bool)
    found: list[gpd.GeoDataFrame] = []
    for steps in zip(*finders.values(), strict=True):
        for kind, finder in zip(finders, steps, strict=True):
            asked = pending & (walk_in == kind)
            if asked.any():
                attached = _attached(finder(asked), network, choices.entrance_cap_m)
                found.append(attached)
                pending[attached["asset_at"].unique()] = False
    found.append(_out_of_reach(ordered, pending))
    entrances = _named(pd.concat(found, ignore_index=True), ordered)
    return entrances, _report(entrances)


Finder = Callable[[Flags], pd.DataFrame]


def _finders(
    assets: gpd.GeoDataFrame,
    access_points: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    ground: gpd.GeoDataFrame,
    cap_m: float,
) -> dict[str, tuple[Finder, ...]]:
    """List, for each way of walking in, what is tried in turn."""
    shapes = assets.geometry.to_numpy()
    outlines = _outlines(shapes)
    not_to_shut_gates = ground[~_ends_at(ground, gates[~gates["is_open"]])]

    def given(asked: Flags) -> pd.DataFrame:
        mapped = _gates_on(outlines, asked, gates)
        return pd.concat([mapped, _official(assets, access_points, asked)], ignore_index=True)

    def crossing(asked: Flags) -> pd.DataFrame:
        return _crossings(outlines, asked, ground, gates)

    def along(asked: Flags) -> pd.DataFrame:
        return _along(shapes, asked, ground)

    def nearest(asked: Flags) -> pd.DataFrame:
        return _nearest_edge(outlines, asked, not_to_shut_gates, cap_m)

    def itself(asked: Flags) -> pd.DataFrame:
        return _parts(shapes, asked)

    return {
        "boundary": (given, crossing, nearest),
        "building": (given, nearest, nearest),
        "point": (itself, nearest, nearest),
        "street": (along, nearest, nearest),
        "shore": (along, nearest, nearest),
    }


def _walk_in(assets: gpd.GeoDataFrame, rules: Mapping[str, WalkedInto]) -> npt.NDArray[np.object_]:
    """Say how one walks into each asset; points are walked to, whatever their category."""
    is_point = shapely.get_dimensions(assets.geometry.to_numpy()) == 0
    declared = np.array([rules[name].walk_in for name in assets["category"]], dtype=object)
    declared[(declared == "point") & ~is_point] = "building"
    declared[is_point] = "point"
    return declared


def _outlines(shapes: Shapes) -> Shapes:
    """Return the outer boundary of areas; points and lines as they are."""
    result = shapes.copy()
    for at in np.flatnonzero(shapely.get_dimensions(shapes) == 2):  # noqa: PLR2004 (an area)
        rings = [shapely.get_exterior_ring(part) for part in shapely.get_parts(shapes[at])]
        result[at] = rings[0] if len(rings) == 1 else shapely.multilinestrings(rings)
    return result


# --- what is mapped -------------------------------------------------------------------------------


def _gates(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return mapped gates and entrances, and whether they let people in."""
    points = features[
        (features["shape"] == "point") & features["tags"].str.contains('"barrier"|"entrance"')
    ]
    tags = [json.loads(text) for text in points["tags"]]
    gates = points[["feature_id", "geometry"]].assign(
        is_open=np.array([not walkable.blocks_walking(t) for t in tags], dtype=bool),
        way_in=[_gate_or_entrance(t) for t in tags],
    )
    return gates[(gates["way_in"] != "") | ~gates["is_open"]].reset_index(drop=True)


def _gate_or_entrance(tags: dict[str, str]) -> str:
    if tags.get("entrance", "no") not in NOT_FOR_VISITORS:
        return "entrance"
    return "gate" if tags.get("barrier") in WAYS_THROUGH else ""


def _gates_on(outlines: Shapes, asked: Flags, gates: gpd.GeoDataFrame) -> pd.DataFrame:
    is_open = gates[gates["is_open"] & (gates["way_in"] != "")]
    at = np.flatnonzero(asked)
    tree = shapely.STRtree(is_open.geometry.to_numpy())
    asset, gate = tree.query(outlines[at], predicate="dwithin", distance=ON_BOUNDARY_M)
    return _rows(at[asset], is_open["way_in"].to_numpy()[gate], is_open.geometry.to_numpy()[gate])


def _official(
    assets: gpd.GeoDataFrame, access_points: gpd.GeoDataFrame, asked: Flags
) -> pd.DataFrame:
    at = pd.Series(np.flatnonzero(asked), index=assets["asset_id"][asked])
    points = access_points[access_points["asset_id"].isin(at.index)]
    return _rows(at.loc[points["asset_id"]].to_numpy(), "access_point", points.geometry.to_numpy())


# --- where ways cross, run along, or come near ----------------------------------------------------


def _crossings(
    outlines: Shapes, asked: Flags, ground: gpd.GeoDataFrame, gates: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Find where ways on the ground meet the boundary, but for locked gates."""
    at = np.flatnonzero(asked)
    lines = ground.geometry.to_numpy()
    asset, line = shapely.STRtree(lines).query(outlines[at], predicate="intersects")
    meeting = shapely.intersection(outlines[at[asset]], lines[line])
    parts, of = shapely.get_parts(meeting, return_index=True)
    points, of_point = _sampled(parts)
    rows = _rows(at[asset[of[of_point]]], "crossing", points)
    return rows[~_is_at(points, gates[~gates["is_open"]])]


def _is_at(points: Shapes, gates: gpd.GeoDataFrame) -> Flags:
    """Find the points that are at one of some gates."""
    found = np.zeros(len(points), dtype=bool)
    tree = shapely.STRtree(points)
    near = tree.query(gates.geometry.to_numpy(), predicate="dwithin", distance=AT_LOCKED_GATE_M)
    found[near[1]] = True
    return found


def _ends_at(edges: gpd.GeoDataFrame, gates: gpd.GeoDataFrame) -> Flags:
    """Find the edges that end at one of some gates."""
    lines = edges.geometry.to_numpy()
    found: Flags = np.logical_or(*(_is_at(shapely.get_point(lines, end), gates) for end in (0, -1)))
    return found


def _along(shapes: Shapes, asked: Flags, ground: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find the stretches of street on or in the asset; one may step in anywhere on them."""
    at = np.flatnonzero(asked)
    lines = ground.geometry.to_numpy()
    asset, line = shapely.STRtree(lines).query(shapes[at], predicate="intersects")
    inside = shapely.intersection(shapes[at[asset]], lines[line])
    parts, of = shapely.get_parts(inside, return_index=True)
    points, of_point = _sampled(parts)
    return _rows(at[asset[of[of_point]]], "along", points)


def _sampled(parts: Shapes) -> tuple[Shapes, npt.NDArray[np.int64]]:
    """Turn lines into points at their ends and every so often; keep points."""
    points: list[shapely.Geometry] = []
    owner: list[int] = []
    for at, part in enumerate(parts):
        if shapely.get_dimensions(part) != 1:
            some = [part] if shapely.get_dimensions(part) == 0 else []
        else:
            n_steps = max(1, int(np.ceil(shapely.length(part) / EVERY_M)))
            places = np.linspace(0.0, 1.0, n_steps + 1)
            some = list(shapely.line_interpolate_point(part, places, normalized=True))
        points += some
        owner += [at] * len(some)
    return np.array(points, dtype=object), np.array(owner, dtype=np.int64)


def _nearest_edge(
    outlines: Shapes, asked: Flags, ground: gpd.GeoDataFrame, cap_m: float
) -> pd.DataFrame:
    """Find the point of the outline that lies nearest to a street."""
    at = np.flatnonzero(asked)
    ordered = ground.sort_values("edge_id")
    lines = ordered.geometry.to_numpy()
    asset, line = shapely.STRtree(lines).query_nearest(outlines[at], max_distance=cap_m)
    order = np.lexsort((line, asset))
    asset, line = asset[order], line[order]
    first = np.unique(asset, return_index=True)[1]
    asset, line = asset[first], line[first]
    bridges = shapely.shortest_line(outlines[at[asset]], lines[line])
    points = shapely.get_point(bridges, 0)
    return _rows(at[asset], "nearest_edge", points)


def _parts(shapes: Shapes, asked: Flags) -> pd.DataFrame:
    at = np.flatnonzero(asked)
    points, of = shapely.get_parts(shapes[at], return_index=True)
    return _rows(at[of], "itself", points)


def _rows(asset_at: npt.NDArray[Any], way_in: Any, points: Shapes) -> pd.DataFrame:  # noqa: ANN401
    return pd.DataFrame(
        {"asset_at": np.asarray(asset_at, dtype=np.int64), "way_in": way_in, "geometry": points}
    )


# --- the table ------------------------------------------------------------------------------------


def _attached(rows: pd.DataFrame, network: gpd.GeoDataFrame, cap_m: float) -> gpd.GeoDataFrame:
    """Attach candidates to the network; drop doubles and what no street is near to."""
    if rows.empty:
        return gpd.GeoDataFrame(
            rows.assign(edge_id=0, along_dm=0, snap_dm=0, state=""), geometry="geometry",
            crs=network.crs,
        )  # fmt: skip
    distinct = _distinct(rows)
    stands = snap(distinct["geometry"].to_numpy(), network, cap_m)
    joined = distinct.join(stands)
    kept = joined[joined["edge_id"] >= 0].assign(state=State.OK.value)
    return gpd.GeoDataFrame(kept, geometry="geometry", crs=network.crs)


def _distinct(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep one of an asset's points in the same square metre, whatever their order."""
    x, y = shapely.get_coordinates(rows["geometry"].to_numpy()).T
    placed = rows.assign(
        x=x, y=y, column=np.floor(x / SAME_POINT_M + 0.5), row=np.floor(y / SAME_POINT_M + 0.5)
    )
    ordered = placed.sort_values(["asset_at", "x", "y", "way_in"], ignore_index=True)
    return ordered.drop_duplicates(["asset_at", "column", "row"], ignore_index=True)[
        list(rows.columns)
    ]


def _out_of_reach(assets: gpd.GeoDataFrame, pending: Flags) -> gpd.GeoDataFrame:
    """Give assets that no street comes near a row that says so."""
    shapes = assets.geometry.to_numpy()[pending]
    return gpd.GeoDataFrame(
        {
            "asset_at": np.flatnonzero(pending),
            "way_in": "nearest_edge",
            "edge_id": np.int64(-1),
            "along_dm": np.int64(0),
            "snap_dm": np.int64(0),
            "state": State.UNREACHABLE.value,
        },
        geometry=shapely.point_on_surface(shapes),
        crs=assets.crs,
    )


def _named(rows: pd.DataFrame, assets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Name each entrance by its asset and a number that follows from where it is."""
    places = shapely.get_coordinates(rows["geometry"].to_numpy())
    order = np.lexsort((places[:, 1], places[:, 0], rows["asset_at"]))
    ordered = rows.iloc[order].reset_index(drop=True)
    number = ordered.groupby("asset_at").cumcount() + 1
    at = ordered["asset_at"].to_numpy()
    names = assets["asset_id"].to_numpy()[at]
    return gpd.GeoDataFrame(
        {
            "entrance_id": pd.Series(names, dtype="str") + "/" + number.astype("str"),
            "asset_id": names,
            "category": assets["category"].to_numpy()[at],
            **{
                name: ordered[name]
                for name in ("way_in", "edge_id", "along_dm", "snap_dm", "state")
            },
        },
        geometry=ordered["geometry"].to_numpy(),
        crs=assets.crs,
    )


def _report(entrances: gpd.GeoDataFrame) -> dict[str, Any]:
    lost = entrances[entrances["state"] != State.OK]
    reached = entrances[entrances["state"] == State.OK]
    return {
        "entrances": len(reached),
        "by_way_in": {k: int(v) for k, v in reached["way_in"].value_counts().sort_index().items()},
        "assets_out_of_reach": int(lost["asset_id"].nunique()),
        "assets_out_of_reach_by_category": {
            k: int(v) for k, v in lost["category"].value_counts().sort_index().items()
        },
    }
