"""Looks only: `config/theme.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.config.background import Background
from pipeline.config.choice import Choice, Colour, Slug, Words
from pipeline.config.vocabulary import Kind, Symbol


class KindLook(Choice):
    """How the assets of one kind are drawn where all kinds are shown together."""

    colour: Colour
    symbol: Symbol


class Palette(Choice):
    """The colours of a page, by day or by night.

    Text: `ink`, `quiet`, `accent` (links and what can be pressed), `beside_ink`. Grounds: `paper`
    (the page), `card`, `tint` (what is set apart), `notice`, `beside` (deprivation). Lines: `line`,
    `edge` (frames of what can be chosen), `notice_edge`, `beside_edge`. Bars: `near`, `middle` and
    `far` over `bar`; `column` for deciles.
    """

    ink: Colour
    quiet: Colour
    accent: Colour
    paper: Colour
    card: Colour
    tint: Colour
    line: Colour
    edge: Colour
    notice: Colour
    notice_edge: Colour
    near: Colour
    middle: Colour
    far: Colour
    bar: Colour
    beside: Colour
    beside_edge: Colour
    beside_ink: Colour
    column: Colour


class Theme(Choice):
    """Colours, classes and type of pages and maps: `config/theme.yaml`. Nothing here is computed.

    `council` is the name of whose pages these are, if it is to stand on them; its logo is the file
    `config/logo.png` or `config/logo.svg`. `ink` to `no_data` are the colours of maps, on pages
    and in pictures, by day and by night. `background` lets readers of the planner's map lay it over
    pictures from the internet; without it, no page asks for anything.
    """

    council: Words | None = None
    light: Palette
    dark: Palette
    font: Literal["sans", "serif"]
    text_rem: Annotated[float, Field(ge=0.9, le=1.3)]
    space_rem: Annotated[float, Field(ge=0.6, le=1.6)]
    corner_px: Annotated[int, Field(ge=0, le=20)]

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
    two_way_classes: Annotated[tuple[Colour, ...], Field(min_length=9, max_length=9)]
    share_bounds_pct: tuple[Annotated[float, Field(ge=0, le=100)], ...]
    minutes_bounds: tuple[Annotated[float, Field(gt=0)], ...]
    count_bounds: tuple[Annotated[float, Field(gt=0)], ...]
    kinds: dict[Kind, KindLook]
    background: Background | None = None
    pictured: Annotated[tuple[Slug, ...], Field(max_length=12)]

    @model_validator(mode="after")
    def _bounds_must_fit_the_classes(self) -> Theme:
        for name in ("share_bounds_pct", "minutes_bounds", "count_bounds"):
            bounds = getattr(self, name)
            if list(bounds) != sorted(set(bounds)) or len(bounds) != len(self.access_classes) - 1:
                msg = f"{name} must rise and hold one bound fewer than access_classes"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _kinds_must_look_different(self) -> Theme:
        missing = [str(kind) for kind in Kind if kind not in self.kinds]
        if missing or len({look.symbol for look in self.kinds.values()}) < len(self.kinds):
            msg = (
                f"kinds must give each of {', '.join(Kind)} a symbol that no other has, so that "
                "they can be told apart without colour"
            )
            raise ValueError(msg)
        return self


class Dress(Choice):
    """The theme with the logo that stands beside it, as an address that holds the picture."""

    theme: Theme
    logo: str | None = None
