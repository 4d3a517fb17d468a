"""What the engine is meant to reach, and whether the figures of a run reach it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.tables import OURS, Record, exponent

# Times as long as ours, by wall clock, on the smallest town that was asked for.
AT_LEAST = {
    ("nearest", "scipy"): 6,
    ("nearest", "networkit"): 10,
    ("nearest", "pandana"): 100,
    ("counts", "scipy"): 15,
    ("counts", "pandana"): 50,
    ("counts", "cityseer"): 100,
    ("e2sfca", "scipy"): 20,
    ("read", "osmnx"): 20,
    ("read", "pyrosm"): 5,
    ("snap", "osmnx"): 10,
    ("assign", "geopandas"): 1,
}
# On the largest of several towns.
NEAREST_AT_LARGEST = 4
EXPONENTS = {"nearest": 1.35, "counts": 1.1}
NEAREST_HOMES_S = 0.2
HOMES_TO_JUNCTIONS = 1.5


class Goal(NamedTuple):
    """One goal, what was measured, and whether that is enough."""

    what: str
    goal: str
    measured: str
    is_met: bool


def goals(records: Sequence[Record]) -> Iterator[Goal]:
    """Hold a run against the goals that it has figures for.

    Parameters
    ----------
    records
        What `benchmarks/engine.py` measured.

    Yields
    ------
    Goal
        One at a time.
    """
    towns = sorted({record["nodes"] for record in records if record["task"] == "nearest"})
    for (task, engine), ratio in AT_LEAST.items():
        found = _of(records, task, engine)
        if found:
            yield _at_least(f"{task}, {engine}", ratio, found[0])
    largest = _of(records, "nearest", "scipy")
    if len(towns) > 1 and largest:
        yield _at_least(f"nearest, scipy, {towns[-1]:,} junctions", NEAREST_AT_LARGEST, largest[-1])
    for task, most in EXPONENTS.items():
        power = exponent([record for record in records if record["task"] == task], OURS)
        if power is not None:
            yield Goal(f"{task}, exponent of ours", f"≤ {most}", f"{power:.2f}", power <= most)
    yield from _about_homes(records)


def _of(records: Sequence[Record], task: str, engine: str) -> list[Record]:
    found = [r for r in records if r["task"] == task and r["engine"] == engine]
    return sorted(found, key=lambda record: record["nodes"])


def _at_least(what: str, ratio: float, record: Record) -> Goal:
    measured = record["ratio_wall"]
    return Goal(what, f"≥ {ratio} × ours", f"{measured:.1f} ×", measured >= ratio)


def _about_homes(records: Sequence[Record]) -> Iterator[Goal]:
    near, at_nodes, at_homes = (
        _of(records, task, OURS) for task in ("nearest_homes", "counts", "counts_homes")
    )
    if near:
        wall = near[0]["wall_s"]
        goal = f"≤ {NEAREST_HOMES_S} s"
        yield Goal("nearest for homes, ours", goal, f"{wall:.3f} s", wall <= NEAREST_HOMES_S)
    if at_nodes and at_homes:
        ratio = at_homes[0]["wall_s"] / at_nodes[0]["wall_s"]
        goal, is_met = f"≤ {HOMES_TO_JUNCTIONS} ×", ratio <= HOMES_TO_JUNCTIONS
        yield Goal("counts for homes ÷ for junctions, ours", goal, f"{ratio:.2f} ×", is_met)
