"""All rows, or a sentence and no file: seen anew, and held against the table that people read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.real_servers.fault_table import document_of, glance_of, section, sections_of, survey
from tests.real_servers.subjects import REAL, SUBJECTS

DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"
# Set by `make fault-table`: write what was seen there, in place of comparing.
WRITE_TO = os.environ.get("FAULT_TABLE")


@pytest.mark.slow
@pytest.mark.parametrize("name", SUBJECTS)
def test_every_fault_leads_to_what_the_table_says(name: str, tmp_path: Path) -> None:
    running = SUBJECTS[name]
    is_installed, missing = REAL.get(running, (lambda: True, ""))
    if not is_installed():
        pytest.skip(missing)
    with running() as subject:
        n, lines = survey(subject, tmp_path, thrifty=running in REAL)
    seen = section(name, n, lines)
    if WRITE_TO:
        written = Path(WRITE_TO)
        sections = sections_of(written.read_text("utf-8")) if written.is_file() else {}
        sections[name] = seen
        kept = {known: sections[known] for known in SUBJECTS if known in sections}
        written.write_text(document_of(kept), "utf-8")
        return
    assert seen == sections_of(DOCUMENT.read_text("utf-8"))[name], "make fault-table, and look"


@pytest.mark.skipif(bool(WRITE_TO), reason="the table is being written")
def test_the_table_at_a_glance_says_what_the_sections_say() -> None:
    text = DOCUMENT.read_text("utf-8")
    sections = sections_of(text)
    assert list(sections) == list(SUBJECTS)
    assert glance_of(sections) in text
    assert text == document_of(sections)
