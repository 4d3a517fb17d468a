"""Layers of an ArcGIS FeatureServer: of the Office for National Statistics, of many councils.

A query for everything gives a first page and no error. So the rows are counted by the server,
asked for page by page in the order of their object ids, told apart by these, and counted again.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.config.place import ArcgisLayer, CodesFrom
from pipeline.errors import SourceFailed, listed, quoted
from pipeline.files.declared import DeclaredInput
from pipeline.files.outside import as_cell
from pipeline.sources.addresses import shown
from pipeline.sources.arcgis_layer import (
    Layer,
    asked,
    field_named,
    find_layer,
    is_generalised,
    rows_of,
)
from pipeline.sources.asking import Area, Fetched, must_have_columns
from pipeline.sources.http import Client
from pipeline.sources.reading import HasChanged, OddAnswer, tried_anew
from pipeline.sources.shelf import (
    Row,
    Shelf,
    box_in,
    shelf_in,
)
from pipeline.text import slug

MOST_CODES = 100
# Outlines of areas may have a hundred kilobytes each, and a page is held in memory.
PAGE = {None: 1000, "esriGeometryPoint": 1000}
PAGE_OF_OUTLINES = 400
# Some servers give shorter pages than they say; one row a page would never end.
_SHORTEST_PAGE = 10
# Longer questions do not fit into an address.
_LONG = 1000
_CODE = re.compile(r"[A-Za-z0-9_-]{1,24}", re.ASCII)


def fetch(place: ArcgisLayer, area: Area, client: Client, folder: Path) -> Fetched:
    """Fetch all rows of a layer that are of a district, or touch it.

    Parameters
    ----------
    place
        The layer.
    area
        The district.
    client
        Asks the server.
    folder
        Where the file belongs.

    Returns
    -------
    Fetched
        A GeoPackage in the declared system, or CSV where the layer has no shapes; rows in the
        order of their object ids. Its date is when the layer was last edited.

    Raises
    ------
    SourceFailed
        If not all rows can be had, or the layer is generalised too far to measure by.
    """
    layer = find_layer(client, place.arcgis, place.service, place.layer)
    if is_generalised(layer):
        raise SourceFailed(
            f"{client.service.name}: {shown(layer.address)}: its outlines are generalised for "
            "display and up to 200 m or more out of place; name the edition clipped in full (BFC) "
            "or generalised by 20 m (BGC)."
        )
    return tried_anew(lambda: _fetched(place, area, client, folder, layer))


def look(declared: DeclaredInput, area: Area, client: Client) -> str:
    """Ask for one small thing: the layer, how many rows there are, and one of them.

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
    place = declared.place
    assert isinstance(place, ArcgisLayer)
    layer = find_layer(client, place.arcgis, place.service, place.layer)
    if is_generalised(layer):
        raise SourceFailed(f"{shown(layer.address)}: its outlines are generalised for display.")
    must_have_columns(declared, list(layer.fields), shown(layer.address))
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


def _fetched(place: ArcgisLayer, area: Area, client: Client, folder: Path, layer: Layer) -> Fetched:
    where = _condition(place.where, place.district_field, layer, area)
    box = box_in(area, place.crs)
    source = _Source(client, layer, place.crs if layer.shape else None)
    with shelf_in(folder, place.crs, box, source.who) as shelf:
        if place.codes is None:
            source.put_all(
                shelf, {"where": where} | (_within(box, place.crs) if layer.shape else {})
            )
        else:
            codes = _codes(place.codes, place.arcgis, area, client)
            _put_by_codes(source, shelf, where, field_named(layer, place.code_field or ""), codes)
        name = slug(layer.name) or "layer"
        path = (
            shelf.write(folder, name) if layer.shape else _write_table(shelf, folder, name, layer)
        )
        return Fetched(path, shelf.size, layer.date, shown(layer.address))


