"""Columns that several tables share, and the values they allow."""

from __future__ import annotations

from pipeline.config import State
from pipeline.contracts import Column

STATES = tuple(State)
UNITS = (
    "min", "%", "assets", "ha",
    "assets per 1,000", "ha per 1,000", "assets per 1,000 children", "ha per 1,000 children",
)  # fmt: skip
AREAS = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")
STATE = Column("state", "text", "What kind of number this is.", allowed=STATES)
NEIGHBOURHOOD = Column("neighbourhood_id", "text", "Code of the neighbourhood.")
CATEGORY = Column("category", "text", "Category of asset, the name of its YAML file.")
MINUTES = Column("minutes", "int", "Longest walk that counts, itself included.", "min", at_least=1)
COVERAGE_PCT = Column(
    "coverage_pct",
    "float",
    "Share of its people for whom the number is certain.",
    "%",
    at_least=0,
    at_most=100,
)
