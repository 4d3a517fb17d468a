"""The exact inputs of a district, so that others can make the same: `<district>.lock.json`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from pipeline.config.choice import Choice, Day, Slug, Words

Sum = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class LockedInput(Choice):
    """One raw file: what was asked, of whom, when, and what came.

    `place` is where the district says that it lies, with all parameters and never a key; of a file
    it holds the name only. `asked` is the address that it led to.
    """

    place: dict[str, Any]
    asked: str | None
    original_name: str
    date: date
    fetched: Day | None
    sha256: Sum
    bytes: Annotated[int, Field(gt=0)]
    rows: Annotated[int, Field(gt=0)] | None
    title: Words
    publisher: Words
    licence: Words
    attribution: Words


class LockedCode(Choice):
    """The code that fetched: its version, the last commit that changed it, and the sum of it all.

    Without git, or with changes that are not committed, `commit` is none; the sum is always true.
    """

    version: Words
    commit: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40,64}$")] | None
    sha256: Sum
    requirements_sha256: Sum


class Lock(Choice):
    """What a district was made from. `config` holds the sum of each file of choices."""

    district: Slug
    inputs: dict[Slug, LockedInput]
    code: LockedCode
    config: dict[Words, Sum]
