"""Write the figures of the benchmarks into a page.

    python benchmarks/report.py --engine engine.json --district district.json --pages pages.json
                                --out docs/performance.md

What stands between two lines such as `<!-- engine -->` and `<!-- /engine -->` is replaced; the
words around it stay.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    # A script's own folder is searched first, and there `pipeline` is another benchmark.
    sys.path[0] = str(ROOT)

from benchmarks import goals, tables  # noqa: E402
from benchmarks.agreement import RULES  # noqa: E402


def main() -> int:
    """Rewrite the page.

    Returns
    -------
    int
        0; 1 where the page has no place for the figures.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", type=Path, help="what engine.py wrote with --json")
    parser.add_argument("--district", type=Path, help="what pipeline.py wrote with --json")
    parser.add_argument("--pages", type=Path, help="what pages.py wrote with --json")
    parser.add_argument("--out", type=Path, required=True)
    choices = parser.parse_args()
    page = choices.out.read_text(encoding="utf-8")
    for name, read, write in (
        ("engine", choices.engine, engine_part),
        ("district", choices.district, district_part),
        ("pages", choices.pages, pages_part),
    ):
        if read is None:
            continue
        figures = json.loads(read.read_text(encoding="utf-8"))
        try:
            page = replaced(page, name, write(figures))
        except ValueError:
            print(f"{choices.out}: has no line <!-- {name} --> and <!-- /{name} -->; add them.")
            return 1
    choices.out.write_text(page, encoding="utf-8")
    return 0


def replaced(page: str, name: str, text: str) -> str:
    r"""Replace what stands between the two marks of a name.

    Parameters
    ----------
    page
        Markdown.
    name
        Of the marks.
    text
        What shall stand there.

    Returns
    -------
    str
        The page with it.

    Raises
    ------
    ValueError
        If a mark is not there.

    Examples
    --------
    >>> replaced("a\n<!-- n -->\nold\n<!-- /n -->\nb\n", "n", "new\n").splitlines()
    ['a', '<!-- n -->', '', 'new', '', '<!-- /n -->', 'b']
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    head, rest = page[: page.index(begin) + len(begin)], page[page.index(begin) :]
    return f"{head}\n{text.strip()}\n\n{rest[rest.index(end) :]}"


def engine_part(records: list[tables.Record]) -> str:
    """Lay out goals, tables and what may differ between engines."""
    rows = [
        f"| {goal.what} | {goal.goal} | {goal.measured} | {'yes' if goal.is_met else '**no**'} |"
        for goal in goals.goals(records)
    ]
    head = ["### Goals", "", "| task | goal | measured | met |", "|---|---|---:|---|"]
    told = [f"- `{task}`: {rule.why}" for (task, _), rule in RULES.items() if rule.why]
    agreed = [
        "### When answers agree", "",
        "Numbers must be those of our engine to nine digits, but for these:", "", *told,
    ]  # fmt: skip
    return "\n".join([tables.as_markdown(records), *head, *rows, "", *agreed])


def district_part(figures: dict[str, dict[str, Any]]) -> str:
    """Lay out the steps of a district."""
    return "\n".join(_district_lines(figures))


def _district_lines(figures: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield from ("| step | seconds | peak MB |", "|---|---:|---:|")
    for step, seconds in figures["steps_s"].items():
        yield f"| {step} | {seconds:.2f} | {figures['steps_peak_mb'][step]:.0f} |"
    yield from ("", "| whole build | seconds |", "|---|---:|")
    for what, seconds in figures["whole_s"].items():
        yield f"| {what} | {seconds:.2f} |"


def pages_part(figures: dict[str, Any]) -> str:
    """Lay out how large and quick the map of a large district is, and what odd ones come to."""
    from benchmarks.pages import lines

    return "\n".join(lines(figures))


if __name__ == "__main__":
    sys.exit(main())
