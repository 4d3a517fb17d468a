"""Opening a page in a real browser, with the network cut off, and noting what it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# The same engine without the windows of a browser around it, where that is installed: it opens a
# page in half the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(which, NAMES)), None)
BROWSER_MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="the program chromium is missing"),
]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


UNFOLD = "for (const each of document.querySelectorAll('details.fold')) each.open = true"


@dataclass
class Seen:
    """A page, and everything that it did which it should not have."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a browser for the tests of one module."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="the package playwright is missing"
    )
    with sync_api.sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


def opened(
    browser: Browser,
    path: Path,
    *,
    is_unfolded: bool = True,
    **choices: Any,  # noqa: ANN401
) -> Seen:
    """Open a file in a fresh context, offline; what a map folds away is unfolded, unless asked."""
    viewport = {"width": 1280, "height": 900}
    context = browser.new_context(**{"viewport": viewport, **choices})
    context.set_offline(True)
    context.set_default_timeout(5_000)
    seen = Seen(context.new_page())
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.on("console", lambda message: seen.errors.append(message.text))
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("dialog", lambda dialog: seen.errors.append(dialog.message))
    seen.page.goto(path.as_uri())
    if is_unfolded and choices.get("java_script_enabled", True):
        seen.page.evaluate(UNFOLD)
    return seen
