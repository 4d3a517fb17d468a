"""Whether the colours of a theme can be read and told apart, held against WCAG 2.2.

Text needs a contrast of 4.5 to its ground, graphics and the frames of controls 3. Classes that lie
side by side in a legend must differ in lightness and in colour, for readers with deuteranopia too;
so must any two of the nine colours that show access and deprivation in one view.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from pipeline.config import Palette, Theme

TEXT, GRAPHICS = 4.5, 3.0
# Classes side by side: in greyscale, and as a distance in CIELAB.
STEP, DIFFERENCE = 1.25, 10.0
# How much of the pale edge of the lines of deprivation is seen; the rest is what is below.
EDGE_OPACITY = 0.92

Colour = tuple[float, float, float]
_GROUNDS = ("paper", "card", "tint", "notice", "beside")
# Viénot, Brettel and Mollon 1999: what a reader without the middle cones sees, of linear RGB.
_DEUTERANOPIA = (
    (0.29275, 0.70725, 0.0),
    (0.29275, 0.70725, 0.0),
    (-0.02234, 0.02234, 1.0),
)


def faults_of_theme(theme: Theme) -> Iterator[str]:
    """Yield what makes a theme unfit to be used, each in a sentence without its full stop.

    Parameters
    ----------
    theme
        The looks.

    Yields
    ------
    str
        Which key, which two colours, what their contrast is, and what it must be.
    """
    for name in ("light", "dark"):
        yield from _of_palette(name, getattr(theme, name))
    yield from _of_classes(theme)
    yield from _of_two_way(theme)
    for place, under in enumerate((*theme.access_classes, theme.no_data)):
        edge = over("#ffffff", under, EDGE_OPACITY)
        for decile, line in enumerate(theme.deprivation_classes, start=1):
            if contrast(rgb(line), edge) < GRAPHICS:
                yield _said(
                    f"deprivation_classes[{decile}]", line, f"its pale edge over class {place + 1}",
                    under, contrast(rgb(line), edge), GRAPHICS,
                )  # fmt: skip


def _of_palette(name: str, palette: Palette) -> Iterator[str]:
    pairs = [
        *((text, ground, TEXT) for text in ("ink", "quiet", "accent") for ground in _GROUNDS),
        ("beside_ink", "card", TEXT),
        ("beside_ink", "beside", TEXT),
        ("edge", "card", GRAPHICS),
        ("edge", "paper", GRAPHICS),
        ("near", "card", GRAPHICS),
        ("middle", "card", GRAPHICS),
        ("column", "beside", GRAPHICS),
    ]
    for first, ground, least in pairs:
        one, other = getattr(palette, first), getattr(palette, ground)
        found = contrast(rgb(one), rgb(other))
        if found < least:
            yield _said(f"{name}.{first}", one, f"{name}.{ground}", other, found, least)
    for one, other in pairwise(("near", "middle", "far", "bar")):
        yield from _of_neighbours(
            f"{name}.{one}", getattr(palette, one), f"{name}.{other}", getattr(palette, other)
        )


def _of_classes(theme: Theme) -> Iterator[str]:
    classes = theme.access_classes
    for place, (lighter, darker) in enumerate(pairwise(classes), start=1):
        names = f"access_classes[{place}]", f"access_classes[{place + 1}]"
        if luminance(rgb(darker)) >= luminance(rgb(lighter)):
            yield f"{names[1]} ({darker}) must be darker than {names[0]} ({lighter})"
        yield from _of_neighbours(names[0], lighter, names[1], darker)
    for beside in (classes[0], classes[1], theme.no_data):
        found = contrast(rgb(theme.outline), rgb(beside))
        if found < GRAPHICS:
            yield _said("outline", theme.outline, "what it goes around", beside, found, GRAPHICS)


def _of_two_way(theme: Theme) -> Iterator[str]:
    """Hold each of the nine colours against all others: any two may lie side by side on a map."""
    named = [
        (f"two_way_classes[{place}]", colour)
        for place, colour in enumerate(theme.two_way_classes, start=1)
    ]
    for (name, one), (other_name, other) in combinations(named, 2):
        yield from _of_apart(name, one, other_name, other)


def _of_neighbours(name: str, one: str, other_name: str, other: str) -> Iterator[str]:
    """Hold two colours that lie side by side against each other."""
    found = contrast(rgb(one), rgb(other))
    if found < STEP:
        yield _said(name, one, other_name, other, found, STEP)
    yield from _of_apart(name, one, other_name, other)


def _of_apart(name: str, one: str, other_name: str, other: str) -> Iterator[str]:
    """Hold two colours against each other as readers see them."""
    for how, seen in (("", lambda c: c), (" with deuteranopia", deuteranopia)):
        apart = difference(seen(rgb(one)), seen(rgb(other)))
        if apart < DIFFERENCE:
            yield (
                f"{name} ({one}) and {other_name} ({other}) are {apart:.0f} apart for readers"
                f"{how}, and must be {DIFFERENCE:.0f} (CIELAB)"
            )


def _said(name: str, one: str, other_name: str, other: str, found: float, least: float) -> str:
    return (
        f"{name} ({one}) on {other_name} ({other}) has a contrast of {found:.1f} and must have "
        f"{least:g} or more; make one lighter or darker"
    )


def rgb(text: str) -> Colour:
    """Return `#rrggbb` as shares of red, green and blue."""
    red, green, blue = (int(text[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue


def over(top: str, under: str, opacity: float) -> Colour:
    """Return what is seen of a colour that lets some of another through."""
    red, green, blue = (
        opacity * t + (1 - opacity) * u for t, u in zip(rgb(top), rgb(under), strict=True)
    )
    return red, green, blue


def luminance(colour: Colour) -> float:
    """Return the relative luminance, as WCAG defines it."""
    red, green, blue = (_linear(c) for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, as WCAG defines it: from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def deuteranopia(colour: Colour) -> Colour:
    """Return what a reader without the middle cones sees."""
    linear = [_linear(c) for c in colour]
    red, green, blue = (
        _coded(sum(w * c for w, c in zip(row, linear, strict=True))) for row in _DEUTERANOPIA
    )
    return red, green, blue


def difference(one: Colour, other: Colour) -> float:
    """Return how far two colours lie apart in CIELAB (1976)."""
    total = sum((a - b) ** 2 for a, b in zip(_lab(one), _lab(other), strict=True))
    return float(total**0.5)


def _lab(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = (_linear(c) for c in colour)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))  # noqa: PLR2004
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004


def _coded(value: float) -> float:
    value = min(1.0, max(0.0, value))
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055  # noqa: PLR2004
