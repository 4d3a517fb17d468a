"""The words that stand in tables and choices, one class a list."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """What kind of number a number is; every published number carries one."""

    OK = "ok"
    TRUE_ZERO = "true_zero"
    NO_DATA = "no_data"
    UNREACHABLE = "unreachable"
    SUPPRESSED = "suppressed"


class Kind(StrEnum):
    """The six kinds of physical asset that the booklet names, and everyday places."""

    GREEN_SPACE = "green_space"
    UNUSED_LAND = "unused_land"
    BUILDINGS = "buildings"
    STREETS = "streets"
    MARKETS = "markets"
    TRANSPORT = "transport"
    EVERYDAY_PLACES = "everyday_places"


class Symbol(StrEnum):
    """The shapes that places are drawn with, so that colour never tells alone."""

    CIRCLE = "circle"
    SQUARE = "square"
    TRIANGLE = "triangle"
    DIAMOND = "diamond"
    STAR = "star"
    CROSS = "cross"
    PLUS = "plus"
    HEXAGON = "hexagon"


class Level(StrEnum):
    """The six levels of an asset map."""

    INDIVIDUAL = "individual"
    ASSOCIATION = "association"
    ORGANISATION = "organisation"
    PHYSICAL = "physical"
    ECONOMIC = "economic"
    CULTURAL = "cultural"


class Agreement(StrEnum):
    """How far the sources of one asset agree."""

    CORROBORATED = "corroborated"
    ONE_SOURCE = "one_source"
    CONFLICTING = "conflicting"
    STALE = "stale"


class Way(StrEnum):
    """The five ways to well-being (New Economics Foundation, 2008)."""

    CONNECT = "connect"
    BE_ACTIVE = "be_active"
    TAKE_NOTICE = "take_notice"
    KEEP_LEARNING = "keep_learning"
    GIVE = "give"


class Nation(StrEnum):
    """Whose index of deprivation, whose census, whose codes."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern_ireland"
    ELSEWHERE = "elsewhere"


class Domain(StrEnum):
    """What an index of deprivation is made of; each nation has its own selection."""

    INCOME = "income"
    EMPLOYMENT = "employment"
    EDUCATION = "education"
    HEALTH = "health"
    CRIME = "crime"
    ACCESS = "access"
    BARRIERS = "barriers"
    HOUSING = "housing"
    ENVIRONMENT = "environment"


class Vintage(StrEnum):
    """Which statistical areas a code belongs to; codes of two vintages never join silently."""

    LSOA_2021 = "lsoa_2021"
    LSOA_2011 = "lsoa_2011"
    DATA_ZONE_2011 = "data_zone_2011"
    DATA_ZONE_2022 = "data_zone_2022"
    SUPER_OUTPUT_AREA_2001 = "super_output_area_2001"
    WARD = "ward"
    OUTPUT_AREA_2021 = "output_area_2021"
    OUTPUT_AREA_2011 = "output_area_2011"
    GRID = "grid"
