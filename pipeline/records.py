"""Rows of an official or council layer → records: one place each, as that source lists it.

A row that cannot be used is set aside with its reason and counted; a row that is not asked for
(another kind of place, no longer active, elsewhere) is counted. None is lost without a word.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.config import CategoryRules, CouncilLayer, RecordsTable, TagValues
from pipeline.coordinates import drawn_shapes, is_known, points_from, system_called
from pipeline.errors import (
    ChoiceIsNotAllowed,
    PlaceIsElsewhere,
    TableBreaksItsContract,
    listed,
    quoted,
)
from pipeline.text import clean_text, folded, slug

Texts = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]

_PERSONAL = frozenset({"phone", "telephone", "mobile", "email", "e_mail", "contact", "fax"})
_ADDRESSES = frozenset({"website", "url", "link"})


@dataclass(frozen=True)
class LayerRows:
    """One layer of a district, as its file holds it.

    `rows` are columns of text, indexed by row of the file, with a geometry where the file has
    one. `table` is the name of the published table; a council's own layer has none. `date` is the
    day of this copy; without it, that of the declaration.
    """

    declaration: RecordsTable | CouncilLayer
    rows: pd.DataFrame
    table: str | None = None
    date: date | None = None

    @property
    def day(self) -> str:
        """The day of its data: `2026-01-31`."""
        return (self.date or self.declaration.date).isoformat()


@dataclass(frozen=True)
class LayerRecords:
    """What one layer gives: records, rows set aside, and counts that add up to its rows."""

    records: gpd.GeoDataFrame
    quarantine: pd.DataFrame
    counts: dict[str, int]


def read_layer(
    name: str,
    layer: LayerRows,
    rules: Mapping[str, CategoryRules],
    crs: str,
    reach: shapely.Geometry,
) -> LayerRecords:
    """Read the rows of a layer as records.

    Parameters
    ----------
    name
        What the district calls the layer.
    layer
        Its rows and what is declared of them.
    rules
        Rules by category: which rows belong to which.
    crs
        Metric coordinate reference system of the result.
    reach
        The district with its buffer, in `crs`; rows outside it are counted and left out.

    Returns
    -------
    LayerRecords
        Records with `record_id`, `name`, `category` (empty where a row is of no category, as
        access points are), `also`, `belongs_to`, `identifier`, `locality`, `kind_of_stop`,
        `details` (a dictionary) and `geometry`, sorted by `record_id`; rows set aside
        with `layer`, `row`, `id`, `reason`; counts.

    Raises
    ------
    TableBreaksItsContract
        If a column that is declared is not in the file.
    ChoiceIsNotAllowed
        If nothing says where the rows lie.
    PlaceIsElsewhere
        If no row of a council's own layer lies near the district.
    """
    cells = _Cells(name, layer.rows)
    declared = layer.declaration
    asked = _asked_for(cells, declared)
    ids = _ids(cells, declared)
    geometry, reasons = _places(cells, declared, crs, reach)
    reasons = np.where(reasons == "", _doubts(cells, ids, geometry, asked), reasons)
    bad = asked & (reasons != "")
    near = asked & ~bad & shapely.intersects(geometry, reach)
    if isinstance(declared, CouncilLayer) and (asked & ~bad).any() and not near.any():
        raise PlaceIsElsewhere(
            f"layers.{name}: none of its {int((asked & ~bad).sum())} places lies in the district "
            "or near it; check its columns of coordinates and their `crs`."
        )
    records = _records(cells, layer, name, rules, ids)
    records = gpd.GeoDataFrame(records, geometry=geometry, crs=crs)[near]
    is_point_of = isinstance(declared, RecordsTable) and declared.access_points_of is not None
    of_none = 0 if is_point_of else int((records["category"] == "").sum())
    if not is_point_of:
        records = records[records["category"] != ""]
    counts = {
        "rows": len(cells),
        "not_asked_for": int((~asked).sum()),
        "set_aside": int(bad.sum()),
        "elsewhere": int((asked & ~bad & ~near).sum()),
        "of_no_category": of_none,
        "used": len(records),
    }
    aside = pd.DataFrame(
        {"layer": name, "row": cells.row_numbers[bad], "id": ids[bad], "reason": reasons[bad]}
    )
    return LayerRecords(records.sort_values("record_id", ignore_index=True), aside, counts)


class _Cells:
    """The cells of a layer, found by the names their columns are published under."""

    def __init__(self, name: str, rows: pd.DataFrame) -> None:
        self.name = name
        self.rows = rows
        self._read: dict[str, Texts] = {}
        self._columns = {_bare(column): column for column in reversed(rows.columns.tolist())}

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def row_numbers(self) -> npt.NDArray[np.int64]:
        """The number of each row in its file, from 1 where the index does not say."""
        index = self.rows.index
        is_numbered = pd.api.types.is_integer_dtype(index.dtype) and bool((index > 0).all())
        return np.asarray(index if is_numbered else range(1, len(self) + 1), dtype=np.int64)

    def whole_rows(self) -> list[str]:
        """Return all that each row says, as one text."""
        plain = self.rows.drop(columns="geometry", errors="ignore")
        return ["|".join(map(clean_text, row)) for row in plain.itertuples(index=False)]

    def texts(self, names: tuple[str, ...], key: str) -> Texts:
        """Return a column that must be there, clean; `key` is what declares it."""
        found = self.texts_if_any(names)
        if found is None:
            raise TableBreaksItsContract(
                f"layers.{self.name}: no column is called {listed(list(names))} ({key}); the file "
                f"has {listed(sorted(map(str, self.rows.columns)), most=12)}. Name the column as "
                "the file does."
            )
        return found

    def texts_if_any(self, names: tuple[str, ...]) -> Texts | None:
        """Return a column, clean, or None where there is none of these names."""
        for key in map(_bare, names):
            if key in self._columns:
                if key not in self._read:
                    cells = self.rows[self._columns[key]]
                    self._read[key] = np.array([clean_text(c) for c in cells], dtype=object)
                return self._read[key]
        return None


def _bare(name: object) -> str:
    """Column names differ by case, spaces, underscores and byte order marks only."""
    return re.sub(r"[^a-z0-9]", "", folded(str(name)))


def _names(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return () if value is None else ((value,) if isinstance(value, str) else value)


# --- which rows, and what they are called --------------------------------------------------------


def _asked_for(cells: _Cells, declared: RecordsTable | CouncilLayer) -> Flags:
    """Say which rows are wanted: those that `keep` names and `leave_out` does not."""
    wanted = np.ones(len(cells), dtype=bool)
    if isinstance(declared, RecordsTable):
        for column, values in declared.keep.items():
            wanted &= _is_one_of(cells.texts((column,), "keep"), values)
        for column in declared.leave_out:
            found = cells.texts_if_any((column,))
            if found is not None:
                wanted &= found == ""
    return wanted


def _is_one_of(texts: Texts, values: TagValues) -> Flags:
    if values == "*":
        return np.array(texts != "", dtype=bool)
    allowed = {folded(value) for value in _names(values)}
    numbers, different = pd.factorize(texts)
    fits = np.array([folded(text) in allowed for text in different], dtype=bool)
    return fits[numbers]


def _ids(cells: _Cells, declared: RecordsTable | CouncilLayer) -> Texts:
    """Return the id of each row; a list without ids is numbered by name and place."""
    if declared.id:
        return cells.texts(_names(declared.id), "id")
    names = cells.texts(_names(declared.name), "name")
    rows = cells.whole_rows()
    return np.array(
        [
            f"{slug(name) or 'row'}-{hashlib.sha256(row.encode()).hexdigest()[:8]}"
            for name, row in zip(names, rows, strict=True)
        ],
        dtype=object,
    )


# --- where they are ------------------------------------------------------------------------------


def _places(
    cells: _Cells, declared: RecordsTable | CouncilLayer, crs: str, reach: shapely.Geometry
) -> tuple[Texts, Texts]:
    """Return the shape of each row in `crs`, and why it has none."""
    if isinstance(cells.rows, gpd.GeoDataFrame):
        return drawn_shapes(cells.rows, crs)
    geometry = np.full(len(cells), None, dtype=object)
    reasons = np.full(len(cells), "has no coordinates", dtype=object)
    if declared.crs is not None and not is_known(declared.crs):
        raise ChoiceIsNotAllowed(
            f"layers.{cells.name}.crs: {quoted(declared.crs)} is not known; name the system of its "
            "coordinates, such as EPSG:27700 or EPSG:4326."
        )
    pairs = list(_pairs(cells, declared))
    if not pairs:
        raise ChoiceIsNotAllowed(
            f"layers.{cells.name}: the file draws nothing, and neither `easting` and `northing` "
            "nor `longitude` and `latitude` are declared; name its columns of coordinates."
        )
    for x, y, systems in pairs:
        is_open = shapely.is_missing(geometry) & (x != "") & (y != "")
        found, why = points_from(x, y, systems, crs, reach)
        geometry = np.where(is_open, found, geometry)
        reasons = np.where(is_open, why, reasons)
    return geometry, reasons


def _pairs(
    cells: _Cells, declared: RecordsTable | CouncilLayer
) -> Iterator[tuple[Texts, Texts, Texts]]:
    """Yield columns of coordinates with the system of each row, grid coordinates first.

    `crs_column` speaks of the grid coordinates where there are any, else of the others.
    """
    said = None
    if isinstance(declared, RecordsTable):
        said = cells.texts_if_any(declared.crs_column)
    for x_names, y_names, usual in (
        (_names(declared.easting), _names(declared.northing), declared.crs or ""),
        (_names(declared.longitude), _names(declared.latitude), "EPSG:4326"),
    ):
        x, y = cells.texts_if_any(x_names), cells.texts_if_any(y_names)
        if x is None or y is None:
            continue
        systems = np.full(len(cells), usual, dtype=object)
        if said is not None:
            named = np.array([system_called(text) for text in said], dtype=object)
            systems = np.where(said == "", systems, named)
            said = None
        yield x, y, systems


def _doubts(cells: _Cells, ids: Texts, geometry: Texts, asked: Flags) -> Texts:
    """Return why a row that lies somewhere is not to be trusted."""
    reasons = np.full(len(ids), "", dtype=object)
    reasons[_doubled(cells, ids, geometry, asked)] = "has an id that stands here more than once"
    reasons[ids == ""] = "has no id"
    return reasons


def _doubled(cells: _Cells, ids: Texts, geometry: Texts, asked: Flags) -> Flags:
    """Mark all but one of the rows with the same id; the one that is kept is the westernmost."""
    if not pd.Series(ids).duplicated().any():
        return np.zeros(len(ids), dtype=bool)
    keys = pd.DataFrame({"id": ids, "asked": ~asked, "x": np.nan, "y": np.nan})
    drawn = ~shapely.is_missing(geometry)
    keys.loc[drawn, ["x", "y"]] = shapely.get_coordinates(shapely.point_on_surface(geometry))
    keys["all"] = cells.whole_rows()
    ordered = keys.sort_values(["id", "asked", "x", "y", "all"], kind="stable")
    return ordered.duplicated("id").sort_index().to_numpy(dtype=bool)


# --- what they say -------------------------------------------------------------------------------


def _records(
    cells: _Cells,
    layer: LayerRows,
    name: str,
    rules: Mapping[str, CategoryRules],
    ids: Texts,
) -> pd.DataFrame:
    declared = layer.declaration
    blank = np.full(len(cells), "", dtype=object)
    names = cells.texts_if_any(_names(declared.name))
    category, also = _categories(cells, layer, name, rules)
    of = blank
    if isinstance(declared, RecordsTable) and declared.belongs_to:
        of = cells.texts(declared.belongs_to, "belongs_to")
    stop = cells.texts_if_any(("StopType",))
    locality = cells.texts_if_any(("NptgLocalityCode",))
    return pd.DataFrame(
        {
            "record_id": ids,
            "name": blank if names is None else names,
            "category": category,
            "also": also,
            "belongs_to": of,
            "locality": blank if locality is None else locality,
            "kind_of_stop": blank if stop is None else stop,
            "details": _details(cells, declared),
        }
    )


def _categories(
    cells: _Cells, layer: LayerRows, name: str, rules: Mapping[str, CategoryRules]
) -> tuple[Texts, Texts]:
    """Return the category of each row by the declared order, and the others it fits."""
    fitting: list[list[str]] = [[] for _ in range(len(cells))]
    if isinstance(layer.declaration, CouncilLayer):
        if layer.declaration.category not in rules:
            raise ChoiceIsNotAllowed(
                f"layers.{name}.category: {quoted(layer.declaration.category)} is no category; "
                f"there are {listed(sorted(rules), most=40)}."
            )
        fitting = [[layer.declaration.category] for _ in range(len(cells))]
    for category in sorted(rules, key=lambda key: rules[key].precedence):
        for entry in rules[category].layers:
            if entry.layer in (layer.table, name):
                fits = np.ones(len(cells), dtype=bool)
                for column, values in entry.where.items():
                    fits &= _is_one_of(cells.texts((column,), f"where, {category}"), values)
                for row in np.flatnonzero(fits).tolist():
                    fitting[row].append(category)
    first = [found[0] if found else "" for found in fitting]
    others = [",".join(sorted(set(found[1:]) - {found[0]})) if found else "" for found in fitting]
    return np.array(first, dtype=object), np.array(others, dtype=object)


def _details(cells: _Cells, declared: RecordsTable | CouncilLayer) -> list[dict[str, str]]:
    """Return what else is declared, as plain text; nothing personal, addresses only with https."""
    details: list[dict[str, str]] = [{} for _ in range(len(cells))]
    columns = {key: (v,) if isinstance(v, str) else v for key, v in declared.details.items()}
    for key, names in sorted(columns.items()):
        texts = None if key in _PERSONAL else cells.texts_if_any(names)
        for row, text in enumerate(texts if texts is not None else ()):
            if text and (key not in _ADDRESSES or text.startswith("https://")):
                details[row][key] = text
    return details
