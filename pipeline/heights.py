"""The heights of the ground, as `pipeline.files` reads them and `pipeline.terrain` uses them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Heights:
    """Heights above sea level in metres, on square cells in the system of the district.

    Rows run from north to south, `metres` stand in the middle of their cells, NaN is unknown.
    `west` and `north` are the outer corner of the first cell. `where` names the file for
    messages, and `caveats` are sentences about what the heights are.
    """

    metres: Floats
    west: float
    north: float
    cell_m: float
    where: str = "the elevation data"
    caveats: tuple[str, ...] = ()
