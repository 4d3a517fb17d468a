"""Figures as Markdown: what was measured, beside our own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Record = dict[str, Any]

OURS = "ours"
TITLES = {
    "nearest": "Nearest asset of every category, for every junction",
    "counts": "Assets within four cut-offs and a gravity sum, for every junction",
    "e2sfca": "Enhanced two-step floating catchment, one category",
    "nearest_homes": "Nearest asset of every category for homes, after the search over junctions",
    "counts_homes": "The same counts for as many homes on edges as there are junctions",
    "read": "OpenStreetMap file to walking network",
    "snap": "100,000 points to the nearest edge",
    "assign": "100,000 points to the neighbourhood they lie in",
    "first_compile": "First use after an installation: kernels are compiled",
    "cached_load": "Every later process: compiled kernels are loaded",
}
HEAD = (
    "engine", "junctions", "prepare s", "wall s", "CPU s", "peak MB", "wall ÷ ours", "CPU ÷ ours",
    "exponent",
)  # fmt: skip
FEW_DIGITS = 10
SIZES_FOR_EXPONENT = 3


def as_markdown(records: Sequence[Record]) -> str:
    """Lay out records, a table a task.

    Parameters
    ----------
    records
        What `benchmarks/engine.py` measured.

    Returns
    -------
    str
        Markdown, with the machines that the records name.
    """
    machines = sorted({record["machine"] for record in records})
    parts = [f"Taken on: {'; '.join(machines)}.", ""]
    for task, title in TITLES.items():
        rows = [record for record in records if record["task"] == task]
        if rows:
            parts += [f"### {title}", "", *_table(rows), *_notes(rows), ""]
    return "\n".join(parts).rstrip() + "\n"


def _table(rows: Sequence[Record]) -> Iterator[str]:
    exponents = {engine: exponent(rows, engine) for engine in {row["engine"] for row in rows}}
    has_exponents = any(value is not None for value in exponents.values())
    head = HEAD if has_exponents else HEAD[:-1]
    yield "| " + " | ".join(head) + " |"
    yield "|---|" + "---:|" * (len(head) - 1)
    for row in rows:
        power = exponents[row["engine"]]
        cells = [
            _name(row), f"{row['nodes']:,}", *(figure(row[key]) for key in
            ("prepare_s", "wall_s", "cpu_s")), f"{row['peak_mb']:,.0f}",
            f"{row['ratio_wall']:.1f}", f"{row['ratio_cpu']:.1f}",
            "" if power is None else f"{power:.2f}",
        ]  # fmt: skip
        yield "| " + " | ".join(cells[: len(head)]) + " |"


def _name(row: Record) -> str:
    version = f" {row['version']}" if row["version"] else ""
    return f"{row['engine']}{version}{'' if row['share'] >= 1 else ' *'}"


def _notes(rows: Iterable[Record]) -> Iterator[str]:
    """Say which times are of a part of the task only."""
    parts = [
        f"{row['engine']} on {row['nodes']:,} junctions {100 * row['share']:.2g} %"
        for row in rows
        if row["share"] < 1
    ]
    if parts:
        yield ""
        yield f"\\* A part of the task was run and its time scaled up: {', '.join(parts)}."


def figure(seconds: float) -> str:
    """Write seconds with as many digits as mean anything.

    Examples
    --------
    >>> figure(0.03712), figure(1.2345), figure(123.4)
    ('0.037', '1.23', '123')
    """
    if seconds <= 0:
        return "0"
    if seconds >= FEW_DIGITS**2:
        return f"{seconds:,.0f}"
    digits = 2 - math.floor(math.log10(seconds)) if seconds >= 1 else 3
    return f"{seconds:.{max(digits, 0)}f}"


def exponent(rows: Sequence[Record], engine: str) -> float | None:
    """Fit how wall time grows with the number of junctions.

    Parameters
    ----------
    rows
        Records of one task.
    engine
        Which engine.

    Returns
    -------
    float or None
        The power of the number of junctions that the time grows with, by least squares over
        logarithms; none for fewer than three sizes.

    Examples
    --------
    >>> rows = [{"engine": "e", "nodes": n, "wall_s": n**1.5} for n in (10, 100, 1000)]
    >>> round(exponent(rows, "e"), 9)
    1.5
    """
    points = [
        (math.log(row["nodes"]), math.log(row["wall_s"])) for row in rows if row["engine"] == engine
    ]
    if len({size for size, _ in points}) < SIZES_FOR_EXPONENT:
        return None
    mean_x = math.fsum(x for x, _ in points) / len(points)
    mean_y = math.fsum(y for _, y in points) / len(points)
    across = math.fsum((x - mean_x) ** 2 for x, _ in points)
    return math.fsum((x - mean_x) * (y - mean_y) for x, y in points) / across
