"""Minutes to the nearest asset as a surface: the same answer as for a home, for every cell of land.

The value of a cell is min over all entrances e of walk(middle of the cell, e) ÷ speed, in minutes,
the leg from the middle to the nearest street included, exactly as a home there would have it. A
cell has a value where its middle lies in a neighbourhood that the map data cover, not in open
water, and within the cap of a street that one can step onto. Elsewhere, and where no street leads
to any asset, there is none (NaN): a sentinel such as −1 would pass for a walk in every mean.

Two more bands say what kind of number that is. `to_street` holds minutes to the nearest street for
every cell of land, so a cell that has it and no value of a category is `unreachable`.
`certain_within` holds the minutes within which no asset can be missing, because the map data end
no nearer; a longer walk may be shorter in truth.

See Geurs and van Wee (2004), Journal of Transport Geography 12:127–140, on distance measures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.access.nearest import nearest_asset
from pipeline.access.standing import Destinations, Origins
from pipeline.config import CategoryRules, District, State, Study, Walking
from pipeline.cores import on_all_cores
from pipeline.coverage import known_within
from pipeline.rasters import Band, Bands, Cells, Floats, Ints
from pipeline.routing import DM_PER_M, Graph, as_graph
from pipeline.snapping import snap
from pipeline.text import clean_text
from pipeline.units import M2_PER_HA

TO_STREET = "to_street"
CERTAIN_WITHIN = "certain_within"
ABOUT_CELLS = (TO_STREET, CERTAIN_WITHIN)
# A raster of more cells would not fit into the memory of a small machine; cells are then larger.
MOST_CELLS = 5_000_000
MOST_TEXT = 2000
OPEN_WATER = '"natural": "water"|"waterway": "(?:dock|riverbank)"|"landuse": "(?:basin|reservoir)"'

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Land:
    """Cells of walkable land, and where the middle of each stands on the network.

    `number` are the numbers of the cells, rising, shape (n,); `standing` has `edge_id`,
    `along_dm`, `snap_dm` and `state`, n rows.
    """

    cells: Cells
    number: Ints
    standing: pd.DataFrame


def measure_surface(
    neighbourhoods: gpd.GeoDataFrame,
    coverage: gpd.GeoDataFrame,
    features: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    rules: dict[str, CategoryRules],
    study: Study,
    ground: pd.DataFrame | None = None,
) -> tuple[Bands, dict[str, Any]]:
    """Measure the walk to the nearest asset of every category from every cell of land.

    Parameters
    ----------
    neighbourhoods, coverage
        The district, and which of its neighbourhoods the map data cover.
    features
        Open water is taken from its areas.
    network, entrances
        What one walks on, and to.
    rules
        The categories; c of them.
    study
        Size of a cell, longest snap leg and speed.
    ground
        What the edges cost the walker; without it all are open and cost their length.

    Returns
    -------
    tuple of Bands and dict
        One band of minutes for each category, in the order of their names, then `to_street` and
        `certain_within`; and how much land there is.
    """
    land = walkable_land(neighbourhoods, coverage, features, network, study)
    graph = as_graph(network, ground)
    origins = Origins.of(graph, land.standing)

    def one(category: str) -> tuple[Band, Floats]:
        rows = entrances[entrances["category"] == category]
        is_known = len(rows) > 0 or rules[category].none_mapped_means == "none"
        minutes = minutes_to(graph, origins, rows, study.walking)
        return _band_of(category, is_known=is_known), minutes

    found = list(on_all_cores(one, sorted(rules)))
    found += _about_cells(land, coverage, study.walking)
    values = np.array([value for _, value in found], dtype=np.float32)
    bands = Bands(land.cells, land.number, tuple(band for band, _ in found), values)
    return bands, _report(land, bands, len(rules))


def about_surface(district: District, credit: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Say what a surface is and whose, for a file that travels without its page.

    Parameters
    ----------
    district
        The district.
    credit
        Attribution and licence of each input.

    Returns
    -------
    dict
        Plain text by key.
    """
    known = sorted(set(credit))
    about = {
        "title": f"{district.name}: minutes on foot to the nearest asset of each category",
        "date": district.openstreetmap.day.isoformat(),
        "attribution": "; ".join(dict.fromkeys(whose for whose, _ in known)),
        "licence": ", ".join(sorted({licence for _, licence in known})),
        "no_data": "NaN: no walkable land, or no data; where to_street has a value, no street "
        "leads there, or the state of the band is no_data",
        "notice": district.notice or "",
    }
    return {key: clean_text(text, most=MOST_TEXT) for key, text in about.items() if text}


