"""One published standard of access a file: `config/standards/*.yaml`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.config.choice import Choice, Metres, Slug, Words
from pipeline.config.vocabulary import Nation

Categories = Annotated[tuple[Slug, ...], Field(min_length=1)]
Hectares = Annotated[float, Field(ge=0, le=100_000)]


class Evidence(StrEnum):
    """How sure it is that the body asks for just these numbers."""

    VERIFIED = "verified"
    DOCUMENTED_ONCE = "documented_once"
    TO_BE_CHECKED = "to_be_checked"


class Method(StrEnum):
    """How a criterion is evaluated: a share of people in two ways, or land per head."""

    WALKING = "walking"
    STRAIGHT_LINE = "straight_line"
    QUANTITY = "quantity"


class _Criterion(Choice):
    """What all criteria have."""

    id: Slug
    label: Words
    evidence: Evidence


class Within(_Criterion):
    """Everybody has a site of at least `smallest_ha` within `distance_m` of home.

    `official_method` is how the body itself measures. Where it draws another distance on the map
    than the walk it means, that is `straight_line_m`. `minutes` is the time it gives, if any.
    """

    kind: Literal["within"]
    categories: Categories
    smallest_ha: Hectares = 0.0
    distance_m: Metres
    official_method: Literal["walking", "straight_line"]
    straight_line_m: Metres | None = None
    minutes: Annotated[float, Field(gt=0, le=240)] | None = None

    @property
    def line_m(self) -> float:
        """The distance drawn on the map, in metres."""
        return self.distance_m if self.straight_line_m is None else self.straight_line_m


class Together(_Criterion):
    """Everybody meets `all`, or `any`, of the criteria named in `of`."""

    kind: Literal["together"]
    of: Annotated[tuple[Slug, ...], Field(min_length=2)]
    needs: Literal["all", "any"]


class Quantity(_Criterion):
    """There are so many hectares for every 1,000 people."""

    kind: Literal["quantity"]
    categories: Categories
    smallest_ha: Hectares = 0.0
    hectares_per_1000: Annotated[float, Field(gt=0, le=1000)]


Criterion = Annotated[Within | Together | Quantity, Field(discriminator="kind")]


class Standard(Choice):
    """What a public body asks for, as data: `config/standards/*.yaml`.

    `applies` says where: `everywhere`, in the nations listed, or only in districts that name it
    (`where_named`), as a council's own does. Polygons no farther apart than `one_site_within_m`
    are one site: a path between two lawns does not make two parks of one.
    """

    name: Words
    body: Words
    year: Annotated[int, Field(ge=1900, le=2100)]
    reference: Words
    method_note: Words
    applies: (
        Literal["everywhere", "where_named"] | Annotated[tuple[Nation, ...], Field(min_length=1)]
    )
    one_site_within_m: Annotated[float, Field(ge=0, le=200)] = 20.0
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _criteria_must_fit_together(self) -> Standard:
        shares: set[str] = set()
        seen: set[str] = set()
        for criterion in self.criteria:
            if criterion.id in seen:
                msg = f"two criteria have the id {criterion.id}; give each its own"
                raise ValueError(msg)
            seen.add(criterion.id)
            if isinstance(criterion, Together):
                unknown = sorted(set(criterion.of) - shares)
                if unknown:
                    msg = (
                        f"{criterion.id} is of {unknown[0]}, which is no criterion of distance "
                        "above it; name those that stand before it"
                    )
                    raise ValueError(msg)
            else:
                _must_be_distinct(criterion.id, criterion.categories)
            if not isinstance(criterion, Quantity):
                shares.add(criterion.id)
        return self


def _must_be_distinct(criterion: str, categories: tuple[str, ...]) -> None:
    doubled = sorted({name for name in categories if categories.count(name) > 1})
    if doubled:
        msg = f"{criterion} names the category {doubled[0]} twice; once is enough"
        raise ValueError(msg)


class Chosen(Choice):
    """Which standards a district is held against, beside or without those of its nation."""

    also: tuple[Slug, ...] = ()
    without: tuple[Slug, ...] = ()
