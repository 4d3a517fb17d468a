"""The choices a person can make, as frozen types.

No file is opened here: `pipeline.files` reads YAML and hands the values over. Every type is
strict (a number is not text, a misspelt key is an error) and finite (no NaN, no infinity).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$", max_length=40)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=24)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=600, strip_whitespace=True)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
MetricCrs = Annotated[str, StringConstraints(pattern=r"^EPSG:\d{4,5}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Day = date  # the type, where a field is called `date` and may be left out
Metres = Annotated[float, Field(gt=0, le=100_000)]


class Choice(BaseModel):
    """The base of every type here: frozen, strict, finite, no unknown keys."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )


class State(StrEnum):
    """What kind of number a number is; every published number carries one."""

    OK = "ok"
    TRUE_ZERO = "true_zero"
    NO_DATA = "no_data"
    UNREACHABLE = "unreachable"
    SUPPRESSED = "suppressed"


class Kind(StrEnum):
    """The six kinds of physical asset that the booklet names, and everyday places."""

    GREEN_SPACE = "green_space"
    UNUSED_LAND = "unused_land"
    BUILDINGS = "buildings"
    STREETS = "streets"
    MARKETS = "markets"
    TRANSPORT = "transport"
    EVERYDAY_PLACES = "everyday_places"


class Level(StrEnum):
    """The six levels of an asset map."""

    INDIVIDUAL = "individual"
    ASSOCIATION = "association"
    ORGANISATION = "organisation"
    PHYSICAL = "physical"
    ECONOMIC = "economic"
    CULTURAL = "cultural"


class Way(StrEnum):
    """The five ways to well-being (New Economics Foundation, 2008)."""

    CONNECT = "connect"
    BE_ACTIVE = "be_active"
    TAKE_NOTICE = "take_notice"
    KEEP_LEARNING = "keep_learning"
    GIVE = "give"


class Nation(StrEnum):
    """Whose index of deprivation, whose census, whose codes."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern_ireland"
    ELSEWHERE = "elsewhere"


# --- study.yaml: what holds everywhere -------------------------------------------------------


class Walking(Choice):
    """How fast people walk and how long; distance and time stay separate and named."""

    speed_m_per_min: Annotated[float, Field(gt=20, le=150)]
    minutes: Annotated[tuple[Annotated[int, Field(gt=0, le=60)], ...], Field(min_length=1)]
    buffer_share: Annotated[float, Field(ge=1, le=3)]

    @model_validator(mode="after")
    def _minutes_must_rise(self) -> Walking:
        if list(self.minutes) != sorted(set(self.minutes)):
            msg = "minutes must rise, each named once, for example [5, 10, 15]"
            raise ValueError(msg)
        return self

    @property
    def longest_m(self) -> float:
        """The longest cut-off, in metres."""
        return self.speed_m_per_min * max(self.minutes)

    @property
    def buffer_m(self) -> float:
        """How far beyond the district streets and assets are taken, in metres."""
        return self.longest_m * self.buffer_share


class Snapping(Choice):
    """How far a point may lie from the street it is reached by, in metres."""

    home_cap_m: Metres
    entrance_cap_m: Metres
    smallest_component_m: Metres


class Dwellings(Choice):
    """Which buildings are homes, and how people are shared out among them."""

    smallest_m2: Annotated[float, Field(gt=0, le=1000)]
    largest_unmarked_m2: Annotated[float, Field(gt=0, le=100_000)]
    residential: tuple[str, ...]
    storeys_when_unknown: dict[str, Annotated[float, Field(gt=0, le=60)]]
    fewest_buildings_per_household: Share
    floor_m2_per_person: Annotated[float, Field(gt=5, le=200)]


class Coverage(Choice):
    """How much of a neighbourhood the OpenStreetMap file must hold."""

    smallest_share: Share
    cell_m: Metres
    longest_witness_m: Metres
    gap_m: Metres


class Study(Choice):
    """What holds in every district: `config/study.yaml`."""

    walking: Walking
    snapping: Snapping
    dwellings: Dwellings
    coverage: Coverage
    fewest_people: Annotated[int, Field(ge=0, le=1000)]


# --- categories/*.yaml ------------------------------------------------------------------------

TagValues = str | tuple[str, ...]
TagConditions = tuple[dict[str, TagValues], ...]


class Why(Choice):
    """Why a category helps people live well: one sentence, and where it comes from."""

    sentence: Words
    reference: Words


class OsmRules(Choice):
    """Which OpenStreetMap features belong to a category.

    Each entry of `any`, `all` and `none` maps keys to the values allowed (`"*"` is any value);
    an entry holds when every key in it does. A feature belongs when one entry of `any`, every
    entry of `all` and no entry of `none` holds. `lifecycle` names the prefixes (such as
    `disused`) under which the keys of `any` are looked for, instead of the bare key, which is
    looked for only when the list also holds `""`.
    """

    any: Annotated[TagConditions, Field(min_length=1)]
    all: TagConditions = ()
    none: TagConditions = ()
    not_inside: TagConditions = ()
    lifecycle: tuple[Literal["", "disused", "abandoned", "ruins", "construction"], ...] = ("",)
    shapes: tuple[Literal["point", "line", "area"], ...] = ("point", "area")


class LayerRules(Choice):
    """Which rows of a council's or official layer belong to a category."""

    layer: Slug
    where: dict[str, TagValues] = {}


