"""Whole numbers as text, as scripts of a page read them back.

Numbers are written in digits of base 32, five bits to a character, the lowest first; a character
of the second half of the alphabet says that more follow. The lowest bit of a number is its sign.
Compressed, as pages are sent, this is smaller than decimal numbers or bytes in base 64, because a
character is a digit of one number.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

ALPHABET = np.frombuffer(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype=np.uint8
)
DIGIT_BITS = 5
MORE_FOLLOW = 1 << DIGIT_BITS


def coded(values: Ints) -> str:
    """Write whole numbers as text, small ones short.

    Parameters
    ----------
    values
        Whole numbers of less than 2³⁰, either sign; shape (n,).

    Returns
    -------
    str
        Letters, digits, `-` and `_`.

    Examples
    --------
    >>> coded(np.array([0, 1, -1, 15, 16]))
    'ACBegB'
    """
    folded = np.where(values >= 0, 2 * values, -2 * values - 1).astype(np.int64)
    sizes = np.maximum(1, -(-_bits(folded) // DIGIT_BITS))
    owner = np.repeat(np.arange(len(folded)), sizes)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    digits = (folded[owner] >> (DIGIT_BITS * place)) & (MORE_FOLLOW - 1)
    more = np.where(place < sizes[owner] - 1, MORE_FOLLOW, 0)
    return str(ALPHABET[digits | more].tobytes(), "ascii")


def _bits(values: Ints) -> Ints:
    """Return how many binary digits each number has; 0 for 0."""
    return np.frexp(values.astype(np.float64))[1].astype(np.int64)


def coded_lines(lines: list[list[int]]) -> dict[str, str]:
    """Write lines as text, each beginning where the one before ended.

    Parameters
    ----------
    lines
        Of each line x and y by turns: its first point, then the steps from point to point.

    Returns
    -------
    dict
        `n`, how many points each has; `x` and `y`, all steps, the first from the end of the line
        before.
    """
    sizes = np.array([len(line) // 2 for line in lines], dtype=np.int64)
    steps = np.array([number for line in lines for number in line], dtype=np.int64).reshape(-1, 2)
    if len(sizes):
        first = np.cumsum(sizes) - sizes
        ends = np.add.reduceat(steps, first)
        steps[first[1:]] -= ends[:-1]
    return {"n": coded(sizes), "x": coded(steps[:, 0]), "y": coded(steps[:, 1])}
