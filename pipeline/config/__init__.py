"""The choices a person can make, as frozen types: one module a kind of file.

No file is opened here: `pipeline.files` reads YAML and hands the values over. Every type is
strict (a number is not text, a misspelt key is an error) and finite (no NaN, no infinity).
"""

from pipeline.config.category import Category, CategoryRules, OsmRules
from pipeline.config.choice import Choice, Slug, TagConditions, TagValues, Words
from pipeline.config.district import (
    Areas,
    CouncilLayer,
    District,
    Grid,
    OsmInput,
    Place,
    TableInput,
)
from pipeline.config.national import (
    BoundariesTable,
    DeprivationTable,
    LookupTable,
    NationalTable,
    PeopleTable,
    RecordsTable,
)
from pipeline.config.study import Coverage, Dwellings, Snapping, Study, Walking
from pipeline.config.theme import Theme
from pipeline.config.vocabulary import Kind, Level, Nation, State, Vintage, Way

__all__ = [
    "Areas", "BoundariesTable", "Category", "CategoryRules", "Choice", "CouncilLayer",
    "Coverage", "DeprivationTable", "District", "Dwellings", "Grid", "Kind", "Level",
    "LookupTable", "Nation", "NationalTable", "OsmInput", "OsmRules", "PeopleTable", "Place",
    "RecordsTable", "Slug", "Snapping", "State", "Study", "TableInput", "TagConditions",
    "TagValues", "Theme", "Vintage", "Walking", "Way", "Words",
]  # fmt: skip
