"""What holds in every district: `config/study.yaml`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.config.choice import Choice, Metres, Share, Slug


class Walking(Choice):
    """How fast people walk and how long; distance and time stay separate and named."""

    walker: Slug
    speed_m_per_min: Annotated[float, Field(gt=20, le=150)]
    minutes: Annotated[tuple[Annotated[int, Field(gt=0, le=60)], ...], Field(min_length=1)]
    buffer_share: Annotated[float, Field(ge=1, le=3)]

    @model_validator(mode="after")
    def _minutes_must_rise(self) -> Walking:
        if list(self.minutes) != sorted(set(self.minutes)):
            msg = "minutes must rise, each named once, for example [5, 10, 15]"
            raise ValueError(msg)
        return self

    def metres_in(self, minutes: float) -> float:
        """Return how far one walks in so many minutes, in metres."""
        return self.speed_m_per_min * minutes

    @property
    def middle(self) -> int:
        """The minutes that words and sums speak of first."""
        return self.minutes[len(self.minutes) // 2]

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


class Binary(Choice):
    """1 up to the cut-off, 0 beyond."""

    kind: Literal["binary"]
    cut_off_m: Metres


class Stepped(Choice):
    """One weight for each cut-off."""

    kind: Literal["stepped"]
    cut_offs_m: Annotated[tuple[Metres, ...], Field(min_length=1)]
    weights: Annotated[tuple[Share, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _steps_must_fit(self) -> Stepped:
        if len(self.weights) != len(self.cut_offs_m):
            msg = "give as many weights as cut_offs_m"
            raise ValueError(msg)
        if list(self.cut_offs_m) != sorted(set(self.cut_offs_m)):
            msg = "cut_offs_m must rise, for example [400, 800, 1200]"
            raise ValueError(msg)
        if list(self.weights) != sorted(self.weights, reverse=True):
            msg = "weights may not rise, for example [1.0, 0.68, 0.22]"
            raise ValueError(msg)
        return self


class Linear(Choice):
    """Falls evenly to 0 at the cut-off."""

    kind: Literal["linear"]
    cut_off_m: Metres


class Logistic(Choice):
    """Falls along an S."""

    kind: Literal["logistic"]
    half_at_m: Metres
    steepness_per_m: Annotated[float, Field(gt=0, le=1)]


class Gaussian(Choice):
    """Falls along a bell to 0 at the cut-off."""

    kind: Literal["gaussian"]
    cut_off_m: Metres


class NegativeExponential(Choice):
    """Halves with every so many metres."""

    kind: Literal["negative_exponential"]
    half_at_m: Metres


class Power(Choice):
    """Falls with a power of the distance."""

    kind: Literal["power"]
    exponent: Annotated[float, Field(gt=0, le=10)]
    full_within_m: Metres


ImpedanceChoice = Annotated[
    Binary | Stepped | Linear | Logistic | Gaussian | NegativeExponential | Power,
    Field(discriminator="kind"),
]


class FloatingCatchment(Choice):
    """How supply is shared out over the people who can walk to it."""

    form: Literal["2sfca", "e2sfca", "3sfca", "m2sfca"]
    impedance: ImpedanceChoice


class Measures(Choice):
    """What is measured beside the nearest walk and the number within reach."""

    choice_of: Annotated[int, Field(ge=2, le=10)]
    gravity: ImpedanceChoice
    floating_catchment: FloatingCatchment


class Slopes(Choice):
    """How heights become slopes, and how much of a district they must be known of.

    Streets are sampled at least every `sample_m` metres on ground that is smoothed over
    `smooth_m`; a slope counts up to `steepest_share`, rise over run.
    """

    sample_m: Annotated[float, Field(gt=0, le=100)]
    smooth_m: Annotated[float, Field(gt=0, le=500)]
    steepest_share: Annotated[float, Field(gt=0, le=1)]
    smallest_share: Share


class Surface(Choice):
    """How finely walks are drawn over the land: `cell_m` is the side of a cell."""

    cell_m: Annotated[float, Field(ge=10, le=25)]


class Sensitivity(Choice):
    """Which other choices the headline numbers are worked out under.

    `walkers` are tried in place of the study's; the shares multiply its cut-offs and how far a
    home may lie from its street.
    """

    walkers: tuple[Slug, ...]
    cut_off_shares: tuple[Annotated[float, Field(gt=0, le=3)], ...]
    snapping_shares: tuple[Annotated[float, Field(gt=0, le=10)], ...]


class Equity(Choice):
    """How numbers over the deciles of deprivation are given.

    Neighbourhoods are drawn again, with replacement, `draws` times; intervals hold the middle
    `interval_pct` of what comes of it. Of fewer than `fewest_neighbourhoods` no single number
    is given.
    """

    draws: Annotated[int, Field(ge=100, le=10_000)]
    interval_pct: Annotated[float, Field(gt=0, lt=100)]
    fewest_neighbourhoods: Annotated[int, Field(ge=3, le=1000)]


class BestSets(Choice):
    """For how many sites the best set is looked for, and what is counted.

    People within `minutes` of a site, who have no such asset within as many now. `most_hectares`
    is the budget of land that a set may take, or null. With `equity_weight` above 0 a person of
    decile d counts 1 + weight × (10 − d) ÷ 9.
    """

    minutes: Annotated[int, Field(gt=0, le=60)]
    sites: Annotated[tuple[Annotated[int, Field(ge=1, le=100)], ...], Field(min_length=1)]
    most_hectares: Annotated[float, Field(gt=0, le=10_000)] | None
    equity_weight: Annotated[float, Field(ge=0, le=10)]


class Directory(Choice):
    """Where the walks of the directory start beside the neighbourhoods, and how long they may be.

    `walks_from` are categories; their places with a name count.
    """

    walks_from: tuple[Slug, ...]
    longest_min: Annotated[int, Field(ge=5, le=60)]


class Localities(Choice):
    """What tells people where a neighbourhood is.

    `kinds` are values of OpenStreetMap's `place`, the larger first; the nearest one counts up to
    `farthest_m`; `at_most` are named.
    """

    kinds: Annotated[tuple[Slug, ...], Field(min_length=1)]
    farthest_m: Annotated[float, Field(gt=0, le=10_000)]
    at_most: Annotated[int, Field(ge=1, le=10)]


class Groups(Choice):
    """Where the four named groups of the assessment are parted.

    Much within reach is at least `much_from` times what residents of the whole district have;
    more deprived are the areas with a rank up to `more_to` of the nation's. Each cut-off is moved
    by `moved_by` of itself, to see who would stand elsewhere.
    """

    much_from: Annotated[float, Field(gt=0, le=3)]
    more_to: Annotated[float, Field(gt=0, lt=1)]
    moved_by: Annotated[float, Field(gt=0, lt=1)]


class Clusters(Choice):
    """How clusters are told from chance, in districts that ask for them.

    The numbers around each neighbourhood are laid out anew `permutations` times, and of what is
    found at most the share `false_discovery` may be chance.
    """

    permutations: Annotated[int, Field(ge=99, le=99_999)] = 9_999
    false_discovery: Annotated[float, Field(gt=0, lt=1)] = 0.05


class Trait(StrEnum):
    """What two neighbourhoods can be alike in; none of it is access."""

    PEOPLE = "people"
    DENSITY = "density"
    HOUSEHOLD_SIZE = "household_size"
    CHILDREN = "children"
    PEOPLE_PER_BUILDING = "people_per_building"
    DEPRIVATION = "deprivation"


class Similar(Choice):
    """How neighbourhoods are found that are alike.

    `how_many` are named for each; what at least `most_have` of them have within reach, and the
    neighbourhood has not, is told.
    """

    how_many: Annotated[int, Field(ge=1, le=20)]
    most_have: Annotated[int, Field(ge=1, le=20)]
    traits: Annotated[tuple[Trait, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _traits_must_be_distinct(self) -> Similar:
        if len(set(self.traits)) < len(self.traits):
            msg = "traits names one twice; once is enough"
            raise ValueError(msg)
        if self.most_have > self.how_many:
            msg = "most_have may not be above how_many"
            raise ValueError(msg)
        return self


class Study(Choice):
    """What holds in every district: `config/study.yaml`.

    `places_by_name` is how many places of a category a neighbourhood's profile names.
    """

    walking: Walking
    snapping: Snapping
    dwellings: Dwellings
    coverage: Coverage
    measures: Measures
    sensitivity: Sensitivity
    slopes: Slopes
    surface: Surface
    equity: Equity
    best_sets: BestSets
    directory: Directory
    localities: Localities
    groups: Groups
    clusters: Clusters = Clusters()
    similar: Similar
    places_by_name: Annotated[int, Field(ge=1, le=20)]
    fewest_people: Annotated[int, Field(ge=0, le=1000)]

    @model_validator(mode="after")
    def _best_sets_must_be_measured(self) -> Study:
        if self.best_sets.minutes not in self.walking.minutes:
            msg = (
                f"best_sets.minutes is {self.best_sets.minutes}, which is none of walking.minutes; "
                f"allowed are {', '.join(map(str, self.walking.minutes))}"
            )
            raise ValueError(msg)
        return self
