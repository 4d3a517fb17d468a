"""What has arrived of a download, kept so that a later try goes on from there."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import requests

from pipeline.errors import FileCannotBeWritten

_CHUNK = 1 << 20


class Part:
    """What has arrived of a download, and how to tell that the server still has the same."""

    def __init__(self, target: Path, address: str) -> None:
        self.target, self.address = target, address
        self.file = target.with_name(f"{target.name}.part")
        self.note = target.with_name(f"{target.name}.part.json")

    def begun(self) -> tuple[int, str]:
        """Return how many bytes there are that can be gone on from, and what they are known by."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            note = json.loads(self.note.read_text(encoding="utf-8"))
            if note["address"] == self.address and not self.file.is_symlink():
                return self.file.stat().st_size, str(note["validator"])
        return 0, ""

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
            with self._room():
                file.flush()
                os.fsync(file.fileno())

    def _opened(self, offset: int, response: requests.Response) -> BinaryIO:
        with self._room():
            self.target.parent.mkdir(parents=True, exist_ok=True)
            if offset == 0:
                self.forget()
                validator = _strong(response)
                if validator:
                    note = {"address": self.address, "validator": validator}
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

    def forget(self) -> None:
        """Throw away what has arrived."""
        self.file.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def _strong(response: requests.Response) -> str:
    """Return what a server tells one state of a file from another by; nothing if it cannot."""
    if "bytes" not in response.headers.get("Accept-Ranges", "").casefold():
        return ""
    tag = response.headers.get("ETag", "").strip()
    if tag and not tag.startswith("W/"):
        return tag
    return response.headers.get("Last-Modified", "").strip()
