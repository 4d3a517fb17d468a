"""Text on a picture: measured, broken into lines, and made to fit.

The typeface is the one that comes with matplotlib, so that nothing depends on what is installed.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

MM_PER_INCH = 25.4
POINTS_PER_MM = 72 / MM_PER_INCH
# Points, from what is pleasant to what can still be read on paper.
SIZES = (6.6, 6.0, 5.4, 4.8)
MOST_LINES = 20


def typeface(size: float, *, is_bold: bool = False) -> FontProperties:
    """Return matplotlib's own typeface.

    Parameters
    ----------
    size
        In points.
    is_bold
        Whether it stands out.

    Returns
    -------
    FontProperties
        Known by its file, so that none is searched for.
    """
    name = "DejaVuSans-Bold.ttf" if is_bold else "DejaVuSans.ttf"
    return FontProperties(fname=str(Path(mpl.get_data_path(), "fonts/ttf", name)), size=size)


def wrapped(text: str, face: FontProperties, width_mm: float, most: int) -> list[str]:
    """Break text into lines that fit, cutting what does not fit into the last.

    Parameters
    ----------
    text
        One line.
    face
        Typeface and size.
    width_mm
        The room there is.
    most
        Most lines.

    Returns
    -------
    list of str
        From one to `most` lines.
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or _width_mm(longer, face) <= width_mm:
            lines[-1] = longer
        elif len(lines) > most:
            break
        else:
            lines.append(word)
    kept, left = lines[:most], lines[most:]
    if left or any(_width_mm(line, face) > width_mm for line in kept):
        kept = [_cut(line, face, width_mm) for line in kept]
        if left:
            kept[-1] = _cut(f"{kept[-1]} …", face, width_mm)
    return kept


def largest(
    text: str, sizes: tuple[float, ...], width_mm: float, *, most: int, is_bold: bool = False
) -> tuple[list[str], FontProperties]:
    """Break text into so many lines in the largest size in which it fits, else cut it.

    Parameters
    ----------
    text
        One line.
    sizes
        In points, the largest first.
    width_mm
        The room there is.
    most
        Most lines.
    is_bold
        Whether it stands out.

    Returns
    -------
    tuple of list of str and FontProperties
        The lines, and how they are written.
    """
    for size in sizes:
        face = typeface(size, is_bold=is_bold)
        lines = wrapped(text, face, width_mm, most)
        if " ".join(lines) == " ".join(text.split()):
            break
    return lines, face


def _cut(line: str, face: FontProperties, width_mm: float) -> str:
    if _width_mm(line, face) <= width_mm:
        return line
    # The first length that is too wide; the more letters, the wider.
    first = bisect_left(
        range(1, len(line)), 1, key=lambda n: _width_mm(f"{line[:n]}…", face) > width_mm
    )
    return f"{line[:first].rstrip()}…"


def _width_mm(text: str, face: FontProperties) -> float:
    return _width_of(text, str(face.get_file()), float(face.get_size_in_points()))


@lru_cache(4096)
def _width_of(text: str, file: str, size: float) -> float:
    """Return a width in millimetres; the words of one district are much the same on all sheets."""
    face = FontProperties(fname=file, size=size)
    width, _, _ = TextToPath().get_text_width_height_descent(text, face, ismath=False)
    return float(width) / POINTS_PER_MM


def step_mm(face: FontProperties) -> float:
    """Return how far one line stands below another, in millimetres."""
    return 1.32 * float(face.get_size_in_points()) / POINTS_PER_MM


def fitting(
    notes: tuple[str, ...], width_mm: float, height_mm: float
) -> list[tuple[str, FontProperties]]:
    """Break notes into lines, as small as they must be to fit: who made the data is not cut.

    Parameters
    ----------
    notes
        One below another.
    width_mm, height_mm
        The room there is.

    Returns
    -------
    list of tuple of str and FontProperties
        Lines and how they are written. Only if not even the smallest size fits, the last is cut.
    """
    for size in SIZES:
        face = typeface(size)
        most = int(height_mm / step_mm(face)) + 1
        lines = [line for note in notes for line in wrapped(note, face, width_mm, MOST_LINES)]
        if len(lines) <= most:
            return [(line, face) for line in lines]
    return [
        (line, face) for line in (*lines[: most - 1], _cut(f"{lines[most - 1]} …", face, width_mm))
    ]
