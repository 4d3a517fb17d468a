"""Catchments: the land, and the people, within so many minutes of a set of assets.

The land within m minutes is every cell of the surface from whose middle the walk to the nearest of
the assets takes at most m minutes, and every cell with a home from which it does; so a home that
is counted always lies in the band it is counted in. Cells are drawn as they are: an isochrone of
what was reached over the streets, not a hull, with its edge right to half a cell, and bands nest
because a walk of 5 minutes is one of 10. Its area is the number of cells times theirs.

The people within m minutes are those of the homes from which the walk, both legs included, costs
at most m × speed; exactly so many decimetres count. They are given as a number, as a share of all
whose homes are attached to the network, and for each decile of the nation's index of deprivation.

See O'Sullivan, Morrison and Shearer (2000), International Journal of Geographical Information
Science 14:85–104, on isochrones; Geurs and van Wee (2004), Journal of Transport Geography
12:127–140, on contour measures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import shapely.geometry

from pipeline.access.nearest import nearest_asset
from pipeline.access.standing import Destinations, Origins, in_decimetres
from pipeline.access.surface import Land
from pipeline.config import CategoryRules, State, Study
from pipeline.cores import on_all_cores
from pipeline.errors import ChoiceIsNotAllowed, listed, quoted
from pipeline.rasters import Bands, Cells, Floats, Ints
from pipeline.routing import DM_PER_M, FAR, Graph, as_graph
from pipeline.units import M2_PER_HA

ALL, NO_DECILE = "all", "no_decile"

Mask = npt.NDArray[np.bool_]
Report = dict[str, Any]


@dataclass(frozen=True)
class Town:
    """Cells of walkable land, and who lives in them.

    `number` are the cells, shape (n,). Of each of h homes: `cell` it stands in, `people`, the
    `group` of its neighbourhood (its place in `groups`), whether it `is_attached` to the network,
    and how far around it the map is known. `everyone` are the people of each group, at homes or
    not.
    """

    cells: Cells
    number: Ints
    cell: Ints
    people: Floats
    group: Ints
    is_attached: Mask
    known_within_m: Floats
    groups: tuple[str, ...]
    everyone: Floats

    @classmethod
    def of(
        cls, cells: Cells, number: Ints, homes: gpd.GeoDataFrame, neighbourhoods: gpd.GeoDataFrame
    ) -> Town:
        """Lay out the homes of a district on the cells of its land.

        Parameters
        ----------
        cells, number
            The cells, and which of them are walkable land.
        homes
            With people and neighbourhood.
        neighbourhoods
            With people and the decile of deprivation, where there is one.

        Returns
        -------
        Town
            Homes in the order of the table. Without an index of deprivation there is one group.
        """
        decile = neighbourhoods.set_index("neighbourhood_id")["deprivation_decile"]
        decile = decile.fillna(0).astype(np.int64)
        found = np.unique(decile) if decile.any() else np.array([0])
        names = [f"decile_{d}" if d else NO_DECILE for d in found] if decile.any() else []
        group_of = pd.Series(np.searchsorted(found, decile), decile.index)
        people = homes["people"].to_numpy(float)
        counted = neighbourhoods.set_index("neighbourhood_id")["people"]
        at_homes = homes.groupby("neighbourhood_id")["people"].sum().reindex(counted.index)
        known = counted.fillna(at_homes).fillna(0.0).to_numpy(float)
        everyone = np.bincount(group_of.to_numpy(), weights=known, minlength=len(found))
        return cls(
            cells,
            number,
            cells.holding(homes.geometry.to_numpy()),
            people,
            group_of.loc[homes["neighbourhood_id"]].to_numpy(np.int64),
            (homes["state"] == State.OK).to_numpy(),
            homes["known_within_m"].to_numpy(float),
            tuple(names),
            everyone.astype(np.float64),
        )

    def sums(self, weights: Floats) -> Floats:
        """Add up one number a home over all of them, then over each group; shape (1 + groups,)."""
        by_group = np.bincount(self.group, weights=weights, minlength=len(self.everyone))
        return np.append(by_group.sum(), by_group)[: 1 + len(self.groups)]


def measure_catchments(
    surface: Bands,
    homes: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    neighbourhoods: gpd.GeoDataFrame,
    rules: dict[str, CategoryRules],
    study: Study,
    ground: pd.DataFrame | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, Report]:
    """Measure the catchment of every category: of all its assets together.

    Parameters
    ----------
    surface
        Minutes to the nearest of each category, for each cell of walkable land.
    homes
        Where people live; h of them.
    entrances, network
        What one walks to, and on.
    neighbourhoods
        With people and the decile of deprivation.
    rules
        The categories; c of them.
    study
        Minutes, speed, and the fewest people a number is published of.
    ground
        What the edges cost the walker; without it all are open and cost their length.

    Returns
    -------
    tuple of geopandas.GeoDataFrame, pandas.DataFrame and dict
        `CATCHMENTS` and `CATCHMENT_PEOPLE`, with a row for each category and number of minutes,
        and in the second for each group; and what was counted.
    """
    graph = as_graph(network, ground)
    origins = Origins.of(graph, homes)
    town = Town.of(surface.cells, surface.number, homes, neighbourhoods)

    def from_homes(category: str) -> Ints:
        rows = entrances[entrances["category"] == category]
        return _decimetres(_nearest_m(graph, origins, rows))

    walks = dict(zip(sorted(rules), on_all_cores(from_homes, sorted(rules)), strict=True))
    found = []
    for category, home_dm in walks.items():
        is_known = (entrances["category"] == category).any() or (
            rules[category].none_mapped_means == "none"
        )
        metres = surface.named(category) * np.float64(study.walking.speed_m_per_min)
        found.append(
            catchment(town, _decimetres(metres), home_dm, study, category, is_known=is_known)
        )
    bands = pd.concat([band for band, _ in found], ignore_index=True)
    people = pd.concat([rows for _, rows in found], ignore_index=True)
    report = {
        "cell_m": surface.cells.width,
        "bands": len(bands),
        "caveats": list(_told_of_cells(surface.cells.width, study.surface.cell_m)),
    }
    return gpd.GeoDataFrame(bands, crs=surface.cells.crs), people, report


def measure_asset(
    land: Land,
    homes: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    neighbourhoods: gpd.GeoDataFrame,
    study: Study,
    ground: pd.DataFrame | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Measure the catchment of one asset, or of any set of assets of one category.

    Parameters
    ----------
    land
        Cells of walkable land, and where they stand on the network.
    homes
        Where people live.
    entrances
        The ways into the assets; at least one row.
    network
        What one walks on.
    neighbourhoods
        With people and the decile of deprivation.
    study
        Minutes, speed, and the fewest people a number is published of.
    ground
        What the edges cost the walker; without it all are open and cost their length.

    Returns
    -------
    tuple of geopandas.GeoDataFrame and pandas.DataFrame
        `CATCHMENTS` and `CATCHMENT_PEOPLE`, with a row for each number of minutes.
    """
    graph = as_graph(network, ground)
    town = Town.of(land.cells, land.number, homes, neighbourhoods)
    from_land = _decimetres(_nearest_m(graph, Origins.of(graph, land.standing), entrances))
    from_homes = _decimetres(_nearest_m(graph, Origins.of(graph, homes), entrances))
    category = str(entrances["category"].iloc[0])
    return catchment(town, from_land, from_homes, study, category, is_known=True)


