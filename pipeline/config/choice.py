"""What every type of choice is built from: strict, frozen, finite, no unknown keys."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$", max_length=40)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=24)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=600, strip_whitespace=True)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
MetricCrs = Annotated[str, StringConstraints(pattern=r"^EPSG:\d{4,5}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Day = date  # the type, where a field is called `date` and may be left out
Days = Annotated[int, Field(gt=0, le=3_660)]
Metres = Annotated[float, Field(gt=0, le=100_000)]

TagValues = str | tuple[str, ...]
TagConditions = tuple[dict[str, TagValues], ...]


class Choice(BaseModel):
    """The base of every type here: frozen, strict, finite, no unknown keys."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )
