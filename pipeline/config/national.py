"""One published table a file: `config/national/*.yaml`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from pipeline.config.choice import Choice, Code, Days, MetricCrs, Slug, TagValues, Words
from pipeline.config.place import OnTheWeb, Place
from pipeline.config.vocabulary import Domain, Nation, Vintage


class Published(Choice):
    """What every published table says of itself.

    `good_for_days` is how long a copy may be used before the run says that it is old, counted from
    the day on which a service was asked, or from the date of a file. Editions have none, such as
    boundaries, a census or an index: they stay right for what they say they are. `at` is where
    the table usually lies, for districts that name no place of their own.
    """

    title: Words
    publisher: Words
    licence: Words
    attribution: Words
    landing_page: Annotated[str, StringConstraints(pattern=r"^https://[^\s\"'<>]+$")] | None = None
    date: date
    good_for_days: Days | None = None
    at: Place | None = None

    @model_validator(mode="after")
    def _must_lie_on_the_web(self) -> Published:
        if self.at is not None and not isinstance(self.at, OnTheWeb):
            msg = "`at` must be a service; files on this machine are named in a district’s file"
            raise ValueError(msg)
        return self


Columns = tuple[str, ...]


class BoundariesTable(Published):
    """Polygons of statistical areas. Each column is a list of the names it is published under.

    Where `is_nationwide`, the file holds the areas of a whole nation; those of a district are the
    ones that its index of deprivation lists under the district's code or name.
    """

    kind: Literal["boundaries"]
    vintage: Vintage
    is_nationwide: bool = False
    code: Columns
    name: Columns


class Ages(Choice):
    """Whole years of age, the `youngest` and the `oldest` counted in."""

    youngest: Annotated[int, Field(ge=0, le=120)]
    oldest: Annotated[int, Field(ge=0, le=120)]

    @model_validator(mode="after")
    def _must_be_in_order(self) -> Ages:
        if self.youngest > self.oldest:
            msg = "`youngest` may not be above `oldest`"
            raise ValueError(msg)
        return self

    @property
    def words(self) -> str:
        """As a page says them: `0–14`."""
        return f"{self.youngest}–{self.oldest}"


class PeopleTable(Published):
    """Counts by area: usual residents, households, or the children among the residents.

    A count stands in one column, `count`, or is the sum of several, `add_up`, each a band of ages
    or a sex; those are found by their whole names only. `keep` names the rows that count, where
    a file has several for one area. `ages` says who counts as a child.
    """

    kind: Literal["people"]
    vintage: Vintage
    counts: Literal["people", "households", "children"]
    ages: Ages | None = None
    code: Columns
    count: Columns = ()
    add_up: tuple[Columns, ...] = ()
    keep: dict[str, Columns] = {}
    sheet: str | None = None
    header_cell: str | None = None

    @model_validator(mode="after")
    def _must_say_what_it_counts(self) -> PeopleTable:
        names = [name.casefold() for names in self.add_up for name in names]
        if (self.ages is None) == (self.counts == "children"):
            msg = "give `ages` with `counts: children`, and only there"
        elif bool(self.count) == bool(self.add_up) or not all(self.add_up):
            msg = "give either `count`, the names of one column, or `add_up`, those of several"
        elif len(set(names)) < len(names):
            msg = "`add_up` names a column twice, which would count its people twice"
        else:
            return self
        raise ValueError(msg)

    @property
    def whom(self) -> str:
        """Whom it counts, as a page says it: `children aged 0–14`."""
        return self.counts if self.ages is None else f"{self.counts} aged {self.ages.words}"


class DeprivationTable(Published):
    """One nation's index of deprivation, as published.

    Columns are found by the start of their name after spaces are folded; the header row is the
    first one that holds `header_cell` or a name of the code. `rank` and `code` must be there;
    the others are used where the file has them. Where there is no decile column, the decile is
    ⌈10 × rank ÷ areas⌉. `score` and `population` are what areas merged since then are ranked by.
    `district` is the column with the code or the name of the local authority. `domains` are the
    columns of ranks of what the index is made of; `access_domain` is the one that measures access.
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
    district: Columns = ()
    domains: dict[Domain, Columns] = {}
    access_domain: Domain | None = None

    @model_validator(mode="after")
    def _access_must_be_a_domain(self) -> DeprivationTable:
        if self.access_domain is not None and self.access_domain not in self.domains:
            msg = "`access_domain` must be one of `domains`"
            raise ValueError(msg)
        return self


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

    Where the file has no shapes of its own, `geometry` names columns of well-known text, of which
    the first that is filled counts, and `easting` and `northing` (in `crs`) or `longitude` and
    `latitude` give a point. Rows where a column of `leave_out` is filled, or whose
    column in `keep` holds none of the values named, are not used, and are counted.
    """

    kind: Literal["records"]
    layer: str | None = None
    id: Columns
    name: Columns = ()
    geometry: Columns = ()
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


class ElevationTable(Published):
    """Heights of the ground on a grid, in metres.

    `crs` is the reference system of files that do not say theirs, as ASCII grids do not.
    `heights_of` tells the ground from a surface, on which roofs and trees stand.
    """

    kind: Literal["elevation"]
    crs: MetricCrs
    heights_of: Literal["ground", "surface"]


class TimetableTable(Published):
    """Departures of public transport, as a feed of the General Transit Feed Specification.

    `stops_of` names the categories whose stops it speaks of. `codes` is the published table whose
    codes its stops go by; without it, and where a code is not known, a stop is found by its place
    and name. An evening lasts from one full hour to another of the day of service.
    """

    kind: Literal["timetable"]
    stops_of: Annotated[tuple[Slug, ...], Field(min_length=1)]
    codes: Slug | None = None
    evening_from: Annotated[int, Field(ge=12, le=24)] = 19
    evening_to: Annotated[int, Field(ge=13, le=30)] = 24

    @model_validator(mode="after")
    def _evening_must_last(self) -> TimetableTable:
        if self.evening_from >= self.evening_to:
            msg = "`evening_from` must be before `evening_to`"
            raise ValueError(msg)
        return self


class PeopleRasterTable(Published):
    """People on a grid, where a country has no counts by small areas.

    `unit` says that a cell holds people, not people per km². `no_data_means` says what a cell
    without a number is: nobody lives there, or nobody knows.
    """

    kind: Literal["people_raster"]
    unit: Literal["people_per_cell"]
    no_data_means: Literal["nobody", "unknown"]


NationalTable = Annotated[
    BoundariesTable
    | PeopleTable
    | PeopleRasterTable
    | DeprivationTable
    | LookupTable
    | RecordsTable
    | ElevationTable
    | TimetableTable,
    Field(discriminator="kind"),
]