def entrances_of(
    asset_id: str, assets: pd.DataFrame, entrances: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the ways into one asset, which somebody has named.

    Parameters
    ----------
    asset_id
        Its name, from outside.
    assets, entrances
        All of the district.

    Returns
    -------
    geopandas.GeoDataFrame
        Its rows of `entrances`.

    Raises
    ------
    ChoiceIsNotAllowed
        If there is no such asset, or no street leads to it.
    """
    ids = assets["asset_id"]
    if not (ids == asset_id).any():
        near = get_close_matches(asset_id, ids.tolist(), n=3) or ids.head(3).tolist()
        raise ChoiceIsNotAllowed(
            f"ASSET={quoted(asset_id)}: the district has no asset of this name; names stand in "
            f"assets.gpkg, such as {listed(near)}."
        )
    found: gpd.GeoDataFrame = entrances[entrances["asset_id"] == asset_id]
    if not (found["state"] == State.OK).any():
        raise ChoiceIsNotAllowed(
            f"ASSET={quoted(asset_id)}: no street leads to this asset, so nobody is within reach "
            "of it on foot; name another."
        )
    return found


def catchment(
    town: Town, land_dm: Ints, home_dm: Ints, study: Study, category: str, *, is_known: bool
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Draw the bands of one set of assets, and count who lives in them.

    Parameters
    ----------
    town
        n cells and h homes.
    land_dm, home_dm
        Walk to the nearest of the assets, in decimetres, from each cell, shape (n,), and from
        each home, shape (h,).
    study
        Minutes, speed, and the fewest people a number is published of.
    category
        What the rows are of.
    is_known
        Whether anything is known of such assets.

    Returns
    -------
    tuple of geopandas.GeoDataFrame and pandas.DataFrame
        `CATCHMENTS` and `CATCHMENT_PEOPLE`, with a row for each number of minutes.
    """
    minutes = study.walking.minutes
    metres = [study.walking.metres_in(m) for m in minutes]
    reached = _of_cells(town, land_dm, home_dm)
    bands, people = [], []
    for cut_off_m, cut_off in zip(metres, in_decimetres(metres), strict=True):
        is_within = home_dm <= cut_off
        is_certain = is_within | (town.known_within_m >= cut_off_m)
        bands.append(_band(town.cells, reached <= cut_off, is_known=is_known))
        people.append(_people(town, is_within, is_certain, study.fewest_people, is_known=is_known))
    for table in (*bands, *people):
        table.insert(0, "category", category)
    for m, band, counts in zip(minutes, bands, people, strict=True):
        band.insert(1, "minutes", m)
        counts.insert(1, "minutes", m)
    drawn = pd.concat(bands, ignore_index=True)
    return (
        gpd.GeoDataFrame(drawn, geometry="geometry", crs=town.cells.crs),
        pd.concat(people, ignore_index=True),
    )


def _nearest_m(graph: Graph, origins: Origins, entrances: pd.DataFrame) -> Floats:
    near = nearest_asset(graph, origins, Destinations.of(graph, entrances))
    return near["nearest_m"].to_numpy(float)


def _decimetres(metres: Floats) -> Ints:
    """Return whole decimetres; further than any walk where there is none."""
    return np.nan_to_num(np.rint(metres * DM_PER_M), nan=float(FAR)).astype(np.int64)


# --- land -----------------------------------------------------------------------------------------


def _of_cells(town: Town, land_dm: Ints, home_dm: Ints) -> Ints:
    """Return the shortest walk from the middle of each cell, or from a home in it."""
    reached = np.full(town.cells.rows * town.cells.columns, int(FAR))
    reached[town.number] = land_dm
    is_inside = town.cell >= 0
    np.minimum.at(reached, town.cell[is_inside], home_dm[is_inside])
    return reached


def _band(cells: Cells, is_within: Mask, *, is_known: bool) -> pd.DataFrame:
    """Draw the cells within a cut-off; shape of the mask (cells,)."""
    n_cells = int(is_within.sum()) if is_known else 0
    none = State.TRUE_ZERO if is_known else State.NO_DATA
    area = n_cells * cells.width * cells.height / M2_PER_HA
    return pd.DataFrame(
        {
            "area_ha": [area if is_known else np.nan],
            "state": [str(State.OK if n_cells else none)],
            "geometry": [_outline(cells, is_within) if n_cells else shapely.MultiPolygon()],
        }
    )


def _outline(cells: Cells, is_within: Mask) -> shapely.MultiPolygon:
    """Return the outline of some cells; those that meet in a corner alone stay apart."""
    from rasterio.features import shapes
    from rasterio.transform import from_origin

    image = is_within.reshape(cells.shape)
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    part = image[top : rows[-1] + 1, left : columns[-1] + 1]
    west, north = cells.west + left * cells.width, cells.north - top * cells.height
    place = from_origin(west, north, cells.width, cells.height)
    found = shapes(part.astype(np.uint8), mask=part, connectivity=4, transform=place)
    areas = np.array([shapely.geometry.shape(outline) for outline, _ in found], dtype=object)
    whole = shapely.multipolygons(areas)
    assert isinstance(whole, shapely.MultiPolygon)
    return whole


def _told_of_cells(cell_m: float, asked_m: float) -> Iterator[str]:
    if cell_m != asked_m:
        yield (
            f"The district is so large that walks are drawn over the land in cells of {cell_m:g} m "
            f"instead of {asked_m:g} m."
        )


# --- people ---------------------------------------------------------------------------------------


def _people(
    town: Town, is_within: Mask, is_certain: Mask, fewest: int, *, is_known: bool
) -> pd.DataFrame:
    """Count who lives within a cut-off: all, and each group."""
    attached = np.where(town.is_attached, town.people, 0.0)
    within, answered = town.sums(attached * is_within), town.sums(attached)
    everyone = np.append(town.everyone.sum(), town.everyone)[: len(within)]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.clip(within / answered * 100, 0, 100)
        certain = np.nan_to_num(town.sums(attached * is_certain) / everyone * 100)
    certain = np.clip(certain if is_known else 0.0, 0, 100)
    state = _states(within, answered, certain, fewest, is_known=is_known)
    is_number = np.isin(state, [State.OK.value, State.TRUE_ZERO.value])
    return pd.DataFrame(
        {
            "people_of": (ALL, *town.groups),
            "people": np.where(is_number, within, np.nan),
            "share_pct": np.where(is_number, share, np.nan),
            "state": state,
            "coverage_pct": np.where(state == State.NO_DATA.value, 0.0, certain),
        }
    )


def _states(
    within: Floats, answered: Floats, certain: Floats, fewest: int, *, is_known: bool
) -> npt.NDArray[np.object_]:
    """Say what kind of number each count is; the first is that of all."""
    # Nothing found where nobody's answer is certain is unknown, not a zero.
    is_unknown = (answered == 0) | ((within == 0) & (certain == 0))
    is_few = (answered < fewest) | ((within > 0) & (within < fewest))
    state = np.select(
        [np.full(len(within), not is_known) | is_unknown, is_few, within == 0],
        [State.NO_DATA.value, State.SUPPRESSED.value, State.TRUE_ZERO.value],
        default=State.OK.value,
    ).astype(object)
    # One group alone left out could be worked out from the others, so the next larger goes too.
    groups = state[1:]
    if (groups == State.SUPPRESSED.value).sum() == 1 and (groups == State.OK.value).any():
        left = np.where(groups == State.OK.value, within[1:], np.inf)
        groups[int(np.argmin(left))] = State.SUPPRESSED.value
    return state
