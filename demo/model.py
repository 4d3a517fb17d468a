"""The few kinds of thing a drawn town is made of, in whole metres of the town's own grid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Tags: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Street:
    """A way that people or vehicles follow.

    ``homes`` names the style of houses that line it. Ways of grade 0 meet wherever they cross;
    a bridge (1), a tunnel (-1) or a motorway (2) meets the others at its two ends only.
    """

    name: str
    kind: str
    points: tuple[Point, ...]
    tags: Tags = field(default_factory=dict)
    homes: str = ""
    grade: int = 0


@dataclass(frozen=True, slots=True)
class Area:
    """A closed piece of land or water; ``gates`` are vertices of its outline with tags."""

    name: str
    outline: tuple[Point, ...]
    tags: Tags
    holes: tuple[tuple[Point, ...], ...] = ()
    gates: Mapping[Point, Tags] = field(default_factory=dict)
    keep_clear: bool = True
    outer_parts: int = 1
    hole_tags: Tags = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """A hand-placed building, or a single node where ``size`` is zero.

    ``door`` is the point of the outline where one walks in, mapped as an entrance node.
    """

    centre: Point
    tags: Tags
    size: tuple[float, float] = (0, 0)
    door: Point | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Land between main roads, to be filled with streets and homes of one style."""

    name: str
    outline: tuple[Point, ...]
    homes: str
    pattern: str
    spacing: float
    angle: float = 0.0
    cross: float = 240.0
    bow: float = 0.0


@dataclass(frozen=True, slots=True)
class Building:
    """A building with its outline; ``dwellings`` is 0 where nobody lives."""

    outline: tuple[Point, ...]
    tags: Tags
    dwellings: int = 0


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A statistical area: the seeds whose faces it takes, its index rank and its households."""

    code: str
    name: str
    seeds: tuple[Point, ...]
    rank: int
    people_per_home: float


@dataclass(frozen=True, slots=True)
class Stop:
    """A pair of bus stops of one name, on both sides of a road."""

    number: int
    name: str
    street: str
    adjacent: Point
    opposite: Point
    bearings: tuple[str, str]
    is_mapped: bool = True
    is_active: bool = True

    @property
    def codes(self) -> tuple[str, str]:
        """The ATCO codes of the two stops; the prefix 999 is not in use."""
        return f"9990{self.number:05d}1", f"9990{self.number:05d}2"
