"""What is written down about a frozen run: the story behind its numbers, and what it is of."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from pipeline.config.choice import Choice, Slug
from pipeline.config.lock import Lock

Text = Annotated[str, StringConstraints(max_length=6000, strip_whitespace=True)]


class Story(Choice):
    """What people write beside a baseline: `data/baselines/<district>/<name>.yaml`."""

    story: Text = ""


class Baseline(Choice):
    """A frozen run: of which days it is, with which choices and code, and the sum of every file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Slug
    district: Slug
    code: str
    frozen: date
    day: date
    people_day: str
    lock: Lock
    files: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]]
