"""Tables of what is within reach on foot."""

from __future__ import annotations

from pipeline.contracts import Column, Table
from pipeline.tables.columns import (
    AREAS,
    CATEGORY,
    COVERAGE_PCT,
    MINUTES,
    NEIGHBOURHOOD,
    STATE,
    STATES,
)

ACCESS = Table(
    "access",
    "one home and one category",
    ("home_id", "category"),
    (
        Column("home_id", "text", "The home."),
        CATEGORY,
        Column(
            "nearest_m",
            "float",
            "Walk to the nearest entrance.",
            "m",
            may_be_missing=True,
            at_least=0,
        ),
        Column("nearest_asset", "text", "Which asset that is, or empty."),
        Column(
            "n_within_{minutes}_min",
            "int",
            "Distinct assets within so many minutes, the last metre included.",
            "assets",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "kth_nearest_m",
            "float",
            "Walk to the k-th nearest asset; the study says which k.",
            "m",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "area_within_{minutes}_min_ha",
            "float",
            "Area of the assets within so many minutes, each once; where area is what they supply.",
            "ha",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "gravity",
            "float",
            "What is within reach, nearer counting for more; in assets or hectares at the door.",
            "assets",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "supply_per_1000",
            "float",
            "Supply for each thousand people who share it; hectares or assets.",
            "per 1,000",
            may_be_missing=True,
            at_least=0,
        ),
        STATE,
    ),
)

NEARBY = Table(
    "nearby",
    "one place that is the nearest of its category for some people of a neighbourhood",
    ("neighbourhood_id", "category", "asset_id"),
    (
        NEIGHBOURHOOD,
        CATEGORY,
        Column("asset_id", "text", "The asset."),
        Column("order", "int", "1 is the nearest for most people.", at_least=1),
        Column("people", "float", "For how many it is the nearest.", "people", at_least=0),
        Column(
            "share_pct",
            "float",
            "Their share of the people of the neighbourhood with an answer.",
            "%",
            at_least=0,
            at_most=100,
        ),
        Column(
            "median_min",
            "float",
            "Within so many minutes half of them reach it.",
            "min",
            at_least=0,
        ),
    ),
    may_be_empty=True,
)

STARTS = Table(
    "starts",
    "one place that walks of the directory start from: a neighbourhood, or an asset with a name",
    ("place_id",),
    (
        Column("place_id", "text", "Code of the neighbourhood, or the asset's own name."),
        Column("what", "text", "What it is.", allowed=("neighbourhood", "asset")),
        Column("name", "text", "What people call it."),
        Column("category", "text", "Category of an asset; empty for a neighbourhood."),
        Column(
            "people",
            "float",
            "Residents who start from a neighbourhood; missing for an asset.",
            "people",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "state",
            "text",
            "`ok`, or why no walk starts here: `no_data`, outside the map data or without homes; "
            "`unreachable`, no street near; `suppressed`, too few people.",
            allowed=STATES,
        ),
    ),
)

WALKS = Table(
    "walks",
    "one walk of the directory, from where people are to an asset; those longer than the longest "
    "are not listed",
    ("place_id", "asset_id"),
    (
        Column("place_id", "text", "Where it starts, as in `starts`."),
        Column("asset_id", "text", "The asset that it leads to."),
        Column(
            "walk_min",
            "float",
            "On foot from the asset that it starts from; of a neighbourhood, within so many "
            "minutes half of its residents are there.",
            "min",
            at_least=0,
        ),
    ),
    may_be_empty=True,
)

CATCHMENTS = Table(
    "catchments",
    "the land within so many minutes of the nearest asset of a category; bands hold each other",
    ("category", "minutes"),
    (
        CATEGORY,
        MINUTES,
        Column(
            "area_ha",
            "float",
            "Its area, in whole cells; empty where nothing is known.",
            "ha",
            may_be_missing=True,
            at_least=0,
        ),
        Column("state", "text", "`ok`, `true_zero` or `no_data`.", allowed=STATES),
        Column("geometry", "geometry", "Outline of the cells; may be empty.", "m", shapes=AREAS),
    ),
)

CATCHMENT_PEOPLE = Table(
    "catchment_people",
    "the people within so many minutes of the nearest asset of a category: all (`all`), those of "
    "neighbourhoods of one decile of deprivation (`decile_1` …), or of none (`no_decile`)",
    ("category", "minutes", "people_of"),
    (
        CATEGORY,
        MINUTES,
        Column("people_of", "text", "Whose people."),
        Column(
            "people",
            "float",
            "How many live within; empty unless `ok` or `true_zero`.",
            "people",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "share_pct",
            "float",
            "Their share of all of these whose homes are attached to the network.",
            "%",
            may_be_missing=True,
            at_least=0,
            at_most=100,
        ),
        STATE,
        COVERAGE_PCT,
    ),
)

RASTER_MINUTES = Table(
    "raster_minutes",
    "a neighbourhood (or the district, by its own code) and a category, where people come from a "
    "raster: the walk to the nearest, as the surface has it, weighted by the people of the raster",
    ("neighbourhood_id", "category"),
    (
        NEIGHBOURHOOD,
        CATEGORY,
        Column("people", "float", "People of the raster on walkable land.", "people", at_least=0),
        Column(
            "mean_nearest_min",
            "float",
            "Mean minutes of those whom a street leads there; empty unless `ok`.",
            "min",
            may_be_missing=True,
            at_least=0,
        ),
        STATE,
        Column(
            "coverage_pct",
            "float",
            "Share of the people on walkable land whom a street leads there.",
            "%",
            at_least=0,
            at_most=100,
        ),
    ),
    may_be_empty=True,
)
