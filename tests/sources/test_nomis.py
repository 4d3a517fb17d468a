"""Every area of a census table comes once, however many there are, or none and a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.config.place import NomisTable
from pipeline.errors import SourceFailed
from pipeline.sources import nomis
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.http import Service
from pipeline.sources.nomis import fetch
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

# With 5 rows an answer, 13 areas are answers of 5, 5 and 3, and the count once more.
PAGE, ROWS, REQUESTS = 5, 13, 4
CAP = 25_000


def answering(count: int, cap: int = CAP, per_area: int = 1) -> Callable[[Asked], Reply]:
    """Answer as the service does: no more rows than its cap, whatever is there."""

    def route(asked: Asked) -> Reply:
        query = {name: value[0] for name, value in parse_qs(urlsplit(asked.path).query).items()}
        offset = int(query.get("recordoffset", "0"))
        limit = min(cap, int(query.get("recordlimit", cap)))
        codes = [number for number in range(count) for _ in range(per_area)]
        rows = [
            # Not in the order of codes: the service has an order of its own.
            f'"E{1_006_000 - number:08d}",{1500 + number},{len(codes)}'
            for number in codes[offset : offset + limit]
        ]
        return Reply(head(query["select"], rows), "text/csv")

    return route


def head(select: str, rows: list[str]) -> bytes:
    names = ",".join(f'"{name}"' for name in select.split(","))
    return "\r\n".join([names, *rows, ""]).encode()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(nomis, "PAGE", PAGE)
    with serving(answering(ROWS, PAGE)) as running:
        yield running


def fetching(server: Server, tmp_path: Path, service: Service = QUICK) -> Callable[[Path], Fetched]:
    place = NomisTable(
        nomis="NM_2021_1", type="TYPE151", dimensions={"c2021_restype_3": "0"},
        api=server.address, local=True,
    )  # fmt: skip
    return lambda folder: fetch(place, AREA, client(tmp_path, service), folder)


def test_a_district_comes_with_one_question_in_the_order_of_codes(tmp_path: Path) -> None:
    with serving(answering(3)) as server:
        fetched = fetching(server, tmp_path)(tmp_path / "got")
        (asked,) = server.asked
    assert fetched.path.read_text() == (
        "GEOGRAPHY_CODE,OBS_VALUE\nE01005998,1502\nE01005999,1501\nE01006000,1500\n"
    )
    assert (fetched.rows, fetched.date) == (3, None)
    assert urlsplit(asked.path).path == "/api/v01/dataset/NM_2021_1.data.csv"
    query = parse_qs(urlsplit(asked.path).query)
    assert query["geography"] == ["E08000009TYPE151"]
    assert query["c2021_restype_3"] == ["0"]
    assert (query["date"], query["measures"]) == (["latest"], ["20100"])


@pytest.mark.parametrize(
    ("count", "questions"), [(24_999, 1), (25_000, 1), (25_001, 3), (50_000, 3), (50_001, 4)]
)
def test_the_cap_of_the_service_loses_nothing(count: int, questions: int, tmp_path: Path) -> None:
    with serving(answering(count)) as server:
        fetched = fetching(server, tmp_path)(tmp_path / "got")
        assert len(server.asked) == questions
    lines = fetched.path.read_text().splitlines()[1:]
    assert fetched.rows == len(lines) == count
    # 1500 + 1501 + … for every area.
    assert (
        sum(int(line.partition(",")[2]) for line in lines)
        == count * 1500 + count * (count - 1) // 2
    )


def test_a_cap_that_was_lowered_is_an_error_not_a_smaller_district(tmp_path: Path) -> None:
    with serving(answering(30, cap=20)) as server:
        told = must_refuse(fetching(server, tmp_path), server, faulty.whole, 0, tmp_path)
    assert "holds 20 rows from row 0, says that there are ‘30’, and 30 were due" in told


def test_a_dimension_that_was_forgotten_is_told(tmp_path: Path) -> None:
    with serving(answering(3, per_area=2)) as server:
        told = must_refuse(fetching(server, tmp_path), server, faulty.whole, 0, tmp_path)
    assert "more than one number for the area ‘E01006000’" in told
    assert "`dimensions`" in told


def test_a_district_that_the_census_does_not_know_is_an_error(tmp_path: Path) -> None:
    with serving(answering(0)) as server:
        told = must_refuse(fetching(server, tmp_path), server, faulty.whole, 0, tmp_path)
        assert len(server.asked) == 1
    assert "NM_2021_1 for E08000009TYPE151: there is nothing" in told


def test_a_code_that_is_none_is_not_asked_for(server: Server, tmp_path: Path) -> None:
    place = NomisTable(nomis="NM_2021_1", type="TYPE151", api=server.address, local=True)
    odd = Area("E1&geography=K04000001", 0, 0, 1, 1)
    with pytest.raises(SourceFailed, match="not the code"):
        fetch(place, odd, client(tmp_path), tmp_path / "got")
    assert server.asked == []


def number_of(row: int, cell: int, value: bytes) -> Fault:
    """Answer with one cell of one row something else."""

    def change(body: bytes) -> bytes:
        lines = body.split(b"\r\n")
        cells = lines[row].split(b",")
        lines[row] = b",".join([*cells[:cell], value, *cells[cell + 1 :]])
        return b"\r\n".join(lines)

    return altered(change)


ODD: dict[str, Fault] = {
    "short answer": altered(lambda body: b"\r\n".join(body.split(b"\r\n")[:-2]) + b"\r\n"),
    "cut in its head": altered(lambda body: body[:20]),
    "no value": number_of(1, 1, b""),
    "a value in words": number_of(1, 1, b"suppressed"),
    "infinite": number_of(1, 1, b"inf"),
    "no code": number_of(1, 0, b'""'),
    "a count in words": altered(lambda body: body.replace(b",13\r", b",many\r")),
    "another column": altered(lambda body: body.replace(b"OBS_VALUE", b"OBS_STATUS")),
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


@pytest.mark.parametrize("number", range(REQUESTS - 1))
def test_two_counts_in_one_answer_are_none(number: int, server: Server, tmp_path: Path) -> None:
    two = number_of(1, 2, b"99")
    must_recover(fetching(server, tmp_path), server, two, number, tmp_path)
    must_refuse(fetching(server, tmp_path), server, two, number, tmp_path / "then")


@pytest.mark.parametrize("number", range(REQUESTS))
def test_a_slow_drip_ends_when_the_time_is_up(number: int, server: Server, tmp_path: Path) -> None:
    hurried = fetching(server, tmp_path, HURRIED)
    must_refuse(hurried, server, faulty.drip, number, tmp_path, "took too long")


def test_the_first_answer_a_second_time_is_noticed(server: Server, tmp_path: Path) -> None:
    first = answering(ROWS, PAGE)
    again = altered(
        lambda _: (
            first(Asked("GET", "/?select=GEOGRAPHY_CODE,OBS_VALUE,RECORD_COUNT", b"", {})).body
        )
    )
    must_recover(fetching(server, tmp_path), server, again, 1, tmp_path)
    told = must_refuse(fetching(server, tmp_path), server, again, 1, tmp_path / "then")
    assert "‘E01006000’ a second time" in told


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_count_that_changes_is_begun_anew_once(
    number: int, server: Server, tmp_path: Path
) -> None:
    def one_more(body: bytes) -> bytes:
        more = body.replace(b",13\r\n", b",14\r\n")
        return more + b'"E01009999",1,14\r\n' if number == 2 else more

    fault = altered(one_more)
    must_recover(fetching(server, tmp_path), server, fault, number, tmp_path)
    server.faults = [*[None] * number, fault, *[None] * number, fault]
    with pytest.raises(SourceFailed, match="13 rows, and 14 while they were read"):
        fetching(server, tmp_path)(tmp_path / "anew")
    assert not (tmp_path / "anew").exists()


def test_the_numbers_of_several_categories_are_added_up_area_by_area(tmp_path: Path) -> None:
    """Band 1 counts 1,500 and more, band 2 twice and band 3 three times as many."""

    def route(asked: Asked) -> Reply:
        (band,) = parse_qs(urlsplit(asked.path).query)["c2021_age_19"]
        rows = [f'"E{1_006_000 - n:08d}",{(1500 + n) * int(band)},{ROWS}' for n in range(ROWS)]
        # The order of areas is not that of the other bands.
        return Reply(
            head("GEOGRAPHY_CODE,OBS_VALUE,RECORD_COUNT", rows[:: 1 if band == "1" else -1])
        )

    place = NomisTable(
        nomis="NM_2020_1", type="TYPE151", dimensions={"c2021_age_19": ("1", "2", "3")},
        local=True,
    )  # fmt: skip
    with serving(lambda asked: replace(route(asked), content_type="text/csv")) as server:
        place = place.model_copy(update={"api": server.address})
        found = fetch(place, AREA, client(tmp_path), tmp_path)
        assert len(server.asked) == len(place.dimensions["c2021_age_19"])
    lines = found.path.read_text(encoding="utf-8").splitlines()
    assert lines[-1] == "E01006000,9000"
    assert lines[1] == f"E01005988,{6 * 1512}"
    assert len(lines) == 1 + ROWS


def test_a_category_that_has_fewer_areas_than_another_is_refused(tmp_path: Path) -> None:
    def route(asked: Asked) -> Reply:
        n = ROWS - (parse_qs(urlsplit(asked.path).query)["c2021_age_19"] == ["2"])
        rows = [f'"E{1_006_000 - number:08d}",5,{n}' for number in range(n)]
        return Reply(head("GEOGRAPHY_CODE,OBS_VALUE,RECORD_COUNT", rows), "text/csv")

    with serving(route) as server:
        place = NomisTable(
            nomis="NM_2020_1", type="TYPE151", dimensions={"c2021_age_19": ("1", "2")},
            api=server.address, local=True,
        )  # fmt: skip
        with pytest.raises(SourceFailed, match="some areas in one category and not in another"):
            fetch(place, AREA, client(tmp_path), tmp_path)
    assert not list(tmp_path.glob("*.csv"))
