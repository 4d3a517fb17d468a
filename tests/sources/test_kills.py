"""Fetches from a slow service are killed: raw files are the old ones or the new ones, whole."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from pipeline.files.raw import read_manifest
from tests.servers import faulty
from tests.servers.faulty import Asked, Reply, Server, serving
from tests.sources.test_fetching import ask_services, services
from tests.tiny import Project, clean_environment

pytestmark = pytest.mark.slow

CHANCE = 20_261_122
SIGNALS = [signal.SIGKILL] * 16 + [signal.SIGTERM] * 7 + [signal.SIGINT] * 7
SLOW_S = 0.03
PEOPLE = (b'"E01099801",60', b'"E01099801",61')


class Town:
    """A district at a service whose answers take a while, in two versions of its data."""

    def __init__(self, project: Project) -> None:
        self.project, self.version = project, 0
        self.route = services(project.inputs)

    def answer(self, asked: Asked) -> Reply:
        time.sleep(SLOW_S)
        reply = self.route(asked)
        new = PEOPLE[self.version]
        body = reply.body.replace(PEOPLE[0], new)
        if "ranks.csv" in asked.path:  # a second file that is another in each version
            body = body.replace(b'"120"', b'"12%d"' % self.version)
        return replace(reply, body=body)

    def start(self, *, under_make: bool) -> subprocess.Popen[bytes]:
        """Start to fetch, in a process group of its own."""
        command = self.project.command("-j4", "refetch", "D=tiny") if under_make else [
            sys.executable, "-B", "-m", "pipeline", "fetch", "data/interim/tiny/district.json",
            "data/interim/national.json", "--out", "data/raw/tiny/manifest.json",
        ]  # fmt: skip
        return subprocess.Popen(
            command, cwd=self.project.folder, env=clean_environment(), start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def fetched(self) -> dict[str, str]:
        """Fetch to the end, and return the sums of the raw files."""
        with self.start(under_make=False) as run:
            assert run.wait(timeout=60) == 0
        return self.sums()

    def sums(self) -> dict[str, str]:
        """Return the sums of the raw files, each of which must be what the manifest says."""
        manifest = read_manifest(self.project.raw / "manifest.json")
        found = {}
        for key, raw in manifest.inputs.items():
            content = (self.project.raw / raw.path).read_bytes()
            found[key] = hashlib.sha256(content).hexdigest()
            assert found[key] == raw.sha256, key
            note = json.loads((self.project.raw / f"{raw.path}.provenance.json").read_bytes())
            assert note["sha256"] == raw.sha256
        return found


@pytest.fixture
def town(tmp_path: Path) -> Iterator[tuple[Town, Server]]:
    project = Project.new(tmp_path / "project")
    town = Town(project)
    with serving(town.answer) as server:
        project.choose(lambda values: ask_services(values, server.address))
        project.built("refetch", "D=tiny")
        yield town, server


def test_thirty_kills_leave_the_old_raw_files_or_the_new_ones(town: tuple[Town, Server]) -> None:
    place, server = town
    good = []
    for place.version in (0, 1):
        server.asked.clear()
        good.append(place.fetched())
    n_requests = len(server.asked)
    assert n_requests > 10
    assert good[0]["people"] != good[1]["people"]
    assert good[0]["deprivation"] != good[1]["deprivation"]
    chance = random.Random(CHANCE)
    kinds = chance.sample(SIGNALS, len(SIGNALS))
    at_work = 0
    for number, kind in enumerate(kinds):
        place.version = number % 2
        server.asked.clear()
        with place.start(under_make=number % 5 == 0) as run:
            # Spread over the whole of a fetch, from its first request to its last rename.
            wait_for(chance.randrange(n_requests) + 1, server, run)
            time.sleep(chance.uniform(0, 0.15))
            if run.poll() is None:
                os.killpg(run.pid, kind)
            at_work += run.wait(timeout=30) != 0
        assert place.sums() in good, f"kill {number} ({kind.name})"
    assert at_work >= len(SIGNALS) * 2 // 3, "too few kills hit a fetch at work"
    for place.version in (1, 0):
        assert place.fetched() == good[place.version]
    left_is_swept(place)


def wait_for(requests: int, server: Server, run: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while len(server.asked) < requests and run.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def left_is_swept(place: Town) -> None:
    """What kills left lying is out of the way, and gone after a fetch a day later."""
    raw = place.project.raw.parent
    names = {path.name for path in raw.iterdir()}
    left = {name for name in names if name.startswith(".part-")}
    assert left, "a kill leaves something, or none has hit"
    assert names - left <= {"tiny", ".hosts", ".parts"}
    long_ago = time.time() - 8 * 24 * 3600
    for path in [raw / name for name in left] + list((raw / ".parts").glob("*")):
        os.utime(path, (long_ago, long_ago))
    place.fetched()
    assert {path.name for path in raw.iterdir()} <= {"tiny", ".hosts", ".parts"}
    assert list((raw / ".parts").glob("*")) == []


def test_a_kill_between_two_renames_is_brought_to_its_end(town: tuple[Town, Server]) -> None:
    place, _ = town
    old = place.fetched()
    place.version = 1
    script = """
import os, sys
from pathlib import Path
from pipeline import __main__ as program
times, plain = [0], Path.replace
def replace(self, target):
    if ".ready-" in str(self):
        times[0] += 1
        if times[0] == int(os.environ["DIE_AT"]):
            os._exit(9)
    return plain(self, target)
Path.replace = replace
sys.exit(program.main(sys.argv[1:]))
"""
    words = ["fetch", "data/interim/tiny/district.json", "data/interim/national.json",
             "--out", "data/raw/tiny/manifest.json"]  # fmt: skip
    new = None
    for at in (1, 2, 6, 13):  # the thirteenth is the manifest
        killed = subprocess.run(
            [sys.executable, "-c", script, *words], cwd=place.project.folder, check=False,
            env=clean_environment() | {"DIE_AT": str(at), "PYTHONPATH": "."},
            capture_output=True,
        )  # fmt: skip
        assert killed.returncode == 9, killed.stderr
        assert (place.project.raw.parent / ".ready-tiny").is_dir()
        new = place.sums()
        assert new != old
        assert not (place.project.raw.parent / ".ready-tiny").exists()
        place.version, old = 1 - place.version, new
    assert place.fetched() != new


def test_a_download_that_was_killed_goes_on_in_the_next_run(town: tuple[Town, Server]) -> None:
    place, server = town
    good = place.fetched()
    half = (place.project.inputs / "map.osm.pbf").stat().st_size // 2

    def stuck(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        """Give half of the map and then nothing; the rest to who asks for it."""
        reply = replace(reply, headers={"ETag": '"1"', "Accept-Ranges": "bytes"})
        if "map.osm.pbf" not in handler.path or "Range" in handler.headers:
            faulty.ranged(handler, reply)
            return
        faulty._head(handler, reply, {"Content-Length": str(len(reply.body))})
        handler.wfile.write(reply.body[:half])
        handler.wfile.flush()
        time.sleep(30)

    server.always = stuck
    with place.start(under_make=False) as run:
        parts = place.project.raw.parent / ".parts"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not any(
            part.stat().st_size for part in parts.glob("*.part")
        ):
            time.sleep(0.05)
        time.sleep(0.2)
        run.kill()
    (part,) = parts.glob("*.part")
    begun = part.stat().st_size
    assert 0 < begun <= half
    server.asked.clear()
    assert place.fetched() == good
    ranges = [asked.headers.get("Range") for asked in server.asked if "map.osm" in asked.path]
    assert ranges == [f"bytes={begun}-"]
    assert list(parts.glob("*")) == []
