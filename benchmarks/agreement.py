"""How near the answers of an engine must come to ours before its time is believed.

Walks are whole decimetres in every engine, so most answers must be the same to the last digit.
`RULES` says where they need not, and why.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.jobs import LONGEST_DM, Numbers

LONGEST_M = LONGEST_DM / 10
# Missing means "in none" here, and not "not asked".
COMPLETE = ("assign",)


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
    rule, n_asked, wrong = RULES.get((task, engine), Rule()), 0, []
    # A slice at a time: answers of large towns hold a hundred million numbers.
    for left, right in zip(np.atleast_2d(ours), np.atleast_2d(theirs), strict=True):
        is_asked = np.full(right.shape, fill_value=True) if task in COMPLETE else ~np.isnan(right)
        at = np.flatnonzero(is_asked & ~_is_near(left, right, rule))
        n_asked += int(is_asked.sum())
        wrong += [(left.ravel()[at], right.ravel()[at])] if len(at) else []
    if n_asked == 0:
        return f"{task}: {engine} has answered nothing."
    if wrong:
        have, told = wrong[0]
        return (
            f"{task}: {engine} disagrees in {sum(len(part) for part, _ in wrong):,} of "
            f"{n_asked:,} numbers; the first is {told[0]:.9g} where we have {have[0]:.9g}."
        )
    return None


def _is_near(left: Numbers, right: Numbers, rule: Rule) -> npt.NDArray[np.bool_]:
    """Compare number by number; a number that only one side has is not near."""
    near: npt.NDArray[np.bool_] = np.isclose(
        np.minimum(right, rule.cap), np.minimum(left, rule.cap),
        rtol=rule.relative, atol=rule.absolute, equal_nan=True,
    )  # fmt: skip
    return near
