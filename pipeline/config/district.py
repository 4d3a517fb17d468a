"""One district a file: `config/districts/*.yaml`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from pipeline.config.choice import (
    Choice,
    Code,
    Day,
    Days,
    Metres,
    MetricCrs,
    Slug,
    TagValues,
    Words,
)
from pipeline.config.place import GeofabrikRegion, MapPlace, OverpassArea, Place
from pipeline.config.standard import Chosen
from pipeline.config.vocabulary import Nation


class OsmInput(Choice):
    """Where a district's OpenStreetMap data comes from, and of what date it is.

    A service says of what day its data is, and so do most extracts: `date` is for a file that
    does not. Streets and shops change every week; after `good_for_days` the run says that the map
    is old. Null never says so.
    """

    at: MapPlace
    date: Day | None = None
    attribution: Words = "© OpenStreetMap contributors"
    licence: Words = "ODbL-1.0"
    good_for_days: Days | None = 90

    @model_validator(mode="after")
    def _services_say_the_day(self) -> OsmInput:
        if self.date is not None and isinstance(self.at, OverpassArea | GeofabrikRegion):
            msg = "leave `date` out: the service says of what day its data is"
            raise ValueError(msg)
        return self

    @property
    def day(self) -> Day:
        """The date, once it is known: declared, or found in what was fetched."""
        assert self.date is not None
        return self.date


class TableInput(Choice):
    """A published table: what it is (a file of `config/national`) and where it lies.

    Without `at`, it is fetched from where its declaration says that it usually lies.
    `date` is the day of this copy, for tables that are published again and again. Without it, it
    is that which the table's declaration gives; of a service, the day on which the service says
    that the data was last changed, or else that on which it was asked.
    """

    table: Slug
    at: Place | None = None
    date: Day | None = None


class OwnLayer(Choice):
    """A list or layer of a council, or of whoever else has one, with its columns mapped here."""

    title: Words
    at: Place
    publisher: Words
    licence: Words
    attribution: Words
    date: date
    layer: str | None = None
    geometry: str | None = None
    easting: str | None = None
    northing: str | None = None
    longitude: str | None = None
    latitude: str | None = None
    crs: MetricCrs | None = None
    good_for_days: Days | None = 365


class CouncilLayer(OwnLayer):
    """A council's own list or layer, with its columns mapped here.

    The places of rows are drawn in the file itself (GeoJSON, GeoPackage, shapefile, KML, GML), or
    stand in a column `geometry` as well-known text, or in two columns of coordinates. `crs` is
    the system of those columns, or of a file of shapes that does not say its own; a file that
    says another is refused. `layer` names the sheet, layer, folder or type of feature that is
    meant, where a file has several.

    Few councils look through their lists more than once a year; after `good_for_days` the run
    says that the list is old. Null never says so.
    """

    category: Slug
    id: str | None = None
    name: str
    details: dict[Slug, str] = {}


class CautionLayer(OwnLayer):
    """A layer of what to be careful of on land not in use: where it floods, what is in the ground.

    `caution` is a file of `config/cautions`. A site that the layer touches says so, with the share
    of its area. Where its places stand is declared as for a council's own layer. `name` is a column
    that says what each row is, such as its zone, and `where` keeps the rows that hold one of some
    values in a column. Areas that it does not draw count as not drawn, and never as free of it.
    """

    caution: Slug
    name: str | None = None
    where: dict[str, TagValues] = {}


class Areas(Choice):
    """Neighbourhoods are published statistical areas.

    `children` are those among the people whom some measures are for, such as play spaces.
    """

    kind: Literal["areas"]
    boundaries: TableInput
    people: TableInput
    households: TableInput | None = None
    children: TableInput | None = None
    deprivation: TableInput | None = None
    lookup: TableInput | None = None
    census_points: TableInput | None = None


class Grid(Choice):
    """Neighbourhoods are square cells, where there are no statistical areas.

    `people` may name a raster of people; without it they are estimated from dwellings.
    """

    kind: Literal["grid"]
    cell_m: Metres
    people: TableInput | None = None
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


class Usual(Choice):
    """Neighbourhoods, elevation and layers are those of the nation, as `config/nations` says.

    A table named here takes the place of the nation's, or stands beside them; `without` names
    those that the district does not use.
    """

    kind: Literal["usual"]
    boundaries: TableInput | None = None
    people: TableInput | None = None
    households: TableInput | None = None
    children: TableInput | None = None
    deprivation: TableInput | None = None
    lookup: TableInput | None = None
    census_points: TableInput | None = None
    without: tuple[Slug, ...] = ()


def _kind_of_layer(value: object) -> str:
    """Tell a published table, a caution and a council's own layer by the key only it has."""
    if isinstance(value, dict):
        return next((key for key in ("table", "caution") if key in value), "council")
    if isinstance(value, TableInput):
        return "table"
    return "caution" if isinstance(value, CautionLayer) else "council"


Layer = Annotated[
    Annotated[TableInput, Tag("table")]
    | Annotated[CautionLayer, Tag("caution")]
    | Annotated[CouncilLayer, Tag("council")],
    Discriminator(_kind_of_layer),
]


class DistrictFile(Choice):
    """One local authority, or one place like it: `config/districts/<district>.yaml`.

    What it leaves out is usual in its nation: the reference system, and, where it does not
    describe its `neighbourhoods` itself, these with elevation and layers. Without `elevation` the
    ground counts as flat. `also_called` are names under which published tables list it.
    `ages: false` says that no input counts as old, as in a demonstration.
    `has_shrunk` names inputs that may have fewer rows or less area than when they were last
    fetched, with the reason why that is right.
    `largest_unmarked_dwelling_m2` stands in for the study's value where blocks of flats are
    mapped as plain buildings. `standards` adds to the published standards of its nation, or
    leaves some out. `clusters: true` asks for clusters of neighbourhoods in the assessment, which
    take the package esda. `language` is that of its pages: a file of `config/words`.
    """

    name: Words
    code: Code
    nation: Nation
    also_called: tuple[Words, ...] = ()
    crs: MetricCrs | None = None
    notice: Words | None = None
    openstreetmap: OsmInput
    largest_unmarked_dwelling_m2: Annotated[float, Field(gt=0, le=100_000)] | None = None
    neighbourhoods: Annotated[Areas | Grid | Usual, Field(discriminator="kind")] = Usual(
        kind="usual"
    )
    layers: dict[Slug, Layer] = {}
    elevation: TableInput | None = None
    has_shrunk: dict[Slug, Words] = {}
    ages: bool = True
    standards: Chosen = Chosen()
    clusters: bool = False
    language: Slug = "en"


class District(DistrictFile):
    """A district with nothing left out: its file, filled with what is usual in its nation.

    `lacks` says what there is none of in its nation, and what follows from that.
    """

    crs: MetricCrs
    neighbourhoods: Annotated[Areas | Grid, Field(discriminator="kind")]
    lacks: dict[Slug, Words] = {}
