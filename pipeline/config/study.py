"""What holds in every district: `config/study.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from pipeline.config.choice import Choice, Metres, Share


class Walking(Choice):
    """How fast people walk and how long; distance and time stay separate and named."""

    speed_m_per_min: Annotated[float, Field(gt=20, le=150)]
    minutes: Annotated[tuple[Annotated[int, Field(gt=0, le=60)], ...], Field(min_length=1)]
    buffer_share: Annotated[float, Field(ge=1, le=3)]

    @model_validator(mode="after")
    def _minutes_must_rise(self) -> Walking:
        if list(self.minutes) != sorted(set(self.minutes)):
            msg = "minutes must rise, each named once, for example [5, 10, 15]"
            raise ValueError(msg)
        return self

    @property
    def longest_m(self) -> float:
        """The longest cut-off, in metres."""
        return self.speed_m_per_min * max(self.minutes)

    @property
    def buffer_m(self) -> float:
        """How far beyond the district streets and assets are taken, in metres."""
        return self.longest_m * self.buffer_share


class Snapping(Choice):
    """How far a point may lie from the street it is reached by, in metres."""

    home_cap_m: Metres
    entrance_cap_m: Metres
    smallest_component_m: Metres


class Dwellings(Choice):
    """Which buildings are homes, and how people are shared out among them."""

    smallest_m2: Annotated[float, Field(gt=0, le=1000)]
    largest_unmarked_m2: Annotated[float, Field(gt=0, le=100_000)]
    residential: tuple[str, ...]
    storeys_when_unknown: dict[str, Annotated[float, Field(gt=0, le=60)]]
    fewest_buildings_per_household: Share
    floor_m2_per_person: Annotated[float, Field(gt=5, le=200)]


class Coverage(Choice):
    """How much of a neighbourhood the OpenStreetMap file must hold."""

    smallest_share: Share
    cell_m: Metres
    longest_witness_m: Metres
    gap_m: Metres


class Study(Choice):
    """What holds in every district: `config/study.yaml`."""

    walking: Walking
    snapping: Snapping
    dwellings: Dwellings
    coverage: Coverage
    fewest_people: Annotated[int, Field(ge=0, le=1000)]
