"""The measures that can be chosen on a map, with their words and the bounds of their classes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from pipeline.config import Theme
from pipeline.pages.wording import Words


@dataclass(frozen=True)
class Measure:
    """One measure: its name in tables, its words, and how its classes are bounded.

    `sentence` has a slot for the value; all other words are whole.
    """

    name: str
    kind: Literal["share", "minutes", "count"]
    minutes: int
    label: str
    inline: str
    short: str
    sentence: str
    legend: tuple[str, ...]
    bounds: tuple[float, ...]


def measures(words: Words, minutes: tuple[int, ...], theme: Theme) -> list[Measure]:
    """Return the measures that can be chosen on a map, in reading order.

    Parameters
    ----------
    words
        The language.
    minutes
        The study's minutes, rising.
    theme
        Holds the class bounds.

    Returns
    -------
    list of Measure
        Shares for each number of minutes, the median and quartile walks, the mean number.
    """
    longest = max(minutes)
    shares = _classes(words, "share", theme.share_bounds_pct)
    walks = _classes(words, "minutes", theme.minutes_bounds)
    counts = _classes(words, "count", theme.count_bounds, minutes=longest)
    walk = {f"nearest_{part}": f"nearest_{part}_min" for part in ("median", "q25", "q75")}
    return [
        *(
            Measure(
                f"within_{m}_min_pct",
                "share",
                m,
                *_told(words, "within", minutes=m),
                shares,
                theme.share_bounds_pct,
            )
            for m in minutes
        ),
        *(
            Measure(name, "minutes", 0, *_told(words, key), walks, theme.minutes_bounds)
            for key, name in walk.items()
        ),
        Measure(
            f"mean_count_within_{longest}_min",
            "count",
            longest,
            *_told(words, "mean_count", minutes=longest),
            counts,
            theme.count_bounds,
        ),
    ]


def _told(words: Words, key: str, **slots: int) -> tuple[str, str, str, str]:
    """Return label, label inside a sentence, heading of a column, and sentence of a measure."""
    label, inline, short = (
        words(f"measures.{key}.{part}", **slots) for part in ("label", "inline", "short")
    )
    return label, inline, short, words(f"measures.{key}.sentence", value="{value}", **slots)


def _classes(words: Words, kind: str, bounds: tuple[float, ...], **slots: int) -> tuple[str, ...]:
    """Say each class, the least first.

    Bounds of shares and counts belong to the class above them: 60 % is in “60 to under 80 %”.
    Bounds of walks belong to the class below them: a walk of 10 minutes is within 10.
    """
    return (
        words(f"classes.{kind}_least", high=bounds[0], **slots),
        *(words(f"classes.{kind}_between", low=a, high=b) for a, b in pairwise(bounds)),
        words(f"classes.{kind}_most", low=bounds[-1], **slots),
    )