class CategoryRules(Choice):
    """What decides which assets a category has and how one walks into them.

    `public_access` says whose way in counts: `open` (anyone may walk in), `customers` (and
    whoever buys something), or `listed` (counted whatever the sign at the gate says, as an
    allotment or a school is). Of two categories that a feature matches, the one with the
    smaller `precedence` keeps it.

    Records no farther apart than `same_within_m` are one asset where their names agree, and
    with `nameless_joins` also where one has no name: parts of a park and blocks of a school
    often have none, but shops side by side are two. `one_place: named_place` gathers stops of
    one name that lie no farther apart than `named_place_within_m`. With `banks_m`, the strip
    of that width around a lake or a river is part of the asset: that is where one walks.
    """

    kind: Kind
    level: Level
    status: Literal["actual", "potential"] = "actual"
    osm: OsmRules
    layers: tuple[LayerRules, ...] = ()
    public_access: Literal["open", "customers", "listed"]
    smallest_m2: Annotated[float, Field(ge=0)] = 0
    smallest_unnamed_m2: Annotated[float, Field(ge=0)] = 0
    one_place: Literal["feature", "named_place"] = "feature"
    same_within_m: Annotated[float, Field(ge=0, le=500)] = 30
    nameless_joins: bool = False
    named_place_within_m: Annotated[float, Field(ge=0, le=1000)] = 200
    banks_m: Annotated[float, Field(ge=0, le=100)] = 0
    walk_in: Literal["boundary", "building", "point", "street", "shore"]
    none_mapped_means: Literal["none", "unknown"]
    precedence: Annotated[int, Field(ge=1, le=999)]


class Category(CategoryRules):
    """One kind of asset, and what people read and see of it: `config/categories/<category>.yaml`.

    A change of words or looks here does not rerun the routing: steps that compute are given
    only the `CategoryRules` part.
    """

    label: Words
    one: Words
    why: Why
    five_ways: tuple[Way, ...]
    colour: Colour
    symbol: Literal["circle", "square", "triangle", "diamond", "star", "cross", "plus", "hexagon"]


# --- national/*.yaml: one published table a file ----------------------------------------------


class Vintage(StrEnum):
    """Which statistical areas a code belongs to; codes of two vintages never join silently."""

    LSOA_2021 = "lsoa_2021"
    LSOA_2011 = "lsoa_2011"
    DATA_ZONE_2011 = "data_zone_2011"
    DATA_ZONE_2022 = "data_zone_2022"
    SUPER_OUTPUT_AREA_2001 = "super_output_area_2001"
    WARD = "ward"
    OUTPUT_AREA_2021 = "output_area_2021"
    OUTPUT_AREA_2011 = "output_area_2011"
    GRID = "grid"


