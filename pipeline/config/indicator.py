"""One indicator from elsewhere a file: `config/indicators/*.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from pipeline.config.choice import Choice, Code, Words
from pipeline.config.vocabulary import Vintage

Columns = tuple[str, ...]
FileName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]*\.(csv|xlsx|ods|tsv)$", max_length=80)
]


class Interval(Choice):
    """Between what the number lies: two columns, and how sure that is."""

    low: Annotated[Columns, Field(min_length=1)]
    high: Annotated[Columns, Field(min_length=1)]
    pct: Annotated[float, Field(gt=0, lt=100)]


class Indicator(Choice):
    """What somebody else has counted or asked, by area code, to stand beside access.

    `file` lies beside this declaration; its columns are found by their names, as in published
    tables. `districts` are the codes of the local authorities whose neighbourhoods it holds: every
    row must then be one of theirs. Without them it holds a whole nation's, and those of others are
    passed over. `n` is how many were asked, in all or, with `n_column`, in each area; areas where
    fewer than the study's `fewest_people` were asked are suppressed. `better` says which way is
    meant to be good, if either; nothing is turned round or blended by it. An indicator is shown to
    planners, and to communities only where it says so.
    """

    label: Words
    definition: Words
    better: Literal["more", "less", "neither"]
    unit: Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)]
    title: Words
    publisher: Words
    licence: Words
    attribution: Words
    year: Annotated[int, Field(ge=1990, le=2100)]
    n: Annotated[int, Field(ge=1)] | None = None
    vintage: Vintage
    districts: tuple[Code, ...] = ()
    file: FileName
    sheet: str | None = None
    header_cell: str | None = None
    code: Annotated[Columns, Field(min_length=1)]
    value: Annotated[Columns, Field(min_length=1)]
    n_column: Columns = ()
    interval: Interval | None = None
    at_least: float | None = None
    at_most: float | None = None
    edition: Literal["planner", "both"] = "planner"

    @model_validator(mode="after")
    def _bounds_must_be_in_order(self) -> Indicator:
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            msg = "`at_least` may not be above `at_most`"
            raise ValueError(msg)
        return self
