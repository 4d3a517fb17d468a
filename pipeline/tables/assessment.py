"""Tables that set assets and needs side by side: deprivation, groups, others' indicators."""

from __future__ import annotations

from pipeline.config import Domain
from pipeline.contracts import Column, Table
from pipeline.tables.columns import CATEGORY, NEIGHBOURHOOD, STATE

GRADIENT_PARTS = (
    *(f"decile_{decile:02}" for decile in range(1, 11)),
    *("mean", "slope_index", "relative_index", "concentration_index"),
    *("bounded_concentration_index", "gini", "palma"),
)

GRADIENT = Table(
    "gradient",
    "one number about a category and a measure over all people: of a decile of deprivation, or "
    "one for the whole gradient",
    ("category", "measure", "against", "part"),
    (
        CATEGORY,
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
        STATE,
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

DOMAINS = Table(
    "domains",
    "one neighbourhood and one domain of its nation's index of deprivation",
    ("neighbourhood_id", "domain"),
    (
        NEIGHBOURHOOD,
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
        STATE,
    ),
    may_be_empty=True,
)

ASSESSMENT_PARTS = (
    *("kind", "way", "all", "category", "standard", "criterion", "elsewhere", "composite"),
    *("cluster", "cluster_number"),
    *("deprivation", "deprivation_domain", "deprivation_group", "deprivation_elsewhere"),
)

ASSESSMENT = Table(
    "assessment",
    "one thing that is said of a neighbourhood (or of the district, by its own code): what it has "
    "within reach, or what stands beside that",
    ("neighbourhood_id", "part", "item"),
    (
        NEIGHBOURHOOD,
        Column(
            "part",
            "text",
            "What is within reach by kind, by way to well-being, in all, by category, by standard "
            "and criterion; indicators from elsewhere; composites that were declared; clusters, if "
            "asked for; deprivation, and what is made of it.",
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
        STATE,
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
        NEIGHBOURHOOD,
        Column("indicator", "text", "The indicator, the name of its YAML file."),
        Column("edition", "text", "Whom it is shown to.", allowed=("planner", "both")),
        Column(
            "value", "float", "The number, empty unless `ok` or `true_zero`.", may_be_missing=True
        ),
        Column("low", "float", "Lower end of its own interval.", may_be_missing=True),
        Column("high", "float", "Its upper end.", may_be_missing=True),
        Column("n", "float", "How many were asked there.", may_be_missing=True, at_least=0),
        Column("unit", "text", "Its unit, as declared."),
        STATE,
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
        NEIGHBOURHOOD,
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
