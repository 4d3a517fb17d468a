"""Figures as they are read."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks import report, tables
from benchmarks.goals import goals

ROOT = Path(__file__).parent.parent.parent


def record(engine: str, nodes: int, wall: float, **others: Any) -> tables.Record:  # noqa: ANN401
    return {
        "task": "nearest", "engine": engine, "version": "1.0", "nodes": nodes, "prepare_s": 0.5,
        "wall_s": wall, "cpu_s": wall, "peak_mb": 100.0, "ratio_wall": wall / 0.1,
        "ratio_cpu": wall / 0.1, "share": 1.0, "rounds": 3, "machine": "a machine", **others,
    }  # fmt: skip


def test_the_examples_in_the_docstrings_hold() -> None:
    for module in (tables, report):
        assert doctest.testmod(module).failed == 0


def test_a_part_that_was_scaled_up_is_marked_and_told() -> None:
    text = tables.as_markdown([record("networkx", 1000, 2.0, share=0.25)])
    assert "| networkx 1.0 * | 1,000 |" in text
    assert "networkx on 1,000 junctions 25 %" in text


def test_goals_are_missed_openly() -> None:
    held = {goal.what: goal for goal in goals([record("ours", 9, 0.1), record("scipy", 9, 0.5)])}
    assert held["nearest, scipy"] == ("nearest, scipy", "≥ 6 × ours", "5.0 ×", False)


def test_the_page_has_a_place_for_both_benchmarks() -> None:
    page = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    page = report.replaced(page, "engine", "ENGINE")
    page = report.replaced(page, "district", "DISTRICT")
    assert re.search(r"ENGINE.*DISTRICT", page, re.DOTALL)
    with pytest.raises(ValueError, match="substring"):
        report.replaced(page, "other", "")


def test_peers_stand_beside_the_versions_that_the_project_is_tested_with() -> None:
    def pinned(path: str) -> set[tuple[str, ...]]:
        lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
        pins = (re.match(r"([a-z0-9-]+)==([^ ;]+)(?: ; ([^\\]*))?", line) for line in lines)
        return {tuple(str(part).strip() for part in pin.groups()) for pin in pins if pin}

    ours, theirs = pinned("requirements.lock"), pinned("benchmarks/requirements.lock")
    shared = {name for name, *_ in ours} & {name for name, *_ in theirs}
    assert len(shared) > 20
    for name in sorted(shared):
        held, apart = ({pin[:2] for pin in pins if pin[0] == name} for pins in (ours, theirs))
        assert apart <= held, f"{name}: renew benchmarks/requirements.lock as CONTRIBUTING says"