class Published(Choice):
    """What every published table says of itself."""

    title: Words
    publisher: Words
    licence: Words
    attribution: Words
    landing_page: Annotated[str, StringConstraints(pattern=r"^https://[^\s\"'<>]+$")] | None = None
    date: date


Columns = tuple[str, ...]


class BoundariesTable(Published):
    """Polygons of statistical areas. Each column is a list of the names it is published under."""

    kind: Literal["boundaries"]
    vintage: Vintage
    code: Columns
    name: Columns


class PeopleTable(Published):
    """Counts by area: usual residents, or households."""

    kind: Literal["people"]
    vintage: Vintage
    counts: Literal["people", "households"]
    code: Columns
    count: Columns
    sheet: str | None = None
    header_cell: str | None = None


class DeprivationTable(Published):
    """One nation's index of deprivation, as published.

    Columns are found by the start of their name after spaces are folded; the header row is the
    first one that holds `header_cell` or a name of the code. `rank` and `code` must be there;
    the others are used where the file has them. Where there is no decile column, the decile is
    ⌈10 × rank ÷ areas⌉. `score` and `population` are what areas merged since then are ranked by.
    """

    kind: Literal["deprivation"]
    index: Words
    nation: Nation
    year: Annotated[int, Field(ge=2000, le=2100)]
    vintage: Vintage
    areas: Annotated[int, Field(gt=9)]
    sheet: str | None = None
    header_cell: str
    code: Columns
    rank: Columns
    decile: Columns = ()
    income_rank: Columns = ()
    score: Columns = ()
    population: Columns = ()


class LookupTable(Published):
    """Codes of one vintage against those of another, exact fit, with how each changed."""

    kind: Literal["lookup"]
    from_vintage: Vintage
    to_vintage: Vintage
    from_code: Columns
    to_code: Columns
    change: Columns
    unchanged: Code = "U"
    split: Code = "S"
    merged: Code = "M"
    irregular: Code = "X"


class RecordsTable(Published):
    """Places as an official body lists them: stops, registers, greenspace.

    `easting` and `northing` (in `crs`) or `longitude` and `latitude` give the place where the
    file has no geometry of its own. Rows where a column of `leave_out` is filled, or whose
    column in `keep` holds none of the values named, are not used, and are counted.
    """

    kind: Literal["records"]
    layer: str | None = None
    id: Columns
    name: Columns = ()
    easting: Columns = ()
    northing: Columns = ()
    longitude: Columns = ()
    latitude: Columns = ()
    crs: MetricCrs | None = None
    crs_column: Columns = ()
    keep: dict[str, TagValues] = {}
    leave_out: Columns = ()
    details: dict[Slug, Columns] = {}
    access_points_of: Slug | None = None
    belongs_to: Columns = ()


NationalTable = Annotated[
    BoundariesTable | PeopleTable | DeprivationTable | LookupTable | RecordsTable,
    Field(discriminator="kind"),
]


# --- districts/*.yaml -------------------------------------------------------------------------

PathText = Annotated[str, StringConstraints(min_length=1, max_length=400)]


class Place(Choice):
    """Where an input lies.

    Either `file`, a path relative to the YAML in which `${NAME}` is an environment variable, or
    `package` and `member`, a file inside an installed Python package.
    """

    file: PathText | None = None
    package: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$")] | None = None
    member: PathText | None = None

    @model_validator(mode="after")
    def _must_be_one_place(self) -> Place:
        is_local = self.file is not None and self.package is None and self.member is None
        is_packaged = self.file is None and self.package is not None and self.member is not None
        if not (is_local or is_packaged):
            msg = "give either `file`, or `package` and `member`"
            raise ValueError(msg)
        return self


class OsmInput(Choice):
    """Where a district's OpenStreetMap data comes from, and of what date it is."""

    at: Place
    date: date
    attribution: Words = "© OpenStreetMap contributors"
    licence: Words = "ODbL-1.0"


