"""The choices a person can make, as frozen types: one module a kind of file.

No file is opened here: `pipeline.files` reads YAML and hands the values over. Every type is
strict (a number is not text, a misspelt key is an error) and finite (no NaN, no infinity).
"""

from pipeline.config.authorities import Authorities
from pipeline.config.background import Background
from pipeline.config.category import Category, CategoryRules, CategoryWays, OsmRules, SourcesFirst
from pipeline.config.choice import Choice, Slug, TagConditions, TagValues, Words
from pipeline.config.composite import Composite
from pipeline.config.district import (
    Areas,
    CautionLayer,
    CouncilLayer,
    District,
    DistrictFile,
    Grid,
    OsmInput,
    TableInput,
    Usual,
)
from pipeline.config.field_check import FieldAnswer, FieldChecks
from pipeline.config.indicator import Indicator
from pipeline.config.nation import NationDefaults
from pipeline.config.national import (
    Ages,
    BoundariesTable,
    DeprivationTable,
    ElevationTable,
    LookupTable,
    NationalTable,
    PeopleRasterTable,
    PeopleTable,
    RecordsTable,
    TimetableTable,
)
from pipeline.config.place import LocalFile, MapPlace, OnTheWeb, PackagedFile, Place
from pipeline.config.scenario import Scenario
from pipeline.config.standard import Chosen, Evidence, Method, Quantity, Standard, Together, Within
from pipeline.config.study import (
    BestSets,
    Clusters,
    Coverage,
    Dwellings,
    Equity,
    Groups,
    Similar,
    Slopes,
    Snapping,
    Study,
    Surface,
    Trait,
    Walking,
)
from pipeline.config.theme import Dress, Palette, Theme
from pipeline.config.use import SITE_STATUSES, Actor, Caution, Possible, Range, UnusedKind, Use
from pipeline.config.vocabulary import Agreement, Domain, Kind, Level, Nation, State, Vintage, Way
from pipeline.config.walker import Walker
from pipeline.config.words import Unwelcome, Wording

__all__ = [
    "SITE_STATUSES",
    "Actor",
    "Ages",
    "Agreement",
    "Areas",
    "Authorities",
    "Background",
    "BestSets",
    "BoundariesTable",
    "Category",
    "CategoryRules",
    "CategoryWays",
    "Caution",
    "CautionLayer",
    "Choice",
    "Chosen",
    "Clusters",
    "Composite",
    "CouncilLayer",
    "Coverage",
    "DeprivationTable",
    "District",
    "DistrictFile",
    "Domain",
    "Dress",
    "Dwellings",
    "ElevationTable",
    "Equity",
    "Evidence",
    "FieldAnswer",
    "FieldChecks",
    "Grid",
    "Groups",
    "Indicator",
    "Kind",
    "Level",
    "LocalFile",
    "LookupTable",
    "MapPlace",
    "Method",
    "Nation",
    "NationDefaults",
    "NationalTable",
    "OnTheWeb",
    "OsmInput",
    "OsmRules",
    "PackagedFile",
    "Palette",
    "PeopleRasterTable",
    "PeopleTable",
    "Place",
    "Possible",
    "Quantity",
    "Range",
    "RecordsTable",
    "Scenario",
    "Similar",
    "Slopes",
    "Slug",
    "Snapping",
    "SourcesFirst",
    "Standard",
    "State",
    "Study",
    "Surface",
    "TableInput",
    "TagConditions",
    "TagValues",
    "Theme",
    "TimetableTable",
    "Together",
    "Trait",
    "UnusedKind",
    "Unwelcome",
    "Use",
    "Usual",
    "Vintage",
    "Walker",
    "Walking",
    "Way",
    "Within",
    "Wording",
    "Words",
]  # fmt: skip
