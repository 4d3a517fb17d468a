"""Tables of the place itself: its neighbourhoods, and the map of it."""

from __future__ import annotations

from pipeline.config import Vintage
from pipeline.contracts import Column, Table
from pipeline.tables.columns import AREAS, LINES, NEIGHBOURHOOD, STATES

NEIGHBOURHOODS = Table(
    "neighbourhoods",
    "one neighbourhood: a statistical area, or a grid cell where there is none",
    ("neighbourhood_id",),
    (
        NEIGHBOURHOOD,
        Column("name", "text", "Name as published."),
        Column(
            "vintage",
            "text",
            "Which statistical areas the code belongs to.",
            allowed=tuple(Vintage),
        ),
        Column("area_ha", "float", "Area, from the published boundary.", "ha", at_least=0),
        Column("people", "float", "Usual residents.", "people", may_be_missing=True, at_least=0),
        Column("people_state", "text", "State of `people`; `no_data` in a grid.", allowed=STATES),
        Column("households", "float", "Households.", "households", may_be_missing=True, at_least=0),
        Column(
            "children",
            "float",
            "Children, of the ages that their table declares.",
            "people",
            may_be_missing=True,
            at_least=0,
        ),
        Column("children_state", "text", "`no_data` where none are counted.", allowed=STATES),
        Column(
            "deprivation_rank",
            "int",
            "Rank in the nation's index; 1 is most deprived.",
            may_be_missing=True,
            at_least=1,
        ),
        Column(
            "deprivation_decile",
            "int",
            "Decile; 1 is the most deprived tenth of the nation's areas.",
            may_be_missing=True,
            at_least=1,
            at_most=10,
        ),
        Column(
            "income_decile",
            "int",
            "Decile of the income domain alone, which holds no measure of access.",
            may_be_missing=True,
            at_least=1,
            at_most=10,
        ),
        Column("deprivation_index", "text", "Name of the index, or empty."),
        Column("deprivation_year", "int", "Its year.", may_be_missing=True),
        Column("deprivation_state", "text", "State of rank and decile.", allowed=STATES),
        Column(
            "deprivation_join",
            "text",
            "How the rank came here: the code itself, or through the exact-fit lookup.",
            allowed=("same_code", "unchanged", "split", "merged", "irregular", "none"),
        ),
        Column("geometry", "geometry", "Boundary.", "m", shapes=AREAS),
    ),
)

FEATURES = Table(
    "features",
    "one tagged OpenStreetMap feature, in one shape",
    ("feature_id", "shape"),
    (
        Column("feature_id", "text", "For example `way/123`."),
        Column("shape", "text", "Point, line or area.", allowed=("point", "line", "area")),
        Column("tags", "text", "All tags, as JSON with sorted keys."),
        Column("edited", "text", "Day of the last edit; empty where the source says none."),
        Column("was_repaired", "bool", "Whether the geometry was invalid and has been repaired."),
        Column("geometry", "geometry", "Shape of the feature.", "m"),
    ),
)

STREETS = Table(
    "streets",
    "one OpenStreetMap way that carries a `highway` tag, walkable or not; a ring of a square that "
    "is drawn as a relation; or a part of a way that the extract has cut",
    ("way_id", "part"),
    (
        Column("way_id", "int", "Number of the way; of the relation, below 0."),
        Column("part", "int", "0 for a whole way; rings and parts count on.", at_least=0),
        Column("tags", "text", "All tags, as JSON with sorted keys."),
        Column("nodes", "text", "Node numbers in order, separated by spaces; one a vertex."),
        Column("geometry", "geometry", "Line; as many vertices as nodes.", "m", shapes=LINES),
    ),
)

COVERAGE = Table(
    "coverage",
    "what the OpenStreetMap file covers: of each neighbourhood, of all (`region`, by the code of "
    "the district), and the line beyond which nothing is known (`edge`)",
    ("neighbourhood_id", "what"),
    (
        NEIGHBOURHOOD,
        Column("what", "text", "What the row is.", allowed=("neighbourhood", "region", "edge")),
        Column("covered_share", "float", "Share of the area covered.", at_least=0, at_most=1),
        Column("state", "text", "`ok` where enough is covered, else `no_data`.", allowed=STATES),
        Column("geometry", "geometry", "The covered part, or the edge; may be empty.", "m"),
    ),
)

LOCALITIES = Table(
    "localities",
    "one suburb, village or quarter that tells where a neighbourhood is: those that lie in it, or "
    "else the nearest",
    ("neighbourhood_id", "order"),
    (
        NEIGHBOURHOOD,
        Column("order", "int", "1 is the nearest to the middle of its residents.", at_least=1),
        Column("name", "text", "As mappers have named it."),
        Column("kind", "text", "OpenStreetMap's `place`, for example `suburb`."),
        Column(
            "relation",
            "text",
            "Whether the point of the map lies inside the neighbourhood or near it; `apart` is "
            "inside, but far from where its residents live, and names nothing.",
            allowed=("inside", "near", "apart"),
        ),
        Column("distance_m", "float", "From the middle of its residents.", "m", at_least=0),
        Column("geometry", "geometry", "Point of the map; it has no borders.", "m"),
    ),
    may_be_empty=True,
)
