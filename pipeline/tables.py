"""The contract of every table that crosses a step: key, columns, types, units, allowed values.

`docs/data-dictionary.md` is generated from this module.
"""

from __future__ import annotations

from pipeline.config import (
    SITE_STATUSES,
    Actor,
    Agreement,
    Domain,
    Kind,
    Level,
    Method,
    State,
    Vintage,
)
from pipeline.contracts import Column, Table

STATES = tuple(State)
UNITS = (
    "min", "%", "assets", "ha",
    "assets per 1,000", "ha per 1,000", "assets per 1,000 children", "ha per 1,000 children",
)  # fmt: skip
GRADIENT_PARTS = (
    *(f"decile_{decile:02}" for decile in range(1, 11)),
    *("mean", "slope_index", "relative_index", "concentration_index"),
    *("bounded_concentration_index", "gini", "palma"),
)
AREAS = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")

_STATE = Column("state", "text", "What kind of number this is.", allowed=STATES)
_NEIGHBOURHOOD = Column("neighbourhood_id", "text", "Code of the neighbourhood.")
_CATEGORY = Column("category", "text", "Category of asset, the name of its YAML file.")

NEIGHBOURHOODS = Table(
    "neighbourhoods",
    "one neighbourhood: a statistical area, or a grid cell where there is none",
    ("neighbourhood_id",),
    (
        _NEIGHBOURHOOD,
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
        _NEIGHBOURHOOD,
        Column("what", "text", "What the row is.", allowed=("neighbourhood", "region", "edge")),
        Column("covered_share", "float", "Share of the area covered.", at_least=0, at_most=1),
        Column("state", "text", "`ok` where enough is covered, else `no_data`.", allowed=STATES),
        Column("geometry", "geometry", "The covered part, or the edge; may be empty.", "m"),
    ),
)

ASSETS = Table(
    "assets",
    "one asset: one thing that helps people live well, however many records speak of it",
    ("asset_id",),
    (
        Column("asset_id", "text", "Stable name, made from its first record, `osm-way-123`."),
        _CATEGORY,
        Column("kind", "text", "Kind of physical asset.", allowed=tuple(Kind)),
        Column("level", "text", "Which of the six levels.", allowed=tuple(Level)),
        Column("status", "text", "In use, or what could be.", allowed=("actual", "potential")),
        Column("name", "text", "Name, or empty where it has none."),
        Column("sources", "text", "Layers that speak of it, sorted, separated by commas."),
        Column("licences", "text", "Their licences, sorted, separated by commas."),
        Column("date", "text", "Day of its newest record; without one, of the data."),
        Column("area_m2", "float", "Area; 0 for a point or a line.", "m²", at_least=0),
        Column("records", "text", "Every record as JSON: source, id, name, date, licence."),
        Column(
            "agreement",
            "text",
            "Whether two sources or more speak of it and agree, differ in its name or area, one "
            "alone speaks of it, or none has been edited for years.",
            allowed=tuple(Agreement),
        ),
        Column(
            "chosen",
            "text",
            "By attribute, whose word is taken and why, as JSON: `only_source`, `all_agree`, or "
            "`first_in_order`, as the category declares it.",
        ),
        Column(
            "differences",
            "text",
            "By attribute, what each source says where they differ, as JSON.",
        ),
        Column(
            "details",
            "text",
            "Opening hours, access and the like, as JSON of plain text. Of stops, where the "
            "district has a timetable: `departures_weekday`, `departures_evening`, "
            "`departures_sunday`, how many leave; `departures_state`, of these; "
            "`departures_source`, of which timetable and days.",
        ),
        Column("is_in_district", "bool", "Whether it touches the district, or lies in the buffer."),
        Column("geometry", "geometry", "Shape of the asset.", "m"),
    ),
    may_be_empty=True,
)

RECORDS = Table(
    "records",
    "one record of one source that an asset is made of",
    ("asset_id", "source", "record_id"),
    (
        Column("asset_id", "text", "The asset that it is part of."),
        Column("source", "text", "Who says it: `osm`, `community`, or a table or layer by name."),
        Column("record_id", "text", "What that source calls it."),
        Column("category", "text", "What kind of place the source says that it is."),
        Column("name", "text", "Name as that source writes it, or empty."),
        Column("date", "text", "Day of its last edit, or of the list."),
        Column("licence", "text", "Under which the record may be used."),
        Column("details", "text", "What else it says, as JSON of plain text."),
        Column(
            "confidence",
            "float",
            "How sure it is that it and a record of another source are one place; empty where no "
            "other source speaks of the asset.",
            may_be_missing=True,
            at_least=0,
            at_most=1,
        ),
        Column("geometry", "geometry", "Where and how the source draws it.", "m"),
    ),
    may_be_empty=True,
)

