"""Read a published table under the column names of the project, as its declaration says."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.config import (
    BoundariesTable,
    CautionLayer,
    CouncilLayer,
    DeprivationTable,
    ElevationTable,
    Indicator,
    LookupTable,
    NationalTable,
    PeopleRasterTable,
    PeopleTable,
    RecordsTable,
    TimetableTable,
    Vintage,
)
from pipeline.errors import CodesDoNotMatch, FileIsDamaged, SourceIsEmpty, listed, quoted
from pipeline.files import elevation, rasters
from pipeline.files.attributes import FAULTS, faults_of
from pipeline.files.columns import column_if_any, column_named, numbers, table_from
from pipeline.files.outside import VECTOR_ENDINGS, ending_of
from pipeline.files.timetables import read_feed
from pipeline.files.vectors import read_vector
from pipeline.files.workbooks import read_rows
from pipeline.text import clean_text

# Ranks of a domain stand under this and its name.
DOMAIN_COLUMN = "domain_"
_CODE = re.compile(r"[A-Za-z0-9_-]{1,24}", re.ASCII)


def read_cells(
    path: Path,
    part: str | None = None,
    header_cells: tuple[str, ...] = (),
    crs: str | None = None,
    *,
    sets_aside: bool = False,
) -> pd.DataFrame:
    """Read a table of text, from a file of rows or the attributes of a file of shapes.

    Parameters
    ----------
    path
        The file.
    part
        Its sheet or layer, where it has several.
    header_cells
        What a cell of its row of headings says, in one of several ways.
    crs
        The declared system of shapes, for a file that does not say its own.
    sets_aside
        Whether rows that cannot be read stay, with their reasons in `faults_of`.

    Returns
    -------
    pandas.DataFrame
        Clean text under its own headings, indexed by row of the file; a GeoDataFrame where
        there are shapes.
    """
    if ending_of(path.name, VECTOR_ENDINGS):
        shapes: pd.DataFrame = read_vector(path, part, crs, sets_aside=sets_aside)
        return shapes
    rows = read_rows(path, part, sets_aside=sets_aside)
    table = table_from(rows, path, header_cells)
    table.attrs[FAULTS] = faults_of(rows)
    return table


def read_table_of(path: Path, table: NationalTable | CouncilLayer | CautionLayer) -> pd.DataFrame:
    """Read any declared table as its kind asks.

    Parameters
    ----------
    path
        The file.
    table
        What it is.

    Returns
    -------
    pandas.DataFrame
        What the reader of that kind returns; records and council layers as text under their
        own headings, with shapes where the file has them; of rasters only their heads.
    """
    match table:
        case BoundariesTable():
            found: pd.DataFrame = read_boundaries(path, table)
        case PeopleTable():
            found = read_people(path, table)
        case DeprivationTable():
            found = read_deprivation(path, table)
        case LookupTable():
            found = read_lookup(path, table)
        case RecordsTable():
            found = read_cells(path, table.layer, table.id, sets_aside=True)
        case TimetableTable():
            found = read_feed(path).stops
        case ElevationTable():
            found = elevation.read_catalogue(path, table)
        case PeopleRasterTable():
            found = rasters.read_head(path)
        case CouncilLayer() | CautionLayer():
            found = _read_own(path, table)
    return found


def _read_own(path: Path, layer: CouncilLayer | CautionLayer) -> pd.DataFrame:
    """Read a layer of a district's own; that a caution is drawn nowhere is no fault of its file."""
    headings = (layer.name,) if layer.name else ()
    try:
        return read_cells(path, layer.layer, headings, layer.crs, sets_aside=True)
    except SourceIsEmpty:
        if isinstance(layer, CouncilLayer):
            raise
        return pd.DataFrame()


def read_boundaries(path: Path, table: BoundariesTable) -> gpd.GeoDataFrame:
    """Read the polygons of statistical areas, or for output areas their middles.

    Parameters
    ----------
    path
        The file.
    table
        What it is published as.

    Returns
    -------
    geopandas.GeoDataFrame
        `code`, `name`, `geometry`, in the published system.

    Raises
    ------
    FileIsDamaged
        If a code is blank or is no code, or a shape is not an area.
    """
    frame = read_vector(path)
    allowed = ["Polygon", "MultiPolygon"]
    if table.vintage in (Vintage.OUTPUT_AREA_2011, Vintage.OUTPUT_AREA_2021):
        allowed.append("Point")
    odd = ~frame.geom_type.isin(allowed)
    if odd.any():
        raise FileIsDamaged(
            f"{path}: {int(odd.sum())} features are not areas (feature "
            f"{listed([str(n) for n in frame.index[odd]])}); boundaries must be polygons."
        )
    code = column_named(frame, table.code, path)
    name = column_named(frame, table.name, path)
    areas = {"code": _codes(frame[code], path), "name": frame[name]}
    return gpd.GeoDataFrame(areas, geometry=frame.geometry, crs=frame.crs)


def read_people(path: Path, table: PeopleTable) -> pd.DataFrame:
    """Read counts by area.

    Parameters
    ----------
    path
        The file.
    table
        What it is published as.

    Returns
    -------
    pandas.DataFrame
        `code`, `count`; a count is never negative nor missing.

    Raises
    ------
    FileIsDamaged
        If a code or count is not one; the message names its row.
    SourceIsEmpty
        If it has none of the rows that count.
    """
    cells = read_cells(path, table.sheet, _headings(table.header_cell, table.code))
    frame = _kept(cells, table.keep, path)
    code = column_named(frame, table.code, path)
    named = [column_named(frame, table.count, path)] if table.count else []
    named += [column_named(frame, names, path, in_full=True) for names in table.add_up]
    counts = pd.DataFrame({name: numbers(frame[name], path) for name in named})
    least = counts.min(axis=1)
    if (least < 0).any():
        raise FileIsDamaged(
            f"{path}: row {least.index[least < 0][0]} counts {least[least < 0].iloc[0]:g} "
            f"{table.counts}; a count is 0 or more."
        )
    return pd.DataFrame({"code": _codes(frame[code], path), "count": counts.sum(axis=1)})


