"""Where an input lies: on this machine, inside a package, or at a service on the web.

Each way has one key that only it has, and that key tells them apart: `{file: …}`, `{arcgis: …}`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from pipeline.config.choice import Choice, MetricCrs, Slug

PathText = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\"'<>@#?]+$", max_length=300)]
# A file may lie behind a question: `…/table.csv?d=PEOPLE`.
FileAddress = Annotated[
    str, StringConstraints(pattern=r"^https?://[^\s\"'<>@#?]+(\?[^\s\"'<>@#?]*)?$", max_length=400)
]
Host = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=200)
]
Ending = Annotated[str, StringConstraints(pattern=r"^\.[a-z]{2,8}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-_/][a-z0-9]+)*$", max_length=80)]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=80)]
Parameter = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=60)]
Plain = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:/-]+$", max_length=200)]


def _must_compile(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        msg = f"is no regular expression ({error})"
        raise ValueError(msg) from None
    return text


Pattern = Annotated[
    str, StringConstraints(min_length=1, max_length=200), AfterValidator(_must_compile)
]
Condition = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class LocalFile(Choice):
    """A path relative to the YAML, in which `${NAME}` is an environment variable."""

    file: PathText


class PackagedFile(Choice):
    """A file inside an installed Python package."""

    package: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$")]
    member: PathText


class OnTheWeb(Choice):
    """What all services have in common.

    `local` says that the service is a server of one's own, on this machine or in its network,
    which may then be asked without encryption. `also` names further hosts that it sends on to.
    `key_from` names the environment variable that holds a key; the key itself stands nowhere. It
    is sent to this server only, as the query parameter `key_query` or as the header `key_header`.
    """

    local: bool = False
    also: tuple[Host, ...] = ()
    key_from: Variable | None = None
    key_query: Parameter | None = None
    key_header: Parameter | None = None

    @model_validator(mode="after")
    def _a_key_is_sent_one_way(self) -> OnTheWeb:
        ways = [way for way in (self.key_query, self.key_header) if way is not None]
        if len(ways) != (self.key_from is not None):
            msg = "give `key_from` with `key_query` or with `key_header`, or none of them"
            raise ValueError(msg)
        return self


class WebFile(OnTheWeb):
    """A file at an address; `sha256` pins its bytes, `member` names a file inside a zip.

    `ends_in` says what the file is where its address does not, as that of a timetable.
    """

    url: FileAddress
    ends_in: Ending | None = None
    sha256: Sha256 | None = None
    member: PathText | None = None


class CodesFrom(Choice):
    r"""A table of codes at the same server: those of `field` where the condition holds.

    `district_field` is a regular expression for the field that must hold the code of the
    district, as its name changes from year to year: `LAD\d\dCD`.
    """

    service: Pattern
    layer: Annotated[int, Field(ge=0)] = 0
    where: Condition = "1=1"
    district_field: Pattern | None = None
    field: Pattern

    @model_validator(mode="after")
    def _must_choose(self) -> CodesFrom:
        if self.where == "1=1" and self.district_field is None:
            msg = "give `district_field`, or a condition in `where`"
            raise ValueError(msg)
        return self


class ArcgisLayer(OnTheWeb):
    """A layer of an ArcGIS FeatureServer.

    `arcgis` is the address of the list of services. `service` is a regular expression for the
    whole name, as services are renamed with every edition; of several that fit, the newest is
    taken, by month and year in its name and then in natural order. In `where`, `{code}` is the
    code of the district. Without `codes`, all that touches the district is asked for; with it,
    the rows whose `code_field` is among them; with `district_field`, those which hold the code of
    the district there.
    """

    arcgis: Address
    service: Pattern
    layer: Annotated[int, Field(ge=0)] = 0
    where: Condition = "1=1"
    district_field: Pattern | None = None
    codes: CodesFrom | None = None
    code_field: Pattern | None = None
    crs: MetricCrs = "EPSG:27700"

    @model_validator(mode="after")
    def _codes_need_a_field(self) -> ArcgisLayer:
        if (self.codes is None) != (self.code_field is None):
            msg = "give `codes` and `code_field`, or neither"
            raise ValueError(msg)
        return self


class OgcCollection(OnTheWeb):
    """A collection of an OGC API Features server, whose landing page is `ogc_features`."""

    ogc_features: Address
    collection: Plain


class WfsLayer(OnTheWeb):
    """A feature type of a WFS 2.0 server, sorted by `sort_by`, which must be unique."""

    wfs: Address
    type_name: Plain
    sort_by: Plain | None = None
    crs: MetricCrs = "EPSG:27700"


class PlanningData(OnTheWeb):
    """A dataset of planning.data.gov.uk."""

    planning_data: Slug
    api: Address = "https://www.planning.data.gov.uk"


class NaptanStops(OnTheWeb):
    """Stops of NaPTAN by area code; national codes hold rail, metro and ferries.

    With an empty list, `naptan: []`, the stops of all Great Britain are asked for, and those in
    and around the district kept.
    """

    naptan: tuple[Annotated[str, StringConstraints(pattern=r"^\d{3}$")], ...]
    api: Address = "https://naptan.api.dft.gov.uk"


class NomisTable(OnTheWeb):
    """A census table of Nomis for the areas of a `type` in the district.

    `dimensions` are further choices, such as `{c2021_restype_3: "0"}`. Where one of them is a
    list, the numbers of its categories are added up.
    """

    nomis: Annotated[str, StringConstraints(pattern=r"^NM_\d+_\d+$")]
    type: Annotated[str, StringConstraints(pattern=r"^TYPE\d+$")]
    dimensions: dict[Slug, Plain | Annotated[tuple[Plain, ...], Field(min_length=1)]] = {}
    api: Address = "https://www.nomisweb.co.uk"


class OsProduct(OnTheWeb):
    """A product of the OS Downloads API, in a format (and a part of it) and for an area."""

    os_downloads: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+$")]
    format: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    subformat: Annotated[str, StringConstraints(min_length=1, max_length=60)] | None = None
    area: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "GB"
    member: PathText | None = None
    api: Address = "https://api.os.uk"


class OverpassArea(OnTheWeb):
    """What an Overpass server holds of the district: `overpass` is the address of its API.

    It is asked `<address>/interpreter` and, unless it is a server of one's own, how busy it is at
    `<address>/status`.
    """

    overpass: Address

    @model_validator(mode="after")
    def _asks_without_a_key(self) -> OverpassArea:
        if self.key_from is not None:
            msg = "leave `key_from` out: an Overpass server is asked without a key"
            raise ValueError(msg)
        return self


class GeofabrikRegion(OnTheWeb):
    """What the extract of a region holds of the district, by its `id` in the published index."""

    geofabrik: Region
    index: Address = "https://download.geofabrik.de/index-v1.json"


WAYS: dict[str, type[Choice]] = {
    "file": LocalFile, "package": PackagedFile, "url": WebFile, "arcgis": ArcgisLayer,
    "ogc_features": OgcCollection, "wfs": WfsLayer, "planning_data": PlanningData,
    "naptan": NaptanStops, "nomis": NomisTable, "os_downloads": OsProduct,
}  # fmt: skip
MAP_WAYS: dict[str, type[Choice]] = {
    "file": LocalFile, "package": PackagedFile, "url": WebFile, "overpass": OverpassArea,
    "geofabrik": GeofabrikRegion,
}  # fmt: skip


def _one_of(ways: dict[str, type[Choice]]) -> Discriminator:
    """Tell a place by the one key that only its kind has."""

    def way(value: Any) -> str | None:  # noqa: ANN401
        found = [
            key
            for key in ways
            if (key in value if isinstance(value, dict) else hasattr(value, key))
        ]
        return found[0] if len(found) == 1 else None

    return Discriminator(
        way,
        custom_error_type="place",
        custom_error_message=f"name one place, by one of the keys {', '.join(ways)}",
    )


# Where tables and layers lie.
Place = Annotated[
    Annotated[LocalFile, Tag("file")]
    | Annotated[PackagedFile, Tag("package")]
    | Annotated[WebFile, Tag("url")]
    | Annotated[ArcgisLayer, Tag("arcgis")]
    | Annotated[OgcCollection, Tag("ogc_features")]
    | Annotated[WfsLayer, Tag("wfs")]
    | Annotated[PlanningData, Tag("planning_data")]
    | Annotated[NaptanStops, Tag("naptan")]
    | Annotated[NomisTable, Tag("nomis")]
    | Annotated[OsProduct, Tag("os_downloads")],
    _one_of(WAYS),
]
# Where OpenStreetMap data lies.
MapPlace = Annotated[
    Annotated[LocalFile, Tag("file")]
    | Annotated[PackagedFile, Tag("package")]
    | Annotated[WebFile, Tag("url")]
    | Annotated[OverpassArea, Tag("overpass")]
    | Annotated[GeofabrikRegion, Tag("geofabrik")],
    _one_of(MAP_WAYS),
]