AMBIGUOUS = Table(
    "ambiguous",
    "two records of two sources that may be one place and are counted as two: for somebody to look",
    ("one_source", "one_record_id", "other_source", "other_record_id"),
    (
        Column("one_source", "text", "Who says the one."),
        Column("one_record_id", "text", "What that source calls it."),
        Column("one_asset", "text", "The asset that it is part of."),
        Column("one_category", "text", "Its category."),
        Column("one_name", "text", "Its name, or empty."),
        Column("other_source", "text", "Who says the other."),
        Column("other_record_id", "text", "What that source calls it."),
        Column("other_asset", "text", "The asset that it is part of."),
        Column("other_category", "text", "Its category."),
        Column("other_name", "text", "Its name, or empty."),
        Column("confidence", "float", "How sure it is that they are one.", at_least=0, at_most=1),
        Column(
            "overlap",
            "float",
            "Of the area of both, what they have in common.",
            at_least=0,
            at_most=1,
        ),
        Column(
            "part",
            "float",
            "Of the smaller, what lies in the other; 1 for a point in an area.",
            at_least=0,
            at_most=1,
        ),
        Column("apart_m", "float", "How far they are apart.", "m", at_least=0),
        Column(
            "name_likeness",
            "float",
            "How alike their names are; empty where one has none.",
            may_be_missing=True,
            at_least=0,
            at_most=1,
        ),
        Column(
            "identifier",
            "float",
            "1 where they share one, −1 where one authority gave each its own, else 0.",
            at_least=-1,
            at_most=1,
        ),
    ),
    may_be_empty=True,
)

ACCESS_POINTS = Table(
    "access_points",
    "one way into an asset that an official layer gives, such as a park gate",
    ("access_point_id",),
    (
        Column("access_point_id", "text", "Layer and number in it."),
        Column("asset_id", "text", "The asset it leads into."),
        Column("geometry", "geometry", "Where it is.", "m", shapes=("Point",)),
    ),
    may_be_empty=True,
)

SET_ASIDE = Table(
    "set_aside",
    "one row of a layer that is not used: it is part of no asset and no way into one",
    ("layer", "row"),
    (
        Column("layer", "text", "Layer, by the district's name for it."),
        Column("row", "int", "Number of the row or feature in its file.", at_least=0),
        Column("id", "text", "What the row calls itself, or what it is called by its words."),
        Column(
            "kind",
            "text",
            "`fault`: it cannot be used. `not_asked_for`, `elsewhere`, `of_no_category`: nobody "
            "asked for it. The others are places that do not count apart.",
            allowed=(
                "fault", "not_asked_for", "elsewhere", "of_no_category", "listed_twice", "inside",
                "too_small", "of_no_asset", "not_matched",
            ),
        ),
        Column("reason", "text", "Why, in words that follow “it”."),
    ),
    may_be_empty=True,
)  # fmt: skip

PLACES_IN = ("gate", "entrance", "access_point", "crossing", "along", "nearest_edge", "itself")

NETWORK = Table(
    "network",
    "one walkable street or path between two junctions, walked in both directions",
    ("edge_id",),
    (
        Column("edge_id", "int", "Number of the edge, from 0."),
        Column("start", "int", "Number of the junction at the first vertex, from 0.", at_least=0),
        Column("end", "int", "Number of the junction at the last vertex.", at_least=0),
        Column("length_dm", "int", "Length, in whole decimetres.", "dm", at_least=0),
        Column("component", "int", "Number of the connected part; 0 is the longest.", at_least=0),
        Column("is_snappable", "bool", "Whether its component is large enough to walk to."),
        Column("highway", "text", "Value of the `highway` tag."),
        Column("name", "text", "Street name, or empty."),
        Column("is_steps", "bool", "Whether it is a flight of steps."),
        Column("is_bridge_or_tunnel", "bool", "Whether it passes over or under what it crosses."),
        Column("tags", "text", "Tags that walking profiles need, as JSON with sorted keys."),
        Column("barriers", "text", "Tags of barriers and kerbs that stand on it, as JSON."),
        Column("geometry", "geometry", "Line from `start` to `end`.", "m", shapes=("LineString",)),
    ),
)

