"""Rows of an official or council layer → records: one place each, as that source lists it.

A row that cannot be used is set aside with its reason and counted; a row that is not asked for
(another kind of place, no longer active, elsewhere) is counted. None is lost without a word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.cells import Cells, Flags, Texts, is_one_of, names_in
from pipeline.config import CategoryRules, CouncilLayer, RecordsTable
from pipeline.errors import (
    ChoiceIsNotAllowed,
    PlaceIsElsewhere,
    listed,
    quoted,
)
from pipeline.placing import places_of, turned_about
from pipeline.text import slug

_PERSONAL = frozenset({"phone", "telephone", "mobile", "email", "e_mail", "contact", "fax"})
_ADDRESSES = frozenset({"website", "url", "link"})
EVERYWHERE = shapely.box(-180, -90, 180, 90)
# Why a row is not used, in one word and in a sentence without its beginning.
FAULT, NOT_ASKED_FOR, FAR, OF_NO_CATEGORY = "fault", "not_asked_for", "elsewhere", "of_no_category"
FAR_WORDS = "lies beyond the district and what is within a walk of it"
OF_NO_CATEGORY_WORDS = "is of a kind that no category asks for"


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
    """What one layer gives: records, every other row with its reason, and counts of both.

    Each row is in one of the two. `put_right` is the number of records whose coordinates were
    metres, and were said to be degrees.
    """

    records: gpd.GeoDataFrame
    quarantine: pd.DataFrame
    put_right: int = 0

    @property
    def rows(self) -> int:
        """How many rows the layer has."""
        return len(self.records) + len(self.quarantine)


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
        The district with its buffer, in `crs`; rows outside it are set aside.

    Returns
    -------
    LayerRecords
        Records with `row`, `record_id`, `name`, `category` (empty where a row is of no category,
        as access points are), `also`, `belongs_to`, `identifier`, `locality`, `kind_of_stop`,
        `details` (a dictionary) and `geometry`, sorted by `record_id`; all other rows with
        `layer`, `row`, `id`, `kind`, `reason`.

    Raises
    ------
    TableBreaksItsContract
        If a column that is declared is not in the file.
    ChoiceIsNotAllowed
        If nothing says where the rows lie.
    PlaceIsElsewhere
        If no row of a council's own layer lies near the district.
    """
    cells = Cells(name, layer.rows)
    declared = layer.declaration
    not_asked = _not_asked_for(cells, declared)
    asked = not_asked == ""
    ids = _ids(cells, declared)
    geometry, reasons, mended = places_of(cells, declared, crs, reach)
    reasons = _faults(cells, ids, geometry, reasons, asked)
    bad = asked & (reasons != "")
    near = asked & ~bad & shapely.intersects(geometry, reach)
    if isinstance(declared, CouncilLayer) and (asked & ~bad).any() and not near.any():
        raise PlaceIsElsewhere(
            f"layers.{name}: none of its {int((asked & ~bad).sum())} places lies in the district "
            f"or near it{turned_about(geometry[asked & ~bad], reach)}; check its columns of "
            "coordinates and their `crs`."
        )
    records = _records(cells, layer, name, rules, ids)
    is_point_of = isinstance(declared, RecordsTable) and declared.access_points_of is not None
    of_none = near & (records["category"] == "").to_numpy() & (not is_point_of)
    aside = _aside(name, cells, ids, {
        NOT_ASKED_FOR: (~asked, not_asked),
        FAULT: (bad, reasons),
        FAR: (asked & ~bad & ~near, FAR_WORDS),
        OF_NO_CATEGORY: (of_none, OF_NO_CATEGORY_WORDS),
    })  # fmt: skip
    used = near & ~of_none
    records = gpd.GeoDataFrame(records, geometry=geometry, crs=crs)[used]
    return LayerRecords(
        records.sort_values("record_id", ignore_index=True), aside, int((used & mended).sum())
    )


def rows_at_fault(name: str, layer: LayerRows) -> int:
    """Count the rows of a layer that cannot be used, wherever the district may lie.

    Parameters
    ----------
    name
        What the district calls the layer.
    layer
        Its rows and what is declared of them.

    Returns
    -------
    int
        How many of those that are asked for have no shape, no id, or one that another row has.

    Raises
    ------
    TableBreaksItsContract, ChoiceIsNotAllowed
        As `read_layer`.
    """
    cells = Cells(name, layer.rows)
    asked = _not_asked_for(cells, layer.declaration) == ""
    ids = _ids(cells, layer.declaration)
    geometry, reasons, _ = places_of(cells, layer.declaration, "EPSG:4326", EVERYWHERE)
    return int((asked & (_faults(cells, ids, geometry, reasons, asked) != "")).sum())


