"""`make offline D=…`: build a district anew from its raw files where nothing can connect.

The raw files are held against their sums and laid into a fresh folder; make builds from them in
a network namespace without any route. Where the system allows none, every Python process refuses
to connect and the proxies of all others lead nowhere: that is a weaker proof, and is said so.
Then what was built is held against what is published.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import FileCannotBeWritten, FileIsDamaged, FileIsMissing, PipelineError, listed
from pipeline.files.raw import Manifest, raw_file, read_manifest
from pipeline.files.writing import ABANDONED_AFTER_S, PARTIAL

RUN_NOTE = "run.json"
PREFIX = f"{PARTIAL}offline-"
# Of no machine: kept for examples (RFC 5737, RFC 3849).
NOBODY = ("192.0.2.1", "2001:db8::1")
PROBE = f"""
import errno, socket, sys
for address in {NOBODY!r}:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as asking:
            asking.settimeout(2)
            asking.connect((address, 443))
    except OSError as error:
        if error.errno in (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            continue
    sys.exit(1)
"""
# Put in the way of every Python process as it starts.
GUARD = """
import errno, socket

def refuse(*arguments, **more):
    raise OSError(errno.ENETUNREACH, "nothing may connect here")

class Guarded(socket.socket):
    def _allowed(self, call, *arguments):
        return call(*arguments) if self.family == getattr(socket, "AF_UNIX", None) else refuse()
    def connect(self, *arguments):
        return self._allowed(super().connect, *arguments)
    def connect_ex(self, *arguments):
        return self._allowed(super().connect_ex, *arguments)
    def sendto(self, *arguments):
        return self._allowed(super().sendto, *arguments)

socket.socket = Guarded
socket.getaddrinfo = socket.create_connection = refuse
"""
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Cut:
    """How connections are made to fail: a command to run in, an environment, and its words."""

    words: str
    command: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


def main(arguments: list[str] | None = None) -> int:
    """Build a district without a network and say in a sentence whether it is the same.

    Parameters
    ----------
    arguments
        Command line without the program; that of the process by default.

    Returns
    -------
    int
        0 if every published file is the same, else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m pipeline.offline", description=__doc__)
    parser.add_argument("district")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--make", nargs=argparse.REMAINDER, required=True)
    choices = parser.parse_args(arguments)
    try:
        sentence = prove(choices.district, choices.data, choices.out, choices.make)
    except PipelineError as error:
        sys.stderr.write(f"✗ {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(f"✓ {sentence}\n")
    return 0


def prove(district: str, data: Path, out: Path, make: Sequence[str]) -> str:
    """Build a district anew from its raw files alone, and compare it with what is published.

    Parameters
    ----------
    district
        Its name.
    data, out
        The folders of raw files and of what is published.
    make
        How make is called for this project.

    Returns
    -------
    str
        What was proved.

    Raises
    ------
    PipelineError
        If a raw file is not the one that was fetched, or what is built is another thing.
    """
    manifest = read_manifest(data / "raw" / district / "manifest.json")
    for key in manifest.inputs:
        raw_file(manifest, key)
    published = _published(out / district)
    with _fresh_folder(data) as folder:
        _lay_out(manifest, folder / "data" / "raw" / district)
        cut = way_to_cut(folder)
        _build(district, folder, [*cut.command, *make], cut.environment)
        built = _published(folder / "out" / district)
    differing = sorted(
        name for name in published.keys() | built.keys() if published.get(name) != built.get(name)
    )
    if differing:
        raise FileIsDamaged(
            f"{district}: {cut.words}, {len(differing)} of {len(published)} files came out other "
            f"than they are published: {listed(differing, 20)}. Where code or choices have changed "
            f"since, run `make {district}` first."
        )
    return (
        f"{district}: built anew from its {len(manifest.inputs)} raw files {cut.words}; all "
        f"{len(published)} published files are the same, byte for byte but for the times in "
        f"{RUN_NOTE}."
    )


def _published(folder: Path) -> dict[str, bytes]:
    """Return every published file, and the run note without what differs from run to run."""
    try:
        note: dict[str, Any] = json.loads((folder / RUN_NOTE).read_text(encoding="utf-8"))
        found = {name: (folder / name).read_bytes() for name in sorted(note["published"])}
    except FileNotFoundError as error:
        raise FileIsMissing(
            f"{error.filename}: is not there, so that there is nothing to compare with; run `make "
            f"{folder.name}` first."
        ) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise FileIsDamaged(
            f"{folder / RUN_NOTE}: cannot be read; run `make {folder.name}` first."
        ) from None
    note.pop("seconds", None)
    for entry in note.get("inputs", {}).values():
        entry.pop("is_old", None)
    return {**found, RUN_NOTE: json.dumps(note, sort_keys=True).encode()}


@contextmanager
def _fresh_folder(data: Path) -> Iterator[Path]:
    for leftover in data.glob(f"{PREFIX}*"):
        if time.time() - leftover.stat().st_mtime > ABANDONED_AFTER_S:
            shutil.rmtree(leftover, ignore_errors=True)
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=data)).resolve()
    except OSError as error:
        raise FileCannotBeWritten(
            f"{data}: could not be written ({error.strerror or error}); give write permission, "
            "then run again."
        ) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lay_out(manifest: Manifest, folder: Path) -> None:
    """Lay the raw files and nothing else into a folder; a second name takes no room."""
    folder.mkdir(parents=True)
    for name in ("manifest.json", *(raw.path for raw in manifest.inputs.values())):
        try:
            os.link(manifest.folder / name, folder / name)
        except OSError:
            shutil.copy2(manifest.folder / name, folder / name)


