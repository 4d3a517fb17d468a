"""Tables of sites that are not in use, and of what they could become."""

from __future__ import annotations

from pipeline.config import SITE_STATUSES, Actor
from pipeline.contracts import Column, Table
from pipeline.tables.columns import STATES

_SITE = Column("site_id", "text", "The site.")
_USE = Column("use", "text", "What it could become, the name of a file of `config/uses`.")
_CERTAIN_PCT = Column(
    "coverage_pct",
    "float",
    "Share of those gained of whom it is certain: the map reaches far enough around them.",
    "%",
    at_least=0,
    at_most=100,
)
_MINUTES = Column("minutes", "int", "Longest walk that counts.", "min", at_least=1)

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
            "What to be careful of that a source says is here, by names of files of "
            "`config/cautions`, separated by commas.",
        ),
        Column(
            "caution_findings",
            "text",
            "What each source says of each caution, as JSON: `caution`, `source` (empty: nobody "
            "has looked), `is_here`, `share_pct` of its area with its `state` (`ok`, `true_zero`: "
            "a layer draws nothing on it, `no_data`: not measured, or nobody has looked), `date`, "
            "and `rows`, what is drawn there by name.",
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
            "perhaps_same",
            "text",
            "Other sites that may be the same place, which is not decided, the likeliest first, as "
            "JSON: `[[site_id, confidence from 0 to 1], …]`.",
        ),
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
        _MINUTES,
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
        _CERTAIN_PCT,
    ),
    may_be_empty=True,
)

BEST_SETS = Table(
    "best_sets",
    "one site in a set of sites that together bring a use to as many more people as can be",
    ("use", "minutes", "most_sites", "method", "site_id"),
    (
        _USE,
        _MINUTES,
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
        _CERTAIN_PCT,
        Column(
            "equity_weight",
            "float",
            "How much more a person of decile 1 counts than one of decile 10; 0 is not at all.",
            at_least=0,
        ),
    ),
    may_be_empty=True,
)
