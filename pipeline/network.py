"""Streets → the walking network.

Undirected, contracted to junctions, lengths in whole decimetres: with floating-point lengths a
walk of exactly 400 m falls on either side of a 400 m cut-off by chance. Two ways meet only in a
node that they share, never where their lines cross.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from pipeline import walkable
from pipeline.barriers import barriers_on
from pipeline.config import Snapping
from pipeline.errors import SourceIsEmpty

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

DM_PER_M = 10
# A path this near to a carriageway, along this share of it, is the pavement it speaks of.
PARALLEL_M = 20.0
PARALLEL_SHARE = 0.8
# What walking profiles need of a way; edges are joined only where all of these agree.
KEPT_TAGS = (
    "access", "access:conditional", "bridge", "covered", "crossing", "designation", "foot",
    "footway", "handrail", "highway", "incline", "indoor", "kerb", "layer", "lit", "maxspeed",
    "name", "opening_hours", "ramp", "ramp:wheelchair", "segregated", "sidewalk", "smoothness",
    "step_count", "surface", "tactile_paving", "tracktype", "tunnel", "wheelchair", "width",
)  # fmt: skip


class _Kind(NamedTuple):
    """What the tags of a way mean for walking, and those of them that profiles need, as JSON."""

    is_walkable: bool
    leaves_walking_to_a_path: bool
    is_path: bool
    kept_tags: str


@dataclass(frozen=True)
class _Pieces:
    """Stretches of ways between junctions, as slices of the vertices of all walkable ways."""

    start: Ints
    end: Ints
    first: Ints
    last: Ints
    way: Ints


def build_network(
    streets: gpd.GeoDataFrame, features: gpd.GeoDataFrame, choices: Snapping
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Build the walking network of one district and its surroundings.

    Parameters
    ----------
    streets
        Ways with a `highway` tag, with the nodes they run through.
    features
        Tagged features; the points among them that are locked or private gates cut the ways
        they stand on, other barriers and kerbs are noted on them.
    choices
        From which length on a connected part is large enough to walk to.

    Returns
    -------
    tuple of geopandas.GeoDataFrame and dict
        The network, and what was counted.

    Raises
    ------
    SourceIsEmpty
        If not one way may be walked.
    """
    ways, left_out = _walkable_ways(streets)
    if ways.empty:
        raise SourceIsEmpty(
            "Of the streets in the OpenStreetMap file not one may be walked; is it the extract of "
            "another place?"
        )
    nodes = _nodes_of(ways)
    points = shapely.get_coordinates(ways.geometry.to_numpy())
    blocked = _blocked_nodes(features)
    pieces = _cut(nodes, ways, blocked)
    edges = _joined(pieces, points, ways, streets.crs)
    network = with_components(edges, choices.smallest_component_m)
    network["barriers"] = barriers_on(network, features)
    return network, _report(network, left_out, len(blocked))


# --- which ways --------------------------------------------------------------------------------


