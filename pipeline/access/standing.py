"""Where walks start and where they may end, as every measure takes them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config import State
from pipeline.routing import Doors, Graph, Homes, Ints, Stands
from pipeline.routing.soundness import (
    cut_offs_must_rise,
    points_must_stand,
    supply_must_be_known,
)

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Origins:
    """Homes, with the people who start there.

    `homes` are those that stand on an open edge of the network, and `rows` their rows in the
    table, which has `n`; `people` are those of all rows.
    """

    homes: Homes
    rows: Ints
    n: int
    people: Floats

    @classmethod
    def of(cls, graph: Graph, homes: pd.DataFrame) -> Origins:
        """Take what of a table stands on the network.

        Parameters
        ----------
        graph
            The network.
        homes
            With `edge_id`, `along_dm`, `snap_dm` and `state`, and `people` where there are any.

        Returns
        -------
        Origins
            The same homes.

        Raises
        ------
        TablesDoNotFit
            If one that is attached stands on no edge, or beyond its end.
        """
        rows = _standing(graph, homes, "home_id")
        laid = Homes.of(graph, Stands.of(homes.iloc[rows]))
        return cls(laid, rows, len(homes), _counted(homes, "people"))

    def counting(self, homes: pd.DataFrame, who: str) -> Origins:
        """Let others start from the same homes.

        Parameters
        ----------
        homes
            The same table.
        who
            The column that counts them; where there is none they are missing.

        Returns
        -------
        Origins
            The same homes, laid out once.
        """
        return replace(self, people=_counted(homes, who))

    def spread(self, values: npt.NDArray[np.generic], missing: float) -> Floats:
        """Give values of the homes that stand on the network to all rows.

        Parameters
        ----------
        values
            One for each of `rows`; further axes are kept.
        missing
            What the other rows are given.

        Returns
        -------
        numpy.ndarray
            One for each of the `n` rows.
        """
        spread = np.full((self.n, *values.shape[1:]), missing)
        spread[self.rows] = values
        return spread


@dataclass(frozen=True)
class Destinations:
    """Entrances, and what the assets behind them supply.

    `doors` are those that stand on an open edge of the network; `assets` are the names of the
    assets in sorted order, as the doors number them, and `supply` what each asset supplies: 1, or
    what was asked for, such as hectares.
    """

    doors: Doors
    assets: Texts
    supply: Floats

    @classmethod
    def of(
        cls, graph: Graph, entrances: pd.DataFrame, supply: pd.Series | None = None
    ) -> Destinations:
        """Take what of a table stands on the network.

        Parameters
        ----------
        graph
            The network.
        entrances
            With `asset_id`, `edge_id`, `along_dm`, `snap_dm` and `state`.
        supply
            What each asset supplies, by `asset_id`; one each by default.

        Returns
        -------
        Destinations
            The same entrances.

        Raises
        ------
        TablesDoNotFit
            If one that is attached stands on no edge, or beyond its end, or nobody knows what
            its asset supplies.
        """
        open_ones = entrances.iloc[_standing(graph, entrances, "entrance_id")]
        assets, asset = np.unique(open_ones["asset_id"].to_numpy(dtype=object), return_inverse=True)
        if supply is not None:
            supply_must_be_known(supply, assets)
        each = np.ones(len(assets)) if supply is None else supply.loc[assets].to_numpy(float)
        return cls(Doors.of(graph, Stands.of(open_ones), asset), assets, each)


def _counted(homes: pd.DataFrame, who: str) -> Floats:
    """Return how many start at each home; missing where nobody counted them."""
    return homes[who].to_numpy(float) if who in homes else np.full(len(homes), np.nan)


def _standing(graph: Graph, table: pd.DataFrame, key: str) -> Ints:
    """Return the rows that are attached to an edge that is open."""
    points_must_stand(table, graph.length, key)
    edge = table["edge_id"].to_numpy(np.int64)
    is_attached = (table["state"] == State.OK).to_numpy()
    return np.flatnonzero(is_attached & graph.is_open[np.where(is_attached, edge, 0)])


def in_decimetres(metres: npt.ArrayLike) -> Ints:
    """Turn cut-offs in metres into whole decimetres that let in no longer walk.

    Parameters
    ----------
    metres
        One or more cut-offs.

    Returns
    -------
    numpy.ndarray
        Rounded down: a cut-off of 333.33 m does not let in a walk of 333.4 m. What is a whole
        decimetre but for the last bits of a float is that decimetre.

    Raises
    ------
    ChoiceIsNotAllowed
        If they do not rise.
    """
    cut_offs_must_rise(np.atleast_1d(np.asarray(metres, dtype=float)))
    return np.floor(np.round(np.asarray(metres, dtype=float) * 10, 6)).astype(np.int64)


def states_of(origins: Origins, values: Floats) -> pd.api.extensions.ExtensionArray:
    """Say what kind of number each sum or count is.

    Parameters
    ----------
    origins
        The homes.
    values
        One a row, missing where it is not known; of rows off the network they mean nothing.

    Returns
    -------
    pandas.api.extensions.ExtensionArray
        Texts: `ok`, `true_zero`, `no_data`, or `unreachable` for a home that no street is near.
    """
    states = [State.UNREACHABLE, State.OK, State.TRUE_ZERO, State.NO_DATA]
    unreachable, ok, true_zero, no_data = range(len(states))
    kind = np.full(origins.n, unreachable, dtype=np.int8)
    on = values[origins.rows]
    kind[origins.rows] = np.where(np.isnan(on), no_data, np.where(on == 0, true_zero, ok))
    return pd.array([state.value for state in states], dtype="str").take(kind)
