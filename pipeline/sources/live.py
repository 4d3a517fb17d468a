"""Whether the real services are still as config says: each is asked for one small thing.

A look takes a list of services, a count, a row or the first bytes of a file, never all of it. It
tells a service that is away from one that has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.config import (
    BoundariesTable,
    CouncilLayer,
    NationalTable,
    OnTheWeb,
    RecordsTable,
)
from pipeline.config.place import (
    ArcgisLayer,
    GeofabrikRegion,
    NaptanStops,
    NomisTable,
    OgcCollection,
    OsProduct,
    OverpassArea,
    PlanningData,
    WebFile,
    WfsLayer,
)
from pipeline.errors import PipelineError, ServiceIsAway, SourceFailed, listed, quoted
from pipeline.files.raw import DeclaredInput
from pipeline.sources import geofabrik, naptan, nomis, os_downloads
from pipeline.sources.addresses import shown
from pipeline.sources.arcgis_layer import (
    Layer,
    asked,
    field_named,
    find_layer,
    is_generalised,
    rows_of,
)
from pipeline.sources.asking import Area
from pipeline.sources.forms import CSV, JSON, TEXT, XML, Form
from pipeline.sources.gml import Page
from pipeline.sources.http import Client
from pipeline.sources.kept_files import form_of, plain_name
from pipeline.sources.reading import OddAnswer, as_json, as_rows, read_as
from pipeline.sources.services import UNITED_KINGDOM, address_of, client_for
from pipeline.sources.shelf import features_of
from pipeline.sources.wfs import Capabilities
from pipeline.text import clean_text

AS_DECLARED, CHANGED, AWAY = STATES = ("as declared", "changed", "unreachable")
# One that is away is not waited for as long as by a fetch.
ATTEMPTS, LOOK_S, IDLE_S = 2, 40.0, 20.0
HEADER_BYTES = 4_096
MOST_HOSTS = 16
LONGEST_WORDS = 2_000


class PageForm(Form):
    """A web page, which is a fault everywhere else."""

    def fault(self, content_type: str, first: bytes) -> str | None:
        """Say whether something else came."""
        is_page = "html" in content_type and b"<" in first
        return None if is_page else "is no web page"


PAGE = PageForm("a web page", ("text/html",))


@dataclass(frozen=True)
class Looked:
    """What was looked at, where, whether it is as declared, and what was seen or is wrong."""

    what: str
    where: str
    state: str
    words: str


@dataclass(frozen=True)
class Question:
    """One small thing to ask: of what, where, and how; its answer is what was seen."""

    what: str
    address: str
    ask: Callable[[], str]


def questions(
    inputs: Mapping[str, Iterable[DeclaredInput]], codes: Mapping[str, str], locks: Path
) -> list[Question]:
    """Return what to ask of every place on the web that districts name, each once.

    Parameters
    ----------
    inputs
        What each district declares.
    codes
        The code of each district.
    locks
        A folder that all processes of the project share.

    Returns
    -------
    list of Question
        Places, then the pages of their publishers, which people are sent to when one has moved.
    """
    places: dict[str, Question] = {}
    pages: dict[str, Question] = {}
    for district, declared in sorted(inputs.items()):
        for one in declared:
            page = getattr(one.declared, "landing_page", None)
            if page is not None:
                pages[page] = Question(one.title, page, partial(_page, page, one.title, locks))
            if isinstance(one.place, OnTheWeb):
                area = Area(codes[district], *UNITED_KINGDOM)
                ask = partial(look_at, one, area, locks)
                name = f"{one.title} {one.place.model_dump_json()}"
                places.setdefault(name, Question(one.title, address_of(one.place), ask))
    return [*places.values(), *(pages[page] for page in sorted(pages))]


def tables(national: Mapping[str, NationalTable]) -> list[DeclaredInput]:
    """Return the published tables that usually lie on the web, as a district would declare them.

    Parameters
    ----------
    national
        The declarations, by name.

    Returns
    -------
    list of DeclaredInput
        One a table.
    """
    return [
        DeclaredInput(
            name, table.at, table.title, table.publisher, table.licence, table.attribution,
            None, name, table,
        )
        for name, table in sorted(national.items())
        if isinstance(table.at, OnTheWeb)
    ]  # fmt: skip


def answered(asking: Sequence[Question]) -> list[Looked]:
    """Ask all questions, those of one host one after another, and hosts at the same time.

    Parameters
    ----------
    asking
        The questions.

    Returns
    -------
    list of Looked
        In their order.
    """
    by_host: dict[str, list[Question]] = {}
    for question in asking:
        by_host.setdefault(urlsplit(question.address).netloc, []).append(question)
    with ThreadPoolExecutor(MOST_HOSTS) as pool:
        found = {
            id(question): looked
            for pairs in pool.map(_asked_of_host, by_host.values())
            for question, looked in pairs
        }
    return [found[id(question)] for question in asking]


def _asked_of_host(asking: list[Question]) -> list[tuple[Question, Looked]]:
    found, gone = [], ""
    for question in asking:
        where = shown(question.address)
        try:
            state, words = (AWAY, gone) if gone else (AS_DECLARED, question.ask())
        except ServiceIsAway as error:
            # Who does not answer is not asked for the rest: nobody waits for minutes.
            state, words = AWAY, _without_name(str(error), question)
            gone = "it did not answer before, and was not asked again"
        except PipelineError as error:
            state, words = CHANGED, _without_name(str(error), question)
        # Names of files and regions are a server's words, and go to a terminal.
        words = clean_text(words, LONGEST_WORDS)
        found.append((question, Looked(question.what, where, state, words)))
    return found


def _without_name(sentence: str, question: Question) -> str:
    """Leave out what stands in the same row anyway."""
    return sentence.removeprefix(f"{question.what}: ").removeprefix(f"{shown(question.address)}: ")


def look_at(declared: DeclaredInput, area: Area, locks: Path) -> str:
    """Ask a service for one small thing.

    Parameters
    ----------
    declared
        The input that lies there.
    area
        The district that needs it.
    locks
        A folder that all processes of the project share.

    Returns
    -------
    str
        What was seen.

    Raises
    ------
    ServiceIsAway
        If it does not answer.
    SourceFailed
        If it is not what config says.
    """
    assert isinstance(declared.place, OnTheWeb)
    client = _hurried(client_for(declared.place, declared.title, locks))
    return _LOOK[type(declared.place)](declared, area, client)


def _hurried(client: Client) -> Client:
    service = replace(client.service, attempts=ATTEMPTS, total_s=LOOK_S, idle_s=IDLE_S)
    return replace(client, service=service)


def _page(address: str, title: str, locks: Path) -> str:
    place = WebFile(url=address, local=address.startswith("http:"))
    # Pages may send on within their own site only; more is not needed to know that they are there.
    _hurried(client_for(place, title, locks)).beginning(address, PAGE)
    return "its page answers"


# --- one look for each kind of place -------------------------------------------------------------


def _file(declared: DeclaredInput, area: Area, client: Client) -> str:
    del area
    place = declared.place
    assert isinstance(place, WebFile)
    name = plain_name(place.url)
    name = name if place.member is None else f"{name.removesuffix('.zip')}.zip"
    form = form_of(name, f"{client.service.name}: {shown(place.url)}", is_proved=True)
    client.beginning(place.url, form)
    return f"begins as {form.name} does"


def _arcgis(declared: DeclaredInput, area: Area, client: Client) -> str:
    place = declared.place
    assert isinstance(place, ArcgisLayer)
    layer = find_layer(client, place.arcgis, place.service, place.layer)
    if is_generalised(layer):
        raise SourceFailed(f"{shown(layer.address)}: its outlines are generalised for display.")
    _must_have_columns(declared, list(layer.fields), shown(layer.address))
    if place.code_field is not None:
        field_named(layer, place.code_field)
    if place.codes is None:
        rows = _rows_where(client, layer, place.where, place.district_field, area)
    else:
        table = find_layer(client, place.arcgis, place.codes.service, place.codes.layer)
        field_named(table, place.codes.field)
        _rows_where(client, table, place.codes.where, place.codes.district_field, area)
        rows = _rows_where(client, layer, place.where, None, area)
    system = place.crs if layer.shape else None
    question = {
        "where": "1=1", "outFields": "*", "resultRecordCount": "1", "orderByFields": layer.key,
        "returnGeometry": "true" if system else "false",
    } | ({"outSR": system.rpartition(":")[2]} if system else {})  # fmt: skip

    def one_row(content: dict[str, Any]) -> int:
        return len(rows_of(content, layer, list(layer.fields), system))

    if asked(client, f"{layer.address}/query", question, one_row) != 1:
        raise SourceFailed(f"{shown(layer.address)}: gives another number of rows than one.")
    return f"{layer.name}: {rows:,} rows, {len(layer.fields)} fields"


def _rows_where(
    client: Client, layer: Layer, where: str, district_field: str | None, area: Area
) -> int:
    wanted = where.replace("{code}", area.code)
    if district_field is not None:
        wanted = f"({wanted}) AND {field_named(layer, district_field)} = '{area.code}'"

    def count(content: dict[str, Any]) -> int:
        number = content.get("count")
        if type(number) is not int:
            raise OddAnswer("holds no count")
        return number

    question = {"where": wanted, "returnCountOnly": "true"}
    found: int = asked(client, f"{layer.address}/query", question, count)
    if found <= 0:
        raise SourceFailed(f"{shown(layer.address)}: has no row where {quoted(wanted)}.")
    return found


def _must_have_columns(declared: DeclaredInput, columns: list[str], where: str) -> None:
    """Hold the columns of a layer against those that the declaration lists."""
    table, there = declared.declared, {name.strip().casefold() for name in columns}
    wanted: list[tuple[str, ...]] = []
    if isinstance(table, BoundariesTable):
        wanted = [table.code, table.name]
    elif isinstance(table, RecordsTable):
        wanted = [table.id, table.name]
    elif isinstance(table, CouncilLayer):
        wanted = [(table.name,)]
    for names in wanted:
        if names and not {name.casefold() for name in names} & there:
            raise SourceFailed(
                f"{where}: has no column {' or '.join(map(quoted, names))}; it has "
                f"{listed(columns, 20)}."
            )


def _ogc_features(declared: DeclaredInput, area: Area, client: Client) -> str:
    del area
    place = declared.place
    assert isinstance(place, OgcCollection)
    address = f"{place.ogc_features.rstrip('/')}/collections/{place.collection}/items"

    def row(body: bytes) -> tuple[int | None, list[str]]:
        content = as_json(body)
        features = features_of(content if isinstance(content, dict) else {})
        if isinstance(features, str):
            raise OddAnswer(f"holds no rows ({features})")
        if len(features) != 1:
            raise OddAnswer(f"holds {len(features)} rows, and one was asked for")
        return content.get("numberMatched"), list(features[0].get("properties") or {})

    matched, columns = read_as(client, address, JSON, row, {"f": "json", "limit": "1"})
    _must_have_columns(declared, columns, shown(address))
    return f"{matched:,} rows" if isinstance(matched, int) else "a row; it does not say how many"


def _wfs(declared: DeclaredInput, area: Area, client: Client) -> str:
    del area
    place = declared.place
    assert isinstance(place, WfsLayer)
    question = {"service": "WFS", "version": "2.0.0"}

    def read(body: bytes) -> Capabilities:
        can = Capabilities.read(body)
        if can.fault:
            raise OddAnswer(f"is odd: {can.fault}")
        return can

    can = read_as(client, place.wfs, XML, read, question | {"request": "GetCapabilities"})
    name = can.named(place.type_name)
    if name is None or not can.version.startswith("2.0"):
        raise SourceFailed(
            f"{shown(place.wfs)}: version {quoted(can.version)}, with the feature types "
            f"{listed(sorted(can.systems), 20)}, and {quoted(place.type_name)} is declared."
        )

    def hits(body: bytes) -> int | None:
        page = Page(body, is_count=True)
        if page.fault:
            raise OddAnswer(f"is odd: {page.fault}")
        return page.matched

    count = {"request": "GetFeature", "typeNames": name, "resultType": "hits"}
    matched = read_as(client, place.wfs, XML, hits, question | count)
    if matched == 0:
        raise SourceFailed(f"{shown(place.wfs)}: {quoted(name)} has no rows.")
    return "it does not say how many rows" if matched is None else f"{matched:,} rows"


def _planning_data(declared: DeclaredInput, area: Area, client: Client) -> str:
    del area
    place = declared.place
    assert isinstance(place, PlanningData)
    address = f"{place.api.rstrip('/')}/entity.json"

    def read(body: bytes) -> tuple[int, dict[str, Any]]:
        answer = as_json(body)
        content = answer if isinstance(answer, dict) else {}
        count, entities = content.get("count"), content.get("entities")
        if type(count) is not int or not isinstance(entities, list) or len(entities) > 1:
            raise OddAnswer("holds no count with one row")
        row = entities[0] if entities else {}
        if not isinstance(row, dict):
            raise OddAnswer("holds a row that is none")
        return count, row

    params = {"dataset": place.planning_data, "limit": "1"}
    count, row = read_as(client, address, JSON, read, params)
    missing = sorted({"entity", "dataset", "entry-date", "geometry", "point"} - row.keys())
    if count == 0 or missing:
        raise SourceFailed(
            f"{shown(address)}: {count:,} rows of {place.planning_data}, without {listed(missing)}."
        )
    return f"{count:,} rows"


def _naptan(declared: DeclaredInput, area: Area, client: Client) -> str:
    del area
    place = declared.place
    assert isinstance(place, NaptanStops)
    address = f"{place.api.rstrip('/')}/v1/access-nodes"
    params = {"dataFormat": "csv"} | ({"atcoAreaCodes": place.naptan[0]} if place.naptan else {})
    first = client.beginning(address, CSV, params=params, least=HEADER_BYTES)
    columns = first.decode("utf-8-sig", "replace").splitlines()[0].replace('"', "").split(",")
    missing = sorted(set(naptan.COLUMNS) - set(columns))
    if missing:
        raise SourceFailed(f"{shown(address)}: without the columns {listed(missing, 20)}.")
    return f"{len(columns)} columns"


def _nomis(declared: DeclaredInput, area: Area, client: Client) -> str:
    place = declared.place
    assert isinstance(place, NomisTable)
    address = f"{place.api.rstrip('/')}/api/v01/dataset/{place.nomis}.data.csv"
    wanted = (nomis.CODE, nomis.VALUE, nomis.COUNT)

    def read(body: bytes) -> int:
        columns, rows = as_rows(body)
        columns = [name.strip().upper() for name in columns]
        missing = [name for name in wanted if name not in columns]
        if missing:
            raise SourceFailed(f"{shown(address)}: without the columns {listed(missing)}.")
        if len(rows) != 1 or not rows[0][columns.index(nomis.COUNT)].isdecimal():
            raise OddAnswer(f"holds {len(rows)} rows, and one with the number of all was asked for")
        return int(rows[0][columns.index(nomis.COUNT)])

    one_each = {
        name: value if isinstance(value, str) else value[0]
        for name, value in place.dimensions.items()
    }
    params = {
        "date": "latest", "geography": f"{area.code}{place.type}", **one_each,
        "measures": nomis.NUMBERS, "select": ",".join(wanted), "recordlimit": "1",
    }  # fmt: skip
    return f"{read_as(client, address, CSV, read, params):,} areas in {area.code}"


def _os_downloads(declared: DeclaredInput, area: Area, client: Client) -> str:
    del area
    place = declared.place
    assert isinstance(place, OsProduct)
    file = os_downloads.file_of(place, client)
    return f"{file.name}, {file.size:,} bytes, with its MD5"


def _overpass(declared: DeclaredInput, area: Area, client: Client) -> str:
    del area
    place = declared.place
    assert isinstance(place, OverpassArea)
    if place.local:  # a server of one's own need not say how busy it is
        return _own_overpass(place, client)
    address = f"{place.overpass.rstrip('/')}/status"
    body = client.read(address, TEXT)
    if b"slots" not in body and b"Rate limit" not in body:
        raise SourceFailed(f"{shown(address)}: says nothing of a rate limit or slots.")
    return "says how busy it is"


def _own_overpass(place: OverpassArea, client: Client) -> str:
    def read(body: bytes) -> str:
        answer = as_json(body)
        state = answer.get("osm3s") if isinstance(answer, dict) else None
        if not isinstance(state, dict) or answer.get("remark"):
            raise OddAnswer("does not say of what day its data is")
        return f"data of {quoted(str(state.get('timestamp_osm_base', ''))[:10])}"

    params = {"data": "[out:json][timeout:5];out count;"}
    return read_as(client, f"{place.overpass.rstrip('/')}/interpreter", JSON, read, params)


def _geofabrik(declared: DeclaredInput, area: Area, client: Client) -> str:
    place = declared.place
    assert isinstance(place, GeofabrikRegion)
    region = geofabrik.region_of(place, area, client)
    md5 = geofabrik.published_sum(str(region.url), client)
    return f"{region.name}, with its MD5 {md5[:8]}…"


_LOOK: dict[type[OnTheWeb], Callable[[DeclaredInput, Area, Client], str]] = {
    WebFile: _file,
    ArcgisLayer: _arcgis,
    OgcCollection: _ogc_features,
    WfsLayer: _wfs,
    PlanningData: _planning_data,
    NaptanStops: _naptan,
    NomisTable: _nomis,
    OsProduct: _os_downloads,
    OverpassArea: _overpass,
    GeofabrikRegion: _geofabrik,
}