def way_to_cut(folder: Path) -> Cut:
    """Find how connections can be made to fail here, and see that they do.

    Parameters
    ----------
    folder
        Where a guard may be laid.

    Returns
    -------
    Cut
        A namespace without a route, or else a guard.
    """
    space = ("unshare", "--map-root-user", "--net")
    if shutil.which(space[0]) and _fails_to_connect(space, {}):
        return Cut("in a network namespace without any route", space)
    guard = folder / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    names = ("http_proxy", "https_proxy", "all_proxy")
    environment = {name: NOWHERE for low in names for name in (low, low.upper())}
    environment |= {"PYTHONPATH": str(guard), "no_proxy": "", "NO_PROXY": ""}
    if not _fails_to_connect((), environment):
        raise FileIsDamaged("offline: connections cannot be made to fail here; nothing is proved.")
    return Cut(
        "with every Python process refusing to connect (this system allows no network namespace, "
        "so a program of another kind that asks no proxy could have connected)",
        environment=environment,
    )


def _fails_to_connect(command: Sequence[str], environment: dict[str, str]) -> bool:
    probe = subprocess.run(  # noqa: S603 (our own interpreter and a constant)
        [*command, sys.executable, "-c", PROBE],
        env=_environment() | environment, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    return probe.returncode == 0


def _environment() -> dict[str, str]:
    """Return the environment without what the make around this one has put there."""
    own = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "SOURCE", "ASSET"}
    return {name: value for name, value in os.environ.items() if name not in own}


def _build(district: str, folder: Path, make: Sequence[str], environment: dict[str, str]) -> None:
    data, out = folder / "data", folder / "out"
    # The raw files are what they are: they count as old, whatever they were made from.
    done = subprocess.run(  # noqa: S603 (make, as it was called for this project)
        [*make, "--no-print-directory", f"DATA={data}", f"OUT={out}",
         f"--old-file={data}/raw/{district}/manifest.json", f"{out}/{district}/{RUN_NOTE}"],
        env=_environment() | environment, check=False,
    )  # fmt: skip
    if done.returncode:
        raise FileIsMissing(
            f"{district}: could not be built from its raw files without a network; the line above "
            "says why."
        )


if __name__ == "__main__":
    sys.exit(main())
