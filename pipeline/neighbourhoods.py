"""Neighbourhoods: boundaries, people, households and deprivation of each, or a grid of cells."""

from __future__ import annotations

import warnings
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from pipeline.codes import CodedTable, must_be_of
from pipeline.config import BoundariesTable, District, Grid, State, Vintage
from pipeline.coordinates import must_be_metric
from pipeline.counts import counted, states_of, told_of_children
from pipeline.deprivation import Ranked, rank_neighbourhoods
from pipeline.errors import (
    ChoiceIsNotAllowed,
    CodesDoNotMatch,
    PlaceIsElsewhere,
    TableBreaksItsContract,
    listed,
)
from pipeline.rasters import PeopleRaster, people_in
from pipeline.units import M2_PER_HA

MOST_CELLS = 50_000
# Repairing an outline may not change what it covers; more than this is another area.
LARGEST_CHANGE = 0.01
LARGEST_OVERLAP = 0.01
# Boundaries may reach so many degrees beyond where their system is meant to be used.
MARGIN = 0.5
# Areas are added up from many parts; a hair less than all of one is all of it.
HAIR = 1e-6

Report = dict[str, Any]


def build_neighbourhoods(
    district: District,
    inputs: dict[str, CodedTable] | None,
    people: PeopleRaster | None = None,
) -> tuple[gpd.GeoDataFrame, Report]:
    """Build the neighbourhoods of a district.

    Parameters
    ----------
    district
        What it declares.
    inputs
        `boundaries` and `people`, and where it declares them `households`, `children`,
        `deprivation` and `lookup`, as read; none for a grid.
    people
        The raster of people that a grid may name.

    Returns
    -------
    tuple
        The table `NEIGHBOURHOODS`, and counts and caveats.

    Raises
    ------
    CodesDoNotMatch, TableBreaksItsContract, ChoiceIsNotAllowed
        If the tables do not speak of the same areas, or an area cannot be drawn.
    """
    must_be_metric(district.crs, f"{district.name}: crs")
    if isinstance(district.neighbourhoods, Grid):
        return from_grid(district.neighbourhoods, district.crs, people)
    if inputs is None:
        raise ChoiceIsNotAllowed(f"{district.name}: its areas need boundaries and people.")
    return from_areas(
        inputs["boundaries"],
        inputs["people"],
        inputs.get("households"),
        _ranks(district, inputs),
        district.crs,
        inputs.get("children"),
    )


def _ranks(district: District, inputs: dict[str, CodedTable]) -> Ranked | None:
    boundaries, index = inputs["boundaries"], inputs.get("deprivation")
    if index is None or not isinstance(boundaries.declared, BoundariesTable):
        return None
    codes = boundaries.rows["code"]
    must_be_of(codes, boundaries.declared.vintage, boundaries.where)
    return rank_neighbourhoods(
        codes, boundaries.declared.vintage, district.nation, index, inputs.get("lookup")
    )


