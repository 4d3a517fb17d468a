"""A key goes from the environment to the server it is for, and stays nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline import files
from pipeline.config import District, NationalTable
from pipeline.config.place import OverpassArea, WebFile
from pipeline.errors import ChoiceIsNotAllowed, PipelineError
from pipeline.sources import fetching, http
from pipeline.sources.forms import CSV
from pipeline.sources.keys import Key, key_of, server_of
from tests.servers import faulty
from tests.servers.faulty import Asked, Fault, Reply, Server, serving
from tests.sources.test_fetching import ask_services, services
from tests.tiny import ROOT, Project

SECRET = "k3y/of+a=planner&0815"
FORMS = (SECRET, "k3y%2Fof%2Ba%3Dplanner%260815", "k3y/of%2Ba%3Dplanner%260815", "0815")
SAYS = f"the key {SECRET} is worn out: https://example.org/?key={SECRET}"
FAULTS: dict[str, Fault] = {
    "gone": faulty.status(404), "busy": faulty.status(500), "reset": faulty.reset,
    "cut": faulty.cut(), "page": faulty.instead(f"<html>{SAYS}</html>".encode(), "text/html"),
    "error with 200": faulty.instead(
        json.dumps({"error": {"code": 498, "message": SAYS}}).encode()
    ),
    "key in a table": faulty.altered(lambda body: body + SECRET.encode()),
    "away": faulty.redirect(f"http://localhost:1/?key={SECRET}"),
    "to nowhere": faulty.redirect(f"http://[{SECRET}"),
}  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.new(tmp_path_factory.mktemp("keys") / "project")


@pytest.fixture(scope="module")
def server(project: Project) -> Iterator[Server]:
    """Serve the district's inputs to those who have the key, in a header or in the query."""
    route = services(project.inputs)

    def guarded(asked: Asked) -> Reply:
        has_key = asked.headers.get("X-Key") == SECRET or FORMS[1] in asked.path
        return route(asked) if has_key else Reply(b"{}", status=401)

    with serving(guarded) as server:
        yield server


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_pause", lambda _: 0.0)
    monkeypatch.setenv("TOWN_KEY", SECRET)


def with_keys(values: dict[str, Any], address: str) -> None:
    """Let every place of a district name the variable."""
    ask_services(values, address)
    areas, layers = values["neighbourhoods"], values["layers"]
    entries = [values["openstreetmap"], areas["boundaries"], areas["people"],
               areas["deprivation"], *layers.values()]  # fmt: skip
    for number, entry in enumerate(entries):
        way = "key_query" if number % 2 else "key_header"
        entry["at"] |= {"key_from": "TOWN_KEY", way: "key" if number % 2 else "X-Key"}


def fetch(project: Project, server: Server, out: Path) -> list[str]:
    project.choose(lambda values: with_keys(values, server.address))
    told: list[str] = []
    file = project.districts / "tiny.yaml"
    national = files.read_configs(sorted((ROOT / "config/national").glob("*")), NationalTable)
    district = files.read_choices(file, District)
    fetching.fetch(district, file, national, out / "raw/tiny/manifest.json", told.append)
    return told


def holds_key(folder: Path, *texts: str) -> list[str]:
    found = [text for text in texts if any(form in text for form in FORMS)]
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        if any(form.encode() in content for form in FORMS) or any(f in str(path) for f in FORMS):
            found.append(str(path))
    return found


def test_a_district_is_fetched_with_keys_and_no_byte_of_them_is_kept(
    project: Project, server: Server, tmp_path: Path
) -> None:
    told = fetch(project, server, tmp_path)
    assert len(told) == 6
    assert holds_key(tmp_path, *told) == []
    assert holds_key(project.districts) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_no_fault_at_any_request_brings_the_key_to_light(
    project: Project, server: Server, tmp_path: Path, name: str
) -> None:
    n_failed = at = 0
    times = http.Service("", frozenset()).attempts
    server.faults = []
    while len(server.faults) < times:
        server.faults = [*[None] * at, *[FAULTS[name]] * times]
        try:
            said = fetch(project, server, tmp_path)
        except PipelineError as error:
            n_failed += 1
            said = [str(error)]
        assert holds_key(tmp_path, *said) == [], (name, at, said)
        at += 1
    server.faults.clear()
    assert at > 10
    assert n_failed


def test_a_key_is_not_handed_on_to_another_server(tmp_path: Path) -> None:
    rows = Reply(b"a,b\r\n1,2\r\n", "text/csv")
    with serving(lambda _: rows) as other, serving(lambda _: rows) as first:
        port = other.address.rpartition(":")[2]
        first.always = faulty.redirect(f"http://localhost:{port}/rows.csv?key={SECRET}&page=2")
        for way in ({"query": "key"}, {"header": "X-Key"}):
            hosts = frozenset({"127.0.0.1", "localhost"})
            key = Key(SECRET, server_of(first.address), **way)
            asking = http.Client(http.Service("x", hosts, is_local=True), tmp_path, key=key)
            asking.download(f"{first.address}/rows.csv", tmp_path / "a.csv", CSV)
            assert holds_key(tmp_path) == []
        assert len(first.asked) == len(other.asked) == 2
        for asked in other.asked:
            assert "page=2" in asked.path
            assert holds_key(tmp_path / "none", asked.path, str(asked.headers)) == []
        assert all(SECRET in str(a.headers) or FORMS[1] in a.path for a in first.asked)


@pytest.mark.parametrize("value", [None, "", "   ", "short", "two\nlines-of-it", "ключ-ключ-ключ"])
def test_a_key_that_is_missing_or_none_is_said_before_anything_is_asked(
    project: Project, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    value: str | None,
) -> None:  # fmt: skip
    if value is None:
        monkeypatch.delenv("TOWN_KEY")
    else:
        monkeypatch.setenv("TOWN_KEY", value)
    server.asked.clear()
    with pytest.raises(ChoiceIsNotAllowed, match="environment variable TOWN_KEY") as told:
        fetch(project, server, tmp_path)
    assert server.asked == []
    if value and value.strip():
        assert value not in str(told.value)


def test_a_key_needs_a_way_to_be_sent() -> None:
    for more in ({"key_from": "A_KEY"}, {"key_query": "key"},
                 {"key_from": "A_KEY", "key_query": "key", "key_header": "X-Key"},
                 {"key_from": "a secret itself", "key_query": "key"}):  # fmt: skip
        with pytest.raises(ValueError, match="key_"):
            WebFile.model_validate({"url": "https://example.org/a.csv", **more})
    with pytest.raises(ValueError, match="without a key"):
        OverpassArea(overpass="https://example.org/api", key_from="A_KEY", key_query="key")
    assert key_of(WebFile(url="https://example.org/a.csv"), "https://example.org", "x", {}) is None
