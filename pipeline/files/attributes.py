"""What the files of shapes have in common: attributes as clean text, and rows that draw nothing.

A row whose shape is missing or cannot be read keeps its place with no shape; why not stands under
its number in `faults`, from where the step that uses the rows takes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from pipeline.errors import FileIsNotAllowed
from pipeline.files.outside import as_cell, unique_names
from pipeline.text import clean_text

MOST_COLUMNS = 200
FAULTS = "faults"


def cells_of(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return attributes as clean text under clean names.

    Parameters
    ----------
    frame
        Attributes of any type, without a geometry.
    path
        The file, for the message.

    Returns
    -------
    pandas.DataFrame
        Text. An attribute that is called `geometry` is called `geometry_text`.

    Raises
    ------
    FileIsNotAllowed
        If there are more columns than are read.
    """
    if frame.shape[1] > MOST_COLUMNS:
        raise FileIsNotAllowed(
            f"{path}: has {frame.shape[1]:,} columns; at most {MOST_COLUMNS} are read."
        )
    names = unique_names([clean_text(name) for name in frame.columns])
    columns = {
        name: pd.Series([as_cell(v) for v in frame.iloc[:, place]], frame.index, dtype="str")
        for place, name in enumerate(names)
    }
    # The shape always stands under `geometry`; an attribute of that name keeps its words.
    columns = {("geometry_text" if n == "geometry" else n): v for n, v in columns.items()}
    return pd.DataFrame(columns, index=frame.index)


def layer_of(
    cells: pd.DataFrame,
    shapes: Sequence[shapely.Geometry | None] | npt.NDArray[np.object_],
    crs: pyproj.CRS,
    faults: Mapping[int, str],
) -> gpd.GeoDataFrame:
    """Return attributes and shapes as one layer, in two dimensions.

    Parameters
    ----------
    cells
        Attributes; the index is the number of the row.
    shapes
        One for each row, or none.
    crs
        The system of the shapes.
    faults
        Number of a row → why its shape cannot be read, as words that follow “it”.

    Returns
    -------
    geopandas.GeoDataFrame
        The layer, with `faults` among its `attrs`.
    """
    flat = shapely.force_2d(np.array(shapes, dtype=object))
    layer = gpd.GeoDataFrame(cells, geometry=flat, crs=crs)
    layer.attrs[FAULTS] = dict(faults)
    return layer


def faults_of(layer: pd.DataFrame) -> dict[int, str]:
    """Return why rows of a layer have no shape, by the number of the row.

    Parameters
    ----------
    layer
        As a reader gives it.

    Returns
    -------
    dict
        Empty where nothing is wrong.
    """
    found: dict[int, str] = layer.attrs.get(FAULTS, {})
    return found
