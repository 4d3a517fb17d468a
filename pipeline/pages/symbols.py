"""The shapes of symbols, as the map of a page and the maps for reports have them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]


def _even(sides: int, turn: float, size: float = 1.0) -> Points:
    angle = 2 * math.pi * np.arange(sides) / sides + turn
    return size * np.column_stack([np.cos(angle), np.sin(angle)])


def _star() -> Points:
    radius = np.tile([1.2, 0.576], 5)
    angle = math.pi * np.arange(10) / 5 + math.pi / 2
    corners: Points = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return corners


def _plus(turn: float) -> Points:
    bar = 0.36
    arm = np.array([(-bar, 1), (bar, 1), (bar, bar)])
    turns = [
        np.array([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]])
        for a in (turn - math.pi / 2 * n for n in range(4))
    ]
    return np.concatenate([arm @ matrix for matrix in turns])


# On a circle of radius one, y upwards.
CORNERS = {
    "circle": _even(24, 0.0),
    "square": 0.86 * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]),
    "triangle": np.array([(0, 1.05), (1.05, -0.8), (-1.05, -0.8)]),
    "diamond": _even(4, 0.0, 1.12),
    "star": _star(),
    "cross": _plus(math.pi / 4),
    "plus": _plus(0.0),
    "hexagon": _even(6, 0.0),
}
