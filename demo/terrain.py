"""Write the ground as OS Terrain 50 tiles: a level plain and one hill."""

import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from demo.grid import EXTENT, ORIGIN

CELL_M = 50
CELLS = 200
TILES = {"TA57": (550_000, 470_000), "TA67": (560_000, 470_000)}
"""Tiles of 10 km and their south-west corners; the real product has none here, it is all sea."""

ZIP_DATE = (2026, 1, 1, 0, 0, 0)
SHORE_M = 300
"""Streets end where the drawing ends, and should not fall off it."""

PLAIN_M = 8.0
"""Level, so that away from the hill a walk costs its length to the decimetre."""

HILL, HILL_HEIGHT_M, HILL_RADIUS_M = (710, 620), 88.0, 600.0
README = "Synthetic ground of a district that does not exist, in the format of OS Terrain 50.\n"


def heights(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Heights in metres at points of the town's own grid; 0 far outside everything drawn."""
    away = np.hypot(x - HILL[0], y - HILL[1]) / HILL_RADIUS_M
    hill = HILL_HEIGHT_M * np.cos(np.minimum(away, 1) * np.pi / 2) ** 2
    west, south, east, north = np.add(EXTENT, (-SHORE_M, -SHORE_M, SHORE_M, SHORE_M))
    is_land = (x > west) & (x < east) & (y > south) & (y < north)
    return np.where(is_land, np.round(PLAIN_M + hill, 1), 0.0)


def write(folder: Path) -> list[Path]:
    """Write the nested archives below ``folder`` and return their paths."""
    return [_write_tile(folder, name, corner) for name, corner in TILES.items()]


def _write_tile(folder: Path, name: str, corner: tuple[int, int]) -> Path:
    square = folder / name[:2].lower()
    square.mkdir(parents=True, exist_ok=True)
    path = square / f"{name.lower()}_OST50GRID_20260101.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, text in ((f"{name}.asc", _grid(corner)), ("README.txt", README)):
            archive.writestr(zipfile.ZipInfo(member, ZIP_DATE), text, zipfile.ZIP_DEFLATED)
    return path


def _grid(corner: tuple[int, int]) -> str:
    """One tile in ESRI's ASCII form: rows from north to south, values at cell centres."""
    steps = np.arange(CELLS) * CELL_M + CELL_M / 2
    x, y = np.meshgrid(corner[0] + steps - ORIGIN[0], corner[1] + steps[::-1] - ORIGIN[1])
    lines = (" ".join(map(str, row)) for row in heights(x, y).tolist())
    header = (
        f"ncols {CELLS}\nnrows {CELLS}\nxllcorner {corner[0]}\nyllcorner {corner[1]}\n"
        f"cellsize {CELL_M}\n"
    )
    return header + "\n".join(lines) + "\n"
