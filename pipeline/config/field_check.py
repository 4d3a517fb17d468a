"""What people found who went and looked: `<district>.field_checks.json`, beside its file."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pipeline.config.choice import Choice, Slug

Answer = Literal["yes", "no", ""]
Text = Annotated[str, StringConstraints(max_length=300)]


class FieldAnswer(Choice):
    """What one person or group says of one asset, on one day.

    `source` and `record_id` name the first record of the asset at that time, so that the answer
    finds its place again when assets are formed anew. `note` is kept here and never published:
    people write all sorts of things into it.
    """

    asset_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,140}$")]
    category: Slug
    source: Slug
    record_id: Text
    name: Text = ""
    still_there: Answer
    was_open: Answer = ""
    note: Annotated[str, StringConstraints(max_length=1000)] = ""
    seen_on: date
    licence: Text
    longitude: Annotated[float, Field(ge=-180, le=180)]
    latitude: Annotated[float, Field(ge=-90, le=90)]


class FieldChecks(Choice):
    """All answers of a district."""

    answers: tuple[FieldAnswer, ...] = ()