def _faults(cells: Cells, ids: Texts, geometry: Texts, reasons: Texts, asked: Flags) -> Texts:
    """Say why a row cannot be used: as its reader found, else by its place, else by its id."""
    reasons = np.where(reasons == "", _doubts(cells, ids, geometry, asked), reasons)
    found: dict[int, str] = cells.rows.attrs.get("faults", {})
    rows = zip(cells.rows.index, reasons, strict=True)
    return np.array([found.get(row, why) for row, why in rows], dtype=object)


def _aside(
    name: str, cells: Cells, ids: Texts, kinds: Mapping[str, tuple[Flags, Texts | str]]
) -> pd.DataFrame:
    """List the rows that are not used, in the order of the file."""
    found = [
        pd.DataFrame(
            {
                "layer": name,
                "row": cells.row_numbers[rows],
                "id": ids[rows],
                "kind": kind,
                "reason": words if isinstance(words, str) else words[rows],
            }
        )
        for kind, (rows, words) in kinds.items()
    ]
    return pd.concat(found, ignore_index=True).sort_values("row", ignore_index=True)


# --- which rows, and what they are called --------------------------------------------------------


def _not_asked_for(cells: Cells, declared: RecordsTable | CouncilLayer) -> Texts:
    """Say why a row is not wanted: `keep` does not name it, or `leave_out` does; else nothing."""
    reasons = np.full(len(cells), "", dtype=object)
    if isinstance(declared, RecordsTable):
        for column, values in declared.keep.items():
            texts = cells.texts((column,), "keep")
            out = ~is_one_of(texts, values)
            wanted = "anything" if values == "*" else listed([*names_in(values)])
            reasons[out] = [f"has the {column} {quoted(t)}, not {wanted}" for t in texts[out]]
        for column in declared.leave_out:
            found = cells.texts_if_any((column,))
            if found is not None:
                out = found != ""
                reasons[out] = [
                    f"has the {column} {quoted(t)}, so it is no longer listed" for t in found[out]
                ]
    return reasons


def _ids(cells: Cells, declared: RecordsTable | CouncilLayer) -> Texts:
    """Return the id of each row; a list without ids is numbered by name and place."""
    if declared.id:
        return cells.texts(names_in(declared.id), "id")
    names = cells.texts(names_in(declared.name), "name")
    rows = cells.whole_rows()
    return np.array(
        [
            f"{slug(name) or 'row'}-{hashlib.sha256(row.encode()).hexdigest()[:8]}"
            for name, row in zip(names, rows, strict=True)
        ],
        dtype=object,
    )


# --- which of them can be used -------------------------------------------------------------------


def _doubts(cells: Cells, ids: Texts, geometry: Texts, asked: Flags) -> Texts:
    """Return why a row that lies somewhere is not to be trusted."""
    reasons = np.full(len(ids), "", dtype=object)
    reasons[_doubled(cells, ids, geometry, asked)] = "has an id that stands here more than once"
    reasons[ids == ""] = "has no id"
    return reasons


def _doubled(cells: Cells, ids: Texts, geometry: Texts, asked: Flags) -> Flags:
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
    cells: Cells,
    layer: LayerRows,
    name: str,
    rules: Mapping[str, CategoryRules],
    ids: Texts,
) -> pd.DataFrame:
    declared = layer.declaration
    blank = np.full(len(cells), "", dtype=object)
    names = cells.texts_if_any(names_in(declared.name))
    category, also = _categories(cells, layer, name, rules)
    of = blank
    if isinstance(declared, RecordsTable) and declared.belongs_to:
        of = cells.texts(declared.belongs_to, "belongs_to")
    stop = cells.texts_if_any(("StopType",))
    locality = cells.texts_if_any(("NptgLocalityCode",))
    return pd.DataFrame(
        {
            "row": cells.row_numbers,
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
    cells: Cells, layer: LayerRows, name: str, rules: Mapping[str, CategoryRules]
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
                    fits &= is_one_of(cells.texts((column,), f"where, {category}"), values)
                for row in np.flatnonzero(fits).tolist():
                    fitting[row].append(category)
    first = [found[0] if found else "" for found in fitting]
    others = [",".join(sorted(set(found[1:]) - {found[0]})) if found else "" for found in fitting]
    return np.array(first, dtype=object), np.array(others, dtype=object)


def _details(cells: Cells, declared: RecordsTable | CouncilLayer) -> list[dict[str, str]]:
    """Return what else is declared, as plain text; nothing personal, addresses only with https."""
    details: list[dict[str, str]] = [{} for _ in range(len(cells))]
    columns = {key: (v,) if isinstance(v, str) else v for key, v in declared.details.items()}
    for key, names in sorted(columns.items()):
        texts = None if key in _PERSONAL else cells.texts_if_any(names)
        for row, text in enumerate(texts if texts is not None else ()):
            if text and (key not in _ADDRESSES or text.startswith("https://")):
                details[row][key] = text
    return details
