"""What a district declares that it needs: every input, where it lies and what it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from pipeline.config import (
    Areas,
    BoundariesTable,
    CautionLayer,
    CouncilLayer,
    DeprivationTable,
    District,
    ElevationTable,
    LookupTable,
    MapPlace,
    NationalTable,
    OnTheWeb,
    PeopleRasterTable,
    PeopleTable,
    Place,
    RecordsTable,
    TableInput,
    TimetableTable,
)
from pipeline.config.place import NaptanStops, OsProduct, PlanningData
from pipeline.errors import ChoiceIsNotAllowed, quoted

OPENSTREETMAP = "openstreetmap"
ELEVATION = "elevation"
# What may stand among the layers of a district.
LAYERS = (RecordsTable, TimetableTable)
RESERVED = (
    OPENSTREETMAP,
    "boundaries",
    "people",
    "households",
    "children",
    "deprivation",
    "lookup",
    "census_points",
    ELEVATION,
    "manifest",
)


@dataclass(frozen=True)
class DeclaredInput:
    """One input as a district file declares it: where it lies and what it is.

    Without a `date`, its date is what the service says.
    """

    key: str
    place: Place | MapPlace
    title: str
    publisher: str
    licence: str
    attribution: str
    date: date | None
    table: str | None
    declared: NationalTable | CouncilLayer | CautionLayer | None
    good_for_days: int | None = None

    @property
    def declared_place(self) -> str:
        """A fingerprint of the declared place, which may name folders of this machine."""
        return hashlib.sha256(self.place.model_dump_json().encode()).hexdigest()


def inputs_of(
    slug: str, district: District, national: dict[str, NationalTable]
) -> dict[str, DeclaredInput]:
    """Return every input that a district declares, by key.

    Parameters
    ----------
    slug
        Name of the district's file without ending, for messages.
    district
        The district.
    national
        The national tables it may refer to.

    Returns
    -------
    dict
        `openstreetmap`, then `boundaries`, `people`, … and `elevation` where it has them, then
        its layers.

    Raises
    ------
    ChoiceIsNotAllowed
        If a table is not declared, is of another kind, or a layer is named like an input.
    """
    osm = district.openstreetmap
    inputs = {
        OPENSTREETMAP: DeclaredInput(
            OPENSTREETMAP,
            osm.at,
            "OpenStreetMap",
            "OpenStreetMap contributors",
            osm.licence,
            osm.attribution,
            osm.date,
            None,
            None,
            osm.good_for_days,
        )
    }
    for key, entry, kind in _table_inputs(district):
        inputs[key] = _table_input(key, entry, kind, f"{slug}: neighbourhoods.{key}", national)
    if district.elevation is not None:
        inputs[ELEVATION] = _table_input(
            ELEVATION, district.elevation, ElevationTable, f"{slug}: elevation", national
        )
    for key, layer in district.layers.items():
        where = f"{slug}: layers.{key}"
        if key in RESERVED:
            raise ChoiceIsNotAllowed(
                f"{where}: this name is taken by an input of the district; give the layer another."
            )
        inputs[key] = (
            _table_input(key, layer, LAYERS, where, national)
            if isinstance(layer, TableInput)
            else _own_input(key, layer)
        )
    if not district.ages:
        return {key: replace(found, good_for_days=None) for key, found in inputs.items()}
    return inputs


def _table_inputs(district: District) -> Iterator[tuple[str, TableInput, type]]:
    areas = district.neighbourhoods
    if not isinstance(areas, Areas):
        if areas.people is not None:
            yield "people", areas.people, PeopleRasterTable
        return
    for key, kind in (
        ("boundaries", BoundariesTable),
        ("people", PeopleTable),
        ("households", PeopleTable),
        ("children", PeopleTable),
        ("deprivation", DeprivationTable),
        ("lookup", LookupTable),
        ("census_points", BoundariesTable),
    ):
        entry = getattr(areas, key)
        if entry is not None:
            yield key, entry, kind


def _table_input(
    key: str,
    entry: TableInput,
    kind: type | tuple[type, ...],
    where: str,
    national: dict[str, NationalTable],
) -> DeclaredInput:
    table = national.get(entry.table)
    fitting = sorted(name for name, other in national.items() if _fits(other, key, kind))
    if table is None or not _fits(table, key, kind):
        words = "is not declared" if table is None else "is of another kind"
        raise ChoiceIsNotAllowed(
            f"{where}: the table {quoted(entry.table)} {words}; allowed here are "
            f"{', '.join(fitting) or 'none'} (files of config/national)."
        )
    at = entry.at or table.at
    if at is None:
        page = f"; it is published on {table.landing_page}" if table.landing_page else ""
        raise ChoiceIsNotAllowed(
            f"{where}: the table {quoted(entry.table)} has no usual place; say where its copy "
            f"lies, as in `at: {{file: …}}`{page}."
        )
    return DeclaredInput(
        key,
        at,
        table.title,
        table.publisher,
        table.licence,
        table.attribution,
        entry.date or _day(entry, table),
        entry.table,
        table,
        table.good_for_days,
    )


def _day(entry: TableInput, table: NationalTable) -> date | None:
    """Return the day of a copy, unless its service says it: an edition is of its own day.

    Some services give nothing but the newest.
    """
    is_renewed = table.good_for_days is not None or isinstance(
        table.at, OsProduct | PlanningData | NaptanStops
    )
    is_asked = isinstance(entry.at, OnTheWeb) or (entry.at is None and is_renewed)
    return None if is_asked else table.date


def _fits(table: NationalTable, key: str, kind: type | tuple[type, ...]) -> bool:
    if not isinstance(table, kind):
        return False
    return not isinstance(table, PeopleTable) or key == table.counts


def _own_input(key: str, layer: CouncilLayer | CautionLayer) -> DeclaredInput:
    return DeclaredInput(
        key,
        layer.at,
        layer.title,
        layer.publisher,
        layer.licence,
        layer.attribution,
        layer.date,
        None,
        layer,
        layer.good_for_days,
    )