class TableInput(Choice):
    """A published table: what it is (a file of `config/national`) and where it lies.

    `date` is the day of this copy, for tables that are published again and again; without it,
    the day that the table's declaration gives.
    """

    table: Slug
    at: Place
    date: Day | None = None


class CouncilLayer(Choice):
    """A council's own list or layer, with its columns mapped here."""

    category: Slug
    title: Words
    at: Place
    publisher: Words
    licence: Words
    attribution: Words
    date: date
    layer: str | None = None
    id: str | None = None
    name: str
    easting: str | None = None
    northing: str | None = None
    longitude: str | None = None
    latitude: str | None = None
    crs: MetricCrs | None = None
    details: dict[Slug, str] = {}


class Areas(Choice):
    """Neighbourhoods are published statistical areas."""

    kind: Literal["areas"]
    boundaries: TableInput
    people: TableInput
    households: TableInput | None = None
    deprivation: TableInput | None = None
    lookup: TableInput | None = None
    census_points: TableInput | None = None


class Grid(Choice):
    """Neighbourhoods are square cells, where there are no statistical areas."""

    kind: Literal["grid"]
    cell_m: Metres
    west: Annotated[float, Field(ge=-180, le=180)]
    south: Annotated[float, Field(ge=-85, le=85)]
    east: Annotated[float, Field(ge=-180, le=180)]
    north: Annotated[float, Field(ge=-85, le=85)]

    @model_validator(mode="after")
    def _box_must_have_an_inside(self) -> Grid:
        if not (self.west < self.east and self.south < self.north):
            msg = "`west` must be less than `east`, and `south` less than `north`, in degrees"
            raise ValueError(msg)
        return self


def _kind_of_layer(value: object) -> str:
    """Tell a published table from a council's own layer by the key only one of them has."""
    if isinstance(value, dict):
        return "table" if "table" in value else "council"
    return "table" if isinstance(value, TableInput) else "council"


Layer = Annotated[
    Annotated[TableInput, Tag("table")] | Annotated[CouncilLayer, Tag("council")],
    Discriminator(_kind_of_layer),
]


class District(Choice):
    """One local authority, or one place like it: `config/districts/<district>.yaml`.

    `largest_unmarked_dwelling_m2` stands in for the study's value where blocks of flats are
    mapped as plain buildings.
    """

    name: Words
    code: Code
    nation: Nation
    crs: MetricCrs
    notice: Words | None = None
    openstreetmap: OsmInput
    largest_unmarked_dwelling_m2: Annotated[float, Field(gt=0, le=100_000)] | None = None
    neighbourhoods: Annotated[Areas | Grid, Field(discriminator="kind")]
    layers: dict[Slug, Layer] = {}


# --- theme.yaml: looks only -------------------------------------------------------------------


class Theme(Choice):
    """Colours, classes and words of the pages: `config/theme.yaml`. Nothing here is computed."""

    ink: Colour
    paper: Colour
    accent: Colour
    water: Colour
    green: Colour
    street: Colour
    outline: Colour
    no_data: Colour
    access_classes: Annotated[tuple[Colour, ...], Field(min_length=3, max_length=7)]
    deprivation_classes: Annotated[tuple[Colour, ...], Field(min_length=10, max_length=10)]
    share_bounds_pct: tuple[Annotated[float, Field(ge=0, le=100)], ...]
    minutes_bounds: tuple[Annotated[float, Field(gt=0)], ...]
    count_bounds: tuple[Annotated[float, Field(gt=0)], ...]

    @model_validator(mode="after")
    def _bounds_must_fit_the_classes(self) -> Theme:
        for name in ("share_bounds_pct", "minutes_bounds", "count_bounds"):
            bounds = getattr(self, name)
            if list(bounds) != sorted(set(bounds)) or len(bounds) != len(self.access_classes) - 1:
                msg = f"{name} must rise and hold one bound fewer than access_classes"
                raise ValueError(msg)
        return self
