"""planning.data.gov.uk: brownfield land, conservation areas, parks and gardens, and more.

The rows are read as JSON, not as GeoJSON: only there does every answer say how many rows there
are in all, and GeoJSON leaves out, without a word, rows that have no shape prepared for it.
The service leaves out rows whose shape is not valid before it counts; nobody can see those.
(Read in the source of the service, digital-land/digital-land.info; not tried on the real one.)
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import shapely
from shapely.geometry.base import BaseGeometry

from pipeline.config.place import PlanningData
from pipeline.errors import SourceFailed, listed, quoted
from pipeline.files.declared import DeclaredInput
from pipeline.files.writing import written_whole
from pipeline.sources.addresses import shown
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.forms import JSON
from pipeline.sources.http import Client
from pipeline.sources.reading import (
    OddAnswer,
    as_json,
    must_be_unchanged,
    read_as,
    tried_anew,
)

# The most that the service gives at once; without a limit it gives 10.
PAGE = 500
# How far outside the box a shape may lie because its coordinates were rounded, in degrees.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class _Page:
    count: int
    rows: dict[int, bytes]
    newest: date | None


def fetch(place: PlanningData, area: Area, client: Client, folder: Path) -> Fetched:
    """Fetch all rows of a dataset that touch an area, also those that have ended.

    Parameters
    ----------
    place
        The dataset.
    area
        The box that is asked for.
    client
        Asks planning.data.gov.uk.
    folder
        Where the file is written.

    Returns
    -------
    Fetched
        A GeoJSON file in degrees, its rows in the order of their `entity`; it holds none where
        the service knows of none. Its date is the newest `entry-date`.

    Raises
    ------
    SourceFailed
        If not all of them can be had.
    """
    address = f"{place.api.rstrip('/')}/entity.json"
    rows, newest = tried_anew(lambda: _all_rows(place, area, client, address))
    path, count = folder / f"{place.planning_data}.geojson", len(rows)
    with written_whole(path) as part, part.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[')
        for number, entity in enumerate(sorted(rows)):
            file.write(b",\n" if number else b"\n")
            file.write(rows.pop(entity))
        file.write(b"\n]}\n")
    return Fetched(path, count, newest, shown(address))


def look(declared: DeclaredInput, area: Area, client: Client) -> str:
    """Ask for one small thing: how many rows there are, and one of them.

    Parameters
    ----------
    declared
        The input that lies there.
    area
        The district that needs it.
    client
        Asks the service.

    Returns
    -------
    str
        What was seen.

    Raises
    ------
    SourceFailed
        If it is not what config says.
    """
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


def _all_rows(
    place: PlanningData, area: Area, client: Client, address: str
) -> tuple[dict[int, bytes], date | None]:
    query = {
        "dataset": place.planning_data,
        "geometry": shapely.box(area.west, area.south, area.east, area.north).wkt,
        # The default, `within`, would leave out whatever crosses the edge of the box.
        "geometry_relation": "intersects",
    }
    rows: dict[int, bytes] = {}
    days: list[date] = []
    first: int | None = None
    while first is None or len(rows) < first:
        asked = {**query, "limit": str(PAGE)} | ({"offset": str(len(rows))} if rows else {})
        page = read_as(client, address, JSON, _reader(place, area, rows, PAGE), asked)
        first = page.count if first is None else first
        must_be_unchanged(first, page.count, client, address)
        rows |= page.rows
        client.progress.page(len(rows), first)
        days += [page.newest] if page.newest else []
    if first > PAGE:
        again = read_as(client, address, JSON, _reader(place, area, {}, 1), {**query, "limit": "1"})
        must_be_unchanged(first, again.count, client, address)
    return rows, max(days, default=None)


def _reader(
    place: PlanningData, area: Area, earlier: dict[int, bytes], limit: int
) -> Callable[[bytes], _Page]:
    box = shapely.box(area.west, area.south, area.east, area.north).buffer(_ROUNDING)

    def read(body: bytes) -> _Page:
        answer = as_json(body)
        entities, count = (
            (answer.get("entities"), answer.get("count"))
            if isinstance(answer, dict)
            else (None,) * 2
        )
        if not isinstance(entities, list) or not isinstance(count, int) or count < 0:
            raise OddAnswer("holds no list of entities with their count")
        due = max(0, min(limit, count - len(earlier)))
        if len(entities) != due:
            raise OddAnswer(
                f"holds {len(entities):,} rows from row {len(earlier):,} of {count:,}, and {due:,} "
                "were due"
            )
        _must_lead_on(answer.get("links"), len(earlier) + due, count)
        rows: dict[int, bytes] = {}
        for entity in entities:
            key, row = _row(entity, place, box)
            if key in rows or key in earlier:
                raise OddAnswer(f"holds the entity {key} a second time")
            rows[key] = row
        return _Page(count, rows, _newest(entities))

    return read


def _must_lead_on(links: Any, upto: int, count: int) -> None:  # noqa: ANN401 (JSON)
    """Hold where the service would go on against where we do.

    Its link itself is not followed: behind a proxy it may name another scheme or host.
    """
    link = links.get("next") if isinstance(links, dict) else None
    try:
        offset = parse_qs(urlsplit(str(link or "")).query).get("offset", [""])[0]
    except ValueError:
        offset = ""
    wanted = str(upto) if upto < count else ""
    if offset != wanted:
        raise OddAnswer(
            f"goes on at row {quoted(offset or 'none')}, and row {wanted or 'none'} comes next"
        )


def _row(entity: Any, place: PlanningData, box: BaseGeometry) -> tuple[int, bytes]:  # noqa: ANN401
    key = entity.get("entity") if isinstance(entity, dict) else None
    if not isinstance(key, int) or isinstance(key, bool):
        raise OddAnswer("holds a row without the number of its entity")
    dataset = entity.get("dataset", place.planning_data)
    if dataset != place.planning_data:
        raise OddAnswer(f"holds the entity {key} of the dataset {quoted(dataset)}")
    shapes = [_shape(entity[name], key) for name in ("geometry", "point") if entity.get(name)]
    if not any(shapely.intersects(shape, box) for shape in shapes):
        raise OddAnswer(f"holds the entity {key}, which does not lie in the area")
    properties = {
        name: entity[name] for name in entity if name not in {"geometry", "point", "geojson"}
    }
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": shapely.geometry.mapping(shapes[0]),
    }
    return key, json.dumps(feature, ensure_ascii=False, sort_keys=True).encode("utf-8")


def _shape(text: object, key: int) -> BaseGeometry:
    try:
        return shapely.from_wkt(str(text))
    except shapely.errors.ShapelyError:
        raise OddAnswer(f"holds the entity {key} with a shape that cannot be read") from None


def _newest(entities: list[dict[str, Any]]) -> date | None:
    days = []
    for entity in entities:
        try:
            days.append(date.fromisoformat(str(entity.get("entry-date", ""))[:10]))
        except ValueError:
            continue
    return max(days, default=None)
