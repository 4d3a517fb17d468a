"""Land and buildings not in use, and what they could become: `config/unused`, `config/uses`.

Each file is one kind of site, one use, or one thing to be careful of; a file more or less changes
what is looked for, and no code.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.config.category import OsmRules
from pipeline.config.choice import Choice, Slug, TagValues, Words

Form = Literal["land", "building", "unit"]
Confidence = Literal["likely", "possible", "ask_first"]
SITE_STATUSES = (
    "listed", "brownfield", "derelict", "set_aside", "stalled", "vacant", "disused", "abandoned",
    "open_grass",
)  # fmt: skip


class Actor(StrEnum):
    """Who could bring a use about."""

    NEIGHBOURS = "neighbours"
    WITH_A_SERVICE = "neighbours_with_a_service"
    SERVICE = "service"


class Range(Choice):
    """From `at_least` to `at_most`, both included; either may be left out."""

    at_least: Annotated[float, Field(ge=0, le=10_000_000)] | None = None
    at_most: Annotated[float, Field(ge=0, le=10_000_000)] | None = None

    @model_validator(mode="after")
    def _ends_must_leave_room(self) -> Range:
        low, high = self.at_least, self.at_most
        if low is None and high is None:
            msg = "needs at_least, at_most or both; without either leave the need out"
            raise ValueError(msg)
        if low is not None and high is not None and low > high:
            msg = (
                f"at_least is {low:g} and at_most is {high:g}, so that nothing meets both; "
                "at_least may not be above at_most"
            )
            raise ValueError(msg)
        return self

    def holds(self, value: float) -> bool:
        """Tell whether a value lies in the range."""
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )


class UnusedKind(Choice):
    """One kind of site that is not in use, or little used: `config/unused/<kind>.yaml`.

    Sites are assets of `categories`, or features that `osm` describes and that are part of no such
    asset, of at least `smallest_m2` where they are drawn. With `stalled_years`, only features that
    nobody has edited for so long count. `lists` names published tables that make a site of
    another kind one of this, with the reason that each gives. `confidence` is how sure it is that
    nobody uses them, and `because` names the reasons of the map; reasons are sentences under
    `because` in `config/words`.

    Two descriptions of kinds that `may_be` one place, or of which one `holds` the other as a part,
    are held against each other where they lie no further apart than `same_within_m` of either; of
    two that are one site the kind with the smaller `precedence` keeps it.
    """

    label: Words
    one: Words
    form: Form
    status: Literal[SITE_STATUSES]  # type: ignore[valid-type]
    confidence: Confidence
    because: Annotated[tuple[Slug, ...], Field(min_length=1)]
    categories: tuple[Slug, ...] = ()
    lists: dict[Slug, Slug] = {}
    osm: OsmRules | None = None
    may_be: tuple[Slug, ...] = ()
    holds: tuple[Slug, ...] = ()
    same_within_m: Annotated[float, Field(ge=0, le=100)] = 0
    smallest_m2: Annotated[float, Field(ge=0)] = 0
    stalled_years: Annotated[float, Field(gt=0, le=50)] | None = None
    precedence: Annotated[int, Field(ge=1, le=999)]

    @model_validator(mode="after")
    def _must_be_made_of_something(self) -> UnusedKind:
        if not self.categories and not self.lists and self.osm is None:
            msg = "needs `categories`, `lists` or `osm`: nothing says which sites are of this kind"
            raise ValueError(msg)
        if self.stalled_years is not None and self.osm is None:
            msg = "`stalled_years` is asked of features that `osm` describes; give `osm` too"
            raise ValueError(msg)
        return self


class Caution(Choice):
    """Something that can rule out a use of a site: `config/cautions/<caution>.yaml`.

    A site has it where it meets a feature that `osm` describes, or where its register says so:
    `details` maps what a register says, by the name of `config/national`, to the values meant.
    """

    label: Words
    osm: OsmRules | None = None
    details: dict[Slug, TagValues] = {}


class Use(Choice):
    """What a site could become, and what that needs: `config/uses/<use>.yaml`.

    `adds` is the category that it would then belong to, and `on` the forms of sites it can be on.
    `compactness` is that of Polsby and Popper, 4π × area ÷ outline², 1 for a circle. `frontage_m`
    is how much of the outline runs along a street or path that can be walked, and
    `nearest_home_m` the walk from the nearest home. `not_where` names cautions that rule it out.
    """

    label: Words
    one: Words
    adds: Slug
    on: Annotated[tuple[Form, ...], Field(min_length=1)]
    area_m2: Range | None = None
    compactness: Range | None = None
    slope_pct: Range | None = None
    frontage_m: Range | None = None
    nearest_home_m: Range | None = None
    not_where: tuple[Slug, ...] = ()
    who: Actor
    reference: Words

    @model_validator(mode="after")
    def _needs_must_not_contradict(self) -> Use:
        if len(set(self.on)) < len(self.on):
            msg = "`on` names a form twice; once is enough"
            raise ValueError(msg)
        for name in ("compactness", "slope_pct", "frontage_m"):
            if getattr(self, name) is not None and "land" not in self.on:
                msg = f"{name} is a need of open land, and `on` has no land; take one of them away"
                raise ValueError(msg)
        low = self.compactness.at_least if self.compactness else None
        if low is not None and low > 1:
            msg = f"compactness.at_least is {low:g}, and no shape has more than 1, as a circle has"
            raise ValueError(msg)
        return self


class Possible(Choice):
    """All of `config/unused`, `config/uses` and `config/cautions`, held against each other."""

    unused: dict[Slug, UnusedKind]
    uses: dict[Slug, Use]
    cautions: dict[Slug, Caution]
