"""Tables of indicators of neighbourhoods, under several choices and against standards."""

from __future__ import annotations

from pipeline.config import Method
from pipeline.contracts import Column, Table
from pipeline.tables.columns import CATEGORY, COVERAGE_PCT, NEIGHBOURHOOD, STATE, UNITS

_MEASURE = Column("measure", "text", "What was measured.")
_VALUE = Column(
    "value", "float", "The number, empty unless `ok` or `true_zero`.", may_be_missing=True
)
_UNIT = Column("unit", "text", "Its unit.", allowed=("min", "%"))

INDICATORS = Table(
    "indicators",
    "one number: a neighbourhood (or the district, by its own code), a category and a measure",
    ("neighbourhood_id", "category", "measure"),
    (
        NEIGHBOURHOOD,
        CATEGORY,
        _MEASURE,
        Column(
            "value", "float", "The number, empty unless `ok` or `true_zero`.", may_be_missing=True
        ),
        Column("unit", "text", "Its unit.", allowed=UNITS),
        STATE,
        COVERAGE_PCT,
        Column("source", "text", "Layers it was computed from, separated by commas."),
        Column("source_date", "text", "Day of the oldest of them."),
    ),
)

BY_WALKER = Table(
    "by_walker",
    "one headline number of one walker: a neighbourhood (or the district), a category, a measure",
    ("neighbourhood_id", "category", "measure", "walker"),
    (
        NEIGHBOURHOOD,
        CATEGORY,
        _MEASURE,
        Column("walker", "text", "Who walks, the name of the YAML file."),
        _VALUE,
        _UNIT,
        STATE,
        COVERAGE_PCT,
    ),
)

BY_SOURCE = Table(
    "by_source",
    "one headline number of the district with the assets that one kind of source knows",
    ("category", "measure", "known_to"),
    (
        CATEGORY,
        _MEASURE,
        Column(
            "known_to",
            "text",
            "Whose assets count: all, those with a record in OpenStreetMap, those on a list.",
            allowed=("all", "osm_alone", "lists_alone"),
        ),
        Column("assets", "int", "How many of these touch the district.", "assets", at_least=0),
        _VALUE,
        _UNIT,
        STATE,
        COVERAGE_PCT,
    ),
)

SENSITIVITY = Table(
    "sensitivity",
    "one headline number under another choice: a neighbourhood (or the district), a category, a "
    "measure and what was chosen otherwise; only those that are numbers",
    ("neighbourhood_id", "category", "measure", "variant"),
    (
        NEIGHBOURHOOD,
        CATEGORY,
        _MEASURE,
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

STANDARDS = Table(
    "standards",
    "one number: a neighbourhood (or the district, by its own code), a criterion of a published "
    "standard and how it was evaluated",
    ("neighbourhood_id", "standard", "criterion", "method"),
    (
        NEIGHBOURHOOD,
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
        STATE,
        COVERAGE_PCT,
        Column("source", "text", "Layers it was computed from, separated by commas."),
        Column("source_date", "text", "Day of the oldest of them."),
    ),
    may_be_empty=True,
)
