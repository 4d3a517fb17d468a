"""Looks only: `config/theme.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from pipeline.config.choice import Choice, Colour


class Theme(Choice):
    """Colours, classes and words of the pages: `config/theme.yaml`. Nothing here is computed."""

    ink: Colour
    paper: Colour
    accent: Colour
    water: Colour
    green: Colour
    street: Colour
    outline: Colour
    no_data: Colour
    access_classes: Annotated[tuple[Colour, ...], Field(min_length=3, max_length=7)]
    deprivation_classes: Annotated[tuple[Colour, ...], Field(min_length=10, max_length=10)]
    share_bounds_pct: tuple[Annotated[float, Field(ge=0, le=100)], ...]
    minutes_bounds: tuple[Annotated[float, Field(gt=0)], ...]
    count_bounds: tuple[Annotated[float, Field(gt=0)], ...]

    @model_validator(mode="after")
    def _bounds_must_fit_the_classes(self) -> Theme:
        for name in ("share_bounds_pct", "minutes_bounds", "count_bounds"):
            bounds = getattr(self, name)
            if list(bounds) != sorted(set(bounds)) or len(bounds) != len(self.access_classes) - 1:
                msg = f"{name} must rise and hold one bound fewer than access_classes"
                raise ValueError(msg)
        return self
