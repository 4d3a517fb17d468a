"""Every row of a planning.data dataset that touches the box comes, or none and a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.place import PlanningData
from pipeline.errors import SourceFailed
from pipeline.files.vectors import read_vector
from pipeline.sources import planning_data
from pipeline.sources.asking import Fetched
from pipeline.sources.http import Service
from pipeline.sources.planning_data import fetch
from tests.servers import faulty
from tests.servers.faulty import Asked, Fault, Reply, Server, serving
from tests.sources.outcomes import (
    AREA,
    ENDS,
    HURRIED,
    PASSES,
    QUICK,
    altered,
    client,
    must_recover,
    must_refuse,
)

# With 5 rows a page, 13 rows are pages of 5, 5 and 3, and the count once more.
PAGE, ROWS, REQUESTS = 5, 13, 4


def entities(count: int) -> list[dict[str, Any]]:
    """Rows as the service gives them as JSON: text, and empty text for what is missing."""
    return [
        {
            "entity": 1_700_000 + number, "name": "", "dataset": "brownfield-land",
            "typology": "geography", "reference": f"BF{number:05d}", "prefix": "brownfield-land",
            "organisation-entity": "354", "entry-date": f"2025-01-{number % 28 + 1:02d}",
            "start-date": "", "end-date": "2024-05-01" if number == 7 else "", "geometry": "",
            "point": f"POINT ({-2.45 + number / 10000} 53.4)", "hectares": "0.3",
            "site-address": f"Plot {number}, “Old Mill” Lane",
        }
        for number in range(count)
    ]  # fmt: skip


def answering(rows: list[dict[str, Any]]) -> Callable[[Asked], Reply]:
    """Answer as the service does, with its defaults: 10 rows, and only those within the box."""

    def route(asked: Asked) -> Reply:
        parts = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        limit, offset = int(query.get("limit", "10")), int(query.get("offset", "0"))
        crossing = query.get("geometry_relation") == "intersects"
        found = [row for row in rows if crossing or "POLYGON" not in row["geometry"]]
        page = {
            "entities": found[offset : offset + limit], "count": len(found),
            "links": links(len(found), limit, offset, asked.path),
        }  # fmt: skip
        return Reply(json.dumps(page).encode())

    return route


def links(count: int, limit: int, offset: int, path: str) -> dict[str, str]:
    if count <= limit:
        return {}
    # Behind its proxy the real one may well name another scheme.
    first = f"http://internal:8000{path.partition('&offset=')[0]}"
    there = {"first": first, "last": f"{first}&offset={count // limit * limit}"}
    return there | ({"next": f"{first}&offset={offset + limit}"} if offset + limit < count else {})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(planning_data, "PAGE", PAGE)
    with serving(answering(entities(ROWS))) as running:
        yield running


def fetching(server: Server, tmp_path: Path, service: Service = QUICK) -> Callable[[Path], Fetched]:
    place = PlanningData(planning_data="brownfield-land", api=f"{server.address}/", local=True)
    return lambda folder: fetch(place, AREA, client(tmp_path, service), folder)


def test_all_rows_come_in_the_order_of_their_entities(tmp_path: Path) -> None:
    with serving(answering(entities(1203))) as server:
        fetched = fetching(server, tmp_path)(tmp_path / "got")
        asked = [parse_qs(urlsplit(asked.path).query) for asked in server.asked]
    frame = read_vector(fetched.path)
    assert fetched.rows == len(frame) == 1203
    assert list(frame["entity"]) == [str(1_700_000 + number) for number in range(1203)]
    assert frame.crs.to_epsg() == 4326
    assert list(frame.geometry.iloc[500].coords) == [(pytest.approx(-2.4), 53.4)]
    assert fetched.date == date(2025, 1, 28)
    assert fetched.asked.endswith("/entity.json")
    assert [query["limit"] for query in asked] == [["500"], ["500"], ["500"], ["1"]]
    assert [query.get("offset") for query in asked] == [None, ["500"], ["1000"], None]
    assert asked[0]["geometry"][0].startswith("POLYGON ((")
    assert [path.name for path in (tmp_path / "got").iterdir()] == ["brownfield-land.geojson"]


def test_rows_that_have_ended_stay(server: Server, tmp_path: Path) -> None:
    frame = read_vector(fetching(server, tmp_path)(tmp_path / "got").path)
    assert list(frame.loc[frame["end-date"] != "", "reference"]) == ["BF00007"]


def test_more_than_the_ten_that_are_given_by_default_and_what_crosses_the_edge(
    tmp_path: Path,
) -> None:
    rows = entities(11)
    rows[3] |= {"geometry": "POLYGON ((-2.6 53.4, -2.4 53.4, -2.4 53.45, -2.6 53.4))", "point": ""}
    with serving(answering(rows)) as server:
        fetched = fetching(server, tmp_path)(tmp_path / "got")
        assert len(server.asked) == 1
    assert fetched.rows == 11
    assert read_vector(fetched.path).geom_type.value_counts().to_dict() == {
        "Point": 10,
        "Polygon": 1,
    }


@pytest.mark.parametrize(("count", "requests"), [(500, 1), (501, 3), (1000, 3), (1001, 4)])
def test_pages_that_are_just_full(count: int, requests: int, tmp_path: Path) -> None:
    with serving(answering(entities(count))) as server:
        assert fetching(server, tmp_path)(tmp_path / "got").rows == count
        assert len(server.asked) == requests


def test_a_district_without_any_has_a_file_without_rows(tmp_path: Path) -> None:
    with serving(answering([])) as server:
        fetched = fetching(server, tmp_path)(tmp_path / "got")
    assert (fetched.rows, fetched.date) == (0, None)
    assert json.loads(fetched.path.read_text()) == {"type": "FeatureCollection", "features": []}


def page(**changes: Callable[[dict[str, Any]], Any]) -> Fault:
    """Answer with a page of which some parts are something else."""

    def change(body: bytes) -> bytes:
        whole = json.loads(body)
        return json.dumps(whole | {name: made(whole) for name, made in changes.items()}).encode()

    return altered(change)


ODD: dict[str, Fault] = {
    "short page": page(entities=lambda whole: whole["entities"][:-1]),
    "empty page": page(entities=lambda _: []),
    "row twice": page(entities=lambda whole: [whole["entities"][0], *whole["entities"]][:-1]
                      if len(whole["entities"]) > 1 else []),
    "no count": page(count=lambda _: None),
    "leads elsewhere": page(links=lambda _: {"next": "https://example.org/?offset=3"}),
    "no rows at all": page(entities=lambda _: None),
    "not a number": altered(lambda body: body.replace(b'"count": ', b'"count": NaN, "was": ')),
    "other dataset": altered(
        lambda body: body.replace(b'"dataset": "brownfield-land"', b'"dataset": "tree"')
    ),
    "axes swapped": altered(lambda body: body.replace(b"POINT (-2.", b"POINT (53.")),
    "broken shape": altered(lambda body: body.replace(b"POINT (", b"POINT (x")),
    "no entity": altered(lambda body: body.replace(b'"entity": ', b'"entity": null, "was": ')),
}  # fmt: skip


@pytest.mark.parametrize("number", range(REQUESTS))
@pytest.mark.parametrize("fault", (PASSES | ODD).values(), ids=PASSES | ODD)
def test_a_fault_that_passes_changes_nothing(
    fault: Fault, number: int, server: Server, tmp_path: Path
) -> None:
    must_recover(fetching(server, tmp_path), server, fault, number, tmp_path)


@pytest.mark.parametrize("number", range(REQUESTS))
@pytest.mark.parametrize("fault", (ODD | ENDS).values(), ids=ODD | ENDS)
def test_a_fault_that_stays_is_an_error_and_leaves_no_file(
    fault: Fault, number: int, server: Server, tmp_path: Path
) -> None:
    must_refuse(fetching(server, tmp_path), server, fault, number, tmp_path)


def test_the_first_page_a_second_time_is_noticed(server: Server, tmp_path: Path) -> None:
    first = json.dumps(entities(ROWS)[:PAGE]).encode()

    def again(body: bytes) -> bytes:
        return json.dumps(json.loads(body) | {"entities": json.loads(first)}).encode()

    must_recover(fetching(server, tmp_path), server, altered(again), 1, tmp_path)
    told = must_refuse(fetching(server, tmp_path), server, altered(again), 1, tmp_path / "then")
    assert "1700000 a second time" in told


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_count_that_changes_is_begun_anew_once(
    number: int, server: Server, tmp_path: Path
) -> None:
    def one_more(body: bytes) -> bytes:
        whole = json.loads(body)
        size = min(PAGE, ROWS + 1 - PAGE * number) if number < 3 else 1
        rows = entities(ROWS + 1)[PAGE * number :][:size] if number < 3 else whole["entities"]
        upto = PAGE * number + size if number < 3 else 1
        next_ = {"next": f"x?offset={upto}"} if upto < ROWS + 1 else {}
        return json.dumps({"entities": rows, "count": ROWS + 1, "links": next_}).encode()

    fault = altered(one_more)
    must_recover(fetching(server, tmp_path), server, fault, number, tmp_path)
    server.faults = [*[None] * number, fault, *[None] * number, fault]
    with pytest.raises(SourceFailed, match="13 rows, and 14 while they were read"):
        fetching(server, tmp_path)(tmp_path / "anew")
    assert not (tmp_path / "anew").exists()


@pytest.mark.parametrize("number", range(REQUESTS))
def test_a_slow_drip_ends_when_the_time_is_up(number: int, server: Server, tmp_path: Path) -> None:
    must_refuse(
        fetching(server, tmp_path, HURRIED), server, faulty.drip, number, tmp_path, "took too long"
    )


@given(name=st.text(), value=st.none() | st.integers() | st.lists(st.text(), max_size=2))
@settings(max_examples=25, deadline=None)
def test_what_councils_write_comes_as_they_wrote_it(
    name: str, value: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("council")
    row = entities(1)[0] | {"name": name, "notes": value}
    with serving(answering([row])) as server:
        fetched = fetching(server, folder)(folder / "got")
    properties = json.loads(fetched.path.read_text(encoding="utf-8"))["features"][0]["properties"]
    assert properties == {key: row[key] for key in row if key not in {"geometry", "point"}}


def test_no_message_holds_what_could_write_to_a_terminal(server: Server, tmp_path: Path) -> None:
    hostile = b'"dataset": "\\u001b[2J"'
    fault = altered(lambda body: body.replace(b'"dataset": "brownfield-land"', hostile))
    told = must_refuse(fetching(server, tmp_path), server, fault, 0, tmp_path)
    assert "\x1b" not in told


def test_a_service_that_is_not_declared_local_is_not_asked_here(
    server: Server, tmp_path: Path
) -> None:
    place = PlanningData(planning_data="brownfield-land", api=server.address, local=True)
    public = client(tmp_path, replace(QUICK, is_local=False))
    with pytest.raises(SourceFailed, match="allowed is https"):
        fetch(place, AREA, public, tmp_path / "got")
    assert server.asked == []
