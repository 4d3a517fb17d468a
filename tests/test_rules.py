"""A rule of the Makefile names every module that its step runs, so that none changes unseen."""

import ast
import re
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
GRAPH = grimp.build_graph("pipeline", cache_dir=None)
STEPS = {
    node.name: node
    for path in sorted((ROOT / "pipeline/steps").glob("*.py"))
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef)
}
OF_DISTRICTS = re.findall(r"\$\(call district-step,(\w+),", MAKEFILE)


def imported_by(step: str) -> set[str]:
    """Return the modules that a step imports where it stands, or a function that serves it."""
    found = set()
    for node in ast.walk(STEPS[step]):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        if isinstance(node, ast.Name) and node.id.startswith("_") and node.id in STEPS:
            found |= imported_by(node.id)
    return found & GRAPH.modules


def run_by(step: str) -> set[str]:
    """Return all that these import in turn, without what every rule names."""
    waiting, seen = imported_by(step), set()
    while waiting:
        module = waiting.pop()
        seen.add(module)
        waiting |= GRAPH.find_modules_directly_imported_by(module) - seen
    words_only = {"pipeline", "pipeline.errors"}
    return seen - named_in(definition("CORE")) - words_only


def named_in_rule(step: str) -> set[str]:
    """Return the modules that the rule of a step names, wildcards and prefixes written out."""
    rule = next(
        head
        for head, recipe in re.findall(r"^(\S[^\n]*:[^\n]*)\n\t([^\n]*)", MAKEFILE, re.MULTILINE)
        if f"district-step,{step}," in recipe
    )
    return named_in(re.sub(r"\$\((PAGES|WALKING)\)", lambda match: definition(match[1]), rule))


def definition(name: str) -> str:
    """Return what the Makefile says that a name stands for."""
    found: str = re.findall(rf"^{name} := (.*)", MAKEFILE, re.MULTILINE)[0]
    return found


def named_in(prerequisites: str) -> set[str]:
    """Return the modules named in a part of the Makefile."""
    written = re.sub(
        r"\$\(addprefix pipeline/,([^)]*)\)",
        lambda match: " ".join(f"pipeline/{name}" for name in match[1].split()),
        prerequisites,
    )
    paths = re.findall(r"pipeline/[\w/*.]+\.py", written)
    files = [file for path in paths for file in sorted(ROOT.glob(path))]
    names = {".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files}
    return {name.removesuffix(".__init__") for name in names}


@pytest.mark.parametrize("step", OF_DISTRICTS)
def test_a_rule_names_every_module_that_its_step_runs(step: str) -> None:
    assert run_by(step) - named_in_rule(step) == set()


def test_every_step_of_a_district_is_looked_at() -> None:
    assert {"osm", "assets", "network", "access", "publish"} <= set(OF_DISTRICTS)
    assert "pipeline.corroboration" in run_by("assets")