def _walkable_ways(streets: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Keep the ways that may be walked; count the rest by why they are left out."""
    ordered = streets.sort_values(["way_id", "part"], ignore_index=True)
    kinds = _kinds(ordered["tags"])
    allowed = np.array([kind.is_walkable for kind in kinds], dtype=bool)
    beside = np.zeros(len(ordered), dtype=bool)
    beside[_replaced_by_paths(ordered, allowed, _paths_beside(ordered, kinds, allowed))] = True
    kept = allowed & ~beside
    ways = ordered[kept].reset_index(drop=True)
    ways["tags"] = [kinds[at].kept_tags for at in np.flatnonzero(kept)]
    counts = {"may_not_be_walked": int((~allowed).sum()), "path_beside_it": int(beside.sum())}
    return ways, counts


def _kinds(texts: pd.Series) -> list[_Kind]:
    """Say of each way what its tags mean for walking; of equal tags only once."""
    seen: dict[str, _Kind] = {}
    for text in texts.unique():
        tags = json.loads(text)
        kept = {key: tags[key] for key in KEPT_TAGS if key in tags}
        seen[text] = _Kind(
            walkable.is_walkable(tags),
            walkable.leaves_walking_to_a_parallel_path(tags),
            tags.get("highway") in ("footway", "path", "cycleway"),
            json.dumps(kept, sort_keys=True, ensure_ascii=False),
        )
    return [seen[text] for text in texts]


def _paths_beside(
    ways: gpd.GeoDataFrame, kinds: list[_Kind], allowed: npt.NDArray[np.bool_]
) -> dict[int, Ints]:
    """Find carriageways that leave walking to a path, and the paths along most of each."""
    is_asking = allowed & np.array([kind.leaves_walking_to_a_path for kind in kinds], dtype=bool)
    is_path = np.array([kind.is_path for kind in kinds], dtype=bool)
    path_at = np.flatnonzero(allowed & is_path & ~is_asking)
    found: dict[int, Ints] = {}
    paths = ways.geometry.to_numpy()[path_at]
    if not is_asking.any() or not len(paths):
        return found
    tree = shapely.STRtree(paths)
    for at in np.flatnonzero(is_asking):
        line = ways.geometry.iloc[at]
        near = tree.query(line, predicate="dwithin", distance=PARALLEL_M)
        strip = shapely.buffer(shapely.union_all(paths[near]), PARALLEL_M)
        along = shapely.length(shapely.intersection(line, strip))
        if along >= PARALLEL_SHARE * shapely.length(line):
            found[int(at)] = path_at[near]
    return found


def _replaced_by_paths(
    ways: gpd.GeoDataFrame, allowed: npt.NDArray[np.bool_], beside: dict[int, Ints]
) -> list[int]:
    """Return the carriageways that can be left out without cutting off what joins them.

    A side street may be mapped up to the carriageway and not be joined to the pavement; then the
    carriageway stays, and so does every other one that it is reached by.
    """
    replaced = set(beside)
    nodes = [text.split() for text in ways["nodes"]] if replaced else []
    while replaced:
        kept = [at for at in np.flatnonzero(allowed) if at not in replaced]
        part = dict(zip(kept, _parts_of([nodes[at] for at in kept]), strict=True))
        part_at = {node: part[at] for at in kept for node in nodes[at]}
        needed = {
            at
            for at in replaced
            if {part_at[node] for node in nodes[at] if node in part_at}
            - {part[path] for path in beside[at]}
        }
        if not needed:
            break
        replaced -= needed
    return sorted(replaced)


def _parts_of(nodes: list[list[str]]) -> list[int]:
    """Return the number of the connected part of each way; ways join in nodes they share."""
    way = np.repeat(np.arange(len(nodes)), [len(refs) for refs in nodes])
    _, node = np.unique(np.concatenate(nodes), return_inverse=True)
    size = len(nodes) + int(node.max()) + 1
    joined = sparse.coo_array((np.ones(len(way)), (way, len(nodes) + node)), (size, size))
    label: list[int] = csgraph.connected_components(joined, directed=False)[1].tolist()
    return label[: len(nodes)]


def _nodes_of(ways: gpd.GeoDataFrame) -> Ints:
    return np.array(" ".join(ways["nodes"]).split(), dtype=np.int64)


def _blocked_nodes(features: gpd.GeoDataFrame) -> Ints:
    """Return the numbers of nodes that let nobody pass."""
    points = features[
        (features["shape"] == "point") & features["tags"].str.contains('"barrier"|"entrance"')
    ]
    blocked = [
        int(name.removeprefix("node/"))
        for name, tags in zip(points["feature_id"], points["tags"], strict=True)
        if walkable.blocks_walking(json.loads(tags))
    ]
    return np.array(sorted(blocked), dtype=np.int64)


# --- cutting and joining -----------------------------------------------------------------------


def _cut(nodes: Ints, ways: gpd.GeoDataFrame, blocked: Ints) -> _Pieces:
    """Cut ways at junctions, at their ends and at what blocks them.

    A blocked node is given a new number wherever a way touches it, so that nothing passes.
    """
    sizes = shapely.get_num_coordinates(ways.geometry.to_numpy()).astype(np.int64)
    lasts = np.cumsum(sizes) - 1
    firsts = lasts - sizes + 1
    _, places, uses = np.unique(nodes, return_inverse=True, return_counts=True)
    is_end = np.zeros(len(nodes), dtype=bool)
    is_end[firsts] = is_end[lasts] = True
    is_cut = is_end | (uses[places] > 1) | np.isin(nodes, blocked)
    at = np.flatnonzero(is_cut)
    way_of = np.repeat(np.arange(len(ways)), sizes)
    within = way_of[at[:-1]] == way_of[at[1:]]
    first, last = at[:-1][within], at[1:][within]
    is_blocked = np.isin(nodes, blocked)
    beyond = int(nodes.max()) + 1
    fresh = beyond + np.arange(2 * len(first), dtype=np.int64)
    start = np.where(is_blocked[first], fresh[::2], nodes[first])
    end = np.where(is_blocked[last], fresh[1::2], nodes[last])
    return _Pieces(start, end, first, last, way_of[first])


def _joined(
    pieces: _Pieces, points: Floats, ways: gpd.GeoDataFrame, crs: object
) -> gpd.GeoDataFrame:
    """Join pieces at nodes where only two meet and their tags agree."""
    chains = _chains(_meeting(pieces, pd.factorize(ways["tags"])[0]))
    piece, is_forward = np.array([link for chain in chains for link in chain]).T
    after = np.cumsum([len(chain) for chain in chains])
    head, tail = np.concatenate([[0], after[:-1]]), after - 1
    start = np.where(is_forward, pieces.start[piece], pieces.end[piece])[head]
    end = np.where(is_forward, pieces.end[piece], pieces.start[piece])[tail]
    lines = _lines(pieces, points, piece, is_forward, head)
    numbers = _numbered(np.concatenate([start, end]), lines)
    texts = ways["tags"].to_numpy()[pieces.way[piece[head]]].tolist()
    return _described(numbers[: len(head)], numbers[len(head) :], texts, lines, crs)


def _lines(pieces: _Pieces, points: Floats, piece: Ints, is_forward: Ints, head: Ints) -> Shapes:
    """Draw each chain through the vertices of its pieces, those they share once."""
    is_later = np.ones(len(piece), dtype=np.int64)
    is_later[head] = 0
    chain = np.cumsum(1 - is_later) - 1
    first, last = pieces.first[piece], pieces.last[piece]
    size = last - first + 1 - is_later
    begin = np.where(is_forward, first + is_later, last - is_later)
    step = np.where(is_forward, 1, -1)
    passed = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    vertex = np.repeat(begin, size) + np.repeat(step, size) * passed
    return np.asarray(shapely.linestrings(points[vertex], indices=np.repeat(chain, size)))


def _numbered(nodes: Ints, lines: Shapes) -> Ints:
    """Give junctions their numbers, from 0, along a Hilbert curve.

    Junctions that are near in the town are then near in memory, which makes searches several
    times as fast (and nothing else depends on the numbers).
    """
    _, first, places = np.unique(nodes, return_index=True, return_inverse=True)
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    along = gpd.GeoSeries(ends[first]).hilbert_distance().to_numpy()
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(along, kind="stable")] = np.arange(len(first))
    return rank[places]


def _meeting(pieces: _Pieces, tags: Ints) -> Ints:
    """Return of each end of a piece the end that it goes on with, or −1.

    Two ends go on with each other if they alone meet in a node and their tags agree. The ends of
    piece p are numbered 2p, its start, and 2p + 1.
    """
    nodes = np.column_stack([pieces.start, pieces.end]).ravel()
    order = np.argsort(nodes, kind="stable")
    _, first, count = np.unique(nodes[order], return_index=True, return_counts=True)
    one, other = order[first[count == 2]], order[first[count == 2] + 1]  # noqa: PLR2004 (two meet)
    way = pieces.way
    agree = (one // 2 != other // 2) & (tags[way[one // 2]] == tags[way[other // 2]])
    onward = np.full(len(nodes), -1)
    onward[one[agree]], onward[other[agree]] = other[agree], one[agree]
    return onward


def _chains(meeting: Ints) -> list[list[tuple[int, bool]]]:
    """Return runs of pieces, each with whether it is walked from its start to its end."""
    onward = meeting.tolist()
    used = [False] * (len(onward) // 2)
    chains = []
    for piece, is_used in enumerate(used):
        if is_used:
            continue
        used[piece] = True
        ahead = _follow(2 * piece + 1, onward, used)
        behind = _follow(2 * piece, onward, used)
        back = [(other, not forward) for other, forward in reversed(behind)]
        chains.append([*back, (piece, True), *ahead])
    return chains


def _follow(end: int, onward: list[int], used: list[bool]) -> list[tuple[int, bool]]:
    """Walk on beyond the end of a piece while the way does not branch or change."""
    run = []
    while (entered := onward[end]) >= 0 and not used[entered // 2]:
        used[entered // 2] = True
        run.append((entered // 2, entered % 2 == 0))
        end = entered ^ 1
    return run


def _described(
    start: Ints, end: Ints, tags: list[str], lines: Shapes, crs: object
) -> gpd.GeoDataFrame:
    read = {text: json.loads(text) for text in set(tags)}
    parsed = [read[text] for text in tags]
    over = ("bridge", "tunnel")
    return gpd.GeoDataFrame(
        {
            "edge_id": np.arange(len(lines), dtype=np.int64),
            "start": start,
            "end": end,
            "length_dm": np.rint(shapely.length(lines) * DM_PER_M).astype(np.int64),
            "highway": [t["highway"] for t in parsed],
            "name": [t.get("name", "") for t in parsed],
            "is_steps": [t["highway"] == "steps" for t in parsed],
            "is_bridge_or_tunnel": [
                any(key in t for key in over) and walkable.passes_over_or_under(t) for t in parsed
            ],
            "tags": tags,
        },
        geometry=lines,
        crs=crs,
    )


def with_components(edges: gpd.GeoDataFrame, smallest_m: float) -> gpd.GeoDataFrame:
    """Add the number of the connected part, 0 the longest, and whether it is large enough.

    Parameters
    ----------
    edges
        With `start`, `end` and `length_dm`.
    smallest_m
        From so many metres of street on a part is large enough to walk to.

    Returns
    -------
    geopandas.GeoDataFrame
        The same edges with `component` and `is_snappable`.
    """
    n_nodes = int(max(edges["start"].max(), edges["end"].max())) + 1
    joined = sparse.coo_array(
        (np.ones(len(edges), dtype=np.int8), (edges["start"], edges["end"])), (n_nodes, n_nodes)
    )
    _, label = csgraph.connected_components(joined, directed=False)
    of_edge = pd.Series(label[edges["start"].to_numpy()])
    lengths = edges["length_dm"].groupby(of_edge.to_numpy()).sum()
    order = lengths.sort_values(ascending=False, kind="stable")
    rank = pd.Series(np.arange(len(order)), index=order.index)
    return edges.assign(
        component=of_edge.map(rank).to_numpy(dtype=np.int64),
        is_snappable=of_edge.map(lengths).to_numpy() >= smallest_m * DM_PER_M,
    )


def _report(network: gpd.GeoDataFrame, left_out: dict[str, int], n_blocked: int) -> dict[str, Any]:
    small = ~network["is_snappable"]
    return {
        "edges": len(network),
        "junctions": int(max(network["start"].max(), network["end"].max())) + 1,
        "length_km": round(float(network["length_dm"].sum()) / 10_000, 1),
        "ways_left_out": left_out,
        "nodes_that_block": n_blocked,
        "components": int(network["component"].max()) + 1,
        "components_large_enough": int(network.loc[~small, "component"].nunique()),
        "length_km_in_small_components": round(
            float(network.loc[small, "length_dm"].sum()) / 10_000, 1
        ),
    }
