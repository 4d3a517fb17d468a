"""Homes and entrances as the arrays that the kernels work on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config import State
from pipeline.routing import Ints, Stands


@dataclass(frozen=True)
class Standing:
    """What of two tables stands on the network.

    `home_rows` are the rows of the homes that do; `assets` are the names of the assets in
    sorted order and `asset` the number among them of each entrance.
    """

    homes: Stands
    home_rows: Ints
    entrances: Stands
    asset: Ints
    assets: npt.NDArray[np.object_]

    @classmethod
    def of(cls, homes: pd.DataFrame, entrances: pd.DataFrame) -> Standing:
        """Take what is attached to the network.

        Parameters
        ----------
        homes, entrances
            Tables with `edge_id`, `along_dm`, `snap_dm` and `state`.

        Returns
        -------
        Standing
            Their arrays.
        """
        rows = np.flatnonzero(homes["state"] == State.OK)
        open_ones = entrances[entrances["state"] == State.OK]
        assets, asset = np.unique(open_ones["asset_id"].to_numpy(dtype=object), return_inverse=True)
        return cls(
            Stands.of(homes.iloc[rows]), rows, Stands.of(open_ones), asset.astype(np.int64), assets
        )
