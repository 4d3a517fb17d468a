"""Overpass answers whole or not at all, in bounded time, whatever its server does."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import osmium
import pytest

from pipeline.config.place import OverpassArea
from pipeline.errors import SourceFailed
from pipeline.files.maps import time_of
from pipeline.sources import overpass
from pipeline.sources.asking import Area, Fetched
from pipeline.sources.http import Client
from pipeline.sources.osm_answers import tiles
from tests.servers import faulty
from tests.servers.faulty import Fault, Route, Server, serving
from tests.servers.overpass import FREE, UNLIMITED, Town, questions, serving_town, whole
from tests.sources.outcomes import NAME, QUICK, altered, client
from tests.tiny import write_map

WAIT = "Slot available after: 2126-11-22T10:00:00Z, in 3153600000 seconds."
RUNNING = FREE.replace("2 slots available now.", "Currently running queries:")
AREA = Area("E07099998", 0.40, 54.10, 0.45, 54.14)
PATIENT = replace(QUICK, attempts=3, total_s=60.0, download_s=60.0)
HURRIED = replace(QUICK, attempts=2, total_s=8.0, download_s=8.0)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    path = tmp_path_factory.mktemp("town") / "map.osm.pbf"
    write_map(path)
    return Town.of(path)


@pytest.fixture
def server(town: Town) -> Iterator[Server]:
    with serving(serving_town(town)) as found:
        yield found


def fetched(server: Server, folder: Path, who: Client | None = None, area: Area = AREA) -> Fetched:
    target = folder / "staging"
    target.mkdir(parents=True, exist_ok=True)
    place = OverpassArea(overpass=f"{server.address}/api", local=True)
    who = who or client(folder, PATIENT)
    return overpass.fetch(place, area, who, target, folder / overpass.KEPT)


def held_by(path: Path) -> dict[tuple[str, int], tuple[object, ...]]:
    """Return everything in a file, each by its kind and number."""
    found: dict[tuple[str, int], tuple[object, ...]] = {}
    for entity in osmium.FileProcessor(str(path)):
        key = (entity.type_str(), entity.id)
        assert key not in found
        if entity.is_node():
            what: object = (entity.location.x, entity.location.y)
        elif entity.is_way():
            what = [node.ref for node in entity.nodes]
        else:
            what = [(m.type, m.ref, m.role) for m in entity.members]
        found[key] = (what, dict(entity.tags))
    return found


def test_what_comes_is_what_the_map_holds_and_is_sorted(
    server: Server, town: Town, tmp_path: Path
) -> None:
    found = fetched(server, tmp_path)
    assert found.date is not None
    assert found.date.isoformat() == "2026-11-20"
    as_of = time_of(found.path)
    assert as_of is not None
    assert as_of.date() == found.date
    held = held_by(found.path)
    order = {"n": 0, "w": 1, "r": 2}
    assert list(held) == sorted(held, key=lambda key: (order[key[0]], key[1]))
    everything = sum(len(numbered) for numbered in town.elements.values())
    assert len(held) == everything > 400
    kinds = {"n": "node", "w": "way", "r": "relation"}
    for (kind, number), (_, tags) in held.items():
        assert tags == town.elements[kinds[kind]][number].get("tags", {})


def test_it_says_who_asks_and_does_not_ask_a_server_of_ones_own_how_busy_it_is(
    server: Server, tmp_path: Path
) -> None:
    fetched(server, tmp_path)
    assert [asked.path for asked in server.asked] == ["/api/interpreter"]
    for name in ("User-Agent", "referer"):
        assert server.asked[0].headers[name].startswith("half-full/")


def test_squares_give_what_the_whole_area_gives(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = held_by(fetched(server, tmp_path / "one").path)
    monkeypatch.setattr(overpass, "LARGEST_SIDE_M", 2_500.0)
    server.asked.clear()
    many = held_by(fetched(server, tmp_path / "many").path)
    assert len(server.asked) == 4
    assert many == one


def test_squares_cover_their_area_without_overlap() -> None:
    found = list(tiles(0.0, 50.0, 1.0, 50.5, 0.3, 0.3))
    assert len(found) == 8
    assert sum((e - w) * (n - s) for w, s, e, n in found) == pytest.approx(0.5)
    assert (found[0][:2], found[-1][2:]) == ((0.0, 50.0), (1.0, 50.5))


# --- faults --------------------------------------------------------------------------------------


def in_answer(change: Callable[[dict[str, Any]], object]) -> Fault:
    def changed(body: bytes) -> bytes:
        answer = json.loads(body)
        change(answer)
        return json.dumps(answer).encode()

    return altered(changed)


def without_nodes(n_left: int | None) -> Callable[[dict[str, Any]], None]:
    """Lose all nodes but some, and remark what Overpass does when its time is up."""

    def change(answer: dict[str, Any]) -> None:
        nodes = [element for element in answer["elements"] if element["type"] == "node"]
        gone = [] if n_left is None else nodes[n_left:]
        answer["elements"] = [one for one in answer["elements"] if one not in gone]
        answer["remark"] = 'runtime error: Query timed out in "query" at line 1 after 180 seconds.'

    return change


def _drop(kind: str, tagged: str) -> Callable[[dict[str, Any]], None]:
    """Lose one thing that another one refers to."""

    def change(answer: dict[str, Any]) -> None:
        whole = [one for one in answer["elements"] if one["type"] == kind]
        gone = next(one for one in whole if tagged in one.get("tags", {"": ""}))
        answer["elements"].remove(gone)

    return change


FAULTS: dict[str, Fault] = {
    "remark, all nodes": in_answer(without_nodes(None)),
    "remark, one node": in_answer(without_nodes(1)),
    "remark, nothing": in_answer(lambda answer: answer.update(elements=[], remark="out of memory")),
    "no elements": in_answer(lambda answer: answer.pop("elements")),
    "no time": in_answer(lambda answer: answer.pop("osm3s")),
    "nothing at all": in_answer(lambda answer: answer["elements"].clear()),
    "a node missing": in_answer(_drop("node", "")),
    "a member missing": in_answer(_drop("way", "natural")),
    "twice and not the same": in_answer(
        lambda answer: answer["elements"].append({"type": "node", "id": 1, "lat": 1, "lon": 1})
    ),
    "a place that is none": in_answer(lambda answer: answer["elements"][0].update(lat="1e999")),
    "429": faulty.status(429), "429, wait": faulty.status(429, "0"), "504": faulty.status(504),
    "429, wait an hour": faulty.status(429, "3600"), "400": faulty.status(400),
    "reset": faulty.reset, "cut": faulty.cut(), "cut, unannounced": faulty.cut_unannounced(),
    "cut near its end": faulty.cut(0.999), "chunks cut": faulty.cut_chunks,
    "packing cut": faulty.cut_packed, "page": faulty.web_page, "nothing": faulty.instead(b""),
    "a list": faulty.instead(b"[]"), "hang": faulty.hang, "drip": faulty.drip,
    "sent to another host": faulty.redirect("https://example.org/api/interpreter"),
    "sent to a private address": faulty.redirect("http://10.0.0.7/", 307),
}  # fmt: skip
STAYS = frozenset(
    ("400", "429, wait an hour", "nothing at all", "sent to another host",
     "sent to a private address")
)  # fmt: skip
SLOW = frozenset(("hang", "drip"))


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_stays_is_a_sentence_within_the_time_allowed(
    server: Server, tmp_path: Path, name: str
) -> None:
    server.always = FAULTS[name]
    begun = time.monotonic()
    with pytest.raises(SourceFailed) as told:
        fetched(server, tmp_path, client(tmp_path, HURRIED))
    assert time.monotonic() - begun < HURRIED.total_s + 12
    assert str(told.value).startswith(f"{NAME}: ")
    assert "\x1b" not in str(told.value)
    assert list((tmp_path / "staging").glob("overpass*")) == []
    assert len(list(questions(server.asked))) <= HURRIED.attempts


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(FAULTS.keys() - STAYS - SLOW))
def test_a_fault_that_passes_leaves_nothing_behind(
    server: Server, tmp_path: Path, name: str
) -> None:
    right = fetched(server, tmp_path / "right").path.read_bytes()
    server.faults = [FAULTS[name]]
    assert fetched(server, tmp_path / "got").path.read_bytes() == right


def test_a_remark_is_named(server: Server, tmp_path: Path) -> None:
    server.always = FAULTS["remark, one node"]
    with pytest.raises(SourceFailed, match="it remarked 'runtime error: Query timed out"):
        fetched(server, tmp_path, client(tmp_path, replace(HURRIED, attempts=1)))


def test_a_tag_of_the_same_name_is_no_remark(server: Server, tmp_path: Path) -> None:
    tagged = {"type": "node", "id": 7_000_000_001, "lat": 54.12, "lon": 0.42,
              "tags": {"amenity": "bench", "remark": "needs paint"}}  # fmt: skip
    server.always = in_answer(lambda answer: answer["elements"].append(tagged))
    found = fetched(server, tmp_path, client(tmp_path, replace(HURRIED, attempts=1)))
    assert held_by(found.path)["n", 7_000_000_001][1] == tagged["tags"]


# --- what is kept while a fetch is tried anew ----------------------------------------------------


def test_a_fetch_that_failed_goes_on_where_it_stopped(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overpass, "LARGEST_SIDE_M", 2_500.0)
    server.faults, server.always = [None, None], faulty.status(504)
    with pytest.raises(SourceFailed):
        fetched(server, tmp_path, client(tmp_path, replace(HURRIED, attempts=1)))
    server.asked.clear()
    server.always = None
    going_on = fetched(server, tmp_path).path.read_bytes()
    assert len(server.asked) == 2
    assert going_on == fetched(server, tmp_path / "anew").path.read_bytes()


def test_an_answer_that_was_changed_or_is_old_is_thrown_away(
    server: Server, tmp_path: Path
) -> None:
    right = fetched(server, tmp_path).path.read_bytes()
    (answer,) = (tmp_path / overpass.KEPT).glob("*.json")
    for spoil in (
        lambda: answer.write_text(json.dumps(whole([]))),
        lambda: answer.write_bytes(answer.read_bytes()[:-5]),
        lambda: os.utime(answer, (1, 1)),
        lambda: (tmp_path / overpass.KEPT / "answers.note").write_text("{"),
    ):
        spoil()
        server.asked.clear()
        assert fetched(server, tmp_path).path.read_bytes() == right
        assert len(server.asked) == 1


@pytest.mark.parametrize("at", [0, 3])
def test_answers_of_different_days_are_not_put_together(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr(overpass, "LARGEST_SIDE_M", 2_500.0)
    right = fetched(server, tmp_path / "right").path.read_bytes()
    behind = altered(lambda body: body.replace(b"2026-11-20T", b"2026-11-18T"))
    server.asked.clear()
    server.faults = [*[None] * at, behind]
    assert fetched(server, tmp_path / "once").path.read_bytes() == right
    assert len(server.asked) == 8
    server.faults = [*[None] * at, behind, *[None] * 3, behind]
    words = "some of its data is of 2026-11-18 10:00 and some of 2026-11-20 10:00"
    with pytest.raises(SourceFailed, match=words):
        fetched(server, tmp_path / "twice")
    assert list((tmp_path / "twice").rglob("*.json")) == []


# --- public servers ------------------------------------------------------------------------------


def test_a_private_machine_under_a_public_name_is_not_asked(server: Server, tmp_path: Path) -> None:
    port = server.address.rpartition(":")[2]
    public = replace(
        HURRIED, is_local=False, hosts=frozenset({"localhost"}), attempts=1, total_s=20.0
    )
    target = tmp_path / "staging"
    target.mkdir()
    place = OverpassArea(overpass=f"https://localhost:{port}/api")
    with pytest.raises(SourceFailed, match="an address of a private network; nothing was asked"):
        overpass.fetch(place, AREA, client(tmp_path, public), target, tmp_path / overpass.KEPT)
    assert server.asked == []


def test_without_encryption_only_a_server_of_ones_own_is_asked(tmp_path: Path) -> None:
    public = replace(HURRIED, is_local=False, hosts=frozenset({"example.org"}))
    place = OverpassArea(overpass="http://example.org/api")
    with pytest.raises(SourceFailed, match="begins with ‘http’; allowed is https"):
        overpass.fetch(place, AREA, client(tmp_path, public), tmp_path, tmp_path / overpass.KEPT)


@pytest.fixture
def publicly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program ask for a free slot first, as it does at a public server."""
    begin = overpass._Asker._begin

    def limited(asker: overpass._Asker) -> subprocess.Popen[bytes]:
        asker._choices["limited"] = True
        return begin(asker)

    monkeypatch.setattr(overpass._Asker, "_begin", limited)


@pytest.mark.usefixtures("publicly")
@pytest.mark.parametrize("status", [FREE, UNLIMITED])
def test_a_server_with_a_free_slot_or_without_slots_is_asked(
    town: Town, tmp_path: Path, status: str
) -> None:
    route: Route = serving_town(town, status)
    with serving(route) as server:
        fetched(server, tmp_path)
        assert [asked.path for asked in server.asked] == ["/api/status", "/api/interpreter"]


@pytest.mark.slow
@pytest.mark.usefixtures("publicly")
@pytest.mark.parametrize("status", [FREE.replace("2 slots available now.", WAIT), RUNNING])
def test_a_slot_that_never_comes_is_not_waited_for_without_end(
    town: Town, tmp_path: Path, status: str
) -> None:
    route: Route = serving_town(town, status)
    begun = time.monotonic()
    with serving(route) as server, pytest.raises(SourceFailed, match="it took too long"):
        fetched(server, tmp_path, client(tmp_path, HURRIED))
    assert time.monotonic() - begun < HURRIED.total_s + 12
    assert {asked.path for asked in server.asked} == {"/api/status"}
