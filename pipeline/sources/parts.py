"""What has arrived of a download, kept so that a later try goes on from there."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import requests

from pipeline.errors import FileCannotBeWritten

# A download over a bad line may take some days.
KEPT_FOR_S = 7 * 24 * 3600
_CHUNK = 1 << 20
# What tells one state of a file from another.
_KNOWN_BY = ("ETag", "Last-Modified")


class Part:
    """What has arrived of a download, and how to tell that the server still has the same."""

    def __init__(self, target: Path, address: str, folder: Path | None = None) -> None:
        # Not the address itself: what stands in it behind the question mark is shown nowhere.
        self.target, self.address = target, hashlib.sha256(address.encode()).hexdigest()
        name = target.name if folder is None else self.address[:32]
        self.file = (folder or target.parent) / f"{name}.part"
        self.note = (folder or target.parent) / f"{name}.part.json"

    def begun(self) -> tuple[int, str]:
        """Return how many bytes there are that can be gone on from, and what they are known by."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            note = json.loads(self.note.read_text(encoding="utf-8"))
            if note["address"] == self.address and not self.file.is_symlink():
                return self.file.stat().st_size, str(note["validator"])
        return 0, ""

    def goes_on_in(self, response: requests.Response, total: int) -> bool:
        """Say whether an answer is the rest of what was begun; some servers forget `If-Range`.

        Parameters
        ----------
        response
            The head of the answer.
        total
            How many bytes it says that the whole file has.

        Returns
        -------
        bool
            Whether nothing speaks against it.
        """
        with suppress(OSError, ValueError, KeyError, AttributeError):
            note = json.loads(self.note.read_text(encoding="utf-8"))
            return note["bytes"] in {None, str(total)} and all(
                response.headers.get(name, known) == known
                for name, known in note["known_by"].items()
            )
        return False

    def write(self, body: Iterator[bytes], offset: int, response: requests.Response) -> None:
        """Write what arrives from a byte on; what is written stays, also if the body breaks off.

        Parameters
        ----------
        body
            The bytes; what it raises is passed on.
        offset
            0 for a file that begins anew.
        response
            The head of the answer.

        Raises
        ------
        FileCannotBeWritten
            If there is no room.
        """
        with self._opened(offset, response) as file:
            for data in body:
                with self._room():
                    file.write(data)
                    file.flush()  # a kill must not lose it
            with self._room():
                file.flush()
                os.fsync(file.fileno())

    def _opened(self, offset: int, response: requests.Response) -> BinaryIO:
        with self._room():
            self.target.parent.mkdir(parents=True, exist_ok=True)
            self.file.parent.mkdir(parents=True, exist_ok=True)
            if offset == 0:
                self.forget()
                validator = _strong(response)
                if validator:
                    note = {
                        "address": self.address,
                        "validator": validator,
                        "known_by": {name: response.headers.get(name) for name in _KNOWN_BY},
                        "bytes": response.headers.get("Content-Length"),
                    }
                    self.note.write_text(json.dumps(note), encoding="utf-8")
            return self.file.open("ab" if offset else "wb")

    @contextmanager
    def _room(self) -> Iterator[None]:
        """Say in a sentence that there is none."""
        try:
            yield
        except OSError as error:
            raise FileCannotBeWritten(
                f"{self.target}: could not be written ({error.strerror or error}); make room or "
                "give write permission, then run again."
            ) from None

    def sums(self) -> dict[str, str]:
        """Return the MD5 and the SHA-256 of what has arrived."""
        sums = {"md5": hashlib.md5(usedforsecurity=False), "sha256": hashlib.sha256()}
        with self.file.open("rb") as file:
            while chunk := file.read(_CHUNK):
                for total in sums.values():
                    total.update(chunk)
        return {name: total.hexdigest() for name, total in sums.items()}

    def holds(self, words: Iterable[str]) -> bool:
        """Say whether one of some words stands in what has arrived."""
        wanted = [word.encode() for word in words]
        longest, before = max(map(len, wanted), default=0), b""
        with self.file.open("rb") as file:
            while chunk := file.read(_CHUNK):
                before = before[-longest:] + chunk
                if any(word in before for word in wanted):
                    return True
        return False

    def finish(self) -> int:
        """Put the file in its place, and return its size in bytes."""
        size = self.file.stat().st_size
        self.file.replace(self.target)
        self.note.unlink(missing_ok=True)
        return size

    def forget_if_useless(self) -> None:
        """Throw away what nobody could go on from."""
        with suppress(OSError):
            if not self.note.exists():
                self.forget()

    def forget(self) -> None:
        """Throw away what has arrived."""
        self.file.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove parts that nobody has gone on from for long.

    Parameters
    ----------
    folder
        Where the parts of all downloads lie.
    """
    for part in folder.glob("*.part*"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > KEPT_FOR_S:
                part.unlink()


def _strong(response: requests.Response) -> str:
    """Return what a server tells one state of a file from another by; nothing if it cannot."""
    if "bytes" not in response.headers.get("Accept-Ranges", "").casefold():
        return ""
    if response.headers.get("Content-Encoding", "identity").strip().casefold() != "identity":
        return ""  # the bytes of the packing are others than those that are kept
    tag = response.headers.get("ETag", "").strip()
    if tag and not tag.startswith("W/"):
        return tag
    return response.headers.get("Last-Modified", "").strip()