def from_areas(
    boundaries: CodedTable,
    people: CodedTable,
    households: CodedTable | None,
    ranks: Ranked | None,
    crs: str,
    children: CodedTable | None = None,
) -> tuple[gpd.GeoDataFrame, Report]:
    """Build neighbourhoods from published statistical areas.

    Parameters
    ----------
    boundaries
        `code`, `name`, `geometry`, in any system, and their declaration.
    people, households, children
        `code`, `count`, of the same vintage; areas beyond the district do no harm.
    ranks
        `rank`, `decile`, `income_decile`, `join` by code, or none.
    crs
        The district's metric system.

    Returns
    -------
    tuple
        The table `NEIGHBOURHOODS`, and counts and caveats.

    Raises
    ------
    CodesDoNotMatch
        If codes are doubled, of another vintage, or have no people.
    PlaceIsElsewhere
        If boundaries lie where the district's system does not hold.
    TableBreaksItsContract
        If an outline cannot be repaired, or outlines overlap.
    """
    table = boundaries.declared
    if not isinstance(table, BoundariesTable):
        raise CodesDoNotMatch(f"{boundaries.where}: {table.title} holds no boundaries.")
    rows = boundaries.rows
    must_be_of(rows["code"], table.vintage, boundaries.where)
    _must_lie_where_the_system_holds(rows, crs, boundaries.where)
    drawn = gpd.GeoDataFrame(rows, geometry="geometry").to_crs(crs)
    shapes, repaired = _repaired(drawn, boundaries.where)
    shapes = _in_one_form(shapes)
    _must_not_overlap(rows["code"], shapes, boundaries.where)
    count, of_households, of_children = (
        np.full(len(rows), np.nan) if held is None else counted(rows["code"], table.vintage, held)
        for held in (people, households, children)
    )
    frame = gpd.GeoDataFrame(
        {
            "neighbourhood_id": rows["code"].to_numpy(),
            "name": rows["name"].to_numpy(),
            "vintage": str(table.vintage),
            "area_ha": shapely.area(shapes) / M2_PER_HA,
            "people": count,
            "people_state": states_of(count),
            "households": of_households,
            "children": of_children,
            "children_state": states_of(of_children),
        },
        geometry=shapes,
        crs=crs,
    )
    ranked = _with_ranks(frame, ranks)
    report = _report(ranked, repaired, _shift(pyproj.CRS(rows.crs), crs), ranks)
    told = told_of_children(ranked, children)
    return ranked, report | told | {"caveats": report["caveats"] + told.get("caveats", [])}


def _in_one_form(shapes: Any) -> Any:  # noqa: ANN401 (arrays of geometries)
    """Undo what differs between formats: where a ring begins, its way round, lists of one area."""
    is_one = shapely.get_num_geometries(shapes) == 1
    return shapely.normalize(np.where(is_one, shapely.get_geometry(shapes, 0), shapes))


def from_grid(
    grid: Grid, crs: str, people: PeopleRaster | None = None
) -> tuple[gpd.GeoDataFrame, Report]:
    """Build neighbourhoods as square cells, where there are no statistical areas.

    Parameters
    ----------
    grid
        The size of a cell, in metres, and a box in degrees.
    crs
        The district's metric system; cells stand on whole multiples of their size in it.
    people
        How many people live where, if anything says.

    Returns
    -------
    tuple
        The table `NEIGHBOURHOODS`, with cells whose middle lies in the box, people only where a
        raster says so, and no deprivation; and counts and caveats.

    Raises
    ------
    ChoiceIsNotAllowed, PlaceIsElsewhere
        If there would be no cell, or more than 50,000, or the system does not hold in the box.
    """
    box = gpd.GeoSeries([shapely.box(grid.west, grid.south, grid.east, grid.north)], crs=4326)
    _must_lie_where_the_system_holds(box.to_frame("geometry"), crs, "neighbourhoods")
    inside = box.segmentize(0.01).to_crs(crs).iloc[0]
    west, south = _corners(inside, grid.cell_m)
    if len(west) == 0:
        raise ChoiceIsNotAllowed(
            f"neighbourhoods: no cell of {grid.cell_m:g} m has its middle in the box; make the box "
            "larger or the cells smaller."
        )
    shapes = shapely.box(west, south, west + grid.cell_m, south + grid.cell_m)
    frame = gpd.GeoDataFrame(
        {
            "neighbourhood_id": [f"grid-{x:.0f}-{y:.0f}" for x, y in zip(west, south, strict=True)],
            "name": [f"Cell {x:.0f}, {y:.0f}" for x, y in zip(west, south, strict=True)],
            "vintage": str(Vintage.GRID),
            "area_ha": shapely.area(shapes) / M2_PER_HA,
            "people": np.nan,
            "people_state": str(State.NO_DATA),
            "households": np.nan,
            "children": np.nan,
            "children_state": str(State.NO_DATA),
        },
        geometry=shapes,
        crs=crs,
    )
    caveat = (
        f"There are no statistical areas here: neighbourhoods are squares of {grid.cell_m:g} m, "
        "without census and without an index of deprivation."
    )
    report: Report = {"neighbourhoods": len(frame), "caveats": [caveat]}
    if people is not None:
        report = _put_people_in(frame, people, report)
    return _with_ranks(frame, None), report