def cells(
    client: Client,
    root: str,
    service: str,
    number: int,
    fields: tuple[str, ...],
    also: tuple[str, ...] = (),
) -> tuple[str, list[list[str]]]:
    """Read some fields of all rows of a layer, without shapes.

    Parameters
    ----------
    client
        Asks the server.
    root, service, number
        The list of services, a regular expression for the name of one, and the layer.
    fields
        Regular expressions for the names of the fields.
    also
        The same for fields that may be missing.

    Returns
    -------
    tuple of str and list of list of str
        The name of the layer, and the cells of its rows as text.

    Raises
    ------
    SourceFailed
        If not all rows can be had, or a field is missing.
    """
    layer = find_layer(client, root, service, number)
    there = [name for name in also if any(re.fullmatch(name, field) for field in layer.fields)]
    names = [field_named(layer, name) for name in (*fields, *there)]
    source = _Source(client, layer, None, tuple(dict.fromkeys((layer.key, *names))))

    def read() -> list[list[str]]:
        rows: dict[str, list[str]] = {}
        for row in (row for page in source.pages({"where": "1=1"}) for row in page):
            if row.key in rows:
                raise HasChanged(f"{source.who}: the row {row.key} came twice.")
            rows[row.key] = [as_cell(row.properties[name]) for name in names]
        return list(rows.values())

    return layer.name, tried_anew(read)


def _condition(where: str, district_field: str | None, layer: Layer, area: Area) -> str:
    if not _CODE.fullmatch(area.code):
        raise SourceFailed(f"{quoted(area.code)} is not a code of a district.")
    wanted = where.replace("{code}", area.code)
    if district_field is None:
        return wanted
    of_district = f"{field_named(layer, district_field)} = '{area.code}'"
    return of_district if wanted == "1=1" else f"({wanted}) AND {of_district}"


def _within(box: tuple[float, ...], system: str) -> dict[str, str]:
    return {
        "geometry": ",".join(f"{edge:.3f}" for edge in box),
        "geometryType": "esriGeometryEnvelope",
        "inSR": system.rpartition(":")[2],
        "spatialRel": "esriSpatialRelIntersects",
    }


# --- by codes ------------------------------------------------------------------------------------


def _codes(table: CodesFrom, root: str, area: Area, client: Client) -> list[str]:
    layer = find_layer(client, root, table.service, table.layer)
    field = field_named(layer, table.field)
    source = _Source(client, layer, None, tuple(dict.fromkeys((layer.key, field))))
    rows: dict[str, str] = {}
    condition = _condition(table.where, table.district_field, layer, area)
    for page in source.pages({"where": condition}):
        for row in page:
            if row.key in rows:
                raise HasChanged(f"{source.who}: the row {row.key} came twice.")
            rows[row.key] = as_cell(row.properties[field])
    odd = sorted({code for code in rows.values() if not _CODE.fullmatch(code)})
    if odd or not rows:
        has = f"{listed(odd)} in {field}, which is no code" if rows else "no row"
        raise SourceFailed(
            f"{source.who}: has {has} where {quoted(condition)}; check the "
            "condition, the field and the code of the district."
        )
    return sorted(set(rows.values()))


def _put_by_codes(source: _Source, shelf: Shelf, where: str, field: str, codes: list[str]) -> None:
    for begin in range(0, len(codes), MOST_CODES):
        wanted = codes[begin : begin + MOST_CODES]
        among = f"{field} IN ({','.join(repr(code) for code in wanted)})"
        found: set[str] = set()
        question = {"where": among if where == "1=1" else f"({where}) AND {among}"}
        for page in source.pages(question):
            shelf.put(page)
            found |= {as_cell(row.properties[field]) for row in page}
        missing, odd = sorted(set(wanted) - found), sorted(found - set(wanted))
        if missing or odd:
            has = f"lacks {len(missing)} of {len(wanted)} codes ({listed(missing)})"
            has = has if missing else f"gave codes that were not asked for ({listed(odd)})"
            raise SourceFailed(
                f"{source.who}: {has} in {field}; is it of the same year as the table of codes?"
            )


