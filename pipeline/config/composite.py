"""One number made of several, for those who need one: `config/composites/*.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.config.choice import Choice, Words


class Part(Choice):
    """One part of a composite, and how much it weighs.

    `part` and `item` are those of the assessment. A kind or a way counts as per cent of its known
    categories; a category or a criterion of a standard as the share of residents.
    """

    part: Literal["kind", "way", "all", "category", "criterion"]
    item: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=90)]
    weight: Annotated[float, Field(gt=0, le=100)]


class Composite(Choice):
    """A weighted mean of parts of the assessment, each from 0 to 100, declared with its weights.

    None is made by default, and none is ever a headline. Each weight is moved by `moved_by` of
    itself, up and down, to see how far the number and the order of neighbourhoods lean on it.
    """

    label: Words
    why: Words
    parts: Annotated[tuple[Part, ...], Field(min_length=2)]
    moved_by: Annotated[float, Field(gt=0, lt=1)] = 0.5

    @model_validator(mode="after")
    def _parts_must_be_distinct(self) -> Composite:
        keys = [(each.part, each.item) for each in self.parts]
        for key in keys:
            if keys.count(key) > 1:
                msg = f"{key[0]} {key[1]} stands here twice; give it one weight"
                raise ValueError(msg)
        return self
