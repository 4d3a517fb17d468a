"""How near the answers of an engine must come to ours before its time is believed.

Walks are whole decimetres in every engine, so most answers must be the same to the last digit.
`RULES` says where they need not, and why.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.jobs import LONGEST_DM, Numbers

LONGEST_M = LONGEST_DM / 10


@dataclass(frozen=True)
class Rule:
    """What may differ.

    Numbers agree within `absolute` + `relative` × the number. An engine that never looks further
    than `cap` is held against ours cut off there. `why` is a sentence for the reader.
    """

    absolute: float = 1e-6
    relative: float = 1e-9
    cap: float = np.inf
    why: str = ""


RULES = {
    ("nearest", "pandana"): Rule(
        cap=LONGEST_M,
        why="pandana looks no further than 1,600 m and returns that where it finds nothing; "
        "beyond it nothing is compared.",
    ),
    ("counts", "cityseer"): Rule(
        absolute=1e-4,
        relative=1e-4,
        why="cityseer measures drawn edges in single precision: counts must be the same, sums of "
        "weights within a ten-thousandth.",
    ),
    ("read", "pyrosm"): Rule(
        relative=0.05,
        why="pyrosm decides differently about squares, cycle paths and private ways: the length "
        "of ordinary streets and steps must agree within 5 %.",
    ),
    ("read", "osmnx"): Rule(
        relative=0.1,
        why="osmnx is given the ways that we take for walkable, but reads no squares that are "
        "drawn as relations: the length of all streets must agree within 10 %.",
    ),
    ("snap", "osmnx"): Rule(
        absolute=0.0501,
        why="Our snap legs are whole decimetres: distances must agree within half of one.",
    ),
}


def disagreement(task: str, engine: str, ours: Numbers, theirs: Numbers) -> str | None:
    """Compare two answers.

    Parameters
    ----------
    task, engine
        What was asked, and whom.
    ours, theirs
        Answers of the same shape; missing where the other engine was not asked.

    Returns
    -------
    str or None
        A sentence where they do not agree.
    """
    if ours.shape != theirs.shape:
        return f"{task}: {engine} answers {theirs.shape} numbers where we have {ours.shape}."
    is_asked = ~np.isnan(theirs) | np.isnan(ours)
    if not (is_asked & ~np.isnan(theirs)).any():
        return f"{task}: {engine} has answered nothing."
    rule = RULES.get((task, engine), Rule())
    left, right = (np.minimum(numbers[is_asked], rule.cap) for numbers in (ours, theirs))
    is_near = np.isclose(right, left, rtol=rule.relative, atol=rule.absolute, equal_nan=True)
    if is_near.all():
        return None
    at = int(np.argmin(is_near))
    return (
        f"{task}: {engine} disagrees in {int((~is_near).sum()):,} of {len(left):,} numbers; the "
        f"first is {right[at]:.9g} where we have {left[at]:.9g}."
    )
