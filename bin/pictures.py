"""Take the pictures of the README: pages of a district as a browser shows them.

    python bin/pictures.py outputs/sampleton --out docs/pictures

Needs Chromium. Pages that the district does not have are passed over, and said.
"""
# ruff: noqa: INP001, T201 (a program for the command line)

from __future__ import annotations

import argparse
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
# Pages are calm: a palette of so many colours cannot be told from all of them.
COLOURS = 256


@dataclass(frozen=True)
class Shot:
    """One picture: which page, how large a window, and what is done first."""

    name: str
    page: str
    width: int
    height: int
    scale: float = 1.5
    choose: tuple[tuple[str, str], ...] = ()


SHOTS = (
    Shot("map", "map.html", 1280, 900, choose=(("category", "park"),)),
    Shot("glance", "index.html", 1280, 900),
    Shot("neighbourhood", "neighbourhoods/*.html", 390, 800, scale=2),
)


def main() -> int:
    """Take every picture.

    Returns
    -------
    int
        0; 1 where there is no browser or no page.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("district", type=Path, help="folder of a published district")
    parser.add_argument("--out", type=Path, required=True, help="folder of the pictures")
    choices = parser.parse_args()
    chromium = which("chromium") or which("chromium-browser")
    if chromium is None:
        print("make pictures: the program chromium is missing; install it, then again")
        return 1
    choices.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=list(FLAGS))
        taken = [_taken(browser, shot, choices.district, choices.out) for shot in SHOTS]
        browser.close()
    return 0 if any(taken) else 1


def _taken(browser: Browser, shot: Shot, district: Path, out: Path) -> bool:
    page_file = min(district.glob(shot.page), default=None)
    if page_file is None:
        print(f"{district / shot.page}: there is no such page, so no picture of it")
        return False
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        device_scale_factor=shot.scale,
        color_scheme="light",
        reduced_motion="reduce",
        offline=True,
    )
    page = context.new_page()
    page.goto(page_file.resolve().as_uri())
    for name, value in shot.choose:
        page.select_option(f"#{name}", value)
    page.wait_for_timeout(500)
    few = (
        Image.open(io.BytesIO(page.screenshot()))
        .convert("RGB")
        .quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    )
    target = out / f"{shot.name}.png"
    few.save(target, optimize=True)
    print(f"{target}: {target.stat().st_size // 1000} kB")
    context.close()
    return True


if __name__ == "__main__":
    sys.exit(main())