def _put_people_in(frame: gpd.GeoDataFrame, people: PeopleRaster, report: Report) -> Report:
    """Give each cell its share of the people of a raster, and say so."""
    counts, known = people_in(people.raster, frame.geometry)
    is_known = ~np.isnan(counts)
    frame["people"] = counts
    frame["people_state"] = np.select(
        [~is_known, counts == 0], [str(State.NO_DATA), str(State.TRUE_ZERO)], str(State.OK)
    )
    caveats = [
        *report["caveats"],
        f"Residents are people from the {people.title} raster: modelled, not counted.",
    ]
    if not is_known.all():
        caveats.append(
            f"That raster knows nothing of {int((~is_known).sum())} of the neighbourhoods, whose "
            "residents are estimated from the floor area of dwellings."
        )
    return report | {
        "caveats": caveats,
        "people": round(float(np.nansum(counts)), 1),
        "people_from": people.title,
        "neighbourhoods_unknown_to_the_raster": int((~is_known).sum()),
        "neighbourhoods_known_in_part": int((is_known & (known < 1 - HAIR)).sum()),
    }


def _corners(
    inside: shapely.Polygon, cell_m: float
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    left, bottom, right, top = (np.floor(edge / cell_m) * cell_m for edge in inside.bounds)
    columns = round((right - left) / cell_m) + 1
    rows = round((top - bottom) / cell_m) + 1
    if columns * rows > MOST_CELLS:
        raise ChoiceIsNotAllowed(
            f"neighbourhoods: the box holds {columns * rows:,} cells of {cell_m:g} m; at most "
            f"{MOST_CELLS:,} are allowed. Make the box smaller or the cells larger."
        )
    x, y = np.meshgrid(left + np.arange(columns) * cell_m, bottom + np.arange(rows) * cell_m)
    shapely.prepare(inside)
    kept = shapely.contains_xy(inside, x.ravel() + cell_m / 2, y.ravel() + cell_m / 2)
    return x.ravel()[kept], y.ravel()[kept]


def _with_ranks(frame: gpd.GeoDataFrame, ranks: Ranked | None) -> gpd.GeoDataFrame:
    """Add deprivation; its state says `no_data` wherever there is no rank."""
    names = {"rank": "deprivation_rank", "decile": "deprivation_decile"}
    if ranks is None:
        rows = pd.DataFrame(index=frame["neighbourhood_id"])
        rows[["rank", "decile", "income_decile"]] = pd.NA
        rows["join"] = "none"
    else:
        rows = ranks.rows.loc[frame["neighbourhood_id"].tolist()]
    for name in ("rank", "decile", "income_decile"):
        frame[names.get(name, name)] = rows[name].astype("Int64").array
    has_rank = frame["deprivation_rank"].notna()
    frame["deprivation_index"] = "" if ranks is None else ranks.index
    frame["deprivation_year"] = pd.array(
        [None if ranks is None else ranks.year] * len(frame), dtype="Int64"
    )
    frame["deprivation_state"] = np.where(has_rank, str(State.OK), str(State.NO_DATA))
    frame["deprivation_join"] = rows["join"].to_numpy()
    return frame


# --- outlines ----------------------------------------------------------------------------------


def _must_lie_where_the_system_holds(rows: pd.DataFrame, crs: str, where: str) -> None:
    """Catch a wrong system and swapped columns: either moves a place far from where it is."""
    held = pyproj.CRS(crs).area_of_use
    frame = gpd.GeoDataFrame(rows, geometry="geometry")
    if held is None:
        return
    area = shapely.box(*held.bounds).buffer(MARGIN, join_style="mitre")
    if _lies_in(frame.geometry, area):
        return
    turned = frame.geometry.transform(lambda points: points[:, ::-1])
    words = (
        "the columns look swapped, because the other way round they would lie there; swap them"
        if _lies_in(turned, area)
        else "give the true coordinate reference system of the file, or another for the district"
    )
    found = ", ".join(f"{number:g}" for number in frame.total_bounds)
    raise PlaceIsElsewhere(
        f"{where}: the boundaries reach from {found} ({frame.crs.to_string()}), which is outside "
        f"{held.name or 'the area'}, where the district's {crs} holds: {words}."
    )


def _lies_in(shapes: gpd.GeoSeries, area: shapely.Polygon) -> bool:
    bounds = shapes.to_crs(4326).total_bounds
    return bool(np.isfinite(bounds).all() and shapely.covers(area, shapely.box(*bounds)))


def _repaired(frame: gpd.GeoDataFrame, where: str) -> tuple[Any, int]:
    """Make outlines valid; stop where that changes what they cover."""
    shapes = np.asarray(frame.geometry.array)
    broken = ~shapely.is_valid(shapes)
    if not broken.any():
        return shapes, 0
    before = np.abs(shapely.area(shapes))
    mended = shapes.copy()
    mended[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    after = shapely.area(mended)
    changed = np.abs(after - before) > LARGEST_CHANGE * np.maximum(after, before)
    odd = changed | (after <= 0) | ~np.isin(shapely.get_type_id(mended), (3, 6))
    if odd.any():
        raise TableBreaksItsContract(
            f"{where}: the outline of {listed(frame.loc[odd, 'code'].tolist())} crosses itself, "
            f"and mending it would change its area by more than {LARGEST_CHANGE:.0%}; give a "
            "mended file."
        )
    return mended, int(broken.sum())


def _must_not_overlap(codes: pd.Series, shapes: Any, where: str) -> None:  # noqa: ANN401
    """Neighbourhoods share borders, not land: shared land would count its people twice."""
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="overlaps")
    within, around = tree.query(shapes, predicate="within")
    first = np.concatenate([first, within[within != around]])
    second = np.concatenate([second, around[within != around]])
    shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    least = np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    odd = shared > LARGEST_OVERLAP * least
    if odd.any():
        pairs = sorted(
            {
                " / ".join(sorted((codes.iloc[a], codes.iloc[b])))
                for a, b in zip(first[odd], second[odd], strict=True)
            }
        )
        raise TableBreaksItsContract(
            f"{where}: {len(pairs)} pairs of neighbourhoods overlap by more than "
            f"{LARGEST_OVERLAP:.0%} of the smaller one ({listed(pairs)}); give boundaries that "
            "share no land."
        )


def _report(frame: gpd.GeoDataFrame, repaired: int, shift: str, ranks: Ranked | None) -> Report:
    caveats = [shift] if shift else []
    return {
        "neighbourhoods": len(frame),
        "people": int(frame["people"].sum()),
        "outlines_repaired": repaired,
        "without_deprivation": int((frame["deprivation_state"] == str(State.NO_DATA)).sum()),
        **({} if ranks is None else ranks.counts),
        "caveats": caveats + ([] if ranks is None else ranks.caveats),
    }


def _shift(published: pyproj.CRS, crs: str) -> str:
    """Say how exact the change of coordinate system is, where the exact one is not at hand."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        group = pyproj.transformer.TransformerGroup(published, crs, always_xy=True)
    if group.best_available or not group.transformers:
        return ""
    accuracy = group.transformers[0].accuracy
    within = f"{accuracy:g} m" if accuracy > 0 else "some metres"
    return (
        f"Boundaries were brought from {published.to_string()} to {crs} without the exact grid of "
        f"shifts; places are right to within {within}."
    )