TERRAIN = Table(
    "terrain",
    "one edge of the walking network, on the ground it lies on",
    ("edge_id",),
    (
        Column("edge_id", "int", "Number of the edge.", at_least=0),
        Column(
            "forward_dm",
            "int",
            "Walk from its start to its end, in decimetres on the flat that take as long.",
            "dm",
            at_least=0,
        ),
        Column("backward_dm", "int", "The same from its end to its start.", "dm", at_least=0),
        Column(
            "climb_m",
            "float",
            "All that rises from its start to its end.",
            "m",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "descent_m",
            "float",
            "All that falls from its start to its end.",
            "m",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "steepest_pct",
            "float",
            "Its steepest piece, up or down.",
            "%",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "state",
            "text",
            "`ok`, or `no_data`: heights are not known and it counts as flat.",
            allowed=STATES,
        ),
    ),
)

ENTRANCES = Table(
    "entrances",
    "one point where one walks into an asset, and where it stands on the network",
    ("entrance_id",),
    (
        Column("entrance_id", "text", "Name of the asset and a number."),
        Column("asset_id", "text", "The asset it leads into."),
        _CATEGORY,
        Column("way_in", "text", "What kind of point it is.", allowed=PLACES_IN),
        Column("edge_id", "int", "Edge it is reached from; −1 where none is near.", at_least=-1),
        Column("along_dm", "int", "Way along that edge from its start.", "dm", at_least=0),
        Column("snap_dm", "int", "From the edge to the entrance.", "dm", at_least=0),
        Column(
            "state", "text", "`ok`, or `unreachable`: no street within the cap.", allowed=STATES
        ),
        Column("geometry", "geometry", "The entrance.", "m", shapes=("Point",)),
    ),
    may_be_empty=True,
)

HOMES = Table(
    "homes",
    "one place where walks start, with the people who start there",
    ("home_id",),
    (
        Column("home_id", "text", "Feature or census point it stands for."),
        _NEIGHBOURHOOD,
        Column("people", "float", "People who start here.", "people", at_least=0),
        Column(
            "children",
            "float",
            "Children among them; missing where the neighbourhood has no count of them.",
            "people",
            may_be_missing=True,
            at_least=0,
        ),
        Column("made_from", "text", "What it stands for.", allowed=("building", "census_point")),
        Column("floor_m2", "float", "Footprint × storeys.", "m²", at_least=0),
        Column("edge_id", "int", "Edge it is reached from; −1 where none is near.", at_least=-1),
        Column("along_dm", "int", "Way along that edge from its start.", "dm", at_least=0),
        Column("snap_dm", "int", "From the home to the edge.", "dm", at_least=0),
        Column(
            "known_within_m",
            "float",
            "Straight line to where the map data end; a walk up to this length is certain.",
            "m",
            at_least=0,
        ),
        Column(
            "state", "text", "`ok`, or `unreachable`: no street within the cap.", allowed=STATES
        ),
        Column("geometry", "geometry", "The home.", "m", shapes=("Point",)),
    ),
)

ACCESS = Table(
    "access",
    "one home and one category",
    ("home_id", "category"),
    (
        Column("home_id", "text", "The home."),
        _CATEGORY,
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
        _STATE,
    ),
)