def _kept(frame: pd.DataFrame, keep: dict[str, tuple[str, ...]], path: Path) -> pd.DataFrame:
    """Keep the rows that count, such as persons where a file counts women and men as well."""
    for heading, values in keep.items():
        cells = frame[column_named(frame, (heading,), path)]
        wanted = cells.str.casefold().isin([value.casefold() for value in values])
        if not wanted.any():
            raise SourceIsEmpty(
                f"{path}: no row has {listed(list(values))} in the column {quoted(heading)}; it "
                f"holds {listed(sorted(set(cells)))}. Is it the right table?"
            )
        frame = frame[wanted]
    return frame


def read_deprivation(path: Path, table: DeprivationTable) -> pd.DataFrame:
    """Read an index of deprivation.

    Parameters
    ----------
    path
        The file.
    table
        What it is published as.

    Returns
    -------
    pandas.DataFrame
        `code`, `rank`, and `decile`, `income_rank`, `score`, `population`, which are NaN
        throughout where the file does not have them; `domain_income` and the like (ranks), and
        `district`, where they are declared and there.

    Raises
    ------
    FileIsDamaged
        If a code or number is not one; the message names its row.
    """
    frame = read_cells(path, table.sheet, _headings(table.header_cell, table.code))
    code = column_named(frame, table.code, path)
    found = {
        "code": _codes(frame[code], path),
        "rank": numbers(frame[column_named(frame, table.rank, path)], path),
    }
    for name in ("decile", "income_rank", "score", "population"):
        column = column_if_any(frame, getattr(table, name), path)
        found[name] = (
            pd.Series(np.nan, frame.index) if column is None else numbers(frame[column], path)
        )
    for domain, headings in table.domains.items():
        column = column_if_any(frame, headings, path)
        if column is not None:
            found[f"{DOMAIN_COLUMN}{domain.value}"] = numbers(frame[column], path)
    district = column_if_any(frame, table.district, path, in_full=True) if table.district else None
    if district is not None:
        found["district"] = frame[district].map(clean_text)
    return pd.DataFrame(found)


def read_indicator(path: Path, declared: Indicator) -> tuple[pd.DataFrame, str]:
    """Read an indicator from the file beside its declaration.

    Parameters
    ----------
    path
        The declaration.
    declared
        What it says.

    Returns
    -------
    tuple of pandas.DataFrame and str
        `code`, `value`, `low`, `high`, `n`, indexed by row of the file, numbers missing where a
        cell is blank or there is no such column; and the file, for messages.

    Raises
    ------
    FileIsMissing, FileIsDamaged, TableBreaksItsContract
        If the file is not there, a number is none, or a column is not found.
    """
    file = path.parent / declared.file
    cells = read_cells(file, declared.sheet, _headings(declared.header_cell, declared.code))
    named = {"value": declared.value, "n": declared.n_column}
    if declared.interval is not None:
        named |= {"low": declared.interval.low, "high": declared.interval.high}
    found = {"code": _codes(cells[column_named(cells, declared.code, file, in_full=True)], file)}
    for name in ("value", "low", "high", "n"):
        names = named.get(name, ())
        found[name] = (
            numbers(cells[column_named(cells, names, file, in_full=True)], file, may_be_blank=True)
            if names
            else pd.Series(np.nan, cells.index)
        )
    return pd.DataFrame(found), str(file)


def read_lookup(path: Path, table: LookupTable) -> pd.DataFrame:
    """Read codes of one vintage against those of another.

    Parameters
    ----------
    path
        The file.
    table
        What it is published as.

    Returns
    -------
    pandas.DataFrame
        `from_code`, `to_code`, and `change`: `unchanged`, `split`, `merged` or `irregular`.

    Raises
    ------
    CodesDoNotMatch
        If a row says of itself that it changed in a way that is not declared.
    """
    frame = read_cells(path, None, _headings(None, (*table.from_code, *table.to_code)))
    words = {
        table.unchanged: "unchanged",
        table.split: "split",
        table.merged: "merged",
        table.irregular: "irregular",
    }
    change = frame[column_named(frame, table.change, path)]
    odd = ~change.isin(list(words))
    if odd.any():
        raise CodesDoNotMatch(
            f"{path}: row {change.index[odd][0]} says that its code changed by "
            f"{listed(sorted(set(change[odd])))}; allowed are {', '.join(words)}."
        )
    return pd.DataFrame(
        {
            "from_code": _codes(frame[column_named(frame, table.from_code, path)], path),
            "to_code": _codes(frame[column_named(frame, table.to_code, path)], path),
            "change": change.map(words),
        }
    )


def _headings(header_cell: str | None, code: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the row of headings says: it is the one that names the codes."""
    return code if header_cell is None else (header_cell, *code)


def _codes(cells: pd.Series, path: Path) -> pd.Series:
    odd = ~cells.map(lambda cell: _CODE.fullmatch(cell) is not None).astype(bool)
    if odd.any():
        raise FileIsDamaged(
            f"{path}: row {cells.index[odd][0]}, column ‘{cells.name}’: "
            f"{listed(sorted(set(cells[odd])))} is no code (letters, digits, - and _), in "
            f"{int(odd.sum())} of {len(cells)} rows; mend or remove them."
        )
    return cells
