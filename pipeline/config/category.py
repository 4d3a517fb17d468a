"""One kind of asset a file: `config/categories/*.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.config.choice import Choice, Colour, Slug, TagConditions, TagValues, Words
from pipeline.config.vocabulary import Kind, Level, Symbol, Way


class Why(Choice):
    """Why a category helps people live well: one sentence, and where it comes from."""

    sentence: Words
    reference: Words


class OsmRules(Choice):
    """Which OpenStreetMap features belong to a category.

    Each entry of `any`, `all` and `none` maps keys to the values allowed (`"*"` is any value);
    an entry holds when every key in it does. A feature belongs when one entry of `any`, every
    entry of `all` and no entry of `none` holds. `lifecycle` names the prefixes (such as
    `disused`) under which the keys of `any` are looked for, instead of the bare key, which is
    looked for only when the list also holds `""`.
    """

    any: Annotated[TagConditions, Field(min_length=1)]
    all: TagConditions = ()
    none: TagConditions = ()
    not_inside: TagConditions = ()
    lifecycle: tuple[Literal["", "disused", "abandoned", "ruins", "construction"], ...] = ("",)
    shapes: tuple[Literal["point", "line", "area"], ...] = ("point", "area")


class LayerRules(Choice):
    """Which rows of a council's or official layer belong to a category."""

    layer: Slug
    where: dict[str, TagValues] = {}


class SourcesFirst(Choice):
    """Whose word counts first for each attribute; what the others say is kept beside it.

    `osm` is OpenStreetMap, `community` what people found who went and looked, `lists` every
    official or council list that is not named itself. All three stand in every order, so that
    none is outranked without a word.
    """

    name: tuple[Slug, ...] = ("community", "osm", "lists")
    shape: tuple[Slug, ...] = ("osm", "lists", "community")
    details: tuple[Slug, ...] = ("community", "osm", "lists")

    @model_validator(mode="after")
    def _names_everybody(self) -> SourcesFirst:
        for order in (self.name, self.shape, self.details):
            if len(set(order)) < len(order) or not {"osm", "lists", "community"} <= set(order):
                msg = "name `osm`, `lists` and `community` in each order, and each source once"
                raise ValueError(msg)
        return self


class CategoryRules(Choice):
    """What decides which assets a category has and how one walks into them.

    `public_access` says whose way in counts: `open` (anyone may walk in), `customers` (and
    whoever buys something), or `listed` (counted whatever the sign at the gate says, as an
    allotment or a school is). Of two categories that a feature matches, the one with the
    smaller `precedence` keeps it.

    Records no farther apart than `same_within_m` are one asset where their names agree, and
    with `nameless_joins` also where one has no name: parts of a park and blocks of a school
    often have none, but shops side by side are two. `one_place: named_place` gathers stops of
    one name that lie no farther apart than `named_place_within_m`. With `banks_m`, the strip
    of that width around a lake or a river is part of the asset: that is where one walks.
    `may_be` names the categories under which another source may hold the same place, as a
    council's park is a nature reserve on the map; where most of both is common ground, or their
    names are alike, they are one asset, of the category that the map gives it.
    `sources_first` says whose word counts where records of one asset differ; an asset of which no
    record is newer than `stale_after_years` is called stale.
    `supply` is what is shared out among the people who can walk to it, if anything is: the area,
    or one each; `supply_for` says among whom.
    """

    kind: Kind
    level: Level
    status: Literal["actual", "potential"] = "actual"
    osm: OsmRules
    layers: tuple[LayerRules, ...] = ()
    public_access: Literal["open", "customers", "listed"]
    smallest_m2: Annotated[float, Field(ge=0)] = 0
    smallest_unnamed_m2: Annotated[float, Field(ge=0)] = 0
    one_place: Literal["feature", "named_place"] = "feature"
    same_within_m: Annotated[float, Field(ge=0, le=500)] = 30
    nameless_joins: bool = False
    named_place_within_m: Annotated[float, Field(ge=0, le=1000)] = 200
    banks_m: Annotated[float, Field(ge=0, le=100)] = 0
    walk_in: Literal["boundary", "building", "point", "street", "shore"]
    may_be: tuple[Slug, ...] = ()
    sources_first: SourcesFirst = SourcesFirst()
    stale_after_years: Annotated[float, Field(gt=0, le=50)] = 8.0
    supply: Literal["none", "area", "one"] = "none"
    supply_for: Literal["people", "children"] = "people"
    none_mapped_means: Literal["none", "unknown"]
    precedence: Annotated[int, Field(ge=1, le=999)]


class CategoryWays(CategoryRules):
    """What the joint assessment sums categories up by: their rules, and what they are good for."""

    five_ways: tuple[Way, ...]


class Category(CategoryWays):
    """One kind of asset, and what people read and see of it: `config/categories/<category>.yaml`.

    A change of words or looks here does not rerun the routing: steps that compute are given
    only the `CategoryRules` part, and the joint assessment only that of `CategoryWays`.
    """

    label: Words
    one: Words
    why: Why
    colour: Colour
    symbol: Symbol
