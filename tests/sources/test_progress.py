"""A fetch says how far it is, in numbers, and nothing of a server's own text."""

from __future__ import annotations

import fcntl
import io
from pathlib import Path

from rich.console import Console

from pipeline.sources.forms import CSV
from pipeline.sources.http import Client
from pipeline.sources.progress import Lines, Progress, on
from tests.servers import faulty
from tests.servers.faulty import Reply, serving
from tests.sources.outcomes import QUICK


def test_pages_rows_and_bytes_are_said_in_words() -> None:
    progress = Progress()
    progress.arrived(4_500_000)
    for rows in (4_000, 8_000, 12_000):
        progress.page(rows, 31_904)
    assert progress.words == "page 3 of about 8, 12,000 of 31,904 rows, 4.5 MB"
    progress.page(12_000, 31_904)  # an empty page is none
    assert progress.pages == 3
    progress.page(4_000, None)  # it begins anew, and nobody says how many there are
    assert progress.words == "page 1, 4,000 rows, 4.5 MB"


def test_a_download_that_goes_on_says_how_much_there_is_of_all() -> None:
    progress = Progress()
    progress.file(0, 10_000_000)
    progress.arrived(4_000_000)
    assert progress.words == "4.0 of 10.0 MB"
    progress.file(4_000_000, 6_000_000)
    progress.arrived(1_000_000)
    assert progress.words == "5.0 of 10.0 MB"
    assert progress.share == (5_000_000, 10_000_000)


def test_a_client_tells_what_arrives(tmp_path: Path) -> None:
    body = b"a,b\r\n" + b"1,2\r\n" * 5000
    with serving(lambda _: Reply(body, "text/csv")) as server:
        server.faults = [faulty.cut()]
        client = Client(QUICK, tmp_path, sleep=lambda _: None)
        client.download(f"{server.address}/a.csv", tmp_path / "a.csv", CSV)
    assert client.progress.share == (len(body), len(body))


def console(*, is_terminal: bool) -> tuple[Console, io.StringIO]:
    said = io.StringIO()
    return Console(file=said, force_terminal=is_terminal, width=120, highlight=False), said


def test_where_there_is_no_terminal_a_line_comes_now_and_then(tmp_path: Path) -> None:
    screen, said = console(is_terminal=False)
    with on(screen, tmp_path, every_s=0.0)("boundaries: [red]Areas\x1b[2J") as progress:
        progress.page(1_000, 5_000)
    assert said.getvalue() == (
        "boundaries: [red]Areas[2J: page 1 of about 5, 1,000 of 5,000 rows, 0.0 MB so far\n"
    )
    with on(screen, tmp_path)("quiet") as progress:
        progress.page(1_000, 5_000)
    assert "quiet" not in said.getvalue()


def test_a_terminal_gets_one_bar_and_keeps_its_cursor(tmp_path: Path) -> None:
    screen, said = console(is_terminal=True)
    with on(screen, tmp_path)("stops: \x1b]0;evil\x07[bold]Stops {of} all") as progress:
        progress.page(1_000, 5_000)
    text = said.getvalue()
    assert "stops: ]0;evil[bold]Stops {of} all" in text
    assert "\x1b]0" not in text
    assert "page 1 of about 5" in text
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")
    assert text.index("\x1b[?25h") < text.index("page 1")


def test_a_second_fetch_on_the_terminal_says_lines(tmp_path: Path) -> None:
    screen, _ = console(is_terminal=True)
    with (tmp_path / ".bars.lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with on(screen, tmp_path)("second") as progress:
            assert isinstance(progress, Lines)
