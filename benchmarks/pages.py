"""Measure how large and how quick a district's map is, against its budgets.

    python benchmarks/pages.py [--json pages.json]

The district is made up (`benchmarks/big_district.py`): 150 neighbourhoods, 60,000 homes, 6,000
assets. Its page is made by the code that makes real ones and opened in headless Chromium from the
disk, with the network cut off. Given are medians of several openings; wall times depend on the
machine. Then come districts that are odd: nothing is to break there, and a page says what it does
not show.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    # A script's own folder is searched first, and there `pipeline` is another benchmark.
    sys.path[0] = str(ROOT)

from pipeline.errors import PipelineError  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MB = 1_000_000
BUDGETS = {
    "map.html, MB": 2.5,
    "map.html gzipped, MB": 0.7,
    "first draw, s": 1.5,
    "switch of category, s": 0.3,
    "switch of measure, s": 0.3,
    "JavaScript heap, MB": 80.0,
}
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
OPENINGS = 5
SWITCHES = 12
SLOWEST_ANSWER_MS = 60_000
# Two frames after the page has loaded, all that it drew has been shown.
NOTE_FIRST_DRAW = """
window.drawnAfter = new Promise((done) => addEventListener("load", () => requestAnimationFrame(() =>
  requestAnimationFrame(() => done(performance.now())),
)));
"""
SWITCH = """
async ([id, value]) => {
  const list = document.getElementById(id);
  const began = performance.now();
  list.value = value;
  list.dispatchEvent(new Event("change", { bubbles: true }));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - began;
}
"""
VALUES = "id => [...document.getElementById(id).options].map(option => option.value)"
ODD: dict[str, dict[str, Any]] = {
    "200,000 assets in one category": {"assets": 200_000, "of_one": True},
    "one neighbourhood": {"neighbourhoods": 1, "homes": 400, "assets": 40},
    "nobody lives there": {"has_people": False},
}


def main() -> int:
    """Run the benchmark and print its table.

    Returns
    -------
    int
        0; 1 where a budget was missed or an odd district broke.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, help="write the figures there too")
    choices = parser.parse_args()
    from playwright.sync_api import sync_playwright

    chromium = which("chromium") or which("chromium-browser")
    with sync_playwright() as started, tempfile.TemporaryDirectory() as folder:
        browser = started.chromium.launch(executable_path=chromium, args=list(FLAGS))
        figures: dict[str, Any] = {
            "measured": measured(browser, Path(folder)),
            "budgets": BUDGETS,
            "odd": {name: odd(browser, kind, Path(folder)) for name, kind in ODD.items()},
            "chromium": browser.version,
        }
        browser.close()
    if choices.json:
        choices.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for line in lines(figures):
        print(line)
    return 0 if all(is_met(figures)) and not any(map(broken, figures["odd"].values())) else 1


def map_of(kind: dict[str, Any]) -> tuple[bytes, float]:
    """Make the map of a made-up district.

    Parameters
    ----------
    kind
        What `big_district` is asked for.

    Returns
    -------
    tuple of bytes and float
        The page, and the seconds that making it took.
    """
    # What writes the figures into a page needs nothing of this.
    from benchmarks.big_district import big_district
    from pipeline.pages import map_page

    material = big_district(**kind)
    began = time.perf_counter()
    content = map_page(material).encode("utf-8")
    return content, time.perf_counter() - began


def measured(browser: Browser, folder: Path) -> dict[str, float]:
    """Make the map of a large district and open it several times.

    Parameters
    ----------
    browser
        A headless browser.
    folder
        Where the page may lie.

    Returns
    -------
    dict
        What was measured → how much.
    """
    content, took = map_of({})
    path = folder / "map.html"
    path.write_bytes(content)
    openings = [_opening(browser, path) for _ in range(OPENINGS)]
    return {
        "map.html, MB": len(content) / MB,
        "map.html gzipped, MB": len(gzip.compress(content, 6)) / MB,
        "making it, s": took,
        **{name: statistics.median(each[name] for each in openings) for name in openings[0]},
    }


def _opening(browser: Browser, path: Path) -> dict[str, float]:
    """Open a page once, switch what it shows, and note how long all that took."""
    page, errors = _opened(browser, path)
    first_draw = page.evaluate("drawnAfter") / 1000
    kinds = _switches(page, "category")
    measures = _switches(page, "measure")
    heap = _heap_mb(page)
    page.context.close()
    if errors:
        sys.exit(f"{path.name}: {errors[0]}")
    return {
        "first draw, s": first_draw,
        "switch of category, s": statistics.median(kinds),
        "slowest switch of category, s": max(kinds),
        "switch of measure, s": statistics.median(measures),
        "slowest switch of measure, s": max(measures),
        "JavaScript heap, MB": heap,
    }


def _opened(browser: Browser, path: Path) -> tuple[Page, list[str]]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    context.set_default_timeout(SLOWEST_ANSWER_MS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(NOTE_FIRST_DRAW)
    page.goto(path.as_uri())
    page.evaluate("drawnAfter")
    return page, errors


def _switches(page: Page, name: str) -> list[float]:
    values = page.evaluate(VALUES, name)
    step = max(1, len(values) // SWITCHES)
    return [page.evaluate(SWITCH, [name, value]) / 1000 for value in values[::step]]


def _heap_mb(page: Page) -> float:
    """Return what scripts hold in memory, after what they no longer need is gone."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = session.send("Performance.getMetrics")["metrics"]
    used = next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize")
    return float(used) / MB


def odd(browser: Browser, kind: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Make and open the map of an odd district.

    Parameters
    ----------
    browser
        A headless browser.
    kind
        What `big_district` is asked for.
    folder
        Where the page may lie.

    Returns
    -------
    dict
        `mb`, `first_draw_s`, `errors` of scripts and what the page `says` of itself; or the
        `sentence` with which no page was made.
    """
    try:
        content, _ = map_of(kind)
    except PipelineError as error:
        return {"sentence": str(error)}
    path = folder / "odd.html"
    path.write_bytes(content)
    page, errors = _opened(browser, path)
    found = {
        "mb": len(content) / MB,
        "first_draw_s": page.evaluate("drawnAfter") / 1000,
        "errors": errors,
        "says": page.locator(".banner").all_inner_texts(),
    }
    page.context.close()
    return found


def is_met(figures: dict[str, Any]) -> Iterator[bool]:
    """Yield for each budget whether it was kept."""
    for name, most in figures["budgets"].items():
        yield figures["measured"][name] <= most


def broken(found: dict[str, Any]) -> bool:
    """Tell whether the page of an odd district had a fault."""
    return bool(found.get("errors"))


def lines(figures: dict[str, Any]) -> Iterator[str]:
    """Yield the figures as a table in Markdown."""
    budgets = figures["budgets"]
    yield from ("| map of a large district | measured | budget | kept |", "|---|---:|---:|---|")
    for name, value in figures["measured"].items():
        most = budgets.get(name)
        kept = "" if most is None else "yes" if value <= most else "**no**"
        yield f"| {name} | {value:.2f} | {'' if most is None else f'{most:g}'} | {kept} |"
    yield from ("", "| odd district | MB | first draw, s | faults |", "|---|---:|---:|---:|")
    for name, found in figures["odd"].items():
        if "sentence" in found:
            yield f"| {name} | no page: {found['sentence']} | | |"
        else:
            faults = len(found["errors"])
            yield f"| {name} | {found['mb']:.2f} | {found['first_draw_s']:.2f} | {faults} |"


if __name__ == "__main__":
    sys.exit(main())
