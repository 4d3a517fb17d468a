"""What is told while an input is fetched: bytes, pages and rows, as a bar or as lines now and then.

Protocols tell a `Progress` and know nothing of terminals. Only numbers and the declared title
reach one, never a text of a server.
"""

from __future__ import annotations

import fcntl
import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Display

from pipeline.text import clean_text

LINE_EVERY_S = 10.0
WIDEST_TITLE = 48
MB = 1_000_000


class Progress:
    """Counts what arrives of one input, and keeps quiet about it."""

    def __init__(self) -> None:
        self.bytes = self.pages = self.rows = 0
        self.bytes_due: int | None = None
        self.rows_due: int | None = None
        self._begun = 0

    def arrived(self, size: int) -> None:
        """Count bytes."""
        self.bytes += size
        self.changed()

    def file(self, offset: int, size: int | None) -> None:
        """Note that a file begins to arrive, from a byte on, and how long the rest of it is."""
        self._begun = self.bytes - offset
        self.bytes_due = None if size is None else offset + size
        self.changed()

    def page(self, rows: int, due: int | None) -> None:
        """Note that a page is there, how many rows there are with it, and how many are due."""
        if rows < self.rows:  # it begins anew
            self.pages = 0
        self.pages += rows != self.rows
        self.rows, self.rows_due = rows, due
        self.changed()

    def changed(self) -> None:
        """Tell it."""

    @property
    def share(self) -> tuple[int, int | None]:
        """How much is there, and how much is due: of rows where there are pages, else of bytes."""
        if self.pages:
            return self.rows, self.rows_due
        return self.bytes - self._begun, self.bytes_due

    @property
    def words(self) -> str:
        """Say it: `page 3 of about 5, 12,000 of 31,904 rows, 4.5 MB`."""
        if not self.pages:
            of = "" if self.bytes_due is None else f" of {self.bytes_due / MB:,.1f}"
            return f"{(self.bytes - self._begun) / MB:,.1f}{of} MB"
        of_pages = of_rows = ""
        if self.rows_due and self.rows:
            about = math.ceil(self.rows_due * self.pages / self.rows)
            of_pages = f" of about {max(about, self.pages):,}"
            of_rows = f" of {self.rows_due:,}"
        return (
            f"page {self.pages:,}{of_pages}, {self.rows:,}{of_rows} rows, {self.bytes / MB:,.1f} MB"
        )


# Called with the title of an input; gives what its fetch tells.
Watch = Callable[[str], AbstractContextManager[Progress]]


@contextmanager
def quietly(title: str) -> Iterator[Progress]:
    """Watch an input without a word."""
    del title
    yield Progress()


class Lines(Progress):
    """Says a line now and then, for logs and where something else has the terminal."""

    def __init__(self, console: Console, title: str, every_s: float = LINE_EVERY_S) -> None:
        super().__init__()
        self._console, self._title, self._every_s = console, title, every_s
        self._said_at = time.monotonic()

    def changed(self) -> None:
        """Say where it is, if nothing was said for a while."""
        now = time.monotonic()
        if now - self._said_at >= self._every_s:
            self._said_at = now
            line = f"{self._title}: {self.words} so far"
            self._console.print(line, markup=False, soft_wrap=True, style="dim")


class Bar(Progress):
    """Moves a bar."""

    def __init__(self, display: Display, title: str) -> None:
        super().__init__()
        self._display = display
        self._task = display.add_task(title, total=None, words="asking")

    def changed(self) -> None:
        """Move it."""
        done, due = self.share
        self._display.update(self._task, completed=done, total=due, words=self.words)


def on(console: Console, locks: Path, every_s: float = LINE_EVERY_S) -> Watch:
    """Watch inputs on a terminal: with a bar if this process is the only one that draws there.

    Parameters
    ----------
    console
        Where to.
    locks
        A folder that all processes of the project share.
    every_s
        How long to be silent between two lines, where there is no bar.

    Returns
    -------
    Watch
        One bar, or some lines, an input.
    """

    @contextmanager
    def watch(title: str) -> Iterator[Progress]:
        name = clean_text(title, WIDEST_TITLE)
        with _alone(console, locks) as is_alone:
            if not is_alone:
                yield Lines(console, name, every_s)
                return
            with Display(
                TextColumn("{task.description}", markup=False), BarColumn(20),
                TextColumn("{task.fields[words]}", markup=False), TimeElapsedColumn(),
                console=console, transient=True,
            ) as display:  # fmt: skip
                console.show_cursor(show=True)  # it would stay hidden after a kill
                yield Bar(display, name)

    return watch


@contextmanager
def _alone(console: Console, locks: Path) -> Iterator[bool]:
    """Say whether bars may be drawn: on a terminal, by one process at a time."""
    if not console.is_terminal:
        yield False
        return
    locks.mkdir(parents=True, exist_ok=True)
    with (locks / ".bars.lock").open("a+b") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