def minutes_to(graph: Graph, origins: Origins, entrances: pd.DataFrame, walking: Walking) -> Floats:
    """Measure the walk from some places to the nearest of a set of assets.

    Parameters
    ----------
    graph
        The walking network.
    origins
        Where walks start; n rows.
    entrances
        Where they may end: the entrances of one category, of one asset, of any.
    walking
        The speed.

    Returns
    -------
    numpy.ndarray
        Minutes, missing where no street leads there; shape (n,).
    """
    near = nearest_asset(graph, origins, Destinations.of(graph, entrances))
    return near["nearest_m"].to_numpy(float) / walking.speed_m_per_min


def _band_of(category: str, *, is_known: bool) -> Band:
    words = f"Minutes on foot to the nearest: {category.replace('_', ' ')}"
    return Band(category, words, "min", State.OK.value if is_known else State.NO_DATA.value)


def _about_cells(
    land: Land, coverage: gpd.GeoDataFrame, walking: Walking
) -> list[tuple[Band, Floats]]:
    """Say of each cell how far the street is, and up to which walk its numbers are certain."""
    state, speed = State.OK.value, walking.speed_m_per_min
    leg = land.standing["snap_dm"].to_numpy(float) / DM_PER_M / speed
    certain = known_within(land.cells.middles(land.number), coverage).to_numpy(float) / speed
    return [
        (Band(TO_STREET, "Minutes from the middle of the cell to a street", "min", state), leg),
        (Band(CERTAIN_WITHIN, "Walks of up to so many minutes are certain", "min", state), certain),
    ]


# --- which cells ----------------------------------------------------------------------------------


def walkable_land(
    neighbourhoods: gpd.GeoDataFrame,
    coverage: gpd.GeoDataFrame,
    features: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    study: Study,
) -> Land:
    """Find the cells of a district that one can walk from.

    Parameters
    ----------
    neighbourhoods, coverage
        The district, and which of its neighbourhoods the map data cover.
    features
        Open water is taken from its areas.
    network
        What cells are attached to.
    study
        Size of a cell, and how far from a street its middle may lie.

    Returns
    -------
    Land
        The cells that are attached; those of no covered neighbourhood, in open water, or too far
        from a street are left out.
    """
    cells = cells_over(neighbourhoods, study.surface.cell_m)
    rows = coverage[(coverage["what"] == "neighbourhood") & (coverage["state"] == State.OK)]
    is_known = neighbourhoods["neighbourhood_id"].isin(rows["neighbourhood_id"])
    is_land = _drawn(neighbourhoods.geometry[is_known], cells)
    is_land &= ~_drawn(_open_water(features), cells)
    number = np.flatnonzero(is_land)
    standing = snap(cells.middles(number), network, study.snapping.home_cap_m)
    is_attached = (standing["edge_id"] >= 0).to_numpy()
    kept = standing[is_attached].reset_index(drop=True).assign(state=State.OK.value)
    return Land(cells, number[is_attached], kept)


def cells_over(areas: gpd.GeoDataFrame, cell_m: float) -> Cells:
    """Lay square cells over areas.

    Parameters
    ----------
    areas
        What they should cover, in metres.
    cell_m
        Their size; doubled until there are no more than five million.

    Returns
    -------
    Cells
        They stand on whole multiples of their size, so that two districts share their cells.
    """
    west, south, east, north = areas.total_bounds
    left, top = np.floor(west / cell_m) * cell_m, np.ceil(north / cell_m) * cell_m
    columns, rows = int(np.ceil((east - left) / cell_m)), int(np.ceil((top - south) / cell_m))
    if columns * rows > MOST_CELLS:
        return cells_over(areas, 2 * cell_m)
    return Cells(float(left), float(top), cell_m, cell_m, rows, columns, areas.crs)


def _open_water(features: gpd.GeoDataFrame) -> gpd.GeoSeries:
    is_water = (features["shape"] == "area") & features["tags"].str.contains(OPEN_WATER)
    water: gpd.GeoSeries = features.geometry[is_water]
    return water


def _drawn(areas: gpd.GeoSeries, cells: Cells) -> Mask:
    """Say of each cell whether its middle lies in an area; shape (cells,)."""
    from rasterio.features import rasterize

    shapes = areas[~areas.is_empty]
    if shapes.empty:
        return np.zeros(cells.rows * cells.columns, dtype=bool)
    image = rasterize(shapes, cells.shape, transform=cells.transform, dtype=np.uint8)
    is_drawn: Mask = image.ravel() == 1
    return is_drawn


def _report(land: Land, bands: Bands, n_categories: int) -> dict[str, Any]:
    values = bands.value[:n_categories]
    return {
        "cell_m": land.cells.width,
        "cells_of_walkable_land": len(land.number),
        "walkable_land_ha": round(len(land.number) * land.cells.width**2 / M2_PER_HA, 2),
        "categories_without_data": [b.name for b in bands.bands if b.state != State.OK],
        "answers": int(np.isfinite(values).sum()),
    }
