"""Tables that do not fit each other, told before anybody walks on them.

A contract holds one column at a time against what it may hold. What is checked here lies between
columns and between tables, which arrays alone would not notice: a home beyond the end of its edge
would set out with a walk of less than nothing, and one on edge −1 would stand on the last edge.
Every check is a few comparisons over whole columns.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config import State
from pipeline.errors import (
    ChoiceIsNotAllowed,
    EveryStreetIsClosed,
    TablesDoNotFit,
    quoted,
)

# No edge and no leg is longer, 1,000 km; so no walk of a hundred of them overflows a label.
LONGEST_DM = 10_000_000
AGAIN = "delete it and run `make` again"

Numbers = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def network_must_hold(network: pd.DataFrame) -> None:
    """Check that edges are numbered, lead to junctions that are there, and have a length.

    Parameters
    ----------
    network
        With `edge_id`, `start`, `end` and `length_dm`; its rows in the order of `edge_id`.

    Raises
    ------
    TablesDoNotFit
        If edges are not numbered from 0, junctions are not numbered from 0 without a gap, or a
        length is missing, below 0 or longer than any street.
    """
    where, n_edges = "network.parquet", len(network)
    edge = network["edge_id"].to_numpy(float)
    at = _first(edge != np.arange(n_edges))
    if at is not None:
        raise TablesDoNotFit(
            f"{where}: edge_id holds {edge[at]:.0f} where {at} should follow; edges are numbered "
            f"from 0 to {n_edges - 1}, each once: {AGAIN}."
        )
    length = network["length_dm"].to_numpy(float)
    at = _first(~_is_a_cost(length))
    if at is not None:
        raise TablesDoNotFit(
            f"{where}: edge {at} has a length_dm of {length[at]:.15g}; allowed is 0 to "
            f"{LONGEST_DM:,}: {AGAIN}."
        )
    ends = network[["start", "end"]].to_numpy(float).ravel()
    is_there = np.zeros(2 * n_edges, dtype=bool)
    is_there[ends[(ends >= 0) & (ends < 2 * n_edges)].astype(np.int64)] = True
    n_junctions = int(is_there.sum())
    # Without a gap the largest number is one less than how many there are.
    at = _first(~((ends >= 0) & (ends < n_junctions)))
    if at is not None:
        raise TablesDoNotFit(
            f"{where}: edge {at // 2} leads to junction {ends[at]:.15g}, which is not there; its "
            f"{n_junctions:,} junctions are numbered from 0 to {n_junctions - 1}: {AGAIN}."
        )


def ground_must_fit(ground: pd.DataFrame, n_edges: int) -> None:
    """Check that every edge has its costs, and that at least one is open.

    Parameters
    ----------
    ground
        With `edge_id`, `forward_dm`, `backward_dm` and `is_open`.
    n_edges
        Number of edges of the network.

    Raises
    ------
    TablesDoNotFit
        If it speaks of other edges, or a cost is missing, below 0 or beyond any walk.
    EveryStreetIsClosed
        If a walker may use no edge at all.
    """
    edge = ground["edge_id"].to_numpy(float)
    if not np.array_equal(np.sort(edge), np.arange(n_edges)):
        raise TablesDoNotFit(
            f"terrain.parquet: speaks of {len(edge):,} edges where network.parquet has "
            f"{n_edges:,}, or of others; each must stand there once: {AGAIN}."
        )
    for name in ("forward_dm", "backward_dm"):
        cost = ground[name].to_numpy(float)
        at = _first(~_is_a_cost(cost))
        if at is not None:
            raise TablesDoNotFit(
                f"terrain.parquet: edge {edge[at]:.0f} has a {name} of {cost[at]:.15g}; allowed "
                f"is 0 to {LONGEST_DM:,}: {AGAIN}."
            )

    if not ground["is_open"].to_numpy(bool).any():
        raise EveryStreetIsClosed(
            f"config/walkers: a walker may use none of the {n_edges:,} streets, and at least one "
            "must be open; refuse less in that walker’s file."
        )


def points_must_stand(points: pd.DataFrame, length: npt.NDArray[np.int32], key: str) -> None:
    """Check that what is attached stands on an edge that is there, and no further than its end.

    Parameters
    ----------
    points
        Homes or entrances, with `edge_id`, `along_dm`, `snap_dm` and `state`.
    length
        Of each edge, in decimetres; shape (edges,).
    key
        Column that names them, `home_id` or `entrance_id`; without it rows are counted.

    Raises
    ------
    TablesDoNotFit
        If one that is attached stands on no edge or beyond its end, or its leg is below 0 or
        beyond any walk.
    """
    rows = points[(points["state"] == State.OK).to_numpy()]
    edge, along, snap = (rows[n].to_numpy(float) for n in ("edge_id", "along_dm", "snap_dm"))
    is_there = (edge >= 0) & (edge < len(length))
    at = _first(~is_there)
    if at is not None:
        raise TablesDoNotFit(
            f"{_named(rows, key, at)} stands on edge {edge[at]:.15g}, which is not there; "
            f"network.parquet has edges 0 to {len(length) - 1}: {AGAIN}."
        )
    longest = length[edge.astype(np.int64)]
    at = _first(~((along >= 0) & (along <= longest)))
    if at is not None:
        raise TablesDoNotFit(
            f"{_named(rows, key, at)} stands {along[at]:.15g} dm along edge {edge[at]:.0f}; "
            f"allowed is 0 to its length in network.parquet, {longest[at]}: {AGAIN}."
        )
    at = _first(~_is_a_cost(snap))
    if at is not None:
        raise TablesDoNotFit(
            f"{_named(rows, key, at)} has a snap_dm of {snap[at]:.15g}; allowed is 0 to "
            f"{LONGEST_DM:,}: {AGAIN}."
        )


def somebody_must_set_out(homes: pd.DataFrame, n_out: int) -> None:
    """Check that the walker whom the study names can leave at least one home.

    Parameters
    ----------
    homes
        With `state`.
    n_out
        How many of them stand on a street that is open to the walker.

    Raises
    ------
    EveryStreetIsClosed
        If homes stand on edges, and all of these are closed.
    """
    n_attached = int((homes["state"] == State.OK).sum())
    if n_attached and not n_out:
        raise EveryStreetIsClosed(
            f"config/study.yaml: walking.walker: of {n_attached:,} homes none stands on a street "
            "that this walker may use, so nothing can be reached; name another, or refuse less in "
            "the walker’s file."
        )


def supply_must_be_known(supply: pd.Series, assets: npt.NDArray[np.object_]) -> None:
    """Check that every asset has a supply that can be shared out.

    Parameters
    ----------
    supply
        By `asset_id`.
    assets
        Names of the assets that entrances lead into.

    Raises
    ------
    TablesDoNotFit
        If an asset has none, or one that is missing, below 0 or endless.
    """
    at = _first(~np.isin(assets, supply.index.to_numpy(dtype=object)))
    if at is not None:
        raise TablesDoNotFit(
            f"entrances.parquet: leads into asset {quoted(assets[at])}, which is not in "
            f"assets.parquet: {AGAIN}."
        )
    amount = supply.reindex(pd.Index(assets)).to_numpy(float)
    at = _first(~((amount >= 0) & np.isfinite(amount)))
    if at is not None:
        raise TablesDoNotFit(
            f"assets.parquet: asset {quoted(assets[at])} supplies {amount[at]:g}; allowed is 0 or "
            f"more: {AGAIN}."
        )


def cut_offs_must_rise(metres: Numbers) -> None:
    """Check that cut-offs are lengths of walks, in order.

    Parameters
    ----------
    metres
        One or more.

    Raises
    ------
    ChoiceIsNotAllowed
        If there is none, one is missing, below 0 or beyond any walk, or they do not rise.
    """
    is_right = len(metres) and (np.diff(metres) > 0).all() and _is_a_cost(metres * 10).all()
    if not is_right:
        found = ", ".join(f"{length:g}" for length in metres) or "nothing"
        raise ChoiceIsNotAllowed(
            f"Cut-offs of {found} m: they must rise from 0 or more, each named once, for example "
            "400, 800, 1200."
        )


def _is_a_cost(numbers: Numbers) -> Bools:
    """Say where a number can be walked; a missing one cannot."""
    return (numbers >= 0) & (numbers <= LONGEST_DM)


def _first(is_wrong: Bools) -> int | None:
    return int(np.argmax(is_wrong)) if is_wrong.any() else None


def _named(rows: pd.DataFrame, key: str, at: int) -> str:
    """Name a row with its file, such as `homes.parquet: home ‘way/12’`."""
    what = key.removesuffix("_id")
    if key not in rows:
        return f"Row {rows.index[at]} of the points"
    return f"{what}s.parquet: {what} {quoted(rows[key].iloc[at])}"
