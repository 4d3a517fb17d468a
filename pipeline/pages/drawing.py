"""One map as a picture for paper and slides, drawn twice from one description: PNG and SVG.

The sheet is A4, lying: it prints without being scaled, and on a slide it leaves room for words
beside it. Nothing is searched for on the machine: the typeface is matplotlib's own, and choices
that somebody made for matplotlib elsewhere are put aside. The same description gives the same
bytes. Text from data is text: it is not read as mathematics.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path as Outline
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pipeline.config import Theme
from pipeline.pages.compass import ScaleBar
from pipeline.pages.lettering import (
    MM_PER_INCH,
    fitting,
    largest,
    step_mm,
    typeface,
    wrapped,
)
from pipeline.pages.marks import marker, outline_of
from pipeline.pages.shapes import Shapes
from pipeline.pages.symbols import CORNERS, Points
from pipeline.pages.vectors import slim

WIDTH_MM, HEIGHT_MM = 297.0, 210.0
DOTS_PER_INCH = 200
# West, south, width and height of the map on the sheet, in millimetres.
PANEL_MM = (12.0, 30.0, 196.0, 150.0)
COLUMN_MM = (215.0, 285.0)
LONGEST_BAR_MM = 45.0
# What is below this is lost by some printers.
FOOT_MM = 6.0

GROUND = "#f1f0ea"
STATE_HATCHES = {"n": "..", "u": "xx", "s": "oo"}
STATE_LINE = "#74736c"

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Ground:
    """What lies under every picture of a district, in metres."""

    box: Box
    theme: Theme
    green: Shapes
    green_around: Shapes
    water: Shapes
    waterways: Shapes
    railways: Shapes
    main_streets: Shapes
    small_streets: Shapes
    neighbourhoods: Shapes
    borders: Shapes
    outline: Shapes
    edge: Shapes
    bar: ScaleBar


@dataclass(frozen=True)
class Row:
    """One line of a legend: a class by its number, a state by its letter, a line, or a symbol."""

    key: str
    words: str
    count: str
    colour: str = ""
    symbol: str = ""


@dataclass(frozen=True)
class Symbols:
    """Places of one kind."""

    key: str
    at: Points
    colour: str
    symbol: str


@dataclass(frozen=True)
class Picture:
    """All that is on one sheet; every text is ready to be read."""

    title: str
    statement: str
    alt: str
    fills: tuple[str, ...]
    legend_title: str
    count_title: str
    legend: tuple[Row, ...]
    symbols: tuple[Symbols, ...]
    north: str
    scale: tuple[str, str, str]
    notice: str
    notes: tuple[str, ...]

    @property
    def is_plain(self) -> bool:
        """Whether neighbourhoods are not in classes."""
        return not any(fill.startswith("class") for fill in self.fills)


def drawn(picture: Picture, ground: Ground) -> tuple[bytes, bytes]:
    """Draw a picture.

    Parameters
    ----------
    picture
        What is on it.
    ground
        What lies under it.

    Returns
    -------
    tuple of bytes and bytes
        PNG and SVG.
    """
    with _own_settings():
        figure = Figure(figsize=(WIDTH_MM / MM_PER_INCH, HEIGHT_MM / MM_PER_INCH))
        figure.patch.set_facecolor("#ffffff")
        _draw_map(figure, picture, ground)
        _draw_words(figure, picture, ground)
        return _as_png(figure, picture, ground.theme), _as_svg(figure, picture)


@contextmanager
def _own_settings() -> Iterator[None]:
    """Use our settings, whatever stands in a file of settings on this machine, and only here."""
    with mpl.rc_context(), warnings.catch_warnings():
        # A character that the typeface does not have is drawn as a box.
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "svg.hashsalt": "half-full",
                "svg.fonttype": "path",
                "hatch.linewidth": 0.5,
                "text.parse_math": False,
                "axes.unicode_minus": True,
                "path.simplify": True,
            }
        )
        yield


def _as_png(figure: Figure, picture: Picture, theme: Theme) -> bytes:
    figure.set_dpi(DOTS_PER_INCH)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    drawn_on = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    pixels = Image.fromarray(drawn_on[:, :, :3])
    # A third of the size, and plain areas keep their colours.
    few = _with_palette(pixels, picture, theme)
    words = PngInfo()
    for key, text in (("Title", picture.title), ("Description", picture.alt)):
        words.add_itxt(key, text)
    words.add_itxt("Copyright", " ".join(picture.notes))
    held = io.BytesIO()
    dots = (DOTS_PER_INCH, DOTS_PER_INCH)
    few.save(held, "PNG", pnginfo=words, dpi=dots, compress_level=7)
    return held.getvalue()


def _with_palette(pixels: Image.Image, picture: Picture, theme: Theme) -> Image.Image:
    """Return a picture of 256 colours: those that mean something, however rare, and usual ones."""
    told = {
        *theme.access_classes,
        *(row.colour for row in picture.legend if row.colour),
        *(theme.ink, theme.no_data, theme.water, theme.green, GROUND, "#ffffff"),
    }
    room = 256 - len(told)
    usual = pixels.quantize(room, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    numbers = np.array(usual)
    whole = np.asarray(pixels).astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.uint32)
    palette = np.zeros((256, 3), dtype=np.uint8)
    found = np.array((usual.getpalette() or [])[: 3 * room], dtype=np.uint8).reshape(-1, 3)
    palette[: len(found)] = found
    for number, colour in enumerate(sorted(told), start=room):
        numbers[whole == int(colour[1:], 16)] = number
        palette[number] = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    few = Image.fromarray(numbers)
    few.putpalette(palette.tobytes())
    return few


def _as_svg(figure: Figure, picture: Picture) -> bytes:
    held = io.BytesIO()
    figure.set_dpi(72)
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    canvas = FigureCanvasSVG(figure)
    canvas.print_svg(held, metadata=nothing)  # type: ignore[no-untyped-call]
    return slim(held.getvalue(), picture.title, picture.alt)


# --- the map --------------------------------------------------------------------------------------


def _draw_map(figure: Figure, picture: Picture, ground: Ground) -> None:
    theme = ground.theme
    west, south, width, height = PANEL_MM
    frame = (west / WIDTH_MM, south / HEIGHT_MM, width / WIDTH_MM, height / HEIGHT_MM)
    axes = figure.add_axes(frame, facecolor=GROUND)
    left, bottom, right, top = ground.box
    axes.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(edgecolor=theme.outline, linewidth=0.6)
    axes.set_gid("map")

    def area(shapes: Shapes, key: str, order: float, **style: Any) -> None:  # noqa: ANN401 (as matplotlib takes it)
        outline = outline_of(shapes)
        if outline is not None:
            # Unlike add_patch this does not look for the extremes of every curve, which are known.
            axes.add_artist(PathPatch(outline, gid=key, zorder=order, **style))

    def line(shapes: Shapes, key: str, order: float, **style: Any) -> None:  # noqa: ANN401
        area(shapes, key, order, fill=False, joinstyle="round", capstyle="round", **style)

    for n, (fill, shape) in enumerate(zip(picture.fills, ground.neighbourhoods, strict=True)):
        area(np.array([shape]), f"{fill}.{n}", 2, linewidth=0, **_filled(fill, theme))
    # Between classes green would be taken for one; beside them it says what is around.
    shown = ground.green if picture.is_plain else ground.green_around
    area(shown, "green", 2.9, facecolor=theme.green, linewidth=0)
    area(ground.water, "water", 3, facecolor=theme.water, linewidth=0, alpha=0.85)
    line(ground.waterways, "waterways", 3.1, edgecolor=theme.water, linewidth=0.9)
    street = theme.street
    line(ground.railways, "railways", 3.2, edgecolor=street, linewidth=0.6, linestyle=(0, (5, 3)))
    line(ground.small_streets, "streets", 3.3, edgecolor=street, linewidth=0.25, alpha=0.45)
    line(ground.main_streets, "main-streets", 3.4, edgecolor=street, linewidth=0.7, alpha=0.65)
    # White parts dark classes, a hair of the outline pale ones.
    if not picture.is_plain:
        line(ground.borders, "borders-under", 3.9, edgecolor="#ffffff", linewidth=1.1)
    line(ground.borders, "borders", 4, edgecolor=theme.outline, linewidth=0.25, alpha=0.8)
    line(ground.outline, "outline", 4.1, edgecolor=theme.outline, linewidth=1.1)
    line(ground.edge, "edge", 4.2, **_edge_line(theme))
    for symbols in picture.symbols:
        size = _symbol_size(sum(len(each.at) for each in picture.symbols))
        axes.scatter(
            symbols.at[:, 0],
            symbols.at[:, 1],
            s=size,
            marker=marker(symbols.symbol),
            c=symbols.colour,
            edgecolors="#ffffff",
            linewidths=0.45,
            zorder=5,
            gid=f"places-{symbols.key}",
        )


def _edge_line(theme: Theme) -> dict[str, Any]:
    return {"edgecolor": theme.ink, "linewidth": 1.1, "linestyle": (0, (1, 2.5))}


def _filled(key: str, theme: Theme) -> dict[str, Any]:
    """Return colour and hatching of a class or a state."""
    kind, _, which = key.partition("-")
    if kind == "plain":
        return {"facecolor": "#ffffff"}
    if kind == "class":
        return {"facecolor": theme.access_classes[int(which)]}
    hatch = STATE_HATCHES[which]
    return {"facecolor": theme.no_data, "hatch": hatch, "hatchcolor": STATE_LINE}


def _symbol_size(count: int) -> float:
    """Return an area in square points: many symbols are drawn smaller, so that they stay apart."""
    return float(np.interp(count, (30, 300, 2000), (46.0, 22.0, 9.0)))


# --- the words around it --------------------------------------------------------------------------


class _Sheet:
    """The whole sheet in millimetres, from its lower left corner."""

    def __init__(self, figure: Figure, ink: str) -> None:
        self.axes = figure.add_axes((0, 0, 1, 1), zorder=3)
        self.axes.set(xlim=(0, WIDTH_MM), ylim=(0, HEIGHT_MM))
        self.axes.set_axis_off()
        self.axes.set_gid("words")
        self._ink = ink

    def write(self, text: str, x: float, y: float, face: FontProperties, **style: Any) -> None:  # noqa: ANN401
        """Write one line; `y` is its foot."""
        settings = {"va": "baseline", "color": self._ink, **style}
        self.axes.text(x, y, text, fontproperties=face, parse_math=False, **settings)

    def lines(
        self, text: str, at: tuple[float, float], face: FontProperties, width: float, most: int
    ) -> float:
        """Write lines below one another; return where the next would stand."""
        return self.put(wrapped(text, face, width, most), at, face)

    def put(self, lines: list[str], at: tuple[float, float], face: FontProperties) -> float:
        """Write lines that are broken already; return where the next would stand."""
        x, y = at
        for line in lines:
            self.write(line, x, y, face)
            y -= step_mm(face)
        return y


def _draw_words(figure: Figure, picture: Picture, ground: Ground) -> None:
    sheet = _Sheet(figure, ground.theme.ink)
    west, south, _, height = PANEL_MM
    room = COLUMN_MM[1] - west
    # One line each where they fit; otherwise smaller, and only then cut.
    title, large = largest(picture.title, (17, 14, 11.5), room, most=1, is_bold=True)
    y = sheet.put(title, (west, HEIGHT_MM - 16), large)
    is_short = len(wrapped(picture.statement, typeface(10.5), room, 2)) == 1
    sizes, lines = ((10.5,), 1) if is_short else ((9, 7.5), 2)
    statement, plain = largest(picture.statement, sizes, room, most=lines)
    sheet.put(statement, (west, y - 0.2), plain)
    _draw_legend(sheet, picture, ground.theme, south + height)
    _draw_north_and_scale(sheet, picture, ground, south)
    y = south - 5.5
    for line, face in fitting(picture.notes, room, y - FOOT_MM):
        sheet.write(line, west, y, face)
        y -= step_mm(face)


def _draw_legend(sheet: _Sheet, picture: Picture, theme: Theme, top: float) -> None:
    left, right = COLUMN_MM
    bold, plain, small = typeface(9.5, is_bold=True), typeface(9), typeface(7.5)
    y = sheet.lines(picture.legend_title, (left, top - 3.2), bold, right - left, 4) - 1.0
    sheet.write(picture.count_title, right, y, small, ha="right")
    y -= 3.0
    for row in picture.legend:
        middle = y - 2.6
        _draw_key(sheet, row, theme, left, middle)
        room = right - left - (25 if row.count else 13)
        lower = sheet.lines(row.words, (left + 13, middle - 1.1), plain, room, 4)
        sheet.write(row.count, right, middle - 1.1, plain, ha="right")
        y = min(lower + 1.6, middle - 3.4)
    sheet.lines(picture.notice, (left, y - 5), bold, right - left, 10)


def _draw_key(sheet: _Sheet, row: Row, theme: Theme, x: float, middle: float) -> None:
    if row.symbol:
        corners = 1.7 * CORNERS[row.symbol] + (x + 4.5, middle)
        sheet.axes.add_patch(Polygon(corners, facecolor=row.colour, linewidth=0))
        return
    if row.key == "edge":
        dots = Outline([(x, middle), (x + 9, middle)])
        sheet.axes.add_patch(PathPatch(dots, fill=False, capstyle="round", **_edge_line(theme)))
        return
    patch = Rectangle(
        (x, middle - 2.2), 9, 4.4, edgecolor=theme.outline, linewidth=0.4,
        gid=f"key-{row.key}", **_filled(row.key, theme),
    )  # fmt: skip
    sheet.axes.add_patch(patch)


def _draw_north_and_scale(sheet: _Sheet, picture: Picture, ground: Ground, foot: float) -> None:
    left, right = COLUMN_MM
    ink, small = ground.theme.ink, typeface(7)
    y = foot + 1.5
    lines = wrapped(picture.north, small, right - left - 12, 4)
    for n, line in enumerate(lines):
        sheet.write(line, left + 12, y + 3.3 * (len(lines) - 1 - n), small)
    arrow = [(left + 4 + dx, y + dy) for dx, dy in ((0, 9.5), (2.6, 0), (0, 2.2), (-2.6, 0))]
    sheet.axes.add_patch(Polygon(arrow, facecolor=ink, linewidth=0, gid="north"))
    y += 20.0
    length = ground.bar.drawn_m * PANEL_MM[2] / (ground.box[2] - ground.box[0])
    for n, colour in enumerate((ink, "#ffffff")):
        start = (left + n * length / 2, y)
        sheet.axes.add_patch(
            Rectangle(start, length / 2, 1.6, facecolor=colour, edgecolor=ink, linewidth=0.5,
                      gid=f"scale-{n}")
        )  # fmt: skip
    for n, text in enumerate(picture.scale):
        sheet.write(text, left + n * length / 2, y + 2.8, small, ha="left" if n == 0 else "center")
