"""What if: one scenario a file, `config/scenarios/*.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from pipeline.config.choice import Choice, Slug, Words

Pair = tuple[float, float]
Name = Annotated[str, StringConstraints(max_length=120, strip_whitespace=True)]
AssetId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=140)]
Ring = Annotated[tuple[Pair, ...], Field(min_length=3)]
Line = Annotated[tuple[Pair, ...], Field(min_length=2)]
Near = Annotated[float, Field(gt=0, le=100)]


class AddAsset(Choice):
    """A new asset: a point (`at`) or an outline (`area`), with its ways in where they are known."""

    change: Literal["add_asset"]
    category: Slug
    name: Name = ""
    at: Pair | None = None
    area: Ring | None = None
    entrances: tuple[Pair, ...] = ()

    @model_validator(mode="after")
    def _must_lie_somewhere(self) -> AddAsset:
        _must_have_one(self.at, self.area, "`at` (a point) or `area` (an outline)")
        return self


class MoveAsset(Choice):
    """An asset that stands elsewhere: its middle `at` a point, or drawn anew (`area`)."""

    change: Literal["move_asset"]
    asset: AssetId
    at: Pair | None = None
    area: Ring | None = None

    @model_validator(mode="after")
    def _must_go_somewhere(self) -> MoveAsset:
        _must_have_one(self.at, self.area, "`at` (a point) or `area` (an outline)")
        return self


class CloseAsset(Choice):
    """An asset that is there no more."""

    change: Literal["close_asset"]
    asset: AssetId


class OpenWay(Choice):
    """A new way to walk: a `line` that is joined to the streets at its ends, and only there.

    A gate may also be `at` a point: one that is mapped there and shut is then open. An end that
    is no further than `joins_within_m` from a street is joined to it.
    """

    change: Literal["open_gate", "open_path", "open_bridge"]
    name: Name = ""
    line: Line | None = None
    at: Pair | None = None
    joins_within_m: Near = 10.0

    @model_validator(mode="after")
    def _must_lead_somewhere(self) -> OpenWay:
        if self.change == "open_gate":
            _must_have_one(self.at, self.line, "`at` (a shut gate) or `line` (from street to path)")
        elif self.line is None or self.at is not None:
            msg = f"{self.change} needs a `line`, from street to street"
            raise ValueError(msg)
        return self


class CloseStreet(Choice):
    """A street that nobody walks: an OpenStreetMap `way`, or that of a `name` nearest to `at`."""

    change: Literal["close_street"]
    way: Annotated[int, Field(ge=1)] | None = None
    name: Name = ""
    at: Pair | None = None

    @model_validator(mode="after")
    def _must_be_found(self) -> CloseStreet:
        if (self.way is None) == (not self.name) or bool(self.name) != (self.at is not None):
            msg = "name a `way` by its number, or give a street's `name` and a place on it, `at`"
            raise ValueError(msg)
        return self


Change = Annotated[
    AddAsset | MoveAsset | CloseAsset | OpenWay | CloseStreet, Field(discriminator="change")
]


class Scenario(Choice):
    """What if something were added, moved or closed: `config/scenarios/*.yaml`.

    Coordinates are pairs in `crs`: longitude and latitude, or easting and northing. With
    `deciles_for_community` the community edition shows the deciles of deprivation too.
    """

    district: Slug
    title: Words
    about: Words
    crs: Annotated[str, StringConstraints(pattern=r"^EPSG:\d{4,5}$")] = "EPSG:4326"
    deciles_for_community: bool = False
    changes: Annotated[tuple[Change, ...], Field(min_length=1, max_length=200)]


def _must_have_one(one: object, other: object, which: str) -> None:
    if (one is None) == (other is None):
        msg = f"give {which}, one of them"
        raise ValueError(msg)
