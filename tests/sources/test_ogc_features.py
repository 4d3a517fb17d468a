"""All rows of a collection, or a sentence: whatever goes wrong, at whichever request."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.config.place import OgcCollection
from pipeline.errors import SourceFailed
from pipeline.files.vectors import read_vector
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.http import Client, Service
from pipeline.sources.ogc_features import fetch
from tests.servers import faulty
from tests.servers.faulty import Asked, Reply, Server, serving
from tests.servers.proxy import at
from tests.sources.faults import FAULTS, PASSES, in_json

AREA = Area("E08000009", -2.48, 53.35, -2.25, 53.48)
FIRST_UPRN = 100_000_000_000
N = 7
QUICK = Service(
    "the example service", frozenset({"127.0.0.1"}), is_local=True, attempts=3, idle_s=0.1,
    total_s=0.4,
)  # fmt: skip
PATIENT = replace(QUICK, total_s=60.0)
METRES = "http://www.opengis.net/def/crs/EPSG/0/27700"
DEGREES = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
# 7 rows in pages of 3: collection, count, 3 pages, count.
REQUESTS = ("collection", "count", "page 1", "page 2", "page 3", "count again")


def feature(number: int, *, metric: bool = True) -> dict[str, Any]:
    """Row 1 has the greatest id, so that the order of the server is not the order of ids."""
    place = [375_000.5 + number, 390_000.25] if metric else [-2.4 + number / 1000, 53.4]
    return {
        "type": "Feature", "id": f"stop.{40 - number}",
        "geometry": {"type": "Point", "coordinates": place},
        "properties": {"uprn": FIRST_UPRN + number, "name": f"Place {number}", "blank": None},
    }  # fmt: skip


@dataclass
class Collection:
    """A server of one collection."""

    features: list[dict[str, Any]] = field(
        default_factory=lambda: [feature(number) for number in range(1, N + 1)]
    )
    page: int = 3
    systems: tuple[str, ...] = (DEGREES, METRES)
    counts: Callable[[int], int | None] = lambda number: number
    head: dict[str, Any] = field(default_factory=dict)
    # What a page keeps of its rows, and whether the last page names one more.
    keeps: Callable[[list[Any], int], list[Any]] = lambda rows, _: rows
    names_one_more: bool = False

    def answer(self, asked: Asked) -> Reply:
        parts = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/api/collections":
            return as_json({"crs": [METRES]})
        if not parts.path.endswith("/items"):
            return as_json({"id": "stops", "crs": self.systems, **self.head})
        assert query["bbox"] == "-2.4800000,53.3500000,-2.2500000,53.4800000"
        assert query.get("crs") == (METRES if {METRES, "#/crs"} & set(self.systems) else None)
        begin, limit = int(query.get("offset", 0)), min(int(query["limit"]), self.page)
        rows = self.keeps(self.features[begin : begin + limit], limit)
        links = [{"rel": "self", "href": "x"}]
        content: dict[str, Any] = {
            "type": "FeatureCollection", "features": rows, "numberReturned": len(rows),
            "numberMatched": self.counts(len(self.features)), "links": links,
        }  # fmt: skip
        if content["numberMatched"] is None:
            del content["numberMatched"]
        if begin + limit < len(self.features) + self.names_one_more:
            query["offset"] = str(begin + limit)
            words = "&".join(f"{name}={value}" for name, value in query.items())
            links.append({"rel": "next", "href": f"items?{words}"})
        return as_json(content)


def as_json(content: object) -> Reply:
    return Reply(json.dumps(content).encode(), "application/geo+json")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Collection().answer) as running:
        yield running


@pytest.fixture
def client(tmp_path: Path) -> Client:
    return Client(PATIENT, tmp_path / "locks", sleep=lambda _: None)


def fetched(server: Server, client: Client, folder: Path) -> Fetched:
    place = OgcCollection(ogc_features=f"{server.address}/api/", collection="stops", local=True)
    return fetch(place, AREA, client, folder)


def must_be_all(found: Fetched, most: int = N) -> None:
    rows = read_vector(found.path)
    expected = list(range(most, 0, -1))
    assert rows["id"].tolist() == [f"stop.{40 - number}" for number in expected]
    assert rows["uprn"].tolist() == [str(FIRST_UPRN + number) for number in expected]
    assert found.rows == most
    assert rows.crs.to_epsg() == 27700
    assert rows.geometry.x.tolist() == [375_000.5 + number for number in expected]


def test_all_rows_come_in_metres_and_in_the_order_of_their_ids(
    server: Server, client: Client, tmp_path: Path
) -> None:
    found = fetched(server, client, tmp_path)
    must_be_all(found)
    assert found.path.name == "stops.gpkg"
    assert found.asked.endswith("/api/collections/stops/items")
    assert len(server.asked) == len(REQUESTS)
    again = fetched(server, client, tmp_path / "again")
    assert again.path.read_bytes() == found.path.read_bytes()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_at_any_request_loses_no_row(name: str, server: Server, tmp_path: Path) -> None:
    fault = FAULTS[name]
    hasty = Client(QUICK, tmp_path / "locks", sleep=lambda _: None)
    patient = hasty if name == "drip" else Client(PATIENT, tmp_path / "locks", sleep=lambda _: None)
    for number, request in enumerate(REQUESTS):
        server.asked.clear()
        server.faults = at(number, fault)
        must_be_whole_or_told(server, patient, tmp_path / request, passes=name in PASSES)
    for number in (0, 3):
        server.asked.clear()
        server.faults, server.always = [None] * number, fault
        must_be_whole_or_told(server, hasty, tmp_path / f"{number}", passes=False)


def must_be_whole_or_told(server: Server, client: Client, folder: Path, *, passes: bool) -> None:
    began = time.monotonic()
    try:
        found = fetched(server, client, folder)
        with closing(sqlite3.connect(found.path)) as database:
            rows = database.execute("SELECT id, uprn, geom FROM rows ORDER BY fid").fetchall()
        assert [(row[0], int(row[1]) - FIRST_UPRN) for row in rows] == [
            (f"stop.{40 - number}", number) for number in range(N, 0, -1)
        ]
        assert all(row[2] for row in rows)
        expected = ["stops.gpkg"]
        words = ""
    except SourceFailed as error:
        expected, words = [], str(error)
    assert words == "" or (words.startswith("the example service: ") and not passes)
    assert "\x1b" not in words
    assert time.monotonic() - began < 4
    assert [file.name for file in folder.glob("*")] == expected
    assert len(server.asked) < 5 * len(REQUESTS)


# --- habits of servers ---------------------------------------------------------------------------


@pytest.mark.parametrize("page", [1, 6, 7, 8])
@pytest.mark.parametrize("names_one_more", [True, False])
@pytest.mark.parametrize("counts", [lambda n: n, lambda _: None, lambda n: min(n, 5)])
def test_however_a_server_hands_out_its_pages_all_rows_come(
    page: int,
    names_one_more: bool,
    counts: Callable[[int], int | None],
    client: Client,
    tmp_path: Path,
) -> None:
    collection = Collection(page=page, names_one_more=names_one_more, counts=counts)
    with serving(collection.answer) as server:
        must_be_all(fetched(server, client, tmp_path))


def test_a_server_that_counts_nothing_and_loses_a_row_of_a_large_page_is_found_out(
    client: Client, tmp_path: Path
) -> None:
    collection = Collection(
        page=2000,
        counts=lambda _: None,
        keeps=lambda rows, limit: rows[: 6 if limit > 900 else None],
    )
    with (
        serving(collection.answer) as server,
        pytest.raises(SourceFailed, match="gave 6 rows in pages of 1,000 and 7 rows"),
    ):
        fetched(server, client, tmp_path)
    assert not list(tmp_path.glob("stops*"))


def test_without_metres_the_degrees_are_kept_as_they_are(client: Client, tmp_path: Path) -> None:
    degrees = [feature(number, metric=False) for number in range(1, N + 1)]
    collection = Collection(features=degrees, systems=(DEGREES,))
    with serving(collection.answer) as server:
        found = fetched(server, client, tmp_path)
    assert found.path.name == "stops.geojson"
    content = json.loads(found.path.read_text())
    assert content["features"][0]["geometry"] == degrees[-1]["geometry"]
    assert content["features"][0]["properties"]["uprn"] == FIRST_UPRN + N
    assert len(read_vector(found.path)) == found.rows == N


@pytest.mark.parametrize("systems", [(DEGREES, METRES), ("#/crs", DEGREES)])
def test_the_systems_may_stand_with_all_collections(
    systems: tuple[str, ...], client: Client, tmp_path: Path
) -> None:
    with serving(Collection(systems=systems).answer) as server:
        must_be_all(fetched(server, client, tmp_path))


def test_a_row_without_a_shape_is_a_row(client: Client, tmp_path: Path) -> None:
    import pyogrio

    collection = Collection()
    collection.features[4]["geometry"] = None
    with serving(collection.answer) as server:
        found = fetched(server, client, tmp_path)
    assert found.rows == N
    assert pyogrio.read_dataframe(found.path).geometry.isna().sum() == 1


def test_a_collection_without_rows_in_the_district_has_none(client: Client, tmp_path: Path) -> None:
    with serving(Collection(features=[]).answer) as server:
        assert fetched(server, client, tmp_path).rows == 0


@pytest.mark.parametrize(
    "href", ["items?limit=3&offset=3&page=x", "http://example.org/items", "//[", ""]
)
def test_a_next_page_that_leads_astray_is_not_followed_for_ever(
    href: str, server: Server, client: Client, tmp_path: Path
) -> None:
    def astray(content: dict[str, Any]) -> None:
        if "links" in content:
            content["links"] = [{"rel": "next", "href": href}]

    server.always = in_json(astray)
    with pytest.raises(SourceFailed):
        fetched(server, client, tmp_path)
    assert len(server.asked) < 40
    assert not list(tmp_path.glob("stops*"))


def test_another_collection_and_one_of_other_things_are_refused(
    client: Client, tmp_path: Path
) -> None:
    for head, words in (({"id": "other"}, "‘other’"), ({"itemType": "record"}, "‘record’")):
        with (
            serving(Collection(head=head).answer) as server,
            pytest.raises(SourceFailed, match=words),
        ):
            fetched(server, client, tmp_path)


def test_an_encrypted_server_that_does_not_know_it_is_still_asked_encrypted() -> None:
    from pipeline.sources.ogc_features import _Collection

    client = Client(QUICK, Path("locks"))
    collection = _Collection("https://example.org/api/collections/a", client, AREA, "EPSG:4326", {})
    links = [{"rel": "next", "href": "http://example.org/api/collections/a/items?offset=3"}]
    assert collection._next({"links": links}) == links[0]["href"].replace("http:", "https:")


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    number=st.integers(0, 30), page=st.integers(1, 31), names_one_more=st.booleans(),
    is_counted=st.booleans(),
)  # fmt: skip
def test_whatever_the_number_of_rows_each_comes_once(
    number: int, page: int, names_one_more: bool, is_counted: bool, tmp_path: Path
) -> None:
    patient = Client(PATIENT, tmp_path / "locks")
    collection = Collection(
        features=[feature(one) for one in range(1, number + 1)], page=page,
        names_one_more=names_one_more, counts=lambda n: n if is_counted else None,
    )  # fmt: skip
    with serving(collection.answer) as server:
        found = fetched(server, patient, tmp_path)
    assert found.rows == number
    if number:
        must_be_all(found, number)


def test_an_answer_with_constants_that_are_no_numbers_is_refused(
    server: Server, client: Client, tmp_path: Path
) -> None:
    server.always = faulty.altered(lambda body: body.replace(b"375", b"NaN"))
    with pytest.raises(SourceFailed, match="which is not a number"):
        fetched(server, client, tmp_path)