NEARBY = Table(
    "nearby",
    "one place that is the nearest of its category for some people of a neighbourhood",
    ("neighbourhood_id", "category", "asset_id"),
    (
        _NEIGHBOURHOOD,
        _CATEGORY,
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

INDICATORS = Table(
    "indicators",
    "one number: a neighbourhood (or the district, by its own code), a category and a measure",
    ("neighbourhood_id", "category", "measure"),
    (
        _NEIGHBOURHOOD,
        _CATEGORY,
        Column("measure", "text", "What was measured."),
        Column(
            "value", "float", "The number, empty unless `ok` or `true_zero`.", may_be_missing=True
        ),
        Column("unit", "text", "Its unit.", allowed=UNITS),
        _STATE,
        Column(
            "coverage_pct",
            "float",
            "Share of its people for whom the number is certain.",
            "%",
            at_least=0,
            at_most=100,
        ),
        Column("source", "text", "Layers it was computed from, separated by commas."),
        Column("source_date", "text", "Day of the oldest of them."),
    ),
)

BY_WALKER = Table(
    "by_walker",
    "one headline number of one walker: a neighbourhood (or the district), a category, a measure",
    ("neighbourhood_id", "category", "measure", "walker"),
    (
        _NEIGHBOURHOOD,
        _CATEGORY,
        Column("measure", "text", "What was measured."),
        Column("walker", "text", "Who walks, the name of the YAML file."),
        Column(
            "value", "float", "The number, empty unless `ok` or `true_zero`.", may_be_missing=True
        ),
        Column("unit", "text", "Its unit.", allowed=("min", "%")),
        _STATE,
        Column(
            "coverage_pct",
            "float",
            "Share of its people for whom the number is certain.",
            "%",
            at_least=0,
            at_most=100,
        ),
    ),
)

BY_SOURCE = Table(
    "by_source",
    "one headline number of the district with the assets that one kind of source knows",
    ("category", "measure", "known_to"),
    (
        _CATEGORY,
        Column("measure", "text", "What was measured."),
        Column(
            "known_to",
            "text",
            "Whose assets count: all, those with a record in OpenStreetMap, those on a list.",
            allowed=("all", "osm_alone", "lists_alone"),
        ),
        Column("assets", "int", "How many of these touch the district.", "assets", at_least=0),
        Column(
            "value", "float", "The number, empty unless `ok` or `true_zero`.", may_be_missing=True
        ),
        Column("unit", "text", "Its unit.", allowed=("min", "%")),
        _STATE,
        Column(
            "coverage_pct",
            "float",
            "Share of its people for whom the number is certain.",
            "%",
            at_least=0,
            at_most=100,
        ),
    ),
)

SENSITIVITY = Table(
    "sensitivity",
    "one headline number under another choice: a neighbourhood (or the district), a category, a "
    "measure and what was chosen otherwise; only those that are numbers",
    ("neighbourhood_id", "category", "measure", "variant"),
    (
        _NEIGHBOURHOOD,
        _CATEGORY,
        Column("measure", "text", "What was measured."),
        Column("variant", "text", "What was chosen otherwise, or `as_chosen`."),
        Column("value", "float", "The number.", at_least=0),
        Column(
            "rank_agreement",
            "float",
            "In rows of the district: Spearman's correlation of its parts with `as_chosen`.",
            may_be_missing=True,
            at_least=-1,
            at_most=1,
        ),
    ),
    may_be_empty=True,
)

GRADIENT = Table(
    "gradient",
    "one number about a category and a measure over all people: of a decile of deprivation, or "
    "one for the whole gradient",
    ("category", "measure", "against", "part"),
    (
        _CATEGORY,
        Column("measure", "text", "What was measured."),
        Column(
            "against",
            "text",
            "What neighbourhoods are put in order by: the `index`, its `income` domain alone, or "
            "the `value` itself.",
            allowed=("index", "income", "value"),
        ),
        Column(
            "part",
            "text",
            "A decile, the mean of all, or the name of a measure of inequality (docs/methods.md).",
            allowed=GRADIENT_PARTS,
        ),
        Column(
            "decile",
            "int",
            "Decile 1 is the most deprived tenth of the nation; empty for single numbers.",
            may_be_missing=True,
            at_least=1,
            at_most=10,
        ),
        Column(
            "value", "float", "The number, empty unless `ok` or `true_zero`.", may_be_missing=True
        ),
        Column(
            "low",
            "float",
            "Lower end of the interval, from drawing neighbourhoods again.",
            may_be_missing=True,
        ),
        Column("high", "float", "Its upper end.", may_be_missing=True),
        Column("unit", "text", "Its unit; empty where it has none.", allowed=("%", "assets", "")),
        _STATE,
        Column("neighbourhoods", "int", "How many it is about.", "neighbourhoods", at_least=0),
        Column("people", "float", "Their people with an answer.", "people", at_least=0),
        Column(
            "cumulative_people_pct",
            "float",
            "Share of the people who live in this decile or a more deprived one.",
            "%",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "cumulative_value_pct",
            "float",
            "Share that those have of what all have: a point of the concentration curve.",
            "%",
            may_be_missing=True,
            at_least=0,
        ),
    ),
    may_be_empty=True,
)

STANDARDS = Table(
    "standards",
    "one number: a neighbourhood (or the district, by its own code), a criterion of a published "
    "standard and how it was evaluated",
    ("neighbourhood_id", "standard", "criterion", "method"),
    (
        _NEIGHBOURHOOD,
        Column("standard", "text", "The standard, the name of its YAML file."),
        Column("criterion", "text", "Which of its criteria."),
        Column(
            "method",
            "text",
            "A share of people by `walking` or `straight_line`, or land per head.",
            allowed=tuple(Method),
        ),
        Column(
            "value",
            "float",
            "What is certain; empty unless `ok` or `true_zero`.",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "at_most",
            "float",
            "The most it could be: beyond the map data there may be more. Empty where unknown.",
            may_be_missing=True,
            at_least=0,
        ),
        Column("unit", "text", "Its unit.", allowed=("%", "ha per 1,000 people")),
        _STATE,
        Column(
            "coverage_pct",
            "float",
            "Share of its people for whom the number is certain.",
            "%",
            at_least=0,
            at_most=100,
        ),
        Column("source", "text", "Layers it was computed from, separated by commas."),
        Column("source_date", "text", "Day of the oldest of them."),
    ),
    may_be_empty=True,
)

DOMAINS = Table(
    "domains",
    "one neighbourhood and one domain of its nation's index of deprivation",
    ("neighbourhood_id", "domain"),
    (
        _NEIGHBOURHOOD,
        Column("domain", "text", "The domain.", allowed=tuple(Domain)),
        Column("rank", "int", "1 is the most deprived.", may_be_missing=True, at_least=1),
        Column(
            "decile",
            "int",
            "1 is the most deprived tenth of the nation's areas.",
            may_be_missing=True,
            at_least=1,
            at_most=10,
        ),
        Column("is_access", "bool", "Whether the domain measures access itself."),
        _STATE,
    ),
    may_be_empty=True,
)

ASSESSMENT_PARTS = (
    *("kind", "way", "all", "category", "standard", "criterion", "elsewhere", "composite"),
    *("deprivation", "deprivation_domain", "deprivation_group", "deprivation_elsewhere"),
)

ASSESSMENT = Table(
    "assessment",
    "one thing that is said of a neighbourhood (or of the district, by its own code): what it has "
    "within reach, or what stands beside that",
    ("neighbourhood_id", "part", "item"),
    (
        _NEIGHBOURHOOD,
        Column(
            "part",
            "text",
            "What is within reach by kind, by way to well-being, in all, by category, by standard "
            "and criterion; indicators from elsewhere; composites that were declared; "
            "deprivation, and what is made of it.",
            allowed=ASSESSMENT_PARTS,
        ),
        Column("item", "text", "Which kind, way, category, standard, domain, group, indicator."),
        Column(
            "value",
            "float",
            "The number, empty unless `ok` or `true_zero`: of kinds and ways, how many categories "
            "residents have within reach on average.",
            may_be_missing=True,
        ),
        Column(
            "of",
            "float",
            "How many categories or criteria are known, where the number is a part of them.",
            may_be_missing=True,
            at_least=0,
        ),
        Column("low", "float", "Its lower end, where it has one.", may_be_missing=True),
        Column("high", "float", "Its upper end.", may_be_missing=True),
        Column("unit", "text", "Its unit."),
        _STATE,
        Column(
            "coverage_pct",
            "float",
            "Share of the people for whom the least certain part of it is certain; of deprivation "
            "and indicators from elsewhere, none.",
            "%",
            may_be_missing=True,
            at_least=0,
            at_most=100,
        ),
        Column("holds_access", "bool", "Whether a measure of access is part of the number."),
        Column("source", "text", "Layers it was computed from, separated by commas."),
        Column("source_date", "text", "Day or year of the oldest of them."),
    ),
)

GROUP_NAMES = ("build_on", "share", "gain", "add")

GROUPS = Table(
    "groups",
    "one of the four named groups of neighbourhoods, under one pair of cut-offs",
    ("variant", "named"),
    (
        Column(
            "variant",
            "text",
            "The cut-offs as chosen, one of them moved, or income alone in place of the index.",
            allowed=(
                *("as_chosen", "reach_lower", "reach_higher", "rank_lower", "rank_higher"),
                "income_alone",
            ),
        ),
        Column("named", "text", "The group (docs/methods.md).", allowed=GROUP_NAMES),
        Column("neighbourhoods", "int", "How many stand in it.", "neighbourhoods", at_least=0),
        Column("people", "float", "Who live there.", "people", at_least=0),
        Column("came", "int", "How many stand elsewhere as chosen.", "neighbourhoods", at_least=0),
        Column(
            "went",
            "int",
            "How many stand in it as chosen, and here elsewhere.",
            "neighbourhoods",
            at_least=0,
        ),
        Column(
            "cut_off_kinds",
            "float",
            "From how many categories on it is much.",
            "kinds of assets",
            at_least=0,
        ),
        Column("cut_off_rank", "float", "Up to which rank it is more deprived.", at_least=0),
    ),
    may_be_empty=True,
)

ELSEWHERE = Table(
    "elsewhere",
    "one neighbourhood and one indicator that others have counted or asked",
    ("neighbourhood_id", "indicator"),
    (
        _NEIGHBOURHOOD,
        Column("indicator", "text", "The indicator, the name of its YAML file."),
        Column("edition", "text", "Whom it is shown to.", allowed=("planner", "both")),
        Column(
            "value", "float", "The number, empty unless `ok` or `true_zero`.", may_be_missing=True
        ),
        Column("low", "float", "Lower end of its own interval.", may_be_missing=True),
        Column("high", "float", "Its upper end.", may_be_missing=True),
        Column("n", "float", "How many were asked there.", may_be_missing=True, at_least=0),
        Column("unit", "text", "Its unit, as declared."),
        _STATE,
        Column("source", "text", "Who published it."),
        Column("year", "text", "Of what year it is."),
    ),
    may_be_empty=True,
)

SIMILAR = Table(
    "similar",
    "one neighbourhood, and one of those that are most like it",
    ("neighbourhood_id", "variant", "order"),
    (
        _NEIGHBOURHOOD,
        Column(
            "variant",
            "text",
            "Whether deprivation is among the traits.",
            allowed=("with_deprivation", "plain"),
        ),
        Column("order", "int", "1 is the most like it.", at_least=1),
        Column("similar_id", "text", "Code of the other neighbourhood."),
        Column(
            "apart",
            "float",
            "How far apart the two are: root of the mean of the squared differences.",
            "standard deviations",
            at_least=0,
        ),
        Column("traits", "text", "What they were compared by, separated by commas."),
    ),
    may_be_empty=True,
)

_MINUTES = Column("minutes", "int", "Longest walk that counts, itself included.", "min", at_least=1)
_COVERAGE_PCT = Column(
    "coverage_pct",
    "float",
    "Share of its people for whom the number is certain.",
    "%",
    at_least=0,
    at_most=100,
)

CATCHMENTS = Table(
    "catchments",
    "the land within so many minutes of the nearest asset of a category; bands hold each other",
    ("category", "minutes"),
    (
        _CATEGORY,
        _MINUTES,
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
        _CATEGORY,
        _MINUTES,
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
        _STATE,
        _COVERAGE_PCT,
    ),
)

RASTER_MINUTES = Table(
    "raster_minutes",
    "a neighbourhood (or the district, by its own code) and a category, where people come from a "
    "raster: the walk to the nearest, as the surface has it, weighted by the people of the raster",
    ("neighbourhood_id", "category"),
    (
        _NEIGHBOURHOOD,
        _CATEGORY,
        Column("people", "float", "People of the raster on walkable land.", "people", at_least=0),
        Column(
            "mean_nearest_min",
            "float",
            "Mean minutes of those whom a street leads there; empty unless `ok`.",
            "min",
            may_be_missing=True,
            at_least=0,
        ),
        _STATE,
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

UNUSED_LAND = Table(
    "unused_land",
    "one site: land, a building or a shop that sources describe as not in use, or as little used, "
    "however many records speak of it",
    ("site_id",),
    (
        Column("site_id", "text", "Stable name, made from its first record, `osm-way-123`."),
        Column("unused_kind", "text", "Kind of site, the name of a file of `config/unused`."),
        Column(
            "form",
            "text",
            "Open land, a whole building, or a shop or room in one.",
            allowed=("land", "building", "unit"),
        ),
        Column("name", "text", "Name, or empty where it has none."),
        Column(
            "status",
            "text",
            "What the sources call it.",
            allowed=SITE_STATUSES,
        ),
        Column("sources", "text", "Layers that speak of it, sorted, separated by commas."),
        Column("licences", "text", "Their licences, sorted, separated by commas."),
        Column("date", "text", "Day of its newest record; without one, of the data."),
        Column(
            "area_m2",
            "float",
            "Area, as drawn, or else as a register says; empty where nobody says.",
            "m²",
            may_be_missing=True,
            at_least=0,
        ),
        Column("area_from", "text", "Who says so.", allowed=("drawn", "register", "")),
        Column("area_state", "text", "`ok`, or `no_data`: nobody says.", allowed=STATES),
        Column(
            "compactness",
            "float",
            "4π × area ÷ outline², of Polsby and Popper: 1 for a circle; empty unless drawn.",
            may_be_missing=True,
            at_least=0,
            at_most=1,
        ),
        Column(
            "slope_pct",
            "float",
            "Mean slope of the ground; empty where heights are not known.",
            "%",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "frontage_m",
            "float",
            "How much of its outline runs along streets and paths that can be walked; empty "
            "unless drawn.",
            "m",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "cautions",
            "text",
            "What to be careful of, by names of files of `config/cautions`, separated by commas.",
        ),
        Column(
            "ownership",
            "text",
            "Whose it is, as a register says; empty where nobody says.",
            allowed=("public", "not_public", "mixed", "unknown", ""),
        ),
        Column("planning", "text", "Planning status in the words of a register, or empty."),
        Column("planning_date", "text", "Day of that permission, `2021-06-30`, or empty."),
        Column("listed_since", "text", "Day on which a register first listed it, or empty."),
        Column(
            "confidence",
            "text",
            "How sure it is that nobody uses it now; the reasons stand beside it.",
            allowed=("likely", "possible", "ask_first"),
        ),
        Column("confidence_because", "text", "Why, as JSON: a list of words of `config/words`."),
        Column(
            "people_within_{minutes}_min",
            "float",
            "People whose walk to it takes at most so many minutes; empty unless a number.",
            "people",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "people_within_{minutes}_min_state",
            "text",
            "`ok`, `true_zero`, or `unreachable`: no street leads there.",
            allowed=STATES,
        ),
        Column(
            "nearest_home_m",
            "float",
            "Walk from the nearest home, of those within the longest walk that counts.",
            "m",
            may_be_missing=True,
            at_least=0,
        ),
        Column("neighbourhood_id", "text", "Neighbourhood it lies in, or empty."),
        Column("beside", "text", "Name of the nearest street, if one is near, or empty."),
        Column("is_in_district", "bool", "Whether it touches the district, or lies in the buffer."),
        Column("records", "text", "Every record as JSON: source, id, name, date, licence."),
        Column("details", "text", "What else the sources say, as JSON of plain text."),
        Column("geometry", "geometry", "Shape of the site.", "m"),
    ),
    may_be_empty=True,
)

_SITE = Column("site_id", "text", "The site.")
_USE = Column("use", "text", "What it could become, the name of a file of `config/uses`.")
_SITE_MINUTES = Column("minutes", "int", "Longest walk that counts.", "min", at_least=1)

SITE_USES = Table(
    "site_uses",
    "one site and one use that could be on a site of its form",
    ("site_id", "use"),
    (
        _SITE,
        _USE,
        Column("category", "text", "Category that the site would then belong to."),
        Column(
            "fits",
            "text",
            "`yes`: every need is met; `to_check`: none is known not to be, some are not known; "
            "`no`: at least one is not met.",
            allowed=("yes", "to_check", "no"),
        ),
        Column("because", "text", "Needs that are met, as JSON: names and numbers of sentences."),
        Column("to_check", "text", "Needs of which nothing is known, likewise."),
        Column("ruled_out_by", "text", "Needs that are not met, likewise."),
        Column("would_rule_out", "text", "What would rule it out if it were found, likewise."),
        Column("who", "text", "Who could act.", allowed=tuple(Actor)),
    ),
    may_be_empty=True,
)

RESIDENTS_GAINED = Table(
    "residents_gained",
    "one site, one use that fits it, a number of minutes, and whose people: all (`all`), or those "
    "of neighbourhoods of one decile of deprivation (`decile_1` …), or of none (`no_decile`)",
    ("site_id", "use", "minutes", "people_of"),
    (
        _SITE,
        _USE,
        _SITE_MINUTES,
        Column("people_of", "text", "Whose people."),
        Column("people_within", "float", "How many live within.", "people", at_least=0),
        Column(
            "gained",
            "float",
            "How many of these have no such asset within as many minutes now; empty unless a "
            "number.",
            "people",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "state",
            "text",
            "`ok`, `true_zero`, `unreachable` (no street leads there), or `no_data`: nobody knows "
            "of any such asset, so that nobody knows who has none.",
            allowed=STATES,
        ),
        Column(
            "coverage_pct",
            "float",
            "Share of those gained of whom it is certain: the map reaches far enough around them.",
            "%",
            at_least=0,
            at_most=100,
        ),
    ),
    may_be_empty=True,
)

BEST_SETS = Table(
    "best_sets",
    "one site in a set of sites that together bring a use to as many more people as can be",
    ("use", "minutes", "most_sites", "method", "site_id"),
    (
        _USE,
        _SITE_MINUTES,
        Column("most_sites", "int", "How many sites the set may have.", at_least=1),
        Column(
            "method", "text", "`best`, or `greedy`: one after another.", allowed=("best", "greedy")
        ),
        Column("site_id", "text", "A site of the set."),
        Column("place", "int", "In which order they are taken; 1 is first.", at_least=1),
        Column("adds", "float", "People that it adds to those before it.", "people", at_least=0),
        Column("people", "float", "People that the whole set gains.", "people", at_least=0),
        Column(
            "gap_pct",
            "float",
            "By how much no set can be better, at most: 0 where this is proved to be the best.",
            "%",
            at_least=0,
        ),
        Column(
            "coverage_pct",
            "float",
            "Share of those gained of whom it is certain: the map reaches far enough around them.",
            "%",
            at_least=0,
            at_most=100,
        ),
        Column(
            "equity_weight",
            "float",
            "How much more a person of decile 1 counts than one of decile 10; 0 is not at all.",
            at_least=0,
        ),
    ),
    may_be_empty=True,
)

SCENARIO_DIFFERENCE = Table(
    "scenario_difference",
    "the people of a neighbourhood, of all or of a decile, a category and a number of minutes: how "
    "many have one within reach as things are, and after a scenario",
    ("what", "people_of", "category", "minutes"),
    (
        Column(
            "what",
            "text",
            "Whose people these are.",
            allowed=("neighbourhood", "district", "decile"),
        ),
        Column(
            "people_of",
            "text",
            "Code of the neighbourhood, `all`, `decile_1` … `decile_10`, or `no_decile`.",
        ),
        _CATEGORY,
        Column("minutes", "int", "Longest walk that counts, itself included.", "min", at_least=1),
        Column(
            "people_before",
            "float",
            "How many have one within reach as things are; empty unless `ok` or `true_zero`.",
            "people",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "people_after",
            "float",
            "The same after the scenario.",
            "people",
            may_be_missing=True,
            at_least=0,
        ),
        Column(
            "people_more",
            "float",
            "How many more; below 0, how many fewer.",
            "people",
            may_be_missing=True,
        ),
        Column(
            "share_before_pct",
            "float",
            "Share of those whose homes are attached to the network.",
            "%",
            may_be_missing=True,
            at_least=0,
            at_most=100,
        ),
        Column(
            "share_after_pct",
            "float",
            "The same after the scenario.",
            "%",
            may_be_missing=True,
            at_least=0,
            at_most=100,
        ),
        Column(
            "state",
            "text",
            "What kind of number the difference is; `true_zero` where nothing changes.",
            allowed=STATES,
        ),
    ),
    may_be_empty=True,
)

CHANGES = Table(
    "changes",
    "one change since a run that was frozen, told by one rule; of one asset there may be several",
    ("kind", "change", "asset_before", "asset_after", "category", "neighbourhood_id", "rule"),
    (
        Column(
            "kind",
            "text",
            "Whether the place itself changed, or its maps only, or nobody can tell from the data.",
            allowed=("real", "mapping", "cannot_be_told"),
        ),
        Column(
            "change",
            "text",
            "What changed.",
            allowed=(
                "opened", "closed", "moved", "people_moved", "newly_mapped", "retagged", "nudged",
                "id_changed", "source_added", "source_gone", "people_counted_anew", "resized",
                "renamed", "appeared", "gone",
            ),
        ),
        Column("rule", "text", "How it was told, in words."),
        Column("asset_before", "text", "The asset in the earlier run, or empty."),
        Column("asset_after", "text", "The asset in this run, or empty."),
        Column("category", "text", "Its category; empty for changes of people."),
        Column("name", "text", "Its name, or empty."),
        Column("neighbourhood_id", "text", "Where it is, or empty beyond the district."),
        Column("moved_m", "float", "How far it lies from where it was.", "m", at_least=0),
        Column("people_before", "float", "Of changes of people: residents.", "people",
               may_be_missing=True, at_least=0),
        Column("people_after", "float", "The same in this run.", "people", may_be_missing=True,
               at_least=0),
        Column(
            "people_more_within_{minutes}_min",
            "float",
            "How many more people have one of its category within so many minutes with this change "
            "alone, on the streets and homes of this run; below 0, how many fewer.",
            "people",
            may_be_missing=True,
        ),
        Column(
            "effect_state",
            "text",
            "What kind of number that is; `no_data` for changes of people.",
            allowed=STATES,
        ),
    ),
    may_be_empty=True,
)  # fmt: skip

ALL = (
    NEIGHBOURHOODS,
    FEATURES,
    STREETS,
    COVERAGE,
    ASSETS,
    RECORDS,
    AMBIGUOUS,
    ACCESS_POINTS,
    SET_ASIDE,
    NETWORK,
    TERRAIN,
    ENTRANCES,
    HOMES,
    ACCESS,
    NEARBY,
    STARTS,
    WALKS,
    INDICATORS,
    BY_WALKER,
    BY_SOURCE,
    SENSITIVITY,
    GRADIENT,
    STANDARDS,
    DOMAINS,
    ASSESSMENT,
    GROUPS,
    ELSEWHERE,
    SIMILAR,
    CATCHMENTS,
    CATCHMENT_PEOPLE,
    RASTER_MINUTES,
    UNUSED_LAND,
    SITE_USES,
    RESIDENTS_GAINED,
    BEST_SETS,
    SCENARIO_DIFFERENCE,
    CHANGES,
)
