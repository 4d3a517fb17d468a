"""Read what was tried out, and compared, beside the published pages of a district."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.files.choices import SLUG


def read_trials(folder: Path) -> dict[str, Mapping[str, Any]]:
    """Read the notes of the scenarios and comparisons that lie in the folder of an edition.

    Parameters
    ----------
    folder
        The folder of one edition of a district.

    Returns
    -------
    dict
        The path of each page from the folder → its note, which is empty where it has none that
        can be read: a page that is there is never left out. Scenarios come first, each by name.
    """
    scenarios = sorted(folder.glob("scenarios/*/index.html"))
    comparisons = sorted(folder.glob("compare/*.html"))
    notes = {
        **{page: page.with_name("run.json") for page in scenarios if _is_ours(page.parent.name)},
        **{page: page.with_suffix(".json") for page in comparisons if _is_ours(page.stem)},
    }
    return {page.relative_to(folder).as_posix(): _read(note) for page, note in notes.items()}


def _is_ours(name: str) -> bool:
    return SLUG.fullmatch(name) is not None


def _read(note: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(note.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
