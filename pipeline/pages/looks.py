"""The theme as a style sheet, and the logo as a picture inside the page.

Each colour is a variable, so that no element is styled one by one. The maps themselves keep their
own colours, light or dark: what is shown in a meeting, on a screen at night and on paper is the
same map.
"""

from __future__ import annotations

import base64

from pipeline.config import Palette, Theme
from pipeline.errors import ChoiceIsNotAllowed
from pipeline.pages.picture_gate import faults_of_png, faults_of_svg

LARGEST_LOGO_BYTES = 200_000
FONTS = {
    "sans": '"Segoe UI", system-ui, "Helvetica Neue", "Noto Sans", Arial, sans-serif',
    "serif": '"Iowan Old Style", "Palatino Linotype", Palatino, "Noto Serif", Georgia, serif',
}


def style(theme: Theme) -> str:
    """Return the variables of a theme.

    Parameters
    ----------
    theme
        The looks; every value was checked when it was read.

    Returns
    -------
    str
        CSS: light, dark where the device or the reader asks for it, light on paper.
    """
    light, dark = _colours(theme.light), _colours(theme.dark)
    maps = {name: getattr(theme, name) for name in ("water", "green", "street", "outline")}
    maps["no-data"] = theme.no_data
    maps |= {f"class-{place}": colour for place, colour in enumerate(theme.access_classes)}
    set_in = {
        "font": FONTS[theme.font],
        "text": f"{theme.text_rem:g}rem",
        "space": f"{theme.space_rem:g}rem",
        "round": f"{theme.corner_px}px",
    }
    return "\n".join(
        (
            f":root {{ color-scheme: light; {_rules(maps)} {_rules(set_in)} }}",
            f":root, .map-box {{ {_rules(light)} }}",
            "@media (prefers-color-scheme: dark) {",
            f'  :root:not([data-looks="light"]) {{ color-scheme: dark; {_rules(dark)} }}',
            "}",
            f':root[data-looks="dark"] {{ color-scheme: dark; {_rules(dark)} }}',
            "@media print {",
            f"  :root:root:root {{ color-scheme: light; {_rules(light)} }}",
            "}",
        )
    )


def logo_of(name: str, content: bytes) -> str:
    """Return a logo as an address that holds the picture itself.

    Parameters
    ----------
    name
        Its file, which ends in `.png` or `.svg`.
    content
        What the file holds.

    Returns
    -------
    str
        A `data:` address.

    Raises
    ------
    ChoiceIsNotAllowed
        If it is too large, no such picture by its bytes, or holds a script or a link.
    """
    kind, faults = {
        "png": ("image/png", faults_of_png),
        "svg": ("image/svg+xml", faults_of_svg),
    }.get(name.rpartition(".")[2].lower(), ("", None))
    if faults is None:
        raise ChoiceIsNotAllowed(f"{name}: a logo is a PNG or an SVG; save it as one of these.")
    if len(content) > LARGEST_LOGO_BYTES:
        raise ChoiceIsNotAllowed(
            f"{name}: the logo has {len(content):,} bytes, and stands in every page; at most "
            f"{LARGEST_LOGO_BYTES:,} are allowed."
        )
    for fault in faults(content):
        raise ChoiceIsNotAllowed(f"{name}: the logo {fault}; save it anew as a plain picture.")
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _colours(palette: Palette) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in palette.model_dump().items()}


def _rules(values: dict[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in values.items())