# --- all rows ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Source:
    """A layer and who asks it; `fields` are asked for, all of them if none is named."""

    client: Client
    layer: Layer
    system: str | None
    fields: tuple[str, ...] = ()

    @property
    def who(self) -> str:
        return f"{self.client.service.name}: {shown(self.layer.address)}"

    def put_all(self, shelf: Shelf, question: dict[str, str]) -> None:
        for page in self.pages(question):
            shelf.put(page)

    def pages(self, question: dict[str, str]) -> Iterator[list[Row]]:
        """Yield every row, then raise if they are more or fewer than the server counts."""
        before = self._count(question)
        arrived = 0
        for page in (self._paged if self.layer.is_paged else self._by_ids)(question, before):
            arrived += len(page)
            self.client.progress.page(arrived, before)
            yield page
        after = self._count(question)
        if not before == arrived == after:
            raise HasChanged(
                f"{self.who}: counted {before:,} rows, gave {arrived:,} and then "
                f"counted {after:,}; all of them must come."
            )

    def _ask(self, question: dict[str, str], meaning: Any) -> Any:  # noqa: ANN401 (JSON in and out)
        address, is_long = f"{self.layer.address}/query", len(str(question)) > _LONG
        return asked(self.client, address, question, meaning, is_posted=is_long)

    def _count(self, question: dict[str, str]) -> int:
        def count(content: dict[str, Any]) -> int:
            number = content.get("count")
            if not isinstance(number, int) or isinstance(number, bool) or number < 0:
                raise OddAnswer("holds no count")
            return number

        found: int = self._ask(question | {"returnCountOnly": "true"}, count)
        return found

    def _paged(self, question: dict[str, str], total: int) -> Iterator[list[Row]]:
        size = self._page_size
        arrived, goes_on = 0, total > 0
        for _ in range(2 + total // min(size, _SHORTEST_PAGE) + total // size):
            if not goes_on:
                return
            rows, is_cut = self._rows(
                self._whole(question)
                | {"resultOffset": str(arrived), "resultRecordCount": str(size)}
            )
            arrived += len(rows)
            # A page may be shorter than asked for and not be the last: only the count tells.
            goes_on = bool(rows) and (arrived < total or (is_cut and arrived == total))
            yield rows
        if goes_on:
            raise SourceFailed(
                f"{self.who}: gives fewer than {_SHORTEST_PAGE} rows a page; ask its publisher."
            )

    def _by_ids(self, question: dict[str, str], total: int) -> Iterator[list[Row]]:
        """Ask for all object ids, which no server cuts, then for the rows of these."""
        ids: list[int] = self._ask(question | {"returnIdsOnly": "true"}, _ids)
        if len(ids) != total:
            raise HasChanged(
                f"{self.who}: counts {total:,} rows and has {len(ids):,} object ids; all of them "
                "must come."
            )
        size = min(self._page_size, MOST_CODES)
        for begin in range(0, len(ids), size):
            wanted = ids[begin : begin + size]
            some = {"objectIds": ",".join(str(number) for number in wanted)}
            rows, _ = self._rows(self._whole(some))
            if sorted(int(row.key) for row in rows) != wanted:
                raise HasChanged(
                    f"{self.who}: gave {len(rows):,} rows for {len(wanted):,} object ids from "
                    f"{wanted[0]} to {wanted[-1]}, and each must come once."
                )
            yield rows

    @property
    def _page_size(self) -> int:
        shape = self.layer.shape if self.system else None
        return min(self.layer.page, PAGE.get(shape, PAGE_OF_OUTLINES))

    def _whole(self, question: dict[str, str]) -> dict[str, str]:
        shapes = {"returnGeometry": "false"}
        if self.system is not None:
            shapes = {
                "returnGeometry": "true",
                "outSR": self.system.rpartition(":")[2],
                "returnZ": "false",
                "returnM": "false",
            }
        fields = ",".join(self.fields) or "*"
        return {**question, **shapes, "outFields": fields, "orderByFields": self.layer.key}

    def _rows(self, question: dict[str, str]) -> tuple[list[Row], bool]:
        fields = list(self.fields or self.layer.fields)

        def read(content: dict[str, Any]) -> tuple[list[Row], bool]:
            return rows_of(content, self.layer, fields, self.system), _is_cut(content)

        found: tuple[list[Row], bool] = self._ask(question, read)
        return found


def _is_cut(content: dict[str, Any]) -> bool:
    """Say whether a server admits that there is more: it stands in either of two places."""
    inner = content.get("properties")
    inner = inner if isinstance(inner, dict) else {}
    return any(part.get("exceededTransferLimit") is True for part in (content, inner))


def _ids(content: dict[str, Any]) -> list[int]:
    ids = content.get("objectIds", [])
    ids = [] if ids is None else ids
    if not isinstance(ids, list) or not all(type(number) is int for number in ids):
        raise OddAnswer("holds no object ids")
    if len(set(ids)) < len(ids):
        raise OddAnswer("holds an object id twice")
    return sorted(ids)


def _write_table(shelf: Shelf, folder: Path, name: str, layer: Layer) -> Path:
    """Write rows without shapes, under their own headings."""
    part, target = shelf.corner / "whole.csv", folder / f"{name}.csv"
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(layer.fields)
        for row in shelf.rows():
            writer.writerow([as_cell(row.properties[field]) for field in layer.fields])
    part.replace(target)
    return target
