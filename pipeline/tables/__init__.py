"""The contract of every table that crosses a step: key, columns, types, units, allowed values.

Each subject has a module of its own; `docs/data-dictionary.md` is generated from `ALL`.
"""

from __future__ import annotations

from pipeline.tables.access import (
    ACCESS,
    CATCHMENT_PEOPLE,
    CATCHMENTS,
    NEARBY,
    RASTER_MINUTES,
    STARTS,
    WALKS,
)
from pipeline.tables.assessment import (
    ASSESSMENT,
    ASSESSMENT_PARTS,
    DOMAINS,
    ELSEWHERE,
    GRADIENT,
    GRADIENT_PARTS,
    GROUP_NAMES,
    GROUPS,
    SIMILAR,
)
from pipeline.tables.assets import ACCESS_POINTS, AMBIGUOUS, ASSETS, RECORDS, SET_ASIDE
from pipeline.tables.change import CHANGES, SCENARIO_DIFFERENCE
from pipeline.tables.columns import AREAS, LINES, STATES, UNITS
from pipeline.tables.indicators import BY_SOURCE, BY_WALKER, INDICATORS, SENSITIVITY, STANDARDS
from pipeline.tables.place import COVERAGE, FEATURES, NEIGHBOURHOODS, STREETS
from pipeline.tables.unused_land import BEST_SETS, RESIDENTS_GAINED, SITE_USES, UNUSED_LAND
from pipeline.tables.walking import ENTRANCES, HOMES, NETWORK, PLACES_IN, TERRAIN

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

__all__ = [
    "ACCESS",
    "ACCESS_POINTS",
    "ALL",
    "AMBIGUOUS",
    "AREAS",
    "ASSESSMENT",
    "ASSESSMENT_PARTS",
    "ASSETS",
    "BEST_SETS",
    "BY_SOURCE",
    "BY_WALKER",
    "CATCHMENTS",
    "CATCHMENT_PEOPLE",
    "CHANGES",
    "COVERAGE",
    "DOMAINS",
    "ELSEWHERE",
    "ENTRANCES",
    "FEATURES",
    "GRADIENT",
    "GRADIENT_PARTS",
    "GROUPS",
    "GROUP_NAMES",
    "HOMES",
    "INDICATORS",
    "LINES",
    "NEARBY",
    "NEIGHBOURHOODS",
    "NETWORK",
    "PLACES_IN",
    "RASTER_MINUTES",
    "RECORDS",
    "RESIDENTS_GAINED",
    "SCENARIO_DIFFERENCE",
    "SENSITIVITY",
    "SET_ASIDE",
    "SIMILAR",
    "SITE_USES",
    "STANDARDS",
    "STARTS",
    "STATES",
    "STREETS",
    "TERRAIN",
    "UNITS",
    "UNUSED_LAND",
    "WALKS",
]
