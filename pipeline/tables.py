"""The contract of every table that crosses a step: key, columns, types, units, allowed values.

`pipeline.files` checks a table against its contract before writing it and after reading it, so
a step can rely on what it is given. `docs/data-dictionary.md` is generated from this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.config import Kind, Level, State, Vintage
from pipeline.errors import TableBreaksItsContract, listed, quoted

Type = Literal["text", "int", "float", "bool", "geometry"]


@dataclass(frozen=True)
class Column:
    """One column: its name, type, unit and what it may hold.

    A `name` with `{minutes}` stands for one column for each number of minutes in the study.
    """

    name: str
    type: Type
    words: str
    unit: str = ""
    may_be_missing: bool = False
    allowed: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    shapes: tuple[str, ...] = ()

    @property
    def pattern(self) -> re.Pattern[str]:
        """The names this column may have."""
        return re.compile(re.escape(self.name).replace(r"\{minutes\}", r"\d+"))


@dataclass(frozen=True)
class Table:
    """A named table: what a row is, what is unique in it, and its columns."""

    name: str
    a_row_is: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    may_be_empty: bool = False
    public: bool = False
    geometry: bool = field(init=False)

    def __post_init__(self) -> None:
        """Note whether a column holds geometry."""
        object.__setattr__(self, "geometry", any(c.type == "geometry" for c in self.columns))


STATES = tuple(State)
AREAS = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")

_STATE = Column("state", "text", "What kind of number this is.", allowed=STATES)
_NEIGHBOURHOOD = Column("neighbourhood_id", "text", "Code of the neighbourhood.")
_CATEGORY = Column("category", "text", "Category of asset, the name of its YAML file.")

NEIGHBOURHOODS = Table(
    "neighbourhoods",
    "one neighbourhood: a statistical area, or a grid cell where there is none",
    ("neighbourhood_id",),
    (
        _NEIGHBOURHOOD,
        Column("name", "text", "Name as published."),
        Column(
            "vintage",
            "text",
            "Which statistical areas the code belongs to.",
            allowed=tuple(Vintage),
        ),
        Column("area_ha", "float", "Area, from the published boundary.", "ha", at_least=0),
        Column("people", "float", "Usual residents.", "people", may_be_missing=True, at_least=0),
        Column("people_state", "text", "State of `people`; `no_data` in a grid.", allowed=STATES),
        Column("households", "float", "Households.", "households", may_be_missing=True, at_least=0),
        Column(
            "deprivation_rank",
            "int",
            "Rank in the nation's index; 1 is most deprived.",
            may_be_missing=True,
            at_least=1,
        ),
        Column(
            "deprivation_decile",
            "int",
            "Decile; 1 is the most deprived tenth of the nation's areas.",
            may_be_missing=True,
            at_least=1,
            at_most=10,
        ),
        Column(
            "income_decile",
            "int",
            "Decile of the income domain alone, which holds no measure of access.",
            may_be_missing=True,
            at_least=1,
            at_most=10,
        ),
        Column("deprivation_index", "text", "Name of the index, or empty."),
        Column("deprivation_year", "int", "Its year.", may_be_missing=True),
        Column("deprivation_state", "text", "State of rank and decile.", allowed=STATES),
        Column(
            "deprivation_join",
            "text",
            "How the rank came here: the code itself, or through the exact-fit lookup.",
            allowed=("same_code", "unchanged", "split", "merged", "irregular", "none"),
        ),
        Column("geometry", "geometry", "Boundary.", "m", shapes=AREAS),
    ),
)

FEATURES = Table(
    "features",
    "one tagged OpenStreetMap feature, in one shape",
    ("feature_id", "shape"),
    (
        Column("feature_id", "text", "For example `way/123`."),
        Column("shape", "text", "Point, line or area.", allowed=("point", "line", "area")),
        Column("tags", "text", "All tags, as JSON with sorted keys."),
        Column("edited", "text", "Day of the last edit, or empty."),
        Column("was_repaired", "bool", "Whether the geometry was invalid and has been repaired."),
        Column("geometry", "geometry", "Shape of the feature.", "m"),
    ),
)

STREETS = Table(
    "streets",
    "one OpenStreetMap way that carries a `highway` tag, walkable or not; a ring of a square that "
    "is drawn as a relation; or a part of a way that the extract has cut",
    ("way_id", "part"),
    (
        Column("way_id", "int", "Number of the way; of the relation, below 0."),
        Column("part", "int", "0 for a whole way; rings and parts count on.", at_least=0),
        Column("tags", "text", "All tags, as JSON with sorted keys."),
        Column("nodes", "text", "Node numbers in order, separated by spaces; one a vertex."),
        Column("geometry", "geometry", "Line; as many vertices as nodes.", "m", shapes=LINES),
    ),
)

COVERAGE = Table(
    "coverage",
    "what the OpenStreetMap file covers: of each neighbourhood, of all (`region`, by the code of "
    "the district), and the line beyond which nothing is known (`edge`)",
    ("neighbourhood_id", "what"),
    (
        _NEIGHBOURHOOD,
        Column("what", "text", "What the row is.", allowed=("neighbourhood", "region", "edge")),
        Column("covered_share", "float", "Share of the area covered.", at_least=0, at_most=1),
        Column("state", "text", "`ok` where enough is covered, else `no_data`.", allowed=STATES),
        Column("geometry", "geometry", "The covered part, or the edge; may be empty.", "m"),
    ),
)

ASSETS = Table(
    "assets",
    "one asset: one thing that helps people live well, however many records speak of it",
    ("asset_id",),
    (
        Column("asset_id", "text", "Stable name, made from its first record, `osm-way-123`."),
        _CATEGORY,
        Column("kind", "text", "Kind of physical asset.", allowed=tuple(Kind)),
        Column("level", "text", "Which of the six levels.", allowed=tuple(Level)),
        Column("status", "text", "In use, or what could be.", allowed=("actual", "potential")),
        Column("name", "text", "Name, or empty where it has none."),
        Column("sources", "text", "Layers that speak of it, sorted, separated by commas."),
        Column("licences", "text", "Their licences, sorted, separated by commas."),
        Column("date", "text", "Day of the newest of its records."),
        Column("area_m2", "float", "Area; 0 for a point or a line.", "m²", at_least=0),
        Column("records", "text", "Every record as JSON: source, id, name, date, licence."),
        Column("details", "text", "Opening hours, access and the like, as JSON of plain text."),
        Column("is_in_district", "bool", "Whether it touches the district, or lies in the buffer."),
        Column("geometry", "geometry", "Shape of the asset.", "m"),
    ),
    may_be_empty=True,
)

ACCESS_POINTS = Table(
    "access_points",
    "one way into an asset that an official layer gives, such as a park gate",
    ("access_point_id",),
    (
        Column("access_point_id", "text", "Layer and number in it."),
        Column("asset_id", "text", "The asset it leads into."),
        Column("geometry", "geometry", "Where it is.", "m", shapes=("Point",)),
    ),
    may_be_empty=True,
)

PLACES_IN = ("gate", "entrance", "access_point", "crossing", "along", "nearest_edge", "itself")

NETWORK = Table(
    "network",
    "one walkable street or path between two junctions, walked in both directions",
    ("edge_id",),
    (
        Column("edge_id", "int", "Number of the edge, from 0."),
        Column("start", "int", "Number of the junction at the first vertex, from 0.", at_least=0),
        Column("end", "int", "Number of the junction at the last vertex.", at_least=0),
        Column("length_dm", "int", "Length, in whole decimetres.", "dm", at_least=0),
        Column("component", "int", "Number of the connected part; 0 is the longest.", at_least=0),
        Column("is_snappable", "bool", "Whether its component is large enough to walk to."),
        Column("highway", "text", "Value of the `highway` tag."),
        Column("name", "text", "Street name, or empty."),
        Column("is_steps", "bool", "Whether it is a flight of steps."),
        Column("is_bridge_or_tunnel", "bool", "Whether it passes over or under what it crosses."),
        Column("tags", "text", "Tags that walking profiles need, as JSON with sorted keys."),
        Column("geometry", "geometry", "Line from `start` to `end`.", "m", shapes=("LineString",)),
    ),
)

ENTRANCES = Table(
    "entrances",
    "one point where one walks into an asset, and where it stands on the network",
    ("entrance_id",),
    (
        Column("entrance_id", "text", "Name of the asset and a number."),
        Column("asset_id", "text", "The asset it leads into."),
        _CATEGORY,
        Column("way_in", "text", "What kind of point it is.", allowed=PLACES_IN),
        Column("edge_id", "int", "Edge it is reached from; −1 where none is near.", at_least=-1),
        Column("along_dm", "int", "Way along that edge from its start.", "dm", at_least=0),
        Column("snap_dm", "int", "From the edge to the entrance.", "dm", at_least=0),
        Column(
            "state", "text", "`ok`, or `unreachable`: no street within the cap.", allowed=STATES
        ),
        Column("geometry", "geometry", "The entrance.", "m", shapes=("Point",)),
    ),
    may_be_empty=True,
)

HOMES = Table(
    "homes",
    "one place where walks start, with the people who start there",
    ("home_id",),
    (
        Column("home_id", "text", "Feature or census point it stands for."),
        _NEIGHBOURHOOD,
        Column("people", "float", "People who start here.", "people", at_least=0),
        Column("made_from", "text", "What it stands for.", allowed=("building", "census_point")),
        Column("floor_m2", "float", "Footprint × storeys.", "m²", at_least=0),
        Column("edge_id", "int", "Edge it is reached from; −1 where none is near.", at_least=-1),
        Column("along_dm", "int", "Way along that edge from its start.", "dm", at_least=0),
        Column("snap_dm", "int", "From the home to the edge.", "dm", at_least=0),
        Column(
            "known_within_m",
            "float",
            "Straight line to where the map data end; a walk up to this length is certain.",
            "m",
            at_least=0,
        ),
        Column(
            "state", "text", "`ok`, or `unreachable`: no street within the cap.", allowed=STATES
        ),
        Column("geometry", "geometry", "The home.", "m", shapes=("Point",)),
    ),
)

ACCESS = Table(
    "access",
    "one home and one category",
    ("home_id", "category"),
    (
        Column("home_id", "text", "The home."),
        _CATEGORY,
        Column(
            "nearest_m",
            "float",
            "Walk to the nearest entrance.",
            "m",
            may_be_missing=True,
            at_least=0,
        ),
        Column("nearest_asset", "text", "Which asset that is, or empty."),
        Column(
            "n_within_{minutes}_min",
            "int",
            "Distinct assets within so many minutes, the last metre included.",
            "assets",
            may_be_missing=True,
            at_least=0,
        ),
        _STATE,
    ),
)

INDICATORS = Table(
    "indicators",
    "one number: a neighbourhood (or the district, by its own code), a category and a measure",
    ("neighbourhood_id", "category", "measure"),
    (
        _NEIGHBOURHOOD,
        _CATEGORY,
        Column("measure", "text", "What was measured."),
        Column(
            "value", "float", "The number, empty unless `ok` or `true_zero`.", may_be_missing=True
        ),
        Column("unit", "text", "Its unit.", allowed=("min", "%", "assets")),
        _STATE,
        Column(
            "coverage_pct",
            "float",
            "Share of its people for whom the number is certain.",
            "%",
            at_least=0,
            at_most=100,
        ),
        Column("source", "text", "Layers it was computed from, separated by commas."),
        Column("source_date", "text", "Day of the oldest of them."),
    ),
    public=True,
)

ALL = (
    NEIGHBOURHOODS,
    FEATURES,
    STREETS,
    COVERAGE,
    ASSETS,
    ACCESS_POINTS,
    NETWORK,
    ENTRANCES,
    HOMES,
    ACCESS,
    INDICATORS,
)

_KINDS: dict[Type, str] = {"int": "iu", "float": "f", "bool": "b"}


def check(frame: pd.DataFrame, table: Table, where: str) -> None:
    """Hold a table against its contract.

    Parameters
    ----------
    frame
        The table, key as columns, any number of rows.
    table
        Its contract.
    where
        What to call it in a message: a file name.

    Raises
    ------
    TableBreaksItsContract
        If a column is missing, unknown or of another type, a key is missing or doubled, a value
        is not allowed, or there is no row where there must be one.
    """
    for fault in _faults(frame, table):
        raise TableBreaksItsContract(f"{where}: {fault}.")


def _faults(frame: pd.DataFrame, table: Table) -> Iterator[str]:
    """Yield what is wrong, the most basic first."""
    yield from _column_faults(frame, table)
    if not table.may_be_empty and frame.empty:
        yield f"the table of {table.name} is empty; a row is {table.a_row_is}"
    for key in table.key:
        if frame[key].isna().any():
            yield f"{key} is missing in {int(frame[key].isna().sum())} rows; it is part of the key"
    doubled = frame.duplicated(list(table.key))
    if doubled.any():
        keys = frame.loc[doubled, list(table.key)].astype(str).agg(" / ".join, axis=1)
        yield f"{', '.join(table.key)} must be unique, and is not: {listed(keys.tolist())}"
    for column in table.columns:
        for name in _matching(frame, column):
            yield from _value_faults(frame[name], column)
    if table.geometry:
        yield from _geometry_faults(frame)


def _matching(frame: pd.DataFrame, column: Column) -> list[str]:
    return [name for name in frame.columns if column.pattern.fullmatch(name)]


def _column_faults(frame: pd.DataFrame, table: Table) -> Iterator[str]:
    known: set[str] = set()
    for column in table.columns:
        names = _matching(frame, column)
        if not names:
            yield f"the column {column.name} is missing from the table of {table.name}"
        known.update(names)
    unknown = [name for name in frame.columns if name not in known]
    if unknown:
        yield f"the table of {table.name} has columns it should not have: {listed(unknown)}"


def _value_faults(values: pd.Series, column: Column) -> Iterator[str]:
    name = column.name
    if column.type in _KINDS and not _is_of_type(values, column):
        yield f"{name} should be of type {column.type} and is {values.dtype}"
        return
    if column.type == "text" and not _is_text(values):
        yield f"{name} should be text and is {values.dtype}"
        return
    if not column.may_be_missing and values.isna().any():
        yield f"{name} is missing in {int(values.isna().sum())} rows and may not be"
    if column.allowed:
        odd = sorted(set(values.dropna().astype(str)) - set(column.allowed))
        if odd:
            yield f"{name} holds {listed(odd)}; allowed are {', '.join(column.allowed)}"
    if column.type in ("int", "float"):
        yield from _range_faults(values, column)


def _is_of_type(values: pd.Series, column: Column) -> bool:
    kind = getattr(values.dtype, "kind", "O")
    allowed = _KINDS[column.type]
    return kind in allowed or (column.may_be_missing and kind == "f" and column.type == "int")


def _is_text(values: pd.Series) -> bool:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return True
    return pd.api.types.is_string_dtype(values.dtype) or values.empty


def _range_faults(values: pd.Series, column: Column) -> Iterator[str]:
    numbers = values.dropna().to_numpy(dtype=float)
    if not np.isfinite(numbers).all():
        yield f"{column.name} holds an infinite number"
    for limit, is_beyond, words in (
        (column.at_least, np.less, "at least"),
        (column.at_most, np.greater, "at most"),
    ):
        if limit is not None and is_beyond(numbers, limit).any():
            found = numbers[is_beyond(numbers, limit)][0]
            yield f"{column.name} holds {found:g}; it must be {words} {limit:g}"


def _geometry_faults(frame: pd.DataFrame) -> Iterator[str]:
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        yield "the geometry has no coordinate reference system"
        return
    if frame.crs.is_geographic:
        yield f"the geometry is in degrees ({frame.crs.to_string()}); steps compute in metres"
    shapes = np.asarray(frame.geometry.array)
    if shapely.is_missing(shapes).any():
        yield f"{int(shapely.is_missing(shapes).sum())} rows have no geometry"
    bounds = shapely.bounds(shapes[~shapely.is_empty(shapes) & ~shapely.is_missing(shapes)])
    if not np.isfinite(bounds).all():
        yield "a geometry has a coordinate that is not a finite number"


def names_of(table: Table, minutes: tuple[int, ...] = ()) -> list[str]:
    """Return the column names of a table in the order of its contract.

    Parameters
    ----------
    table
        The contract.
    minutes
        The study's minutes, for columns that stand once for each.

    Returns
    -------
    list of str
        Names, `{minutes}` filled in.
    """
    names: list[str] = []
    for column in table.columns:
        several = "{minutes}" in column.name
        names += [column.name.format(minutes=m) for m in minutes] if several else [column.name]
    return names


def ordered(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return a table with columns and rows in the order of its contract.

    Rows are sorted by the key, so that the same inputs give the same bytes whatever the order
    in which they were read.

    Parameters
    ----------
    frame
        Any table that keeps the contract.
    table
        The contract.

    Returns
    -------
    pandas.DataFrame
        The same rows; a GeoDataFrame stays one.
    """
    names = [name for column in table.columns for name in _matching(frame, column)]
    missing = [key for key in table.key if key not in names]
    if missing:
        raise TableBreaksItsContract(f"{table.name}: the key {quoted(missing[0])} is missing.")
    return frame[names].sort_values(list(table.key), kind="stable").reset_index(drop=True)
